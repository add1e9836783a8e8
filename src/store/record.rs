//! A commit as bytes: what was done to a graph, from one state to the next.
//!
//! The bytes are an rkyv archive of [`Content`]. Names and texts stand in it once; labels, types and keys are the numbers
//! of the graph that the record belongs to, nodes and edges their ids. Reading one checks every number against the graph
//! as it is at that point: a record that does not fit is damage, whatever its checksum says.

use std::collections::HashSet;

use rkyv::{Archive, Deserialize, Serialize};

use super::builder::Cell;
use super::changes::{Properties, Step};
use super::names::Names;
use super::{Changes, Edge, Error, Mark, View, encode};
use crate::model::definition::{Change, Definition, Rule, Subject};
use crate::model::{EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Str, Value};

/// What one commit did, as bytes.
#[derive(Clone, Debug)]
pub struct Record(Vec<u8>);

/// What a record holds.
#[derive(Archive, Serialize, Deserialize, Debug, Default)]
struct Content {
    /// Names that are new to the graph, in the order of their numbers.
    labels: Vec<String>,
    edge_types: Vec<String>,
    keys: Vec<String>,
    /// Texts that values hold, by number.
    strings: Vec<String>,
    steps: Vec<Done>,
}

/// Key and value, the value as [`super::encode`] describes it.
type Entries = Vec<(u32, Vec<u8>)>;

/// One thing that was done.
#[derive(Archive, Serialize, Deserialize, Debug)]
enum Done {
    AddNode { labels: Vec<u32>, properties: Entries },
    AddEdge { source: u32, edge_type: u32, target: u32, properties: Entries },
    AlterNode { node: u32, labels: Vec<u32>, properties: Entries },
    AlterEdge { edge: u32, properties: Entries },
    DeleteNode(u32),
    DeleteEdge(u32),
    Define { name: String, edges: bool, of: String, keys: Vec<String>, rule: u8 },
    Drop { name: String, constraint: bool },
}

/// By their place: the numbers of rules in a record.
const RULES: [Rule; 4] = [Rule::Index, Rule::Unique, Rule::NotNull, Rule::Key];

impl Record {
    /// What was done since the mark; none when nothing was.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] when it is more than a record can hold.
    pub fn since(changes: &Changes, mark: Mark) -> Result<Option<Self>, Error> {
        if changes.mark() == mark { Ok(None) } else { encode(changes, mark).map(|bytes| Some(Record(bytes))) }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<&[u8]> for Record {
    fn from(bytes: &[u8]) -> Self {
        Record(bytes.to_vec())
    }
}

fn encode(changes: &Changes, before: Mark) -> Result<Vec<u8>, Error> {
    let journal = changes.journal(before);
    let mut strings = Names::default();
    let mut entries = |properties: &[(KeyId, Value<'static>)]| -> Entries {
        let entry = |(key, value): &(KeyId, Value<'static>)| {
            let mut bytes = Vec::new();
            Cell::new(value, &mut |text| strings.intern(text)).encode(&mut bytes);
            (key.0, bytes)
        };
        properties.iter().map(entry).collect()
    };
    let numbers = |labels: &[LabelId]| labels.iter().map(|label| label.0).collect::<Vec<u32>>();
    let (mut nodes, mut edges) = (before.nodes, before.edges);
    let (mut nodes_gone, mut edges_gone) = (changes.nodes_gone(before).iter(), changes.edges_gone(before).iter());
    // Only the last state of what was altered counts.
    let mut altered: HashSet<(bool, u32)> = HashSet::new();
    let mut steps = Vec::with_capacity(journal.len());
    for step in journal {
        match step {
            Step::AddNodes(count) => {
                steps.extend((nodes..nodes + count).map(|node| {
                    let (labels, properties) = changes.added_as(node);
                    Done::AddNode { labels: numbers(labels), properties: entries(properties) }
                }));
                nodes += count;
            }
            Step::AddEdges(count) => {
                let added = (edges..edges + count).filter_map(|edge| changes.added_edge_as(edge));
                steps.extend(added.map(|(edge, properties)| Done::AddEdge {
                    source: edge.source.0,
                    edge_type: edge.edge_type.0,
                    target: edge.target.0,
                    properties: entries(properties),
                }));
                edges += count;
            }
            Step::AlterNode(node) => {
                let now = changes.altered_node(*node).filter(|_| altered.insert((true, node.0)));
                steps.extend(now.map(|now| Done::AlterNode {
                    node: node.0,
                    labels: numbers(now.labels),
                    properties: entries(now.properties),
                }));
            }
            Step::AlterEdge(edge) => {
                let now = changes.altered_edge(*edge).filter(|_| altered.insert((false, edge.0)));
                steps.extend(now.map(|now| Done::AlterEdge { edge: edge.0, properties: entries(now) }));
            }
            Step::DeleteNodes(count) => {
                steps.extend(nodes_gone.by_ref().take(*count).map(|node| Done::DeleteNode(*node)));
            }
            Step::DeleteEdges(count) => {
                steps.extend(edges_gone.by_ref().take(*count).map(|edge| Done::DeleteEdge(*edge)));
            }
            Step::Define(change) => steps.push(defined(change)),
        }
    }
    let new = |names: &Names, before: usize| names.after(before).map(str::to_owned).collect();
    let record = Content {
        labels: new(&changes.labels, before.labels),
        edge_types: new(&changes.edge_types, before.edge_types),
        keys: new(&changes.keys, before.keys),
        strings: strings.after(0).map(str::to_owned).collect(),
        steps,
    };
    to_bytes(&record)
}

fn to_bytes(record: &Content) -> Result<Vec<u8>, Error> {
    let bytes = rkyv::to_bytes::<rkyv::rancor::Error>(record);
    bytes
        .map(|bytes| bytes.into_vec())
        .map_err(|error| Error::TooLarge(format!("the changes are too many for one commit ({error})")))
}

fn defined(change: &Change) -> Done {
    match change {
        Change::Create { definition, .. } => {
            let (edges, of) = match &definition.subject {
                Subject::Nodes(label) => (false, label.clone()),
                Subject::Edges(edge_type) => (true, edge_type.clone()),
            };
            let rule = RULES.iter().position(|rule| *rule == definition.rule).unwrap_or_default() as u8;
            Done::Define { name: definition.name.clone(), edges, of, keys: definition.keys.clone(), rule }
        }
        Change::Drop { name, constraint, .. } => Done::Drop { name: name.clone(), constraint: *constraint },
    }
}

impl View<'_> {
    /// Does what a commit did.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the record belongs to another state of the graph; the view is of no use then.
    pub fn replay(&mut self, record: &Record) -> Result<(), Error> {
        apply(self, record.bytes())
    }
}

/// Does to the view what a record says, as far as it fits; the view is of no use when it does not.
///
/// # Errors
///
/// [`Error::Corrupt`] when the record is damaged.
pub(super) fn apply(view: &mut View<'_>, bytes: &[u8]) -> Result<(), Error> {
    let mut aligned = rkyv::util::AlignedVec::<16>::with_capacity(bytes.len());
    aligned.extend_from_slice(bytes);
    let record = rkyv::from_bytes::<Content, rkyv::rancor::Error>(&aligned)
        .map_err(|error| damaged(&format!("it cannot be read ({error})")))?;
    for (place, names) in [&record.labels, &record.edge_types, &record.keys].into_iter().enumerate() {
        for name in names {
            let new = match place {
                0 => view.label_id(name).is_none().then(|| view.intern_label(name)).is_some(),
                1 => view.edge_type_id(name).is_none().then(|| view.intern_edge_type(name)).is_some(),
                _ => view.key_id(name).is_none().then(|| view.intern_key(name)).is_some(),
            };
            if !new {
                return Err(damaged("a name comes twice"));
            }
        }
    }
    let replay = Replay { strings: record.strings };
    record.steps.into_iter().try_for_each(|step| replay.step(view, step))
}

struct Replay {
    strings: Vec<String>,
}

impl Replay {
    fn step(&self, view: &mut View<'_>, step: Done) -> Result<(), Error> {
        match step {
            Done::AddNode { labels, properties } => {
                let (labels, properties) = (labels_of(view, &labels)?, self.properties(view, &properties)?);
                view.write().add_node(labels, properties);
            }
            Done::AddEdge { source, edge_type, target, properties } => {
                let edge = Edge { source: NodeId(source), target: NodeId(target), edge_type: EdgeTypeId(edge_type) };
                let ends = view.contains_node(edge.source) && view.contains_node(edge.target);
                if !ends || edge_type as usize >= view.edge_type_count() {
                    return Err(damaged("an edge ends nowhere"));
                }
                let properties = self.properties(view, &properties)?;
                let labels = [view.node_labels(edge.source), view.node_labels(edge.target)];
                view.write().add_edge(edge, labels, properties);
            }
            Done::AlterNode { node, labels, properties } => {
                let node = NodeId(node);
                if !view.contains_node(node) {
                    return Err(damaged("a node that is not there is altered"));
                }
                let (labels, properties) = (labels_of(view, &labels)?, self.properties(view, &properties)?);
                view.alter_node(node, labels, properties);
            }
            Done::AlterEdge { edge, properties } => {
                if !view.contains_edge(EdgeId(edge)) {
                    return Err(damaged("an edge that is not there is altered"));
                }
                let properties = self.properties(view, &properties)?;
                view.write().alter_edge(EdgeId(edge), properties);
            }
            Done::DeleteNode(node) => {
                if !view.delete_node(NodeId(node)).is_ok_and(|deleted| deleted) {
                    return Err(damaged("a node cannot be deleted"));
                }
            }
            Done::DeleteEdge(edge) => {
                if !view.delete_edge(EdgeId(edge)) {
                    return Err(damaged("an edge cannot be deleted"));
                }
            }
            Done::Define { name, edges, of, keys, rule } => {
                let subject = if edges { Subject::Edges(of) } else { Subject::Nodes(of) };
                let rule = *RULES.get(rule as usize).ok_or_else(|| damaged("a definition has no rule"))?;
                let definition = Definition { name, subject, keys, rule };
                define(view, &Change::Create { definition, lenient: false })?;
            }
            Done::Drop { name, constraint } => define(view, &Change::Drop { name, constraint, lenient: false })?,
        }
        Ok(())
    }

    /// Sorted by key, each key once, no nulls.
    fn properties(&self, view: &View<'_>, entries: &Entries) -> Result<Properties, Error> {
        let mut properties: Properties = Vec::with_capacity(entries.len());
        let string = |id: u32| self.strings.get(id as usize).map(|text| Str::from(text.clone()));
        for (key, bytes) in entries {
            let value = encode::decode(bytes, &string).filter(|value| !value.is_null());
            let ascends = properties.last().is_none_or(|(last, _)| last.0 < *key);
            match value {
                Some(value) if ascends && (*key as usize) < view.key_count() => properties.push((KeyId(*key), value)),
                _ => return Err(damaged("a property cannot be read")),
            }
        }
        Ok(properties)
    }
}

/// Sorted, each once.
fn labels_of(view: &View<'_>, labels: &[u32]) -> Result<Vec<LabelId>, Error> {
    let known = labels.iter().all(|label| (*label as usize) < view.label_count());
    if !known || !labels.is_sorted_by(|a, b| a < b) {
        return Err(damaged("a label is out of place"));
    }
    Ok(labels.iter().map(|label| LabelId(*label)).collect())
}

fn define(view: &mut View<'_>, change: &Change) -> Result<(), Error> {
    view.define_again(change).map_err(|error| damaged(&error.to_string()))
}

fn damaged(what: &str) -> Error {
    Error::Corrupt(format!("a commit does not fit the graph: {what}"))
}
