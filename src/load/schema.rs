//! `schema.toml` to what a source declares: a [`Schema`], or none, with indexes and constraints.
//!
//! Whatever is wrong is reported, and the rest is still read, so that the files that rely on the schema are checked
//! in the same run.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::Check;
use super::definition;
use super::rules::{self, TYPES};
use super::source::{Entry, in_order};
use super::words::Words;
use crate::model::Schema;
use crate::model::definition::Definition;
use crate::model::schema::{NodeType, PropertyType, Relation, Style};

const TOP: [&str; 8] = ["name", "text", "properties", "type", "relation", "free", "index", "constraint"];
const TYPE: [&str; 10] =
    ["text", "singular", "plural", "synonyms", "key", "name", "other_names", "homonyms", "qualifier", "style"];
const RELATION: [&str; 7] = ["text", "from", "to", "verb", "passive", "inverse", "acyclic"];
const STYLE: [&str; 3] = ["shape", "fill", "border"];

/// The key of an edge that names its target, so no property may have it.
pub(super) const TO: &str = "to";

/// What a source declares of its graph.
#[derive(Default)]
pub(super) struct Declared {
    /// Empty when the source is free.
    pub(super) schema: Schema,
    /// Whether anything may stand in it: the graph has no schema.
    pub(super) free: bool,
    /// Labels and keys with an index of the graph's own.
    pub(super) indexes: Vec<(String, String)>,
    /// Indexes and constraints as statements define them, with their places.
    pub(super) definitions: Vec<(Definition, Range<usize>)>,
}

/// Reads the declarations of a graph; problems are reported to `check`.
pub(super) fn read(check: &mut Check<'_, '_>, words: &mut Words, document: &DeTable<'_>) -> Declared {
    let mut declared = Declared::default();
    if let Some(free) = document.get("free") {
        declared.free = boolean(check, "`free`", free);
    }
    let schema = &mut declared.schema;
    for entry in in_order(document) {
        match entry.0.get_ref().as_ref() {
            "free" => {}
            "index" => definition::indexes(check, entry.1, &mut declared.indexes, &mut declared.definitions),
            "constraint" => definition::constraints(check, entry.1, &mut declared.definitions),
            key @ ("name" | "text" | "properties" | "type" | "relation") if declared.free => {
                check
                    .report(entry.0.span(), format!("a free source declares no `{key}`"))
                    .help("leave it out, or leave out `free`");
            }
            "name" => schema.name = string(check, "`name`", entry.1),
            "text" => schema.text = string(check, "`text`", entry.1),
            "properties" => properties(check, schema, entry.1),
            key @ ("type" | "relation") => {
                check.table(&format!("`{key}`"), entry.1);
            }
            _ => unknown(check, "a schema", entry, &TOP),
        }
    }
    if declared.free {
        return declared;
    }
    lacks(check, "the schema", 0..0, document, &["name", "properties", "type"]);
    let tables = |key: &str| document.get(key).and_then(|value| value.get_ref().as_table());
    let labels: Vec<&str> =
        tables("type").map(|types| types.keys().map(|key| key.get_ref().as_ref()).collect()).unwrap_or_default();
    for (key, value) in tables("type").map(in_order).unwrap_or_default() {
        if let Some(table) = check.table(&format!("type `{}`", key.get_ref()), value) {
            let node_type = node_type(check, schema, key.get_ref(), key.span(), table);
            words.node_type(check, &node_type, key.span());
            schema.types.push(node_type);
        }
    }
    for (key, value) in tables("relation").map(in_order).unwrap_or_default() {
        if let Some(table) = check.table(&format!("relation `{}`", key.get_ref()), value) {
            let relation = relation(check, schema, &labels, key.get_ref(), key.span(), table);
            words.relation(check, &relation, key.span());
            schema.relations.push(relation);
        }
    }
    declared
}

impl Declared {
    /// Adds what a later folder declares; what both declare has to be the same. `first` is the earlier folder's schema.
    pub(super) fn merge(&mut self, check: &mut Check<'_, '_>, other: Declared, first: &Path) {
        let first = first.display();
        if self.free != other.free {
            check.report(0..0, format!("of this folder and {first}, one is free and the other has a schema"));
            return;
        }
        let mut differ = |what: &str, name: &str| {
            check.report(0..0, format!("the {what} `{name}` is declared otherwise in {first}"));
        };
        let Schema { properties, types, relations, .. } = other.schema;
        for (name, kind) in properties {
            match self.schema.properties.iter().find(|(known, _)| *known == name) {
                None => self.schema.properties.push((name, kind)),
                Some((_, known)) if *known != kind => differ("property", &name),
                Some(_) => {}
            }
        }
        for node_type in types {
            match self.schema.node_type(&node_type.label) {
                None => self.schema.types.push(node_type),
                Some(known) if *known != node_type => differ("type", &node_type.label),
                Some(_) => {}
            }
        }
        for relation in relations {
            match self.schema.relation(&relation.edge_type) {
                None => self.schema.relations.push(relation),
                Some(known) if *known != relation => differ("relation", &relation.edge_type),
                Some(_) => {}
            }
        }
        self.indexes.extend(other.indexes);
        for (definition, at) in other.definitions {
            match self.definitions.iter().find(|(known, _)| known.name == definition.name) {
                None => self.definitions.push((definition, at)),
                Some((known, _)) if *known != definition => differ("definition", &definition.name),
                Some(_) => {}
            }
        }
    }
}

fn properties(check: &mut Check<'_, '_>, schema: &mut Schema, value: &Spanned<DeValue<'_>>) {
    let Some(table) = check.table("`properties`", value) else { return };
    for (key, value) in in_order(table) {
        let name = key.get_ref().to_string();
        if name == TO {
            check.report(key.span(), "a property cannot be called `to`, which names the node that an edge enters");
        }
        let Some(written) = check.string(&format!("the type of `{name}`"), value) else { continue };
        let kind = TYPES.iter().find(|(text, _)| *text == written).map(|(_, kind)| *kind);
        if kind.is_none() {
            let known = || TYPES.iter().map(|(text, _)| *text);
            check
                .report(value.span(), format!("there is no property type `{written}`"))
                .suggest(written, known())
                .allowed("types are", known());
        }
        // A property of an unknown type is still declared, or each use of it would be reported too.
        schema.properties.push((name, kind.unwrap_or(PropertyType::String)));
    }
}

fn node_type(
    check: &mut Check<'_, '_>,
    schema: &Schema,
    label: &str,
    at: Range<usize>,
    table: &DeTable<'_>,
) -> NodeType {
    let owner = format!("type `{label}`");
    let mut this = NodeType { label: label.to_owned(), ..NodeType::default() };
    for entry in in_order(table) {
        let key = entry.0.get_ref().as_ref();
        let what = format!("`{key}` of {owner}");
        match key {
            "text" => this.text = string(check, &what, entry.1),
            "singular" => this.singular = string(check, &what, entry.1),
            "plural" => this.plural = string(check, &what, entry.1),
            "synonyms" => this.synonyms = strings(check, &what, entry.1),
            "key" => this.key = string(check, &what, entry.1),
            "name" => this.name = string(check, &what, entry.1),
            "other_names" => this.other_names = Some(string(check, &what, entry.1)),
            "homonyms" => this.homonyms = boolean(check, &what, entry.1),
            "qualifier" => this.qualifier = Some(string(check, &what, entry.1)),
            "style" => this.style = style(check, &what, entry.1),
            key if rules::KEYS.contains(&key) => rules::read(check, schema, &mut this.rules, &owner, entry),
            _ => unknown(check, &owner, entry, &[&TYPE[..], &rules::KEYS].concat()),
        }
    }
    lacks(check, &owner, at.clone(), table, &["text", "singular", "plural", "key", "name"]);
    rules::consistent(check, &this.rules, &owner, at.clone());
    for (role, name) in [("key", &this.key), ("name", &this.name)] {
        if !name.is_empty() && !this.rules.required.contains(name) {
            check.report(at.clone(), format!("the {role} of {owner}, `{name}`, has to be among `required`"));
        }
        if schema.properties.iter().any(|(property, kind)| property == name && *kind != PropertyType::String) {
            check.report(at.clone(), format!("the {role} of {owner}, `{name}`, has to be of type string"));
        }
    }
    if let Some(name) = &this.other_names {
        let declared =
            schema.properties.iter().any(|(property, kind)| property == name && *kind == PropertyType::StringList);
        if !declared || !this.rules.required.iter().chain(&this.rules.optional).any(|key| key == name) {
            let message = format!("the other names of {owner}, `{name}`, have to be a property of it of type [string]");
            check.report(at.clone(), message);
        }
    }
    if let Some(name) = this.qualifier.as_ref().filter(|name| !this.rules.values.iter().any(|(key, _)| key == *name)) {
        check.report(at, format!("the qualifier of {owner}, `{name}`, has no closed list in `values`"));
    }
    this
}

fn relation(
    check: &mut Check<'_, '_>,
    schema: &Schema,
    labels: &[&str],
    name: &str,
    at: Range<usize>,
    table: &DeTable<'_>,
) -> Relation {
    let owner = format!("relation `{name}`");
    let mut this = Relation { edge_type: name.to_owned(), ..Relation::default() };
    if name == TO || schema.properties.iter().any(|(property, _)| property == name) {
        check.report(at.clone(), format!("{owner} has the name of a property"));
    }
    for entry in in_order(table) {
        let key = entry.0.get_ref().as_ref();
        let what = format!("`{key}` of {owner}");
        match key {
            "text" => this.text = string(check, &what, entry.1),
            "from" => this.from = ends(check, labels, &what, entry.1),
            "to" => this.to = ends(check, labels, &what, entry.1),
            "verb" => this.verb = strings(check, &what, entry.1),
            "passive" => this.passive = strings(check, &what, entry.1),
            "inverse" => this.inverse = strings(check, &what, entry.1),
            "acyclic" => this.acyclic = boolean(check, &what, entry.1),
            key if rules::KEYS.contains(&key) => rules::read(check, schema, &mut this.rules, &owner, entry),
            _ => unknown(check, &owner, entry, &[&RELATION[..], &rules::KEYS].concat()),
        }
    }
    lacks(check, &owner, at.clone(), table, &["text", "from", "to", "verb"]);
    rules::consistent(check, &this.rules, &owner, at);
    this
}

/// The types that a relation may leave or enter.
fn ends(check: &mut Check<'_, '_>, labels: &[&str], what: &str, value: &Spanned<DeValue<'_>>) -> Vec<String> {
    let ends = check.strings(what, value);
    for (label, at) in &ends {
        if !labels.contains(label) {
            check
                .report(at.clone(), format!("{what} names `{label}`, and there is no such type"))
                .suggest(label, labels.iter().copied());
        }
    }
    ends.into_iter().map(|(label, _)| label.to_owned()).collect()
}

fn style(check: &mut Check<'_, '_>, what: &str, value: &Spanned<DeValue<'_>>) -> Style {
    let mut style = Style::default();
    let Some(table) = check.table(what, value) else { return style };
    for entry in in_order(table) {
        let field = match entry.0.get_ref().as_ref() {
            "shape" => &mut style.shape,
            "fill" => &mut style.fill,
            "border" => &mut style.border,
            _ => {
                unknown(check, what, entry, &STYLE);
                continue;
            }
        };
        *field = string(check, what, entry.1);
        let colour =
            field.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.chars().all(|c| c.is_ascii_hexdigit()));
        if entry.0.get_ref() != "shape" && !field.is_empty() && !colour {
            check.report(entry.1.span(), format!("{what} wants a colour such as `#e8f1fa`"));
        }
    }
    style
}

fn boolean(check: &mut Check<'_, '_>, what: &str, value: &Spanned<DeValue<'_>>) -> bool {
    value.get_ref().as_bool().unwrap_or_else(|| {
        check.report(value.span(), format!("{what} is true or false"));
        false
    })
}

fn string(check: &mut Check<'_, '_>, what: &str, value: &Spanned<DeValue<'_>>) -> String {
    check.string(what, value).unwrap_or_default().to_owned()
}

fn strings(check: &mut Check<'_, '_>, what: &str, value: &Spanned<DeValue<'_>>) -> Vec<String> {
    check.strings(what, value).into_iter().map(|(text, _)| text.to_owned()).collect()
}

pub(super) fn unknown(check: &mut Check<'_, '_>, owner: &str, (key, _): Entry<'_, '_>, known: &[&str]) {
    check
        .report(key.span(), format!("{owner} has no key `{}`", key.get_ref()))
        .suggest(key.get_ref(), known.iter().copied())
        .allowed("keys are", known.iter().copied());
}

pub(super) fn lacks(check: &mut Check<'_, '_>, owner: &str, at: Range<usize>, table: &DeTable<'_>, wanted: &[&str]) {
    for key in wanted.iter().filter(|key| !table.contains_key(**key)) {
        check.report(at.clone(), format!("{owner} lacks `{key}`"));
    }
}
