//! Scripts: statements one after another out of a text of any length.

use std::io::{self, BufRead};

use super::{Limits, Parameters, Summary, Transaction};
use crate::error::Error;
use crate::lang::split;
use crate::model::{Class, Detail, Diagnostic};

/// So much of a script is read at a time; a statement that is longer is read in pieces that double.
const PIECE: usize = 1 << 20;

/// No statement is longer: a text without semicolons must not fill the memory.
const LONGEST: usize = 256 << 20;

/// A statement of a script that failed.
#[derive(Debug)]
pub struct ScriptProblem {
    /// The line of the script, from 1: where the mistake is, else where the statement begins.
    pub line: u64,
    /// The statement.
    pub statement: String,
    /// What is wrong with it.
    pub error: Error,
}

impl Transaction<'_> {
    /// Runs the statements of a script, which end in `;`. What they answer is forgotten; what they changed is summed up.
    ///
    /// A statement that fails leaves nothing behind; `wrong` hears of it and says whether to go on. `:begin` and `:commit`
    /// on lines of their own, and waiting for indexes, as Neo4j's scripts have them, are passed over: the script is one
    /// transaction, which the caller commits.
    ///
    /// ```
    /// use kenning::Database;
    ///
    /// let db = Database::in_memory();
    /// let mut transaction = db.begin()?;
    /// let script = "CREATE (:Skill {name: 'Python'});\nCREATE (:Skill {name: });\n";
    /// let mut lines = Vec::new();
    /// let summary = transaction.script(&mut script.as_bytes(), &Default::default(), &mut |problem| {
    ///     lines.push(problem.line);
    ///     true
    /// })?;
    /// assert_eq!((summary.nodes_created, lines), (1, vec![2]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The text's: it cannot be read, or is not UTF-8.
    pub fn script(
        &mut self,
        text: &mut dyn BufRead,
        limits: &Limits,
        wrong: &mut dyn FnMut(ScriptProblem) -> bool,
    ) -> io::Result<Summary> {
        let mut summary = Summary::default();
        let (mut pending, mut line, mut ended) = (String::new(), 1, false);
        while !ended {
            ended = !more(text, &mut pending, line)?;
            if line == 1 && pending.starts_with('\u{feff}') {
                pending.remove(0);
            }
            let mut taken = 0;
            for (span, whole) in split(&pending) {
                if !whole && !ended {
                    break;
                }
                line += newlines(&pending[taken..span.start]);
                let statement = &pending[span.start..span.end];
                let text = relevant(statement);
                if let Err(error) = self.statement(text, limits, &mut summary) {
                    let at = error.diagnostic().and_then(|diagnostic| diagnostic.span).map_or(0, |span| span.start);
                    let before = statement.len() - text.len() + at;
                    let line = line + newlines(statement.get(..before).unwrap_or_default());
                    if !wrong(ScriptProblem { line, statement: text.to_owned(), error }) {
                        return Ok(summary);
                    }
                }
                line += newlines(statement);
                taken = span.end + usize::from(pending[span.end..].starts_with(';'));
            }
            pending.drain(..taken);
            if pending.len() > LONGEST {
                let message = format!("a statement is longer than {} MB, without a semicolon in sight", LONGEST >> 20);
                let error = Error::Parse(Diagnostic::new(Class::SyntaxError, Detail::Other, message));
                let statement = pending.chars().take(1000).collect();
                wrong(ScriptProblem { line, statement, error });
                return Ok(summary);
            }
        }
        Ok(summary)
    }

    fn statement(&mut self, text: &str, limits: &Limits, summary: &mut Summary) -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        let mut rows = self.query(text, &Parameters::new(), limits)?;
        rows.try_for_each(|row| row.map(drop))?;
        *summary = *summary + rows.summary();
        Ok(())
    }
}

/// The statement without what means something to Neo4j's shell only; nothing, when nothing else is in it.
fn relevant(statement: &str) -> &str {
    let mut text = statement;
    for word in [":begin", ":commit"].into_iter().cycle().take(4) {
        let behind =
            text.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)).map(|_| &text[word.len()..]);
        let behind = behind.filter(|behind| behind.is_empty() || behind.starts_with(char::is_whitespace));
        text = behind.map_or(text, str::trim_start);
    }
    let waits = "call db.awaitindex";
    let is_waiting = text.get(..waits.len()).is_some_and(|start| start.eq_ignore_ascii_case(waits));
    if is_waiting { "" } else { text }
}

/// Reads on, at least as much again as there is, up to the end of a line. False at the end.
fn more(text: &mut dyn BufRead, pending: &mut String, line: u64) -> io::Result<bool> {
    let wanted = pending.len() + pending.len().max(PIECE);
    let mut bytes = std::mem::take(pending).into_bytes();
    let mut more = true;
    while more && bytes.len() < wanted {
        let there = text.fill_buf()?;
        let taken = there.len();
        bytes.extend_from_slice(there);
        text.consume(taken);
        more = taken > 0;
    }
    while more && bytes.last() != Some(&b'\n') && bytes.len() <= LONGEST + PIECE {
        let there = text.fill_buf()?;
        let end = there.iter().position(|byte| *byte == b'\n').map_or(there.len(), |end| end + 1);
        bytes.extend_from_slice(&there[..end]);
        text.consume(end);
        more = end > 0;
    }
    *pending = String::from_utf8(bytes).map_err(|error| {
        let line = line + newlines_of(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        io::Error::new(io::ErrorKind::InvalidData, format!("line {line} is not UTF-8"))
    })?;
    Ok(more)
}

fn newlines(text: &str) -> u64 {
    newlines_of(text.as_bytes())
}

fn newlines_of(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::Database;
    use super::*;

    /// What the script made, and where it went wrong.
    fn played(script: &str) -> (Summary, Vec<(u64, String)>) {
        let db = Database::in_memory();
        let mut transaction = db.begin().unwrap();
        let mut problems = Vec::new();
        let summary = transaction.script(&mut script.as_bytes(), &Limits::default(), &mut |problem| {
            problems.push((problem.line, problem.error.to_string()));
            true
        });
        let summary = summary.unwrap();
        transaction.commit().unwrap();
        assert_eq!(db.view().node_count(), summary.nodes_created - summary.nodes_deleted);
        (summary, problems)
    }

    #[test]
    fn statements_of_every_length_and_their_lines() {
        let long = format!("CREATE (:A {{text: '{}'}});\n", "long;\n".repeat(PIECE));
        let cases = [
            ("", 0, vec![]),
            ("// nothing\n;;", 0, vec![]),
            ("\u{feff}CREATE (:A);\nCREATE (:A)", 2, vec![]),
            (":begin\nCREATE (:A);\n:commit\n:begin\nCREATE (:A);\nCALL db.awaitIndexes(300);\n:commit\n", 2, vec![]),
            ("CREATE (:A);\n\nCREATE (:A {\n  b: });\nCREATE (:A) /* ; */ ;\nRETURN x", 2, vec![4, 6]),
            (":begin\nCREATE (:A {\n  b: });\n", 0, vec![3]),
            ("CREATE (:A {text: 'open", 0, vec![1]),
            (long.as_str(), 1, vec![]),
        ];
        for (script, nodes, lines) in cases {
            let (summary, problems) = played(script);
            let found: Vec<u64> = problems.iter().map(|(line, _)| *line).collect();
            assert_eq!(
                (summary.nodes_created, found),
                (nodes, lines),
                "{:?} {problems:?}",
                &script[..script.len().min(99)]
            );
        }
        let script = format!("{long}CREATE (:A {{b: }});");
        assert_eq!(played(&script).1[0].0, PIECE as u64 + 2);
    }

    #[test]
    fn what_is_no_text() {
        let db = Database::in_memory();
        let script = b"CREATE (:A);\n\xff";
        let error = db.begin().unwrap().script(&mut &script[..], &Limits::default(), &mut |_| true).unwrap_err();
        assert_eq!(error.to_string(), "line 2 is not UTF-8");
    }
}
