//! Cells to typed columns.

use std::collections::HashMap;

use super::cell::Cell;
use super::sections::Sections;
use crate::store::layout::{Column, Kind};

/// Rows with their values, ascending by row; rows without a value are left out.
pub(super) type Cells = Vec<(u32, Cell)>;

/// Cells by key, renumbered as the snapshot numbers keys and strings, ascending by key.
pub(super) fn ranked(cells: HashMap<u32, Cells>, keys: &[u32], strings: &[u32]) -> Vec<(u32, Cells)> {
    let mut ranked: Vec<_> = cells.into_iter().map(|(key, cells)| (keys[key as usize], cells)).collect();
    ranked.sort_unstable_by_key(|(key, _)| *key);
    for (_, cells) in &mut ranked {
        cells.iter_mut().for_each(|(_, cell)| cell.rank(strings));
    }
    ranked
}

/// Writes a column of `rows` rows; with an index when asked.
pub(super) fn write(sections: &mut Sections, key: u32, rows: u32, cells: &Cells, indexed: bool) -> Column {
    let whole = cells.len() == rows as usize;
    let validity = (!whole).then(|| sections.bits(rows, cells.iter().map(|(row, _)| *row)));
    let kind = values(sections, rows, cells);
    let index = indexed.then(|| {
        let mut ascending: Vec<&(u32, Cell)> = cells.iter().collect();
        ascending.sort_unstable_by(|(row_a, a), (row_b, b)| a.compare(b).then(row_a.cmp(row_b)));
        sections.ids(ascending.into_iter().map(|(row, _)| *row))
    });
    Column { key, kind, validity, index }
}

/// How many different values there are; sorts them.
pub(super) fn distinct(values: &mut [&Cell]) -> u64 {
    values.sort_unstable_by(|a, b| a.compare(b));
    values.chunk_by(|a, b| a.compare(b).is_eq()).count() as u64
}

/// What all cells of a column have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Common {
    Bool,
    Int,
    Float,
    String,
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

/// Every row's cell, none for rows without one.
fn by_row(rows: u32, cells: &Cells) -> impl Iterator<Item = Option<&Cell>> {
    let mut cells = cells.iter().peekable();
    (0..rows).map(move |row| cells.next_if(|(at, _)| *at == row).map(|(_, cell)| cell))
}

fn items(cell: Option<&Cell>) -> &[Cell] {
    match cell {
        Some(Cell::List(items)) => items,
        _ => &[],
    }
}

fn values(sections: &mut Sections, rows: u32, cells: &Cells) -> Kind {
    // The cells' kind was looked at first, so the arms of other kinds stand for rows without a value: zero.
    let int = |cell: Option<&Cell>| if let Some(Cell::Int(int)) = cell { *int } else { 0 }.to_le_bytes();
    let float = |cell: Option<&Cell>| if let Some(Cell::Float(float)) = cell { *float } else { 0.0 }.to_le_bytes();
    let string = |cell: Option<&Cell>| if let Some(Cell::String(id)) = cell { *id } else { 0 }.to_le_bytes();
    let bool = |cell: Option<&Cell>| [u8::from(matches!(cell, Some(Cell::Bool(true))))];
    let by_row = || by_row(rows, cells);
    let lengths = || by_row().map(|cell| items(cell).len());
    let items = || by_row().flat_map(|cell| items(cell).iter().map(Some));
    match cells.iter().map(|(_, cell)| common(cell)).reduce(both).unwrap_or(Common::Mixed) {
        Common::Bool => {
            let ones = cells.iter().filter(|(_, cell)| matches!(cell, Cell::Bool(true)));
            Kind::Bool(sections.bits(rows, ones.map(|(row, _)| *row)))
        }
        Common::Int => Kind::Int(sections.words(by_row().map(int))),
        Common::Float => Kind::Float(sections.words(by_row().map(float))),
        Common::String => Kind::String(sections.words(by_row().map(string))),
        Common::BoolList => {
            Kind::BoolList { offsets: sections.offsets(lengths()), items: sections.words(items().map(bool)) }
        }
        Common::IntList => {
            Kind::IntList { offsets: sections.offsets(lengths()), items: sections.words(items().map(int)) }
        }
        Common::FloatList => {
            Kind::FloatList { offsets: sections.offsets(lengths()), items: sections.words(items().map(float)) }
        }
        // Lists that are all empty have no kind of their own.
        Common::StringList | Common::EmptyList => {
            Kind::StringList { offsets: sections.offsets(lengths()), items: sections.words(items().map(string)) }
        }
        Common::Mixed => {
            let (mut heap, mut lengths) = (Vec::new(), Vec::new());
            for cell in by_row() {
                let start = heap.len();
                if let Some(cell) = cell {
                    cell.encode(&mut heap);
                }
                lengths.push(heap.len() - start);
            }
            Kind::Mixed { offsets: sections.offsets(lengths.into_iter()), heap: sections.bytes(&heap) }
        }
    }
}
