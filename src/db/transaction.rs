//! Transactions: several statements that are seen whole or not at all.

#[cfg(feature = "cli")]
use std::sync::Arc;

use super::state::Write;
use super::{Database, Empty, Limits, Parameters, Prepared, Rows};
use crate::error::Error;
use crate::store::View;
#[cfg(feature = "cli")]
use crate::store::{Changes, Mark};

/// Several statements that others see when [`Transaction::commit`] has returned, and never if it is not called.
///
/// There is one transaction at a time; whoever begins another waits. Readers do not wait: they see what was committed. A
/// statement that fails leaves nothing behind, and the transaction goes on without it.
///
/// ```
/// use kenning::{Database, Limits, Parameters};
///
/// let db = Database::in_memory();
/// let mut transaction = db.begin()?;
/// transaction.query("CREATE (:Skill {name: 'Python'})", &Parameters::new(), &Limits::default())?;
/// assert_eq!(db.view().node_count(), 0);
/// transaction.commit()?;
/// assert_eq!(db.view().node_count(), 1);
/// # Ok::<(), kenning::Error>(())
/// ```
pub struct Transaction<'g> {
    database: &'g Database,
    write: Write<'g>,
}

/// A transaction between two of its statements, for the one who has the database to itself.
#[cfg(feature = "cli")]
pub(crate) struct Suspended((Arc<Changes>, Mark));

#[cfg(feature = "cli")]
impl Transaction<'_> {
    /// Lets go of the database. Nobody else may write before it is resumed: what they did would be lost.
    pub(crate) fn suspend(self) -> Suspended {
        Suspended(self.write.suspend())
    }
}

#[cfg(feature = "cli")]
impl Database {
    /// Goes on with a transaction of this database.
    pub(crate) fn resume(&self, suspended: Suspended) -> Result<Transaction<'_>, Error> {
        let mut transaction = self.begin()?;
        transaction.write.resume(suspended.0);
        Ok(transaction)
    }
}

impl Database {
    /// Begins a transaction.
    ///
    /// # Errors
    ///
    /// [`Error::Run`] when the graph is open for reading only.
    pub fn begin(&self) -> Result<Transaction<'_>, Error> {
        Ok(Transaction { database: self, write: self.states.write(false)? })
    }
}

impl<'g> Transaction<'g> {
    /// Runs a statement on the graph as this transaction has left it.
    ///
    /// # Errors
    ///
    /// As [`Database::query`].
    pub fn query(&mut self, text: &str, parameters: &Parameters, limits: &Limits) -> Result<Rows<'g>, Error> {
        let prepared = self.database.prepare_on(text, &self.view(), &[])?;
        prepared.within(self.write.snapshot(), &mut self.write.changes, parameters, limits)
    }

    /// Runs a prepared statement of the same database.
    ///
    /// # Errors
    ///
    /// As [`Prepared::query`].
    ///
    /// # Panics
    ///
    /// When the statement was prepared on another database: its plan knows another graph.
    pub fn run(
        &mut self,
        statement: &Prepared<'g>,
        parameters: &Parameters,
        limits: &Limits,
    ) -> Result<Rows<'g>, Error> {
        assert!(std::ptr::eq(statement.database, self.database), "this statement was prepared on another database");
        statement.within(self.write.snapshot(), &mut self.write.changes, parameters, limits)
    }

    /// Why an answer is empty, as [`Database::explain_empty`] has it, on the graph as this transaction has left it.
    ///
    /// # Errors
    ///
    /// As [`Database::explain_empty`].
    pub fn explain_empty(&self, text: &str, parameters: &Parameters, limits: &Limits) -> Result<Vec<Empty>, Error> {
        self.database.explain_empty_on(self.view(), text, parameters, limits)
    }

    /// The graph as this transaction has left it so far.
    pub fn view(&self) -> View<'g> {
        View::with_changes(self.write.snapshot(), self.write.changes.clone())
    }

    /// Makes what the statements did last, and lets everybody see it.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the file cannot be written; then nothing was done.
    pub fn commit(self) -> Result<(), Error> {
        self.write.commit()
    }

    /// Forgets what the statements did, as dropping the transaction does.
    pub fn rollback(self) {}
}
