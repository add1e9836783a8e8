//! JSON lines: one object per node, then one per edge; `ken import` reads them back.
//!
//! ```json
//! {"kind":"node","id":"n0","labels":["Skill"],"properties":{"name":"Python"}}
//! {"kind":"edge","id":"e0","type":"ADDRESSES","source":"n0","target":"n1","properties":{"since":{"$date":"2024-02-29"}}}
//! ```

use std::io::{self, Write};

use serde_json::json;

use super::Report;
use super::json;
use super::order::Order;

/// Writes the graph, a line at a time.
pub(super) fn write(order: &Order<'_, '_>, out: &mut dyn Write) -> io::Result<Report> {
    let mut report = Report { nodes: order.nodes.len(), ..Report::default() };
    for (place, (labels, node)) in order.labelled().enumerate() {
        let line = json!({
            "kind": "node",
            "id": format!("n{place}"),
            "labels": labels,
            "properties": json::exact_object(&order.node_properties(node)),
        });
        writeln!(out, "{line}")?;
    }
    for edge_type in order.types() {
        order.edges_of(edge_type, &mut |edge| {
            let line = json!({
                "kind": "edge",
                "id": format!("e{}", report.edges),
                "type": edge_type,
                "source": format!("n{}", edge.source),
                "target": format!("n{}", edge.target),
                "properties": json::exact_object(&order.edge_properties(edge)),
            });
            report.edges += 1;
            writeln!(out, "{line}")
        })?;
    }
    Ok(report)
}
