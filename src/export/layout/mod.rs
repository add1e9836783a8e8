//! Where the nodes of a picture lie: by forces ([`spread`]) or in ranks from left to right ([`layered`]).
//!
//! In: the size of each node's box and which are tied. Out: the boxes' centres, none covering another, and in ranks the
//! lines' ways and the places of their labels too. Nothing is known here of names, colours or formats.
//!
//! The same graph gives the same places on every machine: chance comes from a fixed seed, and of the floating-point
//! operations only those are used whose result IEEE 754 fixes (no sine, no logarithm, no power).

mod force;
mod layered;
mod overlap;
mod pack;
mod quadtree;

pub(super) use layered::{LOOP, Link, Route, layered};

/// A place. `x` grows to the right and `y` downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// The size of a box.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A box that holds everything.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Frame {
    /// Around boxes with these centres; empty at the origin when there are none.
    pub(super) fn around(boxes: impl IntoIterator<Item = (Point, Size)>) -> Frame {
        let mut frame: Option<Frame> = None;
        for (at, size) in boxes {
            let (half_width, half_height) = (size.width / 2.0, size.height / 2.0);
            let (left, right) = (at.x - half_width, at.x + half_width);
            let (top, bottom) = (at.y - half_height, at.y + half_height);
            let all = frame.get_or_insert(Frame { left, top, right, bottom });
            *all = Frame {
                left: all.left.min(left),
                top: all.top.min(top),
                right: all.right.max(right),
                bottom: all.bottom.max(bottom),
            };
        }
        frame.unwrap_or_default()
    }

    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

/// Places boxes by forces: what is tied attracts, everything else repels. Parts that nothing ties lie side by side.
///
/// `gap` is kept free between any two boxes.
pub(super) fn spread(sizes: &[Size], ties: &[(usize, usize)], gap: f64) -> Vec<Point> {
    let parts = pack::parts(sizes.len(), ties);
    let mut inner = vec![0; sizes.len()];
    for part in &parts {
        part.iter().enumerate().for_each(|(place, &node)| inner[node] = place);
    }
    let mut part_of = vec![0; sizes.len()];
    for (index, part) in parts.iter().enumerate() {
        part.iter().for_each(|&node| part_of[node] = index);
    }
    let mut ties_of = vec![Vec::new(); parts.len()];
    for &(from, to) in ties.iter().filter(|(from, to)| from != to) {
        ties_of[part_of[from]].push((inner[from], inner[to]));
    }
    let mut places = vec![Point::default(); sizes.len()];
    for (part, ties) in parts.iter().zip(&ties_of) {
        let sizes: Vec<_> = part.iter().map(|&node| grown(sizes[node], gap)).collect();
        let mut found = force::place(part.len(), ties);
        overlap::remove(&mut found, &sizes);
        part.iter().zip(found).for_each(|(&node, place)| places[node] = place);
    }
    pack::side_by_side(&mut places, sizes, &parts, 2.0 * gap);
    places
}

fn grown(size: Size, gap: f64) -> Size {
    Size { width: size.width + gap, height: size.height + gap }
}

/// Numbers without a pattern, the same on every machine (SplitMix64).
struct Chance(u64);

impl Chance {
    /// At least 0, below 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests;
