//! Nouns: a type's word, with an adjective in front of it or without.

use super::part::Part;
use super::phrase::{Fit, fit};
use crate::model::Schema;
use crate::model::schema::NodeType;

/// A type's word as it was found.
#[derive(Clone, Debug)]
pub(super) struct Found<'s> {
    /// How many parts it takes.
    pub(super) length: usize,
    pub(super) fit: Fit,
    pub(super) node_type: &'s NodeType,
    pub(super) adjective: Option<&'s str>,
    /// What it was taken for, spelt as the schema spells it.
    pub(super) words: String,
}

/// The longest noun at the beginning of the parts; one that is spelt right wins.
pub(super) fn find<'s>(schema: &'s Schema, parts: &[Part]) -> Option<Found<'s>> {
    let mut best: Option<Found<'_>> = None;
    for node_type in &schema.types {
        for adjective in [None].into_iter().chain(adjectives(node_type).map(Some)) {
            for word in words(node_type) {
                let said: Vec<&str> = adjective.into_iter().chain([word]).flat_map(str::split_whitespace).collect();
                let Some(fit) = fit(&said, parts) else { continue };
                let found = Found { length: said.len(), fit, node_type, adjective, words: said.join(" ") };
                let rank = |found: &Found<'_>| (found.fit == Fit::Exact, found.length);
                if best.as_ref().is_none_or(|best| rank(&found) > rank(best)) {
                    best = Some(found);
                }
            }
        }
    }
    best
}

/// The words for a type.
pub(super) fn words(node_type: &NodeType) -> impl Iterator<Item = &str> {
    [&node_type.plural, &node_type.singular].into_iter().chain(&node_type.synonyms).map(String::as_str)
}

/// The values of the type's qualifier.
pub(super) fn adjectives(node_type: &NodeType) -> impl Iterator<Item = &str> {
    let values = node_type.rules.values.iter().filter(|(key, _)| Some(key) == node_type.qualifier.as_ref());
    values.flat_map(|(_, values)| values.iter().map(String::as_str))
}
