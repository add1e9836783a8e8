//! Syntax tree and catalog to plan.
//!
//! In: a statement's tree, its text, and a [`Catalog`] of names and statistics. Out: a [`physical::Plan`] that the
//! executor can run and [`explain`] can print. The way goes through a logical plan (what is asked), rules that
//! rewrite it, and an order for each pattern (how it is found). Planning opens no file and touches no data.

mod anonymous;
mod apart;
mod build;
mod canonical;
mod class;
mod cost;
mod explain;
pub mod expr;
mod floor;
mod logical;
mod lower;
mod order;
pub mod physical;
mod prune;
mod reach;
pub mod rules;
mod search;
mod tally;
#[cfg(test)]
mod tests;
mod vars;
mod walk;
mod warning;
mod wedge;

pub use apart::{Apart, apart};
pub use explain::{PlanStep, explain, steps};
pub use rules::Rule;

use std::collections::HashMap;

use crate::lang::ast::Statement;
use crate::model::procedure::Procedures;
use crate::model::{Catalog, Diagnostic, Span, Var};
use physical::{Plan, VarInfo};

/// How many clauses, and nodes and edges of patterns, a query may have one after the other; those of the queries around
/// it count. It bounds the depth of a plan.
pub const MAX_CLAUSES: usize = 1000;

/// Plans a statement.
///
/// `source` is the statement's text: a column without an alias is named by it. Rules in `disabled` are left out; the
/// answer is the same without them.
///
/// # Errors
///
/// A [`Diagnostic`] with openCypher's class and detail when names, scopes, kinds of values or the order of clauses
/// make no sense.
pub fn plan(
    statement: &Statement,
    source: &str,
    (catalog, procedures): (&dyn Catalog, &dyn Procedures),
    disabled: &[Rule],
) -> Result<Plan, Diagnostic> {
    Ok(planned(statement, source, (catalog, procedures), disabled)?.0)
}

/// A plan, and where patterns speak of its variables.
fn planned(
    statement: &Statement,
    source: &str,
    (catalog, procedures): (&dyn Catalog, &dyn Procedures),
    disabled: &[Rule],
) -> Result<(Plan, HashMap<Var, Span>), Diagnostic> {
    let query = lower::lower(statement, source, procedures)?;
    let query = rules::rewrite(query, disabled);
    let mut built = build::build(&query, catalog, disabled);
    prune::prune(&mut built, query.columns.iter().map(|(_, var)| *var), &query.subqueries, disabled);
    if !disabled.contains(&Rule::Reach) {
        reach::mark(&mut built.root);
    }
    if !disabled.contains(&Rule::Floor) {
        floor::mark(&mut built.root);
    }
    if !disabled.contains(&Rule::Class) {
        class::mark(&mut built.root);
    }
    let warnings = warning::warnings(&query, &built, catalog);
    let places = query.places.iter().enumerate();
    let places = places.filter_map(|(var, place)| Some((Var(var as u32), (*place)?))).collect();
    let plan = Plan {
        root: built.root,
        subplans: built.subplans,
        vars: built.names.into_iter().map(|name| VarInfo { name }).collect(),
        columns: query.columns,
        writes: query.writes,
        warnings,
        parameters: query.parameters,
        measured: false,
    };
    Ok((plan, places))
}
