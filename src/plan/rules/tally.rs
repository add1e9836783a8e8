//! Tally: an aggregation that needs at most one node of each match counts matches per node instead of finding them all.
//!
//! It fires on a pattern that is a tree of single edges, whose predicates test one node each, when the aggregations only
//! count, fold values of the one node, or add up integers of another; on a cycle of four nodes when they do not add up. It
//! leaves alone: patterns with walks, paths or other cycles, predicates and values that join two nodes or read an edge, and
//! everything that asks for distinct values of another node.

use crate::model::Var;
use crate::model::function::Aggregate;
use crate::plan::expr::{AggregateCall, Expr, ExprKind, UnaryOp};
use crate::plan::logical::{Logical, QueryGraph, Subquery, Tally, Weight};
use crate::plan::tally::{centre, terms};
use crate::plan::vars::Vars;
use crate::plan::walk::{free_vars, has_subquery, volatile};
use crate::plan::wedge::is_ring;

pub(super) fn apply(plan: Logical, subqueries: &[Subquery], names: &mut Vec<String>) -> Logical {
    let plan = plan.map_inputs(&mut |input| apply(input, subqueries, names));
    let Logical::Aggregate { input, keys, aggregates } = plan else { return plan };
    let graph = match *input {
        Logical::Match { input, graph } if *input == Logical::Unit => graph,
        other => return Logical::Aggregate { input: Box::new(other), keys, aggregates },
    };
    match tally(&graph, &keys, &aggregates, subqueries, names) {
        Some((tally, aggregates)) => {
            let input = Box::new(Logical::Tally(Tally { graph, ..tally }));
            Logical::Aggregate { input, keys, aggregates }
        }
        None => {
            let input = Box::new(Logical::Match { input: Box::new(Logical::Unit), graph });
            Logical::Aggregate { input, keys, aggregates }
        }
    }
}

type Calls = Vec<(Var, AggregateCall)>;

fn tally(
    graph: &QueryGraph,
    keys: &[(Var, Expr)],
    aggregates: &Calls,
    subqueries: &[Subquery],
    names: &mut Vec<String>,
) -> Option<(Tally, Calls)> {
    let free = |expr: &Expr| free_vars(expr, subqueries);
    let edges: Vars = graph.edges.iter().map(|edge| edge.var).collect();
    let single = graph.edges.iter().all(|e| e.walk.is_none() && e.bound.is_none() && e.left != e.right);
    let tree = !graph.edges.is_empty() && graph.nodes.len() == graph.edges.len() + 1;
    let ring = is_ring(graph);
    if !single || !(tree || ring) || !graph.paths.is_empty() || !graph.selections.is_empty() {
        return None;
    }
    let of_one_node = |expr: &Expr| {
        let free = free(expr);
        free.len() == 1
            && free.is_subset(&graph.nodes.iter().copied().collect())
            && !volatile(expr)
            && !has_subquery(expr)
    };
    if !graph.predicates.iter().all(of_one_node) {
        return None;
    }
    // What must be known of a match beyond that it is there.
    let mut needed: Vars = keys.iter().flat_map(|(_, expr)| free(expr)).collect();
    let counts =
        |call: &AggregateCall| !call.distinct && matches!(call.function, Aggregate::CountStar | Aggregate::Count);
    // Of these only the sum over the matches has to be known, should one node not be enough.
    let adds = |call: &AggregateCall| {
        !call.distinct
            && matches!(call.function, Aggregate::Sum | Aggregate::Avg)
            && call.arguments.iter().all(|value| of_one_node(value) && !matches!(value.kind.as_ref(), ExprKind::Var(_)))
    };
    let of_calls = |needed: &mut Vars, wanted: &dyn Fn(&AggregateCall) -> bool| {
        let calls = aggregates.iter().map(|(_, call)| call).filter(|call| !counts(call) && wanted(call));
        needed.extend(calls.flat_map(|call| &call.arguments).flat_map(&free));
    };
    let least = needed.clone();
    of_calls(&mut needed, &|_| true);
    if needed.len() > 1 {
        needed = least;
        of_calls(&mut needed, &|call| !adds(call));
    }
    if needed.len() > 1 || !needed.is_disjoint(&edges) {
        return None;
    }
    let root = needed.first();
    // Of a ring there are many, to be made but once.
    if !ring {
        terms(graph, root.or_else(|| centre(graph))?)?;
    }
    let mut new = |name: &str| {
        names.push(name.to_owned());
        Var(names.len() as u32 - 1)
    };
    let mut weights = vec![Weight { var: new("<matches>"), predicates: Vec::new(), value: None }];
    let there = |value: &Expr| {
        let is_null = Expr::new(value.span, ExprKind::IsNull(value.clone()));
        Expr::new(value.span, ExprKind::Unary(UnaryOp::Not, is_null))
    };
    let mut calls = Vec::new();
    for (var, call) in aggregates {
        let mut call = call.clone();
        let own = call.arguments.iter().flat_map(&free).all(|var| Some(var) == root);
        match call.function {
            _ if call.arguments.iter().any(volatile) => return None,
            // Once is as good as often.
            _ if call.distinct => {}
            Aggregate::Min | Aggregate::Max => {}
            Aggregate::Sum | Aggregate::Avg if !own => {
                let [value] = call.arguments.as_slice() else { return None };
                let value = value.clone();
                let mut weight = |name: &str, predicates: Vec<Expr>, value: Option<Expr>| {
                    let known = weights.iter().find(|known| known.predicates == predicates && known.value == value);
                    if let Some(known) = known {
                        return known.var;
                    }
                    let var = new(name);
                    weights.push(Weight { var, predicates, value });
                    var
                };
                let sum = weight("<sum over matches>", Vec::new(), Some(value.clone()));
                call.weight = Some(weight("<matches that count>", vec![there(&value)], None));
                call.arguments = vec![Expr::new(value.span, ExprKind::Var(sum))];
                call.summed = true;
            }
            Aggregate::CountStar | Aggregate::Sum | Aggregate::Avg => call.weight = Some(weights[0].var),
            Aggregate::Count if own => call.weight = Some(weights[0].var),
            Aggregate::Count => {
                let [counted] = call.arguments.as_slice() else { return None };
                let node = matches!(counted.kind.as_ref(), ExprKind::Var(var) if graph.nodes.contains(var));
                if node || matches!(counted.kind.as_ref(), ExprKind::Var(var) if edges.contains(var)) {
                    call.weight = Some(weights[0].var);
                } else if of_one_node(counted) {
                    let var = new("<matches that count>");
                    let weight = Weight { var, predicates: vec![there(counted)], value: None };
                    call.weight = Some(weight.var);
                    weights.push(weight);
                } else {
                    return None;
                }
                (call.function, call.arguments) = (Aggregate::CountStar, Vec::new());
            }
            _ => return None,
        }
        calls.push((*var, call));
    }
    let adds = weights.iter().any(|weight| weight.value.is_some());
    (!ring || !adds).then(|| (Tally { graph: QueryGraph::default(), root, weights }, calls))
}
