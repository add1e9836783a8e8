//! JSON texts as values, with what exports say beside them: `{"$date": "2024-02-29"}`, `{"$float": "NaN"}`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::model::temporal::{Temporal, TemporalKind};
use crate::model::value::Map;
use crate::model::{Str, Value};

/// How deep a property's value may nest, as the store has it.
const MAX_DEPTH: usize = 64;

/// The value of a JSON text, as it stands there.
///
/// # Errors
///
/// What is wrong with the text, and at which of its bytes.
pub(super) fn parse(text: &str) -> Result<Value<'static>, String> {
    serde_json::from_str::<Parsed>(text).map(|parsed| parsed.0).map_err(|error| {
        let message = error.to_string();
        let (what, _) = message.rsplit_once(" at line ").unwrap_or((&message, ""));
        match error.column() {
            0 => format!("this is not JSON: {what}"),
            column => format!("this is not JSON: {what} at byte {column}"),
        }
    })
}

/// A parsed value as a property: what stands for dates and for numbers that JSON cannot say becomes these.
///
/// # Errors
///
/// It nests too deep, or such a text is no date.
pub(super) fn property(value: &Value<'static>) -> Result<Value<'static>, String> {
    at_depth(value, 0)
}

fn at_depth(value: &Value<'static>, depth: usize) -> Result<Value<'static>, String> {
    if depth > MAX_DEPTH {
        return Err(format!("a property's value nests at most {MAX_DEPTH} levels deep"));
    }
    Ok(match value {
        Value::List(items) => {
            Value::list(items.iter().map(|item| at_depth(item, depth + 1)).collect::<Result<_, _>>()?)
        }
        Value::Map(map) => {
            let alone = map.first_key_value().filter(|_| map.len() == 1);
            let tag = alone.and_then(|(key, inner)| Some((key.strip_prefix('$')?, inner)));
            match tag {
                Some(("float", Value::String(text))) => {
                    Value::Float(text.as_str().parse().map_err(|_| format!("`{}` is no float", text.as_str()))?)
                }
                Some((tag, Value::String(text))) if TemporalKind::named(tag).is_some() => {
                    let read = TemporalKind::named(tag).and_then(|kind| Temporal::read(kind, text));
                    read.ok_or_else(|| format!("`{}` is no {tag}", text.as_str()))?.into()
                }
                // A map's own key with a `$` has it twice.
                Some((key, inner)) if key.starts_with('$') => {
                    Value::map([(Str::from(key.to_owned()), at_depth(inner, depth + 1)?)])
                }
                _ => {
                    let entries = map.iter().map(|(key, item)| Ok((key.clone(), at_depth(item, depth + 1)?)));
                    Value::map(entries.collect::<Result<Vec<_>, String>>()?)
                }
            }
        }
        other => other.clone(),
    })
}

struct Parsed(Value<'static>);

impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader).map(Parsed)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Value::Int(value))
    }
    /// A whole number that no integer holds is a float, as it is in JavaScript.
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Int))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Value::Float(value))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::string(text.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Parsed(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::list(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Parsed(value))) = entries.next_entry::<String, Parsed>()? {
            map.insert(key.into(), value);
        }
        Ok(Value::Map(std::sync::Arc::new(map)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn values() {
        let map = |key: &str, value| Value::map([(Str::from(key.to_owned()), value)]);
        let date = || Temporal::read(TemporalKind::Date, "2024-02-29").unwrap().into();
        let cases = [
            ("1", Value::Int(1)),
            ("1.0", Value::Float(1.0)),
            ("-0.0", Value::Float(-0.0)),
            ("18446744073709551615", Value::Float(18446744073709551615.0)),
            ("{\"$float\":\"-Infinity\"}", Value::Float(f64::NEG_INFINITY)),
            ("{\"$date\":\"2024-02-29\"}", date()),
            ("[{\"$date\":\"2024-02-29\"}]", Value::list(vec![date()])),
            ("{\"$$date\":\"2024-02-29\"}", map("$date", Value::string("2024-02-29"))),
            ("{\"$date\":1}", map("$date", Value::Int(1))),
            ("{\"$ref\":\"x\"}", map("$ref", Value::string("x"))),
        ];
        for (text, expected) in cases {
            assert_eq!(property(&parse(text).unwrap()).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn mistakes() {
        let deep = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let cases = [
            ("{\"a\":", "this is not JSON: EOF while parsing a value at byte 5"),
            ("", "this is not JSON: EOF while parsing a value"),
            ("{} x", "this is not JSON: trailing characters at byte 4"),
            ("{\"$date\":\"2023-02-29\"}", "`2023-02-29` is no date"),
            ("{\"$float\":\"x\"}", "`x` is no float"),
            (&deep(70), "a property's value nests at most 64 levels deep"),
            (&deep(100_000), "this is not JSON: recursion limit exceeded at byte 128"),
        ];
        for (text, expected) in cases {
            let found = parse(text).and_then(|value| property(&value));
            assert_eq!(found, Err(expected.to_owned()), "{}", &text[..text.len().min(40)]);
        }
    }
}
