//! Durations: from amounts, between two values, and arithmetic with them.

use super::build::{date_of, time_of_day, zone_of};
use super::zone::Zone;
use super::{Result, beyond, invalid};
use crate::model::temporal::{
    DAY, Date, DateTime, Duration, LocalDateTime, LocalTime, SECOND, Temporal, TemporalKind, Time,
};
use crate::model::value::Map;
use crate::model::{Detail, Diagnostic, Value};

/// Mean seconds of a month: a year has 365.2425 days.
const MONTH: f64 = 2_629_746.0;

/// How much of each unit.
#[derive(Clone, Debug, Default)]
pub(super) struct Amounts {
    pub(super) years: f64,
    pub(super) quarters: f64,
    pub(super) months: f64,
    pub(super) weeks: f64,
    pub(super) days: f64,
    pub(super) hours: f64,
    pub(super) minutes: f64,
    pub(super) seconds: f64,
    pub(super) milliseconds: f64,
    pub(super) microseconds: f64,
    pub(super) nanoseconds: f64,
}

/// The duration of these amounts; fractions go on in the next smaller part. None when it is too long.
pub(super) fn of_amounts(amounts: &Amounts) -> Option<Duration> {
    let months = amounts.years * 12.0 + amounts.quarters * 3.0 + amounts.months;
    let days = amounts.weeks * 7.0 + amounts.days;
    let seconds = amounts.hours * 3600.0 + amounts.minutes * 60.0 + amounts.seconds;
    let nanos = amounts.milliseconds * 1e6 + amounts.microseconds * 1e3 + amounts.nanoseconds;
    of_fractions(months, days, seconds, nanos)
}

fn of_fractions(months: f64, days: f64, seconds: f64, nanos: f64) -> Option<Duration> {
    let from_months = months.fract() * MONTH / 86_400.0;
    let seconds = [seconds, from_months.fract() * 86_400.0, days.fract() * 86_400.0];
    // Fractions of a second are cut where the nanoseconds end, and rounded first where floats cannot say it exactly.
    let fractions: f64 = seconds.iter().map(|part| (part.fract() * 1e9).round()).sum();
    let days = integer(days)?.checked_add(integer(from_months)?)?;
    let mut whole = 0_i64;
    for part in seconds {
        whole = whole.checked_add(integer(part)?)?;
    }
    Duration::new(integer(months)?, days, whole, integer(fractions + nanos)?)
}

/// The whole part of a float that fits.
fn integer(number: f64) -> Option<i64> {
    let whole = number.trunc();
    (-9.2e18..9.2e18).contains(&whole).then_some(whole as i64)
}

/// `{years: 1, days: 2.5}`
pub(super) fn from_map(map: &Map<'_>) -> Result<Duration> {
    const KEYS: [&str; 11] = [
        "years",
        "quarters",
        "months",
        "weeks",
        "days",
        "hours",
        "minutes",
        "seconds",
        "milliseconds",
        "microseconds",
        "nanoseconds",
    ];
    super::only_keys("a duration", map, &[&KEYS])?;
    let amount = |key: &str| match map.get(key) {
        None | Some(Value::Null) => Ok(0.0),
        Some(Value::Int(number)) => Ok(*number as f64),
        Some(Value::Float(number)) => Ok(*number),
        Some(other) => Err(Diagnostic::type_error(
            Detail::InvalidArgumentType,
            format!("`{key}` is a number, not {}", other.type_name()),
        )),
    };
    // Integers of more digits than a float has keep them all.
    let exact = |key: &str| if let Some(Value::Int(number)) = map.get(key) { Some(*number) } else { None };
    let amounts = Amounts {
        years: amount("years")?,
        quarters: amount("quarters")?,
        months: amount("months")?,
        weeks: amount("weeks")?,
        days: amount("days")?,
        hours: amount("hours")?,
        minutes: amount("minutes")?,
        seconds: if exact("seconds").is_some() { 0.0 } else { amount("seconds")? },
        milliseconds: amount("milliseconds")?,
        microseconds: amount("microseconds")?,
        nanoseconds: if exact("nanoseconds").is_some() { 0.0 } else { amount("nanoseconds")? },
    };
    let duration = of_amounts(&amounts).ok_or_else(too_long)?;
    let more = Duration::new(0, 0, exact("seconds").unwrap_or(0), exact("nanoseconds").unwrap_or(0));
    add(duration, more.ok_or_else(too_long)?)
}

pub(super) fn add(a: Duration, b: Duration) -> Result<Duration> {
    let parts = || {
        let seconds = a.seconds.checked_add(b.seconds)?;
        Duration::new(a.months.checked_add(b.months)?, a.days.checked_add(b.days)?, seconds, a.nanos + b.nanos)
    };
    parts().ok_or_else(too_long)
}

pub(super) fn negated(a: Duration) -> Result<Duration> {
    let parts = || Duration::new(a.months.checked_neg()?, a.days.checked_neg()?, a.seconds.checked_neg()?, -a.nanos);
    parts().ok_or_else(too_long)
}

/// So many times the duration.
pub(super) fn times(a: Duration, factor: f64) -> Result<Duration> {
    if factor.fract() == 0.0
        && let Some(whole) = integer(factor)
    {
        let parts = || {
            let nanos = i128::from(a.seconds) * i128::from(SECOND) + i128::from(a.nanos);
            let nanos = nanos.checked_mul(i128::from(whole))?;
            let seconds = i64::try_from(nanos.div_euclid(i128::from(SECOND))).ok()?;
            let nanos = nanos.rem_euclid(i128::from(SECOND)) as i64;
            Duration::new(a.months.checked_mul(whole)?, a.days.checked_mul(whole)?, seconds, nanos)
        };
        return parts().ok_or_else(too_long);
    }
    let seconds = a.seconds as f64 * factor;
    let nanos = (a.nanos as f64 * factor).trunc();
    of_fractions(a.months as f64 * factor, a.days as f64 * factor, seconds, nanos).ok_or_else(too_long)
}

/// A value and a duration later.
pub(super) fn later(value: &Temporal, by: Duration) -> Result<Temporal> {
    let moved = |date: Date, days: i64| date.plus_months(by.months)?.plus_days(days);
    Ok(match value {
        // A day has no time; whole days of the duration's time count.
        Temporal::Date(date) => {
            let days = by.days.checked_add(by.seconds / 86_400).ok_or_else(beyond)?;
            Temporal::Date(moved(*date, days).ok_or_else(beyond)?)
        }
        Temporal::LocalTime(time) => Temporal::LocalTime(clock(*time, by)),
        Temporal::Time(time) => Temporal::Time(Time { local: clock(time.local, by), offset: time.offset }),
        Temporal::LocalDateTime(local) => Temporal::LocalDateTime(after(*local, by).ok_or_else(beyond)?),
        // Months and days go by the calendar there, seconds by the clock of the world.
        Temporal::DateTime(point) => {
            let calendar = Duration { seconds: 0, nanos: 0, ..by };
            let zone = super::zone::of(point);
            let there = zone.at_local(after(point.local, calendar).ok_or_else(beyond)?)?;
            let (seconds, nanos) = there.instant();
            let seconds = seconds.checked_add(by.seconds).ok_or_else(beyond)?;
            Temporal::DateTime(zone.at_instant(seconds, nanos + by.nanos)?)
        }
        Temporal::Duration(duration) => Temporal::Duration(add(*duration, by)?),
    })
}

fn clock(time: LocalTime, by: Duration) -> LocalTime {
    LocalTime((time.0 + by.seconds.rem_euclid(86_400) * SECOND + by.nanos).rem_euclid(DAY))
}

fn after(local: LocalDateTime, by: Duration) -> Option<LocalDateTime> {
    let date = local.date.plus_months(by.months)?.plus_days(by.days)?;
    let (seconds, nanos) = LocalDateTime { date, ..local }.seconds();
    LocalDateTime::from_seconds(seconds.checked_add(by.seconds)?, nanos + by.nanos)
}

/// What a duration between two values is counted in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    All,
    Months,
    Days,
    Seconds,
}

/// From one value to another. What only one of them has, a day or a zone, the other one borrows; without a day of its own
/// a value has time of day only, and so has the duration.
pub(super) fn between(from: &Temporal, to: &Temporal, unit: Unit) -> Result<Duration> {
    if from.kind() == TemporalKind::Duration || to.kind() == TemporalKind::Duration {
        return Err(Diagnostic::type_error(
            Detail::InvalidArgumentType,
            "a duration lies between dates or times, not between durations",
        ));
    }
    let (day_from, day_to) = (date_of(from), date_of(to));
    let dated = day_from.is_some() && day_to.is_some();
    let some_day = day_from.or(day_to).unwrap_or(Date(0));
    let (zone_from, zone_to) = (zone_of(from), zone_of(to));
    let zone = zone_from.clone().or(zone_to.clone()).unwrap_or(Zone::UTC);
    let point = |value: &Temporal, day: Option<Date>, own: Option<Zone>| -> Result<DateTime> {
        let time = time_of_day(value).unwrap_or(LocalTime(0));
        let there =
            own.unwrap_or_else(|| zone.clone()).at_local(LocalDateTime { date: day.unwrap_or(some_day), time })?;
        let (seconds, nanos) = there.instant();
        zone.at_instant(seconds, nanos)
    };
    let (start, end) = (point(from, day_from, zone_from)?, point(to, day_to, zone_to)?);
    let span = |a: &DateTime, b: &DateTime| {
        let ((a, a_nanos), (b, b_nanos)) = (a.instant(), b.instant());
        Duration::new(0, 0, b - a, b_nanos - a_nanos).ok_or_else(too_long)
    };
    if unit == Unit::Seconds || (!dated && unit == Unit::All) {
        return span(&start, &end);
    }
    if !dated {
        return Ok(Duration::default());
    }
    let months = if unit == Unit::Days { 0 } else { months(start.local, end.local) };
    if unit == Unit::Months {
        return Duration::new(months, 0, 0, 0).ok_or_else(too_long);
    }
    let reached = LocalDateTime { date: start.local.date.plus_months(months).ok_or_else(beyond)?, ..start.local };
    let days = days(reached, end.local);
    if unit == Unit::Days {
        return Duration::new(0, days, 0, 0).ok_or_else(too_long);
    }
    let reached = LocalDateTime { date: reached.date.plus_days(days).ok_or_else(beyond)?, ..reached };
    let rest = span(&zone.at_local(reached)?, &end)?;
    Ok(Duration { months, days, ..rest })
}

/// Whole months from one to the other, counted towards zero.
fn months(from: LocalDateTime, to: LocalDateTime) -> i64 {
    let ((year, month, _), (to_year, to_month, _)) = (from.date.parts(), to.date.parts());
    let months = (to_year - year) * 12 + to_month - month;
    let reached = from.date.plus_months(months).map_or(to, |date| LocalDateTime { date, ..from });
    match months {
        1.. if reached > to => months - 1,
        ..=-1 if reached < to => months + 1,
        _ => months,
    }
}

/// Whole days, counted towards zero.
fn days(from: LocalDateTime, to: LocalDateTime) -> i64 {
    let days = to.date.0 - from.date.0;
    match days {
        1.. if from.time > to.time => days - 1,
        ..=-1 if from.time < to.time => days + 1,
        _ => days,
    }
}

fn too_long() -> Diagnostic {
    invalid("this duration is too long".to_owned())
}
