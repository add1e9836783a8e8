//! A difference as lines for people.

use std::collections::BTreeMap;

use super::{Diff, PropertyChange, Reason, edge_properties, labels, node_properties, value};
use crate::export::quoted;
use crate::model::definition::Definition;
use crate::model::{EdgeId, NodeId};
use crate::store::View;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// How the graphs were compared.
    Note,
    /// Only the first graph has it.
    Removed,
    /// Only the second has it.
    Added,
    /// Both have it, and it differs.
    Changed,
    /// How the thing above differs.
    Detail,
}

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it says.
    pub sign: Sign,
    /// Its text, without the sign.
    pub text: String,
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = match self.sign {
            Sign::Note => "@ ",
            Sign::Removed => "- ",
            Sign::Added => "+ ",
            Sign::Changed => "~ ",
            Sign::Detail => "    ",
        };
        write!(f, "{sign}{}", self.text)
    }
}

impl Diff {
    /// How nodes were matched, then what differs: nodes, edges, definitions, schemas. No line when nothing differs.
    pub fn lines(&self, a: &View<'_>, b: &View<'_>) -> Vec<Line> {
        let mut lines = Lines(Vec::new());
        if self.is_empty() {
            return lines.0;
        }
        self.matched().into_iter().for_each(|text| lines.add(Sign::Note, text));
        // Things of a type stand together, whatever happened to them.
        let mut nodes: Vec<_> = self.nodes_removed.iter().map(|node| (a.called(*node), Sign::Removed, *node)).collect();
        nodes.extend(self.nodes_added.iter().map(|node| (b.called(*node), Sign::Added, *node)));
        nodes.extend(self.nodes_changed.iter().map(|change| (b.called(change.new), Sign::Changed, change.new)));
        nodes.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        let changes: BTreeMap<NodeId, _> = self.nodes_changed.iter().map(|change| (change.new, change)).collect();
        for (called, sign, node) in nodes {
            match sign {
                Sign::Removed => lines.add(sign, node_text(a, node)),
                Sign::Added => lines.add(sign, node_text(b, node)),
                _ => {
                    lines.add(sign, called.to_string());
                    let Some(change) = changes.get(&node) else { continue };
                    let removed = change.labels_removed.iter().map(|label| format!("-:{}", quoted(label)));
                    let added = change.labels_added.iter().map(|label| format!("+:{}", quoted(label)));
                    removed.chain(added).for_each(|label| lines.add(Sign::Detail, label));
                    lines.properties(&change.properties);
                }
            }
        }
        for edge in &self.edges_removed {
            lines.add(Sign::Removed, edge_text(a, *edge, true));
        }
        for edge in &self.edges_added {
            lines.add(Sign::Added, edge_text(b, *edge, true));
        }
        for change in &self.edges_changed {
            lines.add(Sign::Changed, edge_text(b, change.new, false));
            lines.properties(&change.properties);
        }
        self.definitions_removed.iter().for_each(|definition| lines.add(Sign::Removed, defined(definition)));
        self.definitions_added.iter().for_each(|definition| lines.add(Sign::Added, defined(definition)));
        self.schema.iter().for_each(|text| lines.add(Sign::Changed, format!("schema: {text}")));
        lines.0
    }

    /// How nodes were matched, a sentence for each label.
    pub fn matched(&self) -> Vec<String> {
        let sentence = |rule: &super::Match| {
            let of = if rule.label.is_empty() { "nodes without a label" } else { &rule.label };
            let keys: Vec<String> = rule.keys.iter().map(|key| format!("`{key}`")).collect();
            let why = match rule.reason {
                Reason::Given => "as --key says",
                Reason::Schema => "the schema's key",
                Reason::Constraint => "which a constraint makes unique",
                Reason::Index => "which has an index, and no value twice",
                Reason::Everything => {
                    return format!("{of}: no key; matched by all labels and properties, then by edges");
                }
            };
            format!("{of}: matched by {}, {why}", keys.join(" and "))
        };
        self.matches.iter().map(sentence).collect()
    }
}

struct Lines(Vec<Line>);

impl Lines {
    fn add(&mut self, sign: Sign, text: String) {
        self.0.push(Line { sign, text });
    }

    fn properties(&mut self, changes: &[PropertyChange]) {
        for PropertyChange { key, old, new } in changes {
            let key = quoted(key);
            let text = match (old.is_null(), new.is_null()) {
                (true, _) => format!("+ {key}: {}", value::text(new)),
                (_, true) => format!("- {key}: {}", value::text(old)),
                _ => format!("{key}: {} -> {}", value::text(old), value::text(new)),
            };
            self.add(Sign::Detail, text);
        }
    }
}

/// `(:Skill {id: 'python'})`
fn node_text(view: &View<'_>, node: NodeId) -> String {
    let labels: String = labels(view, node).into_iter().map(|label| format!(":{}", quoted(label))).collect();
    let properties = node_properties(view, node);
    let properties = if properties.is_empty() { String::new() } else { value::properties(&properties) };
    let blank = if labels.is_empty() || properties.is_empty() { "" } else { " " };
    format!("({labels}{blank}{properties})")
}

/// `(python)-[:ADDRESSES {basis: 'stated'}]->(data-bias)`
fn edge_text(view: &View<'_>, edge: EdgeId, whole: bool) -> String {
    let Some(ends) = view.edge(edge) else { return String::new() };
    let properties = edge_properties(view, edge);
    let properties =
        if !whole || properties.is_empty() { String::new() } else { format!(" {}", value::properties(&properties)) };
    let edge_type = quoted(view.edge_type_name(ends.edge_type));
    format!("({})-[:{edge_type}{properties}]->({})", view.briefly(ends.source), view.briefly(ends.target))
}

fn defined(definition: &Definition) -> String {
    let what = if definition.rule.is_constraint() { "constraint" } else { "index" };
    format!("{what} `{}` on {definition}: {}", definition.name, definition.rule.name())
}
