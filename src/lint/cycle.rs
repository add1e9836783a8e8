//! Cycles among the edges of a relation that the schema calls acyclic.
//!
//! Petgraph finds the strongly connected components; of each, one shortest cycle through its first node is told.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::{Code, Finding, about_node};
use crate::model::NodeId;
use crate::store::View;

/// Of a longer cycle, so many nodes are told.
const SHOWN: usize = 12;

pub(super) fn find(view: &View<'_>, findings: &mut Vec<Finding>) {
    let relations = view.schema().map_or(&[][..], |schema| &schema.relations);
    for relation in relations.iter().filter(|relation| relation.acyclic) {
        let Some(edge_type) = view.edge_type_id(&relation.edge_type) else { continue };
        let mut graph: DiGraph<NodeId, ()> = DiGraph::new();
        let mut places: HashMap<NodeId, NodeIndex> = HashMap::new();
        view.edges(Some(&[edge_type]), |_, source, target| {
            let [source, target] =
                [source, target].map(|node| *places.entry(node).or_insert_with(|| graph.add_node(node)));
            graph.add_edge(source, target, ());
        });
        for component in kosaraju_scc(&graph) {
            let Some(cycle) = cycle(&graph, component) else { continue };
            let mut words: Vec<String> = cycle.iter().take(SHOWN).map(|node| view.briefly(*node)).collect();
            if cycle.len() > SHOWN {
                words.push(format!("... ({} more)", cycle.len() - SHOWN));
            }
            words.extend(words.first().cloned());
            let message = format!("{} leads back: {}", relation.edge_type, words.join(" -> "));
            findings.push(about_node(view, Code::Cycle, cycle[0], message));
        }
    }
}

/// A shortest cycle through the component's first node; none when it has no edge within it.
fn cycle(graph: &DiGraph<NodeId, ()>, component: Vec<NodeIndex>) -> Option<Vec<NodeId>> {
    let first = component.iter().copied().min_by_key(|place| graph[*place])?;
    let inside: HashSet<NodeIndex> = component.into_iter().collect();
    let mut before: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
    let mut queue = VecDeque::from([first]);
    while let Some(place) = queue.pop_front() {
        let mut next: Vec<NodeIndex> = graph.neighbors(place).filter(|next| inside.contains(next)).collect();
        next.sort_by_key(|place| graph[*place]);
        for next in next {
            if next == first {
                let back = std::iter::successors(Some(place), |place| before.get(place).copied());
                let mut cycle: Vec<NodeId> = back.map(|place| graph[place]).collect();
                cycle.reverse();
                return Some(cycle);
            }
            if let Entry::Vacant(entry) = before.entry(next) {
                entry.insert(place);
                queue.push_back(next);
            }
        }
    }
    None
}
