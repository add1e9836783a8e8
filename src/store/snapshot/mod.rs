//! An immutable graph in one run of bytes.
//!
//! Opening reads the header and the meta archive and leaves the body alone. From then on every read goes through
//! [`Snapshot::words`], and every index that comes from the bytes is checked where it is used: what does not fit reads
//! as absent and marks the snapshot damaged for good.

mod column;
mod edges;
mod index;
mod nodes;
mod old;
mod places;
mod salvage;
#[cfg(test)]
mod tests;
mod verify;

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::Error;
use super::bytes::{Bytes, Plain, bytes_of, words};
use super::disk::System;
use super::graph_file;
use super::layout::{self, Meta, SectionId};
use crate::model::{LabelId, Schema, Texts};
use edges::Loop;
pub(super) use places::Origins;

/// An immutable graph, mapped or embedded, read in place.
pub struct Snapshot {
    bytes: Bytes,
    /// Where the body begins.
    body: usize,
    meta: Meta,
    /// Read when it is first asked for.
    schema: OnceLock<Option<Schema>>,
    /// Edges from a node to itself, found when they are first asked for, where the file does not have them.
    loops: OnceLock<Vec<Loop>>,
    /// A read met bytes that cannot be right.
    damaged: AtomicBool,
    /// It is known to be damaged, and whoever reads it knows.
    lenient: bool,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (nodes, edges) = (self.meta.nodes, self.meta.edges);
        f.debug_struct("Snapshot").field("nodes", &nodes).field("edges", &edges).finish_non_exhaustive()
    }
}

/// Opening.
impl Snapshot {
    /// Maps the file and checks its frame; the work does not grow with the graph. This is the snapshot alone: what was
    /// committed behind it comes with [`open`](super::open).
    ///
    /// The file may be replaced while it is open ([`write`](super::write) does so); it must not be changed in place,
    /// which no mapped format survives.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the file cannot be mapped, [`Error::Foreign`] when it is no graph, [`Error::Version`] when
    /// another version wrote it, [`Error::Corrupt`] when its frame is damaged. Damage further inside is found by
    /// [`Snapshot::verify`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        graph_file::open(Arc::new(System), path).map(|(opened, _)| opened.snapshot)
    }

    /// Reads a graph embedded in the program: in place when the bytes are aligned to 64, from a copy when they are
    /// not.
    ///
    /// # Errors
    ///
    /// As [`Snapshot::open`].
    pub fn from_static(bytes: &'static [u8]) -> Result<Self, Error> {
        Snapshot::read(Bytes::from_static(bytes))
    }

    /// Reads a graph from bytes in memory, copied once to be aligned.
    ///
    /// # Errors
    ///
    /// As [`Snapshot::open`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Snapshot::read(Bytes::copy(bytes))
    }

    /// A graph without nodes.
    pub fn empty() -> Self {
        Snapshot::with(Bytes::from_static(&[]), Meta::default(), 0)
    }

    pub(super) fn read(bytes: Bytes) -> Result<Self, Error> {
        let (meta, body) = layout::frame(&bytes)?;
        Ok(Snapshot::with(bytes, meta, body))
    }

    fn with(bytes: Bytes, meta: Meta, body: usize) -> Self {
        Snapshot {
            bytes,
            body,
            meta,
            schema: OnceLock::new(),
            loops: OnceLock::new(),
            damaged: AtomicBool::new(false),
            lenient: false,
        }
    }
}

/// Damage.
impl Snapshot {
    /// How many bytes it has.
    pub(crate) fn length(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// `Err(Corrupt)` once a read met bytes that cannot be right.
    pub(super) fn health(&self) -> Result<(), Error> {
        if self.damaged.load(Ordering::Relaxed) && !self.lenient {
            return Err(Error::Corrupt("a read met an impossible number; `ken check` finds where".into()));
        }
        Ok(())
    }

    /// Something was read that cannot be right.
    pub(super) fn note_damage(&self) {
        self.damaged.store(true, Ordering::Relaxed);
    }

    /// What was read, or its absence and a mark.
    fn sound<T>(&self, read: Option<T>) -> Option<T> {
        if read.is_none() {
            self.note_damage();
        }
        read
    }
}

/// Arrays.
impl Snapshot {
    /// So many rows are read one after the other, or are likely to be: when they are many, more than single pages of a
    /// mapped file is worth bringing.
    fn expect(&self, rows: usize) {
        /// Fewer than this may lie far apart.
        const MANY: usize = 64;
        if rows >= MANY {
            self.bytes.read_ahead();
        }
    }

    /// These numbers, which are some of an array's, were read and will not be soon.
    pub(super) fn let_go(&self, numbers: &[u32]) {
        let bytes = bytes_of(numbers);
        if let Some(start) = bytes.as_ptr().addr().checked_sub(self.bytes.as_ptr().addr()) {
            self.bytes.let_go(start..start + bytes.len());
        }
    }

    /// A section's bytes.
    fn section(&self, id: SectionId) -> &[u8] {
        let bytes = self.meta.sections.get(id.0 as usize).and_then(|section| {
            let start = usize::try_from(section.offset).ok()?.checked_add(self.body)?;
            self.bytes.get(start..start.checked_add(usize::try_from(section.length).ok()?)?)
        });
        self.sound(bytes).unwrap_or_default()
    }

    /// A section as numbers.
    fn words<T: Plain>(&self, id: SectionId) -> &[T] {
        self.sound(words(self.section(id))).unwrap_or_default()
    }

    /// The part that belongs to a row, by offsets of which there is one more than rows; `length` bounds it.
    fn extent<T: Plain + TryInto<usize>>(&self, offsets: &[T], row: usize, length: usize) -> Option<Range<usize>> {
        let extent = || {
            let start = (*offsets.get(row)?).try_into().ok()?;
            let end = (*offsets.get(row + 1)?).try_into().ok()?;
            (start <= end && end <= length).then_some(start..end)
        };
        self.sound(extent())
    }

    /// The string with this id.
    fn string(&self, id: u32) -> Option<&str> {
        let strings = self.meta.strings;
        let (offsets, heap) = (self.words::<u64>(strings.offsets), self.section(strings.heap));
        let bytes = self.extent(offsets, id as usize, heap.len()).and_then(|extent| heap.get(extent));
        self.sound(bytes.and_then(|bytes| str::from_utf8(bytes).ok()))
    }

    /// The id of the string, by binary search.
    fn string_id(&self, text: &str) -> Option<u32> {
        self.number(text).ok()
    }
}

/// Strings ascend, so that those that begin alike stand together.
impl Texts for Snapshot {
    fn text(&self, number: u32) -> Option<&str> {
        self.string(number)
    }

    fn number(&self, text: &str) -> Result<u32, u32> {
        let strings = self.meta.strings;
        let (offsets, heap) = (self.words::<u64>(strings.offsets), self.section(strings.heap));
        let (mut low, mut high) = (0, strings.count);
        while low < high {
            let middle = low + (high - low) / 2;
            let bytes = self.extent(offsets, middle as usize, heap.len()).and_then(|extent| heap.get(extent));
            match bytes.unwrap_or_default().cmp(text.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Ok(middle),
            }
        }
        Err(low)
    }

    fn beginning_with(&self, prefix: &str) -> Range<u32> {
        let start = self.number(prefix).unwrap_or_else(|number| number);
        // What begins with the prefix comes before whatever is greater than all that do.
        let mut after = prefix.to_owned();
        let end = loop {
            match after.pop() {
                None => break self.meta.strings.count,
                Some(last) => {
                    if let Some(next) = (last..=char::MAX).nth(1) {
                        after.push(next);
                        break self.number(&after).unwrap_or_else(|number| number);
                    }
                }
            }
        };
        start..end.max(start)
    }
}

/// Names of one kind; ids are their places.
#[derive(Clone, Copy)]
pub(super) struct Names<'g>(&'g [String]);

impl<'g> Names<'g> {
    pub(super) fn len(self) -> usize {
        self.0.len()
    }

    pub(super) fn id(self, name: &str) -> Option<u32> {
        self.0.binary_search_by(|known| known.as_str().cmp(name)).ok().map(|id| id as u32)
    }

    pub(super) fn name(self, id: u32) -> Option<&'g str> {
        self.0.get(id as usize).map(String::as_str)
    }
}

/// The catalog.
impl Snapshot {
    pub(super) fn schema(&self) -> Option<&Schema> {
        let read = || {
            let archive = self.section(self.meta.schema?);
            let is_old = layout::version(&self.bytes) < layout::ACYCLIC;
            self.sound(if is_old { old::read_schema(archive) } else { read_schema(archive) })
        };
        self.schema.get_or_init(read).as_ref()
    }

    pub(super) fn labels(&self) -> Names<'_> {
        Names(&self.meta.labels)
    }

    pub(super) fn edge_types(&self) -> Names<'_> {
        Names(&self.meta.edge_types)
    }

    pub(super) fn keys(&self) -> Names<'_> {
        Names(&self.meta.keys)
    }

    /// How many nodes; their ids are below.
    pub(super) fn node_count(&self) -> u32 {
        self.meta.nodes
    }

    /// How many edges; their ids are below.
    pub(super) fn edge_count(&self) -> u32 {
        self.meta.edges
    }
}

fn read_schema(archive: &[u8]) -> Option<Schema> {
    rkyv::from_bytes::<Schema, rkyv::rancor::Error>(archive).ok()
}

/// Shapes that have the label.
fn labelled(meta: &Meta, label: LabelId) -> impl Iterator<Item = &layout::Shape> {
    meta.shapes.iter().filter(move |shape| shape.labels.binary_search(&label.0).is_ok())
}
