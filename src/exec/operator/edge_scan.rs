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

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, Z, counted, given, lengths, rows, step};
    use super::*;

    #[test]
    fn every_edge_with_its_ends() {
        let cases = [
            (Direction::Out, Some("S"), "n0 e2 n2"),
            (Direction::In, Some("S"), "n2 e2 n0"),
            (Direction::Both, Some("S"), "n0 e2 n2, n2 e2 n0"),
            (Direction::Both, Some("No"), ""),
            (Direction::Out, None, "n0 e0 n1, n1 e1 n2, n0 e2 n2, n2 e3 n2"),
        ];
        for (direction, edge_type, expected) in cases {
            let scan = EdgeScan::new(given(&["1"]), step(direction, edge_type, false), vec![X, Y, Z]);
            assert_eq!(rows(scan, &[X, Y, Z]), expected, "{direction:?} {edge_type:?}");
        }
        assert_eq!(lengths(EdgeScan::new(counted(&[]), step(Direction::Out, None, false), vec![Y])), [0; 0]);
        assert_eq!(lengths(EdgeScan::new(counted(&[513]), step(Direction::Out, None, false), vec![Y])), [2048, 4]);
    }

    #[test]
    fn but_not_the_edges_found_before() {
        let unlike = Var(3);
        let input = given(&["0 0 0 e0, 0 0 0 null, 0 0 0 [e1;e3]"]);
        let step = Expand { unlike: vec![unlike], ..step(Direction::Out, Some("R"), false) };
        assert_eq!(rows(EdgeScan::new(input, step, vec![Y]), &[Y]), "e1, e3, e0, e1, e3, e0");
    }
}
