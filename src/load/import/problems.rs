//! The one place where an import's problems go.
//!
//! All or nothing, as a rule: the first problems are kept to be shown, and nothing is written. With somewhere to put
//! them, rows that are wrong go there with their reasons, and the rest goes in.

use std::collections::HashSet;
use std::fmt;
use std::io::Write;

/// So many problems are shown; more are counted.
const SHOWN: usize = 20;

/// With so many problems the input is not what somebody thinks it is, and reading on tells nothing new.
const ENOUGH: u64 = 1000;

/// A file of the import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(super) u32);

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The line that it begins in, from 1; 0 for the file as a whole.
    pub line: u64,
}

/// Rows that came together, for messages.
pub(super) trait Told {
    /// Where a row stands.
    fn place(&self, row: usize) -> Place;

    /// Its text.
    fn record(&self, row: usize) -> String;
}

/// There is no sense in reading on; why is known to whoever started the import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the import was stopped")]
pub struct Stop;

/// Where rows go that cannot be taken.
pub type Reject = Box<dyn Write + Send>;

/// What was wrong with an import, in the order in which it was found.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    shown: Vec<(Option<Place>, String)>,
    count: u64,
    /// There was one that no leaving out of rows mends.
    stuck: bool,
}

/// Problems while they are gathered.
#[derive(Default)]
pub(super) struct Gathered {
    files: Vec<String>,
    problems: Problems,
    /// Those that no leaving out of rows mends.
    stuck: HashSet<(Place, String)>,
    reject: Option<Reject>,
    /// The rejected rows could not be written.
    broken: Option<std::io::Error>,
}

impl Problems {
    /// The first of them, as `file:line: message`, then a way out if there is one, indented.
    pub fn shown(&self) -> impl Iterator<Item = &str> {
        self.shown.iter().map(|(_, problem)| problem.as_str())
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether all of it could go in but for the rows that are wrong.
    pub fn is_about_rows(&self) -> bool {
        !self.stuck
    }

    /// A problem of no file.
    pub(super) fn of(message: impl Into<String>) -> Self {
        Problems { shown: vec![(None, message.into())], count: 1, stuck: true }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown().collect::<Vec<_>>().join("\n"))?;
        match self.count.saturating_sub(self.shown.len() as u64) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl std::error::Error for Problems {}

impl Gathered {
    /// A file by the name that messages use.
    pub(super) fn file(&mut self, name: &str) -> FileId {
        let known = self.files.iter().position(|known| known == name);
        FileId(known.unwrap_or_else(|| {
            self.files.push(name.to_owned());
            self.files.len() - 1
        }) as u32)
    }

    /// Rows that cannot be taken are written here from now on.
    pub(super) fn reject_to(&mut self, mut reject: Reject) {
        self.broken = reject.write_all(b"file,line,reason,record\n").err();
        self.reject = Some(reject);
    }

    /// Whether wrong rows are left out, instead of all of it.
    pub(super) fn rejects(&self) -> bool {
        self.reject.is_some()
    }

    /// `people.csv:12`
    pub(super) fn place(&self, place: Place) -> String {
        let file = self.files.get(place.file.0 as usize).map_or("", String::as_str);
        if place.line == 0 { file.to_owned() } else { format!("{file}:{}", place.line) }
    }

    /// Whether something is wrong that no leaving out of rows mends.
    pub(super) fn is_stuck(&self) -> bool {
        self.problems.stuck
    }

    /// Takes a problem that no leaving out of rows mends; the same one again says nothing new.
    pub(super) fn stick(&mut self, place: Place, message: &str) -> Result<(), Stop> {
        self.problems.stuck = true;
        if self.stuck.insert((place, message.to_owned())) { self.take(place, message, "") } else { Ok(()) }
    }

    /// Takes a problem; the row is left out. `message` may have further lines, which are ways out.
    pub(super) fn take(&mut self, place: Place, message: &str, record: &str) -> Result<(), Stop> {
        self.problems.count += 1;
        // What is wrong with a file as a whole is not wrong with one of its rows.
        self.problems.stuck |= place.line == 0;
        if self.problems.shown.len() < SHOWN {
            let message = message.replace('\n', "\n  ");
            self.problems.shown.push((Some(place), format!("{}: {message}", self.place(place))));
        }
        let Some(reject) = &mut self.reject else {
            return if self.problems.count < ENOUGH { Ok(()) } else { Err(Stop) };
        };
        let file = self.files.get(place.file.0 as usize).map_or("", String::as_str);
        let reason = message.lines().next().unwrap_or_default();
        let line = [file, &place.line.to_string(), reason, record].map(quoted).join(",");
        match reject.write_all(line.as_bytes()).and_then(|()| reject.write_all(b"\n")) {
            Ok(()) => Ok(()),
            Err(error) => {
                self.broken.get_or_insert(error);
                Err(Stop)
            }
        }
    }

    /// How many problems there were so far.
    pub(super) fn count(&self) -> u64 {
        self.problems.count
    }

    /// The problems, and whether the rest may go in.
    pub(super) fn finish(mut self) -> (Problems, bool) {
        let rejects = self.rejects();
        let flushed = self.reject.as_mut().map_or(Ok(()), |reject| reject.flush());
        if let Some(error) = self.broken.take().or(flushed.err()) {
            return (Problems::of(format!("cannot write the rejected rows: {error}")), false);
        }
        self.problems.shown.sort_by_key(|(place, _)| *place);
        let fine = (rejects && !self.problems.stuck) || self.problems.count == 0;
        (self.problems, fine)
    }
}

/// A field of a CSV file.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
