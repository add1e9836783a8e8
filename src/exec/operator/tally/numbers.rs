//! The numbers of a pattern's node, by the nodes of the graph.

use super::super::bits::Bits;
use super::{Result, overflow};
use crate::exec::context::Watch;
use crate::model::{Direction, EdgeTypeId, NodeId};
use crate::store::{Adjacency, Block, View};

/// How many steps a loop takes before it asks whether to go on.
pub(super) const PATIENCE: usize = 1 << 16;

/// The numbers of a pattern's node.
pub(super) enum Numbers {
    /// One, whatever node it is.
    One,
    /// One for these, and nothing for others.
    Set(Bits),
    /// By node.
    Counts(Vec<i64>),
}

impl Numbers {
    pub(super) fn of(&self, node: u32) -> i64 {
        match self {
            Numbers::One => 1,
            Numbers::Set(set) => set.one(node),
            Numbers::Counts(counts) => counts.get(node as usize).copied().unwrap_or_default(),
        }
    }
}

/// A node of the pattern whose children are counted: its own numbers can be made.
pub(super) struct Ready<'g> {
    pub(super) own: Numbers,
    pub(super) children: Vec<Child<'g>>,
    /// Edges from a node to itself, for each that the pattern asks for.
    pub(super) loops: Vec<Vec<(NodeId, u64)>>,
}

pub(super) struct Child<'g> {
    /// Edges from the parent; a tuple of edges, one for each, makes a match.
    pub(super) links: Vec<(Option<Vec<EdgeTypeId>>, Direction)>,
    /// The neighbours as slices, where there is one link and they are in slices.
    pub(super) blocks: Option<Vec<Block<'g>>>,
    /// The same of two links.
    pub(super) pair: Option<[Adjacency<'g>; 2]>,
    pub(super) numbers: Numbers,
    /// No number of it is greater, nor its negation.
    pub(super) most: u64,
    /// About how many edges have to be looked at.
    pub(super) edges: u64,
    /// The sums by parent, when they were made from the child's side.
    pub(super) pushed: Option<Vec<i64>>,
}

/// Nodes that have a number, few of them, and the edges from them back to the parent, so many in all.
pub(super) struct Few<'g> {
    pub(super) back: Adjacency<'g>,
    pub(super) nodes: Vec<(u32, i64)>,
    pub(super) edges: u64,
}

impl<'g> Ready<'g> {
    /// The child, when there is but one and nothing else is asked of the node's edges.
    pub(super) fn only_child(&self) -> Option<&Child<'g>> {
        match self.children.as_slice() {
            [one] if self.loops.is_empty() => Some(one),
            _ => None,
        }
    }

    /// About how many steps it takes to make all numbers.
    pub(super) fn steps(&self) -> u64 {
        self.children.iter().map(Child::steps).sum()
    }

    /// Fills in the numbers of the nodes from `first` on; `spare` is memory to be used again.
    pub(super) fn fill(
        &self,
        watch: Watch<'_, '_>,
        first: u32,
        numbers: &mut [i64],
        spare: &mut Vec<i64>,
    ) -> Result<()> {
        let mut children = self.children.as_slice();
        match (&self.own, children) {
            (Numbers::One, [child, others @ ..]) => {
                numbers.fill(0);
                child.sums(watch, first, None, numbers)?;
                children = others;
            }
            (Numbers::One, []) => numbers.fill(1),
            (Numbers::Counts(counts), _) => {
                let own = counts.get(first as usize..).unwrap_or_default();
                numbers.fill(0);
                numbers.iter_mut().zip(own).for_each(|(number, own)| *number = *own);
            }
            (Numbers::Set(set), _) => {
                if !set.write(first, numbers) {
                    return Ok(());
                }
            }
        }
        for child in children {
            // None of these nodes has anything to go on with.
            if numbers.iter().all(|number| *number == 0) {
                return Ok(());
            }
            spare.clear();
            spare.resize(numbers.len(), 0);
            child.sums(watch, first, Some(numbers), spare)?;
            multiply(numbers, spare)?;
        }
        for loops in &self.loops {
            spare.clear();
            spare.resize(numbers.len(), 0);
            let from = loops.partition_point(|(node, _)| node.0 < first);
            for (node, count) in &loops[from..] {
                let Some(times) = spare.get_mut((node.0 - first) as usize) else { break };
                *times = *count as i64;
            }
            multiply(numbers, spare)?;
        }
        Ok(())
    }
}

/// The sum of the counts of these nodes, which is known to fit.
fn added(counts: &[i64], nodes: &[u32]) -> i64 {
    let mut sum = 0i64;
    for node in nodes {
        if let Some(count) = counts.get(*node as usize) {
            sum = sum.wrapping_add(*count);
        }
    }
    sum
}

fn added_if_fits(counts: &[i64], nodes: &[u32]) -> Option<i64> {
    nodes.iter().try_fold(0i64, |sum, node| sum.checked_add(counts.get(*node as usize).copied().unwrap_or_default()))
}

/// Multiplies each number.
fn multiply(numbers: &mut [i64], by: &[i64]) -> Result<()> {
    let fits = bits(numbers).checked_mul(bits(by)).is_some_and(|product| product <= i64::MAX as u64);
    if fits {
        numbers.iter_mut().zip(by).for_each(|(number, by)| *number = number.wrapping_mul(*by));
        return Ok(());
    }
    for (number, by) in numbers.iter_mut().zip(by) {
        *number = number.checked_mul(*by).ok_or_else(overflow)?;
    }
    Ok(())
}

/// All bits of all numbers: none of them is greater, should none be negative.
fn bits(numbers: &[i64]) -> u64 {
    numbers.iter().fold(0, |bits, number| bits | *number as u64)
}

/// The sum of a piece's numbers.
pub(super) fn sum(numbers: &[i64]) -> i128 {
    if bits(numbers) < 1 << 40 {
        return i128::from(numbers.iter().fold(0i64, |sum, number| sum.wrapping_add(*number)));
    }
    numbers.iter().map(|number| i128::from(*number)).sum()
}

impl Child<'_> {
    /// The nodes that have a number, and the edges back from them, where adding up from their side is less work: few of them
    /// have one, and one thread does it all.
    pub(super) fn few<'g>(&self, watch: Watch<'_, 'g>) -> Option<Few<'g>> {
        let [(types, direction)] = self.links.as_slice() else { return None };
        self.blocks.as_ref()?;
        let back = watch.view.adjacency(types.as_deref(), direction.reverse())?;
        let some = match &self.numbers {
            Numbers::Set(set) => set.len(),
            Numbers::Counts(counts) => counts.iter().filter(|count| **count != 0).count(),
            Numbers::One => return None,
        };
        // Most have one: there is no need to look at their edges to know that it is not worth it.
        if some * 2 > back.nodes() {
            return None;
        }
        let nodes: Vec<(u32, i64)> = match &self.numbers {
            Numbers::Set(set) => set.iter().map(|node| (node, 1)).collect(),
            Numbers::Counts(counts) => (0..).zip(counts.iter().copied()).filter(|(_, count)| *count != 0).collect(),
            Numbers::One => return None,
        };
        let edges: u64 = nodes.iter().map(|(node, _)| back.ends(NodeId(*node)).len() as u64).sum();
        (edges * 2 * watch.threads as u64 <= self.edges).then_some(Few { back, nodes, edges })
    }

    /// Whether a sum over so many edges fits into 64 bits.
    pub(super) fn fits(&self, edges: u64) -> bool {
        self.most.checked_mul(edges).is_some_and(|most| most < 1 << 62)
    }

    /// Makes the sums from the child's side where that is less work.
    pub(super) fn push(&mut self, watch: Watch<'_, '_>) -> Result<()> {
        let Some(few) = self.few(watch).filter(|few| self.fits(few.edges)) else { return Ok(()) };
        let mut sums = vec![0i64; watch.view.node_bound()];
        let mut steps = 0;
        for (node, number) in few.nodes {
            let ends = few.back.ends(NodeId(node));
            for end in ends {
                if let Some(sum) = sums.get_mut(*end as usize) {
                    *sum = sum.wrapping_add(number);
                }
            }
            steps += ends.len();
            if steps > PATIENCE {
                watch.check()?;
                steps = 0;
            }
        }
        self.pushed = Some(sums);
        Ok(())
    }

    fn steps(&self) -> u64 {
        if self.pushed.is_some() {
            return 0;
        }
        match (&self.numbers, &self.blocks) {
            // A degree is read off two offsets.
            (Numbers::One, Some(blocks)) => blocks.iter().map(|block| block.len() as u64 / 8).sum(),
            _ => self.edges,
        }
    }

    /// Adds, for each node from `first` on that has a number, the sum of the child's numbers over its neighbours: over the
    /// tuples of edges to the same node, when there are several links.
    fn sums(&self, watch: Watch<'_, '_>, first: u32, parents: Option<&[i64]>, sums: &mut [i64]) -> Result<()> {
        if let Some(pushed) = &self.pushed {
            let own = pushed.get(first as usize..).unwrap_or_default();
            sums.iter_mut().zip(own).for_each(|(sum, own)| *sum = own.wrapping_add(*sum));
            return Ok(());
        }
        match (&self.blocks, &self.pair) {
            (Some(blocks), _) => {
                for block in blocks {
                    self.over_block(watch, block, first, parents, sums)?;
                }
                Ok(())
            }
            (None, Some(pair)) => self.over_pair(watch, pair, first, parents, sums),
            (None, None) => self.one_by_one(watch, first, parents, sums),
        }
    }

    /// Two links to the same node: what is in both lists of neighbours, each as often as it is in the one times in the other.
    fn over_pair(
        &self,
        watch: Watch<'_, '_>,
        [one, other]: &[Adjacency<'_>; 2],
        first: u32,
        parents: Option<&[i64]>,
        sums: &mut [i64],
    ) -> Result<()> {
        let mut steps = 0;
        for (at, total) in sums.iter_mut().enumerate() {
            if parents.is_some_and(|parents| parents.get(at) == Some(&0)) {
                continue;
            }
            let node = NodeId(first + at as u32);
            let (one, other) = (one.ends(node), other.ends(node));
            let (short, mut long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
            steps += short.len() + 1;
            let mut sum = Some(0i64);
            for same in short.chunk_by(|a, b| a == b) {
                let Some(end) = same.first() else { continue };
                // Both ascend, so what was passed need not be looked at again.
                long = &long[long.partition_point(|other| other < end)..];
                let times = long.iter().take_while(|other| *other == end).count() as i64 * same.len() as i64;
                if times > 0 {
                    let number = self.numbers.of(*end).checked_mul(times);
                    sum = sum.and_then(|sum| sum.checked_add(number?));
                }
            }
            *total = sum.and_then(|sum| total.checked_add(sum)).ok_or_else(overflow)?;
            if steps > PATIENCE {
                watch.check()?;
                steps = 0;
            }
        }
        Ok(())
    }

    fn over_block(
        &self,
        watch: Watch<'_, '_>,
        block: &Block<'_>,
        first: u32,
        parents: Option<&[i64]>,
        sums: &mut [i64],
    ) -> Result<()> {
        // The rows of the block that are nodes of this piece.
        let begin = block.first.0.max(first);
        let end = (block.first.0 as usize + block.len()).min(first as usize + sums.len());
        let (row, at) = ((begin - block.first.0) as usize, (begin - first) as usize);
        let Some(sums) = end.checked_sub(begin as usize).and_then(|len| sums.get_mut(at..at + len)) else {
            return Ok(());
        };
        let parents = parents.and_then(|parents| parents.get(at..));
        let offsets = block.offsets().get(row..).unwrap_or_default();
        let wanted = |at: usize| parents.is_none_or(|parents| parents.get(at) != Some(&0));
        let mut steps = 0;
        let mut patient = |more: usize| -> Result<()> {
            steps += more;
            if steps > PATIENCE {
                watch.check()?;
                steps = 0;
            }
            Ok(())
        };
        match &self.numbers {
            Numbers::One => {
                let ends = offsets.get(1..).unwrap_or_default();
                for (sum, (start, end)) in sums.iter_mut().zip(offsets.iter().zip(ends)) {
                    *sum = sum.wrapping_add(i64::from(end.wrapping_sub(*start)));
                }
            }
            Numbers::Set(set) => {
                for (at, sum) in sums.iter_mut().enumerate() {
                    if wanted(at) {
                        let ends = block.ends(row + at);
                        patient(ends.len())?;
                        *sum += set.count(ends);
                    }
                }
            }
            Numbers::Counts(counts) => {
                let longest = offsets.windows(2).map(|extent| extent[1].wrapping_sub(extent[0])).max().unwrap_or(0);
                let fits = self.most.checked_mul(u64::from(longest)).is_some_and(|most| most < 1 << 62);
                for (at, sum) in sums.iter_mut().enumerate() {
                    if wanted(at) {
                        let ends = block.ends(row + at);
                        patient(ends.len())?;
                        let of_ends = if fits { Some(added(counts, ends)) } else { added_if_fits(counts, ends) };
                        *sum = of_ends.and_then(|of_ends| sum.checked_add(of_ends)).ok_or_else(overflow)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn one_by_one(&self, watch: Watch<'_, '_>, first: u32, parents: Option<&[i64]>, sums: &mut [i64]) -> Result<()> {
        let view = watch.view;
        let [(types, direction), others @ ..] = self.links.as_slice() else { return Ok(()) };
        let mut steps = 0;
        for (at, total) in sums.iter_mut().enumerate() {
            let node = NodeId(first + at as u32);
            if parents.is_some_and(|parents| parents.get(at) == Some(&0)) || !view.contains_node(node) {
                continue;
            }
            let mut sum = Some(0i64);
            view.neighbours(node, *direction, types.as_deref(), |_, end| {
                steps += 1;
                let mut number = Some(self.numbers.of(end.0));
                for (types, direction) in others {
                    let edges =
                        |number: i64| number.checked_mul(between(view, node, end, *direction, types.as_deref()));
                    number = number.and_then(|number| if number == 0 { Some(0) } else { edges(number) });
                }
                sum = sum.and_then(|sum| sum.checked_add(number?));
            });
            *total = sum.and_then(|sum| total.checked_add(sum)).ok_or_else(overflow)?;
            if steps > PATIENCE {
                watch.check()?;
                steps = 0;
            }
        }
        Ok(())
    }
}

/// How many edges lead from one node to another in this direction.
fn between(view: &View<'_>, from: NodeId, to: NodeId, direction: Direction, types: Option<&[EdgeTypeId]>) -> i64 {
    let mut count = 0;
    if direction != Direction::In {
        view.edges_between(from, to, types, |_| count += 1);
    }
    if direction == Direction::In || direction == Direction::Both && from != to {
        view.edges_between(to, from, types, |_| count += 1);
    }
    count
}
