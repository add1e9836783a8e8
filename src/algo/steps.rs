//! Counting work, so that time-outs and cancellation reach into long loops.

use super::Result;

/// How many steps are taken between two looks at the limits.
const STEPS: usize = 4096;

/// Asks every few thousand steps whether to go on.
pub(super) struct Steps<'a> {
    check: &'a mut dyn FnMut() -> Result<()>,
    taken: usize,
    /// How many threads may work at a time.
    pub(super) threads: usize,
}

impl<'a> Steps<'a> {
    pub(super) fn new(threads: usize, check: &'a mut dyn FnMut() -> Result<()>) -> Self {
        Steps { check, taken: 0, threads }
    }

    /// Counts a piece of work of this size: so many nodes or edges looked at.
    pub(super) fn take(&mut self, steps: usize) -> Result<()> {
        self.taken += steps;
        if self.taken < STEPS { Ok(()) } else { self.check() }
    }

    /// Asks now.
    pub(super) fn check(&mut self) -> Result<()> {
        self.taken = 0;
        (self.check)()
    }
}
