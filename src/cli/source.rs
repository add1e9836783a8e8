//! Text from files and from standard input, without the byte-order mark that some editors put in front.

use std::io::{Read, stdin};
use std::path::Path;

use super::exit::{Code, Failure};

/// The text of a file.
pub(super) fn file(path: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    Ok(without_mark(text))
}

/// What stands on standard input, up to its end.
pub(super) fn standard_input() -> Result<String, Failure> {
    let mut text = String::new();
    stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::new(Code::Error, "FileError", format!("cannot read standard input: {error}")))?;
    Ok(without_mark(text))
}

fn without_mark(text: String) -> String {
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mark_at_the_start_goes() {
        for (text, expected) in [("\u{feff}RETURN 1", "RETURN 1"), ("RETURN '\u{feff}'", "RETURN '\u{feff}'"), ("", "")]
        {
            assert_eq!(without_mark(text.to_owned()), expected);
        }
    }
}
