//! Kernels: operators over whole typed columns.

use std::cmp::Ordering;
use std::hash::Hash;

use rustc_hash::FxHashSet;

use super::{list, operator};
use crate::exec::bound::Made;
use crate::exec::context::Context;
use crate::model::value::Key;
use crate::model::{Column, Diagnostic, Value};
use crate::plan::expr::{BinaryOp, CompareOp};

/// A comparison in every row.
pub(super) fn compare<'g>(op: CompareOp, left: &Column<'g>, right: &Column<'g>, len: usize) -> Column<'g> {
    use CompareOp::*;
    let holds = |order: Ordering| holds(op, order);
    let equality = matches!(op, Equal | NotEqual);
    match (left, right) {
        (Column::Text(a, texts), Column::Text(b, of)) if texts == of => zip(a, b, |a, b| holds(a.cmp(b))),
        (Column::Int(a), Column::Int(b)) => zip(a, b, |a, b| holds(a.cmp(b))),
        (Column::String(a), Column::String(b)) => zip(a, b, |a, b| holds(a.as_str().cmp(b.as_str()))),
        (Column::Node(a), Column::Node(b)) if equality => zip(a, b, |a, b| (a == b) == (op == Equal)),
        (Column::Edge(a), Column::Edge(b)) if equality => zip(a, b, |a, b| (a == b) == (op == Equal)),
        (Column::Float(a), Column::Float(b)) if a.iter().chain(b).all(|x| !x.is_nan()) => {
            zip(a, b, |a, b| a.partial_cmp(b).is_some_and(holds))
        }
        (Column::Value(a), Column::Value(b)) => decided(op, a.iter().zip(b)),
        _ => {
            let value = |row| operator::compare_op(op, &left.value(row), &right.value(row));
            Column::from_values((0..len).map(value).collect())
        }
    }
}

/// A comparison of values, none of which is copied.
fn decided<'v, 'g: 'v>(
    op: CompareOp,
    pairs: impl Iterator<Item = (&'v Value<'g>, &'v Value<'g>)> + Clone,
) -> Column<'g> {
    let truths: Option<Vec<bool>> = pairs.clone().map(|(a, b)| operator::compared(op, a, b)).collect();
    match truths {
        Some(truths) => Column::Bool(truths),
        None => Column::Value(pairs.map(|(a, b)| operator::compare_op(op, a, b)).collect()),
    }
}

/// A comparison of every row with one value.
pub(super) fn compare_with<'g>(op: CompareOp, left: &Column<'g>, right: &Value<'g>, len: usize) -> Column<'g> {
    match (left, right) {
        (Column::Int(a), Value::Int(b)) => each(op, a, b),
        (Column::Text(numbers, texts), Value::String(text)) => match texts.texts().number(text.as_str()) {
            Ok(number) => each(op, numbers, &number),
            // Not there: what it would come before is greater, and nothing is equal.
            Err(next) => match op {
                CompareOp::Equal => Column::Bool(vec![false; len]),
                CompareOp::NotEqual => Column::Bool(vec![true; len]),
                CompareOp::Less | CompareOp::LessEqual => each(CompareOp::Less, numbers, &next),
                CompareOp::Greater | CompareOp::GreaterEqual => each(CompareOp::GreaterEqual, numbers, &next),
            },
        },
        (Column::Float(a), Value::Float(b)) if !b.is_nan() && a.iter().all(|x| !x.is_nan()) => each(op, a, b),
        (Column::Value(a), b) => decided(op, a.iter().map(|a| (a, b))),
        _ => {
            let value = |row| operator::compare_op(op, &left.value(row), right);
            Column::from_values((0..len).map(value).collect())
        }
    }
}

fn each<'g, T: PartialOrd>(op: CompareOp, values: &[T], with: &T) -> Column<'g> {
    Column::Bool(match op {
        CompareOp::Equal => values.iter().map(|value| value == with).collect(),
        CompareOp::NotEqual => values.iter().map(|value| value != with).collect(),
        CompareOp::Less => values.iter().map(|value| value < with).collect(),
        CompareOp::LessEqual => values.iter().map(|value| value <= with).collect(),
        CompareOp::Greater => values.iter().map(|value| value > with).collect(),
        CompareOp::GreaterEqual => values.iter().map(|value| value >= with).collect(),
    })
}

fn holds(op: CompareOp, order: Ordering) -> bool {
    match op {
        CompareOp::Equal => order.is_eq(),
        CompareOp::NotEqual => order.is_ne(),
        CompareOp::Less => order.is_lt(),
        CompareOp::LessEqual => order.is_le(),
        CompareOp::Greater => order.is_gt(),
        CompareOp::GreaterEqual => order.is_ge(),
    }
}

/// The comparison that holds of `b` and `a` when this one holds of `a` and `b`.
pub(super) fn turned(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        equality => equality,
    }
}

/// Whether each row's text begins with a prefix, when that can be asked of their numbers.
pub(super) fn begins_with<'g>(column: &Column<'g>, prefix: &str) -> Option<Column<'g>> {
    let Column::Text(numbers, texts) = column else { return None };
    let wanted = texts.texts().beginning_with(prefix);
    Some(Column::Bool(numbers.iter().map(|number| (wanted.start..wanted.end).contains(number)).collect()))
}

/// So few values are compared one by one sooner than looked up.
const FEW: usize = 8;

/// Whether each row's value is in a list; none when that has to be asked element by element.
pub(super) fn among<'g>(column: &Column<'g>, list: &[Value<'g>]) -> Option<Column<'g>> {
    match column {
        Column::Int(values) => {
            let integer = |item: &Value<'g>| if let Value::Int(i) = item { Some(*i) } else { None };
            list.iter().map(integer).collect::<Option<Vec<i64>>>().map(|wanted| found(values, wanted))
        }
        Column::Text(numbers, texts) => {
            let mut wanted = Vec::with_capacity(list.len());
            for item in list {
                let Value::String(text) = item else { return None };
                // What no text is equals none.
                wanted.extend(texts.texts().number(text.as_str()).ok());
            }
            Some(found(numbers, wanted))
        }
        _ if list.len() > FEW => {
            let (nulls, items): (Vec<_>, Vec<_>) = list.iter().partition(|item| item.is_null());
            // Among these, what is equal is what is equivalent.
            let plain = |item: &Value<'g>| match item {
                Value::Float(float) => !float.is_nan(),
                Value::Bool(_) | Value::Int(_) | Value::String(_) | Value::Temporal(_) => true,
                _ => false,
            };
            if !items.iter().all(|item| plain(item)) {
                return None;
            }
            let wanted: FxHashSet<Key<'g>> = items.into_iter().cloned().map(Key).collect();
            let value = |row| match column.value(row) {
                Value::Null => Value::Null,
                value if wanted.contains(&Key(value.clone())) => Value::Bool(true),
                _ if nulls.is_empty() => Value::Bool(false),
                _ => Value::Null,
            };
            Some(Column::from_values((0..column.len()).map(value).collect()))
        }
        _ => None,
    }
}

fn found<'g, T: Copy + Eq + Hash>(values: &[T], wanted: Vec<T>) -> Column<'g> {
    if wanted.len() <= FEW {
        return Column::Bool(values.iter().map(|value| wanted.contains(value)).collect());
    }
    let wanted: FxHashSet<T> = wanted.into_iter().collect();
    Column::Bool(values.iter().map(|value| wanted.contains(value)).collect())
}

/// Arithmetic over integers and floats; none when the columns need the general way, overflow included.
pub(super) fn arithmetic<'g>(
    op: BinaryOp,
    left: &Column<'g>,
    right: &Column<'g>,
) -> Option<Result<Column<'g>, Diagnostic>> {
    use BinaryOp::*;
    match (left, right) {
        (Column::Int(a), Column::Int(b)) => {
            let pairs = || a.iter().zip(b);
            let column: Option<Vec<i64>> = match op {
                Add => pairs().map(|(a, b)| a.checked_add(*b)).collect(),
                Subtract => pairs().map(|(a, b)| a.checked_sub(*b)).collect(),
                Multiply => pairs().map(|(a, b)| a.checked_mul(*b)).collect(),
                Divide => pairs().map(|(a, b)| a.checked_div(*b)).collect(),
                Modulo => pairs().map(|(a, b)| a.checked_rem(*b)).collect(),
                _ => None,
            };
            column.map(|column| Ok(Column::Int(column)))
        }
        (Column::Float(a), Column::Float(b)) => {
            let all =
                |f: fn(f64, f64) -> f64| Some(Ok(Column::Float(a.iter().zip(b).map(|(a, b)| f(*a, *b)).collect())));
            match op {
                Add => all(|a, b| a + b),
                Subtract => all(|a, b| a - b),
                Multiply => all(|a, b| a * b),
                Divide => all(|a, b| a / b),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `AND`, `OR` and `XOR` of columns without null.
pub(super) fn logic<'g>(op: BinaryOp, left: &Column<'g>, right: &Column<'g>) -> Option<Column<'g>> {
    let (Column::Bool(a), Column::Bool(b)) = (left, right) else { return None };
    match op {
        BinaryOp::And => Some(zip(a, b, |a, b| *a && *b)),
        BinaryOp::Or => Some(zip(a, b, |a, b| *a || *b)),
        BinaryOp::Xor => Some(zip(a, b, |a, b| a != b)),
        _ => None,
    }
}

/// The value of an operator in every row, one row at a time.
pub(super) fn each_row<'g>(
    op: BinaryOp,
    left: &Column<'g>,
    right: &Column<'g>,
    len: usize,
    ctx: &Context<'g>,
) -> Result<Column<'g>, Diagnostic> {
    let mut made = Made::of([left, right]);
    let mut value = |row| {
        let (left, right) = (left.value(row), right.value(row));
        let long = match (op, &left, &right) {
            (BinaryOp::Add | BinaryOp::Concat, Value::List(a), Value::List(b)) => list::joined(a, b, &made, ctx)?,
            _ => None,
        };
        made.add(long.map_or_else(|| operator::binary(op, &left, &right), Ok)?, ctx)
    };
    let values: Result<Vec<Value<'g>>, Diagnostic> = (0..len).map(&mut value).collect();
    values.map(Column::from_values)
}

fn zip<'g, T>(a: &[T], b: &[T], f: impl Fn(&T, &T) -> bool) -> Column<'g> {
    Column::Bool(a.iter().zip(b).map(|(a, b)| f(a, b)).collect())
}
