//! Aggregations: a group's values folded into one.
//!
//! Nulls are skipped everywhere; `DISTINCT` is the caller's.

use crate::exec::expr::operator;
use crate::model::function::Aggregate;
use crate::model::{Detail, Diagnostic, Value};
use crate::plan::expr::BinaryOp;

/// A group's state for one aggregation.
pub struct Accumulator<'g> {
    function: Aggregate,
    count: u64,
    /// The sum, the smallest or the greatest so far.
    best: Value<'g>,
    /// What `collect` and the percentiles have seen.
    values: Vec<Value<'g>>,
    /// The percentile that is asked for.
    share: f64,
    /// For `avg`: floats, and integers apart, which add up exactly.
    sum: f64,
    whole: i128,
    mean: f64,
    /// The sum of squared distances from the mean (Welford, *Note on a Method for Calculating Corrected Sums of
    /// Squares and Products*, 1962).
    squares: f64,
}

impl<'g> Accumulator<'g> {
    /// Nothing seen yet.
    pub fn new(function: Aggregate) -> Self {
        let best = if function == Aggregate::Sum { Value::Int(0) } else { Value::Null };
        Accumulator {
            function,
            count: 0,
            best,
            values: Vec::new(),
            share: 0.0,
            sum: 0.0,
            whole: 0,
            mean: 0.0,
            squares: 0.0,
        }
    }

    /// Whether it keeps every value, rather than a summary.
    pub fn holds_values(&self) -> bool {
        matches!(self.function, Aggregate::Collect | Aggregate::PercentileCont | Aggregate::PercentileDisc)
    }

    /// Folds one row's arguments in.
    ///
    /// # Errors
    ///
    /// `TypeError` for a value that the aggregation cannot take, `ArithmeticError` on overflow, `ArgumentError` for a
    /// percentile outside 0 to 1.
    pub fn add(&mut self, arguments: &[Value<'g>]) -> Result<(), Diagnostic> {
        let Some(value) = arguments.first() else {
            self.count += 1;
            return Ok(());
        };
        if let Some(share) = arguments.get(1) {
            self.share = share_of(share)?;
        }
        if value.is_null() {
            return Ok(());
        }
        self.count += 1;
        match self.function {
            Aggregate::CountStar | Aggregate::Count => {}
            Aggregate::Sum => {
                number(self.function, value)?;
                self.best = operator::binary(BinaryOp::Add, &self.best, value)?;
            }
            Aggregate::Avg => match value {
                Value::Int(i) => self.whole += i128::from(*i),
                value => self.sum += number(self.function, value)?,
            },
            Aggregate::StDev | Aggregate::StDevP => {
                let value = number(self.function, value)?;
                let distance = value - self.mean;
                self.mean += distance / self.count as f64;
                self.squares += distance * (value - self.mean);
            }
            Aggregate::Min => {
                if self.best.is_null() || value.order(&self.best).is_lt() {
                    self.best = value.clone();
                }
            }
            Aggregate::Max => {
                if self.best.is_null() || value.order(&self.best).is_gt() {
                    self.best = value.clone();
                }
            }
            Aggregate::Collect => self.values.push(value.clone()),
            Aggregate::PercentileCont | Aggregate::PercentileDisc => {
                number(self.function, value)?;
                self.values.push(value.clone());
            }
        }
        Ok(())
    }

    /// The group's value.
    pub fn finish(mut self) -> Result<Value<'g>, Diagnostic> {
        Ok(match self.function {
            Aggregate::CountStar | Aggregate::Count => Value::Int(self.count as i64),
            Aggregate::Sum | Aggregate::Min | Aggregate::Max => self.best,
            Aggregate::Avg if self.count == 0 => Value::Null,
            Aggregate::Avg => Value::Float((self.sum + self.whole as f64) / self.count as f64),
            Aggregate::Collect => Value::list(self.values),
            Aggregate::StDev if self.count < 2 => Value::Float(0.0),
            Aggregate::StDev => Value::Float((self.squares / (self.count - 1) as f64).sqrt()),
            Aggregate::StDevP if self.count == 0 => Value::Float(0.0),
            Aggregate::StDevP => Value::Float((self.squares / self.count as f64).sqrt()),
            Aggregate::PercentileCont | Aggregate::PercentileDisc if self.values.is_empty() => Value::Null,
            Aggregate::PercentileDisc => {
                self.values.sort_by(Value::order);
                let rank = (self.share * self.values.len() as f64).ceil() as usize;
                self.values.swap_remove(rank.max(1).min(self.values.len()) - 1)
            }
            Aggregate::PercentileCont => {
                self.values.sort_by(Value::order);
                let at = self.share * (self.values.len() - 1) as f64;
                let (low, high) = (at.floor() as usize, at.ceil() as usize);
                let low_value = number(self.function, &self.values[low])?;
                let high_value = number(self.function, &self.values[high])?;
                Value::Float(low_value + (high_value - low_value) * (at - low as f64))
            }
        })
    }
}

fn number(function: Aggregate, value: &Value<'_>) -> Result<f64, Diagnostic> {
    match value {
        Value::Int(i) => Ok(*i as f64),
        Value::Float(f) => Ok(*f),
        other => Err(Diagnostic::type_error(
            Detail::InvalidArgumentType,
            format!("{function:?} needs numbers, not {}", other.type_name()),
        )),
    }
}

fn share_of(share: &Value<'_>) -> Result<f64, Diagnostic> {
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

    #[test]
    fn folds() {
        let ints = |items: &[i64]| items.iter().map(|i| Value::Int(*i)).collect::<Vec<_>>();
        let cases = [
            (Aggregate::Count, vec![Value::Int(1), Value::Null], None, Value::Int(1)),
            (Aggregate::Sum, ints(&[1, 2]), None, Value::Int(3)),
            (Aggregate::Sum, vec![], None, Value::Int(0)),
            (Aggregate::Avg, ints(&[1, 2]), None, Value::Float(1.5)),
            (Aggregate::Avg, vec![], None, Value::Null),
            (Aggregate::Min, vec![Value::Int(1), Value::string("a")], None, Value::string("a")),
            (Aggregate::Max, vec![Value::Int(1), Value::string("a")], None, Value::Int(1)),
            (Aggregate::StDev, ints(&[1, 2, 3]), None, Value::Float(1.0)),
            (Aggregate::StDevP, ints(&[5]), None, Value::Float(0.0)),
            (Aggregate::PercentileDisc, ints(&[10, 20, 30]), Some(0.5), Value::Int(20)),
            (Aggregate::PercentileCont, ints(&[10, 20, 30]), Some(0.25), Value::Float(15.0)),
        ];
        for (function, values, share, expected) in cases {
            let mut accumulator = Accumulator::new(function);
            for value in &values {
                let arguments: Vec<_> = std::iter::once(value.clone()).chain(share.map(Value::Float)).collect();
                assert_eq!(accumulator.add(&arguments), Ok(()), "{function:?}");
            }
            assert_eq!(accumulator.finish(), Ok(expected), "{function:?} {values:?}");
        }
    }
}
