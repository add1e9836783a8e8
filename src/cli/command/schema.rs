//! `ken schema`: what a graph declares of itself, or, without a schema, what it turns out to hold.

use super::{edge_types, labels, write_rows};
use crate::Database;
use crate::cli::args::{AnswerForm, Global};
use crate::cli::exit::{Code, Failure};
use crate::cli::open;
use crate::cli::output::Output;
use crate::cli::render::Style;
use crate::model::schema::PropertyRules;
use crate::model::{Direction, KeyId, LabelId, Value};

/// Writes a row for each type and each relation.
pub(crate) fn run(global: &Global, form: &AnswerForm) -> Result<Code, Failure> {
    let database = open(global)?;
    let mut output = Output::new(form.output.clone());
    let style = output.style(form, global.color)?;
    write(&database, &style, &mut output)?;
    Ok(Code::Fine)
}

/// Writes the types and relations of a graph.
pub(crate) fn write(database: &Database, style: &Style, output: &mut Output) -> Result<(), Failure> {
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
    let columns = ["what", "name", "from", "to", "words", "properties", "text"];
    write_rows(&columns, &rows, &view, style, output)
}

/// Required properties as they are, optional ones with a question mark.
fn properties(rules: &PropertyRules) -> Value<'static> {
    let required = rules.required.iter().cloned();
    let optional = rules.optional.iter().map(|key| format!("{key}?"));
    Value::list(required.chain(optional).map(Value::string).collect())
}
