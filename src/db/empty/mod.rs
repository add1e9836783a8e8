//! Why an answer is empty: which written pattern or condition was the first to leave nothing, and what comes close.
//!
//! In: a statement whose answer had no rows. Out: an [`Empty`] for it, or for each branch of its `UNION`. The statement runs
//! once more with its parts apart (see [`plan::apart`]), within limits of its own, and the counters tell. The rows that
//! reached the part are looked at again for what they hold: nearest texts, other types, edges the other way round.

mod pattern;
mod value;

use std::sync::Arc;
use std::time::Instant;

use super::{Database, Limits, Parameters, Parsed};
use crate::error::Error;
use crate::exec;
use crate::lang::{ask, ast};
use crate::model::{Schema, Span, Value, Var, deep};
use crate::plan::expr::{Expr, ExprKind, Labels};
use crate::plan::physical::{Op, OpKind, Plan, Spent};
use crate::plan::{self, Apart};
use crate::store::View;
use pattern::{label_of, label_text};

/// So many rows are looked at again, at most.
const MOST_ROWS: usize = 20_000;

/// So many suggestions are made.
const SUGGESTIONS: usize = 3;

/// What left nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// There are no such nodes.
    Nodes,
    /// No node has the value.
    Value,
    /// A condition was true of none.
    Condition,
    /// No edge, or walk of edges, led on.
    Edge,
    /// There was nothing in a list.
    List,
    /// `LIMIT 0`
    Limit,
    /// `SKIP` went past the end.
    Skip,
    /// A procedure, a file or a subquery gave no rows.
    Rows,
}

/// Why an answer, or a branch of it, has no rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Empty {
    /// What left nothing.
    pub left: Left,
    /// Where that was written, when it has a place.
    pub span: Option<Span>,
    /// How many rows reached it.
    pub reached: u64,
    /// The sentence.
    pub message: String,
    /// Texts that come close to one that was compared with, best first.
    pub suggestions: Vec<String>,
    /// A way out, when there is one.
    pub help: Option<String>,
}

impl Database {
    /// Why the answer to a statement is empty: which part of it was the first that left nothing; one for each branch of a
    /// `UNION`. Nothing when there are rows after all, when the statement changes the graph, and when the limits are too
    /// narrow to find out.
    ///
    /// ```
    /// let db = kenning::Database::shipped()?;
    /// let text = "MATCH (s:Skill {name: 'Comunication'})-[:ADDRESSES]->(c) RETURN c";
    /// let empty = db.explain_empty(text, &Default::default(), &Default::default())?;
    /// assert_eq!(empty[0].suggestions, ["Communication"]);
    /// # Ok::<(), kenning::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Parse`] and [`Error::Plan`] as with [`Database::query`].
    pub fn explain_empty(&self, text: &str, parameters: &Parameters, limits: &Limits) -> Result<Vec<Empty>, Error> {
        self.explain_empty_on(self.view(), text, parameters, limits)
    }

    pub(super) fn explain_empty_on(
        &self,
        view: View<'_>,
        text: &str,
        parameters: &Parameters,
        limits: &Limits,
    ) -> Result<Vec<Empty>, Error> {
        let start = Instant::now();
        let Parsed { statement, .. } = self.parse(text, &view)?;
        if statement.mode != ast::Mode::Run {
            return Ok(Vec::new());
        }
        let Apart { plan, places } = plan::apart(&statement, text, (&view, &*self.host)).map_err(Error::Plan)?;
        if plan.writes {
            return Ok(Vec::new());
        }
        let plan = Arc::new(plan);
        let words = ask::is_sentence(text);
        let mut asked = Asked {
            database: self,
            view,
            text,
            words,
            parameters,
            limits,
            start,
            plan: &plan,
            places,
            spent: Vec::new(),
        };
        let Some(spent) = asked.run(&plan, &mut |_, _| true) else { return Ok(Vec::new()) };
        asked.spent = spent;
        Ok(asked.find(&plan.root, true))
    }
}

/// A statement while its answer is explained.
struct Asked<'a> {
    database: &'a Database,
    view: View<'a>,
    text: &'a str,
    /// It is a sentence.
    words: bool,
    parameters: &'a Parameters,
    limits: &'a Limits,
    start: Instant,
    plan: &'a Plan,
    places: std::collections::HashMap<Var, Span>,
    spent: Vec<Spent>,
}

impl<'a> Asked<'a> {
    /// Runs a plan to its end, or as long as `seen` wants further batches; none when the limits end it.
    fn run(&self, plan: &Arc<Plan>, seen: &mut dyn FnMut(&exec::Batch<'_>, &View<'_>) -> bool) -> Option<Vec<Spent>> {
        let timeout = match self.limits.timeout {
            Some(timeout) => Some(timeout.checked_sub(self.start.elapsed())?),
            None => None,
        };
        let limits = Limits { timeout, max_rows: None, ..self.limits.clone() };
        let parameters = Arc::new(self.parameters.clone());
        let host = self.database.host.clone();
        let mut cursor = exec::run(Arc::clone(plan), self.view.clone(), parameters, host, limits);
        while let Some(batch) = cursor.next_batch().ok()? {
            if !seen(&batch, cursor.view()) {
                break;
            }
        }
        Some(cursor.spent().to_vec())
    }

    fn rows(&self, op: &Op) -> u64 {
        self.spent.get(op.id).map_or(0, |spent| spent.rows)
    }

    /// What left nothing, at an operator that gave no rows or below it. `whole`: its leaf is one row, not those of a query
    /// around it.
    fn find(&self, op: &Op, whole: bool) -> Vec<Empty> {
        if self.rows(op) > 0 {
            return Vec::new();
        }
        match (&op.kind, &op.input) {
            (OpKind::Limit(count), _) if self.constant(count) == Some(Value::Int(0)) => {
                let message = "LIMIT 0 keeps no rows".to_owned();
                vec![self.empty(Left::Limit, self.written(count.span), 0, message)]
            }
            (OpKind::Union { branches, .. }, _) => {
                branches.iter().flat_map(|(branch, _)| deep(|| self.find(branch, whole))).collect()
            }
            (_, Some(input)) if self.rows(input) == 0 => deep(|| self.find(input, whole)),
            (OpKind::Apply { inner, .. }, Some(input)) => {
                let found = deep(|| self.find(&inner.root, false));
                if !found.is_empty() {
                    return found;
                }
                let reached = self.rows(input);
                let message = format!("the subquery gave no rows for {}", these(reached));
                vec![self.empty(Left::Rows, None, reached, message)]
            }
            (_, Some(input)) => self.at(op, input, whole).into_iter().collect(),
            (_, None) => Vec::new(),
        }
    }

    fn empty(&self, left: Left, span: Option<Span>, reached: u64, message: String) -> Empty {
        Empty { left, span, reached, message, suggestions: Vec::new(), help: None }
    }

    /// What the operator wanted that none of its input's rows had.
    fn at(&self, op: &Op, input: &Op, whole: bool) -> Option<Empty> {
        let reached = self.rows(input);
        let span = |var: &Var| self.places.get(var).copied().and_then(|span| self.written(span));
        let empty = match &op.kind {
            OpKind::NodeScan { node, labels } => {
                let message = match labels {
                    _ if self.view.node_count() == 0 => "the graph has no nodes".to_owned(),
                    Some(labels) => format!("no node has the label {}", label_text(labels)),
                    None => "there is no such node".to_owned(),
                };
                self.empty(Left::Nodes, span(node), reached, message)
            }
            OpKind::NodeSeek { node, label, among: Some(predicate), .. } => {
                // As if every node had been looked at.
                let count = self.view.label_id(label).map_or(0, |label| self.view.nodes_with_label(label));
                let labels = Some(Labels::Name(label.clone()));
                let kind = OpKind::NodeScan { node: *node, labels };
                let scan = Op { kind, live: vec![*node], ..op.clone() };
                self.condition(predicate, &scan, reached.saturating_mul(count), whole)
            }
            OpKind::NodeSeek { node, label, keys, values, among: None }
            | OpKind::NodeJoin { node, labels: Some(Labels::Name(label)), keys, values } => {
                self.sought((*node, label), keys, values, reached, whole)
            }
            OpKind::Filter(predicate) => self.condition(predicate, input, reached, whole),
            OpKind::Expand(expand) => self.edge(expand, "edge", op, input, reached, whole),
            OpKind::VarExpand { expand, .. } | OpKind::GroupExpand { expand, .. } => {
                self.edge(expand, "walk", op, input, reached, whole)
            }
            OpKind::EdgeScan(expand) => {
                let message = match &expand.types {
                    Some(types) => format!("no edge has the type {}", label_text(types)),
                    None => "the graph has no edges".to_owned(),
                };
                self.empty(Left::Edge, span(&expand.edge), reached, message)
            }
            OpKind::ShortestPath { expand, .. } => {
                let message = format!(
                    "no path leads from `{}` to `{}` in {}",
                    self.name(expand.from),
                    self.name(expand.to),
                    these(reached)
                );
                self.empty(Left::Edge, span(&expand.edge), reached, message)
            }
            OpKind::Unwind { list, .. } => {
                let null = self.constant(list).is_some_and(|list| list.is_null());
                let is = if null { "is null" } else { "holds nothing" };
                let message = format!("{} {is}", self.quoted(list.span, "the list"));
                self.empty(Left::List, self.written(list.span), reached, message)
            }
            OpKind::Skip(count) => {
                let there =
                    if reached == 1 { "there is 1 row".to_owned() } else { format!("there are {reached} rows") };
                let message = match self.constant(count) {
                    Some(Value::Int(count)) => format!("SKIP {count} goes past the end: {there}"),
                    _ => format!("SKIP goes past the end: {there}"),
                };
                self.empty(Left::Skip, self.written(count.span), reached, message)
            }
            OpKind::LoadCsv { csv, .. } => {
                let message = "the file has no records".to_owned();
                self.empty(Left::Rows, self.written(csv.source.span), reached, message)
            }
            OpKind::Call { procedure, arguments, .. } => {
                let span = arguments.first().and_then(|first| self.written(first.span));
                self.empty(Left::Rows, span, reached, format!("the procedure {procedure} gave no rows"))
            }
            _ => return None,
        };
        Some(if self.words { self.in_words(empty, op, input, reached) } else { empty })
    }

    /// A sentence's words in place of Cypher's: the phrase that was true of nothing, and of how many of what.
    fn in_words(&self, mut empty: Empty, op: &Op, input: &Op, reached: u64) -> Empty {
        let Some(verb) = empty.span else { return empty };
        let (subject, spoken): (Option<Var>, Vec<Var>) = match &op.kind {
            OpKind::Expand(expand) | OpKind::VarExpand { expand, .. } => {
                (Some(expand.from), vec![expand.from, expand.to])
            }
            OpKind::Filter(predicate) => match predicate.kind.as_ref() {
                ExprKind::HasLabels(..) => return empty,
                ExprKind::Unary(_, inner) | ExprKind::IsNull(inner) => self.spoken(inner),
                _ => self.spoken(predicate),
            },
            _ => return empty,
        };
        // What the verb speaks of stands behind it.
        let places = spoken.iter().filter_map(|var| self.places.get(var)).filter(|place| place.start >= verb.start);
        let phrase = places.fold(verb, |phrase, place| phrase.to(*place));
        let subject = subject.filter(|var| self.places.get(var).is_some_and(|place| place.start < verb.start));
        let label = subject.and_then(|subject| label_of(input, subject));
        let of = match label {
            Some(label) => format!("none of the {}", self.counted(label, reached)),
            None => "nothing that is left".to_owned(),
        };
        empty.message = format!("{} is true of {of}", self.quoted(phrase, "this"));
        (empty.span, empty.help) = (Some(phrase), None);
        empty
    }

    /// Whom a subquery is about, and what it speaks of.
    fn spoken(&self, predicate: &Expr) -> (Option<Var>, Vec<Var>) {
        let ExprKind::Subquery { subplan, .. } = predicate.kind.as_ref() else { return (None, Vec::new()) };
        let (mut subject, mut spoken) = (None, Vec::new());
        let mut op = self.plan.subplans.get(subplan.0).map(|subplan| &subplan.root);
        while let Some(this) = op {
            if let OpKind::Expand(expand) | OpKind::VarExpand { expand, .. } = &this.kind {
                subject = Some(expand.from);
                spoken.push(expand.to);
            }
            op = this.input.as_deref();
        }
        (subject, spoken)
    }

    /// A place of the text, if it is one.
    fn written(&self, span: Span) -> Option<Span> {
        (span.start < span.end && self.text.get(span.start..span.end).is_some()).then_some(span)
    }

    /// What stands there, in quotation marks.
    fn quoted(&self, span: Span, otherwise: &str) -> String {
        match self.written(span).and_then(|span| self.text.get(span.start..span.end)) {
            Some(text) => format!("`{}`", text.split_whitespace().collect::<Vec<_>>().join(" ")),
            None => otherwise.to_owned(),
        }
    }

    fn name(&self, var: Var) -> &str {
        self.plan.vars.get(var.index()).map_or("", |info| info.name.as_str())
    }

    /// A value that is the same for all rows.
    fn constant(&self, expr: &Expr) -> Option<Value<'static>> {
        match expr.kind.as_ref() {
            ExprKind::Literal(value) => Some(value.clone()),
            ExprKind::Parameter(name) => self.parameters.get(name).cloned(),
            _ => None,
        }
    }

    /// `2 skills`, in the schema's words where it has some.
    fn counted(&self, label: &str, count: u64) -> String {
        let schema: Option<&Schema> = self.view.schema();
        let words = schema.and_then(|schema| schema.node_type(label)).filter(|t| !t.plural.is_empty());
        match (words, count) {
            (Some(t), 1) => format!("1 {}", t.singular),
            (Some(t), _) => format!("{count} {}", t.plural),
            (None, 1) => "1 node".to_owned(),
            (None, _) => format!("{count} nodes"),
        }
    }
}

/// `the 1 row that reached it`
fn these(rows: u64) -> String {
    if rows == 1 { "the 1 row that reached it".to_owned() } else { format!("the {rows} rows that reached it") }
}

/// `none of the 3 rows that reached it`
fn none_of(rows: u64) -> String {
    if rows == 1 { "nothing of the 1 row that reached it".to_owned() } else { format!("none of {}", these(rows)) }
}
