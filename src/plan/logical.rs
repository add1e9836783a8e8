//! The logical plan: what a statement asks, clause by clause, before anybody decides how.
//!
//! A `MATCH` stays a [`QueryGraph`]: nodes, edges and predicates without an order. Every variable is a
//! [`Var`], unique in the statement, so scopes are settled and operators can be moved freely. Rules rewrite this tree;
//! the physical planner chooses an order for each query graph.

use super::expr::{AggregateCall, Expr, Labels};
use super::physical::{CreateEdge, CreateNode, Csv, Merge, SetItem, Shortest};
use super::vars::Vars;
use crate::model::definition::Change;
use crate::model::{Direction, Span, Var, deep};

/// An operator of the logical plan.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Logical {
    /// One row without columns.
    Unit,
    /// The rows of the query around this one, which bind these vars.
    Argument(Vec<Var>),
    /// How many ways there are to find a pattern, for each node of one of its variables, or in all.
    Tally(Tally),
    /// Every way to find the query graph, for each input row.
    Match {
        /// Whose rows.
        input: Box<Logical>,
        /// What to find.
        graph: QueryGraph,
    },
    /// For each input row, the inner rows, or the row itself with nulls.
    Optional {
        /// Whose rows.
        input: Box<Logical>,
        /// Starts at `Argument`.
        inner: Box<Logical>,
        /// What `inner` binds.
        vars: Vec<Var>,
    },
    /// For each input row, the inner rows beside it.
    Apply {
        /// Whose rows.
        input: Box<Logical>,
        /// Starts at `Argument`.
        inner: Box<Logical>,
        /// What of `inner` the rows get.
        vars: Vec<Var>,
    },
    /// Rows for which the predicate is true.
    Filter {
        /// Whose rows.
        input: Box<Logical>,
        /// The predicate.
        predicate: Expr,
    },
    /// Binds vars to expressions; everything else passes through.
    Project {
        /// Whose rows.
        input: Box<Logical>,
        /// In order; none of them uses another.
        items: Vec<(Var, Expr)>,
    },
    /// Groups.
    Aggregate {
        /// Whose rows.
        input: Box<Logical>,
        /// Grouping keys.
        keys: Vec<(Var, Expr)>,
        /// Aggregates.
        aggregates: Vec<(Var, AggregateCall)>,
    },
    /// Distinct combinations.
    Distinct {
        /// Whose rows.
        input: Box<Logical>,
        /// Of these vars; the others are gone.
        vars: Vec<Var>,
    },
    /// Sorts; true is descending.
    Sort {
        /// Whose rows.
        input: Box<Logical>,
        /// Most significant first.
        keys: Vec<(Expr, bool)>,
        /// Only that many rows are needed (set by a rule).
        limit: Option<Expr>,
    },
    /// Drops the first rows.
    Skip {
        /// Whose rows.
        input: Box<Logical>,
        /// How many.
        count: Expr,
    },
    /// Keeps the first rows.
    Limit {
        /// Whose rows.
        input: Box<Logical>,
        /// How many.
        count: Expr,
    },
    /// One row for each element.
    Unwind {
        /// Whose rows.
        input: Box<Logical>,
        /// The list.
        list: Expr,
        /// Holds the element.
        var: Var,
    },
    /// One row for each record of a file.
    LoadCsv {
        /// Whose rows.
        input: Box<Logical>,
        /// The file.
        csv: Csv,
        /// Holds the record.
        var: Var,
    },
    /// The rows of all branches.
    Union {
        /// Each with the vars that become `vars`, in order.
        branches: Vec<(Logical, Vec<Var>)>,
        /// The result's vars.
        vars: Vec<Var>,
    },
    /// Creates, for each input row.
    Create {
        /// Whose rows.
        input: Box<Logical>,
        /// Nodes to create.
        nodes: Vec<CreateNode>,
        /// Edges to create.
        edges: Vec<CreateEdge>,
    },
    /// For each input row, every way to find a pattern; where there is none, creates it.
    Merge {
        /// Whose rows.
        input: Box<Logical>,
        /// Finds the pattern; starts at `Argument`.
        inner: Box<Logical>,
        /// What to create and to set.
        merge: Merge,
    },
    /// Sets and removes properties and labels, for each input row.
    Set {
        /// Whose rows.
        input: Box<Logical>,
        /// In order.
        items: Vec<SetItem>,
    },
    /// Deletes, for each input row.
    Delete {
        /// Whose rows.
        input: Box<Logical>,
        /// Nodes, edges and paths.
        targets: Vec<Expr>,
        /// The edges of the nodes go too.
        detach: bool,
    },
    /// Hands on rows when all of them have been read.
    Eager {
        /// Whose rows.
        input: Box<Logical>,
    },
    /// For each input row, the rows of a procedure beside it.
    Call {
        /// Whose rows.
        input: Box<Logical>,
        /// Its name.
        procedure: String,
        /// The arguments.
        arguments: Vec<Expr>,
        /// Columns by their place among the procedure's, and what they become.
        results: Vec<(usize, Var)>,
        /// Otherwise the input rows go on as they are.
        gives_rows: bool,
    },
    /// Makes or drops an index or a constraint.
    Define {
        /// Which.
        change: Change,
        /// The statement.
        span: Span,
    },
    /// Runs the inner updates for each input row, and hands the row on.
    Foreach {
        /// Whose rows.
        input: Box<Logical>,
        /// Starts at `Argument`.
        inner: Box<Logical>,
        /// Row by row, so that each sees what those before it did.
        each: bool,
    },
}

/// A statement's logical plan.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Query {
    /// The answer's rows.
    pub root: Logical,
    /// The subqueries inside expressions, numbered by `SubplanId`.
    pub subqueries: Vec<Subquery>,
    /// Names by `Var`.
    pub names: Vec<String>,
    /// Where patterns speak of a variable, by `Var`.
    pub places: Vec<Option<Span>>,
    /// The answer's columns.
    pub columns: Vec<(String, Var)>,
    /// Whether anything in it changes the graph.
    pub writes: bool,
    /// Labels, types and keys that it reads, as written.
    pub mentions: Vec<Mention>,
    /// The parameters that it names, each with the first place.
    pub parameters: Vec<(String, Span)>,
}

/// A name that a statement reads, for warnings when the graph does not know it, or knows it as something else.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mention {
    /// Where.
    pub span: Span,
    /// What it names.
    pub kind: MentionKind,
    /// The name.
    pub name: String,
}

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub(super) enum MentionKind {
    Label,
    EdgeType,
    Key,
    /// A node of any labels: its name may be one that lacks its colon.
    AnyNode,
    /// An edge of any type, likewise.
    AnyEdge,
}

/// A subquery inside an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Subquery {
    /// Its rows; starts at `Argument`.
    pub root: Logical,
    /// Which of the outer vars it uses.
    pub imports: Vars,
}

/// The pattern of one `MATCH`: what must be found together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct QueryGraph {
    /// Nodes, new or bound by the input, in the order of the text.
    pub nodes: Vec<Var>,
    /// Edges. No two of the same clause may be the same edge.
    pub edges: Vec<PatternEdge>,
    /// Conjuncts: labels, inline properties and `WHERE`.
    pub predicates: Vec<Expr>,
    /// Paths to bind once everything is found, each with its conjuncts' view of it.
    pub paths: Vec<(Var, Expr)>,
    /// Patterns of which only the shortest walks count.
    pub selections: Vec<Selection>,
}

/// A pattern whose matches are counted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tally {
    /// A tree of single edges, or a cycle of four, with predicates on one node each.
    pub graph: QueryGraph,
    /// A row for each node that this may be; none: one row for all matches.
    pub root: Option<Var>,
    /// The numbers of matches. A row has more than 0 of the first, unless it is the only one.
    pub weights: Vec<Weight>,
}

/// A number of matches.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weight {
    /// Holds the number.
    pub var: Var,
    /// What a match must satisfy, beyond the pattern, to count.
    pub predicates: Vec<Expr>,
    /// What a match counts for, depending on one node; none: 1.
    pub value: Option<Expr>,
}

/// An edge of a query graph, single or of variable length.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PatternEdge {
    /// Where.
    pub span: Span,
    /// Holds the edge, or the list of edges.
    pub var: Var,
    /// The variable of an edge (or list) that the input has bound already; `var` must equal it.
    pub bound: Option<Var>,
    /// The left end.
    pub left: Var,
    /// The right end.
    pub right: Var,
    /// `Out` is left to right.
    pub direction: Direction,
    /// The type; none: any.
    pub types: Option<Labels>,
    /// Bounds, filter and the filter's variable, when of variable length.
    pub walk: Option<Walk>,
    /// Which of the clauses that became one pattern it was written in.
    pub clause: usize,
}

/// What a variable-length edge demands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Walk {
    /// At least this many edges.
    pub min: u64,
    /// At most.
    pub max: Option<u64>,
    /// Holds one edge in `filter`.
    pub each: Var,
    /// True of every edge.
    pub filter: Option<Expr>,
    /// Only the shortest.
    pub shortest: Option<Shortest>,
    /// A pattern in place of an edge.
    pub group: Option<Group>,
}

/// A pattern that a walk repeats. It is found from left to right.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// Finds one round; starts at `Argument`, which binds `start`.
    pub inner: Box<Logical>,
    /// What the round uses of the rows outside.
    pub imports: Vars,
    /// The first node of a round.
    pub start: Var,
    /// The last node of a round.
    pub end: Var,
    /// The edges of a round, single or as lists.
    pub edges: Vec<Var>,
    /// What a round binds, and what holds the list of it outside.
    pub lists: Vec<(Var, Var)>,
}

/// A pattern of several parts of which only the shortest walks count.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Selection {
    /// The two ends.
    pub ends: (Var, Var),
    /// The edges and lists of edges between.
    pub steps: Vec<Var>,
    /// How many a pair of ends keeps; none: all ties.
    pub keep: Option<u64>,
}

impl QueryGraph {
    /// Both patterns together.
    pub(super) fn with(mut self, other: QueryGraph) -> QueryGraph {
        for node in other.nodes {
            if !self.nodes.contains(&node) {
                self.nodes.push(node);
            }
        }
        self.edges.extend(other.edges);
        self.predicates.extend(other.predicates);
        self.paths.extend(other.paths);
        self.selections.extend(other.selections);
        self
    }

    /// Both patterns together, where the other is another clause's: edges of the two may be the same.
    pub(super) fn then(self, mut other: QueryGraph) -> QueryGraph {
        let clauses = self.edges.iter().map(|edge| edge.clause + 1).max().unwrap_or(0);
        other.edges.iter_mut().for_each(|edge| edge.clause += clauses);
        self.with(other)
    }

    /// What finding it binds.
    pub(super) fn vars(&self) -> Vars {
        let edges = self.edges.iter().map(|edge| edge.var);
        let groups = self.edges.iter().filter_map(|edge| edge.walk.as_ref()?.group.as_ref());
        let lists = groups.flat_map(|group| group.lists.iter().map(|(_, list)| *list));
        let paths = self.paths.iter().map(|(path, _)| *path);
        self.nodes.iter().copied().chain(edges).chain(lists).chain(paths).collect()
    }
}

impl Logical {
    /// The plans whose rows this operator reads, the outer one first.
    pub(super) fn inputs(&self) -> Vec<&Logical> {
        use Logical::*;
        match self {
            Unit | Argument(_) | Define { .. } | Tally(_) => vec![],
            Optional { input, inner, .. }
            | Apply { input, inner, .. }
            | Merge { input, inner, .. }
            | Foreach { input, inner, .. } => vec![input, inner],
            Union { branches, .. } => branches.iter().map(|(branch, _)| branch).collect(),
            Match { input, .. }
            | Filter { input, .. }
            | Project { input, .. }
            | Aggregate { input, .. }
            | Distinct { input, .. }
            | Sort { input, .. }
            | Skip { input, .. }
            | Limit { input, .. }
            | Unwind { input, .. }
            | LoadCsv { input, .. }
            | Create { input, .. }
            | Eager { input }
            | Call { input, .. }
            | Set { input, .. }
            | Delete { input, .. } => vec![input],
        }
    }

    /// Whether anything in it changes the graph.
    pub(super) fn writes(&self) -> bool {
        use Logical::*;
        let itself = matches!(self, Create { .. } | Merge { .. } | Set { .. } | Delete { .. } | Foreach { .. });
        let itself = itself || matches!(self, Define { .. });
        itself || self.inputs().into_iter().any(|input| deep(|| input.writes()))
    }

    /// The same plan with each input replaced by what `change` makes of it.
    pub(super) fn map_inputs(self, change: &mut dyn FnMut(Logical) -> Logical) -> Logical {
        use Logical::*;
        let mut go = |input: Box<Logical>| Box::new(deep(|| change(*input)));
        match self {
            Unit | Argument(_) | Define { .. } | Tally(_) => self,
            Match { input, graph } => Match { input: go(input), graph },
            Optional { input, inner, vars } => Optional { input: go(input), inner: go(inner), vars },
            Apply { input, inner, vars } => Apply { input: go(input), inner: go(inner), vars },
            Filter { input, predicate } => Filter { input: go(input), predicate },
            Project { input, items } => Project { input: go(input), items },
            Aggregate { input, keys, aggregates } => Aggregate { input: go(input), keys, aggregates },
            Distinct { input, vars } => Distinct { input: go(input), vars },
            Sort { input, keys, limit } => Sort { input: go(input), keys, limit },
            Skip { input, count } => Skip { input: go(input), count },
            Limit { input, count } => Limit { input: go(input), count },
            Unwind { input, list, var } => Unwind { input: go(input), list, var },
            LoadCsv { input, csv, var } => LoadCsv { input: go(input), csv, var },
            Union { branches, vars } => Union {
                branches: branches.into_iter().map(|(plan, vars)| (deep(|| change(plan)), vars)).collect(),
                vars,
            },
            Create { input, nodes, edges } => Create { input: go(input), nodes, edges },
            Merge { input, inner, merge } => Merge { input: go(input), inner: go(inner), merge },
            Set { input, items } => Set { input: go(input), items },
            Delete { input, targets, detach } => Delete { input: go(input), targets, detach },
            Eager { input } => Eager { input: go(input) },
            Call { input, procedure, arguments, results, gives_rows } => {
                Call { input: go(input), procedure, arguments, results, gives_rows }
            }
            Foreach { input, inner, each } => Foreach { input: go(input), inner: go(inner), each },
        }
    }
}
