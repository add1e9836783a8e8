//! Any statement on a small graph: it ends within its limits, with rows or an error, and a failed one leaves nothing
//! behind.
#![no_main]

use std::time::Duration;

use kenning::{Database, Limits, Parameters};
use libfuzzer_sys::fuzz_target;

const GRAPH: &str = "CREATE (a:A {x: 1, s: 'one', l: [1, 2]}), (b:A:B {x: 2, d: date('2024-02-29')}), (c:B {s: 'three'}), (d), \
                     (a)-[:R {w: 1.5}]->(b), (b)-[:R]->(c), (c)-[:S {w: 2}]->(a), (a)-[:S]->(a), (d)-[:R]->(a), (b)-[:S]->(c)";

const INDEX: &str = "CREATE INDEX FOR (n:A) ON (n.x)";
const CONSTRAINT: &str = "CREATE CONSTRAINT FOR (n:B) REQUIRE n.s IS UNIQUE";

fuzz_target!(|text: &str| {
    let database = Database::in_memory();
    let none = Parameters::new();
    for statement in [INDEX, CONSTRAINT, GRAPH] {
        database.query(statement, &none, &Limits::default()).expect("the graph is made");
    }
    let before = (database.view().node_count(), database.view().edge_count());
    let limits = Limits {
        timeout: Some(Duration::from_secs(1)),
        max_rows: Some(10_000),
        max_memory: Some(64 << 20),
        cancel: None,
    };
    let failed = match database.query(text, &none, &limits) {
        Ok(rows) => {
            // A statement that writes has run to its end; later rows may still fail.
            rows.for_each(drop);
            false
        }
        Err(_) => true,
    };
    if failed {
        assert_eq!((database.view().node_count(), database.view().edge_count()), before);
    }
    let _ = database.explain(text, &none, None);
});
