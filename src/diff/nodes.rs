//! Which nodes of two graphs are the same.
//!
//! Labels with a key come first, those with the better reason before others; among nodes with the same key the equal ones
//! are paired, then the others in order. What is left over is the same when all its labels and properties are; among
//! equal nodes those whose neighbourhoods are alike, three edges far.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::{Diff, DiffError, Match, NodeChange, Options, Reason};
use super::{edge_properties, labels, node_properties, properties, value};
use crate::model::definition::Subject;
use crate::model::value::Key;
use crate::model::{Direction, NodeId, Value, nearest};
use crate::store::View;

/// How far neighbourhoods are compared.
const ROUNDS: usize = 3;

/// Nodes that are in both graphs.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs {
    pub(super) forth: FxHashMap<NodeId, NodeId>,
    pub(super) back: FxHashMap<NodeId, NodeId>,
}

impl Pairs {
    fn add(&mut self, old: NodeId, new: NodeId) {
        self.forth.insert(old, new);
        self.back.insert(new, old);
    }
}

/// Matches the nodes and notes what came, went and changed.
pub(super) fn compare(a: &View<'_>, b: &View<'_>, options: &Options, diff: &mut Diff) -> Result<(), DiffError> {
    let mut matches = matches(a, b, options)?;
    matches.sort_by(|a, b| (a.reason, &a.label).cmp(&(b.reason, &b.label)));
    let (old, new): (Vec<NodeId>, Vec<NodeId>) = (all(a).collect(), all(b).collect());
    let mut pairs = Pairs::default();
    for rule in matches.iter().filter(|rule| rule.reason != Reason::Everything) {
        by_key(a, b, rule, &mut pairs);
    }
    by_everything((a, &old), (b, &new), &mut pairs);
    diff.nodes_removed = old.iter().copied().filter(|node| !pairs.forth.contains_key(node)).collect();
    diff.nodes_added = new.iter().copied().filter(|node| !pairs.back.contains_key(node)).collect();
    for old in old {
        let Some(new) = pairs.forth.get(&old).copied() else { continue };
        let (before, after) = (labels(a, old), labels(b, new));
        let only = |these: &[&str], those: &[&str]| {
            these.iter().filter(|label| !those.contains(label)).map(|label| (*label).to_owned()).collect::<Vec<_>>()
        };
        let change = NodeChange {
            old,
            new,
            labels_removed: only(&before, &after),
            labels_added: only(&after, &before),
            properties: properties(node_properties(a, old), node_properties(b, new)),
        };
        if !(change.labels_removed.is_empty() && change.labels_added.is_empty() && change.properties.is_empty()) {
            diff.nodes_changed.push(change);
        }
    }
    matches.sort_by(|a, b| a.label.cmp(&b.label));
    diff.matches = matches;
    diff.pairs = pairs;
    Ok(())
}

fn all<'v>(view: &'v View<'_>) -> impl Iterator<Item = NodeId> + 'v {
    view.scan(|_| true).into_iter().flatten().map(NodeId)
}

fn with_label(view: &View<'_>, label: &str) -> Vec<NodeId> {
    let Some(label) = view.label_id(label) else { return Vec::new() };
    view.scan(|labels| labels.contains(&label)).into_iter().flatten().map(NodeId).collect()
}

/// The key of each label that nodes have, and why.
fn matches(a: &View<'_>, b: &View<'_>, options: &Options) -> Result<Vec<Match>, DiffError> {
    let labels_of = |view: &View<'_>| -> BTreeSet<String> {
        let numbers = (0..view.label_count() as u32).map(crate::model::LabelId);
        let used = numbers.filter(|label| view.nodes_with_label(*label) > 0);
        used.map(|label| view.label_name(label).to_owned()).collect()
    };
    let known: BTreeSet<String> = labels_of(a).union(&labels_of(b)).cloned().collect();
    let mut given: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (label, key) in &options.keys {
        let unknown = |what: &str, name: &str, known: Vec<&str>| {
            let near = nearest(name, known, 1).first().map(|near| format!("; did you mean `{near}`?"));
            DiffError::Key(format!("no node of either graph has the {what} `{name}`{}", near.unwrap_or_default()))
        };
        if !known.contains(label) {
            return Err(unknown("label", label, known.iter().map(String::as_str).collect()));
        }
        if a.key_id(key).or(b.key_id(key)).is_none() {
            let keys = [a, b].into_iter().flat_map(crate::model::Catalog::keys);
            return Err(unknown("property", key, keys.collect()));
        }
        given.entry(label).or_default().push(key.clone());
    }
    let unlabelled = [a, b].iter().any(|view| all(view).any(|node| view.node_labels(node).is_empty()));
    let nothing = unlabelled.then(|| Match { label: String::new(), keys: Vec::new(), reason: Reason::Everything });
    let rules = known.into_iter().map(|label| {
        let found = given.get(label.as_str()).map(|keys| (keys.clone(), Reason::Given));
        let (keys, reason) = found.or_else(|| key_of(a, b, &label)).unwrap_or((Vec::new(), Reason::Everything));
        Match { label, keys, reason }
    });
    Ok(nothing.into_iter().chain(rules).collect())
}

/// What the graphs themselves say.
fn key_of(a: &View<'_>, b: &View<'_>, label: &str) -> Option<(Vec<String>, Reason)> {
    let views = [b, a];
    let mut schemas = views.iter().filter_map(|view| view.schema()?.node_type(label));
    if let Some(node_type) = schemas.find(|node_type| !node_type.key.is_empty()) {
        return Some((vec![node_type.key.clone()], Reason::Schema));
    }
    let about = |subject: &Subject| matches!(subject, Subject::Nodes(name) if name == label);
    let constraints = views.iter().flat_map(|view| view.constraints());
    let mut unique = constraints.filter(|definition| definition.rule.is_unique() && about(&definition.subject));
    if let Some(definition) = unique.next() {
        return Some((definition.keys, Reason::Constraint));
    }
    let indexes = views.iter().flat_map(|view| view.indexes()).filter(|definition| about(&definition.subject));
    let mut telling = indexes
        .map(|definition| definition.keys)
        .filter(|keys| views.iter().all(|view| groups(view, label, keys).values().all(|nodes| nodes.len() == 1)));
    telling.next().map(|keys| (keys, Reason::Index))
}

type Values<'g> = Vec<Key<'g>>;

/// The nodes with the label by the values of the keys, in order; without those that lack one.
fn groups<'g>(view: &View<'g>, label: &str, keys: &[String]) -> FxHashMap<Values<'g>, Vec<NodeId>> {
    let mut groups: FxHashMap<Values<'g>, Vec<NodeId>> = FxHashMap::default();
    let Some(keys) = keys.iter().map(|key| view.key_id(key)).collect::<Option<Vec<_>>>() else { return groups };
    for node in with_label(view, label) {
        let values = keys.iter().map(|key| Some(view.node_property(node, *key)).filter(value::is_comparable).map(Key));
        if let Some(values) = values.collect::<Option<Values<'_>>>() {
            groups.entry(values).or_default().push(node);
        }
    }
    groups
}

/// The nodes that a key finds alone, with its label, keys and values; for whoever has to say which node is meant.
pub(super) fn alone<'g>(view: &View<'g>, rule: &Match) -> FxHashMap<NodeId, Vec<Value<'g>>> {
    let groups = groups(view, &rule.label, &rule.keys).into_iter();
    let single = groups.filter_map(|(values, nodes)| match nodes[..] {
        [node] => Some((node, values.into_iter().map(|Key(value)| value).collect())),
        _ => None,
    });
    single.collect()
}

fn by_key(a: &View<'_>, b: &View<'_>, rule: &Match, pairs: &mut Pairs) {
    let mut new = groups(b, &rule.label, &rule.keys);
    let mut old: Vec<_> = groups(a, &rule.label, &rule.keys).into_iter().collect();
    old.sort_by_key(|(_, nodes)| nodes.first().copied());
    for (values, mut old) in old {
        let Some(mut new) = new.remove(&values) else { continue };
        old.retain(|node| !pairs.forth.contains_key(node));
        new.retain(|node| !pairs.back.contains_key(node));
        if old.len() > 1 || new.len() > 1 {
            let whole = |view: &View<'_>, node: NodeId| whole(view, node);
            pair_equal(&mut old, &mut new, |node| whole(a, node), |node| whole(b, node), pairs);
        }
        old.into_iter().zip(new).for_each(|(old, new)| pairs.add(old, new));
    }
}

/// Labels and properties as a text.
fn whole(view: &View<'_>, node: NodeId) -> String {
    format!("{:?} {}", labels(view, node), value::properties(&node_properties(view, node)))
}

/// Pairs those with equal marks, in order, and leaves the others.
fn pair_equal<T: Eq + Hash>(
    old: &mut Vec<NodeId>,
    new: &mut Vec<NodeId>,
    old_mark: impl Fn(NodeId) -> T,
    new_mark: impl Fn(NodeId) -> T,
    pairs: &mut Pairs,
) {
    let mut waiting: FxHashMap<T, Vec<NodeId>> = FxHashMap::default();
    for node in new.iter().rev() {
        waiting.entry(new_mark(*node)).or_default().push(*node);
    }
    let mut taken: FxHashSet<NodeId> = FxHashSet::default();
    old.retain(|node| match waiting.get_mut(&old_mark(*node)).and_then(Vec::pop) {
        Some(partner) => {
            pairs.add(*node, partner);
            taken.insert(partner);
            false
        }
        None => true,
    });
    new.retain(|node| !taken.contains(node));
}

fn by_everything((a, old): (&View<'_>, &[NodeId]), (b, new): (&View<'_>, &[NodeId]), pairs: &mut Pairs) {
    let mut groups: BTreeMap<String, [Vec<NodeId>; 2]> = BTreeMap::new();
    for node in old.iter().filter(|node| !pairs.forth.contains_key(node)) {
        groups.entry(whole(a, *node)).or_default()[0].push(*node);
    }
    for node in new.iter().filter(|node| !pairs.back.contains_key(node)) {
        groups.entry(whole(b, *node)).or_default()[1].push(*node);
    }
    // Nodes that are the only ones of their kind first: they tell the neighbourhoods of the others apart.
    let mut several = Vec::new();
    for [old, new] in groups.into_values() {
        match (&old[..], &new[..]) {
            ([old], [new]) => pairs.add(*old, *new),
            ([], _) | (_, []) => {}
            _ => several.push((old, new)),
        }
    }
    if several.is_empty() {
        return;
    }
    let old_marks = marks(a, old, |node| pairs.forth.get(&node).map(|_| node));
    let new_marks = marks(b, new, |node| pairs.back.get(&node).copied());
    for (mut old, mut new) in several {
        let mark = |marks: &FxHashMap<NodeId, u64>, node: NodeId| marks.get(&node).copied();
        pair_equal(&mut old, &mut new, |node| mark(&old_marks, node), |node| mark(&new_marks, node), pairs);
        old.into_iter().zip(new).for_each(|(old, new)| pairs.add(old, new));
    }
}

/// A number for each node that says what it is and what is around it; a paired node is itself, wherever it stands.
fn marks(view: &View<'_>, nodes: &[NodeId], paired: impl Fn(NodeId) -> Option<NodeId>) -> FxHashMap<NodeId, u64> {
    let first = |node: &NodeId| match paired(*node) {
        Some(old) => (*node, hash(&(true, old.0))),
        None => (*node, hash(&(false, whole(view, *node)))),
    };
    let mut marks: FxHashMap<NodeId, u64> = nodes.iter().map(first).collect();
    for _ in 0..ROUNDS {
        let next = |node: &NodeId| {
            let own = marks.get(node).copied().unwrap_or_default();
            if paired(*node).is_some() {
                return (*node, own);
            }
            let mut around: Vec<u64> = Vec::new();
            for direction in [Direction::Out, Direction::In] {
                view.neighbours(*node, direction, None, |edge, other| {
                    let edge_type = view.edge(edge).map(|ends| view.edge_type_name(ends.edge_type));
                    let properties = value::properties(&edge_properties(view, edge));
                    let other = marks.get(&other).copied();
                    around.push(hash(&(direction == Direction::Out, edge_type, properties, other)));
                });
            }
            around.sort_unstable();
            (*node, hash(&(own, around)))
        };
        marks = nodes.iter().map(next).collect();
    }
    marks
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}
