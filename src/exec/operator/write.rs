//! What the writing operators share: creating a pattern, setting and removing, and what can be stored.

use super::expand::node;
use super::{Batch, Context, Result};
use crate::exec::batch::{ROWS, bytes, column_bytes};
use crate::exec::expr::{eval, properties_of};
use crate::model::value::Map;
use crate::model::{Class, Column, Detail, Diagnostic, EdgeId, NodeId, Span, Value, garbage};
use crate::plan::expr::{Expr, ExprKind};
use crate::plan::physical::{CreateEdge, CreateNode, SetItem};
use crate::store;

/// Creates these nodes and edges for each row and binds them.
pub(super) fn create<'g>(
    nodes: &[CreateNode],
    edges: &[CreateEdge],
    batch: &mut Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<()> {
    ctx.check()?;
    for new in nodes {
        let maps = properties(new.properties.as_ref(), batch, ctx)?;
        let labels: Vec<&str> = new.labels.iter().map(String::as_str).collect();
        let mut ids: Vec<NodeId> = Vec::with_capacity(batch.len);
        for row in 0..batch.len {
            let map = storable(maps.value(row), span(new.properties.as_ref()))?;
            ctx.summary.properties_set += map.len() as u64;
            ctx.hold(kept(&map))?;
            let map = map.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
            ids.push(ctx.view.create_node(&labels, map).map_err(refused)?);
        }
        ctx.summary.nodes_created += ids.len() as u64;
        ctx.summary.labels_added += (labels.len() * ids.len()) as u64;
        batch.set(new.var, Column::Node(ids));
    }
    for new in edges {
        let maps = properties(new.properties.as_ref(), batch, ctx)?;
        let mut ids: Vec<EdgeId> = Vec::with_capacity(batch.len);
        for row in 0..batch.len {
            let (Some(source), Some(target)) = (node(batch, new.source, row), node(batch, new.target, row)) else {
                return Err(Diagnostic::new(
                    Class::SemanticError,
                    Detail::Other,
                    format!("an end of the new `{}` edge is null", new.edge_type),
                )
                .help("keep only rows where both ends are nodes, with WHERE ... IS NOT NULL"));
            };
            if !ctx.view.contains_node(source) || !ctx.view.contains_node(target) {
                return Err(gone("node"));
            }
            let map = storable(maps.value(row), span(new.properties.as_ref()))?;
            ctx.summary.properties_set += map.len() as u64;
            ctx.hold(kept(&map))?;
            let map = map.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
            ids.push(ctx.view.create_edge(source, &new.edge_type, target, map).map_err(refused)?);
        }
        ctx.summary.edges_created += ids.len() as u64;
        batch.set(new.var, Column::Edge(ids));
    }
    Ok(())
}

/// About how many bytes a new node or edge with these properties takes; they stay until the statement ends.
fn kept(properties: &[(String, Value<'_>)]) -> u64 {
    const ELEMENT: u64 = 96;
    ELEMENT + properties.iter().map(|(_, value)| ELEMENT / 4 + bytes(value)).sum::<u64>()
}

/// Evaluates the items on all batches, then carries them out: row after row, item after item.
pub(super) fn set<'g>(items: &[SetItem], batches: &[&Batch<'g>], ctx: &mut Context<'g>) -> Result<()> {
    let mut evaluated = Evaluated(Vec::with_capacity(batches.len() * items.len()));
    let mut held = 0;
    for batch in batches {
        for item in items {
            ctx.check()?;
            let columns = evaluate(item, batch, ctx)?;
            let bytes = columns.size();
            evaluated.0.push(columns);
            held += bytes;
            ctx.hold(bytes)?;
        }
    }
    for (batch, columns) in batches.iter().zip(evaluated.0.chunks(items.len().max(1))) {
        for row in 0..batch.len {
            if row % ROWS == 0 {
                ctx.check()?;
            }
            for (item, columns) in items.iter().zip(columns) {
                carry_out(item, columns.row(row), ctx)?;
            }
        }
    }
    ctx.release(held);
    Ok(())
}

/// What items evaluate to: batch after batch, item after item.
struct Evaluated<'g>(Vec<Columns<'g>>);

impl Drop for Evaluated<'_> {
    fn drop(&mut self) {
        garbage::columns(self.0.drain(..).flat_map(|item| [item.subject, item.key, item.value]));
    }
}

/// What an item evaluates to, a column for each of its expressions.
struct Columns<'g> {
    subject: Column<'g>,
    /// Absent when it is the same in every row.
    key: Column<'g>,
    value: Column<'g>,
}

/// The same, in one row.
struct Row<'g> {
    subject: Value<'g>,
    key: Value<'g>,
    value: Value<'g>,
}

impl<'g> Columns<'g> {
    fn size(&self) -> u64 {
        [&self.subject, &self.key, &self.value].into_iter().map(column_bytes).sum()
    }

    fn row(&self, row: usize) -> Row<'g> {
        Row { subject: self.subject.value(row), key: self.key.value(row), value: self.value.value(row) }
    }
}

fn evaluate<'g>(item: &SetItem, batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Columns<'g>> {
    Ok(match item {
        SetItem::Property { subject, key, value } => Columns {
            subject: eval(subject, batch, ctx)?,
            key: if literal(key).is_some() { Column::Absent } else { eval(key, batch, ctx)? },
            value: eval(value, batch, ctx)?,
        },
        SetItem::Properties { subject, value, .. } => {
            let values = eval(value, batch, ctx)?;
            let mut maps = Vec::with_capacity(batch.len);
            for row in 0..batch.len {
                // The properties as they are now, before the item changes any.
                maps.push(match values.value(row) {
                    Value::Null => Value::Null,
                    other => {
                        let all = properties_of(&other, &ctx.view).map_err(|error| error.at(value.span))?;
                        Value::Map(std::sync::Arc::new(all.into_iter().collect::<Map<'g>>()))
                    }
                });
            }
            Columns { subject: eval(subject, batch, ctx)?, key: Column::Absent, value: Column::Value(maps) }
        }
        SetItem::Labels { subject, .. } => {
            Columns { subject: eval(subject, batch, ctx)?, key: Column::Absent, value: Column::Absent }
        }
    })
}

/// What the expression says by itself.
fn literal(expr: &Expr) -> Option<&Value<'static>> {
    if let ExprKind::Literal(value) = expr.kind.as_ref() { Some(value) } else { None }
}

fn carry_out<'g>(item: &SetItem, row: Row<'g>, ctx: &mut Context<'g>) -> Result<()> {
    let at = |error: Diagnostic, expr: &Expr| error.at(expr.span);
    match item {
        SetItem::Property { subject, key, value } => {
            let written = literal(key).unwrap_or(&row.key);
            let Value::String(name) = written else {
                let found = written.type_name();
                let message = format!("a property's key is a string, not {found}");
                return Err(Diagnostic::type_error(Detail::InvalidArgumentType, message).at(key.span));
            };
            can_be_stored(name.as_str(), &row.value).map_err(|error| at(error, value))?;
            put(&row.subject, name.as_str(), row.value, ctx).map_err(|error| at(error, subject))
        }
        SetItem::Properties { subject, value, replace } => {
            let entries = match &row.value {
                Value::Map(map) => map.iter().map(|(key, value)| (key.as_str(), value.clone())).collect(),
                _ => Vec::new(),
            };
            for (key, entry) in &entries {
                can_be_stored(key, entry).map_err(|error| at(error, value))?;
            }
            if *replace {
                replace_all(&row.subject, entries, ctx).map_err(|error| at(error, subject))
            } else {
                for (key, entry) in entries {
                    put(&row.subject, key, entry, ctx).map_err(|error| at(error, subject))?;
                }
                Ok(())
            }
        }
        SetItem::Labels { subject, labels, remove } => {
            for label in labels {
                put_label(&row.subject, label, *remove, ctx).map_err(|error| at(error, subject))?;
            }
            Ok(())
        }
    }
}

fn put<'g>(subject: &Value<'g>, key: &str, value: Value<'g>, ctx: &mut Context<'g>) -> Result<()> {
    let weight = ctx.view.weight();
    match subject {
        Value::Null => return Ok(()),
        Value::Node(node) if ctx.view.contains_node(*node) => {
            ctx.view.set_node_property(*node, key, value).map_err(refused)?;
        }
        Value::Edge(edge) if ctx.view.contains_edge(*edge) => {
            ctx.view.set_edge_property(*edge, key, value).map_err(refused)?;
        }
        other => return Err(no_subject(other)),
    }
    ctx.summary.properties_set += 1;
    remember(weight, ctx)
}

/// Accounts for what alterations and deletions take, when they took so much before.
pub(super) fn remember(before: u64, ctx: &mut Context<'_>) -> Result<()> {
    let now = ctx.view.weight();
    ctx.release(before.saturating_sub(now));
    ctx.hold(now.saturating_sub(before))
}

fn replace_all<'g>(subject: &Value<'g>, entries: Vec<(&str, Value<'g>)>, ctx: &mut Context<'g>) -> Result<()> {
    let count = entries.len();
    let weight = ctx.view.weight();
    let before = match subject {
        Value::Null => return Ok(()),
        Value::Node(node) if ctx.view.contains_node(*node) => {
            let before = ctx.view.node_properties(*node).len();
            ctx.view.replace_node_properties(*node, entries).map_err(refused)?;
            before
        }
        Value::Edge(edge) if ctx.view.contains_edge(*edge) => {
            let before = ctx.view.edge_properties(*edge).len();
            ctx.view.replace_edge_properties(*edge, entries).map_err(refused)?;
            before
        }
        other => return Err(no_subject(other)),
    };
    ctx.summary.properties_set += count.max(before) as u64;
    remember(weight, ctx)
}

fn put_label(subject: &Value<'_>, label: &str, remove: bool, ctx: &mut Context<'_>) -> Result<()> {
    let node = match subject {
        Value::Null => return Ok(()),
        Value::Node(node) if ctx.view.contains_node(*node) => *node,
        other => return Err(no_subject(other)),
    };
    let weight = ctx.view.weight();
    if remove {
        ctx.summary.labels_removed += u64::from(ctx.view.remove_label(node, label).map_err(refused)?);
    } else {
        ctx.summary.labels_added += u64::from(ctx.view.add_label(node, label).map_err(refused)?);
    }
    remember(weight, ctx)
}

fn no_subject(subject: &Value<'_>) -> Diagnostic {
    match subject {
        Value::Node(_) => gone("node"),
        Value::Edge(_) => gone("edge"),
        other => Diagnostic::type_error(
            Detail::InvalidArgumentType,
            format!("only nodes and edges can be changed, not {}", other.type_name()),
        ),
    }
}

/// The error of using what the statement has deleted.
pub(in crate::exec) fn gone(what: &str) -> Diagnostic {
    Diagnostic::new(
        Class::EntityNotFound,
        Detail::DeletedEntityAccess,
        format!("this {what} was deleted earlier in the statement"),
    )
    .help("take what you need of it before DELETE, in a WITH")
}

fn properties<'g>(map: Option<&Expr>, batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Column<'g>> {
    match map {
        Some(map) => eval(map, batch, ctx),
        None => Ok(Column::Absent),
    }
}

fn span(written: Option<&Expr>) -> Span {
    written.map_or(Span::default(), |expr| expr.span)
}

/// The entries of a property map that can be stored; nulls are left out.
fn storable<'g>(map: Value<'g>, span: Span) -> Result<Vec<(String, Value<'g>)>> {
    let entries = match map {
        Value::Null => return Ok(Vec::new()),
        Value::Map(entries) => entries,
        other => {
            return Err(Diagnostic::type_error(
                Detail::InvalidArgumentType,
                format!("properties are a map, not {}", other.type_name()),
            )
            .at(span));
        }
    };
    let mut kept = Vec::with_capacity(entries.len());
    for (key, value) in entries.iter().filter(|(_, value)| !value.is_null()) {
        can_be_stored(key.as_str(), value).map_err(|error| error.at(span))?;
        kept.push((key.as_str().to_owned(), value.clone()));
    }
    Ok(kept)
}

fn can_be_stored(key: &str, value: &Value<'_>) -> Result<()> {
    if value.is_null() || is_storable(value) {
        return Ok(());
    }
    Err(Diagnostic::type_error(
        Detail::InvalidPropertyType,
        format!("the property `{key}` cannot hold {}", value.type_name()),
    )
    .help("properties hold booleans, numbers, strings, temporal values, and lists of these"))
}

fn is_storable(value: &Value<'_>) -> bool {
    let plain = |value: &Value<'_>| {
        matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) | Value::Temporal(_))
    };
    match value {
        Value::List(items) => items.iter().all(plain),
        value => plain(value),
    }
}

/// The store's refusal as the statement's error.
pub fn refused(error: store::Error) -> Diagnostic {
    match error {
        store::Error::Connected { edges, .. } => Diagnostic::new(
            Class::ConstraintVerificationFailed,
            Detail::DeleteConnectedNode,
            format!("this node still has {edges} edge{}", if edges == 1 { "" } else { "s" }),
        )
        .help("delete them first, or use DETACH DELETE"),
        store::Error::Violated(message) => Diagnostic::new(Class::ConstraintVerificationFailed, Detail::Other, message)
            .help("SHOW CONSTRAINTS lists what has to hold; DROP CONSTRAINT lifts one"),
        store::Error::OffSchema(message) => {
            Diagnostic::new(Class::ConstraintVerificationFailed, Detail::Other, message)
                .help("`ken schema` shows what the graph declares of itself")
        }
        store::Error::Undefinable(message) => Diagnostic::new(Class::SemanticError, Detail::Other, message)
            .help("SHOW INDEXES and SHOW CONSTRAINTS list what there is"),
        other => Diagnostic::new(Class::LimitExceeded, Detail::Other, other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Str;

    #[test]
    fn a_property_holds_what_can_be_stored() {
        assert!(is_storable(&Value::list(vec![Value::Int(1)])));
        assert!(!is_storable(&Value::map([(Str::from("a"), Value::Int(1))])));
        assert!(!is_storable(&Value::list(vec![Value::Null])));
    }
}
