//! `Create`: adds nodes and edges for each input row.
//!
//! The whole input is read first, so that no read of the statement sees what the clause itself makes.

use std::collections::VecDeque;

use super::expand::node;
use super::{Batch, Boxed, Context, Operator, Result};
use crate::exec::expr::eval;
use crate::model::{Class, Column, Detail, Diagnostic, EdgeId, NodeId, Span, Value, Var};
use crate::plan::expr::Expr;
use crate::plan::physical::{CreateEdge, CreateNode};

pub(super) struct Create<'g> {
    input: Boxed<'g>,
    nodes: Vec<CreateNode>,
    edges: Vec<CreateEdge>,
    live: Vec<Var>,
    created: Option<VecDeque<Batch<'g>>>,
}

impl<'g> Create<'g> {
    pub(super) fn new(input: Boxed<'g>, nodes: Vec<CreateNode>, edges: Vec<CreateEdge>, live: Vec<Var>) -> Self {
        Create { input, nodes, edges, live, created: None }
    }

    fn create(&self, batch: &mut Batch<'g>, ctx: &mut Context<'g>) -> Result<()> {
        for new in &self.nodes {
            let maps = properties(new.properties.as_ref(), batch, ctx)?;
            let labels: Vec<&str> = new.labels.iter().map(String::as_str).collect();
            let mut ids: Vec<NodeId> = Vec::with_capacity(batch.len);
            for row in 0..batch.len {
                let known = ctx.view.label_count();
                let map = storable(maps.value(row), new.properties.as_ref())?;
                ctx.summary.properties_set += map.len() as u64;
                let map = map.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
                ids.push(ctx.view.create_node(&labels, map).map_err(stored)?);
                ctx.summary.labels_added += (ctx.view.label_count() - known) as u64;
            }
            ctx.summary.nodes_created += ids.len() as u64;
            batch.set(new.var, Column::Node(ids));
        }
        for new in &self.edges {
            let maps = properties(new.properties.as_ref(), batch, ctx)?;
            let mut ids: Vec<EdgeId> = Vec::with_capacity(batch.len);
            for row in 0..batch.len {
                let (Some(source), Some(target)) = (node(batch, new.source, row), node(batch, new.target, row)) else {
                    return Err(Diagnostic::new(
                        Class::SemanticError,
                        Detail::Other,
                        format!("an end of the new `{}` relationship is null", new.edge_type),
                    )
                    .help("keep only rows where both ends are nodes, with WHERE ... IS NOT NULL"));
                };
                let map = storable(maps.value(row), new.properties.as_ref())?;
                ctx.summary.properties_set += map.len() as u64;
                let map = map.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
                ids.push(ctx.view.create_edge(source, &new.edge_type, target, map).map_err(stored)?);
            }
            ctx.summary.edges_created += ids.len() as u64;
            batch.set(new.var, Column::Edge(ids));
        }
        Ok(())
    }
}

fn properties<'g>(map: Option<&Expr>, batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Column<'g>> {
    match map {
        Some(map) => eval(map, batch, ctx),
        None => Ok(Column::Absent),
    }
}

/// The entries of a property map that can be stored; nulls are left out.
fn storable<'g>(map: Value<'g>, written: Option<&Expr>) -> Result<Vec<(String, Value<'g>)>> {
    let span = written.map_or(Span::default(), |expr| expr.span);
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
        if !is_storable(value) {
            return Err(Diagnostic::type_error(
                Detail::InvalidPropertyType,
                format!("the property `{}` cannot hold {}", key.as_str(), value.type_name()),
            )
            .at(span)
            .help("properties hold booleans, numbers, strings, and lists of these"));
        }
        kept.push((key.as_str().to_owned(), value.clone()));
    }
    Ok(kept)
}

fn is_storable(value: &Value<'_>) -> bool {
    let plain =
        |value: &Value<'_>| matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_));
    match value {
        Value::List(items) => items.iter().all(plain),
        value => plain(value),
    }
}

fn stored(error: crate::store::Error) -> Diagnostic {
    Diagnostic::new(Class::LimitExceeded, Detail::Other, error.to_string())
}

impl<'g> Operator<'g> for Create<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.created.is_none() {
            let mut batches = VecDeque::new();
            while let Some(batch) = self.input.next(ctx)? {
                batches.push_back(batch);
            }
            for batch in &mut batches {
                self.create(batch, ctx)?;
                batch.keep(&self.live);
            }
            self.created = Some(batches);
        }
        Ok(self.created.as_mut().and_then(VecDeque::pop_front))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.created = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, Z, context, expr, given, var};
    use super::*;
    use crate::model::Str;
    use crate::plan::expr::ExprKind;

    fn create(input: Boxed<'static>, source: Var) -> Create<'static> {
        let map = expr(ExprKind::Map(vec![("k".to_owned(), var(X))]));
        let nodes = vec![CreateNode { var: Y, labels: vec!["New".to_owned()], properties: Some(map) }];
        let edges = vec![CreateEdge { var: Z, source, target: Y, edge_type: "T".to_owned(), properties: None }];
        Create::new(input, nodes, edges, vec![X, Y, Z])
    }

    #[test]
    fn a_node_and_an_edge_for_each_row() {
        // Null is no property; the numbers are nodes, edges, properties.
        let cases: [(&[&str], [u64; 3]); 3] = [(&[], [0; 3]), (&["1, null", "3"], [3, 3, 2]), (&["null"], [1, 1, 0])];
        for (input, expected) in cases {
            let mut ctx = context();
            let mut create = create(given(input), Y);
            let mut rows = 0;
            while let Some(batch) = create.next(&mut ctx).expect("creates") {
                rows += batch.len as u64;
            }
            let made = ctx.summary;
            assert_eq!([made.nodes_created, made.edges_created, made.properties_set], expected, "{input:?}");
            assert_eq!((rows, ctx.view.node_count()), (expected[0], 3 + expected[0]), "{input:?}");
        }
    }

    #[test]
    fn an_edge_needs_both_ends_and_a_property_what_can_be_stored() {
        let mut ctx = context();
        assert!(create(given(&["null"]), X).next(&mut ctx).is_err());
        assert!(is_storable(&Value::list(vec![Value::Int(1)])));
        assert!(!is_storable(&Value::map([(Str::from("a"), Value::Int(1))])));
        assert!(!is_storable(&Value::list(vec![Value::Null])));
    }
}
