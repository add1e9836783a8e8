//! Order: which part of a query graph is found first.
//!
//! The [`search`](super::search) says which node comes next, at the least cost in all; edges between nodes that are bound are
//! taken at once. What it cannot model (walks that wait for what they use) is taken greedily, by expected rows: start where
//! the fewest nodes are, then always take the edge that leaves the fewest rows (GOO, Fegaras, *A New Heuristic for Optimizing
//! Large Queries*, 1998). A predicate runs as soon as everything that it uses is bound. Every step is one physical operator, so
//! the result is a left-deep pipeline that never materialises.
//!
//! Nodes and edges are gone through in [`canonical`](super::canonical) order, so that the plan does not depend on how the
//! pattern was written.

mod model;
mod start;

use super::build::{Build, Rows};
use super::canonical::canonical;
use super::cost;
use super::expr::{CompareOp, Expr, ExprKind, Labels, UnaryOp};
use super::logical::{Group, PatternEdge, QueryGraph, Walk};
use super::lower::all_of;
use super::physical::{Expand, OpKind, Shortest};
use super::rules::Rule;
use super::vars::Vars;
use super::walk::{free_vars, has_subquery, volatile};
use crate::model::function::Function;
use crate::model::{Direction, Span, Var};
use model::{Taken, is_light, product};

/// A predicate that waits for its variables.
struct Pending {
    predicate: Expr,
    uses: Vars,
    /// It may differ from one evaluation to the next, so it runs once for each match, at the very end.
    volatile: bool,
}

impl Pending {
    fn new(predicate: Expr, build: &Build<'_>) -> Self {
        let uses = free_vars(&predicate, build.subqueries());
        let volatile = volatile(&predicate);
        Pending { predicate, uses, volatile }
    }
}

/// A query graph while it is ordered.
struct Ordering<'b, 'p> {
    build: &'b mut Build<'p>,
    graph: &'p QueryGraph,
    rows: Rows,
    pending: Vec<Pending>,
    /// In canonical order, as are the edges that are left.
    nodes: Vec<Var>,
    left: Vec<&'p PatternEdge>,
    done: Vec<&'p PatternEdge>,
}

/// Plans the graph on top of `rows`.
pub(super) fn order<'p>(build: &mut Build<'p>, rows: Rows, graph: &'p QueryGraph, outer_row: Option<Var>) -> Rows {
    let mut pending: Vec<Pending> =
        graph.predicates.iter().map(|predicate| Pending::new(predicate.clone(), build)).collect();
    // A node that the input may have bound to null is tested by the step that starts or ends there; without a step it
    // needs a test of its own.
    let alone = |node: &&Var| !graph.edges.iter().any(|edge| edge.left == **node || edge.right == **node);
    for node in graph.nodes.iter().filter(|node| rows.bound.contains(node)).filter(alone) {
        let span = Span::default();
        let is_null = Expr::new(span, ExprKind::IsNull(Expr::new(span, ExprKind::Var(*node))));
        pending.push(Pending::new(Expr::new(span, ExprKind::Unary(UnaryOp::Not, is_null)), build));
    }
    for predicate in &graph.predicates {
        for node in &graph.nodes {
            if let Some(labels) = label_of(predicate, *node) {
                build.learn_label(*node, labels.clone());
            }
        }
    }
    let parts = canonical(graph, build.subqueries(), build.names(), &|var| rows.bound.contains(&var));
    let (nodes, left) = (parts.nodes, parts.edges);
    let mut ordering = Ordering { build, graph, rows, pending, nodes, left, done: Vec::new() };
    ordering.filter();
    while ordering.take_bound_edge() {
        ordering.filter();
    }
    ordering.close();
    for step in ordering.searched() {
        match step {
            Taken::Find(node) => ordering.scan(node, ordering.start_rows(node)),
            Taken::ScanEdges(edge) => ordering.scan_edges(edge),
            Taken::Reach(node) => ordering.reach(node),
        }
        ordering.filter();
        ordering.close();
    }
    while ordering.step() {
        ordering.filter();
    }
    ordering.finish(outer_row)
}

impl<'p> Ordering<'_, 'p> {
    /// Takes an edge that the input has bound; false when none is left.
    fn take_bound_edge(&mut self) -> bool {
        let bound = self.left.iter().position(|edge| edge.bound.is_some_and(|var| self.bound(var)));
        let Some(i) = bound else { return false };
        let edge = self.left.remove(i);
        self.start_at_bound_edge(edge);
        true
    }

    /// Takes every edge between bound nodes, the one that leaves the fewest rows first.
    fn close(&mut self) {
        let closed = |edge: &PatternEdge, ordering: &Self| ordering.bound(edge.left) && ordering.bound(edge.right);
        while let Some((i, rows)) = self.next_edge(&|edge| closed(edge, self)) {
            let edge = self.left.remove(i);
            self.expand(edge, rows);
            self.filter();
        }
    }

    /// Binds a node by the edges that lead to it: single ones together, else the walk that gives the fewest rows.
    fn reach(&mut self, node: Var) {
        let single = |edge: &PatternEdge| self.reached(edge) == Some(node);
        let walk = |edge: &PatternEdge| {
            let other = if edge.left == node { edge.right } else { edge.left };
            (edge.left == node || edge.right == node) && self.bound(other) && !self.bound(node)
        };
        let Some((i, rows)) = self.next_edge(&single).or_else(|| self.next_edge(&walk)) else { return };
        let edge = self.left.remove(i);
        match self.closing(edge) {
            closing if closing.is_empty() => self.expand(edge, rows),
            closing => self.intersect(edge, closing, rows),
        }
    }

    /// The edge that leaves the fewest rows, of those that can be taken and are wanted, and how many.
    fn next_edge(&self, wanted: &dyn Fn(&PatternEdge) -> bool) -> Option<(usize, f64)> {
        let reachable = |edge: &PatternEdge| {
            let (left, right) = (self.bound(edge.left), self.bound(edge.right));
            let ends = match (shortest(edge), group(edge)) {
                (Some(_), _) => left && right,
                (None, Some(group)) => left && group.imports.is_subset(&self.rows.bound),
                (None, None) => left || right,
            };
            ends && self.filter_can_run(edge)
        };
        let next = self.left.iter().enumerate().filter(|(_, edge)| wanted(edge) && reachable(edge));
        let next = next.map(|(i, edge)| (i, self.rows_after(edge) * self.closing_share(edge)));
        next.min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Takes the next step; false when everything is bound.
    fn step(&mut self) -> bool {
        if self.take_bound_edge() {
            return true;
        }
        if let Some((i, rows)) = self.next_edge(&|_| true) {
            if let Some((node, found)) = self.seekable().filter(|(_, found)| self.rows.op.rows * found < rows) {
                self.scan(node, found);
                return true;
            }
            let edge = self.left.remove(i);
            match self.closing(edge) {
                closing if closing.is_empty() => self.expand(edge, rows),
                closing => self.intersect(edge, closing, rows),
            }
            return true;
        }
        let start = self
            .nodes
            .iter()
            .copied()
            .filter(|node| !self.bound(*node))
            .map(|node| (node, self.start_rows(node), self.follows_group(node)))
            // A group is found from left to right only.
            .min_by(|a, b| a.2.cmp(&b.2).then(a.1.total_cmp(&b.1)))
            .map(|(node, rows, _)| (node, rows));
        let Some((node, rows)) = start else {
            // Walks whose filters wait for each other; what is not bound yet is null to them.
            let Some(edge) = self.left.pop() else { return false };
            let rows = self.rows_after(edge);
            self.expand(edge, rows);
            return true;
        };
        match self.edge_scan(rows) {
            Some(i) => self.scan_edges(self.left[i]),
            None => self.scan(node, rows),
        }
        true
    }

    /// The node that a single edge leads to from a bound one; none when both ends are bound.
    fn reached(&self, edge: &PatternEdge) -> Option<Var> {
        let single = edge.walk.is_none() && edge.bound.is_none() && self.bound(edge.left) != self.bound(edge.right);
        single.then(|| if self.bound(edge.left) { edge.right } else { edge.left })
    }

    /// The other edges that lead from bound nodes to where this one leads.
    fn closing(&self, edge: &PatternEdge) -> Vec<usize> {
        let Some(to) = self.reached(edge).filter(|_| self.build.uses(Rule::Intersect)) else { return Vec::new() };
        let closes = |other: &PatternEdge| other.var != edge.var && self.reached(other) == Some(to);
        self.left.iter().enumerate().filter(|(_, other)| closes(other)).map(|(i, _)| i).collect()
    }

    /// The share of an edge's rows that the edges leave which lead to the same node.
    fn closing_share(&self, edge: &PatternEdge) -> f64 {
        let nodes = (self.build.catalog.nodes() as f64).max(1.0);
        let share = |i: usize| {
            let (from, _, direction) = self.oriented(self.left[i]);
            let labels = self.build.known_labels(from);
            (cost::degree(self.build.catalog, &labels, self.left[i].types.as_ref(), direction) / nodes).min(1.0)
        };
        product(self.closing(edge).into_iter().map(share))
    }

    /// Takes the edge together with those that lead to the same node.
    fn intersect(&mut self, edge: &'p PatternEdge, closing: Vec<usize>, rows: f64) {
        let mut edges = vec![edge];
        edges.extend(closing.into_iter().rev().map(|i| self.left.remove(i)));
        let (_, to, _) = self.oriented(edge);
        let to_labels = self.take_labels(to);
        let mut arms = Vec::new();
        for edge in &edges {
            let (from, to, direction) = self.oriented(edge);
            let (types, unlike) = (edge.types.clone(), self.unlike(edge));
            let (var, taken) = (edge.var, Vec::new());
            arms.push(Expand {
                from,
                edge: var,
                to,
                to_bound: false,
                direction,
                types,
                to_labels: None,
                unlike,
                taken,
            });
            self.done.push(edge);
        }
        let binds: Vec<Var> = edges.iter().map(|edge| edge.var).chain([to]).collect();
        self.rows.push(self.build, OpKind::Intersect { to, to_labels, arms }, rows, binds);
    }

    /// Whether the node lies behind a group whose first node is not known yet.
    fn follows_group(&self, node: Var) -> bool {
        self.left.iter().any(|edge| group(edge).is_some() && edge.right == node && !self.bound(edge.left))
    }

    /// Whether the filter of a walk has everything that it uses.
    fn filter_can_run(&self, edge: &PatternEdge) -> bool {
        let Some(Walk { each, filter: Some(filter), .. }) = &edge.walk else { return true };
        free_vars(filter, self.build.subqueries()).into_iter().all(|var| var == *each || self.bound(var))
    }

    fn bound(&self, var: Var) -> bool {
        self.rows.bound.contains(&var)
    }

    /// Runs every predicate whose variables are bound.
    fn filter(&mut self) {
        self.filter_where(|p| !p.volatile);
    }

    fn filter_where(&mut self, may_run: impl Fn(&Pending) -> bool) {
        let (mut ready, wait): (Vec<_>, Vec<_>) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|p| may_run(p) && p.uses.is_subset(&self.rows.bound));
        self.pending = wait;
        let share = product(ready.iter().map(|p| self.build.share(&p.predicate)));
        // A subquery comes last, where nobody can tell.
        if ready.iter().all(|p| is_light(&p.predicate) || has_subquery(&p.predicate)) {
            ready.sort_by_key(|p| has_subquery(&p.predicate));
        }
        if let Some(predicate) = all_of(ready.into_iter().map(|p| p.predicate).collect()) {
            let rows = self.rows.op.rows * share;
            self.rows.push(self.build, OpKind::Filter(predicate), rows, []);
        }
    }

    fn rows_after(&self, edge: &PatternEdge) -> f64 {
        let (from, to, direction) = self.oriented(edge);
        let catalog = self.build.catalog;
        let degree = cost::degree(catalog, &self.build.known_labels(from), edge.types.as_ref(), direction);
        let reached = match &edge.walk {
            None => degree,
            Some(walk) if walk.shortest.is_some() => 1.0,
            Some(walk) => cost::walks(degree, walk.min, walk.max),
        };
        let share = match self.bound(to) {
            true => 1.0 / (catalog.nodes() as f64).max(1.0),
            false => cost::share_at(catalog, &self.labels(to), edge.types.as_ref(), direction.reverse()),
        };
        self.rows.op.rows * reached * share
    }

    /// The end to start from, the other end, and the direction seen from the first.
    fn oriented(&self, edge: &PatternEdge) -> (Var, Var, Direction) {
        let rightwards = match (self.bound(edge.left), self.bound(edge.right)) {
            // A walk keeps its direction, or its list of edges would have to be reversed.
            (true, true) if edge.walk.is_none() => {
                let degree = |end, direction| {
                    cost::degree(self.build.catalog, &self.build.known_labels(end), edge.types.as_ref(), direction)
                };
                let place = |end| self.nodes.iter().position(|node| *node == end);
                let left = degree(edge.left, edge.direction);
                let right = degree(edge.right, edge.direction.reverse());
                left < right || (left == right && place(edge.left) <= place(edge.right))
            }
            (left, _) => left,
        };
        match rightwards {
            true => (edge.left, edge.right, edge.direction),
            false => (edge.right, edge.left, edge.direction.reverse()),
        }
    }

    fn expansion(&mut self, edge: &PatternEdge, from: Var, to: Var, direction: Direction) -> Expand {
        let to_bound = self.bound(to);
        let (unlike, taken) = (self.unlike(edge), Vec::new());
        let to_labels = if to_bound { None } else { self.take_labels(to) };
        Expand { from, edge: edge.var, to, to_bound, direction, types: edge.types.clone(), to_labels, unlike, taken }
    }

    /// The edges found so far that could be this one, which they must not be.
    fn unlike(&self, edge: &PatternEdge) -> Vec<Var> {
        self.done
            .iter()
            .filter(|other| other.clause == edge.clause && may_be_same(other, edge))
            .filter(|other| shortest(other).is_none() && shortest(edge).is_none())
            .map(|other| other.var)
            .collect()
    }

    fn expand(&mut self, edge: &'p PatternEdge, rows: f64) {
        let (from, to, direction) = self.oriented(edge);
        let expand = self.expansion(edge, from, to, direction);
        // A walk that was written from right to left is found from left to right all the same, or its list of edges
        // would be reversed.
        let reversed = edge.walk.is_some() && from != edge.left;
        let kind = match &edge.walk {
            None => OpKind::Expand(expand),
            Some(Walk { min, max, group: Some(group), .. }) => OpKind::GroupExpand {
                expand,
                min: *min,
                max: *max,
                inner: Box::new(self.build.inner_plan(&group.inner, false)),
                start: group.start,
                end: group.end,
                edges: group.edges.clone(),
                lists: group.lists.clone(),
            },
            Some(Walk { min, max, each, filter, shortest: None, .. }) => {
                let (min, max, each, filter) = (*min, *max, *each, filter.clone());
                OpKind::VarExpand { expand, min, max, each, filter, ends_only: false }
            }
            Some(Walk { min, max, each, filter, shortest: Some(which), .. }) => OpKind::ShortestPath {
                expand,
                min: *min,
                max: *max,
                each: *each,
                filter: filter.clone(),
                which: *which,
            },
        };
        let lists = group(edge).into_iter().flat_map(|group| group.lists.iter().map(|(_, list)| *list));
        self.rows.push(self.build, kind, rows, [edge.var, to].into_iter().chain(lists));
        if reversed {
            let list = Expr::new(edge.span, ExprKind::Var(edge.var));
            let reverse = Expr::new(edge.span, ExprKind::Call(Function::Reverse, vec![list]));
            let rows = self.rows.op.rows;
            self.rows.push(self.build, OpKind::Project(vec![(edge.var, reverse)]), rows, []);
        }
        self.done.push(edge);
        self.check_bound(edge);
    }

    /// An edge that the input has bound leads to its own ends.
    fn start_at_bound_edge(&mut self, edge: &'p PatternEdge) {
        let Some(var) = edge.bound else { return };
        if edge.walk.is_none() && !self.bound(edge.left) {
            let call = |function| {
                let argument = Expr::new(edge.span, ExprKind::Var(var));
                Expr::new(edge.span, ExprKind::Call(function, vec![argument]))
            };
            let (source, target) = (call(Function::StartNode), call(Function::EndNode));
            let rows = self.rows.op.rows;
            let kind = match edge.direction {
                Direction::Out => OpKind::Project(vec![(edge.left, source)]),
                Direction::In => OpKind::Project(vec![(edge.left, target)]),
                Direction::Both => {
                    let same =
                        Expr::new(edge.span, ExprKind::Compare(CompareOp::Equal, source.clone(), target.clone()));
                    let list = |items| Expr::new(edge.span, ExprKind::List(items));
                    let case = ExprKind::Case {
                        operand: None,
                        branches: vec![(same, list(vec![source.clone()]))],
                        otherwise: Some(list(vec![source, target])),
                    };
                    OpKind::Unwind { list: Expr::new(edge.span, case), var: edge.left }
                }
            };
            self.rows.push(self.build, kind, rows, [edge.left]);
            self.filter();
        } else if !self.bound(edge.left) && !self.bound(edge.right) {
            let rows = self.start_rows(edge.left);
            self.scan(edge.left, rows);
            self.filter();
        }
        let rows = self.rows_after(edge);
        self.expand(edge, rows);
    }

    fn check_bound(&mut self, edge: &PatternEdge) {
        let Some(bound) = edge.bound else { return };
        let var = |var| Expr::new(edge.span, ExprKind::Var(var));
        let same = ExprKind::Compare(CompareOp::Equal, var(edge.var), var(bound));
        self.pending.push(Pending::new(Expr::new(edge.span, same), self.build));
    }

    /// Selections, paths, and the predicates that use them.
    fn finish(mut self, outer_row: Option<Var>) -> Rows {
        for selection in &self.graph.selections {
            let mut partition: Vec<Var> = outer_row.into_iter().collect();
            partition.extend([selection.ends.0, selection.ends.1]);
            let kind = OpKind::SelectShortest { partition, steps: selection.steps.clone(), keep: selection.keep };
            let rows = self.rows.op.rows;
            self.rows.push(self.build, kind, rows, []);
        }
        if !self.graph.paths.is_empty() {
            let vars: Vec<Var> = self.graph.paths.iter().map(|(var, _)| *var).collect();
            let rows = self.rows.op.rows;
            self.rows.push(self.build, OpKind::Project(self.graph.paths.clone()), rows, vars);
        }
        self.filter_where(|_| true);
        self.rows
    }
}

fn shortest(edge: &PatternEdge) -> Option<Shortest> {
    edge.walk.as_ref()?.shortest
}

fn group(edge: &PatternEdge) -> Option<&Group> {
    edge.walk.as_ref()?.group.as_ref()
}

/// Two edges whose types have nothing in common differ anyway.
fn may_be_same(a: &PatternEdge, b: &PatternEdge) -> bool {
    match (a.types.as_ref().and_then(cost::names), b.types.as_ref().and_then(cost::names)) {
        (Some(a), Some(b)) => a.iter().any(|name| b.contains(name)),
        _ => true,
    }
}

pub(super) fn label_of(predicate: &Expr, node: Var) -> Option<&Labels> {
    match predicate.kind.as_ref() {
        ExprKind::HasLabels(subject, labels) if is_var(subject, node) => Some(labels),
        _ => None,
    }
}

fn is_var(expr: &Expr, var: Var) -> bool {
    matches!(expr.kind.as_ref(), ExprKind::Var(v) if *v == var)
}
