//! CSV with the headers of Neo4j's `admin import`; `ken import` reads it back with all its types.
//!
//! A file for each set of labels (`:ID(ken)`, `:LABEL`, a column per property) and one for each edge type (`:START_ID(ken)`,
//! `:END_ID(ken)`, `:TYPE`, properties). Ids count from `n0` and mean something within the folder only. A header says the type
//! that its column's values share, such as `since:date` or `aliases:string[]`, whose items end at `;`. What these types
//! cannot say (values of several kinds, texts with a `;` in a list, maps) is `json`, as our JSON lines have it. Nothing
//! between two commas is no value; `""` is an empty text.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::Report;
use super::column::{Columns, Kind, Scalar, note};
use super::folder::Folder;
use super::json;
use super::order::Order;
use super::picture::Property;
use crate::model::Value;
use crate::model::value::format_float;

/// A character by which readers tell what is no text. JSON spells it otherwise; a name has to do without it.
const NUL: char = '\0';

/// What ends an item of a list, and a label.
const ITEM: char = ';';

/// Writes the files.
pub(super) fn write(order: &Order<'_, '_>, path: &Path) -> io::Result<Report> {
    let mut folder = Folder::new(path, "csv")?;
    let mut report = Report { nodes: order.nodes.len(), ..Report::default() };
    for group in &order.groups {
        let mut columns = Columns::new();
        let nodes = &order.nodes[group.nodes.clone()];
        nodes.iter().for_each(|node| note(&mut columns, &order.node_properties(*node), kind));
        let mut file = BufWriter::new(folder.file("nodes", &group.labels)?);
        header(&[":ID(ken)", ":LABEL"], &columns, &mut file)?;
        let labels = if group.labels.is_empty() { String::new() } else { field(&group.labels.join(&ITEM.to_string())) };
        for (place, node) in group.nodes.clone().zip(nodes) {
            write!(file, "n{place},{labels}")?;
            record(&order.node_properties(*node), &columns, &mut file)?;
        }
        done(file)?;
        if group.labels.iter().any(|label| label.is_empty() || label.contains(ITEM)) {
            report
                .notes
                .push("a label with a `;` in it, or without a character, does not read back as it was".to_owned());
        }
        unnamed(&columns, &mut report);
    }
    for edge_type in order.types() {
        let mut columns = Columns::new();
        let mut any = false;
        order.edges_of(edge_type, &mut |edge| {
            any = true;
            note(&mut columns, &order.edge_properties(edge), kind);
            Ok(())
        })?;
        if !any {
            continue;
        }
        let mut file = BufWriter::new(folder.file("edges", &[edge_type])?);
        header(&[":START_ID(ken)", ":END_ID(ken)", ":TYPE"], &columns, &mut file)?;
        let quoted = field(edge_type);
        order.edges_of(edge_type, &mut |edge| {
            report.edges += 1;
            write!(file, "n{},n{},{quoted}", edge.source, edge.target)?;
            record(&order.edge_properties(edge), &columns, &mut file)
        })?;
        done(file)?;
        unnamed(&columns, &mut report);
        if edge_type.contains(NUL) {
            report.notes.push(UNNAMED.to_owned());
        }
    }
    report.notes.sort();
    report.notes.dedup();
    Ok(report)
}

/// The kind of a value as far as CSV can say it.
fn kind(value: &Value<'_>) -> Kind {
    let sayable = |item: &Value<'_>| !matches!(item, Value::String(text) if !is_item(text));
    match (Kind::of(value), value) {
        (_, Value::String(text)) if text.contains(NUL) => Kind::Mixed,
        (Kind::List(Some(_)), Value::List(items)) if items.iter().all(sayable) => Kind::of(value),
        (Kind::List(_), _) => Kind::Mixed,
        (kind, _) => kind,
    }
}

/// Whether it can stand between separators.
fn is_item(text: &str) -> bool {
    !text.is_empty() && !text.contains([ITEM, NUL]) && text.trim() == text
}

const UNNAMED: &str = "a name with U+0000 in it does not read back as it was: U+FFFD stands in its place";

fn header(own: &[&str], columns: &Columns<'_>, out: &mut dyn Write) -> io::Result<()> {
    let columns = columns.iter().filter(|(key, _)| !key.is_empty());
    let columns = columns.map(|(key, kind)| field(&format!("{key}:{}", type_name(*kind))));
    let fields: Vec<String> = own.iter().map(|own| (*own).to_owned()).chain(columns).collect();
    writeln!(out, "{}", fields.join(","))
}

/// A column without a name would be taken for one of ours.
fn unnamed(columns: &Columns<'_>, report: &mut Report) {
    if columns.contains_key("") {
        report.notes.push("a property whose key is an empty text is left out: CSV has no column for it".to_owned());
    }
    if columns.keys().any(|key| key.contains(NUL)) {
        report.notes.push(UNNAMED.to_owned());
    }
}

fn type_name(kind: Kind) -> String {
    match kind {
        Kind::One(scalar) => scalar_name(scalar).to_owned(),
        Kind::List(Some(scalar)) => format!("{}[]", scalar_name(scalar)),
        Kind::List(None) | Kind::Mixed => "json".to_owned(),
    }
}

fn scalar_name(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "boolean",
        Scalar::Int => "long",
        Scalar::Float => "double",
        Scalar::String => "string",
        Scalar::Temporal(kind) => kind.name(),
    }
}

/// The fields of the properties, and the end of the record.
fn record(properties: &[Property<'_, '_>], columns: &Columns<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut properties = properties.iter().peekable();
    // Both ascend by key.
    for (key, kind) in columns.iter().filter(|(key, _)| !key.is_empty()) {
        while properties.next_if(|(own, _)| own < key).is_some() {}
        out.write_all(b",")?;
        if let Some((_, value)) = properties.next_if(|(own, _)| own == key) {
            out.write_all(field(&content(*kind, value)).as_bytes())?;
        }
    }
    out.write_all(b"\n")
}

fn content(kind: Kind, value: &Value<'_>) -> String {
    match (kind, value) {
        (Kind::Mixed | Kind::List(None), _) => json::exact(value).to_string(),
        (_, Value::List(items)) => items.iter().map(plain).collect::<Vec<_>>().join(&ITEM.to_string()),
        _ => plain(value),
    }
}

fn plain(value: &Value<'_>) -> String {
    match value {
        Value::Float(float) => format_float(*float),
        Value::Temporal(temporal) => temporal.to_string(),
        other => json::text(other),
    }
}

/// A text as a field (RFC 4180). Blanks at its ends are kept by readers that trim, when it is quoted.
fn field(text: &str) -> String {
    let text = &text.replace(NUL, "\u{fffd}");
    let plain = !text.is_empty()
        && !text.contains([',', '"', '\n', '\r'])
        && !text.starts_with(char::is_whitespace)
        && !text.ends_with(char::is_whitespace);
    if plain { text.clone() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// What a buffer still holds could fail to be written.
fn done(file: BufWriter<File>) -> io::Result<()> {
    file.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let cases = [
            ("", "\"\""),
            ("a b", "a b"),
            (" a", "\" a\""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("a\nb", "\"a\nb\""),
            ("a;b", "a;b"),
        ];
        for (text, expected) in cases {
            assert_eq!(field(text), expected);
        }
    }

    #[test]
    fn lists_that_items_would_break_are_json() {
        let list = |texts: &[&str]| Value::list(texts.iter().map(|text| Value::string((*text).to_owned())).collect());
        let cases = [
            (list(&["a", "b"]), "string[]", "a;b"),
            (list(&["a;b"]), "json", "[\"a;b\"]"),
            (list(&["", "b"]), "json", "[\"\",\"b\"]"),
            (list(&[]), "json", "[]"),
            (Value::list(vec![Value::Float(f64::INFINITY), Value::Float(0.5)]), "double[]", "Infinity;0.5"),
            (Value::Float(f64::NAN), "double", "NaN"),
        ];
        for (value, name, text) in cases {
            assert_eq!((type_name(kind(&value)).as_str(), content(kind(&value), &value).as_str()), (name, text));
        }
    }
}
