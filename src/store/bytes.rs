//! A snapshot's bytes, wherever they come from, and arrays read in them without a copy.
//!
//! The one file of the crate with unsafe code: the map call, letting go of what is mapped, and the cast of bytes to words.
//! What always holds: the first byte is aligned to [`ALIGN`].

#![allow(
    unsafe_code,
    reason = "mapping a file, letting go of it and casting bytes to plain words have no safe form in std"
)]

use std::fs::File;
use std::ops::{Deref, Range};
use std::sync::atomic::{AtomicBool, Ordering};

use memmap2::{Mmap, MmapOptions};
use rkyv::util::AlignedVec;

use super::layout::ALIGN;

/// Bytes aligned to [`ALIGN`].
pub(super) enum Bytes {
    /// A file, paged in where it is read.
    Mapped(Mapped),
    /// Embedded in the program.
    Static(&'static [u8]),
    /// In memory.
    Owned(AlignedVec<ALIGN>),
}

/// A mapped file.
///
/// A first answer touches a few dozen pages that lie far apart. Read-ahead would bring megabytes around each of them, so
/// the system is asked to bring single pages, until somebody reads much.
pub(super) struct Mapped {
    map: Mmap,
    /// Whether single pages are brought.
    sparing: AtomicBool,
}

/// Bytes embedded in the program where they can be read in place.
///
/// `include_bytes!` alone promises no alignment; [`Snapshot::from_static`](super::Snapshot::from_static) would copy.
///
/// ```
/// use kenning::store::Aligned;
///
/// static GRAPH: &Aligned<[u8]> = &Aligned(*b"include_bytes!(\"graph.ken\") goes here");
/// assert_eq!(GRAPH.0.as_ptr().align_offset(64), 0);
/// ```
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Aligned<B: ?Sized>(pub B);

const _: () = assert!(align_of::<Aligned<u8>>() == ALIGN);

impl Bytes {
    /// Maps the first `length` bytes of a file, read-only.
    pub(super) fn map(file: &File, length: usize) -> std::io::Result<Self> {
        // SAFETY: a mapped slice is sound as long as nobody changes the file's bytes. What is mapped of a graph file is
        // its snapshot, which is never written in place: commits go behind it, and a new snapshot goes into a new file
        // that takes the name, which leaves this map on the old one. Whoever edits a graph file by other means while it
        // is open breaks this, as with every mapped format; the reads still check every index against the slice's own
        // length.
        let map = unsafe { MmapOptions::new().len(length).map(file) }?;
        // It is advice: a system that does not take it reads ahead, and all is as right.
        #[cfg(unix)]
        let sparing = map.advise(memmap2::Advice::Random).is_ok();
        #[cfg(not(unix))]
        let sparing = false;
        Ok(Bytes::Mapped(Mapped { map, sparing: AtomicBool::new(sparing) }))
    }

    /// Whether single pages are brought.
    #[cfg(test)]
    pub(super) fn is_sparing(&self) -> bool {
        matches!(self, Bytes::Mapped(mapped) if mapped.sparing.load(Ordering::Relaxed))
    }

    /// Much is going to be read: from now on the system reads ahead.
    pub(super) fn read_ahead(&self) {
        let Bytes::Mapped(mapped) = self else { return };
        // It is asked first because it stays false, and a line that nobody writes to is cheap to share.
        if mapped.sparing.load(Ordering::Relaxed) && mapped.sparing.swap(false, Ordering::Relaxed) {
            #[cfg(unix)]
            let _ = mapped.map.advise(memmap2::Advice::Normal);
        }
    }

    /// Some of these bytes were read and will not be soon: the process lets go of the memory that maps them. Whoever reads them
    /// again gets them again, as a rule from the system's cache.
    pub(super) fn let_go(&self, range: Range<usize>) {
        #[cfg(unix)]
        if let Bytes::Mapped(mapped) = self
            && !range.is_empty()
            && range.end <= mapped.map.len()
        {
            let (start, advice) = (range.start, memmap2::UncheckedAdvice::DontNeed);
            // SAFETY: what is mapped is a file that nobody writes to (see `map`), and the map is never written to either, so
            // that what comes again is what was there.
            let _ = unsafe { mapped.map.unchecked_advise_range(advice, start, range.len()) };
        }
        #[cfg(not(unix))]
        let _ = range;
    }

    /// The program's own bytes, in place when they are aligned and copied when they are not.
    pub(super) fn from_static(bytes: &'static [u8]) -> Self {
        if bytes.as_ptr().align_offset(ALIGN) == 0 { Bytes::Static(bytes) } else { Bytes::copy(bytes) }
    }

    /// A copy.
    pub(super) fn copy(bytes: &[u8]) -> Self {
        let mut owned = AlignedVec::with_capacity(bytes.len());
        owned.extend_from_slice(bytes);
        Bytes::Owned(owned)
    }
}

impl Deref for Bytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Mapped(mapped) => &mapped.map,
            Bytes::Static(bytes) => bytes,
            Bytes::Owned(bytes) => bytes,
        }
    }
}

mod sealed {
    /// Numbers without padding for which every bit pattern is valid; sealed, as [`super::words`] leans on it.
    pub(in crate::store) trait Plain: Copy + 'static {}
    impl Plain for u8 {}
    impl Plain for u16 {}
    impl Plain for u32 {}
    impl Plain for u64 {}
    impl Plain for i8 {}
    impl Plain for i16 {}
    impl Plain for i32 {}
    impl Plain for i64 {}
    impl Plain for f64 {}
}
pub(super) use sealed::Plain;

/// The bytes as numbers of the machine's own byte order (snapshots are opened on little-endian machines only); none
/// when they are not aligned or not a whole number of numbers.
pub(super) fn words<T: Plain>(bytes: &[u8]) -> Option<&[T]> {
    // SAFETY: `Plain` is sealed, and its implementors have no padding and no invalid bit pattern. `align_to` keeps
    // within the slice and sees to alignment.
    let (before, words, after) = unsafe { bytes.align_to::<T>() };
    (before.is_empty() && after.is_empty()).then_some(words)
}

/// The numbers as the bytes that [`words`] reads, in the machine's own byte order.
pub(super) fn bytes_of<T: Plain>(numbers: &[T]) -> &[u8] {
    // SAFETY: `Plain` has no padding, so that every byte is one of a number; bytes need no alignment.
    let (before, bytes, after) = unsafe { numbers.align_to::<u8>() };
    debug_assert!(before.is_empty() && after.is_empty(), "bytes are aligned anywhere");
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn words_are_whole_and_aligned() {
        let bytes = Bytes::copy(&[1, 0, 0, 0, 2, 0, 0, 0, 3]);
        assert_eq!(words::<u32>(bytes.get(..8).unwrap()), Some(&[1u32, 2][..]));
        assert_eq!(words::<u32>(&bytes), None);
        assert_eq!(words::<u32>(bytes.get(1..5).unwrap()), None);
        assert_eq!(words::<u64>(&[]), Some(&[][..]));
    }
}
