//! `ken check`: every byte of a graph, verified.

use crate::cli::args::Global;
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::{Messages, counted};
use crate::cli::open;

/// Reads the whole graph and says whether it holds what it promises.
pub(crate) fn run(global: &Global, messages: &Messages) -> Result<Code, Failure> {
    let database = open(global)?;
    messages.while_busy("checking", || database.verify())?;
    let view = database.view();
    let (nodes, edges) = (counted(view.node_count(), "node"), counted(view.edge_count(), "edge"));
    let (commits, unfinished) = database.commits();
    let behind = match commits {
        0 => String::new(),
        commits => format!(", {} behind the snapshot", counted(commits, "commit")),
    };
    messages.note(&format!("all is well: {nodes}, {edges}{behind}"));
    if unfinished > 0 {
        let unfinished = counted(unfinished, "byte");
        messages.note(&format!(
            "{unfinished} at the end belong to a commit that was never finished, of which nobody was told"
        ));
    }
    Ok(Code::Fine)
}
