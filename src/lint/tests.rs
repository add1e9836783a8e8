#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::model::Value;
use crate::model::schema::{Condition, NodeType, PropertyRules, PropertyType, Relation, Schema};
use crate::store::{Builder, Snapshot};

fn rules(required: &[&str], optional: &[&str]) -> PropertyRules {
    let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    PropertyRules { required: owned(required), optional: owned(optional), ..PropertyRules::default() }
}

/// Topics with an acyclic relation that carries evidence, and one that carries none.
fn schema() -> Schema {
    let relation = |name: &str, acyclic, rules| Relation {
        edge_type: name.to_owned(),
        from: vec!["Topic".to_owned()],
        to: vec!["Topic".to_owned()],
        acyclic,
        rules,
        ..Relation::default()
    };
    let mut evidence = rules(&["basis"], &["why", "source"]);
    evidence.when.push(Condition { key: "basis".into(), value: "inferred".into(), required: vec!["why".into()] });
    Schema {
        properties: ["id", "name", "basis", "why"].map(|key| (key.to_owned(), PropertyType::String)).to_vec(),
        types: vec![NodeType {
            label: "Topic".to_owned(),
            key: "id".to_owned(),
            name: "name".to_owned(),
            rules: rules(&["id", "name"], &[]),
            ..NodeType::default()
        }],
        relations: vec![relation("PART_OF", true, evidence), relation("SEES", false, rules(&[], &[]))],
        ..Schema::default()
    }
}

/// Ends by number, type and properties.
type Edge = (usize, &'static str, usize, &'static [(&'static str, &'static str)]);

fn found(names: &[&str], edges: &[Edge], allowed: &[Code]) -> Vec<String> {
    let mut builder = Builder::new();
    builder.schema(schema());
    let nodes: Vec<NodeId> = names
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let mut properties = vec![("id", Value::string(format!("t{place}")))];
            properties.extend((!name.is_empty()).then(|| ("name", Value::string(*name))));
            builder.node(&["Topic"], properties)
        })
        .collect();
    for (from, edge_type, to, properties) in edges {
        let properties = properties.iter().map(|(key, value)| (*key, Value::string(*value))).collect();
        builder.edge(nodes[*from], edge_type, nodes[*to], properties);
    }
    let snapshot = Snapshot::from_bytes(&builder.finish().unwrap()).unwrap();
    lint(&View::new(&snapshot), allowed).unwrap().iter().map(ToString::to_string).collect()
}

const SOUND: &[(&str, &str)] = &[("basis", "stated"), ("source", "line 1")];

#[test]
fn a_sound_graph_has_no_findings() {
    let none: [String; 0] = [];
    assert_eq!(found(&[], &[], &[]), none);
    assert_eq!(found(&["One", "Two"], &[(0, "PART_OF", 1, SOUND), (1, "SEES", 0, &[])], &[]), none);
}

#[test]
fn nodes_and_edges_that_lack_something() {
    let edges: &[Edge] = &[
        (0, "PART_OF", 1, &[("basis", "inferred")]),
        (1, "PART_OF", 2, &[("source", " ")]),
        (1, "PART_OF", 3, &[("basis", "inferred"), ("why", "It follows.")]),
    ];
    let findings = found(&["One", "Two", "", "Four", "Five"], edges, &[]);
    let expected = [
        "orphan: Topic `t4` (Five): it has no edges",
        "no-evidence: Topic `t0` (One) PART_OF Topic `t1` (Two): it has no `source` or `why`",
        "no-evidence: Topic `t1` (Two) PART_OF Topic `t2`: it has no `source` or `why`",
        "missing-property: Topic `t0` (One) PART_OF Topic `t1` (Two): it lacks `why`",
        "missing-property: Topic `t1` (Two) PART_OF Topic `t2`: it lacks `basis`",
        "missing-property: Topic `t2`: it lacks `name`",
    ];
    assert_eq!(findings, expected);
    let allowed = [Code::Orphan, Code::NoEvidence];
    assert_eq!(found(&["One", "Two", "", "Four", "Five"], edges, &allowed), expected[3..]);
}

#[test]
fn cycles_are_told_once_each() {
    let edge = |from, to| (from, "PART_OF", to, SOUND);
    let names = ["Zero", "One", "Two", "Three", "Four", "Five"];
    let sees = (4, "SEES", 4, &[][..]);
    let edges = [edge(0, 1), edge(1, 2), edge(2, 0), edge(2, 1), edge(3, 3), edge(4, 5), edge(3, 0), sees];
    assert_eq!(
        found(&names, &edges, &[]),
        [
            "cycle: Topic `t0` (Zero): PART_OF leads back: t0 -> t1 -> t2 -> t0",
            "cycle: Topic `t3` (Three): PART_OF leads back: t3 -> t3",
        ]
    );
}

/// A chain far longer than the stack is deep.
#[test]
fn long_chains_are_walked() {
    let mut builder = Builder::new();
    builder.schema(schema());
    let nodes: Vec<NodeId> = (0..100_000)
        .map(|i| builder.node(&["Topic"], vec![("id", Value::string(format!("t{i}"))), ("name", Value::Int(i))]))
        .collect();
    for pair in nodes.windows(2) {
        builder.edge(pair[0], "PART_OF", pair[1], vec![]);
    }
    builder.edge(nodes[99_999], "PART_OF", nodes[0], vec![]);
    let snapshot = Snapshot::from_bytes(&builder.finish().unwrap()).unwrap();
    let others = [Code::NoEvidence, Code::MissingProperty];
    let findings = lint(&View::new(&snapshot), &others).unwrap();
    assert_eq!(findings.len(), 1);
    assert!(findings[0].message.ends_with("t11 -> ... (99988 more) -> t0"), "{}", findings[0]);
}
