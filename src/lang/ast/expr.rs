//! Expressions of the syntax tree.

use super::{LabelExpr, Name, PathPattern, Query};
use crate::model::Span;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Where.
    pub span: Span,
    /// What it computes.
    pub kind: Box<ExprKind>,
}

/// What an expression computes.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `null`, `true`, `1`, `1.5`, `'text'`
    Literal(Literal),
    /// `$name`
    Parameter(String),
    /// `name`
    Variable(String),
    /// `subject.key`
    Property(Expr, Name),
    /// `subject[index]`
    Index(Expr, Expr),
    /// `subject[from..to]`
    Slice(Expr, Option<Expr>, Option<Expr>),
    /// `NOT x`, `-x`, `+x`
    Unary(UnaryOp, Expr),
    /// `a AND b AND c`: two or more operands of one of `AND`, `OR` and `XOR`; however many, they make the tree one deeper.
    Chain(BinaryOp, Vec<Expr>),
    /// `a + b`, `a IN b`, `a STARTS WITH b`
    Binary(BinaryOp, Expr, Expr),
    /// `a < b <= c`: each comparison holds; one or more of them.
    Comparison(Expr, Vec<(CompareOp, Expr)>),
    /// `x IS NULL`, `x IS NOT NULL`
    IsNull {
        /// The subject.
        subject: Expr,
        /// `IS NOT NULL`
        negated: bool,
    },
    /// `n:A&B`
    HasLabels(Expr, LabelExpr),
    /// `name.space.function([DISTINCT] arguments)`
    Call {
        /// The name's parts between dots.
        function: Vec<Name>,
        /// `DISTINCT`
        distinct: bool,
        /// The arguments.
        arguments: Vec<Expr>,
    },
    /// `count(*)`
    CountStar,
    /// `CASE [operand] WHEN .. THEN .. [ELSE ..] END`
    Case {
        /// The operand of the simple form.
        operand: Option<Expr>,
        /// Condition (or value) and result.
        branches: Vec<(Expr, Expr)>,
        /// `ELSE`
        otherwise: Option<Expr>,
    },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{key: value}`
    Map(Vec<(Name, Expr)>),
    /// `subject {.key, .*, key: value, variable}`
    MapProjection(Expr, Vec<MapItem>),
    /// `[variable IN list WHERE predicate | result]`
    ListComprehension {
        /// The variable.
        variable: Name,
        /// The list.
        list: Expr,
        /// `WHERE`
        predicate: Option<Expr>,
        /// Behind `|`.
        result: Option<Expr>,
    },
    /// `[path = (a)-->(b) WHERE predicate | result]`
    PatternComprehension {
        /// The pattern, with the path's variable.
        pattern: PathPattern,
        /// `WHERE`
        predicate: Option<Expr>,
        /// Behind `|`.
        result: Expr,
    },
    /// `all(variable IN list WHERE predicate)` and its kin
    Quantifier {
        /// Which.
        kind: QuantifierKind,
        /// The variable.
        variable: Name,
        /// The list.
        list: Expr,
        /// `WHERE`
        predicate: Option<Expr>,
    },
    /// `reduce(accumulator = initial, variable IN list | step)`
    Reduce {
        /// The accumulator.
        accumulator: Name,
        /// Its first value.
        initial: Expr,
        /// The variable.
        variable: Name,
        /// The list.
        list: Expr,
        /// The accumulator's next value.
        step: Expr,
    },
    /// A pattern as a predicate, or `shortestPath(...)` as a value.
    Pattern(PathPattern),
    /// `EXISTS { query }`; a bare pattern in the braces is a query of one `MATCH` without `RETURN`.
    Exists(Box<Query>),
    /// `COUNT { query }`
    Count(Box<Query>),
    /// `COLLECT { query }`
    Collect(Box<Query>),
}

/// A literal.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(String),
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum UnaryOp {
    Not,
    Minus,
    Plus,
}

/// An operator with two operands, other than comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Or,
    Xor,
    And,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    In,
    StartsWith,
    EndsWith,
    Contains,
    /// `=~`
    Matches,
    /// `||`: strings and lists joined.
    Concat,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum CompareOp {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// An item of a map projection.
#[derive(Clone, Debug, PartialEq)]
pub enum MapItem {
    /// `.key`
    Property(Name),
    /// `.*`
    All(Span),
    /// `key: value`
    Entry(Name, Expr),
    /// `variable`
    Variable(Name),
}

/// A quantifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum QuantifierKind {
    All,
    Any,
    None,
    Single,
}

impl Expr {
    /// An expression of `kind` at `span`.
    pub fn new(span: Span, kind: ExprKind) -> Self {
        Expr { span, kind: Box::new(kind) }
    }
}
