//! Where a part of a query graph begins: a scan of nodes, a look-up in an index, or a scan of edges.

use super::model::product;
use super::{Ordering, is_var, label_of};
use crate::model::{Direction, Var};
use crate::plan::cost;
use crate::plan::expr::{BinaryOp, CompareOp, Expr, ExprKind, Labels};
use crate::plan::logical::PatternEdge;
use crate::plan::physical::{Expand, OpKind};
use crate::plan::rules::Rule;
use crate::plan::walk::free_vars;

/// How a node can be found from nothing.
enum Start {
    Scan(Option<Labels>),
    Seek(Seek),
}

/// An index that finds a node.
pub(super) struct Seek {
    /// The predicates that it sees to, among those that wait.
    pub(super) predicates: Vec<usize>,
    label: String,
    keys: Vec<String>,
    values: Vec<Expr>,
    /// The value is a list, and finds what equals one of its elements; the predicate that says so.
    among: Option<Expr>,
    /// How many nodes it finds.
    pub(super) rows: f64,
}

/// A list that nobody knows is taken to have so many elements.
const ELEMENTS: f64 = 10.0;

/// Looking a node up takes as long as looking at so many in turn.
const LOOK_UP: f64 = 8.0;

/// A table of nodes takes as long as looking at all of them so often.
const TABLE: f64 = 4.0;

impl<'p> Ordering<'_, 'p> {
    /// The label predicates on a node that still wait.
    pub(super) fn labels(&self, node: Var) -> Vec<&Labels> {
        self.pending.iter().filter_map(|p| label_of(&p.predicate, node)).collect()
    }

    /// Takes the label predicates on a node: an operator will see to them.
    pub(super) fn take_labels(&mut self, node: Var) -> Option<Labels> {
        let (taken, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.pending).into_iter().partition(|p| label_of(&p.predicate, node).is_some());
        self.pending = left;
        let mut labels: Vec<Labels> = taken.iter().filter_map(|p| label_of(&p.predicate, node)).cloned().collect();
        match labels.len() {
            0 | 1 => labels.pop(),
            _ => Some(Labels::And(labels)),
        }
    }

    /// The index that finds the node best.
    fn seek(&self, node: Var) -> Option<Seek> {
        let labels: Vec<&str> = self
            .labels(node)
            .into_iter()
            .filter_map(|labels| if let Labels::Name(name) = labels { Some(name.as_str()) } else { None })
            .collect();
        let waiting = self.pending.iter().enumerate().filter(|(_, p)| !p.volatile);
        let equalities: Vec<(usize, &str, &Expr)> = waiting
            .filter_map(|(i, p)| equality(&p.predicate, node).map(|(key, value)| (i, key, value)))
            .filter(|(.., value)| free_vars(value, self.build.subqueries()).is_subset(&self.rows.bound))
            .collect();
        let keys: Vec<&str> = equalities.iter().map(|(_, key, _)| *key).collect();
        let found = labels.iter().filter_map(|label| {
            let (keys, rows) = self.build.catalog.index(label, &keys)?;
            let used: Option<Vec<_>> =
                keys.iter().map(|key| equalities.iter().find(|(_, known, _)| known == key)).collect();
            let used = used?;
            Some(Seek {
                predicates: used.iter().map(|(i, ..)| *i).collect(),
                label: (*label).to_owned(),
                keys,
                values: used.iter().map(|(.., value)| (*value).clone()).collect(),
                among: None,
                rows,
            })
        });
        found.min_by(|a, b| a.rows.total_cmp(&b.rows)).or_else(|| self.seek_among(node, &labels))
    }

    /// The index that finds a node by each element of a list, where that is sooner done than looking at every node.
    pub(super) fn seek_among(&self, node: Var, labels: &[&str]) -> Option<Seek> {
        let catalog = self.build.catalog;
        let waiting = self.pending.iter().enumerate();
        let waiting = waiting.filter(|(_, p)| self.build.uses(Rule::Among) && !p.volatile);
        let lists =
            waiting.filter_map(|(i, p)| in_list(&p.predicate, node).map(|(key, list)| (i, &p.predicate, key, list)));
        let known = lists.filter(|(.., list)| free_vars(list, self.build.subqueries()).is_subset(&self.rows.bound));
        let found = known
            .flat_map(|(i, predicate, key, list)| labels.iter().map(move |label| (i, predicate, key, list, label)));
        let found = found.filter_map(|(i, predicate, key, list, label)| {
            let (keys, each) = catalog.index(label, &[key])?;
            let elements = match list.kind.as_ref() {
                ExprKind::List(items) => items.len() as f64,
                _ => ELEMENTS,
            };
            let all = catalog.nodes_with_label(label).unwrap_or(0) as f64;
            let (label, values, rows) = ((*label).to_owned(), vec![list.clone()], elements * each);
            let seek = Seek { predicates: vec![i], label, keys, values, among: Some(predicate.clone()), rows };
            (elements * (LOOK_UP + each) < all).then_some(seek)
        });
        found.min_by(|a, b| a.rows.total_cmp(&b.rows))
    }

    /// The predicates that say what a node's properties equal, if a table of its nodes is to be made for them: there are many
    /// rows to find it for, and what it equals depends on them.
    fn joining(&self, node: Var) -> Vec<usize> {
        if !self.build.uses(Rule::NodeJoin) || self.rows.op.rows <= TABLE {
            return Vec::new();
        }
        let waiting = self.pending.iter().enumerate().filter(|(_, p)| !p.volatile);
        let equal = waiting.filter(|(_, p)| {
            equality(&p.predicate, node).is_some_and(|(_, value)| {
                let uses = free_vars(value, self.build.subqueries());
                !uses.is_empty() && uses.is_subset(&self.rows.bound)
            })
        });
        equal.map(|(i, _)| i).collect()
    }

    /// Finds the node by a table of its properties; false when nothing ties it to what is known.
    fn join(&mut self, node: Var, rows: f64) -> bool {
        let joining = self.joining(node);
        if joining.is_empty() {
            return false;
        }
        let mut at = 0..;
        let (taken, left): (Vec<_>, Vec<_>) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|_| at.next().is_some_and(|at| joining.contains(&at)));
        self.pending = left;
        let equal = taken.iter().filter_map(|p| equality(&p.predicate, node));
        let (keys, values) = equal.map(|(key, value)| (key.to_owned(), value.clone())).unzip();
        let labels = self.take_labels(node);
        let rows = self.rows.op.rows * rows;
        self.rows.push(self.build, OpKind::NodeJoin { node, labels, keys, values }, rows, [node]);
        true
    }

    /// The node, not bound yet, that an index finds best, by values that are known, and how many it finds.
    pub(super) fn seekable(&self) -> Option<(Var, f64)> {
        let open = self.nodes.iter().copied().filter(|node| !self.bound(*node) && !self.follows_group(*node));
        let found = open.filter_map(|node| self.seek(node).map(|seek| (node, seek.rows)));
        found.min_by(|a, b| a.1.total_cmp(&b.1))
    }

    pub(super) fn start_rows(&self, node: Var) -> f64 {
        let labels = self.labels(node);
        let all = cost::nodes(self.build.catalog, &labels);
        if let Some(seek) = self.seek(node) {
            return seek.rows;
        }
        // Among equal scans the one with more to filter by comes first.
        let tests = self
            .pending
            .iter()
            .filter(|p| p.uses.contains(&node) && p.uses.iter().all(|var| var == node || self.bound(var)))
            .filter(|p| label_of(&p.predicate, node).is_none());
        all * product(tests.map(|p| self.build.share(&p.predicate)))
    }

    pub(super) fn scan(&mut self, node: Var, rows: f64) {
        let start = match self.seek(node) {
            Some(seek) => {
                let mut at = 0..;
                self.pending.retain(|_| at.next().is_none_or(|at| !seek.predicates.contains(&at)));
                let found = Labels::Name(seek.label.clone());
                self.pending.retain(|p| label_of(&p.predicate, node) != Some(&found));
                Start::Seek(seek)
            }
            None if self.join(node, rows) => return,
            None => Start::Scan(self.take_labels(node)),
        };
        let rows = self.rows.op.rows * rows;
        let kind = match start {
            Start::Scan(labels) => {
                let rows = cost::nodes(self.build.catalog, &labels.iter().collect::<Vec<_>>());
                let rows = self.rows.op.rows * rows;
                return self.rows.push(self.build, OpKind::NodeScan { node, labels }, rows, [node]);
            }
            Start::Seek(Seek { label, keys, values, among, .. }) => {
                OpKind::NodeSeek { node, label, keys, values, among }
            }
        };
        self.rows.push(self.build, kind, rows, [node]);
    }

    /// The edge whose scan is cheaper than a scan of nodes, when nothing is bound that could lead to it.
    pub(super) fn edge_scan(&self, start_rows: f64) -> Option<usize> {
        let (i, edges) = self
            .left
            .iter()
            .enumerate()
            .filter(|(_, edge)| edge.walk.is_none() && edge.bound.is_none() && edge.left != edge.right)
            .filter(|(_, edge)| edge.direction != Direction::Both)
            .map(|(i, edge)| (i, cost::edges(self.build.catalog, edge.types.as_ref())))
            .min_by(|a, b| a.1.total_cmp(&b.1))?;
        (edges < start_rows).then_some(i)
    }

    /// Binds both ends of an edge by going through all edges of its types.
    pub(super) fn scan_edges(&mut self, edge: &'p PatternEdge) {
        self.left.retain(|other| other.var != edge.var);
        let rows = self.rows.op.rows * cost::edges(self.build.catalog, edge.types.as_ref());
        let forward = edge.direction == Direction::Out;
        let (from, to) = if forward { (edge.left, edge.right) } else { (edge.right, edge.left) };
        let unlike = self.unlike(edge);
        let (edge_var, types) = (edge.var, edge.types.clone());
        // Labels of both ends stay predicates: a scan looks at edges only.
        let expand = Expand {
            from,
            edge: edge_var,
            to,
            to_bound: false,
            direction: Direction::Out,
            types,
            to_labels: None,
            unlike,
            taken: Vec::new(),
        };
        self.rows.push(self.build, OpKind::EdgeScan(expand), rows, [from, to, edge.var]);
        self.done.push(edge);
    }
}

/// `node.key IN list`
fn in_list(predicate: &Expr, node: Var) -> Option<(&str, &Expr)> {
    let ExprKind::Binary(BinaryOp::In, property, list) = predicate.kind.as_ref() else { return None };
    match property.kind.as_ref() {
        ExprKind::Property(subject, key) if is_var(subject, node) => Some((key, list)),
        _ => None,
    }
}

/// `node.key = value`, either way round.
pub(super) fn equality(predicate: &Expr, node: Var) -> Option<(&str, &Expr)> {
    let ExprKind::Compare(CompareOp::Equal, left, right) = predicate.kind.as_ref() else { return None };
    [(left, right), (right, left)].into_iter().find_map(|(property, value)| match property.kind.as_ref() {
        ExprKind::Property(subject, key) if is_var(subject, node) => Some((key.as_str(), value)),
        _ => None,
    })
}
