//! Files and folders, as far as a graph file needs them. Tests put one in their place that fails, tears and forgets.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::bytes::Bytes;

/// A folder's files by name.
pub(super) trait Disk: Debug + Send + Sync {
    /// Opens a file that is there, for reading, or for writing too.
    fn open(&self, path: &Path, write: bool) -> io::Result<Box<dyn Handle>>;
    /// Makes a file that is not there yet, for writing.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Handle>>;
    /// Gives a file another name, in place of the file that has it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// The process that has the lock of a file, when the system tells.
    fn holder(&self, path: &Path) -> Option<u32>;
    /// Makes what happened to the names of the file's folder last through a loss of power.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
}

/// An open file. Everything takes it shared: one of ours is held by one writer.
pub(super) trait Handle: Debug + Send + Sync {
    /// How many bytes it has.
    fn length(&self) -> io::Result<u64>;
    /// The bytes from `offset` on, as many as there are up to `length`.
    fn read(&self, offset: u64, length: usize) -> io::Result<Vec<u8>>;
    /// The first `length` bytes, to be read in place.
    fn map(&self, length: usize) -> io::Result<Bytes>;
    /// Writes all the bytes at `offset`.
    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Cuts it off, or makes it longer with zeros.
    fn set_length(&self, length: u64) -> io::Result<()>;
    /// Makes its bytes and its length last through a loss of power.
    fn sync(&self) -> io::Result<()>;
    /// The same, when the length is as it was at the last [`Handle::sync`]; this may cost less.
    fn sync_data(&self) -> io::Result<()>;
    /// Takes the lock that one writer has; false when somebody else has it. It goes with the handle.
    fn try_lock(&self) -> io::Result<bool>;
    /// Whether the name stands for this very file, or for one that took its place.
    fn is_at(&self, path: &Path) -> io::Result<bool>;
}

/// The system's own files.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct System;

impl Disk for System {
    fn open(&self, path: &Path, write: bool) -> io::Result<Box<dyn Handle>> {
        let file = OpenOptions::new().read(true).write(write).open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(Box::new(SystemFile::new(file)))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        Ok(Box::new(SystemFile::new(file)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    /// Linux lists every lock: `1: FLOCK  ADVISORY  WRITE 4711 fe:00:123456 0 EOF`, the process and the inode among it.
    #[cfg(target_os = "linux")]
    fn holder(&self, path: &Path) -> Option<u32> {
        use std::os::unix::fs::MetadataExt;
        let inode = format!(":{}", fs::metadata(path).ok()?.ino());
        let locks = fs::read_to_string("/proc/locks").ok()?;
        let mut fields = locks.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let ours = fields.find(|fields| fields.get(5).is_some_and(|place| place.ends_with(&inode)))?;
        ours.get(4)?.parse().ok()
    }

    #[cfg(not(target_os = "linux"))]
    fn holder(&self, _: &Path) -> Option<u32> {
        None
    }

    #[cfg(unix)]
    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }

    /// Folders cannot be opened here; the system orders the rename itself.
    #[cfg(not(unix))]
    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// A file and its one position, which is for one to use at a time. What needs none waits for nobody.
#[derive(Debug)]
struct SystemFile {
    file: File,
    position: Mutex<()>,
}

impl SystemFile {
    fn new(file: File) -> Self {
        SystemFile { file, position: Mutex::new(()) }
    }

    fn at<T>(&self, offset: u64, then: impl FnOnce(&File) -> io::Result<T>) -> io::Result<T> {
        let _own = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        (&self.file).seek(SeekFrom::Start(offset))?;
        then(&self.file)
    }
}

impl Handle for SystemFile {
    fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.at(offset, |file| file.take(length as u64).read_to_end(&mut bytes))?;
        Ok(bytes)
    }

    fn map(&self, length: usize) -> io::Result<Bytes> {
        // Not every system maps an empty file; an empty slice tells the same.
        if length == 0 { Ok(Bytes::from_static(&[])) } else { Bytes::map(&self.file, length) }
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.at(offset, |mut file| file.write_all(bytes))
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn try_lock(&self) -> io::Result<bool> {
        match self.file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    #[cfg(unix)]
    fn is_at(&self, path: &Path) -> io::Result<bool> {
        use std::os::unix::fs::MetadataExt;
        let (ours, theirs) = (self.file.metadata()?, fs::metadata(path)?);
        Ok((ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino()))
    }

    /// A file that is open cannot lose its name here.
    #[cfg(not(unix))]
    fn is_at(&self, path: &Path) -> io::Result<bool> {
        fs::metadata(path).map(|_| true)
    }
}
