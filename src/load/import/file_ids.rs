//! Nodes and edges of formats whose ids mean something within their file only.
//!
//! A node of a type that the schema declares is known by its key there, so that the same import again finds it. Edges
//! name their ends by the file's ids; those of such nodes are remembered until the file ends.

use rustc_hash::FxHashMap;

use super::{Edge, Intake, Node, Place, Space, SpaceId, Stop};
use crate::model::Value;

/// Properties as a record tells them.
pub(super) type Properties = Vec<(String, Value<'static>)>;

/// The ids of a file.
pub(super) struct Ids {
    space: SpaceId,
    /// Ids of nodes that are known by a declared key.
    keyed: FxHashMap<Box<str>, (SpaceId, Value<'static>)>,
}

impl Ids {
    /// Ids of this file; `kept` is the property that keeps them, if any does.
    pub(super) fn new(name: &str, kept: Option<&str>, intake: &mut Intake) -> Self {
        Ids { space: intake.space(Space::Named { name, key: kept }), keyed: FxHashMap::default() }
    }

    /// Takes a node.
    pub(super) fn node(
        &mut self,
        place: Place,
        id: Option<&str>,
        labels: &[&str],
        properties: &Properties,
        intake: &mut Intake,
    ) -> Result<(), Stop> {
        let known = declared(labels, properties, intake);
        let identity = match (known, id) {
            (Some((label, key, value)), id) => {
                let space = intake.space(Space::Key { label: &label, key: &key });
                if let Some(id) = id {
                    self.keyed.insert(id.into(), (space, value.clone()));
                }
                Some((space, value))
            }
            (None, Some(id)) => Some((self.space, Value::string(id.to_owned()))),
            (None, None) => None,
        };
        let mut node = Node::new(labels);
        if let Some((space, value)) = identity {
            node = node.identity(space, value);
        }
        for (key, value) in properties {
            node = node.property(key, value.clone());
        }
        intake.node(place, &node)
    }

    /// Takes an edge between nodes that stand before it, or come later when they have no declared key.
    pub(super) fn edge(
        &self,
        place: Place,
        edge_type: &str,
        ends: [&str; 2],
        properties: &Properties,
        intake: &mut Intake,
    ) -> Result<(), Stop> {
        let [from, to] = ends.map(|id| match self.keyed.get(id) {
            Some((space, value)) => (*space, value.clone()),
            None => (self.space, Value::string(id.to_owned())),
        });
        let mut edge = Edge::new(edge_type, from, to);
        for (key, value) in properties {
            edge = edge.property(key, value.clone());
        }
        intake.edge(place, &edge)
    }
}

/// The label and key by which the schema knows such a node, and its value.
fn declared(labels: &[&str], properties: &Properties, intake: &Intake) -> Option<(String, String, Value<'static>)> {
    let schema = intake.declared()?;
    labels.iter().find_map(|label| {
        let node_type = schema.node_type(label)?;
        let (_, value) = properties.iter().find(|(key, _)| *key == node_type.key)?;
        matches!(value, Value::String(text) if !text.is_empty())
            .then(|| (node_type.label.clone(), node_type.key.clone(), value.clone()))
    })
}
