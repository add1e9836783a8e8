//! `Intersect`: for each input row, the nodes that are neighbours of several bound nodes at once.
//!
//! Neighbours are sorted, so that a cycle is closed without finding first what does not close it: the shortest list is
//! walked, and every other one asked (a step of a worst-case optimal join; Ngo, Ré and Rudra, *Skew Strikes Back*, 2013). The
//! neighbours of a node that stays the same from row to row are marked as bits, which answer at once; what several nodes that
//! stay have in common is found once and kept.

mod choice;
mod list;

use std::borrow::Cow;

use super::ahead::{AHEAD, fetch};
use super::bits::Bits;
use super::expand::{node, seen_from};
use super::labels::{Resolved, edge_types, leads_only_to};
use super::{Batch, Boxed, Context, Operator, Result, beside, take_next};
use crate::exec::batch::ROWS;
use crate::model::{Column, Direction, EdgeId, EdgeTypeId, NodeId, Var};
use crate::plan::expr::Labels;
use crate::plan::physical::Expand;
use crate::store::{Adjacency, View};
use choice::Choice;
use list::{List, common};

/// How many steps are taken between two looks at the limits.
const PATIENCE: usize = 1 << 18;

/// Up to how many neighbours it is not worth asking from the other end, which may have fewer.
const SHORT: usize = 64;

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
    /// The arms whose node is that of the row before.
    stay: Vec<usize>,
    kept: Kept,
    /// The common neighbours in a row, each once; memory to be used again.
    common: Vec<u32>,
    /// Whether several edges of an arm may lead to one of them.
    parallel: bool,
}

/// What several arms have in common, as long as none of them moves on.
#[derive(Default)]
struct Kept {
    arms: Vec<usize>,
    ends: Vec<u32>,
    parallel: bool,
}

/// One of the edges that lead to the common node.
struct Arm<'g> {
    step: Expand,
    types: Option<Vec<EdgeTypeId>>,
    /// The neighbours as slices, where there are such.
    slices: Option<Adjacency<'g>>,
    /// Those of the other ends, where there are such.
    back: Option<Adjacency<'g>>,
    /// The node that it starts at in this row, and its neighbours.
    from: Option<NodeId>,
    ends: Cow<'g, [u32]>,
    marks: Marks<'g>,
    /// Ends of edges that are taken in this row and begin where it does: the near one and the far one, none where that is the
    /// common node.
    taken: Vec<(Option<NodeId>, Option<NodeId>)>,
}

/// The neighbours of one node as bits.
#[derive(Default)]
struct Marks<'g> {
    bits: Bits,
    /// What is marked, to be taken back when another node's are.
    of: Cow<'g, [u32]>,
    /// Whether the neighbours of the arm's present node are marked.
    valid: bool,
    /// Whether some of them are there several times.
    parallel: bool,
}

impl<'g> Arm<'g> {
    /// Goes to a row's node; whether that is where it was.
    fn go(&mut self, from: NodeId, view: &View<'g>) -> bool {
        if self.from == Some(from) {
            return true;
        }
        self.from = Some(from);
        self.ends = match &self.slices {
            Some(slices) => Cow::Borrowed(slices.ends(from)),
            None => view.ends(from, self.step.direction, self.types.as_deref()),
        };
        self.marks.valid = false;
        false
    }

    fn mark(&mut self, view: &View<'g>) {
        if !self.marks.valid {
            self.marks.set(self.ends.clone(), view.node_bound());
        }
    }

    fn list(&self) -> List<'_> {
        let (marked, parallel) = (self.marks.valid, self.marks.valid && self.marks.parallel);
        let back = self.back.as_ref().zip(self.from).filter(|_| self.ends.len() > SHORT);
        List { ends: &self.ends, bits: marked.then_some(&self.marks.bits), back, parallel }
    }

    /// Whether it matters which edge leads to a node: somebody asks for it, or it must differ from others that are known.
    fn is_named(&self, live: &[Var]) -> bool {
        live.contains(&self.step.edge) || !self.step.unlike.is_empty()
    }

    /// Looks which edges are taken in a row.
    fn look(&mut self, batch: &Batch<'_>, row: usize, common: Var) {
        self.taken.clear();
        for ends in &self.step.taken {
            let (near, far) = seen_from(self.step.direction, *ends);
            let at = |var: Var| if var == common { None } else { node(batch, var, row) };
            let (near, far) = (at(near), at(far));
            if near.is_none() || near == self.from {
                self.taken.push((near, far));
            }
        }
    }

    /// How many of the edges to a node are taken.
    fn taken(&self, end: NodeId) -> usize {
        let same = |node: &Option<NodeId>| node.is_none_or(|node| node == end);
        let taken =
            |(near, far): &&(Option<NodeId>, Option<NodeId>)| (near.is_some() || self.from == Some(end)) && same(far);
        self.taken.iter().filter(taken).count()
    }

    /// How many edges lead to a node.
    fn count(&self, end: NodeId) -> usize {
        let start = self.ends.partition_point(|other| *other < end.0);
        self.ends[start..].iter().take_while(|other| **other == end.0).count()
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
        self.parallel = false;
        ends.iter().for_each(|end| self.parallel |= !self.bits.is_new(*end));
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
        let arm = |step| Arm {
            step,
            types: None,
            slices: None,
            back: None,
            from: None,
            ends: Cow::default(),
            marks: Marks::default(),
            taken: Vec::new(),
        };
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
            stay: Vec::new(),
            kept: Kept::default(),
            common: Vec::new(),
            parallel: false,
        }
    }

    /// Asks for the neighbours that the next rows begin with.
    fn look_ahead(&self) {
        let rows = self.row..self.current.len.min(self.row + AHEAD);
        for arm in &self.arms {
            if let (Some(slices), Column::Node(nodes)) = (&arm.slices, self.current.column(arm.step.from)) {
                fetch(slices, nodes[rows.clone()].iter().copied());
            }
        }
    }

    /// Finds the common neighbours in this row; gives how many nodes were looked at.
    fn find_common(&mut self, ctx: &Context<'g>) -> usize {
        self.common.clear();
        self.stay.clear();
        for (at, arm) in self.arms.iter_mut().enumerate() {
            let Some(from) = node(&self.current, arm.step.from, self.row) else { return 1 };
            if arm.go(from, &ctx.view) {
                self.stay.push(at);
            } else if self.kept.arms.contains(&at) {
                self.kept.arms.clear();
            }
            if arm.ends.is_empty() {
                return 1;
            }
        }
        let mut steps = 1;
        // The second row in sequence with these nodes: there may be many more.
        match self.stay.as_slice() {
            [] => {}
            [one] => self.arms[*one].mark(&ctx.view),
            several if several == self.kept.arms => {}
            several => {
                let lists: Vec<_> = several.iter().map(|at| self.arms[*at].list()).collect();
                let (walked, parallel) = common(&lists, &mut self.kept.ends);
                steps += walked;
                self.kept.parallel = parallel;
                self.kept.arms.clone_from(&self.stay);
            }
        }
        let (walked, parallel) = match self.arms.as_slice() {
            [one, other] if self.stay.len() < 2 => common(&[one.list(), other.list()], &mut self.common),
            arms => {
                let Kept { ends, parallel, .. } = &self.kept;
                let kept = (self.stay.len() > 1).then_some(List { ends, bits: None, back: None, parallel: *parallel });
                let others = arms.iter().enumerate().filter(|(at, _)| kept.is_none() || !self.stay.contains(at));
                let lists: Vec<_> = kept.into_iter().chain(others.map(|(_, arm)| arm.list())).collect();
                common(&lists, &mut self.common)
            }
        };
        self.parallel = parallel;
        steps + walked
    }

    /// Puts down each common neighbour as often as there are choices of edges that nobody asks for.
    fn count(&self, nodes: &mut Vec<NodeId>) {
        if !self.parallel && self.arms.iter().all(|arm| arm.taken.is_empty()) {
            return nodes.extend(self.common.iter().copied().map(NodeId));
        }
        for end in self.common.iter().copied().map(NodeId) {
            let edges = |arm: &Arm<'g>| if self.parallel { arm.count(end) } else { 1 };
            let choices = self.arms.iter().map(|arm| edges(arm).saturating_sub(arm.taken(end)));
            nodes.extend(std::iter::repeat_n(end, choices.product()));
        }
    }

    fn account(&mut self, ctx: &mut Context<'g>) -> Result<()> {
        let held: u64 = self.arms.iter().map(|arm| arm.marks.bits.bytes() + 4 * arm.ends.len() as u64).sum();
        let held = held + 4 * (self.kept.ends.len() + self.common.len()) as u64;
        ctx.release(std::mem::replace(&mut self.held, held));
        ctx.hold(held)
    }
}

impl<'g> Operator<'g> for Intersect<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if !take_next(&mut self.input, (&mut self.current, &mut self.row), &mut self.held, ctx)? {
            return Ok(None);
        }
        if self.labels.is_none() {
            for arm in &mut self.arms {
                arm.types = arm.step.types.as_ref().map(|types| edge_types(types, &ctx.view));
                arm.slices = ctx.view.adjacency(arm.types.as_deref(), arm.step.direction);
                arm.back = ctx.view.adjacency(arm.types.as_deref(), arm.step.direction.reverse());
            }
            let leads = |labels: &Labels, arm: &Arm<'g>| {
                leads_only_to(&ctx.view, arm.types.as_deref(), arm.step.direction, labels)
            };
            let labels = self.to_labels.as_ref();
            let labels = labels.filter(|labels| !self.arms.iter().any(|arm| leads(labels, arm)));
            self.labels = Some(labels.map(|labels| Resolved::new(labels, &ctx.view)));
        }
        let named = self.arms.iter().any(|arm| arm.is_named(&self.live));
        let mut choice = named.then(|| Choice::new(&self.arms));
        let (mut rows, mut nodes, mut steps) = (Vec::new(), Vec::new(), 0);
        while nodes.len() < ROWS && self.row < self.current.len {
            if self.row.is_multiple_of(AHEAD) {
                self.look_ahead();
            }
            steps += self.find_common(ctx);
            if steps > PATIENCE {
                ctx.check()?;
                steps = 0;
            }
            if !self.common.is_empty() {
                self.arms.iter_mut().for_each(|arm| arm.look(&self.current, self.row, self.to));
                let labels = self.labels.as_ref().and_then(Option::as_ref);
                self.common.retain(|end| labels.is_none_or(|labels| labels.accepts_node(NodeId(*end), &ctx.view)));
                match &mut choice {
                    Some(choice) => {
                        choice.go(&self.arms, &self.current, self.row);
                        for end in &self.common {
                            choice.find(&self.arms, &ctx.view, NodeId(*end), &mut nodes);
                        }
                    }
                    None => self.count(&mut nodes),
                }
                rows.resize(nodes.len(), self.row as u32);
            }
            self.row += 1;
        }
        self.account(ctx)?;
        let mut batch = beside(&self.current, &rows, &self.live, [(self.to, Column::Node(nodes))]);
        for (arm, edges) in self.arms.iter().zip(choice.into_iter().flat_map(|choice| choice.edges)) {
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
        self.kept = Kept::default();
        self.current = Batch::default();
        self.row = 0;
    }
}
