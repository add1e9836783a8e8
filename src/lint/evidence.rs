//! Edges that say nothing of where they come from.
//!
//! A relation carries evidence when the schema lets its edges have a `source` (lines, pages, links), a `why` (a reason) or a
//! `basis` (`stated`, `inferred`). A basis alone is a claim of evidence, so it counts where nothing else may be there.

use super::{Code, Finding, about_edge, listed};
use crate::model::{EdgeId, Value};
use crate::store::View;

const GROUNDS: [&str; 2] = ["source", "why"];
const CLAIM: &str = "basis";

pub(super) fn find(view: &View<'_>, findings: &mut Vec<Finding>) {
    for relation in view.schema().map_or(&[][..], |schema| &schema.relations) {
        let Some(edge_type) = view.edge_type_id(&relation.edge_type) else { continue };
        let mut wanted: Vec<&str> = GROUNDS.into_iter().filter(|key| relation.rules.allows(key)).collect();
        if wanted.is_empty() && relation.rules.allows(CLAIM) {
            wanted.push(CLAIM);
        }
        if wanted.is_empty() {
            continue;
        }
        let keys: Vec<_> = wanted.iter().filter_map(|key| view.key_id(key)).collect();
        let mut bare: Vec<EdgeId> = Vec::new();
        view.edges(Some(&[edge_type]), |edge, _, _| {
            if keys.iter().all(|key| is_nothing(&view.edge_property(edge, *key))) {
                bare.push(edge);
            }
        });
        let message = format!("it has no {}", listed(wanted.iter().copied()).replace(", ", " or "));
        findings.extend(bare.into_iter().filter_map(|edge| about_edge(view, Code::NoEvidence, edge, message.as_str())));
    }
}

fn is_nothing(value: &Value<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::List(items) => items.is_empty(),
        _ => false,
    }
}
