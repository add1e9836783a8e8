//! Groups while they are gathered: which one each row belongs to, and the state of their aggregations.
//!
//! Keys of plain kinds are remembered by their bits, so that only the first row of a group looks for equivalent values.

use rustc_hash::FxHashMap;

use super::fold::Fold;
use super::plain;
use crate::exec::Result;
use crate::exec::batch::bytes;
use crate::model::value::Key;
use crate::model::{Column, Value, Var};
use crate::plan::expr::AggregateCall;

/// About how many bytes a group's places in the tables take, besides its values: these are at most half full, and held twice
/// while they grow.
const ROOM: u64 = 160;

/// Groups, in the order of their first rows.
pub(super) struct Groups<'g> {
    index: FxHashMap<Vec<Key<'g>>, u32>,
    /// Groups by the bits of their keys, for keys of the kinds of the last batch; by those of the only key.
    known: FxHashMap<Box<[u64]>, u32>,
    known_by_one: ByBits,
    kinds: Vec<std::mem::Discriminant<Column<'g>>>,
    /// The values of each key.
    pub(super) keys: Vec<Vec<Value<'g>>>,
    /// The state of each aggregation.
    pub(super) folds: Vec<Vec<Fold<'g>>>,
    pub(super) len: u32,
}

/// Groups by the bits of their only key; small numbers, as years, counts and truth values are, have a place each.
#[derive(Default)]
pub(in crate::exec::operator) struct ByBits {
    small: Vec<u32>,
    others: FxHashMap<u64, u32>,
}

impl ByBits {
    /// Numbers below this are small.
    const SMALL: u64 = 4096;

    #[inline]
    pub(in crate::exec::operator) fn get(&self, bits: u64) -> Option<u32> {
        match self.small.get(bits as usize) {
            Some(group) => Some(*group).filter(|group| *group != u32::MAX),
            None => self.others.get(&bits).copied(),
        }
    }

    pub(in crate::exec::operator) fn insert(&mut self, bits: u64, group: u32) {
        if bits >= Self::SMALL {
            self.others.insert(bits, group);
            return;
        }
        self.small.resize(Self::SMALL as usize, u32::MAX);
        self.small[bits as usize] = group;
    }

    fn clear(&mut self) {
        self.small.clear();
        self.others.clear();
    }
}

impl<'g> Groups<'g> {
    pub(super) fn new(keys: usize, calls: &[(Var, AggregateCall)]) -> Self {
        let mut groups = Groups {
            index: FxHashMap::default(),
            known: FxHashMap::default(),
            known_by_one: ByBits::default(),
            kinds: Vec::new(),
            keys: vec![Vec::new(); keys],
            folds: calls.iter().map(|_| Vec::new()).collect(),
            len: 0,
        };
        if keys == 0 {
            groups.add(Vec::new(), calls);
        }
        groups
    }

    /// Opens a group.
    fn add(&mut self, values: Vec<Value<'g>>, calls: &[(Var, AggregateCall)]) -> u32 {
        for (column, value) in self.keys.iter_mut().zip(values) {
            column.push(value);
        }
        for (folds, (_, call)) in self.folds.iter_mut().zip(calls) {
            folds.push(Fold::new(call));
        }
        self.len += 1;
        self.len - 1
    }

    /// The group of these values, a new one if there is none; bytes that it holds are added to `held`.
    fn of_values(&mut self, key: Vec<Key<'g>>, calls: &[(Var, AggregateCall)], held: &mut u64) -> u32 {
        if let Some(group) = self.index.get(&key) {
            return *group;
        }
        let values: Vec<Value<'g>> = key.iter().map(|key| key.0.clone()).collect();
        let folds: u64 = self.folds.len() as u64 * size_of::<Fold<'g>>() as u64;
        *held += values.iter().map(bytes).sum::<u64>() * 2 + folds + ROOM;
        let group = self.add(values, calls);
        self.index.insert(key, group);
        group
    }

    /// The group of each row; bytes that new ones hold are added to `held`.
    pub(super) fn of_rows(
        &mut self,
        keys: &[Column<'g>],
        len: usize,
        calls: &[(Var, AggregateCall)],
        held: &mut u64,
    ) -> Vec<u32> {
        if keys.is_empty() {
            return vec![0; len];
        }
        let kinds: Vec<_> = keys.iter().map(std::mem::discriminant).collect();
        if kinds != self.kinds {
            self.known.clear();
            self.known_by_one.clear();
            self.kinds = kinds;
        }
        let bits: Option<Vec<Vec<u64>>> = keys.iter().map(plain::bits).collect();
        let values = |row: usize| keys.iter().map(|column| Key(column.value(row))).collect::<Vec<_>>();
        match bits.as_deref() {
            None => (0..len).map(|row| self.of_values(values(row), calls, held)).collect(),
            Some([one]) => {
                let mut groups = Vec::with_capacity(len);
                for (row, bits) in one.iter().enumerate() {
                    groups.push(match self.known_by_one.get(*bits) {
                        Some(group) => group,
                        None => {
                            let group = self.of_values(values(row), calls, held);
                            *held += 16;
                            self.known_by_one.insert(*bits, group);
                            group
                        }
                    });
                }
                groups
            }
            Some(several) => {
                let mut groups = Vec::with_capacity(len);
                let mut of_row: Vec<u64> = Vec::with_capacity(several.len());
                for row in 0..len {
                    of_row.clear();
                    of_row.extend(several.iter().filter_map(|column| column.get(row)));
                    let group = match self.known.get(of_row.as_slice()) {
                        Some(group) => *group,
                        None => {
                            let group = self.of_values(values(row), calls, held);
                            *held += 16 + 8 * of_row.len() as u64;
                            self.known.insert(of_row.as_slice().into(), group);
                            group
                        }
                    };
                    groups.push(group);
                }
                groups
            }
        }
    }

    /// Puts the groups of later rows behind these, joined to those with the same keys; bytes are added to `held`.
    pub(super) fn merge(&mut self, later: Groups<'g>, calls: &[(Var, AggregateCall)], held: &mut u64) -> Result<()> {
        let mut keys: Vec<std::vec::IntoIter<Value<'g>>> = later.keys.into_iter().map(Vec::into_iter).collect();
        let mut folds: Vec<std::vec::IntoIter<Fold<'g>>> = later.folds.into_iter().map(Vec::into_iter).collect();
        for _ in 0..later.len {
            let key: Vec<Key<'g>> = keys.iter_mut().filter_map(|column| column.next().map(Key)).collect();
            let group = if keys.is_empty() { 0 } else { self.of_values(key, calls, held) } as usize;
            for ((ours, theirs), (_, call)) in self.folds.iter_mut().zip(&mut folds).zip(calls) {
                if let (Some(ours), Some(theirs)) = (ours.get_mut(group), theirs.next()) {
                    ours.merge(theirs).map_err(|error| error.at(call.span))?;
                }
            }
        }
        Ok(())
    }
}
