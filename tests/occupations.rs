//! ESCO and O*NET by the mappings that ship, as far as they are at hand: in the folders that `KENNING_ESCO` and
//! `KENNING_ONET` name, by default `../shared/esco` and `../shared/onet`. Neither is part of this package.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::print_stderr, reason = "a test that cannot run says so")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use kenning::load::import::{Input, Mapping, Stop};
use kenning::model::Value;
use kenning::{Database, Limits, Parameters};

/// The folder of a data set, when it is there.
fn folder(variable: &str, default: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(default));
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("NOT TESTED: {} is not there; set {variable} to the folder that holds it", folder.display());
    None
}

/// Imports files by a mapping into a graph.
fn import(graph: &Path, mapping: &str, paths: &[&Path]) -> kenning::load::import::Counts {
    let mapping = Mapping::open(mapping).unwrap();
    let made = Database::import(graph, Duration::ZERO, false, |intake| {
        let mut inputs = Vec::new();
        for path in paths {
            inputs.extend(Input::find(path, &intake.meter()).map_err(|_| Stop)?);
        }
        mapping.take(&inputs, intake)
    });
    made.unwrap_or_else(|refused| panic!("{refused}")).counts
}

fn rows(db: &Database, question: &str) -> Vec<Vec<Value<'static>>> {
    let rows = db.query(question, &Parameters::new(), &Limits::default()).unwrap_or_else(|e| panic!("{question}: {e}"));
    rows.map(|row| row.unwrap().into_iter().map(owned).collect()).collect()
}

fn owned(value: Value<'_>) -> Value<'static> {
    match value {
        Value::String(text) => Value::string(text.as_str().to_owned()),
        Value::List(items) => Value::list(items.iter().cloned().map(owned).collect()),
        Value::Int(int) => Value::Int(int),
        _ => Value::Null,
    }
}

fn count(db: &Database, pattern: &str) -> i64 {
    match rows(db, &format!("MATCH {pattern} RETURN count(*)"))[0][0] {
        Value::Int(count) => count,
        _ => panic!("no count"),
    }
}

fn texts(rows: &[Vec<Value<'static>>], column: usize) -> Vec<String> {
    rows.iter()
        .map(|row| if let Value::String(text) = &row[column] { text.as_str().to_owned() } else { String::new() })
        .collect()
}

#[test]
fn esco_is_there_to_the_last_relation() {
    let Some(folder) = folder("KENNING_ESCO", "esco") else { return };
    let place = tempfile::tempdir().unwrap();
    let graph = place.path().join("esco.ken");
    let counts = import(&graph, "esco", &[&folder]);
    let db = Database::open(&graph).unwrap();
    db.verify().unwrap();
    for (pattern, expected) in [
        ("(:Occupation)", 3007),
        ("(:Skill)", 13_896),
        ("()-[:REQUIRES]->()", 64_946),
        ("()-[:BENEFITS_FROM]->()", 123_855 - 64_946),
        ("(:Skill)-[:BUILDS_ON|IS_HELPED_BY]->(:Skill)", 5899),
        ("()-[:NARROWS]->()", 3617 + 20_656),
    ] {
        assert_eq!(count(&db, pattern), expected, "{pattern}");
    }
    // The same again finds all of it.
    let again = import(&graph, "esco", &[&folder]);
    assert_eq!((again.nodes_created, again.edges_created), (0, 0));
    assert_eq!((again.edges_matched, again.nodes_matched), (counts.edges_created, counts.nodes_created - 8));

    let required = texts(&rows(&db, "which skills does \"data scientist\" require"), 0);
    let essential = count(&db, "(:Occupation {name: 'data scientist'})-[:REQUIRES]->()");
    assert_eq!(required.len() as i64, essential);
    assert!(required.contains(&"data mining".to_owned()));
    // By another name, which the same node has.
    assert_eq!(texts(&rows(&db, "which skills does \"data engineer\" require"), 0), required);
    for other in ["data analyst", "data engineer"] {
        let compared = rows(&db, &format!("compare \"data scientist\" with \"{other}\""));
        let relations = texts(&compared, 0);
        assert!(relations.contains(&"requires".to_owned()), "{relations:?}");
        assert!(relations.contains(&"benefits from".to_owned()), "essential and optional are kept apart");
    }
    let connected = rows(&db, "how is \"data scientist\" connected to \"Python (computer programming)\"");
    assert!(!connected.is_empty());
}

#[test]
fn onet_is_there() {
    let Some(folder) = folder("KENNING_ONET", "onet") else { return };
    let place = tempfile::tempdir().unwrap();
    let graph = place.path().join("onet.ken");
    import(&graph, "onet", &[&folder]);
    let db = Database::open(&graph).unwrap();
    db.verify().unwrap();
    let lines = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap().lines().count() as i64 - 1;
    for (pattern, file) in [
        ("(:Occupation)", "Occupation Data.txt"),
        ("(:Occupation)-[:PERFORMS]->(:Task)", "Task Statements.txt"),
        ("(:Task)-[:INVOLVES]->(:Activity)", "Tasks to DWAs.txt"),
        ("(:Occupation)-[:USES]->(:Technology)", "Technology Skills.txt"),
        ("(:Activity)", "DWA Reference.txt"),
    ] {
        assert_eq!(count(&db, pattern), lines(file), "{file}");
    }
    assert!(count(&db, "(o:Occupation {jobZone: 5})") > 50);
    assert!(!rows(&db, "which technologies do \"Statisticians\" use").is_empty());
    assert!(!rows(&db, "which activities are involved in any task").is_empty());
    // An alternate title finds the occupation.
    let known = rows(&db, "what is \"Aeronautics Commission Director\"");
    assert!(known.iter().any(|row| row[1] == Value::string("Chief Executives")), "{known:?}");
}

/// Ratings come in files of their own; a few lines by hand in their form.
#[test]
fn onet_ratings_become_edges_by_scale() {
    let place = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(place.path().join("data").join(name), text).unwrap();
    std::fs::create_dir(place.path().join("data")).unwrap();
    write("Occupation Data.txt", "O*NET-SOC Code\tTitle\tDescription\n99-0001.00\tTesters\tThey \"test.\n");
    write(
        "Content Model Reference.txt",
        "Element ID\tElement Name\tDescription\n2.A\tCare\tTo care\n2.B\tRest\tTo rest\n",
    );
    write(
        "Skills.txt",
        "O*NET-SOC Code\tElement ID\tElement Name\tScale ID\tData Value\tN\tStandard Error\n\
         99-0001.00\t2.A\tCare\tIM\t4.12\t8\t0.1\n99-0001.00\t2.A\tCare\tLV\t3\t8\t0.2\n99-0001.00\t2.B\tRest\tIM\tn/a\t8\t0.2\n",
    );
    let graph = place.path().join("onet.ken");
    for expected in [3, 0] {
        assert_eq!(import(&graph, "onet", &[&place.path().join("data")]).edges_created, expected);
    }
    let db = Database::open(&graph).unwrap();
    let rated =
        rows(&db, "MATCH ()-[r:REQUIRES]->(e) RETURN e.name, r.scale, toString(r.value) ORDER BY e.name, r.scale");
    let expected = [["Care", "IM", "4.12"], ["Care", "LV", "3.0"]].map(|row| row.map(Value::string).to_vec());
    assert_eq!(rated[..2], expected);
    assert_eq!(texts(&rows(&db, "which skills do \"Testers\" require"), 0)[0], "Care");
}
