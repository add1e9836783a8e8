//! What a curator wants to know of a graph that is sound but may not be good.
//!
//! In: a [`View`]. Out: [`Finding`]s, sorted by code, type and key, so that the same graph gives the same list. The schema
//! says what is expected of nodes and edges; a graph without one is looked at for what needs none. Nothing here takes time
//! that grows with the square of the graph.

mod cycle;
mod evidence;
mod names;
mod property;

use std::fmt;

use crate::model::{Direction, EdgeId, NodeId};
use crate::store::{Called, Error, View};

/// What is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A node without edges.
    Orphan,
    /// An edge that has none of the evidence that its relation may carry.
    NoEvidence,
    /// Edges of an acyclic relation that lead back to where they began.
    Cycle,
    /// Two nodes of a type that are called nearly the same.
    NearDuplicate,
    /// A property that the schema requires and that is not there.
    MissingProperty,
}

impl Code {
    /// Every code, in the order of findings.
    pub const ALL: [Code; 5] =
        [Code::Orphan, Code::NoEvidence, Code::Cycle, Code::NearDuplicate, Code::MissingProperty];

    /// How it is written.
    pub fn name(self) -> &'static str {
        match self {
            Code::Orphan => "orphan",
            Code::NoEvidence => "no-evidence",
            Code::Cycle => "cycle",
            Code::NearDuplicate => "near-duplicate",
            Code::MissingProperty => "missing-property",
        }
    }
}

/// One thing that a curator may want to mend.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Of which kind.
    pub code: Code,
    /// The node, or the node that the edge leaves.
    pub node: Called,
    /// The edge's type and the node that it enters, when it is about an edge.
    pub edge: Option<(String, Called)>,
    /// What is wrong, as a part of a sentence.
    pub message: String,
}

impl fmt::Display for Finding {
    /// ``orphan: Skill `python` (Python): it has no edges``
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.node)?;
        if let Some((edge_type, target)) = &self.edge {
            write!(f, " {edge_type} {target}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Everything that is found, but for the codes that are allowed.
///
/// ```
/// use kenning::lint::{Code, lint};
/// use kenning::model::Value;
/// use kenning::store::{Snapshot, View};
///
/// let base = Snapshot::empty();
/// let mut view = View::new(&base);
/// for name in ["Data quality", "Quality of data"] {
///     view.create_node(&["Topic"], vec![("name", Value::string(name))])?;
/// }
/// let findings = lint(&view, &[Code::Orphan])?;
/// assert_eq!(
///     findings[0].to_string(),
///     "near-duplicate: Topic `Data quality`: it is called nearly as Topic `Quality of data`"
/// );
/// # Ok::<(), kenning::store::Error>(())
/// ```
///
/// # Errors
///
/// A read met damage.
pub fn lint(view: &View<'_>, allowed: &[Code]) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for code in Code::ALL.into_iter().filter(|code| !allowed.contains(code)) {
        match code {
            Code::Orphan => orphans(view, &mut findings),
            Code::NoEvidence => evidence::find(view, &mut findings),
            Code::Cycle => cycle::find(view, &mut findings),
            Code::NearDuplicate => names::find(view, &mut findings),
            Code::MissingProperty => property::find(view, &mut findings),
        }
    }
    view.health()?;
    findings.sort();
    Ok(findings)
}

fn orphans(view: &View<'_>, findings: &mut Vec<Finding>) {
    for node in nodes(view).filter(|node| view.degree(*node, Direction::Both, None) == 0) {
        findings.push(about_node(view, Code::Orphan, node, "it has no edges"));
    }
}

fn nodes<'v>(view: &'v View<'_>) -> impl Iterator<Item = NodeId> + 'v {
    view.scan(|_| true).into_iter().flatten().map(NodeId)
}

fn about_node(view: &View<'_>, code: Code, node: NodeId, message: impl Into<String>) -> Finding {
    Finding { code, node: view.called(node), edge: None, message: message.into() }
}

fn about_edge(view: &View<'_>, code: Code, edge: EdgeId, message: impl Into<String>) -> Option<Finding> {
    let ends = view.edge(edge)?;
    let edge = Some((view.edge_type_name(ends.edge_type).to_owned(), view.called(ends.target)));
    Some(Finding { code, node: view.called(ends.source), edge, message: message.into() })
}

/// Names in backquotes between commas.
fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
