//! Anonymous edges: edges that nobody asks for are told apart by their ends.
//!
//! In: operators, pruned as if no edge had to differ from another one, so that an edge that is not handed on is one that nobody
//! asks for. Out: where several such edges could be the same, they name each other's ends (`taken`) instead of each other
//! (`unlike`), and need not be found, only counted: of the edges that lead from one node to another there are as many left for one
//! of them as the others have not taken.
//!
//! Which edge is taken nobody knows, so all that could be the same must be anonymous, lead the same way between two nodes that
//! are known, and be of the same types: then any of them will do for any.

use std::collections::{BTreeMap, BTreeSet};

use super::build::Built;
use super::expr::Labels;
use super::physical::{Expand, Op, OpKind};
use crate::model::{Direction, Var, deep};

/// What is known of an edge.
struct Edge {
    /// Its source and target; none when it is asked for, or no single edge in one direction.
    ends: Option<(Var, Var)>,
    types: Option<Labels>,
    unlike: Vec<Var>,
}

/// Whether some edge must differ from others.
pub(super) fn any_unlike(built: &mut Built) -> bool {
    let mut any = false;
    visit(built, &mut |expand, _| any |= !expand.unlike.is_empty());
    any
}

/// Lets anonymous edges name ends.
pub(super) fn mark(built: &mut Built) {
    let mut edges: BTreeMap<Var, Edge> = BTreeMap::new();
    visit(built, &mut |expand, anonymous| {
        let ends = match expand.direction {
            Direction::Out => Some((expand.from, expand.to)),
            Direction::In => Some((expand.to, expand.from)),
            Direction::Both => None,
        };
        let (types, unlike) = (expand.types.clone(), expand.unlike.clone());
        edges.insert(expand.edge, Edge { ends: ends.filter(|_| anonymous), types, unlike });
    });
    let named = named(&edges);
    visit(built, &mut |expand, _| {
        if !named.contains(&expand.edge) {
            let unlike = std::mem::take(&mut expand.unlike);
            expand.taken = unlike.iter().filter_map(|other| edges.get(other)?.ends).collect();
        }
    });
}

/// The edges that must be known, because they are asked for, or could be the same as one that must be.
fn named(edges: &BTreeMap<Var, Edge>) -> BTreeSet<Var> {
    let mut named: BTreeSet<Var> = edges.iter().filter(|(_, edge)| edge.ends.is_none()).map(|(var, _)| *var).collect();
    loop {
        let before = named.len();
        for (var, edge) in edges {
            let odd =
                |other: &Var| named.contains(other) || edges.get(other).is_none_or(|other| other.types != edge.types);
            if named.contains(var) || edge.unlike.iter().any(odd) {
                named.insert(*var);
                named.extend(&edge.unlike);
            }
        }
        if named.len() == before {
            return named;
        }
    }
}

/// Calls `found` with each step and whether it is along a single edge that nobody asks for.
fn visit(built: &mut Built, found: &mut dyn FnMut(&mut Expand, bool)) {
    let subplans = built.subplans.iter_mut().map(|subplan| &mut subplan.root);
    std::iter::once(&mut built.root).chain(subplans).for_each(|root| steps(root, found));
}

fn steps(op: &mut Op, found: &mut dyn FnMut(&mut Expand, bool)) {
    let live = &op.live;
    match &mut op.kind {
        OpKind::Expand(expand) => found(expand, !live.contains(&expand.edge)),
        OpKind::Intersect { arms, .. } => arms.iter_mut().for_each(|arm| found(arm, !live.contains(&arm.edge))),
        // The first edge of a pattern; one that must differ from others is tested edge by edge.
        OpKind::EdgeScan(expand) => found(expand, expand.unlike.is_empty() && !live.contains(&expand.edge)),
        OpKind::VarExpand { expand, .. } | OpKind::ShortestPath { expand, .. } | OpKind::GroupExpand { expand, .. } => {
            found(expand, false);
        }
        _ => {}
    }
    op.below_mut().into_iter().for_each(|below| deep(|| steps(below, found)));
}
