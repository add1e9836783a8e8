//! What a shell asks about a text before it is run.

use super::Value;
use crate::lang::ast::{ClauseKind, Expr, ExprKind, Literal, Statement, UnaryOp};
use crate::model::{Detail, Diagnostic};

/// The value of a Cypher literal: null, a truth value, a number with its sign, a string between quotes, a list or map
/// of literals. None for every other text, expressions included: a telephone number is no subtraction.
///
/// # Errors
///
/// A number that no value can hold: taking it for a string would hide that.
pub(crate) fn literal(text: &str) -> Result<Option<Value<'static>>, Diagnostic> {
    match crate::lang::parse(&format!("RETURN {text}\n AS value")) {
        Ok(statement) => Ok(returned(&statement)),
        Err(error) if matches!(error.detail, Detail::IntegerOverflow | Detail::FloatingPointOverflow) => Err(error),
        Err(_) => Ok(None),
    }
}

fn returned(statement: &Statement) -> Option<Value<'static>> {
    let [clause] = statement.query.first.clauses.as_slice() else { return None };
    match &clause.kind {
        ClauseKind::Return(projection) if statement.query.unions.is_empty() => match projection.items.as_slice() {
            [item] if !projection.distinct && !projection.star => value(&item.expr),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the text is a whole statement, which nothing needs to follow: it can be read, and its last clause gives an
/// answer or changes something.
pub(crate) fn is_complete(text: &str) -> bool {
    let Ok(statement) = crate::lang::parse(text) else { return false };
    let last = statement.query.unions.last().map_or(&statement.query.first, |union| &union.query);
    let goes_on = |kind: &ClauseKind| {
        matches!(kind, ClauseKind::Match { .. } | ClauseKind::With { .. } | ClauseKind::Unwind { .. })
    };
    last.clauses.last().is_some_and(|clause| !goes_on(&clause.kind))
}

/// Whether nothing that may follow makes a statement of the text: what is wrong with it stands before its end, or is a
/// first word that begins no clause.
pub(crate) fn is_hopeless(text: &str) -> bool {
    let Err(error) = crate::lang::parse(text) else { return false };
    let Some(span) = error.span else { return false };
    // What is never closed is shown where it was opened, and beside that the place where its end was missed.
    let end = error.related.iter().map(|(span, _)| span.end).fold(span.end, usize::max);
    let rest = |end: usize| text.get(end..).is_some_and(|rest| !rest.trim().is_empty());
    let keyword = |word: &str| crate::lang::keywords().iter().any(|keyword| keyword.eq_ignore_ascii_case(word));
    let first = text.get(..span.start).is_some_and(|before| before.trim().is_empty());
    let wrong = text.get(span.start..span.end).is_some_and(|word| !word.is_empty() && !keyword(word));
    rest(end) || (first && wrong && error.related.is_empty())
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
    fn a_statement_is_complete_when_nothing_needs_to_follow() {
        for text in ["RETURN 1", "MATCH (n) RETURN n;", "CREATE (n)", "RETURN 1 UNION RETURN 2"] {
            assert!(is_complete(text), "{text}");
        }
        for text in [
            "",
            "MATCH (n)",
            "MATCH (n",
            "RETURN",
            "MATCH (n) WITH n",
            "UNWIND [1] AS x",
            "RETURN 'a",
            "RETURN 1 UNION",
        ] {
            assert!(!is_complete(text), "{text}");
        }
    }

    #[test]
    fn a_mistake_before_the_end_cannot_be_mended_behind_it() {
        for text in [
            "help",
            "\\q",
            "MTCH (n) RETURN n",
            "MATCH (n) RETRUN n",
            "MATCH (n)\nRETRUN n",
            "MATCH (s:Skill RETURN s.name",
            "MATCH (n {name 'x'}) RETURN",
        ] {
            assert!(is_hopeless(text), "{text}");
        }
        for text in
            ["", " ", "// said", "RETURN 1", "MATCH (n)", "RETURN 'a b", "/* a b", "RETURN `a b", "MATCH (n {name"]
        {
            assert!(!is_hopeless(text), "{text}");
        }
    }

    #[test]
    fn no_beginning_of_a_statement_is_hopeless() {
        let page = include_str!("../../docs/language.md");
        let statements = page.split('`').skip(1).step_by(2).map(|code| code.replace("\\|", "|"));
        let statements: Vec<String> = statements.filter(|code| crate::lang::parse(code).is_ok()).collect();
        assert!(statements.len() > 30, "{}", statements.len());
        for statement in statements {
            // Where people break lines.
            for (at, c) in statement.char_indices().filter(|(_, c)| c.is_whitespace() || "([{,".contains(*c)) {
                let beginning = &statement[..at + c.len_utf8()];
                assert!(!is_hopeless(beginning), "{beginning}");
            }
        }
    }

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
            assert_eq!(literal(text).as_ref(), Ok(expected), "{text}");
        }
        for text in ["9223372036854775808", "[-9223372036854775809]", "1e400"] {
            assert!(literal(text).is_err(), "{text}");
        }
    }
}
