//! `NodeSeek`: for each input row, the nodes whose indexed property equals a value.

use super::{Batch, Boxed, Context, Operator, Result, beside};
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
}

impl<'g> NodeSeek<'g> {
    pub(super) fn new(input: Boxed<'g>, node: Var, label: String, key: String, value: Expr, live: Vec<Var>) -> Self {
        NodeSeek { input, node, label, key, value, live }
    }
}

impl<'g> Operator<'g> for NodeSeek<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        let Some(input) = self.input.next(ctx)? else { return Ok(None) };
        let values = eval(&self.value, &input, ctx)?;
        let (mut rows, mut nodes) = (Vec::new(), Vec::new());
        if let (Some(label), Some(key)) = (ctx.view.label_id(&self.label), ctx.view.key_id(&self.key)) {
            for row in 0..input.len {
                let value = values.value(row);
                if value.is_null() {
                    continue;
                }
                match ctx.view.seek(label, key, &value) {
                    Some(found) => nodes.extend(found),
                    // The index is gone since the plan was made: look at every node.
                    None => {
                        let all = ctx.view.scan(|labels| labels.contains(&label)).into_iter().flatten().map(NodeId);
                        nodes.extend(all.filter(|n| ctx.view.node_property(*n, key).equals(&value) == Some(true)));
                    }
                }
                rows.resize(nodes.len(), row as u32);
            }
        }
        Ok(Some(beside(&input, &rows, &self.live, [(self.node, Column::Node(nodes))])))
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}
