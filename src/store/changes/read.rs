//! What can be asked of the changes.

use std::ops::Range;

use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::{EdgeRef, IntoEdgeReferences};

use super::undo::{AlteredNode, Undo};
use super::{AddedNode, Changes, Kept, Mark, Noted, Properties, Weight, wanted, way};
use crate::model::{Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Value};
use crate::store::Edge;
use crate::store::index::{Index, State};
use crate::store::runs::{append, with, without};

impl Changes {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        let graph = self.nodes.is_empty() && self.graph.edge_count() == 0 && !self.has_gone() && !self.has_altered();
        graph && self.constraints.is_empty() && self.indexes.iter().all(|index| index.definition.is_none())
    }

    /// Every index; none of the snapshot's before the first write.
    pub(in crate::store) fn indexes(&self) -> &[Index] {
        &self.indexes
    }

    /// What an added or an altered node has now.
    pub(super) fn state(&self, node: NodeId) -> Option<State<'_>> {
        if let Some(altered) = self.altered_node(node) {
            return Some(altered);
        }
        let added = self.added(node)?;
        Some(State { labels: self.labels_in(added.shape), properties: &added.properties })
    }

    /// The labels of a shape.
    fn labels_in(&self, shape: u32) -> &[LabelId] {
        self.shapes.get(shape as usize).map_or(&[], |shape| &shape.labels)
    }

    pub(super) fn kept<'c>(&'c self, kept: &'c Kept) -> State<'c> {
        State { labels: self.labels_in(kept.shape), properties: &kept.properties }
    }

    /// The nodes and edges that came or were altered since the mark; some of them may be gone.
    pub(in crate::store) fn touched(&self, mark: Mark) -> (Vec<NodeId>, Vec<EdgeId>) {
        let mut nodes: Vec<_> = (mark.nodes..self.nodes.len()).map(|n| NodeId(self.first_node() + n as u32)).collect();
        let mut edges: Vec<_> =
            (mark.edges..self.graph.edge_count()).map(|n| EdgeId(self.first_edge() + n as u32)).collect();
        for step in self.undo.iter().skip(mark.undo) {
            match step {
                Undo::AlteredNode(AlteredNode { node, .. }) => nodes.push(*node),
                Undo::AlteredEdge(edge, _) => edges.push(*edge),
            }
        }
        (nodes, edges)
    }

    /// How many nodes were added, deleted ones included.
    pub(in crate::store) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// How many edges were added, deleted ones included.
    pub(in crate::store) fn edge_count(&self) -> usize {
        self.graph.edge_count()
    }

    /// How many nodes and edges are gone.
    pub(in crate::store) fn gone_count(&self) -> (usize, usize) {
        (self.gone_nodes.len(), self.gone_edges.len())
    }

    /// Whether anything is gone.
    pub(in crate::store) fn has_gone(&self) -> bool {
        !self.gone_nodes.is_empty() || !self.gone_edges.is_empty()
    }

    /// Whether any edge is gone.
    pub(in crate::store) fn has_gone_edges(&self) -> bool {
        !self.gone_edges.is_empty()
    }

    /// Whether any node or edge was altered.
    pub(in crate::store) fn has_altered(&self) -> bool {
        !self.altered_nodes.is_empty() || !self.altered_edges.is_empty()
    }

    /// The nodes that were altered, in no order.
    pub(in crate::store) fn altered_nodes(&self) -> impl Iterator<Item = NodeId> {
        self.altered_nodes.keys().copied()
    }

    /// The edges that were altered, in no order.
    pub(in crate::store) fn altered_edges(&self) -> impl Iterator<Item = EdgeId> {
        self.altered_edges.keys().copied()
    }

    pub(in crate::store) fn is_gone_node(&self, node: NodeId) -> bool {
        !self.gone_nodes.is_empty() && self.gone_nodes.contains(node.0)
    }

    pub(in crate::store) fn is_gone_edge(&self, edge: EdgeId) -> bool {
        !self.gone_edges.is_empty() && self.gone_edges.contains(edge.0)
    }

    pub(in crate::store) fn altered_node(&self, node: NodeId) -> Option<State<'_>> {
        if self.altered_nodes.is_empty() {
            return None;
        }
        self.altered_nodes.get(&node).map(|noted| self.kept(&noted.now))
    }

    pub(in crate::store) fn altered_edge(&self, edge: EdgeId) -> Option<&Properties> {
        if self.altered_edges.is_empty() { None } else { self.altered_edges.get(&edge).map(|noted| &noted.now) }
    }

    /// By how much the number of nodes with the label differs from the snapshot's.
    pub(in crate::store) fn nodes_with_label(&self, label: LabelId) -> i64 {
        let added = self.shapes.iter().filter(|s| s.labels.contains(&label)).map(|s| s.nodes.len() as i64);
        added.sum::<i64>() + self.by_node_label.get(&label).copied().unwrap_or_default()
    }

    /// By how much the number of edges of the type differs from the snapshot's.
    pub(in crate::store) fn edges_with_type(&self, edge_type: EdgeTypeId) -> i64 {
        self.by_type.get(&edge_type).copied().unwrap_or_default()
    }

    /// `direction` is not `Both`: that is the sum of the two.
    pub(in crate::store) fn edges_at_label(&self, label: LabelId, edge_type: EdgeTypeId, direction: Direction) -> i64 {
        let leaves = direction == Direction::Out;
        self.by_label.get(&(label, edge_type, leaves)).copied().unwrap_or_default()
    }

    /// Makes of the snapshot's runs of nodes whose labels satisfy `keep` the runs of all such nodes, ascending.
    pub(in crate::store) fn scan(&self, keep: impl Fn(&[LabelId]) -> bool, runs: &mut Vec<Range<u32>>) {
        self.scan_added(&keep, runs);
        if self.gone_nodes.is_empty() && self.altered_nodes.is_empty() {
            return;
        }
        let kept = |noted: &Noted<Kept>| keep(self.labels_in(noted.now.shape));
        let altered = self.altered_nodes.iter().filter(|(node, noted)| kept(noted) && !self.is_gone_node(**node));
        let mut back: Vec<u32> = altered.map(|(node, _)| node.0).collect();
        back.sort_unstable();
        let mut out: Vec<u32> = self.gone_nodes.iter().chain(self.altered_nodes.keys().map(|node| node.0)).collect();
        out.sort_unstable();
        *runs = with(without(std::mem::take(runs), &out), &back);
    }

    fn scan_added(&self, keep: impl Fn(&[LabelId]) -> bool, runs: &mut Vec<Range<u32>>) {
        let mut kept: Vec<NodeId> = Vec::new();
        for shape in self.shapes.iter().filter(|s| keep(&s.labels)) {
            kept.extend(&shape.nodes);
        }
        kept.sort_unstable();
        kept.into_iter().for_each(|node| append(runs, node.0..node.0 + 1));
    }

    pub(super) fn place(&self, node: NodeId) -> Option<NodeIndex> {
        match node.0.checked_sub(self.first_node()) {
            Some(added) => self.nodes.get(added as usize).copied(),
            None => self.anchors.get(&node).copied(),
        }
    }

    pub(super) fn added(&self, node: NodeId) -> Option<&AddedNode> {
        match self.graph.node_weight(self.place(node)?)? {
            Weight::Added(node) => Some(node),
            Weight::Anchor(_) => None,
        }
    }

    pub(in crate::store) fn contains_node(&self, node: NodeId) -> bool {
        self.added(node).is_some()
    }

    /// The nodes that went since the mark, in the order in which they did.
    pub(in crate::store) fn nodes_gone(&self, since: Mark) -> &[u32] {
        self.gone_nodes.behind(since.gone_nodes)
    }

    /// The edges that went since the mark, in the order in which they did.
    pub(in crate::store) fn edges_gone(&self, since: Mark) -> &[u32] {
        self.gone_edges.behind(since.gone_edges)
    }

    /// What the added node at this place was added with.
    pub(in crate::store) fn added_as(&self, place: usize) -> (&[LabelId], &[(KeyId, Value<'static>)]) {
        let id = NodeId(self.first_node() + place as u32);
        (self.labels_of(id), self.node_properties(id))
    }

    /// What the added edge at this place was added with.
    pub(in crate::store) fn added_edge_as(&self, place: usize) -> Option<(Edge, &[(KeyId, Value<'static>)])> {
        let id = EdgeId(self.first_edge() + place as u32);
        Some((self.edge(id)?, self.edge_properties(id)))
    }

    /// The labels that an added node was added with.
    pub(in crate::store) fn labels_of(&self, node: NodeId) -> &[LabelId] {
        self.added(node).map_or(&[], |node| self.labels_in(node.shape))
    }

    /// The properties that an added node was added with; none of others.
    pub(in crate::store) fn node_properties(&self, node: NodeId) -> &[(KeyId, Value<'static>)] {
        self.added(node).map_or(&[], |node| &node.properties)
    }

    pub(super) fn edge_index(&self, edge: EdgeId) -> Option<EdgeIndex> {
        edge.0.checked_sub(self.first_edge()).map(|added| EdgeIndex::new(added as usize))
    }

    pub(in crate::store) fn edge(&self, edge: EdgeId) -> Option<Edge> {
        let index = self.edge_index(edge)?;
        let (source, target) = self.graph.edge_endpoints(index)?;
        Some(Edge {
            source: self.graph.node_weight(source)?.id(),
            target: self.graph.node_weight(target)?.id(),
            edge_type: self.graph.edge_weight(index)?.edge_type,
        })
    }

    /// The properties that an added edge was added with; none of others.
    pub(in crate::store) fn edge_properties(&self, edge: EdgeId) -> &[(KeyId, Value<'static>)] {
        self.edge_index(edge).and_then(|index| self.graph.edge_weight(index)).map_or(&[], |edge| &edge.properties)
    }

    pub(super) fn edge_id(&self, index: EdgeIndex) -> EdgeId {
        EdgeId(self.first_edge() + index.index() as u32)
    }

    /// Calls `found` with each added edge at the node and its other end, in the order in which they were added.
    /// `direction` is not `Both`.
    pub(in crate::store) fn neighbours(
        &self,
        node: NodeId,
        direction: Direction,
        types: Option<&[EdgeTypeId]>,
        mut found: impl FnMut(EdgeId, NodeId),
    ) {
        let Some(place) = self.place(node) else { return };
        // petgraph lists the youngest edge first; the oldest first agrees with the order of ids.
        let edges: Vec<_> =
            self.graph.edges_directed(place, way(direction)).filter(|e| wanted(types, e.weight().edge_type)).collect();
        for edge in edges.into_iter().rev() {
            let end = if direction == Direction::Out { edge.target() } else { edge.source() };
            let id = self.edge_id(edge.id());
            if let Some(end) = self.graph.node_weight(end).filter(|_| !self.is_gone_edge(id)) {
                found(id, end.id());
            }
        }
    }

    /// How many edges `neighbours` would find.
    pub(in crate::store) fn degree(&self, node: NodeId, direction: Direction, types: Option<&[EdgeTypeId]>) -> u64 {
        let Some(place) = self.place(node) else { return 0 };
        let edges = self.graph.edges_directed(place, way(direction));
        let there = |edge| !self.is_gone_edge(self.edge_id(edge));
        edges.filter(|edge| wanted(types, edge.weight().edge_type) && there(edge.id())).count() as u64
    }

    /// Calls `found` with every added edge of these types, its source and its target.
    pub(in crate::store) fn edges(&self, types: Option<&[EdgeTypeId]>, mut found: impl FnMut(EdgeId, NodeId, NodeId)) {
        for edge in self.graph.edge_references().filter(|e| wanted(types, e.weight().edge_type)) {
            let id = self.edge_id(edge.id());
            let ends = (self.graph.node_weight(edge.source()), self.graph.node_weight(edge.target()));
            if let (Some(source), Some(target), false) = (ends.0, ends.1, self.is_gone_edge(id)) {
                found(id, source.id(), target.id());
            }
        }
    }
}
