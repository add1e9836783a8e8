//! `GroupExpand`: for each input row, the walks that a repeated pattern makes from a node and that repeat no edge.
//!
//! Depth first, like `VarExpand`; what lies between two nodes of the walk is a round of the inner plan, which runs for
//! the node that the walk has reached.

use super::expand::{Edges, node, unlike};
use super::{Batch, Boxed, Context, Operator, Result, Subplan, beside};
use crate::exec::batch::ROWS;
use crate::model::{Column, EdgeId, NodeId, Value, Var};
use crate::plan::physical::Expand;

pub(super) struct GroupExpand<'g> {
    input: Boxed<'g>,
    inner: Subplan<'g>,
    group: Repeated,
    ends: Edges,
    live: Vec<Var>,
    current: Batch<'g>,
    row: usize,
    search: Option<Search<'g>>,
}

/// What is repeated, and how often.
pub(super) struct Repeated {
    pub(super) expand: Expand,
    pub(super) bounds: (u64, Option<u64>),
    /// The first and the last node of a round.
    pub(super) start: Var,
    pub(super) end: Var,
    /// The edges of a round, single or as lists.
    pub(super) edges: Vec<Var>,
    /// What a round binds, and the lists of it.
    pub(super) lists: Vec<(Var, Var)>,
}

/// One round of the walk.
struct Round<'g> {
    end: NodeId,
    edges: Vec<EdgeId>,
    values: Vec<Value<'g>>,
}

/// The search of one row.
struct Search<'g> {
    to: Option<NodeId>,
    unlike: Vec<EdgeId>,
    rounds: Vec<Round<'g>>,
    /// For each node of the walk, the rounds that are still to be tried there.
    open: Vec<std::vec::IntoIter<Round<'g>>>,
}

/// The walks of a batch.
struct Found<'g> {
    rows: Vec<u32>,
    walks: Vec<Value<'g>>,
    ends: Vec<NodeId>,
    /// The lists of each walk, by their place in `Repeated::lists`.
    lists: Vec<Vec<Value<'g>>>,
}

impl<'g> GroupExpand<'g> {
    pub(super) fn new(input: Boxed<'g>, inner: Subplan<'g>, group: Repeated, live: Vec<Var>) -> Self {
        let ends = Edges::new(group.expand.clone(), group.start, None);
        GroupExpand { input, inner, group, ends, live, current: Batch::default(), row: 0, search: None }
    }

    fn start(&mut self, ctx: &mut Context<'g>, found: &mut Found<'g>) -> Result<()> {
        let step = &self.group.expand;
        let to = if step.to_bound { node(&self.current, step.to, self.row) } else { None };
        let from = node(&self.current, step.from, self.row).filter(|_| !step.to_bound || to.is_some());
        let Some(from) = from else {
            self.row += 1;
            return Ok(());
        };
        let unlike = unlike(step, &self.current, self.row);
        let mut search = Search { to, unlike, rounds: Vec::new(), open: Vec::new() };
        let (min, max) = self.group.bounds;
        if min == 0 && self.may_end(&search, from, ctx) {
            found.push(self.row, &search, from);
        }
        if max != Some(0) {
            search.open.push(self.rounds(from, ctx)?);
        }
        self.search = Some(search);
        Ok(())
    }

    /// Every round from a node.
    fn rounds(&mut self, from: NodeId, ctx: &mut Context<'g>) -> Result<std::vec::IntoIter<Round<'g>>> {
        let vars: Vec<Var> = (0..self.current.columns.len() as u32).map(Var).collect();
        let mut outer = self.current.gather(&[self.row as u32], &vars);
        outer.set(self.group.start, Column::Node(vec![from]));
        self.inner.start(&outer);
        let mut rounds = Vec::new();
        while let Some((batch, _)) = self.inner.next(ctx)? {
            for row in 0..batch.len {
                let Some(end) = node(&batch, self.group.end, row) else { continue };
                let mut edges = Vec::with_capacity(self.group.edges.len());
                for var in &self.group.edges {
                    match batch.value(*var, row) {
                        Value::Edge(edge) => edges.push(edge),
                        Value::List(list) => edges.extend(list.iter().filter_map(|value| match value {
                            Value::Edge(edge) => Some(*edge),
                            _ => None,
                        })),
                        _ => {}
                    }
                }
                let values = self.group.lists.iter().map(|(one, _)| batch.value(*one, row)).collect();
                rounds.push(Round { end, edges, values });
            }
        }
        Ok(rounds.into_iter())
    }

    fn may_end(&self, search: &Search<'_>, node: NodeId, ctx: &Context<'_>) -> bool {
        match search.to {
            Some(to) => to == node,
            None => self.ends.may_end(node, &ctx.view),
        }
    }

    /// Goes on with the search of this row until it ends or the batch is full.
    fn advance(&mut self, ctx: &mut Context<'g>, mut search: Search<'g>, found: &mut Found<'g>) -> Result<()> {
        let (min, max) = self.group.bounds;
        while let Some(open) = search.open.last_mut() {
            ctx.check()?;
            let Some(round) = open.next() else {
                search.open.pop();
                search.rounds.pop();
                continue;
            };
            let used = |edge: &EdgeId| {
                search.unlike.contains(edge) || search.rounds.iter().any(|before| before.edges.contains(edge))
            };
            if round.edges.iter().any(used) {
                continue;
            }
            let end = round.end;
            search.rounds.push(round);
            let length = search.rounds.len() as u64;
            if length >= min && self.may_end(&search, end, ctx) {
                found.push(self.row, &search, end);
            }
            if max.is_none_or(|max| length < max) {
                search.open.push(self.rounds(end, ctx)?);
            } else {
                search.rounds.pop();
            }
            if found.rows.len() >= ROWS {
                self.search = Some(search);
                return Ok(());
            }
        }
        self.row += 1;
        Ok(())
    }
}

impl<'g> Found<'g> {
    fn push(&mut self, row: usize, search: &Search<'g>, end: NodeId) {
        self.rows.push(row as u32);
        let edges = search.rounds.iter().flat_map(|round| &round.edges);
        self.walks.push(Value::list(edges.map(|edge| Value::Edge(*edge)).collect()));
        self.ends.push(end);
        for (at, list) in self.lists.iter_mut().enumerate() {
            list.push(Value::list(search.rounds.iter().filter_map(|round| round.values.get(at).cloned()).collect()));
        }
    }
}

impl<'g> Operator<'g> for GroupExpand<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
            self.current = batch;
            self.row = 0;
        }
        self.ends.resolve(&ctx.view);
        let lists = vec![Vec::new(); self.group.lists.len()];
        let mut found = Found { rows: Vec::new(), walks: Vec::new(), ends: Vec::new(), lists };
        while found.rows.len() < ROWS && self.row < self.current.len {
            match self.search.take() {
                None => self.start(ctx, &mut found)?,
                Some(search) => self.advance(ctx, search, &mut found)?,
            }
        }
        let step = &self.group.expand;
        let columns = [(step.edge, Column::Value(found.walks)), (step.to, Column::Node(found.ends))];
        let mut batch = beside(&self.current, &found.rows, &self.live, columns);
        for ((_, list), values) in self.group.lists.iter().zip(found.lists) {
            if self.live.contains(list) {
                batch.set(*list, Column::Value(values));
            }
        }
        Ok(Some(batch))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.ends.forget();
        self.current = Batch::default();
        self.row = 0;
        self.search = None;
    }
}
