//! Petgraph's algorithms on a mapped graph give what they give on petgraph's own.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use kenning::model::{NodeId, Value};
use kenning::store::{self, Builder, Snapshot, View};
use petgraph::algo::{astar, dijkstra, is_cyclic_directed, kosaraju_scc, tarjan_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Bfs, EdgeRef, Reversed, Walker};
use proptest::prelude::*;

/// Builds both graphs; nodes alternate between two labels and edges between two types, so that neighbours come from
/// several blocks. `ids` holds the view's node for each of petgraph's.
fn graphs(nodes: usize, edges: &[(usize, usize)], check: impl FnOnce(&View<'_>, &DiGraph<(), ()>, &[NodeId])) {
    let mut plain = DiGraph::new();
    let mut builder = Builder::new();
    for number in 0..nodes {
        plain.add_node(());
        builder.node(&[["Even", "Odd"][number % 2]], vec![("number", Value::Int(number as i64))]);
    }
    for (at, (source, target)) in edges.iter().enumerate() {
        plain.add_edge(NodeIndex::new(*source), NodeIndex::new(*target), ());
        builder.edge(NodeId(*source as u32), ["R", "S"][at % 2], NodeId(*target as u32), vec![]);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("graph.ken");
    store::write(&path, &builder.finish().unwrap()).unwrap();
    let snapshot = Snapshot::open(&path).unwrap();
    let view = View::new(&snapshot);
    let mut ids = vec![NodeId(0); nodes];
    if let Some(number) = view.key_id("number") {
        for node in view.scan(|_| true).into_iter().flatten().map(NodeId) {
            let Value::Int(number) = view.node_property(node, number) else { panic!("every node has its number") };
            ids[number as usize] = node;
        }
    }
    check(&view, &plain, &ids);
    view.health().unwrap();
}

fn edges() -> impl Strategy<Value = (usize, Vec<(usize, usize)>)> {
    (1usize..24).prop_flat_map(|nodes| (Just(nodes), prop::collection::vec((0..nodes, 0..nodes), 0..60)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn shortest_paths((nodes, edges) in edges()) {
        graphs(nodes, &edges, |view, plain, ids| {
            let expected = dijkstra(plain, NodeIndex::new(0), None, |_| 1u32);
            let found = dijkstra(view, ids[0], None, |_| 1u32);
            assert_eq!(found.len(), expected.len());
            for (node, cost) in expected {
                assert_eq!(found[&ids[node.index()]], cost);
                let path = astar(view, ids[0], |end| end == ids[node.index()], |_| 1u32, |_| 0).unwrap();
                assert_eq!((path.0, path.1.len() as u32), (cost, cost + 1));
            }
            // Against the edges: the same as on the reversed plain graph.
            let back: BTreeSet<NodeId> = Bfs::new(Reversed(view), ids[0]).iter(Reversed(view)).collect();
            let expected = Bfs::new(Reversed(plain), NodeIndex::new(0)).iter(Reversed(plain));
            assert_eq!(back, expected.map(|node| ids[node.index()]).collect());
        });
    }

    #[test]
    fn strong_components((nodes, edges) in edges()) {
        graphs(nodes, &edges, |view, plain, ids| {
            type Components = BTreeSet<BTreeSet<NodeId>>;
            let expected: Components = tarjan_scc(plain)
                .into_iter()
                .map(|component| component.into_iter().map(|node| ids[node.index()]).collect())
                .collect();
            let set = |found: Vec<Vec<NodeId>>| found.into_iter().map(BTreeSet::from_iter).collect::<Components>();
            assert_eq!(set(tarjan_scc(view)), expected);
            assert_eq!(set(kosaraju_scc(view)), expected);
        });
    }

    #[test]
    fn topological_order((nodes, edges) in edges(), acyclic in any::<bool>()) {
        let downwards = |(a, b): &(usize, usize)| !acyclic || a < b;
        let edges: Vec<(usize, usize)> = edges.into_iter().filter(downwards).collect();
        graphs(nodes, &edges, |view, plain, ids| {
            assert_eq!(is_cyclic_directed(view), is_cyclic_directed(plain));
            assert_eq!(toposort(view, None).is_ok(), toposort(plain, None).is_ok());
            if let Ok(order) = toposort(view, None) {
                let place = |node: NodeIndex| order.iter().position(|n| *n == ids[node.index()]).unwrap();
                assert_eq!(order.len(), nodes);
                assert!(petgraph::visit::IntoEdgeReferences::edge_references(plain)
                    .all(|edge| place(edge.source()) < place(edge.target())));
            }
        });
    }
}
