//! Paths of two edges that meet: how many pairs of them lead from a node, through another one each, to a common one.
//!
//! The paths along one wing are counted in an array by where they end; each path along the other wing finds there how many it
//! meets. When both wings are alike, every path meets those that came before it, and itself. Neighbours ascend, so where only
//! pairs up to the node itself are wanted, the array ends there, and each list of neighbours is left where it leaves the array.

use std::borrow::Cow;
use std::ops::AddAssign;

use super::super::ahead::{AHEAD, fetch};
use super::super::bits::Bits;
use super::count::resolved;
use super::numbers::PATIENCE;
use super::{Result, overflow};
use crate::exec::context::Watch;
use crate::model::{Direction, EdgeTypeId, NodeId};
use crate::plan::physical::{TallyLink, TallyTerm, Turns};
use crate::store::{Adjacency, View};

/// The lists of so many nodes lie near enough as they are.
const NEAR: usize = 1 << 16;

/// The paths of so many nodes are looked ahead to: few enough that what comes stays near.
const TOGETHER: usize = 8;

/// Numbers at so many places of the array are taken back one by one, at more of them all at once.
const PART: usize = 8;

pub(super) struct Wedges<'g> {
    /// The paths that are counted, and those that meet them.
    wings: [Wing<'g>; 2],
    /// Where they may meet; none: anywhere.
    far: Option<Bits>,
    twins: bool,
    turns: Turns,
    /// No more paths lead to one node.
    most: u64,
    bound: usize,
    edges: u64,
}

/// Two edges, and what may be between them; none: any node.
struct Wing<'g> {
    first: Lists<'g>,
    middle: Option<Bits>,
    second: Lists<'g>,
}

/// The neighbours of each node, as slices where they are.
enum Lists<'g> {
    Slices(Adjacency<'g>),
    Each(Option<Vec<EdgeTypeId>>, Direction),
}

/// How many paths lead to each node; memory to be used again.
#[derive(Default)]
pub(super) struct Paths {
    small: Counts<u16>,
    large: Counts<u32>,
    huge: Counts<u64>,
    /// What is between on the next paths.
    ahead: Vec<u32>,
}

/// All 0 between one node and the next.
#[derive(Default)]
struct Counts<N> {
    of_node: Vec<N>,
    /// The nodes that paths lead to, as long as these are few.
    touched: Vec<u32>,
}

impl<'g> Lists<'g> {
    fn new(link: &TallyLink, view: &View<'g>) -> Self {
        let (types, direction) = resolved(link, view);
        match view.adjacency(types.as_deref(), direction) {
            Some(slices) => Lists::Slices(slices),
            None => Lists::Each(types, direction),
        }
    }

    fn ends(&self, node: NodeId, view: &View<'g>) -> Cow<'g, [u32]> {
        match self {
            Lists::Slices(slices) => Cow::Borrowed(slices.ends(node)),
            Lists::Each(types, direction) => view.ends(node, *direction, types.as_deref()),
        }
    }

    /// Asks for the neighbours of these nodes, which come by chance.
    fn fetch(&self, nodes: &[u32]) {
        if let Lists::Slices(slices) = self
            && slices.nodes() > NEAR
        {
            fetch(slices, nodes.iter().copied().map(NodeId));
        }
    }

    /// No node has more neighbours; none when that is not known.
    fn longest(&self) -> Option<u64> {
        let Lists::Slices(slices) = self else { return None };
        Some(u64::from(slices.longest()))
    }
}

impl<'g> Wing<'g> {
    /// No two nodes have more paths from the one to the other.
    fn most(&self) -> u64 {
        let most = self.first.longest().zip(self.second.longest());
        most.and_then(|(first, second)| first.checked_mul(second)).unwrap_or(u64::MAX)
    }

    /// Calls `step` with the neighbours of each node between that is less than `end`; it says how many it looked at.
    fn walk(
        &self,
        (node, end): (NodeId, u32),
        watch: Watch<'_, 'g>,
        steps: &mut usize,
        mut step: impl FnMut(&[u32]) -> usize,
    ) -> Result<()> {
        let between = self.first.ends(node, watch.view);
        let between = &between[..between.partition_point(|node| *node < end)];
        for some in between.chunks(AHEAD) {
            if between.len() > AHEAD {
                self.second.fetch(some);
            }
            for node in some {
                if self.middle.as_ref().is_none_or(|middle| middle.one(*node) == 1) {
                    *steps += 1 + step(&self.second.ends(NodeId(*node), watch.view));
                }
            }
            if *steps > PATIENCE {
                watch.check()?;
                *steps = 0;
            }
        }
        Ok(())
    }
}

impl<'g> Wedges<'g> {
    /// Of a pattern that is a root, two nodes beside it, and one across; with what each of the three may be.
    pub(super) fn new(term: &TallyTerm, sets: Vec<Option<Bits>>, view: &View<'g>) -> Option<Self> {
        let [_, one, other, end] = term.nodes.as_slice() else { return None };
        let [middle, other_middle, far] = <[_; 3]>::try_from(sets).ok()?;
        let (wedge, second) = end.wedge.as_ref().zip(end.links.first())?;
        let wing = |first: Option<&TallyLink>, middle, second| {
            Some(Wing { first: Lists::new(first?, view), middle, second: Lists::new(second, view) })
        };
        let (bound, edges) = (view.node_bound(), view.edge_count());
        let mut wings =
            [wing(one.links.first(), middle, second)?, wing(other.links.first(), other_middle, &wedge.link)?];
        let mut most = wings[0].most();
        if !wedge.twins {
            let other = wings[1].most();
            if other < most {
                wings.swap(0, 1);
                most = other;
            }
        }
        // Going round, a loop would be greatest twice in sequence.
        let loops = || {
            let types = resolved(second, view).0;
            !view.loops(types.as_deref()).is_empty()
        };
        let turns = if wedge.turns == Turns::Four && loops() { Turns::Two } else { wedge.turns };
        Some(Wedges { wings, far, twins: wedge.twins, turns, most, bound, edges })
    }

    /// How many bytes a thread needs.
    pub(super) fn bytes(&self) -> u64 {
        let width = match self.most {
            0..=0xFFFF => 2,
            0x1_0000..=0xFFFF_FFFF => 4,
            _ => 8,
        };
        self.bound as u64 * width + (self.bound / PART) as u64 * 4
    }

    /// About how many paths there are.
    pub(super) fn steps(&self) -> u64 {
        let degree = self.edges / (self.bound as u64).max(1);
        self.edges.saturating_mul(degree + 1)
    }

    /// Adds, for each node from `first` on that has a number, how many pairs of paths meet.
    pub(super) fn meet(
        &self,
        watch: Watch<'_, 'g>,
        (first, numbers): (u32, &[i64]),
        sums: &mut [i64],
        paths: &mut Paths,
    ) -> Result<()> {
        let mut steps = 0;
        for (at, ((node, number), sum)) in (first..).zip(numbers).zip(sums).enumerate() {
            if at % TOGETHER == 0 {
                let wanted = (node..).zip(numbers[at..].iter().take(TOGETHER)).filter(|(_, number)| **number != 0);
                self.look_ahead(wanted.map(|(node, _)| NodeId(node)), &mut paths.ahead);
            }
            if *number == 0 {
                continue;
            }
            // The smaller the numbers are, the more of them are near.
            let pairs = match self.most {
                0..=0xFFFF => self.pairs(node, watch, &mut steps, &mut paths.small)?,
                0x1_0000..=0xFFFF_FFFF => self.pairs(node, watch, &mut steps, &mut paths.large)?,
                _ => self.pairs(node, watch, &mut steps, &mut paths.huge)?,
            };
            *sum = i64::try_from(pairs).ok().and_then(|pairs| sum.checked_add(pairs)).ok_or_else(overflow)?;
        }
        Ok(())
    }

    /// Asks for what is between on the paths from these nodes, and for its neighbours.
    fn look_ahead(&self, nodes: impl Iterator<Item = NodeId> + Clone, ahead: &mut Vec<u32>) {
        let wings = if self.twins { &self.wings[..1] } else { &self.wings };
        for wing in wings {
            let Lists::Slices(first) = &wing.first else { return };
            ahead.clear();
            for node in nodes.clone() {
                let between = first.ends(node);
                let end = if self.turns == Turns::Four {
                    between.partition_point(|end| *end < node.0)
                } else {
                    between.len()
                };
                // Where there are more, they are asked for on the way.
                if end <= AHEAD {
                    ahead.extend_from_slice(&between[..end]);
                }
            }
            wing.second.fetch(ahead);
        }
    }

    /// How many pairs of paths from the node meet.
    fn pairs<N: Copy + Default + From<u8> + Into<u128> + AddAssign>(
        &self,
        node: u32,
        watch: Watch<'_, 'g>,
        steps: &mut usize,
        counts: &mut Counts<N>,
    ) -> Result<u128> {
        let Counts { of_node, touched } = counts;
        of_node.resize(self.bound, N::default());
        let place = node as usize;
        // Where paths may end, before which nodes they may pass through, and how often a pair counts that meets elsewhere.
        let (ends, between, times) = match self.turns {
            Turns::One => (self.bound, self.bound, 1),
            Turns::Two => (place + 1, self.bound, 2),
            Turns::Four => (place + 1, place, 4),
        };
        let Some(of_node) = of_node.get_mut(..ends) else { return Ok(0) };
        let (start, one) = ((NodeId(node), between as u32), N::from(1));
        let (mut met, few) = (0u128, ends / PART);
        self.wings[0].walk(start, watch, steps, |ends| {
            let mut looked = 0;
            for end in ends {
                let Some(count) = of_node.get_mut(*end as usize) else { break };
                looked += 1;
                if self.far.as_ref().is_none_or(|far| far.one(*end) == 1) {
                    if self.twins {
                        // It meets those that came before in either order.
                        let before: u128 = (*count).into();
                        met += 2 * before + 1;
                    }
                    *count += one;
                }
            }
            if touched.len() <= few {
                touched.extend_from_slice(&ends[..looked]);
            }
            looked
        })?;
        // Those that come back are counted by themselves.
        let back: u128 = if times > 1 { of_node.get(place).copied().unwrap_or_default().into() } else { 0 };
        let mut met_back = if self.twins { back * back } else { 0 };
        if !self.twins && !touched.is_empty() {
            let mut come_back = 0u128;
            self.wings[1].walk(start, watch, steps, |ends| {
                let mut looked = 0;
                for end in ends {
                    let Some(count) = of_node.get(*end as usize) else { break };
                    looked += 1;
                    met += (*count).into();
                }
                if times > 1 {
                    let own = ends[..looked].iter().rev().take_while(|end| **end == node).count();
                    come_back += own as u128;
                }
                looked
            })?;
            met_back = back * come_back;
        }
        match touched.len() <= few {
            true => touched.iter().for_each(|end| of_node[*end as usize] = N::default()),
            false => of_node.fill(N::default()),
        }
        touched.clear();
        Ok((met - met_back) * times + met_back * times / 2)
    }
}
