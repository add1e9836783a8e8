//! Communities by label propagation (Raghavan, Albert and Kumara, *Near Linear Time Algorithm to Detect Community
//! Structures in Large-Scale Networks*, 2007).
//!
//! Every node starts as its own community and then, time and again, joins the one that most of its neighbours, by
//! weight, are in. The paper visits nodes and breaks ties at random; here nodes are visited in the order of their ids,
//! a node that is in one of the best communities stays, and other ties are broken by a scramble of the ids, so that
//! the same graph always gives the same communities. Taking the smallest id instead would let the first communities
//! flood their surroundings: in the first round nearly everything is a tie.

use super::graph::Graph;
use super::selection::Weights;
use super::steps::Steps;
use super::{Call, Columns, Result, columns};

/// `algo.labelPropagation(config) YIELD node, community`
pub(super) fn run(call: &Call<'_, '_>, steps: &mut Steps<'_>) -> Result<Columns> {
    let times = call.settings.times("maxIterations")?;
    let direction = call.settings.direction()?;
    let graph = Graph::read(call, Weights::NotNegative, direction, steps)?;
    let communities = communities(&graph, times, steps)?;
    Ok(columns::by_group(graph.nodes, communities))
}

fn communities(graph: &Graph, times: u64, steps: &mut Steps<'_>) -> Result<Vec<usize>> {
    let mut communities: Vec<usize> = (0..graph.nodes.len()).collect();
    // By community the weight of the neighbours in it, for the node at hand, and which entries are in use.
    let mut votes = vec![0.0; graph.nodes.len()];
    let mut voted = Vec::new();
    for _ in 0..times {
        let mut changed = false;
        for place in 0..graph.nodes.len() {
            steps.take(1 + graph.lists.degree(place))?;
            for hop in graph.hops(place).filter(|hop| hop.target != place) {
                let community = communities[hop.target];
                votes[community] += hop.weight;
                voted.push(community);
            }
            let own = communities[place];
            let mut best = own;
            for community in voted.iter().copied() {
                let tie = votes[community] == votes[best] && best != own;
                if votes[community] > votes[best] || tie && luck(place, community) > luck(place, best) {
                    best = community;
                }
            }
            voted.drain(..).for_each(|community| votes[community] = 0.0);
            changed |= best != own;
            communities[place] = best;
        }
        if !changed {
            break;
        }
    }
    Ok(communities)
}

/// What decides a tie at this place: as good as random, and always the same (the mixing function of SplitMix64; Steele,
/// Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, 2014).
fn luck(place: usize, community: usize) -> u64 {
    let mut bits = ((place as u64).rotate_left(32) ^ community as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

#[cfg(test)]
mod tests {
    use crate::algo::testing::{Edges, Setting, given, ints, view, weight};
    use crate::model::Value;

    #[test]
    fn by_hand() {
        // Four times five nodes that all know each other, in a ring of bridges, and a node that knows itself.
        let clique = |first: usize| {
            let pairs = (first..first + 5).flat_map(move |a| (a + 1..first + 5).map(move |b| (a, b, 1.0)));
            pairs.chain([(first, (first + 9) % 20, 1.0)])
        };
        let cliques: Vec<_> = [0, 5, 10, 15].into_iter().flat_map(clique).chain([(20, 20, 9.0)]).collect();
        let of_cliques: Vec<i64> = (0..21).map(|node| node / 5).collect();
        let heavy_bridge = [(0, 1, 1.0), (1, 2, 9.0), (2, 3, 1.0)];
        let once = ("maxIterations", Value::Int(1));
        let out = ("direction", Value::from("out"));
        type Case<'a> = (usize, Edges<'a>, &'a [Setting], &'a [i64]);
        let cases: &[Case<'_>] = &[
            (0, &[], &[], &[]),
            (21, &cliques, &[], &of_cliques),
            (4, &heavy_bridge, &[weight()], &[0, 0, 0, 0]),
            (4, &heavy_bridge, &[weight(), once], &[0, 1, 1, 1]),
            // A node that no edge leaves keeps to itself.
            (2, &[(0, 1, 1.0)], &[out], &[0, 0]),
        ];
        for (nodes, edges, settings, expected) in cases {
            assert_eq!(ints(&given(&view(*nodes, edges), "algo.labelPropagation", settings)), *expected);
        }
    }
}
