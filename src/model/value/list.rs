//! Lists: elements that stay as they are.
//!
//! A long list takes a while to let go of, and whoever held it last need not wait for that: another thread does it. A list that
//! is known to borrow nothing of the graph goes there as it is, any other one after a look at each of its elements.

use std::fmt;
use std::ops::{Deref, Range};

use super::Value;
use crate::model::garbage;

/// The elements of a list.
#[derive(Clone)]
pub struct List<'g>(Items<'g>);

#[derive(Clone)]
enum Items<'g> {
    /// They borrow nothing.
    Free(Free),
    Any(Any<'g>),
}

/// Elements that borrow nothing.
#[derive(Clone)]
pub(crate) struct Free(pub(crate) Vec<Value<'static>>);

#[derive(Clone)]
struct Any<'g>(Box<[Value<'g>]>);

/// So many elements are copied between two questions whether to go on.
const PIECE: usize = 1 << 15;

impl<'g> List<'g> {
    /// Whether copying or making it should be done in pieces.
    pub(crate) fn is_long(len: usize) -> bool {
        len > PIECE
    }

    /// The elements.
    pub fn into_vec(mut self) -> Vec<Value<'g>> {
        match &mut self.0 {
            Items::Free(items) => std::mem::take(&mut items.0),
            Items::Any(items) => std::mem::take(&mut items.0).into_vec(),
        }
    }

    /// The list for as long as anybody likes, if it borrows nothing.
    pub(crate) fn unbound(self) -> Option<List<'static>> {
        match self.0 {
            Items::Free(items) => Some(items.into()),
            Items::Any(_) => None,
        }
    }

    /// These parts of lists, one behind the other. `check` is asked whether to go on, as often as there are many.
    pub(crate) fn joined<E>(parts: &[(&List<'g>, Range<usize>)], check: &dyn Fn() -> Result<(), E>) -> Result<Self, E> {
        let mut made = Made::new(parts);
        for (list, range) in parts {
            for start in range.clone().step_by(PIECE) {
                check()?;
                made.add(list, start..range.end.min(start + PIECE), false);
            }
        }
        Ok(made.finish())
    }

    /// The elements from the last to the first. `check` is asked whether to go on, as often as there are many.
    pub(crate) fn reversed<E>(&self, check: &dyn Fn() -> Result<(), E>) -> Result<Self, E> {
        let mut made = Made::new(&[(self, 0..self.len())]);
        for end in (0..self.len()).step_by(PIECE).map(|behind| self.len() - behind) {
            check()?;
            made.add(self, end.saturating_sub(PIECE)..end, true);
        }
        Ok(made.finish())
    }
}

/// A list that is being made of parts of others.
enum Made<'g> {
    Free(Free),
    Any(Vec<Value<'g>>),
}

impl<'g> Made<'g> {
    fn new(parts: &[(&List<'g>, Range<usize>)]) -> Self {
        let len = parts.iter().map(|(_, range)| range.len()).sum();
        if parts.iter().all(|(list, _)| matches!(list.0, Items::Free(_))) {
            Made::Free(Free(Vec::with_capacity(len)))
        } else {
            Made::Any(Vec::with_capacity(len))
        }
    }

    fn add(&mut self, list: &List<'g>, range: Range<usize>, reversed: bool) {
        match (self, &list.0) {
            (Made::Free(made), Items::Free(items)) => add(&mut made.0, items.0.get(range), reversed),
            // It is free only if all of its parts are.
            (Made::Free(_), Items::Any(_)) => {}
            (Made::Any(made), _) => add(made, list.get(range), reversed),
        }
    }

    fn finish(self) -> List<'g> {
        match self {
            Made::Free(items) => items.into(),
            Made::Any(items) => items.into(),
        }
    }
}

fn add<'v>(made: &mut Vec<Value<'v>>, items: Option<&[Value<'v>]>, reversed: bool) {
    let items = items.unwrap_or_default();
    if reversed { made.extend(items.iter().rev().cloned()) } else { made.extend_from_slice(items) }
}

impl<'g> From<Vec<Value<'g>>> for List<'g> {
    fn from(items: Vec<Value<'g>>) -> Self {
        List(Items::Any(Any(items.into_boxed_slice())))
    }
}

impl From<Free> for List<'_> {
    fn from(items: Free) -> Self {
        List(Items::Free(items))
    }
}

impl<'g> Deref for List<'g> {
    type Target = [Value<'g>];

    fn deref(&self) -> &[Value<'g>] {
        match &self.0 {
            Items::Free(items) => &items.0,
            Items::Any(items) => &items.0,
        }
    }
}

impl PartialEq for List<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl Drop for Free {
    fn drop(&mut self) {
        garbage::plain(std::mem::take(&mut self.0));
    }
}

impl Drop for Any<'_> {
    fn drop(&mut self) {
        garbage::values(std::mem::take(&mut self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_lists_of_both_kinds() {
        let numbers = |range: Range<i64>| range.map(Value::Int).collect::<Vec<Value<'static>>>();
        let len = 2 * PIECE as i64 + 7;
        let (free, any) = (List::from(Free(numbers(0..len))), List::from(numbers(0..len)));
        let check = || Ok::<(), ()>(());
        for list in [&free, &any] {
            assert_eq!(list.reversed(&check), Ok(numbers(0..len).into_iter().rev().collect::<Vec<_>>().into()));
            for other in [&free, &any] {
                let parts = [(list, 5..list.len()), (other, 0..0), (other, 3..4)];
                let expected: Vec<Value<'_>> = numbers(5..len).into_iter().chain(numbers(3..4)).collect();
                let joined = List::joined(&parts, &check).expect("nothing ends it");
                assert_eq!(joined.into_vec(), expected);
            }
        }
        assert!(matches!(List::joined(&[(&free, 1..2)], &check), Ok(List(Items::Free(_)))));
        assert_eq!(free.reversed(&|| Err("ended")), Err("ended"));
    }
}
