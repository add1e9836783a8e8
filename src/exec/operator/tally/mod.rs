//! `Tally`: how many matches a tree-shaped pattern has, per node of its root or in all, from the leaves up.
//!
//! Every node of the pattern gets a number for every node of the graph that it may be: its value, times the product, over its
//! children, of the sums of their numbers over its neighbours. The numbers of inner nodes are arrays; those of the root are
//! made piece by piece as they are asked for, by several threads at once when there are many edges to add up, or by class where
//! the grouping above takes many nodes for one. Of a cycle of four nodes the paths are walked from the root on, see [`wedges`].

mod by_node;
mod classes;
mod count;
mod numbers;
mod wedges;

use std::ops::Range;

use super::{Batch, Boxed, Context, Operator, Result, build};
use crate::exec::batch::ROWS;
use crate::exec::context::Watch;
use crate::exec::operator::ArgumentSlot;
use crate::exec::parallel::pieces;
use crate::model::{Class, Column, Detail, Diagnostic, NodeId, Value, Var};
use crate::plan::expr::Expr;
use crate::plan::physical::{self, TallyNode, TallyTerm};
use by_node::ByNode;
use count::{Memory, Stop, Term};
use numbers::{Ready, Spare};

/// How many steps are worth a thread of their own.
const MANY: u64 = 200_000;

/// Of so many nodes at a time the paths are walked.
const FEW: usize = 64;

pub(super) struct Tally<'g> {
    root: Option<Var>,
    weights: Vec<(Var, Vec<Term<'g>>)>,
    /// Whose word on the least number that is of use counts, and for which weight.
    floor: Option<(usize, usize)>,
    /// What the grouping above tells nodes of the root apart by, if that is all it asks of them.
    class: Option<Expr>,
    /// Finds the matches one by one, and whether it has to.
    otherwise: Option<Boxed<'g>>,
    one_by_one: bool,
    live: Vec<Var>,
    /// The numbers of each weight, and the next node.
    counted: Option<(Vec<Source<'g>>, usize)>,
    held: u64,
}

/// What there is to give.
enum Counted<'g> {
    ByNode(Vec<Source<'g>>),
    /// A row for each class.
    ByClass(Batch<'g>),
}

/// Where the numbers of a weight come from.
enum Source<'g> {
    /// They are those of the first weight.
    First,
    /// The sum of these, each times its factor.
    Terms(Vec<(i64, Ready<'g>)>),
    /// By node.
    Whole(ByNode),
}

impl<'g> Tally<'g> {
    pub(super) fn new(tally: &physical::Tally, argument: &ArgumentSlot<'g>, live: Vec<Var>) -> Self {
        let term = |term: &TallyTerm| {
            let find = |node: &TallyNode| node.find.as_ref().map(|find| build(find, argument));
            Term { finds: term.nodes.iter().map(find).collect(), term: term.clone() }
        };
        let weights = tally.weights.iter().map(|(var, terms)| (*var, terms.iter().map(term).collect())).collect();
        let otherwise = tally.otherwise.as_ref().map(|otherwise| build(otherwise, argument));
        let (root, floor, class) = (tally.root, tally.floor, tally.class.clone());
        Tally { root, weights, floor, class, otherwise, one_by_one: false, live, counted: None, held: 0 }
    }

    /// Counts everything below the root.
    fn count(&mut self, ctx: &mut Context<'g>) -> std::result::Result<Counted<'g>, Stop> {
        // A run that was left in the middle could not give it back.
        ctx.release(std::mem::take(&mut self.held));
        let mut memory = Memory::default();
        let sources = self.sources(ctx, &mut memory);
        self.held = memory.held;
        let mut sources = sources?;
        if let Some(batch) = self.by_class(&sources, ctx)? {
            return Ok(Counted::ByClass(batch));
        }
        for source in &mut sources {
            let Source::Terms(terms) = source else { continue };
            for (_, ready) in terms {
                count::push(ready, ctx, &mut self.held)?;
            }
        }
        if self.root.is_some() {
            for source in &mut sources {
                let Source::Terms(terms) = source else { continue };
                let steps: u64 = terms.iter().map(|(_, ready)| ready.steps()).sum();
                // What goes wrong must be known before the first row, while there is another way. Paths need an array of their
                // own, which is best made once.
                let wedges = has_wedges(terms);
                if self.otherwise.is_some() || wedges || ctx.threads() > 1 && steps > MANY {
                    let most = 8 * span(terms).len() as u64;
                    count::hold(most, ctx, &mut self.held)?;
                    let whole = whole(terms, ctx.watch())?;
                    count::let_go(most - whole.bytes(), ctx, &mut self.held);
                    *source = Source::Whole(whole);
                }
            }
        }
        Ok(Counted::ByNode(sources))
    }

    /// The root of each weight with its children counted.
    fn sources(&mut self, ctx: &mut Context<'g>, memory: &mut Memory) -> std::result::Result<Vec<Source<'g>>, Stop> {
        let mut sources = Vec::with_capacity(self.weights.len());
        for at in 0..self.weights.len() {
            if at > 0 && self.same_as_first(at, ctx) {
                sources.push(Source::First);
                continue;
            }
            let mut terms = Vec::new();
            for term in &mut self.weights[at].1 {
                if let Some(ready) = term.count(ctx, memory)? {
                    terms.push((term.term.factor, ready));
                }
            }
            sources.push(Source::Terms(terms));
        }
        Ok(sources)
    }

    /// The rows, one for each class of nodes, where they are made that way.
    fn by_class(&mut self, sources: &[Source<'g>], ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        let (Some(root), Some(key)) = (self.root, &self.class) else { return Ok(None) };
        let Some(node) = self.weights.first().and_then(|(_, terms)| terms.first()?.term.nodes.first()) else {
            return Ok(None);
        };
        let (mut readys, mut places) = (Vec::new(), Vec::new());
        for ((_, terms), source) in self.weights.iter().zip(sources) {
            let ready = match (source, terms.as_slice()) {
                (Source::First, _) => {
                    places.push(0);
                    continue;
                }
                (Source::Terms(ready), [term]) if count::same_nodes(&term.term.nodes[0], node) => ready,
                _ => return Ok(None),
            };
            let [(1, ready)] = ready.as_slice() else { return Ok(None) };
            places.push(readys.len());
            readys.push(ready);
        }
        let Some((nodes, sums)) = classes::sums(&readys, (node, key), &mut self.held, ctx)? else { return Ok(None) };
        let sums = self.weights.iter().zip(places).map(|((var, _), place)| (*var, sums[place].as_slice()));
        let mut batch = classes::batch((root, &nodes), sums);
        batch.keep(&self.live);
        Ok(Some(batch))
    }

    /// Whether a weight asks for no more than the first: properties that every node has.
    fn same_as_first(&self, at: usize, ctx: &Context<'g>) -> bool {
        let same = |(one, other): (&Term<'g>, &Term<'g>)| {
            let mut bare = other.term.clone();
            for node in &mut bare.nodes {
                let here = std::mem::take(&mut node.present);
                node.present = here.into_iter().filter(|key| !count::always_has(node, key, &ctx.view)).collect();
            }
            one.term.factor == bare.factor && one.term.nodes.len() == bare.nodes.len() && {
                one.term.nodes.iter().zip(&bare.nodes).all(|(one, other)| count::same_counts(one, other))
            }
        };
        let (first, other) = (&self.weights[0].1, &self.weights[at].1);
        first.len() == other.len() && first.iter().zip(other).all(same)
    }

    /// The one row for all matches; none when there are none.
    fn total(&self, sources: &[Source<'g>], ctx: &Context<'g>) -> Result<Option<Batch<'g>>> {
        let mut batch = Batch::new(1);
        let mut first = Value::Null;
        for ((var, _), source) in self.weights.iter().zip(sources) {
            let number = match source {
                Source::First => first.clone(),
                Source::Terms(terms) => Value::Int(total(terms, ctx.watch())?),
                Source::Whole(numbers) => Value::Int(fits(numbers.iter().map(|(_, n)| i128::from(n)).sum())?),
            };
            if first.is_null() {
                first = number.clone();
            }
            batch.set(*var, Column::from_values(vec![number]));
        }
        batch.keep(&self.live);
        Ok((first != Value::Int(0)).then_some(batch))
    }

    /// The next rows of the root; none at the end.
    fn rows(&mut self, root: Var, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        let Some((sources, at)) = &mut self.counted else { return Ok(None) };
        let [first, others @ ..] = sources.as_slice() else { return Ok(None) };
        let Range { start: begin, end: bound } = first.span();
        *at = (*at).max(begin as usize);
        let (begin, bound) = (begin as usize, bound as usize);
        let (mut nodes, mut counts) = (Vec::new(), Vec::new());
        let (mut piece, mut by) = (Vec::new(), Vec::new());
        // The weight that the floor is about, when it is not the first.
        let other = self.floor.and_then(|(_, at)| sources.get(at)).filter(|source| !matches!(source, Source::First));
        let other = other.filter(|_| self.floor.is_some_and(|(_, at)| at > 0));
        let start = *at;
        while *at < bound && nodes.is_empty() {
            ctx.check()?;
            // The first rows tell the sort above what it has no use for, so they come soon.
            let most = if self.floor.is_some() && *at == begin { ROWS / 8 } else { ROWS };
            let end = bound.min(*at + most);
            first.numbers(*at..end, &mut piece, ctx.watch())?;
            match self.floor.and_then(|(floor, _)| ctx.floors.get(&floor).copied()) {
                Some(least) => {
                    let by = match other {
                        Some(other) => {
                            other.numbers(*at..end, &mut by, ctx.watch())?;
                            &by
                        }
                        None => &piece,
                    };
                    for (row, _) in by.iter().enumerate().filter(|(_, number)| **number >= least) {
                        if piece[row] != 0 {
                            nodes.push(NodeId((*at + row) as u32));
                            counts.push(piece[row]);
                        }
                    }
                }
                None => {
                    for (node, number) in (*at as u32..).zip(&piece).filter(|(_, number)| **number != 0) {
                        nodes.push(NodeId(node));
                        counts.push(*number);
                    }
                }
            }
            *at = end;
        }
        if nodes.is_empty() {
            return Ok(None);
        }
        let start = start.max(nodes[0].index() / ROWS * ROWS).min(nodes[0].index());
        let mut batch = Batch::new(nodes.len());
        for ((var, _), source) in self.weights.iter().skip(1).zip(others) {
            if self.live.contains(var) {
                let numbers = match source {
                    Source::First => counts.clone(),
                    source => {
                        source.numbers(start..*at, &mut piece, ctx.watch())?;
                        nodes.iter().map(|node| piece.get(node.index() - start).copied().unwrap_or_default()).collect()
                    }
                };
                batch.set(*var, Column::Int(numbers));
            }
        }
        if let Some((var, _)) = self.weights.first().filter(|(var, _)| self.live.contains(var)) {
            batch.set(*var, Column::Int(counts));
        }
        if self.live.contains(&root) {
            batch.set(root, Column::Node(nodes));
        }
        Ok(Some(batch))
    }

    /// What comes next, counted.
    fn next_counted(&mut self, ctx: &mut Context<'g>) -> std::result::Result<Option<Batch<'g>>, Stop> {
        if self.counted.is_none() {
            let sources = match self.count(ctx)? {
                Counted::ByNode(sources) => sources,
                Counted::ByClass(batch) => {
                    self.counted = Some((Vec::new(), 0));
                    ctx.release(std::mem::take(&mut self.held));
                    return Ok(Some(batch));
                }
            };
            if self.root.is_none() {
                let total = self.total(&sources, ctx)?;
                self.counted = Some((Vec::new(), 0));
                // No match, no row.
                return Ok(total);
            }
            self.counted = Some((sources, 0));
        }
        let Some(root) = self.root else { return Ok(None) };
        let rows = self.rows(root, ctx)?;
        if rows.is_none() {
            ctx.release(std::mem::take(&mut self.held));
        }
        Ok(rows)
    }
}

impl Source<'_> {
    /// The nodes that may have a number.
    fn span(&self) -> Range<u32> {
        match self {
            Source::First => 0..0,
            Source::Terms(terms) => span(terms),
            Source::Whole(whole) => whole.span(),
        }
    }

    /// The numbers of these nodes.
    fn numbers(&self, nodes: std::ops::Range<usize>, numbers: &mut Vec<i64>, watch: Watch<'_, '_>) -> Result<()> {
        numbers.clear();
        match self {
            Source::First => {}
            Source::Whole(whole) => {
                numbers.resize(nodes.len(), 0);
                whole.write(nodes.start as u32, numbers);
            }
            Source::Terms(terms) => {
                numbers.resize(nodes.len(), 0);
                sum_of_terms(terms, nodes.start as u32, numbers, &mut Spare::default(), watch)?;
            }
        }
        Ok(())
    }
}

/// Whether it is paths of two edges that are counted.
fn has_wedges(terms: &[(i64, Ready<'_>)]) -> bool {
    terms.iter().any(|(_, ready)| ready.wedges.is_some())
}

/// The nodes that the root of any of these may be.
fn span(terms: &[(i64, Ready<'_>)]) -> Range<u32> {
    let starts = terms.iter().map(|(_, ready)| ready.span.start);
    let ends = terms.iter().map(|(_, ready)| ready.span.end);
    starts.min().unwrap_or_default()..ends.max().unwrap_or_default()
}

/// The numbers of every node.
fn whole(terms: &[(i64, Ready<'_>)], watch: Watch<'_, '_>) -> Result<ByNode> {
    let steps: u64 = terms.iter().map(|(_, ready)| ready.steps()).sum();
    filled(steps, span(terms), watch, |first, numbers, spare| sum_of_terms(terms, first, numbers, spare, watch))
}

/// Numbers by node, filled in piece by piece; by several threads when there are many steps to take.
fn filled(
    steps: u64,
    span: Range<u32>,
    watch: Watch<'_, '_>,
    fill: impl Fn(u32, &mut [i64], &mut Spare) -> Result<u64> + Sync,
) -> Result<ByNode> {
    let fill = |(numbers, spare): &mut (Vec<i64>, Spare), piece: usize| {
        let nodes = piece_of(&span, piece, ROWS);
        numbers.resize(nodes.len(), 0);
        fill(nodes.start, numbers, spare).map(|_| nodes)
    };
    let mut all = ByNode::zeros(span.clone());
    let count = span.len().div_ceil(ROWS);
    if steps <= MANY || watch.threads == 1 {
        let mut memory = Default::default();
        for piece in 0..count {
            let nodes = fill(&mut memory, piece)?;
            all.put(nodes.start, &memory.0);
        }
        return Ok(all);
    }
    let work = |memory: &mut _, piece| {
        let nodes = fill(memory, piece)?;
        let mut own = ByNode::zeros(nodes.clone());
        own.put(nodes.start, &memory.0);
        Ok(own)
    };
    let mut numbers = Vec::new();
    for own in pieces(watch.threads, count, Default::default, work, drop)? {
        numbers.resize(own.span().len(), 0);
        own.write(own.span().start, &mut numbers);
        all.put(own.span().start, &numbers);
    }
    Ok(all)
}

/// The nodes of a piece of the work on all of them.
fn piece_of(span: &Range<u32>, piece: usize, len: usize) -> Range<u32> {
    let start = span.start + (piece * len) as u32;
    start..span.end.min(start.saturating_add(len as u32))
}

/// The sum of the numbers of all nodes.
fn total(terms: &[(i64, Ready<'_>)], watch: Watch<'_, '_>) -> Result<i64> {
    let span = span(terms);
    let steps: u64 = terms.iter().map(|(_, ready)| ready.steps()).sum();
    let threads = if steps > MANY { watch.threads } else { 1 };
    // Paths that meet are many for each node.
    let len = if has_wedges(terms) { FEW } else { ROWS };
    let work = |(numbers, spare): &mut (Vec<i64>, Spare), piece: usize| {
        let nodes = piece_of(&span, piece, len);
        numbers.resize(nodes.len(), 0);
        let most = sum_of_terms(terms, nodes.start, numbers, spare, watch)?;
        Ok(numbers::sum(numbers, most))
    };
    fits(pieces(threads, span.len().div_ceil(len), Default::default, work, drop)?.into_iter().sum())
}

/// Fills in the numbers of the nodes from `first` on, none of which is greater than what it gives.
fn sum_of_terms(
    terms: &[(i64, Ready<'_>)],
    first: u32,
    numbers: &mut [i64],
    spare: &mut Spare,
    watch: Watch<'_, '_>,
) -> Result<u64> {
    if let [(1, only)] = terms {
        return only.fill(watch, first, numbers, spare);
    }
    numbers.fill(0);
    let mut of_term = vec![0; numbers.len()];
    for (factor, ready) in terms {
        ready.fill(watch, first, &mut of_term, spare)?;
        for (sum, number) in numbers.iter_mut().zip(&of_term) {
            let part = number.checked_mul(*factor).and_then(|part| sum.checked_add(part));
            *sum = part.ok_or_else(overflow)?;
        }
    }
    Ok(u64::MAX)
}

fn fits(sum: i128) -> Result<i64> {
    i64::try_from(sum).map_err(|_| overflow())
}

fn overflow() -> Diagnostic {
    let message = "the number of matches does not fit into 64 bits";
    Diagnostic::new(Class::ArithmeticError, Detail::IntegerOverflow, message)
}

impl<'g> Operator<'g> for Tally<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if !self.one_by_one {
            match (self.next_counted(ctx), &self.otherwise) {
                (Ok(next), _) => return Ok(next),
                // No row has been given yet: values are looked at before.
                (Err(stop), Some(_)) if stop.is_about_numbers() && self.counted.is_none() => {
                    ctx.release(std::mem::take(&mut self.held));
                    self.one_by_one = true;
                }
                (Err(stop), _) => return Err(stop.into()),
            }
        }
        match &mut self.otherwise {
            Some(otherwise) => otherwise.next(ctx),
            None => Ok(None),
        }
    }

    fn reset(&mut self) {
        self.counted = None;
        self.one_by_one = false;
        if let Some(otherwise) = &mut self.otherwise {
            otherwise.reset();
        }
    }
}
