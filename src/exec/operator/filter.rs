//! `Filter`: rows where a predicate is true; false and null drop a row alike.

use super::{Batch, Boxed, Context, Operator, Result};
use crate::exec::expr::Predicate;
use crate::model::Var;
use crate::plan::expr::Expr;

pub(super) struct Filter<'g> {
    input: Boxed<'g>,
    predicate: Predicate<'g>,
    live: Vec<Var>,
}

impl<'g> Filter<'g> {
    pub(super) fn new(input: Boxed<'g>, predicate: &Expr, live: Vec<Var>) -> Self {
        Filter { input, predicate: Predicate::new(predicate), live }
    }
}

impl<'g> Operator<'g> for Filter<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        let Some(mut batch) = self.input.next(ctx)? else { return Ok(None) };
        let rows = self.predicate.select(&batch, ctx)?;
        if rows.len() == batch.len {
            batch.keep(&self.live);
            return Ok(Some(batch));
        }
        Ok(Some(batch.gather(&rows, &self.live)))
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, counted, given, greater, int, lengths, rows, var};
    use super::*;

    #[test]
    fn keeps_what_is_true() {
        let cases: [(&[&str], &str); 4] =
            [(&[], ""), (&["null 1, 0 2, 2 3", "5 4"], "3, 4"), (&["0 1", "1 2"], ""), (&["7 1"], "1")];
        for (input, expected) in cases {
            let filter = Filter::new(given(input), &greater(var(X), int(1)), vec![Y]);
            assert_eq!(rows(filter, &[Y]), expected, "{input:?}");
        }
        assert_eq!(lengths(Filter::new(counted(&[2048, 0, 2]), &greater(var(X), int(2046)), vec![X])), [1, 2]);
    }
}
