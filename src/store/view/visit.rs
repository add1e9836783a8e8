//! Petgraph's visit traits on a [`View`], so that `petgraph::algo` runs on a mapped file as it stands.
//!
//! ```
//! use kenning::store::{Snapshot, View};
//! use petgraph::algo::toposort;
//!
//! let empty = Snapshot::empty();
//! let mut view = View::new(&empty);
//! let a = view.create_node(&["Task"], vec![])?;
//! let b = view.create_node(&["Task"], vec![])?;
//! view.create_edge(b, "BEFORE", a, vec![])?;
//! assert_eq!(toposort(&view, None).unwrap(), [b, a]);
//! # Ok::<(), kenning::store::Error>(())
//! ```
//!
//! The graph is directed; nodes weigh nothing, and an edge weighs its type. Ids are dense but for those of deleted nodes, so
//! algorithms that keep an array by node need no hash map. A node's neighbours are gathered when they are asked for, once a visit: its edges
//! may lie in several blocks and in the changes.

use std::ops::Range;
use std::vec;

use petgraph::Directed;
use petgraph::Direction as Way;
use petgraph::visit::{
    Data, EdgeCount, EdgeIndexable, EdgeRef, GraphBase, GraphProp, IntoEdgeReferences, IntoEdges, IntoEdgesDirected,
    IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, NodeCount, NodeIndexable, VisitMap, Visitable,
};

use super::{Edge, View};
use crate::model::{Direction, EdgeId, EdgeTypeId, NodeId};

/// An edge as petgraph's algorithms see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeReference {
    id: EdgeId,
    edge: Edge,
}

impl EdgeRef for EdgeReference {
    type NodeId = NodeId;
    type EdgeId = EdgeId;
    type Weight = EdgeTypeId;

    fn source(&self) -> NodeId {
        self.edge.source
    }
    fn target(&self) -> NodeId {
        self.edge.target
    }
    fn weight(&self) -> &EdgeTypeId {
        &self.edge.edge_type
    }
    fn id(&self) -> EdgeId {
        self.id
    }
}

/// A set of nodes, one bit each.
#[derive(Clone, Debug, Default)]
pub struct Visited(Vec<u64>);

impl Visited {
    fn fit(&mut self, nodes: usize) {
        self.0.clear();
        self.0.resize(nodes.div_ceil(64), 0);
    }

    fn bit(&mut self, node: NodeId) -> Option<(&mut u64, u64)> {
        self.0.get_mut(node.index() / 64).map(|word| (word, 1 << (node.0 % 64)))
    }
}

impl VisitMap<NodeId> for Visited {
    fn visit(&mut self, node: NodeId) -> bool {
        self.bit(node).is_some_and(|(word, bit)| {
            let new = *word & bit == 0;
            *word |= bit;
            new
        })
    }
    fn is_visited(&self, node: &NodeId) -> bool {
        self.0.get(node.index() / 64).is_some_and(|word| word & 1 << (node.0 % 64) != 0)
    }
    fn unvisit(&mut self, node: NodeId) -> bool {
        self.bit(node).is_some_and(|(word, bit)| {
            let there = *word & bit != 0;
            *word &= !bit;
            there
        })
    }
}

impl GraphBase for View<'_> {
    type NodeId = NodeId;
    type EdgeId = EdgeId;
}

impl Data for View<'_> {
    type NodeWeight = ();
    type EdgeWeight = EdgeTypeId;
}

impl GraphProp for View<'_> {
    type EdgeType = Directed;
}

impl NodeCount for View<'_> {
    fn node_count(&self) -> usize {
        View::node_count(self) as usize
    }
}

impl EdgeCount for View<'_> {
    fn edge_count(&self) -> usize {
        View::edge_count(self) as usize
    }
}

impl NodeIndexable for View<'_> {
    fn node_bound(&self) -> usize {
        View::node_bound(self)
    }
    fn to_index(&self, node: NodeId) -> usize {
        node.index()
    }
    fn from_index(&self, index: usize) -> NodeId {
        NodeId(index as u32)
    }
}

impl EdgeIndexable for View<'_> {
    fn edge_bound(&self) -> usize {
        View::edge_bound(self)
    }
    fn to_index(&self, edge: EdgeId) -> usize {
        edge.index()
    }
    fn from_index(&self, index: usize) -> EdgeId {
        EdgeId(index as u32)
    }
}

impl Visitable for View<'_> {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        let mut map = Visited::default();
        map.fit(View::node_bound(self));
        map
    }
    fn reset_map(&self, map: &mut Visited) {
        map.fit(View::node_bound(self));
    }
}

fn direction(way: Way) -> Direction {
    match way {
        Way::Outgoing => Direction::Out,
        Way::Incoming => Direction::In,
    }
}

/// Every edge type. Walking edges type by type tells each one's type without a search for it.
fn types(view: &View<'_>) -> impl Iterator<Item = EdgeTypeId> {
    (0..view.edge_type_count() as u32).map(EdgeTypeId)
}

impl IntoNeighbors for &View<'_> {
    type Neighbors = vec::IntoIter<NodeId>;

    fn neighbors(self, node: NodeId) -> Self::Neighbors {
        self.neighbors_directed(node, Way::Outgoing)
    }
}

impl IntoNeighborsDirected for &View<'_> {
    type NeighborsDirected = vec::IntoIter<NodeId>;

    fn neighbors_directed(self, node: NodeId, way: Way) -> Self::NeighborsDirected {
        let mut ends = Vec::new();
        self.neighbours(node, direction(way), None, |_, end| ends.push(end));
        ends.into_iter()
    }
}

impl IntoEdgeReferences for &View<'_> {
    type EdgeRef = EdgeReference;
    type EdgeReferences = vec::IntoIter<EdgeReference>;

    fn edge_references(self) -> Self::EdgeReferences {
        let mut edges = Vec::new();
        for edge_type in types(self) {
            self.edges(Some(&[edge_type]), |id, source, target| {
                edges.push(EdgeReference { id, edge: Edge { source, target, edge_type } });
            });
        }
        edges.into_iter()
    }
}

impl IntoEdges for &View<'_> {
    type Edges = vec::IntoIter<EdgeReference>;

    fn edges(self, node: NodeId) -> Self::Edges {
        self.edges_directed(node, Way::Outgoing)
    }
}

impl IntoEdgesDirected for &View<'_> {
    type EdgesDirected = vec::IntoIter<EdgeReference>;

    fn edges_directed(self, node: NodeId, way: Way) -> Self::EdgesDirected {
        let mut edges = Vec::new();
        for edge_type in types(self) {
            self.neighbours(node, direction(way), Some(&[edge_type]), |id, end| {
                let (source, target) = if way == Way::Outgoing { (node, end) } else { (end, node) };
                edges.push(EdgeReference { id, edge: Edge { source, target, edge_type } });
            });
        }
        edges.into_iter()
    }
}

impl IntoNodeIdentifiers for &View<'_> {
    type NodeIdentifiers = NodeIdentifiers;

    fn node_identifiers(self) -> NodeIdentifiers {
        NodeIdentifiers { runs: self.scan(|_| true).into_iter(), run: 0..0 }
    }
}

/// All nodes of a view, ascending.
#[derive(Clone, Debug)]
pub struct NodeIdentifiers {
    runs: vec::IntoIter<Range<u32>>,
    run: Range<u32>,
}

impl Iterator for NodeIdentifiers {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        while self.run.is_empty() {
            self.run = self.runs.next()?;
        }
        self.run.next().map(NodeId)
    }
}
