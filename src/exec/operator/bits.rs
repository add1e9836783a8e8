//! Sets of nodes as bits.

/// A set of nodes, a bit each.
#[derive(Clone, Default)]
pub(in crate::exec) struct Bits(Vec<u64>);

impl Bits {
    pub(in crate::exec) fn none(bound: usize) -> Self {
        Bits(vec![0; bound.div_ceil(64)])
    }

    pub(in crate::exec) fn insert(&mut self, node: u32) {
        if let Some(word) = self.0.get_mut(node as usize / 64) {
            *word |= 1 << (node % 64);
        }
    }

    /// Adds a run of nodes.
    pub(in crate::exec) fn insert_run(&mut self, run: std::ops::Range<u32>) {
        let mut at = run.start;
        while at < run.end {
            let Some(word) = self.0.get_mut(at as usize / 64) else { return };
            let end = run.end.min((at / 64 + 1) * 64);
            *word |= (u64::MAX >> (64 - (end - at))) << (at % 64);
            at = end;
        }
    }

    /// Writes 1 for each node from `first` on that is in the set, 0 for another one; whether there is any.
    pub(in crate::exec) fn write(&self, first: u32, numbers: &mut [i64]) -> bool {
        let mut any = false;
        let (mut at, mut rest) = (first, numbers);
        while !rest.is_empty() {
            let len = rest.len().min(64 - at as usize % 64);
            let (these, others) = rest.split_at_mut(len);
            match self.0.get(at as usize / 64).copied().unwrap_or_default() >> (at % 64) {
                0 => these.fill(0),
                word => {
                    any = true;
                    these.iter_mut().enumerate().for_each(|(bit, number)| *number = (word >> bit & 1) as i64);
                }
            }
            (at, rest) = (at + len as u32, others);
        }
        any
    }

    pub(in crate::exec) fn remove(&mut self, node: u32) {
        if let Some(word) = self.0.get_mut(node as usize / 64) {
            *word &= !(1 << (node % 64));
        }
    }

    /// How many of these nodes are in the set; one that comes twice counts twice.
    pub(in crate::exec) fn count(&self, nodes: &[u32]) -> i64 {
        let mut count = 0;
        for node in nodes {
            count += self.one(*node);
        }
        count
    }

    /// Whether the node was not in the set; from now on it is.
    #[inline]
    pub(in crate::exec) fn is_new(&mut self, node: u32) -> bool {
        let Some(word) = self.0.get_mut(node as usize / 64) else { return false };
        let bit = 1 << (node % 64);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// How many bytes it takes.
    pub(in crate::exec) fn bytes(&self) -> u64 {
        8 * self.0.len() as u64
    }

    /// 1 for a node of the set, 0 for another one.
    #[inline]
    pub(in crate::exec) fn one(&self, node: u32) -> i64 {
        self.0.get(node as usize / 64).map_or(0, |word| (word >> (node % 64) & 1) as i64)
    }

    /// How many nodes there are in the set.
    pub(in crate::exec) fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The nodes of the set, ascending.
    pub(in crate::exec) fn iter(&self) -> impl Iterator<Item = u32> {
        (0u32..).zip(&self.0).flat_map(|(at, word)| {
            let (at, mut left) = (at * 64, *word);
            std::iter::from_fn(move || {
                let next = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(at + next)
            })
        })
    }
}
