//! The parts of the test runners, tested: what reads Gherkin, and what reads and writes the TCK's values.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(dead_code, missing_docs, unreachable_pub, reason = "modules of other tests")]

#[path = "tck/cell.rs"]
mod cell;
#[path = "tck/gherkin.rs"]
mod gherkin;

use cell::Cell;
use kenning::model::{Path, Value};
use kenning::store::{Snapshot, View};

const FEATURE: &str = r#"#encoding: utf-8
Feature: Numbers - and what is behind them

  Background:
    Given any graph

  # A comment between.
  @tag
  Scenario: [1] A text keeps its inner indent
    When executing query:
      """
      MATCH (n)
        RETURN n
      """
    Then the result should be, in any order:
      | a \| b | c\\d |
      | \n     | \'   |

  Scenario Outline: [2] Returning <what>
    When executing query:
      """
      RETURN <what>
      """
    Then the result should be empty
    Examples:
      | what |
      | 1    |
      | '\\' |
    Examples:
      | what |
      | null |

  Scenario: [2] The number is taken
    And no side effects

  Scenario: No number
    But no side effects
"#;

#[test]
fn scenarios() {
    let scenarios = gherkin::read("a/B.feature", FEATURE).unwrap();
    let ids: Vec<_> = scenarios.iter().map(|scenario| scenario.id.as_str()).collect();
    let names = ["[1]", "[2] #1", "[2] #2", "[2] #3", "(3)", "(4)"];
    assert_eq!(ids, names.map(|name| format!("a/B.feature {name}")));
    for scenario in &scenarios {
        assert_eq!(scenario.steps[0].text, "any graph", "the background comes first");
    }
    let first = &scenarios[0].steps;
    assert_eq!(first[1].doc.as_deref(), Some("MATCH (n)\n  RETURN n"));
    assert_eq!(first[2].table, [["a | b", "c\\d"], ["\n", "\\'"]]);
    let queries: Vec<_> = scenarios[1..4].iter().map(|scenario| scenario.steps[1].doc.as_deref().unwrap()).collect();
    assert_eq!(queries, ["RETURN 1", "RETURN '\\'", "RETURN null"]);
    assert_eq!(scenarios[3].title, "[2] Returning null");
}

#[test]
fn not_gherkin() {
    let cases = [
        ("  | a |", "f:1: a table without a step"),
        ("Given x\n\"\"\"\nopen", "f:2: a text that is never closed"),
        ("\n\nEverything", "f:3: a line that is no step"),
        ("Examples:", "f:1: examples without a scenario"),
    ];
    for (text, expected) in cases {
        assert_eq!(gherkin::read("f", text).unwrap_err(), expected, "{text:?}");
    }
}

#[test]
fn cells() {
    let cases = [
        ("null", "null"),
        ("-1", "-1"),
        ("1.0", "1.0"),
        ("1e3", "1000.0"),
        (".5", "0.5"),
        ("NaN", "NaN"),
        ("''", "''"),
        (r"'it\'s \\ \n'", r"'it\'s \\ \n'"),
        ("[ ]", "[]"),
        ("[1,[null],'a']", "[1, [null], 'a']"),
        ("{b: 1, a: {}}", "{a: {}, b: 1}"),
        ("()", "()"),
        ("(:B:A {x:1})", "(:A:B {x: 1})"),
        ("({x: 1})", "({x: 1})"),
        ("[:T {p: [1]}]", "[:T {p: [1]}]"),
        ("[[:T], [:U]]", "[[:T], [:U]]"),
        ("<()>", "<()>"),
        ("<(:A)-[:T]->()<-[:U {x: 1}]-(:B)>", "<(:A)-[:T]->()<-[:U {x: 1}]-(:B)>"),
    ];
    for (text, expected) in cases {
        assert_eq!(Cell::read(text).map(|cell| cell.canonical(false)).as_deref(), Ok(expected), "{text}");
    }
    let sorted = Cell::read("[2, [4, 3], 1]").unwrap().canonical(true);
    assert_eq!(sorted, "[1, 2, [3, 4]]");
    for broken in ["", "[1", "'", "(:)", "{a}", "1 2", "nil", "<(a)>", "<()-[:T]-()>"] {
        assert!(Cell::read(broken).is_err(), "{broken}");
    }
}

#[test]
fn values_of_a_graph() {
    let base = Snapshot::empty();
    let mut view = View::new(&base);
    let a = view.create_node(&["B", "A"], vec![("x", Value::Float(1.0))]).unwrap();
    let b = view.create_node(&[], Vec::new()).unwrap();
    let edge = view.create_edge(a, "T", b, Vec::new()).unwrap();
    let back = Value::Path(Path { nodes: vec![b, a], edges: vec![edge] }.into());
    let cases = [
        (Value::Node(a), "(:A:B {x: 1.0})"),
        (Value::Edge(edge), "[:T]"),
        (back, "<()<-[:T]-(:A:B {x: 1.0})>"),
        (Value::list(vec![Value::Null, Value::string("x")]), "[null, 'x']"),
    ];
    for (value, expected) in cases {
        assert_eq!(Cell::of(&value, &view).canonical(false), expected);
    }
}
