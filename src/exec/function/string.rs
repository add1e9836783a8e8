//! Functions of strings. Positions and lengths count characters (Unicode scalar values).

use super::{Result, integer, text, unfit};
use crate::exec::bound;
use crate::model::function::Function;
use crate::model::{Detail, Diagnostic, Value};

pub(super) fn call<'g>(function: Function, arguments: &[Value<'g>]) -> Result<Value<'g>> {
    use Function::*;
    let subject = text(function, arguments.first())?;
    let length = |i: usize| -> Result<usize> {
        let length = integer(function, arguments.get(i))?;
        usize::try_from(length).map_err(|_| {
            Diagnostic::argument(
                Detail::NumberOutOfRange,
                format!("{} counts characters from 0, not from {length}", super::name(function)),
            )
        })
    };
    let trimmed = |at_start: bool, at_end: bool| -> Result<String> {
        let goes: Box<dyn Fn(char) -> bool> = match arguments.get(1) {
            Some(characters) => {
                let characters: Vec<char> = text(function, Some(characters))?.chars().collect();
                Box::new(move |c| characters.contains(&c))
            }
            None => Box::new(char::is_whitespace),
        };
        let mut rest = subject;
        if at_start {
            rest = rest.trim_start_matches(&*goes);
        }
        if at_end {
            rest = rest.trim_end_matches(&*goes);
        }
        Ok(rest.to_owned())
    };
    Ok(match function {
        CharLength => Value::Int(subject.chars().count() as i64),
        ToLower => Value::string(subject.to_lowercase()),
        ToUpper => Value::string(subject.to_uppercase()),
        Btrim => Value::string(trimmed(true, true)?),
        Ltrim => Value::string(trimmed(true, false)?),
        Rtrim => Value::string(trimmed(false, true)?),
        Left => Value::string(subject.chars().take(length(1)?).collect::<String>()),
        Right => {
            let skip = subject.chars().count().saturating_sub(length(1)?);
            Value::string(subject.chars().skip(skip).collect::<String>())
        }
        Substring => {
            let rest = subject.chars().skip(length(1)?);
            match arguments.len() {
                2 => Value::string(rest.collect::<String>()),
                _ => Value::string(rest.take(length(2)?).collect::<String>()),
            }
        }
        Replace => {
            let (search, by) = (text(function, arguments.get(1))?, text(function, arguments.get(2))?);
            let times = if by.len() > search.len() { subject.matches(search).count() } else { 0 };
            let more = times.saturating_mul(by.len().saturating_sub(search.len()));
            bound::text(subject.len().saturating_add(more))?;
            Value::string(subject.replace(search, by))
        }
        _ => split(subject, arguments.get(1).unwrap_or(&Value::Null))?,
    })
}

/// The parts between separators: one, or a list of which the earliest match counts, and of these the shortest. An empty
/// separator splits between characters; without any separator the string stays whole.
fn split<'g>(subject: &str, separators: &Value<'g>) -> Result<Value<'g>> {
    let separators: Vec<&str> = match separators {
        Value::List(items) => items.iter().map(|item| text(Function::Split, Some(item))).collect::<Result<_>>()?,
        Value::String(separator) => vec![separator.as_str()],
        other => return Err(unfit(Function::Split, other)),
    };
    if !separators.is_empty() && separators.iter().all(|separator| separator.is_empty()) {
        bound::items(subject.chars().count())?;
        return Ok(Value::list(subject.chars().map(|c| Value::string(c.to_string())).collect()));
    }
    let (mut parts, mut rest) = (Vec::new(), subject);
    let next = |rest: &str| {
        separators
            .iter()
            .filter(|separator| !separator.is_empty())
            .filter_map(|separator| rest.find(separator).map(|at| (at, separator.len())))
            .min()
    };
    while let Some((at, length)) = next(rest) {
        bound::items(parts.len() + 1)?;
        parts.push(Value::string(rest[..at].to_owned()));
        rest = &rest[at + length..];
    }
    parts.push(Value::string(rest.to_owned()));
    Ok(Value::list(parts))
}
