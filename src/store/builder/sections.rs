//! The arrays of a snapshot while it grows, and the snapshot as a whole, written without another copy.

use std::io;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::store::bytes::bytes_of;
use crate::store::checksum::checksum;
use crate::store::layout::{self, ALIGN, Section, SectionId, aligned};

/// An array as it was made.
pub(super) enum Array {
    Bytes(Vec<u8>),
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

    /// Where everything is, and the arrays.
    pub(super) fn finish(self) -> (Vec<Section>, Vec<Array>) {
        let sums: Vec<u64> = self.arrays.par_iter().map(|array| checksum(array.bytes())).collect();
        let mut offset = 0;
        let table = self.arrays.iter().zip(sums).map(|(array, checksum)| {
            let length = array.bytes().len();
            let section = Section { offset: offset as u64, length: length as u64, checksum };
            offset = aligned(offset + length);
            section
        });
        (table.collect(), self.arrays)
    }
}

/// A snapshot's bytes, in the pieces that they were made in.
pub struct Image {
    /// Header and description, aligned.
    head: Vec<u8>,
    arrays: Vec<Array>,
}

impl Image {
    pub(super) fn new(meta: &[u8], arrays: Vec<Array>) -> Self {
        let body = arrays.iter().fold(0, |end, array| aligned(end) + array.bytes().len());
        Image { head: layout::head(meta, body), arrays }
    }

    /// How many bytes they are.
    pub fn length(&self) -> u64 {
        self.arrays.iter().fold(self.head.len(), |end, array| aligned(end) + array.bytes().len()) as u64
    }

    /// Hands them to `write`, in order.
    ///
    /// # Errors
    ///
    /// The first of `write`.
    pub fn write_to(&self, write: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        write(&self.head)?;
        let mut at = self.head.len();
        for array in &self.arrays {
            if aligned(at) > at {
                write(&[0; ALIGN][..aligned(at) - at])?;
            }
            write(array.bytes())?;
            at = aligned(at) + array.bytes().len();
        }
        Ok(())
    }

    /// The bytes in one piece.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.length() as usize);
        bytes.extend_from_slice(&self.head);
        for array in &self.arrays {
            bytes.resize(aligned(bytes.len()), 0);
            bytes.extend_from_slice(array.bytes());
        }
        bytes
    }
}
