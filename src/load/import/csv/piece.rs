//! A file in pieces of whole records, so that threads can share the work and memory stays bounded.

use std::io::Read;

use super::dialect::Dialect;
use super::record::last_end;
use crate::load::import::input::in_words;

/// Pieces are about so long: what is made of one on the way stays in a processor's cache.
const PIECE: usize = 1 << 18;

/// No record may be longer: what is, is most likely quotes that were never closed, or no table at all.
const LONGEST: usize = 64 << 20;

/// A part of a file that begins and ends with a record.
pub(super) struct Piece {
    pub(super) bytes: Vec<u8>,
    /// The line in which it begins.
    pub(super) line: u64,
}

/// The pieces of a file.
pub(super) struct Pieces {
    reader: Box<dyn Read + Send>,
    dialect: Dialect,
    /// Read, and not part of a piece yet.
    rest: Vec<u8>,
    line: u64,
    over: bool,
}

impl Pieces {
    /// From the beginning of a file, without its byte-order mark and its header.
    pub(super) fn new(reader: Box<dyn Read + Send>, dialect: Dialect) -> Self {
        Pieces { reader, dialect, rest: Vec::new(), line: 1, over: false }
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    ///
    /// What is wrong, and the line in which the piece begins that could not be read.
    pub(super) fn next(&mut self) -> Result<Option<Piece>, (u64, String)> {
        let mut wanted = PIECE;
        while !self.over {
            let missing = wanted.saturating_sub(self.rest.len());
            let read = (&mut self.reader).take(missing as u64).read_to_end(&mut self.rest);
            let read = read.map_err(|error| (self.line, format!("cannot read on: {}", in_words(&error))))?;
            self.over = read < missing;
            let end = match last_end(&self.rest, self.dialect.delimiter, self.dialect.quote) {
                _ if self.over => break,
                Some(end) => end,
                None if wanted >= LONGEST => return Err((self.line, too_long(self.dialect.quote))),
                None => {
                    wanted *= 2;
                    continue;
                }
            };
            let rest = self.rest.split_off(end);
            return Ok(Some(self.piece(rest)));
        }
        if self.rest.is_empty() { Ok(None) } else { Ok(Some(self.piece(Vec::new()))) }
    }

    fn piece(&mut self, rest: Vec<u8>) -> Piece {
        let bytes = std::mem::replace(&mut self.rest, rest);
        self.rest.reserve(PIECE.saturating_sub(self.rest.len()));
        let line = self.line;
        self.line += line_ends(&bytes);
        Piece { bytes, line }
    }
}

/// How many lines end here; counted by as many as a byte can count, so that many bytes are looked at at once.
pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    let few = |bytes: &[u8]| u64::from(bytes.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>());
    bytes.chunks(usize::from(u8::MAX)).map(few).sum()
}

fn too_long(quote: Option<u8>) -> String {
    let quotes = quote.map_or(String::new(), |quote| {
        format!(
            "\na field that begins with {0} ends with {0}; `--quote none` takes it for a character",
            char::from(quote)
        )
    });
    format!("the record that begins here does not end within {} MiB{quotes}", LONGEST >> 20)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), header: true };

    #[test]
    fn pieces_hold_whole_records() {
        let text: String = (0..400_000).map(|i| format!("{i},\"a\nb\"\n")).collect();
        let mut pieces = Pieces::new(Box::new(std::io::Cursor::new(text.clone().into_bytes())), COMMA);
        let (mut bytes, mut lines) = (Vec::new(), 1);
        while let Some(piece) = pieces.next().unwrap() {
            assert_eq!(piece.line, lines);
            assert!(piece.bytes.ends_with(b"\"\n"));
            lines += piece.bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            bytes.extend(piece.bytes);
        }
        assert!(bytes == text.as_bytes());
    }

    #[test]
    fn a_record_without_end_is_an_error_in_bounded_memory() {
        let mut pieces = Pieces::new(Box::new(std::io::repeat(b'x')), COMMA);
        let (line, message) = pieces.next().err().unwrap();
        assert_eq!(
            (line, message.lines().next().unwrap()),
            (1, "the record that begins here does not end within 64 MiB")
        );
        assert!(pieces.rest.len() <= LONGEST);
    }
}
