//! Filter pushdown: a predicate moves below what it does not depend on, down to the `MATCH` that binds its variables,
//! where the physical planner can turn it into a scan, an index seek or an early filter.
//!
//! It never crosses `SKIP`, `LIMIT`, grouping or a write, and never enters a pattern of which only the shortest walks
//! count: there a filter before and a filter after differ.

use crate::model::{Var, deep};
use crate::plan::expr::Expr;
use crate::plan::logical::{Logical, QueryGraph, Subquery};
use crate::plan::lower::{all_of, conjuncts};
use crate::plan::walk::{free_vars, volatile};

pub(super) fn apply(plan: Logical, subqueries: &[Subquery]) -> Logical {
    let plan = plan.map_inputs(&mut |input| apply(input, subqueries));
    let Logical::Filter { input, predicate } = plan else { return plan };
    let mut parts = Vec::new();
    conjuncts(predicate, &mut parts);
    let mut input = *input;
    let mut stay = Vec::new();
    for part in parts {
        match sink(input, part, subqueries) {
            (plan, None) => input = plan,
            (plan, Some(part)) => {
                input = plan;
                stay.push(part);
            }
        }
    }
    match all_of(stay) {
        None => input,
        Some(predicate) => Logical::Filter { input: Box::new(input), predicate },
    }
}

/// Puts the predicate as deep as it may go; gives it back when it cannot go below `plan` itself.
fn sink(plan: Logical, predicate: Expr, subqueries: &[Subquery]) -> (Logical, Option<Expr>) {
    // A random value is drawn for each row, and there are other rows below.
    if volatile(&predicate) {
        return (plan, Some(predicate));
    }
    let uses = |vars: &[Var]| {
        let free = free_vars(&predicate, subqueries);
        vars.iter().any(|var| free.contains(var))
    };
    match plan {
        Logical::Match { input, mut graph } if accepts(&graph) => {
            graph.predicates.push(predicate);
            (Logical::Match { input, graph }, None)
        }
        Logical::Project { input, items } if !uses(&items.iter().map(|(var, _)| *var).collect::<Vec<_>>()) => {
            let input = Box::new(settle(*input, predicate, subqueries));
            (Logical::Project { input, items }, None)
        }
        Logical::Unwind { input, list, var } if !uses(&[var]) => {
            let input = Box::new(settle(*input, predicate, subqueries));
            (Logical::Unwind { input, list, var }, None)
        }
        Logical::Optional { input, inner, vars } if !uses(&vars) => {
            let input = Box::new(settle(*input, predicate, subqueries));
            (Logical::Optional { input, inner, vars }, None)
        }
        Logical::Distinct { input, vars } => {
            let input = Box::new(settle(*input, predicate, subqueries));
            (Logical::Distinct { input, vars }, None)
        }
        Logical::Sort { input, keys, limit: None } => {
            let input = Box::new(settle(*input, predicate, subqueries));
            (Logical::Sort { input, keys, limit: None }, None)
        }
        plan => (plan, Some(predicate)),
    }
}

fn settle(plan: Logical, predicate: Expr, subqueries: &[Subquery]) -> Logical {
    match deep(|| sink(plan, predicate, subqueries)) {
        (plan, None) => plan,
        (plan, Some(predicate)) => Logical::Filter { input: Box::new(plan), predicate },
    }
}

fn accepts(graph: &QueryGraph) -> bool {
    graph.selections.is_empty()
        && !graph.edges.iter().any(|edge| edge.walk.as_ref().is_some_and(|w| w.shortest.is_some()))
}
