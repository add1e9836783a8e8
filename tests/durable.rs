//! Files that are written: what was acknowledged survives a kill, readers always see whole transactions, and one writer
//! has the file.
//!
//! Writers and readers are processes of this very test: `a_child_writes` and `a_child_reads` do nothing unless the
//! environment names a file. `KENNING_ROUNDS=200` kills that often instead of 12 times, `KENNING_AUDITS=5000` reads that
//! often instead of 60 times in each of 4 readers.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::print_stdout, reason = "a child tells what was acknowledged")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kenning::model::Value;
use kenning::{Database, Error, Limits, Parameters, store};

const FILE: &str = "KENNING_WRITE_TO";
const READ: &str = "KENNING_READ_FROM";
const ACCOUNTS: i64 = 20;

/// A child that another test starts has a copy of every open file, and of its lock, until it runs its own program.
const PATIENCE: Duration = Duration::from_secs(10);

fn run(db: &Database, text: &str) -> Vec<Vec<Value<'static>>> {
    let rows = db.query(text, &Parameters::new(), &Limits::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
    rows.map(|row| row.unwrap().into_iter().map(Value::into_owned).collect()).collect()
}

fn int(value: &Value<'_>) -> i64 {
    if let Value::Int(int) = value { *int } else { panic!("{value:?}") }
}

fn bank(path: &Path) {
    Database::create(path).unwrap();
    let db = Database::open_to_write(path, PATIENCE).unwrap();
    run(&db, "CREATE INDEX FOR (a:Account) ON (a.id)");
    run(&db, &format!("UNWIND range(1, {ACCOUNTS}) AS id CREATE (:Account {{id: id, balance: 100}})"));
    run(&db, "CREATE (:Counter {n: 0})");
}

/// How many transfers were done; panics when the books do not balance.
fn audit(path: &Path) -> i64 {
    let db = Database::open(path).unwrap();
    let books =
        run(&db, "MATCH (a:Account) WITH sum(a.balance) AS sum, count(*) AS n MATCH (c:Counter) RETURN sum, n, c.n");
    let transfers = run(&db, "MATCH (t:Transfer) RETURN count(*)");
    assert_eq!((int(&books[0][0]), int(&books[0][1])), (100 * ACCOUNTS, ACCOUNTS));
    assert_eq!(int(&transfers[0][0]), int(&books[0][2]), "as many transfers as the counter says");
    int(&books[0][2])
}

/// Transfers until it is killed, and tells the number of each that was acknowledged.
#[test]
fn a_child_writes() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let db = Database::open_to_write(path.as_ref(), Duration::from_secs(30)).unwrap();
    for round in 1.. {
        if round % 40 == 0 {
            db.checkpoint().unwrap();
        }
        let from = "MATCH (c:Counter) MATCH (a:Account {id: c.n % 20 + 1}), (b:Account {id: (c.n * 7 + 3) % 20 + 1})";
        let n = run(&db, &format!("{from} SET a.balance = a.balance - 1 WITH b, c SET b.balance = b.balance + 1, c.n = c.n + 1
             CREATE (b)<-[:TO]-(:Transfer {{n: c.n, note: 'a transfer of one, with some words to make it longer'}}) RETURN c.n"));
        println!("done {}", int(&n[0][0]));
        std::io::stdout().flush().unwrap();
    }
}

/// Opens the file again and again, and audits it.
#[test]
fn a_child_reads() {
    let Some(path) = std::env::var_os(READ) else { return };
    let audits = std::env::var("KENNING_AUDITS").ok().and_then(|audits| audits.parse().ok()).unwrap_or(60);
    let mut last = 0;
    for _ in 0..audits {
        let found = audit(path.as_ref());
        assert!(found >= last, "a commit that was seen is gone");
        last = found;
    }
}

#[test]
fn readers_always_see_whole_transfers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.ken");
    bank(&path);
    let mut writer = child("a_child_writes", FILE, &path);
    let readers: Vec<Child> = (0..4).map(|_| child("a_child_reads", READ, &path)).collect();
    for mut reader in readers {
        assert!(reader.wait().unwrap().success());
    }
    assert_eq!(writer.try_wait().unwrap(), None, "the writer goes on");
    writer.kill().unwrap();
    writer.wait().unwrap();
    assert!(audit(&path) > 0);
}

fn child(test: &str, variable: &str, path: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(variable, path);
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.ken");
    bank(&path);
    let rounds = std::env::var("KENNING_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(12);
    let mut before = 0;
    for round in 0..rounds {
        let mut child = child("a_child_writes", FILE, &path);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = before;
        // Killed somewhere behind the first transfers, while readers come and go.
        let stop = before + 1 + round * 7 % 23;
        while acknowledged < stop {
            let line = lines.next().unwrap().unwrap();
            acknowledged = line.rsplit(' ').next().and_then(|n| n.parse().ok()).unwrap_or(acknowledged);
            if round % 3 == 0 {
                assert!(audit(&path) >= acknowledged);
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let more = lines.map_while(Result::ok).filter_map(|line| line.rsplit(' ').next()?.parse::<i64>().ok()).last();
        let acknowledged = more.unwrap_or(acknowledged);
        let found = audit(&path);
        assert!(found >= acknowledged && found <= acknowledged + 1, "round {round}: {found}, told of {acknowledged}");
        before = found;
    }
    let db = Database::open_to_write(&path, Duration::from_secs(1)).unwrap();
    db.checkpoint().unwrap();
    drop(db);
    assert_eq!(audit(&path), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no other files are left");
}

#[test]
fn there_is_one_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.ken");
    bank(&path);
    let writer = Database::open_to_write(&path, PATIENCE).unwrap();
    let second = Database::open_to_write(&path, Duration::from_millis(20));
    match second.map(drop) {
        Err(Error::Store(store::Error::Busy { holder, .. })) => {
            assert!(holder.is_none_or(|process| process == std::process::id()));
        }
        other => panic!("{other:?}"),
    }
    let reader = Database::open(&path).unwrap();
    run(&writer, "MATCH (c:Counter) SET c.n = 0 CREATE (:Late)");
    let late = "MATCH (l:Late) RETURN count(*)";
    assert_eq!(int(&run(&reader, late)[0][0]), 0, "a reader keeps its state");
    assert_eq!(int(&run(&Database::open(&path).unwrap(), late)[0][0]), 1);
    writer.checkpoint().unwrap();
    assert_eq!(int(&run(&reader, late)[0][0]), 0, "through a checkpoint, too");
    drop(writer);
    assert!(Database::open_to_write(&path, PATIENCE).is_ok());
    assert!(Database::create(&path).is_err(), "nothing is made in place of a file");
}

#[test]
fn a_reader_sees_what_is_new_when_it_asks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.ken");
    bank(&path);
    let mut reader = Database::open(&path).unwrap();
    let count = |db: &Database| int(&run(db, "MATCH (n:New) RETURN count(*)")[0][0]);
    assert!(!reader.refresh().unwrap());
    let writer = Database::open_to_write(&path, PATIENCE).unwrap();
    for n in 1..=3 {
        run(&writer, "MATCH (a:Account {id: 7}) CREATE (a)-[:HAS]->(:New {text: 'something new'})");
        assert_eq!(count(&reader), n - 1);
        assert!(reader.refresh().unwrap());
        assert!(!reader.refresh().unwrap());
        assert_eq!(count(&reader), n);
        assert!(!writer.refresh().unwrap(), "whoever writes knows it all");
    }
    // Answers and views keep their state.
    let before = reader.view();
    let prepared = reader.prepare("MATCH (:Account {id: 7})-[:HAS]->(n:New) RETURN count(n)").unwrap();
    writer.checkpoint().unwrap();
    run(&writer, "MATCH (n:New) WITH n LIMIT 1 DETACH DELETE n");
    assert!(reader.refresh().unwrap());
    assert_eq!(before.node_count(), reader.view().node_count() + 1);
    let rows: Vec<_> = prepared.query(&Parameters::new(), &Limits::default()).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows, [[Value::Int(2)]], "a statement that was prepared before reads the new snapshot");
    drop((before, rows, prepared));
    reader.release();
    assert_eq!(count(&reader), 2);
    drop(writer);
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(reader.refresh(), Err(Error::Store(store::Error::Io { .. }))));
    assert_eq!(count(&reader), 2, "what was read stays");
}

/// The writing statement goes on until it is told to stop, which happens when the readers are done: if they waited for it,
/// this would never end.
#[test]
fn readers_do_not_wait_for_a_statement_that_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.ken");
    bank(&path);
    let db = Database::open_to_write(&path, PATIENCE).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let limits = Limits { cancel: Some(Arc::clone(&stop)), ..Limits::default() };
    let endless =
        "CREATE (:Never) WITH 1 AS one UNWIND range(1, 1000000000000) AS i WITH i WHERE i < 0 RETURN count(i)";
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| db.query(endless, &Parameters::new(), &limits).map(drop));
        for _ in 0..100 {
            assert_eq!(int(&run(&db, "MATCH (a:Account) RETURN count(a)")[0][0]), ACCOUNTS);
        }
        stop.store(true, Ordering::Relaxed);
        assert!(matches!(writer.join().unwrap(), Err(Error::Run(_))));
    });
    assert_eq!(int(&run(&db, "MATCH (n:Never) RETURN count(n)")[0][0]), 0);
}

#[test]
fn several_threads_write_and_each_commit_lasts() {
    const THREADS: i64 = 8;
    const EACH: i64 = 50;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.ken");
    bank(&path);
    let db = Database::open_to_write(&path, PATIENCE).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (db, path) = (&db, &path);
            scope.spawn(move || {
                for n in 0..EACH {
                    match n % 10 {
                        3 => {
                            let failing = "CREATE (:Failed) WITH 1 AS x UNWIND [1, 0] AS d RETURN x / d";
                            assert!(db.query(failing, &Parameters::new(), &Limits::default()).is_err());
                        }
                        5 => {
                            let mut transaction = db.begin().unwrap();
                            let none = Parameters::new();
                            transaction.query("CREATE (:Taken {back: true})", &none, &Limits::default()).unwrap();
                            if thread % 2 == 0 {
                                transaction
                                    .query("CREATE INDEX FOR (t:Taken) ON (t.back)", &none, &Limits::default())
                                    .unwrap();
                            }
                            transaction.rollback();
                        }
                        // An answer that is held on to while others write.
                        7 => {
                            let rows =
                                db.query("CREATE (n:Kept {n: 1}) RETURN n", &Parameters::new(), &Limits::default());
                            run(db, "MATCH (c:Counter) SET c.n = c.n + 1");
                            assert_eq!(rows.unwrap().count(), 1);
                        }
                        _ => {}
                    }
                    run(
                        db,
                        &format!("MATCH (c:Counter) SET c.n = c.n + 1 CREATE (:Entry {{thread: {thread}, n: {n}}})"),
                    );
                    if n % 10 == 0 {
                        let told = format!("MATCH (e:Entry {{thread: {thread}, n: {n}}}) RETURN count(e)");
                        assert_eq!(
                            int(&run(&Database::open(path).unwrap(), &told)[0][0]),
                            1,
                            "what was told is in the file"
                        );
                    }
                    if n == 25 && thread == 0 {
                        db.checkpoint().unwrap();
                    }
                }
            });
        }
    });
    for db in [&db, &Database::open(&path).unwrap()] {
        let found =
            run(db, "MATCH (e:Entry) WITH count(DISTINCT [e.thread, e.n]) AS n MATCH (c:Counter) RETURN n, c.n");
        assert_eq!(found, [[Value::Int(THREADS * EACH), Value::Int(THREADS * (EACH + EACH / 10))]]);
        let left = "OPTIONAL MATCH (f:Failed|Taken) WITH count(f) AS gone MATCH (k:Kept) RETURN gone, count(k)";
        assert_eq!(run(db, left), [[Value::Int(0), Value::Int(THREADS * EACH / 10)]]);
        assert_eq!(run(db, "SHOW INDEXES").len(), 1);
    }
}

/// The same in memory, where the first statements are written in place, until a reader meets a writer.
#[test]
fn several_threads_share_a_graph_in_memory() {
    let db = Database::in_memory();
    run(&db, "CREATE (:Counter {n: 0, twice: 0})");
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                (0..300).for_each(|_| drop(run(&db, "MATCH (c:Counter) SET c.n = c.n + 1 SET c.twice = 2 * c.n")));
            });
            scope.spawn(|| {
                for _ in 0..300 {
                    let found = run(&db, "MATCH (c:Counter) RETURN c.n, c.twice");
                    assert_eq!(2 * int(&found[0][0]), int(&found[0][1]));
                }
            });
        }
    });
    assert_eq!(run(&db, "MATCH (c:Counter) RETURN c.n"), [[Value::Int(900)]]);
}

#[test]
fn a_transaction_lasts_when_it_is_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.ken");
    bank(&path);
    let db = Database::open_to_write(&path, PATIENCE).unwrap();
    let count = || int(&run(&Database::open(&path).unwrap(), "MATCH (n:New) RETURN count(*)")[0][0]);
    let (none, limits) = (Parameters::new(), Limits::default());
    let mut transaction = db.begin().unwrap();
    transaction.query("CREATE (:New)", &none, &limits).unwrap();
    assert!(transaction.query("CREATE (:New) WITH 1 AS x RETURN 1 / 0", &none, &limits).is_err());
    transaction.query("CREATE (:New)-[:R]->(:New {x: 1})", &none, &limits).unwrap();
    assert_eq!(count(), 0);
    transaction.commit().unwrap();
    assert_eq!(count(), 3);
    let mut transaction = db.begin().unwrap();
    transaction.query("MATCH (n:New) DETACH DELETE n", &none, &limits).unwrap();
    transaction.rollback();
    run(&db, "MATCH (n:New {x: 1}) SET n.y = 2");
    assert_eq!(count(), 3);
    assert_eq!(int(&run(&Database::open(&path).unwrap(), "MATCH (n:New {x: 1}) RETURN n.y")[0][0]), 2);
}

/// A commit to a file that nobody can find any more would be lost with the process.
#[test]
fn a_file_that_vanished_takes_no_commit() {
    let folder = tempfile::tempdir().unwrap();
    let (path, aside) = (folder.path().join("bank.ken"), folder.path().join("aside.ken"));
    bank(&path);
    let db = Database::open_to_write(&path, PATIENCE).unwrap();
    std::fs::rename(&path, &aside).unwrap();
    let none = Parameters::new();
    let write = || db.query("CREATE (:New)", &none, &Limits::default()).map(drop);
    let refused = |result: Result<(), Error>| match result {
        Err(Error::Store(error @ store::Error::Gone(_))) => assert!(error.to_string().contains("removed or replaced")),
        other => panic!("{other:?}"),
    };
    refused(write());
    refused(db.checkpoint());
    let mut transaction = db.begin().unwrap();
    transaction.query("CREATE (:New)", &none, &Limits::default()).unwrap();
    refused(transaction.commit());
    std::fs::write(&path, "another file").unwrap();
    refused(write());
    assert_eq!(int(&run(&db, "MATCH (n:New) RETURN count(n)")[0][0]), 0, "the graph is as it was");
    // It is back, and all goes on.
    std::fs::rename(&aside, &path).unwrap();
    write().unwrap();
    drop(db);
    assert_eq!(int(&run(&Database::open(&path).unwrap(), "MATCH (n:New) RETURN count(n)")[0][0]), 1);
}

#[test]
fn a_long_log_becomes_a_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.ken");
    bank(&path);
    let db = Database::open_to_write(&path, PATIENCE).unwrap();
    let behind = || Database::open(&path).unwrap().commits().0;
    assert!(behind() > 0, "a short one stays");
    run(&db, "UNWIND range(1, 20000) AS i CREATE (:Word {i: i, text: 'a text of some length, number ' + i})");
    assert_eq!(behind(), 0, "the commit that made it long wrote a snapshot");
    run(&db, "MATCH (w:Word {i: 7}) SET w.text = 'seven'");
    assert_eq!(behind(), 1);
    drop(db);
    assert_eq!(int(&run(&Database::open(&path).unwrap(), "MATCH (w:Word) RETURN count(*)")[0][0]), 20000);
    audit(&path);
}

/// A file that this version of the format wrote once: later versions open it, or refuse it by its version.
#[test]
fn an_old_file_opens_or_is_refused_by_its_version() {
    let db = match Database::from_bytes(include_bytes!("format/v2.ken")) {
        Err(Error::Store(store::Error::Version { found: 2, .. })) => return,
        other => other.unwrap(),
    };
    db.verify().unwrap();
    let rows = run(
        &db,
        "MATCH (p:Person) OPTIONAL MATCH (p)-[k:KNOWS]->(q) RETURN p.id, p.name, k.since, q.name ORDER BY p.id",
    );
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0], [Value::Int(1), Value::string("Ada"), Value::Int(1833), Value::string("Charles")]);
    let charles =
        run(&db, "MATCH (p:Engineer {name: 'Charles', id: 2}) RETURN p.machine, toString(p.works), toString(p.seen)");
    assert_eq!(charles, [["Engine", "P3Y", "2024-02-29T12:00Z[Europe/London]"].map(Value::string)]);
    assert_eq!(run(&db, "SHOW INDEXES").len() + run(&db, "SHOW CONSTRAINTS").len(), 3);
}

/// Version 3 has ids of edges beside their sources, and integers of 64 bits.
#[test]
fn a_file_of_version_3_answers_as_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.ken");
    std::fs::write(&path, include_bytes!("format/v3.ken")).unwrap();
    let answers = |db: &Database| {
        db.verify().unwrap();
        let entering =
            "MATCH (a)<-[k:KNOWS]-(b) RETURN count(*), sum(k.since * 1000 + k.until), sum(a.id * 100 + b.id)";
        assert_eq!(run(db, entering), [[147, 278_473_963, 299_370].map(Value::Int)]);
        let between = "MATCH (a {id: 2})<-[k:KNOWS]-(b {id: 1}) RETURN k.since ORDER BY k.since";
        assert_eq!(run(db, between), [[Value::Int(1)], [Value::Int(2)]]);
        let columns = "MATCH (p:Person) RETURN sum(p.age), sum(p.far), toString(max(p.born))";
        assert_eq!(run(db, columns), [[Value::Int(1620), Value::Int(2_460_000_000_000), Value::string("1980-12-14")]]);
        assert_eq!(
            run(db, "MATCH (p:Person {id: 39})-[:IN]->(c) RETURN toString(c.founded)"),
            [[Value::string("0854-07-22")]]
        );
    };
    let db = Database::open_to_write(&path, PATIENCE).unwrap();
    answers(&db);
    run(&db, "CREATE (:New)");
    db.checkpoint().unwrap();
    drop(db);
    assert_eq!(std::fs::read(&path).unwrap()[8], 4);
    assert!(std::fs::metadata(&path).unwrap().len() < include_bytes!("format/v3.ken").len() as u64);
    answers(&Database::open(&path).unwrap());
}

/// The schema of a file of version 2 is read, and a checkpoint makes the file one of today's version.
#[test]
fn an_old_schema_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.ken");
    std::fs::write(&path, include_bytes!("format/v2-schema.ken")).unwrap();
    let db = Database::open_to_write(&path, PATIENCE).unwrap();
    db.verify().unwrap();
    let told = |db: &Database| {
        let schema = db.schema().unwrap().clone();
        assert_eq!(schema.relations.len(), 3);
        assert!(schema.relations.iter().all(|relation| !relation.acyclic));
        (schema, run(db, "which skills address \"Slow prototypes\""))
    };
    let before = told(&db);
    assert_eq!(before.1, [[Value::string("Python")]]);
    run(&db, "MATCH (s:Skill {id: 'numpy'}) SET s.name = 'Numbers'");
    db.checkpoint().unwrap();
    drop(db);
    assert_eq!(std::fs::read(&path).unwrap()[8], 4);
    assert_eq!(told(&Database::open(&path).unwrap()), before);
}
