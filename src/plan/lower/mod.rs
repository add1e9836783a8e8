//! Syntax tree to logical plan: every name becomes a variable, every rule on scopes is checked.
//!
//! In: a statement and its text (columns without an alias are named by it). Out: a [`Query`], or a [`Diagnostic`]
//! with openCypher's class and detail. Nothing here looks at a graph: the same text lowers to the same plan
//! everywhere.

mod call;
mod create;
mod expr;
mod group;
mod merge;
mod pattern;
mod procedure;
mod projection;
mod scope;
mod shortest;
mod subquery;
mod update;

pub(super) use pattern::{all_of, conjuncts};
use procedure::ProcedureCall;
use scope::{Scope, Static};

use super::MAX_CLAUSES;
use super::expr::{Expr, ExprKind};
use super::logical::{Logical, Mention, MentionKind, Query, Subquery};
use super::physical::Csv;
use crate::lang::ast::{self, ClauseKind, Yield};
use crate::model::function::Types;
use crate::model::procedure::Procedures;
use crate::model::{Class, Detail, Diagnostic, Span, Var, nearest};

type Result<T> = std::result::Result<T, Diagnostic>;

/// Lowers a statement; `source` is its text.
pub(super) fn lower(statement: &ast::Statement, source: &str, procedures: &dyn Procedures) -> Result<Query> {
    let mut lower = Lower {
        source,
        procedures,
        vars: Vec::new(),
        subqueries: Vec::new(),
        writes: false,
        mentions: Vec::new(),
        parameters: Vec::new(),
        length: 0,
        expressions: 0,
    };
    let rows = lower.query(&statement.query, Logical::Unit, &Scope::default(), Position::Top)?;
    Ok(Query {
        root: rows.plan,
        subqueries: lower.subqueries,
        places: lower.vars.iter().map(|var| var.place).collect(),
        names: lower.vars.into_iter().map(|var| var.name).collect(),
        columns: rows.columns.unwrap_or_default(),
        writes: lower.writes,
        mentions: lower.mentions,
        parameters: each_once(lower.parameters),
    })
}

/// Every name once, at its first place, in the order of the text.
fn each_once(mut named: Vec<(String, Span)>) -> Vec<(String, Span)> {
    named.sort_by(|(a, at), (b, other)| (a, at.start).cmp(&(b, other.start)));
    named.dedup_by(|(later, _), (name, _)| later == name);
    named.sort_by_key(|(_, at)| at.start);
    named
}

/// Where a query stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    /// The statement itself.
    Top,
    /// Inside an expression: it must not write, `RETURN` may be left out, and the names around it are in scope.
    Expression,
    /// `CALL { }`: its first `WITH` says which names it takes from around it.
    Subquery,
    /// `CALL (names) { }`: the names are in scope all through it.
    Importing,
}

/// A query's rows: the plan and its columns (none without `RETURN`).
struct RowsPlan {
    plan: Logical,
    columns: Option<Vec<(String, Var)>>,
}

struct Variable {
    name: String,
    is: Static,
    /// Where a pattern says most of it.
    place: Option<Span>,
}

struct Lower<'s> {
    source: &'s str,
    procedures: &'s dyn Procedures,
    vars: Vec<Variable>,
    subqueries: Vec<Subquery>,
    writes: bool,
    mentions: Vec<Mention>,
    parameters: Vec<(String, Span)>,
    /// How many expressions are around here: a query inside one must not write.
    expressions: usize,
    /// Clauses and pattern elements from the start of the statement to here, those of the queries around this one included.
    length: usize,
}

impl Lower<'_> {
    fn fresh(&mut self, name: impl Into<String>, is: Static) -> Var {
        let var = Var(self.vars.len() as u32);
        self.vars.push(Variable { name: name.into(), is, place: None });
        var
    }

    /// A variable that no text names.
    fn anonymous(&mut self, kind: &str, is: Static) -> Var {
        let number = self.vars.len();
        self.fresh(format!("<{kind} {number}>"), is)
    }

    /// A parameter's value; without it the statement cannot start.
    fn parameter(&mut self, name: &str, span: Span) -> ExprKind {
        self.parameters.push((name.to_owned(), span));
        ExprKind::Parameter(name.to_owned())
    }

    fn is(&self, var: Var) -> Static {
        self.vars[var.index()].is
    }

    /// Notes where a pattern speaks of a variable; `more`: where it says more than its name.
    fn stands_at(&mut self, var: Var, span: Span, more: bool) {
        let place = &mut self.vars[var.index()].place;
        if more || place.is_none() {
            *place = Some(span);
        }
    }

    fn name(&self, var: Var) -> &str {
        &self.vars[var.index()].name
    }

    fn mention(&mut self, kind: MentionKind, span: Span, name: &str) {
        self.mentions.push(Mention { span, kind, name: name.to_owned() });
    }

    /// Notes that the plan grows by so many clauses or elements of a pattern.
    fn lengthen(&mut self, by: usize, span: Span) -> Result<()> {
        self.length += by;
        if self.length <= MAX_CLAUSES {
            return Ok(());
        }
        Err(Diagnostic::new(Class::LimitExceeded, Detail::Other, "this statement is too long")
            .at(span)
            .label(format!("a query has at most {MAX_CLAUSES} clauses and parts of patterns one after the other"))
            .help("split it into several statements, or hand the values over as one list: UNWIND $rows AS row"))
    }

    fn text(&self, span: Span) -> &str {
        self.source.get(span.start..span.end).unwrap_or_default().trim()
    }

    fn query(&mut self, query: &ast::Query, start: Logical, scope: &Scope, position: Position) -> Result<RowsPlan> {
        if query.unions.is_empty() {
            return self.single(&query.first, start, scope, position);
        }
        let all = query.unions[0].all;
        if let Some(other) = query.unions.iter().find(|union| union.all != all) {
            return Err(Diagnostic::syntax(Detail::InvalidClauseComposition, "UNION and UNION ALL cannot be mixed")
                .at(other.span)
                .help("use the same one throughout, or put one part into a subquery"));
        }
        let first = self.single(&query.first, start.clone(), scope, position)?;
        let Some(columns) = first.columns else {
            return Err(unfinished(query.first.span, "each part of a UNION must end with RETURN"));
        };
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let mut branches = vec![(first.plan, columns.iter().map(|(_, var)| *var).collect::<Vec<_>>())];
        for union in &query.unions {
            let branch = self.single(&union.query, start.clone(), scope, position)?;
            let theirs = branch.columns.unwrap_or_default();
            let vars: Option<Vec<Var>> =
                names.iter().map(|name| theirs.iter().find(|(n, _)| n == name).map(|(_, var)| *var)).collect();
            match vars {
                Some(vars) if theirs.len() == names.len() => branches.push((branch.plan, vars)),
                _ => {
                    let found: Vec<&str> = theirs.iter().map(|(name, _)| name.as_str()).collect();
                    return Err(Diagnostic::syntax(
                        Detail::DifferentColumnsInUnion,
                        format!(
                            "all parts of a UNION must return the same columns, but one returns `{}` and another `{}`",
                            names.join("`, `"),
                            found.join("`, `")
                        ),
                    )
                    .at(union.query.span)
                    .help("rename columns with AS"));
                }
            }
        }
        let mut vars = Vec::new();
        for (i, (name, _)) in columns.iter().enumerate() {
            let is = branches.iter().map(|(_, vars)| self.is(vars[i])).reduce(Static::or).unwrap_or(Static::ANY);
            vars.push(self.fresh(name.clone(), is));
        }
        let columns = columns.into_iter().zip(&vars).map(|((name, _), var)| (name, *var)).collect();
        let mut plan = Logical::Union { branches, vars: vars.clone() };
        if !all {
            plan = Logical::Distinct { input: Box::new(plan), vars };
        }
        Ok(RowsPlan { plan, columns: Some(columns) })
    }

    fn single(
        &mut self,
        query: &ast::SingleQuery,
        start: Logical,
        scope: &Scope,
        position: Position,
    ) -> Result<RowsPlan> {
        let nothing = Scope::default();
        let outer = if matches!(position, Position::Expression | Position::Importing) { scope } else { &nothing };
        let mut plan = start;
        let mut scope = match position {
            Position::Subquery => self.imported_by_with(query, scope),
            _ => scope.clone(),
        };
        let mut columns = None;
        let length = self.length;
        for (i, clause) in query.clauses.iter().enumerate() {
            let last = i + 1 == query.clauses.len();
            let parts = match &clause.kind {
                ClauseKind::Match { patterns, .. } => 1 + patterns.iter().map(|p| p.elements.len()).sum::<usize>(),
                // Counts itself, because many of them can be one operator.
                ClauseKind::Create(_) => 0,
                _ => 1,
            };
            self.lengthen(parts, clause.span)?;
            match &clause.kind {
                ClauseKind::Match { optional, patterns, predicate } => {
                    plan = self.match_clause(plan, &mut scope, *optional, patterns, predicate.as_ref())?;
                }
                ClauseKind::Unwind { list, variable } => {
                    let (list, is) = self.value(list, &scope)?;
                    if scope.get(&variable.text).is_some() {
                        return Err(self.already_bound(&variable.text, variable.span));
                    }
                    let element = if is.kinds.meets(Types::LIST) { is.element() } else { is };
                    let var = self.fresh(variable.text.clone(), element);
                    scope.bind(&variable.text, var);
                    plan = Logical::Unwind { input: Box::new(plan), list, var };
                }
                ClauseKind::LoadCsv { headers, source, variable, terminator } => {
                    let csv = Csv {
                        source: self.text_value(source, &scope, "LOAD CSV reads from the file that a string names")?,
                        headers: *headers,
                        terminator: terminator
                            .as_ref()
                            .map(|text| self.text_value(text, &scope, "FIELDTERMINATOR is a string of one character"))
                            .transpose()?,
                    };
                    if scope.get(&variable.text).is_some() {
                        return Err(self.already_bound(&variable.text, variable.span));
                    }
                    let record = if *headers { Static::of(Types::MAP) } else { Static::of(Types::LIST) };
                    let var = self.fresh(variable.text.clone(), record);
                    scope.bind(&variable.text, var);
                    plan = Logical::LoadCsv { input: Box::new(plan), csv, var };
                }
                ClauseKind::With { projection, predicate } => {
                    let rows = self.projection(plan, (&scope, outer), projection, Some(predicate.as_ref()))?;
                    // The query around this one is in scope all through it.
                    scope = outer.clone();
                    plan = rows.0;
                    rows.1.iter().for_each(|(name, var)| scope.bind(name, *var));
                }
                ClauseKind::Return(projection) => {
                    if !last {
                        return Err(Diagnostic::syntax(
                            Detail::InvalidClauseComposition,
                            "RETURN must be the last clause",
                        )
                        .at(clause.span)
                        .help("use WITH to hand rows on to the next clause"));
                    }
                    let rows = self.projection(plan, (&scope, outer), projection, None)?;
                    plan = rows.0;
                    columns = Some(rows.1);
                }
                ClauseKind::Finish => {
                    // No rows, but everything before it runs.
                    let none = Expr::new(clause.span, ExprKind::Literal(crate::model::Value::Int(0)));
                    plan = Logical::Limit { input: Box::new(plan), count: none };
                }
                ClauseKind::Define(change) => {
                    self.must_not_write(clause.span)?;
                    plan = Logical::Define { change: change.clone(), span: clause.span };
                }
                ClauseKind::Call { procedure, arguments, items, predicate } => {
                    let call = ProcedureCall {
                        span: clause.span,
                        name: procedure,
                        arguments: arguments.as_deref(),
                        items,
                        predicate: predicate.as_ref(),
                        alone: position == Position::Top && query.clauses.len() == 1,
                    };
                    let (called, yielded) = self.procedure(plan, &mut scope, &call)?;
                    plan = called;
                    if call.alone {
                        columns = Some(yielded);
                    }
                }
                ClauseKind::Subquery { imports, query } => {
                    plan = self.call_subquery(plan, &mut scope, (imports.as_deref(), query))?;
                }
                _ => {
                    self.must_not_write(clause.span)?;
                    if let Some(updated) = self.update(plan, &mut scope, clause)? {
                        plan = updated;
                    } else {
                        return Err(unfinished(clause.span, "this is no updating clause"));
                    }
                }
            }
        }
        let finished = match query.clauses.last().map(|clause| &clause.kind) {
            Some(ClauseKind::Return(_) | ClauseKind::Finish) => true,
            // A procedure or a subquery that gives no rows is called for what it does.
            Some(ClauseKind::Call { items: Yield::None, .. }) => true,
            Some(ClauseKind::Subquery { query, .. }) => {
                !matches!(query.first.clauses.last().map(|clause| &clause.kind), Some(ClauseKind::Return(_)))
            }
            Some(ClauseKind::Call { .. }) => query.clauses.len() == 1,
            Some(kind) if writes(kind) => true,
            Some(ClauseKind::Match { .. } | ClauseKind::Unwind { .. } | ClauseKind::LoadCsv { .. }) => {
                position == Position::Expression
            }
            _ => false,
        };
        if !finished {
            return Err(unfinished(query.span, "a query must end with RETURN or with an updating clause"));
        }
        self.length = length;
        Ok(RowsPlan { plan, columns })
    }

    /// An expression that gives a string.
    fn text_value(&mut self, expr: &ast::Expr, scope: &Scope, what: &str) -> Result<Expr> {
        let (value, is) = self.value(expr, scope)?;
        self.must_meet(is, Types::STRING, expr.span, what)?;
        Ok(value)
    }

    fn must_not_write(&mut self, span: Span) -> Result<()> {
        if self.expressions > 0 {
            return Err(Diagnostic::syntax(
                Detail::InvalidClauseComposition,
                "a subquery inside an expression must not change the graph",
            )
            .at(span)
            .help("move the updating clause out of the braces"));
        }
        self.writes = true;
        Ok(())
    }

    fn already_bound(&self, name: &str, span: Span) -> Diagnostic {
        Diagnostic::syntax(Detail::VariableAlreadyBound, format!("the variable `{name}` is bound already"))
            .at(span)
            .help("choose another name")
    }

    fn undefined(&self, name: &str, span: Span, scope: &Scope) -> Diagnostic {
        let error = Diagnostic::syntax(Detail::UndefinedVariable, format!("the variable `{name}` is not defined here"))
            .at(span)
            .label("not defined");
        let known: Vec<&str> = scope.visible().map(|(n, _)| n).filter(|n| !n.starts_with('<')).collect();
        match (nearest(name, known.iter().copied(), 1).first(), known.as_slice()) {
            (Some(near), _) => error.help(format!("did you mean `{near}`?")),
            (None, []) => error.help("nothing is in scope here; bind a variable with MATCH, UNWIND or WITH first"),
            (None, known) => error.help(format!("in scope here: `{}`", known[..known.len().min(6)].join("`, `"))),
        }
    }
}

fn unfinished(span: Span, message: &str) -> Diagnostic {
    Diagnostic::syntax(Detail::InvalidClauseComposition, message)
        .at(Span::new(span.end.saturating_sub(1).max(span.start), span.end))
        .label("the query ends here")
        .help("add RETURN with what you want to see, such as `RETURN *`")
}

fn writes(clause: &ClauseKind) -> bool {
    use ClauseKind::*;
    matches!(clause, Create(_) | Merge { .. } | Delete { .. } | Set(_) | Remove(_) | Foreach { .. } | Define(_))
}
