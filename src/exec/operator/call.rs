//! `Call`: for each input row, the rows of a procedure beside it.

use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::bytes;
use crate::exec::expr::eval;
use crate::model::{Column, Value, Var};
use crate::plan::expr::Expr;

pub(super) struct Call<'g> {
    input: Boxed<'g>,
    call: Called,
    live: Vec<Var>,
    current: Batch<'g>,
    row: usize,
}

/// What is called, with what, and what becomes of what it gives.
pub(super) struct Called {
    pub(super) procedure: String,
    pub(super) arguments: Vec<Expr>,
    pub(super) results: Vec<(usize, Var)>,
    pub(super) gives_rows: bool,
}

impl<'g> Call<'g> {
    pub(super) fn new(input: Boxed<'g>, call: Called, live: Vec<Var>) -> Self {
        Call { input, call, live, current: Batch::default(), row: 0 }
    }

    /// The rows of one input row.
    fn row(&self, ctx: &mut Context<'g>) -> Result<Batch<'g>> {
        let vars: Vec<Var> = (0..self.current.columns.len() as u32).map(Var).collect();
        let row = self.current.gather(&[self.row as u32], &vars);
        let mut arguments = Vec::with_capacity(self.call.arguments.len());
        for argument in &self.call.arguments {
            arguments.push(eval(argument, &row, ctx)?.value(0));
        }
        let rows = ctx.call(&self.call.procedure, &arguments).map_err(|error| match self.call.arguments.first() {
            Some(argument) => error.at(argument.span),
            None => error,
        })?;
        // They are there at once; what becomes of them is counted by whoever keeps them.
        let size = rows.iter().flatten().map(bytes).sum::<u64>() + (rows.len() * size_of::<Vec<Value<'_>>>()) as u64;
        ctx.hold(size)?;
        ctx.release(size);
        if !self.call.gives_rows {
            return Ok(row.gather(&[0], &self.live));
        }
        let mut batch = beside(&row, &vec![0; rows.len()], &self.live, []);
        for (at, var) in self.call.results.iter().filter(|(_, var)| self.live.contains(var)) {
            let column = rows.iter().map(|row| row.get(*at).cloned().unwrap_or(Value::Null)).collect();
            batch.set(*var, Column::from_values(column));
        }
        Ok(batch)
    }
}

impl<'g> Operator<'g> for Call<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
            self.current = batch;
            self.row = 0;
        }
        let batch = self.row(ctx)?;
        self.row += 1;
        Ok(Some(batch))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.current = Batch::default();
        self.row = 0;
    }
}
