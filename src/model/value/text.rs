//! Numbers as text.

/// A float as openCypher writes it: always with a point or an exponent, the shortest digits that read back the same.
///
/// From 10^-3 up to 10^7 the digits stand plainly, beyond that in scientific notation (`1.0E10`), as Java's
/// `Double.toString` does, which openCypher's examples follow.
///
/// ```
/// use kenning::model::value::format_float;
/// assert_eq!(format_float(1.0), "1.0");
/// assert_eq!(format_float(1e10), "1.0E10");
/// ```
pub fn format_float(f: f64) -> String {
    if f.is_nan() {
        return "NaN".to_owned();
    }
    if f.is_infinite() {
        return if f > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = f.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{f:?}");
    }
    let text = format!("{f:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::format_float;

    #[test]
    fn floats_as_text() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.5, "1.5"),
            (1e7, "1.0E7"),
            (9999999.0, "9999999.0"),
            (1.23e-5, "1.23E-5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e300, "1.0E300"),
            (5e-324, "5.0E-324"),
            (f64::INFINITY, "Infinity"),
            (f64::NAN, "NaN"),
        ];
        for (float, expected) in cases {
            assert_eq!(format_float(float), expected);
            assert!(float.is_nan() || expected.to_lowercase().parse() == Ok(float), "{expected}");
        }
    }
}
