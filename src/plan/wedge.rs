//! Wedges: cycles of four nodes are counted by the paths of two edges that they are made of.
//!
//! Two paths of two edges between the same two nodes, through another one each, make a cycle of four. So the cycles are as many
//! as there are pairs of such paths, which takes as long as walking each path once (Chiba and Nishizeki, *Arboricity and Subgraph
//! Listing Algorithms*, 1985, section 5), where finding them takes a look at each path and at each neighbour of its ends. Pairs in
//! which two edges are the same are subtracted as in any other [tally](super::tally).
//!
//! In: a pattern that is such a cycle, directed all round. Out: the node that paths had better begin at, and which matches are
//! others seen from another node. Where nodes of the pattern can be exchanged, a match is counted from the greatest of them only:
//! paths that leave the nodes up to there need not be walked to their end.

use super::build::Build;
use super::cost;
use super::expr::{Expr, Labels};
use super::logical::{PatternEdge, QueryGraph};
use super::order::label_of;
use super::physical::{TallyLink, TallyNode, TallyTerm, Turns};
use super::tally::OfNode;
use crate::model::{Direction, Var};

/// A step along a path that may be the last one writes to memory and back again, and a sum reads one number.
const STEP: f64 = 3.0;

/// Whether the pattern is a cycle of four nodes whose edges have a direction.
pub(super) fn is_ring(graph: &QueryGraph) -> bool {
    let corner = |node: &Var| {
        let other = |edge: &PatternEdge| match (edge.left == *node, edge.right == *node) {
            (true, _) => Some(edge.right),
            (_, true) => Some(edge.left),
            _ => None,
        };
        let mut others = graph.edges.iter().filter_map(other);
        let (one, other) = (others.next(), others.next());
        other.is_some() && one != other && others.next().is_none()
    };
    graph.nodes.len() == 4
        && graph.edges.len() == 4
        && graph.edges.iter().all(|edge| edge.direction != Direction::Both && edge.left != edge.right)
        && graph.nodes.iter().all(corner)
}

/// The edges at a node, seen from there, and where they lead.
fn beside(graph: &QueryGraph, node: Var) -> Vec<(TallyLink, Var)> {
    let seen = |edge: &PatternEdge| {
        let (other, direction) = match (edge.left == node, edge.right == node) {
            (true, _) => (edge.right, edge.direction),
            (_, true) => (edge.left, edge.direction.reverse()),
            _ => return None,
        };
        Some((TallyLink { types: edge.types.clone(), direction }, other))
    };
    graph.edges.iter().filter_map(seen).collect()
}

/// The node from which the fewest paths lead across.
pub(super) fn corner(build: &Build<'_>, graph: &QueryGraph, predicates: &[OfNode<'_>]) -> Option<Var> {
    let share = |node: Var| {
        let own = predicates.iter().filter(|predicate| predicate.node == Some(node));
        let tests = own.filter(|predicate| label_of(predicate.expr, node).is_none());
        tests.map(|predicate| build.share(predicate.expr)).product::<f64>()
    };
    let paths = |root: Var| {
        let wings = beside(graph, root).into_iter().filter_map(|(first, middle)| {
            let (second, _) = beside(graph, middle).into_iter().find(|(_, end)| *end != root)?;
            Some((middle, first, second))
        });
        let wings: Vec<(Var, TallyLink, TallyLink)> = wings.collect();
        let from = |(middle, first, second): &(Var, TallyLink, TallyLink)| {
            let (near, far) = (build.known_labels(root), build.known_labels(*middle));
            across(build, (&near, first), (&far, share(*middle), second))
        };
        // Of paths that are alike one walk is enough.
        let walked = match wings.as_slice() {
            [(_, first, second), (_, other, last)] if first == other && second == last => &wings[..1],
            wings => wings,
        };
        let paths: f64 = walked.iter().map(from).sum();
        cost::nodes(build.catalog, &build.known_labels(root)) * share(root) * paths
    };
    // Of several the first.
    graph.nodes.iter().copied().map(|node| (node, paths(node))).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(node, _)| node)
}

/// How many steps there are from a node along one edge and a further one from those in the middle that may be there.
fn across(
    build: &Build<'_>,
    (near, first): (&[&Labels], &TallyLink),
    (far, share, second): (&[&Labels], f64, &TallyLink),
) -> f64 {
    let degree =
        |labels: &[&Labels], link: &TallyLink| cost::degree(build.catalog, labels, link.types.as_ref(), link.direction);
    degree(near, first) * (1.0 + share * degree(far, second))
}

/// About how many steps it takes to count a term that is such a cycle; none for others.
pub(super) fn steps(build: &Build<'_>, term: &TallyTerm) -> Option<f64> {
    let (end, wedge) = term.nodes.iter().find_map(|node| Some((node, node.wedge.as_ref()?)))?;
    let root = term.nodes.first()?;
    let labels = |node: &TallyNode| cost::nodes(build.catalog, &node.labels.iter().collect::<Vec<_>>());
    let there = |node: &TallyNode| node.find.as_ref().map_or_else(|| labels(node), |find| find.rows);
    let wing = |middle: usize, second: &TallyLink| {
        let middle = term.nodes.get(middle)?;
        let share = there(middle) / labels(middle).max(1.0);
        let (near, far): (Vec<_>, Vec<_>) = (root.labels.iter().collect(), middle.labels.iter().collect());
        Some(across(build, (&near, middle.links.first()?), (&far, share, second)))
    };
    let (one, other) = (wing(end.parent, end.links.first()?)?, wing(wedge.parent, &wedge.link)?);
    let paths = if wedge.twins { STEP * one } else { STEP * one + other };
    let turns = match wedge.turns {
        Turns::One => 1.0,
        Turns::Two => 2.0,
        Turns::Four => 3.0,
    };
    // A place for each node that the paths may lead to, besides.
    Some(there(root) * paths / turns + build.catalog.nodes() as f64)
}

/// Says of a term that is such a cycle what can be exchanged; `conditions` are those of its nodes, as if all were the same
/// variable, and `in_all` is whether nobody asks which node the root is.
pub(super) fn exchange(nodes: &mut [TallyNode], conditions: &[Vec<Expr>], in_all: bool) {
    let Some(far) = nodes.iter().position(|node| node.wedge.is_some()) else { return };
    let (near, Some(wedge)) = (nodes[far].parent, &nodes[far].wedge) else { return };
    let other = wedge.parent;
    let alike = |one: usize, other: usize| {
        let (one, other) = (&conditions[one], &conditions[other]);
        one.len() == other.len() && one.iter().all(|condition| other.contains(condition))
    };
    let back = |link: &TallyLink| TallyLink { types: link.types.clone(), direction: link.direction.reverse() };
    let (to_near, to_other) = (nodes[near].links[0].clone(), nodes[other].links[0].clone());
    let (from_near, from_other) = (nodes[far].links[0].clone(), wedge.link.clone());
    let twins = to_near == to_other && from_near == from_other && alike(near, other);
    let through_same = back(&from_near) == to_near && back(&from_other) == to_other;
    let through_other = back(&from_near) == to_other && back(&from_other) == to_near && alike(near, other);
    let across = alike(0, far) && (through_same || through_other);
    // Root, near, far, other, root: each edge is like the one before.
    let round = to_near == from_near && from_near == back(&from_other) && back(&from_other) == back(&to_other);
    let turns = match in_all && across {
        true if round && alike(0, near) && alike(near, other) => Turns::Four,
        true => Turns::Two,
        false => Turns::One,
    };
    if let Some(wedge) = &mut nodes[far].wedge {
        (wedge.twins, wedge.turns) = (twins, turns);
    }
}
