//! Values in sixteen bytes, strings by number.

use std::cmp::Ordering;
use std::sync::Arc;

use super::sections::{Array, Sections};
use super::texts::Texts;
use crate::model::temporal::Temporal;
use crate::model::{Str, Value};
use crate::store::layout::Strings;
use crate::store::{encode, moment, order};

/// A value; its strings are numbers, first of arrival, then ([`Cell::rank`]) of the snapshot's dictionary.
#[derive(Clone, Debug, Default)]
#[allow(clippy::box_collection, reason = "millions of cells are held, nearly all flat: a bare vector would grow them")]
pub(crate) enum Cell {
    /// Inside lists and maps only.
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(u32),
    List(Box<Vec<Cell>>),
    /// Ascending by key once ranked.
    Map(Box<Vec<(u32, Cell)>>),
    Temporal(Arc<Temporal>),
}

impl Cell {
    /// The value, which was checked to be storable; `intern` numbers its strings.
    pub(in crate::store) fn new(value: &Value<'_>, intern: &mut dyn FnMut(&str) -> u32) -> Cell {
        match value {
            Value::Bool(b) => Cell::Bool(*b),
            Value::Int(i) => Cell::Int(*i),
            Value::Float(f) => Cell::Float(*f),
            Value::String(text) => Cell::String(intern(text)),
            Value::List(items) => Cell::List(Box::new(items.iter().map(|item| Cell::new(item, intern)).collect())),
            Value::Map(entries) => {
                let entry = |(key, value): (&Str<'_>, _)| (intern(key), Cell::new(value, intern));
                Cell::Map(Box::new(entries.iter().map(entry).collect()))
            }
            Value::Temporal(temporal) => Cell::Temporal(Arc::clone(temporal)),
            Value::Null | Value::Node(_) | Value::Edge(_) | Value::Path(_) => Cell::Null,
        }
    }

    /// Renumbers its strings.
    pub(super) fn rank(&mut self, ranks: &[u32]) {
        match self {
            Cell::String(id) => *id = ranks[*id as usize],
            Cell::List(items) => items.iter_mut().for_each(|item| item.rank(ranks)),
            Cell::Map(entries) => {
                for (key, value) in entries.iter_mut() {
                    *key = ranks[*key as usize];
                    value.rank(ranks);
                }
                entries.sort_unstable_by_key(|(key, _)| *key);
            }
            Cell::Null | Cell::Bool(_) | Cell::Int(_) | Cell::Float(_) | Cell::Temporal(_) => {}
        }
    }

    /// The order of [`order::compare`], on ranked cells.
    pub(crate) fn compare(&self, other: &Cell) -> Ordering {
        match (self, other) {
            (Cell::Bool(a), Cell::Bool(b)) => a.cmp(b),
            (Cell::Int(a), Cell::Int(b)) => a.cmp(b),
            (Cell::Float(a), Cell::Float(b)) => order::floats(*a, *b),
            (Cell::Int(a), Cell::Float(b)) => order::int_float(*a, *b),
            (Cell::Float(a), Cell::Int(b)) => order::int_float(*b, *a).reverse(),
            (Cell::String(a), Cell::String(b)) => a.cmp(b),
            (Cell::List(a), Cell::List(b)) => {
                order::first_difference(a.iter().zip(b.iter()).map(|(a, b)| a.compare(b)))
                    .then_with(|| a.len().cmp(&b.len()))
            }
            (Cell::Map(a), Cell::Map(b)) => {
                let entries = a.iter().zip(b.iter()).map(|((ka, a), (kb, b))| ka.cmp(kb).then_with(|| a.compare(b)));
                order::first_difference(entries).then_with(|| a.len().cmp(&b.len()))
            }
            (Cell::Temporal(a), Cell::Temporal(b)) => a.order(b),
            (a, b) => a.order_of_kind().cmp(&b.order_of_kind()),
        }
    }

    /// As [`order::compare`] orders values of different kinds.
    fn order_of_kind(&self) -> u8 {
        match self {
            Cell::Bool(_) => 0,
            Cell::Int(_) | Cell::Float(_) => 1,
            Cell::String(_) => 2,
            Cell::List(_) => 3,
            Cell::Map(_) => 4,
            Cell::Temporal(_) => 5,
            Cell::Null => 7,
        }
    }

    /// Appends the bytes that [`encode::decode`] reads.
    pub(in crate::store) fn encode(&self, bytes: &mut Vec<u8>) {
        match self {
            Cell::Null => bytes.push(encode::NULL),
            Cell::Bool(false) => bytes.push(encode::FALSE),
            Cell::Bool(true) => bytes.push(encode::TRUE),
            Cell::Int(int) => {
                bytes.push(encode::INT);
                bytes.extend(int.to_le_bytes());
            }
            Cell::Float(float) => {
                bytes.push(encode::FLOAT);
                bytes.extend(float.to_le_bytes());
            }
            Cell::String(id) => {
                bytes.push(encode::STRING);
                bytes.extend(id.to_le_bytes());
            }
            Cell::Temporal(temporal) => {
                bytes.push(encode::TEMPORAL);
                moment::encode(temporal, bytes);
            }
            Cell::List(items) => {
                bytes.push(encode::LIST);
                bytes.extend((items.len() as u32).to_le_bytes());
                items.iter().for_each(|item| item.encode(bytes));
            }
            Cell::Map(entries) => {
                bytes.push(encode::MAP);
                bytes.extend((entries.len() as u32).to_le_bytes());
                for (key, value) in entries.iter() {
                    bytes.extend(key.to_le_bytes());
                    value.encode(bytes);
                }
            }
        }
    }
}

/// Names ascending by their bytes, with the way from the number of arrival.
pub(super) struct Dictionary {
    /// By arrival: the place among the ascending.
    ranks: Vec<u32>,
    /// By place: the number of arrival.
    ascending: Vec<u32>,
}

impl Dictionary {
    pub(super) fn new(texts: &Texts) -> Self {
        let ascending = texts.ascending();
        let mut ranks = vec![0; ascending.len()];
        for (rank, arrival) in (0..).zip(&ascending) {
            ranks[*arrival as usize] = rank;
        }
        Dictionary { ranks, ascending }
    }

    /// By arrival: the number in the snapshot.
    pub(super) fn ranks(&self) -> &[u32] {
        &self.ranks
    }

    /// The names, ascending.
    fn texts<'n>(&'n self, texts: &'n Texts) -> impl Iterator<Item = &'n str> + Clone {
        self.ascending.iter().map(|arrival| texts.text(*arrival))
    }

    /// The names, ascending, as a catalog keeps them.
    pub(super) fn names(&self, texts: &Texts) -> Vec<String> {
        self.texts(texts).map(str::to_owned).collect()
    }

    /// Writes the names as the snapshot's dictionary of strings.
    pub(super) fn write(&self, texts: &Texts, sections: &mut Sections) -> Strings {
        let offsets = sections.offsets(self.texts(texts).map(str::len));
        let mut heap = Vec::new();
        self.texts(texts).for_each(|text| heap.extend_from_slice(text.as_bytes()));
        Strings { count: self.ascending.len() as u32, offsets, heap: sections.add(Array::Bytes(heap)) }
    }
}
