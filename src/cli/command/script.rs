//! `ken import` of Cypher scripts: statements on the graph itself, all of them in one transaction.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use crate::cli::args::{Global, Import};
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::{Messages, counted};
use crate::cli::{open_to_write, output};
use crate::db::import::Input;
use crate::{Database, Limits, ScriptProblem, Summary};

/// So many mistakes are shown, and more are counted.
const SHOWN: u64 = 20;

/// Whether a file is a script.
pub(super) fn is_script(input: &Input) -> bool {
    matches!(input.extension().as_str(), "cypher" | "cql")
}

/// Runs the scripts, or reports what is wrong with them and leaves the graph file alone.
pub(super) fn run(global: &Global, import: &Import, scripts: &[Input], messages: &Messages) -> Result<Code, Failure> {
    let mut reject = import.reject.as_deref().map(Reject::new).transpose()?;
    let there = import.into.exists();
    // A file that would have to be made is not made for a trial.
    let database = match import.dry_run && !there {
        true => Database::in_memory(),
        false => open_to_write(&import.into, true, global.busy_timeout)?,
    };
    let result = play(&database, import, scripts, reject.as_mut(), messages);
    drop(database);
    if result.is_err() && !there && !import.dry_run {
        // It is as it was: not there. What cannot be removed is an empty graph.
        _ = std::fs::remove_file(&import.into);
    }
    result
}

fn play(
    database: &Database,
    import: &Import,
    scripts: &[Input],
    mut reject: Option<&mut Reject>,
    messages: &Messages,
) -> Result<Code, Failure> {
    let mut transaction = database.begin()?;
    let (mut problems, mut broken) = (0, None);
    let mut summary = Summary::default();
    for script in scripts {
        let unreadable = |error: &std::io::Error| Failure::file("read", Path::new(script.name()), error);
        let mut text = BufReader::new(script.open(true).map_err(|error| unreadable(&error))?);
        let mut wrong = |problem: ScriptProblem| {
            problems += 1;
            if problems <= SHOWN {
                messages.lines(&told(script.name(), &problem));
            }
            match &mut reject {
                Some(reject) => match reject.take(script.name(), &problem) {
                    Ok(()) => true,
                    Err(error) => {
                        broken = Some(error);
                        false
                    }
                },
                None => false,
            }
        };
        let made = transaction.script(&mut text, &Limits::default(), &mut wrong).map_err(|error| unreadable(&error))?;
        summary = summary + made;
        if problems > 0 && reject.is_none() {
            break;
        }
    }
    if let Some(error) = broken.or(reject.as_mut().and_then(|reject| reject.file.flush().err())) {
        return Err(error.into());
    }
    if problems > 0 && reject.is_none() {
        let failure = Failure::new(Code::Error, "ImportError", "a statement failed; nothing was written");
        return Err(failure.help("mend the script, or leave out what is wrong: `--reject FILE`"));
    }
    if problems > 0 {
        messages.note(&format!("{} left out", counted(problems, "statement")));
    }
    let made =
        format!("{} and {} created", counted(summary.nodes_created, "node"), counted(summary.edges_created, "edge"));
    if import.dry_run {
        transaction.rollback();
        output::write_all(None, format!("{made}\n").as_bytes())?;
        return Ok(Code::Fine);
    }
    transaction.commit()?;
    messages.note(&format!("{}: {made}", import.into.display()));
    Ok(Code::Fine)
}

/// `script.cypher:12: what is wrong`, then the ways out, indented.
fn told(name: &str, problem: &ScriptProblem) -> String {
    let mut text = format!("{name}:{}: ", problem.line);
    match problem.error.diagnostic() {
        Some(diagnostic) => {
            text += &diagnostic.message;
            diagnostic.help.iter().for_each(|help| text += &format!("\n  {help}"));
        }
        None => text += &problem.error.to_string(),
    }
    text
}

/// Where statements go that failed, as rows of the other formats do.
struct Reject {
    file: BufWriter<File>,
}

impl Reject {
    fn new(path: &Path) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|error| Failure::file("write", path, &error))?;
        let mut file = BufWriter::new(file);
        file.write_all(b"file,line,reason,record\n")?;
        Ok(Reject { file })
    }

    fn take(&mut self, name: &str, problem: &ScriptProblem) -> std::io::Result<()> {
        let reason =
            problem.error.diagnostic().map_or_else(|| problem.error.to_string(), |found| found.message.clone());
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let fields = [quoted(name), problem.line.to_string(), quoted(&reason), quoted(&problem.statement)];
        writeln!(self.file, "{}", fields.join(","))
    }
}
