//! One pattern, counted from the leaves up to the children of its root.

use std::ops::Range;

use super::super::bits::Bits;
use super::super::labels::{self, leads_only_to};
use super::super::{Batch, Boxed, Context, Resolved, Result, expand};
use super::by_node::ByNode;
use super::filled;
use super::numbers::{Child, Numbers, Ready, Spare};
use super::wedges::Wedges;
use crate::exec::batch::ROWS;
use crate::exec::expr::eval;
use crate::model::{Class, Column, Detail, Diagnostic, Direction, EdgeTypeId, NodeId, Value};
use crate::plan::expr::{Expr, Labels};
use crate::plan::physical::{Op, OpKind, TallyLink, TallyNode, TallyTerm};
use crate::store::View;

pub(super) struct Term<'g> {
    pub(super) term: TallyTerm,
    /// What finds the nodes that have conditions.
    pub(super) finds: Vec<Option<Boxed<'g>>>,
}

/// Why counting cannot go on.
pub(super) enum Stop {
    /// A value is no integer, or cannot be had of every node that is asked.
    Value,
    Error(Diagnostic),
}

impl From<Diagnostic> for Stop {
    fn from(error: Diagnostic) -> Self {
        Stop::Error(error)
    }
}

impl From<Stop> for Diagnostic {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Error(error) => error,
            Stop::Value => Diagnostic::new(Class::ArithmeticError, Detail::Other, "a value to add up is no integer"),
        }
    }
}

impl Stop {
    /// Whether the matches can still be found one by one.
    pub(super) fn is_about_numbers(&self) -> bool {
        match self {
            Stop::Value => true,
            Stop::Error(error) => error.detail == Detail::IntegerOverflow,
        }
    }
}

impl<'g> Term<'g> {
    /// The root with its children counted; none when there can be no match.
    pub(super) fn count(
        &mut self,
        ctx: &mut Context<'g>,
        memory: &mut Memory,
    ) -> std::result::Result<Option<Ready<'g>>, Stop> {
        let loops = self.term.nodes.iter().flat_map(|node| &node.loops);
        for types in loops {
            if ctx.view.loops(edge_types(types.as_ref(), &ctx.view).as_deref()).is_empty() {
                return Ok(None);
            }
        }
        if self.term.nodes.iter().any(|node| node.wedge.is_some()) {
            return Ok(Some(self.ring(ctx, memory)?));
        }
        let mut numbers: Vec<Option<Numbers>> = self.term.nodes.iter().map(|_| None).collect();
        // Parents come before their children.
        for at in (1..self.term.nodes.len()).rev() {
            let mut ready = self.ready(at, &mut numbers, ctx, memory)?;
            push(&mut ready, ctx, &mut memory.held)?;
            numbers[at] = Some(if ready.children.is_empty() && ready.loops.is_empty() {
                ready.own
            } else {
                Numbers::Counts(counts(&ready, ctx, &mut memory.held)?)
            });
        }
        Ok(Some(self.ready(0, &mut numbers, ctx, memory)?))
    }

    /// A node whose children have their numbers.
    fn ready(
        &mut self,
        at: usize,
        numbers: &mut [Option<Numbers>],
        ctx: &mut Context<'g>,
        memory: &mut Memory,
    ) -> std::result::Result<Ready<'g>, Stop> {
        let own = self.own(at, ctx, memory)?;
        let mut children = Vec::new();
        for child in at + 1..self.term.nodes.len() {
            if self.term.nodes[child].parent == at
                && let Some(numbers) = numbers[child].take()
            {
                children.push(child_of(&self.term.nodes[child], numbers, &ctx.view));
            }
        }
        // Cheap ones first: where they give nothing, the others need not be asked.
        children.sort_by_key(|child| child.edges);
        let loops = self.term.nodes[at].loops.iter();
        let loops = loops.map(|types| ctx.view.loops(edge_types(types.as_ref(), &ctx.view).as_deref())).collect();
        Ok(Ready { span: span(&self.term.nodes[at], &ctx.view), own, children, wedges: None, loops })
    }

    /// The root with the paths that go round from it.
    fn ring(&mut self, ctx: &mut Context<'g>, memory: &mut Memory) -> std::result::Result<Ready<'g>, Stop> {
        let own = self.candidates(0, ctx, memory)?;
        let mut sets = Vec::new();
        for at in 1..self.term.nodes.len() {
            sets.push(match self.candidates(at, ctx, memory)? {
                Numbers::One => None,
                Numbers::Set(set) => Some(set),
                Numbers::Counts(_) => return Err(Stop::Value),
            });
        }
        let wedges = Wedges::new(&self.term, sets, &ctx.view).ok_or(Stop::Value)?;
        hold(wedges.bytes() * ctx.threads() as u64, ctx, &mut memory.held)?;
        let span = span(&self.term.nodes[0], &ctx.view);
        Ok(Ready { span, own, children: Vec::new(), wedges: Some(wedges), loops: Vec::new() })
    }

    /// The numbers of a node without its children.
    fn own(&mut self, at: usize, ctx: &mut Context<'g>, memory: &mut Memory) -> std::result::Result<Numbers, Stop> {
        let candidates = self.candidates(at, ctx, memory)?;
        let node = &self.term.nodes[at];
        let Some(value) = &node.value else { return Ok(candidates) };
        let span = span(node, &ctx.view);
        let most = 8 * span.len() as u64;
        hold(most, ctx, &mut memory.held)?;
        let values = match &candidates {
            Numbers::Set(set) => values(node, value, span, set.iter().map(NodeId), ctx),
            _ => values(node, value, span, runs(node, &ctx.view).into_iter().flatten().map(NodeId), ctx),
        }?;
        let_go(most - values.bytes(), ctx, &mut memory.held);
        Ok(Numbers::Counts(values))
    }

    /// The nodes that may stand here: all that the edges to a child or to the parent lead to need no test.
    fn candidates(&mut self, at: usize, ctx: &mut Context<'g>, memory: &mut Memory) -> Result<Numbers> {
        let node = &self.term.nodes[at];
        if is_free(node, &self.term, &ctx.view) {
            // A deleted node has no edges.
            return Ok(Numbers::One);
        }
        let bound = ctx.view.node_bound();
        hold(bound as u64 / 8, ctx, &mut memory.held)?;
        if let Some((_, set)) = memory.sets.iter().find(|(known, _)| same_nodes(known, node)) {
            return Ok(Numbers::Set(set.clone()));
        }
        let mut set = Bits::none(bound);
        if let Some(find) = &mut self.finds[at] {
            find.reset();
            while let Some(batch) = find.next(ctx)? {
                match batch.column(node.var) {
                    Column::Node(nodes) => nodes.iter().for_each(|node| set.insert(node.0)),
                    _ => (0..batch.len)
                        .filter_map(|row| expand::node(&batch, node.var, row))
                        .for_each(|node| set.insert(node.0)),
                }
            }
        } else {
            runs(node, &ctx.view).into_iter().for_each(|run| set.insert_run(run));
        }
        for key in node.present.iter().filter(|key| !always_has(node, key, &ctx.view)) {
            let key = ctx.view.key_id(key);
            let has = |node: u32| key.is_some_and(|key| !ctx.view.node_property(NodeId(node), key).is_null());
            let without: Vec<u32> = set.iter().filter(|node| !has(*node)).collect();
            without.into_iter().for_each(|node| set.remove(node));
        }
        memory.sets.push((node.clone(), set.clone()));
        Ok(Numbers::Set(set))
    }
}

/// What counting several weights of one pattern keeps.
#[derive(Default)]
pub(super) struct Memory {
    /// So many bytes are held.
    pub(super) held: u64,
    /// Nodes that may stand in a place, for other places that ask the same.
    sets: Vec<(TallyNode, Bits)>,
}

/// Whether the same nodes may stand in both places.
pub(super) fn same_nodes(one: &TallyNode, other: &TallyNode) -> bool {
    let test = |node: &TallyNode| match node.find.as_deref() {
        Some(Op { kind: OpKind::Filter(test), .. }) => Some(test.clone()),
        _ => None,
    };
    one.var == other.var
        && one.labels == other.labels
        && one.present == other.present
        && one.find.is_some() == other.find.is_some()
        && test(one) == test(other)
}

/// Whether the same is counted in both places.
pub(super) fn same_counts(one: &TallyNode, other: &TallyNode) -> bool {
    same_nodes(one, other)
        && one.value == other.value
        && one.parent == other.parent
        && one.links == other.links
        && one.powers == other.powers
        && one.wedge == other.wedge
        && one.loops == other.loops
}

/// Makes the sums of a node's children from their side, where that is less work.
pub(super) fn push(ready: &mut Ready<'_>, ctx: &mut Context<'_>, held: &mut u64) -> Result<()> {
    for child in &mut ready.children {
        child.push(ready.span.clone(), ctx.watch())?;
        if let Some((_, pushed)) = &child.pushed {
            hold(8 * pushed.len() as u64, ctx, held)?;
        }
    }
    Ok(())
}

/// The value of each of these nodes, by node; null counts for nothing.
fn values<'g>(
    node: &TallyNode,
    value: &Expr,
    span: Range<u32>,
    mut nodes: impl Iterator<Item = NodeId>,
    ctx: &mut Context<'g>,
) -> std::result::Result<ByNode, Stop> {
    let mut counts = ByNode::zeros(span);
    loop {
        let piece: Vec<NodeId> = nodes.by_ref().take(ROWS).collect();
        if piece.is_empty() {
            return Ok(counts);
        }
        ctx.check()?;
        let mut batch = Batch::new(piece.len());
        batch.set(node.var, Column::Node(piece.clone()));
        // It may fail on a node that is in no match.
        let values = match eval(value, &batch, ctx).map_err(|_| Stop::Value)? {
            Column::Int(values) => values,
            column => {
                let integer = |row| match column.value(row) {
                    Value::Int(value) => Ok(value),
                    Value::Null => Ok(0),
                    _ => Err(Stop::Value),
                };
                (0..piece.len()).map(integer).collect::<std::result::Result<_, _>>()?
            }
        };
        counts.put_each(piece.iter().map(|node| node.0).zip(values.iter().copied()));
    }
}

/// The numbers of every node.
fn counts<'g>(ready: &Ready<'g>, ctx: &mut Context<'g>, held: &mut u64) -> Result<ByNode> {
    let most = 8 * ready.span.len() as u64;
    hold(most, ctx, held)?;
    let watch = ctx.watch();
    let fill = |first, numbers: &mut [i64], spare: &mut Spare| ready.fill(watch, first, numbers, spare);
    let counts = filled(ready.steps(), ready.span.clone(), watch, fill)?;
    let_go(most - counts.bytes(), ctx, held);
    Ok(counts)
}

pub(super) fn hold(bytes: u64, ctx: &mut Context<'_>, held: &mut u64) -> Result<()> {
    *held += bytes;
    ctx.hold(bytes)
}

/// Gives back what turned out not to be needed.
pub(super) fn let_go(bytes: u64, ctx: &mut Context<'_>, held: &mut u64) {
    *held -= bytes;
    ctx.release(bytes);
}

/// The nodes that have a node's labels.
pub(super) fn runs(node: &TallyNode, view: &View<'_>) -> Vec<Range<u32>> {
    let labels = node.labels.as_ref().map(|labels| Resolved::new(labels, view));
    view.scan(|of_node| labels.as_ref().is_none_or(|labels| labels.accepts(of_node)))
}

/// From the first of them to the last.
fn span(node: &TallyNode, view: &View<'_>) -> Range<u32> {
    let runs = runs(node, view);
    runs.first().zip(runs.last()).map_or(0..0, |(first, last)| first.start..last.end)
}

fn child_of<'g>(node: &TallyNode, numbers: Numbers, view: &View<'g>) -> Child<'g> {
    let links: Vec<_> = node.links.iter().map(|link| resolved(link, view)).collect();
    let blocks = match links.as_slice() {
        [(types, direction)] if *direction != Direction::Both && node.powers.is_empty() => {
            view.blocks(types.as_deref(), *direction)
        }
        _ => None,
    };
    let lists = links.iter().map(|(types, direction)| view.adjacency(types.as_deref(), *direction));
    let lists = if links.len() > 1 || !node.powers.is_empty() { lists.collect() } else { None };
    let edges = match links.first() {
        Some((Some(types), _)) => types.iter().map(|edge_type| view.edges_with_type(*edge_type)).sum(),
        _ => view.edge_count(),
    };
    let most = match &numbers {
        Numbers::Counts(counts) => counts.most(),
        _ => 1,
    };
    Child { links, powers: node.powers.clone(), blocks, lists, numbers, most, edges, pushed: None }
}

/// The types and the direction of a link.
pub(super) fn resolved(link: &TallyLink, view: &View<'_>) -> (Option<Vec<EdgeTypeId>>, Direction) {
    (edge_types(link.types.as_ref(), view), link.direction)
}

/// Whether every node that an edge of the pattern leads to may stand here.
fn is_free(node: &TallyNode, term: &TallyTerm, view: &View<'_>) -> bool {
    if node.find.is_some() || !node.present.iter().all(|key| always_has(node, key, view)) {
        return false;
    }
    let Some(labels) = &node.labels else { return true };
    let down =
        term.nodes.iter().skip(1).filter(|child| term.nodes.get(child.parent).is_some_and(|p| p.var == node.var));
    let down = down.flat_map(|child| child.links.iter().map(|link| (link, link.direction.reverse())));
    let up = node.links.iter().map(|link| (link, link.direction));
    // Seen from the other end, each of them leads here.
    down.chain(up).any(|(link, direction)| {
        leads_only_to(view, edge_types(link.types.as_ref(), view).as_deref(), direction, labels)
    })
}

/// Whether it is known at once that every node that may stand here has the property.
pub(super) fn always_has(node: &TallyNode, key: &str, view: &View<'_>) -> bool {
    let Some(Labels::Name(label)) = &node.labels else { return false };
    view.label_id(label).zip(view.key_id(key)).is_some_and(|(label, key)| view.always_has(label, key))
}

/// The edge types; none: all of them.
fn edge_types(types: Option<&Labels>, view: &View<'_>) -> Option<Vec<EdgeTypeId>> {
    types.map(|types| labels::edge_types(types, view))
}
