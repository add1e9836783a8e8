//! Edges to CSR blocks from both ends.
//!
//! The edges of a type are arrays of sources and targets. Those that are in no order are put beside their sources, and the few
//! targets of each source are sorted; taken in that order they are put beside their targets, where nothing is compared.

use std::ops::Range;
use std::sync::Arc;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, IntoParallelRefMutIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use super::buffer::Buffer;
use super::column;
use super::heaps::{Half, MANY, begins_of, gather, transpose};
use super::sections::{Array, Sections};
use super::sources::Sources;
use crate::store::layout::{Entering, Leaving, Meta, SectionId, Shape};

/// The edges of one type, in the order of the input.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    /// Where they come from: numbers of the input.
    pub(crate) sources: Sources,
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
        self.sources.extend(others.sources.iter());
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
        self.sources = self.sources.iter().enumerate().filter(|(row, _)| keep(*row)).map(|(_, node)| node).collect();
        let mut row = 0;
        self.targets.retain(|_| {
            row += 1;
            keep(row - 1)
        });
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
    targets: Arc<Vec<u32>>,
    /// The input's numbers in this order; empty when there are no properties.
    order: Vec<u32>,
    /// In the order of the input, and with its numbers.
    columns: Vec<(u32, Buffer)>,
    /// By node: where the edges that enter it begin.
    entering: Vec<u32>,
    /// Nodes with edges to themselves, ascending, and how many.
    loops: Vec<(u32, u32)>,
}

/// Edges as they enter nodes, which are made of those that leave them.
struct Turned {
    offsets: Vec<u32>,
    targets: Arc<Vec<u32>>,
    entering: Vec<u32>,
    /// Parts of all, and which sections their sources and their places at them are.
    parts: Vec<(Range<usize>, [SectionId; 2])>,
}

/// Sorts edges. They are by type, ascending; `ids` gives a node's id by its number of the input; `shapes` are the nodes of each
/// shape.
pub(super) fn sort(edges: Vec<(u32, Edges)>, ids: &[u32], shapes: &[Range<u32>]) -> Vec<Sorted> {
    let same = ids.iter().zip(0..).all(|(id, number)| *id == number);
    let sorted = |(edge_type, mut edges): (u32, Edges)| {
        if !same {
            edges.sources.renumber(|end| ids[end as usize]);
            edges.targets.par_iter_mut().for_each(|end| *end = ids[*end as usize]);
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
        sorted.entering = begins_of(ids.len(), &sorted.targets);
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
            let targets = sections.add(Array::Part(Arc::clone(&sorted.targets), run.clone()));
            let columns = sorted.columns.iter().filter_map(|(key, buffer)| {
                let part = buffer.permuted(&sorted.order[run.clone()]);
                (!part.is_empty()).then(|| column::write(sections, *key, count, part, false))
            });
            let columns = columns.collect();
            let edge_type = sorted.edge_type;
            shape.leaving.push(Leaving { edge_type, first, count, offsets, targets, columns });
        }
    }
    let mut sorted: Vec<(Sorted, Vec<_>)> = sorted.into_iter().map(|sorted| (sorted, Vec::new())).collect();
    for shape in shapes.iter_mut() {
        for (sorted, parts) in &mut sorted {
            let offsets = &sorted.entering;
            let extent = offsets[shape.first as usize] as usize..offsets[shape.nodes().end as usize] as usize;
            if extent.is_empty() {
                continue;
            }
            let (edge_type, count) = (sorted.edge_type, extent.len() as u32);
            let offsets = sections.add(Array::Ids(within_shape(offsets, shape)));
            let sources = sections.add(Array::Late(extent.len() * size_of::<u32>()));
            let places = sections.add(Array::Late(extent.len() * width(&sorted.offsets)));
            parts.push((extent, [sources, places]));
            shape.entering.push(Entering { edge_type, count, offsets, sources, places });
        }
    }
    for (sorted, parts) in sorted {
        let Sorted { offsets, targets, entering, .. } = sorted;
        let turned = Turned { offsets, targets, entering, parts };
        if turned.targets.len() < MANY {
            turned.make(&mut |section, array| sections.fill(section, array));
        } else {
            sections.later(move |piece| turned.make(piece));
        }
    }
}

impl Turned {
    /// Makes the arrays, piece by piece.
    fn make(&self, piece: &mut dyn FnMut(SectionId, Array)) {
        match width(&self.offsets) {
            1 => self.with(|place| place as u8, Array::Bytes, piece),
            2 => self.with(|place| place as u16, Array::Shorts, piece),
            _ => self.with(|place| place, Array::Ids, piece),
        }
    }

    fn with<T: Half>(
        &self,
        narrow: impl Fn(u32) -> T + Sync,
        array: impl Fn(Vec<T>) -> Array,
        piece: &mut dyn FnMut(SectionId, Array),
    ) {
        let mut first = 0;
        transpose(&self.offsets, &self.targets, &self.entering, narrow, |mut sources, mut places| {
            let end = first + sources.len();
            for (extent, ids) in &self.parts {
                let extent = extent.start.max(first)..extent.end.min(end);
                if extent.start < extent.end {
                    let extent = extent.start - first..extent.end - first;
                    piece(ids[0], Array::Ids(part(&mut sources, extent.clone())));
                    piece(ids[1], array(part(&mut places, extent)));
                }
            }
            first = end;
        });
    }
}

/// In how many bytes a place among the edges of their sources fits, which is less than the most edges that one has.
fn width(offsets: &[u32]) -> usize {
    match offsets.windows(2).map(|extent| extent[1] - extent[0]).max().unwrap_or_default() {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
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
    let (offsets, targets, order) = if ascend(&sources, &targets) {
        let order = if columns.is_empty() { Vec::new() } else { (0..targets.len() as u32).collect() };
        (begins(nodes, &sources), targets, order)
    } else if columns.is_empty() {
        let (offsets, targets, _) = gather(nodes, &sources.into_each(), |at| (targets[at], ()));
        (offsets, targets, Vec::new())
    } else {
        gather(nodes, &sources.into_each(), |at| (targets[at], at as u32))
    };
    let targets = Arc::new(targets);
    Sorted { edge_type, runs: Vec::new(), offsets, targets, order, columns, entering: Vec::new(), loops: Vec::new() }
}

/// Whether edges stand in the order of their sources, and those of each in the order of their targets.
fn ascend(sources: &Sources, targets: &[u32]) -> bool {
    let mut last = (0, 0);
    sources.runs().all(|(source, rows)| {
        let own = &targets[rows];
        let (Some(first), Some(end)) = (own.first(), own.last()) else { return true };
        let behind = last <= (source, *first);
        last = (source, *end);
        behind && own.is_sorted()
    })
}

/// Where the edges of each source begin, when the sources ascend.
fn begins(nodes: usize, sources: &Sources) -> Vec<u32> {
    let mut offsets = Vec::with_capacity(nodes + 1);
    for (source, rows) in sources.runs() {
        while offsets.len() <= source as usize {
            offsets.push(rows.start as u32);
        }
    }
    offsets.resize(nodes + 1, sources.len() as u32);
    offsets
}
