//! `ken dump`: a graph as a Cypher script that builds it again, or as the text source of the same bytes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Database;
use crate::cli::args::{Dump, Global};
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::{Messages, counted};
use crate::cli::open;
use crate::cli::output::Output;
use crate::db::{TextError, TextFile};
use crate::export;

/// Writes the script, and says what it leaves out; or the text, which leaves out nothing.
pub(crate) fn run(global: &Global, dump: &Dump, messages: &Messages) -> Result<Code, Failure> {
    let database = match (&global.graph, dump.salvage) {
        (Some(path), true) => salvage(path, messages)?,
        (None, true) => {
            let message = "--salvage needs the damaged file: `ken dump --salvage FILE`";
            return Err(Failure::new(Code::Usage, "UsageError", message));
        }
        (_, false) => {
            let database = open(global)?;
            // A script of a damaged graph must not take the place of an older, better one.
            messages.while_counting("checking", |told| database.verify_telling(told))?;
            database
        }
    };
    if let Some(folder) = &dump.text {
        return text(&database, folder, dump.force, messages);
    }
    let view = database.view();
    let mut output = Output::new(dump.output.clone());
    let report = export::script(&view, output.writer()?)?;
    output.flush()?;
    report.notes.iter().for_each(|note| messages.note(note));
    if dump.output.is_some() {
        messages.note(&format!("{}, {}", counted(report.nodes as u64, "node"), counted(report.edges as u64, "edge")));
    }
    Ok(Code::Fine)
}

fn salvage(path: &Path, messages: &Messages) -> Result<Database, Failure> {
    let (database, findings) = Database::salvage(path)?;
    findings.iter().for_each(|finding| messages.note(finding));
    Ok(database)
}

/// Writes the text source into a folder that is empty, or not there; by force into any, whose TOML files go.
fn text(database: &Database, folder: &Path, force: bool, messages: &Messages) -> Result<Code, Failure> {
    let folder = Folder::look(folder, force)?;
    let files = messages.while_busy("writing", || database.text()).map_err(|error| {
        let what = "the graph cannot be written as text without loss";
        unwritable(error, what).help("`ken dump` without --text writes a Cypher script")
    })?;
    if database.commits().0 > 0 {
        messages
            .note("commits stand behind the snapshot: the text builds what `ken checkpoint` would make of the file");
    }
    folder.write(&files)?;
    let view = database.view();
    let (nodes, edges) = (counted(view.node_count(), "node"), counted(view.edge_count(), "edge"));
    messages.note(&format!("{}: {}, {nodes}, {edges}", folder.path.display(), counted(files.len() as u64, "file")));
    Ok(Code::Fine)
}

/// The folder of a text source to write.
pub(super) struct Folder<'p> {
    pub(super) path: &'p Path,
    old: Vec<PathBuf>,
}

impl<'p> Folder<'p> {
    /// Looks whether it may be written to: it is empty, not there, or to be replaced by force.
    pub(super) fn look(path: &'p Path, force: bool) -> Result<Self, Failure> {
        let old = contents(path)?;
        if !old.is_empty() && !force {
            let failure = Failure::new(Code::Error, "FileError", format!("{} is not empty", path.display()));
            return Err(failure.help("name a new folder, or replace the TOML files in it with --force"));
        }
        Ok(Folder { path, old })
    }

    /// Writes the files in place of the TOML files that are there.
    pub(super) fn write(&self, files: &[TextFile]) -> Result<(), Failure> {
        fs::create_dir_all(self.path).map_err(|error| Failure::file("make", self.path, &error))?;
        for path in self.old.iter().filter(|path| path.extension().is_some_and(|extension| extension == "toml")) {
            fs::remove_file(path).map_err(|error| Failure::file("replace", path, &error))?;
        }
        for file in files {
            let path = self.path.join(&file.name);
            fs::write(&path, &file.text).map_err(|error| Failure::file("write", &path, &error))?;
        }
        Ok(())
    }
}

/// What is in the folder; nothing when it is not there.
fn contents(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries,
    };
    let paths = entries.and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    paths.map_err(|error| Failure::file("read", folder, &error))
}

/// Why there is no text.
pub(super) fn unwritable(error: TextError, what: &str) -> Failure {
    const SHOWN: usize = 10;
    let errors = match error {
        TextError::Store(error) => return crate::Error::from(error).into(),
        TextError::Unwritable(errors) => errors,
    };
    let problems = errors.problems();
    let told = problems.iter().take(SHOWN).flat_map(|problem| {
        let found: String = problem.found.chars().take(60).collect();
        let text = if found.is_empty() { problem.message.clone() } else { format!("{found}: {}", problem.message) };
        std::iter::once(text).chain(problem.help.clone())
    });
    let failure = told.fold(Failure::new(Code::Error, "Unwritable", what), Failure::help);
    let more = problems.len().saturating_sub(SHOWN) as u64;
    if more > 0 { failure.help(format!("and {}", counted(more, "more problem"))) } else { failure }
}
