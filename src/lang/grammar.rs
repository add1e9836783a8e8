//! The parser that pest makes of `grammar/cypher.pest`, and the words that the grammar knows.
//!
//! The grammar's text is the only list of keywords. Whoever needs one (highlighter, completer, "did you mean") asks
//! [`keywords`], which reads it out of that text.

use std::sync::OnceLock;

/// What the grammar says.
const TEXT: &str = include_str!("../../grammar/cypher.pest");

/// The generated parser. Its [`Rule`] names the grammar's rules.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/cypher.pest"]
#[allow(missing_docs, reason = "generated: the rules are documented in the grammar")]
pub(super) struct Grammar;

/// The keywords of the language, spelt as the grammar spells them, in alphabetical order.
///
/// Keywords are case-insensitive in a query.
///
/// ```
/// assert!(kenning::lang::keywords().contains(&"MATCH"));
/// ```
pub fn keywords() -> &'static [&'static str] {
    static KEYWORDS: OnceLock<Vec<&str>> = OnceLock::new();
    KEYWORDS.get_or_init(|| TEXT.lines().filter_map(|line| keyword(line).map(|(_, word)| word)).collect())
}

/// The keyword that a rule stands for, given the rule's name: `kw_match` is `MATCH`.
pub(super) fn keyword_of(rule: &str) -> Option<&'static str> {
    TEXT.lines().filter_map(keyword).find(|(name, _)| *name == rule).map(|(_, word)| word)
}

/// Rule and word of a line `kw_match = @{ ^"MATCH" ~ !word_part }`.
fn keyword(line: &'static str) -> Option<(&'static str, &'static str)> {
    let (name, body) = line.strip_prefix("kw_").map(|_| line)?.split_once(" = @{ ^\"")?;
    Some((name, body.split('"').next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_rule_is_found() {
        let rules = TEXT.lines().filter(|line| line.starts_with("kw_")).count();
        assert_eq!(keywords().len(), rules);
        assert!(keywords().is_sorted_by_key(|word| word.to_lowercase()));
        assert_eq!(keyword_of("kw_match"), Some("MATCH"));
        assert_eq!(keyword_of("match_clause"), None);
    }

    /// What looks ahead for keywords is spelt out, so that no rule has to be tried for each.
    #[test]
    fn words_that_are_spelt_out_are_keywords() {
        let lines = TEXT.lines().filter(|line| !line.starts_with("kw_") && !line.trim_start().starts_with("//"));
        let words = lines.flat_map(|line| line.split("^\"").skip(1)).filter_map(|rest| rest.split('"').next());
        let is_word = |text: &&str| text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        let strange: Vec<&str> = words.filter(is_word).filter(|word| !keywords().contains(word)).collect();
        assert!(strange.is_empty(), "{strange:?}");
    }
}
