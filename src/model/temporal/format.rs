//! Temporal values as text, in ISO 8601.

use std::fmt::{self, Display, Formatter};

use super::{Date, DateTime, Duration, LocalDateTime, LocalTime, SECOND, Temporal, Time};

impl Display for Temporal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Temporal::Date(date) => date.fmt(f),
            Temporal::LocalTime(time) => time.fmt(f),
            Temporal::Time(time) => time.fmt(f),
            Temporal::LocalDateTime(local) => local.fmt(f),
            Temporal::DateTime(point) => point.fmt(f),
            Temporal::Duration(duration) => duration.fmt(f),
        }
    }
}

impl Display for Date {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        match year {
            0..=9999 => write!(f, "{year:04}")?,
            year if year < 0 => write!(f, "-{:04}", -year)?,
            year => write!(f, "+{year}")?,
        }
        write!(f, "-{month:02}-{day:02}")
    }
}

impl Display for LocalTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = (self.0 / SECOND, self.0 % SECOND);
        write!(f, "{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
        if seconds % 60 != 0 || nanos != 0 {
            write!(f, ":{:02}", seconds % 60)?;
        }
        if nanos != 0 { write!(f, ".{}", fraction(nanos)) } else { Ok(()) }
    }
}

impl Display for Time {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.local, Offset(self.offset))
    }
}

impl Display for LocalDateTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date, self.time)
    }
}

impl Display for DateTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.local, Offset(self.offset))?;
        match &self.zone {
            Some(zone) => write!(f, "[{zone}]"),
            None => Ok(()),
        }
    }
}

/// `Z`, `+01:00` or `+00:53:28`.
pub struct Offset(pub i32);

impl Display for Offset {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("Z");
        }
        let sign = if self.0 < 0 { '-' } else { '+' };
        let seconds = self.0.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
        if seconds.is_multiple_of(60) { Ok(()) } else { write!(f, ":{:02}", seconds % 60) }
    }
}

impl Display for Duration {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if *self == Duration::default() {
            return f.write_str("PT0S");
        }
        f.write_str("P")?;
        for (count, unit) in [(self.months / 12, 'Y'), (self.months % 12, 'M'), (self.days, 'D')] {
            if count != 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        if self.seconds == 0 && self.nanos == 0 {
            return Ok(());
        }
        f.write_str("T")?;
        // Of a span before zero, the nanoseconds count towards zero: -1 s and 400 ms is -0.6 s.
        let (seconds, nanos) = match self.seconds < 0 && self.nanos > 0 {
            true => (self.seconds + 1, self.nanos - SECOND),
            false => (self.seconds, self.nanos),
        };
        for (count, unit) in [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M')] {
            if count != 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        let rest = seconds % 60;
        match (rest, nanos) {
            (0, 0) => Ok(()),
            (rest, 0) => write!(f, "{rest}S"),
            (rest, nanos) => {
                let sign = if rest < 0 || nanos < 0 { "-" } else { "" };
                write!(f, "{sign}{}.{}S", rest.abs(), fraction(nanos.abs()))
            }
        }
    }
}

/// The digits behind the point, without zeros at their end.
fn fraction(nanos: i64) -> String {
    format!("{nanos:09}").trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::civil;
    use super::*;

    #[test]
    fn iso_8601() {
        let date = |year, month, day| Date(civil::days(year, month, day));
        let time = |h: i64, m: i64, s: i64, n: i64| LocalTime(((h * 60 + m) * 60 + s) * SECOND + n);
        let local = LocalDateTime { date: date(1984, 10, 11), time: time(12, 31, 14, 645_876_000) };
        let duration = |months, days, seconds, nanos| Duration { months, days, seconds, nanos }.to_string();
        let cases = [
            (date(1984, 10, 11).to_string(), "1984-10-11"),
            (date(-5, 1, 1).to_string(), "-0005-01-01"),
            (date(12345, 1, 1).to_string(), "+12345-01-01"),
            (time(12, 0, 0, 0).to_string(), "12:00"),
            (time(12, 0, 0, 1).to_string(), "12:00:00.000000001"),
            (local.to_string(), "1984-10-11T12:31:14.645876"),
            (
                DateTime { local, offset: 3208, zone: Some("Europe/Stockholm".into()) }.to_string(),
                "1984-10-11T12:31:14.645876+00:53:28[Europe/Stockholm]",
            ),
            (Time { local: local.time, offset: -5400 }.to_string(), "12:31:14.645876-01:30"),
            (duration(0, 0, 0, 0), "PT0S"),
            (duration(14, -3, 3661, 500_000_000), "P1Y2M-3DT1H1M1.5S"),
            (duration(-14, 0, -1, 400_000_000), "P-1Y-2MT-0.6S"),
            (duration(0, 0, -61, 0), "PT-1M-1S"),
        ];
        for (found, expected) in cases {
            assert_eq!(found, expected);
        }
    }
}
