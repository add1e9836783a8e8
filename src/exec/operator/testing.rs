//! A rig for case tables: an operator over given batches, over one small graph.
//!
//! Rows are written as text, values apart by blanks and rows by commas: `1 null n0, [e0;e1] 2 n1`. The vars of the
//! columns are 0, 1, 2 from left to right.
//!
//! The graph: `(n0:A)-[e0:R]->(n1:A)-[e1:R]->(n2:B)`, `(n0)-[e2:S]->(n2)` and the loop `(n2)-[e3:R]->(n2)`; the nodes
//! have `k: 0`, `k: 1` and no `k`.

use std::sync::{Arc, LazyLock};

use super::{Batch, Boxed, Context, Operator, Result};
use crate::model::{Column, Direction, EdgeId, NodeId, Span, Value, Var};
use crate::plan::expr::{CompareOp, Expr, ExprKind, Labels};
use crate::plan::physical::{Expand, Op, OpKind, Plan};
use crate::store::{Snapshot, View};

pub(super) const X: Var = Var(0);
pub(super) const Y: Var = Var(1);
pub(super) const Z: Var = Var(2);

/// There is nothing to call and nothing to read.
struct NoHost;

impl crate::exec::Host for NoHost {
    fn call(
        &self,
        _: &str,
        _: &View<'_>,
        _: &[Value<'_>],
        _: usize,
        _: &mut dyn FnMut() -> Result<()>,
        _: &mut dyn FnMut(u64) -> Result<()>,
    ) -> Result<crate::exec::ProcedureColumns> {
        Ok(Vec::new())
    }

    fn open_csv(&self, _: &str, _: u8, _: bool) -> Result<crate::exec::Records> {
        Ok(Box::new(std::iter::empty()))
    }
}

/// Gives these batches.
struct Given {
    batches: Vec<Batch<'static>>,
    at: usize,
}

impl Operator<'static> for Given {
    fn next(&mut self, _: &mut Context<'static>) -> Result<Option<Batch<'static>>> {
        self.at += 1;
        Ok(self.batches.get(self.at - 1).cloned())
    }

    fn reset(&mut self) {
        self.at = 0;
    }
}

/// Batches from text.
pub(super) fn given(batches: &[&str]) -> Boxed<'static> {
    Box::new(Given { batches: batches.iter().map(|text| batch(text)).collect(), at: 0 })
}

/// A batch for each of these lengths; the one column counts the rows from 0.
pub(super) fn counted(lengths: &[i64]) -> Boxed<'static> {
    let mut next = 0;
    let batch = |len: &i64| {
        let mut batch = Batch::new(*len as usize);
        batch.set(X, Column::Int((next..next + len).collect()));
        next += len;
        batch
    };
    Box::new(Given { batches: lengths.iter().map(batch).collect(), at: 0 })
}

pub(super) fn batch(text: &str) -> Batch<'static> {
    let rows: Vec<Vec<Value<'static>>> = text
        .split(',')
        .map(|row| row.split_whitespace().map(value).collect())
        .filter(|row: &Vec<_>| !row.is_empty())
        .collect();
    let mut batch = Batch::new(rows.len());
    for i in 0..rows.first().map_or(0, Vec::len) {
        batch.set(Var(i as u32), Column::from_values(rows.iter().map(|row| row[i].clone()).collect()));
    }
    batch
}

fn value(text: &str) -> Value<'static> {
    let number = || text[1..].parse().unwrap();
    match text.as_bytes()[0] {
        b'[' => Value::list(text[1..text.len() - 1].split(';').filter(|item| !item.is_empty()).map(value).collect()),
        b'n' if text != "null" => Value::Node(NodeId(number())),
        b'e' => Value::Edge(EdgeId(number())),
        _ => text.parse().map_or(Value::Null, Value::Int),
    }
}

fn show(value: &Value<'_>) -> String {
    match value {
        Value::Int(i) => i.to_string(),
        Value::Node(node) => format!("n{}", node.0),
        Value::Edge(edge) => format!("e{}", edge.0),
        Value::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(";")),
        Value::Null => "null".to_owned(),
        other => format!("{other:?}"),
    }
}

/// What everything runs in: the graph, no limits.
pub(super) fn context() -> Context<'static> {
    static EMPTY: LazyLock<Snapshot> = LazyLock::new(Snapshot::empty);
    let mut view = View::new(&EMPTY);
    let nodes: Vec<NodeId> = [("A", Value::Int(0)), ("A", Value::Int(1)), ("B", Value::Null)]
        .into_iter()
        .map(|(label, k)| view.create_node(&[label], vec![("k", k)]).unwrap())
        .collect();
    for (source, edge_type, target) in [(0, "R", 1), (1, "R", 2), (0, "S", 2), (2, "R", 2)] {
        view.create_edge(nodes[source], edge_type, nodes[target], Vec::new()).unwrap();
    }
    let root = op(OpKind::Unit, None, &[]);
    let plan = Plan {
        root,
        subplans: vec![],
        vars: vec![],
        columns: vec![],
        writes: false,
        warnings: vec![],
        parameters: Vec::new(),
        measured: false,
    };
    Context::new(Arc::new(plan), view, (Arc::default(), Arc::new(NoHost)), Default::default())
}

pub(super) fn op(kind: OpKind, input: Option<Op>, live: &[Var]) -> Op {
    Op { id: 0, kind, input: input.map(Box::new), live: live.to_vec(), rows: 1.0 }
}

/// Runs the operator to its end, takes it back to the start and runs it again, which must give the same.
pub(super) fn batches(mut operator: impl Operator<'static>) -> Vec<Batch<'static>> {
    let mut ctx = context();
    let mut runs = [(); 2].map(|()| {
        let mut batches = Vec::new();
        while let Some(batch) = operator.next(&mut ctx).unwrap() {
            batches.push(batch);
        }
        operator.reset();
        batches.retain(|batch| batch.len > 0);
        batches
    });
    let rows = |batches: &[Batch<'static>]| batches.iter().map(|batch| text(batch, &[X, Y, Z])).collect::<Vec<_>>();
    assert_eq!(rows(&runs[0]), rows(&runs[1]), "after a reset");
    std::mem::take(&mut runs[0])
}

/// All rows of an operator, as text.
pub(super) fn rows(operator: impl Operator<'static>, vars: &[Var]) -> String {
    batches(operator).iter().map(|batch| text(batch, vars)).collect::<Vec<_>>().join(", ")
}

/// How long an operator's batches are.
pub(super) fn lengths(operator: impl Operator<'static>) -> Vec<usize> {
    batches(operator).iter().map(|batch| batch.len).collect()
}

fn text(batch: &Batch<'_>, vars: &[Var]) -> String {
    let row = |row| vars.iter().map(|var| show(&batch.value(*var, row))).collect::<Vec<_>>().join(" ");
    (0..batch.len).map(row).collect::<Vec<_>>().join(", ")
}

pub(super) fn expr(kind: ExprKind) -> Expr {
    Expr::new(Span::default(), kind)
}

pub(super) fn var(var: Var) -> Expr {
    expr(ExprKind::Var(var))
}

pub(super) fn int(i: i64) -> Expr {
    expr(ExprKind::Literal(Value::Int(i)))
}

/// `x > 1`
pub(super) fn greater(left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Compare(CompareOp::Greater, left, right))
}

/// A step from `X` along `Y` to `Z`.
pub(super) fn step(direction: Direction, edge_type: Option<&str>, to_bound: bool) -> Expand {
    let types = edge_type.map(|name| Labels::Name(name.to_owned()));
    Expand {
        from: X,
        edge: Y,
        to: Z,
        to_bound,
        direction,
        types,
        to_labels: None,
        unlike: Vec::new(),
        taken: Vec::new(),
    }
}
