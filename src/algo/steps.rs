//! Counting work and memory, so that time-outs and cancellation reach into long loops, and the limit on memory into large arrays.

use std::cmp::Ordering;

use super::Result;
use crate::model::merge::merge;

/// How many steps are taken between two looks at the limits.
const STEPS: usize = 4096;

/// So many items are sorted at a time.
const PIECE: usize = 4 * STEPS;

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

    /// Sorts, and asks now and then: pieces are sorted one by one, and those that do not follow one another are merged. Items
    /// that compare as equal may come in any order.
    pub(super) fn sort<T: Copy>(&mut self, items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Result<()> {
        for piece in items.chunks_mut(PIECE) {
            self.take(piece.len())?;
            piece.sort_unstable_by(&compare);
        }
        // Where what is in order ends.
        let mut ends: Vec<usize> = (PIECE..items.len()).step_by(PIECE).collect();
        ends.retain(|end| compare(&items[end - 1], &items[*end]).is_gt());
        ends.push(items.len());
        if ends.len() == 1 {
            return Ok(());
        }
        self.hold(size_of_val(items.as_slice()))?;
        let mut merged = Vec::with_capacity(items.len());
        while ends.len() > 1 {
            merged.clear();
            let mut start = 0;
            ends = ends
                .chunks(2)
                .map(|pair| {
                    let end = pair[pair.len() - 1];
                    let halves = (&items[start..pair[0]], &items[pair[0]..end]);
                    merge(halves, &mut merged, &compare, || self.take(1))?;
                    start = end;
                    Ok(end)
                })
                .collect::<Result<_>>()?;
            std::mem::swap(items, &mut merged);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn sorted_in_pieces_with_looks_in_between() {
        for len in [0, 1, 5, PIECE, PIECE + 1, 3 * PIECE - 1, 5 * PIECE + 7] {
            let mixed: Vec<u32> = (0..len as u32).map(|item| item.wrapping_mul(2_654_435_761) % 1_000_003).collect();
            let ascending: Vec<u32> = (0..len as u32).collect();
            // What was added comes behind, in an order of its own.
            let two_runs = ascending.iter().copied().filter(|item| item % 3 > 0).chain((0..9).map(|item| item * 3));
            for (mut items, passes) in [(mixed, 2), (ascending.clone(), 1), (two_runs.collect(), 1)] {
                let mut expected = items.clone();
                expected.sort_unstable();
                let (mut looks, mut held) = (0, 0);
                let mut look = || {
                    looks += 1;
                    Ok(())
                };
                let mut hold = |bytes| {
                    held += bytes;
                    Ok(())
                };
                Steps::new(1, &mut look, &mut hold).sort(&mut items, u32::cmp).unwrap();
                assert_eq!(items, expected, "{len}");
                assert!(looks >= passes * items.len() / PIECE / 2, "{looks} looks at {len} items");
                assert!(held <= 4 * items.len() as u64, "{held} bytes for {len} items");
            }
        }
    }
}
