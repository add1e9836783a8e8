//! Sentences on the shipped graph: the Cypher that each becomes, and the answer.
//!
//! A case in `tests/sentences/*.test` is a sentence behind `> `, then its Cypher, then the first rows and how many more
//! there are. Sentence and Cypher both run and must answer alike, all rows and columns. `KENNING_BLESS=1` writes what
//! came out.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use kenning::model::Value;
use kenning::{Database, Limits, Parameters};

/// How many rows a case shows.
const SHOWN: usize = 6;

type Answer = (Vec<String>, Vec<Vec<String>>);

fn answer(db: &Database, text: &str) -> Answer {
    let rows = db.query(text, &Parameters::new(), &Limits::default());
    let rows = rows.unwrap_or_else(|error| panic!("{text}: {error}"));
    let columns = rows.columns().to_vec();
    let rows = rows.map(|row| row.unwrap_or_else(|error| panic!("{text}: {error}")).iter().map(shown).collect());
    (columns, rows.collect())
}

fn shown(value: &Value<'_>) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Int(number) => number.to_string(),
        Value::Null => "null".to_owned(),
        other => format!("{other:?}"),
    }
}

/// What is said to a sentence, once it and its Cypher have answered alike.
fn says(db: &Database, sentence: &str) -> String {
    let cypher = db.translate(sentence).unwrap_or_else(|error| panic!("{sentence}: {error}"));
    let cypher = cypher.unwrap_or_else(|| panic!("{sentence} is no sentence"));
    let (columns, rows) = answer(db, sentence);
    let of_cypher = answer(db, &cypher);
    assert_eq!((&columns, &rows), (&of_cypher.0, &of_cypher.1), "{sentence}\n{cypher}");
    let mut said = format!("{cypher}\n{}\n", columns.join(" | "));
    for row in rows.iter().take(SHOWN) {
        writeln!(said, "  {}", row.join(" | ")).unwrap();
    }
    if rows.len() > SHOWN {
        writeln!(said, "  ... {} more", rows.len() - SHOWN).unwrap();
    }
    said
}

#[test]
fn sentences_answer_as_their_cypher() {
    let db = Database::shipped().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sentences");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for path in files {
        let expected = fs::read_to_string(&path).unwrap();
        let mut found = String::new();
        for line in expected.lines() {
            if line.starts_with('#') {
                let gap = if found.is_empty() { "" } else { "\n" };
                writeln!(found, "{gap}{line}").unwrap();
            } else if let Some(sentence) = line.strip_prefix("> ") {
                write!(found, "\n{line}\n{}", says(&db, sentence)).unwrap();
            }
        }
        if std::env::var_os("KENNING_BLESS").is_some() {
            fs::write(&path, &found).unwrap();
        } else {
            assert_eq!(found, expected, "{}", path.display());
        }
    }
}
