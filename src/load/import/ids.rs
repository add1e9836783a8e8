//! Identities of an import: which rows speak of the same node.
//!
//! Every value that is named in a space, by a node or by the end of an edge, has a slot there; a node takes its slot
//! when it comes. An edge holds slots, so that it does not matter which comes first; where nodes come first, and one by one, their
//! slots are their numbers. Whole numbers, as most ids are, are looked up by themselves; texts are compared as they are written.

use std::ops::Range;

use rustc_hash::FxHashMap;

/// Slots that no node has taken.
pub(super) const NOBODY: u32 = u32::MAX;

/// A space of identities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space<'s> {
    /// A property that identifies the nodes with a label.
    Key {
        /// The label.
        label: &'s str,
        /// The property.
        key: &'s str,
    },
    /// Ids that mean something within the import.
    Named {
        /// What the import calls the space; may be empty.
        name: &'s str,
        /// The property that keeps them, if any does.
        key: Option<&'s str>,
    },
}

/// A space that [`Intake::space`](super::Intake::space) has opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpaceId(pub(super) u32);

/// The identities of one space.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// The first slot.
    base: u32,
    /// Whole numbers that came counted up, from the first one on: their slots are counted up as well, from the first one on.
    counted: Range<i64>,
    /// By whole number, for other numbers near zero: the slot.
    near: Vec<u32>,
    /// The slots of other whole numbers.
    far: FxHashMap<i64, u32>,
    /// The slots of texts.
    texts: FxHashMap<Box<str>, u32>,
    /// By slot, from the first one on: the node.
    nodes: Vec<u32>,
}

impl Ids {
    /// Lets slots begin with the number that the next node gets, when there are none yet.
    pub(super) fn begin_with(&mut self, node: u32) {
        if self.nodes.is_empty() {
            self.base = node;
        }
    }

    /// The slot of a whole number.
    #[inline]
    pub(super) fn number(&mut self, number: i64) -> u32 {
        if self.counted.contains(&number) {
            // There are no more of them than slots.
            return self.base.wrapping_add((number - self.counted.start) as u32);
        }
        let near = usize::try_from(number).ok().and_then(|index| self.near.get(index));
        near.copied().filter(|slot| *slot != NOBODY).unwrap_or_else(|| self.number_anew(number))
    }

    /// The slot of a whole number that is not in the table.
    fn number_anew(&mut self, number: i64) -> u32 {
        if self.nodes.is_empty() {
            self.counted = number..number;
        }
        if number == self.counted.end && self.nodes.len() as i64 == number - self.counted.start && number < i64::MAX {
            self.counted.end += 1;
            return self.next();
        }
        /// A table of so many numbers costs nothing.
        const SMALL: usize = 1 << 16;
        if let Ok(index) = usize::try_from(number)
            && index < SMALL.max(self.nodes.len().saturating_mul(8))
        {
            if index >= self.near.len() {
                let wanted = (index + 1).next_power_of_two();
                self.near.resize(wanted, NOBODY);
            }
            let early = if self.far.is_empty() { None } else { self.far.get(&number).copied() };
            self.near[index] = early.unwrap_or_else(|| self.next());
            return self.near[index];
        }
        if let Some(slot) = self.far.get(&number) {
            return *slot;
        }
        let slot = self.next();
        self.far.insert(number, slot);
        slot
    }

    /// The slot of a text; of one that is a whole number as it is written, that number's.
    pub(super) fn text(&mut self, text: &str) -> u32 {
        if let Some(number) = whole(text.as_bytes()) {
            return self.number(number);
        }
        if let Some(slot) = self.texts.get(text) {
            return *slot;
        }
        let slot = self.next();
        self.texts.insert(text.into(), slot);
        slot
    }

    fn next(&mut self) -> u32 {
        self.nodes.push(NOBODY);
        self.base.wrapping_add(self.nodes.len() as u32 - 1)
    }

    /// The slot's place among all of the space.
    pub(super) fn place(&self, slot: u32) -> usize {
        slot.wrapping_sub(self.base) as usize
    }

    /// The node that took the slot, or [`NOBODY`].
    pub(super) fn node(&self, slot: u32) -> u32 {
        self.nodes.get(self.place(slot)).copied().unwrap_or(NOBODY)
    }

    /// Whether every slot is its node's number.
    pub(super) fn are_nodes(&self) -> bool {
        self.nodes.iter().enumerate().all(|(place, node)| *node != NOBODY && self.place(*node) == place)
    }

    /// A node takes its slot.
    pub(super) fn take(&mut self, slot: u32, node: u32) {
        let place = self.place(slot);
        if let Some(taken) = self.nodes.get_mut(place) {
            *taken = node;
        }
    }

    /// Gives the nodes of all slots that are taken other numbers.
    pub(super) fn renumber(&mut self, number: impl Fn(u32) -> u32) {
        self.nodes.iter_mut().filter(|node| **node != NOBODY).for_each(|node| *node = number(*node));
    }

    /// Whether any slot is taken.
    pub(super) fn has_nodes(&self) -> bool {
        self.nodes.iter().any(|node| *node != NOBODY)
    }

    /// Whether any slot is free.
    pub(super) fn lacks_nodes(&self) -> bool {
        self.nodes.contains(&NOBODY)
    }

    /// What the slot is for, as text; slow, for messages.
    pub(super) fn name(&self, slot: u32) -> String {
        let counted = self.counted.clone().nth(self.place(slot)).map(|number| number.to_string());
        let near = || self.near.iter().position(|known| *known == slot).map(|number| number.to_string());
        let far = || self.far.iter().find(|(_, known)| **known == slot).map(|(number, _)| number.to_string());
        let text = || self.texts.iter().find(|(_, known)| **known == slot).map(|(text, _)| text.to_string());
        counted.or_else(near).or_else(far).or_else(text).unwrap_or_default()
    }

    /// What all slots are for, by place.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = vec![String::new(); self.nodes.len()];
        names.iter_mut().zip(self.counted.clone()).for_each(|(name, number)| *name = number.to_string());
        let near = self.near.iter().enumerate().filter(|(_, slot)| **slot != NOBODY);
        near.for_each(|(number, slot)| names[self.place(*slot)] = number.to_string());
        self.far.iter().for_each(|(number, slot)| names[self.place(*slot)] = number.to_string());
        self.texts.iter().for_each(|(text, slot)| names[self.place(*slot)] = text.to_string());
        names
    }
}

/// The whole number that the bytes write as `to_string` would: no sign but `-`, no zeros in front.
pub(super) fn whole(bytes: &[u8]) -> Option<i64> {
    let (negative, digits) = match bytes {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 19 || (digits[0] == b'0' && (digits.len() > 1 || negative)) {
        return None;
    }
    let mut number = 0u64;
    for digit in digits {
        let value = digit.wrapping_sub(b'0');
        if value > 9 {
            return None;
        }
        number = number * 10 + u64::from(value);
    }
    if negative { 0i64.checked_sub_unsigned(number) } else { i64::try_from(number).ok() }
}

/// Numbers of so many digits fit into a word as they are written.
pub(super) const LONGEST: usize = 8;

/// The whole number that stands at a place in a text, as [`whole`] reads it; quicker for the short ones that most ids are.
#[inline]
pub(super) fn whole_at(text: &[u8], start: usize, length: usize) -> Option<i64> {
    let short = (1..=LONGEST).contains(&length);
    let word = text.get(start..).and_then(|rest| rest.first_chunk()).filter(|_| short);
    let Some(word) = word else { return whole(text.get(start..start.checked_add(length)?)?) };
    let digits = digits(*word, length);
    if others(digits) != 0 {
        return whole(text.get(start..start + length)?);
    }
    if word[0] == b'0' && length > 1 { None } else { Some(sum(digits)) }
}

/// The whole number that the word begins with, as [`whole`] reads it, and how many digits it has; more digits may follow a word
/// of nothing else.
#[inline]
pub(super) fn leading(word: [u8; LONGEST]) -> Option<(i64, usize)> {
    let length = others(digits(word, LONGEST)).trailing_zeros() as usize / 8;
    let right = length > 0 && (word[0] != b'0' || length == 1);
    right.then(|| (sum(digits(word, length)), length))
}

/// The first bytes of a word, moved up to its end with zeros in front; what was a digit is its value.
fn digits(word: [u8; LONGEST], length: usize) -> u64 {
    (u64::from_le_bytes(word) ^ 0x3030_3030_3030_3030) << (64 - 8 * length)
}

/// The high bit of each byte that is no digit's value.
fn others(digits: u64) -> u64 {
    (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
}

/// The number that eight digits write, all of them at once.
fn sum(digits: u64) -> i64 {
    let pairs = digits.wrapping_mul(1 + (10 << 8)) >> 8 & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(1 + (100 << 16)) >> 16 & 0x0000_FFFF_0000_FFFF;
    (fours.wrapping_mul(1 + (10_000 << 32)) >> 32) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_read_as_long_ones_are() {
        let line =
            "0,1,-1,12,007,-0,+1,1.0,12345678,123456789,99999999,00000000,1 ,x,9223372036854775808,,:,/,\u{ff},76543,5";
        let mut start = 0;
        for field in line.split(',') {
            assert_eq!(whole_at(line.as_bytes(), start, field.len()), whole(field.as_bytes()), "{field}");
            start += field.len() + 1;
        }
        assert_eq!(whole_at(b"12", 1, 2), None);
    }

    #[test]
    fn whole_numbers_are_those_that_print_as_they_were() {
        for text in ["0", "1", "-1", "9223372036854775807", "-9223372036854775808", "120"] {
            assert_eq!(whole(text.as_bytes()).map(|number| number.to_string()).as_deref(), Some(text));
        }
        for text in ["", "-", "007", "-0", "+1", "1.0", "9223372036854775808", "99999999999999999999", "1 "] {
            assert_eq!(whole(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn numbers_that_are_counted_up_are_found_among_others() {
        let mut ids = Ids::default();
        for number in [5, 6, 7, 100, 8, 4, -1, 9, 5, 8] {
            ids.number(number);
        }
        assert_eq!(ids.counted, 5..8);
        assert_eq!([5, 6, 7, 100, 8, 4, -1, 9].map(|number| ids.number(number)), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(ids.names(), ["5", "6", "7", "100", "8", "4", "-1", "9"]);
        assert_eq!(ids.name(2), "7");
        assert_eq!(ids.name(4), "8");
        let mut ids = Ids::default();
        assert_eq!((ids.text("x"), ids.number(i64::MAX), ids.number(0), ids.number(i64::MIN)), (0, 1, 2, 3));
        assert_eq!((ids.number(i64::MIN), ids.number(i64::MAX), ids.names().len()), (3, 1, 4));
        let mut ids = Ids::default();
        assert_eq!((ids.number(i64::MAX - 1), ids.number(i64::MAX), ids.number(i64::MIN)), (0, 1, 2));
        assert_eq!((ids.number(i64::MAX), ids.number(i64::MAX - 1)), (1, 0));
    }

    #[test]
    fn slots_are_nodes_where_nodes_come_one_by_one() {
        let mut ids = Ids::default();
        ids.begin_with(7);
        for (node, number) in (7..).zip([0, 10, -3]) {
            let slot = ids.number(number);
            assert_eq!((slot, ids.node(slot), ids.are_nodes()), (node, NOBODY, false));
            ids.take(slot, node);
            assert!(ids.are_nodes());
            ids.begin_with(0);
        }
        assert_eq!(
            (ids.names().as_slice(), ids.name(8)),
            (["0", "10", "-3"].map(str::to_owned).as_slice(), "10".into())
        );
        assert_eq!((ids.node(6), ids.node(10)), (NOBODY, NOBODY));
        ids.take(8, 9);
        assert!(!ids.are_nodes());
    }

    #[test]
    fn a_value_keeps_its_slot_however_the_tables_grow() {
        let mut ids = Ids::default();
        let numbers = [70_000, -5, 1 << 40, 3].map(|number| (number, ids.number(number)));
        for number in 0..20_000 {
            ids.number(number);
        }
        for (number, slot) in numbers {
            assert_eq!(ids.number(number), slot);
            assert_eq!(ids.text(&number.to_string()), slot);
            assert_eq!(ids.name(slot), number.to_string());
        }
        assert_ne!(ids.text("03"), ids.text("3"));
    }
}
