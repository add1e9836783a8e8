//! Canonical: an order of a pattern's nodes and edges that does not depend on how the pattern was written.
//!
//! In: a query graph. Out: its nodes and edges in an order that follows from what they are: labels, predicates, types, and
//! how they hang together. Whoever goes through them in this order, and takes the first of several that are as good, plans
//! the same pattern the same way, whichever part was written first and from whichever end.
//!
//! Nodes get colours, which are refined by the colours of their neighbours until nothing changes (Weisfeiler and Leman, *The
//! Reduction of a Graph to Canonical Form*, 1968). Where nodes stay alike, one is set apart, by its name where it has one, and
//! refining goes on. Colours are sums of hashes, so that the order of what is summed up does not matter.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::expr::{Expr, ExprKind, Labels};
use super::logical::{PatternEdge, QueryGraph, Subquery};
use super::walk::{children, free_vars};
use crate::model::{Direction, Var};

/// Of larger patterns, nodes that stay alike are told apart by their names and places alone, which takes no further rounds.
const MOST_SET_APART: usize = 24;

/// A pattern's parts in canonical order.
pub(super) struct Canonical<'p> {
    pub(super) nodes: Vec<Var>,
    pub(super) edges: Vec<&'p PatternEdge>,
}

/// Orders the parts; `names` are those of all variables, and a node in `bound` is known before.
pub(super) fn canonical<'p>(
    graph: &'p QueryGraph,
    subqueries: &[Subquery],
    names: &[String],
    bound: &dyn Fn(Var) -> bool,
) -> Canonical<'p> {
    let places = Places(&graph.nodes);
    let ends = |edge: &PatternEdge| (places.of(edge.left), places.of(edge.right));
    let links: Vec<Link> = graph
        .edges
        .iter()
        .map(|edge| {
            let (left, right) = ends(edge);
            Link { left, right, color: edge_color(edge), direction: edge.direction }
        })
        .collect();
    let mut colors: Vec<u64> = graph.nodes.iter().map(|node| hash(&[1, u64::from(bound(*node))])).collect();
    let mut joins = Vec::new();
    for predicate in &graph.predicates {
        let mut touched = Vec::new();
        for var in free_vars(predicate, subqueries) {
            match places.of(var) {
                NOWHERE => {
                    if let Some(edge) = graph.edges.iter().find(|edge| edge.var == var) {
                        touched.extend([ends(edge).0, ends(edge).1]);
                    }
                }
                place => touched.push(place),
            }
        }
        touched.retain(|place| *place != NOWHERE);
        match touched.as_slice() {
            [] => {}
            [place] => {
                let own = expr_color(predicate);
                colors[*place] = colors[*place].wrapping_add(own);
            }
            _ => joins.push((touched, expr_color(predicate))),
        }
    }
    refine(&mut colors, &links, &joins);
    let name = |place: usize| {
        let name = names.get(graph.nodes[place].index()).map_or("", String::as_str);
        // Made-up names count up in the order of the text.
        if name.starts_with('<') { "" } else { name }
    };
    let mut order: Vec<usize> = (0..colors.len()).collect();
    while colors.len() <= MOST_SET_APART {
        order.sort_by_key(|place| colors[*place]);
        let alike = order.chunk_by(|a, b| colors[*a] == colors[*b]).find(|class| class.len() > 1);
        let Some(one) = alike.and_then(|class| class.iter().min_by_key(|place| (name(**place), **place)).copied())
        else {
            break;
        };
        colors[one] = hash(&[2, colors[one]]);
        refine(&mut colors, &links, &joins);
    }
    order.sort_by(|a, b| colors[*a].cmp(&colors[*b]).then_with(|| name(*a).cmp(name(*b))).then(a.cmp(b)));
    let mut rank = vec![0; order.len()];
    order.iter().enumerate().for_each(|(at, place)| rank[*place] = at);
    let nodes = order.iter().map(|place| graph.nodes[*place]).collect();
    let mut edges: Vec<usize> = (0..links.len()).collect();
    let at = |place: usize| rank.get(place).copied().unwrap_or(NOWHERE);
    edges.sort_by_cached_key(|edge| {
        let Link { left, right, color, direction } = links[*edge];
        let (left, right) = (at(left), at(right));
        let seen = if left <= right { direction } else { direction.reverse() };
        (left.min(right), left.max(right), color, seen as u8, *edge)
    });
    Canonical { nodes, edges: edges.into_iter().map(|edge| &graph.edges[edge]).collect() }
}

const NOWHERE: usize = usize::MAX;

/// Where each variable stands among the nodes.
struct Places<'n>(&'n [Var]);

impl Places<'_> {
    fn of(&self, var: Var) -> usize {
        self.0.iter().position(|node| *node == var).unwrap_or(NOWHERE)
    }
}

/// An edge between places.
#[derive(Clone, Copy)]
struct Link {
    left: usize,
    right: usize,
    color: u64,
    direction: Direction,
}

/// Colours by the colours of neighbours, as often as it may tell nodes apart.
fn refine(colors: &mut Vec<u64>, links: &[Link], joins: &[(Vec<usize>, u64)]) {
    let distinct = |colors: &[u64]| {
        let mut sorted = colors.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        sorted.len()
    };
    let mut before = 0;
    // The first round always counts: it tells what hangs together with what.
    loop {
        let count = distinct(colors);
        if before > 0 && count <= before {
            return;
        }
        before = count;
        let mut next: Vec<u64> = colors.iter().map(|color| hash(&[3, *color])).collect();
        let get = |place: usize| colors.get(place).copied().unwrap_or(0);
        for Link { left, right, color, direction } in links {
            for (here, there, seen) in [(*left, *right, *direction), (*right, *left, direction.reverse())] {
                if let Some(sum) = next.get_mut(here) {
                    *sum = sum.wrapping_add(hash(&[4, *color, seen as u64, get(there)]));
                }
            }
        }
        for (touched, color) in joins {
            let all = touched.iter().fold(0u64, |sum, place| sum.wrapping_add(hash(&[5, get(*place)])));
            for place in touched {
                next[*place] = next[*place].wrapping_add(hash(&[6, *color, all]));
            }
        }
        *colors = next;
    }
}

/// Mixes well, or sums of colours would tell less than the colours: a hash that multiplies only is linear.
fn hash(words: &[u64]) -> u64 {
    words.iter().fold(0, |state: u64, word| {
        let mut mixed = state.rotate_left(7).wrapping_add(*word).wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    })
}

fn text(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// What an edge demands, whichever end comes first.
fn edge_color(edge: &PatternEdge) -> u64 {
    let types = edge.types.as_ref().map_or(7, label_color);
    let walk = edge.walk.as_ref().map_or(8, |walk| {
        let filter = walk.filter.as_ref().map_or(9, expr_color);
        let kind = u64::from(walk.shortest.is_some()) * 2 + u64::from(walk.group.is_some());
        hash(&[walk.min, walk.max.unwrap_or(u64::MAX), filter, kind])
    });
    hash(&[10, types, walk, u64::from(edge.bound.is_some())])
}

fn label_color(labels: &Labels) -> u64 {
    let all = |parts: &[Labels]| parts.iter().fold(0u64, |sum, part| sum.wrapping_add(label_color(part)));
    match labels {
        Labels::Name(name) => hash(&[11, text(name)]),
        Labels::Any => 12,
        Labels::Not(inner) => hash(&[13, label_color(inner)]),
        Labels::And(parts) => hash(&[14, all(parts)]),
        Labels::Or(parts) => hash(&[15, all(parts)]),
    }
}

/// What an expression computes, whatever its variables are called.
fn expr_color(expr: &Expr) -> u64 {
    let own = match expr.kind.as_ref() {
        ExprKind::Literal(value) => hash(&[16, text(&format!("{value:?}"))]),
        ExprKind::Parameter(name) => hash(&[17, text(name)]),
        ExprKind::Property(_, key) => hash(&[18, text(key)]),
        ExprKind::HasLabels(_, labels) => hash(&[19, label_color(labels)]),
        ExprKind::Unary(op, _) => hash(&[20, *op as u64]),
        ExprKind::Binary(op, ..) => hash(&[21, *op as u64]),
        ExprKind::Compare(op, ..) => hash(&[22, *op as u64]),
        ExprKind::Call(function, _) => hash(&[23, text(&format!("{function:?}"))]),
        ExprKind::Var(_) => 24,
        ExprKind::IsNull(_) => 25,
        ExprKind::Subquery { .. } => 26,
        _ => 27,
    };
    let mut color = own;
    let mut place = 0;
    children(expr, &mut |child| {
        place += 1;
        color = hash(&[color, place, expr_color(child)]);
    });
    color
}
