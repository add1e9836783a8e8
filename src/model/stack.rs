//! Recursion that a statement's length can make deep.
//!
//! Plans are chains: every clause of a statement reads the one before. Whoever walks down such a chain calls [`deep`] at
//! each step, which moves to a new piece of stack when the thread's own runs short. How long a chain may be is the
//! planner's affair (see `plan::MAX_CLAUSES`).

/// As much stack as one step may need between two calls of [`deep`].
const NEEDED: usize = 256 << 10;

/// As much as is added at once.
const PIECE: usize = 2 << 20;

/// Runs `step` with enough stack for it.
pub(crate) fn deep<R>(step: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(NEEDED, PIECE, step)
}
