//! `Delete`: deletes what its targets name, in every input row.
//!
//! The whole input is read and every target evaluated first. Edges go before nodes, so that a statement may name a node
//! and its edges in any order, and whether a node still has edges is asked when all named edges are gone.

use super::bits::Bits;
use super::gathered::Whole;
use super::waiting::Waiting;
use super::write::{refused, remember};
use super::{Context, Result};
use crate::exec::batch::ROWS;
use crate::exec::expr::eval;
use crate::model::{Detail, Diagnostic, EdgeId, NodeId, Span, Value, Var};
use crate::plan::expr::Expr;
use crate::store::View;

pub(super) struct Delete {
    pub(super) targets: Vec<Expr>,
    pub(super) detach: bool,
    pub(super) live: Vec<Var>,
}

/// What goes, each once, in the order in which it was named.
struct Doomed {
    nodes: Vec<NodeId>,
    edges: Vec<EdgeId>,
    known_nodes: Bits,
    known_edges: Bits,
}

impl Doomed {
    fn none(view: &View<'_>) -> Self {
        Doomed {
            nodes: Vec::new(),
            edges: Vec::new(),
            known_nodes: Bits::none(view.node_bound()),
            known_edges: Bits::none(view.edge_bound()),
        }
    }

    fn node(&mut self, node: NodeId) {
        if self.known_nodes.is_new(node.0) {
            self.nodes.push(node);
        }
    }

    fn edge(&mut self, edge: EdgeId) {
        if self.known_edges.is_new(edge.0) {
            self.edges.push(edge);
        }
    }

    fn add(&mut self, value: &Value<'_>, span: Span) -> Result<()> {
        match value {
            Value::Null => {}
            Value::Node(node) => self.node(*node),
            Value::Edge(edge) => self.edge(*edge),
            Value::Path(path) => {
                path.nodes.iter().for_each(|node| self.node(*node));
                path.edges.iter().for_each(|edge| self.edge(*edge));
            }
            other => {
                return Err(Diagnostic::type_error(
                    Detail::InvalidArgumentType,
                    format!("only nodes, edges and paths can be deleted, not {}", other.type_name()),
                )
                .at(span));
            }
        }
        Ok(())
    }

    fn delete(self, detach: bool, ctx: &mut Context<'_>) -> Result<()> {
        ctx.hold((size_of_val(&*self.edges) + size_of_val(&*self.nodes)) as u64)?;
        for edges in self.edges.chunks(ROWS) {
            ctx.check()?;
            let weight = ctx.view.weight();
            for edge in edges {
                ctx.summary.edges_deleted += u64::from(ctx.view.delete_edge(*edge));
            }
            remember(weight, ctx)?;
        }
        if detach {
            let (view, guard) = ctx.view_and_guard();
            let mut weight = view.weight();
            let deleted = view.detach_while(&self.nodes, |view| {
                guard.check(view)?;
                let before = std::mem::replace(&mut weight, view.weight());
                guard.release(before.saturating_sub(weight));
                guard.hold(weight.saturating_sub(before))
            })?;
            ctx.summary.edges_deleted += deleted;
        }
        for nodes in self.nodes.chunks(ROWS) {
            ctx.check()?;
            let weight = ctx.view.weight();
            for node in nodes {
                let labels = ctx.view.node_labels(*node).len() as u64;
                let is_gone = match detach {
                    true => ctx.view.delete_detached(*node),
                    false => ctx.view.delete_node(*node).map_err(refused)?,
                };
                if is_gone {
                    ctx.summary.nodes_deleted += 1;
                    ctx.summary.labels_removed += labels;
                }
            }
            remember(weight, ctx)?;
        }
        Ok(())
    }
}

impl<'g> Whole<'g> for Delete {
    fn work(&mut self, rows: &mut Waiting<'g>, ctx: &mut Context<'g>) -> Result<()> {
        let mut doomed = Doomed::none(&ctx.view);
        for batch in rows.pieces() {
            ctx.check()?;
            for target in &self.targets {
                let column = eval(target, batch, ctx)?;
                for row in 0..batch.len {
                    doomed.add(&column.value(row), target.span)?;
                }
            }
        }
        let place = self.targets.first().map_or(Span::default(), |target| target.span);
        doomed.delete(self.detach, ctx).map_err(|error| error.at(place))?;
        rows.keep(&self.live);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Operator;
    use super::super::gathered::Gathered;
    use super::super::testing::{X, Y, context, given, var};
    use super::*;

    #[test]
    fn edges_before_nodes_and_nothing_twice() {
        // Nodes and edges that are gone; none: refused. The graph: n0 -e0-> n1 -e1-> n2, n0 -e2-> n2, n2 -e3-> n2.
        type Case = (&'static [&'static str], bool, Option<[u64; 2]>);
        let cases: [Case; 6] = [
            (&[], false, Some([0, 0])),
            (&["null null"], false, Some([0, 0])),
            (&["n0 e0"], false, None),
            (&["n0 e0", "n0 e2"], false, Some([1, 2])),
            (&["n2 null, n2 e1"], true, Some([1, 3])),
            (&["1 null"], true, None),
        ];
        for (input, detach, expected) in cases {
            let mut ctx = context();
            let mut delete =
                Gathered::new(given(input), Delete { targets: vec![var(X), var(Y)], detach, live: vec![] });
            let result = loop {
                match delete.next(&mut ctx) {
                    Ok(Some(_)) => {}
                    Ok(None) => break Some([ctx.summary.nodes_deleted, ctx.summary.edges_deleted]),
                    Err(_) => break None,
                }
            };
            assert_eq!(result, expected, "{input:?}");
        }
    }
}
