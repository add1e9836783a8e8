//! Where readers bring what they read: nodes and edges by identity, to a snapshot.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::count::Counts;
use super::ids::{Ids, NOBODY, Space, SpaceId};
use super::input::Meter;
use super::problems::{FileId, Gathered, Place, Problems, Reject, Stop};
use crate::model::value::format_float;
use crate::model::{NodeId, Schema, Value};
use crate::store::{Builder, View, declared};

/// A node as a record tells it.
#[derive(Clone, Debug, Default)]
pub struct Node<'r> {
    labels: Vec<&'r str>,
    identity: Option<(SpaceId, Value<'r>)>,
    properties: Vec<(&'r str, Value<'r>)>,
    merged: bool,
}

impl<'r> Node<'r> {
    /// A node with these labels, of which nothing else is known.
    pub fn new(labels: &[&'r str]) -> Self {
        Node { labels: labels.to_vec(), ..Node::default() }
    }

    /// What tells it from others; without, it is a node of its own.
    pub fn identity(mut self, space: SpaceId, value: Value<'r>) -> Self {
        self.identity = Some((space, value));
        self
    }

    /// A property; null says nothing.
    pub fn property(mut self, key: &'r str, value: Value<'r>) -> Self {
        self.properties.push((key, value));
        self
    }

    /// It may have been told before: then this adds to it.
    pub fn merged(mut self) -> Self {
        self.merged = true;
        self
    }
}

/// An edge as a record tells it.
#[derive(Clone, Debug)]
pub struct Edge<'r> {
    edge_type: &'r str,
    from: (SpaceId, Value<'r>),
    to: (SpaceId, Value<'r>),
    key: Option<&'r str>,
    properties: Vec<(&'r str, Value<'r>)>,
}

impl<'r> Edge<'r> {
    /// An edge between two nodes, which may come later.
    pub fn new(edge_type: &'r str, from: (SpaceId, Value<'r>), to: (SpaceId, Value<'r>)) -> Self {
        Edge { edge_type, from, to, key: None, properties: Vec::new() }
    }

    /// A property; null says nothing.
    pub fn property(mut self, key: &'r str, value: Value<'r>) -> Self {
        self.properties.push((key, value));
        self
    }

    /// The property that tells it from other edges of its type between the same nodes.
    pub fn key(mut self, key: &'r str) -> Self {
        self.key = Some(key);
        self
    }
}

/// The graph of an import.
pub struct Imported {
    /// A snapshot of everything.
    pub bytes: Vec<u8>,
    /// What came.
    pub counts: Counts,
    /// What was left out, when leaving out was asked for.
    pub problems: Problems,
}

/// Where readers bring what they read; see the [module](super).
#[derive(Default)]
pub struct Intake {
    gathered: Gathered,
    spaces: Vec<Opened>,
    nodes: Vec<Kept>,
    /// So many of the nodes were there before.
    before: usize,
    edges: Vec<Joined>,
    edges_before: usize,
    builder: Builder,
    counts: Counts,
    meter: Arc<Meter>,
}

/// A space with its identities.
struct Opened {
    space: (Option<String>, String, Option<String>),
    ids: Ids,
    /// Labels whose nodes of the graph that was there have their slots.
    adopted: BTreeSet<String>,
}

#[derive(Default)]
struct Kept {
    labels: BTreeSet<String>,
    properties: BTreeMap<String, Value<'static>>,
    told: bool,
}

struct Joined {
    edge_type: String,
    /// Space and slot; of edges that were there before, the node.
    ends: [(Option<SpaceId>, u32); 2],
    key: Option<String>,
    properties: BTreeMap<String, Value<'static>>,
    place: Place,
}

impl Intake {
    /// For an empty graph.
    pub fn new() -> Self {
        Intake::default()
    }

    /// For a graph that is there: its nodes, edges, schema, indexes and constraints are kept.
    pub fn over(view: &View<'_>) -> Self {
        let mut this = Intake { builder: declared(view), ..Intake::default() };
        let mut numbers = HashMap::new();
        for node in view.scan(|_| true).into_iter().flatten().map(NodeId) {
            let labels = view.node_labels(node).into_iter().map(|label| view.label_name(label).to_owned()).collect();
            let properties = view.node_properties(node).into_iter();
            let properties = properties.map(|(key, value)| (view.key_name(key).to_owned(), owned(value))).collect();
            numbers.insert(node, this.nodes.len() as u32);
            this.nodes.push(Kept { labels, properties, told: false });
        }
        let place = Place { file: FileId(0), line: 0 };
        view.edges(None, |id, source, target| {
            let Some(edge) = view.edge(id) else { return };
            let properties = view.edge_properties(id).into_iter();
            this.edges.push(Joined {
                edge_type: view.edge_type_name(edge.edge_type).to_owned(),
                ends: [source, target].map(|end| (None, numbers.get(&end).copied().unwrap_or(NOBODY))),
                key: None,
                properties: properties.map(|(key, value)| (view.key_name(key).to_owned(), owned(value))).collect(),
                place,
            });
        });
        this.before = this.nodes.len();
        this.edges_before = this.edges.len();
        this
    }

    /// The meter that shows how far it is.
    pub fn meter(&self) -> Arc<Meter> {
        Arc::clone(&self.meter)
    }

    /// Rows that are wrong are left out from now on, and written here as CSV: file, line, reason, record.
    pub fn reject_to(&mut self, reject: Reject) {
        self.gathered.reject_to(reject);
    }

    /// The schema that the graph gets; one that is there is replaced.
    pub fn schema(&mut self, schema: Schema) {
        self.builder.schema(schema);
    }

    /// The graph's schema.
    pub fn declared(&self) -> Option<&Schema> {
        self.builder.declared()
    }

    /// Asks for an index.
    pub fn index(&mut self, label: &str, key: &str) {
        self.builder.index(label, key);
    }

    /// A file, by the name that messages use.
    pub fn file(&mut self, name: &str) -> FileId {
        self.gathered.file(name)
    }

    /// Opens a space of identities, or finds it again.
    pub fn space(&mut self, space: Space<'_>) -> SpaceId {
        let owned = match space {
            Space::Key { label, key } => {
                self.index(label, key);
                (Some(label.to_owned()), String::new(), Some(key.to_owned()))
            }
            Space::Named { name, key } => (None, name.to_owned(), key.map(str::to_owned)),
        };
        if let Some(known) = self.spaces.iter().position(|opened| opened.space == owned) {
            return SpaceId(known as u32);
        }
        self.spaces.push(Opened { space: owned, ids: Ids::default(), adopted: BTreeSet::new() });
        let id = SpaceId(self.spaces.len() as u32 - 1);
        if let Space::Key { label, .. } = space {
            self.adopt(id, label);
        }
        id
    }

    /// Gives the nodes with this label that were there before their slots.
    fn adopt(&mut self, id: SpaceId, label: &str) {
        let Some(opened) = self.spaces.get_mut(id.0 as usize) else { return };
        let Some(key) = opened.space.2.clone() else { return };
        if !opened.adopted.insert(label.to_owned()) {
            return;
        }
        for (number, node) in (0..).zip(self.nodes.iter().take(self.before)) {
            if let Some(value) = node.properties.get(&key).filter(|_| node.labels.contains(label)) {
                let slot = slot(&mut opened.ids, value);
                if let Some(slot) = slot.filter(|slot| opened.ids.node(*slot) == NOBODY) {
                    opened.ids.take(slot, number);
                }
            }
        }
    }

    /// Takes a node.
    ///
    /// # Errors
    ///
    /// There is no sense in going on.
    pub fn node(&mut self, place: Place, node: &Node<'_>) -> Result<(), Stop> {
        if self.meter.is_stopped() {
            return Err(Stop);
        }
        let mut number = None;
        let mut properties = node.properties.clone();
        if let Some((space, value)) = &node.identity {
            let labels: Vec<String> = node.labels.iter().map(|label| (*label).to_owned()).collect();
            labels.iter().for_each(|label| self.adopt(*space, label));
            let Some(opened) = self.spaces.get_mut(space.0 as usize) else { return Err(Stop) };
            let Some(slot) = slot(&mut opened.ids, value) else {
                return self.problem(place, "the row has no id", &format!("{value:?}"));
            };
            let taken = self.spaces[space.0 as usize].ids.node(slot);
            if taken == NOBODY {
                self.spaces[space.0 as usize].ids.take(slot, self.nodes.len() as u32);
            } else if !node.merged && self.nodes[taken as usize].told {
                let message = format!("the id `{}` is there already", text(value));
                return self.problem(place, &message, &text(value));
            } else {
                number = Some(taken as usize);
            }
        }
        let key = node.identity.as_ref().and_then(|(space, value)| {
            Some((self.spaces.get(space.0 as usize)?.space.2.clone()?, owned(value.clone())))
        });
        let new = number.is_none();
        let number = number.unwrap_or_else(|| {
            self.nodes.push(Kept::default());
            self.nodes.len() - 1
        });
        let kept = &mut self.nodes[number];
        if !kept.told {
            self.counts.nodes_created += u64::from(new);
            self.counts.nodes_matched += u64::from(!new);
        }
        kept.told = true;
        if new && let Some((key, value)) = key {
            kept.properties.insert(key, value);
        }
        for label in &node.labels {
            if kept.labels.insert((*label).to_owned()) && number >= self.before {
                *self.counts.by_label.entry((*label).to_owned()).or_default() += 1;
            }
        }
        for (key, value) in properties.drain(..).filter(|(_, value)| !value.is_null()) {
            kept.properties.insert(key.to_owned(), owned(value));
        }
        self.meter.took(1);
        Ok(())
    }

    /// Takes an edge.
    ///
    /// # Errors
    ///
    /// There is no sense in going on.
    pub fn edge(&mut self, place: Place, edge: &Edge<'_>) -> Result<(), Stop> {
        if self.meter.is_stopped() {
            return Err(Stop);
        }
        let mut ends = [(None, NOBODY); 2];
        for (at, (space, value)) in [&edge.from, &edge.to].into_iter().enumerate() {
            let Some(opened) = self.spaces.get_mut(space.0 as usize) else { return Err(Stop) };
            let Some(slot) = slot(&mut opened.ids, value) else {
                let message =
                    format!("the {} lacks the id of the node that it {}", edge.edge_type, ["leaves", "enters"][at]);
                return self.problem(place, &message, "");
            };
            ends[at] = (Some(*space), slot);
        }
        let properties = edge.properties.iter().filter(|(_, value)| !value.is_null());
        self.edges.push(Joined {
            edge_type: edge.edge_type.to_owned(),
            ends,
            key: edge.key.map(str::to_owned),
            properties: properties.map(|(key, value)| ((*key).to_owned(), owned(value.clone()))).collect(),
            place,
        });
        self.meter.took(1);
        Ok(())
    }

    /// Takes note of a record that cannot be taken: what is wrong with it, and its text as far as there is one. Further
    /// lines of the message are ways out.
    ///
    /// # Errors
    ///
    /// There is no sense in going on.
    pub fn problem(&mut self, place: Place, message: &str, record: &str) -> Result<(), Stop> {
        self.counts.rejected += 1;
        self.gathered.take(place, message, record)
    }

    /// The graph of everything.
    ///
    /// # Errors
    ///
    /// The problems, unless they were to be left out.
    pub fn finish(mut self) -> Result<Imported, Problems> {
        let joined = self.join();
        let (problems, fine) = std::mem::take(&mut self.gathered).finish();
        if self.meter.is_stopped() {
            return Err(Problems::of("the import was stopped, and nothing was written"));
        }
        if joined.is_err() || !fine {
            return Err(problems);
        }
        let mut builder = self.builder;
        let mut ids = Vec::with_capacity(self.nodes.len());
        for node in self.nodes {
            let labels: Vec<&str> = node.labels.iter().map(String::as_str).collect();
            ids.push(builder.node(&labels, node.properties.iter().map(|(k, v)| (k.as_str(), v.clone())).collect()));
        }
        for edge in self.edges {
            let [from, to] = edge.ends.map(|(_, node)| ids[node as usize]);
            let properties = edge.properties.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
            builder.edge(from, &edge.edge_type, to, properties);
        }
        let bytes = builder.finish().map_err(|error| Problems::of(error.to_string()))?;
        Ok(Imported { bytes, counts: self.counts, problems })
    }

    /// Gives edges their nodes, and merges those that were there before.
    fn join(&mut self) -> Result<(), Stop> {
        let mut known: HashMap<(String, u32, u32), Vec<usize>> = HashMap::new();
        let mut kept: Vec<Joined> = Vec::new();
        for (at, mut edge) in std::mem::take(&mut self.edges).into_iter().enumerate() {
            let mut dangling = None;
            for (end, (space, slot)) in edge.ends.iter_mut().enumerate() {
                let Some(opened) = space.and_then(|space| self.spaces.get(space.0 as usize)) else { continue };
                let node = opened.ids.node(*slot);
                if node == NOBODY {
                    let of = opened.space.0.as_deref().unwrap_or("node");
                    let does = ["leaves", "enters"][end];
                    dangling.get_or_insert(format!(
                        "this {} {does} `{}`, and there is no {of} with that id",
                        edge.edge_type,
                        opened.ids.name(*slot)
                    ));
                }
                *slot = node;
            }
            if let Some(message) = dangling {
                self.problem(edge.place, &message, "")?;
                continue;
            }
            let ends = (edge.edge_type.clone(), edge.ends[0].1, edge.ends[1].1);
            if at < self.edges_before {
                known.entry(ends).or_default().push(kept.len());
                kept.push(edge);
                continue;
            }
            let there = known.get_mut(&ends).and_then(|there| {
                let same = |at: &usize| match &edge.key {
                    None => true,
                    Some(key) => kept[*at].properties.get(key) == edge.properties.get(key),
                };
                let found = there.iter().position(same)?;
                Some(there.remove(found))
            });
            match there {
                Some(there) => {
                    self.counts.edges_matched += 1;
                    kept[there].properties.append(&mut edge.properties);
                }
                None => {
                    self.counts.edges_created += 1;
                    *self.counts.by_type.entry(edge.edge_type.clone()).or_default() += 1;
                    kept.push(edge);
                }
            }
        }
        self.edges = kept;
        Ok(())
    }
}

/// The slot of a value; none for null and for what identifies nothing.
fn slot(ids: &mut Ids, value: &Value<'_>) -> Option<u32> {
    Some(match value {
        Value::Int(number) => ids.number(*number),
        Value::String(text) if text.is_empty() => return None,
        Value::String(text) => ids.text(text),
        Value::Bool(_) | Value::Float(_) | Value::Temporal(_) => ids.text(&text(value)),
        _ => return None,
    })
}

/// A value as a record writes it.
fn text(value: &Value<'_>) -> String {
    match value {
        Value::String(text) => text.as_str().to_owned(),
        Value::Bool(bool) => bool.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => format_float(*float),
        Value::Temporal(temporal) => temporal.to_string(),
        _ => String::new(),
    }
}

fn owned(value: Value<'_>) -> Value<'static> {
    match value {
        Value::Null => Value::Null,
        Value::Bool(b) => Value::Bool(b),
        Value::Int(i) => Value::Int(i),
        Value::Float(f) => Value::Float(f),
        Value::String(s) => Value::String(s.into_owned()),
        Value::List(items) => Value::list(items.iter().cloned().map(owned).collect()),
        Value::Map(entries) => {
            Value::map(entries.iter().map(|(key, value)| (key.clone().into_owned(), owned(value.clone()))))
        }
        Value::Temporal(temporal) => Value::Temporal(temporal),
        // Nobody stores these.
        Value::Node(_) | Value::Edge(_) | Value::Path(_) => Value::Null,
    }
}
