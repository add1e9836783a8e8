//! `Skip` and `Limit`: rows from the first few on, or the first few.
//!
//! When the statement writes, a limit reads its input to the end all the same: what is created does not depend on
//! what is looked at.

use super::{Batch, Boxed, Context, Operator, Result};
use crate::exec::expr::eval;
use crate::model::{Detail, Diagnostic, Value};
use crate::plan::expr::Expr;

pub(super) struct Slice<'g> {
    input: Boxed<'g>,
    count: Expr,
    keeps: bool,
    /// How many rows are still to be skipped or kept; known when the operator first runs.
    left: Option<u64>,
}

impl<'g> Slice<'g> {
    pub(super) fn skip(input: Boxed<'g>, count: Expr) -> Self {
        Slice { input, count, keeps: false, left: None }
    }

    pub(super) fn limit(input: Boxed<'g>, count: Expr) -> Self {
        Slice { input, count, keeps: true, left: None }
    }
}

impl<'g> Operator<'g> for Slice<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        let left = match self.left {
            Some(left) => left,
            None => row_count(&self.count, if self.keeps { "LIMIT" } else { "SKIP" }, ctx)?,
        };
        self.left = Some(left);
        if self.keeps && left == 0 {
            while ctx.plan.writes && self.input.next(ctx)?.is_some() {}
            return Ok(None);
        }
        let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
        let cut = usize::try_from(left).unwrap_or(usize::MAX).min(batch.len);
        self.left = Some(left - cut as u64);
        let range = if self.keeps { 0..cut } else { cut..batch.len };
        if range.len() == batch.len {
            return Ok(Some(batch));
        }
        Ok(Some(batch.range(range)))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.left = None;
    }
}

/// The value of a `SKIP` or `LIMIT`: a whole number, zero or more.
pub(super) fn row_count<'g>(expr: &Expr, clause: &str, ctx: &mut Context<'g>) -> Result<u64> {
    let value = eval(expr, &Batch::new(1), ctx)?.value(0);
    let error = match value {
        Value::Int(count) => match u64::try_from(count) {
            Ok(count) => return Ok(count),
            Err(_) => Diagnostic::syntax(
                Detail::NegativeIntegerArgument,
                format!("{clause} cannot be negative, and this is {count}"),
            ),
        },
        other => Diagnostic::syntax(
            Detail::InvalidArgumentType,
            format!("{clause} takes a whole number, not {}", other.type_name()),
        ),
    };
    Err(error.at(expr.span))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, counted, int, lengths, rows};
    use super::*;

    #[test]
    fn cuts_across_batches() {
        // Lengths of the input, rows to skip, rows to keep, lengths of the output.
        let cases: [(&[i64], i64, i64, &[usize]); 7] = [
            (&[], 0, 5, &[]),
            (&[3, 3], 0, 0, &[]),
            (&[3, 3], 0, 4, &[3, 1]),
            (&[3, 3], 3, i64::MAX, &[3]),
            (&[3, 3], 4, 1, &[1]),
            (&[2048, 2048], 2047, 2, &[1, 1]),
            (&[3], i64::MAX, i64::MAX, &[]),
        ];
        for (input, skip, limit, expected) in cases {
            let slice = Slice::limit(Box::new(Slice::skip(counted(input), int(skip))), int(limit));
            assert_eq!(lengths(slice), expected, "{input:?} SKIP {skip} LIMIT {limit}");
        }
        assert_eq!(rows(Slice::skip(counted(&[2, 2]), int(1)), &[X]), "1, 2, 3");
    }
}
