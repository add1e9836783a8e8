//! Everything that can go wrong, one variant per stage.

use crate::model::{Class, Diagnostic};
use crate::store;

/// Everything that can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is not a statement (compile time).
    #[error("{0}")]
    Parse(Diagnostic),
    /// The statement makes no sense (compile time).
    #[error("{0}")]
    Plan(Diagnostic),
    /// The statement failed while it ran.
    #[error("{0}")]
    Run(Diagnostic),
    /// A row does not fit the type that it should become.
    #[error("this row does not fit: {0}")]
    Row(String),
    /// The graph could not be opened, read or written.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The kinds of failures that callers treat differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The statement or the data is at fault.
    Statement,
    /// The graph cannot be opened, read or written.
    Open,
    /// The graph's bytes are damaged.
    Corrupt,
    /// A limit of time, rows or memory was reached.
    Limit,
    /// Somebody asked the statement to stop.
    Cancelled,
}

impl Error {
    /// Which kind of failure this is.
    pub fn failure(&self) -> Failure {
        match self {
            Error::Parse(_) | Error::Plan(_) | Error::Row(_) => Failure::Statement,
            Error::Run(diagnostic) => match diagnostic.class {
                Class::LimitExceeded => Failure::Limit,
                Class::Cancelled => Failure::Cancelled,
                Class::Corrupt => Failure::Corrupt,
                _ => Failure::Statement,
            },
            Error::Store(store::Error::Corrupt(_)) => Failure::Corrupt,
            // The file is well, and what was to go into it is not.
            Error::Store(store::Error::TooLarge(_) | store::Error::OffSchema(_) | store::Error::Violated(_)) => {
                Failure::Statement
            }
            Error::Store(_) => Failure::Open,
        }
    }

    /// Whether another process writes to the file: the same again may go well.
    pub fn is_busy(&self) -> bool {
        matches!(self, Error::Store(store::Error::Busy { .. }))
    }

    /// Whether the graph would not be as its schema or its constraints demand.
    pub fn is_about_rules(&self) -> bool {
        matches!(self, Error::Store(store::Error::OffSchema(_) | store::Error::Violated(_)))
    }

    /// The statement's error, when it is one.
    pub fn diagnostic(&self) -> Option<&Diagnostic> {
        match self {
            Error::Parse(d) | Error::Plan(d) | Error::Run(d) => Some(d),
            Error::Row(_) | Error::Store(_) => None,
        }
    }
}
