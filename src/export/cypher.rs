//! A graph, or a part of one, as a Cypher script that builds it again, its indexes and constraints with it.
//!
//! Nodes are numbered while the script runs: each has a label and a property of its own, which an index finds and which
//! the end of the script removes. Constraints come last, when everything that they are about is there. What a script
//! cannot say is the graph's schema, and properties that statements do not make: maps, lists in lists, nulls in lists.

use std::io::{self, Write};

use crate::model::definition::{Definition, Rule, Subject};
use crate::model::temporal::Temporal;
use crate::model::value::format_float;
use crate::model::{EdgeId, KeyId, LabelId, NodeId, Value};
use crate::store::View;

use super::Report;
use super::order::Part;

/// Rows of one statement: enough that reading it costs little per row, and few enough that it needs little memory.
const ROWS: usize = 500;

const UNSAID: &str = "a script cannot say maps, lists in lists and nulls in lists: these properties are left out";

/// Writes the script.
///
/// ```
/// use kenning::store::{Snapshot, View};
///
/// let base = Snapshot::empty();
/// let mut view = View::new(&base);
/// view.create_node(&["Skill"], vec![("name", kenning::model::Value::string("Python"))])?;
/// let mut script = Vec::new();
/// kenning::export::script(&view, &mut script)?;
/// assert!(String::from_utf8(script)?.contains("CREATE (n:_dump:Skill)"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The output's.
pub fn script(view: &View<'_>, out: &mut dyn Write) -> io::Result<Report> {
    write(Part::Whole, view, out)
}

/// Writes the script of a part.
pub(super) fn write(part: Part<'_>, view: &View<'_>, out: &mut dyn Write) -> io::Result<Report> {
    let mut mark = "_dump".to_owned();
    while view.label_id(&mark).is_some() || view.key_id(&mark).is_some() {
        mark.insert(0, '_');
    }
    let mark = quoted(&mark);
    let mut report = Report::default();
    if view.schema().is_some() {
        report.notes.push("a script cannot say the graph's schema: its words for sentences are left out".to_owned());
    }
    writeln!(out, "CREATE INDEX {mark} FOR (n:{mark}) ON (n.{mark});")?;
    nodes(part, view, &mark, &mut report, out)?;
    edges(part, view, &mark, &mut report, out)?;
    writeln!(out, "DROP INDEX {mark};")?;
    writeln!(out, "MATCH (n:{mark}) REMOVE n:{mark}, n.{mark};")?;
    let definitions = view.constraints().into_iter();
    let indexes = view.indexes().into_iter().filter(|index| !index.rule.is_constraint());
    definitions.chain(indexes).try_for_each(|definition| define(&definition, out))?;
    Ok(report)
}

/// Nodes with the same labels come together, in the order of their ids.
fn nodes(part: Part<'_>, view: &View<'_>, mark: &str, report: &mut Report, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = Rows::default();
    let mut add = |node: NodeId| {
        let labels: String = view.node_labels(node).iter().map(|label: &LabelId| label_text(view, *label)).collect();
        let create = format!("CREATE (n:{mark}{labels}) SET n = row[1], n.{mark} = row[0]");
        let row = format!("[{}, {}]", node.0, properties(view, view.node_properties(node), report));
        report.nodes += 1;
        rows.add(&create, row, out)
    };
    match part {
        Part::Whole => view.scan(|_| true).into_iter().flatten().map(NodeId).try_for_each(&mut add)?,
        Part::Some(subgraph) => {
            let mut there = subgraph.nodes.iter().copied().filter(|node| view.contains_node(*node));
            there.try_for_each(&mut add)?;
        }
    }
    rows.end(out)
}

fn edges(part: Part<'_>, view: &View<'_>, mark: &str, report: &mut Report, out: &mut dyn Write) -> io::Result<()> {
    let (mut rows, mut result) = (Rows::default(), Ok(()));
    let mut add = |edge: EdgeId, source: NodeId, target: NodeId| {
        let Some(ends) = view.edge(edge).filter(|_| result.is_ok()) else { return };
        let edge_type = quoted(view.edge_type_name(ends.edge_type));
        let create = format!(
            "MATCH (a:{mark} {{{mark}: row[0]}}), (b:{mark} {{{mark}: row[1]}}) CREATE (a)-[e:{edge_type}]->(b) SET e = row[2]"
        );
        let row = format!("[{}, {}, {}]", source.0, target.0, properties(view, view.edge_properties(edge), report));
        result = rows.add(&create, row, out);
        report.edges += 1;
    };
    match part {
        Part::Whole => view.edges(None, add),
        Part::Some(subgraph) => {
            let there = |node: &NodeId| subgraph.nodes.contains(node) && view.contains_node(*node);
            for edge in subgraph.edges.iter().filter(|edge| view.contains_edge(**edge)) {
                let Some(ends) = view.edge(*edge).filter(|ends| there(&ends.source) && there(&ends.target)) else {
                    continue;
                };
                add(*edge, ends.source, ends.target);
            }
        }
    }
    result?;
    rows.end(out)
}

/// Rows for which the same is to be done.
#[derive(Default)]
struct Rows {
    what: String,
    rows: Vec<String>,
}

impl Rows {
    fn add(&mut self, what: &str, row: String, out: &mut dyn Write) -> io::Result<()> {
        if self.what != what || self.rows.len() == ROWS {
            self.end(out)?;
            what.clone_into(&mut self.what);
        }
        self.rows.push(row);
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if !self.rows.is_empty() {
            writeln!(out, "UNWIND [\n  {}\n] AS row {};", self.rows.join(",\n  "), self.what)?;
            self.rows.clear();
        }
        Ok(())
    }
}

pub(crate) fn define(definition: &Definition, out: &mut dyn Write) -> io::Result<()> {
    let (what, pattern) = match &definition.subject {
        Subject::Nodes(label) => ("n", format!("(n:{})", quoted(label))),
        Subject::Edges(edge_type) => ("e", format!("()-[e:{}]-()", quoted(edge_type))),
    };
    let keys: Vec<String> = definition.keys.iter().map(|key| format!("{what}.{}", quoted(key))).collect();
    // A word of the language may not stand here as it is.
    let name = format!("`{}`", definition.name.replace('`', "``"));
    let keys = format!("({})", keys.join(", "));
    match definition.rule {
        Rule::Index => writeln!(out, "CREATE INDEX {name} FOR {pattern} ON {keys};"),
        Rule::Unique => writeln!(out, "CREATE CONSTRAINT {name} FOR {pattern} REQUIRE {keys} IS UNIQUE;"),
        Rule::NotNull => writeln!(out, "CREATE CONSTRAINT {name} FOR {pattern} REQUIRE {keys} IS NOT NULL;"),
        Rule::Key => writeln!(out, "CREATE CONSTRAINT {name} FOR {pattern} REQUIRE {keys} IS NODE KEY;"),
    }
}

fn label_text(view: &View<'_>, label: LabelId) -> String {
    format!(":{}", quoted(view.label_name(label)))
}

fn properties(view: &View<'_>, mut properties: Vec<(KeyId, Value<'_>)>, report: &mut Report) -> String {
    let all = properties.len();
    properties.retain(|(_, value)| match value {
        Value::List(items) => items.iter().all(is_plain),
        value => is_plain(value),
    });
    if properties.len() < all && !report.notes.iter().any(|note| note == UNSAID) {
        report.notes.push(UNSAID.to_owned());
    }
    let entries = properties.iter().map(|(key, value)| format!("{}: {}", quoted(view.key_name(*key)), literal(value)));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
}

/// What statements make properties of, lists aside.
fn is_plain(value: &Value<'_>) -> bool {
    !matches!(value, Value::Null | Value::List(_) | Value::Map(_) | Value::Node(_) | Value::Edge(_) | Value::Path(_))
}

/// A name as the grammar reads it, whatever its characters. No word is kept from labels, types and keys.
pub(crate) fn quoted(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let plain = first && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { name.to_owned() } else { format!("`{}`", name.replace('`', "``")) }
}

/// An expression whose value is this property's.
pub(crate) fn literal(value: &Value<'_>) -> String {
    match value {
        Value::Bool(bool) => bool.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) if float.is_nan() => "(0.0 / 0.0)".to_owned(),
        Value::Float(float) if float.is_infinite() => format!("({}1.0 / 0.0)", if *float < 0.0 { "-" } else { "" }),
        Value::Float(float) => format_float(*float),
        Value::String(text) => string(text.as_str()),
        Value::Temporal(temporal) => moment(temporal),
        Value::List(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        // These are left out before.
        Value::Null | Value::Map(_) | Value::Node(_) | Value::Edge(_) | Value::Path(_) => "null".to_owned(),
    }
}

/// Between quotes, on one line, with nothing in it that a terminal or an editor could take for its own.
fn string(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() || ('\u{200b}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c) => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

fn moment(temporal: &Temporal) -> String {
    match temporal {
        // Its text cannot tell a day from 24 hours in every case; its parts can.
        Temporal::Duration(d) => format!(
            "duration({{months: {}, days: {}, seconds: {}, nanoseconds: {}}})",
            d.months, d.days, d.seconds, d.nanos
        ),
        other => format!("{}('{other}')", other.kind().name()),
    }
}
