//! `ken export`: an answer's subgraph, a node's neighbourhood or the whole graph, for Graphviz and others.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::args::{Answer, Export, ExportFormat, Global, ending};
use crate::cli::exit::{Code, Failure, Source};
use crate::cli::messages::{Messages, counted, grouped};
use crate::cli::output::Output;
use crate::cli::{Asker, asker, interrupt};
use crate::export::{self, ExportError, Format, Options, Part, Subgraph, Tables};
use crate::model::{NodeId, Value, nearest};
use crate::{Database, View};

/// What the flags name a format by.
enum Form {
    Text(Format),
    Folder(Tables),
}

/// Writes the subgraph that the flags name, and says what was left out.
pub(crate) fn run(global: &Global, export: &Export, messages: &Messages) -> Result<Code, Failure> {
    let form = form(format(export)?);
    if matches!(form, Form::Folder(_)) && export.output.is_none() {
        let failure = Failure::new(Code::Usage, "UsageError", "this format is a folder of files");
        return Err(failure.help("name the folder: --output DIR"));
    }
    let answer = Answer { strict: export.strict, ..Answer::default() };
    let mut asker = asker(global, &answer, &export.asking)?;
    // Without a statement that hears it, Ctrl-C ends the process as usual.
    if export.query.is_some() {
        asker.listen(interrupt::flag(true));
    }
    let database = &asker.database;
    let streams = !matches!(form, Form::Text(format) if !format.is_data());
    let subgraph = match streams && export.query.is_none() && export.around.is_none() && export.limit.is_none() {
        true => None,
        false => Some(subgraph(export, &asker, messages)?),
    };
    // Seen after the statement has run: on a graph in memory it may have created what is to be drawn.
    let view = database.view();
    let part = subgraph.as_ref().map_or(Part::Whole, Part::Some);
    if subgraph.is_none() {
        // What is written of a damaged graph must not take the place of an older, better file.
        messages.while_counting("checking", |told| database.verify_telling(told))?;
    }
    let mut output = Output::new(export.output.clone());
    let report = match (form, &subgraph) {
        (Form::Folder(tables), _) => {
            let path = export.output.as_deref().unwrap_or(Path::new("."));
            export::folder(tables, part, &view, path).map_err(|error| about(path, error))?
        }
        (Form::Text(format), Some(subgraph)) if !format.is_data() => {
            // Made in memory first: a picture that is refused must not replace an older one.
            let mut bytes = Vec::new();
            let options = Options { clusters: export.clusters, force: export.force, ..Options::default() };
            let report = export::write(format, subgraph, &view, &options, &mut bytes).map_err(failed)?;
            output.writer()?.write_all(&bytes)?;
            report
        }
        (Form::Text(format), _) => export::stream(format, part, &view, output.writer()?).map_err(failed)?,
    };
    output.flush()?;
    report.notes.iter().for_each(|note| messages.note(note));
    if export.output.is_some() {
        messages.note(&format!("{}, {}", counted(report.nodes as u64, "node"), counted(report.edges as u64, "edge")));
    }
    Ok(Code::Fine)
}

/// The part of the graph that the flags name.
fn subgraph(export: &Export, asker: &Asker, messages: &Messages) -> Result<Subgraph, Failure> {
    let database = &asker.database;
    let limit = export.limit.unwrap_or(usize::MAX);
    let around =
        |name| Ok::<_, Failure>(Subgraph::around(&database.view(), named(database, name)?, export.depth, limit));
    let (mut subgraph, left_out) = match (&export.around, &export.query) {
        (Some(name), _) => around(name)?,
        (None, Some(query)) => {
            let source = Source { name: "query", text: query, offset: 0 };
            first(asker.subgraph(query, source, messages)?, limit)
        }
        (None, None) => first(Subgraph::whole(&database.view()), limit),
    };
    if left_out > 0 {
        messages.note(&format!("--limit left {} nodes out", grouped(left_out as u64)));
    }
    if export.induced {
        subgraph.induced(&database.view());
    }
    Ok(subgraph)
}

/// The format that is asked for, or that the output's name tells.
fn format(export: &Export) -> Result<ExportFormat, Failure> {
    let ending = ending(export.output.as_deref());
    let (None, Some(ending)) = (export.to, ending.as_deref()) else {
        return Ok(export.to.unwrap_or(ExportFormat::Dot));
    };
    let usage = |message: String| Failure::new(Code::Usage, "UsageError", message);
    ExportFormat::of_ending(ending).ok_or_else(|| match ending {
        "png" | "pdf" | "jpg" | "jpeg" | "gif" | "webp" => usage(format!("nothing here draws `.{ending}`"))
            .help(format!("write SVG, or let Graphviz draw: `ken export --to dot ... | dot -T{ending}`")),
        "parquet" if cfg!(not(feature = "parquet")) => {
            usage("this program was built without what writes `.parquet`".to_owned())
                .help("build it with the feature: `cargo install kenning --features parquet`")
        }
        "csv" | "parquet" => usage(format!("a graph makes several files of `.{ending}`, not one"))
            .help(format!("name a folder for them: `--to {ending} -o DIR`"))
            .help("for the rows of an answer: `ken query -F csv`"),
        _ => usage(format!("no language for graphs is known by `.{ending}`"))
            .help("say which one it is: `--to FORMAT`")
            .help("known are .dot, .gv, .mmd, .graphml, .json, .jsonl, .svg, .html and .cypher"),
    })
}

fn form(format: ExportFormat) -> Form {
    Form::Text(match format {
        ExportFormat::Dot => Format::Dot,
        ExportFormat::Mermaid => Format::Mermaid,
        ExportFormat::Graphml => Format::GraphMl,
        ExportFormat::Cytoscape => Format::Cytoscape,
        ExportFormat::Jsonl => Format::JsonLines,
        ExportFormat::Svg => Format::Svg,
        ExportFormat::Html => Format::Html,
        ExportFormat::Cypher => Format::Cypher,
        ExportFormat::Csv => return Form::Folder(Tables::Csv),
        #[cfg(feature = "parquet")]
        ExportFormat::Parquet => return Form::Folder(Tables::Parquet),
    })
}

/// Why a folder was not written.
fn about(path: &Path, error: ExportError) -> Failure {
    match error {
        ExportError::Io(error) => Failure::file("write to", path, &error),
        other => failed(other),
    }
}

/// Why a subgraph was not written.
pub(crate) fn failed(error: ExportError) -> Failure {
    match error {
        ExportError::TooLarge { nodes, limit } => {
            let message = format!("{nodes} nodes make no readable picture (the most is {limit})");
            Failure::new(Code::Error, "TooLarge", message)
                .help("ask for less: a query, `--around NAME --depth 1`, `--limit N`")
                .help("`--to html` writes a page to search and zoom in")
                .help("`--force` draws it all the same")
        }
        ExportError::Io(error) => error.into(),
        ExportError::Store(error) => crate::Error::from(error).into(),
    }
}

/// The first `limit` nodes with the edges between them, and how many were left out.
fn first(subgraph: Subgraph, limit: usize) -> (Subgraph, usize) {
    let left_out = subgraph.nodes.len().saturating_sub(limit);
    // The edges of a node that is left out are left out by the writer.
    let nodes: BTreeSet<NodeId> = subgraph.nodes.into_iter().take(limit).collect();
    (Subgraph { nodes, edges: subgraph.edges }, left_out)
}

/// The node with this name or key: exactly, else whatever the case.
fn named(database: &Database, name: &str) -> Result<NodeId, Failure> {
    let view = database.view();
    let mut found = exactly(&view, name);
    let mut known = Vec::new();
    if found.is_empty() {
        each_name(&view, |node, text| {
            if text.to_lowercase() == name.to_lowercase() {
                found.insert(node);
            }
            known.push(text.to_owned());
        });
    }
    let labels = |node: &NodeId| {
        let labels = view.node_labels(*node);
        labels.iter().map(|label| view.label_name(*label).to_owned()).collect::<Vec<_>>().join(":")
    };
    match found.iter().collect::<Vec<_>>().as_slice() {
        [node] => Ok(**node),
        [] => {
            let failure = Failure::new(Code::Error, "UnknownName", format!("no node is named `{name}`"));
            Err(nearest(name, known.iter().map(String::as_str), 3)
                .iter()
                .fold(failure, |failure, near| failure.help(format!("did you mean `{near}`?"))))
        }
        several => {
            let types = several.iter().map(|node| labels(node)).collect::<Vec<_>>().join(", ");
            let message = format!("{} nodes are named `{name}`: {types}", several.len());
            Err(Failure::new(Code::Error, "AmbiguousName", message).help("use the key of the one that you mean"))
        }
    }
}

/// The properties that name nodes: those that the schema says, else `name` and `id`.
fn naming(view: &View<'_>) -> Vec<(Option<String>, Vec<String>)> {
    match view.schema() {
        Some(schema) => {
            schema.types.iter().map(|t| (Some(t.label.clone()), vec![t.key.clone(), t.name.clone()])).collect()
        }
        None => vec![(None, vec!["id".to_owned(), "name".to_owned()])],
    }
}

fn exactly(view: &View<'_>, name: &str) -> BTreeSet<NodeId> {
    let mut found = BTreeSet::new();
    let value = Value::string(name.to_owned());
    for (label, keys) in naming(view) {
        let label = label.and_then(|label| view.label_id(&label));
        for key in keys.iter().filter_map(|key| view.key_id(key)) {
            match label.and_then(|label| view.seek(label, key, &value)) {
                Some(nodes) => found.extend(nodes),
                None => {
                    for run in view.scan(|labels| label.is_none_or(|label| labels.contains(&label))) {
                        found.extend(run.map(NodeId).filter(|node| view.node_property(*node, key) == value));
                    }
                }
            }
        }
    }
    found
}

/// Calls `each` with every node and what names it.
fn each_name(view: &View<'_>, mut each: impl FnMut(NodeId, &str)) {
    for (label, keys) in naming(view) {
        let label = label.and_then(|label| view.label_id(&label));
        for key in keys.iter().filter_map(|key| view.key_id(key)) {
            for node in view.scan(|labels| label.is_none_or(|label| labels.contains(&label))).into_iter().flatten() {
                if let Value::String(text) = view.node_property(NodeId(node), key) {
                    each(NodeId(node), &text);
                }
            }
        }
    }
}
