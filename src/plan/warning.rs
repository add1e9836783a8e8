//! Warnings: names that a statement reads and the graph does not know, and variables that are called as a label or a type
//! is. Legal openCypher, and mostly a typo.

use super::build::Built;
use super::expr::{Expr, ExprKind};
use super::logical::{Mention, MentionKind, Query};
use super::physical::{CreateEdge, CreateNode, Op, OpKind, SetItem, Warning};
use crate::model::{Catalog, Value, deep, nearest};

/// At most this many suggestions.
const SUGGESTIONS: usize = 3;

/// The mentions that the graph does not know, each name once.
pub(super) fn warnings(query: &Query, built: &Built, catalog: &dyn Catalog) -> Vec<Warning> {
    let mut made = Made::default();
    made.note(&built.root);
    let mut warnings: Vec<Warning> = Vec::new();
    let mut seen: Vec<(MentionKind, &str)> = Vec::new();
    for Mention { span, kind, name } in &query.mentions {
        if seen.contains(&(*kind, name)) || made.knows(*kind, name) {
            continue;
        }
        seen.push((*kind, name));
        let known = match kind {
            MentionKind::Label | MentionKind::AnyNode => catalog.labels(),
            MentionKind::EdgeType | MentionKind::AnyEdge => catalog.edge_types(),
            MentionKind::Key => catalog.keys(),
        };
        let variable = matches!(kind, MentionKind::AnyNode | MentionKind::AnyEdge);
        if known.contains(&name.as_str()) != variable {
            continue;
        }
        if variable {
            let what = if *kind == MentionKind::AnyNode { "any node" } else { "an edge of any type" };
            let message = format!("`{name}` is a variable here, for {what}");
            warnings.push(Warning { span: *span, message, suggestions: vec![format!(":{name}")] });
            continue;
        }
        let message = match kind {
            MentionKind::Label => format!("no node has the label `{name}`"),
            MentionKind::EdgeType => format!("no edge has the type `{name}`"),
            _ => format!("nothing has the property `{name}`"),
        };
        let near = nearest(name, known.iter().copied(), SUGGESTIONS);
        let suggestions = near.into_iter().map(str::to_owned).collect();
        warnings.push(Warning { span: *span, message, suggestions });
    }
    warnings.sort_by_key(|warning| warning.span);
    warnings
}

/// The names that the statement itself brings into the graph.
#[derive(Default)]
struct Made {
    names: Vec<(MentionKind, String)>,
    /// Properties come from a parameter, so they may have any key.
    any_key: bool,
}

impl Made {
    fn knows(&self, kind: MentionKind, name: &str) -> bool {
        (self.any_key && kind == MentionKind::Key) || self.names.iter().any(|(k, n)| *k == kind && n == name)
    }

    fn note(&mut self, op: &Op) {
        op.input.iter().for_each(|input| deep(|| self.note(input)));
        match &op.kind {
            OpKind::Create { nodes, edges } => self.created(nodes, edges),
            OpKind::Merge { merge, .. } => {
                self.created(&merge.nodes, &merge.edges);
                merge.on_create.iter().chain(&merge.on_match).for_each(|item| self.set(item));
            }
            OpKind::Set(items) => items.iter().for_each(|item| self.set(item)),
            OpKind::Foreach { inner } | OpKind::Apply { inner, .. } => self.note(&inner.root),
            OpKind::Union { branches, .. } => branches.iter().for_each(|(branch, _)| self.note(branch)),
            _ => {}
        }
    }

    fn created(&mut self, nodes: &[CreateNode], edges: &[CreateEdge]) {
        let labels = nodes.iter().flat_map(|node| &node.labels);
        self.names.extend(labels.map(|label| (MentionKind::Label, label.clone())));
        self.names.extend(edges.iter().map(|edge| (MentionKind::EdgeType, edge.edge_type.clone())));
        let of_nodes = nodes.iter().filter_map(|node| node.properties.as_ref());
        of_nodes.chain(edges.iter().filter_map(|edge| edge.properties.as_ref())).for_each(|map| self.keys(map));
    }

    fn keys(&mut self, properties: &Expr) {
        match properties.kind.as_ref() {
            ExprKind::Map(map) => self.names.extend(map.iter().map(|(key, _)| (MentionKind::Key, key.clone()))),
            _ => self.any_key = true,
        }
    }

    fn set(&mut self, item: &SetItem) {
        match item {
            SetItem::Property { key, .. } => match key.kind.as_ref() {
                ExprKind::Literal(Value::String(key)) => {
                    self.names.push((MentionKind::Key, key.as_str().to_owned()));
                }
                _ => self.any_key = true,
            },
            SetItem::Properties { value, .. } => self.keys(value),
            SetItem::Labels { labels, .. } => {
                self.names.extend(labels.iter().map(|label| (MentionKind::Label, label.clone())));
            }
        }
    }
}
