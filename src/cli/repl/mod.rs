//! The shell: statements and dot-commands, typed or piped.
//!
//! [`shell`] runs them and knows no terminal. With a terminal, rustyline reads lines and [`editor`] answers its
//! questions; without one, the whole input is one script and the line editor is never asked.

mod complete;
mod dot;
mod editor;
mod highlight;
mod history;
mod last;
mod shell;
mod token;
mod vocabulary;

use std::cell::RefCell;
use std::io::{IsTerminal, stdin, stdout};
use std::rc::Rc;

use rustyline::config::Builder;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Behavior, ColorMode, CompletionType};

use super::args::{Answer, Asking, Global};
use super::exit::{Code, Failure};
use super::messages::Messages;
use super::render::text::{Paint, Tone};
use super::{asker, interrupt, source};
use editor::Editor;
use shell::{Flow, Shell};
use vocabulary::Vocabulary;

const PROMPT: &str = "ken> ";

/// Runs the shell on what the flags say.
pub(super) fn run(global: &Global, answer: Answer, asking: &Asking, messages: &Messages) -> Result<Code, Failure> {
    let mut asker = asker(global, &answer, asking)?;
    let typed = stdin().is_terminal();
    asker.listen(interrupt::flag(!typed));
    let mut shell = Shell::new(asker, global, answer.output, messages);
    shell.keep_going = answer.keep_going;
    shell.fail_empty = answer.fail_empty;
    let code = match typed {
        true => interact(&mut shell)?,
        false => shell.script(&source::standard_input()?, "standard input").map(|_| Code::Fine)?,
    };
    shell.asker.finish()?;
    Ok(code)
}

/// Reads, runs and answers until the user leaves. A failed statement ends nothing here.
fn interact(shell: &mut Shell<'_>) -> Result<Code, Failure> {
    let messages = shell.messages;
    shell.describe();
    messages.note("Ask in a sentence or in openCypher. .help explains, Tab completes, Ctrl-D leaves.");
    let paint = Paint { on: shell.global.color.applies(stdout().is_terminal()) };
    let cannot = |error: ReadlineError| Failure::new(Code::Error, "TerminalError", error.to_string());
    // Answers may go to a pipe while somebody types: then the terminal itself is asked, not standard output.
    let behavior = if stdout().is_terminal() { Behavior::Stdio } else { Behavior::PreferTerm };
    let config = Builder::new()
        .completion_type(CompletionType::List)
        .completion_prompt_limit(200)
        .color_mode(if paint.on { ColorMode::Enabled } else { ColorMode::Disabled })
        .behavior(behavior)
        .build();
    let mut editor = rustyline::Editor::<Editor, FileHistory>::with_config(config).map_err(cannot)?;
    let vocabulary = Rc::new(RefCell::new(Vocabulary::default()));
    editor.set_helper(Some(Editor { vocabulary: Rc::clone(&vocabulary), paint }));
    let history = history::file();
    if let Some(path) = &history {
        // A first start has none, and a damaged one is no reason not to start.
        _ = editor.load_history(path);
    }
    let prompt = (PROMPT, paint.paint(Tone::Strong, PROMPT));
    loop {
        if std::mem::take(&mut shell.stale) {
            *vocabulary.borrow_mut() = Vocabulary::new(&shell.asker.database, &shell.asker.parameters);
        }
        let text = match editor.readline(&prompt) {
            Ok(text) => text,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return Ok(Code::Fine),
            Err(error) => return Err(cannot(error)),
        };
        let text = text.trim_end();
        if text.trim().is_empty() {
            continue;
        }
        _ = editor.add_history_entry(text);
        if let Some(path) = &history {
            // A read-only home: the history lasts as long as the shell.
            _ = editor.append_history(path);
        }
        match enter(shell, text) {
            Ok(Flow::Continue) => {}
            Ok(Flow::Quit) => return Ok(Code::Fine),
            Err(failure) if failure.code == Code::Fine => return Ok(Code::Fine),
            Err(failure) => messages.failure(&failure),
        }
    }
}

/// Runs what was typed: one dot-command or a script of statements.
fn enter(shell: &mut Shell<'_>, text: &str) -> Result<Flow, Failure> {
    match dot::spoken(text).or_else(|| text.trim_start().starts_with('.').then(|| text.trim_start())) {
        Some(command) => shell.command(command),
        None => shell.script(text, "query"),
    }
}
