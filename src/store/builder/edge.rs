//! Edges to CSR blocks from both ends.
//!
//! The edges of a type are arrays of sources and targets. Counting puts them beside their targets, and, taken in that order,
//! beside their sources, with the targets of each source in order then; likewise back again. Nothing is compared.

use std::ops::Range;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, IntoParallelRefMutIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use super::buffer::Buffer;
use super::column;
use super::sections::{Array, Sections};
use crate::store::layout::{Entering, Leaving, Meta, Shape};

/// Below this, threads cost more than they save.
const MANY: usize = 1 << 16;

/// The edges of one type, in the order of the input.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    /// Where they come from: numbers of the input.
    pub(crate) sources: Vec<u32>,
    /// Where they go.
    pub(crate) targets: Vec<u32>,
    /// Their properties by key; a row is an edge.
    pub(crate) columns: Vec<(u32, Buffer)>,
}

impl Edges {
    /// The buffer of a key.
    pub(crate) fn column(&mut self, key: u32) -> &mut Buffer {
        of(&mut self.columns, key)
    }

    /// Adds all of the others.
    pub(crate) fn append(&mut self, mut others: Edges) {
        let first = self.len();
        self.sources.append(&mut others.sources);
        self.targets.append(&mut others.targets);
        for (key, buffer) in others.columns {
            let own = self.column(key);
            for row in 0..buffer.rows() {
                if let Some(cell) = buffer.get(row) {
                    own.put(first + row, cell);
                }
            }
        }
    }

    /// Only those for which it is true.
    pub(crate) fn keep(&mut self, keep: impl Fn(usize) -> bool) {
        for ends in [&mut self.sources, &mut self.targets] {
            let mut row = 0;
            ends.retain(|_| {
                row += 1;
                keep(row - 1)
            });
        }
        self.columns.iter_mut().for_each(|(_, buffer)| buffer.keep(&keep));
    }

    /// Whether an edge has the same value of a key as another one.
    pub(crate) fn has_same(&self, row: usize, others: &Edges, other: usize, key: u32) -> bool {
        let value = |edges: &Edges, row| edges.columns.iter().find(|(known, _)| *known == key)?.1.get(row);
        match (value(self, row), value(others, other)) {
            (Some(a), Some(b)) => a.compare(&b).is_eq(),
            (None, None) => true,
            _ => false,
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.sources.len()
    }
}

/// The buffer of a key among those that there are, or a new one.
pub(super) fn of(columns: &mut Vec<(u32, Buffer)>, key: u32) -> &mut Buffer {
    let at = columns.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
        columns.push((key, Buffer::default()));
        columns.len() - 1
    });
    &mut columns[at].1
}

/// The edges of one type from both ends; ids of nodes are the snapshot's.
pub(super) struct Sorted {
    edge_type: u32,
    /// By shape: the edges' places in the order of sources, and the id of the first.
    runs: Vec<(Range<usize>, u32)>,
    /// By node: where the edges that leave it begin.
    offsets: Vec<u32>,
    targets: Vec<u32>,
    /// The input's numbers in this order; empty when there are no properties.
    order: Vec<u32>,
    /// In the order of the input, and with its numbers.
    columns: Vec<(u32, Buffer)>,
    /// By node: where the edges that enter it begin.
    entering: Vec<u32>,
    /// Beside their targets; before that, the room of an array that has been used.
    sources: Vec<u32>,
    /// Beside the sources, which of their edges it is.
    places: Places,
    /// Nodes with edges to themselves, ascending, and how many.
    loops: Vec<(u32, u32)>,
}

/// Places of edges at their sources, in as few bytes as the largest needs.
enum Places {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

impl Places {
    fn part(&mut self, range: Range<usize>) -> Array {
        match self {
            Places::One(all) => Array::Bytes(part(all, range)),
            Places::Two(all) => Array::Shorts(part(all, range)),
            Places::Four(all) => Array::Ids(part(all, range)),
        }
    }
}

/// Sorts edges. They are by type, ascending; `ids` gives a node's id by its number of the input; `shapes` are the nodes of each
/// shape.
pub(super) fn sort(edges: Vec<(u32, Edges)>, ids: &[u32], shapes: &[Range<u32>]) -> Vec<Sorted> {
    let same = ids.iter().zip(0..).all(|(id, number)| *id == number);
    let sorted = |(edge_type, mut edges): (u32, Edges)| {
        if !same {
            for ends in [&mut edges.sources, &mut edges.targets] {
                ends.par_iter_mut().for_each(|end| *end = ids[*end as usize]);
            }
        }
        let sorted = by_source(edge_type, edges, ids.len());
        let at = |node: u32| sorted.offsets[node as usize] as usize;
        let runs: Vec<Range<usize>> = shapes.iter().map(|nodes| at(nodes.start)..at(nodes.end)).collect();
        (sorted, runs)
    };
    let mut sorted: Vec<_> = edges.into_par_iter().map(sorted).collect();
    let mut first = 0;
    for shape in 0..shapes.len() {
        for (sorted, runs) in &mut sorted {
            let run = runs[shape].clone();
            sorted.runs.push((run.clone(), first));
            first += run.len() as u32;
        }
    }
    let sorted = sorted.into_par_iter().map(|(mut sorted, _)| {
        enter(&mut sorted);
        sorted.loops = loops(&sorted.offsets, &sorted.targets);
        sorted
    });
    sorted.collect()
}

/// Adds the edges' blocks and columns to the shapes, and the edges from a node to itself; `keys` and `strings` are the
/// snapshot's numbers of both.
pub(super) fn write(
    sections: &mut Sections,
    Meta { shapes, loops, .. }: &mut Meta,
    mut sorted: Vec<Sorted>,
    (keys, strings): (&[u32], &[u32]),
) {
    let all =
        sorted.iter().flat_map(|sorted| sorted.loops.iter().map(|(node, count)| [sorted.edge_type, *node, *count]));
    *loops = Some(sections.add(Array::Ids(all.flatten().collect())));
    for sorted in &mut sorted {
        sorted.columns = column::ranked(std::mem::take(&mut sorted.columns), keys, strings);
    }
    for (at, shape) in shapes.iter_mut().enumerate() {
        shape.first_edge = sorted.first().map_or(0, |sorted| sorted.runs[at].1);
        for sorted in &mut sorted {
            let (run, first) = sorted.runs[at].clone();
            if run.is_empty() {
                continue;
            }
            let count = run.len() as u32;
            let offsets = sections.add(Array::Ids(within_shape(&sorted.offsets, shape)));
            let targets = sections.add(Array::Ids(part(&mut sorted.targets, run.clone())));
            let columns = sorted.columns.iter().filter_map(|(key, buffer)| {
                let part = buffer.permuted(&sorted.order[run.clone()]);
                (!part.is_empty()).then(|| column::write(sections, *key, count, part, false))
            });
            let columns = columns.collect();
            let edge_type = sorted.edge_type;
            shape.leaving.push(Leaving { edge_type, first, count, offsets, targets, columns });
        }
    }
    for shape in shapes.iter_mut() {
        for sorted in &mut sorted {
            let offsets = &sorted.entering;
            let extent = offsets[shape.first as usize] as usize..offsets[shape.nodes().end as usize] as usize;
            if extent.is_empty() {
                continue;
            }
            shape.entering.push(Entering {
                edge_type: sorted.edge_type,
                count: extent.len() as u32,
                offsets: sections.add(Array::Ids(within_shape(offsets, shape))),
                sources: sections.add(Array::Ids(part(&mut sorted.sources, extent.clone()))),
                places: sections.add(sorted.places.part(extent)),
            });
        }
    }
}

/// A part of an array; most types have one shape at each end, whose part is all that there is, and is not copied.
fn part<T: Clone>(all: &mut Vec<T>, part: Range<usize>) -> Vec<T> {
    if part.len() == all.len() { std::mem::take(all) } else { all[part].to_vec() }
}

/// The nodes that are a target of theirs, and how often.
fn loops(offsets: &[u32], targets: &[u32]) -> Vec<(u32, u32)> {
    let counted = offsets.par_windows(2).with_min_len(MANY).enumerate().map(|(node, extent)| {
        let own = &targets[extent[0] as usize..extent[1] as usize];
        (node as u32, own.iter().filter(|target| **target == node as u32).count() as u32)
    });
    counted.filter(|(_, count)| *count > 0).collect()
}

/// Where the edges of each of the shape's nodes begin in the shape's block.
fn within_shape(offsets: &[u32], shape: &Shape) -> Vec<u32> {
    let offsets = &offsets[shape.first as usize..=shape.nodes().end as usize];
    offsets.iter().map(|offset| offset - offsets[0]).collect()
}

/// The edges of a type by source, target and number, as far as those that leave go.
fn by_source(edge_type: u32, edges: Edges, nodes: usize) -> Sorted {
    let Edges { sources, targets, columns } = edges;
    let ascend = |(source, target): (&[u32], &[u32])| (source[0], target[0]) <= (source[1], target[1]);
    let (offsets, targets, order, room) = if sources.windows(2).zip(targets.windows(2)).all(ascend) {
        let order = if columns.is_empty() { Vec::new() } else { (0..targets.len() as u32).collect() };
        (begins(nodes, &sources), targets, order, sources)
    } else if columns.is_empty() {
        let (offsets, targets, _) = order(nodes, sources, targets, |_| ());
        (offsets, targets, Vec::new(), Vec::new())
    } else {
        let (offsets, targets, order) = order(nodes, sources, targets, |at| at as u32);
        (offsets, targets, order, Vec::new())
    };
    let (runs, entering, places, loops) = (Vec::new(), Vec::new(), Places::One(Vec::new()), Vec::new());
    Sorted { edge_type, runs, offsets, targets, order, columns, entering, sources: room, places, loops }
}

/// Puts edges in order by source and target: where each source's begin, their targets, and what is known of them.
fn order<T: Copy + Default + Send + Sync>(
    nodes: usize,
    sources: Vec<u32>,
    targets: Vec<u32>,
    known: impl Fn(usize) -> T + Sync,
) -> (Vec<u32>, Vec<u32>, Vec<T>) {
    let (offsets, by_target, known) = gather(nodes, &targets, Vec::new(), |_| |at| (sources[at], known(at)));
    drop(sources);
    gather(nodes, &by_target, targets, |start| {
        let mut target = key_from(&offsets, start);
        let known = &known;
        move |at| (target(at), known[at])
    })
}

/// The edges of a type by target and source, when those by source and target are known.
fn enter(sorted: &mut Sorted) {
    let room = std::mem::take(&mut sorted.sources);
    let (offsets, targets) = (&sorted.offsets, &sorted.targets);
    let most = offsets.windows(2).map(|extent| extent[1] - extent[0]).max().unwrap_or_default();
    macro_rules! places {
        ($width:ident, $kind:ident) => {{
            let (entering, sources, places) = gather(offsets.len() - 1, targets, room, |start| {
                let mut source = key_from(offsets, start);
                move |at| {
                    let source = source(at);
                    (source, (at as u32 - offsets[source as usize]) as $width)
                }
            });
            (entering, sources, Places::$kind(places))
        }};
    }
    // A place is less than the number of edges.
    let (entering, sources, places) = match most {
        0..=0x100 => places!(u8, One),
        0x101..=0x1_0000 => places!(u16, Two),
        _ => places!(u32, Four),
    };
    (sorted.entering, sorted.sources, sorted.places) = (entering, sources, places);
}

/// The key of an entry, for places that ascend from `start` on; `offsets` say where the entries of each key begin.
fn key_from(offsets: &[u32], start: usize) -> impl FnMut(usize) -> u32 {
    let mut key = offsets.partition_point(|offset| *offset as usize <= start).saturating_sub(1);
    move |at| {
        while offsets[key + 1] as usize <= at {
            key += 1;
        }
        key as u32
    }
}

/// Where the entries of each key begin, when the keys ascend.
fn begins(nodes: usize, keys: &[u32]) -> Vec<u32> {
    let mut offsets = Vec::with_capacity(nodes + 1);
    for (at, key) in (0..).zip(keys) {
        while offsets.len() <= *key as usize {
            offsets.push(at);
        }
    }
    offsets.resize(nodes + 1, keys.len() as u32);
    offsets
}

/// Where the entries of neighbouring keys go.
struct Heap<'s, T> {
    /// The place of the first one among those of all keys.
    first: u32,
    /// By key: where its next entry goes, among those of all keys.
    next: &'s mut [u32],
    a: &'s mut [u32],
    b: &'s mut [T],
}

/// Puts entries beside their keys; those of one key stay in their order. Where the entries of each key begin, and both
/// halves of the entries. `entries` gives, for a place to begin at, what makes the entries of places from there on. What `room`
/// holds is no longer needed: memory that was used before costs less than new memory.
///
/// In rounds of so many keys: entries go to heaps of neighbouring keys first, then each heap to its place. Either time what is
/// written to fits into a processor's cache.
fn gather<T: Copy + Default + Send + Sync, E: FnMut(usize) -> (u32, T)>(
    nodes: usize,
    keys: &[u32],
    mut room: Vec<u32>,
    entries: impl Fn(usize) -> E + Sync,
) -> (Vec<u32>, Vec<u32>, Vec<T>) {
    /// About so many entries make a heap, of all rounds together.
    const HEAP: usize = 1 << 16;
    /// More heaps could not all be written to at a time.
    const HEAPS: usize = 1 << 10;
    /// So many keys make a round.
    const ROUND: usize = 1 << 22;
    let offsets = begins_of(nodes, keys);
    // So many bits of a key are its place in its heap; they take two bytes.
    let bits = nodes.div_ceil((keys.len() / HEAP).clamp(1, HEAPS)).next_power_of_two().ilog2().min(u16::BITS);
    let width = 1 << bits;

    room.resize(keys.len(), 0);
    let mut halves = (room, vec![T::default(); keys.len()]);
    let (mut a, mut b) = (halves.0.as_mut_slice(), halves.1.as_mut_slice());
    let mut next: Vec<u32> = offsets[..nodes].to_vec();
    let place = |(number, next): (usize, _)| {
        let (first, end) = (offsets[number << bits], offsets[nodes.min((number + 1) << bits)]);
        let count = (end - first) as usize;
        let a = a.split_off_mut(..count).unwrap_or_default();
        Heap { first, next, a, b: b.split_off_mut(..count).unwrap_or_default() }
    };
    let mut places: Vec<Heap<'_, T>> = next.chunks_mut(width as usize).enumerate().map(place).collect();

    let threads = if keys.len() < MANY { 1 } else { rayon::current_num_threads() };
    let part = keys.len().min(ROUND).div_ceil(threads).max(1);
    let mut parts: Vec<Vec<Vec<(u16, u32, T)>>> = vec![vec![Vec::new(); places.len()]; threads];
    for (round, keys) in keys.chunks(part * threads).enumerate() {
        let first = round * part * threads;
        parts.par_iter_mut().zip(keys.par_chunks(part)).enumerate().for_each(|(number, (heaps, keys))| {
            let mut entry = entries(first + number * part);
            for (at, key) in (first + number * part..).zip(keys) {
                let (a, b) = entry(at);
                heaps[(*key >> bits) as usize].push(((*key & (width - 1)) as u16, a, b));
            }
        });
        places.par_iter_mut().enumerate().for_each(|(number, heap)| {
            for (key, a, b) in parts.iter().flat_map(|heaps| &heaps[number]) {
                let place = &mut heap.next[usize::from(*key)];
                let at = (*place - heap.first) as usize;
                (heap.a[at], heap.b[at]) = (*a, *b);
                *place += 1;
            }
        });
        parts.iter_mut().flatten().for_each(Vec::clear);
    }
    (offsets, halves.0, halves.1)
}

/// Where the entries of each key begin, when they are put beside their keys, which stand in any order.
fn begins_of(nodes: usize, keys: &[u32]) -> Vec<u32> {
    // Each thread counts for itself, in no more memory than the keys take.
    let threads = (keys.len() / nodes.max(1)).clamp(1, rayon::current_num_threads());
    let count = |keys: &[u32]| {
        let mut counts = vec![0u32; nodes + 1];
        keys.iter().for_each(|key| counts[*key as usize] += 1);
        counts
    };
    let parts: Vec<Vec<u32>> = keys.par_chunks(keys.len().div_ceil(threads).max(1)).map(count).collect();
    let mut sum = 0;
    let begin = |key: usize| {
        let count: u32 = parts.iter().map(|counts| counts[key]).sum();
        sum += count;
        sum - count
    };
    (0..=nodes).map(begin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stand_beside_their_keys_in_their_order() {
        // One key has many of the entries, and some have none.
        for (nodes, count) in [(0, 0), (1, 3), (5, 0), (10, 100), (1000, MANY + 7), (300_000, 3 * MANY)] {
            let key = |at: usize| if at.is_multiple_of(3) { 0 } else { (at.wrapping_mul(2_654_435_761) >> 7) % nodes };
            let keys: Vec<u32> = (0..count).map(|at| key(at) as u32).collect();
            let (offsets, a, b) = gather(nodes, &keys, vec![7; count / 2], |_| |at| (at as u32, keys[at]));
            let mut expected: Vec<u32> = (0..count as u32).collect();
            expected.sort_by_key(|at| keys[*at as usize]);
            assert!(a == expected, "{nodes} {count}");
            assert_eq!(offsets, begins(nodes, &b));
            for start in [0, count / 3, count.saturating_sub(1)] {
                let mut key = key_from(&offsets, start);
                assert!((start..count).all(|at| key(at) == b[at]), "{nodes} {count} from {start}");
            }
        }
    }
}
