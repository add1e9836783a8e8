//! What several lists of nodes have in common.

use crate::exec::operator::bits::Bits;
use crate::model::NodeId;
use crate::store::Adjacency;

/// Nodes, ascending.
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    pub(super) ends: &'a [u32],
    /// The same as bits, if they are marked.
    pub(super) bits: Option<&'a Bits>,
    /// Those that it takes to ask from the other end: the neighbours of each of the nodes, among which this one is.
    pub(super) back: Option<(&'a Adjacency<'a>, NodeId)>,
    /// Whether it is known that parallel edges lead to some.
    pub(super) parallel: bool,
}

impl List<'_> {
    /// Whether a node is in it; notes when it is there several times.
    #[inline]
    fn holds(&self, end: u32, parallel: &mut bool) -> bool {
        if let Some(bits) = self.bits {
            return bits.one(end) == 1;
        }
        let (ends, end) = match self.back.map(|(back, from)| (back.ends(NodeId(end)), from.0)) {
            Some((back, from)) if back.len() < self.ends.len() => (back, from),
            _ => (self.ends, end),
        };
        let Ok(at) = ends.binary_search(&end) else { return false };
        let beside = [at.wrapping_sub(1), at + 1];
        *parallel |= beside.iter().any(|at| ends.get(*at) == Some(&end));
        true
    }
}

/// Puts down the nodes that all lists hold, each once; gives how many were looked at, and whether parallel edges may lead to
/// one of them.
pub(super) fn common(lists: &[List<'_>], found: &mut Vec<u32>) -> (usize, bool) {
    found.clear();
    let (mut least, mut unmarked) = (0, 0);
    for (at, list) in lists.iter().enumerate() {
        if list.ends.len() < lists[least].ends.len() {
            least = at;
        }
        let other = &lists[unmarked];
        if (list.bits.is_some(), list.ends.len()) < (other.bits.is_some(), other.ends.len()) {
            unmarked = at;
        }
    }
    // A list that is marked answers at once, so another one is walked, unless that is very much longer.
    let Some(longer) = lists.get(unmarked) else { return (0, false) };
    let walked = if longer.ends.len() / 8 > lists[least].ends.len() { least } else { unmarked };
    let mut parallel = lists.iter().any(|list| list.parallel);
    let walk = lists[walked].ends.iter().copied();
    match lists {
        [one, other] => {
            let other = if walked == 0 { other } else { one };
            match other.bits {
                Some(bits) => found.extend(walk.filter(|end| bits.one(*end) == 1)),
                None => found.extend(walk.filter(|end| other.holds(*end, &mut parallel))),
            }
        }
        lists => {
            let mut others = lists.iter().enumerate().filter(|(at, _)| *at != walked).map(|(_, list)| list);
            match others.next() {
                Some(other) => found.extend(walk.filter(|end| other.holds(*end, &mut parallel))),
                None => found.extend(walk),
            }
            others.for_each(|list| found.retain(|end| list.holds(*end, &mut parallel)));
        }
    }
    // Parallel edges lead to a node more than once.
    let all = found.len();
    found.dedup();
    (lists[walked].ends.len(), parallel || found.len() < all)
}
