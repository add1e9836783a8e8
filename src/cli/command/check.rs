//! `ken check`: every byte of a graph, verified; of a damaged one, what can be saved.

use std::path::Path;

use crate::Database;
use crate::cli::args::{AnswerForm, Check, Global};
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::{Messages, counted};
use crate::cli::open;

/// Reads the whole graph and says whether it holds what it promises.
pub(crate) fn run(global: &Global, check: &Check, messages: &Messages) -> Result<Code, Failure> {
    if !check.lint && check.form != AnswerForm::default() {
        let message = "--format, --output and --null are for the findings of --lint";
        return Err(Failure::new(Code::Usage, "UsageError", message));
    }
    let checked = open(global).and_then(|database| {
        messages.while_counting("checking", |told| database.verify_telling(told))?;
        Ok(database)
    });
    let database = match (checked, &global.graph) {
        (Ok(database), _) => database,
        (Err(failure), Some(path)) if failure.code == Code::Corrupt => return Err(what_is_left(failure, path)),
        (Err(failure), _) => return Err(failure),
    };
    if check.lint {
        return super::lint::run(&database, global, check, messages);
    }
    let size = size(&database);
    let (commits, unfinished) = database.commits();
    let behind = match commits {
        0 => String::new(),
        commits => format!(", {} behind the snapshot", counted(commits, "commit")),
    };
    messages.note(&format!("all is well: {size}{behind}"));
    if unfinished > 0 {
        let unfinished = counted(unfinished, "byte");
        messages.note(&format!(
            "{unfinished} at the end belong to a commit that was never finished, of which nobody was told"
        ));
    }
    Ok(Code::Fine)
}

fn size(database: &Database) -> String {
    let view = database.view();
    let mut edges = 0;
    view.edges(None, |_, _, _| edges += 1);
    format!("{}, {}", counted(view.node_count(), "node"), counted(edges, "edge"))
}

/// The failure with what can be saved, and what cannot.
fn what_is_left(failure: Failure, path: &Path) -> Failure {
    match Database::salvage(path) {
        Err(_) => failure.help("nothing of it can be saved; take it from a copy"),
        Ok((database, findings)) => {
            let promised = database.view().edge_count();
            let name = path.display();
            let failure = failure.help(format!(
                "`ken dump --salvage {name}` writes a script of what can be read: {} of {}",
                size(&database),
                counted(promised, "edge")
            ));
            findings.into_iter().fold(failure, Failure::help)
        }
    }
}
