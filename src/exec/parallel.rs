//! Work in pieces, on as many threads as the statement may use.
//!
//! The pieces are numbered and handed out in turn to whoever is free, so that a heavy one holds up nobody else; results come
//! back in the order of the pieces, whichever thread made them, so that answers do not depend on the number of threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::Result;

/// The results of `work` on the pieces `0..count`, in their order. `start` makes what a thread keeps from piece to piece, and
/// `end` hands it back.
///
/// # Errors
///
/// The first error that a piece gave; pieces that nobody has begun by then are left.
pub(super) fn pieces<S, T: Send>(
    threads: usize,
    count: usize,
    start: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> Result<T> + Sync,
    end: impl Fn(S) + Sync,
) -> Result<Vec<T>> {
    if threads <= 1 || count <= 1 {
        let mut state = start();
        let results = (0..count).map(|piece| work(&mut state, piece)).collect();
        end(state);
        return results;
    }
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let results: Mutex<Vec<(usize, Result<T>)>> = Mutex::new(Vec::with_capacity(count));
    let run = || {
        let (mut state, mut own) = (start(), Vec::new());
        while !stop.load(Ordering::Relaxed) {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= count {
                break;
            }
            let result = work(&mut state, piece);
            if result.is_err() {
                stop.store(true, Ordering::Relaxed);
            }
            own.push((piece, result));
        }
        end(state);
        results.lock().unwrap_or_else(PoisonError::into_inner).append(&mut own);
    };
    rayon::scope(|scope| {
        for _ in 1..threads.min(count) {
            scope.spawn(|_| run());
        }
        run();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_unstable_by_key(|(piece, _)| *piece);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Class, Detail, Diagnostic};

    #[test]
    fn results_come_in_order_and_errors_end_it() {
        for (threads, count) in [(1, 0), (1, 5), (2, 1), (2, 1000), (4, 3)] {
            let ended = AtomicUsize::new(0);
            let squares = pieces(
                threads,
                count,
                || 0,
                |seen, piece| Ok((*seen += 1, piece * piece).1),
                |seen| {
                    ended.fetch_add(seen, Ordering::Relaxed);
                },
            );
            assert_eq!(squares.ok(), Some((0..count).map(|piece| piece * piece).collect()), "{threads} {count}");
            assert_eq!(ended.into_inner(), count);
            let fails = |_: &mut (), piece: usize| match piece {
                2 => Err(Diagnostic::new(Class::Cancelled, Detail::Other, "no")),
                piece => Ok(piece),
            };
            assert_eq!(pieces(threads, count, || (), fails, drop).is_err(), count > 2, "{threads} {count}");
        }
    }
}
