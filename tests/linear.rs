//! Reading takes time in proportion to the text, whatever nests in what and wherever the text goes wrong: no part of it
//! is read twice because it was first taken for something else. pest counts its own calls; nothing here looks at a clock.

use std::num::NonZeroUsize;

use kenning::lang;
use kenning::model::Class;

/// More than a sound text takes.
const CALLS_PER_BYTE: usize = 400;

/// More than a usual text takes.
const USUAL_CALLS_PER_BYTE: usize = 12;

/// What people ask, with every operator that is usual.
const USUAL: &[&str] = &[
    "MATCH (p:Person {id: $id}) RETURN p.name AS name",
    "MATCH (p:Person)-[:LivesIn]->(c:City)-[:CityIn]->(s:State) WHERE p.age >= 23 AND p.age <= 30 AND s.country = 'Peru' WITH p, s MATCH (p)-[:HasInterest]->(i:Interest) WHERE lower(i.interest) = lower('Photography') RETURN count(p.id) AS persons, s.state AS state ORDER BY persons DESC, state LIMIT 1",
    "MATCH (a:Person)-[:KNOWS*1..3]->(b) WHERE NOT b.name STARTS WITH 'A' OR b.size + 1 > 2 * a.size RETURN DISTINCT b.name, collect(a.name) AS names",
    "MERGE (p:Person {id: 1}) ON CREATE SET p.seen = 1 ON MATCH SET p.seen = p.seen + 1 RETURN p",
    "UNWIND $rows AS row CREATE (:Person {id: row.id, name: coalesce(row.name, 'nobody')})",
];

/// What can stand around an expression: text in front of it and behind it.
const AROUND: &[(&str, &str)] = &[
    ("(", ")"),
    ("(s {n: ", "})"),
    ("({n: ", "})"),
    ("(:L {n: ", "})"),
    ("(s:L {n: ", "})"),
    ("(s WHERE ", ")"),
    ("(a)-[r {n: ", "}]->(b)"),
    ("(a)-[:R*1..2 {n: ", "}]->()"),
    ("(a)-[r WHERE ", "]->(b)"),
    ("(a)<-[{n: ", "}]-(b)"),
    ("(a {n: ", "})--()--()"),
    ("(a)-(", ")"),
    ("1 - [", "]"),
    ("[", "]"),
    ("[1, ", ", 2]"),
    ("[x IN ", "]"),
    ("[x IN ", " | x]"),
    ("[x IN y WHERE ", " | x]"),
    ("[x IN y | ", "]"),
    ("[(a)-->(b) WHERE ", " | 1]"),
    ("[(a {n: ", "})-->(b) | 1]"),
    ("[p = (a {n: ", "})-->() | p]"),
    ("[p = ", "]"),
    ("{a: ", "}"),
    ("{a: 1, b: ", ", c: 2}"),
    ("x {.a, b: ", "}"),
    ("x {b: ", "}"),
    ("CASE ", " WHEN 1 THEN 2 END"),
    ("CASE WHEN ", " THEN 1 END"),
    ("CASE WHEN 1 THEN ", " END"),
    ("CASE 1 WHEN 1 THEN 2 ELSE ", " END"),
    ("CASE (", ")"),
    ("case[", "]"),
    ("abs(", ")"),
    ("a.b.c(", ")"),
    ("count(DISTINCT ", ")"),
    ("x[", "]"),
    ("x[1..", "]"),
    ("x[", "..2]"),
    ("EXISTS { MATCH (a) WHERE ", "}"),
    ("EXISTS { (a) WHERE ", "}"),
    ("exists((a {n: ", "})-->())"),
    ("COUNT { RETURN ", "}"),
    ("COUNT { (a {b: ", "}) }"),
    ("COLLECT { UNWIND ", " AS x RETURN x}"),
    ("COLLECT {a: ", "}"),
    ("all(x IN ", " WHERE true)"),
    ("all(x IN y WHERE ", ")"),
    ("any(", ")"),
    ("none(x IN ", ")"),
    ("single[", "]"),
    ("reduce(a = ", ", x IN y | 1)"),
    ("reduce(a = 1, x IN ", " | a)"),
    ("reduce(a = 1, x IN y | ", ")"),
    ("reduce(", ")"),
    ("shortestPath((a {n: ", "})-->(b))"),
    ("shortestPath(", ")"),
    ("allShortestPaths((", ")-->())"),
    ("NOT ", ""),
    ("- ", ""),
    ("1 + ", ""),
    ("true AND ", ""),
    ("x:A|B:", ""),
    ("[x IN y:A | ", "]"),
    ("[x IN y WHERE z:A | x.", "]"),
    ("x IS NULL = ", ""),
    ("x STARTS WITH ", ""),
    ("x IN ", ""),
];

/// What can stand around a clause, or around an expression in one.
const CLAUSES: &[(&str, &str)] = &[
    ("CALL { ", " }"),
    ("CALL (x) { ", " }"),
    ("FOREACH (x IN [1] | ", ")"),
    ("RETURN EXISTS { ", " }"),
    ("MATCH (a {n: COUNT { ", " }})"),
    ("MATCH ((a {n: COUNT { ", " }})-->(b)){1,2}"),
    ("MATCH (a) WHERE COLLECT { ", " }"),
    ("MATCH p = ANY SHORTEST (a)-[r {n: COUNT { ", " }}]->(b)"),
    ("SET a.b = COUNT { ", " }"),
    ("SET (a {n: COUNT { ", " }}).b = 1"),
    ("MERGE (a {n: COUNT { ", " }}) ON CREATE SET a.n = 1"),
    ("CALL db.labels(COUNT { ", " }) YIELD label"),
    ("UNWIND COUNT { ", " } AS x"),
    ("WITH COUNT { ", " } AS x ORDER BY x WHERE x"),
    ("LOAD CSV FROM COUNT { ", " } AS x"),
    ("RETURN 1 UNION CALL { ", " }"),
];

/// Nests both in turn around `inner`, and says whether reading that takes calls out of proportion.
fn explodes(start: &str, pair: [(&str, &str); 2], inner: &str) -> bool {
    // Far from what is refused as too deep; what is read twice at each step is read 2^14 times.
    const TIMES: usize = 7;
    let open = pair.map(|(open, _)| open).concat().repeat(TIMES);
    let close = [pair[1].1, pair[0].1].concat().repeat(TIMES);
    let text = format!("{start}{open}{inner}{close}");
    pest::set_call_limit(NonZeroUsize::new(CALLS_PER_BYTE * text.len() + 2_000));
    lang::parse(&text).is_err_and(|error| error.class == Class::LimitExceeded)
}

/// The limit is the process's, so that one test asks all.
#[test]
fn no_text_is_read_again_and_again() {
    for text in USUAL {
        pest::set_call_limit(NonZeroUsize::new(USUAL_CALLS_PER_BYTE * text.len()));
        assert!(lang::parse(text).is_ok(), "{text} takes more than {USUAL_CALLS_PER_BYTE} calls a byte");
    }
    let mut slow = Vec::new();
    let mut nest = |start: &str, first: &(&str, &str), second: &(&str, &str), inner: &str| {
        if explodes(start, [*first, *second], inner) {
            slow.push(format!("{start}{}{}{inner}", first.0, second.0));
        }
    };
    for (start, around) in [("RETURN ", AROUND), ("MATCH (a) SET a.x = ", AROUND), ("", CLAUSES)] {
        for one in around {
            // Sound, wrong, and cut off.
            for inner in ["1", "@", "x y", "1 AS x", "RETURN 1", "RETURN @", ""] {
                nest(start, one, one, inner);
            }
        }
    }
    for first in AROUND {
        for second in AROUND {
            nest("RETURN ", first, second, "@");
        }
    }
    let some = slow[..slow.len().min(60)].join("\n");
    assert!(slow.is_empty(), "{} nestings are read again and again, such as\n{some}", slow.len());
}
