//! Kenning: an embedded knowledge graph with its own query language.
//!
//! One graph is one file, mapped and read in place. A statement (openCypher, or a sentence in the words that the graph's
//! schema declares) makes four hops, each with one entry verb, and each stage is data that can be printed:
//!
//! | hop | verb | in | out |
//! |---|---|---|---|
//! | parse | [`lang::parse`], [`lang::ask::parse`] | text | [`lang::ast::Statement`] |
//! | plan | [`plan::plan`] | tree and catalog | [`plan::physical::Plan`] |
//! | run | [`exec::run`] | plan and view | batches of rows |
//! | render | `cli`, [`export`] | rows, subgraphs | text |
//!
//! [`Database`] is where they meet:
//!
//! ```
//! use kenning::{Database, Limits, Parameters};
//!
//! let db = Database::shipped()?;
//! let rows = db.query("MATCH (s:Skill) RETURN count(*) AS skills", &Parameters::new(), &Limits::default())?;
//! assert_eq!(rows.columns(), ["skills"]);
//! # Ok::<(), kenning::Error>(())
//! ```
//!
//! # Map
//!
//! - [`model`]: words that every layer shares: values, ids, diagnostics, the schema, the table of functions.
//! - [`lang`]: text to syntax tree, by the two grammars in `grammar/`.
//! - [`plan`]: syntax tree to plan: scopes, rules, cost, order.
//! - [`exec`]: plan to rows: batches of typed columns through pulled operators.
//! - [`store`]: the graph at rest: the file's format, the [`View`] that everybody reads through, petgraph's traits.
//! - [`load`]: text sources, and the files of other programs, to a snapshot.
//! - [`algo`]: graph algorithms and what the catalog knows, as procedures.
//! - [`export`]: a subgraph as DOT, Mermaid, GraphML, Cytoscape JSON, JSON lines, SVG, a page for browsers.
//! - [`diff`]: what turns one graph into another, as lines, JSON, a picture, a Cypher script.
//! - [`lint`]: what a curator may want to mend in a graph.
//! - `cli`: the command `ken`.
//!
//! A test reads the imports and holds them to this order: `model` knows nobody; `lang` and `store` know `model`; `plan`
//! knows the syntax tree; `exec` knows plans and the store; [`Database`] knows all; the command knows [`Database`].
//!
//! # What is deliberately absent
//!
//! - No network, no environment, no global state; no threads but those that a statement lets work for it, and none of them
//!   outlives it.
//! - `store` never hears of queries, `plan` never opens a file, `exec` never sees syntax.
//! - A snapshot never changes: its bytes are written once, and changes live beside it.
//! - Reading never panics: bytes that cannot be right read as absent and are reported as damage.
//! - No `unsafe` outside `store`.
pub mod algo;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
mod db;
pub mod diff;
mod error;
pub mod exec;
pub mod export;
pub mod lang;
pub mod lint;
pub mod load;
pub mod model;
pub mod plan;
pub mod store;

pub use db::{
    Check, Database, Empty, Left, Limits, Parameters, Prepared, Procedure, ProcedureColumns, Rows, ScriptProblem,
    Summary, Transaction,
};
pub use error::{Error, Failure};
pub use plan::PlanStep;
pub use plan::physical::Warning;
pub use store::View;

/// The README's Rust code runs as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;
