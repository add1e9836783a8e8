//! `NodeSeek`: for each input row, the nodes whose indexed property equals a value.

use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::exec::expr::eval;
use crate::model::{Column, NodeId, Var};
use crate::plan::expr::Expr;

pub(super) struct NodeSeek<'g> {
    input: Boxed<'g>,
    node: Var,
    label: String,
    key: String,
    value: Expr,
    live: Vec<Var>,
    current: Batch<'g>,
    values: Column<'g>,
    row: usize,
}

impl<'g> NodeSeek<'g> {
    pub(super) fn new(input: Boxed<'g>, node: Var, label: String, key: String, value: Expr, live: Vec<Var>) -> Self {
        let (current, values) = (Batch::default(), Column::Absent);
        NodeSeek { input, node, label, key, value, live, current, values, row: 0 }
    }
}

impl<'g> Operator<'g> for NodeSeek<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
            self.values = eval(&self.value, &batch, ctx)?;
            self.current = batch;
            self.row = 0;
        }
        let (mut rows, mut nodes) = (Vec::new(), Vec::new());
        let (Some(label), Some(key)) = (ctx.view.label_id(&self.label), ctx.view.key_id(&self.key)) else {
            self.row = self.current.len;
            return Ok(Some(Batch::new(0)));
        };
        while nodes.len() < ROWS && self.row < self.current.len {
            let value = self.values.value(self.row);
            if !value.is_null() {
                match ctx.view.seek(label, key, &value) {
                    Some(found) => nodes.extend(found),
                    // The index is gone since the plan was made: look at every node.
                    None => {
                        let all = ctx.view.scan(|labels| labels.contains(&label)).into_iter().flatten().map(NodeId);
                        nodes.extend(all.filter(|n| ctx.view.node_property(*n, key).equals(&value) == Some(true)));
                    }
                }
                rows.resize(nodes.len(), self.row as u32);
            }
            self.row += 1;
        }
        Ok(Some(beside(&self.current, &rows, &self.live, [(self.node, Column::Node(nodes))])))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.current = Batch::default();
        self.row = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, counted, given, lengths, rows, var};
    use super::*;

    #[test]
    fn nodes_whose_property_equals_the_value() {
        let seek = |input, label: &str| NodeSeek::new(input, Y, label.to_owned(), "k".to_owned(), var(X), vec![X, Y]);
        let cases: [(&[&str], &str, &str); 4] =
            [(&[], "A", ""), (&["1, null, 0", "7, 1"], "A", "1 n1, 0 n0, 1 n1"), (&["1"], "B", ""), (&["1"], "No", "")];
        for (input, label, expected) in cases {
            assert_eq!(rows(seek(given(input), label), &[X, Y]), expected, "{input:?} {label}");
        }
        assert_eq!(lengths(seek(counted(&[2048, 2048]), "A")), [2]);
    }
}
