//! The line editor's questions, answered: is this complete, how is it coloured, what may come next.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use rustyline::completion::{Completer, FilenameCompleter};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::complete::complete;
use super::dot::spoken;
use super::highlight::highlight;
use super::vocabulary::Vocabulary;
use crate::cli::ask::is_control;
use crate::cli::render::text::Paint;
use crate::db::{is_complete, is_hopeless, is_sentence, split};

/// What rustyline asks.
pub(super) struct Editor {
    pub(super) vocabulary: Rc<RefCell<Vocabulary>>,
    pub(super) paint: Paint,
}

impl Helper for Editor {}

impl Hinter for Editor {
    type Hint = String;
}

impl Validator for Editor {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if ends(context.input()) { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

/// Whether Enter runs the text.
///
/// A dot-command and a sentence end with their line. Cypher on one line runs when it is complete; once it has several
/// lines a clause may always follow, and `;` or an empty line ends it. What nothing can mend any more ends at once, and two
/// empty lines end the rest of what cannot be read, so that the error is seen.
fn ends(text: &str) -> bool {
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.starts_with('.') || spoken(trimmed).is_some() {
        return true;
    }
    let last = match split(text).pop() {
        Some((_, true)) => return true,
        Some((span, false)) => &text[span.start..span.end],
        None => "",
    };
    let empty = text.split('\n').rev().take_while(|line| line.trim().is_empty()).count();
    let complete = || is_sentence(last) || is_complete(last);
    match text.contains('\n') {
        false => complete() || is_control(last) || is_hopeless(last),
        true => empty >= 2 || (empty == 1 && complete()) || (!is_sentence(last) && is_hopeless(last)),
    }
}

impl Highlighter for Editor {
    fn highlight<'l>(&self, line: &'l str, cursor: usize) -> Cow<'l, str> {
        if self.paint.on {
            Cow::Owned(highlight(line, cursor, &self.vocabulary.borrow(), self.paint))
        } else {
            line.into()
        }
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        // A letter may end a keyword, a step may reach a bracket; the whole text is coloured in microseconds.
        self.paint.on
    }
}

impl Completer for Editor {
    type Candidate = String;

    fn complete(&self, line: &str, cursor: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let before = &line[..cursor];
        if [".read ", ".open ", ".output ", ".once ", ".dot "].iter().any(|command| before.starts_with(command)) {
            let (start, files) = FilenameCompleter::new().complete_path(line, cursor)?;
            return Ok((start, files.into_iter().map(|file| file.replacement).collect()));
        }
        let vocabulary = self.vocabulary.borrow();
        Ok(complete(before, &vocabulary, &|text| vocabulary.next(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_runs_what_is_complete() {
        let cases = [
            ("", true),
            (".help", true),
            ("RETURN 1", true),
            ("begin", true),
            ("RETURN 1;", true),
            ("RETURN ';", false),
            ("MATCH (n)", false),
            ("MATCH (n)\nRETURN n", false),
            ("MATCH (n)\nRETURN n;", true),
            ("MATCH (n)\nRETURN n\n", true),
            ("MATCH (n)\n", false),
            ("MATCH (n)\n\n", true),
            ("MATCH (n", false),
            ("MATCH (n;", true),
            ("which skills address which challenges", true),
            ("RETURN 1; RETURN 2", true),
            ("RETURN 1; MATCH (n)", false),
            ("help", true),
            ("quit", true),
            ("MTCH (n) RETURN n", true),
            ("MATCH (n)\nRETRUN n", true),
            ("MATCH (n)\nRETURN", false),
            ("// said", false),
        ];
        for (text, expected) in cases {
            assert_eq!(ends(text), expected, "{text:?}");
        }
    }
}
