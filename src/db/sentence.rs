//! What a shell and a picture need of sentences beyond their answer.

use std::sync::Arc;

use super::{Database, Limits, Parameters, Rows, names};
use crate::error::Error;
use crate::lang::ask::{self, Next};
use crate::model::Value;
use crate::plan;

/// How many nodes of a type are looked at for names; completing must not take longer than typing.
const MOST_NODES: usize = 20_000;

impl Database {
    /// Runs a statement for its nodes and edges: a sentence answers with paths instead of names, Cypher as it says.
    ///
    /// # Errors
    ///
    /// As [`Database::query`].
    pub fn picture<'g>(&'g self, text: &str, parameters: &Parameters, limits: &Limits) -> Result<Rows<'g>, Error> {
        let view = self.view();
        let Some(schema) = view.schema().filter(|_| ask::is_sentence(text)) else {
            return self.query(text, parameters, limits);
        };
        let asked = ask::parse(text, schema, &names::Names(&view)).map_err(Error::Parse)?;
        let plan = plan::plan(&asked.picture, text, (&view, &*self.host), &[]).map_err(Error::Plan)?;
        Ok(self.read(&Arc::new(plan), view.clone(), parameters, limits).saying(asked.notes, asked.nothing, Vec::new()))
    }

    /// What can follow the beginning of a sentence, up to the word that is being typed: words and phrases, and the
    /// labels of nodes whose names can stand there. Nothing without a schema.
    pub fn next(&self, text: &str) -> Next {
        let view = self.view();
        view.schema().map_or_else(Next::default, |schema| ask::next(text, schema, &names::Names(&view)))
    }

    /// The names that sentences use for the nodes with this label, in the order of the nodes.
    pub fn names(&self, label: &str) -> Vec<String> {
        let view = self.view();
        let named = view.schema().and_then(|schema| schema.node_type(label));
        let Some((label, key)) = named.and_then(|t| Some((view.label_id(label)?, view.key_id(&t.name)?))) else {
            return Vec::new();
        };
        let nodes = view.scan(|labels| labels.contains(&label)).into_iter().flatten().take(MOST_NODES);
        nodes
            .filter_map(|node| match view.node_property(crate::model::NodeId(node), key) {
                Value::String(name) => Some(name.as_str().to_owned()),
                _ => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_sentences_picture_holds_nodes() {
        let database = Database::shipped().unwrap();
        let first = |text| {
            let rows = database.picture(text, &Parameters::new(), &Limits::default()).unwrap();
            rows.take(1).next().unwrap().unwrap()
        };
        let row = first("which skills address which challenges");
        assert!(row.iter().any(|value| matches!(value, Value::Node(_) | Value::Path(_) | Value::List(_))), "{row:?}");
        assert_eq!(first("RETURN 1"), [Value::Int(1)]);
    }

    #[test]
    fn the_schemas_words_and_names_can_follow() {
        let database = Database::shipped().unwrap();
        assert!(database.next("which ").words.iter().any(|word| word == "skills"));
        assert!(!database.names("Skill").is_empty());
        assert!(database.names("NoSuchLabel").is_empty());
        assert!(Database::in_memory().next("which ").words.is_empty());
    }
}
