//! Operators on single values, as openCypher defines them.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use regex::Regex;

use crate::exec::bound;
use crate::exec::function::temporal;
use crate::model::value::{List, format_float};
use crate::model::{Class, Detail, Diagnostic, Value};
use crate::plan::expr::{BinaryOp, CompareOp, UnaryOp};
use crate::store::View;

type Result<T> = std::result::Result<T, Diagnostic>;

/// A comparison: true, false, or null when it cannot be known.
///
/// Values that cannot be compared with `<` give null; NaN, being a number, gives false.
pub fn compare_op<'g>(op: CompareOp, a: &Value<'_>, b: &Value<'_>) -> Value<'g> {
    compared(op, a, b).map_or(Value::Null, Value::Bool)
}

/// The same; none when it cannot be known.
pub(super) fn compared(op: CompareOp, a: &Value<'_>, b: &Value<'_>) -> Option<bool> {
    use CompareOp::*;
    match op {
        Equal => a.equals(b),
        NotEqual => a.equals(b).map(|equal| !equal),
        _ => match a.compare(b) {
            Some(order) => Some(match op {
                Less => order.is_lt(),
                LessEqual => order.is_le(),
                Greater => order.is_gt(),
                _ => order.is_ge(),
            }),
            None if is_number(a) && is_number(b) => Some(false),
            None => None,
        },
    }
}

fn is_number(value: &Value<'_>) -> bool {
    matches!(value, Value::Int(_) | Value::Float(_))
}

/// An operator with one operand.
pub fn unary<'g>(op: UnaryOp, a: &Value<'g>) -> Result<Value<'g>> {
    Ok(match (op, a) {
        (_, Value::Null) => Value::Null,
        (UnaryOp::Not, a) => Value::Bool(!truth(a)?.unwrap_or_default()),
        (UnaryOp::Minus, Value::Int(i)) => Value::Int(i.checked_neg().ok_or_else(|| too_large(format!("-({i})")))?),
        (UnaryOp::Minus, Value::Float(f)) => Value::Float(-f),
        (UnaryOp::Plus, Value::Int(_) | Value::Float(_)) => a.clone(),
        (_, a) => return Err(unlike(format!("only a number has a sign, not {}", a.type_name()), a)),
    })
}

/// An operator with two operands, other than a comparison.
pub fn binary<'g>(op: BinaryOp, a: &Value<'g>, b: &Value<'g>) -> Result<Value<'g>> {
    use BinaryOp::*;
    match op {
        And | Or | Xor => logic(op, a, b),
        Add => temporal::add(a, b).unwrap_or_else(|| add(a, b)),
        Subtract if matches!(a, Value::Temporal(_)) => temporal::subtract(a, b).unwrap_or_else(|| arithmetic(op, a, b)),
        Multiply | Divide if matches!((a, b), (Value::Temporal(_), _) | (_, Value::Temporal(_))) => {
            temporal::scale(a, b, op == Divide).unwrap_or_else(|| arithmetic(op, a, b))
        }
        Subtract | Multiply | Divide | Modulo | Power => arithmetic(op, a, b),
        In => contains(a, b),
        StartsWith => Ok(strings(a, b, |a, b| a.starts_with(b))),
        EndsWith => Ok(strings(a, b, |a, b| a.ends_with(b))),
        Contains => Ok(strings(a, b, |a, b| a.contains(b))),
        Matches => matches(a, b),
        Concat => match (a, b) {
            (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
            (Value::String(_), Value::String(_)) | (Value::List(_), Value::List(_)) => add(a, b),
            _ => Err(wrong(format!("|| joins two strings or two lists, not {} and {}", a.type_name(), b.type_name()))
                .help("`[x]` makes a list of a value, `toString(x)` a string")),
        },
    }
}

/// `subject[index]`
pub fn index<'g>(subject: &Value<'g>, index: &Value<'g>, view: &View<'g>) -> Result<Value<'g>> {
    match (subject, index) {
        (Value::List(_) | Value::Map(_) | Value::Node(_) | Value::Edge(_) | Value::Null, Value::Null) => {
            Ok(Value::Null)
        }
        (Value::Null, _) => Ok(Value::Null),
        (Value::List(items), Value::Int(i)) => {
            Ok(position(*i, items.len()).and_then(|i| items.get(i)).cloned().unwrap_or_default())
        }
        (Value::List(_), other) => Err(Diagnostic::type_error(
            Detail::ListElementAccessByNonInteger,
            format!("a list is indexed by an integer, not {}", other.type_name()),
        )),
        (Value::Map(map), Value::String(key)) => Ok(map.get(key.as_str()).cloned().unwrap_or_default()),
        (Value::Node(node), Value::String(key)) => {
            Ok(view.key_id(key).map(|key| view.node_property(*node, key)).unwrap_or_default())
        }
        (Value::Edge(edge), Value::String(key)) => {
            Ok(view.key_id(key).map(|key| view.edge_property(*edge, key)).unwrap_or_default())
        }
        (Value::Temporal(value), Value::String(name)) => Ok(temporal::component(value, name).unwrap_or_default()),
        (Value::Map(_) | Value::Node(_) | Value::Edge(_), other) => Err(Diagnostic::type_error(
            Detail::MapElementAccessByNonString,
            format!("{} is indexed by a string, not {}", subject.type_name(), other.type_name()),
        )),
        (subject, _) => {
            Err(wrong(format!("{} cannot be indexed", subject.type_name()))
                .help("only lists, maps, nodes and edges can"))
        }
    }
}

/// `list[from..to]`: from the end when negative, cut to the list; null when the list or a bound is null.
pub fn slice<'g>(list: &Value<'g>, from: Option<&Value<'g>>, to: Option<&Value<'g>>) -> Result<Value<'g>> {
    let part = part(list, from, to)?;
    Ok(part.map_or(Value::Null, |(items, range)| Value::list(items.get(range).unwrap_or_default().to_vec())))
}

/// The list that `list[from..to]` is a part of, and which; none when it is null.
pub(super) fn part<'v, 'g>(
    list: &'v Value<'g>,
    from: Option<&Value<'g>>,
    to: Option<&Value<'g>>,
) -> Result<Option<(&'v List<'g>, Range<usize>)>> {
    let items = match list {
        Value::Null => return Ok(None),
        Value::List(items) => items,
        other => {
            let error = wrong(format!("only a list can be sliced, not {}", other.type_name()));
            return Err(match other {
                Value::String(_) => error.help("substring(text, start, length) cuts a string"),
                _ => error,
            });
        }
    };
    let bound = |value: Option<&Value<'g>>, default: usize| match value {
        None => Ok(Some(default)),
        Some(Value::Null) => Ok(None),
        Some(Value::Int(i)) if *i < 0 => Ok(Some(position(*i, items.len()).unwrap_or(0))),
        Some(Value::Int(i)) => Ok(Some(usize::try_from(*i).unwrap_or(usize::MAX).min(items.len()))),
        Some(other) => Err(wrong(format!("a slice is bounded by integers, not {}", other.type_name()))),
    };
    let (from, to) = (bound(from, 0)?, bound(to, items.len())?);
    Ok(from.zip(to).map(|(from, to)| (&**items, from..to.max(from))))
}

/// A position in a list; negative ones count from its end.
fn position(i: i64, len: usize) -> Option<usize> {
    if i >= 0 { usize::try_from(i).ok() } else { len.checked_sub(usize::try_from(i.unsigned_abs()).ok()?) }
}

/// Whether a value is true; none if that is unknown.
pub(super) fn truth(value: &Value<'_>) -> Result<Option<bool>> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(b) => Ok(Some(*b)),
        other => Err(wrong(format!("this must be true or false, not {}", other.type_name()))
            .help("compare it with something, or ask whether it `IS NOT NULL`")),
    }
}

fn logic<'g>(op: BinaryOp, a: &Value<'g>, b: &Value<'g>) -> Result<Value<'g>> {
    let truth = match (op, truth(a)?, truth(b)?) {
        (BinaryOp::And, Some(false), _) | (BinaryOp::And, _, Some(false)) => Some(false),
        (BinaryOp::Or, Some(true), _) | (BinaryOp::Or, _, Some(true)) => Some(true),
        (BinaryOp::And, Some(a), Some(b)) => Some(a && b),
        (BinaryOp::Or, Some(a), Some(b)) => Some(a || b),
        (_, Some(a), Some(b)) => Some(a != b),
        _ => None,
    };
    Ok(truth.map_or(Value::Null, Value::Bool))
}

fn add<'g>(a: &Value<'g>, b: &Value<'g>) -> Result<Value<'g>> {
    match (a, b) {
        (Value::List(a), Value::List(b)) => joined(a, b),
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::List(a), b) => joined(a, std::slice::from_ref(b)),
        (a, Value::List(b)) => joined(std::slice::from_ref(a), b),
        (Value::String(_), _) | (_, Value::String(_)) => match (text(a), text(b)) {
            (Some(a), Some(b)) => {
                bound::text(a.len().saturating_add(b.len()))?;
                Ok(Value::string([a, b].concat()))
            }
            _ => Err(unfit("+", a, b)),
        },
        (a, b) => arithmetic(BinaryOp::Add, a, b),
    }
}

fn joined<'g>(a: &[Value<'g>], b: &[Value<'g>]) -> Result<Value<'g>> {
    bound::items(a.len().saturating_add(b.len()))?;
    Ok(Value::list([a, b].concat()))
}

/// What stands for a value beside a string in `+`.
fn text<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    match value {
        Value::String(s) => Some(Cow::Borrowed(s.as_str())),
        Value::Int(i) => Some(Cow::Owned(i.to_string())),
        Value::Float(f) => Some(Cow::Owned(format_float(*f))),
        Value::Bool(b) => Some(Cow::Borrowed(if *b { "true" } else { "false" })),
        _ => None,
    }
}

fn arithmetic<'g>(op: BinaryOp, a: &Value<'g>, b: &Value<'g>) -> Result<Value<'g>> {
    use BinaryOp::*;
    let sign = match op {
        Add => "+",
        Subtract => "-",
        Multiply => "*",
        Divide => "/",
        Modulo => "%",
        _ => "^",
    };
    let floats = match (a, b) {
        (Value::Null, _) | (_, Value::Null) => return Ok(Value::Null),
        (Value::Int(x), Value::Int(y)) if op != Power => {
            if *y == 0 && matches!(op, Divide | Modulo) {
                return Err(Diagnostic::new(
                    Class::ArithmeticError,
                    Detail::DivisionByZero,
                    "an integer cannot be divided by zero",
                )
                .help("divide by 0.0 for infinity, or keep zeros out with WHERE or CASE"));
            }
            let result = match op {
                Add => x.checked_add(*y),
                Subtract => x.checked_sub(*y),
                Multiply => x.checked_mul(*y),
                Divide => x.checked_div(*y),
                // The remainder of the smallest integer by -1 is 0, though the quotient overflows.
                _ => Some(x.checked_rem(*y).unwrap_or(0)),
            };
            return result.map(Value::Int).ok_or_else(|| overflow(sign, a, b));
        }
        (Value::Int(x), Value::Int(y)) => (*x as f64, *y as f64),
        (Value::Int(x), Value::Float(y)) => (*x as f64, *y),
        (Value::Float(x), Value::Int(y)) => (*x, *y as f64),
        (Value::Float(x), Value::Float(y)) => (*x, *y),
        _ => return Err(unfit(sign, a, b)),
    };
    let (x, y) = floats;
    Ok(Value::Float(match op {
        Add => x + y,
        Subtract => x - y,
        Multiply => x * y,
        Divide => x / y,
        Modulo => x % y,
        _ => x.powf(y),
    }))
}

fn contains<'g>(a: &Value<'g>, b: &Value<'g>) -> Result<Value<'g>> {
    let items = match b {
        Value::Null => return Ok(Value::Null),
        Value::List(items) => items,
        other => {
            let error = wrong(format!("IN looks into a list, not {}", other.type_name()));
            return Err(match other {
                Value::String(_) => error.help("CONTAINS looks into a string"),
                Value::Map(_) => error.help("keys(map) lists the keys of a map"),
                _ => error.help("`[x]` is a list of one"),
            });
        }
    };
    let mut known = true;
    for item in items.iter() {
        match a.equals(item) {
            Some(true) => return Ok(Value::Bool(true)),
            Some(false) => {}
            None => known = false,
        }
    }
    Ok(if known { Value::Bool(false) } else { Value::Null })
}

fn strings<'g>(a: &Value<'g>, b: &Value<'g>, test: fn(&str, &str) -> bool) -> Value<'g> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => Value::Bool(test(a, b)),
        _ => Value::Null,
    }
}

fn matches<'g>(a: &Value<'g>, b: &Value<'g>) -> Result<Value<'g>> {
    let (Value::String(text), Value::String(pattern)) = (a, b) else { return Ok(Value::Null) };
    Ok(Value::Bool(compiled(pattern)?.is_match(text)))
}

/// The pattern, which must match the whole text. The last one is kept, because a column's rows share theirs.
fn compiled(pattern: &str) -> Result<Arc<Regex>> {
    thread_local! {
        static LAST: std::cell::RefCell<Option<(String, Arc<Regex>)>> = const { std::cell::RefCell::new(None) };
    }
    LAST.with_borrow_mut(|last| {
        if let Some((known, regex)) = last
            && known == pattern
        {
            return Ok(Arc::clone(regex));
        }
        // The pattern must be one by itself, or `a)|(b` would close the group. In verbose mode (`(?x)`) a comment at its
        // end would swallow the parenthesis; there a line break ends the comment and means nothing else.
        let whole = |end: &str| Regex::new(&format!("^(?:{pattern}{end})$"));
        let regex = Regex::new(pattern).and_then(|_| whole("").or_else(|_| whole("\n"))).map_err(|error| {
            Diagnostic::argument(Detail::InvalidArgumentValue, format!("`{pattern}` is not a regular expression"))
                .help(error.to_string())
        })?;
        let regex = Arc::new(regex);
        *last = Some((pattern.to_owned(), Arc::clone(&regex)));
        Ok(regex)
    })
}

fn wrong(message: String) -> Diagnostic {
    Diagnostic::type_error(Detail::InvalidArgumentType, message)
}

fn unfit(sign: &str, a: &Value<'_>, b: &Value<'_>) -> Diagnostic {
    let odd = if is_number(a) || (sign == "+" && text(a).is_some()) { b } else { a };
    unlike(format!("`{sign}` cannot take {} and {}", a.type_name(), b.type_name()), odd)
}

/// The error of a value that is no number, with what makes one of it.
fn unlike(message: String, value: &Value<'_>) -> Diagnostic {
    let error = wrong(message);
    match value {
        Value::String(_) => error.help("toInteger(x) and toFloat(x) read a number from a string"),
        Value::Bool(_) => error.help("toInteger(x) makes 1 of true and 0 of false"),
        Value::List(_) => error.help("`[x IN list | ...]` works on each element"),
        Value::Map(_) => error.help("name one of its keys, as in `map.key`"),
        Value::Node(_) | Value::Edge(_) => error.help("name one of its properties, as in `n.name`"),
        Value::Path(_) => error.help("length(p), nodes(p) and relationships(p) take a path apart"),
        Value::Temporal(_) => error.help(
            "durations are added, subtracted and multiplied by numbers; duration.between(a, b) is the time between",
        ),
        Value::Null | Value::Int(_) | Value::Float(_) => error,
    }
}

fn overflow(sign: &str, a: &Value<'_>, b: &Value<'_>) -> Diagnostic {
    let shown = |value: &Value<'_>| if let Value::Int(i) = value { i.to_string() } else { String::new() };
    too_large(format!("{} {sign} {}", shown(a), shown(b)))
}

fn too_large(what: String) -> Diagnostic {
    Diagnostic::new(Class::ArithmeticError, Detail::IntegerOverflow, format!("`{what}` does not fit into 64 bits"))
        .help("use floats, with toFloat(...)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators() {
        use BinaryOp::*;
        let list = |items: &[i64]| Value::list(items.iter().map(|i| Value::Int(*i)).collect());
        let cases = [
            (Add, Value::Int(1), Value::Float(0.5), Value::Float(1.5)),
            (Add, Value::string("a"), Value::Int(1), Value::string("a1")),
            (Add, list(&[1]), Value::Int(2), list(&[1, 2])),
            (Divide, Value::Int(7), Value::Int(2), Value::Int(3)),
            (Modulo, Value::Int(i64::MIN), Value::Int(-1), Value::Int(0)),
            (Power, Value::Int(2), Value::Int(3), Value::Float(8.0)),
            (And, Value::Bool(false), Value::Null, Value::Bool(false)),
            (And, Value::Bool(true), Value::Null, Value::Null),
            (Xor, Value::Bool(true), Value::Null, Value::Null),
            (In, Value::Int(1), list(&[2, 1]), Value::Bool(true)),
            (In, Value::Null, list(&[]), Value::Bool(false)),
            (In, Value::Int(3), Value::list(vec![Value::Null]), Value::Null),
            (StartsWith, Value::string("abc"), Value::Int(1), Value::Null),
            (Matches, Value::string("abc"), Value::string("a.c"), Value::Bool(true)),
            (Matches, Value::string("abcd"), Value::string("a|abc"), Value::Bool(false)),
            (Matches, Value::string("a"), Value::string("(?x)a # note"), Value::Bool(true)),
        ];
        for (op, a, b, expected) in cases {
            assert_eq!(binary(op, &a, &b).as_ref(), Ok(&expected), "{a:?} {op:?} {b:?}");
        }
    }

    #[test]
    fn operators_that_fail() {
        use BinaryOp::*;
        let cases = [
            (Add, Value::Int(i64::MAX), Value::Int(1), Detail::IntegerOverflow),
            (Divide, Value::Int(1), Value::Int(0), Detail::DivisionByZero),
            (Divide, Value::Int(i64::MIN), Value::Int(-1), Detail::IntegerOverflow),
            (And, Value::Int(1), Value::Bool(true), Detail::InvalidArgumentType),
            (In, Value::Int(1), Value::Int(1), Detail::InvalidArgumentType),
            (Add, Value::Bool(true), Value::Int(1), Detail::InvalidArgumentType),
            (Subtract, Value::Int(1), Value::string("1"), Detail::InvalidArgumentType),
            (Concat, Value::string("a"), Value::Int(1), Detail::InvalidArgumentType),
            (Matches, Value::string("a"), Value::string("("), Detail::InvalidArgumentValue),
            (Matches, Value::string("axx"), Value::string("a)|(b"), Detail::InvalidArgumentValue),
        ];
        for (op, a, b, detail) in cases {
            assert_eq!(binary(op, &a, &b).map_err(|e| e.detail), Err(detail), "{a:?} {op:?} {b:?}");
        }
    }

    #[test]
    fn strings_do_not_outgrow_memory() {
        let mut text = Value::string("a".repeat(1 << 20));
        let error = loop {
            match binary(BinaryOp::Add, &text, &text) {
                Ok(longer) => text = longer,
                Err(error) => break error,
            }
        };
        assert_eq!(error.class, Class::LimitExceeded);
    }

    #[test]
    fn errors_show_a_way_out() {
        use BinaryOp::*;
        let node = Value::Node(crate::model::NodeId(0));
        let cases = [
            (binary(Subtract, &Value::Int(1), &Value::string("2")), "toInteger"),
            (binary(Add, &Value::string("a"), &node), "n.name"),
            (binary(Multiply, &Value::list(vec![]), &Value::Int(2)), "each element"),
            (binary(In, &Value::string("a"), &Value::string("abc")), "CONTAINS"),
            (binary(And, &Value::Int(1), &Value::Bool(true)), "IS NOT NULL"),
            (unary(UnaryOp::Minus, &Value::string("1")), "toInteger"),
            (slice(&Value::string("abc"), None, None), "substring"),
        ];
        for (found, way) in cases {
            assert!(found.as_ref().is_err_and(|error| error.help.iter().any(|help| help.contains(way))), "{found:?}");
        }
    }

    #[test]
    fn slices_count_from_either_end() {
        let list = Value::list((0..5).map(Value::Int).collect());
        let cases = [
            (Some(1), Some(3), vec![1, 2]),
            (Some(-2), None, vec![3, 4]),
            (None, Some(-4), vec![0]),
            (Some(3), Some(1), vec![]),
            (Some(9), Some(20), vec![]),
            (Some(-9), Some(2), vec![0, 1]),
        ];
        for (from, to, expected) in cases {
            let (from, to) = (from.map(Value::Int), to.map(Value::Int));
            let expected = Value::list(expected.into_iter().map(Value::Int).collect());
            assert_eq!(slice(&list, from.as_ref(), to.as_ref()), Ok(expected), "{from:?}..{to:?}");
        }
    }
}
