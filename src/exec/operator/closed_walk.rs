//! The shortest walks that lead from a node back to it.
//!
//! Breadth first from the node; a place in the search is a node together with the edge that the walk began with, so
//! that a walk along undirected edges does not return by the edge it left by. The first level that closes a walk has
//! the shortest ones; none of them passes any node twice, so none repeats an edge.

use std::collections::HashMap;

use super::expand::Edges;
use super::{Batch, Context, Result};
use crate::model::{EdgeId, NodeId};

/// A node, and the first edge of the walk to it.
type Place = (NodeId, EdgeId);

/// How the search came to a place: its distance, and the edges that lead one step back.
struct Reached {
    depth: u64,
    back: Vec<(EdgeId, Place)>,
}

/// One or all of the shortest walks from `start` back to it, of at least one edge and at most `max`.
pub(super) fn closed_walks<'g>(
    ctx: &mut Context<'g>,
    edges: &Edges,
    (rows, row): (&Batch<'g>, usize),
    start: NodeId,
    (max, all): (u64, bool),
) -> Result<Vec<Vec<EdgeId>>> {
    let direction = edges.step.direction;
    let mut reached: HashMap<Place, Reached> = HashMap::new();
    let mut frontier: Vec<Place> = Vec::new();
    if max == 0 {
        return Ok(Vec::new());
    }
    let mut loops = Vec::new();
    for (edge, other) in edges.candidates(ctx, rows, row, start, direction)? {
        if other == start {
            loops.push(vec![edge]);
        } else if reached.insert((other, edge), Reached { depth: 1, back: Vec::new() }).is_none() {
            frontier.push((other, edge));
        }
    }
    if !loops.is_empty() {
        loops.truncate(if all { usize::MAX } else { 1 });
        return Ok(loops);
    }
    let mut held = 0;
    let mut depth = 1;
    let mut closing: Vec<(EdgeId, Place)> = Vec::new();
    while closing.is_empty() && !frontier.is_empty() && depth < max {
        ctx.check()?;
        depth += 1;
        let mut next = Vec::new();
        for place in std::mem::take(&mut frontier) {
            for (edge, other) in edges.candidates(ctx, rows, row, place.0, direction)? {
                if other == start {
                    if edge != place.1 {
                        closing.push((edge, place));
                    }
                    continue;
                }
                let at = (other, place.1);
                let known = reached.entry(at).or_insert_with(|| {
                    next.push(at);
                    Reached { depth, back: Vec::new() }
                });
                if known.depth == depth && (all || known.back.is_empty()) {
                    known.back.push((edge, place));
                }
            }
        }
        let size = (next.len() * size_of::<(Place, Reached, EdgeId)>()) as u64;
        held += size;
        ctx.hold(size)?;
        frontier = next;
    }
    let mut walks = Vec::new();
    closing.truncate(if all { usize::MAX } else { 1 });
    for (edge, place) in closing {
        // From the end to the start: what is left to walk back, and the edges behind it, the last first.
        let mut open = vec![(place, vec![edge])];
        while let Some((place, mut walk)) = open.pop() {
            let Some(known) = reached.get(&place) else { continue };
            for (edge, before) in known.back.iter().skip(1) {
                let mut other = walk.clone();
                other.push(*edge);
                open.push((*before, other));
            }
            match known.back.first() {
                Some((edge, before)) => {
                    walk.push(*edge);
                    open.push((*before, walk));
                }
                None => {
                    walk.push(place.1);
                    walk.reverse();
                    ctx.hold(size_of_val(walk.as_slice()) as u64)?;
                    held += size_of_val(walk.as_slice()) as u64;
                    walks.push(walk);
                }
            }
        }
    }
    ctx.release(held);
    Ok(walks)
}
