//! `ken explain`: what a sentence became, and the plan of a statement.

use super::write_rows;
use crate::cli::args::{Answer, Explain, Global};
use crate::cli::ask::Asker;
use crate::cli::asker;
use crate::cli::exit::{Code, Failure, Source};
use crate::cli::output::{self, Output};
use crate::model::Value;

/// Writes the Cypher of a sentence, then the plan; in a form of answers a row for each step.
pub(crate) fn run(global: &Global, explain: &Explain) -> Result<Code, Failure> {
    let asker = asker(global, &Answer::default(), &explain.asking)?;
    let source = Source { name: "query", text: &explain.query, offset: 0 };
    if explain.form.wanted().is_some() {
        rows(global, explain, &asker, source)?;
    } else {
        let text = text(&asker, source, explain.analyze)?;
        output::write_all(explain.form.output.as_deref(), text.as_bytes())?;
    }
    Ok(Code::Fine)
}

/// The Cypher of a sentence, and the plan.
pub(crate) fn text(asker: &Asker, source: Source<'_>, analyze: bool) -> Result<String, Failure> {
    let failed = |error| Failure::of(&error, source);
    let mut text = String::new();
    if let Some(cypher) = asker.database.translate(source.text).map_err(failed)? {
        text.push_str(&cypher);
        text.push_str("\n\n");
    }
    let limits = analyze.then_some(&asker.limits);
    text.push_str(&asker.database.explain(source.text, &asker.parameters, limits).map_err(failed)?);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// Writes a row for each step of the plan; the first has the Cypher of a sentence.
fn rows(global: &Global, explain: &Explain, asker: &Asker, source: Source<'_>) -> Result<(), Failure> {
    let failed = |error| Failure::of(&error, source);
    let mut cypher = asker.database.translate(source.text).map_err(failed)?;
    let limits = explain.analyze.then_some(&asker.limits);
    let steps = asker.database.explain_steps(source.text, &asker.parameters, limits).map_err(failed)?;
    let count =
        |count: Option<u64>| count.map_or(Value::Null, |count| Value::Int(i64::try_from(count).unwrap_or(i64::MAX)));
    let rows = steps.into_iter().map(|step| {
        vec![
            count(Some(step.depth as u64)),
            Value::string(step.text),
            step.expected.map_or(Value::Null, Value::Float),
            count(step.rows),
            count(step.batches),
            step.time.map_or(Value::Null, |time| Value::Float(time.as_secs_f64() * 1e3)),
            cypher.take().map_or(Value::Null, Value::string),
        ]
    });
    let rows: Vec<_> = rows.collect();
    let mut output = Output::new(explain.form.output.clone());
    let style = output.style(&explain.form, global.color)?;
    let columns = ["depth", "operator", "expected", "rows", "batches", "ms", "cypher"];
    write_rows(&columns, &rows, &asker.database.view(), &style, &mut output)
}
