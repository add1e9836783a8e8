//! The snapshot's adjacency as slices, for those who walk all of it.

use super::View;
use crate::model::{Direction, EdgeTypeId, NodeId};

/// A run of nodes with their neighbours by the edges of one type in one direction (a block of CSR).
#[derive(Clone, Copy, Debug)]
pub struct Block<'g> {
    /// The first node of the run.
    pub first: NodeId,
    /// Where each node's neighbours begin; one more than nodes.
    offsets: &'g [u32],
    ends: &'g [u32],
}

impl<'g> Block<'g> {
    pub(in crate::store) fn new(first: NodeId, offsets: &'g [u32], ends: &'g [u32]) -> Self {
        Block { first, offsets, ends }
    }

    /// How many nodes.
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many neighbours the run's `row`th node has, parallel edges counted.
    pub fn degree(&self, row: usize) -> u32 {
        match self.offsets.get(row..row + 2) {
            Some([start, end]) => end.saturating_sub(*start),
            _ => 0,
        }
    }

    /// The neighbours of the run's `row`th node, ascending; none where the bytes make no sense.
    pub fn ends(&self, row: usize) -> &'g [u32] {
        match self.offsets.get(row..row + 2) {
            Some([start, end]) => self.ends.get(*start as usize..*end as usize).unwrap_or_default(),
            _ => &[],
        }
    }
}

impl<'g> View<'g> {
    /// The adjacency of these types (none: any), block by block: nodes without such edges are in none, nodes with several
    /// types in several. None when edges were added or deleted since the snapshot. `direction` is not `Both`.
    pub fn blocks(&self, types: Option<&[EdgeTypeId]>, direction: Direction) -> Option<Vec<Block<'g>>> {
        let unchanged = self.changes.edge_count() == 0 && !self.changes.has_gone_edges();
        unchanged.then(|| self.base.blocks(types, direction))
    }

    /// Whether every edge of the type that leaves (`Out`) or enters (`In`) a node is at one with the label.
    pub fn only_at_label(&self, label: crate::model::LabelId, edge_type: EdgeTypeId, direction: Direction) -> bool {
        // Labels may have been put on nodes and taken off them, and the statistics are estimates then.
        let exact = self.changes.is_empty() || self.changes.edge_count() == 0 && !self.changes.has_altered();
        exact && self.edges_at_label(label, edge_type, direction) == self.edges_with_type(edge_type)
    }
}
