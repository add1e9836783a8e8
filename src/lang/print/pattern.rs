//! Patterns and label expressions as text.

use super::Printer;
use crate::lang::ast::{
    EdgePattern, Expr, GroupPattern, LabelExpr, LabelExprKind, Length, Name, NodePattern, PathElement, PathPattern,
    Selector,
};
use crate::lang::build::Precedence;
use crate::model::Direction;

impl Printer {
    pub(super) fn pattern(&mut self, pattern: &PathPattern) {
        if let Some(variable) = &pattern.variable {
            self.variable(&variable.text);
            self.push(" = ");
        }
        match pattern.selector {
            Selector::All => {}
            Selector::AnyShortest => self.push("ANY SHORTEST "),
            Selector::AllShortest => self.push("ALL SHORTEST "),
            Selector::Shortest(count) => self.push(&format!("SHORTEST {count} ")),
            Selector::Any => self.push("ANY "),
            Selector::ShortestPath | Selector::AllShortestPaths => return self.pattern_expression(pattern),
        }
        self.chain(&pattern.elements);
    }

    /// A pattern as an expression: what selects walks is a function there.
    pub(super) fn pattern_expression(&mut self, pattern: &PathPattern) {
        let function = match pattern.selector {
            Selector::AllShortestPaths => "allShortestPaths(",
            Selector::ShortestPath => "shortestPath(",
            _ => return self.chain(&pattern.elements),
        };
        self.push(function);
        self.chain(&pattern.elements);
        self.push(")");
    }

    fn chain(&mut self, elements: &[PathElement]) {
        for element in elements {
            match element {
                PathElement::Node(node) => self.node(node),
                PathElement::Edge(edge) => self.edge(edge),
                PathElement::Group(group) => self.group(group),
            }
        }
    }

    fn node(&mut self, node: &NodePattern) {
        self.push("(");
        self.inside(&node.variable, &node.labels, None, &node.properties, &node.predicate);
        self.push(")");
    }

    fn edge(&mut self, edge: &EdgePattern) {
        self.push(if edge.direction == Direction::In { "<-" } else { "-" });
        let bare = edge.variable.is_none() && edge.types.is_none() && edge.length.is_none();
        if !bare || edge.properties.is_some() || edge.predicate.is_some() {
            self.push("[");
            self.inside(&edge.variable, &edge.types, edge.length, &edge.properties, &edge.predicate);
            self.push("]");
        }
        self.push(if edge.direction == Direction::Out { "->" } else { "-" });
    }

    /// What stands between the brackets of a node or an edge.
    fn inside(
        &mut self,
        variable: &Option<Name>,
        labels: &Option<LabelExpr>,
        length: Option<Length>,
        properties: &Option<Expr>,
        predicate: &Option<Expr>,
    ) {
        let start = self.text.len();
        if let Some(variable) = variable {
            self.variable(&variable.text);
        }
        if let Some(labels) = labels {
            self.push(":");
            self.labels(labels);
        }
        if let Some(length) = length {
            self.push(&star(length));
        }
        for (head, part) in [("", properties), ("WHERE ", predicate)] {
            if let Some(part) = part {
                self.push(if self.text.len() == start { "" } else { " " });
                self.push(head);
                self.expr(part, Precedence::Or);
            }
        }
    }

    fn group(&mut self, group: &GroupPattern) {
        self.push("(");
        self.chain(&group.elements);
        if let Some(predicate) = &group.predicate {
            self.push(" WHERE ");
            self.expr(predicate, Precedence::Or);
        }
        self.push(")");
        self.push(&quantifier(group.length));
    }

    /// A label expression behind its colon. A plain list of labels is written as openCypher 9 writes it.
    pub(super) fn labels(&mut self, labels: &LabelExpr) {
        let and = if is_list(labels) { ":" } else { "&" };
        self.label_expression(labels, 0, and);
    }

    /// `strength`: 0 inside of nothing, 1 inside of OR's right side, 2 inside of AND, and so on; see [`strength`].
    fn label_expression(&mut self, labels: &LabelExpr, least: usize, and: &str) {
        if strength(labels) < least {
            self.push("(");
            self.label_expression(labels, 0, and);
            return self.push(")");
        }
        match &labels.kind {
            LabelExprKind::Name(name) => self.name(name),
            LabelExprKind::Wildcard => self.push("%"),
            LabelExprKind::Not(inner) => {
                self.push("!");
                self.label_expression(inner, 2, and);
            }
            LabelExprKind::And(left, right) => {
                self.label_expression(left, 1, and);
                self.push(and);
                self.label_expression(right, 2, and);
            }
            LabelExprKind::Or(left, right) => {
                self.label_expression(left, 0, and);
                self.push("|");
                self.label_expression(right, 1, and);
            }
        }
    }

    /// A label expression as an expression's suffix, where `|` could be taken for a comprehension's bar.
    pub(super) fn label_test(&mut self, labels: &LabelExpr) {
        self.push(":");
        match labels.kind {
            LabelExprKind::Or(..) => {
                self.push("(");
                self.labels(labels);
                self.push(")");
            }
            _ => self.labels(labels),
        }
    }
}

/// How tight a label expression holds together: OR, AND, the rest.
fn strength(labels: &LabelExpr) -> usize {
    match labels.kind {
        LabelExprKind::Or(..) => 0,
        LabelExprKind::And(..) => 1,
        _ => 2,
    }
}

/// Whether it is `A:B:C`.
fn is_list(labels: &LabelExpr) -> bool {
    match &labels.kind {
        LabelExprKind::Name(_) => true,
        LabelExprKind::And(left, right) => is_list(left) && matches!(right.kind, LabelExprKind::Name(_)),
        _ => false,
    }
}

/// The length of an edge.
fn star(length: Length) -> String {
    match (length.min, length.max) {
        (1, None) => "*".to_owned(),
        (min, None) => format!("*{min}.."),
        (min, Some(max)) if min == max => format!("*{min}"),
        (min, Some(max)) => format!("*{min}..{max}"),
    }
}

/// The length of a group.
fn quantifier(length: Length) -> String {
    match (length.min, length.max) {
        (0, None) => "*".to_owned(),
        (1, None) => "+".to_owned(),
        (min, None) => format!("{{{min},}}"),
        (min, Some(max)) if min == max => format!("{{{min}}}"),
        (min, Some(max)) => format!("{{{min},{max}}}"),
    }
}
