//! Properties of a snapshot: one column, read row by row or many rows at once.

use std::sync::Arc;

use super::Snapshot;
use crate::model::temporal::{Date, Temporal};
use crate::model::{KeyId, Str, TextsOf, Value};
use crate::store::encode;
use crate::store::layout::{Column, Kind, SectionId};

/// The column of the key among columns that ascend by key.
pub(super) fn find(columns: &[Column], key: KeyId) -> Option<&Column> {
    columns.get(columns.binary_search_by_key(&key.0, |column| column.key).ok()?)
}

impl Snapshot {
    /// The values of a row that are there, ascending by key.
    pub(super) fn row(&self, columns: &[Column], row: usize) -> Vec<(KeyId, Value<'_>)> {
        let values = columns.iter().map(|column| (KeyId(column.key), Reader::new(self, column).value(row)));
        values.filter(|(_, value)| !value.is_null()).collect()
    }
}

/// Integers in as few bytes as all of a column need.
#[derive(Clone, Copy)]
pub(super) enum Ints<'g> {
    One(&'g [i8]),
    Two(&'g [i16]),
    Four(&'g [i32]),
    Eight(&'g [i64]),
}

impl Ints<'_> {
    /// The row's integer.
    pub(super) fn get(self, row: usize) -> Option<i64> {
        match self {
            Ints::One(ints) => ints.get(row).copied().map(i64::from),
            Ints::Two(ints) => ints.get(row).copied().map(i64::from),
            Ints::Four(ints) => ints.get(row).copied().map(i64::from),
            Ints::Eight(ints) => ints.get(row).copied(),
        }
    }
}

/// Reads a column.
#[derive(Clone, Copy)]
pub(super) struct Reader<'g> {
    snapshot: &'g Snapshot,
    kind: Kind,
    validity: Option<&'g [u64]>,
}

impl<'g> Reader<'g> {
    pub(super) fn new(snapshot: &'g Snapshot, column: &Column) -> Self {
        Reader { snapshot, kind: column.kind, validity: column.validity.map(|section| snapshot.words(section)) }
    }

    /// Whether the row has a value.
    pub(super) fn is_valid(self, row: usize) -> bool {
        self.validity.is_none_or(|words| self.bit(words, row))
    }

    fn bit(self, words: &[u64], row: usize) -> bool {
        self.snapshot.sound(words.get(row / 64)).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// The row's value, or null.
    pub(super) fn value(self, row: usize) -> Value<'g> {
        if self.is_valid(row) { self.valid(row).unwrap_or_default() } else { Value::Null }
    }

    /// The value of a row that has one.
    fn valid(self, row: usize) -> Option<Value<'g>> {
        let snapshot = self.snapshot;
        Some(match self.kind {
            Kind::Bool(section) => Value::Bool(self.bit(snapshot.words(section), row)),
            Kind::Int(_) | Kind::Int8(_) | Kind::Int16(_) | Kind::Int32(_) => {
                Value::Int(snapshot.sound(self.ints()?.get(row))?)
            }
            Kind::Date(section) => {
                let day = *snapshot.sound(snapshot.words::<i32>(section).get(row))?;
                Value::Temporal(Arc::new(Temporal::Date(Date(day.into()))))
            }
            Kind::Float(section) => Value::Float(*snapshot.sound(snapshot.words(section).get(row))?),
            Kind::String(section) => Value::String(self.string(*snapshot.sound(snapshot.words(section).get(row))?)?),
            Kind::BoolList { offsets, items } => {
                list(self.items::<u8>(offsets, items, row)?, |item| Some(Value::Bool(*item != 0)))?
            }
            Kind::IntList { offsets, items } => list(self.items(offsets, items, row)?, |item| Some(Value::Int(*item)))?,
            Kind::FloatList { offsets, items } => {
                list(self.items(offsets, items, row)?, |item| Some(Value::Float(*item)))?
            }
            Kind::StringList { offsets, items } => {
                list(self.items(offsets, items, row)?, |item| self.string(*item).map(Value::String))?
            }
            Kind::Mixed { offsets, heap } => {
                let bytes = self.items::<u8>(offsets, heap, row)?;
                snapshot.sound(encode::decode(bytes, &|id| self.string(id)))?
            }
        })
    }

    fn string(self, id: u32) -> Option<Str<'g>> {
        self.snapshot.string(id).map(Str::Borrowed)
    }

    /// The row's part of the items.
    fn items<T: super::Plain>(self, offsets: SectionId, items: SectionId, row: usize) -> Option<&'g [T]> {
        let (offsets, items) = (self.snapshot.words::<u64>(offsets), self.snapshot.words(items));
        items.get(self.snapshot.extent(offsets, row, items.len())?)
    }

    /// The string id of each row, when this is a column of strings.
    pub(super) fn string_ids(self) -> Option<&'g [u32]> {
        match self.kind {
            Kind::String(section) => Some(self.snapshot.words(section)),
            _ => None,
        }
    }

    /// The integer of each row, when this is a column of integers.
    pub(super) fn ints(self) -> Option<Ints<'g>> {
        Some(match self.kind {
            Kind::Int8(section) => Ints::One(self.snapshot.words(section)),
            Kind::Int16(section) => Ints::Two(self.snapshot.words(section)),
            Kind::Int32(section) => Ints::Four(self.snapshot.words(section)),
            Kind::Int(section) => Ints::Eight(self.snapshot.words(section)),
            _ => return None,
        })
    }

    /// The values of many rows as a typed column; none when there is no such column for this kind, or a row has no
    /// value.
    pub(super) fn gather(self, rows: impl Iterator<Item = usize> + Clone) -> Option<crate::model::Column<'g>> {
        use crate::model::Column;
        if self.validity.is_some() && !rows.clone().all(|row| self.is_valid(row)) {
            return None;
        }
        let snapshot = self.snapshot;
        Some(match self.kind {
            Kind::Bool(section) => {
                let words = snapshot.words(section);
                Column::Bool(rows.map(|row| self.bit(words, row)).collect())
            }
            Kind::Int8(section) => Column::Int(self.take::<i8, _>(section, rows)?),
            Kind::Int16(section) => Column::Int(self.take::<i16, _>(section, rows)?),
            Kind::Int32(section) => Column::Int(self.take::<i32, _>(section, rows)?),
            Kind::Int(section) => Column::Int(self.take::<i64, _>(section, rows)?),
            Kind::Float(section) => Column::Float(self.take::<f64, _>(section, rows)?),
            Kind::String(section) => Column::Text(self.take::<u32, _>(section, rows)?, TextsOf::new(snapshot)),
            _ => return None,
        })
    }

    /// Whether this is a column of dates.
    pub(super) fn is_dates(self) -> bool {
        matches!(self.kind, Kind::Date(_))
    }

    /// The days of many rows since 1970, when this is a column of dates and each row has one.
    pub(super) fn days(self, rows: impl Iterator<Item = usize> + Clone) -> Option<Vec<i32>> {
        let Kind::Date(section) = self.kind else { return None };
        if self.validity.is_some() && !rows.clone().all(|row| self.is_valid(row)) {
            return None;
        }
        self.take::<i32, i32>(section, rows)
    }

    /// The numbers of the rows, made ones of the column's type.
    fn take<T: super::Plain + Default, To: From<T>>(
        self,
        section: SectionId,
        rows: impl Iterator<Item = usize> + Clone,
    ) -> Option<Vec<To>> {
        let words = self.snapshot.words::<T>(section);
        let mut sound = true;
        let taken = rows.map(|row| {
            let word = words.get(row).copied();
            sound &= word.is_some();
            To::from(word.unwrap_or_default())
        });
        let taken = taken.collect();
        self.snapshot.sound(sound.then_some(taken))
    }
}

/// A list, when each of its items can be read.
fn list<'g, T>(items: &[T], value: impl Fn(&T) -> Option<Value<'g>>) -> Option<Value<'g>> {
    Some(Value::list(items.iter().map(value).collect::<Option<_>>()?))
}
