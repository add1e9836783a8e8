//! What can be said next, for whoever completes a sentence while it is typed.

use super::Names;
use super::part::{self, Rule};
use super::read::Reader;
use crate::model::Schema;
use crate::model::schema::NodeType;

/// What can follow the beginning of a sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Next {
    /// Words and phrases, those of the schema in its order.
    pub words: Vec<String>,
    /// Labels of the nodes whose names can stand here, between quotes.
    pub names: Vec<String>,
}

impl Next {
    pub(super) fn words<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) {
        for word in words {
            if !self.words.iter().any(|known| known == word) {
                self.words.push(word.to_owned());
            }
        }
    }

    pub(super) fn names(&mut self, types: &[&NodeType]) {
        for node_type in types {
            if !self.names.contains(&node_type.label) {
                self.names.push(node_type.label.clone());
            }
        }
    }
}

/// What can follow `text`, the beginning of a sentence up to the word that is being typed.
///
/// Nothing when the text is no sentence, is complete, or is not understood.
pub fn next(text: &str, schema: &Schema, names: &dyn Names) -> Next {
    let mut next = Next::default();
    if text.trim().is_empty() {
        next.words([Rule::which, Rule::how, Rule::what, Rule::why, Rule::compare, Rule::list].map(part::spelling));
        return next;
    }
    if text.trim().eq_ignore_ascii_case(part::spelling(Rule::how)) {
        next.words([Rule::many, Rule::be].map(part::spelling));
        return next;
    }
    let Ok(sentence) = part::parse(text) else { return next };
    let mut reader = Reader::new(text, schema, names);
    // What it asks so far does not matter; on its way the reader notes what it would have liked to find at the end.
    _ = reader.question(&sentence);
    reader.next
}
