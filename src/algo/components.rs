//! Components: nodes that edges connect, weakly (whatever the edges' direction) or strongly (there and back).
//!
//! Weak ones by petgraph's `UnionFind`; strong ones by Tarjan's algorithm (*Depth-First Search and Linear Graph
//! Algorithms*, 1972) with a stack of its own, because petgraph's `tarjan_scc` recurses as deep as a path is long.

use petgraph::unionfind::UnionFind;

use super::graph::Lists;
use super::selection::Walk;
use super::steps::Steps;
use super::{Call, Columns, Result, columns};
use crate::model::{Direction, NodeId};
use crate::store::Adjacency;

/// So many edges of each node are looked at before it is known which nodes belong to the largest component.
const FEW: usize = 2;

/// `algo.weaklyConnectedComponents(config) YIELD node, component`
pub(super) fn weak(call: &Call<'_, '_>, steps: &mut Steps<'_>) -> Result<Columns> {
    let walk = Walk::read(call, steps)?;
    // Ids of nodes are as wide.
    let mut sets: UnionFind<u32> = UnionFind::new(walk.nodes.len());
    match walk.slices(Direction::Out) {
        Some(lists) => join(&walk, lists, &mut sets, steps)?,
        None => walk.each(steps, |source, target| {
            sets.union(source as u32, target as u32);
        })?,
    }
    let sets = sets.into_labeling();
    Ok(columns::by_group(walk.nodes, sets.into_iter().map(|set| set as usize)))
}

/// Joins what edges connect. In most graphs nearly every node is in one component, and a few edges of each node show that; only
/// the nodes that these leave outside are looked at with all of their edges, whichever way they go (Sutton, Ben-Nun and Barak,
/// *Optimizing Parallel Graph Processing via Subgraph Sampling*, 2018).
fn join(
    walk: &Walk<'_>,
    (entering, leaving): (Adjacency<'_>, Adjacency<'_>),
    sets: &mut UnionFind<u32>,
    steps: &mut Steps<'_>,
) -> Result<()> {
    fn join(walk: &Walk<'_>, place: u32, ends: &[u32], sets: &mut UnionFind<u32>) {
        for other in ends.iter().filter_map(|end| walk.place(NodeId(*end))) {
            sets.union(place, other);
        }
    }
    for (place, node) in (0..).zip(&walk.nodes) {
        let ends = leaving.ends(*node);
        steps.take(1 + FEW)?;
        join(walk, place, ends.get(..FEW).unwrap_or(ends), sets);
    }
    let roots: Vec<u32> = (0..).zip(&walk.nodes).map(|(place, _)| sets.find_mut(place)).collect();
    let mut sizes = vec![0; roots.len()];
    roots.iter().for_each(|root| sizes[*root as usize] += 1);
    let largest = (0..).zip(sizes).max_by_key(|(_, size)| *size).map(|(root, _): (u32, usize)| root);
    for ((place, node), root) in (0..).zip(&walk.nodes).zip(roots) {
        if Some(root) != largest {
            let (entering, leaving) = (entering.ends(*node), leaving.ends(*node));
            steps.take(1 + entering.len() + leaving.len())?;
            join(walk, place, entering, sets);
            join(walk, place, leaving, sets);
        }
    }
    Ok(())
}

/// `algo.stronglyConnectedComponents(config) YIELD node, component`
pub(super) fn strong(call: &Call<'_, '_>, steps: &mut Steps<'_>) -> Result<Columns> {
    let walk = Walk::read(call, steps)?;
    let roots = tarjan(&Lists::new(&walk, Direction::Out, steps)?, steps)?;
    Ok(columns::by_group(walk.nodes, roots))
}

/// For each place the place of its component's root.
fn tarjan(graph: &Lists, steps: &mut Steps<'_>) -> Result<Vec<usize>> {
    /// Not reached yet, and later than every number.
    const NEVER: usize = usize::MAX;
    // When each place was reached, and the earliest place that it leads back to.
    let mut reached = vec![NEVER; graph.len()];
    let mut low = vec![NEVER; graph.len()];
    let mut root = vec![NEVER; graph.len()];
    // Reached, and of no component yet.
    let mut open = Vec::new();
    let mut clock = 0;
    for start in 0..graph.len() {
        if reached[start] != NEVER {
            continue;
        }
        let mut path = vec![(start, graph.of(start))];
        (reached[start], low[start]) = (clock, clock);
        clock += 1;
        open.push(start);
        while let Some((place, targets)) = path.last_mut() {
            let place = *place;
            steps.take(1)?;
            match targets.next() {
                Some(target) if reached[target] == NEVER => {
                    (reached[target], low[target]) = (clock, clock);
                    clock += 1;
                    open.push(target);
                    path.push((target, graph.of(target)));
                }
                Some(target) => {
                    if root[target] == NEVER {
                        low[place] = low[place].min(reached[target]);
                    }
                }
                None => {
                    path.pop();
                    if let Some((before, _)) = path.last() {
                        low[*before] = low[*before].min(low[place]);
                    }
                    if low[place] == reached[place] {
                        while let Some(member) = open.pop() {
                            root[member] = place;
                            if member == place {
                                break;
                            }
                        }
                    }
                }
            }
        }
    }
    Ok(root)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use petgraph::graph::DiGraph;
    use proptest::prelude::*;

    use crate::algo::testing::{Edges, Setting, edges, given, ints, rows, view};
    use crate::model::Value;

    #[test]
    fn by_hand() {
        let cases: &[(usize, Edges<'_>, &[i64], &[i64])] = &[
            (0, &[], &[], &[]),
            (3, &[], &[0, 1, 2], &[0, 1, 2]),
            (4, &[(3, 1, 1.0), (2, 2, 1.0)], &[0, 1, 2, 1], &[0, 1, 2, 3]),
            (
                5,
                &[(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0), (2, 3, 1.0), (3, 4, 1.0), (4, 3, 1.0)],
                &[0, 0, 0, 0, 0],
                &[0, 0, 0, 1, 1],
            ),
        ];
        for (nodes, edges, weak, strong) in cases {
            let view = view(*nodes, edges);
            assert_eq!(ints(&rows(&view, "algo.weaklyConnectedComponents", &[])), *weak);
            assert_eq!(ints(&rows(&view, "algo.stronglyConnectedComponents", &[])), *strong);
        }
    }

    #[test]
    fn only_what_is_selected_connects() {
        // Even nodes are labelled `Even`; the edge at place 1 has the type `OTHER`.
        let view = view(4, &[(0, 2, 1.0), (1, 3, 1.0), (0, 1, 1.0)]);
        let names = |name: &'static str| Value::list(vec![Value::from(name)]);
        let component = |settings: &[Setting]| {
            let rows = given(&view, "algo.weaklyConnectedComponents", settings);
            let nodes: Vec<u32> =
                rows.iter().map(|row| if let Value::Node(node) = row[0] { node.0 } else { panic!() }).collect();
            (nodes, ints(&rows))
        };
        assert_eq!(component(&[]), (vec![0, 1, 2, 3], vec![0, 0, 0, 0]));
        assert_eq!(component(&[("labels", names("Even"))]), (vec![0, 2], vec![0, 0]));
        assert_eq!(component(&[("types", names("OTHER"))]), (vec![0, 1, 2, 3], vec![0, 1, 2, 1]));
        assert_eq!(component(&[("labels", Value::list(vec![]))]), (vec![], vec![]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn as_petgraph_finds_them((nodes, edges) in edges(12, 24)) {
            let view = view(nodes, &edges);
            let mut plain = DiGraph::<(), ()>::new();
            let ids: Vec<_> = (0..nodes).map(|_| plain.add_node(())).collect();
            for (source, target, _) in &edges {
                plain.add_edge(ids[*source], ids[*target], ());
            }
            let count = |name| ints(&rows(&view, name, &[])).into_iter().max().map_or(0, |last| last as usize + 1);
            prop_assert_eq!(count("algo.weaklyConnectedComponents"), petgraph::algo::connected_components(&plain));
            let found = ints(&rows(&view, "algo.stronglyConnectedComponents", &[]));
            let expected = petgraph::algo::kosaraju_scc(&plain);
            prop_assert_eq!(count("algo.stronglyConnectedComponents"), expected.len());
            for component in expected {
                let first = found[component[0].index()];
                prop_assert!(component.iter().all(|node| found[node.index()] == first));
            }
        }
    }
}
