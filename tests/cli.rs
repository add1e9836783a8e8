//! Plays the transcripts in `tests/cli/`: command lines with what they must say and how they must end.
//!
//! ```text
//! # a comment
//! $ ken query 'RETURN 1 AS one'      a command; quotation marks as in a shell, {root} is this package's directory
//! < text                             a line of its standard input
//! one                                a line of its standard output
//! 2> error: ...                      a line of its standard error
//! [1]                                its exit code, unless it is 0
//! ```
//!
//! `$ write FILE` makes a file of the `<` lines, `$ cat FILE` shows one. Each transcript has a directory of its own; its
//! commands share it. A name like `formats.without-parquet.txt` says which builds play it: those with or without this
//! feature. Times are masked. `KENNING_BLESS=1 cargo test --test cli` writes down what is said now.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn transcripts() {
    let folder = Path::new(ROOT).join("tests/cli");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let other = if cfg!(feature = "parquet") { ".without-parquet." } else { ".with-parquet." };
    paths.retain(|path| !path.to_str().unwrap().contains(other));
    assert!(!paths.is_empty());
    let mut differ = Vec::new();
    for path in paths {
        let expected = fs::read_to_string(&path).unwrap();
        let found = play(&expected);
        if found == expected {
            continue;
        }
        if std::env::var_os("KENNING_BLESS").is_some() {
            fs::write(&path, found).unwrap();
        } else {
            differ.push(difference(&path, &expected, &found));
        }
    }
    assert!(differ.is_empty(), "{}\nKENNING_BLESS=1 accepts what is said now", differ.join("\n"));
}

fn ken(directory: &Path, words: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ken"));
    command.args(words).current_dir(directory).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn damage_has_its_own_exit_code() {
    let directory = tempfile::tempdir().unwrap();
    let source = Path::new(ROOT).join("graph");
    assert!(ken(directory.path(), &["build", source.to_str().unwrap(), "-o", "whole.ken"]).status.success());
    let whole = fs::read(directory.path().join("whole.ken")).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(directory.path().join(name), bytes).unwrap();
    write("short.ken", &whole[..whole.len() / 2]);
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 0xff;
    write("flipped.ken", &flipped);
    write("empty.ken", b"");
    let code = |words: &[&str]| ken(directory.path(), words).status.code();
    assert_eq!(code(&["check", "-g", "whole.ken"]), Some(0));
    assert_eq!(code(&["check", "-g", "short.ken"]), Some(4));
    assert_eq!(code(&["query", "-g", "short.ken", "RETURN 1"]), Some(4));
    assert_eq!(code(&["check", "-g", "flipped.ken"]), Some(4));
    assert_eq!(code(&["check", "-g", "empty.ken"]), Some(3));
    assert_eq!(code(&["check", "-g", "."]), Some(3));
    assert_eq!(code(&["query", "RETURN 1", "-o", "no/such/folder.tsv"]), Some(3));
}

#[test]
fn a_plan_that_ran_tells_each_step_in_any_form() {
    let directory = tempfile::tempdir().unwrap();
    let statement = "UNWIND range(1, 3000) AS x WITH x WHERE x > 10 RETURN x";
    let done = ken(directory.path(), &["explain", "--analyze", "-F", "json", statement]);
    let steps: Vec<serde_json::Value> = serde_json::from_slice(&done.stdout).unwrap();
    let depths = steps.iter().map(|step| step["depth"].as_u64());
    assert!(depths.eq((0..steps.len() as u64).map(Some)), "{steps:?}");
    assert_eq!((steps[0]["rows"].as_u64(), &steps[0]["cypher"]), (Some(2990), &serde_json::Value::Null), "{steps:?}");
    assert!(steps.iter().all(|step| step["batches"].is_u64() && step["ms"].is_f64()), "{steps:?}");
}

/// What a disk without room does: a process that may not make files longer than 24 kB.
#[cfg(unix)]
#[test]
fn a_full_disk_takes_no_commit_half_way() {
    let directory = tempfile::tempdir().unwrap();
    assert!(ken(directory.path(), &["query", "--create", "-g", "full.ken", "CREATE (:First)"]).status.success());
    let statement =
        "CREATE (:Page {text: 'x'}) WITH 1 AS one RETURN reduce(t = 'text', i IN range(1, 9) | t + t) AS text;";
    let create = "UNWIND ['a text of some length, so that a few of these fill the file'] AS text CREATE (:Page {text: text + text + text});";
    fs::write(directory.path().join("many.cypher"), format!("{statement}\n{create}\n").repeat(400)).unwrap();
    // The room that a writer keeps ahead is the first thing that finds no room.
    let limited = "trap '' XFSZ; ulimit -f 48; exec \"$0\" query --write -g full.ken --file many.cypher";
    let output = Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_ken")])
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("error: cannot write full.ken: file too large"), "{told}");
    let acknowledged = told.lines().filter(|line| line.contains("1 node created")).count();
    let found = ken(directory.path(), &["query", "-g", "full.ken", "MATCH (p:Page) RETURN count(*) AS n"]);
    assert_eq!(String::from_utf8(found.stdout).unwrap(), format!("n\n{acknowledged}\n"));
    assert!(ken(directory.path(), &["check", "-g", "full.ken"]).status.success());
    // With room again, it goes on.
    assert!(ken(directory.path(), &["query", "--write", "-g", "full.ken", "CREATE (:Page)"]).status.success());
    assert!(ken(directory.path(), &["checkpoint", "-g", "full.ken"]).status.success());
}

/// A folder in which nothing can be made: files in it can be written to, and keep their commits.
#[cfg(unix)]
#[test]
#[allow(clippy::print_stdout, reason = "what was not tested is said")]
fn a_folder_that_is_read_only_keeps_its_files() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    assert!(ken(directory.path(), &["query", "--create", "-g", "a.ken", "CREATE (:First)"]).status.success());
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let privileged = fs::write(directory.path().join("probe"), "").is_ok();
    if privileged {
        println!("SKIPPED: this user may write to read-only folders");
    } else {
        let create = ken(directory.path(), &["query", "--create", "-g", "b.ken", "RETURN 1"]);
        assert_eq!(create.status.code(), Some(3));
        assert!(String::from_utf8(create.stderr).unwrap().contains("cannot create b.ken: permission denied"));
        assert!(ken(directory.path(), &["query", "--write", "-g", "a.ken", "CREATE (:Second)"]).status.success());
        let checkpoint = ken(directory.path(), &["checkpoint", "-g", "a.ken"]);
        assert_eq!(checkpoint.status.code(), Some(3));
        assert!(String::from_utf8(checkpoint.stderr).unwrap().contains("cannot write a.ken: permission denied"));
    }
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(ken(directory.path(), &["check", "-g", "a.ken"]).status.success());
}

#[test]
fn a_file_that_somebody_writes_to_says_who_and_how_to_wait() {
    let directory = tempfile::tempdir().unwrap();
    assert!(ken(directory.path(), &["query", "--create", "-g", "a.ken", "CREATE (:First)"]).status.success());
    let holder = kenning::Database::open_to_write(&directory.path().join("a.ken"), Duration::ZERO).unwrap();
    let writer =
        ken(directory.path(), &["query", "--write", "--busy-timeout", "1ms", "-g", "a.ken", "CREATE (:Second)"]);
    assert_eq!(writer.status.code(), Some(3));
    let told = String::from_utf8(writer.stderr).unwrap();
    assert!(told.contains("error: a.ken is being written by "), "{told}");
    assert!(told.contains("= help: wait longer with `--busy-timeout`; reading waits for nobody"), "{told}");
    assert!(ken(directory.path(), &["query", "-g", "a.ken", "RETURN 1"]).status.success());
    drop(holder);
}

#[test]
#[cfg(unix)]
fn an_argument_that_is_no_text_is_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let odd = OsStr::from_bytes(b"qu\xFFry");
    let done = Command::new(env!("CARGO_BIN_EXE_ken")).args([odd, OsStr::new("RETURN 1")]).output().unwrap();
    assert_eq!(done.status.code(), Some(2), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ken"))
        .args(["query", "UNWIND range(1, 300000) AS x RETURN x"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

/// The first line that differs, with what stands around it.
fn difference(path: &Path, expected: &str, found: &str) -> String {
    let same = expected.lines().zip(found.lines()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.lines().skip(same.saturating_sub(3)).take(8).collect::<Vec<_>>().join("\n");
    format!("{}:{}\n--- expected\n{}\n--- found\n{}", path.display(), same + 1, around(expected), around(found))
}

/// The transcript with what its commands really say.
fn play(transcript: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let mut played = String::new();
    let mut lines = transcript.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with('#') || line.is_empty() {
            played.push_str(&format!("{line}\n"));
        }
        let Some(command) = line.strip_prefix("$ ") else { continue };
        played.push_str(&format!("{line}\n"));
        let mut input = String::new();
        while let Some(text) = lines.next_if(|line| *line == "<" || line.starts_with("< ")) {
            played.push_str(&format!("{text}\n"));
            input.push_str(text.strip_prefix("< ").unwrap_or_default());
            input.push('\n');
        }
        let words = words(&command.replace("{root}", ROOT));
        match words[0].as_str() {
            "write" => fs::write(directory.path().join(&words[1]), input).unwrap(),
            "cat" => played.push_str(&lines_of(&fs::read_to_string(directory.path().join(&words[1])).unwrap(), "")),
            "rm" => fs::remove_file(directory.path().join(&words[1])).unwrap(),
            // Turns one byte into another.
            "damage" => {
                let path = directory.path().join(&words[1]);
                let mut bytes = fs::read(&path).unwrap();
                bytes[words[2].parse::<usize>().unwrap()] ^= 0x41;
                fs::write(path, bytes).unwrap();
            }
            "ken" => played.push_str(&run(directory.path(), &words[1..], &input)),
            other => panic!("{other} is no command of transcripts"),
        }
        // What was said earlier, up to the next command or comment.
        while lines.next_if(|line| !line.starts_with("$ ") && !line.starts_with('#')).is_some() {}
        if lines.peek().is_some() {
            played.push('\n');
        }
    }
    played
}

fn run(directory: &Path, words: &[String], input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ken"))
        .args(words)
        .current_dir(directory)
        .env_clear()
        .env("HOME", directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads no input may have ended already.
    _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let mut said = lines_of(&String::from_utf8(output.stdout).unwrap(), "");
    said.push_str(&lines_of(&String::from_utf8(output.stderr).unwrap(), "2> "));
    match output.status.code() {
        Some(0) => {}
        code => said.push_str(&format!("[{}]\n", code.map_or("killed".to_owned(), |code| code.to_string()))),
    }
    said
}

fn lines_of(text: &str, prefix: &str) -> String {
    let text = text.replace(ROOT, "{root}");
    let times = regex::Regex::new(r"\b\d+(\.\d+)? (µs|ms|s)\b").unwrap();
    times
        .replace_all(&text, "TIME")
        .lines()
        .map(|line| format!("{prefix}{line}").trim_end().to_owned() + "\n")
        .collect()
}

/// Words as a shell splits them; no variables, no patterns.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = None::<String>;
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            (c, Some(mark)) if c == mark => quote = None,
            ('\\', Some('"') | None) => word.get_or_insert_default().extend(chars.next()),
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (' ', None) => words.extend(word.take()),
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
