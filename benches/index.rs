//! What finding one of a million nodes by a property costs, prepared, from parameters to last row: by an index over the
//! nodes of a snapshot, by one over nodes that statements created, and without an index over a thousand nodes.
//!
//! `cargo bench --bench index`.

use criterion::{Criterion, criterion_group, criterion_main};
use kenning::model::Value;
use kenning::{Database, Limits, Parameters};

mod common;

const NODES: u32 = 1_000_000;

fn run(db: &Database, text: &str) {
    db.query(text, &Parameters::new(), &Limits::default()).expect("the statement runs").for_each(drop);
}

fn points(c: &mut Criterion) {
    let bytes = common::graph(NODES, 1).expect("the graph is built");
    let snapshot = Database::draft(&bytes).expect("the graph opens");
    run(&snapshot, "CREATE INDEX FOR (p:Person) ON (p.name)");
    let created = Database::in_memory();
    run(&created, "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.name IS UNIQUE");
    run(&created, &format!("UNWIND range(1, {NODES}) AS i CREATE (:Person {{name: 'person ' + i}})"));
    let small = Database::in_memory();
    run(&small, "UNWIND range(1, 1000) AS i CREATE (:Person {name: 'person ' + i})");

    let mut group = c.benchmark_group("index");
    for (name, db) in [("snapshot", &snapshot), ("created", &created), ("no index, 1000 nodes", &small)] {
        let statement = db.prepare("MATCH (p:Person {name: $name}) RETURN p.name").expect("a plan");
        let wanted =
            match db.query("MATCH (p:Person) RETURN p.name SKIP 777 LIMIT 1", &Parameters::new(), &Limits::default()) {
                Ok(mut rows) => rows.next().expect("a row").expect("a row")[0].clone().into_owned(),
                Err(error) => panic!("{error}"),
            };
        assert!(matches!(wanted, Value::String(_)));
        let parameters = Parameters::from([("name".to_owned(), wanted)]);
        let find = || {
            let rows = statement.query(&parameters, &Limits::default()).expect("the statement runs");
            assert_eq!(rows.map(|row| row.expect("a row").len()).sum::<usize>(), 1);
        };
        group.bench_function(name, |b| b.iter(find));
    }
    group.finish();
}

criterion_group!(benches, points);
criterion_main!(benches);
