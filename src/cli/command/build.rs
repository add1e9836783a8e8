//! `ken build`: a text source, checked and written as a graph file.

use crate::Database;
use crate::cli::args::Build;
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::{Messages, grouped};

/// Writes the graph file, or reports every problem of the source and leaves the file alone.
pub(crate) fn run(build: &Build, messages: &Messages) -> Result<Code, Failure> {
    let bytes = Database::build(&build.directory).map_err(|errors| {
        let count = errors.problems().len();
        let message = format!(
            "{count} {} in {}\n{errors}",
            if count == 1 { "problem" } else { "problems" },
            build.directory.display()
        );
        Failure::new(Code::Error, "SourceError", message)
    })?;
    Database::write(&build.output, &bytes)?;
    messages.note(&format!("{}: {} bytes", build.output.display(), grouped(bytes.len() as u64)));
    Ok(Code::Fine)
}
