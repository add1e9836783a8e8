//! Meaning to Cypher.
//!
//! The statements are meant to be read: they use what a beginner learns first, variables are the types' first letters,
//! and every answer is sorted.

mod pattern;
mod rows;
mod tell;

use super::meaning::{Noun, Question};
use super::part::Sentence;
use super::tree::At;
use crate::lang::ast::{Mode, Query, Statement};
use crate::model::{Diagnostic, Schema};

/// The statement that answers the question.
pub(super) fn statement(
    schema: &Schema,
    sentence: &Sentence,
    question: &Question<'_>,
) -> Result<Statement, Diagnostic> {
    let at = At(sentence.span);
    let query: Query = match question {
        Question::Find(noun) => rows::find(at, noun),
        Question::Count(noun) => rows::count(at, noun)?,
        Question::Connection(from, to) => tell::connection(at, schema, from, to),
        Question::Reason(noun) => tell::reason(at, noun),
        Question::Definition(noun) => tell::definition(at, schema, noun),
        Question::Comparison(first, second) => tell::comparison(at, schema, first, second),
    };
    let mode = if sentence.explain { Mode::Explain } else { Mode::Run };
    Ok(Statement { span: sentence.span, mode, query })
}

/// The statement whose answer holds the nodes and edges that a picture of the answer shows.
pub(super) fn picture(sentence: &Sentence, question: &Question<'_>) -> Statement {
    let at = At(sentence.span);
    let query = match question {
        Question::Find(noun) | Question::Count(noun) | Question::Reason(noun) => rows::picture(at, noun),
        Question::Connection(from, to) => tell::connection_picture(at, from, to),
        Question::Definition(noun) => tell::neighbours_picture(at, &[noun]),
        Question::Comparison(first, second) => tell::neighbours_picture(at, &[first, second]),
    };
    Statement { span: sentence.span, mode: Mode::Run, query }
}

/// The property by which the noun's nodes are named.
fn name_key<'s>(noun: &Noun<'s>) -> &'s str {
    noun.types.first().map_or("name", |t| t.name.as_str())
}
