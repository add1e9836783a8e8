//! One entry of a mapping, from TOML.
//!
//! In: a table of the mapping. Out: what it says, with every mistake told to the check that reads it; what is wrong reads as
//! left out.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Given, Kind, Tip, Told};
use crate::load::check::Check;
use crate::load::import::csv::{Dangling, Wishes};
use crate::load::source::{Entry, in_order};
use crate::model::Value;

const BOTH: [&str; 8] = ["file", "optional", "properties", "where", "where_not", "null", "dialect", "key"];
const NODES: [&str; 6] = ["label", "labels", "label_column", "space", "merge", "known"];
const EDGES: [&str; 5] = ["type", "type_column", "from", "to", "dangling"];
const TIP: [&str; 5] = ["column", "label", "key", "space", "split"];
const GIVEN: [&str; 5] = ["column", "value", "type", "split", "collect"];
const DIALECT: [&str; 3] = ["delimiter", "quote", "header"];

/// What an entry of `nodes` or `edges` says.
pub(super) fn told(check: &mut Check<'_, '_>, edges: bool, at: Range<usize>, table: &DeTable<'_>) -> Told {
    let line = check.source.place(at.start).0;
    let mut this = Told { edges, line, ..Told::default() };
    let owner = if edges { "an entry of `edges`" } else { "an entry of `nodes`" };
    for entry in in_order(table) {
        let (key, value) = (entry.0.get_ref().as_ref(), entry.1);
        let what = format!("`{key}`");
        match key {
            "file" => this.file = owned(check, &what, value),
            "optional" => this.optional = bool(check, &what, value),
            "properties" => this.properties = Some(givens(check, value)),
            "where" => filters(check, &what, value, true, &mut this.filters),
            "where_not" => filters(check, &what, value, false, &mut this.filters),
            "null" => this.nulls = check.strings(&what, value).into_iter().map(|(text, _)| text.to_owned()).collect(),
            "dialect" => this.wishes = dialect(check, value),
            "key" if edges => this.edge_key = Some(owned(check, &what, value)),
            "key" => this.key = node_key(check, value),
            "label" if !edges => this.labels.push(owned(check, &what, value)),
            "labels" if !edges => {
                this.labels.extend(check.strings(&what, value).into_iter().map(|(text, _)| text.to_owned()));
            }
            "label_column" if !edges => this.label_column = Some(owned(check, &what, value)),
            "space" if !edges => this.space = Some(owned(check, &what, value)),
            "merge" if !edges => this.merge = bool(check, &what, value),
            "type" if edges => this.edge_type = Some(owned(check, &what, value)),
            "type_column" if edges => this.type_column = Some(owned(check, &what, value)),
            "from" if edges => this.ends[0] = tip(check, &what, value),
            "to" if edges => this.ends[1] = tip(check, &what, value),
            "dangling" if edges => this.dangling = dangling(check, value),
            "known" if !edges => this.known = bool(check, &what, value),
            _ if edges => unknown(check, owner, entry, &[&BOTH[..], &EDGES].concat()),
            _ => unknown(check, owner, entry, &[&BOTH[..], &NODES].concat()),
        }
    }
    let mut lacks = |lacking: bool, what: &str| {
        if lacking {
            check.report(at.clone(), format!("{owner} lacks {what}"));
        }
    };
    lacks(this.file.is_empty() && !table.contains_key("file"), "`file`");
    if edges {
        lacks(this.edge_type.is_none() && this.type_column.is_none(), "`type` or `type_column`");
        lacks(!table.contains_key("from"), "`from`");
        lacks(!table.contains_key("to"), "`to`");
    } else {
        lacks(this.labels.is_empty() && this.label_column.is_none(), "`label`, `labels` or `label_column`");
        lacks(
            this.labels.is_empty() && this.key.is_some() && this.space.is_none(),
            "`label` or `space`, in which its key is unique",
        );
    }
    this
}

/// `"error"`, `"skip"`, or `{ label = "Unlisted" }`.
fn dangling(check: &mut Check<'_, '_>, value: &Spanned<DeValue<'_>>) -> Dangling {
    match value.get_ref() {
        DeValue::String(text) if text == "skip" => return Dangling::Skip,
        DeValue::String(text) if text == "error" => return Dangling::Problem,
        DeValue::Table(table) if table.len() == 1 => {
            if let Some(label) = table.get("label") {
                return Dangling::Make(owned(check, "`label`", label));
            }
        }
        _ => {}
    }
    check.report(value.span(), "`dangling` is \"error\", \"skip\", or { label = \"LABEL\" } for the nodes to be made");
    Dangling::Problem
}

/// `"id"`, or `{ column = "No", property = "id" }`.
fn node_key(check: &mut Check<'_, '_>, value: &Spanned<DeValue<'_>>) -> Option<(String, String)> {
    if let Some(name) = value.get_ref().as_str() {
        return Some((name.to_owned(), name.to_owned()));
    }
    let table = check.table("`key`", value)?;
    let (mut column, mut property) = (String::new(), String::new());
    for entry in in_order(table) {
        match entry.0.get_ref().as_ref() {
            "column" => column = owned(check, "`column`", entry.1),
            "property" => property = owned(check, "`property`", entry.1),
            _ => unknown(check, "a key", entry, &["column", "property"]),
        }
    }
    if column.is_empty() || property.is_empty() {
        check.report(value.span(), "a key needs `column` and `property`");
    }
    Some((column, property))
}

fn tip(check: &mut Check<'_, '_>, what: &str, value: &Spanned<DeValue<'_>>) -> Tip {
    let mut this = Tip::default();
    let Some(table) = check.table(what, value) else { return this };
    for entry in in_order(table) {
        match entry.0.get_ref().as_ref() {
            "column" => this.column = owned(check, "`column`", entry.1),
            "label" => this.label = Some(owned(check, "`label`", entry.1)),
            "key" => this.key = Some(owned(check, "`key`", entry.1)),
            "space" => this.space = Some(owned(check, "`space`", entry.1)),
            "split" => this.split = raw(check, "`split`", entry.1),
            _ => unknown(check, what, entry, &TIP),
        }
    }
    if this.column.is_empty() || (this.label.is_none() && this.space.is_none()) {
        check.report(value.span(), format!("{what} needs `column`, and `label` or `space`"));
    }
    this
}

fn givens(check: &mut Check<'_, '_>, value: &Spanned<DeValue<'_>>) -> Vec<Given> {
    let Some(table) = check.table("`properties`", value) else { return Vec::new() };
    let mut givens = Vec::new();
    for (name, value) in in_order(table) {
        let name = name.get_ref().as_ref();
        if let Some(column) = value.get_ref().as_str() {
            givens.push(Given::column(name, column));
            continue;
        }
        let what = format!("property `{name}`");
        let Some(table) = check.table(&what, value) else { continue };
        let mut this = Given::column(name, "");
        this.column = None;
        for entry in in_order(table) {
            match entry.0.get_ref().as_ref() {
                "column" => this.column = Some(owned(check, "`column`", entry.1)),
                "value" => this.value = constant(check, entry.1),
                "type" => this.kind = kind(check, entry.1),
                "split" => this.split = raw(check, "`split`", entry.1),
                "collect" => this.collect = bool(check, "`collect`", entry.1),
                _ => unknown(check, &what, entry, &GIVEN),
            }
        }
        if this.column.is_some() != this.value.is_null() {
            check.report(value.span(), format!("{what} needs `column` or `value`, one of them"));
        }
        givens.push(this);
    }
    givens
}

fn constant(check: &mut Check<'_, '_>, value: &Spanned<DeValue<'_>>) -> Value<'static> {
    match value.get_ref() {
        DeValue::String(text) => Value::string(text.to_string()),
        DeValue::Boolean(bool) => Value::Bool(*bool),
        DeValue::Integer(int) => i64::from_str_radix(int.as_str(), int.radix()).map_or(Value::Null, Value::Int),
        DeValue::Float(float) => float.as_str().parse().map_or(Value::Null, Value::Float),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
            check.report(value.span(), "a `value` is a string, a number or a boolean");
            Value::Null
        }
    }
}

fn kind(check: &mut Check<'_, '_>, value: &Spanned<DeValue<'_>>) -> Option<Kind> {
    let name = check.string("`type`", value)?;
    let kind = Kind::named(name);
    if kind.is_none() {
        check
            .report(value.span(), format!("there is no type `{name}`"))
            .suggest(name, Kind::NAMES)
            .allowed("types are", Kind::NAMES);
    }
    kind
}

/// `{ status = "active" }` or `{ status = ["active", "new"] }`.
fn filters(
    check: &mut Check<'_, '_>,
    what: &str,
    value: &Spanned<DeValue<'_>>,
    wanted: bool,
    filters: &mut Vec<(String, Vec<String>, bool)>,
) {
    let Some(table) = check.table(what, value) else { return };
    for (column, value) in in_order(table) {
        let values = match value.get_ref() {
            DeValue::String(text) => vec![text.to_string()],
            DeValue::Array(_) => check.strings(what, value).into_iter().map(|(text, _)| text.to_owned()).collect(),
            _ => {
                check.report(value.span(), format!("{what} holds strings, or lists of them"));
                continue;
            }
        };
        filters.push((column.get_ref().to_string(), values, wanted));
    }
}

fn dialect(check: &mut Check<'_, '_>, value: &Spanned<DeValue<'_>>) -> Wishes {
    let mut wishes = Wishes::default();
    let Some(table) = check.table("`dialect`", value) else { return wishes };
    for entry in in_order(table) {
        match entry.0.get_ref().as_ref() {
            "delimiter" => wishes.delimiter = byte(check, "`delimiter`", entry.1),
            "quote" if entry.1.get_ref().as_str() == Some("none") => wishes.quote = Some(None),
            "quote" => wishes.quote = byte(check, "`quote`", entry.1).map(Some),
            "header" => wishes.header = Some(bool(check, "`header`", entry.1)),
            _ => unknown(check, "`dialect`", entry, &DIALECT),
        }
    }
    wishes
}

fn byte(check: &mut Check<'_, '_>, what: &str, value: &Spanned<DeValue<'_>>) -> Option<u8> {
    match value.get_ref().as_str().map(str::as_bytes) {
        Some([byte]) if byte.is_ascii() && *byte != b'\n' => Some(*byte),
        _ => {
            check.report(value.span(), format!("{what} is one ASCII character"));
            None
        }
    }
}

fn owned(check: &mut Check<'_, '_>, what: &str, value: &Spanned<DeValue<'_>>) -> String {
    check.string(what, value).unwrap_or_default().to_owned()
}

/// A string that may be blank, as a line break is.
fn raw(check: &mut Check<'_, '_>, what: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
    let text = value.get_ref().as_str().filter(|text| !text.is_empty());
    if text.is_none() {
        check.report(value.span(), format!("{what} is a string that is not empty"));
    }
    text.map(str::to_owned)
}

fn bool(check: &mut Check<'_, '_>, what: &str, value: &Spanned<DeValue<'_>>) -> bool {
    let bool = value.get_ref().as_bool();
    if bool.is_none() {
        check.report(value.span(), format!("{what} is true or false"));
    }
    bool.unwrap_or_default()
}

/// A key that nobody knows, with the one that was probably meant.
pub(super) fn unknown(check: &mut Check<'_, '_>, owner: &str, (key, _): Entry<'_, '_>, known: &[&str]) {
    check
        .report(key.span(), format!("{owner} has no key `{}`", key.get_ref()))
        .suggest(key.get_ref(), known.iter().copied())
        .allowed("keys are", known.iter().copied());
}
