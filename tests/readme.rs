//! The transcripts of the README and of `docs/` are what the program prints, and their examples run.
//!
//! A `console` block holds commands behind `$ ` and what each prints, standard error included. `BLESS=1` writes the
//! output anew.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What a shell prints for the command line, with `ken` being the program under test.
fn output(command: &str) -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_ken")).parent().unwrap();
    let path = env::join_paths(
        std::iter::once(programs.to_owned()).chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())),
    );
    let shell = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("PATH", path.unwrap())
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    String::from_utf8(shell.stdout).unwrap()
}

/// The README and the pages of `docs/`.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).unwrap().map(|page| page.unwrap().path());
    let mut pages: Vec<PathBuf> = docs.filter(|page| page.extension().is_some_and(|kind| kind == "md")).collect();
    pages.push(root.join("README.md"));
    pages
}

#[test]
fn transcripts_are_what_the_program_prints() {
    let mut commands = 0;
    for file in pages() {
        let page = fs::read_to_string(&file).unwrap();
        let (mut played, mut inside) = (String::new(), false);
        for line in page.lines() {
            let fence = line.starts_with("```");
            if fence {
                inside = line == "```console";
            }
            match line.strip_prefix("$ ").filter(|_| inside) {
                Some(command) => {
                    commands += 1;
                    played.push_str(&format!("{line}\n{}", output(command)));
                }
                // What the program printed last time.
                None if inside && !fence => {}
                None => played.push_str(&format!("{line}\n")),
            }
        }
        if env::var_os("BLESS").is_some() {
            fs::write(&file, played).unwrap();
            continue;
        }
        assert_eq!(page, played, "{} shows something else; BLESS=1 writes it anew", file.display());
    }
    assert!(commands > 10, "the pages show no commands");
}

/// The texts between backquotes in the cells of the tables with these heads, by the cell's place.
fn examples(page: &str, tables: &[(&str, usize)]) -> Vec<String> {
    let mut examples = Vec::new();
    let mut cell = None;
    for line in page.lines() {
        match tables.iter().find(|(head, _)| *head == line) {
            Some((_, place)) => cell = Some(*place),
            _ if !line.starts_with('|') => cell = None,
            _ => {}
        }
        let row = line.replace("\\|", "\u{0}");
        let Some(text) = cell.and_then(|cell| row.split('|').nth(cell)) else { continue };
        let quoted = text.split('`').skip(1).step_by(2);
        examples.extend(quoted.map(|example| example.replace('\u{0}', "|")));
    }
    examples
}

#[test]
fn examples_answer() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let db = kenning::Database::shipped().unwrap();
    let examples = examples(&readme, &[("| sentence | answers |", 1), ("| to | write |", 2)]);
    assert!(examples.len() > 20, "{examples:?}");
    for example in examples {
        let rows = db.query(&example, &Default::default(), &Default::default());
        let rows = rows.unwrap_or_else(|error| panic!("{example}: {error}"));
        assert_eq!(rows.warnings().len(), 0, "{example}");
        let rows = rows.collect::<Result<Vec<_>, _>>().unwrap_or_else(|error| panic!("{example}: {error}"));
        // One question asks for gaps, and the shipped graph has none.
        assert!(!rows.is_empty() || example.contains(" no "), "{example} gives nothing");
    }
}

#[test]
fn the_page_of_the_language_keeps_its_word() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md")).unwrap();
    let run = |text: &str| {
        let db = kenning::Database::in_memory();
        let rows = db.query(text, &Default::default(), &Default::default());
        rows.and_then(|rows| rows.collect::<Result<Vec<_>, _>>()).map(|rows| rows.len())
    };
    let taken = examples(&page, &[("| from | write |", 2)]);
    assert!(taken.len() > 30, "{taken:?}");
    for example in taken {
        assert!(run(&example).is_ok(), "{example}: {:?}", run(&example));
    }
    let refused = examples(&page, &[("| not taken | such as | why, and what to write instead |", 2)]);
    assert!(refused.len() > 10, "{refused:?}");
    for example in refused {
        assert!(run(&example).is_err(), "{example}: {:?}", run(&example));
    }
}
