//! An immutable graph in one run of bytes.

use std::ops::Range;
use std::path::Path;

use super::{Edge, Error};
use crate::model::{Column, Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Schema, Value};

/// An immutable graph, mapped or embedded, read in place.
pub struct Snapshot {}

impl Snapshot {
    /// Maps the file and checks its frame; the work does not grow with the graph.
    pub fn open(_path: &Path) -> Result<Self, Error> {
        unimplemented!("written by store")
    }

    /// Reads a graph embedded in the program.
    pub fn from_static(_bytes: &'static [u8]) -> Result<Self, Error> {
        unimplemented!("written by store")
    }

    /// Reads a graph from bytes in memory, copied once to be aligned.
    pub fn from_bytes(_bytes: &[u8]) -> Result<Self, Error> {
        unimplemented!("written by store")
    }

    /// A graph without nodes.
    pub fn empty() -> Self {
        Snapshot {}
    }
}

pub(super) struct NameList<'g>(&'g [String]);
impl<'g> NameList<'g> {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
    pub(super) fn id(&self, _name: &str) -> Option<u32> {
        None
    }
    pub(super) fn name(&self, id: u32) -> Option<&'g str> {
        self.0.get(id as usize).map(|s| s.as_str())
    }
}

#[allow(unused_variables, reason = "signatures")]
impl Snapshot {
    pub(super) fn health(&self) -> Result<(), Error> {
        Ok(())
    }
    pub(super) fn schema(&self) -> Option<&Schema> {
        None
    }
    pub(super) fn labels(&self) -> NameList<'_> {
        NameList(&[])
    }
    pub(super) fn edge_types(&self) -> NameList<'_> {
        NameList(&[])
    }
    pub(super) fn keys(&self) -> NameList<'_> {
        NameList(&[])
    }
    pub(super) fn node_count(&self) -> u32 {
        0
    }
    pub(super) fn edge_count(&self) -> u32 {
        0
    }
    pub(super) fn nodes_with_label(&self, label: LabelId) -> u64 {
        0
    }
    pub(super) fn edges_with_type(&self, edge_type: EdgeTypeId) -> u64 {
        0
    }
    pub(super) fn edges_at_label(&self, label: LabelId, edge_type: EdgeTypeId, direction: Direction) -> u64 {
        0
    }
    pub(super) fn distinct_values(&self, label: LabelId, key: KeyId) -> Option<u64> {
        None
    }
    pub(super) fn has_index(&self, label: LabelId, key: KeyId) -> bool {
        false
    }
    pub(super) fn scan(&self, keep: impl Fn(&[LabelId]) -> bool, runs: &mut Vec<Range<u32>>) {}
    pub(super) fn labels_of(&self, node: NodeId) -> Vec<LabelId> {
        Vec::new()
    }
    pub(super) fn has_label(&self, node: NodeId, label: LabelId) -> bool {
        false
    }
    pub(super) fn node_property(&self, node: NodeId, key: KeyId) -> Value<'_> {
        Value::Null
    }
    pub(super) fn node_properties(&self, node: NodeId) -> Vec<(KeyId, Value<'_>)> {
        Vec::new()
    }
    pub(super) fn node_column(&self, nodes: &[NodeId], key: KeyId) -> Column<'_> {
        Column::Absent
    }
    pub(super) fn seek(&self, label: LabelId, key: KeyId, value: &Value<'_>) -> Option<Vec<NodeId>> {
        None
    }
    pub(super) fn edge(&self, edge: EdgeId) -> Option<Edge> {
        None
    }
    pub(super) fn edge_property(&self, edge: EdgeId, key: KeyId) -> Value<'_> {
        Value::Null
    }
    pub(super) fn edge_properties(&self, edge: EdgeId) -> Vec<(KeyId, Value<'_>)> {
        Vec::new()
    }
    pub(super) fn edge_column(&self, edges: &[EdgeId], key: KeyId) -> Column<'_> {
        Column::Absent
    }
    pub(super) fn neighbours(
        &self,
        node: NodeId,
        direction: Direction,
        types: Option<&[EdgeTypeId]>,
        found: impl FnMut(EdgeId, NodeId),
    ) {
    }
    pub(super) fn degree(&self, node: NodeId, direction: Direction, types: Option<&[EdgeTypeId]>) -> u64 {
        0
    }
    pub(super) fn edges_between(
        &self,
        source: NodeId,
        target: NodeId,
        types: Option<&[EdgeTypeId]>,
        found: impl FnMut(EdgeId),
    ) {
    }
    pub(super) fn edges(&self, types: Option<&[EdgeTypeId]>, found: impl FnMut(EdgeId, NodeId, NodeId)) {}
}
