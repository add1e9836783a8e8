//! Counting the matches of a tree-shaped pattern without enumerating them.
//!
//! In a tree the number of ways to go on from a node does not depend on how it was reached, so that the matches with a
//! given root are a product, over the root's edges, of sums over neighbours: linear in the edges, where enumerating is
//! linear in the matches (Yannakakis, *Algorithms for Acyclic Database Schemes*, 1981; Abo Khamis, Ngo and Rudra,
//! *FAQ: Questions Asked Frequently*, 2016).
//!
//! No two edges of a match may be the same edge. Where the types allow that they are, the matches in which they are not
//! are a sum over the partitions of the edges, each with the matches in which the edges of a part coincide, times the
//! Möbius function of the lattice of partitions (Stanley, *Enumerative Combinatorics I*, section 3.10). Edges that
//! coincide share their ends, so such a term is a smaller pattern, in which an edge may have become a loop, or two of
//! them run between the same nodes.

use super::build::{Build, Rows};
use super::cost;
use super::expr::{Expr, ExprKind, Labels, UnaryOp};
use super::logical::{PatternEdge, QueryGraph};
use super::lower::all_of;
use super::order::label_of;
use super::physical::{Op, OpKind, TallyLink, TallyNode, TallyTerm, Turns, Unique, Wedge};
use super::walk::{free_vars, rewrite};
use super::wedge;
use crate::model::{Direction, Var};

/// More edges that could be each other make more terms than counting saves.
const MOST_ALIKE: usize = 4;

/// A smaller pattern, and how often it counts.
pub(super) struct Term {
    factor: i64,
    /// The root first, parents before their children.
    classes: Vec<Class>,
}

/// An expression over one node.
#[derive(Clone, Copy)]
pub(super) struct OfNode<'e> {
    pub(super) expr: &'e Expr,
    pub(super) node: Option<Var>,
}

impl<'e> OfNode<'e> {
    pub(super) fn new(expr: &'e Expr, build: &Build<'_>) -> Self {
        OfNode { expr, node: free_vars(expr, build.subqueries()).first() }
    }
}

/// Nodes of the pattern that are the same node in this term.
struct Class {
    vars: Vec<Var>,
    parent: usize,
    /// The edges to the parent, seen from it.
    links: Vec<TallyLink>,
    /// How often each of them comes, for terms that were put together; see [`TallyNode::powers`].
    powers: Vec<(i64, Vec<u32>)>,
    /// A second parent, and the edge from it.
    wedge: Option<(usize, TallyLink)>,
    /// The types of edges from the node to itself.
    loops: Vec<Option<Labels>>,
}

/// The terms that together count the matches, the pattern itself first; none when a term is neither a tree nor a
/// [ring](wedge::is_ring).
pub(super) fn terms(graph: &QueryGraph, root: Var) -> Option<Vec<Term>> {
    let mut terms: Vec<Term> = Vec::new();
    let ring = wedge::is_ring(graph);
    // The last is the one in which no edges coincide.
    for (parts, factor) in partitions(&graph.edges)?.into_iter().rev() {
        let ring = ring && parts.len() == graph.edges.len();
        let term = Term { factor, classes: classes(graph, root, &parts, ring)? };
        if !terms.iter_mut().any(|other| other.takes(&term)) {
            terms.push(term);
        }
    }
    Some(terms)
}

/// The node that a pattern is best counted from: the one with the most edges.
pub(super) fn centre(graph: &QueryGraph) -> Option<Var> {
    let degree = |node: &Var| graph.edges.iter().filter(|edge| edge.left == *node || edge.right == *node).count();
    // Of several the first.
    graph.nodes.iter().rev().copied().max_by_key(degree)
}

/// Where an edge leads: from the source to the target; undirected ones as they are written.
fn ends(edge: &PatternEdge) -> (Var, Var) {
    if edge.direction == Direction::In { (edge.right, edge.left) } else { (edge.left, edge.right) }
}

/// Whether the two can be the same edge; none when that is the case in a way that makes no smaller pattern.
fn alike(a: &PatternEdge, b: &PatternEdge) -> Option<bool> {
    if a.clause != b.clause {
        return Some(false);
    }
    let (names, others) = (a.types.as_ref().and_then(cost::names), b.types.as_ref().and_then(cost::names));
    if let (Some(names), Some(others)) = (&names, &others)
        && !names.iter().any(|name| others.contains(name))
    {
        return Some(false);
    }
    let directed = a.direction != Direction::Both && b.direction != Direction::Both;
    (a.types == b.types && directed).then_some(true)
}

type Parts<'g> = Vec<Vec<&'g PatternEdge>>;

/// The partitions of the edges into parts that can each be one edge, with their factors.
fn partitions(edges: &[PatternEdge]) -> Option<Vec<(Parts<'_>, i64)>> {
    let mut all: Vec<(Parts<'_>, i64)> = vec![(Vec::new(), 1)];
    for (at, edge) in edges.iter().enumerate() {
        let mut like = 0;
        for other in &edges[..at] {
            like += usize::from(alike(edge, other)?);
        }
        if like >= MOST_ALIKE {
            return None;
        }
        let mut more = Vec::new();
        for (parts, factor) in all {
            for place in 0..parts.len() {
                if alike(edge, parts[place][0]) == Some(true) {
                    let mut joined = parts.clone();
                    joined[place].push(edge);
                    // (-1)^(n-1) (n-1)! of each part of n.
                    more.push((joined, -factor * parts[place].len() as i64));
                }
            }
            let mut alone = parts;
            alone.push(vec![edge]);
            more.push((alone, factor));
        }
        all = more;
    }
    Some(all)
}

/// The pattern in which the edges of each part are one; whether that is a ring is known.
fn classes(graph: &QueryGraph, root: Var, parts: &Parts<'_>, ring: bool) -> Option<Vec<Class>> {
    // Each node's class, by the place of one of its nodes.
    let place = |var: Var| graph.nodes.iter().position(|node| *node == var);
    let mut class: Vec<usize> = (0..graph.nodes.len()).collect();
    for part in parts {
        let (source, target) = ends(part[0]);
        for edge in part {
            for (one, other) in [(source, ends(edge).0), (target, ends(edge).1)] {
                let (one, other) = (class[place(one)?], class[place(other)?]);
                class.iter_mut().filter(|class| **class == other).for_each(|class| *class = one);
            }
        }
    }
    let class_of = |var: Var| place(var).map(|place| class[place]);
    let members = |wanted: usize| {
        let nodes = graph.nodes.iter().enumerate().filter(|(place, _)| class[*place] == wanted);
        nodes.map(|(_, node)| *node).collect::<Vec<Var>>()
    };
    let mut edges = Vec::new();
    for part in parts {
        let (source, target) = ends(part[0]);
        edges.push((class_of(source)?, class_of(target)?, part[0]));
    }
    let mut reached: Vec<(usize, Class)> = Vec::new();
    let new = |class, parent, links| {
        let (vars, powers, loops) = (members(class), Vec::new(), Vec::new());
        Class { vars, parent, links, powers, wedge: None, loops }
    };
    let start = class_of(root)?;
    reached.push((start, new(start, 0, Vec::new())));
    let mut at = 0;
    while at < reached.len() {
        let here = reached[at].0;
        let (touching, others): (Vec<_>, Vec<_>) =
            edges.into_iter().partition(|(source, target, _)| *source == here || *target == here);
        edges = others;
        let mut children: Vec<(usize, Class)> = Vec::new();
        for (source, target, edge) in touching {
            if source == target {
                reached[at].1.loops.push(edge.types.clone());
                continue;
            }
            let (other, direction) = match edge.direction {
                Direction::Both if source == here => (target, Direction::Both),
                Direction::Both => (source, Direction::Both),
                _ if source == here => (target, Direction::Out),
                _ => (source, Direction::In),
            };
            let link = TallyLink { types: edge.types.clone(), direction };
            if let Some((_, known)) = reached.iter_mut().find(|(class, _)| *class == other) {
                // The paths from the root along both sides meet here.
                if !ring {
                    return None;
                }
                known.wedge = Some((at, link));
                continue;
            }
            match children.iter_mut().find(|(class, _)| *class == other) {
                Some((_, child)) => child.links.push(link),
                None => children.push((other, new(other, at, vec![link]))),
            }
        }
        reached.append(&mut children);
        at += 1;
    }
    // The pattern hangs together, or its parts would have to be multiplied.
    let whole = graph.nodes.iter().all(|node| class_of(*node).is_some_and(|c| reached.iter().any(|(r, _)| *r == c)));
    // Two edges between the same nodes that do not lead there by one type each are found one by one.
    whole.then(|| reached.into_iter().map(|(_, class)| class).collect())
}

impl Term {
    /// Takes in another term that asks for the same edges between the same two nodes, only more or less often.
    fn takes(&mut self, other: &Term) -> bool {
        let alike = |one: &Class, other: &Class| {
            one.vars == other.vars
                && (one.loops.is_empty() && other.loops.is_empty())
                && one.links.iter().all(|link| other.links.contains(link))
                && other.links.iter().all(|link| one.links.contains(link))
        };
        let ([root, child], [other_root, other_child]) = (self.classes.as_mut_slice(), other.classes.as_slice()) else {
            return false;
        };
        // Single edges are counted in other ways, which are quicker.
        let single = child.links.len() == 1 && child.powers.is_empty() && other_child.links.len() == 1;
        if single || !alike(root, other_root) || !alike(child, other_child) {
            return false;
        }
        if child.powers.is_empty() {
            let links = std::mem::take(&mut child.links);
            for link in &links {
                if !child.links.contains(link) {
                    child.links.push(link.clone());
                }
            }
            child.powers.push((self.factor, powers(&links, &child.links)));
            self.factor = 1;
        }
        child.powers.push((other.factor, powers(&other_child.links, &child.links)));
        true
    }

    /// As the executor runs it: with what each node must satisfy.
    pub(super) fn physical(
        &self,
        build: &mut Build<'_>,
        predicates: &[OfNode<'_>],
        value: Option<OfNode<'_>>,
        in_all: bool,
    ) -> TallyTerm {
        // The expression when it is about a class, as one about this variable.
        let about = |of: &OfNode<'_>, class: &Class, var: Var| {
            let one = |expr: &Expr| match expr.kind.as_ref() {
                ExprKind::Var(other) if class.vars.contains(other) => Some(Expr::new(expr.span, ExprKind::Var(var))),
                _ => None,
            };
            let node = of.node.filter(|node| class.vars.contains(node))?;
            Some(if node == var { of.expr.clone() } else { rewrite(of.expr, &one) })
        };
        let node = |class: &Class| {
            let var = class.vars[0];
            // All of its variables are one.
            let own = |of: &OfNode<'_>| about(of, class, var);
            let value = value.as_ref().and_then(own);
            let own: Vec<Expr> = predicates.iter().filter_map(own).collect();
            let labels: Vec<&Labels> = own.iter().filter_map(|predicate| label_of(predicate, var)).collect();
            let labels = match labels.as_slice() {
                [] => None,
                [one] => Some((*one).clone()),
                several => Some(Labels::And(several.iter().map(|labels| (*labels).clone()).collect())),
            };
            let (present, tests): (Vec<&Expr>, Vec<&Expr>) = own
                .iter()
                .filter(|predicate| label_of(predicate, var).is_none())
                .partition(|predicate| present_key(predicate, var).is_some());
            let present = present.into_iter().filter_map(|predicate| present_key(predicate, var)).collect();
            let find = all_of(tests.into_iter().cloned().collect()).map(|predicate| {
                let nodes = cost::nodes(build.catalog, &labels.iter().collect::<Vec<_>>());
                let share = build.share(&predicate);
                let mut rows = Rows::leaf(build, OpKind::Unit, []);
                rows.push(build, OpKind::NodeScan { node: var, labels: labels.clone() }, nodes, [var]);
                rows.push(build, OpKind::Filter(predicate), nodes * share, []);
                Box::new(rows.op)
            });
            let (parent, links, loops) = (class.parent, class.links.clone(), class.loops.clone());
            let wedge = class.wedge.clone();
            let wedge = wedge.map(|(parent, link)| Wedge { parent, link, twins: false, turns: Turns::One });
            TallyNode { var, labels, present, find, value, parent, links, powers: class.powers.clone(), wedge, loops }
        };
        let mut nodes: Vec<TallyNode> = self.classes.iter().map(node).collect();
        if self.classes.iter().any(|class| class.wedge.is_some()) {
            let root = self.classes[0].vars[0];
            let own = |class| predicates.iter().filter_map(|of| about(of, class, root)).collect();
            wedge::exchange(&mut nodes, &self.classes.iter().map(own).collect::<Vec<_>>(), in_all);
        }
        TallyTerm { factor: self.factor, nodes }
    }
}

/// How often each of some kinds of links comes.
fn powers(links: &[TallyLink], kinds: &[TallyLink]) -> Vec<u32> {
    kinds.iter().map(|kind| links.iter().filter(|link| *link == kind).count() as u32).collect()
}

/// What makes every row of a tally a group of its own.
pub(super) fn unique(op: &Op, keys: &[(Var, Expr)]) -> Option<Unique> {
    let OpKind::Tally(tally) = &op.kind else { return None };
    // One by one, a node has a row for each match.
    let root = tally.root.filter(|_| tally.otherwise.is_none())?;
    let is_root = |expr: &Expr| matches!(expr.kind.as_ref(), ExprKind::Var(var) if *var == root);
    if keys.iter().any(|(_, expr)| is_root(expr)) {
        return Some(Unique::Row);
    }
    let node = tally.weights.first()?.1.iter().find(|term| term.factor == 1)?.nodes.first()?;
    let Some(Labels::Name(label)) = &node.labels else { return None };
    keys.iter().find_map(|(_, expr)| match expr.kind.as_ref() {
        ExprKind::Property(subject, key) if is_root(subject) => {
            Some(Unique::Property { label: label.clone(), key: key.clone() })
        }
        _ => None,
    })
}

/// The key of `NOT node.key IS NULL`.
fn present_key(predicate: &Expr, node: Var) -> Option<String> {
    let ExprKind::Unary(UnaryOp::Not, inner) = predicate.kind.as_ref() else { return None };
    let ExprKind::IsNull(property) = inner.kind.as_ref() else { return None };
    match property.kind.as_ref() {
        ExprKind::Property(subject, key) if matches!(subject.kind.as_ref(), ExprKind::Var(var) if *var == node) => {
            Some(key.clone())
        }
        _ => None,
    }
}

/// About how many steps of counting cost as much as a row that is found, handed on and folded.
pub(super) const ROW: f64 = 20.0;

/// About how many steps it takes to count the terms.
pub(super) fn cost(build: &Build<'_>, terms: &[TallyTerm]) -> f64 {
    let catalog = build.catalog;
    let mut steps = 0.0;
    let found = |node: &TallyNode| node.find.as_ref().map_or(0.0, |find| super::build::work(find) * ROW / 2.0);
    for term in terms {
        // Few graphs have loops, and where there are none the term is nothing.
        if term.nodes.iter().any(|node| !node.loops.is_empty()) {
            continue;
        }
        if let Some(paths) = wedge::steps(build, term) {
            steps += paths + term.nodes.iter().map(found).sum::<f64>();
            continue;
        }
        for (at, node) in term.nodes.iter().enumerate() {
            let leaf = !term.nodes.iter().skip(1).any(|child| child.parent == at);
            let degree = leaf && node.find.is_none() && node.links.len() == 1 && node.powers.is_empty();
            let edges: f64 = node.links.iter().map(|link| cost::edges(catalog, link.types.as_ref())).sum();
            steps += found(node) + if degree { catalog.nodes() as f64 / 10.0 } else { edges };
        }
    }
    steps
}
