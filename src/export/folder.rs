//! A folder with a file for each set of labels and each edge type.
//!
//! Names of files are made of labels and types, without what any file system could take amiss: `nodes-Skill.csv`,
//! `edges-ADDRESSES.csv`. What is in a file, its records say themselves.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// So many characters of a name are kept.
const LONGEST: usize = 60;

/// A folder that is written to.
pub(super) struct Folder {
    path: PathBuf,
    extension: &'static str,
    /// In lower case, because some file systems see no other.
    taken: BTreeSet<String>,
}

impl Folder {
    /// Makes the folder; it may be there when nothing is in it.
    ///
    /// # Errors
    ///
    /// Something is in it, so that its files would be mixed up with ours; the system's.
    pub(super) fn new(path: &Path, extension: &'static str) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        if fs::read_dir(path)?.next().is_some() {
            return Err(io::Error::new(
                io::ErrorKind::DirectoryNotEmpty,
                "there is something in this folder; name an empty one",
            ));
        }
        Ok(Folder { path: path.to_owned(), extension, taken: BTreeSet::new() })
    }

    /// A new file, named after labels or a type.
    pub(super) fn file(&mut self, what: &str, names: &[&str]) -> io::Result<File> {
        let mut base = what.to_owned();
        for (separator, name) in ["-"].into_iter().chain(std::iter::repeat("+")).zip(names) {
            base += separator;
            base.extend(name.chars().map(|char| if char.is_alphanumeric() || char == '_' { char } else { '_' }));
        }
        let base: String = base.chars().take(LONGEST).collect();
        let mut name = base.clone();
        let mut number = 1;
        while !self.taken.insert(name.to_lowercase()) {
            number += 1;
            name = format!("{base}-{number}");
        }
        File::create_new(self.path.join(format!("{name}.{}", self.extension)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn names_of_files() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new");
        let mut folder = Folder::new(&path, "csv").unwrap();
        let long = "é".repeat(300);
        for names in [&[][..], &["A", "B"], &["a", "b"], &["../x"], &["..\\x"], &[""], &["%"], &[&long]] {
            folder.file("nodes", names).unwrap();
        }
        let mut found: Vec<String> = fs::read_dir(&path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .map(|name| name.chars().take(20).collect())
            .collect();
        found.sort();
        let expected = [
            "nodes-.csv",
            "nodes-A+B.csv",
            "nodes-_.csv",
            "nodes-___x-2.csv",
            "nodes-___x.csv",
            "nodes-a+b-2.csv",
            "nodes-éééééééééééééé",
            "nodes.csv",
        ];
        assert_eq!(found, expected);
        let refused = Folder::new(&path, "csv").map(|_| ()).unwrap_err();
        assert_eq!(refused.to_string(), "there is something in this folder; name an empty one");
    }
}
