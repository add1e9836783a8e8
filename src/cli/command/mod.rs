//! The subcommands, one file each.

pub(super) mod build;
pub(super) mod check;
pub(super) mod checkpoint;
pub(super) mod diff;
pub(super) mod draft;
pub(super) mod dump;
pub(super) mod explain;
pub(super) mod export;
pub(super) mod import;
pub(super) mod lint;
pub(super) mod query;
pub(super) mod schema;
mod script;
pub(super) mod stats;

use super::exit::Failure;
use super::output::Output;
use super::render::Style;
use crate::model::Value;
use crate::{Database, View};

/// Writes rows that no statement gave, in any format.
pub(super) fn write_rows(
    columns: &[&str],
    rows: &[Vec<Value<'_>>],
    view: &View<'_>,
    style: &Style,
    output: &mut Output,
) -> Result<(), Failure> {
    let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
    let mut renderer = style.renderer(&columns, false, output.writer()?)?;
    for row in rows {
        renderer.row(row, view, output.writer()?)?;
    }
    renderer.end(output.writer()?)?;
    output.flush()
}

/// The labels of a graph with their nodes' number, in the order of the schema, else of the names.
pub(super) fn labels(database: &Database) -> Vec<(String, u64)> {
    let view = database.view();
    let mut labels: Vec<(String, u64)> = (0..view.label_count())
        .map(|number| crate::model::LabelId(number as u32))
        .map(|label| (view.label_name(label).to_owned(), view.nodes_with_label(label)))
        .collect();
    let declared = database.schema().map(|schema| schema.types.iter().map(|t| t.label.as_str()).collect());
    in_order(&mut labels, declared.unwrap_or_default());
    labels
}

/// The edge types of a graph with their edges' number, in the order of the schema, else of the names.
pub(super) fn edge_types(database: &Database) -> Vec<(String, u64)> {
    let view = database.view();
    let mut types: Vec<(String, u64)> = (0..view.edge_type_count())
        .map(|number| crate::model::EdgeTypeId(number as u32))
        .map(|edge_type| (view.edge_type_name(edge_type).to_owned(), view.edges_with_type(edge_type)))
        .collect();
    let declared = database.schema().map(|schema| schema.relations.iter().map(|r| r.edge_type.as_str()).collect());
    in_order(&mut types, declared.unwrap_or_default());
    types
}

/// Declared names first, in their order (with 0 when nothing bears them), then the others by name.
fn in_order(names: &mut Vec<(String, u64)>, declared: Vec<&str>) {
    for name in &declared {
        if !names.iter().any(|(known, _)| known == name) {
            names.push(((*name).to_owned(), 0));
        }
    }
    let rank = |name: &str| declared.iter().position(|declared| *declared == name).unwrap_or(declared.len());
    names.sort_by(|(a, _), (b, _)| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
}
