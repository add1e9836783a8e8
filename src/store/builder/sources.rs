//! Where edges come from, in the order of the input.
//!
//! Files have the edges of a node together, mostly: then a node and where its edges end are enough for all of them, which takes
//! less memory than the edges have. What always holds: neighbouring runs have different nodes.

use std::ops::Range;

use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};

/// The source of each edge.
#[derive(Clone, Debug)]
pub(crate) enum Sources {
    /// Nodes, and where the edges of each end.
    Runs(Vec<(u32, u32)>),
    /// One for each edge.
    Each(Vec<u32>),
}

impl Default for Sources {
    fn default() -> Self {
        Sources::Runs(Vec::new())
    }
}

impl Sources {
    /// How many edges there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Sources::Runs(runs) => runs.last().map_or(0, |(_, end)| *end as usize),
            Sources::Each(sources) => sources.len(),
        }
    }

    /// Adds the source of an edge.
    #[inline]
    pub(crate) fn push(&mut self, source: u32) {
        match self {
            Sources::Each(sources) => sources.push(source),
            Sources::Runs(runs) => match runs.last_mut() {
                Some((node, end)) if *node == source => *end += 1,
                last => {
                    let end = last.map_or(0, |(_, end)| *end);
                    runs.push((source, end + 1));
                    self.weigh();
                }
            },
        }
    }

    /// Gives up runs that are so short that they take more memory than edges of their own.
    fn weigh(&mut self) {
        /// So few do not matter.
        const FEW: usize = 1 << 10;
        if let Sources::Runs(runs) = self
            && runs.len() > FEW
            && runs.len() * 2 > self.len()
        {
            *self = Sources::Each(self.iter().collect());
        }
    }

    /// The source of each edge.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        self.runs().flat_map(|(node, rows)| rows.map(move |_| node))
    }

    /// Nodes, each with edges that follow on each other.
    pub(super) fn runs(&self) -> impl Iterator<Item = (u32, Range<usize>)> {
        let (runs, each): (&[_], &[_]) = match self {
            Sources::Runs(runs) => (runs, &[]),
            Sources::Each(sources) => (&[], sources),
        };
        let mut first = 0;
        let runs = runs.iter().map(move |(node, end)| {
            let rows = first..*end as usize;
            first = rows.end;
            (*node, rows)
        });
        runs.chain(each.iter().enumerate().map(|(row, node)| (*node, row..row + 1)))
    }

    /// The nodes that edges come from, in the order in which they come first, some of them more than once.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = u32> {
        self.runs().map(|(node, _)| node)
    }

    /// Puts another number in place of each.
    pub(crate) fn renumber(&mut self, number: impl Fn(u32) -> u32 + Sync) {
        match self {
            Sources::Runs(runs) => runs.par_iter_mut().for_each(|(node, _)| *node = number(*node)),
            Sources::Each(sources) => sources.par_iter_mut().for_each(|node| *node = number(*node)),
        }
    }

    /// One for each edge.
    pub(super) fn into_each(self) -> Vec<u32> {
        match self {
            Sources::Runs(_) => self.iter().collect(),
            Sources::Each(sources) => sources,
        }
    }
}

impl Extend<u32> for Sources {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, sources: I) {
        sources.into_iter().for_each(|source| self.push(source));
    }
}

impl FromIterator<u32> for Sources {
    fn from_iter<I: IntoIterator<Item = u32>>(sources: I) -> Self {
        let mut all = Sources::default();
        all.extend(sources);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_tell_the_same() {
        let together: Vec<u32> = (0..9000).map(|row| row / 3 % 700).collect();
        let apart: Vec<u32> = (0..9000).map(|row| row * 7 % 901).collect();
        let first_together: Vec<u32> = together.iter().chain(&apart).copied().collect();
        for (expected, runs) in [(together, true), (apart, false), (first_together, false), (vec![], true)] {
            let mut sources: Sources = expected.iter().copied().collect();
            assert_eq!((sources.len(), matches!(sources, Sources::Runs(_))), (expected.len(), runs));
            assert!(sources.iter().eq(expected.iter().copied()));
            sources.renumber(|node| node + 5);
            assert!(sources.into_each().iter().zip(&expected).all(|(anew, node)| *anew == node + 5));
        }
    }
}
