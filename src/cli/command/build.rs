//! `ken build`: a text source, or several that tell one graph, checked and written as a graph file.

use std::fs;
use std::path::Path;

use crate::Database;
use crate::cli::args::Build;
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::{Messages, counted, grouped};
use crate::db::Built;

/// Writes the graph file, or reports every problem of the source and leaves the file alone.
pub(crate) fn run(build: &Build, messages: &Messages) -> Result<Code, Failure> {
    let folders: Vec<&Path> = build.directories.iter().map(AsRef::as_ref).collect();
    let built = build_all(&folders, messages)?;
    built.notes.problems().iter().for_each(|note| messages.note(&note.to_string()));
    Database::write(&build.output, &built.bytes)?;
    messages.note(&format!("{}: {} bytes", build.output.display(), grouped(built.bytes.len() as u64)));
    Ok(Code::Fine)
}

/// Builds what the folders tell. One that cannot be read is a file that cannot be opened; what is wrong in it is an error of
/// the data, with a line for each.
pub(super) fn build_all(folders: &[&Path], messages: &Messages) -> Result<Built, Failure> {
    for folder in folders {
        fs::read_dir(folder).map_err(|error| Failure::file("read", folder, &error))?;
    }
    messages.while_busy("building", || Database::build_all(folders)).map_err(|errors| {
        messages.lines(&errors.to_string());
        let names: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        let problems = counted(errors.problems().len() as u64, "problem");
        Failure::new(Code::Error, "SourceError", format!("{problems} in {}; nothing was built", names.join(", ")))
    })
}
