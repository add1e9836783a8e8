//! A dump builds the graph that it was made of; what is left of a damaged file is dumped as far as it goes.

#![allow(clippy::unwrap_used, reason = "tests")]

mod seen;

use std::time::Duration;

use kenning::model::Value;
use kenning::{Database, Parameters, export};
use proptest::prelude::*;
use seen::run;

fn dump(db: &Database) -> String {
    let mut script = Vec::new();
    export::script(&db.view(), &mut script).unwrap();
    String::from_utf8(script).unwrap()
}

/// Runs a script; no text in it has a semicolon at the end of a line.
fn play(script: &str) -> Database {
    let db = Database::in_memory();
    script.split_terminator(";\n").for_each(|statement| drop(run(&db, statement, &Parameters::new())));
    db
}

/// Everything that can be seen of a graph.
fn seen(db: &Database) -> Vec<String> {
    seen::seen(db, &[&seen::DATA[..], &[seen::INDEXES]].concat())
}

#[test]
fn the_shipped_graph_is_built_again() {
    let shipped = Database::shipped().unwrap();
    let again = play(&dump(&shipped));
    assert_eq!(seen(&again).len(), seen(&shipped).len());
    again.checkpoint().unwrap();
    assert_eq!(dump(&again), dump(&shipped));
}

#[test]
fn every_kind_of_value_and_every_word_comes_back() {
    let db = Database::in_memory();
    let none = Parameters::new();
    let values = "CREATE (:`a ``b`` c` {int: -9223372036854775808, float: 0.1, tiny: 5e-324, big: -1.7976931348623157e308, \
        zero: -0.0, nan: 0.0 / 0.0, inf: -1.0 / 0.0, text: 'it\\'s \\\\ \"x\" \\n\\r\\t\\u0000\\u202e;\\u00e9', `odd key`: true, \
        date: date('-0044-03-15'), far: date('2024-02-29') + duration({years: 20000}), time: time('12:00:00.000000001+01:30'), \
        local: localtime('23:59'), at: datetime('2024-10-27T02:30+01:00[Europe/Stockholm]'), here: localdatetime('2024-01-01T00:00'), \
        span: duration({months: -14, days: 40, hours: 25, seconds: -3, nanoseconds: 4}), none: [], mixed: [1, 'two', 3.5, true], \
        dates: [date('2024-01-01')], words: ['a', 'b']})-[:`an edge` {w: [0.5]}]->(:A:B:`C:D` {_dump: 1})";
    run(&db, values, &none);
    for word in kenning::lang::keywords() {
        run(&db, &format!("CREATE (n:`{word}` {{`{word}`: 1}})-[:`{word}`]->(n)"), &none);
    }
    run(&db, "CREATE INDEX `MATCH` FOR (n:A) ON (n.`odd key`)", &none);
    run(&db, "CREATE CONSTRAINT `a b` FOR (n:A) REQUIRE n._dump IS NOT NULL", &none);
    run(&db, "CREATE CONSTRAINT FOR (n:B) REQUIRE (n._dump, n.x) IS UNIQUE", &none);
    run(&db, "CREATE CONSTRAINT FOR (n:MATCH) REQUIRE (n.MATCH) IS NODE KEY", &none);
    run(&db, "CREATE CONSTRAINT FOR ()-[e:`an edge`]-() REQUIRE e.w IS NOT NULL", &none);
    assert_eq!(seen(&play(&dump(&db))), seen(&db));
}

fn value() -> impl Strategy<Value = Value<'static>> {
    let scalar = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        ".*".prop_map(Value::string),
        "[;'\\\\\n\\`{}]*".prop_map(Value::string),
    ];
    let list = prop::collection::vec(scalar.clone(), 0..4).prop_map(Value::list);
    prop_oneof![3 => scalar, 1 => list]
}

fn properties() -> impl Strategy<Value = Value<'static>> {
    let key = prop_oneof!["[a-c]", "[ \\`'Zé]{1,3}"];
    prop::collection::btree_map(key, value(), 0..4)
        .prop_map(|map| Value::map(map.into_iter().map(|(key, value)| (key.into(), value)).collect::<Vec<_>>()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_graph_is_built_again(
        nodes in prop::collection::vec((properties(), 0..3u8), 1..6),
        edges in prop::collection::vec((0..6usize, 0..6usize, properties()), 0..6),
    ) {
        let db = Database::in_memory();
        for (number, (properties, labels)) in nodes.iter().enumerate() {
            let labels = [":A", ":A:B", ""][usize::from(*labels)];
            let number = Value::Int(number as i64);
            let parameters = Parameters::from([("p".into(), properties.clone()), ("n".into(), number)]);
            run(&db, &format!("CREATE (n{labels}) SET n = $p SET n.number = $n"), &parameters);
        }
        for (from, to, properties) in &edges {
            let at = |number: &usize| Value::Int((number % nodes.len()) as i64);
            let parameters = Parameters::from([("a".into(), at(from)), ("b".into(), at(to)), ("p".into(), properties.clone())]);
            run(&db, "MATCH (a {number: $a}), (b {number: $b}) CREATE (a)-[e:R]->(b) SET e = $p", &parameters);
        }
        prop_assert_eq!(seen(&play(&dump(&db))), seen(&db));
    }
}

/// A file with a snapshot of people and commits behind it.
fn file() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ken");
    Database::create(&path).unwrap();
    let db = Database::open_to_write(&path, Duration::ZERO).unwrap();
    let none = Parameters::new();
    run(&db, "UNWIND range(1, 40) AS i CREATE (:Person {id: i, name: 'person ' + i, half: i / 2.0})", &none);
    run(&db, "MATCH (a:Person), (b:Person) WHERE b.id = a.id * 3 % 41 CREATE (a)-[:KNOWS {w: a.id}]->(b)", &none);
    db.checkpoint().unwrap();
    run(&db, "MATCH (p:Person {id: 3}) SET p.name = 'renamed'", &none);
    run(&db, "MATCH (p:Person {id: 4}) DETACH DELETE p", &none);
    run(&db, "CREATE (:Person {id: 41, name: 'new'})", &none);
    (folder, path)
}

/// Whatever single byte is damaged: what can be told apart is told, and the rest is the graph.
#[test]
fn most_of_a_damaged_file_is_saved() {
    let (_folder, path) = file();
    let bytes = std::fs::read(&path).unwrap();
    let whole = seen(&Database::open(&path).unwrap());
    let (same, findings) = Database::salvage(&path).unwrap();
    assert_eq!((seen(&same), findings.len()), (whole.clone(), 0));
    let (mut hopeless, mut perfect, mut partial) = (0, 0, 0);
    for at in (64..bytes.len()).step_by(7) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x41;
        std::fs::write(&path, &damaged).unwrap();
        let sound = Database::open(&path).is_ok_and(|db| db.verify().is_ok());
        let Ok((db, findings)) = Database::salvage(&path) else {
            hopeless += 1;
            continue;
        };
        let found = seen(&play(&dump(&db)));
        match found == whole {
            true => perfect += 1,
            false => {
                partial += 1;
                assert!(!findings.is_empty() || sound, "byte {at}: something differs, and nothing is said");
                assert!(run(&db, "MATCH (p:Person) RETURN p", &Parameters::new()).len() >= 39, "byte {at}");
            }
        }
        drop(db);
    }
    assert!(perfect > 100 && partial > 20 && hopeless > 20, "{perfect} {partial} {hopeless}");
}

#[test]
fn what_a_cut_leaves_is_saved() {
    let (_folder, path) = file();
    let bytes = std::fs::read(&path).unwrap();
    let mut saved = 0;
    for length in (0..bytes.len()).step_by(11) {
        std::fs::write(&path, &bytes[..length]).unwrap();
        if let Ok((db, findings)) = Database::salvage(&path) {
            saved += 1;
            let nodes = run(&db, "MATCH (p:Person) RETURN p", &Parameters::new()).len();
            assert!(nodes >= 39, "{length}: {nodes}");
            drop(play(&dump(&db)));
            // A cut behind the snapshot may leave whole commits, which are a graph of their own.
            assert!(!findings.is_empty() || Database::open(&path).is_ok(), "{length}");
        }
    }
    assert!(saved > 50, "{saved}");
}
