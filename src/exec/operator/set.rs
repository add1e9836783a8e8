//! `Set`: sets and removes properties and labels for each input row.
//!
//! The whole input is read and every item evaluated before the first change, so that the clause sees nothing of what it
//! does itself.

use std::collections::VecDeque;

use super::write::set;
use super::{Batch, Boxed, Context, Operator, Result, gather};
use crate::model::Var;
use crate::plan::physical::SetItem;

pub(super) struct Set<'g> {
    input: Boxed<'g>,
    items: Vec<SetItem>,
    live: Vec<Var>,
    done: Option<VecDeque<Batch<'g>>>,
}

impl<'g> Set<'g> {
    pub(super) fn new(input: Boxed<'g>, items: Vec<SetItem>, live: Vec<Var>) -> Self {
        Set { input, items, live, done: None }
    }
}

impl<'g> Operator<'g> for Set<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.done.is_none() {
            let mut batches = gather(&mut self.input, ctx)?;
            set(&self.items, &batches.iter().collect::<Vec<_>>(), ctx)?;
            batches.iter_mut().for_each(|batch| batch.keep(&self.live));
            self.done = Some(batches);
        }
        Ok(self.done.as_mut().and_then(VecDeque::pop_front))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.done = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, context, expr, given, rows, var};
    use super::*;
    use crate::model::Value;
    use crate::plan::expr::ExprKind;

    fn property(value: crate::plan::expr::Expr) -> SetItem {
        SetItem::Property { subject: var(X), key: expr(ExprKind::Literal(Value::string("k"))), value }
    }

    #[test]
    fn null_subjects_are_left_alone_and_rows_go_on() {
        for (input, set) in [(&[][..], 0), (&["null 1"][..], 0), (&["n0 1, null 2", "n1 3"][..], 2)] {
            let mut ctx = context();
            let mut operator = Set::new(given(input), vec![property(var(Y))], vec![X]);
            while operator.next(&mut ctx).expect("sets").is_some() {}
            assert_eq!(ctx.summary.properties_set, set, "{input:?}");
        }
        let operator = Set::new(given(&["n0 1, n0 2"]), vec![property(var(Y))], vec![Y]);
        assert_eq!(rows(operator, &[Y]), "1, 2");
    }

    #[test]
    fn what_is_no_node_cannot_be_changed() {
        let mut operator = Set::new(given(&["1 1"]), vec![property(var(Y))], vec![X]);
        assert!(operator.next(&mut context()).is_err());
    }
}
