//! Limits end a statement wherever it spends its time or memory, and a statement within them is left alone.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kenning::model::Class;
use kenning::{Database, Limits, Parameters};

/// Forty layers of three nodes, each tied to all of the next layer: 3^38 shortest paths from end to end.
fn layers() -> Database {
    let database = Database::in_memory();
    let statement = "UNWIND range(0, 39) AS i UNWIND range(0, 2) AS j CREATE (:N {i: i, j: j}) \
                     WITH count(*) AS c MATCH (a:N), (b:N) WHERE b.i = a.i + 1 CREATE (a)-[:R]->(b)";
    database.query(statement, &Parameters::new(), &Limits::default()).unwrap();
    database
}

/// How many rows come before the error, and its class.
fn run(database: &Database, query: &str, limits: &Limits) -> (usize, Option<Class>) {
    let mut given = 0;
    let rows = match database.query(query, &Parameters::new(), limits) {
        Ok(rows) => rows,
        Err(error) => return (0, Some(error.diagnostic().unwrap_or_else(|| panic!("{query}: {error}")).class)),
    };
    for row in rows {
        match row {
            Ok(_) => given += 1,
            Err(error) => return (given, error.diagnostic().map(|diagnostic| diagnostic.class)),
        }
    }
    (given, None)
}

const ENDS: &str = "MATCH (a:N {i: 0, j: 0}), (b:N {i: 39, j: 0})";

#[test]
fn time_is_up() {
    let database = layers();
    let limits = Limits { timeout: Some(Duration::from_millis(100)), ..Limits::default() };
    let cases = [
        "MATCH (a), (b), (c), (d), (e) RETURN count(*)".to_owned(),
        "MATCH (a {i: 0})-[:R*]->(b {i: -1}) RETURN count(*)".to_owned(),
        "MATCH p = ANY SHORTEST (a {i: 0})-[:R*]->(m)-[:R*]->(b {i: 39}) RETURN count(*)".to_owned(),
        format!("{ENDS} MATCH p = allShortestPaths((a)-[:R*]->(b)) RETURN count(*)"),
        "UNWIND range(1, 1000000) AS x UNWIND range(1, 1000000) AS y RETURN count(*)".to_owned(),
        "UNWIND range(1, 2000) AS i RETURN sum(size([x IN range(1, 100000) WHERE x % 2 = 0]))".to_owned(),
        "RETURN reduce(s = 0, x IN range(1, 1000000) | s + x % 7)".to_owned(),
        "MATCH (a) WHERE EXISTS { MATCH (b), (c), (d), (e) WHERE b.i + c.i + d.i + e.i = 1000 } RETURN a".to_owned(),
    ];
    for query in &cases {
        let start = Instant::now();
        assert_eq!(run(&database, query, &limits), (0, Some(Class::LimitExceeded)), "{query}");
        assert!(start.elapsed() < Duration::from_secs(5), "{query}: {:?}", start.elapsed());
    }
}

#[test]
fn what_is_looked_at_is_all_that_is_found() {
    let query = format!("{ENDS} MATCH p = allShortestPaths((a)-[:R*]->(b)) RETURN length(p) LIMIT 3");
    assert_eq!(run(&layers(), &query, &Limits::default()), (3, None));
}

#[test]
fn memory_is_counted() {
    let database = layers();
    let limits = Limits { max_memory: Some(1 << 20), ..Limits::default() };
    let cases = [
        ("UNWIND range(1, 100000) AS x RETURN x ORDER BY x", Some(Class::LimitExceeded)),
        ("UNWIND range(1, 100000) AS x WITH collect(x) AS l RETURN size(l)", Some(Class::LimitExceeded)),
        ("UNWIND range(1, 100000) AS x WITH DISTINCT x RETURN count(*)", Some(Class::LimitExceeded)),
        ("UNWIND range(1, 100000) AS x WITH x, count(*) AS c RETURN count(*)", Some(Class::LimitExceeded)),
        ("MATCH p = ALL SHORTEST (a)-[:R*1..9]->(m)-[:R]->(b) RETURN count(*)", Some(Class::LimitExceeded)),
        // One walk for each two ends, whatever others there are.
        ("MATCH p = ANY SHORTEST (a)-[:R*1..9]->(m)-[:R]->(b) RETURN count(*)", None),
        ("UNWIND range(1, 100000) AS x CREATE (:Z {x: x})", Some(Class::LimitExceeded)),
        ("FOREACH (x IN range(1, 100000) | CREATE (:Z {x: x}))", Some(Class::LimitExceeded)),
        ("UNWIND range(1, 5000) AS x MERGE (z:Z {x: 1, t: 'seen'}) ON MATCH SET z.n = x RETURN 1 LIMIT 0", None),
        // What a group, a sort or a subquery that was left in the middle held is given back.
        ("UNWIND range(1, 100000) AS x RETURN x ORDER BY x DESC LIMIT 1", None),
        (
            "UNWIND range(1, 20000) AS x WITH x WHERE EXISTS { UNWIND range(1, 20) AS y RETURN DISTINCT x + y } RETURN count(*)",
            None,
        ),
        (
            "UNWIND range(1, 20000) AS x WITH x WHERE EXISTS { UNWIND range(1, 20) AS y RETURN y ORDER BY y } RETURN count(*)",
            None,
        ),
        (
            "UNWIND range(1, 20000) AS x WITH x WHERE EXISTS { UNWIND range(1, 20) AS y RETURN y, count(*) } RETURN count(*)",
            None,
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(run(&database, query, &limits).1, expected, "{query}");
    }
}

/// What counts and searches without finding keeps arrays as long as the graph.
#[test]
fn arrays_by_node_are_counted() {
    let database = kenning::Database::in_memory();
    run(&database, "UNWIND range(1, 60000) AS i CREATE (:N {i: i})-[:R]->(:M)", &Limits::default());
    for query in [
        "MATCH (a:N)-[:R]->(b:M) RETURN sum(a.i), min(b.i)",
        "MATCH (a:N)-[:R*1..3]->(b) RETURN count(DISTINCT b)",
        "MATCH (a)-[:R]->(b)-[:R]->(c)-[:R]->(d)-[:R]->(a) RETURN count(*)",
    ] {
        assert_eq!(run(&database, query, &Limits::default()).1, None, "{query}");
        let tight = Limits { max_memory: Some(100_000), ..Limits::default() };
        assert_eq!(run(&database, query, &tight).1, Some(Class::LimitExceeded), "{query}");
    }
}

#[test]
fn rows_together_are_bounded() {
    let database = layers();
    let limits = Limits::default();
    let cases = [
        (
            "UNWIND range(1, 200) AS x RETURN size(reduce(s = 'a', i IN range(1, 40) | s + s))",
            Some(Class::LimitExceeded),
        ),
        ("UNWIND range(1, 200) AS x RETURN size(range(x, 10000000))", Some(Class::LimitExceeded)),
        ("UNWIND range(1, 30) AS x CALL (x) { RETURN size(range(x, 5000000)) AS n LIMIT 1 } RETURN n", None),
    ];
    for (query, expected) in cases {
        assert_eq!(run(&database, query, &limits).1, expected, "{query}");
    }
}

#[test]
fn rows_and_cancellation() {
    let database = layers();
    let limits = Limits { max_rows: Some(50), ..Limits::default() };
    assert_eq!(run(&database, "MATCH (n) RETURN n", &limits), (50, Some(Class::LimitExceeded)));
    assert_eq!(run(&database, "MATCH (n) RETURN n LIMIT 50", &limits), (50, None));

    let cancel = Arc::new(AtomicBool::new(false));
    let limits = Limits { cancel: Some(Arc::clone(&cancel)), ..Limits::default() };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(50));
            cancel.store(true, Ordering::Relaxed);
        });
        let query = "MATCH (a {i: 0})-[:R*]->(b {i: -1}) RETURN count(*)";
        assert_eq!(run(&database, query, &limits), (0, Some(Class::Cancelled)));
    });
}
