//! The cheapest path between two places, best first: what Dijkstra's algorithm and A* have in common.
//!
//! A* (Hart, Nilsson and Raphael, *A Formal Basis for the Heuristic Determination of Minimum Cost Paths*, 1968) takes
//! next what looks cheapest with an estimate of the way that is left; with an estimate of zero it is Dijkstra's
//! algorithm (*A Note on Two Problems in Connexion with Graphs*, 1959). Of equally cheap paths the one that was found
//! first stays; which one that is depends on the graph alone.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::graph::Graph;
use super::selection::{Selection, Weights};
use super::settings::wrong;
use super::steps::Steps;
use super::{Call, Columns, Result};
use crate::model::{Column, EdgeId, NodeId, Path, Value};

/// A place to go on from.
struct Front {
    /// The cost so far and the estimate of the rest.
    estimate: f64,
    cost: f64,
    place: usize,
}

impl Ord for Front {
    fn cmp(&self, other: &Self) -> Ordering {
        self.estimate.total_cmp(&other.estimate).then(self.place.cmp(&other.place))
    }
}
impl PartialOrd for Front {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Front {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Front {}

/// The places of the call's two nodes.
pub(super) struct Ends {
    source: usize,
    pub(super) target: usize,
}

/// The selection and the places of the two nodes in it.
pub(super) fn read(call: &Call<'_, '_>, steps: &mut Steps<'_>) -> Result<(Selection, Ends)> {
    let selection = Selection::read(call, Weights::NotNegative, steps)?;
    let place = |at: usize, name: &str| {
        let node = call.node(at)?;
        selection.place(node).ok_or_else(|| {
            wrong(format!("the {name}, node {}, has none of the labels that are selected", node.0))
                .help("add one of its labels to `labels`")
        })
    };
    let ends = Ends { source: place(0, "source")?, target: place(1, "target")? };
    Ok((selection, ends))
}

/// The cheapest path with its cost, in a row; no row when there is none.
///
/// `estimate` must not exceed the cost of any way from a place to the target. Weights are not negative.
pub(super) fn search(
    graph: &Graph,
    ends: &Ends,
    estimate: impl Fn(usize) -> f64,
    steps: &mut Steps<'_>,
) -> Result<Columns> {
    let mut costs = vec![f64::INFINITY; graph.nodes.len()];
    let mut came: Vec<Option<(EdgeId, usize)>> = vec![None; graph.nodes.len()];
    let mut fronts = BinaryHeap::new();
    costs[ends.source] = 0.0;
    fronts.push(Reverse(Front { estimate: estimate(ends.source), cost: 0.0, place: ends.source }));
    while let Some(Reverse(front)) = fronts.pop() {
        if front.place == ends.target {
            let path = walk_back(&graph.nodes, ends.target, &came);
            return Ok(vec![Column::Value(vec![Value::Path(Arc::new(path))]), Column::Float(vec![front.cost])]);
        }
        steps.take(1)?;
        // A cheaper way here was found after this one was noted.
        if front.cost > costs[front.place] {
            continue;
        }
        for hop in graph.hops(front.place) {
            steps.take(1)?;
            let cost = front.cost + hop.weight;
            if cost < costs[hop.target] {
                costs[hop.target] = cost;
                came[hop.target] = Some((graph.edge(hop), front.place));
                fronts.push(Reverse(Front { estimate: cost + estimate(hop.target), cost, place: hop.target }));
            }
        }
    }
    Ok(vec![Column::Value(Vec::new()), Column::Float(Vec::new())])
}

/// The path by which a place was reached.
fn walk_back(nodes: &[NodeId], target: usize, came: &[Option<(EdgeId, usize)>]) -> Path {
    let mut path = Path { nodes: vec![nodes[target]], edges: Vec::new() };
    let mut place = target;
    // Each step back is to a place that was reached before; the source was reached from nowhere.
    while let Some((edge, before)) = came[place] {
        path.edges.push(edge);
        path.nodes.push(nodes[before]);
        place = before;
    }
    path.nodes.reverse();
    path.edges.reverse();
    path
}
