//! `Distinct`: the first row of each combination of equivalent values.

use super::patient::Seen;
use super::{Batch, Boxed, Context, Operator, Result};
use crate::exec::batch::bytes;
use crate::model::Var;
use crate::model::value::Key;

pub(super) struct Distinct<'g> {
    input: Boxed<'g>,
    vars: Vec<Var>,
    live: Vec<Var>,
    seen: Seen<Vec<Key<'g>>>,
    /// The same, where there is one variable: millions of small lists take time to let go of.
    seen_ones: Seen<Key<'g>>,
    held: u64,
}

impl<'g> Distinct<'g> {
    pub(super) fn new(input: Boxed<'g>, vars: Vec<Var>, live: Vec<Var>) -> Self {
        Distinct { input, vars, live, seen: Seen::new(), seen_ones: Seen::new(), held: 0 }
    }
}

impl Distinct<'_> {
    fn clear(&mut self) {
        self.seen.clear();
        self.seen_ones.clear();
    }
}

impl<'g> Operator<'g> for Distinct<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.seen.is_empty() && self.seen_ones.is_empty() {
            // A run that was left in the middle could not give it back.
            ctx.release(std::mem::take(&mut self.held));
        }
        let Some(batch) = self.input.next(ctx)? else {
            self.clear();
            ctx.release(std::mem::take(&mut self.held));
            return Ok(None);
        };
        let mut rows = Vec::new();
        let mut held = 0;
        for row in 0..batch.len {
            if let [var] = self.vars.as_slice() {
                let key = Key(batch.value(*var, row));
                let size = Seen::<Key<'g>>::ROOM + bytes(&key.0) - size_of::<Key<'g>>() as u64;
                if self.seen_ones.insert(key) {
                    held += size;
                    rows.push(row as u32);
                }
                continue;
            }
            let key: Vec<Key<'g>> = self.vars.iter().map(|var| Key(batch.value(*var, row))).collect();
            // The allocator takes some, too.
            let size = Seen::<Vec<Key<'g>>>::ROOM + 16 + key.iter().map(|key| bytes(&key.0)).sum::<u64>();
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
        self.clear();
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
