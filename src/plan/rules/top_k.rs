//! Top-k: a sort whose rows are cut off right after needs to hold only the rows that can be among the first.

use crate::model::Value;
use crate::plan::expr::{Expr, ExprKind};
use crate::plan::logical::Logical;

pub(super) fn apply(plan: Logical) -> Logical {
    let plan = plan.map_inputs(&mut apply);
    let Logical::Limit { input, count } = plan else { return plan };
    let input = match *input {
        Logical::Sort { input, keys, .. } => Logical::Sort { input, keys, limit: Some(count.clone()) },
        Logical::Skip { input, count: skipped } => match *input {
            Logical::Sort { input, keys, limit } => {
                let limit = sum(&skipped, &count).or(limit);
                Logical::Skip { input: Box::new(Logical::Sort { input, keys, limit }), count: skipped }
            }
            other => Logical::Skip { input: Box::new(other), count: skipped },
        },
        other => other,
    };
    Logical::Limit { input: Box::new(input), count }
}

/// `SKIP` and `LIMIT` together, when both are known; a sum of parameters could overflow where each alone is fine.
fn sum(skip: &Expr, limit: &Expr) -> Option<Expr> {
    match (skip.kind.as_ref(), limit.kind.as_ref()) {
        (ExprKind::Literal(Value::Int(a)), ExprKind::Literal(Value::Int(b))) => {
            Some(Expr::new(limit.span, ExprKind::Literal(Value::Int(a.saturating_add(*b)))))
        }
        _ => None,
    }
}
