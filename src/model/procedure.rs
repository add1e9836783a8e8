//! What a procedure looks like from outside: its name, what it takes and what it gives.

use super::function::Types;

/// A procedure's name, parameters and columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// As documentation writes it, such as `db.labels`; calls are case-blind.
    pub name: String,
    /// What it takes, in order; those that may be left out come last.
    pub parameters: Vec<Parameter>,
    /// The names and kinds of the columns of its rows. None: it gives no rows.
    pub results: Vec<(String, Types)>,
}

/// What a procedure takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name; a call without parentheses takes the statement's parameter of that name.
    pub name: String,
    /// What it accepts besides null.
    pub types: Types,
    /// Whether it may be left out.
    pub optional: bool,
}

/// The procedures that a statement may call, as the planner sees them.
pub trait Procedures {
    /// The signature of the procedure with this name, whatever its case.
    fn signature(&self, name: &str) -> Option<Signature>;
    /// Every name.
    fn names(&self) -> Vec<String>;
}
