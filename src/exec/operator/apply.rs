//! `Apply` and `Optional`: for each input row, the rows of an inner plan beside it.

use super::{Batch, Boxed, Context, Operator, Result, Subplan};
use crate::model::{Column, Value, Var};

pub(super) struct Apply<'g> {
    input: Boxed<'g>,
    inner: Subplan<'g>,
    vars: Vec<Var>,
    live: Vec<Var>,
    optional: bool,
    current: Option<Current<'g>>,
}

/// The input rows that run.
struct Current<'g> {
    rows: Batch<'g>,
    matched: Vec<bool>,
}

impl<'g> Apply<'g> {
    pub(super) fn inner(input: Boxed<'g>, inner: Subplan<'g>, vars: Vec<Var>, live: Vec<Var>) -> Self {
        Apply { input, inner, vars, live, optional: false, current: None }
    }

    pub(super) fn optional(input: Boxed<'g>, inner: Subplan<'g>, vars: Vec<Var>, live: Vec<Var>) -> Self {
        Apply { input, inner, vars, live, optional: true, current: None }
    }

    fn outer(&self) -> Vec<Var> {
        self.live.iter().copied().filter(|var| !self.vars.contains(var)).collect()
    }

    /// The rows that no inner row belongs to, with nulls beside them.
    fn unmatched(&self, current: &Current<'g>) -> Batch<'g> {
        let rows: Vec<u32> = (0..current.rows.len as u32).filter(|row| !current.matched[*row as usize]).collect();
        let mut batch = current.rows.gather(&rows, &self.outer());
        for var in self.vars.iter().filter(|var| self.live.contains(var)) {
            batch.set(*var, Column::Value(vec![Value::Null; rows.len()]));
        }
        batch
    }
}

impl<'g> Operator<'g> for Apply<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        loop {
            let Some(current) = &mut self.current else {
                let Some(rows) = self.input.next(ctx)? else { return Ok(None) };
                self.inner.start(&rows);
                self.current = Some(Current { matched: vec![false; rows.len], rows });
                continue;
            };
            if let Some((inner, rows)) = self.inner.next(ctx)? {
                for row in &rows {
                    current.matched[*row as usize] = true;
                }
                let outer: Vec<Var> = self.live.iter().copied().filter(|var| !self.vars.contains(var)).collect();
                let mut batch = current.rows.gather(&rows, &outer);
                for var in self.vars.iter().filter(|var| self.live.contains(var)) {
                    batch.set(*var, inner.column(*var).clone());
                }
                return Ok(Some(batch));
            }
            if let Some(done) = self.current.take()
                && self.optional
            {
                let batch = self.unmatched(&done);
                if batch.len > 0 {
                    return Ok(Some(batch));
                }
            }
        }
    }

    fn reset(&mut self) {
        self.input.reset();
        self.current = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, Z, counted, expr, given, greater, int, lengths, op, rows, var};
    use super::*;
    use crate::plan::expr::ExprKind;
    use crate::plan::physical::{self, OpKind};

    /// `WHERE x > 1 UNWIND [x, y] AS z`
    fn inner(per_row: bool) -> Subplan<'static> {
        let row = Var(5);
        let live = [X, Y, row];
        let filter = op(OpKind::Filter(greater(var(X), int(1))), Some(op(OpKind::Argument, None, &live)), &live);
        let list = expr(ExprKind::List(vec![var(X), var(Y)]));
        let root = op(OpKind::Unwind { list, var: Z }, Some(filter), &[Z, row]);
        Subplan::build(&physical::Subplan { root, row, per_row })
    }

    #[test]
    fn inner_rows_beside_outer_rows() {
        let cases: [(&[&str], &str, &str); 3] = [
            (&[], "", ""),
            (&["2 5, 0 6", "3 7"], "2 2, 2 5, 3 3, 3 7", "2 2, 2 5, 0 null, 3 3, 3 7"),
            (&["null 1"], "", "null null"),
        ];
        for (input, joined, optional) in cases {
            for per_row in [false, true] {
                let live = || vec![X, Z];
                let apply = Apply::inner(given(input), inner(per_row), vec![Z], live());
                assert_eq!(rows(apply, &[X, Z]), joined, "{input:?}");
                let apply = Apply::optional(given(input), inner(per_row), vec![Z], live());
                assert_eq!(rows(apply, &[X, Z]), optional, "{input:?}");
            }
        }
        assert_eq!(lengths(Apply::optional(counted(&[1026, 1]), inner(false), vec![Z], vec![Z])), [2048, 2, 2]);
    }
}
