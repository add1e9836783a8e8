//! Expressions over batches: each node of the tree is evaluated once for all rows.
//!
//! Where both sides are typed columns a kernel runs over them; otherwise [`operator`] works on single values. What must
//! not be evaluated on a row (the right side of a settled `AND`, a branch of `CASE` that is not taken, what `coalesce` does
//! not reach) is evaluated on a batch of the other rows.

mod branch;
mod kernel;
mod list;
pub mod operator;
mod predicate;
mod property;
mod subquery;

pub(super) use predicate::Predicate;
pub(super) use property::{all as properties_of, there};

use std::sync::Arc;

use super::context::Context;
use super::operator::Resolved;
use super::{Batch, Result};
use crate::exec::bound::Made;
use crate::exec::function;
use crate::model::function::Function;
use crate::model::{Column, Detail, Diagnostic, EdgeId, EdgeTypeId, Path, Span, Str, Value, Var, deep};
use crate::plan::expr::{BinaryOp, CompareOp, Expr, ExprKind, Labels, MapEntry, UnaryOp};

/// The expression's value in every row of the batch.
///
/// The arms call, and hold nothing themselves: this function recurses to the depth of the tree, so its frame must stay
/// small.
pub(super) fn eval<'g>(expr: &Expr, batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Column<'g>> {
    deep(|| evaluate(expr, batch, ctx))
}

fn evaluate<'g>(expr: &Expr, batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Column<'g>> {
    use ExprKind::*;
    let span = expr.span;
    match expr.kind.as_ref() {
        Literal(value) => Ok(Column::repeat(value, batch.len)),
        Parameter(name) => parameter(name, span, batch, ctx),
        Var(var) => Ok(batch.values(*var)),
        Property(subject, key) => property_of(subject, key, span, batch, ctx),
        Index(subject, index) => index_of(subject, index, span, batch, ctx),
        Slice(list, from, to) => slice(list, from.as_ref(), to.as_ref(), span, batch, ctx),
        Unary(UnaryOp::Not, operand) => branch::not(operand, batch, ctx),
        Unary(op, operand) => unary(*op, operand, span, batch, ctx),
        Binary(op, left, right) => branch::binary(*op, left, right, span, batch, ctx),
        Compare(op, left, right) => compare(*op, left, right, batch, ctx),
        IsNull(operand) => is_null(operand, batch, ctx),
        HasLabels(subject, labels) => has_labels(subject, labels, span, batch, ctx),
        Call(Function::Coalesce, arguments) => branch::coalesce(arguments, batch, ctx),
        Call(function, arguments) => call(*function, arguments, span, batch, ctx),
        Case { operand, branches, otherwise } => {
            branch::case(operand.as_ref(), branches, otherwise.as_ref(), batch, ctx)
        }
        List(items) => list_of(items, batch, ctx),
        Map(entries) => map(entries, batch, ctx),
        MapProjection(subject, entries) => map_projection(subject, entries, span, batch, ctx),
        ListComprehension { var, list, predicate, result } => {
            list::comprehension(*var, list, predicate.as_ref(), result.as_ref(), batch, ctx)
        }
        Quantifier { kind, var, list, predicate } => list::quantifier(*kind, *var, list, predicate, batch, ctx),
        Reduce { accumulator, initial, var, list, step } => {
            list::reduce((*accumulator, initial), (*var, list), step, batch, ctx)
        }
        Path { start, steps } => Ok(path(*start, steps, batch, ctx)),
        Subquery { subplan, kind } => subquery::subquery(*subplan, *kind, batch, ctx),
    }
}

fn parameter<'g>(name: &str, span: Span, batch: &Batch<'g>, ctx: &Context<'g>) -> Result<Column<'g>> {
    let value = ctx.parameter(name).map_err(|error| error.at(span))?;
    Ok(Column::repeat(&value, batch.len))
}

fn property_of<'g>(
    subject: &Expr,
    key: &str,
    span: Span,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<Column<'g>> {
    let made;
    let subject = match subject.kind.as_ref() {
        ExprKind::Var(var) if !matches!(batch.column(*var), Column::Absent) => batch.column(*var),
        _ => {
            made = eval(subject, batch, ctx)?;
            &made
        }
    };
    property::property(subject, batch.len, key, &ctx.view).map_err(|error| error.at(span))
}

fn index_of<'g>(
    subject: &Expr,
    index: &Expr,
    span: Span,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<Column<'g>> {
    let (subject, index) = (eval(subject, batch, ctx)?, eval(index, batch, ctx)?);
    rows(batch.len, span, |row| operator::index(&subject.value(row), &index.value(row), &ctx.view))
}

fn unary<'g>(op: UnaryOp, operand: &Expr, span: Span, batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Column<'g>> {
    let operand = eval(operand, batch, ctx)?;
    rows(batch.len, span, |row| operator::unary(op, &operand.value(row)))
}

fn compare<'g>(
    op: CompareOp,
    left: &Expr,
    right: &Expr,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<Column<'g>> {
    if let Some(value) = constant(right, batch.len, ctx)? {
        let left = eval(left, batch, ctx)?;
        return Ok(kernel::compare_with(op, &left, &value, batch.len));
    }
    if let Some(value) = constant(left, batch.len, ctx)? {
        let right = eval(right, batch, ctx)?;
        return Ok(kernel::compare_with(kernel::turned(op), &right, &value, batch.len));
    }
    let (left, right) = (eval(left, batch, ctx)?, eval(right, batch, ctx)?);
    Ok(kernel::compare(op, &left, &right, batch.len))
}

/// The value of an expression that is the same in every row; none when it need not be. It may fail, so it is not worked out
/// when there are no rows.
fn constant<'g>(expr: &Expr, rows: usize, ctx: &mut Context<'g>) -> Result<Option<Value<'g>>> {
    let literal = |expr: &Expr| match expr.kind.as_ref() {
        ExprKind::Literal(value) => Some(value.clone()),
        _ => None,
    };
    match expr.kind.as_ref() {
        ExprKind::Literal(value) => Ok(Some(value.clone())),
        _ if rows == 0 => Ok(None),
        ExprKind::List(items) if items.iter().all(|item| literal(item).is_some()) => {
            Ok(Some(Value::list(items.iter().filter_map(literal).collect())))
        }
        _ if is_constant(expr) => Ok(Some(eval(expr, &Batch::new(1), ctx)?.value(0))),
        _ => Ok(None),
    }
}

fn is_constant(expr: &Expr) -> bool {
    match expr.kind.as_ref() {
        ExprKind::Literal(_) | ExprKind::Parameter(_) => true,
        ExprKind::Call(function, arguments) => {
            function::lasts_for_a_statement(*function) && arguments.iter().all(is_constant)
        }
        ExprKind::Unary(_, operand) => is_constant(operand),
        ExprKind::Binary(op, left, right) => {
            use BinaryOp::{Add, Divide, Modulo, Multiply, Subtract};
            matches!(op, Add | Subtract | Multiply | Divide | Modulo) && is_constant(left) && is_constant(right)
        }
        ExprKind::List(items) => items.iter().all(is_constant),
        _ => false,
    }
}

fn is_null<'g>(operand: &Expr, batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Column<'g>> {
    Ok(Column::Bool(match eval(operand, batch, ctx)? {
        Column::Value(values) => values.iter().map(Value::is_null).collect(),
        _ => vec![false; batch.len],
    }))
}

fn list_of<'g>(items: &[Expr], batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Column<'g>> {
    let columns = all(items, batch, ctx)?;
    let list = |row| Value::list(columns.iter().map(|column| column.value(row)).collect());
    Ok(Column::Value((0..batch.len).map(list).collect()))
}

fn all<'g>(exprs: &[Expr], batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Vec<Column<'g>>> {
    exprs.iter().map(|expr| eval(expr, batch, ctx)).collect()
}

/// The rows in which a predicate is true.
///
/// # Errors
///
/// Besides its own, when it is neither true nor false nor null.
pub(super) fn accepted<'g>(predicate: &Expr, batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Vec<u32>> {
    let rows = 0..batch.len as u32;
    let column = eval(predicate, batch, ctx)?;
    if let Column::Bool(truths) = column {
        return Ok(predicate::rows_where(truths.into_iter()));
    }
    let mut accepted = Vec::new();
    for row in rows {
        let truth = operator::truth(&column.value(row as usize)).map_err(|error| error.at(predicate.span))?;
        if truth == Some(true) {
            accepted.push(row);
        }
    }
    Ok(accepted)
}

/// One value for each row.
fn rows<'g>(
    len: usize,
    span: Span,
    value: impl Fn(usize) -> std::result::Result<Value<'g>, Diagnostic>,
) -> Result<Column<'g>> {
    let values: Result<Vec<Value<'g>>> = (0..len).map(value).collect();
    Ok(Column::from_values(values.map_err(|error| error.at(span))?))
}

fn slice<'g>(
    list: &Expr,
    from: Option<&Expr>,
    to: Option<&Expr>,
    span: Span,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<Column<'g>> {
    let list = eval(list, batch, ctx)?;
    let from = from.map(|e| eval(e, batch, ctx)).transpose()?;
    let to = to.map(|e| eval(e, batch, ctx)).transpose()?;
    let made = Made::of([&list]);
    rows(batch.len, span, |row| {
        let from = from.as_ref().map(|column| column.value(row));
        let to = to.as_ref().map(|column| column.value(row));
        let list = list.value(row);
        let Some((items, range)) = operator::part(&list, from.as_ref(), to.as_ref())? else { return Ok(Value::Null) };
        list::part(items, range, &made, ctx)
    })
}

fn call<'g>(
    function: Function,
    arguments: &[Expr],
    span: Span,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<Column<'g>> {
    if let [only] = arguments
        && function::lasts_for_a_statement(function)
        && let Some(argument) = constant(only, batch.len, ctx)?
    {
        let argument = Column::Value(vec![argument]);
        let made = Made::of([&argument]);
        let value = value_of(function, &[argument.value(0)], &made, ctx).map_err(|error| error.at(span))?;
        return Ok(Column::repeat(&value, batch.len));
    }
    let columns = all(arguments, batch, ctx)?;
    if let (Function::Type, [Column::Edge(edges)]) = (function, columns.as_slice())
        && let Some(column) = types(edges, ctx)
    {
        return Ok(column);
    }
    let len = batch.len;
    let mut arguments = Vec::with_capacity(columns.len());
    let mut values = Vec::with_capacity(len);
    let mut made = Made::of(&columns);
    for row in 0..len {
        arguments.clear();
        arguments.extend(columns.iter().map(|column| column.value(row)));
        let value = value_of(function, &arguments, &made, ctx).and_then(|value| made.add(value, ctx));
        values.push(value.map_err(|error| error.at(span))?);
    }
    Ok(Column::from_values(values))
}

/// The edges' types, each made a text once; none when one of the edges is gone.
fn types<'g>(edges: &[EdgeId], ctx: &Context<'g>) -> Option<Column<'g>> {
    let mut names: Vec<(EdgeTypeId, Str<'g>)> = Vec::new();
    let mut name = |edge: &EdgeId| {
        let edge_type = ctx.view.edge_type(*edge)?;
        if let Some((_, name)) = names.iter().find(|(known, _)| *known == edge_type) {
            return Some(name.clone());
        }
        let name = Str::from(ctx.view.edge_type_name(edge_type).to_owned());
        names.push((edge_type, name.clone()));
        Some(name)
    };
    edges.iter().map(&mut name).collect::<Option<Vec<_>>>().map(Column::String)
}

fn value_of<'g>(function: Function, arguments: &[Value<'g>], made: &Made, ctx: &Context<'g>) -> Result<Value<'g>> {
    match list::long(function, arguments, made, ctx)? {
        Some(list) => Ok(list),
        None => function::call(function, arguments, &ctx.view, ctx.now),
    }
}

fn has_labels<'g>(
    subject: &Expr,
    labels: &Labels,
    span: Span,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<Column<'g>> {
    let subject = &eval(subject, batch, ctx)?;
    let len = batch.len;
    let view = &ctx.view;
    let resolved = Resolved::new(labels, view);
    if let Column::Node(nodes) = subject {
        return Ok(Column::Bool(nodes.iter().map(|node| resolved.accepts_node(*node, view)).collect()));
    }
    let mut values = Vec::with_capacity(len);
    for row in 0..len {
        values.push(match subject.value(row) {
            Value::Null => Value::Null,
            Value::Node(node) => Value::Bool(resolved.accepts_node(node, view)),
            Value::Edge(edge) => {
                let name = view.edge(edge).map_or("", |edge| view.edge_type_name(edge.edge_type));
                Value::Bool(super::operator::type_matches(labels, name))
            }
            other => {
                return Err(Diagnostic::type_error(
                    Detail::InvalidArgumentType,
                    format!("only a node or an edge has labels, not {}", other.type_name()),
                )
                .at(span));
            }
        });
    }
    Ok(Column::from_values(values))
}

fn map<'g>(entries: &[(String, Expr)], batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Column<'g>> {
    let mut columns = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        columns.push((Str::from(key.clone()), eval(value, batch, ctx)?));
    }
    let one = |row| Value::map(columns.iter().map(|(key, column)| (key.clone(), column.value(row))));
    Ok(Column::Value((0..batch.len).map(one).collect()))
}

fn map_projection<'g>(
    subject: &Expr,
    entries: &[MapEntry],
    span: Span,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<Column<'g>> {
    let subject = eval(subject, batch, ctx)?;
    let mut columns = Vec::with_capacity(entries.len());
    for entry in entries {
        columns.push(match entry {
            MapEntry::All => None,
            MapEntry::Entry(key, value) => Some((Str::from(key.clone()), eval(value, batch, ctx)?)),
        });
    }
    rows(batch.len, span, |row| {
        let of = subject.value(row);
        if of.is_null() {
            return Ok(Value::Null);
        }
        let mut map = crate::model::value::Map::new();
        for column in &columns {
            match column {
                Some((key, column)) => {
                    map.insert(key.clone(), column.value(row));
                }
                None => map.extend(property::all(&of, &ctx.view)?),
            }
        }
        Ok(Value::Map(Arc::new(map)))
    })
}

/// A walk from `start` along the edges of the steps.
fn path<'g>(start: Var, steps: &[Var], batch: &Batch<'g>, ctx: &Context<'g>) -> Column<'g> {
    let walk = |row| -> Option<Path> {
        let Value::Node(mut at) = batch.value(start, row) else { return None };
        let mut path = Path { nodes: vec![at], edges: Vec::new() };
        for step in steps {
            let edges = match batch.value(*step, row) {
                Value::Edge(edge) => vec![edge],
                Value::List(items) => {
                    let edge = |value: &Value<'_>| if let Value::Edge(edge) = value { Some(*edge) } else { None };
                    items.iter().map(edge).collect::<Option<Vec<_>>>()?
                }
                _ => return None,
            };
            for edge in edges {
                let ends = ctx.view.edge(edge)?;
                at = if ends.source == at { ends.target } else { ends.source };
                path.nodes.push(at);
                path.edges.push(edge);
            }
        }
        Some(path)
    };
    let value = |row| walk(row).map_or(Value::Null, |path| Value::Path(Arc::new(path)));
    Column::Value((0..batch.len).map(value).collect())
}
