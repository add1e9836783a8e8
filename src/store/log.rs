//! Commits behind a snapshot, in the same file.
//!
//! ```text
//! offset  bytes
//!      0      8  63 6f 6d 6d 69 74 0a 1a: "commit", a line feed, an end of text
//!      8      8  length n of the record
//!     16      8  sequence: 1 behind the snapshot, then one more each
//!     24      8  checksum of the bytes 8..24, of the snapshot's header, and of the record
//!     32      n  the record ([`super::record`])
//!   32+n      .  zeros up to the next multiple of 8: here the next commit begins
//! ```
//!
//! The first commit begins where the snapshot ends. The checksum covers which snapshot a commit belongs to, so that
//! bytes of another life of the file are not taken for one. What stands behind the last whole commit was never finished
//! and is dropped, unless a whole commit comes later: then a commit that somebody was told of is damaged.

use std::ops::Range;

use super::Error;
use super::checksum::checksum;

const MARK: [u8; 8] = *b"commit\n\x1a";
const HEADER: usize = 32;
const ALIGN: usize = 8;

/// A commit's bytes.
pub(super) fn frame(record: &[u8], sequence: u64, snapshot: u64) -> Vec<u8> {
    let length = record.len() as u64;
    let mut bytes = Vec::with_capacity((HEADER + record.len()).next_multiple_of(ALIGN));
    bytes.extend(MARK);
    bytes.extend(length.to_le_bytes());
    bytes.extend(sequence.to_le_bytes());
    bytes.extend(sum(length, sequence, snapshot, record).to_le_bytes());
    bytes.extend(record);
    bytes.resize(bytes.len().next_multiple_of(ALIGN), 0);
    bytes
}

fn sum(length: u64, sequence: u64, snapshot: u64, record: &[u8]) -> u64 {
    let parts = [length, sequence, snapshot, checksum(record)];
    checksum(parts.map(u64::to_le_bytes).as_flattened())
}

/// The records of whole commits, in order from this sequence on, and where the last of them ends.
///
/// # Errors
///
/// [`Error::Corrupt`] when a commit is damaged that others follow.
pub(super) fn commits(bytes: &[u8], first: u64, snapshot: u64) -> Result<(Vec<Range<usize>>, usize), Error> {
    let (records, end) = whole(bytes, first, snapshot);
    // Commits begin at multiples of 8 from the first on.
    let later = (end..bytes.len()).step_by(ALIGN).skip(1).find(|at| {
        bytes[*at..].starts_with(&MARK)
            && eight(bytes, at + 16).is_some_and(|n| commit(bytes, *at, n, snapshot).is_some())
    });
    match later {
        None => Ok((records, end)),
        Some(at) => Err(Error::Corrupt(format!(
            "commit {} is damaged, and a whole one follows {} bytes behind it",
            records.len() as u64 + first,
            at - end
        ))),
    }
}

/// As [`commits`], up to the first that is not whole, whatever follows.
pub(super) fn whole(bytes: &[u8], first: u64, snapshot: u64) -> (Vec<Range<usize>>, usize) {
    let (mut records, mut end) = (Vec::new(), 0);
    while let Some((record, next)) = commit(bytes, end, records.len() as u64 + first, snapshot) {
        records.push(record);
        end = next;
    }
    (records, end)
}

/// The record of the commit that begins here with this sequence, and where the next would begin.
fn commit(bytes: &[u8], at: usize, sequence: u64, snapshot: u64) -> Option<(Range<usize>, usize)> {
    let start = at + HEADER;
    let length = eight(bytes, at + 8)?;
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    let next = end.checked_next_multiple_of(ALIGN)?;
    let record = bytes.get(start..end)?;
    let whole = bytes.get(at..at + 8) == Some(&MARK[..])
        && eight(bytes, at + 16) == Some(sequence)
        && next <= bytes.len()
        && eight(bytes, at + 24) == Some(sum(length, sequence, snapshot, record));
    whole.then_some((start..end, next))
}

fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn log() -> (Vec<u8>, Vec<usize>) {
        let (mut bytes, mut ends) = (Vec::new(), vec![0]);
        for (sequence, record) in (1..).zip([&b"one"[..], b"", &[7; 100], b"the last"]) {
            bytes.extend(frame(record, sequence, 42));
            ends.push(bytes.len());
        }
        (bytes, ends)
    }

    #[test]
    fn whole_commits_are_read() {
        let (bytes, ends) = log();
        let (records, end) = commits(&bytes, 1, 42).unwrap();
        let texts: Vec<&[u8]> = records.into_iter().map(|record| &bytes[record]).collect();
        assert_eq!(texts, [&b"one"[..], b"", &[7; 100], b"the last"]);
        assert_eq!(end, bytes.len());
        assert_eq!(commits(&bytes, 1, 43).unwrap().1, 0, "of another snapshot");
        for cut in 0..bytes.len() {
            let whole = ends.iter().rposition(|end| *end <= cut).unwrap();
            let (records, end) = commits(&bytes[..cut], 1, 42).unwrap();
            assert_eq!((records.len(), end), (whole, ends[whole]), "cut at {cut}");
        }
    }

    #[test]
    fn damage_before_the_last_commit_is_told() {
        let (bytes, ends) = log();
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            match commits(&flipped, 1, 42) {
                Ok((records, end)) => {
                    // Bytes of padding count for nothing; the last commit cannot be told from one that was not finished.
                    let padding = records.len() == 4;
                    assert!(padding || (records.len() == 3 && end == ends[3] && at >= ends[3]), "{at}");
                }
                Err(error) => assert!(at < ends[3] && error.to_string().contains("damaged"), "{at}: {error}"),
            }
        }
    }
}
