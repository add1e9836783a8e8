//! The state of one aggregation, of every group, and how a batch's rows go into it.
//!
//! Counts and sums are a vector with a place for each group; only what keeps more than that has an accumulator each.

use std::ops::Range;

use super::super::keys::Keys;
use super::{Batch, Context, Result};
use crate::exec::batch::{ROWS, bytes};
use crate::exec::expr::eval;
use crate::exec::function::aggregate::{Accumulator, Sum};
use crate::exec::function::temporal::is_duration;
use crate::model::function::Aggregate;
use crate::model::garbage;
use crate::model::{Column, Diagnostic, Value};
use crate::plan::expr::AggregateCall;

pub(super) struct Folds<'g> {
    states: States<'g>,
    /// What has been folded in, when only distinct values count: the group, if there are several, and the arguments.
    seen: Option<Keys<'g>>,
    /// Bytes of values that accumulators keep.
    values: u64,
}

enum States<'g> {
    Counts(Vec<u64>),
    /// Of numbers; a duration makes accumulators of them.
    Sums(Vec<Sum>),
    Any(Vec<Accumulator<'g>>),
}

impl<'g> States<'g> {
    fn new(function: Aggregate) -> Self {
        match function {
            Aggregate::CountStar | Aggregate::Count => States::Counts(Vec::new()),
            Aggregate::Sum | Aggregate::Avg => States::Sums(Vec::new()),
            _ => States::Any(Vec::new()),
        }
    }

    /// As many as there are groups; those that come have seen nothing.
    fn resize(&mut self, groups: usize, function: Aggregate) {
        match self {
            States::Counts(counts) => counts.resize(groups, 0),
            States::Sums(sums) => sums.resize_with(groups, Sum::default),
            States::Any(accumulators) => accumulators.resize_with(groups, || Accumulator::new(function)),
        }
    }

    fn size(&self) -> usize {
        match self {
            States::Counts(counts) => size_of_val(counts.as_slice()),
            States::Sums(sums) => size_of_val(sums.as_slice()),
            States::Any(accumulators) => size_of_val(accumulators.as_slice()),
        }
    }

    /// The accumulators, made of sums if there are none.
    fn accumulators(&mut self, function: Aggregate) -> &mut Vec<Accumulator<'g>> {
        if let States::Sums(sums) = self {
            let sums = std::mem::take(sums).into_iter();
            *self = States::Any(sums.map(|sum| Accumulator::summed(function, sum)).collect());
        }
        match self {
            States::Any(accumulators) => accumulators,
            // Counts take every value.
            other => {
                *other = States::Any(Vec::new());
                other.accumulators(function)
            }
        }
    }

    /// Folds the arguments of a row that stands for so many in; gives the bytes of values that are kept from now on.
    fn add(&mut self, group: usize, arguments: &[Value<'g>], times: u64, function: Aggregate) -> Result<u64> {
        let value = arguments.first().unwrap_or(&Value::Null);
        match self {
            States::Counts(counts) => {
                counts[group] += if value.is_null() && function == Aggregate::Count { 0 } else { times };
                return Ok(0);
            }
            States::Sums(_) if value.is_null() => return Ok(0),
            States::Sums(sums) if !is_duration(value) => return sums[group].add(function, value, times).map(|()| 0),
            States::Sums(_) | States::Any(_) => {}
        }
        let accumulator = &mut self.accumulators(function)[group];
        accumulator.add_often(arguments, times)?;
        Ok(if accumulator.holds_values() { bytes(value) } else { 0 })
    }
}

/// How many rows each row stands for; none: one.
enum Weights<'b> {
    One,
    Ints(&'b [i64]),
}

impl Weights<'_> {
    fn of(&self, row: usize) -> u64 {
        match self {
            Weights::One => 1,
            Weights::Ints(weights) => weights.get(row).map_or(0, |weight| (*weight).max(0) as u64),
        }
    }
}

impl<'g> Folds<'g> {
    pub(super) fn new(call: &AggregateCall) -> Self {
        Folds { states: States::new(call.function), seen: call.distinct.then(Keys::new), values: 0 }
    }

    /// As many states as there are groups.
    pub(super) fn resize(&mut self, groups: usize, call: &AggregateCall) {
        self.states.resize(groups, call.function);
    }

    /// How many bytes they take.
    pub(super) fn size(&self) -> u64 {
        self.states.size() as u64 + self.seen.as_ref().map_or(0, Keys::size) + self.values
    }

    /// Folds a batch's rows into their groups; none: all into the only one.
    pub(super) fn fold(
        &mut self,
        call: &AggregateCall,
        batch: &Batch<'g>,
        groups: Option<&[u32]>,
        ctx: &mut Context<'g>,
    ) -> Result<()> {
        let columns: Result<Vec<Column<'g>>> = call.arguments.iter().map(|e| eval(e, batch, ctx)).collect();
        let columns = columns?;
        let weights = match call.weight.map(|weight| batch.column(weight)) {
            Some(Column::Int(weights)) => Weights::Ints(weights),
            Some(_) => Weights::Ints(&[]),
            None => Weights::One,
        };
        let group = |row: usize| groups.map_or(0, |groups| groups[row] as usize);
        let rows = 0..batch.len;
        let placed = |error: Diagnostic| error.at(call.span);
        if self.seen.is_some() {
            let typed = columns.iter().all(|column| !matches!(column, Column::Value(_) | Column::Absent));
            if typed && matches!(weights, Weights::One) {
                return self.fold_distinct(call, &columns, batch.len, groups, ctx);
            }
            let counts =
                |row: usize| weights.of(row) > 0 && !columns.first().is_some_and(|column| is_null(column, row));
            let rows: Vec<u32> = rows.filter(|row| counts(*row)).map(|row| row as u32).collect();
            let of_rows = groups.map(|groups| rows.iter().map(|row| groups[*row as usize]).collect::<Vec<_>>());
            let columns: Vec<Column<'g>> = columns
                .iter()
                .map(|column| match column.gather(&rows) {
                    Column::Value(values) => Column::from_values(values),
                    column => column,
                })
                .collect();
            return self.fold_distinct(call, &columns, rows.len(), of_rows.as_deref(), ctx);
        }
        match (&mut self.states, columns.as_slice()) {
            (States::Counts(counts), columns) => {
                let counted = |row: usize| match columns {
                    [column] if is_null(column, row) => 0,
                    _ => weights.of(row),
                };
                match (groups, &weights, columns) {
                    (None, Weights::One, []) => counts[0] += batch.len as u64,
                    _ => rows.for_each(|row| counts[group(row)] += counted(row)),
                }
            }
            (States::Sums(sums), [Column::Int(values)]) if call.summed => {
                rows.for_each(|row| sums[group(row)].add_sum(i128::from(values[row]), weights.of(row)));
            }
            (States::Sums(sums), [Column::Int(values)]) => {
                rows.for_each(|row| sums[group(row)].add_integer(values[row], weights.of(row)));
            }
            (states, columns) => {
                let mut values: Vec<Value<'g>> = Vec::with_capacity(columns.len());
                for row in rows {
                    let times = weights.of(row);
                    if times > 0 {
                        values.clear();
                        values.extend(columns.iter().map(|column| column.value(row)));
                        self.values += states.add(group(row), &values, times, call.function).map_err(placed)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Folds those rows in whose values their groups have not seen.
    fn fold_distinct(
        &mut self,
        call: &AggregateCall,
        arguments: &[Column<'g>],
        len: usize,
        groups: Option<&[u32]>,
        ctx: &Context<'g>,
    ) -> Result<()> {
        let Some(seen) = &mut self.seen else { return Ok(()) };
        let mut next = seen.len();
        let numbers = match groups {
            None => seen.numbers(arguments, len, ctx)?,
            Some(groups) => {
                let mut columns = vec![Column::Int(groups.iter().map(|group| i64::from(*group)).collect())];
                columns.extend(arguments.iter().cloned());
                seen.numbers(&columns, len, ctx)?
            }
        };
        let mut values: Vec<Value<'g>> = Vec::with_capacity(arguments.len());
        for (row, number) in numbers.into_iter().enumerate() {
            if number != next {
                continue;
            }
            next += 1;
            let group = groups.map_or(0, |groups| groups[row] as usize);
            if let States::Counts(counts) = &mut self.states {
                counts[group] += 1;
                continue;
            }
            values.clear();
            values.extend(arguments.iter().map(|column| column.value(row)));
            let added = self.states.add(group, &values, 1, call.function);
            self.values += added.map_err(|error| error.at(call.span))?;
        }
        Ok(())
    }

    /// Folds in what was folded from later rows, whose groups have these numbers here; none: there is only one.
    pub(super) fn merge(
        &mut self,
        mut later: Folds<'g>,
        groups: Option<&[u32]>,
        call: &AggregateCall,
        ctx: &Context<'g>,
    ) -> Result<()> {
        let group = |theirs: usize| groups.map_or(0, |groups| groups[theirs] as usize);
        if let Some(seen) = &later.seen {
            for start in (0..seen.len() as usize).step_by(ROWS) {
                ctx.check()?;
                let range = start..(start + ROWS).min(seen.len() as usize);
                let columns = (0..seen.width()).map(|column| seen.column(column, range.clone()));
                let mut columns: Vec<Column<'g>> = columns.collect();
                let of_rows = groups.map(|_| match columns.remove(0) {
                    Column::Int(theirs) => theirs.into_iter().map(|theirs| group(theirs as usize) as u32).collect(),
                    _ => vec![0; range.len()],
                });
                self.fold_distinct(call, &columns, range.len(), of_rows.as_deref(), ctx)?;
            }
            return Ok(());
        }
        self.values += later.values;
        match (&mut self.states, std::mem::replace(&mut later.states, States::new(call.function))) {
            (States::Counts(ours), States::Counts(theirs)) => {
                theirs.iter().enumerate().for_each(|(at, theirs)| ours[group(at)] += theirs);
            }
            (States::Sums(ours), States::Sums(theirs)) => {
                theirs.iter().enumerate().for_each(|(at, theirs)| ours[group(at)].merge(theirs));
            }
            (ours, mut theirs) => {
                let ours = ours.accumulators(call.function);
                for (at, theirs) in std::mem::take(theirs.accumulators(call.function)).into_iter().enumerate() {
                    ours[group(at)].merge(theirs).map_err(|error| error.at(call.span))?;
                }
            }
        }
        Ok(())
    }

    /// The values of these groups, each asked for once.
    pub(super) fn finish(
        &mut self,
        groups: Range<usize>,
        call: &AggregateCall,
        ctx: &Context<'g>,
    ) -> Result<Column<'g>> {
        let values: Result<Vec<Value<'g>>> = match &mut self.states {
            States::Counts(counts) => {
                let count = |count: &u64| i64::try_from(*count).unwrap_or(i64::MAX);
                return Ok(Column::Int(counts[groups].iter().map(count).collect()));
            }
            States::Sums(sums) => sums[groups].iter().map(|sum| sum.finish(call.function)).collect(),
            States::Any(accumulators) => {
                let taken = accumulators[groups].iter_mut();
                let taken = taken.map(|state| std::mem::replace(state, Accumulator::new(call.function)));
                taken.map(|state| state.finish_within(&|| ctx.check())).collect()
            }
        };
        values.map(Column::from_values).map_err(|error| error.at(call.span))
    }
}

impl Drop for Folds<'_> {
    fn drop(&mut self) {
        match &mut self.states {
            States::Counts(counts) => garbage::plain(std::mem::take(counts)),
            States::Sums(sums) => garbage::plain(std::mem::take(sums)),
            States::Any(_) => {}
        }
    }
}

fn is_null(column: &Column<'_>, row: usize) -> bool {
    match column {
        Column::Value(values) => values.get(row).is_none_or(Value::is_null),
        Column::Absent => true,
        _ => false,
    }
}
