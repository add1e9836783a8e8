//! A selection laid out for walking: compressed sparse rows, seen in one direction.

use super::selection::{Link, Selection, Walk, Weights};
use super::steps::Steps;
use super::{Call, Result};
use crate::model::{Direction, EdgeId, NodeId, garbage};

/// So many edges are laid out between two looks at the limits.
const SOME: usize = 4096;

/// Which places are next to each place: compressed sparse rows.
pub(super) struct Lists {
    /// Where the list of each place begins in `targets`, and where the last one ends.
    offsets: Vec<usize>,
    targets: Vec<u32>,
}

/// How an edge is walked: from which place to which. Walked both ways, a loop is listed once.
fn hops(direction: Direction, source: usize, target: usize) -> impl Iterator<Item = (usize, usize)> {
    let out = (direction != Direction::In).then_some((source, target));
    let back = direction == Direction::In || direction == Direction::Both && source != target;
    out.into_iter().chain(back.then_some((target, source)))
}

/// Turns how long each list is, noted one place behind its own, into where it begins.
fn begin(lengths: &mut [usize]) {
    let mut sum = 0;
    for length in lengths {
        sum += *length;
        *length = sum;
    }
}

impl Lists {
    /// Lays out the edges by the place that they are walked from, by counting: they are gone over twice and not kept. Parallel
    /// edges are listed each.
    pub(super) fn new(walk: &Walk<'_>, direction: Direction, steps: &mut Steps<'_>) -> Result<Self> {
        let mut offsets = vec![0; walk.nodes.len() + 1];
        walk.each(steps, |source, target| {
            hops(direction, source, target).for_each(|(from, _)| offsets[from + 1] += 1)
        })?;
        begin(&mut offsets);
        let count = offsets[walk.nodes.len()];
        steps.hold(count * size_of::<u32>() + 2 * size_of_val(offsets.as_slice()))?;
        let (mut targets, mut next) = (vec![0; count], offsets.clone());
        walk.each(steps, |source, target| {
            for (from, to) in hops(direction, source, target) {
                targets[next[from]] = to as u32;
                next[from] += 1;
            }
        })?;
        Ok(Lists { offsets, targets })
    }

    /// The same without loops and parallel edges; each list ascends.
    pub(super) fn simple(self, steps: &mut Steps<'_>) -> Result<Self> {
        let Lists { mut offsets, mut targets } = self;
        let (mut kept, places) = (0, offsets.len() - 1);
        for place in 0..places {
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
        offsets[places] = kept;
        targets.truncate(kept);
        Ok(Lists { offsets, targets })
    }

    /// How many places there are.
    pub(super) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The places that are one edge away.
    pub(super) fn of(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        self.list(place).iter().map(|target| *target as usize)
    }

    /// The same, as they lie.
    pub(super) fn list(&self, place: usize) -> &[u32] {
        &self.targets[self.range(place)]
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
    /// Where it lies among all.
    at: usize,
    /// The place that it leads to.
    pub(super) target: usize,
    pub(super) weight: f64,
}

/// A selection in one direction, with what is known of its edges.
pub(super) struct Graph {
    /// The node at each place, ascending.
    pub(super) nodes: Vec<NodeId>,
    /// Which places are next to which; parallel edges are listed each.
    pub(super) lists: Lists,
    /// Beside the lists' targets; empty when nobody asks for them.
    edges: Vec<EdgeId>,
    /// Beside the lists' targets; empty when every edge weighs 1.
    weights: Vec<f64>,
}

impl Graph {
    /// Reads what the settings select, for those to whom all edges of the same weight are alike.
    pub(super) fn read(
        call: &Call<'_, '_>,
        allowed: Weights,
        direction: Direction,
        steps: &mut Steps<'_>,
    ) -> Result<Self> {
        if call.settings.text("weight").is_some() {
            return Graph::new(Selection::read(call, allowed, steps)?, direction, steps);
        }
        let walk = Walk::read(call, steps)?;
        let lists = Lists::new(&walk, direction, steps)?;
        Ok(Graph { nodes: walk.nodes, lists, edges: Vec::new(), weights: Vec::new() })
    }

    /// Lays out the edges by the place that they are walked from.
    pub(super) fn new(selection: Selection, direction: Direction, steps: &mut Steps<'_>) -> Result<Self> {
        let Selection { nodes, links, weighted } = selection;
        let hops = |link: &Link| hops(direction, link.source(), link.target());
        let mut offsets = vec![0; nodes.len() + 1];
        for some in links.chunks(SOME) {
            steps.take(some.len())?;
            some.iter().flat_map(hops).for_each(|(from, _)| offsets[from + 1] += 1);
        }
        begin(&mut offsets);
        let count = offsets[nodes.len()];
        let hop = size_of::<u32>() + size_of::<EdgeId>() + if weighted { size_of::<f64>() } else { 0 };
        steps.hold(count * hop + 2 * size_of_val(offsets.as_slice()))?;
        let (mut targets, mut edges) = (vec![0; count], vec![EdgeId(0); count]);
        let mut weights = if weighted { vec![0.0; count] } else { Vec::new() };
        let mut next = offsets.clone();
        for some in links.chunks(SOME) {
            steps.take(some.len())?;
            for link in some {
                for (from, to) in hops(link) {
                    let at = next[from];
                    next[from] += 1;
                    targets[at] = to as u32;
                    edges[at] = link.edge;
                    if weighted {
                        weights[at] = link.weight;
                    }
                }
            }
        }
        garbage::plain(links);
        Ok(Graph { nodes, lists: Lists { offsets, targets }, edges, weights })
    }

    /// The edges that lead away from a place.
    pub(super) fn hops(&self, place: usize) -> impl Iterator<Item = Hop> + '_ {
        self.lists.range(place).map(|at| Hop {
            at,
            target: self.lists.targets[at] as usize,
            weight: self.weights.get(at).copied().unwrap_or(1.0),
        })
    }

    /// Which edge it is, in a graph of a selection.
    pub(super) fn edge(&self, hop: Hop) -> EdgeId {
        self.edges[hop.at]
    }
}
