//! Letting go of a lot of memory: the system takes a while to take gigabytes back, and so does a walk over millions of values.
//!
//! Another thread does it, so that whoever cancelled a statement need not wait for that. What borrows from the graph cannot go
//! there, and is dropped at once: it owns nothing.

use super::value::Key;
use super::{Column, Str, Value};

/// Fewer bytes are let go of at once.
const MUCH: usize = 8 << 20;

/// Lets go of what takes so many bytes.
pub(crate) fn let_go<T: Send + 'static>(what: T, bytes: usize) {
    if bytes < MUCH {
        return;
    }
    // Where there is no thread to be had, it is dropped here.
    _ = std::thread::Builder::new().name("letting go".to_owned()).spawn(move || drop(what));
}

/// Lets go of plain data.
pub(crate) fn plain<T: Send + 'static>(what: Vec<T>) {
    let bytes = what.capacity() * size_of::<T>();
    let_go(what, bytes);
}

/// Lets go of keys.
pub(crate) fn keys(what: Vec<Key<'_>>) {
    if size_of_val(what.as_slice()) >= MUCH {
        plain(what.into_iter().map(|key| unbound(key.0)).collect::<Vec<Value<'static>>>());
    }
}

/// Lets go of columns, all of them together.
pub(crate) fn columns<'g>(what: impl IntoIterator<Item = Column<'g>>) {
    let (mut parts, mut bytes): (Vec<Box<dyn Send>>, usize) = (Vec::new(), 0);
    macro_rules! part {
        ($column:expr) => {{
            let column = $column;
            bytes += size_of_val(column.as_slice());
            parts.push(Box::new(column));
        }};
    }
    for column in what {
        match column {
            Column::Absent => {}
            Column::Bool(column) => part!(column),
            Column::Int(column) => part!(column),
            Column::Float(column) => part!(column),
            Column::Text(column, _) => part!(column),
            Column::Node(column) => part!(column),
            Column::Edge(column) => part!(column),
            Column::String(column) => part!(column.into_iter().map(owned).collect::<Vec<_>>()),
            Column::Value(column) => part!(column.into_iter().map(unbound).collect::<Vec<_>>()),
        }
    }
    let_go(parts, bytes);
}

/// What the value owns, as far as that borrows nothing.
fn unbound(value: Value<'_>) -> Value<'static> {
    match value {
        Value::String(text) => owned(text).map_or(Value::Null, Value::String),
        Value::Path(path) => Value::Path(path),
        Value::Temporal(temporal) => Value::Temporal(temporal),
        _ => Value::Null,
    }
}

fn owned(text: Str<'_>) -> Option<Str<'static>> {
    match text {
        Str::Borrowed(_) => None,
        Str::Shared(text) => Some(Str::Shared(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn what_is_owned_goes_and_what_is_borrowed_stays() {
        let text: Arc<str> = Arc::from("a");
        let many = MUCH / size_of::<Value<'_>>() + 1;
        for count in [1, many] {
            let mut column = vec![Value::String(Str::Borrowed("b")); count];
            column[0] = Value::String(Str::Shared(Arc::clone(&text)));
            columns([Column::Value(column)]);
        }
        // The other thread ends when it likes to.
        while Arc::strong_count(&text) > 1 {
            std::thread::yield_now();
        }
    }
}
