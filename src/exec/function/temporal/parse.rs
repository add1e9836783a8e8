//! Temporal values from text: ISO 8601, as openCypher reads it.

use super::build::DateParts;
use super::duration::{Amounts, of_amounts};
use super::zone::Zone;
use super::{Result, invalid};
use crate::model::temporal::{Date, Duration, LocalTime, SECOND, Temporal, TemporalKind};

/// A value of this kind.
pub(super) fn read(kind: TemporalKind, text: &str) -> Result<Temporal> {
    let text = text.trim();
    let whole = || invalid(format!("`{text}` cannot be read as {}", super::named(kind)));
    match kind {
        TemporalKind::Duration => duration(text).map(Temporal::Duration).ok_or_else(whole),
        TemporalKind::Date => date(text).ok_or_else(whole)?.map(Temporal::Date),
        TemporalKind::LocalTime => time(text).map(Temporal::LocalTime).ok_or_else(whole),
        TemporalKind::Time => {
            let (text, zone) = zoned(text, false).ok_or_else(whole)?;
            let local = time(text).ok_or_else(whole)?;
            super::build::time_in(local, &zone.map_or(Ok(Zone::UTC), |zone| Zone::read(&zone))?)
        }
        TemporalKind::LocalDateTime => local(text, &whole).map(Temporal::LocalDateTime),
        TemporalKind::DateTime => {
            let (text, zone) = zoned(text, true).ok_or_else(whole)?;
            let local = local(text, &whole)?;
            // `+02:00[Europe/Stockholm]`: the name decides, and the offset tells the two hours of autumn apart.
            let Some(zone) = zone else { return Ok(Temporal::DateTime(Zone::UTC.at_local(local)?)) };
            let Some((offset, name)) = zone.split_once('[') else {
                return Ok(Temporal::DateTime(Zone::read(&zone)?.at_local(local)?));
            };
            let name = Zone::read(name.strip_suffix(']').ok_or_else(whole)?)?;
            let point = name.at_local(local)?;
            if offset.is_empty() {
                return Ok(Temporal::DateTime(point));
            }
            let (seconds, nanos) = Zone::read(offset)?.at_local(local)?.instant();
            Ok(Temporal::DateTime(name.at_instant(seconds, nanos)?))
        }
    }
}

fn local(text: &str, whole: &dyn Fn() -> crate::model::Diagnostic) -> Result<crate::model::temporal::LocalDateTime> {
    let (day, of_day) = text.split_once(['T', 't']).unwrap_or((text, "00"));
    Ok(crate::model::temporal::LocalDateTime {
        date: date(day).ok_or_else(whole)??,
        time: time(of_day).ok_or_else(whole)?,
    })
}

/// The text before offset and zone, and these. With a date in front, the hyphens of the date are no offset.
fn zoned(text: &str, dated: bool) -> Option<(&str, Option<String>)> {
    let (head, name) = match text.find('[') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let clock = if dated { head.find(['T', 't']).map_or(head.len(), |at| at + 1) } else { 0 };
    let sign = head.get(clock..)?.find(['Z', 'z', '+', '-']).map(|at| at + clock);
    let (head, offset) = head.split_at(sign.unwrap_or(head.len()));
    let zone = format!("{offset}{name}");
    Some((head, (!zone.is_empty()).then_some(zone)))
}

/// A day; the inner error is of a day that the calendar does not have.
fn date(text: &str) -> Option<Result<Date>> {
    let signed = text.strip_prefix(['+', '-']);
    let body = signed.unwrap_or(text);
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    // Without hyphens the year has four digits.
    let hyphened = body.as_bytes().get(digits) == Some(&b'-');
    let marked = matches!(body.as_bytes().get(digits), Some(b'W' | b'Q'));
    let length = if hyphened || marked || signed.is_some() { digits } else { digits.min(4) };
    let (year, rest) = body.split_at(length);
    let year: i64 = number(year, if signed.is_some() { 1..=9 } else { 4..=4 })?;
    let year = if text.starts_with('-') { -year } else { year };
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let mut parts = DateParts { year: Some(year), ..DateParts::default() };
    if let Some(week) = rest.strip_prefix('W') {
        let (week, day) = week.split_at_checked(2)?;
        parts.week = Some(number(week, 2..=2)?);
        let day = day.strip_prefix('-').unwrap_or(day);
        parts.day_of_week = if day.is_empty() { None } else { Some(number(day, 1..=1)?) };
    } else if let Some(quarter) = rest.strip_prefix('Q') {
        let (quarter, day) = quarter.split_at_checked(1)?;
        parts.quarter = Some(number(quarter, 1..=1)?);
        let day = day.strip_prefix('-').unwrap_or(day);
        parts.day_of_quarter = if day.is_empty() { None } else { Some(number(day, 1..=2)?) };
    } else if let Some((month, day)) = rest.split_once('-') {
        parts.month = Some(number(month, 2..=2)?);
        parts.day = Some(number(day, 2..=2)?);
    } else {
        match rest.len() {
            0 => {}
            2 => parts.month = Some(number(rest, 2..=2)?),
            3 => parts.ordinal_day = Some(number(rest, 3..=3)?),
            4 => {
                parts.month = Some(number(rest.get(..2)?, 2..=2)?);
                parts.day = Some(number(rest.get(2..)?, 2..=2)?);
            }
            _ => return None,
        }
    }
    Some(parts.date(None))
}

/// A time of day.
fn time(text: &str) -> Option<LocalTime> {
    let (clock, fraction) = text.split_once(['.', ',']).map_or((text, None), |(clock, digits)| (clock, Some(digits)));
    let parts: Vec<&str> = match clock.contains(':') {
        true => clock.split(':').collect(),
        false => (0..clock.len()).step_by(2).map(|at| clock.get(at..at + 2)).collect::<Option<_>>()?,
    };
    if parts.is_empty() || parts.len() > 3 || (fraction.is_some() && parts.len() < 3) {
        return None;
    }
    let mut seconds = 0;
    for (part, (unit, most)) in parts.iter().zip([(3600, 23), (60, 59), (1, 59)]) {
        seconds += number(part, 2..=2).filter(|number| *number <= most)? * unit;
    }
    let nanos = match fraction {
        None => 0,
        Some(digits) => number(digits, 1..=9)? * 10_i64.pow(9 - digits.len() as u32),
    };
    Some(LocalTime(seconds * SECOND + nanos))
}

/// So many digits as a number.
fn number(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let plain = length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// `P1Y2M3W4DT5H6M7.8S`, every number with a sign or decimals if need be; or `P2012-02-02T14:37:21.545`.
fn duration(text: &str) -> Option<Duration> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1.0, text),
        None => (1.0, text),
    };
    let body = text.strip_prefix(['P', 'p'])?;
    let (days, clock) = body.split_once(['T', 't']).map_or((body, None), |(days, clock)| (days, Some(clock)));
    let mut amounts = Amounts::default();
    if days.split('-').count() == 3
        && days.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        && !days.starts_with('-')
    {
        let mut parts = days.split('-').map(|part| part.parse::<f64>().ok());
        (amounts.years, amounts.months, amounts.days) = (parts.next()??, parts.next()??, parts.next()??);
        if let Some(clock) = clock {
            let LocalTime(nanos) = time(clock)?;
            amounts.seconds = (nanos / SECOND) as f64;
            amounts.nanoseconds = (nanos % SECOND) as f64;
        }
        return of_amounts(&amounts);
    }
    units(days, "YMWD", &mut amounts, sign)?;
    if let Some(clock) = clock {
        units(clock, "HMS", &mut amounts, sign)?;
    }
    if body.is_empty() || clock.is_some_and(str::is_empty) {
        return None;
    }
    of_amounts(&amounts)
}

/// Numbers and their units, in the units' order.
fn units(text: &str, order: &str, amounts: &mut Amounts, sign: f64) -> Option<()> {
    let mut rest = text;
    let mut units = order;
    while !rest.is_empty() {
        let at = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (number, tail) = rest.split_at(at);
        let unit = tail.chars().next()?.to_ascii_uppercase();
        let place = units.find(unit)?;
        units = units.get(place + 1..)?;
        rest = tail.get(1..)?;
        let number = number.replace(',', ".");
        if !number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+')) {
            return None;
        }
        let amount = number.parse::<f64>().ok()? * sign;
        match (unit, order) {
            ('Y', _) => amounts.years = amount,
            ('M', "YMWD") => amounts.months = amount,
            ('W', _) => amounts.weeks = amount,
            ('D', _) => amounts.days = amount,
            ('H', _) => amounts.hours = amount,
            ('M', _) => amounts.minutes = amount,
            _ => {
                // Seconds keep all nine digits.
                let negative = number.starts_with('-') != (sign < 0.0);
                let (whole, digits) = number.split_once('.').unwrap_or((&number, ""));
                let whole: f64 = whole.trim_start_matches(['-', '+']).parse().ok()?;
                let nanos: f64 = format!("{digits:0<9}").get(..9)?.parse().ok()?;
                let sign = if negative { -1.0 } else { 1.0 };
                (amounts.seconds, amounts.nanoseconds) = (whole * sign, nanos * sign);
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_form() {
        use TemporalKind::*;
        let cases = [
            (Date, "2015-07-21", Some("2015-07-21")),
            (Date, "20150721", Some("2015-07-21")),
            (Date, "2015-07", Some("2015-07-01")),
            (Date, "201507", Some("2015-07-01")),
            (Date, "2015-W30-2", Some("2015-07-21")),
            (Date, "2015W302", Some("2015-07-21")),
            (Date, "2015-W30", Some("2015-07-20")),
            (Date, "2015-Q2-60", Some("2015-05-30")),
            (Date, "2015202", Some("2015-07-21")),
            (Date, "2015-202", Some("2015-07-21")),
            (Date, "2015", Some("2015-01-01")),
            (Date, "-0005-02-03", Some("-0005-02-03")),
            (Date, "+999999999-12-31", Some("+999999999-12-31")),
            (Date, "2015-13-01", None),
            (Date, "2015-02-29", None),
            (Date, "15-02-01", None),
            (LocalTime, "24:00", None),
            (LocalTime, "21:40:32.1", Some("21:40:32.1")),
            (Time, "2140-00:00", Some("21:40Z")),
            (DateTime, "2015-07-21T21:40:32.142[Europe/London]", Some("2015-07-21T21:40:32.142+01:00[Europe/London]")),
            (DateTime, "2017-10-29T02:30+01:00[Europe/Stockholm]", Some("2017-10-29T02:30+01:00[Europe/Stockholm]")),
            (DateTime, "2015-07-21", Some("2015-07-21T00:00Z")),
            (Duration, "P5M1.5D", Some("P5M1DT12H")),
            (Duration, "P0.75M", Some("P22DT19H51M49.5S")),
            (Duration, "PT-0.001S", Some("PT-0.001S")),
            (Duration, "-P1DT2H", Some("P-1DT-2H")),
            (Duration, "P2012-02-02T14:37:21.545", Some("P2012Y2M2DT14H37M21.545S")),
            (Duration, "P", None),
            (Duration, "P1H", None),
            (Duration, "PT1S2M", None),
        ];
        for (kind, text, expected) in cases {
            let found = read(kind, text).ok().map(|value| value.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
