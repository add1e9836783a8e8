//! What the grammar's parser reports, said so that a user understands it.
//!
//! In: the furthest place that the grammar reached and the rules that it tried there. Out: what was found, what was
//! expected (never a rule's name), where the bracket was opened that is missing its end, and the way out.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::grammar::{Rule, keyword_of, keywords};
use super::scan::{Bracket, Scan, end_of_quoted, tick, too_deep};
use crate::model::{Detail, Diagnostic, Span};

/// No keyword is as long, and no message is the better for more of a word.
const LONGEST_WORD: usize = 40;

/// What people write who come from elsewhere, and what to write here.
const HABITS: [(&str, &str); 16] = [
    ("==", "write `=`: Cypher compares with one sign"),
    ("!=", "write `<>`"),
    ("&&", "write `AND`"),
    ("select", "write `MATCH (n:Label) RETURN n.key`"),
    ("from", "name what to read in a pattern: `MATCH (n:Label)`"),
    ("insert", "write `CREATE (n:Label {key: value})`"),
    ("update", "write `MATCH (n:Label) SET n.key = value`"),
    ("group", "leave it out: rows are grouped by the items beside an aggregate, as in `RETURN n.kind, count(*)`"),
    ("having", "filter behind the aggregate: `WITH n.kind AS kind, count(*) AS n WHERE n > 1`"),
    ("join", "join by a pattern: `MATCH (a)-[:TYPE]->(b)`"),
    ("like", "write `CONTAINS`, `STARTS WITH`, `ENDS WITH` or `=~`"),
    ("between", "write `low <= x <= high`"),
    ("elseif", "write a further `WHEN ... THEN ...`"),
    ("top", "write `LIMIT` at the end"),
    ("values", "write a map: `{key: value}`"),
    ("where", "filter behind MATCH, or behind WITH: `WITH n WHERE n.key = value RETURN n`"),
];

/// The error of a text that the grammar does not match.
pub(super) fn explain(text: &str, scan: &Scan, error: &Error<Rule>) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        // Pest's own guard: the stack of this thread is nearly used up.
        return too_deep(Span::new(at, at));
    };
    let found = Found::at(text, at);
    let label = expected(positives, &found);
    let opener =
        scan.brackets.iter().rev().find(|bracket| bracket.open < at && bracket.close.is_none_or(|close| close >= at));
    let mut error = if scan.stray == Some(at) {
        Diagnostic::syntax(Detail::UnexpectedSyntax, format!("this {} closes nothing", found.name))
            .label("nothing is open here")
    } else if let Some(bracket) = opener.filter(|bracket| bracket.close.is_none()) {
        let what = bracket_name(text, bracket, positives);
        let close = closing(text, bracket);
        Diagnostic::syntax(Detail::UnexpectedSyntax, format!("this {what} is never closed"))
            .at(Span::new(bracket.open, bracket.open + 1))
            .label(format!("expected {close} before {}", found.name))
            .related(found.span, "")
    } else if scan.statement(text, Span::new(0, text.len())).is_none() {
        Diagnostic::syntax(Detail::UnexpectedSyntax, "this query is empty")
            .label("expected a clause (such as `MATCH` or `RETURN`)")
    } else {
        let message = if found.text.is_empty() {
            "the query ends too early".to_owned()
        } else {
            format!("unexpected {}", found.name.trim_start_matches("a "))
        };
        Diagnostic::syntax(Detail::UnexpectedSyntax, message).label(label)
    };
    error.help.extend(way_out(text, positives, &found));
    error.at(found.span)
}

/// What stands at the place.
struct Found<'t> {
    span: Span,
    text: &'t str,
    /// For the message: between backquotes, or "the end of the query".
    name: String,
}

impl<'t> Found<'t> {
    /// The word, number or mark at `at`.
    fn at(text: &'t str, at: usize) -> Self {
        let rest = &text[at..];
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let length = match rest.as_bytes().first() {
            Some(b'\'' | b'"') => end_of_quoted(rest.as_bytes(), 0, true).unwrap_or(1),
            _ if word > 0 => word,
            _ => rest.chars().next().map_or(0, char::len_utf8),
        };
        let found = &rest[..length];
        let name = match found.chars().next() {
            None => "the end of the query".to_owned(),
            Some('\'' | '"') => "a string".to_owned(),
            Some(_) => match found.char_indices().nth(LONGEST_WORD) {
                Some((cut, _)) => tick(&format!("{}…", &found[..cut])),
                None => tick(found),
            },
        };
        Found { span: Span::new(at, at + length), text: found, name }
    }

    fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }

    /// What stands between its quotation marks.
    fn unquoted(&self) -> Option<&'t str> {
        let mark = self.text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let text = self.text.strip_prefix(mark)?.strip_suffix(mark)?;
        (!text.is_empty() && text.len() <= LONGEST_WORD && !text.contains('`')).then_some(text)
    }

    /// Whether an expression may begin with it.
    fn begins_expression(&self) -> bool {
        self.text
            .starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '\'' | '"' | '`' | '$' | '[' | '{' | '('))
    }
}

/// Ways out, best first.
fn way_out(text: &str, positives: &[Rule], found: &Found<'_>) -> Option<String> {
    let at = found.span.start;
    let two = |from: usize| text.get(from..from + 2);
    let habit = |wrong: &str| {
        HABITS.iter().find(|(habit, _)| wrong.eq_ignore_ascii_case(habit)).map(|(_, help)| (*help).to_owned())
    };
    if let Some(help) = two(at).and_then(habit).or_else(|| two(at.checked_sub(1)?).and_then(habit)) {
        return Some(help);
    }
    if let Some(text) = found.unquoted().filter(|_| wants_name(positives)) {
        let simple =
            text.chars().all(|c| c.is_alphanumeric() || c == '_') && !text.starts_with(|c: char| c.is_numeric());
        return Some(match simple {
            true => format!("a name takes no quotes: `{text}`"),
            false => format!("a name takes backquotes: `` `{text}` ``"),
        });
    }
    if !found.is_word() {
        return (positives.contains(&Rule::comma) && found.begins_expression())
            .then(|| "put a comma between the two".to_owned());
    }
    if found.text.eq_ignore_ascii_case("where") {
        return habit(found.text);
    }
    let is_keyword = keywords().iter().any(|keyword| keyword.eq_ignore_ascii_case(found.text));
    if is_keyword && positives.contains(&Rule::variable) {
        return Some(format!("put backquotes around it if it is a name: `` `{}` ``", found.text));
    }
    if is_keyword {
        return None;
    }
    let near = nearest(found.text);
    // Behind the variable of a node or an edge a colon is forgotten more often than a keyword is misspelt.
    if positives.contains(&Rule::labels) && near != Some("WHERE") {
        return Some(format!("a label or type stands behind a colon: `:{}`", found.text));
    }
    let misspelt = || near.map(|keyword| format!("did you mean `{keyword}`?"));
    habit(found.text)
        .or_else(misspelt)
        .or_else(|| positives.contains(&Rule::comma).then(|| "put a comma between the two".to_owned()))
}

/// Whether a name has to stand here, and no value can.
fn wants_name(positives: &[Rule]) -> bool {
    let name =
        |rule: &Rule| matches!(rule, Rule::variable | Rule::name | Rule::entry | Rule::map_item | Rule::label_atom);
    let value = |rule: &Rule| matches!(rule, Rule::expression | Rule::atom | Rule::string);
    positives.iter().any(name) && !positives.iter().any(value)
}

/// The keyword that a word most likely is a misspelling of: at most two slips, at most one in a short word.
fn nearest(word: &str) -> Option<&'static str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    let upper = word.to_uppercase();
    let distance = |keyword: &str| strsim::damerau_levenshtein(&upper, &keyword.to_uppercase());
    let (distance, keyword) = keywords().iter().map(|keyword| (distance(keyword), *keyword)).min()?;
    (distance <= if word.len() < 5 { 1 } else { 2 } && word.len() > 2).then_some(keyword)
}

/// "expected `)` or `,` before `RETURN`".
fn expected(positives: &[Rule], found: &Found<'_>) -> String {
    let mut words: Vec<(usize, String)> = positives.iter().filter_map(|rule| word(*rule)).collect();
    words.sort();
    words.dedup();
    words.truncate(4);
    let words: Vec<String> = words.into_iter().map(|(_, word)| word).collect();
    match words.as_slice() {
        [] => format!("{} cannot stand here", found.name),
        [only] => format!("expected {only} before {}", found.name),
        [first @ .., last] => format!("expected {} or {last} before {}", first.join(", "), found.name),
    }
}

/// How to say what a rule matches, and how early in the list: what closes and separates comes first. Rules that would
/// only lengthen the list have no word.
fn word(rule: Rule) -> Option<(usize, String)> {
    let (rank, word) = match rule {
        Rule::close_paren => (0, "`)`"),
        Rule::close_bracket => (0, "`]`"),
        Rule::close_brace => (0, "`}`"),
        Rule::comma => (1, "`,`"),
        Rule::bar => (1, "`|`"),
        Rule::colon => (1, "`:`"),
        Rule::assign | Rule::equal => (1, "`=`"),
        Rule::range => (4, "`..`"),
        Rule::expression
        | Rule::atom
        | Rule::projection_item
        | Rule::projection
        | Rule::sort_item
        | Rule::case_operand => (2, "an expression"),
        Rule::variable | Rule::target | Rule::set_item | Rule::yield_item => (2, "a variable"),
        Rule::name | Rule::property | Rule::procedure_name | Rule::procedure => (2, "a name"),
        Rule::entry | Rule::map_item => (2, "`key: value`"),
        Rule::node | Rule::chain | Rule::group => (4, "a node (such as `(n)`)"),
        Rule::edge | Rule::dash => (3, "an edge (such as `-->`)"),
        Rule::pattern | Rule::patterns | Rule::path_function => (2, "a pattern (such as `(a)-->(b)`)"),
        Rule::labels => (4, "a label"),
        Rule::label_atom | Rule::label_expression => (2, "a label"),
        Rule::properties | Rule::map => (5, "properties between `{` and `}`"),
        Rule::quantifier => (3, "a quantifier (such as `{1,3}`)"),
        Rule::digits | Rule::bound | Rule::number => (2, "a number"),
        Rule::clause | Rule::query | Rule::single_query | Rule::statement | Rule::inner_query | Rule::mode => {
            (2, "a clause (such as `MATCH` or `RETURN`)")
        }
        Rule::case_branch => (2, "`WHEN`"),
        Rule::case_else => (3, "`ELSE`"),
        Rule::where_part => (3, "`WHERE`"),
        Rule::order_part => (5, "`ORDER BY`"),
        Rule::binary_operator | Rule::kw_is => (3, "an operator"),
        Rule::kw_union => (5, "`UNION`"),
        Rule::EOI => (6, "the end of the query"),
        rule => return keyword_of(&format!("{rule:?}")).map(|keyword| (3, tick(keyword))),
    };
    Some((rank, word.to_owned()))
}

/// What a bracket encloses. Where no operator could follow, it is no expression but a part of a pattern.
fn bracket_name(text: &str, bracket: &Bracket, positives: &[Rule]) -> &'static str {
    let is_pattern = positives.contains(&Rule::properties) && !positives.contains(&Rule::binary_operator);
    match text.as_bytes()[bracket.open] {
        b'(' if is_pattern => "node pattern",
        b'[' if is_pattern => "edge pattern",
        b'(' => "parenthesis",
        b'[' => "bracket",
        _ => "brace",
    }
}

/// The counterpart of an opening bracket, between backquotes.
fn closing(text: &str, bracket: &Bracket) -> &'static str {
    match text.as_bytes()[bracket.open] {
        b'(' => "`)`",
        b'[' => "`]`",
        _ => "`}`",
    }
}

#[cfg(test)]
mod tests;
