//! Warnings: names that a statement reads and the graph does not know. Legal openCypher, and mostly a typo.

use super::logical::{Mention, MentionKind, Query};
use super::physical::Warning;
use super::{build::Built, physical::Op, physical::OpKind};
use crate::model::{Catalog, nearest};

/// At most this many suggestions.
const SUGGESTIONS: usize = 3;

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
        let near = nearest(name, known.iter().copied(), SUGGESTIONS);
        let suggestions = near.into_iter().map(str::to_owned).collect();
        warnings.push(Warning { span: *span, message, suggestions });
    }
    warnings.sort_by_key(|warning| warning.span);
    warnings
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
