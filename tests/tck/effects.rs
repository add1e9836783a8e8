//! What a statement changed, as the TCK counts it: sets of nodes, edges, labels and property values that are there before
//! and not after, or after and not before.

use std::collections::BTreeSet;

use kenning::model::{EdgeId, NodeId};
use kenning::store::View;

use crate::cell::Cell;

/// All that a graph holds, as sets.
pub struct State {
    nodes: BTreeSet<NodeId>,
    edges: BTreeSet<EdgeId>,
    labels: BTreeSet<String>,
    /// `n7.name = 'x'`.
    properties: BTreeSet<String>,
}

impl State {
    /// The graph as the view sees it.
    pub fn of(view: &View<'_>) -> State {
        let nodes: BTreeSet<_> = view.scan(|_| true).into_iter().flatten().map(NodeId).collect();
        let mut edges = BTreeSet::new();
        view.edges(None, |edge, _, _| {
            edges.insert(edge);
        });
        let labels = nodes.iter().flat_map(|&node| view.node_labels(node));
        let labels = labels.map(|label| view.label_name(label).to_owned()).collect();
        let text = |owner: String, key, value| {
            format!("{owner}.{} = {}", view.key_name(key), Cell::of(&value, view).canonical(false))
        };
        let of_nodes = nodes.iter().flat_map(|&node| {
            view.node_properties(node).into_iter().map(move |(key, value)| text(format!("n{}", node.0), key, value))
        });
        let of_edges = edges.iter().flat_map(|&edge| {
            view.edge_properties(edge).into_iter().map(move |(key, value)| text(format!("e{}", edge.0), key, value))
        });
        let properties = of_nodes.chain(of_edges).collect();
        State { nodes, edges, labels, properties }
    }

    /// What changed between this state and a later one: `(what, how many)`, only what is not zero, sorted.
    pub fn effects(&self, after: &State) -> Vec<(String, usize)> {
        fn counts<T: Ord>(what: &str, before: &BTreeSet<T>, after: &BTreeSet<T>) -> [(String, usize); 2] {
            let added = after.difference(before).count();
            [(format!("+{what}"), added), (format!("-{what}"), before.difference(after).count())]
        }
        let mut effects = [
            counts("nodes", &self.nodes, &after.nodes),
            counts("relationships", &self.edges, &after.edges),
            counts("labels", &self.labels, &after.labels),
            counts("properties", &self.properties, &after.properties),
        ]
        .concat();
        effects.retain(|(_, count)| *count > 0);
        effects.sort();
        effects
    }
}
