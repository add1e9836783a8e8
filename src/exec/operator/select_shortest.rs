//! `SelectShortest`: of the walks between the same two ends, the shortest. One that is longer than what there is already is not
//! taken; those that have become too long are dropped now and then. What a walk is made of stands in vectors that all of them
//! share, so that those that go leave no holes and what is left at the end is let go of at once.

use super::edge_lists::EdgeLists;
use super::keys::Keys;
use super::{Batch, Boxed, Context, Operator, Result, patient};
use crate::exec::batch::{ROWS, column_bytes};
use crate::model::column::keep;
use crate::model::{Column, Value, Var, garbage};

pub(super) struct SelectShortest<'g> {
    input: Boxed<'g>,
    partition: Vec<Var>,
    steps: Vec<Var>,
    keep: Option<u64>,
    live: Vec<Var>,
    /// The shortest walks when the input was read, their rows, and how many of these were given.
    found: Option<(Walks<'g>, Vec<u32>, usize)>,
    held: u64,
}

/// So many bytes of walks are held, whatever they are, before it looks which of them to leave out.
const FEW: u64 = 4 << 20;

/// Walks, and of each the number of its two ends and its length.
struct Walks<'g> {
    /// What their rows have besides steps.
    rows: Batch<'g>,
    steps: Vec<(Var, Steps<'g>)>,
    of: Vec<(u32, u64)>,
    /// For each number of two ends, the least length so far.
    least: Vec<u64>,
    /// Bytes of what is neither lists nor these.
    others: u64,
}

/// What walks have for one part of the pattern.
enum Steps<'g> {
    Lists(EdgeLists<'g>),
    /// Single edges, or anything else.
    Any(Column<'g>),
}

impl Drop for Walks<'_> {
    fn drop(&mut self) {
        let any = self.steps.drain(..).filter_map(|(_, steps)| match steps {
            Steps::Lists(_) => None,
            Steps::Any(column) => Some(column),
        });
        garbage::columns(std::mem::take(&mut self.rows.columns).into_iter().chain(any));
        garbage::plain(std::mem::take(&mut self.of));
        garbage::plain(std::mem::take(&mut self.least));
    }
}

impl<'g> Walks<'g> {
    fn new(steps: &[Var]) -> Self {
        let steps = steps.iter().map(|var| (*var, Steps::Lists(EdgeLists::default()))).collect();
        Walks { rows: Batch::new(0), steps, of: Vec::new(), least: Vec::new(), others: 0 }
    }

    /// How many bytes they take.
    fn size(&self) -> u64 {
        let known = size_of_val(self.of.as_slice()) + size_of_val(self.least.as_slice());
        let lists = self.steps.iter().map(|(_, steps)| if let Steps::Lists(lists) = steps { lists.size() } else { 0 });
        known as u64 + self.others + lists.sum::<u64>()
    }

    /// Adds some rows of a batch, with these variables besides the steps.
    fn push(&mut self, batch: &Batch<'g>, rows: &[u32], vars: &[Var]) {
        for (var, steps) in &mut self.steps {
            let column = batch.column(*var);
            let before = match steps {
                Steps::Lists(lists) => {
                    if lists.push(column, rows) {
                        continue;
                    }
                    lists.all()
                }
                Steps::Any(any) => std::mem::take(any),
            };
            let more = column.gather(rows);
            self.others += column_bytes(&more);
            *steps = Steps::Any(before.append(self.rows.len, more, rows.len()));
        }
        let more = batch.gather(rows, vars);
        self.others += more.size();
        self.rows.append(more, vars);
    }

    /// Keeps these of them, which ascend.
    fn keep(&mut self, rows: &[u32], ctx: &Context<'g>) -> Result<()> {
        self.rows.columns.iter_mut().for_each(|column| column.keep(rows));
        self.rows.len = rows.len();
        self.others = self.rows.size();
        for (_, steps) in &mut self.steps {
            match steps {
                Steps::Lists(lists) => lists.keep(rows, &|| ctx.check())?,
                Steps::Any(column) => {
                    column.keep(rows);
                    self.others += column_bytes(column);
                }
            }
        }
        keep(&mut self.of, rows);
        Ok(())
    }

    /// Some of them as rows with these variables.
    fn gather(&self, rows: &[u32], vars: &[Var]) -> Batch<'g> {
        let mut batch = self.rows.gather(rows, vars);
        for (var, steps) in self.steps.iter().filter(|(var, _)| vars.contains(var)) {
            let column = match steps {
                Steps::Lists(lists) => lists.gather(rows),
                Steps::Any(column) => column.gather(rows),
            };
            batch.set(*var, column);
        }
        batch
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
        SelectShortest { input, partition, steps, keep, live, found: None, held: 0 }
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

    fn length(&self, batch: &Batch<'g>, row: usize) -> u64 {
        let length = |var: &Var| match batch.column(*var) {
            Column::Value(walks) => match walks.get(row) {
                Some(Value::List(edges)) => edges.len() as u64,
                None | Some(Value::Null) => 0,
                Some(_) => 1,
            },
            column => u64::from(!matches!(column, Column::Absent)),
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

    /// Accounts for as many bytes as are held now.
    fn hold(&mut self, ctx: &mut Context<'g>, bytes: u64) -> Result<()> {
        ctx.release(std::mem::replace(&mut self.held, bytes));
        ctx.hold(bytes)
    }

    /// Reads the input; the shortest walks, and their rows.
    fn find(&mut self, ctx: &mut Context<'g>) -> Result<(Walks<'g>, Vec<u32>)> {
        let mut vars: Vec<Var> = self.live.iter().chain(&self.partition).copied().collect();
        vars.retain(|var| !self.steps.contains(var));
        vars.sort_unstable();
        vars.dedup();
        let (mut ends, mut walks) = (Keys::new(), Walks::new(&self.steps));
        let mut most = FEW;
        // A run that was left in the middle could not give back what it held.
        self.hold(ctx, 0)?;
        while let Some(batch) = self.input.next(ctx)? {
            let columns: Vec<Column<'g>> = self.partition.iter().map(|var| batch.values(*var)).collect();
            let numbers = ends.numbers(&columns, batch.len, ctx)?;
            let taken = self.take(&batch, &numbers, &mut walks);
            walks.push(&batch, &taken, &vars);
            self.hold(ctx, walks.size() + ends.size())?;
            if self.held >= most {
                let rows = self.shortest(&walks, ctx)?;
                walks.keep(&rows, ctx)?;
                self.hold(ctx, walks.size() + ends.size())?;
                most = FEW.max(2 * self.held);
            }
        }
        let rows = self.shortest(&walks, ctx)?;
        Ok((walks, rows))
    }
}

impl<'g> Operator<'g> for SelectShortest<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.found.is_none() {
            let (walks, rows) = self.find(ctx)?;
            self.found = Some((walks, rows, 0));
        }
        let Some((walks, rows, given)) = &mut self.found else { return Ok(None) };
        let some = &rows[*given..rows.len().min(*given + ROWS)];
        *given += some.len();
        if !some.is_empty() {
            return Ok(Some(walks.gather(some, &self.live)));
        }
        self.found = Some((Walks::new(&[]), Vec::new(), 0));
        self.hold(ctx, 0)?;
        Ok(None)
    }

    fn reset(&mut self) {
        self.input.reset();
        self.found = None;
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
        assert_eq!(
            lengths(SelectShortest::new(given(&[&many, &many]), vec![X], vec![Y], None, vec![X])),
            [2048, 2048, 2]
        );
    }
}
