//! `CALL`: of a procedure, and of a subquery.

use super::expr::describe;
use super::scope::{Scope, Static};
use super::{Lower, Position, Result};
use crate::lang::ast::{self, ClauseKind, ExprKind as Ast, Name, Yield};
use crate::model::function::Types;
use crate::model::procedure::Signature;
use crate::model::{Class, Detail, Diagnostic, Span, Var, nearest_term};
use crate::plan::expr::Expr;
use crate::plan::logical::Logical;

/// A `CALL` of a procedure, as the tree has it.
pub(super) struct ProcedureCall<'t> {
    pub(super) span: Span,
    pub(super) name: &'t [Name],
    pub(super) arguments: Option<&'t [ast::Expr]>,
    pub(super) items: &'t Yield,
    pub(super) predicate: Option<&'t ast::Expr>,
    /// The statement is this call and nothing else: then parameters may stand for arguments, and all columns are given.
    pub(super) alone: bool,
}

impl Lower<'_> {
    /// Lowers a call over `input`; what it yields joins `scope`. Gives the columns, too.
    pub(super) fn procedure(
        &mut self,
        input: Logical,
        scope: &mut Scope,
        call: &ProcedureCall<'_>,
    ) -> Result<(Logical, Vec<(String, Var)>)> {
        let name = call.name.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".");
        let place = call.name.iter().map(|part| part.span).reduce(Span::to).unwrap_or(call.span);
        let Some(signature) = self.procedures.signature(&name) else { return Err(self.no_procedure(&name, place)) };
        let arguments = match call.arguments {
            Some(arguments) => self.arguments(arguments, &signature, place, scope)?,
            None if call.alone => {
                let needed = signature.parameters.iter().filter(|parameter| !parameter.optional);
                needed.map(|parameter| Expr::new(place, self.parameter(&parameter.name, place))).collect()
            }
            None => {
                return Err(Diagnostic::syntax(
                    Detail::InvalidArgumentPassingMode,
                    "inside a query a procedure is called with its arguments in parentheses",
                )
                .at(place)
                .help(format!("write {}", shown(&signature))));
            }
        };
        let columns = self.yielded(&signature, call, place, scope)?;
        let results = columns.iter().map(|(at, _, var)| (*at, *var)).collect();
        let mut plan = Logical::Call {
            input: Box::new(input),
            procedure: signature.name.clone(),
            arguments,
            results,
            gives_rows: !signature.results.is_empty(),
        };
        if let Some(predicate) = call.predicate {
            let predicate = self.predicate(predicate, scope)?;
            plan = Logical::Filter { input: Box::new(plan), predicate };
        }
        Ok((plan, columns.into_iter().map(|(_, name, var)| (name, var)).collect()))
    }

    fn no_procedure(&self, name: &str, place: Span) -> Diagnostic {
        let error = Diagnostic::new(
            Class::ProcedureError,
            Detail::ProcedureNotFound,
            format!("there is no procedure `{name}`"),
        )
        .at(place);
        let known = self.procedures.names();
        let near = nearest_term(name, known.iter().map(String::as_str), 1).first().copied();
        // The name is right and its namespace is missing or another.
        let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_lowercase();
        match near.or_else(|| known.iter().map(String::as_str).find(|known| last(known) == last(name))) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("CALL db.procedures() lists them all"),
        }
    }

    fn arguments(
        &mut self,
        arguments: &[ast::Expr],
        signature: &Signature,
        place: Span,
        scope: &Scope,
    ) -> Result<Vec<Expr>> {
        let needed = signature.parameters.iter().filter(|parameter| !parameter.optional).count();
        if !(needed..=signature.parameters.len()).contains(&arguments.len()) {
            let found = arguments.len();
            return Err(Diagnostic::syntax(
                Detail::InvalidNumberOfArguments,
                format!("`{}` does not take {found} argument{}", signature.name, if found == 1 { "" } else { "s" }),
            )
            .at(place)
            .help(format!("it is called as {}", shown(signature))));
        }
        let mut lowered = Vec::with_capacity(arguments.len());
        for (argument, parameter) in arguments.iter().zip(&signature.parameters) {
            let (expr, is) = self.value(argument, scope)?;
            // An integer is a float where one is wanted.
            let wanted =
                if parameter.types.meets(Types::FLOAT) { parameter.types.or(Types::INT) } else { parameter.types };
            let message = format!("`{}` of `{}` is {}", parameter.name, signature.name, describe(parameter.types));
            self.must_meet(is, wanted, argument.span, &message)?;
            lowered.push(expr);
        }
        Ok(lowered)
    }

    /// The columns that the call binds: their place among the results, name and var.
    fn yielded(
        &mut self,
        signature: &Signature,
        call: &ProcedureCall<'_>,
        place: Span,
        scope: &mut Scope,
    ) -> Result<Vec<(usize, String, Var)>> {
        let mut wanted: Vec<(usize, Name)> = Vec::new();
        let all = || {
            signature.results.iter().enumerate().map(|(at, (name, _))| (at, Name { span: place, text: name.clone() }))
        };
        match call.items {
            Yield::None if call.alone => wanted.extend(all()),
            Yield::None if signature.results.is_empty() => {}
            Yield::None => {
                let names: Vec<&str> = signature.results.iter().map(|(name, _)| name.as_str()).collect();
                return Err(Diagnostic::syntax(
                    Detail::InvalidClauseComposition,
                    format!("inside a query, what `{}` gives has to be named", signature.name),
                )
                .at(call.span)
                .help(format!("add YIELD {}", names.join(", "))));
            }
            Yield::All if call.alone => wanted.extend(all()),
            Yield::All => {
                return Err(Diagnostic::syntax(Detail::UnexpectedSyntax, "YIELD * stands in a call by itself only")
                    .at(call.span)
                    .help("inside a query, name the columns: YIELD a, b"));
            }
            Yield::Items(items) => {
                for (field, alias) in items {
                    let Some(at) = signature.results.iter().position(|(name, _)| *name == field.text) else {
                        return Err(self.no_column(signature, field));
                    };
                    wanted.push((at, alias.clone().unwrap_or_else(|| field.clone())));
                }
            }
        }
        let mut columns = Vec::with_capacity(wanted.len());
        for (at, name) in wanted {
            if scope.get(&name.text).is_some() {
                return Err(self.already_bound(&name.text, name.span));
            }
            let types = signature.results.get(at).map_or(Types::ANY, |(_, types)| *types);
            let var = self.fresh(name.text.clone(), Static::of(types));
            scope.bind(&name.text, var);
            columns.push((at, name.text, var));
        }
        Ok(columns)
    }

    fn no_column(&self, signature: &Signature, field: &Name) -> Diagnostic {
        let names: Vec<&str> = signature.results.iter().map(|(name, _)| name.as_str()).collect();
        Diagnostic::syntax(Detail::UndefinedVariable, format!("`{}` gives no column `{}`", signature.name, field.text))
            .at(field.span)
            .help(format!("it gives {}", names.join(", ")))
    }

    /// Lowers `CALL { ... }` over `input`; what it returns joins `scope`.
    pub(super) fn call_subquery(
        &mut self,
        input: Logical,
        scope: &mut Scope,
        (imports, query): (Option<&[Name]>, &ast::Query),
    ) -> Result<Logical> {
        let (inner_scope, position) = match imports {
            None => (scope.clone(), Position::Subquery),
            Some(names) => {
                let mut inner = Scope::default();
                for name in names {
                    match scope.get(&name.text) {
                        Some(var) => inner.bind(&name.text, var),
                        None => return Err(self.undefined(&name.text, name.span, scope)),
                    }
                }
                (inner, Position::Importing)
            }
        };
        let rows = self.query(query, Logical::Argument(scope.vars()), &inner_scope, position)?;
        let writes = rows.plan.writes();
        let Some(columns) = rows.columns else {
            return Ok(Logical::Foreach { input: Box::new(input), inner: Box::new(rows.plan), each: true });
        };
        let mut vars = Vec::with_capacity(columns.len());
        for (name, var) in &columns {
            if scope.get(name).is_some() {
                return Err(self.already_bound(name, query.span).help("return it under another name, with AS"));
            }
            scope.bind(name, *var);
            vars.push(*var);
        }
        let apply = |input| Logical::Apply { input: Box::new(input), inner: Box::new(rows.plan), vars };
        // Clauses before and after must not see half of what it writes.
        Ok(match writes {
            true => Logical::Eager { input: Box::new(apply(Logical::Eager { input: Box::new(input) })) },
            false => apply(input),
        })
    }

    /// What a subquery without a list of imports starts with: the names that its first `WITH` takes over, if it does
    /// nothing else.
    pub(super) fn imported_by_with(&self, query: &ast::SingleQuery, scope: &Scope) -> Scope {
        let mut inner = Scope::default();
        let Some(ClauseKind::With { projection, predicate: None }) = query.clauses.first().map(|clause| &clause.kind)
        else {
            return inner;
        };
        let plain = !projection.distinct
            && projection.order.is_empty()
            && projection.skip.is_none()
            && projection.limit.is_none()
            && projection.items.iter().all(|item| {
                matches!(item.expr.kind.as_ref(), Ast::Variable(name)
                    if item.alias.as_ref().is_none_or(|alias| alias.text == *name))
            });
        if plain && projection.star {
            return scope.clone();
        }
        for item in projection.items.iter().filter(|_| plain) {
            if let Ast::Variable(name) = item.expr.kind.as_ref()
                && let Some(var) = scope.get(name)
            {
                inner.bind(name, var);
            }
        }
        inner
    }
}

fn shown(signature: &Signature) -> String {
    let names: Vec<&str> = signature.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    format!("{}({})", signature.name, names.join(", "))
}
