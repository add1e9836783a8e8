//! Statements, queries and clauses.

use pest::iterators::Pair;

use super::super::ast::{
    Clause, ClauseKind, ExprKind, Mode, Projection, ProjectionItem, Query, RemoveItem, SetItem, SingleQuery, SortItem,
    Statement, Union, Yield,
};
use super::{Builder, Parts, Result, fail, mismatch, unexpected, whole};
use crate::lang::ast::{Expr, LabelExpr, LabelExprKind, Name, PathPattern};
use crate::lang::grammar::Rule;
use crate::model::Span;

impl Builder<'_> {
    /// A whole statement.
    pub(super) fn statement(&mut self, pair: Pair<'_, Rule>) -> Result<Statement> {
        let mut parts = Parts::of(pair);
        let mode = match parts.take(Rule::mode).and_then(|mode| mode.into_inner().next()) {
            None => Mode::Run,
            Some(word) if word.as_rule() == Rule::kw_explain => Mode::Explain,
            Some(_) => Mode::Profile,
        };
        let start = if mode == Mode::Run { None } else { Some(self.scan.trim(self.text, parts.span).start) };
        let query = match parts.take(Rule::definition) {
            Some(definition) => self.definition(definition)?,
            None => self.query(parts.need(Rule::query)?)?,
        };
        let span = Span::new(start.unwrap_or(query.span.start), query.span.end);
        Ok(Statement { span, mode, query })
    }

    /// Single queries joined by `UNION`.
    pub(super) fn query(&mut self, pair: Pair<'_, Rule>) -> Result<Query> {
        let span = self.span(&pair);
        self.deeper(1, span, |b| {
            let mut parts = Parts::of(pair);
            let first = b.single_query(parts.need(Rule::single_query)?)?;
            let mut unions = Vec::new();
            for union in parts.pairs {
                let span = b.span(&union);
                let mut parts = Parts::of(union);
                parts.skip(Rule::kw_union);
                let all = parts.skip(Rule::kw_all);
                unions.push(Union { span, all, query: b.single_query(parts.need(Rule::single_query)?)? });
            }
            Ok(Query { span, first, unions })
        })
    }

    fn single_query(&mut self, pair: Pair<'_, Rule>) -> Result<SingleQuery> {
        let span = self.span(&pair);
        let clauses = pair.into_inner().map(|clause| self.clause(clause)).collect::<Result<_>>()?;
        Ok(SingleQuery { span, clauses })
    }

    fn clause(&mut self, pair: Pair<'_, Rule>) -> Result<Clause> {
        let span = self.span(&pair);
        let pair = Parts::of(pair).any()?;
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        let kind = match rule {
            Rule::match_clause => ClauseKind::Match {
                optional: parts.skip(Rule::kw_optional),
                patterns: self.patterns(parts.need(Rule::patterns)?)?,
                predicate: self.predicate(&mut parts)?,
            },
            Rule::return_clause => ClauseKind::Return(self.projection(parts.need(Rule::projection)?)?),
            Rule::with_clause => ClauseKind::With {
                projection: self.projection(parts.need(Rule::projection)?)?,
                predicate: self.predicate(&mut parts)?,
            },
            Rule::unwind_clause => ClauseKind::Unwind {
                list: self.expression(parts.need(Rule::expression)?)?,
                variable: self.name(&parts.need(Rule::variable)?)?,
            },
            Rule::create_clause => ClauseKind::Create(self.patterns(parts.need(Rule::patterns)?)?),
            Rule::merge_clause => self.merge(parts)?,
            Rule::set_clause => ClauseKind::Set(self.set_items(parts)?),
            Rule::delete_clause => {
                ClauseKind::Delete { detach: parts.skip(Rule::kw_detach), targets: self.expressions(parts)? }
            }
            Rule::remove_clause => {
                let targets = parts.pairs.filter(|pair| pair.as_rule() == Rule::target);
                ClauseKind::Remove(targets.map(|pair| self.remove_item(pair)).collect::<Result<_>>()?)
            }
            Rule::call_clause => self.call(parts)?,
            Rule::foreach_clause => self.foreach(parts)?,
            Rule::load_csv_clause => ClauseKind::LoadCsv {
                headers: parts.pairs.clone().any(|pair| pair.as_rule() == Rule::kw_headers),
                source: self.expression(parts.need(Rule::expression)?)?,
                variable: self.name(&parts.need(Rule::variable)?)?,
                terminator: match parts.skip(Rule::kw_fieldterminator) {
                    true => Some(self.expression(parts.need(Rule::expression)?)?),
                    false => None,
                },
            },
            Rule::finish_clause => ClauseKind::Finish,
            _ => return fail(mismatch(span)),
        };
        Ok(Clause { span, kind })
    }

    /// `WHERE predicate`, if it comes next.
    pub(super) fn predicate(&mut self, parts: &mut Parts<'_>) -> Result<Option<Expr>> {
        let Some(part) = parts.take(Rule::where_part) else { return Ok(None) };
        Ok(Some(self.expression(Parts::of(part).need(Rule::expression)?)?))
    }

    /// Every expression among the parts left.
    pub(super) fn expressions(&mut self, parts: Parts<'_>) -> Result<Vec<Expr>> {
        let expressions = parts.pairs.filter(|pair| pair.as_rule() == Rule::expression);
        expressions.map(|pair| self.expression(pair)).collect()
    }

    /// The patterns between commas.
    pub(super) fn patterns(&mut self, pair: Pair<'_, Rule>) -> Result<Vec<PathPattern>> {
        let patterns = pair.into_inner().filter(|pair| pair.as_rule() == Rule::pattern);
        patterns.map(|pair| self.pattern(pair)).collect()
    }

    fn merge(&mut self, mut parts: Parts<'_>) -> Result<ClauseKind> {
        let pattern = self.pattern(parts.need(Rule::pattern)?)?;
        let (mut on_create, mut on_match) = (Vec::new(), Vec::new());
        for action in parts.pairs {
            let mut action = Parts::of(action);
            action.skip(Rule::kw_on);
            let items = if action.skip(Rule::kw_create) { &mut on_create } else { &mut on_match };
            items.extend(self.set_items(action)?);
        }
        Ok(ClauseKind::Merge { pattern, on_create, on_match })
    }

    fn foreach(&mut self, mut parts: Parts<'_>) -> Result<ClauseKind> {
        let variable = self.name(&parts.need(Rule::variable)?)?;
        let list = self.expression(parts.need(Rule::expression)?)?;
        let clauses = parts.pairs.filter(|pair| pair.as_rule() == Rule::clause);
        let clauses = self.deeper(1, variable.span, |b| clauses.map(|pair| b.clause(pair)).collect::<Result<_>>())?;
        Ok(ClauseKind::Foreach { variable, list, clauses })
    }

    fn call(&mut self, mut parts: Parts<'_>) -> Result<ClauseKind> {
        parts.skip(Rule::kw_call);
        if let Some(subquery) = parts.take(Rule::subquery) {
            let mut parts = Parts::of(subquery);
            let imports = parts.take(Rule::imports).map(|imports| self.names(imports)).transpose()?;
            return Ok(ClauseKind::Subquery { imports, query: Box::new(self.query(parts.need(Rule::query)?)?) });
        }
        let mut parts = Parts::of(parts.need(Rule::procedure)?);
        let procedure = self.names(parts.need(Rule::procedure_name)?)?;
        let arguments =
            parts.take(Rule::arguments).map(|arguments| self.expressions(Parts::of(arguments))).transpose()?;
        let (mut items, mut predicate) = (Yield::None, None);
        if let Some(part) = parts.take(Rule::yield_part) {
            (items, predicate) = self.yielded(part)?;
        }
        Ok(ClauseKind::Call { procedure, arguments, items, predicate })
    }

    /// `YIELD items WHERE predicate`.
    pub(super) fn yielded(&mut self, part: Pair<'_, Rule>) -> Result<(Yield, Option<Expr>)> {
        let mut parts = Parts::of(part);
        parts.skip(Rule::kw_yield);
        let mut items = Yield::All;
        if !parts.skip(Rule::star) && !parts.skip(Rule::dash) {
            let mut fields = Vec::new();
            while matches!(parts.peek(), Some(Rule::yield_item | Rule::comma)) {
                fields.extend(parts.take(Rule::yield_item).map(|item| self.yield_item(item)).transpose()?);
                parts.skip(Rule::comma);
            }
            items = Yield::Items(fields);
        }
        Ok((items, self.predicate(&mut parts)?))
    }

    fn yield_item(&self, pair: Pair<'_, Rule>) -> Result<(Name, Option<Name>)> {
        let mut parts = Parts::of(pair);
        let field = self.name(&parts.need(Rule::variable)?)?;
        let alias = if parts.skip(Rule::kw_as) { Some(self.name(&parts.need(Rule::variable)?)?) } else { None };
        Ok((field, alias))
    }

    pub(super) fn projection(&mut self, pair: Pair<'_, Rule>) -> Result<Projection> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let mut projection = Projection {
            span,
            distinct: parts.skip(Rule::kw_distinct),
            star: parts.skip(Rule::star),
            items: Vec::new(),
            order: Vec::new(),
            skip: None,
            limit: None,
        };
        for pair in parts.pairs {
            match pair.as_rule() {
                Rule::projection_item => projection.items.push(self.projection_item(pair)?),
                Rule::order_part => {
                    let items = pair.into_inner().filter(|pair| pair.as_rule() == Rule::sort_item);
                    projection.order = items.map(|pair| self.sort_item(pair)).collect::<Result<_>>()?;
                }
                Rule::skip_part => {
                    projection.skip = Some(self.expression(Parts::of(pair).need(Rule::expression)?)?);
                }
                Rule::limit_part => {
                    projection.limit = Some(self.expression(Parts::of(pair).need(Rule::expression)?)?);
                }
                _ => {}
            }
        }
        Ok(projection)
    }

    fn projection_item(&mut self, pair: Pair<'_, Rule>) -> Result<ProjectionItem> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let expr = self.expression(parts.need(Rule::expression)?)?;
        let alias = if parts.skip(Rule::kw_as) { Some(self.name(&parts.need(Rule::variable)?)?) } else { None };
        Ok(ProjectionItem { span, expr, alias })
    }

    fn sort_item(&mut self, pair: Pair<'_, Rule>) -> Result<SortItem> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let expr = self.expression(parts.need(Rule::expression)?)?;
        let descending = matches!(parts.peek(), Some(Rule::kw_desc | Rule::kw_descending));
        Ok(SortItem { span, expr, descending })
    }

    fn set_items(&mut self, parts: Parts<'_>) -> Result<Vec<SetItem>> {
        let items = parts.pairs.filter(|pair| pair.as_rule() == Rule::set_item);
        items.map(|pair| self.set_item(pair)).collect()
    }

    /// An item of `SET`: what its target is decides what it does.
    fn set_item(&mut self, pair: Pair<'_, Rule>) -> Result<SetItem> {
        let mut parts = Parts::of(pair);
        let target = self.target(parts.need(Rule::target)?)?;
        let span = target.span;
        let Some(operator) = parts.pairs.next() else {
            return match *target.kind {
                ExprKind::HasLabels(subject, labels) => {
                    Ok(SetItem::Labels { variable: variable(subject)?, labels: conjunction(labels)? })
                }
                _ => fail(unexpected(span, "this item of SET has no value").label("expected `= value` behind it")),
            };
        };
        let value = self.expression(parts.need(Rule::expression)?)?;
        match (operator.as_rule(), &*target.kind) {
            (Rule::assign, ExprKind::Property(..) | ExprKind::Index(..)) => Ok(SetItem::Property { target, value }),
            (Rule::assign, ExprKind::Variable(_)) => Ok(SetItem::Replace { variable: variable(target)?, value }),
            (Rule::add_assign, ExprKind::Variable(_)) => Ok(SetItem::Add { variable: variable(target)?, value }),
            (Rule::add_assign, _) => fail(
                unexpected(whole(&operator), "`+=` adds the keys of a map to a node or an edge")
                    .label("expected `=`, or a variable in front of it"),
            ),
            _ => fail(
                unexpected(span, "SET cannot change this").label("expected a property, such as `n.key`, or a variable"),
            ),
        }
    }

    fn remove_item(&mut self, pair: Pair<'_, Rule>) -> Result<RemoveItem> {
        let target = self.target(pair)?;
        let span = target.span;
        match *target.kind {
            ExprKind::HasLabels(subject, labels) => {
                Ok(RemoveItem::Labels { variable: variable(subject)?, labels: conjunction(labels)? })
            }
            ExprKind::Property(..) | ExprKind::Index(..) => Ok(RemoveItem::Property(target)),
            _ => fail(
                unexpected(span, "REMOVE cannot remove this")
                    .label("expected a property (`n.key`) or labels (`n:Label`)"),
            ),
        }
    }
}

/// The name of an expression that is a variable.
fn variable(expr: Expr) -> Result<Name> {
    match *expr.kind {
        ExprKind::Variable(text) => Ok(Name { span: expr.span, text }),
        _ => fail(unexpected(expr.span, "labels are set and removed on a variable").label("expected a variable")),
    }
}

/// The labels of `:A:B`, in order.
fn conjunction(labels: LabelExpr) -> Result<Vec<Name>> {
    match labels.kind {
        LabelExprKind::Name(text) => Ok(vec![Name { span: labels.span, text }]),
        LabelExprKind::And(left, right) => {
            let mut names = conjunction(*left)?;
            names.extend(conjunction(*right)?);
            Ok(names)
        }
        _ => fail(
            unexpected(labels.span, "labels to set or remove are listed one by one")
                .label("expected labels, such as `:A:B`"),
        ),
    }
}
