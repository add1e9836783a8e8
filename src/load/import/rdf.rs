//! Turtle and N-Triples as a property graph.
//!
//! | triple | becomes |
//! |---|---|
//! | any | a node `:Resource` for its subject, known by the property `iri` |
//! | `?s rdf:type C` | a label of the node: the local name of `C` |
//! | `?s p "literal"` | a property: the local name of `p`; several of them are a list |
//! | `?s p "text"@de` | a property with the language in its name: `label_de` |
//! | `?s p ?o` | an edge to the node of `?o`: the local name of `p` |
//!
//! Numbers, truth values, dates, times and durations of XML Schema have their types, anything else is text. When two IRIs of
//! a file have the same local name, the later one gets its prefix in front (`foaf_name`), or a number behind. Blank nodes
//! have no `iri`; they mean something within their file only, so that the same import again makes them again.
//!
//! A subject's triples make one node wherever they stand. The file is read twice: the first time tells which subjects come
//! back after others, and only these are held in memory until the end.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash};

use oxrdf::{Literal, NamedOrBlankNode, Term, Triple};
use oxttl::{NTriplesParser, TurtleParseError, TurtleParser};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::lines::{Lines, without_mark};
use super::{Edge, FileId, Input, Intake, Node, Place, Space, SpaceId, Stop};
use crate::model::Value;
use crate::model::temporal::{Temporal, TemporalKind};

/// The label of every node.
const RESOURCE: &str = "Resource";

/// The property that keeps a node's IRI.
const IRI: &str = "iri";

const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const XSD: &str = "http://www.w3.org/2001/XMLSchema#";

/// How the triples are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// With prefixes and abbreviations.
    Turtle,
    /// One a line.
    NTriples,
}

/// A piece of a file.
enum Piece {
    Triple(Triple),
    /// What cannot be read; what follows can.
    Wrong {
        message: String,
        record: String,
    },
    /// Nothing follows.
    Broken(String),
}

/// Prefixes and what they stand for, as far as they are declared.
type Prefixes = Vec<(String, String)>;

/// What is done with each piece, its line (0 where it is not known) and the prefixes so far.
type Each<'e> = dyn FnMut(Piece, u64, &dyn Fn() -> Prefixes) -> Result<(), Stop> + 'e;

/// Reads a file.
pub(super) fn read(input: &Input, syntax: Syntax, intake: &mut Intake) -> Result<(), Stop> {
    let file = intake.file(input.name());
    let mut seen = Seen::default();
    walk(input, syntax, false, &mut |piece, _, _| {
        if let Piece::Triple(triple) = piece {
            seen.note(&triple.subject);
        }
        Ok(())
    })?;
    let spaces = Spaces {
        named: intake.space(Space::Key { label: RESOURCE, key: IRI }),
        blank: intake.space(Space::Named { name: input.name(), key: None }),
    };
    let mut reader = Resources {
        file,
        spaces,
        predicates: Names::new(),
        classes: Names::new(),
        current: None,
        held: BTreeMap::new(),
        held_places: FxHashMap::default(),
    };
    walk(input, syntax, true, &mut |piece, line, prefixes| match piece {
        Piece::Triple(triple) => reader.take(&triple, line, prefixes, &seen, intake),
        Piece::Wrong { message, record } => intake.problem(Place { file, line }, &message, &record),
        Piece::Broken(message) => intake.problem(Place { file, line }, &message, ""),
    })?;
    reader.end(intake)
}

/// Calls `each` with every piece.
fn walk(input: &Input, syntax: Syntax, counted: bool, each: &mut Each<'_>) -> Result<(), Stop> {
    let broken = |error: std::io::Error| Piece::Broken(format!("cannot read the file: {error}"));
    let bytes = match input.open(counted) {
        Ok(bytes) => bytes,
        Err(error) => return each(broken(error), 0, &Vec::new),
    };
    match syntax {
        Syntax::Turtle => {
            let bytes = match without_mark(bytes) {
                Ok(bytes) => bytes,
                Err(error) => return each(broken(error), 0, &Vec::new),
            };
            let mut parser = TurtleParser::new().for_reader(bytes);
            while let Some(next) = parser.next() {
                let prefixes = || parser.prefixes().map(|(name, iri)| (name.to_owned(), iri.to_owned())).collect();
                match next {
                    Ok(triple) => each(Piece::Triple(triple), 0, &prefixes)?,
                    Err(TurtleParseError::Syntax(error)) => {
                        let message = format!("this is not Turtle: {}", error.message());
                        let line = error.location().start.line + 1;
                        each(Piece::Wrong { message, record: String::new() }, line, &prefixes)?;
                    }
                    Err(TurtleParseError::Io(error)) => return each(broken(error), 0, &Vec::new),
                }
            }
            Ok(())
        }
        Syntax::NTriples => {
            let mut lines = match Lines::new(bytes) {
                Ok(lines) => lines,
                Err(error) => return each(broken(error), 0, &Vec::new),
            };
            loop {
                let line = match lines.next() {
                    Ok(Some(line)) => line,
                    Ok(None) => return Ok(()),
                    Err((line, error)) => return each(broken(error), line, &Vec::new),
                };
                let text = match line.text {
                    Ok(text) => text,
                    Err(message) => {
                        each(Piece::Wrong { message, record: String::new() }, line.number, &Vec::new)?;
                        continue;
                    }
                };
                for triple in NTriplesParser::new().for_slice(text) {
                    let piece = triple.map(Piece::Triple).unwrap_or_else(|error| Piece::Wrong {
                        message: format!("this is no triple: {}", error.message()),
                        record: text.to_owned(),
                    });
                    each(piece, line.number, &Vec::new)?;
                }
            }
        }
    }
}

/// Which subjects come back after others, by their hashes: that two share one costs nothing but memory.
#[derive(Default)]
struct Seen {
    last: Option<u64>,
    all: FxHashSet<u64>,
    scattered: FxHashSet<u64>,
}

fn hash(what: impl Hash) -> u64 {
    FxBuildHasher.hash_one(what)
}

impl Seen {
    fn note(&mut self, subject: &NamedOrBlankNode) {
        let subject = hash(subject);
        if self.last != Some(subject) && !self.all.insert(subject) {
            self.scattered.insert(subject);
        }
        self.last = Some(subject);
    }
}

#[derive(Clone, Copy)]
struct Spaces {
    named: SpaceId,
    blank: SpaceId,
}

/// A node while its triples are gathered.
#[derive(Default)]
struct Resource {
    line: u64,
    labels: Vec<String>,
    values: BTreeMap<String, Vec<Value<'static>>>,
    edges: Vec<(String, NamedOrBlankNode)>,
}

/// The nodes of a file while it is read.
struct Resources {
    file: FileId,
    spaces: Spaces,
    predicates: Names,
    classes: Names,
    current: Option<(NamedOrBlankNode, Resource)>,
    /// Those that come back, by the order in which they came first.
    held: BTreeMap<usize, (NamedOrBlankNode, Resource)>,
    held_places: FxHashMap<NamedOrBlankNode, usize>,
}

impl Resources {
    fn take(
        &mut self,
        triple: &Triple,
        line: u64,
        prefixes: &dyn Fn() -> Prefixes,
        seen: &Seen,
        intake: &mut Intake,
    ) -> Result<(), Stop> {
        // Names of blank nodes that Turtle leaves out differ from reading to reading.
        let comes_back = |node: &NamedOrBlankNode| {
            matches!(node, NamedOrBlankNode::BlankNode(_)) || seen.scattered.contains(&hash(node))
        };
        if self.current.as_ref().is_none_or(|(subject, _)| *subject != triple.subject) {
            if let Some((subject, resource)) = self.current.take() {
                match comes_back(&subject) {
                    true => self.hold(subject, resource),
                    false => emit(self.file, self.spaces, &subject, resource, intake)?,
                }
            }
            let resource = Resource { line, ..Resource::default() };
            self.current = Some((triple.subject.clone(), resource));
        }
        let Some((_, resource)) = &mut self.current else { return Ok(()) };
        let predicate = triple.predicate.as_str();
        match &triple.object {
            Term::NamedNode(class) if predicate == TYPE => {
                let label = self.classes.of(class.as_str(), "", prefixes);
                if !resource.labels.contains(&label) {
                    resource.labels.push(label);
                }
            }
            Term::Literal(literal) => {
                let key = self.predicates.of(predicate, literal.language().unwrap_or_default(), prefixes);
                match value(literal) {
                    Ok(value) => {
                        let values = resource.values.entry(key).or_default();
                        if !values.contains(&value) {
                            values.push(value);
                        }
                    }
                    Err(kind) => {
                        let message = format!("`{}` is no {kind}", literal.value());
                        intake.problem(Place { file: self.file, line }, &message, &triple.to_string())?;
                    }
                }
            }
            object => {
                let edge_type = self.predicates.of(predicate, "", prefixes);
                let object = match object {
                    Term::NamedNode(node) => NamedOrBlankNode::from(node.clone()),
                    Term::BlankNode(node) => NamedOrBlankNode::from(node.clone()),
                    Term::Literal(_) => return Ok(()),
                };
                resource.edges.push((edge_type, object));
            }
        }
        Ok(())
    }

    /// Keeps what is known of a subject whose triples are not together.
    fn hold(&mut self, subject: NamedOrBlankNode, mut resource: Resource) {
        let known = self.held_places.get(&subject).copied();
        let place = known.unwrap_or(self.held.len());
        self.held_places.insert(subject.clone(), place);
        let (_, held) = self
            .held
            .entry(place)
            .or_insert_with(|| (subject, Resource { line: resource.line, ..Resource::default() }));
        resource.labels.retain(|label| !held.labels.contains(label));
        held.labels.append(&mut resource.labels);
        for (key, values) in resource.values {
            let known = held.values.entry(key).or_default();
            for value in values {
                if !known.contains(&value) {
                    known.push(value);
                }
            }
        }
        held.edges.append(&mut resource.edges);
    }

    fn end(mut self, intake: &mut Intake) -> Result<(), Stop> {
        if let Some((subject, resource)) = self.current.take() {
            self.hold(subject, resource);
        }
        for (subject, resource) in std::mem::take(&mut self.held).into_values() {
            emit(self.file, self.spaces, &subject, resource, intake)?;
        }
        Ok(())
    }
}

/// The node, the nodes that its edges lead to, and these edges.
fn emit(
    file: FileId,
    spaces: Spaces,
    subject: &NamedOrBlankNode,
    resource: Resource,
    intake: &mut Intake,
) -> Result<(), Stop> {
    let place = Place { file, line: resource.line };
    let identity = |node: &NamedOrBlankNode| match node {
        NamedOrBlankNode::NamedNode(node) => (spaces.named, Value::string(node.as_str().to_owned())),
        NamedOrBlankNode::BlankNode(node) => (spaces.blank, Value::string(node.as_str().to_owned())),
    };
    let mut labels = vec![RESOURCE];
    labels.extend(resource.labels.iter().map(String::as_str).filter(|label| *label != RESOURCE));
    let (space, value) = identity(subject);
    let mut node = Node::new(&labels).identity(space, value).merged();
    for (key, mut values) in resource.values.iter().map(|(key, values)| (key, values.clone())) {
        let value = if values.len() == 1 { values.remove(0) } else { Value::list(values) };
        node = node.property(key, value);
    }
    intake.node(place, &node)?;
    let mut told = FxHashSet::default();
    for (edge_type, object) in &resource.edges {
        if told.insert((edge_type, object)) {
            let (space, value) = identity(object);
            intake.node(place, &Node::new(&[RESOURCE]).identity(space, value).merged())?;
            intake.edge(place, &Edge::new(edge_type, identity(subject), identity(object)))?;
        }
    }
    Ok(())
}

/// Short names of IRIs, each its own.
struct Names {
    of: FxHashMap<String, String>,
    taken: FxHashSet<String>,
}

impl Names {
    fn new() -> Self {
        Names { of: FxHashMap::default(), taken: FxHashSet::from_iter([IRI.to_owned()]) }
    }

    /// The name of an IRI, with a language behind it if there is one.
    fn of(&mut self, iri: &str, language: &str, prefixes: &dyn Fn() -> Prefixes) -> String {
        let whole = if language.is_empty() { iri.to_owned() } else { format!("{iri} {language}") };
        if let Some(name) = self.of.get(&whole) {
            return name.clone();
        }
        let local = local(iri);
        let behind = match language {
            "" => String::new(),
            language => format!("_{}", language.to_lowercase().replace('-', "_")),
        };
        let mut name = format!("{local}{behind}");
        if self.taken.contains(&name) {
            let space = &iri[..iri.len() - local.len()];
            let prefix = prefixes().into_iter().find(|(prefix, of)| of == space && !prefix.is_empty());
            if let Some((prefix, _)) = prefix {
                name = format!("{prefix}_{name}");
            }
        }
        let plain = name.clone();
        let mut number = 1;
        while self.taken.contains(&name) {
            number += 1;
            name = format!("{plain}_{number}");
        }
        self.taken.insert(name.clone());
        self.of.insert(whole, name.clone());
        name
    }
}

/// What stands behind the last `#`, `/` or `:`; of an IRI that ends so, all of it.
fn local(iri: &str) -> &str {
    let at = iri.rfind(['#', '/', ':']).map_or(0, |at| at + 1);
    if at == iri.len() { iri } else { &iri[at..] }
}

/// The value of a literal, or the type whose values it is none of.
fn value(literal: &Literal) -> Result<Value<'static>, &'static str> {
    let text = literal.value();
    let temporal = |kind: TemporalKind| Temporal::read(kind, text).map(Value::from);
    let string = || Value::string(text.to_owned());
    let Some(kind) = literal.datatype().as_str().strip_prefix(XSD) else { return Ok(string()) };
    match kind {
        "boolean" => match text.trim() {
            "true" | "1" => Ok(Value::Bool(true)),
            "false" | "0" => Ok(Value::Bool(false)),
            _ => Err("boolean"),
        },
        "integer" | "int" | "long" | "short" | "byte" | "nonNegativeInteger" | "positiveInteger"
        | "negativeInteger" | "nonPositiveInteger" | "unsignedLong" | "unsignedInt" | "unsignedShort"
        | "unsignedByte" | "gYear" => {
            let digits = text.trim();
            let plain = digits.strip_prefix(['+', '-']).unwrap_or(digits);
            match digits.parse() {
                Ok(number) => Ok(Value::Int(number)),
                // Beyond 64 bits the digits are kept, and of a year its time zone.
                Err(_) if kind == "gYear" => Ok(string()),
                Err(_) if !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit()) => Ok(string()),
                Err(_) => Err("integer"),
            }
        }
        "decimal" | "double" | "float" => text.trim().parse().map(Value::Float).map_err(|_| "number"),
        // A date may have a time zone in XML, and none here: it stays a text then.
        "date" => Ok(temporal(TemporalKind::Date).unwrap_or_else(string)),
        "time" => {
            let zoned = temporal(TemporalKind::Time).or_else(|| temporal(TemporalKind::LocalTime));
            zoned.ok_or("time")
        }
        "dateTime" | "dateTimeStamp" => {
            let zoned = temporal(TemporalKind::DateTime).or_else(|| temporal(TemporalKind::LocalDateTime));
            zoned.ok_or("dateTime")
        }
        "duration" | "dayTimeDuration" | "yearMonthDuration" => temporal(TemporalKind::Duration).ok_or("duration"),
        _ => Ok(string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_local_and_each_its_own() {
        let prefixes = || vec![("foaf".to_owned(), "http://xmlns.com/foaf/0.1/".to_owned())];
        let mut names = Names::new();
        let cases = [
            ("http://schema.org/name", "", "name"),
            ("http://xmlns.com/foaf/0.1/name", "", "foaf_name"),
            ("http://example.org/name", "", "name_2"),
            ("http://schema.org/name", "de", "name_de"),
            ("http://schema.org/name", "zh-Hant", "name_zh_hant"),
            ("http://schema.org/name", "", "name"),
            ("urn:isbn", "", "isbn"),
            ("http://example.org/iri", "", "iri_2"),
            ("http://example.org/", "", "http://example.org/"),
        ];
        for (iri, language, expected) in cases {
            assert_eq!(names.of(iri, language, &prefixes), expected, "{iri}");
        }
    }
}
