//! Label expressions: `:A|B&!(C|%)`.

use pest::iterators::Pair;

use super::{Builder, Parts, Result, fail, mismatch, whole};
use crate::lang::ast::{LabelExpr, LabelExprKind};
use crate::lang::grammar::Rule;
use crate::model::Span;

impl Builder<'_> {
    /// The expression behind `:`, given the pair that holds the row of labels and operators.
    pub(super) fn labels(&mut self, pair: Pair<'_, Rule>) -> Result<LabelExpr> {
        let span = self.span(&pair);
        // Each operator makes the tree one node deeper at most.
        let depth = pair.clone().into_inner().filter(|p| p.as_rule() != Rule::label_atom).count() + 1;
        self.deeper(depth, span, |b| b.label_row(pair))
    }

    /// `|` binds less than `&` and `:`, so a row is a disjunction of conjunctions.
    fn label_row(&mut self, pair: Pair<'_, Rule>) -> Result<LabelExpr> {
        let span = whole(&pair);
        let (mut either, mut both): (Option<LabelExpr>, Option<LabelExpr>) = (None, None);
        let mut nots: Vec<Span> = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::label_not => nots.push(whole(&part)),
                Rule::label_operator => {
                    if part.into_inner().next().is_some_and(|operator| operator.as_rule() == Rule::label_or) {
                        either = join(either, both.take(), LabelExprKind::Or);
                    }
                }
                _ => {
                    let mut atom = self.label_atom(part)?;
                    while let Some(not) = nots.pop() {
                        atom = LabelExpr { span: not.to(atom.span), kind: LabelExprKind::Not(Box::new(atom)) };
                    }
                    both = join(both, Some(atom), LabelExprKind::And);
                }
            }
        }
        join(either, both, LabelExprKind::Or).ok_or_else(|| mismatch(span).into())
    }

    fn label_atom(&mut self, pair: Pair<'_, Rule>) -> Result<LabelExpr> {
        let span = whole(&pair);
        let inner = Parts::of(pair).any()?;
        match inner.as_rule() {
            Rule::name => Ok(LabelExpr { span, kind: LabelExprKind::Name(self.name(&inner)?.text) }),
            Rule::label_any => Ok(LabelExpr { span, kind: LabelExprKind::Wildcard }),
            Rule::label_expression => Ok(LabelExpr { span, kind: self.labels(inner)?.kind }),
            _ => fail(mismatch(span)),
        }
    }
}

/// Both joined by `kind`, or the one that is there.
fn join(
    left: Option<LabelExpr>,
    right: Option<LabelExpr>,
    kind: fn(Box<LabelExpr>, Box<LabelExpr>) -> LabelExprKind,
) -> Option<LabelExpr> {
    match (left, right) {
        (Some(left), Some(right)) => {
            Some(LabelExpr { span: left.span.to(right.span), kind: kind(Box::new(left), Box::new(right)) })
        }
        (left, right) => left.or(right),
    }
}
