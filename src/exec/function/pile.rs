//! Values that an aggregation keeps, all of them: in pieces, so that it takes no long step to add, to order or to let go of
//! millions, and each piece as a typed column, where its values are of one kind.

use std::cmp::Ordering;

use crate::exec::batch::ROWS;
use crate::model::garbage;
use crate::model::value::{Free, List};
use crate::model::{Column, Diagnostic, Value};

type Result<T> = std::result::Result<T, Diagnostic>;

/// So many values a piece has, and so many are looked at between two looks at the limits.
const PIECE: usize = 2 * ROWS;

/// Values in the order in which they came.
#[derive(Default)]
pub(in crate::exec) struct Pile<'g> {
    pieces: Vec<Column<'g>>,
    /// Those behind the pieces.
    last: Vec<Value<'g>>,
    /// How many the pieces have.
    len: usize,
}

impl<'g> Pile<'g> {
    pub(in crate::exec) fn len(&self) -> usize {
        self.len + self.last.len()
    }

    pub(in crate::exec) fn push(&mut self, value: Value<'g>) {
        self.last.push(value);
        if self.last.len() == PIECE {
            self.end_piece();
        }
    }

    fn end_piece(&mut self) {
        if !self.last.is_empty() {
            self.len += self.last.len();
            self.pieces.push(Column::from_values(std::mem::take(&mut self.last)));
        }
    }

    /// Puts the values of a column behind these.
    pub(in crate::exec) fn extend(&mut self, column: Column<'g>) {
        if column.len() < PIECE / 2 {
            (0..column.len()).for_each(|row| self.push(column.value(row)));
            return;
        }
        self.end_piece();
        self.len += column.len();
        self.pieces.push(column);
    }

    /// Puts later values behind these.
    pub(super) fn append(&mut self, mut later: Pile<'g>) {
        if later.pieces.is_empty() {
            std::mem::take(&mut later.last).into_iter().for_each(|value| self.push(value));
            return;
        }
        self.end_piece();
        self.len += later.len;
        self.pieces.append(&mut later.pieces);
        self.last = std::mem::take(&mut later.last);
    }

    /// All of them as a list.
    pub(in crate::exec) fn into_list(mut self, check: &dyn Fn() -> Result<()>) -> Result<Value<'g>> {
        if self.pieces.is_empty() {
            return Ok(Value::list(std::mem::take(&mut self.last)));
        }
        self.end_piece();
        let (len, pieces) = (self.len, std::mem::take(&mut self.pieces));
        if pieces.iter().all(is_unbound) {
            let mut values = Free(Vec::with_capacity(len));
            for piece in &pieces {
                check()?;
                add_unbound(piece, &mut values.0);
            }
            garbage::columns(pieces);
            return Ok(List::from(values).into());
        }
        let mut values = Vec::with_capacity(len);
        for piece in pieces {
            if let Err(error) = check() {
                garbage::values(values.into_boxed_slice());
                return Err(error);
            }
            let len = piece.len();
            values.extend(piece.into_values(len));
        }
        Ok(Value::list(values))
    }

    /// Calls `each` with every value.
    fn each(&self, check: &dyn Fn() -> Result<()>, mut each: impl FnMut(Value<'g>)) -> Result<()> {
        for piece in &self.pieces {
            check()?;
            (0..piece.len()).for_each(|row| each(piece.value(row)));
        }
        self.last.iter().cloned().for_each(each);
        Ok(())
    }

    /// The value that has this place when all are ordered; null behind the last.
    pub(super) fn in_order(&self, place: usize, check: &dyn Fn() -> Result<()>) -> Result<Value<'g>> {
        if place >= self.len() {
            return Ok(Value::Null);
        }
        if self.len() <= PIECE {
            let mut values = Vec::with_capacity(self.len());
            self.each(check, |value| values.push(value))?;
            return Ok(std::mem::take(values.select_nth_unstable_by(place, Value::order).1));
        }
        // Those before and those behind one of them: one side has the place, if that one has not.
        let middle = self.middle();
        let (mut before, mut equal, mut behind) = (Pile::default(), 0, Pile::default());
        self.each(check, |value| match value.order(&middle) {
            Ordering::Less => before.push(value),
            Ordering::Equal => equal += 1,
            Ordering::Greater => behind.push(value),
        })?;
        match place.checked_sub(before.len()) {
            None => before.in_order(place, check),
            Some(place) if place < equal => Ok(middle),
            Some(place) => behind.in_order(place - equal, check),
        }
    }

    /// One that is likely to have about as many before it as behind it.
    fn middle(&self) -> Value<'g> {
        const LOOKED_AT: usize = 65;
        let piece = |at: usize| self.pieces.get(at).filter(|piece| !piece.is_empty());
        let some = |number: usize| {
            let piece = piece(number * self.pieces.len() / LOOKED_AT)?;
            Some(piece.value(number * 7919 % piece.len()))
        };
        let mut some: Vec<Value<'g>> = (0..LOOKED_AT).filter_map(some).chain(self.last.first().cloned()).collect();
        some.sort_by(Value::order);
        some.get(some.len() / 2).cloned().unwrap_or_default()
    }
}

/// Whether the column's values can borrow nothing.
fn is_unbound(column: &Column<'_>) -> bool {
    use Column::{Bool, Edge, Float, Int, Node};
    matches!(column, Bool(_) | Int(_) | Float(_) | Node(_) | Edge(_))
}

/// Adds the values of a column that can borrow nothing.
fn add_unbound(column: &Column<'_>, values: &mut Vec<Value<'static>>) {
    match column {
        Column::Bool(column) => values.extend(column.iter().copied().map(Value::Bool)),
        Column::Int(column) => values.extend(column.iter().copied().map(Value::Int)),
        Column::Float(column) => values.extend(column.iter().copied().map(Value::Float)),
        Column::Node(column) => values.extend(column.iter().copied().map(Value::Node)),
        Column::Edge(column) => values.extend(column.iter().copied().map(Value::Edge)),
        Column::Absent | Column::String(_) | Column::Text(..) | Column::Value(_) => {}
    }
}

impl Drop for Pile<'_> {
    fn drop(&mut self) {
        if !self.pieces.is_empty() {
            garbage::columns(std::mem::take(&mut self.pieces));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pile(values: impl IntoIterator<Item = Value<'static>>) -> Pile<'static> {
        let mut pile = Pile::default();
        values.into_iter().for_each(|value| pile.push(value));
        pile
    }

    #[test]
    fn values_stay_in_order_and_places_are_those_of_a_sort() {
        let value = |at: usize| match at * 7919 % 1009 {
            0 => Value::Float(0.5),
            other => Value::Int(other as i64),
        };
        for (first, second) in [(0, 0), (1, 2), (PIECE - 1, 1), (PIECE, PIECE), (3 * PIECE + 7, 5), (2, 5 * PIECE + 1)]
        {
            let mut all = pile((0..first).map(value));
            all.append(pile((first..first + second).map(value)));
            let expected: Vec<Value<'_>> = (0..first + second).map(value).collect();
            assert_eq!(all.len(), expected.len());
            let mut sorted = expected.clone();
            sorted.sort_by(Value::order);
            for place in [0, first / 2, first, first + second] {
                let found = all.in_order(place, &|| Ok(())).expect("nothing ends it");
                assert_eq!(found, sorted.get(place).cloned().unwrap_or_default(), "{first} {second} {place}");
            }
            let list = all.into_list(&|| Ok(())).expect("nothing ends it");
            assert_eq!(list, Value::list(expected), "{first} {second}");
        }
    }
}
