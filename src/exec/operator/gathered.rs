//! `Gathered`: reads its whole input, works on all of it at once, then hands it on.
//!
//! What writes is made like this, so that no read of the statement sees what the clause itself does.

use super::waiting::Waiting;
use super::{Batch, Boxed, Context, Operator, Result};

/// What is done with an operator's whole input.
pub(super) trait Whole<'g>: Send {
    /// Works on the rows, which are handed on as it leaves them.
    fn work(&mut self, rows: &mut Waiting<'g>, ctx: &mut Context<'g>) -> Result<()>;
}

/// Nothing is done: what is read and what is written are kept apart.
pub(super) struct Eager;

impl<'g> Whole<'g> for Eager {
    fn work(&mut self, _: &mut Waiting<'g>, _: &mut Context<'g>) -> Result<()> {
        Ok(())
    }
}

pub(super) struct Gathered<'g, W> {
    input: Boxed<'g>,
    whole: W,
    /// Those that are left.
    rows: Waiting<'g>,
    /// Whether the input was read.
    read: bool,
    held: u64,
}

impl<'g, W: Whole<'g>> Gathered<'g, W> {
    pub(super) fn new(input: Boxed<'g>, whole: W) -> Self {
        Gathered { input, whole, rows: Waiting::default(), read: false, held: 0 }
    }

    fn gather(&mut self, ctx: &mut Context<'g>) -> Result<()> {
        // What was gathered before a reset is gone.
        ctx.release(std::mem::take(&mut self.held));
        self.rows = Waiting::default();
        while let Some(batch) = self.input.next(ctx)? {
            self.held += batch.size();
            ctx.hold(batch.size())?;
            self.rows.push(batch);
        }
        self.whole.work(&mut self.rows, ctx)
    }
}

impl<'g, W: Whole<'g>> Operator<'g> for Gathered<'g, W> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if !self.read {
            self.gather(ctx)?;
            self.read = true;
        }
        let next = self.rows.pop();
        if next.is_none() {
            ctx.release(std::mem::take(&mut self.held));
        }
        Ok(next)
    }

    fn reset(&mut self) {
        self.input.reset();
        self.rows = Waiting::default();
        self.read = false;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, counted, given, lengths, rows};
    use super::*;

    #[test]
    fn rows_pass_unchanged() {
        assert_eq!(rows(Gathered::new(given(&["1, 2", "3"]), Eager), &[X]), "1, 2, 3");
        assert_eq!(lengths(Gathered::new(counted(&[2048, 1]), Eager)), [2048, 1]);
        assert_eq!(lengths(Gathered::new(counted(&[]), Eager)), [0; 0]);
    }
}
