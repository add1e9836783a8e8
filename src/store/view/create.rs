//! Writing to a view.
//!
//! Changes belong to the view alone until somebody keeps them; a clone made before keeps its own state. A write that
//! fails changes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Edge, View};
use crate::model::{EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Value};
use crate::store::value::owned;
use crate::store::{Changes, Error};

impl View<'_> {
    /// Adds a node; new labels and keys join the catalog. Null properties are left out; of a key given twice, the last
    /// value counts.
    ///
    /// # Errors
    ///
    /// [`Error::Unstorable`] when a value cannot be a property, [`Error::TooLarge`] when ids run out.
    pub fn create_node(&mut self, labels: &[&str], properties: Vec<(&str, Value<'_>)>) -> Result<NodeId, Error> {
        if self.node_count() >= u64::from(u32::MAX) - 1 {
            return Err(Error::TooLarge(format!("a graph has at most {} nodes", u32::MAX - 1)));
        }
        let properties = stored(properties)?;
        let mut labels: Vec<_> = labels.iter().map(|label| self.intern_label(label)).collect();
        labels.sort_unstable();
        labels.dedup();
        let properties = self.intern_keys(properties);
        Ok(self.write().add_node(labels, properties))
    }
    /// Adds an edge between nodes of this view; null properties are left out, as with nodes.
    ///
    /// # Errors
    ///
    /// [`Error::Unstorable`] when an end is not there or a value cannot be a property, [`Error::TooLarge`] when ids
    /// run out.
    pub fn create_edge(
        &mut self,
        source: NodeId,
        edge_type: &str,
        target: NodeId,
        properties: Vec<(&str, Value<'_>)>,
    ) -> Result<EdgeId, Error> {
        if self.edge_count() >= u64::from(u32::MAX) - 1 {
            return Err(Error::TooLarge(format!("a graph has at most {} edges", u32::MAX - 1)));
        }
        if let Some(end) = [source, target].into_iter().find(|end| !self.contains_node(*end)) {
            return Err(Error::Unstorable(format!("an edge cannot end at {end:?}, which is not there")));
        }
        let properties = stored(properties)?;
        let ends = [self.node_labels(source), self.node_labels(target)];
        let base_types = self.base.edge_types();
        let edge_type = match base_types.id(edge_type) {
            Some(id) => id,
            None => base_types.len() as u32 + self.write().edge_types.intern(edge_type),
        };
        let edge = Edge { source, target, edge_type: EdgeTypeId(edge_type) };
        let properties = self.intern_keys(properties);
        Ok(self.write().add_edge(edge, [&ends[0], &ends[1]], properties))
    }

    /// The changes, to write to: a copy of them when another view holds them too.
    fn write(&mut self) -> &mut Changes {
        let changes = Arc::make_mut(&mut self.changes);
        changes.over(self.base.node_count(), self.base.edge_count());
        changes
    }
    fn intern_label(&mut self, name: &str) -> LabelId {
        let names = self.base.labels();
        LabelId(names.id(name).unwrap_or_else(|| names.len() as u32 + self.write().labels.intern(name)))
    }
    fn intern_keys(&mut self, properties: BTreeMap<&str, Value<'static>>) -> Vec<(KeyId, Value<'static>)> {
        let names = self.base.keys();
        let mut keyed: Vec<_> = properties
            .into_iter()
            .map(|(name, value)| {
                let id = names.id(name).unwrap_or_else(|| names.len() as u32 + self.write().keys.intern(name));
                (KeyId(id), value)
            })
            .collect();
        keyed.sort_unstable_by_key(|(key, _)| *key);
        keyed
    }
}

/// The properties as the changes keep them: free of lifetimes, without nulls, one value a key.
fn stored<'k>(properties: Vec<(&'k str, Value<'_>)>) -> Result<BTreeMap<&'k str, Value<'static>>, Error> {
    let mut stored = BTreeMap::new();
    for (key, value) in properties {
        match owned(value)? {
            Value::Null => stored.remove(key),
            value => stored.insert(key, value),
        };
    }
    Ok(stored)
}
