//! A subquery's operators, run over outer rows.

use super::{ArgumentSlot, Batch, Boxed, Context, Result, build};
use crate::model::{Column, Var};
use crate::plan::physical;

/// The inner side of a subquery: start it on a batch of outer rows, then pull.
pub(in crate::exec) struct Subplan<'g> {
    root: Boxed<'g>,
    slot: ArgumentSlot<'g>,
    row: Var,
    per_row: bool,
    outer: Batch<'g>,
    /// The outer row that runs, when they run one by one.
    current: usize,
}

impl<'g> Subplan<'g> {
    pub(in crate::exec) fn build(plan: &physical::Subplan) -> Self {
        let slot = ArgumentSlot::default();
        let root = build(&plan.root, &slot);
        Subplan { root, slot, row: plan.row, per_row: plan.per_row, outer: Batch::default(), current: 0 }
    }

    /// Sets the outer rows; the next pull starts on them.
    pub(in crate::exec) fn start(&mut self, outer: &Batch<'g>) {
        self.current = 0;
        self.outer = outer.clone();
        if self.per_row {
            self.start_row();
        } else {
            let numbers = (0..outer.len as i64).collect();
            let mut rows = outer.clone();
            rows.set(self.row, Column::Int(numbers));
            self.slot.put(rows);
            self.root.reset();
        }
    }

    fn start_row(&mut self) {
        if self.current < self.outer.len {
            let vars: Vec<Var> = (0..self.outer.columns.len() as u32).map(Var).collect();
            let mut row = self.outer.gather(&[self.current as u32], &vars);
            row.set(self.row, Column::Int(vec![self.current as i64]));
            self.slot.put(row);
            self.root.reset();
        }
    }

    /// The next inner rows, and for each the number of the outer row that it belongs to.
    pub(in crate::exec) fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<(Batch<'g>, Vec<u32>)>> {
        if !self.per_row {
            let Some(batch) = (if self.outer.len == 0 { None } else { self.root.next(ctx)? }) else { return Ok(None) };
            let rows = match batch.column(self.row) {
                Column::Int(rows) => rows.iter().map(|row| *row as u32).collect(),
                // A single outer row needs no number.
                _ => vec![0; batch.len],
            };
            return Ok(Some((batch, rows)));
        }
        while self.current < self.outer.len {
            if let Some(batch) = self.root.next(ctx)? {
                let rows = vec![self.current as u32; batch.len];
                return Ok(Some((batch, rows)));
            }
            self.next_row();
        }
        Ok(None)
    }

    /// Leaves the rest of this outer row's rows, when rows run one by one.
    pub(in crate::exec) fn next_row(&mut self) {
        self.current += 1;
        self.start_row();
    }

    /// Whether outer rows run one by one.
    pub(in crate::exec) fn per_row(&self) -> bool {
        self.per_row
    }
}
