//! `Create`: adds nodes and edges for each input row.
//!
//! The whole input is read first, so that no read of the statement sees what the clause itself makes.

use super::gathered::Whole;
use super::waiting::Waiting;
use super::write::create;
use super::{Context, Result};
use crate::model::Var;
use crate::plan::physical::{CreateEdge, CreateNode};

pub(super) struct Create {
    pub(super) nodes: Vec<CreateNode>,
    pub(super) edges: Vec<CreateEdge>,
    pub(super) live: Vec<Var>,
}

impl<'g> Whole<'g> for Create {
    fn work(&mut self, rows: &mut Waiting<'g>, ctx: &mut Context<'g>) -> Result<()> {
        rows.each(|mut batch, done| {
            create(&self.nodes, &self.edges, &mut batch, ctx)?;
            batch.keep(&self.live);
            done.push(batch);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::gathered::Gathered;
    use super::super::testing::{X, Y, Z, context, expr, given, var};
    use super::super::{Boxed, Operator};
    use super::*;
    use crate::plan::expr::ExprKind;

    fn operator(input: Boxed<'static>, source: Var) -> Gathered<'static, Create> {
        let map = expr(ExprKind::Map(vec![("k".to_owned(), var(X))]));
        let nodes = vec![CreateNode { var: Y, labels: vec!["New".to_owned()], properties: Some(map) }];
        let edges = vec![CreateEdge { var: Z, source, target: Y, edge_type: "T".to_owned(), properties: None }];
        Gathered::new(input, Create { nodes, edges, live: vec![X, Y, Z] })
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
