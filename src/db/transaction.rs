//! Transactions: several statements that are seen whole or not at all.

use std::sync::{Arc, MutexGuard, PoisonError};

use super::{Database, Limits, Parameters, Prepared, Rows, Writer};
use crate::error::Error;
use crate::store::{Changes, View};

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
    changes: Arc<Changes>,
    /// Whether a statement has written.
    begun: bool,
    /// Held to the end.
    writer: MutexGuard<'g, Writer>,
}

/// A transaction between two of its statements, for the one who has the database to itself.
#[cfg(feature = "cli")]
pub(crate) struct Suspended {
    changes: Arc<Changes>,
    begun: bool,
}

#[cfg(feature = "cli")]
impl Transaction<'_> {
    /// Lets go of the database. Nobody else may write before it is resumed: what they did would be lost.
    pub(crate) fn suspend(self) -> Suspended {
        Suspended { changes: self.changes, begun: self.begun }
    }
}

#[cfg(feature = "cli")]
impl Database {
    /// Goes on with a transaction of this database.
    pub(crate) fn resume(&self, suspended: Suspended) -> Transaction<'_> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        Transaction { database: self, changes: suspended.changes, begun: suspended.begun, writer }
    }
}

impl Database {
    /// Begins a transaction.
    ///
    /// # Errors
    ///
    /// [`Error::Run`] when the graph is open for reading only.
    pub fn begin(&self) -> Result<Transaction<'_>, Error> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.can_write()?;
        let changes = Arc::clone(&self.changes.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Transaction { database: self, changes, begun: false, writer })
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
        self.begin(&prepared);
        prepared.within(&mut self.changes, parameters, limits)
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
        self.begin(statement);
        statement.within(&mut self.changes, parameters, limits)
    }

    /// What came before the first statement that writes is committed already.
    fn begin(&mut self, statement: &Prepared<'_>) {
        if statement.writes() && !std::mem::replace(&mut self.begun, true) {
            Arc::make_mut(&mut self.changes).commit();
        }
    }

    /// The graph as this transaction has left it so far.
    pub fn view(&self) -> View<'g> {
        View::with_changes(&self.database.snapshot, Arc::clone(&self.changes))
    }

    /// Makes what the statements did last, and lets everybody see it.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the file cannot be written; then nothing was done.
    pub fn commit(mut self) -> Result<(), Error> {
        if self.begun {
            self.writer.commit(&self.changes)?;
        }
        *self.database.changes.lock().unwrap_or_else(PoisonError::into_inner) = self.changes;
        Ok(())
    }

    /// Forgets what the statements did, as dropping the transaction does.
    pub fn rollback(self) {}
}
