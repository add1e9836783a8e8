//! The proleptic Gregorian calendar: days since 1970-01-01 and the ways to name them.
//!
//! Algorithms by Howard Hinnant (*chrono-compatible low-level date algorithms*); weeks as ISO 8601 counts them. Years
//! reach from -999,999,999 to 999,999,999, as openCypher asks.

/// The first and the last year.
pub const YEARS: std::ops::RangeInclusive<i64> = -999_999_999..=999_999_999;

/// The day of a year, a month and a day; the month must be 1 to 12, the day may overflow.
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a day.
pub fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Whether the year has a 29th of February.
pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days a month has.
pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Monday is 1, Sunday 7.
pub fn day_of_week(days: i64) -> i64 {
    (days + 3).rem_euclid(7) + 1
}

/// The Monday of the first week of a week-based year: the week that holds the 4th of January.
pub fn first_monday(year: i64) -> i64 {
    let fourth = days(year, 1, 4);
    fourth - (day_of_week(fourth) - 1)
}

/// Week-based year and week of a day.
pub fn week(day: i64) -> (i64, i64) {
    let (year, ..) = date(day);
    let year = match () {
        () if day < first_monday(year) => year - 1,
        () if day >= first_monday(year + 1) => year + 1,
        () => year,
    };
    (year, (day - first_monday(year)) / 7 + 1)
}

/// How many weeks a week-based year has.
pub fn weeks_in_year(year: i64) -> i64 {
    (first_monday(year + 1) - first_monday(year)) / 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        for (year, month, day, number) in
            [(1970, 1, 1, 0), (1984, 10, 11, 5_397), (2000, 2, 29, 11_016), (0, 1, 1, -719_528), (-1, 12, 31, -719_529)]
        {
            assert_eq!(days(year, month, day), number);
            assert_eq!(date(number), (year, month, day));
        }
        for number in (-400_000_000_000..400_000_000_000_i64).step_by(1_234_567_891) {
            let (year, month, day) = date(number);
            assert_eq!(days(year, month, day), number, "{year}-{month}-{day}");
        }
    }

    #[test]
    fn weeks_belong_to_their_own_years() {
        for ((year, month, day), expected) in [
            ((1984, 1, 1), (1983, 52)),
            ((1984, 12, 31), (1985, 1)),
            ((2015, 7, 21), (2015, 30)),
            ((2021, 1, 3), (2020, 53)),
        ] {
            assert_eq!(week(days(year, month, day)), expected);
        }
        assert_eq!((weeks_in_year(2020), weeks_in_year(2021)), (53, 52));
    }
}
