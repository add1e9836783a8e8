//! The order of values in an index.
//!
//! Any total order serves an index, as long as values that openCypher's `=` calls equal stand side by side: numbers
//! compare exactly across integers and floats, so `1` stands beside `1.0`. Null and NaN, alone or inside a list or a
//! map, equal nothing, themselves included; [`equals_something`] tells them apart.

use std::cmp::Ordering;

use crate::model::Value;

/// The total order of an index.
pub(super) fn compare(a: &Value<'_>, b: &Value<'_>) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => floats(*a, *b),
        (Value::Int(a), Value::Float(b)) => int_float(*a, *b),
        (Value::Float(a), Value::Int(b)) => int_float(*b, *a).reverse(),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::List(a), Value::List(b)) => {
            first_difference(a.iter().zip(b.iter()).map(|(a, b)| compare(a, b))).then_with(|| a.len().cmp(&b.len()))
        }
        (Value::Map(a), Value::Map(b)) => {
            let entries = a.iter().zip(b.iter()).map(|((ka, a), (kb, b))| ka.cmp(kb).then_with(|| compare(a, b)));
            first_difference(entries).then_with(|| a.len().cmp(&b.len()))
        }
        (Value::Temporal(a), Value::Temporal(b)) => a.order(b),
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

/// Whether there is a value that equals this one.
pub(super) fn equals_something(value: &Value<'_>) -> bool {
    match value {
        Value::Null => false,
        Value::Float(f) => !f.is_nan(),
        Value::List(items) => items.iter().all(equals_something),
        Value::Map(entries) => entries.values().all(equals_something),
        _ => true,
    }
}

/// The first part that differs.
pub(super) fn first_difference(mut parts: impl Iterator<Item = Ordering>) -> Ordering {
    parts.find(|part| part.is_ne()).unwrap_or(Ordering::Equal)
}

/// The order of kinds; equal for values of kinds that are compared by content.
fn rank(value: &Value<'_>) -> u8 {
    match value {
        Value::Bool(_) => 0,
        Value::Int(_) | Value::Float(_) => 1,
        Value::String(_) => 2,
        Value::List(_) => 3,
        Value::Map(_) => 4,
        Value::Temporal(_) => 5,
        // Never stored.
        Value::Node(_) | Value::Edge(_) | Value::Path(_) => 6,
        Value::Null => 7,
    }
}

/// Floats by value, the zeros equal, NaN last.
pub(super) fn floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// Exact, also where a float cannot hold the integer.
pub(super) fn int_float(int: i64, float: f64) -> Ordering {
    /// 2^63: the first float beyond the integers.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() || float >= LIMIT {
        Ordering::Less
    } else if float < -LIMIT {
        Ordering::Greater
    } else {
        let whole = float.trunc();
        int.cmp(&(whole as i64)).then_with(|| floats(whole, float))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_exactly() {
        let (int, float) = (Value::Int, Value::Float);
        let ascending = [
            float(f64::NEG_INFINITY),
            int(i64::MIN),
            int(i64::MIN + 1),
            float(-1.5),
            int(-1),
            float(-0.5),
            int(0),
            float(0.5),
            int(9_007_199_254_740_992),
            int(9_007_199_254_740_993),
            float(9_007_199_254_740_994.0),
            int(i64::MAX),
            float(9_223_372_036_854_775_808.0),
            float(f64::INFINITY),
            float(f64::NAN),
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a:?} {b:?}");
            }
        }
        for (a, b) in [(int(1), float(1.0)), (float(0.0), float(-0.0)), (int(i64::MIN), float(i64::MIN as f64))] {
            assert_eq!(compare(&a, &b), Ordering::Equal, "{a:?} {b:?}");
        }
    }

    #[test]
    fn lists_compare_by_their_items() {
        let list = |items: &[i64]| Value::list(items.iter().map(|i| Value::Int(*i)).collect());
        assert_eq!(compare(&list(&[1, 2]), &list(&[1, 3])), Ordering::Less);
        assert_eq!(compare(&list(&[1, 2]), &list(&[1])), Ordering::Greater);
        assert_eq!(compare(&list(&[1]), &Value::list(vec![Value::Float(1.0)])), Ordering::Equal);
        assert!(!equals_something(&Value::list(vec![Value::Null])));
        assert!(!equals_something(&Value::Float(f64::NAN)));
        assert!(equals_something(&list(&[])));
    }
}
