//! The names of a graph's nodes, for the reader of sentences.

use crate::lang::ask;
use crate::model::schema::NodeType;
use crate::model::{KeyId, LabelId, NodeId, Value};
use crate::store::View;

/// Names as the view holds them: by index where there is one, else by looking at every node of the type.
pub(super) struct Names<'v, 'g>(pub(super) &'v View<'g>);

impl Names<'_, '_> {
    fn find(&self, node_type: &NodeType, key: &str, value: &str) -> Option<NodeId> {
        let (label, key) = (self.0.label_id(&node_type.label)?, self.0.key_id(key)?);
        let wanted = Value::string(value.to_owned());
        match self.0.seek(label, key, &wanted) {
            Some(nodes) => nodes.first().copied(),
            None => self.nodes(label).find(|node| self.0.node_property(*node, key) == wanted),
        }
    }

    fn nodes(&self, label: LabelId) -> impl Iterator<Item = NodeId> {
        self.0.scan(|labels| labels.contains(&label)).into_iter().flatten().map(NodeId)
    }

    fn name(&self, node_type: &NodeType) -> Option<(LabelId, KeyId)> {
        Some((self.0.label_id(&node_type.label)?, self.0.key_id(&node_type.name)?))
    }
}

impl ask::Names for Names<'_, '_> {
    fn has(&self, node_type: &NodeType, name: &str) -> bool {
        self.find(node_type, &node_type.name, name).is_some()
    }

    fn keyed(&self, node_type: &NodeType, key: &str) -> Option<String> {
        let node = self.find(node_type, &node_type.key, key)?;
        match self.0.node_property(node, self.name(node_type)?.1) {
            Value::String(name) => Some(name.as_str().to_owned()),
            _ => None,
        }
    }

    fn others(&self, node_type: &NodeType, found: &mut dyn FnMut(&str, &str)) {
        let other = node_type.other_names.as_ref().and_then(|key| self.0.key_id(key));
        let (Some((label, name)), Some(other)) = (self.name(node_type), other) else { return };
        for node in self.nodes(label) {
            let Value::List(others) = self.0.node_property(node, other) else { continue };
            let mut own = None;
            for text in others.iter() {
                if let Value::String(text) = text
                    && let Value::String(name) = own.get_or_insert_with(|| self.0.node_property(node, name))
                {
                    found(text, name);
                }
            }
        }
    }

    fn each(&self, node_type: &NodeType, found: &mut dyn FnMut(&str)) {
        let Some((label, key)) = self.name(node_type) else { return };
        for node in self.nodes(label) {
            if let Value::String(name) = self.0.node_property(node, key) {
                found(&name);
            }
        }
    }
}
