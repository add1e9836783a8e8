//! `ken explain`: what a sentence became, and the plan of a statement.

use crate::cli::args::{Answer, Explain, Global};
use crate::cli::ask::Asker;
use crate::cli::exit::{Code, Failure, Source};
use crate::cli::{asker, output};

/// Writes the Cypher of a sentence, then the plan.
pub(crate) fn run(global: &Global, explain: &Explain) -> Result<Code, Failure> {
    let asker = asker(global, &Answer::default(), &explain.asking)?;
    let source = Source { name: "query", text: &explain.query, offset: 0 };
    output::write_all(None, text(&asker, source, explain.analyze)?.as_bytes())?;
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
