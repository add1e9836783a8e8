//! One pass over a text that knows strings, comments, escaped names, brackets and which operators stand in a row, and nothing
//! else of the language.
//!
//! It comes before the grammar, because it can say at once what a grammar says badly: a string without its end, an
//! odd character, brackets nested without end, signs, `NOT` and other operators in a row without end. It also cuts scripts into
//! statements. Its time is linear in the text, and where it ends at a nesting that is too deep, in what comes before.

mod row;

use pest::unicode::{CONNECTOR_PUNCTUATION, WHITE_SPACE, XID_CONTINUE, XID_START};

use crate::model::{Class, Detail, Diagnostic, Span};
use row::Row;

/// How deep brackets, subqueries and CASE may nest. The parser and the tree's builder recurse as they do; the bound keeps
/// both, in a debug build too, within the 2 MiB stack that a thread gets by default.
pub const MAX_NESTING: usize = 64;

/// An opening bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bracket {
    /// Where it was opened.
    pub(super) open: usize,
    /// Where its own counterpart closes it; none when another one or nothing does.
    pub(super) close: Option<usize>,
}

/// What the pass found out.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Comments in order.
    comments: Vec<Span>,
    /// Brackets in the order of their openings.
    pub(super) brackets: Vec<Bracket>,
    /// The places of `;` outside of everything.
    semicolons: Vec<usize>,
    /// The first closing bracket without an opening one of its kind.
    pub(super) stray: Option<usize>,
    /// The first thing that makes the text unreadable.
    fault: Option<Fault>,
}

/// What makes a text unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Opened here, with this mark, and never closed.
    Unterminated(usize, char),
    /// A character that no token begins with.
    Odd(usize, char),
    /// More than [`MAX_NESTING`] brackets are open, or more operators than a tree is deep are in front of an operand or in a row.
    Nesting(usize),
}

/// A bracket that is open where the pass is.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// Which.
    bracket: usize,
    /// The row around it.
    outer: Row,
}

/// How far a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reads {
    /// From end to end, or up to a quoted text or a comment without its end.
    All,
    /// No further than up to where it nests too deeply.
    Statement,
}

impl Scan {
    /// Reads a statement.
    pub(super) fn new(text: &str) -> Self {
        Self::read(text, Reads::Statement)
    }

    fn read(text: &str, reads: Reads) -> Self {
        let mut scan = Scan::default();
        let mut open: Vec<Open> = Vec::new();
        let mut row = Row::default();
        let bytes = text.as_bytes();
        let mut at = 0;
        // How many signs and `NOT`s stand in a row here.
        let mut prefixes = 0;
        // What stands before, white space and comments aside; and where the word ended that was read last.
        let (mut before, mut word_end) = (0, usize::MAX);
        while let Some(&byte) = bytes.get(at) {
            if reads == Reads::Statement && matches!(scan.fault, Some(Fault::Nesting(_))) {
                return scan;
            }
            prefixes = match is_prefix(bytes, at) {
                true => prefixes + 1,
                // White space and comments may stand between them; beyond ASCII, see below.
                false if byte.is_ascii_whitespace() || byte == b'/' || !byte.is_ascii() => prefixes,
                false => 0,
            };
            let mut is_space = false;
            let end = match byte {
                b'\'' | b'"' | b'`' => {
                    row.quoted();
                    end_of_quoted(bytes, at, byte != b'`')
                }
                b'/' if bytes.get(at + 1) == Some(&b'/') => {
                    is_space = true;
                    let end =
                        bytes[at..].iter().position(|b| matches!(b, b'\n' | b'\r')).map_or(bytes.len(), |n| at + n);
                    scan.comments.push(Span::new(at, end));
                    Some(end)
                }
                b'/' if bytes.get(at + 1) == Some(&b'*') => {
                    is_space = true;
                    let end = text[at + 2..].find("*/").map(|n| at + n + 4);
                    scan.comments.extend(end.map(|end| Span::new(at, end)));
                    end
                }
                b'(' | b'[' | b'{' => {
                    row.open(byte, row::following(bytes, at + 1).1);
                    if open.len() == MAX_NESTING {
                        scan.fault.get_or_insert(Fault::Nesting(at));
                    } else {
                        open.push(Open { bracket: scan.brackets.len(), outer: row });
                        scan.brackets.push(Bracket { open: at, close: None });
                        row = Row::default();
                    }
                    Some(at + 1)
                }
                b')' | b']' | b'}' => {
                    if let Some(outer) = scan.close(bytes, &mut open, at) {
                        row = outer;
                    }
                    Some(at + 1)
                }
                b';' => {
                    scan.semicolons.push(at);
                    open.clear();
                    row = Row::default();
                    Some(at + 1)
                }
                _ if is_word(&byte) && byte.is_ascii() => {
                    let end = end_of_word(bytes, at);
                    // A word that goes on behind a letter beyond ASCII is one word.
                    if at != word_end {
                        row.word(bytes, at, end);
                    }
                    word_end = end;
                    Some(end)
                }
                _ if byte.is_ascii() => {
                    is_space = byte.is_ascii_whitespace() || byte.is_ascii_control();
                    if !is_space {
                        row.mark(bytes, at, before);
                    }
                    Some(at + 1)
                }
                _ => {
                    let c = text[at..].chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
                    let end = at + c.len_utf8();
                    if is_odd(c) {
                        scan.fault.get_or_insert(Fault::Odd(at, c));
                    }
                    is_space = WHITE_SPACE(c);
                    if !is_space {
                        prefixes = 0;
                        if at != word_end {
                            row.word(bytes, at, end);
                        }
                        word_end = end;
                    }
                    Some(end)
                }
            };
            if prefixes > super::MAX_DEPTH || row.is_too_deep() {
                scan.fault.get_or_insert(Fault::Nesting(at));
            }
            let Some(end) = end else {
                scan.fault.get_or_insert(Fault::Unterminated(at, char::from(byte)));
                return scan;
            };
            if !is_space {
                before = byte;
            }
            at = end;
        }
        scan
    }

    /// Closes the innermost open bracket if it is of the kind of the one at `at`; else notes a stray one. The row around the bracket
    /// goes on.
    fn close(&mut self, bytes: &[u8], open: &mut Vec<Open>, at: usize) -> Option<Row> {
        let opening = match bytes[at] {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        // Mostly the innermost one. If that was forgotten, `(a]`, `[(]`: skip to the one that this closes, if there is one.
        match open.iter().rposition(|open| bytes[self.brackets[open.bracket].open] == opening) {
            Some(depth) => {
                self.brackets[open[depth].bracket].close = Some(at);
                open.drain(depth..).next().map(|open| open.outer)
            }
            None => {
                self.stray.get_or_insert(at);
                None
            }
        }
    }

    /// The fault as an error, if there is one.
    pub(super) fn fault(&self, text: &str) -> Option<Diagnostic> {
        Some(match self.fault? {
            Fault::Unterminated(at, mark) => {
                let (what, end) = match mark {
                    '/' => ("comment", "*/".to_owned()),
                    '`' => ("escaped name", "`".to_owned()),
                    _ => ("string", mark.to_string()),
                };
                let error = Diagnostic::syntax(Detail::UnexpectedSyntax, format!("this {what} is never closed"))
                    .at(Span::new(at, at + if mark == '/' { 2 } else { 1 }))
                    .label(format!("expected {} before the end of the query", tick(&end)))
                    .related(Span::new(text.len(), text.len()), "the query ends here");
                match text[..at].ends_with(char::is_alphanumeric) && what == "string" {
                    true => error.help(format!("inside a string write `\\{mark}`")),
                    false => error,
                }
            }
            Fault::Odd(at, c) => {
                let error = Diagnostic::syntax(
                    Detail::InvalidUnicodeCharacter,
                    format!("unexpected character `{}`", c.escape_debug()),
                )
                .at(Span::new(at, at + c.len_utf8()))
                .label(format!("U+{:04X} has no meaning here", u32::from(c)));
                match plain(c) {
                    Some(plain) => error.help(format!("write {}", tick(plain))),
                    None => {
                        error.help("put it between quotes if it is text, between backquotes if it is part of a name")
                    }
                }
            }
            Fault::Nesting(at) => too_deep(Span::new(at, at + 1)),
        })
    }

    /// `span` without white space and comments around it; none when nothing else is in it.
    pub(super) fn statement(&self, text: &str, span: Span) -> Option<Span> {
        let mut start = span.start;
        loop {
            let trimmed = span.end - text[start..span.end].trim_start().len();
            match self.comments.binary_search_by_key(&trimmed, |comment| comment.start) {
                Ok(comment) if self.comments[comment].end <= span.end => start = self.comments[comment].end,
                _ if trimmed == span.end => return None,
                _ => return Some(self.trim(text, Span::new(trimmed, span.end))),
            }
        }
    }

    /// `span` without white space and comments at its end.
    pub(super) fn trim(&self, text: &str, span: Span) -> Span {
        let mut end = span.end;
        loop {
            let trimmed = span.start + text[span.start..end].trim_end().len();
            let comment = self.comments.partition_point(|comment| comment.end < trimmed);
            match self.comments.get(comment) {
                Some(comment) if comment.end == trimmed && comment.start > span.start => end = comment.start,
                _ => return Span::new(span.start, trimmed),
            }
        }
    }
}

/// `text` between backquotes, or between double quotes when it holds one itself.
pub(super) fn tick(text: &str) -> String {
    if text.contains('`') { format!("\"{text}\"") } else { format!("`{text}`") }
}

/// The error of a tree or a text that nests too deeply.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(Class::LimitExceeded, Detail::Other, "this query is nested too deeply")
        .at(span)
        .label(format!("brackets may nest {MAX_NESTING} deep, operators {} deep", super::MAX_DEPTH))
        .help("split it with WITH, or replace a long chain of operators by a list: `x IN [...]`, `all(...)`, `reduce(...)`")
}

/// The end of the quoted text that starts at `at`; none when it has no end. In a string a backslash escapes.
pub(super) fn end_of_quoted(bytes: &[u8], at: usize, escapes: bool) -> Option<usize> {
    let quote = bytes[at];
    let mut end = at + 1;
    loop {
        match *bytes.get(end)? {
            b'\\' if escapes => end += 2,
            byte if byte == quote => return Some(end + 1),
            _ => end += 1,
        }
    }
}

/// Whether a sign, a `NOT` or a `!` stands here.
fn is_prefix(bytes: &[u8], at: usize) -> bool {
    match bytes[at] {
        b'-' | b'+' | b'!' => true,
        b'n' | b'N' => {
            let end = at + "NOT".len();
            let word = bytes.get(at..end).is_some_and(|word| word.eq_ignore_ascii_case(b"NOT"));
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            word && !before.is_some_and(is_word) && !bytes.get(end).is_some_and(is_word)
        }
        _ => false,
    }
}

/// The end of the word or number that starts at `at`, as far as it is in ASCII.
fn end_of_word(bytes: &[u8], at: usize) -> usize {
    let letters =
        |at: usize| bytes[at..].iter().position(|b| !is_word(b) || !b.is_ascii()).map_or(bytes.len(), |n| at + n);
    let end = letters(at);
    // The sign of an exponent belongs to its number.
    let exponent = bytes[at].is_ascii_digit() && matches!(bytes[end - 1], b'e' | b'E');
    match bytes.get(end..end + 2) {
        Some([b'+' | b'-', digit]) if exponent && digit.is_ascii_digit() => letters(end + 1),
        _ => end,
    }
}

/// Whether a byte is of a word. Beyond ASCII it may be of white space.
fn is_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii()
}

/// Whether a character beyond ASCII is outside of every token: outside of quotes the grammar knows names and white space.
fn is_odd(c: char) -> bool {
    !(XID_START(c) || XID_CONTINUE(c) || CONNECTOR_PUNCTUATION(c) || WHITE_SPACE(c))
}

/// What somebody meant by a character that a word processor or a web page put there.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => "-",
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '\u{b4}' => "'",
        '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{ab}' | '\u{bb}' => "\"",
        '\u{2190}' => "<-",
        '\u{2192}' => "->",
        '\u{2260}' => "<>",
        '\u{2264}' => "<=",
        '\u{2265}' => ">=",
        '\u{d7}' => "*",
        '\u{f7}' => "/",
        '\u{ff08}' => "(",
        '\u{ff09}' => ")",
        '\u{ff0c}' => ",",
        '\u{ff1a}' => ":",
        '\u{ff1b}' => ";",
        '\u{ff1d}' => "=",
        _ => return None,
    })
}

/// Cuts a script into its statements at each `;` outside strings, comments and escaped names.
///
/// A span holds a statement without its `;` and without the white space around it; statements that hold nothing but
/// comments are left out. The flag says whether the statement is complete: ended by `;`. The last one may lack it,
/// and then it is for the caller to decide what the end of the input means.
///
/// ```
/// let parts = kenning::lang::split("RETURN ';'; MATCH (n)");
/// assert_eq!(parts.iter().map(|(span, done)| (span.start, span.end, *done)).collect::<Vec<_>>(), [(0, 10, true), (12, 21, false)]);
/// ```
pub fn split(text: &str) -> Vec<(Span, bool)> {
    let scan = Scan::read(text, Reads::All);
    let mut parts = Vec::new();
    let mut start = 0;
    for end in scan.semicolons.iter().map(|&end| (end, true)).chain([(text.len(), false)]) {
        let span = scan.statement(text, Span::new(start, end.0));
        parts.extend(span.map(|span| (span, end.1)));
        start = end.0 + 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_cut_at_semicolons_outside_of_quotes_and_comments() {
        let cases: &[(&str, &[(&str, bool)])] = &[
            ("", &[]),
            (" ;; ", &[]),
            ("RETURN 1", &[("RETURN 1", false)]),
            ("RETURN 1;", &[("RETURN 1", true)]),
            (" RETURN 1 ; RETURN 2\n", &[("RETURN 1", true), ("RETURN 2", false)]),
            ("RETURN ';' ; RETURN \";\\\";\" ;", &[("RETURN ';'", true), ("RETURN \";\\\";\"", true)]),
            ("RETURN `;` // ;\n; /* ; */", &[("RETURN `;`", true)]),
            ("/* a */ RETURN 1 /* b */;", &[("RETURN 1", true)]),
            ("RETURN 'x; RETURN 2", &[("RETURN 'x; RETURN 2", false)]),
            ("RETURN 1; /* open", &[("RETURN 1", true), ("/* open", false)]),
            (
                "RETURN (1; RETURN \u{2014}; RETURN 3",
                &[("RETURN (1", true), ("RETURN \u{2014}", true), ("RETURN 3", false)],
            ),
        ];
        for (text, expected) in cases {
            let found: Vec<_> =
                split(text).into_iter().map(|(span, done)| (&text[span.start..span.end], done)).collect();
            assert_eq!(&found, expected, "{text}");
        }
    }

    #[test]
    fn what_nests_too_deeply_is_seen_where_it_does() {
        let many = 100_000;
        let at = |text: String| match Scan::new(&text).fault {
            Some(Fault::Nesting(at)) => Some(at),
            _ => None,
        };
        let depth = super::super::MAX_DEPTH;
        assert_eq!(at(format!("RETURN {}1", "-".repeat(many))), Some(7 + depth));
        assert_eq!(at(format!("RETURN {}a", "noT ".repeat(many))), Some(7 + 4 * depth));
        assert_eq!(at(format!("RETURN {}1", "+ /* - */\n\u{a0}".repeat(many))), Some(7 + 12 * depth));
        assert_eq!(at(format!("RETURN {}1", "(".repeat(many))), Some(7 + MAX_NESTING));
        assert_eq!(Scan::new(&"[".repeat(many)).brackets.len(), MAX_NESTING);
        for fits in [
            "NOT a AND ",
            "a - - < ",
            "(a)--(b), ",
            "note ",
            "`-` ",
            "'-' ",
            "is_not ",
            "x-not2, ",
            "-\u{e9} OR ",
            "a.b = ",
        ] {
            assert_eq!(at(format!("RETURN {}1", fits.repeat(many))), None, "{fits}");
        }
        let chains = [
            "1+",
            "1-",
            "1*",
            "1/",
            "1%",
            "1^",
            "'a'||",
            "a IN ",
            "a=~",
            "a CONTAINS ",
            "a starts with ",
            "(1)+",
            "(1)*",
            "(1)-",
            "[1]-",
            "f(1)/",
            "[1]+",
            "\u{e9}.x-",
            "1e-5+",
        ];
        for chain in chains {
            assert_eq!(at(format!("x={}1", chain.repeat(row::MOST))), None, "{chain}");
            let found = at(format!("x={}1", chain.repeat(many)));
            assert_eq!(found.map(|at| (at - 2) / chain.len()), Some(row::MOST), "{chain}");
        }
        for suffix in
            [".b", "[0]", "[0..1]", "[..]", "()", "{.b}", ":B", "&B", "|B", " IS NULL", " IS NOT NULL", ".not", ". all"]
        {
            assert_eq!(at(format!("x=a{}", suffix.repeat(row::MOST))), None, "{suffix}");
            let found = at(format!("x=a{}", suffix.repeat(many)));
            assert_eq!(found.map(|at| (at - 3) / suffix.len()), Some(row::MOST), "{suffix}");
        }
        assert_eq!(at(format!("RETURN {}1", "-".repeat(depth))), None, "the tree's builder counts them");
        assert_eq!(Scan::read(&"[".repeat(many), Reads::All).brackets.len(), MAX_NESTING);
        let parts = split(&format!("RETURN {}1; RETURN 2", "-".repeat(many))).len();
        assert_eq!(parts, 2, "a script goes on behind it");
    }

    #[test]
    fn brackets_know_their_counterparts() {
        let brackets = |text| Scan::new(text).brackets.iter().map(|b| (b.open, b.close)).collect::<Vec<_>>();
        assert_eq!(brackets("([{}])"), [(0, Some(5)), (1, Some(4)), (2, Some(3))]);
        assert_eq!(brackets("[(]"), [(0, Some(2)), (1, None)]);
        assert_eq!(brackets("')' (`)`"), [(4, None)]);
        assert_eq!(Scan::new("a)").stray, Some(1));
    }
}
