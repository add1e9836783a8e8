//! Words that would make sentences ambiguous: one word for two types, one phrase for two relations between the same
//! types.

use std::collections::BTreeMap;
use std::ops::Range;

use super::check::Check;
use crate::model::schema::{NodeType, Relation};

/// The words taken so far.
#[derive(Default)]
pub(super) struct Words {
    /// The type that a word stands for.
    types: BTreeMap<String, String>,
    /// The relation that a phrase stands for, between a subject's and an object's type.
    phrases: BTreeMap<(String, String, String), String>,
}

impl Words {
    /// Takes a type's words; `at` is its declaration.
    pub(super) fn node_type(&mut self, check: &mut Check<'_, '_>, this: &NodeType, at: Range<usize>) {
        for word in [&this.singular, &this.plural].into_iter().chain(&this.synonyms).filter(|word| !word.is_empty()) {
            let owner = self.types.entry(word.to_lowercase()).or_insert_with(|| this.label.clone());
            if *owner != this.label {
                check
                    .report(at.clone(), format!("`{word}` is a word for type `{}` and for type `{owner}`", this.label));
            }
        }
    }

    /// Takes a relation's phrases; `at` is its declaration.
    pub(super) fn relation(&mut self, check: &mut Check<'_, '_>, this: &Relation, at: Range<usize>) {
        let forward = this.verb.iter().map(|phrase| (participle(phrase), true));
        let backward = this.inverse.iter().map(|phrase| (participle(phrase), false));
        let passive = this.passive.iter().map(|phrase| (format!("is {}", phrase.to_lowercase()), false));
        let mut clashes = Vec::new();
        for (phrase, forward) in forward.chain(backward).chain(passive) {
            for (from, to) in this.from.iter().flat_map(|from| this.to.iter().map(move |to| (from, to))) {
                let (subject, object) = if forward { (from, to) } else { (to, from) };
                let key = (subject.clone(), phrase.clone(), object.clone());
                let owner = self.phrases.entry(key).or_insert_with(|| this.edge_type.clone());
                if *owner != this.edge_type {
                    clashes.push((phrase.clone(), owner.clone(), subject, object));
                }
            }
        }
        // A relation between many types clashes for each pair of them; the first of each phrase says it.
        clashes.dedup_by(|a, b| (&a.0, &a.1) == (&b.0, &b.1));
        for (phrase, owner, subject, object) in clashes {
            let message = format!("`{subject} {phrase} {object}` could mean `{}` or `{owner}`", this.edge_type);
            check.report(at.clone(), message);
        }
    }
}

/// `are sought in` and `is sought in` are one phrase.
fn participle(phrase: &str) -> String {
    let phrase = phrase.to_lowercase();
    match phrase.strip_prefix("are ") {
        Some(rest) => format!("is {rest}"),
        None => phrase,
    }
}
