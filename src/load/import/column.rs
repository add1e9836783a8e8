//! Columns of many rows on their way into the graph.

use crate::store::{Buffer, Cell, Run};

/// Values of many rows for one property.
pub(super) struct Filled {
    /// The property's number.
    pub(super) key: u32,
    pub(super) values: Values,
    /// Which rows have none; no row when it is empty.
    pub(super) none: Vec<bool>,
    /// The values are added to a list that the node keeps.
    pub(super) collected: bool,
}

/// Values of one kind; a row without one has any.
pub(super) enum Values {
    Bools(Vec<bool>),
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    /// Numbers of texts.
    Texts(Vec<u32>),
    /// Days since 1970-01-01.
    Dates(Vec<i64>),
    Cells(Vec<Cell>),
}

impl Filled {
    /// No row has a value.
    pub(super) fn none(key: u32) -> Self {
        Filled { key, values: Values::Cells(Vec::new()), none: Vec::new(), collected: false }
    }

    /// Only these rows.
    pub(super) fn pick(&self, rows: &[u32]) -> Self {
        fn pick<T: Clone>(values: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().filter_map(|row| values.get(*row as usize).cloned()).collect()
        }
        let values = match &self.values {
            Values::Bools(values) => Values::Bools(pick(values, rows)),
            Values::Ints(values) => Values::Ints(pick(values, rows)),
            Values::Floats(values) => Values::Floats(pick(values, rows)),
            Values::Texts(values) => Values::Texts(pick(values, rows)),
            Values::Dates(values) => Values::Dates(pick(values, rows)),
            Values::Cells(values) => Values::Cells(pick(values, rows)),
        };
        Filled { key: self.key, values, none: pick(&self.none, rows), collected: self.collected }
    }

    /// The row's value.
    pub(super) fn cell(&self, row: usize) -> Option<Cell> {
        if self.none.get(row).copied().unwrap_or(false) {
            return None;
        }
        Some(match &self.values {
            Values::Cells(cells) => cells.get(row)?.clone(),
            other => other.run()?.cell(row),
        })
    }

    /// Appends all rows to a buffer, from a row on.
    pub(super) fn append_to(&self, buffer: &mut Buffer, first: usize) {
        match self.values.run() {
            Some(run) => buffer.extend(first, run, (!self.none.is_empty()).then_some(self.none.as_slice())),
            None => {
                let Values::Cells(cells) = &self.values else { return };
                for row in 0..cells.len() {
                    if let Some(cell) = self.cell(row) {
                        buffer.put(first + row, cell);
                    }
                }
            }
        }
    }
}

impl Values {
    fn run(&self) -> Option<Run<'_>> {
        Some(match self {
            Values::Bools(values) => Run::Bool(values),
            Values::Ints(values) => Run::Int(values),
            Values::Floats(values) => Run::Float(values),
            Values::Texts(values) => Run::Text(values),
            Values::Dates(values) => Run::Date(values),
            Values::Cells(_) => return None,
        })
    }
}
