//! Text to syntax tree, and back.
//!
//! In: the text of a statement. Out: an [`ast::Statement`], every node with its span, or a [`Diagnostic`] that shows
//! the place. Parsing knows no graph; its time grows linearly with the text and its stack is bounded.
//!
//! Three steps: `scan` finds what is never closed and brackets without end, the parser that pest makes of
//! `grammar/cypher.pest` finds the structure, `build` makes the tree of it. [`print()`] turns a tree into text again.

pub mod ask;
pub mod ast;
mod build;
mod error;
mod grammar;
mod print;
mod scan;
#[cfg(test)]
mod tck;
#[cfg(test)]
mod tests;

use pest::Parser;

use crate::model::Diagnostic;

pub use grammar::keywords;
pub use print::print;
pub use scan::{MAX_NESTING, split};

/// How many nodes a path from a tree's root to a leaf may have, operators in a row included: `1 + 1 + 1` is a tree of
/// depth 3. It bounds the recursion of everybody who walks a tree, which needs no guard of its own therefore.
pub const MAX_DEPTH: usize = 256;

/// Parses one openCypher statement (a trailing `;` is allowed).
///
/// # Errors
///
/// A `SyntaxError` with the place and a way out, or `LimitExceeded` when the text nests deeper than [`MAX_NESTING`]
/// brackets or [`MAX_DEPTH`] nodes.
///
/// ```
/// let error = kenning::lang::parse("MTACH (n) RETURN n").unwrap_err();
/// assert_eq!(error.help, ["did you mean `MATCH`?"]);
/// ```
pub fn parse(text: &str) -> Result<ast::Statement, Diagnostic> {
    let scan = scan::Scan::new(text);
    if let Some(error) = scan.fault(text) {
        return Err(error);
    }
    let pairs =
        grammar::Grammar::parse(grammar::Rule::statement, text).map_err(|error| error::explain(text, &scan, &error))?;
    build::statement(text, &scan, pairs).map_err(|error| *error)
}
