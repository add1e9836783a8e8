//! How deep a row of operands and operators is at least, counted while it is read.
//!
//! In: words, marks and brackets in the order of the text. Out: how many operators of one kind have been seen that end up one above
//! the other in the tree, as in `1 + 1 + 1`, `a.b.c`, `x[0][0]`, `x IN y IN z`, `:A:B:C`. Whoever reads a text stops where a tree that
//! is too deep is certain, long before a grammar would have read it all.
//!
//! What cannot be told apart without a grammar ends the row, so that no count is ever much too large: what a count has more than the tree
//! (a keyword taken for an operand in front of a sign or a bracket) ends with the row, and [`MOST`] leaves room for it.
//! `AND`, `OR`, `XOR` and comparisons end rows as well: however many of them there are, the tree is one deeper.

use crate::lang::MAX_DEPTH;

/// How many operators of a kind a row may have; twice as many as any tree has.
pub(super) const MOST: usize = 2 * MAX_DEPTH;

/// Kinds of operators that make a tree deeper, from loose to tight: those behind it end at an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `:`, `&` and `|` between labels.
    Label,
    /// `IN`, `STARTS WITH`, `IS NULL`, `=~` and their kin.
    Predicate,
    /// `+ - ||`
    Sum,
    /// `* / %`
    Product,
    /// `^`
    Power,
    /// `.key`, and brackets behind an operand.
    Suffix,
}

/// What is known of the row that is being read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Row {
    /// Whether an operand stands before.
    operand: bool,
    /// Whether a dot or `$` stands before, so that a word is a name.
    named: bool,
    /// Operators by kind.
    counts: [usize; 6],
}

impl Row {
    /// Whether the tree is too deep for certain.
    pub(super) fn is_too_deep(&self) -> bool {
        self.counts.iter().any(|&count| count > MOST)
    }

    /// Steps over the word or number from `at` to `end`.
    pub(super) fn word(&mut self, bytes: &[u8], at: usize, end: usize) {
        let is = |one: &str| bytes[at..end].eq_ignore_ascii_case(one.as_bytes());
        let before_with = || {
            let (next, _) = following(bytes, end);
            bytes.get(next..next + "WITH".len()).is_some_and(|word| word.eq_ignore_ascii_case(b"WITH"))
        };
        if std::mem::take(&mut self.named) {
            self.operand = true;
        } else if self.operand
            && (is("IN") || is("IS") || is("CONTAINS") || (is("STARTS") || is("ENDS")) && before_with())
        {
            self.operator(Kind::Predicate);
        } else {
            // Two words side by side: one of them is a keyword.
            if self.operand {
                self.end();
            }
            // Behind these comes an operand, or in `WITH *` what stands for all of them.
            self.operand = !(is("WITH") || is("DISTINCT") || is("NOT"));
        }
    }

    /// Steps over a quoted text or an escaped name.
    pub(super) fn quoted(&mut self) {
        if self.operand && !self.named {
            self.end();
        }
        self.operand = true;
        self.named = false;
    }

    /// Steps into a bracket, which has a row of its own. `next` is what stands in it.
    pub(super) fn open(&mut self, bracket: u8, next: Option<u8>) {
        match self.operand {
            // Groups of a pattern may stand side by side, `((a)-->(b)){2}((c)-->(d))`.
            true if bracket == b'(' && next == Some(b'(') => self.end(),
            true => self.operator(Kind::Suffix),
            false => {}
        }
        self.operand = true;
        self.named = false;
    }

    /// Steps over the mark at `at`, which is in ASCII and no bracket. `before` is what stands before it, white space and comments aside.
    pub(super) fn mark(&mut self, bytes: &[u8], at: usize, before: u8) {
        let next = bytes.get(at + 1).copied();
        self.named = false;
        match bytes[at] {
            b'$' => {
                if self.operand {
                    self.end();
                }
                self.named = true;
            }
            b'.' if next == Some(b'.') || before == b'.' => self.end(),
            b'.' if self.operand => {
                self.operator(Kind::Suffix);
                self.named = true;
            }
            b':' | b'&' => self.operator(Kind::Label),
            b'|' if next == Some(b'|') => self.operator(Kind::Sum),
            // Its second half.
            b'|' if before == b'|' => {}
            b'|' => self.operator(Kind::Label),
            // In the place of an operand: `count(*)`, `WITH *`, `:%`.
            b'*' | b'%' if !self.operand => self.operand = true,
            b'+' | b'*' if before == b')' && is_group(bytes, at + 1) => self.end(),
            b'*' | b'/' | b'%' if self.operand => self.operator(Kind::Product),
            b'^' if self.operand => self.operator(Kind::Power),
            b'-' if self.operand && is_edge(before, following(bytes, at + 1).1) => self.end(),
            b'+' | b'-' if self.operand => self.operator(Kind::Sum),
            b'+' | b'-' | b'!' | b'.' => {}
            b'=' if next == Some(b'~') => self.operator(Kind::Predicate),
            b'~' if before == b'=' => {}
            _ => self.end(),
        }
    }

    /// The row goes on behind an operator.
    fn operator(&mut self, kind: Kind) {
        let kind = kind as usize;
        self.counts[kind] += 1;
        self.counts[kind + 1..].fill(0);
        if kind > Kind::Label as usize {
            self.counts[Kind::Label as usize] = 0;
        }
        self.operand = false;
    }

    /// The row ends, and another one begins.
    fn end(&mut self) {
        *self = Row::default();
    }
}

/// Where white space in ASCII ends, and what stands there.
pub(super) fn following(bytes: &[u8], at: usize) -> (usize, Option<u8>) {
    let at = bytes[at..].iter().position(|byte| !byte.is_ascii_whitespace()).map_or(bytes.len(), |space| at + space);
    (at, bytes.get(at).copied())
}

/// Whether a node or a group of a pattern may stand here, behind a group's quantifier.
fn is_group(bytes: &[u8], at: usize) -> bool {
    match following(bytes, at) {
        (at, Some(b'(')) => !following(bytes, at + 1).1.is_some_and(begins_operand),
        (_, next) => !next.is_some_and(begins_operand),
    }
}

/// Whether a dash between these two may be the first of an edge, or follow its bracket: `)-[`, `)--`, `]-(`, `]->`.
fn is_edge(before: u8, next: Option<u8>) -> bool {
    let operand = next.is_some_and(begins_operand);
    match before {
        b')' => !operand && next != Some(b'('),
        b']' => !operand && next != Some(b'['),
        _ => false,
    }
}

/// Whether a word, a number, a quoted text or a parameter begins with it.
fn begins_operand(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'\'' | b'"' | b'`' | b'.')
}
