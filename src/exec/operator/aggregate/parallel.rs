//! Grouping in pieces: the nodes that a scan would give are cut into runs, each is gone on from and grouped by itself, and the
//! groups are put together in the order of the runs.
//!
//! There are as many runs whatever the number of threads, so that sums of floats come out the same.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::leaf::ArgumentSlot;
use super::super::{Boxed, Context, Operator, Resolved, Result};
use super::groups::Groups;
use crate::exec::Batch;
use crate::exec::batch::ROWS;
use crate::exec::parallel::pieces;
use crate::model::function::Aggregate;
use crate::model::{Column, NodeId, Var};
use crate::plan::expr::AggregateCall;
use crate::plan::physical::{Op, OpKind};

/// How many pieces: enough that one with many edges holds nobody up.
const PIECES: usize = 64;

/// So many rows are worth it.
const MANY: f64 = 200_000.0;

/// The groups of a piece, and how many bytes they hold.
pub(super) type Grouped<'g> = (Groups<'g>, u64);

/// What groups the rows that operators give.
type Group<'f, 'g> = dyn Fn(&mut (dyn Operator<'g> + 'g), &mut Context<'g>) -> Result<Grouped<'g>> + Sync + 'f;

/// Operators whose rows can be made in pieces.
pub(super) struct Split {
    root: Arc<Op>,
    /// The number of the scan at the bottom.
    scan: usize,
}

impl Split {
    /// Of the operators below a grouping; none when they cannot be split, or that is not worth it.
    pub(super) fn new(input: Option<&Op>, calls: &[(Var, AggregateCall)]) -> Option<Split> {
        let input = input?;
        let in_any_order = |call: &AggregateCall| {
            !call.distinct || matches!(call.function, Aggregate::Count | Aggregate::Min | Aggregate::Max)
        };
        if !calls.iter().all(|(_, call)| in_any_order(call)) {
            return None;
        }
        let (mut op, mut rows) = (input, 0.0);
        loop {
            rows += op.rows;
            match &op.kind {
                OpKind::NodeScan { .. } if op.input.as_ref().is_some_and(|op| op.kind == OpKind::Unit) => break,
                OpKind::Filter(_)
                | OpKind::Project(_)
                | OpKind::Expand(_)
                | OpKind::Intersect { .. }
                | OpKind::VarExpand { .. }
                | OpKind::ShortestPath { .. } => op = op.input.as_deref()?,
                _ => return None,
            }
        }
        (rows > MANY).then(|| Split { root: Arc::new(input.clone()), scan: op.id })
    }

    /// The groups of each piece's rows, in their order; `group` makes those of one.
    pub(super) fn gather<'g>(&self, ctx: &mut Context<'g>, group: &Group<'_, 'g>) -> Result<Vec<Grouped<'g>>> {
        let runs = self.runs(ctx);
        let threads = ctx.threads();
        let contexts = Mutex::new((0..threads).map(|_| ctx.fork()).collect::<Vec<_>>());
        let ended = Mutex::new(Vec::new());
        // Names are resolved, and neighbours found to be slices, once a piece; operators are built once a thread.
        let start = || {
            let slot = RunSlot::default();
            let operators = build_over(&self.root, &slot, self.scan);
            let own = contexts.lock().unwrap_or_else(PoisonError::into_inner).pop();
            (operators, slot, own)
        };
        let work = |(operators, slot, own): &mut (Boxed<'g>, RunSlot, Option<Context<'g>>), piece: usize| {
            // There is one for each thread.
            let Some(own) = own else { return Ok(None) };
            slot.put(runs.get(piece).cloned().unwrap_or_default());
            operators.reset();
            group(operators.as_mut(), own).map(Some)
        };
        let end = |(_, _, own): (Boxed<'g>, RunSlot, Option<Context<'g>>)| {
            ended.lock().unwrap_or_else(PoisonError::into_inner).extend(own.map(|own| own.spent));
        };
        let groups = pieces(threads, runs.len(), start, work, end)?;
        for spent in ended.into_inner().unwrap_or_else(PoisonError::into_inner) {
            ctx.join(&spent);
        }
        Ok(groups.into_iter().flatten().collect())
    }

    /// The nodes of the scan, cut into pieces.
    fn runs(&self, ctx: &Context<'_>) -> Vec<Vec<Range<u32>>> {
        let mut op = self.root.as_ref();
        while op.id != self.scan {
            let Some(input) = op.input.as_deref() else { return Vec::new() };
            op = input;
        }
        let OpKind::NodeScan { labels, .. } = &op.kind else { return Vec::new() };
        let labels = labels.as_ref().map(|labels| Resolved::new(labels, &ctx.view));
        let all = ctx.view.scan(|of_node| labels.as_ref().is_none_or(|labels| labels.accepts(of_node)));
        let nodes: usize = all.iter().map(ExactSizeIterator::len).sum();
        let size = nodes.div_ceil(PIECES).max(64) as u32;
        let (mut pieces, mut piece, mut room) = (Vec::new(), Vec::new(), size);
        for mut run in all {
            while run.start < run.end {
                let taken = room.min(run.len() as u32);
                piece.push(run.start..run.start + taken);
                (run.start, room) = (run.start + taken, room - taken);
                if room == 0 {
                    pieces.push(std::mem::take(&mut piece));
                    room = size;
                }
            }
        }
        if !piece.is_empty() {
            pieces.push(piece);
        }
        pieces
    }
}

/// The operators with the scan replaced by what gives a piece of it.
fn build_over<'g>(root: &Op, slot: &RunSlot, scan: usize) -> Boxed<'g> {
    super::super::build_over(root, &ArgumentSlot::default(), &|op| {
        let OpKind::NodeScan { node, .. } = op.kind else { return None };
        let piece = Piece { node, slot: slot.clone(), runs: None, live: op.live.contains(&node) };
        (op.id == scan).then(|| Box::new(piece) as Boxed<'g>)
    })
}

/// Where the nodes to begin with are put.
#[derive(Clone, Default)]
struct RunSlot(Arc<Mutex<Vec<Range<u32>>>>);

impl RunSlot {
    fn put(&self, runs: Vec<Range<u32>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = runs;
    }
}

/// Leaf: the nodes of a piece.
struct Piece {
    node: Var,
    slot: RunSlot,
    runs: Option<Vec<Range<u32>>>,
    live: bool,
}

impl<'g> Operator<'g> for Piece {
    fn next(&mut self, _: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        let slot = &self.slot;
        let runs = self.runs.get_or_insert_with(|| {
            let mut runs = slot.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
            runs.reverse();
            runs
        });
        let mut nodes = Vec::with_capacity(ROWS);
        while let Some(run) = runs.last_mut() {
            let end = run.end.min(run.start.saturating_add((ROWS - nodes.len()) as u32));
            nodes.extend((run.start..end).map(NodeId));
            run.start = end;
            if run.start >= run.end {
                runs.pop();
            }
            if nodes.len() == ROWS {
                break;
            }
        }
        if nodes.is_empty() {
            return Ok(None);
        }
        let mut batch = Batch::new(nodes.len());
        if self.live {
            batch.set(self.node, Column::Node(nodes));
        }
        Ok(Some(batch))
    }

    fn reset(&mut self) {
        self.runs = None;
    }
}
