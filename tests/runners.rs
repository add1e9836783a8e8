//! The parts of the test runners, tested: what reads Gherkin, what reads and writes the TCK's values, what reads and
//! writes files of cases, and what makes a snapshot of any view.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(dead_code, missing_docs, unreachable_pub, reason = "modules of other tests")]

#[path = "tck/cell.rs"]
mod cell;
#[path = "query/file.rs"]
mod file;
#[path = "tck/gherkin.rs"]
mod gherkin;
#[path = "query/snapshot.rs"]
mod snapshot;

use cell::Cell;
use kenning::model::{NodeId, Path, Value};
use kenning::store::{Snapshot, View};

const FEATURE: &str = r#"#encoding: utf-8
Feature: Numbers - and what is behind them
  A description
  of two lines.

  Background:
    Given any graph

  # A comment between.
  @tag
  Scenario: [1] A text keeps its inner indent
    When executing query:
      """
      MATCH (n)
        RETURN n
    LIMIT 1
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
    assert_eq!(first[1].doc.as_deref(), Some("MATCH (n)\n  RETURN n\nLIMIT 1"));
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
        ("Given x\n\nEverything", "f:3: a line that is no step"),
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

const CASES: &str = "# About.
--- graph
CREATE ()

--- query one
MATCH (n)
RETURN n
--- parameters
x: 1
--- rows
| n  |
| 2  |
| () |

--- query two
RETURN 1 ORDER BY 1
--- rows in order
| 1 |
| 1 |
--- warnings
0..1: odd

--- graph
shipped

--- query three
RETURN x
";

#[test]
fn files_of_cases() {
    let mut file = file::File::read(CASES);
    assert_eq!(file.write(), CASES);
    let shape: Vec<_> = file.graphs.iter().map(|(graph, cases)| (graph.as_str(), cases.len())).collect();
    assert_eq!(shape, [("CREATE ()", 2), ("shipped", 1)]);
    // The order of rows and their spacing do not count, unless the section says so.
    file.graphs[0].1[0].outcome[0].text = "| n |\n| () |\n| 2 |".to_owned();
    assert!(file::same(&file.write(), CASES));
    file.graphs[0].1[1].outcome[0].text = "| 1 |\n| 2 |".to_owned();
    assert!(!file::same(&file.write(), CASES));
    assert!(file::difference(CASES, &file.write()).starts_with("expected\ntwo"));
    let table = [["a", "b|c"], ["long", "1"]].map(|row| row.map(str::to_owned).to_vec());
    assert_eq!(file::draw(&table), "| a    | b\\|c |\n| long | 1    |\n");
}

#[test]
fn snapshots_of_views() {
    let base = Snapshot::empty();
    let mut view = View::new(&base);
    let a = view.create_node(&["B", "A"], vec![("x", Value::list(vec![Value::Int(1)]))]).unwrap();
    let b = view.create_node(&[], Vec::new()).unwrap();
    for x in [1, 2] {
        view.create_edge(a, "T", b, vec![("x", Value::Int(x))]).unwrap();
    }
    view.create_edge(b, "T", b, Vec::new()).unwrap();
    let snapshot = Snapshot::from_bytes(&snapshot::of(&view).unwrap()).unwrap();
    let shown = |view: &View<'_>| {
        let nodes = view.scan(|_| true).into_iter().flatten().map(|node| Value::Node(NodeId(node)));
        let mut edges = Vec::new();
        view.edges(None, |edge, from, to| {
            let path = Path { nodes: vec![from, to], edges: vec![edge] };
            edges.push(Value::Path(path.into()));
        });
        let mut cells: Vec<_> = nodes.chain(edges).map(|value| Cell::of(&value, view).canonical(false)).collect();
        cells.sort();
        cells
    };
    assert_eq!(shown(&View::new(&snapshot)), shown(&view));
}
