#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, Instant};

use super::{MAX_DEPTH, MAX_NESTING, parse, print};
use crate::model::Class;

/// Parses, prints, clones, compares and drops on a thread with the stack that threads get by default.
fn outcome(text: String) -> Result<(), Class> {
    let run = move || {
        let statement = parse(&text).map_err(|error| error.class)?;
        assert_eq!(statement.clone(), statement);
        assert!(!print(&statement).is_empty());
        Ok(())
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap()
}

/// Shapes that nest: the text in front, what is repeated in front of the core, the core, what is repeated behind it.
const NESTED: &[[&str; 4]] = &[
    ["RETURN ", "(", "1", ")"],
    ["RETURN ", "[", "1", "]"],
    ["RETURN ", "{a: ", "1", "}"],
    ["RETURN ", "f(", "1", ")"],
    ["RETURN ", "f(-(1 + ", "1", "))"],
    ["RETURN x", "[y", "", "]"],
    ["RETURN ", "[x IN ", "xs", " WHERE x.a | x]"],
    ["RETURN ", "[x IN xs | ", "x", "]"],
    ["RETURN ", "[(a)-->(b) WHERE ", "true", " | 1]"],
    ["RETURN ", "[p = (a {k: ", "1", "})-->(b) | p]"],
    ["RETURN ", "(a {k: ", "1", "})-->()"],
    ["RETURN ", "(a)-[x {k: ", "1", "}]-()"],
    ["RETURN ", "n {k: ", "1", "}"],
    ["RETURN ", "all(x IN ", "xs", " WHERE x)"],
    ["RETURN ", "reduce(s = ", "1", ", x IN xs | s)"],
    ["RETURN ", "CASE ", "1", " WHEN 1 THEN 2 END"],
    ["RETURN ", "CASE WHEN ", "1", " THEN 2 ELSE 3 END"],
    ["RETURN ", "EXISTS { MATCH (a) WHERE ", "true", " }"],
    ["RETURN ", "COUNT { (a) WHERE ", "true", " }"],
    ["RETURN ", "shortestPath((a {k: ", "1", "})-[*]-(b))"],
    ["", "CALL { ", "RETURN 1 AS x", " RETURN 1 AS y }"],
    ["", "FOREACH (x IN xs | ", "CREATE (a)", ")"],
    ["MATCH ", "(", "(a)-->(b)", "){1,2}"],
    ["MATCH (a) WHERE a:", "(", "A", ")"],
];

/// Shapes that go wrong at the innermost place only, so that a parser that tries again would try again at each level.
const BROKEN: &[[&str; 4]] = &[
    ["RETURN ", "(", "1 1", ")"],
    ["RETURN ", "(a)-[x {k: ", "1", "}]"],
    ["RETURN ", "any(x IN ", "xs", ", 1)"],
    ["RETURN ", "reduce(s = ", "1", ", 2)"],
    ["RETURN ", "shortestPath((a {k: ", "1", "}))"],
    ["RETURN ", "EXISTS { (a) WHERE ", "1", " 2 }"],
    ["RETURN ", "CASE WHEN ", "1", " THEN END"],
    ["RETURN ", "[x IN xs | ", "x", ", 1]"],
    ["MATCH ", "(", "(a)-->(b)", ")"],
    ["", "CALL { ", "RETURN", "}"],
];

fn nested([front, open, core, close]: &[&str; 4], depth: usize) -> String {
    format!("{front}{}{core}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn nesting_ends_in_an_error_and_never_in_an_overflow() {
    for shape in NESTED {
        assert_eq!(outcome(nested(shape, 20)), Ok(()), "{}", nested(shape, 20));
        for depth in [40, MAX_NESTING, MAX_DEPTH] {
            let found = outcome(nested(shape, depth));
            assert!(matches!(found, Ok(()) | Err(Class::LimitExceeded)), "{found:?}: {}", nested(shape, depth));
        }
        assert_eq!(outcome(nested(shape, 10_000)), Err(Class::LimitExceeded), "{shape:?}");
    }
    assert_eq!(outcome(nested(&["RETURN ", "(", "1", ")"], MAX_NESTING)), Ok(()));
}

#[test]
fn long_chains_end_in_an_error_and_never_in_an_overflow() {
    let chains: &[(&str, &str, &str)] = &[
        ("RETURN 1", " + 1", ""),
        ("RETURN 2", " ^ 2", ""),
        ("RETURN a", " || b", ""),
        ("RETURN a", " IS NULL", ""),
        ("RETURN a", " IN b", ""),
        ("RETURN ", "NOT ", "a"),
        ("RETURN ", "- ", "1"),
        ("RETURN ", "+", "1"),
        ("RETURN a", ".b", ""),
        ("RETURN a", "[0]", ""),
        ("RETURN a", "[0..1]", ""),
        ("RETURN a", " {.b}", ""),
        ("RETURN a", ":B", ""),
        ("MATCH (a:A", "&B", ") RETURN a"),
        ("MATCH (a:A", "|B", ") RETURN a"),
        ("MATCH (a:", "!", "A) RETURN a"),
        ("MATCH (a) SET a", ".b", " = 1"),
        ("MATCH (a) REMOVE a", "[0]", ""),
    ];
    for (front, link, back) in chains {
        let chain = |links: usize| format!("{front}{}{back}", link.repeat(links));
        assert_eq!(outcome(chain(200)), Ok(()), "{link}");
        assert_eq!(outcome(chain(MAX_DEPTH + 1)), Err(Class::LimitExceeded), "{link}");
        assert_eq!(outcome(chain(20_000)), Err(Class::LimitExceeded), "{link}");
    }
    assert_eq!(outcome(format!("RETURN 1{}", " + 1".repeat(100_000))), Err(Class::LimitExceeded));
}

#[test]
fn flat_texts_may_be_long() {
    for (front, link, back) in [
        ("RETURN [1", ", 1", "]"),
        ("RETURN a < 1", " <= 2", ""),
        ("RETURN a", " AND b", ""),
        ("RETURN a", " OR b", ""),
        ("RETURN a", " XOR b", ""),
        ("RETURN a", " OR b AND c", ""),
        ("MATCH (a)", "-->(a)", " RETURN a"),
        ("MATCH (a)", ", (b)", " RETURN a"),
        ("RETURN CASE", " WHEN a THEN b", " END"),
        ("RETURN 1 AS a", " UNION RETURN 1 AS a", ""),
        ("CREATE (a)", " CREATE (b)", ""),
        ("RETURN 1 // ", "comment", ""),
    ] {
        assert_eq!(outcome(format!("{front}{}{back}", link.repeat(5_000))), Ok(()), "{link}");
    }
}

#[test]
fn no_text_is_tried_twice_at_each_level() {
    for shape in NESTED.iter().chain(BROKEN) {
        let start = Instant::now();
        // Doubling at each level would take 2^40 steps.
        let result = outcome(nested(shape, 40));
        assert!(start.elapsed() < Duration::from_secs(2), "{shape:?}: {:?}", start.elapsed());
        assert!(!BROKEN.contains(shape) || result.is_err(), "{shape:?}");
    }
}

#[test]
fn keywords_may_be_names() {
    for text in [
        "MATCH (order:ORDER {limit: 1})-[end:IN|WHERE]->(start) RETURN order.return ORDER BY order.by DESC",
        "MATCH (n:Match) WHERE n.case = {when: 1, then: 2}.when RETURN n.end AS end, $limit",
        "WITH 1 AS count, 2 AS all, 3 AS exists RETURN count + all + exists",
        "WITH [1] AS any, 2 AS single RETURN any[0], single",
        "RETURN CASE end WHEN 1 THEN end ELSE end END",
        "CALL db.index.set.order() YIELD yield AS on RETURN on",
        "match (a) where a.name starts with 'x' return distinct a order by a.name skip 1 limit 2",
    ] {
        parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    }
}

#[test]
fn what_gql_adds() {
    for text in [
        "MATCH (a:A|B&!(C|%) WHERE a.x > 1)-[r:R|!S WHERE r.x = 1]->(b) RETURN a",
        "MATCH p = ANY SHORTEST (a)-[:R]->+(b) RETURN p",
        "MATCH ALL SHORTEST (a)-[:R]-{1,3}(b), SHORTEST 2 (a)-->*(c), ANY (a)--(d) RETURN a",
        "MATCH p = (a) ((x)-[:R]->(y) WHERE x.z < y.z){1,3} (b) RETURN p",
        "MATCH ((x)-->(y)){2,} RETURN x",
        "MATCH p = shortestPath((a)-[*..5]-(b)), allShortestPaths((a)-[*]-(c)) RETURN p",
        "RETURN COUNT { (a)-->(b) WHERE a.x = 1 }, COLLECT { MATCH (a) RETURN a.x }, EXISTS { (a:A) }",
        "MATCH (a) CALL (a) { MATCH (a)-->(b) RETURN b } RETURN b",
        "CALL () { RETURN 1 AS x UNION RETURN 2 AS x } CALL { FINISH } RETURN x",
        "MATCH (a) RETURN a {.x, .*, y: 1, a}, [x IN [a] WHERE x:A | x {.y}] OFFSET 1 LIMIT 2",
        "FOREACH (x IN [1, 2] | CREATE (:A {x: x}) SET x.y = 1)",
        "CREATE INDEX by_name IF NOT EXISTS FOR (n:A) ON (n.b, n.`c d`)",
        "CREATE CONSTRAINT c FOR ()<-[r:R]-() REQUIRE r.b IS NOT NULL",
        "CREATE CONSTRAINT `for` FOR (n:A) REQUIRE (n.b, n.c) IS NODE KEY",
        "DROP INDEX by_name IF EXISTS",
        "SHOW INDEXES YIELD name AS n WHERE n = 'a' RETURN n",
        "LOAD CSV WITH HEADERS FROM 'a.csv' AS row FIELDTERMINATOR ';' RETURN row",
        "EXPLAIN MATCH (a) FINISH",
        "PROFILE RETURN 'a' || 'b' =~ '.*'",
        "MATCH (a) WHERE exists((a)-->()) AND NOT (a)--(:B) AND (a)-[:R]-() RETURN size([(a)-->(b) | b])",
        "RETURN (a)-(b), (a)<-(b), (a) - [1][0], (1)--1",
    ] {
        print::tests::survives(text);
    }
}

#[test]
fn spans_hold_the_text_and_nothing_around_it() {
    let query = "MATCH (n /* a */ :A ) // b\n WHERE n . x IS  NULL /* c */\nRETURN n.x  + (1) /* d */ AS y , ( n:A ) , -1 , [ x IN n.z | x ] /* e */ ORDER BY n.x DESC // f\n LIMIT 1 ;";
    let text = |span: crate::model::Span| &query[span.start..span.end];
    let statement = parse(query).unwrap();
    assert_eq!(text(statement.span), query.trim_end_matches(" ;"));
    let [first, second] = statement.query.first.clauses.as_slice() else { panic!("two clauses") };
    assert_eq!(text(first.span), "MATCH (n /* a */ :A ) // b\n WHERE n . x IS  NULL");
    let super::ast::ClauseKind::Return(projection) = &second.kind else { panic!("RETURN") };
    let items: Vec<_> = projection.items.iter().map(|item| (text(item.span), text(item.expr.span))).collect();
    assert_eq!(items[0], ("n.x  + (1) /* d */ AS y", "n.x  + (1)"));
    assert_eq!(items[1], ("( n:A )", "( n:A )"));
    assert_eq!(items[2], ("-1", "-1"));
    assert_eq!(items[3], ("[ x IN n.z | x ]", "[ x IN n.z | x ]"));
    assert_eq!(text(projection.order[0].span), "n.x DESC");
    assert_eq!(text(projection.order[0].expr.span), "n.x");
}

/// Pieces of queries, in any order: most make no sense.
fn soup() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let marks = prop::sample::select(vec![
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        ";",
        "|",
        ".",
        "..",
        "*",
        "+",
        "-",
        "->",
        "<-",
        "=",
        "<>",
        "=~",
        "$",
        "`",
        "'",
        "\"",
        "//",
        "/*",
        "*/",
        "\\",
        "\\u12",
        "!",
        "%",
        "&",
        "\n",
        " ",
        "é",
        "—",
        "\u{a0}",
        "n",
        "n:A",
        "1",
        "1.5e3",
        "0x",
        "'é'",
        "(a)-->(b)",
        "\u{200b}",
        "\u{301}",
    ]);
    let words = prop::sample::select(super::keywords().to_vec());
    let piece = prop_oneof![marks.prop_map(str::to_owned), words.prop_map(|word| format!(" {word} "))];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// A row of operators, operands and parts of clauses, repeated: mostly one that parses.
fn rows() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let operators = prop::sample::select(vec![
        " + ",
        "-",
        "+",
        " - ",
        "*",
        " / ",
        "%",
        "^",
        "||",
        " IN ",
        " starts WITH ",
        " ENDS with ",
        " CONTAINS ",
        "=~",
        " AND ",
        " OR ",
        " XOR ",
        "=",
        "<",
        ">",
        "<=",
        "<>",
        ", ",
        " AND NOT ",
        "+-",
        " is null AND ",
        " IS NOT NULL = ",
        "- /* - */ ",
        " AS x, ",
        " AS x WITH ",
        " AS y UNWIND [1] AS z WITH ",
        " AS z MATCH (n:A)-->(m)<-[r:B|C*]-(n) WITH ",
        " AS a WITH * WITH *, ",
        " AS a MATCH ((a)-->(b))+((a)--(b))*(c)-->+(d) RETURN 1 UNION RETURN ",
        " THEN 1 WHEN ",
        "\u{a0}+\u{a0}",
    ]);
    let operands = prop::sample::select(vec![
        "1",
        "-1",
        "1.5",
        "1e-5",
        "0x1e",
        "a",
        "ends",
        "starts",
        "é",
        "$in",
        "$1",
        "'+'",
        "`.`",
        "(1)",
        "(a)",
        "((1))",
        "[1]",
        "[-1]",
        "{a: -1}",
        "a.b",
        "a.in.not.b",
        "a[0]",
        "a[0..1]",
        "a {.b}",
        "a:B",
        "a:B:C&!D|E",
        "f(1)",
        "count(*)",
        "a.f(1)[0].c",
        "NOT a",
        "- -1",
        "CASE a WHEN -1 THEN -1 ELSE -1 END",
        "[x IN a | x]",
        "[(a)--(b) | a]",
        "(a)-->(b)",
        "(a)-[:B]-(b)<--(c)",
        "(a)-(b)",
        "EXISTS { (a) }",
        "a.b:C",
        "$a.b[0]",
    ]);
    let link = prop::collection::vec((operators, operands), 1..6).prop_map(|parts| {
        parts.into_iter().map(|(operator, operand)| format!("{operator}{operand}")).collect::<String>()
    });
    (
        prop::sample::select(vec!["RETURN a", "RETURN CASE WHEN 1", "MATCH (a) WITH a", "RETURN 1"]),
        link,
        100_usize..600,
        prop::sample::select(vec!["", " AS z RETURN 1", " THEN 1 END"]),
    )
        .prop_map(|(front, link, times, back)| format!("{front}{}{back}", link.repeat(times)))
}

/// The pass before the grammar refuses nothing that is a statement.
fn refused_for_certain(text: &str) {
    let scan = super::scan::Scan::new(text);
    if scan.fault(text).is_some() {
        let parsed = <super::grammar::Grammar as pest::Parser<_>>::parse(super::grammar::Rule::statement, text)
            .map_err(|_| ())
            .and_then(|pairs| super::build::statement(text, &scan, pairs).map_err(|_| ()));
        assert!(parsed.is_err(), "{}...", text.chars().take(300).collect::<String>());
    }
}

#[test]
fn long_statements_that_are_not_deep_are_not_refused() {
    let links = [
        " WITH *",
        " UNWIND ends AS ends",
        " WITH DISTINCT *",
        " MATCH (a)-->(b)",
        " MATCH ((a)-->(b))+ MATCH ((a)-->(b))*",
        " AND $in",
        " OR -1",
        " AND [1]",
        " XOR (1)",
        " AND NOT -1",
        " < -1e-5",
        " = 1e-5 * 1e+5",
        " + 1e-5 * 2 ^ 1e-5 < 0",
        ", -1",
        ", a:B",
        ", (1)",
        ", a.b.c.d",
        " FOREACH (x IN xs | SET x.a = -1)",
        " CALL { RETURN 1 AS x }",
        " AS x UNION RETURN -1",
        " CALL a.b.c() YIELD -",
        " SET a:A:B",
        " SET a.b += -1",
        " LIMIT 1 WITH *",
        " MATCH (a)-[:A|B|C {a: -1}]-(b)<-[*1..2]-()--()",
        ", a[..1], a[1..]",
        " AND a IS NULL",
        " AND a IN b",
        " AND a STARTS WITH b",
        " ORDER BY -1 WITH *",
    ];
    let times = 4 * MAX_DEPTH;
    for link in links {
        for front in ["MATCH (a) WITH *", "MATCH (a) RETURN a", "WITH 1 AS a UNWIND a AS ends"] {
            for back in ["", " RETURN 1", " AS x"] {
                let text = format!("{front}{}{back}", link.repeat(times));
                assert!(super::scan::Scan::new(&text).fault(&text).is_none(), "{front}{link}");
            }
        }
    }
    for path in [
        "-->(b)",
        "-[:A]-(b)",
        "<-[:A|B]-(b)",
        "((a)-->(b))+",
        "((a)--(b)){2}",
        "-->+(b)",
        "((a)-->(b))*(c)",
        "<--{1,2}()",
        "-[:A*]->(b)",
    ] {
        let text = format!("MATCH (a){} RETURN 1", path.repeat(times));
        assert!(super::scan::Scan::new(&text).fault(&text).is_none(), "{path}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(400))]
    #[test]
    fn what_is_refused_before_the_grammar_is_no_statement(text in rows()) {
        std::thread::Builder::new().stack_size(8 << 20).spawn(move || refused_for_certain(&text)).unwrap().join().unwrap();
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2_000))]
    #[test]
    fn no_text_makes_the_parser_panic(text in soup(), head in proptest::sample::select(vec!["", "MATCH (n) ", "RETURN ", "MATCH "])) {
        let text = format!("{head}{text}");
        match parse(&text) {
            Ok(_) => print::tests::survives(&text),
            Err(error) => {
                let span = error.span.unwrap();
                assert!(text.get(span.start..span.end).is_some(), "{text}: {error:?}");
                assert!(!error.label.is_empty());
                assert!(error.related.iter().all(|(span, _)| text.get(span.start..span.end).is_some()));
            }
        }
        for (span, _) in super::split(&text) {
            assert!(!text[span.start..span.end].is_empty());
        }
    }
}
