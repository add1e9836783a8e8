//! Which ids are gone: a bit each, in blocks that are there when one of theirs is gone.
//!
//! A few in a large graph take little, and millions take no table that is slow to grow.

use rustc_hash::FxHashMap;

/// So many ids have a block.
const BLOCK: u32 = 256;

#[derive(Clone, Debug, Default)]
pub(super) struct Tombs {
    blocks: FxHashMap<u32, [u64; BLOCK as usize / 64]>,
    len: usize,
}

impl Tombs {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn contains(&self, id: u32) -> bool {
        self.blocks.get(&(id / BLOCK)).is_some_and(|block| block[place(id)] & bit(id) != 0)
    }

    pub(super) fn insert(&mut self, id: u32) {
        let word = &mut self.blocks.entry(id / BLOCK).or_default()[place(id)];
        self.len += usize::from(*word & bit(id) == 0);
        *word |= bit(id);
    }

    pub(super) fn remove(&mut self, id: u32) {
        let Some(block) = self.blocks.get_mut(&(id / BLOCK)) else { return };
        self.len -= usize::from(block[place(id)] & bit(id) != 0);
        block[place(id)] &= !bit(id);
        if *block == [0; BLOCK as usize / 64] {
            self.blocks.remove(&(id / BLOCK));
        }
    }

    /// All of them, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.blocks.iter().flat_map(|(block, words)| {
            let first = block * BLOCK;
            (0..BLOCK).filter(|at| words[place(*at)] & bit(*at) != 0).map(move |at| first + at)
        })
    }
}

fn place(id: u32) -> usize {
    (id % BLOCK / 64) as usize
}

fn bit(id: u32) -> u64 {
    1 << (id % 64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn as_a_plain_set() {
        let (mut tombs, mut plain) = (Tombs::default(), BTreeSet::new());
        for step in 0..4000_u32 {
            let id = if step % 3 == 0 { u32::MAX - step % 7 } else { step * 7919 % 1000 };
            if step % 5 < 3 {
                tombs.insert(id);
                plain.insert(id);
            } else {
                tombs.remove(id);
                plain.remove(&id);
            }
            assert_eq!((tombs.len(), tombs.is_empty()), (plain.len(), plain.is_empty()));
            assert_eq!(tombs.contains(id), plain.contains(&id));
        }
        assert_eq!(tombs.iter().collect::<BTreeSet<u32>>(), plain);
        plain.iter().for_each(|id| tombs.remove(*id));
        assert!(tombs.is_empty() && tombs.blocks.is_empty());
    }
}
