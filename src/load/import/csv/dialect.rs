//! How a file of records is written: what ends a field, what quotes one, whether names come first.

use super::kind::Kind;
use super::record::split;

/// What somebody says of a file's form; the rest is found by looking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// What ends a field.
    pub delimiter: Option<u8>,
    /// What quotes a field; `Some(None)`: nothing does.
    pub quote: Option<Option<u8>>,
    /// Whether the first record holds the columns' names.
    pub header: Option<bool>,
}

/// A file's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) quote: Option<u8>,
    pub(super) header: bool,
}

/// So many records are looked at.
const LOOKED_AT: usize = 50;

/// The form of a file that begins so, and the names or the values of its first record.
pub(super) fn sniff(start: &[u8], extension: &str, wishes: Wishes) -> (Dialect, Vec<String>) {
    let quote = wishes.quote.unwrap_or(Some(b'"'));
    let delimiter = wishes.delimiter.unwrap_or_else(|| delimiter(start, extension, quote));
    let first = records(start, delimiter, quote, 1).pop().unwrap_or_default();
    let header = wishes.header.unwrap_or_else(|| is_header(&first));
    (Dialect { delimiter, quote, header }, first)
}

fn records(start: &[u8], delimiter: u8, quote: Option<u8>, most: usize) -> Vec<Vec<String>> {
    let mut bytes = start.to_vec();
    let records = split(&mut bytes, delimiter, quote, 1);
    let text = |field| String::from_utf8_lossy(records.bytes(&bytes, field)).into_owned();
    let rows = 0..records.len().min(most);
    rows.map(|row| records.fields(row).iter().map(|field| text(*field)).collect()).collect()
}

/// The one that cuts most of the records into the same number of fields, the more the better.
fn delimiter(start: &[u8], extension: &str, quote: Option<u8>) -> u8 {
    let candidates: &[u8] = if extension == "tsv" || extension == "tab" { b"\t,;|" } else { b",\t;|" };
    let mut best = (0, candidates[0]);
    for delimiter in candidates {
        let records = records(start, *delimiter, quote, LOOKED_AT);
        let width = records.first().map_or(0, Vec::len);
        if width < 2 {
            continue;
        }
        let even = records.iter().filter(|record| record.len() == width).count();
        // A file's last records may be cut off.
        let score = if even + 1 >= records.len() { 1_000_000 + width } else { even * 1000 / records.len() };
        if score > best.0 {
            best = (score, *delimiter);
        }
    }
    best.1
}

/// Names are texts, and none is missing. That they differ is looked at later: two that do not are a mistake.
fn is_header(first: &[String]) -> bool {
    let name = |field: &String| !field.is_empty() && Kind::of(field.as_bytes()) == Kind::Text;
    first.iter().all(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_found_by_looking() {
        for (text, extension, delimiter, header) in [
            ("id,name\n1,Ada\n", "csv", b',', true),
            ("id;name\n1;\"a,b\"\n2;c\n", "csv", b';', true),
            ("code\ttitle, short\n1\ta, b, c\n2\td\n", "txt", b'\t', true),
            ("a|b|c\n1|2|3", "csv", b'|', true),
            ("1,Ada\n2,Bo\n", "csv", b',', false),
            ("name\nAda\n", "csv", b',', true),
            ("name\nAda, Countess\n", "tsv", b'\t', true),
            ("id,id\n", "csv", b',', true),
            ("", "csv", b',', true),
        ] {
            let (dialect, _) = sniff(text.as_bytes(), extension, Wishes::default());
            assert_eq!((dialect.delimiter, dialect.header), (delimiter, header), "{text}");
        }
    }
}
