//! `Tally`: how many matches a tree-shaped pattern has, per node of its root or in all, from the leaves up.
//!
//! Every node of the pattern gets a number for every node of the graph that it may be: the product, over its children, of
//! the sums of their numbers over its neighbours. A leaf without a condition needs no numbers: its sum is a degree.

use std::sync::Arc;

use super::labels::leads_only_to;
use super::{Batch, Boxed, Context, Operator, Resolved, Result, build, labels};
use crate::exec::batch::ROWS;
use crate::exec::operator::ArgumentSlot;
use crate::model::{Class, Column, Detail, Diagnostic, Direction, EdgeTypeId, NodeId, Value, Var};
use crate::plan::expr::Labels;
use crate::plan::physical::{self, TallyLink, TallyNode, TallyTerm};
use crate::store::{Block, View};

/// How many steps a loop takes before it asks whether to go on.
const PATIENCE: usize = 1 << 16;

pub(super) struct Tally<'g> {
    root: Option<Var>,
    weights: Vec<(Var, Vec<Term<'g>>)>,
    live: Vec<Var>,
    /// The numbers of each weight by node, and the next node.
    counted: Option<(Vec<Arc<Vec<i64>>>, usize)>,
    held: u64,
}

struct Term<'g> {
    term: TallyTerm,
    /// What finds the nodes that have conditions.
    finds: Vec<Option<Boxed<'g>>>,
}

/// The numbers of a pattern's node.
enum Numbers {
    /// One, whatever node it is.
    One,
    /// One for these, by node, and nothing for others.
    Set(Vec<bool>),
    Counts(Vec<i64>),
}

impl Numbers {
    fn of(&self, node: u32) -> i64 {
        match self {
            Numbers::One => 1,
            Numbers::Set(set) => i64::from(set.get(node as usize) == Some(&true)),
            Numbers::Counts(counts) => counts.get(node as usize).copied().unwrap_or_default(),
        }
    }
}

impl<'g> Tally<'g> {
    pub(super) fn new(tally: &physical::Tally, argument: &ArgumentSlot<'g>, live: Vec<Var>) -> Self {
        let term = |term: &TallyTerm| {
            let find = |node: &TallyNode| node.find.as_ref().map(|find| build(find, argument));
            Term { finds: term.nodes.iter().map(find).collect(), term: term.clone() }
        };
        let weights = tally.weights.iter().map(|(var, terms)| (*var, terms.iter().map(term).collect())).collect();
        Tally { root: tally.root, weights, live, counted: None, held: 0 }
    }

    fn count(&mut self, ctx: &mut Context<'g>) -> Result<Vec<Arc<Vec<i64>>>> {
        // A run that was left in the middle could not give it back.
        ctx.release(std::mem::take(&mut self.held));
        let bound = ctx.view.node_bound();
        let mut all: Vec<Arc<Vec<i64>>> = Vec::new();
        for at in 0..self.weights.len() {
            if at > 0 && self.same_as_first(at, &ctx.view) {
                all.push(Arc::clone(&all[0]));
                continue;
            }
            let terms = &mut self.weights[at].1;
            let mut sum: Option<Vec<i64>> = None;
            for term in terms {
                // A set and a number for every node of the pattern, at most.
                let bytes = 9 * (bound * term.term.nodes.len()) as u64;
                ctx.hold(bytes)?;
                let numbers = term.count(ctx)?;
                ctx.release(bytes);
                let Some(numbers) = numbers else { continue };
                let factor = term.term.factor;
                match &mut sum {
                    None if factor == 1 => sum = Some(numbers),
                    none @ None => {
                        let scaled: Option<Vec<i64>> = numbers.iter().map(|n| n.checked_mul(factor)).collect();
                        *none = Some(scaled.ok_or_else(overflow)?);
                    }
                    Some(sum) => {
                        for (sum, number) in sum.iter_mut().zip(numbers) {
                            let part = number.checked_mul(factor).and_then(|part| sum.checked_add(part));
                            *sum = part.ok_or_else(overflow)?;
                        }
                    }
                }
            }
            let bytes = 8 * bound as u64;
            self.held += bytes;
            ctx.hold(bytes)?;
            all.push(Arc::new(sum.unwrap_or_else(|| vec![0; bound])));
        }
        Ok(all)
    }

    /// Whether a weight asks for no more than the first: properties that every node has.
    fn same_as_first(&self, at: usize, view: &View<'_>) -> bool {
        let same = |(one, other): (&Term<'g>, &Term<'g>)| {
            let mut bare = other.term.clone();
            for node in &mut bare.nodes {
                let here = std::mem::take(&mut node.present);
                node.present = here.into_iter().filter(|key| !node.always_has(key, view)).collect();
            }
            bare == one.term
        };
        let (first, other) = (&self.weights[0].1, &self.weights[at].1);
        first.len() == other.len() && first.iter().zip(other).all(same)
    }

    /// The one row for all matches; none when there are none.
    fn total(&self, counts: &[Arc<Vec<i64>>]) -> Result<Option<Batch<'g>>> {
        let mut batch = Batch::new(1);
        for ((var, _), counts) in self.weights.iter().zip(counts) {
            let sum: i128 = counts.iter().map(|n| i128::from(*n)).sum();
            batch.set(*var, Column::Int(vec![i64::try_from(sum).map_err(|_| overflow())?]));
        }
        let none = self.weights.first().is_none_or(|(var, _)| batch.value(*var, 0) == Value::Int(0));
        batch.keep(&self.live);
        Ok((!none).then_some(batch))
    }
}

impl<'g> Term<'g> {
    /// The number of matches for each node that the root may be; none when there can be none.
    fn count(&mut self, ctx: &mut Context<'g>) -> Result<Option<Vec<i64>>> {
        let loops = self.term.nodes.iter().flat_map(|node| &node.loops);
        for types in loops {
            if ctx.view.loops(edge_types(types.as_ref(), &ctx.view).as_deref()).is_empty() {
                return Ok(None);
            }
        }
        let mut numbers: Vec<Option<Numbers>> = self.term.nodes.iter().map(|_| None).collect();
        // Parents come before their children.
        for at in (0..self.term.nodes.len()).rev() {
            let mut children: Vec<(usize, Numbers)> = Vec::new();
            for child in at + 1..self.term.nodes.len() {
                if self.term.nodes[child].parent == at {
                    children.extend(numbers[child].take().map(|numbers| (child, numbers)));
                }
            }
            let candidates = self.candidates(at, ctx)?;
            numbers[at] = Some(self.number(at, candidates, &children, ctx)?);
        }
        let bound = ctx.view.node_bound();
        Ok(match numbers.swap_remove(0) {
            Some(Numbers::Counts(counts)) => Some(counts),
            Some(other) => Some((0..bound as u32).map(|node| other.of(node)).collect()),
            None => None,
        })
    }

    /// The nodes that may stand here: all that the edges to a child or to the parent lead to need no test.
    fn candidates(&mut self, at: usize, ctx: &mut Context<'g>) -> Result<Numbers> {
        let node = &self.term.nodes[at];
        let nowhere = vec![false; if node.is_free(&self.term, &ctx.view) { 0 } else { ctx.view.node_bound() }];
        let mut set = nowhere;
        if let Some(find) = &mut self.finds[at] {
            find.reset();
            while let Some(batch) = find.next(ctx)? {
                for row in 0..batch.len {
                    if let Some(node) = super::expand::node(&batch, node.var, row) {
                        set[node.index()] = true;
                    }
                }
            }
        } else if set.is_empty() {
            // A deleted node has no edges.
            return Ok(Numbers::One);
        } else {
            let labels = node.labels.as_ref().map(|labels| Resolved::new(labels, &ctx.view));
            for run in ctx.view.scan(|of_node| labels.as_ref().is_none_or(|labels| labels.accepts(of_node))) {
                set[run.start as usize..run.end as usize].fill(true);
            }
        }
        for key in node.present.iter().filter(|key| !node.always_has(key, &ctx.view)) {
            let key = ctx.view.key_id(key);
            for (at, is_in) in set.iter_mut().enumerate().filter(|(_, is_in)| **is_in) {
                *is_in = key.is_some_and(|key| !ctx.view.node_property(NodeId(at as u32), key).is_null());
            }
        }
        Ok(Numbers::Set(set))
    }

    /// The node's numbers.
    fn number(
        &self,
        at: usize,
        candidates: Numbers,
        children: &[(usize, Numbers)],
        ctx: &Context<'g>,
    ) -> Result<Numbers> {
        let mut numbers = candidates;
        for (child, of_child) in children {
            let mut sums = sums(&ctx.view, &self.term.nodes[*child].links, &numbers, of_child, ctx)?;
            if let Numbers::Counts(counts) = &numbers {
                for (sum, count) in sums.iter_mut().zip(counts) {
                    *sum = sum.checked_mul(*count).ok_or_else(overflow)?;
                }
            }
            numbers = Numbers::Counts(sums);
        }
        for types in &self.term.nodes[at].loops {
            let mut counts = vec![0; ctx.view.node_bound()];
            for (node, count) in ctx.view.loops(edge_types(types.as_ref(), &ctx.view).as_deref()) {
                counts[node.index()] = numbers.of(node.0).checked_mul(count as i64).ok_or_else(overflow)?;
            }
            numbers = Numbers::Counts(counts);
        }
        Ok(numbers)
    }
}

impl TallyNode {
    /// Whether every node that an edge of the pattern leads to may stand here.
    fn is_free(&self, term: &TallyTerm, view: &View<'_>) -> bool {
        if self.find.is_some() || !self.present.iter().all(|key| self.always_has(key, view)) {
            return false;
        }
        let Some(labels) = &self.labels else { return true };
        let down =
            term.nodes.iter().skip(1).filter(|child| term.nodes.get(child.parent).is_some_and(|p| p.var == self.var));
        let down = down.flat_map(|child| child.links.iter().map(|link| (link, link.direction.reverse())));
        let up = self.links.iter().map(|link| (link, link.direction));
        // Seen from the other end, each of them leads here.
        down.chain(up).any(|(link, direction)| {
            leads_only_to(view, edge_types(link.types.as_ref(), view).as_deref(), direction, labels)
        })
    }

    /// Whether it is known at once that every node that may stand here has the property.
    fn always_has(&self, key: &str, view: &View<'_>) -> bool {
        let Some(Labels::Name(label)) = &self.labels else { return false };
        view.label_id(label).zip(view.key_id(key)).is_some_and(|(label, key)| view.always_has(label, key))
    }
}

/// The edge types; none: all of them.
fn edge_types(types: Option<&Labels>, view: &View<'_>) -> Option<Vec<EdgeTypeId>> {
    types.map(|types| labels::edge_types(types, view))
}

/// For each node that has a number, the sum of the child's numbers over the edges of the link: over the tuples of edges to
/// the same node, when there are several links.
fn sums(
    view: &View<'_>,
    links: &[TallyLink],
    parents: &Numbers,
    child: &Numbers,
    ctx: &Context<'_>,
) -> Result<Vec<i64>> {
    let types: Vec<Option<Vec<EdgeTypeId>>> = links.iter().map(|link| edge_types(link.types.as_ref(), view)).collect();
    let mut sums = vec![0i64; view.node_bound()];
    if let ([link], [types]) = (links, types.as_slice())
        && link.direction != Direction::Both
        && let Some(blocks) = view.blocks(types.as_deref(), link.direction)
    {
        for block in blocks {
            over_block(&block, parents, child, &mut sums, ctx)?;
        }
        return Ok(sums);
    }
    let mut steps = 0;
    for node in view.scan(|_| true).into_iter().flatten() {
        if parents.of(node) == 0 {
            continue;
        }
        let mut sum = 0i64;
        let mut fits = true;
        let [(first, types), others @ ..] = &links.iter().zip(&types).collect::<Vec<_>>()[..] else { continue };
        view.neighbours(NodeId(node), first.direction, types.as_deref(), |_, end| {
            steps += 1;
            let mut number = child.of(end.0);
            for (link, types) in others {
                if number != 0 {
                    let edges = between(view, NodeId(node), end, link.direction, types.as_deref());
                    let product = number.checked_mul(edges);
                    fits &= product.is_some();
                    number = product.unwrap_or_default();
                }
            }
            match sum.checked_add(number) {
                Some(more) => sum = more,
                None => fits = false,
            }
        });
        if !fits {
            return Err(overflow());
        }
        if steps > PATIENCE {
            ctx.check()?;
            steps = 0;
        }
        sums[node as usize] = sum;
    }
    Ok(sums)
}

/// How many edges lead from one node to another in this direction.
fn between(view: &View<'_>, from: NodeId, to: NodeId, direction: Direction, types: Option<&[EdgeTypeId]>) -> i64 {
    let mut count = 0;
    if direction != Direction::In {
        view.edges_between(from, to, types, |_| count += 1);
    }
    if direction == Direction::In || direction == Direction::Both && from != to {
        view.edges_between(to, from, types, |_| count += 1);
    }
    count
}

fn over_block(
    block: &Block<'_>,
    parents: &Numbers,
    child: &Numbers,
    sums: &mut [i64],
    ctx: &Context<'_>,
) -> Result<()> {
    let first = block.first.index();
    let Some(sums) = sums.get_mut(first..first + block.len()) else { return Ok(()) };
    let mut steps = 0;
    for (row, sum) in sums.iter_mut().enumerate() {
        // What has no number needs no sum.
        let wanted = match parents {
            Numbers::One => true,
            Numbers::Set(set) => set[first + row],
            Numbers::Counts(counts) => counts[first + row] != 0,
        };
        if !wanted {
            continue;
        }
        match child {
            Numbers::One => *sum += i64::from(block.degree(row)),
            Numbers::Set(set) => {
                let ends = block.ends(row);
                steps += ends.len();
                *sum += ends.iter().filter(|end| set.get(**end as usize) == Some(&true)).count() as i64;
            }
            Numbers::Counts(counts) => {
                let ends = block.ends(row);
                steps += ends.len();
                for end in ends {
                    let number = counts.get(*end as usize).copied().unwrap_or_default();
                    *sum = sum.checked_add(number).ok_or_else(overflow)?;
                }
            }
        }
        if steps > PATIENCE {
            ctx.check()?;
            steps = 0;
        }
    }
    Ok(())
}

fn overflow() -> Diagnostic {
    let message = "the number of matches does not fit into 64 bits";
    Diagnostic::new(Class::ArithmeticError, Detail::IntegerOverflow, message)
}

impl<'g> Operator<'g> for Tally<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.counted.is_none() {
            let counts = self.count(ctx)?;
            if self.root.is_none() {
                let total = self.total(&counts)?;
                self.counted = Some((Vec::new(), 0));
                // No match, no row.
                return Ok(total);
            }
            self.counted = Some((counts, 0));
        }
        let (Some((counts, at)), Some(root)) = (&mut self.counted, self.root) else { return Ok(None) };
        let Some(matches) = counts.first() else { return Ok(None) };
        let mut nodes = Vec::with_capacity(ROWS);
        while nodes.len() < ROWS && *at < matches.len() {
            if matches[*at] != 0 {
                nodes.push(NodeId(*at as u32));
            }
            *at += 1;
        }
        if nodes.is_empty() {
            ctx.release(std::mem::take(&mut self.held));
            return Ok(None);
        }
        let mut batch = Batch::new(nodes.len());
        for ((var, _), counts) in self.weights.iter().zip(counts.iter()) {
            if self.live.contains(var) {
                batch.set(*var, Column::Int(nodes.iter().map(|node| counts[node.index()]).collect()));
            }
        }
        if self.live.contains(&root) {
            batch.set(root, Column::Node(nodes));
        }
        Ok(Some(batch))
    }

    fn reset(&mut self) {
        self.counted = None;
    }
}
