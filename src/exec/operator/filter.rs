//! `Filter`: rows where a predicate is true; false and null drop a row alike.

use super::{Batch, Boxed, Context, Operator, Result};
use crate::exec::expr::{eval, truths};
use crate::model::Var;
use crate::plan::expr::Expr;

pub(super) struct Filter<'g> {
    input: Boxed<'g>,
    predicate: Expr,
    live: Vec<Var>,
}

impl<'g> Filter<'g> {
    pub(super) fn new(input: Boxed<'g>, predicate: Expr, live: Vec<Var>) -> Self {
        Filter { input, predicate, live }
    }
}

impl<'g> Operator<'g> for Filter<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        let Some(mut batch) = self.input.next(ctx)? else { return Ok(None) };
        let rows = truths(&eval(&self.predicate, &batch, ctx)?, batch.len);
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
