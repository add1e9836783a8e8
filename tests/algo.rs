//! Procedures give the same on a mapped graph with changes over it as on a graph that is all changes.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use kenning::algo::find;
use kenning::model::{Column, NodeId, Value};
use kenning::store::{self, Builder, Snapshot, View};
use proptest::prelude::*;

/// Source, target and weight of each edge; nodes are numbers.
type Edges = [(usize, usize, u8)];
type Rows = Vec<Vec<Value<'static>>>;
type Properties = Vec<(&'static str, Value<'static>)>;

const LABELS: [&[&str]; 3] = [&["A"], &["B"], &["B", "C"]];
const TYPES: [&str; 2] = ["R", "S"];

fn node(number: usize) -> (&'static [&'static str], Properties) {
    (LABELS[number % 3], vec![("number", Value::Int(number as i64))])
}

fn edge(at: usize, weight: u8) -> (&'static str, Properties) {
    (TYPES[at % 2], vec![("w", Value::Int(i64::from(weight)))])
}

/// Adds the nodes that `ids`, the view's node for each number, does not hold yet, and the edges from this one on.
fn add(view: &mut View<'_>, ids: &mut Vec<NodeId>, nodes: usize, edges: &Edges, from: usize) {
    for number in ids.len()..nodes {
        let (labels, properties) = node(number);
        ids.push(view.create_node(labels, properties).unwrap());
    }
    for (at, (source, target, weight)) in edges.iter().enumerate().skip(from) {
        let (edge_type, properties) = edge(at, *weight);
        view.create_edge(ids[*source], edge_type, ids[*target], properties).unwrap();
    }
}

/// The first nodes, and the edges up to the first one that needs another node, in a file; the rest as changes.
fn mapped(nodes: usize, edges: &Edges, stored: usize, check: impl FnOnce(&View<'_>)) {
    let mut builder = Builder::new();
    for number in 0..stored {
        let (labels, properties) = node(number);
        builder.node(labels, properties);
    }
    let first = edges.iter().take_while(|(source, target, _)| *source < stored && *target < stored).count();
    for (at, (source, target, weight)) in edges[..first].iter().enumerate() {
        let (edge_type, properties) = edge(at, *weight);
        builder.edge(NodeId(*source as u32), edge_type, NodeId(*target as u32), properties);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("graph.ken");
    store::write(&path, &builder.finish().unwrap()).unwrap();
    let snapshot = Snapshot::open(&path).unwrap();
    let mut view = View::new(&snapshot);
    // The file orders nodes by their labels.
    let mut ids = vec![NodeId(0); stored];
    for id in (0..stored as u32).map(NodeId) {
        ids[number(&view, id) as usize] = id;
    }
    add(&mut view, &mut ids, nodes, edges, first);
    check(&view);
    view.health().unwrap();
}

fn number(view: &View<'_>, node: NodeId) -> i64 {
    let Value::Int(number) = view.node_property(node, view.key_id("number").unwrap()) else { panic!("{node:?}") };
    number
}

fn rows(view: &View<'_>, name: &str, config: &Value<'static>) -> Rows {
    let procedure = find(name).unwrap();
    let arguments = &[config.clone()][..procedure.parameters.len()];
    let columns = procedure.call(view, arguments, &mut || Ok(())).unwrap();
    let count = columns.iter().map(Column::len).max().unwrap_or_default();
    (0..count).map(|row| columns.iter().map(|column| column.value(row)).collect()).collect()
}

/// What a procedure says of each node, by the node's number.
fn by_number(view: &View<'_>, rows: Rows) -> BTreeMap<i64, f64> {
    let entry = |row: Vec<Value<'static>>| match row.as_slice() {
        [Value::Node(node), Value::Int(value)] => (number(view, *node), *value as f64),
        [Value::Node(node), Value::Float(value)] => (number(view, *node), *value),
        _ => panic!("{row:?}"),
    };
    rows.into_iter().map(entry).collect()
}

/// Nodes, edges between them, and how many of the nodes are stored.
fn graph() -> impl Strategy<Value = (usize, Vec<(usize, usize, u8)>, usize)> {
    let edges = |nodes: usize| prop::collection::vec((0..nodes, 0..nodes, 0..9u8), 1..40);
    (1usize..16).prop_flat_map(move |nodes| (Just(nodes), edges(nodes), 0..=nodes))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn stored_and_added_are_alike((nodes, edges, stored) in graph(), label in prop::sample::select(vec!["A", "B"])) {
        let empty = Snapshot::empty();
        let mut plain = View::new(&empty);
        add(&mut plain, &mut Vec::new(), nodes, &edges, 0);
        let label = if nodes == 1 { "A" } else { label };
        let labels = ("labels".into(), Value::list(vec![Value::from(label)]));
        let part = Value::map([labels.clone()]);
        let weighted = Value::map([labels, ("weight".into(), Value::from("w"))]);
        mapped(nodes, &edges, stored, |view| {
            for name in ["db.labels", "db.propertyKeys", "db.relationshipTypes", "db.schema"] {
                assert_eq!(rows(view, name, &Value::Null), rows(&plain, name, &Value::Null), "{name}");
            }
            let cases = [
                ("algo.pageRank", &weighted),
                ("algo.pageRank", &Value::Null),
                ("algo.kCore", &part),
                ("algo.betweenness", &Value::Null),
            ];
            for (name, config) in cases {
                let found = by_number(view, rows(view, name, config));
                let expected = by_number(&plain, rows(&plain, name, config));
                assert!(found.keys().eq(expected.keys()), "{name}");
                assert!(found.iter().all(|(number, value)| (value - expected[number]).abs() < 1e-9), "{name}");
            }
            for name in ["algo.weaklyConnectedComponents", "algo.stronglyConnectedComponents"] {
                for config in [&Value::Null, &part] {
                    let parts = |view: &View<'_>| {
                        let mut parts: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
                        for (number, part) in by_number(view, rows(view, name, config)) {
                            parts.entry(part as i64).or_default().push(number);
                        }
                        parts.into_values().collect::<BTreeSet<_>>()
                    };
                    assert_eq!(parts(view), parts(&plain), "{name}");
                }
            }
            let weights = |view: &View<'_>| {
                let tree = rows(view, "algo.minimumSpanningTree", &weighted);
                tree.into_iter().map(|row| row[3].clone()).collect::<Vec<_>>()
            };
            assert_eq!(weights(view), weights(&plain));
        });
    }
}
