//! A description that lies and yet has the right checksum: reads and `verify` survive it.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use proptest::prelude::*;

use super::Snapshot;
use crate::model::temporal::{Date, Temporal};
use crate::model::{Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Value};
use crate::store::layout::{Meta, SectionId, frame, head};
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

/// Integers and days are as narrow as a column's allow, on both sides of every width.
#[test]
fn columns_of_every_width_hold_what_they_were_given() {
    let widths = [7, 15, 31, 63].map(|bits| (i64::MIN >> (63 - bits), i64::MAX >> (63 - bits)));
    let mut columns: Vec<Vec<i64>> = widths.iter().map(|(least, most)| vec![0, *least, *most]).collect();
    columns.extend(widths[..3].iter().flat_map(|(least, most)| [vec![1, 2, least - 1], vec![1, most + 1]]));
    for ints in columns {
        for value in [Value::Int, |day: i64| Value::Temporal(Arc::new(Temporal::Date(Date(day))))] {
            let mut builder = Builder::new();
            builder.index("A", "k");
            // The calendar ends long before the integers do.
            let ints =
                ints.iter().filter(|int| matches!(value(0), Value::Int(_)) || Date(0).plus_days(**int).is_some());
            let mut values: Vec<Value<'_>> = ints.copied().map(value).collect();
            let nodes: Vec<NodeId> = values.iter().map(|v| builder.node(&["A"], vec![("k", v.clone())])).collect();
            let snapshot = Snapshot::from_bytes(&builder.finish().unwrap()).unwrap();
            snapshot.verify().unwrap();
            let view = View::new(&snapshot);
            assert_eq!(
                (0..nodes.len()).map(|row| view.node_column(&nodes, KeyId(0)).value(row)).collect::<Vec<_>>(),
                values
            );
            for (node, value) in nodes.iter().zip(&values) {
                assert_eq!(view.seek(LabelId(0), KeyId(0), value).unwrap(), [*node], "{value:?}");
            }
            // With a row that has none.
            values.insert(1, Value::Null);
            let mut builder = Builder::new();
            for value in &values {
                let property = (!value.is_null()).then(|| ("k", value.clone()));
                builder.node(&["A"], property.into_iter().collect::<Vec<_>>());
            }
            let snapshot = Snapshot::from_bytes(&builder.finish().unwrap()).unwrap();
            snapshot.verify().unwrap();
            let found = (0..values.len() as u32).map(|node| snapshot.node_property(NodeId(node), KeyId(0)));
            assert_eq!(found.collect::<Vec<_>>(), values);
        }
    }
}

/// Places of edges take one, two or four bytes; parallel edges and several shapes have theirs, too.
#[test]
fn edges_are_found_by_their_places() {
    for degree in [1, 255, 256, 257, 65_536, 65_537] {
        let mut builder = Builder::new();
        let hub = builder.node(&["Hub"], vec![]);
        let other = builder.node(&["Hub"], vec![]);
        let nodes: Vec<NodeId> = (0..3).map(|at| builder.node(&[["A", "B"][at % 2]], vec![])).collect();
        for at in 0..degree {
            builder.edge(hub, "R", nodes[at % 3], vec![]);
        }
        builder.edge(other, "R", nodes[0], vec![]);
        builder.edge(nodes[1], "R", nodes[0], vec![]);
        builder.edge(nodes[1], "S", nodes[0], vec![]);
        let snapshot = Snapshot::from_bytes(&builder.finish().unwrap()).unwrap();
        snapshot.verify().unwrap();
        let view = View::new(&snapshot);
        let mut leaving = Vec::new();
        view.edges(None, |edge, source, target| leaving.push((target, source, edge)));
        leaving.sort_unstable();
        let mut entering = Vec::new();
        for node in (0..5).map(NodeId) {
            view.neighbours(node, Direction::In, None, |edge, source| entering.push((node, source, edge)));
        }
        entering.sort_unstable();
        assert!(leaving == entering, "{degree}");
        let types = [EdgeTypeId(0)];
        let blocks = view.blocks(Some(&types), Direction::In).unwrap();
        let by_block = blocks.iter().flat_map(|block| (0..block.len()).flat_map(|row| block.edges(row)));
        assert_eq!(by_block.count(), degree + 2);
    }
}

/// Edges from a node to itself stand in the file; where they do not, they are looked for, and `verify` does not take a lie.
#[test]
fn loops_are_known() {
    let bytes = graph();
    let loops = [(EdgeTypeId(0), NodeId(0), 2), (EdgeTypeId(1), NodeId(4), 2)];
    let (meta, body) = frame(&bytes).unwrap();
    let with = |loops| {
        let archive = rkyv::to_bytes::<rkyv::rancor::Error>(&Meta { loops, ..meta.clone() }).unwrap();
        Snapshot::from_bytes(&[head(&archive, bytes.len() - body), bytes[body..].to_vec()].concat()).unwrap()
    };
    for known in [meta.loops, None] {
        assert_eq!(with(known).loops().collect::<Vec<_>>(), loops);
        with(known).verify().unwrap();
    }
    let empty = meta.sections.iter().position(|section| section.length == 0 || section.length == 12).unwrap();
    assert!(with(Some(SectionId(empty as u32))).verify().is_err());
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

/// Of a large block that was walked only the beginning stays in the process's memory, and it reads as before.
#[test]
fn what_was_walked_is_let_go_and_comes_again() {
    const NODES: u32 = 256;
    let path = std::env::temp_dir().join(format!("kenning-walked-{}.ken", std::process::id()));
    let mut builder = Builder::new();
    let nodes: Vec<NodeId> = (0..NODES).map(|_| builder.node(&["A"], vec![])).collect();
    for from in &nodes {
        for to in &nodes {
            builder.edge(*from, "R", *to, vec![]);
        }
    }
    crate::store::write(&path, &builder.finish().unwrap()).unwrap();
    let snapshot = Snapshot::open(&path).unwrap();
    let view = View::new(&snapshot);
    let slices = view.adjacency(None, Direction::Out).unwrap();
    let all =
        || nodes.iter().map(|node| slices.ends(*node).iter().map(|end| u64::from(*end)).sum::<u64>()).sum::<u64>();
    let sum = all();
    assert_eq!(sum, u64::from(NODES) * (0..u64::from(NODES)).sum::<u64>());
    let (first, last) = (slices.ends(nodes[0]), slices.ends(nodes[NODES as usize - 2]));
    let mapped = || (is_mapped(first), is_mapped(last));
    let before = mapped();
    slices.walked(0..NODES, &view);
    // Where the system tells nothing, there is nothing to compare.
    if before == (Some(true), Some(true)) {
        assert_eq!(mapped(), (Some(true), Some(false)));
    }
    assert_eq!(all(), sum);
    std::fs::remove_file(&path).unwrap();
}

/// Whether the page that these numbers begin in is in the process's memory, where the system tells.
fn is_mapped(numbers: &[u32]) -> Option<bool> {
    use std::io::{Read, Seek, SeekFrom};
    const PAGE: usize = 1 << 12;
    let mut pages = std::fs::File::open("/proc/self/pagemap").ok()?;
    pages.seek(SeekFrom::Start((numbers.as_ptr().addr() / PAGE * size_of::<u64>()) as u64)).ok()?;
    let mut page = [0; size_of::<u64>()];
    pages.read_exact(&mut page).ok()?;
    Some(u64::from_le_bytes(page) >> 63 == 1)
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
