//! Walking over logical plans, and which variables expressions use.

use super::expr::{AggregateCall, Expr, ExprKind};
pub(super) use super::expr::{children, rewrite, volatile};
use super::logical::{Logical, QueryGraph, Subquery};
use super::physical::{Merge, SetItem};
use super::vars::Vars;
use crate::model::{Var, deep};

/// Whether a part of it asks the graph.
pub(super) fn has_subquery(expr: &Expr) -> bool {
    let mut found = matches!(expr.kind.as_ref(), ExprKind::Subquery { .. });
    children(expr, &mut |child| found |= has_subquery(child));
    found
}

/// Which variables the value of the expression depends on; its own element variables are not among them.
pub(super) fn free_vars(expr: &Expr, subqueries: &[Subquery]) -> Vars {
    let mut used = Vars::default();
    let mut own = Vars::default();
    collect(expr, subqueries, &mut used, &mut own);
    // Every variable of a statement has its own number, so an element variable cannot be an outer one too.
    &used - &own
}

fn collect(expr: &Expr, subqueries: &[Subquery], used: &mut Vars, own: &mut Vars) {
    match expr.kind.as_ref() {
        ExprKind::Var(var) => {
            used.insert(*var);
        }
        ExprKind::Path { start, steps } => {
            used.insert(*start);
            used.extend(steps);
        }
        ExprKind::Subquery { subplan, .. } => {
            if let Some(subquery) = subqueries.get(subplan.0) {
                used.extend(subquery.imports.iter());
            }
        }
        ExprKind::ListComprehension { var, .. } | ExprKind::Quantifier { var, .. } => {
            own.insert(*var);
        }
        ExprKind::Reduce { accumulator, var, .. } => {
            own.insert(*accumulator);
            own.insert(*var);
        }
        _ => {}
    }
    children(expr, &mut |child| collect(child, subqueries, used, own));
}

/// Which variables the operators of a logical plan use anywhere, bound there or not.
pub(super) fn used_vars(plan: &Logical, subqueries: &[Subquery]) -> Vars {
    let mut used = Vars::default();
    operators(plan, &mut |operator| {
        expressions(operator, &mut |expr| used.append(free_vars(expr, subqueries)));
        match operator {
            Logical::Match { graph, .. } => graph_vars(graph, &mut used),
            Logical::Distinct { vars, .. } => used.extend(vars),
            Logical::Union { branches, .. } => branches.iter().for_each(|(_, vars)| used.extend(vars)),
            Logical::Merge { merge: Merge { edges, .. }, .. } | Logical::Create { edges, .. } => {
                edges.iter().for_each(|e| used.extend([e.source, e.target]))
            }
            _ => {}
        }
    });
    used
}

fn graph_vars(graph: &QueryGraph, used: &mut Vars) {
    used.extend(&graph.nodes);
    for edge in &graph.edges {
        used.extend([edge.left, edge.right]);
        used.extend(edge.bound);
        used.extend(edge.walk.iter().filter_map(|walk| walk.group.as_ref()).flat_map(|group| group.imports.iter()));
    }
}

/// Calls `visit` with every operator of the plan, inputs first.
fn operators<'p>(plan: &'p Logical, visit: &mut dyn FnMut(&'p Logical)) {
    for input in plan.inputs() {
        deep(|| operators(input, visit));
    }
    visit(plan);
}

/// Calls `visit` with every expression that the operator itself evaluates.
pub(super) fn expressions<'p>(operator: &'p Logical, visit: &mut dyn FnMut(&'p Expr)) {
    let aggregate = |(_, call): &'p (Var, AggregateCall), visit: &mut dyn FnMut(&'p Expr)| {
        call.arguments.iter().for_each(visit);
    };
    match operator {
        Logical::Match { graph, .. } => {
            graph.predicates.iter().for_each(&mut *visit);
            graph.paths.iter().for_each(|(_, path)| visit(path));
            let filters = graph.edges.iter().filter_map(|e| e.walk.as_ref()?.filter.as_ref());
            filters.for_each(visit);
        }
        Logical::Tally(tally) => {
            tally.graph.predicates.iter().for_each(&mut *visit);
            tally.weights.iter().flat_map(|weight| weight.predicates.iter().chain(&weight.value)).for_each(visit);
        }
        Logical::Filter { predicate, .. } => visit(predicate),
        Logical::Project { items, .. } => items.iter().for_each(|(_, expr)| visit(expr)),
        Logical::Aggregate { keys, aggregates, .. } => {
            keys.iter().for_each(|(_, expr)| visit(expr));
            aggregates.iter().for_each(|call| aggregate(call, visit));
        }
        Logical::Sort { keys, limit, .. } => {
            keys.iter().for_each(|(expr, _)| visit(expr));
            limit.iter().for_each(visit);
        }
        Logical::Skip { count, .. } | Logical::Limit { count, .. } => visit(count),
        Logical::Unwind { list, .. } => visit(list),
        Logical::LoadCsv { csv, .. } => csv.expressions().for_each(visit),
        Logical::Create { nodes, edges, .. } => {
            let nodes = nodes.iter().filter_map(|n| n.properties.as_ref());
            nodes.chain(edges.iter().filter_map(|e| e.properties.as_ref())).for_each(visit);
        }
        Logical::Merge { merge, .. } => merge.expressions().for_each(visit),
        Logical::Set { items, .. } => items.iter().flat_map(SetItem::expressions).for_each(visit),
        Logical::Delete { targets, .. } => targets.iter().for_each(visit),
        Logical::Call { arguments, .. } => arguments.iter().for_each(visit),
        Logical::Unit
        | Logical::Define { .. }
        | Logical::Argument(_)
        | Logical::Optional { .. }
        | Logical::Apply { .. }
        | Logical::Distinct { .. }
        | Logical::Union { .. }
        | Logical::Foreach { .. }
        | Logical::Eager { .. } => {}
    }
}
