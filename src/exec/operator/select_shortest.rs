//! `SelectShortest`: of the walks between the same two ends, the shortest.

use std::collections::HashMap;

use super::{Batch, Boxed, Context, Operator, Result};
use crate::model::value::Key;
use crate::model::{Value, Var};

pub(super) struct SelectShortest<'g> {
    input: Boxed<'g>,
    partition: Vec<Var>,
    steps: Vec<Var>,
    keep: Option<u64>,
    live: Vec<Var>,
    done: bool,
}

impl<'g> SelectShortest<'g> {
    pub(super) fn new(
        input: Boxed<'g>,
        partition: Vec<Var>,
        steps: Vec<Var>,
        keep: Option<u64>,
        live: Vec<Var>,
    ) -> Self {
        SelectShortest { input, partition, steps, keep, live, done: false }
    }

    fn length(&self, batch: &Batch<'g>, row: usize) -> u64 {
        let length = |var: &Var| match batch.value(*var, row) {
            Value::List(edges) => edges.len() as u64,
            Value::Null => 0,
            _ => 1,
        };
        self.steps.iter().map(length).sum()
    }
}

impl<'g> Operator<'g> for SelectShortest<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let mut all = Batch::new(0);
        let mut needed = self.live.clone();
        needed.extend(self.partition.iter().chain(&self.steps));
        needed.sort_unstable();
        needed.dedup();
        let mut held = 0;
        while let Some(batch) = self.input.next(ctx)? {
            held += batch.size();
            ctx.hold(batch.size())?;
            all.append(batch, &needed);
        }
        let mut partitions: HashMap<Vec<Key<'g>>, Vec<(u64, u32)>> = HashMap::new();
        for row in 0..all.len {
            let key = self.partition.iter().map(|var| Key(all.value(*var, row))).collect();
            partitions.entry(key).or_default().push((self.length(&all, row), row as u32));
        }
        let mut rows: Vec<u32> = Vec::new();
        for mut walks in partitions.into_values() {
            walks.sort_unstable();
            let shortest = walks.first().map_or(0, |(length, _)| *length);
            let kept = walks.into_iter().enumerate().take_while(|(i, (length, _))| match self.keep {
                Some(keep) => (*i as u64) < keep,
                None => *length == shortest,
            });
            rows.extend(kept.map(|(_, (_, row))| row));
        }
        rows.sort_unstable();
        ctx.release(held);
        Ok(Some(all.gather(&rows, &self.live)))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.done = false;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, given, lengths, rows};
    use super::*;

    #[test]
    fn of_each_partition_the_shortest() {
        let cases: [(&[&str], Option<u64>, &str); 5] = [
            (&[], Some(1), ""),
            (&["n0 [e0;e1], n0 [e2], n1 null", "n0 e3, n1 [e0]"], None, "n0 [e2], n1 null, n0 e3"),
            (&["n0 [e0;e1], n0 [e2], n1 null", "n0 e3, n1 [e0]"], Some(1), "n0 [e2], n1 null"),
            (&["n0 [e0;e1], n0 [e2]", "null [e3]"], Some(2), "n0 [e0;e1], n0 [e2], null [e3]"),
            (&["n0 [e0]"], Some(0), ""),
        ];
        for (input, keep, expected) in cases {
            let select = SelectShortest::new(given(input), vec![X], vec![Y], keep, vec![X, Y]);
            assert_eq!(rows(select, &[X, Y]), expected, "{input:?} {keep:?}");
        }
        let many = vec!["n0 e0"; 2049].join(",");
        assert_eq!(lengths(SelectShortest::new(given(&[&many, &many]), vec![X], vec![Y], None, vec![X])), [4098]);
    }
}
