//! The numbers of a pattern's node, by the nodes of the graph.

use std::ops::Range;

use super::super::ahead::in_sight;
use super::super::bits::Bits;
use super::by_node::ByNode;
use super::wedges::{Paths, Wedges};
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
    Counts(ByNode),
}

impl Numbers {
    pub(super) fn of(&self, node: u32) -> i64 {
        match self {
            Numbers::One => 1,
            Numbers::Set(set) => set.one(node),
            Numbers::Counts(counts) => counts.of(node),
        }
    }

    /// How many nodes have a number, where that is known.
    fn some(&self) -> Option<usize> {
        match self {
            Numbers::One => None,
            Numbers::Set(set) => Some(set.len()),
            Numbers::Counts(counts) => Some(counts.some()),
        }
    }

    /// The nodes that have a number, ascending, and which, where that is known.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, i64)> {
        let (set, counts) = match self {
            Numbers::One => (None, None),
            Numbers::Set(set) => (Some(set), None),
            Numbers::Counts(counts) => (None, Some(counts)),
        };
        let of_set = set.into_iter().flat_map(|set| set.iter().map(|node| (node, 1)));
        of_set.chain(counts.into_iter().flat_map(ByNode::iter))
    }
}

/// What a thread keeps from piece to piece.
#[derive(Default)]
pub(super) struct Spare {
    numbers: Vec<i64>,
    marks: Bits,
    paths: Paths,
}

/// A node of the pattern whose children are counted: its own numbers can be made.
pub(super) struct Ready<'g> {
    /// The nodes that it may be.
    pub(super) span: Range<u32>,
    pub(super) own: Numbers,
    pub(super) children: Vec<Child<'g>>,
    /// The paths from it that meet.
    pub(super) wedges: Option<Wedges<'g>>,
    /// Edges from a node to itself, for each that the pattern asks for.
    pub(super) loops: Vec<Vec<(NodeId, u64)>>,
}

pub(super) struct Child<'g> {
    /// Edges from the parent; a tuple of edges, one for each, makes a match.
    pub(super) links: Vec<(Option<Vec<EdgeTypeId>>, Direction)>,
    /// How often each of them comes, where that is not once each; see [`powers`](crate::plan::physical::TallyNode::powers).
    pub(super) powers: Vec<(i64, Vec<u32>)>,
    /// The neighbours as slices, where there is one link and they are in slices.
    pub(super) blocks: Option<Vec<Block<'g>>>,
    /// The same of several links.
    pub(super) lists: Option<Vec<Adjacency<'g>>>,
    pub(super) numbers: Numbers,
    /// No number of it is greater, nor its negation.
    pub(super) most: u64,
    /// About how many edges have to be looked at.
    pub(super) edges: u64,
    /// The first node that the parent may be and the sums from there on, when they were made from the child's side.
    pub(super) pushed: Option<(u32, Vec<i64>)>,
}

/// The edges from few nodes that have a number back to the parent, so many in all.
pub(super) struct Few<'g> {
    pub(super) back: Adjacency<'g>,
    pub(super) edges: u64,
}

impl<'g> Ready<'g> {
    /// The child, when there is but one and nothing else is asked of the node's edges.
    pub(super) fn only_child(&self) -> Option<&Child<'g>> {
        match self.children.as_slice() {
            [one] if self.loops.is_empty() && self.wedges.is_none() => Some(one),
            _ => None,
        }
    }

    /// About how many steps it takes to make all numbers.
    pub(super) fn steps(&self) -> u64 {
        self.children.iter().map(Child::steps).sum::<u64>() + self.wedges.as_ref().map_or(0, Wedges::steps)
    }

    /// Fills in the numbers of the nodes from `first` on; `spare` is memory to be used again. No number is greater than what it
    /// gives, a negative one taken for a large one.
    pub(super) fn fill(&self, watch: Watch<'_, '_>, first: u32, numbers: &mut [i64], spare: &mut Spare) -> Result<u64> {
        let Spare { numbers: factors, marks, paths } = spare;
        let mut children = self.children.as_slice();
        let mut most = match (&self.own, children) {
            (Numbers::One, [child, others @ ..]) => {
                children = others;
                match child.degrees(first, numbers.len()) {
                    Some(degrees) => times(numbers, degrees, |_, degree| degree),
                    None => {
                        numbers.fill(0);
                        child.sums(watch, first, None, numbers, marks)?
                    }
                }
            }
            (Numbers::One, []) => {
                numbers.fill(1);
                1
            }
            (Numbers::Counts(counts), _) => {
                counts.write(first, numbers);
                bits(numbers)
            }
            (Numbers::Set(set), _) => u64::from(set.write(first, numbers)),
        };
        for child in children {
            // None of these nodes has anything to go on with.
            if most == 0 {
                return Ok(0);
            }
            if most < 1 << 31
                && let Some(degrees) = child.degrees(first, numbers.len())
            {
                most = times(numbers, degrees, |number, degree| number * degree);
                continue;
            }
            factors.clear();
            factors.resize(numbers.len(), 0);
            let times = child.sums(watch, first, Some(numbers), factors, marks)?;
            most = multiply((numbers, most), (factors, times))?;
        }
        if let Some(wedges) = &self.wedges {
            factors.clear();
            factors.resize(numbers.len(), 0);
            wedges.meet(watch, (first, numbers), factors, paths)?;
            most = multiply((numbers, most), (factors, bits(factors)))?;
        }
        for loops in &self.loops {
            factors.clear();
            factors.resize(numbers.len(), 0);
            let from = loops.partition_point(|(node, _)| node.0 < first);
            for (node, count) in &loops[from..] {
                let Some(times) = factors.get_mut((node.0 - first) as usize) else { break };
                *times = *count as i64;
            }
            most = multiply((numbers, most), (factors, bits(factors)))?;
        }
        Ok(most)
    }
}

/// Makes each number, of 32 bits, another one by a degree; gives all bits of what they are then.
fn times(numbers: &mut [i64], degrees: impl Iterator<Item = u32>, by: impl Fn(u64, u64) -> u64) -> u64 {
    let mut bits = 0;
    for (number, degree) in numbers.iter_mut().zip(degrees) {
        let product = by(u64::from(*number as u32), u64::from(degree));
        *number = product as i64;
        bits |= product;
    }
    bits
}

/// Multiplies each number; what is given with them is such that none is greater.
fn multiply((numbers, most): (&mut [i64], u64), (by, times): (&[i64], u64)) -> Result<u64> {
    let half = u64::from(u32::MAX);
    match most.checked_mul(times).filter(|product| *product <= i64::MAX as u64) {
        Some(product) if most <= half && times <= half => {
            let pairs = numbers.iter_mut().zip(by);
            pairs.for_each(|(number, by)| *number = (u64::from(*number as u32) * u64::from(*by as u32)) as i64);
            Ok(product)
        }
        Some(product) => {
            numbers.iter_mut().zip(by).for_each(|(number, by)| *number = number.wrapping_mul(*by));
            Ok(product)
        }
        None => {
            for (number, by) in numbers.iter_mut().zip(by) {
                *number = number.checked_mul(*by).ok_or_else(overflow)?;
            }
            Ok(bits(numbers))
        }
    }
}

/// All bits of all numbers: none of them is greater.
fn bits(numbers: &[i64]) -> u64 {
    numbers.iter().fold(0, |bits, number| bits | *number as u64)
}

/// The sum of a piece's numbers, of which none is greater than `most`.
pub(super) fn sum(numbers: &[i64], most: u64) -> i128 {
    if most < 1 << 40 {
        return i128::from(numbers.iter().fold(0i64, |sum, number| sum.wrapping_add(*number)));
    }
    numbers.iter().map(|number| i128::from(*number)).sum()
}

impl Child<'_> {
    /// The edges back from the nodes that have a number, where adding up from their side is less work: few of them have one, and
    /// one thread does it all.
    pub(super) fn few<'g>(&self, watch: Watch<'_, 'g>) -> Option<Few<'g>> {
        let [(types, direction)] = self.links.as_slice() else { return None };
        self.blocks.as_ref()?;
        let back = watch.view.adjacency(types.as_deref(), direction.reverse())?;
        // Most have one: there is no need to look at their edges to know that it is not worth it.
        if self.numbers.some()? * 2 > back.nodes() {
            return None;
        }
        let edges: u64 = self.numbers.iter().map(|(node, _)| back.ends(NodeId(node)).len() as u64).sum();
        (edges * 2 * watch.threads as u64 <= self.edges).then_some(Few { back, edges })
    }

    /// Whether a sum over so many edges fits into 64 bits.
    pub(super) fn fits(&self, edges: u64) -> bool {
        self.most.checked_mul(edges).is_some_and(|most| most < 1 << 62)
    }

    /// Makes the sums, for these parents, from the child's side where that is less work.
    pub(super) fn push(&mut self, parents: Range<u32>, watch: Watch<'_, '_>) -> Result<()> {
        let Some(few) = self.few(watch).filter(|few| self.fits(few.edges)) else { return Ok(()) };
        let mut sums = vec![0i64; parents.len()];
        let (mut steps, mut walked) = (0, 0);
        for node in in_sight(self.numbers.iter().map(|(node, _)| NodeId(node)), &few.back) {
            let number = self.numbers.of(node.0);
            let ends = few.back.ends(node);
            for end in ends {
                if let Some(sum) = sums.get_mut(end.wrapping_sub(parents.start) as usize) {
                    *sum = sum.wrapping_add(number);
                }
            }
            steps += ends.len();
            if steps > PATIENCE {
                watch.check()?;
                steps = 0;
                few.back.walked(walked..node.0, watch.view);
                walked = node.0;
            }
        }
        self.pushed = Some((parents.start, sums));
        Ok(())
    }

    /// How many edges to the child each of so many nodes from `first` on has, where that is its sum and stands in one place.
    fn degrees(&self, first: u32, len: usize) -> Option<impl Iterator<Item = u32>> {
        let (Numbers::One, Some([block])) = (&self.numbers, self.blocks.as_deref()) else { return None };
        let row = first.checked_sub(block.first.0)? as usize;
        let offsets = block.offsets().get(row..=row + len)?;
        Some(offsets.iter().zip(offsets.get(1..)?).map(|(start, end)| end.wrapping_sub(*start)))
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
    /// tuples of edges to the same node, when there are several links. No sum is greater than what it gives.
    fn sums(
        &self,
        watch: Watch<'_, '_>,
        first: u32,
        parents: Option<&[i64]>,
        sums: &mut [i64],
        marks: &mut Bits,
    ) -> Result<u64> {
        if let Some((start, pushed)) = &self.pushed {
            // They may begin behind the first node that is asked for, as the root of another term may be there.
            let begin = first.max(*start);
            let own = pushed.get((begin - start) as usize..).unwrap_or_default();
            let sums = sums.get_mut((begin - first) as usize..).unwrap_or_default();
            sums.iter_mut().zip(own).for_each(|(sum, own)| *sum = own.wrapping_add(*sum));
            return Ok(bits(sums));
        }
        match (&self.blocks, &self.lists) {
            (Some(blocks), _) => {
                let mut most = 0;
                for block in blocks {
                    most |= self.over_block(watch, block, first, parents, sums)?;
                }
                return Ok(most);
            }
            (None, Some(lists)) => self.over_lists(watch, (lists, marks), first, parents, sums)?,
            (None, None) => self.one_by_one(watch, first, parents, sums)?,
        }
        Ok(bits(sums))
    }

    /// Several links to the same node: what is in all lists of neighbours, as often as there are tuples of edges.
    fn over_lists(
        &self,
        watch: Watch<'_, '_>,
        (lists, marks): (&[Adjacency<'_>], &mut Bits),
        first: u32,
        parents: Option<&[i64]>,
        sums: &mut [i64],
    ) -> Result<()> {
        if marks.bytes() == 0 {
            *marks = Bits::none(watch.view.node_bound());
        }
        let (mut steps, mut same, mut counts) = (0, Vec::new(), vec![0; lists.len()]);
        for (at, total) in sums.iter_mut().enumerate() {
            if parents.is_some_and(|parents| parents.get(at) == Some(&0)) {
                continue;
            }
            let node = NodeId(first + at as u32);
            steps += 1;
            match lists {
                [] => return Ok(()),
                [one] => {
                    same.clear();
                    same.extend_from_slice(one.ends(node));
                    same.dedup();
                    steps += same.len();
                }
                [one, other, ..] => steps += common((one.ends(node), other.ends(node)), marks, &mut same),
            }
            let mut sum = Some(0i64);
            for end in &same {
                for (count, list) in counts.iter_mut().zip(lists) {
                    let ends = list.ends(node);
                    let start = ends.partition_point(|other| other < end);
                    *count = ends[start..].iter().take_while(|other| *other == end).count() as i64;
                }
                let number = self.tuples(&counts).and_then(|tuples| self.numbers.of(*end).checked_mul(tuples));
                sum = sum.and_then(|sum| sum.checked_add(number?));
            }
            *total = sum.and_then(|sum| total.checked_add(sum)).ok_or_else(overflow)?;
            if steps > PATIENCE {
                watch.check()?;
                steps = 0;
            }
        }
        let end = first + sums.len() as u32;
        lists.iter().for_each(|list| list.walked(first..end, watch.view));
        Ok(())
    }

    /// How many tuples of edges there are when so many lead to a node by each link.
    fn tuples(&self, counts: &[i64]) -> Option<i64> {
        if self.powers.is_empty() {
            return counts.iter().try_fold(1i64, |tuples, count| tuples.checked_mul(*count));
        }
        self.powers.iter().try_fold(0i64, |sum, (factor, powers)| {
            let mut powers = counts.iter().zip(powers).map(|(count, power)| count.checked_pow(*power));
            sum.checked_add(powers.try_fold(*factor, |tuples, power| tuples.checked_mul(power?))?)
        })
    }

    fn over_block(
        &self,
        watch: Watch<'_, '_>,
        block: &Block<'_>,
        first: u32,
        parents: Option<&[i64]>,
        sums: &mut [i64],
    ) -> Result<u64> {
        // The rows of the block that are nodes of this piece.
        let begin = block.first.0.max(first);
        let end = (block.first.0 as usize + block.len()).min(first as usize + sums.len());
        let (row, at) = ((begin - block.first.0) as usize, (begin - first) as usize);
        let Some(sums) = end.checked_sub(begin as usize).and_then(|len| sums.get_mut(at..at + len)) else {
            return Ok(0);
        };
        let parents = parents.and_then(|parents| parents.get(at..));
        let offsets = block.offsets().get(row..=row + sums.len()).unwrap_or_default();
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
                let mut most = 0;
                for (sum, (start, end)) in sums.iter_mut().zip(offsets.iter().zip(ends)) {
                    *sum = sum.wrapping_add(i64::from(end.wrapping_sub(*start)));
                    most |= *sum as u64;
                }
                return Ok(most);
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
                        let of_ends = if fits { Some(counts.sum(ends)) } else { counts.checked_sum(ends) };
                        *sum = of_ends.and_then(|of_ends| sum.checked_add(of_ends)).ok_or_else(overflow)?;
                    }
                }
            }
        }
        block.walked(row..row + sums.len(), watch.view);
        Ok(bits(sums))
    }

    fn one_by_one(&self, watch: Watch<'_, '_>, first: u32, parents: Option<&[i64]>, sums: &mut [i64]) -> Result<()> {
        let view = watch.view;
        let [(types, direction), others @ ..] = self.links.as_slice() else { return Ok(()) };
        let (mut steps, mut counts) = (0, Vec::new());
        for (at, total) in sums.iter_mut().enumerate() {
            let node = NodeId(first + at as u32);
            if parents.is_some_and(|parents| parents.get(at) == Some(&0)) || !view.contains_node(node) {
                continue;
            }
            let mut sum = Some(0i64);
            if others.is_empty() && self.powers.is_empty() {
                view.neighbours(node, *direction, types.as_deref(), |_, end| {
                    steps += 1;
                    sum = sum.and_then(|sum| sum.checked_add(self.numbers.of(end.0)));
                });
            } else {
                let ends = view.ends(node, *direction, types.as_deref());
                for same in ends.chunk_by(|a, b| a == b) {
                    let end = NodeId(same[0]);
                    steps += same.len() + others.len();
                    counts.clear();
                    counts.push(same.len() as i64);
                    let other = |(types, direction): &(Option<Vec<EdgeTypeId>>, Direction)| {
                        between(view, node, end, *direction, types.as_deref())
                    };
                    counts.extend(others.iter().map(other));
                    let number = self.tuples(&counts).and_then(|tuples| self.numbers.of(end.0).checked_mul(tuples));
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
}

/// Up to how much longer one list may be for it to be walked as well.
const ABOUT: usize = 16;

/// Puts down the nodes that both lists hold, each once; gives how many were looked at. No node is marked, before and after.
fn common((one, other): (&[u32], &[u32]), marks: &mut Bits, same: &mut Vec<u32>) -> usize {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    same.clear();
    if long.len() / ABOUT > short.len() {
        same.extend(short.iter().filter(|end| long.binary_search(end).is_ok()));
        same.dedup();
        return short.len();
    }
    // Marks answer at once, where stepping through both would take a guess at each step.
    short.iter().for_each(|end| marks.insert(*end));
    same.extend(long.iter().filter(|end| marks.one(**end) == 1));
    short.iter().for_each(|end| marks.remove(*end));
    same.dedup();
    short.len() + long.len()
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
