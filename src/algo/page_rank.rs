//! PageRank by power iteration (Page, Brin, Motwani and Winograd, *The PageRank Citation Ranking*, 1999).
//!
//! A walker follows an edge with probability `damping`, chosen by weight, and else starts anew at any node; the score
//! of a node is the share of time spent there. At a node that no edge leaves the walker always starts anew, so scores
//! sum to 1. An iteration looks at each edge once; petgraph's `page_rank` looks at each pair of nodes.

use rayon::prelude::*;

use super::graph::{Graph, Lists};
use super::selection::{Walk, Weights};
use super::steps::Steps;
use super::{Call, Columns, Result};
use crate::model::{Column, Direction, NodeId};
use crate::store::Adjacency;

/// How the iteration runs and when it ends.
struct Limits {
    damping: f64,
    iterations: u64,
    /// The sum of all changes below which the scores are taken as settled.
    tolerance: f64,
}

/// `algo.pageRank(config) YIELD node, score`
pub(super) fn run(call: &Call<'_, '_>, steps: &mut Steps<'_>) -> Result<Columns> {
    let limits = Limits {
        damping: call.settings.number("damping", 0.0..=1.0)?,
        iterations: call.settings.times("maxIterations")?,
        tolerance: call.settings.number("tolerance", 0.0..=1.0)?,
    };
    let direction = call.settings.direction()?;
    if call.settings.text("weight").is_none() {
        let walk = Walk::read(call, steps)?;
        let scores = Entering::new(&walk, direction, steps)?.scores(&limits, steps)?;
        return Ok(vec![Column::Node(walk.nodes), Column::Float(scores)]);
    }
    let graph = Graph::read(call, Weights::NotNegative, direction, steps)?;
    let scores = scores(&graph, &limits, steps)?;
    Ok(vec![Column::Node(graph.nodes), Column::Float(scores)])
}

/// A graph without weights, seen from the nodes that its edges enter: each node adds up what comes to it, so that several
/// threads can work on it, and every sum is formed in the same order however many there are.
struct Entering<'g> {
    sources: Sources<'g>,
    /// What the sources in the lists have more than their places.
    first: u32,
    /// How many edges leave each place.
    leaving: Vec<u32>,
}

/// Whence edges come, for each place.
enum Sources<'g> {
    /// As they lie in the snapshot, by the nodes' ids.
    Mapped(Adjacency<'g>),
    Own(Lists),
}

/// So many places' changes are added up by themselves.
const PIECE: usize = 1024;

/// After so many places the limits are looked at.
const ROUND: usize = 256 * PIECE;

/// So many runs of pieces for each thread, so that none waits for one that has the nodes with most edges.
const RUNS: usize = 8;

/// What an iteration starts from, or comes to.
struct State {
    scores: Vec<f64>,
    /// What each place hands on along each of its edges.
    handed_on: Vec<f64>,
    /// The scores of the places that no edge leaves.
    stranded: f64,
}

/// How much the scores of a piece changed, and its part of what is stranded.
type Sums = (f64, f64);

impl<'g> Entering<'g> {
    fn new(walk: &Walk<'g>, direction: Direction, steps: &mut Steps<'_>) -> Result<Self> {
        if let Some((entering, leaving)) = walk.slices(direction) {
            let leaving = walk.nodes.iter().map(|node| leaving.ends(*node).len() as u32).collect();
            let first = walk.nodes.first().map_or(0, |node| node.0);
            // Sums leave out a source that no node is. Only damage puts one there, which has to be noted.
            let sources = walk.nodes.iter().flat_map(|node| entering.ends(*node));
            if let Some(last) = sources.max() {
                walk.place(NodeId(*last));
            }
            steps.take(walk.nodes.len())?;
            return Ok(Entering { sources: Sources::Mapped(entering), first, leaving });
        }
        let lists = Lists::new(walk, direction.reverse(), steps)?;
        let mut leaving = vec![0u32; walk.nodes.len()];
        for place in 0..lists.len() {
            let sources = lists.list(place);
            steps.take(1 + sources.len())?;
            sources.iter().for_each(|source| leaving[*source as usize] += 1);
        }
        Ok(Entering { sources: Sources::Own(lists), first: 0, leaving })
    }

    /// Whence edges come to a place.
    fn sources(&self, place: usize) -> &[u32] {
        match &self.sources {
            Sources::Mapped(slices) => slices.ends(NodeId(self.first + place as u32)),
            Sources::Own(lists) => lists.list(place),
        }
    }

    fn scores(&self, limits: &Limits, steps: &mut Steps<'_>) -> Result<Vec<f64>> {
        let count = self.leaving.len();
        let share = 1.0 / count as f64;
        let mut now = State { scores: vec![share; count], handed_on: vec![0.0; count], stranded: 0.0 };
        for (handed_on, leaving) in now.handed_on.iter_mut().zip(&self.leaving) {
            hand_on(share, *leaving, handed_on, &mut now.stranded);
        }
        let mut next = State { scores: vec![0.0; count], handed_on: vec![0.0; count], stranded: 0.0 };
        for _ in 0..limits.iterations {
            // Every node is entered alike by those who start anew.
            let anew = (1.0 - limits.damping + limits.damping * now.stranded) * share;
            let (mut change, mut stranded) = (0.0, 0.0);
            let parts = next.scores.chunks_mut(ROUND).zip(next.handed_on.chunks_mut(ROUND));
            for (first, (scores, handed_on)) in (0..).step_by(ROUND).zip(parts) {
                let run = scores.len().div_ceil(PIECE).div_ceil(steps.threads * RUNS) * PIECE;
                let of_run = |(at, (scores, handed_on)): (usize, (&mut [f64], &mut [f64]))| -> Vec<Sums> {
                    let pieces = scores.chunks_mut(PIECE).zip(handed_on.chunks_mut(PIECE));
                    let firsts = (first + at * run..).step_by(PIECE);
                    pieces.zip(firsts).map(|(to, first)| self.piece(first, to, &now, (anew, limits.damping))).collect()
                };
                let sums: Vec<Sums> = if steps.threads > 1 {
                    let runs = scores.par_chunks_mut(run).zip(handed_on.par_chunks_mut(run));
                    runs.enumerate().flat_map_iter(of_run).collect()
                } else {
                    scores.chunks_mut(run).zip(handed_on.chunks_mut(run)).enumerate().flat_map(of_run).collect()
                };
                for (of_change, of_stranded) in sums {
                    (change, stranded) = (change + of_change, stranded + of_stranded);
                }
                steps.check()?;
            }
            next.stranded = stranded;
            std::mem::swap(&mut now, &mut next);
            if change <= limits.tolerance {
                break;
            }
        }
        Ok(now.scores)
    }

    /// The next scores of the places from `first` on, and what these hand on.
    fn piece(
        &self,
        first: usize,
        (scores, handed_on): (&mut [f64], &mut [f64]),
        now: &State,
        (anew, damping): (f64, f64),
    ) -> Sums {
        let (mut change, mut stranded) = (0.0, 0.0);
        for (place, (score, handed_on)) in (first..).zip(scores.iter_mut().zip(handed_on)) {
            *score = anew + damping * sum(&now.handed_on, self.sources(place), self.first);
            change += (*score - now.scores[place]).abs();
            hand_on(*score, self.leaving[place], handed_on, &mut stranded);
        }
        (change, stranded)
    }
}

fn hand_on(score: f64, leaving: u32, handed_on: &mut f64, stranded: &mut f64) {
    if leaving > 0 {
        *handed_on = score / f64::from(leaving);
    } else {
        *stranded += score;
    }
}

/// The sum of these sources' values, as four sums side by side: one would wait for each addition to end.
fn sum(values: &[f64], sources: &[u32], first: u32) -> f64 {
    let value = |source: &u32| values.get(source.wrapping_sub(first) as usize).copied().unwrap_or_default();
    let (fours, rest) = sources.as_chunks();
    let mut sums = [0.0; 4];
    for [a, b, c, d] in fours {
        sums = [sums[0] + value(a), sums[1] + value(b), sums[2] + value(c), sums[3] + value(d)];
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest.iter().map(value).sum::<f64>()
}

fn scores(graph: &Graph, limits: &Limits, steps: &mut Steps<'_>) -> Result<Vec<f64>> {
    let count = graph.nodes.len();
    let share = 1.0 / count as f64;
    let leaving: Vec<f64> = (0..count).map(|place| graph.hops(place).map(|hop| hop.weight).sum()).collect();
    let mut scores = vec![share; count];
    for _ in 0..limits.iterations {
        let mut next = vec![0.0; count];
        let mut stranded = 0.0;
        for place in 0..count {
            steps.take(1 + graph.lists.degree(place))?;
            if leaving[place] > 0.0 {
                // Not by a common factor: divided by tiny weights it would overflow.
                graph.hops(place).for_each(|hop| next[hop.target] += scores[place] * (hop.weight / leaving[place]));
            } else {
                stranded += scores[place];
            }
        }
        // Every node is entered alike by those who start anew.
        let anew = (1.0 - limits.damping + limits.damping * stranded) * share;
        let mut change = 0.0;
        for (next, before) in next.iter_mut().zip(&scores) {
            *next = anew + limits.damping * *next;
            change += (*next - before).abs();
        }
        scores = next;
        if change <= limits.tolerance {
            break;
        }
    }
    Ok(scores)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use crate::algo::testing::{Edges, Setting, edges, floats, given, view, weight};
    use crate::model::Value;

    const EXACT: Setting = ("tolerance", Value::Float(0.0));

    /// The same by a dense matrix.
    fn dense(nodes: usize, edges: Edges<'_>, damping: f64) -> Vec<f64> {
        let n = nodes as f64;
        let mut matrix = vec![vec![0.0; nodes]; nodes];
        for (source, target, weight) in edges {
            matrix[*source][*target] += weight;
        }
        for row in &mut matrix {
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|cell| *cell = if sum > 0.0 { *cell / sum } else { 1.0 / n });
        }
        let mut scores = vec![1.0 / n; nodes];
        for _ in 0..100 {
            let into = |to: usize| (0..nodes).map(|from| scores[from] * matrix[from][to]).sum::<f64>();
            scores = (0..nodes).map(|to| (1.0 - damping) / n + damping * into(to)).collect();
        }
        scores
    }

    #[test]
    fn by_hand() {
        // Two nodes that point at each other share alike; a chain's end collects.
        let cases: &[(usize, Edges<'_>, &[f64])] = &[
            (0, &[], &[]),
            (1, &[], &[1.0]),
            (2, &[(0, 1, 1.0), (1, 0, 1.0)], &[0.5, 0.5]),
            // Half of a stranded walk's 0.5 comes back: x = 0.25 + 0.25 y, y = 1 - x.
            (2, &[(0, 1, 1.0)], &[0.4, 0.6]),
        ];
        for (nodes, edges, expected) in cases {
            let settings = [("damping", Value::Float(0.5)), EXACT];
            let found = floats(&given(&view(*nodes, edges), "algo.pageRank", &settings));
            assert_eq!(found.len(), expected.len());
            assert!(found.iter().zip(*expected).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn as_by_a_dense_matrix((nodes, edges) in edges(10, 30), damping in 0.0f64..0.9) {
            let settings = [("damping", Value::Float(damping)), EXACT, weight()];
            let found = floats(&given(&view(nodes, &edges), "algo.pageRank", &settings));
            for (found, expected) in found.iter().zip(dense(nodes, &edges, damping)) {
                prop_assert!((found - expected).abs() < 1e-9, "{found} {expected}");
            }
        }
    }
}
