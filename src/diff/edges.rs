//! Which edges of two graphs are the same: those of a type between the same nodes. Among parallel ones the equal are
//! paired first, then the others in order.

use rustc_hash::FxHashMap;

use super::{Diff, EdgeChange, edge_properties, properties};
use crate::model::{EdgeId, NodeId};
use crate::store::View;

/// Ends in the first graph, and the type.
type Place<'v> = (NodeId, &'v str, NodeId);

/// Notes the edges that came, went and changed.
pub(super) fn compare(a: &View<'_>, b: &View<'_>, diff: &mut Diff) {
    let mut places: FxHashMap<Place<'_>, [Vec<EdgeId>; 2]> = FxHashMap::default();
    let pairs = &diff.pairs;
    a.edges(None, |edge, source, target| {
        if !pairs.forth.contains_key(&source) || !pairs.forth.contains_key(&target) {
            diff.edges_removed.push(edge);
            return;
        }
        let Some(ends) = a.edge(edge) else { return };
        places.entry((source, a.edge_type_name(ends.edge_type), target)).or_default()[0].push(edge);
    });
    b.edges(None, |edge, source, target| {
        let (Some(source), Some(target)) = (pairs.back.get(&source), pairs.back.get(&target)) else {
            diff.edges_added.push(edge);
            return;
        };
        let Some(ends) = b.edge(edge) else { return };
        places.entry((*source, b.edge_type_name(ends.edge_type), *target)).or_default()[1].push(edge);
    });
    for [mut old, mut new] in places.into_values() {
        old.retain(|old| {
            let differ = |new: EdgeId| properties(edge_properties(a, *old), edge_properties(b, new));
            let equal = new.iter().position(|new| differ(*new).is_empty());
            equal.map(|place| new.remove(place)).is_none()
        });
        let paired = old.len().min(new.len());
        for (old, new) in old.drain(..paired).zip(new.drain(..paired)) {
            let properties = properties(edge_properties(a, old), edge_properties(b, new));
            diff.edges_changed.push(EdgeChange { old, new, properties });
        }
        diff.edges_removed.extend(old);
        diff.edges_added.extend(new);
    }
}
