//! Logical plan to physical plan.
//!
//! Each logical operator has one physical counterpart, but for `Match`, which [`order`](super::order) turns into a
//! pipeline of scans and expansions. Afterwards [`prune`](super::prune) says which columns each operator hands on.

use std::collections::HashMap;

use super::canonical::canonical;
use super::cost;
use super::expr::{Expr, ExprKind, Labels};
use super::logical::{Logical, Query, QueryGraph, Subquery, Tally, Weight};
use super::lower::all_of;
use super::order::order;
use super::physical::{self, Op, OpKind, Subplan};
use super::rules::Rule;
use super::tally::{self, OfNode};
use super::vars::Vars;
use super::wedge;
use crate::model::{Catalog, Span, Value, Var, deep};

/// An operator under construction and the vars that its rows bind.
pub(super) struct Rows {
    pub(super) op: Op,
    pub(super) bound: Vars,
}

impl Rows {
    pub(super) fn leaf(build: &mut Build<'_>, kind: OpKind, bound: impl IntoIterator<Item = Var>) -> Rows {
        let id = build.next_id();
        let op = Op { id, kind, input: None, live: Vec::new(), rows: 1.0 };
        Rows { op, bound: bound.into_iter().collect() }
    }

    /// Puts an operator on top, which is expected to give `rows` rows and binds these vars.
    pub(super) fn push(
        &mut self,
        build: &mut Build<'_>,
        kind: OpKind,
        rows: f64,
        binds: impl IntoIterator<Item = Var>,
    ) {
        let id = build.next_id();
        let leaf = Op { id, kind, input: None, live: Vec::new(), rows };
        let input = std::mem::replace(&mut self.op, leaf);
        self.op.input = Some(Box::new(input));
        self.bound.extend(binds);
    }
}

/// What building needs to know and to count.
pub(super) struct Build<'p> {
    pub(super) catalog: &'p dyn Catalog,
    query: &'p Query,
    names: Vec<String>,
    labels: HashMap<Var, Vec<Labels>>,
    ids: usize,
    disabled: &'p [Rule],
}

/// A statement's operators, before pruning.
pub(super) struct Built {
    pub(super) root: Op,
    pub(super) subplans: Vec<Subplan>,
    pub(super) names: Vec<String>,
}

/// Builds every plan of the statement.
pub(super) fn build(query: &Query, catalog: &dyn Catalog, disabled: &[Rule]) -> Built {
    let mut build = Build { catalog, query, names: query.names.clone(), labels: HashMap::new(), ids: 0, disabled };
    let root = build.rows(&query.root).op;
    let subplans = query.subqueries.iter().map(|subquery| build.subplan(&subquery.root)).collect();
    Built { root, subplans, names: build.names }
}

impl<'p> Build<'p> {
    pub(super) fn subqueries(&self) -> &'p [Subquery] {
        &self.query.subqueries
    }

    /// The names of all variables, made-up ones in angle brackets.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn uses(&self, rule: Rule) -> bool {
        !self.disabled.contains(&rule)
    }

    fn next_id(&mut self) -> usize {
        self.ids += 1;
        self.ids - 1
    }

    fn row_var(&mut self) -> Var {
        let var = Var(self.names.len() as u32);
        self.names.push(format!("<row {}>", self.names.len()));
        var
    }

    /// Remembers that a node must have these labels.
    pub(super) fn learn_label(&mut self, node: Var, labels: Labels) {
        let known = self.labels.entry(node).or_default();
        if !known.contains(&labels) {
            known.push(labels);
        }
    }

    /// The labels that a node is known to have.
    pub(super) fn known_labels(&self, node: Var) -> Vec<&Labels> {
        self.labels.get(&node).into_iter().flatten().collect()
    }

    /// The share of rows that a predicate keeps.
    pub(super) fn share(&self, predicate: &Expr) -> f64 {
        cost::selectivity(self.catalog, predicate, &|var| self.known_labels(var))
    }

    fn subplan(&mut self, root: &'p Logical) -> Subplan {
        self.inner_plan(root, gathers(root))
    }

    pub(super) fn inner_plan(&mut self, root: &'p Logical, per_row: bool) -> Subplan {
        let row = self.row_var();
        Subplan { root: self.rows(root).op, row, per_row }
    }

    fn rows(&mut self, plan: &'p Logical) -> Rows {
        deep(|| self.rows_of(plan))
    }

    fn rows_of(&mut self, plan: &'p Logical) -> Rows {
        match plan {
            Logical::Unit => Rows::leaf(self, OpKind::Unit, []),
            Logical::Define { change, span } => {
                Rows::leaf(self, OpKind::Define { change: change.clone(), span: *span }, [])
            }
            Logical::Argument(vars) => Rows::leaf(self, OpKind::Argument, vars.iter().copied()),
            Logical::Tally(tally) => self.tallied(tally),
            Logical::Match { input, graph } => self.matched(input, graph),
            Logical::Optional { input, inner, vars } => {
                let mut rows = self.rows(input);
                let inner = Box::new(self.subplan(inner));
                let expected = rows.op.rows * inner.root.rows.max(1.0);
                rows.push(self, OpKind::Optional { inner, vars: vars.clone() }, expected, vars.iter().copied());
                rows
            }
            Logical::Apply { input, inner, vars } => {
                let mut rows = self.rows(input);
                let inner = Box::new(self.inner_plan(inner, gathers(inner) || inner.writes()));
                let expected = rows.op.rows * inner.root.rows;
                rows.push(self, OpKind::Apply { inner, vars: vars.clone() }, expected, vars.iter().copied());
                rows
            }
            Logical::Filter { input, predicate } => {
                let mut rows = self.rows(input);
                let expected = rows.op.rows * self.share(predicate);
                rows.push(self, OpKind::Filter(predicate.clone()), expected, []);
                rows
            }
            Logical::Project { input, items } => {
                let mut rows = self.rows(input);
                let expected = rows.op.rows;
                let vars: Vec<Var> = items.iter().map(|(var, _)| *var).collect();
                rows.push(self, OpKind::Project(items.clone()), expected, vars);
                rows
            }
            Logical::Aggregate { input, keys, aggregates } => {
                let mut rows = self.rows(input);
                let expected = if keys.is_empty() { 1.0 } else { rows.op.rows.sqrt() };
                let vars: Vec<Var> =
                    keys.iter().map(|(var, _)| *var).chain(aggregates.iter().map(|(var, _)| *var)).collect();
                let unique = tally::unique(&rows.op, keys);
                let kind = OpKind::Aggregate { keys: keys.clone(), aggregates: aggregates.clone(), unique };
                rows.bound.clear();
                rows.push(self, kind, expected, vars);
                rows
            }
            Logical::Distinct { input, vars } => {
                let mut rows = self.rows(input);
                let expected = rows.op.rows / 2.0;
                rows.bound.clear();
                rows.push(self, OpKind::Distinct(vars.clone()), expected, vars.iter().copied());
                rows
            }
            Logical::Sort { input, keys, limit } => {
                let mut rows = self.rows(input);
                let expected = rows.op.rows;
                rows.push(self, OpKind::Sort { keys: keys.clone(), limit: limit.clone(), asked: false }, expected, []);
                rows
            }
            Logical::Skip { input, count } => {
                let mut rows = self.rows(input);
                let expected = rows.op.rows;
                rows.push(self, OpKind::Skip(count.clone()), expected, []);
                rows
            }
            Logical::Limit { input, count } => {
                let mut rows = self.rows(input);
                let most = match count.kind.as_ref() {
                    super::expr::ExprKind::Literal(crate::model::Value::Int(most)) => *most as f64,
                    _ => f64::MAX,
                };
                let expected = rows.op.rows.min(most);
                rows.push(self, OpKind::Limit(count.clone()), expected, []);
                rows
            }
            Logical::Unwind { input, list, var } => {
                let mut rows = self.rows(input);
                let expected = rows.op.rows * 10.0;
                rows.push(self, OpKind::Unwind { list: list.clone(), var: *var }, expected, [*var]);
                rows
            }
            Logical::LoadCsv { input, csv, var } => {
                let mut rows = self.rows(input);
                let expected = rows.op.rows * 1000.0;
                rows.push(self, OpKind::LoadCsv { csv: csv.clone(), var: *var }, expected, [*var]);
                rows
            }
            Logical::Union { branches, vars } => {
                let built: Vec<(Op, Vec<Var>)> =
                    branches.iter().map(|(branch, vars)| (self.rows(branch).op, vars.clone())).collect();
                let expected = built.iter().map(|(op, _)| op.rows).sum();
                let kind = OpKind::Union { branches: built, vars: vars.clone() };
                let mut rows = Rows::leaf(self, kind, vars.iter().copied());
                rows.op.rows = expected;
                rows
            }
            Logical::Create { input, nodes, edges } => {
                let mut rows = self.rows(input);
                let expected = rows.op.rows;
                let vars: Vec<Var> = nodes.iter().map(|n| n.var).chain(edges.iter().map(|e| e.var)).collect();
                rows.push(self, OpKind::Create { nodes: nodes.clone(), edges: edges.clone() }, expected, vars);
                rows
            }
            Logical::Merge { input, inner, merge } => {
                let mut rows = self.rows(input);
                let inner = Box::new(self.subplan(inner));
                let expected = rows.op.rows * inner.root.rows.max(1.0);
                let kind = OpKind::Merge { inner, merge: merge.clone() };
                rows.push(self, kind, expected, merge.vars.iter().copied());
                rows
            }
            Logical::Set { input, items } => {
                let mut rows = self.rows(input);
                let expected = rows.op.rows;
                rows.push(self, OpKind::Set(items.clone()), expected, []);
                rows
            }
            Logical::Delete { input, targets, detach } => {
                let mut rows = self.rows(input);
                let expected = rows.op.rows;
                rows.push(self, OpKind::Delete { targets: targets.clone(), detach: *detach }, expected, []);
                rows
            }
            Logical::Eager { input } => {
                let mut rows = self.rows(input);
                let expected = rows.op.rows;
                rows.push(self, OpKind::Eager, expected, []);
                rows
            }
            Logical::Call { input, procedure, arguments, results, gives_rows } => {
                let mut rows = self.rows(input);
                let expected = rows.op.rows * if *gives_rows { 10.0 } else { 1.0 };
                let vars: Vec<Var> = results.iter().map(|(_, var)| *var).collect();
                let kind = OpKind::Call {
                    procedure: procedure.clone(),
                    arguments: arguments.clone(),
                    results: results.clone(),
                    gives_rows: *gives_rows,
                };
                rows.push(self, kind, expected, vars);
                rows
            }
            Logical::Foreach { input, inner, each } => {
                let mut rows = self.rows(input);
                let inner = Box::new(self.inner_plan(inner, *each || gathers(inner)));
                let expected = rows.op.rows;
                rows.push(self, OpKind::Foreach { inner }, expected, []);
                rows
            }
        }
    }

    /// Counts the matches, or enumerates them where there are few.
    fn tallied(&mut self, tally: &'p Tally) -> Rows {
        let mut enumerated = {
            let rows = Rows::leaf(self, OpKind::Unit, []);
            order(self, rows, &tally.graph, None)
        };
        let parts = canonical(&tally.graph, self.subqueries(), &self.names, &|_| false);
        let edges = parts.edges.into_iter().cloned().collect();
        let graph = QueryGraph { nodes: parts.nodes, edges, ..QueryGraph::default() };
        let own = |predicate| OfNode::new(predicate, self);
        let root = match (tally.root, wedge::is_ring(&graph)) {
            (_, true) if !self.uses(Rule::Wedge) => None,
            (None, true) => wedge::corner(self, &graph, &tally.graph.predicates.iter().map(own).collect::<Vec<_>>()),
            (root, _) => root.or_else(|| tally::centre(&graph)),
        };
        let terms = root.and_then(|root| tally::terms(&graph, root)).unwrap_or_default();
        let mut weights = Vec::new();
        for weight in &tally.weights {
            let predicates = tally.graph.predicates.iter().chain(&weight.predicates);
            let predicates: Vec<OfNode<'_>> = predicates.map(|predicate| OfNode::new(predicate, self)).collect();
            let value = weight.value.as_ref().map(|value| OfNode::new(value, self));
            let terms = terms.iter().map(|term| term.physical(self, &predicates, value, tally.root.is_none()));
            weights.push((weight.var, terms.collect::<Vec<_>>()));
        }
        let steps: f64 = weights.iter().map(|(_, terms)| tally::cost(self, terms)).sum();
        let vars: Vec<Var> = tally.weights.iter().map(|weight| weight.var).collect();
        let one = |weight: &Weight| {
            let number = |number| Expr::new(Span::default(), ExprKind::Literal(Value::Int(number)));
            let counted = weight.value.clone().unwrap_or_else(|| number(1));
            let Some(predicate) = all_of(weight.predicates.clone()) else { return (weight.var, counted) };
            let branches = vec![(predicate, counted)];
            let case = ExprKind::Case { operand: None, branches, otherwise: Some(number(0)) };
            (weight.var, Expr::new(Span::default(), case))
        };
        let few = terms.is_empty() || work(&enumerated.op) * tally::ROW <= steps;
        let adds = tally.weights.iter().any(|weight| weight.value.is_some());
        if few || adds {
            let expected = enumerated.op.rows;
            let items = tally.weights.iter().map(one).collect();
            enumerated.push(self, OpKind::Project(items), expected, vars.iter().copied());
        }
        if few {
            return enumerated;
        }
        let otherwise = adds.then(|| Box::new(enumerated.op));
        let expected = match tally.root {
            Some(root) => cost::nodes(self.catalog, &self.known_labels(root)),
            None => 1.0,
        };
        let kind = OpKind::Tally(physical::Tally { root: tally.root, weights, otherwise, floor: None, class: None });
        let mut rows = Rows::leaf(self, kind, tally.root.into_iter().chain(vars));
        rows.op.rows = expected;
        rows
    }

    fn matched(&mut self, input: &'p Logical, graph: &'p QueryGraph) -> Rows {
        let mut rows = self.rows(input);
        if graph.selections.is_empty() || matches!(input, Logical::Unit) {
            return order(self, rows, graph, None);
        }
        // The shortest walks are chosen for each input row by itself, so the rows must be told apart.
        let row = self.row_var();
        let argument = Rows::leaf(self, OpKind::Argument, rows.bound.iter().chain([row]));
        let inner = order(self, argument, graph, Some(row));
        let vars: Vec<Var> = (&inner.bound - &rows.bound).into_iter().filter(|var| *var != row).collect();
        let expected = rows.op.rows * inner.op.rows;
        let subplan = Subplan { root: inner.op, row, per_row: false };
        rows.push(self, OpKind::Apply { inner: Box::new(subplan), vars: vars.clone() }, expected, vars);
        rows
    }
}

/// How many rows an operator and those below it are expected to give.
pub(super) fn work(op: &Op) -> f64 {
    op.rows + op.input.as_ref().map_or(0.0, |input| deep(|| work(input)))
}

/// Whether the plan gathers rows, so that rows of different outer rows would mix.
fn gathers(plan: &Logical) -> bool {
    let itself = matches!(
        plan,
        Logical::Aggregate { .. }
            | Logical::Distinct { .. }
            | Logical::Sort { .. }
            | Logical::Skip { .. }
            | Logical::Limit { .. }
            | Logical::Union { .. }
    );
    let nested = |input: &&Logical| deep(|| gathers(input));
    match plan {
        // What an inner side gathers, it gathers for its own outer rows.
        Logical::Optional { input, .. }
        | Logical::Apply { input, .. }
        | Logical::Merge { input, .. }
        | Logical::Foreach { input, .. } => deep(|| gathers(input)),
        _ => itself || plan.inputs().iter().any(nested),
    }
}
