//! The arrays of a snapshot while it grows, and the snapshot as a whole, written without another copy.

use std::io;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rkyv::api::high::HighSerializer;
use rkyv::rancor;
use rkyv::ser::allocator::ArenaHandle;
use rkyv::util::AlignedVec;

use crate::store::Error;
use crate::store::bytes::bytes_of;
use crate::store::checksum::checksum;
use crate::store::layout::{self, Meta, Section, SectionId, aligned};

/// An array as it was made.
pub(super) enum Array {
    Bytes(Vec<u8>),
    /// `u16` or `i16`.
    Shorts(Vec<u16>),
    /// `u32`: ids, offsets of edges.
    Ids(Vec<u32>),
    /// `u64`: bitmaps, offsets.
    Words(Vec<u64>),
    Ints(Vec<i64>),
    Floats(Vec<f64>),
}

impl Array {
    fn bytes(&self) -> &[u8] {
        match self {
            Array::Bytes(items) => items,
            Array::Shorts(items) => bytes_of(items),
            Array::Ids(items) => bytes_of(items),
            Array::Words(items) => bytes_of(items),
            Array::Ints(items) => bytes_of(items),
            Array::Floats(items) => bytes_of(items),
        }
    }
}

/// Sections one after the other, each aligned.
#[derive(Default)]
pub(super) struct Sections {
    arrays: Vec<Array>,
}

impl Sections {
    /// Adds a section.
    pub(super) fn add(&mut self, array: Array) -> SectionId {
        self.arrays.push(array);
        SectionId(self.arrays.len() as u32 - 1)
    }

    /// Adds a section of offsets: the sums of the lengths so far, from zero to their total.
    pub(super) fn offsets(&mut self, lengths: impl Iterator<Item = usize>) -> SectionId {
        let mut total = 0u64;
        let ends = lengths.map(|length| {
            total += length as u64;
            total
        });
        let offsets = std::iter::once(0).chain(ends).collect();
        self.add(Array::Words(offsets))
    }

    /// Adds a bitmap of the rows that are true.
    pub(super) fn bits(&mut self, rows: usize, ones: impl Iterator<Item = usize>) -> SectionId {
        let mut words = vec![0u64; rows.div_ceil(64)];
        for row in ones {
            words[row / 64] |= 1 << (row % 64);
        }
        self.add(Array::Words(words))
    }

    /// Where everything is, the checksums aside, and the arrays.
    pub(super) fn finish(self) -> (Vec<Section>, Vec<Array>) {
        let mut offset = 0;
        let table = self.arrays.iter().map(|array| {
            let length = array.bytes().len();
            let section = Section { offset: offset as u64, length: length as u64, checksum: 0 };
            offset = aligned(offset + length);
            section
        });
        (table.collect(), self.arrays)
    }
}

/// A snapshot's bytes, in the pieces that they were made in.
pub struct Image {
    /// With checksums of zero: those are found while the arrays are written.
    meta: Meta,
    /// Bytes of header and description, aligned.
    head: usize,
    arrays: Vec<Array>,
}

impl Image {
    pub(super) fn new(meta: Meta, arrays: Vec<Array>) -> Result<Self, Error> {
        let head = layout::head(&archive(&meta)?, 0).len();
        Ok(Image { meta, head, arrays })
    }

    /// The arrays with their places.
    fn placed(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let bytes = self.arrays.iter().map(Array::bytes);
        self.meta.sections.iter().map(|section| self.head as u64 + section.offset).zip(bytes)
    }

    /// How many bytes they are.
    pub fn length(&self) -> u64 {
        self.placed().last().map_or(self.head as u64, |(at, bytes)| at + bytes.len() as u64)
    }

    /// Hands them to `write` with their places, the head last; what lies between them is zero.
    ///
    /// # Errors
    ///
    /// The first of `write`.
    pub fn write_to(&self, write: &mut (dyn FnMut(u64, &[u8]) -> io::Result<()> + Send)) -> io::Result<()> {
        let body = || self.placed().try_for_each(|(at, bytes)| write(at, bytes));
        let (head, written) = rayon::join(|| self.head(), body);
        written?;
        write(0, &head.map_err(io::Error::other)?)
    }

    /// The header and the description.
    fn head(&self) -> Result<Vec<u8>, Error> {
        let sums: Vec<u64> = self.arrays.par_iter().map(|array| checksum(array.bytes())).collect();
        let mut meta = self.meta.clone();
        meta.sections.iter_mut().zip(sums).for_each(|(section, sum)| section.checksum = sum);
        Ok(layout::head(&archive(&meta)?, self.length() as usize - self.head))
    }

    /// The bytes in one piece.
    ///
    /// # Errors
    ///
    /// The description is too large.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::with_capacity(self.length() as usize);
        bytes.extend(self.head()?);
        for (at, array) in self.placed() {
            bytes.resize(at as usize, 0);
            bytes.extend_from_slice(array);
        }
        Ok(bytes)
    }
}

/// What rkyv writes an archive with.
type Serializer<'a> = HighSerializer<AlignedVec, ArenaHandle<'a>, rancor::Error>;

/// The bytes of an rkyv archive.
pub(super) fn archive(value: &impl for<'a> rkyv::Serialize<Serializer<'a>>) -> Result<AlignedVec, Error> {
    let failed = |error| Error::TooLarge(format!("the graph's description cannot be written ({error})"));
    rkyv::to_bytes::<rancor::Error>(value).map_err(failed)
}
