//! `Distinct`: the first row of each combination of equivalent values.

use super::keys::Keys;
use super::{Batch, Boxed, Context, Operator, Result};
use crate::model::{Column, Var};

pub(super) struct Distinct<'g> {
    input: Boxed<'g>,
    vars: Vec<Var>,
    live: Vec<Var>,
    seen: Keys<'g>,
    held: u64,
}

impl<'g> Distinct<'g> {
    pub(super) fn new(input: Boxed<'g>, vars: Vec<Var>, live: Vec<Var>) -> Self {
        Distinct { input, vars, live, seen: Keys::new(), held: 0 }
    }
}

impl<'g> Operator<'g> for Distinct<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.seen.len() == 0 {
            // A run that was left in the middle could not give it back.
            ctx.release(std::mem::take(&mut self.held));
        }
        let Some(batch) = self.input.next(ctx)? else {
            self.seen = Keys::new();
            ctx.release(std::mem::take(&mut self.held));
            return Ok(None);
        };
        let columns: Vec<Column<'g>> = self.vars.iter().map(|var| batch.values(*var)).collect();
        let mut next = self.seen.len();
        let numbers = self.seen.numbers(&columns, batch.len, ctx)?;
        let more = self.seen.size().saturating_sub(self.held);
        self.held += more;
        ctx.hold(more)?;
        let mut rows = Vec::new();
        for (row, number) in numbers.into_iter().enumerate() {
            if number == next {
                next += 1;
                rows.push(row as u32);
            }
        }
        Ok(Some(batch.gather(&rows, &self.live)))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.seen = Keys::new();
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, counted, given, lengths, rows};
    use super::*;

    #[test]
    fn first_of_each() {
        let cases: [(&[&str], &str); 3] = [
            (&[], ""),
            (&["1 null, null 1, 1 null", "null 1, null null"], "1 null, null 1, null null"),
            (&["[1;2] 0, [1;2] 0, [2;1] 0"], "[1;2] 0, [2;1] 0"),
        ];
        for (input, expected) in cases {
            assert_eq!(rows(Distinct::new(given(input), vec![X, Y], vec![X, Y]), &[X, Y]), expected, "{input:?}");
        }
        assert_eq!(lengths(Distinct::new(counted(&[2048, 1]), vec![X], vec![X])), [2048, 1]);
    }
}
