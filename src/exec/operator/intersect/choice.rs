//! Which edges lead to a common node, where it matters which.

use super::Arm;
use crate::exec::operator::Batch;
use crate::exec::operator::expand::unlike;
use crate::model::{EdgeId, NodeId};
use crate::store::View;

/// Every choice of one edge of each arm, in which no edge comes twice and none that it must not be.
pub(super) struct Choice {
    /// For each arm, the arms of this very step whose edges must be others.
    same: Vec<Vec<usize>>,
    /// For each arm, the edges of this row that its edge must not be.
    unlike: Vec<Vec<EdgeId>>,
    /// For each arm, the edges to a node.
    lists: Vec<Vec<EdgeId>>,
    chosen: Vec<EdgeId>,
    /// For each arm, the edges that were found.
    pub(super) edges: Vec<Vec<EdgeId>>,
}

impl Choice {
    pub(super) fn new(arms: &[Arm<'_>]) -> Self {
        let none = || vec![Vec::new(); arms.len()];
        let same =
            |arm: &Arm<'_>| (0..arms.len()).filter(|other| arm.step.unlike.contains(&arms[*other].step.edge)).collect();
        let same = arms.iter().map(same).collect();
        Choice { same, unlike: Vec::new(), lists: none(), chosen: Vec::new(), edges: none() }
    }

    /// Goes to a row.
    pub(super) fn go(&mut self, arms: &[Arm<'_>], batch: &Batch<'_>, row: usize) {
        self.unlike.clear();
        self.unlike.extend(arms.iter().map(|arm| unlike(&arm.step, batch, row)));
    }

    /// Finds the choices of edges to a node, which is put down for each.
    pub(super) fn find(&mut self, arms: &[Arm<'_>], view: &View<'_>, end: NodeId, nodes: &mut Vec<NodeId>) {
        for (list, arm) in self.lists.iter_mut().zip(arms) {
            arm.edges(view, end, list);
            // Which of them are taken nobody knows, and nobody asks.
            list.drain(..arm.taken(end).min(list.len()));
        }
        self.choose(end, nodes);
    }

    fn choose(&mut self, end: NodeId, nodes: &mut Vec<NodeId>) {
        let at = self.chosen.len();
        if at == self.lists.len() {
            nodes.push(end);
            return self.edges.iter_mut().zip(&self.chosen).for_each(|(column, edge)| column.push(*edge));
        }
        for place in 0..self.lists[at].len() {
            let edge = self.lists[at][place];
            let taken = self.same[at].iter().any(|other| self.chosen.get(*other) == Some(&edge));
            if !taken && !self.unlike[at].contains(&edge) {
                self.chosen.push(edge);
                self.choose(end, nodes);
                self.chosen.pop();
            }
        }
    }
}
