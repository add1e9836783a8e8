//! Predicates that select rows: compiled once, asked batch after batch.
//!
//! The parts of an `AND` are asked in turn, each on the rows that the ones before left. A part that tests a text property of
//! one node and nothing else is evaluated once for each text, however many nodes have it, and so is one that tests a date.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Context, Result, accepted};
use crate::exec::Batch;
use crate::exec::function::lasts_for_a_statement;
use crate::model::temporal::{Date, Temporal};
use crate::model::{Column, KeyId, NodeId, TextsOf, Value, Var};
use crate::plan::expr::{BinaryOp, Expr, ExprKind, children, rewrite};

/// A predicate, ready to select rows.
pub(in crate::exec) struct Predicate<'g> {
    parts: Vec<Part<'g>>,
}

struct Part<'g> {
    expr: Expr,
    /// The columns that it reads; none when that is not known.
    reads: Option<Vec<Var>>,
    dictionary: Option<Dictionary<'g>>,
}

/// What is known of a predicate by the texts, or the dates, of the one property that it tests.
struct Dictionary<'g> {
    subject: Var,
    key: String,
    /// The predicate over the text, which [`TEXT`] holds.
    over_text: Expr,
    texts: Option<TextsOf<'g>>,
    /// By number: not asked yet, false or null, true.
    known: Vec<u8>,
    /// By day since 1970: whether it is true.
    days: FxHashMap<i32, bool>,
    /// Texts need not be looked at.
    is_quick: bool,
}

/// The only column of the batch of texts.
const TEXT: Var = Var(0);

const UNKNOWN: u8 = 0;
const DROPPED: u8 = 1;
const KEPT: u8 = 2;

impl<'g> Predicate<'g> {
    pub(in crate::exec) fn new(predicate: &Expr) -> Self {
        let mut parts = Vec::new();
        conjuncts(predicate, &mut parts);
        Predicate { parts: parts.into_iter().map(Part::new).collect() }
    }

    /// The rows in which it is true.
    ///
    /// # Errors
    ///
    /// As [`accepted`].
    pub(in crate::exec) fn select(&mut self, batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Vec<u32>> {
        let mut selected: Option<Vec<u32>> = None;
        for part in &mut self.parts {
            selected = Some(match selected {
                None => part.select(batch, ctx)?,
                Some(rows) if rows.is_empty() => return Ok(rows),
                Some(rows) if rows.len() == batch.len => part.select(batch, ctx)?,
                Some(rows) => {
                    let all: Vec<Var>;
                    let reads = match &part.reads {
                        Some(reads) => reads,
                        None => {
                            all = (0..batch.columns.len() as u32).map(Var).collect();
                            &all
                        }
                    };
                    let left = batch.gather(&rows, reads);
                    part.select(&left, ctx)?.into_iter().map(|row| rows[row as usize]).collect()
                }
            });
        }
        Ok(selected.unwrap_or_default())
    }
}

impl<'g> Part<'g> {
    fn new(expr: &Expr) -> Self {
        let mut reads = Some(Vec::new());
        read(expr, &mut reads);
        Part { expr: expr.clone(), reads, dictionary: Dictionary::new(expr) }
    }

    fn select(&mut self, batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Vec<u32>> {
        if let Some(dictionary) = &mut self.dictionary
            && !ctx.view.has_gone()
            && let Some(key) = ctx.view.key_id(&dictionary.key)
            && let Column::Node(nodes) = batch.column(dictionary.subject)
            && let Some(rows) = dictionary.select(nodes, key, ctx)?
        {
            return Ok(rows);
        }
        accepted(&self.expr, batch, ctx)
    }
}

impl<'g> Dictionary<'g> {
    fn new(expr: &Expr) -> Option<Self> {
        let mut property = None;
        if !tests_one_property(expr, &mut property) {
            return None;
        }
        let (subject, key) = property?;
        let text = |expr: &Expr| match expr.kind.as_ref() {
            ExprKind::Property(..) => Some(Expr::new(expr.span, ExprKind::Var(TEXT))),
            _ => None,
        };
        let over_text = rewrite(expr, &text);
        Some(Dictionary {
            subject,
            key: key.to_owned(),
            over_text,
            texts: None,
            known: Vec::new(),
            days: FxHashMap::default(),
            is_quick: is_quick(expr),
        })
    }

    /// The rows of these days on which it is true.
    fn on_days(&mut self, days: &[i32], ctx: &mut Context<'g>) -> Result<Vec<u32>> {
        let mut new: Vec<i32> = days.iter().copied().filter(|day| !self.days.contains_key(day)).collect();
        if !new.is_empty() {
            new.sort_unstable();
            new.dedup();
            let date = |day: &i32| Value::Temporal(Arc::new(Temporal::Date(Date(i64::from(*day)))));
            let mut batch = Batch::new(new.len());
            batch.set(TEXT, Column::Value(new.iter().map(date).collect()));
            let kept = accepted(&self.over_text, &batch, ctx)?;
            self.days.extend(new.iter().map(|day| (*day, false)));
            self.days.extend(kept.into_iter().map(|row| (new[row as usize], true)));
        }
        Ok(rows_where(days.iter().map(|day| self.days.get(day) == Some(&true))))
    }

    /// The rows of the nodes of which it is true; none when the property is no column of texts or of dates.
    fn select(&mut self, nodes: &[NodeId], key: KeyId, ctx: &mut Context<'g>) -> Result<Option<Vec<u32>>> {
        if let Some(days) = ctx.view.node_days(nodes, key) {
            return self.on_days(&days, ctx).map(Some);
        }
        if self.is_quick {
            return Ok(None);
        }
        let Column::Text(numbers, texts) = ctx.view.node_column(nodes, key) else { return Ok(None) };
        if self.texts != Some(texts) {
            (self.texts, self.known) = (Some(texts), Vec::new());
        }
        let most = numbers.iter().copied().max().unwrap_or_default() as usize;
        if self.known.len() <= most {
            self.known.resize(most + 1, UNKNOWN);
        }
        let mut new: Vec<u32> = numbers.iter().copied().filter(|n| self.known[*n as usize] == UNKNOWN).collect();
        if !new.is_empty() {
            new.sort_unstable();
            new.dedup();
            let mut batch = Batch::new(new.len());
            batch.set(TEXT, Column::Text(new.clone(), texts));
            let kept = accepted(&self.over_text, &batch, ctx)?;
            new.iter().for_each(|number| self.known[*number as usize] = DROPPED);
            kept.into_iter().for_each(|row| self.known[new[row as usize] as usize] = KEPT);
        }
        let is_kept = |number: &u32| self.known[*number as usize] == KEPT;
        Ok(Some(rows_where(numbers.iter().map(is_kept))))
    }
}

/// The numbers of the rows of which it is true.
pub(super) fn rows_where(truths: impl ExactSizeIterator<Item = bool>) -> Vec<u32> {
    // Written always and kept when true: no branch that cannot be foreseen.
    let mut rows = vec![0; truths.len()];
    let mut kept = 0;
    for (row, truth) in (0u32..).zip(truths) {
        rows[kept] = row;
        kept += usize::from(truth);
    }
    rows.truncate(kept);
    rows
}

/// The operands of nested `AND`s.
fn conjuncts<'e>(expr: &'e Expr, parts: &mut Vec<&'e Expr>) {
    match expr.kind.as_ref() {
        ExprKind::Binary(BinaryOp::And, left, right) => {
            crate::model::deep(|| conjuncts(left, parts));
            crate::model::deep(|| conjuncts(right, parts));
        }
        _ => parts.push(expr),
    }
}

/// Adds the columns that the expression reads.
fn read(expr: &Expr, reads: &mut Option<Vec<Var>>) {
    match expr.kind.as_ref() {
        ExprKind::Var(var) => reads.iter_mut().for_each(|reads| reads.push(*var)),
        ExprKind::Path { .. } | ExprKind::Subquery { .. } => *reads = None,
        _ => children(expr, &mut |child| crate::model::deep(|| read(child, reads))),
    }
}

/// Whether it is asked of the texts' numbers anyway: comparing one property with a constant.
fn is_quick(expr: &Expr) -> bool {
    let plain = |expr: &Expr| {
        matches!(expr.kind.as_ref(), ExprKind::Property(..) | ExprKind::Literal(_) | ExprKind::Parameter(_))
    };
    match expr.kind.as_ref() {
        ExprKind::Compare(_, left, right) | ExprKind::Binary(BinaryOp::StartsWith, left, right) => {
            plain(left) && plain(right)
        }
        ExprKind::IsNull(_) => true,
        _ => false,
    }
}

/// Whether the value depends on a property of a variable, the same wherever one is named, and on nothing else.
fn tests_one_property<'e>(expr: &'e Expr, property: &mut Option<(Var, &'e str)>) -> bool {
    match expr.kind.as_ref() {
        ExprKind::Property(subject, key) => {
            let ExprKind::Var(var) = subject.kind.as_ref() else { return false };
            *property.get_or_insert((*var, key)) == (*var, key.as_str())
        }
        ExprKind::Literal(_) | ExprKind::Parameter(_) => true,
        ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Compare(..)
        | ExprKind::IsNull(_)
        | ExprKind::List(_)
        | ExprKind::Call(..) => {
            let mut only = !matches!(expr.kind.as_ref(), ExprKind::Call(f, _) if !lasts_for_a_statement(*f));
            children(expr, &mut |child| only = only && crate::model::deep(|| tests_one_property(child, property)));
            only
        }
        _ => false,
    }
}
