//! What was added to a snapshot since it was built, what was altered, and what is gone.
//!
//! Added nodes and edges live in a petgraph [`StableDiGraph`]. An added edge may end at a node of the snapshot; that
//! node then has an *anchor* in the graph, a stand-in that carries its id and nothing else, made when the first such
//! edge arrives. Ids continue where the snapshot's end: added nodes are numbered in the order of their creation (by
//! `nodes`, as anchors take up petgraph's own numbers), added edges by petgraph's dense edge indices. The stable graph
//! keeps numbers valid when an addition is taken back: a removed edge becomes a hole instead of moving the last one into its place.
//!
//! A deleted node or edge leaves a tombstone and nothing else, whether it was the snapshot's or added: ids are never
//! handed out again, and a row that still holds one can tell. They are kept in the order in which they came, so that the last of
//! them can be taken back. An altered node has its labels and properties written out anew beside the old ones, an altered edge its
//! properties. The first alteration of an element behind a mark notes how to take it back.
//!
//! A default value is the absence of changes and fits any snapshot; the first write ties it to one.

mod read;
mod undo;

use petgraph::Direction as Way;
use petgraph::graph::NodeIndex;
use petgraph::stable_graph::StableDiGraph;
use rustc_hash::FxHashMap;

use super::Edge;
use super::constraint::Constraint;
use super::index::{Index, State};
use super::names::Names;
use super::tombs::Tombs;
use crate::model::definition::Change;
use crate::model::value::bytes;
use crate::model::{Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Value};
use undo::{LastMark, Undo};

/// Property keys and values, sorted by key.
pub(super) type Properties = Vec<(KeyId, Value<'static>)>;

/// What changed about a snapshot since it was built; opaque, to be kept between one [`View`](super::View) and the next.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// How many nodes and edges the snapshot has: the first added ids; none before the first write.
    first: Option<(u32, u32)>,
    graph: StableDiGraph<Weight, AddedEdge>,
    /// Added nodes in the order of their ids.
    nodes: Vec<NodeIndex>,
    /// Anchors of snapshot nodes.
    anchors: FxHashMap<NodeId, NodeIndex>,
    shapes: Vec<Shape>,
    shape_of_labels: FxHashMap<Vec<LabelId>, u32>,
    /// Tombstones, of nodes with the shape that they had.
    gone_nodes: Tombs<u32>,
    gone_edges: Tombs<EdgeKind>,
    altered_nodes: FxHashMap<NodeId, Noted<Kept>>,
    altered_edges: FxHashMap<EdgeId, Noted<Properties>>,
    /// The planner's statistics, as differences: nodes by label that were altered or deleted; edges by type, and by label
    /// of an end, type and whether they leave it (labels as they were when the edge came and went).
    by_node_label: FxHashMap<LabelId, i64>,
    by_type: FxHashMap<EdgeTypeId, i64>,
    by_label: FxHashMap<(LabelId, EdgeTypeId, bool), i64>,
    /// Of the snapshot and those that statements defined.
    indexes: Vec<Index>,
    pub(super) constraints: Vec<Constraint>,
    /// What takes back alterations since the last commit, the latest last.
    undo: Vec<Undo>,
    /// How many such steps there were before the last commit.
    forgotten: usize,
    marked: LastMark,
    /// About how many bytes alterations have taken.
    weight: u64,
    /// What was done since the last commit, in order; perhaps some of what was done before.
    journal: Vec<Step>,
    /// Names that the snapshot lacks, numbered after its own.
    pub(super) labels: Names,
    pub(super) edge_types: Names,
    pub(super) keys: Names,
}

/// A node's labels and properties instead of those that it was built or added with.
#[derive(Clone, Debug, Default)]
struct Kept {
    properties: Properties,
    /// Index into `shapes`.
    shape: u32,
}

/// What was written instead, and the number of the step in `undo` that tells what was there before.
#[derive(Clone, Debug, Default)]
struct Noted<T> {
    now: T,
    step: usize,
}

/// What was done; what it was done with is looked up when the commit is written.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// So many nodes were added, the next ones.
    AddNodes(usize),
    /// So many edges were added, the next ones.
    AddEdges(usize),
    AlterNode(NodeId),
    AlterEdge(EdgeId),
    /// So many nodes were deleted, the next ones.
    DeleteNodes(usize),
    /// So many edges were deleted, the next ones.
    DeleteEdges(usize),
    /// Boxed: it is large, and rare.
    Define(Box<Change>),
}

impl Step {
    /// Takes in what was done next, if that is more of the same.
    fn takes_in(&mut self, next: &Step) -> bool {
        match (self, next) {
            (Step::AddNodes(count), Step::AddNodes(more))
            | (Step::AddEdges(count), Step::AddEdges(more))
            | (Step::DeleteNodes(count), Step::DeleteNodes(more))
            | (Step::DeleteEdges(count), Step::DeleteEdges(more)) => {
                *count += more;
                true
            }
            _ => false,
        }
    }
}

/// A state of [`Changes`] to come back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub(super) nodes: usize,
    pub(super) edges: usize,
    pub(super) gone_nodes: usize,
    pub(super) gone_edges: usize,
    shapes: usize,
    pub(super) labels: usize,
    pub(super) edge_types: usize,
    pub(super) keys: usize,
    journal: usize,
    undo: usize,
}

#[derive(Clone, Debug)]
enum Weight {
    Added(AddedNode),
    /// A node of the snapshot.
    Anchor(NodeId),
}

#[derive(Clone, Debug)]
struct AddedNode {
    id: NodeId,
    /// Index into `shapes`.
    shape: u32,
    properties: Properties,
}

#[derive(Clone, Debug)]
struct AddedEdge {
    edge_type: EdgeTypeId,
    /// The shapes that source and target had.
    ends: [u32; 2],
    properties: Properties,
}

impl AddedEdge {
    fn kind(&self) -> EdgeKind {
        (self.edge_type, self.ends)
    }
}

/// What the planner's statistics tell edges apart by: their type and the shapes of their ends.
pub(super) type EdgeKind = (EdgeTypeId, [u32; 2]);

/// Added nodes with the same labels.
#[derive(Clone, Debug)]
struct Shape {
    /// Sorted.
    labels: Vec<LabelId>,
    /// Ascending.
    nodes: Vec<NodeId>,
}

impl Weight {
    fn id(&self) -> NodeId {
        match self {
            Weight::Added(node) => node.id,
            Weight::Anchor(id) => *id,
        }
    }
}

fn way(direction: Direction) -> Way {
    if direction == Direction::Out { Way::Outgoing } else { Way::Incoming }
}

/// Whether an edge of this type is asked for.
fn wanted(types: Option<&[EdgeTypeId]>, edge_type: EdgeTypeId) -> bool {
    types.is_none_or(|types| types.contains(&edge_type))
}

/// About how many bytes an element that was altered takes besides its properties: where it is found, and how to take it back.
const ALTERED: u64 = 192;

/// About how many bytes a property takes besides its value.
const PROPERTY: u64 = 8;

/// About how many bytes properties take.
fn weight(properties: &Properties) -> u64 {
    properties.iter().map(|(_, value)| PROPERTY + bytes(value)).sum()
}

/// Sets or removes a key among sorted properties; about how many bytes that takes more, and less.
pub(super) fn put(properties: &mut Properties, key: KeyId, value: Value<'static>) -> (u64, u64) {
    let weight = bytes(&value);
    match (properties.binary_search_by_key(&key, |(key, _)| *key), value) {
        (Ok(place), Value::Null) => (0, PROPERTY + bytes(&properties.remove(place).1)),
        (Ok(place), value) => (weight, bytes(&std::mem::replace(&mut properties[place].1, value))),
        (Err(_), Value::Null) => (0, 0),
        (Err(place), value) => {
            properties.insert(place, (key, value));
            (PROPERTY + weight, 0)
        }
    }
}

/// Writes.
impl Changes {
    /// The state as it is, to come back to with [`Changes::undo_to`] before the next [`Changes::commit`].
    pub fn mark(&self) -> Mark {
        self.marked.set(self.noted(), self.journal.len());
        Mark {
            nodes: self.nodes.len(),
            edges: self.graph.edge_count(),
            gone_nodes: self.gone_nodes.len(),
            gone_edges: self.gone_edges.len(),
            shapes: self.shapes.len(),
            labels: self.labels.len(),
            edge_types: self.edge_types.len(),
            keys: self.keys.len(),
            journal: self.journal.len(),
            undo: self.undo.len(),
        }
    }

    /// Whether everything since the mark can be undone: all but definitions.
    pub fn can_undo_to(&self, mark: Mark) -> bool {
        let mut since = self.journal.iter().skip(mark.journal);
        !since.any(|step| matches!(step, Step::Define(_)))
    }

    /// How many alterations were noted, in all.
    pub(super) fn noted(&self) -> usize {
        self.forgotten + self.undo.len()
    }

    /// About how many bytes alterations and deletions have taken, what is kept of before included. Alterations that were taken back
    /// count still: it is of use to know by how much it grows.
    pub(super) fn weight(&self) -> u64 {
        self.weight + self.gone_nodes.size() + self.gone_edges.size()
    }

    fn weigh(&mut self, more: u64, less: u64) {
        self.weight = (self.weight + more).saturating_sub(less);
    }

    /// What was done since the mark, in order.
    pub(super) fn journal(&self, since: Mark) -> &[Step] {
        self.journal.get(since.journal..).unwrap_or_default()
    }

    /// Notes a definition that was made or dropped.
    pub(super) fn note(&mut self, change: &Change) {
        self.did(Step::Define(Box::new(change.clone())));
    }

    /// Notes what was done, for the next commit; with what was done before it, if that is the same and came behind the last mark.
    fn did(&mut self, step: Step) {
        let since = self.marked.journal();
        if !self.journal.get_mut(since..).and_then(<[Step]>::last_mut).is_some_and(|last| last.takes_in(&step)) {
            self.journal.push(step);
        }
    }

    /// Takes all that was done for committed: marks that were made before are of no use any more.
    pub fn commit(&mut self) {
        self.forgotten = self.noted();
        self.marked.set(self.forgotten, 0);
        self.journal.clear();
        self.undo.clear();
    }

    /// Ties the changes to a snapshot of this many nodes and edges, with these indexes; always the same one.
    pub(super) fn over(&mut self, nodes: u32, edges: u32, indexes: impl Iterator<Item = (LabelId, KeyId)>) {
        debug_assert!(self.first.is_none_or(|first| first == (nodes, edges)));
        if self.first.is_none() {
            self.first = Some((nodes, edges));
            self.indexes = indexes.map(|(label, key)| Index::new(label, &[key], None)).collect();
        }
    }

    fn first_node(&self) -> u32 {
        self.first.map_or(0, |(nodes, _)| nodes)
    }

    fn first_edge(&self) -> u32 {
        self.first.map_or(0, |(_, edges)| edges)
    }

    /// Adds a node; labels and properties are sorted and distinct.
    pub(super) fn add_node(&mut self, labels: Vec<LabelId>, properties: Properties) -> NodeId {
        let id = NodeId(self.first_node() + self.nodes.len() as u32);
        let shape = self.shape(labels);
        self.shapes[shape as usize].nodes.push(id);
        let index = self.graph.add_node(Weight::Added(AddedNode { id, shape, properties }));
        self.nodes.push(index);
        self.did(Step::AddNodes(1));
        self.list(id);
        id
    }

    /// The shape of nodes with these labels.
    pub(super) fn shape(&mut self, labels: Vec<LabelId>) -> u32 {
        if let Some(shape) = self.shape_of_labels.get(&labels) {
            return *shape;
        }
        let shape = self.shapes.len() as u32;
        self.shapes.push(Shape { labels: labels.clone(), nodes: Vec::new() });
        self.shape_of_labels.insert(labels, shape);
        shape
    }

    /// The shape that a node has now, as far as it was added or altered.
    pub(super) fn shape_of(&self, node: NodeId) -> Option<u32> {
        let altered = if self.altered_nodes.is_empty() { None } else { self.altered_nodes.get(&node) };
        altered.map(|noted| noted.now.shape).or_else(|| self.added(node).map(|node| node.shape))
    }

    /// Adds an edge between nodes that are there; `ends` are the labels of source and target.
    pub(super) fn add_edge(&mut self, edge: Edge, ends: [Vec<LabelId>; 2], properties: Properties) -> EdgeId {
        let [source, target] = [edge.source, edge.target].map(|node| self.anchored(node));
        let (edge_type, ends) = (edge.edge_type, ends.map(|labels| self.shape(labels)));
        let index = self.graph.add_edge(source, target, AddedEdge { edge_type, ends, properties });
        self.count_edges((edge_type, ends), 1);
        self.did(Step::AddEdges(1));
        EdgeId(self.first_edge() + index.index() as u32)
    }

    /// Leaves a tombstone for a node that is there, has this shape and no edges.
    pub(super) fn delete_node(&mut self, node: NodeId, shape: u32) {
        self.unlist(node);
        self.count_shape(shape, -1);
        self.gone_nodes.insert(node.0, shape);
        self.did(Step::DeleteNodes(1));
    }

    /// Leaves tombstones for edges that are there; how many these are.
    pub(super) fn delete_edges(&mut self, edges: &[(EdgeId, EdgeKind)]) -> usize {
        let before = self.gone_edges.len();
        for run in edges.chunk_by(|a, b| a.1 == b.1) {
            // In a damaged file an edge may be found twice.
            let gone = run.iter().filter(|(id, kind)| self.gone_edges.insert(id.0, *kind)).count();
            run.first().into_iter().for_each(|(_, kind)| self.count_edges(*kind, -(gone as i64)));
        }
        let gone = self.gone_edges.len() - before;
        if gone > 0 {
            self.did(Step::DeleteEdges(gone));
        }
        gone
    }

    /// Gives a node this shape, where it had the shape `old` if that is another one, and these properties.
    pub(super) fn alter_node(&mut self, node: NodeId, old: Option<u32>, shape: u32, properties: Properties) {
        if let Some(old) = old {
            self.count_shape(old, -1);
            self.count_shape(shape, 1);
        }
        let altered = Kept { properties, shape };
        let listed = self.relist(node, &altered);
        let weight = weight(&altered.properties);
        if let Some(noted) = self.altered_nodes.get_mut(&node).filter(|noted| noted.step >= self.marked.undo()) {
            let before = std::mem::replace(&mut noted.now, altered);
            self.weight = (self.weight + weight).saturating_sub(self::weight(&before.properties));
            if let Some(Undo::AlteredNode(step)) = self.undo.get_mut(noted.step - self.forgotten) {
                step.old = step.old.or(old);
                step.listed |= listed;
            }
            return;
        }
        self.weigh(ALTERED + weight, 0);
        let before = self.altered_nodes.insert(node, Noted { now: altered, step: self.noted() });
        self.undo.push(Undo::AlteredNode(undo::AlteredNode { node, before, old, listed }));
        self.did(Step::AlterNode(node));
    }

    /// Sets or removes a property of a node that was altered behind the last mark; gives the value back when there is no such node or
    /// an index would have to know.
    pub(super) fn put_again(&mut self, node: NodeId, key: KeyId, value: Value<'static>) -> Option<Value<'static>> {
        let marked = self.marked.undo();
        let noted = self.altered_nodes.get_mut(&node).filter(|noted| noted.step >= marked);
        let Some(noted) = noted.filter(|_| !self.indexes.iter().any(|index| index.keys.contains(&key))) else {
            return Some(value);
        };
        let (more, less) = put(&mut noted.now.properties, key, value);
        self.weigh(more, less);
        None
    }

    /// As [`Changes::put_again`], of an edge.
    pub(super) fn put_edge_again(&mut self, edge: EdgeId, key: KeyId, value: Value<'static>) -> Option<Value<'static>> {
        let Some(properties) = self.edge_again(edge) else { return Some(value) };
        let (more, less) = put(properties, key, value);
        self.weigh(more, less);
        None
    }

    /// The properties of an edge that was altered behind the last mark.
    fn edge_again(&mut self, edge: EdgeId) -> Option<&mut Properties> {
        let marked = self.marked.undo();
        self.altered_edges.get_mut(&edge).filter(|noted| noted.step >= marked).map(|noted| &mut noted.now)
    }

    /// Gives an edge these properties.
    pub(super) fn alter_edge(&mut self, edge: EdgeId, properties: Properties) {
        let weight = weight(&properties);
        if let Some(noted) = self.edge_again(edge) {
            let before = std::mem::replace(noted, properties);
            return self.weigh(weight, self::weight(&before));
        }
        self.weigh(ALTERED + weight, 0);
        let before = self.altered_edges.insert(edge, Noted { now: properties, step: self.noted() });
        self.undo.push(Undo::AlteredEdge(edge, before));
        self.did(Step::AlterEdge(edge));
    }

    /// Notes an added or altered node in every index that has its label.
    fn list(&mut self, node: NodeId) {
        self.in_indexes(node, Index::insert);
    }

    /// Takes an added or altered node, as it is now, out of every index.
    fn unlist(&mut self, node: NodeId) {
        self.in_indexes(node, Index::remove);
    }

    fn in_indexes(&mut self, node: NodeId, change: fn(&mut Index, NodeId, State<'_>)) {
        if self.indexes.is_empty() {
            return;
        }
        let mut indexes = std::mem::take(&mut self.indexes);
        if let Some(state) = self.state(node) {
            indexes.iter_mut().for_each(|index| change(index, node, state));
        }
        self.indexes = indexes;
    }

    /// Notes in every index what a node is to have; whether that differs from what it has anywhere.
    fn relist(&mut self, node: NodeId, after: &Kept) -> bool {
        if self.indexes.is_empty() {
            return false;
        }
        let mut indexes = std::mem::take(&mut self.indexes);
        let (before, after) = (self.state(node), self.kept(after));
        let differ = indexes.iter_mut().filter_map(|index| index.replace(node, before, after).then_some(())).count();
        self.indexes = indexes;
        differ > 0
    }

    /// Adds an index, which takes in what was added and altered before.
    pub(super) fn add_index(&mut self, mut index: Index) {
        self.fill(&mut index);
        self.indexes.push(index);
    }

    /// Notes every added and altered node in an index that has none.
    fn fill(&self, index: &mut Index) {
        let added = (0..self.nodes.len() as u32).map(|node| NodeId(self.first_node() + node));
        let altered = self.altered_nodes.keys().copied().filter(|node| node.0 < self.first_node());
        for node in added.chain(altered).filter(|node| !self.is_gone_node(*node)) {
            if let Some(state) = self.state(node) {
                index.insert(node, state);
            }
        }
    }

    /// Drops the index that this name defines.
    pub(super) fn drop_index(&mut self, name: &str) {
        self.indexes.retain(|index| index.definition.as_ref().is_none_or(|definition| definition.name != name));
    }

    fn count_shape(&mut self, shape: u32, by: i64) {
        for label in self.shapes.get(shape as usize).map_or(&[][..], |shape| &shape.labels) {
            *self.by_node_label.entry(*label).or_default() += by;
        }
    }

    fn count_edges(&mut self, (edge_type, ends): EdgeKind, by: i64) {
        *self.by_type.entry(edge_type).or_default() += by;
        for (shape, leaves) in ends.into_iter().zip([true, false]) {
            for label in self.shapes.get(shape as usize).map_or(&[][..], |shape| &shape.labels) {
                *self.by_label.entry((*label, edge_type, leaves)).or_default() += by;
            }
        }
    }

    /// The node's place in the graph, made when it has none.
    fn anchored(&mut self, node: NodeId) -> NodeIndex {
        self.place(node).unwrap_or_else(|| {
            let index = self.graph.add_node(Weight::Anchor(node));
            self.anchors.insert(node, index);
            index
        })
    }
}
