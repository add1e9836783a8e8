//! Checking a snapshot whole.
//!
//! Everything that the format promises and that opening left alone: checksums, order, and that what is written twice
//! agrees. Lengths were compared when the graph was opened. The work grows with the graph; it backs `ken check`.

use std::ops::Range;

use super::column::{Reader, find};
use super::{Snapshot, labelled};
use crate::model::{EdgeId, KeyId, LabelId, NodeId, Value};
use crate::store::Error;
use crate::store::checksum::checksum;
use crate::store::layout::{Column, Entering, Kind, SectionId, Shape};
use crate::store::order::compare;

/// How far a check has come.
struct Progress<'t> {
    done: u64,
    all: u64,
    told: &'t mut dyn FnMut(u64, u64),
}

impl Progress<'_> {
    fn add(&mut self, bytes: u64) {
        self.done = (self.done + bytes).min(self.all);
        (self.told)(self.done, self.all);
    }
}

fn ensure(holds: bool, broken: impl FnOnce() -> String) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::Corrupt(broken())) }
}

fn ascends<T: PartialOrd>(items: &[T]) -> bool {
    items.is_sorted_by(|a, b| a < b)
}

impl Snapshot {
    /// Checks every byte of the graph and everything that reads rely on.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] names the first thing that does not hold.
    pub fn verify(&self) -> Result<(), Error> {
        self.verify_telling(&mut |_, _| {})
    }

    /// As [`Snapshot::verify`]; calls `told` now and then with how much is done and how much there is to do, in bytes.
    ///
    /// # Errors
    ///
    /// As [`Snapshot::verify`].
    pub fn verify_telling(&self, told: &mut dyn FnMut(u64, u64)) -> Result<(), Error> {
        self.bytes.read_ahead();
        let mut progress = Progress { done: 0, all: 2 * self.length(), told };
        self.verify_sections(&mut progress)?;
        self.verify_names()?;
        for shape in &self.meta.shapes {
            self.verify_shape(shape, &mut progress)?;
        }
        let loops = self.meta.loops.is_none() || self.known_loops() == self.find_loops();
        ensure(loops, || "it does not know its edges from a node to itself".into())?;
        self.verify_statistics()?;
        self.health()
    }

    /// How many bytes the arrays have together.
    pub(super) fn size(&self, sections: impl IntoIterator<Item = SectionId>) -> u64 {
        let length = |id: SectionId| self.meta.sections.get(id.0 as usize).map_or(0, |section| section.length);
        sections.into_iter().map(length).sum()
    }

    /// Checksums, and zeros between the sections.
    fn verify_sections(&self, progress: &mut Progress<'_>) -> Result<(), Error> {
        let mut end = self.body;
        for (number, section) in self.meta.sections.iter().enumerate() {
            let bytes = self.section(SectionId(number as u32));
            ensure(checksum(bytes) == section.checksum, || format!("array {number} does not match its checksum"))?;
            let start = self.body.saturating_add(section.offset as usize);
            self.verify_gap(end..start)?;
            end = start.saturating_add(bytes.len());
            progress.add(bytes.len() as u64);
        }
        self.verify_gap(end..self.bytes.len())
    }

    fn verify_gap(&self, gap: Range<usize>) -> Result<(), Error> {
        let zero = self.bytes.get(gap.clone()).is_some_and(|bytes| bytes.iter().all(|byte| *byte == 0));
        ensure(zero, || format!("bytes {gap:?} between its arrays are not zero"))
    }

    fn verify_names(&self) -> Result<(), Error> {
        let meta = &self.meta;
        for (what, names) in [("labels", &meta.labels), ("edge types", &meta.edge_types), ("keys", &meta.keys)] {
            ensure(ascends(names), || format!("its {what} do not ascend"))?;
        }
        let count = meta.strings.count;
        // A graph that was never written has no arrays.
        if !meta.sections.is_empty() {
            self.verify_offsets(meta.strings.offsets, self.section(meta.strings.heap).len(), "strings")?;
        }
        let strings: Option<Vec<&str>> = (0..count).map(|id| self.string(id)).collect();
        ensure(strings.is_some_and(|strings| ascends(&strings)), || "its strings do not ascend".into())?;
        ensure(meta.schema.is_some() == self.schema().is_some(), || "its schema cannot be read".into())
    }

    /// Offsets of rows ascend from zero to the number of items.
    fn verify_offsets(&self, section: SectionId, items: usize, what: &str) -> Result<(), Error> {
        let offsets = self.words::<u64>(section);
        let whole = offsets.is_sorted() && offsets.first() == Some(&0) && offsets.last() == Some(&(items as u64));
        ensure(whole, || format!("the offsets of its {what} do not ascend from zero to their end"))
    }

    fn verify_shape(&self, shape: &Shape, progress: &mut Progress<'_>) -> Result<(), Error> {
        let what = || format!("the nodes {:?}", shape.nodes());
        let labels = ascends(&shape.labels) && shape.labels.iter().all(|l| (*l as usize) < self.meta.labels.len());
        ensure(labels, || format!("the labels of {} do not ascend", what()))?;
        self.verify_columns(&shape.columns, shape.count, &what(), progress)?;
        let known = |edge_type: u32| (edge_type as usize) < self.meta.edge_types.len();
        let types: Vec<u32> = shape.leaving.iter().map(|block| block.edge_type).collect();
        ensure(ascends(&types) && types.iter().all(|t| known(*t)), || {
            format!("edge types from {} do not ascend", what())
        })?;
        let types: Vec<u32> = shape.entering.iter().map(|block| block.edge_type).collect();
        ensure(ascends(&types) && types.iter().all(|t| known(*t)), || {
            format!("edge types into {} do not ascend", what())
        })?;
        for block in &shape.leaving {
            let what = || format!("the edges {:?}", block.edges());
            let targets = self.words::<u32>(block.targets);
            self.verify_adjacency(block.offsets, shape, targets, &what())?;
            self.verify_columns(&block.columns, block.count, &what(), progress)?;
            progress.add(self.size(block.sections()));
        }
        shape.entering.iter().try_for_each(|block| {
            progress.add(self.size(block.sections()));
            self.verify_entering(shape, block)
        })
    }

    /// Offsets of nodes, and neighbours that ascend within each node.
    fn verify_adjacency(&self, offsets: SectionId, shape: &Shape, ends: &[u32], what: &str) -> Result<(), Error> {
        let offsets = self.words::<u32>(offsets);
        let whole = offsets.is_sorted()
            && offsets.first() == Some(&0)
            && offsets.last().map(|end| *end as usize) == Some(ends.len());
        ensure(whole, || format!("the offsets of {what} do not ascend from zero to their end"))?;
        let ascend = (0..shape.count as usize).all(|row| {
            let own = self.extent(offsets, row, ends.len()).and_then(|extent| ends.get(extent)).unwrap_or_default();
            own.is_sorted() && own.last().is_none_or(|end| *end < self.meta.nodes)
        });
        ensure(ascend, || format!("the neighbours of {what} do not ascend"))
    }

    /// Each edge of the block is what the other end says of it. Together with the numbers of edges, which
    /// `verify_statistics` compares, both directions hold the same edges.
    fn verify_entering(&self, shape: &Shape, block: &Entering) -> Result<(), Error> {
        let what = || format!("the edges into {:?}", shape.nodes());
        self.verify_adjacency(block.offsets, shape, self.words::<u32>(block.sources), &what())?;
        for (row, target) in shape.nodes().enumerate() {
            let mut entering = self.entering(block, row);
            let sources = entering.sources.iter().enumerate();
            let own: Vec<(u32, EdgeId)> =
                sources.filter_map(|(at, source)| Some((*source, entering.edge(at)?))).collect();
            let agree = own.len() == entering.sources.len()
                && ascends(&own)
                && own.iter().all(|(source, edge)| {
                    self.edge(*edge).is_some_and(|edge| {
                        (edge.source, edge.target, edge.edge_type.0)
                            == (NodeId(*source), NodeId(target), block.edge_type)
                    })
                });
            ensure(agree, || format!("the two directions disagree about the edges into node {target}"))?;
        }
        Ok(())
    }

    fn verify_columns(
        &self,
        columns: &[Column],
        rows: u32,
        of: &str,
        progress: &mut Progress<'_>,
    ) -> Result<(), Error> {
        let keys: Vec<u32> = columns.iter().map(|column| column.key).collect();
        let known = keys.iter().all(|key| (*key as usize) < self.meta.keys.len());
        ensure(known && ascends(&keys), || format!("the properties of {of} do not ascend"))?;
        for column in columns {
            let name = self.keys().name(column.key).unwrap_or_default();
            self.verify_column(column, rows, &format!("`{name}` of {of}"))?;
            progress.add(self.size(column.sections()));
        }
        Ok(())
    }

    fn verify_column(&self, column: &Column, rows: u32, what: &str) -> Result<(), Error> {
        let strings = |ids: &[u32]| {
            // Rows without a value hold zero, even when there is no string at all.
            let known = ids.iter().all(|id| *id < self.meta.strings.count.max(1));
            ensure(known, || format!("{what} names strings that are not there"))
        };
        match column.kind {
            Kind::Bool(_)
            | Kind::Int(_)
            | Kind::Int8(_)
            | Kind::Int16(_)
            | Kind::Int32(_)
            | Kind::Date(_)
            | Kind::Float(_) => {}
            Kind::String(section) => strings(self.words(section))?,
            Kind::BoolList { offsets, items } | Kind::Mixed { offsets, heap: items } => {
                self.verify_offsets(offsets, self.section(items).len(), what)?;
            }
            Kind::IntList { offsets, items } | Kind::FloatList { offsets, items } => {
                self.verify_offsets(offsets, self.words::<i64>(items).len(), what)?;
            }
            Kind::StringList { offsets, items } => {
                let ids = self.words(items);
                self.verify_offsets(offsets, ids.len(), what)?;
                strings(ids)?;
            }
        }
        let reader = Reader::new(self, column);
        // Reading marks what cannot be read.
        (0..rows as usize).for_each(|row| drop(reader.value(row)));
        self.health()?;
        column.index.map_or(Ok(()), |index| self.verify_index(reader, self.words(index), rows, what))
    }

    /// The index names every row with a value once, by value and then by row.
    fn verify_index(&self, reader: Reader<'_>, index: &[u32], rows: u32, what: &str) -> Result<(), Error> {
        let valid = (0..rows).filter(|row| reader.is_valid(*row as usize)).count();
        let known = index.len() == valid && index.iter().all(|row| *row < rows && reader.is_valid(*row as usize));
        let ascend = index.is_sorted_by(|a, b| {
            let order = compare(&reader.value(*a as usize), &reader.value(*b as usize));
            order.is_lt() || order.is_eq() && a < b
        });
        ensure(known && ascend, || format!("the index on {what} is out of order"))
    }

    fn verify_statistics(&self) -> Result<(), Error> {
        let (mut leaving, mut entering) =
            (vec![0u64; self.meta.edge_types.len()], vec![0u64; self.meta.edge_types.len()]);
        let add = |counts: &mut [u64], edge_type: u32, count: u32| {
            if let Some(sum) = counts.get_mut(edge_type as usize) {
                *sum += u64::from(count);
            }
        };
        for shape in &self.meta.shapes {
            shape.leaving.iter().for_each(|block| add(&mut leaving, block.edge_type, block.count));
            shape.entering.iter().for_each(|block| add(&mut entering, block.edge_type, block.count));
        }
        ensure(leaving == entering, || "the two directions do not hold the same number of edges".into())?;
        ensure(ascends(&self.meta.indexes), || "its indexes do not ascend".into())?;
        for (label, key) in &self.meta.indexes {
            let mut columns = labelled(&self.meta, LabelId(*label)).filter_map(|s| find(&s.columns, KeyId(*key)));
            ensure(columns.all(|column| column.index.is_some()), || "an index lacks a part".into())?;
        }
        let pairs: Vec<(u32, u32)> = self.meta.distinct.iter().map(|(label, key, _)| (*label, *key)).collect();
        ensure(ascends(&pairs), || "its statistics do not ascend".into())?;
        for (label, key, count) in &self.meta.distinct {
            let shapes = labelled(&self.meta, LabelId(*label));
            let values = shapes.flat_map(|shape| self.values(shape, KeyId(*key)));
            let mut values: Vec<Value<'_>> = values.filter(|value| !value.is_null()).collect();
            values.sort_unstable_by(compare);
            let found = values.chunk_by(|a, b| compare(a, b).is_eq()).count() as u64;
            ensure(found == *count, || "its statistics do not count its values".into())?;
        }
        Ok(())
    }

    /// A shape's values of a property.
    fn values(&self, shape: &Shape, key: KeyId) -> impl Iterator<Item = Value<'_>> {
        let reader = find(&shape.columns, key).map(|column| Reader::new(self, column));
        let rows = 0..shape.count as usize;
        reader.into_iter().flat_map(move |reader| rows.clone().map(move |row| reader.value(row)))
    }
}
