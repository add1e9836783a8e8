//! Where the reader is in the parts, and the text from here to there.

use super::{Read, Reader};
use crate::lang::ask::error;
use crate::lang::ask::part::{Part, Rule};
use crate::model::Span;
use crate::model::schema::NodeType;

impl Reader<'_, '_> {
    pub(super) fn rule(&self, ahead: usize) -> Option<Rule> {
        self.parts.get(self.at + ahead).map(|part| part.rule)
    }

    pub(super) fn take(&mut self, rule: Rule) -> bool {
        let here = self.rule(0) == Some(rule);
        self.at += usize::from(here);
        here
    }

    /// Where a name that starts here may end, the longest first; a quoted name ends with its quotes.
    pub(super) fn ends(&self) -> Vec<usize> {
        match self.rule(0) {
            Some(Rule::quoted) => vec![self.at + 1],
            _ => (self.at + 1..=self.parts.len()).rev().collect(),
        }
    }

    /// Where a name that starts here ends most likely: in front of `and`, `that` or a comma.
    pub(super) fn stop(&self) -> usize {
        let ends = |part: &Part| matches!(part.rule, Rule::and | Rule::that | Rule::comma);
        let length = match self.rule(0) {
            Some(Rule::quoted) => 1,
            _ => self.parts[self.at..].iter().position(ends).unwrap_or(self.parts.len() - self.at),
        };
        self.at + length
    }

    /// The text from here to the end, without the quotes of a quoted name.
    pub(super) fn slice(&self, end: usize) -> &str {
        match self.parts.get(self.at) {
            Some(part) if part.rule == Rule::quoted && end == self.at + 1 => &part.text,
            _ => {
                let span = self.span(self.at, end);
                self.text.get(span.start..span.end).unwrap_or_default()
            }
        }
    }

    pub(super) fn span(&self, from: usize, to: usize) -> Span {
        match (self.parts.get(from), to.checked_sub(1).and_then(|last| self.parts.get(last))) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => self.end(),
        }
    }

    pub(super) fn here(&self) -> Span {
        self.parts.get(self.at).map_or(self.end(), |part| part.span)
    }

    /// Behind the last part.
    pub(super) fn end(&self) -> Span {
        let end = self.parts.last().map_or(self.text.trim_end().len(), |part| part.span.end);
        Span::new(end, end)
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &str {
        self.text.get(self.here().start..self.end().end).unwrap_or_default()
    }

    /// Everything has to be read; `types` are those of the noun that could still be said more about.
    pub(super) fn finish(&self, types: &[&NodeType]) -> Read<()> {
        if self.at >= self.parts.len() {
            return Ok(());
        }
        let place = self.here().to(self.end());
        Err(error::said_of(self.schema, types, place, self.rest()))
    }
}
