//! `ken check`: every byte of a graph, verified; of a damaged one, what can be saved.

use std::path::Path;

use super::write_rows;
use crate::Database;
use crate::cli::args::{AnswerForm, Check, Global};
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::{Messages, counted};
use crate::cli::open;
use crate::cli::output::Output;
use crate::model::Value;

/// Reads the whole graph and says whether it holds what it promises.
pub(crate) fn run(global: &Global, check: &Check, messages: &Messages) -> Result<Code, Failure> {
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
    let (commits, unfinished) = database.commits();
    if check.form != AnswerForm::default() {
        write(&database, global, &check.form)?;
    }
    let size = size(&database);
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

/// Writes a row with what was read: nodes, edges, commits behind the snapshot, and bytes of one that was never finished.
fn write(database: &Database, global: &Global, form: &AnswerForm) -> Result<(), Failure> {
    let view = database.view();
    let (commits, unfinished) = database.commits();
    let counts = [view.node_count(), edge_count(database), commits, unfinished];
    let row = counts.map(|count| Value::Int(i64::try_from(count).unwrap_or(i64::MAX))).to_vec();
    let mut output = Output::new(form.output.clone());
    let style = output.style(form, global.color)?;
    write_rows(&["nodes", "edges", "commits", "unfinished"], &[row], &view, &style, &mut output)
}

fn edge_count(database: &Database) -> u64 {
    let mut edges = 0;
    database.view().edges(None, |_, _, _| edges += 1);
    edges
}

fn size(database: &Database) -> String {
    format!("{}, {}", counted(database.view().node_count(), "node"), counted(edge_count(database), "edge"))
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
