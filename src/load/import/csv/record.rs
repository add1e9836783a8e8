//! A piece of a file to records and fields.
//!
//! In: bytes that begin with a record. Out: for each record its line and its fields, as places in the bytes. A field in
//! quotes may hold anything, quotes doubled; those are made single in place. A quote that does not begin a field is a
//! character like others, as in `5" disk`.

use std::ops::Range;

use crate::load::import::ids::whole_at;

/// Where a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    start: u32,
    /// The length; [`EMPTY`] for a field without quotes that has nothing in it.
    length: u32,
}

const EMPTY: u32 = u32::MAX;

impl Field {
    /// The same place, with no value.
    pub(super) fn emptied(self) -> Self {
        Field { length: EMPTY, ..self }
    }

    /// A part of it.
    pub(super) fn within(self, start: usize, length: usize) -> Self {
        Field { start: self.start + start as u32, length: length as u32 }
    }

    /// The bytes.
    pub(super) fn range(self) -> Range<usize> {
        let length = if self.is_none() { 0 } else { self.length as usize };
        self.start as usize..self.start as usize + length
    }

    /// Whether there is no value: nothing, not even quotes.
    pub(super) fn is_none(self) -> bool {
        self.length == EMPTY
    }
}

/// The records of a piece.
#[derive(Debug, Default)]
pub(super) struct Records {
    fields: Vec<Field>,
    /// Behind each record's last field.
    ends: Vec<u32>,
    /// Rows whose line is not the one behind that of the row before.
    lines: Vec<(u32, u64)>,
    /// The line behind that of the last row.
    next_line: u64,
    /// Of all records, once it is known that all have so many fields; zero before.
    width: usize,
    /// The last field's quotes were never closed.
    pub(super) open: bool,
    /// So many lines are a record each, and nobody has split them.
    whole_lines: usize,
}

impl Records {
    /// So many records, each of which is a line, from a line on; their fields are not known.
    pub(super) fn of_lines(count: usize, line: u64) -> Self {
        Records { whole_lines: count, lines: vec![(0, line)], ..Records::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len() + self.whole_lines
    }

    /// The fields of a record.
    pub(super) fn fields(&self, row: usize) -> &[Field] {
        if self.width > 0 {
            return &self.fields[row * self.width..(row + 1) * self.width];
        }
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.fields[start as usize..self.ends[row] as usize]
    }

    /// A record as it is told of.
    pub(super) fn text(&self, bytes: &[u8], row: usize, delimiter: u8) -> String {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        if self.whole_lines > 0 {
            let line = bytes.split(|byte| *byte == b'\n').nth(row).unwrap_or_default();
            return text(line.strip_suffix(b"\r").unwrap_or(line));
        }
        let fields = self.fields(row).iter().map(|field| text(self.bytes(bytes, *field)));
        fields.collect::<Vec<_>>().join(&char::from(delimiter).to_string())
    }

    /// A field's bytes.
    pub(super) fn bytes<'b>(&self, bytes: &'b [u8], field: Field) -> &'b [u8] {
        &bytes[field.range()]
    }

    /// The whole number that a field is.
    pub(super) fn whole(&self, bytes: &[u8], field: Field) -> Option<i64> {
        if field.is_none() { None } else { whole_at(bytes, field.start as usize, field.length as usize) }
    }

    /// The line in which a record begins.
    pub(super) fn line(&self, row: usize) -> u64 {
        let at = self.lines.partition_point(|(first, _)| *first <= row as u32);
        self.lines.get(at.wrapping_sub(1)).map_or(0, |(first, line)| line + (row as u64 - u64::from(*first)))
    }

    /// The rows whose line is not the one behind that of the row before, with their lines.
    pub(super) fn lines(&self) -> &[(u32, u64)] {
        &self.lines
    }

    /// Whether all records have so many fields.
    pub(super) fn is_even(&mut self, width: usize) -> bool {
        let ends = (1..).zip(&self.ends);
        let even = self.fields.len() == self.len() * width
            && ends.fold(true, |even, (row, end)| even & (*end as usize == row * width));
        self.width = if even { width } else { 0 };
        even
    }

    fn end_record(&mut self, line: u64) {
        if self.next_line != line || self.lines.is_empty() {
            self.lines.push((self.ends.len() as u32, line));
        }
        self.next_line = line + 1;
        self.ends.push(self.fields.len() as u32);
    }

    fn add(&mut self, start: usize, end: usize) {
        let length = if start == end { EMPTY } else { (end - start) as u32 };
        self.fields.push(Field { start: start as u32, length });
    }
}

/// Splits bytes into records; the first begins in line `line`. Lines without a character are no records.
pub(super) fn split(bytes: &mut [u8], delimiter: u8, quote: Option<u8>, line: u64) -> Records {
    match quote.filter(|quote| bytes.contains(quote)) {
        Some(quote) => quoted(bytes, delimiter, quote, line),
        None => plain(bytes, delimiter, line),
    }
}

/// Without quotes, which most files of numbers are.
fn plain(bytes: &[u8], delimiter: u8, mut line: u64) -> Records {
    let mut records = Records::default();
    records.fields.reserve(bytes.len() / 6);
    records.ends.reserve(bytes.len() / 32);
    let (mut start, mut begin) = (0, 0);
    each_mark(bytes, [delimiter, b'\n'], |at| {
        if bytes[at] == delimiter {
            records.add(start, at);
            start = at + 1;
            return;
        }
        let end = if at > start && bytes[at - 1] == b'\r' { at - 1 } else { at };
        if end > begin {
            records.add(start, end);
            records.end_record(line);
        }
        (start, begin) = (at + 1, at + 1);
        line += 1;
    });
    if begin < bytes.len() {
        records.add(start, bytes.len());
        records.end_record(line);
    }
    records
}

/// Calls `found` with the places of two bytes, ascending.
///
/// Where fields end is what a processor cannot foresee, so bytes are looked at by 64 at a time, and only what was found makes
/// a branch.
fn each_mark(bytes: &[u8], marks: [u8; 2], mut found: impl FnMut(usize)) {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let marks = marks.map(|mark| u64::from_ne_bytes([mark; 8]));
    // The high bit of each byte that is zero.
    let zeros = |word: u64| !(((word & LOW) + LOW) | word | LOW);
    let (blocks, rest) = bytes.as_chunks::<64>();
    for (block, words) in blocks.iter().enumerate() {
        let mut set = 0u64;
        for (at, word) in words.as_chunks::<8>().0.iter().enumerate() {
            let word = u64::from_le_bytes(*word);
            let high = zeros(word ^ marks[0]) | zeros(word ^ marks[1]);
            // Brings the high bits of eight bytes together.
            set |= ((high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (at * 8);
        }
        while set != 0 {
            found(block * 64 + set.trailing_zeros() as usize);
            set &= set - 1;
        }
    }
    let first = bytes.len() - rest.len();
    let at = rest.iter().enumerate().filter(|(_, byte)| marks.map(|mark| mark as u8).contains(byte));
    at.for_each(|(at, _)| found(first + at));
}

fn quoted(bytes: &mut [u8], delimiter: u8, quote: u8, mut line: u64) -> Records {
    let mut records = Records::default();
    let mut at = 0;
    while at < bytes.len() {
        let (first, begin) = (line, at);
        // A record.
        loop {
            let start = at;
            if bytes.get(at) == Some(&quote) {
                // What was taken moves to the left over the quotes that were doubled.
                let (from, mut to) = (at + 1, at + 1);
                at += 1;
                let mut closed = false;
                while let Some(byte) = bytes.get(at).copied() {
                    if byte == quote {
                        if bytes.get(at + 1) != Some(&quote) {
                            closed = true;
                            at += 1;
                            break;
                        }
                        at += 1;
                    }
                    line += u64::from(byte == b'\n');
                    bytes[to] = byte;
                    (to, at) = (to + 1, at + 1);
                }
                // What stands behind the quotes, up to the end of the field, belongs to it, as most readers see it.
                while let Some(byte) = bytes.get(at).copied().filter(|byte| *byte != delimiter && *byte != b'\n') {
                    if !(byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
                        bytes[to] = byte;
                        to += 1;
                    }
                    at += 1;
                }
                records.open = !closed;
                records.fields.push(Field { start: from as u32, length: (to - from) as u32 });
            } else {
                while bytes.get(at).is_some_and(|byte| *byte != delimiter && *byte != b'\n') {
                    at += 1;
                }
                let line_end = bytes.get(at) != Some(&delimiter);
                let end = if line_end && at > start && bytes[at - 1] == b'\r' { at - 1 } else { at };
                if line_end && start == begin && end == start {
                    break;
                }
                records.add(start, end);
            }
            if bytes.get(at) == Some(&delimiter) {
                at += 1;
                continue;
            }
            records.end_record(first);
            break;
        }
        // The end of the line, or of the bytes.
        line += u64::from(at < bytes.len());
        at += 1;
    }
    records
}

/// Where the last whole record ends in bytes that begin with one; none when there is no end.
pub(super) fn last_end(bytes: &[u8], delimiter: u8, quote: Option<u8>) -> Option<usize> {
    let Some(quote) = quote.filter(|quote| bytes.contains(quote)) else {
        return bytes.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
    };
    let (mut inside, mut begins, mut end) = (false, true, None);
    for (at, byte) in bytes.iter().enumerate() {
        if inside {
            // A doubled quote leaves and enters again at once.
            inside = *byte != quote;
            begins = !inside && bytes.get(at + 1) == Some(&quote);
        } else if *byte == quote && begins {
            inside = true;
        } else {
            if *byte == b'\n' {
                end = Some(at + 1);
            }
            begins = *byte == delimiter || *byte == b'\n';
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<(u64, Vec<Option<String>>)> {
        let mut bytes = text.as_bytes().to_vec();
        let records = split(&mut bytes, b',', Some(b'"'), 1);
        let field = |field: &Field| {
            let text = String::from_utf8(records.bytes(&bytes, *field).to_vec()).unwrap_or_default();
            (!field.is_none()).then_some(text)
        };
        (0..records.len()).map(|row| (records.line(row), records.fields(row).iter().map(field).collect())).collect()
    }

    #[test]
    fn fields_and_lines_are_found() {
        let some = |texts: &[&str]| texts.iter().map(|text| Some((*text).to_owned())).collect::<Vec<_>>();
        assert_eq!(records("a,b\r\n\n1,2"), [(1, some(&["a", "b"])), (3, some(&["1", "2"]))]);
        assert_eq!(records("a,\n,b\n"), [(1, vec![Some("a".into()), None]), (2, vec![None, Some("b".into())])]);
        let text = "\"x\ny\",\"say \"\"hi\"\"\"\r\n5\" disk,\"\"\n\"a\"b,c\n";
        assert_eq!(
            records(text),
            [(1, some(&["x\ny", "say \"hi\""])), (3, some(&["5\" disk", ""])), (4, some(&["ab", "c"]))]
        );
        assert_eq!(records("\"a\"\n\n\"b"), [(1, some(&["a"])), (3, some(&["b"]))]);
        assert!(split(&mut b"a,\"b".to_vec(), b',', Some(b'"'), 1).open);
    }

    #[test]
    fn marks_are_found_wherever_they_stand() {
        // Bytes of all values, at all places of a block.
        let bytes: Vec<u8> = (0..1000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for length in [0, 7, 63, 64, 65, 128, 1000] {
            for marks in [[b',', b'\n'], [0, 0xFF], [0x80, 0x7F], [1, 1]] {
                let mut found = Vec::new();
                each_mark(&bytes[..length], marks, |at| found.push(at));
                let expected: Vec<usize> = (0..length).filter(|at| marks.contains(&bytes[*at])).collect();
                assert_eq!(found, expected, "{length} {marks:?}");
            }
        }
    }

    #[test]
    fn pieces_end_with_whole_records() {
        for (text, end) in [
            ("a\nb\nc", Some(4)),
            ("a", None),
            ("a\n\"b\nc", Some(2)),
            ("\"a\"\"\n\",b\nc", Some(9)),
            ("5\" x\nb", Some(5)),
            ("\"\"\n\"", Some(3)),
        ] {
            assert_eq!(last_end(text.as_bytes(), b',', Some(b'"')), end, "{text:?}");
        }
    }
}
