//! `Expand`: for each input row, the edges at a node. [`Edges`] is the step itself, which walks of several edges share.

use super::labels::{Resolved, edge_types, leads_only_to};
use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::batch::ROWS;
use crate::exec::expr::accepted;
use crate::model::{Column, Direction, EdgeId, EdgeTypeId, NodeId, Value, Var};
use crate::plan::expr::Expr;
use crate::plan::physical;
use crate::store::{Adjacency, View};

pub(super) struct Expand<'g> {
    input: Boxed<'g>,
    edges: Edges,
    live: Vec<Var>,
    /// The neighbours as slices, when there are such and nothing else is asked of an edge; known when it first runs.
    slices: Option<Option<Adjacency<'g>>>,
    current: Batch<'g>,
    row: usize,
}

/// The rows of a step: those of the input that they go on from, the edges and the other ends.
#[derive(Default)]
struct Found {
    rows: Vec<u32>,
    edges: Vec<EdgeId>,
    nodes: Vec<NodeId>,
}

impl Found {
    /// Leaves out, of the nodes from `start` on, one for each of these.
    fn take_out(&mut self, start: usize, taken: &mut Vec<NodeId>) {
        let mut kept = start;
        for at in start..self.nodes.len() {
            if !take(taken, self.nodes[at]) {
                self.nodes[kept] = self.nodes[at];
                kept += 1;
            }
        }
        self.nodes.truncate(kept);
    }

    /// Adds a node's neighbours.
    fn copy(&mut self, slices: &Adjacency<'_>, from: NodeId, with_edges: bool) {
        let Some((block, row)) = slices.at(from) else { return };
        let ends = block.ends(row);
        self.nodes.extend(ends.iter().map(|end| NodeId(*end)));
        if with_edges {
            self.edges.extend(block.edges(row).take(ends.len()));
        }
    }
}

impl<'g> Expand<'g> {
    pub(super) fn new(input: Boxed<'g>, step: physical::Expand, live: Vec<Var>) -> Self {
        let edges = Edges::new(step, Var(0), None);
        Expand { input, edges, live, slices: None, current: Batch::default(), row: 0 }
    }

    /// Goes on until the batch is full, copying the neighbours of each node at once.
    fn copy(&mut self, slices: &Adjacency<'g>, found: &mut Found) {
        let with_edges = self.live.contains(&self.edges.step.edge);
        let mut taken = Vec::new();
        while found.nodes.len() < ROWS && self.row < self.current.len {
            if let Some(from) = node(&self.current, self.edges.step.from, self.row) {
                let start = found.nodes.len();
                found.copy(slices, from, with_edges);
                self.taken(from, self.row, &mut taken);
                if !taken.is_empty() {
                    found.take_out(start, &mut taken);
                }
                found.rows.resize(found.nodes.len(), self.row as u32);
            }
            self.row += 1;
        }
    }

    /// Goes on until the batch is full, edge by edge.
    fn find(&mut self, view: &View<'g>, found: &mut Found) {
        let step = &self.edges.step;
        let mut taken = Vec::new();
        while found.nodes.len() < ROWS && self.row < self.current.len {
            let row = self.row;
            self.row += 1;
            let Some(from) = node(&self.current, step.from, row) else { continue };
            let to = if step.to_bound { node(&self.current, step.to, row) } else { None };
            if step.to_bound && to.is_none() {
                continue;
            }
            let unlike = unlike(step, &self.current, row);
            self.taken(from, row, &mut taken);
            self.edges.at(view, from, to, &mut |edge, other| {
                if !unlike.contains(&edge) && !take(&mut taken, other) {
                    found.edges.push(edge);
                    found.nodes.push(other);
                }
            });
            found.rows.resize(found.nodes.len(), row as u32);
        }
    }
}

impl Expand<'_> {
    /// The nodes that edges from this one lead to which are taken in this row.
    fn taken(&self, from: NodeId, row: usize, taken: &mut Vec<NodeId>) {
        taken.clear();
        for ends in &self.edges.step.taken {
            let (near, far) = seen_from(self.edges.step.direction, *ends);
            if node(&self.current, near, row) == Some(from) {
                taken.extend(node(&self.current, far, row));
            }
        }
    }
}

/// The near end and the far one, of a source and a target, for a step in a direction.
pub(super) fn seen_from(direction: Direction, (source, target): (Var, Var)) -> (Var, Var) {
    if direction == Direction::In { (target, source) } else { (source, target) }
}

/// Whether the node was among these; it is no longer.
fn take(taken: &mut Vec<NodeId>, node: NodeId) -> bool {
    let at = taken.iter().position(|other| *other == node);
    at.map(|at| taken.swap_remove(at)).is_some()
}

impl<'g> Operator<'g> for Expand<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
            self.current = batch;
            self.row = 0;
        }
        self.edges.resolve(&ctx.view);
        let slices = self.slices.take().unwrap_or_else(|| {
            let step = &self.edges.step;
            let any = !step.to_bound && step.unlike.is_empty() && self.edges.ends_anywhere();
            if any && step.direction != Direction::Both {
                ctx.view.adjacency(self.edges.types(), step.direction)
            } else {
                None
            }
        });
        let mut found = Found::default();
        match &slices {
            Some(slices) => self.copy(slices, &mut found),
            None => self.find(&ctx.view, &mut found),
        }
        self.slices = Some(slices);
        let step = &self.edges.step;
        let columns = [(step.edge, Column::Edge(found.edges)), (step.to, Column::Node(found.nodes))];
        Ok(Some(beside(&self.current, &found.rows, &self.live, columns)))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.edges.forget();
        self.slices = None;
        self.current = Batch::default();
        self.row = 0;
    }
}

/// One step along edges, its names resolved when it first runs.
pub(super) struct Edges {
    pub(super) step: physical::Expand,
    /// Holds the edge while `filter` is evaluated.
    each: Var,
    filter: Option<Expr>,
    resolved: Option<(Option<Vec<EdgeTypeId>>, Option<Resolved>)>,
}

impl Edges {
    pub(super) fn new(step: physical::Expand, each: Var, filter: Option<Expr>) -> Self {
        Edges { step, each, filter, resolved: None }
    }

    pub(super) fn resolve(&mut self, view: &View<'_>) {
        self.resolved.get_or_insert_with(|| {
            let types = self.step.types.as_ref().map(|types| edge_types(types, view));
            let labels = self.step.to_labels.as_ref();
            // Edges of one type mostly lead to nodes of one label, which then need not be asked one by one.
            let labels = labels.filter(|labels| !leads_only_to(view, types.as_deref(), self.step.direction, labels));
            let labels = labels.map(|labels| Resolved::new(labels, view));
            (types, labels)
        });
    }

    pub(super) fn forget(&mut self) {
        self.resolved = None;
    }

    /// The types to walk; none is any.
    pub(super) fn types(&self) -> Option<&[EdgeTypeId]> {
        self.resolved.as_ref().and_then(|(types, _)| types.as_deref())
    }

    /// Whether any edge of the types will do.
    pub(super) fn is_free(&self) -> bool {
        self.filter.is_none()
    }

    /// Whether a walk may end at any node.
    pub(super) fn ends_anywhere(&self) -> bool {
        matches!(&self.resolved, Some((_, None)))
    }

    /// Whether a walk may end at the node.
    pub(super) fn may_end(&self, node: NodeId, view: &View<'_>) -> bool {
        match &self.resolved {
            Some((_, Some(labels))) => labels.accepts_node(node, view),
            _ => true,
        }
    }

    /// Calls `found` with each edge at `from` that ends where it may.
    fn at(&self, view: &View<'_>, from: NodeId, to: Option<NodeId>, found: &mut dyn FnMut(EdgeId, NodeId)) {
        let Some(to) = to else {
            view.neighbours(from, self.step.direction, self.types(), |edge, other| {
                if self.may_end(other, view) {
                    found(edge, other);
                }
            });
            return;
        };
        let types = self.types();
        if self.step.direction != Direction::In {
            view.edges_between(from, to, types, |edge| found(edge, to));
        }
        // Seen from both sides, a loop is still one edge.
        if self.step.direction == Direction::In || (self.step.direction == Direction::Both && from != to) {
            view.edges_between(to, from, types, |edge| found(edge, to));
        }
    }

    /// The edges at a node in the direction given that satisfy the filter for an outer row, with their other ends.
    pub(super) fn candidates<'g>(
        &self,
        ctx: &mut Context<'g>,
        outer: &Batch<'g>,
        row: usize,
        from: NodeId,
        direction: Direction,
    ) -> Result<Vec<(EdgeId, NodeId)>> {
        let mut candidates = Vec::new();
        self.add_candidates(ctx, outer, row, (from, direction), &mut candidates)?;
        Ok(candidates)
    }

    /// As `candidates`, behind others.
    pub(super) fn add_candidates<'g>(
        &self,
        ctx: &mut Context<'g>,
        outer: &Batch<'g>,
        row: usize,
        (from, direction): (NodeId, Direction),
        candidates: &mut Vec<(EdgeId, NodeId)>,
    ) -> Result<()> {
        let first = candidates.len();
        ctx.view.neighbours(from, direction, self.types(), |edge, other| candidates.push((edge, other)));
        let Some(filter) = self.filter.as_ref().filter(|_| candidates.len() > first) else { return Ok(()) };
        let vars: Vec<Var> = (0..outer.columns.len() as u32).map(Var).collect();
        let mut batch = outer.gather(&vec![row as u32; candidates.len() - first], &vars);
        batch.set(self.each, Column::Edge(candidates[first..].iter().map(|(edge, _)| *edge).collect()));
        let keep = accepted(filter, &batch, ctx)?;
        for (to, from) in keep.iter().enumerate() {
            candidates[first + to] = candidates[first + *from as usize];
        }
        candidates.truncate(first + keep.len());
        Ok(())
    }
}

/// The edges of this row that the step must not use.
pub(super) fn unlike(step: &physical::Expand, batch: &Batch<'_>, row: usize) -> Vec<EdgeId> {
    let mut unlike = Vec::new();
    for var in &step.unlike {
        match batch.value(*var, row) {
            Value::Edge(edge) => unlike.push(edge),
            Value::List(items) => {
                unlike.extend(items.iter().filter_map(|v| if let Value::Edge(e) = v { Some(*e) } else { None }));
            }
            _ => {}
        }
    }
    unlike
}

/// The node that a variable holds in a row.
pub(super) fn node(batch: &Batch<'_>, var: Var, row: usize) -> Option<NodeId> {
    match batch.column(var) {
        Column::Node(nodes) => nodes.get(row).copied(),
        column => match column.value(row) {
            Value::Node(node) => Some(node),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, Z, given, lengths, rows, step};
    use super::*;
    use crate::plan::expr::Labels;

    #[test]
    fn the_edges_at_a_node() {
        let cases: [(&[&str], Direction, Option<&str>, &str); 6] = [
            (&[], Direction::Out, None, ""),
            (&["null"], Direction::Out, None, ""),
            (&["n0", "n1"], Direction::Out, Some("R"), "n0 e0 n1, n1 e1 n2"),
            (&["n1, null"], Direction::Both, Some("R"), "n1 e1 n2, n1 e0 n0"),
            (&["n2"], Direction::Both, Some("R"), "n2 e3 n2, n2 e1 n1"),
            (&["n0"], Direction::Out, Some("No"), ""),
        ];
        for (input, direction, edge_type, expected) in cases {
            let expand = Expand::new(given(input), step(direction, edge_type, false), vec![X, Y, Z]);
            assert_eq!(rows(expand, &[X, Y, Z]), expected, "{input:?} {direction:?} {edge_type:?}");
        }
    }

    #[test]
    fn between_two_nodes() {
        let cases = [
            (Direction::Out, "n0 0 n2, n0 0 null, null 0 n2", "n0 e2 n2"),
            (Direction::In, "n2 0 n0, n0 0 n2", "n2 e2 n0"),
            (Direction::Both, "n2 0 n0, n2 0 n2", "n2 e2 n0, n2 e3 n2"),
        ];
        for (direction, input, expected) in cases {
            let expand = Expand::new(given(&[input]), step(direction, None, true), vec![X, Y, Z]);
            assert_eq!(rows(expand, &[X, Y, Z]), expected, "{direction:?} {input}");
        }
    }

    #[test]
    fn labels_of_the_end_edges_found_before_and_full_batches() {
        let to_labels = Some(Labels::Name("B".to_owned()));
        let labelled = physical::Expand { to_labels, ..step(Direction::Out, None, false) };
        assert_eq!(rows(Expand::new(given(&["n0"]), labelled, vec![Y]), &[Y]), "e2");
        let unlike = physical::Expand { unlike: vec![Y], ..step(Direction::Out, None, false) };
        assert_eq!(rows(Expand::new(given(&["n0 e2, n0 null"]), unlike, vec![Y]), &[Y]), "e0, e0, e2");
        let input = vec!["n0"; 1025].join(",");
        assert_eq!(lengths(Expand::new(given(&[&input]), step(Direction::Out, None, false), vec![Y])), [2048, 2]);
    }
}
