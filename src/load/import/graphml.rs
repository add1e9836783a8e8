//! GraphML, as `ken export`, Neo4j's `apoc.export.graphml`, Gephi, yEd, igraph and NetworkX write it.
//!
//! A node is what stands under its `id`; its labels are the attribute `labels` (`:A:B`), or the data that our export and
//! Neo4j's call so. An edge's type is the attribute or the data `label`, else `RELATED`. Other data are properties of the
//! type that their key declares. Of files that are not ours the ids are kept as the property `id`, unless there is one.
//!
//! A graph inside a node, and an edge with more than two ends, are no part of a property graph and are refused. Markup
//! inside of data (yEd's drawings) is left out. Entities of a DTD are never expanded.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion, escape};

use super::file_ids::{Ids, Properties};
use super::lines::{Counted, LONGEST};
use super::{FileId, Input, Intake, Place, Stop, json};
use crate::model::Value;
use crate::model::temporal::{Temporal, TemporalKind};

/// Elements nest at most so deep; what is of interest is at depth 4.
const DEEPEST: usize = 100;

/// The type of edges that name none.
const UNTYPED: &str = "RELATED";

/// Reads a file.
pub(super) fn read(input: &Input, intake: &mut Intake) -> Result<(), Stop> {
    let file = intake.file(input.name());
    let bytes = match input.open(true).and_then(Counted::new) {
        Ok(bytes) => bytes,
        Err(error) => return intake.problem(Place { file, line: 0 }, &format!("cannot read the file: {error}"), ""),
    };
    let mut reader = Reader::from_reader(bytes);
    reader.config_mut().expand_empty_elements = true;
    let mut document = Document::new(input.name(), file);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        if !document.inside.iter().any(|inside| matches!(inside, Inside::Node | Inside::Edge | Inside::Key)) {
            reader.get_mut().pause();
        }
        let line = reader.get_ref().line();
        let taken = match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) => return document.end(line, intake),
            Ok(event) => document.event(event, line, intake),
            Err(error) => {
                let line = reader.get_ref().line();
                return intake.problem(Place { file, line }, &format!("this is not XML: {error}"), "");
            }
        };
        match taken {
            Ok(()) => {}
            Err(End::Stopped) => return Err(Stop),
            Err(End::Unreadable(message)) => return intake.problem(Place { file, line }, &message, ""),
        }
    }
}

/// Why reading ends early.
enum End {
    Stopped,
    /// What is wrong with the file, so that the rest of it makes no sense.
    Unreadable(String),
}

impl From<Stop> for End {
    fn from(_: Stop) -> Self {
        End::Stopped
    }
}

fn unreadable(message: impl Into<String>) -> End {
    End::Unreadable(message.into())
}

/// The elements that are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Root,
    Key,
    Default,
    Description,
    Graph,
    Node,
    Edge,
    Data,
    /// Something of no interest.
    Other,
}

/// What the values of a key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bool,
    Int,
    Float,
    String,
    Temporal(TemporalKind),
    Json,
    Labels,
    EdgeType,
    /// Told for people, and by other properties.
    Caption,
}

#[derive(Debug)]
struct Key {
    id: String,
    /// Of nodes, of edges, or of both.
    owner: String,
    /// The property; none when the data are drawings.
    name: Option<String>,
    kind: Kind,
    default: Option<String>,
}

/// A node or an edge that is open.
#[derive(Default)]
struct Element {
    line: u64,
    attributes: HashMap<String, String>,
    /// Keys' ids and contents.
    data: Vec<(String, String)>,
    wrong: Option<String>,
}

struct Document<'i> {
    name: &'i str,
    file: FileId,
    inside: Vec<Inside>,
    keys: Vec<Key>,
    /// Places of keys by their ids.
    of_nodes: HashMap<String, usize>,
    of_edges: HashMap<String, usize>,
    /// Whether [`crate`]'s export wrote the file.
    ours: bool,
    element: Element,
    /// The key of the data that are open.
    data: String,
    text: String,
    /// There was markup in the data.
    drawn: bool,
    ids: Option<Ids>,
}

impl<'i> Document<'i> {
    fn new(name: &'i str, file: FileId) -> Self {
        Document {
            name,
            file,
            inside: Vec::new(),
            keys: Vec::new(),
            of_nodes: HashMap::new(),
            of_edges: HashMap::new(),
            ours: false,
            element: Element::default(),
            data: String::new(),
            text: String::new(),
            drawn: false,
            ids: None,
        }
    }

    fn event(&mut self, event: Event<'_>, line: u64, intake: &mut Intake) -> Result<(), End> {
        let reads = matches!(self.inside.last(), Some(Inside::Data | Inside::Default | Inside::Description));
        match event {
            Event::Decl(declaration) => match declaration.encoding() {
                Some(Ok(encoding)) if !encoding.eq_ignore_ascii_case("utf-8") => Err(unreadable(format!(
                    "this file says that it is written in {encoding}, and UTF-8 is read\n\
                     convert the file (`iconv -t UTF-8`) and its first line"
                ))),
                _ => Ok(()),
            },
            Event::Start(start) => self.start(&start, line, intake),
            Event::End(_) => self.close(intake),
            Event::Text(text) if reads => self.push(&text.xml10_content()),
            Event::CData(text) if reads => self.push(&text.xml10_content()),
            Event::GeneralRef(reference) if reads => match reference.resolve_char_ref() {
                Ok(Some(char)) => self.push(char.encode_utf8(&mut [0; 4])),
                Ok(None) => match escape::resolve_predefined_entity(&reference) {
                    Some(text) => self.push(text),
                    None => {
                        let name: String = reference.chars().take(40).collect();
                        self.element.wrong =
                            Some(format!("`&{name};` is not known: entities of a DTD are not expanded"));
                        Ok(())
                    }
                },
                Err(error) => {
                    self.element.wrong = Some(format!("this is no character: {error}"));
                    Ok(())
                }
            },
            Event::Text(text) if self.inside.is_empty() && !text.trim().is_empty() => {
                Err(unreadable("this is not XML: it begins with a text"))
            }
            _ => Ok(()),
        }
    }

    fn push(&mut self, text: &str) -> Result<(), End> {
        if self.text.len() + text.len() > LONGEST {
            return Err(unreadable(format!("a text is longer than {} MB", LONGEST >> 20)));
        }
        self.text.push_str(text);
        Ok(())
    }

    fn start(&mut self, start: &BytesStart<'_>, line: u64, intake: &mut Intake) -> Result<(), End> {
        if self.inside.len() >= DEEPEST {
            return Err(unreadable(format!("elements nest more than {DEEPEST} levels deep here")));
        }
        let name = start.local_name();
        let name: &str = name.as_ref();
        let inside = match (self.inside.last(), name) {
            (None, "graphml") => Inside::Root,
            (None, name) => return Err(unreadable(format!("this is no GraphML: its root is <{name}>"))),
            (Some(Inside::Root), "key") => {
                let attributes = attributes(start).map_err(unreadable)?;
                self.keys.push(key(attributes));
                Inside::Key
            }
            (Some(Inside::Key), "default") => Inside::Default,
            (Some(Inside::Key), "desc") => Inside::Description,
            (Some(Inside::Root), "graph") => {
                self.opened(intake);
                Inside::Graph
            }
            (Some(Inside::Graph), "node" | "edge") => {
                let attributes = attributes(start).map_err(unreadable)?;
                self.element = Element { line, attributes, ..Element::default() };
                if name == "node" { Inside::Node } else { Inside::Edge }
            }
            (Some(Inside::Graph), "hyperedge") => {
                let message =
                    "an edge with more than two ends is not read\nmake a node of it, with an edge to each end";
                intake.problem(Place { file: self.file, line }, message, "")?;
                Inside::Other
            }
            (Some(Inside::Node | Inside::Edge), "graph") => {
                let message = "a graph inside a node is not read\nflatten it: its nodes beside the others, with edges to the node";
                return Err(unreadable(message));
            }
            (Some(Inside::Node | Inside::Edge), "data") => {
                self.data = attributes(start).map_err(unreadable)?.remove("key").unwrap_or_default();
                self.drawn = false;
                Inside::Data
            }
            (Some(Inside::Data), _) => {
                self.drawn = true;
                Inside::Other
            }
            _ => Inside::Other,
        };
        if matches!(inside, Inside::Data | Inside::Default | Inside::Description) {
            self.text.clear();
        }
        self.inside.push(inside);
        Ok(())
    }

    fn close(&mut self, intake: &mut Intake) -> Result<(), End> {
        match self.inside.pop() {
            Some(Inside::Data) => {
                let text = std::mem::take(&mut self.text);
                if !self.drawn {
                    self.element.data.push((std::mem::take(&mut self.data), text));
                }
            }
            Some(Inside::Default) => {
                let text = std::mem::take(&mut self.text);
                if let Some(key) = self.keys.last_mut() {
                    key.default = Some(text);
                }
            }
            Some(Inside::Description) => {
                if let (Some(kind), Some(key)) =
                    (self.text.strip_prefix("ken:").and_then(described), self.keys.last_mut())
                {
                    self.ours |= matches!(kind, Kind::Labels | Kind::EdgeType);
                    key.kind = kind;
                }
            }
            Some(Inside::Node) => {
                let element = std::mem::take(&mut self.element);
                self.node(&element, intake)?;
            }
            Some(Inside::Edge) => {
                let element = std::mem::take(&mut self.element);
                self.edge(&element, intake)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&self, line: u64, intake: &mut Intake) -> Result<(), Stop> {
        let place = Place { file: self.file, line };
        match self.inside.last() {
            Some(_) => intake.problem(place, "the file ends too early: elements are still open", ""),
            None if self.ids.is_none() => intake.problem(place, "there is no graph in this file", ""),
            None => Ok(()),
        }
    }

    /// Keys stand before the graph: now it is known whose file this is.
    fn opened(&mut self, intake: &mut Intake) {
        let named = |key: &Key| key.owner != "edge" && key.name.as_deref() == Some("id");
        let kept = (!self.ours && !self.keys.iter().any(named)).then_some("id");
        if self.ids.is_none() {
            self.ids = Some(Ids::new(self.name, kept, intake));
        }
        for (place, key) in self.keys.iter().enumerate() {
            if key.owner != "edge" {
                self.of_nodes.insert(key.id.clone(), place);
            }
            if key.owner != "node" {
                self.of_edges.insert(key.id.clone(), place);
            }
        }
    }

    fn node(&mut self, element: &Element, intake: &mut Intake) -> Result<(), Stop> {
        let place = Place { file: self.file, line: element.line };
        let id = element.attributes.get("id");
        let said = element.attributes.get("labels");
        let read = self
            .properties(element, "node", |name, text| name == "labels" && (said.is_some() || text.starts_with(':')));
        match (read, id, &mut self.ids) {
            (Err(message), ..) => intake.problem(place, &message, id.map_or("", String::as_str)),
            (_, None, _) => intake.problem(place, "this node has no `id`", ""),
            (Ok((labels, properties)), Some(id), Some(ids)) => {
                let labels = said.cloned().or(labels).unwrap_or_default();
                let labels = self::labels(&labels);
                let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
                ids.node(place, Some(id), &labels, &properties, intake)
            }
            (Ok(_), Some(_), None) => Ok(()),
        }
    }

    fn edge(&mut self, element: &Element, intake: &mut Intake) -> Result<(), Stop> {
        let place = Place { file: self.file, line: element.line };
        let said = element.attributes.get("label");
        let read = self.properties(element, "edge", |name, _| name == "label");
        let ends = ["source", "target"].map(|end| element.attributes.get(end));
        match (read, ends, &self.ids) {
            (Err(message), ..) => intake.problem(place, &message, ""),
            (Ok((edge_type, properties)), [Some(source), Some(target)], Some(ids)) => {
                let edge_type = said.cloned().or(edge_type).unwrap_or_else(|| UNTYPED.to_owned());
                ids.edge(place, &edge_type, [source, target], &properties, intake)
            }
            (Ok(_), ..) => intake.problem(place, "this edge lacks `source` or `target`", ""),
        }
    }

    /// The labels or the type, and the properties; `names` tells the data that are the former in files of others.
    fn properties(
        &self,
        element: &Element,
        owner: &str,
        names: impl Fn(&str, &str) -> bool,
    ) -> Result<(Option<String>, Properties), String> {
        if let Some(wrong) = &element.wrong {
            return Err(wrong.clone());
        }
        let (mut own, mut properties) = (None, Properties::new());
        let index = if owner == "node" { &self.of_nodes } else { &self.of_edges };
        let mut take = |key: &Key, text: &str| {
            let Some(name) = &key.name else { return Ok::<(), String>(()) };
            match key.kind {
                Kind::Labels | Kind::EdgeType => own = Some(text.to_owned()),
                Kind::Caption => {}
                _ if !self.ours && names(name, text) => own = Some(text.to_owned()),
                kind => {
                    let value =
                        value(kind, text).map_err(|what| format!("`{name}`: `{}` is {what}", start_of(text)))?;
                    properties.push((name.clone(), value));
                }
            }
            Ok(())
        };
        for (id, text) in &element.data {
            let key = index.get(id).and_then(|at| self.keys.get(*at));
            let key = key.ok_or_else(|| format!("there is no <key id=\"{}\"> for a {owner}", start_of(id)))?;
            take(key, text)?;
        }
        let defaults = self.keys.iter().filter(|key| key.owner == owner || key.owner == "all");
        for (key, text) in defaults.filter_map(|key| Some((key, key.default.as_ref()?))) {
            if !element.data.iter().any(|(id, _)| *id == key.id) {
                take(key, text)?;
            }
        }
        Ok((own, properties))
    }
}

/// The attributes by name, without what refers to namespaces; of the same name twice, the last.
fn attributes(start: &BytesStart<'_>) -> Result<HashMap<String, String>, String> {
    let mut found = HashMap::new();
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| format!("this is not XML: {error}"))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.map_err(|error| format!("this is not XML: {error}\nentities of a DTD are not expanded"))?;
        let name: &str = attribute.key.as_ref();
        found.insert(name.to_owned(), value.into_owned());
    }
    Ok(found)
}

fn key(mut attributes: HashMap<String, String>) -> Key {
    let id = attributes.remove("id").unwrap_or_default();
    let drawing = attributes.contains_key("yfiles.type");
    let name = attributes.remove("attr.name").or_else(|| (!drawing).then(|| id.clone()));
    let kind = match attributes.get("attr.type").map(String::as_str) {
        // Neo4j's lists are JSON texts.
        _ if attributes.contains_key("attr.list") => Kind::Json,
        Some("boolean") => Kind::Bool,
        Some("int" | "long") => Kind::Int,
        Some("float" | "double") => Kind::Float,
        _ => Kind::String,
    };
    let owner = attributes.remove("for").unwrap_or_else(|| "all".to_owned());
    Key { id, owner, name, kind, default: None }
}

/// What `ken:` in a key's description says.
fn described(word: &str) -> Option<Kind> {
    Some(match word {
        "labels" => Kind::Labels,
        "type" => Kind::EdgeType,
        "caption" => Kind::Caption,
        "json" => Kind::Json,
        word => Kind::Temporal(TemporalKind::named(word)?),
    })
}

/// The value of a text, or what it is not.
fn value(kind: Kind, text: &str) -> Result<Value<'static>, String> {
    let trimmed = text.trim();
    if kind == Kind::String {
        return Ok(Value::string(text.to_owned()));
    }
    if trimmed.is_empty() {
        return Ok(Value::Null);
    }
    match kind {
        Kind::Bool => match trimmed {
            "true" | "True" | "1" => Ok(Value::Bool(true)),
            "false" | "False" | "0" => Ok(Value::Bool(false)),
            _ => Err("neither true nor false".to_owned()),
        },
        Kind::Int => trimmed.parse().map(Value::Int).map_err(|_| "no whole number of 64 bits".to_owned()),
        Kind::Float => trimmed.parse().map(Value::Float).map_err(|_| "no number".to_owned()),
        Kind::Temporal(kind) => {
            let read = Temporal::read(kind, trimmed).map(Value::from);
            read.ok_or_else(|| format!("no {}", kind.name()))
        }
        _ => json::parse(trimmed).and_then(|value| json::property(&value)).map_err(|error| format!("no JSON: {error}")),
    }
}

/// `:A:B`, or `:`A:B`` with a backquote twice for one of its own.
fn labels(text: &str) -> Vec<String> {
    let mut labels = Vec::new();
    let mut rest = text.strip_prefix(':').unwrap_or(text);
    while !rest.is_empty() {
        let mut label = String::new();
        if let Some(mut quoted) = rest.strip_prefix('`') {
            loop {
                let (part, after) = quoted.split_once('`').unwrap_or((quoted, ""));
                label += part;
                quoted = after;
                let Some(after) = quoted.strip_prefix('`') else { break };
                label.push('`');
                quoted = after;
            }
            rest = quoted.strip_prefix(':').unwrap_or(quoted);
            labels.push(label);
        } else {
            let (part, after) = rest.split_once(':').unwrap_or((rest, ""));
            rest = after;
            if !part.is_empty() {
                labels.push(part.to_owned());
            }
        }
    }
    labels
}

/// So much of a text as a message has room for.
fn start_of(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_a_text() {
        let cases: [(&str, &[&str]); 8] = [
            ("", &[]),
            (":A", &["A"]),
            (":A:B", &["A", "B"]),
            ("A", &["A"]),
            (":`A:B`:C", &["A:B", "C"]),
            (":`a``b`", &["a`b"]),
            (":``", &[""]),
            (":`open", &["open"]),
        ];
        for (text, expected) in cases {
            assert_eq!(labels(text), expected, "{text}");
        }
    }
}
