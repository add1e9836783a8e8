//! Rows against the schema that the graph has, so that what is wrong is known by its place.
//!
//! What a row says is looked at as it comes: its labels or its type, which properties it has, of what kind, whether a closed
//! list has them. Such a row can be left out, and what was there before stays as it was. What only all rows together tell
//! is looked at behind the last one: a property that is needed, a key or a name that two nodes have, the labels of an edge's
//! ends. Then the node that is new is left out, with all that the import told of it, or the edge. What cannot be mended by
//! leaving out a row, because a node that was there before has become wrong, is found in the finished graph, as for any
//! other write.
//!
//! Without a schema nothing is looked at and no place of a node is kept.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::column::{Filled, Values};
use super::ids::{Ids, NOBODY};
use super::intake::{Intake, slot};
use super::problems::{Place, Stop, Told};
use super::record::{Edge, Node};
use crate::model::schema::{PropertyRules, PropertyType};
use crate::model::{Direction, Schema, Value};
use crate::store::{Buffer, Builder, Edges, Rows, conform};

/// What the schema says of nodes with the same labels, or of edges of one type.
pub(super) struct Rules<'s> {
    schema: &'s Schema,
    /// Of each label, or of the type: what messages call it, and its rules.
    of: Vec<(String, &'s PropertyRules)>,
}

/// A row that may lack what is needed.
enum Doubt<'b> {
    /// Any row.
    Always,
    /// One without a value here.
    Without(&'b Buffer),
    /// One with a value here.
    With(&'b Buffer),
    /// One with this text here.
    Text(&'b Buffer, u32),
}

impl<'s> Rules<'s> {
    /// For nodes with these labels.
    pub(super) fn of_nodes(schema: &'s Schema, labels: &[&str]) -> Result<Self, String> {
        let rules =
            |label: &&str| conform::node_type(schema, label).map(|node_type| (format!("`{label}`"), &node_type.rules));
        Ok(Rules { schema, of: labels.iter().map(rules).collect::<Result<_, _>>()? })
    }

    /// For edges of this type.
    pub(super) fn of_edges(schema: &'s Schema, edge_type: &str) -> Result<Self, String> {
        let relation = conform::relation(schema, edge_type)?;
        Ok(Rules { schema, of: vec![(format!("`{edge_type}`"), &relation.rules)] })
    }

    /// Whether the property may have this value.
    pub(super) fn value(&self, key: &str, value: &Value<'_>) -> Result<(), String> {
        self.of.iter().try_for_each(|(owner, rules)| conform::property(self.schema, rules, owner, key, value))
    }

    /// Notes the rows of a column whose values are wrong.
    ///
    /// # Errors
    ///
    /// There must be no such property, which is no mistake of any row.
    pub(super) fn column(
        &self,
        column: &Filled,
        rows: usize,
        builder: &Builder,
        off: &mut BTreeMap<usize, String>,
    ) -> Result<(), String> {
        let key = builder.key_name(column.key);
        if let Err(message) = self.of.iter().try_for_each(|(owner, rules)| conform::allowed(rules, owner, key)) {
            return if (0..rows).any(|row| column.cell(row).is_some()) { Err(message) } else { Ok(()) };
        }
        let listed = self.of.iter().any(|(_, rules)| conform::listed(rules, key).is_some());
        let kind = self.schema.kind_of(key);
        if !listed && !column.collected && kind.is_none_or(|kind| admits_all(kind, &column.values)) {
            return Ok(());
        }
        // The same few texts come over and over.
        let mut fine: Vec<u32> = Vec::new();
        for row in 0..rows {
            if let Values::Texts(texts) = &column.values
                && fine.contains(&texts[row])
            {
                continue;
            }
            let Some(cell) = column.cell(row) else { continue };
            let value = match builder.value(&cell) {
                // It becomes an item of the list that the node keeps.
                item if column.collected && !matches!(item, Value::List(_)) => Value::list(vec![item]),
                value => value,
            };
            match (self.value(key, &value), &column.values) {
                (Err(message), _) => _ = off.entry(row).or_insert(message),
                (Ok(()), Values::Texts(texts)) if fine.len() < FEW => fine.push(texts[row]),
                (Ok(()), _) => {}
            }
        }
        Ok(())
    }

    /// In which rows of these columns something may be missing, or be there that must not.
    fn doubts<'b>(&self, columns: &'b [(u32, Buffer)], count: usize, builder: &Builder) -> Vec<Doubt<'b>> {
        let column = |key: &str| {
            let number = builder.key_number(key);
            columns.iter().find(|(known, _)| Some(*known) == number).map(|(_, buffer)| buffer)
        };
        let mut doubts = Vec::new();
        for (_, rules) in &self.of {
            for key in &rules.required {
                match column(key) {
                    Some(buffer) if buffer.is_full(count) => {}
                    Some(buffer) => doubts.push(Doubt::Without(buffer)),
                    None => doubts.push(Doubt::Always),
                }
            }
            for when in &rules.when {
                let needs = when.required.iter().any(|key| !column(key).is_some_and(|buffer| buffer.is_full(count)));
                if let (true, Some(buffer), Some(text)) = (needs, column(&when.key), builder.text_number(&when.value)) {
                    doubts.push(Doubt::Text(buffer, text));
                }
            }
            let strange = columns.iter().filter(|(key, _)| !rules.allows(builder.key_name(*key)));
            doubts.extend(strange.map(|(_, buffer)| Doubt::With(buffer)));
        }
        doubts
    }

    /// Whether the row has all that is needed, and nothing that must not be.
    fn row(&self, columns: &[(u32, Buffer)], row: usize, builder: &Builder) -> Result<(), String> {
        let given = |key: &str| {
            let number = builder.key_number(key);
            let (_, buffer) = columns.iter().find(|(known, _)| Some(*known) == number)?;
            buffer.get(row).map(|cell| builder.value(&cell))
        };
        for (owner, rules) in &self.of {
            for (key, _) in columns.iter().filter(|(_, buffer)| buffer.has(row)) {
                conform::allowed(rules, owner, builder.key_name(*key))?;
            }
            conform::needed(rules, owner, given)?;
        }
        Ok(())
    }
}

/// So many texts are looked through faster than they are asked about.
const FEW: usize = 32;

impl Doubt<'_> {
    fn holds(&self, row: usize) -> bool {
        match self {
            Doubt::Always => true,
            Doubt::Without(buffer) => !buffer.has(row),
            Doubt::With(buffer) => buffer.has(row),
            Doubt::Text(buffer, text) => buffer.text(row) == Some(*text),
        }
    }
}

/// Whether values of this one kind are what is wanted.
fn admits_all(kind: PropertyType, values: &Values) -> bool {
    match values {
        Values::Bools(_) => kind.admits(&Value::Bool(true)),
        Values::Ints(_) => kind.admits(&Value::Int(0)),
        Values::Floats(_) => kind.admits(&Value::Float(0.0)),
        Values::Texts(_) => kind.admits(&Value::string("")),
        Values::Dates(_) | Values::Cells(_) => false,
    }
}

impl Intake {
    /// The schema that all rows together are held against; once something is wrong that no leaving out of rows mends, they
    /// need not be.
    pub(super) fn to_be_held(&self) -> Option<Arc<Schema>> {
        self.schema.clone().filter(|_| !self.gathered.is_stuck())
    }

    /// Whether the row can be a node by itself.
    pub(super) fn check_node(&mut self, node: &Node<'_>) -> Result<(), String> {
        let Some(schema) = self.schema.clone() else { return Ok(()) };
        let rules = Rules::of_nodes(&schema, &node.labels)?;
        let mut properties = node.properties.iter().filter(|(_, value)| !value.is_null());
        properties.try_for_each(|(key, value)| rules.value(key, value))?;
        let Some((space, value)) = &node.identity else { return Ok(()) };
        // The node that is known by it keeps its own.
        let opened = self.opened(*space);
        let new = slot(&mut opened.ids, value).is_some_and(|slot| opened.ids.node(slot) == NOBODY);
        opened.key.as_ref().filter(|_| new).map_or(Ok(()), |key| rules.value(key, value))
    }

    /// Whether the row can be an edge by itself.
    pub(super) fn check_edge(&self, edge: &Edge<'_>) -> Result<(), String> {
        let Some(schema) = &self.schema else { return Ok(()) };
        let rules = Rules::of_edges(schema, edge.edge_type)?;
        let mut properties = edge.properties.iter().filter(|(_, value)| !value.is_null());
        properties.try_for_each(|(key, value)| rules.value(key, value))
    }

    /// What is wrong with labels or types that the schema does not declare.
    pub(super) fn undeclared(&self, wrong: impl FnOnce(&Schema) -> Option<String>) -> Option<String> {
        self.schema.as_deref().and_then(wrong)
    }

    /// Which of many rows cannot be nodes or edges by themselves; they are reported. What is wrong with all of them is said once.
    pub(super) fn check_rows<'s>(
        &mut self,
        rules: impl FnOnce(&'s Schema) -> Result<Rules<'s>, String>,
        schema: Option<&'s Schema>,
        columns: &[Filled],
        rows: usize,
        told: &dyn Told,
    ) -> Result<BTreeMap<usize, String>, Stop> {
        let mut off = BTreeMap::new();
        let Some(schema) = schema.filter(|_| rows > 0) else { return Ok(off) };
        let place = Place { line: 0, ..told.place(0) };
        match rules(schema) {
            Ok(rules) => {
                for column in columns {
                    if let Err(message) = rules.column(column, rows, &self.builder, &mut off) {
                        self.obstacle(place, &message)?;
                    }
                }
            }
            Err(message) => self.obstacle(place, &message)?,
        }
        for (row, message) in &off {
            self.problem(told.place(*row), message, &told.record(*row))?;
        }
        Ok(off)
    }
}

/// Leaves out new nodes that are not as the schema wants them, now that all of them are there.
pub(super) fn nodes(intake: &mut Intake) -> Result<(), Stop> {
    let Some(schema) = intake.to_be_held() else { return Ok(()) };
    let off = wrong_nodes(&schema, intake);
    for (node, (message, record)) in &off {
        intake.problem(intake.places.of(*node), message, record)?;
    }
    if intake.gathered.rejects() && !off.is_empty() {
        intake.take_back(&off.into_keys().collect::<Vec<_>>());
    }
    Ok(())
}

/// By number: what is wrong with a new node, and its key.
fn wrong_nodes(schema: &Schema, intake: &Intake) -> BTreeMap<u32, (String, String)> {
    let builder = &intake.builder;
    let (shapes, first) = (builder.rows(), intake.before as usize);
    let new = || builder.row_of_each().iter().zip(0..).skip(first).map(|((shape, row), node)| (*shape, *row, node));
    let key = |shape: &Rows<'_>, row: u32| {
        let keys = shape.labels.iter().filter_map(|label| schema.node_type(label)).map(|node_type| &node_type.key);
        let mut cells = keys.filter_map(|key| shape.column(builder.key_number(key))?.get(row as usize));
        cells.next().map_or(String::new(), |cell| match builder.value(&cell) {
            Value::String(text) => text.to_string(),
            Value::Int(number) => number.to_string(),
            _ => String::new(),
        })
    };
    let mut off = BTreeMap::new();
    let rules: Vec<_> = shapes.iter().map(|shape| Rules::of_nodes(schema, &shape.labels).ok()).collect();
    let doubts = shapes.iter().zip(&rules).map(|(shape, rules)| match rules {
        Some(rules) if !shape.labels.is_empty() => rules.doubts(shape.columns, shape.count, builder),
        _ => vec![Doubt::Always],
    });
    let doubts: Vec<Vec<Doubt<'_>>> = doubts.collect();
    if doubts.iter().any(|doubts| !doubts.is_empty()) {
        for (at, row, node) in new() {
            let at = at as usize;
            if !doubts[at].iter().any(|doubt| doubt.holds(row as usize)) {
                continue;
            }
            let found = match &rules[at] {
                _ if shapes[at].labels.is_empty() => Err(conform::LABELLESS.to_owned()),
                Some(rules) => rules.row(shapes[at].columns, row as usize, builder),
                None => Rules::of_nodes(schema, &shapes[at].labels).map(|_| ()),
            };
            if let Err(message) = found {
                off.insert(node, (message, key(&shapes[at], row)));
            }
        }
    }
    for node_type in &schema.types {
        let name = (!node_type.homonyms && node_type.name != node_type.key).then_some(&node_type.name);
        for unique in std::iter::once(&node_type.key).chain(name) {
            let number = builder.key_number(unique);
            let column = |shape: &Rows<'_>| shape.labels.contains(&node_type.label.as_str()).then_some(number);
            let columns: Vec<Option<&Buffer>> =
                shapes.iter().map(|shape| column(shape).and_then(|number| shape.column(number))).collect();
            let twice = repeated(&columns, builder.text_count());
            if twice.is_empty() {
                continue;
            }
            let mut seen = HashSet::new();
            for (node, (shape, row)) in (0..).zip(builder.row_of_each()) {
                let text = columns[*shape as usize].and_then(|buffer| buffer.text(*row as usize));
                let Some(text) = text.filter(|text| twice.contains(text)) else { continue };
                if !off.contains_key(&node) && !seen.insert(text) && node as usize >= first {
                    let message = conform::repeated(&node_type.label, unique, builder.text_of(text));
                    off.insert(node, (message, key(&shapes[*shape as usize], *row)));
                }
            }
        }
    }
    off
}

/// The texts that come more than once in these columns.
fn repeated(columns: &[Option<&Buffer>], texts: usize) -> HashSet<u32> {
    let mut seen = vec![0u64; texts.div_ceil(64)];
    let mut twice = HashSet::new();
    for buffer in columns.iter().copied().flatten() {
        for text in (0..buffer.rows()).filter_map(|row| buffer.text(row)) {
            let (word, bit) = (&mut seen[text as usize / 64], 1 << (text % 64));
            if *word & bit != 0 {
                twice.insert(text);
            }
            *word |= bit;
        }
    }
    twice
}

/// Between which nodes edges of a type may be.
struct Ends {
    /// By the labels of a node: why an edge cannot leave it, and why it cannot enter it.
    wrong: Vec<[Option<String>; 2]>,
}

impl Ends {
    /// None when the type was not declared, which was told.
    fn new(schema: &Schema, edge_type: &str, builder: &Builder) -> Option<Self> {
        let relation = schema.relation(edge_type)?;
        let wrong = builder
            .rows()
            .into_iter()
            .map(|shape| [Direction::Out, Direction::In].map(|side| conform::end(relation, side, &shape.labels).err()));
        Some(Ends { wrong: wrong.collect() })
    }

    /// Whether nodes with any labels may be such an end.
    fn takes_all(&self, side: Direction) -> bool {
        self.wrong.iter().all(|wrong| wrong[usize::from(side == Direction::In)].is_none())
    }

    /// Whether the node may be such an end.
    fn takes(&self, side: Direction, node: u32, builder: &Builder) -> bool {
        self.wrong_at(side, node, builder).is_none()
    }

    fn wrong_at(&self, side: Direction, node: u32, builder: &Builder) -> Option<&str> {
        let (shape, _) = builder.row_of_each().get(node as usize)?;
        self.wrong.get(*shape as usize)?[usize::from(side == Direction::In)].as_deref()
    }
}

/// By row: what is wrong with edges whose ends are named by slots. Those that were there before are only updated, and lack nothing.
pub(super) fn edges(
    edge_type: &str,
    edges: &Edges,
    new: bool,
    [from, to]: [&Ids; 2],
    intake: &Intake,
) -> BTreeMap<usize, String> {
    let (builder, schema) = (&intake.builder, intake.to_be_held());
    let Some(ends) = schema.and_then(|schema| Ends::new(&schema, edge_type, builder)) else { return BTreeMap::new() };
    let takes = |side, node| ends.takes(side, node, builder);
    let (out, into) = (Direction::Out, Direction::In);
    let right = (ends.takes_all(out) || edges.sources.nodes().all(|slot| takes(out, from.node(slot))))
        && (ends.takes_all(into) || edges.targets.par_iter().all(|slot| takes(into, to.node(*slot))));
    let mut off = if new { lacking(edge_type, edges, intake) } else { BTreeMap::new() };
    if !right {
        for (row, (source, target)) in edges.sources.iter().zip(&edges.targets).enumerate() {
            let wrong = ends.wrong_at(Direction::Out, from.node(source), builder);
            if let Some(message) = wrong.or_else(|| ends.wrong_at(Direction::In, to.node(*target), builder)) {
                off.insert(row, message.to_owned());
            }
        }
    }
    off
}

/// By row: what new edges lack.
pub(super) fn lacking(edge_type: &str, edges: &Edges, intake: &Intake) -> BTreeMap<usize, String> {
    let schema = intake.to_be_held();
    let rules = schema.as_deref().and_then(|schema| Rules::of_edges(schema, edge_type).ok());
    let Some(rules) = rules else { return BTreeMap::new() };
    let doubts = rules.doubts(&edges.columns, edges.len(), &intake.builder);
    if doubts.is_empty() {
        return BTreeMap::new();
    }
    let doubtful = (0..edges.len()).filter(|row| doubts.iter().any(|doubt| doubt.holds(*row)));
    let wrong = |row| Some((row, rules.row(&edges.columns, row, &intake.builder).err()?));
    doubtful.filter_map(wrong).collect()
}
