//! The description of a snapshot as versions 2 and 3 of the format wrote it: it does not say which edges go from a node to
//! itself.

use rkyv::{Archive, Deserialize, Serialize};

use super::{Meta, Section, SectionId, Shape, Strings};
use crate::model::definition::Definition;

#[derive(Archive, Serialize, Deserialize)]
struct MetaThree {
    nodes: u32,
    edges: u32,
    labels: Vec<String>,
    edge_types: Vec<String>,
    keys: Vec<String>,
    strings: Strings,
    shapes: Vec<Shape>,
    indexes: Vec<(u32, u32)>,
    definitions: Vec<Definition>,
    distinct: Vec<(u32, u32, u64)>,
    schema: Option<SectionId>,
    sections: Vec<Section>,
}

/// The description, as today's programs have it.
///
/// # Errors
///
/// The bytes are no archive of one.
pub(super) fn read(archive: &[u8]) -> Result<Meta, rkyv::rancor::Error> {
    let MetaThree {
        nodes,
        edges,
        labels,
        edge_types,
        keys,
        strings,
        shapes,
        indexes,
        definitions,
        distinct,
        schema,
        sections,
    } = rkyv::from_bytes::<MetaThree, rkyv::rancor::Error>(archive)?;
    Ok(Meta {
        nodes,
        edges,
        labels,
        edge_types,
        keys,
        strings,
        shapes,
        indexes,
        definitions,
        distinct,
        schema,
        loops: None,
        sections,
    })
}
