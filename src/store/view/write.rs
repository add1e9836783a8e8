//! Writing to a view.
//!
//! Changes belong to the view alone until somebody keeps them; a clone made before keeps its own state. A write that
//! fails changes nothing.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Edge, View};
use crate::model::{Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Value};
use crate::store::changes::{Properties, put};
use crate::store::value::owned;
use crate::store::{Changes, Error};

/// How many edges are deleted between two questions whether to go on.
const PATIENCE: usize = 1 << 13;

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
        self.expect_node(node)?;
        let Some(key) = self.key_of(key, &value) else { return Ok(()) };
        if let Some(value) = self.write().put_again(node, key, value) {
            let mut properties = self.node_now(node)?;
            put(&mut properties, key, value);
            let shape = self.shape(node);
            self.write().alter_node(node, None, shape, properties);
        }
        Ok(())
    }
    /// As [`View::set_node_property`], of an edge.
    ///
    /// # Errors
    ///
    /// [`Error::Unstorable`] when the edge is not there or the value cannot be a property.
    pub fn set_edge_property(&mut self, edge: EdgeId, key: &str, value: Value<'_>) -> Result<(), Error> {
        let value = owned(value)?;
        self.expect_edge(edge)?;
        let Some(key) = self.key_of(key, &value) else { return Ok(()) };
        if let Some(value) = self.write().put_edge_again(edge, key, value) {
            let mut properties = self.edge_now(edge)?;
            put(&mut properties, key, value);
            self.write().alter_edge(edge, properties);
        }
        Ok(())
    }
    /// Gives a node these properties instead of its own; nulls are left out.
    ///
    /// # Errors
    ///
    /// [`Error::Unstorable`] when the node is not there or a value cannot be a property.
    pub fn replace_node_properties(&mut self, node: NodeId, properties: Vec<(&str, Value<'_>)>) -> Result<(), Error> {
        let properties = stored(properties)?;
        self.expect_node(node)?;
        let (properties, shape) = (self.intern_keys(properties), self.shape(node));
        self.write().alter_node(node, None, shape, properties);
        Ok(())
    }
    /// As [`View::replace_node_properties`], of an edge.
    ///
    /// # Errors
    ///
    /// [`Error::Unstorable`] when the edge is not there or a value cannot be a property.
    pub fn replace_edge_properties(&mut self, edge: EdgeId, properties: Vec<(&str, Value<'_>)>) -> Result<(), Error> {
        let properties = stored(properties)?;
        self.expect_edge(edge)?;
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
        self.expect_node(node)?;
        let (mut labels, label) = (self.node_labels(node), self.intern_label(label));
        let Err(place) = labels.binary_search(&label) else { return Ok(false) };
        labels.insert(place, label);
        let properties = self.node_now(node)?;
        self.alter_node(node, labels, properties);
        Ok(true)
    }
    /// Takes a label off a node; false when it has no such label.
    ///
    /// # Errors
    ///
    /// [`Error::Unstorable`] when the node is not there.
    pub fn remove_label(&mut self, node: NodeId, label: &str) -> Result<bool, Error> {
        self.expect_node(node)?;
        let mut labels = self.node_labels(node);
        let place = self.label_id(label).and_then(|label| labels.binary_search(&label).ok());
        let Some(place) = place else { return Ok(false) };
        labels.remove(place);
        let properties = self.node_now(node)?;
        self.alter_node(node, labels, properties);
        Ok(true)
    }
    /// Deletes an edge; false when it is not there.
    pub fn delete_edge(&mut self, edge: EdgeId) -> bool {
        let Some(ends) = self.edge(edge).filter(|_| self.contains_edge(edge)) else { return false };
        let ends = (ends.edge_type, [ends.source, ends.target].map(|end| self.shape(end)));
        self.write().delete_edges(&[(edge, ends)]);
        true
    }
    /// Deletes every edge at these nodes; how many there were.
    pub fn detach(&mut self, nodes: &[NodeId]) -> u64 {
        let always = |_: &View<'_>| Ok::<_, Infallible>(());
        match self.detach_while(nodes, always) {
            Ok(deleted) => deleted,
            Err(never) => match never {},
        }
    }

    /// As [`View::detach`]; asks whether to go on after so many edges, however few nodes have them, and at the end.
    ///
    /// # Errors
    ///
    /// What `go_on` says. The edges that are deleted by then stay so.
    pub(crate) fn detach_while<E>(
        &mut self,
        nodes: &[NodeId],
        mut go_on: impl FnMut(&Self) -> std::result::Result<(), E>,
    ) -> std::result::Result<u64, E> {
        let (base, mut deleted, mut steps) = (self.base, 0, 0);
        let mut doomed = Vec::new();
        // The shapes of the snapshot's nodes among those that were met.
        let mut shapes: FxHashMap<usize, u32> = FxHashMap::default();
        for node in nodes.iter().copied() {
            let mut here = None;
            let mut stop = Ok(());
            for (direction, leaves) in [(Direction::Out, true), (Direction::In, false)] {
                let mut doom = |view: &mut Self, edge: EdgeId, end: NodeId, edge_type: EdgeTypeId| {
                    // What leads from the node to itself is found on the way out.
                    if stop.is_err() || !leaves && end == node {
                        return;
                    }
                    let here = *here.get_or_insert_with(|| view.shape(node));
                    let there = match view.changes.shape_of(end) {
                        Some(shape) => shape,
                        None => *shapes.entry(base.shape_number(end)).or_insert_with(|| view.shape(end)),
                    };
                    doomed.push((edge, (edge_type, if leaves { [here, there] } else { [there, here] })));
                    steps += 1;
                    if steps >= PATIENCE {
                        deleted += view.write().delete_edges(&doomed) as u64;
                        doomed.clear();
                        stop = go_on(view);
                        steps = 0;
                    }
                };
                base.neighbours(node, direction, None, |edge, end, edge_type| {
                    if !self.changes.is_gone_edge(edge) {
                        doom(self, edge, end, edge_type);
                    }
                });
                let mut added = Vec::new();
                self.changes.neighbours(node, direction, None, |edge, end| {
                    added.extend(self.changes.edge(edge).map(|kept| (edge, end, kept.edge_type)));
                });
                added.into_iter().for_each(|(edge, end, edge_type)| doom(self, edge, end, edge_type));
            }
            stop?;
            // One after the other: an edge between two of the nodes must not be found at both.
            if !doomed.is_empty() {
                deleted += self.write().delete_edges(&doomed) as u64;
                doomed.clear();
            }
            steps += 1;
            if steps >= PATIENCE {
                go_on(self)?;
                steps = 0;
            }
        }
        go_on(self)?;
        Ok(deleted)
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
            0 => Ok(self.delete_detached(node)),
            edges => Err(Error::Connected { node, edges }),
        }
    }
    /// Deletes a node that is known to have no edges; false when it is not there. To find out that all edges of a node are gone takes
    /// a look at each of them.
    pub(crate) fn delete_detached(&mut self, node: NodeId) -> bool {
        let is_there = self.contains_node(node);
        if is_there {
            let shape = self.shape(node);
            self.write().delete_node(node, shape);
        }
        is_there
    }

    /// About how many bytes alterations and deletions have taken so far: what is done to the same element again and again takes no more
    /// than once.
    pub(crate) fn weight(&self) -> u64 {
        self.changes.weight()
    }

    /// The number by which the changes know the labels that a node has now.
    fn shape(&mut self, node: NodeId) -> u32 {
        match self.changes.shape_of(node) {
            Some(shape) => shape,
            None => {
                let labels = self.base.labels_of(node);
                self.write().shape(labels)
            }
        }
    }

    fn expect_node(&self, node: NodeId) -> Result<(), Error> {
        let there = self.contains_node(node).then_some(());
        there.ok_or_else(|| Error::Unstorable(format!("{node:?} is not there")))
    }
    fn expect_edge(&self, edge: EdgeId) -> Result<(), Error> {
        let there = self.contains_edge(edge).then_some(());
        there.ok_or_else(|| Error::Unstorable(format!("{edge:?} is not there")))
    }
    /// The properties that a node has now, to be altered.
    fn node_now(&self, node: NodeId) -> Result<Properties, Error> {
        match self.changes.altered_node(node) {
            Some(now) => Ok(now.properties.to_vec()),
            None => kept(self.node_properties(node)),
        }
    }
    fn edge_now(&self, edge: EdgeId) -> Result<Properties, Error> {
        match self.changes.altered_edge(edge) {
            Some(properties) => Ok(properties.clone()),
            None => kept(self.edge_properties(edge)),
        }
    }
    /// Gives a node that is there these labels and properties, both sorted.
    pub(in crate::store) fn alter_node(&mut self, node: NodeId, labels: Vec<LabelId>, properties: Properties) {
        let old = self.shape(node);
        let shape = self.write().shape(labels);
        self.write().alter_node(node, (old != shape).then_some(old), shape, properties);
    }
    /// The number of a key that this value is to be set for; none when there is nothing to remove.
    fn key_of(&mut self, key: &str, value: &Value<'_>) -> Option<KeyId> {
        self.key_id(key).or_else(|| (!value.is_null()).then(|| self.intern_key(key)))
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

/// Properties free of lifetimes, sorted by key, with room for one more.
fn kept(properties: Vec<(KeyId, Value<'_>)>) -> Result<Properties, Error> {
    let mut kept = Properties::with_capacity(properties.len() + 1);
    for (key, value) in properties {
        kept.push((key, owned(value)?));
    }
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
