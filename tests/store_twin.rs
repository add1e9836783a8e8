//! A plain twin: a list of nodes and a list of edges, against the same graph as a snapshot, as changes, and as
//! changes over a snapshot. Every read agrees.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use kenning::model::definition::{Change, Definition, Rule, Subject};
use kenning::model::{Column, Direction, EdgeId, EdgeTypeId, NodeId, Str, Value};
use kenning::store::{Builder, Error, Snapshot, View};
use proptest::prelude::*;

type Properties = BTreeMap<&'static str, Value<'static>>;

/// `UID` holds the place in the list, by which a node or edge of a view is recognised.
#[derive(Clone, Debug, Default)]
struct Twin {
    nodes: Vec<(BTreeSet<&'static str>, Properties)>,
    edges: Vec<(usize, &'static str, usize, Properties)>,
}

const UID: &str = "uid";
const LABELS: [&str; 3] = ["B", "A", "Ä"];
const TYPES: [&str; 2] = ["S", "R"];
const KEYS: [&str; 3] = ["name", "k", "list"];
const INDEXES: [(&str, &str); 4] = [("A", UID), ("A", "k"), ("B", "name"), ("A", "list")];

fn list(items: &[Value<'static>]) -> Value<'static> {
    Value::list(items.to_vec())
}

/// Few different values, so that columns of one kind, ties and mixtures all occur.
fn value(key: &'static str) -> BoxedStrategy<Value<'static>> {
    let text = prop_oneof![Just(""), Just("a"), Just("ab"), Just("ä")].prop_map(Value::string);
    let int = prop_oneof![-1i64..3, Just(i64::MAX), Just((1 << 53) + 1)].prop_map(Value::Int);
    let float = prop_oneof![Just(1.0), Just(-0.0), Just(0.5), Just(f64::NAN), Just(9.3e18)].prop_map(Value::Float);
    let flag = any::<bool>().prop_map(Value::Bool);
    let nested = prop_oneof![
        Just(list(&[])),
        Just(list(&[Value::Int(1), Value::Float(1.0)])),
        Just(list(&[Value::Null])),
        Just(list(&[list(&[Value::string("deep")])])),
        Just(Value::map([(Str::from("b"), Value::Int(1)), (Str::from("a"), Value::Null)])),
    ];
    match key {
        "name" => text.boxed(),
        "list" => prop_oneof![
            4 => prop::collection::vec(0i64..2, 0..3).prop_map(|v| Value::list(v.into_iter().map(Value::Int).collect())),
            1 => prop::collection::vec("[ab]", 0..3).prop_map(|v| Value::list(v.into_iter().map(Value::string).collect())),
            1 => prop::collection::vec(any::<bool>(), 0..3).prop_map(|v| Value::list(v.into_iter().map(Value::Bool).collect())),
            1 => prop::collection::vec(Just(0.5), 0..3).prop_map(|v| Value::list(v.into_iter().map(Value::Float).collect())),
        ]
        .boxed(),
        _ => prop_oneof![4 => int, 1 => float, 1 => flag, 1 => text, 1 => nested].boxed(),
    }
}

fn properties() -> impl Strategy<Value = Properties> {
    let one = |key: &'static str| prop::option::weighted(0.8, value(key)).prop_map(move |value| (key, value));
    (one(KEYS[0]), one(KEYS[1]), one(KEYS[2]))
        .prop_map(|(a, b, c)| [a, b, c].into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
}

fn twin() -> impl Strategy<Value = Twin> {
    let labels = prop::collection::btree_set(prop::sample::select(LABELS.to_vec()), 0..3);
    let nodes = prop::collection::vec((labels, properties()), 1..12);
    nodes.prop_flat_map(|nodes| {
        let end = 0..nodes.len();
        let edge = (end.clone(), prop::sample::select(TYPES.to_vec()), end, properties());
        prop::collection::vec(edge, 0..30).prop_map(move |edges| Twin { nodes: nodes.clone(), edges })
    })
}

fn with_uid(uid: usize, properties: &Properties) -> Vec<(&'static str, Value<'static>)> {
    let uid = (UID, Value::Int(uid as i64));
    properties.iter().map(|(key, value)| (*key, value.clone())).chain([uid]).collect()
}

impl Twin {
    /// The same nodes and edges, with each other's labels and properties.
    fn muddled(&self) -> Twin {
        let mut muddled = self.clone();
        let (nodes, edges) = (self.nodes.len(), self.edges.len());
        for (at, node) in muddled.nodes.iter_mut().enumerate() {
            *node = self.nodes[(at + 1) % nodes].clone();
        }
        for (at, edge) in muddled.edges.iter_mut().enumerate() {
            edge.3 = self.edges[(at + 1) % edges].3.clone();
        }
        muddled
    }

    /// Makes a view of the muddled twin one of this: deletes what comes after these nodes and edges, and sets the others
    /// right, some whole and some piece by piece.
    fn mend(&self, view: &mut View<'_>) {
        let uids = edge_uids(view);
        for edge in uids.iter().filter(|(_, uid)| **uid >= self.edges.len()).map(|(edge, _)| *edge) {
            assert!(view.delete_edge(edge) && !view.delete_edge(edge) && !view.contains_edge(edge));
        }
        for (uid, node) in by_uid(view) {
            let Some((labels, properties)) = self.nodes.get(uid) else {
                assert!(view.delete_node(node).unwrap() && !view.delete_node(node).unwrap());
                continue;
            };
            for label in LABELS {
                let changed = match labels.contains(label) {
                    true => view.add_label(node, label).unwrap(),
                    false => view.remove_label(node, label).unwrap(),
                };
                assert!(!changed || names_of(view, node).contains(label) == labels.contains(label));
            }
            if uid % 2 == 0 {
                view.replace_node_properties(node, with_uid(uid, properties)).unwrap();
            } else {
                for key in KEYS {
                    view.set_node_property(node, key, properties.get(key).cloned().unwrap_or_default()).unwrap();
                }
            }
        }
        for (edge, uid) in uids {
            let Some((.., properties)) = self.edges.get(uid) else { continue };
            if uid % 2 == 0 {
                view.replace_edge_properties(edge, with_uid(uid, properties)).unwrap();
            } else {
                for key in KEYS {
                    view.set_edge_property(edge, key, properties.get(key).cloned().unwrap_or_default()).unwrap();
                }
            }
        }
    }

    /// The first nodes, and the first of the edges that need no other.
    fn snapshot(&self, nodes: usize, edges: usize) -> Vec<u8> {
        let mut builder = Builder::new();
        INDEXES.iter().for_each(|(label, key)| builder.index(label, key));
        for (uid, (labels, properties)) in self.nodes.iter().enumerate().take(nodes) {
            let labels: Vec<&str> = labels.iter().copied().collect();
            builder.node(&labels, with_uid(uid, properties));
        }
        for (uid, (source, edge_type, target, properties)) in self.built_edges(nodes, edges) {
            builder.edge(NodeId(*source as u32), edge_type, NodeId(*target as u32), with_uid(uid, properties));
        }
        builder.finish().unwrap()
    }

    fn built_edges(
        &self,
        nodes: usize,
        edges: usize,
    ) -> impl Iterator<Item = (usize, &(usize, &'static str, usize, Properties))> {
        self.edges.iter().enumerate().take(edges).filter(move |(_, edge)| edge.0 < nodes && edge.2 < nodes)
    }

    /// The rest as changes.
    fn change(&self, view: &mut View<'_>, nodes: usize, edges: usize) {
        for (uid, (labels, properties)) in self.nodes.iter().enumerate().skip(nodes) {
            let labels: Vec<&str> = labels.iter().copied().collect();
            view.create_node(&labels, with_uid(uid, properties)).unwrap();
        }
        let ids = by_uid(view);
        let built: BTreeSet<usize> = self.built_edges(nodes, edges).map(|(uid, _)| uid).collect();
        for (uid, (source, edge_type, target, properties)) in self.edges.iter().enumerate() {
            if !built.contains(&uid) {
                view.create_edge(ids[source], edge_type, ids[target], with_uid(uid, properties)).unwrap();
            }
        }
    }
}

fn number(value: Value<'_>) -> usize {
    let Value::Int(uid) = value else { panic!("{value:?} is no uid") };
    uid as usize
}

fn all_nodes(view: &View<'_>) -> Vec<NodeId> {
    view.scan(|_| true).into_iter().flatten().map(NodeId).collect()
}

fn by_uid(view: &View<'_>) -> BTreeMap<usize, NodeId> {
    let Some(uid) = view.key_id(UID) else { return BTreeMap::new() };
    all_nodes(view).into_iter().map(|node| (number(view.node_property(node, uid)), node)).collect()
}

/// NaN is itself here.
fn text(value: impl std::fmt::Debug) -> String {
    format!("{value:?}")
}

/// openCypher's `=` is true; with `identical`, null and NaN equal themselves too (equivalence).
fn equal(a: &Value<'_>, b: &Value<'_>, identical: bool) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => identical,
        (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => {
            b.fract() == 0.0 && (*b as i128) == i128::from(*a)
        }
        (Value::Float(a), Value::Float(b)) => a == b || identical && a.is_nan() && b.is_nan(),
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b, identical))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.0 == b.0 && equal(a.1, b.1, identical))
        }
        (a, b) => a == b,
    }
}

fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items
}

fn agrees(view: &View<'_>, twin: &Twin) {
    let nodes = by_uid(view);
    assert_eq!(nodes.len(), twin.nodes.len());
    assert_eq!(sorted(nodes.values().copied().collect()), all_nodes(view), "ids are distinct and the scan ascends");
    assert_eq!(view.node_count(), twin.nodes.len() as u64);
    assert_eq!(view.edge_count(), twin.edges.len() as u64);
    catalog(view, twin);
    statistics(view, twin);
    node_reads(view, twin, &nodes);
    seeks(view, twin, &nodes);
    edge_reads(view, twin, &nodes);
    adjacency(view, twin, &nodes);
    view.health().unwrap();
}

/// What a graph agrees in whatever it was before: the names and the counts of ends by label remember more.
fn agrees_after_changes(view: &View<'_>, twin: &Twin) {
    let nodes = by_uid(view);
    assert_eq!(sorted(nodes.values().copied().collect()), all_nodes(view), "ids are distinct and the scan ascends");
    assert_eq!(view.node_count(), twin.nodes.len() as u64);
    assert_eq!(view.edge_count(), twin.edges.len() as u64);
    for label in LABELS {
        let Some(id) = view.label_id(label) else { continue };
        assert_eq!(view.nodes_with_label(id), twin.nodes.iter().filter(|node| node.0.contains(label)).count() as u64);
    }
    for edge_type in TYPES {
        let Some(id) = view.edge_type_id(edge_type) else { continue };
        assert_eq!(view.edges_with_type(id), twin.edges.iter().filter(|edge| edge.1 == edge_type).count() as u64);
    }
    node_reads(view, twin, &nodes);
    seeks(view, twin, &nodes);
    edge_reads(view, twin, &nodes);
    adjacency(view, twin, &nodes);
    view.health().unwrap();
}

fn catalog(view: &View<'_>, twin: &Twin) {
    let labels: BTreeSet<&str> = twin.nodes.iter().flat_map(|(labels, _)| labels.iter().copied()).collect();
    let types: BTreeSet<&str> = twin.edges.iter().map(|edge| edge.1).collect();
    let names = |count: usize, name: &dyn Fn(u32) -> String| (0..count as u32).map(name).collect::<BTreeSet<_>>();
    let owned = |names: &BTreeSet<&str>| names.iter().map(|name| name.to_string()).collect::<BTreeSet<_>>();
    let found = names(view.label_count(), &|id| view.label_name(kenning::model::LabelId(id)).into());
    assert_eq!(found, owned(&labels));
    assert_eq!(names(view.edge_type_count(), &|id| view.edge_type_name(EdgeTypeId(id)).into()), owned(&types));
    for label in labels {
        assert_eq!(view.label_name(view.label_id(label).unwrap()), label);
    }
    assert_eq!(view.label_id("none"), None);
    assert_eq!(view.edge_type_id("none"), None);
    assert_eq!(view.key_id("none"), None);
}

fn statistics(view: &View<'_>, twin: &Twin) {
    for label in LABELS {
        let Some(id) = view.label_id(label) else { continue };
        let has = |node: usize| twin.nodes[node].0.contains(label);
        assert_eq!(view.nodes_with_label(id), (0..twin.nodes.len()).filter(|node| has(*node)).count() as u64);
        for edge_type in TYPES {
            let Some(type_id) = view.edge_type_id(edge_type) else { continue };
            let of_type = || twin.edges.iter().filter(|edge| edge.1 == edge_type);
            assert_eq!(view.edges_with_type(type_id), of_type().count() as u64);
            let out = of_type().filter(|edge| has(edge.0)).count() as u64;
            let entering = of_type().filter(|edge| has(edge.2)).count() as u64;
            assert_eq!(view.edges_at_label(id, type_id, Direction::Out), out);
            assert_eq!(view.edges_at_label(id, type_id, Direction::In), entering);
            assert_eq!(view.edges_at_label(id, type_id, Direction::Both), out + entering);
        }
        for key in KEYS {
            let Some(count) = view.key_id(key).and_then(|key| view.distinct_values(id, key)) else { continue };
            let mut distinct: Vec<&Value<'_>> = Vec::new();
            for (_, properties) in twin.nodes.iter().filter(|(labels, _)| labels.contains(label)) {
                distinct.extend(properties.get(key).filter(|v| !distinct.iter().any(|known| equal(known, v, true))));
            }
            assert_eq!(count, distinct.len() as u64, "{label} {key}");
        }
    }
}

fn names_of<'v>(view: &'v View<'_>, node: NodeId) -> BTreeSet<&'v str> {
    view.node_labels(node).into_iter().map(|label| view.label_name(label)).collect()
}

/// Properties by name, without the uid; they come sorted by name.
fn named<'v>(view: &'v View<'_>, properties: Vec<(kenning::model::KeyId, Value<'v>)>) -> Vec<(&'v str, String)> {
    let named: Vec<_> = properties.into_iter().map(|(key, value)| (view.key_name(key), text(value))).collect();
    assert!(named.is_sorted());
    named.into_iter().filter(|(key, _)| *key != UID).collect()
}

fn expected(properties: &Properties) -> Vec<(&'static str, String)> {
    properties.iter().map(|(key, value)| (*key, text(value))).collect()
}

fn column_agrees(column: &Column<'_>, values: Vec<Value<'_>>) {
    let read: Vec<_> = (0..values.len()).map(|row| text(column.value(row))).collect();
    assert_eq!(read, values.iter().map(text).collect::<Vec<_>>());
    let one_kind = |kind: fn(&Value<'_>) -> bool| !values.is_empty() && values.iter().all(kind);
    assert_eq!(matches!(column, Column::Int(_)), one_kind(|v| matches!(v, Value::Int(_))));
    assert_eq!(matches!(column, Column::String(_) | Column::Text(..)), one_kind(|v| matches!(v, Value::String(_))));
}

fn node_reads(view: &View<'_>, twin: &Twin, nodes: &BTreeMap<usize, NodeId>) {
    for (uid, node) in nodes {
        let (labels, properties) = &twin.nodes[*uid];
        assert!(view.contains_node(*node));
        assert_eq!(names_of(view, *node), *labels);
        assert!(view.node_labels(*node).is_sorted());
        for label in LABELS {
            let has = view.label_id(label).is_some_and(|label| view.has_label(*node, label));
            assert_eq!(has, labels.contains(label));
        }
        assert_eq!(named(view, view.node_properties(*node)), expected(properties));
    }
    let ids: Vec<NodeId> = nodes.values().copied().collect();
    for key in KEYS {
        let Some(id) = view.key_id(key) else { continue };
        let value = |uid: &usize| twin.nodes[*uid].1.get(key).cloned().unwrap_or_default();
        for (uid, node) in nodes {
            assert_eq!(text(view.node_property(*node, id)), text(value(uid)));
        }
        column_agrees(&view.node_column(&ids, id), nodes.keys().map(value).collect());
        for label in LABELS {
            let with: Vec<_> = nodes.iter().filter(|(uid, _)| twin.nodes[**uid].0 == BTreeSet::from([label])).collect();
            let ids: Vec<NodeId> = with.iter().map(|(_, node)| **node).collect();
            column_agrees(&view.node_column(&ids, id), with.iter().map(|(uid, _)| value(uid)).collect());
        }
    }
    for label in LABELS {
        let Some(id) = view.label_id(label) else { continue };
        let runs: Vec<NodeId> = view.scan(|labels| labels.contains(&id)).into_iter().flatten().map(NodeId).collect();
        let with = nodes.iter().filter(|(uid, _)| twin.nodes[**uid].0.contains(label)).map(|(_, node)| *node);
        assert_eq!(runs, sorted(with.collect()));
    }
    let beyond = NodeId(view.node_bound() as u32);
    assert!(!view.contains_node(beyond) && view.node_labels(beyond).is_empty());
    assert!(view.node_properties(beyond).is_empty());
}

fn seeks(view: &View<'_>, twin: &Twin, nodes: &BTreeMap<usize, NodeId>) {
    let probes = twin.nodes.iter().flat_map(|(_, properties)| properties.values().cloned());
    let more = [Value::Int(1), Value::Float(1.0), Value::Float(0.0), Value::Null, Value::string("none"), Value::Int(7)];
    let probes: Vec<Value<'_>> = probes.chain(more).collect();
    for (label, key) in INDEXES {
        let (Some(label_id), Some(key_id)) = (view.label_id(label), view.key_id(key)) else { continue };
        for probe in &probes {
            let Some(found) = view.seek(label_id, key_id, probe) else {
                assert!(!view.has_index(label_id, key_id));
                continue;
            };
            assert!(view.has_index(label_id, key_id));
            let matches = |uid: &usize| {
                let (labels, properties) = &twin.nodes[*uid];
                let own = Value::Int(*uid as i64);
                let value = if key == UID { Some(&own) } else { properties.get(key) };
                labels.contains(label) && value.is_some_and(|value| equal(value, probe, false))
            };
            let expected: Vec<NodeId> = nodes.iter().filter(|(uid, _)| matches(uid)).map(|(_, node)| *node).collect();
            assert_eq!(found, sorted(expected), "{label}.{key} = {probe:?}");
        }
    }
}

/// The uid of each edge.
fn edge_uids(view: &View<'_>) -> BTreeMap<EdgeId, usize> {
    let mut uids = BTreeMap::new();
    view.edges(None, |edge, _, _| {
        uids.insert(edge, number(view.edge_property(edge, view.key_id(UID).unwrap())));
    });
    uids
}

fn edge_reads(view: &View<'_>, twin: &Twin, nodes: &BTreeMap<usize, NodeId>) {
    let uids = edge_uids(view);
    assert_eq!(uids.len(), twin.edges.len());
    for (edge, uid) in &uids {
        let (source, edge_type, target, properties) = &twin.edges[*uid];
        let found = view.edge(*edge).unwrap();
        assert_eq!((found.source, found.target), (nodes[source], nodes[target]));
        assert_eq!(view.edge_type_name(found.edge_type), *edge_type);
        assert!(view.contains_edge(*edge));
        assert_eq!(named(view, view.edge_properties(*edge)), expected(properties));
    }
    let ids: Vec<EdgeId> = uids.keys().copied().collect();
    for key in KEYS {
        let Some(id) = view.key_id(key) else { continue };
        let value = |uid: &usize| twin.edges[*uid].3.get(key).cloned().unwrap_or_default();
        column_agrees(&view.edge_column(&ids, id), uids.values().map(value).collect());
        for edge in &ids {
            column_agrees(&view.edge_column(&[*edge], id), vec![value(&uids[edge])]);
        }
    }
    for edge_type in TYPES {
        let Some(id) = view.edge_type_id(edge_type) else { continue };
        let mut found = Vec::new();
        view.edges(Some(&[id]), |edge, source, target| found.push((uids[&edge], source, target)));
        let expected = twin.edges.iter().enumerate().filter(|(_, edge)| edge.1 == edge_type);
        assert_eq!(sorted(found), expected.map(|(uid, e)| (uid, nodes[&e.0], nodes[&e.2])).collect::<Vec<_>>());
    }
    assert!(!view.contains_edge(EdgeId(view.edge_bound() as u32)) && view.edge(EdgeId(u32::MAX)).is_none());
}

fn adjacency(view: &View<'_>, twin: &Twin, nodes: &BTreeMap<usize, NodeId>) {
    let uids = edge_uids(view);
    let known: Vec<(&str, EdgeTypeId)> = TYPES.iter().filter_map(|t| Some((*t, view.edge_type_id(t)?))).collect();
    let mut asked: Vec<Option<Vec<(&str, EdgeTypeId)>>> = vec![None, Some(known.clone()), Some(vec![])];
    asked.extend(known.iter().map(|one| Some(vec![*one])));
    for asked in asked {
        let ids: Option<Vec<EdgeTypeId>> = asked.as_ref().map(|types| types.iter().map(|(_, id)| *id).collect());
        let is_asked = |name: &str| asked.as_ref().is_none_or(|types| types.iter().any(|(known, _)| *known == name));
        let edges = || twin.edges.iter().enumerate().filter(|(_, edge)| is_asked(edge.1));
        for (uid, node) in nodes {
            let out = || edges().filter(|(_, edge)| edge.0 == *uid).map(|(e, edge)| (e, nodes[&edge.2]));
            let entering = || edges().filter(|(_, edge)| edge.2 == *uid).map(|(e, edge)| (e, nodes[&edge.0]));
            for (direction, expected) in [
                (Direction::Out, out().collect::<Vec<_>>()),
                (Direction::In, entering().collect()),
                (Direction::Both, out().chain(entering().filter(|(_, end)| end != node)).collect()),
            ] {
                let mut found = Vec::new();
                view.neighbours(*node, direction, ids.as_deref(), |edge, end| found.push((uids[&edge], end)));
                assert_eq!(view.degree(*node, direction, ids.as_deref()), found.len() as u64, "{direction:?}");
                assert_eq!(sorted(found), sorted(expected), "{direction:?} {asked:?}");
            }
            for (other_uid, other) in nodes {
                let mut found = Vec::new();
                view.edges_between(*node, *other, ids.as_deref(), |edge| found.push(uids[&edge]));
                let between = edges().filter(|(_, edge)| (edge.0, edge.2) == (*uid, *other_uid)).map(|(e, _)| e);
                assert_eq!(sorted(found), between.collect::<Vec<_>>());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_snapshot_agrees(twin in twin()) {
        let bytes = twin.snapshot(usize::MAX, usize::MAX);
        prop_assert_eq!(&bytes, &twin.snapshot(usize::MAX, usize::MAX), "the same input gives the same bytes");
        let snapshot = Snapshot::from_bytes(&bytes).unwrap();
        snapshot.verify().unwrap();
        agrees(&View::new(&snapshot), &twin);
    }

    #[test]
    fn changes_alone_agree(twin in twin()) {
        let empty = Snapshot::empty();
        let mut view = View::new(&empty);
        twin.change(&mut view, 0, 0);
        agrees(&view, &twin);
    }

    #[test]
    fn changes_over_a_snapshot_agree(twin in twin(), nodes in 0usize..12, edges in 0usize..30) {
        let snapshot = Snapshot::from_bytes(&twin.snapshot(nodes, edges)).unwrap();
        let mut view = View::new(&snapshot);
        twin.change(&mut view, nodes, edges);
        agrees(&view, &twin);
    }

    #[test]
    fn altered_and_deleted_agrees_and_can_be_taken_back(
        twin in twin(),
        nodes in 0usize..12,
        edges in 0usize..30,
        surplus in (0usize..4, 0usize..8),
    ) {
        let mut muddled = twin.muddled();
        for uid in 0..surplus.0 {
            muddled.nodes.push(twin.nodes[uid % twin.nodes.len()].clone());
        }
        for uid in 0..surplus.1 {
            let ends = (uid % muddled.nodes.len(), muddled.nodes.len() - 1);
            muddled.edges.push((ends.0, TYPES[uid % 2], ends.1, Properties::new()));
        }
        let snapshot = Snapshot::from_bytes(&muddled.snapshot(nodes, edges)).unwrap();
        let mut view = View::new(&snapshot);
        muddled.change(&mut view, nodes, edges);
        agrees(&view, &muddled);

        let mut kept = view.changes();
        let mark = std::sync::Arc::make_mut(&mut kept).mark();
        let mut mended = View::with_changes(&snapshot, kept);
        twin.mend(&mut mended);
        agrees_after_changes(&mended, &twin);
        agrees(&view, &muddled);

        let mut kept = mended.changes();
        std::sync::Arc::make_mut(&mut kept).undo_to(mark);
        agrees(&View::with_changes(&snapshot, kept), &muddled);
    }
}

/// What statements may define: keys that the snapshot indexes, keys that it does not, two keys, names of nothing.
const DEFINED: [(&str, &[&str]); 5] =
    [("A", &["name"]), ("B", &["k"]), ("B", &["name", "k"]), ("A", &["list", "k"]), ("Nothing", &["never"])];

fn define(view: &mut View<'_>, which: std::ops::Range<usize>) {
    for (label, keys) in &DEFINED[which] {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        let definition = Definition::named(None, Subject::Nodes((*label).to_owned()), keys, Rule::Index);
        assert!(view.define(&Change::Create { definition, lenient: false }).unwrap());
    }
}

/// Every defined index finds what looking at every node finds.
fn defined_agrees(view: &View<'_>) {
    for (label, keys) in DEFINED {
        let label = view.label_id(label).unwrap();
        let keys: Vec<_> = keys.iter().map(|key| view.key_id(key).unwrap()).collect();
        let nodes: Vec<NodeId> = all_nodes(view).into_iter().filter(|node| view.has_label(*node, label)).collect();
        let values = |node: NodeId| keys.iter().map(|key| view.node_property(node, *key)).collect::<Vec<_>>();
        for node in all_nodes(view) {
            let wanted = values(node);
            let same = |other: NodeId| values(other).iter().zip(&wanted).all(|(a, b)| equal(a, b, false));
            let expected: Vec<NodeId> = nodes.iter().copied().filter(|other| same(*other)).collect();
            assert_eq!(view.seek_all(label, &keys, &wanted), Some(expected), "{keys:?} = {wanted:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn defined_indexes_agree(twin in twin(), nodes in 0usize..12, edges in 0usize..30, early in 0usize..5) {
        let muddled = twin.muddled();
        let snapshot = Snapshot::from_bytes(&muddled.snapshot(nodes, edges)).unwrap();
        let mut view = View::new(&snapshot);
        define(&mut view, 0..early);
        muddled.change(&mut view, nodes, edges);
        let mut before = view.clone();

        let mut kept = view.changes();
        let mark = std::sync::Arc::make_mut(&mut kept).mark();
        let mut mended = View::with_changes(&snapshot, kept);
        twin.mend(&mut mended);
        let after = mended.changes();
        define(&mut mended, early..DEFINED.len());
        defined_agrees(&mended);

        let mut kept = after;
        std::sync::Arc::make_mut(&mut kept).undo_to(mark);
        let mut undone = View::with_changes(&snapshot, kept);
        define(&mut undone, early..DEFINED.len());
        defined_agrees(&undone);
        define(&mut before, early..DEFINED.len());
        defined_agrees(&before);
    }
}

#[test]
fn a_node_with_edges_stays() {
    let empty = Snapshot::empty();
    let mut view = View::new(&empty);
    let node = view.create_node(&["A"], vec![]).unwrap();
    let edge = view.create_edge(node, "R", node, vec![]).unwrap();
    assert!(matches!(view.delete_node(node), Err(Error::Connected { edges: 1, .. })));
    assert!(view.delete_edge(edge));
    assert_eq!(view.edge(edge).map(|edge| edge.source), Some(node), "a row may still hold it");
    assert!(view.delete_node(node).unwrap());
    assert!(view.set_node_property(node, "k", Value::Int(1)).is_err());
    assert!(view.add_label(node, "B").is_err() && view.create_edge(node, "R", node, vec![]).is_err());
    assert_ne!(view.create_node(&["A"], vec![]).unwrap(), node);
}

#[test]
fn a_clone_keeps_its_state() {
    let empty = Snapshot::empty();
    let mut view = View::new(&empty);
    let before = view.clone();
    let node = view.create_node(&["A", "A"], vec![("k", Value::Int(1)), ("k", Value::Null)]).unwrap();
    let kept = view.changes();
    view.create_edge(node, "R", node, vec![]).unwrap();
    assert_eq!((before.node_count(), before.label_id("A")), (0, None));
    assert_eq!((view.node_count(), view.edge_count()), (1, 1));
    assert!(view.node_properties(node).is_empty());
    let later = View::with_changes(&empty, kept);
    assert_eq!((later.node_count(), later.edge_count()), (1, 0));
}

#[test]
fn refuses_what_cannot_be_stored() {
    let empty = Snapshot::empty();
    let mut view = View::new(&empty);
    assert!(view.create_node(&[], vec![("k", Value::Node(NodeId(0)))]).is_err());
    assert!(view.create_edge(NodeId(0), "R", NodeId(0), vec![]).is_err());
    assert!(view.changes().is_empty());
    let mut builder = Builder::new();
    builder.edge(NodeId(0), "R", NodeId(0), vec![]);
    assert!(builder.finish().is_err());
}

#[test]
fn threads_share_a_graph() {
    fn shared<T: Send + Sync>(_: &T) {}
    let empty = Snapshot::empty();
    shared(&empty);
    shared(&View::new(&empty));
}
