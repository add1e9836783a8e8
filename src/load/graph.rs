//! Nodes and edges: read file by file, checked against each other at the end, then built.
//!
//! A source with a schema is held against it; one without (`free`) may say anything. Of several folders, a node that two
//! of them have is one node with the edges of both.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::{Check, names};
use super::exact::{self, SELF};
use super::rules::Given;
use super::schema::{Declared, TO};
use super::source::{Source, in_order};
use super::{Errors, label, rules};
use crate::model::schema::{NodeType, Relation};
use crate::model::{NodeId, Value};
use crate::store::{self, Builder};

/// What an edge says of itself when there is one like it between the same nodes.
const AGAIN: &str = "again";

type Properties<'g> = Vec<(&'g str, Value<'g>)>;

/// A text and where it stands.
type Placed<'g> = (&'g str, Range<usize>);

/// The graph as it stands in the text, in the text's order.
#[derive(Default)]
pub(super) struct Graph<'g> {
    nodes: Vec<Node<'g>>,
    /// Nodes by what edges call them; of two that are called the same, the first.
    by_id: BTreeMap<&'g str, usize>,
    /// Nodes by type and key, and by type and name, likewise.
    by_key: BTreeMap<(&'g str, &'g str), usize>,
    by_name: BTreeMap<(&'g str, &'g str), usize>,
    edges: Vec<Edge<'g>>,
    /// Where folders tell a node or an edge differently.
    pub(super) notes: Errors,
}

/// What the head of a node's table says.
struct Kind<'g> {
    labels: Vec<String>,
    /// The declared types of these labels; none in a source without a schema.
    types: Vec<&'g NodeType>,
}

struct Node<'g> {
    source: &'g Source,
    at: Range<usize>,
    kind: Rc<Kind<'g>>,
    /// Whether edges call it by a name that is none of its properties.
    named: bool,
    properties: Properties<'g>,
}

struct Edge<'g> {
    source: &'g Source,
    /// Where the target's id stands.
    at: Range<usize>,
    /// Index of the node that it leaves.
    from: usize,
    edge_type: &'g str,
    /// None in a source without a schema.
    relation: Option<&'g Relation>,
    to: &'g str,
    /// Whether it knows that there is one like it.
    again: bool,
    properties: Properties<'g>,
}

impl<'g> Graph<'g> {
    /// Reads a file's nodes and the edges that leave them.
    pub(super) fn read(&mut self, check: &mut Check<'g, '_>, declared: &'g Declared, document: &'g DeTable<'g>) {
        let mut tables = Vec::new();
        for (key, value) in in_order(document) {
            let head = key.get_ref().as_ref();
            let Some(kind) = kind(check, declared, head, key.span()) else { continue };
            let kind = Rc::new(kind);
            let items = match value.get_ref() {
                DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_table()) => items,
                _ => {
                    check.report(key.span(), format!("nodes are written as `[[{head}]]`"));
                    continue;
                }
            };
            let table = |item: &'g Spanned<DeValue<'g>>| Some((kind.clone(), item.span(), item.get_ref().as_table()?));
            tables.extend(items.iter().filter_map(table));
        }
        tables.sort_by_key(|(_, at, _)| at.start);
        for (kind, at, table) in tables {
            self.node(check, declared, &kind, at, table);
        }
    }

    fn node(
        &mut self,
        check: &mut Check<'g, '_>,
        declared: &'g Declared,
        kind: &Rc<Kind<'g>>,
        at: Range<usize>,
        table: &'g DeTable<'g>,
    ) {
        let (mut given, mut others, mut handle) = (Vec::new(), Vec::new(), None);
        for (key, value) in in_order(table) {
            let text = key.get_ref().as_ref();
            if text == SELF {
                handle = check.string("what edges call a node", value).map(|name| (name, value.span()));
                continue;
            }
            let (name, forced) = exact::name(text);
            let property = match declared.free {
                true => !edges(value.get_ref()),
                false => kind.types.iter().any(|node_type| node_type.rules.allows(name)),
            };
            let entry = Given { name, at: key.span(), value };
            if forced || property { given.push(entry) } else { others.push(entry) }
        }
        let properties = properties(check, declared, kind, at.clone(), &given);
        let text = |key: &str| table.get(key).and_then(|value| Some((value.get_ref().as_str()?, value.span())));
        let key = kind.types.first().and_then(|node_type| text(&node_type.key));
        let place = handle.as_ref().or(key.as_ref()).map_or(at, |(_, at)| at.clone());
        let node = Node { source: check.source, at: place, kind: kind.clone(), named: handle.is_some(), properties };
        let index = match self.twin(&node, handle.as_ref().or(key.as_ref()).map(|(id, _)| *id)) {
            Some(twin) => {
                self.merge(node, twin);
                twin
            }
            None => {
                self.identify(check, &node, handle, key);
                self.keep_apart(check, kind, &text);
                self.nodes.push(node);
                self.nodes.len() - 1
            }
        };
        for entry in others {
            self.relation(check, declared, index, &entry);
        }
    }

    /// The same node in an earlier folder.
    fn twin(&self, node: &Node<'g>, id: Option<&str>) -> Option<usize> {
        let index = *self.by_id.get(id?)?;
        let first = self.nodes.get(index)?;
        (first.source.folder != node.source.folder && first.kind.labels == node.kind.labels).then_some(index)
    }

    /// Adds what a later folder says of a node; where the two differ, the earlier one counts.
    fn merge(&mut self, node: Node<'g>, twin: usize) {
        let Some(first) = self.nodes.get_mut(twin) else { return };
        for (key, value) in node.properties {
            match first.properties.iter().find(|(known, _)| *known == key) {
                None => first.properties.push((key, value)),
                Some((_, known)) if *known == value => {}
                Some(_) => {
                    let place = first.place_with_folder();
                    let message = format!("`{key}` differs from what {place} says, which counts");
                    Check::new(node.source, &mut self.notes).report(node.at.clone(), message);
                }
            }
        }
    }

    /// Takes what edges call the node that is about to be added: its own word for it, else its key.
    fn identify(
        &mut self,
        check: &mut Check<'g, '_>,
        node: &Node<'g>,
        handle: Option<Placed<'g>>,
        key: Option<Placed<'g>>,
    ) {
        let index = self.nodes.len();
        let named = handle.is_some();
        if let (Some((key, at)), Some(node_type)) = (&key, node.kind.types.first()) {
            if !named {
                kebab(check, key, at.clone());
            }
            let first = *self.by_key.entry((&node_type.label, key)).or_insert(index);
            if let Some(first) = self.nodes.get(first).filter(|first| named || first.named) {
                let message = format!("the key `{key}` is taken by the {} at {}", first.label(), first.place());
                check.report(at.clone(), message);
            }
        }
        let Some((id, at)) = handle.or(key) else { return };
        let first = *self.by_id.entry(id).or_insert(index);
        if let Some(first) = self.nodes.get(first) {
            let what = if named { "name" } else { "id" };
            check.report(at, format!("the {what} `{id}` is taken by the {} at {}", first.label(), first.place()));
        }
    }

    /// Two nodes of a type are not called the same.
    fn keep_apart(&mut self, check: &mut Check<'g, '_>, kind: &Kind<'g>, text: &dyn Fn(&str) -> Option<Placed<'g>>) {
        let index = self.nodes.len();
        for node_type in kind.types.iter().filter(|node_type| !node_type.homonyms) {
            let Some((name, at)) = text(&node_type.name) else { continue };
            let label = node_type.label.as_str();
            let first = *self.by_name.entry((label, name)).or_insert(index);
            if let Some(first) = self.nodes.get(first) {
                let where_ = first.place();
                check.report(at, format!("{} is called `{name}` already, at {where_}", article(label)));
            }
        }
    }

    /// Reads the edges under a node's key that is no property of it.
    fn relation(&mut self, check: &mut Check<'g, '_>, declared: &'g Declared, from: usize, entry: &Given<'g>) {
        let name = entry.name;
        let kind = self.nodes[from].kind.clone();
        let relation = match declared.free {
            true => None,
            false => match leaving(check, declared, &kind, entry) {
                None => return,
                relation => relation,
            },
        };
        let DeValue::Array(items) = entry.value.get_ref() else {
            check.report(entry.at.clone(), format!("`{name}` is a list of tables such as `{{ to = \"id\" }}`"));
            return;
        };
        for item in items.iter() {
            self.edge(check, declared, (from, name, relation), item);
        }
    }

    fn edge(
        &mut self,
        check: &mut Check<'g, '_>,
        declared: &'g Declared,
        (from, edge_type, relation): (usize, &'g str, Option<&'g Relation>),
        item: &'g Spanned<DeValue<'g>>,
    ) {
        let owner = article(edge_type);
        let Some(table) = check.table(&format!("each `{edge_type}`"), item) else { return };
        let known = || relation.into_iter().flat_map(|relation| relation.rules.known());
        let (mut given, mut again) = (Vec::new(), false);
        for (key, value) in in_order(table) {
            let text = key.get_ref().as_ref();
            let (name, _) = exact::name(text);
            if text == SELF {
                again = check.string("what an edge says of itself", value) == Some(AGAIN);
                if !again {
                    check.report(value.span(), format!("an edge says `{AGAIN}` of itself, or nothing"));
                }
            } else if text == TO {
            } else if relation.is_none() || known().any(|known| known == name) {
                given.push(Given { name, at: key.span(), value });
            } else {
                check
                    .report(key.span(), format!("{owner} has no property `{name}`"))
                    .suggest(name, known().chain([TO]))
                    .allowed("properties are", known());
            }
        }
        let place = table.get(TO).map_or(item.span(), Spanned::span);
        let properties = match relation {
            Some(relation) => {
                rules::properties(check, &declared.schema, &relation.rules, &owner, place.clone(), &given)
            }
            None => exactly(check, &given),
        };
        match table.get(TO) {
            None => {
                check.report(item.span(), format!("{owner} lacks `{TO}`, the id of the node that it enters"));
            }
            Some(to) => {
                if let Some(to) = check.string("`to`", to) {
                    let source = check.source;
                    self.edges.push(Edge { source, at: place, from, edge_type, relation, to, again, properties });
                }
            }
        }
    }

    /// Checks the edges against the nodes: targets that are not there or of the wrong type, edges said twice. What a later
    /// folder says again is dropped.
    pub(super) fn check(&mut self, errors: &mut Errors) {
        let mut seen: BTreeMap<(usize, &str, &str), usize> = BTreeMap::new();
        let mut kept = Vec::with_capacity(self.edges.len());
        for (index, edge) in self.edges.iter().enumerate() {
            let mut check = Check::new(edge.source, errors);
            self.check_target(&mut check, edge);
            let first = *seen.entry((edge.from, edge.edge_type, edge.to)).or_insert(index);
            let first = self.edges.get(first).filter(|_| first != index && !edge.again);
            kept.push(first.is_none());
            let Some(first) = first else { continue };
            let (name, to) = (edge.edge_type, edge.to);
            if first.source.folder == edge.source.folder {
                let place = place(first.source, &first.at);
                check.report(edge.at.clone(), format!("this {name} to `{to}` is said already, at {place}"));
            } else if first.properties != edge.properties {
                let place = format!("{}:{}", first.source.path.display(), first.source.place(first.at.start).0);
                let message = format!("this {name} to `{to}` differs from what {place} says, which counts");
                Check::new(edge.source, &mut self.notes).report(edge.at.clone(), message);
            }
        }
        let mut kept = kept.into_iter();
        self.edges.retain(|_| kept.next().unwrap_or(true));
    }

    fn check_target(&self, check: &mut Check<'_, '_>, edge: &Edge<'g>) {
        let name = edge.edge_type;
        let fits = |node: &Node<'_>| {
            edge.relation.is_none_or(|relation| node.kind.labels.iter().any(|label| relation.to.contains(label)))
        };
        let fitting = || self.by_id.iter().filter(|(_, at)| fits(&self.nodes[**at])).map(|(id, _)| *id);
        match self.by_id.get(edge.to).map(|at| &self.nodes[*at]) {
            None => {
                check.report(edge.at.clone(), format!("no node has the id `{}`", edge.to)).suggest(edge.to, fitting());
            }
            Some(node) if !fits(node) => {
                let ends: Vec<&str> = edge.relation.map_or(&[][..], |r| &r.to).iter().map(String::as_str).collect();
                let (label, place) = (article(&node.label()), node.place());
                let message = format!("`{name}` enters {}, and `{}` is {label} ({place})", names(&ends, "or"), edge.to);
                check.report(edge.at.clone(), message).suggest(edge.to, fitting());
            }
            Some(_) => {}
        }
    }

    /// The snapshot's bytes, once everything is checked.
    pub(super) fn build(self, declared: &Declared) -> Result<Vec<u8>, store::Error> {
        let mut builder = Builder::new();
        if !declared.free {
            builder.schema(declared.schema.clone());
        }
        for (label, key) in &declared.indexes {
            builder.index(label, key);
        }
        let node = |node: Node<'_>| {
            let labels: Vec<&str> = node.kind.labels.iter().map(String::as_str).collect();
            builder.node(&labels, node.properties)
        };
        let ids: Vec<NodeId> = self.nodes.into_iter().map(node).collect();
        for edge in self.edges {
            // Checked before: both ends are there.
            if let Some(target) = self.by_id.get(edge.to) {
                builder.edge(ids[edge.from], edge.edge_type, ids[*target], edge.properties);
            }
        }
        builder.finish()
    }
}

impl Node<'_> {
    fn place(&self) -> String {
        place(self.source, &self.at)
    }

    fn place_with_folder(&self) -> String {
        format!("{}:{}", self.source.path.display(), self.source.place(self.at.start).0)
    }

    fn label(&self) -> String {
        self.kind.label()
    }
}

impl Kind<'_> {
    /// As messages name it.
    fn label(&self) -> String {
        if self.labels.is_empty() { "node".to_owned() } else { self.labels.join(":") }
    }
}

/// What a head says; none and a problem when it names no labels, or no types where a schema declares them.
fn kind<'g>(check: &mut Check<'g, '_>, declared: &'g Declared, head: &str, at: Range<usize>) -> Option<Kind<'g>> {
    if let Some(node_type) = declared.schema.node_type(head) {
        return Some(Kind { labels: vec![head.to_owned()], types: vec![node_type] });
    }
    let Some(labels) = label::read(head) else {
        check.report(at, format!("`{head}` names no labels")).help("labels stand between colons: `[[\"A:B\"]]`");
        return None;
    };
    if declared.free {
        return Some(Kind { labels, types: Vec::new() });
    }
    let mut types = Vec::new();
    let unknown = labels.iter().find(|label| match declared.schema.node_type(label) {
        Some(node_type) => {
            types.push(node_type);
            false
        }
        None => true,
    });
    if unknown.is_none() && !types.is_empty() {
        return Some(Kind { labels, types });
    }
    let label = unknown.map_or(head, String::as_str);
    let known = || declared.schema.types.iter().map(|t| t.label.as_str());
    check.report(at, format!("there is no type `{label}`")).suggest(label, known()).allowed("types are", known());
    None
}

/// A node's properties: as the schema wants them, or as they are.
fn properties<'g>(
    check: &mut Check<'g, '_>,
    declared: &'g Declared,
    kind: &Kind<'g>,
    at: Range<usize>,
    given: &[Given<'g>],
) -> Properties<'g> {
    if declared.free {
        return exactly(check, given);
    }
    let mut all: Properties<'g> = Vec::new();
    for node_type in &kind.types {
        let owner = article(&node_type.label);
        let rules = &node_type.rules;
        for entry in given.iter().filter(|entry| !rules.allows(entry.name)) {
            check
                .report(entry.at.clone(), format!("{owner} has no property `{}`", entry.name))
                .suggest(entry.name, rules.known())
                .allowed("properties are", rules.known());
        }
        let read = rules::properties(check, &declared.schema, rules, &owner, at.clone(), given);
        let new: Vec<_> = read.into_iter().filter(|(key, _)| !all.iter().any(|(known, _)| known == key)).collect();
        all.extend(new);
    }
    all
}

fn exactly<'g>(check: &mut Check<'g, '_>, given: &[Given<'g>]) -> Properties<'g> {
    given.iter().filter_map(|entry| Some((entry.name, exact::value(check, entry.value)?))).collect()
}

/// Whether a value in a source without a schema is a list of edges.
fn edges(value: &DeValue<'_>) -> bool {
    value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(|item| item.get_ref().is_table()))
}

/// The relation that a node's key names, when such a node may have edges of it.
fn leaving<'g>(
    check: &mut Check<'g, '_>,
    declared: &'g Declared,
    kind: &Kind<'g>,
    entry: &Given<'g>,
) -> Option<&'g Relation> {
    let (name, at) = (entry.name, entry.at.clone());
    let label = kind.label();
    let fits = |relation: &Relation| relation.from.iter().any(|end| kind.labels.contains(end));
    let leaving = || declared.schema.relations.iter().filter(|relation| fits(relation));
    let Some(relation) = declared.schema.relation(name) else {
        let keys = || kind.types.iter().flat_map(|node_type| node_type.rules.known());
        check
            .report(at, format!("{} has no property or relation `{name}`", article(&label)))
            .suggest(name, keys().chain(leaving().map(|r| r.edge_type.as_str())))
            .allowed("properties are", keys())
            .allowed("relations are", leaving().map(|r| r.edge_type.as_str()));
        return None;
    };
    if !fits(relation) {
        let ends: Vec<&str> = relation.from.iter().map(String::as_str).collect();
        check
            .report(at, format!("`{name}` leaves {}, and this is {}", names(&ends, "or"), article(&label)))
            .allowed(&format!("relations that leave {} are", article(&label)), leaving().map(|r| r.edge_type.as_str()));
        return None;
    }
    Some(relation)
}

/// An id without a word of its own for edges is one that people can type.
fn kebab(check: &mut Check<'_, '_>, id: &str, at: Range<usize>) {
    if is_kebab(id) {
        return;
    }
    let fixed = slug(id);
    check.report(at, format!("the id `{id}` is not in kebab case"));
    if !fixed.is_empty() {
        check.help(format!("write `{fixed}`"));
    }
}

/// Whether the text consists of lower-case letters and digits between single hyphens.
pub(super) fn is_kebab(id: &str) -> bool {
    let sound = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    id.split('-').all(sound)
}

/// The text in kebab case, as far as its characters go; may be empty.
pub(super) fn slug(text: &str) -> String {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

/// `skill.toml:12`
fn place(source: &Source, at: &Range<usize>) -> String {
    let file = source.path.file_name().unwrap_or(source.path.as_os_str());
    format!("{}:{}", file.display(), source.place(at.start).0)
}

/// The word with its indefinite article.
fn article(word: &str) -> String {
    let vowel = word.starts_with(['A', 'E', 'I', 'O', 'a', 'e', 'i', 'o']);
    format!("{} {word}", if vowel { "an" } else { "a" })
}
