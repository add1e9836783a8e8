//! Nodes of the syntax tree, all of which stand at one place of the sentence.

use crate::lang::ast::{
    BinaryOp, Clause, ClauseKind, CompareOp, EdgePattern, Expr, ExprKind, LabelExpr, LabelExprKind, Length, Literal,
    Name, NodePattern, PathElement, PathPattern, Projection, ProjectionItem, Query, Selector, SingleQuery, SortItem,
    UnaryOp, Union,
};
use crate::model::{Direction, Span};

/// The place that the nodes made with it carry.
#[derive(Clone, Copy)]
pub(super) struct At(pub(super) Span);

impl At {
    fn expr(self, kind: ExprKind) -> Expr {
        Expr::new(self.0, kind)
    }

    pub(super) fn name(self, text: &str) -> Name {
        Name { span: self.0, text: text.to_owned() }
    }

    pub(super) fn variable(self, name: &str) -> Expr {
        self.expr(ExprKind::Variable(name.to_owned()))
    }

    pub(super) fn string(self, text: &str) -> Expr {
        self.expr(ExprKind::Literal(Literal::String(text.to_owned())))
    }

    pub(super) fn int(self, int: i64) -> Expr {
        self.expr(ExprKind::Literal(Literal::Int(int)))
    }

    pub(super) fn property(self, subject: Expr, key: &str) -> Expr {
        self.expr(ExprKind::Property(subject, self.name(key)))
    }

    pub(super) fn index(self, subject: Expr, index: Expr) -> Expr {
        self.expr(ExprKind::Index(subject, index))
    }

    pub(super) fn list(self, items: Vec<Expr>) -> Expr {
        self.expr(ExprKind::List(items))
    }

    pub(super) fn map(self, entries: impl IntoIterator<Item = (String, Expr)>) -> Expr {
        self.expr(ExprKind::Map(entries.into_iter().map(|(key, value)| (self.name(&key), value)).collect()))
    }

    pub(super) fn call(self, function: &str, arguments: Vec<Expr>) -> Expr {
        self.expr(ExprKind::Call { function: vec![self.name(function)], distinct: false, arguments })
    }

    pub(super) fn call_distinct(self, function: &str, argument: Expr) -> Expr {
        self.expr(ExprKind::Call { function: vec![self.name(function)], distinct: true, arguments: vec![argument] })
    }

    /// The operands joined by the operator, from left to right; none without operands.
    pub(super) fn join(self, op: BinaryOp, operands: impl IntoIterator<Item = Expr>) -> Option<Expr> {
        let operands: Vec<Expr> = operands.into_iter().collect();
        if operands.len() > 1 && matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Xor) {
            return Some(self.expr(ExprKind::Chain(op, operands)));
        }
        operands.into_iter().reduce(|left, right| self.binary(left, op, right))
    }

    pub(super) fn binary(self, left: Expr, op: BinaryOp, right: Expr) -> Expr {
        self.expr(ExprKind::Binary(op, left, right))
    }

    pub(super) fn equal(self, left: Expr, right: Expr) -> Expr {
        self.expr(ExprKind::Comparison(left, vec![(CompareOp::Equal, right)]))
    }

    pub(super) fn not(self, operand: Expr) -> Expr {
        self.expr(ExprKind::Unary(UnaryOp::Not, operand))
    }

    pub(super) fn not_null(self, subject: Expr) -> Expr {
        self.expr(ExprKind::IsNull { subject, negated: true })
    }

    /// `CASE WHEN condition THEN result ELSE otherwise END`
    pub(super) fn case(self, condition: Expr, result: Expr, otherwise: Option<Expr>) -> Expr {
        self.expr(ExprKind::Case { operand: None, branches: vec![(condition, result)], otherwise })
    }

    /// `[variable IN list | result]`
    pub(super) fn each(self, variable: &str, list: Expr, result: Expr) -> Expr {
        let variable = self.name(variable);
        self.expr(ExprKind::ListComprehension { variable, list, predicate: None, result: Some(result) })
    }

    pub(super) fn reduce(self, accumulator: &str, initial: Expr, variable: &str, list: Expr, step: Expr) -> Expr {
        let (accumulator, variable) = (self.name(accumulator), self.name(variable));
        self.expr(ExprKind::Reduce { accumulator, initial, variable, list, step })
    }

    pub(super) fn exists(self, clauses: Vec<Clause>) -> Expr {
        self.expr(ExprKind::Exists(Box::new(self.query(clauses, Vec::new()))))
    }

    pub(super) fn count(self, clauses: Vec<Clause>) -> Expr {
        self.expr(ExprKind::Count(Box::new(self.query(clauses, Vec::new()))))
    }

    fn labels(self, names: &[&str]) -> Option<LabelExpr> {
        let at = |kind| LabelExpr { span: self.0, kind };
        let names = names.iter().map(|name| at(LabelExprKind::Name((*name).to_owned())));
        names.reduce(|left, right| at(LabelExprKind::Or(Box::new(left), Box::new(right))))
    }

    pub(super) fn node(self, variable: Option<&str>, labels: &[&str], properties: Option<Expr>) -> PathElement {
        let variable = variable.map(|variable| self.name(variable));
        PathElement::Node(NodePattern {
            span: self.0,
            variable,
            labels: self.labels(labels),
            properties,
            predicate: None,
        })
    }

    pub(super) fn edge(self, variable: Option<&str>, types: &[&str], direction: Direction) -> PathElement {
        let (variable, types) = (variable.map(|variable| self.name(variable)), self.labels(types));
        PathElement::Edge(EdgePattern {
            span: self.0,
            variable,
            direction,
            types,
            length: None,
            properties: None,
            predicate: None,
        })
    }

    /// `-[*]-`
    pub(super) fn any_edges(self) -> PathElement {
        PathElement::Edge(EdgePattern {
            span: self.0,
            variable: None,
            direction: Direction::Both,
            types: None,
            length: Some(Length { span: self.0, min: 1, max: None }),
            properties: None,
            predicate: None,
        })
    }

    pub(super) fn path(self, elements: Vec<PathElement>) -> PathPattern {
        PathPattern { span: self.0, variable: None, selector: Selector::All, elements }
    }

    pub(super) fn all_shortest(self, variable: &str, elements: Vec<PathElement>) -> PathPattern {
        PathPattern { span: self.0, variable: Some(self.name(variable)), selector: Selector::AllShortest, elements }
    }

    fn clause(self, kind: ClauseKind) -> Clause {
        Clause { span: self.0, kind }
    }

    pub(super) fn matching(self, pattern: PathPattern, predicate: Option<Expr>) -> Clause {
        self.clause(ClauseKind::Match { optional: false, patterns: vec![pattern], predicate })
    }

    pub(super) fn unwind(self, list: Expr, variable: &str) -> Clause {
        self.clause(ClauseKind::Unwind { list, variable: self.name(variable) })
    }

    pub(super) fn with(self, projection: Projection, predicate: Option<Expr>) -> Clause {
        self.clause(ClauseKind::With { projection, predicate })
    }

    pub(super) fn returning(self, projection: Projection) -> Clause {
        self.clause(ClauseKind::Return(projection))
    }

    /// An item; a variable needs no alias.
    pub(super) fn item(self, expr: Expr, alias: &str) -> ProjectionItem {
        let same = matches!(&*expr.kind, ExprKind::Variable(name) if name == alias);
        ProjectionItem { span: self.0, expr, alias: (!same).then(|| self.name(alias)) }
    }

    /// Items, sorted by the columns that `order` names.
    pub(super) fn project(self, distinct: bool, items: Vec<ProjectionItem>, order: &[&str]) -> Projection {
        let order = order.iter().map(|name| SortItem { span: self.0, expr: self.variable(name), descending: false });
        Projection { span: self.0, distinct, star: false, items, order: order.collect(), skip: None, limit: None }
    }

    fn single(self, clauses: Vec<Clause>) -> SingleQuery {
        SingleQuery { span: self.0, clauses }
    }

    /// A query of one branch, or of several joined by `UNION ALL`.
    pub(super) fn query(self, first: Vec<Clause>, others: Vec<Vec<Clause>>) -> Query {
        let others = others.into_iter().map(|clauses| Union { span: self.0, all: true, query: self.single(clauses) });
        Query { span: self.0, first: self.single(first), unions: others.collect() }
    }
}
