//! The cheapest path by Dijkstra's algorithm (see [`super::shortest`]).

use super::graph::Graph;
use super::steps::Steps;
use super::{Call, Columns, Result, shortest};

/// `algo.dijkstra(source, target, config) YIELD path, cost`
pub(super) fn run(call: &Call<'_, '_>, steps: &mut Steps<'_>) -> Result<Columns> {
    let direction = call.settings.direction()?;
    let (selection, ends) = shortest::read(call, steps)?;
    let graph = Graph::new(selection, direction, steps)?;
    shortest::search(&graph, &ends, |_| 0.0, steps)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use petgraph::graph::{DiGraph, NodeIndex};
    use proptest::prelude::*;

    use crate::algo::testing::{Setting, config, edges, fails, names, path, rows, view, weight};
    use crate::model::{NodeId, Value};

    const FROM: Value<'static> = Value::Node(NodeId(0));

    fn to(node: u32) -> Value<'static> {
        Value::Node(NodeId(node))
    }

    #[test]
    fn by_hand() {
        let view = view(5, &[(0, 1, 1.0), (0, 2, 5.0), (1, 2, 1.0), (2, 3, 0.0), (0, 2, 1.5), (3, 0, 1.0)]);
        let both = ("direction", Value::from("both"));
        let back = ("direction", Value::from("in"));
        let cases: &[(u32, &[Setting], &str)] = &[
            (0, &[], "n0 cost 0"),
            (2, &[], "n0-e1-n2 cost 1"),
            (2, &[weight()], "n0-e4-n2 cost 1.5"),
            (3, &[weight()], "n0-e4-n2-e3-n3 cost 1.5"),
            (3, &[weight(), both], "n0-e5-n3 cost 1"),
            (1, &[weight(), back], "n0-e5-n3-e3-n2-e2-n1 cost 2"),
            (4, &[], ""),
            (1, &[("types", names(&["OTHER"]))], ""),
        ];
        for (target, settings, expected) in cases {
            assert_eq!(path(&rows(&view, "algo.dijkstra", &[FROM, to(*target), config(settings)])), *expected);
        }
    }

    #[test]
    fn ends_must_be_selected() {
        let even = [FROM, to(1), config(&[("labels", names(&["Even"]))])];
        assert_eq!(
            fails(&view(3, &[(0, 1, 1.0)]), "algo.dijkstra", &even),
            "the target, node 1, has none of the labels that are selected; add one of its labels to `labels`"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn as_cheap_as_petgraphs((nodes, edges) in edges(12, 40)) {
            let view = view(nodes, &edges);
            let mut plain = DiGraph::<(), f64>::new();
            for _ in 0..nodes {
                plain.add_node(());
            }
            for (source, target, weight) in &edges {
                plain.add_edge(NodeIndex::new(*source), NodeIndex::new(*target), *weight);
            }
            let expected = petgraph::algo::dijkstra(&plain, NodeIndex::new(0), None, |edge| *edge.weight());
            for target in 0..nodes {
                let found = rows(&view, "algo.dijkstra", &[FROM, to(target as u32), config(&[weight()])]);
                let cost = found.first().map(|row| row[1].clone());
                prop_assert_eq!(cost, expected.get(&NodeIndex::new(target)).copied().map(Value::Float));
            }
        }
    }
}
