//! Operators: from the grammar's flat row of operands and operators to a tree, by precedence.
//!
//! From loose to tight: OR, XOR, AND (each a chain of any length), NOT, comparisons (`a < b <= c` is one), predicates (IN, STARTS WITH, ..., IS NULL),
//! `+ - ||`, `* / %`, `^`, signs. All of them associate to the left. The row is first put into postfix order with
//! Dijkstra's shunting yard, then read backwards to learn how deep each operand lies, then built. Three loops and no
//! recursion: a chain of a million signs is refused by its depth, not by the stack.

use pest::iterators::Pair;

use super::{Builder, MAX_DEPTH, Parts, Result, fail, literal, mismatch, whole};
use crate::lang::ast::{BinaryOp, CompareOp, Expr, ExprKind, UnaryOp};
use crate::lang::grammar::Rule;
use crate::lang::scan::too_deep;
use crate::model::{Detail, Span};

/// How tight the operators of an expression bind: a larger number binds tighter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub(in crate::lang) enum Precedence {
    Or,
    Xor,
    And,
    Not,
    Comparison,
    Predicate,
    Sum,
    Product,
    Power,
    Sign,
    Suffix,
}

impl From<BinaryOp> for Precedence {
    fn from(op: BinaryOp) -> Self {
        match op {
            BinaryOp::Or => Precedence::Or,
            BinaryOp::Xor => Precedence::Xor,
            BinaryOp::And => Precedence::And,
            BinaryOp::In | BinaryOp::StartsWith | BinaryOp::EndsWith | BinaryOp::Contains | BinaryOp::Matches => {
                Precedence::Predicate
            }
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Concat => Precedence::Sum,
            BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => Precedence::Product,
            BinaryOp::Power => Precedence::Power,
        }
    }
}

impl From<UnaryOp> for Precedence {
    fn from(op: UnaryOp) -> Self {
        match op {
            UnaryOp::Not => Precedence::Not,
            UnaryOp::Minus | UnaryOp::Plus => Precedence::Sign,
        }
    }
}

/// An operator of the row.
enum Operator {
    Unary(UnaryOp, Span),
    Binary(BinaryOp),
    /// So many operands of AND, OR or XOR.
    Chain(BinaryOp, usize),
    Comparison(Vec<CompareOp>),
    IsNull {
        negated: bool,
        span: Span,
    },
}

impl Operator {
    fn precedence(&self) -> Precedence {
        match self {
            Operator::Unary(op, _) => (*op).into(),
            Operator::Binary(op) | Operator::Chain(op, _) => (*op).into(),
            Operator::Comparison(_) => Precedence::Comparison,
            Operator::IsNull { .. } => Precedence::Predicate,
        }
    }

    /// How many operands it takes.
    fn arity(&self) -> usize {
        match self {
            Operator::Unary(..) | Operator::IsNull { .. } => 1,
            Operator::Binary(_) => 2,
            Operator::Chain(_, operands) => *operands,
            Operator::Comparison(ops) => ops.len() + 1,
        }
    }
}

/// A step of the postfix order.
enum Step<'t> {
    /// An atom and its suffixes.
    Operand(Pair<'t, Rule>, Vec<Pair<'t, Rule>>),
    /// An operand that is a value already.
    Value(Expr),
    /// An operator on the operands before it.
    Apply(Operator),
}

impl Builder<'_> {
    /// An expression.
    pub(super) fn expression(&mut self, pair: Pair<'_, Rule>) -> Result<Expr> {
        let span = whole(&pair);
        self.row(span, pair.into_inner())
    }

    /// The expression that a row of operands and operators makes.
    pub(super) fn row<'t>(&mut self, span: Span, row: impl Iterator<Item = Pair<'t, Rule>>) -> Result<Expr> {
        let mut steps = postfix(span, row)?;
        // Backwards: each operator stands behind its operands, which lie one deeper.
        let mut depths = vec![1];
        let mut operands = Vec::new();
        for step in steps.iter().rev() {
            let depth = depths.pop().ok_or_else(|| mismatch(span))?;
            if self.depth + depth > MAX_DEPTH {
                return fail(too_deep(self.scan.trim(self.text, span)));
            }
            match step {
                Step::Apply(operator) => depths.extend(std::iter::repeat_n(depth + 1, operator.arity())),
                Step::Operand(_, suffixes) => operands.push(depth + suffixes.len()),
                Step::Value(_) => {}
            }
        }
        let mut built: Vec<Expr> = Vec::new();
        for step in steps.drain(..) {
            let expr = match step {
                Step::Value(expr) => expr,
                Step::Operand(atom, suffixes) => {
                    let depth = operands.pop().ok_or_else(|| mismatch(span))?;
                    self.deeper(depth, whole(&atom), |b| b.operand(atom, suffixes))?
                }
                Step::Apply(operator) => {
                    let first = built.len().checked_sub(operator.arity()).ok_or_else(|| mismatch(span))?;
                    apply(operator, built.drain(first..)).ok_or_else(|| mismatch(span))?
                }
            };
            built.push(expr);
        }
        built.pop().ok_or_else(|| mismatch(span).into())
    }
}

/// The row in postfix order.
fn postfix<'t>(span: Span, row: impl Iterator<Item = Pair<'t, Rule>>) -> Result<Vec<Step<'t>>> {
    let mut row = row.peekable();
    let mut steps = Vec::new();
    let mut stack: Vec<Operator> = Vec::new();
    let mut signed = false;
    while let Some(pair) = row.next() {
        let pair_span = whole(&pair);
        let minus = std::mem::take(&mut signed);
        match pair.as_rule() {
            Rule::prefix_operator => {
                let op = match Parts::of(pair).any()?.as_rule() {
                    Rule::kw_not => UnaryOp::Not,
                    Rule::dash => UnaryOp::Minus,
                    _ => UnaryOp::Plus,
                };
                signed = op == UnaryOp::Minus;
                stack.push(Operator::Unary(op, pair_span));
            }
            Rule::atom => {
                let mut suffixes = Vec::new();
                while let Some(suffix) = row.next_if(|next| next.as_rule() == Rule::suffix) {
                    suffixes.push(suffix);
                }
                let smallest = if minus && suffixes.is_empty() { smallest_integer(&pair) } else { None };
                match (smallest, stack.last()) {
                    (Some(kind), Some(Operator::Unary(_, sign))) => {
                        steps.push(Step::Value(Expr::new(sign.to(pair_span), kind)));
                        stack.pop();
                    }
                    _ => steps.push(Step::Operand(pair, suffixes)),
                }
            }
            Rule::null_test => {
                let negated = pair.into_inner().any(|word| word.as_rule() == Rule::kw_not);
                unwind(&mut stack, &mut steps, Precedence::Predicate);
                steps.push(Step::Apply(Operator::IsNull { negated, span: pair_span }));
            }
            Rule::binary_operator => {
                let rule = Parts::of(pair).any()?.as_rule();
                if let Some(op) = comparison(rule) {
                    // One tighter than its own: a comparison before it is continued, not finished.
                    unwind(&mut stack, &mut steps, Precedence::Predicate);
                    match stack.last_mut() {
                        Some(Operator::Comparison(ops)) => ops.push(op),
                        _ => stack.push(Operator::Comparison(vec![op])),
                    }
                } else {
                    let op = binary(rule).ok_or_else(|| mismatch(pair_span))?;
                    let Some(tighter) = tighter_than_chain(op) else {
                        unwind(&mut stack, &mut steps, op.into());
                        stack.push(Operator::Binary(op));
                        continue;
                    };
                    // As with comparisons: a chain of the same operator is continued.
                    unwind(&mut stack, &mut steps, tighter);
                    match stack.last_mut() {
                        Some(Operator::Chain(before, operands)) if *before == op => *operands += 1,
                        _ => stack.push(Operator::Chain(op, 2)),
                    }
                }
            }
            _ => return fail(mismatch(span)),
        }
    }
    steps.extend(stack.into_iter().rev().map(Step::Apply));
    Ok(steps)
}

/// Finishes the operators that bind at least as tight as `precedence`.
fn unwind(stack: &mut Vec<Operator>, steps: &mut Vec<Step<'_>>, precedence: Precedence) {
    while let Some(operator) = stack.pop_if(|top| top.precedence() >= precedence) {
        steps.push(Step::Apply(operator));
    }
}

/// The smallest integer has no positive counterpart, so its sign belongs to the number.
fn smallest_integer(atom: &Pair<'_, Rule>) -> Option<ExprKind> {
    let number = atom.clone().into_inner().next().filter(|inner| inner.as_rule() == Rule::number)?;
    let (text, span) = (number.as_str(), whole(&number));
    let overflow = literal::number(text, span, false).is_err_and(|error| error.detail == Detail::IntegerOverflow);
    if overflow { literal::number(text, span, true).ok().map(ExprKind::Literal) } else { None }
}

/// The expression of an operator and its operands.
fn apply(operator: Operator, mut operands: impl Iterator<Item = Expr>) -> Option<Expr> {
    let first = operands.next()?;
    Some(match operator {
        Operator::Unary(op, span) => Expr::new(span.to(first.span), ExprKind::Unary(op, first)),
        Operator::IsNull { negated, span } => {
            Expr::new(first.span.to(span), ExprKind::IsNull { subject: first, negated })
        }
        Operator::Chain(op, _) => {
            let all: Vec<Expr> = std::iter::once(first).chain(operands).collect();
            let (first, last) = (all.first()?.span, all.last()?.span);
            Expr::new(first.to(last), ExprKind::Chain(op, all))
        }
        Operator::Binary(op) => {
            let second = operands.next()?;
            Expr::new(first.span.to(second.span), ExprKind::Binary(op, first, second))
        }
        Operator::Comparison(ops) => {
            let rest: Vec<(CompareOp, Expr)> = ops.into_iter().zip(operands).collect();
            let span = rest.last().map_or(first.span, |(_, last)| first.span.to(last.span));
            Expr::new(span, ExprKind::Comparison(first, rest))
        }
    })
}

/// For AND, OR and XOR, what binds just tighter.
fn tighter_than_chain(op: BinaryOp) -> Option<Precedence> {
    match op {
        BinaryOp::Or => Some(Precedence::Xor),
        BinaryOp::Xor => Some(Precedence::And),
        BinaryOp::And => Some(Precedence::Not),
        _ => None,
    }
}

fn comparison(rule: Rule) -> Option<CompareOp> {
    Some(match rule {
        Rule::equal => CompareOp::Equal,
        Rule::not_equal => CompareOp::NotEqual,
        Rule::less => CompareOp::Less,
        Rule::less_equal => CompareOp::LessEqual,
        Rule::greater => CompareOp::Greater,
        Rule::greater_equal => CompareOp::GreaterEqual,
        _ => return None,
    })
}

fn binary(rule: Rule) -> Option<BinaryOp> {
    Some(match rule {
        Rule::kw_or => BinaryOp::Or,
        Rule::kw_xor => BinaryOp::Xor,
        Rule::kw_and => BinaryOp::And,
        Rule::kw_in => BinaryOp::In,
        Rule::starts_with => BinaryOp::StartsWith,
        Rule::ends_with => BinaryOp::EndsWith,
        Rule::kw_contains => BinaryOp::Contains,
        Rule::matches => BinaryOp::Matches,
        Rule::plus => BinaryOp::Add,
        Rule::dash => BinaryOp::Subtract,
        Rule::concat => BinaryOp::Concat,
        Rule::star => BinaryOp::Multiply,
        Rule::slash => BinaryOp::Divide,
        Rule::percent => BinaryOp::Modulo,
        Rule::caret => BinaryOp::Power,
        _ => return None,
    })
}
