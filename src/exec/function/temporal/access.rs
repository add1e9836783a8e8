//! The components of temporal values: `d.year`, `t.offset`, `span.minutesOfHour`.

use super::build::{date_of, time_of_day, zone_of};
use super::zone::Zone;
use crate::model::Value;
use crate::model::temporal::{Date, Duration, LocalTime, Offset, SECOND, Temporal, civil};

/// The component of this name; none when the value has no such component.
pub(in crate::exec) fn component<'g>(value: &Temporal, name: &str) -> Option<Value<'g>> {
    if let Temporal::Duration(duration) = value {
        return of_duration(duration, name).map(Value::Int);
    }
    let of_date = date_of(value).and_then(|date| of_date(date, name));
    let number = of_date.or_else(|| time_of_day(value).and_then(|time| of_time(time, name)));
    number.map(Value::Int).or_else(|| of_zone(value, name))
}

fn of_date(date: Date, name: &str) -> Option<i64> {
    let (year, month, day) = date.parts();
    Some(match name {
        "year" => year,
        "quarter" => (month - 1) / 3 + 1,
        "month" => month,
        "week" => civil::week(date.0).1,
        "weekYear" => civil::week(date.0).0,
        "day" => day,
        "ordinalDay" => date.0 - civil::days(year, 1, 1) + 1,
        "weekDay" | "dayOfWeek" => civil::day_of_week(date.0),
        "dayOfQuarter" => date.0 - civil::days(year, (month - 1) / 3 * 3 + 1, 1) + 1,
        _ => return None,
    })
}

fn of_time(time: LocalTime, name: &str) -> Option<i64> {
    let (seconds, nanos) = (time.0 / SECOND, time.0 % SECOND);
    Some(match name {
        "hour" => seconds / 3600,
        "minute" => seconds / 60 % 60,
        "second" => seconds % 60,
        "millisecond" => nanos / 1_000_000,
        "microsecond" => nanos / 1_000,
        "nanosecond" => nanos,
        _ => return None,
    })
}

fn of_zone<'g>(value: &Temporal, name: &str) -> Option<Value<'g>> {
    let offset = match value {
        Temporal::Time(time) => time.offset,
        Temporal::DateTime(point) => point.offset,
        _ => return None,
    };
    if let Temporal::DateTime(point) = value {
        let (seconds, nanos) = point.instant();
        match name {
            "epochSeconds" => return Some(Value::Int(seconds)),
            "epochMillis" => return seconds.checked_mul(1_000).map(|millis| Value::Int(millis + nanos / 1_000_000)),
            _ => {}
        }
    }
    Some(match name {
        "timezone" => match zone_of(value)? {
            Zone::Named(name) => Value::string(name.to_string()),
            Zone::Offset(offset) => Value::string(Offset(offset).to_string()),
        },
        "offset" => Value::string(Offset(offset).to_string()),
        "offsetMinutes" => Value::Int(i64::from(offset / 60)),
        "offsetSeconds" => Value::Int(i64::from(offset)),
        _ => return None,
    })
}

fn of_duration(duration: &Duration, name: &str) -> Option<i64> {
    let Duration { months, days, seconds, nanos } = *duration;
    let total = |unit: i64| {
        let all = i128::from(seconds) * i128::from(SECOND) + i128::from(nanos);
        i64::try_from(all.div_euclid(i128::from(unit))).ok()
    };
    Some(match name {
        "years" => months / 12,
        "quarters" => months / 3,
        "months" => months,
        "weeks" => days / 7,
        "days" => days,
        "hours" => seconds / 3600,
        "minutes" => seconds / 60,
        "seconds" => seconds,
        "milliseconds" => return total(1_000_000),
        "microseconds" => return total(1_000),
        "nanoseconds" => return total(1),
        "quartersOfYear" => months % 12 / 3,
        "monthsOfQuarter" => months % 3,
        "monthsOfYear" => months % 12,
        "daysOfWeek" => days % 7,
        "minutesOfHour" => seconds / 60 % 60,
        "secondsOfMinute" => seconds % 60,
        "millisecondsOfSecond" => nanos / 1_000_000,
        "microsecondsOfSecond" => nanos / 1_000,
        "nanosecondsOfSecond" => nanos,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::temporal::{COMPONENTS, DateTime, LocalDateTime};

    #[test]
    fn every_component_belongs_to_something() {
        let local = LocalDateTime { date: Date(0), time: LocalTime(0) };
        let values =
            [Temporal::DateTime(DateTime { local, offset: 0, zone: None }), Temporal::Duration(Duration::default())];
        for name in COMPONENTS {
            assert!(values.iter().any(|value| component(value, name).is_some()), "{name}");
        }
    }
}
