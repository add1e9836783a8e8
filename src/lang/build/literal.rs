//! Numbers and strings: from their spelling to their value.

use std::num::IntErrorKind;

use super::{Result, fail};
use crate::lang::ast::Literal;
use crate::model::{Detail, Diagnostic, Span};

/// The value of a number's spelling; `negative` says that a minus stands in front of it, which the value then includes.
pub(super) fn number(text: &str, span: Span, negative: bool) -> Result<Literal> {
    let lower = text.to_ascii_lowercase();
    let signed = |digits: &str| if negative { format!("-{digits}") } else { digits.to_owned() };
    let integer = |digits: &str, radix| match i64::from_str_radix(&signed(digits), radix) {
        Ok(value) => Ok(Literal::Int(value)),
        Err(error) if matches!(error.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow) => fail(
            Diagnostic::syntax(Detail::IntegerOverflow, "this integer is too large")
                .at(span)
                .label("integers go from -9223372036854775808 to 9223372036854775807")
                .help("write it as a float, such as `1e19`"),
        ),
        Err(_) => fail(malformed(span)),
    };
    if let Some(digits) = lower.strip_prefix("0x") {
        return integer(digits, 16);
    }
    if let Some(digits) = lower.strip_prefix("0o") {
        return integer(digits, 8);
    }
    if lower.bytes().all(|byte| byte.is_ascii_digit()) {
        if lower.len() > 1 && lower.starts_with('0') {
            return fail(
                malformed(span)
                    .help(format!("write `0o{0}` in base 8, `{0}` in base 10", lower.trim_start_matches('0'))),
            );
        }
        return integer(&lower, 10);
    }
    // Rust reads names such as `inf` and digits with an exponent; the grammar let only the latter through, or garbage.
    if !lower.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'+' | b'-')) {
        return fail(malformed(span));
    }
    match signed(&lower).parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Literal::Float(value)),
        Ok(_) => fail(
            Diagnostic::syntax(Detail::FloatingPointOverflow, "this number is too large")
                .at(span)
                .label("floats go up to 1.7976931348623157e308"),
        ),
        Err(_) => fail(malformed(span)),
    }
}

fn malformed(span: Span) -> Diagnostic {
    Diagnostic::syntax(Detail::InvalidNumberLiteral, "this is not a number")
        .at(span)
        .label("numbers look like `42`, `4.2`, `4.2e-1`, `0x2a` or `0o52`")
}

/// The text of a string with its quotes, at `span`.
pub(super) fn string(text: &str, span: Span) -> Result<String> {
    let body = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    let mut value = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        let start = span.start + 1 + (body.len() - rest.len()) + at;
        let escape = rest[at + 1..].chars().next().unwrap_or('\\');
        rest = &rest[at + 1 + escape.len_utf8()..];
        value.push(match escape {
            '\\' | '\'' | '"' => escape,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' | 'U' => {
                let length = if escape == 'u' { 4 } else { 8 };
                let code = unicode(&mut rest, length, start)?;
                // UTF-16 pairs are how other languages write what is beyond four digits.
                match (char::from_u32(code), rest.strip_prefix("\\u")) {
                    (Some(c), _) => c,
                    (None, Some(mut low)) if (0xd800..0xdc00).contains(&code) => {
                        let second = unicode(&mut low, 4, start)?;
                        rest = low;
                        let code = 0x10000 + ((code - 0xd800) << 10) + (second.wrapping_sub(0xdc00) & 0x3ff);
                        char::from_u32(code)
                            .filter(|_| (0xdc00..0xe000).contains(&second))
                            .ok_or_else(|| invalid_unicode(Span::new(start, start + 12)))?
                    }
                    _ => return fail(invalid_unicode(Span::new(start, start + 2 + length))),
                }
            }
            other => {
                return fail(
                    Diagnostic::syntax(Detail::InvalidUnicodeLiteral, format!("`\\{other}` means nothing in a string"))
                        .at(Span::new(start, start + 1 + other.len_utf8()))
                        .label("expected one of \\\\ \\' \\\" \\b \\f \\n \\r \\t \\uXXXX \\UXXXXXXXX")
                        .help(format!("write `\\\\{other}` for a backslash")),
                );
            }
        });
    }
    value.push_str(rest);
    Ok(value)
}

/// Takes `length` hexadecimal digits off the front of `rest`; the escape began at `start`.
fn unicode(rest: &mut &str, length: usize, start: usize) -> Result<u32> {
    let digits = rest.bytes().take(length).take_while(u8::is_ascii_hexdigit).count();
    let code = if digits == length { u32::from_str_radix(&rest[..length], 16).ok() } else { None };
    let code = code.ok_or_else(|| invalid_unicode(Span::new(start, start + 2 + digits)))?;
    *rest = &rest[length..];
    Ok(code)
}

fn invalid_unicode(span: Span) -> Diagnostic {
    Diagnostic::syntax(Detail::InvalidUnicodeLiteral, "this is no Unicode character")
        .at(span)
        .label("expected four hexadecimal digits behind `\\u`, eight behind `\\U`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let cases: &[(&str, bool, std::result::Result<Literal, Detail>)] = &[
            ("0", false, Ok(Literal::Int(0))),
            ("42", false, Ok(Literal::Int(42))),
            ("9223372036854775807", false, Ok(Literal::Int(i64::MAX))),
            ("9223372036854775808", false, Err(Detail::IntegerOverflow)),
            ("9223372036854775808", true, Ok(Literal::Int(i64::MIN))),
            ("0x8000000000000000", true, Ok(Literal::Int(i64::MIN))),
            ("0XfF", false, Ok(Literal::Int(255))),
            ("0x", false, Err(Detail::InvalidNumberLiteral)),
            ("0x1G", false, Err(Detail::InvalidNumberLiteral)),
            ("0o17", false, Ok(Literal::Int(15))),
            ("0o18", false, Err(Detail::InvalidNumberLiteral)),
            ("017", false, Err(Detail::InvalidNumberLiteral)),
            ("1_000", false, Err(Detail::InvalidNumberLiteral)),
            ("12h4", false, Err(Detail::InvalidNumberLiteral)),
            (".5", false, Ok(Literal::Float(0.5))),
            ("1e3", false, Ok(Literal::Float(1000.0))),
            ("1.5E-3", false, Ok(Literal::Float(0.0015))),
            ("1e", false, Err(Detail::InvalidNumberLiteral)),
            ("1e309", false, Err(Detail::FloatingPointOverflow)),
        ];
        for (text, negative, expected) in cases {
            let found = number(text, Span::default(), *negative).map_err(|error| error.detail);
            assert_eq!(&found, expected, "{text}");
        }
    }

    #[test]
    fn strings() {
        let cases: &[(&str, Option<&str>)] = &[
            ("''", Some("")),
            ("'a\"b'", Some("a\"b")),
            (r"'\\\'\n\t\u00e9\U0001F600'", Some("\\'\n\té😀")),
            (r"'\uD83D\uDE00!'", Some("😀!")),
            (r"'\uD83D'", None),
            (r"'\uD83D\u0041'", None),
            (r"'\uH'", None),
            (r"'\u12é4'", None),
            (r"'\q'", None),
        ];
        for (text, expected) in cases {
            let found = string(text, Span::new(0, text.len()));
            assert_eq!(found.as_deref().ok(), *expected, "{text}");
            assert!(found.is_ok() || found.is_err_and(|error| error.detail == Detail::InvalidUnicodeLiteral), "{text}");
        }
    }
}
