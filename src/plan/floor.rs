//! Floors: a sort that keeps the rows with the greatest counts tells the tally below what it has no use for any more.
//!
//! Between the two there must be only what hands counts on as they are: projections, and groupings of which each row is a
//! group. If at run time a grouping does gather, the sort has told nothing by the time that the tally is read, and nothing is
//! left out.

use super::expr::{Expr, ExprKind};
use super::physical::{Op, OpKind};
use crate::model::{Var, deep};

/// Marks such sorts and tallies in an operator and those below it.
pub(super) fn mark(op: &mut Op) {
    let id = op.id;
    let by = match &op.kind {
        OpKind::Sort { keys, limit: Some(_), .. } => {
            keys.first().filter(|(_, descending)| *descending).and_then(is_var)
        }
        _ => None,
    };
    if let Some(input) = &mut op.input {
        let asked = by.is_some_and(|by| tell(input, by, id));
        if let OpKind::Sort { asked: is_asked, .. } = &mut op.kind {
            *is_asked = asked;
        }
        deep(|| mark(input));
    }
}

fn is_var((expr, _): &(Expr, bool)) -> Option<Var> {
    match expr.kind.as_ref() {
        ExprKind::Var(var) => Some(*var),
        _ => None,
    }
}

/// Tells the tally that counts `by`, if there is one.
fn tell(op: &mut Op, by: Var, sort: usize) -> bool {
    let by = match &mut op.kind {
        OpKind::Tally(tally) => {
            let counts = tally.root.is_some() && tally.otherwise.is_none();
            let at = tally.weights.iter().position(|(weight, _)| *weight == by).filter(|_| counts);
            tally.floor = at.map(|at| (sort, at));
            return at.is_some();
        }
        OpKind::Project(items) => match items.iter().find(|(var, _)| *var == by) {
            None => by,
            Some((_, expr)) => match expr.kind.as_ref() {
                ExprKind::Var(var) => *var,
                _ => return false,
            },
        },
        OpKind::Aggregate { aggregates, unique: Some(_), .. } => {
            let call = aggregates.iter().find(|(var, _)| *var == by).map(|(_, call)| call);
            match call.filter(|call| call.arguments.is_empty()).and_then(|call| call.weight) {
                Some(weight) => weight,
                None => return false,
            }
        }
        _ => return false,
    };
    op.input.as_mut().is_some_and(|input| deep(|| tell(input, by, sort)))
}
