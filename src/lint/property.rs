//! Properties that the schema requires, always or because of another one's value.

use super::{Code, Finding, about_edge, about_node, listed, nodes};
use crate::model::schema::PropertyRules;
use crate::model::{EdgeId, Value};
use crate::store::View;

pub(super) fn find(view: &View<'_>, findings: &mut Vec<Finding>) {
    let Some(schema) = view.schema() else { return };
    for node in nodes(view) {
        for label in view.node_labels(node) {
            let Some(node_type) = schema.node_type(view.label_name(label)) else { continue };
            let value = |key: &str| view.key_id(key).map_or(Value::Null, |key| view.node_property(node, key));
            let message = missing(&node_type.rules, value);
            findings.extend(message.map(|message| about_node(view, Code::MissingProperty, node, message)));
        }
    }
    for relation in &schema.relations {
        let Some(edge_type) = view.edge_type_id(&relation.edge_type) else { continue };
        let mut poor: Vec<(EdgeId, String)> = Vec::new();
        view.edges(Some(&[edge_type]), |edge, _, _| {
            let value = |key: &str| view.key_id(key).map_or(Value::Null, |key| view.edge_property(edge, key));
            poor.extend(missing(&relation.rules, value).map(|message| (edge, message)));
        });
        let about = |(edge, message)| about_edge(view, Code::MissingProperty, edge, message);
        findings.extend(poor.into_iter().filter_map(about));
    }
}

fn missing<'g>(rules: &PropertyRules, value: impl Fn(&str) -> Value<'g>) -> Option<String> {
    let always = rules.required.iter().map(String::as_str);
    let holds = |key: &str, wanted: &str| matches!(value(key), Value::String(text) if text.as_str() == wanted);
    let because = rules.when.iter().filter(|when| holds(&when.key, &when.value));
    let because = because.flat_map(|when| when.required.iter().map(String::as_str));
    let mut names: Vec<&str> = always.chain(because).filter(|key| value(key).is_null()).collect();
    names.dedup();
    (!names.is_empty()).then(|| format!("it lacks {}", listed(names)))
}
