//! Patterns of the syntax tree: paths of nodes and edges, with labels and lengths.

use super::{Expr, Name};
use crate::model::{Direction, Span};

/// One pattern between commas: `variable = SELECTOR chain`.
#[derive(Clone, Debug, PartialEq)]
pub struct PathPattern {
    /// Where.
    pub span: Span,
    /// The path's variable.
    pub variable: Option<Name>,
    /// Which of the matching walks count.
    pub selector: Selector,
    /// Nodes and what lies between, in the order of the text: starts and ends with a node, or holds groups.
    pub elements: Vec<PathElement>,
}

/// Which of the matching walks count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector {
    /// All of them.
    All,
    /// One shortest walk for each pair of ends, before `WHERE` is asked: `ANY SHORTEST`, `SHORTEST 1`.
    AnyShortest,
    /// Every shortest walk for each pair of ends, before `WHERE` is asked: `ALL SHORTEST`.
    AllShortest,
    /// One walk for each pair of ends, the shortest of those that `WHERE` accepts: `shortestPath(...)`.
    ShortestPath,
    /// Every such walk: `allShortestPaths(...)`.
    AllShortestPaths,
    /// `SHORTEST k`.
    Shortest(u64),
    /// `ANY`: one walk for each pair of ends.
    Any,
}

/// A part of a chain.
#[derive(Clone, Debug, PartialEq)]
pub enum PathElement {
    /// `(n:Label {key: value} WHERE predicate)`
    Node(NodePattern),
    /// `-[e:TYPE*1..3 {key: value} WHERE predicate]->`
    Edge(EdgePattern),
    /// `((a)-[:R]->(b) WHERE predicate){1,3}`
    Group(GroupPattern),
}

/// A node in a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct NodePattern {
    /// Where.
    pub span: Span,
    /// The variable.
    pub variable: Option<Name>,
    /// `:A&!B`
    pub labels: Option<LabelExpr>,
    /// A map or a parameter.
    pub properties: Option<Expr>,
    /// `WHERE` inside the parentheses.
    pub predicate: Option<Expr>,
}

/// An edge in a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgePattern {
    /// Where.
    pub span: Span,
    /// The variable.
    pub variable: Option<Name>,
    /// Out is left to right.
    pub direction: Direction,
    /// `:A|B`
    pub types: Option<LabelExpr>,
    /// `*1..3`; none for exactly one edge.
    pub length: Option<Length>,
    /// A map or a parameter.
    pub properties: Option<Expr>,
    /// `WHERE` inside the brackets.
    pub predicate: Option<Expr>,
}

/// The bounds of a variable-length edge or a quantified group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// Where.
    pub span: Span,
    /// At least; 1 for `*`, `*..3` and `+`.
    pub min: u64,
    /// At most; none is no bound.
    pub max: Option<u64>,
}

/// A quantified path pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupPattern {
    /// Where.
    pub span: Span,
    /// What is repeated.
    pub elements: Vec<PathElement>,
    /// `WHERE` inside the parentheses.
    pub predicate: Option<Expr>,
    /// How often.
    pub length: Length,
}

/// A label expression, for nodes and (as edge types) for edges.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelExpr {
    /// Where.
    pub span: Span,
    /// What it asks.
    pub kind: LabelExprKind,
}

/// What a label expression asks. `:A:B` is `And`, `:A|:B` is `Or`.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelExprKind {
    /// `A`
    Name(String),
    /// `%`: any label at all.
    Wildcard,
    /// `!A`
    Not(Box<LabelExpr>),
    /// `A&B`
    And(Box<LabelExpr>, Box<LabelExpr>),
    /// `A|B`
    Or(Box<LabelExpr>, Box<LabelExpr>),
}
