//! The library as a program uses it: transactions, prepared statements, several threads, and the examples.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kenning::model::function::Types;
use kenning::model::procedure::{Parameter, Signature};
use kenning::model::{Class, Column, Value};
use kenning::{Database, Error, Limits, Parameters, Procedure, Rows};

#[path = "../examples/team.rs"]
mod team;

fn run<'g>(db: &'g Database, text: &str) -> Result<Rows<'g>, Error> {
    db.query(text, &Parameters::new(), &Limits::default())
}

fn count(db: &Database) -> u64 {
    db.view().node_count()
}

#[test]
fn the_example_runs() {
    team::main().unwrap();
}

/// A procedure gives whole columns, which come in batches; what it leaves out is null, and what it gave is not held any longer
/// than it is needed.
#[test]
fn columns_of_a_procedure() {
    let mut db = Database::in_memory();
    let signature = Signature {
        name: "my.upTo".to_owned(),
        parameters: vec![Parameter { name: "n".to_owned(), types: Types::INT, optional: false }],
        results: ["i", "half", "none", "more"].map(|name| (name.to_owned(), Types::ANY)).to_vec(),
    };
    db.add_procedure(Procedure::new(signature, |_, arguments, _| {
        let [Value::Int(n)] = arguments else { return Ok(vec![]) };
        Ok(vec![Column::Int((1..=*n).collect()), Column::Int((1..=*n / 2).collect()), Column::Absent])
    }));
    let ints = |text: &str, limits: &Limits| {
        let rows = db.query(text, &Parameters::new(), limits)?;
        let int = |value: &Value<'_>| if let Value::Int(int) = value { Some(*int) } else { None };
        rows.map(|row| Ok(row?.iter().map(int).collect())).collect::<Result<Vec<Vec<_>>, Error>>()
    };
    for n in [0, 1, 2, 2047, 2048, 2049, 5000] {
        let rows = ints(
            &format!("CALL my.upTo({n}) YIELD i, half, none, more RETURN i, half, none, more"),
            &Limits::default(),
        );
        let row = |i: i64| vec![Some(i), (i <= n / 2).then_some(i), None, None];
        assert_eq!(rows.unwrap(), (1..=n).map(row).collect::<Vec<_>>(), "{n}");
    }
    let little = Limits { max_memory: Some(50_000), ..Limits::default() };
    let many = "UNWIND range(1, 100) AS x CALL my.upTo(5000) YIELD i RETURN count(i), sum(x)";
    assert_eq!(ints(many, &little).unwrap(), [[Some(500_000), Some(5000 * 5050)]]);
    let left = "UNWIND range(1, 100) AS x WITH x WHERE EXISTS { CALL my.upTo(5000) YIELD i RETURN i } RETURN count(x)";
    assert_eq!(ints(left, &little).unwrap(), [[Some(100)]]);
    assert!(ints("CALL my.upTo(9000) YIELD i RETURN count(i)", &little).is_err());
    // Nobody asks for what it gives.
    assert_eq!(ints("CALL my.upTo(9000) YIELD i RETURN count(*)", &little).unwrap(), [[Some(9000)]]);
}

#[test]
fn a_transaction_is_seen_whole_or_not_at_all() {
    let db = Database::in_memory();
    run(&db, "CREATE (:A {x: 1})").unwrap();
    let none = (Parameters::new(), Limits::default());

    let mut transaction = db.begin().unwrap();
    transaction.query("MATCH (a:A) SET a.x = 2 CREATE (:A {x: 3})", &none.0, &none.1).unwrap();
    assert!(transaction.query("MATCH (a:A) SET a.x = 9 WITH a RETURN 1 / 0", &none.0, &none.1).is_err());
    let own = transaction.query("MATCH (a:A) RETURN sum(a.x)", &none.0, &none.1).unwrap();
    assert_eq!(own.deserialize::<i64>().next().unwrap().unwrap(), 5);
    let others = run(&db, "MATCH (a:A) RETURN sum(a.x)").unwrap();
    assert_eq!(others.deserialize::<i64>().next().unwrap().unwrap(), 1);
    transaction.rollback();
    assert_eq!(count(&db), 1);

    let mut transaction = db.begin().unwrap();
    transaction.query("MATCH (a:A) DELETE a", &none.0, &none.1).unwrap();
    transaction.query("CREATE (:B), (:C)", &none.0, &none.1).unwrap();
    transaction.commit().unwrap();
    assert_eq!(count(&db), 2);
    drop(db.begin().unwrap());
    assert!(Database::shipped().unwrap().begin().is_err());
}

#[test]
fn a_prepared_statement_sees_the_graph_as_it_is() {
    let db = Database::in_memory();
    let add = db.prepare("CREATE (n:N {i: $i}) RETURN n.i AS i").unwrap();
    let all = db.prepare("MATCH (n:N) RETURN count(n)").unwrap();
    assert!(add.writes() && !all.writes());
    assert_eq!(add.columns().collect::<Vec<_>>(), ["i"]);
    for i in 1..=3 {
        let parameters = Parameters::from([("i".to_owned(), Value::Int(i))]);
        assert_eq!(add.query(&parameters, &Limits::default()).unwrap().count(), 1);
        let rows = all.query(&Parameters::new(), &Limits::default()).unwrap();
        assert_eq!(rows.deserialize::<i64>().next().unwrap().unwrap(), i);
    }
    // At the call, before there is a row, whether it reads or writes.
    for statement in [&add, &db.prepare("MATCH (n:N {i: $i}) RETURN n").unwrap()] {
        let missing = statement.query(&Parameters::new(), &Limits::default()).map(|_| ());
        assert!(matches!(missing, Err(Error::Run(error)) if error.class == Class::ParameterMissing));
    }
}

#[test]
fn threads_read_and_write_one_graph() {
    fn moves<T: Send>(_: &T) {}
    let db = Database::in_memory();
    let rows = run(&db, "RETURN 1").unwrap();
    moves(&rows);
    drop(rows);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let db = &db;
            scope.spawn(move || {
                for i in 0..50 {
                    run(db, &format!("MERGE (n:N {{i: {i}}}) SET n.last = {thread}")).unwrap();
                    assert!(run(db, "MATCH (n:N) RETURN n.i, n.last").unwrap().all(|row| row.is_ok()));
                }
            });
        }
    });
    assert_eq!(count(&db), 50);
}

#[test]
fn another_thread_stops_a_statement() {
    let db = Database::in_memory();
    let cancel = Arc::new(AtomicBool::new(false));
    let limits =
        Limits { cancel: Some(Arc::clone(&cancel)), timeout: Some(Duration::from_secs(60)), ..Limits::default() };
    let endless = "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b WITH a, b WHERE a < 0 RETURN a";
    std::thread::scope(|scope| {
        scope.spawn(|| cancel.store(true, Ordering::Relaxed));
        let error = db.query(endless, &Parameters::new(), &limits).unwrap().find_map(Result::err).unwrap();
        assert!(matches!(error, Error::Run(error) if error.class == Class::Cancelled));
    });
}

/// Whatever the machine's speed: an analyzed plan has a column for each of these, and a plan that only explains has none.
#[test]
fn an_analyzed_plan_tells_rows_batches_and_time() {
    let db = Database::shipped().unwrap();
    let text = "MATCH (s:Skill)-[:ADDRESSES]->(c:Challenge) RETURN s.name, c.name";
    let analyzed = db.explain(text, &Parameters::new(), Some(&Limits::default())).unwrap();
    assert!(analyzed.lines().next().unwrap().ends_with("rows   batches        time"), "{analyzed}");
    assert!(analyzed.lines().skip(1).all(|line| line.ends_with(" ms")), "{analyzed}");
    let profile = db.query(&format!("PROFILE {text}"), &Parameters::new(), &Limits::default()).unwrap();
    assert!(profile.map(|row| format!("{row:?}")).any(|line| line.contains(" ms")));
    assert!(!db.explain(text, &Parameters::new(), None).unwrap().contains(" ms"));
}
