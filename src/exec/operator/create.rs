//! `Create`: adds nodes and edges for each input row.
//!
//! The whole input is read first, so that no read of the statement sees what the clause itself makes.

use std::collections::VecDeque;

use super::write::create;
use super::{Batch, Boxed, Context, Operator, Result, gather};
use crate::model::Var;
use crate::plan::physical::{CreateEdge, CreateNode};

pub(super) struct Create<'g> {
    input: Boxed<'g>,
    nodes: Vec<CreateNode>,
    edges: Vec<CreateEdge>,
    live: Vec<Var>,
    created: Option<VecDeque<Batch<'g>>>,
}

impl<'g> Create<'g> {
    pub(super) fn new(input: Boxed<'g>, nodes: Vec<CreateNode>, edges: Vec<CreateEdge>, live: Vec<Var>) -> Self {
        Create { input, nodes, edges, live, created: None }
    }
}

impl<'g> Operator<'g> for Create<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.created.is_none() {
            let mut batches = gather(&mut self.input, ctx)?;
            for batch in &mut batches {
                create(&self.nodes, &self.edges, batch, ctx)?;
                batch.keep(&self.live);
            }
            self.created = Some(batches);
        }
        Ok(self.created.as_mut().and_then(VecDeque::pop_front))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.created = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, Z, context, expr, given, var};
    use super::*;
    use crate::plan::expr::ExprKind;

    fn operator(input: Boxed<'static>, source: Var) -> Create<'static> {
        let map = expr(ExprKind::Map(vec![("k".to_owned(), var(X))]));
        let nodes = vec![CreateNode { var: Y, labels: vec!["New".to_owned()], properties: Some(map) }];
        let edges = vec![CreateEdge { var: Z, source, target: Y, edge_type: "T".to_owned(), properties: None }];
        Create::new(input, nodes, edges, vec![X, Y, Z])
    }

    #[test]
    fn a_node_and_an_edge_for_each_row() {
        // Null is no property; the numbers are nodes, edges, properties.
        let cases: [(&[&str], [u64; 3]); 3] = [(&[], [0; 3]), (&["1, null", "3"], [3, 3, 2]), (&["null"], [1, 1, 0])];
        for (input, expected) in cases {
            let mut ctx = context();
            let mut create = operator(given(input), Y);
            let mut rows = 0;
            while let Some(batch) = create.next(&mut ctx).expect("creates") {
                rows += batch.len as u64;
            }
            let made = ctx.summary;
            assert_eq!([made.nodes_created, made.edges_created, made.properties_set], expected, "{input:?}");
            assert_eq!((rows, ctx.view.node_count()), (expected[0], 3 + expected[0]), "{input:?}");
        }
    }

    #[test]
    fn an_edge_needs_both_ends() {
        let mut ctx = context();
        assert!(operator(given(&["null"]), X).next(&mut ctx).is_err());
    }
}
