//! The snapshot's adjacency as slices, for those who walk all of it.

use std::borrow::Cow;
use std::ops::Range;

use super::View;
use crate::model::{Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId};
use crate::store::snapshot::Origins;

/// A run of nodes with their neighbours by the edges of one type in one direction (a block of CSR).
#[derive(Clone, Copy, Debug)]
pub struct Block<'g> {
    /// The first node of the run.
    pub first: NodeId,
    /// Where each node's neighbours begin; one more than nodes.
    offsets: &'g [u32],
    ends: &'g [u32],
    edges: Numbers<'g>,
}

/// The edges of a block, in the order of its neighbours.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum Numbers<'g> {
    /// They are numbered from here on.
    From(u32),
    /// By their places at the neighbours.
    Placed(Origins<'g>),
}

impl<'g> Block<'g> {
    pub(in crate::store) fn new(first: NodeId, offsets: &'g [u32], ends: &'g [u32], edges: Numbers<'g>) -> Self {
        Block { first, offsets, ends, edges }
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

/// So many neighbours of a block stay in memory when it is walked from end to end: 64 MB of them.
const KEPT: usize = if cfg!(test) { 1 << 10 } else { 1 << 24 };

impl<'g> Block<'g> {
    /// The neighbours of these rows, among which no other rows' are, were walked. A block that is walked from end to end is not
    /// needed again before its beginning is; of a large one only that stays in the process's memory.
    pub(crate) fn walked(&self, rows: Range<usize>, view: &View<'g>) {
        let place = |row: usize| self.offsets.get(row).map(|at| *at as usize);
        if let Some((start, end)) = place(rows.start).zip(place(rows.end))
            && let Some(ends) = self.ends.get(start.max(KEPT)..end)
        {
            view.base.let_go(ends);
        }
    }

    /// Where each node's neighbours begin among all of the block's, and where the last one's end.
    pub fn offsets(&self) -> &'g [u32] {
        self.offsets
    }

    /// The edges to the neighbours of the run's `row`th node, in their order.
    pub fn edges(&self, row: usize) -> impl Iterator<Item = EdgeId> + use<'g> {
        let extent = match self.offsets.get(row..row + 2) {
            Some([start, end]) => *start..*end,
            _ => 0..0,
        };
        let mut block = *self;
        extent.filter_map(move |at| block.numbered(at))
    }

    /// The edge to the `at`th neighbour of the run's `row`th node.
    pub fn edge(&self, row: usize, at: usize) -> Option<EdgeId> {
        let mut block = *self;
        block.numbered(self.offsets.get(row)?.checked_add(u32::try_from(at).ok()?)?)
    }

    /// The edge at a place among all of the block's.
    fn numbered(&mut self, at: u32) -> Option<EdgeId> {
        match &mut self.edges {
            Numbers::From(first) => Some(EdgeId(first.wrapping_add(at))),
            Numbers::Placed(origins) => origins.edge(at as usize, *self.ends.get(at as usize)?),
        }
    }
}

/// The neighbours of every node by the edges of some types in one direction, where each node has them in one place.
#[derive(Clone, Debug)]
pub struct Adjacency<'g> {
    /// Ascending; no node is in two.
    blocks: Vec<Block<'g>>,
}

impl<'g> Adjacency<'g> {
    /// The block that has the node, and its row there.
    pub fn at(&self, node: NodeId) -> Option<(&Block<'g>, usize)> {
        let block = match self.blocks.as_slice() {
            [one] => one,
            blocks => blocks.get(blocks.partition_point(|block| block.first <= node).checked_sub(1)?)?,
        };
        let row = node.0.checked_sub(block.first.0)? as usize;
        (row < block.len()).then_some((block, row))
    }

    /// How many nodes have a place here; some of them may have no neighbour.
    pub fn nodes(&self) -> usize {
        self.blocks.iter().map(Block::len).sum()
    }

    /// How many neighbours the node has that has the most.
    pub fn longest(&self) -> u32 {
        let of_block = |block: &Block<'g>| {
            let ends = block.offsets.get(1..).unwrap_or_default();
            block.offsets.iter().zip(ends).map(|(start, end)| end.saturating_sub(*start)).max()
        };
        self.blocks.iter().filter_map(of_block).max().unwrap_or_default()
    }

    /// The neighbours of these nodes were walked; see [`Block::walked`].
    pub(crate) fn walked(&self, nodes: Range<u32>, view: &View<'g>) {
        for block in &self.blocks {
            let row = |node: u32| (node.saturating_sub(block.first.0) as usize).min(block.len());
            let rows = row(nodes.start)..row(nodes.end);
            if !rows.is_empty() {
                block.walked(rows, view);
            }
        }
    }

    /// The node's neighbours, ascending, parallel edges more than once.
    pub fn ends(&self, node: NodeId) -> &'g [u32] {
        self.at(node).map_or(&[], |(block, row)| block.ends(row))
    }
}

impl<'g> View<'g> {
    /// The neighbours by these types (none: any) as slices; none when edges were added or deleted since the snapshot, or a
    /// node has them in several places. `direction` is not `Both`.
    pub fn adjacency(&self, types: Option<&[EdgeTypeId]>, direction: Direction) -> Option<Adjacency<'g>> {
        let blocks = self.blocks(types, direction).filter(|_| direction != Direction::Both)?;
        let apart = |pair: &[Block<'g>]| pair[0].first.index() + pair[0].len() <= pair[1].first.index();
        blocks.windows(2).all(apart).then_some(Adjacency { blocks })
    }

    /// The adjacency of these types (none: any), block by block: nodes without such edges are in none, nodes with several
    /// types in several. None when edges were added or deleted since the snapshot. `direction` is not `Both`.
    pub fn blocks(&self, types: Option<&[EdgeTypeId]>, direction: Direction) -> Option<Vec<Block<'g>>> {
        let unchanged = self.changes.edge_count() == 0 && !self.changes.has_gone_edges();
        unchanged.then(|| self.base.blocks(types, direction))
    }

    /// Notes damage when this is none of the nodes; whoever finds one among slices can but leave it out.
    pub(crate) fn note_unknown(&self, node: NodeId) {
        if node.index() >= self.node_bound() {
            self.base.note_damage();
        }
    }

    /// The nodes at the other ends of a node's edges of these types (none: any), ascending, each once or more.
    pub fn ends(&self, node: NodeId, direction: Direction, types: Option<&[EdgeTypeId]>) -> Cow<'g, [u32]> {
        let unchanged = self.changes.edge_count() == 0 && !self.changes.has_gone_edges();
        if let (true, Some([edge_type]), Direction::Out | Direction::In) = (unchanged, types, direction) {
            return Cow::Borrowed(self.base.ends(node, direction, *edge_type));
        }
        let mut ends = Vec::new();
        self.neighbours(node, direction, types, |_, end| ends.push(end.0));
        ends.sort_unstable();
        Cow::Owned(ends)
    }

    /// The edges of these types (none: any) from a node to itself: nodes ascending, and how many each has.
    pub fn loops(&self, types: Option<&[EdgeTypeId]>) -> Vec<(NodeId, u64)> {
        let mut loops: Vec<(NodeId, u64)> = Vec::new();
        if self.changes.edge_count() == 0 && !self.changes.has_gone_edges() {
            let wanted = |edge_type: &EdgeTypeId| types.is_none_or(|types| types.contains(edge_type));
            let all = self.base.loops().filter(|(edge_type, ..)| wanted(edge_type));
            loops.extend(all.map(|(_, node, count)| (node, count)));
            loops.sort_unstable();
        } else {
            self.edges(types, |_, source, target| {
                if source == target {
                    loops.push((source, 1));
                }
            });
            loops.sort_unstable();
        }
        loops.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        loops
    }

    /// Whether it is known at once that every node with the label has the property.
    pub fn always_has(&self, label: LabelId, key: KeyId) -> bool {
        self.changes.is_empty() && self.base.always_has(label, key)
    }

    /// Whether it is known at once that no two nodes with the label have the same value of the property, and all have one.
    pub fn is_unique(&self, label: LabelId, key: KeyId) -> bool {
        self.always_has(label, key) && self.distinct_values(label, key) == Some(self.nodes_with_label(label))
    }

    /// Whether every edge of the type that leaves (`Out`) or enters (`In`) a node is at one with the label.
    pub fn only_at_label(&self, label: LabelId, edge_type: EdgeTypeId, direction: Direction) -> bool {
        // Labels may have been put on nodes and taken off them, and the statistics are estimates then.
        let exact = self.changes.is_empty() || self.changes.edge_count() == 0 && !self.changes.has_altered();
        exact && self.edges_at_label(label, edge_type, direction) == self.edges_with_type(edge_type)
    }
}
