//! Equivalence: when `DISTINCT` and grouping take two values for the same.

use std::hash::{Hash, Hasher};

use super::Value;

/// A value under equivalence: as equality, but null is equivalent to null and NaN to NaN, so it is a key.
#[derive(Clone, Debug)]
pub struct Key<'g>(pub Value<'g>);

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        equivalent(&self.0, &other.0)
    }
}

impl Eq for Key<'_> {}

fn equivalent(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Float(a), Value::Float(b)) => a == b || (a.is_nan() && b.is_nan()),
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equivalent(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            let same = |((ka, va), (kb, vb)): ((&super::Str<'_>, &Value<'_>), (&super::Str<'_>, &Value<'_>))| {
                ka.as_str() == kb.as_str() && equivalent(va, vb)
            };
            a.len() == b.len() && a.iter().zip(b.iter()).all(same)
        }
        (a, b) => a.equals(b) == Some(true),
    }
}

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(&self.0, state);
    }
}

fn hash<H: Hasher>(value: &Value<'_>, state: &mut H) {
    match value {
        Value::Null => state.write_u8(0),
        Value::Bool(b) => (1u8, b).hash(state),
        // Equal numbers hash alike whatever their kind: a whole float as the integer that it equals.
        Value::Int(i) => (2u8, i).hash(state),
        Value::Float(f) => {
            let whole = *f as i64;
            if super::order::int_float(whole, *f).is_some_and(|order| order.is_eq()) {
                (2u8, whole).hash(state);
            } else {
                let bits = if f.is_nan() { f64::NAN.to_bits() } else { f.to_bits() };
                (3u8, bits).hash(state);
            }
        }
        Value::String(s) => (4u8, s.as_str()).hash(state),
        Value::List(items) => {
            (5u8, items.len()).hash(state);
            items.iter().for_each(|item| hash(item, state));
        }
        Value::Map(map) => {
            (6u8, map.len()).hash(state);
            for (key, value) in map.iter() {
                key.as_str().hash(state);
                hash(value, state);
            }
        }
        Value::Node(node) => (7u8, node).hash(state),
        Value::Edge(edge) => (8u8, edge).hash(state),
        Value::Path(path) => (9u8, path).hash(state),
        Value::Temporal(temporal) => (10u8, temporal).hash(state),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn equivalent_values_are_one_key() {
        let same = [
            [Value::Null, Value::Null],
            [Value::Int(1), Value::Float(1.0)],
            [Value::Float(0.0), Value::Float(-0.0)],
            [Value::Float(f64::NAN), Value::Float(-f64::NAN)],
            [Value::list(vec![Value::Null]), Value::list(vec![Value::Null])],
        ];
        for pair in same {
            let keys: HashSet<Key<'_>> = pair.clone().into_iter().map(Key).collect();
            assert_eq!(keys.len(), 1, "{pair:?}");
        }
        let different = [Value::Null, Value::Int(0), Value::Bool(false), Value::string("0"), Value::Float(0.5)];
        assert_eq!(different.into_iter().map(Key).collect::<HashSet<_>>().len(), 5);
    }
}
