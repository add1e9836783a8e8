//! Which values a graph can hold.
//!
//! Truth values, numbers, strings, and lists and maps of these. Nodes, edges and paths are positions in one state of
//! one graph: stored, they would dangle as soon as the graph is written anew.

use std::sync::Arc;

use super::Error;
use crate::model::Value;

/// How deep lists and maps may nest; bounds the recursion of every walk over a stored value.
pub(super) const MAX_DEPTH: usize = 64;

/// Whether the value can be stored.
///
/// # Errors
///
/// [`Error::Unstorable`] for nodes, edges, paths, and values that nest too deep.
pub(super) fn check(value: &Value<'_>) -> Result<(), Error> {
    at_depth(value, 0)
}

fn at_depth(value: &Value<'_>, depth: usize) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(Error::Unstorable(format!("a property's value nests at most {MAX_DEPTH} levels deep")));
    }
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) | Value::Temporal(_) => {
            Ok(())
        }
        Value::List(items) => items.iter().try_for_each(|item| at_depth(item, depth + 1)),
        Value::Map(entries) => entries.values().try_for_each(|value| at_depth(value, depth + 1)),
        Value::Node(_) => Err(unstorable("a node")),
        Value::Edge(_) => Err(unstorable("an edge")),
        Value::Path(_) => Err(unstorable("a path")),
    }
}

/// The value, free of its lifetime; `check` has bounded its depth.
fn free(value: Value<'_>) -> Value<'static> {
    match value {
        Value::Null => Value::Null,
        Value::Bool(b) => Value::Bool(b),
        Value::Int(i) => Value::Int(i),
        Value::Float(f) => Value::Float(f),
        Value::String(s) => Value::String(s.into_owned()),
        Value::List(items) => Value::list(Arc::unwrap_or_clone(items).into_vec().into_iter().map(free).collect()),
        Value::Map(entries) => {
            let entries = Arc::unwrap_or_clone(entries).into_iter();
            Value::map(entries.map(|(key, value)| (key.into_owned(), free(value))))
        }
        Value::Node(node) => Value::Node(node),
        Value::Edge(edge) => Value::Edge(edge),
        Value::Path(path) => Value::Path(path),
        Value::Temporal(temporal) => Value::Temporal(temporal),
    }
}

/// The value as the changes keep it, free of its lifetime.
///
/// # Errors
///
/// As [`check`].
pub(super) fn owned(value: Value<'_>) -> Result<Value<'static>, Error> {
    check(&value)?;
    Ok(free(value))
}

fn unstorable(what: &str) -> Error {
    Error::Unstorable(format!("{what} cannot be stored as a property; store a property of it that identifies it"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::model::{EdgeId, NodeId};

    #[test]
    fn keeps_data_and_refuses_positions() {
        let text = String::from("a");
        let nested = Value::list(vec![Value::string(text.as_str()), Value::Null, Value::Float(0.5)]);
        assert_eq!(owned(nested.clone()).unwrap(), nested);
        for refused in [Value::Node(NodeId(0)), Value::list(vec![Value::Edge(EdgeId(0))])] {
            assert!(matches!(owned(refused), Err(Error::Unstorable(_))));
        }
    }

    #[test]
    fn bounds_the_nesting() {
        let nest = |depth| (0..depth).fold(Value::Int(1), |inner, _| Value::list(vec![inner]));
        assert!(owned(nest(MAX_DEPTH)).is_ok());
        assert!(matches!(owned(nest(MAX_DEPTH + 1)), Err(Error::Unstorable(_))));
    }
}
