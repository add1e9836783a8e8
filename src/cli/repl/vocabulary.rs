//! The names that the completer offers: what the graph holds, as it is now.

use std::rc::Rc;

use crate::model::{Direction, EdgeTypeId, LabelId};
use crate::{Database, Parameters};

/// A label.
#[derive(Clone, Debug, Default)]
pub(super) struct Label {
    pub(super) name: String,
    /// The property keys of its nodes.
    pub(super) keys: Vec<String>,
}

/// An edge type.
#[derive(Clone, Debug, Default)]
pub(super) struct EdgeType {
    pub(super) name: String,
    /// Labels of nodes that such edges leave.
    pub(super) from: Vec<String>,
    /// Labels of nodes that such edges enter.
    pub(super) to: Vec<String>,
}

/// Everything that can be named.
#[derive(Clone, Default)]
pub(super) struct Vocabulary {
    pub(super) labels: Vec<Label>,
    pub(super) edge_types: Vec<EdgeType>,
    /// All property keys.
    pub(super) keys: Vec<String>,
    pub(super) parameters: Vec<String>,
    /// Procedures with the columns that they give.
    pub(super) procedures: Vec<(String, Vec<String>)>,
    /// The schema's words for types.
    pub(super) nouns: Vec<String>,
    /// The schema's words for relations.
    pub(super) verbs: Vec<String>,
    /// Whom to ask what can follow in a sentence.
    database: Option<Rc<Database>>,
}

impl Vocabulary {
    /// The names of a graph and of the parameters that are set. Its work grows with the number of names and
    /// with what changed since the snapshot, not with the graph.
    pub(super) fn new(database: &Rc<Database>, parameters: &Parameters) -> Self {
        let view = database.view();
        let label_ids = || (0..view.label_count() as u32).map(LabelId);
        let names = |keep: &dyn Fn(LabelId) -> bool| {
            label_ids().filter(|label| keep(*label)).map(|label| view.label_name(label).to_owned()).collect()
        };
        let keys = |label| view.keys_at_label(label).into_iter().map(|key| view.key_name(key).to_owned()).collect();
        let edge_types = (0..view.edge_type_count() as u32).map(EdgeTypeId).map(|edge_type| EdgeType {
            name: view.edge_type_name(edge_type).to_owned(),
            from: names(&|label| view.edges_at_label(label, edge_type, Direction::Out) > 0),
            to: names(&|label| view.edges_at_label(label, edge_type, Direction::In) > 0),
        });
        let mut vocabulary = Vocabulary {
            labels: label_ids()
                .map(|label| Label { name: view.label_name(label).to_owned(), keys: keys(label) })
                .collect(),
            edge_types: edge_types.collect(),
            keys: (0..view.key_count() as u32).map(|key| view.key_name(crate::model::KeyId(key)).to_owned()).collect(),
            procedures: database
                .procedures()
                .into_iter()
                .map(|procedure| (procedure.name, procedure.results.into_iter().map(|(column, _)| column).collect()))
                .collect(),
            database: Some(Rc::clone(database)),
            ..Vocabulary::default()
        };
        vocabulary.set_parameters(parameters);
        if let Some(schema) = database.schema() {
            for t in &schema.types {
                vocabulary.nouns.extend([&t.plural, &t.singular].into_iter().chain(&t.synonyms).cloned());
            }
            for r in &schema.relations {
                vocabulary.verbs.extend(r.verb.iter().chain(&r.passive).chain(&r.inverse).cloned());
            }
        }
        vocabulary
    }

    /// What can follow the beginning of a sentence: words, phrases, names of nodes between quotes.
    pub(super) fn next(&self, text: &str) -> Vec<String> {
        let Some(database) = &self.database else { return Vec::new() };
        let next = database.next(text);
        let names = next.names.iter().flat_map(|label| database.names(label));
        next.words.into_iter().chain(names.map(|name| format!("\"{name}\""))).collect()
    }

    /// The parameters have changed.
    pub(super) fn set_parameters(&mut self, parameters: &Parameters) {
        self.parameters = parameters.keys().cloned().collect();
    }

    /// The keys of a label's nodes, or all keys.
    pub(super) fn keys_of(&self, label: Option<&str>) -> &[String] {
        label
            .and_then(|label| self.labels.iter().find(|known| known.name == label))
            .map_or(&self.keys, |known| &known.keys)
    }

    #[cfg(test)]
    pub(super) fn sample() -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let label = |name: &str, keys: &[&str]| Label { name: name.to_owned(), keys: owned(keys) };
        let edge_type = |name: &str, from: &[&str], to: &[&str]| EdgeType {
            name: name.to_owned(),
            from: owned(from),
            to: owned(to),
        };
        Vocabulary {
            labels: vec![
                label("Challenge", &["id", "kind", "name"]),
                label("Role", &["name"]),
                label("Skill", &["id", "name", "text"]),
                label("odd label", &[]),
            ],
            edge_types: vec![
                edge_type("ADDRESSES", &["Skill"], &["Challenge"]),
                edge_type("FACES", &["Role"], &["Challenge"]),
                edge_type("REQUIRES", &["Role"], &["Skill"]),
            ],
            keys: owned(&["id", "kind", "name", "text"]),
            parameters: owned(&["role", "year"]),
            nouns: owned(&["skills", "skill", "challenges", "challenge"]),
            verbs: owned(&["address", "addresses", "addressed by"]),
            procedures: vec![
                ("algo.aStar".to_owned(), owned(&["path"])),
                ("algo.pageRank".to_owned(), owned(&["node", "score"])),
                ("db.labels".to_owned(), owned(&["label"])),
            ],
            database: None,
        }
    }
}
