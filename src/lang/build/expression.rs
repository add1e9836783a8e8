//! Atoms and their suffixes; where one rule of the grammar covers several readings, the choice between them.

use pest::iterators::{Pair, Pairs};

use super::{Builder, Parts, Result, fail, literal, mismatch, unexpected, whole};
use crate::lang::ast::{
    Clause, ClauseKind, Expr, ExprKind, Literal, MapItem, Name, NodePattern, PathPattern, QuantifierKind, Query,
    Selector, SingleQuery,
};
use crate::lang::grammar::Rule;
use crate::model::{Detail, Diagnostic, Span};

impl Builder<'_> {
    /// An atom with its suffixes.
    pub(super) fn operand(&mut self, atom: Pair<'_, Rule>, suffixes: Vec<Pair<'_, Rule>>) -> Result<Expr> {
        let mut expr = self.atom(atom)?;
        for suffix in suffixes {
            expr = self.suffix(expr, suffix)?;
        }
        Ok(expr)
    }

    fn atom(&mut self, pair: Pair<'_, Rule>) -> Result<Expr> {
        let pair = Parts::of(pair).any()?;
        if pair.as_rule() == Rule::parenthesised {
            return self.parenthesised(pair);
        }
        let span = self.span(&pair);
        let kind = self.compound(pair)?;
        Ok(Expr::new(span, kind))
    }

    /// An atom that holds expressions. Each arm is one call, because what arms keep on the stack adds up in a debug build.
    fn compound(&mut self, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        match pair.as_rule() {
            Rule::list => self.list(pair),
            Rule::map => self.map(pair),
            Rule::case => self.case(pair),
            Rule::exists_query => self.inner_query(pair, ExprKind::Exists),
            Rule::count_query => self.inner_query(pair, ExprKind::Count),
            Rule::collect_query => self.inner_query(pair, ExprKind::Collect),
            Rule::quantified => self.quantified(pair),
            Rule::reduce => self.reduce(pair),
            Rule::path_call => self.path_call(pair),
            _ => self.leaf(pair),
        }
    }

    /// An atom that holds no expression.
    fn leaf(&self, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        let span = whole(&pair);
        Ok(match pair.as_rule() {
            Rule::variable => ExprKind::Variable(self.name(&pair)?.text),
            Rule::number => ExprKind::Literal(literal::number(pair.as_str(), span, false)?),
            Rule::string => ExprKind::Literal(Literal::String(literal::string(pair.as_str(), span)?)),
            Rule::literal_word => ExprKind::Literal(match Parts::of(pair).any()?.as_rule() {
                Rule::kw_true => Literal::Bool(true),
                Rule::kw_false => Literal::Bool(false),
                _ => Literal::Null,
            }),
            Rule::parameter => self.parameter(pair)?,
            _ => return fail(mismatch(span)),
        })
    }

    /// `shortestPath(pattern)`.
    fn path_call(&mut self, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        let span = self.span(&pair);
        let (selector, elements) = self.path_function(Parts::of(pair).need(Rule::path_function)?)?;
        Ok(ExprKind::Pattern(PathPattern { span, variable: None, selector, elements }))
    }

    /// `$name`.
    pub(super) fn parameter(&self, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        let name = Parts::of(pair).any()?;
        Ok(ExprKind::Parameter(self.name(&name)?.text))
    }

    fn suffix(&mut self, subject: Expr, suffix: Pair<'_, Rule>) -> Result<Expr> {
        let suffix = Parts::of(suffix).any()?;
        let span = subject.span.to(self.span(&suffix));
        let kind = match suffix.as_rule() {
            Rule::property => ExprKind::Property(subject, self.name(&Parts::of(suffix).need(Rule::name)?)?),
            Rule::index => self.index(subject, suffix)?,
            Rule::call => self.call_suffix(subject, suffix)?,
            Rule::label_test => ExprKind::HasLabels(subject, self.labels(suffix)?),
            Rule::map_projection => {
                let items = suffix.into_inner().filter(|item| item.as_rule() == Rule::map_item);
                let items = items.map(|item| self.map_item(item)).collect::<Result<_>>()?;
                ExprKind::MapProjection(subject, items)
            }
            _ => return fail(mismatch(span)),
        };
        Ok(Expr::new(span, kind))
    }

    /// `[index]`, `[from..to]`.
    fn index(&mut self, subject: Expr, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        let mut parts = Parts::of(pair);
        let from = parts.take(Rule::expression).map(|pair| self.expression(pair)).transpose()?;
        let slice = parts.skip(Rule::range);
        let to = parts.take(Rule::expression).map(|pair| self.expression(pair)).transpose()?;
        match from {
            Some(index) if !slice => Ok(ExprKind::Index(subject, index)),
            from => Ok(ExprKind::Slice(subject, from, to)),
        }
    }

    /// `name.space.function(arguments)`: what stands before the parentheses must be a name.
    fn call_suffix(&mut self, subject: Expr, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        let span = subject.span;
        let mut parts = Parts::of(pair);
        let function = function_name(subject).ok_or_else(|| {
            unexpected(span, "only a function can be called").label("expected a function's name before `(`")
        })?;
        if parts.peek() == Some(Rule::star) {
            return match function.as_slice() {
                [name] if name.text.eq_ignore_ascii_case("count") => Ok(ExprKind::CountStar),
                _ => fail(unexpected(span, "only count takes `*`").label("expected `count` before `(*)`")),
            };
        }
        let distinct = parts.skip(Rule::kw_distinct);
        Ok(ExprKind::Call { function, distinct, arguments: self.expressions(parts)? })
    }

    fn map_item(&mut self, pair: Pair<'_, Rule>) -> Result<MapItem> {
        let dotted = pair.as_str().starts_with('.');
        let span = self.span(&pair);
        let inner = Parts::of(pair).any()?;
        match inner.as_rule() {
            Rule::star => Ok(MapItem::All(span)),
            Rule::name if dotted => Ok(MapItem::Property(self.name(&inner)?)),
            Rule::variable => Ok(MapItem::Variable(self.name(&inner)?)),
            Rule::entry => self.entry(inner).map(|(key, value)| MapItem::Entry(key, value)),
            _ => fail(mismatch(span)),
        }
    }

    /// `{key: value}`.
    pub(super) fn map(&mut self, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        let entries = pair.into_inner().filter(|entry| entry.as_rule() == Rule::entry);
        Ok(ExprKind::Map(entries.map(|entry| self.entry(entry)).collect::<Result<_>>()?))
    }

    /// The map that a node's properties are, read by the grammar as a map projection of the node's variable.
    pub(super) fn projection_as_map(&mut self, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        let mut entries = Vec::new();
        for item in pair.into_inner().filter(|item| item.as_rule() == Rule::map_item) {
            let span = self.span(&item);
            match self.map_item(item)? {
                MapItem::Entry(key, value) => entries.push((key, value)),
                _ => return fail(unexpected(span, "a node's properties are a map").label("expected `key: value`")),
            }
        }
        Ok(ExprKind::Map(entries))
    }

    fn entry(&mut self, pair: Pair<'_, Rule>) -> Result<(Name, Expr)> {
        let mut parts = Parts::of(pair);
        let name = self.name(&parts.need(Rule::name)?)?;
        parts.skip(Rule::colon);
        Ok((name, self.expression(parts.need(Rule::expression)?)?))
    }

    /// What SET and REMOVE change.
    pub(super) fn target(&mut self, pair: Pair<'_, Rule>) -> Result<Expr> {
        let span = self.span(&pair);
        let suffixes: Vec<_> = pair.clone().into_inner().filter(|part| part.as_rule() == Rule::suffix).collect();
        self.deeper(suffixes.len() + 1, span, |b| {
            let subject = Parts::of(pair).any()?;
            let mut expr = match subject.as_rule() {
                Rule::parenthesised => b.parenthesised(subject)?,
                _ => Expr::new(whole(&subject), ExprKind::Variable(b.name(&subject)?.text)),
            };
            for suffix in suffixes {
                expr = b.suffix(expr, suffix)?;
            }
            Ok(expr)
        })
    }

    /// `(expression)`, or a pattern: the parts and what follows the parentheses decide.
    fn parenthesised(&mut self, pair: Pair<'_, Rule>) -> Result<Expr> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let inner = parts.take(Rule::expression);
        let labels = self.optional_labels(&mut parts)?;
        let properties = self.properties(&mut parts)?;
        let predicate = self.predicate(&mut parts)?;
        let close = whole(&parts.need(Rule::close_paren)?);
        let is_pattern = parts.peek().is_some();
        let only_node = labels.is_some() || properties.is_some() || predicate.is_some();
        match inner {
            Some(inner) if !is_pattern && !only_node => {
                let expr = self.expression(inner)?;
                // The parentheses belong to its text, as they do in the name of a column.
                Ok(Expr { span, ..expr })
            }
            inner if is_pattern => {
                let mut node = NodePattern {
                    span: Span::new(span.start, close.end),
                    variable: None,
                    labels,
                    properties: None,
                    predicate,
                };
                if let Some(inner) = inner {
                    self.node_from_expression(&mut node, inner)?;
                }
                if properties.is_some() {
                    node.properties = properties;
                }
                Ok(Expr::new(span, self.pattern_expression(span, node, parts)?))
            }
            _ => fail(
                unexpected(span, "a node alone is no expression")
                    .label("expected an edge behind it, such as `-->()`")
                    .help("test a label with `n:Label`, a property with `n.key = value`"),
            ),
        }
    }

    /// `[a, b]`, `[x IN xs WHERE p | e]` or `[path = pattern WHERE p | e]`.
    fn list(&mut self, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        let span = whole(&pair);
        let mut parts = Parts::of(pair);
        let mut rows = Vec::new();
        while let Some(expression) = parts.take(Rule::expression) {
            rows.push(expression);
            parts.skip(Rule::comma);
        }
        let condition = parts.peek() == Some(Rule::where_part);
        let predicate = self.predicate(&mut parts)?;
        let result = match parts.skip(Rule::bar) {
            true => Some(self.expression(parts.need(Rule::expression)?)?),
            false => None,
        };
        let comprehension = condition || result.is_some();
        match <[Pair<'_, Rule>; 1]>::try_from(rows) {
            Err(rows) if comprehension => {
                let span = rows.get(1).map_or(span, |row| self.span(row));
                fail(
                    unexpected(span, "a list comprehension goes over one list")
                        .label("expected `[variable IN list WHERE ... | ...]`"),
                )
            }
            Err(rows) => Ok(ExprKind::List(rows.into_iter().map(|row| self.expression(row)).collect::<Result<_>>()?)),
            Ok([row]) => {
                let row_span = whole(&row);
                match binder(&row) {
                    Some((variable, Rule::kw_in, list)) => Ok(ExprKind::ListComprehension {
                        variable: self.name(&variable)?,
                        list: self.row(row_span, list)?,
                        predicate,
                        result,
                    }),
                    _ if !comprehension => Ok(ExprKind::List(vec![self.expression(row)?])),
                    Some((variable, Rule::equal, pattern)) => {
                        let pattern = self.row(row_span, pattern)?;
                        let variable = self.name(&variable)?;
                        pattern_comprehension(span, Some(variable), pattern, predicate, result)
                    }
                    _ => pattern_comprehension(span, None, self.expression(row)?, predicate, result),
                }
            }
        }
    }

    fn case(&mut self, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        let (mut operand, mut branches, mut otherwise) = (None, Vec::new(), None);
        for part in pair.into_inner() {
            let rule = part.as_rule();
            let mut inner = Parts::of(part);
            match rule {
                Rule::case_operand => operand = Some(self.expression(inner.need(Rule::expression)?)?),
                Rule::case_branch => branches.push((
                    self.expression(inner.need(Rule::expression)?)?,
                    self.expression(inner.need(Rule::expression)?)?,
                )),
                Rule::case_else => otherwise = Some(self.expression(inner.need(Rule::expression)?)?),
                _ => {}
            }
        }
        Ok(ExprKind::Case { operand, branches, otherwise })
    }

    /// What stands between the braces of EXISTS, COUNT and COLLECT; a bare pattern is a MATCH.
    fn inner_query(&mut self, pair: Pair<'_, Rule>, kind: fn(Box<Query>) -> ExprKind) -> Result<ExprKind> {
        let inner = Parts::of(pair).need(Rule::inner_query)?;
        let span = self.span(&inner);
        let mut parts = Parts::of(inner);
        if let Some(query) = parts.take(Rule::query) {
            return Ok(kind(Box::new(self.query(query)?)));
        }
        self.deeper(1, span, |b| {
            let patterns = b.patterns(parts.need(Rule::patterns)?)?;
            let predicate = b.predicate(&mut parts)?;
            let clause = Clause { span, kind: ClauseKind::Match { optional: false, patterns, predicate } };
            Ok(kind(Box::new(Query { span, first: SingleQuery { span, clauses: vec![clause] }, unions: Vec::new() })))
        })
    }

    /// `all(variable IN list WHERE predicate)`.
    fn quantified(&mut self, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        let mut parts = Parts::of(pair);
        let kind = match Parts::of(parts.need(Rule::quantifier_word)?).any()?.as_rule() {
            Rule::kw_all => QuantifierKind::All,
            Rule::kw_any => QuantifierKind::Any,
            Rule::kw_none => QuantifierKind::None,
            _ => QuantifierKind::Single,
        };
        let variable = self.name(&parts.need(Rule::variable)?)?;
        let list = self.expression(parts.need(Rule::expression)?)?;
        Ok(ExprKind::Quantifier { kind, variable, list, predicate: self.predicate(&mut parts)? })
    }

    /// `reduce(accumulator = initial, variable IN list | step)`.
    fn reduce(&mut self, pair: Pair<'_, Rule>) -> Result<ExprKind> {
        let mut parts = Parts::of(pair);
        let accumulator = self.name(&parts.need(Rule::variable)?)?;
        let initial = self.expression(parts.need(Rule::expression)?)?;
        let variable = self.name(&parts.need(Rule::variable)?)?;
        let list = self.expression(parts.need(Rule::expression)?)?;
        Ok(ExprKind::Reduce {
            accumulator,
            initial,
            variable,
            list,
            step: self.expression(parts.need(Rule::expression)?)?,
        })
    }
}

/// The parts of `variable IN rest` and `variable = rest`, as the row of an expression may begin.
fn binder<'t>(row: &Pair<'t, Rule>) -> Option<(Pair<'t, Rule>, Rule, Pairs<'t, Rule>)> {
    let mut pairs = row.clone().into_inner();
    let variable = pairs.next().filter(|pair| pair.as_rule() == Rule::atom)?.into_inner().next()?;
    let operator = pairs.next().filter(|pair| pair.as_rule() == Rule::binary_operator)?.into_inner().next()?;
    if variable.as_rule() == Rule::variable { Some((variable, operator.as_rule(), pairs)) } else { None }
}

/// The parts of a function's name, which was read as properties of a variable.
fn function_name(mut expr: Expr) -> Option<Vec<Name>> {
    let mut names = Vec::new();
    loop {
        match *expr.kind {
            ExprKind::Property(subject, name) => {
                names.push(name);
                expr = subject;
            }
            ExprKind::Variable(text) => {
                names.push(Name { span: expr.span, text });
                names.reverse();
                return Some(names);
            }
            _ => return None,
        }
    }
}

fn pattern_comprehension(
    span: Span,
    variable: Option<Name>,
    pattern: Expr,
    predicate: Option<Expr>,
    result: Option<Expr>,
) -> Result<ExprKind> {
    let at = pattern.span;
    match (*pattern.kind, result) {
        (ExprKind::Pattern(pattern), Some(result)) if pattern.selector == Selector::All => {
            let span = variable.as_ref().map_or(pattern.span, |variable| variable.span.to(pattern.span));
            Ok(ExprKind::PatternComprehension { pattern: PathPattern { span, variable, ..pattern }, predicate, result })
        }
        (ExprKind::Pattern(_), None) => fail(
            Diagnostic::syntax(Detail::UnexpectedSyntax, "this pattern comprehension has no result")
                .at(span)
                .label("expected `| expression` before `]`"),
        ),
        _ => fail(
            unexpected(at, "this is neither a list comprehension nor a pattern comprehension")
                .label("expected `variable IN list` or a pattern"),
        ),
    }
}
