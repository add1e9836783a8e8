//! Temporal values as bytes.
//!
//! ```text
//! kind 0 date             i64 day
//! kind 1 local time       i64 nanosecond of the day
//! kind 2 time             i64 nanosecond of the day, i32 offset in seconds
//! kind 3 local date-time  i64 day, i64 nanosecond of the day
//! kind 4 date-time        i64 day, i64 nanosecond of the day, i32 offset in seconds, u8 length and name of the zone
//! kind 5 duration         i64 months, i64 days, i64 seconds, i64 nanoseconds
//! ```

use super::encode::take;
use crate::model::temporal::{DAY, Date, DateTime, Duration, LocalDateTime, LocalTime, SECOND, Temporal, Time};

/// No offset reaches further from UTC than this, in seconds.
const FURTHEST: i32 = 18 * 3600;

/// Appends the bytes that [`decode`] reads.
pub(super) fn encode(temporal: &Temporal, bytes: &mut Vec<u8>) {
    let mut write = |kind: u8, numbers: &[i64]| {
        bytes.push(kind);
        numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
    };
    match temporal {
        Temporal::Date(date) => write(0, &[date.0]),
        Temporal::LocalTime(time) => write(1, &[time.0]),
        Temporal::Time(time) => {
            write(2, &[time.local.0]);
            bytes.extend(time.offset.to_le_bytes());
        }
        Temporal::LocalDateTime(local) => write(3, &[local.date.0, local.time.0]),
        Temporal::DateTime(point) => {
            write(4, &[point.local.date.0, point.local.time.0]);
            bytes.extend(point.offset.to_le_bytes());
            // Names of zones are short; one that is not would be no name of a zone.
            let zone = point.zone.as_deref().filter(|zone| zone.len() < 256).unwrap_or_default();
            bytes.push(zone.len() as u8);
            bytes.extend(zone.as_bytes());
        }
        Temporal::Duration(d) => write(5, &[d.months, d.days, d.seconds, d.nanos]),
    }
}

/// Takes the temporal value at the start of the bytes; none when there is none.
pub(super) fn decode(rest: &mut &[u8]) -> Option<Temporal> {
    let [kind] = take(rest)?;
    let date = |rest: &mut &[u8]| Date(0).plus_days(i64::from_le_bytes(take(rest)?));
    let time = |rest: &mut &[u8]| {
        let nanos = i64::from_le_bytes(take(rest)?);
        (0..DAY).contains(&nanos).then_some(LocalTime(nanos))
    };
    let offset = |rest: &mut &[u8]| {
        let offset = i32::from_le_bytes(take(rest)?);
        (-FURTHEST..=FURTHEST).contains(&offset).then_some(offset)
    };
    let number = |rest: &mut &[u8]| Some(i64::from_le_bytes(take(rest)?));
    Some(match kind {
        0 => Temporal::Date(date(rest)?),
        1 => Temporal::LocalTime(time(rest)?),
        2 => Temporal::Time(Time { local: time(rest)?, offset: offset(rest)? }),
        3 => Temporal::LocalDateTime(LocalDateTime { date: date(rest)?, time: time(rest)? }),
        4 => {
            let local = LocalDateTime { date: date(rest)?, time: time(rest)? };
            let offset = offset(rest)?;
            let [length] = take(rest)?;
            let (zone, after) = rest.split_at_checked(usize::from(length))?;
            *rest = after;
            let zone = std::str::from_utf8(zone).ok()?;
            Temporal::DateTime(DateTime { local, offset, zone: (!zone.is_empty()).then(|| zone.into()) })
        }
        5 => {
            let (months, days, seconds, nanos) = (number(rest)?, number(rest)?, number(rest)?, number(rest)?);
            let inside = (0..SECOND).contains(&nanos);
            Temporal::Duration(inside.then_some(Duration { months, days, seconds, nanos })?)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let local = LocalDateTime { date: Date(5_397), time: LocalTime(45_074 * SECOND + 1) };
        let moments = [
            Temporal::Date(Date(-719_529)),
            Temporal::LocalTime(LocalTime(DAY - 1)),
            Temporal::Time(Time { local: LocalTime(0), offset: -5400 }),
            Temporal::LocalDateTime(local),
            Temporal::DateTime(DateTime { local, offset: 0, zone: None }),
            Temporal::DateTime(DateTime { local, offset: 3600, zone: Some("Europe/Stockholm".into()) }),
            Temporal::Duration(Duration { months: -1, days: 2, seconds: -3, nanos: 4 }),
        ];
        for moment in moments {
            let mut bytes = Vec::new();
            encode(&moment, &mut bytes);
            let mut rest = bytes.as_slice();
            assert_eq!(decode(&mut rest).unwrap(), moment);
            assert!(rest.is_empty());
            for length in 0..bytes.len() {
                assert!(decode(&mut &bytes[..length]).is_none(), "{moment} cut to {length}");
            }
        }
    }

    #[test]
    fn refuses_what_no_moment_is() {
        for numbers in [[1, DAY, 0], [1, -1, 0], [0, i64::MAX, 0], [2, 0, 1 << 40], [9, 0, 0]] {
            let bytes: Vec<u8> = std::iter::once(numbers[0] as u8)
                .chain(numbers[1].to_le_bytes())
                .chain((numbers[2] as i32 + if numbers[2] > 0 { 70_000 } else { 0 }).to_le_bytes())
                .collect();
            assert!(decode(&mut bytes.as_slice()).is_none(), "{numbers:?}");
        }
    }
}
