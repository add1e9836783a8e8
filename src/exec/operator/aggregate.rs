//! `Aggregate`: groups rows by equivalent keys and folds each group. Without keys there is one group, even of no rows.

use std::collections::{HashMap, HashSet};

use super::{Batch, Boxed, Context, Operator, Result};
use crate::exec::batch::{ROWS, bytes};
use crate::exec::expr::eval;
use crate::exec::function::aggregate::Accumulator;
use crate::model::value::Key;
use crate::model::{Column, Value, Var};
use crate::plan::expr::{AggregateCall, Expr};

pub(super) struct Aggregate<'g> {
    input: Boxed<'g>,
    keys: Vec<(Var, Expr)>,
    calls: Vec<(Var, AggregateCall)>,
    groups: Option<std::vec::IntoIter<Group<'g>>>,
    held: u64,
}

struct Group<'g> {
    key: Vec<Value<'g>>,
    folds: Vec<Fold<'g>>,
}

struct Fold<'g> {
    accumulator: Accumulator<'g>,
    /// What has been folded in, when only distinct values count.
    seen: Option<HashSet<Vec<Key<'g>>>>,
}

impl<'g> Aggregate<'g> {
    pub(super) fn new(input: Boxed<'g>, keys: Vec<(Var, Expr)>, calls: Vec<(Var, AggregateCall)>) -> Self {
        Aggregate { input, keys, calls, groups: None, held: 0 }
    }

    fn group(&self, key: Vec<Value<'g>>) -> Group<'g> {
        let fold = |(_, call): &(Var, AggregateCall)| Fold {
            accumulator: Accumulator::new(call.function),
            seen: call.distinct.then(HashSet::new),
        };
        Group { key, folds: self.calls.iter().map(fold).collect() }
    }

    fn gather(&mut self, ctx: &mut Context<'g>) -> Result<Vec<Group<'g>>> {
        // A run that was left in the middle could not give it back.
        ctx.release(std::mem::take(&mut self.held));
        let mut index: HashMap<Vec<Key<'g>>, usize> = HashMap::new();
        let mut groups: Vec<Group<'g>> = Vec::new();
        if self.keys.is_empty() {
            groups.push(self.group(Vec::new()));
        }
        while let Some(batch) = self.input.next(ctx)? {
            let mut keys = Vec::with_capacity(self.keys.len());
            for (_, expr) in &self.keys {
                keys.push(eval(expr, &batch, ctx)?);
            }
            let mut arguments = Vec::with_capacity(self.calls.len());
            for (_, call) in &self.calls {
                let columns: Result<Vec<Column<'g>>> = call.arguments.iter().map(|e| eval(e, &batch, ctx)).collect();
                arguments.push(columns?);
            }
            let mut held = 0;
            for row in 0..batch.len {
                let at = if keys.is_empty() {
                    0
                } else {
                    let key: Vec<Key<'g>> = keys.iter().map(|column| Key(column.value(row))).collect();
                    match index.get(&key) {
                        Some(at) => *at,
                        None => {
                            let values: Vec<Value<'g>> = key.iter().map(|key| key.0.clone()).collect();
                            held += values.iter().map(bytes).sum::<u64>() * 2;
                            groups.push(self.group(values));
                            index.insert(key, groups.len() - 1);
                            groups.len() - 1
                        }
                    }
                };
                for ((fold, columns), (_, call)) in groups[at].folds.iter_mut().zip(&arguments).zip(&self.calls) {
                    let times = match call.weight.map(|weight| batch.value(weight, row)) {
                        None => 1,
                        Some(Value::Int(times)) if times > 0 => times as u64,
                        Some(_) => continue,
                    };
                    let values: Vec<Value<'g>> = columns.iter().map(|column| column.value(row)).collect();
                    held += fold.add(values, times).map_err(|error| error.at(call.span))?;
                }
            }
            self.held += held;
            ctx.hold(held)?;
        }
        Ok(groups)
    }
}

impl<'g> Fold<'g> {
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

impl<'g> Operator<'g> for Aggregate<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.groups.is_none() {
            self.groups = Some(self.gather(ctx)?.into_iter());
        }
        let Some(groups) = &mut self.groups else { return Ok(None) };
        let mut columns: Vec<Vec<Value<'g>>> = vec![Vec::new(); self.keys.len() + self.calls.len()];
        let mut len = 0;
        for group in groups.by_ref().take(ROWS) {
            len += 1;
            let (keys, calls) = columns.split_at_mut(self.keys.len());
            for (column, value) in keys.iter_mut().zip(group.key) {
                column.push(value);
            }
            for ((column, fold), (_, call)) in calls.iter_mut().zip(group.folds).zip(&self.calls) {
                column.push(fold.accumulator.finish().map_err(|error| error.at(call.span))?);
            }
        }
        if len == 0 {
            ctx.release(std::mem::take(&mut self.held));
            return Ok(None);
        }
        let mut batch = Batch::new(len);
        let vars = self.keys.iter().map(|(var, _)| *var).chain(self.calls.iter().map(|(var, _)| *var));
        for (var, column) in vars.zip(columns) {
            batch.set(var, Column::from_values(column));
        }
        Ok(Some(batch))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.groups = None;
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
            assert_eq!(rows(Aggregate::new(given(input), keys.clone(), calls), &[X, Y, Z]), expected, "{input:?}");
        }
        assert_eq!(lengths(Aggregate::new(counted(&[2048, 2]), by_x, Vec::new())), [2048, 2]);
    }
}
