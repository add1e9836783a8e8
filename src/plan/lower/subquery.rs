//! Subqueries inside expressions: `EXISTS`, `COUNT`, `COLLECT`, patterns as predicates, pattern comprehensions and
//! shortest paths as values. All become one thing: a subplan and what to make of its rows.

use super::expr::{As, Kinded};
use super::scope::{Scope, Static};
use super::{Lower, Position, Result};
use crate::lang::ast::{self, PathElement, PathPattern, Selector};
use crate::model::function::Types;
use crate::model::{Detail, Diagnostic, Span, Value, Var};
use crate::plan::expr::{Expr, ExprKind, SubplanId, SubqueryKind};
use crate::plan::logical::{Logical, Subquery};
use crate::plan::walk;

impl Lower<'_> {
    pub(super) fn exists(&mut self, query: &ast::Query, scope: &Scope) -> Result<Kinded> {
        let root = self.inner_query(query, scope)?.0;
        Ok((self.subquery(root, scope, SubqueryKind::Exists), Static::of(Types::BOOL)))
    }

    pub(super) fn count(&mut self, query: &ast::Query, scope: &Scope) -> Result<Kinded> {
        let root = self.inner_query(query, scope)?.0;
        Ok((self.subquery(root, scope, SubqueryKind::Count), Static::of(Types::INT)))
    }

    pub(super) fn collect(&mut self, query: &ast::Query, scope: &Scope, span: Span) -> Result<Kinded> {
        let (root, columns) = self.inner_query(query, scope)?;
        let [(_, var)] = columns.as_slice() else {
            return Err(Diagnostic::syntax(
                Detail::InvalidClauseComposition,
                format!("COLLECT needs a query that returns one column, not {}", columns.len()),
            )
            .at(span)
            .help("end the query with RETURN and one expression"));
        };
        let is = Static::list(self.is(*var).kinds);
        Ok((self.subquery(root, scope, SubqueryKind::Collect(*var)), is))
    }

    /// A bare pattern: a predicate, or the value of `shortestPath(...)`.
    pub(super) fn pattern_expr(
        &mut self,
        pattern: &PathPattern,
        scope: &Scope,
        span: Span,
        position: As,
    ) -> Result<Kinded> {
        self.only_known_names(pattern, scope)?;
        match pattern.selector {
            Selector::All if position == As::Predicate => {
                let (root, _) = self.inner_match(pattern, None, scope)?;
                Ok((self.subquery(root, scope, SubqueryKind::Exists), Static::of(Types::BOOL)))
            }
            Selector::All => Err(Diagnostic::syntax(
                Detail::UnexpectedSyntax,
                "a pattern can stand here only as a predicate, behind WHERE",
            )
            .at(span)
            .help("write EXISTS { ... } for its truth, or [pattern | expression] for its matches")),
            selector => {
                let mut named = pattern.clone();
                let name = "<path>".to_owned();
                named.variable = Some(ast::Name { span, text: name.clone() });
                let (root, inner) = self.inner_match(&named, None, scope)?;
                let var = inner.get(&name).unwrap_or(Var(0));
                let paths = self.subquery(root, scope, SubqueryKind::Collect(var));
                if selector == Selector::AllShortestPaths {
                    return Ok((paths, Static::list(Types::PATH)));
                }
                let zero = Expr::new(span, ExprKind::Literal(Value::Int(0)));
                Ok((ExprKind::Index(Expr::new(span, paths), zero), Static::of(Types::PATH)))
            }
        }
    }

    pub(super) fn pattern_comprehension(
        &mut self,
        pattern: &PathPattern,
        predicate: Option<&ast::Expr>,
        result: &ast::Expr,
        scope: &Scope,
    ) -> Result<Kinded> {
        let (root, inner) = self.inner_match(pattern, predicate, scope)?;
        let (result, is) = self.value(result, &inner)?;
        let var = self.anonymous("result", is);
        let root = Logical::Project { input: Box::new(root), items: vec![(var, result)] };
        Ok((self.subquery(root, scope, SubqueryKind::Collect(var)), Static::list(is.kinds)))
    }

    fn inner_query(&mut self, query: &ast::Query, scope: &Scope) -> Result<(Logical, Vec<(String, Var)>)> {
        self.expressions += 1;
        let rows = self.query(query, Logical::Argument(scope.vars()), scope, Position::Expression)?;
        self.expressions -= 1;
        Ok((rows.plan, rows.columns.unwrap_or_default()))
    }

    fn inner_match(
        &mut self,
        pattern: &PathPattern,
        predicate: Option<&ast::Expr>,
        scope: &Scope,
    ) -> Result<(Logical, Scope)> {
        let mut inner = scope.clone();
        let start = Logical::Argument(scope.vars());
        let root = self.match_clause(start, &mut inner, false, std::slice::from_ref(pattern), predicate)?;
        Ok((root, inner))
    }

    fn subquery(&mut self, root: Logical, scope: &Scope, kind: SubqueryKind) -> ExprKind {
        let outer = scope.vars().into_iter().collect();
        let imports = &walk::used_vars(&root, &self.subqueries) & &outer;
        self.subqueries.push(Subquery { root, imports });
        ExprKind::Subquery { subplan: SubplanId(self.subqueries.len() - 1), kind }
    }

    /// A pattern inside an expression matches; it does not bind.
    fn only_known_names(&self, pattern: &PathPattern, scope: &Scope) -> Result<()> {
        let names = pattern.elements.iter().filter_map(|element| match element {
            PathElement::Node(node) => node.variable.as_ref(),
            PathElement::Edge(edge) => edge.variable.as_ref(),
            PathElement::Group(_) => None,
        });
        for name in names {
            if scope.get(&name.text).is_none() {
                return Err(self
                    .undefined(&name.text, name.span, scope)
                    .help("a pattern inside an expression cannot bind new variables; EXISTS { } can"));
            }
        }
        Ok(())
    }
}
