//! A gathered graph to a snapshot.
//!
//! Everything gets its final number here, in the order that `builder` states, and becomes an array of the file. What was
//! gathered is let go of as soon as its array is there.

use std::collections::BTreeMap;
use std::ops::Range;

use super::buffer::Buffer;
use super::cell::Dictionary;
use super::column;
use super::sections::{Array, Image, Sections, archive};
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
    let runs = runs(&graph.shapes);
    let ids: Vec<u32> = graph.nodes.iter().map(|(shape, row)| runs[*shape as usize].start + row).collect();
    graph.nodes = Vec::new();
    let edge_types = Dictionary::new(&graph.edge_types);
    let counts = (ids.len() as u32, graph.edge_count() as u32);
    let edges = edge_types.ranks().iter().copied().zip(std::mem::take(&mut graph.edges));
    let mut edges: Vec<(u32, edge::Edges)> = edges.collect();
    edges.sort_unstable_by_key(|(edge_type, _)| *edge_type);
    let schema = graph.schema.take().map(|schema| archive(&schema)).transpose()?;
    let names = edge_types.names(&graph.edge_types);

    let ((mut sections, mut meta, numbers), edges) = rayon::join(|| nodes(graph), || edge::sort(edges, &ids, &runs));
    edge::write(&mut sections, &mut meta, edges, (numbers.keys.ranks(), numbers.strings.ranks()));
    (meta.nodes, meta.edges) = counts;
    meta.edge_types = names;
    meta.schema = schema.map(|bytes| sections.add(Array::Bytes(bytes.to_vec())));
    sections.image(meta)
}

/// The texts, and the nodes with their columns.
fn nodes(mut graph: Builder) -> (Sections, Meta, Numbers) {
    let mut sections = Sections::default();
    let numbers = Numbers {
        labels: Dictionary::new(&graph.labels),
        keys: Dictionary::new(&graph.keys),
        strings: Dictionary::new(&graph.strings),
    };
    let mut meta = Meta {
        labels: numbers.labels.names(&graph.labels),
        keys: numbers.keys.names(&graph.keys),
        strings: numbers.strings.write(&graph.strings, &mut sections),
        indexes: numbers.indexes(&graph),
        definitions: graph.definitions.clone(),
        ..Meta::default()
    };
    // The texts are written; what follows needs their ranks only.
    graph.strings = Texts::default();
    shapes(&mut sections, &mut meta, graph.shapes, &numbers);
    (sections, meta, numbers)
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

/// The ids of each shape's nodes.
fn runs(shapes: &[Gathered]) -> Vec<Range<u32>> {
    let mut next = 0;
    let run = |shape: &Gathered| {
        let first = next;
        next += shape.count;
        first..next
    };
    shapes.iter().map(run).collect()
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
