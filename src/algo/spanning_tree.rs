//! A minimum spanning tree, of each component one, by Kruskal's algorithm (*On the Shortest Spanning Subtree of a
//! Graph and the Traveling Salesman Problem*, 1956) over petgraph's `UnionFind`.
//!
//! Edges count in both directions. They come by ascending weight, and by id where weights are equal, which also decides
//! between trees of the same weight.

use petgraph::unionfind::UnionFind;

use super::selection::{Selection, Weights};
use super::steps::Steps;
use super::{Call, Columns, Result};
use crate::model::Column;

/// `algo.minimumSpanningTree(config) YIELD source, target, edge, weight`
pub(super) fn run(call: &Call<'_, '_>, steps: &mut Steps<'_>) -> Result<Columns> {
    let Selection { nodes, mut links, .. } = Selection::read(call, Weights::Any, steps)?;
    steps.sort(&mut links, |a, b| a.weight.total_cmp(&b.weight).then(a.edge.cmp(&b.edge)))?;
    let mut trees: UnionFind<usize> = UnionFind::new(nodes.len());
    let (mut sources, mut targets, mut edges, mut weights) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for link in &links {
        steps.take(1)?;
        if trees.union(link.source(), link.target()) {
            sources.push(nodes[link.source()]);
            targets.push(nodes[link.target()]);
            edges.push(link.edge);
            weights.push(link.weight);
        }
    }
    Ok(vec![Column::Node(sources), Column::Node(targets), Column::Edge(edges), Column::Float(weights)])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use petgraph::graph::{NodeIndex, UnGraph};
    use proptest::prelude::*;

    use crate::algo::testing::{edges, floats, given, rows, view, weight};
    use crate::model::{EdgeId, Value};

    fn picked(rows: &[Vec<Value<'static>>]) -> Vec<u32> {
        rows.iter().map(|row| if let Value::Edge(EdgeId(id)) = row[2] { id } else { panic!() }).collect()
    }

    #[test]
    fn by_hand() {
        let square = [(0, 1, 4.0), (1, 2, -1.0), (2, 3, 2.0), (3, 0, 2.0), (0, 0, -9.0), (2, 1, 7.0)];
        let view = view(5, &square);
        let found = given(&view, "algo.minimumSpanningTree", &[weight()]);
        assert_eq!(picked(&found), [1, 2, 3]);
        assert_eq!(floats(&found), [-1.0, 2.0, 2.0]);
        // Without weights, the first edges that connect.
        assert_eq!(picked(&rows(&view, "algo.minimumSpanningTree", &[])), [0, 1, 2]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn as_light_as_petgraphs((nodes, edges) in edges(10, 30)) {
            let mut plain = UnGraph::<(), f64>::new_undirected();
            for _ in 0..nodes {
                plain.add_node(());
            }
            for (source, target, weight) in &edges {
                plain.add_edge(NodeIndex::new(*source), NodeIndex::new(*target), *weight);
            }
            let expected: Vec<f64> = petgraph::algo::min_spanning_tree(&plain)
                .filter_map(|element| match element {
                    petgraph::data::Element::Edge { weight, .. } => Some(weight),
                    petgraph::data::Element::Node { .. } => None,
                })
                .collect();
            let found = floats(&given(&view(nodes, &edges), "algo.minimumSpanningTree", &[weight()]));
            prop_assert_eq!(found, expected);
        }
    }
}
