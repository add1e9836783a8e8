//! Graphs out of other programs' files: nodes and edges from any reader, joined by identity, to a new snapshot.
//!
//! In: the graph that is there (none: an empty one), and calls of [`Intake::node`] and [`Intake::edge`] by a reader of
//! some format, in any order. Out: the snapshot of all of it with [`Counts`], or the problems with their places. What
//! always holds: the order of files does not matter for what is joined, the same input gives the same bytes, and the
//! same import again changes nothing.
//!
//! # For whoever writes a reader
//!
//! A reader gets an [`Input`] and an [`Intake`], and makes calls:
//!
//! ```
//! use kenning::load::import::{Edge, Intake, Node, Place, Space};
//! use kenning::model::Value;
//!
//! let mut intake = Intake::new();
//! let file = intake.file("people.jsonl");
//! // An identity space: where two rows with the same value speak of the same node.
//! let people = intake.space(Space::Key { label: "Person", key: "id" });
//! let at = |line| Place { file, line };
//! // The ends of an edge may come later; what never comes is found at the end.
//! intake.edge(at(1), &Edge::new("KNOWS", (people, Value::Int(1)), (people, Value::Int(2))))?;
//! intake.node(at(2), &Node::new(&["Person"]).identity(people, Value::Int(1)).property("name", Value::string("Ada")))?;
//! intake.node(at(3), &Node::new(&["Person"]).identity(people, Value::Int(2)))?;
//! let imported = intake.finish()?;
//! assert_eq!(imported.counts.nodes_created, 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - *Identity.* `Space::Key` is a property of the nodes with a label: the value is kept as that property, nodes of the
//!   graph that is there are found by it, and it gets an index. `Space::Named` is for ids that mean something within the
//!   import only, such as GraphML's; with a `key` they are kept as that property, and then found again by a later import
//!   among nodes with the same label. Values are compared as texts are written: `1` and `"1"` are the same id.
//! - *Twice.* A second row with the identity of an earlier one of the same import is a problem, unless the node says
//!   [`Node::merged`]: then labels and properties are added to those that are there (for sources that tell a node in
//!   pieces, such as triples). A node that the graph had before the import is updated either way.
//! - *Edges* are matched with those of the graph that is there by type and ends (the second with the second when there
//!   are several), or by type, ends and the value of [`Edge::key`]. Matched ones are updated.
//! - *Problems* of a row go to [`Intake::problem`] with the row's place, and reading goes on with the next row; what makes
//!   the rest of a file unreadable goes there, too, and the reader returns. Methods give [`Stop`] when there is no sense
//!   in going on (too many problems, somebody asked to stop): pass it on with `?`.
//! - *Null* properties are left out, and leave a matched node's property as it was.

mod column;
#[cfg(feature = "parquet")]
mod columnar;
mod conform;
mod count;
mod csv;
mod file_ids;
mod format;
mod graphml;
mod ids;
mod input;
mod intake;
mod join;
mod json;
mod jsonl;
mod lines;
mod mapping;
mod places;
mod problems;
mod rdf;
mod record;
mod roles;

pub use count::Counts;
pub use csv::Wishes;
pub use format::read;
pub use ids::{Space, SpaceId};
pub(super) use input::in_words;
pub use input::{Input, Meter};
pub use intake::{Imported, Intake};
pub use mapping::Mapping;
pub use problems::{FileId, Place, Problems, Reject, Stop};
pub use record::{Edge, Node};
pub use roles::{Manner, Named, Role};

#[cfg(test)]
mod tests;
