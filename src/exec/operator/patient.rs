//! Sorting in pieces, so that millions of rows do not keep a statement from hearing that it was cancelled.
//!
//! One call of a library's sort takes seconds when there are enough rows, and nobody can be asked meanwhile. Pieces of [`PIECE`]
//! rows are sorted one by one and merged.

use std::cmp::Ordering;

use super::{Context, Result};
use crate::model::merge::merge;

/// So many rows are sorted, or merged, between two looks at the limits.
const PIECE: usize = 1 << 15;

/// The numbers of so many rows.
pub(super) fn numbers(rows: usize, ctx: &Context<'_>) -> Result<Vec<u32>> {
    let mut numbers = Vec::with_capacity(rows);
    for start in (0..rows).step_by(PIECE) {
        ctx.check()?;
        numbers.extend(start as u32..rows.min(start + PIECE) as u32);
    }
    Ok(numbers)
}

/// Sorts numbers of rows; rows that compare as equal may come in any order.
pub(super) fn sort(rows: &mut Vec<u32>, compare: impl Fn(&u32, &u32) -> Ordering, ctx: &Context<'_>) -> Result<()> {
    for piece in rows.chunks_mut(PIECE) {
        ctx.check()?;
        piece.sort_unstable_by(&compare);
    }
    let mut width = PIECE;
    let (mut other, mut merged): (Vec<u32>, usize) = (Vec::new(), 0);
    while width < rows.len() {
        other.clear();
        other.reserve(rows.len());
        for pair in rows.chunks(2 * width) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            merge((left, right), &mut other, &compare, || {
                merged += 1;
                if merged % PIECE == 0 { ctx.check() } else { Ok(()) }
            })?;
        }
        std::mem::swap(rows, &mut other);
        width *= 2;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::context;
    use super::*;

    #[test]
    fn sorted_in_pieces() {
        let ctx = context();
        for len in [0, 1, 5, PIECE, PIECE + 1, 3 * PIECE - 1, 5 * PIECE + 7] {
            let mut rows: Vec<u32> = (0..len as u32).map(|row| row.wrapping_mul(2_654_435_761) % 1_000_003).collect();
            let mut expected = rows.clone();
            expected.sort_unstable();
            sort(&mut rows, |a, b| a.cmp(b), &ctx).expect("nothing ends it");
            assert_eq!(rows, expected, "{len}");
        }
    }
}
