//! `EdgeScan`: for each input row, every edge of these types with both its ends.

use super::expand::unlike;
use super::labels::edge_types;
use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::model::{Column, Direction, EdgeId, NodeId, Var};
use crate::plan::physical::Expand;

pub(super) struct EdgeScan<'g> {
    input: Boxed<'g>,
    step: Expand,
    live: Vec<Var>,
    /// Every edge, its `from` and its `to`; found when the scan first runs.
    edges: Option<Vec<(EdgeId, NodeId, NodeId)>>,
    current: Batch<'g>,
    row: usize,
    offset: usize,
}

impl<'g> EdgeScan<'g> {
    pub(super) fn new(input: Boxed<'g>, step: Expand, live: Vec<Var>) -> Self {
        EdgeScan { input, step, live, edges: None, current: Batch::default(), row: 0, offset: 0 }
    }
}

impl<'g> Operator<'g> for EdgeScan<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
            self.current = batch;
            self.row = 0;
        }
        let all = self.edges.get_or_insert_with(|| {
            let types = self.step.types.as_ref().map(|types| edge_types(types, &ctx.view));
            let mut edges = Vec::new();
            ctx.view.edges(types.as_deref(), |edge, source, target| {
                if self.step.direction != Direction::In {
                    edges.push((edge, source, target));
                }
                if self.step.direction == Direction::In || (self.step.direction == Direction::Both && source != target)
                {
                    edges.push((edge, target, source));
                }
            });
            edges
        });
        let (mut rows, mut edges, mut from, mut to) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        while edges.len() < ROWS && self.row < self.current.len {
            let end = all.len().min(self.offset + ROWS - edges.len());
            let unlike = unlike(&self.step, &self.current, self.row);
            for (edge, source, target) in all[self.offset..end].iter().filter(|(edge, ..)| !unlike.contains(edge)) {
                edges.push(*edge);
                from.push(*source);
                to.push(*target);
            }
            rows.resize(edges.len(), self.row as u32);
            self.offset = end;
            if end == all.len() {
                (self.row, self.offset) = (self.row + 1, 0);
            }
        }
        let columns = [
            (self.step.edge, Column::Edge(edges)),
            (self.step.from, Column::Node(from)),
            (self.step.to, Column::Node(to)),
        ];
        Ok(Some(beside(&self.current, &rows, &self.live, columns)))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.edges = None;
        self.current = Batch::default();
        (self.row, self.offset) = (0, 0);
    }
}
