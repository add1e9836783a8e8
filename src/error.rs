//! Everything that can go wrong, one variant per stage.

use crate::model::Diagnostic;
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
    /// The graph could not be opened, read or written.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    /// The statement's error, when it is one.
    pub fn diagnostic(&self) -> Option<&Diagnostic> {
        match self {
            Error::Parse(d) | Error::Plan(d) | Error::Run(d) => Some(d),
            Error::Store(_) => None,
        }
    }
}
