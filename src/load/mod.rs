//! Sources of graphs: text to a snapshot's bytes, and CSV files to records.
//!
//! In: a directory with `schema.toml` and further TOML files. Out: the bytes of a snapshot, or every problem of the
//! source with its place. The same text gives the same bytes, whatever the machine and the order of the directory.

mod check;
mod csv;
mod graph;
mod problem;
mod rules;
mod schema;
mod source;
mod words;

use std::path::Path;

pub use csv::{Folders, Records};
pub use problem::{Errors, Problem};

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
/// required = ["basis"]
/// optional = ["why"]
/// values.basis = ["stated", "inferred"]  # a closed list
/// when.basis.inferred = ["why"]          # a value that makes other properties necessary
/// ```
///
/// A type may also have a `qualifier`, a property with a closed list whose values serve as adjectives, and a `style`
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
/// # Errors
///
/// All problems of the source at once, sorted by file and place. Nothing is built while there is one.
pub fn text(dir: &Path) -> Result<Vec<u8>, Errors> {
    let mut errors = Errors::default();
    let sources = source::read(dir, &mut errors);
    let documents: Vec<_> = sources.iter().map(|source| source.parse(&mut errors)).collect();
    let mut declared = crate::model::Schema::default();
    let mut graph = graph::Graph::default();
    if let Some(at) = sources.iter().position(source::Source::is_schema) {
        declared = schema::read(&mut check::Check::new(&sources[at], &mut errors), &documents[at]);
        for (source, document) in sources.iter().zip(&documents).filter(|(source, _)| !source.is_schema()) {
            graph.read(&mut check::Check::new(source, &mut errors), &declared, document);
        }
        graph.check(&mut errors);
    }
    errors.none_or_sorted()?;
    graph.build(&declared).map_err(|error| Errors::whole(dir, error.to_string()))
}
