//! `ShortestPath`: for each input row with both ends bound, one or all of the shortest walks between them.
//!
//! Breadth first from both ends at once (Pohl, *Bi-directional Search*, 1971): whole levels in turn, the smaller
//! frontier first, until a level reaches a node that the other side knows. A shortest walk has exactly one node at the
//! depth where the sides meet, so each is built once. Two ends that are one node have the empty walk when zero edges
//! are allowed, and none otherwise.

use std::collections::HashMap;

use super::expand::{Edges, node};
use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::model::{Column, Direction, EdgeId, NodeId, Value, Var};

/// How many nodes are reached between two looks at the limits.
const STEPS: usize = 4096;

pub(super) struct ShortestPath<'g> {
    input: Boxed<'g>,
    edges: Edges,
    min: u64,
    max: u64,
    all: bool,
    live: Vec<Var>,
    current: Batch<'g>,
    row: usize,
}

/// How a side of the search came to a node: its distance, and the edges that lead one step back.
struct Reached {
    depth: u64,
    back: Vec<(EdgeId, NodeId)>,
}

struct Side {
    reached: HashMap<NodeId, Reached>,
    frontier: Vec<NodeId>,
    depth: u64,
    direction: Direction,
}

impl<'g> ShortestPath<'g> {
    pub(super) fn new(input: Boxed<'g>, edges: Edges, bounds: (u64, Option<u64>), all: bool, live: Vec<Var>) -> Self {
        let (min, max) = (bounds.0, bounds.1.unwrap_or(u64::MAX));
        ShortestPath { input, edges, min, max, all, live, current: Batch::default(), row: 0 }
    }

    fn walks(&self, ctx: &mut Context<'g>, from: NodeId, to: NodeId) -> Result<Vec<Vec<EdgeId>>> {
        if from == to {
            return Ok(if self.min == 0 { vec![Vec::new()] } else { Vec::new() });
        }
        let direction = self.edges.step.direction;
        let mut near = Side::new(from, direction);
        let mut far = Side::new(to, direction.reverse());
        loop {
            if near.depth + far.depth >= self.max || near.frontier.is_empty() || far.frontier.is_empty() {
                return Ok(Vec::new());
            }
            let (grows, other) =
                if near.frontier.len() <= far.frontier.len() { (&mut near, &far) } else { (&mut far, &near) };
            self.level(ctx, grows)?;
            let mut met: Vec<NodeId> =
                grows.frontier.iter().copied().filter(|node| other.reached.contains_key(node)).collect();
            if !met.is_empty() {
                met.sort_unstable();
                return Ok(self.join(&near, &far, &met));
            }
        }
    }

    /// Takes one side a whole level further.
    fn level(&self, ctx: &mut Context<'g>, side: &mut Side) -> Result<()> {
        side.depth += 1;
        let mut next = Vec::new();
        for (i, at) in std::mem::take(&mut side.frontier).into_iter().enumerate() {
            if i % STEPS == 0 {
                ctx.check()?;
            }
            for (edge, other) in self.edges.candidates(ctx, &self.current, self.row, at, side.direction)? {
                let depth = side.depth;
                let reached = side.reached.entry(other).or_insert_with(|| {
                    next.push(other);
                    Reached { depth, back: Vec::new() }
                });
                if reached.depth == depth && (self.all || reached.back.is_empty()) {
                    reached.back.push((edge, at));
                }
            }
        }
        side.frontier = next;
        Ok(())
    }

    fn join(&self, near: &Side, far: &Side, met: &[NodeId]) -> Vec<Vec<EdgeId>> {
        let mut walks = Vec::new();
        for node in met {
            for mut first in near.back_from(*node) {
                first.reverse();
                for second in far.back_from(*node) {
                    walks.push([first.as_slice(), second.as_slice()].concat());
                    if !self.all {
                        return walks;
                    }
                }
            }
        }
        walks
    }
}

impl Side {
    fn new(start: NodeId, direction: Direction) -> Self {
        let reached = HashMap::from([(start, Reached { depth: 0, back: Vec::new() })]);
        Side { reached, frontier: vec![start], depth: 0, direction }
    }

    /// Every shortest walk from the node back to this side's start.
    fn back_from(&self, node: NodeId) -> Vec<Vec<EdgeId>> {
        let mut done = Vec::new();
        let mut open = vec![(node, Vec::new())];
        while let Some((at, walk)) = open.pop() {
            match self.reached.get(&at) {
                Some(reached) if reached.depth > 0 => {
                    for (edge, before) in reached.back.iter().rev() {
                        let mut longer = walk.clone();
                        longer.push(*edge);
                        open.push((*before, longer));
                    }
                }
                _ => done.push(walk),
            }
        }
        done
    }
}

impl<'g> Operator<'g> for ShortestPath<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
            self.current = batch;
            self.row = 0;
        }
        self.edges.resolve(&ctx.view);
        let (mut rows, mut found, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        while found.len() < ROWS && self.row < self.current.len {
            let step = &self.edges.step;
            if let (Some(from), Some(to)) =
                (node(&self.current, step.from, self.row), node(&self.current, step.to, self.row))
            {
                for walk in self.walks(ctx, from, to)? {
                    found.push(Value::list(walk.into_iter().map(Value::Edge).collect()));
                    ends.push(to);
                    rows.push(self.row as u32);
                }
            }
            self.row += 1;
        }
        let columns = [(self.edges.step.edge, Column::Value(found)), (self.edges.step.to, Column::Node(ends))];
        Ok(Some(beside(&self.current, &rows, &self.live, columns)))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.edges.forget();
        self.current = Batch::default();
        self.row = 0;
    }
}
