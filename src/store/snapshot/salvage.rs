//! What can still be read of a damaged snapshot.
//!
//! In: bytes whose header and description are whole. Out: a snapshot that reads what is there and never complains, and a
//! sentence for each part that is not to be trusted. Edges are written down from both ends, so that one end's damaged
//! array is made again from the other's.

use std::collections::BTreeSet;

use super::Snapshot;
use crate::store::Error;
use crate::store::bytes::{Bytes, bytes_of};
use crate::store::checksum::checksum;
use crate::store::layout::{self, Column, Entering, Leaving, SectionId, Shape};

/// One edge: source, target, and what stands beside the source at the other end: its place among the source's edges, or in
/// old versions its id. Either ascends within a source.
type Ends = (u32, u32, u32);

impl Snapshot {
    /// Reads what can be read, and tells what cannot, or not for sure.
    ///
    /// # Errors
    ///
    /// The header or the description of the contents is damaged: then nothing can be told about the rest.
    pub(in crate::store) fn salvage(bytes: &[u8]) -> Result<(Self, Vec<String>), Error> {
        let promised = layout::promised(bytes)?;
        // A length beyond all measure is no length of these bytes.
        if promised > 16 * bytes.len() as u64 + (1 << 20) {
            return Err(Error::Corrupt(format!("it is cut short: {} of {promised} bytes are there", bytes.len())));
        }
        let mut whole = bytes.get(..promised as usize).unwrap_or(bytes).to_vec();
        whole.resize(promised as usize, 0);
        let (mut meta, body) = layout::frame(&whole)?;
        let mut wrong = BTreeSet::new();
        for (number, section) in meta.sections.iter_mut().enumerate() {
            let start = body + section.offset as usize;
            let end = start + section.length as usize;
            let sound = whole.get(start..end).is_some_and(|bytes| checksum(bytes) == section.checksum);
            if end > bytes.len() && section.length > 0 {
                // It is not there; its rows read as absent.
                section.length = 0;
                wrong.insert(number as u32);
            } else if !sound {
                wrong.insert(number as u32);
            }
        }
        // They are found again among the edges.
        meta.loops = meta.loops.filter(|loops| !wrong.contains(&loops.0));
        let mut snapshot = Snapshot { lenient: true, ..Snapshot::with(Bytes::copy(&whole), meta, body) };
        let mended = snapshot.mend(&wrong, &mut whole);
        snapshot.bytes = Bytes::copy(&whole);
        let findings = snapshot.findings(&wrong, &mended);
        Ok((snapshot, findings))
    }

    /// Makes damaged arrays of edges again from those of the other end; gives those that are whole again.
    fn mend(&self, wrong: &BTreeSet<u32>, bytes: &mut [u8]) -> BTreeSet<u32> {
        let damaged = |sections: &[SectionId]| sections.iter().any(|section| wrong.contains(&section.0));
        let mut mended = BTreeSet::new();
        for shape in &self.meta.shapes {
            for block in shape.leaving.iter().filter(|block| damaged(&block.sections())) {
                let entering = self.meta.shapes.iter().flat_map(|to| to.entering.iter().map(move |other| (to, other)));
                let sound =
                    entering.filter(|(_, other)| other.edge_type == block.edge_type && !damaged(&other.sections()));
                let mut ends: Vec<Ends> = sound.flat_map(|(to, other)| self.entering_ends(to, other)).collect();
                ends.retain(|(source, ..)| shape.nodes().contains(source));
                ends.sort_unstable_by_key(|(source, _, number)| (*source, *number));
                let starts = (!damaged(&[block.offsets])).then(|| self.words(block.offsets));
                if self.write_leaving(shape, block, (&ends, starts), bytes) {
                    mended.extend(block.sections().map(|section| section.0));
                }
            }
            for block in shape.entering.iter().filter(|block| damaged(&block.sections())) {
                let leaving =
                    self.meta.shapes.iter().flat_map(|from| from.leaving.iter().map(move |other| (from, other)));
                let sound =
                    leaving.filter(|(_, other)| other.edge_type == block.edge_type && !damaged(&other.sections()));
                let mut ends: Vec<Ends> = sound.flat_map(|(from, other)| self.leaving_ends(from, other)).collect();
                ends.retain(|(_, target, _)| shape.nodes().contains(target));
                ends.sort_unstable_by_key(|(source, target, number)| (*target, *source, *number));
                if self.write_entering(shape, block, &ends, bytes) {
                    mended.extend(block.sections().map(|section| section.0));
                }
            }
        }
        mended
    }

    fn entering_ends(&self, shape: &Shape, block: &Entering) -> Vec<Ends> {
        let row = |(row, target): (usize, u32)| {
            let found = self.entering(block, row);
            let ends = found.sources.iter().enumerate();
            ends.filter_map(|(at, source)| Some((*source, target, found.number(at)?))).collect::<Vec<Ends>>()
        };
        shape.nodes().enumerate().flat_map(row).collect()
    }

    fn leaving_ends(&self, shape: &Shape, block: &Leaving) -> Vec<Ends> {
        let row = |(row, source): (usize, u32)| {
            let found = self.leaving(block, row);
            let first = if self.has_places() { 0 } else { found.first };
            found.targets.iter().zip(first..).map(move |(target, number)| (source, *target, number))
        };
        shape.nodes().enumerate().flat_map(row).collect()
    }

    /// The edges ascend by source and place; `starts` is where each node's begin, if that is sound. One that is missing gets an
    /// end that no node is, which reads as no edge; where it would have stood only `starts` can tell. Whether none is.
    fn write_leaving(
        &self,
        shape: &Shape,
        block: &Leaving,
        (ends, starts): (&[Ends], Option<&[u32]>),
        bytes: &mut [u8],
    ) -> bool {
        let mut targets = vec![u32::MAX; block.count as usize];
        if let Some(starts) = starts {
            for (source, target, number) in ends {
                let own = starts.get((source - shape.first) as usize).copied().unwrap_or(u32::MAX);
                let place = if self.has_places() { own.checked_add(*number) } else { number.checked_sub(block.first) };
                if let Some(place) = place.and_then(|place| targets.get_mut(place as usize)) {
                    *place = *target;
                }
            }
            return self.put(block.targets, &targets, bytes) && !targets.contains(&u32::MAX);
        }
        if ends.len() != targets.len() {
            return false;
        }
        targets.iter_mut().zip(ends).for_each(|(place, (_, target, _))| *place = *target);
        let before = |node: u32| ends.partition_point(|(source, ..)| *source < node) as u32;
        let starts: Vec<u32> = shape.nodes().map(before).chain([block.count]).collect();
        self.put(block.offsets, &starts, bytes) && self.put(block.targets, &targets, bytes)
    }

    /// The edges ascend by target, source and place. Nothing is written unless all of them are there.
    fn write_entering(&self, shape: &Shape, block: &Entering, ends: &[Ends], bytes: &mut [u8]) -> bool {
        if ends.len() != block.count as usize {
            return false;
        }
        let before = |node: u32| ends.partition_point(|(_, target, _)| *target < node) as u32;
        let starts: Vec<u32> = shape.nodes().map(before).chain([block.count]).collect();
        let sources: Vec<u32> = ends.iter().map(|(source, ..)| *source).collect();
        // As many bytes of each number as it has there.
        let size = self.size([block.places]) as usize / ends.len().max(1);
        let places =
            ends.iter().flat_map(|(.., number)| number.to_le_bytes().into_iter().take(size)).collect::<Vec<u8>>();
        self.put(block.offsets, &starts, bytes)
            && self.put(block.sources, &sources, bytes)
            && self.put_bytes(block.places, &places, bytes)
    }

    /// Writes an array in its place; false when the place is not there.
    fn put(&self, section: SectionId, words: &[u32], bytes: &mut [u8]) -> bool {
        self.put_bytes(section, bytes_of(words), bytes)
    }

    fn put_bytes(&self, section: SectionId, array: &[u8], bytes: &mut [u8]) -> bool {
        let Some(section) = self.meta.sections.get(section.0 as usize) else { return false };
        let start = self.body + section.offset as usize;
        match bytes.get_mut(start..start + array.len()).filter(|_| section.length == array.len() as u64) {
            Some(place) => {
                place.copy_from_slice(array);
                true
            }
            None => false,
        }
    }

    /// A sentence for each part that is not to be trusted.
    fn findings(&self, wrong: &BTreeSet<u32>, mended: &BTreeSet<u32>) -> Vec<String> {
        let damaged = |sections: &[SectionId]| sections.iter().any(|section| wrong.contains(&section.0));
        let is_mended = |sections: &[SectionId]| sections.iter().all(|section| mended.contains(&section.0));
        let mut findings = Vec::new();
        let strings = self.meta.strings;
        if !self.meta.sections.is_empty() && damaged(&[strings.offsets, strings.heap]) {
            findings.push("some texts are wrong or missing, of whatever property".to_owned());
        }
        if self.meta.schema.is_some_and(|schema| damaged(&[schema])) && self.schema().is_none() {
            findings.push("the schema is lost".to_owned());
        }
        let columns = |columns: &[Column], of: &str, findings: &mut Vec<String>| {
            for column in columns.iter().filter(|column| damaged(&column.sections().collect::<Vec<_>>())) {
                let key = self.keys().name(column.key).unwrap_or_default();
                // An index is made again with every snapshot.
                if column.sections().any(|section| wrong.contains(&section.0) && Some(section) != column.index) {
                    findings.push(format!("some values of `{key}` of {of} are wrong or missing"));
                }
            }
        };
        for shape in &self.meta.shapes {
            let labels: Vec<&str> = shape.labels.iter().filter_map(|label| self.labels().name(*label)).collect();
            let nodes = match labels.is_empty() {
                true => "nodes without a label".to_owned(),
                false => format!("`{}` nodes", labels.join(":")),
            };
            columns(&shape.columns, &nodes, &mut findings);
            for block in &shape.leaving {
                let edge_type = self.edge_types().name(block.edge_type).unwrap_or_default();
                let edges = format!("`{edge_type}` edges from {nodes}");
                if damaged(&block.sections()) && !is_mended(&block.sections()) {
                    findings.push(format!("some {edges} are wrong or missing"));
                }
                columns(&block.columns, &edges, &mut findings);
            }
        }
        findings
    }
}
