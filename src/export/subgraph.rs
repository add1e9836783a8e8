//! Which nodes and edges to export.

use std::collections::BTreeSet;

use crate::model::{Direction, EdgeId, NodeId, Value};
use crate::store::View;

/// A part of a graph: sets of nodes and edges. Both ends of an edge belong to `nodes`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subgraph {
    /// The nodes.
    pub nodes: BTreeSet<NodeId>,
    /// The edges.
    pub edges: BTreeSet<EdgeId>,
}

impl Subgraph {
    /// What an answer's values hold; see [`Subgraph::add`].
    pub fn from_values<'a, 'g: 'a>(view: &View<'g>, values: impl IntoIterator<Item = &'a Value<'g>>) -> Self {
        let mut subgraph = Subgraph::default();
        values.into_iter().for_each(|value| subgraph.add(view, value));
        subgraph
    }

    /// Adds what a value holds: nodes, edges with their ends, paths, all of them inside lists and maps too.
    pub fn add(&mut self, view: &View<'_>, value: &Value<'_>) {
        // A query can nest a list deeper than the stack.
        let mut values = vec![value];
        while let Some(value) = values.pop() {
            match value {
                Value::Node(node) => {
                    self.nodes.insert(*node);
                }
                Value::Edge(edge) => self.add_edge(view, *edge),
                Value::Path(path) => {
                    self.nodes.extend(&path.nodes);
                    path.edges.iter().for_each(|&edge| self.add_edge(view, edge));
                }
                Value::List(items) => values.extend(items.iter()),
                Value::Map(map) => values.extend(map.values()),
                _ => {}
            }
        }
    }

    fn add_edge(&mut self, view: &View<'_>, edge: EdgeId) {
        if let Some(ends) = view.edge(edge) {
            self.nodes.extend([ends.source, ends.target]);
            self.edges.insert(edge);
        }
    }

    /// The whole graph.
    pub fn whole(view: &View<'_>) -> Self {
        let nodes = view.scan(|_| true).into_iter().flatten().map(NodeId).collect();
        let mut edges = BTreeSet::new();
        view.edges(None, |edge, _, _| {
            edges.insert(edge);
        });
        Subgraph { nodes, edges }
    }

    /// The nodes that at most `depth` edges of any direction lead to, nearest first, at most `limit` of them, with the
    /// edges that lead there; and how many nodes in reach the limit left out.
    ///
    /// Edges between two of the outermost nodes are not walked and thus not part of it; see [`Subgraph::induced`].
    pub fn around(view: &View<'_>, node: NodeId, depth: u32, limit: usize) -> (Self, usize) {
        let mut kept = Subgraph::default();
        if !view.contains_node(node) || limit == 0 {
            return (kept, usize::from(view.contains_node(node)));
        }
        let mut seen = BTreeSet::from([node]);
        let mut front = BTreeSet::from([node]);
        let mut walked = Vec::new();
        kept.nodes.insert(node);
        for _ in 0..depth {
            let mut next = BTreeSet::new();
            for &near in &front {
                view.neighbours(near, Direction::Both, None, |edge, far| {
                    walked.push((edge, near, far));
                    if !seen.contains(&far) {
                        next.insert(far);
                    }
                });
            }
            // Ids decide who stays within a level, so that the same graph gives the same picture.
            kept.nodes.extend(next.iter().take(limit - kept.nodes.len()));
            seen.extend(&next);
            let inside = |node: &NodeId| kept.nodes.contains(node);
            let inner = walked.drain(..).filter(|(_, near, far)| inside(near) && inside(far));
            kept.edges.extend(inner.map(|(edge, _, _)| edge));
            if next.is_empty() {
                break;
            }
            front = next;
        }
        let left_out = seen.len() - kept.nodes.len();
        (kept, left_out)
    }

    /// Adds every edge of the graph between two of the nodes.
    pub fn induced(&mut self, view: &View<'_>) {
        for &node in &self.nodes {
            view.neighbours(node, Direction::Out, None, |edge, target| {
                if self.nodes.contains(&target) {
                    self.edges.insert(edge);
                }
            });
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::model::{Path, Str};
    use crate::store::Snapshot;
    use std::sync::Arc;

    /// `0 -> 1 -> 2 -> 3`, `0 -> 4`, `2 -> 4`, and a loop at 0.
    const EDGES: [(usize, usize); 6] = [(0, 1), (1, 2), (2, 3), (0, 4), (2, 4), (0, 0)];

    /// Start, depth, limit; nodes, edges and how many are left out.
    type Around = (usize, u32, usize, &'static [u32], &'static [u32], usize);

    fn graph(base: &Snapshot) -> (View<'_>, Vec<NodeId>, Vec<EdgeId>) {
        let mut view = View::new(base);
        let nodes: Vec<_> = (0..5).map(|_| view.create_node(&["N"], Vec::new()).unwrap()).collect();
        let edges = EDGES.map(|(from, to)| view.create_edge(nodes[from], "R", nodes[to], Vec::new()).unwrap());
        (view, nodes, edges.to_vec())
    }

    fn shown(subgraph: &Subgraph) -> (Vec<u32>, Vec<u32>) {
        (subgraph.nodes.iter().map(|n| n.0).collect(), subgraph.edges.iter().map(|e| e.0).collect())
    }

    #[test]
    fn around_a_node() {
        let base = Snapshot::empty();
        let (view, nodes, _) = graph(&base);
        let cases: [Around; 7] = [
            (0, 0, 9, &[0], &[], 0),
            (0, 1, 9, &[0, 1, 4], &[0, 3, 5], 0),
            (0, 2, 9, &[0, 1, 2, 4], &[0, 1, 3, 4, 5], 0),
            (3, 1, 9, &[2, 3], &[2], 0),
            (3, 99, 9, &[0, 1, 2, 3, 4], &[0, 1, 2, 3, 4, 5], 0),
            (0, 2, 2, &[0, 1], &[0, 5], 2),
            (0, 2, 0, &[], &[], 1),
        ];
        for (start, depth, limit, expected_nodes, expected_edges, expected_left_out) in cases {
            let (subgraph, left_out) = Subgraph::around(&view, nodes[start], depth, limit);
            let (found_nodes, found_edges) = shown(&subgraph);
            assert_eq!(
                (found_nodes.as_slice(), found_edges.as_slice(), left_out),
                (expected_nodes, expected_edges, expected_left_out),
                "around {start}, depth {depth}, limit {limit}"
            );
        }
        assert_eq!(Subgraph::around(&view, NodeId(77), 3, 9), (Subgraph::default(), 0));
    }

    #[test]
    fn values_at_any_depth() {
        let base = Snapshot::empty();
        let (view, nodes, edges) = graph(&base);
        let path = Path { nodes: vec![nodes[2], nodes[1]], edges: vec![edges[1]] };
        let values = [
            Value::Int(7),
            Value::list(vec![Value::map([(Str::from("k"), Value::Edge(edges[3]))]), Value::Null]),
            Value::Path(Arc::new(path)),
            Value::Edge(EdgeId(99)),
        ];
        let mut subgraph = Subgraph::from_values(&view, &values);
        assert_eq!(shown(&subgraph), (vec![0, 1, 2, 4], vec![1, 3]));
        subgraph.induced(&view);
        assert_eq!(shown(&subgraph), (vec![0, 1, 2, 4], vec![0, 1, 3, 4, 5]));
        assert_eq!(shown(&Subgraph::whole(&view)), (vec![0, 1, 2, 3, 4], vec![0, 1, 2, 3, 4, 5]));
    }
}
