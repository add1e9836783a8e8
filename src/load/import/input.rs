//! The files of an import: plain, gzipped, and inside zip archives.
//!
//! In: paths of files and folders. Out: inputs that can be read as often as somebody likes, each from its beginning, with
//! nothing unpacked to disk or held in memory. Only a pipe is held, as packed as it came: it gives its bytes once.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};

/// How far an import is; shared with whoever shows it, and with whoever stops it.
#[derive(Debug, Default)]
pub struct Meter {
    read: AtomicU64,
    total: AtomicU64,
    rows: AtomicU64,
    stop: AtomicBool,
}

impl Meter {
    /// Bytes that were read, as they stand on disk.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Bytes that there are to be read.
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Rows that were taken.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Asks the import to stop; it writes nothing then.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Rows were taken.
    pub(super) fn took(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    /// So many bytes more are to be read.
    pub fn expect(&self, bytes: u64) {
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// What gzipped bytes begin with.
const GZIP: &[u8] = b"\x1f\x8b\x08";

/// What zip archives begin with.
const ZIP: &[u8] = b"PK\x03\x04";

/// A file to read, or a file inside an archive.
#[derive(Clone, Debug)]
pub struct Input {
    /// As messages call it: `relations.zip/skills.csv`.
    name: String,
    path: PathBuf,
    part: Part,
    /// Bytes on disk.
    length: u64,
    meter: Arc<Meter>,
}

#[derive(Clone, Debug)]
enum Part {
    Whole,
    /// Out of a pipe, and held.
    Held(Arc<[u8]>),
    Gzip,
    /// Of a zip archive: where its bytes begin, how long they are when unpacked, their checksum, and whether they are
    /// packed at all.
    Zip {
        start: u64,
        unpacked: u64,
        crc: u32,
        deflated: bool,
    },
}

impl Input {
    /// The files at a path, sorted by name: itself, those inside it when it is an archive, those below it when it is a
    /// folder.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is an archive of a kind that cannot be unpacked.
    pub fn find(path: &Path, meter: &Arc<Meter>) -> io::Result<Vec<Self>> {
        let mut found = Vec::new();
        add(path, &path.display().to_string(), meter, &mut found)?;
        Ok(found)
    }

    /// An input that can be read only once, such as a pipe: it is read to its end and held.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn held(name: &str, from: &mut dyn Read, meter: &Arc<Meter>) -> io::Result<Self> {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes)?;
        if bytes.starts_with(ZIP) {
            return Err(io::Error::other("a zip archive cannot come out of a pipe; name its file"));
        }
        let length = bytes.len() as u64;
        let part = Part::Held(bytes.into());
        Ok(Input { name: name.to_owned(), path: name.into(), part, length, meter: Arc::clone(meter) })
    }

    /// As messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The last part of the name, without folders and without `.gz`.
    pub fn base(&self) -> &str {
        let base = self.name.rsplit(['/', '\\']).next().unwrap_or(&self.name);
        base.strip_suffix(".gz").unwrap_or(base)
    }

    /// The base without its extension.
    pub fn stem(&self) -> &str {
        self.base().rsplit_once('.').map_or(self.base(), |(stem, _)| stem)
    }

    /// The base's extension, in lower case.
    pub fn extension(&self) -> String {
        self.base().rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_lowercase())
    }

    /// Where it lies on disk, when it is a plain file there.
    pub fn plain(&self) -> Option<&Path> {
        matches!(self.part, Part::Whole).then_some(self.path.as_path())
    }

    /// Bytes that it takes on disk.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Its bytes from the beginning, unpacked. The meter counts them when `counted`: a file that is read twice counts once.
    ///
    /// # Errors
    ///
    /// The system's; a damaged archive shows while it is read.
    pub fn open(&self, counted: bool) -> io::Result<Box<dyn Read + Send>> {
        let meter = counted.then(|| Arc::clone(&self.meter));
        if let Part::Held(bytes) = &self.part {
            let packed = bytes.starts_with(GZIP);
            let raw = Counted { from: Cursor::new(Arc::clone(bytes)), meter };
            return Ok(if packed { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) });
        }
        let mut file = File::open(&self.path)?;
        if let Part::Zip { start, .. } = self.part {
            file.seek(SeekFrom::Start(start))?;
        }
        let raw = Counted { from: file, meter };
        Ok(match self.part {
            Part::Whole | Part::Held(_) => Box::new(raw),
            Part::Gzip => Box::new(MultiGzDecoder::new(raw)),
            Part::Zip { unpacked, crc, deflated, .. } => {
                let raw = raw.take(self.length);
                let inner: Box<dyn Read + Send> =
                    if deflated { Box::new(DeflateDecoder::new(raw)) } else { Box::new(raw) };
                Box::new(Checked { inner, left: unpacked, crc, sum: Crc::new() })
            }
        })
    }
}

/// The system's word, without its number.
pub(in crate::load) fn in_words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error").map_or(text.clone(), |(words, _)| words.to_owned())
}

fn add(path: &Path, name: &str, meter: &Arc<Meter>, found: &mut Vec<Input>) -> io::Result<()> {
    let about = std::fs::metadata(path)?;
    if about.is_dir() {
        let mut entries = std::fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries.iter().filter(|entry| !entry.file_name().to_string_lossy().starts_with('.')) {
            add(&entry.path(), &format!("{name}/{}", entry.file_name().to_string_lossy()), meter, found)?;
        }
        return Ok(());
    }
    let input =
        |name: String, part, length| Input { name, path: path.to_owned(), part, length, meter: Arc::clone(meter) };
    match path.extension().map(|extension| extension.to_ascii_lowercase()) {
        // A pipe, whatever it is called.
        _ if !about.is_file() => found.push(Input::held(name, &mut File::open(path)?, meter)?),
        Some(extension) if extension == "gz" => found.push(input(name.to_owned(), Part::Gzip, about.len())),
        Some(extension) if extension == "zip" => {
            let mut archive = zip::ZipArchive::new(File::open(path)?)?;
            let mut entries = Vec::new();
            for index in 0..archive.len() {
                let entry = archive.by_index_raw(index)?;
                let inside = entry.name()?;
                // Systems put folders and notes of their own into archives.
                if entry.is_dir() || inside.starts_with("__MACOSX/") {
                    continue;
                }
                let name = format!("{name}/{inside}");
                let deflated = match entry.compression() {
                    zip::CompressionMethod::STORE => false,
                    zip::CompressionMethod::DEFLATE => true,
                    other => {
                        return Err(io::Error::other(format!("{name} is packed as {other}, not deflated; unpack it")));
                    }
                };
                if entry.encrypted() {
                    return Err(io::Error::other(format!("{name} is encrypted; unpack it")));
                }
                let start = entry
                    .data_start()
                    .ok_or_else(|| io::Error::other(format!("{name} has no place in the archive")))?;
                let part = Part::Zip { start, unpacked: entry.size(), crc: entry.crc32(), deflated };
                entries.push(input(name, part, entry.compressed_size()));
            }
            entries.sort_by(|a, b| a.name.cmp(&b.name));
            found.append(&mut entries);
        }
        _ => found.push(input(name.to_owned(), Part::Whole, about.len())),
    }
    Ok(())
}

/// Bytes that tell the meter how many of them were read.
struct Counted<R> {
    from: R,
    meter: Option<Arc<Meter>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(bytes)?;
        if let Some(meter) = &self.meter {
            meter.read.fetch_add(read as u64, Ordering::Relaxed);
        }
        Ok(read)
    }
}

/// The bytes of an archive's file, held against their length and checksum.
struct Checked {
    inner: Box<dyn Read + Send>,
    left: u64,
    crc: u32,
    sum: Crc,
}

impl Read for Checked {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.sum.update(&bytes[..read]);
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "the archive is damaged here");
        // More than it promised would be a bomb, or damage.
        self.left = self.left.checked_sub(read as u64).ok_or_else(damaged)?;
        if read == 0 && !bytes.is_empty() && (self.left > 0 || self.sum.sum() != self.crc) {
            return Err(damaged());
        }
        Ok(read)
    }
}
