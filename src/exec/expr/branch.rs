//! What is evaluated on some rows only: `AND`, `OR`, `CASE`, `coalesce`.

use super::{Batch, Context, Result, eval, kernel, operator};
use crate::model::{Column, Span, Value, Var};
use crate::plan::expr::Expr;
use crate::plan::expr::{BinaryOp, CompareOp, UnaryOp};

/// An operator with two operands. Where the left side settles `AND` or `OR`, the right side is not evaluated.
pub(super) fn binary<'g>(
    op: BinaryOp,
    left: &Expr,
    right: &Expr,
    span: Span,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<Column<'g>> {
    let settles = match op {
        BinaryOp::And => Some(Value::Bool(false)),
        BinaryOp::Or => Some(Value::Bool(true)),
        _ => None,
    };
    if op == BinaryOp::StartsWith
        && let Some(Value::String(prefix)) = super::constant(right, batch.len, ctx)?
        && let left = eval(left, batch, ctx)?
    {
        return match kernel::begins_with(&left, prefix.as_str()) {
            Some(column) => Ok(column),
            None => {
                let right = Column::repeat(&Value::String(prefix), batch.len);
                kernel::each_row(op, &left, &right, batch.len, ctx).map_err(|error| error.at(span))
            }
        };
    }
    if op == BinaryOp::In
        && let Some(list) = super::constant(right, batch.len, ctx)?
    {
        let left = eval(left, batch, ctx)?;
        if let Value::List(items) = &list
            && let Some(column) = kernel::among(&left, items)
        {
            return Ok(column);
        }
        let right = Column::repeat(&list, batch.len);
        return kernel::each_row(op, &left, &right, batch.len, ctx).map_err(|error| error.at(span));
    }
    let left = eval(left, batch, ctx)?;
    let Some(settled) = settles else {
        let right = eval(right, batch, ctx)?;
        if let Some(column) = kernel::arithmetic(op, &left, &right) {
            return column.map_err(|error| error.at(span));
        }
        if let Some(column) = kernel::logic(op, &left, &right) {
            return Ok(column);
        }
        return kernel::each_row(op, &left, &right, batch.len, ctx).map_err(|error| error.at(span));
    };
    let open: Vec<u32> = (0..batch.len as u32).filter(|row| left.value(*row as usize) != settled).collect();
    if open.len() == batch.len {
        let right = eval(right, batch, ctx)?;
        return match kernel::logic(op, &left, &right) {
            Some(column) => Ok(column),
            None => kernel::each_row(op, &left, &right, batch.len, ctx).map_err(|error| error.at(span)),
        };
    }
    let mut values = vec![settled; batch.len];
    if !open.is_empty() {
        let right = eval(right, &some(batch, &open), ctx)?;
        let joined =
            kernel::each_row(op, &left.gather(&open), &right, open.len(), ctx).map_err(|error| error.at(span))?;
        for (i, row) in open.iter().enumerate() {
            values[*row as usize] = joined.value(i);
        }
    }
    Ok(Column::from_values(values))
}

/// `NOT`.
pub(super) fn not<'g>(operand: &Expr, batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Column<'g>> {
    match eval(operand, batch, ctx)? {
        Column::Bool(truths) => Ok(Column::Bool(truths.into_iter().map(|truth| !truth).collect())),
        column => super::rows(batch.len, operand.span, |row| operator::unary(UnaryOp::Not, &column.value(row))),
    }
}

/// `CASE`: each row takes the result of the first branch that applies, and only that is evaluated on it.
pub(super) fn case<'g>(
    operand: Option<&Expr>,
    branches: &[(Expr, Expr)],
    otherwise: Option<&Expr>,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<Column<'g>> {
    let operand = operand.map(|operand| eval(operand, batch, ctx)).transpose()?;
    let mut values = vec![Value::Null; batch.len];
    let mut open: Vec<u32> = (0..batch.len as u32).collect();
    for (condition, result) in branches {
        if open.is_empty() {
            break;
        }
        let rows = some(batch, &open);
        let condition = eval(condition, &rows, ctx)?;
        let applies = |i: usize| match &operand {
            Some(operand) => {
                let operand = operand.value(open[i] as usize);
                operator::compare_op(CompareOp::Equal, &operand, &condition.value(i)) == Value::Bool(true)
            }
            None => condition.value(i) == Value::Bool(true),
        };
        let (taken, left): (Vec<usize>, Vec<usize>) = (0..open.len()).partition(|i| applies(*i));
        let taken: Vec<u32> = taken.into_iter().map(|i| open[i]).collect();
        put(&mut values, &taken, result, batch, ctx)?;
        open = left.into_iter().map(|i| open[i]).collect();
    }
    if let Some(otherwise) = otherwise {
        put(&mut values, &open, otherwise, batch, ctx)?;
    }
    Ok(Column::from_values(values))
}

/// `coalesce`: the first value that is not null; what comes after it is not evaluated.
pub(super) fn coalesce<'g>(arguments: &[Expr], batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Column<'g>> {
    let mut values = vec![Value::Null; batch.len];
    let mut open: Vec<u32> = (0..batch.len as u32).collect();
    for argument in arguments {
        put(&mut values, &open, argument, batch, ctx)?;
        open.retain(|row| values[*row as usize].is_null());
    }
    Ok(Column::from_values(values))
}

fn put<'g>(
    values: &mut [Value<'g>],
    rows: &[u32],
    expr: &Expr,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let results = eval(expr, &some(batch, rows), ctx)?;
    for (i, row) in rows.iter().enumerate() {
        values[*row as usize] = results.value(i);
    }
    Ok(())
}

/// These rows with all columns.
fn some<'g>(batch: &Batch<'g>, rows: &[u32]) -> Batch<'g> {
    let vars: Vec<Var> = (0..batch.columns.len() as u32).map(Var).collect();
    batch.gather(rows, &vars)
}
