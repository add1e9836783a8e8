//! The shapes that most results have.

use rustc_hash::FxHashMap;

use super::Rows;
use crate::model::{NodeId, Value};

/// A row for each node, with what was found for it.
pub(super) fn by_node<V>(nodes: &[NodeId], values: impl IntoIterator<Item = V>) -> Rows
where
    V: Into<Value<'static>>,
{
    nodes.iter().zip(values).map(|(node, value)| vec![Value::Node(*node), value.into()]).collect()
}

/// A row for each node with the number of its group. Groups are numbered from 0 in the order of their first nodes,
/// whatever the algorithm called them.
pub(super) fn by_group(nodes: &[NodeId], groups: impl IntoIterator<Item = usize>) -> Rows {
    let mut numbers: FxHashMap<usize, i64> = FxHashMap::default();
    let number = |group| {
        let next = numbers.len() as i64;
        *numbers.entry(group).or_insert(next)
    };
    by_node(nodes, groups.into_iter().map(number).collect::<Vec<_>>())
}
