//! What holds for every layout, on graphs of many forms.

use super::*;

/// Nodes and ties.
type Graph = (&'static str, usize, Vec<(usize, usize)>);

fn graphs() -> Vec<Graph> {
    let mut chance = Chance(3);
    let mut any = |below: usize| (chance.next() * below as f64) as usize;
    vec![
        ("nothing", 0, vec![]),
        ("one", 1, vec![]),
        ("a loop", 1, vec![(0, 0)]),
        ("a pair both ways", 2, vec![(0, 1), (1, 0), (0, 1)]),
        ("loners", 30, vec![]),
        ("a path", 20, (1..20).map(|node| (node - 1, node)).collect()),
        ("a cycle", 9, (0..9).map(|node| (node, (node + 1) % 9)).collect()),
        ("a star", 60, (1..60).map(|node| (0, node)).collect()),
        ("a star inwards", 60, (1..60).map(|node| (node, 0)).collect()),
        ("a tree", 60, (1..60).map(|node| ((node - 1) / 3, node)).collect()),
        ("a grid", 49, (0..49).flat_map(|n| [(n, (n + 7) % 49), (n, n / 7 * 7 + (n + 1) % 7)]).collect()),
        ("dense", 12, (0..144).map(|pair| (pair / 12, pair % 12)).collect()),
        ("by chance", 60, (0..110).map(|_| (any(60), any(60))).collect()),
        ("parts", 40, (0..25).map(|_| (any(40), any(40))).collect()),
    ]
}

fn sizes(nodes: usize) -> Vec<Size> {
    (0..nodes)
        .map(|node| Size { width: 40.0 + (node * 37 % 90) as f64, height: 20.0 + (node % 3 * 14) as f64 })
        .collect()
}

/// Pairs of boxes that cover each other.
fn covering(places: &[Point], sizes: &[Size]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for b in 0..places.len() {
        for a in 0..b {
            let wide = (sizes[a].width + sizes[b].width) / 2.0 - (places[a].x - places[b].x).abs();
            let high = (sizes[a].height + sizes[b].height) / 2.0 - (places[a].y - places[b].y).abs();
            if wide > 0.01 && high > 0.01 {
                pairs.push((a, b));
            }
        }
    }
    pairs
}

#[test]
fn by_forces_no_box_covers_another() {
    for (name, nodes, ties) in graphs() {
        let sizes = sizes(nodes);
        let places = spread(&sizes, &ties, 8.0);
        assert_eq!(places.len(), nodes, "{name}");
        assert!(places.iter().all(|place| place.x.is_finite() && place.y.is_finite()), "{name}: {places:?}");
        assert_eq!(covering(&places, &sizes), [], "{name}: {places:?}");
        assert_eq!(places, spread(&sizes, &ties, 8.0), "{name}: not the same twice");
    }
}

#[test]
fn in_ranks_no_box_covers_another() {
    for (name, nodes, ties) in graphs() {
        let sizes = sizes(nodes);
        let label = Size { width: 50.0, height: 12.0 };
        let links: Vec<_> = ties.iter().map(|&(source, target)| Link { source, target, label }).collect();
        let drawn = layered(&sizes, &links).expect("small enough");
        // Labels are boxes as well, among each other and among nodes.
        let boxes: Vec<_> = sizes.iter().copied().chain(links.iter().map(|link| link.label)).collect();
        let mut places = drawn.nodes.clone();
        places.extend(drawn.routes.iter().map(|route| route.label));
        let loops = |item: &usize| *item >= nodes && links[item - nodes].source == links[item - nodes].target;
        let covered = covering(&places, &boxes);
        let covered: Vec<_> = covered.iter().filter(|(a, b)| !(loops(a) && loops(b))).collect();
        assert!(covered.is_empty(), "{name}: {covered:?}");
        for (route, link) in drawn.routes.iter().zip(&links) {
            let inside = |point: &&Point| {
                (drawn.frame.left - 0.01..=drawn.frame.right + 0.01).contains(&point.x)
                    && (drawn.frame.top - 0.01..=drawn.frame.bottom + 0.01).contains(&point.y)
            };
            assert!(route.points.len() >= 2 && route.points.iter().all(|point| inside(&point)), "{name}");
            let ends = [(route.points[0], link.source), (route.points[route.points.len() - 1], link.target)];
            for (end, node) in ends {
                let (at, size) = (drawn.nodes[node], sizes[node]);
                let (x, y) = ((end.x - at.x).abs() - size.width / 2.0, (end.y - at.y).abs() - size.height / 2.0);
                assert!(x < 0.01 && y < 0.01 && x.max(y) > -0.01, "{name}: a line ends on its node's border");
            }
        }
        assert_eq!(Some(drawn), layered(&sizes, &links), "{name}: not the same twice");
    }
}

#[test]
fn lines_lead_to_the_right() {
    let ties = [(0, 1), (1, 2), (0, 2), (2, 3), (0, 3)];
    let links: Vec<_> = ties.iter().map(|&(source, target)| Link { source, target, label: Size::default() }).collect();
    let drawn = layered(&sizes(4), &links).expect("small enough");
    for (from, to) in ties {
        assert!(drawn.nodes[from].x < drawn.nodes[to].x, "{from} {to}");
    }
}

#[test]
fn too_many_lines_for_ranks() {
    let links = vec![Link { source: 0, target: 1, label: Size::default() }; 10_000];
    assert_eq!(layered(&sizes(2), &links), None);
}

#[test]
fn what_is_tied_lies_close() {
    // Two cliques and one tie between them.
    let clique = |first: usize| (0..64).map(move |pair| (first + pair / 8, first + pair % 8)).filter(|(a, b)| a < b);
    let ties: Vec<_> = clique(0).chain(clique(8)).chain([(0, 8)]).collect();
    let places = spread(&sizes(16), &ties, 8.0);
    let mean = |nodes: std::ops::Range<usize>| {
        let count = nodes.len() as f64;
        let sum =
            nodes.fold(Point::default(), |sum, node| Point { x: sum.x + places[node].x, y: sum.y + places[node].y });
        Point { x: sum.x / count, y: sum.y / count }
    };
    let (one, other) = (mean(0..8), mean(8..16));
    for (node, place) in places.iter().enumerate() {
        let far = |from: Point| (place.x - from.x).abs() + (place.y - from.y).abs();
        assert_eq!(far(one) < far(other), node < 8, "{node}: {places:?}");
    }
}
