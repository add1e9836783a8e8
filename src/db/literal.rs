//! A parameter's text to its value: literals only, nothing that computes.

use super::Value;
use crate::lang::ast::{ClauseKind, Expr, ExprKind, Literal, UnaryOp};

/// The value of a Cypher literal: null, a truth value, a number with its sign, a string between quotes, a list or map
/// of literals. None for every other text, expressions included: a telephone number is no subtraction.
pub(crate) fn literal(text: &str) -> Option<Value<'static>> {
    let statement = crate::lang::parse(&format!("RETURN {text}\n AS value")).ok()?;
    let [clause] = statement.query.first.clauses.as_slice() else { return None };
    match &clause.kind {
        ClauseKind::Return(projection) if statement.query.unions.is_empty() => match projection.items.as_slice() {
            [item] if !projection.distinct && !projection.star => value(&item.expr),
            _ => None,
        },
        _ => None,
    }
}

fn value(expr: &Expr) -> Option<Value<'static>> {
    Some(match expr.kind.as_ref() {
        ExprKind::Literal(Literal::Null) => Value::Null,
        ExprKind::Literal(Literal::Bool(b)) => Value::Bool(*b),
        ExprKind::Literal(Literal::Int(i)) => Value::Int(*i),
        ExprKind::Literal(Literal::Float(f)) => Value::Float(*f),
        ExprKind::Literal(Literal::String(s)) => Value::string(s.clone()),
        ExprKind::Unary(sign @ (UnaryOp::Minus | UnaryOp::Plus), operand) => match (sign, value(operand)?) {
            (UnaryOp::Minus, Value::Int(i)) => Value::Int(i.checked_neg()?),
            (UnaryOp::Minus, Value::Float(f)) => Value::Float(-f),
            (UnaryOp::Plus, number @ (Value::Int(_) | Value::Float(_))) => number,
            _ => return None,
        },
        ExprKind::List(items) => Value::list(items.iter().map(value).collect::<Option<_>>()?),
        ExprKind::Map(entries) => {
            let entries: Option<Vec<_>> =
                entries.iter().map(|(key, item)| Some((key.text.clone().into(), value(item)?))).collect();
            Value::map(entries?)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_nothing_else() {
        let cases: &[(&str, Option<Value<'_>>)] = &[
            ("null", Some(Value::Null)),
            ("true", Some(Value::Bool(true))),
            ("-1", Some(Value::Int(-1))),
            ("-9223372036854775808", Some(Value::Int(i64::MIN))),
            ("1.5e3", Some(Value::Float(1500.0))),
            ("'a'", Some(Value::string("a"))),
            ("[1, ['b'], {c: null}]", {
                let map = Value::map([("c".into(), Value::Null)]);
                Some(Value::list(vec![Value::Int(1), Value::list(vec![Value::string("b")]), map]))
            }),
            ("Python", None),
            ("555-1234", None),
            ("1, 2", None),
            ("1 AS x UNION RETURN 2", None),
            ("$x", None),
            ("-'a'", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(&literal(text), expected, "{text}");
        }
    }
}
