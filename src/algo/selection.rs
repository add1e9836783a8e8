//! The part of a graph that an algorithm runs on.
//!
//! Selected are the nodes with the labels and the edges of the types that the settings name, as far as both ends of an
//! edge are selected. The nodes are renumbered from 0 in the order of their ids; such a number is a *place*, and arrays
//! by node are indexed by it.

use super::settings::{suggest, wrong};
use super::steps::Steps;
use super::{Call, Result};
use crate::model::{Detail, Diagnostic, Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Value};
use crate::store::{Adjacency, View};

/// Marks a node that is not selected. Ids end before it.
const NOWHERE: u32 = u32::MAX;

/// About how many bytes a node takes: in arrays of the algorithm's own, and in the columns that it gives.
const NODE: usize = 80;

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
    // Half as wide as places elsewhere: there are as many links as edges.
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
    pub(super) weighted: bool,
}

/// Selected nodes, and what it takes to go over the edges between them without keeping these.
pub(super) struct Walk<'c> {
    view: &'c View<'c>,
    /// The node at each place, ascending.
    pub(super) nodes: Vec<NodeId>,
    places: Vec<u32>,
    /// A node has one of these; none: every node is selected.
    labels: Option<Vec<LabelId>>,
    types: Vec<EdgeTypeId>,
}

impl<'c> Walk<'c> {
    /// Reads what the settings `labels` and `types` select.
    pub(super) fn read(call: &'c Call<'c, '_>, steps: &mut Steps<'_>) -> Result<Self> {
        let view = call.view;
        let labels = labels(call)?;
        let types = types(call)?;
        let kept = |of: &[LabelId]| labels.as_ref().is_none_or(|wanted| of.iter().any(|label| wanted.contains(label)));
        let runs = view.scan(kept);
        let count: usize = runs.iter().map(ExactSizeIterator::len).sum();
        steps.hold(count * NODE + view.node_bound() * size_of::<u32>())?;
        let nodes: Vec<NodeId> = runs.into_iter().flatten().map(NodeId).collect();
        let mut places = vec![NOWHERE; view.node_bound()];
        for (place, node) in nodes.iter().enumerate() {
            if let Some(slot) = places.get_mut(node.index()) {
                *slot = place as u32;
            }
        }
        steps.take(nodes.len())?;
        Ok(Walk { view, nodes, places, labels, types })
    }

    /// The lists of nodes whence the selected edges come, and of those where they go, as they lie in the snapshot: where the
    /// edges of the types are between selected nodes only, these follow one another, and the edges are walked in one direction.
    /// A node's place is its id less that of the first.
    pub(super) fn slices(&self, direction: Direction) -> Option<(Adjacency<'c>, Adjacency<'c>)> {
        let (first, last) = self.nodes.first().zip(self.nodes.last())?;
        let in_a_row = last.index() - first.index() + 1 == self.nodes.len();
        if direction == Direction::Both || !in_a_row || !self.is_closed() {
            return None;
        }
        let types = Some(self.types.as_slice());
        Some((self.view.adjacency(types, direction.reverse())?, self.view.adjacency(types, direction)?))
    }

    /// Whether it is known at once that the edges of the types have both ends among the selected nodes.
    fn is_closed(&self) -> bool {
        let at = |label: LabelId, edge_type: EdgeTypeId| {
            [Direction::Out, Direction::In].iter().all(|end| self.view.only_at_label(label, edge_type, *end))
        };
        match self.labels.as_deref() {
            None => true,
            Some([label]) => self.types.iter().all(|edge_type| at(*label, *edge_type)),
            Some(_) => false,
        }
    }

    /// The place of a node. One that no node is comes from damage, which is noted.
    pub(super) fn place(&self, node: NodeId) -> Option<u32> {
        let place = self.places.get(node.index()).copied();
        if place.is_none() {
            self.view.note_unknown(node);
        }
        place.filter(|place| *place != NOWHERE)
    }

    /// Calls `found` with each edge of this type, and the places that it leaves and enters: node by node, so that the limits
    /// are looked at in between.
    fn each_edge(
        &self,
        edge_type: EdgeTypeId,
        steps: &mut Steps<'_>,
        mut found: impl FnMut(EdgeId, u32, u32),
    ) -> Result<()> {
        for (source, node) in (0..).zip(&self.nodes) {
            let mut taken = 1;
            self.view.neighbours(*node, Direction::Out, Some(&[edge_type]), |edge, target| {
                taken += 1;
                if let Some(target) = self.place(target) {
                    found(edge, source, target);
                }
            });
            steps.take(taken)?;
        }
        Ok(())
    }

    /// Calls `found` with the places that each edge leaves and enters.
    pub(super) fn each(&self, steps: &mut Steps<'_>, mut found: impl FnMut(usize, usize)) -> Result<()> {
        for edge_type in &self.types {
            let Some(slices) = self.view.adjacency(Some(&[*edge_type]), Direction::Out) else {
                self.each_edge(*edge_type, steps, |_, source, target| found(source as usize, target as usize))?;
                continue;
            };
            for (source, node) in self.nodes.iter().enumerate() {
                let ends = slices.ends(*node);
                steps.take(1 + ends.len())?;
                for end in ends {
                    if let Some(target) = self.place(NodeId(*end)) {
                        found(source, target as usize);
                    }
                }
            }
        }
        Ok(())
    }
}

impl Selection {
    /// Reads what the settings `labels`, `types` and `weight` select.
    pub(super) fn read(call: &Call<'_, '_>, allowed: Weights, steps: &mut Steps<'_>) -> Result<Self> {
        let view = call.view;
        let walk = Walk::read(call, steps)?;
        // Those whose ends are not selected are few, or it does not matter.
        let most: u64 = walk.types.iter().map(|edge_type| view.edges_with_type(*edge_type)).sum();
        steps.hold(most as usize * size_of::<Link>())?;
        let mut links = Vec::new();
        for edge_type in &walk.types {
            let link = |edge, source, target| links.push(Link { edge, source, target, weight: 1.0 });
            walk.each_edge(*edge_type, steps, link)?;
        }
        let nodes = walk.nodes;
        // A snapshot numbers the edges of a type in the order of their sources: few runs have to be merged.
        steps.sort(&mut links, |a, b| a.edge.cmp(&b.edge))?;
        let key = call.settings.text("weight");
        if let Some(name) = key {
            let key = view.key_id(name);
            let mut sum = 0.0;
            for link in &mut links {
                steps.take(1)?;
                link.weight = weight(view, link.edge, key, name, allowed)?;
                sum += link.weight.abs();
            }
            // No sum of weights that an algorithm forms can overflow then.
            if !f64::is_finite(sum) {
                let message = format!("the weights `{name}` sum to more than a float can hold");
                return Err(Diagnostic::argument(Detail::NumberOutOfRange, message));
            }
        }
        Ok(Selection { nodes, links, weighted: key.is_some() })
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
    let find = |name: &str| view.edge_type_id(name).ok_or_else(|| unknown("no edge has the type", name, &known));
    let mut types: Vec<EdgeTypeId> = names.into_iter().map(find).collect::<Result<_>>()?;
    // A type named twice is walked once.
    types.sort_unstable();
    types.dedup();
    Ok(types)
}

/// The error about a name that the graph does not know. A pattern with such a name finds nothing, with a warning; a
/// procedure cannot warn, and scores over nothing would pass for an answer.
fn unknown(what: &str, name: &str, known: &[&str]) -> Diagnostic {
    suggest(wrong(format!("{what} `{name}`")), name, known.iter().copied())
}

/// The edge's number under the key.
fn weight(view: &View<'_>, edge: EdgeId, key: Option<KeyId>, name: &str, allowed: Weights) -> Result<f64> {
    let value = key.map(|key| view.edge_property(edge, key)).unwrap_or_default();
    let (detail, what) = match number(&value) {
        Ok(number) if number >= 0.0 || allowed == Weights::Any => return Ok(number),
        Ok(_) => (Detail::NumberOutOfRange, "is negative"),
        Err(what) => (Detail::InvalidArgumentType, what),
    };
    let ends = view.edge(edge).map(|ends| {
        let edge_type = view.edge_type_name(ends.edge_type);
        format!(", of type `{edge_type}` from node {} to node {},", ends.source.0, ends.target.0)
    });
    let message = format!("the weight `{name}` of edge {}{} {what}", edge.0, ends.unwrap_or_default());
    let error = Diagnostic::argument(detail, message);
    Err(if key.is_some() { error } else { unknown_key(view, name, error) })
}

/// The value as a finite number, or what is wrong with it.
pub(super) fn number(value: &Value<'_>) -> std::result::Result<f64, &'static str> {
    match value {
        Value::Int(number) => Ok(*number as f64),
        Value::Float(number) if number.is_finite() => Ok(*number),
        Value::Float(_) => Err("is not finite"),
        Value::Null => Err("is missing"),
        _ => Err("is not a number"),
    }
}

/// Adds which of the graph's keys may have been meant.
pub(super) fn unknown_key(view: &View<'_>, name: &str, error: Diagnostic) -> Diagnostic {
    suggest(error, name, (0..view.key_count() as u32).map(|id| view.key_name(KeyId(id))))
}

#[cfg(test)]
mod tests {
    use crate::algo::testing::{config, fails, given, view};
    use crate::model::Value;

    #[test]
    fn weights_that_do_not_weigh() {
        let edge = "of edge 1, of type `OTHER` from node 1 to node 0,";
        let first = "of edge 0, of type `LINK` from node 0 to node 1,";
        let cases = [
            (f64::NAN, "w", format!("the weight `w` {edge} is not finite")),
            (f64::INFINITY, "w", format!("the weight `w` {edge} is not finite")),
            (-0.5, "w", format!("the weight `w` {edge} is negative")),
            (f64::MAX, "w", "the weights `w` sum to more than a float can hold".to_owned()),
            (1.0, "text", format!("the weight `text` {first} is not a number")),
            (1.0, "latitude", format!("the weight `latitude` {first} is missing")),
            (1.0, "Text", format!("the weight `Text` {first} is missing; did you mean `text`?")),
        ];
        for (second, key, message) in cases {
            let view = view(2, &[(0, 1, f64::MAX), (1, 0, second)]);
            assert_eq!(fails(&view, "algo.pageRank", &[config(&[("weight", Value::from(key))])]), message);
        }
        let negative = view(2, &[(0, 1, -1.0)]);
        assert_eq!(given(&negative, "algo.minimumSpanningTree", &[("weight", Value::from("w"))]).len(), 1);
    }
}
