//! Values as JSON.
//!
//! A node is `{"id", "labels", "properties"}`, an edge `{"id", "type", "source", "target", "properties"}` with the ids
//! of its ends, a path `{"nodes", "edges"}`. Ids hold for the graph file as it is, not for its next build. Integers keep
//! all their digits, also beyond 2^53; floats keep their point or exponent. JSON has no word for the floats that are no
//! finite number: they become the strings `"NaN"`, `"Infinity"` and `"-Infinity"`.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::View;
use crate::model::value::format_float;
use crate::model::{EdgeId, KeyId, NodeId, Value};

/// A row as an object: column to value.
pub(crate) struct Row<'a, 'g> {
    pub(crate) columns: &'a [String],
    pub(crate) values: &'a [Value<'g>],
    pub(crate) view: &'a View<'g>,
}

impl Serialize for Row<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let view = self.view;
        serializer.collect_map(self.columns.iter().zip(self.values.iter().map(|value| Json { value, view })))
    }
}

struct Json<'a, 'g> {
    value: &'a Value<'g>,
    view: &'a View<'g>,
}

impl Serialize for Json<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let view = self.view;
        match self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(b) => serializer.serialize_bool(*b),
            Value::Int(i) => serializer.serialize_i64(*i),
            Value::Float(f) if f.is_finite() => serializer.serialize_f64(*f),
            Value::Float(f) => serializer.serialize_str(&format_float(*f)),
            Value::String(s) => serializer.serialize_str(s),
            Value::List(items) => serializer.collect_seq(items.iter().map(|value| Json { value, view })),
            Value::Map(map) => {
                serializer.collect_map(map.iter().map(|(key, value)| (key.as_str(), Json { value, view })))
            }
            Value::Node(node) => JsonNode { node: *node, view }.serialize(serializer),
            Value::Edge(edge) => JsonEdge { edge: *edge, view }.serialize(serializer),
            Value::Temporal(temporal) => serializer.collect_str(temporal),
            Value::Path(path) => {
                let mut map = serializer.serialize_map(Some(2))?;
                let nodes: Vec<_> = path.nodes.iter().map(|node| JsonNode { node: *node, view }).collect();
                let edges: Vec<_> = path.edges.iter().map(|edge| JsonEdge { edge: *edge, view }).collect();
                map.serialize_entry("nodes", &nodes)?;
                map.serialize_entry("edges", &edges)?;
                map.end()
            }
        }
    }
}

struct JsonNode<'a, 'g> {
    node: NodeId,
    view: &'a View<'g>,
}

impl Serialize for JsonNode<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let labels = self.view.node_labels(self.node);
        let labels: Vec<&str> = labels.iter().map(|label| self.view.label_name(*label)).collect();
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("id", &self.node.0)?;
        map.serialize_entry("labels", &labels)?;
        let values = self.view.node_properties(self.node);
        map.serialize_entry("properties", &Properties { values, view: self.view })?;
        map.end()
    }
}

struct JsonEdge<'a, 'g> {
    edge: EdgeId,
    view: &'a View<'g>,
}

impl Serialize for JsonEdge<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.edge.0)?;
        if let Some(edge) = self.view.edge(self.edge) {
            map.serialize_entry("type", self.view.edge_type_name(edge.edge_type))?;
            map.serialize_entry("source", &edge.source.0)?;
            map.serialize_entry("target", &edge.target.0)?;
        }
        let values = self.view.edge_properties(self.edge);
        map.serialize_entry("properties", &Properties { values, view: self.view })?;
        map.end()
    }
}

struct Properties<'a, 'g> {
    values: Vec<(KeyId, Value<'g>)>,
    view: &'a View<'g>,
}

impl Serialize for Properties<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let view = self.view;
        serializer.collect_map(self.values.iter().map(|(key, value)| (view.key_name(*key), Json { value, view })))
    }
}
