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

impl<'g> Column<'g> {
    /// The same value in `len` rows.
    pub fn repeat(value: &Value<'g>, len: usize) -> Self {
        match value {
            Value::Bool(b) => Column::Bool(vec![*b; len]),
            Value::Int(i) => Column::Int(vec![*i; len]),
            Value::Float(f) => Column::Float(vec![*f; len]),
            Value::String(s) => Column::String(vec![s.clone(); len]),
            Value::Node(n) => Column::Node(vec![*n; len]),
            Value::Edge(e) => Column::Edge(vec![*e; len]),
            value => Column::Value(vec![value.clone(); len]),
        }
    }

    /// These values, typed when all of them are of one kind.
    pub fn from_values(values: Vec<Value<'g>>) -> Self {
        macro_rules! typed {
            ($kind:ident) => {
                if values.iter().all(|value| matches!(value, Value::$kind(_))) {
                    let of_kind = |value| if let Value::$kind(v) = value { Some(v) } else { None };
                    return Column::$kind(values.into_iter().filter_map(of_kind).collect());
                }
            };
        }
        match values.first() {
            Some(Value::Bool(_)) => typed!(Bool),
            Some(Value::Int(_)) => typed!(Int),
            Some(Value::Float(_)) => typed!(Float),
            Some(Value::String(_)) => typed!(String),
            Some(Value::Node(_)) => typed!(Node),
            Some(Value::Edge(_)) => typed!(Edge),
            _ => {}
        }
        Column::Value(values)
    }

    /// These rows, in this order. A row behind the end reads as null.
    pub fn gather(&self, rows: &[u32]) -> Self {
        macro_rules! pick {
            ($v:ident, $kind:ident) => {
                match rows.iter().map(|row| $v.get(*row as usize).cloned()).collect::<Option<Vec<_>>>() {
                    Some(picked) => Column::$kind(picked),
                    None => Column::Value(rows.iter().map(|row| self.value(*row as usize)).collect()),
                }
            };
        }
        match self {
            Column::Absent => Column::Absent,
            Column::Bool(v) => pick!(v, Bool),
            Column::Int(v) => pick!(v, Int),
            Column::Float(v) => pick!(v, Float),
            Column::String(v) => pick!(v, String),
            Column::Node(v) => pick!(v, Node),
            Column::Edge(v) => pick!(v, Edge),
            Column::Value(v) => pick!(v, Value),
        }
    }

    /// This column of `len` rows with the `more` rows of another one below; an absent column counts as nulls.
    pub fn append(self, len: usize, other: Self, more: usize) -> Self {
        macro_rules! both {
            ($ours:ident, $theirs:ident, $kind:ident) => {{
                let mut ours = $ours;
                ours.extend($theirs);
                Column::$kind(ours)
            }};
        }
        match (self, other) {
            (Column::Absent, Column::Absent) => Column::Absent,
            (Column::Absent, other) if len == 0 => other,
            (Column::Bool(a), Column::Bool(b)) => both!(a, b, Bool),
            (Column::Int(a), Column::Int(b)) => both!(a, b, Int),
            (Column::Float(a), Column::Float(b)) => both!(a, b, Float),
            (Column::String(a), Column::String(b)) => both!(a, b, String),
            (Column::Node(a), Column::Node(b)) => both!(a, b, Node),
            (Column::Edge(a), Column::Edge(b)) => both!(a, b, Edge),
            (ours, theirs) => {
                let mut values = ours.into_values(len);
                values.extend(theirs.into_values(more));
                Column::Value(values)
            }
        }
    }

    /// The values of `len` rows.
    pub fn into_values(self, len: usize) -> Vec<Value<'g>> {
        match self {
            Column::Value(values) if values.len() == len => values,
            column => (0..len).map(|row| column.value(row)).collect(),
        }
    }
}
