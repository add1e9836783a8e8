//! A graph as a text source: `schema.toml` and a file for each set of labels.
//!
//! The text is built before it is handed out, and has to give the very bytes that the graph is: what cannot be written is
//! an error, never a loss. Files, nodes and edges come in the order of the graph, properties in the order of the schema
//! (else of their names), one edge a line, so that two texts of nearly the same graph differ in few lines.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::exact::SELF;
use super::graph::{is_kebab, slug};
use super::notation::{self, key, property_key, string, strings};
use super::rules::type_name;
use super::schema::TO;
use super::source::Source;
use super::{Errors, definition, label};
use crate::model::definition::{Definition, Rule, Subject};
use crate::model::schema::{NodeType, PropertyRules, Relation};
use crate::model::{Direction, EdgeId, NodeId, Schema, Value};
use crate::store::{self, View};

/// A file of a text source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFile {
    /// Its name in the folder, such as `skills.toml`.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// Why a graph cannot be written as text.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// What it holds has no notation, or is not as its schema declares; the problems' places are in the text that was not
    /// handed out.
    #[error("the graph cannot be written as text:\n{0}")]
    Unwritable(Errors),
    /// The graph's bytes are damaged, or are too many.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The graph as the files of a text source that [`super::text`] builds the same bytes from: those of the graph's file,
/// when no commits stand behind its snapshot.
///
/// ```
/// # use kenning::{load, model::Value, store::{self, Snapshot, View}};
/// let base = Snapshot::empty();
/// let mut view = View::new(&base);
/// let ada = view.create_node(&["Person"], vec![("name", Value::string("Ada"))])?;
/// view.create_edge(ada, "KNOWS", ada, vec![("since", Value::Int(1833))])?;
/// let files = load::write(&view)?;
/// assert_eq!(files[1].name, "person.toml");
/// assert!(files[1].text.contains("KNOWS = [\n  { to = \"ada\", since = 1833 },\n]"));
/// let folder = tempfile::tempdir()?;
/// for file in files {
///     std::fs::write(folder.path().join(file.name), file.text)?;
/// }
/// assert_eq!(load::text(folder.path())?, store::bytes(&view)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`TextError::Unwritable`] when something would be lost, before anything is handed out.
pub fn write(view: &View<'_>) -> Result<Vec<TextFile>, TextError> {
    let odd = |name: &&str| name.is_empty() || name.starts_with(SELF);
    if let Some(name) = edge_types(view).into_iter().find(odd) {
        let message = format!(
            "the edge type `{name}`: there an empty key, and one that begins with `{SELF}`, mean something else"
        );
        return Err(TextError::Unwritable(Errors::whole(Path::new("schema.toml"), message)));
    }
    let writer = Writer::new(view);
    let mut files = vec![TextFile { name: "schema.toml".to_owned(), text: schema_text(view) }];
    for (name, nodes) in writer.files() {
        let mut text = String::new();
        for (index, node) in nodes.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            writer.node(*node, &mut text);
        }
        files.push(TextFile { name, text });
    }
    view.health()?;
    let mut order: Vec<&TextFile> = files.iter().collect();
    order.sort_by(|a, b| a.name.cmp(&b.name));
    let sources: Vec<Source> =
        order.into_iter().map(|file| Source::new(PathBuf::from(&file.name), file.text.clone())).collect();
    let whole = Path::new("schema.toml");
    let built = super::build(&sources, whole, Errors::default()).map_err(TextError::Unwritable)?;
    if built.bytes != store::bytes(view)? {
        let message = "the text would build another graph: something in this one has no notation";
        return Err(TextError::Unwritable(Errors::whole(whole, message)));
    }
    Ok(files)
}

fn edge_types<'v>(view: &'v View<'_>) -> Vec<&'v str> {
    let numbers = 0..u32::try_from(view.edge_type_count()).unwrap_or(u32::MAX);
    numbers.map(|number| view.edge_type_name(crate::model::EdgeTypeId(number))).collect()
}

/// What is known of all nodes before the first is written.
struct Writer<'v, 'g> {
    view: &'v View<'g>,
    schema: Option<&'g Schema>,
    /// Nodes by the head of their tables, heads in the order of their first nodes.
    shapes: Vec<(Vec<&'v str>, Vec<NodeId>)>,
    /// What edges call nodes, of which no key says it.
    handles: HashMap<NodeId, String>,
    /// The keys that edges call the others by.
    keys: HashMap<NodeId, String>,
    /// A node's place, for the order of edges.
    places: HashMap<NodeId, usize>,
}

impl<'v, 'g> Writer<'v, 'g> {
    fn new(view: &'v View<'g>) -> Self {
        let mut writer = Writer {
            view,
            schema: view.schema(),
            shapes: Vec::new(),
            handles: HashMap::new(),
            keys: HashMap::new(),
            places: HashMap::new(),
        };
        let mut known: HashMap<Vec<&str>, usize> = HashMap::new();
        for node in view.scan(|_| true).into_iter().flatten().map(NodeId) {
            let labels = writer.labels(node);
            let place = *known.entry(labels.clone()).or_insert(writer.shapes.len());
            if place == writer.shapes.len() {
                writer.shapes.push((labels, Vec::new()));
            }
            writer.shapes[place].1.push(node);
        }
        let nodes = writer.shapes.iter().flat_map(|(_, nodes)| nodes);
        writer.places = nodes.enumerate().map(|(place, node)| (*node, place)).collect();
        writer.call();
        writer
    }

    /// The node's labels, in the order of the schema, then of their names.
    fn labels(&self, node: NodeId) -> Vec<&'v str> {
        let labels = self.view.node_labels(node);
        let mut labels: Vec<&str> = labels.into_iter().map(|label| self.view.label_name(label)).collect();
        labels.sort_by_key(|label| {
            let place = self.schema.and_then(|schema| schema.types.iter().position(|t| t.label == *label));
            (place.unwrap_or(usize::MAX), *label)
        });
        labels
    }

    fn types(&self, labels: &[&str]) -> Vec<&'g NodeType> {
        let schema = self.schema;
        labels.iter().filter_map(|label| schema.and_then(|schema| schema.node_type(label))).collect()
    }

    /// Finds what edges call each node: its key where that is one for all, else a word made of what it is called.
    fn call(&mut self) {
        let mut counts: HashMap<String, usize> = HashMap::new();
        let mut keys = Vec::new();
        for (labels, nodes) in &self.shapes {
            let Some(node_type) = self.types(labels).first().copied() else { continue };
            for node in nodes {
                let Some(Value::String(text)) = self.property(*node, &node_type.key) else { continue };
                *counts.entry(text.to_string()).or_default() += 1;
                keys.push((*node, text.to_string()));
            }
        }
        let alone = |key: &str| is_kebab(key) && counts.get(key) == Some(&1);
        self.keys = keys.into_iter().filter(|(_, key)| alone(key)).collect();
        let mut taken: BTreeSet<String> = self.keys.values().cloned().collect();
        let mut next: BTreeMap<String, usize> = BTreeMap::new();
        for (labels, nodes) in &self.shapes {
            let types = self.types(labels);
            for node in nodes.iter().filter(|node| !self.keys.contains_key(node)) {
                // Without a schema a node that no edge enters needs no name.
                if types.is_empty() && self.view.degree(*node, Direction::In, None) == 0 {
                    continue;
                }
                let word = self.word(*node, labels, &types);
                let number = next.entry(word.clone()).or_insert(1);
                let handle = loop {
                    let handle = if *number == 1 { word.clone() } else { format!("{word}-{number}") };
                    *number += 1;
                    if taken.insert(handle.clone()) {
                        break handle;
                    }
                };
                self.handles.insert(*node, handle);
            }
        }
    }

    /// A word for the node.
    fn word(&self, node: NodeId, labels: &[&str], types: &[&NodeType]) -> String {
        let declared = types.iter().flat_map(|node_type| [node_type.key.as_str(), node_type.name.as_str()]);
        let names = declared.chain(["name", "title", "label", "id"]);
        let words = names.filter_map(|key| match self.property(node, key)? {
            Value::String(text) => Some(slug(&text)),
            Value::Int(int) => Some(format!("{}-{int}", slug(labels.first().unwrap_or(&"node")))),
            _ => None,
        });
        let mut words = words.chain(labels.iter().map(|label| slug(label))).filter(|word| !word.is_empty());
        words.next().unwrap_or_else(|| "node".to_owned())
    }

    fn property(&self, node: NodeId, key: &str) -> Option<Value<'g>> {
        Some(self.view.node_property(node, self.view.key_id(key)?)).filter(|value| !value.is_null())
    }

    /// The files' names with their nodes. Files are read in the order of their names, so a number goes in front where
    /// that is not the order of the graph.
    fn files(&self) -> Vec<(String, Vec<NodeId>)> {
        let mut taken = BTreeSet::from(["schema".to_owned()]);
        let stem = |(labels, _): &(Vec<&str>, Vec<NodeId>)| {
            let types = self.types(labels);
            let words: Vec<String> = match types.len() == labels.len() {
                true => types.iter().map(|node_type| slug(&node_type.plural)).collect(),
                false => labels.iter().map(|label| slug(label)).collect(),
            };
            let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
            let word = if words.is_empty() { "nodes".to_owned() } else { words.join("-") };
            let numbered = (2..).map(|number| format!("{word}-{number}"));
            let free = std::iter::once(word.clone()).chain(numbered).find(|word| !taken.contains(word));
            let free = free.unwrap_or(word);
            taken.insert(free.clone());
            free
        };
        let stems: Vec<String> = self.shapes.iter().map(stem).collect();
        let names: Vec<String> = stems.iter().map(|stem| format!("{stem}.toml")).collect();
        let width = stems.len().to_string().len().max(2);
        let numbered = |(place, stem): (usize, &String)| format!("{:0width$}-{stem}.toml", place + 1);
        let names = if names.is_sorted() { names } else { stems.iter().enumerate().map(numbered).collect() };
        names.into_iter().zip(&self.shapes).map(|(name, (_, nodes))| (name, nodes.clone())).collect()
    }

    /// Writes a node's table, edges included.
    fn node(&self, node: NodeId, text: &mut String) {
        let labels = self.labels(node);
        let types = self.types(&labels);
        let edges = self.edges(node);
        _ = writeln!(text, "[[{}]]", key(&label::write(&labels)));
        if let Some(handle) = self.handles.get(&node) {
            _ = writeln!(text, "{} = {}", key(SELF), string(handle));
        }
        let rules: Vec<&PropertyRules> = types.iter().map(|node_type| &node_type.rules).collect();
        let properties = self.view.node_properties(node);
        let properties = properties.into_iter().map(|(key, value)| (self.view.key_name(key), value)).collect();
        for (name, value) in in_order(properties, &rules) {
            let taken = self.schema.is_none() && edges.iter().any(|(edge_type, _)| *edge_type == name);
            let written = match self.schema {
                Some(schema) => declared(schema, name, &value),
                None => notation::no_edges(&value),
            };
            _ = writeln!(text, "{} = {written}", property_key(name, taken));
        }
        for (edge_type, edges) in edges {
            _ = writeln!(text, "{} = [", key(edge_type));
            let mut before = None;
            for (target, edge) in edges {
                _ = writeln!(text, "  {},", self.edge(edge_type, target, edge, before == Some(target)));
                before = Some(target);
            }
            text.push_str("]\n");
        }
    }

    /// The edges that leave a node by type, in the order of the schema, then of their names; each type's by target.
    fn edges(&self, node: NodeId) -> Vec<(&'v str, Vec<(NodeId, EdgeId)>)> {
        let mut edges: BTreeMap<(usize, &str), Vec<(NodeId, EdgeId)>> = BTreeMap::new();
        self.view.neighbours(node, Direction::Out, None, |edge, target| {
            let Some(ends) = self.view.edge(edge) else { return };
            let name = self.view.edge_type_name(ends.edge_type);
            let place = self.schema.and_then(|schema| schema.relations.iter().position(|r| r.edge_type == name));
            edges.entry((place.unwrap_or(usize::MAX), name)).or_default().push((target, edge));
        });
        let sorted = |((_, name), mut edges): ((usize, _), Vec<(NodeId, EdgeId)>)| {
            edges.sort_by_key(|(target, edge)| (self.places.get(target), *edge));
            (name, edges)
        };
        edges.into_iter().map(sorted).collect()
    }

    fn edge(&self, edge_type: &str, target: NodeId, edge: EdgeId, again: bool) -> String {
        let called = self.handles.get(&target).or(self.keys.get(&target)).map_or("", String::as_str);
        let mut entries = Vec::new();
        if again {
            entries.push((key(SELF), string("again")));
        }
        entries.push((TO.to_owned(), string(called)));
        let properties = self.view.edge_properties(edge);
        let properties = properties.into_iter().map(|(key, value)| (self.view.key_name(key), value)).collect();
        let relation = self.schema.and_then(|schema| schema.relation(edge_type));
        let rules: Vec<&PropertyRules> = relation.iter().map(|relation| &relation.rules).collect();
        for (name, value) in in_order(properties, &rules) {
            let written = match self.schema {
                Some(schema) => declared(schema, name, &value),
                None => notation::exact(&value),
            };
            entries.push((property_key(name, name == TO), written));
        }
        notation::table(&entries)
    }
}

/// Properties in the order of the rules, then of their names.
fn in_order<'v, 'g>(mut properties: Vec<(&'v str, Value<'g>)>, rules: &[&PropertyRules]) -> Vec<(&'v str, Value<'g>)> {
    let place = |name: &str| rules.iter().flat_map(|rules| rules.known()).position(|known| known == name);
    properties.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
    properties
}

fn declared(schema: &Schema, name: &str, value: &Value<'_>) -> String {
    match schema.properties.iter().find(|(known, _)| known == name) {
        Some((_, kind)) => notation::declared(value, *kind),
        None => notation::exact(value),
    }
}

/// `schema.toml`: the schema or that there is none, and what is defined.
fn schema_text(view: &View<'_>) -> String {
    let mut text = match view.schema() {
        Some(schema) => declarations(schema),
        None => "free = true\n".to_owned(),
    };
    let names = |schema: &Schema, label: &str, key: &str| {
        schema.node_type(label).is_some_and(|node_type| node_type.key == key || node_type.name == key)
    };
    for (label, key_id) in view.own_indexes() {
        let (label, name) = (view.label_name(label), view.key_name(key_id));
        if !view.schema().is_some_and(|schema| names(schema, label, name)) {
            _ = writeln!(text, "\n[[index]]\nnode = {}\nkeys = [{}]", string(label), string(name));
        }
    }
    let own = view.own_indexes().count();
    let indexes = view.indexes().into_iter().skip(own).filter(|index| !index.rule.is_constraint());
    indexes.chain(view.constraints()).for_each(|definition| define(&definition, &mut text));
    text
}

fn define(definition: &Definition, text: &mut String) {
    let what = if definition.rule == Rule::Index { "index" } else { "constraint" };
    _ = writeln!(text, "\n[[{what}]]\nname = {}", string(&definition.name));
    _ = match &definition.subject {
        Subject::Nodes(label) => writeln!(text, "node = {}", string(label)),
        Subject::Edges(edge_type) => writeln!(text, "edge = {}", string(edge_type)),
    };
    _ = writeln!(text, "keys = {}", strings(&definition.keys));
    if let Some((rule, _)) = definition::RULES.iter().find(|(_, rule)| *rule == definition.rule) {
        _ = writeln!(text, "rule = {}", string(rule));
    }
}

/// A schema as `schema.toml` declares it.
pub(super) fn declarations(schema: &Schema) -> String {
    let mut text = String::new();
    said(&mut text, "name", &schema.name);
    said(&mut text, "text", &schema.text);
    text.push_str("\n[properties]\n");
    for (name, kind) in &schema.properties {
        _ = writeln!(text, "{} = {}", key(name), string(type_name(*kind)));
    }
    schema.types.iter().for_each(|node_type| type_text(node_type, &mut text));
    schema.relations.iter().for_each(|relation| relation_text(relation, &mut text));
    text
}

fn type_text(this: &NodeType, text: &mut String) {
    _ = writeln!(text, "\n[type.{}]", key(&this.label));
    said(text, "text", &this.text);
    said(text, "singular", &this.singular);
    said(text, "plural", &this.plural);
    listed(text, "synonyms", &this.synonyms);
    said(text, "key", &this.key);
    said(text, "name", &this.name);
    if let Some(other_names) = &this.other_names {
        _ = writeln!(text, "other_names = {}", string(other_names));
    }
    if this.homonyms {
        text.push_str("homonyms = true\n");
    }
    if let Some(qualifier) = &this.qualifier {
        _ = writeln!(text, "qualifier = {}", string(qualifier));
    }
    rules_text(&this.rules, text);
    let style = [("shape", &this.style.shape), ("fill", &this.style.fill), ("border", &this.style.border)];
    let style: Vec<_> = style.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    if !style.is_empty() {
        let style: Vec<_> = style.into_iter().map(|(key, value)| (key.to_owned(), string(value))).collect();
        _ = writeln!(text, "style = {}", notation::table(&style));
    }
}

fn relation_text(this: &Relation, text: &mut String) {
    _ = writeln!(text, "\n[relation.{}]", key(&this.edge_type));
    said(text, "text", &this.text);
    _ = writeln!(text, "from = {}\nto = {}", strings(&this.from), strings(&this.to));
    _ = writeln!(text, "verb = {}", strings(&this.verb));
    listed(text, "passive", &this.passive);
    listed(text, "inverse", &this.inverse);
    if this.acyclic {
        text.push_str("acyclic = true\n");
    }
    rules_text(&this.rules, text);
}

fn rules_text(rules: &PropertyRules, text: &mut String) {
    listed(text, "required", &rules.required);
    listed(text, "optional", &rules.optional);
    for (name, values) in &rules.values {
        _ = writeln!(text, "values.{} = {}", key(name), strings(values));
    }
    for when in &rules.when {
        _ = writeln!(text, "when.{}.{} = {}", key(&when.key), key(&when.value), strings(&when.required));
    }
}

fn said(text: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        _ = writeln!(text, "{name} = {}", string(value));
    }
}

fn listed(text: &mut String, name: &str, values: &[String]) {
    if !values.is_empty() {
        _ = writeln!(text, "{name} = {}", strings(values));
    }
}
