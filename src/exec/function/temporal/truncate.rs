//! `date.truncate('week', ...)`: the start of the unit of time that a value lies in.

use super::build::{date_of, time_of_day, with_parts, zone_of};
use super::zone::Zone;
use super::{Result, invalid, named};
use crate::model::nearest;
use crate::model::temporal::{Date, LocalDateTime, LocalTime, Temporal, TemporalKind, civil};
use crate::model::value::Map;

/// The units, from long to short; those of a day and shorter also cut times of day.
const UNITS: [&str; 15] = [
    "millennium",
    "century",
    "decade",
    "year",
    "weekYear",
    "quarter",
    "month",
    "week",
    "day",
    "hour",
    "minute",
    "second",
    "millisecond",
    "microsecond",
    "nanosecond",
];

/// A value of `kind`: the start of the unit that `value` lies in, with the map's parts set.
pub(super) fn truncate(kind: TemporalKind, unit: &str, value: &Temporal, map: &Map<'_>) -> Result<Temporal> {
    let Some(place) = UNITS.iter().position(|known| known.eq_ignore_ascii_case(unit)) else {
        let error = invalid(format!("`{unit}` is no unit of time"));
        return Err(match nearest(unit, UNITS, 1).first() {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("units are {}", UNITS.join(", "))),
        });
    };
    let (days, times) = (place <= 8, place >= 8);
    let fits = match kind {
        TemporalKind::Date => days,
        TemporalKind::LocalTime | TemporalKind::Time => times,
        _ => true,
    };
    let date = date_of(value);
    let has_day = !matches!(kind, TemporalKind::LocalTime | TemporalKind::Time);
    if !fits || (has_day && date.is_none()) || (!has_day && time_of_day(value).is_none()) {
        return Err(invalid(format!("{} cannot be cut to its {unit} as {}", named(value.kind()), named(kind))));
    }
    let time = time_of_day(value).unwrap_or(LocalTime(0));
    let date = date.map_or(Date(0), |date| Date(day(UNITS[place], date)));
    let nanos = match UNITS[place] {
        "hour" => 3_600_000_000_000,
        "minute" => 60_000_000_000,
        "second" => 1_000_000_000,
        "millisecond" => 1_000_000,
        "microsecond" => 1_000,
        "nanosecond" => 1,
        _ => i64::MAX,
    };
    let start = LocalDateTime { date, time: LocalTime(time.0 / nanos * nanos) };
    with_parts(kind, start, zone_of(value).unwrap_or(Zone::UTC), map)
}

/// The first day of the unit.
fn day(unit: &str, date: Date) -> i64 {
    let (year, month, _) = date.parts();
    let first = |year| civil::days(year, 1, 1);
    match unit {
        "millennium" => first(year.div_euclid(1_000) * 1_000),
        "century" => first(year.div_euclid(100) * 100),
        "decade" => first(year.div_euclid(10) * 10),
        "year" => first(year),
        "weekYear" => civil::first_monday(civil::week(date.0).0),
        "quarter" => civil::days(year, (month - 1) / 3 * 3 + 1, 1),
        "month" => civil::days(year, month, 1),
        "week" => date.0 - civil::day_of_week(date.0) + 1,
        _ => date.0,
    }
}
