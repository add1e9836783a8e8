//! Nodes of a snapshot: shapes, labels, properties.

use std::ops::Range;

use super::column::{Reader, find};
use super::{Snapshot, labelled};
use crate::model::definition::Definition;
use crate::model::{Column, Direction, EdgeTypeId, KeyId, LabelId, NodeId, Value};
use crate::store::layout::Shape;
use crate::store::typed::typed;

/// Statistics.
impl Snapshot {
    pub(in crate::store) fn nodes_with_label(&self, label: LabelId) -> u64 {
        labelled(&self.meta, label).map(|shape| u64::from(shape.count)).sum()
    }

    pub(in crate::store) fn edges_with_type(&self, edge_type: EdgeTypeId) -> u64 {
        self.meta.shapes.iter().map(|shape| edges_at(shape, edge_type, Direction::Out)).sum()
    }

    /// `direction` is not `Both`: that is the sum of the two.
    pub(in crate::store) fn edges_at_label(&self, label: LabelId, edge_type: EdgeTypeId, direction: Direction) -> u64 {
        labelled(&self.meta, label).map(|shape| edges_at(shape, edge_type, direction)).sum()
    }

    pub(in crate::store) fn distinct_values(&self, label: LabelId, key: KeyId) -> Option<u64> {
        let at = self.meta.distinct.binary_search_by_key(&(label.0, key.0), |(label, key, _)| (*label, *key)).ok()?;
        self.meta.distinct.get(at).map(|(_, _, count)| *count)
    }

    /// The keys that nodes with the label have; some may come twice.
    pub(in crate::store) fn keys_at_label(&self, label: LabelId) -> impl Iterator<Item = KeyId> {
        labelled(&self.meta, label).flat_map(|shape| &shape.columns).map(|column| KeyId(column.key))
    }

    /// The keys that edges of the type have; some may come twice.
    pub(in crate::store) fn keys_of_type(&self, edge_type: EdgeTypeId) -> impl Iterator<Item = KeyId> {
        let blocks = self.meta.shapes.iter().flat_map(|shape| &shape.leaving);
        let same = blocks.filter(move |block| block.edge_type == edge_type.0);
        same.flat_map(|block| &block.columns).map(|column| KeyId(column.key))
    }

    /// Labels and keys with an index.
    pub(in crate::store) fn indexes(&self) -> impl Iterator<Item = (LabelId, KeyId)> {
        self.meta.indexes.iter().map(|(label, key)| (LabelId(*label), KeyId(*key)))
    }

    /// What statements had defined when it was built.
    pub(in crate::store) fn definitions(&self) -> &[Definition] {
        &self.meta.definitions
    }

    pub(in crate::store) fn has_index(&self, label: LabelId, key: KeyId) -> bool {
        self.meta.indexes.binary_search(&(label.0, key.0)).is_ok()
    }
}

fn edges_at(shape: &Shape, edge_type: EdgeTypeId, direction: Direction) -> u64 {
    let leaving = || shape.leaving.iter().filter(|block| block.edge_type == edge_type.0).map(|b| u64::from(b.count));
    let entering = || shape.entering.iter().filter(|block| block.edge_type == edge_type.0).map(|b| u64::from(b.count));
    match direction {
        Direction::Out => leaving().sum(),
        Direction::In => entering().sum(),
        Direction::Both => leaving().chain(entering()).sum(),
    }
}

impl Snapshot {
    /// Runs of nodes whose labels satisfy `keep`, ascending, appended to `runs`; adjoining shapes make one run.
    pub(in crate::store) fn scan(&self, keep: impl Fn(&[LabelId]) -> bool, runs: &mut Vec<Range<u32>>) {
        for shape in self.meta.shapes.iter().filter(|shape| shape.count > 0) {
            if keep(&labels(shape)) {
                let nodes = shape.nodes();
                self.expect(nodes.len());
                match runs.last_mut() {
                    Some(run) if run.end == nodes.start => run.end = nodes.end,
                    _ => runs.push(nodes),
                }
            }
        }
    }

    /// The node's shape, and its row there.
    pub(super) fn shape_of(&self, node: NodeId) -> Option<(&Shape, usize)> {
        let after = self.meta.shapes.partition_point(|shape| shape.first <= node.0);
        // Shapes without nodes begin where the next one does, so the last that begins here is the node's.
        let shape = self.meta.shapes.get(after.checked_sub(1)?)?;
        shape.nodes().contains(&node.0).then(|| (shape, (node.0 - shape.first) as usize))
    }

    /// The number of the node's shape.
    pub(in crate::store) fn shape_number(&self, node: NodeId) -> usize {
        self.meta.shapes.partition_point(|shape| shape.first <= node.0)
    }

    pub(in crate::store) fn labels_of(&self, node: NodeId) -> Vec<LabelId> {
        self.shape_of(node).map(|(shape, _)| labels(shape)).unwrap_or_default()
    }

    pub(in crate::store) fn has_label(&self, node: NodeId, label: LabelId) -> bool {
        self.shape_of(node).is_some_and(|(shape, _)| shape.labels.binary_search(&label.0).is_ok())
    }

    pub(in crate::store) fn node_property(&self, node: NodeId, key: KeyId) -> Value<'_> {
        let property = || {
            let (shape, row) = self.shape_of(node)?;
            Some(Reader::new(self, find(&shape.columns, key)?).value(row))
        };
        property().unwrap_or_default()
    }

    /// The properties that are there, ascending by key.
    pub(in crate::store) fn node_properties(&self, node: NodeId) -> Vec<(KeyId, Value<'_>)> {
        let Some((shape, row)) = self.shape_of(node) else { return Vec::new() };
        self.row(&shape.columns, row)
    }

    /// One property of many nodes; nodes of one shape, the common case, are read straight from its column.
    pub(in crate::store) fn node_column(&self, nodes: &[NodeId], key: KeyId) -> Column<'_> {
        self.expect(nodes.len());
        let gathered = || {
            let (first, reader) = self.reader(nodes, key)?;
            reader.gather(nodes.iter().map(|node| (node.0 - first) as usize))
        };
        gathered().unwrap_or_else(|| typed(nodes.iter().map(|node| self.node_property(*node, key)).collect()))
    }

    /// One property of many nodes as days since 1970; none when it is not a date of each of them.
    pub(in crate::store) fn node_days(&self, nodes: &[NodeId], key: KeyId) -> Option<Vec<i32>> {
        // Mostly it is none, which one look at the first node tells.
        let (shape, _) = self.shape_of(*nodes.first()?)?;
        if !Reader::new(self, find(&shape.columns, key)?).is_dates() {
            return None;
        }
        let (first, reader) = self.reader(nodes, key)?;
        reader.days(nodes.iter().map(|node| (node.0 - first) as usize))
    }

    /// The column that holds a property of all of these nodes, and the node of its first row; none when they are of several
    /// shapes.
    fn reader(&self, nodes: &[NodeId], key: KeyId) -> Option<(u32, Reader<'_>)> {
        let (shape, _) = self.shape_of(*nodes.first()?)?;
        // The largest difference tells all at once; what comes before the shape wraps around to a large one.
        let last = nodes.iter().fold(0, |last, node| node.0.wrapping_sub(shape.first).max(last));
        let column = find(&shape.columns, key).filter(|_| last < shape.count)?;
        Some((shape.first, Reader::new(self, column)))
    }
}

fn labels(shape: &Shape) -> Vec<LabelId> {
    shape.labels.iter().copied().map(LabelId).collect()
}
