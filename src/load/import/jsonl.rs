//! JSON lines: one object a line.
//!
//! What a line is, it says itself:
//!
//! ```json
//! {"kind":"node","id":"n0","labels":["Skill"],"properties":{"name":"Python"}}
//! {"kind":"edge","type":"USES","source":"n0","target":"n1","properties":{"since":{"$date":"2024-02-29"}}}
//! {"type":"node","id":"0","labels":["Skill"],"properties":{"name":"Python"}}
//! {"type":"relationship","id":"0","label":"USES","start":{"id":"0"},"end":{"id":"1"},"properties":{}}
//! {"name":"Python","since":1991}
//! ```
//!
//! The first two are `ken export`'s, the next two those of Neo4j's `apoc.export.json`. Any other object is a node by its
//! properties, with the file's name as its label and `id` (or the key that the schema declares) to be known by. Ids of
//! the first four mean something within the file only.

use super::file_ids::{Ids, Properties};
use super::{Input, Intake, Node, Place, Space, Stop, json, lines::Lines};
use crate::model::Value;
use crate::model::value::Map;

/// How objects become nodes that do not say what they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plain<'p> {
    /// Their label; the file's name without a word about it.
    pub(super) label: Option<&'p str>,
    /// The property by which they are known; `id` without a word about it.
    pub(super) key: Option<&'p str>,
}

/// Reads a file.
pub(super) fn read(input: &Input, plain: &Plain<'_>, intake: &mut Intake) -> Result<(), Stop> {
    let file = intake.file(input.name());
    let mut lines = match input.open(true).and_then(Lines::new) {
        Ok(lines) => lines,
        Err(error) => return intake.problem(Place { file, line: 0 }, &format!("cannot read the file: {error}"), ""),
    };
    let mut ids = Ids::new(input.name(), None, intake);
    loop {
        let line = match lines.next() {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(()),
            Err((line, error)) => return intake.problem(Place { file, line }, &format!("cannot read on: {error}"), ""),
        };
        let place = Place { file, line: line.number };
        match line.text {
            Err(message) => intake.problem(place, &message, "")?,
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) if line.number == 1 && text.trim_start().starts_with('[') => {
                let message = "this is a JSON array, and an object a line is read\nmake lines of it: `jq -c '.[]'`";
                return intake.problem(place, message, "");
            }
            Ok(text) => {
                let taken = json::parse(text).and_then(|value| record(&value, input, plain));
                match taken {
                    Ok(Record::Node { id, labels, properties }) => {
                        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
                        ids.node(place, id.as_deref(), &labels, &properties, intake)?;
                    }
                    Ok(Record::Edge { edge_type, ends, properties }) => {
                        let ends = [ends[0].as_str(), ends[1].as_str()];
                        ids.edge(place, &edge_type, ends, &properties, intake)?;
                    }
                    Ok(Record::Plain { label, properties }) => {
                        let key = key(&label, plain, intake);
                        let mut node = Node::new(&[label.as_str()]);
                        let known = properties.iter().find(|(name, value)| *name == key && !value.is_null());
                        if let Some((_, value)) = known {
                            let space = intake.space(Space::Key { label: &label, key: &key });
                            node = node.identity(space, value.clone());
                        } else if plain.key.is_some() {
                            intake.problem(place, &format!("there is no `{key}` to know this by"), text)?;
                            continue;
                        }
                        for (name, value) in &properties {
                            node = node.property(name, value.clone());
                        }
                        intake.node(place, &node)?;
                    }
                    Err(message) => intake.problem(place, &message, text)?,
                }
            }
        }
    }
}

/// What a line says.
enum Record {
    Node { id: Option<String>, labels: Vec<String>, properties: Properties },
    Edge { edge_type: String, ends: [String; 2], properties: Properties },
    Plain { label: String, properties: Properties },
}

fn record(value: &Value<'static>, input: &Input, plain: &Plain<'_>) -> Result<Record, String> {
    let Value::Map(object) = value else {
        return Err(format!("this is {}, and a JSON object was expected", value.type_name()));
    };
    let word = |key: &str| match object.get(key) {
        Some(Value::String(text)) => Some(text.as_str()),
        _ => None,
    };
    if word("kind") == Some("node") && matches!(object.get("labels"), Some(Value::List(_))) {
        return node(object);
    }
    if word("kind") == Some("edge") && object.contains_key("source") && object.contains_key("target") {
        let ends = [id(object, "source")?, id(object, "target")?];
        return edge(object, "type", ends);
    }
    let of_a_node = |key: &crate::model::Str<'_>| ["id", "labels", "properties", "type"].contains(&key.as_str());
    if word("type") == Some("node") && object.contains_key("id") && object.keys().all(of_a_node) {
        return node(object);
    }
    if word("type") == Some("relationship") && object.contains_key("start") && object.contains_key("end") {
        let end = |key: &str| match object.get(key) {
            Some(Value::Map(end)) => id(end, "id").map_err(|error| format!("`{key}`: {error}")),
            _ => Err(format!("`{key}` is no object with the `id` of a node")),
        };
        return edge(object, "label", [end("start")?, end("end")?]);
    }
    let label = plain.label.unwrap_or(input.stem()).to_owned();
    Ok(Record::Plain { label, properties: properties(object)? })
}

fn node(object: &Map<'static>) -> Result<Record, String> {
    let mut labels = Vec::new();
    match object.get("labels") {
        None | Some(Value::Null) => {}
        Some(Value::List(items)) => {
            for item in items.iter() {
                let Value::String(label) = item else {
                    return Err(format!("a label is a text, and this is {}", item.type_name()));
                };
                labels.push(label.to_string());
            }
        }
        Some(other) => return Err(format!("`labels` is {}, and a list of texts was expected", other.type_name())),
    }
    let id = match object.get("id") {
        None | Some(Value::Null) => None,
        Some(_) => Some(id(object, "id")?),
    };
    Ok(Record::Node { id, labels, properties: inner(object)? })
}

fn edge(object: &Map<'static>, naming: &str, ends: [String; 2]) -> Result<Record, String> {
    let edge_type = match object.get(naming) {
        Some(Value::String(text)) => text.to_string(),
        _ => return Err(format!("the edge's type is missing: a text `{naming}` was expected")),
    };
    Ok(Record::Edge { edge_type, ends, properties: inner(object)? })
}

/// What is under `properties`.
fn inner(object: &Map<'static>) -> Result<Properties, String> {
    match object.get("properties") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Map(map)) => properties(map),
        Some(other) => Err(format!("`properties` is {}, and an object was expected", other.type_name())),
    }
}

fn properties(map: &Map<'static>) -> Result<Properties, String> {
    let read = |(key, value): (&crate::model::Str<'static>, &Value<'static>)| {
        let value = json::property(value).map_err(|error| format!("`{}`: {error}", key.as_str()))?;
        Ok((key.to_string(), value))
    };
    map.iter().map(read).collect()
}

/// A text or a whole number, as a text.
fn id(object: &Map<'static>, key: &str) -> Result<String, String> {
    match object.get(key) {
        Some(Value::String(text)) => Ok(text.to_string()),
        Some(Value::Int(number)) => Ok(number.to_string()),
        Some(other) => Err(format!("`{key}` is {}, and an id is a text or a whole number", other.type_name())),
        None => Err(format!("`{key}` is missing")),
    }
}

/// The property by which plain nodes with this label are known.
pub(super) fn key(label: &str, plain: &Plain<'_>, intake: &Intake) -> String {
    let declared = || intake.declared()?.node_type(label).map(|node_type| node_type.key.clone());
    plain.key.map(str::to_owned).or_else(declared).unwrap_or_else(|| "id".to_owned())
}
