//! Sources of graphs: text to a snapshot's bytes and back, and CSV files to records.
//!
//! In: a directory with `schema.toml` and further TOML files. Out: the bytes of a snapshot, or every problem of the
//! source with its place. The same text gives the same bytes, whatever the machine and the order of the directory, and
//! [`write()`] gives a text that builds a graph's bytes again.

mod check;
mod csv;
mod definition;
mod draft;
mod exact;
mod graph;
pub mod import;
mod label;
mod notation;
mod problem;
mod rules;
mod schema;
mod source;
mod words;
mod write;

use std::path::Path;

use crate::model::definition::Change;
use crate::store::{Snapshot, View};
pub use csv::{Folders, Records};
pub use draft::{Draft, DraftOptions, draft};
pub use problem::{Errors, Problem};
pub use write::{TextError, TextFile, write};

/// Checks a text source and builds its snapshot.
///
/// `dir` holds `schema.toml`, which declares properties, types and relations with the words that sentences use:
///
/// ```toml
/// name = "roles"
///
/// [properties]
/// id = "string"                          # or integer, float, boolean; [string] is a list of them
/// name = "string"
/// basis = "string"
/// why = "string"
///
/// [type.Skill]
/// text = "What somebody can do."
/// singular = "skill"
/// plural = "skills"
/// synonyms = ["ability", "abilities"]
/// key = "id"                             # identifies a node; kebab case, unique over all types
/// name = "name"                          # what sentences call a node; unique within the type
/// required = ["id", "name"]
///
/// [relation.ADDRESSES]
/// text = "A skill that helps somebody meet a challenge."
/// from = ["Skill"]
/// to = ["Challenge"]
/// verb = ["address", "addresses"]        # plural first, then singular, then synonyms
/// passive = ["addressed by"]             # behind `is` and `are`, read from the target
/// inverse = []                           # active, read from the target
/// acyclic = true                         # following such edges never leads back; `ken check --lint` looks
/// required = ["basis"]
/// optional = ["why"]
/// values.basis = ["stated", "inferred"]  # a closed list
/// when.basis.inferred = ["why"]          # a value that makes other properties necessary
/// ```
///
/// A type may also have `other_names`, a property with a list of further names that sentences find its nodes by,
/// `homonyms = true` when several of its nodes may have the same name, a `qualifier`, a property with a closed list whose values serve as adjectives, and a `style`
/// for pictures (`shape`, `fill`, `border`). Further `*.toml` files, read in the order of their names, hold the nodes;
/// a key that is a relation's name holds the edges that leave the node:
///
/// ```toml
/// [[Skill]]
/// id = "python"
/// name = "Python"
/// ADDRESSES = [ { to = "slow-prototypes", basis = "stated" } ]
/// ```
///
/// # Without a schema
///
/// `free = true` in `schema.toml` instead of all that says that the graph has no schema: nodes may have any labels
/// (`[["Person:Employee"]]`, `[[""]]` for none) and any properties, and every list of tables is edges. In any source
///
/// - the key `=` of a node is what edges call it, when it has no key or one that is no good for that;
/// - `"=" = "again"` says that an edge knows of another one like it between the same nodes;
/// - a value may be a table that says its kind (`{ "=" = "duration", months = 1, ... }`), where TOML has no notation for it
///   or the schema would take it for something else;
/// - `"=name"` is the property `name` where `name` would be read as something else;
/// - `[[index]]` and `[[constraint]]` in `schema.toml` define what `CREATE INDEX` and `CREATE CONSTRAINT` do.
///
/// [`write()`] writes all of these where a graph needs them.
///
/// # Errors
///
/// All problems of the source at once, sorted by file and place. Nothing is built while there is one.
pub fn text(dir: &Path) -> Result<Vec<u8>, Errors> {
    texts(&[dir]).map(|built| built.bytes)
}

/// A graph built from one or several folders.
#[derive(Clone, Debug)]
pub struct Built {
    /// The snapshot.
    pub bytes: Vec<u8>,
    /// Where folders tell the same node or edge differently; the earlier folder counts.
    pub notes: Errors,
}

/// As [`text`], for a graph that several folders tell together. Each is a source with a `schema.toml` of its own; what two
/// of them declare has to be the same. A node with the same type and id in two folders is one node, with the edges of
/// both.
///
/// # Errors
///
/// As [`text`].
pub fn texts(dirs: &[&Path]) -> Result<Built, Errors> {
    let mut errors = Errors::default();
    let read = |(folder, dir): (usize, &&Path)| source::read(dir, folder, &mut errors);
    let sources: Vec<_> = dirs.iter().enumerate().flat_map(read).collect();
    build(&sources, dirs.first().unwrap_or(&Path::new("")), errors)
}

/// Builds what was read; `whole` stands for the source where a problem has no place.
fn build(sources: &[source::Source], whole: &Path, mut errors: Errors) -> Result<Built, Errors> {
    let documents: Vec<_> = sources.iter().map(|source| source.parse(&mut errors)).collect();
    let mut words = words::Words::default();
    let mut declared: Option<(schema::Declared, &source::Source)> = None;
    for (source, document) in sources.iter().zip(&documents).filter(|(source, _)| source.is_schema()) {
        let mut check = check::Check::new(source, &mut errors);
        let other = schema::read(&mut check, &mut words, document);
        match &mut declared {
            None => declared = Some((other, source)),
            Some((declared, first)) => declared.merge(&mut check, other, &first.path),
        }
    }
    let Some((declared, place)) = declared else {
        return Err(errors.none_or_sorted().err().unwrap_or_else(|| Errors::whole(whole, "there is nothing to build")));
    };
    let mut graph = graph::Graph::default();
    for (source, document) in sources.iter().zip(&documents).filter(|(source, _)| !source.is_schema()) {
        graph.read(&mut check::Check::new(source, &mut errors), &declared, document);
    }
    graph.check(&mut errors);
    errors.none_or_sorted()?;
    let notes = std::mem::take(&mut graph.notes);
    let failed = |error: crate::store::Error| Errors::whole(whole, error.to_string());
    let bytes = defined(graph.build(&declared).map_err(failed)?, &declared, place)?;
    Ok(Built { bytes, notes })
}

/// The snapshot with the indexes and constraints that the source defines, once they hold.
fn defined(bytes: Vec<u8>, declared: &schema::Declared, source: &source::Source) -> Result<Vec<u8>, Errors> {
    if declared.definitions.is_empty() {
        return Ok(bytes);
    }
    let failed = |error: crate::store::Error| Errors::whole(&source.path, error.to_string());
    let snapshot = Snapshot::from_bytes(&bytes).map_err(failed)?;
    let mut view = View::new(&snapshot);
    let mut errors = Errors::default();
    for (definition, at) in &declared.definitions {
        let change = Change::Create { definition: definition.clone(), lenient: false };
        if let Err(error) = view.define(&change) {
            check::Check::new(source, &mut errors).report(at.clone(), error.to_string());
        }
    }
    errors.none_or_sorted()?;
    crate::store::bytes(&view).map_err(failed)
}
