//! What can go wrong with a graph's bytes.

use std::path::PathBuf;

use crate::model::NodeId;

/// Why a graph could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be opened, mapped or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// `open`, `map`, `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// The bytes are not a graph of this format.
    #[error("{0}")]
    Foreign(String),
    /// The format's version is one that this program does not read.
    #[error(
        "this graph has format version {found}, and this program reads version {expected}; build it again from its source, or open it with the program that wrote it"
    )]
    Version {
        /// In the file.
        found: u32,
        /// Ours.
        expected: u32,
    },
    /// The bytes are damaged.
    #[error("the graph's bytes are damaged: {0}")]
    Corrupt(String),
    /// More nodes, edges or bytes than the format can number.
    #[error("{0}")]
    TooLarge(String),
    /// The value cannot be a property.
    #[error("{0}")]
    Unstorable(String),
    /// Somebody else writes to the file.
    #[error("{} is being written by {}", path.display(), holder.map_or("somebody else".to_owned(), |pid| format!("process {pid}")))]
    Busy {
        /// The file.
        path: PathBuf,
        /// The number of the process, when the system tells.
        holder: Option<u32>,
    },
    /// A commit could not be written whole nor taken back.
    #[error("{} took a commit half-way; open it again to go on from what is whole", .0.display())]
    Broken(PathBuf),
    /// The file was removed or replaced behind the writer's back.
    #[error("{} was removed or replaced while it was open, and what is written now would be lost", .0.display())]
    Gone(PathBuf),
    /// The commit was to be part of another one, which failed.
    #[error("{0}")]
    Lost(String),
    /// The graph does not hold what a constraint demands.
    #[error("{0}")]
    Violated(String),
    /// The graph is not as its schema declares.
    #[error("{0}")]
    OffSchema(String),
    /// An index or a constraint cannot be defined or dropped as asked.
    #[error("{0}")]
    Undefinable(String),
    /// The node cannot be deleted, because it has edges.
    #[error("the node has {edges} edge{}", if *edges == 1 { "" } else { "s" })]
    Connected {
        /// The node.
        node: NodeId,
        /// How many edges.
        edges: u64,
    },
}

impl Error {
    /// The same for somebody else who waited for the same commit.
    pub(crate) fn again(&self) -> Self {
        match self {
            Error::Io { action, path, source } => {
                let source = match source.raw_os_error() {
                    Some(code) => std::io::Error::from_raw_os_error(code),
                    None => std::io::Error::new(source.kind(), source.to_string()),
                };
                Error::Io { action, path: path.clone(), source }
            }
            Error::Broken(path) => Error::Broken(path.clone()),
            Error::Gone(path) => Error::Gone(path.clone()),
            other => Error::Lost(other.to_string()),
        }
    }
}
