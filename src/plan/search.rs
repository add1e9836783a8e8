//! Search: the cheapest sequence in which a pattern's nodes are bound.
//!
//! In: what finding each node and following each edge is expected to give and to cost. Out: steps, each of which binds a
//! node by a scan, an index or the edges that lead to it from nodes that are bound, or two by a scan of edges. How many rows
//! a set of bound nodes has is the same whichever way it was bound, so the cheapest way to each set is kept and extended by
//! one node after the other (Selinger et al., 1979, section 5): all sets of a pattern of [`EXACT`] nodes, and the
//! [`WIDTH`] cheapest of each size beyond. Unconnected nodes are multiplied only when nothing else is left, or by index.
//!
//! Of ways that cost the same the first is kept, in the order of the nodes and edges given: a canonical order gives a plan
//! that does not depend on how the pattern was written.

use rustc_hash::FxHashMap;

/// Up to so many nodes every set is looked at: at most 1,024.
const EXACT: usize = 10;

/// Of larger patterns, so many sets of each size are.
const WIDTH: usize = 48;

/// Nodes by their places.
pub(super) type Set = u64;

/// How many nodes a pattern may have to be searched.
pub(super) const MOST: usize = Set::BITS as usize;

/// What an edge is expected to cost that is looked up between two bound nodes.
const LOOK_UP: f64 = 1.0;

/// What a look-up in an index costs beside what it finds.
const SEEK: f64 = 2.0;

/// What a search between two bound nodes is expected to cost.
const SHORTEST: f64 = 50.0;

/// What to find.
pub(super) struct Model {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    /// Predicates over several nodes: which, and the share that they keep.
    pub(super) predicates: Vec<(Set, f64)>,
    /// The nodes that are bound already.
    pub(super) bound: Set,
}

/// A node of the pattern.
pub(super) struct Node {
    /// How many nodes have its labels.
    pub(super) scanned: f64,
    /// How many of them satisfy the predicates on it alone.
    pub(super) left: f64,
    /// Indexes: the nodes whose values they need, and how many they find.
    pub(super) seeks: Vec<(Set, f64)>,
    /// The places of the edges that touch it, in order.
    pub(super) edges: Vec<usize>,
}

/// An edge of the pattern, from its left end to its right one.
pub(super) struct Edge {
    pub(super) ends: [usize; 2],
    pub(super) kind: EdgeKind,
    /// How many edges, or walks, leave a node at this end.
    pub(super) degree: [f64; 2],
    /// The share of the pairs of nodes at its ends that it ties.
    pub(super) share: f64,
    /// How many edges a scan of edges reads, when one may find it.
    pub(super) scan: Option<f64>,
}

/// How an edge may be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EdgeKind {
    Single,
    /// From either end, by itself.
    Walk,
    /// From its left end.
    Rightwards,
    /// Between its ends.
    Shortest,
}

/// What binds a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A scan of nodes, or an index.
    Find(usize),
    /// The edges that lead to it.
    Reach(usize),
    /// A scan of edges, by the place of the edge.
    ScanEdges(usize),
}

/// The cheapest way to bind a set of nodes that is known.
#[derive(Clone, Copy)]
struct Way {
    set: Set,
    rows: f64,
    cost: f64,
    /// The step that ends it, and the way before.
    last: Option<(Step, usize)>,
}

impl Model {
    /// The cheapest sequence; none when some node can only be bound in a way that is not modelled.
    pub(super) fn steps(&self) -> Option<Vec<Step>> {
        let all: Set = if self.nodes.len() == MOST { Set::MAX } else { (1 << self.nodes.len()) - 1 };
        let mut ways = vec![Way { set: self.bound, rows: 1.0, cost: 0.0, last: None }];
        let open = (all & !self.bound).count_ones() as usize;
        // By how many nodes were bound.
        let mut levels: Vec<FxHashMap<Set, usize>> = vec![FxHashMap::default(); open + 1];
        levels[0].insert(self.bound, 0);
        for level in 0..open {
            let mut here: Vec<usize> = levels[level].values().copied().collect();
            here.sort_unstable_by(|a, b| ways[*a].cost.total_cmp(&ways[*b].cost).then(ways[*a].set.cmp(&ways[*b].set)));
            if self.nodes.len() > EXACT {
                here.truncate(WIDTH);
            }
            here.sort_unstable_by_key(|at| ways[*at].set);
            for at in here {
                self.extend(ways[at], &mut |step, next| {
                    let size = (next.set & !self.bound).count_ones() as usize;
                    let known = levels[size].get(&next.set).copied();
                    if known.is_some_and(|known| ways[known].cost <= next.cost) {
                        return;
                    }
                    let next = Way { last: Some((step, at)), ..next };
                    match known {
                        Some(known) => ways[known] = next,
                        None => {
                            levels[size].insert(next.set, ways.len());
                            ways.push(next);
                        }
                    }
                });
            }
        }
        let mut at = *levels[open].get(&all)?;
        let mut steps = Vec::new();
        while let Some((step, before)) = ways[at].last {
            steps.push(step);
            at = before;
        }
        steps.reverse();
        Some(steps)
    }

    /// Calls `found` with every step from there, and where it leads.
    fn extend(&self, from: Way, found: &mut dyn FnMut(Step, Way)) {
        let mut reached: Set = 0;
        for edge in &self.edges {
            let [left, right] = edge.ends.map(|end| from.set & (1 << end) != 0);
            match edge.kind {
                EdgeKind::Single | EdgeKind::Walk if left != right => reached |= 1 << edge.ends[usize::from(left)],
                EdgeKind::Rightwards if left && !right => reached |= 1 << edge.ends[1],
                _ => {}
            }
        }
        for (place, node) in self.nodes.iter().enumerate().filter(|(place, _)| from.set & (1 << place) == 0) {
            let itself: Set = 1 << place;
            if reached & itself != 0 {
                found(Step::Reach(place), self.reach(from, place));
            }
            let behind_group = node.edges.iter().map(|edge| &self.edges[*edge]).any(|edge| {
                edge.kind == EdgeKind::Rightwards && edge.ends[1] == place && from.set & (1 << edge.ends[0]) == 0
            });
            if behind_group {
                continue;
            }
            let seek = node.seeks.iter().filter(|(needs, _)| needs & !from.set == 0).map(|(_, rows)| *rows);
            let seek = seek.min_by(f64::total_cmp);
            if seek.is_some() || reached == 0 {
                let per_row = seek.map_or(node.scanned, |rows| SEEK + rows);
                let after = Way { cost: from.cost + from.rows * per_row, ..from };
                found(Step::Find(place), self.bind(after, itself, 0));
            }
        }
        if reached == 0 {
            for (place, edge) in self.edges.iter().enumerate() {
                let both = edge.ends.iter().fold(0, |set: Set, end| set | 1 << end);
                let Some(edges) = edge.scan.filter(|_| from.set & both == 0) else { continue };
                let after = Way { cost: from.cost + from.rows * edges, ..from };
                found(Step::ScanEdges(place), self.bind(after, both, mark(place)));
            }
        }
    }

    /// Binds a node by the edges that lead to it.
    fn reach(&self, from: Way, place: usize) -> Way {
        let (mut followed, mut degree, mut arms, mut share): (Set, f64, f64, f64) = (0, f64::INFINITY, 0.0, 1.0);
        let leads = |edge: &Edge| {
            let [left, right] = edge.ends;
            match () {
                () if left == right => None,
                () if right == place && from.set & (1 << left) != 0 => Some(edge.degree[0]),
                () if left == place && from.set & (1 << right) != 0 => Some(edge.degree[1]),
                () => None,
            }
        };
        let touching = || self.nodes[place].edges.iter().map(|edge| (*edge, &self.edges[*edge]));
        for (at, edge) in touching().filter(|(_, edge)| edge.kind == EdgeKind::Single) {
            if let Some(there) = leads(edge) {
                (degree, arms, share) = (degree.min(there), arms + 1.0, share * edge.share);
                followed |= mark(at);
            }
        }
        if arms == 0.0 {
            for (at, edge) in touching().filter(|(_, edge)| edge.kind != EdgeKind::Shortest) {
                let rightwards = edge.kind == EdgeKind::Walk || edge.ends[1] == place;
                if let Some(there) = leads(edge).filter(|there| rightwards && *there < degree) {
                    (degree, arms, share, followed) = (there, 1.0, edge.share, mark(at));
                }
            }
        }
        let given = from.rows * self.nodes[place].scanned * share;
        let after = Way { cost: from.cost + from.rows * (arms + degree) + given, ..from };
        self.bind(after, 1 << place, followed)
    }

    /// Adds nodes with all that holds between bound ones then; `followed` are the edges that have been paid for.
    fn bind(&self, from: Way, nodes: Set, followed: Set) -> Way {
        let set = from.set | nodes;
        let (mut rows, mut cost) = (from.rows, from.cost);
        let new = || self.nodes.iter().enumerate().filter(|(place, _)| nodes & (1 << place) != 0);
        new().for_each(|(_, node)| rows *= node.left);
        // Edges that have become closed, each once; those that were followed come first.
        let closed = || {
            new().flat_map(|(place, node)| node.edges.iter().map(move |edge| (place, *edge))).filter(|(place, edge)| {
                let [left, right] = self.edges[*edge].ends;
                let other = if left == *place { right } else { left };
                set & (1 << other) != 0 && (nodes & (1 << other) == 0 || *place <= other)
            })
        };
        for (_, at) in closed().filter(|(_, at)| followed & mark(*at) != 0) {
            rows *= self.edges[at].share;
        }
        for (_, at) in closed().filter(|(_, at)| followed & mark(*at) == 0) {
            let edge = &self.edges[at];
            cost += rows
                * match edge.kind {
                    EdgeKind::Single => LOOK_UP,
                    EdgeKind::Walk => edge.degree[0].min(edge.degree[1]),
                    EdgeKind::Rightwards => edge.degree[0],
                    EdgeKind::Shortest => SHORTEST,
                };
            rows *= edge.share;
        }
        let within = |uses: Set| uses & !set == 0 && uses & nodes != 0;
        for (_, share) in self.predicates.iter().filter(|(uses, _)| within(*uses)) {
            rows *= share;
        }
        Way { set, rows, cost, last: None }
    }
}

/// Edges by their places, as far as there is room: of further ones it is forgotten that they were paid for.
fn mark(edge: usize) -> u64 {
    1u64.checked_shl(edge as u32).unwrap_or(0)
}
