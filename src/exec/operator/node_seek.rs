//! `NodeSeek`: for each input row, the nodes whose indexed properties equal values, or an element of a list.

use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::exec::expr::{eval, operator};
use crate::model::{Column, KeyId, LabelId, NodeId, Value, Var};
use crate::plan::expr::{BinaryOp, Expr};
use crate::store::View;

pub(super) struct NodeSeek<'g> {
    input: Boxed<'g>,
    node: Var,
    label: String,
    keys: Vec<String>,
    exprs: Vec<Expr>,
    /// The one expression gives a list.
    among: bool,
    live: Vec<Var>,
    current: Batch<'g>,
    /// What the expressions give, for each key.
    values: Vec<Column<'g>>,
    row: usize,
    /// What is left of the nodes of the row before.
    left: Vec<NodeId>,
}

impl<'g> NodeSeek<'g> {
    pub(super) fn new(
        input: Boxed<'g>,
        node: Var,
        label: String,
        (keys, exprs, among): (Vec<String>, Vec<Expr>, bool),
        live: Vec<Var>,
    ) -> Self {
        let (current, values, left) = (Batch::default(), Vec::new(), Vec::new());
        NodeSeek { input, node, label, keys, exprs, among, live, current, values, row: 0, left }
    }

    /// The nodes whose properties equal the values.
    fn equal(view: &View<'g>, label: LabelId, keys: &[KeyId], values: &[Value<'g>]) -> Vec<NodeId> {
        if values.iter().any(Value::is_null) {
            return Vec::new();
        }
        // The index may be gone since the plan was made.
        view.seek_all(label, keys, values).unwrap_or_else(|| Self::scan(view, label, keys, values))
    }

    /// The nodes whose property equals an element of the list, in their order.
    fn among(&self, label: LabelId, keys: &[KeyId], list: &Value<'g>, ctx: &Context<'g>) -> Result<Vec<NodeId>> {
        let Value::List(items) = list else {
            // Null has no elements, and the operator says what is wrong with any other value.
            operator::binary(BinaryOp::In, &Value::Null, list).map_err(|error| match self.exprs.first() {
                Some(expr) => error.at(expr.span),
                None => error,
            })?;
            return Ok(Vec::new());
        };
        let mut nodes = Vec::new();
        for items in items.chunks(ROWS) {
            ctx.check()?;
            for item in items {
                nodes.extend(Self::equal(&ctx.view, label, keys, std::slice::from_ref(item)));
            }
        }
        nodes.sort_unstable();
        nodes.dedup();
        Ok(nodes)
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
            if self.left.is_empty() {
                let values: Vec<Value<'g>> = self.values.iter().map(|column| column.value(self.row)).collect();
                self.left = match values.as_slice() {
                    [list] if self.among => self.among(label, &keys, list, ctx)?,
                    values => Self::equal(&ctx.view, label, &keys, values),
                };
            }
            let rest = self.left.split_off(self.left.len().min(ROWS));
            nodes.append(&mut std::mem::replace(&mut self.left, rest));
            rows.resize(nodes.len(), self.row as u32);
            self.row += usize::from(self.left.is_empty());
        }
        Ok(Some(beside(&self.current, &rows, &self.live, [(self.node, Column::Node(nodes))])))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.current = Batch::default();
        self.left = Vec::new();
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
            NodeSeek::new(input, Y, label.to_owned(), (vec!["k".to_owned()], vec![var(X)], false), vec![X, Y])
        };
        let cases: [(&[&str], &str, &str); 4] =
            [(&[], "A", ""), (&["1, null, 0", "7, 1"], "A", "1 n1, 0 n0, 1 n1"), (&["1"], "B", ""), (&["1"], "No", "")];
        for (input, label, expected) in cases {
            assert_eq!(rows(seek(given(input), label), &[X, Y]), expected, "{input:?} {label}");
        }
        assert_eq!(lengths(seek(counted(&[2048, 2048]), "A")), [2]);
    }

    #[test]
    fn nodes_whose_property_is_in_the_list() {
        let seek =
            |input| NodeSeek::new(input, Y, "A".to_owned(), (vec!["k".to_owned()], vec![var(X)], true), vec![X, Y]);
        let cases: [(&[&str], &str); 3] = [
            (&[], ""),
            (&["[], [7;8], null"], ""),
            (&["[1;0;1;null], [0]"], "[1;0;1;null] n0, [1;0;1;null] n1, [0] n0"),
        ];
        for (input, expected) in cases {
            assert_eq!(rows(seek(given(input)), &[X, Y]), expected, "{input:?}");
        }
    }
}
