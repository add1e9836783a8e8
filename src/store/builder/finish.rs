//! A gathered graph to a snapshot's bytes.
//!
//! Everything gets its final number here, in the order that `builder` states, and is written section by section.

use std::collections::BTreeMap;

use rkyv::api::high::HighSerializer;
use rkyv::rancor;
use rkyv::ser::allocator::ArenaHandle;
use rkyv::util::AlignedVec;

use super::cell::{Cell, Dictionary};
use super::column::{self, Cells};
use super::sections::Sections;
use super::{Builder, Gathered, edge};
use crate::store::Error;
use crate::store::layout::{self, Meta, Shape};
use crate::store::names::Names;

/// From the numbers of arrival to those of the snapshot.
struct Numbers {
    labels: Dictionary,
    keys: Dictionary,
    strings: Dictionary,
}

/// The snapshot's bytes.
pub(super) fn write(mut graph: Builder) -> Result<Vec<u8>, Error> {
    let mut sections = Sections::default();
    let edge_types = Dictionary::new(&graph.edge_types);
    let numbers = Numbers {
        labels: Dictionary::new(&graph.labels),
        keys: Dictionary::new(&graph.keys),
        strings: Dictionary::new(&graph.strings),
    };
    let mut meta = Meta {
        nodes: graph.nodes.len() as u32,
        edges: graph.edges.len() as u32,
        labels: numbers.labels.names(&graph.labels),
        edge_types: edge_types.names(&graph.edge_types),
        keys: numbers.keys.names(&graph.keys),
        strings: numbers.strings.write(&graph.strings, &mut sections),
        indexes: numbers.indexes(&graph),
        definitions: graph.definitions.clone(),
        ..Meta::default()
    };
    // The texts are written; what follows needs their ranks only.
    graph.strings = Names::default();

    shapes(&mut sections, &mut meta, graph.shapes, &numbers);
    let first: Vec<u32> = meta.shapes.iter().map(|shape| shape.first).collect();
    let node = |number: u32| {
        let (shape, row) = graph.nodes[number as usize];
        (shape, first[shape as usize] + row)
    };
    let cells = column::ranked(graph.edge_cells, numbers.keys.ranks(), numbers.strings.ranks());
    edge::write(&mut sections, &mut meta.shapes, graph.edges, edge_types.ranks(), node, cells);
    meta.schema = graph.schema.map(|schema| archive(&schema).map(|bytes| sections.bytes(&bytes))).transpose()?;

    let (body, table) = sections.finish();
    meta.sections = table;
    Ok(layout::assemble(&archive(&meta)?, &body))
}

impl Numbers {
    /// The labels and keys to be indexed, as far as the graph knows them, ascending.
    fn indexes(&self, graph: &Builder) -> Vec<(u32, u32)> {
        let known = |(label, key): &(String, String)| {
            let label = self.labels.ranks().get(graph.labels.id(label)? as usize)?;
            Some((*label, *self.keys.ranks().get(graph.keys.id(key)? as usize)?))
        };
        let mut indexes: Vec<_> = graph.indexes.iter().filter_map(known).collect();
        indexes.sort_unstable();
        indexes
    }
}

/// Writes the nodes' columns, and their statistics.
fn shapes(sections: &mut Sections, meta: &mut Meta, gathered: Vec<Gathered>, numbers: &Numbers) {
    let mut written = Vec::with_capacity(gathered.len());
    let mut first = 0;
    for Gathered { labels, count, cells } in gathered {
        let mut labels: Vec<u32> = labels.iter().map(|label| numbers.labels.ranks()[*label as usize]).collect();
        labels.sort_unstable();
        let cells = column::ranked(cells, numbers.keys.ranks(), numbers.strings.ranks());
        let indexed = |key| labels.iter().any(|label| meta.indexes.binary_search(&(*label, key)).is_ok());
        let column = |(key, cells): &(u32, Cells)| column::write(sections, *key, count, cells, indexed(*key));
        let columns = cells.iter().map(column).collect();
        meta.shapes.push(Shape { labels, first, count, columns, ..Shape::default() });
        written.push(cells);
        first += count;
    }
    meta.distinct = distinct(&meta.shapes, &written);
}

/// For each label and key, how many different values there are.
fn distinct(shapes: &[Shape], cells: &[Vec<(u32, Cells)>]) -> Vec<(u32, u32, u64)> {
    let mut columns: BTreeMap<(u32, u32), Vec<&Cells>> = BTreeMap::new();
    for (shape, cells) in shapes.iter().zip(cells) {
        for label in &shape.labels {
            for (key, cells) in cells {
                columns.entry((*label, *key)).or_default().push(cells);
            }
        }
    }
    let count = |((label, key), columns): (_, Vec<&Cells>)| {
        let mut values: Vec<&Cell> = columns.into_iter().flatten().map(|(_, cell)| cell).collect();
        (label, key, column::distinct(&mut values))
    };
    columns.into_iter().map(count).collect()
}

/// What rkyv writes an archive with.
type Serializer<'a> = HighSerializer<AlignedVec, ArenaHandle<'a>, rancor::Error>;

/// The bytes of an rkyv archive.
fn archive(value: &impl for<'a> rkyv::Serialize<Serializer<'a>>) -> Result<AlignedVec, Error> {
    let failed = |error| Error::TooLarge(format!("the graph's description cannot be written ({error})"));
    rkyv::to_bytes::<rancor::Error>(value).map_err(failed)
}
