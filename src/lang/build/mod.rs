//! The grammar's pairs to the syntax tree.
//!
//! In: what the grammar matched. Out: the tree, or an error for what the grammar lets through but the language does
//! not (the grammar is wider where that keeps it linear). The builder recurses as the text nests; it counts how deep the
//! tree gets and refuses a tree deeper than [`MAX_DEPTH`] and itself to recurse deeper than [`MAX_NESTING`].

mod clause;
mod definition;
mod expression;
mod label;
mod literal;
mod operator;
mod pattern;

use pest::iterators::{Pair, Pairs};

pub(super) use operator::Precedence;

use super::ast::{Name, Statement};
use super::grammar::Rule;
use super::scan::{Scan, too_deep};
use super::{MAX_DEPTH, MAX_NESTING};
use crate::model::{Detail, Diagnostic, Span};

/// A part of the tree, or why there is none. The error is boxed, because it is large and the builder recurses: a
/// [`Diagnostic`] in every frame would take most of the stack.
type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// Builds the tree of a whole statement.
pub(super) fn statement(text: &str, scan: &Scan, pairs: Pairs<'_, Rule>) -> Result<Statement> {
    let mut builder = Builder { text, scan, depth: 0, nesting: 0 };
    let whole = Span::new(0, text.len());
    let mut parts = Parts { pairs, span: whole };
    builder.statement(parts.need(Rule::statement)?)
}

/// The calls for the statement's own query and expression, which are not nested in anything.
const OUTERMOST: usize = 2;

/// Walks the pairs and knows how deep in the tree it is.
struct Builder<'t> {
    /// The statement.
    text: &'t str,
    /// Where its comments are.
    scan: &'t Scan,
    /// Nodes above the one that is being built.
    depth: usize,
    /// How often the builder has called itself. Not every call is a bracket's: `CASE CASE CASE` has none.
    nesting: usize,
}

impl Builder<'_> {
    /// Builds something that lies `levels` deeper in the tree.
    fn deeper<T>(&mut self, levels: usize, span: Span, build: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth + levels > MAX_DEPTH || self.nesting > MAX_NESTING + OUTERMOST {
            return fail(too_deep(span));
        }
        self.depth += levels;
        self.nesting += 1;
        let built = build(self);
        self.nesting -= 1;
        self.depth -= levels;
        built
    }

    /// The place of a pair. Pest ends a rule behind the white space in front of an optional part that is not there.
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        self.scan.trim(self.text, whole(pair))
    }

    /// A name, or a variable's name.
    fn name(&self, pair: &Pair<'_, Rule>) -> Result<Name> {
        let (span, text) = (whole(pair), pair.as_str());
        let Some(escaped) = text.strip_prefix('`').and_then(|text| text.strip_suffix('`')) else {
            return Ok(Name { span, text: text.to_owned() });
        };
        if escaped.is_empty() {
            return fail(
                Diagnostic::syntax(Detail::UnexpectedSyntax, "a name cannot be empty")
                    .at(span)
                    .label("expected a name between the backquotes"),
            );
        }
        Ok(Name { span, text: escaped.replace("``", "`") })
    }

    /// All children that are names.
    fn names(&self, pair: Pair<'_, Rule>) -> Result<Vec<Name>> {
        pair.into_inner()
            .filter(|p| matches!(p.as_rule(), Rule::name | Rule::variable))
            .map(|p| self.name(&p))
            .collect()
    }
}

/// The range of text that a pair matched.
fn whole(pair: &Pair<'_, Rule>) -> Span {
    let span = pair.as_span();
    Span::new(span.start(), span.end())
}

/// A pair's children, taken one after the other.
struct Parts<'t> {
    /// Those not taken yet.
    pairs: Pairs<'t, Rule>,
    /// The parent's place, for errors.
    span: Span,
}

impl<'t> Parts<'t> {
    /// The children of `pair`.
    fn of(pair: Pair<'t, Rule>) -> Self {
        Parts { span: whole(&pair), pairs: pair.into_inner() }
    }

    /// The rule of the next child.
    fn peek(&self) -> Option<Rule> {
        self.pairs.peek().map(|pair| pair.as_rule())
    }

    /// The next child, if `rule` matched it.
    fn take(&mut self, rule: Rule) -> Option<Pair<'t, Rule>> {
        if self.peek() == Some(rule) { self.pairs.next() } else { None }
    }

    /// Steps over the next child, if `rule` matched it.
    fn skip(&mut self, rule: Rule) -> bool {
        self.take(rule).is_some()
    }

    /// The next child that `rule` matched; keywords and marks in front of it are stepped over.
    fn need(&mut self, rule: Rule) -> Result<Pair<'t, Rule>> {
        let span = self.span;
        self.pairs.find(|pair| pair.as_rule() == rule).ok_or_else(|| mismatch(span).into())
    }

    /// The next child, whatever it is.
    fn any(&mut self) -> Result<Pair<'t, Rule>> {
        let span = self.span;
        self.pairs.next().ok_or_else(|| mismatch(span).into())
    }
}

/// The error for a pair that the grammar never makes. It exists because a parser must not panic on any text.
fn mismatch(span: Span) -> Diagnostic {
    Diagnostic::syntax(Detail::UnexpectedSyntax, "this cannot be read")
        .at(span)
        .label("the grammar and its reader disagree here")
}

/// No part of the tree, because of `error`.
fn fail<T>(error: Diagnostic) -> Result<T> {
    Err(Box::new(error))
}

/// An `UnexpectedSyntax` at `span`.
fn unexpected(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::syntax(Detail::UnexpectedSyntax, message).at(span)
}
