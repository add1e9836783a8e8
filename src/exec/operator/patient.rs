//! Sorting and remembering in pieces, so that millions of rows do not keep a statement from hearing that it was cancelled.
//!
//! One call of a library's sort, or the growth of one hash table, takes seconds when it is large enough, and nobody can be
//! asked meanwhile. Pieces of [`PIECE`] rows are sorted one by one and merged; a table is cut into many, which grow one by one.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, Hasher};

use rustc_hash::FxBuildHasher;

use super::{Context, Result};

/// So many rows are sorted, or merged, between two looks at the limits.
const PIECE: usize = 1 << 15;

/// Sorts numbers of rows; rows that compare as equal may come in any order.
pub(super) fn sort(rows: &mut Vec<u32>, compare: impl Fn(&u32, &u32) -> Ordering, ctx: &Context<'_>) -> Result<()> {
    for piece in rows.chunks_mut(PIECE) {
        ctx.check()?;
        piece.sort_unstable_by(&compare);
    }
    let mut width = PIECE;
    let mut other: Vec<u32> = Vec::new();
    while width < rows.len() {
        other.clear();
        other.reserve(rows.len());
        for pair in rows.chunks(2 * width) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            merge(left, right, &mut other, &compare, ctx)?;
        }
        std::mem::swap(rows, &mut other);
        width *= 2;
    }
    Ok(())
}

fn merge(
    mut left: &[u32],
    mut right: &[u32],
    into: &mut Vec<u32>,
    compare: &impl Fn(&u32, &u32) -> Ordering,
    ctx: &Context<'_>,
) -> Result<()> {
    while let ([first, later @ ..], [second, behind @ ..]) = (left, right) {
        if into.len().is_multiple_of(PIECE) {
            ctx.check()?;
        }
        if compare(second, first).is_lt() {
            into.push(*second);
            right = behind;
        } else {
            into.push(*first);
            left = later;
        }
    }
    into.extend_from_slice(left);
    into.extend_from_slice(right);
    Ok(())
}

/// So many entries one table holds before there are more.
const SMALL: usize = 1 << 16;

/// How many tables the later entries are spread over.
const SHARDS: usize = 256;

/// A set that grows in small steps.
pub(super) struct Seen<K> {
    /// The first entries, and the later ones by their hashes.
    first: HashSet<Hashed<K>, FxBuildHasher>,
    shards: Vec<HashSet<Hashed<K>, FxBuildHasher>>,
}

/// A key that was hashed once for all.
#[derive(PartialEq, Eq)]
struct Hashed<K> {
    hash: u64,
    key: K,
}

impl<K> Hash for Hashed<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl<K: Eq + Hash> Seen<K> {
    /// About how many bytes an entry takes in a table, which is half full now and then and copied to grow.
    pub(super) const ROOM: u64 = 2 * (size_of::<Hashed<K>>() as u64 + 1);

    pub(super) fn new() -> Self {
        Seen { first: HashSet::default(), shards: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }

    /// Adds a key; whether it was not there.
    pub(super) fn insert(&mut self, key: K) -> bool {
        let hash = FxBuildHasher.hash_one(&key);
        let key = Hashed { hash, key };
        if self.first.len() < SMALL {
            return self.first.insert(key);
        }
        if self.first.contains(&key) {
            return false;
        }
        if self.shards.is_empty() {
            self.shards.resize_with(SHARDS, HashSet::default);
        }
        // Other bits than the tables themselves look at.
        let shard = (hash.rotate_left(19) ^ hash).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56;
        self.shards[shard as usize % SHARDS].insert(key)
    }
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

    #[test]
    fn each_key_once() {
        let mut seen = Seen::new();
        let count = 3 * SMALL as u64;
        for round in 0..2 {
            for key in 0..count {
                assert_eq!(seen.insert(key), round == 0, "{round} {key}");
            }
        }
        assert!(!seen.is_empty());
        seen.clear();
        assert!(seen.is_empty() && seen.insert(7));
    }
}
