//! Durable commits beside SQLite in WAL mode with `synchronous=FULL`, on the same disk in the same run.
//!
//! `cargo run --release --manifest-path benches/rivals/Cargo.toml --bin commits [FOLDER]`; the files are made in FOLDER, or
//! where temporary files are. Prints a table: commits per second with one thread and with several, the bytes of a commit
//! and its time on graphs of a thousand and of a million nodes, and how long 10,000 commits take to read.

use std::path::Path;
use std::time::{Duration, Instant};

use kenning::model::Value;
use kenning::{Database, Limits, Parameters};
use kenning_rivals::{Failure, median};
use rusqlite::Connection;

#[path = "../../../common/mod.rs"]
mod common;

const ROUNDS: usize = 7;
const COMMITS: usize = 400;

fn main() -> Result<(), Failure> {
    let folder = match std::env::args_os().nth(1) {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    println!("one node or row per commit, {ROUNDS} rounds of {COMMITS} commits, medians\n");
    println!("| threads | kenning | SQLite, WAL, FULL | ratio |\n|---|---|---|---|");
    for threads in [1, 2, 4, 8] {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            ours.push(kenning(&folder.path().join(format!("{threads}-{round}.ken")), threads)?);
            theirs.push(sqlite(&folder.path().join(format!("{threads}-{round}.db")), threads)?);
        }
        let (ours, theirs) = (median(&mut ours), median(&mut theirs));
        println!("| {threads} | {ours:.0}/s | {theirs:.0}/s | {:.2} |", ours / theirs);
    }
    println!(
        "\n| nodes before | commits | bytes of one | one takes | open with them | without |\n|---|---|---|---|---|---|"
    );
    for nodes in [1_000, 1_000_000] {
        size(&folder.path().join(format!("{nodes}.ken")), nodes)?;
    }
    Ok(())
}

/// Each of the threads commits its share; commits per second.
fn rate(threads: usize, work: impl Fn(usize) -> Result<(), Failure> + Sync) -> Result<f64, Failure> {
    let start = Instant::now();
    std::thread::scope(|scope| {
        let work = &work;
        let all: Vec<_> = (0..threads).map(|thread| scope.spawn(move || work(thread))).collect();
        all.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread failed")?)
    })?;
    Ok(COMMITS as f64 / start.elapsed().as_secs_f64())
}

fn person(n: usize) -> Parameters {
    let name = Value::string(format!("person {n}"));
    Parameters::from([("name".to_owned(), name), ("age".to_owned(), Value::Int(n as i64 % 90))])
}

fn kenning(path: &Path, threads: usize) -> Result<f64, Failure> {
    Database::create(path)?;
    let db = Database::open_to_write(path, Duration::ZERO)?;
    let insert = db.prepare("CREATE (:Person {name: $name, age: $age})")?;
    let rate = rate(threads, |thread| {
        for n in 0..COMMITS / threads {
            insert.query(&person(thread * COMMITS + n), &Limits::default())?;
        }
        Ok(())
    })?;
    assert_eq!(Database::open(path)?.view().node_count() as usize, COMMITS / threads * threads);
    Ok(rate)
}

fn sqlite(path: &Path, threads: usize) -> Result<f64, Failure> {
    let connect = || -> Result<Connection, rusqlite::Error> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(30))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        Ok(connection)
    };
    connect()?.execute_batch("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, age INTEGER)")?;
    let connections: Vec<_> = (0..threads).map(|_| connect().map(std::sync::Mutex::new)).collect::<Result<_, _>>()?;
    let rate = rate(threads, |thread| {
        let connection = connections[thread].lock().map_err(|_| "a thread failed")?;
        let mut insert = connection.prepare("INSERT INTO person (name, age) VALUES (?1, ?2)")?;
        for n in 0..COMMITS / threads {
            insert.execute((format!("person {}", thread * COMMITS + n), n as i64 % 90))?;
        }
        Ok(())
    })?;
    let rows: usize = connect()?.query_row("SELECT count(*) FROM person", (), |row| row.get(0))?;
    assert_eq!(rows, COMMITS / threads * threads);
    Ok(rate)
}

/// What commits cost on a graph of this size.
fn size(path: &Path, nodes: u32) -> Result<(), Failure> {
    kenning::store::write(path, &common::graph(nodes, 1)?)?;
    let open = |path: &Path| -> Result<f64, Failure> {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let db = Database::open(path)?;
            times.push(start.elapsed().as_secs_f64());
            assert!(db.view().node_count() >= u64::from(nodes));
        }
        Ok(median(&mut times))
    };
    let (without, before) = (open(path)?, std::fs::metadata(path)?.len());
    // So few on a small graph that closing it leaves them where they are.
    let commits = if nodes < 100_000 { 1_000 } else { 10_000 };
    let mut times = Vec::new();
    {
        let db = Database::open_to_write(path, Duration::ZERO)?;
        let insert = db.prepare("CREATE (:Person {name: $name, age: $age})")?;
        for n in 0..commits {
            let start = Instant::now();
            insert.query(&person(n), &Limits::default())?;
            times.push(start.elapsed().as_secs_f64());
        }
    }
    assert_eq!(Database::open(path)?.commits().0, commits as u64);
    println!(
        "| {nodes} | {commits} | {} | {:.0} µs | {:.2} ms | {:.3} ms |",
        (std::fs::metadata(path)?.len() - before) / commits as u64,
        median(&mut times) * 1e6,
        open(path)? * 1e3,
        without * 1e3
    );
    Ok(())
}
