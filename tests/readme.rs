//! The README's transcripts are what the program prints.
//!
//! A `console` block holds commands behind `$ ` and what each prints, standard error included. `BLESS=1` writes the
//! output anew.

#![allow(clippy::unwrap_used)]

use std::path::Path;
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

#[test]
fn transcripts_are_what_the_program_prints() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&file).unwrap();
    let (mut played, mut commands, mut inside) = (String::new(), 0, false);
    for line in readme.lines() {
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
    assert!(commands > 0, "the README shows no command");
    if env::var_os("BLESS").is_some() {
        fs::write(&file, played).unwrap();
        return;
    }
    assert_eq!(readme, played, "the README shows something else; BLESS=1 writes it anew");
}

/// The texts between backquotes in the first cells of the sentences' table and the second cells of Cypher's.
fn examples(readme: &str) -> Vec<String> {
    let mut examples = Vec::new();
    let mut cell = None;
    for line in readme.lines() {
        match line {
            "| sentence | answers |" => cell = Some(1),
            "| to | write |" => cell = Some(2),
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
    let examples = examples(&readme);
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
