//! The frame of a question and the parts behind it, from the parser that pest makes of `grammar/ask.pest`.

use pest::Parser;
use pest::iterators::Pair;

use super::error;
use crate::model::{Diagnostic, Span};

mod grammar {
    //! The generated parser.
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/ask.pest"]
    #[allow(missing_docs, unreachable_pub, reason = "generated: the rules are documented in the grammar")]
    pub(crate) struct Ask;
}

pub(super) use grammar::Rule;

/// The grammar's text, which is the only list of the small words.
const TEXT: &str = include_str!("../../../grammar/ask.pest");

/// The first spelling of a small word, as the grammar has it: `which`.
pub(super) fn spelling(rule: Rule) -> &'static str {
    let name = format!("{rule:?}");
    let body = TEXT.lines().find_map(|line| line.strip_prefix(&name)?.trim_start().strip_prefix("= @{"));
    body.and_then(|body| body.split('"').nth(1)).unwrap_or_default()
}

/// A small word, a plain word or a quoted name.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) rule: Rule,
    pub(super) span: Span,
    /// The word as written; of a quoted name, what is between the quotes.
    pub(super) text: String,
}

/// A question's frame and parts.
#[derive(Clone, Debug)]
pub(super) struct Sentence {
    pub(super) span: Span,
    /// `explain` stands in front of it.
    pub(super) explain: bool,
    /// Which of the frames: `find`, `count`, `connection`, `reason`, `definition` or `comparison`.
    pub(super) frame: Rule,
    /// The parts behind the frame's words; a connection and a comparison have two groups, the others one.
    pub(super) groups: Vec<Vec<Part>>,
}

pub(super) fn is_sentence(text: &str) -> bool {
    grammar::Ask::parse(Rule::opening, text).is_ok()
}

pub(super) fn parse(text: &str) -> Result<Sentence, Diagnostic> {
    let mut pairs = grammar::Ask::parse(Rule::sentence, text).map_err(|fault| error::frame(text, &fault))?;
    let whole = Span::new(text.len() - text.trim_start().len(), text.trim_end().len());
    let mut sentence = Sentence { span: whole, explain: false, frame: Rule::find, groups: Vec::new() };
    for pair in pairs.next().map(Pair::into_inner).into_iter().flatten() {
        match pair.as_rule() {
            Rule::explain => sentence.explain = true,
            Rule::EOI => {}
            frame => {
                sentence.frame = frame;
                sentence.groups = groups(pair);
            }
        }
    }
    Ok(sentence)
}

/// Sorts a frame's parts into groups; a small word that belongs to the frame itself starts the next group.
fn groups(frame: Pair<'_, Rule>) -> Vec<Vec<Part>> {
    let mut groups = Vec::new();
    let mut rest = Vec::new();
    // The frame's own words come first: `which`, `how many`, `what is`. Those of a connection or a comparison that
    // stand between the groups are rules that no part is, or (`and`) stand where no part has been.
    let own = match frame.as_rule() {
        Rule::find => 1,
        Rule::count | Rule::reason | Rule::definition | Rule::connection => 2,
        _ => 1,
    };
    for pair in frame.into_inner().skip(own) {
        match pair.as_rule() {
            Rule::from | Rule::one | Rule::other | Rule::side => groups.push(pair.into_inner().map(part).collect()),
            Rule::connected | Rule::to | Rule::with => {}
            Rule::and if rest.is_empty() && !groups.is_empty() => {}
            _ => rest.push(part(pair)),
        }
    }
    if !rest.is_empty() || groups.is_empty() {
        groups.push(rest);
    }
    groups
}

fn part(pair: Pair<'_, Rule>) -> Part {
    let span = Span::new(pair.as_span().start(), pair.as_span().end());
    let rule = pair.as_rule();
    let text = match rule {
        Rule::quoted => {
            pair.into_inner().find(|inner| inner.as_rule() != Rule::edge).map_or("", |inner| inner.as_str())
        }
        _ => pair.as_str(),
    };
    Part { rule, span, text: text.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_words_are_read_off_the_grammar() {
        let cases =
            [(Rule::which, "which"), (Rule::what, "what"), (Rule::be, "is"), (Rule::any, "any"), (Rule::no, "no")];
        for (rule, word) in cases {
            assert_eq!(spelling(rule), word);
        }
    }
}
