//! Kenning: an embedded knowledge graph with its own query language.

mod db;
mod error;
pub mod lang;
pub mod load;
pub mod model;
pub mod plan;
pub mod store;

pub use db::{Database, Limits, Parameters, Rows, Summary};
pub use error::Error;
