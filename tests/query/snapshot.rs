//! A snapshot of any view, so that a graph made by statements can be mapped.

use kenning::model::{NodeId, Value};
use kenning::store::{Builder, Error, View};
use std::collections::HashMap;

/// The bytes of a snapshot that holds what the view shows.
///
/// # Errors
///
/// The builder's.
pub fn of(view: &View<'_>) -> Result<Vec<u8>, Error> {
    let mut builder = Builder::new();
    if let Some(schema) = view.schema() {
        builder.schema(schema.clone());
    }
    let mut built = HashMap::new();
    for node in view.scan(|_| true).into_iter().flatten().map(NodeId) {
        let labels: Vec<_> = view.node_labels(node).into_iter().map(|label| view.label_name(label)).collect();
        let properties = view.node_properties(node);
        let properties: Vec<(&str, Value<'_>)> = properties.into_iter().map(|(k, v)| (view.key_name(k), v)).collect();
        built.insert(node, builder.node(&labels, properties));
    }
    view.edges(None, |edge, source, target| {
        let Some(ends) = view.edge(edge) else { return };
        let properties = view.edge_properties(edge);
        let properties = properties.into_iter().map(|(k, v)| (view.key_name(k), v)).collect();
        builder.edge(built[&source], view.edge_type_name(ends.edge_type), built[&target], properties);
    });
    builder.finish()
}
