//! `Aggregate`: groups rows by equivalent keys and folds each group. Without keys there is one group, even of no rows.
//!
//! A batch is worked on column by column: first the group of every row, then one aggregation after the other. Where many rows
//! come from a scan, pieces of it are grouped by several threads.

mod fold;
mod groups;
mod parallel;

use super::{Batch, Boxed, Context, Operator, Result};
use crate::exec::batch::ROWS;
use crate::exec::expr::eval;
use crate::model::Var;
use crate::plan::expr::{AggregateCall, Expr};
use crate::plan::physical::{Op, Unique};
use fold::Folds;
use groups::Groups;
use parallel::Split;

pub(super) struct Aggregate<'g> {
    input: Boxed<'g>,
    keys: Vec<(Var, Expr)>,
    calls: Vec<(Var, AggregateCall)>,
    /// What tells every row from the others, when it holds: then each is a group, and none is held.
    unique: Option<Unique>,
    /// Whether it holds; known when it first runs.
    streams: Option<bool>,
    split: Option<Split>,
    groups: Option<Groups<'g>>,
    given: usize,
    held: u64,
}

impl<'g> Aggregate<'g> {
    /// `input_op` is what `input` was built of, if it may be built again to be run in pieces.
    pub(super) fn new(
        (input, input_op): (Boxed<'g>, Option<&Op>),
        keys: Vec<(Var, Expr)>,
        calls: Vec<(Var, AggregateCall)>,
        unique: Option<Unique>,
    ) -> Self {
        let split = Split::new(input_op, &calls);
        Aggregate { input, keys, calls, unique, streams: None, split, groups: None, given: 0, held: 0 }
    }

    fn gather(&mut self, ctx: &mut Context<'g>) -> Result<Groups<'g>> {
        // A run that was left in the middle could not give it back.
        ctx.release(std::mem::take(&mut self.held));
        let (keys, calls) = (&self.keys, &self.calls);
        let Some(split) = &self.split else {
            let (groups, held) = group(self.input.as_mut(), keys, calls, ctx)?;
            self.held = held;
            return Ok(groups);
        };
        let pieces = split.gather(ctx, &|input, ctx| group(input, keys, calls, ctx))?;
        let mut groups = Groups::new(keys.len(), calls);
        for (piece, of_piece) in pieces {
            groups.merge(piece, calls, ctx)?;
            hold(&groups, &mut self.held, ctx)?;
            ctx.release(of_piece);
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
            let mut folds = Folds::new(call);
            folds.resize(batch.len, call);
            folds.fold(call, &batch, Some(&of_rows), ctx)?;
            answer.set(*var, folds.finish(0..batch.len, call, ctx)?);
        }
        Ok(Some(answer))
    }
}

/// The groups of an input's rows, and how many bytes they hold.
fn group<'g>(
    input: &mut (dyn Operator<'g> + 'g),
    keys: &[(Var, Expr)],
    calls: &[(Var, AggregateCall)],
    ctx: &mut Context<'g>,
) -> Result<(Groups<'g>, u64)> {
    let (mut groups, mut held) = (Groups::new(keys.len(), calls), 0);
    while let Some(batch) = input.next(ctx)? {
        groups.fold(keys, calls, &batch, ctx)?;
        hold(&groups, &mut held, ctx)?;
    }
    Ok((groups, held))
}

/// Accounts for what groups hold, `held` so far.
fn hold<'g>(groups: &Groups<'g>, held: &mut u64, ctx: &mut Context<'g>) -> Result<()> {
    let more = groups.size().saturating_sub(*held);
    *held += more;
    ctx.hold(more)
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
        let end = (start + ROWS).min(groups.len());
        if start >= end {
            ctx.release(std::mem::take(&mut self.held));
            return Ok(None);
        }
        self.given = end;
        groups.finish(start..end, &self.keys, &self.calls, ctx).map(Some)
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
        AggregateCall { span: Span::default(), function, distinct, arguments, weight: None, summed: false }
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
                rows(Aggregate::new((given(input), None), keys.clone(), calls, None), &[X, Y, Z]),
                expected,
                "{input:?}"
            );
        }
        assert_eq!(lengths(Aggregate::new((counted(&[2048, 2]), None), by_x, Vec::new(), None)), [2048, 2]);
    }
}
