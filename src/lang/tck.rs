//! The parser against every query of openCypher's TCK: each parses, unless its scenario expects it not to, and printing its
//! tree loses nothing.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

use std::path::{Path, PathBuf};

/// A query and where it stands.
struct Case {
    place: String,
    query: String,
    /// The detail of the error that is expected at compile time.
    error: Option<String>,
}

/// The TCK's folder: `KENNING_TCK`, else next to the repository.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("KENNING_TCK")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tck/features"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("NOT TESTED: no TCK in {}; set KENNING_TCK", folder.display());
    None
}

fn features(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            features(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "feature") {
            found.push(path);
        }
    }
}

/// Every query of the TCK, outlines expanded. A few lines of Gherkin are read here, because the crate `gherkin` gives up
/// on cells with backslashes.
fn cases() -> Vec<Case> {
    let mut paths = Vec::new();
    let Some(folder) = folder() else { return Vec::new() };
    features(&folder, &mut paths);
    paths.sort();
    let mut cases = Vec::new();
    for path in &paths {
        let place = path.strip_prefix(&folder).unwrap().display().to_string();
        let mut scenario = Reading::default();
        let text = std::fs::read_to_string(path).unwrap();
        for line in text.lines() {
            let trimmed = line.trim();
            if trimmed.starts_with("Scenario") && !scenario.quoting {
                std::mem::take(&mut scenario).finish(&mut cases);
                scenario.place = format!("{place}: {trimmed}");
            } else {
                scenario.read(line);
            }
        }
        scenario.finish(&mut cases);
    }
    cases
}

/// A scenario while it is read.
#[derive(Default)]
struct Reading {
    place: String,
    /// Inside a text between `"""`.
    quoting: bool,
    /// The step in front.
    step: String,
    /// Texts of queries, and whether the scenario is about them (or they only set it up).
    queries: Vec<(String, bool)>,
    error: Option<String>,
    /// The table behind `Examples:`, its head first.
    examples: Option<Vec<Vec<String>>>,
}

impl Reading {
    fn read(&mut self, line: &str) {
        let trimmed = line.trim();
        if trimmed == "\"\"\"" {
            self.quoting = !self.quoting;
            if self.quoting {
                self.queries.push((
                    String::new(),
                    self.step.contains("executing query") || self.step.contains("executing control query"),
                ));
            }
        } else if self.quoting {
            let (query, _) = self.queries.last_mut().unwrap();
            query.push_str(line);
            query.push('\n');
        } else if trimmed.starts_with("Examples:") {
            self.examples = Some(Vec::new());
        } else if let Some(table) = self.examples.as_mut().filter(|_| trimmed.starts_with('|')) {
            let cells = trimmed.trim_matches('|').split('|').map(|cell| cell.trim().replace("\\\\", "\\"));
            table.push(cells.collect());
        } else {
            if let Some((_, detail)) = trimmed.split_once("raised at compile time: ") {
                self.error = Some(detail.to_owned());
            }
            trimmed.clone_into(&mut self.step);
        }
    }

    fn finish(self, cases: &mut Vec<Case>) {
        let table = self.examples.unwrap_or_default();
        let head = table.first().cloned().unwrap_or_default();
        let rows = if table.is_empty() { vec![Vec::new()] } else { table[1..].to_vec() };
        for row in rows {
            let fill = |text: &str| {
                head.iter()
                    .zip(&row)
                    .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("<{name}>"), value))
            };
            for (query, subject) in &self.queries {
                let error = self.error.as_deref().filter(|_| *subject).map(fill);
                cases.push(Case { place: self.place.clone(), query: fill(query), error });
            }
        }
    }
}

/// What only the grammar can find.
const GRAMMAR: [&str; 7] = [
    "IntegerOverflow",
    "InvalidNumberLiteral",
    "InvalidRelationshipPattern",
    "InvalidUnicodeCharacter",
    "InvalidUnicodeLiteral",
    "FloatingPointOverflow",
    "UnexpectedSyntax",
];

#[test]
fn every_query_parses_unless_it_must_not() {
    let mut failures = Vec::new();
    let cases = cases();
    for Case { place, query, error } in &cases {
        match (super::parse(query), error) {
            (Ok(_), None) => {}
            (Ok(_), Some(detail)) if detail == "UnexpectedSyntax" || !GRAMMAR.contains(&detail.as_str()) => {}
            (Err(found), Some(detail)) if format!("{:?}", found.detail) == *detail => {}
            (found, _) => failures.push(format!("{place}\n{query}\n  expected {error:?}, found {found:?}")),
        }
    }
    eprintln!("{} queries of the TCK", cases.len());
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn printing_a_query_loses_nothing() {
    for Case { query, .. } in cases() {
        if super::parse(&query).is_ok() {
            super::print::tests::survives(&query);
        }
    }
}
