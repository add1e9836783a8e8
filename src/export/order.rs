//! A graph, or a part of one, in the order in which it is written as data.
//!
//! Nodes come by their labels, then by what names them; edges by type, then by the places of their ends. So a graph in
//! memory and its snapshot are written alike. Of a whole graph only the nodes' order is held (8 bytes each): its edges
//! are walked when they are written, so that a graph of any size streams.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use super::picture::Property;
use super::subgraph::Subgraph;
use crate::model::{Direction, EdgeId, EdgeTypeId, NodeId, Str, Value};
use crate::store::View;

/// Properties that name a node of a graph without a schema, best first.
const NAMES: [&str; 4] = ["id", "name", "title", "label"];

/// What of a graph is to be written.
#[derive(Clone, Copy, Debug)]
pub enum Part<'s> {
    /// Everything.
    Whole,
    /// These nodes, and those of the edges whose ends are among them.
    Some(&'s Subgraph),
}

/// The nodes in order, and the way to the edges.
pub(super) struct Order<'v, 'g> {
    pub(super) view: &'v View<'g>,
    /// By labels, then by name; a node's place here is its synthetic id.
    pub(super) nodes: Vec<NodeId>,
    /// Nodes with the same labels.
    pub(super) groups: Vec<Group<'v>>,
    /// By node id: its place, or [`NOWHERE`].
    places: Vec<u32>,
    /// The edges of a part; none of the whole graph, whose edges are found by walking.
    edges: Option<Vec<Edge>>,
    /// The edge types by name.
    types: Vec<(&'v str, EdgeTypeId)>,
}

const NOWHERE: u32 = u32::MAX;

/// Nodes with the same labels.
pub(super) struct Group<'v> {
    /// Sorted by name.
    pub(super) labels: Vec<&'v str>,
    /// Their places.
    pub(super) nodes: Range<usize>,
}

/// An edge to write.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    /// The place of its type among the sorted types.
    rank: u32,
    /// The place of the node that it leaves.
    pub(super) source: u32,
    /// The place of the node that it enters.
    pub(super) target: u32,
    pub(super) id: EdgeId,
}

/// What nodes of a group are sorted by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'g> {
    None,
    Number(i64),
    Text(Str<'g>),
}

impl<'v, 'g> Order<'v, 'g> {
    /// Sorts the nodes; ids that the view does not know are left out.
    pub(super) fn new(part: Part<'_>, view: &'v View<'g>) -> Self {
        let mut groups: BTreeMap<Vec<&'v str>, Vec<NodeId>> = BTreeMap::new();
        let mut add = |node: NodeId| {
            let labels = view.node_labels(node);
            let mut labels: Vec<_> = labels.into_iter().map(|label| view.label_name(label)).collect();
            labels.sort_unstable();
            groups.entry(labels).or_default().push(node);
        };
        match part {
            Part::Whole => view.scan(|_| true).into_iter().flatten().map(NodeId).for_each(&mut add),
            Part::Some(subgraph) => {
                subgraph.nodes.iter().copied().filter(|node| view.contains_node(*node)).for_each(&mut add);
            }
        }
        let mut order = Order {
            view,
            nodes: Vec::new(),
            groups: Vec::new(),
            places: vec![NOWHERE; view.node_bound()],
            edges: None,
            types: (0..view.edge_type_count() as u32)
                .map(EdgeTypeId)
                .map(|edge_type| (view.edge_type_name(edge_type), edge_type))
                .collect(),
        };
        order.types.sort_unstable();
        for (labels, nodes) in groups {
            order.add(labels, nodes);
        }
        if let Part::Some(subgraph) = part {
            let mut edges: Vec<Edge> = subgraph.edges.iter().filter_map(|&edge| order.edge(edge)).collect();
            edges.sort_unstable();
            order.edges = Some(edges);
        }
        order
    }

    fn add(&mut self, labels: Vec<&'v str>, nodes: Vec<NodeId>) {
        let schema = self.view.schema();
        let declared = labels.iter().find_map(|label| schema.and_then(|schema| schema.node_type(label)));
        let keys = declared.map(|node_type| node_type.key.as_str()).into_iter().chain(NAMES);
        let keys: Vec<_> = keys.filter_map(|key| self.view.key_id(key)).collect();
        let key = |node| {
            let mut values = keys.iter().map(|key| self.view.node_property(node, *key));
            let found = values.find_map(|value| match value {
                Value::String(text) => Some(Key::Text(text)),
                Value::Int(number) => Some(Key::Number(number)),
                _ => None,
            });
            found.unwrap_or(Key::None)
        };
        let mut sorted: Vec<(Key<'g>, NodeId)> = nodes.into_iter().map(|node| (key(node), node)).collect();
        sorted.sort_unstable();
        let first = self.nodes.len();
        for (_, node) in sorted {
            if let Some(place) = self.places.get_mut(node.index()) {
                *place = self.nodes.len() as u32;
            }
            self.nodes.push(node);
        }
        self.groups.push(Group { labels, nodes: first..self.nodes.len() });
    }

    fn place(&self, node: NodeId) -> Option<u32> {
        self.places.get(node.index()).copied().filter(|place| *place != NOWHERE)
    }

    fn edge(&self, id: EdgeId) -> Option<Edge> {
        let ends = self.view.edge(id).filter(|_| self.view.contains_edge(id))?;
        let rank = self.types.iter().position(|(_, edge_type)| *edge_type == ends.edge_type)? as u32;
        Some(Edge { rank, source: self.place(ends.source)?, target: self.place(ends.target)?, id })
    }

    /// The labels of the nodes in order, with each node.
    pub(super) fn labelled(&self) -> impl Iterator<Item = (&[&'v str], NodeId)> {
        self.groups
            .iter()
            .flat_map(|group| self.nodes[group.nodes.clone()].iter().map(|node| (group.labels.as_slice(), *node)))
    }

    /// The edge types by name; some of them may have no edge here.
    pub(super) fn types(&self) -> impl Iterator<Item = &'v str> {
        self.types.iter().map(|(name, _)| *name)
    }

    /// Calls `each` with the edges of a type in order.
    pub(super) fn edges_of(&self, name: &str, each: &mut dyn FnMut(Edge) -> io::Result<()>) -> io::Result<()> {
        let Some(rank) = self.types.iter().position(|(known, _)| *known == name) else { return Ok(()) };
        if let Some(edges) = &self.edges {
            let start = edges.partition_point(|edge| (edge.rank as usize) < rank);
            let own = edges[start..].iter().take_while(|edge| edge.rank as usize == rank);
            return own.copied().try_for_each(each);
        }
        let types = [self.types[rank].1];
        let mut leaving: Vec<Edge> = Vec::new();
        for (source, node) in self.nodes.iter().enumerate() {
            leaving.clear();
            self.view.neighbours(*node, Direction::Out, Some(&types), |id, target| {
                let target = self.place(target);
                let edge = |target| Edge { rank: rank as u32, source: source as u32, target, id };
                leaving.extend(target.map(edge));
            });
            leaving.sort_unstable();
            leaving.iter().copied().try_for_each(&mut *each)?;
        }
        Ok(())
    }

    /// The node's properties, sorted by key.
    pub(super) fn node_properties(&self, node: NodeId) -> Vec<Property<'v, 'g>> {
        let properties = self.view.node_properties(node);
        properties.into_iter().map(|(key, value)| (self.view.key_name(key), value)).collect()
    }

    /// The edge's properties, sorted by key.
    pub(super) fn edge_properties(&self, edge: Edge) -> Vec<Property<'v, 'g>> {
        let properties = self.view.edge_properties(edge.id);
        properties.into_iter().map(|(key, value)| (self.view.key_name(key), value)).collect()
    }
}
