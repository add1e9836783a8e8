//! Where readers bring what they read: nodes and edges by identity, to a snapshot.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::column::Filled;
use super::conform::{self, Rules};
use super::count::Counts;
use super::csv::Dangling;
use super::ids::{Ids, NOBODY, Space, SpaceId};
use super::input::Meter;
use super::join::{Group, Groups};
use super::places::Places;
use super::problems::{FileId, Gathered, Place, Problems, Reject, Stop, Told};
use super::record::{Edge, Node};
use crate::model::value::format_float;
use crate::model::{Schema, Value, nearest};
use crate::store::{self, Builder, Cell, Image, Key, View, builder_of};

/// The graph of an import.
pub struct Imported {
    /// A snapshot of everything.
    pub image: Image,
    /// What came.
    pub counts: Counts,
    /// What was left out, when leaving out was asked for.
    pub problems: Problems,
    /// What is good to know.
    pub notes: Vec<String>,
}

/// Where readers bring what they read; see the [module](super).
#[derive(Default)]
pub struct Intake {
    pub(super) gathered: Gathered,
    spaces: Vec<Opened>,
    pub(super) builder: Builder,
    /// The schema that everything is held against.
    pub(super) schema: Option<Arc<Schema>>,
    /// So many of the nodes were there before.
    pub(super) before: u32,
    /// Where the rows stand that made nodes; kept for a graph with a schema.
    pub(super) places: Places,
    /// Which of them a row has told.
    told: Vec<bool>,
    groups: Groups,
    pub(super) counts: Counts,
    notes: Vec<String>,
    meter: Arc<Meter>,
}

/// A space with its identities.
pub(super) struct Opened {
    label: Option<String>,
    name: String,
    pub(super) key: Option<String>,
    pub(super) ids: Ids,
    /// Labels whose nodes of the graph that was there have their slots.
    adopted: BTreeSet<String>,
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    New(u32),
    Known(u32),
    /// It was reported.
    Bad,
}

impl Intake {
    /// For an empty graph.
    pub fn new() -> Self {
        keep_memory();
        Intake::default()
    }

    /// For a graph that is there: its nodes, edges, schema, indexes and constraints are kept.
    ///
    /// # Errors
    ///
    /// It is damaged.
    pub fn over(view: &View<'_>) -> Result<Self, store::Error> {
        keep_memory();
        let mut builder = builder_of(view)?;
        let before = builder.node_count() as u32;
        let groups = Groups::over(&mut builder);
        let schema = builder.declared().cloned().map(Arc::new);
        Ok(Intake { builder, schema, before, told: vec![false; before as usize], groups, ..Intake::default() })
    }

    /// The meter that shows how far it is.
    pub fn meter(&self) -> Arc<Meter> {
        Arc::clone(&self.meter)
    }

    /// Somebody else's meter shows how far it is.
    pub fn watched_by(&mut self, meter: &Arc<Meter>) {
        self.meter = Arc::clone(meter);
    }

    /// Rows that are wrong are left out from now on, and written here as CSV: file, line, reason, record.
    pub fn reject_to(&mut self, reject: Reject) {
        self.gathered.reject_to(reject);
    }

    /// The schema that the graph gets; one that is there is replaced.
    pub fn schema(&mut self, schema: Schema) {
        self.schema = Some(Arc::new(schema.clone()));
        self.builder.schema(schema);
    }

    /// The graph's schema.
    pub fn declared(&self) -> Option<&Schema> {
        self.builder.declared()
    }

    /// Asks for an index.
    pub fn index(&mut self, label: &str, key: &str) {
        self.builder.index(label, key);
    }

    /// A file, by the name that messages use.
    pub fn file(&mut self, name: &str) -> FileId {
        self.gathered.file(name)
    }

    /// Something that is good to know, and no problem.
    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// How many problems there were so far.
    pub fn problem_count(&self) -> u64 {
        self.gathered.count()
    }

    /// Opens a space of identities, or finds it again.
    pub fn space(&mut self, space: Space<'_>) -> SpaceId {
        let (label, name, key) = match space {
            Space::Key { label, key } => (Some(label), "", Some(key)),
            Space::Named { name, key } => (None, name, key),
        };
        // What is named in the import may get its key with the nodes, behind the edges.
        let same = |opened: &Opened| {
            let named = opened.label.as_deref() == label && opened.name == name;
            named && (label.is_none() || opened.key.as_deref() == key)
        };
        if let Some(known) = self.spaces.iter().position(same) {
            let opened = &mut self.spaces[known];
            if opened.key.is_none() {
                opened.key = key.map(str::to_owned);
            }
            return SpaceId(known as u32);
        }
        self.spaces.push(Opened {
            label: label.map(str::to_owned),
            name: name.to_owned(),
            key: key.map(str::to_owned),
            ids: Ids::default(),
            adopted: BTreeSet::new(),
        });
        let id = SpaceId(self.spaces.len() as u32 - 1);
        if let Space::Key { label, .. } = space {
            self.adopt(id, label);
        }
        id
    }

    /// Gives the nodes with this label that were there before their slots; their key gets an index.
    pub(super) fn adopt(&mut self, id: SpaceId, label: &str) {
        let Some(opened) = self.spaces.get_mut(id.0 as usize) else { return };
        let Some(key) = &opened.key else { return };
        if !opened.adopted.insert(label.to_owned()) {
            return;
        }
        self.builder.index(label, key);
        self.builder.keyed(label, key, self.before, |node, value| {
            let slot = match value {
                Key::Int(number) => Some(opened.ids.number(number)),
                Key::Text(text) => Some(opened.ids.text(text)),
                Key::Other(value) => slot(&mut opened.ids, &value),
            };
            if let Some(slot) = slot.filter(|slot| opened.ids.node(*slot) == NOBODY) {
                opened.ids.take(slot, node);
            }
        });
    }

    /// The space.
    pub(super) fn opened(&mut self, space: SpaceId) -> &mut Opened {
        &mut self.spaces[space.0 as usize]
    }

    /// Takes a node.
    ///
    /// # Errors
    ///
    /// There is no sense in going on.
    pub fn node(&mut self, place: Place, node: &Node<'_>) -> Result<(), Stop> {
        self.go_on()?;
        if let Err(message) = self.check_node(node) {
            return self.problem(place, &message, "");
        }
        let mut identity = None;
        if let Some((space, value)) = &node.identity {
            node.labels.iter().for_each(|label| self.adopt(*space, label));
            let slot = slot(&mut self.opened(*space).ids, value);
            identity = Some((*space, slot.unwrap_or(NOBODY)));
            if slot.is_none() {
                return self.problem(place, "the row has no id", "");
            }
        }
        let number = match self.fate(identity, node.merged, 0, || (place, String::new()))? {
            Fate::Bad => return Ok(()),
            Fate::New(_) => {
                let shape = self.builder.shape(&node.labels);
                let number = self.builder.add_rows(shape, 1).start;
                if self.schema.is_some() {
                    self.places.at(number, place);
                }
                let key = identity.and_then(|(space, _)| self.opened(space).key.clone());
                if let (Some(key), Some((_, value))) = (key, &node.identity) {
                    let key = self.builder.key(&key);
                    if let Some(cell) = self.builder.cell(value) {
                        self.builder.put(number, key, cell);
                    }
                }
                number
            }
            Fate::Known(number) => {
                self.builder.relabel(number, &node.labels);
                number
            }
        };
        for (key, value) in &node.properties {
            if let Some(cell) = self.builder.cell(value) {
                let key = self.builder.key(key);
                self.builder.put(number, key, cell);
            }
        }
        self.meter.took(1);
        Ok(())
    }

    /// Whose row it is; `new` nodes are to come before it.
    fn fate(
        &mut self,
        identity: Option<(SpaceId, u32)>,
        merged: bool,
        new: u32,
        told: impl Fn() -> (Place, String),
    ) -> Result<Fate, Stop> {
        let next = self.builder.node_count() as u32 + new;
        let Some((space, slot)) = identity else {
            self.counts.nodes_created += 1;
            return Ok(Fate::New(next));
        };
        let ids = &mut self.spaces[space.0 as usize].ids;
        let node = ids.node(slot);
        if node == NOBODY {
            ids.take(slot, next);
            self.counts.nodes_created += 1;
            return Ok(Fate::New(next));
        }
        if let Some(seen) = self.told.get_mut(node as usize).filter(|seen| !**seen) {
            *seen = true;
            self.counts.nodes_matched += 1;
        } else if !merged {
            let message = format!("the id `{}` is there already", ids.name(slot));
            let (place, record) = told();
            self.problem(place, &message, &record)?;
            return Ok(Fate::Bad);
        }
        Ok(Fate::Known(node))
    }

    /// Takes many nodes with the same labels: the slots of their ids ([`NOBODY`] was reported, and is left out), and their
    /// properties.
    pub(super) fn nodes(
        &mut self,
        labels: &[&str],
        ids: Option<(SpaceId, &[u32])>,
        rows: usize,
        columns: &[Filled],
        merged: bool,
        told: &dyn Told,
    ) -> Result<(), Stop> {
        self.go_on()?;
        let schema = self.schema.clone();
        let off = self.check_rows(|schema| Rules::of_nodes(schema, labels), schema.as_deref(), columns, rows, told)?;
        let shape = self.builder.shape(labels);
        let mut fates = Vec::with_capacity(rows);
        let mut new = 0;
        let mut plain = !columns.iter().any(|column| column.collected);
        if let Some((space, _)) = ids {
            labels.iter().for_each(|label| self.adopt(space, label));
        }
        for row in 0..rows {
            let identity = ids.map(|(space, slots)| (space, slots.get(row).copied().unwrap_or(NOBODY)));
            let fate = match identity {
                Some((_, NOBODY)) => Fate::Bad,
                _ if off.contains_key(&row) => Fate::Bad,
                identity => self.fate(identity, merged, new, || (told.place(row), told.record(row)))?,
            };
            new += u32::from(matches!(fate, Fate::New(_)));
            plain &= matches!(fate, Fate::New(_));
            if let (Fate::New(number), true) = (fate, schema.is_some()) {
                self.places.at(number, told.place(row));
            }
            fates.push(fate);
        }
        self.builder.add_rows(shape, new);
        if plain {
            for column in columns {
                let (buffer, count) = self.builder.column(shape, column.key);
                column.append_to(buffer, count - rows);
            }
        } else {
            for (row, fate) in fates.into_iter().enumerate() {
                let number = match fate {
                    Fate::Bad => continue,
                    Fate::New(number) => number,
                    Fate::Known(number) => {
                        self.builder.relabel(number, labels);
                        number
                    }
                };
                for column in columns {
                    if let Some(cell) = column.cell(row) {
                        if column.collected {
                            self.builder.collect(number, column.key, cell);
                        } else {
                            self.builder.put(number, column.key, cell);
                        }
                    }
                }
            }
        }
        self.meter.took(rows as u64);
        Ok(())
    }

    /// Takes an edge.
    ///
    /// # Errors
    ///
    /// There is no sense in going on.
    pub fn edge(&mut self, place: Place, edge: &Edge<'_>) -> Result<(), Stop> {
        self.go_on()?;
        if let Err(message) = self.check_edge(edge) {
            return self.problem(place, &message, "");
        }
        let mut slots = [NOBODY; 2];
        for (at, (space, value)) in [&edge.from, &edge.to].into_iter().enumerate() {
            let Some(slot) = slot(&mut self.opened(*space).ids, value) else {
                let does = ["leaves", "enters"][at];
                let message = format!("this {} lacks the id of the node that it {does}", edge.edge_type);
                return self.problem(place, &message, "");
            };
            slots[at] = slot;
        }
        let group = self.groups.group(edge.edge_type, edge.from.0, edge.to.0, edge.key, &Dangling::Problem);
        let row = self.groups.of(group).push(slots, place);
        for (key, value) in &edge.properties {
            if let Some(cell) = self.builder.cell(value) {
                let key = self.builder.key(key);
                self.groups.of(group).edges.column(key).put(row, cell);
            }
        }
        self.meter.took(1);
        Ok(())
    }

    /// The edges of a type between nodes of two spaces, to be added to.
    pub(super) fn group(
        &mut self,
        edge_type: &str,
        from: SpaceId,
        to: SpaceId,
        key: Option<&str>,
        dangling: &Dangling,
    ) -> usize {
        self.groups.group(edge_type, from, to, key, dangling)
    }

    /// A group that [`Intake::group`] has named.
    pub(super) fn group_of(&mut self, group: usize) -> &mut Group {
        self.groups.of(group)
    }

    /// Takes note of so many rows, unless somebody asked to stop.
    pub(super) fn took(&mut self, rows: usize) -> Result<(), Stop> {
        self.meter.took(rows as u64);
        self.go_on()
    }

    /// An error once somebody asked to stop.
    pub(super) fn go_on(&self) -> Result<(), Stop> {
        if self.meter.is_stopped() { Err(Stop) } else { Ok(()) }
    }

    /// Takes note of a record that cannot be taken: what is wrong with it, and its text as far as there is one. Further
    /// lines of the message are ways out.
    ///
    /// # Errors
    ///
    /// There is no sense in going on.
    pub fn problem(&mut self, place: Place, message: &str, record: &str) -> Result<(), Stop> {
        self.counts.rejected += 1;
        self.gathered.take(place, message, record)
    }

    /// Takes note of what makes a whole file useless: nothing is written then, whatever may be left out.
    ///
    /// # Errors
    ///
    /// There is no sense in going on.
    pub fn obstacle(&mut self, place: Place, message: &str) -> Result<(), Stop> {
        self.gathered.stick(place, message)
    }

    /// The graph of everything.
    ///
    /// # Errors
    ///
    /// The problems, unless they were to be left out.
    pub fn finish(mut self) -> Result<Imported, Problems> {
        let groups = std::mem::take(&mut self.groups);
        let joined = conform::nodes(&mut self).and_then(|()| {
            self.join_late();
            groups.join(&mut self)
        });
        let (problems, fine) = std::mem::take(&mut self.gathered).finish();
        if self.meter.is_stopped() {
            return Err(Problems::of("the import was stopped, and nothing was written"));
        }
        if joined.is_err() || !fine {
            return Err(problems);
        }
        self.counts.by_label = self.builder.labels_since(self.before);
        let image = self.builder.image().map_err(|error| Problems::of(error.to_string()))?;
        Ok(Imported { image, counts: self.counts, problems, notes: self.notes })
    }

    /// Takes new nodes back; `gone` are their numbers, ascending. The edges that name them find nobody.
    pub(super) fn take_back(&mut self, gone: &[u32]) {
        self.builder.take_back(gone);
        self.counts.nodes_created -= gone.len() as u64;
        for opened in &mut self.spaces {
            opened.ids.renumber(|node| match gone.binary_search(&node) {
                Ok(_) => NOBODY,
                Err(before) => node - before as u32,
            });
        }
    }

    /// Ends of edges that are named by a property which identified no row of the import.
    fn join_late(&mut self) {
        for opened in self.spaces.iter_mut().filter(|opened| opened.ids.lacks_nodes()) {
            let (Some(label), Some(key)) = (&opened.label, &opened.key) else { continue };
            self.builder.keyed(label, key, u32::MAX, |node, value| {
                let slot = match value {
                    Key::Int(number) => Some(opened.ids.number(number)),
                    Key::Text(text) => Some(opened.ids.text(text)),
                    Key::Other(value) => slot(&mut opened.ids, &value),
                };
                if let Some(slot) = slot.filter(|slot| opened.ids.node(*slot) == NOBODY) {
                    opened.ids.take(slot, node);
                }
            });
        }
    }

    /// Makes nodes with a label and nothing but their ids for slots that no node has taken.
    pub(super) fn make_lacking<S: Iterator<Item = u32>>(&mut self, space: SpaceId, label: &str, slots: impl Fn() -> S) {
        self.adopt(space, label);
        let opened = &mut self.spaces[space.0 as usize];
        if slots().all(|slot| opened.ids.node(slot) != NOBODY) {
            return;
        }
        let shape = self.builder.shape(&[label]);
        let key = opened.key.as_ref().map(|key| self.builder.key(key));
        let names = opened.ids.names();
        for slot in slots() {
            if opened.ids.node(slot) != NOBODY {
                continue;
            }
            let node = self.builder.add_rows(shape, 1).start;
            opened.ids.take(slot, node);
            self.counts.nodes_created += 1;
            if let Some(key) = key {
                let text = self.builder.text(&names[opened.ids.place(slot)]);
                self.builder.put(node, key, Cell::String(text));
            }
        }
    }

    /// Why no id of the space can be a node's, by the space's label and property; none when one is, or could be.
    pub(super) fn vacant(&self, space: SpaceId) -> Option<String> {
        let opened = self.spaces.get(space.0 as usize).filter(|opened| !opened.ids.has_nodes())?;
        let label = opened.label.as_ref()?;
        let labels = self.builder.labels_since(0);
        if !labels.contains_key(label) {
            return Some(format!("no node has the label `{label}`{}", meant(label, labels.keys().map(String::as_str))));
        }
        let (key, keys) = (opened.key.as_deref()?, self.builder.keys_of(label));
        let way = "say by which the edges name them: `--edges TYPE=FILE:LABEL.PROPERTY-LABEL.PROPERTY`";
        (!keys.contains(key))
            .then(|| format!("no {label} has the property `{key}`{}\n{way}", meant(key, keys.iter().copied())))
    }

    /// What a space's nodes are called in messages.
    pub(super) fn called(&self, space: SpaceId) -> &str {
        self.spaces.get(space.0 as usize).and_then(|opened| opened.label.as_deref()).unwrap_or("node")
    }

    /// By slot of the space: the node, or [`NOBODY`].
    pub(super) fn ids(&self, space: SpaceId) -> &Ids {
        &self.spaces[space.0 as usize].ids
    }
}

/// The nearest of what is known, as a question.
fn meant<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    nearest(name, known, 1).first().map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}

/// An import takes and lets go of the same blocks of memory over and over. Some allocators, glibc's among them, give each back
/// to the system at once, which then has to bring it again page by page, until they were seen to let go of a larger one.
fn keep_memory() {
    /// The largest that glibc learns from.
    const LARGE: usize = 31 << 20;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGE)));
}

/// The slot of a value; none for null and for what identifies nothing.
pub(super) fn slot(ids: &mut Ids, value: &Value<'_>) -> Option<u32> {
    Some(match value {
        Value::Int(number) => ids.number(*number),
        Value::String(text) if text.is_empty() => return None,
        Value::String(text) => ids.text(text),
        Value::Bool(bool) => ids.text(&bool.to_string()),
        Value::Float(float) => ids.text(&format_float(*float)),
        Value::Temporal(temporal) => ids.text(&temporal.to_string()),
        _ => return None,
    })
}
