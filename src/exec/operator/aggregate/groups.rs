//! Groups while they are gathered: which one each row belongs to, and the state of their aggregations.

use std::ops::Range;

use super::super::keys::Keys;
use super::fold::Folds;
use super::{Batch, Context, Result};
use crate::exec::batch::ROWS;
use crate::exec::expr::eval;
use crate::model::{Column, Var};
use crate::plan::expr::{AggregateCall, Expr};

/// Groups, in the order of their first rows.
pub(super) struct Groups<'g> {
    /// None: there are no keys, and one group.
    keys: Option<Keys<'g>>,
    /// Of each aggregation.
    folds: Vec<Folds<'g>>,
}

impl<'g> Groups<'g> {
    pub(super) fn new(keys: usize, calls: &[(Var, AggregateCall)]) -> Self {
        let mut groups = Groups {
            keys: (keys > 0).then(Keys::new),
            folds: calls.iter().map(|(_, call)| Folds::new(call)).collect(),
        };
        groups.resize(calls);
        groups
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.keys.as_ref().map_or(1, |keys| keys.len() as usize)
    }

    /// How many bytes they take.
    pub(super) fn size(&self) -> u64 {
        self.keys.as_ref().map_or(0, Keys::size) + self.folds.iter().map(Folds::size).sum::<u64>()
    }

    fn resize(&mut self, calls: &[(Var, AggregateCall)]) {
        let len = self.len();
        self.folds.iter_mut().zip(calls).for_each(|(folds, (_, call))| folds.resize(len, call));
    }

    /// Folds a batch's rows into their groups.
    pub(super) fn fold(
        &mut self,
        keys: &[(Var, Expr)],
        calls: &[(Var, AggregateCall)],
        batch: &Batch<'g>,
        ctx: &mut Context<'g>,
    ) -> Result<()> {
        let numbers = match &mut self.keys {
            None => None,
            Some(known) => {
                let columns: Result<Vec<Column<'g>>> = keys.iter().map(|(_, expr)| eval(expr, batch, ctx)).collect();
                Some(known.numbers(&columns?, batch.len, ctx)?)
            }
        };
        self.resize(calls);
        for ((_, call), folds) in calls.iter().zip(&mut self.folds) {
            folds.fold(call, batch, numbers.as_deref(), ctx)?;
        }
        Ok(())
    }

    /// Puts the groups of later rows behind these, joined to those with the same keys.
    pub(super) fn merge(&mut self, later: Groups<'g>, calls: &[(Var, AggregateCall)], ctx: &Context<'g>) -> Result<()> {
        let mut numbers = Vec::with_capacity(later.len());
        if let (Some(ours), Some(theirs)) = (&mut self.keys, &later.keys) {
            for start in (0..later.len()).step_by(ROWS) {
                ctx.check()?;
                let range = start..(start + ROWS).min(later.len());
                let columns = (0..theirs.width()).map(|column| theirs.column(column, range.clone()));
                numbers.append(&mut ours.numbers(&columns.collect::<Vec<_>>(), range.len(), ctx)?);
            }
        }
        let numbers = self.keys.is_some().then_some(numbers);
        self.resize(calls);
        for ((_, call), (ours, theirs)) in calls.iter().zip(self.folds.iter_mut().zip(later.folds)) {
            ours.merge(theirs, numbers.as_deref(), call, ctx)?;
        }
        Ok(())
    }

    /// The keys and the values of these groups, each asked for once.
    pub(super) fn finish(
        &mut self,
        groups: Range<usize>,
        keys: &[(Var, Expr)],
        calls: &[(Var, AggregateCall)],
        ctx: &Context<'g>,
    ) -> Result<Batch<'g>> {
        let mut batch = Batch::new(groups.len());
        for (at, (var, _)) in keys.iter().enumerate() {
            let column = self.keys.as_ref().map(|keys| keys.column(at, groups.clone()));
            batch.set(*var, column.unwrap_or_default());
        }
        for ((var, call), folds) in calls.iter().zip(&mut self.folds) {
            batch.set(*var, folds.finish(groups.clone(), call, ctx)?);
        }
        Ok(batch)
    }
}
