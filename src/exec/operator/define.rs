//! `Define`: makes or drops an index or a constraint. No rows.

use super::write::refused;
use super::{Batch, Context, Operator, Result};
use crate::model::Span;
use crate::model::definition::Change;

pub(super) struct Define {
    change: Change,
    span: Span,
    done: bool,
}

impl Define {
    pub(super) fn new(change: Change, span: Span) -> Self {
        Define { change, span, done: false }
    }
}

impl<'g> Operator<'g> for Define {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if !std::mem::replace(&mut self.done, true)
            && ctx.view.define(&self.change).map_err(|error| refused(error).at(self.span))?
        {
            let summary = &mut ctx.summary;
            let count = match &self.change {
                Change::Create { definition, .. } if definition.rule.is_constraint() => &mut summary.constraints_added,
                Change::Create { .. } => &mut summary.indexes_added,
                Change::Drop { constraint: true, .. } => &mut summary.constraints_removed,
                Change::Drop { .. } => &mut summary.indexes_removed,
            };
            *count += 1;
        }
        Ok(None)
    }

    fn reset(&mut self) {
        self.done = false;
    }
}
