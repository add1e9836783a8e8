//! `WITH` and `RETURN`: columns, grouping, order, and which names go on.
//!
//! Every item becomes a variable; an item that is a variable already keeps it. Grouping is implicit, as openCypher
//! defines it: items without an aggregation are the keys, and beside an aggregation only keys that are variables or
//! properties may stand (anything else would be ambiguous).

use super::expr::{As, Env, Typed};
use super::scope::{Scope, Static};
use super::{Lower, Result};
use crate::lang::ast::{self, ExprKind as Ast, Projection};
use crate::model::function::Types;
use crate::model::{Detail, Diagnostic, Span, Value, Var};
use crate::plan::expr::{AggregateCall, Expr, ExprKind};
use crate::plan::logical::Logical;
use crate::plan::vars::Vars;
use crate::plan::walk::{free_vars, rewrite};

/// The rows that go on, and their columns.
pub(super) type Projected = (Logical, Vec<(String, Var)>);

struct Item {
    name: String,
    span: Span,
    /// As lowered in the scope before; aggregations are variables.
    expr: Expr,
    var: Var,
    aggregated: bool,
}

/// A projection while it is lowered.
struct Items {
    items: Vec<Item>,
    aggregates: Vec<(Var, AggregateCall)>,
    /// The names before are gone: grouping and `DISTINCT` leave nothing else behind.
    hides: bool,
    /// The vars of the query around this one: the same for all its rows, so that grouping need not name them.
    outer: Vec<Var>,
}

impl Lower<'_> {
    /// Lowers a projection. `with` is the optional predicate of a `WITH`; `RETURN` has none to have. `outer` is in scope
    /// from the query around this one.
    pub(super) fn projection(
        &mut self,
        input: Logical,
        (scope, outer): (&Scope, &Scope),
        projection: &Projection,
        with: Option<Option<&ast::Expr>>,
    ) -> Result<Projected> {
        let mut items = self.items(scope, projection, with.is_some())?;
        items.outer = outer.vars();
        let mut after = Scope::default();
        for item in &items.items {
            after.bind(&item.name, item.var);
        }
        let mut both = scope.clone();
        for item in &items.items {
            both.bind(&item.name, item.var);
        }
        let mut order = Vec::with_capacity(projection.order.len());
        for sort in &projection.order {
            order.push((self.sort_key(&sort.expr, &both, &mut items)?, sort.descending));
        }
        let predicate = match with.flatten() {
            Some(predicate) => {
                let lowered = self.predicate(predicate, &both)?;
                Some(self.after_items(lowered, &items)?)
            }
            None => None,
        };
        if with.is_some() {
            self.need_aliases(projection)?;
        }

        let later = order.iter().map(|(key, _)| key).chain(&predicate);
        let later: Vars = later.flat_map(|expr| free_vars(expr, &self.subqueries)).collect();
        let needs_outer = items.hides && (with.is_some() || items.outer.iter().any(|var| later.contains(var)));
        let mut plan = self.compute(input, &items)?;
        let columns: Vec<(String, Var)> = items.items.iter().map(|item| (item.name.clone(), item.var)).collect();
        if projection.distinct {
            let mut vars: Vec<Var> = columns.iter().map(|(_, var)| *var).collect();
            vars.sort_unstable();
            vars.dedup();
            plan = Logical::Distinct { input: Box::new(plan), vars };
        }
        if needs_outer {
            let vars = items.items.iter().map(|item| item.var).chain(items.aggregates.iter().map(|(var, _)| *var));
            plan = items.beside_outer(plan, vars.collect());
        }
        if !order.is_empty() {
            plan = Logical::Sort { input: Box::new(plan), keys: order, limit: None };
        }
        if let Some(skip) = &projection.skip {
            plan = Logical::Skip { input: Box::new(plan), count: self.row_count(skip, "SKIP")? };
        }
        if let Some(limit) = &projection.limit {
            plan = Logical::Limit { input: Box::new(plan), count: self.row_count(limit, "LIMIT")? };
        }
        if let Some(predicate) = predicate {
            plan = Logical::Filter { input: Box::new(plan), predicate };
        }
        Ok((plan, columns))
    }

    fn items(&mut self, scope: &Scope, projection: &Projection, with: bool) -> Result<Items> {
        let mut aggregates = Vec::new();
        let mut items: Vec<Item> = Vec::new();
        if projection.star {
            // By name, whatever the order of the clauses before: the same question has the same columns.
            let mut visible: Vec<(&str, Var)> = scope.visible().collect();
            visible.sort_unstable();
            for (name, var) in visible {
                let expr = Expr::new(projection.span, ExprKind::Var(var));
                items.push(Item { name: name.to_owned(), span: projection.span, expr, var, aggregated: false });
            }
            if items.is_empty() && projection.items.is_empty() && !with {
                return Err(Diagnostic::syntax(
                    Detail::NoVariablesInScope,
                    "`*` stands for nothing: no variable is in scope",
                )
                .at(projection.span)
                .help("name something in the MATCH, such as (n)"));
            }
        }
        for item in &projection.items {
            let mut env = Env { scope, aggregates: Some(&mut aggregates) };
            let (expr, is) = self.expr(&item.expr, &mut env, As::Value)?;
            let used = free_vars(&expr, &self.subqueries);
            let aggregated = aggregates.iter().any(|(var, _)| used.contains(var));
            let name = match (&item.alias, item.expr.kind.as_ref()) {
                (Some(alias), _) => alias.text.clone(),
                (None, Ast::Variable(name)) => name.clone(),
                (None, _) => self.text(item.expr.span).to_owned(),
            };
            let var = match expr.kind.as_ref() {
                ExprKind::Var(var) => *var,
                _ => self.fresh(name.clone(), is),
            };
            if let Some(first) = items.iter().find(|other| other.name == name) {
                return Err(Diagnostic::syntax(Detail::ColumnNameConflict, format!("two columns are named `{name}`"))
                    .at(item.span)
                    .related(first.span, "the first one")
                    .help("rename one with AS"));
            }
            items.push(Item { name, span: item.span, expr, var, aggregated });
        }
        let hides = projection.distinct || !aggregates.is_empty();
        Ok(Items { items, aggregates, hides, outer: Vec::new() })
    }

    fn need_aliases(&self, projection: &Projection) -> Result<()> {
        match projection
            .items
            .iter()
            .find(|item| item.alias.is_none() && !matches!(item.expr.kind.as_ref(), Ast::Variable(_)))
        {
            None => Ok(()),
            Some(item) => Err(Diagnostic::syntax(Detail::NoExpressionAlias, "an expression in WITH needs a name")
                .at(item.span)
                .help(format!("write `{} AS name`", self.text(item.span)))),
        }
    }

    /// The operators that compute the items.
    fn compute(&mut self, input: Logical, items: &Items) -> Result<Logical> {
        let computed = |item: &&Item| !matches!(item.expr.kind.as_ref(), ExprKind::Var(var) if *var == item.var);
        if items.aggregates.is_empty() {
            let list: Vec<_> = items.items.iter().filter(computed).map(|i| (i.var, i.expr.clone())).collect();
            return Ok(match list.is_empty() {
                true => input,
                false => Logical::Project { input: Box::new(input), items: list },
            });
        }
        let keys: Vec<(Var, Expr)> =
            items.items.iter().filter(|item| !item.aggregated).map(|item| (item.var, item.expr.clone())).collect();
        let mut post = Vec::new();
        for item in items.items.iter().filter(|item| item.aggregated) {
            let expr = with_simple_keys(&item.expr, items);
            self.only_grouped(&expr, items, item.span)?;
            if !matches!(expr.kind.as_ref(), ExprKind::Var(var) if *var == item.var) {
                post.push((item.var, expr));
            }
        }
        let bound: Vec<Var> =
            keys.iter().map(|(var, _)| *var).chain(items.aggregates.iter().map(|(var, _)| *var)).collect();
        let mut plan = Logical::Aggregate { input: Box::new(input), keys, aggregates: items.aggregates.clone() };
        let used: Vars = post.iter().flat_map(|(_, expr)| free_vars(expr, &self.subqueries)).collect();
        if items.outer.iter().any(|var| used.contains(var)) {
            plan = items.beside_outer(plan, bound);
        }
        Ok(match post.is_empty() {
            true => plan,
            false => Logical::Project { input: Box::new(plan), items: post },
        })
    }

    fn only_grouped(&self, expr: &Expr, items: &Items, span: Span) -> Result<()> {
        let strangers = strangers(expr, items, &self.subqueries);
        match strangers.first() {
            None => Ok(()),
            Some(var) => Err(ambiguous(self.name(*var), span)),
        }
    }

    /// A sort key: in the combined scope, but behind grouping or `DISTINCT` only what was projected is left.
    fn sort_key(&mut self, expr: &ast::Expr, both: &Scope, items: &mut Items) -> Result<Expr> {
        let grouped = !items.aggregates.is_empty();
        let before = items.aggregates.len();
        let mut aggregates = std::mem::take(&mut items.aggregates);
        let mut env = Env { scope: both, aggregates: grouped.then_some(&mut aggregates) };
        let lowered = self.expr(expr, &mut env, As::Value);
        items.aggregates = aggregates;
        let (lowered, _) = lowered?;
        for (_, call) in &items.aggregates[before..] {
            // An aggregation that only the order asks for is computed too, if its arguments were projected.
            for argument in &call.arguments {
                if let Some(var) = strangers(argument, items, &self.subqueries).first() {
                    return Err(self.gone(*var, expr.span));
                }
            }
        }
        self.after_items(lowered, items)
    }

    /// Rewrites an expression of the combined scope to the projected variables.
    fn after_items(&self, expr: Expr, items: &Items) -> Result<Expr> {
        let used = free_vars(&expr, &self.subqueries);
        let aggregated = items.aggregates.iter().any(|(var, _)| used.contains(var));
        let whole = with_items(&expr, items, |_| true);
        if !items.hides {
            return Ok(whole);
        }
        let left = strangers(&whole, items, &self.subqueries);
        if let Some(var) = left.first() {
            return Err(self.gone(*var, expr.span));
        }
        let is_item = items.items.iter().any(|item| item.expr == expr);
        if aggregated && !is_item {
            let simple = with_items(&expr, items, |item| item.aggregated || is_simple(&item.expr));
            if let Some(var) = strangers(&simple, items, &self.subqueries).first() {
                return Err(ambiguous(self.name(*var), expr.span));
            }
        }
        Ok(whole)
    }

    fn gone(&self, var: Var, span: Span) -> Diagnostic {
        let name = self.name(var);
        Diagnostic::syntax(
            Detail::UndefinedVariable,
            format!("`{name}` is no longer there: only what DISTINCT or the grouping returns can be used"),
        )
        .at(span)
        .help(format!("return `{name}`, or what you need of it, as a column"))
    }

    /// The operand of `SKIP` and `LIMIT`: the same for all rows, and a count.
    fn row_count(&mut self, expr: &ast::Expr, clause: &str) -> Result<Expr> {
        let (lowered, is): Typed = self.value(expr, &Scope::default()).map_err(|error| match error.detail {
            Detail::UndefinedVariable => Diagnostic::syntax(
                Detail::NonConstantExpression,
                format!("{clause} is the same for all rows, so it cannot use a variable"),
            )
            .at(expr.span)
            .help("use a number or a parameter"),
            _ => error,
        })?;
        if let ExprKind::Literal(Value::Int(count)) = lowered.kind.as_ref()
            && *count < 0
        {
            return Err(Diagnostic::syntax(Detail::NegativeIntegerArgument, format!("{clause} cannot be negative"))
                .at(expr.span));
        }
        if let ExprKind::Unary(ast::UnaryOp::Minus, operand) = lowered.kind.as_ref()
            && matches!(operand.kind.as_ref(), ExprKind::Literal(Value::Int(count)) if *count > 0)
        {
            return Err(Diagnostic::syntax(Detail::NegativeIntegerArgument, format!("{clause} cannot be negative"))
                .at(expr.span));
        }
        if !is.kinds.meets(Types::INT) {
            let found = super::expr::describe(Static::of(is.kinds).kinds);
            return Err(Diagnostic::syntax(
                Detail::InvalidArgumentType,
                format!("{clause} takes a whole number, not {found}"),
            )
            .at(expr.span));
        }
        Ok(lowered)
    }
}

fn ambiguous(name: &str, span: Span) -> Diagnostic {
    Diagnostic::syntax(
        Detail::AmbiguousAggregationExpression,
        format!("`{name}` stands beside an aggregation but is not a grouping key"),
    )
    .at(span)
    .help("project what you need of it with WITH first, then aggregate")
}

fn is_simple(expr: &Expr) -> bool {
    match expr.kind.as_ref() {
        ExprKind::Var(_) => true,
        ExprKind::Property(subject, _) => matches!(subject.kind.as_ref(), ExprKind::Var(_)),
        _ => false,
    }
}

fn with_simple_keys(expr: &Expr, items: &Items) -> Expr {
    with_items(expr, items, |item| !item.aggregated && is_simple(&item.expr))
}

/// The expression with each part that some item computes replaced by the item's variable.
fn with_items(expr: &Expr, items: &Items, counts: impl Fn(&Item) -> bool) -> Expr {
    rewrite(expr, &|part| {
        if matches!(part.kind.as_ref(), ExprKind::Literal(_) | ExprKind::Parameter(_)) {
            return None;
        }
        let item = items.items.iter().find(|item| counts(item) && item.expr == *part)?;
        Some(Expr::new(part.span, ExprKind::Var(item.var)))
    })
}

impl Items {
    /// Rows that have the vars of the query around this one again, which grouping and `DISTINCT` dropped.
    fn beside_outer(&self, plan: Logical, mut vars: Vec<Var>) -> Logical {
        if self.outer.is_empty() {
            return plan;
        }
        vars.retain(|var| !self.outer.contains(var));
        let input = Box::new(Logical::Argument(self.outer.clone()));
        Logical::Apply { input, inner: Box::new(plan), vars }
    }
}

/// The variables that the projection does not hand on.
fn strangers(expr: &Expr, items: &Items, subqueries: &[crate::plan::logical::Subquery]) -> Vec<Var> {
    let known: Vars =
        items.items.iter().map(|item| item.var).chain(items.aggregates.iter().map(|(var, _)| *var)).collect();
    let known = &known | &items.outer.iter().copied().collect();
    (&free_vars(expr, subqueries) - &known).into_iter().collect()
}
