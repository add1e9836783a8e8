//! Rows that wait, in the order in which they came: in large pieces, so that millions of them are few things to let go of.
//!
//! A piece has columns of the same kinds as the batches that it was made of, so that it takes no more than they did; it is cut into
//! batches again when it is handed on.

use std::collections::VecDeque;
use std::mem::discriminant;

use super::{Batch, Result};
use crate::exec::batch::ROWS;
use crate::model::{Var, garbage};

/// So many rows a piece has at most.
const PIECE: usize = 32 * ROWS;

#[derive(Default)]
pub(super) struct Waiting<'g> {
    pieces: VecDeque<Batch<'g>>,
    /// How many rows of the first piece were handed on.
    given: usize,
}

impl<'g> Waiting<'g> {
    /// Puts rows behind these.
    pub(super) fn push(&mut self, batch: Batch<'g>) {
        let fits = |last: &&mut Batch<'g>| {
            let rows = last.len + batch.len;
            // Few rows may have values of different kinds in a column: it does not matter what they take.
            rows <= ROWS || rows <= PIECE && are_alike(last, &batch)
        };
        match self.pieces.back_mut().filter(fits) {
            Some(last) => {
                let width = last.columns.len().max(batch.columns.len()) as u32;
                last.append(batch, &(0..width).map(Var).collect::<Vec<_>>());
            }
            None => self.pieces.push_back(batch),
        }
    }

    /// The next batch of them.
    pub(super) fn pop(&mut self) -> Option<Batch<'g>> {
        let first = self.pieces.front()?;
        if self.given == 0 && first.len <= ROWS {
            return self.pieces.pop_front();
        }
        let end = first.len.min(self.given + ROWS);
        let batch = first.range(self.given..end);
        self.given = end;
        if end == first.len {
            self.given = 0;
            self.pieces.pop_front();
        }
        Some(batch)
    }

    /// Puts in their place what becomes of them, batch by batch; `work` puts that behind what there is of it.
    pub(super) fn each(&mut self, mut work: impl FnMut(Batch<'g>, &mut Self) -> Result<()>) -> Result<()> {
        let mut done = Waiting::default();
        while let Some(batch) = self.pop() {
            work(batch, &mut done)?;
        }
        *self = done;
        Ok(())
    }

    /// All of them, none of which was handed on.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &Batch<'g>> {
        self.pieces.iter()
    }

    /// Drops every column that is not among these.
    pub(super) fn keep(&mut self, vars: &[Var]) {
        self.pieces.iter_mut().for_each(|piece| piece.keep(vars));
    }
}

fn are_alike(a: &Batch<'_>, b: &Batch<'_>) -> bool {
    let kinds = a.columns.iter().map(discriminant);
    a.columns.len() == b.columns.len() && kinds.eq(b.columns.iter().map(discriminant))
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        garbage::batches(std::mem::take(&mut self.pieces).into_iter().map(|piece| piece.columns));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Column, Value};

    #[test]
    fn rows_become_others_in_their_order() {
        let mut waiting = Waiting::default();
        waiting.push(Batch { columns: vec![Column::Int((0..5000).collect())], len: 5000 });
        let mut batches = 0;
        let twice = waiting.each(|batch, done| {
            batches += 1;
            done.push(batch.clone());
            done.push(batch);
            Ok(())
        });
        assert!(twice.is_ok() && batches == 3);
        let starts: Vec<_> =
            std::iter::from_fn(|| waiting.pop()).map(|batch| (batch.value(Var(0), 0), batch.len)).collect();
        assert_eq!(starts.iter().map(|(_, len)| len).sum::<usize>(), 10_000);
        assert_eq!(starts[1].0, Value::Int(0));
        assert!(
            Waiting::default()
                .each(|_, _| Err(crate::model::Diagnostic::syntax(crate::model::Detail::Other, "")))
                .is_ok()
        );
    }

    #[test]
    fn rows_come_in_their_order_and_millions_are_few_pieces() {
        let ints = |from: i64, len: usize| Column::Int((from..from + len as i64).collect());
        let mixed = |from: i64, len: usize| Column::Value(vec![Value::Null; len - 1]).append(len - 1, ints(from, 1), 1);
        // The lengths of what comes, what of that is no integer, and how many pieces it makes.
        let cases: [(&[usize], &[usize], usize); 7] = [
            (&[], &[], 0),
            (&[1], &[], 1),
            (&[1, 1, 2046, 1], &[1], 2),
            (&[ROWS, 1], &[], 1),
            (&[ROWS, 1, ROWS], &[1], 3),
            (&[1500; 3], &[], 1),
            (&[ROWS; 1000], &[], 1000_usize.div_ceil(32)),
        ];
        for (lengths, others, pieces) in cases {
            let (mut waiting, mut expected) = (Waiting::default(), Vec::new());
            for (at, len) in lengths.iter().enumerate() {
                let column = if others.contains(&at) { mixed(at as i64, *len) } else { ints(at as i64, *len) };
                expected.extend(column.clone().into_values(*len));
                waiting.push(Batch { columns: vec![column], len: *len });
            }
            assert_eq!(waiting.pieces().count(), pieces, "{lengths:?}");
            let mut given = Vec::new();
            while let Some(batch) = waiting.pop() {
                assert!((1..=ROWS).contains(&batch.len), "{lengths:?}: {} rows", batch.len);
                given.extend(batch.columns.into_iter().flat_map(|column| column.into_values(batch.len)));
            }
            assert_eq!(given, expected, "{lengths:?}");
        }
    }
}
