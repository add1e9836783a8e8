//! JSON lines: one object per node, then one per edge.
//!
//! ```json
//! {"kind":"node","id":"n0","labels":["Skill"],"properties":{"name":"Python"}}
//! {"kind":"edge","id":"e0","type":"ADDRESSES","source":"n0","target":"n1","properties":{}}
//! ```

use std::io::{self, Write};

use serde_json::json;

use super::json;
use super::picture::Picture;

/// Writes the picture, a line at a time.
pub(super) fn write(picture: &Picture<'_, '_>, out: &mut dyn Write) -> io::Result<()> {
    for (place, node) in picture.nodes.iter().enumerate() {
        let line = json!({
            "kind": "node",
            "id": format!("n{place}"),
            "labels": picture.labels(node),
            "properties": json::object(&picture.node_properties(node)),
        });
        writeln!(out, "{line}")?;
    }
    for (place, edge) in picture.edges.iter().enumerate() {
        let line = json!({
            "kind": "edge",
            "id": format!("e{place}"),
            "type": edge.edge_type,
            "source": format!("n{}", edge.source),
            "target": format!("n{}", edge.target),
            "properties": json::object(&picture.edge_properties(edge)),
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}
