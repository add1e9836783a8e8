//! `Project`: binds variables to expressions.

use super::{Batch, Boxed, Context, Operator, Result};
use crate::exec::expr::eval;
use crate::model::Var;
use crate::plan::expr::Expr;

pub(super) struct Project<'g> {
    input: Boxed<'g>,
    items: Vec<(Var, Expr)>,
    live: Vec<Var>,
}

impl<'g> Project<'g> {
    pub(super) fn new(input: Boxed<'g>, items: Vec<(Var, Expr)>, live: Vec<Var>) -> Self {
        Project { input, items, live }
    }
}

impl<'g> Operator<'g> for Project<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        let Some(mut batch) = self.input.next(ctx)? else { return Ok(None) };
        let mut columns = Vec::with_capacity(self.items.len());
        for (var, expr) in &self.items {
            columns.push((*var, eval(expr, &batch, ctx)?));
        }
        for (var, column) in columns {
            batch.set(var, column);
        }
        batch.keep(&self.live);
        Ok(Some(batch))
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, Z, batches, expr, given, int, rows, var};
    use super::*;
    use crate::plan::expr::{BinaryOp, ExprKind};

    #[test]
    fn binds_all_items_at_once() {
        let plus = |var_of| expr(ExprKind::Binary(BinaryOp::Add, var(var_of), int(1)));
        let cases: [(&[&str], &str); 3] =
            [(&[], ""), (&["1 5, null 6", "2 7"], "5 2, 6 null, 7 3"), (&["null null"], "null null")];
        for (input, expected) in cases {
            // Both read what the other one binds, as it was before.
            let swap = Project::new(given(input), vec![(X, var(Y)), (Y, plus(X))], vec![X, Y]);
            assert_eq!(rows(swap, &[X, Y]), expected, "{input:?}");
        }
        let narrow = batches(Project::new(given(&["1 2"]), vec![(Z, plus(X))], vec![Z]));
        assert!(matches!(narrow[0].column(X), crate::model::Column::Absent));
    }
}
