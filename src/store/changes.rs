//! What was added to a snapshot since it was built.
//!
//! Added nodes and edges live in a petgraph [`StableDiGraph`]. An added edge may end at a node of the snapshot; that
//! node then has an *anchor* in the graph, a stand-in that carries its id and nothing else, made when the first such
//! edge arrives. Ids continue where the snapshot's end: added nodes are numbered in the order of their creation (by
//! `nodes`, as anchors take up petgraph's own numbers), added edges by petgraph's dense edge indices. The stable graph
//! keeps numbers valid when removals come: a removed edge becomes a hole instead of moving the last one into its place.
//!
//! A default value is the absence of changes and fits any snapshot; the first write ties it to one.

use std::collections::HashMap;
use std::ops::Range;

use petgraph::Direction as Way;
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::stable_graph::StableDiGraph;
use petgraph::visit::{EdgeRef, IntoEdgeReferences};

use super::Edge;
use super::names::Names;
use crate::model::{Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Value};

/// Property keys and values, sorted by key.
pub(super) type Properties = Vec<(KeyId, Value<'static>)>;

/// What was added to a snapshot since it was built; opaque, to be kept between one [`View`](super::View) and the next.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// How many nodes and edges the snapshot has: the first added ids.
    first_node: u32,
    first_edge: u32,
    graph: StableDiGraph<Weight, AddedEdge>,
    /// Added nodes in the order of their ids.
    nodes: Vec<NodeIndex>,
    /// Anchors of snapshot nodes.
    anchors: HashMap<NodeId, NodeIndex>,
    shapes: Vec<Shape>,
    shape_of_labels: HashMap<Vec<LabelId>, usize>,
    /// Edges by type, and by label of an end, type and whether they leave it: the planner's statistics.
    by_type: HashMap<EdgeTypeId, u64>,
    by_label: HashMap<(LabelId, EdgeTypeId, bool), u64>,
    /// Names that the snapshot lacks, numbered after its own.
    pub(super) labels: Names,
    pub(super) edge_types: Names,
    pub(super) keys: Names,
}

/// A state of [`Changes`] to come back to.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    nodes: usize,
    edges: usize,
    shapes: usize,
    labels: usize,
    edge_types: usize,
    keys: usize,
}

#[derive(Clone, Debug)]
enum Weight {
    Added(AddedNode),
    /// A node of the snapshot.
    Anchor(NodeId),
}

#[derive(Clone, Debug)]
struct AddedNode {
    id: NodeId,
    /// Index into `shapes`.
    shape: usize,
    properties: Properties,
}

#[derive(Clone, Debug)]
struct AddedEdge {
    edge_type: EdgeTypeId,
    properties: Properties,
}

/// Added nodes with the same labels.
#[derive(Clone, Debug)]
struct Shape {
    /// Sorted.
    labels: Vec<LabelId>,
    /// Ascending.
    nodes: Vec<NodeId>,
}

impl Weight {
    fn id(&self) -> NodeId {
        match self {
            Weight::Added(node) => node.id,
            Weight::Anchor(id) => *id,
        }
    }
}

fn way(direction: Direction) -> Way {
    if direction == Direction::Out { Way::Outgoing } else { Way::Incoming }
}

/// Whether an edge of this type is asked for.
fn wanted(types: Option<&[EdgeTypeId]>, edge_type: EdgeTypeId) -> bool {
    types.is_none_or(|types| types.contains(&edge_type))
}

/// Writes.
impl Changes {
    /// The state as it is, to come back to with [`Changes::undo_to`].
    pub fn mark(&self) -> Mark {
        Mark {
            nodes: self.nodes.len(),
            edges: self.graph.edge_count(),
            shapes: self.shapes.len(),
            labels: self.labels.len(),
            edge_types: self.edge_types.len(),
            keys: self.keys.len(),
        }
    }

    /// Takes back everything that was added since the mark was made; the work is in proportion to that.
    ///
    /// Edges go from the last to the first, so that petgraph hands their numbers out again in the old order.
    pub fn undo_to(&mut self, mark: Mark) {
        for index in (mark.edges..self.graph.edge_count()).rev().map(EdgeIndex::new) {
            let ends = self.graph.edge_endpoints(index);
            let Some((ends, edge)) = ends.zip(self.graph.remove_edge(index)) else { continue };
            self.by_type.entry(edge.edge_type).and_modify(|count| *count -= 1);
            for (end, leaves) in [(ends.0, true), (ends.1, false)] {
                let Some(Weight::Added(node)) = self.graph.node_weight(end) else { continue };
                for label in &self.shapes[node.shape].labels {
                    self.by_label.entry((*label, edge.edge_type, leaves)).and_modify(|count| *count -= 1);
                }
            }
        }
        for index in self.nodes.drain(mark.nodes..).rev() {
            if let Some(Weight::Added(node)) = self.graph.remove_node(index) {
                self.shapes[node.shape].nodes.pop();
            }
        }
        for shape in self.shapes.drain(mark.shapes..) {
            self.shape_of_labels.remove(&shape.labels);
        }
        self.labels.truncate(mark.labels);
        self.edge_types.truncate(mark.edge_types);
        self.keys.truncate(mark.keys);
    }

    /// Ties the changes to a snapshot of this many nodes and edges; always the same once something was added.
    pub(super) fn over(&mut self, nodes: u32, edges: u32) {
        debug_assert!(self.is_empty() || (self.first_node, self.first_edge) == (nodes, edges));
        self.first_node = nodes;
        self.first_edge = edges;
    }

    /// Adds a node; labels and properties are sorted and distinct.
    pub(super) fn add_node(&mut self, labels: Vec<LabelId>, properties: Properties) -> NodeId {
        let id = NodeId(self.first_node + self.nodes.len() as u32);
        let shape = match self.shape_of_labels.get(&labels) {
            Some(shape) => *shape,
            None => {
                self.shapes.push(Shape { labels: labels.clone(), nodes: Vec::new() });
                self.shape_of_labels.insert(labels, self.shapes.len() - 1);
                self.shapes.len() - 1
            }
        };
        self.shapes[shape].nodes.push(id);
        let index = self.graph.add_node(Weight::Added(AddedNode { id, shape, properties }));
        self.nodes.push(index);
        id
    }

    /// Adds an edge between nodes that are there; `ends` are the labels of source and target.
    pub(super) fn add_edge(&mut self, edge: Edge, ends: [&[LabelId]; 2], properties: Properties) -> EdgeId {
        let [source, target] = [edge.source, edge.target].map(|node| self.anchored(node));
        let index = self.graph.add_edge(source, target, AddedEdge { edge_type: edge.edge_type, properties });
        *self.by_type.entry(edge.edge_type).or_default() += 1;
        for (labels, leaves) in ends.into_iter().zip([true, false]) {
            for label in labels {
                *self.by_label.entry((*label, edge.edge_type, leaves)).or_default() += 1;
            }
        }
        EdgeId(self.first_edge + index.index() as u32)
    }

    /// The node's place in the graph, made when it has none.
    fn anchored(&mut self, node: NodeId) -> NodeIndex {
        self.place(node).unwrap_or_else(|| {
            let index = self.graph.add_node(Weight::Anchor(node));
            self.anchors.insert(node, index);
            index
        })
    }
}

/// Reads.
impl Changes {
    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.graph.edge_count() == 0
    }

    /// How many nodes were added.
    pub(super) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// How many edges were added.
    pub(super) fn edge_count(&self) -> usize {
        self.graph.edge_count()
    }

    pub(super) fn nodes_with_label(&self, label: LabelId) -> usize {
        self.shapes.iter().filter(|s| s.labels.contains(&label)).map(|s| s.nodes.len()).sum()
    }

    pub(super) fn edges_with_type(&self, edge_type: EdgeTypeId) -> u64 {
        self.by_type.get(&edge_type).copied().unwrap_or_default()
    }

    /// `direction` is not `Both`: that is the sum of the two.
    pub(super) fn edges_at_label(&self, label: LabelId, edge_type: EdgeTypeId, direction: Direction) -> u64 {
        let leaves = direction == Direction::Out;
        self.by_label.get(&(label, edge_type, leaves)).copied().unwrap_or_default()
    }

    /// Runs of added nodes whose labels satisfy `keep`, ascending, appended to `runs`.
    pub(super) fn scan(&self, keep: impl Fn(&[LabelId]) -> bool, runs: &mut Vec<Range<u32>>) {
        let mut kept: Vec<NodeId> = Vec::new();
        for shape in self.shapes.iter().filter(|s| keep(&s.labels)) {
            kept.extend(&shape.nodes);
        }
        kept.sort_unstable();
        for node in kept {
            match runs.last_mut() {
                Some(run) if run.end == node.0 => run.end += 1,
                _ => runs.push(node.0..node.0 + 1),
            }
        }
    }

    fn place(&self, node: NodeId) -> Option<NodeIndex> {
        match node.0.checked_sub(self.first_node) {
            Some(added) => self.nodes.get(added as usize).copied(),
            None => self.anchors.get(&node).copied(),
        }
    }

    fn added(&self, node: NodeId) -> Option<&AddedNode> {
        match self.graph.node_weight(self.place(node)?)? {
            Weight::Added(node) => Some(node),
            Weight::Anchor(_) => None,
        }
    }

    pub(super) fn contains_node(&self, node: NodeId) -> bool {
        self.added(node).is_some()
    }

    pub(super) fn labels_of(&self, node: NodeId) -> &[LabelId] {
        self.added(node).and_then(|node| self.shapes.get(node.shape)).map_or(&[], |shape| &shape.labels)
    }

    /// The properties of an added node; none of others.
    pub(super) fn node_properties(&self, node: NodeId) -> &[(KeyId, Value<'static>)] {
        self.added(node).map_or(&[], |node| &node.properties)
    }

    /// Added nodes with the label, in no particular order.
    pub(super) fn labelled(&self, label: LabelId) -> impl Iterator<Item = NodeId> {
        self.shapes.iter().filter(move |s| s.labels.contains(&label)).flat_map(|s| s.nodes.iter().copied())
    }

    fn edge_index(&self, edge: EdgeId) -> Option<EdgeIndex> {
        edge.0.checked_sub(self.first_edge).map(|added| EdgeIndex::new(added as usize))
    }

    pub(super) fn edge(&self, edge: EdgeId) -> Option<Edge> {
        let index = self.edge_index(edge)?;
        let (source, target) = self.graph.edge_endpoints(index)?;
        Some(Edge {
            source: self.graph.node_weight(source)?.id(),
            target: self.graph.node_weight(target)?.id(),
            edge_type: self.graph.edge_weight(index)?.edge_type,
        })
    }

    /// The properties of an added edge; none of others.
    pub(super) fn edge_properties(&self, edge: EdgeId) -> &[(KeyId, Value<'static>)] {
        self.edge_index(edge).and_then(|index| self.graph.edge_weight(index)).map_or(&[], |edge| &edge.properties)
    }

    fn edge_id(&self, index: EdgeIndex) -> EdgeId {
        EdgeId(self.first_edge + index.index() as u32)
    }

    /// Calls `found` with each added edge at the node and its other end, in the order in which they were added.
    /// `direction` is not `Both`.
    pub(super) fn neighbours(
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
            if let Some(end) = self.graph.node_weight(end) {
                found(self.edge_id(edge.id()), end.id());
            }
        }
    }

    /// How many edges `neighbours` would find.
    pub(super) fn degree(&self, node: NodeId, direction: Direction, types: Option<&[EdgeTypeId]>) -> u64 {
        let Some(place) = self.place(node) else { return 0 };
        let edges = self.graph.edges_directed(place, way(direction));
        edges.filter(|edge| wanted(types, edge.weight().edge_type)).count() as u64
    }

    /// Calls `found` with every added edge of these types, its source and its target.
    pub(super) fn edges(&self, types: Option<&[EdgeTypeId]>, mut found: impl FnMut(EdgeId, NodeId, NodeId)) {
        for edge in self.graph.edge_references().filter(|e| wanted(types, e.weight().edge_type)) {
            let ends = (self.graph.node_weight(edge.source()), self.graph.node_weight(edge.target()));
            if let (Some(source), Some(target)) = ends {
                found(self.edge_id(edge.id()), source.id(), target.id());
            }
        }
    }
}
