//! Functions of numbers.

use super::{Result, integer, round, text, unfit};
use crate::model::function::Function;
use crate::model::{Class, Detail, Diagnostic, Value};

pub(super) fn call<'g>(function: Function, arguments: &[Value<'g>]) -> Result<Value<'g>> {
    use Function::*;
    match (function, arguments.first()) {
        (E, _) => return Ok(Value::Float(std::f64::consts::E)),
        (Pi, _) => return Ok(Value::Float(std::f64::consts::PI)),
        (Abs, Some(Value::Int(i))) => {
            return i.checked_abs().map(Value::Int).ok_or_else(|| {
                Diagnostic::new(
                    Class::ArithmeticError,
                    Detail::IntegerOverflow,
                    format!("the distance of {i} from zero does not fit into 64 bits"),
                )
                .help("use floats, with toFloat(...)")
            });
        }
        (Sign, Some(Value::Int(i))) => return Ok(Value::Int(i.signum())),
        _ => {}
    }
    let x = float(function, arguments.first())?;
    Ok(Value::Float(match function {
        Abs => x.abs(),
        Acos => x.acos(),
        Asin => x.asin(),
        Atan => x.atan(),
        Atan2 => x.atan2(float(function, arguments.get(1))?),
        Ceil => x.ceil(),
        Cos => x.cos(),
        Cosh => x.cosh(),
        Cot => 1.0 / x.tan(),
        Coth => 1.0 / x.tanh(),
        Degrees => x.to_degrees(),
        Exp => x.exp(),
        Floor => x.floor(),
        Haversin => (1.0 - x.cos()) / 2.0,
        Log => x.ln(),
        Log10 => x.log10(),
        Radians => x.to_radians(),
        Round if arguments.len() > 1 => {
            let mode = match arguments.get(2) {
                Some(_) => round::Mode::named(text(function, arguments.get(2))?)?,
                None => round::Mode::HalfUp,
            };
            round::decimals(x, integer(function, arguments.get(1))?, mode)?
        }
        // Halves go up, towards positive infinity. Not by adding 0.5, which rounds by itself.
        Round => x.floor() + f64::from(x - x.floor() >= 0.5),
        Sin => x.sin(),
        Sinh => x.sinh(),
        Sqrt => x.sqrt(),
        Tan => x.tan(),
        Tanh => x.tanh(),
        Sign => return Ok(Value::Int(if x > 0.0 { 1 } else { -i64::from(x < 0.0) })),
        _ => return Ok(Value::Bool(x.is_nan())),
    }))
}

fn float(function: Function, value: Option<&Value<'_>>) -> Result<f64> {
    match value {
        Some(Value::Int(i)) => Ok(*i as f64),
        Some(Value::Float(f)) => Ok(*f),
        other => Err(unfit(function, other.unwrap_or(&Value::Null))),
    }
}
