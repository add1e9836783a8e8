//! `NodeScan`: for each input row, every node that satisfies the labels.

use std::ops::Range;

use super::labels::Resolved;
use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::model::{Column, NodeId, Var};
use crate::plan::expr::Labels;

pub(super) struct NodeScan<'g> {
    input: Boxed<'g>,
    node: Var,
    labels: Option<Labels>,
    live: Vec<Var>,
    /// Runs of nodes; found when the scan first runs.
    runs: Option<Vec<Range<u32>>>,
    current: Batch<'g>,
    row: usize,
    run: usize,
    offset: u32,
}

impl<'g> NodeScan<'g> {
    pub(super) fn new(input: Boxed<'g>, node: Var, labels: Option<Labels>, live: Vec<Var>) -> Self {
        NodeScan { input, node, labels, live, runs: None, current: Batch::default(), row: 0, run: 0, offset: 0 }
    }
}

impl<'g> Operator<'g> for NodeScan<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
            self.current = batch;
            self.row = 0;
        }
        let runs = self.runs.get_or_insert_with(|| match &self.labels {
            None => ctx.view.scan(|_| true),
            Some(labels) => {
                let labels = Resolved::new(labels, &ctx.view);
                ctx.view.scan(|of_node| labels.accepts(of_node))
            }
        });
        let (mut rows, mut nodes) = (Vec::with_capacity(ROWS), Vec::with_capacity(ROWS));
        while nodes.len() < ROWS && self.row < self.current.len {
            let Some(run) = runs.get(self.run) else {
                (self.row, self.run, self.offset) = (self.row + 1, 0, 0);
                continue;
            };
            let start = run.start + self.offset;
            let end = run.end.min(start.saturating_add((ROWS - nodes.len()) as u32));
            nodes.extend((start..end).map(NodeId));
            rows.resize(nodes.len(), self.row as u32);
            if end == run.end {
                (self.run, self.offset) = (self.run + 1, 0);
            } else {
                self.offset = end - run.start;
            }
        }
        Ok(Some(beside(&self.current, &rows, &self.live, [(self.node, Column::Node(nodes))])))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.runs = None;
        self.current = Batch::default();
        (self.row, self.run, self.offset) = (0, 0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, counted, given, lengths, rows};
    use super::*;

    #[test]
    fn every_node_beside_every_row() {
        let name = |name: &str| Labels::Name(name.to_owned());
        let cases: [(&[&str], Option<Labels>, &str); 5] = [
            (&[], None, ""),
            (&["1, null"], None, "1 n0, 1 n1, 1 n2, null n0, null n1, null n2"),
            (&["1", "2"], Some(name("B")), "1 n2, 2 n2"),
            (&["1"], Some(Labels::Not(Box::new(name("B")))), "1 n0, 1 n1"),
            (&["1"], Some(name("Unknown")), ""),
        ];
        for (input, labels, expected) in cases {
            let scan = NodeScan::new(given(input), Y, labels.clone(), vec![X, Y]);
            assert_eq!(rows(scan, &[X, Y]), expected, "{input:?} {labels:?}");
        }
        assert_eq!(lengths(NodeScan::new(counted(&[683]), Y, None, vec![Y])), [2048, 1]);
    }
}
