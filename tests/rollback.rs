//! A statement that fails leaves nothing behind, and what comes after it is as if it had never been.

#![allow(clippy::unwrap_used)]

use kenning::{Database, Limits, Parameters};

fn run(db: &Database, text: &str) -> Result<Vec<String>, kenning::Error> {
    let rows = db.query(text, &Parameters::new(), &Limits::default())?;
    rows.map(|row| Ok(format!("{:?}", row?))).collect()
}

/// Everything that can be seen of the graph, ids included.
fn everything(db: &Database) -> (Vec<String>, Vec<String>, Vec<String>, [usize; 3]) {
    let view = db.view();
    (
        run(db, "MATCH (n) RETURN id(n), labels(n), properties(n) ORDER BY id(n)").unwrap(),
        run(db, "MATCH (a)-[e]->(b) RETURN id(e), id(a), id(b), type(e), properties(e) ORDER BY id(e)").unwrap(),
        run(db, "MATCH (n:A)<-[:R|S]-(m) RETURN id(n), id(m) ORDER BY id(n), id(m)").unwrap(),
        [view.label_count(), view.edge_type_count(), view.key_count()],
    )
}

#[test]
fn failed_statements_leave_nothing_behind() {
    let good = [
        "CREATE (:A {x: 1})-[:R {w: 1}]->(:B {y: 'b'})-[:S]->(:A:B)",
        "MATCH (a:A) CREATE (a)-[:R]->(:C {z: a.x})",
        "CREATE (a:A), (a)-[:R]->(a)",
        "MATCH (a:A), (b:B) CREATE (b)-[:S {v: 2}]->(a)",
        "MATCH (a:A {x: 1}) SET a.x = 3, a:Seen, a += {more: [1, 2]}",
        "MATCH (:A)-[r:R]->(:C) DELETE r",
        "MATCH (b:B) DETACH DELETE b MERGE (:B {y: 'again'})",
        "MATCH (a:A)-[r:R]->() SET r.w = 2 REMOVE a:Seen, a.more",
    ];
    let bad = [
        "CREATE (:A {x: 2})-[:R]->(:New {fresh: 1}) WITH 0 AS zero CREATE (:B {x: 1 / zero})",
        "MATCH (a:A), (b:B) CREATE (a)-[:R2 {n: 1}]->(b)-[:S]->(a) WITH a CREATE (:A {list: [{}]})",
        "UNWIND [2, 1, 0] AS x CREATE (:Many {x: x}) WITH x CREATE (:More {x: 10 / x})",
        "OPTIONAL MATCH (n:Absent) CREATE (:A)-[:R]->(:Z) WITH n CREATE (n)-[:R]->(:A)",
        "MATCH (a:A) SET a.x = 7, a:Other, a.fresh = true WITH 0 AS zero CREATE ({x: 1 / zero})",
        "MATCH (a:A) REMOVE a:A, a.x SET a = {y: 1} WITH a SET a.y = {no: 'map'}",
        "MATCH (a)-[r]->(b) SET r.v = 5, r = {q: 1} DELETE r WITH 0 AS zero RETURN 1 / zero",
        "MATCH (a:A) DETACH DELETE a WITH count(*) AS c CREATE (:A {x: c})-[:R]->(:A) WITH 0 AS zero RETURN 1 / zero",
        "MATCH (a) DELETE a",
        "MERGE (n:Merged {k: 1})-[:M]->(:Merged) ON CREATE SET n.at = 1 WITH n SET n.at = n.at / 0",
        "FOREACH (i IN range(1, 3) | CREATE (:Each {i: i}) MERGE (:Each {i: 10 / (2 - i)}))",
    ];
    let (with, without) = (Database::in_memory(), Database::in_memory());
    for statement in good {
        run(&with, statement).unwrap();
        run(&without, statement).unwrap();
        for bad in bad {
            assert!(run(&with, bad).is_err(), "{bad}");
        }
        assert_eq!(everything(&with), everything(&without), "{statement}");
    }
}

#[test]
fn a_view_keeps_its_state_while_others_write() {
    let db = Database::in_memory();
    run(&db, "CREATE (:A)").unwrap();
    let before = db.view();
    run(&db, "CREATE (:A)-[:R]->(:B)").unwrap();
    assert!(run(&db, "CREATE (:C) WITH 0 AS zero CREATE ({x: 1 / zero})").is_err());
    assert_eq!((before.node_count(), before.edge_count()), (1, 0));
    assert_eq!((db.view().node_count(), db.view().edge_count()), (3, 1));
}
