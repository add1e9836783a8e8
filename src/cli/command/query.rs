//! `ken query`: statements from an argument, a file or standard input.

use std::io::{IsTerminal, stdin};

use crate::cli::args::{Global, Query};
use crate::cli::ask::{Question, changes};
use crate::cli::exit::{Code, Failure, Source};
use crate::cli::messages::Messages;
use crate::cli::output::Output;
use crate::cli::{asker, interrupt, source};
use crate::db::split;

/// What messages call a query on the command line.
const WRITTEN: &str = "query";

/// Runs each statement; the first that fails ends the script, unless `--keep-going`.
pub(crate) fn run(global: &Global, query: Query, messages: &Messages) -> Result<Code, Failure> {
    let (name, script) = read(&query)?;
    let mut asker = asker(global, &query.answer, &query.asking)?;
    asker.listen(interrupt::flag(true));
    let mut output = Output::new(query.answer.output.output.clone());
    let style = output.style(&query.answer.output, global.color)?;
    let mut code = Code::Fine;
    let mut answers = 0;
    let statements = split(&script);
    if statements.is_empty() && name == WRITTEN {
        return Err(Failure::new(Code::Usage, "UsageError", "the query is empty"));
    }
    for (span, _) in statements {
        let source = Source { name: &name, text: &script, offset: span.start };
        let text = &script[span.start..span.end];
        let question = Question { text, source, most: None, separate: answers > 0 };
        let result = asker.ask(question, &style, &mut output, messages, &mut ());
        let failure = match result {
            Ok(outcome) => {
                answers += u32::from(outcome.gives_rows);
                if let Some(changes) = changes(outcome.summary) {
                    messages.note(&changes);
                }
                if outcome.gives_rows {
                    messages.footer(outcome.rows, outcome.more, Some(outcome.time));
                }
                if !(query.answer.fail_empty && outcome.gives_rows && outcome.rows == 0) {
                    continue;
                }
                Failure::new(Code::Error, "EmptyAnswer", "the answer has no rows")
            }
            Err(failure) => failure,
        };
        if !query.answer.keep_going || matches!(failure.code, Code::Interrupted | Code::Fine) {
            // What came before the failure is an answer, too.
            output.flush()?;
            return Err(failure);
        }
        messages.failure(&failure);
        code = if code == Code::Fine { failure.code } else { code };
    }
    output.flush()?;
    asker.finish()?;
    Ok(code)
}

/// The script and its name in messages.
fn read(query: &Query) -> Result<(String, String), Failure> {
    match (&query.query, &query.file) {
        (Some(text), None) if text != "-" => Ok((WRITTEN.to_owned(), text.clone())),
        (None, Some(path)) if path.as_os_str() != "-" => Ok((path.display().to_string(), source::file(path)?)),
        (None, None) if stdin().is_terminal() => {
            Err(Failure::new(Code::Usage, "UsageError", "there is no query")
                .help("write one, or -f FILE, or - to type it"))
        }
        _ => Ok(("standard input".to_owned(), source::standard_input()?)),
    }
}
