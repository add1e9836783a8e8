//! `SelectShortest`: of the walks between the same two ends, the shortest. Those that cannot be among them any more are dropped
//! now and then.

use super::keys::Keys;
use super::{Batch, Boxed, Context, Operator, Result, patient};
use crate::model::column::keep;
use crate::model::{Column, Value, Var};

pub(super) struct SelectShortest<'g> {
    input: Boxed<'g>,
    partition: Vec<Var>,
    steps: Vec<Var>,
    keep: Option<u64>,
    live: Vec<Var>,
    done: bool,
    held: u64,
}

/// So many bytes of walks are held, whatever they are, before it looks which of them to leave out.
const FEW: u64 = 4 << 20;

/// Walks, and of each the number of its two ends and its length.
struct Walks<'g> {
    rows: Batch<'g>,
    of: Vec<(u32, u64)>,
}

impl<'g> SelectShortest<'g> {
    pub(super) fn new(
        input: Boxed<'g>,
        partition: Vec<Var>,
        steps: Vec<Var>,
        keep: Option<u64>,
        live: Vec<Var>,
    ) -> Self {
        SelectShortest { input, partition, steps, keep, live, done: false, held: 0 }
    }

    fn length(&self, batch: &Batch<'g>, row: usize) -> u64 {
        let length = |var: &Var| match batch.value(*var, row) {
            Value::List(edges) => edges.len() as u64,
            Value::Null => 0,
            _ => 1,
        };
        self.steps.iter().map(length).sum()
    }

    /// The rows of the shortest walks so far, in their order.
    fn shortest(&self, walks: &Walks<'g>, ctx: &Context<'g>) -> Result<Vec<u32>> {
        let mut order = patient::numbers(walks.of.len(), ctx)?;
        let of = |row: &u32| walks.of[*row as usize];
        patient::sort(&mut order, |a, b| of(a).cmp(&of(b)).then(a.cmp(b)), ctx)?;
        let mut rows: Vec<u32> = Vec::new();
        for walks in order.chunk_by(|a, b| of(a).0 == of(b).0) {
            let shortest = walks.first().map_or(0, |walk| of(walk).1);
            let kept = walks.iter().enumerate().take_while(|(i, walk)| match self.keep {
                Some(keep) => (*i as u64) < keep,
                None => of(walk).1 == shortest,
            });
            rows.extend(kept.map(|(_, row)| *row));
        }
        rows.sort_unstable();
        Ok(rows)
    }

    fn hold(&mut self, ctx: &mut Context<'g>, bytes: u64) -> Result<()> {
        self.held += bytes;
        ctx.hold(bytes)
    }
}

impl<'g> Operator<'g> for SelectShortest<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let mut needed = self.live.clone();
        needed.extend(self.partition.iter().chain(&self.steps));
        needed.sort_unstable();
        needed.dedup();
        // A run that was left in the middle could not give it back.
        ctx.release(std::mem::take(&mut self.held));
        let (mut ends, mut walks) = (Keys::new(), Walks { rows: Batch::new(0), of: Vec::new() });
        let mut most = FEW;
        while let Some(batch) = self.input.next(ctx)? {
            let columns: Vec<Column<'g>> = self.partition.iter().map(|var| batch.values(*var)).collect();
            let before = ends.size();
            let of = ends.numbers(&columns, batch.len, ctx)?.into_iter();
            walks.of.extend(of.enumerate().map(|(row, ends)| (ends, self.length(&batch, row))));
            self.hold(ctx, batch.size() + ends.size() - before + (batch.len * size_of::<(u32, u64)>()) as u64)?;
            walks.rows.append(batch, &needed);
            if self.held >= most {
                let rows = self.shortest(&walks, ctx)?;
                walks.rows.columns.iter_mut().for_each(|column| column.keep(&rows));
                walks.rows.len = rows.len();
                keep(&mut walks.of, &rows);
                ctx.release(std::mem::take(&mut self.held));
                self.hold(ctx, walks.rows.size() + ends.size() + size_of_val(walks.of.as_slice()) as u64)?;
                most = FEW.max(2 * self.held);
            }
        }
        let rows = self.shortest(&walks, ctx)?;
        ctx.release(std::mem::take(&mut self.held));
        Ok(Some(walks.rows.gather(&rows, &self.live)))
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
