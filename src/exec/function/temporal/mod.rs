//! Functions that make and take temporal values.
//!
//! Calendar and clock are openCypher's (years up to 999,999,999, nanoseconds); time zones are jiff's, see [`zone`]. The
//! default zone is UTC on every machine.

mod access;
mod build;
mod duration;
mod parse;
mod truncate;
mod zone;

pub(in crate::exec) use access::component;

use crate::model::function::{Clock, Function, Span as Unit};
use crate::model::temporal::{Duration, Temporal, TemporalKind};
use crate::model::value::Map;
use crate::model::{Class, Detail, Diagnostic, Value, nearest};

type Result<T> = std::result::Result<T, Diagnostic>;

/// `now` is what the statement's clock says: seconds since 1970 and nanoseconds.
pub(super) fn call<'g>(function: Function, arguments: &[Value<'g>], now: (i64, i64)) -> Result<Value<'g>> {
    let made = match (function, arguments) {
        (Function::Make(TemporalKind::Duration), []) => {
            return Err(invalid("a duration is made of something".to_owned())
                .help("write duration({days: 1}) or duration('P1D')"));
        }
        (Function::Make(kind), []) => build::now(kind, None, now),
        (Function::Make(kind), [Value::String(text)]) => parse::read(kind, text.as_str()),
        (Function::Make(kind), [Value::Map(map)]) => match map.len() {
            1 if kind != TemporalKind::Duration && map.contains_key("timezone") => {
                build::now(kind, map.get("timezone"), now)
            }
            _ => build::from_map(kind, map),
        },
        (Function::Make(kind), [Value::Temporal(value)]) => build::from_other(kind, value),
        (Function::Now(kind, clock), zone) => {
            let now = if clock == Clock::Realtime { self::now() } else { now };
            build::now(kind, zone.first(), now)
        }
        (Function::Truncate(kind), [Value::String(unit), Value::Temporal(value), rest @ ..]) => match rest {
            [Value::Map(map)] => truncate::truncate(kind, unit.as_str(), value, map),
            _ => truncate::truncate(kind, unit.as_str(), value, &Map::new()),
        },
        (Function::Between(unit), [Value::Temporal(from), Value::Temporal(to)]) => {
            let unit = match unit {
                Unit::All => duration::Unit::All,
                Unit::Months => duration::Unit::Months,
                Unit::Days => duration::Unit::Days,
                Unit::Seconds => duration::Unit::Seconds,
            };
            duration::between(from, to, unit).map(Temporal::Duration)
        }
        (Function::FromEpoch, [Value::Int(seconds), Value::Int(nanos)]) => {
            zone::Zone::UTC.at_instant(*seconds, *nanos).map(Temporal::DateTime)
        }
        (Function::FromEpochMillis, [Value::Int(millis)]) => {
            let nanos = millis.rem_euclid(1_000) * 1_000_000;
            zone::Zone::UTC.at_instant(millis.div_euclid(1_000), nanos).map(Temporal::DateTime)
        }
        (_, arguments) => Err(super::unfit(function, arguments.first().unwrap_or(&Value::Null))),
    };
    made.map(Value::from)
}

/// What the machine's clock says: seconds since 1970 and nanoseconds.
pub(in crate::exec) fn now() -> (i64, i64) {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    (since.as_secs() as i64, i64::from(since.subsec_nanos()))
}

/// `a + b`, of which one is temporal; none when they cannot be added.
pub(in crate::exec) fn add<'g>(a: &Value<'g>, b: &Value<'g>) -> Option<Result<Value<'g>>> {
    let (Value::Temporal(a), Value::Temporal(b)) = (a, b) else { return None };
    let sum = match (a.as_ref(), b.as_ref()) {
        (value, Temporal::Duration(by)) => duration::later(value, *by),
        (Temporal::Duration(by), value) => duration::later(value, *by),
        _ => return None,
    };
    Some(sum.map(Value::from))
}

/// `a - b`, of which one is temporal; none when they cannot be subtracted.
pub(in crate::exec) fn subtract<'g>(a: &Value<'g>, b: &Value<'g>) -> Option<Result<Value<'g>>> {
    let (Value::Temporal(a), Value::Temporal(b)) = (a, b) else { return None };
    let Temporal::Duration(by) = b.as_ref() else { return None };
    Some(duration::negated(*by).and_then(|by| duration::later(a, by)).map(Value::from))
}

/// `a * b` and `a / b`, of a duration and a number; none when they are something else.
pub(in crate::exec) fn scale<'g>(a: &Value<'g>, b: &Value<'g>, divide: bool) -> Option<Result<Value<'g>>> {
    let (duration, factor) = match (duration(a), number(b), number(a), duration(b)) {
        (Some(duration), Some(factor), ..) => (duration, if divide { 1.0 / factor } else { factor }),
        (_, _, Some(factor), Some(duration)) if !divide => (duration, factor),
        _ => return None,
    };
    Some(duration::times(duration, factor).map(|product| Value::from(Temporal::Duration(product))))
}

/// Whether the value is a duration.
pub(in crate::exec) fn is_duration(value: &Value<'_>) -> bool {
    duration(value).is_some()
}

fn duration(value: &Value<'_>) -> Option<Duration> {
    match value {
        Value::Temporal(value) => match value.as_ref() {
            Temporal::Duration(duration) => Some(*duration),
            _ => None,
        },
        _ => None,
    }
}

fn number(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// A kind in words.
fn named(kind: TemporalKind) -> &'static str {
    match kind {
        TemporalKind::Date => "a date",
        TemporalKind::LocalTime => "a local time",
        TemporalKind::Time => "a time",
        TemporalKind::LocalDateTime => "a local date-time",
        TemporalKind::DateTime => "a date-time",
        TemporalKind::Duration => "a duration",
    }
}

/// Refuses a map with a key of none of these groups.
fn only_keys(what: &str, map: &Map<'_>, groups: &[&[&str]]) -> Result<()> {
    let known = || groups.iter().flat_map(|group| group.iter().copied());
    match map.keys().find(|key| !known().any(|name| name == key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let error = invalid(format!("{what} has no `{}`", key.as_str()));
            Err(match nearest(key.as_str(), known(), 1).first() {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!("it has {}", known().collect::<Vec<_>>().join(", "))),
            })
        }
    }
}

fn invalid(message: String) -> Diagnostic {
    Diagnostic::new(Class::ArgumentError, Detail::InvalidArgumentValue, message)
}

fn beyond() -> Diagnostic {
    invalid("the calendar ends at the years -999999999 and 999999999".to_owned())
}
