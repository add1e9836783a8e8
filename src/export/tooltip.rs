//! What pictures tell of a node or an edge that is pointed at: all of its properties.

use std::fmt::Write as _;

use super::json;
use super::picture::{Edge, Node, Picture, Property};
use crate::model::Value;

/// The whole caption, the labels, and the properties, a line each.
pub(super) fn of_node(picture: &Picture<'_, '_>, node: &Node) -> String {
    let mut tooltip = node.caption.clone();
    let labels = picture.labels(node);
    if !labels.is_empty() {
        let _ = write!(tooltip, " ({})", labels.join(", "));
    }
    tooltip + &described(&picture.node_properties(node), &node.caption)
}

/// The ends' captions with the type between them, and the properties.
pub(super) fn of_edge(picture: &Picture<'_, '_>, edge: &Edge<'_>) -> String {
    let [source, target] = [edge.source, edge.target].map(|place| &picture.nodes[place].caption);
    let head = format!("{source} {} {target}", edge.edge_type);
    head + &described(&picture.edge_properties(edge), "")
}

/// The properties, a line each, save what is blank or the caption again; `text` first and without its key.
fn described(properties: &[Property<'_, '_>], caption: &str) -> String {
    let told = |value: &Value<'_>| matches!(value, Value::String(text) if text.trim().is_empty() || &**text == caption);
    let (texts, others): (Vec<_>, Vec<_>) =
        properties.iter().filter(|(_, value)| !told(value)).partition(|(key, _)| *key == "text");
    let texts = texts.iter().map(|(_, value)| format!("\n{}", json::text(value)));
    let others = others.iter().map(|(key, value)| format!("\n{key}: {}", json::text(value)));
    texts.chain(others).collect()
}
