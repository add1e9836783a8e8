//! What must hold of a description before anything is read by it, as far as that costs no look at the body.
//!
//! Sections lie in the body and apart, shapes and edge blocks tile the ids, and every array has the length that its
//! place demands. Afterwards a count can be trusted: whatever claims a million rows brings a million rows.

use super::{Column, Entering, Kind, Meta, SectionId, Shape};
use crate::store::Error;

fn ensure(holds: bool, broken: &str) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::Corrupt(broken.into())) }
}

impl Meta {
    pub(super) fn check(&self, body: u64) -> Result<(), Error> {
        ensure(self.sections_lie_apart(body), "its arrays do not lie apart within it")?;
        ensure(self.shapes_tile() == Some((self.nodes, self.edges)), "its shapes and edge blocks do not tile its ids")?;
        let strings = self.strings;
        let offsets = self.holds(strings.offsets, u64::from(strings.count) + 1, 8);
        let schema = self.schema.is_none_or(|schema| self.length(schema).is_some());
        let loops = self.loops.is_none_or(|loops| self.divides(loops, 12));
        let whole = offsets && schema && loops && self.length(strings.heap).is_some();
        ensure(whole && self.shapes.iter().all(|shape| self.is_whole(shape)), "its arrays do not have their lengths")
    }

    fn sections_lie_apart(&self, body: u64) -> bool {
        let mut end = 0;
        self.sections.iter().all(|section| {
            let next = section.offset.checked_add(section.length);
            let apart = section.offset >= end && section.offset.is_multiple_of(super::ALIGN as u64);
            end = next.unwrap_or(u64::MAX);
            apart && next.is_some_and(|next| next <= body)
        })
    }

    /// How many nodes and edges there are, when runs of ids follow on each other.
    fn shapes_tile(&self) -> Option<(u32, u32)> {
        let (mut node, mut edge, mut entering) = (0u32, 0u32, 0u64);
        for shape in &self.shapes {
            if (shape.first, shape.first_edge) != (node, edge) {
                return None;
            }
            node = node.checked_add(shape.count)?;
            for block in &shape.leaving {
                edge = (block.first == edge).then(|| edge.checked_add(block.count))??;
            }
            entering += shape.entering.iter().map(|block| u64::from(block.count)).sum::<u64>();
        }
        (entering == u64::from(edge)).then_some((node, edge))
    }

    fn length(&self, section: SectionId) -> Option<u64> {
        self.sections.get(section.0 as usize).map(|section| section.length)
    }

    /// Whether the section holds so many items of this size.
    fn holds(&self, section: SectionId, items: u64, size: u64) -> bool {
        self.length(section) == Some(items * size)
    }

    /// Whether the section holds a whole number of items of this size.
    fn divides(&self, section: SectionId, size: u64) -> bool {
        self.length(section).is_some_and(|length| length.is_multiple_of(size))
    }

    fn is_whole(&self, shape: &Shape) -> bool {
        let offsets = |section| self.holds(section, u64::from(shape.count) + 1, 4);
        let ids = |section, count: u32| self.holds(section, u64::from(count), 4);
        let places =
            |block: &Entering| [1, 2, 4].iter().any(|size| self.holds(block.places, u64::from(block.count), *size));
        let leaving = shape.leaving.iter().all(|block| {
            let columns = block.columns.iter().all(|column| self.is_column(column, u64::from(block.count)));
            columns && offsets(block.offsets) && ids(block.targets, block.count)
        });
        let entering = shape
            .entering
            .iter()
            .all(|block| offsets(block.offsets) && ids(block.sources, block.count) && places(block));
        leaving && entering && shape.columns.iter().all(|column| self.is_column(column, u64::from(shape.count)))
    }

    fn is_column(&self, column: &Column, rows: u64) -> bool {
        let bits = |section| self.holds(section, rows.div_ceil(64), 8);
        let list = |offsets, items, size| self.holds(offsets, rows + 1, 8) && self.divides(items, size);
        let values = match column.kind {
            Kind::Bool(section) => bits(section),
            Kind::Int(section) | Kind::Float(section) => self.holds(section, rows, 8),
            Kind::Int8(section) => self.holds(section, rows, 1),
            Kind::Int16(section) => self.holds(section, rows, 2),
            Kind::String(section) | Kind::Int32(section) | Kind::Date(section) => self.holds(section, rows, 4),
            Kind::BoolList { offsets, items } | Kind::Mixed { offsets, heap: items } => list(offsets, items, 1),
            Kind::IntList { offsets, items } | Kind::FloatList { offsets, items } => list(offsets, items, 8),
            Kind::StringList { offsets, items } => list(offsets, items, 4),
        };
        let index = |section| self.divides(section, 4) && self.length(section).is_some_and(|length| length <= rows * 4);
        values && column.validity.is_none_or(bits) && column.index.is_none_or(index)
    }
}
