//! The height of every item on the page, such that neighbours keep their distance and long lines are straight.
//!
//! The method of Brandes and Köpf: items are strung to the middle one of what they are tied to, in four ways (by the rank
//! before or after, the upper or the lower of two middles); a string has one height; and the mean of the two middle ones of
//! the four heights is taken, which keeps every distance that all four keep.

use std::collections::BTreeSet;

use super::Ranks;

/// The centre of each item.
pub(super) fn places(ranks: &Ranks) -> Vec<f64> {
    let conflicts = conflicts(ranks);
    let mut found = Vec::new();
    for forth in [true, false] {
        for downwards in [true, false] {
            let strings = strings(ranks, &conflicts, forth, downwards);
            let mut heights = compact(ranks, &strings, downwards);
            centre(&mut heights);
            found.push(heights);
        }
    }
    let heights = (0..ranks.heights.len()).map(|item| {
        let mut four: Vec<_> = found.iter().map(|heights| heights[item]).collect();
        four.sort_by(f64::total_cmp);
        (four[1] + four[2]) / 2.0
    });
    heights.collect()
}

/// So that the four agree about where the middle is.
fn centre(heights: &mut [f64]) {
    let least = heights.iter().copied().fold(f64::INFINITY, f64::min);
    let most = heights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    heights.iter_mut().for_each(|height| *height -= (least + most) / 2.0);
}

/// The pairs of items whose line crosses one between two stand-ins, which is to be straight.
fn conflicts(ranks: &Ranks) -> BTreeSet<(usize, usize)> {
    let positions = ranks.positions();
    let mut conflicts = BTreeSet::new();
    for pair in ranks.ranks.windows(2) {
        let (before, here) = (&pair[0], &pair[1]);
        let inner = |item: usize| match ranks.before[item][..] {
            [only] if ranks.is_stand_in(item) && ranks.is_stand_in(only) => Some(positions[only]),
            _ => None,
        };
        let (mut least, mut done) = (0, 0);
        for (position, &item) in here.iter().enumerate() {
            let last = position + 1 == here.len();
            let end = inner(item);
            if end.is_none() && !last {
                continue;
            }
            let most = end.unwrap_or(before.len());
            for &item in &here[done..=position] {
                let crossing = ranks.before[item].iter().filter(|&&other| {
                    let at = positions[other];
                    (at < least || at > most) && inner(item).is_none()
                });
                conflicts.extend(crossing.map(|&other| (other, item)));
            }
            (least, done) = (most, position + 1);
        }
    }
    conflicts
}

/// The first item of the string that each item is on.
fn strings(ranks: &Ranks, conflicts: &BTreeSet<(usize, usize)>, forth: bool, downwards: bool) -> Vec<usize> {
    let positions = ranks.positions();
    let mut root: Vec<usize> = (0..ranks.heights.len()).collect();
    let mut taken = vec![false; root.len()];
    let near = if forth { &ranks.before } else { &ranks.after };
    let mut order: Vec<_> = ranks.ranks.iter().collect();
    if !forth {
        order.reverse();
    }
    for rank in order {
        // The position in the rank beside that strings so far reach: they must not cross.
        let mut reached: Option<usize> = None;
        let items: Box<dyn Iterator<Item = _>> =
            if downwards { Box::new(rank.iter()) } else { Box::new(rank.iter().rev()) };
        for &item in items {
            let mut ends = near[item].clone();
            ends.sort_by_key(|&other| positions[other]);
            ends.dedup();
            if ends.is_empty() {
                continue;
            }
            let middles = [(ends.len() - 1) / 2, ends.len() / 2];
            let middles = if downwards { middles } else { [middles[1], middles[0]] };
            for middle in middles {
                let end = ends[middle];
                let pair = if forth { (end, item) } else { (item, end) };
                let free = reached
                    .is_none_or(|reached| if downwards { positions[end] > reached } else { positions[end] < reached });
                if root[item] == item && !taken[end] && free && !conflicts.contains(&pair) {
                    root[item] = root[end];
                    taken[end] = true;
                    reached = Some(positions[end]);
                }
            }
        }
    }
    root
}

/// A height for each string, as close together as the distances in the ranks allow.
fn compact(ranks: &Ranks, root: &[usize], downwards: bool) -> Vec<f64> {
    let count = root.len();
    // What lies next to what in some rank, as strings: upper, lower, distance.
    let (mut above, mut below) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for rank in &ranks.ranks {
        for pair in rank.windows(2) {
            let (upper, lower) = (root[pair[0]], root[pair[1]]);
            let apart = ranks.apart(pair[0], pair[1]);
            below[upper].push((lower, apart));
            above[lower].push((upper, apart));
        }
    }
    let order = sorted(root, &above, &below);
    let mut heights = vec![0.0_f64; count];
    if downwards {
        for &string in &order {
            heights[string] =
                above[string].iter().map(|&(other, apart)| heights[other] + apart).reduce(f64::max).unwrap_or(0.0);
        }
        // What has nothing close above it moves down to what it is next to.
        for &string in order.iter().rev() {
            let most = below[string].iter().map(|&(other, apart)| heights[other] - apart).reduce(f64::min);
            heights[string] = most.map_or(heights[string], |most| most.max(heights[string]));
        }
    } else {
        for &string in order.iter().rev() {
            heights[string] =
                below[string].iter().map(|&(other, apart)| heights[other] - apart).reduce(f64::min).unwrap_or(0.0);
        }
        for &string in &order {
            let least = above[string].iter().map(|&(other, apart)| heights[other] + apart).reduce(f64::max);
            heights[string] = least.map_or(heights[string], |least| least.min(heights[string]));
        }
    }
    root.iter().map(|&root| heights[root]).collect()
}

/// The strings, each after all above it.
fn sorted(root: &[usize], above: &[Vec<(usize, f64)>], below: &[Vec<(usize, f64)>]) -> Vec<usize> {
    let mut waiting: Vec<_> = above.iter().map(Vec::len).collect();
    let mut ready: Vec<_> = (0..root.len()).filter(|&item| root[item] == item && waiting[item] == 0).collect();
    let mut order = Vec::new();
    while let Some(string) = ready.pop() {
        order.push(string);
        for &(other, _) in &below[string] {
            waiting[other] -= 1;
            if waiting[other] == 0 {
                ready.push(other);
            }
        }
    }
    order
}
