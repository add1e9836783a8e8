//! `ken stats`: how much of what a graph holds.

use super::{edge_types, labels, write_rows};
use crate::Database;
use crate::cli::args::{AnswerForm, Global};
use crate::cli::exit::{Code, Failure};
use crate::cli::open;
use crate::cli::output::Output;
use crate::cli::render::Style;
use crate::model::Value;

/// Writes a row for all nodes, each label, all edges, each edge type.
pub(crate) fn run(global: &Global, form: &AnswerForm) -> Result<Code, Failure> {
    let database = open(global)?;
    let mut output = Output::new(form.output.clone());
    let style = output.style(form, global.color)?;
    write(&database, &style, &mut output)?;
    Ok(Code::Fine)
}

/// Writes the counts of a graph.
pub(crate) fn write(database: &Database, style: &Style, output: &mut Output) -> Result<(), Failure> {
    let row = |what: &str, name: Value<'static>, count: u64| {
        vec![Value::string(what.to_owned()), name, Value::Int(i64::try_from(count).unwrap_or(i64::MAX))]
    };
    let view = database.view();
    let mut rows = vec![row("nodes", Value::Null, view.node_count())];
    rows.extend(labels(database).into_iter().map(|(name, count)| row("nodes", Value::string(name), count)));
    rows.push(row("edges", Value::Null, view.edge_count()));
    rows.extend(edge_types(database).into_iter().map(|(name, count)| row("edges", Value::string(name), count)));
    write_rows(&["what", "type", "count"], &rows, &view, style, output)
}
