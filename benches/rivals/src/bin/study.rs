//! The public study's questions on kenning.
//!
//! `study GRAPH.ken [NAME]` asks those whose name holds NAME and prints a line each: median of 11 warm runs, the answer's rows,
//! the first of them. `study --load FOLDER GRAPH.ken` makes the graph of the CSV files of `social.py`. For `run.py`, in
//! lines of JSON: `--ask GRAPH THREADS RUNS NAME...`, `--first GRAPH` (opens it and asks one small question), and `--prepare
//! GRAPH` (what parsing and planning of each question takes, and a prepared look-up).

use std::path::Path;
use std::time::{Duration, Instant};

use kenning::load::import::{Input, Manner, Named, Role, Stop, read};
use kenning::model::Value;
use kenning::{Database, Limits, Parameters};
use kenning_rivals::{Failure, Questions, ask, median, peak_kib};
use serde_json::json;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--load", folder, graph] => load(Path::new(folder), Path::new(graph)),
        ["--ask", graph, threads, runs, names @ ..] => tell(Path::new(graph), threads.parse()?, runs.parse()?, names),
        ["--first", graph] => first(Path::new(graph)),
        ["--prepare", graph] => prepare(Path::new(graph)),
        [graph] => show(Path::new(graph), ""),
        [graph, name] => show(Path::new(graph), name),
        _ => Err("usage: study GRAPH.ken [NAME], or study --load FOLDER GRAPH.ken".into()),
    }
}

/// 0 threads are as many as the machine has.
fn limits(threads: usize) -> Limits {
    Limits { threads: (threads > 0).then_some(threads), ..Limits::default() }
}

fn answer(db: &Database, text: &str, limits: &Limits) -> Result<Vec<Vec<serde_json::Value>>, Failure> {
    let rows = db.query(text, &Parameters::new(), limits)?;
    rows.map(|row| Ok(row?.iter().map(plain).collect())).collect()
}

fn plain(value: &Value<'_>) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(flag) => json!(flag),
        Value::Int(int) => json!(int),
        Value::Float(float) => json!(float),
        Value::String(text) => json!(text.to_string()),
        other => json!(format!("{other:?}")),
    }
}

/// For people.
fn show(graph: &Path, name: &str) -> Result<(), Failure> {
    let db = Database::open(graph)?;
    let runs = std::env::var("RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(11);
    for question in Questions::read()?.query.iter().filter(|question| question.name.contains(name)) {
        let (mut times, mut rows) = (Vec::new(), Vec::new());
        for _ in 0..=runs {
            let start = Instant::now();
            rows = answer(&db, &question.cypher, &Limits::default())?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        let first = serde_json::Value::from(rows.first().cloned().unwrap_or_default());
        println!("{:28} {:10.3} ms  {:5} rows  {first}", question.name, median(&mut times[1..]), rows.len());
    }
    Ok(())
}

fn tell(graph: &Path, threads: usize, runs: usize, names: &[&str]) -> Result<(), Failure> {
    let start = Instant::now();
    let (db, limits) = (Database::open(graph)?, limits(threads));
    println!("{}", json!({ "open_ms": start.elapsed().as_secs_f64() * 1e3, "peak_kib": peak_kib() }));
    for question in Questions::read()?.query.iter().filter(|question| names.contains(&question.name.as_str())) {
        ask(&question.name, runs, || answer(&db, &question.cypher, &limits));
    }
    Ok(())
}

fn first(graph: &Path) -> Result<(), Failure> {
    let start = Instant::now();
    let db = Database::open(graph)?;
    let opened = start.elapsed().as_secs_f64() * 1e3;
    let rows = answer(&db, "MATCH (p:Person {id: 4242}) RETURN p.name AS name", &Limits::default())?;
    let first = start.elapsed().as_secs_f64() * 1e3;
    println!("{}", json!({ "open_ms": opened, "first_ms": first, "rows": rows, "peak_kib": peak_kib() }));
    Ok(())
}

fn prepare(graph: &Path) -> Result<(), Failure> {
    let db = Database::open(graph)?;
    let mut texts = serde_json::Map::new();
    for question in Questions::read()?.query {
        let mut times = Vec::new();
        for _ in 0..201 {
            let start = Instant::now();
            let prepared = db.prepare(&question.cypher)?;
            times.push(start.elapsed().as_secs_f64() * 1e6);
            drop(prepared);
        }
        texts.insert(question.name, json!(median(&mut times)));
    }
    println!("{}", json!({ "prepare_us": texts, "point_us": point(&db)? }));
    Ok(())
}

/// One of the persons by its key, prepared, another one each time; microseconds, the median of hundreds of twenty.
fn point(db: &Database) -> Result<f64, Failure> {
    let limits = Limits::default();
    let persons =
        db.query("MATCH (p:Person) RETURN count(*)", &Parameters::new(), &limits)?.next().ok_or("no rows")??;
    let Some(Value::Int(persons)) = persons.first() else { return Err("no count".into()) };
    let lookup = db.prepare("MATCH (p:Person {id: $id}) RETURN p.name AS name")?;
    let (mut times, mut id) = (Vec::new(), 0);
    for _ in 0..300 {
        let keys: Vec<_> = (0..20)
            .map(|_| {
                id = (id + 7_919) % persons;
                Parameters::from([("id".to_owned(), Value::Int(id + 1))])
            })
            .collect();
        let start = Instant::now();
        for key in &keys {
            let found = lookup.query(key, &limits)?.next().ok_or("nobody has this key")??;
            std::hint::black_box(found);
        }
        times.push(start.elapsed().as_secs_f64() * 1e6 / keys.len() as f64);
    }
    Ok(median(&mut times))
}

/// As `ken import --into GRAPH --nodes Country=Country.csv ... --edges Follows=Follows.csv:Person-Person ...` does.
fn load(folder: &Path, graph: &Path) -> Result<(), Failure> {
    let start = Instant::now();
    let named = |label: &str| Named { label: label.to_owned(), key: Some("id".to_owned()) };
    let nodes = ["Country", "State", "City", "Interest", "Person"].map(|label| (label, Role::Nodes(named(label))));
    let edges = [
        ("Follows", "Person", "Person"),
        ("LivesIn", "Person", "City"),
        ("HasInterest", "Person", "Interest"),
        ("CityIn", "City", "State"),
        ("StateIn", "State", "Country"),
    ];
    let edges = edges.map(|(name, from, to)| (name, Role::Edges(name.to_owned(), named(from), named(to))));
    // It would be added to.
    let _ = std::fs::remove_file(graph);
    let made = Database::import(graph, Duration::from_secs(1), false, |intake| {
        let mut inputs = Vec::new();
        for (name, role) in nodes.into_iter().chain(edges) {
            let found = Input::find(&folder.join(format!("{name}.csv")), &intake.meter()).map_err(|_| Stop)?;
            inputs.extend(found.into_iter().map(|input| (input, role.clone())));
        }
        read(inputs, &Manner::default(), intake)
    })?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{}", json!({ "load_s": seconds, "bytes": made.bytes, "peak_kib": peak_kib() }));
    Ok(())
}
