//! The state of one aggregation of one group, and how a batch's rows go into it.

use std::collections::HashSet;

use rustc_hash::FxHashSet;

use super::plain::{self, Kind};
use super::{Batch, Context, Result};
use crate::exec::batch::bytes;
use crate::exec::expr::eval;
use crate::exec::function::aggregate::Accumulator;
use crate::model::value::Key;
use crate::model::{Column, Diagnostic, Value};
use crate::plan::expr::AggregateCall;

pub(super) struct Fold<'g> {
    accumulator: Accumulator<'g>,
    /// What has been folded in, when only distinct values count.
    seen: Option<Seen<'g>>,
}

/// A set of values.
enum Seen<'g> {
    None,
    /// All of one kind, by their bits.
    Plain(Kind<'g>, FxHashSet<u64>),
    Any(HashSet<Vec<Key<'g>>>),
}

impl<'g> Seen<'g> {
    /// Whether the values were not there; now they are.
    fn insert(&mut self, values: &[Value<'g>]) -> bool {
        if let Seen::Plain(kind, set) = self {
            // Another kind of values has come, of which some may equal these.
            *self = Seen::Any(set.iter().map(|bits| vec![Key(kind.value(*bits))]).collect());
        }
        if matches!(self, Seen::None) {
            *self = Seen::Any(HashSet::new());
        }
        match self {
            Seen::Any(set) => set.insert(values.iter().cloned().map(Key).collect()),
            Seen::None | Seen::Plain(..) => false,
        }
    }

    /// As `insert`, of a value of a plain kind; none when that is not enough.
    fn insert_plain(&mut self, kind: Kind<'g>, bits: u64) -> Option<bool> {
        if matches!(self, Seen::None) {
            *self = Seen::Plain(kind, FxHashSet::default());
        }
        match self {
            Seen::Plain(of, set) if *of == kind => Some(set.insert(bits)),
            _ => None,
        }
    }
}

impl<'g> Fold<'g> {
    pub(super) fn new(call: &AggregateCall) -> Self {
        Fold { accumulator: Accumulator::new(call.function), seen: call.distinct.then_some(Seen::None) }
    }

    /// Folds the values of a row that stands for so many in; gives the bytes that it holds from now on.
    fn add(&mut self, values: &[Value<'g>], times: u64) -> Result<u64> {
        let mut held = 0;
        if let Some(seen) = &mut self.seen {
            if !seen.insert(values) {
                return Ok(0);
            }
            held = values.iter().map(bytes).sum::<u64>() * 2;
        }
        if self.accumulator.holds_values() {
            held += values.iter().map(bytes).sum::<u64>();
        }
        self.accumulator.add_often(values, times)?;
        Ok(held)
    }

    /// Folds in what was folded from later rows.
    pub(super) fn merge(&mut self, later: Fold<'g>) -> Result<()> {
        match (&mut self.seen, later.seen) {
            (Some(_), Some(Seen::Plain(kind, set))) => {
                for bits in set {
                    self.add_distinct(kind, bits)?;
                }
                Ok(())
            }
            (Some(_), Some(Seen::Any(set))) => {
                for values in set {
                    let values: Vec<Value<'g>> = values.into_iter().map(|key| key.0).collect();
                    self.add(&values, 1)?;
                }
                Ok(())
            }
            (Some(_), _) => Ok(()),
            (None, _) => self.accumulator.merge(later.accumulator),
        }
    }

    /// Folds a value of a plain kind in, if it is the first of its like; gives the bytes that it holds from now on.
    fn add_distinct(&mut self, kind: Kind<'g>, bits: u64) -> Result<u64> {
        match self.seen.as_mut().and_then(|seen| seen.insert_plain(kind, bits)) {
            Some(false) => Ok(0),
            Some(true) if self.accumulator.is_count() => {
                self.accumulator.count(1);
                Ok(16)
            }
            Some(true) => {
                let value = kind.value(bits);
                let held = if self.accumulator.holds_values() { bytes(&value) } else { 0 };
                self.accumulator.add_often(&[value], 1)?;
                Ok(16 + held)
            }
            None => self.add(&[kind.value(bits)], 1),
        }
    }

    pub(super) fn finish(self, call: &AggregateCall) -> Result<Value<'g>> {
        self.accumulator.finish().map_err(|error| error.at(call.span))
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

/// Folds a batch's rows into their groups; gives the bytes that these hold from now on.
pub(super) fn fold<'g>(
    call: &AggregateCall,
    batch: &Batch<'g>,
    of_rows: &[u32],
    folds: &mut [Fold<'g>],
    ctx: &mut Context<'g>,
) -> Result<u64> {
    let columns: Result<Vec<Column<'g>>> = call.arguments.iter().map(|e| eval(e, batch, ctx)).collect();
    let columns = columns?;
    let weights = match call.weight.map(|weight| batch.column(weight)) {
        Some(Column::Int(weights)) => Weights::Ints(weights),
        Some(_) => Weights::Ints(&[]),
        None => Weights::One,
    };
    let placed = |error: Diagnostic| error.at(call.span);
    let rows = of_rows.iter().map(|group| *group as usize).enumerate();
    let mut held = 0;
    match columns.as_slice() {
        [] if !call.distinct => match (&weights, folds) {
            (Weights::One, [only]) => only.accumulator.count(of_rows.len() as u64),
            (_, folds) => rows.for_each(|(row, group)| folds[group].accumulator.count(weights.of(row))),
        },
        [Column::Int(values)] if call.summed => {
            for (row, group) in rows {
                folds[group].accumulator.add_sum(values[row], weights.of(row));
            }
        }
        [Column::Int(values)] if !call.distinct && Accumulator::takes_integers(call.function) => {
            for (row, group) in rows {
                let times = weights.of(row);
                if times > 0 && !folds[group].accumulator.add_integer(values[row], times) {
                    folds[group].add(&[Value::Int(values[row])], times).map_err(placed)?;
                }
            }
        }
        [column] if call.distinct && Kind::of(column).is_some() => {
            let (Some(kind), Some(bits)) = (Kind::of(column), plain::bits(column)) else { return Ok(held) };
            for (row, group) in rows.filter(|(row, _)| weights.of(*row) > 0) {
                held += folds[group].add_distinct(kind, bits[row]).map_err(placed)?;
            }
        }
        columns => {
            for (row, group) in rows {
                let times = weights.of(row);
                if times > 0 {
                    let values: Vec<Value<'g>> = columns.iter().map(|column| column.value(row)).collect();
                    held += folds[group].add(&values, times).map_err(placed)?;
                }
            }
        }
    }
    Ok(held)
}
