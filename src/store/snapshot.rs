//! An immutable graph in one run of bytes.

use std::path::Path;

use super::Error;

/// An immutable graph, mapped or embedded, read in place.
pub struct Snapshot {}

impl Snapshot {
    /// Maps the file and checks its frame; the work does not grow with the graph.
    pub fn open(_path: &Path) -> Result<Self, Error> {
        unimplemented!("written by store")
    }

    /// Reads a graph embedded in the program.
    pub fn from_static(_bytes: &'static [u8]) -> Result<Self, Error> {
        unimplemented!("written by store")
    }

    /// Reads a graph from bytes in memory, copied once to be aligned.
    pub fn from_bytes(_bytes: &[u8]) -> Result<Self, Error> {
        unimplemented!("written by store")
    }

    /// A graph without nodes.
    pub fn empty() -> Self {
        unimplemented!("written by store")
    }
}
