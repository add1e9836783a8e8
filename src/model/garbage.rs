//! Letting go of a lot of memory: the system takes a while to take gigabytes back, and so does a walk over millions of values.
//!
//! Another thread does it, so that whoever cancelled a statement need not wait for that. What borrows from the graph cannot go
//! there, and is dropped at once: it owns nothing.

use std::sync::Arc;

use super::value::Key;
use super::value::List;
use super::{Column, NodeId, Str, Value};

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

/// Lets go of values.
pub(crate) fn values(what: Box<[Value<'_>]>) {
    if size_of_val(&*what) >= MUCH {
        plain(what.into_vec().into_iter().map(unbound).collect::<Vec<Value<'static>>>());
    }
}

/// Lets go of columns, all of them together.
pub(crate) fn columns<'g>(what: impl IntoIterator<Item = Column<'g>>) {
    batches([what.into_iter().collect()]);
}

/// Lets go of the columns of batches, all of them together.
pub(crate) fn batches<'g>(what: impl IntoIterator<Item = Vec<Column<'g>>>) {
    let mut bytes = 0;
    let mut owned = |column: Column<'g>| {
        bytes += size(&column);
        owned_column(column)
    };
    // Each batch keeps the memory that its columns were in.
    let owned = |columns: Vec<Column<'g>>| columns.into_iter().map(&mut owned).collect::<Vec<Column<'static>>>();
    let owned: Vec<Vec<Column<'static>>> = what.into_iter().map(owned).collect();
    let_go(owned, bytes);
}

fn size(column: &Column<'_>) -> usize {
    match column {
        Column::Absent => 0,
        Column::Bool(column) => size_of_val(column.as_slice()),
        Column::Int(column) => size_of_val(column.as_slice()),
        Column::Float(column) => size_of_val(column.as_slice()),
        Column::Text(column, _) => size_of_val(column.as_slice()),
        Column::Node(column) => size_of_val(column.as_slice()),
        Column::Edge(column) => size_of_val(column.as_slice()),
        Column::String(column) => size_of_val(column.as_slice()),
        Column::Value(column) => {
            let more = |value: &Value<'_>| if let Value::List(list) = value { size_of_val(&***list) } else { 0 };
            size_of_val(column.as_slice()) + column.iter().map(more).sum::<usize>()
        }
    }
}

/// A column that has what this one owns, as far as that borrows nothing.
fn owned_column(column: Column<'_>) -> Column<'static> {
    match column {
        Column::Absent => Column::Absent,
        Column::Bool(column) => Column::Bool(column),
        Column::Int(column) => Column::Int(column),
        Column::Float(column) => Column::Float(column),
        // As wide as the numbers are.
        Column::Text(column, _) => Column::Node(column.into_iter().map(NodeId).collect()),
        Column::Node(column) => Column::Node(column),
        Column::Edge(column) => Column::Edge(column),
        Column::String(column) => Column::Value(column.into_iter().map(|text| unbound(Value::String(text))).collect()),
        Column::Value(column) => Column::Value(column.into_iter().map(unbound).collect()),
    }
}

/// What the value owns, as far as that borrows nothing.
fn unbound(value: Value<'_>) -> Value<'static> {
    match value {
        Value::String(text) => owned(text).map_or(Value::Null, Value::String),
        Value::Path(path) => Value::Path(path),
        Value::Temporal(temporal) => Value::Temporal(temporal),
        // One that somebody else holds is not let go of.
        Value::List(list) => {
            let list = Arc::into_inner(list).and_then(List::unbound);
            list.map_or(Value::Null, |list| Value::List(Arc::new(list)))
        }
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

    #[test]
    fn lists_that_borrow_nothing_go_as_they_are() {
        let items = || vec![Value::Int(1), Value::Int(2)];
        let free = || Value::List(Arc::new(super::super::value::Free(items()).into()));
        assert_eq!(unbound(free()), Value::list(items()));
        let shared = free();
        assert_eq!(unbound(shared.clone()), Value::Null, "somebody has it still");
        assert_eq!(unbound(Value::list(items())), Value::Null, "who knows");
        assert_eq!(size(&Column::Value(vec![free(), shared])), 6 * size_of::<Value<'_>>());
    }

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
