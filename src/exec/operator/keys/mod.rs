//! Keys: the distinct combinations of equivalent values in columns, numbered from 0 in the order in which they first came.
//!
//! In: columns, batch by batch. Out: the number of each row's key. Grouping, `DISTINCT` and distinct aggregations all ask for
//! no more. As long as every column has one plain kind of values, their bits or bytes are kept and nothing else; when another kind
//! comes, the values themselves are, from then on. Either way there is a vector a column and a [`Table`] of numbers: no allocation for
//! a key, no table that grows in one go, and little to do to let go of millions.

mod plain;
mod table;

use std::hash::{Hash, Hasher};
use std::ops::Range;

use rustc_hash::FxHasher;

use super::{Context, Result};
use crate::exec::batch::{ROWS, bytes};
use crate::model::garbage;
use crate::model::value::Key;
use crate::model::{Column, Value};
use plain::{Given, Plain};
use table::Table;

pub(super) struct Keys<'g> {
    table: Table,
    kept: Kept<'g>,
    /// The keys of only one plain column that are small numbers, as years, counts and truth values are, have a place each.
    small: Vec<u32>,
    len: u32,
    /// Bytes of values beside the vectors.
    values: u64,
}

/// What the keys are, a vector for each column.
enum Kept<'g> {
    Plain(Vec<Plain<'g>>),
    Any(Vec<Vec<Key<'g>>>),
}

/// Numbers below this are small.
const SMALL: u64 = 4096;

/// No key has this number.
const NONE: u32 = u32::MAX;

impl<'g> Keys<'g> {
    pub(super) fn new() -> Self {
        Keys { table: Table::new(), kept: Kept::Plain(Vec::new()), small: Vec::new(), len: 0, values: 0 }
    }

    /// How many there are.
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// How many bytes they take.
    pub(super) fn size(&self) -> u64 {
        let kept = match &self.kept {
            Kept::Plain(columns) => columns.iter().map(Plain::size).sum(),
            Kept::Any(columns) => columns.len() * self.len as usize * size_of::<Key<'g>>(),
        };
        self.table.size() + kept as u64 + self.values
    }

    /// The number of the key in each of `len` rows; of a new one, the next.
    pub(super) fn numbers(&mut self, columns: &[Column<'g>], len: usize, ctx: &Context<'g>) -> Result<Vec<u32>> {
        let plain: Option<Vec<Given<'_, 'g>>> = columns.iter().map(Given::of).collect();
        if let (Kept::Plain(kept), Some(plain)) = (&mut self.kept, plain) {
            if self.len == 0 {
                *kept = plain.iter().map(Plain::new).collect();
            }
            if kept.len() == plain.len() && kept.iter().zip(&plain).all(|(kept, given)| kept.takes(given)) {
                return Ok(self.of_plain(&plain, len));
            }
        }
        self.keep_values(columns.len(), ctx)?;
        Ok(self.by_values(columns, len))
    }

    fn of_plain(&mut self, given: &[Given<'_, 'g>], len: usize) -> Vec<u32> {
        let Kept::Plain(kept) = &mut self.kept else { return Vec::new() };
        let mut numbers = Vec::with_capacity(len);
        if let ([Plain::Bits(_, kept)], [Given::Bits(_, bits)]) = (kept.as_mut_slice(), given) {
            for bits in bits {
                if let Some(number) = self.small.get(*bits as usize).filter(|number| **number != NONE) {
                    numbers.push(*number);
                    continue;
                }
                let same = |number: u32| kept[number as usize] == *bits;
                let number = self.table.number(mix(0, *bits), self.len, same);
                if number == self.len {
                    self.len += 1;
                    kept.push(*bits);
                    if *bits < SMALL {
                        self.small.resize(SMALL as usize, NONE);
                        self.small[*bits as usize] = number;
                    }
                }
                numbers.push(number);
            }
            return numbers;
        }
        let mut hashes = vec![0; len];
        given.iter().for_each(|given| given.hash(&mut hashes));
        for (row, hash) in hashes.into_iter().enumerate() {
            let same = |number: u32| kept.iter().zip(given).all(|(kept, given)| kept.is(number as usize, given, row));
            let number = self.table.number(hash, self.len, same);
            if number == self.len {
                self.len += 1;
                kept.iter_mut().zip(given).for_each(|(kept, given)| kept.push(given, row));
            }
            numbers.push(number);
        }
        numbers
    }

    fn by_values(&mut self, columns: &[Column<'g>], len: usize) -> Vec<u32> {
        let Kept::Any(kept) = &mut self.kept else { return Vec::new() };
        let mut numbers = Vec::with_capacity(len);
        let mut keys: Vec<Key<'g>> = Vec::with_capacity(columns.len());
        for row in 0..len {
            keys.clear();
            keys.extend(columns.iter().map(|column| Key(column.value(row))));
            let same = |number: u32| kept.iter().zip(&keys).all(|(kept, key)| kept[number as usize] == *key);
            let number = self.table.number(hash(&keys), self.len, same);
            if number == self.len {
                self.len += 1;
                for (kept, key) in kept.iter_mut().zip(keys.drain(..)) {
                    self.values += bytes(&key.0) - size_of::<Value<'g>>() as u64;
                    kept.push(key);
                }
            }
            numbers.push(number);
        }
        numbers
    }

    /// From now on the values themselves are kept.
    fn keep_values(&mut self, columns: usize, ctx: &Context<'g>) -> Result<()> {
        let Kept::Plain(plain) = &self.kept else { return Ok(()) };
        let mut table = Table::new();
        let mut kept: Vec<Vec<Key<'g>>> = vec![Vec::new(); columns];
        for number in 0..self.len {
            if (number as usize).is_multiple_of(ROWS) {
                ctx.check()?;
            }
            let keys: Vec<Key<'g>> = plain.iter().map(|column| Key(column.value(number as usize))).collect();
            table.number(hash(&keys), number, |_| false);
            kept.iter_mut().zip(keys).for_each(|(kept, key)| kept.push(key));
        }
        let kept = std::mem::replace(&mut self.kept, Kept::Any(kept));
        (self.table, self.small) = (table, Vec::new());
        let_go(kept);
        Ok(())
    }

    /// The values in a column of the keys with these numbers.
    pub(super) fn column(&self, column: usize, numbers: Range<usize>) -> Column<'g> {
        match &self.kept {
            Kept::Plain(columns) => columns.get(column).map_or(Column::Absent, |column| column.column(numbers)),
            Kept::Any(columns) => columns.get(column).map_or(Column::Absent, |keys| {
                Column::from_values(keys[numbers].iter().map(|key| key.0.clone()).collect())
            }),
        }
    }

    /// How many columns there are.
    pub(super) fn width(&self) -> usize {
        match &self.kept {
            Kept::Plain(columns) => columns.len(),
            Kept::Any(columns) => columns.len(),
        }
    }
}

impl Drop for Keys<'_> {
    fn drop(&mut self) {
        let_go(std::mem::replace(&mut self.kept, Kept::Plain(Vec::new())));
    }
}

fn let_go(kept: Kept<'_>) {
    match kept {
        Kept::Plain(columns) => columns.into_iter().for_each(Plain::let_go),
        Kept::Any(columns) => columns.into_iter().for_each(garbage::keys),
    }
}

/// A hash, and more to be hashed: both halves of a product, which every bit of both has to do with.
#[inline]
fn mix(hash: u64, bits: u64) -> u64 {
    let product = u128::from(hash ^ bits ^ 0x9E37_79B9_7F4A_7C15) * u128::from(0xD1B5_4A32_D192_ED03_u64);
    (product >> 64) as u64 ^ product as u64
}

fn hash(keys: &[Key<'_>]) -> u64 {
    let mut hasher = FxHasher::default();
    keys.iter().for_each(|key| key.hash(&mut hasher));
    mix(0, hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::super::testing::context;
    use super::*;
    use crate::model::NodeId;

    #[test]
    fn equivalent_values_have_one_number() {
        let ctx = context();
        let int = |values: &[i64]| Column::Int(values.to_vec());
        let float = |values: &[f64]| Column::Float(values.to_vec());
        let text =
            |values: &[&'static str]| Column::from_values(values.iter().map(|text| Value::string(*text)).collect());
        let node = |values: &[u32]| Column::Node(values.iter().map(|node| NodeId(*node)).collect());
        let nulls = || Column::Value(vec![Value::Null, Value::Int(7)]);
        let nan = f64::NAN;
        type Batches = Vec<(Vec<Column<'static>>, Vec<u32>)>;
        let cases: Vec<Batches> = vec![
            vec![(vec![int(&[5, 7, 5])], vec![0, 1, 0]), (vec![int(&[-1, 7, 9000])], vec![2, 1, 3])],
            // Integers, and then floats that equal some, and what is none.
            vec![
                (vec![int(&[5, 7])], vec![0, 1]),
                (vec![float(&[7.0, 7.5, nan, nan])], vec![1, 2, 3, 3]),
                (vec![nulls()], vec![4, 1]),
                (vec![int(&[7, 8])], vec![1, 5]),
            ],
            vec![(vec![int(&[1])], vec![0]), (vec![node(&[1])], vec![1]), (vec![node(&[1])], vec![1])],
            vec![
                (vec![int(&[1, 2, 1]), node(&[2, 1, 2])], vec![0, 1, 0]),
                (vec![int(&[1, 1]), node(&[1, 2])], vec![2, 0]),
                (vec![text(&["a", "a"]), node(&[1, 1])], vec![3, 3]),
                (vec![int(&[2]), node(&[1])], vec![1]),
            ],
            vec![
                (vec![text(&["a", "", "ab"]), text(&["bc", "", "c"])], vec![0, 1, 2]),
                (vec![text(&["ab", "a"]), text(&["c", "bc"])], vec![2, 0]),
                (vec![nulls(), text(&["", ""])], vec![3, 4]),
                (vec![text(&["", "a"]), text(&["", "bc"])], vec![1, 0]),
            ],
        ];
        for (case, batches) in cases.into_iter().enumerate() {
            let mut keys = Keys::new();
            let mut first: Vec<Vec<Value<'_>>> = Vec::new();
            for (columns, expected) in batches {
                let numbers = keys.numbers(&columns, columns[0].len(), &ctx).expect("nothing ends it");
                assert_eq!(numbers, expected, "{case}");
                for (row, number) in numbers.into_iter().enumerate() {
                    if number as usize == first.len() {
                        first.push(columns.iter().map(|column| column.value(row)).collect());
                    }
                }
            }
            assert_eq!(keys.len() as usize, first.len());
            for at in 0..keys.width() {
                let column = keys.column(at, 0..first.len());
                let same = |(row, values): (usize, &Vec<Value<'_>>)| Key(column.value(row)) == Key(values[at].clone());
                assert!(first.iter().enumerate().all(same), "{case}");
            }
        }
    }

    #[test]
    fn many_of_each_kind() {
        let ctx = context();
        for offset in [0, 1 << 40] {
            let mut keys = Keys::new();
            for round in 0..2 {
                for start in (0..200_000).step_by(ROWS) {
                    let column = Column::Int((start..start + ROWS as i64).map(|key| key + offset).collect());
                    let numbers = keys.numbers(&[column], ROWS, &ctx).expect("nothing ends it");
                    assert!(numbers.into_iter().eq(start as u32..start as u32 + ROWS as u32), "{round}");
                }
            }
            assert!(keys.size() < 40 * u64::from(keys.len()), "{}", keys.size());
        }
    }
}
