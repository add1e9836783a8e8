//! `Project`: binds variables to expressions.

use super::{Batch, Boxed, Context, Operator, Result};
use crate::exec::expr::eval;
use crate::model::Var;
use crate::plan::expr::Expr;

pub(super) struct Project<'g> {
    input: Boxed<'g>,
    items: Vec<(Var, Expr)>,
    live: Vec<Var>,
}

impl<'g> Project<'g> {
    pub(super) fn new(input: Boxed<'g>, items: Vec<(Var, Expr)>, live: Vec<Var>) -> Self {
        Project { input, items, live }
    }
}

impl<'g> Operator<'g> for Project<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        let Some(mut batch) = self.input.next(ctx)? else { return Ok(None) };
        let mut columns = Vec::with_capacity(self.items.len());
        for (var, expr) in &self.items {
            columns.push((*var, eval(expr, &batch, ctx)?));
        }
        for (var, column) in columns {
            batch.set(var, column);
        }
        batch.keep(&self.live);
        Ok(Some(batch))
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}
