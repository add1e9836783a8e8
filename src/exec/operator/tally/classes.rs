//! Sums by class: nodes of the root that the grouping above takes for one are added up as one.
//!
//! In: the root's children, counted, and the expression that tells classes apart. Out: a row for each class, with one of its
//! nodes in place of the root. It is for sums made from the side of few children: they then go to a short table, where a place
//! for each node would be found by chance in a long one, and would have to be grouped afterwards.

use std::ops::Range;

use super::super::ahead::in_sight;
use super::by_node::ByNode;
use super::count::{hold, let_go, runs};
use super::numbers::{Few, Numbers, PATIENCE, Ready};
use super::{Batch, Context, Result};
use crate::exec::context::Watch;
use crate::exec::expr::eval;
use crate::exec::operator::keys::Keys;
use crate::model::{Column, NodeId, Var};
use crate::plan::expr::Expr;
use crate::plan::physical::TallyNode;

/// More classes than this would need another table.
const MOST: usize = 1 << 12;

/// How many nodes are put into classes at a time.
const PIECE: usize = 1 << 13;

/// The class of each node, 0 for those that cannot be the root, and a node of each class.
struct Classes {
    of_node: ByNode,
    nodes: Vec<NodeId>,
}

/// A node of each class, and for each weight the sums of the classes.
pub(super) type Sums = (Vec<NodeId>, Vec<Vec<i64>>);

/// The sums of every class; none when it is not a few children that they are made from, or there are many classes.
pub(super) fn sums<'g>(
    weights: &[&Ready<'g>],
    (root, key): (&TallyNode, &Expr),
    held: &mut u64,
    ctx: &mut Context<'g>,
) -> Result<Option<Sums>> {
    let Some(first) = weights.first().and_then(|ready| ready.only_child()) else { return Ok(None) };
    let Some(few) = first.few(ctx.watch()) else { return Ok(None) };
    let mut lanes = Vec::with_capacity(weights.len());
    for ready in weights {
        let Some(child) = ready.only_child().filter(|child| child.links == first.links) else { return Ok(None) };
        if !child.fits(few.edges) {
            return Ok(None);
        }
        lanes.push(&child.numbers);
    }
    let own = weights.first().map_or((&Numbers::One, 0..0), |ready| (&ready.own, ready.span.clone()));
    let Some(classes) = classes((root, key), own, held, ctx)? else { return Ok(None) };
    let sums = match *lanes.as_slice() {
        [one] => add([one], &few, &classes, ctx.watch())?,
        [one, two] => add([one, two], &few, &classes, ctx.watch())?,
        [one, two, three] => add([one, two, three], &few, &classes, ctx.watch())?,
        _ => return Ok(None),
    };
    Ok(Some((classes.nodes, sums)))
}

/// The sums of every class for so many weights. The first weight counts matches, so where it is 0 the others are.
fn add<const N: usize>(
    weights: [&Numbers; N],
    few: &Few<'_>,
    classes: &Classes,
    watch: Watch<'_, '_>,
) -> Result<Vec<Vec<i64>>> {
    // Side by side, as they are found by chance.
    let mut sums = vec![[0i64; N]; classes.nodes.len() + 1];
    let (mut steps, mut walked) = (0, 0);
    let mut found = Vec::new();
    for node in in_sight(weights[0].iter().map(|(node, _)| NodeId(node)), &few.back) {
        let numbers = weights.map(|numbers| numbers.of(node.0));
        let ends = few.back.ends(node);
        // All are looked up before any is added to: they do not wait for each other's sums.
        classes.of_node.look_up(ends, &mut found);
        for class in &found {
            if let Some(sums) = sums.get_mut(*class as usize) {
                sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum = sum.wrapping_add(number));
            }
        }
        steps += ends.len();
        if steps > PATIENCE {
            watch.check()?;
            steps = 0;
            few.back.walked(walked..node.0, watch.view);
            walked = node.0;
        }
    }
    Ok((0..N).map(|weight| sums[1..].iter().map(|sums| sums[weight]).collect()).collect())
}

fn classes<'g>(
    (root, key): (&TallyNode, &Expr),
    (own, span): (&Numbers, Range<u32>),
    held: &mut u64,
    ctx: &mut Context<'g>,
) -> Result<Option<Classes>> {
    let most = 2 * span.len() as u64;
    hold(most, ctx, held)?;
    let classes = match own {
        Numbers::Set(set) => {
            let mut nodes = set.iter().map(NodeId);
            let pieces = std::iter::from_fn(|| Some(nodes.by_ref().take(PIECE).collect::<Vec<NodeId>>()));
            number((root.var, key), span, pieces.take_while(|piece| !piece.is_empty()), ctx)?
        }
        Numbers::Counts(_) => None,
        Numbers::One => {
            let runs = runs(root, &ctx.view);
            let pieces = runs.iter().flat_map(|run| {
                let piece = |first: u32| (first..run.end.min(first + PIECE as u32)).map(NodeId).collect();
                run.clone().step_by(PIECE).map(piece)
            });
            number((root.var, key), span, pieces, ctx)?
        }
    };
    let needed = classes.as_ref().map_or(0, |classes| classes.of_node.bytes());
    let_go(most - needed, ctx, held);
    Ok(classes)
}

/// Numbers the classes of these nodes, which come in pieces; none when there are many.
fn number<'g>(
    (root, key): (Var, &Expr),
    span: Range<u32>,
    pieces: impl Iterator<Item = Vec<NodeId>>,
    ctx: &mut Context<'g>,
) -> Result<Option<Classes>> {
    let mut classes = Classes { of_node: ByNode::zeros(span), nodes: Vec::new() };
    let mut known = Keys::new();
    for piece in pieces {
        ctx.check()?;
        let mut batch = Batch::new(piece.len());
        batch.set(root, Column::Node(piece.clone()));
        // What fails on a node may fail on one that is in no match.
        let Ok(column) = eval(key, &batch, ctx) else { return Ok(None) };
        let numbers = known.numbers(&[column], piece.len(), ctx)?;
        if known.len() as usize > MOST {
            return Ok(None);
        }
        for (node, number) in piece.iter().zip(&numbers) {
            if *number as usize == classes.nodes.len() {
                classes.nodes.push(*node);
            }
        }
        classes
            .of_node
            .put_each(piece.iter().map(|node| node.0).zip(numbers.iter().map(|number| i64::from(*number) + 1)));
    }
    Ok(Some(classes))
}

/// A row for each class that has matches; the first sums count them.
pub(super) fn batch<'g, 's>(
    (root, nodes): (Var, &[NodeId]),
    sums: impl Iterator<Item = (Var, &'s [i64])> + Clone,
) -> Batch<'g> {
    let counts = sums.clone().next().map_or(&[][..], |(_, counts)| counts);
    let rows: Vec<usize> = counts.iter().enumerate().filter(|(_, count)| **count != 0).map(|(row, _)| row).collect();
    let mut batch = Batch::new(rows.len());
    for (var, sums) in sums {
        batch.set(var, Column::Int(rows.iter().map(|row| sums[*row]).collect()));
    }
    batch.set(root, Column::Node(rows.iter().map(|row| nodes[*row]).collect()));
    batch
}
