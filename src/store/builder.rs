//! Nodes and edges to a snapshot's bytes: the same input gives the same bytes.

use super::Error;
use crate::model::{NodeId, Schema, Value};

/// Gathers a graph and writes it as a snapshot.
#[derive(Default)]
pub struct Builder {}

impl Builder {
    /// Nothing yet.
    pub fn new() -> Self {
        Builder::default()
    }

    /// The schema that travels with the graph; its types' `key` and `name` are indexed.
    pub fn schema(&mut self, _schema: Schema) {
        unimplemented!("written by store")
    }

    /// Asks for an index on this property of the nodes with this label.
    pub fn index(&mut self, _label: &str, _key: &str) {
        unimplemented!("written by store")
    }

    /// Adds a node; the number returned serves `edge` only (the snapshot numbers nodes by shape).
    pub fn node(&mut self, _labels: &[&str], _properties: Vec<(&str, Value<'_>)>) -> NodeId {
        unimplemented!("written by store")
    }

    /// Adds an edge between nodes that `node` returned.
    pub fn edge(&mut self, _source: NodeId, _edge_type: &str, _target: NodeId, _properties: Vec<(&str, Value<'_>)>) {
        unimplemented!("written by store")
    }

    /// The snapshot's bytes.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        unimplemented!("written by store")
    }
}
