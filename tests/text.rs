//! A graph as text builds the same bytes again, or says what it cannot hold.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use kenning::load::{self, TextFile};
use kenning::model::Value;
use kenning::model::schema::{NodeType, PropertyRules, PropertyType, Relation, Schema};
use kenning::store::{self, Builder, Snapshot, View};
use kenning::{Database, Limits, Parameters};
use proptest::prelude::*;

fn run(db: &Database, text: &str, parameters: &Parameters) {
    let rows = db.query(text, parameters, &Limits::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
    rows.for_each(|row| drop(row.unwrap()));
}

fn put(files: &[TextFile]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|file| fs::write(folder.path().join(&file.name), &file.text).unwrap());
    folder
}

/// Writes, builds and compares; gives the files.
fn round(view: &View<'_>) -> Vec<TextFile> {
    let files = load::write(view).unwrap_or_else(|error| panic!("{error}"));
    let text = files.iter().map(|file| format!("--- {}\n{}", file.name, file.text)).collect::<String>();
    let built = load::text(put(&files).path()).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    assert!(built == store::bytes(view).unwrap(), "other bytes:\n{text}");
    // What was built is written alike.
    let again = Database::from_bytes(&built).unwrap();
    assert_eq!(load::write(&again.view()).unwrap(), files);
    files
}

#[test]
fn shipped_graphs_come_back() {
    for folder in ["graph", "tests/ask/graph"] {
        let bytes = Database::build(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
        let db = Database::from_bytes(&bytes).unwrap();
        let files = round(&db.view());
        assert!(load::text(put(&files).path()).unwrap() == bytes, "{folder}");
        let plain = files.iter().all(|file| file.name.starts_with(|c: char| c.is_ascii_lowercase()));
        assert_eq!(plain, folder == "graph", "numbers stand in front only where the order of names is another");
    }
}

#[test]
fn a_graph_without_a_schema_is_readable() {
    let db = Database::in_memory();
    let none = Parameters::new();
    run(
        &db,
        "CREATE (a:Person {name: 'Ada', born: date('1815-12-10')})-[:KNOWS {since: 1833}]->(b:Person:Engineer {name: 'Charles'})",
        &none,
    );
    run(
        &db,
        "MATCH (a {name: 'Ada'}), (b {name: 'Charles'}) CREATE (a)-[:KNOWS {since: 1840}]->(b), (b)-[:LIKES]->()",
        &none,
    );
    run(&db, "CREATE CONSTRAINT person FOR (p:Person) REQUIRE p.name IS NODE KEY", &none);
    run(&db, "CREATE INDEX FOR (p:Person) ON (p.born)", &none);
    let files = round(&db.view());
    let texts: Vec<(&str, &str)> = files.iter().map(|file| (file.name.as_str(), file.text.as_str())).collect();
    let expected = [
        (
            "schema.toml",
            "free = true\n\n[[index]]\nname = \"Person_born_index\"\nnode = \"Person\"\nkeys = [\"born\"]\n\n\
             [[constraint]]\nname = \"person\"\nnode = \"Person\"\nkeys = [\"name\"]\nrule = \"key\"\n",
        ),
        (
            "01-person.toml",
            "[[Person]]\nborn = 1815-12-10\nname = \"Ada\"\nKNOWS = [\n  { to = \"charles\", since = 1833 },\n  \
             { \"=\" = \"again\", to = \"charles\", since = 1840 },\n]\n",
        ),
        (
            "02-engineer-person.toml",
            "[[\"Engineer:Person\"]]\n\"=\" = \"charles\"\nname = \"Charles\"\nLIKES = [\n  { to = \"node\" },\n]\n",
        ),
        ("03-nodes.toml", "[[\"\"]]\n\"=\" = \"node\"\n"),
    ];
    assert_eq!(texts, expected);
}

#[test]
fn every_kind_of_value_comes_back() {
    let db = Database::in_memory();
    let none = Parameters::new();
    let values = "CREATE (:`a ``b`` c` {int: -9223372036854775808, float: 0.1, tiny: 5e-324, big: -1.7976931348623157e308, \
        zero: -0.0, nan: 0.0 / 0.0, inf: -1.0 / 0.0, text: 'it\\'s \\\\ \"x\" \\n\\r\\t\\u0000\\u202e;\\u00e9', `odd key`: true, \
        `=`: 1, `==x`: 2, to: 3, KNOWS: 4, `an edge`: [1], \
        date: date('-0044-03-15'), year0: date('0000-01-01'), far: date('2024-02-29') + duration({years: 20000}), \
        time: time('12:00:00.000000001+01:30'), odd: time('12:00:00.1-01:30:15'), \
        local: localtime('23:59'), at: datetime('2024-10-27T02:30+01:00[Europe/Stockholm]'), utc: datetime('2024-10-27T02:30Z'), \
        west: datetime('2024-10-27T02:30:10.5-09:30'), here: localdatetime('2024-01-01T00:00'), once: localdatetime('-2024-01-01T00:00'), \
        span: duration({months: -14, days: 40, hours: 25, seconds: -3, nanoseconds: 4}), none: [], mixed: [1, 'two', 3.5, true], \
        dates: [date('2024-01-01')], spans: [duration('P1M'), duration('P2D')], words: ['a', 'b', '']})\
        -[:`an edge` {w: [0.5], to: 1, `=`: 2, `=to`: 3}]->(:A:B:`C:D` {_dump: 1})";
    run(&db, values, &none);
    let map = Value::map([
        ("to".into(), Value::Int(1)),
        ("=".into(), Value::Null),
        ("".into(), Value::list(vec![Value::Null])),
    ]);
    let base = Snapshot::from_bytes(&store::bytes(&db.view()).unwrap()).unwrap();
    let mut view = View::new(&base);
    let properties = vec![
        ("map", map.clone()),
        ("maps", Value::list(vec![map.clone(), map.clone()])),
        ("nulls", Value::list(vec![Value::Null])),
        ("empty", Value::map([])),
        ("", Value::list(vec![Value::list(vec![]), Value::list(vec![map])])),
    ];
    let node = view.create_node(&[""], properties).unwrap();
    view.create_edge(node, " ", node, vec![("", Value::Int(1))]).unwrap();
    round(&view);
}

/// Types with keys that are no good for edges, in two types, and values that the schema would take for others.
fn declared() -> Schema {
    let rules = |required: &[&str], optional: &[&str]| PropertyRules {
        required: required.iter().map(|key| (*key).to_owned()).collect(),
        optional: optional.iter().map(|key| (*key).to_owned()).collect(),
        ..PropertyRules::default()
    };
    let node_type = |label: &str| NodeType {
        label: label.to_owned(),
        text: "A thing.".to_owned(),
        singular: label.to_lowercase(),
        plural: format!("{}s", label.to_lowercase()),
        key: "id".to_owned(),
        name: "name".to_owned(),
        rules: rules(&["id", "name"], &["weight", "words", "LIKES2"]),
        ..NodeType::default()
    };
    Schema {
        name: "test".to_owned(),
        properties: [
            ("id", PropertyType::String),
            ("name", PropertyType::String),
            ("weight", PropertyType::Float),
            ("words", PropertyType::StringList),
            ("LIKES2", PropertyType::Integer),
        ]
        .map(|(name, kind)| (name.to_owned(), kind))
        .to_vec(),
        types: ["Thing", "Other"].map(node_type).to_vec(),
        relations: vec![Relation {
            edge_type: "LIKES".to_owned(),
            text: "One likes another.".to_owned(),
            from: vec!["Thing".to_owned(), "Other".to_owned()],
            to: vec!["Thing".to_owned(), "Other".to_owned()],
            verb: vec!["like".to_owned(), "likes".to_owned()],
            acyclic: true,
            rules: rules(&[], &["weight", "words"]),
            ..Relation::default()
        }],
        ..Schema::default()
    }
}

#[test]
fn keys_that_edges_cannot_use_get_words() {
    let mut builder = Builder::new();
    builder.schema(declared());
    builder.index("Thing", "weight");
    let named = |id: &'static str, name: &'static str| vec![("id", Value::string(id)), ("name", Value::string(name))];
    let a = builder.node(&["Thing"], named("a b", "A"));
    let b = builder.node(&["Thing"], named("same", "B"));
    let c = builder.node(&["Other"], named("same", "C"));
    let d = builder.node(&["Other", "Thing"], named("http://example.org/x", "Ä"));
    let e = builder.node(
        &["Other"],
        [named("plain", "E"), vec![("weight", Value::Int(1)), ("words", Value::list(vec![]))]].concat(),
    );
    for (from, to) in [(a, b), (b, c), (c, d), (d, e), (e, a), (e, a)] {
        builder.edge(from, "LIKES", to, vec![("words", Value::list(vec![Value::string(""), Value::string("x")]))]);
    }
    let db = Database::from_bytes(&builder.finish().unwrap()).unwrap();
    let files = round(&db.view());
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["schema.toml", "01-things.toml", "02-others.toml", "03-things-others.toml"]);
    assert!(files[2].text.contains("weight = { \"=\" = \"integer\", value = 1 }"), "{}", files[2].text);
}

#[test]
fn what_would_be_lost_is_refused() {
    let refused = |view: &View<'_>| load::write(view).unwrap_err().to_string();
    let base = Snapshot::empty();
    let mut view = View::new(&base);
    let node = view.create_node(&["A"], vec![]).unwrap();
    view.create_edge(node, "=x", node, vec![]).unwrap();
    assert!(refused(&view).contains("the edge type `=x`: "), "{}", refused(&view));
    // A graph that is not as its schema declares.
    for (labels, properties, says) in [
        (&["Strange"][..], vec![], "there is no type `Strange`"),
        (&["Thing"][..], vec![("id", Value::string("x"))], "a Thing lacks `name`"),
        (
            &["Thing"][..],
            vec![("id", Value::string("x")), ("name", Value::string("x")), ("odd", Value::Int(1))],
            "a Thing has no property or relation `odd`",
        ),
        (
            &["Thing"][..],
            vec![("id", Value::string("x")), ("name", Value::string("x")), ("weight", Value::string("1"))],
            "`weight` is of type float, and this is a string",
        ),
    ] {
        let mut builder = Builder::new();
        builder.schema(declared());
        builder.node(labels, properties);
        let db = Database::from_bytes(&builder.finish().unwrap()).unwrap();
        assert!(refused(&db.view()).contains(says), "{}", refused(&db.view()));
    }
}

fn value() -> impl Strategy<Value = Value<'static>> {
    let scalar = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        ".*".prop_map(Value::string),
        "[=\"'\\\\\n#{}\\[\\]]*".prop_map(Value::string),
        Just(Value::Null),
    ];
    let nested = scalar.clone().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::list),
            prop::collection::btree_map("[=to]{0,2}", inner, 0..3).prop_map(|map| Value::map(
                map.into_iter().map(|(key, value)| (key.into(), value)).collect::<Vec<_>>()
            )),
        ]
    });
    prop_oneof![3 => scalar, 1 => nested]
}

fn properties() -> impl Strategy<Value = Vec<(String, Value<'static>)>> {
    let key = prop_oneof!["[a-c]", "[=to\" 'é]{0,3}", Just("R".to_owned()), Just("name".to_owned())];
    prop::collection::btree_map(key, value(), 0..4).prop_map(|map| map.into_iter().collect())
}

type Properties = Vec<(String, Value<'static>)>;

fn free_graph(nodes: &[(Properties, Vec<String>)], edges: &[(usize, usize, bool, Properties)]) -> Vec<u8> {
    let mut builder = Builder::new();
    fn lent(properties: &Properties) -> Vec<(&str, Value<'static>)> {
        properties.iter().map(|(key, value)| (key.as_str(), value.clone())).collect()
    }
    let ids: Vec<_> = nodes
        .iter()
        .map(|(properties, labels)| {
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            builder.node(&labels, lent(properties))
        })
        .collect();
    for (from, to, kind, properties) in edges {
        let kind = if *kind { "R" } else { "name" };
        builder.edge(ids[from % ids.len()], kind, ids[to % ids.len()], lent(properties));
    }
    builder.index("A", "a");
    builder.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn any_graph_without_a_schema_comes_back(
        nodes in prop::collection::vec((properties(), prop::collection::vec("[AB:`]{1,2}", 0..3)), 1..7),
        edges in prop::collection::vec((0..7usize, 0..7usize, any::<bool>(), properties()), 0..8),
    ) {
        let db = Database::from_bytes(&free_graph(&nodes, &edges)).unwrap();
        round(&db.view());
    }

    #[test]
    fn any_graph_with_a_schema_comes_back(
        nodes in prop::collection::vec(("[a-c -]{1,4}", 0..3usize, any::<Option<f64>>(), prop::collection::vec(".{0,3}", 0..3)), 1..7),
        edges in prop::collection::vec((0..7usize, 0..7usize, any::<Option<f64>>()), 0..8),
    ) {
        let mut builder = Builder::new();
        builder.schema(declared());
        let mut ids = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for (number, (id, labels, weight, words)) in nodes.iter().enumerate() {
            if id.trim().is_empty() || !seen.insert(id) {
                continue;
            }
            let name = format!("node {number}");
            let mut properties = vec![("id", Value::string(id.clone())), ("name", Value::string(name))];
            properties.extend(weight.map(|weight| ("weight", Value::Float(weight))));
            properties.push(("words", Value::list(words.iter().cloned().map(Value::string).collect())));
            ids.push(builder.node([&["Thing"][..], &["Other"], &["Other", "Thing"]][*labels], properties));
        }
        prop_assume!(!ids.is_empty());
        for (from, to, weight) in edges {
            let properties = weight.map(|weight| ("weight", Value::Float(weight))).into_iter().collect();
            builder.edge(ids[from % ids.len()], "LIKES", ids[to % ids.len()], properties);
        }
        let db = Database::from_bytes(&builder.finish().unwrap()).unwrap();
        round(&db.view());
    }
}

/// Two folders tell one graph: what both have is one node with the edges of both.
#[test]
fn folders_are_read_together() {
    let db = Database::from_bytes(&{
        let mut builder = Builder::new();
        builder.schema(declared());
        let named = |id: &'static str| vec![("id", Value::string(id)), ("name", Value::string(id))];
        let (a, b) = (builder.node(&["Thing"], named("a")), builder.node(&["Thing"], named("b")));
        builder.edge(a, "LIKES", b, vec![]);
        builder.finish().unwrap()
    })
    .unwrap();
    let first = put(&load::write(&db.view()).unwrap());
    let second = put(&load::write(&db.view()).unwrap());
    let text = "[[Thing]]\nid = \"a\"\nname = \"a\"\nweight = 2.0\nLIKES = [ { to = \"b\", weight = 1.0 }, { to = \"c\" } ]\n\n\
                [[Thing]]\nid = \"c\"\nname = \"c\"\n";
    fs::write(second.path().join("things.toml"), text).unwrap();
    let built = load::texts(&[first.path(), second.path()]).unwrap();
    let both = Database::from_bytes(&built.bytes).unwrap();
    assert_eq!((both.view().node_count(), both.view().edge_count()), (3, 2));
    let notes: Vec<&str> = built.notes.problems().iter().map(|note| note.message.as_str()).collect();
    assert!(matches!(notes[..], [note] if note.starts_with("this LIKES to `b` differs from what ")), "{notes:?}");
    // The second folder needs what the first declares, unless it says the same.
    fs::write(second.path().join("schema.toml"), "free = true\n").unwrap();
    assert!(load::texts(&[first.path(), second.path()]).unwrap_err().to_string().contains("one is free"));
}
