//! `NodeJoin`: for each input row, the nodes whose properties equal values, by a table of all of them.
//!
//! The table is made when the first row comes: the distinct values numbered, and the nodes in the order of these numbers. What
//! the rows ask for gets numbers as well, so that the same kinds of columns are compared in the same quick way. What is equal
//! is equivalent; the other way round it holds for what equals itself, which null, NaN and lists that hold one do not.

use super::keys::Keys;
use super::labels::Resolved;
use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::exec::expr::eval;
use crate::model::{Column, KeyId, NodeId, Var};
use crate::plan::expr::{Expr, Labels};

pub(super) struct NodeJoin<'g> {
    input: Boxed<'g>,
    node: Var,
    labels: Option<Labels>,
    keys: Vec<String>,
    exprs: Vec<Expr>,
    live: Vec<Var>,
    table: Option<Table<'g>>,
    /// Bytes that the table takes.
    held: u64,
    current: Batch<'g>,
    /// The number of each row's values; none when they do not equal themselves.
    numbers: Vec<Option<u32>>,
    row: usize,
    /// So many of the row's nodes have been given.
    given: usize,
}

struct Table<'g> {
    values: Keys<'g>,
    /// Where the nodes of each number begin, and where the last ones end.
    starts: Vec<u32>,
    nodes: Vec<NodeId>,
}

impl<'g> NodeJoin<'g> {
    pub(super) fn new(
        input: Boxed<'g>,
        (node, labels): (Var, Option<Labels>),
        (keys, exprs): (Vec<String>, Vec<Expr>),
        live: Vec<Var>,
    ) -> Self {
        let (current, numbers) = (Batch::default(), Vec::new());
        NodeJoin { input, node, labels, keys, exprs, live, table: None, held: 0, current, numbers, row: 0, given: 0 }
    }

    fn take(&mut self, batch: Batch<'g>, ctx: &mut Context<'g>) -> Result<()> {
        if self.table.is_none() {
            // A run that was left in the middle could not give it back.
            ctx.release(std::mem::take(&mut self.held));
        }
        let table = match &mut self.table {
            Some(table) => table,
            none => none.insert(Table::new(self.labels.as_ref(), &self.keys, ctx)?),
        };
        let columns: Vec<Column<'g>> = self.exprs.iter().map(|expr| eval(expr, &batch, ctx)).collect::<Result<_>>()?;
        let numbers = table.values.numbers(&columns, batch.len, ctx)?;
        let more = table.size().saturating_sub(self.held);
        self.held += more;
        ctx.hold(more)?;
        let itself = |row| columns.iter().all(|column| equals_itself(column, row));
        self.numbers = numbers.into_iter().enumerate().map(|(row, number)| itself(row).then_some(number)).collect();
        (self.current, self.row, self.given) = (batch, 0, 0);
        Ok(())
    }
}

impl<'g> Operator<'g> for NodeJoin<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else {
                self.table = None;
                ctx.release(std::mem::take(&mut self.held));
                return Ok(None);
            };
            self.take(batch, ctx)?;
        }
        let (mut rows, mut nodes) = (Vec::new(), Vec::new());
        while nodes.len() < ROWS && self.row < self.current.len {
            let number = self.numbers.get(self.row).copied().flatten();
            let all = match (&self.table, number) {
                (Some(table), Some(number)) => table.nodes(number),
                _ => &[],
            };
            let left = all.get(self.given..).unwrap_or_default();
            let more = left.get(..ROWS - nodes.len()).unwrap_or(left);
            nodes.extend_from_slice(more);
            rows.resize(nodes.len(), self.row as u32);
            (self.row, self.given) = match more.len() == left.len() {
                true => (self.row + 1, 0),
                false => (self.row, self.given + more.len()),
            };
        }
        Ok(Some(beside(&self.current, &rows, &self.live, [(self.node, Column::Node(nodes))])))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.table = None;
        self.current = Batch::default();
        (self.row, self.given) = (0, 0);
    }
}

impl<'g> Table<'g> {
    fn new(labels: Option<&Labels>, keys: &[String], ctx: &mut Context<'g>) -> Result<Self> {
        let mut values = Keys::new();
        let keys: Option<Vec<KeyId>> = keys.iter().map(|key| ctx.view.key_id(key)).collect();
        // A key that nothing has is equal to nothing.
        let Some(keys) = keys else { return Ok(Table { values, starts: Vec::new(), nodes: Vec::new() }) };
        let runs = match labels {
            None => ctx.view.scan(|_| true),
            Some(labels) => {
                let labels = Resolved::new(labels, &ctx.view);
                ctx.view.scan(|of_node| labels.accepts(of_node))
            }
        };
        let (mut unsorted, mut numbers) = (Vec::new(), Vec::new());
        for run in runs {
            for start in run.clone().step_by(ROWS) {
                ctx.check()?;
                let nodes: Vec<NodeId> = (start..run.end.min(start.saturating_add(ROWS as u32))).map(NodeId).collect();
                let columns: Vec<Column<'g>> = keys.iter().map(|key| ctx.view.node_column(&nodes, *key)).collect();
                numbers.extend(values.numbers(&columns, nodes.len(), ctx)?);
                unsorted.extend(nodes);
                ctx.fits(values.size() + 16 * unsorted.len() as u64)?;
            }
        }
        let mut starts = vec![0; values.len() as usize + 1];
        for number in &numbers {
            starts[*number as usize + 1] += 1;
        }
        for number in 1..starts.len() {
            starts[number] += starts[number - 1];
        }
        let mut next = starts.clone();
        let mut nodes = vec![NodeId(0); unsorted.len()];
        for (node, number) in unsorted.into_iter().zip(numbers) {
            let place = &mut next[number as usize];
            nodes[*place as usize] = node;
            *place += 1;
        }
        Ok(Table { values, starts, nodes })
    }

    fn nodes(&self, number: u32) -> &[NodeId] {
        let start = self.starts.get(number as usize);
        let end = self.starts.get(number as usize + 1);
        start.zip(end).and_then(|(start, end)| self.nodes.get(*start as usize..*end as usize)).unwrap_or_default()
    }

    fn size(&self) -> u64 {
        self.values.size() + 4 * (self.starts.len() + self.nodes.len()) as u64
    }
}

fn equals_itself(column: &Column<'_>, row: usize) -> bool {
    match column {
        Column::Float(values) => values.get(row).is_some_and(|value| !value.is_nan()),
        Column::Value(values) => values.get(row).is_some_and(|value| value.equals(value) == Some(true)),
        Column::Absent => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, counted, given, lengths, rows, var};
    use super::*;

    #[test]
    fn nodes_whose_property_equals_the_value() {
        let join = |input, label: Option<&str>, key: &str| {
            let labels = label.map(|label| Labels::Name(label.to_owned()));
            NodeJoin::new(input, (Y, labels), (vec![key.to_owned()], vec![var(X)]), vec![X, Y])
        };
        let cases: [(&[&str], Option<&str>, &str, &str); 5] = [
            (&[], Some("A"), "k", ""),
            (&["1, null, 0", "7, 1"], Some("A"), "k", "1 n1, 0 n0, 1 n1"),
            (&["1"], Some("B"), "k", ""),
            (&["1"], Some("No"), "k", ""),
            (&["1, null"], None, "no", ""),
        ];
        for (input, label, key, expected) in cases {
            assert_eq!(rows(join(given(input), label, key), &[X, Y]), expected, "{input:?} {label:?}");
        }
        assert_eq!(lengths(join(counted(&[2048, 2048]), Some("A"), "k")), [2]);
    }
}
