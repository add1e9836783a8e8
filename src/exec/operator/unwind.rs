//! `Unwind`: one row for each element of a list; null gives none, any other value gives itself. A range is counted through, and
//! never laid out.

use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::exec::expr::eval;
use crate::exec::function::list::Range;
use crate::model::function::Function;
use crate::model::{Column, Value, Var};
use crate::plan::expr::{Expr, ExprKind};

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
    /// The range of this row, as far as it is left.
    range: Option<Range>,
}

impl<'g> Unwind<'g> {
    pub(super) fn new(input: Boxed<'g>, list: Expr, var: Var, live: Vec<Var>) -> Self {
        let (current, lists) = (Batch::default(), Column::Absent);
        Unwind { input, list, var, live, current, lists, first: 0, made: 0, row: 0, offset: 0, range: None }
    }

    /// The next rows, of the numbers of ranges.
    fn ranges(&mut self, arguments: &[Expr], ctx: &mut Context<'g>) -> Result<Batch<'g>> {
        let (mut rows, mut values) = (Vec::new(), Vec::new());
        while values.len() < ROWS && self.row < self.current.len {
            if self.range.is_none() {
                let row = self.current.range(self.row..self.row + 1);
                let bounds: Result<Vec<Value<'g>>> =
                    arguments.iter().map(|argument| Ok(eval(argument, &row, ctx)?.value(0))).collect();
                let bounds = bounds?;
                if bounds.iter().any(Value::is_null) {
                    self.row += 1;
                    continue;
                }
                self.range = Some(Range::new(&bounds).map_err(|error| error.at(self.list.span))?);
            }
            let Some(range) = &mut self.range else { continue };
            values.extend(range.take(ROWS - values.len()));
            rows.resize(values.len(), self.row as u32);
            if range.len() == 0 {
                (self.row, self.range) = (self.row + 1, None);
            }
        }
        Ok(beside(&self.current, &rows, &self.live, [(self.var, Column::Int(values))]))
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
        if let ExprKind::Call(Function::Range, arguments) = self.list.kind.as_ref() {
            let arguments = arguments.clone();
            return self.ranges(&arguments, ctx).map(Some);
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
        (self.made, self.row, self.offset, self.range) = (0, 0, 0, None);
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
