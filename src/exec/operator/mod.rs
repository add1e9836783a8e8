//! Operators: each pulls batches from its input and gives batches of its own.
//!
//! An operator copies what it needs from the plan when it is built and resolves names when it first runs, because an
//! earlier `CREATE` may have made them. [`Operator::reset`] takes it back to the start, so that the inner side of a
//! subquery is built once and run many times.

mod aggregate;
mod ahead;
mod apply;
mod bits;
mod call;
mod closed_walk;
mod create;
mod define;
mod delete;
mod distinct;
mod edge_lists;
mod edge_scan;
mod expand;
mod filter;
mod foreach;
mod gathered;
mod group_expand;
mod intersect;
mod keys;
mod labels;
mod leaf;
mod load_csv;
mod merge;
mod node_join;
mod node_scan;
mod node_seek;
mod patient;
mod project;
mod reach;
mod select_shortest;
mod set;
mod shortest_path;
mod slice;
mod sort;
mod subplan;
mod tally;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod testing;
mod union;
mod unwind;
mod var_expand;
mod waiting;
mod write;

pub(super) use labels::{Resolved, type_matches};
pub(super) use leaf::ArgumentSlot;
pub(super) use subplan::Subplan;
pub(super) use write::gone;
pub use write::refused;

use std::time::Instant;

use super::{Batch, Result, context::Context};
use crate::model::{Column, Var, deep};
use crate::plan::physical::{Op, OpKind};

/// Something that gives batches.
pub(super) trait Operator<'g>: Send {
    /// The next rows, at least one; none at the end.
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>>;

    /// Back to the start.
    fn reset(&mut self);
}

pub(super) type Boxed<'g> = Box<dyn Operator<'g> + 'g>;

/// Builds an operator and everything below it. `argument` is what the leaves of this plan stand for.
pub(super) fn build<'g>(op: &Op, argument: &ArgumentSlot<'g>) -> Boxed<'g> {
    build_over(op, argument, &|_| None)
}

/// As `build`; what `other` gives for an operator takes its place and that of what is below it.
fn build_over<'g>(op: &Op, argument: &ArgumentSlot<'g>, other: &dyn Fn(&Op) -> Option<Boxed<'g>>) -> Boxed<'g> {
    if let Some(inner) = other(op) {
        return Box::new(Counted { id: op.id, inner });
    }
    let live = op.live.clone();
    let input = || match &op.input {
        Some(input) => deep(|| build_over(input, argument, other)),
        None => Box::new(leaf::Unit::default()),
    };
    let inner: Boxed<'g> = match &op.kind {
        OpKind::Unit => Box::new(leaf::Unit::default()),
        OpKind::Define { change, span } => Box::new(define::Define::new(change.clone(), *span)),
        OpKind::Argument => Box::new(leaf::Argument::new(argument.clone(), live)),
        OpKind::Tally(tally) => Box::new(tally::Tally::new(tally, argument, live)),
        OpKind::NodeScan { node, labels } => Box::new(node_scan::NodeScan::new(input(), *node, labels.clone(), live)),
        OpKind::NodeSeek { node, label, keys, values, among } => {
            let by = (keys.clone(), values.clone(), among.is_some());
            Box::new(node_seek::NodeSeek::new(input(), *node, label.clone(), by, live))
        }
        OpKind::NodeJoin { node, labels, keys, values } => {
            let by = (keys.clone(), values.clone());
            Box::new(node_join::NodeJoin::new(input(), (*node, labels.clone()), by, live))
        }
        OpKind::Expand(step) => Box::new(expand::Expand::new(input(), step.clone(), live)),
        OpKind::Intersect { to, to_labels, arms } => {
            Box::new(intersect::Intersect::new(input(), (*to, to_labels.clone()), arms.clone(), live))
        }
        OpKind::EdgeScan(step) => Box::new(edge_scan::EdgeScan::new(input(), step.clone(), live)),
        OpKind::VarExpand { expand, min, max, each, filter, ends_only } => {
            let edges = expand::Edges::new(expand.clone(), *each, filter.clone());
            if *ends_only {
                let reach = reach::Reach::new(input(), (edges, filter.is_none()), (*min, *max), live);
                return Box::new(Counted { id: op.id, inner: Box::new(reach) });
            }
            Box::new(var_expand::VarExpand::new(input(), edges, (*min, *max), live))
        }
        OpKind::GroupExpand { expand, min, max, inner, start, end, edges, lists } => {
            let group = group_expand::Repeated {
                expand: expand.clone(),
                bounds: (*min, *max),
                start: *start,
                end: *end,
                edges: edges.clone(),
                lists: lists.clone(),
            };
            Box::new(group_expand::GroupExpand::new(input(), Subplan::build(inner), group, live))
        }
        OpKind::ShortestPath { expand, min, max, each, filter, which } => {
            let edges = expand::Edges::new(expand.clone(), *each, filter.clone());
            Box::new(shortest_path::ShortestPath::new(input(), edges, (*min, *max), *which, live))
        }
        OpKind::SelectShortest { partition, steps, keep } => {
            Box::new(select_shortest::SelectShortest::new(input(), partition.clone(), steps.clone(), *keep, live))
        }
        OpKind::Filter(predicate) => Box::new(filter::Filter::new(input(), predicate, live)),
        OpKind::Project(items) => Box::new(project::Project::new(input(), items.clone(), live)),
        OpKind::Aggregate { keys, aggregates, unique } => {
            let input = (input(), op.input.as_deref());
            Box::new(aggregate::Aggregate::new(input, keys.clone(), aggregates.clone(), unique.clone()))
        }
        OpKind::Distinct(vars) => Box::new(distinct::Distinct::new(input(), vars.clone(), live)),
        OpKind::Sort { keys, limit, asked } => {
            let asked = asked.then_some(op.id);
            Box::new(sort::Sort::new(input(), keys.clone(), (limit.clone(), asked), live))
        }
        OpKind::Skip(count) => Box::new(slice::Slice::skip(input(), count.clone())),
        OpKind::Limit(count) => Box::new(slice::Slice::limit(input(), count.clone())),
        OpKind::Unwind { list, var } => Box::new(unwind::Unwind::new(input(), list.clone(), *var, live)),
        OpKind::LoadCsv { csv, var } => Box::new(load_csv::LoadCsv::new(input(), csv.clone(), *var, live)),
        OpKind::Union { branches, vars } => {
            let branches = branches.iter().map(|(branch, vars)| (build(branch, argument), vars.clone())).collect();
            Box::new(union::Union::new(branches, vars.clone(), live))
        }
        OpKind::Optional { inner, vars } => {
            Box::new(apply::Apply::optional(input(), Subplan::build(inner), vars.clone(), live))
        }
        OpKind::Apply { inner, vars } => {
            Box::new(apply::Apply::inner(input(), Subplan::build(inner), vars.clone(), live))
        }
        OpKind::Merge { inner, merge } => {
            gathered(input(), merge::Merge { inner: Subplan::build(inner), merge: merge.clone(), live })
        }
        OpKind::Set(items) => gathered(input(), set::Set { items: items.clone(), live }),
        OpKind::Delete { targets, detach } => {
            gathered(input(), delete::Delete { targets: targets.clone(), detach: *detach, live })
        }
        OpKind::Eager => gathered(input(), gathered::Eager),
        OpKind::Call { procedure, arguments, results, gives_rows } => {
            let called = call::Called {
                procedure: procedure.clone(),
                arguments: arguments.clone(),
                results: results.clone(),
                gives_rows: *gives_rows,
            };
            Box::new(call::Call::new(input(), called, live))
        }
        OpKind::Foreach { inner } => gathered(input(), foreach::Foreach { inner: Subplan::build(inner), live }),
        OpKind::Create { nodes, edges } => {
            gathered(input(), create::Create { nodes: nodes.clone(), edges: edges.clone(), live })
        }
    };
    Box::new(Counted { id: op.id, inner })
}

fn gathered<'g>(input: Boxed<'g>, whole: impl gathered::Whole<'g> + 'g) -> Boxed<'g> {
    Box::new(gathered::Gathered::new(input, whole))
}

/// Counts an operator's rows, and asks before each batch whether to go on.
struct Counted<'g> {
    id: usize,
    inner: Boxed<'g>,
}

impl<'g> Operator<'g> for Counted<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        loop {
            ctx.check()?;
            let start = ctx.plan.measured.then(Instant::now);
            let next = deep(|| self.inner.next(ctx));
            if let Some(start) = start {
                ctx.spent_by(self.id).nanos += start.elapsed().as_nanos() as u64;
            }
            match next? {
                // Nobody above needs to think of a batch without rows.
                Some(batch) if batch.len == 0 => {}
                Some(batch) => {
                    ctx.count(self.id, batch.len);
                    return Ok(Some(batch));
                }
                None => return Ok(None),
            }
        }
    }

    fn reset(&mut self) {
        deep(|| self.inner.reset());
    }
}

/// The batch that an operator works on, taken from its input when all rows of the one before were; false at the end, when what the
/// operator holds is given back.
fn take_next<'g>(
    input: &mut Boxed<'g>,
    (current, row): (&mut Batch<'g>, &mut usize),
    held: &mut u64,
    ctx: &mut Context<'g>,
) -> Result<bool> {
    if *row < current.len {
        return Ok(true);
    }
    let Some(batch) = input.next(ctx)? else {
        ctx.release(std::mem::take(held));
        return Ok(false);
    };
    (*current, *row) = (batch, 0);
    Ok(true)
}

/// The rows of `input` numbered in `rows`, with what `live` names, and these columns beside them.
fn beside<'g, const N: usize>(
    input: &Batch<'g>,
    rows: &[u32],
    live: &[Var],
    columns: [(Var, Column<'g>); N],
) -> Batch<'g> {
    let old: Vec<Var> = live.iter().copied().filter(|var| columns.iter().all(|(new, _)| new != var)).collect();
    let mut batch = input.gather(rows, &old);
    for (var, column) in columns {
        if live.contains(&var) {
            batch.set(var, column);
        }
    }
    batch
}
