//! Property rules: reads them from the schema, and holds nodes and edges against them.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeInteger, DeValue};

use super::check::{Check, kind, names};
use super::exact;
use super::source::{Entry, in_order};
use crate::model::schema::{Condition, PropertyRules, PropertyType};
use crate::model::{Schema, Str, Value};

/// Property types as the schema writes them.
pub(super) const TYPES: [(&str, PropertyType); 8] = [
    ("string", PropertyType::String),
    ("integer", PropertyType::Integer),
    ("float", PropertyType::Float),
    ("boolean", PropertyType::Boolean),
    ("[string]", PropertyType::StringList),
    ("[integer]", PropertyType::IntegerList),
    ("[float]", PropertyType::FloatList),
    ("[boolean]", PropertyType::BooleanList),
];

/// The keys of a declaration that make up its rules.
pub(super) const KEYS: [&str; 4] = ["required", "optional", "values", "when"];

/// Reads one of [`KEYS`] into the rules; `owner` is the type or relation being declared.
pub(super) fn read(
    check: &mut Check<'_, '_>,
    schema: &Schema,
    rules: &mut PropertyRules,
    owner: &str,
    entry: Entry<'_, '_>,
) {
    let (key, value) = entry;
    let what = format!("`{}` of {owner}", key.get_ref());
    match key.get_ref().as_ref() {
        "required" => rules.required = keys(check, schema, &what, value),
        "optional" => rules.optional = keys(check, schema, &what, value),
        "values" => {
            let Some(table) = check.table(&what, value) else { return };
            for (key, list) in in_order(table) {
                known_key(check, schema, key.get_ref(), key.span());
                let values = check.strings(&format!("`values.{}` of {owner}", key.get_ref()), list);
                rules.values.push((key.get_ref().to_string(), values.into_iter().map(|(v, _)| v.to_owned()).collect()));
            }
        }
        _ => {
            let Some(table) = check.table(&what, value) else { return };
            for (key, values) in in_order(table) {
                known_key(check, schema, key.get_ref(), key.span());
                let Some(values) = check.table(&format!("`when.{}` of {owner}", key.get_ref()), values) else {
                    continue;
                };
                for (value, required) in in_order(values) {
                    let required = keys(check, schema, &format!("what a condition of {owner} requires"), required);
                    let (key, value) = (key.get_ref().to_string(), value.get_ref().to_string());
                    rules.when.push(Condition { key, value, required });
                }
            }
        }
    }
}

/// A list of declared properties.
fn keys(check: &mut Check<'_, '_>, schema: &Schema, what: &str, value: &Spanned<DeValue<'_>>) -> Vec<String> {
    let keys = check.strings(what, value);
    for (key, at) in &keys {
        known_key(check, schema, key, at.clone());
    }
    keys.into_iter().map(|(key, _)| key.to_owned()).collect()
}

fn known_key(check: &mut Check<'_, '_>, schema: &Schema, key: &str, at: Range<usize>) {
    let known = || schema.properties.iter().map(|(name, _)| name.as_str());
    if !known().any(|name| name == key) {
        check.report(at, format!("`[properties]` does not declare `{key}`")).suggest(key, known());
    }
}

/// Rules that cannot be right whatever the data: `at` is the declaration's name.
pub(super) fn consistent(check: &mut Check<'_, '_>, rules: &PropertyRules, owner: &str, at: Range<usize>) {
    let known: Vec<&str> = rules.required.iter().chain(&rules.optional).map(String::as_str).collect();
    if let Some(both) = rules.required.iter().find(|key| rules.optional.contains(key)) {
        check.report(at.clone(), format!("`{both}` of {owner} is both required and optional"));
    }
    let conditions = rules.when.iter().flat_map(|when| when.required.iter().chain([&when.key]));
    for key in rules.values.iter().map(|(key, _)| key).chain(conditions) {
        if !known.contains(&key.as_str()) {
            check
                .report(at.clone(), format!("a rule of {owner} speaks of `{key}`, which it may not have"))
                .suggest(key, known.iter().copied());
        }
    }
    for when in &rules.when {
        let listed = rules.values.iter().find(|(key, _)| *key == when.key);
        if let Some((key, values)) = listed.filter(|(_, values)| !values.contains(&when.value)) {
            check
                .report(
                    at.clone(),
                    format!("a condition of {owner} asks for `{}`, which `{key}` cannot be", when.value),
                )
                .suggest(&when.value, values.iter().map(String::as_str));
        }
    }
}

/// A property as a node or an edge gives it.
pub(super) struct Given<'v> {
    /// Its name, without what may stand in front of it in the text.
    pub(super) name: &'v str,
    /// Where the name stands.
    pub(super) at: Range<usize>,
    pub(super) value: &'v Spanned<DeValue<'v>>,
}

/// The properties of a node or an edge, held against the rules. `owner` names it in messages (`a Skill`); `at` is its
/// own place; what the rules do not know is left to the caller.
pub(super) fn properties<'v>(
    check: &mut Check<'_, '_>,
    schema: &'v Schema,
    rules: &'v PropertyRules,
    owner: &str,
    at: Range<usize>,
    entries: &[Given<'v>],
) -> Vec<(&'v str, Value<'v>)> {
    let mut properties: Vec<(&str, Value<'_>)> = Vec::new();
    for Given { name, value, .. } in entries {
        let Some((name, kind)) = schema.properties.iter().find(|(known, _)| known == name) else {
            continue;
        };
        let listed = rules.values.iter().find(|(key, _)| key == name).map(|(_, values)| values.as_slice());
        if let Some(value) = property(check, owner, name, *kind, listed.unwrap_or_default(), value) {
            properties.push((name, value));
        }
    }
    let given = |name: &str| entries.iter().any(|entry| entry.name == name);
    let missing: Vec<&str> = rules.required.iter().map(String::as_str).filter(|name| !given(name)).collect();
    if !missing.is_empty() {
        check.report(at.clone(), format!("{owner} lacks {}", names(&missing, "and")));
    }
    for when in &rules.when {
        let holds = properties.iter().any(|(key, v)| *key == when.key && *v == Value::string(when.value.as_str()));
        for name in when.required.iter().filter(|name| holds && !given(name)) {
            check.report(at.clone(), format!("{owner} whose `{}` is `{}` needs `{name}`", when.key, when.value));
        }
    }
    properties
}

/// A property's value, or a problem. `listed` is the closed list of its values, if there is one.
fn property<'v>(
    check: &mut Check<'_, '_>,
    owner: &str,
    name: &str,
    wanted: PropertyType,
    listed: &[String],
    value: &'v Spanned<DeValue<'_>>,
) -> Option<Value<'v>> {
    if exact::is_exact(value.get_ref()) {
        return exact_property(check, owner, name, wanted, listed, value);
    }
    let (item, list) = item_type(wanted);
    let values = match value.get_ref() {
        DeValue::Array(items) if list && items.is_empty() => {
            check.report(value.span(), format!("`{name}` of {owner} is empty")).help("leave it out, or say something");
            return None;
        }
        DeValue::Array(items) if list => {
            if items.iter().any(|item| exact::is_exact(item.get_ref())) {
                return exact_property(check, owner, name, wanted, listed, value);
            }
            let values: Vec<_> = items.iter().map(|item| (scalar(item.get_ref()), item)).collect();
            values
        }
        single => vec![(if list { None } else { scalar(single) }, value)],
    };
    let mut checked = Vec::new();
    for (scalar, at) in values {
        let fitting = match (scalar, item) {
            (Some(Value::Int(int)), PropertyType::Float) => float(int),
            (Some(Value::Int(int)), PropertyType::Integer) => Some(Value::Int(int)),
            (Some(Value::Float(float)), PropertyType::Float) => Some(Value::Float(float)),
            (Some(Value::Bool(bool)), PropertyType::Boolean) => Some(Value::Bool(bool)),
            (Some(Value::String(text)), PropertyType::String) => Some(Value::String(text)),
            _ => None,
        };
        let Some(fitting) = fitting else {
            let wanted = type_name(wanted);
            let found = match at.get_ref() {
                DeValue::Integer(int) if integer(int).is_none() => "an integer of more than 64 bits",
                other => kind(other),
            };
            check.report(at.span(), format!("`{name}` is of type {wanted}, and this is {found}"));
            return None;
        };
        if let Value::String(text) = &fitting {
            if text.trim().is_empty() {
                check.report(at.span(), format!("`{name}` of {owner} is empty"));
            } else {
                one_of(check, owner, name, listed, text, at.span());
            }
        }
        checked.push(fitting);
    }
    if list { Some(Value::list(checked)) } else { checked.pop() }
}

/// A value that says its own kind, or a list with such values: taken as it is when it is of the type.
fn exact_property<'v>(
    check: &mut Check<'_, '_>,
    owner: &str,
    name: &str,
    wanted: PropertyType,
    listed: &[String],
    value: &'v Spanned<DeValue<'_>>,
) -> Option<Value<'v>> {
    let found = exact::value(check, value)?;
    if !wanted.admits(&found) {
        let (wanted, found) = (type_name(wanted), found.type_name());
        check.report(value.span(), format!("`{name}` is of type {wanted}, and this is {found}"));
        return None;
    }
    if let Value::String(text) = &found {
        one_of(check, owner, name, listed, text, value.span());
    }
    Some(found)
}

/// Whether a text is in the closed list of a property, if there is one.
fn one_of(check: &mut Check<'_, '_>, owner: &str, name: &str, listed: &[String], text: &str, at: Range<usize>) {
    if !listed.is_empty() && !listed.iter().any(|listed| listed == text) {
        let listed = || listed.iter().map(String::as_str);
        check
            .report(at, format!("`{name}` of {owner} cannot be `{text}`"))
            .suggest(text, listed())
            .allowed("it may be", listed());
    }
}

/// A property type as the schema writes it.
pub(super) fn type_name(wanted: PropertyType) -> &'static str {
    TYPES.iter().find(|(_, kind)| *kind == wanted).map_or("", |(name, _)| name)
}

fn item_type(wanted: PropertyType) -> (PropertyType, bool) {
    match wanted {
        PropertyType::BooleanList => (PropertyType::Boolean, true),
        PropertyType::IntegerList => (PropertyType::Integer, true),
        PropertyType::FloatList => (PropertyType::Float, true),
        PropertyType::StringList => (PropertyType::String, true),
        single => (single, false),
    }
}

/// The value, when it is one that a property can hold by itself.
pub(super) fn scalar<'v>(value: &'v DeValue<'_>) -> Option<Value<'v>> {
    match value {
        DeValue::String(text) => Some(Value::String(Str::Borrowed(text))),
        DeValue::Integer(int) => integer(int).map(Value::Int),
        DeValue::Float(float) => float.as_str().parse().ok().map(Value::Float),
        DeValue::Boolean(bool) => Some(Value::Bool(*bool)),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

/// None when it does not fit 64 bits.
fn integer(int: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(int.as_str(), int.radix()).ok()
}

/// An integer where a float is wanted, when nothing is lost.
fn float(int: i64) -> Option<Value<'static>> {
    let float = int as f64;
    (float.abs() <= 9_007_199_254_740_992.0).then_some(Value::Float(float))
}
