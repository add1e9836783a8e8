//! Prepared statements: parsed and planned once, run many times.

use std::sync::Arc;

use super::plans::Planned;
use super::{Database, Limits, Parameters, Rows};
use crate::error::Error;
use crate::exec;
use crate::lang::ast::Mode;
use crate::model::Class;
use crate::plan;
use crate::store::{Changes, Snapshot, View};

/// A statement of a database, ready to run with other parameters each time.
///
/// ```
/// use kenning::{Database, Limits, Parameters, model::Value};
///
/// let db = Database::shipped()?;
/// let skills = db.prepare("MATCH (s:Skill {kind: $kind}) RETURN count(s)")?;
/// for kind in ["technical", "soft"] {
///     let parameters = Parameters::from([("kind".to_owned(), Value::string(kind))]);
///     assert_eq!(skills.query(&parameters, &Limits::default())?.count(), 1);
/// }
/// # Ok::<(), kenning::Error>(())
/// ```
pub struct Prepared<'g> {
    pub(super) database: &'g Database,
    pub(super) planned: Arc<Planned>,
}

impl<'g> Prepared<'g> {
    /// Runs it on the graph as it is now.
    ///
    /// # Errors
    ///
    /// [`Error::Run`] of a parameter that is missing, and while it runs; later rows may still fail, as the iterator says.
    pub fn query(&self, parameters: &Parameters, limits: &Limits) -> Result<Rows<'g>, Error> {
        if !self.changes(parameters)? {
            return self.read(self.database.view(), parameters, limits);
        }
        let written = self.database.write_committed(&self.planned.plan, parameters, limits);
        let rows = written.map_err(|error| self.placed(error))?;
        self.told(rows)
    }

    /// The names of the answer's columns; none for a statement without `RETURN`.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.planned.plan.columns.iter().map(|(name, _)| name.as_str())
    }

    /// Whether it changes the graph.
    pub fn writes(&self) -> bool {
        self.planned.plan.writes
    }

    /// Runs it on the changes of a transaction.
    pub(super) fn within(
        &self,
        snapshot: &'g Snapshot,
        changes: &mut Arc<Changes>,
        parameters: &Parameters,
        limits: &Limits,
    ) -> Result<Rows<'g>, Error> {
        if !self.changes(parameters)? {
            let view = View::with_changes(snapshot, Arc::clone(changes));
            return self.read(view, parameters, limits);
        }
        let written = self.database.write_to(snapshot, changes, &self.planned.plan, (parameters, limits));
        let rows = written.map_err(|error| self.placed(error))?;
        self.told(rows)
    }

    /// Whether running it would change the graph; an error when a parameter is missing for that, or to read.
    fn changes(&self, parameters: &Parameters) -> Result<bool, Error> {
        if self.planned.mode == Mode::Explain {
            return Ok(false);
        }
        exec::check(&self.planned.plan, parameters).map_err(Error::Run)?;
        Ok(self.planned.plan.writes)
    }

    fn read(&self, view: View<'g>, parameters: &Parameters, limits: &Limits) -> Result<Rows<'g>, Error> {
        if self.planned.mode == Mode::Explain {
            let rows = Rows::text(view, "plan", &plan::explain(&self.planned.plan, None));
            return Ok(rows.saying(self.planned.notes.clone(), None, self.planned.warnings.clone()));
        }
        let rows = self.database.read(&self.planned.plan, view, parameters, limits);
        self.told(rows)
    }

    /// A constraint is checked when the statement has ended, so all of it is the place.
    fn placed(&self, error: Error) -> Error {
        match error {
            Error::Run(error) if error.class == Class::ConstraintVerificationFailed && error.span.is_none() => {
                Error::Run(error.at(self.planned.span))
            }
            error => error,
        }
    }

    /// The rows with everything there is to say about them; of a profile, the plan with its counts.
    fn told(&self, rows: Rows<'g>) -> Result<Rows<'g>, Error> {
        if self.planned.mode == Mode::Profile {
            let (view, spent) = rows.drain()?;
            let rows = Rows::text(view, "plan", &plan::explain(&self.planned.plan, Some(&spent)));
            return Ok(rows.saying(self.planned.notes.clone(), None, self.planned.warnings.clone()));
        }
        Ok(rows.saying(self.planned.notes.clone(), self.planned.nothing.clone(), self.planned.warnings.clone()))
    }
}
