//! Nodes and edges: read file by file, checked against each other at the end, then built.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::{Check, names};
use super::schema::TO;
use super::source::{Entry, Source, in_order};
use super::{Errors, rules};
use crate::model::schema::{NodeType, Relation};
use crate::model::{NodeId, Schema, Value};
use crate::store::{self, Builder};

type Properties<'g> = Vec<(&'g str, Value<'g>)>;

/// The graph as it stands in the text, in the text's order.
#[derive(Default)]
pub(super) struct Graph<'g> {
    nodes: Vec<Node<'g>>,
    /// Nodes by id; of two with the same id, the first.
    by_id: BTreeMap<&'g str, usize>,
    /// Nodes by type and name, likewise.
    by_name: BTreeMap<(&'g str, &'g str), usize>,
    edges: Vec<Edge<'g>>,
}

struct Node<'g> {
    source: &'g Source,
    at: Range<usize>,
    node_type: &'g NodeType,
    properties: Properties<'g>,
}

struct Edge<'g> {
    source: &'g Source,
    /// Where the target's id stands.
    at: Range<usize>,
    /// Index of the node that it leaves.
    from: usize,
    relation: &'g Relation,
    to: &'g str,
    properties: Properties<'g>,
}

impl<'g> Graph<'g> {
    /// Reads a file's nodes and the edges that leave them.
    pub(super) fn read(&mut self, check: &mut Check<'g, '_>, schema: &'g Schema, document: &'g DeTable<'g>) {
        let mut tables = Vec::new();
        for (key, value) in in_order(document) {
            let label = key.get_ref().as_ref();
            let Some(node_type) = schema.node_type(label) else {
                let known = || schema.types.iter().map(|t| t.label.as_str());
                check
                    .report(key.span(), format!("there is no type `{label}`"))
                    .suggest(label, known())
                    .allowed("types are", known());
                continue;
            };
            let items = match value.get_ref() {
                DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_table()) => items,
                _ => {
                    check.report(key.span(), format!("nodes are written as `[[{label}]]`"));
                    continue;
                }
            };
            tables.extend(items.iter().filter_map(|item| Some((node_type, item.span(), item.get_ref().as_table()?))));
        }
        tables.sort_by_key(|(_, at, _)| at.start);
        for (node_type, at, table) in tables {
            self.node(check, schema, node_type, at, table);
        }
    }

    fn node(
        &mut self,
        check: &mut Check<'g, '_>,
        schema: &'g Schema,
        node_type: &'g NodeType,
        at: Range<usize>,
        table: &'g DeTable<'g>,
    ) {
        let label = node_type.label.as_str();
        let entries = in_order(table);
        let rules = &node_type.rules;
        let allowed = |key: &str| rules.required.iter().chain(&rules.optional).any(|known| known == key);
        let (properties, others): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|(key, _)| allowed(key.get_ref().as_ref()));
        let properties = rules::properties(check, schema, rules, &article(label), at.clone(), &properties);
        let text = |key: &str| table.get(key).and_then(|value| Some((value.get_ref().as_str()?, value.span())));
        let index = self.nodes.len();
        let mut place = at;
        if let Some((id, at)) = text(&node_type.key) {
            place = at;
            self.identify(check, index, id, place.clone());
        }
        if let Some((name, at)) = text(&node_type.name) {
            let first = *self.by_name.entry((label, name)).or_insert(index);
            if let Some(first) = self.nodes.get(first) {
                let where_ = first.place();
                check.report(at, format!("{} is called `{name}` already, at {where_}", article(label)));
            }
        }
        self.nodes.push(Node { source: check.source, at: place, node_type, properties });
        for entry in others {
            self.relation(check, schema, index, entry);
        }
    }

    /// Takes the id for the node that is about to be added.
    fn identify(&mut self, check: &mut Check<'g, '_>, index: usize, id: &'g str, at: Range<usize>) {
        let kebab = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if !id.split('-').all(kebab) {
            let fixed: Vec<String> = id
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|part| !part.is_empty())
                .map(str::to_ascii_lowercase)
                .collect();
            check.report(at.clone(), format!("the id `{id}` is not in kebab case"));
            if !fixed.is_empty() {
                check.help(format!("write `{}`", fixed.join("-")));
            }
        }
        let first = *self.by_id.entry(id).or_insert(index);
        if let Some(first) = self.nodes.get(first) {
            check.report(at, format!("the id `{id}` is taken by the {} at {}", first.node_type.label, first.place()));
        }
    }

    /// Reads the edges under a node's key that is no property of it.
    fn relation(&mut self, check: &mut Check<'g, '_>, schema: &'g Schema, from: usize, (key, value): Entry<'g, 'g>) {
        let node_type = self.nodes[from].node_type;
        let label = node_type.label.as_str();
        let name = key.get_ref().as_ref();
        let leaving = || schema.relations.iter().filter(|r| r.from.iter().any(|end| end == label));
        let Some(relation) = schema.relation(name) else {
            let keys = || node_type.rules.required.iter().chain(&node_type.rules.optional).map(String::as_str);
            check
                .report(key.span(), format!("{} has no property or relation `{name}`", article(label)))
                .suggest(name, keys().chain(leaving().map(|r| r.edge_type.as_str())))
                .allowed("properties are", keys())
                .allowed("relations are", leaving().map(|r| r.edge_type.as_str()));
            return;
        };
        if !relation.from.iter().any(|end| end == label) {
            let ends: Vec<&str> = relation.from.iter().map(String::as_str).collect();
            check
                .report(key.span(), format!("`{name}` leaves {}, and this is {}", names(&ends, "or"), article(label)))
                .allowed(
                    &format!("relations that leave {} are", article(label)),
                    leaving().map(|r| r.edge_type.as_str()),
                );
            return;
        }
        let DeValue::Array(items) = value.get_ref() else {
            check.report(key.span(), format!("`{name}` is a list of tables such as `{{ to = \"id\" }}`"));
            return;
        };
        for item in items.iter() {
            self.edge(check, schema, from, relation, item);
        }
    }

    fn edge(
        &mut self,
        check: &mut Check<'g, '_>,
        schema: &'g Schema,
        from: usize,
        relation: &'g Relation,
        item: &'g Spanned<DeValue<'g>>,
    ) {
        let owner = article(&relation.edge_type);
        let Some(table) = check.table(&format!("each `{}`", relation.edge_type), item) else { return };
        let rules = &relation.rules;
        let known = || rules.required.iter().chain(&rules.optional).map(String::as_str);
        let mut properties = Vec::new();
        for entry in in_order(table) {
            let key = entry.0.get_ref().as_ref();
            if known().any(|known| known == key) {
                properties.push(entry);
            } else if key != TO {
                check
                    .report(entry.0.span(), format!("{owner} has no property `{key}`"))
                    .suggest(key, known().chain([TO]))
                    .allowed("properties are", known());
            }
        }
        let place = table.get(TO).map_or(item.span(), Spanned::span);
        let properties = rules::properties(check, schema, rules, &owner, place.clone(), &properties);
        match table.get(TO) {
            None => {
                check.report(item.span(), format!("{owner} lacks `{TO}`, the id of the node that it enters"));
            }
            Some(to) => {
                if let Some(to) = check.string("`to`", to) {
                    self.edges.push(Edge { source: check.source, at: place, from, relation, to, properties });
                }
            }
        }
    }

    /// Checks the edges against the nodes: targets that are not there or of the wrong type, edges said twice.
    pub(super) fn check(&self, errors: &mut Errors) {
        let mut seen: BTreeMap<(usize, &str, &str), &Edge<'_>> = BTreeMap::new();
        for edge in &self.edges {
            let mut check = Check::new(edge.source, errors);
            let name = edge.relation.edge_type.as_str();
            let fits = |node: &Node<'_>| edge.relation.to.contains(&node.node_type.label);
            let fitting = || self.by_id.iter().filter(|(_, at)| fits(&self.nodes[**at])).map(|(id, _)| *id);
            match self.by_id.get(edge.to).map(|at| &self.nodes[*at]) {
                None => {
                    check
                        .report(edge.at.clone(), format!("no node has the id `{}`", edge.to))
                        .suggest(edge.to, fitting());
                }
                Some(node) if !fits(node) => {
                    let ends: Vec<&str> = edge.relation.to.iter().map(String::as_str).collect();
                    let (label, place) = (article(&node.node_type.label), node.place());
                    let message =
                        format!("`{name}` enters {}, and `{}` is {label} ({place})", names(&ends, "or"), edge.to);
                    check.report(edge.at.clone(), message).suggest(edge.to, fitting());
                }
                Some(_) => {}
            }
            if let Some(first) = seen.get(&(edge.from, name, edge.to)) {
                let place = place(first.source, &first.at);
                check.report(edge.at.clone(), format!("this {name} to `{}` is said already, at {place}", edge.to));
            } else {
                seen.insert((edge.from, name, edge.to), edge);
            }
        }
    }

    /// The snapshot's bytes, once everything is checked.
    pub(super) fn build(self, schema: &Schema) -> Result<Vec<u8>, store::Error> {
        let mut builder = Builder::new();
        builder.schema(schema.clone());
        let ids: Vec<NodeId> = self
            .nodes
            .into_iter()
            .map(|node| builder.node(&[node.node_type.label.as_str()], node.properties))
            .collect();
        for edge in self.edges {
            // Checked before: both ends are there.
            if let Some(target) = self.by_id.get(edge.to) {
                builder.edge(ids[edge.from], &edge.relation.edge_type, ids[*target], edge.properties);
            }
        }
        builder.finish()
    }
}

impl Node<'_> {
    fn place(&self) -> String {
        place(self.source, &self.at)
    }
}

/// `skill.toml:12`
fn place(source: &Source, at: &Range<usize>) -> String {
    let file = source.path.file_name().unwrap_or(source.path.as_os_str());
    format!("{}:{}", file.display(), source.place(at.start).0)
}

/// The word with its indefinite article.
fn article(word: &str) -> String {
    let vowel = word.starts_with(['A', 'E', 'I', 'O', 'a', 'e', 'i', 'o']);
    format!("{} {word}", if vowel { "an" } else { "a" })
}
