//! The database: the one file where all stages meet.
//!
//! In: the text of a statement, parameters, limits. Out: [`Rows`]. A statement runs on the state that it found; one
//! that changes the graph runs to its end before its first row is seen, and leaves nothing behind when it fails.

mod build;
mod deserialize;
mod empty;
mod host;
pub(crate) mod import;
mod names;
mod plans;
mod prepared;
mod procedure;
mod rows;
mod script;
mod sentence;
mod state;
#[cfg(feature = "cli")]
mod text;
mod transaction;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use empty::{Empty, Left};
use host::Host;
use plans::{Planned, Plans};
pub use prepared::Prepared;
pub use procedure::{Check, Procedure, ProcedureColumns};
pub use rows::Rows;
pub use script::ScriptProblem;
use state::{Log, States};
#[cfg(feature = "cli")]
pub(crate) use transaction::Suspended;
pub use transaction::Transaction;

use crate::error::Error;
use crate::exec;
use crate::lang::ask::{self, Asked, Note};
use crate::lang::{self, ast};
use crate::model::{Class, Detail, Diagnostic, Schema, Value};
use crate::plan::physical::{Plan, Spent};
use crate::plan::{self, PlanStep, Rule};
use crate::store::{self, Aligned, Changes, Opened, Snapshot, View};

pub use crate::exec::{Limits, Summary};
#[cfg(feature = "cli")]
pub(crate) use crate::lang::{
    ask::{is_sentence, words as sentence_words},
    keywords, split,
};
#[cfg(feature = "cli")]
pub(crate) use crate::load::{Built, DraftOptions, TextError, TextFile};
#[cfg(feature = "cli")]
pub(crate) use text::{is_complete, is_hopeless, literal};

/// The graph that ships with the program, as `ken build graph/` makes it.
static SHIPPED: &Aligned<[u8]> = &Aligned(*include_bytes!("../graph/roles.ken"));

/// Parameters of a statement by name, without the `$`.
pub type Parameters = BTreeMap<String, Value<'static>>;

/// A graph to ask.
///
/// ```
/// let db = kenning::Database::shipped()?;
/// let rows = db.query("which skills address \"Data bias\"", &Default::default(), &Default::default())?;
/// assert!(rows.count() > 0);
/// # Ok::<(), kenning::Error>(())
/// ```
pub struct Database {
    states: States,
    host: Arc<Host>,
    plans: Plans,
    /// Commits behind the snapshot when it was opened, and bytes behind them that were never finished.
    commits: u64,
    unfinished: u64,
}

/// A statement, ready to be planned.
struct Parsed {
    statement: ast::Statement,
    notes: Vec<Note>,
    nothing: Option<Note>,
}

impl Database {
    /// Maps a graph file, read-only; the work does not grow with the graph.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the file is missing, foreign, of another version, or damaged where opening looks.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let (opened, reader) = store::open(path)?;
        Ok(Self::over(opened, Log::Reader(reader)))
    }

    /// Opens a graph file to write to it. There is one writer, in all processes; readers go on with what they opened.
    ///
    /// A statement that returns, and a transaction that was committed, last: through a kill at any instruction, and by a
    /// sync of the file through a loss of power. When another writer has the file, this waits as long as `patience`.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use kenning::Database;
    /// # let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("team.ken");
    /// Database::create(&path)?;
    /// let db = Database::open_to_write(&path, Duration::from_secs(1))?;
    /// db.query("CREATE (:Person {name: 'Ada'})", &Default::default(), &Default::default())?;
    /// assert_eq!(Database::open(&path)?.view().node_count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Database::open`], and [`store::Error::Busy`] when another writer does not end in time.
    pub fn open_to_write(path: &Path, patience: Duration) -> Result<Self, Error> {
        let (opened, writer) = store::open_to_write(path, patience)?;
        let mut database = Self::over(opened, Log::Writer(writer));
        // Whoever wrote it may have been killed before it could.
        database.states.checkpoint_if_long();
        database.states.release();
        Ok(database)
    }

    /// Makes a file with an empty graph.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when there is such a file already, or it cannot be written.
    pub fn create(path: &Path) -> Result<(), Error> {
        Ok(store::create(path)?)
    }

    /// Writes the graph as a new snapshot in place of its file, with no commits behind it; ids of nodes and edges change.
    /// Readers keep the file that they opened. Of a graph in memory, a snapshot in memory.
    ///
    /// Commits do so themselves when they have outgrown the snapshot, and so does closing the file. What was read of the
    /// old snapshot stays valid, so the old one stays open, until [`Database::release`].
    ///
    /// # Errors
    ///
    /// [`Error::Run`] when the graph is open for reading only, [`Error::Store`] when the file cannot be written: the old
    /// one is then untouched.
    pub fn checkpoint(&self) -> Result<(), Error> {
        self.states.checkpoint()
    }

    /// Looks for what others committed to the file since it was opened or refreshed, and shows it from now on; whether
    /// there was anything. Answers that are being read, and views, keep the state that they began with. A writer has
    /// nothing to look for.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use kenning::Database;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("team.ken");
    /// # Database::create(&path)?;
    /// let reader = Database::open(&path)?;
    /// let writer = Database::open_to_write(&path, Duration::from_secs(1))?;
    /// writer.query("CREATE (:Person {name: 'Ada'})", &Default::default(), &Default::default())?;
    /// assert_eq!(reader.view().node_count(), 0);
    /// assert!(reader.refresh()?);
    /// assert_eq!(reader.view().node_count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the file is gone or damaged; what was there before is still shown.
    pub fn refresh(&self) -> Result<bool, Error> {
        self.states.refresh()
    }

    /// How many snapshots came after the first: ids of nodes and edges belong to one of them.
    #[cfg(feature = "cli")]
    pub(crate) fn epoch(&self) -> usize {
        self.states.number()
    }

    /// Closes the snapshots that [`Database::checkpoint`] and [`Database::refresh`] have replaced; that nobody reads them
    /// any more is what the exclusive borrow says.
    pub fn release(&mut self) {
        self.states.release();
    }

    /// The graph that ships with the program, read in place, read-only.
    pub fn shipped() -> Result<Self, Error> {
        Ok(Self::over(Opened::from(Snapshot::from_static(&SHIPPED.0)?), Log::None))
    }

    /// A graph from the bytes of a file, copied; read-only.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self::over(store::read(bytes)?, Log::None))
    }

    /// An empty graph in memory, to be written.
    pub fn in_memory() -> Self {
        Self::over(Opened::from(Snapshot::empty()), Log::Memory)
    }

    /// A graph in memory that starts as the bytes of a file, copied: to be written, and gone with the process.
    ///
    /// ```
    /// # use kenning::Database;
    /// # let bytes = kenning::store::Builder::new().finish()?;
    /// let draft = Database::draft(&bytes)?;
    /// draft.query("CREATE (:Idea)", &Default::default(), &Default::default())?;
    /// assert_eq!(draft.view().node_count(), 1);
    /// # Ok::<(), kenning::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Store`] as with [`Database::open`].
    pub fn draft(bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self::over(store::read(bytes)?, Log::Memory))
    }

    fn over(opened: Opened, log: Log) -> Self {
        let Opened { commits, unfinished, .. } = opened;
        Database {
            states: States::new(opened, log),
            host: Arc::default(),
            plans: Plans::default(),
            commits,
            unfinished,
        }
    }

    /// Adds a procedure that statements may call; it hides a built-in one of the same name.
    pub fn add_procedure(&mut self, procedure: Procedure) {
        Arc::make_mut(&mut self.host).add(procedure);
        self.plans = Plans::default();
    }

    /// What statements may call, by name.
    #[cfg(feature = "cli")]
    pub(crate) fn procedures(&self) -> Vec<crate::model::procedure::Signature> {
        use crate::model::procedure::Procedures;
        self.host.names().iter().filter_map(|name| self.host.signature(name)).collect()
    }

    /// Lets `LOAD CSV` read files below a folder; without a call of this it reads none.
    ///
    /// ```
    /// # use kenning::Database;
    /// # let folder = std::env::temp_dir().join("kenning-doc");
    /// # std::fs::create_dir_all(&folder)?;
    /// # std::fs::write(folder.join("skills.csv"), "name,level\nPython,3\n")?;
    /// let mut db = Database::in_memory();
    /// db.allow_files_below(&folder)?;
    /// let load = "LOAD CSV WITH HEADERS FROM 'skills.csv' AS row CREATE (:Skill {name: row.name, level: toInteger(row.level)})";
    /// assert_eq!(db.query(load, &Default::default(), &Default::default())?.summary().nodes_created, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The folder is not there.
    pub fn allow_files_below(&mut self, folder: &Path) -> std::io::Result<()> {
        Arc::make_mut(&mut self.host).folders.allow(folder)
    }

    /// The graph as it is now; later changes do not show in it.
    pub fn view(&self) -> View<'_> {
        self.states.view()
    }

    /// The schema that travels with the graph.
    pub fn schema(&self) -> Option<&Schema> {
        self.view().schema()
    }

    /// Verifies every byte that `open` does not look at: checksums, order, both directions, text, statistics.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] with the first damage found.
    pub fn verify(&self) -> Result<(), Error> {
        self.verify_telling(&mut |_, _| {})
    }

    /// As [`Database::verify`]; calls `told` now and then with how much is done and how much there is to do, in bytes.
    ///
    /// # Errors
    ///
    /// As [`Database::verify`].
    pub fn verify_telling(&self, told: &mut dyn FnMut(u64, u64)) -> Result<(), Error> {
        Ok(self.states.snapshot().verify_telling(told)?)
    }

    /// Reads what can be read of a damaged file, and tells what is wrong or missing, a sentence each; read-only. Every
    /// answer must be read with those in mind: what was damaged may be absent, or show as something that it was not.
    ///
    /// Edges are written down from both ends: of those that are damaged at one, nothing is lost.
    ///
    /// ```
    /// # use kenning::Database;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("team.ken");
    /// # std::fs::write(&path, kenning::store::Builder::new().finish()?)?;
    /// let (db, findings) = Database::salvage(&path)?;
    /// assert!(findings.is_empty(), "all is well");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the file cannot be read, or is damaged where it says what it holds: nothing can be saved then.
    pub fn salvage(path: &Path) -> Result<(Self, Vec<String>), Error> {
        let failed = |source| store::Error::Io { action: "read", path: path.to_owned(), source };
        let (opened, findings) = store::salvage(&std::fs::read(path).map_err(failed)?)?;
        Ok((Self::over(opened, Log::None), findings))
    }

    /// How many commits stood behind the snapshot when the file was opened, and how many bytes behind those belong to a
    /// commit that was never finished: nobody was told of it, and the next writer drops it.
    pub fn commits(&self) -> (u64, u64) {
        (self.commits, self.unfinished)
    }

    /// Runs a statement: openCypher, or a sentence when the graph has a schema.
    ///
    /// # Errors
    ///
    /// [`Error::Parse`] and [`Error::Plan`] before anything runs, [`Error::Run`] while it runs; later rows may still
    /// fail, as the iterator says.
    pub fn query<'g>(&'g self, text: &str, parameters: &Parameters, limits: &Limits) -> Result<Rows<'g>, Error> {
        // The version first: a plan for an older state than it says could tell what is no longer so.
        let version = self.states.version();
        if let Some(planned) = self.plans.get(version, text) {
            return planned.of(self).query(parameters, limits);
        }
        let prepared = self.prepare_on(text, &self.view(), &[])?;
        self.plans.put(version, text, &prepared.planned);
        prepared.query(parameters, limits)
    }

    /// As [`Database::query`], with some of the planner's rules switched off: the answer is the same.
    ///
    /// # Errors
    ///
    /// As [`Database::query`].
    #[doc(hidden)]
    pub fn query_without<'g>(
        &'g self,
        text: &str,
        parameters: &Parameters,
        limits: &Limits,
        disabled: &[Rule],
    ) -> Result<Rows<'g>, Error> {
        self.prepare_on(text, &self.view(), disabled)?.query(parameters, limits)
    }

    /// Reads and plans a statement, to run it many times.
    ///
    /// # Errors
    ///
    /// [`Error::Parse`] and [`Error::Plan`].
    pub fn prepare(&self, text: &str) -> Result<Prepared<'_>, Error> {
        self.prepare_on(text, &self.view(), &[])
    }

    fn prepare_on(&self, text: &str, view: &View<'_>, disabled: &[Rule]) -> Result<Prepared<'_>, Error> {
        let Parsed { statement, notes, nothing } = self.parse(text, view)?;
        let mut plan = plan::plan(&statement, text, (view, &*self.host), disabled).map_err(Error::Plan)?;
        let warnings = std::mem::take(&mut plan.warnings);
        plan.measured = statement.mode == ast::Mode::Profile;
        let (mode, span) = (statement.mode, statement.span);
        let planned = Planned { plan: Arc::new(plan), mode, notes, nothing, warnings, span };
        Ok(Arc::new(planned).of(self))
    }

    fn read<'g>(&'g self, plan: &Arc<Plan>, view: View<'g>, parameters: &Parameters, limits: &Limits) -> Rows<'g> {
        let parameters = Arc::new(parameters.clone());
        let cursor = exec::run(Arc::clone(plan), view, parameters, self.host.clone(), limits.clone());
        Rows::running(cursor, plan)
    }

    /// Runs a statement that writes, on what is committed.
    fn write_committed(&self, plan: &Arc<Plan>, parameters: &Parameters, limits: &Limits) -> Result<Rows<'_>, Error> {
        // One writer at a time, from the state that it reads to the state that it leaves.
        let mut write = self.states.write(true)?;
        let snapshot = write.snapshot();
        let rows = self.write_to(snapshot, &mut write.changes, plan, (parameters, limits))?;
        if !rows.columns().is_empty() {
            return write.commit().map(|()| rows);
        }
        // There is nothing to show: the changes are let go of, for whoever writes next.
        let rows = rows.over(View::new(snapshot));
        write.commit()?;
        Ok(rows.over(self.view()))
    }

    /// Runs a statement that writes to these changes, to its end; when it fails they are as they were.
    fn write_to<'g>(
        &'g self,
        snapshot: &'g Snapshot,
        kept: &mut Arc<Changes>,
        plan: &Arc<Plan>,
        (parameters, limits): (&Parameters, &Limits),
    ) -> Result<Rows<'g>, Error> {
        let mark = kept.mark();
        // While it runs the changes are its own, so that it adds to them where they are instead of to a copy.
        let view = View::with_changes(snapshot, std::mem::take(kept));
        let (rows, failure) = self.read(plan, view, parameters, limits).gather();
        *kept = rows.view().changes();
        let failure = failure.or_else(|| {
            let view = rows.view();
            view.check_schema(mark).and_then(|()| view.check_constraints(mark)).err().map(exec::refused)
        });
        let Some(error) = failure else { return Ok(rows) };
        drop(rows);
        if kept.mark() != mark {
            Arc::make_mut(kept).undo_to(mark);
        }
        Err(Error::Run(error))
    }

    /// The Cypher that a sentence becomes; none when the text is Cypher already.
    pub fn translate(&self, text: &str) -> Result<Option<String>, Error> {
        if !ask::is_sentence(text) {
            return Ok(None);
        }
        let parsed = self.parse(text, &self.view())?;
        Ok(Some(lang::print(&parsed.statement)))
    }

    /// The plan as text; with `analyze` the statement runs within these limits, and each operator shows the rows and
    /// batches that it gave and the time that it took by itself.
    pub fn explain(&self, text: &str, parameters: &Parameters, analyze: Option<&Limits>) -> Result<String, Error> {
        self.explain_without(text, parameters, analyze, &[])
    }

    /// As [`Database::explain`], with some of the planner's rules switched off.
    pub fn explain_without(
        &self,
        text: &str,
        parameters: &Parameters,
        analyze: Option<&Limits>,
        disabled: &[Rule],
    ) -> Result<String, Error> {
        self.planned(text, parameters, analyze, disabled, plan::explain)
    }

    /// As [`Database::explain`], a step at a time.
    ///
    /// ```
    /// use kenning::{Database, Parameters};
    /// let steps = Database::shipped()?.explain_steps("MATCH (s:Skill) RETURN s.name", &Parameters::new(), None)?;
    /// assert!(steps.iter().any(|step| step.text == "NodeScan (s:Skill)" && step.expected > Some(1.0)));
    /// # Ok::<(), kenning::Error>(())
    /// ```
    pub fn explain_steps(
        &self,
        text: &str,
        parameters: &Parameters,
        analyze: Option<&Limits>,
    ) -> Result<Vec<PlanStep>, Error> {
        self.planned(text, parameters, analyze, &[], plan::steps)
    }

    /// What is to be told of a plan, and of its run within these limits.
    fn planned<T>(
        &self,
        text: &str,
        parameters: &Parameters,
        analyze: Option<&Limits>,
        disabled: &[Rule],
        tell: impl Fn(&Plan, Option<&[Spent]>) -> T,
    ) -> Result<T, Error> {
        let mut plan = Arc::clone(&self.prepare_on(text, &self.view(), disabled)?.planned.plan);
        Arc::make_mut(&mut plan).measured = analyze.is_some();
        let plan = &plan;
        let Some(limits) = analyze else { return Ok(tell(plan, None)) };
        let rows = match plan.writes {
            true => self.write_committed(plan, parameters, limits)?,
            false => self.read(plan, self.view(), parameters, limits),
        };
        let (_, spent) = rows.drain()?;
        Ok(tell(plan, Some(&spent)))
    }

    fn parse(&self, text: &str, view: &View<'_>) -> Result<Parsed, Error> {
        if !ask::is_sentence(text) {
            let statement = lang::parse(text).map_err(|error| Error::Parse(perhaps_a_sentence(text, view, error)))?;
            return Ok(Parsed { statement, notes: Vec::new(), nothing: None });
        }
        let Some(schema) = view.schema() else {
            return Err(Error::Parse(
                Diagnostic::new(Class::SyntaxError, Detail::UnexpectedSyntax, "this graph has no words for sentences")
                    .help("ask in Cypher, or build the graph with a schema that declares its words"),
            ));
        };
        let Asked { statement, notes, nothing, .. } =
            ask::parse(text, schema, &names::Names(view)).map_err(Error::Parse)?;
        Ok(Parsed { statement, notes, nothing })
    }
}

/// A file whose commits have outgrown its snapshot gets a new one when it is closed.
impl Drop for Database {
    fn drop(&mut self) {
        self.states.checkpoint_if_long();
    }
}

/// The error of a text that is no Cypher, with the word that would make it a sentence.
fn perhaps_a_sentence(text: &str, view: &View<'_>, mut error: Diagnostic) -> Diagnostic {
    let first = error.span.is_some_and(|span| text.get(..span.start).is_some_and(|before| before.trim().is_empty()));
    let Some(schema) = view.schema().filter(|_| first) else { return error };
    if let Some(word) = ask::meant(text) {
        error.help = vec![format!("did you mean `{word}`?")];
    } else if let Some(noun) = ask::first_noun(text, schema) {
        error.help = vec![format!("a sentence begins with a word such as `which`: `which {noun} ...`")];
    } else if error.help.is_empty() {
        // Nearly a clause would have been meant as one.
        error.help = vec![ask::KINDS.to_owned()];
    }
    error
}
