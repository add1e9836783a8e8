//! Comparability (`<`, partial) and orderability (`ORDER BY`, total), as openCypher keeps them apart.

use std::cmp::Ordering;

use super::Value;

impl Value<'_> {
    /// How the values compare under `<`; none when they cannot be compared or that cannot be known.
    ///
    /// Numbers compare with numbers, strings with strings by code point, booleans with booleans (false first), lists
    /// element by element. NaN compares with nothing.
    pub fn compare(&self, other: &Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
            (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
            (Value::Int(a), Value::Float(b)) => int_float(*a, *b),
            (Value::Float(a), Value::Int(b)) => int_float(*b, *a).map(Ordering::reverse),
            (Value::String(a), Value::String(b)) => Some(a.as_str().cmp(b.as_str())),
            (Value::Temporal(a), Value::Temporal(b)) => a.compare(b),
            (Value::List(a), Value::List(b)) => {
                for (a, b) in a.iter().zip(b.iter()) {
                    match a.compare(b)? {
                        Ordering::Equal => {}
                        decided => return Some(decided),
                    }
                }
                Some(a.len().cmp(&b.len()))
            }
            _ => None,
        }
    }

    /// The total order of `ORDER BY`, `min` and `max`: maps, nodes, edges, lists, paths, temporal values, strings, booleans,
    /// numbers, NaN, null; within a kind by content.
    pub fn order(&self, other: &Value<'_>) -> Ordering {
        match (self, other) {
            (Value::Map(a), Value::Map(b)) => a
                .keys()
                .map(|key| key.as_str())
                .cmp(b.keys().map(|key| key.as_str()))
                .then_with(|| all(a.values(), b.values())),
            (Value::Node(a), Value::Node(b)) => a.cmp(b),
            (Value::Edge(a), Value::Edge(b)) => a.cmp(b),
            (Value::List(a), Value::List(b)) => all(a.iter(), b.iter()),
            (Value::Temporal(a), Value::Temporal(b)) => a.order(b),
            (Value::Path(a), Value::Path(b)) => a.nodes.cmp(&b.nodes).then_with(|| a.edges.cmp(&b.edges)),
            _ => self.rank().cmp(&other.rank()).then_with(|| self.compare(other).unwrap_or(Ordering::Equal)),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Value::Map(_) => 0,
            Value::Node(_) => 1,
            Value::Edge(_) => 2,
            Value::List(_) => 3,
            Value::Path(_) => 4,
            Value::Temporal(_) => 5,
            Value::String(_) => 6,
            Value::Bool(_) => 7,
            Value::Float(f) if f.is_nan() => 9,
            Value::Int(_) | Value::Float(_) => 8,
            Value::Null => 10,
        }
    }
}

fn all<'v>(mut a: impl Iterator<Item = &'v Value<'v>>, mut b: impl Iterator<Item = &'v Value<'v>>) -> Ordering {
    loop {
        return match (a.next(), b.next()) {
            (Some(a), Some(b)) => match a.order(b) {
                Ordering::Equal => continue,
                decided => decided,
            },
            (a, b) => a.is_some().cmp(&b.is_some()),
        };
    }
}

/// An integer against a float, exactly: neither is rounded to the other's kind.
pub(super) fn int_float(int: i64, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    // 2^63 is a float; every float at or beyond it is above every integer.
    const EDGE: f64 = 9_223_372_036_854_775_808.0;
    if float >= EDGE {
        return Some(Ordering::Less);
    }
    if float < -EDGE {
        return Some(Ordering::Greater);
    }
    let whole = float.trunc();
    Some(int.cmp(&(whole as i64)).then_with(|| 0.0_f64.total_cmp(&(float - whole + 0.0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_floats_compare_exactly() {
        let cases = [
            (1, 1.0, Ordering::Equal),
            (1, 1.5, Ordering::Less),
            (-1, -1.5, Ordering::Greater),
            (0, -0.0, Ordering::Equal),
            (i64::MAX, 9_223_372_036_854_775_808.0, Ordering::Less),
            (i64::MIN, -9_223_372_036_854_775_808.0, Ordering::Equal),
            ((1 << 53) + 1, (1i64 << 53) as f64, Ordering::Greater),
        ];
        for (int, float, expected) in cases {
            assert_eq!(int_float(int, float), Some(expected), "{int} and {float}");
        }
    }

    #[test]
    fn the_order_is_total() {
        let ascending = [
            Value::map([("a".into(), Value::Int(1))]),
            Value::Node(crate::model::NodeId(0)),
            Value::Edge(crate::model::EdgeId(0)),
            Value::list(vec![]),
            Value::list(vec![Value::Int(1)]),
            Value::string("a"),
            Value::Bool(false),
            Value::Bool(true),
            Value::Int(1),
            Value::Float(1.5),
            Value::Float(f64::INFINITY),
            Value::Float(f64::NAN),
            Value::Null,
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(a.order(b), i.cmp(&j), "{a:?} and {b:?}");
            }
        }
    }
}
