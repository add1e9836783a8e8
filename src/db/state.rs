//! The states of a graph, one after the other: what is committed, and who adds to it.
//!
//! Readers take what is published: a snapshot and the changes since, neither of which changes any more. A writer works on
//! changes of its own, so that neither waits for the other. When they are published, those that were published before
//! serve the next writer, as soon as they have caught up with the one commit that they lack: a commit costs what it
//! changes, not what the graph has changed since its snapshot. They are copied only when a reader still holds them.
//!
//! Writers of several threads take turns. One that sees others wait leaves what it did to the next one, so that one record
//! and one sync make all of it last, and waits to be told; nobody sees any of it before.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockWriteGuard, TryLockError};

use crate::error::Error;
use crate::model::{Class, Detail, Diagnostic};
use crate::store::{self, Changes, Mark, News, Opened, Record, Snapshot, View};

/// What stands behind a graph, and takes its commits.
pub(super) enum Log {
    /// Nothing: the graph is read-only for good.
    None,
    /// The graph is gone with the process.
    Memory,
    /// A file that somebody else may write to.
    Reader(store::Reader),
    /// A file that only we write to.
    Writer(store::Writer),
}

/// A snapshot, what was published over it, and what came in its place.
struct Epoch {
    snapshot: Snapshot,
    published: RwLock<Arc<Changes>>,
    /// Never moves once it is there, so that what is borrowed from an epoch lives as long as the database is borrowed.
    next: OnceLock<Box<Epoch>>,
}

impl Epoch {
    fn new(opened: Opened) -> Self {
        Epoch { snapshot: opened.snapshot, published: RwLock::new(Arc::new(opened.changes)), next: OnceLock::new() }
    }
}

/// All that is held by the one who writes.
struct Writing {
    log: Log,
    /// What the next writer begins with, when it differs from what is published or is a copy of it.
    tip: Option<Arc<Changes>>,
    /// Where `tip` was as is published.
    since: Mark,
    /// Who waits for `tip` to be published.
    batch: Option<Arc<Batch>>,
    /// What was published before, and what it lacks.
    spare: Option<(Arc<Changes>, Record)>,
    /// Bytes of the snapshots that are kept for those who may still borrow from them.
    held: u64,
    /// A checkpoint failed; the next is tried when the commits have so many bytes.
    again_at: u64,
}

/// Writers that wait for the same sync.
#[derive(Default)]
struct Batch {
    outcome: Mutex<Option<Result<(), store::Error>>>,
    told: Condvar,
}

impl Batch {
    fn tell(&self, outcome: Result<(), store::Error>) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        self.told.notify_all();
    }

    fn wait(&self) -> Result<(), Error> {
        let mut outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match &*outcome {
                Some(Ok(())) => return Ok(()),
                Some(Err(error)) => return Err(error.again().into()),
                None => outcome = self.told.wait(outcome).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

/// The states of a graph.
pub(super) struct States {
    first: Epoch,
    writing: Mutex<Writing>,
    /// How many wait to write.
    waiting: AtomicUsize,
    /// Whether a reader ever met a writer, so that there is more than one thread.
    crowded: AtomicBool,
    /// How often what is committed has changed.
    version: AtomicU64,
}

impl States {
    pub(super) fn new(opened: Opened, log: Log) -> Self {
        let writing = Writing {
            log,
            tip: None,
            since: opened.changes.mark(),
            batch: None,
            spare: None,
            held: opened.snapshot_length(),
            again_at: 0,
        };
        States {
            first: Epoch::new(opened),
            writing: Mutex::new(writing),
            waiting: AtomicUsize::new(0),
            crowded: AtomicBool::new(false),
            version: AtomicU64::new(0),
        }
    }

    fn epoch(&self) -> &Epoch {
        let mut epoch = &self.first;
        while let Some(next) = epoch.next.get() {
            epoch = next;
        }
        epoch
    }

    /// How many snapshots came after the first, as long as none was released.
    #[cfg(feature = "cli")]
    pub(super) fn number(&self) -> usize {
        std::iter::successors(self.first.next.get(), |epoch| epoch.next.get()).count()
    }

    /// A number that changes, after it, whenever what is committed does.
    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    fn changed(&self) {
        self.version.fetch_add(1, Ordering::Release);
    }

    /// The newest snapshot.
    pub(super) fn snapshot(&self) -> &Snapshot {
        &self.epoch().snapshot
    }

    /// What is committed.
    pub(super) fn view(&self) -> View<'_> {
        let epoch = self.epoch();
        let published = match epoch.published.try_read() {
            Ok(published) => published,
            // It was poisoned by a statement that panicked while it wrote to a graph in memory, which is a bug of ours;
            // what it wrote to is gone then, and reading goes on with the snapshot.
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                self.crowded.store(true, Ordering::Relaxed);
                epoch.published.read().unwrap_or_else(PoisonError::into_inner)
            }
        };
        View::with_changes(&epoch.snapshot, Arc::clone(&published))
    }

    fn lock(&self) -> MutexGuard<'_, Writing> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        writing
    }

    /// Begins to write. `brief`: it ends with the call that began it, and holds no other lock meanwhile.
    pub(super) fn write(&self, brief: bool) -> Result<Write<'_>, Error> {
        let mut writing = self.lock();
        let epoch = self.epoch();
        match &writing.log {
            Log::None | Log::Reader(_) => return Err(read_only()),
            // As long as nobody looks on, nobody minds when what is published is written to in place.
            Log::Memory if brief && !self.crowded.load(Ordering::Relaxed) => {
                (writing.tip, writing.spare) = (None, None);
                let mut place = epoch.published.write().unwrap_or_else(PoisonError::into_inner);
                let mut changes = std::mem::take(&mut *place);
                Arc::make_mut(&mut changes).commit();
                let mark = changes.mark();
                return Ok(Write { states: self, epoch, writing, place: Some(place), changes, mark, ended: false });
            }
            Log::Memory | Log::Writer(_) => {}
        }
        // A long transaction lets nobody wait; and to write to what an answer still shows, it would have to be copied.
        let shown = writing.tip.as_mut().is_some_and(|tip| Arc::get_mut(tip).is_none());
        if !brief || shown {
            self.publish(&mut writing);
        }
        let changes = writing.begin(epoch);
        let mark = changes.mark();
        Ok(Write { states: self, epoch, writing, place: None, changes, mark, ended: false })
    }

    /// Makes what was done last, lets everybody see it, and tells those who wait.
    fn publish(&self, writing: &mut Writing) -> Option<store::Error> {
        let tip = writing.tip.take()?;
        let appended = Record::since(&tip, writing.since).and_then(|record| {
            if let (Log::Writer(file), Some(record)) = (&mut writing.log, &record) {
                file.append(record)?;
            }
            Ok(record)
        });
        let failure = match appended {
            Ok(None) => {
                writing.tip = Some(tip);
                None
            }
            Ok(Some(record)) => {
                let mut published = self.epoch().published.write().unwrap_or_else(PoisonError::into_inner);
                writing.spare = Some((std::mem::replace(&mut *published, tip), record));
                drop(published);
                self.changed();
                None
            }
            Err(error) => Some(error),
        };
        if let Some(batch) = writing.batch.take() {
            batch.tell(failure.as_ref().map_or(Ok(()), |error| Err(error.again())));
        }
        failure
    }

    /// See [`Database::checkpoint`](super::Database::checkpoint).
    pub(super) fn checkpoint(&self) -> Result<(), Error> {
        let mut writing = self.lock();
        if let Some(error) = self.publish(&mut writing) {
            return Err(error.into());
        }
        self.replace_snapshot(&mut writing)
    }

    fn replace_snapshot(&self, writing: &mut Writing) -> Result<(), Error> {
        let view = self.view();
        let opened = match &mut writing.log {
            Log::None | Log::Reader(_) => return Err(read_only()),
            Log::Memory => store::snapshot(&view)?,
            Log::Writer(file) => file.checkpoint(&view)?,
        };
        self.follow(writing, opened);
        Ok(())
    }

    /// Goes on with another snapshot.
    fn follow(&self, writing: &mut Writing, opened: Opened) {
        (writing.tip, writing.spare, writing.since) = (None, None, opened.changes.mark());
        writing.held += opened.snapshot_length();
        // Only whoever has the lock sets it.
        let _ = self.epoch().next.set(Box::new(Epoch::new(opened)));
        self.changed();
    }

    /// A new snapshot, when the commits have outgrown the old one.
    pub(super) fn checkpoint_if_long(&self) {
        self.checkpoint_long(&mut self.lock());
    }

    fn checkpoint_long(&self, writing: &mut Writing) {
        /// Below this, reading the commits takes no time that anybody notices.
        const SHORT: u64 = 1 << 20;
        let Log::Writer(file) = &writing.log else { return };
        // Old snapshots count, so that those who never let go of any have few of them.
        let length = file.log_length();
        if length > SHORT.max(writing.held / 2).max(writing.again_at) && self.replace_snapshot(writing).is_err() {
            // All of it is in the file as it is.
            writing.again_at = length * 2;
        }
    }

    /// See [`Database::refresh`](super::Database::refresh).
    pub(super) fn refresh(&self) -> Result<bool, Error> {
        let mut writing = self.lock();
        let Log::Reader(reader) = &mut writing.log else { return Ok(false) };
        let records = match reader.news()? {
            News::None => return Ok(false),
            News::File(opened) => {
                self.follow(&mut writing, *opened);
                return Ok(true);
            }
            News::Commits(records) => records,
        };
        // The view writes to a copy: what does not fit leaves what is published.
        let mut view = self.view();
        records.iter().try_for_each(|record| view.replay(record))?;
        reader.accept();
        *self.epoch().published.write().unwrap_or_else(PoisonError::into_inner) = view.changes();
        self.changed();
        Ok(true)
    }

    /// Lets go of snapshots that were replaced.
    pub(super) fn release(&mut self) {
        while let Some(next) = self.first.next.take() {
            self.first = *next;
        }
        let writing = self.writing.get_mut().unwrap_or_else(PoisonError::into_inner);
        writing.held = self.first.snapshot.length();
    }
}

/// One after the other, as a chain that is dropped by its first link ends on the stack.
impl Drop for States {
    fn drop(&mut self) {
        self.release();
    }
}

impl Writing {
    /// Changes to write to: what is published, and what waits to be.
    fn begin(&mut self, epoch: &Epoch) -> Arc<Changes> {
        if let Some(tip) = self.tip.take() {
            if self.batch.is_none() {
                self.since = tip.mark();
            }
            return tip;
        }
        let published = epoch.published.read().unwrap_or_else(PoisonError::into_inner);
        let mut changes = self.caught_up(epoch).unwrap_or_else(|| Arc::clone(&published));
        if let Some(changes) = Arc::get_mut(&mut changes) {
            changes.commit();
        }
        self.since = changes.mark();
        changes
    }

    /// The spare changes as those that are published, when nobody else holds them.
    fn caught_up(&mut self, epoch: &Epoch) -> Option<Arc<Changes>> {
        let (mut changes, record) = self.spare.take()?;
        Arc::get_mut(&mut changes)?.commit();
        let mut view = View::with_changes(&epoch.snapshot, changes);
        view.replay(&record).ok()?;
        Some(view.changes())
    }
}

/// The right to write, and what is written. Dropped, it leaves nothing.
pub(super) struct Write<'g> {
    states: &'g States,
    epoch: &'g Epoch,
    writing: MutexGuard<'g, Writing>,
    /// What is published is written to in place.
    place: Option<RwLockWriteGuard<'g, Arc<Changes>>>,
    /// The graph's changes as they are to be.
    pub(super) changes: Arc<Changes>,
    /// As it was found.
    mark: Mark,
    ended: bool,
}

impl<'g> Write<'g> {
    /// The snapshot that the changes belong to.
    pub(super) fn snapshot(&self) -> &'g Snapshot {
        &self.epoch.snapshot
    }

    /// Goes on from where another right to write to the same state was given up.
    #[cfg(feature = "cli")]
    pub(super) fn resume(&mut self, (changes, mark): (Arc<Changes>, Mark)) {
        (self.changes, self.mark, self.writing.since) = (changes, mark, mark);
    }

    /// Gives up the right to write, to go on later.
    #[cfg(feature = "cli")]
    pub(super) fn suspend(mut self) -> (Arc<Changes>, Mark) {
        self.ended = true;
        (std::mem::take(&mut self.changes), self.mark)
    }

    /// Makes what was done last, and lets everybody see it.
    ///
    /// # Errors
    ///
    /// The disk's; nothing was done then.
    pub(super) fn commit(mut self) -> Result<(), Error> {
        self.ended = true;
        let changes = std::mem::take(&mut self.changes);
        if let Some(mut place) = self.place.take() {
            *place = changes;
            drop(place);
            self.states.changed();
            return Ok(());
        }
        self.writing.tip = Some(changes);
        if self.states.waiting.load(Ordering::SeqCst) > 0 && matches!(self.writing.log, Log::Writer(_)) {
            // Whoever waits will be here next.
            let batch = Arc::clone(self.writing.batch.get_or_insert_default());
            drop(self);
            return batch.wait();
        }
        if let Some(error) = self.states.publish(&mut self.writing) {
            return Err(error.into());
        }
        self.states.checkpoint_long(&mut self.writing);
        Ok(())
    }
}

impl Drop for Write<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // What was being written to is gone, and with it what others had left in it.
            if let Some(batch) = self.writing.batch.take() {
                batch.tell(Err(store::Error::Lost("another statement of the same commit went wrong".to_owned())));
            }
        } else if !self.ended {
            let mut changes = std::mem::take(&mut self.changes);
            // Somebody else holds them: they are those that are published, or nobody's that are worth a copy.
            let undone = Arc::get_mut(&mut changes).filter(|changes| changes.can_undo_to(self.mark));
            let undone = undone.map(|changes| changes.undo_to(self.mark)).is_some();
            match &mut self.place {
                Some(place) => **place = changes,
                None if undone || self.writing.batch.is_some() => self.writing.tip = Some(changes),
                None => {}
            }
        }
        // Those who left it to us wait.
        if self.writing.batch.is_some() && self.states.waiting.load(Ordering::SeqCst) == 0 {
            self.states.publish(&mut self.writing);
        }
    }
}

fn read_only() -> Error {
    Error::Run(Diagnostic::new(Class::Unsupported, Detail::Other, "this graph is open for reading only").help(
        "to write to a file: `ken --write --graph FILE`, or `Database::open_to_write`; to a graph in memory: \
             `ken --memory`, or `Database::in_memory`",
    ))
}
