//! Nodes of a snapshot by the value of a property.
//!
//! An index is searched in place: integers by interpolation, other values by halves.

use std::cmp::Ordering;

use super::column::{Reader, find};
use super::{Snapshot, labelled};
use crate::model::{KeyId, LabelId, NodeId, Value};
use crate::store::layout::{Column, Shape};
use crate::store::order::{compare, equals_something};

impl Snapshot {
    /// The nodes with the label whose property equals the value, ascending; none when there is no such index.
    pub(in crate::store) fn seek(&self, label: LabelId, key: KeyId, value: &Value<'_>) -> Option<Vec<NodeId>> {
        if !self.has_index(label, key) {
            return None;
        }
        let mut found = Vec::new();
        if equals_something(value) {
            for shape in labelled(&self.meta, label) {
                if let Some(column) = find(&shape.columns, key) {
                    self.seek_shape(shape, column, value, &mut found);
                }
            }
        }
        Some(found)
    }

    /// Appends the shape's nodes whose value equals this one.
    fn seek_shape(&self, shape: &Shape, column: &Column, value: &Value<'_>, found: &mut Vec<NodeId>) {
        let Some(rows) = self.sound(column.index).map(|index| self.words::<u32>(index)) else { return };
        let reader = Reader::new(self, column);
        match (reader.string_ids(), value) {
            // One search in the dictionary, and from then on ids instead of texts.
            (Some(ids), Value::String(text)) => {
                let Some(id) = self.string_id(text) else { return };
                let order = |row: usize| self.sound(ids.get(row)).map_or(Ordering::Less, |found| found.cmp(&id));
                let start = rows.partition_point(|row| order(*row as usize).is_lt());
                self.equal_rows(shape, rows, (start, order), found);
            }
            (Some(_), _) => {}
            (None, _) => {
                let order = |row: usize| compare(&reader.value(row), value);
                let start = match (reader.ints(), value) {
                    (Some(ints), Value::Int(wanted)) => {
                        let at = |place: usize| self.sound(ints.get(*rows.get(place)? as usize));
                        first_not_below(rows.len(), |place| at(place).unwrap_or(i64::MIN), *wanted)
                    }
                    _ => rows.partition_point(|row| order(*row as usize).is_lt()),
                };
                self.equal_rows(shape, rows, (start, order), found);
            }
        }
    }

    /// Appends the nodes of the rows from `start` on, as long as `order` calls them equal.
    fn equal_rows(
        &self,
        shape: &Shape,
        rows: &[u32],
        (start, order): (usize, impl Fn(usize) -> Ordering),
        found: &mut Vec<NodeId>,
    ) {
        for row in rows.iter().skip(start).take_while(|row| order(**row as usize).is_eq()) {
            let node = shape.first.checked_add(*row).filter(|_| *row < shape.count);
            found.extend(self.sound(node).map(NodeId));
        }
    }
}

/// The first place of ascending integers that is not below `wanted`; `len` when all are.
///
/// Each step looks where the integer would be if those between were evenly spread (interpolation search: Perl, Itai and
/// Avni, 1978), in memory that a search by halves would go to and fro in; the first looks where it would be if they were counted
/// up, as keys mostly are, for which the last of them need not be read. Where two steps leave more than half each, the next one
/// halves: no spread takes more than thrice the steps of halving.
fn first_not_below(len: usize, integer: impl Fn(usize) -> i64, wanted: i64) -> usize {
    let Some(mut above) = len.checked_sub(1) else { return 0 };
    let (mut below, mut least) = (0, integer(0));
    if least >= wanted {
        return 0;
    }
    let counted = usize::try_from(wanted.abs_diff(least)).ok().filter(|place| *place < above);
    let counted = counted.map(|place| (place, integer(place)));
    // What is at `below` is below, and what is at `above` is not.
    let mut most = match counted {
        Some((place, found)) if found >= wanted => {
            above = place;
            found
        }
        _ => integer(above),
    };
    if most < wanted {
        return len;
    }
    if let Some((place, found)) = counted.filter(|(_, found)| *found < wanted) {
        (below, least) = (place, found);
    }
    let mut slow = 0;
    while above - below > 1 {
        let width = above - below;
        let step = if slow < 2 {
            let (part, whole) = (i128::from(wanted) - i128::from(least), i128::from(most) - i128::from(least));
            usize::try_from(part * width as i128 / whole).unwrap_or(width).clamp(1, width - 1)
        } else {
            width / 2
        };
        let place = below + step;
        match integer(place) {
            found if found < wanted => (below, least) = (place, found),
            found => (above, most) = (place, found),
        }
        slow = if slow < 2 && (above - below) * 2 > width { slow + 1 } else { 0 };
    }
    above
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn integers_are_found_where_halving_finds_them_and_in_few_steps() {
        let even: Vec<i64> = (0..10_000).map(|n| n * 3).collect();
        let powers: Vec<i64> = (0..62).flat_map(|n| [1i64 << n; 160]).collect();
        let extremes = vec![i64::MIN, i64::MIN, -1, 0, 0, 0, 7, i64::MAX, i64::MAX];
        let same = vec![5; 10_000];
        let most_far = (0..9_999).chain([i64::MAX]).collect();
        for (integers, steps) in
            [(even, 6), (powers, 42), (extremes, 12), (same, 42), (most_far, 42), (vec![], 0), (vec![4], 2)]
        {
            let near = integers.iter().flat_map(|n| [n.saturating_sub(1), *n, n.saturating_add(1)]);
            for wanted in near.chain([0, i64::MIN, i64::MAX]) {
                let looks = Cell::new(0);
                let at = |place: usize| {
                    looks.set(looks.get() + 1);
                    integers[place]
                };
                let found = first_not_below(integers.len(), at, wanted);
                assert_eq!(found, integers.partition_point(|n| *n < wanted), "{wanted}");
                assert!(looks.get() <= steps, "{wanted} among {} took {} looks", integers.len(), looks.get());
            }
        }
    }
}
