//! Properties of nodes, edges and maps.

use crate::exec::function::temporal;
use crate::exec::operator::gone;
use crate::model::value::Map;
use crate::model::{Column, Detail, Diagnostic, Value};
use crate::store::View;

/// `subject.key` in every row; null for null.
pub(super) fn property<'g>(
    subject: &Column<'g>,
    len: usize,
    key: &str,
    view: &View<'g>,
) -> Result<Column<'g>, Diagnostic> {
    let id = view.key_id(key);
    if view.has_gone() {
        for row in 0..len {
            there(&subject.value(row), view)?;
        }
    }
    match (subject, id) {
        (Column::Node(nodes), Some(id)) => return Ok(view.node_column(nodes, id)),
        (Column::Edge(edges), Some(id)) => return Ok(view.edge_column(edges, id)),
        _ => {}
    }
    let mut values = Vec::with_capacity(len);
    for row in 0..len {
        values.push(match (subject.value(row), id) {
            (Value::Null, _) | (Value::Node(_) | Value::Edge(_), None) => Value::Null,
            (Value::Node(node), Some(id)) => view.node_property(node, id),
            (Value::Edge(edge), Some(id)) => view.edge_property(edge, id),
            (Value::Temporal(value), _) => temporal::component(&value, key).ok_or_else(|| {
                Diagnostic::type_error(
                    Detail::InvalidArgumentType,
                    format!("{} has no component `{key}`", subject.value(row).type_name()),
                )
            })?,
            (Value::Map(map), _) => map.get(key).cloned().unwrap_or_default(),
            (other, _) => {
                return Err(Diagnostic::type_error(
                    Detail::InvalidArgumentType,
                    format!("{} has no property `{key}`", other.type_name()),
                )
                .help("only nodes, edges and maps have properties"));
            }
        });
    }
    Ok(Column::from_values(values))
}

/// Refuses a node or an edge that the statement has deleted.
pub(in crate::exec) fn there(value: &Value<'_>, view: &View<'_>) -> Result<(), Diagnostic> {
    match value {
        Value::Node(node) if !view.contains_node(*node) => Err(gone("node")),
        Value::Edge(edge) if !view.contains_edge(*edge) => Err(gone("edge")),
        _ => Ok(()),
    }
}

/// All properties of a node or an edge, or all entries of a map.
pub(in crate::exec) fn all<'g>(subject: &Value<'g>, view: &View<'g>) -> Result<Map<'g>, Diagnostic> {
    there(subject, view)?;
    let properties = match subject {
        Value::Map(map) => return Ok(map.as_ref().clone()),
        Value::Node(node) => view.node_properties(*node),
        Value::Edge(edge) => view.edge_properties(*edge),
        other => {
            return Err(Diagnostic::type_error(
                Detail::InvalidArgumentType,
                format!("{} has no properties", other.type_name()),
            ));
        }
    };
    Ok(properties.into_iter().map(|(key, value)| (view.key_name(key).to_owned().into(), value)).collect())
}
