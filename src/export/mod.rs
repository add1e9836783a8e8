//! A graph, or a part of one, as text that other programs draw or read.
//!
//! In: a [`Subgraph`] and the [`View`] that it belongs to. Out: bytes in one of the [`Format`]s, or a folder of
//! [`Tables`]. The same graph gives the same bytes: everything is sorted by type and key, ids are synthetic (`n12`, `e7`),
//! and nothing tells the time. No name, however hostile, breaks out of the place where it is written; what a format cannot
//! say is left out or replaced.
//!
//! Pictures are made of a part that is held in memory. Data is written while the graph is walked, so that a graph of any
//! size can be written whole ([`Part::Whole`]), and what `ken import` reads back is the same graph.

mod column;
mod csv;
mod cypher;
mod cytoscape;
mod dot;
mod folder;
mod graphml;
mod html;
mod json;
mod jsonl;
mod layout;
mod mermaid;
mod order;
mod palette;
#[cfg(feature = "parquet")]
mod parquet;
mod picture;
mod shape;
mod subgraph;
mod svg;
mod text;
mod tooltip;

use std::io::{self, Write};
use std::path::Path;

use crate::store::{self, View};
pub use cypher::script;
pub(crate) use cypher::{define, literal, quoted};
pub(crate) use dot::{quote as dot_quote, quote_tooltip as dot_tooltip};
pub(crate) use json::value as json_value;
use order::Order;
pub use order::Part;
use picture::Picture;
pub use subgraph::Subgraph;

/// The language to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Graphviz.
    Dot,
    /// A Mermaid flowchart.
    Mermaid,
    /// GraphML, for Gephi, yEd, igraph, NetworkX.
    GraphMl,
    /// Cytoscape.js elements with a style.
    Cytoscape,
    /// One JSON object per node, then one per edge.
    JsonLines,
    /// A picture for browsers and documents, laid out here.
    Svg,
    /// A page to search, filter and zoom in.
    Html,
    /// A Cypher script that builds the graph again.
    Cypher,
}

/// Formats that are a folder of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// Comma-separated, with the headers of Neo4j's `admin import`.
    Csv,
    /// Apache Parquet, with the same columns.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Format {
    /// The most nodes that a person can make something of, where it is a person who looks.
    fn limit(self, options: &Options) -> Option<usize> {
        match self {
            Format::Dot | Format::Mermaid | Format::Svg => Some(options.max_nodes),
            Format::Html => Some(options.max_page_nodes),
            Format::GraphMl | Format::Cytoscape | Format::JsonLines | Format::Cypher => None,
        }
    }

    /// Whether [`stream`] writes it.
    pub fn is_data(self) -> bool {
        matches!(self, Format::GraphMl | Format::JsonLines | Format::Cypher)
    }
}

/// How to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Pictures frame the nodes of each type.
    pub clusters: bool,
    /// Draws pictures of any size.
    pub force: bool,
    /// The largest picture that is drawn without `force`, in nodes.
    pub max_nodes: usize,
    /// The largest page that is written without `force`, in nodes: one can search and zoom in it.
    pub max_page_nodes: usize,
}

/// The most nodes that a page stays fluent with.
const PAGE_NODES: usize = 5_000;

impl Default for Options {
    fn default() -> Self {
        Options { clusters: false, force: false, max_nodes: 300, max_page_nodes: PAGE_NODES }
    }
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many nodes.
    pub nodes: usize,
    /// How many edges.
    pub edges: usize,
    /// What was left out, or what the reader of the format will leave out; a sentence each.
    pub notes: Vec<String>,
}

/// Why nothing, or not all, was written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A picture that nobody could read.
    #[error(
        "{nodes} nodes make no readable picture (the most is {limit}); ask for less, go around one node with a depth and \
         a limit, write {}, or force it",
        other(*nodes)
    )]
    TooLarge {
        /// In the subgraph.
        nodes: usize,
        /// [`Options::max_nodes`], or [`Options::max_page_nodes`] of a page.
        limit: usize,
    },
    /// The output took no more.
    #[error("cannot write the export: {0}")]
    Io(#[from] io::Error),
    /// The graph's bytes are damaged, so that what was written is not to be trusted.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What shows more nodes than a picture does.
fn other(nodes: usize) -> &'static str {
    if nodes <= PAGE_NODES { "a page to search and zoom in (html)" } else { "GraphML for a program that filters" }
}

/// Writes the subgraph.
///
/// Edges whose ends are not among the subgraph's nodes are left out.
///
/// # Errors
///
/// A picture with more nodes than the options allow is refused before anything is written.
///
/// ```
/// use kenning::export::{Format, Options, Subgraph, write};
/// use kenning::model::Value;
/// use kenning::store::{Snapshot, View};
///
/// let base = Snapshot::empty();
/// let mut view = View::new(&base);
/// view.create_node(&["Skill"], vec![("name", Value::string("Python"))])?;
/// let mut text = Vec::new();
/// write(Format::Mermaid, &Subgraph::whole(&view), &view, &Options::default(), &mut text)?;
/// assert!(String::from_utf8(text)?.contains("Python"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write(
    format: Format,
    subgraph: &Subgraph,
    view: &View<'_>,
    options: &Options,
    out: &mut dyn Write,
) -> Result<Report, ExportError> {
    let nodes = subgraph.nodes.len();
    if let Some(limit) = format.limit(options)
        && nodes > limit
        && !options.force
    {
        return Err(ExportError::TooLarge { nodes, limit });
    }
    if format.is_data() {
        return stream(format, Part::Some(subgraph), view, out);
    }
    let picture = Picture::new(subgraph, view);
    let mut report = Report { nodes: picture.nodes.len(), edges: picture.edges.len(), notes: Vec::new() };
    match format {
        Format::Dot => report.notes = dot::write(&picture, options.clusters, out)?,
        Format::Mermaid => report.notes = mermaid::write(&picture, options.clusters, out)?,
        Format::Cytoscape => cytoscape::write(&picture, out)?,
        Format::Html => html::write(&picture, out)?,
        Format::Svg => report.notes = svg::write(&picture, options.clusters, out)?,
        Format::GraphMl | Format::JsonLines | Format::Cypher => {}
    }
    out.flush()?;
    view.health()?;
    Ok(report)
}

/// Writes a graph, or a part of it, as data; pictures are [`write()`]'s.
///
/// Edges whose ends are not among the part's nodes are left out.
///
/// # Errors
///
/// The output's, and damage that was met on the way: what was written is not to be trusted then.
///
/// ```
/// use kenning::export::{Format, Part, stream};
/// use kenning::model::Value;
/// use kenning::store::{Snapshot, View};
///
/// let base = Snapshot::empty();
/// let mut view = View::new(&base);
/// view.create_node(&["Skill"], vec![("name", Value::string("Python"))])?;
/// let mut text = Vec::new();
/// stream(Format::JsonLines, Part::Whole, &view, &mut text)?;
/// let line = "{\"kind\":\"node\",\"id\":\"n0\",\"labels\":[\"Skill\"],\"properties\":{\"name\":\"Python\"}}\n";
/// assert_eq!(String::from_utf8(text)?, line);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn stream(format: Format, part: Part<'_>, view: &View<'_>, out: &mut dyn Write) -> Result<Report, ExportError> {
    let report = match format {
        Format::GraphMl => graphml::write(&Order::new(part, view), out)?,
        Format::JsonLines => jsonl::write(&Order::new(part, view), out)?,
        Format::Cypher => cypher::write(part, view, out)?,
        Format::Dot | Format::Mermaid | Format::Cytoscape | Format::Svg | Format::Html => {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "pictures are made of a subgraph").into());
        }
    };
    out.flush()?;
    view.health()?;
    Ok(report)
}

/// Writes a graph, or a part of it, as a folder of files: one for each set of labels and one for each edge type.
///
/// # Errors
///
/// There is something in the folder, the system's, and damage as with [`stream`].
pub fn folder(tables: Tables, part: Part<'_>, view: &View<'_>, path: &Path) -> Result<Report, ExportError> {
    let order = Order::new(part, view);
    let report = match tables {
        Tables::Csv => csv::write(&order, path)?,
        #[cfg(feature = "parquet")]
        Tables::Parquet => parquet::write(&order, path)?,
    };
    view.health()?;
    Ok(report)
}
