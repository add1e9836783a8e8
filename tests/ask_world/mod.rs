//! A graph's schema and names, as sentences need them, read from a snapshot built of its text.

use std::path::Path;

use kenning::lang::ask::Names;
use kenning::load;
use kenning::model::schema::NodeType;
use kenning::model::{Schema, Value};
use kenning::store::{Snapshot, View};

/// A graph in memory.
pub(crate) struct World {
    pub(crate) schema: Schema,
    snapshot: Snapshot,
}

impl World {
    pub(crate) fn read(dir: &Path) -> Self {
        let bytes = load::text(dir).unwrap_or_else(|errors| panic!("{errors}"));
        let snapshot = Snapshot::from_bytes(&bytes).unwrap();
        World { schema: View::new(&snapshot).schema().unwrap().clone(), snapshot }
    }

    /// The nodes of this type whose property has this value.
    fn with(&self, node_type: &NodeType, property: &str, value: &str) -> Option<Vec<kenning::model::NodeId>> {
        let view = View::new(&self.snapshot);
        view.seek(view.label_id(&node_type.label)?, view.key_id(property)?, &Value::string(value))
    }
}

impl Names for World {
    fn has(&self, node_type: &NodeType, name: &str) -> bool {
        self.with(node_type, &node_type.name, name).is_some_and(|nodes| !nodes.is_empty())
    }

    fn keyed(&self, node_type: &NodeType, key: &str) -> Option<String> {
        let view = View::new(&self.snapshot);
        let node = *self.with(node_type, &node_type.key, key)?.first()?;
        match view.node_property(node, view.key_id(&node_type.name)?) {
            Value::String(name) => Some(name.as_str().to_owned()),
            _ => None,
        }
    }

    fn others(&self, node_type: &NodeType, found: &mut dyn FnMut(&str, &str)) {
        let view = View::new(&self.snapshot);
        let other = node_type.other_names.as_ref().and_then(|key| view.key_id(key));
        let (Some(label), Some(key), Some(other)) =
            (view.label_id(&node_type.label), view.key_id(&node_type.name), other)
        else {
            return;
        };
        for node in view.scan(|labels| labels.contains(&label)).into_iter().flatten().map(kenning::model::NodeId) {
            if let (Value::List(others), Value::String(name)) =
                (view.node_property(node, other), view.node_property(node, key))
            {
                for other in others.iter() {
                    if let Value::String(other) = other {
                        found(other, &name);
                    }
                }
            }
        }
    }

    fn each(&self, node_type: &NodeType, found: &mut dyn FnMut(&str)) {
        let view = View::new(&self.snapshot);
        let (Some(label), Some(key)) = (view.label_id(&node_type.label), view.key_id(&node_type.name)) else { return };
        for node in view.scan(|labels| labels.contains(&label)).into_iter().flatten() {
            if let Value::String(name) = view.node_property(kenning::model::NodeId(node), key) {
                found(name.as_str());
            }
        }
    }
}
