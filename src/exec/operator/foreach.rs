//! `Foreach`: runs updates for each input row, and hands the rows on as they are.

use std::collections::VecDeque;

use super::{Batch, Boxed, Context, Operator, Result, Subplan, gather};
use crate::model::Var;

pub(super) struct Foreach<'g> {
    input: Boxed<'g>,
    inner: Subplan<'g>,
    live: Vec<Var>,
    done: Option<VecDeque<Batch<'g>>>,
}

impl<'g> Foreach<'g> {
    pub(super) fn new(input: Boxed<'g>, inner: Subplan<'g>, live: Vec<Var>) -> Self {
        Foreach { input, inner, live, done: None }
    }
}

impl<'g> Operator<'g> for Foreach<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.done.is_none() {
            let mut batches = gather(&mut self.input, ctx)?;
            for batch in &mut batches {
                self.inner.start(batch);
                while self.inner.next(ctx)?.is_some() {}
                batch.keep(&self.live);
            }
            self.done = Some(batches);
        }
        Ok(self.done.as_mut().and_then(VecDeque::pop_front))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.done = None;
    }
}
