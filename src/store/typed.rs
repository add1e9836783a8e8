//! Values to a column of their kind.

use crate::model::{Column, Value};

/// The narrowest column that holds the values: typed when all are of one kind that has a typed column.
pub(super) fn typed<'g>(values: Vec<Value<'g>>) -> Column<'g> {
    /// All values through `take`, or the values back untouched.
    fn all<'g, T>(values: &[Value<'g>], take: impl Fn(&Value<'g>) -> Option<T>) -> Option<Vec<T>> {
        values.iter().map(take).collect()
    }
    let column = match values.first() {
        Some(Value::Bool(_)) => {
            all(&values, |v| if let Value::Bool(b) = v { Some(*b) } else { None }).map(Column::Bool)
        }
        Some(Value::Int(_)) => all(&values, |v| if let Value::Int(i) = v { Some(*i) } else { None }).map(Column::Int),
        Some(Value::Float(_)) => {
            all(&values, |v| if let Value::Float(f) = v { Some(*f) } else { None }).map(Column::Float)
        }
        Some(Value::String(_)) => {
            all(&values, |v| if let Value::String(s) = v { Some(s.clone()) } else { None }).map(Column::String)
        }
        _ => None,
    };
    column.unwrap_or(Column::Value(values))
}
