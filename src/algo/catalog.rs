//! What the catalog knows: names in use, what is connected with what, and the procedures themselves.

use std::collections::{BTreeMap, HashMap};

use super::steps::Steps;
use super::{Call, Columns, Parameter, Procedure, Result, all};
use crate::model::definition::{Definition, Rule, Subject};
use crate::model::{Column, Direction, EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Str, Value};

/// A row for each name, sorted.
fn names<'v>(names: impl Iterator<Item = &'v str>) -> Columns {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    vec![Column::String(names.into_iter().map(|name| Str::from(name.to_owned())).collect())]
}

/// A row of so many values for each of these.
fn table<T, const N: usize>(of: impl IntoIterator<Item = T>, row: impl Fn(T) -> [Value<'static>; N]) -> Columns {
    Column::of_rows(of.into_iter().map(|one| row(one).to_vec()).collect(), N)
}

/// `db.labels() YIELD label`
pub(super) fn labels(call: &Call<'_, '_>, _: &mut Steps<'_>) -> Result<Columns> {
    let view = call.view;
    let used = (0..view.label_count() as u32).map(LabelId).filter(|label| view.nodes_with_label(*label) > 0);
    Ok(names(used.map(|label| view.label_name(label))))
}

/// `db.relationshipTypes() YIELD relationshipType`
pub(super) fn relationship_types(call: &Call<'_, '_>, _: &mut Steps<'_>) -> Result<Columns> {
    let view = call.view;
    let types = (0..view.edge_type_count() as u32).map(EdgeTypeId);
    let used = types.filter(|edge_type| view.edges_with_type(*edge_type) > 0);
    Ok(names(used.map(|edge_type| view.edge_type_name(edge_type))))
}

/// `db.propertyKeys() YIELD propertyKey`
///
/// The catalog does not count keys, so properties are read until every key has been met.
pub(super) fn property_keys(call: &Call<'_, '_>, steps: &mut Steps<'_>) -> Result<Columns> {
    let view = call.view;
    let mut used = vec![false; view.key_count()];
    let mut unseen = used.len();
    let mut meet = |properties: Vec<(KeyId, Value<'_>)>| {
        for (key, _) in properties {
            if let Some(used) = used.get_mut(key.index()).filter(|used| !**used) {
                *used = true;
                unseen -= 1;
            }
        }
        unseen == 0
    };
    let mut done = meet(Vec::new());
    for node in (0..view.node_bound() as u32).map(NodeId).filter(|node| view.contains_node(*node)) {
        if done {
            break;
        }
        steps.take(1)?;
        done = meet(view.node_properties(node));
    }
    for edge in (0..view.edge_bound() as u32).map(EdgeId).filter(|edge| view.contains_edge(*edge)) {
        if done {
            break;
        }
        steps.take(1)?;
        done = meet(view.edge_properties(edge));
    }
    let used = used.into_iter().zip(0..).filter(|(used, _)| *used);
    Ok(names(used.map(|(_, key)| view.key_name(KeyId(key)))))
}

/// `db.schema() YIELD source, type, target, count`
///
/// A node with several labels counts for each of them; one without any has the label null.
pub(super) fn schema(call: &Call<'_, '_>, steps: &mut Steps<'_>) -> Result<Columns> {
    let view = call.view;
    // Few sets of labels serve many nodes: edges are counted by set, and the sets spelt out at the end.
    let mut sets: HashMap<Vec<LabelId>, u32> = HashMap::new();
    let mut set_of = Vec::with_capacity(view.node_bound());
    // Also of nodes that are gone: their places count, and no edge ends at them.
    for node in (0..view.node_bound() as u32).map(NodeId) {
        steps.take(1)?;
        let next = sets.len() as u32;
        set_of.push(*sets.entry(view.node_labels(node)).or_insert(next));
    }
    let mut spelt: Vec<Vec<Option<&str>>> = vec![Vec::new(); sets.len()];
    for (labels, set) in &sets {
        spelt[*set as usize] = match labels.as_slice() {
            [] => vec![None],
            labels => labels.iter().map(|label| Some(view.label_name(*label))).collect(),
        };
    }
    let mut counts: BTreeMap<(Option<&str>, &str, Option<&str>), i64> = BTreeMap::new();
    for edge_type in (0..view.edge_type_count() as u32).map(EdgeTypeId) {
        let mut pairs: HashMap<(u32, u32), i64> = HashMap::new();
        for (node, source) in (0..).map(NodeId).zip(&set_of) {
            let mut taken = 1;
            view.neighbours(node, Direction::Out, Some(&[edge_type]), |_, target| {
                taken += 1;
                if let Some(target) = set_of.get(target.index()) {
                    *pairs.entry((*source, *target)).or_default() += 1;
                }
            });
            steps.take(taken)?;
        }
        let name = view.edge_type_name(edge_type);
        for ((source, target), count) in pairs {
            for source in &spelt[source as usize] {
                for target in &spelt[target as usize] {
                    *counts.entry((*source, name, *target)).or_default() += count;
                }
            }
        }
    }
    let text = |name: Option<&str>| name.map_or(Value::Null, |name| Value::from(name.to_owned()));
    let row =
        |((source, edge_type, target), count)| [text(source), text(Some(edge_type)), text(target), Value::Int(count)];
    Ok(table(counts, row))
}

/// `db.indexes() YIELD name, entityType, labelsOrTypes, properties, owningConstraint`
pub(super) fn indexes(call: &Call<'_, '_>, _: &mut Steps<'_>) -> Result<Columns> {
    let row = |index: Definition| {
        let owner = if index.rule.is_constraint() { Value::from(index.name.clone()) } else { Value::Null };
        let [entity, of, keys] = about(&index);
        [Value::from(index.name), entity, of, keys, owner]
    };
    Ok(table(call.view.indexes(), row))
}

/// `db.constraints() YIELD name, type, entityType, labelsOrTypes, properties, ownedIndex`
pub(super) fn constraints(call: &Call<'_, '_>, _: &mut Steps<'_>) -> Result<Columns> {
    let row = |constraint: Definition| {
        let kind = match (constraint.rule, &constraint.subject) {
            (Rule::Key, _) => "NODE_KEY",
            (Rule::NotNull, Subject::Nodes(_)) => "NODE_PROPERTY_EXISTENCE",
            (Rule::NotNull, Subject::Edges(_)) => "RELATIONSHIP_PROPERTY_EXISTENCE",
            (Rule::Unique | Rule::Index, _) => "UNIQUENESS",
        };
        let index = if constraint.rule.is_unique() { Value::from(constraint.name.clone()) } else { Value::Null };
        let [entity, of, keys] = about(&constraint);
        [Value::from(constraint.name), Value::from(kind), entity, of, keys, index]
    };
    Ok(table(call.view.constraints(), row))
}

/// Entity type, labels or types, properties.
fn about(definition: &Definition) -> [Value<'static>; 3] {
    let (entity, of) = match &definition.subject {
        Subject::Nodes(label) => ("NODE", label),
        Subject::Edges(edge_type) => ("RELATIONSHIP", edge_type),
    };
    let keys = definition.keys.iter().map(|key| Value::from(key.clone())).collect();
    [Value::from(entity), Value::list(vec![Value::from(of.clone())]), Value::list(keys)]
}

/// `db.procedures() YIELD name, signature, description`
pub(super) fn procedures(_: &Call<'_, '_>, _: &mut Steps<'_>) -> Result<Columns> {
    let row = |procedure: &Procedure| {
        [Value::from(procedure.name), Value::from(procedure.signature()), Value::from(description(procedure))]
    };
    Ok(table(all(), row))
}

/// What it does, and what its map of settings may hold.
fn description(procedure: &Procedure) -> String {
    if procedure.settings.is_empty() {
        return procedure.text.to_owned();
    }
    let setting = |setting: &Parameter| match &setting.default {
        Some(Value::String(text)) => format!("{} ('{}')", setting.name, text.as_str()),
        Some(Value::Int(number)) => format!("{} ({number})", setting.name),
        Some(Value::Float(number)) => format!("{} ({number})", setting.name),
        _ => setting.name.to_owned(),
    };
    let settings: Vec<String> = procedure.settings.iter().map(setting).collect();
    format!("{} Settings, with their defaults: {}.", procedure.text, settings.join(", "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::algo::testing::{EMPTY, rows, view};
    use crate::model::{Direction, NodeId, Value};
    use crate::store::View;

    fn texts(rows: Vec<Vec<Value<'static>>>) -> Vec<String> {
        let cell = |value: Value<'static>| match value {
            Value::String(text) => text.as_str().to_owned(),
            Value::Int(count) => count.to_string(),
            other => format!("{other:?}").to_lowercase(),
        };
        rows.into_iter().map(|row| row.into_iter().map(cell).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn names_in_use() {
        let view = view(3, &[(0, 1, 1.0), (0, 2, 1.0)]);
        assert_eq!(texts(rows(&view, "db.labels", &[])), ["Even", "Node"]);
        assert_eq!(texts(rows(&view, "db.relationshipTypes", &[])), ["LINK", "OTHER"]);
        assert_eq!(texts(rows(&view, "db.propertyKeys", &[])), ["latitude", "longitude", "text", "w"]);
        for name in ["db.labels", "db.relationshipTypes", "db.propertyKeys", "db.schema"] {
            assert!(rows(&View::new(&EMPTY), name, &[]).is_empty(), "{name}");
        }
    }

    #[test]
    fn what_is_gone_is_not_read() {
        let mut view = view(4, &[(0, 1, 1.0), (2, 3, 1.0), (3, 2, 1.0)]);
        let late = view.create_node(&["Late"], vec![("late", Value::Int(1))]).unwrap();
        let edge = view.create_edge(late, "LATE", NodeId(3), vec![("since", Value::Int(1))]).unwrap();
        for node in [0, 1] {
            let mut edges = Vec::new();
            view.neighbours(NodeId(node), Direction::Both, None, |edge, _| edges.push(edge));
            edges.into_iter().for_each(|edge| assert!(view.delete_edge(edge)));
            assert!(view.delete_node(NodeId(node)).unwrap());
        }
        let keys = ["late", "latitude", "longitude", "since", "text", "w"];
        assert_eq!(texts(rows(&view, "db.propertyKeys", &[])), keys);
        assert!(texts(rows(&view, "db.schema", &[])).contains(&"Late LATE Node 1".to_owned()));
        let components = rows(&view, "algo.weaklyConnectedComponents", &[]);
        let parts: Vec<_> = components.iter().map(|row| (row[0].clone(), row[1].clone())).collect();
        let part = |node| (Value::Node(NodeId(node)), Value::Int(0));
        assert_eq!(parts, [part(2), part(3), part(late.0)]);
        view.delete_edge(edge);
        assert!(texts(rows(&view, "db.propertyKeys", &[])).iter().all(|key| key != "since"));
    }

    #[test]
    fn what_is_connected() {
        let mut view = view(3, &[(0, 1, 1.0), (0, 2, 1.0), (1, 2, 1.0)]);
        let bare = view.create_node(&[], vec![]).unwrap();
        view.create_edge(bare, "LINK", bare, vec![]).unwrap();
        assert_eq!(
            texts(rows(&view, "db.schema", &[])),
            [
                "null LINK null 1",
                "Even LINK Node 1",
                "Even OTHER Even 1",
                "Even OTHER Node 1",
                "Node LINK Even 1",
                "Node LINK Node 2",
                "Node OTHER Even 1",
                "Node OTHER Node 1",
            ]
        );
    }

    #[test]
    fn procedures_describe_themselves() {
        let all = texts(rows(&view(0, &[]), "db.procedures", &[]));
        assert_eq!(all.len(), crate::algo::all().len());
        assert!(all.iter().any(|row| row
            == "algo.kCore algo.kCore(config = null :: MAP) :: (node :: NODE, core :: INTEGER) The largest k such \
                that each node belongs to a part where everybody has k neighbours. Settings, with their defaults: \
                labels, types."));
    }
}
