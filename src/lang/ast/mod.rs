//! The syntax tree: what a statement says, before any name is resolved.
//!
//! Both grammars end here. Every node of the tree carries the [`Span`] of its text; a sentence's tree carries the
//! spans of the sentence. Nothing here knows a graph, a schema or a plan.

mod expr;
mod pattern;

pub use expr::{BinaryOp, CompareOp, Expr, ExprKind, Literal, MapItem, QuantifierKind, UnaryOp};
pub use pattern::{
    EdgePattern, GroupPattern, LabelExpr, LabelExprKind, Length, NodePattern, PathElement, PathPattern, Selector,
};

use crate::model::Span;
use crate::model::definition::Change;

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
