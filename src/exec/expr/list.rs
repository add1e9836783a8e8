//! Expressions with a variable of their own: list comprehension, quantifiers, `reduce`.
//!
//! The lists of all rows are laid out as one batch with a row for each element, so the inner expression is evaluated
//! once for all of them.

use std::ops::Range;
use std::sync::Arc;

use super::{Batch, Context, Result, accepted, eval, operator};
use crate::exec::batch::{ROWS, column_bytes};
use crate::exec::bound::{self, Made, own};
use crate::exec::function::list::Range as Numbers;
use crate::exec::function::pile::Pile;
use crate::model::function::Function;
use crate::model::value::{Free, List};
use crate::model::{Class, Column, Detail, Diagnostic, Span, Value, Var};
use crate::plan::expr::{Expr, ExprKind, QuantifierKind};

/// All elements of all rows' lists.
struct Elements<'g> {
    /// A row for each element: the outer columns and the element.
    batch: Batch<'g>,
    /// How many elements each outer row has; none for a null list.
    lengths: Vec<Option<usize>>,
}

fn elements<'g>(var: Var, list: &Expr, batch: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Elements<'g>> {
    let lists = eval(list, batch, ctx)?;
    let (mut rows, mut values, mut lengths) = (Vec::new(), Vec::new(), Vec::with_capacity(batch.len));
    for row in 0..batch.len {
        let items = items(lists.value(row), list.span)?;
        lengths.push(items.as_ref().map(|items| items.len()));
        values.extend(items.iter().flat_map(|items| items.iter().cloned()));
        rows.resize(values.len(), row as u32);
    }
    let vars: Vec<Var> = (0..batch.columns.len() as u32).map(Var).collect();
    let mut inner = batch.gather(&rows, &vars);
    inner.set(var, Column::from_values(values));
    Ok(Elements { batch: inner, lengths })
}

fn items<'g>(value: Value<'g>, span: Span) -> Result<Option<Arc<List<'g>>>> {
    match value {
        Value::Null => Ok(None),
        Value::List(items) => Ok(Some(items)),
        other => Err(Diagnostic::type_error(
            Detail::InvalidArgumentType,
            format!("this must be a list, not {}", other.type_name()),
        )
        .at(span)),
    }
}

/// How many rows' lists are laid out at first: lists can be long, and several of them may not fit anywhere.
const LISTS: usize = 1;

/// How many elements of the list of a single row are laid out at a time.
const PIECE: usize = 16 * ROWS;

/// `range(first, last, step)` as a list.
fn range<'g>(arguments: &[Value<'g>], made: &Made, ctx: &Context<'g>) -> Result<Value<'g>> {
    if arguments.iter().any(Value::is_null) {
        return Ok(Value::Null);
    }
    let mut range = Numbers::new(arguments)?.bounded()?;
    let len = range.len() as usize;
    made.room(len, ctx)?;
    let mut list = Free(Vec::with_capacity(len));
    while range.len() > 0 {
        ctx.check()?;
        list.0.extend(range.take(PIECE).map(Value::Int));
    }
    Ok(List::from(list).into())
}

/// The function's value when that is a long list, made in pieces; none when it is anything else.
pub(super) fn long<'g>(
    function: Function,
    arguments: &[Value<'g>],
    made: &Made,
    ctx: &Context<'g>,
) -> Result<Option<Value<'g>>> {
    let check = || ctx.check();
    let list = match (function, arguments) {
        (Function::Range, _) => return range(arguments, made, ctx).map(Some),
        (Function::Tail | Function::Reverse, [Value::List(items)]) if List::is_long(items.len()) => {
            made.room(items.len(), ctx)?;
            match function {
                Function::Tail => List::joined(&[(items, 1..items.len())], &check),
                _ => items.reversed(&check),
            }
        }
        _ => return Ok(None),
    };
    list.map(|list| Some(list.into()))
}

/// This part of a list, made in pieces if it is long.
pub(super) fn part<'g>(items: &List<'g>, range: Range<usize>, made: &Made, ctx: &Context<'g>) -> Result<Value<'g>> {
    if !List::is_long(range.len()) {
        return Ok(Value::list(items.get(range).unwrap_or_default().to_vec()));
    }
    made.room(range.len(), ctx)?;
    List::joined(&[(items, range)], &|| ctx.check()).map(Value::from)
}

/// A long list with another one behind it, made in pieces; none when it is not long.
pub(super) fn joined<'g>(a: &List<'g>, b: &List<'g>, made: &Made, ctx: &Context<'g>) -> Result<Option<Value<'g>>> {
    let len = a.len().saturating_add(b.len());
    if !List::is_long(len) {
        return Ok(None);
    }
    made.room(bound::items(len)?, ctx)?;
    List::joined(&[(a, 0..a.len()), (b, 0..b.len())], &|| ctx.check()).map(|list| Some(list.into()))
}

/// The list of one row: a range is counted through, and never laid out.
enum Items<'g> {
    Range(Numbers),
    List(Arc<List<'g>>),
}

impl<'g> Items<'g> {
    /// Of the only row; none for null.
    fn of(list: &Expr, row: &Batch<'g>, ctx: &mut Context<'g>) -> Result<Option<Self>> {
        let ExprKind::Call(Function::Range, arguments) = list.kind.as_ref() else {
            return Ok(items(eval(list, row, ctx)?.value(0), list.span)?.map(Items::List));
        };
        let mut bounds = Vec::with_capacity(arguments.len());
        for argument in arguments {
            bounds.push(eval(argument, row, ctx)?.value(0));
        }
        if bounds.iter().any(Value::is_null) {
            return Ok(None);
        }
        let range = Numbers::new(&bounds).and_then(Numbers::bounded).map_err(|error| error.at(list.span))?;
        Ok(Some(Items::Range(range)))
    }

    fn len(&self) -> usize {
        match self {
            Items::Range(range) => range.len() as usize,
            Items::List(items) => items.len(),
        }
    }

    fn at(&self, place: usize) -> Value<'g> {
        match self {
            Items::Range(range) => Value::Int(range.at(place)),
            Items::List(items) => items.get(place).cloned().unwrap_or_default(),
        }
    }

    fn some(&self, places: Range<usize>) -> Column<'g> {
        match self {
            Items::Range(range) => Column::Int(places.map(|place| range.at(place)).collect()),
            Items::List(items) => Column::from_values(items.get(places).unwrap_or_default().to_vec()),
        }
    }
}

/// Calls `each` with the elements of the only row's list, piece by piece; gives their number, none for a null list.
fn in_pieces<'g>(
    var: Var,
    list: &Expr,
    row: &Batch<'g>,
    ctx: &mut Context<'g>,
    each: &mut dyn FnMut(Batch<'g>, &mut Context<'g>) -> Result<()>,
) -> Result<Option<usize>> {
    let Some(items) = Items::of(list, row, ctx)? else { return Ok(None) };
    let vars: Vec<Var> = (0..row.columns.len() as u32).map(Var).collect();
    for start in (0..items.len()).step_by(PIECE) {
        ctx.check()?;
        let places = start..items.len().min(start + PIECE);
        let mut inner = row.gather(&vec![0; places.len()], &vars);
        inner.set(var, items.some(places));
        each(inner, ctx)?;
    }
    Ok(Some(items.len()))
}

/// A column made piece by piece, in rows that `piece` says how many elements they had: the fewer, the more rows follow.
fn piecewise<'g>(
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
    piece: impl Fn(&Batch<'g>, &mut Context<'g>) -> Result<(Column<'g>, usize)>,
) -> Result<Column<'g>> {
    if batch.len <= LISTS {
        return piece(batch, ctx).map(|(column, _)| column);
    }
    let (mut whole, mut done, mut rows) = (Column::Absent, 0, LISTS);
    let mut made = Made::default();
    while done < batch.len {
        ctx.check()?;
        let end = batch.len.min(done + rows);
        let (column, elements) = piece(&batch.range(done..end), ctx)?;
        let column = match column {
            Column::Value(values) => {
                let counted: Result<Vec<Value<'g>>> = values.into_iter().map(|value| made.add(value, ctx)).collect();
                Column::Value(counted?)
            }
            Column::String(texts) => {
                let counted = texts.into_iter().map(|text| made.add(Value::String(text), ctx));
                Column::from_values(counted.collect::<Result<Vec<Value<'g>>>>()?)
            }
            column => column,
        };
        made.hold(ctx)?;
        whole = whole.append(done, column, end - done);
        done = end;
        if elements <= ROWS {
            rows *= 4;
        }
    }
    made.release(ctx);
    Ok(whole)
}

/// `[var IN list WHERE predicate | result]`
pub(super) fn comprehension<'g>(
    var: Var,
    list: &Expr,
    predicate: Option<&Expr>,
    result: Option<&Expr>,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<Column<'g>> {
    piecewise(batch, ctx, |rows, ctx| some_lists(var, list, predicate, result, rows, ctx))
}

fn some_lists<'g>(
    var: Var,
    list: &Expr,
    predicate: Option<&Expr>,
    result: Option<&Expr>,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<(Column<'g>, usize)> {
    if batch.len == 1 {
        let (mut kept, mut held) = (Pile::default(), 0);
        let length = in_pieces(var, list, batch, ctx, &mut |mut inner, ctx| {
            if let Some(predicate) = predicate {
                let rows = accepted(predicate, &inner, ctx)?;
                let vars: Vec<Var> = (0..inner.columns.len() as u32).map(Var).collect();
                inner = inner.gather(&rows, &vars);
            }
            let values = match result {
                Some(result) => eval(result, &inner, ctx)?,
                None => inner.column(var).clone(),
            };
            let more = column_bytes(&values).max((inner.len * size_of::<Value<'g>>()) as u64);
            kept.extend(values);
            held += more;
            ctx.hold(more)
        })?;
        let kept = kept.into_list(&|| ctx.check())?;
        // The list is whoever's that keeps it.
        ctx.release(held);
        let value = length.map_or(Value::Null, |_| kept);
        return Ok((Column::Value(vec![value]), length.unwrap_or_default()));
    }
    let Elements { mut batch, lengths } = elements(var, list, batch, ctx)?;
    let total = batch.len;
    let mut kept: Vec<u32> = (0..total as u32).collect();
    if let Some(predicate) = predicate {
        kept = accepted(predicate, &batch, ctx)?;
        if kept.len() < total {
            let vars: Vec<Var> = (0..batch.columns.len() as u32).map(Var).collect();
            batch = batch.gather(&kept, &vars);
        }
    }
    let results = match result {
        Some(result) => eval(result, &batch, ctx)?,
        None => batch.column(var).clone(),
    };
    let (mut lists, mut taken, mut end) = (Vec::with_capacity(lengths.len()), 0, 0);
    for length in lengths {
        let Some(length) = length else {
            lists.push(Value::Null);
            continue;
        };
        end += length as u32;
        let mut list = Vec::new();
        while taken < kept.len() && kept[taken] < end {
            list.push(results.value(taken));
            taken += 1;
        }
        lists.push(Value::list(list));
    }
    Ok((Column::Value(lists), total))
}

/// `all`, `any`, `none`, `single`, with three-valued logic.
pub(super) fn quantifier<'g>(
    kind: QuantifierKind,
    var: Var,
    list: &Expr,
    predicate: &Expr,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<Column<'g>> {
    piecewise(batch, ctx, |rows, ctx| some_truths(kind, var, list, predicate, rows, ctx))
}

fn some_truths<'g>(
    kind: QuantifierKind,
    var: Var,
    list: &Expr,
    predicate: &Expr,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<(Column<'g>, usize)> {
    let truth = |value: &Value<'g>| operator::truth(value).map_err(|error| error.at(predicate.span));
    if batch.len == 1 {
        let mut counts = (0, 0, 0);
        let length = in_pieces(var, list, batch, ctx, &mut |inner, ctx| {
            let truths = eval(predicate, &inner, ctx)?;
            for row in 0..inner.len {
                count(&mut counts, truth(&truths.value(row))?);
            }
            Ok(())
        })?;
        let value = length.map_or(Value::Null, |_| verdict(kind, counts));
        return Ok((Column::from_values(vec![value]), length.unwrap_or_default()));
    }
    let Elements { batch, lengths } = elements(var, list, batch, ctx)?;
    let truths = eval(predicate, &batch, ctx)?;
    let (mut values, mut start) = (Vec::with_capacity(lengths.len()), 0);
    for length in lengths {
        let Some(length) = length else {
            values.push(Value::Null);
            continue;
        };
        let mut counts = (0, 0, 0);
        for i in start..start + length {
            count(&mut counts, truth(&truths.value(i))?);
        }
        start += length;
        values.push(verdict(kind, counts));
    }
    Ok((Column::from_values(values), batch.len))
}

/// How many elements satisfy a predicate, do not, and leave it open.
type Counts = (usize, usize, usize);

fn count((yes, no, unknown): &mut Counts, truth: Option<bool>) {
    match truth {
        Some(true) => *yes += 1,
        Some(false) => *no += 1,
        None => *unknown += 1,
    }
}

fn verdict<'g>(kind: QuantifierKind, (yes, no, unknown): Counts) -> Value<'g> {
    let sure = match kind {
        QuantifierKind::All if no > 0 => Some(false),
        QuantifierKind::Any if yes > 0 => Some(true),
        QuantifierKind::None if yes > 0 => Some(false),
        QuantifierKind::Single if yes > 1 => Some(false),
        _ if unknown > 0 => None,
        QuantifierKind::All | QuantifierKind::None => Some(true),
        QuantifierKind::Any => Some(false),
        QuantifierKind::Single => Some(yes == 1),
    };
    sure.map_or(Value::Null, Value::Bool)
}

/// A left fold: all rows take their next element together.
pub(super) fn reduce<'g>(
    (accumulator, initial): (Var, &Expr),
    (var, list): (Var, &Expr),
    step: &Expr,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<Column<'g>> {
    piecewise(batch, ctx, |rows, ctx| some_folds((accumulator, initial), (var, list), step, rows, ctx))
}

fn some_folds<'g>(
    (accumulator, initial): (Var, &Expr),
    (var, list): (Var, &Expr),
    step: &Expr,
    batch: &Batch<'g>,
    ctx: &mut Context<'g>,
) -> Result<(Column<'g>, usize)> {
    let mut running: Vec<(u32, Items<'g>)> = Vec::new();
    let lists = if batch.len == 1 {
        running.extend(Items::of(list, batch, ctx)?.map(|items| (0, items)));
        Column::Absent
    } else {
        eval(list, batch, ctx)?
    };
    for row in 0..lists.len() {
        running.extend(items(lists.value(row), list.span)?.map(|items| (row as u32, Items::List(items))));
    }
    let mut values = vec![Value::Null; batch.len];
    let start = eval(initial, batch, ctx)?;
    running.iter().for_each(|(row, _)| values[*row as usize] = start.value(*row as usize));
    let vars: Vec<Var> = (0..batch.columns.len() as u32).map(Var).collect();
    let total = running.iter().map(|(_, items)| items.len()).sum();
    let (mut position, mut held) = (0, 0);
    loop {
        running.retain(|(_, items)| items.len() > position);
        if running.is_empty() {
            ctx.release(held);
            return Ok((Column::from_values(values), total));
        }
        let rows: Vec<u32> = running.iter().map(|(row, _)| *row).collect();
        let mut inner = batch.gather(&rows, &vars);
        let so_far = rows.iter().map(|row| std::mem::take(&mut values[*row as usize])).collect();
        inner.set(accumulator, Column::from_values(so_far));
        inner.set(var, Column::from_values(running.iter().map(|(_, items)| items.at(position)).collect()));
        let next = eval(step, &inner, ctx)?;
        for row in 0..rows.len() {
            bounded(&next.value(row), step.span)?;
        }
        // Behind this step they are the only ones.
        drop(inner);
        for (row, value) in rows.iter().zip(next.into_values(rows.len())) {
            values[*row as usize] = value;
        }
        let holds = values.iter().map(own).sum();
        ctx.release(std::mem::replace(&mut held, holds));
        ctx.hold(holds)?;
        position += 1;
        if position % 1024 == 0 {
            ctx.check()?;
        }
    }
}

/// Lists and maps may nest this deep. Only `reduce` can go deeper than a statement is written.
const DEEPEST: usize = 128;

/// How many parts of a value are looked at: one whose parts share parts can hold more than could ever be shown.
const MOST_PARTS: usize = 10_000_000;

fn bounded(value: &Value<'_>, span: Span) -> Result<()> {
    let mut parts = MOST_PARTS;
    if within(value, DEEPEST, &mut parts) {
        return Ok(());
    }
    Err(Diagnostic::new(
        Class::LimitExceeded,
        Detail::Other,
        format!("reduce makes a value that nests deeper than {DEEPEST} levels or has too many parts"),
    )
    .at(span)
    .help("build a flat list, with `list + element`"))
}

/// Whether the value nests at most `depth` levels and has at most that many parts.
fn within(value: &Value<'_>, depth: usize, parts: &mut usize) -> bool {
    let mut inner = |item: &Value<'_>| {
        *parts = parts.saturating_sub(1);
        *parts > 0 && depth > 0 && within(item, depth - 1, parts)
    };
    match value {
        Value::List(items) => items.iter().all(inner),
        Value::Map(map) => map.values().all(&mut inner),
        _ => true,
    }
}
