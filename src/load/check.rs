//! Reporting: a problem is noted at its place and reading goes on, so that one run shows them all.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::Source;
use super::{Errors, Problem};
use crate::model::nearest;

/// The file being read and the problems found so far.
pub(super) struct Check<'s, 'e> {
    pub(super) source: &'s Source,
    errors: &'e mut Errors,
}

impl<'s, 'e> Check<'s, 'e> {
    pub(super) fn new(source: &'s Source, errors: &'e mut Errors) -> Self {
        Check { source, errors }
    }

    /// Notes a problem at a range of the file.
    pub(super) fn report(&mut self, at: Range<usize>, message: impl Into<String>) -> &mut Self {
        let (line, column) = self.source.place(at.start);
        let found = self.source.slice(at).to_owned();
        let file = self.source.path.clone();
        self.errors.push(Problem { file, line, column, found, message: message.into(), help: Vec::new() });
        self
    }

    /// Adds a way out to the last problem.
    pub(super) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        if let Some(problem) = self.errors.last() {
            problem.help.push(help.into());
        }
        self
    }

    /// Adds the known names that are close to the one found, if any.
    pub(super) fn suggest<'n>(&mut self, found: &str, known: impl IntoIterator<Item = &'n str>) -> &mut Self {
        let close = nearest(found, known, 3);
        if !close.is_empty() {
            self.help(format!("did you mean {}?", names(&close, "or")));
        }
        self
    }

    /// Adds all names that may stand here.
    pub(super) fn allowed<'n>(&mut self, what: &str, known: impl IntoIterator<Item = &'n str>) -> &mut Self {
        let known: Vec<&str> = known.into_iter().collect();
        if !known.is_empty() {
            self.help(format!("{what}: {}", names(&known, "")));
        }
        self
    }

    /// The string, or a problem.
    pub(super) fn string<'v>(&mut self, what: &str, value: &'v Spanned<DeValue<'_>>) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        match text {
            None => {
                self.report(value.span(), format!("{what} is a string, not {}", kind(value.get_ref())));
                None
            }
            Some(text) if text.trim().is_empty() => {
                self.report(value.span(), format!("{what} is empty"));
                None
            }
            text => text,
        }
    }

    /// The strings of a list with their places, or a problem.
    pub(super) fn strings<'v>(&mut self, what: &str, value: &'v Spanned<DeValue<'_>>) -> Vec<(&'v str, Range<usize>)> {
        let DeValue::Array(items) = value.get_ref() else {
            self.report(value.span(), format!("{what} is a list of strings, not {}", kind(value.get_ref())));
            return Vec::new();
        };
        let item = format!("each item of {what}");
        items.iter().filter_map(|value| self.string(&item, value).map(|text| (text, value.span()))).collect()
    }

    /// The table, or a problem.
    pub(super) fn table<'v, 't>(&mut self, what: &str, value: &'v Spanned<DeValue<'t>>) -> Option<&'v DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.report(value.span(), format!("{what} is a table, not {}", kind(value.get_ref())));
        }
        table
    }
}

/// Names in backquotes between commas, with `last` in front of the last one.
pub(super) fn names(names: &[&str], last: &str) -> String {
    let mut text = String::new();
    for (index, name) in names.iter().enumerate() {
        match index {
            0 => {}
            _ if index + 1 == names.len() && !last.is_empty() => text.push_str(&format!(" {last} ")),
            _ => text.push_str(", "),
        }
        text.push_str(&format!("`{name}`"));
    }
    text
}

/// What a value is, in words.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
