//! Worst cases: how soon a statement that would run for minutes or hours ends when somebody cancels it, and what it holds when its
//! memory is limited.
//!
//! `cargo bench --bench cancel [-- NAME]` runs each case in a process of its own, twice: cancelled after 50 ms, 300 ms and 2 s, and
//! with a limit of 256 MB. Prints the longest time from the cancellation to the end, and by how much the process had grown when
//! the limit ended the statement (Linux tells; elsewhere that column is empty).
#![allow(clippy::print_stdout, reason = "the figures")]

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kenning::{Database, Limits, Parameters};

mod common;

/// So many bytes may a statement hold.
const MEMORY: u64 = 256 << 20;

/// Whoever does not end by then is stopped.
const LONGEST: Duration = Duration::from_secs(40);

/// A name, a graph and a statement. `large`: 100,000 nodes with 24 edges each; `dense`: 2,000 with 200 each.
const CASES: &[(&str, &str, &str)] = &[
    ("cross product", "large", "MATCH (a:Person), (b:Person) WHERE a.id + b.id < 0 RETURN a.id, b.id"),
    ("cross product, counted", "large", "MATCH (a:Person), (b:Person) RETURN count(*)"),
    ("walks without bound", "dense", "MATCH (a:Person {id: 1})-[:KNOWS*]->(b) RETURN count(*)"),
    ("ends of walks", "large", "MATCH (a)-[:KNOWS*]->(b) RETURN count(DISTINCT b.name)"),
    (
        "ten joins",
        "large",
        "MATCH (a:Person)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(e)-[:KNOWS]->(f)-[:KNOWS]->(g)-[:KNOWS]->(h) \
         -[:KNOWS]->(i)-[:KNOWS]->(j)-[:KNOWS]->(k) WHERE a.id + k.id < 0 RETURN a.id, k.id",
    ),
    ("a long path, counted", "large", "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d) RETURN d.name, count(*)"),
    ("collect", "large", "UNWIND range(1, 5000) AS a UNWIND range(1, 5000) AS b RETURN size(collect(a * b))"),
    ("collect of nodes", "large", "MATCH (a:Person), (b:Person) RETURN size(collect(b))"),
    ("sort", "large", "UNWIND range(1, 5000) AS a UNWIND range(1, 5000) AS b RETURN a * b % 7919 AS x ORDER BY x, b"),
    ("sort of texts", "large", "MATCH (a:Person), (b:Person) RETURN b.name AS x ORDER BY x"),
    ("the first million", "large", "MATCH (a:Person), (b:Person) RETURN b.name AS x ORDER BY x DESC LIMIT 1000000"),
    (
        "count of distinct",
        "large",
        "UNWIND range(1, 5000) AS a UNWIND range(1, 5000) AS b RETURN count(DISTINCT a * 9000 + b)",
    ),
    ("distinct", "large", "UNWIND range(1, 5000) AS a UNWIND range(1, 5000) AS b RETURN DISTINCT a * 9000 + b AS x"),
    ("groups", "large", "UNWIND range(1, 5000) AS a UNWIND range(1, 5000) AS b RETURN a * 9000 + b AS k, count(*)"),
    (
        "groups by texts",
        "large",
        "UNWIND range(1, 5000) AS a UNWIND range(1, 5000) AS b RETURN toString(a * 9000 + b) AS k, count(*)",
    ),
    ("groups by two", "large", "UNWIND range(1, 5000) AS a UNWIND range(1, 5000) AS b RETURN a AS k, b AS l, sum(a)"),
    (
        "median",
        "large",
        "UNWIND range(1, 5000) AS a UNWIND range(1, 5000) AS b RETURN percentileDisc(a * b % 7919, 0.5)",
    ),
    ("a long range", "large", "UNWIND range(1, 1000000000) AS x RETURN count(x)"),
    ("ranges in sequence", "large", "UNWIND range(1, 10000000) AS x UNWIND range(1, 100) AS y RETURN sum(x + y)"),
    (
        "list comprehension",
        "large",
        "UNWIND range(1, 1000) AS i RETURN size([x IN range(1, 9000000) WHERE x % 7 = i | x * x])",
    ),
    (
        "lists of lists",
        "large",
        "UNWIND range(1, 1000000) AS i RETURN size([x IN range(1, 3000) WHERE any(y IN range(1, 3000) WHERE y = x + 1) | x])",
    ),
    ("reduce", "large", "UNWIND range(1, 1000) AS i RETURN reduce(s = 0, x IN range(1, 9000000) | s + x % i)"),
    ("texts", "large", "UNWIND range(1, 1000000) AS i RETURN size(reduce(s = 'a', x IN range(1, 25) | s + s))"),
    ("all shortest paths", "dense", "MATCH p = allShortestPaths((a:Person)-[:KNOWS*]->(b:Person)) RETURN count(p)"),
    (
        "shortest paths",
        "large",
        "MATCH p = shortestPath((a:Person)-[:KNOWS*]->(b:Person)) WHERE a <> b RETURN sum(length(p))",
    ),
    ("any shortest", "dense", "MATCH p = ANY SHORTEST (a:Person)-[:KNOWS*]->(m)-[:KNOWS*]->(b:Person) RETURN count(p)"),
    (
        "cliques",
        "dense",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d), (a)-[:KNOWS]->(c), (a)-[:KNOWS]->(d), (b)-[:KNOWS]->(d) RETURN count(*)",
    ),
    ("cycles", "dense", "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(a) RETURN count(*)"),
    (
        "subqueries",
        "large",
        "MATCH (a:Person) WHERE EXISTS { MATCH (a)-[:KNOWS]->()-[:KNOWS]->()-[:KNOWS]->(x) WHERE x.id < 0 } RETURN a",
    ),
    ("page rank", "large", "CALL algo.pageRank({maxIterations: 100000, tolerance: 0.0}) YIELD node RETURN count(*)"),
    ("betweenness", "large", "CALL algo.betweenness() YIELD node RETURN count(*)"),
    (
        "components",
        "large",
        "UNWIND range(1, 1000) AS i CALL algo.weaklyConnectedComponents() YIELD node RETURN count(*)",
    ),
    (
        "label propagation",
        "large",
        "UNWIND range(1, 1000) AS i CALL algo.labelPropagation() YIELD node RETURN count(*)",
    ),
    ("k-core", "large", "UNWIND range(1, 1000) AS i CALL algo.kCore() YIELD node RETURN count(*)"),
    ("create", "empty", "UNWIND range(1, 10000000) AS i CREATE (:N {i: i})"),
    ("create paths", "empty", "UNWIND range(1, 10000000) AS i CREATE (:N {i: i})-[:R {w: i}]->(:M {t: 'x'})"),
    ("merge", "empty", "UNWIND range(1, 10000000) AS i MERGE (:N {i: i})"),
    ("foreach", "empty", "FOREACH (i IN range(1, 10000000) | CREATE (:N {i: i}))"),
    ("set", "large", "MATCH (a:Person), (b:Person) SET b.seen = a.id"),
    ("delete", "large", "MATCH (a:Person) DETACH DELETE a"),
    (
        "union",
        "large",
        "MATCH (a:Person), (b:Person) RETURN a.id + b.id * 100000 AS x UNION MATCH (a:Person) RETURN a.id AS x",
    ),
];

fn database(graph: &str) -> Result<Database, kenning::Error> {
    Ok(match graph {
        "large" => Database::draft(&common::graph(100_000, 24)?)?,
        "dense" => Database::draft(&common::graph(2_000, 200)?)?,
        _ => Database::in_memory(),
    })
}

/// Runs it; how it ended.
fn run(db: &Database, text: &str, limits: &Limits) -> String {
    let rows = match db.query(text, &Parameters::new(), limits) {
        Ok(rows) => rows,
        Err(error) => return ended(&error),
    };
    for row in rows {
        if let Err(error) = row {
            return ended(&error);
        }
    }
    "done".to_owned()
}

fn ended(error: &kenning::Error) -> String {
    error.diagnostic().map_or_else(|| error.to_string(), |diagnostic| format!("{:?}", diagnostic.class))
}

/// Cancels it after a while; how it ended, and how long that took then.
fn cancelled(db: &Database, text: &str, after: Duration, memory: Option<u64>) -> (String, Duration) {
    let cancel = Arc::new(AtomicBool::new(false));
    let limits = Limits { cancel: Some(Arc::clone(&cancel)), max_memory: memory, ..Limits::default() };
    std::thread::scope(|scope| {
        let (done, waits) = std::sync::mpsc::channel::<()>();
        let watch = scope.spawn(move || {
            _ = waits.recv_timeout(after);
            cancel.store(true, Ordering::Relaxed);
            Instant::now()
        });
        let how = run(db, text, &limits);
        let end = Instant::now();
        _ = done.send(());
        let told = watch.join().unwrap_or(end);
        (how, end.saturating_duration_since(told))
    })
}

/// Bytes of memory that the process has, and the most that it has had.
fn resident(which: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(which))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// One case in this process.
fn child(what: &str, name: &str) -> Result<(), Box<dyn std::error::Error>> {
    let (_, graph, text) = CASES.iter().find(|(case, ..)| *case == name).ok_or("no such case")?;
    let db = database(graph)?;
    if what == "time" {
        let mut worst = Duration::ZERO;
        let mut ends = Vec::new();
        for after in [50, 300, 2000] {
            let (how, late) = cancelled(&db, text, Duration::from_millis(after), None);
            worst = worst.max(late);
            ends.push(how);
        }
        ends.dedup();
        println!("{:.1} ms, {}", worst.as_secs_f64() * 1e3, ends.join(", "));
    } else {
        // Linux forgets how much it was.
        _ = std::fs::write("/proc/self/clear_refs", "5");
        let before = resident("VmRSS:");
        let (how, _) = cancelled(&db, text, LONGEST, Some(MEMORY));
        let grown =
            resident("VmHWM:").zip(before).map(|(most, before)| most.saturating_sub(before) as f64 / MEMORY as f64);
        println!("{}{how}", grown.map_or(String::new(), |grown| format!("{grown:.2}, ")));
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [what, name] = arguments.as_slice() {
        return child(what, name);
    }
    let part = arguments.first().map_or("", String::as_str);
    println!("{:24} {:40} growth of the process, by the limit", "", "cancelled: ends after");
    for (name, ..) in CASES.iter().filter(|(name, ..)| name.contains(part)) {
        let told = |what: &str| -> std::io::Result<String> {
            let output = Command::new(std::env::current_exe()?).args([what, name]).output()?;
            let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            Ok(if output.status.success() { text } else { format!("{} {text}", output.status) })
        };
        println!("{name:24} {:40} {}", told("time")?, told("memory")?);
    }
    Ok(())
}
