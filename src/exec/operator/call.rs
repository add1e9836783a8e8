//! `Call`: for each input row, the rows of a procedure beside it.
//!
//! A procedure gives whole columns. Those that somebody asks for are handed on in batches, and count as held until the last
//! of their rows is gone.

use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::{ROWS, column_bytes};
use crate::exec::expr::eval;
use crate::model::{Column, Var, garbage};
use crate::plan::expr::Expr;

pub(super) struct Call<'g> {
    input: Boxed<'g>,
    call: Called,
    live: Vec<Var>,
    current: Batch<'g>,
    row: usize,
    given: Option<Given<'g>>,
    held: u64,
}

/// What is called, with what, and what becomes of what it gives.
pub(super) struct Called {
    pub(super) procedure: String,
    pub(super) arguments: Vec<Expr>,
    pub(super) results: Vec<(usize, Var)>,
    pub(super) gives_rows: bool,
}

/// What a call gave.
struct Given<'g> {
    /// The input row.
    row: Batch<'g>,
    columns: Vec<(Var, Column<'g>)>,
    len: usize,
    /// So many rows were handed on.
    next: usize,
}

impl Drop for Given<'_> {
    fn drop(&mut self) {
        garbage::columns(self.columns.drain(..).map(|(_, column)| column));
    }
}

impl<'g> Call<'g> {
    pub(super) fn new(input: Boxed<'g>, call: Called, live: Vec<Var>) -> Self {
        Call { input, call, live, current: Batch::default(), row: 0, given: None, held: 0 }
    }

    /// Calls it for the current row.
    fn give(&mut self, ctx: &mut Context<'g>) -> Result<Given<'g>> {
        // What a run held that was left in the middle.
        ctx.release(std::mem::take(&mut self.held));
        let row = self.current.range(self.row..self.row + 1);
        self.row += 1;
        let mut arguments = Vec::with_capacity(self.call.arguments.len());
        for argument in &self.call.arguments {
            arguments.push(eval(argument, &row, ctx)?.value(0));
        }
        let mut all =
            ctx.call(&self.call.procedure, &arguments).map_err(|error| match self.call.arguments.first() {
                Some(argument) => error.at(argument.span),
                None => error,
            })?;
        if !self.call.gives_rows {
            return Ok(Given { row, columns: Vec::new(), len: 1, next: 0 });
        }
        let len = all.iter().map(Column::len).max().unwrap_or_default();
        let mut columns: Vec<(Var, Column<'g>)> = Vec::with_capacity(self.call.results.len());
        let mut wanted = self.call.results.iter().filter(|(_, var)| self.live.contains(var));
        while let Some((at, var)) = wanted.next() {
            // A result may be asked for by several names.
            let again = wanted.clone().any(|(other, _)| other == at);
            let take = |column: &mut Column<'g>| if again { column.clone() } else { std::mem::take(column) };
            let column = match all.get_mut(*at).map(take).unwrap_or_default() {
                column if column.len() == len => column,
                // The program's own procedure left some out.
                column => Column::from_values(column.into_values(len)),
            };
            self.held += column_bytes(&column);
            columns.push((*var, column));
        }
        ctx.hold(self.held)?;
        Ok(Given { row, columns, len, next: 0 })
    }
}

impl<'g> Given<'g> {
    /// The next rows.
    fn batch(&mut self, live: &[Var]) -> Batch<'g> {
        let rows = self.next..self.len.min(self.next + ROWS);
        self.next = rows.end;
        let mut batch = beside(&self.row, &vec![0; rows.len()], live, []);
        for (var, column) in &mut self.columns {
            let part = if rows.len() == self.len { std::mem::take(column) } else { column.range(rows.clone()) };
            batch.set(*var, part);
        }
        batch
    }
}

impl<'g> Operator<'g> for Call<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        loop {
            if let Some(given) = self.given.as_mut().filter(|given| given.next < given.len) {
                return Ok(Some(given.batch(&self.live)));
            }
            self.given = None;
            if self.row >= self.current.len {
                let Some(batch) = self.input.next(ctx)? else { break };
                (self.current, self.row) = (batch, 0);
            }
            ctx.check()?;
            self.given = Some(self.give(ctx)?);
        }
        ctx.release(std::mem::take(&mut self.held));
        Ok(None)
    }

    fn reset(&mut self) {
        self.input.reset();
        self.current = Batch::default();
        self.row = 0;
        self.given = None;
    }
}
