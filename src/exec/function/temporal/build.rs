//! Temporal values from maps, from each other, and from the clock.

use super::zone::{Zone, of};
use super::{Result, beyond, invalid, named};
use crate::model::temporal::{DAY, Date, LocalDateTime, LocalTime, SECOND, Temporal, TemporalKind, Time, civil};
use crate::model::value::Map;
use crate::model::{Detail, Diagnostic, Value};

/// The ways to name a day; what is not given comes from a base, else is the first.
#[derive(Clone, Copy, Default)]
pub(super) struct DateParts {
    pub(super) year: Option<i64>,
    pub(super) month: Option<i64>,
    pub(super) day: Option<i64>,
    pub(super) week: Option<i64>,
    pub(super) day_of_week: Option<i64>,
    pub(super) quarter: Option<i64>,
    pub(super) day_of_quarter: Option<i64>,
    pub(super) ordinal_day: Option<i64>,
}

impl DateParts {
    fn read(map: &Map<'_>) -> Result<Self> {
        Ok(DateParts {
            year: whole(map, "year")?,
            month: whole(map, "month")?,
            day: whole(map, "day")?,
            week: whole(map, "week")?,
            day_of_week: whole(map, "dayOfWeek")?,
            quarter: whole(map, "quarter")?,
            day_of_quarter: whole(map, "dayOfQuarter")?,
            ordinal_day: whole(map, "ordinalDay")?,
        })
    }

    /// The day.
    pub(super) fn date(&self, base: Option<Date>) -> Result<Date> {
        let by_week = self.week.is_some() || self.day_of_week.is_some();
        let by_quarter = self.quarter.is_some() || self.day_of_quarter.is_some();
        let by_month = self.month.is_some() || self.day.is_some();
        if [by_week, by_quarter, by_month, self.ordinal_day.is_some()].into_iter().filter(|given| *given).count() > 1 {
            return Err(invalid(
                "a day is named by month, by week, by quarter or by its number in the year, not by two of them"
                    .to_owned(),
            ));
        }
        let old = base.map(Date::parts);
        let Some(year) = self.year.or_else(|| match (base, by_week) {
            (Some(base), true) => Some(civil::week(base.0).0),
            (Some(_), false) => old.map(|(year, ..)| year),
            (None, _) => None,
        }) else {
            return Err(invalid("a date needs a year".to_owned()).help("write {year: 2015, month: 7, day: 21}"));
        };
        if !civil::YEARS.contains(&year) {
            return Err(beyond());
        }
        let number = match () {
            () if by_week => {
                let week = self.week.or(base.map(|base| civil::week(base.0).1)).unwrap_or(1);
                let day = self.day_of_week.or(base.map(|base| civil::day_of_week(base.0))).unwrap_or(1);
                within("week", week, 1..=civil::weeks_in_year(year))?;
                within("dayOfWeek", day, 1..=7)?;
                civil::first_monday(year) + (week - 1) * 7 + day - 1
            }
            () if by_quarter => {
                let of_base =
                    old.map(|(year, month, _)| ((month - 1) / 3 + 1, civil::days(year, (month - 1) / 3 * 3 + 1, 1)));
                let quarter = self.quarter.or(of_base.map(|(quarter, _)| quarter)).unwrap_or(1);
                within("quarter", quarter, 1..=4)?;
                let first = civil::days(year, quarter * 3 - 2, 1);
                let length = civil::days(year + quarter / 4, quarter * 3 % 12 + 1, 1) - first;
                let old_day = of_base.zip(base).map(|((_, first), base)| base.0 - first + 1);
                let day = self.day_of_quarter.or(old_day).unwrap_or(1);
                within("dayOfQuarter", day, 1..=length)?;
                first + day - 1
            }
            () if self.ordinal_day.is_some() => {
                let day = self.ordinal_day.unwrap_or(1);
                within("ordinalDay", day, 1..=365 + i64::from(civil::is_leap(year)))?;
                civil::days(year, 1, 1) + day - 1
            }
            () => {
                let month = self.month.or(old.map(|(_, month, _)| month)).unwrap_or(1);
                within("month", month, 1..=12)?;
                let day = self.day.or(old.map(|(.., day)| day)).unwrap_or(1);
                within("day", day, 1..=civil::days_in_month(year, month))?;
                civil::days(year, month, day)
            }
        };
        Ok(Date(number))
    }
}

/// The time of day of a map's entries, over a base.
fn time_of(map: &Map<'_>, base: LocalTime) -> Result<LocalTime> {
    let (seconds, nanos) = (base.0 / SECOND, base.0 % SECOND);
    let part = |key: &str, old: i64, most: i64| -> Result<i64> {
        let value = whole(map, key)?.unwrap_or(old);
        within(key, value, 0..=most)?;
        Ok(value)
    };
    let seconds = part("hour", seconds / 3600, 23)? * 3600
        + part("minute", seconds / 60 % 60, 59)? * 60
        + part("second", seconds % 60, 59)?;
    let (milli, micro, nano) = (whole(map, "millisecond")?, whole(map, "microsecond")?, whole(map, "nanosecond")?);
    // A number of three digits replaces its own; a longer one those above it too, which must not be given then.
    let limit = |given: bool, most: i64| if given { 999 } else { most };
    let mut digits = [nanos / 1_000_000, nanos / 1_000 % 1_000, nanos % 1_000];
    if let Some(milli) = milli {
        within("millisecond", milli, 0..=999)?;
        digits[0] = milli;
    }
    if let Some(micro) = micro {
        within("microsecond", micro, 0..=limit(milli.is_some(), 999_999))?;
        if micro > 999 {
            digits[0] = micro / 1_000;
        }
        digits[1] = micro % 1_000;
    }
    if let Some(nano) = nano {
        let most = if micro.is_some() { 999 } else { limit(milli.is_some(), 999_999_999).max(999) };
        within("nanosecond", nano, 0..=if milli.is_some() && micro.is_none() { 999_999 } else { most })?;
        if nano > 999_999 {
            digits[0] = nano / 1_000_000;
        }
        if nano > 999 {
            digits[1] = nano / 1_000 % 1_000;
        }
        digits[2] = nano % 1_000;
    }
    Ok(LocalTime(seconds * SECOND + digits[0] * 1_000_000 + digits[1] * 1_000 + digits[2]))
}

/// A time of day in a zone; a named one has the offset of the first day of 1970 there.
pub(super) fn time_in(local: LocalTime, zone: &Zone) -> Result<Temporal> {
    let offset = match zone {
        Zone::Offset(offset) => *offset,
        Zone::Named(_) => zone.at_local(LocalDateTime { date: Date(0), time: local })?.offset,
    };
    Ok(Temporal::Time(Time { local, offset }))
}

/// A value of this kind from a map.
pub(super) fn from_map(kind: TemporalKind, map: &Map<'_>) -> Result<Temporal> {
    if kind == TemporalKind::Duration {
        return super::duration::from_map(map).map(Temporal::Duration);
    }
    known_keys(kind, map)?;
    if kind == TemporalKind::DateTime
        && let Some(point) = from_epoch(map)?
    {
        return Ok(point);
    }
    let zone = match map.get("timezone") {
        Some(Value::String(name)) => Some(Zone::read(name.as_str())?),
        Some(Value::Null) | None => None,
        Some(other) => return Err(wrong("timezone", "a string", other)),
    };
    let bases = Bases::read(map)?;
    // A point in time is first called what it is called in the zone that is asked for.
    let whole = bases.whole.clone().map(|point| match (&point, &zone) {
        (Temporal::DateTime(point), Some(zone)) if kind == TemporalKind::DateTime => {
            let (seconds, nanos) = point.instant();
            zone.at_instant(seconds, nanos).map(Temporal::DateTime)
        }
        _ => Ok(point),
    });
    let whole = whole.transpose()?;
    let date_base = whole.as_ref().or(bases.date.as_ref()).and_then(date_of);
    let time_base = whole.as_ref().or(bases.time.as_ref());
    let base_zone = bases.whole.as_ref().or(bases.time.as_ref()).and_then(zone_of);
    let date = |base| DateParts::read(map).and_then(|parts| parts.date(base));
    let mut base_time = time_base.map_or(LocalTime(0), |base| time_of_day(base).unwrap_or(LocalTime(0)));
    // As with points in time, a time of day is called what it is called there, before its parts are replaced.
    let shift =
        |time: LocalTime, from: i32, to: i32| LocalTime((time.0 + i64::from(to - from) * SECOND).rem_euclid(DAY));
    match kind {
        TemporalKind::Date => Ok(Temporal::Date(date(date_base)?)),
        TemporalKind::LocalTime => Ok(Temporal::LocalTime(time_of(map, base_time)?)),
        TemporalKind::Time => {
            let from = time_base.and_then(offset_of);
            let Temporal::Time(Time { offset: to, .. }) =
                time_in(base_time, &zone.clone().or(from.map(Zone::Offset)).unwrap_or(Zone::UTC))?
            else {
                return Err(beyond());
            };
            if let Some(from) = from {
                base_time = shift(base_time, from, to);
            }
            Ok(Temporal::Time(Time { local: time_of(map, base_time)?, offset: to }))
        }
        TemporalKind::LocalDateTime => {
            Ok(Temporal::LocalDateTime(LocalDateTime { date: date(date_base)?, time: time_of(map, base_time)? }))
        }
        TemporalKind::DateTime | TemporalKind::Duration => {
            let date = date(date_base)?;
            let target = zone.clone().or(base_zone).unwrap_or(Zone::UTC);
            if let (None, Some(from), Some(zone)) = (&whole, time_base.and_then(zone_of), &zone) {
                let there = LocalDateTime { date, time: base_time };
                let (seconds, nanos) = from.at_local(there)?.instant();
                base_time = zone.at_instant(seconds, nanos)?.local.time;
            }
            let local = LocalDateTime { date, time: time_of(map, base_time)? };
            Ok(Temporal::DateTime(target.at_local(local)?))
        }
    }
}

/// What other values a map builds on.
struct Bases {
    /// `datetime`
    whole: Option<Temporal>,
    date: Option<Temporal>,
    time: Option<Temporal>,
}

impl Bases {
    fn read(map: &Map<'_>) -> Result<Self> {
        let base = |key: &str, fits: fn(&Temporal) -> bool| match map.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Temporal(value)) if fits(value) => Ok(Some(value.as_ref().clone())),
            Some(other) => Err(wrong(key, "a temporal value that has it", other)),
        };
        Ok(Bases {
            whole: base("datetime", |value| date_of(value).is_some() && time_of_day(value).is_some())?,
            date: base("date", |value| date_of(value).is_some())?,
            time: base("time", |value| time_of_day(value).is_some())?,
        })
    }
}

fn from_epoch(map: &Map<'_>) -> Result<Option<Temporal>> {
    let (seconds, millis) = (whole(map, "epochSeconds")?, whole(map, "epochMillis")?);
    let nanos = whole(map, "nanosecond")?.unwrap_or(0);
    let point = match (seconds, millis) {
        (None, None) => return Ok(None),
        (Some(seconds), None) => (seconds, nanos),
        (None, Some(millis)) => (millis.div_euclid(1_000), millis.rem_euclid(1_000) * 1_000_000 + nanos),
        (Some(_), Some(_)) => return Err(invalid("epochSeconds and epochMillis exclude each other".to_owned())),
    };
    let zone = match map.get("timezone") {
        Some(Value::String(name)) => Zone::read(name.as_str())?,
        _ => Zone::UTC,
    };
    Ok(Some(Temporal::DateTime(zone.at_instant(point.0, point.1)?)))
}

/// A value of this kind that has what it can have of another's.
pub(super) fn from_other(kind: TemporalKind, other: &Temporal) -> Result<Temporal> {
    let missing = || {
        let message = format!("{} cannot be made of {}", named(kind), named(other.kind()));
        Diagnostic::type_error(Detail::InvalidArgumentType, message)
    };
    let date = || date_of(other).ok_or_else(missing);
    let time = || match other {
        Temporal::Date(_) => Ok(LocalTime(0)),
        other => time_of_day(other).ok_or_else(missing),
    };
    match kind {
        TemporalKind::Date => date().map(Temporal::Date),
        TemporalKind::LocalTime => time_of_day(other).map(Temporal::LocalTime).ok_or_else(missing),
        TemporalKind::Time => {
            let local = time_of_day(other).ok_or_else(missing)?;
            Ok(Temporal::Time(Time { local, offset: offset_of(other).unwrap_or(0) }))
        }
        TemporalKind::LocalDateTime => Ok(Temporal::LocalDateTime(LocalDateTime { date: date()?, time: time()? })),
        TemporalKind::DateTime => match other {
            Temporal::DateTime(_) => Ok(other.clone()),
            _ => Ok(Temporal::DateTime(Zone::UTC.at_local(LocalDateTime { date: date()?, time: time()? })?)),
        },
        TemporalKind::Duration => match other {
            Temporal::Duration(_) => Ok(other.clone()),
            _ => Err(missing()),
        },
    }
}

/// What the clock says, in a zone: seconds since 1970 and nanoseconds.
pub(super) fn now(kind: TemporalKind, zone: Option<&Value<'_>>, (seconds, nanos): (i64, i64)) -> Result<Temporal> {
    let zone = match zone {
        None => Zone::UTC,
        Some(Value::String(name)) => Zone::read(name.as_str())?,
        Some(other) => return Err(wrong("timezone", "a string", other)),
    };
    from_other(kind, &Temporal::DateTime(zone.at_instant(seconds, nanos)?))
}

pub(super) fn date_of(value: &Temporal) -> Option<Date> {
    match value {
        Temporal::Date(date) => Some(*date),
        Temporal::LocalDateTime(local) => Some(local.date),
        Temporal::DateTime(point) => Some(point.local.date),
        _ => None,
    }
}

pub(super) fn time_of_day(value: &Temporal) -> Option<LocalTime> {
    match value {
        Temporal::LocalTime(time) => Some(*time),
        Temporal::Time(time) => Some(time.local),
        Temporal::LocalDateTime(local) => Some(local.time),
        Temporal::DateTime(point) => Some(point.local.time),
        _ => None,
    }
}

pub(super) fn zone_of(value: &Temporal) -> Option<Zone> {
    match value {
        Temporal::Time(time) => Some(Zone::Offset(time.offset)),
        Temporal::DateTime(point) => Some(of(point)),
        _ => None,
    }
}

fn offset_of(value: &Temporal) -> Option<i32> {
    match value {
        Temporal::Time(time) => Some(time.offset),
        Temporal::DateTime(point) => Some(point.offset),
        _ => None,
    }
}

/// Replaces parts of a value by a map's, as truncation does; a zone takes the place of the value's own.
pub(super) fn with_parts(kind: TemporalKind, value: LocalDateTime, zone: Zone, map: &Map<'_>) -> Result<Temporal> {
    known_keys(kind, map)?;
    let zone = match map.get("timezone") {
        Some(Value::String(name)) => Zone::read(name.as_str())?,
        _ => zone,
    };
    let date = DateParts::read(map)?.date(Some(value.date))?;
    let time = time_of(map, value.time)?;
    match kind {
        TemporalKind::Date => Ok(Temporal::Date(date)),
        TemporalKind::LocalTime => Ok(Temporal::LocalTime(time)),
        TemporalKind::Time => time_in(time, &zone),
        TemporalKind::LocalDateTime => Ok(Temporal::LocalDateTime(LocalDateTime { date, time })),
        TemporalKind::DateTime | TemporalKind::Duration => {
            Ok(Temporal::DateTime(zone.at_local(LocalDateTime { date, time })?))
        }
    }
}

const DATE_KEYS: [&str; 9] =
    ["date", "year", "month", "day", "week", "dayOfWeek", "quarter", "dayOfQuarter", "ordinalDay"];
const TIME_KEYS: [&str; 7] = ["time", "hour", "minute", "second", "millisecond", "microsecond", "nanosecond"];
const WHOLE_KEYS: [&str; 1] = ["datetime"];
const ZONE_KEYS: [&str; 1] = ["timezone"];
const EPOCH_KEYS: [&str; 2] = ["epochSeconds", "epochMillis"];

fn known_keys(kind: TemporalKind, map: &Map<'_>) -> Result<()> {
    let groups: &[&[&str]] = match kind {
        TemporalKind::Date => &[&DATE_KEYS],
        TemporalKind::LocalTime => &[&TIME_KEYS],
        TemporalKind::Time => &[&TIME_KEYS, &ZONE_KEYS],
        TemporalKind::LocalDateTime => &[&DATE_KEYS, &TIME_KEYS, &WHOLE_KEYS],
        TemporalKind::DateTime | TemporalKind::Duration => {
            &[&DATE_KEYS, &TIME_KEYS, &WHOLE_KEYS, &ZONE_KEYS, &EPOCH_KEYS]
        }
    };
    super::only_keys(named(kind), map, groups)
}

/// The integer of a key.
fn whole(map: &Map<'_>, key: &str) -> Result<Option<i64>> {
    match map.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Int(number)) => Ok(Some(*number)),
        Some(other) => Err(wrong(key, "an integer", other)),
    }
}

fn wrong(key: &str, wanted: &str, found: &Value<'_>) -> Diagnostic {
    let message = format!("`{key}` is {wanted}, not {}", found.type_name());
    Diagnostic::type_error(Detail::InvalidArgumentType, message)
}

fn within(key: &str, value: i64, range: std::ops::RangeInclusive<i64>) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(invalid(format!("`{key}` is {value}, and must lie between {} and {}", range.start(), range.end())))
}
