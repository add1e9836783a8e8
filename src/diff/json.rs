//! A difference as JSON.

use serde_json::{Map, Value as Json, json};

use super::{Diff, PropertyChange, Reason, edge_properties, labels, node_properties};
use crate::export::json_value;
use crate::model::definition::{Definition, Subject};
use crate::model::{EdgeId, NodeId, Value};
use crate::store::View;

impl Diff {
    /// `{"equal", "matched", "nodes": {"removed", "added", "changed"}, "edges": {...}, "definitions": {...}, "schema"}`.
    pub fn json(&self, a: &View<'_>, b: &View<'_>) -> Json {
        let matched = self.matches.iter().map(|rule| {
            let by = match rule.reason {
                Reason::Given => "given",
                Reason::Schema => "schema",
                Reason::Constraint => "constraint",
                Reason::Index => "index",
                Reason::Everything => "everything",
            };
            json!({"label": rule.label, "keys": rule.keys, "by": by})
        });
        let node_changes = self.nodes_changed.iter().map(|change| {
            let called = b.called(change.new);
            json!({
                "label": called.label,
                "key": called.key,
                "name": called.name,
                "labels": {"removed": change.labels_removed, "added": change.labels_added},
                "properties": properties(&change.properties),
            })
        });
        let edge_changes = self.edges_changed.iter().map(|change| {
            let mut edge = edge(b, change.new);
            if let Some(object) = edge.as_object_mut() {
                object.insert("properties".to_owned(), properties(&change.properties));
            }
            edge
        });
        json!({
            "equal": self.is_empty(),
            "matched": matched.collect::<Json>(),
            "nodes": {
                "removed": self.nodes_removed.iter().map(|id| node(a, *id)).collect::<Json>(),
                "added": self.nodes_added.iter().map(|id| node(b, *id)).collect::<Json>(),
                "changed": node_changes.collect::<Json>(),
            },
            "edges": {
                "removed": self.edges_removed.iter().map(|id| edge(a, *id)).collect::<Json>(),
                "added": self.edges_added.iter().map(|id| edge(b, *id)).collect::<Json>(),
                "changed": edge_changes.collect::<Json>(),
            },
            "definitions": {
                "removed": self.definitions_removed.iter().map(definition).collect::<Json>(),
                "added": self.definitions_added.iter().map(definition).collect::<Json>(),
            },
            "schema": self.schema,
        })
    }
}

fn node(view: &View<'_>, id: NodeId) -> Json {
    json!({"labels": labels(view, id), "properties": object(node_properties(view, id))})
}

fn edge(view: &View<'_>, id: EdgeId) -> Json {
    let Some(ends) = view.edge(id) else { return Json::Null };
    let end = |node| {
        let called = view.called(node);
        json!({"label": called.label, "key": called.key, "name": called.name})
    };
    json!({
        "type": view.edge_type_name(ends.edge_type),
        "source": end(ends.source),
        "target": end(ends.target),
        "properties": object(edge_properties(view, id)),
    })
}

fn object(properties: Vec<(&str, Value<'_>)>) -> Json {
    let entries = properties.into_iter().map(|(key, value)| (key.to_owned(), json_value(&value)));
    Json::Object(entries.collect::<Map<_, _>>())
}

fn properties(changes: &[PropertyChange]) -> Json {
    let entry = |change: &PropertyChange| {
        (change.key.clone(), json!({"old": json_value(&change.old), "new": json_value(&change.new)}))
    };
    Json::Object(changes.iter().map(entry).collect::<Map<_, _>>())
}

fn definition(definition: &Definition) -> Json {
    let (node, edge) = match &definition.subject {
        Subject::Nodes(label) => (Some(label), None),
        Subject::Edges(edge_type) => (None, Some(edge_type)),
    };
    json!({"name": definition.name, "node": node, "edge": edge, "keys": definition.keys, "rule": definition.rule.name()})
}
