//! Nodes by the values of their properties, over a snapshot and its changes.
//!
//! The snapshot's nodes stand in an array, sorted by value; where the snapshot has such an array itself, that one serves.
//! Nodes that were added or altered are in a hash map by their values as they are now, kept up to date with every
//! change, so that finding one never looks at the others.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::order::equals_something;
use crate::model::definition::Definition;
use crate::model::value::Key;
use crate::model::{KeyId, LabelId, NodeId, Value, garbage};

/// An index of the nodes with a label.
#[derive(Clone, Debug)]
pub(super) struct Index {
    pub(super) label: LabelId,
    pub(super) keys: Arc<[KeyId]>,
    /// What defined it, an index or a constraint; none for an index of the snapshot.
    pub(super) definition: Option<Arc<Definition>>,
    /// The snapshot's nodes as the snapshot has them, sorted when they are first looked for; none when the snapshot's own
    /// index holds them.
    pub(super) base: OnceLock<Option<Sorted>>,
    /// The nodes that were added or altered.
    changed: HashMap<Box<[Key<'static>]>, Vec<NodeId>>,
}

/// What an added or an altered node has; both sorted.
#[derive(Clone, Copy, Debug)]
pub(super) struct State<'c> {
    pub(super) labels: &'c [LabelId],
    pub(super) properties: &'c [(KeyId, Value<'static>)],
}

/// Nodes of the snapshot in the order of their values.
#[derive(Clone, Debug)]
pub(super) struct Sorted {
    pub(super) nodes: Arc<[NodeId]>,
    /// How many different values they have.
    pub(super) distinct: usize,
}

impl Index {
    pub(super) fn new(label: LabelId, keys: &[KeyId], definition: Option<Arc<Definition>>) -> Self {
        Index { label, keys: keys.into(), definition, base: OnceLock::new(), changed: HashMap::new() }
    }

    /// Notes a node that was added or altered.
    pub(super) fn insert(&mut self, node: NodeId, state: State<'_>) {
        if let Some(values) = self.values(state) {
            self.changed.entry(values).or_default().push(node);
        }
    }

    /// Forgets a node that was inserted in this state.
    pub(super) fn remove(&mut self, node: NodeId, state: State<'_>) {
        if let Some(values) = self.values(state) {
            self.take_out(node, &values);
        }
    }

    /// Notes that a node, which was inserted in the one state or not at all, is in the other now; whether that makes a
    /// difference.
    pub(super) fn replace(&mut self, node: NodeId, before: Option<State<'_>>, after: State<'_>) -> bool {
        let (before, after) = (before.and_then(|before| self.values(before)), self.values(after));
        if before == after {
            return false;
        }
        if let Some(before) = before {
            self.take_out(node, &before);
        }
        if let Some(after) = after {
            self.changed.entry(after).or_default().push(node);
        }
        true
    }

    fn take_out(&mut self, node: NodeId, values: &[Key<'static>]) {
        if let Some(nodes) = self.changed.get_mut(values) {
            nodes.retain(|other| *other != node);
            if nodes.is_empty() {
                self.changed.remove(values);
            }
        }
    }

    /// Forgets every node that was inserted.
    pub(super) fn clear(&mut self) {
        /// About so many bytes a value takes, with its nodes.
        const ENTRY: usize = 128;
        let changed = std::mem::take(&mut self.changed);
        let bytes = changed.len() * ENTRY;
        garbage::let_go(changed, bytes);
    }

    /// The added and altered nodes with these values, in no particular order.
    pub(super) fn changed(&self, values: &[Value<'_>]) -> Vec<NodeId> {
        let wanted: Box<[Key<'_>]> = values.iter().cloned().map(Key).collect();
        // A map of values that live forever is a map of values that live as long as these.
        let changed: &HashMap<Box<[Key<'_>]>, Vec<NodeId>> = &self.changed;
        changed.get(&wanted).cloned().unwrap_or_default()
    }

    /// How many different values the added and altered nodes have.
    pub(super) fn distinct_changed(&self) -> usize {
        self.changed.len()
    }

    /// The values that a node is found by; none when it has no such label or lacks one of them.
    fn values(&self, state: State<'_>) -> Option<Box<[Key<'static>]>> {
        state.labels.binary_search(&self.label).ok()?;
        let value = |key: &KeyId| {
            let place = state.properties.binary_search_by_key(key, |(key, _)| *key).ok()?;
            Some(&state.properties[place].1).filter(|value| equals_something(value)).cloned().map(Key)
        };
        self.keys.iter().map(value).collect()
    }
}
