//! Opening reads the header and the description, and these do not grow with the graph. (`benches/open.rs` shows the
//! time; this shows the work.)

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../benches/common/mod.rs"]
mod common;

use kenning::model::{NodeId, Value};
use kenning::store::{Snapshot, View};

/// Where the body begins: after the header and the description, whose length the header's fourth number tells.
fn body(bytes: &[u8]) -> usize {
    let description = u64::from_le_bytes(bytes[24..32].try_into().unwrap());
    (64 + description as usize).next_multiple_of(64)
}

#[test]
fn the_description_does_not_grow_with_the_graph() {
    let (small, large) = (common::graph(10, 5).unwrap(), common::graph(10_000, 5).unwrap());
    assert!(large.len() > 100 * small.len());
    assert_eq!(body(&small), body(&large));
    Snapshot::from_bytes(&large).unwrap().verify().unwrap();
}

#[test]
fn opening_leaves_the_body_alone() {
    let mut bytes = common::graph(100, 5).unwrap();
    let body = body(&bytes);
    bytes[body..].fill(0xff);
    let snapshot = Snapshot::from_bytes(&bytes).expect("nothing that opening reads is damaged");
    let view = View::new(&snapshot);
    assert_eq!((view.node_count(), view.edge_count()), (100, 500));
    view.health().unwrap();
    // The first reads that meet the damage give nothing, and say so.
    let name = view.key_id("name").unwrap();
    assert_eq!(view.node_property(NodeId(1), name), Value::Null);
    assert!(view.health().is_err());
    assert!(snapshot.verify().is_err());
}
