//! Graphviz's shapes as SVG paths, so that every picture of a type looks the same.
//!
//! In: a shape's name and the size of its box. Out: its outline around the origin, the lines that are drawn on it, and the
//! polygon where lines to it end. A name that is not known is a box with round corners.

use std::fmt::Write as _;

use super::layout::{Point, Size};

/// A shape of some size.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    /// What is filled and framed, as the data of an SVG path.
    pub(super) outline: String,
    /// What is drawn on it; often nothing.
    pub(super) detail: String,
    /// Where lines end.
    border: Vec<Point>,
    /// How far below the middle the text stands.
    pub(super) drop: f64,
}

/// The box that a shape needs to hold a text of this size.
pub(super) fn room(name: &str, text: Size) -> Size {
    let (width, height) = (text.width.max(10.0), text.height);
    let (width, height) = match name {
        "ellipse" | "oval" | "egg" => (width * 1.22 + 14.0, height * 1.3 + 11.0),
        "circle" | "doublecircle" => {
            let side = width.max(height * 1.4) + 16.0;
            (side, side)
        }
        "diamond" => (width * 1.45 + 24.0, height * 1.7 + 14.0),
        "triangle" | "invtriangle" => (width * 1.7 + 26.0, height * 1.8 + 16.0),
        "hexagon" => (width + 18.0 + height * 0.6, height + 11.0),
        "octagon" => (width + 20.0, height + 12.0),
        "pentagon" => (width * 1.2 + 22.0, height * 1.4 + 16.0),
        "house" | "invhouse" => (width + 18.0, (height + 11.0) * 1.35),
        "trapezium" | "invtrapezium" | "parallelogram" => (width + 20.0 + height, height + 11.0),
        "cylinder" => (width + 16.0, height + 18.0),
        "cds" => (width + 28.0, height + 11.0),
        "component" => (width + 28.0, height + 12.0),
        "box3d" => (width + 22.0, height + 17.0),
        "tab" | "folder" => (width + 18.0, height + 17.0),
        _ => (width + 18.0, height + 11.0),
    };
    // Whole numbers read better in the file.
    Size { width: width.ceil(), height: height.ceil() }
}

impl Shape {
    /// The shape with this name in a box of this size around the origin.
    pub(super) fn new(name: &str, size: Size) -> Shape {
        let (x, y) = (size.width / 2.0, size.height / 2.0);
        let small = |most: f64| most.min(x / 2.0).min(y / 2.0);
        let mut detail = String::new();
        let mut drop = 0.0;
        let corners = match name {
            "ellipse" | "oval" | "egg" | "circle" | "doublecircle" => {
                let outline = format!("M{0} 0A{1} {2} 0 1 1 {1} 0A{1} {2} 0 1 1 {0} 0Z", num(-x), num(x), num(y));
                if name == "doublecircle" {
                    let (x, y) = (x - small(3.0), y - small(3.0));
                    detail = format!("M{0} 0A{1} {2} 0 1 1 {1} 0A{1} {2} 0 1 1 {0} 0Z", num(-x), num(x), num(y));
                }
                return Shape { outline, detail, border: round(x, y), drop };
            }
            "cylinder" => {
                let cap = small(6.0);
                let (side, curve) = (y - cap, format!("{} {} 0 0 ", num(x), num(cap)));
                let outline = format!(
                    "M{left} {top}A{curve}1 {right} {top}V{bottom}A{curve}1 {left} {bottom}Z",
                    left = num(-x),
                    right = num(x),
                    top = num(-side),
                    bottom = num(side)
                );
                detail = format!("M{} {}A{curve}0 {} {}", num(-x), num(-side), num(x), num(-side));
                return Shape { outline, detail, border: rectangle(x, y), drop: cap / 2.0 };
            }
            "house" | "invhouse" => {
                let roof = y * 0.52;
                drop = roof / 2.0 * 0.8;
                let house = vec![(-x, y), (-x, roof - y), (0.0, -y), (x, roof - y), (x, y)];
                if name == "house" {
                    house
                } else {
                    drop = -drop;
                    house.into_iter().map(|(x, y)| (x, -y)).collect()
                }
            }
            "octagon" => {
                let cut = small(10.0);
                vec![
                    (-x, y - cut),
                    (-x, cut - y),
                    (cut - x, -y),
                    (x - cut, -y),
                    (x, cut - y),
                    (x, y - cut),
                    (x - cut, y),
                    (cut - x, y),
                ]
            }
            "hexagon" => {
                let cut = (y * 0.7).min(x * 0.6);
                vec![(-x, 0.0), (cut - x, -y), (x - cut, -y), (x, 0.0), (x - cut, y), (cut - x, y)]
            }
            "diamond" => vec![(-x, 0.0), (0.0, -y), (x, 0.0), (0.0, y)],
            "pentagon" => vec![(0.0, -y), (x, -y * 0.24), (x * 0.62, y), (-x * 0.62, y), (-x, -y * 0.24)],
            "triangle" => {
                drop = y * 0.3;
                vec![(0.0, -y), (x, y), (-x, y)]
            }
            "invtriangle" => {
                drop = -y * 0.3;
                vec![(-x, -y), (x, -y), (0.0, y)]
            }
            "trapezium" => vec![(y - x, -y), (x - y, -y), (x, y), (-x, y)],
            "invtrapezium" => vec![(-x, -y), (x, -y), (x - y, y), (y - x, y)],
            "parallelogram" => vec![(y - x, -y), (x, -y), (x - y, y), (-x, y)],
            "cds" => {
                let tip = (y * 0.8).min(x / 2.0);
                vec![(-x, -y), (x - tip, -y), (x, 0.0), (x - tip, y), (-x, y)]
            }
            "note" => {
                let fold = small(8.0);
                detail = format!("M{} {}v{f}h{f}", num(x - fold), num(-y), f = num(fold));
                vec![(-x, -y), (x - fold, -y), (x, fold - y), (x, y), (-x, y)]
            }
            "tab" => {
                let (height, end) = (small(6.0), -x + (x * 0.7).min(34.0));
                drop = height / 2.0;
                detail = format!("M{} {}H{}", num(-x), num(height - y), num(end));
                vec![(-x, -y), (end, -y), (end, height - y), (x, height - y), (x, y), (-x, y)]
            }
            "folder" => {
                let (height, start) = (small(6.0), x - (x * 0.7).min(34.0));
                drop = height / 2.0;
                let slant = small(4.0);
                vec![
                    (-x, height - y),
                    (start, height - y),
                    (start + slant, -y),
                    (x - slant, -y),
                    (x, height - y),
                    (x, y),
                    (-x, y),
                ]
            }
            "box3d" => {
                let deep = small(6.0);
                drop = deep / 2.0;
                detail = format!(
                    "M{} {}H{}V{}M{} {}L{} {}",
                    num(-x),
                    num(deep - y),
                    num(x - deep),
                    num(y),
                    num(x - deep),
                    num(deep - y),
                    num(x),
                    num(-y)
                );
                vec![(-x, deep - y), (deep - x, -y), (x, -y), (x, y - deep), (x - deep, y), (-x, y)]
            }
            "component" => {
                let (wide, high) = (small(7.0), small(4.0));
                for top in [-y * 0.55, y * 0.55 - high] {
                    let _ = write!(detail, "M{} {}h{w}v{h}h-{w}z", num(-x), num(top), w = num(wide), h = num(high));
                }
                vec![(-x, -y), (x, -y), (x, y), (-x, y)]
            }
            "square" | "rect" | "rectangle" => vec![(-x, -y), (x, -y), (x, y), (-x, y)],
            _ => {
                let r = small(7.0);
                let outline = format!(
                    "M{} {}H{}q{q} 0 {q} {q}V{}q0 {q} -{q} {q}H{}q-{q} 0 -{q} -{q}V{}q0 -{q} {q} -{q}Z",
                    num(r - x),
                    num(-y),
                    num(x - r),
                    num(y - r),
                    num(r - x),
                    num(r - y),
                    q = num(r)
                );
                return Shape { outline, detail, border: rectangle(x, y), drop };
            }
        };
        let mut outline = String::new();
        for (index, &(x, y)) in corners.iter().enumerate() {
            let _ = write!(outline, "{}{} {}", if index == 0 { 'M' } else { 'L' }, num(x), num(y));
        }
        outline.push('Z');
        let border = corners.into_iter().map(|(x, y)| Point { x, y }).collect();
        Shape { outline, detail, border, drop }
    }

    /// The last point of the shape on the way from `from` in this direction; `from` itself when the way misses it.
    pub(super) fn edge(&self, from: Point, direction: Point) -> Point {
        let sides = self.border.iter().zip(self.border.iter().cycle().skip(1));
        let far = sides.filter_map(|(a, b)| {
            let (x, y) = (b.x - a.x, b.y - a.y);
            let cross = direction.x * y - direction.y * x;
            if cross.abs() < 1e-9 {
                return None;
            }
            let (dx, dy) = (a.x - from.x, a.y - from.y);
            let along = (dx * y - dy * x) / cross;
            let across = (dx * direction.y - dy * direction.x) / cross;
            (along >= 0.0 && (-1e-9..=1.0 + 1e-9).contains(&across)).then_some(along)
        });
        let far = far.fold(0.0, f64::max);
        Point { x: from.x + direction.x * far, y: from.y + direction.y * far }
    }
}

fn rectangle(x: f64, y: f64) -> Vec<Point> {
    [(-x, -y), (x, -y), (x, y), (-x, y)].map(|(x, y)| Point { x, y }).to_vec()
}

/// An ellipse by enough corners, from its rational form: a sine is not the same on every machine.
fn round(x: f64, y: f64) -> Vec<Point> {
    let quarter = (0..8).map(|step| {
        let t = f64::from(step) / 8.0;
        let below = 1.0 + t * t;
        ((1.0 - t * t) / below, 2.0 * t / below)
    });
    let quarter: Vec<_> = quarter.collect();
    let turned = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)];
    let around = turned.into_iter().flat_map(|(cosine, sine)| {
        quarter.iter().map(move |&(a, b)| Point { x: x * (a * cosine - b * sine), y: y * (a * sine + b * cosine) })
    });
    around.collect()
}

/// A number with at most one decimal.
pub(super) fn num(number: f64) -> String {
    let tenths = (number * 10.0).round() as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, rest) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    if rest == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (number, text) in [(0.0, "0"), (-0.04, "0"), (-0.06, "-0.1"), (12.0, "12"), (5.26, "5.3"), (-7.96, "-8")] {
            assert_eq!(num(number), text);
        }
    }

    #[test]
    fn lines_end_on_the_border() {
        let names = ["box", "ellipse", "circle", "diamond", "house", "octagon", "cylinder", "cds", "unheard-of"];
        for name in names {
            let shape = Shape::new(name, Size { width: 80.0, height: 40.0 });
            for (x, y) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0), (3.0, 2.0)] {
                let end = shape.edge(Point::default(), Point { x, y });
                assert!(end.x.abs() <= 40.01 && end.y.abs() <= 20.01, "{name}: {end:?}");
                assert!(end.x.abs() >= 20.0 || end.y.abs() >= 10.0, "{name}: {end:?}");
            }
        }
    }

    #[test]
    fn a_text_fits() {
        let text = Size { width: 100.0, height: 30.0 };
        for name in ["box", "ellipse", "diamond", "house", "hexagon", "note", "cds", "cylinder"] {
            let room = room(name, text);
            assert!(room.width > text.width && room.height > text.height, "{name}");
        }
    }
}
