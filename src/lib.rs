//! Kenning: an embedded knowledge graph with its own query language.

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
mod db;
mod error;
pub mod export;
pub mod lang;
pub mod load;
pub mod model;
pub mod plan;
pub mod store;

pub use db::{Database, Limits, Parameters, Rows, Summary};
pub use error::{Error, Failure};
pub use plan::physical::Warning;
pub use store::View;
