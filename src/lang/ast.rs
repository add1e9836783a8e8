//! The syntax tree: what a statement says, before any name is resolved.
//!
//! Both grammars end here. Every node of the tree carries the [`Span`] of its text; a sentence's tree carries the
//! spans of the sentence. Nothing here knows a graph, a schema or a plan.

use crate::model::definition::Change;
use crate::model::{Direction, Span};

/// A name as written (without its backquotes), and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// Where.
    pub span: Span,
    /// The name itself.
    pub text: String,
}

/// A whole statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Where.
    pub span: Span,
    /// `EXPLAIN` or `PROFILE` in front of it.
    pub mode: Mode,
    /// What it asks.
    pub query: Query,
}

/// What to do with a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Run it.
    Run,
    /// Show its plan.
    Explain,
    /// Run it and show its plan with counts.
    Profile,
}

/// Single queries joined by `UNION`.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Where.
    pub span: Span,
    /// The first branch.
    pub first: SingleQuery,
    /// The further branches.
    pub unions: Vec<Union>,
}

/// A further branch of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Union {
    /// From the keyword on.
    pub span: Span,
    /// `UNION ALL` keeps duplicates.
    pub all: bool,
    /// The branch.
    pub query: SingleQuery,
}

/// Clauses in the order of their text.
#[derive(Clone, Debug, PartialEq)]
pub struct SingleQuery {
    /// Where.
    pub span: Span,
    /// The clauses.
    pub clauses: Vec<Clause>,
}

/// A clause.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// Where.
    pub span: Span,
    /// What it does.
    pub kind: ClauseKind,
}

/// What a clause does.
#[derive(Clone, Debug, PartialEq)]
pub enum ClauseKind {
    /// `[OPTIONAL] MATCH patterns [WHERE predicate]`
    Match {
        /// Keep rows without a match.
        optional: bool,
        /// The patterns between commas.
        patterns: Vec<PathPattern>,
        /// The predicate.
        predicate: Option<Expr>,
    },
    /// `UNWIND list AS variable`
    Unwind {
        /// The list.
        list: Expr,
        /// The variable that holds one element a row.
        variable: Name,
    },
    /// `WITH projection [WHERE predicate]`
    With {
        /// What goes on.
        projection: Projection,
        /// The predicate on what goes on.
        predicate: Option<Expr>,
    },
    /// `RETURN projection`
    Return(Projection),
    /// `FINISH`
    Finish,
    /// `CREATE patterns`
    Create(Vec<PathPattern>),
    /// `MERGE pattern [ON CREATE SET ...] [ON MATCH SET ...]`
    Merge {
        /// The pattern.
        pattern: PathPattern,
        /// `ON CREATE` items, in order.
        on_create: Vec<SetItem>,
        /// `ON MATCH` items, in order.
        on_match: Vec<SetItem>,
    },
    /// `[DETACH] DELETE expressions`
    Delete {
        /// Edges of the nodes go too.
        detach: bool,
        /// What to delete.
        targets: Vec<Expr>,
    },
    /// `SET items`
    Set(Vec<SetItem>),
    /// `REMOVE items`
    Remove(Vec<RemoveItem>),
    /// `FOREACH (variable IN list | clauses)`
    Foreach {
        /// The variable.
        variable: Name,
        /// The list.
        list: Expr,
        /// The updating clauses.
        clauses: Vec<Clause>,
    },
    /// `CALL procedure(arguments) YIELD items`
    Call {
        /// The name's parts between dots.
        procedure: Vec<Name>,
        /// The arguments; none when the parentheses are left out (standalone call).
        arguments: Option<Vec<Expr>>,
        /// `YIELD *`, a list of items, or none.
        items: Yield,
        /// `WHERE` behind the items.
        predicate: Option<Expr>,
    },
    /// `CALL (imports) { query }`
    Subquery {
        /// `(a, b)` in front of the brace; none when left out.
        imports: Option<Vec<Name>>,
        /// The query.
        query: Box<Query>,
    },
    /// `CREATE INDEX`, `CREATE CONSTRAINT`, `DROP`: always the only clause of a statement
    Define(Change),
    /// `LOAD CSV [WITH HEADERS] FROM source AS variable [FIELDTERMINATOR text]`
    LoadCsv {
        /// Rows are maps by header.
        headers: bool,
        /// The file.
        source: Expr,
        /// The variable.
        variable: Name,
        /// The separator.
        terminator: Option<Expr>,
    },
}

/// What a call yields.
#[derive(Clone, Debug, PartialEq)]
pub enum Yield {
    /// No `YIELD`.
    None,
    /// `YIELD *` or `YIELD -`.
    All,
    /// Field and alias.
    Items(Vec<(Name, Option<Name>)>),
}

/// The body of `WITH` and `RETURN`.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// Where.
    pub span: Span,
    /// `DISTINCT`.
    pub distinct: bool,
    /// `*`: everything in scope, before the items.
    pub star: bool,
    /// The items.
    pub items: Vec<ProjectionItem>,
    /// `ORDER BY`.
    pub order: Vec<SortItem>,
    /// `SKIP` (or `OFFSET`).
    pub skip: Option<Expr>,
    /// `LIMIT`.
    pub limit: Option<Expr>,
}

/// `expression [AS alias]`
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectionItem {
    /// Where.
    pub span: Span,
    /// The expression; its text is the column's name when there is no alias.
    pub expr: Expr,
    /// The alias.
    pub alias: Option<Name>,
}

/// `expression [ASC | DESC]`
#[derive(Clone, Debug, PartialEq)]
pub struct SortItem {
    /// Where.
    pub span: Span,
    /// The expression.
    pub expr: Expr,
    /// `DESC`.
    pub descending: bool,
}

/// An item of `SET`.
#[derive(Clone, Debug, PartialEq)]
pub enum SetItem {
    /// `subject.key = value` or `subject[key] = value`; the target is a property or index expression.
    Property {
        /// The property.
        target: Expr,
        /// The value.
        value: Expr,
    },
    /// `variable = value`: all properties are replaced.
    Replace {
        /// The variable.
        variable: Name,
        /// A map, a node or an edge.
        value: Expr,
    },
    /// `variable += value`: the map's keys are replaced.
    Add {
        /// The variable.
        variable: Name,
        /// A map, a node or an edge.
        value: Expr,
    },
    /// `variable:A:B`
    Labels {
        /// The variable.
        variable: Name,
        /// The labels.
        labels: Vec<Name>,
    },
}

/// An item of `REMOVE`.
#[derive(Clone, Debug, PartialEq)]
pub enum RemoveItem {
    /// `subject.key`
    Property(Expr),
    /// `variable:A:B`
    Labels {
        /// The variable.
        variable: Name,
        /// The labels.
        labels: Vec<Name>,
    },
}

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
