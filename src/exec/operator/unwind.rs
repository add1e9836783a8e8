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
    current: Batch<'g>,
    /// The lists of some of the rows: from `first` on, before `made`.
    lists: Column<'g>,
    first: usize,
    made: usize,
    row: usize,
    /// The next element of this row's list.
    offset: usize,
}

impl<'g> Unwind<'g> {
    pub(super) fn new(input: Boxed<'g>, list: Expr, var: Var, live: Vec<Var>) -> Self {
        let (current, lists) = (Batch::default(), Column::Absent);
        Unwind { input, list, var, live, current, lists, first: 0, made: 0, row: 0, offset: 0 }
    }

    /// The value of the list in this row, made with those of the next few rows.
    fn list(&mut self, ctx: &mut Context<'g>) -> Result<Value<'g>> {
        if self.row >= self.made {
            self.first = self.row;
            self.made = self.current.len.min(self.row + LISTS);
            self.lists = eval(&self.list, &self.current.range(self.first..self.made), ctx)?;
        }
        Ok(self.lists.value(self.row - self.first))
    }
}

impl<'g> Operator<'g> for Unwind<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
            self.current = batch;
            (self.made, self.row, self.offset) = (0, 0, 0);
        }
        let (mut rows, mut values) = (Vec::new(), Vec::new());
        while values.len() < ROWS && self.row < self.current.len {
            match self.list(ctx)? {
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
        self.current = Batch::default();
        (self.made, self.row, self.offset) = (0, 0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, counted, expr, given, int, lengths, rows, var};
    use super::*;
    use crate::model::function::Function;
    use crate::plan::expr::ExprKind;

    #[test]
    fn a_row_for_each_element() {
        let cases: [(&[&str], &str); 4] =
            [(&[], ""), (&["null, []"], ""), (&["[1;null], null", "[], [2]"], "1, null, 2"), (&["7"], "7")];
        for (input, expected) in cases {
            assert_eq!(rows(Unwind::new(given(input), var(X), Y, vec![Y]), &[Y]), expected, "{input:?}");
        }
        let range = |last| expr(ExprKind::Call(Function::Range, vec![int(1), int(last)]));
        for (last, expected) in [(2047, &[2048, 2046][..]), (2048, &[2048, 2048]), (2049, &[2048, 2048, 2])] {
            assert_eq!(lengths(Unwind::new(counted(&[2]), range(last), Y, vec![X])), expected, "{last}");
        }
    }
}
