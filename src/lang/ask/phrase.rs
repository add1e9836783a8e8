//! The schema's phrases for relations, and matching words against parts.

use super::part::{Part, Rule};
use crate::model::schema::{NodeType, Relation};
use crate::model::{Direction, Schema};

/// A phrase for a relation, seen from the noun it is said of.
#[derive(Clone, Debug)]
pub(super) struct Phrase<'s> {
    /// Its words, without a leading `is` or `are`.
    pub(super) words: Vec<&'s str>,
    /// It stands behind `is` or `are`.
    pub(super) be: bool,
    pub(super) relation: &'s Relation,
    pub(super) direction: Direction,
    /// The labels at this end.
    pub(super) subjects: &'s [String],
    /// The labels at the other end.
    pub(super) others: &'s [String],
    /// It is what a plural subject says: the form that help shows.
    pub(super) plural: bool,
}

impl<'s> Phrase<'s> {
    fn new(text: &'s str, passive: bool, relation: &'s Relation, direction: Direction, first: bool) -> Self {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let be = words.first().is_some_and(|word| matches!(*word, "is" | "are"));
        if be {
            words.remove(0);
        }
        let (subjects, others) = match direction {
            Direction::Out => (&relation.from, &relation.to),
            _ => (&relation.to, &relation.from),
        };
        Phrase { words, be: be || passive, relation, direction, subjects, others, plural: first }
    }

    /// The phrase as it is said of several.
    pub(super) fn text(&self) -> String {
        format!("{}{}", if self.be { "are " } else { "" }, self.words.join(" "))
    }
}

/// What can be said of nodes of these types.
pub(super) fn said_of<'s>(schema: &'s Schema, subject: &[&NodeType]) -> Vec<Phrase<'s>> {
    let has = |ends: &[String]| subject.iter().any(|t| ends.contains(&t.label));
    let mut phrases = Vec::new();
    for relation in &schema.relations {
        let mut add = |texts: &'s [String], passive: bool, direction: Direction| {
            let texts = texts.iter().enumerate();
            phrases.extend(texts.map(|(at, text)| Phrase::new(text, passive, relation, direction, at == 0)));
        };
        if has(&relation.from) {
            add(&relation.verb, false, Direction::Out);
        }
        if has(&relation.to) {
            add(&relation.passive, true, Direction::In);
            add(&relation.inverse, false, Direction::In);
        }
    }
    phrases
}

/// What can be said to nodes of these types, as in `challenges that roles face`. Directions are seen from these types.
pub(super) fn said_to<'s>(schema: &'s Schema, object: &[&NodeType]) -> Vec<Phrase<'s>> {
    let has = |ends: &[String]| object.iter().any(|t| ends.contains(&t.label));
    let mut phrases = Vec::new();
    for relation in &schema.relations {
        let mut add = |texts: &'s [String], direction: Direction| {
            let texts = texts.iter().enumerate();
            phrases.extend(texts.map(|(at, text)| Phrase::new(text, false, relation, direction, at == 0)));
        };
        if has(&relation.to) {
            add(&relation.verb, Direction::In);
        }
        if has(&relation.from) {
            add(&relation.inverse, Direction::Out);
        }
    }
    phrases
}

/// How well words match the parts that start somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Exact,
    /// With spelling mistakes.
    Close,
}

/// Whether the words stand at the beginning of the parts, whatever the case, and with spelling mistakes or without.
pub(super) fn fit(words: &[&str], parts: &[Part]) -> Option<Fit> {
    let mut fit = Fit::Exact;
    if words.is_empty() || words.len() > parts.len() {
        return None;
    }
    for (word, part) in words.iter().zip(parts) {
        if part.rule == Rule::quoted {
            return None;
        }
        if !same(word, &part.text) {
            // A small word is never a misspelt one: `the` is not `he`.
            if part.rule != Rule::word || !close(word, &part.text) {
                return None;
            }
            fit = Fit::Close;
        }
    }
    Some(fit)
}

/// Whether two words are one, whatever the case.
fn same(word: &str, found: &str) -> bool {
    let ascii = word.is_ascii() && found.is_ascii();
    word.eq_ignore_ascii_case(found) || (!ascii && word.to_lowercase() == found.to_lowercase())
}

/// One mistake in a word of four letters or more, two in one of eight or more.
fn close(word: &str, found: &str) -> bool {
    let length = word.chars().count();
    let allowed = match length {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    // A mistake changes at most two letters of the set, which settles nearly every pair without the distance.
    length.abs_diff(found.chars().count()) <= allowed
        && (letters(word) ^ letters(found)).count_ones() as usize <= 2 * allowed
        && strsim::damerau_levenshtein(&word.to_lowercase(), &found.to_lowercase()) <= allowed
}

/// Which ASCII letters a word has, a bit for each.
fn letters(word: &str) -> u32 {
    let bit = |byte: u8| 1 << (byte.to_ascii_lowercase() - b'a');
    word.bytes().filter(u8::is_ascii_alphabetic).fold(0, |set, byte| set | bit(byte))
}

/// The best of the phrases that stand at the beginning of the parts, and how many parts they take: exact before close,
/// longer before shorter. Several when relations share the phrase.
pub(super) fn best<'s>(phrases: Vec<Phrase<'s>>, parts: &[Part]) -> Option<(usize, Fit, Vec<Phrase<'s>>)> {
    let fits = phrases.into_iter().filter_map(|phrase| Some((fit(&phrase.words, parts)?, phrase)));
    let mut best: Option<(usize, Fit, Vec<Phrase<'_>>)> = None;
    for (fit, phrase) in fits {
        let rank = |fit: Fit, length: usize| (fit == Fit::Exact, length);
        let length = phrase.words.len();
        match &mut best {
            Some((taken, kind, all)) if rank(fit, length) == rank(*kind, *taken) => {
                // Two misspelt phrases are as good as each other only when they are the same words.
                if all.iter().all(|other| other.words == phrase.words) {
                    all.push(phrase);
                }
            }
            Some((taken, kind, _)) if rank(fit, length) < rank(*kind, *taken) => {}
            _ => best = Some((length, fit, vec![phrase])),
        }
    }
    best
}
