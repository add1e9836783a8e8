//! What the nodes and edges of a graph must be like, as statements define it.

use std::sync::Arc;

use crate::model::definition::Definition;
use crate::model::value::format_float;
use crate::model::{EdgeTypeId, KeyId, LabelId, Value};

/// A constraint, by the graph's numbers.
#[derive(Clone, Debug)]
pub(super) struct Constraint {
    pub(super) definition: Arc<Definition>,
    pub(super) subject: Subject,
    pub(super) keys: Vec<KeyId>,
}

/// What a constraint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Nodes(LabelId),
    Edges(EdgeTypeId),
}

/// What is wrong with a node or an edge that lacks a property.
pub(super) fn missing(definition: &Definition, key: &str) -> String {
    let what = match &definition.subject {
        crate::model::definition::Subject::Nodes(label) => format!("a `{label}` node"),
        crate::model::definition::Subject::Edges(edge_type) => format!("a `{edge_type}` edge"),
    };
    format!("{what} needs the property `{key}`: the constraint `{}` demands it", definition.name)
}

/// What is wrong with two nodes that have the same values.
pub(super) fn repeated(definition: &Definition, values: &[Value<'_>]) -> String {
    let values: Vec<String> = values.iter().map(shown).collect();
    format!("two nodes have {definition} {}: the constraint `{}` wants it unique", values.join(", "), definition.name)
}

/// A value in a message.
fn shown(value: &Value<'_>) -> String {
    const LENGTH: usize = 40;
    match value {
        Value::String(text) if text.chars().count() > LENGTH => {
            format!("'{}...'", text.chars().take(LENGTH).collect::<String>())
        }
        Value::String(text) => format!("'{}'", text.as_str()),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => format_float(*float),
        Value::Bool(bool) => bool.to_string(),
        other => format!("({})", other.type_name()),
    }
}
