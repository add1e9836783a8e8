//! Sentences to the syntax tree.
//!
//! In: a sentence such as `which skills address "data bias"`, the schema of the graph that is asked and the names of
//! its nodes. Out: the tree of a Cypher statement that answers it (its spans are the sentence's), and notes on words
//! and names that were taken for others. Three steps, a file or folder each: the parser that pest makes of
//! `grammar/ask.pest` finds the frame of the question (`part`); `read` finds types, relations and names in it with
//! the schema's words; `cypher` says the same in Cypher.
//!
//! A sentence says what it wants shown: each `which` gives a column, `each` gives a row per node with a count, and
//! `any`, `no` or a bare word only ask that something is or is not there.

mod cypher;
mod error;
mod meaning;
mod name;
mod next;
mod noun;
mod part;
mod phrase;
mod read;
mod tree;
mod words;

pub use words::words;

pub(crate) use error::KINDS;

pub use next::{Next, next};

use super::ast::Statement;
use crate::model::schema::NodeType;
use crate::model::{Diagnostic, Schema, Span};

/// A sentence that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// What it asks, as Cypher.
    pub statement: Statement,
    /// The same question, with an answer of nodes, edges and paths instead of names: what a picture shows.
    pub picture: Statement,
    /// What was taken for something else than it says.
    pub notes: Vec<Note>,
    /// What to say when the answer has no rows, where that is no answer in itself.
    pub nothing: Option<Note>,
}

/// A word or a name that was taken for another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where it stands.
    pub span: Span,
    /// What it was taken for, as one sentence without a full stop.
    pub message: String,
}

/// The names of a graph's nodes, as the reader of sentences needs them.
pub trait Names {
    /// Whether a node of this type has this very name.
    fn has(&self, node_type: &NodeType, name: &str) -> bool;
    /// The name of the node of this type with this key.
    fn keyed(&self, node_type: &NodeType, key: &str) -> Option<String>;
    /// Calls `found` with the name of every node of this type.
    fn each(&self, node_type: &NodeType, found: &mut dyn FnMut(&str));
    /// Calls `found` with every other name of every node of this type, and with its name; most types have none.
    fn others(&self, _node_type: &NodeType, _found: &mut dyn FnMut(&str, &str)) {}
}

/// Whether a text is a sentence rather than Cypher: its first word decides, and no Cypher clause starts with it.
///
/// ```
/// use kenning::lang::ask::is_sentence;
/// assert!(is_sentence("Which skills address which challenges?"));
/// assert!(!is_sentence("MATCH (s:Skill) RETURN s"));
/// ```
pub fn is_sentence(text: &str) -> bool {
    part::is_sentence(text)
}

/// Words that questions begin with, and no sentence here: they are spelt right.
const OTHER_QUESTIONS: [&str; 9] = ["who", "whom", "whose", "where", "when", "is", "are", "do", "does"];

/// The word that the first word of a text may be a misspelling of, if that would make the text a sentence.
///
/// ```
/// assert_eq!(kenning::lang::ask::meant("wich skills address bias"), Some("which"));
/// assert_eq!(kenning::lang::ask::meant("MTACH (n) RETURN n"), None);
/// ```
pub fn meant(text: &str) -> Option<&'static str> {
    let first = text.split_whitespace().next()?;
    if OTHER_QUESTIONS.iter().any(|word| first.eq_ignore_ascii_case(word)) {
        return None;
    }
    let (_, rest) = text.split_once(first)?;
    let openings = words().iter().copied().filter(|word| is_sentence(&format!("{word}{rest}")));
    crate::model::nearest(first, openings, 1).first().copied()
}

/// The schema's word for a type that a text begins with, as in `skills that address bias`.
pub(crate) fn first_noun<'s>(text: &str, schema: &'s Schema) -> Option<&'s str> {
    let lower = text.trim_start().to_lowercase();
    let begins = |word: &&str| {
        lower.strip_prefix(&word.to_lowercase()).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    schema.types.iter().flat_map(noun::words).find(begins)
}

/// Reads a sentence with the words of `schema` and the names of `names`.
///
/// # Errors
///
/// A `SyntaxError` that says what was not understood, the nearest words or names, and what can be said at that place.
pub fn parse(text: &str, schema: &Schema, names: &dyn Names) -> Result<Asked, Diagnostic> {
    let sentence = part::parse(text)?;
    let mut reader = read::Reader::new(text, schema, names);
    let question = reader.question(&sentence)?;
    let statement = cypher::statement(schema, &sentence, &question)?;
    let picture = cypher::picture(&sentence, &question);
    let nothing = question.nothing().map(|message| Note { span: sentence.span, message });
    Ok(Asked { statement, picture, notes: reader.notes, nothing })
}
