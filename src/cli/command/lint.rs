//! `ken check --lint`: what a curator may want to mend, a line each, and how much of what.

use super::write_rows;
use crate::Database;
use crate::cli::args::{Check, Global};
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::{Messages, counted};
use crate::cli::output::Output;
use crate::cli::render::text::{Tone, visible};
use crate::lint::{Code as Finding, lint};
use crate::model::Value;

/// Writes the findings; with any, the exit code is that of data at fault.
pub(crate) fn run(database: &Database, global: &Global, check: &Check, messages: &Messages) -> Result<Code, Failure> {
    let view = database.view();
    let allowed: Vec<Finding> = check.allow.iter().map(|allowed| allowed.code()).collect();
    let findings = messages.while_busy("reading", || lint(&view, &allowed)).map_err(crate::Error::from)?;
    let mut output = Output::new(check.form.output.clone());
    let style = output.style(&check.form, global.color)?;
    if check.form.format.is_some() {
        let text = |text: &str| if text.is_empty() { Value::Null } else { Value::string(text.to_owned()) };
        let row = |finding: &crate::lint::Finding| {
            let (edge, target) = match &finding.edge {
                Some((edge_type, target)) => (text(edge_type), text(&target.key)),
                None => (Value::Null, Value::Null),
            };
            let node = &finding.node;
            let code = text(finding.code.name());
            vec![code, text(&node.label), text(&node.key), text(&node.name), edge, target, text(&finding.message)]
        };
        let rows: Vec<_> = findings.iter().map(row).collect();
        let columns = ["code", "type", "key", "name", "edge", "target", "message"];
        write_rows(&columns, &rows, &view, &style, &mut output)?;
    } else {
        for finding in &findings {
            let line = finding.to_string();
            let line = if style.terminal { visible(&line) } else { line.replace(['\n', '\r'], " ").into() };
            let code = finding.code.name();
            let rest = line.strip_prefix(code).unwrap_or(&line);
            writeln!(output.writer()?, "{}{rest}", style.paint.paint(Tone::Warning, code))?;
        }
        output.flush()?;
    }
    let count = |code: &Finding| (findings.iter().filter(|finding| finding.code == *code).count() as u64, code.name());
    let counts: Vec<String> = Finding::ALL
        .iter()
        .map(count)
        .filter(|(count, _)| *count > 0)
        .map(|(number, name)| format!("{} {name}", crate::cli::messages::grouped(number)))
        .collect();
    if findings.is_empty() {
        messages.note("nothing to mend");
        return Ok(Code::Fine);
    }
    messages.note(&format!("{}: {}", counted(findings.len() as u64, "finding"), counts.join(", ")));
    Ok(Code::Error)
}
