//! What is wrong with a text source, and where.

use std::fmt;
use std::path::{Path, PathBuf};

/// One thing that is wrong with a source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, or the directory when it concerns the source as a whole.
    pub file: PathBuf,
    /// The line, from 1; 0 when it concerns the file as a whole.
    pub line: usize,
    /// The column in characters, from 1; 0 when it concerns the file as a whole.
    pub column: usize,
    /// The offending text as it stands in the file.
    pub found: String,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// Ways out, best first: the nearest valid name, what is allowed.
    pub help: Vec<String>,
}

impl fmt::Display for Problem {
    /// `file:line:column: message`, as compilers write it and editors read it, then the ways out, indented.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if self.line > 0 {
            write!(f, "{}:{}:", self.line, self.column)?;
        }
        write!(f, " {}", self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "\n  {help}"))
    }
}

/// Everything that is wrong with a source: at least one problem, sorted by file and place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors(Vec<Problem>);

impl Errors {
    /// The problems, sorted by file and place.
    pub fn problems(&self) -> &[Problem] {
        &self.0
    }

    /// A problem of a file, or of the source, as a whole.
    pub(super) fn whole(file: &Path, message: impl Into<String>) -> Self {
        let mut errors = Errors::default();
        errors.push(Problem {
            file: file.to_owned(),
            line: 0,
            column: 0,
            found: String::new(),
            message: message.into(),
            help: Vec::new(),
        });
        errors
    }

    pub(super) fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    pub(super) fn append(&mut self, mut other: Errors) {
        self.0.append(&mut other.0);
    }

    /// The problem reported last, to add ways out.
    pub(super) fn last(&mut self) -> Option<&mut Problem> {
        self.0.last_mut()
    }

    pub(super) fn none_or_sorted(mut self) -> Result<(), Self> {
        if self.0.is_empty() {
            return Ok(());
        }
        self.0.sort();
        self.0.dedup();
        Err(self)
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}
