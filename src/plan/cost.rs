//! How many rows to expect, from the graph's own statistics.
//!
//! Estimates steer the order of joins; they never change an answer. Independence is assumed throughout, as usual
//! (Selinger et al., *Access Path Selection in a Relational Database Management System*, 1979, section 4).

use super::expr::{BinaryOp, CompareOp, Expr, ExprKind, Labels, UnaryOp};
use crate::model::{Catalog, Direction, Var};

/// A walk without a bound is estimated as if it had this many steps at most.
const WALK_STEPS: u64 = 4;

/// How many nodes satisfy the labels.
pub(super) fn nodes(catalog: &dyn Catalog, labels: &[&Labels]) -> f64 {
    labels.iter().map(|labels| nodes_with(catalog, labels)).fold(catalog.nodes() as f64, f64::min)
}

fn nodes_with(catalog: &dyn Catalog, labels: &Labels) -> f64 {
    let all = catalog.nodes() as f64;
    match labels {
        Labels::Name(name) => catalog.nodes_with_label(name).unwrap_or(0) as f64,
        Labels::Any => all,
        Labels::Not(inner) => (all - nodes_with(catalog, inner)).max(0.0),
        Labels::And(parts) => parts.iter().map(|part| nodes_with(catalog, part)).fold(all, f64::min),
        Labels::Or(parts) => parts.iter().map(|part| nodes_with(catalog, part)).sum::<f64>().min(all),
    }
}

/// The edge types that the expression names, when it is a plain choice of names.
pub(super) fn names(types: &Labels) -> Option<Vec<&str>> {
    match types {
        Labels::Name(name) => Some(vec![name]),
        Labels::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.append(&mut names(part)?);
            }
            Some(all)
        }
        _ => None,
    }
}

/// How many edges have one of these types.
pub(super) fn edges(catalog: &dyn Catalog, types: Option<&Labels>) -> f64 {
    match types.and_then(names) {
        Some(names) => names.iter().map(|name| catalog.edges_with_type(name).unwrap_or(0) as f64).sum(),
        None => catalog.edges() as f64,
    }
}

/// How many edges a node with these labels has, on average.
pub(super) fn degree(catalog: &dyn Catalog, labels: &[&Labels], types: Option<&Labels>, direction: Direction) -> f64 {
    let both = if direction == Direction::Both { 2.0 } else { 1.0 };
    // Of several labels the rarest tells most.
    let known = labels.iter().filter_map(|labels| match labels {
        Labels::Name(name) => catalog.nodes_with_label(name).map(|count| (name, count)),
        _ => None,
    });
    let known = known.min_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.cmp(b.0)));
    match (known, types.and_then(names)) {
        (Some((label, count)), Some(types)) => {
            let sides: &[Direction] = match direction {
                Direction::Both => &[Direction::Out, Direction::In],
                Direction::Out => &[Direction::Out],
                Direction::In => &[Direction::In],
            };
            let at: u64 =
                types.iter().flat_map(|name| sides.iter().map(|side| catalog.edges_at_label(label, name, *side))).sum();
            at as f64 / (count as f64).max(1.0)
        }
        _ => both * edges(catalog, types) / (catalog.nodes() as f64).max(1.0),
    }
}

/// The share of the edges of these types that have a node with these labels at their one end: edges of a type mostly lead
/// to nodes of one label, so it is not the share of such nodes.
pub(super) fn share_at(catalog: &dyn Catalog, labels: &[&Labels], types: Option<&Labels>, direction: Direction) -> f64 {
    let all = edges(catalog, types);
    let of_nodes = |labels: &Labels| nodes_with(catalog, labels) / (catalog.nodes() as f64).max(1.0);
    let share = |labels: &&Labels| match (labels, types.and_then(names)) {
        (Labels::Name(label), Some(types)) if all > 0.0 => {
            let sides: &[Direction] = match direction {
                Direction::Both => &[Direction::Out, Direction::In],
                Direction::Out => &[Direction::Out],
                Direction::In => &[Direction::In],
            };
            let at = |name: &&str| sides.iter().map(|side| catalog.edges_at_label(label, name, *side)).sum::<u64>();
            types.iter().map(at).sum::<u64>() as f64 / (all * sides.len() as f64)
        }
        (labels, _) => of_nodes(labels),
    };
    labels.iter().map(share).fold(1.0, f64::min)
}

/// How many walks of these lengths leave a node whose neighbours have this degree.
pub(super) fn walks(degree: f64, min: u64, max: Option<u64>) -> f64 {
    let most = max.unwrap_or(u64::MAX).min(min.max(1).saturating_add(WALK_STEPS - 1));
    (min..=most).take(64).map(|steps| degree.powi(steps.min(1000) as i32)).sum::<f64>().min(1e18)
}

/// The share of values that equal a given one, where nobody knows how many there are.
const EQUAL: f64 = 0.1;

/// The share of rows that a predicate keeps; `labels` tells what is known of a node. Values are taken to be equally
/// frequent, as usual: of `n` different ones, an equality keeps one `n`th.
pub(super) fn selectivity<'l>(catalog: &dyn Catalog, predicate: &Expr, labels: &dyn Fn(Var) -> Vec<&'l Labels>) -> f64 {
    let part = |part: &Expr| selectivity(catalog, part, labels);
    let equal = |sides: &[&Expr]| {
        let known = sides.iter().filter_map(|side| distinct(catalog, side, labels));
        known.max().map_or(EQUAL, |values| 1.0 / values.max(1) as f64)
    };
    match predicate.kind.as_ref() {
        ExprKind::Compare(CompareOp::Equal, left, right) => equal(&[left, right]),
        ExprKind::Compare(CompareOp::NotEqual, left, right) => 1.0 - equal(&[left, right]),
        ExprKind::Compare(..) => 0.3,
        ExprKind::Literal(_) => 1.0,
        ExprKind::Unary(UnaryOp::Not, inner) => 1.0 - part(inner),
        ExprKind::Binary(BinaryOp::And, left, right) => part(left) * part(right),
        ExprKind::Binary(BinaryOp::Or, left, right) => 1.0 - (1.0 - part(left)) * (1.0 - part(right)),
        ExprKind::Binary(BinaryOp::In, one, list) => match list.kind.as_ref() {
            ExprKind::List(items) => (equal(&[one]) * items.len() as f64).min(1.0),
            _ => 0.5,
        },
        _ => 0.5,
    }
}

/// How many values an expression has at most that is computed from one property of one node and nothing else: as many as
/// the property has. Of several labels of the node, the one with the fewest tells most.
fn distinct<'l>(catalog: &dyn Catalog, expr: &Expr, labels: &dyn Fn(Var) -> Vec<&'l Labels>) -> Option<u64> {
    match expr.kind.as_ref() {
        ExprKind::Property(subject, key) => {
            let ExprKind::Var(node) = subject.kind.as_ref() else { return None };
            let counts = labels(*node).into_iter().filter_map(|labels| match labels {
                Labels::Name(label) => catalog.distinct(label, key),
                _ => None,
            });
            counts.min()
        }
        ExprKind::Call(_, arguments) => {
            let mut open = arguments
                .iter()
                .filter(|argument| !matches!(argument.kind.as_ref(), ExprKind::Literal(_) | ExprKind::Parameter(_)));
            let only = open.next()?;
            if open.next().is_some() { None } else { distinct(catalog, only, labels) }
        }
        _ => None,
    }
}
