//! Warnings: names that a statement reads and the graph does not know. Legal openCypher, and mostly a typo.

use super::logical::{Mention, MentionKind, Query};
use super::physical::Warning;
use super::{build::Built, physical::Op, physical::OpKind};
use crate::model::Catalog;

/// At most this many suggestions.
const SUGGESTIONS: usize = 3;
/// Below this likeness (0 to 1) a name is no suggestion.
const LIKENESS: f64 = 0.75;

/// The mentions that the graph does not know, each name once.
pub(super) fn warnings(query: &Query, built: &Built, catalog: &dyn Catalog) -> Vec<Warning> {
    let made = created(&built.root);
    let mut warnings: Vec<Warning> = Vec::new();
    let mut seen: Vec<(MentionKind, &str)> = Vec::new();
    for Mention { span, kind, name } in &query.mentions {
        if seen.contains(&(*kind, name)) || made.contains(&(*kind, name.clone())) {
            continue;
        }
        seen.push((*kind, name));
        let known = match kind {
            MentionKind::Label => catalog.labels(),
            MentionKind::EdgeType => catalog.edge_types(),
            MentionKind::Key => catalog.keys(),
        };
        if known.contains(&name.as_str()) {
            continue;
        }
        let message = match kind {
            MentionKind::Label => format!("no node has the label `{name}`"),
            MentionKind::EdgeType => format!("no relationship has the type `{name}`"),
            MentionKind::Key => format!("nothing has the property `{name}`"),
        };
        warnings.push(Warning { span: *span, message, suggestions: nearest(name, &known) });
    }
    warnings.sort_by_key(|warning| warning.span);
    warnings
}

/// The known names most like this one, best first.
fn nearest(name: &str, known: &[&str]) -> Vec<String> {
    let lower = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), *candidate))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.into_iter().take(SUGGESTIONS).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// The labels and types that the statement itself creates.
fn created(op: &Op) -> Vec<(MentionKind, String)> {
    let mut made = op.input.as_deref().map(created).unwrap_or_default();
    match &op.kind {
        OpKind::Create { nodes, edges } => {
            let labels = nodes.iter().flat_map(|node| &node.labels);
            made.extend(labels.map(|label| (MentionKind::Label, label.clone())));
            made.extend(edges.iter().map(|edge| (MentionKind::EdgeType, edge.edge_type.clone())));
        }
        OpKind::Union { branches, .. } => made.extend(branches.iter().flat_map(|(branch, _)| created(branch))),
        _ => {}
    }
    made
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_names_that_look_alike() {
        let known = ["Challenge", "Skill", "Practice", "Role"];
        let cases = [("Chalenge", vec!["Challenge"]), ("skill", vec!["Skill"]), ("Xyzzy", vec![])];
        for (name, expected) in cases {
            assert_eq!(nearest(name, &known), expected, "{name}");
        }
    }
}
