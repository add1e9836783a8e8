//! The columns that most results have.

use super::Columns;
use crate::model::{Column, NodeId};

/// Each node, and the number of its group. A group is called by one of the places, which are as many as the nodes; they are
/// numbered from 0 in the order of their first nodes, whatever the algorithm called them.
pub(super) fn by_group(nodes: Vec<NodeId>, groups: impl IntoIterator<Item = usize>) -> Columns {
    const NONE: i64 = -1;
    let mut numbers = vec![NONE; nodes.len()];
    let mut next = 0;
    let number = |group: usize| {
        let number = &mut numbers[group];
        if *number == NONE {
            *number = next;
            next += 1;
        }
        *number
    };
    let groups = groups.into_iter().map(number).collect();
    vec![Column::Node(nodes), Column::Int(groups)]
}
