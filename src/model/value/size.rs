//! About how many bytes values take, for limits on memory.

use super::{Str, Value};

/// What a shared text or list takes besides what is in it: two counts, and what the allocator takes.
pub(crate) const SHARED: u64 = 32;

/// About how many bytes a value holds.
pub(crate) fn bytes(value: &Value<'_>) -> u64 {
    let own = size_of::<Value<'_>>() as u64;
    own + match value {
        Value::String(Str::Shared(text)) => SHARED + text.len() as u64,
        Value::List(items) => 2 * SHARED + items.iter().map(bytes).sum::<u64>(),
        Value::Map(entries) => entries.iter().map(|(key, value)| key.as_str().len() as u64 + bytes(value)).sum(),
        Value::Temporal(_) => 48,
        Value::Path(path) => 4 * (path.nodes.len() + path.edges.len()) as u64,
        _ => 0,
    }
}
