//! Aggregations: a group's values folded into one.
//!
//! Nulls are skipped everywhere; `DISTINCT` is the caller's. What comes out does not depend on the order of the rows but
//! for the last digits of floats (and for `collect`, which keeps it).

use super::pile::Pile;
use super::temporal;
use crate::model::function::{Aggregate, FunctionKind, signature};
use crate::model::{Class, Detail, Diagnostic, Value};

type Result<T> = std::result::Result<T, Diagnostic>;

/// A group's state for one aggregation.
///
/// ```
/// use kenning::exec::function::aggregate::Accumulator;
/// use kenning::model::{Value, function::Aggregate};
///
/// let mut sum = Accumulator::new(Aggregate::Sum);
/// sum.add(&[Value::Int(1)])?;
/// sum.add(&[Value::Float(0.5)])?;
/// assert_eq!(sum.finish()?, Value::Float(1.5));
/// # Ok::<(), kenning::model::Diagnostic>(())
/// ```
pub struct Accumulator<'g> {
    function: Aggregate,
    state: State<'g>,
}

enum State<'g> {
    Count(u64),
    Sum(Sum),
    /// How many durations, and their sum.
    Spans(i64, Value<'g>),
    /// The smallest or the greatest so far; null at first.
    Best(Value<'g>),
    Values(Pile<'g>),
    Deviation(Deviation),
    Percentile {
        share: f64,
        numbers: Pile<'g>,
    },
}

impl<'g> Accumulator<'g> {
    /// Nothing seen yet.
    pub fn new(function: Aggregate) -> Self {
        let state = match function {
            Aggregate::CountStar | Aggregate::Count => State::Count(0),
            Aggregate::Sum | Aggregate::Avg => State::Sum(Sum::default()),
            Aggregate::Min | Aggregate::Max => State::Best(Value::Null),
            Aggregate::Collect => State::Values(Pile::default()),
            Aggregate::StDev | Aggregate::StDevP => State::Deviation(Deviation::default()),
            Aggregate::PercentileCont | Aggregate::PercentileDisc => {
                State::Percentile { share: 0.0, numbers: Pile::default() }
            }
        };
        Accumulator { function, state }
    }

    /// Whether it keeps every value, rather than a summary.
    pub fn holds_values(&self) -> bool {
        matches!(self.state, State::Values(_) | State::Percentile { .. })
    }

    /// Folds one row's arguments in; `count(*)` has none.
    ///
    /// # Errors
    ///
    /// As [`Accumulator::add_often`].
    pub fn add(&mut self, arguments: &[Value<'g>]) -> Result<()> {
        self.add_often(arguments, 1)
    }

    /// As if what was summed had been folded in.
    pub(crate) fn summed(function: Aggregate, sum: Sum) -> Self {
        Accumulator { function, state: State::Sum(sum) }
    }

    /// Folds in what another one folded from later rows.
    pub(crate) fn merge(&mut self, later: Accumulator<'g>) -> Result<()> {
        match (&mut self.state, later.state) {
            (State::Count(count), State::Count(more)) => *count += more,
            (State::Sum(sum), State::Sum(more)) => sum.merge(&more),
            (State::Sum(Sum { count: 0, .. }), spans @ State::Spans(..)) => self.state = spans,
            (State::Spans(..), State::Sum(Sum { count: 0, .. })) => {}
            (State::Spans(count, sum), State::Spans(more, of_more)) => {
                (*count, *sum) = (*count + more, temporal::add(sum, &of_more).unwrap_or(Ok(of_more))?);
            }
            (State::Spans(..), State::Sum(_)) => return Err(unfit(self.function, "durations", &Value::Int(0))),
            (State::Sum(_), State::Spans(_, span)) => return Err(unfit(self.function, "numbers", &span)),
            (State::Best(_), State::Best(value)) => self.add_often(&[value], 1)?,
            (State::Values(values), State::Values(more)) => values.append(more),
            (State::Deviation(deviation), State::Deviation(more)) => deviation.merge(&more),
            (State::Percentile { share, numbers }, State::Percentile { share: of_more, numbers: more }) => {
                if more.len() > 0 {
                    *share = of_more;
                }
                numbers.append(more);
            }
            // Both are of one function.
            _ => {}
        }
        Ok(())
    }

    /// Folds the arguments of so many equal rows in: a count, a sum, a mean, or what the number of rows makes no difference
    /// to. Others take one row at a time.
    ///
    /// # Errors
    ///
    /// `TypeError` for a value that the aggregation cannot take, `ArgumentError` for a percentile outside 0 to 1.
    pub fn add_often(&mut self, arguments: &[Value<'g>], times: u64) -> Result<()> {
        if let (State::Percentile { share, .. }, Some(asked)) = (&mut self.state, arguments.get(1)) {
            *share = share_of(asked)?;
        }
        let value = match arguments.first() {
            Some(Value::Null) => return Ok(()),
            Some(value) => value,
            None => &Value::Null,
        };
        match &mut self.state {
            State::Count(count) => *count += times,
            State::Sum(Sum { count: 0, .. }) if temporal::is_duration(value) => {
                self.state = State::Spans(times as i64, often(value, times)?);
            }
            State::Sum(sum) => sum.add(self.function, value, times)?,
            State::Spans(count, sum) => match temporal::add(sum, &often(value, times)?) {
                Some(added) if temporal::is_duration(value) => (*count, *sum) = (*count + times as i64, added?),
                _ => return Err(unfit(self.function, "durations", value)),
            },
            State::Best(best) => {
                let order = value.order(best);
                let better = if self.function == Aggregate::Min { order.is_lt() } else { order.is_gt() };
                if best.is_null() || better {
                    *best = value.clone();
                }
            }
            State::Values(values) => values.push(value.clone()),
            State::Deviation(deviation) => deviation.add(number(self.function, value)?),
            State::Percentile { numbers, .. } => {
                number(self.function, value)?;
                numbers.push(value.clone());
            }
        }
        Ok(())
    }

    /// The group's value.
    ///
    /// # Errors
    ///
    /// `ArithmeticError` when the sum of integers does not fit into 64 bits.
    pub fn finish(self) -> Result<Value<'g>> {
        self.finish_within(&|| Ok(()))
    }

    /// As `finish`; `check` is asked whether to go on, as often as there are many values.
    pub(crate) fn finish_within(self, check: &dyn Fn() -> Result<()>) -> Result<Value<'g>> {
        match self.state {
            State::Count(count) => Ok(Value::Int(i64::try_from(count).unwrap_or(i64::MAX))),
            State::Sum(sum) => sum.finish(self.function),
            State::Spans(count, sum) if self.function == Aggregate::Avg => {
                temporal::scale(&sum, &Value::Int(count), true).unwrap_or(Ok(sum))
            }
            State::Spans(_, sum) => Ok(sum),
            State::Best(best) => Ok(best),
            State::Values(values) => values.into_list(check),
            State::Deviation(deviation) => Ok(Value::Float(deviation.finish(self.function == Aggregate::StDev))),
            State::Percentile { share, numbers } => percentile(self.function, share, &numbers, check),
        }
    }
}

/// A duration, added to itself.
fn often<'g>(value: &Value<'g>, times: u64) -> Result<Value<'g>> {
    if times == 1 || !temporal::is_duration(value) {
        return Ok(value.clone());
    }
    temporal::scale(value, &Value::Int(times as i64), false).unwrap_or_else(|| Ok(value.clone()))
}

/// A sum: integers apart, which add up exactly, so that only the whole sum has to fit.
#[derive(Default)]
pub(crate) struct Sum {
    count: u64,
    integers: i128,
    floats: f64,
    /// The floats, each scaled down by 2^-64: no count of them can overflow it, and `mean` can undo it.
    scaled: f64,
    any_float: bool,
}

/// A power of two, so that scaling changes no digit.
const SCALE: f64 = 18_446_744_073_709_551_616.0;

impl Sum {
    /// Folds an integer of so many rows in.
    pub(crate) fn add_integer(&mut self, value: i64, times: u64) {
        self.add_sum(i128::from(value) * i128::from(times), times);
    }

    /// Folds in the sum of so many integers.
    pub(crate) fn add_sum(&mut self, sum: i128, rows: u64) {
        self.count += rows;
        self.integers += sum;
    }

    /// Folds a number of so many rows in.
    pub(crate) fn add(&mut self, function: Aggregate, value: &Value<'_>, times: u64) -> Result<()> {
        match value {
            Value::Int(i) => self.add_integer(*i, times),
            value => {
                let value = number(function, value)? * times as f64;
                self.count += times;
                self.any_float = true;
                self.floats += value;
                self.scaled += value / SCALE;
            }
        }
        Ok(())
    }

    pub(crate) fn merge(&mut self, later: &Sum) {
        self.count += later.count;
        self.integers += later.integers;
        self.any_float |= later.any_float;
        self.floats += later.floats;
        self.scaled += later.scaled;
    }

    /// What the sum or the mean of the numbers is.
    pub(crate) fn finish<'g>(&self, function: Aggregate) -> Result<Value<'g>> {
        if function == Aggregate::Avg { Ok(self.mean()) } else { self.total() }
    }

    fn total<'g>(&self) -> Result<Value<'g>> {
        if self.any_float {
            return Ok(Value::Float(self.floats + self.integers as f64));
        }
        i64::try_from(self.integers).map(Value::Int).map_err(|_| {
            Diagnostic::new(
                Class::ArithmeticError,
                Detail::IntegerOverflow,
                format!("the sum {} does not fit into 64 bits", self.integers),
            )
            .help("sum floats, with sum(toFloat(...))")
        })
    }

    fn mean<'g>(&self) -> Value<'g> {
        let (count, integers) = (self.count as f64, self.integers as f64);
        let sum = self.floats + integers;
        match self.count {
            0 => Value::Null,
            _ if sum.is_finite() => Value::Float(sum / count),
            // The sum left the range of floats, where the mean may well be, or an infinity is among the values.
            _ => Value::Float((self.scaled + integers / SCALE) / count * SCALE),
        }
    }
}

/// Mean and squared distances from it, in one pass (Welford, *Note on a Method for Calculating Corrected Sums of Squares
/// and Products*, 1962).
#[derive(Default)]
struct Deviation {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Deviation {
    fn add(&mut self, value: f64) {
        self.count += 1;
        let distance = value - self.mean;
        self.mean += distance / self.count as f64;
        self.squares += distance * (value - self.mean);
    }

    /// Chan, Golub and LeVeque, *Updating Formulae and a Pairwise Algorithm for Computing Sample Variances*, 1979.
    fn merge(&mut self, later: &Deviation) {
        if later.count == 0 {
            return;
        }
        let (ours, theirs) = (self.count as f64, later.count as f64);
        let distance = later.mean - self.mean;
        self.count += later.count;
        self.mean += distance * theirs / (ours + theirs);
        self.squares += later.squares + distance * distance * ours * theirs / (ours + theirs);
    }

    /// The standard deviation; 0.0 of too few values to have one, as openCypher has it.
    fn finish(&self, of_a_sample: bool) -> f64 {
        let freedom = self.count.saturating_sub(u64::from(of_a_sample));
        if freedom == 0 { 0.0 } else { (self.squares / freedom as f64).sqrt() }
    }
}

/// The value at a share of the sorted numbers: one of them, or, when continuous, between two of them in proportion.
fn percentile<'g>(
    function: Aggregate,
    share: f64,
    numbers: &Pile<'g>,
    check: &dyn Fn() -> Result<()>,
) -> Result<Value<'g>> {
    if numbers.len() == 0 {
        return Ok(Value::Null);
    }
    let last = numbers.len() - 1;
    if function == Aggregate::PercentileDisc {
        let rank = (share * numbers.len() as f64).ceil() as usize;
        return numbers.in_order(rank.saturating_sub(1).min(last), check);
    }
    let at = share * last as f64;
    let below = at.floor();
    let part = at - below;
    let low = number(function, &numbers.in_order(below as usize, check)?)?;
    if part == 0.0 {
        return Ok(Value::Float(low));
    }
    let high = number(function, &numbers.in_order(at.ceil() as usize, check)?)?;
    // Weighed one by one: their difference may leave the range of floats.
    Ok(Value::Float(if low == high { low } else { low * (1.0 - part) + high * part }))
}

fn number(function: Aggregate, value: &Value<'_>) -> Result<f64> {
    match value {
        Value::Int(i) => Ok(*i as f64),
        Value::Float(f) => Ok(*f),
        other => Err(unfit(function, "numbers", other)),
    }
}

fn unfit(function: Aggregate, takes: &str, found: &Value<'_>) -> Diagnostic {
    let name = signature(FunctionKind::Aggregate(function)).map_or("the aggregation", |row| row.name);
    let message = format!("{name} takes {takes}, not {}", found.type_name());
    let error = Diagnostic::type_error(Detail::InvalidArgumentType, message);
    match found {
        Value::String(_) => error.help("toInteger(x) and toFloat(x) read a number from a string"),
        Value::Node(_) | Value::Edge(_) => error.help("name one of its properties, as in `n.name`"),
        _ => error,
    }
}

fn share_of(share: &Value<'_>) -> Result<f64> {
    let share = match share {
        Value::Int(i) => *i as f64,
        Value::Float(f) => *f,
        other => {
            return Err(Diagnostic::type_error(
                Detail::InvalidArgumentType,
                format!("a percentile is a number from 0.0 to 1.0, not {}", other.type_name()),
            ));
        }
    };
    if (0.0..=1.0).contains(&share) {
        return Ok(share);
    }
    Err(Diagnostic::argument(
        Detail::NumberOutOfRange,
        format!("a percentile is a number from 0.0 to 1.0, not {share}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::temporal::Temporal;

    fn fold(function: Aggregate, values: &[Value<'static>], share: Option<f64>) -> Result<Value<'static>> {
        let mut accumulator = Accumulator::new(function);
        for value in values {
            let arguments: Vec<_> = std::iter::once(value.clone()).chain(share.map(Value::Float)).collect();
            accumulator.add(&arguments)?;
        }
        accumulator.finish()
    }

    fn ints(items: &[i64]) -> Vec<Value<'static>> {
        items.iter().map(|i| Value::Int(*i)).collect()
    }

    fn floats(items: &[f64]) -> Vec<Value<'static>> {
        items.iter().map(|f| Value::Float(*f)).collect()
    }

    #[test]
    fn folds() {
        use Aggregate::*;
        let (inf, huge) = (f64::INFINITY, 1.5e308);
        let mixed = || vec![Value::Int(1), Value::string("a"), Value::Null, Value::Bool(true)];
        let cases = [
            (Count, vec![Value::Int(1), Value::Null], None, Value::Int(1)),
            (Count, vec![], None, Value::Int(0)),
            (Sum, ints(&[1, 2]), None, Value::Int(3)),
            (Sum, vec![], None, Value::Int(0)),
            (Sum, vec![Value::Null], None, Value::Int(0)),
            (Sum, ints(&[i64::MAX, 1, -5]), None, Value::Int(i64::MAX - 4)),
            (Sum, vec![Value::Int(1), Value::Float(0.5), Value::Int(1)], None, Value::Float(2.5)),
            (Sum, floats(&[huge, huge]), None, Value::Float(inf)),
            (Sum, spans(&[1, 2]), None, spans(&[3]).remove(0)),
            (Avg, spans(&[1, 3, 8]), None, spans(&[4]).remove(0)),
            (Avg, ints(&[1, 2]), None, Value::Float(1.5)),
            (Avg, vec![], None, Value::Null),
            (Avg, ints(&[i64::MAX, i64::MAX]), None, Value::Float(i64::MAX as f64)),
            (Avg, floats(&[huge, huge, huge]), None, Value::Float(huge)),
            (Avg, floats(&[huge, huge, -huge, -huge]), None, Value::Float(0.0)),
            (Avg, floats(&[inf, 1.0]), None, Value::Float(inf)),
            (Min, mixed(), None, Value::string("a")),
            (Max, mixed(), None, Value::Int(1)),
            (Max, vec![Value::Null], None, Value::Null),
            (Collect, vec![Value::Int(2), Value::Null, Value::Int(1)], None, Value::list(ints(&[2, 1]))),
            (StDev, ints(&[1, 2, 3]), None, Value::Float(1.0)),
            (StDev, ints(&[1]), None, Value::Float(0.0)),
            (StDev, floats(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]), None, Value::Float(30f64.sqrt())),
            (StDevP, ints(&[5]), None, Value::Float(0.0)),
            (StDevP, vec![], None, Value::Float(0.0)),
            (PercentileDisc, ints(&[30, 10, 20]), Some(0.5), Value::Int(20)),
            (PercentileDisc, ints(&[30, 10, 20]), Some(0.0), Value::Int(10)),
            (PercentileDisc, ints(&[30, 10, 20]), Some(1.0), Value::Int(30)),
            (PercentileDisc, vec![], Some(0.5), Value::Null),
            (PercentileCont, ints(&[10, 20, 30]), Some(0.25), Value::Float(15.0)),
            (PercentileCont, ints(&[10, 20, 30]), Some(1.0), Value::Float(30.0)),
            (PercentileCont, floats(&[-huge, huge]), Some(0.5), Value::Float(0.0)),
            (PercentileCont, floats(&[inf, inf]), Some(0.5), Value::Float(inf)),
            (PercentileCont, vec![Value::Null], Some(0.5), Value::Null),
        ];
        for (function, values, share, expected) in cases {
            assert_eq!(fold(function, &values, share), Ok(expected), "{function:?} {values:?}");
        }
        let mut rows = Accumulator::new(CountStar);
        assert_eq!(rows.add(&[]).and_then(|()| rows.add(&[])), Ok(()));
        assert_eq!(rows.finish(), Ok(Value::Int(2)));
    }

    /// So many days each.
    fn spans(days: &[i64]) -> Vec<Value<'static>> {
        let span =
            |days: &i64| Temporal::Duration(crate::model::temporal::Duration { days: *days, ..Default::default() });
        days.iter().map(|days| Value::from(span(days))).collect()
    }

    #[test]
    fn folds_that_fail() {
        use Aggregate::*;
        let cases = [
            (Sum, ints(&[i64::MAX, 1]), None, Detail::IntegerOverflow),
            (Sum, vec![Value::string("1")], None, Detail::InvalidArgumentType),
            (Sum, vec![Value::Int(1), spans(&[1]).remove(0)], None, Detail::InvalidArgumentType),
            (Sum, vec![spans(&[1]).remove(0), Value::Int(1)], None, Detail::InvalidArgumentType),
            (Avg, vec![Value::Bool(true)], None, Detail::InvalidArgumentType),
            (StDev, vec![Value::list(vec![])], None, Detail::InvalidArgumentType),
            (PercentileCont, ints(&[1]), Some(1.1), Detail::NumberOutOfRange),
            (PercentileDisc, vec![Value::Null], Some(-0.1), Detail::NumberOutOfRange),
            (PercentileDisc, ints(&[1]), Some(f64::NAN), Detail::NumberOutOfRange),
        ];
        for (function, values, share, expected) in cases {
            let found = fold(function, &values, share).map_err(|error| error.detail);
            assert_eq!(found, Err(expected), "{function:?} {values:?}");
        }
    }
}
