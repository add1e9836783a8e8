//! What a property's values have in common, for formats that give each property one type.

use std::collections::BTreeMap;

use super::picture::Property;
use crate::model::Value;
use crate::model::temporal::TemporalKind;

/// The kind of a value that is neither a list nor a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Bool,
    Int,
    Float,
    String,
    Temporal(TemporalKind),
}

/// The kind that all values of a property share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    One(Scalar),
    /// Lists whose items are of one kind; none while all of them are empty.
    List(Option<Scalar>),
    /// Values of several kinds, maps, and lists of lists, of nulls, or of several kinds.
    Mixed,
}

/// Properties by key, each with the kind that its values share.
pub(super) type Columns<'v> = BTreeMap<&'v str, Kind>;

impl Scalar {
    pub(super) fn of(value: &Value<'_>) -> Option<Self> {
        Some(match value {
            Value::Bool(_) => Scalar::Bool,
            Value::Int(_) => Scalar::Int,
            Value::Float(_) => Scalar::Float,
            Value::String(_) => Scalar::String,
            Value::Temporal(temporal) => Scalar::Temporal(temporal.kind()),
            _ => return None,
        })
    }
}

impl Kind {
    pub(super) fn of(value: &Value<'_>) -> Self {
        let Value::List(items) = value else { return Scalar::of(value).map_or(Kind::Mixed, Kind::One) };
        let mut kinds = items.iter().map(Scalar::of);
        match kinds.next() {
            None => Kind::List(None),
            Some(Some(first)) if kinds.all(|kind| kind == Some(first)) => Kind::List(Some(first)),
            Some(_) => Kind::Mixed,
        }
    }

    /// The kind of both.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Kind::List(None), list @ Kind::List(_)) | (list @ Kind::List(_), Kind::List(None)) => list,
            _ => Kind::Mixed,
        }
    }
}

/// Takes note of what these properties are, `kind` of each.
pub(super) fn note<'v, 'g>(
    columns: &mut Columns<'v>,
    properties: &[Property<'v, 'g>],
    kind: impl Fn(&Value<'g>) -> Kind,
) {
    for (key, value) in properties {
        let found = kind(value);
        columns.entry(key).and_modify(|known| *known = known.and(found)).or_insert(found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_in_common() {
        let list = |items: &[Value<'static>]| Value::list(items.to_vec());
        let (int, float) = (Value::Int(1), Value::Float(1.0));
        let ints = Kind::List(Some(Scalar::Int));
        let cases: [(&[Value<'_>], Kind); 8] = [
            (&[int.clone(), int.clone()], Kind::One(Scalar::Int)),
            (&[int.clone(), float.clone()], Kind::Mixed),
            (&[list(&[])], Kind::List(None)),
            (&[list(&[]), list(std::slice::from_ref(&int)), list(&[])], ints),
            (&[list(&[int.clone(), float])], Kind::Mixed),
            (&[list(&[Value::Null])], Kind::Mixed),
            (&[list(&[list(&[])])], Kind::Mixed),
            (&[int.clone(), list(&[int])], Kind::Mixed),
        ];
        for (values, expected) in cases {
            let found = values.iter().map(Kind::of).reduce(Kind::and);
            assert_eq!(found, Some(expected), "{values:?}");
        }
    }
}
