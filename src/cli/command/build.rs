//! `ken build`: a text source, checked and written as a graph file.

use crate::Database;
use crate::cli::args::Build;
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::{Messages, grouped};

/// Writes the graph file, or reports every problem of the source and leaves the file alone.
pub(crate) fn run(build: &Build, messages: &Messages) -> Result<Code, Failure> {
    let bytes = messages.while_busy("building", || Database::build(&build.directory)).map_err(|errors| {
        let count = errors.problems().len();
        messages.lines(&errors.to_string());
        let problems = if count == 1 { "problem" } else { "problems" };
        let message = format!("{count} {problems} in {}; nothing was built", build.directory.display());
        Failure::new(Code::Error, "SourceError", message)
    })?;
    Database::write(&build.output, &bytes)?;
    messages.note(&format!("{}: {} bytes", build.output.display(), grouped(bytes.len() as u64)));
    Ok(Code::Fine)
}
