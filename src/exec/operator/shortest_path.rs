//! `ShortestPath`: for each input row with both ends bound, one or all of the shortest walks between them.
//!
//! Breadth first from both ends at once (Pohl, *Bi-directional Search*, 1971): whole levels in turn, the smaller
//! frontier first, until a level reaches a node that the other side knows. A shortest walk has exactly one node at the
//! depth where the sides meet, so each is built once. Two ends that are one node have the empty walk when zero edges
//! are allowed, and otherwise the closed walks, if those are asked for.
//!
//! In lists of neighbours a side keeps places; which edges they are is looked up of the walks that are given.
//!
//! Where row after row asks for one walk from the same start, and any edge will do, the searches soon cost more than one search
//! that goes on from the start to every node: when they have reached as many nodes as the graph has, that takes their place, and
//! what it has reached is kept from row to row.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::closed_walk::closed_walks;
use super::expand::{Edges, node};
use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::model::{Column, Direction, EdgeId, NodeId, Value, Var};
use crate::plan::physical::Shortest;
use crate::store::Adjacency;

/// How many nodes are reached between two looks at the limits.
const STEPS: usize = 4096;

/// Mostly a search reaches so many nodes, and need not make room for more again and again.
const FEW: usize = 100;

pub(super) struct ShortestPath<'g> {
    input: Boxed<'g>,
    edges: Edges,
    min: u64,
    max: u64,
    which: Shortest,
    live: Vec<Var>,
    /// Whether every edge will do.
    free: bool,
    /// Found when it first runs.
    lists: Lists<'g>,
    current: Batch<'g>,
    row: usize,
    /// What the search of this row has found.
    walks: Option<Found>,
    held: u64,
    /// The search from the start that the last rows had.
    star: Option<Star>,
    /// Bytes that it holds.
    star_held: u64,
}

/// Searches from one start.
struct Star {
    from: NodeId,
    /// How many nodes those have reached that went to one end each.
    reached: u64,
    /// The one that goes on to every node, when it has begun.
    side: Option<Side>,
}

/// The neighbours as slices, where every edge will do and there are such.
#[derive(Default)]
struct Lists<'g> {
    leaving: Option<Adjacency<'g>>,
    entering: Option<Adjacency<'g>>,
}

impl<'g> Lists<'g> {
    fn of(&self, direction: Direction) -> Option<&Adjacency<'g>> {
        if direction == Direction::In { self.entering.as_ref() } else { self.leaving.as_ref() }
    }

    /// The edge that a side which searches in this direction has come by.
    fn edge(&self, direction: Direction, (number, node): Back) -> Option<EdgeId> {
        let Some(lists) = self.of(direction) else { return Some(EdgeId(number)) };
        let (block, row) = lists.at(node)?;
        block.edge(row, number as usize)
    }
}

/// An edge that leads one step back, and the node behind it: the edge's place among those of that node where its neighbours are
/// slices, else the edge's id.
type Back = (u32, NodeId);

struct Side {
    /// How the side came to each node: its distance, and the first edge back, none at the start.
    reached: FxHashMap<NodeId, (u32, Option<Back>)>,
    /// The other edges back from a node that lie on shortest walks, where all of these are asked for.
    others: FxHashMap<NodeId, Vec<Back>>,
    frontier: Vec<NodeId>,
    depth: u32,
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
        ShortestPath {
            input,
            free: edges.is_free(),
            edges,
            min,
            max,
            which,
            live,
            lists: Lists::default(),
            current: Batch::default(),
            row: 0,
            walks: None,
            held: 0,
            star: None,
            star_held: 0,
        }
    }

    /// Whether to go on from the start to every node, as the rows before have asked for much from there.
    fn goes_on(&mut self, ctx: &mut Context<'g>, from: NodeId) -> bool {
        if self.star.as_ref().is_none_or(|star| star.from != from) {
            ctx.release(std::mem::take(&mut self.star_held));
            self.star = Some(Star { from, reached: 0, side: None });
        }
        self.star.as_ref().is_some_and(|star| star.reached >= ctx.view.node_count())
    }

    /// Goes on from the start until the end is reached, if that is not so already.
    fn reach(&mut self, ctx: &mut Context<'g>, from: NodeId, to: NodeId) -> Result<Option<Found>> {
        let direction = self.edges.step.direction;
        let kept = self.star.as_mut().and_then(|star| star.side.take());
        let mut side = kept.unwrap_or_else(|| Side::new(from, direction));
        while !side.reached.contains_key(&to) && u64::from(side.depth) < self.max && !side.frontier.is_empty() {
            // Nobody comes from the other end: the start is known already, so that no level ends there.
            self.level(ctx, &mut side, &Side::new(from, direction.reverse()))?;
            let size = (side.frontier.len() * size_of::<(NodeId, u32, Back, Back)>()) as u64;
            self.star_held += size;
            ctx.hold(size)?;
        }
        let (mut walk, mut at) = (Vec::new(), to);
        while let Some(back) = side.back(at, 0) {
            walk.extend(self.lists.edge(direction, back));
            at = back.1;
        }
        walk.reverse();
        if let Some(star) = &mut self.star {
            star.side = Some(side);
        }
        Ok((!walk.is_empty()).then(|| Found::Listed(vec![walk].into_iter())))
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
            return Ok(Some(Found::Listed(walks.into_iter())));
        }
        let alike = self.free && !self.which.all;
        if alike && self.goes_on(ctx, from) {
            return self.reach(ctx, from, to);
        }
        let found = self.between(ctx, &mut near, &mut far)?;
        if let Some(star) = self.star.as_mut().filter(|_| alike) {
            star.reached += (near.reached.len() + far.reached.len()) as u64;
        }
        Ok(found.map(|met| Found::Between(Box::new(Walks::new(near, far, met)))))
    }

    /// Searches from both sides until they meet; gives the nodes where they do.
    fn between(&mut self, ctx: &mut Context<'g>, near: &mut Side, far: &mut Side) -> Result<Option<Vec<NodeId>>> {
        loop {
            if u64::from(near.depth) + u64::from(far.depth) >= self.max
                || near.frontier.is_empty()
                || far.frontier.is_empty()
            {
                return Ok(None);
            }
            let (grows, other) =
                if near.frontier.len() <= far.frontier.len() { (&mut *near, &*far) } else { (&mut *far, &*near) };
            let met = self.level(ctx, grows, other)?;
            let size = (grows.frontier.len() * size_of::<(NodeId, u32, Back, Back)>()) as u64;
            self.held += size;
            ctx.hold(size)?;
            if !met.is_empty() {
                return Ok(Some(met));
            }
        }
    }

    /// Takes one side a level further, and gives the nodes where it meets the other one, ascending; when any walk will do, it
    /// ends with the first of them.
    fn level(&self, ctx: &mut Context<'g>, side: &mut Side, other: &Side) -> Result<Vec<NodeId>> {
        side.depth += 1;
        let (mut next, mut met) = (Vec::new(), Vec::new());
        let mut steps = STEPS;
        for at in std::mem::take(&mut side.frontier) {
            if steps >= STEPS {
                ctx.check()?;
                steps = 0;
            }
            let slices = self.lists.of(side.direction);
            match slices.and_then(|slices| slices.at(at)) {
                Some((block, row)) => {
                    let ends = block.ends(row);
                    steps += ends.len();
                    for (place, end) in (0..).zip(ends) {
                        let is_last = side.reach((place, at), NodeId(*end), self.which.all, &mut next)
                            && other.reached.contains_key(&NodeId(*end));
                        if is_last {
                            met.push(NodeId(*end));
                            if !self.which.all {
                                return Ok(met);
                            }
                        }
                    }
                }
                None if slices.is_some() => {}
                None => {
                    let candidates = self.edges.candidates(ctx, &self.current, self.row, at, side.direction)?;
                    steps += candidates.len() + 1;
                    for (edge, end) in candidates {
                        if side.reach((edge.0, at), end, self.which.all, &mut next) && other.reached.contains_key(&end)
                        {
                            met.push(end);
                            if !self.which.all {
                                return Ok(met);
                            }
                        }
                    }
                }
            }
        }
        side.frontier = next;
        met.sort_unstable();
        Ok(met)
    }
}

impl Side {
    fn new(start: NodeId, direction: Direction) -> Self {
        let mut reached = FxHashMap::with_capacity_and_hasher(FEW, Default::default());
        reached.insert(start, (0, None));
        Side { reached, others: FxHashMap::default(), frontier: vec![start], depth: 0, direction }
    }

    /// Notes that an edge leads from a node of the last level to another one; whether that is met for the first time.
    fn reach(&mut self, back: Back, to: NodeId, all: bool, next: &mut Vec<NodeId>) -> bool {
        match self.reached.entry(to) {
            Entry::Vacant(place) => {
                place.insert((self.depth, Some(back)));
                next.push(to);
                true
            }
            Entry::Occupied(known) => {
                if all && known.get().0 == self.depth {
                    self.others.entry(to).or_default().push(back);
                }
                false
            }
        }
    }

    /// The edge numbered `choice` that leads one step back from the node.
    fn back(&self, node: NodeId, choice: usize) -> Option<Back> {
        match choice {
            0 => self.reached.get(&node)?.1,
            choice => self.others.get(&node)?.get(choice - 1).copied(),
        }
    }
}

/// What a search has found.
enum Found {
    Between(Box<Walks>),
    Listed(std::vec::IntoIter<Vec<EdgeId>>),
}

impl Found {
    fn next(&mut self, lists: &Lists<'_>) -> Option<Vec<EdgeId>> {
        match self {
            Found::Between(walks) => walks.next(lists),
            Found::Listed(walks) => walks.next(),
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
    /// leaves, which of the node's edges back it takes, and that edge.
    steps: Vec<(NodeId, usize, Back)>,
    /// Where the sides meet, for the walk being built.
    middle: Option<NodeId>,
}

impl Walks {
    fn new(near: Side, far: Side, met: Vec<NodeId>) -> Self {
        Walks { near, far, met: met.into_iter(), steps: Vec::new(), middle: None }
    }

    /// The next walk, from the start to the end.
    fn next(&mut self, lists: &Lists<'_>) -> Option<Vec<EdgeId>> {
        let (near, length) = (self.near.depth as usize, self.near.depth as usize + self.far.depth as usize);
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
                Some((.., (_, behind))) if self.steps.len() != near => *behind,
                _ => self.middle?,
            };
            self.push(node, 0)?;
        }
        let (back, on) = self.steps.split_at(near);
        let back = back.iter().rev().map(|(.., back)| lists.edge(self.near.direction, *back));
        back.chain(on.iter().map(|(.., back)| lists.edge(self.far.direction, *back))).collect()
    }

    fn back(&self, step: usize, node: NodeId, choice: usize) -> Option<Back> {
        let side = if step < self.near.depth as usize { &self.near } else { &self.far };
        side.back(node, choice)
    }

    fn push(&mut self, node: NodeId, choice: usize) -> Option<()> {
        let back = self.back(self.steps.len(), node, choice)?;
        self.steps.push((node, choice, back));
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
        if self.free && self.edges.step.direction != Direction::Both && self.lists.leaving.is_none() {
            let lists = |direction| ctx.view.adjacency(self.edges.types(), direction);
            self.lists = Lists { leaving: lists(Direction::Out), entering: lists(Direction::In) };
        }
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
            let walk = walks.next(&self.lists);
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
        self.lists = Lists::default();
        self.current = Batch::default();
        self.row = 0;
        (self.walks, self.star) = (None, None);
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
    fn from_one_start_to_many_ends() {
        let cases: [(&[&str], Direction, Bounds, &str); 4] = [
            (
                &["n0 0 n2, n0 0 n2, n0 0 n1, n0 0 n2", "n0 0 n0, n0 0 n1"],
                Direction::Out,
                (1, None),
                "[e2], [e2], [e0], [e2], [e0]",
            ),
            (
                &["n2 0 n0, n2 0 n0, n2 0 n1, n1 0 n2, n1 0 n0, n1 0 n2"],
                Direction::Both,
                (0, None),
                "[e2], [e2], [e1], [e1], [e0], [e1]",
            ),
            (&["n2 0 n0, n2 0 n0, n2 0 n0, n2 0 n1"], Direction::Out, (1, None), ""),
            (&["n0 0 n2, n0 0 n2, n0 0 n2, n0 0 n0"], Direction::Out, (0, Some(0)), "[]"),
        ];
        for (input, direction, bounds, expected) in cases {
            let found = rows(shortest(input, direction, bounds, false), &[Y]);
            assert_eq!(found, expected, "{input:?} {direction:?} {bounds:?}");
        }
    }

    #[test]
    fn walks_come_one_at_a_time() {
        let node = NodeId;
        // n0 to n3 over n1 or n2, each by two edges, then by two edges to n4.
        let side = |start: u32, direction, depths: u32, edges: &[(u32, u32, u32, u32)]| {
            let mut side = Side::new(node(start), direction);
            for (depth, to, of, from) in edges {
                side.depth = *depth;
                side.reach((*of, node(*from)), node(*to), true, &mut Vec::new());
            }
            side.depth = depths;
            side
        };
        let near = side(0, Direction::Out, 1, &[(1, 1, 0, 0), (1, 1, 1, 0), (1, 2, 2, 0)]);
        let far = side(4, Direction::In, 2, &[(1, 3, 5, 4), (1, 3, 6, 4), (2, 1, 3, 3), (2, 2, 4, 3)]);
        let mut walks = Walks::new(near, far, vec![node(1), node(2)]);
        let found: Vec<Vec<u32>> = std::iter::from_fn(|| walks.next(&Lists::default()))
            .map(|walk| walk.iter().map(|edge| edge.0).collect())
            .collect();
        assert_eq!(found, [[0, 3, 5], [0, 3, 6], [1, 3, 5], [1, 3, 6], [2, 4, 5], [2, 4, 6]]);
    }
}
