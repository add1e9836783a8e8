//! Plans of small statements against a made-up catalog: what is refused, and what a plan looks like.

mod rewritten;

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
