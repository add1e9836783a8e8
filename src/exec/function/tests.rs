//! Functions by example.

use super::call;
use crate::model::function::{FunctionKind, lookup};
use crate::model::{Detail, Value};
use crate::store::{Snapshot, View};

fn function(name: &str, arguments: &[Value<'static>]) -> Result<Value<'static>, Detail> {
    let snapshot = Snapshot::empty();
    let Some(FunctionKind::Scalar(function)) = lookup(name).map(|signature| signature.kind) else {
        panic!("no function {name}")
    };
    call(function, arguments, &View::new(&snapshot), (0, 0)).map(Value::into_owned).map_err(|error| error.detail)
}

fn list(items: &[i64]) -> Value<'static> {
    Value::list(items.iter().map(|i| Value::Int(*i)).collect())
}

#[test]
fn functions_give() {
    let s = |text: &'static str| Value::string(text);
    let strings = |items: &[&'static str]| Value::list(items.iter().map(|i| Value::string(*i)).collect());
    let cases = [
        ("abs", vec![Value::Int(-3)], Value::Int(3)),
        ("round", vec![Value::Float(-1.5)], Value::Float(-1.0)),
        ("round", vec![Value::Float(0.49999999999999994)], Value::Float(0.0)),
        ("round", vec![Value::Float(4503599627370497.0)], Value::Float(4503599627370497.0)),
        ("round", vec![Value::Float(1.2345), Value::Int(2)], Value::Float(1.23)),
        ("round", vec![Value::Float(2.5), Value::Int(0), s("half_even")], Value::Float(2.0)),
        ("round", vec![Value::Float(2.5), Value::Int(0), Value::Null], Value::Null),
        ("sign", vec![Value::Float(-0.5)], Value::Int(-1)),
        ("range", vec![Value::Int(5), Value::Int(1), Value::Int(-2)], list(&[5, 3, 1])),
        ("range", vec![Value::Int(i64::MAX), Value::Int(i64::MAX)], list(&[i64::MAX])),
        ("head", vec![list(&[])], Value::Null),
        ("size", vec![s("\u{e9}\u{4e2d}")], Value::Int(2)),
        ("substring", vec![s("hello"), Value::Int(1), Value::Int(3)], s("ell")),
        ("right", vec![s("hello"), Value::Int(9)], s("hello")),
        ("split", vec![s("a,b;c"), strings(&[",", ";"])], strings(&["a", "b", "c"])),
        ("split", vec![s("ab"), s("")], strings(&["a", "b"])),
        ("split", vec![s("abc"), strings(&[])], strings(&["abc"])),
        ("split", vec![s(""), s(",")], strings(&[""])),
        ("replace", vec![s("aXbX"), s("X"), s("--")], s("a--b--")),
        ("replace", vec![s("ab"), s(""), s("-")], s("-a-b-")),
        ("trim", vec![s(" a ")], s("a")),
        ("btrim", vec![s("xax"), s("x")], s("a")),
        ("toInteger", vec![s("2.9")], Value::Int(2)),
        ("toInteger", vec![s("1e3")], Value::Int(1000)),
        ("toInteger", vec![s("inf")], Value::Null),
        ("toFloat", vec![s("foo")], Value::Null),
        ("toBoolean", vec![s(" TRUE")], Value::Bool(true)),
        ("toString", vec![Value::Float(1e10)], s("1.0E10")),
        ("toStringOrNull", vec![list(&[])], Value::Null),
        ("coalesce", vec![Value::Null, Value::Int(1)], Value::Int(1)),
        ("nullIf", vec![Value::Int(1), Value::Float(1.0)], Value::Null),
        ("size", vec![Value::Null], Value::Null),
    ];
    for (name, arguments, expected) in cases {
        assert_eq!(function(name, &arguments), Ok(expected), "{name}({arguments:?})");
    }
}

#[test]
fn functions_refuse() {
    let cases = [
        ("range", vec![Value::Int(1), Value::Int(2), Value::Int(0)], Detail::NumberOutOfRange),
        ("range", vec![Value::Int(0), Value::Int(i64::MAX)], Detail::NumberOutOfRange),
        ("toInteger", vec![list(&[])], Detail::InvalidArgumentValue),
        ("round", vec![Value::Float(1.0), Value::Int(-1)], Detail::NumberOutOfRange),
        ("round", vec![Value::Float(1.0), Value::Int(1), Value::string("HALF")], Detail::InvalidArgumentValue),
        (
            "replace",
            vec![Value::string("a".repeat(20_000)), Value::string("a"), Value::string("b".repeat(20_000))],
            Detail::Other,
        ),
        ("left", vec![Value::string("a"), Value::Int(-1)], Detail::NumberOutOfRange),
        ("abs", vec![Value::Int(i64::MIN)], Detail::IntegerOverflow),
        ("size", vec![Value::Int(1)], Detail::InvalidArgumentType),
    ];
    for (name, arguments, expected) in cases {
        assert_eq!(function(name, &arguments), Err(expected), "{name}({arguments:?})");
    }
}
