//! Buffers to typed columns.

use std::borrow::Borrow;
use std::ops::Range;

use rayon::slice::ParallelSliceMut;
use rustc_hash::FxHashSet;

use super::buffer::{Buffer, Values};
use super::cell::Cell;
use super::sections::{Array, Sections};
use crate::model::temporal::{Date, Temporal};
use crate::store::layout::{Column, Kind};

/// Below this, threads cost more than they save.
const MANY: usize = 1 << 15;

/// Buffers by key, renumbered as the snapshot numbers keys and strings, ascending by key; those without values are gone.
pub(super) fn ranked(columns: Vec<(u32, Buffer)>, keys: &[u32], strings: &[u32]) -> Vec<(u32, Buffer)> {
    let columns = columns.into_iter().filter(|(_, buffer)| !buffer.is_empty());
    let mut ranked: Vec<_> = columns.map(|(key, buffer)| (keys[key as usize], buffer)).collect();
    ranked.sort_unstable_by_key(|(key, _)| *key);
    for (_, buffer) in &mut ranked {
        buffer.rank(strings);
    }
    ranked
}

/// Writes a column of `rows` rows; with an index when asked.
pub(super) fn write(sections: &mut Sections, key: u32, rows: u32, mut buffer: Buffer, indexed: bool) -> Column {
    let rows = rows as usize;
    let index = indexed.then(|| ascending(&buffer));
    let validity = buffer.validity(rows).map(|words| sections.add(Array::Words(words)));
    let kind = match std::mem::take(&mut buffer.values) {
        Values::Date(days) => dates(sections, filled(days, rows), |row| buffer.has(row)),
        values => column(sections, rows, values),
    };
    Column { key, kind, validity, index: index.map(|rows| sections.add(Array::Ids(rows))) }
}

/// The rows that have a value, ascending by value, then by row.
fn ascending(buffer: &Buffer) -> Vec<u32> {
    let valid = || (0..buffer.rows() as u32).filter(|row| buffer.has(*row as usize));
    match &buffer.values {
        Values::Int(values) => sorted(valid().map(|row| (values[row as usize], row)).collect()),
        Values::Text(values) => sorted(valid().map(|row| (values[row as usize], row)).collect()),
        _ => {
            let mut rows: Vec<(Cell, u32)> = valid().filter_map(|row| Some((buffer.get(row as usize)?, row))).collect();
            rows.sort_unstable_by(|(a, row_a), (b, row_b)| a.compare(b).then(row_a.cmp(row_b)));
            rows.into_iter().map(|(_, row)| row).collect()
        }
    }
}

fn sorted<T: Ord + Send>(mut rows: Vec<(T, u32)>) -> Vec<u32> {
    // Keys come in order as a rule.
    if !rows.is_sorted() {
        if rows.len() < MANY { rows.sort_unstable() } else { rows.par_sort_unstable() }
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// How many different values the columns have together; `strings` is how many strings there are.
pub(super) fn distinct(columns: &[&Buffer], strings: usize) -> u64 {
    let has = |wanted: fn(&Values) -> bool| columns.iter().any(|buffer| wanted(&buffer.values));
    // 1 is 1.0, so that these have to be looked at together.
    let numbers = has(|values| matches!(values, Values::Int(_))) && has(|values| matches!(values, Values::Float(_)));
    if numbers || has(|values| matches!(values, Values::Cells(_))) {
        let cells = columns.iter().flat_map(|buffer| (0..buffer.rows()).filter_map(|row| buffer.get(row)));
        let mut cells: Vec<Cell> = cells.collect();
        cells.sort_unstable_by(Cell::compare);
        return cells.chunk_by(|a, b| a.compare(b).is_eq()).count() as u64;
    }
    let mut texts = vec![0u64; if has(|values| matches!(values, Values::Text(_))) { strings.div_ceil(64) } else { 0 }];
    let mut floats: FxHashSet<u64> = FxHashSet::default();
    let mut dates: FxHashSet<i64> = FxHashSet::default();
    let mut bools = [false; 2];
    for buffer in columns {
        let rows = (0..buffer.rows()).filter(|row| buffer.has(*row));
        match &buffer.values {
            Values::Text(values) => rows.for_each(|row| texts[values[row] as usize / 64] |= 1 << (values[row] % 64)),
            Values::Bool(values) => rows.for_each(|row| bools[usize::from(values[row])] = true),
            Values::Float(values) => floats.extend(rows.map(|row| same_bits(values[row]))),
            Values::Date(values) => dates.extend(rows.map(|row| values[row])),
            Values::None | Values::Int(_) | Values::Cells(_) => {}
        }
    }
    let texts: u64 = texts.iter().map(|word| u64::from(word.count_ones())).sum();
    let bools: u64 = bools.iter().map(|seen| u64::from(*seen)).sum();
    texts + bools + (floats.len() + dates.len()) as u64 + distinct_ints(columns)
}

/// Floats that are equivalent have the same: the zeros, and all that are no numbers.
fn same_bits(float: f64) -> u64 {
    if float.is_nan() { f64::NAN.to_bits() } else { (float + 0.0).to_bits() }
}

fn distinct_ints(columns: &[&Buffer]) -> u64 {
    let ints = |buffer: &&'_ Buffer| -> Vec<i64> {
        let Values::Int(values) = &buffer.values else { return Vec::new() };
        (0..values.len()).filter(|row| buffer.has(*row)).map(|row| values[row]).collect()
    };
    let ints: Vec<i64> = columns.iter().flat_map(ints).collect();
    let (Some(least), Some(most)) = (ints.iter().min(), ints.iter().max()) else { return 0 };
    let span = most.abs_diff(*least);
    // Numbers that stand close together, as keys and ages do, are ticked off.
    if span / 64 > ints.len() as u64 {
        return ints.into_iter().collect::<FxHashSet<i64>>().len() as u64;
    }
    let mut seen = vec![0u64; span as usize / 64 + 1];
    for value in &ints {
        let at = value.abs_diff(*least);
        seen[at as usize / 64] |= 1 << (at % 64);
    }
    seen.iter().map(|word| u64::from(word.count_ones())).sum()
}

/// What all cells of a column have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Common {
    Bool,
    Int,
    Float,
    String,
    Date,
    /// Lists without items so far.
    EmptyList,
    BoolList,
    IntList,
    FloatList,
    StringList,
    Mixed,
}

fn common(cell: &Cell) -> Common {
    match cell {
        Cell::Bool(_) => Common::Bool,
        Cell::Int(_) => Common::Int,
        Cell::Float(_) => Common::Float,
        Cell::String(_) => Common::String,
        Cell::List(items) => {
            let item = |item: &Cell| match common(item) {
                Common::Bool => Common::BoolList,
                Common::Int => Common::IntList,
                Common::Float => Common::FloatList,
                Common::String => Common::StringList,
                _ => Common::Mixed,
            };
            items.iter().map(item).reduce(both).unwrap_or(Common::EmptyList)
        }
        Cell::Temporal(value) if matches!(**value, Temporal::Date(_)) => Common::Date,
        Cell::Null | Cell::Map(_) | Cell::Temporal(_) => Common::Mixed,
    }
}

fn both(a: Common, b: Common) -> Common {
    use Common::{BoolList, EmptyList, FloatList, IntList, StringList};
    match (a, b) {
        (a, b) if a == b => a,
        (EmptyList, list @ (BoolList | IntList | FloatList | StringList))
        | (list @ (BoolList | IntList | FloatList | StringList), EmptyList) => list,
        _ => Common::Mixed,
    }
}

/// The arrays of values that are no dates.
fn column(sections: &mut Sections, rows: usize, values: Values) -> Kind {
    match values {
        Values::Bool(values) => {
            Kind::Bool(sections.bits(rows, values.iter().enumerate().filter(|(_, bool)| **bool).map(|(row, _)| row)))
        }
        Values::Int(values) => ints(sections, filled(values, rows)),
        Values::Float(values) => Kind::Float(sections.add(Array::Floats(filled(values, rows)))),
        Values::Text(values) => Kind::String(sections.add(Array::Ids(filled(values, rows)))),
        // Written before.
        Values::None | Values::Date(_) => cells(sections, &vec![Cell::Null; rows]),
        Values::Cells(values) => cells(sections, &filled(values, rows)),
    }
}

/// Integers, in as few bytes as all of them need.
fn ints(sections: &mut Sections, ints: Vec<i64>) -> Kind {
    let (least, most) = ints.iter().fold((0, 0), |(least, most), int| (*int.min(&least), *int.max(&most)));
    let all_in = |range: Range<i64>| range.contains(&least) && range.contains(&most);
    // The lower bytes of a number are those of the narrow one.
    if all_in(-1 << 7..1 << 7) {
        Kind::Int8(sections.add(Array::Bytes(ints.into_iter().map(|int| int as u8).collect())))
    } else if all_in(-1 << 15..1 << 15) {
        Kind::Int16(sections.add(Array::Shorts(ints.into_iter().map(|int| int as u16).collect())))
    } else if all_in(-1 << 31..1 << 31) {
        Kind::Int32(sections.add(Array::Ids(ints.into_iter().map(|int| int as u32).collect())))
    } else {
        Kind::Int(sections.add(Array::Ints(ints)))
    }
}

/// Days; as values of any kind where one is too far away.
fn dates(sections: &mut Sections, days: Vec<i64>, has: impl Fn(usize) -> bool) -> Kind {
    if days.iter().all(|day| i32::try_from(*day).is_ok()) {
        return Kind::Date(sections.add(Array::Ids(days.into_iter().map(|day| day as u32).collect())));
    }
    let cells = days.into_iter().enumerate().map(|(row, day)| has(row).then(|| super::buffer::date(day)));
    mixed(sections, cells)
}

/// Values of any kind, none where a row has no value.
fn mixed<C: Borrow<Cell>>(sections: &mut Sections, cells: impl Iterator<Item = Option<C>>) -> Kind {
    let (mut heap, mut lengths) = (Vec::new(), Vec::new());
    for cell in cells {
        let start = heap.len();
        if let Some(cell) = cell {
            cell.borrow().encode(&mut heap);
        }
        lengths.push(heap.len() - start);
    }
    Kind::Mixed { offsets: sections.offsets(lengths.into_iter()), heap: sections.add(Array::Bytes(heap)) }
}

fn filled<T: Clone + Default>(mut values: Vec<T>, rows: usize) -> Vec<T> {
    values.resize(rows, T::default());
    values
}

/// Cells of any kinds, null where a row has no value.
fn cells(sections: &mut Sections, cells: &[Cell]) -> Kind {
    // The cells' kind was looked at first, so the arms of other kinds stand for rows without a value: zero.
    let int = |cell: &Cell| if let Cell::Int(int) = cell { *int } else { 0 };
    let float = |cell: &Cell| if let Cell::Float(float) = cell { *float } else { 0.0 };
    let string = |cell: &Cell| if let Cell::String(id) = cell { *id } else { 0 };
    let day = |cell: &Cell| match cell {
        Cell::Temporal(value) => {
            if let Temporal::Date(Date(day)) = **value {
                day
            } else {
                0
            }
        }
        _ => 0,
    };
    let bool = |cell: &Cell| u8::from(matches!(cell, Cell::Bool(true)));
    let list = |cell: &'_ Cell| -> usize { if let Cell::List(items) = cell { items.len() } else { 0 } };
    let lengths = || cells.iter().map(list);
    let items = || cells.iter().flat_map(|cell| if let Cell::List(items) = cell { items.as_slice() } else { &[] });
    let present = cells.iter().filter(|cell| !matches!(cell, Cell::Null));
    match present.map(common).reduce(both).unwrap_or(Common::Mixed) {
        Common::Bool => {
            let ones = cells.iter().enumerate().filter(|(_, cell)| matches!(cell, Cell::Bool(true)));
            Kind::Bool(sections.bits(cells.len(), ones.map(|(row, _)| row)))
        }
        Common::Int => ints(sections, cells.iter().map(int).collect()),
        Common::Float => Kind::Float(sections.add(Array::Floats(cells.iter().map(float).collect()))),
        Common::String => Kind::String(sections.add(Array::Ids(cells.iter().map(string).collect()))),
        Common::BoolList => {
            let items = Array::Bytes(items().map(bool).collect());
            Kind::BoolList { offsets: sections.offsets(lengths()), items: sections.add(items) }
        }
        Common::IntList => {
            let items = Array::Ints(items().map(int).collect());
            Kind::IntList { offsets: sections.offsets(lengths()), items: sections.add(items) }
        }
        Common::FloatList => {
            let items = Array::Floats(items().map(float).collect());
            Kind::FloatList { offsets: sections.offsets(lengths()), items: sections.add(items) }
        }
        // Lists that are all empty have no kind of their own.
        Common::StringList | Common::EmptyList => {
            let items = Array::Ids(items().map(string).collect());
            Kind::StringList { offsets: sections.offsets(lengths()), items: sections.add(items) }
        }
        Common::Date => dates(sections, cells.iter().map(day).collect(), |row| !matches!(cells[row], Cell::Null)),
        Common::Mixed => mixed(sections, cells.iter().map(|cell| (!matches!(cell, Cell::Null)).then_some(cell))),
    }
}
