//! The arrays of a snapshot while it grows, and the snapshot as a whole, written without another copy.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
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
    /// Some of the ids that others are made from, too.
    Part(Arc<Vec<u32>>, Range<usize>),
    /// `u64`: bitmaps, offsets.
    Words(Vec<u64>),
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    /// So many bytes that are not made yet.
    Late(usize),
}

/// Makes arrays that were left out.
pub(super) type Late = Box<dyn FnOnce() -> Vec<(SectionId, Array)> + Send + Sync>;

impl Array {
    fn bytes(&self) -> &[u8] {
        match self {
            Array::Bytes(items) => items,
            Array::Shorts(items) => bytes_of(items),
            Array::Ids(items) => bytes_of(items),
            Array::Part(items, range) => bytes_of(&items[range.clone()]),
            Array::Words(items) => bytes_of(items),
            Array::Ints(items) => bytes_of(items),
            Array::Floats(items) => bytes_of(items),
            Array::Late(_) => &[],
        }
    }

    fn length(&self) -> usize {
        if let Array::Late(length) = self { *length } else { self.bytes().len() }
    }
}

/// Sections one after the other, each aligned.
#[derive(Default)]
pub(super) struct Sections {
    arrays: Vec<Array>,
    /// Make the arrays that were left out.
    pub(super) late: Vec<Late>,
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

    /// Puts arrays where they were left out.
    pub(super) fn fill(&mut self, made: Vec<(SectionId, Array)>) {
        made.into_iter().for_each(|(SectionId(at), array)| self.arrays[at as usize] = array);
    }

    /// The snapshot with these arrays.
    pub(super) fn image(self, mut meta: Meta) -> Result<Image, Error> {
        let mut offset = 0;
        let table = self.arrays.iter().map(|array| {
            let length = array.length();
            let section = Section { offset: offset as u64, length: length as u64, checksum: 0 };
            offset = aligned(offset + length);
            section
        });
        meta.sections = table.collect();
        let head = layout::head(&archive(&meta)?, 0).len();
        Ok(Image { meta, head, arrays: self.arrays, late: self.late })
    }
}

/// A snapshot's bytes, in the pieces that they were made in.
pub struct Image {
    /// With checksums of zero: those are found while the arrays are written.
    meta: Meta,
    /// Bytes of header and description, aligned.
    head: usize,
    arrays: Vec<Array>,
    /// Make the arrays that are not there yet, which is done while the others are written.
    late: Vec<Late>,
}

impl Image {
    /// Where an array goes.
    fn place(&self, at: usize) -> u64 {
        self.head as u64 + self.meta.sections[at].offset
    }

    /// How many bytes they are.
    pub fn length(&self) -> u64 {
        self.meta.sections.last().map_or(self.head as u64, |last| self.head as u64 + last.offset + last.length)
    }

    /// Hands them to `write` with their places, the head last; what lies between them is zero.
    ///
    /// # Errors
    ///
    /// The first of `write`.
    pub fn write_to(&mut self, write: &mut (dyn FnMut(u64, &[u8]) -> io::Result<()> + Send)) -> io::Result<()> {
        let mut pieces = |image: &Image, arrays: &[usize]| {
            arrays.iter().try_for_each(|at| match image.arrays[*at].bytes() {
                [] => Ok(()),
                bytes => write(image.place(*at), bytes),
            })
        };
        let mut rest: Vec<usize> = (0..self.arrays.len()).collect();
        let late = std::mem::take(&mut self.late);
        if !late.is_empty() {
            let image = &*self;
            let (written, made) = std::thread::scope(|scope| {
                // It waits for the disk, which no worker should.
                let early = scope.spawn(|| pieces(image, &rest));
                let made = late.into_par_iter().map(|make| make()).collect();
                (early.join().unwrap_or_else(|_| Err(io::Error::other("the first arrays could not be written"))), made)
            });
            written?;
            rest = self.fill(made);
        }
        let image = &*self;
        let (head, written) = rayon::join(|| image.head(), || pieces(image, &rest));
        written?;
        write(0, &head.map_err(io::Error::other)?)
    }

    /// Puts arrays where they were left out; which those are.
    fn fill(&mut self, made: Vec<Vec<(SectionId, Array)>>) -> Vec<usize> {
        let fill = |(SectionId(at), array)| {
            self.arrays[at as usize] = array;
            at as usize
        };
        made.into_iter().flatten().map(fill).collect()
    }

    /// The header and the description, when all arrays are there.
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
    pub fn to_bytes(&mut self) -> Result<Vec<u8>, Error> {
        let made = std::mem::take(&mut self.late).into_par_iter().map(|make| make()).collect();
        self.fill(made);
        let mut bytes = Vec::with_capacity(self.length() as usize);
        bytes.extend(self.head()?);
        for (at, array) in self.arrays.iter().enumerate() {
            bytes.resize(self.place(at) as usize, 0);
            bytes.extend_from_slice(array.bytes());
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
