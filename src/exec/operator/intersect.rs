//! `Intersect`: for each input row, the nodes that are neighbours of several bound nodes at once.
//!
//! Neighbours are sorted, so that a cycle is closed without finding first what does not close it: the shortest list is
//! walked, and every other one asked (a step of a worst-case optimal join; Ngo, Ré and Rudra, *Skew Strikes Back*, 2013). The
//! neighbours of a node that stays the same from row to row are marked in an array, which answers at once.

use std::borrow::Cow;

use super::expand::{node, unlike};
use super::labels::{Resolved, edge_types, leads_only_to};
use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::model::{Column, Direction, EdgeId, EdgeTypeId, NodeId, Var};
use crate::plan::expr::Labels;
use crate::plan::physical::Expand;
use crate::store::View;

pub(super) struct Intersect<'g> {
    input: Boxed<'g>,
    to: Var,
    to_labels: Option<Labels>,
    arms: Vec<Arm<'g>>,
    live: Vec<Var>,
    labels: Option<Option<Resolved>>,
    current: Batch<'g>,
    row: usize,
    held: u64,
}

/// One of the edges that lead to the common node.
struct Arm<'g> {
    step: Expand,
    types: Option<Vec<EdgeTypeId>>,
    /// The node that it starts at in this row, and its neighbours.
    from: Option<NodeId>,
    ends: Cow<'g, [u32]>,
    marks: Marks,
}

/// The neighbours of one node, by node.
#[derive(Default)]
struct Marks {
    /// The number of the last node that was marked as the neighbour of.
    of: Vec<u32>,
    number: u32,
    /// Whether the neighbours of the arm's present node are marked.
    valid: bool,
}

impl<'g> Arm<'g> {
    /// Goes to a row's node; false when it has no neighbours.
    fn go(&mut self, from: NodeId, view: &View<'g>) -> bool {
        if self.from == Some(from) {
            // The second row in sequence with this node: there may be many more.
            if !self.marks.valid {
                self.marks.set(&self.ends, view.node_bound());
            }
        } else {
            self.from = Some(from);
            self.ends = view.ends(from, self.step.direction, self.types.as_deref());
            self.marks.valid = false;
        }
        !self.ends.is_empty()
    }

    fn leads_to(&self, end: u32) -> bool {
        match self.marks.valid {
            true => self.marks.of.get(end as usize) == Some(&self.marks.number),
            false => self.ends.binary_search(&end).is_ok(),
        }
    }

    /// The edges to a node that it leads to.
    fn edges(&self, view: &View<'_>, end: NodeId) -> Vec<EdgeId> {
        let (mut edges, types) = (Vec::new(), self.types.as_deref());
        let Some(from) = self.from else { return edges };
        if self.step.direction != Direction::In {
            view.edges_between(from, end, types, |edge| edges.push(edge));
        }
        // Seen from both sides, a loop is still one edge.
        if self.step.direction == Direction::In || (self.step.direction == Direction::Both && from != end) {
            view.edges_between(end, from, types, |edge| edges.push(edge));
        }
        edges
    }
}

impl Marks {
    fn set(&mut self, ends: &[u32], bound: usize) {
        if self.number == u32::MAX {
            *self = Marks::default();
        }
        self.of.resize(bound, 0);
        self.number += 1;
        for end in ends {
            if let Some(mark) = self.of.get_mut(*end as usize) {
                *mark = self.number;
            }
        }
        self.valid = true;
    }
}

impl<'g> Intersect<'g> {
    pub(super) fn new(
        input: Boxed<'g>,
        (to, to_labels): (Var, Option<Labels>),
        arms: Vec<Expand>,
        live: Vec<Var>,
    ) -> Self {
        let arm = |step| Arm { step, types: None, from: None, ends: Cow::default(), marks: Marks::default() };
        Intersect {
            input,
            to,
            to_labels,
            arms: arms.into_iter().map(arm).collect(),
            live,
            labels: None,
            current: Batch::default(),
            row: 0,
            held: 0,
        }
    }

    /// The common neighbours in this row.
    fn common(&mut self, ctx: &Context<'g>) -> Vec<u32> {
        for arm in &mut self.arms {
            let Some(from) = node(&self.current, arm.step.from, self.row) else { return Vec::new() };
            if !arm.go(from, &ctx.view) {
                return Vec::new();
            }
        }
        let shortest = (0..self.arms.len()).min_by_key(|arm| (self.arms[*arm].marks.valid, self.arms[*arm].ends.len()));
        // A list that is marked answers at once, so another one is walked, unless that is very much longer.
        let shortest = match (shortest, (0..self.arms.len()).min_by_key(|arm| self.arms[*arm].ends.len())) {
            (Some(walked), Some(least)) if self.arms[walked].ends.len() / 8 > self.arms[least].ends.len() => least,
            (Some(walked), _) => walked,
            (None, _) => return Vec::new(),
        };
        let others: Vec<&Arm<'g>> =
            self.arms.iter().enumerate().filter(|(arm, _)| *arm != shortest).map(|(_, arm)| arm).collect();
        let walked = self.arms[shortest].ends.iter().copied();
        let mut common: Vec<u32> = match others.as_slice() {
            [other] if other.marks.valid => {
                let (marks, number) = (&other.marks.of, other.marks.number);
                walked.filter(|end| marks.get(*end as usize) == Some(&number)).collect()
            }
            others => walked.filter(|end| others.iter().all(|other| other.leads_to(*end))).collect(),
        };
        // Parallel edges lead to a node more than once.
        common.dedup();
        common
    }

    fn account(&mut self, ctx: &mut Context<'g>) -> Result<()> {
        let held: u64 = self.arms.iter().map(|arm| 4 * (arm.marks.of.len() + arm.ends.len()) as u64).sum();
        ctx.release(std::mem::replace(&mut self.held, held));
        ctx.hold(held)
    }
}

/// Every choice of one edge from each list, in which no edge comes twice and none that it must not be.
fn choices(lists: &[Vec<EdgeId>], unlike: &[Vec<EdgeId>], same: &[Vec<usize>], found: &mut dyn FnMut(&[EdgeId])) {
    fn choose(
        lists: &[Vec<EdgeId>],
        unlike: &[Vec<EdgeId>],
        same: &[Vec<usize>],
        chosen: &mut Vec<EdgeId>,
        found: &mut dyn FnMut(&[EdgeId]),
    ) {
        let at = chosen.len();
        let Some(list) = lists.get(at) else { return found(chosen) };
        for edge in list {
            let taken = same[at].iter().any(|other| chosen.get(*other) == Some(edge));
            if !taken && !unlike[at].contains(edge) {
                chosen.push(*edge);
                choose(lists, unlike, same, chosen, found);
                chosen.pop();
            }
        }
    }
    choose(lists, unlike, same, &mut Vec::with_capacity(lists.len()), found);
}

impl<'g> Operator<'g> for Intersect<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else {
                ctx.release(std::mem::take(&mut self.held));
                return Ok(None);
            };
            self.current = batch;
            self.row = 0;
        }
        if self.labels.is_none() {
            for arm in &mut self.arms {
                arm.types = arm.step.types.as_ref().map(|types| edge_types(types, &ctx.view));
            }
            let leads = |labels: &Labels, arm: &Arm<'g>| {
                leads_only_to(&ctx.view, arm.types.as_deref(), arm.step.direction, labels)
            };
            let labels = self.to_labels.as_ref();
            let labels = labels.filter(|labels| !self.arms.iter().any(|arm| leads(labels, arm)));
            self.labels = Some(labels.map(|labels| Resolved::new(labels, &ctx.view)));
        }
        // The edges of this very step that an edge must not be.
        let same: Vec<Vec<usize>> = self
            .arms
            .iter()
            .map(|arm| (0..self.arms.len()).filter(|o| arm.step.unlike.contains(&self.arms[*o].step.edge)).collect())
            .collect();
        let (mut rows, mut nodes) = (Vec::new(), Vec::new());
        let mut edges: Vec<Vec<EdgeId>> = vec![Vec::new(); self.arms.len()];
        while nodes.len() < ROWS && self.row < self.current.len {
            for end in self.common(ctx).into_iter().map(NodeId) {
                if matches!(&self.labels, Some(Some(labels)) if !labels.accepts_node(end, &ctx.view)) {
                    continue;
                }
                let lists: Vec<Vec<EdgeId>> = self.arms.iter().map(|arm| arm.edges(&ctx.view, end)).collect();
                let not: Vec<Vec<EdgeId>> =
                    self.arms.iter().map(|arm| unlike(&arm.step, &self.current, self.row)).collect();
                choices(&lists, &not, &same, &mut |chosen| {
                    nodes.push(end);
                    edges.iter_mut().zip(chosen).for_each(|(column, edge)| column.push(*edge));
                });
            }
            rows.resize(nodes.len(), self.row as u32);
            self.row += 1;
        }
        self.account(ctx)?;
        let mut batch = beside(&self.current, &rows, &self.live, [(self.to, Column::Node(nodes))]);
        for (arm, edges) in self.arms.iter().zip(edges) {
            if self.live.contains(&arm.step.edge) {
                batch.set(arm.step.edge, Column::Edge(edges));
            }
        }
        Ok(Some(batch))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.labels = None;
        for arm in &mut self.arms {
            (arm.from, arm.ends, arm.marks.valid) = (None, Cow::default(), false);
        }
        self.current = Batch::default();
        self.row = 0;
    }
}
