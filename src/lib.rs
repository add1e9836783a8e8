//! Kenning: an embedded knowledge graph with its own query language.
pub mod lang;
pub mod model;
pub mod plan;
