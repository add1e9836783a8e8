//! Why an answer is empty: which written pattern or condition was the first to leave nothing, and what comes close.
//!
//! In: a statement whose answer had no rows. Out: an [`Empty`] for it, or for each branch of its `UNION`. The statement runs
//! once more with its parts apart (see [`plan::apart`]), within limits of its own, and the counters tell. The rows that
//! reached the part are looked at again for what they hold: nearest texts, other types, edges the other way round.

use std::sync::Arc;
use std::time::Instant;

use super::{Database, Limits, Parameters, Parsed};
use crate::error::Error;
use crate::exec;
use crate::lang::{ask, ast};
use crate::model::value::format_float;
use crate::model::{Direction, NodeId, Schema, Span, Value, Var, deep, nearest};
use crate::plan::expr::{BinaryOp, CompareOp, Expr, ExprKind, Labels, SubqueryKind};
use crate::plan::physical::{Expand, Op, OpKind, Plan, Spent};
use crate::plan::{self, Apart};
use crate::store::View;

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
            OpKind::NodeSeek { node, label, keys, values } => self.sought((*node, label), keys, values, reached, whole),
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

    /// An index found nothing.
    fn sought(&self, (node, label): (Var, &str), keys: &[String], values: &[Expr], reached: u64, whole: bool) -> Empty {
        let span = values.last().map(|value| value.span);
        let span = span.and_then(|span| self.written(span)).or_else(|| self.places.get(&node).copied());
        let constants: Vec<Option<Value<'static>>> = values.iter().map(|value| self.constant(value)).collect();
        let count = self.view.label_id(label).map_or(0, |label| self.view.nodes_with_label(label));
        let told: Vec<String> = keys
            .iter()
            .zip(values.iter().zip(&constants))
            .map(|(key, (value, constant))| match constant {
                Some(constant) => format!("the {key} {}", literal(constant)),
                None => format!("the {key} {}", self.quoted(value.span, "asked for")),
            })
            .collect();
        let message = match whole && reached <= 1 {
            true => {
                let (told, looked) = (told.join(" and "), self.counted(label, count));
                format!("no {label} has {told} ({looked} looked at)")
            }
            false => format!("no {label} has {} in {}", told.join(" and "), these(reached)),
        };
        let mut empty = self.empty(Left::Value, span, reached, message);
        if let ([key], [Some(wanted)]) = (keys, constants.as_slice()) {
            let found = self.of_label(Some(label), key);
            self.compare(&mut empty, key, CompareOp::Equal, wanted, &found);
            self.elsewhere(&mut empty, Some(label), key, wanted);
        }
        empty
    }

    /// A property's values, of the nodes with a label.
    fn of_label(&self, label: Option<&str>, key: &str) -> Vec<Value<'a>> {
        let (Some(key), label) = (self.view.key_id(key), label.map(|label| self.view.label_id(label))) else {
            return Vec::new();
        };
        let runs = self.view.scan(|labels| match label {
            Some(Some(label)) => labels.contains(&label),
            Some(None) => false,
            None => true,
        });
        let nodes = runs.into_iter().flatten().take(MOST_ROWS).map(NodeId);
        nodes.map(|node| self.view.node_property(node, key)).collect()
    }

    /// A text that no node with a label has may be, or be close to, one of other nodes.
    fn elsewhere(&self, empty: &mut Empty, label: Option<&str>, key: &str, wanted: &Value<'_>) {
        let (Value::String(wanted), Some(id)) = (wanted, self.view.key_id(key)) else { return };
        if !empty.suggestions.is_empty() || empty.help.is_some() {
            return;
        }
        let nodes = self.view.scan(|_| true).into_iter().flatten().take(MOST_ROWS).map(NodeId);
        let texts: Vec<(NodeId, Value<'_>)> = nodes.map(|node| (node, self.view.node_property(node, id))).collect();
        let known = texts
            .iter()
            .filter_map(|(_, value)| if let Value::String(text) = value { Some(text.as_str()) } else { None });
        let Some(near) = nearest(wanted.as_str(), known, 1).first().copied() else { return };
        let is_it = |value: &Value<'_>| matches!(value, Value::String(text) if text.as_str() == near);
        let holder = texts.iter().find(|(_, value)| is_it(value)).map(|(node, _)| self.view.node_labels(*node));
        let Some(other) = holder.and_then(|labels| labels.first().copied()) else { return };
        let other = self.view.label_name(other);
        if Some(other) != label {
            empty.help = Some(format!("did you mean the {other} '{near}'?"));
        }
    }

    /// The values of a variable in an operator's rows; none when they cannot be had by themselves.
    fn values(&self, op: &Op, var: Var, whole: bool) -> Option<Vec<Value<'static>>> {
        if !whole || !op.live.contains(&var) {
            return None;
        }
        let plan = Plan { root: op.clone(), columns: vec![(String::new(), var)], ..self.plan.clone() };
        let mut values = Vec::new();
        self.run(&Arc::new(plan), &mut |batch, _| {
            let column = batch.columns.get(var.index());
            let all = (0..batch.len).map(|row| column.map(|column| column.value(row)).unwrap_or_default());
            values.extend(all.take(MOST_ROWS - values.len()).map(Value::into_owned));
            values.len() < MOST_ROWS
        })?;
        Some(values)
    }

    /// A condition that was true of no row.
    fn condition(&self, predicate: &Expr, input: &Op, reached: u64, whole: bool) -> Empty {
        if let ExprKind::HasLabels(subject, labels) = predicate.kind.as_ref() {
            return self.labels(predicate, subject, labels, input, reached, whole);
        }
        let span = self.written(predicate.span);
        let text = self.quoted(predicate.span, "the condition");
        let message = format!("{text} left {}", none_of(reached));
        let mut empty = self.empty(Left::Condition, span, reached, message);
        match predicate.kind.as_ref() {
            ExprKind::Compare(op, left, right) => {
                let (property, op, value) = match (left.kind.as_ref(), right.kind.as_ref()) {
                    (ExprKind::Property(..), _) => (left, *op, right),
                    (_, ExprKind::Property(..)) => (right, turned(*op), left),
                    _ => {
                        self.null(&mut empty, &[left, right]);
                        return empty;
                    }
                };
                let Some(wanted) = self.constant(value) else { return empty };
                let ExprKind::Property(subject, key) = property.kind.as_ref() else { return empty };
                let ExprKind::Var(subject) = subject.kind.as_ref() else { return empty };
                let first = self.first_test(input, *subject).filter(|_| op == CompareOp::Equal);
                if let Some((label, count)) = first {
                    let what = label.unwrap_or("node");
                    let looked = self.counted(label.unwrap_or_default(), count);
                    empty.left = Left::Value;
                    empty.message = format!("no {what} has the {key} {} ({looked} looked at)", literal(&wanted));
                }
                let found = match self.values(input, *subject, whole) {
                    Some(subjects) => self.properties(&subjects, key),
                    None => return empty,
                };
                self.compare(&mut empty, key, op, &wanted, &found);
                if let Some((label, _)) = first {
                    self.elsewhere(&mut empty, label, key, &wanted);
                }
            }
            ExprKind::Binary(BinaryOp::In, left, right) => {
                let (ExprKind::Property(subject, key), Some(Value::List(wanted))) =
                    (left.kind.as_ref(), self.list(right))
                else {
                    return empty;
                };
                let ExprKind::Var(subject) = subject.kind.as_ref() else { return empty };
                let Some(subjects) = self.values(input, *subject, whole) else { return empty };
                let found = self.properties(&subjects, key);
                for wanted in wanted.iter() {
                    let mut one = self.empty(Left::Condition, None, reached, String::new());
                    self.compare(&mut one, key, CompareOp::Equal, wanted, &found);
                    empty.suggestions.extend(one.suggestions);
                    empty.help = empty.help.or(one.help);
                }
                empty.suggestions.truncate(SUGGESTIONS);
            }
            ExprKind::Subquery { subplan, kind: SubqueryKind::Exists } => {
                let inner = self.plan.subplans.get(subplan.0).map(|subplan| deep(|| self.find(&subplan.root, false)));
                if let Some(inner) = inner.and_then(|found| found.into_iter().next()) {
                    empty.message = format!("{}: {}", empty.message, inner.message);
                    (empty.suggestions, empty.help) = (inner.suggestions, inner.help);
                    empty.span = inner.span.or(empty.span);
                }
            }
            _ => {}
        }
        empty
    }

    /// A list of constants.
    fn list(&self, expr: &Expr) -> Option<Value<'static>> {
        match expr.kind.as_ref() {
            ExprKind::List(items) => {
                Some(Value::list(items.iter().map(|item| self.constant(item)).collect::<Option<_>>()?))
            }
            _ => self.constant(expr),
        }
    }

    fn properties(&self, subjects: &[Value<'static>], key: &str) -> Vec<Value<'a>> {
        let Some(key) = self.view.key_id(key) else { return vec![Value::Null; subjects.len()] };
        let property = |subject: &Value<'static>| match subject {
            Value::Node(node) => self.view.node_property(*node, key),
            Value::Edge(edge) => self.view.edge_property(*edge, key),
            _ => Value::Null,
        };
        subjects.iter().map(property).collect()
    }

    /// The label that was scanned for, and how many nodes have it, when a condition is the first test on them.
    fn first_test<'o>(&self, input: &'o Op, subject: Var) -> Option<(Option<&'o str>, u64)> {
        let OpKind::NodeScan { node, labels } = &input.kind else { return None };
        let leaf = input.input.as_ref().is_some_and(|leaf| matches!(leaf.kind, OpKind::Unit));
        let label = match labels {
            None => None,
            Some(Labels::Name(name)) => Some(name.as_str()),
            Some(_) => return None,
        };
        (*node == subject && leaf).then(|| (label, self.rows(input)))
    }

    /// Nothing compares with null.
    fn null(&self, empty: &mut Empty, sides: &[&Expr]) {
        let null = |side: &&&Expr| self.constant(side).is_some_and(|value| value.is_null());
        if let Some(side) = sides.iter().find(null) {
            empty.help = Some(format!("{} is null, and null is equal to nothing", self.quoted(side.span, "one side")));
        }
    }

    /// Says what the values are that were compared with another.
    fn compare(&self, empty: &mut Empty, key: &str, op: CompareOp, wanted: &Value<'_>, found: &[Value<'_>]) {
        if wanted.is_null() {
            let parameter = empty.span.map(|span| self.quoted(span, "the value"));
            empty.help = Some(match parameter.filter(|text| text.starts_with("`$")) {
                Some(parameter) => {
                    format!("{parameter} is null, and nothing equals null; IS NULL finds what is missing")
                }
                None => "nothing equals null; IS NULL finds what is missing".to_owned(),
            });
            return;
        }
        let there: Vec<&Value<'_>> = found.iter().filter(|value| !value.is_null()).collect();
        let Some(first) = there.first() else {
            if !found.is_empty() {
                empty.help = Some(format!("none of them has the property `{key}`"));
            }
            return;
        };
        let number = |value: &Value<'_>| matches!(value, Value::Int(_) | Value::Float(_));
        if !there.iter().any(|value| kind(value) == kind(wanted) || number(value) && number(wanted)) {
            empty.help =
                Some(format!("`{key}` holds {}, and {} is {}", kind(first), literal(wanted), wanted.type_name()));
            return;
        }
        match (wanted, op) {
            (Value::String(wanted), CompareOp::Equal) => {
                let texts = there.iter().filter_map(|value| match value {
                    Value::String(text) => Some(text.as_str()),
                    _ => None,
                });
                let near = nearest(wanted.as_str(), texts, SUGGESTIONS);
                empty.suggestions = near.into_iter().map(str::to_owned).collect();
            }
            (Value::Int(_) | Value::Float(_), _) => {
                let number = |value: &&Value<'_>| match value {
                    Value::Int(int) => Some(*int as f64),
                    Value::Float(float) => Some(*float),
                    _ => None,
                };
                let extreme = |best: fn(f64, f64) -> bool| {
                    there.iter().filter(|value| number(value).is_some()).copied().reduce(|a, b| {
                        match (number(&a), number(&b)) {
                            (Some(x), Some(y)) if best(y, x) => b,
                            _ => a,
                        }
                    })
                };
                if let (Some(low), Some(high)) = (extreme(|a, b| a < b), extreme(|a, b| a > b)) {
                    empty.help = Some(match low == high {
                        true => format!("`{key}` is {}", literal(low)),
                        false => format!("`{key}` goes from {} to {}", literal(low), literal(high)),
                    });
                }
            }
            _ => {}
        }
    }

    /// None of the nodes had the labels.
    fn labels(&self, test: &Expr, subject: &Expr, labels: &Labels, input: &Op, reached: u64, whole: bool) -> Empty {
        let var = if let ExprKind::Var(var) = subject.kind.as_ref() { Some(*var) } else { None };
        let place = var.and_then(|var| self.places.get(&var).copied());
        let span = self.written(test.span).or_else(|| place.and_then(|span| self.written(span)));
        let nodes = if reached == 1 { "the 1 node".to_owned() } else { format!("the {reached} nodes") };
        let message = format!("none of {nodes} reached has the label {}", label_text(labels));
        let mut empty = self.empty(Left::Condition, span, reached, message);
        let found = var.and_then(|var| self.values(input, var, whole)).unwrap_or_default();
        let mut others: Vec<String> = Vec::new();
        for value in &found {
            let Value::Node(node) = value else { continue };
            for label in self.view.node_labels(*node) {
                let name = self.view.label_name(label).to_owned();
                if !others.contains(&name) {
                    others.push(name);
                }
            }
        }
        if !others.is_empty() && others.len() <= SUGGESTIONS {
            empty.help = Some(format!("the label there is {}", others.join(", ")));
        }
        empty
    }

    /// No edge led on.
    fn edge(&self, expand: &Expand, what: &str, op: &Op, input: &Op, reached: u64, whole: bool) -> Empty {
        let span = self.places.get(&expand.edge).copied().and_then(|span| self.written(span));
        let types = expand.types.as_ref().map(|types| format!(" {}", label_text(types))).unwrap_or_default();
        let rows = these(reached);
        let message = match (expand.to_bound, expand.direction) {
            (true, Direction::Out) => {
                format!(
                    "no {what}{types} leads from `{}` to `{}` in {rows}",
                    self.name(expand.from),
                    self.name(expand.to)
                )
            }
            (true, Direction::In) => {
                format!(
                    "no {what}{types} leads from `{}` to `{}` in {rows}",
                    self.name(expand.to),
                    self.name(expand.from)
                )
            }
            (true, Direction::Both) => {
                format!(
                    "no {what}{types} is between `{}` and `{}` in {rows}",
                    self.name(expand.from),
                    self.name(expand.to)
                )
            }
            (false, Direction::Out) => format!("no {what}{types} leaves {rows}"),
            (false, Direction::In) => format!("no {what}{types} enters {rows}"),
            (false, Direction::Both) => format!("no {what}{types} touches {rows}"),
        };
        let mut empty = self.empty(Left::Edge, span, reached, message);
        let turns = matches!(op.kind, OpKind::Expand(_)) && whole && expand.direction != Direction::Both;
        if turns && self.turned(expand, op, input) {
            empty.help = Some("there are such edges in the other direction".to_owned());
        }
        empty
    }

    /// Whether there are edges the other way round.
    fn turned(&self, expand: &Expand, op: &Op, input: &Op) -> bool {
        let turned = Expand { direction: expand.direction.reverse(), ..expand.clone() };
        let root = Op { kind: OpKind::Expand(turned), input: Some(Box::new(input.clone())), ..op.clone() };
        let plan = Plan { root, columns: Vec::new(), ..self.plan.clone() };
        let mut found = false;
        let ran = self.run(&Arc::new(plan), &mut |batch, _| {
            found |= batch.len > 0;
            !found
        });
        ran.is_some() && found
    }
}

/// The label that an operator or one below it demands of a node.
fn label_of(op: &Op, node: Var) -> Option<&str> {
    let found = match &op.kind {
        OpKind::NodeScan { node: scanned, labels: Some(Labels::Name(label)) } if *scanned == node => {
            Some(label.as_str())
        }
        OpKind::NodeSeek { node: sought, label, .. } if *sought == node => Some(label.as_str()),
        OpKind::Filter(predicate) => match predicate.kind.as_ref() {
            ExprKind::HasLabels(subject, Labels::Name(label)) => match subject.kind.as_ref() {
                ExprKind::Var(var) if *var == node => Some(label.as_str()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    found.or_else(|| op.input.as_ref().and_then(|input| deep(|| label_of(input, node))))
}

/// `the 1 row that reached it`
fn these(rows: u64) -> String {
    if rows == 1 { "the 1 row that reached it".to_owned() } else { format!("the {rows} rows that reached it") }
}

/// `none of the 3 rows that reached it`
fn none_of(rows: u64) -> String {
    if rows == 1 { "nothing of the 1 row that reached it".to_owned() } else { format!("none of {}", these(rows)) }
}

fn turned(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        CompareOp::Equal | CompareOp::NotEqual => op,
    }
}

/// What values are called that can be compared with each other.
fn kind(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "booleans",
        Value::Int(_) => "integers",
        Value::Float(_) => "floats",
        Value::String(_) => "strings",
        Value::List(_) => "lists",
        Value::Map(_) => "maps",
        Value::Node(_) => "nodes",
        Value::Edge(_) => "relationships",
        Value::Path(_) => "paths",
        Value::Temporal(_) => "dates or times",
    }
}

/// A value as the language writes it.
fn literal(value: &Value<'_>) -> String {
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Float(f) => format_float(*f),
        Value::String(s) => format!("'{}'", s.as_str().replace('\\', "\\\\").replace('\'', "\\'")),
        other => other.type_name().to_owned(),
    }
}

fn label_text(labels: &Labels) -> String {
    let all = |parts: &[Labels], by: &str| parts.iter().map(label_text).collect::<Vec<_>>().join(by);
    match labels {
        Labels::Name(name) => name.clone(),
        Labels::Any => "%".to_owned(),
        Labels::Not(inner) => format!("!{}", label_text(inner)),
        Labels::And(parts) => all(parts, "&"),
        Labels::Or(parts) => all(parts, "|"),
    }
}
