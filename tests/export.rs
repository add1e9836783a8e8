//! What exports look like, and that no name breaks out of them.
//!
//! `tests/export/*` holds what a small graph becomes in every format; `KENNING_BLESS=1` writes the files anew. Hostile
//! names go through every format and back: through Graphviz to SVG when `dot` is there, through an XML and a JSON
//! reader always.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(clippy::print_stderr, reason = "a test that cannot look says so")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

use kenning::export::{ExportError, Format, Options, Subgraph, write};
use kenning::model::schema::{NodeType, Relation, Schema, Style};
use kenning::model::{NodeId, Value};
use kenning::store::{Builder, Snapshot, View};
use kenning::{Database, Limits, Parameters};

/// Names that some format could take for its own.
const HOSTILE: [&str; 21] = [
    "say \"hi\"",
    "ends in a backslash \\",
    "\\\"",
    "\\N and \\G and \\E",
    "two\nlines",
    "carriage\r\nreturn",
    "<b>bold</b>",
    "a -> b; c",
    "R&D &amp; &lt; &#38; &beta;",
    "bell \u{7} nul \u{0} escape \u{1b}[31m",
    "\u{fffe}\u{ffff}",
    "مرحبا بالعالم",
    "🎉 👩‍🔬 emoji",
    "]]> <!-- --> <?xml?>",
    "%%{init: {}}%%",
    "style:#x; end",
    "`code` **bold**",
    "1. first",
    "- dash",
    "{a|b|c} [x] (y)",
    "semi; colon: #35; é",
];

const FORMATS: [(Format, &str); 7] = [
    (Format::Dot, "dot"),
    (Format::Mermaid, "mmd"),
    (Format::GraphMl, "graphml"),
    (Format::Cytoscape, "cytoscape.json"),
    (Format::JsonLines, "jsonl"),
    (Format::Svg, "svg"),
    (Format::Html, "html"),
];

fn export(format: Format, view: &View<'_>, options: &Options) -> String {
    let mut text = Vec::new();
    write(format, &Subgraph::whole(view), view, options, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn schema() -> Schema {
    let node_type = |label: &str, style| NodeType {
        label: label.to_owned(),
        key: "id".to_owned(),
        name: "name".to_owned(),
        style,
        ..NodeType::default()
    };
    let green = Style { shape: "ellipse".to_owned(), fill: "#dcfce7".to_owned(), border: "#166534".to_owned() };
    let addresses = Relation {
        edge_type: "ADDRESSES".to_owned(),
        from: vec!["Skill".to_owned()],
        to: vec!["Challenge".to_owned()],
        verb: vec!["address".to_owned(), "addresses".to_owned()],
        ..Relation::default()
    };
    Schema {
        types: vec![node_type("Skill", Style::default()), node_type("Challenge", green)],
        relations: vec![addresses],
        ..Schema::default()
    }
}

/// A graph with a schema, given in an order of its own, as a snapshot.
fn small(reversed: bool) -> Snapshot {
    let mut builder = Builder::new();
    builder.schema(schema());
    let mut nodes = [
        ("Skill", "python", "Python", "https://www.python.org/"),
        ("Skill", "data-governance", "Data governance across teams, vendors & borders", "javascript:alert(1)"),
        ("Challenge", "drift", "Model accuracy over time", ""),
        ("Challenge", "bias", "Data \"bias\"", ""),
    ];
    if reversed {
        nodes.reverse();
    }
    let ids: Vec<_> = nodes
        .iter()
        .map(|&(label, id, name, url)| {
            let text = Value::string(format!("What {name} is."));
            let properties = vec![
                ("id", Value::string(id)),
                ("name", Value::string(name)),
                ("text", text),
                ("url", Value::string(url)),
            ];
            builder.node(&[label], properties)
        })
        .collect();
    let find = |id: &str| ids[nodes.iter().position(|node| node.1 == id).unwrap()];
    let source = Value::list(vec![Value::Int(3), Value::Int(14)]);
    let mut edges = vec![("python", "drift", 0.5), ("data-governance", "bias", 1.0), ("data-governance", "drift", 2.5)];
    if reversed {
        edges.reverse();
    }
    for (from, to, weight) in edges {
        let properties =
            vec![("source", source.clone()), ("weight", Value::Float(weight)), ("basis", Value::string("stated"))];
        builder.edge(find(from), "ADDRESSES", find(to), properties);
    }
    Snapshot::from_bytes(&builder.finish().unwrap()).unwrap()
}

#[test]
fn golden_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/export");
    let snapshot = small(false);
    let mut failures = String::new();
    let clusters = Options { clusters: true, ..Options::default() };
    // A page repeats its script; tests/html.rs looks at it in a browser.
    let plain = FORMATS
        .iter()
        .filter(|(format, _)| *format != Format::Html)
        .map(|&(format, end)| (format, format!("small.{end}"), Options::default()));
    let framed = FORMATS[..2].iter().map(|&(format, end)| (format, format!("clusters.{end}"), clusters));
    for (format, name, options) in plain.chain(framed) {
        let (path, found) = (folder.join(name), export(format, &View::new(&snapshot), &options));
        if env::var_os("KENNING_BLESS").is_some() {
            fs::write(&path, &found).unwrap();
        } else if fs::read_to_string(&path).unwrap_or_default() != found {
            writeln!(failures, "{}: found\n{found}", path.display()).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn the_same_graph_gives_the_same_bytes() {
    let (one, other) = (small(false), small(true));
    for (format, name) in FORMATS {
        let [one, other] = [&one, &other].map(|snapshot| export(format, &View::new(snapshot), &Options::default()));
        assert_eq!(one, other, "{name}");
    }
}

/// A node for each hostile name, which is its label and its property's value and key too, and edges likewise in a row.
fn hostile(base: &Snapshot) -> View<'_> {
    let mut view = View::new(base);
    let mut last = None;
    for name in HOSTILE {
        let properties = || vec![("name", Value::string(name)), (name, Value::string(name))];
        let node = view.create_node(&[name], properties()).unwrap();
        if let Some(last) = last {
            view.create_edge(last, name, node, properties()).unwrap();
        }
        last = Some(node);
    }
    view
}

/// What of a name can be seen, blanks aside: exports may break lines and leave out what has no glyph.
fn visible(text: &str) -> String {
    let kept = text.chars().filter(|&char| !char.is_control() && !char.is_whitespace());
    kept.filter(|char| !matches!(char, '\u{2060}' | '\u{fffd}' | '\u{fffe}' | '\u{ffff}')).collect()
}

#[test]
fn hostile_names_in_json() {
    let base = Snapshot::empty();
    let view = hostile(&base);
    let cytoscape: serde_json::Value =
        serde_json::from_str(&export(Format::Cytoscape, &view, &Options::default())).unwrap();
    let lines = export(Format::JsonLines, &view, &Options::default());
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2 * HOSTILE.len() - 1);
    for name in HOSTILE {
        let nodes = cytoscape["elements"]["nodes"].as_array().unwrap();
        assert!(nodes.iter().any(|node| node["data"]["properties"][name] == name), "{name:?}");
        assert!(lines.iter().any(|line| line["labels"][0] == name && line["properties"][name] == name), "{name:?}");
    }
    assert!(lines.iter().any(|line| line["kind"] == "edge" && line["type"] == HOSTILE[1]));
}

#[test]
fn hostile_names_in_xml() {
    let base = Snapshot::empty();
    let text = export(Format::GraphMl, &hostile(&base), &Options::default());
    let document = roxmltree::Document::parse(&text).unwrap();
    let texts = |tag: &str| {
        let owners = document.descendants().filter(|node| node.has_tag_name(tag)).collect::<Vec<_>>();
        owners
            .iter()
            .map(|owner| owner.children().filter_map(|data| data.text()).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    let keys: Vec<_> = document.descendants().filter_map(|node| node.attribute("attr.name")).collect();
    for name in HOSTILE {
        let clean = |text: &str| -> String { text.chars().map(|c| if is_xml(c) { c } else { '\u{fffd}' }).collect() };
        let expected = clean(name);
        assert!(texts("node").iter().any(|texts| texts.contains(&expected.as_str())), "{name:?}");
        assert!(keys.contains(&expected.as_str()), "{name:?}");
    }
    assert_eq!((texts("node").len(), texts("edge").len()), (HOSTILE.len(), HOSTILE.len() - 1));
}

fn is_xml(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r') || (char >= ' ' && !matches!(char, '\u{7f}' | '\u{fffe}' | '\u{ffff}'))
}

#[test]
fn hostile_names_in_svg() {
    let base = Snapshot::empty();
    let mut view = hostile(&base);
    let long = "long".repeat(2500);
    for name in [long.as_str(), "</svg><script>alert(1)</script>", "\" onload=\"alert(1)", "javascript:alert(1)"] {
        let properties = vec![("name", Value::string(name)), ("url", Value::string(name))];
        let node = view.create_node(&[name], properties).unwrap();
        view.create_edge(node, name, node, vec![]).unwrap();
    }
    let text = export(Format::Svg, &view, &Options::default());
    let document = roxmltree::Document::parse(&text).unwrap();
    let tags = ["svg", "title", "desc", "rect", "g", "path", "text", "tspan", "a"];
    let attributes = "xmlns width height viewBox x y d class transform fill fill-opacity stroke stroke-width \
                      stroke-opacity paint-order font-family font-size text-anchor href";
    for element in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(tags.contains(&element.tag_name().name()), "{element:?}");
        for attribute in element.attributes() {
            assert!(attributes.split(' ').any(|known| known == attribute.name()), "{attribute:?}");
        }
    }
    assert!(document.descendants().all(|node| node.attribute("href").is_none()), "no name here is a link");
    let group = |class| document.descendants().filter(move |node| node.attribute("class") == Some(class));
    assert_eq!((group("node").count(), group("edge").count()), (HOSTILE.len() + 4, HOSTILE.len() + 3));
    let texts = |class, tag| {
        let texts = group(class).map(move |group| {
            let inner =
                group.descendants().filter(|node| node.is_text() && node.parent_element().unwrap().has_tag_name(tag));
            visible(&inner.filter_map(|node| node.text()).collect::<String>())
        });
        texts.collect::<Vec<_>>()
    };
    for name in HOSTILE.iter().copied().filter(|name| !visible(name).is_empty()).chain([long.as_str()]) {
        let told = format!("{}({})", visible(name), visible(name));
        assert!(texts("node", "title").iter().any(|title| title.starts_with(&told)), "{name:?}");
        let shown = |text: &String| *text == visible(name) || text.ends_with('…') && name == long;
        assert!(texts("node", "tspan").iter().any(shown), "{name:?}");
    }
}

#[test]
fn svg_of_any_size() {
    let base = Snapshot::empty();
    for count in [0, 1, 60, 61, 300] {
        let view = large(&base, count);
        let text = export(Format::Svg, &view, &Options::default());
        let document = roxmltree::Document::parse(&text).unwrap();
        let nodes = document.descendants().filter(|node| node.attribute("class") == Some("node")).count();
        let verbs = document.descendants().any(|node| node.attribute("class") == Some("verbs"));
        assert_eq!((nodes, verbs), (count, count <= 60), "{count}");
    }
    let mut sink = Vec::new();
    let view = large(&base, 61);
    let clusters = Options { clusters: true, ..Options::default() };
    let report = write(Format::Svg, &Subgraph::whole(&view), &view, &clusters, &mut sink).unwrap();
    assert_eq!(report.notes.len(), 2, "{:?}", report.notes);
}

/// Mermaid's entities undone.
fn from_mermaid(label: &str) -> String {
    let mut parts = label.split('#');
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        let (code, rest) = part.split_once(';').unwrap();
        text.push(char::from_u32(code.parse().unwrap()).unwrap());
        text += rest;
    }
    text
}

#[test]
fn hostile_names_in_mermaid() {
    let base = Snapshot::empty();
    let text = export(Format::Mermaid, &hostile(&base), &Options { clusters: true, ..Options::default() });
    // Outside of quotes there is nothing but words of Mermaid and ids.
    for line in text.lines() {
        let pieces: Vec<_> = line.split('"').collect();
        assert!([1, 3].contains(&pieces.len()), "{line}");
        let syntax = format!("{}{}", pieces[0], pieces.get(2).unwrap_or(&""));
        assert!(syntax.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" ()[]{}|->:,#".contains(&byte)), "{line}");
    }
    let labels: Vec<_> = text.lines().filter_map(|line| line.split('"').nth(1)).collect();
    let labels: Vec<_> = labels.iter().map(|label| visible(&from_mermaid(&label.replace("<br>", "")))).collect();
    for name in HOSTILE {
        assert!(labels.contains(&visible(name)), "{name:?}");
    }
}

/// What Graphviz makes of a text; none when it is not installed.
fn graphviz(text: &str, output: &str) -> Option<Vec<u8>> {
    let command =
        Command::new("dot").arg(output).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = command else {
        eprintln!("NOT TESTED: Graphviz is not installed, so that nothing reads the exports for it");
        return None;
    };
    let mut input = child.stdin.take().unwrap();
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    // What the machine lacks is no fault of the text.
    let faults = complaints.lines().filter(|line| line.contains("syntax") || line.contains("rror:"));
    assert!(output.status.success() && faults.count() == 0, "{complaints}");
    Some(output.stdout)
}

#[test]
fn hostile_names_in_graphviz() {
    let base = Snapshot::empty();
    let view = hostile(&base);
    for clusters in [false, true] {
        let text = export(Format::Dot, &view, &Options { clusters, ..Options::default() });
        let Some(svg) = graphviz(&text, "-Tsvg") else { return };
        let svg = String::from_utf8(svg).unwrap();
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
        let document = roxmltree::Document::parse_with_options(&svg, options).unwrap();
        let group = |class| document.descendants().filter(move |node| node.attribute("class") == Some(class));
        assert_eq!((group("node").count(), group("edge").count()), (HOSTILE.len(), HOSTILE.len() - 1));
        let drawn = |class| {
            let texts = group(class).map(|group| {
                let lines = group.descendants().filter(|node| node.has_tag_name("text"));
                visible(&lines.filter_map(|line| line.text()).collect::<String>())
            });
            texts.collect::<Vec<_>>()
        };
        let tooltips =
            document.descendants().filter_map(|node| node.attribute(("http://www.w3.org/1999/xlink", "title")));
        let tooltips: Vec<_> = tooltips.map(visible).collect();
        for name in HOSTILE.iter().filter(|name| !visible(name).is_empty()) {
            let told = format!("{}({})", visible(name), visible(name));
            assert!(tooltips.iter().any(|tooltip| tooltip.starts_with(&told)), "{name:?} in {tooltips:?}");
            assert!(drawn("node").contains(&visible(name)), "{name:?} in {:?}", drawn("node"));
        }
    }
}

/// `count` nodes of four types with names of a few words, each tied to two or three others.
fn large(base: &Snapshot, count: usize) -> View<'_> {
    let words = ["model", "data", "team", "quality", "strategy", "review", "pipeline", "ethics", "budget", "cloud"];
    let labels = ["Skill", "Challenge", "Practice", "Responsibility"];
    let mut view = View::new(base);
    let mut nodes = Vec::<NodeId>::new();
    for index in 0..count {
        let name = format!("{} {} {index}", words[index % 10], words[(index * 7 + 3) % 10]);
        let node = view.create_node(&[labels[index * 13 % 4]], vec![("name", Value::string(name))]).unwrap();
        for other in [index / 3, index * index % (index + 1)] {
            if let Some(&other) = nodes.get(other) {
                view.create_edge(other, "ADDRESSES", node, vec![("basis", Value::string("stated"))]).unwrap();
            }
        }
        nodes.push(node);
    }
    view
}

#[test]
fn sizes() {
    let base = Snapshot::empty();
    let (whole, options) = (Subgraph::whole(&large(&base, 301)), Options::default());
    let view = large(&base, 301);
    let mut sink = Vec::new();
    for format in [Format::Dot, Format::Mermaid, Format::Svg] {
        let refused = write(format, &whole, &view, &options, &mut sink).unwrap_err();
        assert!(matches!(refused, ExportError::TooLarge { nodes: 301, limit: 300 }));
        assert!(refused.to_string().contains("around one node"), "{refused}");
        assert!(sink.is_empty(), "nothing is written before the refusal");
    }
    let forced = Options { force: true, clusters: true, ..options };
    let report = write(Format::Dot, &whole, &view, &forced, &mut sink).unwrap();
    assert_eq!((report.nodes, report.edges, report.notes.len()), (301, whole.edges.len(), 2), "{:?}", report.notes);
    let report = write(Format::Mermaid, &whole, &view, &forced, &mut sink).unwrap();
    assert_eq!(report.notes, [format!("Mermaid refuses {} edges until its `maxEdges` is raised", report.edges)]);
    let report = write(Format::GraphMl, &whole, &view, &options, &mut sink).unwrap();
    assert_eq!((report.nodes, report.notes.len()), (301, 0));
    for count in [60, 61] {
        let text = export(Format::Dot, &large(&base, count), &options);
        assert_eq!(text.contains("layout=sfdp"), count > 60, "{count}");
        assert!(graphviz(&text, "-Tsvg").is_none_or(|svg| !svg.is_empty()));
    }
}

#[test]
fn ends_that_are_missing() {
    let base = Snapshot::empty();
    let view = large(&base, 9);
    let mut subgraph = Subgraph::whole(&view);
    let gone = *subgraph.nodes.first().unwrap();
    subgraph.nodes.remove(&gone);
    subgraph.nodes.insert(NodeId(999));
    let report = write(Format::JsonLines, &subgraph, &view, &Options::default(), &mut Vec::new()).unwrap();
    assert_eq!(report.nodes, 8);
    assert!(report.edges < subgraph.edges.len());
}

#[test]
fn the_shipped_graph() {
    let database = Database::shipped().unwrap();
    let view = database.view();
    let forced = Options { force: true, ..Options::default() };
    for (format, name) in FORMATS {
        assert_eq!(export(format, &view, &forced), export(format, &view, &forced), "{name}");
    }
    roxmltree::Document::parse(&export(Format::GraphMl, &view, &forced)).unwrap();

    let query = "MATCH p = (:Skill)-[:ADDRESSES]->(:Challenge) RETURN p LIMIT 20";
    let rows = database.query(query, &Parameters::new(), &Limits::default()).unwrap();
    let values: Vec<_> = rows.map(|row| row.unwrap().remove(0)).collect();
    let mut answer = Subgraph::from_values(&view, &values);
    assert_eq!(answer.edges.len(), 20);
    let mut text = Vec::new();
    write(Format::Dot, &answer, &view, &Options::default(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    // The schema's word for the relation and its looks for the types.
    assert!(text.contains("label=\"addresses\""), "{text}");
    assert!(graphviz(&text, "-Tsvg").is_none_or(|svg| !svg.is_empty()));
    answer.induced(&view);
    assert!(answer.edges.len() >= 20);
}
