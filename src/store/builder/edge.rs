//! Edges to CSR blocks from both ends.
//!
//! The edges of a type are arrays of sources and targets. Counting puts them beside their sources, and those of a
//! source are sorted by target; taken in that order, counting puts them beside their targets, with the sources of each
//! target in order already.

use std::ops::Range;

use super::buffer::Buffer;
use super::column;
use super::sections::{Array, Sections};
use crate::store::layout::{Entering, Leaving, Shape};

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

/// The edges of one type by source; ids of nodes and numbers of keys and strings are the snapshot's.
struct Sorted {
    edge_type: u32,
    /// By node: where its edges begin.
    offsets: Vec<u32>,
    targets: Vec<u32>,
    /// The input's numbers in this order; empty when there are no properties.
    order: Vec<u32>,
    columns: Vec<(u32, Buffer)>,
}

/// Adds the edges' blocks and columns to the shapes. `edges` are by type, ascending; `ids` gives a node's id by its number
/// of the input.
pub(super) fn write(sections: &mut Sections, shapes: &mut [Shape], edges: Vec<(u32, Edges)>, ids: &[u32]) {
    let nodes = ids.len();
    let sorted: Vec<Sorted> = edges.into_iter().map(|(edge_type, edges)| sort(edge_type, edges, ids)).collect();
    // By type and shape: the edges' places in the type's order, and the id of the first.
    let mut runs: Vec<Vec<(Range<usize>, u32)>> = vec![Vec::with_capacity(shapes.len()); sorted.len()];
    let mut first = 0;
    for shape in shapes.iter_mut() {
        shape.first_edge = first;
        for (sorted, runs) in sorted.iter().zip(&mut runs) {
            let at = |node: u32| sorted.offsets[node as usize] as usize;
            let run = at(shape.first)..at(shape.nodes().end);
            runs.push((run.clone(), first));
            first += run.len() as u32;
        }
    }
    let mut entering: Vec<(u32, Vec<u32>, Vec<u64>)> = Vec::with_capacity(sorted.len());
    for (sorted, runs) in sorted.iter().zip(&runs) {
        let edges = || {
            shapes.iter().zip(runs).flat_map(|(shape, (run, first))| {
                let id = move |at: usize| (at - run.start) as u32 + first;
                shape.nodes().flat_map(move |source| {
                    let extent = sorted.offsets[source as usize] as usize..sorted.offsets[source as usize + 1] as usize;
                    extent.map(move |at| (sorted.targets[at], u64::from(source) << 32 | u64::from(id(at))))
                })
            })
        };
        let (offsets, entries) = gather(nodes, &sorted.targets, edges);
        entering.push((sorted.edge_type, offsets, entries));
    }
    leaving(sections, shapes, sorted, &runs);
    for shape in shapes.iter_mut() {
        for (edge_type, offsets, entries) in &entering {
            let extent = offsets[shape.first as usize] as usize..offsets[shape.nodes().end as usize] as usize;
            if extent.is_empty() {
                continue;
            }
            let within = &entries[extent.clone()];
            shape.entering.push(Entering {
                edge_type: *edge_type,
                count: extent.len() as u32,
                offsets: sections.add(Array::Ids(within_shape(offsets, shape))),
                sources: sections.add(Array::Ids(within.iter().map(|entry| (entry >> 32) as u32).collect())),
                edges: sections.add(Array::Ids(within.iter().map(|entry| *entry as u32).collect())),
            });
        }
    }
}

fn leaving(sections: &mut Sections, shapes: &mut [Shape], sorted: Vec<Sorted>, runs: &[Vec<(Range<usize>, u32)>]) {
    let mut sorted = sorted;
    for (at, shape) in shapes.iter_mut().enumerate() {
        for (sorted, runs) in sorted.iter_mut().zip(runs) {
            let (run, first) = &runs[at];
            if run.is_empty() {
                continue;
            }
            let count = run.len() as u32;
            let offsets = sections.add(Array::Ids(within_shape(&sorted.offsets, shape)));
            // Most types leave one shape, whose edges are all that there are.
            let whole = run.len() == sorted.targets.len();
            let targets =
                if whole { std::mem::take(&mut sorted.targets) } else { sorted.targets[run.clone()].to_vec() };
            let targets = sections.add(Array::Ids(targets));
            let columns = sorted.columns.iter().filter_map(|(key, buffer)| {
                let part = buffer.permuted(&sorted.order[run.clone()]);
                (!part.is_empty()).then(|| column::write(sections, *key, count, part, false))
            });
            let columns = columns.collect();
            let edge_type = sorted.edge_type;
            shape.leaving.push(Leaving { edge_type, first: *first, count, offsets, targets, columns });
        }
    }
}

/// Where the edges of each of the shape's nodes begin in the shape's block.
fn within_shape(offsets: &[u32], shape: &Shape) -> Vec<u32> {
    let offsets = &offsets[shape.first as usize..=shape.nodes().end as usize];
    offsets.iter().map(|offset| offset - offsets[0]).collect()
}

/// The edges of a type by source, target and number.
fn sort(edge_type: u32, edges: Edges, ids: &[u32]) -> Sorted {
    let Edges { mut sources, mut targets, columns } = edges;
    for ends in [&mut sources, &mut targets] {
        ends.iter_mut().for_each(|end| *end = ids[*end as usize]);
    }
    let ordered =
        sources.is_sorted() && sources.windows(2).zip(targets.windows(2)).all(|(s, t)| s[0] < s[1] || t[0] <= t[1]);
    if ordered {
        let offsets = offsets(ids.len(), &sources);
        let order = if columns.is_empty() { Vec::new() } else { (0..targets.len() as u32).collect() };
        return Sorted { edge_type, offsets, targets, order, columns };
    }
    let edges = || {
        let numbered = (0u64..).zip(sources.iter().zip(&targets));
        numbered.map(|(number, (source, target))| (*source, u64::from(*target) << 32 | number))
    };
    let (offsets, mut entries) = gather(ids.len(), &sources, edges);
    drop((sources, targets));
    sort_each(&offsets, &mut entries);
    let targets = entries.iter().map(|entry| (entry >> 32) as u32).collect();
    let order = if columns.is_empty() { Vec::new() } else { entries.iter().map(|entry| *entry as u32).collect() };
    Sorted { edge_type, offsets, targets, order, columns }
}

/// By node, how many keys are smaller.
fn offsets(nodes: usize, keys: &[u32]) -> Vec<u32> {
    let mut offsets = vec![0u32; nodes + 1];
    for key in keys {
        offsets[*key as usize + 1] += 1;
    }
    let mut sum = 0;
    for offset in &mut offsets {
        sum += *offset;
        *offset = sum;
    }
    offsets
}

/// Puts entries beside their keys, in the order in which `entries` gives them: where the entries of each key begin, and
/// the entries. `keys` are the same keys in any order.
fn gather<I: Iterator<Item = (u32, u64)>>(
    nodes: usize,
    keys: &[u32],
    entries: impl Fn() -> I + Sync,
) -> (Vec<u32>, Vec<u64>) {
    let offsets = offsets(nodes, keys);
    let mut gathered = vec![0u64; keys.len()];
    let threads = if keys.len() < MANY { 1 } else { rayon::current_num_threads() };
    put(&offsets, 0..nodes, &mut gathered, &entries, threads);
    (offsets, gathered)
}

/// The entries whose keys are within `keys`, to their places in `part`. Each thread goes through all entries, and writes
/// down those of its keys.
fn put<I: Iterator<Item = (u32, u64)>>(
    offsets: &[u32],
    keys: Range<usize>,
    part: &mut [u64],
    entries: &(impl Fn() -> I + Sync),
    threads: usize,
) {
    let base = offsets[keys.start];
    if threads > 1 && keys.len() > 1 {
        let middle = base + part.len() as u32 / 2;
        let split = keys.start + offsets[keys.clone()].partition_point(|offset| *offset < middle);
        let split = split.clamp(keys.start, keys.end);
        let (low, high) = part.split_at_mut((offsets[split] - base) as usize);
        rayon::join(
            || put(offsets, keys.start..split, low, entries, threads / 2),
            || put(offsets, split..keys.end, high, entries, threads - threads / 2),
        );
        return;
    }
    let mut next: Vec<u32> = offsets[keys.clone()].iter().map(|offset| offset - base).collect();
    for (key, entry) in entries() {
        // Keys of other threads wrap around to beyond the end, or stand there.
        if let Some(next) = next.get_mut((key as usize).wrapping_sub(keys.start)) {
            part[*next as usize] = entry;
            *next += 1;
        }
    }
}

/// Sorts the entries of each node.
fn sort_each(offsets: &[u32], entries: &mut [u64]) {
    if entries.len() > MANY && offsets.len() > 2 {
        let middle = offsets[0] + entries.len() as u32 / 2;
        let split = offsets.partition_point(|offset| *offset < middle).clamp(1, offsets.len() - 2);
        let (low, high) = entries.split_at_mut((offsets[split] - offsets[0]) as usize);
        rayon::join(|| sort_each(&offsets[..=split], low), || sort_each(&offsets[split..], high));
        return;
    }
    let mut rest = entries;
    for pair in offsets.windows(2) {
        let (own, after) = rest.split_at_mut((pair[1] - pair[0]) as usize);
        own.sort_unstable();
        rest = after;
    }
}
