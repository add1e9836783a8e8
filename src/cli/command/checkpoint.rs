//! `ken checkpoint`: a graph file's commits into its snapshot.

use crate::cli::args::Global;
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::Messages;
use crate::cli::open;

/// Writes the file anew, without commits behind its snapshot.
pub(crate) fn run(global: &Global, messages: &Messages) -> Result<Code, Failure> {
    let database = open(&Global { write: true, ..global.clone() })?;
    messages.while_busy("writing a snapshot", || database.checkpoint())?;
    Ok(Code::Fine)
}
