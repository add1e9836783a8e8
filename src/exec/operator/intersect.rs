//! `Intersect`: for each input row, the nodes that are neighbours of several bound nodes at once.
//!
//! Neighbours are sorted, so that a cycle is closed without finding first what does not close it: the shortest list is
//! walked, and every other one asked (a step of a worst-case optimal join; Ngo, Ré and Rudra, *Skew Strikes Back*, 2013). The
//! neighbours of a node that stays the same from row to row are marked as bits, which answer at once.

use std::borrow::Cow;

use super::bits::Bits;
use super::expand::{node, unlike};
use super::labels::{Resolved, edge_types, leads_only_to};
use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::model::{Column, Direction, EdgeId, EdgeTypeId, NodeId, Var};
use crate::plan::expr::Labels;
use crate::plan::physical::Expand;
use crate::store::{Adjacency, View};

/// How many steps are taken between two looks at the limits.
const PATIENCE: usize = 1 << 18;

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
    /// The common neighbours in a row; memory to be used again.
    common: Vec<u32>,
}

/// One of the edges that lead to the common node.
struct Arm<'g> {
    step: Expand,
    types: Option<Vec<EdgeTypeId>>,
    /// The neighbours as slices, where there are such.
    slices: Option<Adjacency<'g>>,
    /// The node that it starts at in this row, and its neighbours.
    from: Option<NodeId>,
    ends: Cow<'g, [u32]>,
    marks: Marks<'g>,
}

/// The neighbours of one node as bits.
#[derive(Default)]
struct Marks<'g> {
    bits: Bits,
    /// What is marked, to be taken back when another node's are.
    of: Cow<'g, [u32]>,
    /// Whether the neighbours of the arm's present node are marked.
    valid: bool,
}

impl<'g> Arm<'g> {
    /// Goes to a row's node; false when it has no neighbours.
    fn go(&mut self, from: NodeId, view: &View<'g>) -> bool {
        if self.from == Some(from) {
            // The second row in sequence with this node: there may be many more.
            if !self.marks.valid {
                self.marks.set(self.ends.clone(), view.node_bound());
            }
        } else {
            self.from = Some(from);
            self.ends = match &self.slices {
                Some(slices) => Cow::Borrowed(slices.ends(from)),
                None => view.ends(from, self.step.direction, self.types.as_deref()),
            };
            self.marks.valid = false;
        }
        !self.ends.is_empty()
    }

    fn leads_to(&self, end: u32) -> bool {
        match self.marks.valid {
            true => self.marks.bits.one(end) == 1,
            false => self.ends.binary_search(&end).is_ok(),
        }
    }

    /// Puts down the edges to a node that it leads to.
    fn edges(&self, view: &View<'_>, end: NodeId, edges: &mut Vec<EdgeId>) {
        edges.clear();
        let Some(from) = self.from else { return };
        if let Some((block, row)) = self.slices.as_ref().and_then(|slices| slices.at(from)) {
            let start = self.ends.partition_point(|other| *other < end.0);
            let run = self.ends[start..].iter().take_while(|other| **other == end.0).count();
            edges.extend((start..start + run).filter_map(|at| block.edge(row, at)));
            return;
        }
        let types = self.types.as_deref();
        if self.step.direction != Direction::In {
            view.edges_between(from, end, types, |edge| edges.push(edge));
        }
        // Seen from both sides, a loop is still one edge.
        if self.step.direction == Direction::In || (self.step.direction == Direction::Both && from != end) {
            view.edges_between(end, from, types, |edge| edges.push(edge));
        }
    }
}

impl<'g> Marks<'g> {
    fn set(&mut self, ends: Cow<'g, [u32]>, bound: usize) {
        self.clear();
        if self.bits.bytes() * 8 < bound as u64 {
            self.bits = Bits::none(bound);
        }
        ends.iter().for_each(|end| self.bits.insert(*end));
        (self.of, self.valid) = (ends, true);
    }

    fn clear(&mut self) {
        self.of.iter().for_each(|end| self.bits.remove(*end));
        (self.of, self.valid) = (Cow::default(), false);
    }
}

impl<'g> Intersect<'g> {
    pub(super) fn new(
        input: Boxed<'g>,
        (to, to_labels): (Var, Option<Labels>),
        arms: Vec<Expand>,
        live: Vec<Var>,
    ) -> Self {
        let arm =
            |step| Arm { step, types: None, slices: None, from: None, ends: Cow::default(), marks: Marks::default() };
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
            common: Vec::new(),
        }
    }

    /// Finds the common neighbours in this row; gives how many nodes were looked at.
    fn find_common(&mut self, ctx: &Context<'g>) -> usize {
        self.common.clear();
        for arm in &mut self.arms {
            let Some(from) = node(&self.current, arm.step.from, self.row) else { return 1 };
            if !arm.go(from, &ctx.view) {
                return 1;
            }
        }
        let shortest = (0..self.arms.len()).min_by_key(|arm| (self.arms[*arm].marks.valid, self.arms[*arm].ends.len()));
        // A list that is marked answers at once, so another one is walked, unless that is very much longer.
        let shortest = match (shortest, (0..self.arms.len()).min_by_key(|arm| self.arms[*arm].ends.len())) {
            (Some(walked), Some(least)) if self.arms[walked].ends.len() / 8 > self.arms[least].ends.len() => least,
            (Some(walked), _) => walked,
            (None, _) => return 1,
        };
        let walked = self.arms[shortest].ends.iter().copied();
        let others = |arms: &[Arm<'g>], end: u32| {
            arms.iter().enumerate().all(|(arm, other)| arm == shortest || other.leads_to(end))
        };
        match self.arms.as_slice() {
            [one, other] => {
                let other = if shortest == 0 { other } else { one };
                match other.marks.valid {
                    true => self.common.extend(walked.filter(|end| other.marks.bits.one(*end) == 1)),
                    false => self.common.extend(walked.filter(|end| other.leads_to(*end))),
                }
            }
            arms => self.common.extend(walked.filter(|end| others(arms, *end))),
        }
        // Parallel edges lead to a node more than once.
        self.common.dedup();
        self.arms[shortest].ends.len() + 1
    }

    fn account(&mut self, ctx: &mut Context<'g>) -> Result<()> {
        let held: u64 = self.arms.iter().map(|arm| arm.marks.bits.bytes() + 4 * arm.ends.len() as u64).sum();
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
                arm.slices = ctx.view.adjacency(arm.types.as_deref(), arm.step.direction);
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
        let mut steps = 0;
        // For each arm the edges to a node, and those that it must not use in a row.
        let mut lists: Vec<Vec<EdgeId>> = vec![Vec::new(); self.arms.len()];
        let mut not: Vec<Vec<EdgeId>> = Vec::new();
        while nodes.len() < ROWS && self.row < self.current.len {
            steps += self.find_common(ctx);
            if steps > PATIENCE {
                ctx.check()?;
                steps = 0;
            }
            if !self.common.is_empty() {
                not = self.arms.iter().map(|arm| unlike(&arm.step, &self.current, self.row)).collect();
            }
            for end in self.common.iter().copied().map(NodeId) {
                if matches!(&self.labels, Some(Some(labels)) if !labels.accepts_node(end, &ctx.view)) {
                    continue;
                }
                lists.iter_mut().zip(&self.arms).for_each(|(list, arm)| arm.edges(&ctx.view, end, list));
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
            arm.marks.clear();
            (arm.from, arm.ends) = (None, Cow::default());
        }
        self.current = Batch::default();
        self.row = 0;
    }
}
