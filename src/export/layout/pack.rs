//! The connected parts of a graph, and their pictures side by side on one page.

use std::cmp::Reverse;

use super::{Frame, Point, Size};

/// How wide a page is by its height.
pub(super) const PAGE: f64 = 1.5;

/// The nodes of each connected part, in order, the largest part first.
pub(super) fn parts(nodes: usize, ties: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut leader: Vec<usize> = (0..nodes).collect();
    fn lead(leader: &mut [usize], mut node: usize) -> usize {
        while leader[node] != node {
            leader[node] = leader[leader[node]];
            node = leader[node];
        }
        node
    }
    for &(from, to) in ties {
        let (from, to) = (lead(&mut leader, from), lead(&mut leader, to));
        // The smaller leads, so that a part is known by its first node.
        leader[from.max(to)] = from.min(to);
    }
    let mut part_of = vec![usize::MAX; nodes];
    let mut parts = Vec::<Vec<usize>>::new();
    for node in 0..nodes {
        let first = lead(&mut leader, node);
        if part_of[first] == usize::MAX {
            part_of[first] = parts.len();
            parts.push(Vec::new());
        }
        parts[part_of[first]].push(node);
    }
    parts.sort_by_key(|part| Reverse(part.len()));
    parts
}

/// Moves the parts' pictures into rows on a page, in their order.
pub(super) fn side_by_side(places: &mut [Point], sizes: &[Size], parts: &[Vec<usize>], gap: f64) {
    let frames: Vec<_> =
        parts.iter().map(|part| Frame::around(part.iter().map(|&node| (places[node], sizes[node])))).collect();
    for (part, (x, y)) in parts.iter().zip(rows(&frames, gap)) {
        for &node in part {
            places[node].x += x;
            places[node].y += y;
        }
    }
}

/// How far each frame moves so that all stand in rows, none over another, on a page of little paper.
pub(super) fn rows(frames: &[Frame], gap: f64) -> Vec<(f64, f64)> {
    let area: f64 = frames.iter().map(|frame| (frame.width() + gap) * (frame.height() + gap)).sum();
    let widest = frames.iter().map(Frame::width).fold(0.0, f64::max);
    let ideal = (area * PAGE).sqrt();
    let pages = [widest, widest.max(ideal * 0.8), widest.max(ideal), widest.max(ideal * 1.25)];
    let tried = pages.map(|page| rows_on(frames, gap, page));
    let best = tried.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or_else(Vec::new, |(_, moves)| moves)
}

/// The rows on a page of this width, and what they cost: their area, more when it is far from a page's form.
fn rows_on(frames: &[Frame], gap: f64, page: f64) -> (f64, Vec<(f64, f64)>) {
    let (mut left, mut top, mut height, mut right) = (0.0, 0.0, 0.0_f64, 1.0_f64);
    let mut moves = Vec::new();
    for frame in frames {
        if left > 0.0 && left + frame.width() > page {
            top += height + gap;
            (left, height) = (0.0, 0.0);
        }
        moves.push((left - frame.left, top - frame.top));
        right = right.max(left + frame.width());
        left += frame.width() + gap;
        height = height.max(frame.height());
    }
    let form = right / (top + height).max(1.0) / PAGE;
    (right * (top + height) * form.max(1.0 / form).sqrt(), moves)
}
