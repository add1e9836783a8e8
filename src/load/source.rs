//! The files of a text source, and places in them.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::Errors;
use super::check::Check;
use super::import::in_words;

/// The file that declares what the others may hold.
const SCHEMA: &str = "schema.toml";

/// One file's text.
pub(super) struct Source {
    pub(super) path: PathBuf,
    /// Which of the source's folders it is in.
    pub(super) folder: usize,
    text: String,
    /// Offsets at which lines start.
    lines: Vec<usize>,
}

/// The directory's `*.toml` files in the order of their names; other files are none of our business.
pub(super) fn read(dir: &Path, folder: usize, errors: &mut Errors) -> Vec<Source> {
    let mut paths = match list(dir) {
        Ok(paths) => paths,
        Err(error) => {
            errors.append(Errors::whole(dir, format!("cannot read the directory: {}", in_words(&error))));
            return Vec::new();
        }
    };
    paths.sort();
    let mut sources = Vec::new();
    for path in paths {
        match fs::read_to_string(&path) {
            Ok(text) => sources.push(Source { folder, ..Source::new(path, text) }),
            Err(error) => errors.append(Errors::whole(&path, format!("cannot read the file: {error}"))),
        }
    }
    if !sources.iter().any(Source::is_schema) {
        errors.append(Errors::whole(dir, format!("there is no `{SCHEMA}`, which declares types and relations")));
    }
    sources
}

fn list(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") && path.is_file() {
            paths.push(path);
        }
    }
    Ok(paths)
}

impl Source {
    pub(super) fn new(path: PathBuf, text: String) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Source { path, folder: 0, text, lines }
    }

    pub(super) fn is_schema(&self) -> bool {
        self.path.file_name().is_some_and(|name| name == SCHEMA)
    }

    /// Line and column of an offset, both from 1, the column in characters.
    pub(super) fn place(&self, offset: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines.get(line - 1).copied().unwrap_or_default();
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count());
        (line, column + 1)
    }

    /// The text of a range.
    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// The file as a table; what cannot be read as TOML is reported and left out.
    pub(super) fn parse(&self, errors: &mut Errors) -> DeTable<'_> {
        let (table, problems) = DeTable::parse_recoverable(&self.text);
        let mut check = Check::new(self, errors);
        for problem in problems {
            check.report(problem.span().unwrap_or(0..0), format!("this is not TOML: {}", problem.message()));
        }
        table.into_inner()
    }
}

/// A key and its value.
pub(super) type Entry<'t, 's> = (&'t Spanned<DeString<'s>>, &'t Spanned<DeValue<'s>>);

/// The entries in the order of the text; the parser sorts them by key.
pub(super) fn in_order<'t, 's>(table: &'t DeTable<'s>) -> Vec<Entry<'t, 's>> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters() {
        let source = Source::new("a.toml".into(), "a = 1\nß = 'ü'\n".to_owned());
        let cases = [(0, (1, 1)), (4, (1, 5)), (5, (1, 6)), (6, (2, 1)), (8, (2, 2)), (16, (3, 1)), (99, (3, 1))];
        for (offset, place) in cases {
            assert_eq!(source.place(offset), place, "offset {offset}");
        }
    }
}
