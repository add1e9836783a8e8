//! What the grammar's parser reports, said so that a user understands it.

use super::grammar::Rule;
use super::scan::Scan;
use crate::model::{Detail, Diagnostic, Span};

/// The error of a text that the grammar does not match.
pub(super) fn explain(_text: &str, _scan: &Scan, error: &pest::error::Error<Rule>) -> Diagnostic {
    let at = match error.location {
        pest::error::InputLocation::Pos(at) => Span::new(at, at),
        pest::error::InputLocation::Span((start, end)) => Span::new(start, end),
    };
    if let pest::error::ErrorVariant::CustomError { .. } = &error.variant {
        return super::scan::too_deep(at);
    }
    Diagnostic::syntax(Detail::UnexpectedSyntax, "this cannot be read").at(at)
}
