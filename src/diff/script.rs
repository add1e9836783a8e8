//! A difference as a Cypher script that turns the first graph into the second.
//!
//! A statement has to say which node it means. Where the first graph has a schema, every statement has to leave what the
//! schema allows, so a node is meant by its key throughout. Without one, the nodes that are touched get a mark (a label and
//! a number) while they are still what they were, and the end of the script removes it: by a key where one finds the
//! node alone, else by all its labels and properties. Nodes that are equal in all of these cannot be told apart by any
//! statement: when one of them is touched, all of them go and come again with their edges; likewise parallel edges.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use super::nodes::alone;
use super::{Diff, DiffError, Match, Reason, edge_properties, labels, node_properties, value};
use crate::export::{define, literal, quoted};
use crate::model::definition::{Definition, Subject};
use crate::model::value::Key;
use crate::model::{EdgeId, NodeId, Value};
use crate::store::View;

/// Rows of one statement, where it does not matter that other rows come in another one.
const ROWS: usize = 500;

/// How a statement means a node, with what the statement's row holds for it.
#[derive(Clone, Debug)]
struct Place {
    /// `:Skill`
    labels: String,
    how: How,
    /// The row's value.
    value: String,
}

#[derive(Clone, Debug)]
enum How {
    /// By the values of these keys.
    Keys(Vec<String>),
    /// By all labels, of which there are so many, and all properties; of some only that they are there.
    Look(usize, Vec<(String, bool)>),
}

impl Place {
    /// `:Skill {id: row[0]}`
    fn pattern(&self, row: &str) -> String {
        let parts: Vec<String> = match &self.how {
            How::Keys(keys) if keys.len() == 1 => keys.iter().map(|key| format!("{key}: {row}")).collect(),
            How::Keys(keys) => keys.iter().enumerate().map(|(at, key)| format!("{key}: {row}[{at}]")).collect(),
            How::Look(..) => return self.labels.clone(),
        };
        format!("{} {{{}}}", self.labels, parts.join(", "))
    }

    /// What comes behind the pattern.
    fn condition(&self, row: &str) -> String {
        let How::Look(labels, keys) = &self.how else { return String::new() };
        let mut text = format!(" WHERE size(labels(n)) = {labels} AND size(keys(n)) = {}", keys.len());
        for (key, known) in keys {
            _ = match known {
                true => write!(text, " AND n.{key} = {row}.{key}"),
                false => write!(text, " AND n.{key} IS NOT NULL"),
            };
        }
        text
    }
}

/// Labels, and each property with its value where `=` finds it: nodes with the same cannot be told apart.
type Look<'v, 'g> = (Vec<&'v str>, Vec<(&'v str, Option<Key<'g>>)>);

/// What is done to which graph.
struct Script<'d, 'v, 'g, 'h> {
    a: &'v View<'g>,
    b: &'v View<'h>,
    diff: &'d Diff,
    text: String,
    /// The label and property of marked nodes; none when nodes keep to a schema.
    mark: Option<String>,
    /// Nodes of the first graph that go, and nodes of the second that come, because they cannot be told apart.
    again: BTreeSet<NodeId>,
    /// Nodes that have a mark: of the first graph, and new ones of the second.
    old: BTreeMap<NodeId, usize>,
    new: BTreeMap<NodeId, usize>,
}

impl Diff {
    /// The script, and what it cannot say, a sentence each.
    ///
    /// # Errors
    ///
    /// [`DiffError::Script`] when a value cannot be written in a statement, or a node that has to be touched cannot be
    /// told from others.
    pub fn script(&self, a: &View<'_>, b: &View<'_>) -> Result<(String, Vec<String>), DiffError> {
        self.sayable(b)?;
        let mut notes: Vec<String> =
            self.schema.iter().map(|text| format!("a script cannot change schemas: {text}")).collect();
        let own = |definition: &Definition| {
            let mut own = a.own_indexes();
            own.any(|(label, key)| {
                definition.subject == Subject::Nodes(a.label_name(label).to_owned())
                    && definition.keys == [a.key_name(key)]
            }) && !definition.rule.is_constraint()
        };
        for definition in self.definitions_removed.iter().filter(|definition| own(definition)) {
            notes.push(format!("the index `{}` came with the graph and stays", definition.name));
        }
        let mut mark = "_diff".to_owned();
        while [
            a.label_id(&mark).is_some(),
            b.label_id(&mark).is_some(),
            a.key_id(&mark).is_some(),
            b.key_id(&mark).is_some(),
        ]
        .contains(&true)
        {
            mark.insert(0, '_');
        }
        let mut script = Script {
            a,
            b,
            diff: self,
            text: String::new(),
            mark: a.schema().is_none().then_some(mark),
            again: BTreeSet::new(),
            old: BTreeMap::new(),
            new: BTreeMap::new(),
        };
        let data = !(self.nodes_removed.is_empty()
            && self.nodes_added.is_empty()
            && self.nodes_changed.is_empty()
            && self.edges_removed.is_empty()
            && self.edges_added.is_empty()
            && self.edges_changed.is_empty());
        // Between two statements a graph need not be what a constraint demands, though it is before and after.
        let constraints = if data { a.constraints() } else { Vec::new() };
        let gone =
            self.definitions_removed.iter().filter(|definition| !own(definition) && !constraints.contains(definition));
        let dropped: Vec<&Definition> = gone.chain(&constraints).collect();
        let drops: String = dropped.iter().map(|definition| drop_text(definition)).collect();
        match script.mark.clone() {
            Some(mark) if data => script.marked(&mark, &drops)?,
            _ if data => {
                script.text.push_str(&drops);
                script.keyed()?;
            }
            _ => script.text.push_str(&drops),
        }
        let kept = constraints.iter().filter(|definition| !self.definitions_removed.contains(definition));
        let mut text = script.text.into_bytes();
        for definition in kept.chain(&self.definitions_added) {
            define(definition, &mut text).map_err(|error| DiffError::Script(error.to_string()))?;
        }
        Ok((String::from_utf8_lossy(&text).into_owned(), notes))
    }

    /// Whether statements can store all that is new.
    fn sayable(&self, b: &View<'_>) -> Result<(), DiffError> {
        let check = |what: String, key: &str, value: &Value<'_>| match value::is_sayable(value) {
            true => Ok(()),
            false => {
                Err(DiffError::Script(format!("`{key}` of {what} holds a map or a null, which no statement can store")))
            }
        };
        let changed = self.nodes_changed.iter().map(|change| change.new);
        for node in self.nodes_added.iter().copied().chain(changed) {
            node_properties(b, node)
                .iter()
                .try_for_each(|(key, value)| check(b.called(node).to_string(), key, value))?;
        }
        let changed = self.edges_changed.iter().map(|change| change.new);
        for edge in self.edges_added.iter().copied().chain(changed) {
            edge_properties(b, edge).iter().try_for_each(|(key, value)| check("an edge".to_owned(), key, value))?;
        }
        Ok(())
    }
}

impl<'v> Script<'_, 'v, '_, '_> {
    /// Says which nodes are meant by their keys.
    fn keyed(&mut self) -> Result<(), DiffError> {
        let (a, b) = (self.a, self.b);
        let (old, new) = (places(a, &self.diff.matches), places(b, &self.diff.matches));
        let at = |view: &View<'_>, places: &FxHashMap<NodeId, Place>, node: NodeId| {
            places.get(&node).cloned().ok_or_else(|| {
                DiffError::Script(format!("{} has no key that tells it from all others", view.called(node)))
            })
        };
        let (remove, change, add) = self.edges();
        let gone: BTreeSet<NodeId> = self.diff.nodes_removed.iter().copied().collect();
        let mut edges = Statements::default();
        for (source, edge_type, target) in remove {
            // They go with the node.
            if gone.contains(&source) || gone.contains(&target) {
                continue;
            }
            let pattern = edge_pattern(&at(a, &old, source)?, edge_type, &at(a, &old, target)?);
            edges.add(format!("MATCH {} DELETE e", pattern.0), pattern.1);
        }
        for (source, edge_type, target, edge) in change {
            let (pattern, row) = edge_pattern(&at(a, &old, source)?, edge_type, &at(a, &old, target)?);
            let properties = value::properties(&edge_properties(b, edge));
            edges.add(format!("MATCH {pattern} SET e = row[2]"), format!("{row}, {properties}"));
        }
        edges.write(ROWS, &mut self.text);
        let mut nodes = Statements::default();
        for node in &self.diff.nodes_removed {
            let place = at(a, &old, *node)?;
            nodes.add(format!("MATCH (n{}) DETACH DELETE n", place.pattern("row[0]")), place.value);
        }
        nodes.write(ROWS, &mut self.text);
        let mut nodes = Statements::default();
        for change in &self.diff.nodes_changed {
            let place = at(a, &old, change.old)?;
            let set = labels_set(&change.labels_added, &change.labels_removed);
            let properties = value::properties(&node_properties(b, change.new));
            let pattern = place.pattern("row[0]");
            nodes.add(format!("MATCH (n{pattern}) SET n = row[1]{set}"), format!("{}, {properties}", place.value));
        }
        for node in &self.diff.nodes_added {
            let labels: String = labels(b, *node).into_iter().map(|label| format!(":{}", quoted(label))).collect();
            nodes.add(format!("CREATE (n{labels}) SET n = row[0]"), value::properties(&node_properties(b, *node)));
        }
        // What the schema wants to be unique is looked at when a statement ends: names may be swapped within one.
        nodes.write(usize::MAX, &mut self.text);
        let mut edges = Statements::default();
        for edge in add {
            let Some(ends) = b.edge(edge) else { continue };
            let (source, target) = (at(b, &new, ends.source)?, at(b, &new, ends.target)?);
            let create = format!(
                "MATCH (a{}), (b{}) CREATE (a)-[e:{}]->(b) SET e = row[2]",
                source.pattern("row[0]"),
                target.pattern("row[1]"),
                quoted(b.edge_type_name(ends.edge_type))
            );
            let properties = value::properties(&edge_properties(b, edge));
            edges.add(create, format!("{}, {}, {properties}", source.value, target.value));
        }
        edges.write(ROWS, &mut self.text);
        Ok(())
    }

    /// Says which nodes are meant by a mark that they get first.
    fn marked(&mut self, mark: &str, drops: &str) -> Result<(), DiffError> {
        let (a, b) = (self.a, self.b);
        let looks = looks(a);
        let keyed = places(a, &self.diff.matches);
        let alike = self.tell_apart(&looks, &keyed);
        let (remove, change, add) = self.edges();
        let gone: BTreeSet<NodeId> = self.diff.nodes_removed.iter().chain(&self.again).copied().collect();
        let kept = |(source, target): (NodeId, NodeId)| !gone.contains(&source) && !gone.contains(&target);
        let remove: Vec<_> = remove.into_iter().filter(|(source, _, target)| kept((*source, *target))).collect();
        let change: Vec<_> = change.into_iter().filter(|(source, _, target, _)| kept((*source, *target))).collect();
        let mut touched: BTreeSet<NodeId> = self.diff.nodes_removed.iter().copied().collect();
        touched.extend(self.diff.nodes_changed.iter().map(|change| change.old));
        touched.extend(remove.iter().flat_map(|(source, _, target)| [*source, *target]));
        touched.extend(change.iter().flat_map(|(source, _, target, _)| [*source, *target]));
        for edge in &add {
            let Some(ends) = b.edge(*edge) else { continue };
            touched.extend([ends.source, ends.target].iter().filter_map(|node| self.diff.pairs.back.get(node)));
        }
        touched.retain(|node| !self.again.contains(node));
        let text = quoted(mark);
        _ = writeln!(self.text, "CREATE INDEX {text} FOR (n:{text}) ON (n.{text});");
        let mut marks = Statements::default();
        for (number, node) in touched.into_iter().enumerate() {
            let place = match keyed.get(&node) {
                Some(place) => place.clone(),
                None => looks.get(&node).map(look_place).ok_or_else(|| DiffError::Script("a node is lost".into()))?,
            };
            let (pattern, condition) = (place.pattern("row[1]"), place.condition("row[1]"));
            let what = format!("MATCH (n{pattern}){condition} SET n:{text}, n.{text} = row[0]");
            marks.add(what, format!("{number}, {}", place.value));
            self.old.insert(node, number);
        }
        marks.write(ROWS, &mut self.text);
        for place in alike {
            let (pattern, condition) = (place.pattern("row[0]"), place.condition("row[0]"));
            _ = writeln!(
                self.text,
                "UNWIND [\n  [{}]\n] AS row MATCH (n{pattern}){condition} DETACH DELETE n;",
                place.value
            );
        }
        self.text.push_str(drops);
        let node = |name: &str, row: usize| format!("({name}:{text} {{{text}: row[{row}]}})");
        let number =
            |numbers: &BTreeMap<NodeId, usize>, node: NodeId| numbers.get(&node).copied().unwrap_or(usize::MAX);
        let mut edges = Statements::default();
        for (source, edge_type, target) in remove {
            let pattern = format!("{}-[e:{}]->{}", node("a", 0), quoted(edge_type), node("b", 1));
            let row = format!("{}, {}", number(&self.old, source), number(&self.old, target));
            edges.add(format!("MATCH {pattern} DELETE e"), row);
        }
        for (source, edge_type, target, edge) in change {
            let pattern = format!("{}-[e:{}]->{}", node("a", 0), quoted(edge_type), node("b", 1));
            let properties = value::properties(&edge_properties(b, edge));
            let row = format!("{}, {}, {properties}", number(&self.old, source), number(&self.old, target));
            edges.add(format!("MATCH {pattern} SET e = row[2]"), row);
        }
        edges.write(ROWS, &mut self.text);
        let mut nodes = Statements::default();
        for gone in &self.diff.nodes_removed {
            if let Some(number) = self.old.get(gone) {
                nodes.add(format!("MATCH {} DETACH DELETE n", node("n", 0)), number.to_string());
            }
        }
        nodes.write(ROWS, &mut self.text);
        let mut nodes = Statements::default();
        for change in self.diff.nodes_changed.iter().filter(|change| !self.again.contains(&change.old)) {
            let set = labels_set(&change.labels_added, &change.labels_removed);
            let properties = value::properties(&node_properties(b, change.new));
            let what = format!("MATCH {} SET n = row[1], n.{text} = row[0]{set}", node("n", 0));
            nodes.add(what, format!("{}, {properties}", number(&self.old, change.old)));
        }
        let come = self.again.iter().filter_map(|old| self.diff.pairs.forth.get(old));
        for added in self.diff.nodes_added.iter().chain(come) {
            let labels: String = labels(b, *added).into_iter().map(|label| format!(":{}", quoted(label))).collect();
            let number = self.old.len() + self.new.len();
            self.new.insert(*added, number);
            let properties = value::properties(&node_properties(b, *added));
            nodes.add(
                format!("CREATE (n:{text}{labels}) SET n = row[1], n.{text} = row[0]"),
                format!("{number}, {properties}"),
            );
        }
        nodes.write(ROWS, &mut self.text);
        let mut edges = Statements::default();
        let end = |node: NodeId| match self.new.get(&node) {
            Some(number) => *number,
            None => self.diff.pairs.back.get(&node).map_or(usize::MAX, |old| number(&self.old, *old)),
        };
        for edge in add {
            let Some(ends) = b.edge(edge) else { continue };
            let edge_type = quoted(b.edge_type_name(ends.edge_type));
            let what =
                format!("MATCH {}, {} CREATE (a)-[e:{edge_type}]->(b) SET e = row[2]", node("a", 0), node("b", 1));
            let properties = value::properties(&edge_properties(b, edge));
            edges.add(what, format!("{}, {}, {properties}", end(ends.source), end(ends.target)));
        }
        edges.write(ROWS, &mut self.text);
        _ = writeln!(self.text, "DROP INDEX {text};\nMATCH (n:{text}) REMOVE n:{text}, n.{text};");
        Ok(())
    }

    /// Finds the nodes that are touched and cannot be told from others; gives what finds each lot of them.
    fn tell_apart(&mut self, looks: &FxHashMap<NodeId, Look<'_, '_>>, keyed: &FxHashMap<NodeId, Place>) -> Vec<Place> {
        let mut lots: FxHashMap<&Look<'_, '_>, Vec<NodeId>> = FxHashMap::default();
        for (node, look) in looks {
            lots.entry(look).or_default().push(*node);
        }
        let (a, b) = (self.a, self.b);
        let mut queue: Vec<NodeId> = self.diff.nodes_removed.clone();
        let touch = |view: &View<'_>, edge: EdgeId, queue: &mut Vec<NodeId>, first: bool| {
            let Some(ends) = view.edge(edge) else { return };
            for node in [ends.source, ends.target] {
                let old = if first { Some(&node) } else { self.diff.pairs.back.get(&node) };
                queue.extend(old);
            }
        };
        self.diff.edges_removed.iter().for_each(|edge| touch(a, *edge, &mut queue, true));
        self.diff.edges_changed.iter().for_each(|change| touch(a, change.old, &mut queue, true));
        self.diff.edges_added.iter().for_each(|edge| touch(b, *edge, &mut queue, false));
        queue.extend(self.diff.nodes_changed.iter().map(|change| change.old));
        let mut places = BTreeMap::new();
        let mut seen = BTreeSet::new();
        while let Some(node) = queue.pop() {
            if !seen.insert(node) || keyed.contains_key(&node) {
                continue;
            }
            let Some(look) = looks.get(&node) else { continue };
            let Some(lot) = lots.get(look).filter(|lot| lot.len() > 1) else { continue };
            if let Some(first) = lot.iter().min() {
                places.insert(*first, look_place(look));
            }
            for member in lot {
                if self.again.insert(*member) {
                    // Its edges come again, so that their other ends are touched, in both graphs.
                    a.neighbours(*member, crate::model::Direction::Both, None, |_, other| queue.push(other));
                    if let Some(partner) = self.diff.pairs.forth.get(member) {
                        b.neighbours(*partner, crate::model::Direction::Both, None, |_, other| {
                            queue.extend(self.diff.pairs.back.get(&other));
                        });
                    }
                }
            }
        }
        places.into_values().collect()
    }

    /// The edges to remove and to change, by their ends in the first graph, and those of the second to add.
    #[allow(clippy::type_complexity, reason = "three lists that belong together, taken apart at once")]
    fn edges(&self) -> (BTreeSet<(NodeId, &'v str, NodeId)>, Vec<(NodeId, &'v str, NodeId, EdgeId)>, BTreeSet<EdgeId>) {
        let (a, b) = (self.a, self.b);
        let (mut remove, mut change, mut add) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
        add.extend(self.diff.edges_added.iter().copied());
        let mut again = |source: NodeId, edge_type: &'v str, target: NodeId| {
            let mut count = 0;
            let number = a.edge_type_id(edge_type);
            a.edges_between(source, target, number.as_ref().map(std::slice::from_ref), |_| count += 1);
            if count > 1 {
                let ends = (self.diff.pairs.forth.get(&source), self.diff.pairs.forth.get(&target));
                if let ((Some(source), Some(target)), Some(number)) = (ends, b.edge_type_id(edge_type)) {
                    b.edges_between(*source, *target, Some(&[number]), |edge| {
                        add.insert(edge);
                    });
                }
            }
            count > 1
        };
        for edge in &self.diff.edges_removed {
            let Some(ends) = a.edge(*edge) else { continue };
            let edge_type = a.edge_type_name(ends.edge_type);
            again(ends.source, edge_type, ends.target);
            remove.insert((ends.source, edge_type, ends.target));
        }
        for edge in &self.diff.edges_changed {
            let Some(ends) = a.edge(edge.old) else { continue };
            let edge_type = a.edge_type_name(ends.edge_type);
            if again(ends.source, edge_type, ends.target) {
                remove.insert((ends.source, edge_type, ends.target));
            } else {
                change.push((ends.source, edge_type, ends.target, edge.new));
            }
        }
        for old in &self.again {
            let Some(new) = self.diff.pairs.forth.get(old) else { continue };
            b.neighbours(*new, crate::model::Direction::Both, None, |edge, _| {
                add.insert(edge);
            });
        }
        (remove, change, add)
    }
}

/// Rows by the statement that they are for, in the order in which the statements came up.
#[derive(Default)]
struct Statements {
    order: Vec<String>,
    rows: BTreeMap<String, Vec<String>>,
}

impl Statements {
    fn add(&mut self, what: String, row: String) {
        if !self.rows.contains_key(&what) {
            self.order.push(what.clone());
        }
        self.rows.entry(what).or_default().push(row);
    }

    fn write(self, most: usize, text: &mut String) {
        for what in &self.order {
            for rows in self.rows.get(what).map(Vec::as_slice).unwrap_or_default().chunks(most.max(1)) {
                let rows: Vec<String> = rows.iter().map(|row| format!("[{row}]")).collect();
                _ = writeln!(text, "UNWIND [\n  {}\n] AS row {what};", rows.join(",\n  "));
            }
        }
    }
}

/// What finds each node alone by a key, of the nodes for which there is one.
fn places(view: &View<'_>, matches: &[Match]) -> FxHashMap<NodeId, Place> {
    let mut places = FxHashMap::default();
    for rule in matches.iter().filter(|rule| rule.reason != Reason::Everything) {
        for (node, values) in alone(view, rule) {
            let labels = format!(":{}", quoted(&rule.label));
            let value = match values.as_slice() {
                [value] => literal(value),
                values => format!("[{}]", values.iter().map(literal).collect::<Vec<_>>().join(", ")),
            };
            let how = How::Keys(rule.keys.iter().map(|key| quoted(key)).collect());
            places.entry(node).or_insert(Place { labels, how, value });
        }
    }
    places
}

fn looks<'v, 'g>(view: &'v View<'g>) -> FxHashMap<NodeId, Look<'v, 'g>> {
    let nodes = view.scan(|_| true).into_iter().flatten().map(NodeId);
    let look = |node: NodeId| {
        let found = |value: Value<'g>| value::is_comparable(&value).then_some(Key(value));
        let properties = node_properties(view, node).into_iter().map(|(key, value)| (key, found(value)));
        (node, (labels(view, node), properties.collect()))
    };
    let mut looks: FxHashMap<NodeId, Look<'v, 'g>> = nodes.map(look).collect();
    // Where one node's value is found by its presence alone, so are those of all nodes with the same labels and keys.
    let family = |(labels, properties): &Look<'v, 'g>| -> (Vec<&'v str>, Vec<&'v str>) {
        (labels.clone(), properties.iter().map(|(key, _)| *key).collect())
    };
    let mut vague: FxHashMap<(Vec<&str>, Vec<&str>), BTreeSet<&str>> = FxHashMap::default();
    for look in looks.values() {
        let keys = look.1.iter().filter(|(_, value)| value.is_none()).map(|(key, _)| *key);
        let keys: Vec<&str> = keys.collect();
        if !keys.is_empty() {
            vague.entry(family(look)).or_default().extend(keys);
        }
    }
    for look in looks.values_mut() {
        let Some(keys) = vague.get(&family(look)) else { continue };
        look.1.iter_mut().filter(|(key, _)| keys.contains(key)).for_each(|(_, value)| *value = None);
    }
    looks
}

/// What finds the nodes with this look.
fn look_place((labels, properties): &Look<'_, '_>) -> Place {
    let known = |(key, value): &(&str, Option<Key<'_>>)| {
        value.as_ref().map(|Key(value)| format!("{}: {}", quoted(key), literal(value)))
    };
    let entries: Vec<String> = properties.iter().filter_map(known).collect();
    Place {
        labels: labels.iter().map(|label| format!(":{}", quoted(label))).collect(),
        how: How::Look(labels.len(), properties.iter().map(|(key, value)| (quoted(key), value.is_some())).collect()),
        value: format!("{{{}}}", entries.join(", ")),
    }
}

/// The pattern of an edge between two nodes, and the row's values for it.
fn edge_pattern(source: &Place, edge_type: &str, target: &Place) -> (String, String) {
    let (a, b) = (source.pattern("row[0]"), target.pattern("row[1]"));
    (format!("(a{a})-[e:{}]->(b{b})", quoted(edge_type)), format!("{}, {}", source.value, target.value))
}

/// `, n:Added REMOVE n:Gone`
fn labels_set(added: &[String], removed: &[String]) -> String {
    let added = added.iter().map(|label| format!(", n:{}", quoted(label)));
    let mut text: String = added.collect();
    for (at, label) in removed.iter().enumerate() {
        _ = write!(text, "{} n:{}", if at == 0 { " REMOVE" } else { "," }, quoted(label));
    }
    text
}

fn drop_text(definition: &Definition) -> String {
    let what = if definition.rule.is_constraint() { "CONSTRAINT" } else { "INDEX" };
    format!("DROP {what} `{}`;\n", definition.name.replace('`', "``"))
}
