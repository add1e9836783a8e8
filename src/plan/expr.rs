//! Resolved expressions: names are [`Var`]s, functions are known, every scope is settled.
//!
//! The same tree serves the logical and the physical plan; a subquery is a number into the plan's list of subplans.
//! Property keys and labels stay names, because a statement may create them while it runs; the executor looks them
//! up in the view's catalog once a batch.

use std::sync::Arc;

use crate::model::function::{Aggregate, Clock, Function};
use crate::model::{Span, Value, Var};

pub use crate::lang::ast::{BinaryOp, CompareOp, QuantifierKind, UnaryOp};

/// A resolved expression, with the place that a runtime error shows.
///
/// Two expressions are equal when they compute the same, wherever they were written: grouping keys and sort keys are
/// recognised that way.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Where it was written.
    pub span: Span,
    /// What it computes; shared, because rules and operators take copies of what they need.
    pub kind: Arc<ExprKind>,
}

/// What an expression computes.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A constant (never a node, an edge or a path).
    Literal(Value<'static>),
    /// `$name`
    Parameter(String),
    /// A column of the batch.
    Var(Var),
    /// A property of a node or an edge, or an entry of a map; null for null.
    Property(Expr, String),
    /// `subject[index]` on a list, a map, a node or an edge.
    Index(Expr, Expr),
    /// `list[from..to]`
    Slice(Expr, Option<Expr>, Option<Expr>),
    /// One operand.
    Unary(UnaryOp, Expr),
    /// Two operands. For `AND` and `OR` the right side runs only on rows that the left side leaves open.
    Binary(BinaryOp, Expr, Expr),
    /// One comparison; a chain is an `AND` of these.
    Compare(CompareOp, Expr, Expr),
    /// `IS NULL`; its negation is `NOT`.
    IsNull(Expr),
    /// A label predicate on a node, or a type predicate on an edge.
    HasLabels(Expr, Labels),
    /// A scalar function; the arguments' number has been checked.
    Call(Function, Vec<Expr>),
    /// Conditions and results; a simple `CASE` carries its operand.
    Case {
        /// Compared for equality with each condition; when none, conditions are predicates.
        operand: Option<Expr>,
        /// Condition (or value) and result.
        branches: Vec<(Expr, Expr)>,
        /// The result when no branch is taken; null without it.
        otherwise: Option<Expr>,
    },
    /// A list of these elements.
    List(Vec<Expr>),
    /// A map of these entries.
    Map(Vec<(String, Expr)>),
    /// `subject {.key, .*, key: value}`: null for a null subject.
    MapProjection(Expr, Vec<MapEntry>),
    /// For each element of `list` that satisfies `predicate`: `result`, or the element.
    ListComprehension {
        /// Holds the element.
        var: Var,
        /// The list.
        list: Expr,
        /// Keeps an element only when true.
        predicate: Option<Expr>,
        /// What goes into the result.
        result: Option<Expr>,
    },
    /// `all`, `any`, `none`, `single` with three-valued logic.
    Quantifier {
        /// Which.
        kind: QuantifierKind,
        /// Holds the element.
        var: Var,
        /// The list.
        list: Expr,
        /// The predicate.
        predicate: Expr,
    },
    /// A left fold.
    Reduce {
        /// Holds the accumulator.
        accumulator: Var,
        /// Its first value.
        initial: Expr,
        /// Holds the element.
        var: Var,
        /// The list.
        list: Expr,
        /// The accumulator's next value.
        step: Expr,
    },
    /// A path that starts at a node and walks the edges of the steps; a step is an edge or a list of edges. Null
    /// when any part is null. The nodes between follow from the edges.
    Path {
        /// Holds the first node.
        start: Var,
        /// Each holds an edge or a list of edges.
        steps: Vec<Var>,
    },
    /// A correlated subquery.
    Subquery {
        /// Which of the plan's subplans.
        subplan: SubplanId,
        /// What to make of its rows.
        kind: SubqueryKind,
    },
}

/// An entry of a map projection.
#[derive(Clone, Debug, PartialEq)]
pub enum MapEntry {
    /// All properties of the subject.
    All,
    /// This key with this value.
    Entry(String, Expr),
}

/// What to make of a subquery's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubqueryKind {
    /// Whether there is a row.
    Exists,
    /// How many rows there are.
    Count,
    /// This column's values as a list.
    Collect(Var),
}

/// A number into the plan's list of subplans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SubplanId(pub usize);

/// A label expression without its spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Labels {
    /// This label (or edge type).
    Name(String),
    /// Any label at all.
    Any,
    /// Not these.
    Not(Box<Labels>),
    /// All of these.
    And(Vec<Labels>),
    /// One of these.
    Or(Vec<Labels>),
}

/// An aggregation; equality ignores the place, as with [`Expr`].
#[derive(Clone, Debug)]
pub struct AggregateCall {
    /// Where it was written.
    pub span: Span,
    /// Which.
    pub function: Aggregate,
    /// Over distinct (equivalent) values only.
    pub distinct: bool,
    /// None for `count(*)`; a percentile has two.
    pub arguments: Vec<Expr>,
    /// Holds how many rows a row stands for; none: one.
    pub weight: Option<Var>,
    /// The argument is the sum over the rows that a row stands for.
    pub summed: bool,
}

impl Expr {
    /// An expression of `kind` at `span`.
    pub fn new(span: Span, kind: ExprKind) -> Self {
        Expr { span, kind: Arc::new(kind) }
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for AggregateCall {
    fn eq(&self, other: &Self) -> bool {
        (self.function, self.distinct, &self.arguments, self.weight, self.summed)
            == (other.function, other.distinct, &other.arguments, other.weight, other.summed)
    }
}

/// Calls `visit` with each direct child of the expression.
pub fn children<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    use ExprKind::*;
    match expr.kind.as_ref() {
        Literal(_) | Parameter(_) | Var(_) | Path { .. } | Subquery { .. } => {}
        Property(a, _) | Unary(_, a) | IsNull(a) | HasLabels(a, _) => visit(a),
        Index(a, b) | Binary(_, a, b) | Compare(_, a, b) => {
            visit(a);
            visit(b);
        }
        Slice(a, from, to) => {
            visit(a);
            from.iter().chain(to).for_each(visit);
        }
        Call(_, items) | List(items) => items.iter().for_each(visit),
        Case { operand, branches, otherwise } => {
            operand.iter().for_each(&mut *visit);
            for (condition, result) in branches {
                visit(condition);
                visit(result);
            }
            otherwise.iter().for_each(visit);
        }
        Map(entries) => entries.iter().for_each(|(_, value)| visit(value)),
        MapProjection(subject, entries) => {
            visit(subject);
            for entry in entries {
                if let MapEntry::Entry(_, value) = entry {
                    visit(value);
                }
            }
        }
        ListComprehension { list, predicate, result, .. } => {
            visit(list);
            predicate.iter().chain(result).for_each(visit);
        }
        Quantifier { list, predicate, .. } => {
            visit(list);
            visit(predicate);
        }
        Reduce { initial, list, step, .. } => {
            visit(initial);
            visit(list);
            visit(step);
        }
    }
}

/// Rebuilds the expression from the top: where `replace` gives an expression, that takes the place and its parts are
/// not looked at.
pub fn rewrite(expr: &Expr, replace: &dyn Fn(&Expr) -> Option<Expr>) -> Expr {
    use ExprKind::*;
    if let Some(new) = replace(expr) {
        return new;
    }
    let go = |e: &Expr| rewrite(e, replace);
    let option = |e: &Option<Expr>| e.as_ref().map(go);
    let kind = match expr.kind.as_ref() {
        kind @ (Literal(_) | Parameter(_) | Var(_) | Path { .. } | Subquery { .. }) => kind.clone(),
        Property(a, key) => Property(go(a), key.clone()),
        Unary(op, a) => Unary(*op, go(a)),
        IsNull(a) => IsNull(go(a)),
        HasLabels(a, labels) => HasLabels(go(a), labels.clone()),
        Index(a, b) => Index(go(a), go(b)),
        Binary(op, a, b) => Binary(*op, go(a), go(b)),
        Compare(op, a, b) => Compare(*op, go(a), go(b)),
        Slice(a, from, to) => Slice(go(a), option(from), option(to)),
        Call(function, items) => Call(*function, items.iter().map(go).collect()),
        List(items) => List(items.iter().map(go).collect()),
        Case { operand, branches, otherwise } => Case {
            operand: option(operand),
            branches: branches.iter().map(|(c, r)| (go(c), go(r))).collect(),
            otherwise: option(otherwise),
        },
        Map(entries) => Map(entries.iter().map(|(key, value)| (key.clone(), go(value))).collect()),
        MapProjection(subject, entries) => MapProjection(
            go(subject),
            entries
                .iter()
                .map(|entry| match entry {
                    MapEntry::All => MapEntry::All,
                    MapEntry::Entry(key, value) => MapEntry::Entry(key.clone(), go(value)),
                })
                .collect(),
        ),
        ListComprehension { var, list, predicate, result } => {
            ListComprehension { var: *var, list: go(list), predicate: option(predicate), result: option(result) }
        }
        Quantifier { kind, var, list, predicate } => {
            Quantifier { kind: *kind, var: *var, list: go(list), predicate: go(predicate) }
        }
        Reduce { accumulator, initial, var, list, step } => {
            Reduce { accumulator: *accumulator, initial: go(initial), var: *var, list: go(list), step: go(step) }
        }
    };
    Expr::new(expr.span, kind)
}

/// Whether two evaluations on the same row may differ.
pub fn volatile(expr: &Expr) -> bool {
    let mut found = matches!(
        expr.kind.as_ref(),
        ExprKind::Call(Function::Rand | Function::RandomUuid | Function::Now(_, Clock::Realtime), _)
    );
    children(expr, &mut |child| found |= volatile(child));
    found
}
