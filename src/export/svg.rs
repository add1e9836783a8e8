//! SVG, laid out here.
//!
//! A small graph stands in ranks from left to right with the edges' verbs on them; a larger one lies where forces put it,
//! without verbs, which would only cover the nodes. What a caption cuts off stands in the tooltip, with all properties.
//! The file holds no script, no style sheet and no reference but the links of nodes.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::graphml::escape;
use super::layout::{Frame, Link, Point, Route, Size, layered, spread};
use super::picture::{Kind, Picture};
use super::shape::{Shape, num, room};
use super::{text, tooltip};

/// The most nodes that are drawn in ranks.
const RANKED: usize = 60;

/// Where a caption breaks, in characters, and how many lines it may have.
const WIDTH: usize = 24;
const LINES: usize = 4;

/// Sizes of letters, and how far lines of text are apart.
const NODE_TEXT: f64 = 12.0;
const EDGE_TEXT: f64 = 10.0;
const LEADING: f64 = 1.25;

/// What is kept free around everything, and between boxes that forces place.
const MARGIN: f64 = 20.0;
const GAP: f64 = 24.0;

/// The colour of verbs.
const INK: &str = "#57534e";

/// Writes the picture. Gives back what was left out.
pub(super) fn write(picture: &Picture<'_, '_>, clusters: bool, out: &mut dyn Write) -> io::Result<Vec<String>> {
    let boxes: Vec<_> =
        picture.nodes.iter().map(|node| Tile::new(&node.caption, &picture.kind(node).look.shape)).collect();
    let drawing = Drawing::new(picture, &boxes);
    let legend = legend(picture, &drawing.frame);
    let frame = legend.as_ref().map_or(drawing.frame, |legend| legend.frame);
    let (width, height) = (frame.width() + 2.0 * MARGIN, frame.height() + 2.0 * MARGIN);
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"{} {} {w} {h}\" \
         font-family=\"Helvetica, Arial, sans-serif\" font-size=\"{NODE_TEXT}\" text-anchor=\"middle\">",
        num(frame.left - MARGIN),
        num(frame.top - MARGIN),
        w = num(width),
        h = num(height)
    )?;
    let (nodes, edges) = (picture.nodes.len(), picture.edges.len());
    writeln!(out, "<title>A graph of {nodes} nodes and {edges} edges</title>")?;
    let (left, top) = (num(frame.left - MARGIN), num(frame.top - MARGIN));
    writeln!(
        out,
        "<rect x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{}\" fill=\"#fff\"/>",
        num(width),
        num(height)
    )?;
    drawing.edges(picture, &boxes, out)?;
    drawing.nodes(picture, &boxes, out)?;
    if let Some(legend) = legend {
        writeln!(out, "<g class=\"legend\" font-size=\"11\" text-anchor=\"start\">\n{}</g>", legend.text)?;
    }
    out.write_all(b"</svg>\n")?;
    let mut notes = Vec::new();
    if !drawing.ranked && edges > 0 {
        notes.push("edge labels are left out of large pictures; the tooltips have them".to_owned());
    }
    if clusters {
        notes.push("SVG has no frames; colours tell the types apart".to_owned());
    }
    Ok(notes)
}

/// A node's shape with its text.
struct Tile {
    lines: Vec<String>,
    size: Size,
    shape: Shape,
}

impl Tile {
    fn new(caption: &str, shape: &str) -> Tile {
        let lines = text::wrap(caption, WIDTH, LINES);
        let widest = lines.iter().map(|line| text::width(line, NODE_TEXT)).fold(0.0, f64::max);
        let inner = Size { width: widest, height: lines.len().max(1) as f64 * NODE_TEXT * LEADING };
        let size = room(shape, inner);
        Tile { lines, size, shape: Shape::new(shape, size) }
    }
}

/// Where everything lies.
struct Drawing {
    ranked: bool,
    nodes: Vec<Point>,
    /// The edges' ways; those that forces give are straight.
    routes: Vec<Route>,
    frame: Frame,
}

impl Drawing {
    fn new(picture: &Picture<'_, '_>, boxes: &[Tile]) -> Drawing {
        let sizes: Vec<_> = boxes.iter().map(|node| node.size).collect();
        if picture.nodes.len() <= RANKED {
            let links = picture.edges.iter().map(|edge| Link {
                source: edge.source,
                target: edge.target,
                label: label(picture.verb(edge)),
            });
            if let Some(drawn) = layered(&sizes, &links.collect::<Vec<_>>()) {
                return Drawing { ranked: true, nodes: drawn.nodes, routes: drawn.routes, frame: drawn.frame };
            }
        }
        let ties: Vec<_> = picture.edges.iter().map(|edge| (edge.source, edge.target)).collect();
        let nodes = spread(&sizes, &ties, GAP);
        let frame = Frame::around(nodes.iter().copied().zip(sizes.iter().copied()));
        let straight = |&(source, target): &(usize, usize)| {
            let (from, to): (Point, Point) = (nodes[source], nodes[target]);
            let direction = Point { x: to.x - from.x, y: to.y - from.y };
            let back = Point { x: -direction.x, y: -direction.y };
            let leave = boxes[source].shape.edge(Point::default(), direction);
            let enter = boxes[target].shape.edge(Point::default(), back);
            let ends =
                [Point { x: from.x + leave.x, y: from.y + leave.y }, Point { x: to.x + enter.x, y: to.y + enter.y }];
            Route { points: ends.to_vec(), label: Point::default() }
        };
        let mut routes: Vec<_> = ties.iter().map(straight).collect();
        for (route, &(source, target)) in routes.iter_mut().zip(&ties) {
            if source == target {
                let (at, size) = (nodes[source], sizes[source]);
                let (near, y) = (size.width.min(48.0) / 4.0, at.y - size.height / 2.0);
                route.points = vec![Point { x: at.x - near, y }, Point { x: at.x + near, y }];
            }
        }
        Drawing { ranked: false, nodes, routes, frame }
    }

    fn edges(&self, picture: &Picture<'_, '_>, boxes: &[Tile], out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "<g class=\"edges\" fill=\"none\" stroke-width=\"1.1\" font-size=\"{EDGE_TEXT}\">")?;
        for (edge, route) in picture.edges.iter().zip(&self.routes) {
            let room = if self.ranked { label(picture.verb(edge)).width } else { 0.0 };
            let colour = &picture.kind(&picture.nodes[edge.source]).look.border;
            let route =
                if self.ranked { self.clipped(route, [edge.source, edge.target], boxes) } else { route.clone() };
            let (way, tip, along) = if edge.source == edge.target { looped(&route.points) } else { way(&route, room) };
            let title = escape(&tooltip::of_edge(picture, edge));
            writeln!(
                out,
                "<g class=\"edge\" stroke=\"{colour}\"><title>{title}</title>\
                 <path d=\"{way}\" stroke-opacity=\".45\"/><path d=\"{}\" fill=\"{colour}\" stroke=\"none\" \
                 fill-opacity=\".75\"/></g>",
                arrow(tip, along)
            )?;
        }
        if self.ranked {
            // Above all lines, with a rim that keeps lines off the letters.
            writeln!(
                out,
                "<g class=\"verbs\" fill=\"{INK}\" stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\">"
            )?;
            for (edge, route) in picture.edges.iter().zip(&self.routes) {
                let (x, y) = (num(route.label.x), num(route.label.y + EDGE_TEXT * 0.33));
                writeln!(out, "<text x=\"{x}\" y=\"{y}\">{}</text>", escape(&verb(picture.verb(edge))))?;
            }
            out.write_all(b"</g>\n")?;
        }
        out.write_all(b"</g>\n")
    }

    /// A way that ends on the shapes and not on the boxes around them.
    fn clipped(&self, route: &Route, ends: [usize; 2], boxes: &[Tile]) -> Route {
        let mut route = route.clone();
        let last = route.points.len() - 1;
        for (point, end) in [(0, ends[0]), (last, ends[1])] {
            let middle = self.nodes[end];
            let at = route.points[point];
            // Loops come from above, all others from the side.
            let (inside, direction) = if ends[0] == ends[1] {
                (Point { x: at.x - middle.x, y: 0.0 }, Point { x: 0.0, y: -1.0 })
            } else {
                let side = if at.x < middle.x { -1.0 } else { 1.0 };
                (Point { x: 0.0, y: at.y - middle.y }, Point { x: side, y: 0.0 })
            };
            let edge = boxes[end].shape.edge(inside, direction);
            route.points[point] = Point { x: middle.x + edge.x, y: middle.y + edge.y };
        }
        route
    }

    fn nodes(&self, picture: &Picture<'_, '_>, boxes: &[Tile], out: &mut dyn Write) -> io::Result<()> {
        for (kind, Kind { name, look }) in picture.kinds.iter().enumerate() {
            let (fill, border) = (&look.fill, &look.border);
            writeln!(out, "<g class=\"kind\" fill=\"{fill}\" stroke=\"{border}\">")?;
            writeln!(out, "<desc>{}</desc>", escape(&text::lines(name).join(" ")))?;
            let nodes = picture.nodes.iter().enumerate().filter(|(_, node)| node.kind == kind);
            for (place, node) in nodes {
                let (at, shape) = (self.nodes[place], &boxes[place]);
                let link = picture.link(node);
                if let Some(link) = &link {
                    write!(out, "<a href=\"{}\">", escape(link))?;
                }
                write!(
                    out,
                    "<g class=\"node\" transform=\"translate({} {})\"><title>{}</title>",
                    num(at.x),
                    num(at.y),
                    escape(&tooltip::of_node(picture, node))
                )?;
                out.write_all(drawn(&shape.shape).as_bytes())?;
                let first = shape.shape.drop - (shape.lines.len() as f64 - 1.0) * NODE_TEXT * LEADING / 2.0;
                write!(out, "<text fill=\"{border}\" stroke=\"none\">")?;
                for (line, words) in shape.lines.iter().enumerate() {
                    let y = first + NODE_TEXT * (0.35 + LEADING * line as f64);
                    write!(out, "<tspan x=\"0\" y=\"{}\">{}</tspan>", num(y), escape(words))?;
                }
                out.write_all(b"</text></g>")?;
                out.write_all(if link.is_some() { b"</a>\n" } else { b"\n" })?;
            }
            out.write_all(b"</g>\n")?;
        }
        Ok(())
    }
}

/// An edge's verb on one line of bounded length.
fn verb(verb: &str) -> String {
    text::wrap(verb, WIDTH, 1).concat()
}

/// The size of a verb, with some room beside it.
fn label(name: &str) -> Size {
    Size { width: text::width(&verb(name), EDGE_TEXT) + 6.0, height: EDGE_TEXT * LEADING }
}

fn drawn(shape: &Shape) -> String {
    let mut paths = format!("<path d=\"{}\"/>", shape.outline);
    if !shape.detail.is_empty() {
        let _ = write!(paths, "<path d=\"{}\" fill=\"none\"/>", shape.detail);
    }
    paths
}

/// How long an arrow's head is.
const HEAD: f64 = 7.0;

/// A way as a path that leaves room for the arrow's head and the label, with the head's tip and its direction.
fn way(route: &Route, label: f64) -> (String, Point, Point) {
    let points = &route.points;
    let (first, tip) = (points[0], points[points.len() - 1]);
    let mut path = format!("M{} {}", num(first.x), num(first.y));
    if points.len() == 2 {
        let (x, y) = (tip.x - first.x, tip.y - first.y);
        let length = (x * x + y * y).sqrt().max(1e-9);
        let along = Point { x: x / length, y: y / length };
        let _ = write!(path, "L{} {}", num(tip.x - along.x * HEAD / 2.0), num(tip.y - along.y * HEAD / 2.0));
        return (path, tip, along);
    }
    // Into the node straight from the side.
    let before = points[points.len() - 2];
    let along = Point { x: if tip.x < before.x { -1.0 } else { 1.0 }, y: 0.0 };
    for (index, pair) in points.windows(2).enumerate() {
        let (from, mut to) = (pair[0], pair[1]);
        if index + 2 == points.len() {
            to.x -= along.x * HEAD / 2.0;
        }
        if index % 2 == 1 && from.y == route.label.y && (from.x.min(to.x)..from.x.max(to.x)).contains(&route.label.x) {
            let half = if from.x < to.x { label / 2.0 } else { -label / 2.0 };
            let (stop, go) = (num(route.label.x - half), num(route.label.x + half));
            let _ = write!(path, "H{stop}M{go} {}H{}", num(to.y), num(to.x));
        } else if index % 2 == 1 || (to.y - from.y).abs() < 0.05 {
            let _ = write!(path, "L{} {}", num(to.x), num(to.y));
        } else {
            let half = num((from.x + to.x) / 2.0);
            let _ = write!(path, "C{half} {} {half} {} {} {}", num(from.y), num(to.y), num(to.x), num(to.y));
        }
    }
    (path, tip, along)
}

/// A way back to its own node, above it.
fn looped(points: &[Point]) -> (String, Point, Point) {
    let (from, tip) = (points[0], points[points.len() - 1]);
    let end = tip.y - HEAD / 2.0;
    // A curve's control points lie a third further out than it reaches.
    let top = num(from.y.min(tip.y) - super::layout::LOOP * 1.2);
    let (a, b) = (num(from.x - 4.0), num(tip.x));
    let path = format!("M{} {}C{a} {top} {b} {top} {b} {}", num(from.x), num(from.y), num(end));
    (path, tip, Point { x: 0.0, y: 1.0 })
}

fn arrow(tip: Point, along: Point) -> String {
    let (back, side) = (HEAD, HEAD * 0.36);
    let base = Point { x: tip.x - along.x * back, y: tip.y - along.y * back };
    let corner = |side: f64| format!("{} {}", num(base.x - along.y * side), num(base.y + along.x * side));
    format!("M{} {}L{}L{}Z", num(tip.x), num(tip.y), corner(side), corner(-side))
}

/// What the colours and shapes mean, below the picture.
struct Legend {
    text: String,
    /// Around the picture and the legend.
    frame: Frame,
}

const SAMPLE: Size = Size { width: 22.0, height: 15.0 };

fn legend(picture: &Picture<'_, '_>, frame: &Frame) -> Option<Legend> {
    let named = |kind: &&Kind| kind.name.chars().any(|char| text::is_printable(char) && !char.is_whitespace());
    let kinds: Vec<_> = picture.kinds.iter().filter(named).collect();
    if kinds.len() < 2 {
        return None;
    }
    let (left, right) = (frame.left, frame.right.max(frame.left + 320.0));
    let (mut x, mut y, mut text) = (left, frame.bottom + 34.0, String::new());
    let mut widest = left;
    for kind in kinds {
        let name = text::wrap(&kind.name, WIDTH, 1).concat();
        let width = SAMPLE.width + 7.0 + text::width(&name, 11.0);
        if x > left && x + width > right {
            (x, y) = (left, y + 24.0);
        }
        let sample = drawn(&Shape::new(&kind.look.shape, SAMPLE));
        let (fill, border) = (&kind.look.fill, &kind.look.border);
        let _ = writeln!(
            text,
            "<g transform=\"translate({} {})\"><g fill=\"{fill}\" stroke=\"{border}\">{sample}</g>\
             <text x=\"{}\" y=\"4\" fill=\"{border}\">{}</text></g>",
            num(x + SAMPLE.width / 2.0),
            num(y),
            num(SAMPLE.width / 2.0 + 7.0),
            escape(&name)
        );
        x += width + 18.0;
        widest = widest.max(x - 18.0);
    }
    let frame = Frame { right: frame.right.max(widest), bottom: y + SAMPLE.height / 2.0, ..*frame };
    Some(Legend { text, frame })
}
