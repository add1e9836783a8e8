//! Which properties the nodes with a label have, and the edges of a type.
//!
//! In: a label or a type. Out: keys, ascending by name. What always holds: every key that one of them has is among them, and
//! the work grows with the names of the snapshot and with what came since, never with the snapshot's nodes and edges. A key
//! that only nodes or edges had which are gone or were altered may be among them, too.

use std::collections::BTreeSet;

use super::View;
use crate::model::{EdgeId, EdgeTypeId, KeyId, LabelId, NodeId};

impl View<'_> {
    /// The keys that nodes with the label have.
    pub fn keys_at_label(&self, label: LabelId) -> Vec<KeyId> {
        let mut keys: BTreeSet<KeyId> = self.base.keys_at_label(label).collect();
        let added = (self.base.node_count()..self.node_bound() as u32).map(NodeId);
        for node in added.chain(self.changes.altered_nodes()).filter(|node| self.has_label(*node, label)) {
            keys.extend(self.node_properties(node).into_iter().map(|(key, _)| key));
        }
        self.in_order(keys)
    }

    /// The keys that edges of the type have.
    pub fn keys_of_type(&self, edge_type: EdgeTypeId) -> Vec<KeyId> {
        let mut keys: BTreeSet<KeyId> = self.base.keys_of_type(edge_type).collect();
        let added = (self.base.edge_count()..self.edge_bound() as u32).map(EdgeId);
        let is_of = |edge: &EdgeId| self.edge(*edge).is_some_and(|edge| edge.edge_type == edge_type);
        for edge in added.chain(self.changes.altered_edges()).filter(is_of) {
            keys.extend(self.edge_properties(edge).into_iter().map(|(key, _)| key));
        }
        self.in_order(keys)
    }

    fn in_order(&self, keys: BTreeSet<KeyId>) -> Vec<KeyId> {
        let mut keys: Vec<KeyId> = keys.into_iter().collect();
        keys.sort_by_key(|key| self.key_name(*key));
        keys
    }
}
