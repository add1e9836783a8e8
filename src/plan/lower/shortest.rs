//! `shortestPath((a)-[*]->(b))` with a `WHERE` about the path: the shortest of the walks that the `WHERE` accepts.
//!
//! What it says of every edge or every node alike becomes a filter of the search itself. What it says of the path
//! as a whole (`length(p) > 3`) cannot be known before the walk ends, so all walks are found then and the shortest of those
//! that pass are kept. `ANY SHORTEST` and `ALL SHORTEST` are chosen before `WHERE` is asked, as ISO GQL has it, and never come here.

use super::Result;
use super::expr::join;
use crate::lang::ast::{BinaryOp, CompareOp, QuantifierKind, UnaryOp};
use crate::model::function::Function;
use crate::model::{Class, Detail, Diagnostic, Value, Var};
use crate::plan::expr::{Expr, ExprKind};
use crate::plan::logical::{QueryGraph, Selection, Subquery, Walk};
use crate::plan::walk::{free_vars, has_subquery, rewrite};

/// Takes what concerns the path out of `predicates` and puts it into the search; gives back the others.
///
/// # Errors
///
/// `Unsupported` when a subquery uses the path: it would need the path before there is one.
pub(super) fn search_within(
    graph: &mut QueryGraph,
    predicates: Vec<Expr>,
    subqueries: &[Subquery],
) -> Result<Vec<Expr>> {
    let [edge] = graph.edges.as_mut_slice() else { return Ok(predicates) };
    let Some(walk) = &mut edge.walk else { return Ok(predicates) };
    let list = edge.var;
    let path = graph.paths.first().map(|(path, _)| *path);
    let concerns = |expr: &Expr| {
        let free = free_vars(expr, subqueries);
        free.contains(&list) || path.is_some_and(|path| free.contains(&path))
    };
    let (inside, outside): (Vec<_>, Vec<_>) = predicates.into_iter().partition(concerns);
    let mut whole = Vec::new();
    for predicate in inside {
        let ends = (edge.left, edge.right);
        match of_each(&predicate, (list, path), (walk, ends)).filter(|filter| !concerns(filter)) {
            Some(filter) => walk.filter = join(BinaryOp::And, walk.filter.take().into_iter().chain([filter]).collect()),
            None => whole.push(predicate),
        }
    }
    if whole.is_empty() {
        return Ok(outside);
    }
    if let Some(which) = walk.shortest.take() {
        let keep = if which.all { None } else { Some(1) };
        graph.selections.push(Selection { ends: (edge.left, edge.right), steps: vec![list], keep });
    }
    // The path itself is made after the choice, so its predicates build their own.
    let as_walked = |expr: &Expr| match expr.kind.as_ref() {
        ExprKind::Var(var) => graph.paths.iter().find(|(path, _)| path == var).map(|(_, walked)| walked.clone()),
        _ => None,
    };
    for predicate in &whole {
        let predicate = rewrite(predicate, &as_walked);
        if path.is_some_and(|path| free_vars(&predicate, subqueries).contains(&path)) {
            return Err(Diagnostic::new(
                Class::Unsupported,
                Detail::Other,
                "a subquery cannot use the path of shortestPath in the WHERE of the same MATCH",
            )
            .at(predicate.span)
            .help("name the edges, shortestPath((a)-[steps*]->(b)), and use that list; or put WITH * before WHERE"));
        }
        graph.predicates.push(predicate);
    }
    Ok(outside)
}

/// What a predicate demands of each edge of the walk, if it is about each edge or each node alike, or each node but the ends.
fn of_each(predicate: &Expr, (list, path): (Var, Option<Var>), (walk, ends): (&Walk, (Var, Var))) -> Option<Expr> {
    let ExprKind::Quantifier { kind, var, list: over, predicate: demand } = predicate.kind.as_ref() else {
        return None;
    };
    if has_subquery(demand) {
        return None;
    }
    let negated = match kind {
        QuantifierKind::All => false,
        QuantifierKind::None => true,
        QuantifierKind::Any | QuantifierKind::Single => return None,
    };
    let each = Expr::new(predicate.span, ExprKind::Var(walk.each));
    let of_path = |argument: &[Expr]| match argument {
        [argument] => path.is_some_and(|path| *argument.kind == ExprKind::Var(path)),
        _ => false,
    };
    let end = |function| Expr::new(predicate.span, ExprKind::Call(function, vec![each.clone()]));
    let both = [end(Function::StartNode), end(Function::EndNode)];
    let mut spared = Vec::new();
    let elements = match over.kind.as_ref() {
        ExprKind::Var(over) if *over == list => vec![each],
        ExprKind::Call(Function::Relationships, argument) if of_path(argument) => vec![each],
        // A walk without edges has a node all the same.
        ExprKind::Call(Function::Nodes, argument) if of_path(argument) && walk.min > 0 => both.to_vec(),
        // A shortest walk comes to neither end in between: what leads from there to the end would be shorter.
        ExprKind::Slice(nodes, Some(from), Some(to)) if is_int(from, 1) && is_int(to, -1) && walk.min <= 1 => {
            match nodes.kind.as_ref() {
                ExprKind::Call(Function::Nodes, argument) if of_path(argument) => {}
                _ => return None,
            }
            spared = vec![ends.0, ends.1];
            both.to_vec()
        }
        _ => return None,
    };
    let demanded = elements.iter().map(|element| {
        let demand = rewrite(demand, &|expr| (*expr.kind == ExprKind::Var(*var)).then(|| element.clone()));
        let demand = match negated {
            true => Expr::new(predicate.span, ExprKind::Unary(UnaryOp::Not, demand)),
            false => demand,
        };
        let is = |end: &Var| {
            let end = Expr::new(predicate.span, ExprKind::Var(*end));
            Expr::new(predicate.span, ExprKind::Compare(CompareOp::Equal, element.clone(), end))
        };
        // An end is not asked, so that it cannot fail there.
        let either = |demand, spared| Expr::new(predicate.span, ExprKind::Binary(BinaryOp::Or, spared, demand));
        spared.iter().rev().map(is).fold(demand, either)
    });
    join(BinaryOp::And, demanded.collect())
}

/// An integer as it is written.
fn is_int(expr: &Expr, wanted: i64) -> bool {
    match expr.kind.as_ref() {
        ExprKind::Literal(Value::Int(int)) => *int == wanted,
        ExprKind::Unary(UnaryOp::Minus, operand) => wanted.checked_neg().is_some_and(|wanted| is_int(operand, wanted)),
        _ => false,
    }
}
