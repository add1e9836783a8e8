//! Names of nodes: exact, then whatever the case, then by another name, then by key, then the closest spelling, then the
//! only one that holds the words.

use super::Names;
use crate::model::nearest;
use crate::model::schema::NodeType;

/// A name that the graph knows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known<'s> {
    /// Which of the texts it is.
    pub(super) index: usize,
    /// The types that have a node of this name.
    pub(super) types: Vec<&'s NodeType>,
    /// As the graph spells it.
    pub(super) name: String,
    /// It is known by another name; the names of other nodes that have the same one.
    pub(super) other: Option<Vec<String>>,
}

/// The first of the texts, which come longest first, that names or identifies a node of one of the types.
pub(super) fn known<'s>(names: &dyn Names, types: &[&'s NodeType], texts: &[&str]) -> Option<Known<'s>> {
    let exact = texts.iter().enumerate().find_map(|(index, text)| {
        let types = having(names, types, text);
        (!types.is_empty()).then(|| Known { index, types, name: (*text).to_owned(), other: None })
    });
    let shorter = exact.as_ref().map_or(texts.len(), |known| known.index);
    // One walk over the names, for all longer texts at once.
    let lower: Vec<String> = texts[..shorter].iter().map(|text| text.to_lowercase()).collect();
    if lower.is_empty() {
        return exact;
    }
    let mut best: Option<(usize, String)> = None;
    for node_type in types {
        names.each(node_type, &mut |name| {
            let limit = best.as_ref().map_or(lower.len(), |(index, _)| *index);
            if let Some(index) = lower[..limit].iter().position(|text| *text == name.to_lowercase()) {
                best = Some((index, name.to_owned()));
            }
        });
    }
    match best {
        Some((index, name)) => Some(Known { index, types: having(names, types, &name), name, other: None }),
        None => by_other_name(names, types, &lower).or(exact).or_else(|| by_key(names, types, texts)),
    }
}

/// A node that has one of the texts for another name.
fn by_other_name<'s>(names: &dyn Names, types: &[&'s NodeType], lower: &[String]) -> Option<Known<'s>> {
    let mut best = lower.len();
    let mut found: Vec<String> = Vec::new();
    for node_type in types {
        names.others(node_type, &mut |other, name| {
            // Most differ in length already.
            let same = |text: &String| text.len() == other.len() && *text == other.to_lowercase();
            let Some(index) = lower[..lower.len().min(best + 1)].iter().position(same) else { return };
            if index < best {
                best = index;
                found.clear();
            }
            if !found.iter().any(|known| known == name) {
                found.push(name.to_owned());
            }
        });
    }
    found.sort();
    let mut found = found.into_iter();
    let name = found.next()?;
    Some(Known { index: best, types: having(names, types, &name), name, other: Some(found.collect()) })
}

/// The types that have a node of this very name.
fn having<'s>(names: &dyn Names, types: &[&'s NodeType], name: &str) -> Vec<&'s NodeType> {
    types.iter().copied().filter(|t| names.has(t, name)).collect()
}

/// A node that one of the texts identifies.
fn by_key<'s>(names: &dyn Names, types: &[&'s NodeType], texts: &[&str]) -> Option<Known<'s>> {
    let tries = texts.iter().enumerate().flat_map(|(index, text)| types.iter().map(move |t| (index, *text, *t)));
    tries.into_iter().find_map(|(index, text, node_type)| {
        Some(Known { index, types: vec![node_type], name: names.keyed(node_type, text)?, other: None })
    })
}

/// What a text that names nothing may have meant: one name to take, or up to three to choose from.
///
/// One mistake in five letters is a spelling mistake and is taken; what is further away is only suggested.
pub(super) fn close<'s>(names: &dyn Names, types: &[&'s NodeType], text: &str) -> Result<Known<'s>, Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    for node_type in types {
        names.each(node_type, &mut |name| all.push(name.to_owned()));
    }
    all.sort();
    all.dedup();
    let near = nearest(text, all.iter().map(String::as_str), 3);
    let lower = text.to_lowercase();
    let distance = |name: &&str| strsim::damerau_levenshtein(&lower, &name.to_lowercase());
    let allowed = (lower.chars().count() / 5).max(1);
    let misspelt: Vec<&str> = near.iter().copied().filter(|name| distance(name) <= allowed).collect();
    let holding: Vec<&str> =
        all.iter().map(String::as_str).filter(|name| name.to_lowercase().contains(&lower)).collect();
    let taken = match (misspelt.as_slice(), holding.as_slice()) {
        ([only], _) | ([], [only]) => *only,
        ([first, second, ..], _) if distance(first) < distance(second) => *first,
        _ => {
            let mut choices: Vec<String> = Vec::new();
            for name in misspelt.into_iter().chain(holding).chain(near) {
                if choices.len() < 3 && !choices.iter().any(|choice| choice == name) {
                    choices.push(name.to_owned());
                }
            }
            return if choices.is_empty() { close_by_other_name(names, types, text) } else { Err(choices) };
        }
    };
    Ok(Known { index: 0, types: having(names, types, taken), name: taken.to_owned(), other: None })
}

/// The same among the other names of nodes, when nothing comes close to a name of one.
fn close_by_other_name<'s>(names: &dyn Names, types: &[&'s NodeType], text: &str) -> Result<Known<'s>, Vec<String>> {
    let mut all: Vec<(String, String)> = Vec::new();
    for node_type in types {
        names.others(node_type, &mut |other, name| all.push((other.to_owned(), name.to_owned())));
    }
    all.sort();
    let near: Vec<String> =
        nearest(text, all.iter().map(|(other, _)| other.as_str()), 3).into_iter().map(str::to_owned).collect();
    let allowed = (text.chars().count() / 5).max(1);
    let lower = text.to_lowercase();
    let distance = |other: &str| strsim::damerau_levenshtein(&lower, &other.to_lowercase());
    let [first, rest @ ..] = near.as_slice() else { return Err(near) };
    if distance(first) > allowed || rest.first().is_some_and(|second| distance(second) == distance(first)) {
        return Err(near);
    }
    let mut bearers: Vec<String> = all.into_iter().filter(|(other, _)| other == first).map(|(_, name)| name).collect();
    bearers.dedup();
    let mut bearers = bearers.into_iter();
    let Some(name) = bearers.next() else { return Err(near) };
    Ok(Known { index: 0, types: having(names, types, &name), name, other: Some(bearers.collect()) })
}
