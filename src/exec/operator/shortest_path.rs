//! `ShortestPath`: for each input row with both ends bound, one or all of the shortest walks between them.
//!
//! Breadth first from both ends at once (Pohl, *Bi-directional Search*, 1971): whole levels in turn, the smaller
//! frontier first, until a level reaches a node that the other side knows. A shortest walk has exactly one node at the
//! depth where the sides meet, so each is built once. Two ends that are one node have the empty walk when zero edges
//! are allowed, and otherwise the closed walks, if those are asked for.

use std::collections::HashMap;

use super::closed_walk::closed_walks;
use super::expand::{Edges, node};
use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::model::{Column, Direction, EdgeId, NodeId, Value, Var};
use crate::plan::physical::Shortest;

/// How many nodes are reached between two looks at the limits.
const STEPS: usize = 4096;

pub(super) struct ShortestPath<'g> {
    input: Boxed<'g>,
    edges: Edges,
    min: u64,
    max: u64,
    which: Shortest,
    live: Vec<Var>,
    current: Batch<'g>,
    row: usize,
    /// What the search of this row has found.
    walks: Option<Found>,
    held: u64,
}

/// How a side of the search came to a node: its distance, and the edges that lead one step back.
struct Reached {
    depth: u64,
    back: Vec<(EdgeId, NodeId)>,
}

struct Side {
    reached: HashMap<NodeId, Reached>,
    frontier: Vec<NodeId>,
    depth: u64,
    direction: Direction,
}

impl<'g> ShortestPath<'g> {
    pub(super) fn new(
        input: Boxed<'g>,
        edges: Edges,
        bounds: (u64, Option<u64>),
        which: Shortest,
        live: Vec<Var>,
    ) -> Self {
        let (min, max) = (bounds.0, bounds.1.unwrap_or(u64::MAX));
        ShortestPath { input, edges, min, max, which, live, current: Batch::default(), row: 0, walks: None, held: 0 }
    }

    /// Searches between two nodes; none when no walk is short enough.
    fn search(&mut self, ctx: &mut Context<'g>, from: NodeId, to: NodeId) -> Result<Option<Found>> {
        // What the search before this one held is gone.
        ctx.release(std::mem::take(&mut self.held));
        let direction = self.edges.step.direction;
        let mut near = Side::new(from, direction);
        let mut far = Side::new(to, direction.reverse());
        if from == to {
            if self.min == 0 {
                return Ok(Some(Found::Between(Box::new(Walks::new(near, far, vec![from])))));
            }
            if !self.which.closed {
                return Ok(None);
            }
            let bounds = (self.max, self.which.all);
            let walks = closed_walks(ctx, &self.edges, (&self.current, self.row), from, bounds)?;
            return Ok(Some(Found::Closed(walks.into_iter())));
        }
        loop {
            if near.depth + far.depth >= self.max || near.frontier.is_empty() || far.frontier.is_empty() {
                return Ok(None);
            }
            let (grows, other) =
                if near.frontier.len() <= far.frontier.len() { (&mut near, &far) } else { (&mut far, &near) };
            self.level(ctx, grows)?;
            let size = (grows.frontier.len() * size_of::<(NodeId, Reached, EdgeId)>()) as u64;
            self.held += size;
            ctx.hold(size)?;
            let mut met: Vec<NodeId> =
                grows.frontier.iter().copied().filter(|node| other.reached.contains_key(node)).collect();
            if !met.is_empty() {
                met.sort_unstable();
                return Ok(Some(Found::Between(Box::new(Walks::new(near, far, met)))));
            }
        }
    }

    /// Takes one side a whole level further.
    fn level(&self, ctx: &mut Context<'g>, side: &mut Side) -> Result<()> {
        side.depth += 1;
        let mut next = Vec::new();
        for (i, at) in std::mem::take(&mut side.frontier).into_iter().enumerate() {
            if i % STEPS == 0 {
                ctx.check()?;
            }
            for (edge, other) in self.edges.candidates(ctx, &self.current, self.row, at, side.direction)? {
                let depth = side.depth;
                let reached = side.reached.entry(other).or_insert_with(|| {
                    next.push(other);
                    Reached { depth, back: Vec::new() }
                });
                if reached.depth == depth && (self.which.all || reached.back.is_empty()) {
                    reached.back.push((edge, at));
                }
            }
        }
        side.frontier = next;
        Ok(())
    }
}

impl Side {
    fn new(start: NodeId, direction: Direction) -> Self {
        let reached = HashMap::from([(start, Reached { depth: 0, back: Vec::new() })]);
        Side { reached, frontier: vec![start], depth: 0, direction }
    }

    /// The edge numbered `choice` that leads one step back from the node.
    fn back(&self, node: NodeId, choice: usize) -> Option<(EdgeId, NodeId)> {
        self.reached.get(&node)?.back.get(choice).copied()
    }
}

/// What a search has found.
enum Found {
    Between(Box<Walks>),
    Closed(std::vec::IntoIter<Vec<EdgeId>>),
}

impl Found {
    fn next(&mut self) -> Option<Vec<EdgeId>> {
        match self {
            Found::Between(walks) => walks.next(),
            Found::Closed(walks) => walks.next(),
        }
    }
}

/// The walks that two sides found, one at a time: their number can be exponential in their length.
struct Walks {
    near: Side,
    far: Side,
    /// The nodes where the sides meet.
    met: std::vec::IntoIter<NodeId>,
    /// For each step taken, from where the sides meet back to the start and then on to the end: the node that it
    /// leaves, which of the node's edges it takes, that edge, and the node behind it.
    steps: Vec<(NodeId, usize, EdgeId, NodeId)>,
    /// Where the sides meet, for the walk being built.
    middle: Option<NodeId>,
}

impl Walks {
    fn new(near: Side, far: Side, met: Vec<NodeId>) -> Self {
        Walks { near, far, met: met.into_iter(), steps: Vec::new(), middle: None }
    }

    /// The next walk, from the start to the end.
    fn next(&mut self) -> Option<Vec<EdgeId>> {
        let (near, length) = (self.near.depth as usize, (self.near.depth + self.far.depth) as usize);
        // Take the last step differently, or the one before it; when no step is left, meet elsewhere.
        let mut choice = 0;
        while let Some((node, taken, ..)) = self.steps.pop() {
            if self.back(self.steps.len(), node, taken + 1).is_some() {
                choice = taken + 1;
                self.push(node, choice)?;
                break;
            }
        }
        if choice == 0 {
            self.middle = Some(self.met.next()?);
        }
        while self.steps.len() < length {
            let node = match self.steps.last() {
                Some((.., behind)) if self.steps.len() != near => *behind,
                _ => self.middle?,
            };
            self.push(node, 0)?;
        }
        let edge = |step: &(NodeId, usize, EdgeId, NodeId)| step.2;
        let (back, on) = self.steps.split_at(near);
        Some(back.iter().rev().chain(on).map(edge).collect())
    }

    fn back(&self, step: usize, node: NodeId, choice: usize) -> Option<(EdgeId, NodeId)> {
        let side = if step < self.near.depth as usize { &self.near } else { &self.far };
        side.back(node, choice)
    }

    fn push(&mut self, node: NodeId, choice: usize) -> Option<()> {
        let (edge, behind) = self.back(self.steps.len(), node, choice)?;
        self.steps.push((node, choice, edge, behind));
        Some(())
    }
}

impl<'g> Operator<'g> for ShortestPath<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
            self.current = batch;
            self.row = 0;
        }
        self.edges.resolve(&ctx.view);
        let (mut rows, mut found, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        while found.len() < ROWS && self.row < self.current.len {
            let step = &self.edges.step;
            let ends_of_row = (node(&self.current, step.from, self.row), node(&self.current, step.to, self.row));
            let (Some(from), Some(to)) = ends_of_row else {
                self.row += 1;
                continue;
            };
            let walks = match &mut self.walks {
                Some(walks) => walks,
                None => match self.search(ctx, from, to)? {
                    Some(walks) => self.walks.insert(walks),
                    None => {
                        self.row += 1;
                        continue;
                    }
                },
            };
            let walk = walks.next();
            let last = !self.which.all || walk.is_none();
            if let Some(walk) = walk {
                found.push(Value::list(walk.into_iter().map(Value::Edge).collect()));
                ends.push(to);
                rows.push(self.row as u32);
            }
            if last {
                self.walks = None;
                self.row += 1;
            }
        }
        let columns = [(self.edges.step.edge, Column::Value(found)), (self.edges.step.to, Column::Node(ends))];
        Ok(Some(beside(&self.current, &rows, &self.live, columns)))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.edges.forget();
        self.current = Batch::default();
        self.row = 0;
        self.walks = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, Z, given, lengths, rows, step};
    use super::*;

    type Bounds = (u64, Option<u64>);

    fn shortest(input: &[&str], direction: Direction, bounds: Bounds, all: bool) -> ShortestPath<'static> {
        let edges = Edges::new(step(direction, None, true), Var(4), None);
        ShortestPath::new(given(input), edges, bounds, Shortest { all, closed: false }, vec![X, Y, Z])
    }

    #[test]
    fn between_two_nodes() {
        let cases: [(&[&str], Direction, Bounds, &str); 7] = [
            (&[], Direction::Out, (1, None), ""),
            (&["n0 0 null, null 0 n0"], Direction::Out, (0, None), ""),
            (&["n0 0 n2", "n0 0 n1"], Direction::Out, (1, None), "[e2], [e0]"),
            (&["n2 0 n0, n2 0 n1"], Direction::In, (1, None), "[e2], [e1]"),
            (&["n2 0 n0"], Direction::Out, (1, None), ""),
            (&["n1 0 n1"], Direction::Out, (0, None), "[]"),
            (&["n1 0 n1"], Direction::Out, (1, None), ""),
        ];
        for (input, direction, bounds, expected) in cases {
            let found = rows(shortest(input, direction, bounds, false), &[Y]);
            assert_eq!(found, expected, "{input:?} {direction:?} {bounds:?}");
        }
        assert_eq!(rows(shortest(&["n0 0 n2"], Direction::Out, (1, Some(0)), false), &[Y]), "");
        assert_eq!(lengths(shortest(&[&vec!["n0 0 n2"; 2049].join(",")], Direction::Out, (1, None), true)), [2048, 1]);
    }

    #[test]
    fn walks_come_one_at_a_time() {
        let (edge, node) = (EdgeId, NodeId);
        // n0 to n3 over n1 or n2, each by two edges, then by two edges to n4.
        let mut near = Side::new(node(0), Direction::Out);
        near.depth = 1;
        near.reached.insert(node(1), Reached { depth: 1, back: vec![(edge(0), node(0)), (edge(1), node(0))] });
        near.reached.insert(node(2), Reached { depth: 1, back: vec![(edge(2), node(0))] });
        let mut far = Side::new(node(4), Direction::In);
        far.depth = 2;
        far.reached.insert(node(3), Reached { depth: 1, back: vec![(edge(5), node(4)), (edge(6), node(4))] });
        far.reached.insert(node(1), Reached { depth: 2, back: vec![(edge(3), node(3))] });
        far.reached.insert(node(2), Reached { depth: 2, back: vec![(edge(4), node(3))] });
        let mut walks = Walks::new(near, far, vec![node(1), node(2)]);
        let found: Vec<Vec<u32>> =
            std::iter::from_fn(|| walks.next()).map(|walk| walk.iter().map(|edge| edge.0).collect()).collect();
        assert_eq!(found, [[0, 3, 5], [0, 3, 6], [1, 3, 5], [1, 3, 6], [2, 4, 5], [2, 4, 6]]);
    }
}
