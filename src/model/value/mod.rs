//! Values: what an expression yields, a property holds and a row shows.
//!
//! A value borrows strings from the mapped graph (`'g`) where it can. The three relations that openCypher defines on
//! values live in the sibling modules and are never to be mixed up: *equality* is three-valued, *orderability* is
//! total (`ORDER BY`), *equivalence* groups (`DISTINCT`, grouping keys; null is equivalent to null, NaN to NaN).

mod equality;
mod key;
mod list;
mod order;
mod size;
mod text;

pub use key::Key;
pub(crate) use list::Free;
pub use list::List;
pub(crate) use size::{SHARED, bytes};
pub use text::format_float;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use super::function::Types;
use super::temporal::{Temporal, TemporalKind};
use super::{EdgeId, NodeId};

/// A string that is either borrowed from the graph's bytes or shared.
#[derive(Clone)]
pub enum Str<'g> {
    /// Read in place.
    Borrowed(&'g str),
    /// Made by a query, or changed since the snapshot.
    Shared(Arc<str>),
}

impl Str<'_> {
    /// The text.
    pub fn as_str(&self) -> &str {
        match self {
            Str::Borrowed(s) => s,
            Str::Shared(s) => s,
        }
    }

    /// The same text, free of the graph's lifetime.
    pub fn into_owned(self) -> Str<'static> {
        match self {
            Str::Borrowed(s) => Str::Shared(Arc::from(s)),
            Str::Shared(s) => Str::Shared(s),
        }
    }
}

impl Deref for Str<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        self.as_str()
    }
}
impl Borrow<str> for Str<'_> {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}
impl PartialEq for Str<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}
impl Eq for Str<'_> {}
impl PartialOrd for Str<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Str<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}
impl Hash for Str<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}
impl fmt::Debug for Str<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
impl<'g> From<&'g str> for Str<'g> {
    fn from(s: &'g str) -> Self {
        Str::Borrowed(s)
    }
}
impl From<String> for Str<'_> {
    fn from(s: String) -> Self {
        Str::Shared(Arc::from(s))
    }
}

/// A map value: keys in the order of their text, so that the same map prints the same everywhere.
pub type Map<'g> = BTreeMap<Str<'g>, Value<'g>>;

/// A walk through the graph: `nodes.len() == edges.len() + 1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The nodes, in the order of the walk.
    pub nodes: Vec<NodeId>,
    /// The edges between them, whatever their own direction.
    pub edges: Vec<EdgeId>,
}

/// A value of the language.
///
/// `PartialEq` is structural and serves tests; a query's `=` is [`Value::equals`].
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value<'g> {
    /// Absent or unknown.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A 64-bit signed integer.
    Int(i64),
    /// A 64-bit float (IEEE 754).
    Float(f64),
    /// A Unicode string.
    String(Str<'g>),
    /// A list of values of any kinds.
    List(Arc<List<'g>>),
    /// A map from strings to values.
    Map(Arc<Map<'g>>),
    /// A node of the graph.
    Node(NodeId),
    /// An edge of the graph (openCypher: relationship).
    Edge(EdgeId),
    /// A walk through the graph.
    Path(Arc<Path>),
    /// A date, a time, a point in time or a duration.
    Temporal(Arc<Temporal>),
}

impl<'g> Value<'g> {
    /// A string value.
    pub fn string(s: impl Into<Str<'g>>) -> Self {
        Value::String(s.into())
    }

    /// A list value.
    pub fn list(items: Vec<Value<'g>>) -> Self {
        Value::List(Arc::new(items.into()))
    }

    /// A map value.
    pub fn map(entries: impl IntoIterator<Item = (Str<'g>, Value<'g>)>) -> Self {
        Value::Map(Arc::new(entries.into_iter().collect()))
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The kind of the value in words, for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a float",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Node(_) => "a node",
            Value::Edge(_) => "an edge",
            Value::Path(_) => "a path",
            Value::Temporal(temporal) => match temporal.kind() {
                TemporalKind::Date => "a date",
                TemporalKind::LocalTime => "a local time",
                TemporalKind::Time => "a time",
                TemporalKind::LocalDateTime => "a local date-time",
                TemporalKind::DateTime => "a date-time",
                TemporalKind::Duration => "a duration",
            },
        }
    }

    /// The kind of the value; null belongs to every kind.
    pub fn types(&self) -> Types {
        match self {
            Value::Null => Types::ANY,
            Value::Bool(_) => Types::BOOL,
            Value::Int(_) => Types::INT,
            Value::Float(_) => Types::FLOAT,
            Value::String(_) => Types::STRING,
            Value::List(_) => Types::LIST,
            Value::Map(_) => Types::MAP,
            Value::Node(_) => Types::NODE,
            Value::Edge(_) => Types::EDGE,
            Value::Path(_) => Types::PATH,
            Value::Temporal(temporal) if temporal.kind() == TemporalKind::Duration => Types::DURATION,
            Value::Temporal(_) => Types::TEMPORAL,
        }
    }

    /// The same value, free of the graph's lifetime.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
            Value::Bool(b) => Value::Bool(b),
            Value::Int(i) => Value::Int(i),
            Value::Float(f) => Value::Float(f),
            Value::String(s) => Value::String(s.into_owned()),
            Value::List(items) => Value::list(items.iter().cloned().map(Value::into_owned).collect()),
            Value::Map(map) => {
                Value::map(map.iter().map(|(key, value)| (key.clone().into_owned(), value.clone().into_owned())))
            }
            Value::Node(node) => Value::Node(node),
            Value::Edge(edge) => Value::Edge(edge),
            Value::Path(path) => Value::Path(path),
            Value::Temporal(temporal) => Value::Temporal(temporal),
        }
    }
}

impl<'g> From<List<'g>> for Value<'g> {
    fn from(list: List<'g>) -> Self {
        Value::List(Arc::new(list))
    }
}
impl From<Temporal> for Value<'_> {
    fn from(temporal: Temporal) -> Self {
        Value::Temporal(Arc::new(temporal))
    }
}
impl From<bool> for Value<'_> {
    fn from(b: bool) -> Self {
        Value::Bool(b)
    }
}
impl From<i64> for Value<'_> {
    fn from(i: i64) -> Self {
        Value::Int(i)
    }
}
impl From<f64> for Value<'_> {
    fn from(f: f64) -> Self {
        Value::Float(f)
    }
}
impl<'g> From<&'g str> for Value<'g> {
    fn from(s: &'g str) -> Self {
        Value::string(s)
    }
}
impl From<String> for Value<'_> {
    fn from(s: String) -> Self {
        Value::string(s)
    }
}

/// Which way an edge is walked, seen from a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Along edges that leave the node.
    Out,
    /// Along edges that enter the node.
    In,
    /// Either way.
    Both,
}

impl Direction {
    /// The same edges, seen from the other end.
    pub fn reverse(self) -> Self {
        match self {
            Direction::Out => Direction::In,
            Direction::In => Direction::Out,
            Direction::Both => Direction::Both,
        }
    }
}
