//! The arrays of a snapshot while it grows, and the snapshot as a whole, written without another copy.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rkyv::api::high::HighSerializer;
use rkyv::rancor;
use rkyv::ser::allocator::ArenaHandle;
use rkyv::util::AlignedVec;

use crate::store::Error;
use crate::store::bytes::bytes_of;
use crate::store::checksum::Checksum;
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

/// Makes arrays that were left out, piece by piece: those of an array one behind the other.
type Late = Box<dyn FnOnce(&mut dyn FnMut(SectionId, Array)) + Send + Sync>;

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
    late: Vec<Late>,
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

    /// Puts an array where it was left out.
    pub(super) fn fill(&mut self, SectionId(at): SectionId, array: Array) {
        self.arrays[at as usize] = array;
    }

    /// Arrays that were left out are made while the others are written.
    pub(super) fn later(&mut self, make: impl FnOnce(&mut dyn FnMut(SectionId, Array)) + Send + Sync + 'static) {
        self.late.push(Box::new(make));
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
        let sums = self.write_arrays(write)?;
        write(0, &self.head(&sums).map_err(io::Error::other)?)
    }

    /// Hands the arrays to `write`; their checksums.
    fn write_arrays(
        &mut self,
        write: &mut (dyn FnMut(u64, &[u8]) -> io::Result<()> + Send),
    ) -> io::Result<Vec<Checksum>> {
        /// Pieces that wait to be written; the next ones are made meanwhile.
        const WAITING: usize = 1;
        let late = std::mem::take(&mut self.late);
        let (sender, receiver) = mpsc::sync_channel(WAITING);
        if late.is_empty() {
            drop(sender);
            return self.write_pieces(receiver, write);
        }
        let image = &*self;
        std::thread::scope(|scope| {
            // It waits for the disk, which no worker should.
            let writer = scope.spawn(|| image.write_pieces(receiver, write));
            late.into_par_iter().for_each_with(sender, |sender, make| {
                // Nobody takes them when writing has failed, which the writer tells.
                make(&mut |section, piece| drop(sender.send((section, piece))));
            });
            writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer of the arrays ended early")))
        })
    }

    /// Writes the arrays that are there, and before them whatever piece of others has come.
    fn write_pieces(
        &self,
        late: Receiver<(SectionId, Array)>,
        write: &mut (dyn FnMut(u64, &[u8]) -> io::Result<()> + Send),
    ) -> io::Result<Vec<Checksum>> {
        /// So much is still in a processor's cache when it is written behind its checksum.
        const PIECE: usize = 1 << 18;
        let mut sums = vec![Checksum::default(); self.arrays.len()];
        let mut put = |at: usize, bytes: &[u8]| {
            bytes.chunks(PIECE).try_for_each(|bytes| {
                let place = self.head as u64 + self.meta.sections[at].offset + sums[at].length();
                sums[at].add(bytes);
                write(place, bytes)
            })
        };
        let mut early =
            self.arrays.iter().enumerate().flat_map(|(at, array)| array.bytes().chunks(PIECE).map(move |p| (at, p)));
        loop {
            match late.try_recv() {
                Ok((SectionId(at), piece)) => put(at as usize, piece.bytes())?,
                Err(reason) => match (early.next(), reason) {
                    (Some((at, bytes)), _) => put(at, bytes)?,
                    (None, TryRecvError::Disconnected) => return Ok(sums),
                    (None, TryRecvError::Empty) => {
                        if let Ok((SectionId(at), piece)) = late.recv() {
                            put(at as usize, piece.bytes())?;
                        }
                    }
                },
            }
        }
    }

    /// The header and the description, for arrays with these checksums.
    fn head(&self, sums: &[Checksum]) -> Result<Vec<u8>, Error> {
        let mut meta = self.meta.clone();
        meta.sections.iter_mut().zip(sums).for_each(|(section, sum)| section.checksum = sum.sum());
        Ok(layout::head(&archive(&meta)?, self.length() as usize - self.head))
    }

    /// The bytes in one piece.
    ///
    /// # Errors
    ///
    /// The description is too large.
    pub fn to_bytes(&mut self) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![0; self.length() as usize];
        let written = self.write_to(&mut |at, piece| {
            bytes[at as usize..at as usize + piece.len()].copy_from_slice(piece);
            Ok(())
        });
        written
            .map_err(|error| error.downcast::<Error>().unwrap_or_else(|error| Error::TooLarge(error.to_string())))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::checksum::checksum;

    /// One array that is there and two that are made later, in pieces by turns.
    fn image() -> Result<Image, Error> {
        let mut sections = Sections::default();
        sections.add(Array::Ids((0..5000).collect()));
        let (whole, half) = (sections.add(Array::Late(40_000)), sections.add(Array::Late(20_000)));
        sections.later(move |piece| {
            for first in (0..10_000).step_by(1000) {
                piece(whole, Array::Ids((first..first + 1000).collect()));
                piece(half, Array::Shorts((first..first + 1000).map(|at| at as u16).collect()));
            }
        });
        sections.image(Meta::default())
    }

    #[test]
    fn pieces_stand_where_the_whole_would() -> Result<(), Box<dyn std::error::Error>> {
        let (mut image, mut bytes) = (image()?, vec![0; 1 << 17]);
        let sums = image.write_arrays(&mut |at, piece| {
            bytes[at as usize..at as usize + piece.len()].copy_from_slice(piece);
            Ok(())
        })?;
        let arrays: [Array; 3] =
            [Array::Ids((0..5000).collect()), Array::Ids((0..10_000).collect()), Array::Shorts((0..10_000).collect())];
        for ((array, sum), section) in arrays.iter().zip(sums).zip(&image.meta.sections) {
            let place = image.head + section.offset as usize;
            assert!(&bytes[place..place + section.length as usize] == array.bytes());
            assert_eq!(sum.sum(), checksum(array.bytes()));
        }
        Ok(())
    }

    #[test]
    fn a_failure_is_told_and_ends_the_making() -> Result<(), Error> {
        for good in [0, 1, 3] {
            let mut writes = 0;
            let told = image()?.write_to(&mut |_, _| {
                writes += 1;
                if writes > good { Err(io::Error::other("the disk is full")) } else { Ok(()) }
            });
            assert_eq!(told.map_err(|error| error.to_string()), Err("the disk is full".to_owned()));
        }
        Ok(())
    }
}
