//! Nodes and edges as records tell them.

use super::ids::SpaceId;
use crate::model::Value;

/// A node as a record tells it.
#[derive(Clone, Debug, Default)]
pub struct Node<'r> {
    pub(super) labels: Vec<&'r str>,
    pub(super) identity: Option<(SpaceId, Value<'r>)>,
    pub(super) properties: Vec<(&'r str, Value<'r>)>,
    pub(super) merged: bool,
}

impl<'r> Node<'r> {
    /// A node with these labels, of which nothing else is known.
    pub fn new(labels: &[&'r str]) -> Self {
        Node { labels: labels.to_vec(), ..Node::default() }
    }

    /// What tells it from others; without, it is a node of its own.
    pub fn identity(mut self, space: SpaceId, value: Value<'r>) -> Self {
        self.identity = Some((space, value));
        self
    }

    /// A property; null says nothing.
    pub fn property(mut self, key: &'r str, value: Value<'r>) -> Self {
        self.properties.push((key, value));
        self
    }

    /// It may have been told before: then this adds to it.
    pub fn merged(mut self) -> Self {
        self.merged = true;
        self
    }
}

/// An edge as a record tells it.
#[derive(Clone, Debug)]
pub struct Edge<'r> {
    pub(super) edge_type: &'r str,
    pub(super) from: (SpaceId, Value<'r>),
    pub(super) to: (SpaceId, Value<'r>),
    pub(super) key: Option<&'r str>,
    pub(super) properties: Vec<(&'r str, Value<'r>)>,
}

impl<'r> Edge<'r> {
    /// An edge between two nodes, which may come later.
    pub fn new(edge_type: &'r str, from: (SpaceId, Value<'r>), to: (SpaceId, Value<'r>)) -> Self {
        Edge { edge_type, from, to, key: None, properties: Vec::new() }
    }

    /// A property; null says nothing.
    pub fn property(mut self, key: &'r str, value: Value<'r>) -> Self {
        self.properties.push((key, value));
        self
    }

    /// The property that tells it from other edges of its type between the same nodes.
    pub fn key(mut self, key: &'r str) -> Self {
        self.key = Some(key);
        self
    }
}
