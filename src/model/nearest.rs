//! Which known names a misspelt one may have meant.

/// At most `limit` of the known names that are close enough to `wanted` to be worth a suggestion, best first.
///
/// Close is a Damerau-Levenshtein distance, whatever the case, of at most a third of the wanted name's length; names at
/// the same distance keep their order. A name of one or two letters is close to its other spellings in case only.
///
/// ```
/// use kenning::model::nearest;
/// assert_eq!(nearest("Chalenge", ["Skill", "Challenge"], 3), ["Challenge"]);
/// assert!(nearest("Chalenge", ["Skill", "Practice"], 3).is_empty());
/// ```
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>, limit: usize) -> Vec<&'a str> {
    let wanted = wanted.to_lowercase();
    let length = wanted.chars().count();
    let far = length / 3;
    let mut close: Vec<(usize, &str)> = known
        .into_iter()
        // The distance is at least the difference of lengths; graphs have many names, and most fail here.
        .filter(|name| name.chars().count().abs_diff(length) <= far)
        .map(|name| (strsim::damerau_levenshtein(&wanted, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= far)
        .collect();
    close.sort_by_key(|(distance, _)| *distance);
    close.dedup_by_key(|(_, name)| *name);
    close.into_iter().take(limit).map(|(_, name)| name).collect()
}

/// [`nearest`] among openCypher's own names. They say `relationship` where messages and help say `edge`, so who asks for
/// `edges` is told of `relationships`.
pub(crate) fn nearest_term<'a>(
    wanted: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    limit: usize,
) -> Vec<&'a str> {
    let near = nearest(wanted, known.clone(), limit);
    if !near.is_empty() {
        return near;
    }
    nearest(&wanted.to_lowercase().replace("edge", "relationship"), known, limit)
}
