//! The cheapest path between nodes that have a place on Earth, by A* (see [`super::shortest`]).
//!
//! The estimate of the way that is left is the great-circle distance to the target, times the least that any selected
//! edge charges for its distance. Weights may therefore be metres, minutes or money: the estimate never exceeds the
//! real cost, and the path is always a cheapest one. The more evenly edges charge, the fewer nodes are looked at.

use super::graph::Graph;
use super::selection::{Selection, number, unknown_key};
use super::steps::Steps;
use super::{Call, Columns, Result, shortest};
use crate::model::{Detail, Diagnostic, NodeId};

/// Rounding must not lift an estimate above the real cost.
const SLACK: f64 = 1.0 - 1e-7;

/// Latitude and longitude, in radians.
#[derive(Clone, Copy)]
struct Position {
    latitude: f64,
    longitude: f64,
}

impl Position {
    /// The angle between two positions, seen from the centre of the Earth, by the haversine formula, which keeps its
    /// precision at small distances. The unit does not matter here: it cancels out.
    fn angle(self, other: Position) -> f64 {
        let half_sine = |difference: f64| (difference / 2.0).sin().powi(2);
        let across = half_sine(other.longitude - self.longitude);
        let square = half_sine(other.latitude - self.latitude) + self.latitude.cos() * other.latitude.cos() * across;
        2.0 * square.clamp(0.0, 1.0).sqrt().asin()
    }
}

/// `algo.aStar(source, target, config) YIELD path, cost`
pub(super) fn run(call: &Call<'_, '_>, steps: &mut Steps<'_>) -> Result<Columns> {
    let direction = call.settings.direction()?;
    let (selection, ends) = shortest::read(call, steps)?;
    let positions = positions(call, &selection.nodes, steps)?;
    let rate = rate(&selection, &positions, steps)?;
    let graph = Graph::new(selection, direction, steps)?;
    let target = positions[ends.target];
    shortest::search(&graph, &ends, |place| rate * positions[place].angle(target), steps)
}

/// The position of each selected node.
fn positions(call: &Call<'_, '_>, nodes: &[NodeId], steps: &mut Steps<'_>) -> Result<Vec<Position>> {
    let names = ["latitude", "longitude"].map(|setting| call.settings.text(setting).unwrap_or(setting));
    let keys = names.map(|name| call.view.key_id(name));
    let mut positions = Vec::with_capacity(nodes.len());
    for node in nodes {
        steps.take(1)?;
        let coordinate = |axis: usize| {
            let value = keys[axis].map(|key| call.view.node_property(*node, key)).unwrap_or_default();
            number(&value).map(f64::to_radians).map_err(|what| {
                let message = format!("the coordinate `{}` of node {} {what}", names[axis], node.0);
                let error = Diagnostic::argument(Detail::InvalidArgumentType, message)
                    .help("select the nodes that have one with `labels`");
                if keys[axis].is_some() { error } else { unknown_key(call.view, names[axis], error) }
            })
        };
        positions.push(Position { latitude: coordinate(0)?, longitude: coordinate(1)? });
    }
    Ok(positions)
}

/// The least that an edge charges for its distance; nothing when no edge leads anywhere.
fn rate(selection: &Selection, positions: &[Position], steps: &mut Steps<'_>) -> Result<f64> {
    let mut least = f64::INFINITY;
    for link in &selection.links {
        steps.take(1)?;
        let angle = positions[link.source()].angle(positions[link.target()]);
        if angle > 0.0 {
            least = least.min(link.weight / angle);
        }
    }
    Ok(if least.is_finite() { least * SLACK } else { 0.0 })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::Position;
    use crate::algo::testing::{EMPTY, Edges, config, fails, path, rows, weight};
    use crate::model::{NodeId, Value};
    use crate::store::View;

    fn world(places: &[(f64, f64)], edges: Edges<'_>) -> View<'static> {
        let mut view = View::new(&EMPTY);
        for (latitude, longitude) in places {
            let at = vec![("latitude", Value::Float(*latitude)), ("longitude", Value::Float(*longitude))];
            view.create_node(&["Place"], at).unwrap();
        }
        for (source, target, weight) in edges {
            let weight = vec![("w", Value::Float(*weight))];
            view.create_edge(NodeId(*source as u32), "ROAD", NodeId(*target as u32), weight).unwrap();
        }
        view
    }

    fn ends(target: u32) -> [Value<'static>; 2] {
        [Value::Node(NodeId(0)), Value::Node(NodeId(target))]
    }

    #[test]
    fn known_distances() {
        let at = |latitude: f64, longitude: f64| Position {
            latitude: latitude.to_radians(),
            longitude: longitude.to_radians(),
        };
        let quarter = std::f64::consts::FRAC_PI_2;
        for (from, to, angle) in [
            (at(0.0, 0.0), at(0.0, 0.0), 0.0),
            (at(0.0, 0.0), at(90.0, 0.0), quarter),
            (at(0.0, 10.0), at(0.0, -80.0), quarter),
            (at(0.0, 179.0), at(0.0, -179.0), 2.0_f64.to_radians()),
        ] {
            assert!((from.angle(to) - angle).abs() < 1e-12);
        }
    }

    #[test]
    fn by_hand() {
        let places = [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (1.0, 1.0)];
        let view = world(&places, &[(0, 1, 3.0), (1, 2, 3.0), (0, 3, 2.0), (3, 2, 2.5), (0, 2, 9.0)]);
        let [from, to] = ends(2);
        let found = rows(&view, "algo.aStar", &[from.clone(), to.clone(), config(&[weight()])]);
        assert_eq!(path(&found), "n0-e2-n3-e3-n2 cost 4.5");
        assert_eq!(path(&rows(&view, "algo.aStar", &[from.clone(), to.clone()])), "n0-e4-n2 cost 1");
        let misspelt = config(&[("latitude", Value::from("latitud"))]);
        let message = fails(&view, "algo.aStar", &[from, to, misspelt]);
        let help = "select the nodes that have one with `labels`";
        assert_eq!(message, format!("the coordinate `latitud` of node 0 is missing; {help}; did you mean `latitude`?"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn as_cheap_as_dijkstras(
            places in prop::collection::vec((-90.0f64..90.0, -180.0f64..180.0), 8),
            edges in prop::collection::vec((0usize..8, 0usize..8, 0.0f64..9.0), 0..30),
        ) {
            let view = world(&places, &edges);
            for target in 0..8 {
                let [from, to] = ends(target);
                let arguments = [from, to, config(&[weight()])];
                let cost = |name| rows(&view, name, &arguments).first().map(|row| row[1].clone());
                match (cost("algo.aStar"), cost("algo.dijkstra")) {
                    (Some(Value::Float(a)), Some(Value::Float(b))) => prop_assert!((a - b).abs() < 1e-9),
                    (a, b) => prop_assert_eq!(a, b),
                }
            }
        }
    }
}
