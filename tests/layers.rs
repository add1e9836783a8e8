//! Who may import whom: the design's table, read off the `crate::` and `super::` paths of every file.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

/// What a top-level module may name. `lang::ast` allows that module and what is in it, no sibling of it.
const TABLE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("lang", &["model"]),
    ("store", &["model"]),
    ("plan", &["lang::ast", "model"]),
    ("exec", &["plan::physical", "plan::expr", "store", "model"]),
    ("load", &["store", "model"]),
    ("export", &["store", "model"]),
    ("algo", &["store", "model"]),
    ("diff", &["export", "store", "model"]),
    ("lint", &["store", "model"]),
    ("db", &["lang", "plan", "exec", "load", "export", "algo", "store", "model", "error"]),
    ("cli", &["db", "diff", "export", "lint", "model", PUBLIC]),
    // The error has a variant for each stage.
    ("error", &["load", "store", "model"]),
];

/// The names that lib.rs exports, such as `crate::Database`.
const PUBLIC: &str = "the crate's public names";

/// File, what it names although the table says otherwise, and why it may.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// Free to name everything: they declare the modules and start the program.
const FREE: &[&str] = &["lib.rs", "main.rs"];

#[test]
fn layers_import_downwards_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    list(&src, &mut files);
    assert!(files.len() > 10, "the sources are not where this test looks for them");
    let mut offences = Vec::new();
    let mut used = vec![false; EXCEPTIONS.len()];
    for path in files {
        let name = path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
        for offence in check(&name, &fs::read_to_string(&path).unwrap()) {
            let exception = EXCEPTIONS.iter().position(|(file, path, _)| *file == name && within(&offence.path, path));
            match exception {
                Some(index) => used[index] = true,
                None => offences.push(format!("src/{name}:{}: `{}`", offence.line, offence.path.join("::"))),
            }
        }
    }
    assert!(offences.is_empty(), "imports against the table of layers:\n{}", offences.join("\n"));
    for ((file, path, _), used) in EXCEPTIONS.iter().zip(used) {
        assert!(used, "the exception for `{path}` in src/{file} is no longer needed");
    }
}

fn list(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        // A `tests.rs` beside a module is its test module.
        if path.is_dir() {
            list(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") && path.file_name().unwrap() != "tests.rs" {
            files.push(path);
        }
    }
    files.sort();
}

#[derive(Debug, PartialEq)]
struct Offence {
    line: usize,
    path: Vec<String>,
}

/// The paths in a file that its layer may not name; `name` is relative to `src`.
fn check(name: &str, text: &str) -> Vec<Offence> {
    if FREE.contains(&name) {
        return Vec::new();
    }
    let mut module: Vec<&str> = name.trim_end_matches(".rs").split('/').collect();
    if module.last() == Some(&"mod") {
        module.pop();
    }
    let layer = module[0];
    let allowed = TABLE.iter().find(|(name, _)| *name == layer).map(|(_, allowed)| *allowed);
    paths(&tokens(text), &module)
        .into_iter()
        .filter(|(_, path)| path[0] != layer)
        .filter(|(_, path)| {
            // A file that the table does not know may name nothing, so that it gets a row.
            !allowed.unwrap_or_default().iter().any(|allowed| {
                within(path, allowed) || *allowed == PUBLIC && path[0].starts_with(|c: char| c.is_uppercase())
            })
        })
        .map(|(line, path)| Offence { line, path })
        .collect()
}

fn within(path: &[String], allowed: &str) -> bool {
    let allowed: Vec<&str> = allowed.split("::").collect();
    path.len() >= allowed.len() && allowed.iter().zip(path).all(|(allowed, part)| allowed == part)
}

/// Identifiers, `::` and single characters with their lines; comments, strings and test modules are left out.
fn tokens(text: &str) -> Vec<(usize, String)> {
    let pattern = regex::Regex::new(
        r##"(?xs) (?<skip> //[^\n]* | /\*.*?\*/ | r\#+".*?"\#+ | b?r?"(?:\\.|[^"\\])*" | b?'(?:\\.[^']*|[^'\\])' | \s+ )
            | (?<token> [A-Za-z_][A-Za-z0-9_]* | :: | . )"##,
    )
    .unwrap();
    let mut line = 1;
    let mut tokens = Vec::new();
    for found in pattern.captures_iter(text) {
        if let Some(token) = found.name("token") {
            tokens.push((line, token.as_str().to_owned()));
        }
        line += found[0].matches('\n').count();
    }
    without_tests(tokens)
}

fn without_tests(tokens: Vec<(usize, String)>) -> Vec<(usize, String)> {
    let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept: Vec<(usize, String)> = Vec::new();
    let mut rest = tokens.into_iter();
    while let Some(token) = rest.next() {
        kept.push(token);
        let marked = kept.len() >= mark.len() && kept[kept.len() - mark.len()..].iter().map(|t| &t.1).eq(mark.iter());
        if marked {
            kept.truncate(kept.len() - mark.len());
            // The item behind the attribute ends with its outermost braces, or with a semicolon in front of any.
            let mut depth = 0;
            for (_, token) in rest.by_ref() {
                depth += match token.as_str() {
                    "{" => 1,
                    "}" => -1,
                    _ => 0,
                };
                if depth == 0 && matches!(token.as_str(), "}" | ";") {
                    break;
                }
            }
        }
    }
    kept
}

/// The paths from the crate's root that the tokens name, with their lines, `super::` resolved and groups unfolded.
fn paths(tokens: &[(usize, String)], module: &[&str]) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let starts = matches!(tokens[at].1.as_str(), "crate" | "super") && (at == 0 || tokens[at - 1].1 != "::");
        if starts && tokens.get(at + 1).is_some_and(|token| token.1 == "::") {
            at = path(tokens, at, module.iter().map(|part| (*part).to_owned()).collect(), &mut found);
        } else {
            at += 1;
        }
    }
    // A path to the crate's root itself, such as `use super::*` in a top-level module, names everything.
    for (_, path) in found.iter_mut().filter(|(_, path)| path.is_empty()) {
        path.push("*".to_owned());
    }
    found
}

/// Reads a path or a group's item that starts `at`; `base` is the module it starts from. Gives the next position.
fn path(
    tokens: &[(usize, String)],
    mut at: usize,
    mut base: Vec<String>,
    found: &mut Vec<(usize, Vec<String>)>,
) -> usize {
    let line = tokens[at].0;
    while let Some((_, token)) = tokens.get(at) {
        match token.as_str() {
            "crate" => base.clear(),
            "super" => drop(base.pop()),
            "self" => {}
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|(_, token)| token != "}") {
                    at = if tokens[at].1 == "," { at + 1 } else { path(tokens, at, base.clone(), found) };
                }
                return at + 1;
            }
            name => base.push(name.to_owned()),
        }
        at += 1;
        if tokens.get(at).is_none_or(|(_, token)| token != "::") {
            break;
        }
        at += 1;
    }
    found.push((line, base));
    // `as name` behind an item of a group.
    while tokens.get(at).is_some_and(|(_, token)| token == "as") {
        at += 2;
    }
    at
}

#[test]
fn the_checker_sees_offences() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("model/value.rs", "use crate::store::View;", &["1 store::View"]),
        ("model/value.rs", "use super::Span;\nfn f() { super::super::lang::parse() }", &["2 lang::parse"]),
        ("model/mod.rs", "use super::lang;", &["1 lang"]),
        ("plan/lower.rs", "use crate::lang::ast::Expr;\nuse crate::{lang::{self, ast}, model::Span};", &["2 lang"]),
        ("exec/mod.rs", "use crate::plan::{physical::{Plan as P}, rules::Rule, expr};", &["1 plan::rules::Rule"]),
        (
            "store/view.rs",
            "// crate::db\nconst S: &str = \"crate::db\"; /* crate::db\n */ type D = crate::db::D;",
            &["3 db::D"],
        ),
        (
            "store/view.rs",
            "#[cfg(test)]\nmod tests { use crate::db::D; fn f() { {} } }\nuse crate::cli::X;",
            &["3 cli::X"],
        ),
        (
            "cli/mod.rs",
            "use crate::{Database, Error};\nuse crate::model::Span;\nuse crate::store::View;",
            &["3 store::View"],
        ),
        ("load/text.rs", "use crate::Database;\npub(crate) fn f<'a>(x: &'a str) -> char { '\"' }", &["1 Database"]),
        ("odd.rs", "use crate::model::Span;", &["1 model::Span"]),
        ("lang/mod.rs", "use super::*;", &["1 *"]),
        ("lib.rs", "use crate::db::Database;", &[]),
        ("db.rs", "use crate::exec;\nuse crate::error::Error;", &[]),
    ];
    for (name, text, expected) in cases {
        let found: Vec<String> =
            check(name, text).iter().map(|o| format!("{} {}", o.line, o.path.join("::"))).collect();
        assert_eq!(found, *expected, "{name}: {text}");
    }
}
