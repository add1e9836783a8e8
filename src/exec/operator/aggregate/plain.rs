//! Values as bits: among the values of one kind, equal bits are equal values, and unequal ones are not.

use crate::model::{Column, EdgeId, NodeId, Str, TextsOf, Value};

/// The bits of every row; none when the column's values cannot be told apart that way.
pub(in crate::exec::operator) fn bits(column: &Column<'_>) -> Option<Vec<u64>> {
    Some(match column {
        Column::Bool(v) => v.iter().map(|flag| u64::from(*flag)).collect(),
        Column::Int(v) => v.iter().map(|int| *int as u64).collect(),
        Column::Node(v) => v.iter().map(|node| u64::from(node.0)).collect(),
        Column::Edge(v) => v.iter().map(|edge| u64::from(edge.0)).collect(),
        Column::Text(v, _) => v.iter().map(|number| u64::from(*number)).collect(),
        // Equal bits are equal, and that unequal ones may be, too, costs a look at the values.
        Column::Float(v) => v.iter().map(|float| float.to_bits()).collect(),
        // A borrowed text is there once, so its place and its length tell it from others.
        Column::String(v) => v
            .iter()
            .map(|text| match text {
                Str::Borrowed(text) => {
                    let (place, length) = (text.as_ptr() as u64, text.len() as u64);
                    (place < 1 << 48 && length < 1 << 16).then_some(place << 16 | length)
                }
                Str::Shared(_) => None,
            })
            .collect::<Option<_>>()?,
        Column::Absent | Column::Value(_) => return None,
    })
}

/// A kind of values whose bits tell them apart both ways.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::exec::operator) enum Kind<'g> {
    Bool,
    Int,
    Node,
    Edge,
    Text(TextsOf<'g>),
}

impl<'g> Kind<'g> {
    pub(in crate::exec::operator) fn of(column: &Column<'g>) -> Option<Self> {
        match column {
            Column::Bool(_) => Some(Kind::Bool),
            Column::Int(_) => Some(Kind::Int),
            Column::Node(_) => Some(Kind::Node),
            Column::Edge(_) => Some(Kind::Edge),
            Column::Text(_, texts) => Some(Kind::Text(*texts)),
            _ => None,
        }
    }

    /// The value with these bits.
    pub(super) fn value(self, bits: u64) -> Value<'g> {
        match self {
            Kind::Bool => Value::Bool(bits != 0),
            Kind::Int => Value::Int(bits as i64),
            Kind::Node => Value::Node(NodeId(bits as u32)),
            Kind::Edge => Value::Edge(EdgeId(bits as u32)),
            Kind::Text(texts) => texts.value(bits as u32),
        }
    }
}
