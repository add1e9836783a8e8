//! Texts by number, millions of them: one heap of bytes, and a table of numbers that is found by hash.

use std::hash::{Hash, Hasher};

use rayon::slice::ParallelSliceMut;
use rustc_hash::FxHasher;

/// A place of the table that is free.
const FREE: u64 = u64::MAX;

/// Texts in the order of their arrival, numbered from 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    heap: String,
    /// Where each text ends.
    ends: Vec<usize>,
    /// Half of the hash above, the number below; as many as a power of two, at most half of them taken.
    table: Vec<u64>,
}

impl Texts {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text with this number; empty when there is none.
    pub(crate) fn text(&self, number: u32) -> &str {
        let at = number as usize;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|end| self.heap.get(start..*end)).unwrap_or_default()
    }

    /// The text's number.
    pub(crate) fn number(&self, text: &str) -> Option<u32> {
        if self.table.is_empty() { None } else { self.find(text, hash(text)).ok() }
    }

    /// The text's number, a new one for a new text.
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        if self.table.len() < (self.len() + 1) * 2 {
            self.grow();
        }
        let hash = hash(text);
        self.find(text, hash).unwrap_or_else(|free| {
            let number = self.len() as u32;
            self.table[free] = (hash & !0xFFFF_FFFF) | u64::from(number);
            self.heap.push_str(text);
            self.ends.push(self.heap.len());
            number
        })
    }

    /// The number, or the free place where it would be.
    fn find(&self, text: &str, hash: u64) -> Result<u32, usize> {
        let mask = self.table.len() - 1;
        let mut at = place(hash, mask);
        loop {
            let entry = self.table[at];
            if entry == FREE {
                return Err(at);
            }
            if entry >> 32 == hash >> 32 && self.text(entry as u32) == text {
                return Ok(entry as u32);
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = (self.table.len() * 2).max(64);
        self.table = vec![FREE; size];
        let mut start = 0;
        for (number, end) in (0u64..).zip(&self.ends) {
            let hash = hash(&self.heap[start..*end]);
            start = *end;
            let mut at = place(hash, size - 1);
            while self.table[at] != FREE {
                at = (at + 1) & (size - 1);
            }
            self.table[at] = (hash & !0xFFFF_FFFF) | number;
        }
    }

    /// The numbers in the order of the texts' bytes.
    pub(super) fn ascending(&self) -> Vec<u32> {
        /// Below this, threads cost more than they save.
        const MANY: usize = 1 << 14;
        // Nearly all pairs differ within their first bytes, which are compared as one number.
        let start = |number: u32| {
            let bytes = self.text(number).as_bytes();
            let mut first = [0; 8];
            let length = bytes.len().min(8);
            first[..length].copy_from_slice(&bytes[..length]);
            u64::from_be_bytes(first)
        };
        let mut order: Vec<(u64, u32)> = (0..self.len() as u32).map(|number| (start(number), number)).collect();
        let compare = |a: &(u64, u32), b: &(u64, u32)| {
            a.0.cmp(&b.0).then_with(|| self.text(a.1).as_bytes().cmp(self.text(b.1).as_bytes()))
        };
        if order.len() < MANY {
            order.sort_unstable_by(compare);
        } else {
            order.par_sort_unstable_by(compare);
        }
        order.into_iter().map(|(_, number)| number).collect()
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish()
}

/// The upper half is kept in the table; the lower half, stirred by it, says where to look.
fn place(hash: u64, mask: usize) -> usize {
    (hash ^ (hash >> 32)) as usize & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_one_number() {
        let mut texts = Texts::default();
        assert_eq!(texts.number(""), None);
        let numbers: Vec<u32> = (0..5000).map(|i| texts.intern(&format!("text {}", i % 2500))).collect();
        assert_eq!(texts.len(), 2500);
        assert!(numbers.iter().enumerate().all(|(i, number)| *number as usize == i % 2500));
        assert_eq!((texts.number("text 7"), texts.text(7), texts.text(9999)), (Some(7), "text 7", ""));
        assert_eq!(texts.number("text 2500"), None);
        let empty = texts.intern("");
        assert_eq!((texts.text(empty), texts.ascending()[0]), ("", empty));
    }

    #[test]
    fn they_ascend_by_their_bytes() {
        let mut texts = Texts::default();
        for text in ["b", "abcdefgh", "abcdefghi", "", "ä", "abcdefg", "a\0", "a"] {
            texts.intern(text);
        }
        let order: Vec<&str> = texts.ascending().into_iter().map(|number| texts.text(number)).collect();
        assert_eq!(order, ["", "a", "a\0", "abcdefg", "abcdefgh", "abcdefghi", "b", "ä"]);
    }
}
