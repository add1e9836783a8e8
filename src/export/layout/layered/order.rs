//! The order within ranks, such that few lines cross.
//!
//! Ranks are sorted by the mean place of what their items are tied to, forth and back; then neighbours change places where
//! that helps. The best order that was met is kept.

use super::Ranks;

const SWEEPS: usize = 24;

/// Changes the order of the ranks' items.
pub(super) fn reduce_crossings(ranks: &mut Ranks) {
    start(ranks);
    let mut best = ranks.ranks.clone();
    let mut least = crossings(ranks);
    for sweep in 0..SWEEPS {
        if least == 0 {
            break;
        }
        let forth = sweep % 2 == 0;
        let count = ranks.ranks.len();
        for step in 1..count {
            let rank = if forth { step } else { count - 1 - step };
            sort(ranks, rank, forth);
        }
        exchange(ranks);
        let found = crossings(ranks);
        if found < least {
            least = found;
            best.clone_from(&ranks.ranks);
        }
    }
    ranks.ranks = best;
}

/// A first order: what is reached one after the other, along the lines, lies one below the other.
fn start(ranks: &mut Ranks) {
    let mut rank_of = vec![0; ranks.heights.len()];
    for (rank, items) in ranks.ranks.iter().enumerate() {
        items.iter().for_each(|&item| rank_of[item] = rank);
    }
    let mut seen = vec![false; ranks.heights.len()];
    let mut ordered = vec![Vec::new(); ranks.ranks.len()];
    for &root in ranks.ranks.iter().flatten() {
        let mut stack = vec![root];
        while let Some(item) = stack.pop() {
            if !std::mem::replace(&mut seen[item], true) {
                ordered[rank_of[item]].push(item);
                stack.extend(ranks.before[item].iter().rev().chain(ranks.after[item].iter().rev()));
            }
        }
    }
    ranks.ranks = ordered;
}

/// Sorts a rank by the mean position in the rank beside it; an item without ties there stays where it is.
fn sort(ranks: &mut Ranks, rank: usize, forth: bool) {
    let positions = ranks.positions();
    let near = if forth { &ranks.before } else { &ranks.after };
    let mean = |item: usize| {
        let near = &near[item];
        let sum: usize = near.iter().map(|&other| positions[other]).sum();
        (!near.is_empty()).then(|| sum as f64 / near.len() as f64)
    };
    let items = &mut ranks.ranks[rank];
    let mut sorted: Vec<_> = items.iter().filter_map(|&item| Some((mean(item)?, item))).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut sorted = sorted.into_iter();
    for item in items.iter_mut() {
        if !near[*item].is_empty()
            && let Some((_, next)) = sorted.next()
        {
            *item = next;
        }
    }
}

/// Lets neighbours change places while that takes crossings away.
fn exchange(ranks: &mut Ranks) {
    let mut positions = ranks.positions();
    for _ in 0..8 {
        let mut better = false;
        for rank in 0..ranks.ranks.len() {
            for upper in 1..ranks.ranks[rank].len() {
                let (a, b) = (ranks.ranks[rank][upper - 1], ranks.ranks[rank][upper]);
                let crossed = |a: usize, b: usize| {
                    pairs(&ranks.before[a], &ranks.before[b], &positions)
                        + pairs(&ranks.after[a], &ranks.after[b], &positions)
                };
                if crossed(b, a) < crossed(a, b) {
                    ranks.ranks[rank].swap(upper - 1, upper);
                    positions.swap(a, b);
                    better = true;
                }
            }
        }
        if !better {
            return;
        }
    }
}

/// How many lines of the upper item cross lines of the lower one.
fn pairs(upper: &[usize], lower: &[usize], positions: &[usize]) -> usize {
    let below = |&end: &usize| lower.iter().filter(|&&other| positions[other] < positions[end]).count();
    upper.iter().map(below).sum()
}

/// How many pairs of lines cross.
fn crossings(ranks: &Ranks) -> usize {
    let positions = ranks.positions();
    let mut count = 0;
    for (rank, items) in ranks.ranks.iter().enumerate().skip(1) {
        // The ends in the rank before, by the order of this one: each inversion is a crossing. A tree of sums counts them.
        let size = ranks.ranks[rank - 1].len();
        let mut sums = vec![0_usize; size + 1];
        let mut all = 0;
        for &item in items {
            let mut ends: Vec<_> = ranks.before[item].iter().map(|&other| positions[other]).collect();
            ends.sort_unstable();
            for &end in &ends {
                let mut at = end + 1;
                let mut smaller = 0;
                while at > 0 {
                    smaller += sums[at];
                    at &= at - 1;
                }
                count += all - smaller;
            }
            for end in ends {
                all += 1;
                let mut at = end + 1;
                while at <= size {
                    sums[at] += 1;
                    at += at & at.wrapping_neg();
                }
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two ranks of four, tied as given.
    fn two(ties: &[(usize, usize)]) -> Ranks {
        let mut ranks = Ranks {
            nodes: 8,
            heights: Vec::new(),
            bend: Vec::new(),
            ranks: vec![Vec::new(), Vec::new()],
            before: Vec::new(),
            after: Vec::new(),
        };
        (0..8).for_each(|item| _ = ranks.item(item / 4, 1.0, false));
        ties.iter().for_each(|&(from, to)| ranks.tie(from, to));
        ranks
    }

    #[test]
    fn counting() {
        let cases: [(&[(usize, usize)], usize); 5] = [
            (&[(0, 4), (1, 5)], 0),
            (&[(0, 5), (1, 4)], 1),
            (&[(0, 4), (0, 5), (1, 4), (1, 5)], 1),
            (&[(0, 7), (1, 6), (2, 5), (3, 4)], 6),
            (&[(0, 4), (1, 4), (0, 5)], 1),
        ];
        for (ties, expected) in cases {
            assert_eq!(crossings(&two(ties)), expected, "{ties:?}");
        }
    }

    #[test]
    fn reducing() {
        let mut ranks = two(&[(0, 7), (1, 6), (2, 5), (3, 4)]);
        reduce_crossings(&mut ranks);
        assert_eq!(crossings(&ranks), 0);
    }
}
