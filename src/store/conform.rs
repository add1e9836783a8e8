//! What a schema says of labels, properties and the ends of edges, and in which words it is broken.
//!
//! Whoever holds a graph against its schema asks here, be it the view of a graph or an import of which nothing is a graph yet. An
//! error is a sentence that names the rule and what was found, without the place.

use crate::model::schema::{NodeType, PropertyRules, PropertyType, Relation};
use crate::model::{Direction, Schema, Value, nearest};

/// What is wrong with a node without labels.
pub(crate) const LABELLESS: &str = "a node without a label: the schema wants a type for each";

/// The type with this label.
pub(crate) fn node_type<'s>(schema: &'s Schema, label: &str) -> Result<&'s NodeType, String> {
    let known = || schema.types.iter().map(|node_type| node_type.label.as_str());
    schema.node_type(label).ok_or_else(|| unknown("type", label, known()))
}

/// The relation with this name.
pub(crate) fn relation<'s>(schema: &'s Schema, name: &str) -> Result<&'s Relation, String> {
    let known = || schema.relations.iter().map(|relation| relation.edge_type.as_str());
    schema.relation(name).ok_or_else(|| unknown("relation", name, known()))
}

/// Whether the property may be there at all.
pub(crate) fn allowed(rules: &PropertyRules, owner: &str, key: &str) -> Result<(), String> {
    if rules.allows(key) { Ok(()) } else { Err(unknown(&format!("property of {owner}"), key, rules.known())) }
}

/// Whether the property may be there with this value; `owner` is what has it, as messages call it.
pub(crate) fn property(
    schema: &Schema,
    rules: &PropertyRules,
    owner: &str,
    key: &str,
    value: &Value<'_>,
) -> Result<(), String> {
    allowed(rules, owner, key)?;
    if let Some(wanted) = schema.kind_of(key).filter(|wanted| !wanted.admits(value)) {
        let found = match value {
            Value::List(_) => "another list",
            other => other.type_name(),
        };
        return Err(format!("`{key}` of {owner} is {}, and this is {found}", in_words(wanted)));
    }
    if let (Some(listed), Value::String(text)) = (listed(rules, key), value)
        && !listed.iter().any(|listed| listed == text.as_str())
    {
        let listed = listed.join("`, `");
        return Err(format!("`{key}` of {owner} is one of `{listed}`, not `{}`", text.as_str()));
    }
    Ok(())
}

/// The closed list of a property's values.
pub(crate) fn listed<'s>(rules: &'s PropertyRules, key: &str) -> Option<&'s [String]> {
    rules.values.iter().find(|(name, _)| name == key).map(|(_, values)| values.as_slice())
}

/// Whether all properties are there that must be.
pub(crate) fn needed<'v>(
    rules: &PropertyRules,
    owner: &str,
    given: impl Fn(&str) -> Option<Value<'v>>,
) -> Result<(), String> {
    if let Some(missing) = rules.required.iter().find(|key| given(key).is_none()) {
        return Err(format!("{owner} needs `{missing}`"));
    }
    for when in &rules.when {
        let holds = matches!(given(&when.key), Some(Value::String(text)) if text.as_str() == when.value);
        if let Some(missing) = when.required.iter().find(|key| holds && given(key).is_none()) {
            return Err(format!("{owner} whose `{}` is `{}` needs `{missing}`", when.key, when.value));
        }
    }
    Ok(())
}

/// Whether an edge may leave (or enter) a node with these labels.
pub(crate) fn end(relation: &Relation, side: Direction, labels: &[&str]) -> Result<(), String> {
    let (ends, does) = match side {
        Direction::In => (&relation.to, "enters"),
        Direction::Out | Direction::Both => (&relation.from, "leaves"),
    };
    if labels.iter().any(|label| ends.iter().any(|end| end == label)) {
        return Ok(());
    }
    let (ends, found) = (ends.join("`, `"), labels.join("`, `"));
    Err(format!("`{}` {does} `{ends}`, and this is `{found}`", relation.edge_type))
}

/// What is wrong with two nodes of a type that have the same key or name.
pub(crate) fn repeated(label: &str, key: &str, text: &str) -> String {
    format!("two `{label}` nodes have the {key} `{text}`")
}

fn in_words(wanted: PropertyType) -> &'static str {
    match wanted {
        PropertyType::Boolean => "a truth value",
        PropertyType::Integer => "an integer",
        PropertyType::Float => "a float",
        PropertyType::String => "a string",
        PropertyType::BooleanList => "a list of truth values",
        PropertyType::IntegerList => "a list of integers",
        PropertyType::FloatList => "a list of floats",
        PropertyType::StringList => "a list of strings",
    }
}

fn unknown<'n>(what: &str, name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let near = nearest(name, known, 1).first().map(|near| format!("; did you mean `{near}`?"));
    format!("the schema declares no {what} `{name}`{}", near.unwrap_or_default())
}
