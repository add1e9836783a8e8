//! The physical plan: which operator runs on whose rows.
//!
//! Rows travel in batches. A batch has one column for every [`Var`] of the statement, indexed by the var; an operator
//! fills the columns of the vars that it binds and drops those that nothing above needs (`Op::live`). Data only: the
//! executor gives it life, `explain` prints it.

use super::expr::{AggregateCall, Expr, Labels};
use crate::model::definition::Change;
use crate::model::{Direction, Span, Var};

/// A plan that is ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The operator that yields the answer.
    pub root: Op,
    /// Plans of subqueries, numbered by `SubplanId`.
    pub subplans: Vec<Subplan>,
    /// Every variable of the statement, indexed by `Var`.
    pub vars: Vec<VarInfo>,
    /// The answer's columns in order: name and var. Empty when the statement ends without `RETURN`.
    pub columns: Vec<(String, Var)>,
    /// Whether it changes the graph; then it runs to its end even when nobody reads the rows.
    pub writes: bool,
    /// What the user should hear: names that the graph does not know.
    pub warnings: Vec<Warning>,
    /// The parameters that it needs, each with the first place in the text that names it.
    pub parameters: Vec<(String, Span)>,
    /// Whether to measure the time of each operator.
    pub measured: bool,
}

/// What an operator did in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Rows that it gave.
    pub rows: u64,
    /// Batches that it gave them in.
    pub batches: u64,
    /// Nanoseconds, those of its inputs included; 0 when the plan is not measured.
    pub nanos: u64,
}

/// A correlated subquery's plan. Its leaf is [`OpKind::Argument`].
#[derive(Clone, Debug, PartialEq)]
pub struct Subplan {
    /// The operator that yields its rows.
    pub root: Op,
    /// Holds, in every row, the number of the outer row that it belongs to (an integer).
    pub row: Var,
    /// Runs once for each outer row, because it aggregates, sorts, limits or makes distinct; otherwise once a batch.
    pub per_row: bool,
}

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq)]
pub struct VarInfo {
    /// Its name, or a made-up one in angle brackets.
    pub name: String,
}

/// A legal oddity that deserves a word.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// Where.
    pub span: Span,
    /// The sentence.
    pub message: String,
    /// The nearest known names, best first.
    pub suggestions: Vec<String>,
}

/// An operator.
#[derive(Clone, Debug, PartialEq)]
pub struct Op {
    /// Its number within the plan, subplans included: counters of `--analyze` are indexed by it.
    pub id: usize,
    /// What it does.
    pub kind: OpKind,
    /// Whose rows it reads; none for a leaf.
    pub input: Option<Box<Op>>,
    /// The vars that something above still needs: the columns that leave this operator.
    pub live: Vec<Var>,
    /// How many rows the planner expects.
    pub rows: f64,
}

impl Op {
    /// The operators that it reads, or runs, itself.
    pub(super) fn below(&self) -> impl Iterator<Item = &Op> {
        let inner: Vec<&Op> = match &self.kind {
            OpKind::Optional { inner, .. }
            | OpKind::Apply { inner, .. }
            | OpKind::Merge { inner, .. }
            | OpKind::GroupExpand { inner, .. }
            | OpKind::Foreach { inner } => vec![&inner.root],
            OpKind::Union { branches, .. } => branches.iter().map(|(branch, _)| branch).collect(),
            OpKind::Tally(tally) => {
                let nodes = tally.weights.iter().flat_map(|(_, terms)| terms).flat_map(|term| &term.nodes);
                nodes.filter_map(|node| node.find.as_deref()).collect()
            }
            _ => Vec::new(),
        };
        inner.into_iter().chain(self.input.as_deref())
    }

    /// The same operators, to be changed.
    pub(super) fn below_mut(&mut self) -> Vec<&mut Op> {
        let mut below: Vec<&mut Op> = match &mut self.kind {
            OpKind::Optional { inner, .. }
            | OpKind::Apply { inner, .. }
            | OpKind::Merge { inner, .. }
            | OpKind::GroupExpand { inner, .. }
            | OpKind::Foreach { inner } => vec![&mut inner.root],
            OpKind::Union { branches, .. } => branches.iter_mut().map(|(branch, _)| branch).collect(),
            OpKind::Tally(tally) => {
                let nodes = tally.weights.iter_mut().flat_map(|(_, terms)| terms).flat_map(|term| &mut term.nodes);
                nodes.filter_map(|node| node.find.as_deref_mut()).collect()
            }
            _ => Vec::new(),
        };
        below.extend(self.input.as_deref_mut());
        below
    }
}

/// What an operator does.
#[derive(Clone, Debug, PartialEq)]
pub enum OpKind {
    /// Leaf: one row without columns.
    Unit,
    /// Leaf of a subplan or of the inner side of `Optional`/`Apply`: the outer rows.
    Argument,
    /// Leaf: makes or drops an index or a constraint; no rows.
    Define {
        /// Which.
        change: Change,
        /// The statement.
        span: Span,
    },
    /// Leaf: how many ways there are to find a pattern, counted without finding them.
    Tally(Tally),
    /// For each input row, every node that satisfies the labels.
    NodeScan {
        /// Holds the node.
        node: Var,
        /// None: all nodes.
        labels: Option<Labels>,
    },
    /// For each input row, the nodes with this label whose properties equal the values, by index.
    NodeSeek {
        /// Holds the node.
        node: Var,
        /// The label.
        label: String,
        /// The indexed keys.
        keys: Vec<String>,
        /// A value for each key; they may use the input's vars.
        values: Vec<Expr>,
        /// The one key's value is a list: each node that equals one of its elements, once. It is the condition as it was written.
        among: Option<Expr>,
    },
    /// For each input row, the nodes that satisfy the labels whose properties equal the values, by a table of all such nodes
    /// that is made when the first row comes.
    NodeJoin {
        /// Holds the node.
        node: Var,
        /// None: all nodes.
        labels: Option<Labels>,
        /// The properties' keys.
        keys: Vec<String>,
        /// A value for each key; they use the input's vars.
        values: Vec<Expr>,
    },
    /// For each input row, the edges at `from`. A null `from` has none.
    Expand(Expand),
    /// For each input row, the nodes that the edges of all arms lead to, with these edges.
    Intersect {
        /// Holds the node.
        to: Var,
        /// Labels that it must have.
        to_labels: Option<Labels>,
        /// The edges, two or more: each from a node that the input binds. `unlike` may name edges of earlier arms.
        arms: Vec<Expand>,
    },
    /// As `Expand`, over walks of several edges that repeat no edge.
    VarExpand {
        /// Ends, types, direction; `edge` holds the list of edges.
        expand: Expand,
        /// At least this many edges; 0 yields the node itself.
        min: u64,
        /// At most this many.
        max: Option<u64>,
        /// Holds one edge while `filter` is evaluated on it.
        each: Var,
        /// Must be true of every edge of the walk.
        filter: Option<Expr>,
        /// Nothing above asks for more than the ends, each once a row.
        ends_only: bool,
    },
    /// As `VarExpand`, with a pattern in place of an edge.
    GroupExpand {
        /// Ends; `edge` holds the list of all edges.
        expand: Expand,
        /// At least this many rounds; 0 yields the node itself.
        min: u64,
        /// At most this many.
        max: Option<u64>,
        /// Finds one round; its leaf is `Argument`, which binds `start`.
        inner: Box<Subplan>,
        /// The first node of a round.
        start: Var,
        /// The last node of a round.
        end: Var,
        /// The edges of a round, single or as lists.
        edges: Vec<Var>,
        /// What a round binds, and what holds the list of it.
        lists: Vec<(Var, Var)>,
    },
    /// For each input row with both ends bound, the shortest walks between them; binds `expand.edge` to the list of
    /// edges.
    ShortestPath {
        /// Ends, types, direction; `to_bound` is true.
        expand: Expand,
        /// At least this many edges (0 or 1).
        min: u64,
        /// At most this many.
        max: Option<u64>,
        /// Holds one edge while `filter` is evaluated on it.
        each: Var,
        /// Must be true of every edge of the walk.
        filter: Option<Expr>,
        /// Which of the shortest walks.
        which: Shortest,
    },
    /// For each input row, every edge of these types with both its ends (when neither end is bound yet).
    EdgeScan(Expand),
    /// Keeps rows whose partition's `length` (a list of edge lists) is among the shortest.
    SelectShortest {
        /// The ends (and the outer row) that make a partition.
        partition: Vec<Var>,
        /// Edges or lists of edges whose total number is the length.
        steps: Vec<Var>,
        /// How many walks a partition keeps; none: all that tie with the shortest.
        keep: Option<u64>,
    },
    /// Keeps rows where the predicate is true.
    Filter(Expr),
    /// Binds each var to its expression, evaluated on the input's columns; other live columns pass through.
    Project(Vec<(Var, Expr)>),
    /// Groups by the keys and binds keys and aggregates; without keys there is always one row.
    Aggregate {
        /// Grouping keys.
        keys: Vec<(Var, Expr)>,
        /// Aggregates of each group.
        aggregates: Vec<(Var, AggregateCall)>,
        /// What makes every row a group of its own, if it holds when the plan runs.
        unique: Option<Unique>,
    },
    /// One row for each distinct combination of the vars.
    Distinct(Vec<Var>),
    /// Sorts by orderability; `limit` keeps only the first rows (top-k).
    Sort {
        /// Keys, most significant first; true is descending.
        keys: Vec<(Expr, bool)>,
        /// A constant expression.
        limit: Option<Expr>,
        /// Something below asks what it has no use for.
        asked: bool,
    },
    /// Drops the first rows; a constant expression.
    Skip(Expr),
    /// Keeps the first rows; a constant expression.
    Limit(Expr),
    /// For each input row, one row for each element of the list; a null gives none, another value gives itself.
    Unwind {
        /// The list.
        list: Expr,
        /// Holds the element.
        var: Var,
    },
    /// For each input row, one row for each record of a file: a map by the names in its header, or a list.
    LoadCsv {
        /// The file.
        csv: Csv,
        /// Holds the record.
        var: Var,
    },
    /// The rows of each branch in turn; leaves are the same as this operator's would be.
    Union {
        /// The plans, and for each the vars that become `vars`, in order.
        branches: Vec<(Op, Vec<Var>)>,
        /// The vars of the result.
        vars: Vec<Var>,
    },
    /// For each input row, the inner plan's rows; the input row with null in `vars` when there are none.
    Optional {
        /// Its leaf is `Argument`.
        inner: Box<Subplan>,
        /// What the inner plan binds.
        vars: Vec<Var>,
    },
    /// For each input row, the inner plan's rows beside it; no inner row, no row.
    Apply {
        /// Its leaf is `Argument`.
        inner: Box<Subplan>,
        /// What the inner plan binds.
        vars: Vec<Var>,
    },
    /// Reads its whole input, creates, then passes the rows on.
    Create {
        /// In order of creation.
        nodes: Vec<CreateNode>,
        /// In order of creation, after the nodes.
        edges: Vec<CreateEdge>,
    },
    /// Reads its whole input; then, row after row, the inner plan's rows beside it, or the pattern created.
    Merge {
        /// Finds the pattern for one row; its leaf is `Argument`.
        inner: Box<Subplan>,
        /// What to create and to set.
        merge: Merge,
    },
    /// Reads its whole input, evaluates all items, then sets and removes, then passes the rows on.
    Set(Vec<SetItem>),
    /// Reads its whole input, evaluates all targets, then deletes, then passes the rows on.
    Delete {
        /// Nodes, edges and paths.
        targets: Vec<Expr>,
        /// The edges of the nodes go too.
        detach: bool,
    },
    /// Reads its whole input, then passes the rows on.
    Eager,
    /// For each input row, the rows of a procedure beside it.
    Call {
        /// Its name.
        procedure: String,
        /// The arguments.
        arguments: Vec<Expr>,
        /// Columns by their place among the procedure's, and what they become.
        results: Vec<(usize, Var)>,
        /// Otherwise the input rows go on as they are.
        gives_rows: bool,
    },
    /// Reads its whole input, runs the inner plan to its end for it, then passes the rows on.
    Foreach {
        /// Its leaf is `Argument`.
        inner: Box<Subplan>,
    },
}

/// Why no two rows have the same grouping keys.
#[derive(Clone, Debug, PartialEq)]
pub enum Unique {
    /// A key is what there is one row for.
    Row,
    /// There is one row for each node with the label, and a key is this property, if no two of them have the same.
    Property {
        /// The label.
        label: String,
        /// The property's key.
        key: String,
    },
}

/// A pattern whose matches are counted: a tree, or a cycle of four nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// Gives a row for each node that this may be and that has matches by the first weight; none: one row for all.
    pub root: Option<Var>,
    /// What holds a number of matches, and the terms that add up to it.
    pub weights: Vec<(Var, Vec<TallyTerm>)>,
    /// Finds the matches one by one, with their weights in the same vars, when a value to add up is no integer. Then a node may
    /// have several rows.
    pub otherwise: Option<Box<Op>>,
    /// The `Sort` above that keeps the rows with the greatest weights, by its number, and which of the weights: rows that it
    /// has no use for may be left out.
    pub floor: Option<(usize, usize)>,
    /// What the grouping above tells the nodes of the root apart by, when it asks nothing else of them: rows of nodes for which it
    /// is equal may be added up into one.
    pub class: Option<Expr>,
}

/// A pattern's matches, edges that coincide included, times a factor.
#[derive(Clone, Debug, PartialEq)]
pub struct TallyTerm {
    /// The factor.
    pub factor: i64,
    /// The root first, parents before their children.
    pub nodes: Vec<TallyNode>,
}

/// A node of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct TallyNode {
    /// Its variable.
    pub var: Var,
    /// Labels that it must have.
    pub labels: Option<Labels>,
    /// Properties that it must have.
    pub present: Vec<String>,
    /// Finds the nodes that it may be, in `var`, when there is more to satisfy.
    pub find: Option<Box<Op>>,
    /// What a match counts for, an integer that depends on this node; none: 1. Null counts for nothing.
    pub value: Option<Expr>,
    /// The place of its parent; its own for the root.
    pub parent: usize,
    /// Different kinds of edges between the parent and it; a tuple of edges, one for each, makes a match.
    pub links: Vec<TallyLink>,
    /// Where edges of several links could be each other: sums of matches in which the links come so often each, times a factor.
    /// None: once each.
    pub powers: Vec<(i64, Vec<u32>)>,
    /// The node in which two paths from the root meet has another parent.
    pub wedge: Option<Wedge>,
    /// Edges from it to itself, by type; none: any type.
    pub loops: Vec<Option<Labels>>,
}

/// How a node hangs at its second parent, in a cycle of four nodes: root, two in the middle, and it.
#[derive(Clone, Debug, PartialEq)]
pub struct Wedge {
    /// The place of the second parent, which is the root's child as the first is.
    pub parent: usize,
    /// The edge from there.
    pub link: TallyLink,
    /// Both paths to it are alike: what is true of the one is true of the other.
    pub twins: bool,
    /// Which of the matches need not be counted, as others are alike.
    pub turns: Turns,
}

/// Nodes of a cycle of four that can be exchanged for the root: a match is counted from the greatest of them only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turns {
    /// None, or every node of the root needs its own number.
    One,
    /// The node across.
    Two,
    /// All, by going round.
    Four,
}

/// An edge of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct TallyLink {
    /// The edge's type; none: any.
    pub types: Option<Labels>,
    /// Seen from the parent.
    pub direction: Direction,
}

/// Which of the shortest walks between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortest {
    /// Every one instead of one.
    pub all: bool,
    /// Between a node and itself there are walks of one or more edges.
    pub closed: bool,
}

/// A CSV file to read.
#[derive(Clone, Debug, PartialEq)]
pub struct Csv {
    /// Names the file; a null has no records.
    pub source: Expr,
    /// The first record names the fields.
    pub headers: bool,
    /// The character behind a field; none: a comma.
    pub terminator: Option<Expr>,
}

impl Csv {
    /// Every expression that it evaluates.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        std::iter::once(&self.source).chain(&self.terminator)
    }
}

/// Ends and kind of a step along edges.
#[derive(Clone, Debug, PartialEq)]
pub struct Expand {
    /// Bound by the input (but for `EdgeScan`).
    pub from: Var,
    /// Holds the edge (or the list of edges).
    pub edge: Var,
    /// Holds the other end.
    pub to: Var,
    /// `to` is bound by the input: only edges between the two count.
    pub to_bound: bool,
    /// Seen from `from`.
    pub direction: Direction,
    /// The edge's type; none: any.
    pub types: Option<Labels>,
    /// Labels that `to` must have (when it is not bound by the input).
    pub to_labels: Option<Labels>,
    /// Edges, or lists of edges, of the same MATCH that this edge must differ from.
    pub unlike: Vec<Var>,
    /// Sources and targets of such edges that nobody asks for: as many edges as lead from the one to the other are taken.
    /// Then nobody asks for this edge either.
    pub taken: Vec<(Var, Var)>,
}

/// A node to create.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateNode {
    /// Holds it.
    pub var: Var,
    /// Its labels.
    pub labels: Vec<String>,
    /// A map, or none.
    pub properties: Option<Expr>,
}

/// An edge to create.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateEdge {
    /// Holds it.
    pub var: Var,
    /// Holds its source.
    pub source: Var,
    /// Holds its target.
    pub target: Var,
    /// Its type.
    pub edge_type: String,
    /// A map, or none.
    pub properties: Option<Expr>,
}

/// What `MERGE` does when it has looked.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// What the pattern binds.
    pub vars: Vec<Var>,
    /// To create when the pattern is not found.
    pub nodes: Vec<CreateNode>,
    /// To create after the nodes.
    pub edges: Vec<CreateEdge>,
    /// For rows that were created.
    pub on_create: Vec<SetItem>,
    /// For rows that were found.
    pub on_match: Vec<SetItem>,
}

impl Merge {
    /// Every expression that it evaluates.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let nodes = self.nodes.iter().filter_map(|node| node.properties.as_ref());
        let edges = self.edges.iter().filter_map(|edge| edge.properties.as_ref());
        nodes.chain(edges).chain(self.on_create.iter().chain(&self.on_match).flat_map(SetItem::expressions))
    }
}

/// One thing to set or to remove. A null subject is left alone.
#[derive(Clone, Debug, PartialEq)]
pub enum SetItem {
    /// `subject.key = value`; null removes.
    Property {
        /// A node or an edge.
        subject: Expr,
        /// A string.
        key: Expr,
        /// The value.
        value: Expr,
    },
    /// `subject = value`, `subject += value`: all properties of a map, a node or an edge.
    Properties {
        /// A node or an edge.
        subject: Expr,
        /// The value.
        value: Expr,
        /// Other properties go.
        replace: bool,
    },
    /// `subject:A:B`
    Labels {
        /// A node.
        subject: Expr,
        /// The labels.
        labels: Vec<String>,
        /// `REMOVE` instead of `SET`.
        remove: bool,
    },
}

impl SetItem {
    /// Every expression that it evaluates.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        match self {
            SetItem::Property { subject, key, value } => vec![subject, key, value],
            SetItem::Properties { subject, value, .. } => vec![subject, value],
            SetItem::Labels { subject, .. } => vec![subject],
        }
        .into_iter()
    }
}
