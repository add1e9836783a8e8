//! Betweenness: how many shortest paths lead through a node (Brandes, *A Faster Algorithm for Betweenness Centrality*,
//! 2001).
//!
//! For each start, a breadth-first search counts the shortest paths to every node; going back from the farthest nodes,
//! each hands its dependency to the nodes before it. That is nodes times edges steps. Paths are sequences of nodes:
//! parallel edges are one, loops are none.

use super::graph::Lists;
use super::selection::Walk;
use super::steps::Steps;
use super::{Call, Columns, Result};
use crate::model::{Column, Direction};

/// `algo.betweenness(config) YIELD node, score`
pub(super) fn run(call: &Call<'_, '_>, steps: &mut Steps<'_>) -> Result<Columns> {
    let direction = call.settings.direction()?;
    let walk = Walk::read(call, steps)?;
    let mut scores = scores(call, &Lists::new(&walk, direction, steps)?.simple(steps)?, steps)?;
    if direction == Direction::Both {
        // Every path was found from either end.
        scores.iter_mut().for_each(|score| *score /= 2.0);
    }
    Ok(vec![Column::Node(walk.nodes), Column::Float(scores)])
}

/// Sums over all starts; the arrays are made once and only what a search touched is cleared.
fn scores(call: &Call<'_, '_>, graph: &Lists, steps: &mut Steps<'_>) -> Result<Vec<f64>> {
    const FAR: u32 = u32::MAX;
    let count = graph.len();
    let mut scores = vec![0.0; count];
    let mut distance = vec![FAR; count];
    let mut paths = vec![0.0_f64; count];
    let mut dependency = vec![0.0_f64; count];
    // The places in the order in which they were reached; its tail is the queue.
    let mut order: Vec<usize> = Vec::new();
    for start in 0..count {
        order.push(start);
        (distance[start], paths[start]) = (0, 1.0);
        let mut head = 0;
        while let Some(place) = order.get(head).copied() {
            head += 1;
            steps.take(1 + graph.degree(place))?;
            for target in graph.of(place) {
                if distance[target] == FAR {
                    distance[target] = distance[place] + 1;
                    order.push(target);
                }
                if distance[target] == distance[place] + 1 {
                    paths[target] += paths[place];
                }
            }
        }
        // Diamonds in a row double the number of paths each.
        if order.iter().any(|place| paths[*place].is_infinite()) {
            return Err(call.error("there are more shortest paths than a float can count".to_owned()));
        }
        // A place's successors all come later in the order, so their dependencies are complete before its own.
        for place in order.iter().rev().copied() {
            steps.take(1 + graph.degree(place))?;
            for target in graph.of(place).filter(|target| distance[*target] == distance[place] + 1) {
                dependency[place] += paths[place] / paths[target] * (1.0 + dependency[target]);
            }
            if place != start {
                scores[place] += dependency[place];
            }
        }
        for place in order.drain(..) {
            (distance[place], paths[place], dependency[place]) = (FAR, 0.0, 0.0);
        }
    }
    Ok(scores)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use crate::algo::testing::{Edges, edges, fails, floats, given, view};
    use crate::model::Value;

    /// By distances and numbers of shortest paths between all pairs.
    fn brute(nodes: usize, edges: Edges<'_>, both: bool) -> Vec<f64> {
        let mut linked = vec![vec![false; nodes]; nodes];
        for (a, b, _) in edges.iter().filter(|(a, b, _)| a != b) {
            linked[*a][*b] = true;
            linked[*b][*a] |= both;
        }
        // Walks of each length; a shortest one is the first length that has any.
        let mut distance = vec![vec![usize::MAX; nodes]; nodes];
        let mut paths = vec![vec![0.0; nodes]; nodes];
        for start in 0..nodes {
            let mut walks = vec![0.0; nodes];
            walks[start] = 1.0;
            for length in 0..nodes {
                for end in 0..nodes {
                    if walks[end] > 0.0 && distance[start][end] == usize::MAX {
                        (distance[start][end], paths[start][end]) = (length, walks[end]);
                    }
                }
                walks = (0..nodes)
                    .map(|to| (0..nodes).filter(|from| linked[*from][to]).map(|from| walks[from]).sum())
                    .collect();
            }
        }
        let share = |middle: usize, from: usize, to: usize| {
            let far = |a: usize, b: usize| distance[a][b];
            let on = far(from, to) < usize::MAX
                && far(from, middle) < usize::MAX
                && far(middle, to) < usize::MAX
                && far(from, middle) + far(middle, to) == far(from, to);
            if on { paths[from][middle] * paths[middle][to] / paths[from][to] } else { 0.0 }
        };
        let score = |middle: usize| -> f64 {
            let pairs = (0..nodes).flat_map(|from| (0..nodes).map(move |to| (from, to)));
            let sum: f64 = pairs
                .filter(|(from, to)| from != to && *from != middle && *to != middle)
                .map(|(from, to)| share(middle, from, to))
                .sum();
            if both { sum / 2.0 } else { sum }
        };
        (0..nodes).map(score).collect()
    }

    #[test]
    fn by_hand() {
        let cases: &[(usize, Edges<'_>, &str, &[f64])] = &[
            (0, &[], "out", &[]),
            (3, &[(0, 1, 1.0), (1, 2, 1.0)], "out", &[0.0, 1.0, 0.0]),
            (3, &[(0, 1, 1.0), (2, 1, 1.0)], "out", &[0.0, 0.0, 0.0]),
            (3, &[(0, 1, 1.0), (2, 1, 1.0)], "both", &[0.0, 1.0, 0.0]),
            // A square halves; the edge that is there twice counts once.
            (4, &[(0, 1, 1.0), (0, 1, 1.0), (0, 2, 1.0), (1, 3, 1.0), (2, 3, 1.0)], "out", &[0.0, 0.5, 0.5, 0.0]),
        ];
        for (nodes, edges, direction, expected) in cases {
            let settings = [("direction", Value::from(*direction))];
            assert_eq!(floats(&given(&view(*nodes, edges), "algo.betweenness", &settings)), *expected);
        }
    }

    #[test]
    fn too_many_paths() {
        let diamond = |at: usize| {
            let first = 3 * at;
            [(first, first + 1, 1.0), (first, first + 2, 1.0), (first + 1, first + 3, 1.0), (first + 2, first + 3, 1.0)]
        };
        let diamonds: Vec<_> = (0..1100).flat_map(diamond).collect();
        let message = fails(&view(3301, &diamonds), "algo.betweenness", &[]);
        assert_eq!(message, "algo.betweenness: there are more shortest paths than a float can count");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn as_by_brute_force((nodes, edges) in edges(6, 14), both in any::<bool>()) {
            let settings = [("direction", Value::from(if both { "both" } else { "out" }))];
            let found = floats(&given(&view(nodes, &edges), "algo.betweenness", &settings));
            for (found, expected) in found.iter().zip(brute(nodes, &edges, both)) {
                prop_assert!((found - expected).abs() < 1e-9, "{found} {expected}");
            }
        }
    }
}
