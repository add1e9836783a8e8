//! Counting work and memory, so that time-outs and cancellation reach into long loops, and the limit on memory into large arrays.

use super::Result;

/// How many steps are taken between two looks at the limits.
const STEPS: usize = 4096;

/// Asks every few thousand steps whether to go on.
pub(super) struct Steps<'a> {
    check: &'a mut dyn FnMut() -> Result<()>,
    hold: &'a mut dyn FnMut(u64) -> Result<()>,
    taken: usize,
    /// How many threads may work at a time.
    pub(super) threads: usize,
}

impl<'a> Steps<'a> {
    pub(super) fn new(
        threads: usize,
        check: &'a mut dyn FnMut() -> Result<()>,
        hold: &'a mut dyn FnMut(u64) -> Result<()>,
    ) -> Self {
        Steps { check, hold, taken: 0, threads }
    }

    /// Asks for so many bytes, until the procedure ends.
    pub(super) fn hold(&mut self, bytes: usize) -> Result<()> {
        (self.hold)(bytes as u64)
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
