//! Column pruning: every operator hands on only what something above it needs.
//!
//! From the top down. What reaches the leaf of a subplan is what the subplan imports. Where edges must differ from others, a first
//! pass that leaves this out shows which of them nobody asks for otherwise.

use super::anonymous;
use super::build::Built;
use super::expr::ExprKind;
use super::expr::{AggregateCall, Expr, SubqueryKind};
use super::logical::Subquery;
use super::physical::{Expand, Op, OpKind, SetItem, Subplan};
use super::rules::Rule;
use super::vars::Vars;
use super::walk::{children, free_vars};
use crate::model::{Var, deep};

/// Sets `live` on every operator; `columns` are the vars of the answer.
pub(super) fn prune(built: &mut Built, columns: impl Iterator<Item = Var>, subqueries: &[Subquery], disabled: &[Rule]) {
    let columns: Vars = columns.collect();
    let mut collected = vec![Vars::default(); subqueries.len()];
    visit_ops(&built.root, &mut |op| note_collected(op, &mut collected));
    for subplan in &built.subplans {
        visit_ops(&subplan.root, &mut |op| note_collected(op, &mut collected));
    }
    if !disabled.contains(&Rule::Anonymous) && anonymous::any_unlike(built) {
        Pruner { subqueries, unlike: false }.all(built, columns.clone(), &collected);
        anonymous::mark(built);
    }
    Pruner { subqueries, unlike: true }.all(built, columns, &collected);
}

struct Pruner<'s> {
    subqueries: &'s [Subquery],
    /// Whether steps need the edges that they must differ from.
    unlike: bool,
}

impl Pruner<'_> {
    fn all(&self, built: &mut Built, columns: Vars, collected: &[Vars]) {
        self.op(&mut built.root, columns);
        for (subplan, needed) in built.subplans.iter_mut().zip(collected) {
            self.subplan(subplan, needed.clone());
        }
    }

    fn uses<'e>(&self, exprs: impl IntoIterator<Item = &'e Expr>) -> Vars {
        exprs.into_iter().flat_map(|expr| free_vars(expr, self.subqueries)).collect()
    }

    /// What the inner side needs of the outer rows.
    fn subplan(&self, subplan: &mut Subplan, mut needed: Vars) -> Vars {
        if !subplan.per_row {
            needed.insert(subplan.row);
        }
        let mut imports = self.op(&mut subplan.root, needed);
        imports.remove(&subplan.row);
        imports
    }

    /// Sets `live` from here down; gives what reaches the leaf.
    fn op(&self, op: &mut Op, needed: Vars) -> Vars {
        if let OpKind::Project(items) = &mut op.kind {
            items.retain(|(var, _)| needed.contains(var));
            if let Some(input) = op.input.take_if(|_| items.is_empty()) {
                *op = *input;
                return deep(|| self.op(op, needed));
            }
        }
        op.live = needed.iter().collect();
        let below = self.below(op, needed);
        match &mut op.input {
            Some(input) => deep(|| self.op(input, below)),
            None => below,
        }
    }

    fn step(&self, needed: &mut Vars, expand: &Expand) {
        self.apart(needed, expand);
        needed.remove(&expand.edge);
        if expand.to_bound {
            needed.insert(expand.to);
        } else {
            needed.remove(&expand.to);
        }
        needed.insert(expand.from);
    }

    /// What a step needs of the edges that it must differ from.
    fn apart(&self, needed: &mut Vars, expand: &Expand) {
        if self.unlike {
            needed.extend(&expand.unlike);
            needed.extend(expand.taken.iter().flat_map(|(source, target)| [source, target]));
        }
    }

    fn below(&self, op: &mut Op, mut needed: Vars) -> Vars {
        match &mut op.kind {
            OpKind::Unit | OpKind::Argument | OpKind::Define { .. } => {}
            OpKind::Tally(tally) => {
                tally.weights.iter_mut().skip(1).for_each(|(var, terms)| {
                    if !needed.contains(var) {
                        terms.clear();
                    }
                });
                for node in tally.weights.iter_mut().flat_map(|(_, terms)| terms).flat_map(|term| &mut term.nodes) {
                    if let Some(find) = &mut node.find {
                        self.op(find, Vars::from_iter([node.var]));
                    }
                }
                if let Some(otherwise) = &mut tally.otherwise {
                    self.op(otherwise, needed.clone());
                }
                needed.clear();
            }
            OpKind::NodeScan { node, .. } => {
                needed.remove(node);
            }
            OpKind::NodeSeek { node, values, .. } | OpKind::NodeJoin { node, values, .. } => {
                needed.remove(node);
                needed.append(self.uses(&*values));
            }
            OpKind::Expand(expand) => self.step(&mut needed, expand),
            OpKind::Intersect { to, arms, .. } => {
                for arm in arms.iter() {
                    self.apart(&mut needed, arm);
                    needed.insert(arm.from);
                }
                for arm in arms.iter() {
                    needed.remove(&arm.edge);
                }
                needed.remove(to);
            }
            OpKind::EdgeScan(expand) => {
                self.step(&mut needed, expand);
                needed.remove(&expand.from);
            }
            OpKind::VarExpand { expand, each, filter, .. } | OpKind::ShortestPath { expand, each, filter, .. } => {
                self.step(&mut needed, expand);
                needed.append(self.uses(filter.iter()));
                needed.remove(each);
            }
            OpKind::GroupExpand { expand, inner, start, end, edges, lists, .. } => {
                self.step(&mut needed, expand);
                lists.retain(|(_, list)| needed.contains(list));
                let mut round: Vars = edges.iter().copied().chain([*end]).collect();
                for (one, list) in lists.iter() {
                    needed.remove(list);
                    round.insert(*one);
                }
                let mut imports = self.subplan(inner, round);
                imports.remove(start);
                needed.append(imports);
            }
            OpKind::SelectShortest { partition, steps, .. } => {
                needed.extend(partition.iter().copied());
                needed.extend(steps.iter().copied());
            }
            OpKind::Filter(predicate) => needed.append(self.uses([&*predicate])),
            OpKind::Project(items) => {
                for (var, _) in items.iter() {
                    needed.remove(var);
                }
                needed.append(self.uses(items.iter().map(|(_, expr)| expr)));
            }
            OpKind::Aggregate { keys, aggregates, .. } => {
                aggregates.retain(|(var, _)| needed.contains(var));
                let arguments = |(_, call): &'_ (Var, AggregateCall)| call.arguments.clone();
                let arguments: Vec<Expr> = aggregates.iter().flat_map(arguments).collect();
                let weights: Vec<Var> = aggregates.iter().filter_map(|(_, call)| call.weight).collect();
                needed = self.uses(keys.iter().map(|(_, expr)| expr).chain(&arguments));
                needed.extend(weights);
            }
            OpKind::Distinct(vars) => needed = vars.iter().copied().collect(),
            OpKind::Sort { keys, .. } => needed.append(self.uses(keys.iter().map(|(expr, _)| expr))),
            OpKind::Skip(_) | OpKind::Limit(_) => {}
            OpKind::Unwind { list, var } => {
                needed.remove(var);
                needed.append(self.uses([&*list]));
            }
            OpKind::LoadCsv { csv, var } => {
                needed.remove(var);
                needed.append(self.uses(csv.expressions()));
            }
            OpKind::Union { branches, vars } => {
                let wanted = std::mem::take(&mut needed);
                for (branch, theirs) in branches {
                    let pairs = theirs.iter().zip(vars.iter());
                    let branch_needs = pairs.filter(|(_, var)| wanted.contains(var)).map(|(theirs, _)| *theirs);
                    needed.append(self.op(branch, branch_needs.collect()));
                }
            }
            OpKind::Optional { inner, vars } | OpKind::Apply { inner, vars } => {
                let bound: Vars = vars.iter().copied().filter(|var| needed.contains(var)).collect();
                *vars = bound.iter().collect();
                needed = &needed - &bound;
                needed.append(self.subplan(inner, bound));
            }
            OpKind::Merge { inner, merge } => {
                let bound: Vars = merge.vars.iter().copied().collect();
                needed = &needed - &bound;
                // Everything that it binds, for what is set on it.
                needed.append(self.subplan(inner, bound.clone()));
                needed.append(self.uses(merge.expressions()));
                needed.extend(merge.edges.iter().flat_map(|edge| [edge.source, edge.target]));
                needed = &needed - &bound;
            }
            OpKind::Set(items) => needed.append(self.uses(items.iter().flat_map(SetItem::expressions))),
            OpKind::Delete { targets, .. } => needed.append(self.uses(&*targets)),
            OpKind::Eager => {}
            OpKind::Call { arguments, results, .. } => {
                results.retain(|(_, var)| needed.contains(var));
                for (_, var) in results.iter() {
                    needed.remove(var);
                }
                needed.append(self.uses(&*arguments));
            }
            OpKind::Foreach { inner } => needed.append(self.subplan(inner, Vars::default())),
            OpKind::Create { nodes, edges } => {
                for edge in edges.iter() {
                    needed.extend([edge.source, edge.target]);
                    needed.append(self.uses(edge.properties.iter()));
                }
                for edge in edges.iter() {
                    needed.remove(&edge.var);
                }
                for node in nodes.iter() {
                    needed.append(self.uses(node.properties.iter()));
                }
                for node in nodes.iter() {
                    needed.remove(&node.var);
                }
            }
        }
        needed
    }
}

fn visit_ops(op: &Op, visit: &mut dyn FnMut(&Op)) {
    visit(op);
    if let Some(input) = &op.input {
        deep(|| visit_ops(input, visit));
    }
    match &op.kind {
        OpKind::Union { branches, .. } => branches.iter().for_each(|(branch, _)| visit_ops(branch, visit)),
        OpKind::Tally(tally) => {
            let nodes = tally.weights.iter().flat_map(|(_, terms)| terms).flat_map(|term| &term.nodes);
            nodes.filter_map(|node| node.find.as_deref()).for_each(|find| visit_ops(find, visit));
            tally.otherwise.iter().for_each(|otherwise| visit_ops(otherwise, visit));
        }
        OpKind::Optional { inner, .. }
        | OpKind::Apply { inner, .. }
        | OpKind::Merge { inner, .. }
        | OpKind::GroupExpand { inner, .. }
        | OpKind::Foreach { inner } => visit_ops(&inner.root, visit),
        _ => {}
    }
}

/// Notes which column of each subplan an expression collects.
fn note_collected(op: &Op, collected: &mut [Vars]) {
    expressions(op, &mut |expr| note(expr, collected));
}

fn note(expr: &Expr, collected: &mut [Vars]) {
    if let ExprKind::Subquery { subplan, kind: SubqueryKind::Collect(var) } = expr.kind.as_ref()
        && let Some(vars) = collected.get_mut(subplan.0)
    {
        vars.insert(*var);
    }
    children(expr, &mut |child| note(child, collected));
}

/// Calls `visit` with every expression that the operator itself evaluates.
pub(super) fn expressions<'p>(op: &'p Op, visit: &mut dyn FnMut(&'p Expr)) {
    match &op.kind {
        OpKind::Filter(expr) | OpKind::Skip(expr) | OpKind::Limit(expr) | OpKind::Unwind { list: expr, .. } => {
            visit(expr)
        }
        OpKind::VarExpand { filter, .. } | OpKind::ShortestPath { filter, .. } => filter.iter().for_each(visit),
        OpKind::Project(items) => items.iter().for_each(|(_, expr)| visit(expr)),
        OpKind::Aggregate { keys, aggregates, .. } => {
            keys.iter().for_each(|(_, expr)| visit(expr));
            aggregates.iter().flat_map(|(_, call)| &call.arguments).for_each(visit);
        }
        OpKind::Sort { keys, limit, .. } => {
            keys.iter().for_each(|(expr, _)| visit(expr));
            limit.iter().for_each(visit);
        }
        OpKind::NodeSeek { values: exprs, .. } | OpKind::NodeJoin { values: exprs, .. } => exprs.iter().for_each(visit),
        OpKind::LoadCsv { csv, .. } => csv.expressions().for_each(visit),
        OpKind::Merge { merge, .. } => merge.expressions().for_each(visit),
        OpKind::Set(items) => items.iter().flat_map(SetItem::expressions).for_each(visit),
        OpKind::Delete { targets: exprs, .. } | OpKind::Call { arguments: exprs, .. } => exprs.iter().for_each(visit),
        OpKind::Create { nodes, edges } => {
            nodes.iter().filter_map(|n| n.properties.as_ref()).for_each(&mut *visit);
            edges.iter().filter_map(|e| e.properties.as_ref()).for_each(visit);
        }
        _ => {}
    }
}
