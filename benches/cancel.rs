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

/// A graph, how statements on it begin, and the name of each with how it goes on.
type Beginning = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// `large`: 100,000 nodes with 24 edges each; `dense`: 2,000 with 200 each; `hub`: 2,500,000 edges from one node, and as many to it.
const CASES: &[Beginning] = &[
    (
        "large",
        "UNWIND range(1, 5000) AS a UNWIND range(1, 5000) AS b ",
        &[
            ("collect", "RETURN size(collect(a * b))"),
            ("sort", "RETURN a * b % 7919 AS x ORDER BY x, b"),
            ("count of distinct", "RETURN count(DISTINCT a * 9000 + b)"),
            ("distinct", "RETURN DISTINCT a * 9000 + b AS x"),
            ("distinct texts", "RETURN DISTINCT toString(a * 9000 + b) AS x"),
            ("groups", "RETURN a * 9000 + b AS k, count(*)"),
            ("groups by texts", "RETURN toString(a * 9000 + b) AS k, count(*)"),
            ("groups by two", "RETURN a AS k, b AS l, sum(a)"),
            ("groups, distinct", "RETURN a % 100 AS k, count(DISTINCT a * b)"),
            ("median", "RETURN percentileDisc(a * b % 7919, 0.5)"),
        ],
    ),
    (
        "large",
        "MATCH (a:Person), (b:Person) ",
        &[
            ("cross product", "WHERE a.id + b.id < 0 RETURN a.id, b.id"),
            ("cross product, counted", "RETURN count(*)"),
            ("collect of nodes", "RETURN size(collect(b))"),
            ("sort of texts", "RETURN b.name AS x ORDER BY x"),
            ("the first million", "RETURN b.name AS x ORDER BY x DESC LIMIT 1000000"),
            ("union", "RETURN a.id + b.id * 100000 AS x UNION MATCH (a:Person) RETURN a.id AS x"),
            ("set", "SET b.seen = a.id"),
        ],
    ),
    (
        "large",
        "UNWIND range(1, 1000) AS i ",
        &[
            ("list comprehension", "RETURN size([x IN range(1, 9000000) WHERE x % 7 = i | x * x])"),
            ("a list", "RETURN size(tail(range(1, 9000000)))"),
            ("reduce", "RETURN reduce(s = 0, x IN range(1, 9000000) | s + x % i)"),
            ("components", "CALL algo.weaklyConnectedComponents() YIELD node RETURN count(*)"),
            ("label propagation", "CALL algo.labelPropagation() YIELD node RETURN count(*)"),
            ("k-core", "CALL algo.kCore() YIELD node RETURN count(*)"),
        ],
    ),
    (
        "large",
        "UNWIND range(1, 1000000) AS i RETURN ",
        &[
            ("lists of lists", "size([x IN range(1, 3000) WHERE any(y IN range(1, 3000) WHERE y = x + 1) | x])"),
            ("texts", "size(reduce(s = 'a', x IN range(1, 25) | s + s))"),
        ],
    ),
    (
        "large",
        "UNWIND range(1, ",
        &[
            ("a long range", "1000000000) AS x RETURN count(x)"),
            ("ranges in sequence", "10000000) AS x UNWIND range(1, 100) AS y RETURN sum(x + y)"),
        ],
    ),
    (
        "large",
        "MATCH (a)-[:KNOWS",
        &[
            ("ends of walks", "*]->(b) RETURN count(DISTINCT b.name)"),
            (
                "ten joins",
                "]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(e)-[:KNOWS]->(f)-[:KNOWS]->(g)-[:KNOWS]->(h)-[:KNOWS]->(i) \
                 -[:KNOWS]->(j)-[:KNOWS]->(k) WHERE a.id + k.id < 0 RETURN a.id, k.id",
            ),
            ("set by edges", "]->(b) SET b.seen = a.id"),
            ("a long path, counted", "]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d) RETURN d.name, count(*)"),
        ],
    ),
    (
        "large",
        "MATCH ",
        &[
            ("shortest paths", "p = shortestPath((a:Person)-[:KNOWS*]->(b:Person)) WHERE a <> b RETURN sum(length(p))"),
            (
                "subqueries",
                "(a:Person) WHERE EXISTS { MATCH (a)-[:KNOWS]->()-[:KNOWS]->()-[:KNOWS]->(x) WHERE x.id < 0 } RETURN a",
            ),
            ("delete", "(a:Person) DETACH DELETE a"),
        ],
    ),
    ("hub", "MATCH ", &[("delete a hub", "(a:Hub) DETACH DELETE a")]),
    (
        "large",
        "CALL algo.",
        &[
            ("page rank", "pageRank({maxIterations: 100000, tolerance: 0.0}) YIELD node RETURN count(*)"),
            ("betweenness", "betweenness() YIELD node RETURN count(*)"),
        ],
    ),
    (
        "dense",
        "MATCH ",
        &[
            ("walks without bound", "(a:Person {id: 1})-[:KNOWS*]->(b) RETURN count(*)"),
            ("all shortest paths", "p = allShortestPaths((a:Person)-[:KNOWS*]->(b:Person)) RETURN count(p)"),
            ("any shortest", "p = ANY SHORTEST (a:Person)-[:KNOWS*]->(m)-[:KNOWS*]->(b:Person) RETURN count(p)"),
            (
                "cliques",
                "(a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d), (a)-[:KNOWS]->(c), (a)-[:KNOWS]->(d), (b)-[:KNOWS]->(d) \
                 RETURN count(*)",
            ),
            ("cycles", "(a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(a) RETURN count(*)"),
        ],
    ),
    (
        "empty",
        "UNWIND range(1, 10000000) AS i ",
        &[
            ("create", "CREATE (:N {i: i})"),
            ("create paths", "CREATE (:N {i: i})-[:R {w: i}]->(:M {t: 'x'})"),
            ("merge", "MERGE (:N {i: i})"),
        ],
    ),
    ("empty", "FOREACH ", &[("foreach", "(i IN range(1, 10000000) | CREATE (:N {i: i}))")]),
];

/// Name, graph and statement of each case.
fn cases() -> impl Iterator<Item = (&'static str, &'static str, String)> {
    CASES.iter().flat_map(|(graph, begins, cases)| {
        cases.iter().map(move |(name, goes_on)| (*name, *graph, format!("{begins}{goes_on}")))
    })
}

/// A node with 5,000,000 edges.
fn hub() -> Result<Vec<u8>, kenning::store::Error> {
    let mut builder = kenning::store::Builder::new();
    let hub = builder.node(&["Hub"], vec![]);
    for _ in 0..2_500_000 {
        let node = builder.node(&["Person"], vec![]);
        builder.edge(hub, "KNOWS", node, vec![]);
        builder.edge(node, "KNOWS", hub, vec![]);
    }
    builder.finish()
}

fn database(graph: &str) -> Result<Database, kenning::Error> {
    Ok(match graph {
        "large" => Database::draft(&common::graph(100_000, 24)?)?,
        "hub" => Database::draft(&hub()?)?,
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
    let (_, graph, text) = cases().find(|(case, ..)| *case == name).ok_or("no such case")?;
    let db = database(graph)?;
    if what == "time" {
        let mut worst = Duration::ZERO;
        let mut ends = Vec::new();
        for after in [50, 300, 2000] {
            let (how, late) = cancelled(&db, &text, Duration::from_millis(after), None);
            worst = worst.max(late);
            ends.push(how);
        }
        ends.dedup();
        println!("{:.1} ms, {}", worst.as_secs_f64() * 1e3, ends.join(", "));
    } else {
        // Linux forgets how much it was.
        _ = std::fs::write("/proc/self/clear_refs", "5");
        let before = resident("VmRSS:");
        let (how, _) = cancelled(&db, &text, LONGEST, Some(MEMORY));
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
    for (name, ..) in cases().filter(|(name, ..)| name.contains(part)) {
        let told = |what: &str| -> std::io::Result<String> {
            let output = Command::new(std::env::current_exe()?).args([what, name]).output()?;
            let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            Ok(if output.status.success() { text } else { format!("{} {text}", output.status) })
        };
        println!("{name:24} {:40} {}", told("time")?, told("memory")?);
    }
    Ok(())
}
