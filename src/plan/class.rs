//! Classes: a grouping tells the tally below by what it tells nodes apart.
//!
//! When it groups by one property of the tally's root and else only adds up weights, the weights of all nodes with one value of
//! the property may as well be added up before: the tally then needs a place for each value, not for each node.

use super::expr::{AggregateCall, ExprKind};
use super::physical::{Op, OpKind};
use crate::model::deep;

/// Marks the tallies below such groupings, in an operator and those below it.
pub(super) fn mark(op: &mut Op) {
    if let OpKind::Aggregate { keys, aggregates, .. } = &op.kind
        && let [(_, key)] = keys.as_slice()
        && let ExprKind::Property(subject, _) = key.kind.as_ref()
        && let ExprKind::Var(node) = subject.kind.as_ref()
        && let Some(OpKind::Tally(tally)) = op.input.as_mut().map(|input| &mut input.kind)
        && tally.root == Some(*node)
        && aggregates.iter().all(|(_, call)| adds_weights(call))
    {
        tally.class = Some(key.clone());
    }
    op.below_mut().into_iter().for_each(|below| deep(|| mark(below)));
}

/// Whether it asks for nothing but weights.
fn adds_weights(call: &AggregateCall) -> bool {
    call.weight.is_some() && (call.summed || call.arguments.is_empty()) && !call.distinct
}
