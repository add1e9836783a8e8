//! Functions of nodes, edges and paths.

use std::sync::Arc;

use super::{Result, unfit};
use crate::exec::expr::there;
use crate::model::function::Function;
use crate::model::value::Map;
use crate::model::{Detail, KeyId, Value};
use crate::store::View;

pub(super) fn call<'g>(function: Function, arguments: &[Value<'g>], view: &View<'g>) -> Result<Value<'g>> {
    use Function::*;
    let Some(subject) = arguments.first() else { return Ok(Value::Null) };
    if matches!(function, Labels | Keys | Properties) {
        there(subject, view)?;
    }
    Ok(match (function, subject) {
        (Id, Value::Node(node)) => Value::Int(i64::from(node.0)),
        (Id, Value::Edge(edge)) => Value::Int(i64::from(edge.0)),
        (ElementId, Value::Node(node)) => Value::string(format!("node:{}", node.0)),
        (ElementId, Value::Edge(edge)) => Value::string(format!("relationship:{}", edge.0)),
        (Labels, Value::Node(node)) => {
            let labels = view.node_labels(*node).into_iter();
            Value::list(labels.map(|label| Value::string(view.label_name(label).to_owned())).collect())
        }
        (Type, Value::Edge(edge)) => match view.edge(*edge) {
            Some(edge) => Value::string(view.edge_type_name(edge.edge_type).to_owned()),
            None => Value::Null,
        },
        (StartNode, Value::Edge(edge)) => view.edge(*edge).map_or(Value::Null, |edge| Value::Node(edge.source)),
        (EndNode, Value::Edge(edge)) => view.edge(*edge).map_or(Value::Null, |edge| Value::Node(edge.target)),
        (Keys, Value::Map(map)) => Value::list(map.keys().cloned().map(Value::String).collect()),
        (Keys, Value::Node(node)) => keys(view.node_properties(*node), view),
        (Keys, Value::Edge(edge)) => keys(view.edge_properties(*edge), view),
        (Properties, Value::Map(_)) => subject.clone(),
        (Properties, Value::Node(node)) => properties(view.node_properties(*node), view),
        (Properties, Value::Edge(edge)) => properties(view.edge_properties(*edge), view),
        (Nodes, Value::Path(path)) => Value::list(path.nodes.iter().copied().map(Value::Node).collect()),
        (Relationships, Value::Path(path)) => Value::list(path.edges.iter().copied().map(Value::Edge).collect()),
        (Length, Value::Path(path)) => Value::Int(path.edges.len() as i64),
        // openCypher's name for a wrong kind that only shows while the statement runs.
        (Type | Labels, other) => {
            let mut error = unfit(function, other);
            error.detail = Detail::InvalidArgumentValue;
            return Err(error);
        }
        (_, other) => return Err(unfit(function, other)),
    })
}

fn keys<'g>(properties: Vec<(KeyId, Value<'g>)>, view: &View<'g>) -> Value<'g> {
    Value::list(properties.into_iter().map(|(key, _)| Value::string(view.key_name(key).to_owned())).collect())
}

fn properties<'g>(properties: Vec<(KeyId, Value<'g>)>, view: &View<'g>) -> Value<'g> {
    let entries = properties.into_iter().map(|(key, value)| (view.key_name(key).to_owned().into(), value));
    Value::Map(Arc::new(entries.collect::<Map<'g>>()))
}
