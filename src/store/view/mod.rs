//! One graph to read: a snapshot with the changes since.
//!
//! Every read asks the id which side it is on: below the snapshot's count it is the snapshot's, read in place; from
//! there on it was added. Only a node's edges can be on both sides, and only when the changes hold any.

mod adjacency;
mod conform;
mod define;
mod keys;
mod naming;
mod visit;
mod write;

pub(in crate::store) use adjacency::Numbers;
pub use adjacency::{Adjacency, Block};
pub use naming::Called;

use std::ops::Range;
use std::sync::Arc;

use super::typed::typed;
use super::{Changes, Error, Snapshot};
use crate::model::{Column, Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Schema, Value};

/// A snapshot with the changes since; cheap to clone, and a clone keeps the state it was made of.
///
/// Strings of the snapshot are borrowed for `'g`; strings of the changes are shared. Writes copy the changes when a
/// clone still holds them, and only then.
#[derive(Clone)]
pub struct View<'g> {
    base: &'g Snapshot,
    changes: Arc<Changes>,
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

impl<'g> View<'g> {
    /// The snapshot as it is.
    pub fn new(base: &'g Snapshot) -> Self {
        View::with_changes(base, Arc::default())
    }

    /// The snapshot with changes that an earlier view of the same snapshot made.
    pub fn with_changes(base: &'g Snapshot, changes: Arc<Changes>) -> Self {
        View { base, changes }
    }

    /// The changes, to be kept for a later view of the same snapshot. As long as the caller holds them, the next
    /// write of this view copies them.
    pub fn changes(&self) -> Arc<Changes> {
        self.changes.clone()
    }

    /// The schema that travels with the graph.
    pub fn schema(&self) -> Option<&'g Schema> {
        self.base.schema()
    }

    /// `Err(Corrupt)` once a read met bytes that cannot be right.
    pub fn health(&self) -> Result<(), Error> {
        self.base.health()
    }

    // The catalog: names and numbers. Ids are dense from 0, so `0..label_count()` walks them all.

    /// How many labels there are.
    pub fn label_count(&self) -> usize {
        self.base.labels().len() + self.changes.labels.len()
    }
    /// The label's number.
    pub fn label_id(&self, name: &str) -> Option<LabelId> {
        let names = self.base.labels();
        let added = || self.changes.labels.id(name).map(|id| names.len() as u32 + id);
        names.id(name).or_else(added).map(LabelId)
    }
    /// The label's name.
    pub fn label_name(&self, label: LabelId) -> &str {
        let names = self.base.labels();
        let added = || self.changes.labels.name(label.0.checked_sub(names.len() as u32)?);
        names.name(label.0).or_else(added).unwrap_or_default()
    }
    /// How many edge types there are.
    pub fn edge_type_count(&self) -> usize {
        self.base.edge_types().len() + self.changes.edge_types.len()
    }
    /// The edge type's number.
    pub fn edge_type_id(&self, name: &str) -> Option<EdgeTypeId> {
        let names = self.base.edge_types();
        let added = || self.changes.edge_types.id(name).map(|id| names.len() as u32 + id);
        names.id(name).or_else(added).map(EdgeTypeId)
    }
    /// The edge type's name.
    pub fn edge_type_name(&self, edge_type: EdgeTypeId) -> &str {
        let names = self.base.edge_types();
        let added = || self.changes.edge_types.name(edge_type.0.checked_sub(names.len() as u32)?);
        names.name(edge_type.0).or_else(added).unwrap_or_default()
    }
    /// How many property keys there are.
    pub fn key_count(&self) -> usize {
        self.base.keys().len() + self.changes.keys.len()
    }
    /// The property key's number.
    pub fn key_id(&self, name: &str) -> Option<KeyId> {
        let names = self.base.keys();
        let added = || self.changes.keys.id(name).map(|id| names.len() as u32 + id);
        names.id(name).or_else(added).map(KeyId)
    }
    /// The property key's name.
    pub fn key_name(&self, key: KeyId) -> &str {
        let names = self.base.keys();
        let added = || self.changes.keys.name(key.0.checked_sub(names.len() as u32)?);
        names.name(key.0).or_else(added).unwrap_or_default()
    }

    // Statistics, for the planner: exact on a snapshot, and estimates where labels changed.

    /// How many nodes.
    pub fn node_count(&self) -> u64 {
        (self.node_bound() - self.changes.gone_count().0) as u64
    }
    /// How many edges.
    pub fn edge_count(&self) -> u64 {
        (self.edge_bound() - self.changes.gone_count().1) as u64
    }
    /// Ids of nodes are below this; some of them may be gone.
    pub fn node_bound(&self) -> usize {
        self.base.node_count() as usize + self.changes.node_count()
    }
    /// Ids of edges are below this; some of them may be gone.
    pub fn edge_bound(&self) -> usize {
        self.base.edge_count() as usize + self.changes.edge_count()
    }
    /// How many nodes have the label.
    pub fn nodes_with_label(&self, label: LabelId) -> u64 {
        self.base.nodes_with_label(label).saturating_add_signed(self.changes.nodes_with_label(label))
    }
    /// How many edges have the type.
    pub fn edges_with_type(&self, edge_type: EdgeTypeId) -> u64 {
        self.base.edges_with_type(edge_type).saturating_add_signed(self.changes.edges_with_type(edge_type))
    }
    /// How many edges of the type leave (`Out`) or enter (`In`) nodes with the label.
    pub fn edges_at_label(&self, label: LabelId, edge_type: EdgeTypeId, direction: Direction) -> u64 {
        let at = |direction| {
            let changed = self.changes.edges_at_label(label, edge_type, direction);
            self.base.edges_at_label(label, edge_type, direction).saturating_add_signed(changed)
        };
        match direction {
            Direction::Both => at(Direction::Out) + at(Direction::In),
            one => at(one),
        }
    }
    /// How many distinct values the key has on nodes with the label, when known.
    pub fn distinct_values(&self, label: LabelId, key: KeyId) -> Option<u64> {
        let unchanged = self.changes.nodes_with_label(label) == 0 && !self.changes.has_altered();
        self.about_distinct(label, key).filter(|_| unchanged)
    }
    /// As [`View::distinct_values`], and of a graph that was changed what the snapshot had: enough for an estimate.
    pub fn about_distinct(&self, label: LabelId, key: KeyId) -> Option<u64> {
        self.base.distinct_values(label, key)
    }

    // Nodes.

    /// Runs of node ids whose label set satisfies `keep` (called once a shape, with sorted labels), ascending.
    pub fn scan(&self, keep: impl Fn(&[LabelId]) -> bool) -> Vec<Range<u32>> {
        let mut runs = Vec::new();
        self.base.scan(&keep, &mut runs);
        self.changes.scan(keep, &mut runs);
        runs
    }
    /// Whether the id names a node that is there.
    pub fn contains_node(&self, node: NodeId) -> bool {
        (self.in_base(node) || self.changes.contains_node(node)) && !self.changes.is_gone_node(node)
    }
    /// The node's labels, sorted by id; of a node that is gone, those that it had.
    pub fn node_labels(&self, node: NodeId) -> Vec<LabelId> {
        if let Some(altered) = self.changes.altered_node(node) {
            return altered.labels.to_vec();
        }
        if self.in_base(node) { self.base.labels_of(node) } else { self.changes.labels_of(node).to_vec() }
    }
    /// Whether the node has the label.
    pub fn has_label(&self, node: NodeId, label: LabelId) -> bool {
        if let Some(altered) = self.changes.altered_node(node) {
            altered.labels.binary_search(&label).is_ok()
        } else if self.in_base(node) {
            self.base.has_label(node, label)
        } else {
            self.changes.labels_of(node).binary_search(&label).is_ok()
        }
    }
    /// The property, or null.
    pub fn node_property(&self, node: NodeId, key: KeyId) -> Value<'g> {
        if let Some(altered) = self.changes.altered_node(node) {
            property(altered.properties, key)
        } else if self.in_base(node) {
            self.base.node_property(node, key)
        } else {
            property(self.changes.node_properties(node), key)
        }
    }
    /// The properties that are there, sorted by the key's name.
    pub fn node_properties(&self, node: NodeId) -> Vec<(KeyId, Value<'g>)> {
        if let Some(altered) = self.changes.altered_node(node) {
            return self.by_name(altered.properties.to_vec());
        }
        if self.in_base(node) {
            return self.by_name(self.base.node_properties(node));
        }
        self.by_name(self.changes.node_properties(node).to_vec())
    }
    /// One property of many nodes as days since 1970, when it is a date of each of them and nothing has been changed.
    pub fn node_days(&self, nodes: &[NodeId], key: KeyId) -> Option<Vec<i32>> {
        if self.changes.has_altered() { None } else { self.base.node_days(nodes, key) }
    }
    /// One property of many nodes, typed when all of them have that kind.
    pub fn node_column(&self, nodes: &[NodeId], key: KeyId) -> Column<'g> {
        if !self.changes.has_altered() && nodes.iter().map(|node| node.0).max() < Some(self.base.node_count()) {
            return self.base.node_column(nodes, key);
        }
        typed(nodes.iter().map(|node| self.node_property(*node, key)).collect())
    }

    // Edges.

    /// Whether the id names an edge that is there.
    pub fn contains_edge(&self, edge: EdgeId) -> bool {
        (edge.0 < self.base.edge_count() || self.changes.edge(edge).is_some()) && !self.changes.is_gone_edge(edge)
    }
    /// Whether any node or edge is gone, so that a row may hold one that is not there any more.
    pub fn has_gone(&self) -> bool {
        self.changes.has_gone()
    }
    /// The edge's ends and type, also of an edge that is gone; none when there never was such an edge.
    pub fn edge(&self, edge: EdgeId) -> Option<Edge> {
        if edge.0 < self.base.edge_count() { self.base.edge(edge) } else { self.changes.edge(edge) }
    }
    /// The edge's type, sooner than by [`View::edge`].
    pub fn edge_type(&self, edge: EdgeId) -> Option<EdgeTypeId> {
        match edge.0 < self.base.edge_count() {
            true => self.base.edge_type(edge),
            false => self.changes.edge(edge).map(|edge| edge.edge_type),
        }
    }
    /// The property, or null.
    pub fn edge_property(&self, edge: EdgeId, key: KeyId) -> Value<'g> {
        if let Some(properties) = self.changes.altered_edge(edge) {
            property(properties, key)
        } else if edge.0 < self.base.edge_count() {
            self.base.edge_property(edge, key)
        } else {
            property(self.changes.edge_properties(edge), key)
        }
    }
    /// The properties that are there, sorted by the key's name.
    pub fn edge_properties(&self, edge: EdgeId) -> Vec<(KeyId, Value<'g>)> {
        if let Some(properties) = self.changes.altered_edge(edge) {
            return self.by_name(properties.clone());
        }
        if edge.0 < self.base.edge_count() {
            return self.by_name(self.base.edge_properties(edge));
        }
        self.by_name(self.changes.edge_properties(edge).to_vec())
    }
    /// One property of many edges.
    pub fn edge_column(&self, edges: &[EdgeId], key: KeyId) -> Column<'g> {
        if !self.changes.has_altered() && edges.iter().all(|edge| edge.0 < self.base.edge_count()) {
            return self.base.edge_column(edges, key);
        }
        typed(edges.iter().map(|edge| self.edge_property(*edge, key)).collect())
    }
    /// Calls `found` with each edge at the node and its other end. `types`: none is any. With `Both`, a loop is
    /// found once.
    pub fn neighbours(
        &self,
        node: NodeId,
        direction: Direction,
        types: Option<&[EdgeTypeId]>,
        mut found: impl FnMut(EdgeId, NodeId),
    ) {
        if direction != Direction::In {
            self.base_neighbours(node, Direction::Out, types, &mut |edge, end, _| found(edge, end));
            self.changes.neighbours(node, Direction::Out, types, &mut found);
        }
        if direction != Direction::Out {
            // Of `Both`, the loops were found on the way out.
            let mut entering = |edge, end| {
                if direction == Direction::In || end != node {
                    found(edge, end);
                }
            };
            self.base_neighbours(node, Direction::In, types, &mut |edge, end, _| entering(edge, end));
            self.changes.neighbours(node, Direction::In, types, &mut entering);
        }
    }
    /// The snapshot's edges that are still there.
    fn base_neighbours(
        &self,
        node: NodeId,
        direction: Direction,
        types: Option<&[EdgeTypeId]>,
        found: &mut impl FnMut(EdgeId, NodeId, EdgeTypeId),
    ) {
        if !self.changes.has_gone_edges() {
            return self.base.neighbours(node, direction, types, found);
        }
        self.base.neighbours(node, direction, types, |edge, end, edge_type| {
            if !self.changes.is_gone_edge(edge) {
                found(edge, end, edge_type);
            }
        });
    }
    /// How many edges `neighbours` would find; without walking them as long as no edge is gone.
    pub fn degree(&self, node: NodeId, direction: Direction, types: Option<&[EdgeTypeId]>) -> u64 {
        let mut degree = 0;
        if self.changes.has_gone_edges() {
            self.neighbours(node, direction, types, |_, _| degree += 1);
            return degree;
        }
        if direction != Direction::In {
            degree += self.base.degree(node, Direction::Out, types);
            degree += self.changes.degree(node, Direction::Out, types);
        }
        if direction != Direction::Out {
            degree += self.base.degree(node, Direction::In, types);
            degree += self.changes.degree(node, Direction::In, types);
        }
        if direction == Direction::Both {
            self.edges_between(node, node, types, |_| degree -= 1);
        }
        degree
    }
    /// Calls `found` with each edge from `source` to `target` (binary search in the shorter of the sorted lists).
    pub fn edges_between(
        &self,
        source: NodeId,
        target: NodeId,
        types: Option<&[EdgeTypeId]>,
        mut found: impl FnMut(EdgeId),
    ) {
        self.base.edges_between(source, target, types, |edge| {
            if !self.changes.is_gone_edge(edge) {
                found(edge);
            }
        });
        self.changes.neighbours(source, Direction::Out, types, |edge, end| {
            if end == target {
                found(edge);
            }
        });
    }
    /// Calls `found` with every edge of these types, its source and its target.
    pub fn edges(&self, types: Option<&[EdgeTypeId]>, mut found: impl FnMut(EdgeId, NodeId, NodeId)) {
        self.base.edges(types, |edge, source, target| {
            if !self.changes.is_gone_edge(edge) {
                found(edge, source, target);
            }
        });
        self.changes.edges(types, found);
    }

    /// Sorts properties by their keys' names.
    fn by_name(&self, mut properties: Vec<(KeyId, Value<'g>)>) -> Vec<(KeyId, Value<'g>)> {
        properties.sort_by(|(a, _), (b, _)| self.key_name(*a).cmp(self.key_name(*b)));
        properties
    }

    fn in_base(&self, node: NodeId) -> bool {
        node.0 < self.base.node_count()
    }
}

/// The value of a key among sorted properties.
fn property(properties: &[(KeyId, Value<'static>)], key: KeyId) -> Value<'static> {
    let found = properties.binary_search_by_key(&key, |(key, _)| *key);
    found.ok().and_then(|at| properties.get(at)).map(|(_, value)| value.clone()).unwrap_or_default()
}
