//! Moves boxes apart until none covers another, changing the picture as little as that allows.
//!
//! First the whole picture grows, more to the side when boxes are wide, until they rarely meet. Then pairs that still do
//! part in the direction in which they lie, so that groups keep their form; the last ones part along the shorter way.

use super::{Point, Size};

/// How often all pairs are looked at, at most. What overlaps then is moved apart by growing once more.
const ROUNDS: usize = 80;
const GROWTHS: usize = 30;

/// Of a box, how much neighbours have free on the average at first.
const ROOM: f64 = 1.6;

/// Moves the centres.
pub(super) fn remove(places: &mut [Point], sizes: &[Size]) {
    if places.len() < 2 {
        return;
    }
    let wider = wider(places, sizes);
    let scale = first_scale(places, sizes);
    grow(places, scale * wider, scale / wider);
    for _ in 0..GROWTHS {
        for round in 0..ROUNDS {
            if !part(places, sizes, round * 4 < ROUNDS * 3) {
                return;
            }
        }
        grow(places, 1.1, 1.1);
    }
}

/// How much to grow to the side: half of the way from a square to the form of the boxes, but to no more than a page's form.
fn wider(places: &[Point], sizes: &[Size]) -> f64 {
    let width: f64 = sizes.iter().map(|size| size.width).sum();
    let height: f64 = sizes.iter().map(|size| size.height).sum();
    let frame = super::Frame::around(places.iter().map(|&place| (place, Size::default())));
    if height <= 0.0 || frame.height() <= 0.0 {
        return 1.0;
    }
    let form = frame.width() / frame.height();
    (width / height).sqrt().min(super::pack::PAGE / form).sqrt().max(1.0)
}

fn grow(places: &mut [Point], x: f64, y: f64) {
    for place in places {
        *place = Point { x: place.x * x, y: place.y * y };
    }
}

/// The scale at which a box would fit on each node's nearest neighbour's distance, on the average.
fn first_scale(places: &[Point], sizes: &[Size]) -> f64 {
    let frame = super::Frame::around(places.iter().map(|&place| (place, Size::default())));
    let boxes: f64 = sizes.iter().map(|size| size.width * size.height).sum();
    let (width, height) = (frame.width(), frame.height());
    let area = (width * height).max(width * width / 6.0).max(height * height / 6.0);
    if area > 0.0 { (boxes * ROOM / area).sqrt() } else { 1.0 }
}

/// Parts each pair that meets by half of what is needed for each; whether any did.
fn part(places: &mut [Point], sizes: &[Size], straight: bool) -> bool {
    let widest = sizes.iter().map(|size| size.width).fold(1e-6, f64::max);
    let highest = sizes.iter().map(|size| size.height).fold(1e-6, f64::max);
    let cell = |place: &Point| ((place.x / widest).floor() as i64, (place.y / highest).floor() as i64);
    let mut grid: Vec<_> = places.iter().enumerate().map(|(node, place)| (cell(place), node)).collect();
    grid.sort_unstable();
    let mut any = false;
    for (index, &((column, row), a)) in grid.iter().enumerate() {
        // The rest of its own cell and the next one below; then three cells of the next column.
        let below = grid[index + 1..].iter().take_while(|(cell, _)| *cell <= (column, row + 1));
        let first = grid.partition_point(|(cell, _)| *cell < (column + 1, row - 1));
        let beside = grid[first..].iter().take_while(|(cell, _)| *cell <= (column + 1, row + 1));
        for &(_, b) in below.chain(beside) {
            any |= part_pair(places, sizes, (a, b), straight);
        }
    }
    any
}

/// Parts two boxes, whether they met.
fn part_pair(places: &mut [Point], sizes: &[Size], (a, b): (usize, usize), straight: bool) -> bool {
    let (x, y) = (places[b].x - places[a].x, places[b].y - places[a].y);
    let (width, height) = ((sizes[a].width + sizes[b].width) / 2.0, (sizes[a].height + sizes[b].height) / 2.0);
    let (wide, high) = (width - x.abs(), height - y.abs());
    if wide <= 1e-6 || high <= 1e-6 {
        return false;
    }
    // A little more than needed, or the last thousandths take for ever.
    let more = 0.05;
    let share = (x.abs() / width).max(y.abs() / height);
    let (mut right, mut down) = (0.0, 0.0);
    if straight && share > 0.05 {
        // As far as it takes in this direction, but no jump.
        let further = (1.0 / share - 1.0).min(0.6) / 2.0;
        (right, down) = (x * further + more * x / width, y * further + more * y / height);
    } else if wide < high {
        right = if x < 0.0 { -(wide / 2.0 + more) } else { wide / 2.0 + more };
    } else {
        down = if y < 0.0 { -(high / 2.0 + more) } else { high / 2.0 + more };
    }
    places[a] = Point { x: places[a].x - right, y: places[a].y - down };
    places[b] = Point { x: places[b].x + right, y: places[b].y + down };
    true
}
