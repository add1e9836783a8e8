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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_kind_makes_a_typed_column() {
        let (int, text) = (Value::Int(1), Value::string("a"));
        let cases: [(&[Value<'_>], &str); 7] = [
            (&[], "Value([])"),
            (&[Value::Bool(true)], "Bool([true])"),
            (&[int.clone(), Value::Int(2)], "Int([1, 2])"),
            (&[Value::Float(0.5)], "Float([0.5])"),
            (std::slice::from_ref(&text), "String([\"a\"])"),
            (&[int.clone(), Value::Null], "Value([Int(1), Null])"),
            (&[int.clone(), text.clone()], "Value([Int(1), String(\"a\")])"),
        ];
        for (values, expected) in cases {
            assert_eq!(format!("{:?}", typed(values.to_vec())), expected);
        }
    }
}
