//! A quadtree over heavy points, by which the forces of far points are taken together (Barnes and Hut).
//!
//! In: points with masses. Out: the sum of what they do to one of them, in time that grows with the logarithm of their
//! number.

use super::Point;

/// A group of points counts as one when it is at least this many times as far away as it is wide.
const FAR: f64 = 1.0 / 0.9;

/// Points that lie this deep together are not told apart.
const DEEPEST: u32 = 40;

const NONE: u32 = u32::MAX;

pub(super) struct QuadTree {
    cells: Vec<Cell>,
}

/// A square with the points in it: none, one, or four squares of points.
struct Cell {
    /// The centre of the square, and half of its side.
    middle: Point,
    half: f64,
    /// The centre of what is in it, times the mass.
    moment: Point,
    mass: f64,
    /// The first of four cells in a row.
    children: u32,
}

impl QuadTree {
    pub(super) fn new(points: &[Point], masses: &[f64]) -> QuadTree {
        let edge = |pick: fn(&Point) -> f64| {
            let most = points.iter().map(pick).fold(f64::NEG_INFINITY, f64::max);
            let least = points.iter().map(pick).fold(f64::INFINITY, f64::min);
            ((most + least) / 2.0, (most - least) / 2.0)
        };
        let ((x, width), (y, height)) = (edge(|p| p.x), edge(|p| p.y));
        let mut tree = QuadTree { cells: vec![Cell::new(Point { x, y }, width.max(height).max(1e-9))] };
        for (&point, &mass) in points.iter().zip(masses) {
            tree.add(point, mass);
        }
        tree
    }

    fn add(&mut self, point: Point, mass: f64) {
        let mut at = 0;
        for _ in 0..DEEPEST {
            let cell = &mut self.cells[at];
            let before = (cell.moment, cell.mass);
            cell.take(point, mass);
            if before.1 == 0.0 {
                return;
            }
            if cell.children == NONE {
                // Its one point moves down, so that the new one can part from it.
                self.split(at);
                let old = Point { x: before.0.x / before.1, y: before.0.y / before.1 };
                let child = self.child(at, old);
                self.cells[child].take(old, before.1);
            }
            at = self.child(at, point);
        }
        self.cells[at].take(point, mass);
    }

    fn split(&mut self, at: usize) {
        let (middle, half) = (self.cells[at].middle, self.cells[at].half / 2.0);
        self.cells[at].children = self.cells.len() as u32;
        for (right, below) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)] {
            self.cells.push(Cell::new(Point { x: middle.x + right * half, y: middle.y + below * half }, half));
        }
    }

    fn child(&self, at: usize, point: Point) -> usize {
        let cell = &self.cells[at];
        let (right, below) = (point.x >= cell.middle.x, point.y >= cell.middle.y);
        cell.children as usize + usize::from(right) + 2 * usize::from(below)
    }

    /// The sum over all points of their mass times the direction away from them, divided by the distance.
    pub(super) fn push(&self, point: Point, stack: &mut Vec<u32>) -> Point {
        let mut sum = Point::default();
        stack.clear();
        stack.push(0);
        while let Some(at) = stack.pop() {
            let cell = &self.cells[at as usize];
            if cell.mass == 0.0 {
                continue;
            }
            let (x, y) = (point.x - cell.moment.x / cell.mass, point.y - cell.moment.y / cell.mass);
            let square = x * x + y * y;
            let side = 2.0 * cell.half * FAR;
            if cell.children == NONE || side * side < square {
                // The point itself is no distance away and does nothing.
                if square > 1e-12 {
                    sum.x += cell.mass * x / square;
                    sum.y += cell.mass * y / square;
                }
            } else {
                stack.extend(cell.children..cell.children + 4);
            }
        }
        sum
    }
}

impl Cell {
    fn new(middle: Point, half: f64) -> Cell {
        Cell { middle, half, moment: Point::default(), mass: 0.0, children: NONE }
    }

    fn take(&mut self, point: Point, mass: f64) {
        self.moment.x += mass * point.x;
        self.moment.y += mass * point.y;
        self.mass += mass;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Chance;
    use super::*;

    #[test]
    fn close_to_the_plain_sum() {
        let mut chance = Chance(7);
        let points: Vec<_> = (0..400).map(|_| Point { x: chance.next() * 9.0, y: chance.next() }).collect();
        let masses: Vec<_> = points.iter().map(|_| 1.0 + chance.next()).collect();
        let tree = QuadTree::new(&points, &masses);
        let (mut wrong, mut right) = (0.0, 0.0);
        for point in &points {
            let mut plain = Point::default();
            for (other, mass) in points.iter().zip(&masses) {
                let (x, y) = (point.x - other.x, point.y - other.y);
                let square = x * x + y * y;
                if square > 0.0 {
                    plain.x += mass * x / square;
                    plain.y += mass * y / square;
                }
            }
            let found = tree.push(*point, &mut Vec::new());
            let (x, y) = (found.x - plain.x, found.y - plain.y);
            wrong += x * x + y * y;
            right += plain.x * plain.x + plain.y * plain.y;
        }
        assert!(wrong < 0.01 * right, "{wrong} {right}");
    }

    #[test]
    fn points_in_one_place() {
        let points = vec![Point { x: 3.0, y: 3.0 }; 50];
        let tree = QuadTree::new(&points, &[1.0; 50]);
        assert_eq!(tree.push(points[0], &mut Vec::new()), Point::default());
    }
}
