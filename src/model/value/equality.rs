//! Equality: openCypher's `=`, three-valued (CIP2016-06-14, *Define comparability and equality*).

use super::Value;

impl Value<'_> {
    /// Whether the values are equal; none when that cannot be known, because a null is involved.
    ///
    /// Numbers are equal when they stand for the same number, whatever their kind; NaN equals nothing. Lists and maps
    /// are equal part by part. Values of different kinds are not equal.
    ///
    /// ```
    /// use kenning::model::Value;
    /// assert_eq!(Value::Int(1).equals(&Value::Float(1.0)), Some(true));
    /// assert_eq!(Value::Int(1).equals(&Value::Null), None);
    /// ```
    pub fn equals(&self, other: &Value<'_>) -> Option<bool> {
        Some(match (self, other) {
            (Value::Null, _) | (_, Value::Null) => return None,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => {
                super::order::int_float(*a, *b).is_some_and(|order| order.is_eq())
            }
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Node(a), Value::Node(b)) => a == b,
            (Value::Edge(a), Value::Edge(b)) => a == b,
            (Value::Path(a), Value::Path(b)) => a == b,
            (Value::Temporal(a), Value::Temporal(b)) => a == b,
            (Value::List(a), Value::List(b)) => {
                return if a.len() == b.len() { all_equal(a.iter().zip(b.iter())) } else { Some(false) };
            }
            (Value::Map(a), Value::Map(b)) => {
                let same_keys = a.len() == b.len() && a.keys().zip(b.keys()).all(|(a, b)| a.as_str() == b.as_str());
                return if same_keys { all_equal(a.values().zip(b.values())) } else { Some(false) };
            }
            _ => false,
        })
    }
}

/// False when any pair differs, else unknown when any pair is, else true.
fn all_equal<'v>(pairs: impl Iterator<Item = (&'v Value<'v>, &'v Value<'v>)>) -> Option<bool> {
    let mut known = Some(true);
    for (a, b) in pairs {
        match a.equals(b) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => known = None,
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_is_three_valued() {
        let list = |items: &[Value<'static>]| Value::list(items.to_vec());
        let cases = [
            (Value::Null, Value::Null, None),
            (Value::Int(1), Value::Int(1), Some(true)),
            (Value::Int(1), Value::Float(1.0), Some(true)),
            (Value::Int((1 << 53) + 1), Value::Float((1u64 << 53) as f64), Some(false)),
            (Value::Float(f64::NAN), Value::Float(f64::NAN), Some(false)),
            (Value::Int(1), Value::string("1"), Some(false)),
            (list(&[Value::Int(1), Value::Null]), list(&[Value::Int(1), Value::Null]), None),
            (list(&[Value::Int(1), Value::Null]), list(&[Value::Int(2), Value::Null]), Some(false)),
            (list(&[Value::Null]), list(&[Value::Null, Value::Null]), Some(false)),
            (Value::map([("a".into(), Value::Null)]), Value::map([("a".into(), Value::Int(1))]), None),
            (Value::map([("a".into(), Value::Null)]), Value::map([("b".into(), Value::Null)]), Some(false)),
        ];
        for (a, b, expected) in cases {
            assert_eq!(a.equals(&b), expected, "{a:?} = {b:?}");
            assert_eq!(b.equals(&a), expected, "{b:?} = {a:?}");
        }
    }
}
