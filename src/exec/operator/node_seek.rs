//! `NodeSeek`: for each input row, the nodes whose indexed properties equal values.

use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::exec::expr::eval;
use crate::model::{Column, KeyId, LabelId, NodeId, Value, Var};
use crate::plan::expr::Expr;
use crate::store::View;

pub(super) struct NodeSeek<'g> {
    input: Boxed<'g>,
    node: Var,
    label: String,
    keys: Vec<String>,
    exprs: Vec<Expr>,
    live: Vec<Var>,
    current: Batch<'g>,
    /// What the expressions give, for each key.
    values: Vec<Column<'g>>,
    row: usize,
}

impl<'g> NodeSeek<'g> {
    pub(super) fn new(
        input: Boxed<'g>,
        node: Var,
        label: String,
        (keys, exprs): (Vec<String>, Vec<Expr>),
        live: Vec<Var>,
    ) -> Self {
        NodeSeek { input, node, label, keys, exprs, live, current: Batch::default(), values: Vec::new(), row: 0 }
    }

    /// The nodes of the label whose properties equal the values, looked at one by one.
    fn scan(view: &View<'g>, label: LabelId, keys: &[KeyId], values: &[Value<'g>]) -> Vec<NodeId> {
        let all = view.scan(|labels| labels.contains(&label)).into_iter().flatten().map(NodeId);
        let equal = |node: NodeId, (key, value): (&KeyId, &Value<'g>)| {
            view.node_property(node, *key).equals(value) == Some(true)
        };
        all.filter(|node| keys.iter().zip(values).all(|pair| equal(*node, pair))).collect()
    }
}

impl<'g> Operator<'g> for NodeSeek<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
            self.values = self.exprs.iter().map(|expr| eval(expr, &batch, ctx)).collect::<Result<_>>()?;
            self.current = batch;
            self.row = 0;
        }
        let (mut rows, mut nodes) = (Vec::new(), Vec::new());
        let keys: Option<Vec<KeyId>> = self.keys.iter().map(|key| ctx.view.key_id(key)).collect();
        let (Some(label), Some(keys)) = (ctx.view.label_id(&self.label), keys) else {
            self.row = self.current.len;
            return Ok(Some(Batch::new(0)));
        };
        while nodes.len() < ROWS && self.row < self.current.len {
            let values: Vec<Value<'g>> = self.values.iter().map(|column| column.value(self.row)).collect();
            if !values.iter().any(Value::is_null) {
                let found = ctx.view.seek_all(label, &keys, &values);
                // The index may be gone since the plan was made.
                nodes.extend(found.unwrap_or_else(|| Self::scan(&ctx.view, label, &keys, &values)));
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
        let seek = |input, label: &str| {
            NodeSeek::new(input, Y, label.to_owned(), (vec!["k".to_owned()], vec![var(X)]), vec![X, Y])
        };
        let cases: [(&[&str], &str, &str); 4] =
            [(&[], "A", ""), (&["1, null, 0", "7, 1"], "A", "1 n1, 0 n0, 1 n1"), (&["1"], "B", ""), (&["1"], "No", "")];
        for (input, label, expected) in cases {
            assert_eq!(rows(seek(given(input), label), &[X, Y]), expected, "{input:?} {label}");
        }
        assert_eq!(lengths(seek(counted(&[2048, 2048]), "A")), [2]);
    }
}
