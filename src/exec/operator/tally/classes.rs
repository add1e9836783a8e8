//! Sums by class: nodes of the root that the grouping above takes for one are added up as one.
//!
//! In: the root's children, counted, and the expression that tells classes apart. Out: a row for each class, with one of its
//! nodes in place of the root. It is for sums made from the side of few children: they then go to a short table, where a place
//! for each node would be found by chance in a long one, and would have to be grouped afterwards.

use super::count::hold;
use super::numbers::{Few, Numbers, PATIENCE, Ready};
use super::{Batch, Context, Result};
use crate::exec::context::Watch;
use crate::exec::expr::eval;
use crate::exec::operator::Resolved;
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
    of_node: Vec<u16>,
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
    let own = weights.first().map_or(&Numbers::One, |ready| &ready.own);
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
    let mut steps = 0;
    for (node, _) in &few.nodes {
        let numbers = weights.map(|numbers| numbers.of(*node));
        let ends = few.back.ends(NodeId(*node));
        let class = |end: &u32| usize::from(classes.of_node.get(*end as usize).copied().unwrap_or_default());
        let mut add = |class: usize| {
            if let Some(sums) = sums.get_mut(class) {
                sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum = sum.wrapping_add(number));
            }
        };
        // Four are looked up before any is added to: they do not wait for each other's sums.
        let fours = ends.chunks_exact(4);
        let rest = fours.remainder();
        for four in fours {
            if let [a, b, c, d] = four {
                [a, b, c, d].map(class).into_iter().for_each(&mut add);
            }
        }
        rest.iter().map(class).for_each(add);
        steps += ends.len();
        if steps > PATIENCE {
            watch.check()?;
            steps = 0;
        }
    }
    Ok((0..N).map(|weight| sums[1..].iter().map(|sums| sums[weight]).collect()).collect())
}

fn classes<'g>(
    (root, key): (&TallyNode, &Expr),
    own: &Numbers,
    held: &mut u64,
    ctx: &mut Context<'g>,
) -> Result<Option<Classes>> {
    let bound = ctx.view.node_bound();
    hold(2 * bound as u64, ctx, held)?;
    let mut classes = Classes { of_node: vec![0; bound], nodes: Vec::new() };
    let nodes: Vec<NodeId> = match own {
        Numbers::Set(set) => set.iter().map(NodeId).collect(),
        Numbers::Counts(_) => return Ok(None),
        Numbers::One => {
            let labels = root.labels.as_ref().map(|labels| Resolved::new(labels, &ctx.view));
            let runs = ctx.view.scan(|of_node| labels.as_ref().is_none_or(|labels| labels.accepts(of_node)));
            runs.into_iter().flatten().map(NodeId).collect()
        }
    };
    let mut known = Keys::new();
    for piece in nodes.chunks(PIECE) {
        ctx.check()?;
        let mut batch = Batch::new(piece.len());
        batch.set(root.var, Column::Node(piece.to_vec()));
        // What fails on a node may fail on one that is in no match.
        let Ok(column) = eval(key, &batch, ctx) else { return Ok(None) };
        for (node, number) in piece.iter().zip(known.numbers(&[column], piece.len(), ctx)?) {
            if number as usize == classes.nodes.len() {
                classes.nodes.push(*node);
            }
            classes.of_node[node.index()] = number as u16 + 1;
        }
        if classes.nodes.len() > MOST {
            return Ok(None);
        }
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
