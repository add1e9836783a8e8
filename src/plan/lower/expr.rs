//! Expressions: names become variables, calls are checked against the table of functions, and what can be known of
//! a value's kind before anything runs is checked too.

use std::sync::Arc;

use super::scope::{Scope, Static};
use super::{Lower, Result};
use crate::lang::ast::{self, BinaryOp, ExprKind as Ast, Literal, MapItem, Name, UnaryOp};
use crate::model::function::{Aggregate, Types};
use crate::model::temporal::COMPONENTS;
use crate::model::{Detail, Diagnostic, Span, Value, Var};
use crate::plan::expr::{AggregateCall, Expr, ExprKind, Labels, MapEntry};
use crate::plan::logical::MentionKind;

/// A resolved expression and what is known of its value.
pub(super) type Typed = (Expr, Static);

/// The same, before it has its place.
pub(super) type Kinded = (ExprKind, Static);

/// What an expression may contain where it stands.
pub(super) struct Env<'e> {
    /// The names in scope.
    pub(super) scope: &'e Scope,
    /// Where aggregations go; none: they are not allowed here.
    pub(super) aggregates: Option<&'e mut Vec<(Var, AggregateCall)>>,
}

impl<'e> Env<'e> {
    /// Names only.
    pub(super) fn plain(scope: &'e Scope) -> Self {
        Env { scope, aggregates: None }
    }
}

/// Whether a bare pattern may stand here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    Value,
    Predicate,
}

/// The operands joined by an operator that is associative, as a tree of the least depth; none without operands.
pub(super) fn join(op: BinaryOp, mut operands: Vec<Expr>) -> Option<Expr> {
    let right = match operands.len() {
        0 | 1 => return operands.pop(),
        length => join(op, operands.split_off(length.div_ceil(2)))?,
    };
    let left = join(op, operands)?;
    Some(Expr::new(left.span.to(right.span), ExprKind::Binary(op, left, right)))
}

impl Lower<'_> {
    /// An expression without aggregation.
    pub(super) fn value(&mut self, expr: &ast::Expr, scope: &Scope) -> Result<Typed> {
        self.expr(expr, &mut Env::plain(scope), As::Value)
    }

    /// A predicate without aggregation; patterns may stand in it.
    pub(super) fn predicate(&mut self, expr: &ast::Expr, scope: &Scope) -> Result<Expr> {
        self.condition(expr, &mut Env::plain(scope))
    }

    fn condition(&mut self, expr: &ast::Expr, env: &mut Env<'_>) -> Result<Expr> {
        let (predicate, is) = self.expr(expr, env, As::Predicate)?;
        self.must_meet(is, Types::BOOL, expr.span, "a predicate must be true or false")?;
        Ok(predicate)
    }

    /// Lowers an expression. The arms call, and hold nothing themselves: this function recurses to the depth of the
    /// tree, so its frame must stay small.
    pub(super) fn expr(&mut self, expr: &ast::Expr, env: &mut Env<'_>, position: As) -> Result<Typed> {
        let span = expr.span;
        let lowered = match expr.kind.as_ref() {
            Ast::Literal(literal) => Ok(literal_value(literal)),
            Ast::Parameter(name) => Ok((self.parameter(name, span), Static::ANY)),
            Ast::Variable(name) => self.variable(name, span, env),
            Ast::Property(subject, key) => self.property(subject, key, env),
            Ast::Index(subject, index) => self.index(subject, index, env),
            Ast::Slice(subject, from, to) => self.slice(subject, from.as_ref(), to.as_ref(), env),
            Ast::Unary(op, operand) => self.unary(*op, operand, env, position),
            Ast::Chain(op, operands) => self.chain(*op, operands, env, position),
            Ast::Binary(op, left, right) => self.binary(*op, left, right, env),
            Ast::Comparison(first, rest) => return self.comparison(first, rest, env),
            Ast::IsNull { subject, negated } => self.is_null(subject, *negated, span, env),
            Ast::HasLabels(subject, labels) => self.has_labels(subject, labels, env),
            Ast::Call { function, distinct, arguments } => {
                return self.call(span, function, *distinct, arguments, env);
            }
            Ast::CountStar => {
                let call = AggregateCall {
                    span,
                    function: Aggregate::CountStar,
                    distinct: false,
                    arguments: vec![],
                    weight: None,
                    summed: false,
                };
                self.aggregate(call, Static::of(Types::INT), env).map(|kind| (kind, Static::of(Types::INT)))
            }
            Ast::Case { operand, branches, otherwise } => {
                self.case(operand.as_ref(), branches, otherwise.as_ref(), env)
            }
            Ast::List(items) => self.list_of(items, env),
            Ast::Map(entries) => self.map_of(entries, env),
            Ast::MapProjection(subject, items) => self.map_projection(subject, items, env),
            Ast::ListComprehension { variable, list, predicate, result } => {
                self.list_comprehension(variable, list, predicate.as_ref(), result.as_ref(), env)
            }
            Ast::Quantifier { kind, variable, list, predicate } => {
                self.quantifier(*kind, variable, list, predicate.as_ref(), env)
            }
            Ast::Reduce { accumulator, initial, variable, list, step } => {
                self.reduce((accumulator, initial), (variable, list), step, env)
            }
            Ast::Pattern(pattern) => self.pattern_expr(pattern, env.scope, span, position),
            Ast::PatternComprehension { pattern, predicate, result } => {
                self.pattern_comprehension(pattern, predicate.as_ref(), result, env.scope)
            }
            Ast::Exists(query) => self.exists(query, env.scope),
            Ast::Count(query) => self.count(query, env.scope),
            Ast::Collect(query) => self.collect(query, env.scope, span),
        };
        lowered.map(|(kind, is)| (Expr::new(span, kind), is))
    }

    fn variable(&self, name: &str, span: Span, env: &Env<'_>) -> Result<Kinded> {
        let var = env.scope.get(name).ok_or_else(|| self.undefined(name, span, env.scope))?;
        Ok((ExprKind::Var(var), self.is(var)))
    }

    fn property(&mut self, subject: &ast::Expr, key: &Name, env: &mut Env<'_>) -> Result<Kinded> {
        let (subject, is) = self.expr(subject, env, As::Value)?;
        self.has_properties(is, subject.span)?;
        if !is.kinds.meets(Types::MAP) {
            // `d.year` may ask a date.
            let temporal = is.kinds.meets(Types::TEMPORAL.or(Types::DURATION));
            if !(temporal && COMPONENTS.contains(&key.text.as_str())) {
                self.mention(MentionKind::Key, key.span, &key.text);
            }
        }
        Ok((ExprKind::Property(subject, key.text.clone()), Static::ANY))
    }

    fn index(&mut self, subject: &ast::Expr, index: &ast::Expr, env: &mut Env<'_>) -> Result<Kinded> {
        let (subject, is) = self.expr(subject, env, As::Value)?;
        let (index, _) = self.expr(index, env, As::Value)?;
        let element = if is.kinds == Types::LIST { is.element() } else { Static::ANY };
        Ok((ExprKind::Index(subject, index), element))
    }

    fn slice(
        &mut self,
        subject: &ast::Expr,
        from: Option<&ast::Expr>,
        to: Option<&ast::Expr>,
        env: &mut Env<'_>,
    ) -> Result<Kinded> {
        let (subject, is) = self.expr(subject, env, As::Value)?;
        self.must_meet(is, Types::LIST, subject.span, "only a list can be sliced")?;
        let from = self.optional(from, env)?;
        let to = self.optional(to, env)?;
        Ok((ExprKind::Slice(subject, from, to), Static { kinds: Types::LIST, elements: is.elements }))
    }

    fn is_null(&mut self, subject: &ast::Expr, negated: bool, span: Span, env: &mut Env<'_>) -> Result<Kinded> {
        let (subject, _) = self.expr(subject, env, As::Value)?;
        let is_null = ExprKind::IsNull(subject);
        let kind = if negated { ExprKind::Unary(UnaryOp::Not, Expr::new(span, is_null)) } else { is_null };
        Ok((kind, Static::of(Types::BOOL)))
    }

    fn has_labels(&mut self, subject: &ast::Expr, labels: &ast::LabelExpr, env: &mut Env<'_>) -> Result<Kinded> {
        let (subject, is) = self.expr(subject, env, As::Value)?;
        let element = Types::NODE.or(Types::EDGE);
        self.must_meet(is, element, subject.span, "only a node or an edge has labels")?;
        let kind = if is.kinds == Types::EDGE { MentionKind::EdgeType } else { MentionKind::Label };
        Ok((ExprKind::HasLabels(subject, self.labels(labels, kind)), Static::of(Types::BOOL)))
    }

    fn list_of(&mut self, items: &[ast::Expr], env: &mut Env<'_>) -> Result<Kinded> {
        let mut elements = Types(0);
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            let (item, is) = self.expr(item, env, As::Value)?;
            elements = elements.or(is.kinds);
            list.push(item);
        }
        let elements = if list.is_empty() { Types::ANY } else { elements };
        Ok((ExprKind::List(list), Static::list(elements)))
    }

    fn map_of(&mut self, entries: &[(Name, ast::Expr)], env: &mut Env<'_>) -> Result<Kinded> {
        let mut map = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            map.push((key.text.clone(), self.expr(value, env, As::Value)?.0));
        }
        Ok((ExprKind::Map(map), Static::of(Types::MAP)))
    }

    fn list_comprehension(
        &mut self,
        variable: &Name,
        list: &ast::Expr,
        predicate: Option<&ast::Expr>,
        result: Option<&ast::Expr>,
        env: &mut Env<'_>,
    ) -> Result<Kinded> {
        let (list, is) = self.list(list, env)?;
        let (inner, var) = self.element(env.scope, variable, is);
        let inner = &mut Env::plain(&inner);
        let predicate = predicate.map(|p| self.condition(p, inner)).transpose()?;
        let result = result.map(|r| self.expr(r, inner, As::Value)).transpose()?;
        let elements = result.as_ref().map_or(is.elements, |(_, is)| is.kinds);
        let result = result.map(|(result, _)| result);
        Ok((ExprKind::ListComprehension { var, list, predicate, result }, Static::list(elements)))
    }

    fn quantifier(
        &mut self,
        kind: ast::QuantifierKind,
        variable: &Name,
        list: &ast::Expr,
        predicate: Option<&ast::Expr>,
        env: &mut Env<'_>,
    ) -> Result<Kinded> {
        let (list, is) = self.list(list, env)?;
        let (inner, var) = self.element(env.scope, variable, is);
        let predicate = match predicate {
            Some(predicate) => self.condition(predicate, &mut Env::plain(&inner))?,
            None => Expr::new(variable.span, ExprKind::Var(var)),
        };
        Ok((ExprKind::Quantifier { kind, var, list, predicate }, Static::of(Types::BOOL)))
    }

    fn reduce(
        &mut self,
        (accumulator, initial): (&Name, &ast::Expr),
        (variable, list): (&Name, &ast::Expr),
        step: &ast::Expr,
        env: &mut Env<'_>,
    ) -> Result<Kinded> {
        let (initial, _) = self.expr(initial, env, As::Value)?;
        let (list, is) = self.list(list, env)?;
        let (mut inner, var) = self.element(env.scope, variable, is);
        let accumulator_var = self.fresh(accumulator.text.clone(), Static::ANY);
        inner.bind(&accumulator.text, accumulator_var);
        let (step, is) = self.expr(step, &mut Env::plain(&inner), As::Value)?;
        Ok((ExprKind::Reduce { accumulator: accumulator_var, initial, var, list, step }, is))
    }

    fn optional(&mut self, expr: Option<&ast::Expr>, env: &mut Env<'_>) -> Result<Option<Expr>> {
        expr.map(|e| self.expr(e, env, As::Value).map(|(e, _)| e)).transpose()
    }

    fn list(&mut self, list: &ast::Expr, env: &mut Env<'_>) -> Result<Typed> {
        let (expr, is) = self.expr(list, env, As::Value)?;
        self.must_meet(is, Types::LIST, list.span, "this must be a list")?;
        Ok((expr, is))
    }

    /// The scope in which `variable` holds an element of the list.
    fn element(&mut self, scope: &Scope, variable: &Name, list: Static) -> (Scope, Var) {
        let var = self.fresh(variable.text.clone(), list.element());
        let mut inner = scope.clone();
        inner.bind(&variable.text, var);
        (inner, var)
    }

    fn unary(&mut self, op: UnaryOp, operand: &ast::Expr, env: &mut Env<'_>, position: As) -> Result<Kinded> {
        let place = if op == UnaryOp::Not { position } else { As::Value };
        let (expr, is) = self.expr(operand, env, place)?;
        let is = match op {
            UnaryOp::Not => {
                self.must_meet(is, Types::BOOL, operand.span, "NOT needs true or false")?;
                Static::of(Types::BOOL)
            }
            UnaryOp::Minus | UnaryOp::Plus => {
                self.must_meet(is, Types::NUMBER, operand.span, "only a number has a sign")?;
                Static::of(Types(is.kinds.0 & Types::NUMBER.0))
            }
        };
        Ok((ExprKind::Unary(op, expr), is))
    }

    fn chain(&mut self, op: BinaryOp, operands: &[ast::Expr], env: &mut Env<'_>, position: As) -> Result<Kinded> {
        let mut lowered = Vec::with_capacity(operands.len());
        for operand in operands {
            let (expr, is) = self.expr(operand, env, position)?;
            self.must_meet(is, Types::BOOL, operand.span, "AND, OR and XOR need true or false")?;
            lowered.push(expr);
        }
        let joined = join(op, lowered).map_or(ExprKind::Literal(Value::Null), |expr| Arc::unwrap_or_clone(expr.kind));
        Ok((joined, Static::of(Types::BOOL)))
    }

    fn binary(&mut self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, env: &mut Env<'_>) -> Result<Kinded> {
        use BinaryOp::*;
        let (l, left_is) = self.expr(left, env, As::Value)?;
        let (r, right_is) = self.expr(right, env, As::Value)?;
        let is = match op {
            Subtract | Multiply | Divide | Modulo | Power => {
                let temporal = Types::TEMPORAL.or(Types::DURATION);
                self.must_meet(left_is, temporal.or(Types::NUMBER), left.span, "arithmetic needs numbers")?;
                self.must_meet(right_is, temporal.or(Types::NUMBER), right.span, "arithmetic needs numbers")?;
                let may_be_temporal = left_is.kinds.meets(temporal) || right_is.kinds.meets(temporal);
                if may_be_temporal && !matches!(op, Modulo | Power) {
                    return Ok((ExprKind::Binary(op, l, r), Static::ANY));
                }
                match op {
                    Power => Static::of(Types::FLOAT),
                    _ if left_is.kinds == Types::INT && right_is.kinds == Types::INT => Static::of(Types::INT),
                    _ => Static::of(Types::NUMBER),
                }
            }
            Add | Concat => added(left_is, right_is),
            In => {
                self.must_meet(right_is, Types::LIST, right.span, "IN looks into a list")?;
                Static::of(Types::BOOL)
            }
            Or | Xor | And | StartsWith | EndsWith | Contains | Matches => Static::of(Types::BOOL),
        };
        Ok((ExprKind::Binary(op, l, r), is))
    }

    /// `a < b <= c` is `a < b AND b <= c`.
    fn comparison(
        &mut self,
        first: &ast::Expr,
        rest: &[(ast::CompareOp, ast::Expr)],
        env: &mut Env<'_>,
    ) -> Result<Typed> {
        let mut left = self.expr(first, env, As::Value)?.0;
        let mut links = Vec::with_capacity(rest.len());
        for (op, right) in rest {
            let right = self.expr(right, env, As::Value)?.0;
            let link = Expr::new(left.span.to(right.span), ExprKind::Compare(*op, left, right.clone()));
            links.push(link);
            left = right;
        }
        Ok((join(BinaryOp::And, links).unwrap_or(left), Static::of(Types::BOOL)))
    }

    fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        branches: &[(ast::Expr, ast::Expr)],
        otherwise: Option<&ast::Expr>,
        env: &mut Env<'_>,
    ) -> Result<Kinded> {
        let operand = self.optional(operand, env)?;
        let mut is = Static { kinds: Types(0), elements: Types(0) };
        let mut lowered = Vec::with_capacity(branches.len());
        for (condition, result) in branches {
            let condition = match operand {
                Some(_) => self.expr(condition, env, As::Value)?.0,
                None => self.condition(condition, env)?,
            };
            let (result, result_is) = self.expr(result, env, As::Value)?;
            is = is.or(result_is);
            lowered.push((condition, result));
        }
        let otherwise = otherwise.map(|e| self.expr(e, env, As::Value)).transpose()?;
        is = otherwise.as_ref().map_or(is, |(_, other)| is.or(*other));
        let otherwise = otherwise.map(|(e, _)| e);
        Ok((ExprKind::Case { operand, branches: lowered, otherwise }, is))
    }

    fn map_projection(&mut self, subject: &ast::Expr, items: &[MapItem], env: &mut Env<'_>) -> Result<Kinded> {
        let (subject, is) = self.expr(subject, env, As::Value)?;
        self.has_properties(is, subject.span)?;
        let mut entries = Vec::with_capacity(items.len());
        for item in items {
            entries.push(match item {
                MapItem::All(_) => MapEntry::All,
                MapItem::Property(key) => {
                    let property = ExprKind::Property(subject.clone(), key.text.clone());
                    MapEntry::Entry(key.text.clone(), Expr::new(key.span, property))
                }
                MapItem::Entry(key, value) => MapEntry::Entry(key.text.clone(), self.expr(value, env, As::Value)?.0),
                MapItem::Variable(name) => {
                    let variable = ast::Expr::new(name.span, Ast::Variable(name.text.clone()));
                    MapEntry::Entry(name.text.clone(), self.expr(&variable, env, As::Value)?.0)
                }
            });
        }
        Ok((ExprKind::MapProjection(subject, entries), Static::of(Types::MAP)))
    }

    /// A label expression without its spans; its names are noted as `kind`.
    pub(super) fn labels(&mut self, expr: &ast::LabelExpr, kind: MentionKind) -> Labels {
        use ast::LabelExprKind::*;
        match &expr.kind {
            Name(name) => {
                self.mention(kind, expr.span, name);
                Labels::Name(name.clone())
            }
            Wildcard => Labels::Any,
            Not(inner) => Labels::Not(Box::new(self.labels(inner, kind))),
            And(a, b) => Labels::And(vec![self.labels(a, kind), self.labels(b, kind)]),
            Or(a, b) => Labels::Or(vec![self.labels(a, kind), self.labels(b, kind)]),
        }
    }

    fn has_properties(&self, is: Static, span: Span) -> Result<()> {
        let subjects = Types::MAP.or(Types::NODE).or(Types::EDGE).or(Types::TEMPORAL).or(Types::DURATION);
        if is.kinds.meets(subjects) {
            return Ok(());
        }
        let message = format!("{} has no properties", describe(is.kinds));
        let error = match is.kinds {
            Types::PATH => Diagnostic::syntax(Detail::InvalidArgumentType, message)
                .help("take its parts with nodes(p) or relationships(p)"),
            _ => Diagnostic::type_error(Detail::InvalidArgumentType, message),
        };
        Err(error.at(span))
    }

    pub(super) fn must_meet(&self, is: Static, wanted: Types, span: Span, message: &str) -> Result<()> {
        if is.kinds.meets(wanted) {
            return Ok(());
        }
        Err(Diagnostic::syntax(Detail::InvalidArgumentType, format!("{message}, not {}", describe(is.kinds)))
            .at(span)
            .label(format!("this is {}", describe(is.kinds))))
    }
}

/// Kinds of values in words.
pub(super) fn describe(kinds: Types) -> String {
    if kinds.0 & Types::ANY.0 == Types::ANY.0 {
        return "any value".to_owned();
    }
    let words = [
        (Types::BOOL, "a boolean"),
        (Types::INT, "an integer"),
        (Types::FLOAT, "a float"),
        (Types::STRING, "a string"),
        (Types::LIST, "a list"),
        (Types::MAP, "a map"),
        (Types::NODE, "a node"),
        (Types::EDGE, "an edge"),
        (Types::PATH, "a path"),
        (Types::TEMPORAL, "a date or time"),
        (Types::DURATION, "a duration"),
    ];
    let named: Vec<&str> = words.iter().filter(|(kind, _)| kinds.meets(*kind)).map(|(_, word)| *word).collect();
    named.join(" or ")
}

fn literal_value(literal: &Literal) -> (ExprKind, Static) {
    let (value, is) = match literal {
        Literal::Null => (Value::Null, Static::ANY),
        Literal::Bool(b) => (Value::Bool(*b), Static::of(Types::BOOL)),
        Literal::Int(i) => (Value::Int(*i), Static::of(Types::INT)),
        Literal::Float(f) => (Value::Float(*f), Static::of(Types::FLOAT)),
        Literal::String(s) => (Value::string(s.clone()), Static::of(Types::STRING)),
    };
    (ExprKind::Literal(value), is)
}

/// What `+` may give: a list when either side is one, a string when either side is one, else a number.
fn added(left: Static, right: Static) -> Static {
    let either = left.kinds.or(right.kinds);
    if left.kinds == Types::LIST && right.kinds == Types::LIST {
        return Static::list(left.elements.or(right.elements));
    }
    if left.kinds == Types::LIST || right.kinds == Types::LIST {
        return Static::of(Types::LIST);
    }
    match either {
        Types::INT => Static::of(Types::INT),
        Types::FLOAT => Static::of(Types::FLOAT),
        Types::NUMBER => Static::of(Types::NUMBER),
        Types::STRING => Static::of(Types::STRING),
        _ => Static::ANY,
    }
}
