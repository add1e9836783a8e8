//! Apart: the plan of a statement in which each written test and each written edge is an operator of its own.
//!
//! Its counters say where rows were lost, in terms of what was written: nothing is counted or searched without being found,
//! conditions that are tested together are tested one after the other, and labels at the far end of an edge behind it.

use std::collections::HashMap;

use super::expr::{Expr, ExprKind};
use super::lower::conjuncts;
use super::physical::{Expand, Op, OpKind, Plan};
use super::rules::Rule;
use crate::lang::ast::Statement;
use crate::model::procedure::Procedures;
use crate::model::{Catalog, Diagnostic, Span, Var, deep};

/// A plan apart, and where in the text its nodes and edges were written.
pub struct Apart {
    /// The plan.
    pub plan: Plan,
    /// Nodes, edges and walks of patterns.
    pub places: HashMap<Var, Span>,
}

/// Rules that make one operator of several written parts.
const TOGETHER: [Rule; 4] = [Rule::Tally, Rule::Intersect, Rule::Reach, Rule::TopK];

/// Plans a statement with its parts apart; the answer is the same.
///
/// # Errors
///
/// As [`plan`](super::plan()).
pub fn apart(statement: &Statement, source: &str, known: (&dyn Catalog, &dyn Procedures)) -> Result<Apart, Diagnostic> {
    let (mut plan, places) = super::planned(statement, source, known, &TOGETHER)?;
    let mut ids = Ids(0);
    ids.after(&plan.root);
    plan.subplans.iter().for_each(|subplan| ids.after(&subplan.root));
    ids.split(&mut plan.root);
    plan.subplans.iter_mut().for_each(|subplan| ids.split(&mut subplan.root));
    Ok(Apart { plan, places })
}

/// The first number that no operator has.
struct Ids(usize);

impl Ids {
    fn next(&mut self) -> usize {
        self.0 += 1;
        self.0 - 1
    }

    fn after(&mut self, op: &Op) {
        self.0 = self.0.max(op.id + 1);
        op.below().for_each(|below| deep(|| self.after(below)));
    }

    fn split(&mut self, op: &mut Op) {
        op.below_mut().into_iter().for_each(|below| deep(|| self.split(below)));
        match &mut op.kind {
            OpKind::Filter(predicate) => {
                let mut parts = Vec::new();
                conjuncts(predicate.clone(), &mut parts);
                let Some(last) = parts.pop() else { return };
                *predicate = last;
                let Some(live) = op.input.as_ref().map(|input| input.live.clone()) else { return };
                // What comes first is tested first.
                for part in parts {
                    let (id, rows, input) = (self.next(), op.rows, op.input.take());
                    op.input = Some(Box::new(Op { id, kind: OpKind::Filter(part), input, live: live.clone(), rows }));
                }
            }
            OpKind::Expand(expand) | OpKind::VarExpand { expand, ends_only: false, .. } => {
                let Expand { to, to_labels, .. } = expand;
                let (to, Some(labels)) = (*to, to_labels.take()) else { return };
                let live = op.live.clone();
                if !op.live.contains(&to) {
                    op.live.push(to);
                }
                let node = Expr::new(Span::default(), ExprKind::Var(to));
                let test = OpKind::Filter(Expr::new(Span::default(), ExprKind::HasLabels(node, labels)));
                let below = Op { kind: test, id: self.next(), input: None, live, rows: op.rows };
                let expand = std::mem::replace(op, below);
                op.input = Some(Box::new(expand));
            }
            _ => {}
        }
    }
}
