//! Taking back what was done since a mark.
//!
//! It costs what the lesser costs, what goes or what stays: where more goes than stays, what stays moves to a new place and the old
//! one is let go of as a whole.

use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};

use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::stable_graph::StableDiGraph;
use rustc_hash::FxHashMap;

use super::{AddedEdge, AddedNode, Changes, EdgeKind, Kept, Mark, Noted, Properties, Weight};
use crate::model::{EdgeId, NodeId, garbage};

/// How to take back an alteration.
#[derive(Clone, Debug)]
pub(super) enum Undo {
    AlteredNode(AlteredNode),
    AlteredEdge(EdgeId, Option<Noted<Properties>>),
}

impl Undo {
    /// The node that stands elsewhere in some index before the step and after it.
    fn listed(&self) -> Option<NodeId> {
        match self {
            Undo::AlteredNode(AlteredNode { node, listed: true, .. }) => Some(*node),
            _ => None,
        }
    }
}

/// A node that was altered.
#[derive(Clone, Debug)]
pub(super) struct AlteredNode {
    pub(super) node: NodeId,
    /// What was written of it before.
    pub(super) before: Option<Noted<Kept>>,
    /// The shape that it had, if it has other labels now.
    pub(super) old: Option<u32>,
    /// Whether some index has it elsewhere now.
    pub(super) listed: bool,
}

/// How many alterations had been noted when the last mark was made, and how long the journal was. What is altered again behind it
/// is noted already: going back to an earlier mark leads past the step that was noted first.
#[derive(Debug, Default)]
pub(super) struct LastMark([AtomicUsize; 2]);

impl LastMark {
    pub(super) fn undo(&self) -> usize {
        self.0[0].load(Ordering::Relaxed)
    }

    pub(super) fn journal(&self) -> usize {
        self.0[1].load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, undo: usize, journal: usize) {
        self.0[0].store(undo, Ordering::Relaxed);
        self.0[1].store(journal, Ordering::Relaxed);
    }
}

impl Clone for LastMark {
    fn clone(&self) -> Self {
        LastMark([self.undo(), self.journal()].map(AtomicUsize::new))
    }
}

/// So many edges of one kind.
type Run = Option<(EdgeKind, i64)>;

impl Changes {
    /// Takes back everything that was done since the mark was made; the work is in proportion to that, or to what was there
    /// before.
    pub fn undo_to(&mut self, mark: Mark) {
        let mut steps = if mark.undo == 0 { std::mem::take(&mut self.undo) } else { self.undo.split_off(mark.undo) };
        self.journal.truncate(mark.journal);
        self.marked.set(self.marked.undo().min(self.noted()), self.marked.journal().min(mark.journal));
        let since = self.noted();
        let count = |of: fn(&Undo) -> bool| steps.iter().filter(|step| of(step)).count();
        let new_nodes = count(|step| matches!(step, Undo::AlteredNode(AlteredNode { before: None, .. })));
        let new_edges = count(|step| matches!(step, Undo::AlteredEdge(_, None)));
        let gone = self.nodes_gone(mark);
        let listed = gone.len() + count(|step| step.listed().is_some());
        let added = mark.nodes..self.nodes.len();
        let stays = mark.nodes + self.altered_nodes.len().saturating_sub(new_nodes);
        // What is listed anew is taken out twice and put in once.
        let relist = 3 * listed + added.len() <= stays;
        let mut listed: Vec<NodeId> = Vec::new();
        if relist && !self.indexes.is_empty() {
            listed.extend(steps.iter().filter_map(Undo::listed).chain(gone.iter().copied().map(NodeId)));
            let added = added.map(|node| NodeId(self.first_node() + node as u32)).collect::<Vec<_>>();
            added.iter().chain(&listed).for_each(|node| self.unlist(*node));
        }
        let altered = sweep(&mut self.altered_nodes, new_nodes, since);
        let altered_edges = sweep(&mut self.altered_edges, new_edges, since);
        for step in steps.iter_mut().rev() {
            self.take_back(step, &altered);
        }
        for (shape, count) in self.gone_nodes.bring_back(mark.gone_nodes) {
            self.count_shape(shape, count as i64);
        }
        for (kind, count) in self.gone_edges.bring_back(mark.gone_edges) {
            self.count_edges(kind, count as i64);
        }
        let mut run = None;
        for edge in mark.edges..self.graph.edge_count() {
            let edge = self.graph.edge_weight(EdgeIndex::new(edge)).map(AddedEdge::kind);
            edge.into_iter().for_each(|edge| self.count_later(edge, -1, &mut run));
        }
        self.count_run(run);
        self.cut(mark.nodes, mark.edges);
        if relist {
            for node in listed {
                // One that was noted twice is there already.
                self.unlist(node);
                self.list(node);
            }
        } else {
            let mut indexes = std::mem::take(&mut self.indexes);
            for index in &mut indexes {
                index.clear();
                self.fill(index);
            }
            self.indexes = indexes;
        }
        for shape in self.shapes.drain(mark.shapes..) {
            self.shape_of_labels.remove(&shape.labels);
        }
        self.labels.truncate(mark.labels);
        self.edge_types.truncate(mark.edge_types);
        self.keys.truncate(mark.keys);
        // With what was there instead of what is there again.
        let bytes = (steps.len() + altered.len() + altered_edges.len()) * ALTERED;
        garbage::let_go((steps, altered, altered_edges), bytes);
    }

    /// Takes a step back, and leaves in it what it took away. `altered`: what is not there any more as a whole.
    fn take_back(&mut self, step: &mut Undo, altered: &FxHashMap<NodeId, Noted<Kept>>) {
        match step {
            Undo::AlteredNode(AlteredNode { node, before, old, .. }) => {
                exchange(&mut self.altered_nodes, *node, before);
                if let Some(old) = old {
                    let now = before.as_ref().or_else(|| altered.get(node));
                    now.into_iter().for_each(|noted| self.count_shape(noted.now.shape, -1));
                    self.count_shape(*old, 1);
                }
            }
            Undo::AlteredEdge(edge, before) => exchange(&mut self.altered_edges, *edge, before),
        }
    }

    /// Takes the youngest nodes and edges out, all but so many.
    ///
    /// Edges go from the last to the first, so that petgraph hands their numbers out again in the old order.
    fn cut(&mut self, nodes: usize, edges: usize) {
        let first = self.first_node() + nodes as u32;
        for shape in &mut self.shapes {
            shape.nodes.truncate(shape.nodes.partition_point(|node| node.0 < first));
        }
        let (of_nodes, of_edges) = (self.nodes.len() - nodes, self.graph.edge_count() - edges);
        if of_nodes + of_edges > nodes + edges {
            return self.move_out(nodes, edges);
        }
        for edge in (edges..self.graph.edge_count()).rev() {
            self.graph.remove_edge(EdgeIndex::new(edge));
        }
        for node in self.nodes.drain(nodes..).rev() {
            self.graph.remove_node(node);
        }
    }

    /// As `cut`, when more goes than stays: what stays moves to a new graph, and the old one is let go of as a whole.
    fn move_out(&mut self, nodes: usize, edges: usize) {
        let mut old = std::mem::take(&mut self.graph);
        let bytes = self.nodes.len() * size_of::<AddedNode>() + old.edge_count() * size_of::<AddedEdge>();
        let mut places: FxHashMap<NodeIndex, NodeIndex> = FxHashMap::default();
        let stays = |weight: &mut Weight, graph: &mut StableDiGraph<Weight, AddedEdge>| {
            let id = weight.id();
            graph.add_node(std::mem::replace(weight, Weight::Anchor(id)))
        };
        self.nodes.truncate(nodes);
        for index in &mut self.nodes {
            if let Some(weight) = old.node_weight_mut(*index) {
                let place = stays(weight, &mut self.graph);
                places.insert(std::mem::replace(index, place), place);
            }
        }
        self.anchors.clear();
        for edge in (0..edges).map(EdgeIndex::new) {
            let Some((source, target)) = old.edge_endpoints(edge) else { continue };
            let ends = [source, target].map(|end| {
                *places.entry(end).or_insert_with(|| {
                    let Some(weight) = old.node_weight_mut(end) else { return end };
                    let place = stays(weight, &mut self.graph);
                    self.anchors.insert(weight.id(), place);
                    place
                })
            });
            let Some(weight) = old.edge_weight_mut(edge) else { continue };
            let properties = std::mem::take(&mut weight.properties);
            self.graph.add_edge(ends[0], ends[1], AddedEdge { properties, ..*weight });
        }
        garbage::let_go(old, bytes);
    }

    /// Counts an edge with others of its kind, as soon as there comes one of another kind.
    fn count_later(&mut self, kind: EdgeKind, by: i64, run: &mut Run) {
        match run {
            Some((of, count)) if *of == kind => *count += by,
            _ => self.count_run(run.replace((kind, by))),
        }
    }

    fn count_run(&mut self, run: Run) {
        run.into_iter().for_each(|(kind, by)| self.count_edges(kind, by));
    }
}

/// About how many bytes of an element that was altered are let go of.
const ALTERED: usize = 256;

/// Takes away all that was altered, but not what was altered before step `since` or stays otherwise, when more goes than stays:
/// this many go.
fn sweep<I: Copy + Eq + Hash, T: Default>(
    altered: &mut FxHashMap<I, Noted<T>>,
    going: usize,
    since: usize,
) -> FxHashMap<I, Noted<T>> {
    let staying = altered.len() - going.min(altered.len());
    if going <= staying {
        return FxHashMap::default();
    }
    let mut old = std::mem::take(altered);
    if staying > 0 {
        let stay = old.iter_mut().filter(|(_, noted)| noted.step < since);
        altered.extend(stay.map(|(id, noted)| (*id, std::mem::take(noted))));
    }
    old
}

/// Puts back what was written of an element before, and leaves what was written of it since.
fn exchange<I: Eq + Hash, T>(altered: &mut FxHashMap<I, Noted<T>>, id: I, before: &mut Option<Noted<T>>) {
    *before = match before.take() {
        Some(before) => altered.insert(id, before),
        // Most often, all of them were taken away.
        None if altered.is_empty() => None,
        None => altered.remove(&id),
    };
}

#[cfg(test)]
mod tests {
    use super::super::Changes;
    use crate::model::{Direction, EdgeId, NodeId, Value};
    use crate::store::{Builder, Mark, Snapshot, View};
    use std::sync::Arc;

    /// A few numbers, the same in every run.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % bound
        }
    }

    fn snapshot(nodes: u32) -> Snapshot {
        let mut builder = Builder::new();
        builder.index("A", "k");
        for node in 0..nodes {
            builder.node(&["A"], vec![("k", Value::Int(i64::from(node % 3)))]);
        }
        for node in 1..nodes {
            builder.edge(NodeId(node - 1), "R", NodeId(node), vec![]);
        }
        Snapshot::from_bytes(&builder.finish().expect("a graph")).expect("a snapshot")
    }

    /// All that can be asked of nodes and edges.
    fn seen(view: &View<'_>) -> String {
        let nodes = (0..view.node_bound() as u32).map(NodeId).filter(|node| view.contains_node(*node));
        let nodes: Vec<_> = nodes.map(|node| (node, view.node_labels(node), view.node_properties(node))).collect();
        let edges = (0..view.edge_bound() as u32).map(EdgeId).filter(|edge| view.contains_edge(*edge));
        let edges: Vec<_> = edges.map(|edge| (view.edge(edge), view.edge_properties(edge))).collect();
        let labels: Vec<_> = ["A", "B"].iter().filter_map(|label| view.label_id(label)).collect();
        let counts: Vec<_> =
            labels.iter().map(|label| (view.nodes_with_label(*label), view.scan(|l| l.contains(label)))).collect();
        let key = view.key_id("k").expect("a key");
        let found: Vec<_> = (0..9).map(|k| view.seek(labels[0], key, &Value::Int(k))).collect();
        let degrees: Vec<_> = nodes.iter().map(|(node, ..)| view.degree(*node, Direction::Both, None)).collect();
        format!("{nodes:?} {edges:?} {counts:?} {found:?} {degrees:?}")
    }

    fn change(view: &mut View<'_>, dice: &mut Dice) {
        let node = NodeId(dice.below(view.node_bound() as u64) as u32);
        let edge = EdgeId(dice.below(view.edge_bound() as u64) as u32);
        let value = Value::Int(dice.below(9) as i64);
        match dice.below(13) {
            0 => _ = view.create_node(&["A"], vec![("k", value)]),
            1 => _ = view.create_edge(node, "R", NodeId(0), vec![]),
            2 => _ = view.delete_edge(edge),
            3 => _ = view.delete_node(node),
            4 => _ = view.add_label(node, "B"),
            5 => _ = view.remove_label(node, "A"),
            6 => _ = view.set_edge_property(edge, "w", value),
            7 => _ = view.set_node_property(node, "k", value),
            8 => _ = view.detach(&[node, NodeId(0)][..dice.below(3) as usize]),
            _ => _ = view.set_node_property(node, "seen", value),
        }
    }

    #[test]
    fn back_to_any_mark_all_is_as_it_was() {
        for (nodes, seed) in [3, 40].into_iter().flat_map(|nodes| (0..60).map(move |seed| (nodes, seed))) {
            let (snapshot, mut dice) = (snapshot(nodes), Dice(seed));
            let mut changes = Arc::new(Changes::default());
            let mut marks: Vec<(Mark, String)> = Vec::new();
            for step in 0..40 {
                marks.push((changes.mark(), seen(&View::with_changes(&snapshot, Arc::clone(&changes)))));
                let mut view = View::with_changes(&snapshot, std::mem::take(&mut changes));
                (0..dice.below(30)).for_each(|_| change(&mut view, &mut dice));
                changes = view.changes();
                drop(view);
                match dice.below(4) {
                    0 => {
                        marks.truncate(dice.below(marks.len() as u64) as usize + 1);
                        let (mark, before) = marks.pop().expect("there is one");
                        Arc::make_mut(&mut changes).undo_to(mark);
                        let after = seen(&View::with_changes(&snapshot, Arc::clone(&changes)));
                        assert_eq!(after, before, "{nodes} nodes, seed {seed}, step {step}");
                    }
                    1 if dice.below(4) == 0 => {
                        Arc::make_mut(&mut changes).commit();
                        marks.clear();
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn what_is_altered_again_is_noted_once_behind_each_mark() {
        let snapshot = snapshot(3);
        let mut view = View::new(&snapshot);
        let alter = |view: &mut View<'_>| {
            for value in 0..100 {
                view.set_node_property(NodeId(1), "seen", Value::Int(value)).expect("it is there");
                view.set_edge_property(EdgeId(0), "seen", Value::Int(value)).expect("it is there");
            }
            view.changes().noted()
        };
        assert_eq!(alter(&mut view), 2);
        let mark = view.changes().mark();
        assert_eq!((alter(&mut view), alter(&mut view)), (4, 4));
        assert_eq!(view.changes().touched(mark), (vec![NodeId(1)], vec![EdgeId(0)]));
        let mut changes = view.changes();
        Arc::make_mut(&mut changes).commit();
        assert_eq!(alter(&mut View::with_changes(&snapshot, changes)), 6);
    }
}
