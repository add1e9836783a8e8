//! Pieces of nothing but whole numbers, as most files of edges are.
//!
//! In: bytes that begin with a record. Out: the numbers by column, when every line is a record of so many fields, and every
//! field a whole number of up to eight digits as ids are written; else nothing, and the piece is read as any other. What always
//! holds: the numbers are those that [`super::record`] and [`whole`](crate::load::import::ids::whole) find.

use super::piece::line_ends;
use crate::load::import::ids::{LONGEST, leading};

/// The numbers of each column, in as many columns as records have fields.
pub(super) fn columns(bytes: &[u8], delimiter: u8, width: usize) -> Option<Vec<Vec<i64>>> {
    // Where a field begins is known when the one before is read. So two halves are read by turns, and neither waits long.
    let half = bytes.len() / 2;
    let half = half + bytes[half..].iter().position(|byte| *byte == b'\n').map_or(bytes.len() - half, |at| at + 1);
    let front = line_ends(&bytes[..half]) as usize;
    let unended = usize::from(bytes.last().is_some_and(|byte| *byte != b'\n'));
    let back = line_ends(&bytes[half..]) as usize;
    // When nothing is behind the half, the line without an end is in front of it.
    let (front, back) = if half < bytes.len() { (front, back + unended) } else { (front + unended, back) };
    let mut columns = vec![vec![0; front + back]; width];
    let (mut ahead, mut behind) = (0, half);
    for row in 0..front.max(back) {
        if row < front {
            ahead = record(bytes, ahead, delimiter, row, &mut columns)?;
        }
        if row < back {
            behind = record(bytes, behind, delimiter, front + row, &mut columns)?;
        }
    }
    (front + back > 0).then_some(columns)
}

/// Reads the record that begins there to a row of the columns; where the next one begins.
#[inline]
fn record(bytes: &[u8], mut at: usize, delimiter: u8, row: usize, columns: &mut [Vec<i64>]) -> Option<usize> {
    let (last, others) = columns.split_last_mut()?;
    for column in others {
        let length;
        (*column.get_mut(row)?, length) = field(bytes, at)?;
        at += length;
        if bytes.get(at) != Some(&delimiter) {
            return None;
        }
        at += 1;
    }
    let length;
    (*last.get_mut(row)?, length) = field(bytes, at)?;
    at += length;
    at += usize::from(bytes.get(at) == Some(&b'\r'));
    if bytes.get(at).is_some_and(|byte| *byte != b'\n') {
        return None;
    }
    Some(at + 1)
}

/// The number that begins there, and how many digits it has.
#[inline]
fn field(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let rest = bytes.get(at..)?;
    let word = rest.first_chunk().copied().unwrap_or_else(|| {
        let mut word = [0; LONGEST];
        word[..rest.len()].copy_from_slice(rest);
        word
    });
    leading(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::import::csv::record::split;
    use crate::load::import::ids::whole;

    /// The same, by way of records.
    fn expected(text: &str, width: usize) -> Option<Vec<Vec<i64>>> {
        let mut bytes = text.as_bytes().to_vec();
        let records = split(&mut bytes, b',', Some(b'"'), 1);
        let mut columns = vec![Vec::new(); width];
        for row in 0..records.len() {
            if records.line(row) != row as u64 + 1 || records.fields(row).len() != width {
                return None;
            }
            for (column, field) in columns.iter_mut().zip(records.fields(row)) {
                column.push(whole(records.bytes(&bytes, *field))?);
            }
        }
        Some(columns)
    }

    #[test]
    fn numbers_are_those_that_records_have() {
        let long: String = (0..3000u32).map(|at| format!("{},{}\n", at, at.wrapping_mul(2_654_435_761) >> 9)).collect();
        for text in ["1,2\n3,4\n", "1,2\r\n30,4", "1,2\n3,45678901", "12345678,0\n0,1\n", "7,8\n", &long] {
            let found = columns(text.as_bytes(), b',', 2);
            assert_eq!(found, expected(text, 2), "{text}");
            assert!(found.is_some(), "{text}");
        }
        assert_eq!(columns(b"1\n22\n333\n", b',', 1), Some(vec![vec![1, 22, 333]]));
    }

    #[test]
    fn what_is_not_all_numbers_is_left_to_others() {
        for text in [
            "1,2\n3\n11,12\n",
            "1,2\n\n3,4\n11,12\n",
            "1,2\n3,4,5\n11,12\n",
            "1,2\n03,4\n11,12\n",
            "1,2\n-3,4\n11,12\n",
            "1,2\n3,\n11,12\n",
            "1,2\n3,123456789\n1,2\n",
            "1,2\n3,\"4\"\n11,12\n",
            "1,2\n3,4 \n11,12\n",
            "1,2\n3,4\r5\n11,12\n",
            "1,2\n3,4\u{b2}\n11,12\n",
            "1,2\n3,4\n11,",
            "1,2\n3,4\n11",
            "",
        ] {
            assert_eq!(columns(text.as_bytes(), b',', 2), None, "{text}");
        }
    }
}
