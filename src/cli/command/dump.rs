//! `ken dump`: a graph as a Cypher script that builds it again.

use std::path::Path;

use crate::Database;
use crate::cli::args::{Dump, Global};
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::{Messages, counted};
use crate::cli::open;
use crate::cli::output::Output;
use crate::export;

/// Writes the script, and says what it leaves out.
pub(crate) fn run(global: &Global, dump: &Dump, messages: &Messages) -> Result<Code, Failure> {
    let database = match (&global.graph, dump.salvage) {
        (Some(path), true) => salvage(path, messages)?,
        (None, true) => {
            let message = "--salvage needs the damaged file: --graph FILE";
            return Err(Failure::new(Code::Usage, "UsageError", message));
        }
        (_, false) => {
            let database = open(global)?;
            // A script of a damaged graph must not take the place of an older, better one.
            messages.while_counting("checking", |told| database.verify_telling(told))?;
            database
        }
    };
    let view = database.view();
    let mut output = Output::new(dump.output.clone());
    let report = export::script(&view, output.writer()?)?;
    output.flush()?;
    report.notes.iter().for_each(|note| messages.note(note));
    if dump.output.is_some() {
        messages.note(&format!("{}, {}", counted(report.nodes as u64, "node"), counted(report.edges as u64, "edge")));
    }
    Ok(Code::Fine)
}

fn salvage(path: &Path, messages: &Messages) -> Result<Database, Failure> {
    let (database, findings) = Database::salvage(path)?;
    findings.iter().for_each(|finding| messages.note(finding));
    Ok(database)
}
