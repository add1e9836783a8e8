//! Text for terminals: widths, cuts, escapes and colours.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns a terminal gives to the text.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text, cut behind as many whole characters as fit `limit` columns with the mark `…`.
pub(crate) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    // A byte takes a column at most, save for odd cases that only cost time here.
    if text.len() <= limit || width(text) <= limit {
        return Cow::Borrowed(text);
    }
    let mut used = 0;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used >= limit {
            break;
        }
        end = at + c.len_utf8();
    }
    // A joiner at the end would swallow the mark.
    Cow::Owned(format!("{}…", text[..end].trim_end_matches('\u{200d}')))
}

/// Whether a terminal would act on the character, or order text by it, instead of showing it.
fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with every character escaped that a terminal would act on.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    escape(text, acts)
}

/// Like [`visible`] for text that is laid out already: ends of lines and tabs stay.
pub(crate) fn visible_lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| acts(c) && !matches!(c, '\n' | '\t'))
}

fn escape(text: &str, odd: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&odd) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if odd(c) { push_escape(&mut escaped, c) } else { escaped.push(c) }
    }
    Cow::Owned(escaped)
}

/// Appends a control character as JSON and Cypher both read it.
pub(crate) fn push_escape(text: &mut String, c: char) {
    match c {
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        _ => text.push_str(&format!("\\u{:04x}", u32::from(c))),
    }
}

/// Colours, or their absence.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Paint {
    /// Whether to colour at all.
    pub(crate) on: bool,
}

/// What a colour stands for. The sixteen basic colours follow the user's theme; nobody asks the terminal for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Error,
    Warning,
    Help,
    Strong,
    Faint,
    Keyword,
    Text,
    Number,
    Name,
    Relation,
}

impl Paint {
    /// The text in the tone's colour.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.on || text.is_empty() {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Error => "1;31",
            Tone::Warning => "1;33",
            Tone::Help | Tone::Name => "36",
            Tone::Strong => "1",
            Tone::Faint => "2",
            Tone::Keyword => "1;34",
            Tone::Text => "32",
            Tone::Number => "33",
            Tone::Relation => "35",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_count_columns() {
        let cases = [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("データ", 6, "データ"),
            ("データ", 5, "デー…"),
            ("データ", 4, "デ…"),
            ("e\u{301}te\u{301}", 3, "e\u{301}te\u{301}"),
            ("\u{1f469}\u{200d}\u{1f4bb}xyz", 3, "\u{1f469}…"),
            ("abc", 1, "…"),
            ("", 0, ""),
        ];
        for (text, limit, expected) in cases {
            assert_eq!(cut(text, limit), expected, "{text:?} in {limit}");
        }
    }

    #[test]
    fn what_a_terminal_acts_on_is_escaped() {
        assert_eq!(visible("a\u{1b}[2J\n\u{9b}\u{202e}"), "a\\u001b[2J\\n\\u009b\\u202e");
        assert_eq!(visible_lines("a\tb\nc\u{7}"), "a\tb\nc\\u0007");
        assert!(matches!(visible("größer, 大きい"), Cow::Borrowed(_)));
    }
}
