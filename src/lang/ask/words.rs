//! The small words that sentences are made of, read out of the grammar: its text is the only list of them.

use std::sync::OnceLock;

const TEXT: &str = include_str!("../../../grammar/ask.pest");

/// The words that `grammar/ask.pest` knows, each once, in the grammar's order. The words for types and relations are the
/// schema's.
///
/// ```
/// assert!(kenning::lang::ask::words().starts_with(&["which", "what"]));
/// ```
pub fn words() -> &'static [&'static str] {
    static WORDS: OnceLock<Vec<&str>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words = Vec::new();
        for line in TEXT.lines().filter(|line| !line.starts_with("//") && !line.starts_with("cypher")) {
            // Between `^"` and the next quotation mark stands a word, or an ending such as the `n` of "isn't".
            for part in line.split("^\"").skip(1) {
                let word = part.split('"').next().unwrap_or_default();
                if word.len() > 2 && !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        words
    })
}
