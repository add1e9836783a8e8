//! Edges to CSR blocks from both ends.

use super::column::{self, Cells};
use super::sections::Sections;
use crate::store::layout::{Entering, Leaving, SectionId, Shape};

/// An edge as it was added; numbers are of the input.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub(super) source: u32,
    pub(super) edge_type: u32,
    pub(super) target: u32,
}

/// An edge in the order of one direction; numbers are of the snapshot. The fields' order is the sorting order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sorted {
    /// Of the near end.
    shape: u32,
    edge_type: u32,
    near: u32,
    far: u32,
    /// Of the input on the way out, so that parallel edges keep their order; the edge's id on the way in.
    number: u32,
}

/// Adds the edges' blocks and columns to the shapes. `node` gives a node's shape and id by its number of the input.
pub(super) fn write(
    sections: &mut Sections,
    shapes: &mut [Shape],
    edges: Vec<Edge>,
    edge_types: &[u32],
    node: impl Fn(u32) -> (u32, u32),
    mut cells: Vec<(u32, Cells)>,
) {
    let mut sorted: Vec<Sorted> = (0..)
        .zip(&edges)
        .map(|(number, edge)| {
            let ((shape, near), (_, far)) = (node(edge.source), node(edge.target));
            Sorted { shape, edge_type: edge_types[edge.edge_type as usize], near, far, number }
        })
        .collect();
    sorted.sort_unstable();
    let mut id_of_number = vec![0; sorted.len()];
    for (id, edge) in (0..).zip(&sorted) {
        id_of_number[edge.number as usize] = id;
    }
    for (_, cells) in &mut cells {
        cells.iter_mut().for_each(|(row, _)| *row = id_of_number[*row as usize]);
        cells.sort_unstable_by_key(|(row, _)| *row);
    }
    drop(id_of_number);
    leaving(sections, shapes, &sorted, cells);
    for (id, edge) in (0..).zip(&mut sorted) {
        let shape = node(edges[edge.number as usize].target).0;
        *edge = Sorted { shape, edge_type: edge.edge_type, near: edge.far, far: edge.near, number: id };
    }
    drop(edges);
    sorted.sort_unstable();
    entering(sections, shapes, &sorted);
}

/// Runs of edges with the same shape and type.
fn blocks(sorted: &[Sorted]) -> impl Iterator<Item = (&Sorted, &[Sorted])> {
    let blocks = sorted.chunk_by(|a, b| (a.shape, a.edge_type) == (b.shape, b.edge_type));
    blocks.filter_map(|block| Some((block.first()?, block)))
}

fn leaving(sections: &mut Sections, shapes: &mut [Shape], sorted: &[Sorted], cells: Vec<(u32, Cells)>) {
    let mut cells: Vec<_> = cells.into_iter().map(|(key, cells)| (key, cells.into_iter().peekable())).collect();
    let mut first = 0;
    for (head, block) in blocks(sorted) {
        let count = block.len() as u32;
        let shape = &mut shapes[head.shape as usize];
        let offsets = offsets(sections, shape, block);
        let targets = sections.ids(block.iter().map(|edge| edge.far));
        let mut columns = Vec::new();
        for (key, cells) in &mut cells {
            let within = std::iter::from_fn(|| cells.next_if(|(id, _)| *id < first + count));
            let rows: Cells = within.map(|(id, cell)| (id - first, cell)).collect();
            if !rows.is_empty() {
                columns.push(column::write(sections, *key, count, &rows, false));
            }
        }
        shape.leaving.push(Leaving { edge_type: head.edge_type, first, count, offsets, targets, columns });
        first += count;
    }
    let mut first_edge = 0;
    for shape in shapes {
        shape.first_edge = first_edge;
        first_edge += shape.leaving.iter().map(|block| block.count).sum::<u32>();
    }
}

fn entering(sections: &mut Sections, shapes: &mut [Shape], sorted: &[Sorted]) {
    for (head, block) in blocks(sorted) {
        let shape = &mut shapes[head.shape as usize];
        let block = Entering {
            edge_type: head.edge_type,
            count: block.len() as u32,
            offsets: offsets(sections, shape, block),
            sources: sections.ids(block.iter().map(|edge| edge.far)),
            edges: sections.ids(block.iter().map(|edge| edge.number)),
        };
        shape.entering.push(block);
    }
}

/// Where each of the shape's nodes begins in the block.
fn offsets(sections: &mut Sections, shape: &Shape, block: &[Sorted]) -> SectionId {
    let mut offsets = Vec::with_capacity(shape.count as usize + 1);
    let mut at = 0;
    for node in shape.nodes() {
        offsets.push(at as u32);
        at += block.get(at..).unwrap_or_default().iter().take_while(|edge| edge.near == node).count();
    }
    offsets.push(at as u32);
    sections.ids(offsets.into_iter())
}
