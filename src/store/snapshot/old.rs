//! Schemas as version 2 of the format wrote them: their relations do not say whether they are acyclic, nor their types whether
//! names repeat and where further names stand.

use crate::model::Schema;
use crate::model::schema::{NodeType, PropertyRules, PropertyType, Relation, Style};

#[derive(rkyv::Archive, rkyv::Serialize, rkyv::Deserialize)]
struct SchemaTwo {
    name: String,
    text: String,
    properties: Vec<(String, PropertyType)>,
    types: Vec<NodeTypeTwo>,
    relations: Vec<RelationTwo>,
}

#[derive(rkyv::Archive, rkyv::Serialize, rkyv::Deserialize)]
struct NodeTypeTwo {
    label: String,
    text: String,
    singular: String,
    plural: String,
    synonyms: Vec<String>,
    key: String,
    name: String,
    qualifier: Option<String>,
    rules: PropertyRules,
    style: Style,
}

#[derive(rkyv::Archive, rkyv::Serialize, rkyv::Deserialize)]
struct RelationTwo {
    edge_type: String,
    text: String,
    from: Vec<String>,
    to: Vec<String>,
    verb: Vec<String>,
    passive: Vec<String>,
    inverse: Vec<String>,
    rules: PropertyRules,
}

/// The schema, as today's programs have it; none when the bytes are no archive of one.
pub(super) fn read_schema(archive: &[u8]) -> Option<Schema> {
    let SchemaTwo { name, text, properties, types, relations } =
        rkyv::from_bytes::<SchemaTwo, rkyv::rancor::Error>(archive).ok()?;
    let relations = relations.into_iter().map(|old| {
        let RelationTwo { edge_type, text, from, to, verb, passive, inverse, rules } = old;
        Relation { edge_type, text, from, to, verb, passive, inverse, rules, acyclic: false }
    });
    let types = types.into_iter().map(|old| {
        let NodeTypeTwo { label, text, singular, plural, synonyms, key, name, qualifier, rules, style } = old;
        let (homonyms, other_names) = (false, None);
        NodeType { label, text, singular, plural, synonyms, key, name, homonyms, other_names, qualifier, rules, style }
    });
    Some(Schema { name, text, properties, types: types.collect(), relations: relations.collect() })
}
