//! Reach: walks of which only the far ends count, each once, are not enumerated.
//!
//! Above the walks there must be something that takes equal rows for one (`DISTINCT`, or aggregations that do), and between
//! the two only what makes equal rows of equal rows. From a node, directed trails of at least one edge end where walks of as
//! many edges at most do: a shortest walk repeats no edge. So a breadth-first search finds them, in time linear in the edges.

use super::expr::{AggregateCall, Expr};
use super::physical::{Op, OpKind};
use super::walk::volatile;
use crate::model::function::Aggregate;
use crate::model::{Direction, deep};

/// Marks such walks in an operator and those below it.
pub(super) fn mark(op: &mut Op) {
    let takes_equal_for_one = match &op.kind {
        OpKind::Distinct(_) => true,
        OpKind::Aggregate { keys, aggregates, .. } => {
            !keys.iter().any(|(_, expr)| volatile(expr)) && aggregates.iter().all(|(_, call)| counts_once(call))
        }
        _ => false,
    };
    if let Some(input) = &mut op.input {
        if takes_equal_for_one {
            below(input);
        }
        deep(|| mark(input));
    }
}

fn counts_once(call: &AggregateCall) -> bool {
    let once = call.distinct || matches!(call.function, Aggregate::Min | Aggregate::Max);
    once && call.weight.is_none() && !call.arguments.iter().any(volatile)
}

fn below(op: &mut Op) {
    let steady = |exprs: &mut dyn Iterator<Item = &Expr>| {
        let mut all = true;
        exprs.for_each(|expr| all &= !volatile(expr));
        all
    };
    let goes_on = match &mut op.kind {
        OpKind::Filter(predicate) => steady(&mut std::iter::once(&*predicate)),
        OpKind::Project(items) => steady(&mut items.iter().map(|(_, expr)| expr)),
        OpKind::Expand(_)
        | OpKind::Intersect { .. }
        | OpKind::NodeScan { .. }
        | OpKind::NodeSeek { .. }
        | OpKind::NodeJoin { .. } => true,
        OpKind::VarExpand { expand, min, filter, ends_only, .. } => {
            // Undirected walks may come back over the edge that they left by, which no trail does.
            let directed = expand.direction != Direction::Both || *min == 0;
            *ends_only = *min <= 1
                && directed
                && !expand.to_bound
                && expand.unlike.is_empty()
                && !op.live.contains(&expand.edge)
                && steady(&mut filter.iter());
            true
        }
        _ => false,
    };
    if let Some(input) = op.input.as_mut().filter(|_| goes_on) {
        deep(|| below(input));
    }
}
