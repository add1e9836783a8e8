//! Statements as deep as the parser lets them be run on a thread's ordinary stack.

#![allow(clippy::unwrap_used)]

use kenning::model::Value;
use kenning::{Database, Limits, Parameters, lang, plan};

/// The first value of a statement's answer, run on a thread with a stack of 2 MiB, as test threads and many users' have.
fn answer(text: String) -> Result<Value<'static>, String> {
    let run = move || {
        let db = Database::in_memory();
        let rows = db.query(&text, &Parameters::new(), &Limits::default()).map_err(|error| error.to_string())?;
        let rows: Result<Vec<_>, _> = rows.collect();
        let rows = rows.map_err(|error| error.to_string())?;
        _ = db.explain(&text, &Parameters::new(), Some(&Limits::default())).map_err(|error| error.to_string())?;
        Ok(rows[0][0].clone().into_owned())
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap()
}

#[test]
fn the_deepest_statements_run() {
    let nest = lang::MAX_NESTING - 2;
    let depth = lang::MAX_DEPTH - 6;
    let around = |open: &str, inner: &str, close: &str, times: usize| {
        format!("RETURN {}{inner}{} AS x", open.repeat(times), close.repeat(times))
    };
    let cases = [
        (around("(", "1", ")", nest), Some(Value::Int(1))),
        (around("[", "1", "][0]", nest / 2), Some(Value::Int(1))),
        (around("{a: ", "1", "}.a", nest / 2), Some(Value::Int(1))),
        (around("CASE WHEN true THEN ", "1", " END", nest), Some(Value::Int(1))),
        (around("abs(", "1", ")", nest), Some(Value::Int(1))),
        (around("[x IN ", "[1]", " | x]", nest - 2), Some(Value::list(vec![Value::Int(1)]))),
        (around("reduce(s = 0, y IN [1] | ", "1", ")", nest - 2), Some(Value::Int(1))),
        (around("1 + ", "1", "", depth), Some(Value::Int(depth as i64 + 1))),
        (around("NOT ", "true", "", depth / 2 * 2), Some(Value::Bool(true))),
        (around("true AND ", "true", "", 20_000), Some(Value::Bool(true))),
        (around("(false OR ", "true", ")", nest), Some(Value::Bool(true))),
        (around("1 < 2 OR 1 = 1 XOR 3 > 4 AND ", "true", "", 5_000), Some(Value::Bool(true))),
        (around("COUNT { WITH ", "1", " AS x RETURN x }", nest / 2 - 2), Some(Value::Int(1))),
    ];
    for (text, expected) in cases {
        let found = answer(text.clone());
        assert_eq!(found.as_ref().ok(), expected.as_ref(), "{}...: {found:?}", &text[..60]);
    }
}

#[test]
fn the_longest_statements_run() {
    let clauses = plan::MAX_CLAUSES - 2;
    let cases = [
        ("WITH 1 AS x ", clauses),
        ("WITH DISTINCT count(*) AS x ORDER BY -x SKIP 0 LIMIT 1 WHERE x = 1 ", clauses),
        ("OPTIONAL MATCH () ", clauses / 2),
        ("MATCH () WITH 1 AS x UNWIND [x] AS y ", clauses / 4),
        ("CREATE (:A {b: 1}) ", 20_000),
    ];
    for (clause, times) in cases {
        let text = format!("{}RETURN count(*) AS x", clause.repeat(times));
        let found = answer(text);
        assert!(found.is_ok(), "{clause}: {found:?}");
    }
    let pattern = "-->()".repeat((clauses - 4) / 2);
    assert_eq!(answer(format!("MATCH (){pattern} RETURN count(*) AS x")), Ok(Value::Int(0)));
}

#[test]
fn longer_statements_are_refused() {
    for clause in ["WITH 1 AS x ", "OPTIONAL MATCH () ", "CREATE () WITH 1 AS x ", "MATCH ()-->()-->() "] {
        for times in [plan::MAX_CLAUSES, 50_000] {
            let error = answer(format!("{} RETURN 1 AS x", clause.repeat(times))).unwrap_err();
            assert!(error.contains("too long"), "{clause}: {error}");
        }
    }
    let inner = "WITH 1 AS x ".repeat(plan::MAX_CLAUSES / 2);
    let error = answer(format!("{inner} RETURN COUNT {{ {inner} RETURN x }} AS x")).unwrap_err();
    assert!(error.contains("too long"), "{error}");
}

#[test]
fn deeper_statements_are_refused() {
    for (open, inner, close) in [("(", "1", ")"), ("[", "1", "]"), ("1 + ", "1", ""), ("NOT ", "true", "")] {
        for times in [300, 100_000] {
            let text = format!("RETURN {}{inner}{} AS x", open.repeat(times), close.repeat(times));
            let error = answer(text).unwrap_err();
            assert!(error.contains("deep"), "{open}: {error}");
        }
    }
}
