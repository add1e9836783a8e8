//! Which edge it is that enters a node: its place among the edges of its type that leave its source.
//!
//! The edges that leave a node have ids that follow on each other, so that the place is a small number and the id one
//! addition. What always holds: an id that comes out of here is one of an edge that leaves that source, whatever the bytes
//! say.

use super::Snapshot;
use crate::model::{EdgeId, NodeId};
use crate::store::layout::{self, Entering, Leaving};

/// Places, as they stand in the file.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum Places<'g> {
    One(&'g [u8]),
    Two(&'g [u16]),
    Four(&'g [u32]),
    /// Ids of edges, which versions before 4 have instead.
    Ids(&'g [u32]),
}

impl<'g> Places<'g> {
    pub(super) fn len(self) -> usize {
        match self {
            Places::One(places) => places.len(),
            Places::Two(places) => places.len(),
            Places::Four(places) | Places::Ids(places) => places.len(),
        }
    }

    /// The number that stands there.
    pub(super) fn get(self, at: usize) -> Option<u32> {
        match self {
            Places::One(places) => places.get(at).copied().map(u32::from),
            Places::Two(places) => places.get(at).copied().map(u32::from),
            Places::Four(places) | Places::Ids(places) => places.get(at).copied(),
        }
    }
}

/// Finds edges of a type by their sources and places.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Origins<'g> {
    snapshot: &'g Snapshot,
    edge_type: u32,
    places: Places<'g>,
    /// Where the last one was found: the first node of the block, its offsets, and the block. The next is there as a rule.
    last: Option<(u32, &'g [u32], &'g Leaving)>,
}

impl<'g> Origins<'g> {
    pub(super) fn new(snapshot: &'g Snapshot, block: &Entering) -> Self {
        Origins { snapshot, edge_type: block.edge_type, places: snapshot.places(block), last: None }
    }

    pub(super) fn places(&self) -> Places<'g> {
        self.places
    }

    /// The edge from this source that the block's number `at` stands for; none, and a mark, where there is no such edge.
    pub(in crate::store) fn edge(&mut self, at: usize, source: u32) -> Option<EdgeId> {
        let snapshot = self.snapshot;
        let number = snapshot.sound(self.places.get(at))?;
        if let Places::Ids(_) = self.places {
            return snapshot.sound((number < snapshot.meta.edges).then_some(EdgeId(number)));
        }
        let (offsets, first, row) = match self.last {
            Some((node, offsets, block)) if source >= node && ((source - node) as usize) < offsets.len() - 1 => {
                (offsets, block, (source - node) as usize)
            }
            _ => snapshot.sound(self.enter(source))?,
        };
        let extent = snapshot.extent(offsets, row, first.count as usize)?;
        let place = snapshot.sound((extent.len() > number as usize).then_some(extent.start as u32 + number))?;
        // The place lies within the block, whose ids end within the graph's.
        Some(EdgeId(first.first + place))
    }

    /// Goes to the block that has the source's edges.
    fn enter(&mut self, source: u32) -> Option<(&'g [u32], &'g Leaving, usize)> {
        let (shape, row) = self.snapshot.shape_of(NodeId(source))?;
        let at = shape.leaving.binary_search_by_key(&self.edge_type, |block| block.edge_type).ok()?;
        let block = shape.leaving.get(at)?;
        let offsets = self.snapshot.words::<u32>(block.offsets);
        self.last = (offsets.len() > row + 1).then_some((shape.first, offsets, block));
        Some((offsets, block, row))
    }
}

impl Snapshot {
    /// Whether places stand beside sources, and not ids.
    pub(super) fn has_places(&self) -> bool {
        layout::version(&self.bytes) >= layout::PLACES
    }

    /// The numbers beside a block's sources.
    fn places(&self, block: &Entering) -> Places<'_> {
        if !self.has_places() {
            return Places::Ids(self.words(block.places));
        }
        match self.section(block.places).len() / (block.count as usize).max(1) {
            1 => Places::One(self.words(block.places)),
            2 => Places::Two(self.words(block.places)),
            _ => Places::Four(self.words(block.places)),
        }
    }
}
