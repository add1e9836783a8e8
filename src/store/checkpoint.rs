//! A view as a snapshot of its own, to be written or to be added to: all that it shows, its indexes and constraints among it.

use super::{Builder, Error, View};
use crate::model::{NodeId, Value};

/// A builder with what the view declares: schema, indexes and constraints, and no nodes yet.
fn declared(view: &View<'_>) -> Builder {
    let mut builder = Builder::new();
    if let Some(schema) = view.schema() {
        builder.schema(schema.clone());
    }
    for (label, key) in view.own_indexes() {
        builder.index(view.label_name(label), view.key_name(key));
    }
    let own = view.own_indexes().count();
    let indexes = view.indexes().into_iter().skip(own).filter(|index| !index.rule.is_constraint());
    indexes.chain(view.constraints()).for_each(|definition| builder.define(definition));
    builder
}

/// A builder that holds what the view shows. Ids are new: nodes with the same labels stand together.
pub(crate) fn builder(view: &View<'_>) -> Result<Builder, Error> {
    let mut builder = declared(view);
    let mut built: Vec<NodeId> = vec![NodeId(u32::MAX); view.node_bound()];
    for node in view.scan(|_| true).into_iter().flatten().map(NodeId) {
        let labels = view.node_labels(node);
        let labels: Vec<&str> = labels.iter().map(|label| view.label_name(*label)).collect();
        let properties = view.node_properties(node);
        let properties = properties.into_iter().map(|(key, value)| (view.key_name(key), value));
        if let Some(place) = built.get_mut(node.index()) {
            *place = builder.node(&labels, properties.collect::<Vec<(&str, Value<'_>)>>());
        }
    }
    let place = |node: NodeId| built.get(node.index()).copied().unwrap_or(NodeId(u32::MAX));
    view.edges(None, |id, source, target| {
        let Some(edge) = view.edge(id) else { return };
        let properties = view.edge_properties(id);
        let properties = properties.into_iter().map(|(key, value)| (view.key_name(key), value)).collect();
        builder.edge(place(source), view.edge_type_name(edge.edge_type), place(target), properties);
    });
    // A read that met damage would be written down as an absence.
    view.health()?;
    Ok(builder)
}

/// The bytes of a file that holds what the view shows. Ids are new: nodes with the same labels stand together.
///
/// # Errors
///
/// [`Error::Corrupt`] when a read met damage, [`Error::TooLarge`] as with [`Builder::finish`].
pub fn bytes(view: &View<'_>) -> Result<Vec<u8>, Error> {
    builder(view)?.finish()
}
