//! `ken check`: every byte of a graph, verified.

use crate::cli::args::Global;
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::{Messages, grouped};
use crate::cli::open;

/// Reads the whole graph and says whether it holds what it promises.
pub(crate) fn run(global: &Global, messages: &Messages) -> Result<Code, Failure> {
    let database = open(global)?;
    messages.while_busy("checking", || database.verify())?;
    let view = database.view();
    let (nodes, edges) = (grouped(view.node_count()), grouped(view.edge_count()));
    messages.note(&format!("all is well: {nodes} nodes, {edges} edges"));
    Ok(Code::Fine)
}
