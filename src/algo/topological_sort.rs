//! An order in which every edge leads forwards, by Kahn's algorithm (*Topological Sorting of Large Networks*, 1962).
//!
//! Petgraph's `toposort` names one node of a cycle; people who look for their mistake want the cycle.

use super::graph::Lists;
use super::selection::Walk;
use super::steps::Steps;
use super::{Call, Columns, Result};
use crate::model::{Column, NodeId};

/// Of a longer cycle, the error shows this many nodes.
const SHOWN: usize = 12;

/// `algo.topologicalSort(config) YIELD node, position`
pub(super) fn run(call: &Call<'_, '_>, steps: &mut Steps<'_>) -> Result<Columns> {
    let direction = call.settings.direction()?;
    let walk = Walk::read(call, steps)?;
    let graph = Lists::new(&walk, direction, steps)?;
    let (order, waiting) = kahn(&graph, steps)?;
    if order.len() < graph.len() {
        let cycle = cycle(&graph, &waiting, steps)?;
        let nodes: Vec<NodeId> = cycle.into_iter().map(|place| walk.nodes[place]).collect();
        let error = call.error(format!("there is a cycle: {}", show(call, &nodes)));
        return Err(error.help("select fewer labels or types, or take one of its edges away"));
    }
    let nodes: Vec<NodeId> = order.into_iter().map(|place| walk.nodes[place]).collect();
    let positions = (0..nodes.len() as i64).collect();
    Ok(vec![Column::Node(nodes), Column::Int(positions)])
}

/// The places in order, as far as it goes, and for each place how many edges still lead to it.
fn kahn(graph: &Lists, steps: &mut Steps<'_>) -> Result<(Vec<usize>, Vec<usize>)> {
    let mut waiting = vec![0; graph.len()];
    for place in 0..graph.len() {
        steps.take(1 + graph.degree(place))?;
        graph.of(place).for_each(|target| waiting[target] += 1);
    }
    let mut order: Vec<usize> = (0..graph.len()).filter(|place| waiting[*place] == 0).collect();
    let mut head = 0;
    while let Some(place) = order.get(head).copied() {
        head += 1;
        steps.take(1 + graph.degree(place))?;
        for target in graph.of(place) {
            waiting[target] -= 1;
            if waiting[target] == 0 {
                order.push(target);
            }
        }
    }
    Ok((order, waiting))
}

/// A cycle among the places that still wait: each waits for another one that waits, so going back must repeat.
fn cycle(graph: &Lists, waiting: &[usize], steps: &mut Steps<'_>) -> Result<Vec<usize>> {
    let mut before = vec![None; graph.len()];
    for place in (0..graph.len()).filter(|place| waiting[*place] > 0) {
        steps.take(1 + graph.degree(place))?;
        graph.of(place).for_each(|target| before[target] = Some(place));
    }
    let mut at = vec![None; graph.len()];
    let mut back = Vec::new();
    let mut next = waiting.iter().position(|count| *count > 0);
    while let Some(place) = next {
        if let Some(start) = at[place] {
            back.drain(..start);
            break;
        }
        at[place] = Some(back.len());
        back.push(place);
        next = before[place];
    }
    back.reverse();
    // From its smallest node on, so that the message does not depend on where the search began.
    let least = back.iter().enumerate().min_by_key(|(_, place)| **place).map_or(0, |(index, _)| index);
    back.rotate_left(least);
    Ok(back)
}

/// The nodes of a cycle, with their labels, and the first one again.
fn show(call: &Call<'_, '_>, cycle: &[NodeId]) -> String {
    let node = |node: &NodeId| {
        let labels = call.view.node_labels(*node);
        let labels: String = labels.into_iter().map(|label| format!(":{}", call.view.label_name(label))).collect();
        format!("({}{labels})", node.0)
    };
    let mut shown: Vec<String> = cycle.iter().take(SHOWN).map(node).collect();
    if cycle.len() > SHOWN {
        shown.push(format!("{} more", cycle.len() - SHOWN));
    }
    shown.extend(cycle.first().map(node));
    shown.join(" -> ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::algo::testing::{Edges, config, edges, fails, given, ids, rows, view};
    use crate::model::Value;

    #[test]
    fn by_hand() {
        let view = view(4, &[(3, 1, 1.0), (1, 0, 1.0), (3, 0, 1.0)]);
        let found = rows(&view, "algo.topologicalSort", &[]);
        assert_eq!(ids(&found), [2, 3, 1, 0]);
        assert_eq!(found[1][1], Value::Int(1));
        assert_eq!(ids(&given(&view, "algo.topologicalSort", &[("direction", Value::from("in"))])), [0, 2, 1, 3]);
    }

    #[test]
    fn cycles_are_named() {
        let way_out = "; select fewer labels or types, or take one of its edges away";
        let cases: &[(Edges<'_>, &str)] = &[
            (&[(2, 2, 1.0)], "(2:Node:Even) -> (2:Node:Even)"),
            // Node 0 lies behind the cycle and node 3 in front of it.
            (&[(3, 2, 1.0), (2, 1, 1.0), (1, 2, 1.0), (1, 0, 1.0)], "(1:Node) -> (2:Node:Even) -> (1:Node)"),
        ];
        for (edges, cycle) in cases {
            let message = fails(&view(4, edges), "algo.topologicalSort", &[]);
            assert_eq!(message, format!("algo.topologicalSort: there is a cycle: {cycle}{way_out}"));
        }
        let ring: Vec<_> = (0..20).map(|at| (at, (at + 1) % 20, 1.0)).collect();
        let message = fails(&view(20, &ring), "algo.topologicalSort", &[]);
        assert!(message.contains("(11:Node) -> 8 more -> (0:Node:Even)"), "{message}");
        let both = config(&[("direction", Value::from("both"))]);
        assert!(fails(&view(2, &[(0, 1, 1.0)]), "algo.topologicalSort", &[both]).contains("cycle"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_edge_leads_forwards((nodes, edges) in edges(12, 40)) {
            let downwards: Vec<_> = edges.into_iter().filter(|(source, target, _)| source > target).collect();
            let order = ids(&rows(&view(nodes, &downwards), "algo.topologicalSort", &[]));
            prop_assert_eq!(order.len(), nodes);
            let position = |node: usize| order.iter().position(|id| *id as usize == node);
            prop_assert!(downwards.iter().all(|(source, target, _)| position(*source) < position(*target)));
        }
    }
}
