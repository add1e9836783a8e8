//! `Sort`: all rows, ordered by orderability; rows that tie keep their order. With a limit only the rows that can be
//! among the first are held.

use std::cmp::Ordering;

use super::slice::row_count;
use super::{Batch, Boxed, Context, Operator, Result, patient};
use crate::exec::batch::{ROWS, column_bytes};
use crate::exec::expr::eval;
use crate::model::garbage;
use crate::model::{Column, Value, Var};
use crate::plan::expr::{Expr, ExprKind};

pub(super) struct Sort<'g> {
    input: Boxed<'g>,
    keys: Vec<(Expr, bool)>,
    limit: Option<Expr>,
    /// Under which number it tells those below what it has no use for.
    floor: Option<usize>,
    live: Vec<Var>,
    /// The rows, and the order to give them in.
    sorted: Option<(Batch<'g>, Vec<u32>)>,
    given: usize,
    held: u64,
}

/// So many rows are held whatever the limit, before it looks which of them to leave out.
const FEW: usize = 256;

/// Rows and their keys, a column for each key.
struct Held<'g> {
    rows: Batch<'g>,
    keys: Vec<Column<'g>>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        garbage::batches([std::mem::take(&mut self.rows.columns), std::mem::take(&mut self.keys)]);
    }
}

impl<'g> Sort<'g> {
    pub(super) fn new(
        input: Boxed<'g>,
        keys: Vec<(Expr, bool)>,
        (limit, floor): (Option<Expr>, Option<usize>),
        live: Vec<Var>,
    ) -> Self {
        Sort { input, keys, limit, floor, live, sorted: None, given: 0, held: 0 }
    }

    fn gather(&mut self, ctx: &mut Context<'g>) -> Result<(Batch<'g>, Vec<u32>)> {
        let limit = match &self.limit {
            Some(limit) => Some(usize::try_from(row_count(limit, "LIMIT", ctx)?).unwrap_or(usize::MAX)),
            None => None,
        };
        let mut held = Held { rows: Batch::new(0), keys: vec![Column::Absent; self.keys.len()] };
        // A run that was left in the middle could not give it back.
        ctx.release(std::mem::take(&mut self.held));
        // The last of the first rows so far, by its first key.
        let mut last: Option<Value<'g>> = None;
        // Nothing is known of this run's rows.
        self.floor.and_then(|floor| ctx.floors.remove(&floor));
        while let Some(mut batch) = self.input.next(ctx)? {
            let mut first = None;
            if let (Some(last), [(expr, descending), others @ ..]) = (&last, self.keys.as_slice()) {
                let values = eval(expr, &batch, ctx)?;
                // What cannot be among the first is dropped before its other keys are looked at, if looking cannot fail.
                if others.iter().all(|(expr, _)| is_plain(expr, &batch, ctx)) {
                    let rows = not_behind(&values, last, *descending, batch.len);
                    if rows.len() < batch.len {
                        let vars: Vec<Var> = (0..batch.columns.len() as u32).map(Var).collect();
                        batch = batch.gather(&rows, &vars);
                        first = Some(values.gather(&rows));
                    }
                }
                first = first.or(Some(values));
            }
            // Its place in the order, twice while that is merged.
            let mut size = batch.size() + 8 * batch.len as u64;
            for (at, ((expr, _), column)) in self.keys.iter().zip(&mut held.keys).enumerate() {
                let values: Column<'g> = match first.take().filter(|_| at == 0) {
                    Some(values) => values,
                    None => eval(expr, &batch, ctx)?,
                };
                size += column_bytes(&values);
                *column = std::mem::take(column).append(held.rows.len, values, batch.len);
            }
            self.hold(ctx, size)?;
            held.rows.append(batch, &self.live);
            if let Some(limit) = limit
                && held.rows.len >= limit.saturating_mul(2).max(FEW)
            {
                self.shrink(&mut held, limit, ctx)?;
                last = held.keys.first().filter(|_| held.rows.len > 0).map(|column| column.value(held.rows.len - 1));
                if let (Some(floor), Some(Value::Int(last))) = (self.floor, &last) {
                    ctx.floors.insert(floor, *last);
                }
                let size = held.rows.size() + held.keys.iter().map(column_bytes).sum::<u64>();
                ctx.release(std::mem::take(&mut self.held));
                self.hold(ctx, size)?;
            }
        }
        let order = self.order(&held, limit.unwrap_or(usize::MAX), ctx)?;
        // The keys have done their part.
        Ok((std::mem::take(&mut held.rows), order))
    }

    fn hold(&mut self, ctx: &mut Context<'g>, size: u64) -> Result<()> {
        self.held += size;
        ctx.hold(size)
    }

    /// Sorts what is held and keeps the first rows.
    fn shrink(&self, held: &mut Held<'g>, limit: usize, ctx: &Context<'g>) -> Result<()> {
        let order = self.order(held, limit, ctx)?;
        held.rows = held.rows.gather(&order, &self.live);
        for column in &mut held.keys {
            ctx.check()?;
            *column = column.gather(&order);
        }
        Ok(())
    }

    /// The first of the rows that are held, in their order.
    fn order(&self, held: &Held<'g>, limit: usize, ctx: &Context<'g>) -> Result<Vec<u32>> {
        let compare = |a: &u32, b: &u32| {
            for ((_, descending), column) in self.keys.iter().zip(&held.keys) {
                let order = order(column, *a as usize, *b as usize);
                let order = if *descending { order.reverse() } else { order };
                if order != Ordering::Equal {
                    return order;
                }
            }
            a.cmp(b)
        };
        let mut order = patient::numbers(held.rows.len, ctx)?;
        // What is not among the first need not be in order.
        if limit < order.len() {
            if limit > 0 {
                order.select_nth_unstable_by(limit - 1, compare);
            }
            order.truncate(limit);
        }
        patient::sort(&mut order, compare, ctx)?;
        Ok(order)
    }
}

/// The order of the values in two rows of a column.
fn order(column: &Column<'_>, a: usize, b: usize) -> Ordering {
    match column {
        Column::Bool(values) => values[a].cmp(&values[b]),
        Column::Int(values) => values[a].cmp(&values[b]),
        // A smaller number is a smaller text.
        Column::Text(numbers, _) => numbers[a].cmp(&numbers[b]),
        Column::String(texts) => texts[a].cmp(&texts[b]),
        Column::Value(values) => values[a].order(&values[b]),
        column => column.value(a).order(&column.value(b)),
    }
}

/// Whether evaluating it cannot fail.
fn is_plain(expr: &Expr, batch: &Batch<'_>, ctx: &Context<'_>) -> bool {
    match expr.kind.as_ref() {
        ExprKind::Var(_) | ExprKind::Literal(_) => true,
        ExprKind::Property(subject, _) => match subject.kind.as_ref() {
            // A deleted one has no properties.
            ExprKind::Var(var) => {
                !ctx.view.has_gone() && matches!(batch.column(*var), Column::Node(_) | Column::Edge(_))
            }
            _ => false,
        },
        _ => false,
    }
}

/// The rows whose value does not come behind `last`.
fn not_behind(values: &Column<'_>, last: &Value<'_>, descending: bool, len: usize) -> Vec<u32> {
    let rows = 0..len as u32;
    match (values, last) {
        (Column::Int(values), Value::Int(last)) if descending => {
            rows.filter(|row| values[*row as usize] >= *last).collect()
        }
        (Column::Int(values), Value::Int(last)) => rows.filter(|row| values[*row as usize] <= *last).collect(),
        _ => rows
            .filter(|row| {
                let order = values.value(*row as usize).order(last);
                if descending { order.is_ge() } else { order.is_le() }
            })
            .collect(),
    }
}

impl<'g> Operator<'g> for Sort<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.sorted.is_none() {
            self.sorted = Some(self.gather(ctx)?);
            self.given = 0;
        }
        let Some((sorted, order)) = &self.sorted else { return Ok(None) };
        if self.given >= order.len() {
            ctx.release(std::mem::take(&mut self.held));
            return Ok(None);
        }
        let rows = &order[self.given..order.len().min(self.given + ROWS)];
        self.given += rows.len();
        Ok(Some(sorted.gather(rows, &self.live)))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.sorted = None;
        self.given = 0;
    }
}

impl Drop for Sort<'_> {
    fn drop(&mut self) {
        if let Some((rows, order)) = self.sorted.take() {
            garbage::columns(rows.columns);
            garbage::plain(order);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, batches, counted, given, int, lengths, rows, var};
    use super::*;

    #[test]
    fn null_is_the_greatest_and_ties_keep_their_order() {
        let cases: [(&[&str], bool, Option<i64>, &str); 5] = [
            (&[], false, None, ""),
            (&["2 0, null 1", "1 2, 2 3"], false, None, "1 2, 2 0, 2 3, null 1"),
            (&["2 0, null 1", "1 2, 2 3"], true, None, "null 1, 2 0, 2 3, 1 2"),
            (&["2 0, null 1", "1 2, 2 3"], false, Some(2), "1 2, 2 0"),
            (&["2 0"], false, Some(0), ""),
        ];
        for (input, descending, limit, expected) in cases {
            let sort = Sort::new(given(input), vec![(var(X), descending)], (limit.map(int), None), vec![X, Y]);
            assert_eq!(rows(sort, &[X, Y]), expected, "{input:?} {descending} {limit:?}");
        }
    }

    #[test]
    fn full_batches_and_no_more_rows_than_asked_for() {
        let sort = |limit| Sort::new(counted(&[2048; 6]), vec![(var(X), true)], (limit, None), vec![X]);
        assert_eq!(lengths(sort(None)), [2048; 6]);
        let top = batches(sort(Some(int(2049))));
        assert_eq!(top.iter().map(|batch| batch.len).collect::<Vec<_>>(), [2048, 1]);
        assert_eq!(top[1].value(X, 0), Value::Int(6 * 2048 - 2049));
    }
}
