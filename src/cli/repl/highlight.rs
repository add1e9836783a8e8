//! Colours for the line that is being typed: keywords, labels, relation types, texts, numbers; brackets that nothing
//! closes; the counterpart of the bracket at the cursor.

use super::token::{Kind, Token, brackets, tokens};
use super::vocabulary::Vocabulary;
use crate::cli::render::text::{Paint, Tone};
use crate::db::{is_sentence, keywords, sentence_words};

/// The text with colours; `cursor` is a byte in it.
pub(super) fn highlight(text: &str, cursor: usize, vocabulary: &Vocabulary, paint: Paint) -> String {
    if text.starts_with('.') {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return format!("{}{}", paint.paint(Tone::Keyword, &text[..end]), &text[end..]);
    }
    let sentence = is_sentence(text);
    let tokens = tokens(text, sentence);
    let pairs = brackets(&tokens);
    let mut colored = String::with_capacity(text.len() * 2);
    for (index, token) in tokens.iter().enumerate() {
        let text_of = token.text(text);
        let tone = match token.kind {
            Kind::Symbol('(' | ')' | '[' | ']' | '{' | '}') if !sentence => bracket(index, cursor, &tokens, &pairs),
            _ if sentence => in_sentence(token, text, vocabulary),
            _ => in_cypher(index, &tokens, text, vocabulary),
        };
        match tone {
            Some(tone) => colored.push_str(&paint.paint(tone, text_of)),
            None => colored.push_str(text_of),
        }
    }
    colored
}

fn bracket(index: usize, cursor: usize, tokens: &[Token], pairs: &[(usize, Option<usize>)]) -> Option<Tone> {
    let &(open, close) = pairs.iter().find(|(open, close)| *open == index || *close == Some(index))?;
    // The cursor stands on a bracket, or behind one that was just typed.
    let at = |index: usize| tokens[index].span.start == cursor || tokens[index].span.end == cursor;
    match close {
        None => Some(Tone::Error),
        Some(close) if at(open) || at(close) => Some(Tone::Strong),
        Some(_) => None,
    }
}

fn in_sentence(token: &Token, text: &str, vocabulary: &Vocabulary) -> Option<Tone> {
    let word = token.text(text);
    let same = |known: &&str| known.eq_ignore_ascii_case(word);
    match token.kind {
        Kind::Text | Kind::OpenText => Some(Tone::Text),
        Kind::Number => Some(Tone::Number),
        Kind::Word if vocabulary.nouns.iter().map(String::as_str).any(|noun| same(&noun)) => Some(Tone::Name),
        Kind::Word if vocabulary.verbs.iter().flat_map(|verb| verb.split(' ')).any(|verb| same(&verb)) => {
            // `by` belongs to `addressed by`, and to nothing when it stands alone; small words stay as they are.
            if sentence_words().iter().any(same) { Some(Tone::Keyword) } else { Some(Tone::Relation) }
        }
        Kind::Word if sentence_words().iter().any(same) => Some(Tone::Keyword),
        _ => None,
    }
}

fn in_cypher(index: usize, tokens: &[Token], text: &str, vocabulary: &Vocabulary) -> Option<Tone> {
    let token = tokens[index];
    let before = index.checked_sub(1).map(|before| tokens[before]);
    let behind = |symbols: &[char]| before.is_some_and(|before| symbols.iter().any(|symbol| before.is(*symbol)));
    match token.kind {
        Kind::Comment => Some(Tone::Faint),
        Kind::Text | Kind::OpenText => Some(Tone::Text),
        Kind::Number | Kind::Parameter => Some(Tone::Number),
        Kind::Word | Kind::Quoted if behind(&[':', '|', '&', '!']) => {
            let name = token.text(text);
            let name = name.trim_matches('`');
            if vocabulary.edge_types.iter().any(|known| known.name == name) {
                Some(Tone::Relation)
            } else {
                Some(Tone::Name)
            }
        }
        Kind::Word if !behind(&['.']) => {
            let word = token.text(text);
            keywords().iter().any(|keyword| keyword.eq_ignore_ascii_case(word)).then_some(Tone::Keyword)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn colours_add_nothing_but_colours() {
        let vocabulary = Vocabulary::sample();
        let shown = |text: &str, cursor| highlight(text, cursor, &vocabulary, Paint { on: true });
        let code = regex::Regex::new("\x1b\\[[0-9;]*m").unwrap();
        for text in [
            "MATCH (s:Skill {name: 'x'})-[:ADDRESSES]->(c RETURN s.name, 1.5 // done",
            ".mode json",
            "which skills address \"x",
            "",
            "(]",
            "what's",
        ] {
            for cursor in 0..=text.len() {
                let plain = shown(text, cursor);
                assert_eq!(code.replace_all(&plain, ""), text, "{cursor}");
            }
        }
    }

    #[test]
    fn words_have_the_colour_of_their_place() {
        let vocabulary = Vocabulary::sample();
        let shown = |text: &str| highlight(text, usize::MAX, &vocabulary, Paint { on: true });
        let has = |text: &str, tone: Tone, part: &str| shown(text).contains(&Paint { on: true }.paint(tone, part));
        assert!(has("match (n)", Tone::Keyword, "match"));
        assert!(!has("RETURN n.match", Tone::Keyword, "match"));
        assert!(has("MATCH (s:Skill)", Tone::Name, "Skill"));
        assert!(has("MATCH ()-[:ADDRESSES]->()", Tone::Relation, "ADDRESSES"));
        assert!(has("MATCH (s", Tone::Error, "("));
        assert!(!has("MATCH (s)", Tone::Error, "("));
        assert!(has("which skills address x", Tone::Name, "skills"));
        assert!(has("which skills address x", Tone::Relation, "address"));
        assert!(has(".mode json", Tone::Keyword, ".mode"));
    }
}
