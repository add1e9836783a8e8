//! Names in scope, and what is known of a variable before anything runs.

use crate::model::Var;
use crate::model::function::Types;

/// The names that an expression may use. A later name shadows an earlier one.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    names: Vec<(String, Var)>,
}

impl Scope {
    /// The variable of this name.
    pub(super) fn get(&self, name: &str) -> Option<Var> {
        self.names.iter().rev().find(|(n, _)| n == name).map(|(_, var)| *var)
    }

    /// Adds a name.
    pub(super) fn bind(&mut self, name: &str, var: Var) {
        self.names.push((name.to_owned(), var));
    }

    /// Names and variables in the order of their appearance, shadowed ones left out.
    pub(super) fn visible(&self) -> impl Iterator<Item = (&str, Var)> {
        self.names
            .iter()
            .enumerate()
            .filter(|(i, (name, _))| !self.names[i + 1..].iter().any(|(later, _)| later == name))
            .map(|(_, (name, var))| (name.as_str(), *var))
    }

    /// All variables in scope, each once.
    pub(super) fn vars(&self) -> Vec<Var> {
        let mut vars: Vec<Var> = self.names.iter().map(|(_, var)| *var).collect();
        vars.sort_unstable();
        vars.dedup();
        vars
    }
}

/// What the value of an expression may turn out to be; null is always possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Static {
    /// The kinds that it may have.
    pub(super) kinds: Types,
    /// If it is a list, the kinds that its elements may have.
    pub(super) elements: Types,
}

impl Static {
    /// Nothing is known.
    pub(super) const ANY: Static = Static { kinds: Types::ANY, elements: Types::ANY };

    /// One of these kinds.
    pub(super) const fn of(kinds: Types) -> Static {
        Static { kinds, elements: Types::ANY }
    }

    /// A list of these kinds.
    pub(super) const fn list(elements: Types) -> Static {
        Static { kinds: Types::LIST, elements }
    }

    /// One or the other.
    pub(super) fn or(self, other: Static) -> Static {
        Static { kinds: self.kinds.or(other.kinds), elements: self.elements.or(other.elements) }
    }

    /// What an element of it may be.
    pub(super) fn element(self) -> Static {
        if self.kinds == Types::LIST { Static::of(self.elements) } else { Static::ANY }
    }
}
