//! A column of a batch: typed when every row holds that kind, otherwise a vector of values.
//!
//! Typed variants hold no null, so that a kernel over one needs no test per row; one null in a column makes it
//! [`Column::Value`].

use super::{EdgeId, NodeId, Str, Value};

/// One variable's values, a row each.
#[derive(Clone, Debug, Default)]
pub enum Column<'g> {
    /// Not bound here, or no longer needed.
    #[default]
    Absent,
    /// Truth values.
    Bool(Vec<bool>),
    /// Integers.
    Int(Vec<i64>),
    /// Floats.
    Float(Vec<f64>),
    /// Strings.
    String(Vec<Str<'g>>),
    /// Nodes.
    Node(Vec<NodeId>),
    /// Edges.
    Edge(Vec<EdgeId>),
    /// Anything, null included.
    Value(Vec<Value<'g>>),
}

impl<'g> Column<'g> {
    /// The value in this row; null when the column is absent or shorter.
    pub fn value(&self, row: usize) -> Value<'g> {
        match self {
            Column::Absent => None,
            Column::Bool(v) => v.get(row).copied().map(Value::Bool),
            Column::Int(v) => v.get(row).copied().map(Value::Int),
            Column::Float(v) => v.get(row).copied().map(Value::Float),
            Column::String(v) => v.get(row).cloned().map(Value::String),
            Column::Node(v) => v.get(row).copied().map(Value::Node),
            Column::Edge(v) => v.get(row).copied().map(Value::Edge),
            Column::Value(v) => v.get(row).cloned(),
        }
        .unwrap_or_default()
    }
}
