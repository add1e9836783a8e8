//! What flags mean: texts to durations, sizes and parameters, and the settings that follow from terminal and
//! environment.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::{Asking, ColorWhen};
use super::exit::{Code, Failure};
use super::source;
use crate::db::import::{Named, Role};
use crate::db::literal;
use crate::model::Value;
use crate::{Limits, Parameters};

/// `NAME=VALUE`, with or without `$` in front.
pub(super) fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    let name = name.trim().trim_start_matches('$');
    if name.is_empty() {
        return Err("expected a name before `=`".to_owned());
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// A number with a unit of time: `500ms`, `5s`, `1.5m`, `1h`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let expected = "expected a number with a unit, such as 500ms, 5s, 2m or 1h";
    let (number, unit) = amount(text).ok_or(expected)?;
    let seconds = match unit {
        "ms" => number / 1e3,
        "s" => number,
        "m" | "min" => number * 60.0,
        "h" => number * 3600.0,
        _ => return Err(expected.to_owned()),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| expected.to_owned())
}

/// A number of bytes: `4096`, `512MB`, `2GiB`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let expected = "expected a number of bytes, such as 4096, 512MB or 2GiB";
    let (number, unit) = amount(text).ok_or(expected)?;
    let factor: f64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return Err(expected.to_owned()),
    };
    // A float holds every size that a machine may have, and `as` saturates.
    Ok((number * factor) as u64)
}

fn amount(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    Some((text[..digits].parse().ok()?, text[digits..].trim_start()))
}

/// `LABEL=FILE` or `LABEL.COLUMN=FILE`.
pub(super) fn nodes(text: &str) -> Result<(PathBuf, Role), String> {
    let (named, file) = text.split_once('=').ok_or("expected LABEL=FILE or LABEL.COLUMN=FILE")?;
    Ok((file.into(), Role::Nodes(label(named)?)))
}

/// `TYPE=FILE:LABEL-LABEL`.
pub(super) fn edges(text: &str) -> Result<(PathBuf, Role), String> {
    let expected = "expected TYPE=FILE:LABEL-LABEL, such as Follows=follows.csv:Person-Person";
    let (edge_type, rest) = text.split_once('=').ok_or(expected)?;
    let (file, ends) = rest.rsplit_once(':').ok_or(expected)?;
    let (from, to) = ends.split_once('-').ok_or(expected)?;
    Ok((file.into(), Role::Edges(edge_type.to_owned(), label(from)?, label(to)?)))
}

fn label(text: &str) -> Result<Named, String> {
    let (label, key) = text.split_once('.').map_or((text, None), |(label, key)| (label, Some(key.to_owned())));
    if label.is_empty() || key.as_ref().is_some_and(String::is_empty) {
        return Err("a label, or the column behind its point, is empty".to_owned());
    }
    Ok(Named { label: label.to_owned(), key })
}

/// A character of one byte, or `tab`.
pub(super) fn character(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && *byte != b'\n' => Ok(*byte),
        _ => Err("expected one ASCII character, or `tab`".to_owned()),
    }
}

/// What quotes a field, if anything does. By this name, so that clap does not take it for a flag that may lack its value.
pub(super) type Quote = Option<u8>;

/// As [`character`], or `none`.
pub(super) fn quote(text: &str) -> Result<Quote, String> {
    let byte = || character(text).map_err(|_| "expected one ASCII character, or `none`".to_owned());
    if text == "none" { Ok(None) } else { byte().map(Some) }
}

/// `yes` or `no`.
pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("expected yes or no".to_owned()),
    }
}

/// A parameter's text as a value: a Cypher literal, else the text itself.
pub(super) fn parameter(name: &str, text: &str) -> Result<Value<'static>, Failure> {
    match literal(text) {
        Ok(literal) => Ok(literal.unwrap_or_else(|| Value::string(text.to_owned()))),
        Err(error) => Err(Failure::new(
            Code::Usage,
            "InvalidParameters",
            format!("the parameter `{name}`: {}; for a string write it between quotes", error.message),
        )),
    }
}

impl Asking {
    /// The parameters of `--params`, overridden by those of `-p`.
    pub(super) fn parameters(&self) -> Result<Parameters, Failure> {
        let mut parameters = match &self.params {
            Some(path) => read_parameters(path)?,
            None => Parameters::new(),
        };
        for (name, text) in &self.param {
            parameters.insert(name.clone(), parameter(name, text)?);
        }
        Ok(parameters)
    }

    /// The limits of a statement; cancellation is added by whoever can hear Ctrl-C.
    pub(super) fn limits(&self) -> Limits {
        Limits {
            timeout: self.timeout,
            max_rows: self.max_rows,
            max_memory: self.max_memory,
            threads: self.threads.map(usize::from),
            ..Limits::default()
        }
    }
}

fn read_parameters(path: &Path) -> Result<Parameters, Failure> {
    let text = source::file(path)?;
    let wrong = |what: String| Failure::new(Code::Usage, "InvalidParameters", format!("{}: {what}", path.display()));
    match serde_json::from_str(&text) {
        Ok(serde_json::Value::Object(entries)) => {
            let value = |(name, json)| match from_json(json) {
                Ok(value) => Ok((name, value)),
                Err(what) => Err(wrong(format!("the parameter `{name}`: {what}"))),
            };
            entries.into_iter().map(value).collect()
        }
        Ok(_) => Err(wrong("expected a JSON object with a value for each parameter".to_owned())),
        Err(error) => Err(wrong(error.to_string())),
    }
}

fn from_json(json: serde_json::Value) -> Result<Value<'static>, String> {
    Ok(match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(b) => Value::Bool(b),
        serde_json::Value::Number(n) => match (n.as_i64(), n.as_f64()) {
            (Some(int), _) => Value::Int(int),
            (None, Some(float)) if n.is_f64() && float.is_finite() => Value::Float(float),
            _ => return Err(format!("{n} does not fit into 64 bits")),
        },
        serde_json::Value::String(s) => Value::string(s),
        serde_json::Value::Array(items) => Value::list(items.into_iter().map(from_json).collect::<Result<_, _>>()?),
        serde_json::Value::Object(entries) => {
            let entry = |(key, item): (String, _)| Ok((key.into(), from_json(item)?));
            Value::map(entries.into_iter().map(entry).collect::<Result<Vec<_>, String>>()?)
        }
    })
}

impl ColorWhen {
    /// Whether to colour what goes to a stream that is, or is not, a terminal.
    pub(super) fn applies(self, terminal: bool) -> bool {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|t| t != "dumb"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        for (text, expected) in [("500ms", 500), ("5s", 5000), ("1.5m", 90_000), ("1h", 3_600_000), (" 2 s", 2000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(expected)), "{text}");
        }
        for text in ["", "5", "s", "5 days", "-1s", "1e400s", "1.2.3s"] {
            assert!(duration(text).is_err(), "{text}");
        }
        for (text, expected) in [("4096", 4096), ("512MB", 512_000_000), ("2GiB", 2 << 30), ("1.5k", 1500)] {
            assert_eq!(size(text), Ok(expected), "{text}");
        }
        for text in ["", "MB", "1 potato", "-1"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn assignments() {
        assert_eq!(assignment("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(assignment("$a="), Ok(("a".to_owned(), String::new())));
        assert!(assignment("a").is_err());
        assert!(assignment("=a").is_err());
    }

    #[test]
    fn parameters_are_literals_or_text() {
        assert_eq!(parameter("p", "-1").ok(), Some(Value::Int(-1)));
        assert_eq!(parameter("p", "Data bias").ok(), Some(Value::string("Data bias")));
        assert_eq!(parameter("p", "'1'").ok(), Some(Value::string("1")));
        let json = serde_json::json!({"a": [9007199254740993_i64, 0.5], "b": null});
        let expected = Value::map([
            ("a".into(), Value::list(vec![Value::Int(9_007_199_254_740_993), Value::Float(0.5)])),
            ("b".into(), Value::Null),
        ]);
        assert_eq!(from_json(json), Ok(expected));
        assert!(parameter("p", "9223372036854775808").is_err());
        assert!(from_json(serde_json::json!({"a": [u64::MAX]})).is_err());
    }
}
