//! What it takes to turn one graph into another.
//!
//! In: two [`View`]s. Out: a [`Diff`]: nodes, edges, properties and definitions that came, went or changed; and that as
//! lines for people, as JSON, as a picture in DOT, and as a Cypher script. Nodes are matched by keys where a graph has
//! any ([`Match`] says which were used), else by all that they are; edges by type, ends and properties. Everything is
//! sorted by what nodes are called, so that the same graphs give the same bytes.

mod dot;
mod edges;
mod json;
mod lines;
mod nodes;
mod script;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::definition::Definition;
use crate::model::{EdgeId, NodeId, Schema, Value};
use crate::store::{self, View};

pub use lines::{Line, Sign};

/// How to compare.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Labels and the properties that tell their nodes apart, before anything that the graphs say.
    pub keys: Vec<(String, String)>,
}

/// Why nodes with a label were matched as they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The caller said so.
    Given,
    /// The schema calls the property the key.
    Schema,
    /// A constraint makes it unique.
    Constraint,
    /// It has an index, and no two nodes of a graph have the same value.
    Index,
    /// There is no key: nodes are the same when their labels and properties are, and of those first the ones whose edges
    /// are. One that changed counts as gone and new.
    Everything,
}

/// How nodes with a label were matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The label; empty for nodes without any.
    pub label: String,
    /// The properties; none with [`Reason::Everything`].
    pub keys: Vec<String>,
    /// Why these.
    pub reason: Reason,
}

/// A property that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyChange {
    /// Its key.
    pub key: String,
    /// What it was; null when it was not there.
    pub old: Value<'static>,
    /// What it is; null when it is gone.
    pub new: Value<'static>,
}

/// A node that is in both graphs and differs.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeChange {
    /// In the first graph.
    pub old: NodeId,
    /// In the second.
    pub new: NodeId,
    /// Labels that it lost, sorted.
    pub labels_removed: Vec<String>,
    /// Labels that it got, sorted.
    pub labels_added: Vec<String>,
    /// Sorted by key.
    pub properties: Vec<PropertyChange>,
}

/// An edge that is in both graphs and differs.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeChange {
    /// In the first graph.
    pub old: EdgeId,
    /// In the second.
    pub new: EdgeId,
    /// Sorted by key.
    pub properties: Vec<PropertyChange>,
}

/// How two graphs differ.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// How nodes were matched, by label.
    pub matches: Vec<Match>,
    /// Nodes that only the first graph has.
    pub nodes_removed: Vec<NodeId>,
    /// Nodes that only the second has.
    pub nodes_added: Vec<NodeId>,
    /// Nodes that differ.
    pub nodes_changed: Vec<NodeChange>,
    /// Edges that only the first graph has.
    pub edges_removed: Vec<EdgeId>,
    /// Edges that only the second has.
    pub edges_added: Vec<EdgeId>,
    /// Edges that differ.
    pub edges_changed: Vec<EdgeChange>,
    /// Indexes and constraints that only the first graph has.
    pub definitions_removed: Vec<Definition>,
    /// Those that only the second has.
    pub definitions_added: Vec<Definition>,
    /// Where the schemas differ, a sentence each.
    pub schema: Vec<String>,
    /// Nodes that are in both, whether or not they differ.
    pairs: nodes::Pairs,
}

/// Why there is no difference to tell.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// A key was given for a label or a property that neither graph has.
    #[error("{0}")]
    Key(String),
    /// No script can say it.
    #[error("{0}")]
    Script(String),
    /// A picture that nobody could read.
    #[error("{nodes} nodes make no readable picture (the most is {limit}); write text, or force it")]
    TooLarge {
        /// That would be drawn.
        nodes: usize,
        /// The most.
        limit: usize,
    },
    /// A read met damage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Compares two graphs.
///
/// ```
/// use kenning::diff::{Options, diff};
/// use kenning::model::Value;
/// use kenning::store::{Snapshot, View};
///
/// let base = Snapshot::empty();
/// let (mut a, mut b) = (View::new(&base), View::new(&base));
/// a.create_node(&["Skill"], vec![("id", Value::Int(1)), ("name", Value::string("Pyton"))])?;
/// b.create_node(&["Skill"], vec![("id", Value::Int(1)), ("name", Value::string("Python"))])?;
/// let options = Options { keys: vec![("Skill".to_owned(), "id".to_owned())] };
/// let found = diff(&a, &b, &options)?;
/// assert_eq!(found.nodes_changed[0].properties[0].new, Value::string("Python"));
/// assert_eq!(found.lines(&a, &b)[2].text, "name: 'Pyton' -> 'Python'");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`DiffError::Key`] for a key of nothing, [`DiffError::Store`] when a read met damage.
pub fn diff(a: &View<'_>, b: &View<'_>, options: &Options) -> Result<Diff, DiffError> {
    let mut diff = Diff::default();
    nodes::compare(a, b, options, &mut diff)?;
    edges::compare(a, b, &mut diff);
    definitions(a, b, &mut diff);
    schemas(a, b, &mut diff);
    a.health()?;
    b.health()?;
    diff.sort(a, b);
    Ok(diff)
}

impl Diff {
    /// Whether the graphs are the same.
    pub fn is_empty(&self) -> bool {
        self.nodes_removed.is_empty()
            && self.nodes_added.is_empty()
            && self.nodes_changed.is_empty()
            && self.edges_removed.is_empty()
            && self.edges_added.is_empty()
            && self.edges_changed.is_empty()
            && self.definitions_removed.is_empty()
            && self.definitions_added.is_empty()
            && self.schema.is_empty()
    }

    fn sort(&mut self, a: &View<'_>, b: &View<'_>) {
        self.nodes_removed.sort_by_cached_key(|node| (a.called(*node), *node));
        self.nodes_added.sort_by_cached_key(|node| (b.called(*node), *node));
        self.nodes_changed.sort_by_cached_key(|change| (b.called(change.new), change.new));
        let key = |view: &View<'_>, edge: EdgeId| {
            let ends = view.edge(edge);
            ends.map(|ends| {
                let name = view.edge_type_name(ends.edge_type).to_owned();
                (view.called(ends.source), name, view.called(ends.target), edge)
            })
        };
        self.edges_removed.sort_by_cached_key(|edge| key(a, *edge));
        self.edges_added.sort_by_cached_key(|edge| key(b, *edge));
        self.edges_changed.sort_by_cached_key(|change| key(b, change.new));
    }
}

/// What differs between two lists of properties, sorted by key.
fn properties(old: Vec<(&str, Value<'_>)>, new: Vec<(&str, Value<'_>)>) -> Vec<PropertyChange> {
    let mut changes: BTreeMap<&str, [Value<'_>; 2]> = BTreeMap::new();
    for (key, value) in old {
        changes.entry(key).or_default()[0] = value;
    }
    for (key, value) in new {
        changes.entry(key).or_default()[1] = value;
    }
    let differ = changes.into_iter().filter(|(_, [old, new])| !value::same(old, new));
    let change = |(key, [old, new]): (&str, [Value<'_>; 2])| PropertyChange {
        key: key.to_owned(),
        old: old.into_owned(),
        new: new.into_owned(),
    };
    differ.map(change).collect()
}

fn named<'v, 'g>(view: &'v View<'_>, properties: Vec<(crate::model::KeyId, Value<'g>)>) -> Vec<(&'v str, Value<'g>)> {
    properties.into_iter().map(|(key, value)| (view.key_name(key), value)).collect()
}

fn node_properties<'v, 'g>(view: &'v View<'g>, node: NodeId) -> Vec<(&'v str, Value<'g>)> {
    named(view, view.node_properties(node))
}

fn edge_properties<'v, 'g>(view: &'v View<'g>, edge: EdgeId) -> Vec<(&'v str, Value<'g>)> {
    named(view, view.edge_properties(edge))
}

/// The node's labels by name, sorted.
fn labels<'v>(view: &'v View<'_>, node: NodeId) -> Vec<&'v str> {
    let mut labels: Vec<&str> = view.node_labels(node).into_iter().map(|label| view.label_name(label)).collect();
    labels.sort_unstable();
    labels
}

fn definitions(a: &View<'_>, b: &View<'_>, diff: &mut Diff) {
    let all = |view: &View<'_>| {
        // What a schema makes an index of is no definition; it is there as soon as nodes are.
        let own = view.own_indexes().map(|(label, key)| {
            let node_type = view.schema().and_then(|schema| schema.node_type(view.label_name(label)));
            let key = view.key_name(key);
            node_type.is_none_or(|node_type| node_type.key != key && node_type.name != key)
        });
        let told: Vec<bool> = own.collect();
        let indexes = view.indexes().into_iter().enumerate();
        let indexes = indexes.filter(|(at, index)| told.get(*at) != Some(&false) && !index.rule.is_constraint());
        let indexes = indexes.map(|(_, index)| index);
        view.constraints().into_iter().chain(indexes).collect::<Vec<_>>()
    };
    let (old, new) = (all(a), all(b));
    diff.definitions_removed = old.iter().filter(|definition| !new.contains(definition)).cloned().collect();
    diff.definitions_added = new.into_iter().filter(|definition| !old.contains(definition)).collect();
}

fn schemas(a: &View<'_>, b: &View<'_>, diff: &mut Diff) {
    let (old, new) = match (a.schema(), b.schema()) {
        (None, None) => return,
        (Some(_), None) => return diff.schema.push("only the first graph has a schema".to_owned()),
        (None, Some(_)) => return diff.schema.push("only the second graph has a schema".to_owned()),
        (Some(old), Some(new)) => (old, new),
    };
    let mut told = |what: &str, name: &str, old: bool, new: bool| {
        let how = match (old, new) {
            (true, false) => "is no longer declared",
            (false, true) => "is declared now",
            _ => "is declared otherwise",
        };
        diff.schema.push(format!("the {what} `{name}` {how}"));
    };
    fn names<'s, T>(old: &'s [T], new: &'s [T], name: impl Fn(&'s T) -> &'s str) -> BTreeSet<&'s str> {
        old.iter().chain(new).map(name).collect()
    }
    if (&old.name, &old.text) != (&new.name, &new.text) {
        told("graph", &new.name, true, true);
    }
    let of = |schema: &Schema, name: &str| schema.properties.iter().find(|(key, _)| key == name).map(|(_, kind)| *kind);
    for name in names(&old.properties, &new.properties, |(key, _)| key) {
        let (old, new) = (of(old, name), of(new, name));
        if old != new {
            told("property", name, old.is_some(), new.is_some());
        }
    }
    for name in names(&old.types, &new.types, |t| &t.label) {
        let (old, new) = (old.node_type(name), new.node_type(name));
        if old != new {
            told("type", name, old.is_some(), new.is_some());
        }
    }
    for name in names(&old.relations, &new.relations, |r| &r.edge_type) {
        let (old, new) = (old.relation(name), new.relation(name));
        if old != new {
            told("relation", name, old.is_some(), new.is_some());
        }
    }
}
