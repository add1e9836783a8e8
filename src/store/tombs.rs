//! What is gone: a bit for each id, in blocks that are there when one of theirs is gone, and the ids in the order in which they went.
//!
//! A few in a large graph take little, and millions take no table that is slow to grow. Those that went last come back as a whole:
//! nothing is looked at one by one but what is less, those that come back or those that stay gone. What they were is kept for runs
//! of the same, as most that go together are.

use rustc_hash::FxHashMap;

use crate::model::garbage;

/// So many ids have a block.
const BLOCK: u32 = 256;

type Blocks = FxHashMap<u32, [u64; BLOCK as usize / 64]>;

/// Ids that are gone, each of them something of a kind.
#[derive(Clone, Debug)]
pub(super) struct Tombs<K> {
    blocks: Blocks,
    order: Vec<u32>,
    /// The kind of those in sequence, and how many were gone behind them.
    runs: Vec<(K, usize)>,
}

impl<K> Default for Tombs<K> {
    fn default() -> Self {
        Tombs { blocks: Blocks::default(), order: Vec::new(), runs: Vec::new() }
    }
}

impl<K: Copy + Eq> Tombs<K> {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// About how many bytes they take.
    pub(super) fn size(&self) -> u64 {
        /// With its number, and what a table leaves free.
        const TAKES: usize = 2 * size_of::<(u32, [u64; BLOCK as usize / 64])>();
        let bytes = self.blocks.len() * TAKES + size_of_val(&*self.order) + size_of_val(&*self.runs);
        bytes as u64
    }

    pub(super) fn contains(&self, id: u32) -> bool {
        self.blocks.get(&(id / BLOCK)).is_some_and(|block| block[place(id)] & bit(id) != 0)
    }

    /// Whether it was not gone yet.
    pub(super) fn insert(&mut self, id: u32, kind: K) -> bool {
        let word = &mut self.blocks.entry(id / BLOCK).or_default()[place(id)];
        if *word & bit(id) != 0 {
            return false;
        }
        *word |= bit(id);
        self.order.push(id);
        match self.runs.last_mut() {
            Some((of, end)) if *of == kind => *end += 1,
            _ => self.runs.push((kind, self.order.len())),
        }
        true
    }

    /// All of them but the first so many, in the order in which they went.
    pub(super) fn behind(&self, len: usize) -> &[u32] {
        self.order.get(len..).unwrap_or_default()
    }

    /// Brings all of them back but the first so many; what they were, and how many of each.
    pub(super) fn bring_back(&mut self, len: usize) -> Vec<(K, usize)> {
        let len = len.min(self.order.len());
        if self.order.len() - len > len {
            let stay = self.order[..len].to_vec();
            let blocks = std::mem::take(&mut self.blocks);
            stay.iter().for_each(|id| self.blocks.entry(id / BLOCK).or_default()[place(*id)] |= bit(*id));
            let bytes = blocks.len() * size_of::<[u64; BLOCK as usize / 64]>();
            garbage::let_go(blocks, bytes);
            garbage::plain(std::mem::replace(&mut self.order, stay));
        } else {
            for id in self.order.drain(len..) {
                let Some(block) = self.blocks.get_mut(&(id / BLOCK)) else { continue };
                block[place(id)] &= !bit(id);
                if *block == [0; BLOCK as usize / 64] {
                    self.blocks.remove(&(id / BLOCK));
                }
            }
        }
        let mut kinds = Vec::new();
        while let Some((kind, end)) = self.runs.pop() {
            let start = self.runs.last().map_or(0, |(_, end)| *end);
            if start.max(len) < end {
                kinds.push((kind, end - start.max(len)));
            }
            if start < len {
                // What was there of it.
                self.runs.push((kind, end.min(len)));
                break;
            }
        }
        kinds
    }

    /// All of them, in the order in which they went.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.order.iter().copied()
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
    use super::*;

    #[test]
    fn as_a_plain_list() {
        let (mut tombs, mut plain) = (Tombs::default(), Vec::<(u32, u32)>::new());
        for step in 0..4000_u32 {
            let id = if step % 3 == 0 { u32::MAX - step % 7 } else { step * 7919 % 1000 };
            let kind = step / 50 % 3;
            let is_new = plain.iter().all(|(other, _)| *other != id);
            assert_eq!(tombs.insert(id, kind), is_new);
            plain.extend(is_new.then_some((id, kind)));
            if step % 97 == 0 {
                let len = plain.len() - (step as usize * 31 % (plain.len() + 1));
                let mut kinds = [0; 3];
                tombs.bring_back(len).into_iter().for_each(|(kind, count)| kinds[kind as usize] += count);
                let mut expected = [0; 3];
                plain.drain(len..).for_each(|(_, kind)| expected[kind as usize] += 1);
                assert_eq!(kinds, expected, "{step}");
            }
            assert_eq!((tombs.len(), tombs.is_empty()), (plain.len(), plain.is_empty()));
            assert!(tombs.iter().eq(plain.iter().map(|(id, _)| *id)), "{step}");
            assert_eq!(tombs.contains(id), plain.iter().any(|(other, _)| *other == id));
        }
        assert!(tombs.size() > 4 * tombs.len() as u64);
        assert_eq!(tombs.behind(3).len() + 3, tombs.len());
        tombs.bring_back(0);
        assert!(tombs.is_empty() && tombs.blocks.is_empty() && tombs.runs.is_empty());
    }
}
