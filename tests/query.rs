//! Queries as data: every `tests/query/*.test` holds a graph, queries and what each of them answers.
//!
//! A file is a comment and sections behind `--- ` lines:
//!
//! | section | holds |
//! |---|---|
//! | `--- graph` | the statement that makes the graph of the queries below it, or the word `shipped` |
//! | `--- query NAME` | a query |
//! | `--- parameters` | `name: value`, one a line |
//! | `--- rows`, `--- rows in order` | the answer as a table |
//! | `--- error` | class and detail, the place as bytes of the query, the message |
//! | `--- warnings` | likewise |
//! | `--- plan` | what `explain` says; looked at where a case has this section |
//!
//! Each query runs on the graph in memory and on a mapped snapshot of it. `KENNING_BLESS=1` writes what came out; a case
//! may then be a query alone. Values are written as openCypher's TCK writes them.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::print_stderr, reason = "names the files that were written")]
#![allow(missing_docs, unreachable_pub, reason = "modules of a test")]

#[path = "tck/cell.rs"]
mod cell;
#[path = "query/file.rs"]
mod file;
#[path = "query/snapshot.rs"]
mod snapshot;

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::{env, fs};

use cell::Cell;
use file::{Case, Section};
use kenning::{Database, Error, Limits, Parameters};

#[test]
fn queries() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/query");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "test"));
    paths.sort();
    assert!(!paths.is_empty());
    let mut failures = String::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let (found, faults) = play(&text);
        failures += &faults.iter().map(|fault| format!("{}: {fault}\n\n", path.display())).collect::<String>();
        if env::var_os("KENNING_BLESS").is_some() {
            if found != text {
                eprintln!("wrote {}", path.display());
                fs::write(&path, found).unwrap();
            }
        } else if !file::same(&found, &text) {
            writeln!(failures, "{}\n{}", path.display(), file::difference(&text, &found)).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The graph that a file's queries run on, in both forms.
struct Graph {
    memory: Database,
    /// None for the shipped graph, which is a snapshot itself.
    mapped: Option<Database>,
}

impl Graph {
    fn new(statement: &str) -> Result<Graph, String> {
        if statement == "shipped" {
            return Ok(Graph { memory: Database::shipped().map_err(|e| e.to_string())?, mapped: None });
        }
        let memory = Database::in_memory();
        if !statement.is_empty() {
            let rows = memory.query(statement, &Parameters::new(), &Limits::default());
            rows.and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(|e| format!("the graph: {e}"))?;
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), snapshot::of(&memory.view()).map_err(|e| e.to_string())?).unwrap();
        // The map outlives the name.
        let mapped = Database::open(file.path()).map_err(|e| e.to_string())?;
        Ok(Graph { memory, mapped: Some(mapped) })
    }
}

/// The file with the answers that came out, and what is wrong whatever the file expects.
fn play(text: &str) -> (String, Vec<String>) {
    let (mut file, mut faults) = (file::File::read(text), Vec::new());
    for (statement, cases) in &mut file.graphs {
        let graph = match catch_unwind(|| Graph::new(statement)).unwrap_or_else(|_| Err("the graph: panicked".into())) {
            Ok(graph) => graph,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        for case in cases {
            let run = |database| {
                catch_unwind(AssertUnwindSafe(|| answer(database, case)))
                    .unwrap_or_else(|_| vec![Section::new("error", "panicked")])
            };
            let found = run(&graph.memory);
            // A plan may differ: the statistics of a snapshot are exact.
            let mapped = graph.mapped.as_ref().map_or_else(|| found.clone(), run);
            let answers = |sections: &[Section]| {
                sections.iter().filter(|section| section.kind != "plan").cloned().collect::<Vec<_>>()
            };
            if answers(&found) != answers(&mapped) {
                faults.push(format!("{}: in memory\n{found:?}\nmapped\n{mapped:?}", case.name));
            }
            case.outcome = mapped;
        }
    }
    (file.write(), faults)
}

/// What a query does, as sections.
fn answer(database: &Database, case: &Case) -> Vec<Section> {
    let mut parameters = Parameters::new();
    for line in case.parameters.lines() {
        let (name, value) = line.split_once(':').unwrap();
        parameters.insert(name.trim().to_owned(), Cell::read(value).unwrap().value().unwrap());
    }
    let mut sections = Vec::new();
    let in_order = match case.outcome.first() {
        Some(section) => section.kind == "rows in order",
        None => case.query.contains("ORDER BY"),
    };
    let mut warnings = String::new();
    match table(database, &case.query, &parameters, in_order, &mut warnings) {
        Ok(table) => sections.push(Section::new(if in_order { "rows in order" } else { "rows" }, &table)),
        Err(error) => sections.push(Section::new("error", &describe(&error))),
    }
    if !warnings.is_empty() {
        sections.push(Section::new("warnings", warnings.trim_end()));
    }
    if case.outcome.iter().any(|section| section.kind == "plan") {
        let plan = database.explain(&case.query, &parameters, None).unwrap_or_else(|error| describe(&error));
        sections.push(Section::new("plan", plan.trim_end()));
    }
    sections
}

fn table(
    database: &Database,
    query: &str,
    parameters: &Parameters,
    in_order: bool,
    warnings: &mut String,
) -> Result<String, Error> {
    let mut rows = database.query(query, parameters, &Limits::default())?;
    for warning in rows.warnings() {
        let nearest = warning.suggestions.iter().map(|name| format!("\n  perhaps {name}")).collect::<String>();
        writeln!(warnings, "{}..{}: {}{nearest}", warning.span.start, warning.span.end, warning.message).unwrap();
    }
    let mut table = vec![rows.columns().to_vec()];
    while let Some(row) = rows.next() {
        let row = row?;
        table.push(row.iter().map(|value| Cell::of(value, rows.view()).canonical(false)).collect());
    }
    if !in_order {
        table[1..].sort();
    }
    Ok(file::draw(&table))
}

fn describe(error: &Error) -> String {
    let Some(diagnostic) = error.diagnostic() else { return error.to_string() };
    let mut text = format!("{:?} {:?}", diagnostic.class, diagnostic.detail);
    if let Some(span) = diagnostic.span {
        write!(text, " at {}..{}", span.start, span.end).unwrap();
    }
    text + "\n" + &diagnostic.to_string()
}
