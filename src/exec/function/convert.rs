//! Conversions between kinds of values.

use super::{Result, name, unfit};
use crate::model::function::Function;
use crate::model::temporal::TemporalKind;
use crate::model::value::format_float;
use crate::model::{Detail, Diagnostic, Value};

pub(super) fn call<'g>(function: Function, arguments: &[Value<'g>]) -> Result<Value<'g>> {
    use Function::*;
    let value = arguments.first().unwrap_or(&Value::Null);
    let convert = match function {
        ToBoolean | ToBooleanOrNull | ToBooleanList => boolean,
        ToFloat | ToFloatOrNull | ToFloatList => float,
        ToInteger | ToIntegerOrNull | ToIntegerList => integer,
        ToString | ToStringOrNull | ToStringList => string,
        _ => return Ok(Value::string(kind(value))),
    };
    match function {
        ToBoolean | ToFloat | ToInteger | ToString => convert(value).ok_or_else(|| {
            Diagnostic::type_error(
                Detail::InvalidArgumentValue,
                format!("{} cannot convert {}", name(function), value.type_name()),
            )
            .help(format!("{}OrNull gives null instead", name(function)))
        }),
        ToBooleanOrNull | ToFloatOrNull | ToIntegerOrNull | ToStringOrNull => Ok(convert(value).unwrap_or_default()),
        _ => match value {
            Value::List(items) => Ok(Value::list(items.iter().map(|item| convert(item).unwrap_or_default()).collect())),
            other => Err(unfit(function, other)),
        },
    }
}

// Each gives none for a kind that it cannot convert, and null for a string that does not say such a value.

fn boolean<'g>(value: &Value<'g>) -> Option<Value<'g>> {
    Some(match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Int(i) => Value::Bool(*i != 0),
        Value::String(s) => match s.as_str().trim().to_ascii_lowercase().as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => Value::Null,
        },
        _ => return None,
    })
}

fn float<'g>(value: &Value<'g>) -> Option<Value<'g>> {
    Some(match value {
        Value::Null | Value::Float(_) => value.clone(),
        Value::Int(i) => Value::Float(*i as f64),
        Value::String(s) => number(s.as_str()).map_or(Value::Null, Value::Float),
        _ => return None,
    })
}

fn integer<'g>(value: &Value<'g>) -> Option<Value<'g>> {
    Some(match value {
        Value::Null | Value::Int(_) => value.clone(),
        Value::Bool(b) => Value::Int(i64::from(*b)),
        Value::Float(f) => truncated(*f),
        Value::String(s) => match s.as_str().trim().parse::<i64>() {
            Ok(int) => Value::Int(int),
            Err(_) => number(s.as_str()).map_or(Value::Null, truncated),
        },
        _ => return None,
    })
}

fn string<'g>(value: &Value<'g>) -> Option<Value<'g>> {
    Some(match value {
        Value::Null | Value::String(_) => value.clone(),
        Value::Bool(b) => Value::string(b.to_string()),
        Value::Int(i) => Value::string(i.to_string()),
        Value::Float(f) => Value::string(format_float(*f)),
        Value::Temporal(temporal) => Value::string(temporal.to_string()),
        _ => return None,
    })
}

/// A float without its decimals; null beyond 64 bits.
fn truncated<'g>(f: f64) -> Value<'g> {
    let whole = f.trunc();
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole) {
        Value::Int(whole as i64)
    } else {
        Value::Null
    }
}

/// A decimal number; the words that Rust also reads (`inf`, `nan`) are no numbers here.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if plain { text.parse().ok() } else { None }
}

fn kind(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "NULL",
        Value::Bool(_) => "BOOLEAN",
        Value::Int(_) => "INTEGER",
        Value::Float(_) => "FLOAT",
        Value::String(_) => "STRING",
        Value::List(_) => "LIST<ANY>",
        Value::Map(_) => "MAP",
        Value::Node(_) => "NODE",
        Value::Edge(_) => "RELATIONSHIP",
        Value::Path(_) => "PATH",
        Value::Temporal(temporal) => match temporal.kind() {
            TemporalKind::Date => "DATE",
            TemporalKind::LocalTime => "LOCAL TIME",
            TemporalKind::Time => "ZONED TIME",
            TemporalKind::LocalDateTime => "LOCAL DATETIME",
            TemporalKind::DateTime => "ZONED DATETIME",
            TemporalKind::Duration => "DURATION",
        },
    }
}
