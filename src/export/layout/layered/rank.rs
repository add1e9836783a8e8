//! A rank for every node, such that lines lead from lower ranks to higher ones and are short.
//!
//! In: lines, of which some may form cycles. Those that run against the order that suits most are turned first.

/// The rank of each node, from 0.
pub(super) fn ranks(nodes: usize, ties: &[(usize, usize)]) -> Vec<usize> {
    let order = order(nodes, ties);
    let mut position = vec![0; nodes];
    order.iter().enumerate().for_each(|(place, &node)| position[node] = place);
    let (mut before, mut after) = (vec![Vec::new(); nodes], vec![Vec::new(); nodes]);
    for &(from, to) in ties.iter().filter(|(from, to)| from != to) {
        let (from, to) = if position[from] < position[to] { (from, to) } else { (to, from) };
        after[from].push(to);
        before[to].push(from);
    }
    let mut ranks = vec![0_usize; nodes];
    for &node in &order {
        ranks[node] = before[node].iter().map(|&other| ranks[other] + 1).max().unwrap_or(0);
    }
    shorten(&mut ranks, &order, &before, &after);
    let first = ranks.iter().copied().min().unwrap_or(0);
    ranks.iter().map(|rank| rank - first).collect()
}

/// Moves nodes to where their lines are shortest together, until nothing gains.
fn shorten(ranks: &mut [usize], order: &[usize], before: &[Vec<usize>], after: &[Vec<usize>]) {
    for _ in 0..ranks.len() {
        let mut moved = false;
        for &node in order.iter().rev() {
            let least = before[node].iter().map(|&other| ranks[other] + 1).max();
            let most = after[node].iter().map(|&other| ranks[other].saturating_sub(1)).min();
            let best = match (least, most) {
                (Some(least), Some(most)) if before[node].len() < after[node].len() => most.max(least),
                (Some(least), _) => least,
                (None, Some(most)) => most,
                (None, None) => continue,
            };
            moved |= best != ranks[node];
            ranks[node] = best;
        }
        if !moved {
            return;
        }
    }
}

/// All nodes in an order that few lines run against (Eades, Lin and Smyth): what nothing leads to comes first, what leads
/// nowhere comes last, and from a cycle the node that most leads from.
fn order(nodes: usize, ties: &[(usize, usize)]) -> Vec<usize> {
    let (mut ins, mut outs) = (vec![Vec::new(); nodes], vec![Vec::new(); nodes]);
    for &(from, to) in ties.iter().filter(|(from, to)| from != to) {
        outs[from].push(to);
        ins[to].push(from);
    }
    let mut entering: Vec<_> = ins.iter().map(Vec::len).collect();
    let mut leaving: Vec<_> = outs.iter().map(Vec::len).collect();
    let mut left = vec![true; nodes];
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    for _ in 0..nodes {
        let free = || (0..nodes).filter(|&node| left[node]);
        let sink = free().rev().find(|&node| leaving[node] == 0 && entering[node] > 0);
        let source = free().find(|&node| entering[node] == 0);
        let balance = |&node: &usize| (leaving[node] as i64 - entering[node] as i64, std::cmp::Reverse(node));
        let Some(node) = sink.or(source).or_else(|| free().max_by_key(balance)) else { break };
        left[node] = false;
        outs[node].iter().for_each(|&other| entering[other] -= 1);
        ins[node].iter().for_each(|&other| leaving[other] -= 1);
        if sink.is_some() { tail.push(node) } else { head.push(node) }
    }
    head.extend(tail.into_iter().rev());
    head
}
