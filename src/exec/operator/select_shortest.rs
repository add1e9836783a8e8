//! `SelectShortest`: of the walks between the same two ends, the shortest. One that is longer than what there is already is not
//! taken; those that have become too long are dropped now and then.

use std::sync::Arc;

use super::keys::Keys;
use super::{Batch, Boxed, Context, Operator, Result, patient};
use crate::model::column::keep;
use crate::model::value::List;
use crate::model::{Column, Value, Var, garbage};

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
    /// For each number of two ends, the least length so far.
    least: Vec<u64>,
}

impl Drop for Walks<'_> {
    fn drop(&mut self) {
        garbage::columns(std::mem::take(&mut self.rows.columns));
    }
}

impl Walks<'_> {
    /// How many bytes it takes to know ends and lengths.
    fn known(&self) -> u64 {
        (size_of_val(self.of.as_slice()) + size_of_val(self.least.as_slice())) as u64
    }
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

    /// The rows of a batch that may be among the shortest walks as far as they are known, which they are from now on.
    fn take(&self, batch: &Batch<'g>, ends: &[u32], walks: &mut Walks<'g>) -> Vec<u32> {
        let mut taken = Vec::with_capacity(batch.len);
        for (row, ends) in ends.iter().enumerate() {
            let length = self.length(batch, row);
            if walks.least.len() <= *ends as usize {
                walks.least.resize(*ends as usize + 1, u64::MAX);
            }
            let least = &mut walks.least[*ends as usize];
            let is_wanted = match self.keep {
                None => length <= *least,
                Some(1) => length < *least,
                Some(_) => true,
            };
            if is_wanted {
                *least = length.min(*least);
                walks.of.push((*ends, length));
                taken.push(row as u32);
            }
        }
        taken
    }

    /// Some rows of a batch, which leave nothing of it behind: long walks are written down anew, so that those that go lie side
    /// by side, and others find place there.
    fn some(&self, batch: &Batch<'g>, rows: &[u32], needed: &[Var], ctx: &Context<'g>) -> Result<Batch<'g>> {
        let mut batch = batch.gather(rows, needed);
        for var in &self.steps {
            let Some(Column::Value(walks)) = batch.columns.get_mut(var.index()) else { continue };
            // Walks that go on from the same one come one after the other.
            let mut last: Option<(Arc<List<'g>>, Arc<List<'g>>)> = None;
            for walk in walks {
                let Value::List(edges) = walk else { continue };
                let anew = match last.take().filter(|(of, _)| Arc::ptr_eq(of, edges)) {
                    Some((_, anew)) => anew,
                    None => Arc::new(List::joined(&[(edges, 0..edges.len())], &|| ctx.check())?),
                };
                last = Some((std::mem::replace(edges, Arc::clone(&anew)), anew));
            }
        }
        Ok(batch)
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
        let (mut ends, mut walks) = (Keys::new(), Walks { rows: Batch::new(0), of: Vec::new(), least: Vec::new() });
        let mut most = FEW;
        while let Some(batch) = self.input.next(ctx)? {
            let columns: Vec<Column<'g>> = self.partition.iter().map(|var| batch.values(*var)).collect();
            let before = ends.size() + walks.known();
            let numbers = ends.numbers(&columns, batch.len, ctx)?;
            let taken = self.take(&batch, &numbers, &mut walks);
            let batch = if taken.len() < batch.len { self.some(&batch, &taken, &needed, ctx)? } else { batch };
            self.hold(ctx, batch.size() + ends.size() + walks.known() - before)?;
            walks.rows.append(batch, &needed);
            if self.held >= most {
                let rows = self.shortest(&walks, ctx)?;
                walks.rows.columns.iter_mut().for_each(|column| column.keep(&rows));
                walks.rows.len = rows.len();
                keep(&mut walks.of, &rows);
                ctx.release(std::mem::take(&mut self.held));
                self.hold(ctx, walks.rows.size() + ends.size() + walks.known())?;
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
