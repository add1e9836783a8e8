//! Values as JSON: for people and pictures as they look, for data so that they can be read back.
//!
//! Read back, a value is what it was: what JSON has no word for stands in an object with one key that begins with `$`.
//!
//! ```json
//! {"$date":"2024-02-29"}
//! {"$float":"NaN"}
//! ```
//!
//! The names are those of the kinds of temporal values, and `$float`. A map with one such key of its own has the `$`
//! twice.

use serde_json::{Map, Value as Json};

use super::picture::Property;
use crate::model::Value;
use crate::model::value::format_float;

/// A value as JSON; what JSON's numbers cannot say (`NaN`, the infinities) becomes a string.
pub(crate) fn value(value: &Value<'_>) -> Json {
    match value {
        Value::Float(value) => {
            serde_json::Number::from_f64(*value).map_or_else(|| Json::String(value.to_string()), Json::Number)
        }
        Value::Temporal(temporal) => Json::String(temporal.to_string()),
        Value::List(items) => items.iter().map(self::value).collect(),
        Value::Map(map) => map.iter().map(|(key, item)| (key.to_string(), self::value(item))).collect(),
        other => plain(other),
    }
}

/// Properties as a JSON object.
pub(super) fn object(properties: &[Property<'_, '_>]) -> Json {
    let entries = properties.iter().map(|(key, item)| ((*key).to_owned(), value(item)));
    Json::Object(entries.collect::<Map<_, _>>())
}

/// A value as people read it: a string as it is, anything else as JSON.
pub(super) fn text(value: &Value<'_>) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Float(float) if !float.is_finite() => float.to_string(),
        other => self::value(other).to_string(),
    }
}

/// A value as JSON that can be read back.
pub(super) fn exact(value: &Value<'_>) -> Json {
    let tagged = |tag: &str, text| Json::Object(Map::from_iter([(format!("${tag}"), Json::String(text))]));
    match value {
        Value::Float(float) => match serde_json::Number::from_f64(*float) {
            Some(number) => Json::Number(number),
            None => tagged("float", format_float(*float)),
        },
        Value::Temporal(temporal) => tagged(temporal.kind().name(), temporal.to_string()),
        Value::List(items) => items.iter().map(exact).collect(),
        Value::Map(map) => {
            let alone = map.len() == 1;
            let key = |key: &str| if alone && key.starts_with('$') { format!("${key}") } else { key.to_owned() };
            map.iter().map(|(name, item)| (key(name), exact(item))).collect()
        }
        other => plain(other),
    }
}

/// Properties as a JSON object that can be read back.
pub(super) fn exact_object(properties: &[Property<'_, '_>]) -> Json {
    let entries = properties.iter().map(|(key, item)| ((*key).to_owned(), exact(item)));
    Json::Object(entries.collect::<Map<_, _>>())
}

/// What JSON has a word for.
fn plain(value: &Value<'_>) -> Json {
    match value {
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::from(*value),
        Value::String(text) => Json::String(text.to_string()),
        // No property holds what belongs to a graph; the others are their callers' affair.
        _ => Json::Null,
    }
}
