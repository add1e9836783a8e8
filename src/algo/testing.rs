//! A rig for case tables: small graphs, calls by name, results as plain numbers and text.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use proptest::prelude::*;

use super::find;
use crate::model::{Column, NodeId, Value};
use crate::store::{Snapshot, View};

/// What a procedure gives, row by row.
pub(super) type Rows = Vec<Vec<Value<'static>>>;

/// Source, target and weight of each edge; nodes are numbers.
pub(super) type Edges<'a> = &'a [(usize, usize, f64)];

/// A key of the map of settings with its value.
pub(super) type Setting = (&'static str, Value<'static>);

/// What every view here begins with.
pub(super) static EMPTY: LazyLock<Snapshot> = LazyLock::new(Snapshot::empty);

/// Nodes `0..nodes` along the equator, all labelled `Node` and the even ones `Even` too, and edges with their weight
/// under `w` and a string under `text`; the edge at place 1 has the type `OTHER` and the others `LINK`.
pub(super) fn view(nodes: usize, edges: Edges<'_>) -> View<'static> {
    let mut view = View::new(&EMPTY);
    for number in 0..nodes {
        let labels: &[&str] = if number % 2 == 0 { &["Node", "Even"] } else { &["Node"] };
        let at = vec![("latitude", Value::Int(0)), ("longitude", Value::Float(number as f64 / 1000.0))];
        view.create_node(labels, at).unwrap();
    }
    for (at, (source, target, weight)) in edges.iter().enumerate() {
        let properties = vec![("w", Value::Float(*weight)), ("text", Value::from("heavy"))];
        let edge_type = if at == 1 { "OTHER" } else { "LINK" };
        view.create_edge(NodeId(*source as u32), edge_type, NodeId(*target as u32), properties).unwrap();
    }
    view
}

/// Up to so many nodes, at least one, and up to so many edges with small weights.
pub(super) fn edges(nodes: usize, edges: usize) -> impl Strategy<Value = (usize, Vec<(usize, usize, f64)>)> {
    let edge = |nodes: usize| (0..nodes, 0..nodes, (0..9u8).prop_map(f64::from));
    (1..=nodes).prop_flat_map(move |nodes| (Just(nodes), prop::collection::vec(edge(nodes), 0..=edges)))
}

/// A map of settings.
pub(super) fn config(settings: &[Setting]) -> Value<'static> {
    Value::map(settings.iter().map(|(name, value)| ((*name).into(), value.clone())))
}

/// The setting that weighs edges.
pub(super) fn weight() -> Setting {
    ("weight", Value::from("w"))
}

/// A list of names.
pub(super) fn names(names: &[&'static str]) -> Value<'static> {
    Value::list(names.iter().map(|name| Value::from(*name)).collect())
}

/// Runs a procedure.
pub(super) fn rows(view: &View<'_>, name: &str, arguments: &[Value<'_>]) -> Rows {
    let procedure = find(name).unwrap();
    let columns = procedure.call(view, arguments, &mut || Ok(())).unwrap();
    assert_eq!(columns.len(), procedure.results.len(), "{name}");
    let count = columns.first().map_or(0, Column::len);
    assert!(columns.iter().all(|column| column.len() == count), "{name}");
    (0..count).map(|row| columns.iter().map(|column| column.value(row)).collect()).collect()
}

/// Runs a procedure with settings.
pub(super) fn given(view: &View<'_>, name: &str, settings: &[Setting]) -> Rows {
    rows(view, name, &[config(settings)])
}

/// What a procedure that fails says.
pub(super) fn fails(view: &View<'_>, name: &str, arguments: &[Value<'_>]) -> String {
    find(name).unwrap().call(view, arguments, &mut || Ok(())).unwrap_err().to_string()
}

/// The last column, of floats.
pub(super) fn floats(rows: &Rows) -> Vec<f64> {
    let float =
        |row: &Vec<Value<'_>>| if let Some(Value::Float(float)) = row.last() { *float } else { panic!("{row:?}") };
    rows.iter().map(float).collect()
}

/// The last column, of integers.
pub(super) fn ints(rows: &Rows) -> Vec<i64> {
    let int = |row: &Vec<Value<'_>>| if let Some(Value::Int(int)) = row.last() { *int } else { panic!("{row:?}") };
    rows.iter().map(int).collect()
}

/// The first column, of nodes.
pub(super) fn ids(rows: &Rows) -> Vec<u32> {
    let id = |row: &Vec<Value<'_>>| if let Some(Value::Node(id)) = row.first() { id.0 } else { panic!("{row:?}") };
    rows.iter().map(id).collect()
}

/// A path and its cost, as in `n0-e3-n1 cost 2`; nothing when there is no row.
pub(super) fn path(rows: &Rows) -> String {
    let Some([Value::Path(path), Value::Float(cost)]) = rows.first().map(Vec::as_slice) else {
        return String::new();
    };
    let steps = path.edges.iter().zip(&path.nodes[1..]).map(|(edge, node)| format!("-e{}-n{}", edge.0, node.0));
    format!("n{}{} cost {cost}", path.nodes[0].0, steps.collect::<String>())
}
