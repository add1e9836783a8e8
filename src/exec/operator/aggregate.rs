//! `Aggregate`: groups rows by equivalent keys and folds each group. Without keys there is one group, even of no rows.
//!
//! A batch is worked on column by column: first the group of every row, then one aggregation after the other. Keys of
//! plain kinds are remembered by their bits, so that only the first row of a group looks for equivalent values.

use std::collections::{HashMap, HashSet};

use rustc_hash::FxHashMap;

use super::{Batch, Boxed, Context, Operator, Result};
use crate::exec::batch::{ROWS, bytes};
use crate::exec::expr::eval;
use crate::exec::function::aggregate::Accumulator;
use crate::model::value::Key;
use crate::model::{Column, Diagnostic, Str, Value, Var};
use crate::plan::expr::{AggregateCall, Expr};
use crate::plan::physical::Unique;

pub(super) struct Aggregate<'g> {
    input: Boxed<'g>,
    keys: Vec<(Var, Expr)>,
    calls: Vec<(Var, AggregateCall)>,
    /// What tells every row from the others, when it holds: then each is a group, and none is held.
    unique: Option<Unique>,
    /// Whether it holds; known when it first runs.
    streams: Option<bool>,
    groups: Option<Groups<'g>>,
    given: usize,
    held: u64,
}

/// Groups, in the order of their first rows.
struct Groups<'g> {
    index: HashMap<Vec<Key<'g>>, u32>,
    /// Groups by the bits of their keys, for keys of the kinds of the last batch; by those of the only key.
    known: FxHashMap<Box<[u64]>, u32>,
    known_by_one: FxHashMap<u64, u32>,
    kinds: Vec<std::mem::Discriminant<Column<'g>>>,
    /// The values of each key.
    keys: Vec<Vec<Value<'g>>>,
    /// The state of each aggregation.
    folds: Vec<Vec<Fold<'g>>>,
    len: u32,
}

struct Fold<'g> {
    accumulator: Accumulator<'g>,
    /// What has been folded in, when only distinct values count.
    seen: Option<HashSet<Vec<Key<'g>>>>,
}

/// A value's bits, among values of its column's kind: equal bits are equal values.
fn bits(column: &Column<'_>, row: usize) -> Option<u64> {
    Some(match column {
        Column::Bool(v) => u64::from(*v.get(row)?),
        Column::Int(v) => *v.get(row)? as u64,
        Column::Float(v) => v.get(row)?.to_bits(),
        Column::Node(v) => u64::from(v.get(row)?.0),
        Column::Edge(v) => u64::from(v.get(row)?.0),
        Column::Text(v, _) => u64::from(*v.get(row)?),
        // A text of the snapshot is there once, so its place and its length tell it from others.
        Column::String(v) => match v.get(row)? {
            Str::Borrowed(text) => {
                let (place, length) = (text.as_ptr() as u64, text.len() as u64);
                (place < 1 << 48 && length < 1 << 16).then_some(place << 16 | length)?
            }
            Str::Shared(_) => return None,
        },
        Column::Absent | Column::Value(_) => return None,
    })
}

impl<'g> Groups<'g> {
    fn new(keys: usize, calls: &[(Var, AggregateCall)]) -> Self {
        let mut groups = Groups {
            index: HashMap::new(),
            known: FxHashMap::default(),
            known_by_one: FxHashMap::default(),
            kinds: Vec::new(),
            keys: vec![Vec::new(); keys],
            folds: calls.iter().map(|_| Vec::new()).collect(),
            len: 0,
        };
        if keys == 0 {
            groups.add(Vec::new(), calls);
        }
        groups
    }

    /// Opens a group.
    fn add(&mut self, values: Vec<Value<'g>>, calls: &[(Var, AggregateCall)]) -> u32 {
        for (column, value) in self.keys.iter_mut().zip(values) {
            column.push(value);
        }
        for (folds, (_, call)) in self.folds.iter_mut().zip(calls) {
            folds.push(Fold::new(call));
        }
        self.len += 1;
        self.len - 1
    }

    /// The group of each row; bytes that new ones hold are added to `held`.
    fn of_rows(&mut self, keys: &[Column<'g>], len: usize, calls: &[(Var, AggregateCall)], held: &mut u64) -> Vec<u32> {
        if keys.is_empty() {
            return vec![0; len];
        }
        let kinds: Vec<_> = keys.iter().map(std::mem::discriminant).collect();
        if kinds != self.kinds {
            self.known.clear();
            self.known_by_one.clear();
            self.kinds = kinds;
        }
        let mut groups = Vec::with_capacity(len);
        let mut of_row: Vec<u64> = Vec::with_capacity(keys.len());
        for row in 0..len {
            of_row.clear();
            of_row.extend(keys.iter().map_while(|column| bits(column, row)));
            let plain = of_row.len() == keys.len();
            let known = match of_row.as_slice() {
                [one] => self.known_by_one.get(one),
                several => self.known.get(several),
            };
            if plain && let Some(group) = known {
                groups.push(*group);
                continue;
            }
            let key: Vec<Key<'g>> = keys.iter().map(|column| Key(column.value(row))).collect();
            let group = match self.index.get(&key) {
                Some(group) => *group,
                None => {
                    let values: Vec<Value<'g>> = key.iter().map(|key| key.0.clone()).collect();
                    *held += values.iter().map(bytes).sum::<u64>() * 2;
                    let group = self.add(values, calls);
                    self.index.insert(key, group);
                    group
                }
            };
            if plain {
                *held += 8 * of_row.len() as u64;
                match of_row.as_slice() {
                    [one] => drop(self.known_by_one.insert(*one, group)),
                    several => drop(self.known.insert(several.into(), group)),
                }
            }
            groups.push(group);
        }
        groups
    }
}

impl<'g> Fold<'g> {
    fn new(call: &AggregateCall) -> Self {
        Fold { accumulator: Accumulator::new(call.function), seen: call.distinct.then(HashSet::new) }
    }

    /// Folds the values of a row that stands for so many in; gives the bytes that it holds from now on.
    fn add(&mut self, values: Vec<Value<'g>>, times: u64) -> Result<u64> {
        let mut held = 0;
        if let Some(seen) = &mut self.seen {
            held = values.iter().map(bytes).sum();
            if !seen.insert(values.iter().cloned().map(Key).collect()) {
                return Ok(0);
            }
        }
        if self.accumulator.holds_values() {
            held += values.iter().map(bytes).sum::<u64>();
        }
        self.accumulator.add_often(&values, times)?;
        Ok(held)
    }
}

/// How many rows a row stands for.
fn weight(batch: &Batch<'_>, call: &AggregateCall, row: usize) -> u64 {
    match call.weight.map(|weight| batch.column(weight)) {
        None => 1,
        Some(Column::Int(weights)) => weights.get(row).map_or(0, |weight| (*weight).max(0) as u64),
        Some(column) => match column.value(row) {
            Value::Int(weight) => weight.max(0) as u64,
            _ => 0,
        },
    }
}

impl<'g> Aggregate<'g> {
    pub(super) fn new(
        input: Boxed<'g>,
        keys: Vec<(Var, Expr)>,
        calls: Vec<(Var, AggregateCall)>,
        unique: Option<Unique>,
    ) -> Self {
        Aggregate { input, keys, calls, unique, streams: None, groups: None, given: 0, held: 0 }
    }

    fn gather(&mut self, ctx: &mut Context<'g>) -> Result<Groups<'g>> {
        // A run that was left in the middle could not give it back.
        ctx.release(std::mem::take(&mut self.held));
        let mut groups = Groups::new(self.keys.len(), &self.calls);
        while let Some(batch) = self.input.next(ctx)? {
            let keys: Result<Vec<Column<'g>>> = self.keys.iter().map(|(_, expr)| eval(expr, &batch, ctx)).collect();
            let mut held = 0;
            let of_rows = groups.of_rows(&keys?, batch.len, &self.calls, &mut held);
            for ((_, call), folds) in self.calls.iter().zip(&mut groups.folds) {
                held += fold(call, &batch, &of_rows, folds, ctx)?;
            }
            self.held += held;
            ctx.hold(held)?;
        }
        Ok(groups)
    }

    /// The next rows, each a group of its own.
    fn stream(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
        let mut answer = Batch::new(batch.len);
        for (var, expr) in &self.keys {
            answer.set(*var, eval(expr, &batch, ctx)?);
        }
        let of_rows: Vec<u32> = (0..batch.len as u32).collect();
        for (var, call) in &self.calls {
            if let (true, Some(weight)) = (call.arguments.is_empty(), call.weight) {
                answer.set(*var, batch.column(weight).clone());
                continue;
            }
            let mut folds: Vec<Fold<'g>> = (0..batch.len).map(|_| Fold::new(call)).collect();
            fold(call, &batch, &of_rows, &mut folds, ctx)?;
            let values: Result<Vec<Value<'g>>> = folds.into_iter().map(|fold| finished(fold, call)).collect();
            answer.set(*var, Column::from_values(values?));
        }
        Ok(Some(answer))
    }
}

/// Folds a batch's rows into their groups; gives the bytes that these hold from now on.
fn fold<'g>(
    call: &AggregateCall,
    batch: &Batch<'g>,
    of_rows: &[u32],
    folds: &mut [Fold<'g>],
    ctx: &mut Context<'g>,
) -> Result<u64> {
    let columns: Result<Vec<Column<'g>>> = call.arguments.iter().map(|e| eval(e, batch, ctx)).collect();
    let columns = columns?;
    let rows = of_rows.iter().map(|group| *group as usize).enumerate();
    let mut held = 0;
    match columns.as_slice() {
        [] if !call.distinct => {
            rows.for_each(|(row, group)| folds[group].accumulator.count(weight(batch, call, row)));
        }
        [Column::Int(values)] if !call.distinct && Accumulator::takes_integers(call.function) => {
            for (row, group) in rows {
                let times = weight(batch, call, row);
                if !folds[group].accumulator.add_integer(values[row], times) && times > 0 {
                    folds[group].add(vec![Value::Int(values[row])], times).map_err(|error| error.at(call.span))?;
                }
            }
        }
        columns => {
            for (row, group) in rows {
                let times = weight(batch, call, row);
                if times > 0 {
                    let values: Vec<Value<'g>> = columns.iter().map(|column| column.value(row)).collect();
                    held += folds[group].add(values, times).map_err(|error: Diagnostic| error.at(call.span))?;
                }
            }
        }
    }
    Ok(held)
}

fn finished<'g>(fold: Fold<'g>, call: &AggregateCall) -> Result<Value<'g>> {
    fold.accumulator.finish().map_err(|error| error.at(call.span))
}

impl<'g> Operator<'g> for Aggregate<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        let unique = &self.unique;
        if *self.streams.get_or_insert_with(|| unique.as_ref().is_some_and(|unique| holds(unique, ctx))) {
            return self.stream(ctx);
        }
        if self.groups.is_none() {
            self.groups = Some(self.gather(ctx)?);
            self.given = 0;
        }
        let Some(groups) = &mut self.groups else { return Ok(None) };
        let start = self.given;
        let end = (start + ROWS).min(groups.len as usize);
        if start >= end {
            ctx.release(std::mem::take(&mut self.held));
            return Ok(None);
        }
        self.given = end;
        let mut batch = Batch::new(end - start);
        for ((var, _), values) in self.keys.iter().zip(&mut groups.keys) {
            let values = values[start..end].iter_mut().map(std::mem::take);
            batch.set(*var, Column::from_values(values.collect()));
        }
        for ((var, call), folds) in self.calls.iter().zip(&mut groups.folds) {
            let folds = folds[start..end].iter_mut().map(|fold| std::mem::replace(fold, Fold::new(call)));
            let values: Result<Vec<Value<'g>>> = folds.map(|fold| finished(fold, call)).collect();
            batch.set(*var, Column::from_values(values?));
        }
        Ok(Some(batch))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.groups = None;
        self.streams = None;
    }
}

/// Whether every row is a group of its own.
fn holds(unique: &Unique, ctx: &Context<'_>) -> bool {
    match unique {
        Unique::Row => true,
        Unique::Property { label, key } => {
            let (label, key) = (ctx.view.label_id(label), ctx.view.key_id(key));
            label.zip(key).is_some_and(|(label, key)| ctx.view.is_unique(label, key))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, Z, counted, given, lengths, rows, var};
    use super::*;
    use crate::model::Span;
    use crate::model::function::Aggregate as Function;

    type Keys = Vec<(Var, Expr)>;

    fn call(function: Function, distinct: bool, arguments: Vec<Expr>) -> AggregateCall {
        AggregateCall { span: Span::default(), function, distinct, arguments, weight: None }
    }

    #[test]
    fn folds_groups() {
        let none = Keys::new();
        let by_x = vec![(X, var(X))];
        let cases: [(&[&str], &Keys, &str); 5] = [
            (&[], &none, "null 0 0"),
            (&[], &by_x, ""),
            (&["1 2, null 2", "1 null, null 3"], &none, "null 2 7"),
            (&["1 2, null 2", "1 null, null 3, 2 2"], &by_x, "1 1 2, null 2 5, 2 1 2"),
            (&["1 2, 1 2"], &by_x, "1 1 4"),
        ];
        for (input, keys, expected) in cases {
            let calls =
                vec![(Y, call(Function::Count, true, vec![var(Y)])), (Z, call(Function::Sum, false, vec![var(Y)]))];
            assert_eq!(
                rows(Aggregate::new(given(input), keys.clone(), calls, None), &[X, Y, Z]),
                expected,
                "{input:?}"
            );
        }
        assert_eq!(lengths(Aggregate::new(counted(&[2048, 2]), by_x, Vec::new(), None)), [2048, 2]);
    }
}
