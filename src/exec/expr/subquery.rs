//! Subqueries inside expressions: existence, counts and collections of inner rows for each outer row.

use super::{Batch, Context, Result};
use crate::exec::operator::Subplan;
use crate::model::{Column, Value};
use crate::plan::expr::{SubplanId, SubqueryKind};

/// Runs the subplan over the rows of the batch.
pub(super) fn subquery<'g>(
    id: SubplanId,
    kind: SubqueryKind,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<Column<'g>> {
    let mut subplan = ctx.take_subplan(id);
    subplan.start(batch);
    let column = match kind {
        SubqueryKind::Exists => exists(&mut subplan, batch.len, ctx),
        SubqueryKind::Count => count(&mut subplan, batch.len, ctx),
        SubqueryKind::Collect(var) => {
            let mut lists = vec![Vec::new(); batch.len];
            loop {
                match subplan.next(ctx) {
                    Ok(Some((rows, outer))) => {
                        for (i, row) in outer.iter().enumerate() {
                            lists[*row as usize].push(rows.value(var, i));
                        }
                    }
                    Ok(None) => break Ok(Column::Value(lists.into_iter().map(Value::list).collect())),
                    Err(error) => break Err(error),
                }
            }
        }
    };
    ctx.put_subplan(id, subplan);
    column
}

fn exists<'g>(subplan: &mut Subplan<'g>, len: usize, ctx: &mut Context<'g>) -> Result<Column<'g>> {
    let mut found = vec![false; len];
    let mut missing = len;
    while missing > 0 {
        let Some((_, outer)) = subplan.next(ctx)? else { break };
        for row in outer {
            missing -= usize::from(!std::mem::replace(&mut found[row as usize], true));
        }
        if subplan.per_row() {
            // One row is enough.
            subplan.next_row();
        }
    }
    Ok(Column::Bool(found))
}

fn count<'g>(subplan: &mut Subplan<'g>, len: usize, ctx: &mut Context<'g>) -> Result<Column<'g>> {
    let mut counts = vec![0; len];
    while let Some((_, outer)) = subplan.next(ctx)? {
        for row in outer {
            counts[row as usize] += 1;
        }
    }
    Ok(Column::Int(counts))
}
