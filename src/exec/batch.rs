//! A batch: about two thousand rows, one column for every variable of the statement.

use crate::model::value::SHARED;
pub(super) use crate::model::value::bytes;
use crate::model::{Column, Str, Value, Var};

/// How many rows a batch aims at. Enough to spread the cost of a call over many rows, few enough for the cache.
pub(super) const ROWS: usize = 2048;

/// Rows on their way between operators. A variable that is not bound (or not needed any more) has an absent column;
/// every other column has `len` rows.
#[derive(Clone, Debug, Default)]
pub struct Batch<'g> {
    /// Indexed by variable.
    pub columns: Vec<Column<'g>>,
    /// How many rows.
    pub len: usize,
}

impl<'g> Batch<'g> {
    /// `len` rows of which nothing is bound.
    pub(super) fn new(len: usize) -> Self {
        Batch { columns: Vec::new(), len }
    }

    /// The column of a variable.
    pub(super) fn column(&self, var: Var) -> &Column<'g> {
        static ABSENT: Column<'static> = Column::Absent;
        self.columns.get(var.index()).unwrap_or(&ABSENT)
    }

    /// Binds a variable.
    pub(super) fn set(&mut self, var: Var, column: Column<'g>) {
        if self.columns.len() <= var.index() {
            self.columns.resize_with(var.index() + 1, Column::default);
        }
        self.columns[var.index()] = column;
    }

    /// The column of a variable; nulls where it is not bound.
    pub(super) fn values(&self, var: Var) -> Column<'g> {
        match self.column(var) {
            Column::Absent => Column::Value(vec![Value::Null; self.len]),
            column => column.clone(),
        }
    }

    /// The value of a variable in a row.
    pub(super) fn value(&self, var: Var, row: usize) -> Value<'g> {
        self.column(var).value(row)
    }

    /// These rows, in this order, with the columns of these variables.
    pub(super) fn gather(&self, rows: &[u32], vars: &[Var]) -> Batch<'g> {
        let mut batch = Batch::new(rows.len());
        for var in vars {
            let column = self.column(*var);
            if !matches!(column, Column::Absent) {
                batch.set(*var, column.gather(rows));
            }
        }
        batch
    }

    /// These rows, with all columns.
    pub(super) fn range(&self, rows: std::ops::Range<usize>) -> Batch<'g> {
        let columns = self.columns.iter().map(|column| column.range(rows.clone())).collect();
        Batch { columns, len: rows.len() }
    }

    /// Drops every column that is not among these.
    pub(super) fn keep(&mut self, vars: &[Var]) {
        for (i, column) in self.columns.iter_mut().enumerate() {
            if !vars.iter().any(|var| var.index() == i) {
                *column = Column::Absent;
            }
        }
    }

    /// Puts the rows of another batch below these; both bind these variables, each named once.
    pub(super) fn append(&mut self, mut other: Batch<'g>, vars: &[Var]) {
        for var in vars {
            let index = var.index();
            let theirs = other.columns.get_mut(index).map(std::mem::take).unwrap_or_default();
            if self.columns.len() <= index {
                self.columns.resize_with(index + 1, Column::default);
            }
            let ours = std::mem::take(&mut self.columns[index]);
            self.columns[index] = ours.append(self.len, theirs, other.len);
        }
        self.len += other.len;
    }
}

impl<'g> Batch<'g> {
    /// About how many bytes the rows hold.
    pub(super) fn size(&self) -> u64 {
        self.columns.iter().map(column_bytes).sum()
    }
}

/// About how many bytes a column holds.
pub(super) fn column_bytes(column: &Column<'_>) -> u64 {
    match column {
        Column::Absent => 0,
        Column::Bool(v) => v.len() as u64,
        Column::Int(v) => 8 * v.len() as u64,
        Column::Float(v) => 8 * v.len() as u64,
        Column::Node(v) => 4 * v.len() as u64,
        Column::Edge(v) => 4 * v.len() as u64,
        Column::String(v) => {
            let shared = |text: &Str<'_>| if let Str::Shared(text) = text { SHARED + text.len() as u64 } else { 0 };
            v.iter().map(|text| size_of::<Str<'_>>() as u64 + shared(text)).sum()
        }
        Column::Text(v, _) => 4 * v.len() as u64,
        Column::Value(v) => v.iter().map(bytes).sum(),
    }
}
