//! The public study's questions on kenning: `study GRAPH.ken [NAME]` runs those whose name holds NAME, `study --load FOLDER
//! GRAPH.ken` makes the graph of the CSV files of `social.py`. Prints a line per question: median of 11 warm runs, the
//! answer's rows and the first of them.

use std::path::Path;
use std::time::Instant;

use kenning::model::{NodeId, Value};
use kenning::store::Builder;
use kenning::{Database, Limits, Parameters};

type Failure = Box<dyn std::error::Error>;

#[derive(serde::Deserialize)]
struct Questions {
    query: Vec<Question>,
}

#[derive(serde::Deserialize)]
struct Question {
    name: String,
    cypher: String,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--load", folder, graph] => load(Path::new(folder), Path::new(graph)),
        [graph] => ask(Path::new(graph), ""),
        [graph, name] => ask(Path::new(graph), name),
        _ => Err("usage: study GRAPH.ken [NAME], or study --load FOLDER GRAPH.ken".into()),
    }
}

fn ask(graph: &Path, name: &str) -> Result<(), Failure> {
    let questions: Questions = toml::from_str(include_str!("../../queries.toml"))?;
    let db = Database::open(graph)?;
    let runs = std::env::var("RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(11);
    for question in questions.query.iter().filter(|question| question.name.contains(name)) {
        let (mut times, mut rows) = (Vec::new(), Vec::new());
        for _ in 0..=runs {
            let start = Instant::now();
            let answer = db.query(&question.cypher, &Parameters::new(), &Limits::default())?;
            rows = answer.map(|row| row.map(|row| format!("{row:?}"))).collect::<Result<Vec<_>, _>>()?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        let mut times = times.split_off(1);
        times.sort_by(f64::total_cmp);
        let first = rows.first().cloned().unwrap_or_default();
        println!("{:28} {:10.3} ms  {:5} rows  {first}", question.name, times[times.len() / 2], rows.len());
    }
    Ok(())
}

/// Columns by their names; a value is what it looks like.
fn load(folder: &Path, graph: &Path) -> Result<(), Failure> {
    let start = Instant::now();
    let mut builder = Builder::new();
    let mut ids: std::collections::HashMap<&str, Vec<NodeId>> = std::collections::HashMap::new();
    for label in ["Country", "State", "City", "Interest", "Person"] {
        builder.index(label, "id");
        let mut reader = csv::Reader::from_path(folder.join(format!("{label}.csv")))?;
        let headers = reader.headers()?.clone();
        let nodes = ids.entry(label).or_default();
        for record in reader.records() {
            let record = record?;
            let values = headers.iter().zip(&record).map(|(name, text)| (name, value(name, text)));
            nodes.push(builder.node(&[label], values.collect()));
        }
    }
    for (edge_type, from, to) in [
        ("Follows", "Person", "Person"),
        ("LivesIn", "Person", "City"),
        ("HasInterest", "Person", "Interest"),
        ("CityIn", "City", "State"),
        ("StateIn", "State", "Country"),
    ] {
        let mut reader = csv::Reader::from_path(folder.join(format!("{edge_type}.csv")))?;
        for record in reader.records() {
            let record = record?;
            let end = |at: usize, label: &str| Ok::<_, Failure>(ids[label][record[at].parse::<usize>()? - 1]);
            builder.edge(end(0, from)?, edge_type, end(1, to)?, vec![]);
        }
    }
    kenning::store::write(graph, &builder.finish()?)?;
    println!("load {:.2} s, file {} bytes", start.elapsed().as_secs_f64(), std::fs::metadata(graph)?.len());
    Ok(())
}

fn value(name: &str, text: &str) -> Value<'static> {
    match (name, text) {
        ("isMarried", flag) => Value::Bool(flag == "true"),
        ("name" | "gender" | "birthday" | "city" | "state" | "country" | "interest", text) => Value::string(text.to_owned()),
        (_, number) => match number.parse() {
            Ok(int) => Value::Int(int),
            Err(_) => number.parse().map_or(Value::Null, Value::Float),
        },
    }
}
