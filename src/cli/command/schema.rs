//! `ken schema`: what a graph declares of itself, or, without a schema, what it turns out to hold.

use super::{edge_types, labels, write_rows};
use crate::Database;
use crate::cli::args::{AnswerForm, Global};
use crate::cli::exit::{Code, Failure};
use crate::cli::open;
use crate::cli::output::Output;
use crate::cli::render::Style;
use crate::model::schema::PropertyRules;
use crate::model::{Direction, KeyId, LabelId, Value, nearest};

/// Writes a row for each type and each relation.
pub(crate) fn run(global: &Global, form: &AnswerForm) -> Result<Code, Failure> {
    let database = open(global)?;
    let mut output = Output::new(form.output.clone());
    let style = output.style(form, global.color)?;
    write(&database, None, &style, &mut output)?;
    Ok(Code::Fine)
}

/// Writes the types and relations of a graph; given a name, the type or relation called so and the relations at the type.
pub(crate) fn write(
    database: &Database,
    only: Option<&str>,
    style: &Style,
    output: &mut Output,
) -> Result<(), Failure> {
    let text = |text: &str| Value::string(text.to_owned());
    let list = |names: Vec<&str>| Value::list(names.into_iter().map(text).collect());
    let view = database.view();
    let keys = |keys: Vec<KeyId>| list(keys.into_iter().map(|key| view.key_name(key)).collect());
    let mut rows = Vec::new();
    for (label, _) in labels(database) {
        let declared = database.schema().and_then(|schema| schema.node_type(&label));
        let words = declared.map(|t| {
            [t.singular.as_str(), t.plural.as_str()].into_iter().chain(t.synonyms.iter().map(String::as_str)).collect()
        });
        let says = declared.map_or(Value::Null, |t| text(&t.text));
        let found = || view.label_id(&label).map_or(Value::Null, |label| keys(view.keys_at_label(label)));
        let properties = declared.map_or_else(found, |t| properties(&t.rules));
        let row =
            [text("type"), text(&label), Value::Null, Value::Null, words.map_or(Value::Null, list), properties, says];
        rows.push(row.to_vec());
    }
    for (edge_type, _) in edge_types(database) {
        let declared = database.schema().and_then(|schema| schema.relation(&edge_type));
        let names = |names: &[String]| Value::list(names.iter().map(|name| text(name)).collect());
        let row = match declared {
            Some(r) => [
                text("relation"),
                text(&edge_type),
                names(&r.from),
                names(&r.to),
                list(r.verb.iter().chain(&r.passive).chain(&r.inverse).map(String::as_str).collect()),
                properties(&r.rules),
                text(&r.text),
            ]
            .to_vec(),
            None => {
                let id = view.edge_type_id(&edge_type);
                let ends = |direction| {
                    let at = |label: &LabelId| id.is_some_and(|id| view.edges_at_label(*label, id, direction) > 0);
                    list(
                        (0..view.label_count() as u32)
                            .map(LabelId)
                            .filter(at)
                            .map(|label| view.label_name(label))
                            .collect(),
                    )
                };
                let found = id.map_or(Value::Null, |id| keys(view.keys_of_type(id)));
                let (from, to) = (ends(Direction::Out), ends(Direction::In));
                vec![text("relation"), text(&edge_type), from, to, Value::Null, found, Value::Null]
            }
        };
        rows.push(row);
    }
    if let Some(only) = only {
        let all = labels(database).into_iter().chain(edge_types(database)).map(|(name, _)| name).collect();
        let name = known(only, all)?;
        rows.retain(|row| row[1..4].iter().any(|cell| names(cell, &name)));
    }
    let columns = ["what", "name", "from", "to", "words", "properties", "text"];
    write_rows(&columns, &rows, &view, style, output)
}

/// Required properties as they are, optional ones with a question mark.
fn properties(rules: &PropertyRules) -> Value<'static> {
    let required = rules.required.iter().cloned();
    let optional = rules.optional.iter().map(|key| format!("{key}?"));
    Value::list(required.chain(optional).map(Value::string).collect())
}

/// The name of a type or relation, whatever case it was written in.
fn known(wanted: &str, all: Vec<String>) -> Result<String, Failure> {
    let wanted = wanted.trim_matches([':', '`']);
    if let Some(name) = all.iter().find(|name| *name == wanted).or_else(|| all.iter().find(|name| same(name, wanted))) {
        return Ok(name.clone());
    }
    let failure = Failure::new(Code::Error, "UnknownName", format!("there is no type or relation `{wanted}`"));
    let near = nearest(wanted, all.iter().map(String::as_str), 3);
    Err(near.into_iter().fold(failure, |failure, near| failure.help(format!("did you mean `{near}`?"))))
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// Whether a cell is this name, or a list with it.
fn names(cell: &Value<'_>, name: &str) -> bool {
    match cell {
        Value::String(text) => **text == *name,
        Value::List(items) => items.iter().any(|item| names(item, name)),
        _ => false,
    }
}
