//! The bodies of the functions, by family; `model::function` has their names, parameters and texts.

pub mod aggregate;
mod convert;
mod graph;
pub(super) mod list;
mod math;
pub(in crate::exec) mod pile;
mod random;
mod round;
mod string;
pub(super) mod temporal;

use crate::model::function::{Clock, Function, FunctionKind, signature};
use crate::model::{Detail, Diagnostic, Value};
use crate::store::View;

type Result<T> = std::result::Result<T, Diagnostic>;

/// The function's value for these arguments, whose number the planner has checked.
///
/// `now` is the statement's clock: seconds since 1970 and nanoseconds. A null argument makes the value null, but for functions that are about nulls. The caller adds the place to an error.
///
/// # Errors
///
/// `TypeError` for an argument of a kind that the function does not take, and what the function itself refuses.
pub fn call<'g>(function: Function, arguments: &[Value<'g>], view: &View<'g>, now: (i64, i64)) -> Result<Value<'g>> {
    use Function::*;
    let minds_nulls = matches!(function, Coalesce | NullIf | ValueType);
    if !minds_nulls && arguments.iter().any(Value::is_null) {
        return Ok(Value::Null);
    }
    match function {
        Coalesce => Ok(arguments.iter().find(|value| !value.is_null()).cloned().unwrap_or_default()),
        NullIf => Ok(match arguments {
            [a, b] if a.equals(b) == Some(true) => Value::Null,
            _ => arguments.first().cloned().unwrap_or_default(),
        }),
        Id | ElementId | Labels | Type | Keys | Properties | StartNode | EndNode | Nodes | Relationships | Length => {
            graph::call(function, arguments, view)
        }
        Head | Last | Tail | Range | Reverse | Size | IsEmpty => list::call(function, arguments),
        Substring | Left | Right | Btrim | Ltrim | Rtrim | ToLower | ToUpper | Replace | Split | CharLength => {
            string::call(function, arguments)
        }
        ToBoolean | ToBooleanList | ToBooleanOrNull | ToFloat | ToFloatList | ToFloatOrNull | ToInteger
        | ToIntegerList | ToIntegerOrNull | ToString | ToStringList | ToStringOrNull | ValueType => {
            convert::call(function, arguments)
        }
        Make(_) | Now(..) | Truncate(_) | Between(_) | FromEpoch | FromEpochMillis => {
            temporal::call(function, arguments, now)
        }
        Timestamp => Ok(Value::Int(now.0.saturating_mul(1_000).saturating_add(now.1 / 1_000_000))),
        Rand => Ok(Value::Float(random::float())),
        RandomUuid => Ok(Value::string(random::uuid())),
        Abs | Acos | Asin | Atan | Atan2 | Ceil | Cos | Cosh | Cot | Coth | Degrees | E | Exp | Floor | Haversin
        | IsNan | Log | Log10 | Pi | Radians | Round | Sign | Sin | Sinh | Sqrt | Tan | Tanh => {
            math::call(function, arguments)
        }
    }
}

/// Whether equal arguments give equal values, whatever the graph and the hour.
pub(super) fn depends_on_arguments_alone(function: Function) -> bool {
    use Function::*;
    !matches!(
        function,
        Rand | RandomUuid
            | Now(..)
            | Make(_)
            | Timestamp
            | Id
            | ElementId
            | Labels
            | Type
            | Keys
            | Properties
            | StartNode
            | EndNode
    )
}

/// Whether equal arguments give equal values as long as a statement runs, whatever the graph: its clock stands still.
pub(super) fn lasts_for_a_statement(function: Function) -> bool {
    use Function::*;
    match function {
        Make(_) | Timestamp => true,
        Now(_, clock) => clock != Clock::Realtime,
        _ => depends_on_arguments_alone(function),
    }
}

/// The error of a function that cannot take a value.
fn unfit(function: Function, value: &Value<'_>) -> Diagnostic {
    let message = format!("{} cannot take {}", name(function), value.type_name());
    let error = Diagnostic::type_error(Detail::InvalidArgumentType, message);
    match signature(FunctionKind::Scalar(function)) {
        Some(signature) => error.help(signature.text),
        None => error,
    }
}

/// The function's name in messages.
fn name(function: Function) -> &'static str {
    signature(FunctionKind::Scalar(function)).map_or("the function", |signature| signature.name)
}

fn integer(function: Function, value: Option<&Value<'_>>) -> Result<i64> {
    match value {
        Some(Value::Int(i)) => Ok(*i),
        other => Err(unfit(function, other.unwrap_or(&Value::Null))),
    }
}

fn text<'v>(function: Function, value: Option<&'v Value<'_>>) -> Result<&'v str> {
    match value {
        Some(Value::String(s)) => Ok(s.as_str()),
        other => Err(unfit(function, other.unwrap_or(&Value::Null))),
    }
}

#[cfg(test)]
mod tests;
