//! `Set`: sets and removes properties and labels for each input row.
//!
//! The whole input is read and every item evaluated before the first change, so that the clause sees nothing of what it
//! does itself.

use super::gathered::Whole;
use super::waiting::Waiting;
use super::write::set;
use super::{Context, Result};
use crate::model::Var;
use crate::plan::physical::SetItem;

pub(super) struct Set {
    pub(super) items: Vec<SetItem>,
    pub(super) live: Vec<Var>,
}

impl<'g> Whole<'g> for Set {
    fn work(&mut self, rows: &mut Waiting<'g>, ctx: &mut Context<'g>) -> Result<()> {
        set(&self.items, &rows.pieces().collect::<Vec<_>>(), ctx)?;
        rows.keep(&self.live);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Operator;
    use super::super::gathered::Gathered;
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
            let mut operator = Gathered::new(given(input), Set { items: vec![property(var(Y))], live: vec![X] });
            while operator.next(&mut ctx).expect("sets").is_some() {}
            assert_eq!(ctx.summary.properties_set, set, "{input:?}");
        }
        let operator = Gathered::new(given(&["n0 1, n0 2"]), Set { items: vec![property(var(Y))], live: vec![Y] });
        assert_eq!(rows(operator, &[Y]), "1, 2");
    }

    #[test]
    fn what_is_no_node_cannot_be_changed() {
        let mut operator = Gathered::new(given(&["1 1"]), Set { items: vec![property(var(Y))], live: vec![X] });
        assert!(operator.next(&mut context()).is_err());
    }
}
