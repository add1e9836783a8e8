//! Sentences on a small graph: the Cypher that they become, the notes and the errors that they deserve.
//!
//! A case in `tests/ask/*.test` is a sentence behind `>` and what is said to it: notes and Cypher, or an error (its
//! place in brackets) and the ways out. `BLESS=1` writes what came out.

#![allow(clippy::unwrap_used, reason = "tests")]

mod ask_world;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use ask_world::World;
use kenning::lang::{self, ask};

/// What is said to a sentence.
fn says(world: &World, sentence: &str) -> String {
    let mut said = String::new();
    match ask::parse(sentence, &world.schema, world) {
        Ok(asked) => {
            for note in &asked.notes {
                writeln!(said, "note: {} [{}]", note.message, &sentence[note.span.start..note.span.end]).unwrap();
            }
            for statement in [&asked.statement, &asked.picture] {
                let cypher = lang::print(statement);
                let again = lang::parse(&cypher).unwrap_or_else(|error| panic!("{sentence}: {cypher}: {error}"));
                assert_eq!(lang::print(&again), cypher, "what a sentence becomes is what its Cypher says");
            }
            writeln!(said, "{}", lang::print(&asked.statement)).unwrap();
        }
        Err(error) => {
            let place = error.span.map(|span| &sentence[span.start..span.end]).unwrap_or_default();
            writeln!(said, "error: {} [{place}]", error.message).unwrap();
            error.help.iter().for_each(|help| writeln!(said, "help: {help}").unwrap());
        }
    }
    said
}

#[test]
fn sentences_become_cypher() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ask");
    let world = World::read(&folder.join("graph"));
    let mut cases: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "test"));
    cases.sort();
    assert!(!cases.is_empty());
    for path in cases {
        let expected = fs::read_to_string(&path).unwrap();
        let mut found = String::new();
        for line in expected.lines() {
            if line.starts_with('#') {
                let gap = if found.is_empty() { "" } else { "\n" };
                writeln!(found, "{gap}{line}").unwrap();
            } else if let Some(sentence) = line.strip_prefix("> ") {
                assert!(ask::is_sentence(sentence), "{sentence}");
                write!(found, "\n{line}\n{}", says(&world, sentence)).unwrap();
            }
        }
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &found).unwrap();
        } else {
            assert_eq!(found, expected, "{}", path.display());
        }
    }
}

#[test]
fn cypher_is_no_sentence() {
    for text in ["MATCH (n) RETURN n", "WITH 1 AS which RETURN which", "", "  ", "whichever", "RETURN 'which skills'"] {
        assert!(!ask::is_sentence(text), "{text}");
    }
}
