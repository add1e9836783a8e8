//! Worst cases: statements that would run for hours, or fill any memory. Each looks at its limits in proportion to its work,
//! so that it hears soon that it was cancelled, and each ends with an error when it may hold no more. Work is counted, and
//! nothing looks at a clock; `benches/cancel.rs` measures times and memory.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use kenning::model::{Class, NodeId, Value};
use kenning::store::Builder;
use kenning::{Database, Limits, Parameters};

/// So many nodes, each with edges to the next ones.
fn graph(nodes: u32, degree: u32) -> Database {
    let mut builder = Builder::new();
    builder.index("Person", "id");
    for id in 0..nodes {
        let name = format!("Person {id}");
        builder.node(&["Person"], vec![("id", Value::Int(i64::from(id))), ("name", Value::string(name))]);
    }
    for source in 0..nodes {
        for step in 1..=degree {
            let target = (source + step * step) % nodes;
            builder.edge(NodeId(source), "KNOWS", NodeId(target), vec![]);
        }
    }
    Database::draft(&builder.finish().unwrap()).unwrap()
}

/// How it ended; none: with its last row.
fn run(database: &Database, query: &str, limits: &Limits) -> Option<Class> {
    let class = |error: kenning::Error| error.diagnostic().unwrap_or_else(|| panic!("{query}: {error}")).class;
    match database.query(query, &Parameters::new(), limits) {
        Ok(rows) => rows.filter_map(Result::err).next().map(class),
        Err(error) => Some(class(error)),
    }
}

/// How often it looks at its limits until it has ended by itself.
fn looks(database: &Database, query: &str) -> u64 {
    let looks = Arc::new(AtomicU64::new(0));
    let limits = Limits { looks: Some(Arc::clone(&looks)), ..Limits::default() };
    assert_eq!(run(database, query, &limits), None, "{query}");
    looks.load(Ordering::Relaxed)
}

/// Runs for hours on a graph of some hundred nodes.
const ENDLESS: &[&str] = &[
    "MATCH (a), (b), (c), (d), (e) WHERE a.id + b.id + c.id + d.id + e.id < 0 RETURN a.id",
    "MATCH (a), (b), (c), (d), (e) RETURN count(*)",
    "MATCH (a:Person {id: 1})-[:KNOWS*]->(b) RETURN count(*)",
    "MATCH p = (a:Person {id: 1})-[:KNOWS*]->(b) RETURN count(p)",
    "MATCH p = ANY SHORTEST (a:Person)-[:KNOWS*]->(m)-[:KNOWS*]->(b:Person) RETURN count(p)",
    "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(e)-[:KNOWS]->(f)-[:KNOWS]->(g)-[:KNOWS]->(h)-[:KNOWS]->(i)\
     -[:KNOWS]->(j)-[:KNOWS]->(k) WHERE a.id + k.id < 0 RETURN a.id",
    "UNWIND range(1, 1000000000000) AS x RETURN count(x)",
    "UNWIND range(1, 1000000000000) AS x WITH x WHERE x < 0 RETURN x",
    "UNWIND range(1, 1000000) AS i RETURN sum(size([x IN range(1, 100000) WHERE x % 7 = i | x * x]))",
    "UNWIND range(1, 1000000) AS i RETURN sum(reduce(s = 0, x IN range(1, 10000) | s + x % i))",
    "MATCH (a) WHERE EXISTS { MATCH (b), (c), (d), (e) WHERE b.id + c.id + d.id + e.id < 0 } RETURN a",
    "UNWIND range(1, 1000000000) AS i CALL algo.pageRank() YIELD node RETURN count(*)",
    "UNWIND range(1, 1000000000) AS i CALL algo.betweenness() YIELD node RETURN count(*)",
    "UNWIND range(1, 1000000000) AS i FOREACH (x IN [i] | MERGE (:N {i: -1})) RETURN count(*)",
];

/// Another thread cancels each of them as soon as it has looked at its limits so often; whether it ends is all that counts.
#[test]
fn what_never_ends_can_be_cancelled() {
    let database = graph(200, 20);
    for query in ENDLESS {
        for after in [1, 50] {
            let (cancel, looks) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
            let limits =
                Limits { cancel: Some(Arc::clone(&cancel)), looks: Some(Arc::clone(&looks)), ..Limits::default() };
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    while looks.load(Ordering::Relaxed) < after {
                        std::thread::yield_now();
                    }
                    cancel.store(true, Ordering::Relaxed);
                });
                assert_eq!(run(&database, query, &limits), Some(Class::Cancelled), "{query}");
            });
        }
    }
}

/// A statement, the same without the work in question, the steps that this work takes, and how many of them may pass between
/// two looks at the limits.
#[test]
fn every_kind_of_work_looks_at_the_limits() {
    const MANY: &str = "UNWIND range(1, 300000) AS x";
    let database = graph(500, 20);
    let cases = [
        // Sorting alone: what is gathered is gathered without it, too.
        (
            format!("{MANY} RETURN x * 7919 % 10007 AS y ORDER BY y"),
            format!("{MANY} RETURN x * 7919 % 10007 AS y"),
            1_200_000,
            40_000,
        ),
        (
            format!("{MANY} RETURN x ORDER BY x DESC LIMIT 100000"),
            format!("{MANY} RETURN x LIMIT 100000"),
            600_000,
            40_000,
        ),
        (format!("{MANY} RETURN count(DISTINCT x)"), "RETURN 1".to_owned(), 300_000, 4_096),
        (format!("{MANY} RETURN x % 100000 AS k, count(*)"), "RETURN 1".to_owned(), 300_000, 4_096),
        (format!("{MANY} RETURN size(collect(x))"), "RETURN 1".to_owned(), 300_000, 4_096),
        // What is kept, gone through to find a place in its order.
        (
            format!("{MANY} RETURN percentileDisc(x * 7919 % 10007, 0.5)"),
            format!("{MANY} RETURN count(x * 7919 % 10007)"),
            300_000,
            8_192,
        ),
        // Numbers of a list, and bytes of texts.
        ("RETURN size(range(1, 2000000))".to_owned(), "RETURN 1".to_owned(), 2_000_000, 40_000),
        (
            "RETURN size(reduce(s = 'a', x IN range(1, 24) | s + s))".to_owned(),
            "RETURN 1".to_owned(),
            32_000_000,
            8_000_000,
        ),
        (
            "RETURN size([x IN range(1, 2000000) WHERE x % 7 = 0 | x])".to_owned(),
            "RETURN 1".to_owned(),
            2_000_000,
            100_000,
        ),
        (
            "RETURN size(tail(range(1, 2000000)))".to_owned(),
            "RETURN size(range(1, 2000000))".to_owned(),
            2_000_000,
            100_000,
        ),
        (
            "RETURN size(reverse(range(1, 2000000)))".to_owned(),
            "RETURN size(range(1, 2000000))".to_owned(),
            2_000_000,
            100_000,
        ),
        (
            "RETURN size(range(1, 2000000)[1..])".to_owned(),
            "RETURN size(range(1, 2000000))".to_owned(),
            2_000_000,
            100_000,
        ),
        (
            "RETURN size(range(1, 2000000) + range(1, 2000000))".to_owned(),
            "RETURN size(range(1, 2000000)) + size(range(1, 2000000))".to_owned(),
            4_000_000,
            100_000,
        ),
        ("RETURN any(x IN range(1, 2000000) WHERE x < 0)".to_owned(), "RETURN 1".to_owned(), 2_000_000, 100_000),
        ("RETURN reduce(s = 0, x IN range(1, 300000) | s + x)".to_owned(), "RETURN 1".to_owned(), 300_000, 4_096),
        ("MATCH (a)-[:KNOWS*1..3]->(b) RETURN count(*)".to_owned(), "RETURN 1".to_owned(), 500 * 20 * 20 * 20, 10_000),
        (
            "MATCH (a)-[:KNOWS*1..9]->(b) RETURN a.id, count(DISTINCT b)".to_owned(),
            "RETURN 1".to_owned(),
            500 * 10_000,
            500_000,
        ),
        (
            "MATCH p = ANY SHORTEST (a)-[:KNOWS]->()-[:KNOWS]->()-[:KNOWS]->(b) RETURN count(p)".to_owned(),
            "MATCH (a)-[:KNOWS]->()-[:KNOWS]->()-[:KNOWS]->(b) RETURN a".to_owned(),
            500 * 20 * 20 * 20,
            100_000,
        ),
        (
            "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c), (a)-[:KNOWS]->(c) RETURN count(*)".to_owned(),
            "RETURN 1".to_owned(),
            500 * 20 * 20,
            200_000,
        ),
        // Edges that are read, laid out and gone through.
        ("CALL algo.kCore() YIELD node RETURN count(*)".to_owned(), "RETURN 1".to_owned(), 60_000, 5_000),
        ("CALL algo.labelPropagation() YIELD node RETURN count(*)".to_owned(), "RETURN 1".to_owned(), 40_000, 5_000),
        ("CALL algo.minimumSpanningTree() YIELD edge RETURN count(*)".to_owned(), "RETURN 1".to_owned(), 30_000, 5_000),
        ("CALL algo.stronglyConnectedComponents()".to_owned(), "RETURN 1".to_owned(), 30_000, 5_000),
        ("CALL db.schema()".to_owned(), "RETURN 1".to_owned(), 10_000, 5_000),
        (
            "UNWIND range(1, 60000) AS i CREATE (:N {i: i})".to_owned(),
            format!("{MANY} RETURN x LIMIT 60000"),
            60_000,
            4_096,
        ),
        ("MATCH (n:N) SET n.j = n.i".to_owned(), "MATCH (n:N) RETURN n".to_owned(), 60_000, 4_096),
        ("MATCH (n:N) DELETE n".to_owned(), "RETURN 1".to_owned(), 60_000, 4_096),
        ("CALL algo.betweenness() YIELD node RETURN count(*)".to_owned(), "RETURN 1".to_owned(), 500 * 10_000, 100_000),
        // The same on a graph with changes.
        ("CALL algo.kCore() YIELD node RETURN count(*)".to_owned(), "RETURN 1".to_owned(), 60_000, 5_000),
    ];
    for (query, without, steps, most) in cases {
        let more = looks(&database, &query).saturating_sub(looks(&database, &without));
        assert!(more >= steps / most, "{query}: {more} looks in {steps} steps");
    }
}

/// All edges are at one node, which loses them one by one.
#[test]
fn a_node_with_many_edges_is_detached_in_pieces() {
    const EDGES: u32 = 60_000;
    let hub = || {
        let mut builder = Builder::new();
        for id in 0..=EDGES {
            builder.node(&["Person"], vec![("id", Value::Int(i64::from(id)))]);
        }
        for id in 1..=EDGES {
            let ends = if id % 2 == 0 { [0, id] } else { [id, 0] };
            builder.edge(NodeId(ends[0]), "KNOWS", NodeId(ends[1]), vec![]);
        }
        Database::draft(&builder.finish().unwrap()).unwrap()
    };
    let statement = "MATCH (a:Person {id: 0}) DETACH DELETE a";
    let database = hub();
    let without = looks(&database, "MATCH (a:Person {id: 0}) RETURN a");
    let more = looks(&database, statement).saturating_sub(without);
    assert!(more >= u64::from(EDGES) / 10_000, "{more} looks");
    assert_eq!((database.view().node_count(), database.view().edge_count()), (u64::from(EDGES), 0));
    // The same of edges that were added since, and of a node that is at both ends.
    run(&database, "CREATE (a:Hub)-[:KNOWS]->(a) WITH a MATCH (p:Person) CREATE (a)-[:KNOWS]->(p)", &Limits::default());
    assert_eq!(database.view().edge_count(), u64::from(EDGES) + 1);
    assert!(looks(&database, "MATCH (a:Hub) DETACH DELETE a") >= u64::from(EDGES) / 10_000);
    assert_eq!((database.view().node_count(), database.view().edge_count()), (u64::from(EDGES), 0));
}

/// A statement that may hold 4 MB and would hold much more.
#[test]
fn what_is_held_is_bounded() {
    const MANY: &str = "UNWIND range(1, 2000000) AS x";
    let database = graph(2000, 60);
    let cases = [
        format!("{MANY} RETURN size(collect(x))"),
        format!("{MANY} RETURN x ORDER BY x"),
        format!("{MANY} RETURN x ORDER BY x LIMIT 1000000"),
        format!("{MANY} RETURN DISTINCT x"),
        format!("{MANY} RETURN count(DISTINCT x)"),
        format!("{MANY} RETURN x, count(*)"),
        format!("{MANY} RETURN toString(x) AS t, x AS y, count(*)"),
        format!("{MANY} RETURN x AS k, x + 1 AS l, sum(x)"),
        format!("{MANY} RETURN DISTINCT toString(x) AS t"),
        format!("{MANY} RETURN x % 7 AS k, count(DISTINCT toString(x))"),
        format!("{MANY} RETURN size(collect(DISTINCT x))"),
        "RETURN size(range(1, 2000000))".to_owned(),
        // Each list fits, but not beside what it is made of.
        "RETURN size(tail(range(1, 100000)))".to_owned(),
        "RETURN size(reverse(range(1, 100000)))".to_owned(),
        "RETURN size(range(1, 100000)[1..])".to_owned(),
        "RETURN size(range(1, 60000) + range(1, 60000))".to_owned(),
        // The texts of the first rows are still there when those of the last are made.
        "UNWIND range(1, 60) AS i RETURN size(reduce(s = 'a', x IN range(1, 16) | s + s))".to_owned(),
        "RETURN size([x IN range(1, 2000000) | x * x])".to_owned(),
        "RETURN size(reduce(s = 'a', x IN range(1, 24) | s + s))".to_owned(),
        format!("{MANY} RETURN percentileDisc(x, 0.5)"),
        format!("{MANY} RETURN x UNION RETURN 1 AS x"),
        format!("{MANY} CREATE (:N {{i: x}})"),
        format!("{MANY} MERGE (:N {{i: x}})"),
        "FOREACH (x IN range(1, 2000000) | CREATE (:N {i: x}))".to_owned(),
        format!("{MANY} MATCH (a:Person {{id: x % 2000}}) SET a.seen = x"),
        "MATCH (a:Person), (b:Person) SET a.seen = b.id".to_owned(),
        "MATCH (a:Person {id: 1})-[:KNOWS*]->(b) RETURN count(*)".to_owned(),
        "MATCH p = (a:Person {id: 1})-[:KNOWS*]->(b) RETURN p ORDER BY length(p)".to_owned(),
        "MATCH p = ANY SHORTEST (a:Person)-[:KNOWS*1..3]->(m)-[:KNOWS]->(b:Person) RETURN count(p)".to_owned(),
    ];
    let limits = Limits { max_memory: Some(4 << 20), ..Limits::default() };
    for query in cases {
        let nodes = database.view().node_count();
        assert_eq!(run(&database, &query, &limits), Some(Class::LimitExceeded), "{query}");
        assert_eq!(database.view().node_count(), nodes, "{query}");
    }
    // Numbers in place of edges take less, and are counted all the same, as are edges that are gone and what nodes have now.
    let limits = Limits { max_memory: Some(256 << 10), ..Limits::default() };
    let long = "'so many bytes as this text has, and then a few more of them, and some more, and that was it'";
    for query in [
        "MATCH (a:Person) DETACH DELETE a".to_owned(),
        format!("MATCH (a:Person) WHERE a.id < 500 SET a.text = {long} + a.id"),
    ] {
        assert_eq!(run(&database, &query, &limits), Some(Class::LimitExceeded), "{query}");
    }
    for call in [
        "betweenness()",
        "labelPropagation()",
        "labelPropagation({weight: 'w'})",
        "kCore()",
        "stronglyConnectedComponents()",
        "topologicalSort()",
        "pageRank({direction: 'both'})",
        "pageRank({weight: 'w'})",
        "minimumSpanningTree()",
    ] {
        assert_eq!(run(&database, &format!("CALL algo.{call}"), &limits), Some(Class::LimitExceeded), "{call}");
    }
}

/// Statements that hold little, whatever they go through.
#[test]
fn what_need_not_be_held_is_not() {
    let database = graph(300, 30);
    let none = Limits::default();
    let limits = |memory: u64| Limits { max_memory: Some(memory), ..Limits::default() };
    // 900 walks of one edge, and 27,000 of two edges, none of which is as short.
    let walks =
        "MATCH p = ANY SHORTEST (a:Person WHERE a.id < 30)-[:KNOWS]->(m)-[:KNOWS*0..1]->(b:Person) RETURN count(p)";
    assert_eq!(run(&database, walks, &limits(2_000_000)), None);
    // Set 100 times, noted once.
    let set = "UNWIND range(1, 100) AS x MATCH (a:Person) SET a.seen = x, a.twice = x";
    assert_eq!(run(&database, set, &limits(1_500_000)), None);
    // Texts that make way for others do not count.
    let set = set.replace("a.twice = x", "a.twice = toString(x) + '67890123456789012345678901234567890'");
    assert_eq!(run(&database, &set, &limits(5_000_000)), None);
    let set = "UNWIND range(1, 100) AS x MATCH (a:Person) SET a.seen = x, a.twice = x";
    // 120,000 edges, of which only the numbers are kept.
    let dense = graph(2000, 60);
    assert_eq!(run(&dense, "MATCH (a:Person) DETACH DELETE a", &limits(1_000_000)), None);
    assert_eq!(dense.view().edge_count(), 0);
    assert_eq!(run(&database, "MATCH (a:Person) WHERE a.seen <> 100 RETURN 1 / 0", &none), None);
    let set = format!("{set} WITH a RETURN 1 / (a.id - 299)");
    assert_eq!(run(&database, &set.replace("= x", "= -x"), &none), Some(Class::ArithmeticError));
    assert_eq!(run(&database, "MATCH (a:Person) WHERE a.seen <> 100 RETURN 1 / 0", &none), None);
}

/// After the cancellation no more than the rows of the batch that is being read.
#[test]
fn rows_end_with_the_batch() {
    let database = graph(300, 3);
    let cancel = Arc::new(AtomicBool::new(false));
    let limits = Limits { cancel: Some(Arc::clone(&cancel)), ..Limits::default() };
    let query = "MATCH (a), (b), (c), (d) RETURN a.id, d.id";
    let mut rows = database.query(query, &Parameters::new(), &limits).unwrap();
    assert!(rows.next().unwrap().is_ok());
    cancel.store(true, Ordering::Relaxed);
    let rest = rows.take_while(Result::is_ok).count();
    assert!(rest < 2048, "{rest} rows");
}

/// A statement that has done more than was there before, and fails: all is as it was, and what comes then has its place.
#[test]
fn what_fails_leaves_nothing() {
    let database = graph(50, 3);
    let none = Limits::default();
    let little = Limits { max_memory: Some(100_000), ..Limits::default() };
    let rows = |query: &str| {
        let rows = database.query(query, &Parameters::new(), &none).unwrap();
        rows.collect::<Result<Vec<_>, _>>().unwrap()
    };
    let state = || {
        let counts =
            "MATCH (a)-[r]->(b) RETURN type(r) AS t, labels(a) AS a, labels(b) AS b, count(*) ORDER BY t, a, b";
        let edges = "MATCH (a:Person {id: 7})-[r]-(b) RETURN id(r) AS r, id(b) AS b ORDER BY r, b";
        (rows("MATCH (n) RETURN labels(n) AS n, count(*) ORDER BY n"), rows(counts), rows(edges))
    };
    rows("MATCH (p:Person {id: 7}) CREATE (p)-[:MADE {n: 1}]->(:Work {name: 'one'})-[:OF]->(p)");
    let before = state();
    for query in [
        "UNWIND range(1, 5000) AS x MATCH (p:Person {id: x % 50}) CREATE (p)-[:MADE {n: x}]->(:Work {name: 'more'})",
        "UNWIND range(1, 5000) AS x CREATE (:Work)-[:OF]->(:Other)",
        "UNWIND range(1, 5000) AS x MATCH (p:Person {id: x % 50}) SET p.name = x, p:Other",
        "MATCH (a) DETACH DELETE a WITH a UNWIND range(1, 5000) AS x CREATE (:Work {name: 'more'})",
    ] {
        assert_eq!(run(&database, query, &little), Some(Class::LimitExceeded), "{query}");
        assert_eq!(state(), before, "{query}");
    }
    rows("MATCH (p:Person {id: 7}), (w:Work) CREATE (w)-[:MADE {n: 2}]->(p)");
    let found = rows("MATCH (p:Person {id: 7})-[r:MADE]-(w:Work) RETURN r.n AS n, w.name ORDER BY n");
    let one = || Value::string("one");
    assert_eq!(found, [[Value::Int(1), one()], [Value::Int(2), one()]]);
}
