//! What people call a node: its type, its key and its name.

use super::View;
use crate::model::{NodeId, Value};

/// Properties that name a node where no schema says it, best first.
const NAMES: [&str; 4] = ["name", "title", "label", "id"];

/// What a node is called.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Called {
    /// The label that the schema declares, else the first by name; empty when there is none.
    pub label: String,
    /// The property that the schema calls its key; empty when there is none.
    pub key: String,
    /// The property that the schema calls its name, else the first of a few usual ones; empty when there is none.
    pub name: String,
}

impl View<'_> {
    /// What the node is called.
    pub fn called(&self, node: NodeId) -> Called {
        let labels = self.node_labels(node);
        let mut labels: Vec<&str> = labels.into_iter().map(|label| self.label_name(label)).collect();
        labels.sort_unstable();
        let declared = |label: &&&str| self.schema().and_then(|schema| schema.node_type(label));
        let node_type = labels.iter().find_map(|label| declared(&label));
        let label = node_type.map_or(labels.first().copied(), |node_type| Some(&node_type.label));
        let text = |key: &str| match self.node_property(node, self.key_id(key)?) {
            Value::String(text) => Some(text.to_string()).filter(|text| !text.trim().is_empty()),
            Value::Int(number) => Some(number.to_string()),
            _ => None,
        };
        let name = node_type.and_then(|node_type| text(&node_type.name));
        Called {
            label: label.unwrap_or_default().to_owned(),
            key: node_type.and_then(|node_type| text(&node_type.key)).unwrap_or_default(),
            name: name.or_else(|| NAMES.iter().find_map(|key| text(key))).unwrap_or_default(),
        }
    }

    /// The node in a few words: its key, else its name, else its number.
    pub fn briefly(&self, node: NodeId) -> String {
        let Called { key, name, .. } = self.called(node);
        let words = [key, name].into_iter().find(|word| !word.is_empty());
        words.unwrap_or_else(|| format!("#{}", node.0))
    }
}

impl std::fmt::Display for Called {
    /// ``Skill `python` (Python)``
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.label.is_empty() { "node" } else { &self.label })?;
        match (self.key.as_str(), self.name.as_str()) {
            ("", "") => Ok(()),
            (word, "") | ("", word) => write!(f, " `{word}`"),
            (key, name) if key == name => write!(f, " `{key}`"),
            (key, name) => write!(f, " `{key}` ({name})"),
        }
    }
}
