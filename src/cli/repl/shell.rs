//! The shell without a terminal: statements and dot-commands in, answers out, so that it can be tested and piped to.

use std::borrow::Cow;
use std::path::PathBuf;

use super::dot;
use super::last::Last;
use crate::cli::args::{AnswerForm, Global};
use crate::cli::ask::{Asker, Question, changes};
use crate::cli::exit::{Code, Failure, Source};
use crate::cli::messages::{Messages, grouped};
use crate::cli::output::Output;
use crate::cli::render::text::visible_lines;
use crate::cli::source;
use crate::db::split;

/// How deep files may read files: deeper is a circle.
const DEEPEST: usize = 16;

/// Whether the shell goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Continue,
    Quit,
}

/// Everything that lasts from one statement to the next.
pub(super) struct Shell<'m> {
    pub(super) asker: Asker,
    pub(super) global: Global,
    pub(super) messages: &'m Messages,
    /// Format and null, as `.mode` and flags say.
    pub(super) form: AnswerForm,
    /// Where answers go.
    pub(super) output: Output,
    /// Where the next answer goes instead.
    pub(super) once: Option<PathBuf>,
    /// Whether to tell times.
    pub(super) timer: bool,
    /// How many rows a terminal shows.
    pub(super) limit: Option<u64>,
    pub(super) last: Last,
    /// Whether names may have changed since the vocabulary was made.
    pub(super) stale: bool,
    pub(super) keep_going: bool,
    /// An answer without rows is an error.
    pub(super) fail_empty: bool,
    /// How many files are being read, each from the one before.
    depth: usize,
}

impl<'m> Shell<'m> {
    /// A shell on a graph.
    pub(super) fn new(asker: Asker, global: &Global, form: AnswerForm, messages: &'m Messages) -> Self {
        Shell {
            asker,
            global: global.clone(),
            messages,
            output: Output::new(form.output.clone()),
            form,
            once: None,
            timer: true,
            limit: Some(1000),
            last: Last::default(),
            stale: true,
            keep_going: false,
            fail_empty: false,
            depth: 0,
        }
    }

    /// Says which graph answers.
    pub(super) fn describe(&self) {
        let database = &self.asker.database;
        let view = database.view();
        let name = database.schema().map_or("a graph", |schema| &schema.name);
        let (nodes, edges) = (grouped(view.node_count()), grouped(view.edge_count()));
        let version = env!("CARGO_PKG_VERSION");
        self.messages.note(&format!("ken {version} on {name}: {nodes} nodes, {edges} edges"));
    }

    /// Runs a script of statements and dot-commands; the first that fails ends it, unless it is told to keep going.
    pub(super) fn script(&mut self, text: &str, name: &str) -> Result<Flow, Failure> {
        let mut offset = 0;
        let mut failed = None;
        'rest: loop {
            for (span, _) in split(&text[offset..]) {
                let start = offset + span.start;
                let end = offset + span.end;
                let command = text[start..].starts_with('.');
                // A dot-command ends with its line, whatever the splitter made of its quotation marks.
                let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
                let result = if command {
                    self.command(text[start..line_end].trim_end())
                } else {
                    let source = Source { name, text, offset: start };
                    self.statement(&text[start..end], source).map(|()| Flow::Continue)
                };
                match result {
                    Ok(Flow::Continue) => {}
                    Ok(Flow::Quit) => return failed.map_or(Ok(Flow::Quit), Err),
                    Err(failure) => {
                        if !self.keep_going || matches!(failure.code, Code::Fine | Code::Interrupted) {
                            return Err(failure);
                        }
                        if let Some(earlier) = failed.replace(failure) {
                            self.messages.failure(&earlier);
                        }
                    }
                }
                if command {
                    offset = line_end;
                    continue 'rest;
                }
            }
            return failed.map_or(Ok(Flow::Continue), Err);
        }
    }

    /// Runs one statement.
    pub(super) fn statement(&mut self, text: &str, source: Source<'_>) -> Result<(), Failure> {
        let mut once = self.once.take().map(|path| Output::new(Some(path)));
        let output = once.as_mut().unwrap_or(&mut self.output);
        let style = output.style(&self.form, self.global.color)?;
        let most = if style.terminal { self.limit } else { None };
        self.last.epoch = self.asker.database.epoch();
        self.last.text.clear();
        self.last.text.push_str(text);
        let question = Question { text, source, most, separate: false };
        let outcome = self.asker.ask(question, &style, output, self.messages, &mut self.last)?;
        output.flush()?;
        if let Some(changes) = changes(outcome.summary) {
            self.stale = true;
            self.messages.note(&changes);
        }
        if outcome.gives_rows {
            self.messages.footer(outcome.rows, outcome.more, self.timer.then_some(outcome.time));
        }
        if self.fail_empty && outcome.gives_rows && outcome.rows == 0 {
            return Err(Failure::new(Code::Error, "EmptyAnswer", "the answer has no rows"));
        }
        Ok(())
    }

    /// Runs a dot-command.
    pub(super) fn command(&mut self, line: &str) -> Result<Flow, Failure> {
        let flow = dot::run(self, line)?;
        self.output.flush()?;
        Ok(flow)
    }

    /// Reads a file of statements and dot-commands.
    pub(super) fn read(&mut self, path: &std::path::Path) -> Result<Flow, Failure> {
        if self.depth == DEEPEST {
            return Err(Failure::new(Code::Usage, "UsageError", format!("{} files read each other", DEEPEST)));
        }
        let text = source::file(path)?;
        self.depth += 1;
        let result = self.script(&text, &path.display().to_string());
        self.depth -= 1;
        // `.quit` in a file ends the file.
        result.map(|_| Flow::Continue)
    }

    /// Writes text that is no answer of rows to where answers go.
    pub(super) fn write(&mut self, text: &str) -> Result<(), Failure> {
        let mut once = self.once.take().map(|path| Output::new(Some(path)));
        let output = once.as_mut().unwrap_or(&mut self.output);
        let text = if output.is_terminal() { visible_lines(text) } else { Cow::Borrowed(text) };
        output.writer()?.write_all(text.as_bytes())?;
        output.flush()
    }

    /// Writes an answer that is made by `write` in the present form.
    pub(super) fn write_with(
        &mut self,
        write: impl FnOnce(&crate::Database, &crate::cli::render::Style, &mut Output) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut once = self.once.take().map(|path| Output::new(Some(path)));
        let output = once.as_mut().unwrap_or(&mut self.output);
        let style = output.style(&self.form, self.global.color)?;
        write(&self.asker.database, &style, output)
    }
}
