//! A plan as text: one operator a line, its input below and deeper, the rows expected (and, when it ran, found).

use crate::model::definition::Change;
use std::fmt::Write;
use std::time::Duration;

use super::expr::{AggregateCall, Expr, ExprKind, Labels, MapEntry, SubqueryKind};
use super::physical::{Expand, Op, OpKind, Plan, SetItem, Spent, Subplan, Tally, TallyLink, TallyNode};
use crate::lang::ast::{BinaryOp, CompareOp, QuantifierKind, UnaryOp};
use crate::model::{Direction, Value, Var, deep};

/// A line of a plan: an operator, or the title of a subquery that stands below it.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanStep {
    /// How deep it stands; the input of an operator stands below and deeper.
    pub depth: usize,
    /// What it does.
    pub text: String,
    /// How many rows the planner expects of it; none for a title, nor are the others.
    pub expected: Option<f64>,
    /// How many rows it gave, when it ran.
    pub rows: Option<u64>,
    /// In how many batches.
    pub batches: Option<u64>,
    /// The time that it took without those below it.
    pub time: Option<Duration>,
}

/// Prints the plan; `spent` holds what each operator did, by its id, when it has run.
pub fn explain(plan: &Plan, spent: Option<&[Spent]>) -> String {
    let steps = steps(plan, spent);
    let texts: Vec<String> = steps.iter().map(|step| format!("{}{}", indent(step.depth), step.text)).collect();
    let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (line, step) in texts.iter().zip(&steps) {
        let padding = width - line.chars().count();
        let _ = write!(text, "{line}{}", " ".repeat(padding));
        let _ = write!(text, "  {:>10}", step.expected.map(rounded).unwrap_or_default());
        if let (Some(rows), Some(batches), Some(time)) = (step.rows, step.batches, step.time) {
            let time = format!("{:.3} ms", time.as_secs_f64() * 1e3);
            let _ = write!(text, "  {rows:>10}  {batches:>8}  {time:>10}");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    let found = if spent.is_some() { "        rows   batches        time" } else { "" };
    format!("{:width$}    expected{found}\n{text}", "operator")
}

/// The plan line by line, as [`explain`] prints it.
pub fn steps(plan: &Plan, spent: Option<&[Spent]>) -> Vec<PlanStep> {
    let printer = Printer { plan, spent };
    let mut steps = Vec::new();
    printer.op(&plan.root, 0, &mut steps);
    for (i, subplan) in plan.subplans.iter().enumerate() {
        printer.subplan(&format!("subquery {i}"), subplan, 0, &mut steps);
    }
    steps
}

/// An operator's own words end after so many characters: a list of a thousand ids would hide the plan.
const LONGEST: usize = 300;

/// Deeper operators stand no further to the right.
const DEEPEST: usize = 60;

fn indent(depth: usize) -> String {
    "  ".repeat(depth.min(DEEPEST))
}

fn clipped(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}

struct Printer<'p> {
    plan: &'p Plan,
    spent: Option<&'p [Spent]>,
}

impl Printer<'_> {
    fn subplan(&self, title: &str, subplan: &Subplan, depth: usize, steps: &mut Vec<PlanStep>) {
        let often = if subplan.per_row { "once a row" } else { "once a batch" };
        let text = format!("{title} ({often})");
        steps.push(PlanStep { depth, text, expected: None, rows: None, batches: None, time: None });
        self.op(&subplan.root, depth + 1, steps);
    }

    fn op(&self, op: &Op, depth: usize, steps: &mut Vec<PlanStep>) {
        let spent = self.spent.map(|spent| spent_by(op, spent));
        steps.push(PlanStep {
            depth,
            text: clipped(self.describe(op)),
            expected: Some(op.rows),
            rows: spent.map(|spent| spent.rows),
            batches: spent.map(|spent| spent.batches),
            time: spent.map(|spent| Duration::from_nanos(spent.nanos)),
        });
        match &op.kind {
            OpKind::Optional { inner, .. } => self.subplan("optional", inner, depth + 1, steps),
            OpKind::Apply { inner, .. } => self.subplan("apply", inner, depth + 1, steps),
            OpKind::Union { branches, .. } => {
                branches.iter().for_each(|(branch, _)| self.op(branch, depth + 1, steps));
            }
            OpKind::Merge { inner, .. } => self.subplan("match", inner, depth + 1, steps),
            OpKind::GroupExpand { inner, .. } => self.subplan("round", inner, depth + 1, steps),
            OpKind::Foreach { inner } => self.subplan("each", inner, depth + 1, steps),
            OpKind::Tally(tally) => {
                let whole = tally.weights.iter().flat_map(|(_, terms)| terms).filter(|term| term.factor == 1).take(1);
                let finds = whole.flat_map(|term| &term.nodes).filter_map(|node| node.find.as_deref());
                finds.for_each(|find| self.op(find, depth + 1, steps));
            }
            _ => {}
        }
        if let Some(input) = &op.input {
            deep(|| self.op(input, depth + 1, steps));
        }
    }

    fn describe(&self, op: &Op) -> String {
        match &op.kind {
            OpKind::Unit => "Unit".to_owned(),
            OpKind::Argument => "Argument".to_owned(),
            OpKind::Define { change: Change::Create { definition, .. }, .. } => {
                format!("Define {} `{}` on {definition}", definition.rule.name(), definition.name)
            }
            OpKind::Define { change: Change::Drop { name, constraint, .. }, .. } => {
                format!("Drop {} `{name}`", if *constraint { "CONSTRAINT" } else { "INDEX" })
            }
            OpKind::Tally(tally) => self.tally(tally),
            OpKind::NodeScan { node, labels } => format!("NodeScan ({}{})", self.var(*node), colon(labels.as_ref())),
            OpKind::NodeSeek { node, label, keys, values, among } => {
                let by = if among.is_some() { " IN" } else { ":" };
                format!("NodeSeek ({}:{label} {{{}}})", self.var(*node), self.equal(keys, by, values))
            }
            OpKind::NodeJoin { node, labels, keys, values } => {
                let equal = self.equal(keys, ":", values);
                format!("NodeJoin ({}{} {{{equal}}})", self.var(*node), colon(labels.as_ref()))
            }
            OpKind::Expand(expand) => format!("Expand {}", self.step(expand, "")),
            OpKind::Intersect { to, to_labels, arms } => {
                let arms: Vec<String> = arms.iter().map(|arm| self.step(arm, "")).collect();
                format!("Intersect ({}{}): {}", self.var(*to), colon(to_labels.as_ref()), arms.join(", "))
            }
            OpKind::EdgeScan(expand) => format!("EdgeScan {}", self.step(expand, "")),
            OpKind::VarExpand { expand, min, max, filter, ends_only, .. } => {
                let name = if *ends_only { "Reach" } else { "VarExpand" };
                format!("{name} {}{}", self.step(expand, &bounds(*min, *max)), self.each(filter.as_ref()))
            }
            OpKind::GroupExpand { expand, min, max, .. } => {
                format!("GroupExpand {}", self.step(expand, &bounds(*min, *max)))
            }
            OpKind::ShortestPath { expand, min, max, filter, which, .. } => {
                let which = if which.all { "all" } else { "any" };
                let walk = self.step(expand, &bounds(*min, *max));
                format!("ShortestPath {which} {walk}{}", self.each(filter.as_ref()))
            }
            OpKind::SelectShortest { partition, keep, .. } => {
                let keep = keep.map_or("all ties".to_owned(), |k| k.to_string());
                format!("SelectShortest {keep} per {}", self.vars(partition))
            }
            OpKind::Filter(predicate) => format!("Filter {}", self.expr(predicate)),
            OpKind::Project(items) => format!("Project {}", self.items(items)),
            OpKind::Aggregate { keys, aggregates, .. } => {
                let calls: Vec<String> = aggregates.iter().map(|(_, call)| self.aggregate(call)).collect();
                match keys.is_empty() {
                    true => format!("Aggregate {}", calls.join(", ")),
                    false => format!("Aggregate {} by {}", calls.join(", "), self.items(keys)),
                }
            }
            OpKind::Distinct(vars) => format!("Distinct {}", self.vars(vars)),
            OpKind::Sort { keys, limit, .. } => {
                let keys: Vec<String> = keys
                    .iter()
                    .map(|(key, descending)| format!("{}{}", self.expr(key), if *descending { " DESC" } else { "" }))
                    .collect();
                let limit = limit.as_ref().map(|limit| format!(", first {}", self.expr(limit))).unwrap_or_default();
                format!("Sort {}{limit}", keys.join(", "))
            }
            OpKind::Skip(count) => format!("Skip {}", self.expr(count)),
            OpKind::Limit(count) => format!("Limit {}", self.expr(count)),
            OpKind::Unwind { list, var } => format!("Unwind {} AS {}", self.expr(list), self.var(*var)),
            OpKind::LoadCsv { csv, var } => {
                let headers = if csv.headers { " with headers" } else { "" };
                format!("LoadCsv {}{headers} AS {}", self.expr(&csv.source), self.var(*var))
            }
            OpKind::Union { .. } => "Union".to_owned(),
            OpKind::Optional { .. } => "Optional".to_owned(),
            OpKind::Apply { .. } => "Apply".to_owned(),
            OpKind::Create { nodes, edges } => {
                let vars: Vec<Var> = nodes.iter().map(|n| n.var).chain(edges.iter().map(|e| e.var)).collect();
                format!("Create {}", self.vars(&vars))
            }
            OpKind::Merge { merge, .. } => format!("Merge {}", self.vars(&merge.vars)),
            OpKind::Set(items) => {
                let items: Vec<String> = items.iter().map(|item| self.set_item(item)).collect();
                format!("Set {}", items.join(", "))
            }
            OpKind::Delete { targets, detach } => {
                let targets: Vec<String> = targets.iter().map(|target| self.expr(target)).collect();
                format!("{} {}", if *detach { "DetachDelete" } else { "Delete" }, targets.join(", "))
            }
            OpKind::Foreach { .. } => "Foreach".to_owned(),
            OpKind::Eager => "Eager".to_owned(),
            OpKind::Call { procedure, arguments, results, .. } => {
                let arguments: Vec<String> = arguments.iter().map(|argument| self.expr(argument)).collect();
                let vars: Vec<Var> = results.iter().map(|(_, var)| *var).collect();
                format!("Call {procedure}({}) {}", arguments.join(", "), self.vars(&vars)).trim_end().to_owned()
            }
        }
    }

    /// What properties equal, or are in.
    fn equal(&self, keys: &[String], by: &str, values: &[Expr]) -> String {
        let entries = keys.iter().zip(values).map(|(key, value)| format!("{key}{by} {}", self.expr(value)));
        entries.collect::<Vec<String>>().join(", ")
    }

    fn step(&self, expand: &Expand, length: &str) -> String {
        let (left, right) = match expand.direction {
            Direction::Out => ("-", "->"),
            Direction::In => ("<-", "-"),
            Direction::Both => ("-", "-"),
        };
        let types = colon(expand.types.as_ref());
        let labels = colon(expand.to_labels.as_ref());
        let into = if expand.to_bound { " into" } else { "" };
        let (from, edge, to) = (self.var(expand.from), self.var(expand.edge), self.var(expand.to));
        format!("({from}){left}[{edge}{types}{length}]{right}({to}{labels}){into}")
    }

    /// The pattern as it was written, and from which node it is counted.
    fn tally(&self, tally: &Tally) -> String {
        let whole = tally.weights.first().and_then(|(_, terms)| terms.iter().find(|term| term.factor == 1));
        let nodes = whole.map_or(&[][..], |term| &term.nodes);
        let node = |at: usize| {
            nodes.get(at).map_or(String::new(), |n| format!("({}{})", self.var(n.var), colon(n.labels.as_ref())))
        };
        let step = |parent: usize, link: Option<&TallyLink>, at: usize| {
            let (left, right) = match link.map(|link| link.direction) {
                Some(Direction::Out) => ("-", "->"),
                Some(Direction::In) => ("<-", "-"),
                _ => ("-", "-"),
            };
            let types = colon(link.and_then(|link| link.types.as_ref()));
            format!("{}{left}[{types}]{right}{}", node(parent), node(at))
        };
        let link = |(at, child): (usize, &TallyNode)| {
            let wedge = child.wedge.as_ref().map(|wedge| step(wedge.parent, Some(&wedge.link), at));
            std::iter::once(step(child.parent, child.links.first(), at)).chain(wedge)
        };
        let links: Vec<String> = nodes.iter().enumerate().skip(1).flat_map(link).collect();
        let per = tally.root.map_or("in all".to_owned(), |root| format!("per {}", self.var(root)));
        let end = nodes.iter().find(|node| node.wedge.is_some());
        let wedges = end.map_or(String::new(), |end| format!(" by wedges to {}", self.var(end.var)));
        format!("Tally {} {per}{wedges}", links.join(", "))
    }

    fn set_item(&self, item: &SetItem) -> String {
        match item {
            SetItem::Property { subject, key, value } => match key.kind.as_ref() {
                ExprKind::Literal(Value::String(key)) => {
                    format!("{}.{} = {}", self.expr(subject), key.as_str(), self.expr(value))
                }
                _ => format!("{}[{}] = {}", self.expr(subject), self.expr(key), self.expr(value)),
            },
            SetItem::Properties { subject, value, replace } => {
                format!("{} {} {}", self.expr(subject), if *replace { "=" } else { "+=" }, self.expr(value))
            }
            SetItem::Labels { subject, labels, remove } => {
                let without = if *remove { "remove " } else { "" };
                format!("{without}{}:{}", self.expr(subject), labels.join(":"))
            }
        }
    }

    fn each(&self, filter: Option<&Expr>) -> String {
        filter.map(|filter| format!(" each {}", self.expr(filter))).unwrap_or_default()
    }

    fn var(&self, var: Var) -> &str {
        self.plan.vars.get(var.index()).map_or("?", |info| info.name.as_str())
    }

    fn vars(&self, vars: &[Var]) -> String {
        vars.iter().map(|var| self.var(*var)).collect::<Vec<_>>().join(", ")
    }

    fn items(&self, items: &[(Var, Expr)]) -> String {
        let item = |(var, expr): &(Var, Expr)| {
            let (name, text) = (self.var(*var), self.expr(expr));
            if name == text { text } else { format!("{text} AS {name}") }
        };
        items.iter().map(item).collect::<Vec<_>>().join(", ")
    }

    fn aggregate(&self, call: &AggregateCall) -> String {
        let distinct = if call.distinct { "DISTINCT " } else { "" };
        match call.function {
            crate::model::function::Aggregate::CountStar => "count(*)".to_owned(),
            function => format!("{}({distinct}{})", camel(&format!("{function:?}")), self.list(&call.arguments)),
        }
    }

    fn list(&self, items: &[Expr]) -> String {
        items.iter().map(|item| self.expr(item)).collect::<Vec<_>>().join(", ")
    }

    fn expr(&self, expr: &Expr) -> String {
        use ExprKind::*;
        let of = |e: &Expr| self.expr(e);
        match expr.kind.as_ref() {
            Literal(value) => literal(value),
            Parameter(name) => format!("${name}"),
            Var(var) => self.var(*var).to_owned(),
            Property(subject, key) => format!("{}.{key}", of(subject)),
            Index(subject, index) => format!("{}[{}]", of(subject), of(index)),
            Slice(subject, from, to) => {
                let side = |e: &Option<Expr>| e.as_ref().map(of).unwrap_or_default();
                format!("{}[{}..{}]", of(subject), side(from), side(to))
            }
            Unary(op, a) => match op {
                UnaryOp::Not => format!("NOT {}", of(a)),
                UnaryOp::Minus => format!("-{}", of(a)),
                UnaryOp::Plus => format!("+{}", of(a)),
            },
            Binary(op, a, b) => format!("({} {} {})", of(a), binary(*op), of(b)),
            Compare(op, a, b) => format!("{} {} {}", of(a), compare(*op), of(b)),
            IsNull(a) => format!("{} IS NULL", of(a)),
            HasLabels(a, labels) => format!("{}:{}", of(a), label_text(labels)),
            Call(function, items) => format!("{}({})", camel(&format!("{function:?}")), self.list(items)),
            Case { operand, branches, otherwise } => {
                let operand = operand.as_ref().map(|e| format!(" {}", of(e))).unwrap_or_default();
                let branches: String =
                    branches.iter().map(|(when, then)| format!(" WHEN {} THEN {}", of(when), of(then))).collect();
                let otherwise = otherwise.as_ref().map(|e| format!(" ELSE {}", of(e))).unwrap_or_default();
                format!("CASE{operand}{branches}{otherwise} END")
            }
            List(items) => format!("[{}]", self.list(items)),
            Map(entries) => {
                let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {}", of(value))).collect();
                format!("{{{}}}", entries.join(", "))
            }
            MapProjection(subject, entries) => {
                let entry = |entry: &MapEntry| match entry {
                    MapEntry::All => ".*".to_owned(),
                    MapEntry::Entry(key, value) => format!("{key}: {}", of(value)),
                };
                format!("{} {{{}}}", of(subject), entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            ListComprehension { var, list, predicate, result } => {
                let predicate = predicate.as_ref().map(|e| format!(" WHERE {}", of(e))).unwrap_or_default();
                let result = result.as_ref().map(|e| format!(" | {}", of(e))).unwrap_or_default();
                format!("[{} IN {}{predicate}{result}]", self.var(*var), of(list))
            }
            Quantifier { kind, var, list, predicate } => {
                let kind = match kind {
                    QuantifierKind::All => "all",
                    QuantifierKind::Any => "any",
                    QuantifierKind::None => "none",
                    QuantifierKind::Single => "single",
                };
                format!("{kind}({} IN {} WHERE {})", self.var(*var), of(list), of(predicate))
            }
            Reduce { accumulator, initial, var, list, step } => {
                let (accumulator, var) = (self.var(*accumulator), self.var(*var));
                format!("reduce({accumulator} = {}, {var} IN {} | {})", of(initial), of(list), of(step))
            }
            Path { start, steps } => {
                let parts: Vec<&str> = std::iter::once(start).chain(steps).map(|var| self.var(*var)).collect();
                format!("path({})", parts.join(", "))
            }
            Subquery { subplan, kind } => match kind {
                SubqueryKind::Exists => format!("EXISTS {{subquery {}}}", subplan.0),
                SubqueryKind::Count => format!("COUNT {{subquery {}}}", subplan.0),
                SubqueryKind::Collect(_) => format!("COLLECT {{subquery {}}}", subplan.0),
            },
        }
    }
}

/// What the operator did, its time without that of those below it.
fn spent_by(op: &Op, spent: &[Spent]) -> Spent {
    let of = |op: &Op| spent.get(op.id).copied().unwrap_or_default();
    let below: u64 = op.below().map(|op| of(op).nanos).sum();
    let own = of(op);
    Spent { nanos: own.nanos.saturating_sub(below), ..own }
}

fn rounded(rows: f64) -> String {
    if rows < 1e9 { format!("{}", rows.round()) } else { format!("{rows:.0e}") }
}

fn bounds(min: u64, max: Option<u64>) -> String {
    match max {
        Some(max) => format!("*{min}..{max}"),
        None => format!("*{min}.."),
    }
}

fn colon(labels: Option<&Labels>) -> String {
    labels.map(|labels| format!(":{}", label_text(labels))).unwrap_or_default()
}

fn label_text(labels: &Labels) -> String {
    let join = |parts: &[Labels], by: &str| {
        parts
            .iter()
            .map(|part| match part {
                Labels::And(_) | Labels::Or(_) => format!("({})", label_text(part)),
                _ => label_text(part),
            })
            .collect::<Vec<_>>()
            .join(by)
    };
    match labels {
        Labels::Name(name) => name.clone(),
        Labels::Any => "%".to_owned(),
        Labels::Not(inner) => format!("!{}", join(std::slice::from_ref(inner), "")),
        Labels::And(parts) => join(parts, "&"),
        Labels::Or(parts) => join(parts, "|"),
    }
}

fn literal(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Float(f) => format!("{f:?}"),
        Value::String(s) => format!("'{}'", s.as_str().replace('\\', "\\\\").replace('\'', "\\'")),
        _ => "...".to_owned(),
    }
}

fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "OR",
        BinaryOp::Xor => "XOR",
        BinaryOp::And => "AND",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Modulo => "%",
        BinaryOp::Power => "^",
        BinaryOp::In => "IN",
        BinaryOp::StartsWith => "STARTS WITH",
        BinaryOp::EndsWith => "ENDS WITH",
        BinaryOp::Contains => "CONTAINS",
        BinaryOp::Matches => "=~",
        BinaryOp::Concat => "||",
    }
}

fn compare(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "=",
        CompareOp::NotEqual => "<>",
        CompareOp::Less => "<",
        CompareOp::LessEqual => "<=",
        CompareOp::Greater => ">",
        CompareOp::GreaterEqual => ">=",
    }
}

/// The function's name as the language writes it: the variant's, with a small first letter.
fn camel(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
