//! `VarExpand`: for each input row, the trails (walks that repeat no edge) of bounded length from a node.
//!
//! Depth first, with the path so far as the only state, so memory grows with the length of a trail and not with their
//! number; the search stops in the middle of a row when a batch is full and goes on there. Trails can be as long as the graph
//! has edges: a batch of long ones is a short batch, and where nobody asks for their edges they are not written down.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::expand::{Edges, node, unlike};
use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::model::value::Free;
use crate::model::{Column, EdgeId, NodeId, Value, Var, garbage};

/// How many steps pass between two looks at the limits.
const STEPS: usize = 4096;

/// How many edges the trails of a batch have together, about.
const EDGES: usize = 64 * ROWS;

pub(super) struct VarExpand<'g> {
    input: Boxed<'g>,
    edges: Edges,
    min: usize,
    max: usize,
    live: Vec<Var>,
    current: Batch<'g>,
    row: usize,
    steps: usize,
    search: Option<Search>,
    /// Bytes of the search that is open.
    held: u64,
}

/// The search of one row.
struct Search {
    to: Option<NodeId>,
    unlike: Vec<EdgeId>,
    trail: Trail,
    /// The edges at the nodes of the trail, those of one behind those of the other.
    open: Vec<(EdgeId, NodeId)>,
    /// For each node of the trail, the next of these to be tried there, and where its own end.
    at: Vec<(usize, usize)>,
}

impl Drop for Search {
    fn drop(&mut self) {
        garbage::plain(std::mem::take(&mut self.open));
    }
}

/// The trail so far.
#[derive(Default)]
struct Trail {
    edges: Vec<EdgeId>,
    /// Those behind the first few, which are looked through one by one.
    later: FxHashSet<EdgeId>,
}

impl Trail {
    const FEW: usize = 16;

    fn len(&self) -> usize {
        self.edges.len()
    }

    fn contains(&self, edge: EdgeId) -> bool {
        self.edges.iter().take(Self::FEW).any(|other| *other == edge) || self.later.contains(&edge)
    }

    fn push(&mut self, edge: EdgeId) {
        if self.edges.len() >= Self::FEW {
            self.later.insert(edge);
        }
        self.edges.push(edge);
    }

    fn pop(&mut self) {
        if let Some(edge) = self.edges.pop().filter(|_| self.edges.len() >= Self::FEW) {
            self.later.remove(&edge);
        }
    }
}

impl<'g> VarExpand<'g> {
    pub(super) fn new(input: Boxed<'g>, edges: Edges, bounds: (u64, Option<u64>), live: Vec<Var>) -> Self {
        let min = usize::try_from(bounds.0).unwrap_or(usize::MAX);
        let max = bounds.1.map_or(usize::MAX, |max| usize::try_from(max).unwrap_or(usize::MAX));
        VarExpand { input, edges, min, max, live, current: Batch::default(), row: 0, steps: 0, search: None, held: 0 }
    }

    /// Starts the search of the next row; its start itself is a trail when none is too short.
    fn start(&mut self, ctx: &mut Context<'g>, found: &mut Found<'g>) -> Result<()> {
        let step = &self.edges.step;
        let to = if step.to_bound { node(&self.current, step.to, self.row) } else { None };
        let from = node(&self.current, step.from, self.row).filter(|_| !step.to_bound || to.is_some());
        let Some(from) = from else {
            self.row += 1;
            return Ok(());
        };
        let unlike = unlike(step, &self.current, self.row);
        let mut search = Search { to, unlike, trail: Trail::default(), open: Vec::new(), at: Vec::new() };
        ctx.release(std::mem::take(&mut self.held));
        if self.min == 0 && search.may_end(from, &self.edges, ctx) {
            found.push(self.row, &search.trail.edges, from);
        }
        if self.max > 0 {
            self.open(ctx, from, &mut search)?;
        }
        self.search = Some(search);
        Ok(())
    }

    /// Goes on from a node of the trail: the edges there are to be tried.
    fn open(&mut self, ctx: &mut Context<'g>, from: NodeId, search: &mut Search) -> Result<()> {
        let (first, direction) = (search.open.len(), self.edges.step.direction);
        self.edges.add_candidates(ctx, &self.current, self.row, (from, direction), &mut search.open)?;
        search.at.push((first, search.open.len()));
        let bytes = open_bytes(search.open.len() - first);
        self.held += bytes;
        ctx.hold(bytes)
    }

    /// Goes on with the search of this row until it ends or the batch is full.
    fn advance(&mut self, ctx: &mut Context<'g>, mut search: Search, found: &mut Found<'g>) -> Result<()> {
        while let Some((next, end)) = search.at.last_mut() {
            self.steps += 1;
            if self.steps.is_multiple_of(STEPS) {
                ctx.check()?;
            }
            if next == end {
                search.at.pop();
                let first = search.at.last().map_or(0, |(_, end)| *end);
                let bytes = open_bytes(search.open.len() - first);
                search.open.truncate(first);
                self.held -= bytes;
                ctx.release(bytes);
                search.trail.pop();
                continue;
            }
            let (edge, other) = search.open[*next];
            *next += 1;
            if search.trail.contains(edge) || search.unlike.contains(&edge) {
                continue;
            }
            search.trail.push(edge);
            if search.trail.len() >= self.min && search.may_end(other, &self.edges, ctx) {
                found.push(self.row, &search.trail.edges, other);
            }
            if search.trail.len() < self.max {
                self.open(ctx, other, &mut search)?;
            } else {
                search.trail.pop();
            }
            if found.is_full() {
                self.search = Some(search);
                return Ok(());
            }
        }
        self.row += 1;
        Ok(())
    }
}

impl Search {
    fn may_end(&self, node: NodeId, edges: &Edges, ctx: &Context<'_>) -> bool {
        match self.to {
            Some(to) => to == node,
            None => edges.may_end(node, &ctx.view),
        }
    }
}

/// About how many bytes a node of the trail with so many edges takes; its own edge is known by a table, too.
fn open_bytes(edges: usize) -> u64 {
    (edges * size_of::<(EdgeId, NodeId)>() + size_of::<(usize, usize)>() + 4 * size_of::<EdgeId>()) as u64
}

/// The trails of a batch.
struct Found<'g> {
    rows: Vec<u32>,
    /// None when nobody asks for the edges.
    trails: Option<Vec<Value<'g>>>,
    /// How many edges they have together.
    edges: usize,
    ends: Vec<NodeId>,
}

impl Found<'_> {
    fn push(&mut self, row: usize, trail: &[EdgeId], end: NodeId) {
        self.rows.push(row as u32);
        if let Some(trails) = &mut self.trails {
            let edges = Free(trail.iter().map(|edge| Value::Edge(*edge)).collect());
            trails.push(Value::List(Arc::new(edges.into())));
            self.edges += trail.len();
        }
        self.ends.push(end);
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= ROWS || self.edges >= EDGES
    }
}

impl<'g> Operator<'g> for VarExpand<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
            self.current = batch;
            self.row = 0;
        }
        self.edges.resolve(&ctx.view);
        let trails = self.live.contains(&self.edges.step.edge).then(Vec::new);
        let mut found = Found { rows: Vec::new(), trails, edges: 0, ends: Vec::new() };
        while !found.is_full() && self.row < self.current.len {
            match self.search.take() {
                None => self.start(ctx, &mut found)?,
                Some(search) => self.advance(ctx, search, &mut found)?,
            }
        }
        let step = &self.edges.step;
        let trails = found.trails.map_or(Column::Absent, Column::Value);
        let columns = [(step.edge, trails), (step.to, Column::Node(found.ends))];
        Ok(Some(beside(&self.current, &found.rows, &self.live, columns)))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.edges.forget();
        self.current = Batch::default();
        self.row = 0;
        self.search = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, Z, given, lengths, rows, step};
    use super::*;
    use crate::model::Direction;

    type Bounds = (u64, Option<u64>);

    fn walks(input: &[&str], direction: Direction, bounds: Bounds, to_bound: bool) -> VarExpand<'static> {
        let edges = Edges::new(step(direction, Some("R"), to_bound), Var(4), None);
        VarExpand::new(given(input), edges, bounds, vec![X, Y, Z])
    }

    #[test]
    fn trails_within_bounds() {
        let cases: [(&[&str], Direction, Bounds, bool, &str); 8] = [
            (&[], Direction::Out, (1, None), false, ""),
            (&["null"], Direction::Out, (0, None), false, ""),
            (&["n1"], Direction::Out, (0, Some(0)), false, "[] n1"),
            (&["n1"], Direction::Out, (1, None), false, "[e1] n2, [e1;e3] n2"),
            (&["n0, null", "n2"], Direction::Out, (2, Some(2)), false, "[e0;e1] n2"),
            (&["n1"], Direction::Both, (2, Some(2)), false, "[e1;e3] n2"),
            (&["n0 0 n2, n0 0 null"], Direction::Out, (0, None), true, "[e0;e1] n2, [e0;e1;e3] n2"),
            (&["n1"], Direction::Out, (3, Some(2)), false, ""),
        ];
        for (input, direction, bounds, to_bound, expected) in cases {
            let found = rows(walks(input, direction, bounds, to_bound), &[Y, Z]);
            assert_eq!(found, expected, "{input:?} {direction:?} {bounds:?}");
        }
        // Three trails a row: the search stops within one and goes on there.
        let input = vec!["n0"; 683].join(",");
        assert_eq!(lengths(walks(&[&input], Direction::Out, (1, None), false)), [2048, 1]);
    }
}
