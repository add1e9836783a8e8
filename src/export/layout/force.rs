//! Places by forces: ties pull their ends together, and all nodes push each other away.
//!
//! A large graph is first folded: neighbours become one, again and again, until few are left. Those find their places
//! fast; then each unfolds near where the whole was and settles. Without it a large graph stays tangled where chance put it.
//!
//! The push grows with the number of a node's ties and the pull with the distance, so that hubs keep off each other and
//! what they share lies between them: groups become visible (the forces of Noack and of ForceAtlas2).

use super::quadtree::QuadTree;
use super::{Chance, Point};

/// Few enough to be placed by chance first.
const FEW: usize = 24;

/// Rounds on the smallest graph, which start from chance, and on each larger one, which starts from a sketch.
const FIRST_ROUNDS: usize = 300;
const ROUNDS: usize = 120;

/// A graph, folded or not.
struct Level {
    /// How hard each node pushes.
    masses: Vec<f64>,
    /// Each pair once, with how many ties it stands for.
    ties: Vec<(usize, usize, f64)>,
}

/// The places of the nodes of a connected graph, about 1 apart.
pub(super) fn place(nodes: usize, ties: &[(usize, usize)]) -> Vec<Point> {
    if nodes <= 1 {
        return vec![Point::default(); nodes];
    }
    let mut masses = vec![1.0; nodes];
    for &(from, to) in ties {
        masses[from] += 1.0;
        masses[to] += 1.0;
    }
    let mut levels = vec![Level { masses, ties: merged(ties.iter().map(|&(from, to)| (from, to, 1.0))) }];
    let mut folds = Vec::new();
    while levels[levels.len() - 1].masses.len() > FEW {
        let (level, groups) = fold(&levels[levels.len() - 1]);
        // What hardly shrinks is not worth another level.
        if level.masses.len() * 10 > groups.len() * 9 {
            break;
        }
        levels.push(level);
        folds.push(groups);
    }
    let mut chance = Chance(1);
    let smallest = &levels[levels.len() - 1];
    let side = square_root(smallest.masses.len());
    let mut places: Vec<_> =
        smallest.masses.iter().map(|_| Point { x: chance.next() * side, y: chance.next() * side }).collect();
    settle(smallest, &mut places, FIRST_ROUNDS);
    for (level, groups) in levels.iter().rev().skip(1).zip(folds.iter().rev()) {
        let grow = square_root(groups.len()) / square_root(places.len());
        places = groups
            .iter()
            .map(|&group| Point {
                x: places[group].x * grow + chance.next() - 0.5,
                y: places[group].y * grow + chance.next() - 0.5,
            })
            .collect();
        settle(level, &mut places, ROUNDS);
    }
    level_out(&mut places);
    places
}

fn square_root(count: usize) -> f64 {
    (count as f64).sqrt()
}

/// Every pair once, the smaller first, sorted.
fn merged(ties: impl Iterator<Item = (usize, usize, f64)>) -> Vec<(usize, usize, f64)> {
    let mut ties: Vec<_> = ties.map(|(from, to, weight)| (from.min(to), from.max(to), weight)).collect();
    ties.retain(|(from, to, _)| from != to);
    ties.sort_by_key(|&(from, to, _)| (from, to));
    ties.dedup_by(|next, kept| {
        let same = (next.0, next.1) == (kept.0, kept.1);
        if same {
            kept.2 += next.2;
        }
        same
    });
    ties
}

/// Makes one of neighbours, and says which group each node is in.
fn fold(level: &Level) -> (Level, Vec<usize>) {
    let count = level.masses.len();
    let mut near = vec![Vec::new(); count];
    for &(from, to, weight) in &level.ties {
        near[from].push((to, weight));
        near[to].push((from, weight));
    }
    // Leaves choose first: a hub has many to choose from.
    let mut order: Vec<_> = (0..count).collect();
    order.sort_by_key(|&node| (near[node].len(), node));
    let mut groups = vec![usize::MAX; count];
    let mut masses = Vec::new();
    for node in order {
        if groups[node] != usize::MAX {
            continue;
        }
        let strength = |&&(other, weight): &&(usize, f64)| weight / level.masses[other];
        let free = near[node].iter().filter(|(other, _)| groups[*other] == usize::MAX);
        let partner = free.max_by(|a, b| strength(a).total_cmp(&strength(b)).then(b.0.cmp(&a.0)));
        if let Some(&(partner, _)) = partner {
            groups[node] = masses.len();
            groups[partner] = masses.len();
            masses.push(level.masses[node] + level.masses[partner]);
        } else {
            // All neighbours are taken: join the lightest of their groups.
            let taken = near[node].iter().map(|&(other, _)| groups[other]);
            match taken.min_by(|&a, &b| masses[a].total_cmp(&masses[b]).then(a.cmp(&b))) {
                Some(group) => {
                    groups[node] = group;
                    masses[group] += level.masses[node];
                }
                None => {
                    groups[node] = masses.len();
                    masses.push(level.masses[node]);
                }
            }
        }
    }
    let ties = merged(level.ties.iter().map(|&(from, to, weight)| (groups[from], groups[to], weight)));
    (Level { masses, ties }, groups)
}

/// Moves the nodes until the forces are in balance, or the rounds are over.
///
/// The step is as large as the picture stands still with: it shrinks when the forces grow and grows when they shrink.
fn settle(level: &Level, places: &mut [Point], rounds: usize) {
    let total: f64 = level.masses.iter().sum();
    let mean = total / places.len() as f64;
    let mut step = square_root(places.len()) / 4.0;
    let (mut last, mut better) = (f64::INFINITY, 0);
    let (mut pulls, mut stack) = (vec![Point::default(); places.len()], Vec::new());
    for _ in 0..rounds {
        let tree = QuadTree::new(places, &level.masses);
        let middle = middle(places);
        for ((pull, &place), &mass) in pulls.iter_mut().zip(places.iter()).zip(&level.masses) {
            let push = tree.push(place, &mut stack);
            let weight = mass / mean;
            // A weak pull to the middle keeps loose ends from drifting off.
            let home = 0.02 * weight;
            *pull = Point {
                x: weight * push.x / mean - home * (place.x - middle.x),
                y: weight * push.y / mean - home * (place.y - middle.y),
            };
        }
        for &(from, to, weight) in &level.ties {
            let (x, y) = (places[to].x - places[from].x, places[to].y - places[from].y);
            let strength = 2.0 * weight / mean;
            pulls[from].x += strength * x;
            pulls[from].y += strength * y;
            pulls[to].x -= strength * x;
            pulls[to].y -= strength * y;
        }
        let mut energy = 0.0;
        for (place, (pull, &mass)) in places.iter_mut().zip(pulls.iter().zip(&level.masses)) {
            let length = (pull.x * pull.x + pull.y * pull.y).sqrt();
            energy += length * length / mass;
            if length > 0.0 {
                // Small forces move by what they are, large ones by the step.
                let reach = step.min(length * 0.5 / (mass / mean).max(1.0)) / length;
                place.x += pull.x * reach;
                place.y += pull.y * reach;
            }
        }
        if energy < last {
            better += 1;
            if better >= 5 {
                better = 0;
                step /= 0.9;
            }
        } else {
            better = 0;
            step *= 0.9;
        }
        last = energy;
        if step < 0.002 {
            break;
        }
    }
}

fn middle(places: &[Point]) -> Point {
    let count = places.len() as f64;
    Point {
        x: places.iter().map(|place| place.x).sum::<f64>() / count,
        y: places.iter().map(|place| place.y).sum::<f64>() / count,
    }
}

/// Turns the picture so that it is as wide as it can be: screens and pages are.
fn level_out(places: &mut [Point]) {
    let middle = middle(places);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for place in places.iter_mut() {
        *place = Point { x: place.x - middle.x, y: place.y - middle.y };
        xx += place.x * place.x;
        xy += place.x * place.y;
        yy += place.y * place.y;
    }
    // The direction of the greatest extent is the first eigenvector of [[xx, xy], [xy, yy]].
    let half = (xx - yy) / 2.0;
    let root = (half * half + xy * xy).sqrt();
    let (x, y) = if half >= 0.0 { (half + root, xy) } else { (xy, root - half) };
    let length = (x * x + y * y).sqrt();
    if length > 0.0 {
        let (cosine, sine) = (x / length, y / length);
        for place in places {
            *place = Point { x: place.x * cosine + place.y * sine, y: place.y * cosine - place.x * sine };
        }
    }
}
