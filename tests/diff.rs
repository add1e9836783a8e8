//! The difference of two graphs: what it says, and that its script turns the one into the other.

#![allow(clippy::unwrap_used, reason = "tests")]

mod seen;

use kenning::diff::{Diff, Options, Reason, diff};
use kenning::model::Value;
use kenning::model::schema::{NodeType, PropertyRules, PropertyType, Relation, Schema};
use kenning::store::{self, Builder};
use kenning::{Database, Parameters};
use proptest::prelude::*;
use seen::run;

fn graph(statements: &[&str]) -> Database {
    let db = Database::in_memory();
    statements.iter().for_each(|text| drop(run(&db, text, &Parameters::new())));
    db
}

fn compared(a: &Database, b: &Database) -> Diff {
    diff(&a.view(), &b.view(), &Options::default()).unwrap()
}

/// Everything that can be seen of a graph.
fn seen(db: &Database) -> Vec<String> {
    // A schema's own indexes come and go with the nodes.
    let indexes: &[&str] = if db.schema().is_some() { &[] } else { &[seen::INDEXES] };
    seen::seen(db, &[&seen::DATA[..], indexes].concat())
}

/// Applies the script to a copy of the first graph, which must then be the second.
fn turned(a: &Database, b: &Database) -> String {
    let found = compared(a, b);
    let (script, _) = found.script(&a.view(), &b.view()).unwrap();
    let copy = Database::draft(&store::bytes(&a.view()).unwrap()).unwrap();
    script.split_terminator(";\n").for_each(|statement| drop(run(&copy, statement, &Parameters::new())));
    assert_eq!(seen(&copy), seen(b), "{script}");
    let left = compared(&copy, b);
    let lines: Vec<String> = left.lines(&copy.view(), &b.view()).iter().map(ToString::to_string).collect();
    assert!(
        left.is_empty() || found.matches.iter().any(|rule| rule.reason == Reason::Everything),
        "{lines:?}\n{script}"
    );
    assert_eq!(script.is_empty(), found.is_empty(), "{script}");
    script
}

fn told(a: &Database, b: &Database) -> Vec<String> {
    compared(a, b).lines(&a.view(), &b.view()).iter().map(ToString::to_string).collect()
}

#[test]
fn keys_match_nodes() {
    let key = "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.id IS UNIQUE";
    let a = graph(&[
        key,
        "CREATE (:Person {id: 1, name: 'Ada'})-[:KNOWS {since: 1833}]->(:Person {id: 2, name: 'Charles'})-[:KNOWS]->(:Person {id: 3})",
    ]);
    let b = graph(&[
        key,
        "CREATE (:Engineer:Person {id: 2, name: 'Charles', born: 1791})<-[:KNOWS {since: 1834}]-(:Person {id: 1, name: 'Ada'})-[:LIKES]->(:Person {id: 4})",
        "CREATE INDEX FOR (p:Person) ON (p.name)",
    ]);
    let expected = [
        "@ Engineer: no key; matched by all labels and properties, then by edges",
        "@ Person: matched by `id`, which a constraint makes unique",
        "~ Engineer `Charles`",
        "    +:Engineer",
        "    + born: 1791",
        "- (:Person {id: 3})",
        "+ (:Person {id: 4})",
        "- (Charles)-[:KNOWS]->(3)",
        "+ (Ada)-[:LIKES]->(4)",
        "~ (Ada)-[:KNOWS]->(Charles)",
        "    since: 1833 -> 1834",
        "+ index `Person_name_index` on `Person.name`: INDEX",
    ];
    assert_eq!(told(&a, &b), expected);
    assert_eq!(told(&a, &a), [""; 0]);
    turned(&a, &b);
    turned(&b, &a);
    turned(&a, &a);
}

#[test]
fn without_keys_all_that_a_node_is_counts() {
    let a = graph(&["CREATE (a:A {x: 1})-[:R]->(:B), (a)-[:R]->(:B), (:B)-[:R]->(:C), (:A {x: 2})"]);
    let b = graph(&["CREATE (a:A {x: 1})-[:R]->(:B), (:B)-[:R]->(:C), (:A {x: 3}), (:B)"]);
    let expected = [
        "@ A: no key; matched by all labels and properties, then by edges",
        "@ B: no key; matched by all labels and properties, then by edges",
        "@ C: no key; matched by all labels and properties, then by edges",
        "- (:A {x: 2})",
        "+ (:A {x: 3})",
    ];
    let lines = told(&a, &b);
    assert_eq!(lines[..5], expected);
    assert_eq!(lines.len(), 6, "{lines:?}");
    turned(&a, &b);
    turned(&b, &a);
    let keys = vec![("A".to_owned(), "x".to_owned())];
    assert!(diff(&a.view(), &b.view(), &Options { keys }).is_ok());
    for (label, key, says) in [("Aa", "x", "the label `Aa`"), ("A", "y", "the property `y`")] {
        let keys = vec![(label.to_owned(), key.to_owned())];
        assert!(diff(&a.view(), &b.view(), &Options { keys }).unwrap_err().to_string().contains(says));
    }
}

#[test]
fn odd_values_and_swapped_names() {
    let key = [
        "CREATE CONSTRAINT FOR (p:P) REQUIRE p.name IS UNIQUE",
        "CREATE CONSTRAINT FOR (p:P) REQUIRE p.`a b` IS NODE KEY",
    ];
    let a = graph(&[
        key[0],
        key[1],
        "CREATE (:P {name: 1, `a b`: 'x'}), (:P {name: 2, `a b`: 'y'})",
        "CREATE ({v: 0.0 / 0.0})-[:`R ``1`]->({v: 1})",
    ]);
    let b = graph(&[
        key[0],
        key[1],
        "CREATE (:P {name: 1, `a b`: 'y'}), (:P {name: 2, `a b`: 'x'})",
        "CREATE ({v: 0.0 / 0.0})<-[:`R ``1`]-({v: 1.0})",
    ]);
    turned(&a, &b);
    turned(&b, &a);
}

/// Two versions of a graph with a schema, whose names may be swapped.
fn declared(nodes: &[(u8, u8, Option<i64>)], edges: &[(usize, usize, Option<i64>)]) -> Database {
    let rules = PropertyRules {
        required: vec!["id".into(), "name".into()],
        optional: vec!["n".into()],
        ..PropertyRules::default()
    };
    let node_type = |label: &str| NodeType {
        label: label.into(),
        key: "id".into(),
        name: "name".into(),
        rules: rules.clone(),
        ..NodeType::default()
    };
    let mut builder = Builder::new();
    builder.schema(Schema {
        properties: vec![
            ("id".into(), PropertyType::String),
            ("name".into(), PropertyType::String),
            ("n".into(), PropertyType::Integer),
        ],
        types: vec![node_type("A"), node_type("B")],
        relations: vec![Relation {
            edge_type: "R".into(),
            from: vec!["A".into(), "B".into()],
            to: vec!["A".into()],
            rules: PropertyRules { optional: vec!["n".into()], ..PropertyRules::default() },
            ..Relation::default()
        }],
        ..Schema::default()
    });
    let mut ids = Vec::new();
    let (mut keys, mut names) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    for (id, name, n) in nodes {
        if keys.insert(*id) && names.insert(*name) {
            let mut properties =
                vec![("id", Value::string(format!("k{id}"))), ("name", Value::string(format!("n{name}")))];
            properties.extend(n.map(|n| ("n", Value::Int(n))));
            ids.push((builder.node(&[if id % 3 == 0 { "B" } else { "A" }], properties), id % 3 != 0));
        }
    }
    for (from, to, n) in edges {
        if let (Some(from), Some((to, true))) = (ids.get(*from), ids.get(*to)) {
            builder.edge(from.0, "R", *to, n.map(|n| ("n", Value::Int(n))).into_iter().collect());
        }
    }
    Database::from_bytes(&builder.finish().unwrap()).unwrap()
}

fn value() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        (0..3i64).prop_map(Value::Int),
        Just(Value::Float(1.0)),
        Just(Value::Float(f64::NAN)),
        "[ab'\\\\]{0,2}".prop_map(Value::string),
        prop::collection::vec((0..2i64).prop_map(Value::Int), 0..2).prop_map(Value::list),
    ]
}

fn properties() -> impl Strategy<Value = Value<'static>> {
    let key = prop_oneof!["[x-y]", Just("ROW".to_owned()), Just("a `b".to_owned())];
    prop::collection::btree_map(key, value(), 0..3)
        .prop_map(|map| Value::map(map.into_iter().map(|(key, value)| (key.into(), value)).collect::<Vec<_>>()))
}

type Nodes = Vec<(Value<'static>, usize, Option<i64>)>;
type Edges = Vec<(usize, usize, bool, Value<'static>)>;

fn parts() -> impl Strategy<Value = (Nodes, Edges)> {
    (
        prop::collection::vec((properties(), 0..4usize, prop::option::of(0..4i64)), 0..6),
        prop::collection::vec((0..6usize, 0..6usize, any::<bool>(), properties()), 0..8),
    )
}

/// A graph without a schema, with keys and without; equal nodes, parallel edges and loops are likely.
fn free((nodes, edges): &(Nodes, Edges), constrained: bool) -> Database {
    let db = Database::in_memory();
    let mut seen = std::collections::BTreeSet::new();
    if constrained {
        run(&db, "CREATE CONSTRAINT key FOR (n:K) REQUIRE n.k IS UNIQUE", &Parameters::new());
    }
    for (at, (properties, labels, key)) in nodes.iter().enumerate() {
        let labels = ["", ":A", ":A:B", ":K"][*labels];
        let p = Parameters::from([("p".into(), properties.clone()), ("at".into(), Value::Int(at as i64))]);
        run(&db, &format!("CREATE (n{labels}) SET n = $p SET n.at = $at"), &p);
        if let Some(key) = key.filter(|key| labels == ":K" && seen.insert(*key)) {
            let p = Parameters::from([("k".into(), Value::Int(key)), ("at".into(), Value::Int(at as i64))]);
            run(&db, "MATCH (n {at: $at}) SET n.k = $k", &p);
        }
    }
    for (from, to, kind, properties) in edges {
        let kind = if *kind { "R" } else { "`S ``T`" };
        let p = Parameters::from([
            ("a".into(), Value::Int(*from as i64)),
            ("b".into(), Value::Int(*to as i64)),
            ("p".into(), properties.clone()),
        ]);
        run(&db, &format!("MATCH (a {{at: $a}}), (b {{at: $b}}) CREATE (a)-[e:{kind}]->(b) SET e = $p"), &p);
    }
    run(&db, "MATCH (n) REMOVE n.at", &Parameters::new());
    db
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, ..ProptestConfig::default() })]

    #[test]
    fn scripts_turn_any_graph_into_any_other(a in parts(), b in parts(), constrained in any::<[bool; 2]>()) {
        let (a, b) = (free(&a, constrained[0]), free(&b, constrained[1]));
        turned(&a, &b);
    }

    #[test]
    fn scripts_turn_a_graph_into_a_like_one(a in parts(), more in parts(), constrained in any::<bool>()) {
        let mut b = a.clone();
        b.0.extend(more.0.into_iter().take(1));
        b.1.extend(more.1.into_iter().take(2));
        let (a, b) = (free(&a, constrained), free(&b, constrained));
        turned(&a, &b);
        turned(&b, &a);
    }

    #[test]
    fn scripts_keep_to_a_schema(
        a in (prop::collection::vec((0..6u8, 0..8u8, prop::option::of(0..3i64)), 0..7), prop::collection::vec((0..7usize, 0..7usize, prop::option::of(0..3i64)), 0..8)),
        b in (prop::collection::vec((0..6u8, 0..8u8, prop::option::of(0..3i64)), 0..7), prop::collection::vec((0..7usize, 0..7usize, prop::option::of(0..3i64)), 0..8)),
    ) {
        turned(&declared(&a.0, &a.1), &declared(&b.0, &b.1));
    }

    #[test]
    fn a_graph_does_not_differ_from_itself(a in parts(), constrained in any::<bool>()) {
        let a = free(&a, constrained);
        prop_assert!(compared(&a, &a).is_empty());
        let again = Database::from_bytes(&store::bytes(&a.view()).unwrap()).unwrap();
        prop_assert!(compared(&a, &again).is_empty());
    }
}
