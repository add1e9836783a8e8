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

    /// As [`Database::build`], of several folders that tell one graph together; see [`load::texts`].
    ///
    /// # Errors
    ///
    /// As [`Database::build`].
    pub fn build_all(dirs: &[&Path]) -> Result<load::Built, load::Errors> {
        load::texts(dirs)
    }

    /// The graph as the files of a text source that builds it again, byte for byte; see [`load::write`].
    ///
    /// # Errors
    ///
    /// Something that the graph holds would be lost.
    pub fn text(&self) -> Result<Vec<load::TextFile>, load::TextError> {
        load::write(&self.view())
    }

    /// Drafts the text source of a role from an article, by its structure alone; see [`load::draft`].
    ///
    /// # Errors
    ///
    /// The article names no role, or the table of heading words is wrong.
    pub fn draft_role(article: &str, options: &load::DraftOptions) -> Result<load::Draft, load::TextError> {
        load::draft(article, options)
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
