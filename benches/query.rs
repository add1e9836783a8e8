//! Named questions: what a statement costs from text to last row, on the shipped graph and on one of 100 thousand nodes
//! and a million edges.
//!
//! `cargo bench --bench query`; a word behind `--` picks questions.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use kenning::{Database, Limits, Parameters};

mod common;

/// The first word tells the graph.
const QUESTIONS: &[(&str, &str)] = &[
    ("roles/sentence", "which skills address which challenges"),
    ("roles/count each", "how many skills address each challenge"),
    ("roles/shortest path", "how is \"Python\" connected to \"Model accuracy over time\""),
    ("roles/neighbours", "what is \"MLOps\""),
    ("large/seek", "MATCH (p:Person {id: 77777}) RETURN p.name"),
    ("large/one hop", "MATCH (p:Person {id: 77777})-[:KNOWS]->(q) RETURN q.name"),
    (
        "large/three hops",
        "MATCH (p:Person {id: 77777})-[:KNOWS]->()-[:KNOWS]->()-[:KNOWS]->(q) RETURN count(DISTINCT q)",
    ),
    ("large/all edges", "MATCH (:Person)-[:KNOWS]->(q:Person) RETURN count(*)"),
    ("large/filter", "MATCH (p:Person) WHERE p.id % 10 = 3 AND p.name ENDS WITH '3' RETURN count(*)"),
    (
        "large/top ten",
        "MATCH (p:Person)-[:KNOWS]->(q) RETURN q.id, count(*) AS known ORDER BY known DESC, q.id LIMIT 10",
    ),
    (
        "large/shortest path",
        "MATCH p = shortestPath((a:Person {id: 1})-[:KNOWS*]->(b:Person {id: 99999})) RETURN length(p)",
    ),
    ("large/walks", "MATCH (a:Person {id: 5})-[:KNOWS*1..4]->(b) RETURN count(*)"),
    ("large/exists", "MATCH (p:Person) WHERE EXISTS { (p)-[:KNOWS]->(:Person {id: 5}) } RETURN count(*)"),
];

fn questions(c: &mut Criterion) {
    let roles = Database::shipped().expect("the shipped graph opens");
    let bytes = common::graph(100_000, 10).expect("the graph is built");
    let large = Database::from_bytes(&bytes).expect("the graph opens");
    let mut group = c.benchmark_group("query");
    group.sample_size(20);
    for (name, text) in QUESTIONS {
        let db = if name.starts_with("roles") { &roles } else { &large };
        let answer = || {
            let rows = db.query(text, &Parameters::new(), &Limits::default()).expect("the question is understood");
            rows.map(|row| row.expect("a row").len()).sum::<usize>()
        };
        group.bench_function(*name, |b| b.iter(|| black_box(answer())));
    }
    group.finish();
}

fn plan(c: &mut Criterion) {
    let db = Database::shipped().expect("the shipped graph opens");
    let text = "MATCH (r:Role)-[:FACES]->(c:Challenge)<-[:ADDRESSES]-(s:Skill) WHERE r.name STARTS WITH 'Senior' \
                RETURN c.name, count(s) AS skills ORDER BY skills DESC LIMIT 5";
    c.bench_function("plan/four nodes", |b| {
        b.iter(|| black_box(db.explain(text, &Parameters::new(), None).expect("a plan")))
    });
}

criterion_group!(benches, questions, plan);
criterion_main!(benches);
