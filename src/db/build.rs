//! Making graph files.

use std::fs;
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
        let failed = |source| store::Error::Io { action: "write", path: path.to_owned(), source };
        // Beside the target, so that renaming it stays within one file system.
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path)).map_err(|error| {
            // What is left of it is no use; the first error is the one to report.
            _ = fs::remove_file(&beside);
            Error::Store(failed(error))
        })
    }
}
