//! A property of many nodes or edges while it is gathered: a column of one kind as long as all values are of it.

use std::sync::Arc;

use super::cell::Cell;
use crate::model::temporal::{Date, Temporal};

/// Values by row; rows without a value hold zero, as in the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffer {
    pub(super) values: Values,
    /// Which rows have a value; none: all up to `rows`.
    valid: Option<Vec<u64>>,
    /// Rows from here on have no value.
    rows: usize,
}

/// The values, one a row.
#[derive(Clone, Debug, Default)]
pub(super) enum Values {
    /// No row has a value.
    #[default]
    None,
    Bool(Vec<bool>),
    Int(Vec<i64>),
    Float(Vec<f64>),
    /// Numbers of texts.
    Text(Vec<u32>),
    /// Days, of which the file makes values of any kind.
    Date(Vec<i64>),
    /// Any values, null where there is none.
    Cells(Vec<Cell>),
}

impl Buffer {
    /// The row's value.
    pub(crate) fn get(&self, row: usize) -> Option<Cell> {
        if !self.has(row) {
            return None;
        }
        Some(match &self.values {
            Values::None => return None,
            Values::Bool(values) => Cell::Bool(*values.get(row)?),
            Values::Int(values) => Cell::Int(*values.get(row)?),
            Values::Float(values) => Cell::Float(*values.get(row)?),
            Values::Text(values) => Cell::String(*values.get(row)?),
            Values::Date(values) => date(*values.get(row)?),
            Values::Cells(values) => values.get(row)?.clone(),
        })
    }

    /// Whether the row has a value.
    pub(crate) fn has(&self, row: usize) -> bool {
        let valid = |words: &Vec<u64>| words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1);
        row < self.rows && self.valid.as_ref().is_none_or(valid)
    }

    /// How many rows, up to the last that has a value.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Sets a row's value, in place of the one that it has.
    pub(crate) fn put(&mut self, row: usize, cell: Cell) {
        self.skip_to(row);
        self.mark(row);
        match (&mut self.values, cell) {
            (Values::Bool(values), Cell::Bool(value)) => set(values, row, value),
            (Values::Int(values), Cell::Int(value)) => set(values, row, value),
            (Values::Float(values), Cell::Float(value)) => set(values, row, value),
            (Values::Text(values), Cell::String(value)) => set(values, row, value),
            (Values::Cells(values), cell) => set(values, row, cell),
            (Values::Date(values), Cell::Temporal(value)) if matches!(*value, Temporal::Date(_)) => {
                if let Temporal::Date(Date(day)) = *value {
                    set(values, row, day);
                }
            }
            (Values::None, cell) => {
                self.values = match cell {
                    Cell::Bool(value) => Values::Bool(padded(row, value)),
                    Cell::Int(value) => Values::Int(padded(row, value)),
                    Cell::Float(value) => Values::Float(padded(row, value)),
                    Cell::String(value) => Values::Text(padded(row, value)),
                    Cell::Temporal(value) if matches!(*value, Temporal::Date(_)) => match *value {
                        Temporal::Date(Date(day)) => Values::Date(padded(row, day)),
                        _ => Values::None,
                    },
                    cell => Values::Cells(padded(row, cell)),
                };
            }
            (_, cell) => {
                self.mix();
                if let Values::Cells(values) = &mut self.values {
                    set(values, row, cell);
                }
            }
        }
        self.rows = self.rows.max(row + 1);
    }

    /// Appends values from a row on that lies behind all others; `none` says which of them are none, if any.
    pub(crate) fn extend(&mut self, first: usize, values: Run<'_>, none: Option<&[bool]>) {
        let count = values.len();
        let is_none = |at: usize| none.is_some_and(|none| none.get(at).copied().unwrap_or(false));
        let fits = matches!(
            (&self.values, &values),
            (Values::Bool(_), Run::Bool(_))
                | (Values::Int(_), Run::Int(_))
                | (Values::Float(_), Run::Float(_))
                | (Values::Text(_), Run::Text(_))
                | (Values::Date(_), Run::Date(_))
                | (Values::None, _)
        );
        if !fits || first < self.rows {
            for at in (0..count).filter(|at| !is_none(*at)) {
                self.put(first + at, values.cell(at));
            }
            return;
        }
        if count == 0 || (0..count).all(is_none) {
            return;
        }
        self.skip_to(first);
        match (&mut self.values, values) {
            (Values::Bool(kept), Run::Bool(values)) => append(kept, first, values),
            (Values::Int(kept), Run::Int(values)) => append(kept, first, values),
            (Values::Float(kept), Run::Float(values)) => append(kept, first, values),
            (Values::Text(kept), Run::Text(values)) => append(kept, first, values),
            (Values::Date(kept), Run::Date(values)) => append(kept, first, values),
            (kept, values) => {
                *kept = match values {
                    Run::Bool(values) => Values::Bool(started(first, values)),
                    Run::Int(values) => Values::Int(started(first, values)),
                    Run::Float(values) => Values::Float(started(first, values)),
                    Run::Text(values) => Values::Text(started(first, values)),
                    Run::Date(values) => Values::Date(started(first, values)),
                }
            }
        }
        self.rows = first + count;
        if none.is_some_and(|none| none.contains(&true)) && self.valid.is_none() {
            self.valid = Some(ones(first));
        }
        if self.valid.is_some() {
            (0..count).filter(|at| !is_none(*at)).for_each(|at| self.mark(first + at));
        }
    }

    /// Rows between the last one and this have no value.
    fn skip_to(&mut self, row: usize) {
        if row > self.rows && self.valid.is_none() {
            self.valid = Some(ones(self.rows));
        }
    }

    /// The row has a value.
    fn mark(&mut self, row: usize) {
        if let Some(words) = &mut self.valid {
            if words.len() <= row / 64 {
                words.resize(row / 64 + 1, 0);
            }
            words[row / 64] |= 1 << (row % 64);
        }
    }

    /// Makes the values ones of any kind.
    fn mix(&mut self) {
        let cells = (0..self.rows).map(|row| self.get(row).unwrap_or(Cell::Null)).collect();
        self.values = Values::Cells(cells);
    }

    /// Only the rows for which it is true, one behind the other; for columns of `rows` rows.
    pub(crate) fn keep(&mut self, keep: impl Fn(usize) -> bool) {
        let old = std::mem::take(self);
        for (row, at) in (0..old.rows).filter(|at| keep(*at)).enumerate() {
            if let Some(cell) = old.get(at) {
                self.put(row, cell);
            }
        }
    }

    /// The rows in another order: row `i` is the one at `order[i]`.
    pub(super) fn permuted(&self, order: &[u32]) -> Self {
        fn pick<T: Clone + Default>(values: &[T], order: &[u32]) -> Vec<T> {
            order.iter().map(|row| values.get(*row as usize).cloned().unwrap_or_default()).collect()
        }
        let values = match &self.values {
            Values::None => Values::None,
            Values::Bool(values) => Values::Bool(pick(values, order)),
            Values::Int(values) => Values::Int(pick(values, order)),
            Values::Float(values) => Values::Float(pick(values, order)),
            Values::Text(values) => Values::Text(pick(values, order)),
            Values::Date(values) => Values::Date(pick(values, order)),
            Values::Cells(values) => Values::Cells(pick(values, order)),
        };
        let mut permuted = Buffer { values, valid: None, rows: order.len() };
        if self.valid.is_some() || order.iter().any(|row| *row as usize >= self.rows) {
            permuted.valid = Some(vec![0; order.len().div_ceil(64)]);
            (0..order.len()).filter(|row| self.has(order[*row] as usize)).for_each(|row| permuted.mark(row));
        }
        permuted
    }

    /// The column's words of validity for so many rows; none when all have a value.
    pub(super) fn validity(&self, rows: usize) -> Option<Vec<u64>> {
        if self.valid.is_none() && self.rows >= rows {
            return None;
        }
        let mut words = self.valid.clone().unwrap_or_else(|| ones(self.rows));
        words.resize(rows.div_ceil(64), 0);
        let count: usize = words.iter().map(|word| word.count_ones() as usize).sum();
        (count < rows).then_some(words)
    }

    /// Renumbers its strings.
    pub(super) fn rank(&mut self, ranks: &[u32]) {
        match &mut self.values {
            // A row without a value may hold the zero of a graph without strings.
            Values::Text(values) => {
                values.iter_mut().for_each(|id| *id = ranks.get(*id as usize).copied().unwrap_or(0))
            }
            Values::Cells(values) => values.iter_mut().for_each(|cell| cell.rank(ranks)),
            Values::None | Values::Bool(_) | Values::Int(_) | Values::Float(_) | Values::Date(_) => {}
        }
        // Rows without a value hold zero in the file, whatever number zero has become.
        if let (Values::Text(values), Some(valid)) = (&mut self.values, &self.valid) {
            for (row, id) in values.iter_mut().enumerate() {
                if valid.get(row / 64).is_none_or(|word| word >> (row % 64) & 1 == 0) {
                    *id = 0;
                }
            }
        }
    }

    /// Whether no row has a value.
    pub(super) fn is_empty(&self) -> bool {
        match &self.valid {
            Some(words) => words.iter().all(|word| *word == 0),
            None => self.rows == 0,
        }
    }
}

/// Values of one kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Run<'r> {
    /// Truth values.
    Bool(&'r [bool]),
    /// Integers.
    Int(&'r [i64]),
    /// Floats.
    Float(&'r [f64]),
    /// Numbers of texts.
    Text(&'r [u32]),
    /// Days since 1970-01-01.
    Date(&'r [i64]),
}

impl Run<'_> {
    fn len(&self) -> usize {
        match self {
            Run::Bool(values) => values.len(),
            Run::Int(values) => values.len(),
            Run::Float(values) => values.len(),
            Run::Text(values) => values.len(),
            Run::Date(values) => values.len(),
        }
    }

    pub(crate) fn cell(&self, at: usize) -> Cell {
        match self {
            Run::Bool(values) => Cell::Bool(values[at]),
            Run::Int(values) => Cell::Int(values[at]),
            Run::Float(values) => Cell::Float(values[at]),
            Run::Text(values) => Cell::String(values[at]),
            Run::Date(values) => date(values[at]),
        }
    }
}

pub(super) fn date(day: i64) -> Cell {
    Cell::Temporal(Arc::new(Temporal::Date(Date(day))))
}

fn set<T: Clone + Default>(values: &mut Vec<T>, row: usize, value: T) {
    match values.get_mut(row) {
        Some(place) => *place = value,
        None => {
            values.resize(row, T::default());
            values.push(value);
        }
    }
}

fn padded<T: Clone + Default>(row: usize, value: T) -> Vec<T> {
    let mut values = vec![T::default(); row];
    values.push(value);
    values
}

fn append<T: Clone + Default>(kept: &mut Vec<T>, first: usize, values: &[T]) {
    kept.resize(first, T::default());
    kept.extend_from_slice(values);
}

fn started<T: Clone + Default>(first: usize, values: &[T]) -> Vec<T> {
    let mut kept = vec![T::default(); first];
    kept.extend_from_slice(values);
    kept
}

/// Words whose first `count` bits are set.
fn ones(count: usize) -> Vec<u64> {
    let mut words = vec![u64::MAX; count / 64];
    if !count.is_multiple_of(64) {
        words.push((1 << (count % 64)) - 1);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(buffer: &Buffer, rows: usize) -> Vec<String> {
        (0..rows).map(|row| buffer.get(row).map_or("-".to_owned(), |cell| format!("{cell:?}"))).collect()
    }

    #[test]
    fn rows_without_a_value_stay_so() {
        let mut buffer = Buffer::default();
        assert!(buffer.is_empty());
        buffer.put(2, Cell::Int(7));
        buffer.extend(4, Run::Int(&[1, 2, 3]), Some(&[false, true, false]));
        assert_eq!(values(&buffer, 8), ["-", "-", "Int(7)", "-", "Int(1)", "-", "Int(3)", "-"]);
        buffer.put(3, Cell::Int(9));
        buffer.put(2, Cell::Bool(true));
        assert_eq!(values(&buffer, 8), ["-", "-", "Bool(true)", "Int(9)", "Int(1)", "-", "Int(3)", "-"]);
        assert_eq!(buffer.validity(8), Some(vec![0b101_1100]));
        let permuted = buffer.permuted(&[6, 7, 2]);
        assert_eq!(values(&permuted, 3), ["Int(3)", "-", "Bool(true)"]);
        buffer.keep(|row| row != 4);
        assert_eq!(values(&buffer, 7), ["-", "-", "Bool(true)", "Int(9)", "-", "Int(3)", "-"]);
    }

    #[test]
    fn whole_columns_need_no_validity() {
        let mut buffer = Buffer::default();
        buffer.extend(0, Run::Text(&[5; 70]), None);
        buffer.put(70, Cell::String(6));
        assert_eq!(buffer.validity(71), None);
        assert_eq!(buffer.validity(72), Some(vec![u64::MAX, 0b111_1111]));
        buffer.extend(71, Run::Float(&[0.5]), None);
        assert_eq!(values(&buffer, 72)[69..], ["String(5)", "String(6)", "Float(0.5)"]);
        assert_eq!(buffer.validity(72), None);
    }
}
