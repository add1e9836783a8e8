//! Join matches: two `MATCH` clauses in sequence are one pattern, so that the best order may go to and fro between them.
//!
//! Edges of the same clause still differ, and those of different clauses need not. It leaves patterns alone of which only
//! the shortest walks count, that draw random values, or whose edges are bound already.

use crate::plan::logical::{Logical, QueryGraph};
use crate::plan::walk::volatile;

pub(super) fn apply(plan: Logical) -> Logical {
    let plan = plan.map_inputs(&mut apply);
    let Logical::Match { input, graph } = plan else { return plan };
    match *input {
        Logical::Match { input, graph: before } if fits(&before, &graph) => {
            Logical::Match { input, graph: before.then(graph) }
        }
        other => Logical::Match { input: Box::new(other), graph },
    }
}

fn fits(before: &QueryGraph, graph: &QueryGraph) -> bool {
    let whole = |graph: &QueryGraph| {
        let shortest = graph.edges.iter().any(|edge| edge.walk.as_ref().is_some_and(|walk| walk.shortest.is_some()));
        graph.selections.is_empty() && !shortest && !graph.predicates.iter().any(volatile)
    };
    let bound = before.edges.iter().chain(&graph.edges).any(|edge| edge.bound.is_some());
    whole(before) && whole(graph) && !bound
}
