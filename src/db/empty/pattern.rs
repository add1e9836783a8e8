//! Labels that no node has, and edges that lead nowhere: other labels, other types, the other direction.

use std::sync::Arc;

use super::{Asked, Empty, Left, SUGGESTIONS, these};
use crate::model::{Direction, Value, Var, deep};
use crate::plan::expr::{Expr, ExprKind, Labels};
use crate::plan::physical::{Expand, Op, OpKind, Plan};

impl Asked<'_> {
    /// None of the nodes had the labels.
    pub(super) fn labels(
        &self,
        test: &Expr,
        subject: &Expr,
        labels: &Labels,
        input: &Op,
        reached: u64,
        whole: bool,
    ) -> Empty {
        let var = if let ExprKind::Var(var) = subject.kind.as_ref() { Some(*var) } else { None };
        let place = var.and_then(|var| self.places.get(&var).copied());
        let span = self.written(test.span).or_else(|| place.and_then(|span| self.written(span)));
        let nodes = if reached == 1 { "the 1 node".to_owned() } else { format!("the {reached} nodes") };
        let message = format!("none of {nodes} reached has the label {}", label_text(labels));
        let mut empty = self.empty(Left::Condition, span, reached, message);
        let found = var.and_then(|var| self.values(input, var, whole)).unwrap_or_default();
        let mut others: Vec<String> = Vec::new();
        for value in &found {
            let Value::Node(node) = value else { continue };
            for label in self.view.node_labels(*node) {
                let name = self.view.label_name(label).to_owned();
                if !others.contains(&name) {
                    others.push(name);
                }
            }
        }
        if !others.is_empty() && others.len() <= SUGGESTIONS {
            empty.help = Some(format!("the label there is {}", others.join(", ")));
        }
        empty
    }

    /// No edge led on.
    pub(super) fn edge(&self, expand: &Expand, what: &str, op: &Op, input: &Op, reached: u64, whole: bool) -> Empty {
        let span = self.places.get(&expand.edge).copied().and_then(|span| self.written(span));
        let types = expand.types.as_ref().map(|types| format!(" {}", label_text(types))).unwrap_or_default();
        let rows = these(reached);
        let message = match (expand.to_bound, expand.direction) {
            (true, Direction::Out) => {
                format!(
                    "no {what}{types} leads from `{}` to `{}` in {rows}",
                    self.name(expand.from),
                    self.name(expand.to)
                )
            }
            (true, Direction::In) => {
                format!(
                    "no {what}{types} leads from `{}` to `{}` in {rows}",
                    self.name(expand.to),
                    self.name(expand.from)
                )
            }
            (true, Direction::Both) => {
                format!(
                    "no {what}{types} is between `{}` and `{}` in {rows}",
                    self.name(expand.from),
                    self.name(expand.to)
                )
            }
            (false, Direction::Out) => format!("no {what}{types} leaves {rows}"),
            (false, Direction::In) => format!("no {what}{types} enters {rows}"),
            (false, Direction::Both) => format!("no {what}{types} touches {rows}"),
        };
        let mut empty = self.empty(Left::Edge, span, reached, message);
        let turns = matches!(op.kind, OpKind::Expand(_)) && whole && expand.direction != Direction::Both;
        if turns && self.turned(expand, op, input) {
            empty.help = Some("there are such edges in the other direction".to_owned());
        }
        empty
    }

    /// Whether there are edges the other way round.
    fn turned(&self, expand: &Expand, op: &Op, input: &Op) -> bool {
        let turned = Expand { direction: expand.direction.reverse(), ..expand.clone() };
        let root = Op { kind: OpKind::Expand(turned), input: Some(Box::new(input.clone())), ..op.clone() };
        let plan = Plan { root, columns: Vec::new(), ..self.plan.clone() };
        let mut found = false;
        let ran = self.run(&Arc::new(plan), &mut |batch, _| {
            found |= batch.len > 0;
            !found
        });
        ran.is_some() && found
    }
}

/// The label that an operator or one below it demands of a node.
pub(super) fn label_of(op: &Op, node: Var) -> Option<&str> {
    let found = match &op.kind {
        OpKind::NodeScan { node: scanned, labels: Some(Labels::Name(label)) }
        | OpKind::NodeJoin { node: scanned, labels: Some(Labels::Name(label)), .. }
            if *scanned == node =>
        {
            Some(label.as_str())
        }
        OpKind::NodeSeek { node: sought, label, .. } if *sought == node => Some(label.as_str()),
        OpKind::Filter(predicate) => match predicate.kind.as_ref() {
            ExprKind::HasLabels(subject, Labels::Name(label)) => match subject.kind.as_ref() {
                ExprKind::Var(var) if *var == node => Some(label.as_str()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    found.or_else(|| op.input.as_ref().and_then(|input| deep(|| label_of(input, node))))
}

pub(super) fn label_text(labels: &Labels) -> String {
    let all = |parts: &[Labels], by: &str| parts.iter().map(label_text).collect::<Vec<_>>().join(by);
    match labels {
        Labels::Name(name) => name.clone(),
        Labels::Any => "%".to_owned(),
        Labels::Not(inner) => format!("!{}", label_text(inner)),
        Labels::And(parts) => all(parts, "&"),
        Labels::Or(parts) => all(parts, "|"),
    }
}
