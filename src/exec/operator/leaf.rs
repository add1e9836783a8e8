//! Leaves: the one empty row of a statement, and the outer rows of a subquery.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Batch, Context, Operator, Result};
use crate::model::Var;

/// One row without columns.
#[derive(Default)]
pub(super) struct Unit {
    given: bool,
}

impl<'g> Operator<'g> for Unit {
    fn next(&mut self, _: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        Ok((!std::mem::replace(&mut self.given, true)).then(|| Batch::new(1)))
    }

    fn reset(&mut self) {
        self.given = false;
    }
}

/// Where the owner of an inner plan puts the outer rows.
#[derive(Clone, Default)]
pub(in crate::exec) struct ArgumentSlot<'g>(Arc<Mutex<Option<Batch<'g>>>>);

impl<'g> ArgumentSlot<'g> {
    pub(super) fn put(&self, rows: Batch<'g>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(rows);
    }

    fn get(&self) -> Option<Batch<'g>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The outer rows, given once after each reset.
pub(super) struct Argument<'g> {
    slot: ArgumentSlot<'g>,
    live: Vec<Var>,
    given: bool,
}

impl<'g> Argument<'g> {
    pub(super) fn new(slot: ArgumentSlot<'g>, live: Vec<Var>) -> Self {
        Argument { slot, live, given: false }
    }
}

impl<'g> Operator<'g> for Argument<'g> {
    fn next(&mut self, _: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if std::mem::replace(&mut self.given, true) {
            return Ok(None);
        }
        Ok(self.slot.get().map(|mut rows| {
            rows.keep(&self.live);
            rows
        }))
    }

    fn reset(&mut self) {
        self.given = false;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, batch, rows};
    use super::*;

    #[test]
    fn each_gives_its_rows_once() {
        assert_eq!(rows(Unit::default(), &[]), "");
        let slot = ArgumentSlot::default();
        assert_eq!(rows(Argument::new(slot.clone(), vec![X]), &[X]), "");
        slot.put(batch("1 2, null 3"));
        assert_eq!(rows(Argument::new(slot, vec![X]), &[X]), "1, null");
    }
}
