//! A column of a batch: typed when every row holds that kind, otherwise a vector of values.
//!
//! Typed variants hold no null, so that a kernel over one needs no test per row; one null in a column makes it
//! [`Column::Value`].

use std::ops::Range;

use super::{EdgeId, NodeId, Str, Value};

/// Texts by number, each there once: a smaller number is a smaller text.
pub trait Texts: Send + Sync {
    /// The text with this number; none when there is none that can be read.
    fn text(&self, number: u32) -> Option<&str>;

    /// The text's number, or the number that it would have among the others.
    fn number(&self, text: &str) -> Result<u32, u32>;

    /// The numbers of the texts that begin with this one.
    fn beginning_with(&self, prefix: &str) -> Range<u32>;
}

/// Whose numbers a column of texts holds. Two are equal when they are the same.
#[derive(Clone, Copy)]
pub struct TextsOf<'g>(&'g dyn Texts);

impl<'g> TextsOf<'g> {
    /// These texts.
    pub fn new(texts: &'g dyn Texts) -> Self {
        TextsOf(texts)
    }

    /// The text with this number as a value; null when it cannot be read.
    pub fn value(self, number: u32) -> Value<'g> {
        self.0.text(number).map_or(Value::Null, |text| Value::String(Str::Borrowed(text)))
    }

    /// The texts themselves.
    pub fn texts(self) -> &'g dyn Texts {
        self.0
    }
}

impl PartialEq for TextsOf<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::addr_eq(self.0, other.0)
    }
}

impl std::fmt::Debug for TextsOf<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TextsOf")
    }
}

/// One variable's values, a row each.
#[derive(Clone, Debug, Default)]
pub enum Column<'g> {
    /// Not bound here, or no longer needed.
    #[default]
    Absent,
    /// Truth values.
    Bool(Vec<bool>),
    /// Integers.
    Int(Vec<i64>),
    /// Floats.
    Float(Vec<f64>),
    /// Strings.
    String(Vec<Str<'g>>),
    /// Strings of a snapshot, by their numbers: compared and grouped by without being read.
    Text(Vec<u32>, TextsOf<'g>),
    /// Nodes.
    Node(Vec<NodeId>),
    /// Edges.
    Edge(Vec<EdgeId>),
    /// Anything, null included.
    Value(Vec<Value<'g>>),
}

impl<'g> Column<'g> {
    /// The value in this row; null when the column is absent or shorter.
    pub fn value(&self, row: usize) -> Value<'g> {
        match self {
            Column::Absent => None,
            Column::Bool(v) => v.get(row).copied().map(Value::Bool),
            Column::Int(v) => v.get(row).copied().map(Value::Int),
            Column::Float(v) => v.get(row).copied().map(Value::Float),
            Column::String(v) => v.get(row).cloned().map(Value::String),
            Column::Text(v, texts) => v.get(row).map(|number| texts.value(*number)),
            Column::Node(v) => v.get(row).copied().map(Value::Node),
            Column::Edge(v) => v.get(row).copied().map(Value::Edge),
            Column::Value(v) => v.get(row).cloned(),
        }
        .unwrap_or_default()
    }
}

impl<'g> Column<'g> {
    /// The same value in `len` rows.
    pub fn repeat(value: &Value<'g>, len: usize) -> Self {
        match value {
            Value::Bool(b) => Column::Bool(vec![*b; len]),
            Value::Int(i) => Column::Int(vec![*i; len]),
            Value::Float(f) => Column::Float(vec![*f; len]),
            Value::String(s) => Column::String(vec![s.clone(); len]),
            Value::Node(n) => Column::Node(vec![*n; len]),
            Value::Edge(e) => Column::Edge(vec![*e; len]),
            value => Column::Value(vec![value.clone(); len]),
        }
    }

    /// These values, typed when all of them are of one kind.
    pub fn from_values(values: Vec<Value<'g>>) -> Self {
        macro_rules! typed {
            ($kind:ident) => {
                if values.iter().all(|value| matches!(value, Value::$kind(_))) {
                    let of_kind = |value| if let Value::$kind(v) = value { Some(v) } else { None };
                    return Column::$kind(values.into_iter().filter_map(of_kind).collect());
                }
            };
        }
        match values.first() {
            Some(Value::Bool(_)) => typed!(Bool),
            Some(Value::Int(_)) => typed!(Int),
            Some(Value::Float(_)) => typed!(Float),
            Some(Value::String(_)) => typed!(String),
            Some(Value::Node(_)) => typed!(Node),
            Some(Value::Edge(_)) => typed!(Edge),
            _ => {}
        }
        Column::Value(values)
    }

    /// The columns of these rows, so many; what a row has not reads as null.
    ///
    /// ```
    /// use kenning::model::{Column, Value};
    ///
    /// let columns = Column::of_rows(vec![vec![Value::Int(1), Value::Null], vec![Value::Int(2)]], 2);
    /// assert!(matches!(&columns[..], [Column::Int(_), Column::Value(_)]));
    /// ```
    pub fn of_rows(rows: Vec<Vec<Value<'g>>>, width: usize) -> Vec<Self> {
        let mut columns: Vec<Vec<Value<'g>>> = (0..width).map(|_| Vec::with_capacity(rows.len())).collect();
        for row in rows {
            let mut values = row.into_iter();
            columns.iter_mut().for_each(|column| column.push(values.next().unwrap_or_default()));
        }
        columns.into_iter().map(Column::from_values).collect()
    }

    /// These rows, as far as there are so many.
    pub fn range(&self, rows: Range<usize>) -> Self {
        let end = rows.end.min(self.len());
        let rows = rows.start.min(end)..end;
        match self {
            Column::Absent => Column::Absent,
            Column::Bool(v) => Column::Bool(v[rows].to_vec()),
            Column::Int(v) => Column::Int(v[rows].to_vec()),
            Column::Float(v) => Column::Float(v[rows].to_vec()),
            Column::String(v) => Column::String(v[rows].to_vec()),
            Column::Text(v, texts) => Column::Text(v[rows].to_vec(), *texts),
            Column::Node(v) => Column::Node(v[rows].to_vec()),
            Column::Edge(v) => Column::Edge(v[rows].to_vec()),
            Column::Value(v) => Column::Value(v[rows].to_vec()),
        }
    }

    /// These rows, in this order. A row behind the end reads as null.
    pub fn gather(&self, rows: &[u32]) -> Self {
        let behind = rows.iter().copied().max().is_some_and(|last| last as usize >= self.len());
        if behind && !matches!(self, Column::Absent) {
            return Column::Value(rows.iter().map(|row| self.value(*row as usize)).collect());
        }
        macro_rules! pick {
            ($v:ident, $kind:ident) => {
                // None is behind the end, so that there is one for each row.
                Column::$kind(rows.iter().filter_map(|row| $v.get(*row as usize).cloned()).collect())
            };
            (copied $v:ident, $kind:ident) => {
                Column::$kind(picked($v, rows))
            };
        }
        match self {
            Column::Absent => Column::Absent,
            Column::Bool(v) => pick!(copied v, Bool),
            Column::Int(v) => pick!(copied v, Int),
            Column::Float(v) => pick!(copied v, Float),
            Column::String(v) => pick!(v, String),
            Column::Text(v, texts) => Column::Text(picked(v, rows), *texts),
            Column::Node(v) => pick!(copied v, Node),
            Column::Edge(v) => pick!(copied v, Edge),
            Column::Value(v) => pick!(v, Value),
        }
    }

    /// Keeps these of its rows, which ascend, where it is: nothing is held twice meanwhile.
    pub fn keep(&mut self, rows: &[u32]) {
        match self {
            Column::Absent => {}
            Column::Bool(v) => keep(v, rows),
            Column::Int(v) => keep(v, rows),
            Column::Float(v) => keep(v, rows),
            Column::String(v) => keep(v, rows),
            Column::Text(v, _) => keep(v, rows),
            Column::Node(v) => keep(v, rows),
            Column::Edge(v) => keep(v, rows),
            Column::Value(v) => keep(v, rows),
        }
    }

    /// How many rows it has; none when it is absent.
    pub fn len(&self) -> usize {
        match self {
            Column::Absent => 0,
            Column::Bool(v) => v.len(),
            Column::Int(v) => v.len(),
            Column::Float(v) => v.len(),
            Column::String(v) => v.len(),
            Column::Text(v, _) => v.len(),
            Column::Node(v) => v.len(),
            Column::Edge(v) => v.len(),
            Column::Value(v) => v.len(),
        }
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// This column of `len` rows with the `more` rows of another one below; an absent column counts as nulls.
    pub fn append(self, len: usize, other: Self, more: usize) -> Self {
        macro_rules! both {
            ($ours:ident, $theirs:ident, $kind:ident) => {{
                let mut ours = $ours;
                ours.extend($theirs);
                Column::$kind(ours)
            }};
        }
        match (self, other) {
            (Column::Absent, Column::Absent) => Column::Absent,
            (Column::Absent, other) if len == 0 => other,
            (Column::Bool(a), Column::Bool(b)) => both!(a, b, Bool),
            (Column::Int(a), Column::Int(b)) => both!(a, b, Int),
            (Column::Float(a), Column::Float(b)) => both!(a, b, Float),
            (Column::String(a), Column::String(b)) => both!(a, b, String),
            (Column::Text(mut a, texts), Column::Text(b, of)) if texts == of => {
                a.extend(b);
                Column::Text(a, texts)
            }
            (Column::Node(a), Column::Node(b)) => both!(a, b, Node),
            (Column::Edge(a), Column::Edge(b)) => both!(a, b, Edge),
            (ours, theirs) => {
                let mut values = ours.into_values(len);
                values.extend(theirs.into_values(more));
                Column::Value(values)
            }
        }
    }

    /// The values of `len` rows.
    pub fn into_values(self, len: usize) -> Vec<Value<'g>> {
        match self {
            Column::Value(values) if values.len() == len => values,
            column => (0..len).map(|row| column.value(row)).collect(),
        }
    }
}

/// Keeps these values, which are there and ascend.
pub(crate) fn keep<T>(values: &mut Vec<T>, rows: &[u32]) {
    for (to, from) in rows.iter().enumerate() {
        let from = *from as usize;
        if to < from && from < values.len() {
            values.swap(to, from);
        }
    }
    values.truncate(rows.len());
}

/// The values in these rows, all of which are there.
fn picked<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
    let Some(first) = values.first() else { return Vec::new() };
    rows.iter().map(|row| *values.get(*row as usize).unwrap_or(first)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_rows_are_those_that_would_be_gathered() {
        let texts = |row: i64| Value::string(row.to_string());
        for rows in [&[][..], &[0], &[4], &[0, 1, 4], &[1, 2, 3], &[0, 1, 2, 3, 4]] {
            for value in [Value::Int, texts, |row| if row == 1 { Value::Null } else { Value::Int(row) }] {
                let mut column = Column::from_values((0..5).map(value).collect());
                let expected = column.gather(rows).into_values(rows.len());
                column.keep(rows);
                assert_eq!(column.into_values(rows.len()), expected, "{rows:?}");
            }
        }
    }
}
