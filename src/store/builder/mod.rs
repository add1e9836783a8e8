//! Nodes and edges to a snapshot's bytes: the same input gives the same bytes.
//!
//! While a graph is gathered, names and strings have numbers in the order of their arrival, and properties are typed
//! columns of each set of labels and of each edge type, as they will be in the file. `finish` numbers everything anew:
//! names and strings by their bytes, nodes by shape (shapes in the order of their first node, nodes of a shape in the
//! order of the input), edges by source shape, type, source and target.

mod buffer;
mod bulk;
mod cell;
mod column;
mod edge;
mod finish;
mod heaps;
mod look;
mod sections;
mod sources;
mod texts;

use std::collections::{BTreeSet, HashMap};

use super::Error;
use crate::model::definition::{Definition, Rule, Subject};
use crate::model::{NodeId, Schema, Value};
pub(crate) use buffer::{Buffer, Run};
pub(crate) use bulk::Key;
pub(crate) use cell::Cell;
pub(crate) use edge::Edges;
pub(crate) use look::Rows;
pub use sections::Image;
use texts::Texts;

/// Gathers a graph and writes it as a snapshot.
///
/// ```
/// use kenning::model::Value;
/// use kenning::store::{Builder, Snapshot, View};
///
/// let mut builder = Builder::new();
/// builder.index("Skill", "id");
/// let python = builder.node(&["Skill"], vec![("id", Value::string("python"))]);
/// let speed = builder.node(&["Challenge"], vec![("id", Value::string("slow-prototypes"))]);
/// builder.edge(python, "ADDRESSES", speed, vec![]);
/// let snapshot = Snapshot::from_bytes(&builder.finish()?)?;
/// let view = View::new(&snapshot);
/// let (skill, id) = (view.label_id("Skill").unwrap(), view.key_id("id").unwrap());
/// assert_eq!(view.seek(skill, id, &Value::string("python")).unwrap().len(), 1);
/// # Ok::<(), kenning::store::Error>(())
/// ```
#[derive(Default)]
pub struct Builder {
    schema: Option<Schema>,
    indexes: BTreeSet<(String, String)>,
    definitions: Vec<Definition>,
    labels: Texts,
    edge_types: Texts,
    keys: Texts,
    strings: Texts,
    shapes: Vec<Gathered>,
    shape_of_labels: HashMap<Vec<u32>, u32>,
    /// For each node its shape and its row there.
    nodes: Vec<(u32, u32)>,
    /// By edge type.
    edges: Vec<Edges>,
    /// The first thing that went wrong.
    error: Option<Error>,
}

/// A shape while it is gathered.
#[derive(Default)]
struct Gathered {
    /// In the order of their arrival, to recognise the set.
    labels: Vec<u32>,
    count: u32,
    /// Properties by key.
    columns: Vec<(u32, Buffer)>,
    /// Rows whose node has got other labels since, in any order.
    left: Vec<u32>,
}

impl Builder {
    /// Nothing yet.
    pub fn new() -> Self {
        Builder::default()
    }

    /// The schema that travels with the graph; its types' `key` and `name` are indexed.
    pub fn schema(&mut self, schema: Schema) {
        for node_type in &schema.types {
            self.index(&node_type.label, &node_type.key);
            self.index(&node_type.label, &node_type.name);
        }
        self.schema = Some(schema);
    }

    /// The schema that it has.
    pub(crate) fn declared(&self) -> Option<&Schema> {
        self.schema.as_ref()
    }

    /// Asks for an index on this property of the nodes with this label.
    pub fn index(&mut self, label: &str, key: &str) {
        self.indexes.insert((label.into(), key.into()));
    }

    /// Takes in an index or a constraint that a statement defined; that it holds is the caller's to know.
    pub(super) fn define(&mut self, definition: Definition) {
        if let (Subject::Nodes(label), [key], true) =
            (&definition.subject, definition.keys.as_slice(), definition.rule != Rule::NotNull)
        {
            self.index(label, key);
        }
        self.definitions.push(definition);
    }

    /// Adds a node; the number returned serves `edge` only (the snapshot numbers nodes by shape).
    ///
    /// Null properties are left out; of a key given twice, the last value counts. What cannot be stored is reported
    /// by `finish`.
    pub fn node(&mut self, labels: &[&str], properties: Vec<(&str, Value<'_>)>) -> NodeId {
        if self.nodes.len() >= u32::MAX as usize - 1 {
            return NodeId(self.fail(Error::TooLarge(format!("a graph has at most {} nodes", u32::MAX - 1))));
        }
        let shape = self.shape(labels);
        let number = self.add_rows(shape, 1).start;
        self.set(number, properties);
        NodeId(number)
    }

    /// Adds an edge between nodes that `node` returned; properties as with nodes.
    pub fn edge(&mut self, source: NodeId, edge_type: &str, target: NodeId, properties: Vec<(&str, Value<'_>)>) {
        if self.edge_count() >= u32::MAX as usize - 1 {
            self.fail(Error::TooLarge(format!("a graph has at most {} edges", u32::MAX - 1)));
            return;
        }
        if let Some(end) = [source, target].into_iter().find(|end| end.index() >= self.nodes.len()) {
            self.fail(Error::Unstorable(format!("an edge cannot end at {end:?}, which was not added")));
            return;
        }
        let cells = self.cells(properties);
        let edges = self.edges_of(edge_type);
        let row = edges.len();
        edges.sources.push(source.0);
        edges.targets.push(target.0);
        for (key, cell) in cells {
            edges.column(key).put(row, cell);
        }
    }

    /// The properties by key, without nulls and earlier values of the same key.
    fn cells(&mut self, properties: Vec<(&str, Value<'_>)>) -> Vec<(u32, Cell)> {
        let mut cells: Vec<(u32, Cell)> = Vec::with_capacity(properties.len());
        for (key, value) in properties {
            let key_id = self.keys.number(key);
            if let Some(earlier) = cells.iter().position(|(known, _)| Some(*known) == key_id) {
                cells.remove(earlier);
            }
            if let Some(cell) = self.cell(&value) {
                cells.push((self.keys.intern(key), cell));
            }
        }
        cells
    }

    /// Keeps the first error for `finish`; an id that no node has.
    fn fail(&mut self, error: Error) -> u32 {
        self.error.get_or_insert(error);
        u32::MAX
    }

    /// The snapshot's bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Unstorable`] when a value could not be a property or an edge ended nowhere, [`Error::TooLarge`] when
    /// there were more nodes, edges or strings than the format can number.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        self.image()?.to_bytes()
    }

    /// The snapshot in the pieces that it was made in, to be written without a copy.
    ///
    /// # Errors
    ///
    /// As [`Builder::finish`].
    pub fn image(mut self) -> Result<Image, Error> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        if self.strings.len() >= u32::MAX as usize {
            return Err(Error::TooLarge(format!("a graph has at most {} distinct strings", u32::MAX - 1)));
        }
        finish::write(self)
    }
}
