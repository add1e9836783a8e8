//! Numbers by the hashes of what they stand for, in tables that grow by little steps.
//!
//! One table of millions of entries takes seconds to grow, and nobody can be asked meanwhile: what has grown beyond
//! [`SMALL`] entries is spread over [`SHARDS`] tables, by bits of the hashes, each of which grows when it is full. A slot
//! holds half of a hash and a number, so that a table is eight bytes a slot to be let go of at once.

use crate::model::garbage;

/// So many entries one table holds before there are more.
const SMALL: usize = 1 << 16;

/// How many tables there are then.
const SHARDS: usize = 256;

/// Tables of numbers.
pub(super) struct Table {
    shards: Vec<Shard>,
    len: usize,
    /// Of all tables.
    slots: usize,
}

/// Open addressing with linear probing; a slot holds the lower half of a hash and the number plus one, or nothing.
#[derive(Default)]
struct Shard {
    slots: Vec<u64>,
    len: usize,
}

impl Shard {
    /// Where the number with this hash is, or could be.
    #[inline]
    fn find(&self, hash: u32, same: impl Fn(u32) -> bool) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at] != 0 {
            let slot = self.slots[at];
            if (slot >> 32) as u32 == hash && same(slot as u32 - 1) {
                break;
            }
            at = (at + 1) & mask;
        }
        at
    }

    /// Makes room for another entry; gives the number of slots that came.
    fn grow(&mut self, size: usize) -> usize {
        let old = std::mem::replace(&mut self.slots, vec![0; size]);
        for slot in old.iter().filter(|slot| **slot != 0) {
            self.put(*slot);
        }
        size - old.len()
    }

    fn put(&mut self, slot: u64) {
        let at = self.find((slot >> 32) as u32, |_| false);
        self.slots[at] = slot;
    }

    /// At most half of the slots hold something, or whoever is new would pass many before it finds an empty one. Hashes fill all
    /// tables alike, and those with a higher number `at` are full a little sooner, so that not all of them grow at once.
    fn is_full(&self, at: usize) -> bool {
        self.len >= self.slots.len() / 2 - self.slots.len() * at / (8 * SHARDS)
    }
}

impl Table {
    pub(super) fn new() -> Self {
        Table { shards: vec![Shard::default()], len: 0, slots: 0 }
    }

    /// The number with this hash that is the `same`; when there is none, `next` from now on.
    #[inline]
    pub(super) fn number(&mut self, hash: u64, next: u32, same: impl Fn(u32) -> bool) -> u32 {
        if self.len == SMALL && self.shards.len() == 1 {
            self.spread();
        }
        let hash = hash as u32;
        // A table that may stay the only one grows by larger steps.
        let (at, by) = if self.shards.len() == 1 { (0, 4) } else { ((hash >> 24) as usize, 2) };
        let shard = &mut self.shards[at];
        if shard.is_full(at) {
            self.slots += shard.grow((shard.slots.len() * by).max(64));
        }
        let at = shard.find(hash, same);
        if shard.slots[at] != 0 {
            return shard.slots[at] as u32 - 1;
        }
        shard.slots[at] = u64::from(hash) << 32 | u64::from(next + 1);
        shard.len += 1;
        self.len += 1;
        next
    }

    /// Spreads the entries of the only table over many.
    fn spread(&mut self) {
        let Some(all) = self.shards.pop() else { return };
        self.shards.resize_with(SHARDS, Shard::default);
        self.slots = self.shards.iter_mut().map(|shard| shard.grow(4 * SMALL / SHARDS)).sum();
        for slot in all.slots.into_iter().filter(|slot| *slot != 0) {
            let at = (slot >> 56) as usize;
            let shard = &mut self.shards[at];
            if shard.is_full(at) {
                self.slots += shard.grow(shard.slots.len() * 2);
            }
            shard.put(slot);
            shard.len += 1;
        }
    }

    /// How many bytes it takes.
    pub(super) fn size(&self) -> u64 {
        self.slots as u64 * 8
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        garbage::let_go(std::mem::take(&mut self.shards), self.slots * 8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody is asked whether to go on while a batch of keys finds its numbers.
    #[test]
    fn tables_that_fill_alike_do_not_all_grow_at_once() {
        let (mut table, mut before) = (Table::new(), 0);
        for number in 0..6 * SMALL as u32 {
            if number.is_multiple_of(2048) {
                let grown = table.slots - before;
                assert!(number <= 2 * SMALL as u32 || grown <= table.slots / 8, "{grown} slots of {}", table.slots);
                before = table.slots;
            }
            // The upper bits say which table, and take turns.
            let hash = number % SHARDS as u32 * (1 << 24) + (number.wrapping_mul(2_654_435_761) >> 8);
            assert_eq!(table.number(hash.into(), number, |_| false), number);
        }
    }

    #[test]
    fn each_number_is_found_again() {
        // Spread well, in few tables, all in one place, and in one table.
        let hashes: [fn(u32) -> u64; 4] = [
            |key| u64::from(key).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20,
            |key| u64::from(key) * 3,
            |key| u64::from(key % 100),
            |key| u64::from(key % 7) << 60 | u64::from(key) << 8 & 0xff_ffff,
        ];
        for (count, hash) in
            [(3 * SMALL as u32, hashes[0]), (2 * SMALL as u32, hashes[1]), (3000, hashes[2]), (9000, hashes[3])]
        {
            let mut table = Table::new();
            for round in 0..2 {
                for key in 0..count {
                    let next = if round == 0 { key } else { u32::MAX - 1 };
                    assert_eq!(table.number(hash(key), next, |other| other == key), key, "{round}");
                }
            }
            assert_eq!(table.len, count as usize);
            assert_eq!(table.size(), 8 * table.shards.iter().map(|shard| shard.slots.len() as u64).sum::<u64>());
        }
    }
}
