//! Patterns: nodes, edges, groups, and the walks that count.

use pest::iterators::Pair;

use super::{Builder, Parts, Result, fail, mismatch, unexpected, whole};
use crate::lang::ast::{EdgePattern, GroupPattern, Length, NodePattern, PathElement, PathPattern, Selector};
use crate::lang::ast::{Expr, ExprKind, LabelExpr};
use crate::lang::grammar::Rule;
use crate::model::{Detail, Diagnostic, Direction, Span};

impl Builder<'_> {
    /// `variable = SELECTOR chain`.
    pub(super) fn pattern(&mut self, pair: Pair<'_, Rule>) -> Result<PathPattern> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let variable = parts.take(Rule::variable).map(|pair| self.name(&pair)).transpose()?;
        let selector = parts.take(Rule::selector).map(|pair| self.selector(pair)).transpose()?;
        let body = parts.any()?;
        let (walks, elements) = match body.as_rule() {
            Rule::path_function => self.path_function(body)?,
            _ => (Selector::All, self.chain(body)?),
        };
        let selector = match (selector, walks) {
            (Some(_), Selector::ShortestPath | Selector::AllShortestPaths) => {
                return fail(
                    unexpected(span, "this pattern says twice which paths count")
                        .label("use either SHORTEST or the function, not both"),
                );
            }
            (selector, walks) => selector.unwrap_or(walks),
        };
        Ok(PathPattern { span, variable, selector, elements })
    }

    /// `shortestPath(chain)`.
    pub(super) fn path_function(&mut self, pair: Pair<'_, Rule>) -> Result<(Selector, Vec<PathElement>)> {
        let mut parts = Parts::of(pair);
        let word = parts.need(Rule::path_function_name)?.into_inner().next().map(|word| word.as_rule());
        let one = word == Some(Rule::kw_shortestpath);
        let selector = if one { Selector::ShortestPath } else { Selector::AllShortestPaths };
        Ok((selector, self.chain(parts.need(Rule::chain)?)?))
    }

    fn selector(&self, pair: Pair<'_, Rule>) -> Result<Selector> {
        let mut parts = Parts::of(pair);
        Ok(match parts.any()?.as_rule() {
            Rule::kw_any if parts.skip(Rule::kw_shortest) => Selector::AnyShortest,
            Rule::kw_any => Selector::Any,
            Rule::kw_all if parts.skip(Rule::kw_shortest) => Selector::AllShortest,
            Rule::kw_all => Selector::All,
            _ => match count(&parts.need(Rule::digits)?)? {
                1 => Selector::AnyShortest,
                k => Selector::Shortest(k),
            },
        })
    }

    /// Nodes, edges and groups in a row.
    pub(super) fn chain(&mut self, pair: Pair<'_, Rule>) -> Result<Vec<PathElement>> {
        let mut elements: Vec<PathElement> = Vec::new();
        for part in pair.into_inner() {
            let span = whole(&part);
            let element = match part.as_rule() {
                Rule::node => PathElement::Node(self.node(part)?),
                Rule::edge => PathElement::Edge(self.edge(part)?),
                Rule::group => PathElement::Group(self.group(part)?),
                _ => return fail(mismatch(span)),
            };
            if let (Some(PathElement::Node(left)), PathElement::Node(right)) = (elements.last(), &element) {
                return fail(
                    unexpected(right.span, "nothing joins these two nodes")
                        .label("expected an edge, such as `-->`, or a comma in front of it")
                        .related(left.span, "the node before"),
                );
            }
            elements.push(element);
        }
        Ok(elements)
    }

    /// `(n:Label {key: value} WHERE predicate)`.
    pub(super) fn node(&mut self, pair: Pair<'_, Rule>) -> Result<NodePattern> {
        let span = whole(&pair);
        let mut parts = Parts::of(pair);
        Ok(NodePattern {
            span,
            variable: parts.take(Rule::variable).map(|pair| self.name(&pair)).transpose()?,
            labels: self.optional_labels(&mut parts)?,
            properties: self.properties(&mut parts)?,
            predicate: self.predicate(&mut parts)?,
        })
    }

    /// `:A|B`, if it comes next.
    pub(super) fn optional_labels(&mut self, parts: &mut Parts<'_>) -> Result<Option<LabelExpr>> {
        let Some(labels) = parts.take(Rule::labels) else { return Ok(None) };
        Ok(Some(self.labels(Parts::of(labels).need(Rule::label_expression)?)?))
    }

    /// A map or a parameter, if it comes next.
    pub(super) fn properties(&mut self, parts: &mut Parts<'_>) -> Result<Option<Expr>> {
        let Some(properties) = parts.take(Rule::properties) else { return Ok(None) };
        let inner = Parts::of(properties).any()?;
        let span = whole(&inner);
        let kind = match inner.as_rule() {
            Rule::map => self.deeper(1, span, |b| b.map(inner))?,
            Rule::parameter => self.parameter(inner)?,
            _ => return fail(mismatch(span)),
        };
        Ok(Some(Expr::new(span, kind)))
    }

    /// `-[e:TYPE*1..3 {key: value} WHERE predicate]->{1,3}`.
    pub(super) fn edge(&mut self, pair: Pair<'_, Rule>) -> Result<EdgePattern> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let left = parts.skip(Rule::arrow_left);
        parts.skip(Rule::dash);
        let detail = parts.take(Rule::edge_detail);
        parts.skip(Rule::dash);
        let right = parts.skip(Rule::arrow_right);
        let direction = match (left, right) {
            (false, true) => Direction::Out,
            (true, false) => Direction::In,
            _ => Direction::Both,
        };
        let mut edge = EdgePattern {
            span,
            variable: None,
            direction,
            types: None,
            length: None,
            properties: None,
            predicate: None,
        };
        if let Some(detail) = detail {
            let mut parts = Parts::of(detail);
            edge.variable = parts.take(Rule::variable).map(|pair| self.name(&pair)).transpose()?;
            edge.types = self.optional_labels(&mut parts)?;
            edge.length = parts.take(Rule::edge_length).map(|pair| self.edge_length(pair)).transpose()?;
            edge.properties = self.properties(&mut parts)?;
            edge.predicate = self.predicate(&mut parts)?;
        }
        if let Some(quantifier) = parts.take(Rule::quantifier) {
            let length = self.quantifier(quantifier)?;
            if let Some(first) = edge.length.replace(length) {
                return fail(
                    Diagnostic::syntax(Detail::InvalidRelationshipPattern, "this edge says twice how often it repeats")
                        .at(length.span)
                        .label("expected nothing, or nothing between the brackets")
                        .related(first.span, "said here already"),
                );
            }
        }
        Ok(edge)
    }

    /// `*`, `*2`, `*1..`, `*..3`, `*1..3`.
    fn edge_length(&mut self, pair: Pair<'_, Rule>) -> Result<Length> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        if !parts.skip(Rule::star) {
            return fail(invalid_edge(span, "the range of lengths has no `*` in front").help("write `*..` or `*1..3`"));
        }
        let from = parts.take(Rule::bound).map(|pair| count(&pair)).transpose()?;
        let open = parts.skip(Rule::range);
        let to = parts.take(Rule::bound).map(|pair| count(&pair)).transpose()?;
        Ok(Length { span, min: from.unwrap_or(1), max: if open { to } else { from } })
    }

    /// `{1,3}`, `{2}`, `{,3}`, `+`, `*` behind an edge or a group.
    fn quantifier(&mut self, pair: Pair<'_, Rule>) -> Result<Length> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        if parts.skip(Rule::plus) {
            return Ok(Length { span, min: 1, max: None });
        }
        if parts.skip(Rule::star) {
            return Ok(Length { span, min: 0, max: None });
        }
        let from = parts.take(Rule::bound).map(|pair| count(&pair)).transpose()?;
        let open = parts.skip(Rule::comma);
        let to = parts.take(Rule::bound).map(|pair| count(&pair)).transpose()?;
        match (from, open) {
            (None, false) => fail(
                unexpected(span, "this quantifier says no number").label("expected `{2}`, `{1,3}`, `{1,}` or `{,3}`"),
            ),
            (Some(exactly), false) => Ok(Length { span, min: exactly, max: Some(exactly) }),
            (from, true) => Ok(Length { span, min: from.unwrap_or(0), max: to }),
        }
    }

    /// `((a)-[:R]->(b) WHERE predicate){1,3}`.
    fn group(&mut self, pair: Pair<'_, Rule>) -> Result<GroupPattern> {
        let span = self.span(&pair);
        self.deeper(1, span, |b| {
            let mut parts = Parts::of(pair);
            let elements = b.chain(parts.need(Rule::chain)?)?;
            let predicate = b.predicate(&mut parts)?;
            let length = b.quantifier(parts.need(Rule::quantifier)?)?;
            Ok(GroupPattern { span, elements, predicate, length })
        })
    }

    /// The pattern at `span` that begins with `node` and goes on with `tail`: edges and nodes in turn.
    pub(super) fn pattern_expression(&mut self, span: Span, node: NodePattern, tail: Parts<'_>) -> Result<ExprKind> {
        let mut elements = vec![PathElement::Node(node)];
        for part in tail.pairs {
            elements.push(match part.as_rule() {
                Rule::edge => PathElement::Edge(self.edge(part)?),
                _ => PathElement::Node(self.node(part)?),
            });
        }
        Ok(ExprKind::Pattern(PathPattern { span, variable: None, selector: Selector::All, elements }))
    }

    /// A node whose beginning the grammar read as an expression: `a`, `a:Label`, `a:Label {key: value}`, `{key: value}`,
    /// `$properties`. Nothing else can be a node.
    pub(super) fn node_from_expression(&mut self, node: &mut NodePattern, pair: Pair<'_, Rule>) -> Result<()> {
        let span = self.span(&pair);
        let no_node =
            || unexpected(span, "this is no node of a pattern").label("expected `(variable:Label {key: value})`");
        let mut parts = Parts::of(pair);
        let atom = Parts::of(parts.take(Rule::atom).ok_or_else(no_node)?).any()?;
        let atom_span = whole(&atom);
        match atom.as_rule() {
            Rule::variable => node.variable = Some(self.name(&atom)?),
            Rule::map => node.properties = Some(Expr::new(atom_span, self.deeper(1, span, |b| b.map(atom))?)),
            Rule::parameter => node.properties = Some(Expr::new(atom_span, self.parameter(atom)?)),
            _ => return fail(no_node()),
        }
        while let Some(suffix) = parts.take(Rule::suffix) {
            let suffix = Parts::of(suffix).any()?;
            let suffix_span = self.span(&suffix);
            match suffix.as_rule() {
                Rule::label_test if node.labels.is_none() && node.properties.is_none() => {
                    node.labels = Some(self.labels(suffix)?)
                }
                Rule::map_projection if node.properties.is_none() => {
                    let kind = self.deeper(1, span, |b| b.projection_as_map(suffix))?;
                    node.properties = Some(Expr::new(suffix_span, kind));
                }
                _ => return fail(no_node()),
            }
        }
        if parts.pairs.next().is_some() { fail(no_node()) } else { Ok(()) }
    }
}

/// A bound of a length, or a number of paths.
fn count(pair: &Pair<'_, Rule>) -> Result<u64> {
    let span = whole(pair);
    if pair.as_str().starts_with('-') {
        return fail(invalid_edge(span, "a length cannot be negative"));
    }
    if !pair.as_str().bytes().all(|byte| byte.is_ascii_digit()) {
        return fail(
            Diagnostic::syntax(Detail::InvalidNumberLiteral, "this is no number of steps")
                .at(span)
                .label("expected digits"),
        );
    }
    pair.as_str().parse().or_else(|_| {
        let error = Diagnostic::syntax(Detail::IntegerOverflow, "this number is too large");
        fail(error.at(span).label("at most 18446744073709551615"))
    })
}

/// An `InvalidRelationshipPattern` at `span`.
fn invalid_edge(span: Span, message: &str) -> Diagnostic {
    Diagnostic::syntax(Detail::InvalidRelationshipPattern, message)
        .at(span)
        .label("expected `*`, `*2`, `*1..3`, `*1..` or `*..3`")
}
