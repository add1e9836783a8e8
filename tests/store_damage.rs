//! Bytes that are no graph, or no longer one: an error or nothing, never a panic, and never a wrong answer that
//! `verify` would call right.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::OnceLock;

use kenning::model::schema::NodeType;
use kenning::model::{Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Schema, Str, Value};
use kenning::store::{self, Builder, Error, Snapshot, View};
use proptest::prelude::*;

/// A small graph with every kind of column.
fn graph() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let mut builder = Builder::new();
        let skill = NodeType { label: "Skill".into(), key: "id".into(), name: "name".into(), ..NodeType::default() };
        builder.schema(Schema { name: "damage".into(), types: vec![skill], ..Schema::default() });
        let nodes: Vec<NodeId> = (0..20)
            .map(|at: i64| {
                let mut properties = vec![
                    ("id", Value::Int(at)),
                    ("name", Value::string(format!("name {at}"))),
                    ("flag", Value::Bool(at % 3 == 0)),
                    ("weight", Value::Float(at as f64 / 3.0)),
                    ("source", Value::list((0..at % 4).map(Value::Int).collect())),
                    ("tags", Value::list((0..at % 3).map(|tag| Value::string(format!("tag {tag}"))).collect())),
                    ("mixed", if at % 2 == 0 { Value::Int(at) } else { Value::string("odd") }),
                    ("map", Value::map([(Str::from("inner"), Value::list(vec![Value::Null, Value::Int(at)]))])),
                ];
                properties.truncate(2 + at as usize % 7);
                builder.node(&[["Skill", "Challenge"][at as usize % 2], "Thing"][..1 + at as usize % 2], properties)
            })
            .collect();
        for at in 0..60usize {
            let (source, target) = (nodes[at * 7 % 20], nodes[at * 11 % 20]);
            builder.edge(
                source,
                ["R", "S"][at % 2],
                target,
                vec![("why", Value::string(format!("reason {}", at % 5)))],
            );
        }
        builder.finish().unwrap()
    })
}

/// Reads all there is to read.
fn read_everything(snapshot: &Snapshot) {
    let view = View::new(snapshot);
    let _ = view.schema();
    let labels = (0..view.label_count() as u32).map(LabelId);
    let keys: Vec<KeyId> = (0..view.key_count() as u32).map(KeyId).collect();
    let types: Vec<EdgeTypeId> = (0..view.edge_type_count() as u32).map(EdgeTypeId).collect();
    let nodes: Vec<NodeId> = view.scan(|_| true).into_iter().flatten().take(100).map(NodeId).collect();
    for label in labels {
        view.nodes_with_label(label);
        for key in &keys {
            view.distinct_values(label, *key);
            for node in &nodes {
                view.seek(label, *key, &view.node_property(*node, *key));
            }
        }
        for edge_type in &types {
            view.edges_at_label(label, *edge_type, Direction::Both);
        }
    }
    for key in &keys {
        drop(view.node_column(&nodes, *key));
    }
    for node in &nodes {
        view.node_labels(*node);
        view.node_properties(*node);
        for types in [None, Some(&types[..])] {
            view.degree(*node, Direction::Both, types);
            view.neighbours(*node, Direction::Both, types, |edge, end| {
                assert!(view.contains_edge(edge) && view.contains_node(end));
            });
            nodes.iter().for_each(|other| {
                view.edges_between(*node, *other, types, |edge| {
                    assert!(view.contains_edge(edge));
                })
            });
        }
    }
    let mut edges = Vec::new();
    view.edges(None, |edge, _, _| edges.push(edge));
    edges.push(EdgeId(u32::MAX));
    keys.iter().for_each(|key| drop(view.edge_column(&edges, *key)));
    for edge in edges {
        view.edge(edge);
        view.edge_properties(edge);
    }
    drop(view.health());
}

#[test]
fn the_graph_is_sound() {
    let snapshot = Snapshot::from_bytes(graph()).unwrap();
    read_everything(&snapshot);
    snapshot.verify().unwrap();
    assert_eq!(View::new(&snapshot).schema().unwrap().name, "damage");
}

#[test]
fn refuses_every_truncation_and_any_tail() {
    for length in 0..graph().len() {
        assert!(Snapshot::from_bytes(&graph()[..length]).is_err(), "{length} bytes");
    }
    assert!(Snapshot::from_bytes(&[graph(), b"x"].concat()).is_err());
}

#[test]
fn finds_every_flipped_byte() {
    let mut bytes = graph().to_vec();
    for at in 0..bytes.len() {
        bytes[at] ^= 1 << (at % 8);
        let found = Snapshot::from_bytes(&bytes).and_then(|snapshot| {
            read_everything_at(&snapshot, at);
            snapshot.verify()
        });
        assert!(found.is_err(), "byte {at}");
        bytes[at] ^= 1 << (at % 8);
    }
}

/// Reading all of it thousands of times takes long without optimisation; every seventh does.
fn read_everything_at(snapshot: &Snapshot, at: usize) {
    if at.is_multiple_of(7) {
        read_everything(snapshot);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn survives_random_damage(flips in prop::collection::vec((any::<prop::sample::Index>(), 1u8..), 1..40)) {
        let mut bytes = graph().to_vec();
        for (at, flip) in flips {
            // Past the header and the description, whose checksums would end it here.
            let body = bytes.len() / 2;
            bytes[body + at.index(graph().len() - body)] ^= flip;
        }
        if let Ok(snapshot) = Snapshot::from_bytes(&bytes) {
            read_everything(&snapshot);
            let _ = snapshot.verify();
        }
    }

    #[test]
    fn survives_random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Snapshot::from_bytes(&bytes).is_err());
        prop_assert!(Snapshot::from_bytes(&[&graph()[..8], &bytes].concat()).is_err());
    }
}

#[test]
fn tells_foreign_from_old_from_damaged() {
    let refused = |bytes: &[u8]| Snapshot::from_bytes(bytes).unwrap_err();
    assert!(matches!(refused(b""), Error::Foreign(_)));
    assert!(matches!(refused(b"PK\x03\x04 something else"), Error::Foreign(_)));
    let mut version = graph().to_vec();
    version[8] = 9;
    assert!(matches!(refused(&version), Error::Version { found: 9, expected: 4 }));
    assert!(matches!(refused(&graph()[..100]), Error::Corrupt(_)));
    assert!(matches!(refused(&graph()[..20]), Error::Corrupt(_)));
}

#[test]
fn files_are_replaced_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("graph.ken");
    assert!(matches!(Snapshot::open(&path), Err(Error::Io { action: "open", .. })));
    assert!(matches!(Snapshot::open(folder.path()), Err(Error::Io { .. })));
    std::fs::write(&path, "").unwrap();
    assert!(matches!(Snapshot::open(&path), Err(Error::Foreign(_))));
    store::write(&path, graph()).unwrap();
    let old = Snapshot::open(&path).unwrap();
    store::write(&path, &Builder::new().finish().unwrap()).unwrap();
    let new = Snapshot::open(&path).unwrap();
    assert_eq!((View::new(&old).node_count(), View::new(&new).node_count()), (20, 0));
    old.verify().unwrap();
    new.verify().unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    let nowhere = folder.path().join("none").join("graph.ken");
    assert!(matches!(store::write(&nowhere, graph()), Err(Error::Io { action: "write", .. })));
}

#[test]
fn embedded_bytes_need_no_alignment() {
    let bytes: &'static [u8] = graph();
    static SHIFTED: OnceLock<Vec<u8>> = OnceLock::new();
    let shifted: &'static [u8] = SHIFTED.get_or_init(|| [&[0], bytes].concat());
    for bytes in [bytes, &shifted[1..]] {
        Snapshot::from_static(bytes).unwrap().verify().unwrap();
    }
}
