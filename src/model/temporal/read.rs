//! Temporal values back from the text that they are written as.
//!
//! This reads what [`Display`](std::fmt::Display) writes, exactly, and the ISO 8601 that other programs write for data. It
//! needs no database of time zones, so a point in time has its offset in front of its zone's name. Cypher's functions,
//! which take many more forms, are the executor's.

use super::{Date, DateTime, Duration, LocalDateTime, LocalTime, SECOND, Temporal, TemporalKind, Time, civil};

impl TemporalKind {
    /// Every kind.
    pub const ALL: [TemporalKind; 6] = [
        TemporalKind::Date,
        TemporalKind::LocalTime,
        TemporalKind::Time,
        TemporalKind::LocalDateTime,
        TemporalKind::DateTime,
        TemporalKind::Duration,
    ];

    /// The name of the kind in files and of the function that makes it.
    pub fn name(self) -> &'static str {
        match self {
            TemporalKind::Date => "date",
            TemporalKind::LocalTime => "localtime",
            TemporalKind::Time => "time",
            TemporalKind::LocalDateTime => "localdatetime",
            TemporalKind::DateTime => "datetime",
            TemporalKind::Duration => "duration",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Temporal {
    /// The value that a text stands for; none when it stands for none of this kind.
    ///
    /// ```
    /// use kenning::model::temporal::{Temporal, TemporalKind};
    /// let date = Temporal::read(TemporalKind::Date, "2024-02-29").unwrap();
    /// assert_eq!(date.to_string(), "2024-02-29");
    /// assert!(Temporal::read(TemporalKind::Date, "2023-02-29").is_none());
    /// ```
    pub fn read(kind: TemporalKind, text: &str) -> Option<Temporal> {
        Some(match kind {
            TemporalKind::Date => Temporal::Date(date(text)?),
            TemporalKind::LocalTime => Temporal::LocalTime(clock(text)?),
            TemporalKind::Time => {
                let (text, offset) = with_offset(text)?;
                Temporal::Time(Time { local: clock(text)?, offset })
            }
            TemporalKind::LocalDateTime => Temporal::LocalDateTime(local(text)?),
            TemporalKind::DateTime => {
                let (text, zone) = match text.strip_suffix(']') {
                    Some(text) => text.split_once('[').map(|(text, zone)| (text, Some(zone)))?,
                    None => (text, None),
                };
                let named = |zone: &str| {
                    !zone.is_empty() && zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte))
                };
                if zone.is_some_and(|zone| !named(zone)) {
                    return None;
                }
                // The hyphens of the date are no offset.
                let at = text.find(['T', 't', ' '])?;
                let (of_day, offset) = with_offset(text.get(at + 1..)?)?;
                let local = LocalDateTime { date: date(&text[..at])?, time: clock(of_day)? };
                Temporal::DateTime(DateTime { local, offset, zone: zone.map(Into::into) })
            }
            TemporalKind::Duration => Temporal::Duration(duration(text)?),
        })
    }
}

fn local(text: &str) -> Option<LocalDateTime> {
    let (day, of_day) = text.split_once(['T', 't', ' '])?;
    Some(LocalDateTime { date: date(day)?, time: clock(of_day)? })
}

/// `2024-02-29`, `-0044-03-15`, `+12345-01-01`.
fn date(text: &str) -> Option<Date> {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = body.split('-');
    let (year, month, day) = (parts.next()?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    if parts.next().is_some() || !(4..=9).contains(&year.len()) {
        return None;
    }
    let year = digits(year, year.len())?;
    let year = if text.starts_with('-') { -year } else { year };
    let there = civil::YEARS.contains(&year)
        && (1..=12).contains(&month)
        && (1..=civil::days_in_month(year, month)).contains(&day);
    there.then(|| Date(civil::days(year, month, day)))
}

/// `12:31`, `12:31:14`, `12:31:14.645876`.
fn clock(text: &str) -> Option<LocalTime> {
    let (clock, fraction) = text.split_once(['.', ',']).map_or((text, None), |(clock, digits)| (clock, Some(digits)));
    let mut parts = clock.split(':');
    let (hours, minutes) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let seconds = parts.next();
    if parts.next().is_some() || (fraction.is_some() && seconds.is_none()) {
        return None;
    }
    let seconds = seconds.map_or(Some(0), |seconds| digits(seconds, 2))?;
    let nanos = fraction.map_or(Some(0), nanoseconds)?;
    let there = hours < 24 && minutes < 60 && seconds < 60;
    there.then_some(LocalTime(((hours * 60 + minutes) * 60 + seconds) * SECOND + nanos))
}

/// The text in front of `Z`, `+01`, `+0100`, `+01:00` or `+00:53:28`, and the seconds that these stand for.
fn with_offset(text: &str) -> Option<(&str, i32)> {
    if let Some(text) = text.strip_suffix(['Z', 'z']) {
        return Some((text, 0));
    }
    let (head, offset) = text.split_at(text.find(['+', '-'])?);
    let plain: String = offset.get(1..)?.chars().filter(|char| *char != ':').collect();
    let part = |at: usize| if plain.len() > at { digits(plain.get(at..at + 2)?, 2) } else { Some(0) };
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    if !matches!(plain.len(), 2 | 4 | 6) || hours > 18 || minutes > 59 || seconds > 59 {
        return None;
    }
    let seconds = (hours * 60 + minutes) * 60 + seconds;
    Some((head, if offset.starts_with('-') { -seconds as i32 } else { seconds as i32 }))
}

/// `P1Y2M-3DT1H1M-1.5S`; weeks, too. Only seconds have a fraction: of the rest, its length would depend on the day.
fn duration(text: &str) -> Option<Duration> {
    let (sign, body) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
    let body = body.strip_prefix('P')?;
    let (days, clock) = body.split_once('T').map_or((body, None), |(days, clock)| (days, Some(clock)));
    if clock.map_or(days, |clock| clock).is_empty() {
        return None;
    }
    let mut amounts = [0_i64; 4];
    units(days, &[('Y', 0, 12), ('M', 0, 1), ('W', 1, 7), ('D', 1, 1)], sign, &mut amounts)?;
    if let Some(clock) = clock {
        units(clock, &[('H', 2, 3600), ('M', 2, 60), ('S', 2, 1)], sign, &mut amounts)?;
    }
    let [months, days, seconds, nanos] = amounts;
    Duration::new(months, days, seconds, nanos)
}

/// Adds numbers times their units, which come in this order, to the amounts; the fraction of seconds to the last.
fn units(text: &str, mut order: &[(char, usize, i64)], sign: i64, amounts: &mut [i64; 4]) -> Option<()> {
    let mut rest = text;
    while !rest.is_empty() {
        let at = rest.find(|char: char| char.is_ascii_uppercase())?;
        let (number, tail) = rest.split_at(at);
        let unit = tail.chars().next()?;
        let place = order.iter().position(|(name, ..)| *name == unit)?;
        let (_, amount, factor) = order[place];
        order = &order[place + 1..];
        rest = &tail[1..];
        let (whole, fraction) = match number.split_once(['.', ',']) {
            Some((whole, fraction)) if unit == 'S' => (whole, Some(fraction)),
            Some(_) => return None,
            None => (number, None),
        };
        let unsigned = whole.strip_prefix(['+', '-']).unwrap_or(whole);
        if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        // Signed before it is read: the smallest number has no positive twin.
        let negative = whole.starts_with('-') != (sign < 0);
        let whole: i64 = format!("{}{unsigned}", if negative { "-" } else { "" }).parse().ok()?;
        amounts[amount] = amounts[amount].checked_add(whole.checked_mul(factor)?)?;
        if let Some(fraction) = fraction {
            amounts[3] = nanoseconds(fraction)? * if negative { -1 } else { 1 };
        }
    }
    Some(())
}

/// The digits behind the point as nanoseconds; more than nine are cut.
fn nanoseconds(fraction: &str) -> Option<i64> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<9}").get(..9)?.parse().ok()
}

/// So many digits as a number.
fn digits(text: &str, length: usize) -> Option<i64> {
    let plain = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        use TemporalKind::*;
        let cases = [
            (Date, "1984-10-11"),
            (Date, "-0044-03-15"),
            (Date, "+12345-01-01"),
            (Date, "+999999999-12-31"),
            (LocalTime, "12:00"),
            (LocalTime, "12:00:00.000000001"),
            (Time, "12:31:14.645876-01:30"),
            (Time, "21:40Z"),
            (LocalDateTime, "1984-10-11T12:31:14.645876"),
            (DateTime, "-0001-10-11T12:31Z"),
            (DateTime, "1984-10-11T12:31:14.645876+00:53:28[Europe/Stockholm]"),
            (Duration, "PT0S"),
            (Duration, "P1Y2M-3DT1H1M1.5S"),
            (Duration, "P-1Y-2MT-0.6S"),
            (Duration, "PT-1M-1S"),
        ];
        for (kind, text) in cases {
            assert_eq!(Temporal::read(kind, text).map(|value| value.to_string()).as_deref(), Some(text));
            assert_eq!(TemporalKind::named(kind.name()), Some(kind));
        }
        for duration in [
            super::Duration { months: i64::MIN, days: i64::MAX, seconds: i64::MIN, nanos: 0 },
            super::Duration { months: -14, days: 40, seconds: -90_001, nanos: 999_999_999 },
            super::Duration { months: 0, days: 0, seconds: i64::MAX, nanos: 1 },
        ] {
            let text = duration.to_string();
            assert_eq!(Temporal::read(Duration, &text), Some(Temporal::Duration(duration)), "{text}");
        }
    }

    #[test]
    fn other_forms_and_what_is_refused() {
        use TemporalKind::*;
        let cases = [
            (DateTime, "2024-01-01 10:00:00+0100", Some("2024-01-01T10:00+01:00")),
            (DateTime, "2024-01-01T10:00:00.1234567891Z", Some("2024-01-01T10:00:00.123456789Z")),
            (Duration, "-P1DT2H", Some("P-1DT-2H")),
            (Duration, "P2W", Some("P14D")),
            (Date, "2023-02-29", None),
            (Date, "2024-2-9", None),
            (Date, "1000000000-01-01", None),
            (Date, "", None),
            (Date, "é", None),
            (LocalTime, "24:00", None),
            (LocalTime, "12:00:é", None),
            (Time, "12:00", None),
            (Time, "12:00+1", None),
            (Time, "12:00+é", None),
            (DateTime, "2024-01-01T10:00", None),
            (DateTime, "2024-01-01T10:00[Europe/Stockholm]", None),
            (DateTime, "2024-01-01T10:00Z[]", None),
            (DateTime, "2024-01-01T10:00Z[a\nb]", None),
            (Duration, "P", None),
            (Duration, "P1DT", None),
            (Duration, "P1.5D", None),
            (Duration, "PT1S2M", None),
            (Duration, "P99999999999999999999Y", None),
            (Duration, "P9223372036854775807Y", None),
        ];
        for (kind, text, expected) in cases {
            assert_eq!(Temporal::read(kind, text).map(|value| value.to_string()).as_deref(), expected, "{text}");
        }
    }
}
