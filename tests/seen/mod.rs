//! Graphs as questions see them, whatever their ids, so that two can be compared.

use kenning::model::Value;
use kenning::{Database, Limits, Parameters};

/// The answer to a statement, which must have one.
pub(crate) fn run(db: &Database, text: &str, parameters: &Parameters) -> Vec<Vec<Value<'static>>> {
    let rows = db.query(text, parameters, &Limits::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
    rows.map(|row| row.unwrap().into_iter().map(Value::into_owned).collect()).collect()
}

/// Everything but indexes, which a schema brings with its nodes.
pub(crate) const DATA: [&str; 3] = [
    "MATCH (n) RETURN labels(n), properties(n)",
    "MATCH (a)-[e]->(b) RETURN labels(a), properties(a), type(e), properties(e), labels(b), properties(b)",
    "SHOW CONSTRAINTS",
];

pub(crate) const INDEXES: &str = "SHOW INDEXES YIELD name, labelsOrTypes, properties";

/// The answers' rows, sorted.
pub(crate) fn seen(db: &Database, questions: &[&str]) -> Vec<String> {
    let rows = questions.iter().flat_map(|question| run(db, question, &Parameters::new()));
    let mut seen: Vec<String> = rows
        .map(|mut row| {
            // Labels come in the order of their ids.
            for value in &mut row {
                if let Value::List(items) = value {
                    let mut items = items.to_vec();
                    items.sort_by_key(|item| format!("{item:?}"));
                    *value = Value::list(items);
                }
            }
            format!("{row:?}")
        })
        .collect();
    seen.sort();
    seen
}
