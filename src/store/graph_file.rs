//! A graph's file: a snapshot and the commits behind it.
//!
//! Any number of readers in any number of processes, and one writer, who has the lock of the file. A commit is appended
//! and synced before anybody is told of it. A checkpoint writes a new snapshot beside the file and gives it the name:
//! readers keep the file that they opened.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::disk::{Disk, Handle};
use super::{Changes, Error, Snapshot, View, checkpoint, layout, log, record};
use crate::model::definition::Change;

/// A snapshot with what was committed behind it.
#[derive(Debug)]
pub struct Opened {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// What was committed since.
    pub changes: Changes,
    /// How many commits that were.
    pub commits: u64,
    /// How many bytes behind the last of them were never finished, and count for nothing.
    pub unfinished: u64,
    /// Where the next commit begins, its sequence, and which snapshot it belongs to.
    next: Next,
}

#[derive(Clone, Copy, Debug, Default)]
struct Next {
    at: u64,
    sequence: u64,
    snapshot: u64,
    snapshot_length: u64,
}

/// The one who may write to a file.
#[derive(Debug)]
pub struct Writer {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    handle: Box<dyn Handle>,
    next: Next,
    /// A commit failed half-way and could not be taken back: nothing is written any more.
    broken: bool,
}

impl From<Snapshot> for Opened {
    fn from(snapshot: Snapshot) -> Self {
        Opened { snapshot, changes: Changes::default(), commits: 0, unfinished: 0, next: Next::default() }
    }
}

/// Reads a file's bytes, copied.
///
/// # Errors
///
/// As with a file.
pub fn from_bytes(bytes: &[u8]) -> Result<Opened, Error> {
    let (own, snapshot) = layout::extent(bytes, bytes.len() as u64)?;
    let (own, tail) = bytes.split_at(own);
    let base = Snapshot::from_bytes(own)?;
    let (changes, (at, sequence)) = replay(&base, tail, snapshot)?;
    Ok(Opened {
        snapshot: base,
        changes,
        commits: sequence - 1,
        unfinished: (tail.len() - at) as u64,
        next: Next { at: (own.len() + at) as u64, sequence, snapshot, snapshot_length: own.len() as u64 },
    })
}

/// What a view shows, as a snapshot in memory.
///
/// # Errors
///
/// The builder's.
pub fn in_memory(view: &View<'_>) -> Result<Opened, Error> {
    from_bytes(&checkpoint::bytes(view)?)
}

/// Opens a file for reading.
pub(super) fn open(disk: &dyn Disk, path: &Path) -> Result<Opened, Error> {
    let handle = disk.open(path, false).map_err(failed("open", path))?;
    read(handle.as_ref(), path)
}

/// Opens a file for writing; waits so long for another writer to end.
pub(super) fn open_to_write(disk: Arc<dyn Disk>, path: &Path, patience: Duration) -> Result<(Opened, Writer), Error> {
    let start = Instant::now();
    loop {
        let handle = disk.open(path, true).map_err(failed("open", path))?;
        let locked = handle.try_lock().map_err(failed("lock", path))?;
        // A checkpoint may have put another file in its place between the two.
        if locked && handle.is_at(path).map_err(failed("open", path))? {
            let opened = read(handle.as_ref(), path)?;
            let writer = Writer { disk, path: path.to_owned(), handle, next: opened.next, broken: false };
            writer.drop_torn()?;
            // Whoever was killed in the middle of a checkpoint left it; there is none as a rule.
            let _ = writer.disk.remove(&unfinished(path));
            return Ok((opened, writer));
        }
        if !locked && start.elapsed() >= patience {
            return Err(Error::Busy { path: path.to_owned(), holder: disk.holder(path) });
        }
        if !locked {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Makes a file with an empty graph; it must not be there yet.
pub(super) fn create(disk: &dyn Disk, path: &Path) -> Result<(), Error> {
    let bytes = super::Builder::new().finish()?;
    let made = disk.create(path).and_then(|handle| {
        handle.write(0, &bytes)?;
        handle.sync()
    });
    made.and_then(|()| disk.sync_folder(path)).map_err(failed("create", path))
}

fn read(handle: &dyn Handle, path: &Path) -> Result<Opened, Error> {
    let length = handle.length().map_err(failed("open", path))?;
    let start = handle.read(0, layout::HEADER_LENGTH).map_err(failed("read", path))?;
    let (own, snapshot) = layout::extent(&start, length)?;
    let bytes = handle.map(own).map_err(failed("map", path))?;
    let tail = usize::try_from(length - own as u64).unwrap_or(usize::MAX);
    let tail = handle.read(own as u64, tail).map_err(failed("read", path))?;
    let base = Snapshot::read(bytes)?;
    let (changes, (at, sequence)) = replay(&base, &tail, snapshot)?;
    Ok(Opened {
        snapshot: base,
        changes,
        commits: sequence - 1,
        unfinished: (tail.len() - at) as u64,
        next: Next { at: own as u64 + at as u64, sequence, snapshot, snapshot_length: own as u64 },
    })
}

/// What the commits behind a snapshot did, where they end, and the sequence of the next.
fn replay(base: &Snapshot, tail: &[u8], snapshot: u64) -> Result<(Changes, (usize, u64)), Error> {
    let (records, end) = log::commits(tail, snapshot)?;
    let next = (end, records.len() as u64 + 1);
    let mut view = View::new(base);
    for definition in base.definitions() {
        let change = Change::Create { definition: definition.clone(), lenient: false };
        view.define_again(&change).map_err(|error| Error::Corrupt(error.to_string()))?;
    }
    for range in records {
        record::apply(&mut view, &tail[range])?;
    }
    let mut changes = view.changes();
    drop(view);
    let kept = Arc::make_mut(&mut changes);
    kept.commit();
    Ok((std::mem::take(kept), next))
}

impl Writer {
    /// Appends what was done since the last commit, and returns when it will last.
    ///
    /// # Errors
    ///
    /// The disk's; the file is then as it was, or the writer of no use any more.
    pub fn commit(&mut self, changes: &Changes) -> Result<(), Error> {
        if self.broken {
            return Err(Error::Broken(self.path.clone()));
        }
        let Some(record) = record::encode(changes)? else { return Ok(()) };
        let bytes = log::frame(&record, self.next.sequence, self.next.snapshot);
        if let Err(error) = self.handle.write(self.next.at, &bytes).and_then(|()| self.handle.sync()) {
            // Whether any of it lasts is not known, so it is taken back; if that fails, nobody may build on it.
            let taken_back = self.handle.set_length(self.next.at).and_then(|()| self.handle.sync());
            self.broken = taken_back.is_err();
            return Err(failed("write", &self.path)(error));
        }
        self.next.at += bytes.len() as u64;
        self.next.sequence += 1;
        Ok(())
    }

    /// How many bytes the snapshot takes.
    pub fn snapshot_length(&self) -> u64 {
        self.next.snapshot_length
    }

    /// How many bytes the commits behind the snapshot take.
    pub fn log_length(&self) -> u64 {
        self.next.at.saturating_sub(self.next.snapshot_length)
    }

    /// Cuts off what was never finished.
    fn drop_torn(&self) -> Result<(), Error> {
        let length = self.handle.length().map_err(failed("open", &self.path))?;
        if length == self.next.at {
            return Ok(());
        }
        let cut = self.handle.set_length(self.next.at).and_then(|()| self.handle.sync());
        cut.map_err(failed("write", &self.path))
    }

    /// Writes what a view shows as a snapshot in place of the file, and gives the new one.
    ///
    /// # Errors
    ///
    /// The disk's; the old file is then untouched and goes on.
    pub fn checkpoint(&mut self, view: &View<'_>) -> Result<Opened, Error> {
        if self.broken {
            return Err(Error::Broken(self.path.clone()));
        }
        let bytes = checkpoint::bytes(view)?;
        let beside = unfinished(&self.path);
        let _ = self.disk.remove(&beside);
        let made = self.disk.create(&beside).and_then(|handle| {
            handle.write(0, &bytes)?;
            handle.sync()?;
            // Before anybody can find it by its name.
            handle.try_lock()?;
            Ok(handle)
        });
        let renamed = made.and_then(|handle| self.disk.rename(&beside, &self.path).map(|()| handle));
        let handle = renamed.map_err(|error| {
            // It is of no use to anybody; that it cannot be removed either would say nothing new.
            let _ = self.disk.remove(&beside);
            failed("write", &self.path)(error)
        })?;
        // From here on the new file has the name. Whether that lasts is known behind the sync.
        self.broken = self.disk.sync_folder(&self.path).is_err();
        let opened = read(handle.as_ref(), &self.path)?;
        (self.handle, self.next) = (handle, opened.next);
        Ok(opened)
    }
}

/// Where a checkpoint is written before it takes the file's name; the lock of the file is the lock of this, too.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".checkpoint");
    path.with_file_name(name)
}

fn failed<'p>(action: &'static str, path: &'p Path) -> impl FnOnce(io::Error) -> Error + 'p {
    move |source| Error::Io { action, path: path.to_owned(), source }
}
