//! Functions of lists.

use std::convert::Infallible;
use std::sync::Arc;

use super::{Result, integer, unfit};
use crate::exec::bound::MOST_ITEMS;
use crate::model::function::Function;
use crate::model::{Class, Detail, Diagnostic, Value};

pub(super) fn call<'g>(function: Function, arguments: &[Value<'g>]) -> Result<Value<'g>> {
    use Function::*;
    if function == Range {
        return range(arguments);
    }
    let Some(subject) = arguments.first() else { return Ok(Value::Null) };
    Ok(match (function, subject) {
        (Head, Value::List(items)) => items.first().cloned().unwrap_or_default(),
        (Last, Value::List(items)) => items.last().cloned().unwrap_or_default(),
        (Tail, Value::List(items)) => Value::list(items.iter().skip(1).cloned().collect()),
        (Reverse, Value::List(items)) => {
            let Ok::<_, Infallible>(reversed) = items.reversed(&|| Ok(()));
            Value::List(Arc::new(reversed))
        }
        (Reverse, Value::String(s)) => Value::string(s.as_str().chars().rev().collect::<String>()),
        (Size, Value::List(items)) => Value::Int(items.len() as i64),
        (Size, Value::Map(map)) => Value::Int(map.len() as i64),
        (Size, Value::String(s)) => Value::Int(s.as_str().chars().count() as i64),
        (IsEmpty, Value::List(items)) => Value::Bool(items.is_empty()),
        (IsEmpty, Value::Map(map)) => Value::Bool(map.is_empty()),
        (IsEmpty, Value::String(s)) => Value::Bool(s.as_str().is_empty()),
        (_, other) => return Err(unfit(function, other)),
    })
}

/// The numbers of `range(first, last, step)`, both ends included, that are left.
#[derive(Clone, Copy, Debug)]
pub(in crate::exec) struct Range {
    next: i64,
    step: i64,
    left: u128,
}

impl Range {
    /// From the function's arguments.
    pub(in crate::exec) fn new(arguments: &[Value<'_>]) -> Result<Range> {
        let first = integer(Function::Range, arguments.first())?;
        let last = integer(Function::Range, arguments.get(1))?;
        let step = if arguments.len() > 2 { integer(Function::Range, arguments.get(2))? } else { 1 };
        if step == 0 {
            return Err(Diagnostic::argument(Detail::NumberOutOfRange, "the step of a range cannot be 0"));
        }
        let apart = if step > 0 { i128::from(last) - i128::from(first) } else { i128::from(first) - i128::from(last) };
        if apart < 0 {
            return Ok(Range { next: first, step, left: 0 });
        }
        let left = apart.unsigned_abs() / u128::from(step.unsigned_abs()) + 1;
        Ok(Range { next: first, step, left })
    }

    /// How many are left.
    pub(in crate::exec) fn len(&self) -> u128 {
        self.left
    }

    /// The number that has this place among those that are left.
    pub(in crate::exec) fn at(&self, place: usize) -> i64 {
        self.next.wrapping_add((place as i64).wrapping_mul(self.step))
    }

    /// Refuses more numbers than a list may have.
    pub(in crate::exec) fn bounded(self) -> Result<Range> {
        if self.left <= u128::from(MOST_ITEMS) {
            return Ok(self);
        }
        let count = self.left;
        Err(Diagnostic::new(
            Class::LimitExceeded,
            Detail::NumberOutOfRange,
            format!("a range of {count} integers is longer than a list may be ({MOST_ITEMS})"),
        ))
    }

    /// The next few.
    pub(in crate::exec) fn take(&mut self, most: usize) -> impl Iterator<Item = i64> + use<> {
        let count = self.left.min(most as u128) as i64;
        let (first, step) = (self.next, self.step);
        self.left -= count as u128;
        self.next = first.wrapping_add(count.wrapping_mul(step));
        (0..count).map(move |i| first.wrapping_add(i.wrapping_mul(step)))
    }
}

/// `range(first, last, step)`: both ends included.
fn range<'g>(arguments: &[Value<'g>]) -> Result<Value<'g>> {
    let mut range = Range::new(arguments)?.bounded()?;
    Ok(Value::list(range.take(range.len() as usize).map(Value::Int).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::value::Free;

    #[test]
    fn what_borrows_nothing_borrows_nothing_the_other_way_round() {
        let items = || vec![Value::Int(1), Value::Int(2)];
        for (list, is_free) in [(Free(items()).into(), true), (items().into(), false)] {
            let reversed = call(Function::Reverse, &[Value::List(Arc::new(list))]).expect("a list");
            assert_eq!(reversed, Value::list(vec![Value::Int(2), Value::Int(1)]));
            let Value::List(reversed) = reversed else { return };
            assert_eq!(Arc::into_inner(reversed).and_then(|list| list.unbound()).is_some(), is_free);
        }
    }
}
