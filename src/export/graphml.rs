//! GraphML, as Gephi, yEd, igraph and NetworkX read it.
//!
//! A property becomes a `data` element; its key declares the type that all its values share, else `string`. Lists and
//! maps are JSON texts. Beside the properties a node has `label` (what it is called) and `labels` (`:A:B`), an edge has
//! `label` (its type); a property of the same name makes ours `label_`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::json;
use super::picture::{Picture, Property};
use super::text;
use crate::model::Value;

/// The declared keys of nodes or of edges: name to type and number.
type Keys<'v> = BTreeMap<&'v str, (&'static str, usize)>;

/// Writes the picture.
pub(super) fn write(picture: &Picture<'_, '_>, out: &mut dyn Write) -> io::Result<()> {
    let mut declared = 0;
    let node_keys = keys(picture.nodes.iter().map(|node| picture.node_properties(node)), &mut declared);
    let edge_keys = keys(picture.edges.iter().map(|edge| picture.edge_properties(edge)), &mut declared);
    let [name, labels] = ["label", "labels"].map(|ours| free(ours, &node_keys));
    let edge_type = free("label", &edge_keys);

    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    out.write_all(b"<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n")?;
    for (id, owner, name) in [("name", "node", &name), ("labels", "node", &labels), ("type", "edge", &edge_type)] {
        writeln!(out, "  <key id=\"{id}\" for=\"{owner}\" attr.name=\"{name}\" attr.type=\"string\"/>")?;
    }
    for (owner, keys) in [("node", &node_keys), ("edge", &edge_keys)] {
        for (key, (kind, number)) in keys {
            let key = escape(key);
            writeln!(out, "  <key id=\"d{number}\" for=\"{owner}\" attr.name=\"{key}\" attr.type=\"{kind}\"/>")?;
        }
    }
    out.write_all(b"  <graph edgedefault=\"directed\">\n")?;
    for (place, node) in picture.nodes.iter().enumerate() {
        let labels: String = picture.labels(node).iter().map(|label| format!(":{label}")).collect();
        let mut data = element("name", &node.caption) + &element("labels", &labels);
        data += &elements(&picture.node_properties(node), &node_keys);
        writeln!(out, "    <node id=\"n{place}\">{data}</node>")?;
    }
    for (place, edge) in picture.edges.iter().enumerate() {
        let data = element("type", edge.edge_type) + &elements(&picture.edge_properties(edge), &edge_keys);
        let (source, target) = (edge.source, edge.target);
        writeln!(out, "    <edge id=\"e{place}\" source=\"n{source}\" target=\"n{target}\">{data}</edge>")?;
    }
    out.write_all(b"  </graph>\n</graphml>\n")
}

/// Every key that occurs, with the type that all its values share; numbers go on from `declared`.
fn keys<'v, 'g: 'v>(owners: impl Iterator<Item = Vec<Property<'v, 'g>>>, declared: &mut usize) -> Keys<'v> {
    let mut kinds = BTreeMap::new();
    for (key, value) in owners.flatten() {
        let kind = match value {
            Value::Bool(_) => "boolean",
            Value::Int(_) => "long",
            Value::Float(_) => "double",
            _ => "string",
        };
        let known = kinds.entry(key).or_insert(kind);
        if *known != kind {
            *known = "string";
        }
    }
    let numbered = kinds.into_iter().map(|(key, kind)| {
        *declared += 1;
        (key, (kind, *declared - 1))
    });
    numbered.collect()
}

/// `ours`, or the first name like it that no property has.
fn free(ours: &str, keys: &Keys<'_>) -> String {
    let mut name = ours.to_owned();
    while keys.contains_key(name.as_str()) {
        name.push('_');
    }
    name
}

fn elements(properties: &[Property<'_, '_>], keys: &Keys<'_>) -> String {
    let declared = properties.iter().filter_map(|(key, value)| Some((keys.get(key)?, value)));
    declared.map(|((kind, number), value)| element(&format!("d{number}"), &content(kind, value))).collect()
}

fn element(key: &str, content: &str) -> String {
    format!("<data key=\"{key}\">{}</data>", escape(content))
}

/// A value as text; floats as XML Schema spells them where the key says `double`.
fn content(kind: &str, value: &Value<'_>) -> String {
    match value {
        Value::Float(float) if kind == "double" && float.is_infinite() => {
            if *float > 0.0 {
                "INF".to_owned()
            } else {
                "-INF".to_owned()
            }
        }
        other => json::text(other),
    }
}

/// The text as content and as an attribute's value alike. What XML 1.0 cannot say in any spelling becomes U+FFFD.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // A parser turns them into blanks in attributes, and a carriage return into a line feed, unless spelled so.
            '\t' | '\n' | '\r' => {
                let _ = write!(escaped, "&#{};", u32::from(char));
            }
            // The C1 controls are discouraged, not forbidden.
            '\u{80}'..='\u{9f}' => escaped.push(char),
            other if text::is_printable(other) => escaped.push(other),
            _ => escaped.push('\u{fffd}'),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping() {
        let cases = [
            ("a < b && c > \"d\"", "a &lt; b &amp;&amp; c &gt; &quot;d&quot;"),
            ("]]>", "]]&gt;"),
            ("a\nb\tc\r", "a&#10;b&#9;c&#13;"),
            ("\u{0}\u{7}\u{ffff}", "\u{fffd}\u{fffd}\u{fffd}"),
            ("مرحبا 🎉", "مرحبا 🎉"),
        ];
        for (text, expected) in cases {
            assert_eq!(escape(text), expected, "{text:?}");
        }
    }
}
