//! A selection laid out for walking: compressed sparse rows, seen in one direction.

use super::Result;
use super::selection::{Link, Selection};
use super::steps::Steps;
use crate::model::{Direction, EdgeId, NodeId, garbage};

/// So many edges are laid out between two looks at the limits.
const SOME: usize = 4096;

/// Which places are next to each place: compressed sparse rows.
pub(super) struct Adjacency {
    /// Where the list of each place begins in `targets`, and where the last one ends.
    offsets: Vec<usize>,
    targets: Vec<u32>,
}

impl Adjacency {
    /// How many places there are.
    pub(super) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The places that are one edge away.
    pub(super) fn of(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        self.targets[self.range(place)].iter().map(|target| *target as usize)
    }

    /// How many edges lead away.
    pub(super) fn degree(&self, place: usize) -> usize {
        self.range(place).len()
    }

    fn range(&self, place: usize) -> std::ops::Range<usize> {
        self.offsets[place]..self.offsets[place + 1]
    }
}

/// An edge as it is walked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hop {
    pub(super) edge: EdgeId,
    /// The place that it leads to.
    pub(super) target: usize,
    pub(super) weight: f64,
}

/// A selection in one direction.
pub(super) struct Graph {
    /// The node at each place, ascending.
    pub(super) nodes: Vec<NodeId>,
    /// Which places are next to which; parallel edges are listed each.
    pub(super) adjacency: Adjacency,
    /// Beside the adjacency's targets.
    edges: Vec<EdgeId>,
    /// Beside the adjacency's targets; empty when every edge weighs 1.
    weights: Vec<f64>,
}

impl Graph {
    /// Lays out the edges by the node that they are walked from; walked both ways, a loop is listed once.
    pub(super) fn new(selection: Selection, direction: Direction, steps: &mut Steps<'_>) -> Result<Self> {
        let Selection { nodes, links, weighted } = selection;
        let hops = |link: &Link| {
            let (source, target) = (link.source(), link.target());
            let out = (direction != Direction::In).then_some((source, target));
            let back = direction == Direction::In || direction == Direction::Both && source != target;
            out.into_iter().chain(back.then_some((target, source)))
        };
        let mut offsets = vec![0; nodes.len() + 1];
        for some in links.chunks(SOME) {
            steps.take(some.len())?;
            some.iter().flat_map(hops).for_each(|(from, _)| offsets[from + 1] += 1);
        }
        for place in 0..nodes.len() {
            offsets[place + 1] += offsets[place];
        }
        let count = offsets[nodes.len()];
        let hop = size_of::<u32>() + size_of::<EdgeId>() + if weighted { size_of::<f64>() } else { 0 };
        steps.hold(count * hop + 2 * size_of_val(offsets.as_slice()))?;
        let mut graph = Graph {
            adjacency: Adjacency { offsets, targets: vec![0; count] },
            edges: vec![EdgeId(0); count],
            weights: if weighted { vec![0.0; count] } else { Vec::new() },
            nodes,
        };
        let mut next = graph.adjacency.offsets.clone();
        for some in links.chunks(SOME) {
            steps.take(some.len())?;
            for link in some {
                for (from, to) in hops(link) {
                    let at = next[from];
                    next[from] += 1;
                    graph.adjacency.targets[at] = to as u32;
                    graph.edges[at] = link.edge;
                    if weighted {
                        graph.weights[at] = link.weight;
                    }
                }
            }
        }
        garbage::plain(links);
        Ok(graph)
    }

    /// The edges that lead away from a place.
    pub(super) fn hops(&self, place: usize) -> impl Iterator<Item = Hop> + '_ {
        self.adjacency.range(place).map(|at| Hop {
            edge: self.edges[at],
            target: self.adjacency.targets[at] as usize,
            weight: self.weights.get(at).copied().unwrap_or(1.0),
        })
    }

    /// The same without weights, loops and parallel edges; each list ascends.
    pub(super) fn simple(self, steps: &mut Steps<'_>) -> Result<(Vec<NodeId>, Adjacency)> {
        let Adjacency { mut offsets, mut targets } = self.adjacency;
        let mut kept = 0;
        for place in 0..self.nodes.len() {
            let list = offsets[place]..offsets[place + 1];
            steps.take(1 + list.len())?;
            offsets[place] = kept;
            targets[list.clone()].sort_unstable();
            let first = kept;
            for at in list {
                let target = targets[at];
                let known = kept > first && targets[kept - 1] == target;
                if !known && target as usize != place {
                    targets[kept] = target;
                    kept += 1;
                }
            }
        }
        offsets[self.nodes.len()] = kept;
        targets.truncate(kept);
        Ok((self.nodes, Adjacency { offsets, targets }))
    }
}
