//! Time zones: which offset holds when.
//!
//! Names and rules are the IANA database's, by way of jiff, which carries a copy: the same statement gives the same
//! answer on every machine. Jiff's calendar ends at the year 9999 and openCypher's at 999,999,999; beyond it the rules of
//! the last four centuries that jiff knows go on for ever.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

use super::{Result, invalid};
use crate::model::temporal::{DateTime, LocalDateTime, SECOND};

/// What a text says about the distance from UTC.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Zone {
    /// So many seconds east.
    Offset(i32),
    /// A name of the database.
    Named(Arc<str>),
}

impl Zone {
    pub(super) const UTC: Zone = Zone::Offset(0);

    /// Reads `Z`, `+01`, `+01:00`, `+0100`, `+00:53:28`, `Europe/Stockholm`.
    pub(super) fn read(text: &str) -> Result<Zone> {
        if text.eq_ignore_ascii_case("z") {
            return Ok(Zone::UTC);
        }
        if text.starts_with(['+', '-']) {
            return offset(text).map(Zone::Offset).ok_or_else(|| invalid(format!("`{text}` is no offset from UTC")));
        }
        let zone = known(text)?;
        // As the database spells it.
        Ok(Zone::Named(zone.iana_name().unwrap_or(text).into()))
    }

    /// The point in time at which this is the local day and time. Of two the earlier one; none becomes later by the gap.
    pub(super) fn at_local(&self, local: LocalDateTime) -> Result<DateTime> {
        match self {
            Zone::Offset(offset) => Ok(DateTime { local, offset: *offset, zone: None }),
            Zone::Named(name) => {
                let (seconds, nanos) = local.seconds();
                let (year, month, day) = local.date.parts();
                let time = local.time.0 / SECOND;
                let civil = civil::date(within(year) as i16, month as i8, day as i8).at(
                    (time / 3600) as i8,
                    (time / 60 % 60) as i8,
                    (time % 60) as i8,
                    nanos as i32,
                );
                let found = known(name)?
                    .to_ambiguous_timestamp(civil)
                    .compatible()
                    .map_err(|error| invalid(error.to_string()))?;
                let offset = known(name)?.to_offset(found).seconds();
                // In a gap the local time moves on to what the clocks showed.
                let moved = if within(year) == year {
                    found.as_nanosecond().div_euclid(i128::from(SECOND)) as i64 + i64::from(offset)
                } else {
                    seconds
                };
                let local = LocalDateTime::from_seconds(moved, nanos).ok_or_else(super::beyond)?;
                Ok(DateTime { local, offset, zone: Some(Arc::clone(name)) })
            }
        }
    }

    /// A point in time, as it is called here.
    pub(super) fn at_instant(&self, seconds: i64, nanos: i64) -> Result<DateTime> {
        let (offset, zone) = match self {
            Zone::Offset(offset) => (*offset, None),
            Zone::Named(name) => {
                let utc = LocalDateTime::from_seconds(seconds, 0).ok_or_else(super::beyond)?;
                let (year, ..) = utc.date.parts();
                let shifted = seconds + (within(year) - year) / 400 * 146_097 * 86_400;
                let timestamp = Timestamp::from_second(shifted).map_err(|error| invalid(error.to_string()))?;
                (known(name)?.to_offset(timestamp).seconds(), Some(Arc::clone(name)))
            }
        };
        let local = LocalDateTime::from_seconds(seconds + i64::from(offset), nanos).ok_or_else(super::beyond)?;
        Ok(DateTime { local, offset, zone })
    }
}

/// The zone of a point in time.
pub(super) fn of(point: &DateTime) -> Zone {
    point.zone.as_ref().map_or(Zone::Offset(point.offset), |name| Zone::Named(Arc::clone(name)))
}

fn known(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(|_| {
        invalid(format!("there is no time zone `{name}`"))
            .help("zones are named like Europe/Stockholm; offsets like +01:00")
    })
}

/// A year that jiff knows, at the same place of the calendar's cycle of 400 years.
fn within(year: i64) -> i64 {
    match year {
        -9_998..=9_998 => year,
        year if year > 0 => 9_200 + year.rem_euclid(400),
        year => -9_600 + year.rem_euclid(400),
    }
}

fn offset(text: &str) -> Option<i32> {
    let (sign, digits) = text.split_at_checked(1)?;
    let parts: Vec<&str> = match digits.contains(':') {
        true => digits.split(':').collect(),
        false => (0..digits.len()).step_by(2).map(|at| digits.get(at..at + 2)).collect::<Option<_>>()?,
    };
    let mut seconds = 0;
    for (part, unit) in parts.iter().zip([3600, 60, 1]) {
        let number: i32 = part.parse().ok().filter(|_| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))?;
        seconds += number * unit;
    }
    let good = (1..=3).contains(&parts.len()) && seconds <= 18 * 3600;
    good.then_some(if sign == "-" { -seconds } else { seconds })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::model::temporal::{Date, LocalTime, civil};

    fn local(year: i64, month: i64, day: i64, hour: i64) -> LocalDateTime {
        LocalDateTime { date: Date(civil::days(year, month, day)), time: LocalTime(hour * 3600 * SECOND) }
    }

    #[test]
    fn offsets_of_zones() {
        for (zone, at, expected) in [
            ("Europe/Stockholm", local(2017, 7, 1, 12), "2017-07-01T12:00+02:00[Europe/Stockholm]"),
            ("Europe/Stockholm", local(1818, 7, 21, 21), "1818-07-21T21:00+00:53:28[Europe/Stockholm]"),
            // The gap from two to three, and the hour that comes twice.
            ("Europe/Stockholm", local(2017, 3, 26, 2), "2017-03-26T03:00+02:00[Europe/Stockholm]"),
            ("Europe/Stockholm", local(2017, 10, 29, 2), "2017-10-29T02:00+02:00[Europe/Stockholm]"),
            ("Europe/Stockholm", local(99_999, 7, 1, 12), "+99999-07-01T12:00+02:00[Europe/Stockholm]"),
            ("-01:30", local(2017, 7, 1, 12), "2017-07-01T12:00-01:30"),
        ] {
            let point = Zone::read(zone).unwrap().at_local(at).unwrap();
            assert_eq!(point.to_string(), expected);
            let (seconds, nanos) = point.instant();
            assert_eq!(of(&point).at_instant(seconds, nanos).unwrap(), point, "there and back");
        }
        for wrong in ["Europe/Nowhere", "+1", "+25:00", "+aa"] {
            assert!(Zone::read(wrong).is_err(), "{wrong}");
        }
    }
}
