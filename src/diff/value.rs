//! Values compared to the last bit, and as text.

use crate::export::literal;
use crate::model::Value;

/// Whether two values are one and the same: `1` and `1.0` are not, any two floats that are no number are.
pub(super) fn same(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            let entry = |((ka, a), (kb, b)): ((_, &Value<'_>), (_, &Value<'_>))| ka == kb && same(a, b);
            a.len() == b.len() && a.iter().zip(b.iter()).all(entry)
        }
        (a, b) => a == b,
    }
}

/// The value in Cypher's notation, on one line; maps too, which no statement can store.
pub(super) fn text(value: &Value<'_>) -> String {
    match value {
        Value::List(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}: {}", crate::export::quoted(key), text(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        single => literal(single),
    }
}

/// Properties between braces, behind a blank; nothing when there are none.
pub(super) fn properties(properties: &[(&str, Value<'_>)]) -> String {
    let entry = |(key, value): &(&str, Value<'_>)| format!("{}: {}", crate::export::quoted(key), text(value));
    format!("{{{}}}", properties.iter().map(entry).collect::<Vec<_>>().join(", "))
}

/// Whether `=` finds the value: no part of it is null, no number, or a map.
pub(super) fn is_comparable(value: &Value<'_>) -> bool {
    match value {
        Value::Null | Value::Map(_) => false,
        Value::Float(float) => !float.is_nan(),
        Value::List(items) => items.iter().all(is_comparable),
        _ => true,
    }
}

/// Whether a statement can store the value.
pub(super) fn is_sayable(value: &Value<'_>) -> bool {
    match value {
        Value::Map(_) => false,
        Value::List(items) => items.iter().all(|item| is_sayable(item) && !item.is_null()),
        _ => true,
    }
}
