//! The graph at rest and the changes over it.
//!
//! In: bytes of a snapshot, or nodes and edges to build one from. Out: a [`View`], through which everybody reads.
//! Nothing here hears of queries. A read never fails and never panics: what the bytes cannot answer reads as absent
//! and marks the snapshot damaged, which [`View::health`] reports; the executor asks it once a batch.

mod builder;
mod bytes;
mod catalog;
mod changes;
mod checkpoint;
mod checksum;
pub(crate) mod conform;
mod constraint;
#[cfg(test)]
mod crash_tests;
mod disk;
mod encode;
mod error;
mod file;
mod graph_file;
mod index;
mod layout;
mod log;
mod moment;
mod names;
mod order;
mod record;
mod runs;
mod snapshot;
mod tombs;
mod typed;
mod value;
mod view;

pub(crate) use builder::{Buffer, Cell, Edges, Key, Rows, Run};
pub use builder::{Builder, Image};
pub use bytes::Aligned;
pub use changes::{Changes, Mark};
pub(crate) use checkpoint::builder as builder_of;
pub use checkpoint::bytes;
pub use error::Error;
pub use file::write;
pub use graph_file::{News, Opened, Reader, Right, Writer, from_bytes as read, in_memory as snapshot, salvage};
pub use record::Record;
pub use snapshot::Snapshot;
pub use view::{Adjacency, Block, Called, Edge, View};

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Opens a file for reading; the reader tells later what came since.
///
/// # Errors
///
/// The file is missing, foreign, of another version, or damaged where opening looks.
pub fn open(path: &Path) -> Result<(Opened, Reader), Error> {
    graph_file::open(Arc::new(disk::System), path)
}

/// Opens a file for writing; waits so long for another writer to end.
///
/// # Errors
///
/// As [`open`], and [`Error::Busy`].
pub fn open_to_write(path: &Path, patience: Duration) -> Result<(Opened, Writer), Error> {
    graph_file::open_to_write(Arc::new(disk::System), path, patience)
}

/// Makes a file with an empty graph.
///
/// # Errors
///
/// There is such a file, or it cannot be written.
pub fn create(path: &Path) -> Result<(), Error> {
    graph_file::create(&disk::System, path)
}
