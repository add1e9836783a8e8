//! Half-typed text as tokens: enough to colour it and to know where the cursor stands.
//!
//! Every byte belongs to one token, whatever the text; nothing here is ever an error.

use crate::model::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    Comment,
    /// Between quotes.
    Text,
    /// Between quotes, the second of which is yet to come.
    OpenText,
    /// Between backquotes.
    Quoted,
    Number,
    Word,
    /// `$name`
    Parameter,
    Symbol(char),
}

/// A token and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

impl Token {
    /// The token's text.
    pub(super) fn text<'t>(&self, text: &'t str) -> &'t str {
        &text[self.span.start..self.span.end]
    }

    /// Whether this is the symbol.
    pub(super) fn is(&self, symbol: char) -> bool {
        self.kind == Kind::Symbol(symbol)
    }
}

/// Cuts the text into tokens. In a sentence, `'` is an apostrophe.
pub(super) fn tokens(text: &str, sentence: bool) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        let (kind, length) = next(&text[start..], first, sentence);
        tokens.push(Token { kind, span: Span::new(start, start + length) });
        start += length;
    }
    tokens
}

/// Kind and length of the first token of `rest`, which starts with `first`.
fn next(rest: &str, first: char, sentence: bool) -> (Kind, usize) {
    let run = |skip: usize, keep: fn(char) -> bool| {
        rest[skip..].find(|c: char| !keep(c)).map_or(rest.len(), |end| skip + end)
    };
    let word = |c: char| c.is_alphanumeric() || c == '_';
    match first {
        c if c.is_whitespace() => (Kind::Space, run(0, char::is_whitespace)),
        '/' if rest.starts_with("//") => (Kind::Comment, rest.find('\n').unwrap_or(rest.len())),
        '/' if rest.starts_with("/*") => (Kind::Comment, rest.find("*/").map_or(rest.len(), |end| end + 2)),
        '\'' if sentence => (Kind::Symbol(first), 1),
        '\'' | '"' => match quoted(rest, first, !sentence) {
            Some(end) => (Kind::Text, end),
            None => (Kind::OpenText, rest.len()),
        },
        '`' => (Kind::Quoted, quoted(rest, '`', false).unwrap_or(rest.len())),
        '$' => (Kind::Parameter, run(1, word)),
        c if c.is_ascii_digit() => {
            let end = run(0, |c| c.is_alphanumeric() || c == '_');
            // `1.5` is a number, `1..5` a range.
            let fraction =
                rest[end..].strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            (Kind::Number, if fraction { run(end + 1, |c| c.is_alphanumeric()) } else { end })
        }
        c if c.is_alphabetic() || c == '_' => (Kind::Word, run(0, word)),
        c => (Kind::Symbol(c), c.len_utf8()),
    }
}

/// The end of what begins with a quotation mark.
fn quoted(rest: &str, mark: char, escapes: bool) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if escapes => drop(chars.next()),
            c if c == mark => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The brackets: for each opening one its index and that of its counterpart; stray closing ones stand alone.
pub(super) fn brackets(tokens: &[Token]) -> Vec<(usize, Option<usize>)> {
    let mut open: Vec<usize> = Vec::new();
    let mut pairs = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let opening = match token.kind {
            Kind::Symbol('(' | '[' | '{') => {
                open.push(index);
                continue;
            }
            Kind::Symbol(')') => '(',
            Kind::Symbol(']') => '[',
            Kind::Symbol('}') => '{',
            _ => continue,
        };
        match open.last() {
            Some(&last) if tokens[last].is(opening) => {
                open.pop();
                pairs.push((last, Some(index)));
            }
            _ => pairs.push((index, None)),
        }
    }
    pairs.extend(open.into_iter().map(|index| (index, None)));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_belongs_to_a_token() {
        let cases: &[(&str, &[&str])] = &[
            ("MATCH (n:Skill)", &["MATCH", " ", "(", "n", ":", "Skill", ")"]),
            ("'a\\'b' \"c", &["'a\\'b'", " ", "\"c"]),
            ("x.y=1.5 1..5", &["x", ".", "y", "=", "1.5", " ", "1", ".", ".", "5"]),
            ("$p // c\n/* d", &["$p", " ", "// c", "\n", "/* d"]),
            ("`a b` ü日 💡", &["`a b`", " ", "ü日", " ", "💡"]),
            ("'", &["'"]),
            ("'a\\", &["'a\\"]),
        ];
        for (text, expected) in cases {
            let found: Vec<_> = tokens(text, false).iter().map(|token| token.text(text)).collect();
            assert_eq!(&found, expected, "{text}");
        }
        assert_eq!(tokens("who's \"a", true).last().map(|token| token.kind), Some(Kind::OpenText));
        assert!(tokens("who's there", true).iter().all(|token| token.kind != Kind::OpenText));
    }

    #[test]
    fn brackets_find_their_counterparts() {
        let found = |text| brackets(&tokens(text, false));
        assert_eq!(found("([])"), [(1, Some(2)), (0, Some(3))]);
        assert_eq!(found("(]"), [(1, None), (0, None)]);
        assert_eq!(found("')'("), [(1, None)]);
    }
}
