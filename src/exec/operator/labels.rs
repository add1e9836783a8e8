//! Label expressions against a view's catalog.

use crate::model::{Direction, EdgeTypeId, LabelId, NodeId};
use crate::plan::expr::Labels;
use crate::store::View;

/// A label expression whose names are numbers; a name that the graph does not know matches nothing.
#[derive(Clone, Debug)]
pub(in crate::exec) enum Resolved {
    Label(Option<LabelId>),
    Any,
    Not(Box<Resolved>),
    And(Vec<Resolved>),
    Or(Vec<Resolved>),
}

impl Resolved {
    pub(in crate::exec) fn new(labels: &Labels, view: &View<'_>) -> Self {
        let all = |parts: &[Labels]| parts.iter().map(|part| Resolved::new(part, view)).collect();
        match labels {
            Labels::Name(name) => Resolved::Label(view.label_id(name)),
            Labels::Any => Resolved::Any,
            Labels::Not(inner) => Resolved::Not(Box::new(Resolved::new(inner, view))),
            Labels::And(parts) => Resolved::And(all(parts)),
            Labels::Or(parts) => Resolved::Or(all(parts)),
        }
    }

    /// Whether a node with these labels satisfies it.
    pub(in crate::exec) fn accepts(&self, labels: &[LabelId]) -> bool {
        self.test(&|label| labels.contains(&label), &|| !labels.is_empty())
    }

    /// Whether the node satisfies it.
    pub(in crate::exec) fn accepts_node(&self, node: NodeId, view: &View<'_>) -> bool {
        self.test(&|label| view.has_label(node, label), &|| !view.node_labels(node).is_empty())
    }

    fn test(&self, has: &dyn Fn(LabelId) -> bool, any: &dyn Fn() -> bool) -> bool {
        match self {
            Resolved::Label(label) => label.is_some_and(has),
            Resolved::Any => any(),
            Resolved::Not(inner) => !inner.test(has, any),
            Resolved::And(parts) => parts.iter().all(|part| part.test(has, any)),
            Resolved::Or(parts) => parts.iter().any(|part| part.test(has, any)),
        }
    }
}

/// Whether every edge of these types (none: any) leads, in this direction, to a node with the label; false when that is not
/// known at once.
pub(super) fn leads_only_to(
    view: &View<'_>,
    types: Option<&[EdgeTypeId]>,
    direction: Direction,
    labels: &Labels,
) -> bool {
    let (Labels::Name(label), Some(types)) = (labels, types) else { return false };
    let Some(label) = view.label_id(label).filter(|_| direction != Direction::Both) else { return false };
    types.iter().all(|edge_type| view.only_at_label(label, *edge_type, direction.reverse()))
}

/// Whether an edge type of this name satisfies the expression: an edge has exactly one type.
pub(in crate::exec) fn type_matches(types: &Labels, name: &str) -> bool {
    match types {
        Labels::Name(wanted) => wanted == name,
        Labels::Any => true,
        Labels::Not(inner) => !type_matches(inner, name),
        Labels::And(parts) => parts.iter().all(|part| type_matches(part, name)),
        Labels::Or(parts) => parts.iter().any(|part| type_matches(part, name)),
    }
}

/// The edge types that satisfy the expression.
pub(in crate::exec) fn edge_types(types: &Labels, view: &View<'_>) -> Vec<EdgeTypeId> {
    (0..view.edge_type_count() as u32)
        .map(EdgeTypeId)
        .filter(|id| type_matches(types, view.edge_type_name(*id)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::context;
    use super::*;

    #[test]
    fn expressions_over_labels() {
        use Labels::{And, Any, Not, Or};
        let name = |name: &str| Labels::Name(name.to_owned());
        let view = context().view;
        let (a, b) = (view.label_id("A"), view.label_id("B"));
        let both: Vec<LabelId> = a.into_iter().chain(b).collect();
        // The labels that satisfy it: none, A, A and B; the types: R, S.
        let cases = [
            (name("A"), [false, true, true]),
            (name("Unknown"), [false, false, false]),
            (Any, [false, true, true]),
            (Not(Box::new(Any)), [true, false, false]),
            (Not(Box::new(name("B"))), [true, true, false]),
            (And(vec![name("A"), name("B")]), [false, false, true]),
            (Or(vec![name("B"), Not(Box::new(name("A")))]), [true, false, true]),
            (And(vec![]), [true, true, true]),
            (Or(vec![]), [false, false, false]),
        ];
        for (labels, expected) in cases {
            let resolved = Resolved::new(&labels, &view);
            assert_eq!([&both[..0], &both[..1], &both].map(|of| resolved.accepts(of)), expected, "{labels:?}");
        }
        let not_r = Not(Box::new(name("R")));
        assert_eq!(edge_types(&not_r, &view).len(), 1);
        assert!(type_matches(&not_r, "S") && !type_matches(&And(vec![name("R"), name("S")]), "R"));
    }
}
