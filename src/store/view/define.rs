//! Indexes and constraints of a view: which there are, making and dropping them, and whether the constraints hold.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use super::View;
use crate::model::definition::{Change, Definition, Rule, Subject};
use crate::model::value::Key;
use crate::model::{EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Value};
use crate::store::constraint::{self, Constraint, missing, repeated};
use crate::store::index::{Index, Sorted};
use crate::store::order::{compare, equals_something, first_difference};
use crate::store::{Changes, Error, Mark};

/// Reads.
impl<'g> View<'g> {
    /// Every index: those that came with the graph first, then as they were defined. One that a constraint keeps has the
    /// constraint's name and rule.
    pub fn indexes(&self) -> Vec<Definition> {
        let own = self.own_indexes().map(|(label, key)| {
            let subject = Subject::Nodes(self.label_name(label).to_owned());
            Definition::named(None, subject, vec![self.key_name(key).to_owned()], Rule::Index)
        });
        let defined = self.changes.indexes().iter().filter_map(|index| index.definition.as_deref().cloned());
        own.chain(defined).collect()
    }

    /// The indexes that came with the graph and that no statement defined, neither before the snapshot nor since.
    pub fn own_indexes(&self) -> impl Iterator<Item = (LabelId, KeyId)> {
        let defined = |label: LabelId, key: KeyId| {
            let same = |definition: &Definition| {
                matches!(&definition.subject, Subject::Nodes(name) if name == self.label_name(label))
                    && definition.keys.len() == 1
                    && definition.keys[0] == self.key_name(key)
            };
            self.base.definitions().iter().any(same)
        };
        self.base.indexes().filter(move |(label, key)| !defined(*label, *key))
    }

    /// Every constraint, as they were defined.
    pub fn constraints(&self) -> Vec<Definition> {
        self.changes.constraints.iter().map(|constraint| (*constraint.definition).clone()).collect()
    }

    /// Whether [`View::seek`] answers for this label and key.
    pub fn has_index(&self, label: LabelId, key: KeyId) -> bool {
        self.base.has_index(label, key) || self.index(label, &[key]).is_some()
    }

    /// The index with the most keys among these, and how many nodes it finds for one set of values on average.
    pub fn best_index(&self, label: LabelId, keys: &[KeyId]) -> Option<(Vec<KeyId>, f64)> {
        let all = self.nodes_with_label(label) as f64;
        let fits = |index: &&Index| index.label == label && index.keys.iter().all(|key| keys.contains(key));
        let defined = self.changes.indexes().iter().filter(fits).map(|index| {
            let distinct = match (index.base.get(), index.keys.as_ref()) {
                (Some(Some(sorted)), _) => sorted.distinct,
                (_, [key]) if self.base.has_index(label, *key) => {
                    self.base.distinct_values(label, *key).unwrap_or_default() as usize
                }
                // Nobody has looked yet; whoever makes an index expects it to tell nodes apart.
                _ => all as usize,
            };
            (index.keys.to_vec(), all / (distinct + index.distinct_changed()).max(1) as f64)
        });
        let own = keys
            .iter()
            .filter(|key| self.base.has_index(label, **key))
            .map(|key| (vec![*key], all / self.base.distinct_values(label, *key).unwrap_or_default().max(1) as f64));
        // The more keys the better; among as many, the one that finds less.
        defined.chain(own).min_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.1.total_cmp(&b.1)))
    }

    /// The nodes with the label whose property equals the value (openCypher's `=`, so `1` finds `1.0`), ascending;
    /// none when there is no such index.
    pub fn seek(&self, label: LabelId, key: KeyId, value: &Value<'_>) -> Option<Vec<NodeId>> {
        self.seek_all(label, &[key], std::slice::from_ref(value))
    }

    /// As [`View::seek`], with a value for each of an index's keys, in the index's order.
    pub fn seek_all(&self, label: LabelId, keys: &[KeyId], values: &[Value<'_>]) -> Option<Vec<NodeId>> {
        let index = self.index(label, keys);
        if !values.iter().all(equals_something) {
            return (index.is_some() || matches!(keys, [key] if self.base.has_index(label, *key))).then(Vec::new);
        }
        let sorted = index.and_then(|index| index.base.get_or_init(|| self.sorted(label, keys)).as_ref());
        let mut found = match (sorted, keys, values) {
            (Some(sorted), ..) => self.equal_nodes(&sorted.nodes, keys, values),
            (None, [key], [value]) => self.base.seek(label, *key, value)?,
            (None, ..) => return None,
        };
        if !self.changes.is_empty() {
            found.retain(|node| !self.changes.is_gone_node(*node) && self.changes.altered_node(*node).is_none());
        }
        let changed = index.map(|index| index.changed(values)).unwrap_or_default();
        if !changed.is_empty() {
            found.extend(changed);
            found.sort_unstable();
        }
        Some(found)
    }

    fn index(&self, label: LabelId, keys: &[KeyId]) -> Option<&Index> {
        self.changes.indexes().iter().find(|index| index.label == label && *index.keys == *keys)
    }

    /// The nodes, sorted by what the snapshot has of these keys, that have these values.
    fn equal_nodes(&self, nodes: &[NodeId], keys: &[KeyId], values: &[Value<'_>]) -> Vec<NodeId> {
        let order = |node: NodeId| {
            let parts = keys.iter().zip(values);
            first_difference(parts.map(|(key, value)| compare(&self.base.node_property(node, *key), value)))
        };
        let start = nodes.partition_point(|node| order(*node).is_lt());
        nodes[start..].iter().copied().take_while(|node| order(*node).is_eq()).collect()
    }

    /// The snapshot's nodes in the order of their values; none where the snapshot's own index serves.
    fn sorted(&self, label: LabelId, keys: &[KeyId]) -> Option<Sorted> {
        if matches!(keys, [key] if self.base.has_index(label, *key)) {
            return None;
        }
        let mut runs = Vec::new();
        self.base.scan(|labels| labels.contains(&label), &mut runs);
        let values = |node: u32| {
            let node = NodeId(node);
            let value = |key: &KeyId| Some(self.base.node_property(node, *key)).filter(equals_something);
            keys.iter().map(value).collect::<Option<Vec<Value<'_>>>>().map(|values| (values, node))
        };
        let mut nodes: Vec<(Vec<Value<'_>>, NodeId)> = runs.into_iter().flatten().filter_map(values).collect();
        let order = |a: &[Value<'_>], b: &[Value<'_>]| -> Ordering {
            first_difference(a.iter().zip(b).map(|(a, b)| compare(a, b)))
        };
        nodes.sort_unstable_by(|a, b| order(&a.0, &b.0).then(a.1.cmp(&b.1)));
        let differ = nodes.windows(2).filter(|pair| order(&pair[0].0, &pair[1].0).is_ne()).count();
        let distinct = if nodes.is_empty() { 0 } else { differ + 1 };
        Some(Sorted { nodes: nodes.into_iter().map(|(_, node)| node).collect(), distinct })
    }

    /// Whether every constraint holds for what came or was altered since the mark.
    ///
    /// # Errors
    ///
    /// [`Error::Violated`] with the first that does not.
    pub fn check_constraints(&self, mark: Mark) -> Result<(), Error> {
        if self.changes.constraints.is_empty() {
            return Ok(());
        }
        let (nodes, edges) = self.changes.touched(mark);
        for node in nodes.into_iter().filter(|node| self.contains_node(*node)) {
            for constraint in &self.changes.constraints {
                if matches!(constraint.subject, constraint::Subject::Nodes(label) if self.has_label(node, label)) {
                    self.check_node(node, constraint)?;
                }
            }
        }
        for edge in edges.into_iter().filter(|edge| self.contains_edge(*edge)) {
            let edge_type = self.edge(edge).map(|edge| edge.edge_type);
            for constraint in &self.changes.constraints {
                if matches!(constraint.subject, constraint::Subject::Edges(wanted) if Some(wanted) == edge_type) {
                    self.check_present(constraint.definition.as_ref(), |key| self.edge_property(edge, key))?;
                }
            }
        }
        Ok(())
    }

    /// Whether every constraint holds for the whole graph.
    pub(super) fn check_all_constraints(&self) -> Result<(), Error> {
        self.changes.constraints.iter().try_for_each(|constraint| {
            let definition = constraint.definition.as_ref();
            match &definition.subject {
                Subject::Nodes(label) => self.verify_nodes(definition, self.label_id(label)),
                Subject::Edges(edge_type) => self.verify_edges(definition, self.edge_type_id(edge_type)),
            }
        })
    }

    fn check_node(&self, node: NodeId, constraint: &Constraint) -> Result<(), Error> {
        let definition = constraint.definition.as_ref();
        if matches!(definition.rule, Rule::NotNull | Rule::Key) {
            self.check_present(definition, |key| self.node_property(node, key))?;
        }
        if let (true, constraint::Subject::Nodes(label)) = (definition.rule.is_unique(), constraint.subject) {
            let values: Vec<Value<'_>> = constraint.keys.iter().map(|key| self.node_property(node, *key)).collect();
            if self.seek_all(label, &constraint.keys, &values).is_some_and(|found| found.len() > 1) {
                return Err(Error::Violated(repeated(definition, &values)));
            }
        }
        Ok(())
    }

    fn check_present(&self, definition: &Definition, value: impl Fn(KeyId) -> Value<'g>) -> Result<(), Error> {
        let absent = |key: &&String| self.key_id(key).is_none_or(|key| value(key).is_null());
        match definition.keys.iter().find(absent) {
            Some(key) => Err(Error::Violated(missing(definition, key))),
            None => Ok(()),
        }
    }
}

/// Writes.
impl View<'_> {
    /// Defines or drops an index or a constraint; false when a lenient change had nothing to do.
    ///
    /// # Errors
    ///
    /// [`Error::Undefinable`] when it is there already, or is not there; [`Error::Violated`] when the graph does not
    /// hold what a new constraint demands.
    pub fn define(&mut self, change: &Change) -> Result<bool, Error> {
        match change {
            Change::Create { definition, lenient } => {
                if let Some(old) = self.rival(definition) {
                    return if *lenient { Ok(false) } else { Err(Error::Undefinable(taken(definition, &old))) };
                }
                match &definition.subject {
                    Subject::Nodes(label) => self.verify_nodes(definition, self.label_id(label))?,
                    Subject::Edges(edge_type) => self.verify_edges(definition, self.edge_type_id(edge_type))?,
                }
                self.create(Arc::new(definition.clone()));
                self.write().note(change);
                Ok(true)
            }
            Change::Drop { name, constraint, lenient } => {
                let dropped = self.drop_definition(name, *constraint, *lenient)?;
                if dropped {
                    self.write().note(change);
                }
                Ok(dropped)
            }
        }
    }

    /// What is in the way of a new definition: one of the same name, or one that says the same already.
    fn rival(&self, new: &Definition) -> Option<Definition> {
        let mut all: Vec<Definition> = self.constraints();
        // A constraint may stand on an index that came with the graph.
        let own = self.own_indexes().count();
        let indexes = self.indexes();
        let kept = if new.rule.is_unique() { own } else { 0 };
        all.extend(indexes.into_iter().skip(kept));
        all.into_iter().find(|old| {
            let found = old.rule == Rule::Index || old.rule.is_unique();
            let finds = new.rule == Rule::Index || new.rule.is_unique();
            let same = old.subject == new.subject && old.keys == new.keys;
            old.name == new.name || same && (old.rule == new.rule || found && finds)
        })
    }

    /// Does what [`View::define`] did when the commit was written, without a look at the graph: it held then.
    pub(in crate::store) fn define_again(&mut self, change: &Change) -> Result<(), Error> {
        match change {
            Change::Create { definition, .. } if self.rival(definition).is_none() => {
                self.create(Arc::new(definition.clone()));
                Ok(())
            }
            Change::Create { definition, .. } => Err(Error::Undefinable(format!("`{}` comes twice", definition.name))),
            Change::Drop { name, constraint, .. } => self.drop_definition(name, *constraint, false).map(drop),
        }
    }

    fn create(&mut self, definition: Arc<Definition>) {
        let keys: Vec<KeyId> = definition.keys.iter().map(|key| self.intern_key(key)).collect();
        let subject = match &definition.subject {
            Subject::Nodes(label) => constraint::Subject::Nodes(self.intern_label(label)),
            Subject::Edges(edge_type) => constraint::Subject::Edges(self.intern_edge_type(edge_type)),
        };
        if let (constraint::Subject::Nodes(label), true) = (subject, definition.rule != Rule::NotNull) {
            let index = Index::new(label, &keys, Some(Arc::clone(&definition)));
            self.write().add_index(index);
        }
        if definition.rule.is_constraint() {
            self.write().constraints.push(Constraint { definition, subject, keys });
        }
    }

    /// Whether the nodes with the label are as a new constraint demands.
    fn verify_nodes(&self, definition: &Definition, label: Option<LabelId>) -> Result<(), Error> {
        let Some(label) = label.filter(|_| definition.rule.is_constraint()) else { return Ok(()) };
        let keys: Option<Vec<KeyId>> = definition.keys.iter().map(|key| self.key_id(key)).collect();
        let mut seen: HashSet<Vec<Key<'_>>> = HashSet::new();
        for node in self.scan(|labels| labels.contains(&label)).into_iter().flatten().map(NodeId) {
            if matches!(definition.rule, Rule::NotNull | Rule::Key) {
                self.check_present(definition, |key| self.node_property(node, key))?;
            }
            let Some(keys) = keys.as_ref().filter(|_| definition.rule.is_unique()) else { continue };
            let values: Vec<Value<'_>> = keys.iter().map(|key| self.node_property(node, *key)).collect();
            if values.iter().all(equals_something) && !seen.insert(values.iter().cloned().map(Key).collect()) {
                return Err(Error::Violated(repeated(definition, &values)));
            }
        }
        Ok(())
    }

    fn verify_edges(&self, definition: &Definition, edge_type: Option<EdgeTypeId>) -> Result<(), Error> {
        let Some(edge_type) = edge_type else { return Ok(()) };
        let mut edges: Vec<EdgeId> = Vec::new();
        self.edges(Some(&[edge_type]), |edge, _, _| edges.push(edge));
        edges.into_iter().try_for_each(|edge| self.check_present(definition, |key| self.edge_property(edge, key)))
    }

    fn drop_definition(&mut self, name: &str, constraint: bool, lenient: bool) -> Result<bool, Error> {
        let known = if constraint { self.constraints() } else { self.indexes() };
        let Some(found) = known.iter().find(|definition| definition.name == name) else {
            let what = if constraint { "constraint" } else { "index" };
            return if lenient {
                Ok(false)
            } else {
                let names = known.iter().map(|definition| definition.name.as_str());
                let near =
                    crate::model::nearest(name, names, 1).first().map(|near| format!("; did you mean `{near}`?"));
                Err(Error::Undefinable(format!("there is no {what} `{name}`{}", near.unwrap_or_default())))
            };
        };
        if !constraint && found.rule.is_constraint() {
            return Err(Error::Undefinable(format!("the constraint `{name}` keeps this index; drop the constraint")));
        }
        let defined = self
            .changes
            .indexes()
            .iter()
            .any(|index| index.definition.as_ref().is_some_and(|definition| definition.name == name));
        if !constraint && !defined {
            return Err(Error::Undefinable(format!("`{name}` came with the graph and stays in its file")));
        }
        let changes: &mut Changes = self.write();
        changes.drop_index(name);
        if constraint {
            changes.constraints.retain(|constraint| constraint.definition.name != name);
        }
        Ok(true)
    }
}

/// Why a definition cannot be made.
fn taken(new: &Definition, old: &Definition) -> String {
    let kind = if old.rule.is_constraint() { "constraint" } else { "index" };
    match old.name == new.name {
        true => format!("there is a definition `{}` already, on {old}", old.name),
        false => format!("the {kind} `{}` on {old} is there already", old.name),
    }
}
