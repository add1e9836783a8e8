//! A tree back to text.
//!
//! In: any part of a tree that the parser made. Out: canonical openCypher, one clause a line, keywords in capitals,
//! names between backquotes and expressions between parentheses only where they need them. Parsing the text gives the
//! same tree again, spans aside. Which words need backquotes is asked of the grammar, not of a list.

mod clause;
mod expression;
mod pattern;

use std::fmt;

use pest::Parser;

use super::ast::{Expr, Name, PathPattern, Query, Statement};
use super::build::Precedence;
use super::grammar::{Grammar, Rule};

/// The text of a statement.
///
/// ```
/// let statement = kenning::lang::parse("match (n) where ((n.x+1))*2 > 3 return n").unwrap();
/// assert_eq!(kenning::lang::print(&statement), "MATCH (n)\nWHERE (n.x + 1) * 2 > 3\nRETURN n");
/// ```
pub fn print(statement: &Statement) -> String {
    statement.to_string()
}

/// Collects the text.
#[derive(Default)]
struct Printer {
    text: String,
    /// Queries around the one that is being printed; inner ones stay on one line.
    depth: usize,
}

impl Printer {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// `items` with `separator` between them.
    fn list<T>(&mut self, items: &[T], separator: &str, mut print: impl FnMut(&mut Self, &T)) {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.push(separator);
            }
            print(self, item);
        }
    }

    /// A label, type, key, procedure or parameter.
    fn name(&mut self, name: &str) {
        self.quote_unless(name, is_plain(Rule::name, name));
    }

    /// A variable or the beginning of a function's name.
    fn variable(&mut self, name: &str) {
        self.quote_unless(name, is_plain(Rule::variable, name));
    }

    fn variables(&mut self, names: &[Name]) {
        self.list(names, ", ", |p, name| p.variable(&name.text));
    }

    fn quote_unless(&mut self, name: &str, plain: bool) {
        if plain {
            self.push(name);
        } else {
            self.push("`");
            self.push(&name.replace('`', "``"));
            self.push("`");
        }
    }
}

/// Whether `rule` matches all of `text`.
fn matches(rule: Rule, text: &str) -> bool {
    Grammar::parse(rule, text).is_ok_and(|pairs| pairs.as_str().len() == text.len())
}

/// Whether `rule` matches all of `text` as it stands, without backquotes.
fn is_plain(rule: Rule, text: &str) -> bool {
    matches(rule, text) && !text.starts_with('`')
}

/// Whether the grammar would read a function or variable `name`, followed by `next`, as something of its own.
fn is_captured(name: &str, next: &str) -> bool {
    Grammar::parse(Rule::binder_start, &format!("{name}{next}")).is_ok()
}

/// Displays what `print` prints.
fn display(f: &mut fmt::Formatter<'_>, print: impl FnOnce(&mut Printer)) -> fmt::Result {
    let mut printer = Printer::default();
    print(&mut printer);
    f.write_str(&printer.text)
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(f, |p| p.statement(self))
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(f, |p| p.query(self))
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(f, |p| p.expr(self, Precedence::Or))
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(f, |p| p.pattern(self))
    }
}

#[cfg(test)]
pub(super) mod tests;
