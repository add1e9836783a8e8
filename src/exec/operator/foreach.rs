//! `Foreach`: runs updates for each input row, and hands the rows on as they are.

use super::gathered::Whole;
use super::waiting::Waiting;
use super::{Context, Result, Subplan};
use crate::model::Var;

pub(super) struct Foreach<'g> {
    pub(super) inner: Subplan<'g>,
    pub(super) live: Vec<Var>,
}

impl<'g> Whole<'g> for Foreach<'g> {
    fn work(&mut self, rows: &mut Waiting<'g>, ctx: &mut Context<'g>) -> Result<()> {
        rows.each(|mut batch, done| {
            self.inner.start(&batch);
            while self.inner.next(ctx)?.is_some() {}
            batch.keep(&self.live);
            done.push(batch);
            Ok(())
        })
    }
}
