//! What `load::text` says of a source: every `tests/build/*.test` holds files and the report they deserve.
//!
//! A case is a comment, files behind `--- name` lines (`schema.toml` may be left out: then it is
//! `tests/build/schema.toml`) and the report behind `--- report`. `BLESS=1` writes the reports that came out.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use kenning::model::Value;
use kenning::store::{Snapshot, View};

const REPORT: &str = "report";

#[test]
fn reports() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/build");
    let mut cases: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "test"));
    cases.sort();
    assert!(!cases.is_empty());
    let mut failures = String::new();
    for path in cases {
        let case = fs::read_to_string(&path).unwrap();
        let (head, expected) = case.split_once("\n--- report\n").unwrap();
        let found = report(&folder, head);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, format!("{head}\n--- {REPORT}\n{found}\n")).unwrap();
        } else if found.trim_end() != expected.trim_end() {
            writeln!(failures, "{}\nexpected\n{expected}\nfound\n{found}\n", path.display()).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Writes the case's files into a folder and builds it.
fn report(folder: &Path, case: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(folder.join("schema.toml"), dir.path().join("schema.toml")).unwrap();
    for file in case.split("\n--- ").skip(1) {
        let (name, text) = file.split_once('\n').unwrap_or((file, ""));
        // A file without text is one that the source does not have.
        if text.trim().is_empty() {
            fs::remove_file(dir.path().join(name)).unwrap();
        } else {
            fs::write(dir.path().join(name), text).unwrap();
        }
    }
    let prefix = format!("{}/", dir.path().display());
    match kenning::load::text(dir.path()) {
        Ok(_) => "built".to_owned(),
        Err(errors) => errors.to_string().replace(&prefix, "").replace(&*dir.path().display().to_string(), "."),
    }
}

#[test]
fn the_same_text_gives_the_same_bytes() {
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ask/graph");
    let copy = tempfile::tempdir().unwrap();
    // Another place, files made in another order, and one that is none of our business.
    fs::write(copy.path().join("notes.md"), "not a graph").unwrap();
    for name in ["schema.toml", "nodes.toml"] {
        fs::copy(text.join(name), copy.path().join(name)).unwrap();
    }
    let bytes = kenning::load::text(&text).unwrap();
    assert!(bytes == kenning::load::text(copy.path()).unwrap());
}

#[test]
fn the_snapshot_holds_what_the_text_says() {
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ask/graph");
    let snapshot = Snapshot::from_bytes(&kenning::load::text(&text).unwrap()).unwrap();
    let view = View::new(&snapshot);
    let nodes = fs::read_to_string(text.join("nodes.toml")).unwrap();
    assert_eq!(view.node_count(), nodes.matches("[[").count() as u64);
    assert_eq!(view.edge_count(), nodes.matches("to = ").count() as u64);
    let seek = |label, id| {
        let (label, key) = (view.label_id(label).unwrap(), view.key_id("id").unwrap());
        view.seek(label, key, &Value::string(id)).unwrap()[0]
    };
    let mut edges = Vec::new();
    view.edges_between(seek("Skill", "communication"), seek("Challenge", "shortage"), None, |edge| edges.push(edge));
    let [edge] = edges[..] else { panic!("{edges:?}") };
    let property = |key| view.edge_property(edge, view.key_id(key).unwrap());
    assert_eq!(property("basis"), Value::string("inferred"));
    assert_eq!(property("why"), Value::string("It follows."));
    assert_eq!(property("source"), Value::Null);
    let schema = view.schema().unwrap();
    assert_eq!(schema.types[0].synonyms, ["position", "positions"]);
    assert_eq!(schema.relations[0].rules.when[0].required, ["why"]);
}
