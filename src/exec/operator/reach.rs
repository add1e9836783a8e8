//! `Reach`: for each input row, the nodes where walks of bounded length from a node end, each once.
//!
//! Breadth first; a node is gone on from when it is first met, which is by a shortest walk.

use super::ahead::{AHEAD, fetch};
use super::bits::Bits;
use super::expand::{Edges, node};
use super::{Batch, Boxed, Context, Operator, Result, beside, take_next};
use crate::exec::batch::ROWS;
use crate::model::{Column, Direction, NodeId, Var};
use crate::store::Adjacency;

/// How many steps a search takes before it asks whether to go on.
const PATIENCE: usize = 1 << 14;

pub(super) struct Reach<'g> {
    input: Boxed<'g>,
    edges: Edges,
    /// Whether every edge will do.
    free: bool,
    min: u64,
    max: Option<u64>,
    live: Vec<Var>,
    current: Batch<'g>,
    row: usize,
    /// The neighbours as slices, when there are such; known when it first runs.
    slices: Option<Option<Adjacency<'g>>>,
    /// What this search has met; empty between searches.
    met: Bits,
    /// What a row's search found, and how many of them were given.
    found: Vec<NodeId>,
    given: usize,
    held: u64,
}

impl<'g> Reach<'g> {
    pub(super) fn new(
        input: Boxed<'g>,
        (edges, free): (Edges, bool),
        (min, max): (u64, Option<u64>),
        live: Vec<Var>,
    ) -> Self {
        Reach {
            input,
            edges,
            free,
            min,
            max,
            live,
            current: Batch::default(),
            row: 0,
            slices: None,
            met: Bits::default(),
            found: Vec::new(),
            given: 0,
            held: 0,
        }
    }

    /// Searches from the row's node.
    fn search(&mut self, ctx: &mut Context<'g>) -> Result<()> {
        let Some(from) = node(&self.current, self.edges.step.from, self.row) else { return Ok(()) };
        let mut found = Vec::new();
        if self.min == 0 {
            self.met.insert(from.0);
            found.push(from);
        }
        let mut frontier = vec![from];
        let mut depth = 0;
        while !frontier.is_empty() && self.max.is_none_or(|max| depth < max) {
            depth += 1;
            let next = self.step(frontier, ctx)?;
            found.extend(&next);
            frontier = next;
            // The start is met like any other, and was gone on from already.
            frontier.retain(|node| *node != from);
        }
        found.iter().for_each(|node| self.met.remove(node.0));
        found.retain(|node| self.edges.may_end(*node, &ctx.view));
        let bytes = 4 * found.len() as u64;
        self.held += bytes;
        ctx.hold(bytes)?;
        (self.found, self.given) = (found, 0);
        Ok(())
    }

    /// The nodes that are one edge away from these, and were not met before.
    fn step(&mut self, frontier: Vec<NodeId>, ctx: &mut Context<'g>) -> Result<Vec<NodeId>> {
        let direction = self.edges.step.direction;
        let mut next = Vec::new();
        let mut steps = 0;
        for (place, at) in frontier.iter().copied().enumerate() {
            if let (Some(Some(slices)), true) = (&self.slices, place.is_multiple_of(AHEAD)) {
                fetch(slices, frontier[place..].iter().copied().take(AHEAD));
            }
            let before = next.len();
            match &self.slices {
                Some(Some(slices)) => {
                    let ends = slices.ends(at);
                    steps += ends.len();
                    for end in ends {
                        if self.met.is_new(*end) {
                            next.push(NodeId(*end));
                        }
                    }
                }
                _ if self.free => {
                    for end in ctx.view.ends(at, direction, self.edges.types()).iter() {
                        if self.met.is_new(*end) {
                            next.push(NodeId(*end));
                        }
                    }
                }
                _ => {
                    for (_, end) in self.edges.candidates(ctx, &self.current, self.row, at, direction)? {
                        if self.met.is_new(end.0) {
                            next.push(end);
                        }
                    }
                }
            }
            steps += next.len() - before + 1;
            if steps > PATIENCE {
                ctx.check()?;
                steps = 0;
            }
        }
        Ok(next)
    }
}

impl<'g> Operator<'g> for Reach<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if !take_next(&mut self.input, (&mut self.current, &mut self.row), &mut self.held, ctx)? {
            return Ok(None);
        }
        self.edges.resolve(&ctx.view);
        if self.slices.is_none() {
            let direction = self.edges.step.direction;
            let slices = self.free && direction != Direction::Both;
            self.slices = Some(if slices { ctx.view.adjacency(self.edges.types(), direction) } else { None });
            let met = Bits::none(ctx.view.node_bound());
            if met.bytes() > self.met.bytes() {
                self.held += met.bytes();
                ctx.hold(met.bytes())?;
                self.met = met;
            }
        }
        let (mut rows, mut ends) = (Vec::new(), Vec::new());
        while ends.len() < ROWS && self.row < self.current.len {
            if self.given == self.found.len() {
                self.search(ctx)?;
            }
            let left = &self.found[self.given..];
            let given = left.len().min(ROWS - ends.len());
            ends.extend_from_slice(&left[..given]);
            rows.resize(ends.len(), self.row as u32);
            self.given += given;
            if self.given == self.found.len() {
                self.row += 1;
            }
        }
        Ok(Some(beside(&self.current, &rows, &self.live, [(self.edges.step.to, Column::Node(ends))])))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.edges.forget();
        self.slices = None;
        self.current = Batch::default();
        self.row = 0;
        (self.found, self.given) = (Vec::new(), 0);
    }
}
