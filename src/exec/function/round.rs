//! Rounding to decimals.
//!
//! It works on the decimal digits that stand for the float, the shortest that read back the same: `1.005` rounds to
//! `1.01`, as people expect who see it, although the float itself lies below (1.00499999999999989...).

use std::cmp::Ordering;

use super::Result;
use crate::model::{Detail, Diagnostic};

/// Which of its two neighbours a number becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
    /// Towards positive infinity.
    Ceiling,
    /// Towards negative infinity.
    Floor,
    /// The nearer; halves away from zero.
    HalfUp,
    /// The nearer; halves towards zero.
    HalfDown,
    /// The nearer; halves to the even digit.
    HalfEven,
}

impl Mode {
    /// The mode with this name, whatever its case.
    ///
    /// # Errors
    ///
    /// `ArgumentError` for any other name.
    pub(super) fn named(name: &str) -> Result<Self> {
        Ok(match name.to_ascii_uppercase().as_str() {
            "UP" => Mode::Up,
            "DOWN" => Mode::Down,
            "CEILING" => Mode::Ceiling,
            "FLOOR" => Mode::Floor,
            "HALF_UP" => Mode::HalfUp,
            "HALF_DOWN" => Mode::HalfDown,
            "HALF_EVEN" => Mode::HalfEven,
            _ => {
                return Err(Diagnostic::argument(Detail::InvalidArgumentValue, format!("round has no mode `{name}`"))
                    .help("the modes are UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_DOWN and HALF_EVEN"));
            }
        })
    }

    /// Whether the digits that stay grow by one: `cut` compares what is cut off, which is not zero, with a half.
    fn grows(self, negative: bool, last_is_odd: bool, cut: Ordering) -> bool {
        match self {
            Mode::Up => true,
            Mode::Down => false,
            Mode::Ceiling => !negative,
            Mode::Floor => negative,
            Mode::HalfUp => cut.is_ge(),
            Mode::HalfDown => cut.is_gt(),
            Mode::HalfEven => cut.is_gt() || (cut.is_eq() && last_is_odd),
        }
    }
}

/// The number with at most that many decimals; infinities and NaN stay.
///
/// # Errors
///
/// `ArgumentError` for a negative count of decimals.
pub(super) fn decimals(x: f64, places: i64, mode: Mode) -> Result<f64> {
    if places < 0 {
        return Err(Diagnostic::argument(
            Detail::NumberOutOfRange,
            format!("round takes 0 or more decimals, not {places}"),
        ));
    }
    // `d.ddd` and an exponent: without the point, the digits before place `exponent + 1` are whole.
    let text = format!("{:e}", x.abs());
    let Some((digits, exponent)) = text.split_once('e') else { return Ok(x) };
    let digits = digits.replace('.', "");
    let kept = exponent.parse::<i64>().unwrap_or(0).saturating_add(1).saturating_add(places);
    if kept >= digits.len() as i64 {
        return Ok(x);
    }
    // With no place left, not even for a digit that is cut, what is cut is below a half.
    let (stay, cut) = digits.split_at(usize::try_from(kept).unwrap_or(0));
    let cut = if kept < 0 { Ordering::Less } else { cut.cmp("5") };
    // At most 17 digits, so they fit.
    let stay: u64 = stay.parse().unwrap_or(0);
    let stay = stay + u64::from(mode.grows(x.is_sign_negative(), stay % 2 == 1, cut));
    // Reading the digits back is the one step that rounds, and it rounds correctly.
    Ok(format!("{stay}e-{places}").parse::<f64>().unwrap_or(x).copysign(x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_the_digits_that_are_seen() {
        let cases = [
            (1.005, 2, 1.01),
            (-1.005, 2, -1.01),
            (2.5, 0, 3.0),
            (0.5, 0, 1.0),
            (0.05, 0, 0.0),
            (0.049, 1, 0.0),
            (0.05, 1, 0.1),
            (9.99, 1, 10.0),
            (1234.5678, 3, 1234.568),
            (1e22, 2, 1e22),
            (1e-300, 5, 0.0),
            (1.7976931348623157e308, 2, 1.7976931348623157e308),
            (5e-324, i64::MAX, 5e-324),
            (0.0, 3, 0.0),
            (f64::INFINITY, 2, f64::INFINITY),
        ];
        for (x, places, expected) in cases {
            assert_eq!(decimals(x, places, Mode::HalfUp), Ok(expected), "{x} with {places} decimals");
        }
        assert!(decimals(f64::NAN, 1, Mode::HalfUp).is_ok_and(f64::is_nan));
        assert!(decimals(1.0, -1, Mode::HalfUp).is_err());
    }

    #[test]
    fn modes_choose_the_neighbour() {
        // What 2.5, 1.1 and -2.5 become.
        let cases = [
            ("UP", [3.0, 2.0, -3.0]),
            ("down", [2.0, 1.0, -2.0]),
            ("CEILING", [3.0, 2.0, -2.0]),
            ("FLOOR", [2.0, 1.0, -3.0]),
            ("HALF_UP", [3.0, 1.0, -3.0]),
            ("HALF_DOWN", [2.0, 1.0, -2.0]),
            ("half_even", [2.0, 1.0, -2.0]),
        ];
        for (name, expected) in cases {
            let mode = Mode::named(name).unwrap_or(Mode::Up);
            let found = [2.5, 1.1, -2.5].map(|x| decimals(x, 0, mode).unwrap_or(f64::NAN));
            assert_eq!(found, expected, "{name}");
        }
        assert!(Mode::named("HALF").is_err());
    }
}
