//! `Unwind`: one row for each element of a list; null gives none, any other value gives itself.

use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::exec::expr::eval;
use crate::model::{Column, Value, Var};
use crate::plan::expr::Expr;

/// How many rows' lists are made at once: lists can be long, and a whole batch of them would not be looked at soon.
const LISTS: usize = 16;

pub(super) struct Unwind<'g> {
    input: Boxed<'g>,
    list: Expr,
    var: Var,
    live: Vec<Var>,
    /// Input rows whose lists are still to be made.
    waiting: Batch<'g>,
    /// How many of them are done.
    done: usize,
    current: Batch<'g>,
    lists: Column<'g>,
    row: usize,
    /// The next element of this row's list.
    offset: usize,
}

impl<'g> Unwind<'g> {
    pub(super) fn new(input: Boxed<'g>, list: Expr, var: Var, live: Vec<Var>) -> Self {
        let none = Batch::default;
        Unwind {
            input,
            list,
            var,
            live,
            waiting: none(),
            done: 0,
            current: none(),
            lists: Column::Absent,
            row: 0,
            offset: 0,
        }
    }
}

impl<'g> Operator<'g> for Unwind<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            if self.done >= self.waiting.len {
                let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
                self.waiting = batch;
                self.done = 0;
            }
            let end = self.waiting.len.min(self.done + LISTS);
            self.current = self.waiting.range(self.done..end);
            self.done = end;
            self.lists = eval(&self.list, &self.current, ctx)?;
            (self.row, self.offset) = (0, 0);
        }
        let (mut rows, mut values) = (Vec::new(), Vec::new());
        while values.len() < ROWS && self.row < self.current.len {
            match self.lists.value(self.row) {
                Value::Null => {}
                Value::List(items) => {
                    let end = items.len().min(self.offset + ROWS - values.len());
                    values.extend(items[self.offset..end].iter().cloned());
                    self.offset = end;
                    if end < items.len() {
                        rows.resize(values.len(), self.row as u32);
                        break;
                    }
                }
                other => values.push(other),
            }
            rows.resize(values.len(), self.row as u32);
            (self.row, self.offset) = (self.row + 1, 0);
        }
        Ok(Some(beside(&self.current, &rows, &self.live, [(self.var, Column::from_values(values))])))
    }

    fn reset(&mut self) {
        self.input.reset();
        (self.waiting, self.current) = (Batch::default(), Batch::default());
        (self.done, self.row, self.offset) = (0, 0, 0);
    }
}
