//! The shipped graph: the committed snapshot is what its text builds, and the text keeps to its article.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::print_stderr, reason = "a test that cannot look says so")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// The article that the graph tells; `KENNING_SEED` names another place.
const ARTICLE: &str = "../shared/seed/000_9f777c92d335d75c.txt";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("graph")
}

/// A node's label and its table, edges included.
type Node = (String, Table);

fn nodes() -> Vec<Node> {
    let mut files: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "toml") && path.file_name().unwrap() != "schema.toml");
    files.sort();
    let tables = files.iter().flat_map(|path| fs::read_to_string(path).unwrap().parse::<Table>().unwrap());
    let nodes = tables.flat_map(|(label, nodes)| match nodes {
        Value::Array(nodes) => nodes.into_iter().map(|node| (label.clone(), node.try_into().unwrap())).collect(),
        _ => Vec::new(),
    });
    nodes.collect()
}

/// The edges that leave a node: relation and table.
fn edges(node: &Table) -> impl Iterator<Item = (&str, &Table)> {
    let lists = node.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_array()?)));
    lists.flat_map(|(key, list)| list.iter().filter_map(move |edge| Some((key, edge.as_table()?))))
}

fn string<'t>(table: &'t Table, key: &str) -> &'t str {
    table.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The article's lines; none when it is not there, as in a packaged crate.
fn article() -> Option<Vec<String>> {
    let path = std::env::var_os("KENNING_SEED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(ARTICLE), PathBuf::from);
    match fs::read_to_string(&path) {
        Ok(text) => Some(text.lines().map(str::to_owned).collect()),
        Err(error) => {
            eprintln!("NOT CHECKED: the article {} cannot be read ({error}); KENNING_SEED names it", path.display());
            None
        }
    }
}

#[test]
fn the_snapshot_is_what_the_text_builds() {
    let built = kenning::load::text(&folder()).unwrap_or_else(|errors| panic!("{errors}"));
    let committed = fs::read(folder().join("roles.ken")).unwrap_or_default();
    assert!(built == committed, "graph/roles.ken is stale: build it again with `ken build graph/ -o graph/roles.ken`");
}

#[test]
fn every_line_of_the_article_is_cited() {
    let Some(article) = article() else { return };
    let mut cited = BTreeSet::new();
    let mut cite = |table: &Table, what: &str| {
        for line in table.get("source").and_then(Value::as_array).into_iter().flatten() {
            let line = line.as_integer().and_then(|line| usize::try_from(line).ok()).unwrap_or_default();
            assert!((1..=article.len()).contains(&line), "{what} cites line {line}, and there are {}", article.len());
            cited.insert(line);
        }
    };
    for (_, node) in &nodes() {
        cite(node, string(node, "id"));
        edges(node).for_each(|(relation, edge)| cite(edge, &format!("{} {relation}", string(node, "id"))));
    }
    let silent: Vec<String> = (1..)
        .zip(&article)
        .filter(|(line, text)| !text.trim().is_empty() && !cited.contains(line))
        .map(|(line, text)| format!("{line}: {text}"))
        .collect();
    assert!(silent.is_empty(), "no node or edge cites these lines of the article:\n{}", silent.join("\n"));
}

#[test]
fn every_challenge_is_met_or_a_gap_on_purpose() {
    let nodes = nodes();
    let mut met: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (relation, edge) in nodes.iter().flat_map(|(_, node)| edges(node)) {
        met.entry(string(edge, "to")).or_default().insert(relation);
    }
    for (_, challenge) in nodes.iter().filter(|(label, _)| label == "Challenge") {
        let id = string(challenge, "id");
        let met = |relation| met.get(id).is_some_and(|relations| relations.contains(relation));
        let gap = !string(challenge, "gap").is_empty();
        assert!(gap || met("ADDRESSES"), "no skill addresses the challenge {id}, and it has no `gap`");
        assert!(gap || met("MITIGATES"), "no practice mitigates the challenge {id}, and it has no `gap`");
    }
}

#[test]
fn what_is_inferred_says_why() {
    for (_, node) in &nodes() {
        for (what, table) in edges(node).chain([("node", node)]) {
            let inferred = string(table, "basis") == "inferred";
            assert!(!inferred || !string(table, "why").is_empty(), "{}, {what} {table}: no why", string(node, "id"));
        }
    }
}

#[test]
fn no_text_copies_the_article() {
    const RUN: usize = 8;
    let Some(article) = article() else { return };
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let said = words(&article.join("\n"));
    let runs: BTreeSet<&[String]> = said.windows(RUN).collect();
    for (_, node) in &nodes() {
        let text = words(string(node, "text"));
        let copied = text.windows(RUN).find(|run| runs.contains(run));
        assert!(copied.is_none(), "the text of {} copies the article: {copied:?}", string(node, "id"));
    }
}
