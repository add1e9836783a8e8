//! Nodes and edges to a snapshot's bytes: the same input gives the same bytes.
//!
//! While a graph is gathered, names and strings have numbers in the order of their arrival, and values are compact
//! cells. `finish` numbers everything anew: names and strings by their bytes, nodes by shape (shapes in the order of
//! their first node, nodes of a shape in the order of the input), edges by source shape, type, source and target.

mod cell;
mod column;
mod edge;
mod finish;
mod sections;

use std::collections::{BTreeSet, HashMap};

use super::names::Names;
use super::{Error, value};
use crate::model::definition::{Definition, Rule, Subject};
use crate::model::{NodeId, Schema, Value};
pub(super) use cell::Cell;
use column::Cells;

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
    labels: Names,
    edge_types: Names,
    keys: Names,
    strings: Names,
    shapes: Vec<Gathered>,
    shape_of_labels: HashMap<Vec<u32>, u32>,
    /// For each node its shape and its row there.
    nodes: Vec<(u32, u32)>,
    edges: Vec<edge::Edge>,
    /// Edge properties by key; a row is a number of the input.
    edge_cells: HashMap<u32, Cells>,
    /// The first thing that went wrong.
    error: Option<Error>,
}

/// A shape while it is gathered.
struct Gathered {
    /// In the order of their arrival, to recognise the set.
    labels: Vec<u32>,
    count: u32,
    /// Properties by key.
    cells: HashMap<u32, Cells>,
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
        let mut labels: Vec<u32> = labels.iter().map(|label| self.labels.intern(label)).collect();
        labels.sort_unstable();
        labels.dedup();
        let shape = match self.shape_of_labels.get(&labels) {
            Some(shape) => *shape,
            None => {
                self.shape_of_labels.insert(labels.clone(), self.shapes.len() as u32);
                self.shapes.push(Gathered { labels, count: 0, cells: HashMap::new() });
                self.shapes.len() as u32 - 1
            }
        };
        let cells = self.cells(properties);
        let gathered = &mut self.shapes[shape as usize];
        let row = gathered.count;
        gathered.count += 1;
        for (key, cell) in cells {
            gathered.cells.entry(key).or_default().push((row, cell));
        }
        self.nodes.push((shape, row));
        NodeId(self.nodes.len() as u32 - 1)
    }

    /// Adds an edge between nodes that `node` returned; properties as with nodes.
    pub fn edge(&mut self, source: NodeId, edge_type: &str, target: NodeId, properties: Vec<(&str, Value<'_>)>) {
        if self.edges.len() >= u32::MAX as usize - 1 {
            self.fail(Error::TooLarge(format!("a graph has at most {} edges", u32::MAX - 1)));
            return;
        }
        if let Some(end) = [source, target].into_iter().find(|end| end.index() >= self.nodes.len()) {
            self.fail(Error::Unstorable(format!("an edge cannot end at {end:?}, which was not added")));
            return;
        }
        let number = self.edges.len() as u32;
        let edge_type = self.edge_types.intern(edge_type);
        self.edges.push(edge::Edge { source: source.0, edge_type, target: target.0 });
        for (key, cell) in self.cells(properties) {
            self.edge_cells.entry(key).or_default().push((number, cell));
        }
    }

    /// The properties by key, without nulls and earlier values of the same key.
    fn cells(&mut self, properties: Vec<(&str, Value<'_>)>) -> Vec<(u32, Cell)> {
        let mut cells: Vec<(u32, Cell)> = Vec::with_capacity(properties.len());
        for (key, value) in properties {
            let key_id = self.keys.id(key);
            if let Some(earlier) = cells.iter().position(|(known, _)| Some(*known) == key_id) {
                cells.remove(earlier);
            }
            match value::check(&value) {
                Err(error) => {
                    self.fail(error);
                }
                Ok(()) if value.is_null() => {}
                Ok(()) => cells.push((self.keys.intern(key), Cell::new(&value, &mut self.strings))),
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
    pub fn finish(mut self) -> Result<Vec<u8>, Error> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        if self.strings.len() >= u32::MAX as usize {
            return Err(Error::TooLarge(format!("a graph has at most {} distinct strings", u32::MAX - 1)));
        }
        finish::write(self)
    }
}
