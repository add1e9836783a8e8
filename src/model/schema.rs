//! What a graph declares of itself: types, relations, their ends, their properties, and the words of sentences.
//!
//! A schema is optional. It is written in `schema.toml`, checked when a text source is built, and travels inside the
//! snapshot, so that any graph file can be asked in sentences. All lists keep the order of the source.

use serde::{Deserialize, Serialize};

use super::Value;

/// A graph's declaration of itself.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, rkyv::Archive, rkyv::Serialize, rkyv::Deserialize,
)]
pub struct Schema {
    /// The graph's name.
    pub name: String,
    /// What the graph holds, in a sentence.
    pub text: String,
    /// Every property key that occurs, with its type.
    pub properties: Vec<(String, PropertyType)>,
    /// The node types (labels).
    pub types: Vec<NodeType>,
    /// The relations (edge types).
    pub relations: Vec<Relation>,
}

/// The type of a property's values.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, rkyv::Archive, rkyv::Serialize, rkyv::Deserialize,
)]
#[allow(missing_docs, reason = "the names say it")]
pub enum PropertyType {
    Boolean,
    Integer,
    Float,
    String,
    BooleanList,
    IntegerList,
    FloatList,
    StringList,
}

/// A node type: a label and the words that sentences use for it.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, rkyv::Archive, rkyv::Serialize, rkyv::Deserialize,
)]
pub struct NodeType {
    /// The label, such as `Skill`.
    pub label: String,
    /// What such a node is, in a sentence.
    pub text: String,
    /// `skill`.
    pub singular: String,
    /// `skills`.
    pub plural: String,
    /// Further words for the type, singular or plural.
    pub synonyms: Vec<String>,
    /// The property that identifies a node: unique within the type and indexed.
    pub key: String,
    /// The property whose values sentences name nodes by: indexed.
    pub name: String,
    /// Whether several nodes may have the same name.
    pub homonyms: bool,
    /// The property with further names, a list, that sentences call a node, too.
    pub other_names: Option<String>,
    /// The property whose values serve as adjectives (`managerial challenges`), if any.
    pub qualifier: Option<String>,
    /// Which properties a node must and may have.
    pub rules: PropertyRules,
    /// How pictures draw it.
    pub style: Style,
}

/// A relation: an edge type, its ends, and the words that sentences use for it.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, rkyv::Archive, rkyv::Serialize, rkyv::Deserialize,
)]
pub struct Relation {
    /// The edge type, such as `ADDRESSES`.
    pub edge_type: String,
    /// What such an edge says, in a sentence.
    pub text: String,
    /// Labels that it may leave.
    pub from: Vec<String>,
    /// Labels that it may enter.
    pub to: Vec<String>,
    /// Active phrases, plural form first, then singular: `address`, `addresses`, then synonyms.
    pub verb: Vec<String>,
    /// Phrases after `is` or `are`, read from target to source: `addressed by`.
    pub passive: Vec<String>,
    /// Active phrases read from target to source: `contain`, `contains`.
    pub inverse: Vec<String>,
    /// Which properties an edge must and may have.
    pub rules: PropertyRules,
    /// Whether following such edges never leads back to where it began; `ken check --lint` looks for what does.
    pub acyclic: bool,
}

/// Which properties a node or an edge must and may have.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, rkyv::Archive, rkyv::Serialize, rkyv::Deserialize,
)]
pub struct PropertyRules {
    /// Must be there.
    pub required: Vec<String>,
    /// May be there.
    pub optional: Vec<String>,
    /// Closed lists of values by key.
    pub values: Vec<(String, Vec<String>)>,
    /// What one property's value makes necessary.
    pub when: Vec<Condition>,
}

/// `when.basis.inferred = ["why"]`: a value of one property that makes others necessary.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, rkyv::Archive, rkyv::Serialize, rkyv::Deserialize,
)]
pub struct Condition {
    /// The property that is looked at.
    pub key: String,
    /// Its value.
    pub value: String,
    /// What must then be there.
    pub required: Vec<String>,
}

/// How pictures draw a type; an empty string leaves the choice to the drawer.
#[derive(
    Clone, Debug, Default, PartialEq, Serialize, Deserialize, rkyv::Archive, rkyv::Serialize, rkyv::Deserialize,
)]
pub struct Style {
    /// A Graphviz shape.
    pub shape: String,
    /// A pale colour, `#rrggbb`.
    pub fill: String,
    /// A dark colour, `#rrggbb`.
    pub border: String,
}

impl PropertyRules {
    /// The properties that may be there, those first that must be.
    pub fn known(&self) -> impl Iterator<Item = &str> {
        self.required.iter().chain(&self.optional).map(String::as_str)
    }

    /// Whether a property may be there.
    pub fn allows(&self, key: &str) -> bool {
        self.known().any(|known| known == key)
    }
}

impl PropertyType {
    /// Whether the value is one of the type; an integer is a float where one is wanted.
    pub fn admits(self, value: &Value<'_>) -> bool {
        let all = |item: PropertyType| matches!(value, Value::List(items) if items.iter().all(|v| item.admits(v)));
        match self {
            PropertyType::Boolean => matches!(value, Value::Bool(_)),
            PropertyType::Integer => matches!(value, Value::Int(_)),
            PropertyType::Float => matches!(value, Value::Float(_) | Value::Int(_)),
            PropertyType::String => matches!(value, Value::String(_)),
            PropertyType::BooleanList => all(PropertyType::Boolean),
            PropertyType::IntegerList => all(PropertyType::Integer),
            PropertyType::FloatList => all(PropertyType::Float),
            PropertyType::StringList => all(PropertyType::String),
        }
    }
}

impl Schema {
    /// The type with this label.
    pub fn node_type(&self, label: &str) -> Option<&NodeType> {
        self.types.iter().find(|t| t.label == label)
    }

    /// The type of a property's values.
    pub fn kind_of(&self, property: &str) -> Option<PropertyType> {
        self.properties.iter().find(|(name, _)| name == property).map(|(_, kind)| *kind)
    }

    /// The relation with this edge type.
    pub fn relation(&self, edge_type: &str) -> Option<&Relation> {
        self.relations.iter().find(|r| r.edge_type == edge_type)
    }
}
