//! GraphML, as Gephi, yEd, igraph and NetworkX read it; `ken import` reads it back.
//!
//! A property becomes a `data` element; its key declares the type that all its values share. Temporal values are
//! `string`s in ISO 8601, and so are lists, maps and values of several kinds, as JSON texts. Beside the properties a node
//! has `label` (what it is called) and `labels` (`:A:B`), an edge has `label` (its type); a property of the same name
//! makes ours `label_`. What GraphML's types do not tell stands in the key's `desc`, which other programs skip: `ken:date`,
//! `ken:json`, `ken:labels`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::Report;
use super::column::{Columns, Kind, Scalar, note};
use super::json;
use super::order::Order;
use super::picture::{self, Property};
use super::text;
use crate::model::Value;

/// The declared keys of nodes or of edges: name to kind and number.
type Keys<'v> = BTreeMap<&'v str, (Kind, usize)>;

/// Writes the graph; it is walked twice, because the keys come first.
pub(super) fn write(order: &Order<'_, '_>, out: &mut dyn Write) -> io::Result<Report> {
    let (node_keys, edge_keys) = keys(order)?;
    let [name, labels] = ["label", "labels"].map(|ours| free(ours, &node_keys));
    let edge_type = free("label", &edge_keys);
    let mut writer = Writer { out, replaced: false };

    writer.line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writer.line("<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">")?;
    writer.key("name", "node", &name, "string", Some("caption"))?;
    writer.key("labels", "node", &labels, "string", Some("labels"))?;
    writer.key("type", "edge", &edge_type, "string", Some("type"))?;
    for (owner, keys) in [("node", &node_keys), ("edge", &edge_keys)] {
        for (key, (kind, number)) in keys {
            let (basic, exact) = types(*kind);
            writer.key(&format!("d{number}"), owner, key, basic, exact)?;
        }
    }
    writer.line("  <graph edgedefault=\"directed\">")?;
    let schema = order.view.schema();
    for (place, (labels, node)) in order.labelled().enumerate() {
        let label = picture::first_label(labels, schema);
        let node_type = schema.and_then(|schema| schema.node_type(label));
        let caption = picture::caption(order.view, node_type, label, node);
        let labels: String = labels.iter().map(|label| format!(":{}", quoted(label))).collect();
        let mut data = writer.element("name", &caption) + &writer.element("labels", &labels);
        data += &writer.elements(&order.node_properties(node), &node_keys);
        writer.line(&format!("    <node id=\"n{place}\">{data}</node>"))?;
    }
    let mut edges = 0;
    for edge_type in order.types() {
        order.edges_of(edge_type, &mut |edge| {
            let properties = writer.elements(&order.edge_properties(edge), &edge_keys);
            let data = writer.element("type", edge_type) + &properties;
            let (source, target) = (edge.source, edge.target);
            edges += 1;
            let id = edges - 1;
            writer.line(&format!("    <edge id=\"e{id}\" source=\"n{source}\" target=\"n{target}\">{data}</edge>"))
        })?;
    }
    writer.line("  </graph>\n</graphml>")?;
    let mut report = Report { nodes: order.nodes.len(), edges, notes: Vec::new() };
    if writer.replaced {
        report.notes.push("XML has no way to say some control characters: U+FFFD stands in their place".to_owned());
    }
    Ok(report)
}

/// Every key that occurs at nodes and at edges, with the kind that all its values share.
fn keys<'v>(order: &Order<'v, '_>) -> io::Result<(Keys<'v>, Keys<'v>)> {
    let (mut at_nodes, mut at_edges) = (Columns::new(), Columns::new());
    order.nodes.iter().for_each(|node| note(&mut at_nodes, &order.node_properties(*node), Kind::of));
    for edge_type in order.types() {
        order.edges_of(edge_type, &mut |edge| {
            note(&mut at_edges, &order.edge_properties(edge), Kind::of);
            Ok(())
        })?;
    }
    let nodes = at_nodes.len();
    let numbered = |columns: Columns<'v>, first: usize| {
        columns.into_iter().zip(first..).map(|((key, kind), number)| (key, (kind, number))).collect()
    };
    Ok((numbered(at_nodes, 0), numbered(at_edges, nodes)))
}

/// GraphML's type, and what it does not tell.
fn types(kind: Kind) -> (&'static str, Option<&'static str>) {
    match kind {
        Kind::One(Scalar::Bool) => ("boolean", None),
        Kind::One(Scalar::Int) => ("long", None),
        Kind::One(Scalar::Float) => ("double", None),
        Kind::One(Scalar::String) => ("string", None),
        Kind::One(Scalar::Temporal(kind)) => ("string", Some(kind.name())),
        Kind::List(_) | Kind::Mixed => ("string", Some("json")),
    }
}

/// `ours`, or the first name like it that no property has.
fn free(ours: &str, keys: &Keys<'_>) -> String {
    let mut name = ours.to_owned();
    while keys.contains_key(name.as_str()) {
        name.push('_');
    }
    name
}

/// A label as it is, or between backquotes when it could be taken for several.
fn quoted(label: &str) -> String {
    let plain = !label.is_empty() && !label.contains([':', '`']);
    if plain { label.to_owned() } else { format!("`{}`", label.replace('`', "``")) }
}

struct Writer<'o> {
    out: &'o mut dyn Write,
    /// Whether there were characters that XML cannot say.
    replaced: bool,
}

impl Writer<'_> {
    fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    fn key(&mut self, id: &str, owner: &str, name: &str, basic: &str, exact: Option<&str>) -> io::Result<()> {
        let name = self.escaped(name);
        let start = format!("  <key id=\"{id}\" for=\"{owner}\" attr.name=\"{name}\" attr.type=\"{basic}\"");
        match exact {
            Some(exact) => self.line(&format!("{start}><desc>ken:{exact}</desc></key>")),
            None => self.line(&format!("{start}/>")),
        }
    }

    fn elements(&mut self, properties: &[Property<'_, '_>], keys: &Keys<'_>) -> String {
        let declared = properties.iter().filter_map(|(key, value)| Some((keys.get(key)?, value)));
        declared.map(|((kind, number), value)| self.element(&format!("d{number}"), &content(*kind, value))).collect()
    }

    fn element(&mut self, key: &str, content: &str) -> String {
        format!("<data key=\"{key}\">{}</data>", self.escaped(content))
    }

    fn escaped(&mut self, text: &str) -> String {
        let (escaped, replaced) = spelled(text);
        self.replaced |= replaced;
        escaped
    }
}

/// A value as text; floats as XML Schema spells them.
fn content(kind: Kind, value: &Value<'_>) -> String {
    match value {
        _ if matches!(kind, Kind::List(_) | Kind::Mixed) => in_ascii(&json::exact(value).to_string()),
        Value::Float(float) if float.is_infinite() => if *float > 0.0 { "INF" } else { "-INF" }.to_owned(),
        Value::Temporal(temporal) => temporal.to_string(),
        other => json::text(other),
    }
}

/// A JSON text with what XML cannot say spelled as JSON can.
fn in_ascii(json: &str) -> String {
    let mut spelled = String::with_capacity(json.len());
    for char in json.chars() {
        if is_xml(char) {
            spelled.push(char);
        } else {
            let _ = write!(spelled, "\\u{:04x}", u32::from(char));
        }
    }
    spelled
}

/// Whether XML has a way to say the character. The C1 controls are discouraged, not forbidden.
fn is_xml(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | '\u{7f}'..='\u{9f}') || text::is_printable(char)
}

/// The text as content and as an attribute's value alike. What XML 1.0 cannot say in any spelling becomes U+FFFD.
pub(super) fn escape(text: &str) -> String {
    spelled(text).0
}

/// The text as content and as an attribute's value alike, and whether there are characters that XML 1.0
/// cannot say in any spelling; these become U+FFFD.
fn spelled(text: &str) -> (String, bool) {
    let (mut escaped, mut replaced) = (String::with_capacity(text.len()), false);
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // A parser turns them into blanks in attributes, and a carriage return into a line feed, unless spelled so.
            '\t' | '\n' | '\r' | '\u{85}' => {
                let _ = write!(escaped, "&#{};", u32::from(char));
            }
            other if is_xml(other) => escaped.push(other),
            _ => {
                replaced = true;
                escaped.push('\u{fffd}');
            }
        }
    }
    (escaped, replaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping() {
        let cases = [
            ("a < b && c > \"d\"", "a &lt; b &amp;&amp; c &gt; &quot;d&quot;", false),
            ("]]>", "]]&gt;", false),
            ("a\nb\tc\r", "a&#10;b&#9;c&#13;", false),
            ("\u{0}\u{7}\u{ffff}", "\u{fffd}\u{fffd}\u{fffd}", true),
            ("مرحبا 🎉", "مرحبا 🎉", false),
        ];
        for (text, expected, replaced) in cases {
            assert_eq!(spelled(text), (expected.to_owned(), replaced), "{text:?}");
        }
    }
}
