//! One graph to read: a snapshot with the changes since.

use std::marker::PhantomData;
use std::ops::Range;

use super::{Error, Snapshot};
use crate::model::{Column, Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Schema, Value};

/// A snapshot with the changes since; cheap to clone, and a clone keeps the state it was made of.
///
/// Strings of the snapshot are borrowed for `'g`; strings of the changes are shared.
#[derive(Clone)]
pub struct View<'g> {
    base: PhantomData<&'g Snapshot>,
}

/// An edge's ends and type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Leaves it.
    pub source: NodeId,
    /// Enters it.
    pub target: NodeId,
    /// Its type.
    pub edge_type: EdgeTypeId,
}

#[allow(unused_variables, reason = "signatures")]
impl<'g> View<'g> {
    /// The snapshot as it is.
    pub fn new(base: &'g Snapshot) -> Self {
        unimplemented!("written by store")
    }

    /// The schema that travels with the graph.
    pub fn schema(&self) -> Option<&'g Schema> {
        unimplemented!("written by store")
    }

    /// `Err(Corrupt)` once a read met bytes that cannot be right.
    pub fn health(&self) -> Result<(), Error> {
        unimplemented!("written by store")
    }

    // The catalog: names and numbers. Ids are dense from 0, so `0..label_count()` walks them all.

    /// How many labels there are.
    pub fn label_count(&self) -> usize {
        unimplemented!("written by store")
    }
    /// The label's number.
    pub fn label_id(&self, name: &str) -> Option<LabelId> {
        unimplemented!("written by store")
    }
    /// The label's name.
    pub fn label_name(&self, label: LabelId) -> &str {
        unimplemented!("written by store")
    }
    /// How many edge types there are.
    pub fn edge_type_count(&self) -> usize {
        unimplemented!("written by store")
    }
    /// The edge type's number.
    pub fn edge_type_id(&self, name: &str) -> Option<EdgeTypeId> {
        unimplemented!("written by store")
    }
    /// The edge type's name.
    pub fn edge_type_name(&self, edge_type: EdgeTypeId) -> &str {
        unimplemented!("written by store")
    }
    /// How many property keys there are.
    pub fn key_count(&self) -> usize {
        unimplemented!("written by store")
    }
    /// The property key's number.
    pub fn key_id(&self, name: &str) -> Option<KeyId> {
        unimplemented!("written by store")
    }
    /// The property key's name.
    pub fn key_name(&self, key: KeyId) -> &str {
        unimplemented!("written by store")
    }

    // Statistics, for the planner: exact on a snapshot.

    /// How many nodes.
    pub fn node_count(&self) -> u64 {
        unimplemented!("written by store")
    }
    /// How many edges.
    pub fn edge_count(&self) -> u64 {
        unimplemented!("written by store")
    }
    /// How many nodes have the label.
    pub fn nodes_with_label(&self, label: LabelId) -> u64 {
        unimplemented!("written by store")
    }
    /// How many edges have the type.
    pub fn edges_with_type(&self, edge_type: EdgeTypeId) -> u64 {
        unimplemented!("written by store")
    }
    /// How many edges of the type leave (`Out`) or enter (`In`) nodes with the label.
    pub fn edges_at_label(&self, label: LabelId, edge_type: EdgeTypeId, direction: Direction) -> u64 {
        unimplemented!("written by store")
    }
    /// How many distinct values the key has on nodes with the label, when known.
    pub fn distinct_values(&self, label: LabelId, key: KeyId) -> Option<u64> {
        unimplemented!("written by store")
    }
    /// Whether `seek` answers for this label and key.
    pub fn has_index(&self, label: LabelId, key: KeyId) -> bool {
        unimplemented!("written by store")
    }

    // Nodes.

    /// Runs of node ids whose label set satisfies `keep` (called once a shape, with sorted labels), ascending.
    pub fn scan(&self, keep: impl Fn(&[LabelId]) -> bool) -> Vec<Range<u32>> {
        unimplemented!("written by store")
    }
    /// Whether the id names a node that is there.
    pub fn contains_node(&self, node: NodeId) -> bool {
        unimplemented!("written by store")
    }
    /// The node's labels, sorted by id.
    pub fn node_labels(&self, node: NodeId) -> Vec<LabelId> {
        unimplemented!("written by store")
    }
    /// Whether the node has the label.
    pub fn has_label(&self, node: NodeId, label: LabelId) -> bool {
        unimplemented!("written by store")
    }
    /// The property, or null.
    pub fn node_property(&self, node: NodeId, key: KeyId) -> Value<'g> {
        unimplemented!("written by store")
    }
    /// The properties that are there, sorted by the key's name.
    pub fn node_properties(&self, node: NodeId) -> Vec<(KeyId, Value<'g>)> {
        unimplemented!("written by store")
    }
    /// One property of many nodes, typed when all of them have that kind.
    pub fn node_column(&self, nodes: &[NodeId], key: KeyId) -> Column<'g> {
        unimplemented!("written by store")
    }
    /// The nodes with the label whose property equals the value (openCypher's `=`, so `1` finds `1.0`), ascending;
    /// none when there is no such index.
    pub fn seek(&self, label: LabelId, key: KeyId, value: &Value<'_>) -> Option<Vec<NodeId>> {
        unimplemented!("written by store")
    }

    // Edges.

    /// Whether the id names an edge that is there.
    pub fn contains_edge(&self, edge: EdgeId) -> bool {
        unimplemented!("written by store")
    }
    /// The edge's ends and type; none when there is no such edge.
    pub fn edge(&self, edge: EdgeId) -> Option<Edge> {
        unimplemented!("written by store")
    }
    /// The property, or null.
    pub fn edge_property(&self, edge: EdgeId, key: KeyId) -> Value<'g> {
        unimplemented!("written by store")
    }
    /// The properties that are there, sorted by the key's name.
    pub fn edge_properties(&self, edge: EdgeId) -> Vec<(KeyId, Value<'g>)> {
        unimplemented!("written by store")
    }
    /// One property of many edges.
    pub fn edge_column(&self, edges: &[EdgeId], key: KeyId) -> Column<'g> {
        unimplemented!("written by store")
    }
    /// Calls `found` with each edge at the node and its other end. `types`: none is any. With `Both`, a loop is
    /// found once.
    pub fn neighbours(
        &self,
        node: NodeId,
        direction: Direction,
        types: Option<&[EdgeTypeId]>,
        found: impl FnMut(EdgeId, NodeId),
    ) {
        unimplemented!("written by store")
    }
    /// How many edges `neighbours` would find, without walking them.
    pub fn degree(&self, node: NodeId, direction: Direction, types: Option<&[EdgeTypeId]>) -> u64 {
        unimplemented!("written by store")
    }
    /// Calls `found` with each edge from `source` to `target` (binary search in the shorter of the sorted lists).
    pub fn edges_between(
        &self,
        source: NodeId,
        target: NodeId,
        types: Option<&[EdgeTypeId]>,
        found: impl FnMut(EdgeId),
    ) {
        unimplemented!("written by store")
    }
    /// Calls `found` with every edge of these types, its source and its target.
    pub fn edges(&self, types: Option<&[EdgeTypeId]>, found: impl FnMut(EdgeId, NodeId, NodeId)) {
        unimplemented!("written by store")
    }

    // Changes. They belong to this view alone until the next issue gives them a log; a clone made before keeps its
    // own state.

    /// Adds a node; new labels and keys join the catalog. Null properties are left out.
    pub fn create_node(&mut self, labels: &[&str], properties: Vec<(&str, Value<'_>)>) -> Result<NodeId, Error> {
        unimplemented!("written by store")
    }
    /// Adds an edge.
    pub fn create_edge(
        &mut self,
        source: NodeId,
        edge_type: &str,
        target: NodeId,
        properties: Vec<(&str, Value<'_>)>,
    ) -> Result<EdgeId, Error> {
        unimplemented!("written by store")
    }
}
