//! Neighbours that are looked at soon, asked for together.
//!
//! The neighbours of nodes that come by chance lie anywhere in the graph. Looked at in turn, each list would be waited for;
//! asked for side by side before, they come from memory together.

use crate::model::NodeId;
use crate::store::Adjacency;

/// How many nodes are looked ahead to: their lists fit into the innermost caches.
pub(super) const AHEAD: usize = 64;

/// So many neighbours come at a time.
const LINE: usize = 16;

/// Of longer lists the processor sees by itself what comes next.
const LINES: usize = 4;

/// The lists of so many nodes lie near enough as they are, when no more than a sum is made of each.
const NEAR: usize = 1 << 18;

/// Asks for the neighbours of these nodes.
pub(super) fn fetch(slices: &Adjacency<'_>, nodes: impl Iterator<Item = NodeId> + Clone) {
    // Where they are comes first: before that is known, there is nothing to ask for.
    let lengths = nodes.clone().fold(0, |seen, node| seen ^ slices.ends(node).len());
    let lines = nodes.flat_map(|node| slices.ends(node).iter().step_by(LINE).take(LINES));
    let ends = lines.fold(0, |seen, end| seen ^ end);
    // Somebody might otherwise find out that nobody asks for the result.
    std::hint::black_box((lengths, ends));
}

/// The same nodes, their neighbours asked for some of them at a time.
pub(super) fn in_sight(
    mut nodes: impl Iterator<Item = NodeId>,
    slices: &Adjacency<'_>,
) -> impl Iterator<Item = NodeId> {
    let far = slices.nodes() > NEAR;
    std::iter::from_fn(move || {
        let next: Vec<NodeId> = nodes.by_ref().take(AHEAD).collect();
        if far {
            fetch(slices, next.iter().copied());
        }
        (!next.is_empty()).then_some(next)
    })
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Direction;
    use crate::store::{Snapshot, View};

    #[test]
    fn all_come_in_their_order() {
        let snapshot = Snapshot::empty();
        let slices = View::new(&snapshot).adjacency(None, Direction::Out).expect("no edge was added");
        for count in [0, 1, AHEAD as u32, 200] {
            let nodes = || (0..count).map(NodeId);
            assert!(in_sight(nodes(), &slices).eq(nodes()), "{count}");
        }
    }
}
