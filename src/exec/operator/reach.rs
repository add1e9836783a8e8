//! `Reach`: for each input row, the nodes where walks of bounded length from a node end, each once.
//!
//! Breadth first; a node is gone on from when it is first met, which is by a shortest walk.

use std::collections::VecDeque;

use super::expand::{Edges, node};
use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::model::{Column, NodeId, Var};

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
    /// The number of the search in which a node was last met, by node.
    met: Vec<u32>,
    search: u32,
    /// What a row's search found, and has not given yet.
    found: VecDeque<NodeId>,
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
            met: Vec::new(),
            search: 0,
            found: VecDeque::new(),
            held: 0,
        }
    }

    /// Searches from the row's node.
    fn search(&mut self, ctx: &mut Context<'g>) -> Result<()> {
        let Some(from) = node(&self.current, self.edges.step.from, self.row) else { return Ok(()) };
        if self.search == u32::MAX {
            self.met.fill(0);
            self.search = 0;
        }
        self.search += 1;
        let mut found = Vec::new();
        if self.min == 0 {
            self.meet(from.0);
            found.push(from);
        }
        let mut frontier = vec![from];
        let mut depth = 0;
        while !frontier.is_empty() && self.max.is_none_or(|max| depth < max) {
            depth += 1;
            let mut next = Vec::new();
            for at in frontier {
                let direction = self.edges.step.direction;
                if self.free {
                    for end in ctx.view.ends(at, direction, self.edges.types()).iter() {
                        if self.meet(*end) {
                            next.push(NodeId(*end));
                        }
                    }
                } else {
                    for (_, end) in self.edges.candidates(ctx, &self.current, self.row, at, direction)? {
                        if self.meet(end.0) {
                            next.push(end);
                        }
                    }
                }
            }
            ctx.check()?;
            found.extend(&next);
            // The start is met like any other, and was gone on from already.
            next.retain(|node| *node != from);
            frontier = next;
        }
        found.retain(|node| self.edges.may_end(*node, &ctx.view));
        let bytes = 4 * found.len() as u64;
        self.held += bytes;
        ctx.hold(bytes)?;
        self.found.extend(found);
        Ok(())
    }

    /// Whether the node is met for the first time in this search.
    fn meet(&mut self, node: u32) -> bool {
        let met = self.met.get_mut(node as usize);
        met.is_some_and(|met| std::mem::replace(met, self.search) != self.search)
    }
}

impl<'g> Operator<'g> for Reach<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else {
                ctx.release(std::mem::take(&mut self.held));
                return Ok(None);
            };
            self.current = batch;
            self.row = 0;
        }
        self.edges.resolve(&ctx.view);
        let bound = ctx.view.node_bound();
        if self.met.len() < bound {
            let bytes = 4 * (bound - self.met.len()) as u64;
            self.held += bytes;
            ctx.hold(bytes)?;
            self.met.resize(bound, 0);
        }
        let (mut rows, mut ends) = (Vec::new(), Vec::new());
        while ends.len() < ROWS && self.row < self.current.len {
            if self.found.is_empty() {
                self.search(ctx)?;
            }
            let given = self.found.len().min(ROWS - ends.len());
            ends.extend(self.found.drain(..given));
            rows.resize(ends.len(), self.row as u32);
            if self.found.is_empty() {
                self.row += 1;
            }
        }
        Ok(Some(beside(&self.current, &rows, &self.live, [(self.edges.step.to, Column::Node(ends))])))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.edges.forget();
        self.current = Batch::default();
        self.row = 0;
        self.found.clear();
    }
}
