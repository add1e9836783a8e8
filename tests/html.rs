//! The page of `ken export --to html` in a browser, and what holds of it without one.
//!
//! `tests/html/drive.html` opens a page in headless Chromium and does what a reader would do; what it sees is compared with
//! `tests/html/report.txt`, which `KENNING_BLESS=1` writes anew. `look.html` selects everything. `KENNING_CHROMIUM` names the program; without one the
//! tests say so.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(clippy::print_stderr, reason = "a test that cannot look says so")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use kenning::Database;
use kenning::export::{ExportError, Format, Options, Subgraph, write};
use kenning::model::schema::{NodeType, Relation, Schema};
use kenning::model::{NodeId, Value};
use kenning::store::{Builder, Snapshot, View};

/// Names that a page could take for its own.
const HOSTILE: [&str; 16] = [
    "</script><script>document.title = 'BROKEN'</script>",
    "<img src=x onerror=\"document.title = 'BROKEN'\">",
    "<!-- <script>",
    "--> ]]> <![CDATA[",
    "\"quotes\" and 'quotes'",
    "\\u003c \\\" \\",
    "two\nlines\r\nand\u{2028}more",
    "bell \u{7} nul \u{0} escape \u{1b}",
    "مرحبا بالعالم",
    "\u{202e}right to left",
    "🎉 👩‍🔬 emoji",
    "{{data}} {{script}}",
    "&lt; &amp; &#60;",
    "${1 + 1} `code`",
    "__proto__",
    "constructor",
];

fn page(view: &View<'_>, options: &Options) -> String {
    let mut text = Vec::new();
    write(Format::Html, &Subgraph::whole(view), view, options, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// The graph inside a page, as the page reads it.
fn data(page: &str) -> serde_json::Value {
    let (_, rest) = page.split_once("id=\"data\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

/// A small graph with a schema, as `tests/export.rs` has it.
fn small() -> Snapshot {
    let node_type = |label: &str| NodeType {
        label: label.to_owned(),
        key: "id".to_owned(),
        name: "name".to_owned(),
        ..NodeType::default()
    };
    let addresses = Relation {
        edge_type: "ADDRESSES".to_owned(),
        verb: vec!["address".to_owned(), "addresses".to_owned()],
        passive: vec!["addressed by".to_owned()],
        ..Relation::default()
    };
    let mut builder = Builder::new();
    builder.schema(Schema {
        name: "small".to_owned(),
        types: vec![node_type("Skill"), node_type("Challenge")],
        relations: vec![addresses],
        ..Schema::default()
    });
    let nodes = [
        ("Skill", "python", "Python", "https://www.python.org/"),
        ("Skill", "data-governance", "Data governance across teams, vendors & borders", "javascript:alert(1)"),
        ("Challenge", "drift", "Model accuracy over time", ""),
        ("Challenge", "bias", "Data \"bias\"", ""),
    ];
    let ids = nodes.map(|(label, id, name, url)| {
        let properties = vec![
            ("id", Value::string(id)),
            ("name", Value::string(name)),
            ("text", Value::string(format!("What {name} is."))),
            ("url", Value::string(url)),
        ];
        builder.node(&[label], properties)
    });
    for (from, to) in [(0, 2), (1, 3), (1, 2)] {
        let properties = vec![
            ("basis", Value::string("inferred")),
            ("why", Value::string("Because <b>it</b> does.")),
            ("source", Value::list(vec![Value::Int(3), Value::Int(14)])),
        ];
        builder.edge(ids[from], "ADDRESSES", ids[to], properties);
    }
    Snapshot::from_bytes(&builder.finish().unwrap()).unwrap()
}

/// A node for each hostile name, which is its label and its property's value and key too, and edges likewise in a row.
fn hostile(base: &Snapshot) -> View<'_> {
    let mut view = View::new(base);
    let mut last: Option<NodeId> = None;
    let long = "long".repeat(2_500);
    for name in HOSTILE.iter().copied().chain([long.as_str()]) {
        let link = format!("javascript:{name}");
        let properties = || {
            let own = (name, Value::string(name));
            vec![
                ("name", Value::string(name)),
                ("url", Value::string(link.as_str())),
                ("why", Value::string(name)),
                own,
            ]
        };
        let node = view.create_node(&[name], properties()).unwrap();
        if let Some(last) = last {
            view.create_edge(last, name, node, properties()).unwrap();
        }
        last = Some(node);
    }
    view
}

#[test]
fn the_same_graph_gives_the_same_page() {
    let snapshot = small();
    let text = page(&View::new(&snapshot), &Options::default());
    assert_eq!(text, page(&View::new(&snapshot), &Options::default()));
    // Also on every machine.
    let (_, rest) = text.split_once("id=\"data\">").unwrap();
    let found = format!("{}\n", rest.split_once("</script>").unwrap().0);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/html/small.json");
    if env::var_os("KENNING_BLESS").is_some() {
        fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(&path).unwrap_or_default(), "KENNING_BLESS=1 accepts what is written now");
}

#[test]
fn hostile_names_stay_data() {
    let base = Snapshot::empty();
    let text = page(&hostile(&base), &Options::default());
    // Two scripts, and what begins an element between them is the second one.
    assert_eq!(text.matches("<script").count(), 2);
    assert_eq!(text.matches("</script").count(), 2);
    let nodes = data(&text)["nodes"].as_array().unwrap().clone();
    for name in HOSTILE {
        assert!(nodes.iter().any(|node| node["properties"][name] == name), "{name:?}");
    }
}

#[test]
fn sizes() {
    let base = Snapshot::empty();
    let mut view = View::new(&base);
    for _ in 0..31 {
        view.create_node(&["N"], Vec::new()).unwrap();
    }
    let (whole, small) = (Subgraph::whole(&view), Options { max_page_nodes: 30, ..Options::default() });
    let refused = write(Format::Html, &whole, &view, &small, &mut Vec::new()).unwrap_err();
    assert!(matches!(refused, ExportError::TooLarge { nodes: 31, limit: 30 }));
    let forced = Options { force: true, ..small };
    assert_eq!(write(Format::Html, &whole, &view, &forced, &mut Vec::new()).unwrap().nodes, 31);
    let empty = page(&View::new(&base), &Options::default());
    assert_eq!(data(&empty)["nodes"], serde_json::json!([]));
}

/// Chromium, if there is one.
fn chromium() -> Option<PathBuf> {
    let named = env::var_os("KENNING_CHROMIUM").map(PathBuf::from);
    let folders: Vec<_> = env::var_os("PATH").iter().flat_map(env::split_paths).collect();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let found = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let program = named.or_else(|| found.into_iter().find(|path| path.is_file()));
    if program.is_none() {
        eprintln!("NOT TESTED: no Chromium is installed, so that nothing opens the pages of `ken export --to html`");
    }
    program
}

/// The document that Chromium makes of a page after its script has run.
fn opened(chromium: &Path, page: &Path, hash: &str) -> String {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1300,900", "--virtual-time-budget=60000"])
        // A page in a frame is asked by the page around it; and nothing has to move smoothly.
        .args(["--allow-file-access-from-files", "--force-prefers-reduced-motion", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}{hash}", page.display()))
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What the report of a driving page says.
fn report(chromium: &Path, folder: &Path, driver: &str) -> String {
    let path = folder.join("drive.html");
    fs::write(&path, driver).unwrap();
    let document = opened(chromium, &path, "");
    let report = document.split_once("<pre id=\"report\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    let report = report.unwrap_or_else(|| panic!("no report in {document}")).0;
    report.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[test]
fn what_a_reader_does() {
    let Some(chromium) = chromium() else { return };
    let folder = tempfile::tempdir().unwrap();
    let snapshot = small();
    fs::write(folder.path().join("page.html"), page(&View::new(&snapshot), &Options::default())).unwrap();
    let found = report(&chromium, folder.path(), include_str!("html/drive.html"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/html/report.txt");
    if env::var_os("KENNING_BLESS").is_some() {
        fs::write(&path, &found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "KENNING_BLESS=1 accepts what is seen now:\n{found}");
    assert!(!found.contains("ERROR") && !found.contains("VIOLATION") && !found.contains("FAILED"), "{found}");
}

#[test]
fn hostile_names_stay_text() {
    let Some(chromium) = chromium() else { return };
    let folder = tempfile::tempdir().unwrap();
    let base = Snapshot::empty();
    fs::write(folder.path().join("page.html"), page(&hostile(&base), &Options::default())).unwrap();
    let found = report(&chromium, folder.path(), include_str!("html/look.html"));
    let tags = "a aside button canvas dd div dl dt h1 h2 h3 header input li main noscript ol output p path script section \
                span svg ul";
    assert_eq!(found, format!("title Graph\nscripts 2\n{tags}"));
}

#[test]
fn the_shipped_graph() {
    let Some(chromium) = chromium() else { return };
    let folder = tempfile::tempdir().unwrap();
    let database = Database::shipped().unwrap();
    let path = folder.path().join("page.html");
    fs::write(&path, page(&database.view(), &Options::default())).unwrap();
    let nodes = Subgraph::whole(&database.view()).nodes.len();
    let document = opened(&chromium, &path, "#n=data-bias");
    for told in [format!("{nodes} nodes"), "addressed by (4)".to_owned(), "Critical thinking".to_owned()] {
        assert!(document.contains(&told), "{told}");
    }
}

#[test]
#[ignore = "a measurement: cargo test --test html -- --ignored --nocapture"]
fn how_long_a_picture_takes() {
    let Some(chromium) = chromium() else { return };
    let base = Snapshot::empty();
    for (nodes, degree) in [(300, 3), (5_000, 3)] {
        let mut view = View::new(&base);
        let ids: Vec<_> = (0..nodes)
            .map(|node: u64| view.create_node(&["N"], vec![("name", Value::string(format!("Node {node}")))]).unwrap())
            .collect();
        for edge in 0..nodes * degree {
            // Mixed, but the same on every machine.
            let end = (edge.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33) % nodes;
            let (from, to) = (ids[(edge / degree) as usize], ids[end as usize]);
            view.create_edge(from, "R", to, Vec::new()).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.html");
        fs::write(&path, page(&view, &Options::default())).unwrap();
        let document = opened(&chromium, &path, "#bench=60");
        let (_, told) = document.split_once("<output id=\"bench\" hidden=\"\">").unwrap();
        eprintln!("{}", told.split_once('<').unwrap().0);
    }
}
