//! A graph's file: a snapshot and the commits behind it.
//!
//! Any number of readers in any number of processes, and one writer, who has the lock of the file. A commit is appended
//! and synced before anybody is told of it. A checkpoint writes a new snapshot beside the file and gives it the name:
//! readers keep the file that they opened.

use std::borrow::Cow;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use super::disk::{Disk, Handle};
use super::record::{self, Record};
use super::{Changes, Error, Image, Snapshot, View, checkpoint, layout, log};
use crate::model::definition::Change;

/// A writer that runs out of room behind its commits makes the file longer by so many zeros: a sync costs less when the
/// length stays as it is.
const ROOM: usize = 1 << 16;

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

/// Where a file's commits end.
#[derive(Clone, Copy, Debug, Default)]
struct Next {
    at: u64,
    sequence: u64,
    snapshot: u64,
    snapshot_length: u64,
}

/// Somebody who reads a file, and may ask later what came since.
#[derive(Debug)]
pub struct Reader {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    handle: Box<dyn Handle>,
    next: Next,
    /// Behind the commits that were told of last.
    ahead: Next,
}

/// What came to a file since it was read.
#[derive(Debug)]
pub enum News {
    /// Nothing.
    None,
    /// Commits behind those that were read.
    Commits(Vec<Record>),
    /// Another snapshot in its place.
    File(Box<Opened>),
}

/// Finds out whether a snapshot is right, before it takes a file's place.
pub type Right<'r> = &'r dyn Fn(&Opened) -> Result<(), Error>;

/// The one who may write to a file.
#[derive(Debug)]
pub struct Writer {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    handle: Box<dyn Handle>,
    next: Next,
    /// How long the file is: zeros may stand behind the commits.
    length: u64,
    /// A commit failed half-way and could not be taken back: nothing is written any more.
    broken: bool,
}

impl Opened {
    /// How many bytes the snapshot has.
    pub fn snapshot_length(&self) -> u64 {
        self.snapshot.length()
    }
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
    let (records, end) = log::commits(tail, 1, snapshot)?;
    let tail = Tail { bytes: tail.into(), records, end };
    let changes = replay(&base, &tail).map_err(|(_, error)| error)?;
    Ok(opened(base, changes, (own.len() as u64, snapshot), &tail))
}

/// Reads what can be read of a file's bytes, copied, and tells what cannot, a sentence each; nothing when all is well.
///
/// # Errors
///
/// The header or the description of the contents is damaged: nothing can be read then.
pub fn salvage(bytes: &[u8]) -> Result<(Opened, Vec<String>), Error> {
    let promised = usize::try_from(layout::promised(bytes)?).unwrap_or(usize::MAX);
    let (base, mut findings) = Snapshot::salvage(bytes)?;
    if promised > bytes.len() {
        findings.push(format!(
            "it is cut short after {} of {promised} bytes, and commits behind them are lost",
            bytes.len()
        ));
    }
    let (own, tail) = bytes.split_at(promised.min(bytes.len()));
    let (_, snapshot) = layout::extent(own, u64::MAX)?;
    let (records, end) = log::whole(tail, 1, snapshot);
    let lost = log::commits(tail, 1, snapshot).is_err();
    let mut tail = Tail { bytes: tail.into(), records, end };
    let all = tail.records.len();
    let changes = loop {
        match replay(&base, &tail) {
            Ok(changes) => break changes,
            // A commit that does not fit what is left of the graph ends what can be saved.
            Err((0, error)) => return Err(error),
            Err((fitting, _)) => tail.records.truncate(fitting - 1),
        }
    };
    if lost || tail.records.len() < all {
        findings.push(format!("commit {} behind the snapshot and all that follow are lost", tail.records.len() + 1));
    }
    Ok((opened(base, changes, (own.len() as u64, snapshot), &tail), findings))
}

/// What a view shows, as a snapshot in memory.
///
/// # Errors
///
/// The builder's.
pub fn in_memory(view: &View<'_>) -> Result<Opened, Error> {
    from_bytes(&checkpoint::builder(view)?.finish()?)
}

/// Opens a file for reading.
pub(super) fn open(disk: Arc<dyn Disk>, path: &Path) -> Result<(Opened, Reader), Error> {
    let handle = disk.open(path, false).map_err(failed("open", path))?;
    let opened = read(handle.as_ref(), path)?;
    let next = opened.next;
    Ok((opened, Reader { disk, path: path.to_owned(), handle, next, ahead: next }))
}

impl Reader {
    /// What came to the file since it was opened, or since the commits that were accepted last.
    ///
    /// # Errors
    ///
    /// The file is gone, or damaged.
    pub fn news(&mut self) -> Result<News, Error> {
        if !self.handle.is_at(&self.path).map_err(failed("open", &self.path))? {
            let (opened, reader) = open(Arc::clone(&self.disk), &self.path)?;
            *self = reader;
            return Ok(News::File(Box::new(opened)));
        }
        let Next { at, sequence, snapshot, .. } = self.next;
        let tail = tail(self.handle.as_ref(), &self.path, (at, sequence, snapshot))?;
        if tail.records.is_empty() {
            return Ok(News::None);
        }
        self.ahead = Next { at: at + tail.end as u64, sequence: sequence + tail.records.len() as u64, ..self.next };
        Ok(News::Commits(tail.records().map(Record::from).collect()))
    }

    /// Takes note that the commits that were told of last are part of the graph now.
    pub fn accept(&mut self) {
        self.next = self.ahead;
    }
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
            let length = handle.length().map_err(failed("open", path))?;
            let mut writer = Writer { disk, path: path.to_owned(), handle, next: opened.next, length, broken: false };
            if opened.unfinished > 0 {
                writer.cut()?;
            }
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
    let base = Snapshot::read(bytes)?;
    let tail = tail(handle, path, (own as u64, 1, snapshot))?;
    let changes = replay(&base, &tail).map_err(|(_, error)| error)?;
    Ok(opened(base, changes, (own as u64, snapshot), &tail))
}

/// The bytes behind a snapshot, or behind the commits that were read before.
struct Tail<'b> {
    bytes: Cow<'b, [u8]>,
    /// Of whole commits.
    records: Vec<Range<usize>>,
    /// Where the last of them ends.
    end: usize,
}

impl Tail<'_> {
    fn records(&self) -> impl Iterator<Item = &[u8]> {
        self.records.iter().map(|range| &self.bytes[range.clone()])
    }
}

/// The bytes from a place on, where the commit with this sequence is to begin.
fn tail(handle: &dyn Handle, path: &Path, (at, sequence, snapshot): (u64, u64, u64)) -> Result<Tail<'static>, Error> {
    let mut attempts = 0..3;
    loop {
        let length = handle.length().map_err(failed("open", path))?;
        let tail = usize::try_from(length.saturating_sub(at)).unwrap_or(usize::MAX);
        let bytes = handle.read(at, tail).map_err(failed("read", path))?;
        match log::commits(&bytes, sequence, snapshot) {
            Ok((records, end)) => return Ok(Tail { bytes: bytes.into(), records, end }),
            // Somebody may have written two commits while the first was being read. Then it is whole by now.
            Err(_) if attempts.next().is_some() => std::thread::sleep(Duration::from_millis(1)),
            Err(error) => return Err(error),
        }
    }
}

/// What the commits behind a snapshot did.
///
/// # Errors
///
/// With the number of the commit, from 1, that does not fit; 0 when the snapshot's own definitions do not.
fn replay(base: &Snapshot, tail: &Tail<'_>) -> Result<Changes, (usize, Error)> {
    let mut view = View::new(base);
    for definition in base.definitions() {
        let change = Change::Create { definition: definition.clone(), lenient: false };
        view.define_again(&change).map_err(|error| (0, Error::Corrupt(error.to_string())))?;
    }
    for (number, record) in (1..).zip(tail.records()) {
        record::apply(&mut view, record).map_err(|error| (number, error))?;
    }
    let mut changes = view.changes();
    drop(view);
    Ok(std::mem::take(Arc::make_mut(&mut changes)))
}

fn opened(snapshot: Snapshot, changes: Changes, (own, id): (u64, u64), tail: &Tail<'_>) -> Opened {
    let commits = tail.records.len() as u64;
    // A writer that is killed leaves zeros, too; those are nobody's commit.
    let unfinished = tail.bytes[tail.end..].iter().rposition(|byte| *byte != 0).map_or(0, |last| last as u64 + 1);
    let next = Next { at: own + tail.end as u64, sequence: commits + 1, snapshot: id, snapshot_length: own };
    Opened { snapshot, changes, commits, unfinished, next }
}

impl Writer {
    /// Appends what was done since the last commit, and returns when it will last.
    ///
    /// # Errors
    ///
    /// The disk's; the file is then as it was, or the writer of no use any more. [`Error::Gone`] when the name of the file
    /// stands for another one: what is appended to this one, nobody would find.
    pub fn append(&mut self, record: &Record) -> Result<(), Error> {
        self.fit()?;
        let mut bytes = log::frame(record.bytes(), self.next.sequence, self.next.snapshot);
        let end = self.next.at + bytes.len() as u64;
        let written = if end <= self.length {
            self.handle.write(self.next.at, &bytes).and_then(|()| self.handle.sync_data())
        } else {
            bytes.resize(bytes.len() + ROOM, 0);
            self.handle.write(self.next.at, &bytes).and_then(|()| self.handle.sync())
        };
        if let Err(error) = written {
            // Whether any of it lasts is not known, so it is taken back; if that fails, nobody may build on it.
            self.broken = self.cut().is_err();
            return Err(failed("write", &self.path)(error));
        }
        self.length = self.length.max(self.next.at + bytes.len() as u64);
        self.next.at = end;
        self.next.sequence += 1;
        Ok(())
    }

    /// Whether what is written now will be found.
    fn fit(&self) -> Result<(), Error> {
        if self.broken {
            return Err(Error::Broken(self.path.clone()));
        }
        match self.handle.is_at(&self.path) {
            Ok(true) => Ok(()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("write", &self.path)(error)),
            Ok(false) | Err(_) => Err(Error::Gone(self.path.clone())),
        }
    }

    /// How many bytes the commits behind the snapshot take.
    pub fn log_length(&self) -> u64 {
        self.next.at.saturating_sub(self.next.snapshot_length)
    }

    /// Cuts off what stands behind the commits.
    fn cut(&mut self) -> Result<(), Error> {
        let cut = self.handle.set_length(self.next.at).and_then(|()| self.handle.sync());
        self.length = self.next.at;
        cut.map_err(failed("write", &self.path))
    }

    /// Writes what a view shows as a snapshot in place of the file, and gives the new one.
    ///
    /// # Errors
    ///
    /// The disk's; the old file is then untouched and goes on.
    pub fn checkpoint(&mut self, view: &View<'_>) -> Result<Opened, Error> {
        self.replace(&mut checkpoint::builder(view)?.image()?, None)
    }

    /// Writes a snapshot in place of the file, once it is found right, and gives the new one.
    ///
    /// # Errors
    ///
    /// As with a checkpoint, and what finds it wrong.
    pub fn replace(&mut self, image: &mut Image, right: Option<Right<'_>>) -> Result<Opened, Error> {
        self.fit()?;
        let beside = unfinished(&self.path);
        let _ = self.disk.remove(&beside);
        let made = self.disk.create(&beside).and_then(|handle| {
            write(image, handle.as_ref())?;
            // Before anybody can find it by its name.
            handle.try_lock()?;
            Ok(handle)
        });
        if let (Ok(handle), Some(right)) = (&made, right)
            && let Err(error) = read(handle.as_ref(), &beside).and_then(|opened| right(&opened))
        {
            let _ = self.disk.remove(&beside);
            return Err(error);
        }
        let renamed = made.and_then(|handle| self.disk.rename(&beside, &self.path).map(|()| handle));
        let handle = renamed.map_err(|error| {
            // It is of no use to anybody; that it cannot be removed either would say nothing new.
            let _ = self.disk.remove(&beside);
            failed("write", &self.path)(error)
        })?;
        // From here on the new file has the name. Whether that lasts is known behind the sync.
        self.broken = self.disk.sync_folder(&self.path).is_err();
        let opened = read(handle.as_ref(), &self.path)?;
        (self.handle, self.next, self.length) = (handle, opened.next, opened.next.at);
        Ok(opened)
    }
}

/// A file that nobody writes to any more has no room behind its commits.
impl Drop for Writer {
    fn drop(&mut self) {
        if self.length > self.next.at && !self.broken {
            // The room does no harm: whoever reads takes zeros for what they are.
            let _ = self.handle.set_length(self.next.at);
        }
    }
}

/// Writes a snapshot and makes it last. What was written goes to the disk while the rest is written.
fn write(image: &mut Image, handle: &dyn Handle) -> io::Result<()> {
    /// A sync of less is not worth a thread.
    const MUCH: usize = 1 << 23;
    std::thread::scope(|scope| {
        let (mut waiting, mut syncing) = (0, None::<ScopedJoinHandle<'_, io::Result<()>>>);
        // A failure is told once, to whoever syncs first.
        let synced = |thread: ScopedJoinHandle<'_, io::Result<()>>| {
            thread.join().unwrap_or_else(|_| Err(io::Error::other("the sync of what was written failed")))
        };
        image.write_to(&mut |at, bytes| {
            handle.write(at, bytes)?;
            waiting += bytes.len();
            if waiting >= MUCH && syncing.as_ref().is_none_or(ScopedJoinHandle::is_finished) {
                syncing.take().map_or(Ok(()), synced)?;
                syncing = Some(scope.spawn(|| handle.sync_data()));
                waiting = 0;
            }
            Ok(())
        })?;
        syncing.take().map_or(Ok(()), synced)
    })?;
    // Where the last arrays are empty, nothing was written up to the end.
    handle.set_length(image.length())?;
    handle.sync()
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
