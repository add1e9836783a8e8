//! Temporal values: dates, times of day, points in time, durations.
//!
//! All of them count from 1970-01-01 and midnight, in days, seconds and nanoseconds; how they are named is [`civil`]'s
//! affair, how they are written [`Display`](std::fmt::Display)'s. A point in time keeps its offset, and the name of its
//! time zone if it has one; what an offset is on which day only the database of time zones knows, and nothing here does.

pub mod civil;
mod format;
mod read;

pub use format::Offset;

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The names of what values can be asked for, as in `d.year`.
#[rustfmt::skip]
pub const COMPONENTS: [&str; 42] = [
    "day", "dayOfQuarter", "dayOfWeek", "days", "daysOfWeek", "epochMillis", "epochSeconds",
    "hour", "hours", "microsecond", "microseconds", "microsecondsOfSecond", "millisecond", "milliseconds",
    "millisecondsOfSecond", "minute", "minutes", "minutesOfHour", "month", "months", "monthsOfQuarter",
    "monthsOfYear", "nanosecond", "nanoseconds", "nanosecondsOfSecond", "offset", "offsetMinutes", "offsetSeconds",
    "ordinalDay", "quarter", "quarters", "quartersOfYear", "second", "seconds", "secondsOfMinute",
    "timezone", "week", "weekDay", "weekYear", "weeks", "year", "years",
];

/// Nanoseconds of a second.
pub const SECOND: i64 = 1_000_000_000;
/// Nanoseconds of a day.
pub const DAY: i64 = 86_400 * SECOND;

/// The kinds of temporal values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum TemporalKind {
    Date,
    LocalTime,
    Time,
    LocalDateTime,
    DateTime,
    Duration,
}

/// A temporal value.
#[derive(Clone, Debug)]
pub enum Temporal {
    /// A day.
    Date(Date),
    /// A time of day somewhere.
    LocalTime(LocalTime),
    /// A time of day at an offset from UTC.
    Time(Time),
    /// A day and a time of day somewhere.
    LocalDateTime(LocalDateTime),
    /// A point in time.
    DateTime(DateTime),
    /// A span of time.
    Duration(Duration),
}

/// A day, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(pub i64);

/// A time of day, as nanoseconds since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalTime(pub i64);

/// A time of day at an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Time {
    /// The time of day there.
    pub local: LocalTime,
    /// Seconds east of UTC.
    pub offset: i32,
}

/// A day and a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalDateTime {
    /// The day.
    pub date: Date,
    /// The time of day.
    pub time: LocalTime,
}

/// A point in time, as day and time of day at an offset.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// Day and time of day there.
    pub local: LocalDateTime,
    /// Seconds east of UTC.
    pub offset: i32,
    /// The name of the time zone, when the offset comes from one.
    pub zone: Option<Arc<str>>,
}

/// A span of time. Its parts are apart, because months and days have no fixed length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Duration {
    /// Months.
    pub months: i64,
    /// Days.
    pub days: i64,
    /// Seconds.
    pub seconds: i64,
    /// Nanoseconds, 0 up to a second.
    pub nanos: i64,
}

impl Temporal {
    /// Which kind it is.
    pub fn kind(&self) -> TemporalKind {
        match self {
            Temporal::Date(_) => TemporalKind::Date,
            Temporal::LocalTime(_) => TemporalKind::LocalTime,
            Temporal::Time(_) => TemporalKind::Time,
            Temporal::LocalDateTime(_) => TemporalKind::LocalDateTime,
            Temporal::DateTime(_) => TemporalKind::DateTime,
            Temporal::Duration(_) => TemporalKind::Duration,
        }
    }

    /// How two values of a kind compare; none for different kinds and for durations, which have no order.
    pub fn compare(&self, other: &Temporal) -> Option<Ordering> {
        match (self, other) {
            (Temporal::Duration(_), _) | (_, Temporal::Duration(_)) => None,
            (a, b) if a.kind() == b.kind() => Some(a.order(b)),
            _ => None,
        }
    }

    /// The total order of `ORDER BY`: kind by kind, then by time; durations by their mean length.
    pub fn order(&self, other: &Temporal) -> Ordering {
        match (self, other) {
            (Temporal::Date(a), Temporal::Date(b)) => a.cmp(b),
            (Temporal::LocalTime(a), Temporal::LocalTime(b)) => a.cmp(b),
            (Temporal::Time(a), Temporal::Time(b)) => (a.utc(), a.offset).cmp(&(b.utc(), b.offset)),
            (Temporal::LocalDateTime(a), Temporal::LocalDateTime(b)) => a.cmp(b),
            (Temporal::DateTime(a), Temporal::DateTime(b)) => {
                (a.instant(), a.offset, &a.zone).cmp(&(b.instant(), b.offset, &b.zone))
            }
            (Temporal::Duration(a), Temporal::Duration(b)) => {
                let parts = |d: &Duration| (d.months, d.days, d.seconds, d.nanos);
                a.mean().cmp(&b.mean()).then_with(|| parts(a).cmp(&parts(b)))
            }
            (a, b) => a.kind().cmp(&b.kind()),
        }
    }
}

impl PartialEq for Temporal {
    fn eq(&self, other: &Self) -> bool {
        self.order(other).is_eq()
    }
}

impl Eq for Temporal {}

impl Hash for Temporal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Temporal::Date(date) => (0, date).hash(state),
            Temporal::LocalTime(time) => (1, time).hash(state),
            Temporal::Time(time) => (2, time).hash(state),
            Temporal::LocalDateTime(local) => (3, local).hash(state),
            Temporal::DateTime(point) => (4, point).hash(state),
            Temporal::Duration(duration) => (5, duration).hash(state),
        }
    }
}

impl Date {
    /// Year, month and day.
    pub fn parts(self) -> (i64, i64, i64) {
        civil::date(self.0)
    }

    /// So many months later, on the last day of the month where it is too short; none beyond the calendar.
    pub fn plus_months(self, months: i64) -> Option<Date> {
        let (year, month, day) = self.parts();
        let total = (year * 12 + month - 1).checked_add(months)?;
        let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
        civil::YEARS.contains(&year).then(|| Date(civil::days(year, month, day.min(civil::days_in_month(year, month)))))
    }

    /// So many days later; none beyond the calendar.
    pub fn plus_days(self, days: i64) -> Option<Date> {
        let day = Date(self.0.checked_add(days)?);
        let range = civil::days(*civil::YEARS.start(), 1, 1)..=civil::days(*civil::YEARS.end(), 12, 31);
        range.contains(&day.0).then_some(day)
    }
}

impl Time {
    /// Nanoseconds since midnight UTC; may lie outside of the day.
    pub fn utc(self) -> i64 {
        self.local.0 - i64::from(self.offset) * SECOND
    }
}

impl LocalDateTime {
    /// Seconds since 1970-01-01T00:00 and the nanoseconds of the second.
    pub fn seconds(self) -> (i64, i64) {
        (self.date.0 * 86_400 + self.time.0 / SECOND, self.time.0 % SECOND)
    }

    /// The inverse of [`LocalDateTime::seconds`]; nanoseconds may overflow. None beyond the calendar.
    pub fn from_seconds(seconds: i64, nanos: i64) -> Option<LocalDateTime> {
        let seconds = seconds.checked_add(nanos.div_euclid(SECOND))?;
        let date = Date(0).plus_days(seconds.div_euclid(86_400))?;
        let time = LocalTime(seconds.rem_euclid(86_400) * SECOND + nanos.rem_euclid(SECOND));
        Some(LocalDateTime { date, time })
    }
}

impl DateTime {
    /// Seconds since 1970-01-01T00:00Z and the nanoseconds of the second.
    pub fn instant(&self) -> (i64, i64) {
        let (seconds, nanos) = self.local.seconds();
        (seconds - i64::from(self.offset), nanos)
    }
}

impl Duration {
    /// A duration of these parts, the nanoseconds carried into seconds; none when they do not fit.
    pub fn new(months: i64, days: i64, seconds: i64, nanos: i64) -> Option<Duration> {
        let seconds = seconds.checked_add(nanos.div_euclid(SECOND))?;
        Some(Duration { months, days, seconds, nanos: nanos.rem_euclid(SECOND) })
    }

    /// Its mean length in nanoseconds: a year has 365.2425 days.
    pub fn mean(&self) -> i128 {
        let seconds = i128::from(self.months) * 2_629_746 + i128::from(self.days) * 86_400 + i128::from(self.seconds);
        seconds * i128::from(SECOND) + i128::from(self.nanos)
    }
}
