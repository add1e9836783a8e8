//! Values in Cypher's notation, as its TCK writes them: `(:Skill {name: 'Python'})`, `[:ADDRESSES {}]`, `<(a)-[b]->(c)>`.

use crate::View;
use crate::model::temporal::TemporalKind;
use crate::model::value::{Map, format_float};
use crate::model::{EdgeId, NodeId, Path, Value};

use super::text::push_escape;

/// How much of a node or an edge is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All properties.
    Whole,
    /// What names it (the property that the schema says, else `name`), and `…` for the others.
    Brief,
}

/// A value as a cell shows it: a string as it is, null as `null` says, everything else in Cypher's notation.
pub(crate) fn cell(value: &Value<'_>, view: &View<'_>, extent: Extent, null: &str) -> String {
    match value {
        Value::Null => null.to_owned(),
        Value::String(text) => text.as_str().to_owned(),
        Value::Temporal(temporal) => temporal.to_string(),
        _ => notation(value, view, extent),
    }
}

/// A value in Cypher's notation.
pub(crate) fn notation(value: &Value<'_>, view: &View<'_>, extent: Extent) -> String {
    let mut text = String::new();
    Writer { text: &mut text, view, extent }.value(value);
    text
}

/// A name, between backquotes unless it may stand for itself.
pub(crate) fn name(name: &str) -> String {
    let mut chars = name.chars();
    let plain =
        chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_');
    if plain { name.to_owned() } else { format!("`{}`", name.replace('`', "``")) }
}

struct Writer<'a, 'g> {
    text: &'a mut String,
    view: &'a View<'g>,
    extent: Extent,
}

impl Writer<'_, '_> {
    fn value(&mut self, value: &Value<'_>) {
        match value {
            Value::Null => self.text.push_str("null"),
            Value::Bool(b) => self.text.push_str(if *b { "true" } else { "false" }),
            Value::Int(i) => self.text.push_str(&i.to_string()),
            Value::Float(f) => self.text.push_str(&format_float(*f)),
            Value::String(s) => self.string(s),
            Value::List(items) => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.comma(index);
                    self.value(item);
                }
                self.text.push(']');
            }
            Value::Map(map) => self.map(map),
            Value::Node(node) => self.node(*node),
            Value::Edge(edge) => self.edge(*edge),
            Value::Path(path) => self.path(path),
            Value::Temporal(temporal) => {
                let function = match temporal.kind() {
                    TemporalKind::Date => "date",
                    TemporalKind::LocalTime => "localtime",
                    TemporalKind::Time => "time",
                    TemporalKind::LocalDateTime => "localdatetime",
                    TemporalKind::DateTime => "datetime",
                    TemporalKind::Duration => "duration",
                };
                self.text.push_str(&format!("{function}('{temporal}')"));
            }
        }
    }

    fn comma(&mut self, index: usize) {
        if index > 0 {
            self.text.push_str(", ");
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push('\'');
        for c in text.chars() {
            match c {
                '\'' | '\\' => {
                    self.text.push('\\');
                    self.text.push(c);
                }
                c if c.is_control() => push_escape(self.text, c),
                c => self.text.push(c),
            }
        }
        self.text.push('\'');
    }

    fn map(&mut self, map: &Map<'_>) {
        self.text.push('{');
        for (index, (key, item)) in map.iter().enumerate() {
            self.comma(index);
            self.text.push_str(&name(key));
            self.text.push_str(": ");
            self.value(item);
        }
        self.text.push('}');
    }

    fn node(&mut self, node: NodeId) {
        let view = self.view;
        let labels = view.node_labels(node);
        self.text.push('(');
        for label in &labels {
            self.text.push(':');
            self.text.push_str(&name(view.label_name(*label)));
        }
        let schema = view.schema();
        let named = labels.iter().find_map(|label| schema?.node_type(view.label_name(*label)));
        self.properties(&view.node_properties(node), named.map_or("name", |named| &named.name), !labels.is_empty());
        self.text.push(')');
    }

    fn edge(&mut self, edge: EdgeId) {
        let view = self.view;
        self.text.push_str("[:");
        if let Some(ends) = view.edge(edge) {
            self.text.push_str(&name(view.edge_type_name(ends.edge_type)));
        }
        self.properties(&view.edge_properties(edge), "name", true);
        self.text.push(']');
    }

    /// Writes properties, or as much as `extent` allows: those that fit nothing else are only hinted at.
    fn properties(&mut self, properties: &[(crate::model::KeyId, Value<'_>)], naming: &str, space: bool) {
        if properties.is_empty() {
            return;
        }
        if space {
            self.text.push(' ');
        }
        self.text.push('{');
        let view = self.view;
        let mut written = 0;
        for (key, value) in properties {
            let key = view.key_name(*key);
            if self.extent == Extent::Whole || key == naming {
                self.comma(written);
                self.text.push_str(&name(key));
                self.text.push_str(": ");
                self.value(value);
                written += 1;
            }
        }
        if written < properties.len() {
            self.comma(written);
            self.text.push('…');
        }
        self.text.push('}');
    }

    fn path(&mut self, path: &Path) {
        self.text.push('<');
        for (index, node) in path.nodes.iter().enumerate() {
            self.node(*node);
            if let Some(edge) = path.edges.get(index) {
                let leaves = self.view.edge(*edge).is_none_or(|ends| ends.source == *node);
                self.text.push_str(if leaves { "-" } else { "<-" });
                self.edge(*edge);
                self.text.push_str(if leaves { "->" } else { "-" });
            }
        }
        self.text.push('>');
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::sync::Arc;

    use super::*;
    use crate::store::Snapshot;

    #[test]
    fn nodes_edges_and_paths_are_written_as_the_tck_writes_them() {
        let base = Snapshot::empty();
        let mut view = View::new(&base);
        let properties = || vec![("id", "a".into()), ("name", "it's".into())];
        let a = view.create_node(&["Skill", "Odd label"], properties()).unwrap();
        let b = view.create_node(&[], Vec::new()).unwrap();
        let edge = view.create_edge(a, "ADDRESSES", b, vec![("n", Value::Int(1))]).unwrap();
        let path = |nodes: &[NodeId]| Value::Path(Arc::new(Path { nodes: nodes.to_vec(), edges: vec![edge] }));
        let node = "(:Skill:`Odd label` {id: 'a', name: 'it\\'s'})";
        let cases = [
            (Value::Node(a), Extent::Whole, node.to_owned()),
            (Value::Node(a), Extent::Brief, "(:Skill:`Odd label` {name: 'it\\'s', …})".to_owned()),
            (Value::Node(b), Extent::Whole, "()".to_owned()),
            (Value::Edge(edge), Extent::Whole, "[:ADDRESSES {n: 1}]".to_owned()),
            (Value::Edge(edge), Extent::Brief, "[:ADDRESSES {…}]".to_owned()),
            (path(&[a, b]), Extent::Whole, format!("<{node}-[:ADDRESSES {{n: 1}}]->()>")),
            (path(&[b, a]), Extent::Whole, format!("<()<-[:ADDRESSES {{n: 1}}]-{node}>")),
            (Value::list(vec![Value::Null, Value::Bool(true)]), Extent::Whole, "[null, true]".to_owned()),
        ];
        for (value, extent, expected) in cases {
            assert_eq!(notation(&value, &view, extent), expected);
        }
    }

    #[test]
    fn names_are_quoted_when_they_must_be() {
        for (text, expected) in [
            ("Skill", "Skill"),
            ("größe_2", "größe_2"),
            ("", "``"),
            ("a b", "`a b`"),
            ("a`b", "`a``b`"),
            ("2a", "`2a`"),
        ] {
            assert_eq!(name(text), expected);
        }
    }
}
