//! The part of a graph that an algorithm runs on, in the form that its loops want.
//!
//! A [`Selection`] holds the nodes with the labels and the edges of the types that the settings name, as far as both
//! their ends are selected. Its nodes are renumbered from 0 in the order of their ids; such a number is a *place*, and
//! arrays by node are indexed by it. A [`Graph`] is the selection as compressed sparse rows, seen in one direction.

use super::settings::wrong;
use super::steps::Steps;
use super::{Call, Result};
use crate::model::{Detail, Diagnostic, Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Value, nearest};
use crate::store::View;

/// Marks a node that is not selected. Ids end before it.
const NOWHERE: u32 = u32::MAX;

/// Which weights an algorithm can work with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Weights {
    /// Every finite number.
    Any,
    /// No number below zero.
    NotNegative,
}

/// An edge between selected nodes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) edge: EdgeId,
    source: u32,
    target: u32,
    /// 1 when the settings name no weight.
    pub(super) weight: f64,
}

impl Link {
    /// The place of the node that it leaves.
    pub(super) fn source(&self) -> usize {
        self.source as usize
    }
    /// The place of the node that it enters.
    pub(super) fn target(&self) -> usize {
        self.target as usize
    }
}

/// Selected nodes and the edges between them.
pub(super) struct Selection {
    /// The node at each place, ascending.
    pub(super) nodes: Vec<NodeId>,
    /// The edges, ascending.
    pub(super) links: Vec<Link>,
    /// Whether the settings name a weight.
    weighted: bool,
}

impl Selection {
    /// Reads what the settings `labels`, `types` and `weight` select.
    pub(super) fn read(call: &Call<'_, '_>, allowed: Weights, steps: &mut Steps<'_>) -> Result<Self> {
        let view = call.view;
        let labels = labels(call)?;
        let types = types(call)?;
        let kept = |of: &[LabelId]| labels.as_ref().is_none_or(|wanted| of.iter().any(|label| wanted.contains(label)));
        let nodes: Vec<NodeId> = view.scan(kept).into_iter().flatten().map(NodeId).collect();
        let mut places = vec![NOWHERE; view.node_count() as usize];
        for (place, node) in nodes.iter().enumerate() {
            if let Some(slot) = places.get_mut(node.index()) {
                *slot = place as u32;
            }
        }
        steps.take(nodes.len())?;
        let place = |node: NodeId| places.get(node.index()).copied().filter(|place| *place != NOWHERE);
        let mut links = Vec::new();
        // Type by type, since nothing can be asked while the store walks.
        for edge_type in types {
            let before = links.len();
            view.edges(Some(&[edge_type]), |edge, source, target| {
                if let (Some(source), Some(target)) = (place(source), place(target)) {
                    links.push(Link { edge, source, target, weight: 1.0 });
                }
            });
            steps.take(links.len() - before)?;
        }
        // One type's edges ascend already: the sort merges few runs.
        links.sort_by_key(|link| link.edge);
        let weight = call.settings.text("weight");
        if let Some(name) = weight {
            let key = view.key_id(name);
            for link in &mut links {
                steps.take(1)?;
                link.weight = weight_of(view, link.edge, key, name, allowed)?;
            }
        }
        Ok(Selection { nodes, links, weighted: weight.is_some() })
    }

    /// The place of a node.
    pub(super) fn place(&self, node: NodeId) -> Option<usize> {
        self.nodes.binary_search(&node).ok()
    }
}

/// The labels of which a node has one; none selects every node.
fn labels(call: &Call<'_, '_>) -> Result<Option<Vec<LabelId>>> {
    let Some(names) = call.settings.names("labels")? else { return Ok(None) };
    let view = call.view;
    let known = (0..view.label_count() as u32).map(|id| view.label_name(LabelId(id)));
    let known: Vec<&str> = known.collect();
    let find = |name: &str| view.label_id(name).ok_or_else(|| unknown("no node has the label", name, &known));
    names.into_iter().map(find).collect::<Result<_>>().map(Some)
}

/// The types of the edges that are selected.
fn types(call: &Call<'_, '_>) -> Result<Vec<EdgeTypeId>> {
    let view = call.view;
    let all = (0..view.edge_type_count() as u32).map(EdgeTypeId);
    let Some(names) = call.settings.names("types")? else { return Ok(all.collect()) };
    let known: Vec<&str> = all.map(|edge_type| view.edge_type_name(edge_type)).collect();
    let find =
        |name: &str| view.edge_type_id(name).ok_or_else(|| unknown("no relationship has the type", name, &known));
    let mut types: Vec<EdgeTypeId> = names.into_iter().map(find).collect::<Result<_>>()?;
    // A type named twice is walked once.
    types.sort_unstable();
    types.dedup();
    Ok(types)
}

/// The error about a name that the graph does not know. A pattern with such a name finds nothing, with a warning; a
/// procedure cannot warn, and scores over nothing would pass for an answer.
fn unknown(what: &str, name: &str, known: &[&str]) -> Diagnostic {
    let error = wrong(format!("{what} `{name}`"));
    nearest(name, known.iter().copied(), 1)
        .into_iter()
        .fold(error, |error, near| error.help(format!("did you mean `{near}`?")))
}

fn weight_of(view: &View<'_>, edge: EdgeId, key: Option<KeyId>, name: &str, allowed: Weights) -> Result<f64> {
    let value = key.map(|key| view.edge_property(edge, key)).unwrap_or_default();
    let what = match value {
        Value::Int(number) if number >= 0 || allowed == Weights::Any => return Ok(number as f64),
        Value::Float(number) if number.is_finite() && (number >= 0.0 || allowed == Weights::Any) => return Ok(number),
        Value::Int(_) | Value::Float(_) => "is negative or not finite",
        Value::Null => "is missing",
        _ => "is not a number",
    };
    let ends = view.edge(edge).map(|ends| {
        let edge_type = view.edge_type_name(ends.edge_type);
        format!(", of type `{edge_type}` from node {} to node {}", ends.source.0, ends.target.0)
    });
    let message = format!("the weight `{name}` of relationship {}{} {what}", edge.0, ends.unwrap_or_default());
    let detail = if value.types().meets(crate::model::function::Types::NUMBER) && !value.is_null() {
        Detail::NumberOutOfRange
    } else {
        Detail::InvalidArgumentType
    };
    let error = Diagnostic::argument(detail, message);
    Err(if key.is_some() { error } else { unknown_key(view, name, error) })
}

/// Adds what a key may have been meant to be.
pub(super) fn unknown_key(view: &View<'_>, name: &str, error: Diagnostic) -> Diagnostic {
    let known = (0..view.key_count() as u32).map(|id| view.key_name(KeyId(id)));
    nearest(name, known, 1).into_iter().fold(error, |error, near| error.help(format!("did you mean `{near}`?")))
}

/// Which places are next to each place: compressed sparse rows.
pub(super) struct Adjacency {
    /// Where the list of each place begins in `targets`, and where the last one ends.
    offsets: Vec<usize>,
    targets: Vec<u32>,
}

impl Adjacency {
    /// How many places there are.
    pub(super) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The places that are one edge away.
    pub(super) fn of(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        self.targets[self.range(place)].iter().map(|target| *target as usize)
    }

    /// How many edges lead away.
    pub(super) fn degree(&self, place: usize) -> usize {
        self.range(place).len()
    }

    fn range(&self, place: usize) -> std::ops::Range<usize> {
        self.offsets[place]..self.offsets[place + 1]
    }
}

/// An edge as it is walked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hop {
    pub(super) edge: EdgeId,
    /// The place that it leads to.
    pub(super) target: usize,
    pub(super) weight: f64,
}

/// A selection in one direction.
pub(super) struct Graph {
    /// The node at each place, ascending.
    pub(super) nodes: Vec<NodeId>,
    /// Which places are next to which; parallel edges are listed each.
    pub(super) adjacency: Adjacency,
    /// Beside the adjacency's targets.
    edges: Vec<EdgeId>,
    /// Beside the adjacency's targets; empty when every edge weighs 1.
    weights: Vec<f64>,
}

impl Graph {
    /// Lays out the edges by the node that they are walked from; walked both ways, a loop is listed once.
    pub(super) fn new(selection: Selection, direction: Direction, steps: &mut Steps<'_>) -> Result<Self> {
        let Selection { nodes, links, weighted } = selection;
        let hops = |link: &Link| {
            let out = (direction != Direction::In).then_some((link.source, link.target));
            let back = direction == Direction::In || direction == Direction::Both && link.source != link.target;
            out.into_iter().chain(back.then_some((link.target, link.source)))
        };
        let mut offsets = vec![0; nodes.len() + 1];
        for link in &links {
            hops(link).for_each(|(from, _)| offsets[from as usize + 1] += 1);
        }
        for place in 0..nodes.len() {
            offsets[place + 1] += offsets[place];
        }
        steps.take(links.len())?;
        let count = offsets[nodes.len()];
        let mut graph = Graph {
            adjacency: Adjacency { offsets, targets: vec![0; count] },
            edges: vec![EdgeId(0); count],
            weights: if weighted { vec![0.0; count] } else { Vec::new() },
            nodes,
        };
        let mut next = graph.adjacency.offsets.clone();
        for link in &links {
            for (from, to) in hops(link) {
                let at = next[from as usize];
                next[from as usize] += 1;
                graph.adjacency.targets[at] = to;
                graph.edges[at] = link.edge;
                if weighted {
                    graph.weights[at] = link.weight;
                }
            }
        }
        steps.take(links.len())?;
        Ok(graph)
    }

    /// The edges that lead away from a place.
    pub(super) fn hops(&self, place: usize) -> impl Iterator<Item = Hop> + '_ {
        self.adjacency.range(place).map(|at| Hop {
            edge: self.edges[at],
            target: self.adjacency.targets[at] as usize,
            weight: self.weights.get(at).copied().unwrap_or(1.0),
        })
    }

    /// The same without weights, loops and parallel edges; each list ascends.
    pub(super) fn simple(self) -> (Vec<NodeId>, Adjacency) {
        let Adjacency { mut offsets, mut targets } = self.adjacency;
        let mut kept = 0;
        for place in 0..self.nodes.len() {
            let list = offsets[place]..offsets[place + 1];
            offsets[place] = kept;
            targets[list.clone()].sort_unstable();
            let first = kept;
            for at in list {
                let target = targets[at];
                let known = kept > first && targets[kept - 1] == target;
                if !known && target as usize != place {
                    targets[kept] = target;
                    kept += 1;
                }
            }
        }
        offsets[self.nodes.len()] = kept;
        targets.truncate(kept);
        (self.nodes, Adjacency { offsets, targets })
    }
}
