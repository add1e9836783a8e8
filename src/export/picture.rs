//! A subgraph made ready to be written: named, typed and sorted.
//!
//! A node's or an edge's place in these lists is its synthetic id. The order follows from types and keys alone where
//! keys tell nodes apart, so that a graph in memory and its snapshot are written alike.

use std::collections::{BTreeSet, HashMap};

use super::palette::Look;
use super::subgraph::Subgraph;
use super::text;
use crate::model::schema::NodeType;
use crate::model::{EdgeId, NodeId, Schema, Value};
use crate::store::View;

/// Properties that name a node of a graph without a schema, best first.
const NAMES: [&str; 4] = ["name", "title", "label", "id"];

/// Properties whose value is a link to follow.
const LINKS: [&str; 3] = ["url", "homepage", "website"];

/// A subgraph to write.
pub(super) struct Picture<'v, 'g> {
    pub(super) view: &'v View<'g>,
    /// The types that occur, by name.
    pub(super) kinds: Vec<Kind>,
    /// By kind, then key.
    pub(super) nodes: Vec<Node>,
    /// By type, then ends.
    pub(super) edges: Vec<Edge<'v>>,
}

/// A node type: the label that decides a node's look.
pub(super) struct Kind {
    /// The label; empty for nodes without any.
    pub(super) name: String,
    pub(super) look: Look,
}

/// A node to write.
pub(super) struct Node {
    pub(super) id: NodeId,
    /// Its place in [`Picture::kinds`].
    pub(super) kind: usize,
    /// What its type sorts it by; empty when it has no such property.
    pub(super) key: String,
    /// What it is called; never empty.
    pub(super) caption: String,
}

/// An edge to write.
pub(super) struct Edge<'v> {
    pub(super) id: EdgeId,
    /// Its ends' places in [`Picture::nodes`].
    pub(super) source: usize,
    pub(super) target: usize,
    pub(super) edge_type: &'v str,
}

/// A property's key and value.
pub(super) type Property<'v, 'g> = (&'v str, Value<'g>);

impl<'v, 'g> Picture<'v, 'g> {
    /// Names and sorts; ids that the view does not know are left out.
    pub(super) fn new(subgraph: &Subgraph, view: &'v View<'g>) -> Self {
        let schema = view.schema();
        let mut sorted: Vec<_> = subgraph
            .nodes
            .iter()
            .filter(|&&node| view.contains_node(node))
            .map(|&node| {
                let label = label_of(view, schema, node);
                let key = key_of(view, schema.and_then(|schema| schema.node_type(&label)), node);
                (label, key, node)
            })
            .collect();
        sorted.sort();
        let kinds = kinds(sorted.iter().map(|(label, ..)| label.clone()).collect(), schema);
        let nodes: Vec<_> = sorted
            .into_iter()
            .map(|(label, key, id)| Node {
                id,
                // Every label has its kind.
                kind: kinds.binary_search_by(|kind| kind.name.cmp(&label)).unwrap_or_default(),
                key,
                caption: caption(view, schema.and_then(|schema| schema.node_type(&label)), &label, id),
            })
            .collect();
        let places: HashMap<_, _> = nodes.iter().enumerate().map(|(place, node)| (node.id, place)).collect();
        let mut edges: Vec<_> = subgraph.edges.iter().filter_map(|&id| edge(view, &places, id)).collect();
        edges.sort_by_key(|edge| (edge.edge_type, edge.source, edge.target, edge.id));
        Picture { view, kinds, nodes, edges }
    }

    /// The kind of a node.
    pub(super) fn kind(&self, node: &Node) -> &Kind {
        &self.kinds[node.kind]
    }

    /// The node's labels, sorted by name.
    pub(super) fn labels(&self, node: &Node) -> Vec<&'v str> {
        let labels = self.view.node_labels(node.id);
        let mut labels: Vec<_> = labels.into_iter().map(|label| self.view.label_name(label)).collect();
        labels.sort_unstable();
        labels
    }

    /// The node's properties, sorted by key.
    pub(super) fn node_properties(&self, node: &Node) -> Vec<Property<'v, 'g>> {
        let properties = self.view.node_properties(node.id);
        properties.into_iter().map(|(key, value)| (self.view.key_name(key), value)).collect()
    }

    /// The edge's properties, sorted by key.
    pub(super) fn edge_properties(&self, edge: &Edge<'_>) -> Vec<Property<'v, 'g>> {
        let properties = self.view.edge_properties(edge.id);
        properties.into_iter().map(|(key, value)| (self.view.key_name(key), value)).collect()
    }

    /// How the edge reads from its source to its target: the schema's verb in the singular, else the type.
    pub(super) fn verb(&self, edge: &Edge<'v>) -> &'v str {
        let relation = self.view.schema().and_then(|schema| schema.relation(edge.edge_type));
        let singular = relation.and_then(|relation| relation.verb.get(1));
        singular.map_or(edge.edge_type, String::as_str)
    }

    /// Where the node leads to on the web.
    pub(super) fn link(&self, node: &Node) -> Option<String> {
        let mut links = LINKS.iter().filter_map(|name| property(self.view, node.id, name));
        links.find(|link| text::is_link(link))
    }
}

/// The label that decides how the node looks: the first by name that the schema declares, else the first.
fn label_of(view: &View<'_>, schema: Option<&Schema>, node: NodeId) -> String {
    let labels = view.node_labels(node);
    let mut labels: Vec<_> = labels.into_iter().map(|label| view.label_name(label)).collect();
    labels.sort_unstable();
    first_label(&labels, schema).to_owned()
}

/// Of sorted labels the first that the schema declares, else the first.
pub(super) fn first_label<'l>(labels: &[&'l str], schema: Option<&Schema>) -> &'l str {
    let declared = labels.iter().find(|label| schema.is_some_and(|schema| schema.node_type(label).is_some()));
    declared.or(labels.first()).copied().unwrap_or_default()
}

/// A type's look follows from its place in the schema, so that every picture of a graph uses the same colours.
fn kinds(labels: BTreeSet<String>, schema: Option<&Schema>) -> Vec<Kind> {
    let declared = schema.map_or(&[][..], |schema| &schema.types);
    let looks = labels.into_iter().enumerate().map(|(index, name)| {
        let place = declared.iter().position(|node_type| node_type.label == name);
        let style = place.map(|place| &declared[place].style);
        let look = Look::new(place.unwrap_or(declared.len() + index), style);
        Kind { name, look }
    });
    looks.collect()
}

fn edge<'v>(view: &'v View<'_>, places: &HashMap<NodeId, usize>, id: EdgeId) -> Option<Edge<'v>> {
    let ends = view.edge(id)?;
    let (source, target) = (*places.get(&ends.source)?, *places.get(&ends.target)?);
    Some(Edge { id, source, target, edge_type: view.edge_type_name(ends.edge_type) })
}

/// What nodes of a type are sorted by.
fn key_of(view: &View<'_>, node_type: Option<&NodeType>, node: NodeId) -> String {
    let declared = node_type.and_then(|node_type| property(view, node, &node_type.key));
    declared.or_else(|| NAMES.iter().find_map(|name| property(view, node, name))).unwrap_or_default()
}

/// What a node is called; never empty.
pub(super) fn caption(view: &View<'_>, node_type: Option<&NodeType>, label: &str, node: NodeId) -> String {
    let declared = node_type.and_then(|node_type| property(view, node, &node_type.name));
    let shown = |name: &String| name.chars().any(|char| text::is_printable(char) && !char.is_whitespace());
    let mut names = declared.into_iter().chain(NAMES.iter().filter_map(|name| property(view, node, name)));
    names.find(shown).unwrap_or_else(|| format!("{label} {}", node.0).trim_start().to_owned())
}

/// A node's property as text, when it is a string or a number.
fn property(view: &View<'_>, node: NodeId, key: &str) -> Option<String> {
    match view.node_property(node, view.key_id(key)?) {
        Value::String(text) => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    }
}
