//! Writing to a view.
//!
//! Changes belong to the view alone until somebody keeps them; a clone made before keeps its own state. A write that
//! fails changes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Edge, View};
use crate::model::{Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Value};
use crate::store::changes::{Altered, Properties};
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
        if self.node_bound() >= u32::MAX as usize - 1 {
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
        if self.edge_bound() >= u32::MAX as usize - 1 {
            return Err(Error::TooLarge(format!("a graph has at most {} edges", u32::MAX - 1)));
        }
        if let Some(end) = [source, target].into_iter().find(|end| !self.contains_node(*end)) {
            return Err(Error::Unstorable(format!("an edge cannot end at {end:?}, which is not there")));
        }
        let properties = stored(properties)?;
        let ends = [self.node_labels(source), self.node_labels(target)];
        let edge = Edge { source, target, edge_type: self.intern_edge_type(edge_type) };
        let properties = self.intern_keys(properties);
        Ok(self.write().add_edge(edge, ends, properties))
    }

    /// Sets a property of a node, or removes it when the value is null.
    ///
    /// # Errors
    ///
    /// [`Error::Unstorable`] when the node is not there or the value cannot be a property.
    pub fn set_node_property(&mut self, node: NodeId, key: &str, value: Value<'_>) -> Result<(), Error> {
        let value = owned(value)?;
        let mut altered = self.node_now(node)?;
        self.put(&mut altered.properties, key, value);
        self.alter_node(node, altered);
        Ok(())
    }
    /// As [`View::set_node_property`], of an edge.
    ///
    /// # Errors
    ///
    /// [`Error::Unstorable`] when the edge is not there or the value cannot be a property.
    pub fn set_edge_property(&mut self, edge: EdgeId, key: &str, value: Value<'_>) -> Result<(), Error> {
        let value = owned(value)?;
        let mut properties = self.edge_now(edge)?;
        self.put(&mut properties, key, value);
        self.write().alter_edge(edge, properties);
        Ok(())
    }
    /// Gives a node these properties instead of its own; nulls are left out.
    ///
    /// # Errors
    ///
    /// [`Error::Unstorable`] when the node is not there or a value cannot be a property.
    pub fn replace_node_properties(&mut self, node: NodeId, properties: Vec<(&str, Value<'_>)>) -> Result<(), Error> {
        let properties = stored(properties)?;
        let mut altered = self.node_now(node)?;
        altered.properties = self.intern_keys(properties);
        self.alter_node(node, altered);
        Ok(())
    }
    /// As [`View::replace_node_properties`], of an edge.
    ///
    /// # Errors
    ///
    /// [`Error::Unstorable`] when the edge is not there or a value cannot be a property.
    pub fn replace_edge_properties(&mut self, edge: EdgeId, properties: Vec<(&str, Value<'_>)>) -> Result<(), Error> {
        let properties = stored(properties)?;
        self.edge_now(edge)?;
        let properties = self.intern_keys(properties);
        self.write().alter_edge(edge, properties);
        Ok(())
    }
    /// Puts a label on a node; false when it has it already.
    ///
    /// # Errors
    ///
    /// [`Error::Unstorable`] when the node is not there.
    pub fn add_label(&mut self, node: NodeId, label: &str) -> Result<bool, Error> {
        let mut altered = self.node_now(node)?;
        let label = self.intern_label(label);
        let Err(place) = altered.labels.binary_search(&label) else { return Ok(false) };
        altered.labels.insert(place, label);
        self.alter_node(node, altered);
        Ok(true)
    }
    /// Takes a label off a node; false when it has no such label.
    ///
    /// # Errors
    ///
    /// [`Error::Unstorable`] when the node is not there.
    pub fn remove_label(&mut self, node: NodeId, label: &str) -> Result<bool, Error> {
        let mut altered = self.node_now(node)?;
        let place = self.label_id(label).and_then(|label| altered.labels.binary_search(&label).ok());
        let Some(place) = place else { return Ok(false) };
        altered.labels.remove(place);
        self.alter_node(node, altered);
        Ok(true)
    }
    /// Deletes an edge; false when it is not there.
    pub fn delete_edge(&mut self, edge: EdgeId) -> bool {
        let Some(ends) = self.edge(edge).filter(|_| self.contains_edge(edge)) else { return false };
        let labels = [self.node_labels(ends.source), self.node_labels(ends.target)];
        self.write().delete_edge(edge, ends.edge_type, labels);
        true
    }
    /// Deletes a node; false when it is not there.
    ///
    /// # Errors
    ///
    /// [`Error::Connected`] as long as it has edges.
    pub fn delete_node(&mut self, node: NodeId) -> Result<bool, Error> {
        if !self.contains_node(node) {
            return Ok(false);
        }
        match self.degree(node, Direction::Both, None) {
            0 => {
                let labels = self.node_labels(node);
                self.write().delete_node(node, labels);
                Ok(true)
            }
            edges => Err(Error::Connected { node, edges }),
        }
    }

    /// How many things were noted so far that can be taken back: what is done to the same element again and again is noted once.
    pub(crate) fn noted(&self) -> usize {
        self.changes.noted()
    }

    /// What a node that is there has now, to be altered.
    fn node_now(&self, node: NodeId) -> Result<Altered, Error> {
        if !self.contains_node(node) {
            return Err(Error::Unstorable(format!("{node:?} is not there")));
        }
        if let Some(altered) = self.changes.altered_node(node) {
            return Ok(altered.clone());
        }
        Ok(Altered { labels: self.node_labels(node), properties: kept(self.node_properties(node))? })
    }
    fn edge_now(&self, edge: EdgeId) -> Result<Properties, Error> {
        if !self.contains_edge(edge) {
            return Err(Error::Unstorable(format!("{edge:?} is not there")));
        }
        match self.changes.altered_edge(edge) {
            Some(properties) => Ok(properties.clone()),
            None => kept(self.edge_properties(edge)),
        }
    }
    fn alter_node(&mut self, node: NodeId, altered: Altered) {
        let old = self.node_labels(node);
        self.write().alter_node(node, old, altered);
    }
    /// Sets or removes a key among sorted properties.
    fn put(&mut self, properties: &mut Properties, key: &str, value: Value<'static>) {
        let known = self.key_id(key);
        let place = known.map(|key| properties.binary_search_by_key(&key, |(key, _)| *key));
        match (place, value) {
            (Some(Ok(place)), Value::Null) => {
                properties.remove(place);
            }
            (Some(Ok(place)), value) => properties[place].1 = value,
            (None | Some(Err(_)), Value::Null) => {}
            (Some(Err(place)), value) => {
                if let Some(key) = known {
                    properties.insert(place, (key, value));
                }
            }
            (None, value) => {
                let key = self.intern_key(key);
                // The newest key has the highest number.
                properties.push((key, value));
            }
        }
    }

    /// The changes, to write to: a copy of them when another view holds them too.
    pub(in crate::store) fn write(&mut self) -> &mut Changes {
        let changes = Arc::make_mut(&mut self.changes);
        changes.over(self.base.node_count(), self.base.edge_count(), self.base.indexes());
        changes
    }
    pub(in crate::store) fn intern_label(&mut self, name: &str) -> LabelId {
        let names = self.base.labels();
        LabelId(names.id(name).unwrap_or_else(|| names.len() as u32 + self.write().labels.intern(name)))
    }
    pub(in crate::store) fn intern_edge_type(&mut self, name: &str) -> EdgeTypeId {
        let names = self.base.edge_types();
        EdgeTypeId(names.id(name).unwrap_or_else(|| names.len() as u32 + self.write().edge_types.intern(name)))
    }
    pub(in crate::store) fn intern_key(&mut self, name: &str) -> KeyId {
        let names = self.base.keys();
        KeyId(names.id(name).unwrap_or_else(|| names.len() as u32 + self.write().keys.intern(name)))
    }
    fn intern_keys(&mut self, properties: BTreeMap<&str, Value<'static>>) -> Vec<(KeyId, Value<'static>)> {
        let mut keyed: Vec<_> = properties.into_iter().map(|(name, value)| (self.intern_key(name), value)).collect();
        keyed.sort_unstable_by_key(|(key, _)| *key);
        keyed
    }
}

/// Properties free of lifetimes, sorted by key.
fn kept(properties: Vec<(KeyId, Value<'_>)>) -> Result<Properties, Error> {
    let mut kept: Properties =
        properties.into_iter().map(|(key, value)| Ok((key, owned(value)?))).collect::<Result<_, Error>>()?;
    kept.sort_unstable_by_key(|(key, _)| *key);
    Ok(kept)
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
