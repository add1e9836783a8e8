//! What the search for an order is told of a pattern: the catalog's numbers, by the places of nodes.

use super::start::equality;
use super::{Ordering, group, label_of, shortest};
use crate::model::{Direction, Var};
use crate::plan::cost;
use crate::plan::expr::{Expr, Labels};
use crate::plan::logical::PatternEdge;
use crate::plan::search::{Edge, EdgeKind, MOST, Model, Node, Set, Step};
use crate::plan::walk::free_vars;

/// Estimates end above nothing: what seems impossible costs little, but not less than nothing at all.
const LEAST: f64 = 1e-9;

/// A step of the cheapest sequence.
#[derive(Clone, Copy)]
pub(super) enum Taken<'p> {
    Find(Var),
    Reach(Var),
    ScanEdges(&'p PatternEdge),
}

/// A waiting predicate `node.key = value`.
struct Equality<'e> {
    predicate: usize,
    key: &'e str,
    /// The nodes that its value needs.
    needs: Set,
}

impl<'p> Ordering<'_, 'p> {
    /// The cheapest sequence from here; empty where the pattern cannot be modelled.
    pub(super) fn searched(&self) -> Vec<Taken<'p>> {
        if self.nodes.iter().all(|node| self.bound(*node)) {
            return Vec::new();
        }
        let Some(model) = self.model() else { return Vec::new() };
        let taken = |step| match step {
            Step::Find(node) => Taken::Find(self.nodes[node]),
            Step::Reach(node) => Taken::Reach(self.nodes[node]),
            Step::ScanEdges(edge) => Taken::ScanEdges(self.left[edge]),
        };
        model.steps().unwrap_or_default().into_iter().map(taken).collect()
    }

    fn place(&self, node: Var) -> Option<usize> {
        self.nodes.iter().position(|other| *other == node)
    }

    fn model(&self) -> Option<Model> {
        let plain = |edge: &&PatternEdge| {
            let imports = group(edge).is_none_or(|group| group.imports.is_subset(&self.rows.bound));
            let filter = edge.walk.as_ref().and_then(|walk| Some((walk.each, walk.filter.as_ref()?)));
            let filter = filter.is_none_or(|(each, filter)| {
                let free = free_vars(filter, self.build.subqueries());
                free.into_iter().all(|var| var == each || self.bound(var))
            });
            imports && filter
        };
        if self.nodes.len() > MOST || !self.left.iter().all(plain) {
            return None;
        }
        let bound = self.nodes.iter().enumerate().filter(|(_, node)| self.bound(**node));
        let bound = bound.fold(0, |set: Set, (place, _)| set | 1 << place);
        let uses: Vec<Option<Set>> = self.pending.iter().map(|pending| self.uses(pending.uses.iter())).collect();
        let mut predicates: Vec<(Set, f64)> = Vec::new();
        let mut shares: Vec<f64> = self.pending.iter().map(|pending| self.build.share(&pending.predicate)).collect();
        let mut nodes = Vec::new();
        for (place, var) in self.nodes.iter().enumerate() {
            nodes.push(self.node(place, *var, &uses, &mut shares));
        }
        for (at, pending) in self.pending.iter().enumerate() {
            let label = self.nodes.iter().any(|node| label_of(&pending.predicate, *node).is_some());
            match uses[at].filter(|_| !label && !pending.volatile) {
                Some(uses) if uses.count_ones() > 1 => predicates.push((uses, shares[at])),
                _ => {}
            }
        }
        predicates.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let edges = self.left.iter().map(|edge| self.edge(edge)).collect::<Option<Vec<Edge>>>()?;
        for (at, edge) in edges.iter().enumerate() {
            let [left, right] = edge.ends;
            nodes[left].edges.push(at);
            if left != right {
                nodes[right].edges.push(at);
            }
        }
        Some(Model { nodes, edges, predicates, bound })
    }

    /// The nodes that must be bound before these variables are; none when one of them is not known to the pattern.
    fn uses(&self, vars: impl IntoIterator<Item = Var>) -> Option<Set> {
        let mut set = 0;
        for var in vars.into_iter().filter(|var| !self.bound(*var)) {
            set |= match self.place(var) {
                Some(place) => 1 << place,
                None => {
                    let holds = |edge: &&&PatternEdge| {
                        edge.var == var || group(edge).is_some_and(|g| g.lists.iter().any(|(_, list)| *list == var))
                    };
                    let edge = self.left.iter().find(holds)?;
                    1 << self.place(edge.left)? | 1 << self.place(edge.right)?
                }
            };
        }
        Some(set)
    }

    /// What is known of a node; predicates that an index sees to keep the share that it finds.
    fn node(&self, place: usize, var: Var, uses: &[Option<Set>], shares: &mut [f64]) -> Node {
        let itself: Set = 1 << place;
        let catalog = self.build.catalog;
        let labels = self.build.known_labels(var);
        let scanned = cost::nodes(catalog, &labels);
        let equalities: Vec<Equality<'_>> = self
            .pending
            .iter()
            .enumerate()
            .filter(|(at, pending)| !pending.volatile && uses[*at].is_some_and(|uses| uses & itself != 0))
            .filter_map(|(at, pending)| {
                let (key, value) = equality(&pending.predicate, var)?;
                let needs = self.uses(free_vars(value, self.build.subqueries()))?;
                (needs & itself == 0).then_some(Equality { predicate: at, key, needs })
            })
            .collect();
        let names: Vec<&str> = labels
            .iter()
            .filter_map(|labels| if let Labels::Name(name) = labels { Some(name.as_str()) } else { None })
            .collect();
        let index = |keys: &[&str]| {
            let found = names.iter().filter_map(|label| catalog.index(label, keys));
            found.min_by(|a, b| a.1.total_cmp(&b.1))
        };
        let mut seeks = Vec::new();
        let own: Vec<&str> = equalities.iter().filter(|e| e.needs == 0).map(|e| e.key).collect();
        let mut left = scanned;
        let mut seen_to: Vec<usize> = Vec::new();
        if let Some((keys, rows)) = (!own.is_empty()).then(|| index(&own)).flatten() {
            seeks.push((0, rows));
            left = rows;
            let first = |key: &String| equalities.iter().find(|e| e.needs == 0 && e.key == key).map(|e| e.predicate);
            seen_to = keys.iter().filter_map(first).collect();
        } else if let Some(seek) = self.seek_among(var, &names) {
            seeks.push((0, seek.rows));
            (left, seen_to) = (seek.rows, seek.predicates);
        }
        for equality in equalities.iter().filter(|equality| equality.needs != 0) {
            let keys: Vec<&str> = own.iter().copied().chain([equality.key]).collect();
            if let Some((_, rows)) = index(&keys).filter(|(keys, _)| keys.iter().any(|key| key == equality.key)) {
                seeks.push((equality.needs, rows));
                let share = rows / left.max(1.0);
                shares[equality.predicate] = shares[equality.predicate].min(share.max(LEAST));
            }
        }
        let tests = self.pending.iter().enumerate().filter(|(at, pending)| {
            uses[*at] == Some(itself)
                && !pending.volatile
                && !seen_to.contains(at)
                && label_of(&pending.predicate, var).is_none()
        });
        left *= product(tests.map(|(at, _)| shares[at]));
        Node { scanned, left: left.max(LEAST), seeks, edges: Vec::new() }
    }

    fn edge(&self, edge: &PatternEdge) -> Option<Edge> {
        let catalog = self.build.catalog;
        let ends = [self.place(edge.left)?, self.place(edge.right)?];
        let types = edge.types.as_ref();
        let labels = [edge.left, edge.right].map(|end| self.build.known_labels(end));
        let seen = [edge.direction, edge.direction.reverse()];
        let side = |at: usize| {
            let nodes = cost::nodes(catalog, &labels[at]).max(1.0);
            let degree = cost::degree(catalog, &labels[at], types, seen[at]);
            let degree = edge.walk.as_ref().map_or(degree, |walk| cost::walks(degree, walk.min, walk.max));
            (nodes, degree, cost::share_at(catalog, &labels[at], types, seen[at]))
        };
        let (left, right) = (side(0), side(1));
        // Both ends estimate how many there are; for a single edge that is the same.
        let found = (left.0 * left.1 * right.2 * right.0 * right.1 * left.2).sqrt();
        let kind = match &edge.walk {
            None => EdgeKind::Single,
            Some(_) if shortest(edge).is_some() => EdgeKind::Shortest,
            Some(_) if group(edge).is_some() => EdgeKind::Rightwards,
            Some(_) => EdgeKind::Walk,
        };
        let share = if kind == EdgeKind::Shortest { 1.0 } else { found / (left.0 * right.0) };
        let edges = cost::edges(catalog, types);
        let scanned = edge.walk.is_none()
            && edge.bound.is_none()
            && edge.left != edge.right
            && edge.direction != Direction::Both
            && edges < left.0.min(right.0);
        let (degree, share) = ([left.1, right.1], share.max(LEAST));
        Some(Edge { ends, kind, degree, share, scan: scanned.then_some(edges) })
    }
}

/// The product, whatever the order of the factors.
pub(super) fn product(shares: impl Iterator<Item = f64>) -> f64 {
    let mut shares: Vec<f64> = shares.collect();
    shares.sort_by(f64::total_cmp);
    shares.into_iter().product()
}

/// Whether evaluating it cannot fail and takes little, so that it may come before what does.
pub(super) fn is_light(predicate: &Expr) -> bool {
    use crate::plan::expr::ExprKind::*;
    match predicate.kind.as_ref() {
        Literal(_) | Parameter(_) | Var(_) | HasLabels(..) => true,
        Property(subject, _) => matches!(subject.kind.as_ref(), Var(_)),
        IsNull(inner) => is_light(inner),
        Compare(_, left, right) => is_light(left) && is_light(right),
        Unary(crate::plan::expr::UnaryOp::Not, inner) => is_light(inner),
        _ => false,
    }
}
