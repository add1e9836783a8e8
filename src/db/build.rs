//! Making graph files.

use std::path::Path;

use super::Database;
use crate::error::Error;
use crate::{load, store};

impl Database {
    /// Checks the text source in `dir` and gives the bytes of its graph; the same text gives the same bytes.
    ///
    /// # Errors
    ///
    /// Every problem of the source, with its place.
    pub fn build(dir: &Path) -> Result<Vec<u8>, load::Errors> {
        load::text(dir)
    }

    /// Writes a graph's bytes to a file, whole or not at all.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
        Ok(store::write(path, bytes)?)
    }
}
