//! Edges of a snapshot: CSR blocks from both ends.

use super::column::{Reader, find};
use super::places::Origins;
use super::{Snapshot, labelled};
use crate::model::{Column, Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Value};
use crate::store::layout::{Entering, Leaving, Shape};
use crate::store::typed::typed;
use crate::store::view::Numbers;
use crate::store::{Block, Edge};

/// Edges from a node to itself: their type, the node, and how many there are.
pub(super) type Loop = [u32; 3];

/// Whether an edge of this type is asked for.
fn wanted(types: Option<&[EdgeTypeId]>, edge_type: u32) -> bool {
    types.is_none_or(|types| types.contains(&EdgeTypeId(edge_type)))
}

/// One node's edges in a block that leaves its shape.
pub(super) struct LeavingEdges<'g> {
    /// The first edge's id.
    pub(super) first: u32,
    pub(super) targets: &'g [u32],
}

/// One node's edges in a block that enters its shape.
pub(super) struct EnteringEdges<'g> {
    /// Where the first stands in the block.
    start: usize,
    pub(super) sources: &'g [u32],
    origins: Origins<'g>,
}

impl EnteringEdges<'_> {
    /// The edge that comes from the `at`th source.
    pub(super) fn edge(&mut self, at: usize) -> Option<EdgeId> {
        self.origins.edge(self.start + at, *self.sources.get(at)?)
    }

    /// The number that stands beside the `at`th source.
    pub(super) fn number(&self, at: usize) -> Option<u32> {
        self.origins.places().get(self.start + at)
    }
}

impl Snapshot {
    pub(super) fn leaving(&self, block: &Leaving, row: usize) -> LeavingEdges<'_> {
        let targets = self.words::<u32>(block.targets);
        let length = targets.len().min(block.count as usize);
        let extent = self.extent(self.words::<u32>(block.offsets), row, length).unwrap_or_default();
        // The extent ends within the block, whose ids end within the graph's: no overflow.
        LeavingEdges { first: block.first + extent.start as u32, targets: targets.get(extent).unwrap_or_default() }
    }

    pub(super) fn entering(&self, block: &Entering, row: usize) -> EnteringEdges<'_> {
        let (sources, origins) = (self.words::<u32>(block.sources), Origins::new(self, block));
        let length = sources.len().min(origins.places().len());
        let extent = self.extent(self.words::<u32>(block.offsets), row, length).unwrap_or_default();
        EnteringEdges { start: extent.start, sources: sources.get(extent).unwrap_or_default(), origins }
    }

    /// The id as one of a node that is there.
    fn node(&self, id: u32) -> Option<NodeId> {
        self.sound((id < self.meta.nodes).then_some(NodeId(id)))
    }

    /// The edge's shape and block, and its row there.
    fn block_of(&self, edge: EdgeId) -> Option<(&Shape, &Leaving, usize)> {
        let after = self.meta.shapes.partition_point(|shape| shape.first_edge <= edge.0);
        let shape = self.meta.shapes.get(after.checked_sub(1)?)?;
        let after = shape.leaving.partition_point(|block| block.first <= edge.0);
        let block = shape.leaving.get(after.checked_sub(1)?)?;
        block.edges().contains(&edge.0).then(|| (shape, block, (edge.0 - block.first) as usize))
    }

    pub(in crate::store) fn edge(&self, edge: EdgeId) -> Option<Edge> {
        let (shape, block, row) = self.block_of(edge)?;
        let target = self.node(*self.sound(self.words::<u32>(block.targets).get(row))?)?;
        // The source is the last node whose edges begin at or before this one.
        let after = self.words::<u32>(block.offsets).partition_point(|offset| *offset as usize <= row);
        let source = after.checked_sub(1).filter(|row| *row < shape.count as usize);
        let source = NodeId(shape.first + self.sound(source)? as u32);
        Some(Edge { source, target, edge_type: EdgeTypeId(block.edge_type) })
    }

    /// The edge's type, without looking for its source.
    pub(in crate::store) fn edge_type(&self, edge: EdgeId) -> Option<EdgeTypeId> {
        self.block_of(edge).map(|(_, block, _)| EdgeTypeId(block.edge_type))
    }

    pub(in crate::store) fn edge_property(&self, edge: EdgeId, key: KeyId) -> Value<'_> {
        let property = || {
            let (_, block, row) = self.block_of(edge)?;
            Some(Reader::new(self, find(&block.columns, key)?).value(row))
        };
        property().unwrap_or_default()
    }

    /// The properties that are there, ascending by key.
    pub(in crate::store) fn edge_properties(&self, edge: EdgeId) -> Vec<(KeyId, Value<'_>)> {
        let Some((_, block, row)) = self.block_of(edge) else { return Vec::new() };
        self.row(&block.columns, row)
    }

    /// One property of many edges; edges of one block are read straight from its column.
    pub(in crate::store) fn edge_column(&self, edges: &[EdgeId], key: KeyId) -> Column<'_> {
        self.expect(edges.len());
        let gathered = || {
            let (_, block, _) = self.block_of(*edges.first()?)?;
            let ids = block.edges();
            let column = find(&block.columns, key).filter(|_| edges.iter().all(|edge| ids.contains(&edge.0)))?;
            Reader::new(self, column).gather(edges.iter().map(|edge| (edge.0 - block.first) as usize))
        };
        gathered().unwrap_or_else(|| typed(edges.iter().map(|edge| self.edge_property(*edge, key)).collect()))
    }

    /// Calls `found` with each edge at the node, its other end and its type, by type, then by the other end. `direction`
    /// is not `Both`.
    pub(in crate::store) fn neighbours(
        &self,
        node: NodeId,
        direction: Direction,
        types: Option<&[EdgeTypeId]>,
        mut found: impl FnMut(EdgeId, NodeId, EdgeTypeId),
    ) {
        let Some((shape, row)) = self.shape_of(node) else { return };
        if direction == Direction::Out {
            for block in shape.leaving.iter().filter(|block| wanted(types, block.edge_type)) {
                let LeavingEdges { first, targets } = self.leaving(block, row);
                for (target, edge) in targets.iter().zip(first..) {
                    if let Some(target) = self.node(*target) {
                        found(EdgeId(edge), target, EdgeTypeId(block.edge_type));
                    }
                }
            }
        } else {
            for block in shape.entering.iter().filter(|block| wanted(types, block.edge_type)) {
                let mut entering = self.entering(block, row);
                for (at, source) in entering.sources.iter().enumerate() {
                    if let (Some(source), Some(edge)) = (self.node(*source), entering.edge(at)) {
                        found(edge, source, EdgeTypeId(block.edge_type));
                    }
                }
            }
        }
    }

    /// How many edges `neighbours` would find, read off the offsets.
    pub(in crate::store) fn degree(&self, node: NodeId, direction: Direction, types: Option<&[EdgeTypeId]>) -> u64 {
        let Some((shape, row)) = self.shape_of(node) else { return 0 };
        let degree = |offsets, count: u32| {
            self.extent(self.words::<u32>(offsets), row, count as usize).map_or(0, |extent| extent.len() as u64)
        };
        if direction == Direction::Out {
            let blocks = shape.leaving.iter().filter(|block| wanted(types, block.edge_type));
            blocks.map(|block| degree(block.offsets, block.count)).sum()
        } else {
            let blocks = shape.entering.iter().filter(|block| wanted(types, block.edge_type));
            blocks.map(|block| degree(block.offsets, block.count)).sum()
        }
    }

    /// The blocks of these types, shape by shape. Damage reads as an empty block.
    pub(in crate::store) fn blocks<'g>(&'g self, types: Option<&[EdgeTypeId]>, direction: Direction) -> Vec<Block<'g>> {
        self.expect(self.meta.edges as usize);
        let mut blocks = Vec::new();
        for shape in &self.meta.shapes {
            let mut add = |edge_type: u32, offsets, ends, count: u32, edges: &dyn Fn() -> Numbers<'g>| {
                if wanted(types, edge_type) {
                    let (offsets, ends) = (self.words::<u32>(offsets), self.words::<u32>(ends));
                    // Whoever walks a block adds up what its offsets say, so these must be sound.
                    let whole = offsets.len() == shape.count as usize + 1 && ends.len() == count as usize;
                    if self.sound(whole.then_some(())).is_some() {
                        blocks.push(Block::new(NodeId(shape.first), offsets, ends, edges()));
                    }
                }
            };
            match direction {
                Direction::In => shape.entering.iter().for_each(|b| {
                    add(b.edge_type, b.offsets, b.sources, b.count, &|| Numbers::Placed(Origins::new(self, b)));
                }),
                _ => shape.leaving.iter().for_each(|b| {
                    add(b.edge_type, b.offsets, b.targets, b.count, &|| Numbers::From(b.first));
                }),
            }
        }
        blocks
    }

    /// The other ends of a node's edges of a type, ascending. `direction` is not `Both`.
    pub(in crate::store) fn ends(&self, node: NodeId, direction: Direction, edge_type: EdgeTypeId) -> &[u32] {
        let Some((shape, row)) = self.shape_of(node) else { return &[] };
        if direction == Direction::Out {
            let block = shape.leaving.binary_search_by_key(&edge_type.0, |block| block.edge_type);
            block.map_or(&[], |at| self.leaving(&shape.leaving[at], row).targets)
        } else {
            let block = shape.entering.binary_search_by_key(&edge_type.0, |block| block.edge_type);
            block.map_or(&[], |at| self.entering(&shape.entering[at], row).sources)
        }
    }

    /// The edges from a node to itself: their type, the node, and how many.
    pub(in crate::store) fn loops(&self) -> impl Iterator<Item = (EdgeTypeId, NodeId, u64)> {
        let there =
            |[edge_type, node, count]: &Loop| Some((EdgeTypeId(*edge_type), self.node(*node)?, u64::from(*count)));
        self.known_loops().iter().filter_map(there)
    }

    /// The edges from a node to itself as they stand in the file, or as they were found; by type, then by node.
    pub(super) fn known_loops(&self) -> &[Loop] {
        match self.meta.loops {
            Some(loops) => self.words::<u32>(loops).as_chunks().0,
            None => self.loops.get_or_init(|| self.find_loops()),
        }
    }

    /// The edges from a node to itself, looked for in all edges.
    pub(super) fn find_loops(&self) -> Vec<Loop> {
        self.expect(self.meta.edges as usize);
        let mut loops = Vec::new();
        for shape in &self.meta.shapes {
            for block in &shape.leaving {
                for (row, node) in shape.nodes().enumerate() {
                    let targets = self.leaving(block, row).targets;
                    let start = targets.partition_point(|target| *target < node);
                    let count = targets[start..].iter().take_while(|target| **target == node).count();
                    if count > 0 {
                        loops.push([block.edge_type, node, count as u32]);
                    }
                }
            }
        }
        loops.sort_unstable();
        loops
    }

    /// Whether every node with the label has the property, as far as the columns tell at once.
    pub(in crate::store) fn always_has(&self, label: LabelId, key: KeyId) -> bool {
        let whole = |shape: &Shape| {
            let column = find(&shape.columns, key);
            shape.count == 0 || column.is_some_and(|column| column.validity.is_none())
        };
        labelled(&self.meta, label).all(whole)
    }

    /// Calls `found` with each edge between the two, by binary search in the shorter of their lists.
    pub(in crate::store) fn edges_between(
        &self,
        source: NodeId,
        target: NodeId,
        types: Option<&[EdgeTypeId]>,
        mut found: impl FnMut(EdgeId),
    ) {
        let (Some((from, from_row)), Some((to, to_row))) = (self.shape_of(source), self.shape_of(target)) else {
            return;
        };
        for block in from.leaving.iter().filter(|block| wanted(types, block.edge_type)) {
            let entering = to.entering.binary_search_by_key(&block.edge_type, |entering| entering.edge_type);
            let Some(entering) = entering.ok().and_then(|at| to.entering.get(at)) else { continue };
            let LeavingEdges { first, targets } = self.leaving(block, from_row);
            let mut entering = self.entering(entering, to_row);
            let sources = entering.sources;
            if targets.len() <= sources.len() {
                let start = targets.partition_point(|node| *node < target.0);
                let run = targets.iter().skip(start).take_while(|node| **node == target.0).count();
                (start..start + run).for_each(|at| found(EdgeId(first + at as u32)));
            } else {
                let start = sources.partition_point(|node| *node < source.0);
                let run = sources.iter().skip(start).take_while(|node| **node == source.0).count();
                (start..start + run).filter_map(|at| entering.edge(at)).for_each(&mut found);
            }
        }
    }

    /// Calls `found` with every edge of these types, its source and its target, ascending.
    pub(in crate::store) fn edges(&self, types: Option<&[EdgeTypeId]>, mut found: impl FnMut(EdgeId, NodeId, NodeId)) {
        self.expect(self.meta.edges as usize);
        for shape in &self.meta.shapes {
            for block in shape.leaving.iter().filter(|block| wanted(types, block.edge_type)) {
                for (row, source) in shape.nodes().enumerate() {
                    let LeavingEdges { first, targets } = self.leaving(block, row);
                    for (target, edge) in targets.iter().zip(first..) {
                        if let Some(target) = self.node(*target) {
                            found(EdgeId(edge), NodeId(source), target);
                        }
                    }
                }
            }
        }
    }
}
