//! Nodes of a type that are called nearly the same: but for case, punctuation, plural, small words and the order of words,
//! or but for one letter.
//!
//! No name is compared with all others. Names of the same words meet under those words; names that differ by a letter meet
//! under what is left of both when a letter is taken out, and only there are they compared.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::{Code, Finding, about_node, nodes};
use crate::model::NodeId;
use crate::store::View;

/// Words that make no difference.
const SMALL: [&str; 9] = ["a", "an", "and", "for", "in", "of", "on", "the", "to"];

/// Of shorter names, one letter is the difference between two words.
const SHORTEST: usize = 6;

/// Names that share more are a series, such as codes, and no mistakes.
const SERIES: usize = 16;

pub(super) fn find(view: &View<'_>, findings: &mut Vec<Finding>) {
    let mut by_label: BTreeMap<String, Vec<(String, NodeId)>> = BTreeMap::new();
    for node in nodes(view) {
        let called = view.called(node);
        if !called.name.is_empty() && called.name != called.key {
            by_label.entry(called.label).or_default().push((called.name, node));
        }
    }
    for names in by_label.into_values() {
        let texts: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
        for (one, other) in alike(&texts) {
            let message = format!("it is called nearly as {}", view.called(names[other].1));
            findings.push(about_node(view, Code::NearDuplicate, names[one].1, message));
        }
    }
}

/// Pairs of places whose names are nearly the same.
fn alike(names: &[&str]) -> BTreeSet<(usize, usize)> {
    let mut pairs = BTreeSet::new();
    // Of names with the same words, each is paired with the first.
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for (place, name) in names.iter().enumerate() {
        let words = words(name);
        if words.is_empty() {
            continue;
        }
        let first = *first.entry(words).or_insert(place);
        if first != place {
            pairs.insert((first, place));
        }
    }
    let plain: Vec<(String, usize)> = first.into_values().map(|place| (plain(names[place]), place)).collect();
    let mut blocks: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for (index, (name, _)) in plain.iter().enumerate().filter(|(_, (name, _))| name.chars().count() >= SHORTEST) {
        for block in blocks_of(name) {
            let members = blocks.entry(block).or_default();
            if members.last() != Some(&index) {
                members.push(index);
            }
        }
    }
    for members in blocks.into_values().filter(|members| (2..=SERIES).contains(&members.len())) {
        for (at, one) in members.iter().enumerate() {
            for other in &members[at + 1..] {
                let ((a, one), (b, other)) = (&plain[*one], &plain[*other]);
                if strsim::damerau_levenshtein(a, b) <= 1 {
                    pairs.insert((*one.min(other), *one.max(other)));
                }
            }
        }
    }
    pairs
}

/// The words in order, without those that make no difference.
fn words(name: &str) -> String {
    let plain = plain(name);
    let words = plain.split(' ').filter(|word| !SMALL.contains(word));
    let mut words: Vec<&str> = words.map(singular).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.join(" ")
}

fn singular(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem,
        _ => word,
    }
}

/// Lower case, with one blank for whatever is neither letter nor digit.
fn plain(name: &str) -> String {
    // What tells languages and levels apart is no punctuation.
    let lower = name.to_lowercase().replace('+', "plus").replace('#', "sharp");
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The name, and the name without each of its letters; digits stay, for they tell things apart.
fn blocks_of(name: &str) -> impl Iterator<Item = u64> {
    let hash = |skipped: Option<usize>| {
        let mut hasher = FxHasher::default();
        let digits = name.chars().filter(char::is_ascii_digit);
        digits.for_each(|digit| digit.hash(&mut hasher));
        '|'.hash(&mut hasher);
        let left = name.char_indices().filter(|(at, _)| Some(*at) != skipped);
        left.for_each(|(_, c)| c.hash(&mut hasher));
        hasher.finish()
    };
    std::iter::once(hash(None)).chain(name.char_indices().map(move |(at, _)| hash(Some(at))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_alike() {
        type Case = (&'static [&'static str], &'static [(usize, usize)]);
        let cases: [Case; 12] = [
            (&["Data quality", "Quality of data"], &[(0, 1)]),
            (&["CI/CD pipelines", "CI-CD Pipeline"], &[(0, 1)]),
            (&["Python", "python", "PYTHON"], &[(0, 1), (0, 2)]),
            (&["Communication", "Comunication"], &[(0, 1)]),
            (&["Communication", "Communciation"], &[(0, 1)]),
            (&["C", "C++", "C#"], &[]),
            (&["Level 1 support", "Level 2 support"], &[]),
            (&["Skill 10", "Skill 100"], &[]),
            (&["Bias", "Base"], &[]),
            (&["Business", "Busines s"], &[(0, 1)]),
            (&["", "...", "of the"], &[]),
            (&["Übergröße der Daten", "übergröße daten"], &[]),
        ];
        for (names, expected) in cases {
            assert_eq!(alike(names).into_iter().collect::<Vec<_>>(), expected, "{names:?}");
        }
    }

    /// What is counted are comparisons: they grow with the names, not with their square.
    #[test]
    fn blocks_are_small() {
        let names: Vec<String> = (0..20_000).map(|i| format!("capability {:x} of {}", i * 7919, i % 13)).collect();
        let texts: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut blocks: FxHashMap<u64, usize> = FxHashMap::default();
        texts
            .iter()
            .flat_map(|name| blocks_of(&plain(name)).collect::<Vec<_>>())
            .for_each(|block| *blocks.entry(block).or_default() += 1);
        let pairs: usize = blocks.values().filter(|count| **count <= SERIES).map(|count| count * (count - 1) / 2).sum();
        assert!(pairs < 20 * names.len(), "{pairs}");
        alike(&texts);
    }
}
