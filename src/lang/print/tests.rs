#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use crate::lang::{parse, print};

/// A tree as text without its places.
pub(crate) fn shape(statement: &crate::lang::ast::Statement) -> String {
    let spans = regex::Regex::new(r"Span \{ start: \d+, end: \d+ \}").unwrap();
    spans.replace_all(&format!("{statement:?}"), "_").into_owned()
}

/// Checks that printing loses nothing and that a printed text stays as it is.
pub(crate) fn survives(text: &str) {
    let first = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let printed = print(&first);
    let second = parse(&printed).unwrap_or_else(|error| panic!("{text}\nprinted as\n{printed}\n{error:?}"));
    assert_eq!(shape(&first), shape(&second), "{text}\nprinted as\n{printed}");
    assert_eq!(print(&second), printed);
}

#[test]
fn parentheses_stand_only_where_needed() {
    let cases = [
        ("((1)+(2))*3", "(1 + 2) * 3"),
        ("1-(2-3)-(4)", "1 - (2 - 3) - 4"),
        ("2^3^4", "2 ^ 3 ^ 4"),
        ("2^(3^4)", "2 ^ (3 ^ 4)"),
        ("(-1)^2", "-1 ^ 2"),
        ("-(1^2)", "-(1 ^ 2)"),
        ("-(-9223372036854775808)", "--9223372036854775808"),
        ("(-9223372036854775808).x", "(-9223372036854775808).x"),
        ("NOT (a AND b)", "NOT (a AND b)"),
        ("(NOT a) AND b", "NOT a AND b"),
        ("a = (NOT b)", "a = (NOT b)"),
        ("a < b <= c", "a < b <= c"),
        ("(a < b) <= c", "(a < b) <= c"),
        ("(a + b) IS NOT NULL", "a + b IS NOT NULL"),
        ("a IN (b + c)", "a IN b + c"),
        ("(a.b)[1..][..2].`c d`", "a.b[1..][..2].`c d`"),
        ("[(x IN xs)]", "[(x IN xs)]"),
        ("[x IN xs]", "[x IN xs]"),
        ("[x IN xs WHERE x:A | x]", "[x IN xs WHERE (x:A) | x]"),
        ("[x IN xs WHERE x:A|B | x.y]", "[x IN xs WHERE (x:(A|B)) | x.y]"),
        ("(n:A):B", "(n:A):B"),
        ("n:A&!(B|%)", "n:A&!(B|%)"),
        ("(a) - ([b][0])", "a - [b][0]"),
        ("(a + b) - ([b][0])", "a + b - [b][0]"),
        ("(a)--(b)", "(a)--(b)"),
        ("(a)<-[:R*2..{x:1}]-(:B {y: 2})", "(a)<-[:R*2.. {x: 1}]-(:B {y: 2})"),
        ("`all`(x IN y)", "`all`(x IN y)"),
        ("`exists` {.a}", "`exists` {.a}"),
        ("order.end", "order.end"),
        ("`return`.`x y`.``` `", "`return`.`x y`.``` `"),
        ("'it\\'s \\u0001 \"x\"'", "'it\\'s \\u0001 \"x\"'"),
        ("$`x y` + $0 + $match", "$`x y` + $0 + $match"),
        ("exists { (a)-->(b) }", "EXISTS { MATCH (a)-->(b) }"),
        ("exists((a)-->(b))", "exists((a)-->(b))"),
        ("shortestpath((a)-[*]-(b))", "shortestPath((a)-[*]-(b))"),
    ];
    for (text, expected) in cases {
        let query = format!("RETURN {text}");
        survives(&query);
        assert_eq!(print(&parse(&query).unwrap()), format!("RETURN {expected}"));
    }
}

/// Expressions of every kind, as text with more parentheses than needed.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("1".to_owned()),
        Just("2.5e3".to_owned()),
        Just("-9223372036854775808".to_owned()),
        Just("'a\\'b'".to_owned()),
        Just("null".to_owned()),
        Just("x".to_owned()),
        Just("order".to_owned()),
        Just("`in`".to_owned()),
        Just("$p".to_owned()),
        Just("count(*)".to_owned()),
        Just("(x)-[:R*2]->(:A {k: 1})".to_owned()),
        Just("exists { (x) WHERE x:A }".to_owned()),
    ];
    leaf.prop_recursive(6, 48, 3, |inner| {
        let infix = prop::sample::select(vec![
            "OR",
            "XOR",
            "AND",
            "=",
            "<>",
            "<",
            ">=",
            "IN",
            "STARTS WITH",
            "CONTAINS",
            "=~",
            "+",
            "-",
            "||",
            "*",
            "/",
            "%",
            "^",
        ]);
        let some = (inner.clone(), inner.clone(), inner.clone());
        prop_oneof![
            (inner.clone(), infix.clone(), inner.clone()).prop_map(|(a, op, b)| format!("({a}) {op} ({b})")),
            (inner.clone(), infix, inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            (prop::sample::select(vec!["NOT", "-", "+"]), inner.clone()).prop_map(|(op, a)| format!("{op} ({a})")),
            inner.clone().prop_map(|a| format!("({a}) IS NULL")),
            inner.clone().prop_map(|a| format!("({a}):A:B")),
            inner.clone().prop_map(|a| format!("({a}):(A|!B)")),
            inner.clone().prop_map(|a| format!("({a}).key")),
            inner.clone().prop_map(|a| format!("({a}) {{.k, .*, e: {a}, x}}")),
            some.clone().prop_map(|(a, b, c)| format!("({a})[{b}..{c}]")),
            some.clone().prop_map(|(a, b, c)| format!("[{a}, {b}, {c}]")),
            some.clone().prop_map(|(a, b, c)| format!("f.g({a}, {b}, [{c}])")),
            some.clone().prop_map(|(a, b, c)| format!("[x IN ({a}) WHERE ({b}) | ({c})]")),
            some.clone().prop_map(|(a, b, c)| format!("[p = (x)--(y) WHERE ({a}) | [{b}, {c}]]")),
            some.clone().prop_map(|(a, b, c)| format!("CASE {a} WHEN {b} THEN {c} ELSE {a} END")),
            some.clone().prop_map(|(a, b, c)| format!("reduce(s = {a}, x IN ({b}) | {c})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("any(x IN {a} WHERE {{k: {b}}}.k)")),
        ]
    })
}

#[test]
fn what_is_set_keeps_its_parentheses() {
    for text in ["SET (2).a = 1", "SET (f(x)).a.b[1] = 2", "REMOVE (CASE WHEN a THEN b END).c", "SET (a.b).c = 1"] {
        survives(text);
    }
}

#[test]
fn names_hold_every_letter_that_the_grammar_knows() {
    // Each needs no backquotes: a middle dot, an ordinal sign, a combining accent, a letter beyond 16 bits.
    for name in ["A\u{b7}B", "n\u{ba}", "e\u{301}", "\u{1d400}"] {
        survives(&format!("RETURN `{name}`"));
        assert_eq!(print(&parse(&format!("RETURN `{name}`")).unwrap()), format!("RETURN {name}"));
    }
}

proptest! {
    #[test]
    fn printing_an_expression_loses_nothing(text in expression()) {
        let text = format!("RETURN {text}");
        // Without parentheses around a part, chance may make something else of the text, or nothing at all.
        if parse(&text).is_ok() {
            survives(&text);
        }
    }
}
