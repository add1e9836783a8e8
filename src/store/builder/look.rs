//! A graph while it is gathered, as whoever holds it against a schema looks at it; and nodes taken back.

use super::buffer::Values;
use super::{Buffer, Builder, Cell};
use crate::model::{Str, Value};

/// The nodes with one set of labels.
pub(crate) struct Rows<'b> {
    pub(crate) labels: Vec<&'b str>,
    /// How many rows there are; some may have been left for other labels.
    pub(crate) count: usize,
    pub(crate) columns: &'b [(u32, Buffer)],
}

impl Rows<'_> {
    /// The buffer of a key, if any row ever had it.
    pub(crate) fn column(&self, key: Option<u32>) -> Option<&Buffer> {
        self.columns.iter().find(|(known, _)| Some(*known) == key).map(|(_, buffer)| buffer)
    }
}

impl Builder {
    /// All nodes, by their labels.
    pub(crate) fn rows(&self) -> Vec<Rows<'_>> {
        let rows = self.shapes.iter().map(|shape| Rows {
            labels: shape.labels.iter().map(|label| self.labels.text(*label)).collect(),
            count: shape.count as usize,
            columns: &shape.columns,
        });
        rows.collect()
    }

    /// For each node the place of its labels among [`Builder::rows`], and its row there.
    pub(crate) fn row_of_each(&self) -> &[(u32, u32)] {
        &self.nodes
    }

    /// A key by its number.
    pub(crate) fn key_name(&self, key: u32) -> &str {
        self.keys.text(key)
    }

    /// The number of a key, when there is one.
    pub(crate) fn key_number(&self, key: &str) -> Option<u32> {
        self.keys.number(key)
    }

    /// A text by its number.
    pub(crate) fn text_of(&self, number: u32) -> &str {
        self.strings.text(number)
    }

    /// The number of a text, when there is one.
    pub(crate) fn text_number(&self, text: &str) -> Option<u32> {
        self.strings.number(text)
    }

    /// How many texts there are.
    pub(crate) fn text_count(&self) -> usize {
        self.strings.len()
    }

    /// A cell as a value.
    pub(crate) fn value(&self, cell: &Cell) -> Value<'_> {
        match cell {
            Cell::Null => Value::Null,
            Cell::Bool(bool) => Value::Bool(*bool),
            Cell::Int(int) => Value::Int(*int),
            Cell::Float(float) => Value::Float(*float),
            Cell::String(text) => Value::string(self.strings.text(*text)),
            Cell::List(items) => Value::list(items.iter().map(|item| self.value(item)).collect()),
            Cell::Map(entries) => {
                Value::map(entries.iter().map(|(key, cell)| (Str::from(self.strings.text(*key)), self.value(cell))))
            }
            Cell::Temporal(temporal) => Value::Temporal(std::sync::Arc::clone(temporal)),
        }
    }

    /// Takes nodes back that no edge knows of yet; `gone` are their numbers, ascending. The others are numbered on.
    pub(crate) fn take_back(&mut self, gone: &[u32]) {
        let mut next = 0;
        let (nodes, shapes) = (&mut self.nodes, &mut self.shapes);
        let mut gone = gone.iter().copied().peekable();
        nodes.retain(|(shape, row)| {
            let stays = gone.next_if_eq(&next).is_none();
            next += 1;
            if !stays {
                shapes[*shape as usize].left.push(*row);
            }
            stays
        });
    }
}

impl Buffer {
    /// The row's text, by its number.
    pub(crate) fn text(&self, row: usize) -> Option<u32> {
        match &self.values {
            Values::Text(texts) if self.has(row) => texts.get(row).copied(),
            Values::Cells(cells) => {
                cells.get(row).and_then(|cell| if let Cell::String(text) = cell { Some(*text) } else { None })
            }
            _ => None,
        }
    }

    /// Whether all of so many rows have a value.
    pub(crate) fn is_full(&self, rows: usize) -> bool {
        self.validity(rows).is_none()
    }
}
