//! Many nodes and edges at once, and what is there already: for imports.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use super::edge::of;
use super::{Buffer, Builder, Cell, Edges, Gathered};
use crate::model::Value;
use crate::store::{Error, value};

impl Builder {
    /// The number of a set of labels.
    pub(crate) fn shape(&mut self, labels: &[&str]) -> u32 {
        let mut labels: Vec<u32> = labels.iter().map(|label| self.labels.intern(label)).collect();
        labels.sort_unstable();
        labels.dedup();
        self.shape_of(labels)
    }

    fn shape_of(&mut self, labels: Vec<u32>) -> u32 {
        if let Some(shape) = self.shape_of_labels.get(&labels) {
            return *shape;
        }
        self.shape_of_labels.insert(labels.clone(), self.shapes.len() as u32);
        self.shapes.push(Gathered { labels, ..Gathered::default() });
        self.shapes.len() as u32 - 1
    }

    /// The number of a key.
    pub(crate) fn key(&mut self, key: &str) -> u32 {
        self.keys.intern(key)
    }

    /// The number of a text.
    pub(crate) fn text(&mut self, text: &str) -> u32 {
        self.strings.intern(text)
    }

    /// A value as columns hold it; none for null and, with an error for `finish`, for what cannot be stored.
    pub(crate) fn cell(&mut self, value: &Value<'_>) -> Option<Cell> {
        if let Err(error) = value::check(value) {
            self.fail(error);
            return None;
        }
        let strings = &mut self.strings;
        (!value.is_null()).then(|| Cell::new(value, &mut |text| strings.intern(text)))
    }

    /// How many nodes there are.
    pub(crate) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// How many edges there are.
    pub(crate) fn edge_count(&self) -> usize {
        self.edges.iter().map(Edges::len).sum()
    }

    /// Adds so many nodes with these labels; their numbers.
    pub(crate) fn add_rows(&mut self, shape: u32, count: u32) -> Range<u32> {
        let first = self.nodes.len() as u32;
        if self.nodes.len() + count as usize >= u32::MAX as usize {
            self.fail(Error::TooLarge(format!("a graph has at most {} nodes", u32::MAX - 1)));
            return first..first;
        }
        let gathered = &mut self.shapes[shape as usize];
        let rows = gathered.count..gathered.count + count;
        gathered.count += count;
        self.nodes.extend(rows.map(|row| (shape, row)));
        first..first + count
    }

    /// The buffer of a shape's key, and how many rows the shape has.
    pub(crate) fn column(&mut self, shape: u32, key: u32) -> (&mut Buffer, usize) {
        let gathered = &mut self.shapes[shape as usize];
        (of(&mut gathered.columns, key), gathered.count as usize)
    }

    /// Sets properties of a node.
    pub(super) fn set(&mut self, node: u32, properties: Vec<(&str, Value<'_>)>) {
        for (key, cell) in self.cells(properties) {
            self.put(node, key, cell);
        }
    }

    /// Sets a property of a node.
    pub(crate) fn put(&mut self, node: u32, key: u32, cell: Cell) {
        if let Some((shape, row)) = self.nodes.get(node as usize).copied() {
            of(&mut self.shapes[shape as usize].columns, key).put(row as usize, cell);
        }
    }

    /// Adds a value to the list that a property of a node is, unless it is in there.
    pub(crate) fn collect(&mut self, node: u32, key: u32, cell: Cell) {
        let Some((shape, row)) = self.nodes.get(node as usize).copied() else { return };
        let buffer = of(&mut self.shapes[shape as usize].columns, key);
        let mut items = match buffer.get(row as usize) {
            Some(Cell::List(items)) => *items,
            Some(single) => vec![single],
            None => Vec::new(),
        };
        let more = if let Cell::List(more) = cell { *more } else { vec![cell] };
        for cell in more {
            if !items.iter().any(|item| item.compare(&cell).is_eq()) {
                items.push(cell);
            }
        }
        buffer.put(row as usize, Cell::List(Box::new(items)));
    }

    /// Adds labels to a node.
    pub(crate) fn relabel(&mut self, node: u32, labels: &[&str]) {
        let Some((shape, row)) = self.nodes.get(node as usize).copied() else { return };
        let mut all = self.shapes[shape as usize].labels.clone();
        for label in labels {
            let number = self.labels.intern(label);
            if !all.contains(&number) {
                all.push(number);
            }
        }
        if all.len() == self.shapes[shape as usize].labels.len() {
            return;
        }
        all.sort_unstable();
        let to = self.shape_of(all);
        let at = self.shapes[to as usize].count;
        self.shapes[to as usize].count += 1;
        let from = &mut self.shapes[shape as usize];
        from.left.push(row);
        let cells: Vec<(u32, Cell)> =
            from.columns.iter().filter_map(|(key, buffer)| Some((*key, buffer.get(row as usize)?))).collect();
        for (key, cell) in cells {
            of(&mut self.shapes[to as usize].columns, key).put(at as usize, cell);
        }
        self.nodes[node as usize] = (to, at);
    }

    /// How many of the nodes from a number on have each label.
    pub(crate) fn labels_since(&self, first: u32) -> BTreeMap<String, u64> {
        let mut counts = vec![0; self.shapes.len()];
        let new = self.nodes.get(first as usize..).unwrap_or_default();
        new.iter().for_each(|(shape, _)| counts[*shape as usize] += 1);
        let mut by_label = BTreeMap::new();
        for (shape, count) in self.shapes.iter().zip(counts).filter(|(_, count)| *count > 0) {
            for label in &shape.labels {
                *by_label.entry(self.labels.text(*label).to_owned()).or_default() += count;
            }
        }
        by_label
    }

    /// The keys that some node with the label has.
    pub(crate) fn keys_of(&self, label: &str) -> BTreeSet<&str> {
        let label = self.labels.number(label);
        let shapes = self.shapes.iter().filter(|shape| label.is_some_and(|label| shape.labels.contains(&label)));
        let columns = shapes.flat_map(|shape| &shape.columns).filter(|(_, buffer)| !buffer.is_empty());
        columns.map(|(key, _)| self.keys.text(*key)).collect()
    }

    /// How many edges of each type there are.
    pub(crate) fn edges_by_type(&self) -> HashMap<String, usize> {
        let named = |(number, edges): (u32, &Edges)| (self.edge_types.text(number).to_owned(), edges.len());
        (0..).zip(&self.edges).map(named).collect()
    }

    /// Calls `found` with every node that has the label and the key, among those with numbers below `below`.
    pub(crate) fn keyed(&self, label: &str, key: &str, below: u32, mut found: impl FnMut(u32, Key<'_>)) {
        let (Some(label), Some(key)) = (self.labels.number(label), self.keys.number(key)) else { return };
        let buffer = |shape: &Gathered| {
            let fits = shape.labels.contains(&label);
            let at = shape.columns.iter().position(|(known, _)| *known == key);
            at.filter(|_| fits)
        };
        let buffers: Vec<Option<usize>> = self.shapes.iter().map(buffer).collect();
        for (node, (shape, row)) in (0..below).zip(&self.nodes) {
            let Some(at) = buffers[*shape as usize] else { continue };
            match self.shapes[*shape as usize].columns[at].1.get(*row as usize) {
                Some(Cell::Int(int)) => found(node, Key::Int(int)),
                Some(Cell::String(text)) => found(node, Key::Text(self.strings.text(text))),
                Some(Cell::Bool(bool)) => found(node, Key::Other(Value::Bool(bool))),
                Some(Cell::Float(float)) => found(node, Key::Other(Value::Float(float))),
                Some(Cell::Temporal(temporal)) => found(node, Key::Other(Value::Temporal(temporal))),
                Some(Cell::Null | Cell::List(_) | Cell::Map(_)) | None => {}
            }
        }
    }

    /// The edges of a type, to add to.
    pub(crate) fn edges_of(&mut self, edge_type: &str) -> &mut Edges {
        let number = self.edge_types.intern(edge_type) as usize;
        if number == self.edges.len() {
            self.edges.push(Edges::default());
        }
        &mut self.edges[number]
    }

    /// Closes the gaps that nodes left which got other labels.
    pub(super) fn compact(&mut self) {
        let mut moved: Vec<Option<Vec<u32>>> = Vec::with_capacity(self.shapes.len());
        for shape in &mut self.shapes {
            if shape.left.is_empty() {
                moved.push(None);
                continue;
            }
            let mut stays = vec![true; shape.count as usize];
            shape.left.drain(..).for_each(|row| stays[row as usize] = false);
            let mut next = 0;
            let places = stays.iter().map(|stays| {
                next += u32::from(*stays);
                next.saturating_sub(1)
            });
            moved.push(Some(places.collect()));
            shape.columns.iter_mut().for_each(|(_, buffer)| buffer.keep(|row| stays[row]));
            shape.count = next;
        }
        for (shape, row) in &mut self.nodes {
            if let Some(places) = &moved[*shape as usize] {
                *row = places[*row as usize];
            }
        }
        // Shapes that nobody is left in are not written, and the others are numbered on.
        let mut number = 0;
        let numbers: Vec<u32> = self
            .shapes
            .iter()
            .map(|shape| {
                number += u32::from(shape.count > 0);
                number.saturating_sub(1)
            })
            .collect();
        if number as usize != self.shapes.len() {
            self.nodes.iter_mut().for_each(|(shape, _)| *shape = numbers[*shape as usize]);
            self.shapes.retain(|shape| shape.count > 0);
        }
    }
}

/// A value that identifies a node.
pub(crate) enum Key<'b> {
    /// A whole number.
    Int(i64),
    /// A text.
    Text(&'b str),
    /// Another value.
    Other(Value<'static>),
}
