//! Cores: the largest `k` such that a node is in a subgraph where everybody has `k` neighbours (Batagelj and
//! Zaveršnik, *An O(m) Algorithm for Cores Decomposition of Networks*, 2003).
//!
//! Nodes are taken away by ascending degree; places are kept sorted by degree in one array with the start of each
//! degree's run, so that losing a neighbour is one swap. Neighbours are counted whatever the edges' direction, parallel
//! edges once, loops not at all.

use super::graph::Lists;
use super::selection::Walk;
use super::steps::Steps;
use super::{Call, Columns, Result};
use crate::model::{Column, Direction};

/// `algo.kCore(config) YIELD node, core`
pub(super) fn run(call: &Call<'_, '_>, steps: &mut Steps<'_>) -> Result<Columns> {
    let walk = Walk::read(call, steps)?;
    let cores = cores(&Lists::new(&walk, Direction::Both, steps)?.simple(steps)?, steps)?;
    Ok(vec![Column::Node(walk.nodes), Column::Int(cores.into_iter().map(|core| core as i64).collect())])
}

fn cores(graph: &Lists, steps: &mut Steps<'_>) -> Result<Vec<usize>> {
    let mut degrees: Vec<usize> = (0..graph.len()).map(|place| graph.degree(place)).collect();
    let most = degrees.iter().copied().max().unwrap_or_default();
    // Where each degree's run begins in `order`.
    let mut runs = vec![0; most + 2];
    degrees.iter().for_each(|degree| runs[degree + 1] += 1);
    for degree in 0..=most {
        runs[degree + 1] += runs[degree];
    }
    let mut order = vec![0; graph.len()];
    let mut position = vec![0; graph.len()];
    let mut next = runs.clone();
    for (place, degree) in degrees.iter().enumerate() {
        (order[next[*degree]], position[place]) = (place, next[*degree]);
        next[*degree] += 1;
    }
    for at in 0..order.len() {
        let place = order[at];
        steps.take(1 + graph.degree(place))?;
        for other in graph.of(place) {
            let degree = degrees[other];
            if degree > degrees[place] {
                // To the front of its run, which then begins behind it: it joins the run below.
                let (from, front) = (position[other], runs[degree]);
                let first = order[front];
                order.swap(from, front);
                (position[first], position[other]) = (from, front);
                runs[degree] = front + 1;
                degrees[other] -= 1;
            }
        }
    }
    Ok(degrees)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use crate::algo::testing::{Edges, edges, ints, rows, view};

    /// By taking away, for each `k`, who has too few neighbours until nobody has.
    fn naive(nodes: usize, edges: Edges<'_>) -> Vec<i64> {
        let mut cores = vec![0; nodes];
        for k in 1..nodes {
            let mut left = vec![true; nodes];
            loop {
                let near = |a: usize, b: usize| {
                    a != b && left[b] && edges.iter().any(|(s, t, _)| (*s, *t) == (a, b) || (*s, *t) == (b, a))
                };
                let few = |a: &usize| left[*a] && (0..nodes).filter(|b| near(*a, *b)).count() < k;
                let Some(gone) = (0..nodes).find(few) else { break };
                left[gone] = false;
            }
            left.iter().zip(&mut cores).filter(|(left, _)| **left).for_each(|(_, core)| *core = k as i64);
        }
        cores
    }

    #[test]
    fn by_hand() {
        let triangle_with_tail = [(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0), (2, 3, 1.0), (3, 3, 1.0), (0, 1, 1.0)];
        assert_eq!(ints(&rows(&view(5, &triangle_with_tail), "algo.kCore", &[])), [2, 2, 2, 1, 0]);
        assert!(rows(&view(0, &[]), "algo.kCore", &[]).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn as_by_taking_away((nodes, edges) in edges(9, 30)) {
            prop_assert_eq!(ints(&rows(&view(nodes, &edges), "algo.kCore", &[])), naive(nodes, &edges));
        }
    }
}
