//! Syntax tree and catalog to plan.

pub mod expr;
pub mod physical;
