//! Every format gives back the graph that was written, and no file, however broken, does harm.
//!
//! `docs/formats.md` lists what a format cannot hold; the generators below leave out exactly that.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::Arc;

use kenning::Database;
use kenning::export::{Format, Part, Tables, folder, stream};
use kenning::load::import::{Imported, Input, Intake, Manner, Problems, Role, read};
use kenning::model::temporal::{Date, DateTime, Duration, LocalDateTime, LocalTime, Temporal, Time};
use kenning::model::{NodeId, Str, Value};
use kenning::store::{Snapshot, View};
use proptest::prelude::*;

/// Names and texts that some format could take for its own.
const HOSTILE: [&str; 22] = [
    "",
    " ",
    "say \"hi\"",
    "it's",
    "back\\slash",
    "two\nlines",
    "carriage\r\nreturn\r",
    "tab\t",
    "a,b;c|d:e",
    ":ID",
    "x:string",
    "$date",
    "`quoted`",
    "<b>&amp;</b>",
    "]]>",
    "مرحبا",
    "🎉",
    "\u{85}\u{2028}",
    "null",
    "NaN",
    "1",
    "2024-02-29",
];

type Properties = Vec<(String, Value<'static>)>;

/// A graph as data: nodes with labels, edges between their places.
#[derive(Clone, Debug)]
struct Graph {
    nodes: Vec<(Vec<String>, Properties)>,
    edges: Vec<(usize, String, usize, Properties)>,
}

impl Graph {
    /// Every node has its number, to be known by.
    fn view<'g>(&self, base: &'g Snapshot) -> View<'g> {
        let mut view = View::new(base);
        let mut ids = Vec::<NodeId>::new();
        for (number, (labels, properties)) in self.nodes.iter().enumerate() {
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            let mut properties = borrowed(properties);
            properties.push(("number", Value::Int(number as i64)));
            ids.push(view.create_node(&labels, properties).unwrap());
        }
        for (from, edge_type, to, properties) in &self.edges {
            let at = |place: usize| ids[place % ids.len()];
            view.create_edge(at(*from), edge_type, at(*to), borrowed(properties)).unwrap();
        }
        view
    }
}

fn borrowed(properties: &Properties) -> Vec<(&str, Value<'_>)> {
    properties.iter().map(|(key, value)| (key.as_str(), value.clone())).collect()
}

/// Everything that can be seen of a graph, whatever its ids.
fn seen(view: &View<'_>) -> Vec<String> {
    let number = view.key_id("number").unwrap();
    let mut seen = Vec::new();
    for node in view.scan(|_| true).into_iter().flatten().map(NodeId) {
        let mut labels: Vec<_> = view.node_labels(node).into_iter().map(|label| view.label_name(label)).collect();
        labels.sort_unstable();
        let properties: Vec<_> =
            view.node_properties(node).into_iter().map(|(key, value)| (view.key_name(key), value)).collect();
        seen.push(format!("{labels:?} {properties:?}"));
    }
    view.edges(None, |edge, source, target| {
        let [source, target] = [source, target].map(|node| view.node_property(node, number));
        let properties: Vec<_> =
            view.edge_properties(edge).into_iter().map(|(key, value)| (view.key_name(key), value)).collect();
        let edge_type = view.edge_type_name(view.edge(edge).unwrap().edge_type);
        seen.push(format!("{source:?} {edge_type} {target:?} {properties:?}"));
    });
    seen.sort();
    seen
}

/// What reading the files at a path makes.
fn import(path: &Path) -> Result<Imported, Problems> {
    let mut intake = Intake::new();
    let inputs = Input::find(path, &intake.meter()).unwrap();
    let inputs = inputs.into_iter().map(|input| (input, Role::Open)).collect();
    read(inputs, &Manner::default(), &mut intake).ok();
    intake.finish()
}

fn opened(mut imported: Imported) -> Snapshot {
    Snapshot::from_bytes(&imported.image.to_bytes().unwrap()).unwrap()
}

/// Writes the graph, reads it back and gives both as they can be seen.
fn there_and_back(graph: &Graph, format: Format, name: &str) -> (Vec<String>, Vec<String>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    let base = Snapshot::empty();
    let view = graph.view(&base);
    let mut text = Vec::new();
    let report = stream(format, Part::Whole, &view, &mut text).unwrap();
    assert_eq!((report.nodes, report.edges, report.notes), (graph.nodes.len(), graph.edges.len(), Vec::new()));
    std::fs::write(&path, &text).unwrap();
    let again =
        opened(import(&path).unwrap_or_else(|problems| panic!("{problems}\n{}", String::from_utf8_lossy(&text))));
    (seen(&view), seen(&View::new(&again)))
}

/// What a format's texts may consist of.
#[derive(Clone, Copy, PartialEq)]
enum Texts {
    All,
    Xml,
}

fn text(texts: Texts) -> BoxedStrategy<String> {
    let any = prop_oneof![prop::sample::select(&HOSTILE[..]).prop_map(str::to_owned), ".{0,8}", "\\PC{0,8}"];
    match texts {
        Texts::All => prop_oneof![4 => any, 1 => Just("nul \u{0} bell \u{7} \u{fffe}".to_owned())].boxed(),
        Texts::Xml => {
            any.prop_map(|text| text.chars().map(|char| if is_xml(char) { char } else { '.' }).collect()).boxed()
        }
    }
}

fn is_xml(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | '\u{7f}'..='\u{9f}')
        || !(char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}'))
}

fn name(texts: Texts) -> BoxedStrategy<String> {
    let named = text(texts).prop_map(|text| if text.is_empty() { "_".to_owned() } else { text });
    prop_oneof![2 => "[ABC]", 1 => named].boxed()
}

fn temporal() -> impl Strategy<Value = Value<'static>> {
    let date = || (-365_000_000_000_i64..365_000_000_000).prop_map(Date);
    let near = || prop_oneof![3 => (-800_000_i64..800_000).prop_map(Date), 1 => date()];
    let clock = || {
        prop_oneof![0..86_400_i64 * 1_000_000_000, (0..86_400_i64).prop_map(|s| s * 1_000_000_000)].prop_map(LocalTime)
    };
    let offset = || prop_oneof![Just(0), (-1080..=1080).prop_map(|minutes| minutes * 60), -64_800..64_800];
    // A zone whose offset is the same on every day.
    let zoned =
        prop_oneof![2 => offset().prop_map(|offset| (offset, None)), 1 => Just((3600, Some(Arc::from("Etc/GMT-1"))))];
    let local = move || (near(), clock()).prop_map(|(date, time)| LocalDateTime { date, time });
    prop_oneof![
        near().prop_map(Temporal::Date),
        clock().prop_map(Temporal::LocalTime),
        (clock(), offset()).prop_map(|(local, offset)| Temporal::Time(Time { local, offset })),
        local().prop_map(Temporal::LocalDateTime),
        (local(), zoned).prop_map(|(local, (offset, zone))| Temporal::DateTime(DateTime { local, offset, zone })),
        prop_oneof![[any::<i64>(), any::<i64>(), any::<i64>()], [-100..100_i64, -100..100_i64, -100_000..100_000_i64]]
            .prop_flat_map(|parts| (Just(parts), 0..1_000_000_000_i64))
            .prop_map(|([months, days, seconds], nanos)| Temporal::Duration(Duration { months, days, seconds, nanos })),
    ]
    .prop_map(Value::from)
}

fn scalar(texts: Texts) -> BoxedStrategy<Value<'static>> {
    let special = prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 5e-324, 1e300]);
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        special.prop_map(Value::Float),
        text(texts).prop_map(Value::string),
        temporal(),
    ]
    .boxed()
}

/// Everything that the store holds, lists in lists, nulls in lists and maps included.
fn value(texts: Texts) -> BoxedStrategy<Value<'static>> {
    let floats =
        prop::collection::vec(any::<f64>(), 0..3).prop_map(|l| Value::list(l.into_iter().map(Value::Float).collect()));
    let strings =
        prop::collection::vec(text(texts), 0..3).prop_map(|l| Value::list(l.into_iter().map(Value::string).collect()));
    let any = prop_oneof![8 => scalar(texts), 1 => Just(Value::Null)].prop_recursive(3, 12, 3, move |inner| {
        let map = prop::collection::vec((text(texts), inner.clone()), 0..3)
            .prop_map(|entries| Value::map(entries.into_iter().map(|(key, value)| (Str::from(key), value))));
        prop_oneof![prop::collection::vec(inner, 0..3).prop_map(Value::list), map]
    });
    prop_oneof![2 => scalar(texts), 1 => floats, 1 => strings, 2 => any].boxed()
}

/// What statements can make properties of.
fn statement_value() -> BoxedStrategy<Value<'static>> {
    // `duration({...})` counts in floats, which hold whole numbers up to 2^53.
    let counted = |value: &Value<'_>| match value {
        Value::Temporal(temporal) => match &**temporal {
            Temporal::Duration(d) => [d.months, d.days, d.seconds].iter().all(|part| part.unsigned_abs() < 1 << 53),
            _ => true,
        },
        _ => true,
    };
    let scalar = scalar(Texts::All).prop_filter("a duration that statements can make", counted).boxed();
    let list = prop::collection::vec(scalar.clone(), 0..3).prop_map(Value::list);
    prop_oneof![3 => scalar, 1 => list].boxed()
}

fn graph(name: BoxedStrategy<String>, value: BoxedStrategy<Value<'static>>) -> impl Strategy<Value = Graph> {
    let properties = move |name: &BoxedStrategy<String>| {
        let key = prop_oneof![1 => "[a-c]", 1 => name.clone()];
        prop::collection::btree_map(key, value.clone(), 0..4).prop_map(|map| {
            map.into_iter().filter(|(key, value)| key != "number" && !value.is_null()).collect::<Properties>()
        })
    };
    let labels = prop::collection::btree_set(name.clone(), 0..3).prop_map(|labels| labels.into_iter().collect());
    let nodes = prop::collection::vec((labels, properties(&name)), 1..6);
    let edges = prop::collection::vec((0..6_usize, name.clone(), 0..6_usize, properties(&name)), 0..6);
    (nodes, edges).prop_map(|(nodes, edges)| Graph { nodes, edges })
}

/// A label that CSV can hold.
fn label_of_csv() -> BoxedStrategy<String> {
    name(Texts::All)
        .prop_map(|name| name.replace([';', '\0'], ".").trim().to_owned())
        .prop_map(|name| if name.is_empty() { "_".to_owned() } else { name })
        .boxed()
}

/// Writes a folder, reads it back and compares.
fn in_a_folder(graph: &Graph, tables: Tables) -> Result<(), TestCaseError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out");
    let base = Snapshot::empty();
    let view = graph.view(&base);
    let report = folder(tables, Part::Whole, &view, &path).unwrap();
    prop_assert_eq!((report.nodes, report.edges, report.notes), (graph.nodes.len(), graph.edges.len(), Vec::new()));
    let again = opened(import(&path).unwrap_or_else(|problems| panic!("{problems}")));
    prop_assert_eq!(seen(&View::new(&again)), seen(&view));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn json_lines(graph in graph(name(Texts::All), value(Texts::All))) {
        let (before, after) = there_and_back(&graph, Format::JsonLines, "a.jsonl");
        prop_assert_eq!(before, after);
    }

    #[test]
    fn cypher(graph in graph(name(Texts::All), statement_value())) {
        let base = Snapshot::empty();
        let view = graph.view(&base);
        let mut script = Vec::new();
        prop_assert_eq!(stream(Format::Cypher, Part::Whole, &view, &mut script).unwrap().notes.len(), 0);
        let db = Database::in_memory();
        let mut transaction = db.begin().unwrap();
        let mut failed = |problem: kenning::ScriptProblem| panic!("{}: {}", problem.line, problem.error);
        transaction.script(&mut script.as_slice(), &Default::default(), &mut failed).unwrap();
        transaction.commit().unwrap();
        prop_assert_eq!(seen(&db.view()), seen(&view));
    }

    #[test]
    fn csv(graph in graph(label_of_csv(), value(Texts::All))) {
        in_a_folder(&graph, Tables::Csv)?;
    }

    #[cfg(feature = "parquet")]
    #[test]
    fn parquet(graph in graph(name(Texts::All), value(Texts::All))) {
        in_a_folder(&graph, Tables::Parquet)?;
    }

    #[test]
    fn graphml(graph in graph(name(Texts::Xml), value(Texts::Xml))) {
        let (before, after) = there_and_back(&graph, Format::GraphMl, "a.graphml");
        prop_assert_eq!(before, after);
    }
}

/// The graph of a file with this text, or what is wrong with it.
fn read_text(name: &str, text: impl AsRef<[u8]>) -> Result<Vec<String>, String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    std::fs::write(&path, text).unwrap();
    let imported =
        import(&path).map_err(|problems| problems.to_string().replace(&directory.path().display().to_string(), ""))?;
    let snapshot = opened(imported);
    let view = View::new(&snapshot);
    let mut seen = Vec::new();
    let told = |properties: Vec<(kenning::model::KeyId, Value<'_>)>| {
        let told = properties.into_iter().map(|(key, value)| format!("{}={}", view.key_name(key), plain(&value)));
        told.collect::<Vec<_>>().join(" ")
    };
    for node in view.scan(|_| true).into_iter().flatten().map(NodeId) {
        let mut labels: Vec<_> = view.node_labels(node).into_iter().map(|label| view.label_name(label)).collect();
        labels.sort_unstable();
        seen.push(format!("({} {})", labels.join(":"), told(view.node_properties(node))));
    }
    view.edges(None, |edge, source, target| {
        let edge_type = view.edge_type_name(view.edge(edge).unwrap().edge_type);
        let [source, target] = [source, target].map(|node| told(view.node_properties(node)));
        seen.push(
            format!("[{source}] {edge_type} [{target}] {}", told(view.edge_properties(edge))).trim_end().to_owned(),
        );
    });
    seen.sort();
    Ok(seen)
}

fn plain(value: &Value<'_>) -> String {
    match value {
        Value::String(text) => format!("'{}'", text.as_str()),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => format!("{float:?}"),
        Value::Bool(bool) => bool.to_string(),
        Value::Temporal(temporal) => format!("{}({temporal})", temporal.kind().name()),
        Value::List(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(", ")),
        other => format!("{other:?}"),
    }
}

#[test]
fn json_lines_of_others() {
    let neo4j = r#"{"type":"node","id":"0","labels":["User"],"properties":{"name":"Ada","age":36}}
{"type":"node","id":"1"}
{"id":"0","type":"relationship","label":"KNOWS","properties":{"since":1993},"start":{"id":"0","labels":["User"]},"end":{"id":"1"}}"#;
    let expected = ["( )", "(User age=36 name='Ada')", "[age=36 name='Ada'] KNOWS [] since=1993"];
    assert_eq!(read_text("a.jsonl", neo4j).unwrap(), expected);
    let plain = "{\"id\": 1, \"name\": \"Ada\", \"tags\": [\"a\", \"b\"]}\n\n{\"name\": \"Bob\", \"kind\": \"node\"}\n";
    assert_eq!(
        read_text("Person.ndjson", plain).unwrap(),
        ["(Person id=1 name='Ada' tags=['a', 'b'])", "(Person kind='node' name='Bob')"]
    );
}

#[test]
fn graphml_of_others() {
    let networkx = r#"<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="d1" for="edge" attr.name="weight" attr.type="double"/>
<key id="d0" for="node" attr.name="color" attr.type="string"><default>yellow</default></key>
<graph edgedefault="undirected"><node id="Ada"><data key="d0">green</data></node><node id="Bob"/>
<edge source="Ada" target="Bob"><data key="d1">1.5</data></edge></graph></graphml>"#;
    assert_eq!(
        read_text("a.graphml", networkx).unwrap(),
        [
            "( color='green' id='Ada')",
            "( color='yellow' id='Bob')",
            "[color='green' id='Ada'] RELATED [color='yellow' id='Bob'] weight=1.5"
        ]
    );
    let neo4j = r#"<graphml><key id="labels" for="node" attr.name="labels"/><key id="name" for="node" attr.name="name"/>
<key id="tags" for="node" attr.name="tags" attr.type="string" attr.list="string"/><key id="label" for="edge" attr.name="label"/>
<graph id="G" edgedefault="directed"><node id="n0" labels=":A:B"><data key="labels">:A:B</data><data key="name">a &lt;&#x41;<![CDATA[<b>]]></data><data key="tags">["x"]</data></node>
<edge id="e0" source="n0" target="n0" label="KNOWS"><data key="label">KNOWS</data></edge></graph></graphml>"#;
    assert_eq!(
        read_text("a.graphml", neo4j).unwrap(),
        [
            "(A:B id='n0' name='a <A<b>' tags=['x'])",
            "[id='n0' name='a <A<b>' tags=['x']] KNOWS [id='n0' name='a <A<b>' tags=['x']]"
        ]
    );
    let yed = r#"<graphml xmlns:y="y"><key for="node" id="d6" yfiles.type="nodegraphics"/><graph>
<node id="n0"><data key="d6"><y:ShapeNode><y:NodeLabel>Start</y:NodeLabel></y:ShapeNode></data><port name="p"/></node></graph></graphml>"#;
    assert_eq!(read_text("a.graphml", yed).unwrap(), ["( id='n0')"]);
}

#[test]
fn triples() {
    let turtle = r#"@prefix ex: <http://example.org/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
ex:python a ex:Skill , skos:Concept ; ex:name "Python" ; foaf:name "Python (foaf)" ;
  skos:prefLabel "Python"@en , "Python"@de ; skos:altLabel "py" , "cpython" ;
  ex:since "1991-02-20"^^xsd:date ; ex:rank 1 ; ex:share 0.5 ; ex:free true ;
  skos:broader ex:programming ; ex:at "2024-01-01T10:00:00Z"^^xsd:dateTime .
ex:role ex:needs ex:python , [ ex:name "anonymous" ] .
ex:python skos:altLabel "snake" ."#;
    let python = "altLabel=['py', 'cpython', 'snake'] at=datetime(2024-01-01T10:00Z) foaf_name='Python (foaf)' free=true \
        iri='http://example.org/python' name='Python' prefLabel_de='Python' prefLabel_en='Python' rank=1 share=0.5 since=date(1991-02-20)";
    let mut expected = [
        format!("(Concept:Resource:Skill {python})"),
        "(Resource iri='http://example.org/programming')".to_owned(),
        "(Resource iri='http://example.org/role')".to_owned(),
        "(Resource name='anonymous')".to_owned(),
        format!("[{python}] broader [iri='http://example.org/programming']"),
        format!("[iri='http://example.org/role'] needs [{python}]"),
        "[iri='http://example.org/role'] needs [name='anonymous']".to_owned(),
    ];
    expected.sort();
    assert_eq!(read_text("a.ttl", turtle).unwrap(), expected);
    let triples = "<urn:a> <urn:p:knows> _:b .\n# nothing\n_:b <urn:p:name> \"b\" .\n<urn:a> <urn:p:name> \"a\" .\n";
    assert_eq!(
        read_text("a.nt", triples).unwrap(),
        ["(Resource iri='urn:a' name='a')", "(Resource name='b')", "[iri='urn:a' name='a'] knows [name='b']"]
    );
}

/// Files, and what is said of them.
#[test]
fn broken_files_are_told_with_their_lines() {
    let deep = |open: &str, close: &str, levels: usize| format!("{}{}", open.repeat(levels), close.repeat(levels));
    let node = r#"{"kind":"node","id":"n0","labels":["A"],"properties":{"#;
    let head = "<graphml><key id=\"d0\" for=\"node\" attr.name=\"k\" attr.type=\"long\"/><graph>\n";
    let bomb = "<!DOCTYPE g [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY f SYSTEM \"file:///etc/passwd\">]>";
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a.jsonl", format!("{node}}}}}\n{node}").into(), "a.jsonl:2: this is not JSON: EOF"),
        ("a.jsonl", "1\n".into(), "a.jsonl:1: this is an integer, and a JSON object was expected"),
        ("a.jsonl", "[\n{}]\n".into(), "a.jsonl:1: this is a JSON array"),
        (
            "a.jsonl",
            format!("{node}\"a\":{}}}}}", deep("[", "]", 100)).into(),
            "`a`: a property's value nests at most 64",
        ),
        ("a.jsonl", deep("[", "]", 1_000_000).into(), "a.jsonl:1: this is a JSON array"),
        (
            "a.jsonl",
            format!("\n{}", deep("{\"a\":", "}", 1_000_000)).into(),
            "a.jsonl:2: this is not JSON: recursion limit",
        ),
        ("a.jsonl", format!("{node}\"d\":{{\"$date\":\"2023-02-29\"}}}}}}").into(), "`d`: `2023-02-29` is no date"),
        ("a.jsonl", r#"{"kind":"edge","source":"a","target":"b"}"#.into(), "the edge's type is missing"),
        ("a.jsonl", r#"{"kind":"edge","type":"T","source":"a","target":1.5}"#.into(), "`target` is a float, and an id"),
        (
            "a.jsonl",
            r#"{"kind":"edge","type":"T","source":"a","target":"b"}"#.into(),
            "a.jsonl:1: this T leaves `a`, and",
        ),
        ("a.jsonl", r#"{"kind":"node","labels":[1]}"#.into(), "a label is a text, and this is an integer"),
        ("a.jsonl", b"{\"a\":\"\xff\"}".to_vec(), "byte 7 of this line is not UTF-8"),
        ("a.jsonl", format!("{node}}}}}\n{node}}}}}").into(), "a.jsonl:2: the id `n0` is there already"),
        ("a.jsonl.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff".to_vec(), "cannot read"),
        ("a.graphml", "".into(), "a.graphml:1: there is no graph in this file"),
        ("a.graphml", "name,age\n".into(), "this is not XML: it begins with a text"),
        ("a.graphml", "<svg/>".into(), "this is no GraphML: its root is <svg>"),
        ("a.graphml", format!("{head}<node id=\"a\">").into(), "a.graphml:2: the file ends too early"),
        ("a.graphml", format!("{head}<node id=\"a\"></edge>").into(), "a.graphml:2: this is not XML"),
        (
            "a.graphml",
            format!("{head}<node id=\"a\"><data key=\"d0\">x</data></node></graph></graphml>").into(),
            "a.graphml:2: `k`: `x` is no whole number",
        ),
        (
            "a.graphml",
            format!("{head}<node id=\"a\"><data key=\"d9\">x</data></node></graph></graphml>").into(),
            "there is no <key id=\"d9\"> for a node",
        ),
        ("a.graphml", format!("{head}<node/></graph></graphml>").into(), "this node has no `id`"),
        (
            "a.graphml",
            format!("{head}<node id='a'><graph/></node></graph></graphml>").into(),
            "a.graphml:2: a graph inside a node is not read",
        ),
        ("a.graphml", format!("{head}<hyperedge/></graph></graphml>").into(), "more than two ends"),
        (
            "a.graphml",
            format!("{head}<edge source='a'/></graph></graphml>").into(),
            "this edge lacks `source` or `target`",
        ),
        ("a.graphml", format!("{head}{}", "<x>".repeat(100_000)).into(), "elements nest more than 100 levels deep"),
        (
            "a.graphml",
            format!("{bomb}{head}<node id='a'><data key='d0'>&b;</data></node></graph></graphml>").into(),
            "`&b;` is not known: entities of a DTD are not expanded",
        ),
        (
            "a.graphml",
            format!("{bomb}{head}<node id='&f;'/></graph></graphml>").into(),
            "entities of a DTD are not expanded",
        ),
        (
            "a.graphml",
            "<?xml version='1.0' encoding='ISO-8859-1'?><graphml/>".into(),
            "written in ISO-8859-1, and UTF-8 is read",
        ),
        ("a.graphml", b"<graphml>\n\xff</graphml>".to_vec(), "a.graphml:2: this is not XML"),
        ("a.ttl", "@prefix ex: <http://example.org/> .\nex:a ex:b ; .\n".into(), "a.ttl:2: this is not Turtle"),
        (
            "a.ttl",
            "<http://a> <http://b> \"x\"^^<http://www.w3.org/2001/XMLSchema#integer> .".into(),
            "`x` is no integer",
        ),
        ("a.ttl", "<http://a> <http://b> \"open".into(), "a.ttl:1: this is not Turtle"),
        ("a.ttl", format!("<http://a> <http://b> {} .", deep("[<http://c> ", "]", 100_000)).into(), ""),
        ("a.nt", "<urn:a> <urn:b> <urn:c>\n".into(), "a.nt:1: this is no triple"),
        ("a.nt", "<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> \"\\q\" .\n".into(), "a.nt:2: this is no triple"),
        ("a.nt", b"<urn:a> <urn:b> \"\xff\" .\n".to_vec(), "a.nt:1: byte 18 of this line is not UTF-8"),
        ("a.xyz", "".into(), "a.xyz: nothing here reads"),
    ];
    for (name, bytes, expected) in cases {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
        match read_text(name, bytes) {
            Err(found) => assert!(found.contains(expected), "{start}\n{}", &found[..found.len().min(500)]),
            Ok(_) => assert_eq!(expected, "", "{start} is taken"),
        }
    }
}

/// Lines and texts of many megabytes are read, or refused, and never kept twice.
#[test]
fn long_lines() {
    let long = "x".repeat(10 << 20);
    let json = format!("{{\"kind\":\"node\",\"labels\":[],\"properties\":{{\"k\":\"{long}\"}}}}\n");
    assert_eq!(read_text("a.jsonl", json).unwrap().len(), 1);
    let xml = format!(
        "<graphml><key id='k' for='node' attr.name='k'/><graph><node id='a'><data key='k'>{long}</data></node></graph></graphml>"
    );
    assert_eq!(read_text("a.graphml", xml).unwrap().len(), 1);
    let triple = format!("<urn:a> <urn:k> \"{long}\" .\n");
    assert_eq!(read_text("a.nt", &triple).unwrap().len(), 1);
    assert_eq!(read_text("a.ttl", &triple).unwrap().len(), 1);
    let longer = "x".repeat(66 << 20);
    let refused = read_text("a.jsonl", format!("\"{longer}\"\n")).unwrap_err();
    assert!(refused.contains("a.jsonl:1: this is longer than 64 MB"), "{refused}");
    let refused = read_text("a.graphml", format!("<graphml>{longer}</graphml>")).unwrap_err();
    assert!(refused.contains("longer than 64 MB"), "{refused}");
    let refused = read_text("a.ttl", format!("<urn:a> <urn:k> \"{longer}\" .\n")).unwrap_err();
    assert!(refused.len() < 10_000, "{}", &refused[..1000]);
}

/// Every file cut anywhere, and with bytes of it changed: an answer, and never a panic.
#[test]
fn files_cut_and_flipped() {
    let jsonl = r#"{"kind":"node","id":"n0","labels":["A"],"properties":{"d":{"$date":"2024-02-29"},"l":[1,2.5,null]}}
{"kind":"edge","id":"e0","type":"T","source":"n0","target":"n0","properties":{}}
"#;
    let graphml = r#"<?xml version="1.0"?><!DOCTYPE a><graphml><key id="d0" for="node" attr.name="k" attr.type="long"><default>1</default></key>
<graph><node id="a"><data key="d0">12 &#10;<![CDATA[]]><!-- c --></data></node><edge source="a" target="a"/></graph></graphml>"#;
    let turtle =
        r#"@prefix ex: <http://e.org/> . ex:a a ex:B ; ex:c "x"@en , 1.5 ; ex:d [ ex:e ( 1 2 ) ] . _:b ex:f """l""" ."#;
    let triples = "<urn:a> <urn:b> \"x\\u00e9\"@de .\n_:b <urn:b> <urn:a> .\n";
    for (name, text) in [("a.jsonl", jsonl), ("a.graphml", graphml), ("a.ttl", turtle), ("a.nt", triples)] {
        let whole = read_text(name, text).unwrap();
        assert!(!whole.is_empty());
        for at in 0..text.len() {
            drop(read_text(name, &text.as_bytes()[..at]));
            for change in [0x01, 0x20, 0x80] {
                let mut changed = text.as_bytes().to_vec();
                changed[at] ^= change;
                drop(read_text(name, changed));
            }
        }
    }
}

/// A graph of a few nodes as Parquet, and the same table as Arrow.
#[cfg(feature = "parquet")]
mod tables {
    use super::*;
    use arrow_array::{ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray, types::Int32Type};

    fn batch() -> RecordBatch {
        let names: ArrayRef = Arc::new(StringArray::from(vec![Some("Ada"), None, Some("Bob")]));
        let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let kinds: ArrayRef = Arc::new(["x", "y", "x"].into_iter().collect::<DictionaryArray<Int32Type>>());
        RecordBatch::try_from_iter([("id", ids), ("name", names), ("kind", kinds)]).unwrap()
    }

    #[test]
    fn arrow_of_others() {
        let batch = batch();
        let mut file = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        file.write(&batch).unwrap();
        let mut stream = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        stream.write(&batch).unwrap();
        let expected =
            ["(Person id=1 kind='x' name='Ada')", "(Person id=2 kind='y')", "(Person id=3 kind='x' name='Bob')"];
        for bytes in [file.into_inner().unwrap(), stream.into_inner().unwrap()] {
            assert_eq!(read_text("Person.arrow", &bytes).unwrap(), expected);
            broken("Person.arrow", &bytes);
        }
    }

    #[test]
    fn broken_parquet() {
        let base = Snapshot::empty();
        let mut view = View::new(&base);
        for number in 0..20 {
            let list = Value::list(vec![Value::string("a"), Value::string("b")]);
            let properties =
                vec![("name", Value::string(format!("node {number}"))), ("list", list), ("half", Value::Float(0.5))];
            view.create_node(&["A"], properties).unwrap();
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out");
        folder(Tables::Parquet, Part::Whole, &view, &path).unwrap();
        let bytes = std::fs::read(path.join("nodes-A.parquet")).unwrap();
        assert_eq!(read_text("a.parquet", &bytes).unwrap().len(), 20);
        broken("a.parquet", &bytes);
        // The lowest bit of a number in the footer is its sign: of some number it is a column's place.
        let negative = |at: &usize| {
            let mut changed = bytes.clone();
            changed[*at] ^= 1;
            read_text("a.parquet", changed)
                .is_err_and(|told| told.contains("its footer speaks of bytes that it does not have"))
        };
        assert!((0..bytes.len()).filter(negative).count() > 1);
        let refused = read_text("a.parquet", "").unwrap_err();
        assert!(refused.contains("a.parquet: this cannot be read as Parquet"), "{refused}");
    }

    /// Cut and changed: an answer, and never a panic.
    fn broken(name: &str, bytes: &[u8]) {
        for at in 0..bytes.len() {
            drop(read_text(name, &bytes[..at]));
            let mut changed = bytes.to_vec();
            changed[at] ^= 0x41;
            drop(read_text(name, changed));
        }
    }
}

/// The texts between backquotes in the column of a table with this head, a list a row.
fn quoted(page: &str, head: &str, column: usize) -> Vec<String> {
    let rows = page.lines().skip_while(|line| *line != head).skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(column));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats.md")).unwrap()
}

#[cfg(feature = "cli")]
#[test]
fn the_page_of_formats_names_them_all() {
    let (page, head) = (page(), "| format | `--to` | read from | of a whole graph |");
    let directory = tempfile::tempdir().unwrap();
    let ken = |words: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_ken"))
            .args(words)
            .current_dir(directory.path())
            .output()
            .unwrap()
    };
    let named = quoted(&page, head, 2);
    for name in named.iter().filter(|name| !name.contains(' ')) {
        if name == "parquet" && !cfg!(feature = "parquet") {
            continue;
        }
        let done = ken(&["export", "--to", name, "--limit", "9", "-o", name]);
        assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
    }
    let known = String::from_utf8(ken(&["export", "--to", "nothing"]).stderr).unwrap();
    let known = known.split_once("[possible values: ").unwrap().1.split_once(']').unwrap().0;
    for name in known.split(", ") {
        assert!(named.iter().any(|named| named == name), "docs/formats.md says nothing of `--to {name}`");
    }
    for extension in quoted(&page, head, 3) {
        let said = read_text(&format!("a{extension}"), "x").err().unwrap_or_default();
        assert!(!said.contains("nothing here reads"), "{extension}: {said}");
    }
}

/// A node with a label and a property, and an edge of a type from it to itself.
fn one(label: &str, key: &str, value: Value<'static>, edge_type: &str) -> Graph {
    Graph {
        nodes: vec![(vec![label.to_owned()], vec![(key.to_owned(), value)])],
        edges: vec![(0, edge_type.to_owned(), 0, Vec::new())],
    }
}

#[test]
fn what_formats_cannot_hold() {
    let page = page();
    let text = || Value::string("text");
    let duration = Temporal::Duration(Duration { days: (1 << 53) + 1, ..Duration::default() });
    let local = LocalDateTime { date: Date(0), time: LocalTime(0) };
    let zoned = Temporal::DateTime(DateTime { local, offset: 0, zone: Some(Arc::from("Europe/Stockholm")) });
    let cases = [
        ("csv", "a label with a `;` or with blanks at its ends", one("a; b", "k", text(), "T"), "[\"a\", \"b\"]", 1),
        (
            "csv",
            "a property whose key is an empty text",
            one("A", "", text(), "T"),
            "[\"A\"] [(\"number\", Int(0))]",
            1,
        ),
        ("csv", "U+0000 in a label, a type or a key", one("A", "k\0", text(), "T\0"), "T\u{fffd}", 1),
        (
            "graphml",
            "characters that XML has no spelling for, such as U+0000 and U+0007",
            one("A", "k", Value::string("bell \u{7}"), "T"),
            "bell \u{fffd}",
            1,
        ),
        (
            "cypher",
            "maps, lists in lists, nulls in lists",
            one("A", "k", Value::map([(Str::from("a"), Value::Int(1))]), "T"),
            "[\"A\"] [(\"number\", Int(0))]",
            1,
        ),
        (
            "cypher",
            "durations of more than 2^53 months, days or seconds",
            one("A", "k", duration.into(), "T"),
            "days: 9007199254740992",
            0,
        ),
        (
            "cypher",
            "a time zone's name with an offset that it does not have",
            one("A", "k", zoned.into(), "T"),
            "offset: 3600",
            0,
        ),
    ];
    let mut rows = 0;
    for (format, loss, graph, expected, notes) in cases {
        assert!(
            page.to_lowercase().contains(&format!("| {format} | {}", loss.to_lowercase())),
            "docs/formats.md lacks: {loss}"
        );
        rows += 1;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(format!("a.{format}"));
        let base = Snapshot::empty();
        let view = graph.view(&base);
        let mut bytes = Vec::new();
        let report = match format {
            "csv" => folder(Tables::Csv, Part::Whole, &view, &path),
            "graphml" => stream(Format::GraphMl, Part::Whole, &view, &mut bytes),
            _ => stream(Format::Cypher, Part::Whole, &view, &mut bytes),
        };
        assert_eq!(report.unwrap().notes.len(), notes, "{loss}");
        let found = match format {
            "cypher" => {
                let db = Database::in_memory();
                let mut transaction = db.begin().unwrap();
                transaction
                    .script(&mut bytes.as_slice(), &Default::default(), &mut |problem| panic!("{problem:?}"))
                    .unwrap();
                transaction.commit().unwrap();
                seen(&db.view())
            }
            _ => {
                if format == "graphml" {
                    std::fs::write(&path, &bytes).unwrap();
                }
                seen(&View::new(&opened(import(&path).unwrap())))
            }
        };
        assert!(found.iter().any(|found| found.contains(expected)), "{loss}: {found:?}");
        assert_ne!(found, seen(&view), "{loss}");
    }
    let losses = page.split_once("## What a format cannot hold").unwrap().1.lines();
    let tested = |row: &&str| ["| CSV |", "| GraphML |", "| Cypher |"].iter().any(|start| row.starts_with(start));
    let listed = losses.filter(tested);
    assert_eq!(listed.count(), rows, "every loss has its case here");
}
