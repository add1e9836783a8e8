//! Boxes in ranks from left to right, so that lines run from one rank to the next (Sugiyama's method).
//!
//! Four steps, a file each but the last: every node gets a rank ([`rank`]); lines that pass ranks get a stand-in in each
//! of them, one of which holds the label; the order within the ranks is changed until few lines cross ([`order`]);
//! all get their height on the page, so that long lines are straight ([`align`]); and lines are led through their
//! stand-ins. Labels have ranks of their own between those of nodes.

mod align;
mod order;
mod rank;

use super::{Frame, Point, Size, pack};

/// What is kept free between the boxes of a rank, and beside a label.
const GAP: f64 = 12.0;
const LABEL_GAP: f64 = 4.0;

/// What is kept free between a rank and the labels next to it: more where lines climb, so that they are not steep.
const RANK_GAP: f64 = 20.0;
const WIDEST_RANK_GAP: f64 = 90.0;
const STEEP: f64 = 0.16;

/// How far apart connected parts lie.
const PART_GAP: f64 = 28.0;

/// How far above its node a line goes that ends where it began.
pub(in crate::export) const LOOP: f64 = 20.0;

/// More stand-ins than this make neither a fast layout nor a readable picture.
const MOST: usize = 6000;

/// A line to draw.
#[derive(Clone, Copy, Debug)]
pub(in crate::export) struct Link {
    pub(in crate::export) source: usize,
    pub(in crate::export) target: usize,
    pub(in crate::export) label: Size,
}

/// A line's way.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::export) struct Route {
    /// From the source's border to the target's: straight across between the two points of a pair, bent from one pair to
    /// the next. A line that ends where it began has two points, both on the upper border.
    pub(in crate::export) points: Vec<Point>,
    /// The centre of the label.
    pub(in crate::export) label: Point,
}

/// Where everything lies.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::export) struct Layered {
    pub(in crate::export) nodes: Vec<Point>,
    pub(in crate::export) routes: Vec<Route>,
    pub(in crate::export) frame: Frame,
}

/// Lays out boxes and lines; none when there are too many lines for ranks.
pub(in crate::export) fn layered(sizes: &[Size], links: &[Link]) -> Option<Layered> {
    let ties: Vec<_> = links.iter().map(|link| (link.source, link.target)).collect();
    let parts = pack::parts(sizes.len(), &ties);
    let mut part_of = vec![0; sizes.len()];
    let mut inner = vec![0; sizes.len()];
    for (index, part) in parts.iter().enumerate() {
        for (place, &node) in part.iter().enumerate() {
            (part_of[node], inner[node]) = (index, place);
        }
    }
    let mut lines_of = vec![Vec::new(); parts.len()];
    for (line, link) in links.iter().enumerate() {
        lines_of[part_of[link.source]].push(line);
    }
    let mut drawn = Vec::new();
    for (part, lines) in parts.iter().zip(&lines_of) {
        let sizes: Vec<_> = part.iter().map(|&node| sizes[node]).collect();
        let own = |&line: &usize| {
            let link = links[line];
            Link { source: inner[link.source], target: inner[link.target], ..link }
        };
        drawn.push(connected(&sizes, &lines.iter().map(own).collect::<Vec<_>>())?);
    }
    let frames: Vec<_> = drawn.iter().map(|part| part.frame).collect();
    let mut all = Layered {
        nodes: vec![Point::default(); sizes.len()],
        routes: vec![Route::default(); links.len()],
        frame: Frame::default(),
    };
    let moves = pack::rows(&frames, PART_GAP);
    let mut corners = Vec::new();
    for (index, (mut part, (x, y))) in drawn.into_iter().zip(moves).enumerate() {
        part.shift(x, y);
        parts[index].iter().zip(part.nodes).for_each(|(&node, place)| all.nodes[node] = place);
        lines_of[index].iter().zip(part.routes).for_each(|(&line, route)| all.routes[line] = route);
        let Frame { left, top, right, bottom } = part.frame;
        corners
            .extend([(Point { x: left, y: top }, Size::default()), (Point { x: right, y: bottom }, Size::default())]);
    }
    all.frame = Frame::around(corners);
    Some(all)
}

impl Layered {
    fn shift(&mut self, x: f64, y: f64) {
        let routes = self.routes.iter_mut().flat_map(|route| route.points.iter_mut().chain([&mut route.label]));
        for point in self.nodes.iter_mut().chain(routes) {
            *point = Point { x: point.x + x, y: point.y + y };
        }
        let Frame { left, top, right, bottom } = self.frame;
        self.frame = Frame { left: left + x, top: top + y, right: right + x, bottom: bottom + y };
    }
}

/// Nodes and stand-ins, by rank.
struct Ranks {
    /// How many items are nodes; they come first.
    nodes: usize,
    /// Of each item, what it takes up in height.
    heights: Vec<f64>,
    /// Whether the item is a stand-in without a label.
    bend: Vec<bool>,
    /// The items of each rank, from top to bottom.
    ranks: Vec<Vec<usize>>,
    /// Of each item, those in the rank before and those in the rank after that lines lead to.
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
}

impl Ranks {
    fn item(&mut self, rank: usize, height: f64, bend: bool) -> usize {
        let item = self.heights.len();
        self.heights.push(height);
        self.bend.push(bend);
        self.before.push(Vec::new());
        self.after.push(Vec::new());
        self.ranks[rank].push(item);
        item
    }

    fn tie(&mut self, item: usize, next: usize) {
        self.after[item].push(next);
        self.before[next].push(item);
    }

    fn is_stand_in(&self, item: usize) -> bool {
        item >= self.nodes
    }

    /// Where each item stands in its rank.
    fn positions(&self) -> Vec<usize> {
        let mut positions = vec![0; self.heights.len()];
        for rank in &self.ranks {
            rank.iter().enumerate().for_each(|(position, &item)| positions[item] = position);
        }
        positions
    }

    /// What two neighbours in a rank keep between their centres.
    fn apart(&self, upper: usize, lower: usize) -> f64 {
        let gap = match (self.bend[upper], self.bend[lower]) {
            (true, true) => LABEL_GAP,
            (false, false) => GAP.min(self.heights[upper].min(self.heights[lower]) / 2.0).max(LABEL_GAP),
            _ => GAP / 2.0,
        };
        (self.heights[upper] + self.heights[lower]) / 2.0 + gap
    }
}

/// Lays out a connected part.
fn connected(sizes: &[Size], links: &[Link]) -> Option<Layered> {
    let ties: Vec<_> = links.iter().map(|link| (link.source, link.target)).collect();
    // Every other rank is for labels.
    let rank_of: Vec<_> = rank::ranks(sizes.len(), &ties).into_iter().map(|rank| 2 * rank).collect();
    let count = rank_of.iter().max().map_or(0, |most| most + 1);
    let mut ranks = Ranks {
        nodes: sizes.len(),
        heights: Vec::new(),
        bend: Vec::new(),
        ranks: vec![Vec::new(); count],
        before: Vec::new(),
        after: Vec::new(),
    };
    let mut loops = vec![0.0_f64; sizes.len()];
    for link in links.iter().filter(|link| link.source == link.target) {
        loops[link.source] = loops[link.source].max(LOOP + link.label.height);
    }
    let mut widths = vec![0.0_f64; count];
    for ((size, room), &rank) in sizes.iter().zip(&loops).zip(&rank_of) {
        // Room below as well as above, so that lines meet in the middle of the node.
        ranks.item(rank, size.height + 2.0 * room, false);
        widths[rank] = widths[rank].max(size.width);
    }
    let mut chains = Vec::new();
    for link in links {
        let (first, last) = if rank_of[link.source] <= rank_of[link.target] {
            (link.source, link.target)
        } else {
            (link.target, link.source)
        };
        let mut chain = vec![first];
        if first != last {
            // An even number of ranks apart; the label lies in the odd one next to the middle.
            let (from, to) = (rank_of[first], rank_of[last]);
            let labelled = ((from + to) / 2) | 1;
            let labelled = if labelled >= to { labelled - 2 } else { labelled };
            for (rank, widest) in widths.iter_mut().enumerate().take(to).skip(from + 1) {
                let (height, width) = if rank == labelled { (link.label.height, link.label.width) } else { (1.0, 0.0) };
                *widest = widest.max(width);
                let item = ranks.item(rank, height, rank != labelled);
                ranks.tie(chain[chain.len() - 1], item);
                chain.push(item);
            }
            ranks.tie(chain[chain.len() - 1], last);
            chain.push(last);
        }
        if ranks.heights.len() > MOST {
            return None;
        }
        chains.push(chain);
    }
    order::reduce_crossings(&mut ranks);
    let heights = align::places(&ranks);
    Some(drawn(sizes, links, &rank_of, &ranks, &chains, &widths, &heights))
}

/// Everything at its place on the page.
fn drawn(
    sizes: &[Size],
    links: &[Link],
    rank_of: &[usize],
    ranks: &Ranks,
    chains: &[Vec<usize>],
    widths: &[f64],
    heights: &[f64],
) -> Layered {
    let mut columns = Vec::new();
    let mut left = 0.0;
    for (width, items) in widths.iter().zip(&ranks.ranks) {
        columns.push((left, left + width));
        let climbs = items.iter().flat_map(|&item| {
            let climb = move |&next: &usize| (heights[next] - heights[item]).abs();
            ranks.after[item].iter().map(climb)
        });
        let steepest = climbs.fold(0.0, f64::max);
        left += width + (RANK_GAP + STEEP * steepest).min(WIDEST_RANK_GAP);
    }
    let middle = |rank: usize| (columns[rank].0 + columns[rank].1) / 2.0;
    let mut rank_of_item = vec![0; heights.len()];
    for (rank, items) in ranks.ranks.iter().enumerate() {
        items.iter().for_each(|&item| rank_of_item[item] = rank);
    }
    let nodes: Vec<_> = (0..sizes.len()).map(|node| Point { x: middle(rank_of[node]), y: heights[node] }).collect();
    let ports = ports(sizes, chains, heights);
    let routes: Vec<_> = links
        .iter()
        .zip(chains)
        .zip(&ports)
        .map(|((link, chain), &(leave, enter))| {
            let (first, last) = (chain[0], chain[chain.len() - 1]);
            let at = nodes[first];
            if first == last {
                let (near, top) = (sizes[first].width.min(48.0) / 4.0, at.y - sizes[first].height / 2.0);
                let points = vec![Point { x: at.x - near, y: top }, Point { x: at.x + near, y: top }];
                let label = Point { x: at.x, y: top - LOOP - link.label.height / 2.0 };
                return Route { points, label };
            }
            let mut points = vec![Point { x: at.x + sizes[first].width / 2.0, y: at.y + leave }];
            let mut label = points[0];
            for &item in &chain[1..chain.len() - 1] {
                let (left, right) = columns[rank_of_item[item]];
                let y = heights[item];
                if !ranks.bend[item] {
                    label = Point { x: (left + right) / 2.0, y };
                }
                points.extend([Point { x: left, y }, Point { x: right, y }]);
            }
            let end = nodes[last];
            points.push(Point { x: end.x - sizes[last].width / 2.0, y: end.y + enter });
            if first != link.source {
                points.reverse();
            }
            Route { points, label }
        })
        .collect();
    let boxes = nodes.iter().copied().zip(sizes.iter().copied());
    let labels = routes.iter().zip(links).map(|(route, link)| (route.label, link.label));
    let bends = routes.iter().flat_map(|route| route.points.iter().map(|&point| (point, Size::default())));
    let frame = Frame::around(boxes.chain(labels).chain(bends));
    Layered { nodes, routes, frame }
}

/// How far below the middle of a node's side each line leaves and enters, so that many do not meet in one point.
fn ports(sizes: &[Size], chains: &[Vec<usize>], heights: &[f64]) -> Vec<(f64, f64)> {
    let mut ports = vec![(0.0, 0.0); chains.len()];
    for leaving in [true, false] {
        let mut lines_of = vec![Vec::new(); sizes.len()];
        for (line, chain) in chains.iter().enumerate().filter(|(_, chain)| chain.len() > 1) {
            let (node, next) = if leaving { (0, 1) } else { (chain.len() - 1, chain.len() - 2) };
            lines_of[chain[node]].push((heights[chain[next]], line));
        }
        for (size, mut lines) in sizes.iter().zip(lines_of) {
            lines.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let count = lines.len() as f64;
            let pace = (size.height * 0.6 / count).min(7.0);
            for (index, (_, line)) in lines.into_iter().enumerate() {
                let port = (index as f64 - (count - 1.0) / 2.0) * pace;
                if leaving { ports[line].0 = port } else { ports[line].1 = port }
            }
        }
    }
    ports
}
