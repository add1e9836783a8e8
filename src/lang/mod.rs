//! Text to syntax tree.
//!
//! In: the text of a statement. Out: an [`ast::Statement`], every node with its span, or a [`Diagnostic`] that shows
//! the place. Parsing knows no graph; its time grows linearly with the text and its stack is bounded.

pub mod ast;

use crate::model::Diagnostic;

/// Parses one openCypher statement (a trailing `;` is allowed).
pub fn parse(_text: &str) -> Result<ast::Statement, Diagnostic> {
    unimplemented!("written by lang")
}
