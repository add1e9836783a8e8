//! How large one value may grow, so that a short statement cannot ask for more memory than any machine has.
//!
//! Asked before the memory is taken: an allocation that fails ends the process, and with it every other statement.
//! What all the rows of a statement may hold together is [`Limits::max_memory`](super::Limits::max_memory)'s.

use std::sync::Arc;

use super::Result;
use super::context::Context;
use crate::model::{Class, Column, Detail, Diagnostic, Str, Value};

/// The elements of a list: as many integers hold a quarter of a gigabyte.
pub(super) const MOST_ITEMS: u64 = 10_000_000;

/// The bytes of a string.
const MOST_BYTES: u64 = 128 << 20;

/// Refuses a list of more elements than a list may have; gives their number back.
pub(super) fn items(count: usize) -> Result<usize> {
    if count as u64 <= MOST_ITEMS {
        return Ok(count);
    }
    Err(exceeded(format!("a list of {count} elements is longer than a list may be ({MOST_ITEMS})")))
}

/// Refuses a string of more bytes than a string may have. The count may be too high for `usize`, so it saturates.
pub(super) fn text(bytes: usize) -> Result<()> {
    if bytes as u64 <= MOST_BYTES {
        return Ok(());
    }
    Err(exceeded(format!("a string of {bytes} bytes is longer than a string may be ({MOST_BYTES})")))
}

/// The bytes of new lists and strings that one expression may make for the rows of a batch.
const MOST_TOGETHER: u64 = 256 << 20;

/// So many bytes are made between two looks at the limits.
const BETWEEN_LOOKS: u64 = 1 << 20;

/// How much an expression has made for the rows of a batch so far.
#[derive(Default)]
pub(super) struct Made {
    bytes: u64,
    /// As many had been made at the last look at the limits.
    looked: u64,
    /// The bytes of lists that it is made of, and that nobody else has.
    besides: u64,
    /// So many of what was made are accounted for as held.
    held: u64,
}

/// The bytes of a list or a string, if it was made just now: what others hold too is theirs.
pub(super) fn own(value: &Value<'_>) -> u64 {
    match value {
        Value::List(items) if Arc::strong_count(items) == 1 => size_of_val(&***items) as u64,
        Value::String(Str::Shared(text)) if Arc::strong_count(text) == 1 => text.len() as u64,
        _ => 0,
    }
}

impl Made {
    /// Nothing, of these columns.
    pub(super) fn of<'c, 'g: 'c>(columns: impl IntoIterator<Item = &'c Column<'g>>) -> Self {
        let lists = |column: &Column<'g>| match column {
            Column::Value(values) => values.iter().map(own).sum(),
            _ => 0,
        };
        Made { besides: columns.into_iter().map(lists).sum(), ..Made::default() }
    }

    /// Counts a value.
    pub(super) fn add<'g>(&mut self, value: Value<'g>, ctx: &Context<'g>) -> Result<Value<'g>> {
        self.bytes += own(&value);
        if self.bytes >= self.looked + BETWEEN_LOOKS {
            ctx.check()?;
            self.room(0, ctx)?;
            self.looked = self.bytes;
        }
        if self.bytes <= MOST_TOGETHER {
            return Ok(value);
        }
        Err(Diagnostic::new(
            Class::LimitExceeded,
            Detail::Other,
            format!(
                "this makes more than {MOST_TOGETHER} bytes of lists and strings for rows that are worked on together"
            ),
        )
        .help("make them row by row, in CALL (name) { ... RETURN ... LIMIT 1 }, or make them smaller"))
    }

    /// Whether a list of so many elements may be made besides; asked before it is.
    pub(super) fn room(&self, items: usize, ctx: &Context<'_>) -> Result<()> {
        ctx.fits(self.besides + self.bytes - self.held + (items * size_of::<Value<'_>>()) as u64)
    }

    /// Accounts for what was made so far, as it stays while more is made.
    pub(super) fn hold(&mut self, ctx: &mut Context<'_>) -> Result<()> {
        let more = self.bytes - std::mem::replace(&mut self.held, self.bytes);
        ctx.hold(more)
    }

    /// Gives it back: it is whoever's that keeps it.
    pub(super) fn release(&mut self, ctx: &mut Context<'_>) {
        ctx.release(std::mem::take(&mut self.held));
    }
}

fn exceeded(message: String) -> Diagnostic {
    Diagnostic::new(Class::LimitExceeded, Detail::Other, message)
        .help("spread the parts over rows with UNWIND instead of joining them")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_allowed() {
        let cases = [
            (items(0).is_ok(), true),
            (items(MOST_ITEMS as usize).is_ok(), true),
            (items(MOST_ITEMS as usize + 1).is_ok(), false),
            (text(MOST_BYTES as usize).is_ok(), true),
            (text(MOST_BYTES as usize + 1).is_ok(), false),
            (text(usize::MAX).is_ok(), false),
        ];
        for (i, (found, expected)) in cases.into_iter().enumerate() {
            assert_eq!(found, expected, "case {i}");
        }
    }
}
