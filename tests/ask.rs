//! Sentences on a small graph: the Cypher that they become, the notes and the errors that they deserve.
//!
//! A case in `tests/ask/*.test` is a sentence behind `>` and what is said to it: notes and Cypher, or an error (its
//! place in brackets) and the ways out. `BLESS=1` writes what came out.

#![allow(clippy::unwrap_used, reason = "tests")]

mod ask_world;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use ask_world::World;
use kenning::lang::{self, ask};
use kenning::model::Class;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ask");

static WORLD: LazyLock<World> = LazyLock::new(|| World::read(&Path::new(FOLDER).join("graph")));

/// What is said to a sentence.
fn says(sentence: &str) -> String {
    let mut said = String::new();
    match ask::parse(sentence, &WORLD.schema, &*WORLD) {
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
    let folder = Path::new(FOLDER);
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
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
                write!(found, "\n{line}\n{}", says(sentence)).unwrap();
            }
        }
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &found).unwrap();
        } else {
            assert_eq!(found, expected, "{}", path.display());
        }
    }
}

/// The nine kinds of sentences, on the graph that people meet first.
#[test]
fn the_shipped_graph_can_be_asked() {
    let graph = Path::new(env!("CARGO_MANIFEST_DIR")).join("graph");
    let world = World::read(&graph);
    for sentence in [
        "which skills address which challenges",
        "which skills address \"data bias\"",
        "which skills address any managerial challenge",
        "which practices mitigate challenges that \"Senior Director of Machine Learning\" faces",
        "how many skills address each challenge",
        "which challenges are addressed by no skill",
        "how is \"Python\" connected to \"Model accuracy over time\"",
        "why does \"Communication\" address \"Data bias\"",
        "what is \"MLOps\"",
        "compare \"Senior Director of Machine Learning\" with \"Machine Learning Engineer\"",
    ] {
        let asked = ask::parse(sentence, &world.schema, &world);
        assert!(asked.is_ok(), "{sentence}: {asked:?}");
    }
}

#[test]
fn beginnings_can_be_continued() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("", &["which", "how", "compare"], &[]),
        ("how ", &["many", "is"], &[]),
        ("which ", &["skills", "technical"], &[]),
        ("how many ", &["skills"], &[]),
        ("which skills ", &["address", "are required by"], &[]),
        ("which skills address ", &["which", "any", "no", "challenges", "managerial"], &["Challenge"]),
        ("which skills address which ", &["challenges", "technical"], &[]),
        ("which skills address challenges that ", &["are faced by", "hinder"], &[]),
        ("which skills address challenges and ", &["support"], &[]),
        ("what is ", &[], &["Skill", "Pay"]),
        ("how is \"Python\" connected to ", &[], &["Role"]),
        ("which skills eat ", &[], &[]),
        ("MATCH ", &[], &[]),
    ];
    for (text, words, names) in cases {
        let next = ask::next(text, &WORLD.schema, &*WORLD);
        for word in *words {
            assert!(next.words.iter().any(|known| known == word), "{text}: {word} is not among {:?}", next.words);
        }
        for label in *names {
            assert!(next.names.iter().any(|known| known == label), "{text}: {label} is not among {:?}", next.names);
        }
        assert_eq!((next.words.is_empty(), next.names.is_empty()), (words.is_empty(), names.is_empty()), "{text}");
    }
}

#[test]
fn cypher_is_no_sentence() {
    for text in ["MATCH (n) RETURN n", "WITH 1 AS which RETURN which", "", "  ", "whichever", "RETURN 'which skills'"] {
        assert!(!ask::is_sentence(text), "{text}");
    }
}

/// Words that sentences on the small graph are made of, and some that they are not.
const WORDS: &str = "which what how many is are why does do compare with and that who any each no not the there connected \
    to list explain don't aren't isn't a , ? . ; skills skill skils technical managerial challenges challenge problem roles \
    role address addresses addressed by faces sought in seek mitigated cover under fall \"Data bias\" \"Python\" 'Budget' \
    Communication data bias Research development over time Director of \" ' “ pay ranges high-pay foo é 数";

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2000))]

    /// Whatever people type: Cypher that parses, or an error at a place of the text.
    #[test]
    fn any_words_are_answered(start in 0..8usize, picks in proptest::collection::vec(0..90usize, 0..14)) {
        let words: Vec<&str> = WORDS.split_whitespace().collect();
        let frames = ["which skills", "how many skills", "how is", "why does", "what is", "compare", "list", ""];
        let text = picks.iter().fold(frames[start].to_owned(), |text, pick| format!("{text} {}", words[pick % words.len()]));
        match ask::parse(&text, &WORLD.schema, &*WORLD) {
            Ok(asked) => for statement in [&asked.statement, &asked.picture] {
                let cypher = lang::print(statement);
                proptest::prop_assert!(lang::parse(&cypher).is_ok(), "{text}: {cypher}");
            },
            Err(error) => {
                let span = error.span.unwrap_or_default();
                proptest::prop_assert!(text.get(span.start..span.end).is_some(), "{text}: {span:?}");
                proptest::prop_assert!(!error.message.is_empty());
            }
        }
    }
}

/// Clauses inside clauses leave many places where a name could end; the reader gives up instead of trying them all.
#[test]
fn involved_sentences_are_refused_soon() {
    let involved = format!("which challenges{}{}", " that roles that lead to roles".repeat(16), " face".repeat(16));
    let long = format!("which skills address{}", " very".repeat(500));
    for sentence in [involved, long] {
        let error = ask::parse(&sentence, &WORLD.schema, &*WORLD).unwrap_err();
        assert_eq!(error.class, Class::LimitExceeded, "{sentence}");
    }
}
