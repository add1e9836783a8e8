//! One statement from its text to its last row, for the command and for the shell.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::exit::{Code, Failure, Place, Source, WARNING};
use super::messages::Messages;
use super::output::Output;
use super::render::{Renderer, Style};
use crate::db::Suspended;
use crate::export::Subgraph;
use crate::model::{Span, Value};
use crate::{Database, Limits, Parameters, Rows, Summary, View, Warning};

/// So much longer than the answer took may it take to say why it is empty.
const PATIENCE: Duration = Duration::from_millis(100);

/// A graph with what every question to it shares.
pub(super) struct Asker {
    pub(super) database: Rc<Database>,
    pub(super) parameters: Parameters,
    pub(crate) limits: Limits,
    /// Whether warnings are errors.
    pub(super) strict: bool,
    /// Below these folders LOAD CSV may read.
    pub(super) load_from: Vec<PathBuf>,
    /// What `BEGIN` began.
    pub(super) transaction: RefCell<Option<Suspended>>,
}

/// What a statement says about transactions; the language has no such clauses, so it never gets to read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Control {
    Begin,
    Commit,
    Rollback,
}

/// `BEGIN`, `BEGIN TRANSACTION`, `COMMIT` or `ROLLBACK`, in any case.
fn control(text: &str) -> Option<Control> {
    let text = text.trim().trim_end_matches(';').to_ascii_uppercase();
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["BEGIN"] | ["BEGIN", "TRANSACTION"] => Some(Control::Begin),
        ["COMMIT"] => Some(Control::Commit),
        ["ROLLBACK"] => Some(Control::Rollback),
        _ => None,
    }
}

/// Whether a text is about transactions, and whole therefore.
pub(super) fn is_control(text: &str) -> bool {
    control(text).is_some()
}

/// A statement to run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'t> {
    /// The statement.
    pub(super) text: &'t str,
    /// Where it stands.
    pub(super) source: Source<'t>,
    /// How many rows are wanted; none is all.
    pub(super) most: Option<u64>,
    /// Whether an answer stands in front of this one.
    pub(super) separate: bool,
}

/// How an answer went.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    /// Rows written.
    pub(super) rows: u64,
    /// Whether the statement gives rows at all.
    pub(super) gives_rows: bool,
    /// Whether there were more rows than wanted.
    pub(super) more: bool,
    /// What the statement changed.
    pub(super) summary: Summary,
    /// From start to last row.
    pub(super) time: Duration,
}

/// Who looks at rows as they pass.
pub(super) trait Observer {
    /// An answer with these columns begins.
    fn begin(&mut self, columns: &[String]);
    /// A row passes.
    fn row(&mut self, row: &[Value<'_>], view: &View<'_>);
}

/// Nobody looks.
impl Observer for () {
    fn begin(&mut self, _: &[String]) {}
    fn row(&mut self, _: &[Value<'_>], _: &View<'_>) {}
}

impl Asker {
    /// Lets Ctrl-C stop what runs.
    pub(super) fn listen(&mut self, flag: Arc<AtomicBool>) {
        self.limits.cancel = Some(flag);
    }

    /// Runs a statement and writes its answer.
    pub(super) fn ask(
        &self,
        question: Question<'_>,
        style: &Style,
        output: &mut Output,
        messages: &Messages,
        observer: &mut dyn Observer,
    ) -> Result<Outcome, Failure> {
        let Question { text, source, most, separate } = question;
        if let Some(control) = control(text) {
            self.control(control)?;
            return Ok(Outcome::default());
        }
        let start = Instant::now();
        let failed = |error: &crate::Error| Failure::of(error, source);
        if messages.verbose
            && let Some(cypher) = self.database.translate(text).map_err(|error| failed(&error))?
        {
            messages.note(&cypher);
        }
        let mut rows = self.rows(text, source, messages)?;
        let mut outcome = Outcome { gives_rows: !rows.columns().is_empty(), ..Outcome::default() };
        if outcome.gives_rows {
            observer.begin(rows.columns());
            // Nothing is written before the first row is known, so that a statement that fails at once writes nothing.
            let mut renderer: Option<Box<dyn Renderer>> = None;
            let mut result = Ok(());
            while let Some(row) = rows.next() {
                match row {
                    Ok(_) if most == Some(outcome.rows) => {
                        outcome.more = true;
                        break;
                    }
                    Ok(row) => {
                        outcome.rows += 1;
                        observer.row(&row, rows.view());
                        let writer = output.writer()?;
                        let renderer = match &mut renderer {
                            Some(renderer) => renderer,
                            none => none.insert(style.renderer(rows.columns(), separate, writer)?),
                        };
                        renderer.row(&row, rows.view(), writer)?;
                    }
                    Err(error) => {
                        result = Err(failed(&error));
                        break;
                    }
                }
            }
            if renderer.is_none() && result.is_ok() {
                renderer = Some(style.renderer(rows.columns(), separate, output.writer()?)?);
            }
            // People see the rows that there were. A program must not take a broken answer for a whole one.
            if let Some(renderer) = renderer.filter(|_| result.is_ok() || style.terminal) {
                renderer.end(output.writer()?)?;
                output.flush()?;
            }
            result?;
        } else {
            for row in rows.by_ref() {
                row.map_err(|error| failed(&error))?;
            }
        }
        if let Some(note) = rows.nothing().filter(|_| outcome.rows == 0) {
            messages.reading(&remark(&note.message, note.span, source));
        }
        outcome.summary = rows.summary();
        outcome.time = start.elapsed();
        if !outcome.gives_rows && changes(outcome.summary).is_none() {
            messages.note("nothing changed");
        }
        if outcome.gives_rows && outcome.rows == 0 && !outcome.more && messages.explains && rows.nothing().is_none() {
            let warned: Vec<Span> = rows.warnings().iter().map(|warning| warning.span).collect();
            drop(rows);
            self.explain_empty(question, &warned, outcome.time, messages)?;
        }
        Ok(outcome)
    }

    /// Says why an answer is empty, unless that takes longer than people wait for what they did not ask for.
    fn explain_empty(
        &self,
        question: Question<'_>,
        warned: &[Span],
        time: Duration,
        messages: &Messages,
    ) -> Result<(), Failure> {
        let limits = Limits { timeout: Some(time + PATIENCE), ..self.limits.clone() };
        let (text, source) = (question.text, question.source);
        let found = match self.transaction.take() {
            None => self.database.explain_empty(text, &self.parameters, &limits),
            Some(transaction) => {
                let transaction = self.database.resume(transaction)?;
                let found = transaction.explain_empty(text, &self.parameters, &limits);
                self.transaction.replace(Some(transaction.suspend()));
                found
            }
        };
        for empty in found.unwrap_or_default() {
            // A name that the graph does not know has been spoken of.
            let within = |warned: &Span| empty.span.is_some_and(|s| s.start <= warned.start && warned.end <= s.end);
            if warned.iter().any(within) {
                continue;
            }
            let message = format!("the answer is empty: {}", empty.message);
            let mut failure = match empty.span {
                Some(span) => remark(&message, span, source),
                None => Failure::new(Code::Error, WARNING, message),
            };
            let near: Vec<String> = empty.suggestions.iter().map(|text| format!("'{text}'")).collect();
            failure.help.extend(alternatives(&near).map(|meant| format!("did you mean {meant}?")));
            failure.help.extend(empty.help);
            messages.reading(&failure);
        }
        Ok(())
    }

    /// Starts a statement and passes its warnings on.
    pub(super) fn rows(&self, text: &str, source: Source<'_>, messages: &Messages) -> Result<Rows<'_>, Failure> {
        self.begin();
        let rows = match self.transaction.take() {
            None => self.database.query(text, &self.parameters, &self.limits),
            Some(transaction) => {
                let mut transaction = self.database.resume(transaction)?;
                let rows = transaction.query(text, &self.parameters, &self.limits);
                self.transaction.replace(Some(transaction.suspend()));
                rows
            }
        };
        let rows = rows.map_err(|error| Failure::of(&error, source))?;
        self.warn(&rows, source, messages)?;
        Ok(rows)
    }

    fn control(&self, control: Control) -> Result<(), Failure> {
        let wrong = |message| Failure::new(Code::Error, "TransactionError", message);
        match (control, self.transaction.take()) {
            (Control::Begin, None) => {
                self.transaction.replace(Some(self.database.begin()?.suspend()));
            }
            (Control::Begin, open) => {
                self.transaction.replace(open);
                return Err(wrong("a transaction has begun already").help("end it with COMMIT or ROLLBACK"));
            }
            (Control::Commit, Some(transaction)) => self.database.resume(transaction)?.commit()?,
            (Control::Rollback, Some(_)) => {}
            (_, None) => return Err(wrong("no transaction has begun").help("begin one with BEGIN")),
        }
        Ok(())
    }

    /// An error when a transaction was begun and not ended: nothing of it is kept.
    pub(super) fn finish(&self) -> Result<(), Failure> {
        match self.transaction.take() {
            None => Ok(()),
            Some(_) => Err(Failure::new(
                Code::Error,
                "TransactionError",
                "the transaction was not committed, and nothing of it is kept",
            )
            .help("end it with COMMIT")),
        }
    }

    /// The nodes and edges of a statement's answer; a sentence's, too, whose answer shows names only.
    pub(super) fn subgraph(&self, text: &str, source: Source<'_>, messages: &Messages) -> Result<Subgraph, Failure> {
        self.begin();
        let failed = |error: &crate::Error| Failure::of(error, source);
        let rows = self.database.picture(text, &self.parameters, &self.limits);
        let mut rows = rows.map_err(|error| failed(&error))?;
        self.warn(&rows, source, messages)?;
        let mut subgraph = Subgraph::default();
        let mut any = false;
        while let Some(row) = rows.next() {
            let row = row.map_err(|error| failed(&error))?;
            any = true;
            row.iter().for_each(|value| subgraph.add(rows.view(), value));
        }
        if any && subgraph.nodes.is_empty() {
            return Err(nothing_to_draw());
        }
        Ok(subgraph)
    }

    /// A Ctrl-C of the past stops nothing that starts now.
    fn begin(&self) {
        if let Some(cancel) = &self.limits.cancel {
            cancel.store(false, Ordering::Relaxed);
        }
    }

    fn warn(&self, rows: &Rows<'_>, source: Source<'_>, messages: &Messages) -> Result<(), Failure> {
        for note in rows.notes() {
            messages.reading(&remark(&note.message, note.span, source));
        }
        for warning in rows.warnings() {
            let failure = as_failure(warning, source);
            if self.strict {
                return Err(failure);
            }
            messages.warning(&failure);
        }
        Ok(())
    }
}

pub(super) fn nothing_to_draw() -> Failure {
    Failure::new(Code::Error, "NothingToDraw", "the answer holds no nodes, edges or paths")
        .help("return them, as in `MATCH p = (s:Skill)-[:ADDRESSES]->() RETURN p`")
}

/// A warning in an error's form.
fn as_failure(warning: &Warning, source: Source<'_>) -> Failure {
    let mut failure = remark(&warning.message, warning.span, source);
    failure.help.extend(alternatives(&warning.suggestions).map(|meant| format!("did you mean {meant}?")));
    failure
}

/// A word about a place of the statement.
fn remark(message: &str, span: Span, source: Source<'_>) -> Failure {
    let mut failure = Failure::new(Code::Error, WARNING, message);
    failure.place = Some(Box::new(Place {
        name: source.name.to_owned(),
        text: source.text.to_owned(),
        span: Some(source.span(span)),
        label: String::new(),
        related: Vec::new(),
    }));
    failure
}

/// At most three names: `a`, `a or b`, `a, b or c`.
fn alternatives(names: &[String]) -> Option<String> {
    let names = &names[..names.len().min(3)];
    let (last, others) = names.split_last()?;
    Some(if others.is_empty() { last.clone() } else { format!("{} or {last}", others.join(", ")) })
}

/// What a statement changed, as a sentence; none when nothing.
pub(super) fn changes(summary: Summary) -> Option<String> {
    let parts: Vec<String> = [
        (summary.nodes_created, "node", "created"),
        (summary.edges_created, "edge", "created"),
        (summary.properties_set, "property", "set"),
        (summary.labels_added, "label", "added"),
        (summary.labels_removed, "label", "removed"),
        (summary.nodes_deleted, "node", "deleted"),
        (summary.edges_deleted, "edge", "deleted"),
        (summary.indexes_added, "index", "created"),
        (summary.indexes_removed, "index", "dropped"),
        (summary.constraints_added, "constraint", "created"),
        (summary.constraints_removed, "constraint", "dropped"),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, what, done)| match (count, what) {
        (1, _) => format!("1 {what} {done}"),
        (_, "property") => format!("{count} properties {done}"),
        _ => format!("{count} {what}s {done}"),
    })
    .collect();
    if parts.is_empty() { None } else { Some(parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences() {
        let names = |count: usize| ["a", "b", "c", "d"][..count].iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let found: Vec<_> = (0..=4).map(|count| alternatives(&names(count)).unwrap_or_default()).collect();
        assert_eq!(found, ["", "a", "a or b", "a, b or c", "a, b or c"]);
        assert_eq!(changes(Summary::default()), None);
        let summary = Summary { nodes_created: 1, properties_set: 2, ..Summary::default() };
        assert_eq!(changes(summary).as_deref(), Some("1 node created, 2 properties set"));
    }
}
