//! The answer is the same whatever the number of threads, to the last digit of a float, and limits hold for all of them.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use kenning::load::import::{Input, Intake, Manner, Role, read};
use kenning::model::Value;
use kenning::store::Builder;
use kenning::{Database, Limits, Parameters};

/// So many nodes, half of them labelled `B` as well, each with 40 edges to others, by a generator of pseudo-random numbers.
fn graph(count: u32) -> Database {
    let mut state = 11u64;
    let mut roll = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut builder = Builder::new();
    let nodes: Vec<_> = (0..i64::from(count))
        .map(|id| {
            let labels: &[&str] = if id % 2 == 0 { &["A"] } else { &["A", "B"] };
            let share = Value::Float(roll(1000) as f64 / 7.0);
            let name = Value::string(format!("name {}", id % 17));
            builder.node(labels, vec![("id", Value::Int(id)), ("share", share), ("name", name)])
        })
        .collect();
    for from in &nodes {
        for _ in 0..40 {
            builder.edge(*from, "R", nodes[roll(u64::from(count)) as usize], vec![]);
        }
    }
    Database::from_bytes(&builder.finish().unwrap()).unwrap()
}

const STATEMENTS: [&str; 11] = [
    // Counted without being found.
    "MATCH (a:A)-[:R]->(b:A)-[:R]->(c:A) WHERE b.id % 3 = 0 RETURN count(*)",
    "MATCH (a:A)-[:R]->(b:A)-[:R]->(c:B) RETURN b.name, count(*), sum(c.id), avg(a.id) ORDER BY b.name",
    "MATCH (a:A)-[:R]->(b:A)-[:R]->(c:A)-[:R]->(d:A)-[:R]->(a) RETURN count(*)",
    "MATCH (a:A)-[:R]->(b:B)-[:R]->(c:A)<-[:R]-(d:B)<-[:R]-(a) RETURN c.name, count(*), min(c.id) ORDER BY c.name",
    // Found in pieces.
    "MATCH (a:A)-[:R]->(b)-[:R]->(c)-[:R]->(a) RETURN count(*)",
    "MATCH (a:A)-[:R]->(b)-[:R]->(c) RETURN a.name, count(DISTINCT c), min(c.share), max(b.id)",
    "MATCH (a:A)-[:R]->(b)-[:R]->(c) RETURN sum(c.share + a.share), avg(b.share * c.id), stdev(a.share + c.id)",
    "MATCH (a:A)-[:R]->(b)-[:R]->(c) WHERE a.id < c.id RETURN a.name AS name, size(collect(c.id)) AS n, percentileCont(c.share - a.id, 0.3)",
    "MATCH (a:A)-[:R]->(b)-[:R]->(c) WHERE EXISTS { (c)-[:R]->(:B {id: 7}) } RETURN a.id % 5, count(*)",
    "MATCH (a:A)-[:R*1..2]->(b) WHERE a.id <> b.id RETURN b.name, a.id % 2, count(*)",
    "MATCH (a:A)-[:R]->(b)-[:R]->(c) WHERE a.id > 1000 RETURN count(*), sum(c.share), collect(a.id)",
];

#[test]
fn threads_change_nothing() {
    let db = graph(600);
    for text in STATEMENTS {
        let run = |threads| {
            let limits = Limits { threads: Some(threads), ..Limits::default() };
            let rows = db.query(text, &Parameters::new(), &limits).unwrap_or_else(|error| panic!("{text}: {error}"));
            rows.map(|row| format!("{:?}", row.unwrap())).collect::<Vec<_>>()
        };
        let alone = run(1);
        assert!(!alone.is_empty(), "{text}");
        for threads in [2, 5] {
            assert_eq!(run(threads), alone, "{text}");
        }
    }
}

/// Nodes enough for several pieces of the arrays by node.
#[test]
fn threads_change_no_rank() {
    let db = graph(5000);
    for config in ["{labels: ['A'], types: ['R']}", "{labels: ['B'], direction: 'both', tolerance: 0.001}"] {
        let run = |threads| {
            let text = format!("CALL algo.pageRank({config}) YIELD node, score RETURN node.id, score");
            let limits = Limits { threads: Some(threads), ..Limits::default() };
            let rows = db.query(&text, &Parameters::new(), &limits).unwrap();
            let row = |row: Result<Vec<Value<'_>>, _>| match row.unwrap().as_slice() {
                [Value::Int(id), Value::Float(score)] => (*id, score.to_bits()),
                other => panic!("{other:?}"),
            };
            rows.map(row).collect::<Vec<_>>()
        };
        let alone = run(1);
        assert!(alone.len() >= 2500, "{}", alone.len());
        for threads in [2, 5] {
            assert!(run(threads) == alone, "{config} on {threads} threads");
        }
    }
}

#[test]
fn plain_answers() {
    let (db, small) = (graph(600), graph(40));
    let first = |text: &str, rules: &[kenning::plan::Rule]| {
        // One by one, cycles of four take their time.
        let db = if text.contains("(d:") { &small } else { &db };
        let mut rows = db.query_without(text, &Parameters::new(), &Limits::default(), rules).unwrap();
        rows.next().unwrap().unwrap()
    };
    for text in [STATEMENTS[0], STATEMENTS[2], STATEMENTS[3], STATEMENTS[4]] {
        assert_eq!(first(text, &[]), first(text, &kenning::plan::Rule::ALL), "{text}");
    }
}

#[test]
fn limits_hold_for_all_threads() {
    let db = graph(600);
    let fails = |limits: Limits, expected: &str| {
        for text in [STATEMENTS[2], STATEMENTS[5], STATEMENTS[7]] {
            let answer = db.query(text, &Parameters::new(), &Limits { threads: Some(3), ..limits.clone() });
            let error = answer.and_then(|rows| rows.collect::<Result<Vec<_>, _>>()).err();
            let message = error.map(|error| error.to_string()).unwrap_or_default();
            assert!(message.contains(expected), "{text}: {message}");
        }
    };
    fails(Limits { cancel: Some(Arc::new(AtomicBool::new(true))), ..Limits::default() }, "cancelled");
    fails(Limits { timeout: Some(std::time::Duration::ZERO), ..Limits::default() }, "longer than");
    fails(Limits { max_memory: Some(1000), ..Limits::default() }, "more than 1000 bytes");
}

/// Tables of many pieces, with edges in no order, make the same bytes on any number of threads.
#[test]
fn threads_import_the_same_bytes() {
    let folder = std::env::temp_dir().join(format!("kenning-threads-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut state = 5u64;
    let mut roll = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut persons = String::from("id:ID,name,age:int,:LABEL\n");
    (0..20_000).for_each(|id| persons += &format!("{id},name {},{},A\n", id % 977, id % 90));
    let mut follows = String::from(":START_ID,:END_ID,since:int,:TYPE\n");
    (0..150_000).for_each(|_| follows += &format!("{},{},{},R\n", roll(20_000), roll(20_000), roll(50)));
    std::fs::write(folder.join("a.csv"), persons).unwrap();
    std::fs::write(folder.join("r.csv"), follows).unwrap();
    let import = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut intake = Intake::new();
            let inputs = Input::find(&folder, &intake.meter()).unwrap();
            read(inputs.into_iter().map(|input| (input, Role::Open)).collect(), &Manner::default(), &mut intake).ok();
            let mut imported = intake.finish().unwrap();
            assert_eq!((imported.counts.nodes_created, imported.counts.edges_created), (20_000, 150_000));
            imported.image.to_bytes().unwrap()
        })
    };
    let alone = import(1);
    for threads in [2, 5] {
        assert!(import(threads) == alone, "{threads} threads");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
