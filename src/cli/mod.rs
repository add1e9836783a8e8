//! The command `ken`: arguments in, answers on standard output, everything else on standard error, an exit code out.
//!
//! `args` is what was written, `options` what it means; `command` has a file for each subcommand, `repl` the shell.
//! Both ask through `ask` and write through `render`. Nothing here knows how a question is answered.

mod args;
mod ask;
mod command;
mod exit;
mod interrupt;
mod messages;
mod options;
mod output;
mod render;
mod repl;
mod source;

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser, ValueEnum};

use crate::{Database, Error};
use args::{Answer, Arguments, Asking, Command, Global};
use ask::Asker;
use exit::{Code, Failure};
use messages::Messages;

/// Runs the command with the process's arguments and says how it went.
pub fn main() -> ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|mut error| {
        if let Some(tip) = tip(&error, std::env::args_os().skip(1)) {
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
        }
        let format = format_in(std::env::args_os().skip(1));
        let messages = Messages::new(&Global::default(), format);
        // Help and versions that were asked for come this way, too.
        if !messages.json || !error.use_stderr() {
            error.exit();
        }
        messages.failure(&misused(&error));
        std::process::exit(error.exit_code());
    });
    let messages = Messages::new(&arguments.global, format_of(&arguments));
    let code = run(arguments, &messages).unwrap_or_else(|failure| {
        messages.failure(&failure);
        failure.code
    });
    ExitCode::from(code as u8)
}

/// What somebody meant who wrote a graph's file where a command or a question stands, or a command with a slip.
fn tip(error: &clap::Error, words: impl Iterator<Item = OsString>) -> Option<String> {
    let unknown = error.kind() == ErrorKind::UnknownArgument;
    let mut words = words.map(|word| word.to_string_lossy().into_owned()).filter(|word| !word.starts_with('-'));
    let (first, second) = (words.next().filter(|_| unknown)?, words.next());
    let arguments = Arguments::command();
    let commands = || arguments.get_subcommands().map(clap::Command::get_name);
    let is_file = |word: &&String| Path::new(word).is_file();
    if commands().any(|command| command == first) {
        return second.as_ref().filter(is_file).map(|file| format!("a graph is named by a flag: `-g {file}`"));
    }
    if is_file(&&first) {
        return Some(format!("to ask a graph, write `ken query -g {first} '...'`"));
    }
    let near = crate::model::nearest(&first, commands(), 1).first().copied()?;
    Some(format!("did you mean the command `ken {near}`?"))
}

/// The form that a command line asks for which is wrong elsewhere.
fn format_in(words: impl Iterator<Item = OsString>) -> Option<args::Format> {
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    words.iter().take_while(|word| *word != "--").enumerate().find_map(|(index, word)| {
        let value = match word.strip_prefix("--format").or_else(|| word.strip_prefix("-F"))? {
            "" => words.get(index + 1)?,
            value => value.strip_prefix('=').unwrap_or(value),
        };
        args::Format::from_str(value, false).ok()
    })
}

/// clap's error: a sentence, with a block each for its tips, how the command is written, and where there is more.
fn misused(error: &clap::Error) -> Failure {
    let text = error.to_string();
    let mut blocks = text.split("\n\n").map(|block| block.split_whitespace().collect::<Vec<_>>().join(" "));
    let message = blocks.next().unwrap_or_default();
    let failure = Failure::new(Code::Usage, "UsageError", message.trim_start_matches("error: "));
    blocks.fold(failure, |failure, block| failure.help(block.trim_start_matches("tip: ")))
}

fn format_of(arguments: &Arguments) -> Option<args::Format> {
    // In front of a command it is a mistake, which is told in the form that it asks for.
    let behind = match &arguments.command {
        Some(Command::Query(query)) => query.answer.output.format,
        Some(Command::Schema(listing) | Command::Stats(listing)) => listing.form.format,
        Some(Command::Check(check)) => check.form.format,
        Some(Command::Explain(explain)) => explain.form.format,
        _ => None,
    };
    behind.or(arguments.answer.output.format)
}

fn run(arguments: Arguments, messages: &Messages) -> Result<Code, Failure> {
    let Arguments { command, file, mut global, answer, asking } = arguments;
    // clap overlooks conflicts between a flag before the command's name and one behind it.
    let named = command.as_ref().and_then(Command::named).map(Path::to_owned);
    let graphs = usize::from(global.memory) + [&global.graph, &file, &named].into_iter().flatten().count();
    if graphs > 1 {
        return Err(Failure::new(Code::Usage, "UsageError", "name one graph: FILE, --graph or --memory"));
    }
    global.graph = global.graph.or(file).or(named);
    let Some(command) = command else {
        return repl::run(&global, answer, &asking, messages);
    };
    if answer != Answer::default() || asking != Asking::default() {
        let message = "only --graph, --memory, --write, --create, --busy-timeout, --color, --quiet and --verbose may stand before \
                       the command's name";
        return Err(Failure::new(Code::Usage, "UsageError", message).help("put the others behind it"));
    }
    let makes_its_own = matches!(command, Command::Build(_) | Command::Import(_) | Command::Draft(_));
    if makes_its_own && (global.graph.is_some() || global.memory) {
        let message = "this command reads no graph, and takes neither --graph nor --memory";
        return Err(Failure::new(Code::Usage, "UsageError", message).help("--output or --into names what it writes"));
    }
    match command {
        Command::Query(query) => command::query::run(&global, query, messages),
        Command::Export(export) => command::export::run(&global, &export, messages),
        Command::Build(build) => command::build::run(&build, messages),
        Command::Import(import) => command::import::run(&global, &import, messages),
        Command::Schema(listing) => command::schema::run(&global, &listing.form),
        Command::Stats(listing) => command::stats::run(&global, &listing.form),
        Command::Check(check) => command::check::run(&global, &check, messages),
        Command::Dump(dump) => command::dump::run(&global, &dump, messages),
        Command::Draft(draft) => command::draft::run(&draft, messages),
        Command::Diff(diff) => command::diff::run(&global, &diff, messages),
        Command::Checkpoint(_) => command::checkpoint::run(&global, messages),
        Command::Explain(explain) => command::explain::run(&global, &explain),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "ken", &mut script);
            output::write_all(None, &script)?;
            Ok(Code::Fine)
        }
    }
}

/// The graph that the flags name.
fn open(global: &Global) -> Result<Database, Failure> {
    let write = global.write || global.create;
    match &global.graph {
        _ if global.memory => Ok(Database::in_memory()),
        Some(path) if write => open_to_write(path, global.create, global.busy_timeout),
        Some(path) => Database::open(path).map_err(|error| advise(&error, path)),
        None if write => {
            Err(Failure::new(Code::Usage, "UsageError", "the graph that ships with the program stays as it is")
                .help("name a file to write to: --graph FILE, with --create when it is not there yet"))
        }
        None => Ok(Database::shipped()?),
    }
}

/// A graph file to write to, made before when that is asked for.
fn open_to_write(path: &Path, create: bool, patience: Duration) -> Result<Database, Failure> {
    if create && !path.exists() {
        Database::create(path)?;
    }
    Database::open_to_write(path, patience).map_err(|error| advise(&error, path))
}

/// A graph that cannot be opened, with its name, and a word for those who meant something else by it.
fn advise(error: &Error, path: &std::path::Path) -> Failure {
    let mut failure = Failure::from(error);
    let name = path.to_string_lossy();
    if path.exists() {
        // Bytes that are wrong do not know whose they are.
        let nameless = matches!(failure.code, Code::Open | Code::Corrupt) && !failure.message.contains(&*name);
        if nameless {
            failure.message = format!("{name}: {}", failure.message);
        }
        return match failure.code {
            _ if error.is_busy() => failure.help("wait longer with `--busy-timeout`; reading waits for nobody"),
            Code::Open if nameless => {
                failure.help("`ken build` makes a graph file of text, `ken import` of other programs' files")
            }
            _ => failure,
        };
    }
    let commands = Arguments::command();
    let names = commands.get_subcommands().map(clap::Command::get_name);
    match crate::model::nearest(&name, names, 1).first() {
        Some(command) => failure.help(format!("did you mean the command `ken {command}`?")),
        None if name.contains(' ') => failure.help("to ask a question, write `ken query '...'`"),
        None if path.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) => {
            failure.help("its folder is not there")
        }
        None => failure
            .help("`--create` makes it, `ken build DIR -o FILE` builds one from text, `ken --memory` needs no file"),
    }
}

/// The graph with the right to read files below these folders.
fn readable(mut database: Database, folders: &[PathBuf]) -> Result<Rc<Database>, Failure> {
    for folder in folders {
        database.allow_files_below(folder).map_err(|error| Failure::file("read from", folder, &error))?;
    }
    Ok(Rc::new(database))
}

/// What it takes to ask questions, as the flags say.
fn asker(global: &Global, answer: &Answer, asking: &Asking) -> Result<Asker, Failure> {
    // Flags first: a wrong one is reported before a file is touched.
    let parameters = asking.parameters()?;
    let database = readable(open(global)?, &asking.load_from)?;
    let load_from = asking.load_from.clone();
    Ok(Asker {
        database,
        parameters,
        limits: asking.limits(),
        strict: answer.strict,
        load_from,
        transaction: RefCell::default(),
    })
}
