//! Cytoscape.js: elements and a style, as `cytoscape(JSON)` takes them.
//!
//! A node's colours come by a class (`t3`), because a selector on the type's name would have to quote it.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use super::json;
use super::picture::Picture;

/// Writes the picture as one object, an element a line.
pub(super) fn write(picture: &Picture<'_, '_>, out: &mut dyn Write) -> io::Result<()> {
    let nodes = picture.nodes.iter().enumerate().map(|(place, node)| {
        json!({
            "data": {
                "id": format!("n{place}"),
                "label": node.caption,
                "type": picture.kind(node).name,
                "labels": picture.labels(node),
                "properties": json::object(&picture.node_properties(node)),
            },
            "classes": format!("t{}", node.kind),
        })
    });
    let edges = picture.edges.iter().enumerate().map(|(place, edge)| {
        json!({
            "data": {
                "id": format!("e{place}"),
                "source": format!("n{}", edge.source),
                "target": format!("n{}", edge.target),
                "label": picture.verb(edge),
                "type": edge.edge_type,
                "properties": json::object(&picture.edge_properties(edge)),
            },
        })
    });
    out.write_all(b"{\"elements\":{\"nodes\":[\n")?;
    list(out, nodes)?;
    out.write_all(b"],\"edges\":[\n")?;
    list(out, edges)?;
    out.write_all(b"]},\"style\":[\n")?;
    list(out, style(picture).into_iter())?;
    out.write_all(b"]}\n")
}

/// Items, one a line: a large graph is never one value in memory.
fn list(out: &mut dyn Write, items: impl Iterator<Item = Json>) -> io::Result<()> {
    let mut separator = "";
    for item in items {
        write!(out, "{separator}{item}")?;
        separator = ",\n";
    }
    if separator.is_empty() { Ok(()) } else { writeln!(out) }
}

fn style(picture: &Picture<'_, '_>) -> Vec<Json> {
    let mut style = vec![
        json!({"selector": "node", "style": {
            "label": "data(label)", "text-wrap": "wrap", "text-max-width": "140px", "font-size": 11,
            "text-valign": "center", "text-halign": "center", "shape": "round-rectangle",
            "width": 150, "height": 40, "border-width": 1,
        }}),
        json!({"selector": "edge", "style": {
            "label": "data(label)", "font-size": 9, "color": "#57534e", "line-color": "#a8a29e",
            "target-arrow-color": "#a8a29e", "target-arrow-shape": "triangle", "curve-style": "bezier",
            "line-opacity": 0.7, "arrow-scale": 0.8,
        }}),
    ];
    style.extend(picture.kinds.iter().enumerate().map(|(place, kind)| {
        json!({"selector": format!(".t{place}"), "style": {
            "background-color": kind.look.fill, "border-color": kind.look.border, "color": kind.look.border,
        }})
    }));
    style
}
