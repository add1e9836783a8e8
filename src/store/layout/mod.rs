//! The format of a snapshot.
//!
//! ```text
//! offset  bytes
//!      0      8  magic: 89 'k' 'e' 'n' 'n' 'i' 'n' 'g'
//!      8      4  format version
//!     12      4  04 03 02 01: the number 0x01020304, little-endian
//!     16      8  length of the whole snapshot
//!     24      8  length m of the meta archive
//!     32      8  checksum of the meta archive
//!     40     16  zero
//!     56      8  checksum of the bytes 0..56
//!     64      m  meta: an rkyv archive of [`Meta`] (little-endian, aligned, 32-bit relative pointers)
//!   64+m      .  zeros up to the next multiple of 64: here the body begins
//!      .      .  sections, each at a multiple of 64, with zeros between them
//! ```
//!
//! All numbers are little-endian; checksums are XXH64. The meta archive describes the rest: it grows with the number
//! of shapes, columns and names, never with the number of nodes, so it is checked and read whole when a graph is
//! opened. Everything that grows with the graph is a *section*: an array of plain numbers or bytes, found through
//! [`Meta::sections`] by offset (from the beginning of the body), length and checksum, read in place, and not touched
//! before it is needed.
//!
//! | section | holds |
//! |---|---|
//! | string offsets | `u64`, one more than strings; string `i` is heap bytes `offsets[i]..offsets[i+1]` |
//! | string heap | UTF-8; strings ascend by bytes and are distinct, so ids compare as strings do |
//! | validity | `u64` words, bit `row % 64` of word `row / 64`: the row has a value; left out when all have |
//! | bool | `u64` words, as validity |
//! | int | `i8`, `i16`, `i32` or `i64`, as the column's kind says: the smallest that all fit |
//! | float | `f64` |
//! | date | `i32` days since 1970-01-01; columns with days beyond are mixed ones |
//! | string | `u32` string ids |
//! | list offsets | `u64`, one more than rows, into the items |
//! | list items | `u8` (0 or 1), `i64`, `f64`, or `u32` string ids |
//! | mixed offsets, heap | `u64`, one more than rows, into bytes that [`super::encode`] describes |
//! | index | `u32` rows with a value, ascending by value ([`super::order`]), then by row |
//! | offsets of edges | `u32`, one more than the shape's nodes, into the two below |
//! | targets, sources | `u32` node ids, ascending within a node |
//! | places | beside the sources: which of the source's edges of the type it is, from 0; `u8`, `u16` or `u32` by the length |
//! | loops | `u32`, three for each node and type with edges from it to itself: type, node, how many; types and nodes ascend |
//! | schema | an rkyv archive of [`Schema`](crate::model::Schema) |
//!
//! Rows without a value hold zero, or an empty list.

mod check;
mod old;

use std::ops::Range;

use rkyv::{Archive, Deserialize, Serialize};

use super::Error;
use super::checksum::checksum;
use crate::model::definition::Definition;

/// What sections and the bytes as a whole are aligned to: a cache line.
pub(super) const ALIGN: usize = 64;

/// The version that this program writes.
pub(super) const VERSION: u32 = 4;

/// The oldest version that it reads.
const OLDEST: u32 = 2;

/// The first version whose schemas say which relations are acyclic.
pub(super) const ACYCLIC: u32 = 3;

/// The first version that has places beside sources; in those before, ids of edges stand there.
pub(super) const PLACES: u32 = 4;

/// The first version whose description says which edges go from a node to itself.
const LOOPS: u32 = 4;

/// A byte that is not text comes first, so that no text file is taken for a graph.
const MAGIC: [u8; 8] = *b"\x89kenning";
const BYTE_ORDER: u32 = 0x0102_0304;
const HEADER: usize = 64;

/// The header's fields that vary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    /// Bytes of the snapshot, header included.
    length: u64,
    /// Bytes of the meta archive.
    meta: u64,
    meta_checksum: u64,
}

/// The next multiple of [`ALIGN`].
pub(super) fn aligned(length: usize) -> usize {
    length.next_multiple_of(ALIGN)
}

/// What stands in front of a body of so many bytes: the header, the description, and zeros up to where the body begins.
pub(super) fn head(meta: &[u8], body: usize) -> Vec<u8> {
    let start = aligned(HEADER + meta.len());
    let header = Header { length: (start + body) as u64, meta: meta.len() as u64, meta_checksum: checksum(meta) };
    let mut bytes = Vec::with_capacity(start);
    bytes.extend(header.write());
    bytes.extend(meta);
    bytes.resize(start, 0);
    bytes
}

/// Bytes of the header, which say how long the snapshot is.
pub(super) const HEADER_LENGTH: usize = HEADER;

/// How long the snapshot is that begins with these bytes, whether or not they are all there.
pub(super) fn promised(start: &[u8]) -> Result<u64, Error> {
    Header::read(start).map(|header| header.length)
}

/// How long the snapshot is that begins with these bytes (its header, or as many as there are), in a file of `length`
/// bytes; and the checksum of its header, which tells it from others.
pub(super) fn extent(start: &[u8], length: u64) -> Result<(usize, u64), Error> {
    let header = Header::read(start)?;
    if length < header.length {
        return Err(Error::Corrupt(format!("it is cut short: {length} of {} bytes are there", header.length)));
    }
    let own =
        usize::try_from(header.length).map_err(|_| Error::TooLarge("the graph does not fit into memory".into()))?;
    let tells = start.get(56..64).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
    Ok((own, tells.unwrap_or_default()))
}

/// Checks the frame; gives the meta archive and where the body begins.
pub(super) fn frame(bytes: &[u8]) -> Result<(Meta, usize), Error> {
    let header = Header::read(bytes)?;
    if bytes.len() as u64 != header.length {
        return Err(Error::Corrupt(format!("it is cut short: {} of {} bytes are there", bytes.len(), header.length)));
    }
    let damaged = || Error::Corrupt("the description of its contents does not match its checksum".into());
    let end = usize::try_from(header.meta).ok().and_then(|length| length.checked_add(HEADER)).ok_or_else(damaged)?;
    let archive = bytes.get(HEADER..end).ok_or_else(damaged)?;
    if checksum(archive) != header.meta_checksum {
        return Err(damaged());
    }
    let meta = if version(bytes) < LOOPS { old::read(archive) } else { rkyv::from_bytes::<Meta, _>(archive) };
    let meta = meta.map_err(|error: rkyv::rancor::Error| {
        Error::Corrupt(format!("the description of its contents cannot be read ({error})"))
    })?;
    let body = aligned(end);
    if bytes.get(end..body).is_none_or(|gap| gap.iter().any(|byte| *byte != 0)) {
        return Err(damaged());
    }
    meta.check(bytes.len().saturating_sub(body) as u64)?;
    Ok((meta, body))
}

/// The version that the snapshot says it is of; nothing at all is of the latest.
pub(super) fn version(bytes: &[u8]) -> u32 {
    bytes.get(8..12).and_then(|bytes| bytes.try_into().ok()).map_or(VERSION, u32::from_le_bytes)
}

impl Header {
    fn write(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER);
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(BYTE_ORDER.to_le_bytes());
        bytes.extend(self.length.to_le_bytes());
        bytes.extend(self.meta.to_le_bytes());
        bytes.extend(self.meta_checksum.to_le_bytes());
        bytes.resize(HEADER - 8, 0);
        bytes.extend(checksum(&bytes).to_le_bytes());
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Self, Error> {
        if cfg!(target_endian = "big") {
            let message = "graphs are little-endian and read in place, which this big-endian machine cannot do";
            return Err(Error::Foreign(message.into()));
        }
        if bytes.is_empty() {
            return Err(Error::Foreign("this is not a graph: the file is empty".into()));
        }
        if !bytes.starts_with(&MAGIC) {
            let message = "this is not a graph: a graph file begins with the byte 0x89 and `kenning`";
            return Err(Error::Foreign(message.into()));
        }
        let short = || Error::Corrupt(format!("it is cut short after {} bytes", bytes.len()));
        let header: &[u8; HEADER] = bytes.first_chunk().ok_or_else(short)?;
        let four = |at: usize| header.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
        let eight = |at: usize| header.get(at..at + 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes);
        let version = four(8).ok_or_else(short)?;
        if !(OLDEST..=VERSION).contains(&version) {
            return Err(Error::Version { found: version, expected: VERSION });
        }
        if four(12) != Some(BYTE_ORDER) || eight(56) != header.get(..56).map(checksum) {
            return Err(Error::Corrupt("its header does not match its checksum".into()));
        }
        let (Some(length), Some(meta), Some(meta_checksum)) = (eight(16), eight(24), eight(32)) else {
            return Err(short());
        };
        Ok(Header { length, meta, meta_checksum })
    }
}

/// What a snapshot holds and where.
#[derive(Archive, Serialize, Deserialize, Clone, Debug, Default)]
pub(super) struct Meta {
    /// How many nodes; ids are below.
    pub nodes: u32,
    /// How many edges; ids are below.
    pub edges: u32,
    /// Labels, ascending, so that ids compare as names do; likewise the next two.
    pub labels: Vec<String>,
    /// Edge types.
    pub edge_types: Vec<String>,
    /// Property keys.
    pub keys: Vec<String>,
    /// All strings that properties hold.
    pub strings: Strings,
    /// Nodes by label set, in the order of their ids.
    pub shapes: Vec<Shape>,
    /// Labels and keys whose values are indexed in every shape, ascending.
    pub indexes: Vec<(u32, u32)>,
    /// What statements have defined; those of one key have their index above, too.
    pub definitions: Vec<Definition>,
    /// Labels and keys, ascending, with the number of distinct values, of openCypher's equivalence.
    pub distinct: Vec<(u32, u32, u64)>,
    /// What the graph declares of itself.
    pub schema: Option<SectionId>,
    /// The edges that go from a node to itself; none: nobody looked.
    pub loops: Option<SectionId>,
    /// Where the arrays are, ascending.
    pub sections: Vec<Section>,
}

/// A section's place in the table.
#[derive(Archive, Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SectionId(pub u32);

/// An array's place in the body.
#[derive(Archive, Serialize, Deserialize, Clone, Copy, Debug, Default)]
pub(super) struct Section {
    /// From the beginning of the body; a multiple of [`ALIGN`].
    pub offset: u64,
    /// In bytes.
    pub length: u64,
    /// Of these bytes.
    pub checksum: u64,
}

/// The dictionary of strings.
#[derive(Archive, Serialize, Deserialize, Clone, Copy, Debug, Default)]
pub(super) struct Strings {
    pub count: u32,
    pub offsets: SectionId,
    pub heap: SectionId,
}

/// The nodes with one label set: a run of node ids.
#[derive(Archive, Serialize, Deserialize, Clone, Debug, Default)]
pub(super) struct Shape {
    /// Ascending.
    pub labels: Vec<u32>,
    /// The first node's id.
    pub first: u32,
    /// How many nodes.
    pub count: u32,
    /// The first id of the edges that leave these nodes.
    pub first_edge: u32,
    /// Properties, ascending by key; a row is a node.
    pub columns: Vec<Column>,
    /// Edges that leave, ascending by type; one run of edge ids after the other.
    pub leaving: Vec<Leaving>,
    /// Edges that enter, ascending by type.
    pub entering: Vec<Entering>,
}

/// The edges of one type that leave a shape: a CSR block, and a run of edge ids in the block's order.
#[derive(Archive, Serialize, Deserialize, Clone, Debug)]
pub(super) struct Leaving {
    pub edge_type: u32,
    /// The first edge's id.
    pub first: u32,
    /// How many edges.
    pub count: u32,
    pub offsets: SectionId,
    pub targets: SectionId,
    /// Properties, ascending by key; a row is an edge.
    pub columns: Vec<Column>,
}

/// The edges of one type that enter a shape: a CSR block that tells where each edge stands at its source.
#[derive(Archive, Serialize, Deserialize, Clone, Debug)]
pub(super) struct Entering {
    pub edge_type: u32,
    /// How many edges.
    pub count: u32,
    pub offsets: SectionId,
    pub sources: SectionId,
    /// Before version [`PLACES`]: ids of edges.
    pub places: SectionId,
}

/// One property of a run of nodes or edges.
#[derive(Archive, Serialize, Deserialize, Clone, Copy, Debug)]
pub(super) struct Column {
    pub key: u32,
    pub kind: Kind,
    /// Which rows have a value; none: all.
    pub validity: Option<SectionId>,
    /// The rows by value.
    pub index: Option<SectionId>,
}

/// A column's arrays by the kind of its values.
#[derive(Archive, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool(SectionId),
    Int(SectionId),
    Float(SectionId),
    String(SectionId),
    BoolList {
        offsets: SectionId,
        items: SectionId,
    },
    IntList {
        offsets: SectionId,
        items: SectionId,
    },
    FloatList {
        offsets: SectionId,
        items: SectionId,
    },
    StringList {
        offsets: SectionId,
        items: SectionId,
    },
    /// Values of different kinds, or nested ones.
    Mixed {
        offsets: SectionId,
        heap: SectionId,
    },
    Int8(SectionId),
    Int16(SectionId),
    Int32(SectionId),
    Date(SectionId),
}

impl Shape {
    /// The ids of the nodes.
    pub(super) fn nodes(&self) -> Range<u32> {
        self.first..self.first.saturating_add(self.count)
    }
}

impl Leaving {
    /// The arrays that say which edges there are.
    pub(super) fn sections(&self) -> [SectionId; 2] {
        [self.offsets, self.targets]
    }

    /// The ids of the edges.
    pub(super) fn edges(&self) -> Range<u32> {
        self.first..self.first.saturating_add(self.count)
    }
}

impl Entering {
    /// The arrays that say which edges there are.
    pub(super) fn sections(&self) -> [SectionId; 3] {
        [self.offsets, self.sources, self.places]
    }
}

impl Column {
    /// Its arrays.
    pub(super) fn sections(&self) -> impl Iterator<Item = SectionId> {
        let values = match self.kind {
            Kind::Bool(items)
            | Kind::Int(items)
            | Kind::Int8(items)
            | Kind::Int16(items)
            | Kind::Int32(items)
            | Kind::Date(items)
            | Kind::Float(items)
            | Kind::String(items) => [Some(items), None],
            Kind::BoolList { offsets, items }
            | Kind::IntList { offsets, items }
            | Kind::FloatList { offsets, items }
            | Kind::StringList { offsets, items }
            | Kind::Mixed { offsets, heap: items } => [Some(offsets), Some(items)],
        };
        values.into_iter().chain([self.validity, self.index]).flatten()
    }
}
