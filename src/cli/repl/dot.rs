//! The dot-commands: a table of names, arguments, help and what they do.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::shell::{Flow, Shell};
use crate::Database;
use crate::cli::args::Format;
use crate::cli::ask::nothing_to_draw;
use crate::cli::exit::{Code, Failure, Source};
use crate::cli::options::parameter;
use crate::cli::output::Output;
use crate::cli::render::value::{Extent, notation};
use crate::cli::{advise, command, open_to_write, readable};
use crate::db::is_sentence;
use crate::export;
use crate::model::nearest;

/// A dot-command.
pub(super) struct DotCommand {
    /// Without its dot.
    pub(super) name: &'static str,
    arguments: &'static str,
    help: &'static str,
    run: fn(&mut Shell<'_>, &str) -> Result<Flow, Failure>,
}

/// All of them, in the order of the help.
pub(super) static COMMANDS: &[DotCommand] = &[
    DotCommand { name: "help", arguments: "[COMMAND]", help: "Explain the commands, or one of them", run: help },
    DotCommand {
        name: "schema",
        arguments: "[NAME]",
        help: "Show types, relations and their words; with NAME, of this type or relation",
        run: schema,
    },
    DotCommand { name: "stats", arguments: "", help: "Count nodes and edges by type", run: stats },
    DotCommand {
        name: "mode",
        arguments: "[FORMAT]",
        help: "Write answers as table, tsv, csv, json, jsonl, markdown or auto; without FORMAT, say which",
        run: mode,
    },
    DotCommand { name: "last", arguments: "", help: "Show the last answer with nothing cut", run: last },
    DotCommand {
        name: "output",
        arguments: "[FILE]",
        help: "Write answers to FILE from now on; without FILE, to the screen again",
        run: output,
    },
    DotCommand { name: "once", arguments: "FILE", help: "Write the next answer to FILE", run: once },
    DotCommand { name: "read", arguments: "FILE", help: "Run the statements and commands in FILE", run: read },
    DotCommand {
        name: "param",
        arguments: "[NAME [VALUE]]",
        help: "Set the parameter $NAME to a literal or a text; without VALUE, remove it; without NAME, list all",
        run: param,
    },
    DotCommand { name: "timer", arguments: "[on|off]", help: "Tell times, or not", run: timer },
    DotCommand {
        name: "limit",
        arguments: "[N]",
        help: "Show at most N rows on the screen, 0 for all; without N, say how many",
        run: limit,
    },
    DotCommand {
        name: "dot",
        arguments: "[FILE]",
        help: "Write the last answer's nodes and edges as a picture for Graphviz",
        run: draw,
    },
    DotCommand { name: "tree", arguments: "", help: "Draw the last answer as a tree", run: tree },
    DotCommand {
        name: "open",
        arguments: "[--write|--create] [FILE]",
        help: "Open another graph, to read or to write, made when it is not there; without FILE, the shipped one",
        run: open,
    },
    DotCommand {
        name: "refresh",
        arguments: "",
        help: "Show what others have committed to the file since",
        run: refresh,
    },
    DotCommand {
        name: "explain",
        arguments: "[QUERY]",
        help: "Show the Cypher of a sentence and the plan; without QUERY, those of the last statement",
        run: explain,
    },
    DotCommand { name: "quit", arguments: "", help: "Leave; Ctrl-D does the same", run: |_, _| Ok(Flow::Quit) },
];

/// Runs a line such as `.mode json`. A beginning that only one command has is enough.
pub(super) fn run(shell: &mut Shell<'_>, line: &str) -> Result<Flow, Failure> {
    let line = line.trim_start_matches('.').trim();
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let found = find(name)?;
    // Statements end in `;`, and fingers add it here, too.
    let argument = argument.trim().trim_end_matches(';').trim_end();
    if found.arguments.is_empty() && !argument.is_empty() {
        return Err(usage(format!(".{} takes no argument", found.name)));
    }
    (found.run)(shell, argument)
}

/// The dot-command that a text without a dot stands for: what other shells are told to explain themselves, and to end. None
/// of it is a statement.
pub(super) fn spoken(text: &str) -> Option<&'static str> {
    match text.trim().trim_end_matches(';').to_lowercase().as_str() {
        "help" | ":help" | "?" | "\\?" | "\\h" => Some(".help"),
        "quit" | "exit" | ":quit" | ":exit" | ":q" | "\\q" => Some(".quit"),
        _ => None,
    }
}

fn find(name: &str) -> Result<&'static DotCommand, Failure> {
    let name = name.trim_end_matches(';').to_lowercase();
    let name = if name == "exit" { "quit".to_owned() } else { name };
    let begins: Vec<_> =
        COMMANDS.iter().filter(|command| !name.is_empty() && command.name.starts_with(name.as_str())).collect();
    match (COMMANDS.iter().find(|command| command.name == name), begins.as_slice()) {
        (Some(command), _) => Ok(command),
        (None, [command]) => Ok(command),
        (None, []) => {
            let failure = usage(format!("there is no command .{name}"));
            Err(match nearest(&name, COMMANDS.iter().map(|command| command.name), 1).first() {
                Some(near) => failure.help(format!("did you mean .{near}?")),
                None => failure.help(".help lists the commands"),
            })
        }
        (None, several) => {
            let names: Vec<String> = several.iter().map(|command| format!(".{}", command.name)).collect();
            Err(usage(format!(".{name} may be {}", names.join(" or "))))
        }
    }
}

fn usage(message: String) -> Failure {
    Failure::new(Code::Usage, "UsageError", message)
}

fn go_on(result: Result<(), Failure>) -> Result<Flow, Failure> {
    result.map(|()| Flow::Continue)
}

fn help(shell: &mut Shell<'_>, argument: &str) -> Result<Flow, Failure> {
    let line = |command: &DotCommand| {
        let head = format!(".{} {}", command.name, command.arguments);
        format!("{:<22} {}\n", head.trim_end(), command.help)
    };
    if !argument.is_empty() {
        let text = line(find(argument.trim_start_matches('.'))?);
        return go_on(shell.write(&text));
    }
    let mut text = String::from(
        "Ask in a sentence (which skills address which challenges) or in openCypher.\n\
         Enter runs what is complete; `;` or an empty line ends a statement of several lines.\n\
         Tab completes, Ctrl-C clears the line or stops what runs, Ctrl-D leaves.\n\n",
    );
    COMMANDS.iter().for_each(|command| text.push_str(&line(command)));
    go_on(shell.write(&text))
}

fn schema(shell: &mut Shell<'_>, argument: &str) -> Result<Flow, Failure> {
    let only = Some(argument).filter(|name| !name.is_empty());
    go_on(shell.write_with(|database, style, output| command::schema::write(database, only, style, output)))
}

fn stats(shell: &mut Shell<'_>, _: &str) -> Result<Flow, Failure> {
    go_on(shell.write_with(command::stats::write))
}

fn mode(shell: &mut Shell<'_>, argument: &str) -> Result<Flow, Failure> {
    let name = |format: Format| format.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned());
    match argument {
        "" => {
            let now = shell.form.format.map_or("auto".to_owned(), name);
            shell.write(&format!("{now}\n"))?;
        }
        "auto" => shell.form.format = None,
        _ => {
            let formats = Format::value_variants().iter().map(|format| name(*format)).collect::<Vec<_>>().join(", ");
            let format = Format::from_str(argument, true).map_err(|_| {
                usage(format!("there is no format {argument}")).help(format!("choose {formats} or auto"))
            })?;
            shell.form.format = Some(format);
        }
    }
    Ok(Flow::Continue)
}

/// The last answer, or an error when there is none.
fn answered(shell: &Shell<'_>) -> Result<(), Failure> {
    if shell.last.is_none() { Err(usage("there is no answer yet".to_owned())) } else { Ok(()) }
}

fn last(shell: &mut Shell<'_>, _: &str) -> Result<Flow, Failure> {
    answered(shell)?;
    let text = shell.last.whole();
    go_on(shell.write(&text))
}

fn draw(shell: &mut Shell<'_>, argument: &str) -> Result<Flow, Failure> {
    answered(shell)?;
    if shell.last.epoch != shell.asker.database.epoch() {
        return Err(usage("the graph has a new snapshot since that answer, with other nodes; ask again".to_owned()));
    }
    if shell.last.subgraph.nodes.is_empty() && is_sentence(&shell.last.text) {
        // A sentence answers with names; asked again, it gives what they name.
        let source = Source { name: "query", text: &shell.last.text, offset: 0 };
        shell.last.subgraph = shell.asker.subgraph(&shell.last.text, source, shell.messages)?;
    }
    if shell.last.subgraph.nodes.is_empty() {
        return Err(nothing_to_draw());
    }
    let view = shell.asker.database.view();
    let mut picture = Vec::new();
    let options = export::Options::default();
    let report = export::write(export::Format::Dot, &shell.last.subgraph, &view, &options, &mut picture);
    report.map_err(command::export::failed)?.notes.iter().for_each(|note| shell.messages.note(note));
    if let Some(path) = file(argument) {
        shell.once = Some(path);
    }
    go_on(shell.write(&String::from_utf8_lossy(&picture)))
}

fn tree(shell: &mut Shell<'_>, _: &str) -> Result<Flow, Failure> {
    answered(shell)?;
    let text = shell.last.tree();
    go_on(shell.write(&text))
}

fn output(shell: &mut Shell<'_>, argument: &str) -> Result<Flow, Failure> {
    shell.output.flush()?;
    shell.output = Output::new(file(argument));
    // So that a file that cannot be written is reported now.
    go_on(shell.output.writer().map(|_| ()))
}

fn once(shell: &mut Shell<'_>, argument: &str) -> Result<Flow, Failure> {
    shell.once = Some(file(argument).ok_or_else(|| usage(".once needs a file".to_owned()))?);
    Ok(Flow::Continue)
}

fn read(shell: &mut Shell<'_>, argument: &str) -> Result<Flow, Failure> {
    let path = file(argument).ok_or_else(|| usage(".read needs a file".to_owned()))?;
    shell.read(&path)
}

fn param(shell: &mut Shell<'_>, argument: &str) -> Result<Flow, Failure> {
    let (name, value) = argument.split_once(|c: char| c.is_whitespace() || c == '=').unwrap_or((argument, ""));
    let name = name.trim_start_matches('$');
    let value = value.trim();
    match (name, value.strip_prefix('=').map_or(value, str::trim_start)) {
        ("", _) => {
            let view = shell.asker.database.view();
            let line = |(name, value)| format!("${name} = {}\n", notation(value, &view, Extent::Whole));
            let text: String = shell.asker.parameters.iter().map(line).collect();
            shell.write(&text)?;
        }
        (name, "") => {
            if shell.asker.parameters.remove(name).is_none() {
                return Err(usage(format!("there is no parameter ${name}")));
            }
        }
        (name, value) => {
            let value = parameter(name, value)?;
            shell.asker.parameters.insert(name.to_owned(), value);
        }
    }
    shell.stale = true;
    Ok(Flow::Continue)
}

fn timer(shell: &mut Shell<'_>, argument: &str) -> Result<Flow, Failure> {
    shell.timer = match argument {
        "on" => true,
        "off" => false,
        "" => !shell.timer,
        _ => return Err(usage("write .timer on or .timer off".to_owned())),
    };
    Ok(Flow::Continue)
}

fn limit(shell: &mut Shell<'_>, argument: &str) -> Result<Flow, Failure> {
    if argument.is_empty() {
        let text = shell.limit.map_or("all".to_owned(), |limit| limit.to_string());
        return go_on(shell.write(&format!("{text}\n")));
    }
    let number: u64 = argument.parse().map_err(|_| usage("write .limit and a number, 0 for all".to_owned()))?;
    shell.limit = if number == 0 { None } else { Some(number) };
    Ok(Flow::Continue)
}

fn open(shell: &mut Shell<'_>, argument: &str) -> Result<Flow, Failure> {
    shell.asker.finish()?;
    let (flag, name) = match argument.split_once(' ').unwrap_or((argument, "")) {
        ("--write", name) => (Some(false), name),
        ("--create", name) => (Some(true), name),
        _ => (None, argument),
    };
    let database = match (file(name), flag) {
        (Some(path), Some(create)) => open_to_write(&path, create, shell.global.busy_timeout)?,
        (Some(path), None) => Database::open(&path).map_err(|error| advise(&error, &path))?,
        (None, Some(_)) => return Err(usage("write .open --write and a file".to_owned())),
        (None, None) => Database::shipped()?,
    };
    shell.asker.database = readable(database, &shell.asker.load_from)?;
    shell.last = super::last::Last::default();
    shell.stale = true;
    shell.describe();
    Ok(Flow::Continue)
}

fn refresh(shell: &mut Shell<'_>, _: &str) -> Result<Flow, Failure> {
    let news = shell.asker.database.refresh()?;
    shell.stale |= news;
    shell.messages.note(if news { "there is something new" } else { "there is nothing new" });
    Ok(Flow::Continue)
}

fn explain(shell: &mut Shell<'_>, argument: &str) -> Result<Flow, Failure> {
    let query = if argument.is_empty() { shell.last.text.clone() } else { argument.to_owned() };
    if query.is_empty() {
        return Err(usage("there is no statement yet".to_owned()));
    }
    let source = Source { name: "query", text: &query, offset: 0 };
    let text = command::explain::text(&shell.asker, source, false)?;
    go_on(shell.write(&text))
}

/// A file's name, with or without quotation marks.
fn file(argument: &str) -> Option<PathBuf> {
    let name =
        ['"', '\''].iter().find_map(|mark| argument.strip_prefix(*mark)?.strip_suffix(*mark)).unwrap_or(argument);
    if name.is_empty() {
        return None;
    }
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    Some(match name.strip_prefix("~/").zip(home()) {
        Some((rest, home)) => home.join(rest),
        None => Path::new(name).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_enough_when_it_is_one_commands() {
        let found = |name| find(name).map(|command| command.name).map_err(|failure| failure.message);
        assert_eq!(found("mode"), Ok("mode"));
        assert_eq!(found("mo"), Ok("mode"));
        assert_eq!(found("QUIT;"), Ok("quit"));
        assert_eq!(found("exit"), Ok("quit"));
        assert_eq!(found("o"), Err(".o may be .output or .once or .open".to_owned()));
        assert_eq!(found("moed"), Err("there is no command .moed".to_owned()));
        assert_eq!(found(""), Err("there is no command .".to_owned()));
    }

    #[test]
    fn words_of_other_shells() {
        assert_eq!(spoken("Help"), Some(".help"));
        assert_eq!(spoken(" exit; "), Some(".quit"));
        assert_eq!(spoken("\\q"), Some(".quit"));
        assert_eq!(spoken("help me"), None);
    }

    #[test]
    fn files_may_stand_between_quotation_marks() {
        assert_eq!(file("'a b'"), Some("a b".into()));
        assert_eq!(file("a b"), Some("a b".into()));
        assert_eq!(file("\""), Some("\"".into()));
        assert_eq!(file(""), None);
    }
}
