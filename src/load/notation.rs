//! TOML notation: keys, strings and values as [`super::exact`] and [`super::rules`] read them back.

use super::exact::SELF;
use crate::model::Value;
use crate::model::schema::PropertyType;
use crate::model::temporal::{Date, LocalTime, SECOND, Temporal};

/// A key, between quotes unless TOML takes it as it is.
pub(super) fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { string(name) }
}

/// The key of a property, with `=` in front when it would be read as something else.
pub(super) fn property_key(name: &str, taken: bool) -> String {
    if taken || name.starts_with(SELF) { key(&format!("{SELF}{name}")) } else { key(name) }
}

/// A string on one line, with nothing in it that a terminal or an editor would act on.
pub(super) fn string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{200b}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A list of strings.
pub(super) fn strings(items: &[String]) -> String {
    list(items.iter().map(|item| string(item)))
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// `{ key = value, ... }`
pub(super) fn table(entries: &[(String, String)]) -> String {
    if entries.is_empty() {
        return "{}".to_owned();
    }
    let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{{ {} }}", entries.join(", "))
}

/// A table that says its kind.
fn of_kind(kind: &str, entries: &[(&str, String)]) -> String {
    let kind = (key(SELF), string(kind));
    let entries = entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    table(&std::iter::once(kind).chain(entries).collect::<Vec<_>>())
}

/// A property of this type, as plainly as it is read back.
pub(super) fn declared(value: &Value<'_>, wanted: PropertyType) -> String {
    let plain = match (value, wanted) {
        (Value::String(text), PropertyType::String) => !text.trim().is_empty(),
        (Value::Int(_), PropertyType::Integer)
        | (Value::Float(_), PropertyType::Float)
        | (Value::Bool(_), PropertyType::Boolean) => true,
        (Value::List(items), _) => {
            let item = match wanted {
                PropertyType::StringList => PropertyType::String,
                PropertyType::IntegerList => PropertyType::Integer,
                PropertyType::FloatList => PropertyType::Float,
                _ => PropertyType::Boolean,
            };
            if items.is_empty() {
                return of_kind("list", &[("items", "[]".to_owned())]);
            }
            return list(items.iter().map(|value| declared(value, item)));
        }
        _ => false,
    };
    match value {
        _ if plain => exact(value),
        Value::String(text) => of_kind("string", &[("value", string(text))]),
        Value::Int(int) => of_kind("integer", &[("value", int.to_string())]),
        // Not as the schema declares it: building it says so.
        other => exact(other),
    }
}

/// A value where no schema says what it must be.
pub(super) fn exact(value: &Value<'_>) -> String {
    match value {
        Value::Bool(bool) => bool.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) if float.is_nan() => if float.is_sign_negative() { "-nan" } else { "nan" }.to_owned(),
        Value::Float(float) => format!("{float:?}"),
        Value::String(text) => string(text),
        Value::List(items) => list(items.iter().map(exact)),
        Value::Map(entries) => {
            table(&entries.iter().map(|(name, value)| (property_key(name, false), exact(value))).collect::<Vec<_>>())
        }
        Value::Temporal(temporal) => moment(temporal),
        // No property is a node, an edge or a path.
        Value::Null | Value::Node(_) | Value::Edge(_) | Value::Path(_) => of_kind("null", &[]),
    }
}

/// A property of a node in a source without a schema, where a list of tables would be edges.
pub(super) fn no_edges(value: &Value<'_>) -> String {
    let text = exact(value);
    match value {
        Value::List(items) if !items.is_empty() && items.iter().all(|item| exact(item).starts_with('{')) => {
            of_kind("list", &[("items", text)])
        }
        _ => text,
    }
}

fn moment(temporal: &Temporal) -> String {
    match temporal {
        Temporal::Date(date) => day(*date),
        Temporal::LocalTime(time) => clock(*time),
        Temporal::Time(at) => of_kind("time", &[("time", clock(at.local)), ("offset", at.offset.to_string())]),
        Temporal::LocalDateTime(at) => match plain_day(at.date) {
            Some(date) => format!("{date}T{}", clock(at.time)),
            None => of_kind("localdatetime", &[("date", day(at.date)), ("time", clock(at.time))]),
        },
        Temporal::DateTime(at) => {
            let (date, time) = (at.local.date, clock(at.local.time));
            let minutes = at.offset / 60;
            let whole = at.offset % 60 == 0 && at.zone.is_none();
            match plain_day(date).filter(|_| whole) {
                Some(date) if minutes == 0 => format!("{date}T{time}Z"),
                Some(date) => {
                    let sign = if minutes < 0 { '-' } else { '+' };
                    format!("{date}T{time}{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
                }
                None => {
                    let mut entries = vec![("date", day(date)), ("time", time), ("offset", at.offset.to_string())];
                    entries.extend(at.zone.as_ref().map(|zone| ("zone", string(zone))));
                    of_kind("datetime", &entries)
                }
            }
        }
        Temporal::Duration(span) => of_kind(
            "duration",
            &[
                ("months", span.months.to_string()),
                ("days", span.days.to_string()),
                ("seconds", span.seconds.to_string()),
                ("nanoseconds", span.nanos.to_string()),
            ],
        ),
    }
}

/// A date in four digits of years; none beyond them.
fn plain_day(date: Date) -> Option<String> {
    let (year, month, day) = date.parts();
    (1..=9999).contains(&year).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

fn day(date: Date) -> String {
    plain_day(date).unwrap_or_else(|| {
        let (year, month, day) = date.parts();
        of_kind("date", &[("year", year.to_string()), ("month", month.to_string()), ("day", day.to_string())])
    })
}

fn clock(time: LocalTime) -> String {
    let (seconds, nanos) = (time.0.div_euclid(SECOND), time.0.rem_euclid(SECOND));
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let fraction = match nanos {
        0 => String::new(),
        nanos => format!(".{}", format!("{nanos:09}").trim_end_matches('0')),
    };
    format!("{hours:02}:{minutes:02}:{:02}{fraction}", seconds % 60)
}
