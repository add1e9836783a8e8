//! Columns of one plain kind of values: as bits, of which equal ones are equal values and unequal ones are not, or as texts, all
//! in one piece of memory.

use std::hash::Hasher;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::mix;
use crate::model::{Column, EdgeId, NodeId, Str, TextsOf, Value, garbage};

/// A batch's column.
pub(super) enum Given<'b, 'g> {
    Bits(Kind<'g>, Vec<u64>),
    Texts(&'b [Str<'g>]),
}

impl<'b, 'g> Given<'b, 'g> {
    /// None when its values are not of one plain kind.
    pub(super) fn of(column: &'b Column<'g>) -> Option<Self> {
        let bits = |kind, bits| Some(Given::Bits(kind, bits));
        match column {
            Column::Bool(v) => bits(Kind::Bool, v.iter().map(|flag| u64::from(*flag)).collect()),
            Column::Int(v) => bits(Kind::Int, v.iter().map(|int| *int as u64).collect()),
            Column::Node(v) => bits(Kind::Node, v.iter().map(|node| u64::from(node.0)).collect()),
            Column::Edge(v) => bits(Kind::Edge, v.iter().map(|edge| u64::from(edge.0)).collect()),
            Column::Text(v, texts) => bits(Kind::Text(*texts), v.iter().map(|number| u64::from(*number)).collect()),
            Column::String(v) => Some(Given::Texts(v)),
            // Floats that differ in their bits may be equal, to each other or to an integer.
            Column::Float(_) | Column::Absent | Column::Value(_) => None,
        }
    }

    /// Mixes the values into the hashes of their rows.
    pub(super) fn hash(&self, hashes: &mut [u64]) {
        match self {
            Given::Bits(_, bits) => hashes.iter_mut().zip(bits).for_each(|(hash, bits)| *hash = mix(*hash, *bits)),
            Given::Texts(texts) => {
                for (hash, text) in hashes.iter_mut().zip(*texts) {
                    let mut hasher = FxHasher::default();
                    hasher.write(text.as_str().as_bytes());
                    *hash = mix(*hash, hasher.finish());
                }
            }
        }
    }
}

/// A column that is kept.
pub(super) enum Plain<'g> {
    Bits(Kind<'g>, Vec<u64>),
    /// The texts one behind the other, and where each ends.
    Texts(Vec<u8>, Vec<usize>),
}

impl<'g> Plain<'g> {
    /// For values as these.
    pub(super) fn new(given: &Given<'_, 'g>) -> Self {
        match given {
            Given::Bits(kind, _) => Plain::Bits(*kind, Vec::new()),
            Given::Texts(_) => Plain::Texts(Vec::new(), Vec::new()),
        }
    }

    /// Whether these are of the same kind.
    pub(super) fn takes(&self, given: &Given<'_, 'g>) -> bool {
        match (self, given) {
            (Plain::Bits(ours, _), Given::Bits(theirs, _)) => ours == theirs,
            (Plain::Texts(..), Given::Texts(_)) => true,
            _ => false,
        }
    }

    /// Whether the value at a place is that of a row.
    #[inline]
    pub(super) fn is(&self, place: usize, given: &Given<'_, 'g>, row: usize) -> bool {
        match (self, given) {
            (Plain::Bits(_, ours), Given::Bits(_, theirs)) => ours[place] == theirs[row],
            (Plain::Texts(..), Given::Texts(theirs)) => self.bytes(place) == theirs[row].as_str().as_bytes(),
            _ => false,
        }
    }

    /// Adds the value of a row.
    pub(super) fn push(&mut self, given: &Given<'_, 'g>, row: usize) {
        match (self, given) {
            (Plain::Bits(_, ours), Given::Bits(_, theirs)) => ours.push(theirs[row]),
            (Plain::Texts(bytes, ends), Given::Texts(theirs)) => {
                bytes.extend_from_slice(theirs[row].as_str().as_bytes());
                ends.push(bytes.len());
            }
            _ => {}
        }
    }

    fn bytes(&self, place: usize) -> &[u8] {
        let Plain::Texts(bytes, ends) = self else { return &[] };
        let start = place.checked_sub(1).map_or(0, |before| ends[before]);
        &bytes[start..ends[place]]
    }

    fn text(&self, place: usize) -> Str<'g> {
        // They came as texts.
        Str::Shared(Arc::from(String::from_utf8_lossy(self.bytes(place))))
    }

    pub(super) fn value(&self, place: usize) -> Value<'g> {
        match self {
            Plain::Bits(kind, bits) => kind.value(bits[place]),
            Plain::Texts(..) => Value::String(self.text(place)),
        }
    }

    pub(super) fn column(&self, places: Range<usize>) -> Column<'g> {
        match self {
            Plain::Bits(kind, bits) => kind.column(&bits[places]),
            Plain::Texts(..) => Column::String(places.map(|place| self.text(place)).collect()),
        }
    }

    /// How many bytes it takes.
    pub(super) fn size(&self) -> usize {
        match self {
            Plain::Bits(_, bits) => size_of_val(bits.as_slice()),
            Plain::Texts(bytes, ends) => bytes.len() + size_of_val(ends.as_slice()),
        }
    }

    pub(super) fn let_go(self) {
        match self {
            Plain::Bits(_, bits) => garbage::plain(bits),
            Plain::Texts(bytes, ends) => {
                garbage::plain(bytes);
                garbage::plain(ends);
            }
        }
    }
}

/// A kind of values whose bits tell them apart both ways.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind<'g> {
    Bool,
    Int,
    Node,
    Edge,
    Text(TextsOf<'g>),
}

impl<'g> Kind<'g> {
    /// The value with these bits.
    fn value(self, bits: u64) -> Value<'g> {
        match self {
            Kind::Bool => Value::Bool(bits != 0),
            Kind::Int => Value::Int(bits as i64),
            Kind::Node => Value::Node(NodeId(bits as u32)),
            Kind::Edge => Value::Edge(EdgeId(bits as u32)),
            Kind::Text(texts) => texts.value(bits as u32),
        }
    }

    /// The values with these bits.
    fn column(self, bits: &[u64]) -> Column<'g> {
        let bits = bits.iter();
        match self {
            Kind::Bool => Column::Bool(bits.map(|bits| *bits != 0).collect()),
            Kind::Int => Column::Int(bits.map(|bits| *bits as i64).collect()),
            Kind::Node => Column::Node(bits.map(|bits| NodeId(*bits as u32)).collect()),
            Kind::Edge => Column::Edge(bits.map(|bits| EdgeId(*bits as u32)).collect()),
            Kind::Text(texts) => Column::Text(bits.map(|bits| *bits as u32).collect(), texts),
        }
    }
}
