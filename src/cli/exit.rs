//! How a command ends: exit codes, and failures that know their place in a text.

use std::io;
use std::path::Path;

use crate::Error;
use crate::model::Span;

/// What the process tells its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// Fine; zero rows are fine.
    Fine = 0,
    /// A statement or its data is at fault.
    Error = 1,
    /// The command line is at fault.
    Usage = 2,
    /// A file cannot be opened: missing, locked, of another version, no graph.
    Open = 3,
    /// The graph's bytes are damaged.
    Corrupt = 4,
    /// A limit of time, rows or memory was reached.
    Limit = 5,
    /// Ctrl-C.
    Interrupted = 130,
}

/// A text that a failure points into, and what it is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'t> {
    /// `query`, `standard input`, or a file's name.
    pub(super) name: &'t str,
    /// The whole text.
    pub(super) text: &'t str,
    /// Where the statement begins that spans count from.
    pub(super) offset: usize,
}

impl Source<'_> {
    /// The statement's place as a place in the whole text.
    pub(super) fn span(&self, span: Span) -> Span {
        let inside = |at: usize| (at + self.offset).min(self.text.len());
        Span::new(inside(span.start), inside(span.end).max(inside(span.start)))
    }

    /// Line and column (in characters) of a byte, both from 1.
    pub(super) fn line_and_column(&self, at: usize) -> (usize, usize) {
        let before = &self.text[..floor(self.text, at)];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
    }
}

/// `at`, or the character boundary before it: a wrong span is no reason to die while reporting an error.
pub(super) fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The class of warnings, also when `--strict` makes them errors.
pub(super) const WARNING: &str = "Warning";

/// Where in which text something is wrong.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    /// The text's name.
    pub(super) name: String,
    /// The whole text.
    pub(super) text: String,
    /// Where it is wrong; none when only the text is known.
    pub(super) span: Option<Span>,
    /// What to say there.
    pub(super) label: String,
    /// Further places with a word each.
    pub(super) related: Vec<(Span, String)>,
}

/// Why a command, or one statement of it, failed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Failure {
    /// How the process ends for it.
    pub(super) code: Code,
    /// A name for programs, such as openCypher's `SyntaxError`.
    pub(super) class: String,
    /// What is wrong, as one sentence.
    pub(super) message: String,
    /// Where.
    pub(super) place: Option<Box<Place>>,
    /// Ways out, best first.
    pub(super) help: Vec<String>,
}

impl Failure {
    /// A failure without a place.
    pub(super) fn new(code: Code, class: &str, message: impl Into<String>) -> Self {
        Failure { code, class: class.to_owned(), message: message.into(), place: None, help: Vec::new() }
    }

    /// A file that cannot be read or written.
    pub(super) fn file(action: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(Code::Open, "FileError", format!("cannot {action} {}: {}", path.display(), system(error)))
    }

    /// Adds a way out.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// The library's error about a statement of `source`.
    pub(super) fn of(error: &Error, source: Source<'_>) -> Self {
        let mut failure = Self::from(error);
        if let Some(diagnostic) = error.diagnostic() {
            failure.place = Some(Box::new(Place {
                name: source.name.to_owned(),
                text: source.text.to_owned(),
                span: diagnostic.span.map(|span| source.span(span)),
                label: diagnostic.label.clone(),
                related: diagnostic.related.iter().map(|(span, label)| (source.span(*span), label.clone())).collect(),
            }));
        }
        failure
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        let code = match error.failure() {
            crate::Failure::Statement => Code::Error,
            crate::Failure::Open => Code::Open,
            crate::Failure::Corrupt => Code::Corrupt,
            crate::Failure::Limit => Code::Limit,
            crate::Failure::Cancelled => Code::Interrupted,
        };
        match error.diagnostic() {
            Some(diagnostic) => {
                let mut failure = Failure::new(code, &format!("{:?}", diagnostic.class), &diagnostic.message);
                failure.help.clone_from(&diagnostic.help);
                failure
            }
            None => {
                let class = match code {
                    Code::Corrupt => "Corrupt",
                    Code::Error => "DataError",
                    _ => "OpenError",
                };
                let message = plain(&error.to_string());
                let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<io::Error>());
                let message =
                    cause.map_or(message.clone(), |cause| message.replace(&plain(&cause.to_string()), &system(cause)));
                Failure::new(code, class, message)
            }
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::from(&error)
    }
}

/// A failed write to the place of answers. A closed pipe is no failure: whoever reads has seen enough.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failure::new(Code::Fine, "ClosedPipe", "the reader has gone")
        } else {
            Failure::new(Code::Error, "WriteError", format!("cannot write: {}", system(&error)))
        }
    }
}

/// A sentence without the system's number in it.
fn plain(text: &str) -> String {
    match text.split_once(" (os error ") {
        Some((before, rest)) => format!("{before}{}", rest.split_once(')').map_or("", |(_, after)| after)),
        None => text.to_owned(),
    }
}

/// The system's sentence, as a part of ours.
fn system(error: &io::Error) -> String {
    let text = plain(&error.to_string());
    text.chars().take(1).flat_map(char::to_lowercase).chain(text.chars().skip(1)).collect()
}
