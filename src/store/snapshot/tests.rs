//! A description that lies and yet has the right checksum: reads and `verify` survive it.

#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::Snapshot;
use crate::model::{Direction, EdgeId, KeyId, LabelId, NodeId, Value};
use crate::store::layout::{frame, head};
use crate::store::{Builder, View};

fn graph() -> Vec<u8> {
    let mut builder = Builder::new();
    builder.index("A", "k");
    let nodes: Vec<NodeId> = (0..6)
        .map(|k: i64| {
            let list = Value::list((0..k).map(Value::Int).collect());
            builder
                .node(&[["A", "B"][k as usize % 2]], vec![("k", Value::Int(k)), ("s", Value::string("s")), ("l", list)])
        })
        .collect();
    for at in 0..12 {
        builder.edge(nodes[at % 6], ["R", "S"][at % 2], nodes[at * 5 % 6], vec![("k", Value::Bool(true))]);
    }
    builder.finish().unwrap()
}

fn read(snapshot: &Snapshot) {
    let view = View::new(snapshot);
    let keys: Vec<KeyId> = (0..view.key_count() as u32).map(KeyId).collect();
    let nodes: Vec<NodeId> = view.scan(|_| true).into_iter().flatten().take(50).map(NodeId).collect();
    for node in &nodes {
        view.node_properties(*node);
        view.degree(*node, Direction::Both, None);
        view.neighbours(*node, Direction::Both, None, |edge, end| {
            assert!(view.contains_node(end) && view.contains_edge(edge));
        });
        nodes.iter().for_each(|other| view.edges_between(*node, *other, None, |_| ()));
        for key in &keys {
            (0..view.label_count() as u32).for_each(|label| drop(view.seek(LabelId(label), *key, &Value::Int(3))));
        }
    }
    for key in &keys {
        view.node_column(&nodes, *key);
    }
    (0..snapshot.edge_count().min(50))
        .for_each(|edge| drop((view.edge(EdgeId(edge)), view.edge_properties(EdgeId(edge)))));
    drop(view.health());
    drop(snapshot.verify());
}

/// A first answer is not to wait for what lies around it, and a scan is not to wait for each page.
#[test]
#[cfg(unix)]
fn reads_ahead_once_much_is_read() {
    let path = std::env::temp_dir().join(format!("kenning-read-ahead-{}.ken", std::process::id()));
    let mut builder = Builder::new();
    builder.index("A", "k");
    for k in 0..1000 {
        builder.node(&["A"], vec![("k", Value::Int(k)), ("s", Value::string("s"))]);
    }
    crate::store::write(&path, &builder.finish().unwrap()).unwrap();
    let snapshot = Snapshot::open(&path).unwrap();
    let view = View::new(&snapshot);
    let (label, key) = (view.label_id("A").unwrap(), view.key_id("k").unwrap());
    let found = view.seek(label, key, &Value::Int(7)).unwrap();
    view.node_properties(found[0]);
    view.node_column(&found, key);
    assert!(snapshot.bytes.is_sparing());
    view.scan(|labels| labels.contains(&label));
    assert!(!snapshot.bytes.is_sparing());
    std::fs::remove_file(&path).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn survives_descriptions_that_lie(
        flips in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![1u8..4, any::<u8>()]), 1..4)
    ) {
        let bytes = graph();
        let (meta, body) = frame(&bytes).unwrap();
        let mut archive = rkyv::to_bytes::<rkyv::rancor::Error>(&meta).unwrap();
        for (at, flip) in flips {
            let at = at.index(archive.len());
            archive[at] ^= flip;
        }
        if let Ok(snapshot) = Snapshot::from_bytes(&[head(&archive, bytes.len() - body), bytes[body..].to_vec()].concat()) {
            read(&snapshot);
        }
    }
}
