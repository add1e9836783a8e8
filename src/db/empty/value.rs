//! Conditions on values that nothing satisfied: what there is in their place.

use std::sync::Arc;

use super::{Asked, Empty, Left, MOST_ROWS, SUGGESTIONS, none_of, these};
use crate::model::value::format_float;
use crate::model::{NodeId, Value, Var, deep, nearest};
use crate::plan::expr::{BinaryOp, CompareOp, Expr, ExprKind, Labels, SubqueryKind};
use crate::plan::physical::{Op, OpKind, Plan};

impl<'a> Asked<'a> {
    /// An index found nothing.
    pub(super) fn sought(
        &self,
        (node, label): (Var, &str),
        keys: &[String],
        values: &[Expr],
        reached: u64,
        whole: bool,
    ) -> Empty {
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
    pub(super) fn of_label(&self, label: Option<&str>, key: &str) -> Vec<Value<'a>> {
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
    pub(super) fn elsewhere(&self, empty: &mut Empty, label: Option<&str>, key: &str, wanted: &Value<'_>) {
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
    pub(super) fn values(&self, op: &Op, var: Var, whole: bool) -> Option<Vec<Value<'static>>> {
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
    pub(super) fn condition(&self, predicate: &Expr, input: &Op, reached: u64, whole: bool) -> Empty {
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
    pub(super) fn list(&self, expr: &Expr) -> Option<Value<'static>> {
        match expr.kind.as_ref() {
            ExprKind::List(items) => {
                Some(Value::list(items.iter().map(|item| self.constant(item)).collect::<Option<_>>()?))
            }
            _ => self.constant(expr),
        }
    }

    pub(super) fn properties(&self, subjects: &[Value<'static>], key: &str) -> Vec<Value<'a>> {
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
    pub(super) fn null(&self, empty: &mut Empty, sides: &[&Expr]) {
        let null = |side: &&&Expr| self.constant(side).is_some_and(|value| value.is_null());
        if let Some(side) = sides.iter().find(null) {
            empty.help = Some(format!("{} is null, and null is equal to nothing", self.quoted(side.span, "one side")));
        }
    }

    /// Says what the values are that were compared with another.
    pub(super) fn compare(&self, empty: &mut Empty, key: &str, op: CompareOp, wanted: &Value<'_>, found: &[Value<'_>]) {
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
        Value::Edge(_) => "edges",
        Value::Path(_) => "paths",
        Value::Temporal(_) => "dates or times",
    }
}

/// A value as the language writes it.
pub(super) fn literal(value: &Value<'_>) -> String {
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Float(f) => format_float(*f),
        Value::String(s) => format!("'{}'", s.as_str().replace('\\', "\\\\").replace('\'', "\\'")),
        other => other.type_name().to_owned(),
    }
}
