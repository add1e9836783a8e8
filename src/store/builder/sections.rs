//! The body of a snapshot while it grows.

use crate::store::checksum::checksum;
use crate::store::layout::{Section, SectionId, aligned};

/// Sections one after the other, each aligned.
#[derive(Default)]
pub(super) struct Sections {
    body: Vec<u8>,
    table: Vec<Section>,
}

impl Sections {
    /// Adds a section of bytes.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> SectionId {
        self.add(|body| body.extend_from_slice(bytes))
    }

    /// Adds a section of numbers, each as its little-endian bytes.
    pub(super) fn words<const N: usize>(&mut self, words: impl Iterator<Item = [u8; N]>) -> SectionId {
        self.add(|body| body.extend(words.flatten()))
    }

    /// Adds a section of `u32`s.
    pub(super) fn ids(&mut self, ids: impl Iterator<Item = u32>) -> SectionId {
        self.words(ids.map(u32::to_le_bytes))
    }

    /// Adds a section of offsets: the sums of the lengths so far, from zero to their total.
    pub(super) fn offsets(&mut self, lengths: impl Iterator<Item = usize>) -> SectionId {
        let mut total = 0u64;
        let ends = lengths.map(|length| {
            total += length as u64;
            total
        });
        let ends = ends.map(u64::to_le_bytes);
        self.words(std::iter::once([0; 8]).chain(ends))
    }

    /// Adds a bitmap of the rows that are true.
    pub(super) fn bits(&mut self, rows: u32, ones: impl Iterator<Item = u32>) -> SectionId {
        let mut words = vec![0u64; (rows as usize).div_ceil(64)];
        for row in ones {
            words[row as usize / 64] |= 1 << (row % 64);
        }
        self.words(words.into_iter().map(u64::to_le_bytes))
    }

    fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> SectionId {
        let start = aligned(self.body.len());
        self.body.resize(start, 0);
        write(&mut self.body);
        let bytes = &self.body[start..];
        let section = Section { offset: start as u64, length: bytes.len() as u64, checksum: checksum(bytes) };
        self.table.push(section);
        SectionId(self.table.len() as u32 - 1)
    }

    /// The body and the table of what is in it.
    pub(super) fn finish(self) -> (Vec<u8>, Vec<Section>) {
        (self.body, self.table)
    }
}
