//! `ken diff`: how two graphs differ.

use std::path::Path;

use crate::cli::args::{Diff, DiffForm, Global, ending};
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::{Messages, counted};
use crate::cli::output::Output;
use crate::cli::render::text::{Paint, Tone, visible};
use crate::cli::{advise, command};
use crate::diff::{DiffError, Line, Options, Sign, diff};
use crate::{Database, Error};

/// Writes the difference; what was used to match nodes stands in it.
pub(crate) fn run(global: &Global, flags: &Diff, messages: &Messages) -> Result<Code, Failure> {
    if global.graph.is_some() || global.memory {
        let message = "diff takes its two graphs as arguments, and neither --graph nor --memory";
        return Err(Failure::new(Code::Usage, "UsageError", message));
    }
    let (old, new) = (read(&flags.old, messages)?, read(&flags.new, messages)?);
    let (a, b) = (old.view(), new.view());
    let found =
        messages.while_busy("comparing", || diff(&a, &b, &Options { keys: flags.key.clone() })).map_err(failed)?;
    // Made in memory first: what is refused must not replace an older one.
    let mut output = Output::new(flags.output.clone());
    let told = || DiffForm::of_ending(&ending(flags.output.as_deref())?);
    let text = match flags.to.or_else(told).unwrap_or(DiffForm::Text) {
        DiffForm::Text => {
            let terminal = output.is_terminal();
            let paint = Paint { on: global.color.applies(terminal) };
            found.lines(&a, &b).iter().map(|line| painted(line, terminal, paint)).collect()
        }
        DiffForm::Json => format!("{}\n", found.json(&a, &b)),
        DiffForm::Dot => found.dot(&a, &b, flags.force).map_err(failed)?,
        DiffForm::Cypher => {
            let (script, notes) = found.script(&a, &b).map_err(failed)?;
            notes.iter().for_each(|note| messages.note(note));
            script
        }
    };
    output.writer()?.write_all(text.as_bytes())?;
    output.flush()?;
    if found.is_empty() {
        messages.note("the graphs are the same");
        found.matched().iter().for_each(|line| messages.note(line));
        return Ok(Code::Fine);
    }
    let part = |removed: usize, added: usize, changed: usize, what: &str| {
        let counts = [(removed, "removed"), (added, "added"), (changed, "changed")];
        let told = counts.into_iter().filter(|(count, _)| *count > 0);
        told.map(|(count, how)| format!("{} {how}", counted(count as u64, what))).collect::<Vec<_>>()
    };
    let nodes = part(found.nodes_removed.len(), found.nodes_added.len(), found.nodes_changed.len(), "node");
    let edges = part(found.edges_removed.len(), found.edges_added.len(), found.edges_changed.len(), "edge");
    let definitions = part(found.definitions_removed.len(), found.definitions_added.len(), 0, "definition");
    let schema = part(0, 0, found.schema.len(), "declaration");
    messages.note(&[nodes, edges, definitions, schema].concat().join(", "));
    Ok(if flags.exit_code { Code::Error } else { Code::Fine })
}

/// A graph file, or the graph that a folder's text builds.
fn read(path: &Path, messages: &Messages) -> Result<Database, Failure> {
    if path.is_dir() {
        return Ok(Database::from_bytes(&command::build::build_all(&[path], messages)?.bytes)?);
    }
    // What is not there is not made: the ways out of other commands are none here.
    let advised = |error: &Error| if path.exists() { advise(error, path) } else { error.into() };
    Database::open(path).map_err(|error| advised(&error))
}

fn painted(line: &Line, terminal: bool, paint: Paint) -> String {
    let text = line.to_string();
    let text = if terminal { visible(&text) } else { text.replace(['\n', '\r'], " ").into() };
    let text = match line.sign {
        Sign::Added => paint.paint(Tone::Text, &text),
        Sign::Removed => paint.paint(Tone::Error, &text),
        Sign::Changed => paint.paint(Tone::Warning, &text),
        Sign::Note => paint.paint(Tone::Faint, &text),
        Sign::Detail => text.into_owned(),
    };
    text + "\n"
}

fn failed(error: DiffError) -> Failure {
    match error {
        DiffError::Store(error) => crate::Error::from(error).into(),
        DiffError::Key(message) => Failure::new(Code::Usage, "UnknownKey", message),
        DiffError::TooLarge { .. } => Failure::new(Code::Error, "TooLarge", error.to_string()),
        DiffError::Script(message) => {
            Failure::new(Code::Error, "Unwritable", format!("there is no such script: {message}"))
                .help("compare as text, or with --key name what tells nodes apart")
        }
    }
}
