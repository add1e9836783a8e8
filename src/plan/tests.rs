//! Plans of small statements against a made-up catalog: what is refused, and what a plan looks like.

use super::rules::Rule;
use super::{explain, plan};
use crate::lang;
use crate::model::procedure::{Procedures, Signature};
use crate::model::{Catalog, Detail, Diagnostic, Direction};
use crate::plan::physical::{OpKind, Plan, Turns};

/// A hundred persons who know each other ten times each, ten cities, one country.
struct Toy;

impl Catalog for Toy {
    fn labels(&self) -> Vec<&str> {
        vec!["Person", "City", "Country"]
    }
    fn edge_types(&self) -> Vec<&str> {
        vec!["KNOWS", "LIVES_IN", "IN"]
    }
    fn keys(&self) -> Vec<&str> {
        vec!["id", "name", "age"]
    }
    fn nodes(&self) -> u64 {
        111
    }
    fn edges(&self) -> u64 {
        1110
    }
    fn nodes_with_label(&self, label: &str) -> Option<u64> {
        [("Person", 100), ("City", 10), ("Country", 1)].into_iter().find(|(l, _)| *l == label).map(|(_, n)| n)
    }
    fn edges_with_type(&self, edge_type: &str) -> Option<u64> {
        [("KNOWS", 1000), ("LIVES_IN", 100), ("IN", 10)].into_iter().find(|(t, _)| *t == edge_type).map(|(_, n)| n)
    }
    fn edges_at_label(&self, label: &str, edge_type: &str, direction: Direction) -> u64 {
        match (label, edge_type, direction) {
            ("Person", "KNOWS", _) => 1000,
            ("Person", "LIVES_IN", Direction::Out) | ("City", "LIVES_IN", Direction::In) => 100,
            ("City", "IN", Direction::Out) | ("Country", "IN", Direction::In) => 10,
            _ => 0,
        }
    }
    fn distinct(&self, label: &str, key: &str) -> Option<u64> {
        match (label, key) {
            ("Person", "name") => Some(50),
            ("Person", "age") => Some(2),
            ("City", "name") => Some(10),
            _ => None,
        }
    }
    fn index(&self, label: &str, keys: &[&str]) -> Option<(Vec<String>, f64)> {
        (label == "Person" && keys.contains(&"id")).then(|| (vec!["id".to_owned()], 1.0))
    }
}

impl Procedures for Toy {
    fn signature(&self, _: &str) -> Option<Signature> {
        None
    }
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

fn planned(text: &str, disabled: &[Rule]) -> Result<Plan, Diagnostic> {
    plan(&lang::parse(text)?, text, (&Toy, &Toy), disabled)
}

/// Operators from the top to the leaf, by name.
fn shape(text: &str) -> Vec<String> {
    let plan = planned(text, &[]).unwrap_or_else(|error| panic!("{text}: {error}"));
    explain(&plan, None)
        .lines()
        .skip(1)
        .map(|line| line.trim().split("  ").next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn a_pattern_starts_where_the_fewest_rows_are() {
    let cases: &[(&str, &[&str])] = &[
        ("MATCH (p:Person {id: 7}) RETURN p", &["NodeSeek (p:Person {id: 7})", "Unit"]),
        (
            "MATCH (p:Person)-[:LIVES_IN]->(c:City)-[:IN]->(k:Country) RETURN p.name",
            &[
                "Project p.name",
                "Expand (c)<-[<edge 3>:LIVES_IN]-(p:Person)",
                "Expand (k)<-[<edge 4>:IN]-(c:City)",
                "NodeScan (k:Country)",
                "Unit",
            ],
        ),
        ("MATCH (a)-[r:IN]->(b) RETURN r", &["EdgeScan (a)-[r:IN]->(b)", "Unit"]),
        (
            "MATCH (a:Person) WITH a, a.age AS age WHERE age > 3 AND a.name = 'x' RETURN age ORDER BY age LIMIT 2",
            &[
                "Limit 2",
                "Sort age, first 2",
                "Filter age > 3",
                "Project a.age AS age",
                "Filter a.name = 'x'",
                "NodeScan (a:Person)",
                "Unit",
            ],
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(shape(query), *expected, "{query}");
    }
}

#[test]
fn a_node_is_looked_up_by_the_elements_of_a_list() {
    let sought = [
        ("MATCH (p:Person) WHERE p.id IN [7, 8] RETURN p", "NodeSeek (p:Person {id IN [7, 8]})"),
        ("MATCH (p:Person) WHERE p.id IN $ids AND p.age > 3 RETURN p", "NodeSeek (p:Person {id IN $ids})"),
        ("MATCH (p:Person)-[:KNOWS]->(q) WHERE p.id IN [7] RETURN q", "NodeSeek (p:Person {id IN [7]})"),
        ("WITH [1, 2] AS ids MATCH (p:Person) WHERE p.id IN ids RETURN p", "NodeSeek (p:Person {id IN ids})"),
        ("MATCH (p:Person) WHERE p.id IN [7, 8] AND p.id = 7 RETURN p", "NodeSeek (p:Person {id: 7})"),
    ];
    for (text, expected) in sought {
        assert!(shape(text).iter().any(|line| line == expected), "{text}\n{:?}", shape(text));
        let without = planned(text, &[Rule::Among]).expect("plans");
        assert!(!explain(&without, None).contains(" IN [7, 8]}"), "{text}");
    }
    let long = format!("MATCH (p:Person) WHERE p.id IN {:?} RETURN p", (0..50).collect::<Vec<_>>());
    let looked_at = [
        // Without an index, or without knowing the list, or where it excludes.
        "MATCH (p:Person) WHERE p.name IN ['x', 'y'] RETURN p",
        "MATCH (p) WHERE p.id IN [7, 8] RETURN p",
        "MATCH (p:Person) WHERE NOT p.id IN [7, 8] RETURN p",
        "MATCH (p:Person) WHERE p.id IN [7, 8] OR p.age = 1 RETURN p",
        "MATCH (p:Person) WHERE 7 IN p.id RETURN p",
        "MATCH (p:Person) WHERE p.id IN [p.age] RETURN p",
        // Looking at all of them takes no longer.
        &long,
    ];
    for text in looked_at {
        assert!(!shape(text).iter().any(|line| line.starts_with("NodeSeek")), "{text}\n{:?}", shape(text));
    }
}

#[test]
fn nodes_that_equal_properties_tie_together_are_joined() {
    let joined = [
        ("MATCH (p:Person), (q:Person) WHERE p.name = q.name RETURN p, q", "NodeJoin (q:Person {name: p.name})"),
        (
            "MATCH (p:Person), (q:Person) WHERE q.name = p.name AND p.age = q.age AND p.age > 1 RETURN p, q",
            "NodeJoin (q:Person {name: p.name, age: p.age})",
        ),
        ("MATCH (p:Person)-[:LIVES_IN]->(c), (q {name: c.name}) RETURN p, q", "NodeJoin (q {name: c.name})"),
        (
            "MATCH (p:Person) WITH p.age + 1 AS age MATCH (q:City|Person {age: age}) RETURN q",
            "NodeJoin (q:City|Person {age: age})",
        ),
    ];
    for (text, expected) in joined {
        assert!(shape(text).iter().any(|line| line == expected), "{text}\n{:?}", shape(text));
        let without = planned(text, &[Rule::NodeJoin]).expect("plans");
        assert!(!explain(&without, None).contains("NodeJoin"), "{text}");
    }
    let others = [
        // Nothing depends on the rows, or they are few.
        "MATCH (p:Person), (q:Person) WHERE p.name = 'x' AND q.name = 'x' RETURN p, q",
        "MATCH (p:Person {id: 7}), (q:Person) WHERE p.name = q.name RETURN p, q",
        // Other comparisons, and where there may be another way.
        "MATCH (p:Person), (q:Person) WHERE p.name <> q.name RETURN p, q",
        "MATCH (p:Person), (q:Person) WHERE p.name = q.name OR p.age = q.age RETURN p, q",
        // An edge or an index leads there.
        "MATCH (p:Person)-[:KNOWS]->(q:Person) WHERE p.name = q.name RETURN p, q",
        "MATCH (p:Person), (q:Person) WHERE q.id = p.age RETURN p, q",
        // Drawn anew for each pair.
        "MATCH (p:Person), (q:Person) WHERE q.age = p.age + rand() RETURN p, q",
    ];
    for text in others {
        assert!(!shape(text).iter().any(|line| line.starts_with("NodeJoin")), "{text}\n{:?}", shape(text));
    }
}

#[test]
fn a_rule_that_is_off_leaves_the_plan_alone() {
    let query = "MATCH (a:Person) WITH a WHERE a.age > 3 RETURN a ORDER BY a.name LIMIT 2";
    let with = planned(query, &[]).expect("plans");
    let without = planned(query, &Rule::ALL).expect("plans");
    assert!(explain(&with, None).contains("first 2"));
    assert!(!explain(&without, None).contains("first 2"));
}

#[test]
fn columns_that_nobody_needs_are_dropped() {
    let plan = planned("MATCH (a:Person)-[r:KNOWS]->(b) RETURN b.name", &[]).expect("plans");
    let expand = plan.root.input.as_deref().expect("an input");
    let names: Vec<&str> = expand.live.iter().map(|var| plan.vars[var.index()].name.as_str()).collect();
    assert_eq!(names, ["b"]);
}

#[test]
fn statements_without_sense_are_refused() {
    use Detail::*;
    let cases = [
        ("RETURN x", UndefinedVariable),
        ("MATCH (a) RETURN a.name AS n, a.age AS n", ColumnNameConflict),
        ("MATCH (a) WITH a.name RETURN 1", NoExpressionAlias),
        ("MATCH (a) RETURN count(count(*))", NestedAggregation),
        ("MATCH (a) WHERE count(a) > 1 RETURN a", InvalidAggregation),
        ("MATCH (a) RETURN a.x + count(*)", AmbiguousAggregationExpression),
        ("MATCH (a)-[a]->() RETURN a", VariableTypeConflict),
        ("MATCH (a)-[r]->()-[r]->() RETURN a", RelationshipUniquenessViolation),
        ("MATCH p = (p) RETURN p", VariableAlreadyBound),
        ("MATCH (a) RETURN DISTINCT a.name ORDER BY a.age", UndefinedVariable),
        ("MATCH (a) RETURN a LIMIT a.age", NonConstantExpression),
        ("RETURN 1 LIMIT -1", NegativeIntegerArgument),
        ("RETURN 1 SKIP 1.5", InvalidArgumentType),
        ("RETURN 1 AS a UNION RETURN 2 AS b", DifferentColumnsInUnion),
        ("RETURN 1 AS a UNION RETURN 2 AS a UNION ALL RETURN 3 AS a", InvalidClauseComposition),
        ("MATCH (a)", InvalidClauseComposition),
        ("RETURN 1 MATCH (a) RETURN a", InvalidClauseComposition),
        ("RETURN true AND 1", InvalidArgumentType),
        ("MATCH (n) RETURN (n)-->()", UnexpectedSyntax),
        ("CREATE (a)-->(b)", NoSingleRelationshipType),
        ("CREATE (a)-[:A]-(b)", RequiresDirectedRelationship),
        ("MATCH (a) CREATE (a:B)", VariableAlreadyBound),
        ("MATCH (n {a: 1}) WHERE EXISTS { MATCH (n) CREATE (m) } RETURN n", InvalidClauseComposition),
    ];
    for (query, detail) in cases {
        match planned(query, &[]) {
            Err(error) => {
                assert_eq!(error.detail, detail, "{query}: {error}");
                let span = error.span.unwrap_or_else(|| panic!("{query}: no place"));
                assert!(span.end <= query.len(), "{query}: {span:?}");
            }
            Ok(_) => panic!("{query} was planned"),
        }
    }
}

#[test]
fn unknown_names_are_warned_of_once() {
    let plan = planned("MATCH (a:Persn {nam: 1})-[:KNOWZ]->(b:Persn) RETURN a", &[]).expect("plans");
    let said: Vec<String> =
        plan.warnings.iter().map(|w| format!("{}; {}", w.message, w.suggestions.join(", "))).collect();
    assert_eq!(
        said,
        [
            "no node has the label `Persn`; Person",
            "nothing has the property `nam`; name",
            "no edge has the type `KNOWZ`; KNOWS",
        ]
    );
}

#[test]
fn a_forgotten_colon_is_warned_of() {
    let said = |query| -> Vec<String> {
        let plan = planned(query, &[]).expect("plans");
        plan.warnings.iter().map(|w| format!("{}; {}", w.message, w.suggestions.join(", "))).collect()
    };
    assert_eq!(
        said("MATCH (Person)-[KNOWS]->() RETURN 1"),
        [
            "`Person` is a variable here, for any node; :Person",
            "`KNOWS` is a variable here, for an edge of any type; :KNOWS",
        ]
    );
    for quiet in [
        "MATCH (Person:Person)-[KNOWS:KNOWS]->(person) RETURN 1",
        "MATCH (p:Person) WITH p AS Person MATCH (Person)-->() RETURN 1",
    ] {
        assert_eq!(said(quiet), [""; 0], "{quiet}");
    }
}

#[test]
fn what_a_statement_creates_it_knows() {
    let quiet = [
        "CREATE (a:New {fresh: 1})-[:MADE {at: 2}]->(b) WITH a MATCH (a:New)-[r:MADE]->() RETURN a.fresh, r.at",
        "CREATE (a $properties) RETURN a.fresh",
    ];
    for query in quiet {
        assert_eq!(planned(query, &[]).expect("plans").warnings, [], "{query}");
    }
    assert_eq!(planned("CREATE (a:New {fresh: 1}) RETURN a.other", &[]).expect("plans").warnings.len(), 1);
}

#[test]
fn what_a_filter_must_not_cross() {
    // The operators above the leaf, and those that the filter stays above.
    let cases: &[(&str, &[&str])] = &[
        (
            "MATCH (a:City) WITH a LIMIT 3 WHERE a.age > 3 RETURN a",
            &["Filter a.age > 3", "Limit 3", "NodeScan (a:City)", "Unit"],
        ),
        (
            "MATCH (a:City) WITH a SKIP 3 WHERE a.age > 3 RETURN a",
            &["Filter a.age > 3", "Skip 3", "NodeScan (a:City)", "Unit"],
        ),
        (
            "UNWIND [1, 2] AS x WITH x WHERE rand() < 0.5 RETURN x",
            &["Filter rand() < 0.5", "Unwind [1, 2] AS x", "Unit"],
        ),
        (
            "MATCH (a:City), (b:Country) WHERE rand() < 0.5 RETURN a, b",
            &["Filter rand() < 0.5", "NodeScan (a:City)", "NodeScan (b:Country)", "Unit"],
        ),
        (
            "MATCH (a:City) OPTIONAL MATCH (a)-[:IN]->(b) WITH a, b WHERE a.age > 3 RETURN a",
            &["Optional", "optional (once a batch)", "Filter a.age > 3", "NodeScan (a:City)", "Unit"],
        ),
    ];
    for (query, expected) in cases {
        let found: Vec<String> = shape(query)
            .into_iter()
            .filter(|line| !line.starts_with("Expand") && !line.starts_with("Argument"))
            .collect();
        assert_eq!(found, *expected, "{query}");
    }
}

#[test]
fn a_walk_waits_for_what_its_filter_uses() {
    let found = shape("MATCH (a:City)-[r:IN* {age: c.age}]->(b), (c:Country) RETURN b");
    let at = |start: &str| found.iter().position(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{found:?}"));
    assert!(at("VarExpand") < at("NodeScan (c:Country)"), "{found:?}");
}

#[test]
fn estimates() {
    use super::cost::{degree, nodes, walks};
    use crate::plan::expr::Labels;
    let name = |name: &str| Labels::Name(name.to_owned());
    let not = |labels: Labels| Labels::Not(Box::new(labels));
    let cases = [
        (vec![], 111.0),
        (vec![name("City")], 10.0),
        (vec![name("City"), name("Person")], 10.0),
        (vec![name("Nowhere")], 0.0),
        (vec![not(name("Person"))], 11.0),
        (vec![Labels::Or(vec![name("City"), name("Country")])], 11.0),
    ];
    for (labels, expected) in cases {
        assert_eq!(nodes(&Toy, &labels.iter().collect::<Vec<_>>()), expected, "{labels:?}");
    }
    assert_eq!(degree(&Toy, &[&name("City")], Some(&name("IN")), Direction::Out), 1.0);
    assert_eq!(degree(&Toy, &[&name("City")], Some(&name("KNOWS")), Direction::Both), 0.0);
    assert_eq!(degree(&Toy, &[], None, Direction::Out), 10.0);
    assert_eq!(walks(2.0, 1, Some(3)), 14.0);
    assert_eq!(walks(2.0, 3, Some(2)), 0.0);
    assert!(walks(1e9, 0, None) <= 1e18);
}

#[test]
fn an_equality_keeps_its_share_of_the_values_that_there_are() {
    // Of a hundred persons, 50 have a name of their own, and there are two ages.
    let cases = [
        ("p.name = 'x'", 2.0),
        ("'x' = toLower(p.name)", 2.0),
        ("substring(p.name, 0, $n) = 'x'", 2.0),
        ("p.age = 1", 50.0),
        ("p.age <> 1", 50.0),
        ("p.name <> 'x'", 98.0),
        ("NOT p.name = 'x'", 98.0),
        ("p.age = 1 AND p.name = 'x'", 1.0),
        ("p.age = 1 OR p.age = 2", 75.0),
        ("p.name IN ['x', 'y', 'z']", 6.0),
        ("p.age IN [1, 2, 3]", 100.0),
        // Nobody has counted: of another property, or of two together.
        ("p.size = 1", 10.0),
        ("p.size <> 1", 90.0),
        ("p.size IN $sizes", 50.0),
        ("p.name + p.age = 'x1'", 10.0),
        ("p.age > 1", 30.0),
        ("p.name STARTS WITH 'x'", 50.0),
        ("p.age IS NULL", 50.0),
    ];
    for (condition, expected) in cases {
        let plan = planned(&format!("MATCH (p:Person) WHERE {condition} RETURN p"), &[]).expect("plans");
        assert!((plan.root.rows - expected).abs() < 1e-6, "{condition}: {}", plan.root.rows);
    }
    // Where the values of one end are told apart best, the pattern begins.
    let plan = |of: &str, other: &str| {
        let text = format!(
            "MATCH (p:Person)-[:KNOWS]->(q:Person) WHERE toLower({of}.name) = 'x' AND {other}.age = 3 RETURN p.id, q.id"
        );
        explain(&planned(&text, &[]).expect("plans"), None)
    };
    assert!(plan("p", "q").contains("NodeScan (p:Person)"));
    assert!(plan("q", "p").contains("NodeScan (q:Person)"));
    // Two nodes with the same name, of fifty.
    let text = "MATCH (p:Person), (c:City) WHERE p.name = c.name RETURN p, c";
    assert!((planned(text, &[]).expect("plans").root.rows - 20.0).abs() < 1e-6);
}

#[test]
fn matches_are_counted_where_nothing_else_is_asked_of_them() {
    let counted = [
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c) WHERE b.age > 1 RETURN c.name, count(a.age)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d) RETURN count(*)",
        "MATCH (a)-[:KNOWS]-(b) RETURN a, count(b)",
        "MATCH (a)-[:LIVES_IN]->(c)<-[:LIVES_IN]-(b) RETURN avg(c.age), min(c.name), count(DISTINCT c.name)",
        "MATCH (a)-[:KNOWS]->(b), (a)-[:LIVES_IN]->(c) WITH a, count(*) AS n RETURN sum(n)",
        // Integers of another node add up.
        "MATCH (a)-[:KNOWS]->(b) RETURN a.name, avg(b.age)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN a.name, sum(b.age), avg(c.age), count(*)",
    ];
    let found = [
        // It needs two nodes of each match, or an edge.
        "MATCH (a)-[:KNOWS]->(b) RETURN a.name, b.name, count(*)",
        "MATCH (a)-[:KNOWS]->(b) RETURN a.name, avg(a.age + b.age)",
        "MATCH (a)-[:KNOWS]->(b) RETURN a.name, avg(DISTINCT b.age)",
        "MATCH (a)-[:KNOWS]->(b) RETURN a.name, stdev(b.age)",
        "MATCH (a)-[e:KNOWS]->(b) RETURN sum(e.w)",
        "MATCH (a)-[:KNOWS]->(b) WHERE a.age > b.age RETURN count(*)",
        "MATCH (a)-[e:KNOWS]->(b) WHERE e.w > 1 RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b) RETURN a.name, count(DISTINCT b.name)",
        "MATCH (a)-[:KNOWS]->(b) RETURN collect(a.name)",
        "MATCH p = (a)-[:KNOWS]->(b) RETURN count(p)",
        // It is no tree of single edges.
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(a) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(a) RETURN count(*)",
        "MATCH (a)-[:KNOWS*1..2]->(b) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b), (c)-[:KNOWS]->(d) RETURN count(*)",
        // Undirected edges that could be each other.
        "MATCH (a)-[:KNOWS]-(b)-[:KNOWS]-(c) RETURN count(*)",
        // One node leads to few matches.
        "MATCH (a:Person {id: 1})-[:LIVES_IN]->(b) RETURN count(*)",
        // It may differ from match to match.
        "MATCH (a)-[:KNOWS]->(b) WHERE rand() < 0.5 RETURN count(*)",
    ];
    for (texts, fires) in [(&counted[..], true), (&found[..], false)] {
        for text in texts {
            let plan = explain(&planned(text, &[]).unwrap_or_else(|error| panic!("{text}: {error}")), None);
            assert_eq!(plan.contains("Tally"), fires, "{text}\n{plan}");
            let plan = explain(&planned(text, &[Rule::Tally]).unwrap_or_else(|error| panic!("{text}: {error}")), None);
            assert!(!plan.contains("Tally"), "{text}\n{plan}");
        }
    }
}

#[test]
fn cycles_of_four_are_counted_by_wedges() {
    let round = "MATCH (a:Person)-[:KNOWS]->(b:Person)-[:KNOWS]->(c:Person)-[:KNOWS]->(d:Person)-[:KNOWS]->(a)";
    let both_ways = "MATCH (a:Person)-[:KNOWS]->(b:Person)-[:KNOWS]->(c:Person)<-[:KNOWS]-(d:Person)<-[:KNOWS]-(a)";
    let shared = "MATCH (a:Person)-[:KNOWS]->(b:Person)<-[:KNOWS]-(c:Person)-[:KNOWS]->(d:Person)<-[:KNOWS]-(a)";
    let adults = "WHERE a.age > 1 AND b.age > 1 AND c.age > 1 AND d.age > 1";
    // With what can be exchanged: both paths, and nodes for the one that they are counted from.
    let fires = [
        (format!("{round} RETURN count(*)"), (false, Turns::Four)),
        (format!("{round} {adults} RETURN count(b), count(*)"), (false, Turns::Four)),
        (format!("{round} WHERE a.age > 1 AND c.age > 1 RETURN count(*)"), (false, Turns::Two)),
        (format!("{round} WHERE a.age > 1 RETURN count(*)"), (false, Turns::One)),
        (format!("{round} RETURN c.name, count(*), max(c.age)"), (false, Turns::One)),
        (format!("{both_ways} RETURN count(*)"), (true, Turns::One)),
        (format!("{both_ways} WHERE b.age > 1 RETURN count(*)"), (false, Turns::One)),
        (format!("{shared} RETURN count(*)"), (true, Turns::Two)),
        (format!("{shared} RETURN a, count(*)"), (true, Turns::One)),
    ];
    for (text, expected) in &fires {
        let plan = planned(text, &[]).unwrap_or_else(|error| panic!("{text}: {error}"));
        let mut op = &plan.root;
        let tally = loop {
            match &op.kind {
                OpKind::Tally(tally) => break tally,
                _ => op = op.input.as_deref().unwrap_or_else(|| panic!("{text}: no tally")),
            }
        };
        let wedges = tally.weights[0].1.iter().flat_map(|term| &term.nodes).filter_map(|node| node.wedge.as_ref());
        let wedges: Vec<_> = wedges.map(|wedge| (wedge.twins, wedge.turns)).collect();
        assert_eq!(wedges, [*expected], "{text}");
        let without = planned(text, &[Rule::Wedge]).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(!explain(&without, None).contains("Tally"), "{text}");
    }
    let found = [
        // It begins at one node, or at few.
        "MATCH (a:Person {id: 1})-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(a) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b)-[:LIVES_IN]->(c), (a)-[:KNOWS]->(d)-[:LIVES_IN]->(c) RETURN count(*)",
        // More has to be known than how many there are.
        &format!("{round} WHERE a.age > c.age RETURN count(*)"),
        &format!("{round} RETURN a.name, b.name, count(*)"),
        &format!("{round} RETURN a.name, sum(b.age)"),
        &format!("{round} RETURN collect(a.name)"),
        // Undirected edges, and other cycles.
        "MATCH (a)-[:KNOWS]-(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(a) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(a) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(a), (c)-[:KNOWS]->(d) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(a), (c)-[:KNOWS]->(d)-[:KNOWS]->(c) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(a), (a)-[:KNOWS]->(c) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(e)-[:KNOWS]->(a) RETURN count(*)",
        "MATCH (a)-[:KNOWS*1..2]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(a) RETURN count(*)",
    ];
    for text in found {
        let plan = explain(&planned(text, &[]).unwrap_or_else(|error| panic!("{text}: {error}")), None);
        assert!(!plan.contains("Tally"), "{text}\n{plan}");
    }
}

#[test]
fn sorts_tell_tallies_what_they_have_no_use_for() {
    let asks = |text: &str, disabled: &[Rule]| {
        let mut op = &planned(text, disabled).unwrap_or_else(|error| panic!("{text}: {error}")).root;
        loop {
            match &op.kind {
                OpKind::Tally(tally) => return tally.floor.is_some(),
                _ => op = op.input.as_deref().unwrap_or_else(|| panic!("{text}: no tally")),
            }
        }
    };
    let told = [
        "MATCH (a:Person)-[:KNOWS]->(b) RETURN a, count(*) AS n ORDER BY n DESC LIMIT 3",
        "MATCH (a:Person)-[:KNOWS]->(b) WITH a, count(b) AS n ORDER BY n DESC, a.name LIMIT 3 RETURN a.name, n",
    ];
    let not_told = [
        // The least are wanted, or all, or others first.
        "MATCH (a:Person)-[:KNOWS]->(b) RETURN a, count(*) AS n ORDER BY n LIMIT 3",
        "MATCH (a:Person)-[:KNOWS]->(b) RETURN a, count(*) AS n ORDER BY n DESC",
        "MATCH (a:Person)-[:KNOWS]->(b) RETURN a, count(*) AS n ORDER BY a.name, n DESC LIMIT 3",
        // It is not the count itself.
        "MATCH (a:Person)-[:KNOWS]->(b) RETURN a, count(*) % 7 AS n ORDER BY n DESC LIMIT 3",
        "MATCH (a:Person)-[:KNOWS]->(b) RETURN a, sum(b.age) AS n ORDER BY n DESC LIMIT 3",
        // A filter in between could drop what the sort was told of.
        "MATCH (a:Person)-[:KNOWS]->(b) WITH a, count(*) AS n WHERE n < 5 RETURN a, n ORDER BY n DESC LIMIT 3",
    ];
    told.iter().for_each(|text| assert!(asks(text, &[]) && !asks(text, &[Rule::Floor]), "{text}"));
    not_told.iter().for_each(|text| assert!(!asks(text, &[]), "{text}"));
}

#[test]
fn groupings_tell_tallies_what_they_tell_nodes_apart_by() {
    let told = |text: &str, disabled: &[Rule]| {
        let plan = planned(text, disabled).unwrap_or_else(|error| panic!("{text}: {error}"));
        format!("{plan:?}").contains("class: Some")
    };
    let fires = [
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN b.age, count(*)",
        "MATCH (a:Person)-[:KNOWS]->(b:Person) WHERE a.name IS NOT NULL RETURN b.age, avg(a.age), count(a.name) ORDER BY b.age",
    ];
    let not = [
        // The nodes themselves, or more of them than one property.
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN b, count(*)",
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN b.age, b.name, count(*)",
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN b.age % 10, count(*)",
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN b.age, max(b.name)",
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN b.age, count(DISTINCT b.name)",
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN b.age, sum(b.height)",
    ];
    fires.iter().for_each(|text| assert!(told(text, &[]) && !told(text, &[Rule::Class]), "{text}"));
    not.iter().for_each(|text| assert!(!told(text, &[]), "{text}"));
}

#[test]
fn common_neighbours_are_intersected() {
    let fires = [
        ("MATCH (a:Person)-[:KNOWS]->(b:Person)-[:KNOWS]->(c:Person)-[:KNOWS]->(a) RETURN count(*)", 1),
        (
            "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c), (a)-[:KNOWS]->(c), (a)-[:KNOWS]->(d), (b)-[:KNOWS]-(d), (c)<-[:KNOWS]-(d) RETURN d.name",
            2,
        ),
        ("MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(a) RETURN a.name, b.name", 1),
        // Two persons by index, then what they share.
        ("MATCH (a:Person {id: 1})-[:KNOWS]->(c)<-[:KNOWS]-(b:Person {id: 2}) RETURN c.name", 1),
    ];
    let not = [
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN c.name",
        "MATCH (a)-[:KNOWS]->(b), (c)-[:KNOWS]->(d) RETURN d.name",
        "MATCH (a)-[:KNOWS*1..2]->(b)-[:KNOWS*1..2]->(c)-[:KNOWS*1..2]->(a) RETURN count(*)",
    ];
    let count = |text: &str, disabled: &[Rule]| {
        let plan = explain(&planned(text, disabled).unwrap_or_else(|error| panic!("{text}: {error}")), None);
        plan.matches("Intersect").count()
    };
    for (text, times) in fires {
        assert_eq!((count(text, &[]), count(text, &[Rule::Intersect])), (times, 0), "{text}");
    }
    for text in not {
        assert_eq!(count(text, &[]), 0, "{text}");
    }
}

#[test]
fn edges_that_nobody_asks_for_are_told_apart_by_their_ends() {
    let fires = [
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN a.name, c.name",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(a) RETURN count(*)",
        // Named, and not asked for.
        "MATCH (a)-[r:KNOWS]->(b)<-[s:KNOWS]-(c) RETURN a.name, c.name",
        "MATCH (a) WHERE EXISTS { MATCH (a)-[:KNOWS]->(b)<-[:KNOWS]-(c) WHERE b.age < c.age } RETURN a.name",
        // The edge that is asked for can be none of the others.
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[e:LIVES_IN]->(d) RETURN a.name, e.since",
    ];
    let not = [
        "MATCH (a)-[:KNOWS]->(b)-[e:KNOWS]->(c) RETURN a.name, e.since",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS {since: 1}]->(c) RETURN a.name, c.name",
        "MATCH p = (a)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN p",
        // Of edges that may lead either way, or of some types more, not any will do.
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]-(c) RETURN a.name, c.name",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS|LIVES_IN]->(c) RETURN a.name, c.name",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS*1..2]->(c) RETURN a.name, c.name",
        // They cannot be the same edge.
        "MATCH (a)-[:KNOWS]->(b)-[:LIVES_IN]->(c) RETURN a.name, c.name",
    ];
    let told = |text: &str, disabled: &[Rule]| {
        let plan = planned(text, disabled).unwrap_or_else(|error| panic!("{text}: {error}"));
        format!("{plan:?}").contains("taken: [(")
    };
    fires.iter().for_each(|text| assert!(told(text, &[]) && !told(text, &[Rule::Anonymous]), "{text}"));
    not.iter().for_each(|text| assert!(!told(text, &[]), "{text}"));
}

#[test]
fn clauses_in_sequence_are_one_pattern() {
    let plan = |text: &str, disabled: &[Rule]| {
        explain(&planned(text, disabled).unwrap_or_else(|error| panic!("{text}: {error}")), None)
    };
    // The country is the better start, although it comes in the second clause.
    let text = "MATCH (p:Person)-[:LIVES_IN]->(c:City) WITH p, c MATCH (c)-[:IN]->(n:Country) RETURN p.name, n.name";
    assert!(plan(text, &[]).contains("NodeScan (n:Country)"));
    assert!(!plan(text, &[Rule::JoinMatches]).contains("NodeScan (n:Country)"));
    let text = "MATCH (p:Person)-[:KNOWS]->(q:Person) MATCH (q)-[:KNOWS]->(n:Country) RETURN p.name, n.name";
    assert!(plan(text, &[]).contains("NodeScan (n:Country)"));
    let apart = [
        "MATCH (p:Person)-[:LIVES_IN]->(c:City) WITH p, c LIMIT 3 MATCH (c)-[:IN]->(n:Country) RETURN p.name, n.name",
        "MATCH (p:Person)-[:LIVES_IN]->(c:City) WHERE rand() < 0.5 MATCH (c)-[:IN]->(n:Country) RETURN p.name, n.name",
    ];
    for text in apart {
        assert!(!plan(text, &[]).contains("NodeScan (n:Country)"), "{text}");
    }
}

#[test]
fn ends_of_walks_are_searched_where_they_count_once() {
    let reach = [
        "MATCH (a)-[:KNOWS*1..3]->(b) RETURN count(DISTINCT b.name)",
        "MATCH (a)-[:KNOWS*]->(b) RETURN DISTINCT b",
        "MATCH (a)-[:KNOWS*0..2]-(b)-[:LIVES_IN]->(c) WHERE b.age > 1 RETURN DISTINCT c.name",
        "MATCH (a)-[:KNOWS*1..2]->(b) RETURN a.name, max(b.age)",
    ];
    let walks = [
        "MATCH (a)-[:KNOWS*1..3]->(b) RETURN count(b)",
        "MATCH (a)-[:KNOWS*2..3]->(b) RETURN DISTINCT b",
        "MATCH (a)-[:KNOWS*1..3]-(b) RETURN DISTINCT b",
        "MATCH (a)-[e:KNOWS*1..3]->(b) RETURN DISTINCT b, size(e)",
        "MATCH (a)-[:KNOWS]->(c)-[:KNOWS*1..3]->(b) RETURN DISTINCT b",
        "MATCH (a)-[:KNOWS*1..3]->(b) WITH b LIMIT 3 RETURN DISTINCT b",
        "MATCH p = (a)-[:KNOWS*1..3]->(b) RETURN DISTINCT length(p)",
    ];
    for (texts, fires) in [(&reach[..], true), (&walks[..], false)] {
        for text in texts {
            let plan = explain(&planned(text, &[]).unwrap_or_else(|error| panic!("{text}: {error}")), None);
            assert_eq!(plan.contains("Reach"), fires, "{text}\n{plan}");
            let plan = explain(&planned(text, &[Rule::Reach]).unwrap_or_else(|error| panic!("{text}: {error}")), None);
            assert!(!plan.contains("Reach"), "{text}\n{plan}");
        }
    }
}
