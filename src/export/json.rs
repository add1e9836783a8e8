//! Values as JSON.

use serde_json::{Map, Value as Json};

use super::picture::Property;
use crate::model::Value;

/// A value as JSON; what JSON's numbers cannot say (`NaN`, the infinities) becomes a string.
pub(crate) fn value(value: &Value<'_>) -> Json {
    match value {
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::from(*value),
        Value::Float(value) => {
            serde_json::Number::from_f64(*value).map_or_else(|| Json::String(value.to_string()), Json::Number)
        }
        Value::String(text) => Json::String(text.to_string()),
        Value::List(items) => items.iter().map(self::value).collect(),
        Value::Map(map) => map.iter().map(|(key, item)| (key.to_string(), self::value(item))).collect(),
        // No property holds what belongs to a graph.
        Value::Temporal(temporal) => Json::String(temporal.to_string()),
        Value::Null | Value::Node(_) | Value::Edge(_) | Value::Path(_) => Json::Null,
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
