//! CSV files for `LOAD CSV`, from folders that the program allows.
//!
//! In: the place that a statement names. Out: its records, one by one, so that a file of any size takes the memory of a
//! record. No file outside the allowed folders is opened, whatever links and `..` say: places are compared when all
//! links are resolved.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::model::{Class, Detail, Diagnostic};

type Result<T> = std::result::Result<T, Diagnostic>;

/// The folders below which files may be read; none to begin with.
#[derive(Clone, Debug, Default)]
pub struct Folders(Vec<Folder>);

#[derive(Clone, Debug)]
struct Folder {
    /// As the program names it.
    name: PathBuf,
    /// With all links resolved.
    path: PathBuf,
}

/// The records of a file.
pub struct Records {
    /// As the statement names it.
    name: String,
    records: ::csv::StringRecordsIntoIter<File>,
}

impl Folders {
    /// Allows what lies below a folder.
    ///
    /// # Errors
    ///
    /// The folder is not there, or cannot be entered.
    pub fn allow(&mut self, folder: &Path) -> std::io::Result<()> {
        let path = folder.canonicalize()?;
        if !path.is_dir() {
            return Err(std::io::ErrorKind::NotADirectory.into());
        }
        self.0.push(Folder { name: folder.to_owned(), path });
        Ok(())
    }

    /// Opens the file at `place`: a path, or a `file:` URL. What is not found as it stands is looked for in each of the
    /// folders. Fields end at `delimiter`; all records have as many fields as the first when they are `even`.
    ///
    /// # Errors
    ///
    /// No folder is allowed, the place is none of a file below one, or the file cannot be read.
    pub fn open(&self, place: &str, delimiter: u8, even: bool) -> Result<Records> {
        if self.0.is_empty() {
            return Err(wrong("LOAD CSV may read no files here".to_owned())
                .help("allow a folder: `ken --load-from DIR`, or `Database::allow_files_below`"));
        }
        let wanted = path(place)?;
        let path = self.find(&wanted).ok_or_else(|| self.not_found(place))?;
        let file = File::open(&path).map_err(|error| unreadable(place, &error.to_string()))?;
        let mut reader = ::csv::ReaderBuilder::new();
        reader.delimiter(delimiter).has_headers(false).flexible(!even);
        Ok(Records { records: reader.from_reader(file).into_records(), name: place.to_owned() })
    }

    /// The file with all links resolved, when it is there and allowed.
    fn find(&self, wanted: &Path) -> Option<PathBuf> {
        // An absolute path as it stands, and as the path below a folder that some engines take it for.
        let below = wanted.strip_prefix("/").unwrap_or(wanted);
        let places = std::iter::once(wanted.to_owned()).filter(|_| wanted.is_absolute());
        let places = places.chain(self.0.iter().map(|folder| folder.path.join(below)));
        let mut found = places.filter_map(|place| place.canonicalize().ok());
        found.find(|path| path.is_file() && self.0.iter().any(|folder| path.starts_with(&folder.path)))
    }

    fn not_found(&self, place: &str) -> Diagnostic {
        let folders: Vec<String> = self.0.iter().map(|folder| format!("`{}`", folder.name.display())).collect();
        wrong(format!("there is no file `{place}` below {}", folders.join(" or ")))
    }
}

impl Iterator for Records {
    type Item = Result<Vec<String>>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.records.next()?;
        Some(match record {
            Ok(record) => Ok(record.iter().map(str::to_owned).collect()),
            Err(error) => Err(broken(&self.name, &error)),
        })
    }
}

/// The path that a statement means.
fn path(place: &str) -> Result<PathBuf> {
    if let Some((scheme, _)) = place.split_once("://").filter(|(scheme, _)| !scheme.eq_ignore_ascii_case("file")) {
        return Err(wrong(format!("LOAD CSV reads files only, not `{scheme}:`")).help("download it first"));
    }
    let Some(url) = place.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("file:")).map(|_| &place[5..]) else {
        return Ok(place.into());
    };
    // `file:///a/b`, `file://localhost/a/b`, `file:/a/b` and `file:a/b`.
    let path = match url.strip_prefix("//") {
        Some(rest) => &rest[rest.find('/').unwrap_or(0)..],
        None => url,
    };
    Ok(unescaped(path).ok_or_else(|| wrong(format!("`{place}` is no URL of a file")))?.into())
}

/// The text with each `%41` made the byte that it stands for.
fn unescaped(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let code = part.get(..2).filter(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}

fn wrong(message: String) -> Diagnostic {
    Diagnostic::new(Class::ArgumentError, Detail::InvalidArgumentValue, message)
}

fn unreadable(name: &str, why: &str) -> Diagnostic {
    wrong(format!("cannot read `{name}`: {why}"))
}

/// What is wrong with a record, and in which line.
fn broken(name: &str, error: &::csv::Error) -> Diagnostic {
    let line = error.position().map_or(0, ::csv::Position::line);
    let place = format!("{name}:{line}");
    match error.kind() {
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let fields = if *len == 1 { "field" } else { "fields" };
            wrong(format!("{place}: {len} {fields}, where the header has {expected_len}"))
                .help("FIELDTERMINATOR ';' says what ends a field; a field that holds one stands between double quotes")
        }
        ::csv::ErrorKind::Utf8 { err, .. } => wrong(format!("{place}: field {} is not UTF-8", err.field() + 1))
            .help("convert the file: `iconv -f WINDOWS-1252 -t UTF-8`"),
        _ => unreadable(name, &error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn all(folders: &Folders, place: &str) -> std::result::Result<Vec<Vec<String>>, String> {
        folders.open(place, b',', true).and_then(Iterator::collect).map_err(|error| error.message.clone())
    }

    #[test]
    fn files_below_the_folder_and_no_others() {
        let directory = tempfile::tempdir().unwrap();
        let inside = directory.path().join("in side");
        std::fs::create_dir(&inside).unwrap();
        std::fs::write(directory.path().join("secret.csv"), "no").unwrap();
        std::fs::write(inside.join("a.csv"), "\u{feff}k,v\n1,\"x\ny\"\n").unwrap();
        std::os::unix::fs::symlink(directory.path().join("secret.csv"), inside.join("link.csv")).unwrap();
        assert!(all(&Folders::default(), "a.csv").unwrap_err().contains("no files"));
        let mut folders = Folders::default();
        folders.allow(&inside).unwrap();
        let whole = inside.join("a.csv").display().to_string();
        let url = format!("file://{}", whole.replace(' ', "%20"));
        for place in ["a.csv", "./a.csv", "file:///a.csv", "file:a.csv", "FILE://localhost/a.csv", &whole, &url] {
            assert_eq!(
                all(&folders, place).as_deref(),
                Ok(&[vec!["k".to_owned(), "v".to_owned()], vec!["1".to_owned(), "x\ny".to_owned()]][..]),
                "{place}"
            );
        }
        let outside = directory.path().join("secret.csv").display().to_string();
        for place in
            ["../secret.csv", "link.csv", "b.csv", "", ".", "file:///%zz", "https://example.org/a.csv", &outside]
        {
            assert!(all(&folders, place).is_err(), "{place}");
        }
        assert!(folders.allow(&inside.join("a.csv")).is_err());
    }

    #[test]
    fn broken_records_name_their_line() {
        let directory = tempfile::tempdir().unwrap();
        let mut folders = Folders::default();
        folders.allow(directory.path()).unwrap();
        for (text, says) in
            [(&b"a,b\n1,2\n3\n"[..], "f.csv:3: 1 field, where"), (b"a\n\xff\n", "f.csv:2: field 1 is not")]
        {
            std::fs::write(directory.path().join("f.csv"), text).unwrap();
            let error = all(&folders, "f.csv").unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
