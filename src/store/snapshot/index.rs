//! Nodes of a snapshot by the value of a property.

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

    /// Appends the shape's nodes whose value equals this one, by binary search.
    fn seek_shape(&self, shape: &Shape, column: &Column, value: &Value<'_>, found: &mut Vec<NodeId>) {
        let Some(rows) = self.sound(column.index).map(|index| self.words::<u32>(index)) else { return };
        let reader = Reader::new(self, column);
        match (reader.string_ids(), value) {
            // One search in the dictionary, and from then on ids instead of texts.
            (Some(ids), Value::String(text)) => {
                let Some(id) = self.string_id(text) else { return };
                let order = |row: usize| self.sound(ids.get(row)).map_or(Ordering::Less, |found| found.cmp(&id));
                self.equal_rows(shape, rows, order, found);
            }
            (Some(_), _) => {}
            (None, _) => self.equal_rows(shape, rows, |row| compare(&reader.value(row), value), found),
        }
    }

    /// Appends the nodes of the rows, ascending in `order`, that it calls equal.
    fn equal_rows(&self, shape: &Shape, rows: &[u32], order: impl Fn(usize) -> Ordering, found: &mut Vec<NodeId>) {
        let start = rows.partition_point(|row| order(*row as usize).is_lt());
        for row in rows.iter().skip(start).take_while(|row| order(**row as usize).is_eq()) {
            let node = shape.first.checked_add(*row).filter(|_| *row < shape.count);
            found.extend(self.sound(node).map(NodeId));
        }
    }
}
