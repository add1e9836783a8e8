//! Writing a graph's file: whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::Error;
use super::disk::{Disk, System};

/// Writes a snapshot's bytes to a file, in place of one that is there.
///
/// They go to a new file beside it, are synced, and take the name at the end: whoever looks sees the old graph or the
/// new one, and a reader that has the old one mapped keeps it.
///
/// # Errors
///
/// [`Error::Io`] when the folder cannot be written to; the old file is then untouched.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let temporary = beside(path);
    let written = write_new(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    written.and_then(|()| System.sync_folder(path)).map_err(|source| {
        // The temporary file is of no use to anybody; that it cannot be removed either would say nothing new.
        let _ = fs::remove_file(&temporary);
        Error::Io { action: "write", path: path.into(), source }
    })
}

/// A name in the same folder that nobody else uses: neither another process nor another thread of this one.
fn beside(path: &Path) -> PathBuf {
    static WRITES: AtomicU64 = AtomicU64::new(0);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}-{}.tmp", std::process::id(), WRITES.fetch_add(1, Ordering::Relaxed)));
    path.with_file_name(name)
}

fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
