//! A file's bytes with the lines that they stand in, never more than a piece of them in memory.

use std::io::{self, BufRead, BufReader, Read};

/// No line, and no piece of markup, is longer: a file without line ends must not fill the memory.
pub(super) const LONGEST: usize = 64 << 20;

/// Bytes that know their line.
pub(super) struct Counted {
    inner: BufReader<Box<dyn Read + Send>>,
    /// The line of the next byte, from 1.
    line: u64,
    /// Bytes since [`Counted::pause`].
    since: usize,
}

impl Counted {
    /// The bytes, without a byte-order mark at their beginning.
    pub(super) fn new(bytes: Box<dyn Read + Send>) -> io::Result<Self> {
        Ok(Counted { inner: BufReader::with_capacity(1 << 16, without_mark(bytes)?), line: 1, since: 0 })
    }

    /// The line of the next byte, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// A piece ends here; the next one may be as long again.
    pub(super) fn pause(&mut self) {
        self.since = 0;
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since > LONGEST {
            return Err(io::Error::other(too_long()));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        let taken = self.inner.buffer().get(..bytes).unwrap_or_default();
        self.line += taken.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.since += bytes;
        self.inner.consume(bytes);
    }
}

impl Read for Counted {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let there = self.fill_buf()?;
        let taken = there.len().min(bytes.len());
        bytes[..taken].copy_from_slice(&there[..taken]);
        self.consume(taken);
        Ok(taken)
    }
}

/// The bytes behind the byte-order mark that some programs put in front of a text.
pub(super) fn without_mark(mut bytes: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let mut first = Vec::new();
    bytes.by_ref().take(3).read_to_end(&mut first)?;
    Ok(if first == b"\xef\xbb\xbf" { bytes } else { Box::new(io::Cursor::new(first).chain(bytes)) })
}

/// What is said of a line, or a piece of markup, that never ends.
fn too_long() -> String {
    format!("this is longer than {} MB without an end in sight", LONGEST >> 20)
}

/// The lines of a text, one at a time.
pub(super) struct Lines {
    bytes: Counted,
    line: Vec<u8>,
}

/// A line with its number, or what is wrong with it.
pub(super) struct Line<'l> {
    pub(super) number: u64,
    /// Without its end.
    pub(super) text: Result<&'l str, String>,
}

impl Lines {
    pub(super) fn new(bytes: Box<dyn Read + Send>) -> io::Result<Self> {
        Ok(Lines { bytes: Counted::new(bytes)?, line: Vec::new() })
    }

    /// The next line.
    ///
    /// # Errors
    ///
    /// The system's, or a damaged archive's, with the line: nothing follows.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, (u64, io::Error)> {
        let number = self.bytes.line();
        self.bytes.pause();
        self.line.clear();
        let mut long = false;
        loop {
            let there = self.bytes.fill_buf().map_err(|error| (number, error))?;
            if there.is_empty() {
                break;
            }
            let end = there.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(there.len(), |end| end + 1);
            if self.line.len() + taken > LONGEST {
                // The rest of it is skipped.
                long = true;
                self.line.clear();
            }
            if !long {
                self.line.extend_from_slice(&there[..taken]);
            }
            self.bytes.consume(taken);
            self.bytes.pause();
            if end.is_some() {
                break;
            }
        }
        if long {
            self.line = Vec::new();
            return Ok(Some(Line { number, text: Err(too_long()) }));
        }
        if self.line.is_empty() {
            return Ok(None);
        }
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = std::str::from_utf8(line).map_err(|error| {
            let column = error.valid_up_to() + 1;
            format!("byte {column} of this line is not UTF-8\nconvert the file: `iconv -f WINDOWS-1252 -t UTF-8`")
        });
        Ok(Some(Line { number, text }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn all(bytes: impl Read + Send + 'static) -> Vec<(u64, Result<String, String>)> {
        let mut lines = Lines::new(Box::new(bytes)).unwrap();
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            found.push((line.number, line.text.map(str::to_owned)));
        }
        found
    }

    #[test]
    fn lines_and_their_numbers() {
        let found = all(&b"\xef\xbb\xbfa\r\n\nb\xff\nc"[..]);
        assert_eq!(found.len(), 4);
        assert_eq!(found[0], (1, Ok("a".to_owned())));
        assert_eq!(found[1], (2, Ok(String::new())));
        assert!(found[2].1.as_ref().unwrap_err().starts_with("byte 2 of this line is not UTF-8"));
        assert_eq!(found[3], (4, Ok("c".to_owned())));
        assert!(all(&b""[..]).is_empty());
    }

    #[test]
    fn an_endless_line_is_skipped() {
        let endless = io::repeat(b'x').take(2 * LONGEST as u64 + 5).chain(&b"\nnext\n"[..]);
        let found = all(endless);
        assert_eq!(found.len(), 2);
        assert!(found[0].1.as_ref().unwrap_err().contains("longer than 64 MB"));
        assert_eq!(found[1], (2, Ok("next".to_owned())));
    }
}
