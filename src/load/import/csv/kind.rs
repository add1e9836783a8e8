//! What a text stands for: numbers, truth values, dates, or itself.
//!
//! A column gets the narrowest kind that all its values are of. Nothing that would not be written back as it was is a
//! whole number: `007` and `+49` stay texts.

use std::sync::Arc;

use crate::load::import::ids::whole;
use crate::load::import::json;
use crate::model::temporal::{Date, DateTime, LocalDateTime, LocalTime, SECOND, Temporal, TemporalKind, civil};
use crate::model::{Str, Value};

/// A kind of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `true`, `false`.
    Bool,
    /// Whole numbers of 64 bits.
    Int,
    /// Numbers with a point or an exponent.
    Float,
    /// `2024-02-29`
    Date,
    /// `10:30:00`
    LocalTime,
    /// `2024-02-29T10:30:00`
    LocalDateTime,
    /// `2024-02-29T10:30:00+01:00`
    DateTime,
    /// `10:30:00+01:00`; only where somebody says so, as with all that follow.
    Time,
    /// `P1Y2M3DT4H`
    Duration,
    /// Any value as our JSON lines have it.
    Json,
    /// Any text.
    Text,
}

impl Kind {
    /// The kinds by their names, Neo4j's among them.
    pub(crate) fn named(name: &str) -> Option<Kind> {
        Some(match name.to_ascii_lowercase().as_str() {
            "int" | "integer" | "long" | "short" | "byte" => Kind::Int,
            "float" | "double" => Kind::Float,
            "bool" | "boolean" => Kind::Bool,
            "string" | "text" | "char" => Kind::Text,
            "date" => Kind::Date,
            "localtime" => Kind::LocalTime,
            "localdatetime" => Kind::LocalDateTime,
            "datetime" => Kind::DateTime,
            "time" => Kind::Time,
            "duration" => Kind::Duration,
            "json" => Kind::Json,
            _ => return None,
        })
    }

    /// The names that [`Kind::named`] takes, for messages.
    pub(crate) const NAMES: [&'static str; 11] = [
        "string",
        "integer",
        "float",
        "boolean",
        "date",
        "localtime",
        "time",
        "localdatetime",
        "datetime",
        "duration",
        "json",
    ];

    /// What the kind is called in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Bool => "a truth value",
            Kind::Int => "a whole number",
            Kind::Float => "a number",
            Kind::Date => "a date",
            Kind::LocalTime => "a time",
            Kind::LocalDateTime => "a date with time",
            Kind::DateTime => "a date with time and offset",
            Kind::Time => "a time with offset",
            Kind::Duration => "a duration",
            Kind::Json => "JSON",
            Kind::Text => "a text",
        }
    }

    /// The kind of a text by its looks.
    pub(super) fn of(text: &[u8]) -> Kind {
        let first = text.first().copied().unwrap_or_default();
        if first.is_ascii_digit() || first == b'-' || first == b'.' {
            if whole(text).is_some() {
                return Kind::Int;
            }
            if looks_like_float(text) && float(text).is_some() {
                return Kind::Float;
            }
            if date(text).is_some() {
                return Kind::Date;
            }
            return match date_time(text) {
                Some(Temporal::LocalDateTime(_)) => Kind::LocalDateTime,
                Some(_) => Kind::DateTime,
                None => Kind::Text,
            };
        }
        if bool(text).is_some() { Kind::Bool } else { Kind::Text }
    }

    /// Whether the text is plainly of this kind by its looks; most texts of a column are of the kind of those before.
    pub(super) fn plainly_has(self, text: &[u8]) -> bool {
        match self {
            Kind::Int => whole(text).is_some(),
            Kind::Date => date(text).is_some(),
            Kind::Bool => bool(text).is_some(),
            _ => false,
        }
    }

    /// The kind that has the values of both.
    pub(super) fn or(self, other: Kind) -> Kind {
        match (self, other) {
            (a, b) if a == b => a,
            (Kind::Int, Kind::Float) | (Kind::Float, Kind::Int) => Kind::Float,
            _ => Kind::Text,
        }
    }

    /// The text's value.
    pub(super) fn value<'t>(self, text: &'t str) -> Option<Value<'t>> {
        let bytes = text.as_bytes();
        Some(match self {
            Kind::Bool => Value::Bool(bool(bytes)?),
            Kind::Int => Value::Int(int(bytes)?),
            Kind::Float => Value::Float(float(bytes)?),
            Kind::Date => temporal(Temporal::Date(Date(day(bytes)?))),
            Kind::LocalTime => {
                temporal(time(bytes).map(Temporal::LocalTime).or_else(|| said(TemporalKind::LocalTime, text))?)
            }
            Kind::LocalDateTime => match date_time(bytes).or_else(|| said(TemporalKind::LocalDateTime, text))? {
                local @ Temporal::LocalDateTime(_) => temporal(local),
                _ => return None,
            },
            Kind::DateTime => match date_time(bytes).or_else(|| said(TemporalKind::DateTime, text))? {
                Temporal::LocalDateTime(local) => {
                    temporal(Temporal::DateTime(DateTime { local, offset: 0, zone: None }))
                }
                point => temporal(point),
            },
            Kind::Time => temporal(said(TemporalKind::Time, text)?),
            Kind::Duration => temporal(said(TemporalKind::Duration, text)?),
            Kind::Json => json::parse(text).and_then(|value| json::property(&value)).ok()?,
            Kind::Text => Value::String(Str::Borrowed(text)),
        })
    }
}

/// Of a kind that somebody says it is, in all its forms: far years, named zones, offsets with seconds.
fn said(kind: TemporalKind, text: &str) -> Option<Temporal> {
    Temporal::read(kind, text)
}

/// The day of a date, that of a far year among them.
pub(super) fn day(text: &[u8]) -> Option<i64> {
    date(text).or_else(|| match said(TemporalKind::Date, std::str::from_utf8(text).ok()?)? {
        Temporal::Date(Date(day)) => Some(day),
        _ => None,
    })
}

fn temporal(temporal: Temporal) -> Value<'static> {
    Value::Temporal(Arc::new(temporal))
}

/// A whole number, also with zeros or a plus in front, when somebody says that it is one.
pub(super) fn int(text: &[u8]) -> Option<i64> {
    whole(text).or_else(|| std::str::from_utf8(text).ok()?.parse().ok())
}

/// A number, however it is written.
pub(super) fn float(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// `1.5`, `-0.25`, `1.5e3`, `1e-05`: digits with a point or a signed exponent. `1e5` may well be a code.
fn looks_like_float(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let leading_zero = digits.starts_with(b"0") && digits.get(1).is_some_and(u8::is_ascii_digit);
    let plain = digits.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'));
    let marked = digits.iter().any(|byte| matches!(byte, b'.' | b'-' | b'+'));
    plain && marked && !leading_zero
}

pub(super) fn bool(text: &[u8]) -> Option<bool> {
    if text.eq_ignore_ascii_case(b"true") {
        Some(true)
    } else if text.eq_ignore_ascii_case(b"false") {
        Some(false)
    } else {
        None
    }
}

/// The day of `2024-02-29`.
pub(super) fn date(text: &[u8]) -> Option<i64> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text else { return None };
    let year = number(&[*y0, *y1, *y2, *y3])?;
    let (month, day) = (number(&[*m0, *m1])?, number(&[*d0, *d1])?);
    let there = (1..=12).contains(&month) && day >= 1 && day <= civil::days_in_month(year, month);
    there.then(|| civil::days(year, month, day))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

/// `10:30`, `10:30:15`, `10:30:15.5`
fn time(text: &[u8]) -> Option<LocalTime> {
    let (clock, fraction) = match text.iter().position(|byte| *byte == b'.') {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let (hour, minute, second) = match clock {
        [h0, h1, b':', m0, m1] if fraction.is_none() => (number(&[*h0, *h1])?, number(&[*m0, *m1])?, 0),
        [h0, h1, b':', m0, m1, b':', s0, s1] => (number(&[*h0, *h1])?, number(&[*m0, *m1])?, number(&[*s0, *s1])?),
        _ => return None,
    };
    let nanos = match fraction {
        None => 0,
        Some(digits) if (1..=9).contains(&digits.len()) => number(digits)? * 10_i64.pow(9 - digits.len() as u32),
        Some(_) => return None,
    };
    let right = hour < 24 && minute < 60 && second < 60;
    right.then_some(LocalTime((hour * 3600 + minute * 60 + second) * SECOND + nanos))
}

/// A date, `T` or a space, a time, and perhaps `Z` or an offset.
fn date_time(text: &[u8]) -> Option<Temporal> {
    let (day, rest) = text.split_at_checked(10)?;
    let day = date(day)?;
    let rest = rest.strip_prefix(b"T").or_else(|| rest.strip_prefix(b" "))?;
    let at = rest.iter().position(|byte| matches!(byte, b'Z' | b'+' | b'-'));
    let (clock, zone) = rest.split_at(at.unwrap_or(rest.len()));
    let local = LocalDateTime { date: Date(day), time: time(clock)? };
    let offset = match zone {
        [] => return Some(Temporal::LocalDateTime(local)),
        [b'Z'] => 0,
        [sign, h0, h1, b':', m0, m1] | [sign, h0, h1, m0, m1] => {
            let (hours, minutes) = (number(&[*h0, *h1])?, number(&[*m0, *m1])?);
            let seconds = (hours <= 18 && minutes < 60).then_some(hours * 3600 + minutes * 60)?;
            if *sign == b'-' { -(seconds as i32) } else { seconds as i32 }
        }
        _ => return None,
    };
    Some(Temporal::DateTime(DateTime { local, offset, zone: None }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_what_they_look_like() {
        for (texts, kind) in [
            (&["0", "-5", "9223372036854775807"][..], Kind::Int),
            (&["0.5", "-1.50", "1.5e3", "1e-05", ".5"], Kind::Float),
            (&["true", "FALSE"], Kind::Bool),
            (&["2024-02-29", "0001-01-01"], Kind::Date),
            (&["2024-02-29T10:30", "2024-02-29 10:30:15.25"], Kind::LocalDateTime),
            (&["2024-02-29T10:30:00Z", "2024-02-29T10:30:00-0130"], Kind::DateTime),
            (
                &[
                    "007",
                    "+49",
                    "1e5",
                    "01.5",
                    "9223372036854775808",
                    "2023-02-29",
                    "1-2",
                    "10:30",
                    "11-1011.00",
                    "",
                    " 1",
                    "nan",
                ],
                Kind::Text,
            ),
        ] {
            for text in texts {
                assert_eq!(Kind::of(text.as_bytes()), kind, "{text}");
                assert!(text.is_empty() || kind.value(text).is_some(), "{text}");
            }
        }
    }
}
