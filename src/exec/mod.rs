//! Plan and view to rows.
//!
//! In: a [`Plan`], a [`View`], parameters and limits. Out: a [`Cursor`] that gives batches of rows as they are pulled.
//! Operators pull from their inputs; a batch has one typed column for every variable. Nothing here sees syntax.

mod batch;
mod bound;
mod context;
pub mod expr;
pub mod function;
mod operator;
mod parallel;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use batch::Batch;
use context::Context;
pub use context::{Limits, Summary};
use operator::Operator;
pub use operator::refused;

use crate::model::{Column, Diagnostic, Value};
use crate::plan::physical::{Plan, Spent};
use crate::store::View;

type Result<T> = std::result::Result<T, Diagnostic>;

/// What a procedure gives: a column for each of its results, all as long as there are rows; what one has less reads as null.
pub type ProcedureColumns = Vec<Column<'static>>;

/// The records of a file, or what is wrong with one.
pub type Records = Box<dyn Iterator<Item = Result<Vec<String>>> + Send>;

/// What the program lends to a statement: procedures to call and files to read.
pub trait Host: Send + Sync {
    /// Runs the procedure of this name on so many threads at most; `check` is asked now and then whether to go on, and `hold`
    /// before it takes so many bytes, besides those of its columns, until it ends.
    ///
    /// # Errors
    ///
    /// What the procedure finds wrong with its arguments or the graph, and what `check` said.
    fn call(
        &self,
        name: &str,
        view: &View<'_>,
        arguments: &[Value<'_>],
        threads: usize,
        check: &mut dyn FnMut() -> Result<()>,
        hold: &mut dyn FnMut(u64) -> Result<()>,
    ) -> Result<ProcedureColumns>;

    /// Opens the CSV file at a place. Fields end at `delimiter`; all records have as many fields as the first when they
    /// are `even`.
    ///
    /// # Errors
    ///
    /// The file is not there, may not be read, or cannot be.
    fn open_csv(&self, place: &str, delimiter: u8, even: bool) -> Result<Records>;
}

/// Whether the statement has what it needs to start.
///
/// # Errors
///
/// A parameter is missing, even one that no row would have asked for.
pub fn check(plan: &Plan, parameters: &BTreeMap<String, Value<'static>>) -> Result<()> {
    match plan.parameters.iter().find(|(name, _)| !parameters.contains_key(name)) {
        Some((name, span)) => Err(context::not_given(name).at(*span)),
        None => Ok(()),
    }
}

/// Starts a statement. Nothing is computed before the first batch is pulled.
pub fn run<'g>(
    plan: Arc<Plan>,
    view: View<'g>,
    parameters: Arc<BTreeMap<String, Value<'static>>>,
    host: Arc<dyn Host>,
    limits: Limits,
) -> Cursor<'g> {
    let root = operator::build(&plan.root, &operator::ArgumentSlot::default());
    Cursor { root, context: Context::new(plan, view, (parameters, host), limits), rows: 0, full: false, done: false }
}

/// A statement that runs while it is pulled.
pub struct Cursor<'g> {
    root: Box<dyn Operator<'g> + 'g>,
    context: Context<'g>,
    rows: u64,
    /// There were more rows than the answer may have.
    full: bool,
    done: bool,
}

impl<'g> Cursor<'g> {
    /// The next rows; none at the end. After an error there is nothing more.
    ///
    /// # Errors
    ///
    /// What the statement's values or the limits bring about.
    pub fn next_batch(&mut self) -> Result<Option<Batch<'g>>> {
        if self.done {
            return Ok(None);
        }
        if self.full {
            self.done = true;
            return Err(self.context.too_many_rows());
        }
        let next = self.root.next(&mut self.context).map(|batch| batch.map(|batch| self.allowed(batch)));
        self.done = !matches!(next, Ok(Some(_)));
        next
    }

    /// As many of the rows as the answer may still have; when it may have no more, the next pull fails.
    fn allowed(&mut self, batch: Batch<'g>) -> Batch<'g> {
        let left = usize::try_from(self.context.rows_left(self.rows)).unwrap_or(usize::MAX);
        self.full = batch.len > left;
        let batch = if self.full { batch.range(0..left) } else { batch };
        self.rows += batch.len as u64;
        batch
    }

    /// The graph, with the statement's own changes so far.
    pub fn view(&self) -> &View<'g> {
        &self.context.view
    }

    /// What the statement has changed so far.
    pub fn summary(&self) -> Summary {
        self.context.summary
    }

    /// What each operator has done so far, by `Op::id`.
    pub fn spent(&self) -> &[Spent] {
        &self.context.spent
    }
}
