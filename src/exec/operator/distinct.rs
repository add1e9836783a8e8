//! `Distinct`: the first row of each combination of equivalent values.

use std::collections::HashSet;

use super::{Batch, Boxed, Context, Operator, Result};
use crate::exec::batch::bytes;
use crate::model::Var;
use crate::model::value::Key;

pub(super) struct Distinct<'g> {
    input: Boxed<'g>,
    vars: Vec<Var>,
    live: Vec<Var>,
    seen: HashSet<Vec<Key<'g>>>,
    held: u64,
}

impl<'g> Distinct<'g> {
    pub(super) fn new(input: Boxed<'g>, vars: Vec<Var>, live: Vec<Var>) -> Self {
        Distinct { input, vars, live, seen: HashSet::new(), held: 0 }
    }
}

impl<'g> Operator<'g> for Distinct<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.seen.is_empty() {
            // A run that was left in the middle could not give it back.
            ctx.release(std::mem::take(&mut self.held));
        }
        let Some(batch) = self.input.next(ctx)? else {
            self.seen.clear();
            ctx.release(std::mem::take(&mut self.held));
            return Ok(None);
        };
        let mut rows = Vec::new();
        let mut held = 0;
        for row in 0..batch.len {
            let key: Vec<Key<'g>> = self.vars.iter().map(|var| Key(batch.value(*var, row))).collect();
            let size: u64 = key.iter().map(|key| bytes(&key.0)).sum();
            if self.seen.insert(key) {
                held += size;
                rows.push(row as u32);
            }
        }
        self.held += held;
        ctx.hold(held)?;
        Ok(Some(batch.gather(&rows, &self.live)))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.seen.clear();
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
