//! Values as they are: what TOML has a notation for stands in it, and everything else is a table that says its kind.
//!
//! ```toml
//! born = 1815-12-10
//! met = { "=" = "datetime", date = 1833-06-05, time = 14:00:00, offset = 3600, zone = "Europe/London" }
//! span = { "=" = "duration", months = 14, days = 3, seconds = 0, nanoseconds = 0 }
//! home = { city = "London", "=odd" = 1 }   # a map; behind `=` stands a key that itself begins with `=`
//! ```

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::{Check, kind};
use super::rules::scalar;
use super::source::in_order;
use crate::model::temporal::{Date, DateTime, Duration, LocalDateTime, LocalTime, SECOND, Temporal, Time, civil};
use crate::model::{Str, Value};

/// The key of what a table says about itself.
pub(super) const SELF: &str = "=";

/// The kinds that a table may say, with the keys that each has.
const KINDS: [(&str, &[&str]); 10] = [
    ("null", &[]),
    ("string", &["value"]),
    ("integer", &["value"]),
    ("list", &["items"]),
    ("map", &["entries"]),
    ("date", &["year", "month", "day"]),
    ("time", &["time", "offset"]),
    ("localdatetime", &["date", "time"]),
    ("datetime", &["date", "time", "offset", "zone"]),
    ("duration", &["months", "days", "seconds", "nanoseconds"]),
];

/// The name that a key stands for, and whether a `=` in front of it says that it is one.
pub(super) fn name(key: &str) -> (&str, bool) {
    match key.strip_prefix('=').filter(|rest| !rest.is_empty()) {
        Some(name) => (name, true),
        None => (key, false),
    }
}

/// Whether the value says its own kind.
pub(super) fn is_exact(value: &DeValue<'_>) -> bool {
    value.as_table().is_some_and(|table| table.contains_key(SELF))
}

/// The value, or a problem.
pub(super) fn value<'v>(check: &mut Check<'_, '_>, value: &'v Spanned<DeValue<'_>>) -> Option<Value<'v>> {
    let found = match value.get_ref() {
        DeValue::Array(items) => return self::list(check, items),
        DeValue::Table(table) if table.contains_key(SELF) => return of_kind(check, value, table),
        DeValue::Table(table) => return map(check, table),
        DeValue::Datetime(_) => moment(value.get_ref()).map(Value::from),
        single => scalar(single),
    };
    if found.is_none() {
        let what = match value.get_ref() {
            DeValue::Integer(_) => "an integer of more than 64 bits",
            other => kind(other),
        };
        check.report(value.span(), format!("{what} that no property can hold"));
    }
    found
}

fn list<'v>(check: &mut Check<'_, '_>, items: &'v [Spanned<DeValue<'_>>]) -> Option<Value<'v>> {
    Some(Value::list(items.iter().map(|item| value(check, item)).collect::<Option<_>>()?))
}

fn map<'v>(check: &mut Check<'_, '_>, table: &'v DeTable<'_>) -> Option<Value<'v>> {
    let entry = |(key, item): super::source::Entry<'v, '_>| {
        Some((Str::Borrowed(name(key.get_ref().as_ref()).0), value(check, item)?))
    };
    Some(Value::map(in_order(table).into_iter().map(entry).collect::<Option<Vec<_>>>()?))
}

/// A table that says its kind.
fn of_kind<'v>(check: &mut Check<'_, '_>, at: &Spanned<DeValue<'_>>, table: &'v DeTable<'_>) -> Option<Value<'v>> {
    let wanted = check.string("the kind of a value", table.get(SELF)?)?;
    let Some((_, keys)) = KINDS.iter().find(|(name, _)| *name == wanted) else {
        let known = || KINDS.iter().map(|(name, _)| *name);
        check
            .report(at.span(), format!("there is no kind of value `{wanted}`"))
            .suggest(wanted, known())
            .allowed("kinds are", known());
        return None;
    };
    for (key, _) in in_order(table) {
        if key.get_ref() != SELF && !keys.contains(&key.get_ref().as_ref()) {
            let known = || keys.iter().copied();
            check
                .report(key.span(), format!("{wanted} has no key `{}`", key.get_ref()))
                .suggest(key.get_ref(), known())
                .allowed("keys are", known());
            return None;
        }
    }
    let found = match wanted {
        "null" => Some(Value::Null),
        "list" => match table.get("items").and_then(|items| items.get_ref().as_array()) {
            Some(items) => return list(check, items),
            None => None,
        },
        "map" => match table.get("entries").and_then(|entries| entries.get_ref().as_table()) {
            Some(entries) => return map(check, entries),
            None => None,
        },
        "string" | "integer" => table
            .get("value")
            .and_then(|value| scalar(value.get_ref()))
            .filter(|value| matches!((wanted, value), ("string", Value::String(_)) | ("integer", Value::Int(_)))),
        _ => temporal(wanted, table).map(Value::from),
    };
    if found.is_none() {
        check.report(at.span(), format!("this is no {wanted}")).allowed("it has the keys", keys.iter().copied());
    }
    found
}

/// What TOML writes as a date, a time or both.
fn moment(value: &DeValue<'_>) -> Option<Temporal> {
    let DeValue::Datetime(moment) = value else { return None };
    let date = match moment.date {
        Some(date) => Some(day(i64::from(date.year), i64::from(date.month), i64::from(date.day))?),
        None => None,
    };
    let time = match moment.time {
        // A leap second has no place in a day.
        Some(time) if time.second.unwrap_or(0) > 59 => return None,
        Some(time) => {
            let minutes = i64::from(time.hour) * 60 + i64::from(time.minute);
            let seconds = minutes * 60 + i64::from(time.second.unwrap_or(0));
            Some(LocalTime(seconds * SECOND + i64::from(time.nanosecond.unwrap_or(0))))
        }
        None => None,
    };
    let offset = moment.offset.map(|offset| match offset {
        toml::value::Offset::Z => 0,
        toml::value::Offset::Custom { minutes } => i32::from(minutes) * 60,
    });
    Some(match (date, time, offset) {
        (Some(date), None, _) => Temporal::Date(date),
        (None, Some(time), _) => Temporal::LocalTime(time),
        (Some(date), Some(time), None) => Temporal::LocalDateTime(LocalDateTime { date, time }),
        (Some(date), Some(time), Some(offset)) => {
            Temporal::DateTime(DateTime { local: LocalDateTime { date, time }, offset, zone: None })
        }
        (None, None, _) => return None,
    })
}

fn day(year: i64, month: i64, day: i64) -> Option<Date> {
    let sound = civil::YEARS.contains(&year)
        && (1..=12).contains(&month)
        && (1..=civil::days_in_month(year, month)).contains(&day);
    sound.then(|| Date(civil::days(year, month, day)))
}

fn temporal(wanted: &str, table: &DeTable<'_>) -> Option<Temporal> {
    let get = |key: &str| table.get(key).map(Spanned::get_ref);
    let int = |key: &str| match scalar(get(key)?) {
        Some(Value::Int(int)) => Some(int),
        _ => None,
    };
    // A second of a day more or less is no offset that anybody has.
    let offset = || int("offset").and_then(|o| i32::try_from(o).ok()).filter(|o| o.abs() < 86_400);
    let time = || match moment(get("time")?) {
        Some(Temporal::LocalTime(time)) => Some(time),
        _ => None,
    };
    let date = || match get("date")? {
        DeValue::Table(table) if table.get(SELF).is_some_and(|kind| kind.get_ref().as_str() == Some("date")) => {
            match temporal("date", table)? {
                Temporal::Date(date) => Some(date),
                _ => None,
            }
        }
        value => match moment(value) {
            Some(Temporal::Date(date)) => Some(date),
            _ => None,
        },
    };
    Some(match wanted {
        "date" => Temporal::Date(day(int("year")?, int("month")?, int("day")?)?),
        "time" => Temporal::Time(Time { local: time()?, offset: offset()? }),
        "localdatetime" => Temporal::LocalDateTime(LocalDateTime { date: date()?, time: time()? }),
        "datetime" => {
            let zone = match get("zone") {
                Some(zone) => Some(zone.as_str()?.into()),
                None => None,
            };
            let local = LocalDateTime { date: date()?, time: time()? };
            Temporal::DateTime(DateTime { local, offset: offset()?, zone })
        }
        "duration" => {
            let nanos = int("nanoseconds").filter(|nanos| (0..SECOND).contains(nanos))?;
            let (months, days, seconds) = (int("months")?, int("days")?, int("seconds")?);
            Temporal::Duration(Duration { months, days, seconds, nanos })
        }
        _ => return None,
    })
}
