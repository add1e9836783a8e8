//! What every operator shares while a statement runs: the graph, parameters, limits, counters.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::function::temporal;
use super::operator::Subplan;
use super::{Host, ProcedureColumns, Records, Result};
use crate::model::{Class, Detail, Diagnostic, Value};
use crate::plan::expr::SubplanId;
use crate::plan::physical::{Plan, Spent};
use crate::store::View;

/// What a statement may use up; none is no limit.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Time from start to last row.
    pub timeout: Option<Duration>,
    /// Rows of the answer.
    pub max_rows: Option<u64>,
    /// Bytes held by operators that gather rows (sorting, grouping, paths).
    pub max_memory: Option<u64>,
    /// Set to true from anywhere (another thread, a signal handler) to stop the statement.
    pub cancel: Option<Arc<AtomicBool>>,
    /// How many threads may work on the statement at a time; none: as many as there are cores. The answer is the same.
    pub threads: Option<usize>,
    /// Counts how often the statement looks at its limits, for tests that it does so often enough.
    #[doc(hidden)]
    pub looks: Option<Arc<AtomicU64>>,
}

/// What a statement changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Nodes added.
    pub nodes_created: u64,
    /// Edges added.
    pub edges_created: u64,
    /// Properties set, removed ones included.
    pub properties_set: u64,
    /// Labels put on nodes, new nodes included.
    pub labels_added: u64,
    /// Nodes deleted.
    pub nodes_deleted: u64,
    /// Edges deleted.
    pub edges_deleted: u64,
    /// Labels taken off nodes, deleted nodes included.
    pub labels_removed: u64,
    /// Indexes defined.
    pub indexes_added: u64,
    /// Indexes dropped.
    pub indexes_removed: u64,
    /// Constraints defined.
    pub constraints_added: u64,
    /// Constraints dropped.
    pub constraints_removed: u64,
}

/// What both changed.
impl std::ops::Add for Summary {
    type Output = Summary;

    fn add(self, other: Summary) -> Summary {
        Summary {
            nodes_created: self.nodes_created + other.nodes_created,
            edges_created: self.edges_created + other.edges_created,
            properties_set: self.properties_set + other.properties_set,
            labels_added: self.labels_added + other.labels_added,
            nodes_deleted: self.nodes_deleted + other.nodes_deleted,
            edges_deleted: self.edges_deleted + other.edges_deleted,
            labels_removed: self.labels_removed + other.labels_removed,
            indexes_added: self.indexes_added + other.indexes_added,
            indexes_removed: self.indexes_removed + other.indexes_removed,
            constraints_added: self.constraints_added + other.constraints_added,
            constraints_removed: self.constraints_removed + other.constraints_removed,
        }
    }
}

type Parameters = Arc<std::collections::BTreeMap<String, Value<'static>>>;

/// The state of a running statement.
pub(super) struct Context<'g> {
    /// The graph, with the statement's own changes.
    pub(super) view: View<'g>,
    pub(super) plan: Arc<Plan>,
    pub(super) summary: Summary,
    /// What each operator did, by `Op::id`.
    pub(super) spent: Vec<Spent>,
    parameters: Parameters,
    host: Arc<dyn Host>,
    guard: Guard,
    /// The statement's clock: seconds since 1970 and nanoseconds.
    pub(super) now: (i64, i64),
    /// What a sort has learnt of the rows that can still be among its first, by the number of the operator that asks.
    pub(super) floors: HashMap<usize, i64>,
    /// Subqueries of expressions, built when first met. One that runs is out of the map.
    subplans: HashMap<SubplanId, Subplan<'g>>,
}

/// The limits of a running statement, shared by the threads that work on it.
#[derive(Clone)]
pub(super) struct Guard {
    limits: Limits,
    started: Instant,
    /// Bytes held.
    memory: Arc<AtomicU64>,
}

impl Guard {
    fn new(limits: Limits) -> Self {
        Guard { limits, started: Instant::now(), memory: Arc::default() }
    }

    /// Whether to go on; asked once a batch and inside long loops.
    pub(super) fn check(&self, view: &View<'_>) -> Result<()> {
        if let Some(looks) = &self.limits.looks {
            looks.fetch_add(1, Ordering::Relaxed);
        }
        if self.limits.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
            return Err(Diagnostic::new(Class::Cancelled, Detail::Other, "the statement was cancelled"));
        }
        if let Some(timeout) = self.limits.timeout
            && self.started.elapsed() > timeout
        {
            let message = format!("the statement ran longer than {timeout:?}");
            return Err(exceeded(message, "raise the time-out, or narrow the question"));
        }
        view.health().map_err(|error| Diagnostic::new(Class::Corrupt, Detail::Other, error.to_string()))
    }

    /// Accounts for bytes that are held.
    pub(super) fn hold(&self, bytes: u64) -> Result<()> {
        self.fits(self.memory.fetch_add(bytes, Ordering::Relaxed), bytes)
    }

    /// Whether so many bytes may be held besides what is.
    fn fits(&self, held: u64, bytes: u64) -> Result<()> {
        match self.limits.max_memory {
            Some(most) if held.saturating_add(bytes) > most => Err(exceeded(
                format!("the statement holds more than {most} bytes of rows"),
                "raise the limit on memory, or add a LIMIT or a filter",
            )),
            _ => Ok(()),
        }
    }

    /// Gives back bytes that were held.
    pub(super) fn release(&self, bytes: u64) {
        self.memory.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The graph and the limits, as threads share them.
#[derive(Clone, Copy)]
pub(super) struct Watch<'c, 'g> {
    pub(super) view: &'c View<'g>,
    guard: &'c Guard,
    /// How many threads may work on the statement.
    pub(super) threads: usize,
}

impl Watch<'_, '_> {
    /// Whether to go on.
    pub(super) fn check(&self) -> Result<()> {
        self.guard.check(self.view)
    }
}

impl<'g> Context<'g> {
    pub(super) fn new(
        plan: Arc<Plan>,
        view: View<'g>,
        (parameters, host): (Parameters, Arc<dyn Host>),
        limits: Limits,
    ) -> Self {
        Context {
            view,
            plan,
            summary: Summary::default(),
            spent: Vec::new(),
            parameters,
            host,
            guard: Guard::new(limits),
            now: temporal::now(),
            floors: HashMap::new(),
            subplans: HashMap::new(),
        }
    }

    /// The value of `$name`.
    pub(super) fn parameter(&self, name: &str) -> Result<Value<'g>> {
        self.parameters.get(name).cloned().ok_or_else(|| not_given(name))
    }

    /// What a procedure gives.
    pub(super) fn call(&self, procedure: &str, arguments: &[Value<'g>]) -> Result<ProcedureColumns> {
        let mut held = 0;
        let mut hold = |bytes| {
            held += bytes;
            self.guard.hold(bytes)
        };
        let columns = self.host.call(procedure, &self.view, arguments, self.threads(), &mut || self.check(), &mut hold);
        self.guard.release(held);
        columns
    }

    /// The records of a CSV file.
    pub(super) fn open_csv(&self, place: &str, delimiter: u8, even: bool) -> Result<Records> {
        self.host.open_csv(place, delimiter, even)
    }

    /// Notes a batch that an operator gave.
    pub(super) fn count(&mut self, id: usize, rows: usize) {
        let spent = self.spent_by(id);
        spent.rows += rows as u64;
        spent.batches += 1;
    }

    /// What an operator did so far.
    pub(super) fn spent_by(&mut self, id: usize) -> &mut Spent {
        if self.spent.len() <= id {
            self.spent.resize(id + 1, Spent::default());
        }
        &mut self.spent[id]
    }

    /// A context for another thread that works on the same statement, on the graph as it is now.
    pub(super) fn fork(&self) -> Self {
        Context {
            view: self.view.clone(),
            plan: Arc::clone(&self.plan),
            summary: Summary::default(),
            spent: Vec::new(),
            parameters: Arc::clone(&self.parameters),
            host: Arc::clone(&self.host),
            guard: self.guard.clone(),
            now: self.now,
            floors: HashMap::new(),
            subplans: HashMap::new(),
        }
    }

    /// Adds what another thread's operators did.
    pub(super) fn join(&mut self, spent: &[Spent]) {
        for (id, by_other) in spent.iter().enumerate() {
            let spent = self.spent_by(id);
            spent.rows += by_other.rows;
            spent.batches += by_other.batches;
            spent.nanos += by_other.nanos;
        }
    }

    /// How many threads may work on the statement.
    pub(super) fn threads(&self) -> usize {
        self.guard.limits.threads.unwrap_or_else(rayon::current_num_threads).max(1)
    }

    /// What threads that only read the graph need of it.
    pub(super) fn watch(&self) -> Watch<'_, 'g> {
        Watch { view: &self.view, guard: &self.guard, threads: self.threads() }
    }

    /// The graph, to be written to, and the limits that writing keeps to.
    pub(super) fn view_and_guard(&mut self) -> (&mut View<'g>, &Guard) {
        (&mut self.view, &self.guard)
    }

    /// Whether to go on; asked once a batch and inside long loops.
    pub(super) fn check(&self) -> Result<()> {
        self.guard.check(&self.view)
    }

    /// Accounts for bytes that are held.
    pub(super) fn hold(&mut self, bytes: u64) -> Result<()> {
        self.guard.hold(bytes)
    }

    /// Whether so many bytes may be held for a moment, besides what is held.
    pub(super) fn fits(&self, bytes: u64) -> Result<()> {
        self.guard.fits(self.guard.memory.load(Ordering::Relaxed), bytes)
    }

    /// Gives back bytes that were held.
    pub(super) fn release(&mut self, bytes: u64) {
        self.guard.release(bytes);
    }

    /// How many more rows the answer may have.
    pub(super) fn rows_left(&self, given: u64) -> u64 {
        self.guard.limits.max_rows.map_or(u64::MAX, |most| most.saturating_sub(given))
    }

    /// The error behind the last row that the answer may have.
    pub(super) fn too_many_rows(&self) -> Diagnostic {
        let most = self.guard.limits.max_rows.unwrap_or(u64::MAX);
        exceeded(format!("the answer has more than {most} rows"), "raise the limit on rows, or add a LIMIT")
    }

    /// Takes a subquery's operators out, to run them.
    pub(super) fn take_subplan(&mut self, id: SubplanId) -> Subplan<'g> {
        self.subplans.remove(&id).unwrap_or_else(|| Subplan::build(&self.plan.subplans[id.0]))
    }

    /// Puts them back.
    pub(super) fn put_subplan(&mut self, id: SubplanId, subplan: Subplan<'g>) {
        self.subplans.insert(id, subplan);
    }
}

fn exceeded(message: String, help: &str) -> Diagnostic {
    Diagnostic::new(Class::LimitExceeded, Detail::Other, message).help(help)
}
/// The error of a parameter that the statement uses and the caller did not give.
pub(super) fn not_given(name: &str) -> Diagnostic {
    let message = format!("the statement uses `${name}`, but no such parameter was given");
    Diagnostic::new(Class::ParameterMissing, Detail::MissingParameter, message)
        .help(format!("pass it, with `-p {name}=VALUE` or in the map of parameters"))
}
