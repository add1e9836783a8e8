//! Whether what changed is as the graph's schema declares it: types, relations and their ends, properties.
//!
//! A graph without a schema takes anything. With one, a write is held against it when its statement ends, as a text
//! source is when it is built.

use super::View;
use crate::model::schema::{NodeType, PropertyRules};
use crate::model::{Direction, EdgeId, NodeId, Schema, Value};
use crate::store::{Error, Mark, conform};

impl<'g> View<'g> {
    /// Whether what came or was altered since the mark is as the schema declares it; always, when there is none.
    ///
    /// # Errors
    ///
    /// [`Error::OffSchema`] with the first thing that is not.
    pub fn check_schema(&self, mark: Mark) -> Result<(), Error> {
        let Some(schema) = self.schema() else { return Ok(()) };
        let (nodes, mut edges) = self.changes.touched(mark);
        for node in nodes.into_iter().filter(|node| self.contains_node(*node)) {
            self.check_node_type(schema, node)?;
            // Its labels may have changed, and with them what its edges may be.
            self.neighbours(node, Direction::Both, None, |edge, _| edges.push(edge));
        }
        edges.sort_unstable();
        edges.dedup();
        edges
            .into_iter()
            .filter(|edge| self.contains_edge(*edge))
            .try_for_each(|edge| self.check_relation(schema, edge))
    }

    /// Whether all of the graph is as its schema declares and its constraints demand.
    ///
    /// # Errors
    ///
    /// [`Error::OffSchema`] or [`Error::Violated`] with the first thing that is not.
    pub fn check_everything(&self) -> Result<(), Error> {
        self.check_all_constraints()?;
        let Some(schema) = self.schema() else { return Ok(()) };
        for node in self.scan(|_| true).into_iter().flatten().map(NodeId) {
            self.check_node_type(schema, node)?;
        }
        let mut off = Ok(());
        self.edges(None, |edge, _, _| {
            if off.is_ok() {
                off = self.check_relation(schema, edge);
            }
        });
        off
    }

    fn check_node_type(&self, schema: &Schema, node: NodeId) -> Result<(), Error> {
        let labels = self.node_labels(node);
        if labels.is_empty() {
            return Err(off(conform::LABELLESS.to_owned()));
        }
        for label in labels {
            let name = self.label_name(label);
            let node_type = conform::node_type(schema, name).map_err(off)?;
            self.check_unique(node_type, node)?;
            let properties = self.named(self.node_properties(node));
            check_properties(schema, &node_type.rules, &format!("`{name}`"), &properties)
                .map_err(|message| which(message, self.named_by(node_type, node)))?;
        }
        Ok(())
    }

    /// A node's key and name are its own within the type.
    fn check_unique(&self, node_type: &NodeType, node: NodeId) -> Result<(), Error> {
        let Some(label) = self.label_id(&node_type.label) else { return Ok(()) };
        let name = (!node_type.homonyms).then_some(&node_type.name);
        for key in std::iter::once(&node_type.key).chain(name) {
            let Some(id) = self.key_id(key) else { continue };
            let value = self.node_property(node, id);
            if let (Value::String(text), Some(2..)) = (&value, self.seek(label, id, &value).map(|found| found.len())) {
                return Err(off(conform::repeated(&node_type.label, key, text)));
            }
        }
        Ok(())
    }

    fn check_relation(&self, schema: &Schema, id: EdgeId) -> Result<(), Error> {
        let Some(edge) = self.edge(id) else { return Ok(()) };
        let name = self.edge_type_name(edge.edge_type);
        let relation = conform::relation(schema, name).map_err(off)?;
        // Only an error is told where it is.
        let place = || {
            let end = |node: NodeId| {
                let labels = self.node_labels(node);
                let mut types = labels.iter().filter_map(|label| schema.node_type(self.label_name(*label)));
                types.find_map(|node_type| self.named_by(node_type, node))
            };
            Some(format!("from {} to {}", end(edge.source)?, end(edge.target)?))
        };
        for (node, side) in [(edge.source, Direction::Out), (edge.target, Direction::In)] {
            let labels = self.node_labels(node);
            let labels: Vec<&str> = labels.iter().map(|label| self.label_name(*label)).collect();
            conform::end(relation, side, &labels).map_err(|message| which(message, place()))?;
        }
        check_properties(schema, &relation.rules, &format!("`{name}`"), &self.named(self.edge_properties(id)))
            .map_err(|message| which(message, place()))
    }

    /// What a node's type identifies it by, and by what: "id `python`".
    fn named_by(&self, node_type: &NodeType, node: NodeId) -> Option<String> {
        let key = self.key_id(&node_type.key)?;
        match self.node_property(node, key) {
            Value::String(text) => Some(format!("{} `{}`", node_type.key, text.as_str())),
            Value::Int(number) => Some(format!("{} {number}", node_type.key)),
            _ => None,
        }
    }

    fn named(&self, properties: Vec<(crate::model::KeyId, Value<'g>)>) -> Vec<(&str, Value<'g>)> {
        properties.into_iter().map(|(key, value)| (self.key_name(key), value)).collect()
    }
}

fn check_properties(
    schema: &Schema,
    rules: &PropertyRules,
    owner: &str,
    properties: &[(&str, Value<'_>)],
) -> Result<(), String> {
    properties.iter().try_for_each(|(key, value)| conform::property(schema, rules, owner, key, value))?;
    let given = |name: &str| properties.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
    conform::needed(rules, owner, given)
}

/// The error with which node or edge it is about.
fn which(message: String, place: Option<String>) -> Error {
    off(place.map_or(message.clone(), |place| format!("{message} ({place})")))
}

fn off(message: String) -> Error {
    Error::OffSchema(message)
}
