//! The small graph's schema and names, read off its text.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kenning::lang::ask::Names;
use kenning::model::Schema;
use kenning::model::schema::{NodeType, PropertyRules, Relation};
use toml::{Table, Value};

/// A schema, and key and name of each node by label.
pub(crate) struct World {
    pub(crate) schema: Schema,
    names: BTreeMap<String, Vec<(String, String)>>,
}

impl World {
    pub(crate) fn read(dir: &Path) -> Self {
        let text = fs::read_to_string(dir.join("schema.toml")).unwrap();
        let table: Table = text.parse().unwrap();
        // The parser sorts by key; the order of the text is the schema's.
        let declared = |kind: &str| {
            let mut tables: Vec<_> = table[kind].as_table().unwrap().clone().into_iter().collect();
            tables.sort_by_key(|(name, _)| text.find(&format!("[{kind}.{name}]")));
            tables.into_iter().map(|(name, value)| (name, value.try_into::<Table>().unwrap()))
        };
        let schema = Schema {
            types: declared("type").map(|(label, table)| node_type(label, &table)).collect(),
            relations: declared("relation").map(|(edge_type, table)| relation(edge_type, &table)).collect(),
            ..Schema::default()
        };
        let nodes: Table = fs::read_to_string(dir.join("nodes.toml")).unwrap().parse().unwrap();
        let named = |node: &Value| (string(node.as_table().unwrap(), "id"), string(node.as_table().unwrap(), "name"));
        let names =
            nodes.iter().map(|(label, nodes)| (label.clone(), nodes.as_array().unwrap().iter().map(named).collect()));
        World { schema, names: names.collect() }
    }

    fn of(&self, node_type: &NodeType) -> &[(String, String)] {
        self.names.get(&node_type.label).map_or(&[], Vec::as_slice)
    }
}

impl Names for World {
    fn has(&self, node_type: &NodeType, name: &str) -> bool {
        self.of(node_type).iter().any(|(_, known)| known == name)
    }

    fn keyed(&self, node_type: &NodeType, key: &str) -> Option<String> {
        self.of(node_type).iter().find(|(known, _)| known == key).map(|(_, name)| name.clone())
    }

    fn each(&self, node_type: &NodeType, found: &mut dyn FnMut(&str)) {
        self.of(node_type).iter().for_each(|(_, name)| found(name));
    }
}

fn node_type(label: String, table: &Table) -> NodeType {
    let [singular, plural, key, name] = ["singular", "plural", "key", "name"].map(|field| string(table, field));
    let qualifier = table.get("qualifier").and_then(Value::as_str).map(str::to_owned);
    let synonyms = strings(table, "synonyms");
    NodeType { label, singular, plural, key, name, synonyms, qualifier, rules: rules(table), ..NodeType::default() }
}

fn relation(edge_type: String, table: &Table) -> Relation {
    let [from, to, verb, passive, inverse] =
        ["from", "to", "verb", "passive", "inverse"].map(|field| strings(table, field));
    Relation { edge_type, text: String::new(), from, to, verb, passive, inverse, rules: rules(table) }
}

fn rules(table: &Table) -> PropertyRules {
    let values = table.get("values").and_then(Value::as_table);
    PropertyRules {
        required: strings(table, "required"),
        optional: strings(table, "optional"),
        values: values.map(|t| t.keys().map(|key| (key.clone(), strings(t, key))).collect()).unwrap_or_default(),
        when: Vec::new(),
    }
}

fn string(table: &Table, key: &str) -> String {
    table[key].as_str().unwrap().to_owned()
}

fn strings(table: &Table, key: &str) -> Vec<String> {
    let list = table.get(key).and_then(Value::as_array);
    list.into_iter().flatten().map(|item| item.as_str().unwrap().to_owned()).collect()
}
