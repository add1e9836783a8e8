//! `Eager`: hands on rows when all of them have been read, so that what is read and what is written do not mix.

use std::collections::VecDeque;

use super::{Batch, Boxed, Context, Operator, Result, gather};

pub(super) struct Eager<'g> {
    input: Boxed<'g>,
    done: Option<VecDeque<Batch<'g>>>,
}

impl<'g> Eager<'g> {
    pub(super) fn new(input: Boxed<'g>) -> Self {
        Eager { input, done: None }
    }
}

impl<'g> Operator<'g> for Eager<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.done.is_none() {
            self.done = Some(gather(&mut self.input, ctx)?);
        }
        Ok(self.done.as_mut().and_then(VecDeque::pop_front))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.done = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, counted, given, lengths, rows};
    use super::*;

    #[test]
    fn rows_as_they_came() {
        assert_eq!(rows(Eager::new(given(&["1, 2", "3"])), &[X]), "1, 2, 3");
        assert_eq!(lengths(Eager::new(counted(&[2048, 1]))), [2048, 1]);
        assert_eq!(lengths(Eager::new(counted(&[]))), [0; 0]);
    }
}
