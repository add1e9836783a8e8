//! A gathered graph to a snapshot.
//!
//! Everything gets its final number here, in the order that `builder` states, and becomes an array of the file. What was
//! gathered is let go of as soon as its array is there.

use std::collections::BTreeMap;

use rkyv::api::high::HighSerializer;
use rkyv::rancor;
use rkyv::ser::allocator::ArenaHandle;
use rkyv::util::AlignedVec;

use super::buffer::Buffer;
use super::cell::Dictionary;
use super::column;
use super::sections::{Array, Image, Sections};
use super::texts::Texts;
use super::{Builder, Gathered, edge};
use crate::store::Error;
use crate::store::layout::{Meta, Shape};

/// From the numbers of arrival to those of the snapshot.
struct Numbers {
    labels: Dictionary,
    keys: Dictionary,
    strings: Dictionary,
}

/// The snapshot.
pub(super) fn write(mut graph: Builder) -> Result<Image, Error> {
    if cfg!(target_endian = "big") {
        let message =
            "graphs are little-endian and written as they stand in memory, which this big-endian machine cannot do";
        return Err(Error::Foreign(message.into()));
    }
    graph.compact();
    let mut sections = Sections::default();
    let edge_types = Dictionary::new(&graph.edge_types);
    let numbers = Numbers {
        labels: Dictionary::new(&graph.labels),
        keys: Dictionary::new(&graph.keys),
        strings: Dictionary::new(&graph.strings),
    };
    let mut meta = Meta {
        nodes: graph.nodes.len() as u32,
        edges: graph.edge_count() as u32,
        labels: numbers.labels.names(&graph.labels),
        edge_types: edge_types.names(&graph.edge_types),
        keys: numbers.keys.names(&graph.keys),
        strings: numbers.strings.write(&graph.strings, &mut sections),
        indexes: numbers.indexes(&graph),
        definitions: graph.definitions.clone(),
        ..Meta::default()
    };
    // The texts are written; what follows needs their ranks only.
    graph.strings = Texts::default();

    shapes(&mut sections, &mut meta, graph.shapes, &numbers);
    let first: Vec<u32> = meta.shapes.iter().map(|shape| shape.first).collect();
    let ids: Vec<u32> = graph.nodes.iter().map(|(shape, row)| first[*shape as usize] + row).collect();
    drop(graph.nodes);
    let ranked = |(edge_type, mut edges): (u32, edge::Edges)| {
        edges.columns = column::ranked(edges.columns, numbers.keys.ranks(), numbers.strings.ranks());
        (edge_types.ranks()[edge_type as usize], edges)
    };
    let mut edges: Vec<(u32, edge::Edges)> = (0..).zip(graph.edges).map(ranked).collect();
    edges.sort_unstable_by_key(|(edge_type, _)| *edge_type);
    edge::write(&mut sections, &mut meta.shapes, edges, &ids);
    let schema = graph.schema.map(|schema| archive(&schema)).transpose()?;
    meta.schema = schema.map(|bytes| sections.add(Array::Bytes(bytes.to_vec())));

    let (table, arrays) = sections.finish();
    meta.sections = table;
    Ok(Image::new(&archive(&meta)?, arrays))
}

impl Numbers {
    /// The labels and keys to be indexed, as far as the graph knows them, ascending.
    fn indexes(&self, graph: &Builder) -> Vec<(u32, u32)> {
        let known = |(label, key): &(String, String)| {
            let label = self.labels.ranks().get(graph.labels.number(label)? as usize)?;
            Some((*label, *self.keys.ranks().get(graph.keys.number(key)? as usize)?))
        };
        let mut indexes: Vec<_> = graph.indexes.iter().filter_map(known).collect();
        indexes.sort_unstable();
        indexes
    }
}

/// Writes the nodes' columns, and their statistics.
fn shapes(sections: &mut Sections, meta: &mut Meta, gathered: Vec<Gathered>, numbers: &Numbers) {
    let mut ranked = Vec::with_capacity(gathered.len());
    for Gathered { labels, count, columns, .. } in gathered {
        let mut labels: Vec<u32> = labels.iter().map(|label| numbers.labels.ranks()[*label as usize]).collect();
        labels.sort_unstable();
        ranked.push((labels, count, column::ranked(columns, numbers.keys.ranks(), numbers.strings.ranks())));
    }
    meta.distinct = distinct(&ranked, meta.strings.count as usize);
    let mut first = 0;
    for (labels, count, columns) in ranked {
        let indexed = |key| labels.iter().any(|label| meta.indexes.binary_search(&(*label, key)).is_ok());
        let column = |(key, buffer)| column::write(sections, key, count, buffer, indexed(key));
        let columns = columns.into_iter().map(column).collect();
        meta.shapes.push(Shape { labels, first, count, columns, ..Shape::default() });
        first += count;
    }
}

/// A shape with the snapshot's numbers: labels, how many nodes, properties by key.
type Ranked = (Vec<u32>, u32, Vec<(u32, Buffer)>);

/// For each label and key, how many different values there are.
fn distinct(shapes: &[Ranked], strings: usize) -> Vec<(u32, u32, u64)> {
    let mut columns: BTreeMap<(u32, u32), Vec<&Buffer>> = BTreeMap::new();
    for (labels, _, buffers) in shapes {
        for label in labels {
            for (key, buffer) in buffers {
                columns.entry((*label, *key)).or_default().push(buffer);
            }
        }
    }
    let count = |((label, key), columns): (_, Vec<&Buffer>)| (label, key, column::distinct(&columns, strings));
    columns.into_iter().map(count).collect()
}

/// What rkyv writes an archive with.
type Serializer<'a> = HighSerializer<AlignedVec, ArenaHandle<'a>, rancor::Error>;

/// The bytes of an rkyv archive.
fn archive(value: &impl for<'a> rkyv::Serialize<Serializer<'a>>) -> Result<AlignedVec, Error> {
    let failed = |error| Error::TooLarge(format!("the graph's description cannot be written ({error})"));
    rkyv::to_bytes::<rancor::Error>(value).map_err(failed)
}
