//! The map of settings that an algorithm takes: read against its row of the table, so that every mistake is named.

use std::ops::RangeInclusive;

use super::{Procedure, Result, kinds};
use crate::model::{Detail, Diagnostic, Direction, Value, nearest};

/// The settings of one call: what was given, else the default, in the order of the procedure's row.
pub(super) struct Settings<'a> {
    procedure: &'a Procedure,
    values: Vec<(&'static str, Value<'a>)>,
}

/// An error about the value of an argument.
pub(super) fn wrong(message: String) -> Diagnostic {
    Diagnostic::argument(Detail::InvalidArgumentValue, message)
}

/// Adds which known name a misspelt one may have been meant to be.
pub(super) fn suggest<'k>(error: Diagnostic, name: &str, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let near = nearest(name, known, 1);
    near.into_iter().fold(error, |error, near| error.help(format!("did you mean `{near}`?")))
}

impl<'a> Settings<'a> {
    /// Reads the map; null, for the map or for a key, is the same as leaving it out.
    pub(super) fn read(procedure: &'a Procedure, given: Option<&Value<'a>>) -> Result<Self> {
        let map = match given {
            Some(Value::Map(map)) => Some(map),
            _ => None,
        };
        let names = || procedure.settings.iter().map(|setting| setting.name);
        for key in map.into_iter().flat_map(|map| map.keys()) {
            if !names().any(|name| name == key.as_str()) {
                let error = wrong(format!("{} has no setting `{}`", procedure.name, key.as_str()));
                let all: Vec<&str> = names().collect();
                let error = suggest(error, key, all.iter().copied());
                return Err(error.help(format!("its settings are: {}", all.join(", "))));
            }
        }
        let mut values = Vec::with_capacity(procedure.settings.len());
        for setting in procedure.settings {
            let given = map.and_then(|map| map.get(setting.name)).filter(|value| !value.is_null());
            let value = given.or(setting.default.as_ref()).cloned().unwrap_or_default();
            if !setting.types.meets(value.types()) {
                let (name, taken) = (setting.name, kinds(setting.types));
                let message = format!(
                    "the setting `{name}` of {} must be of type {taken}, not {}",
                    procedure.name,
                    value.type_name()
                );
                return Err(Diagnostic::type_error(Detail::InvalidArgumentType, message));
            }
            values.push((setting.name, value));
        }
        Ok(Settings { procedure, values })
    }

    fn value(&self, name: &str) -> &Value<'a> {
        let found = self.values.iter().find(|(setting, _)| *setting == name);
        found.map_or(&Value::Null, |(_, value)| value)
    }

    /// A text that may be left out.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.value(name) {
            Value::String(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// A list of names that may be left out.
    pub(super) fn names(&self, name: &str) -> Result<Option<Vec<&str>>> {
        let Value::List(items) = self.value(name) else { return Ok(None) };
        let other = |item: &Value<'_>| {
            let message =
                format!("the setting `{name}` of {} lists strings, not {}", self.procedure.name, item.type_name());
            Diagnostic::type_error(Detail::InvalidArgumentType, message)
        };
        let names = items.iter().map(|item| match item {
            Value::String(name) => Ok(name.as_str()),
            item => Err(other(item)),
        });
        names.collect::<Result<_>>().map(Some)
    }

    /// Which way edges are walked.
    pub(super) fn direction(&self) -> Result<Direction> {
        let ways = [("out", Direction::Out), ("in", Direction::In), ("both", Direction::Both)];
        let given = self.text("direction").unwrap_or("out");
        let found = ways.into_iter().find(|(name, _)| *name == given);
        found.map(|(_, direction)| direction).ok_or_else(|| {
            let error = wrong(format!("`direction` cannot be `{given}`"));
            error.help("it is one of 'out', 'in' and 'both'")
        })
    }

    /// A number within bounds.
    pub(super) fn number(&self, name: &str, bounds: RangeInclusive<f64>) -> Result<f64> {
        let number = match self.value(name) {
            Value::Int(number) => *number as f64,
            Value::Float(number) => *number,
            // A row of the table that forgot the default; no user can see it.
            _ => *bounds.start(),
        };
        if bounds.contains(&number) {
            return Ok(number);
        }
        Err(wrong(format!("`{name}` is a number from {} to {}, not {number}", bounds.start(), bounds.end())))
    }

    /// How many times; at least once.
    pub(super) fn times(&self, name: &str) -> Result<u64> {
        match self.value(name) {
            Value::Int(times @ 1..) => Ok(times.unsigned_abs()),
            Value::Int(times) => Err(wrong(format!("`{name}` is at least 1, not {times}"))),
            _ => Ok(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::algo::testing::{config, fails, given, rows, view};
    use crate::model::Value;

    #[test]
    fn what_is_wrong_with_settings() {
        let view = view(2, &[(0, 1, 1.0)]);
        let strings = |names: &[&'static str]| Value::list(names.iter().map(|name| Value::from(*name)).collect());
        let cases = [
            (
                "dampng",
                Value::Null,
                "algo.pageRank has no setting `dampng`; did you mean `damping`?; \
                 its settings are: labels, types, direction, weight, damping, maxIterations, tolerance",
            ),
            (
                "speed",
                Value::Null,
                "algo.pageRank has no setting `speed`; \
                 its settings are: labels, types, direction, weight, damping, maxIterations, tolerance",
            ),
            (
                "damping",
                Value::from("x"),
                "the setting `damping` of algo.pageRank must be of type NUMBER, not a string",
            ),
            ("damping", Value::Float(1.5), "`damping` is a number from 0 to 1, not 1.5"),
            ("damping", Value::Float(f64::NAN), "`damping` is a number from 0 to 1, not NaN"),
            ("maxIterations", Value::Int(0), "`maxIterations` is at least 1, not 0"),
            ("direction", Value::from("up"), "`direction` cannot be `up`; it is one of 'out', 'in' and 'both'"),
            ("labels", Value::from("A"), "the setting `labels` of algo.pageRank must be of type LIST, not a string"),
            (
                "labels",
                Value::list(vec![Value::Int(1)]),
                "the setting `labels` of algo.pageRank lists strings, not an integer",
            ),
            ("labels", strings(&["Nodee"]), "no node has the label `Nodee`; did you mean `Node`?"),
            ("types", strings(&["LIMK"]), "no edge has the type `LIMK`; did you mean `LINK`?"),
        ];
        for (key, value, message) in cases {
            assert_eq!(fails(&view, "algo.pageRank", &[config(&[(key, value)])]), message);
        }
    }

    #[test]
    fn null_is_the_default() {
        let view = view(2, &[(0, 1, 1.0)]);
        let plain = rows(&view, "algo.pageRank", &[]);
        assert_eq!(rows(&view, "algo.pageRank", &[Value::Null]), plain);
        assert_eq!(given(&view, "algo.pageRank", &[("damping", Value::Null), ("labels", Value::Null)]), plain);
    }
}
