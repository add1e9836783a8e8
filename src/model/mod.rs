//! The words that every layer shares.
//!
//! A type moves here the day a second layer needs it. Nothing in this folder knows about text, files, plans or
//! execution; it imports the standard library, derives, one string distance and one way to grow the stack only.

pub mod catalog;
pub mod column;
pub mod definition;
pub mod diagnostic;
pub mod function;
pub(crate) mod garbage;
pub mod id;
pub(crate) mod merge;
mod nearest;
pub mod procedure;
pub mod schema;
pub mod span;
mod stack;
pub mod temporal;
pub mod value;

pub use catalog::Catalog;
pub use column::{Column, Texts, TextsOf};
pub use diagnostic::{Class, Detail, Diagnostic};
pub use id::{EdgeId, EdgeTypeId, KeyId, LabelId, NodeId, Var};
pub use nearest::nearest;
pub(crate) use nearest::nearest_term;
pub use schema::Schema;
pub use span::Span;
pub(crate) use stack::deep;
pub use value::{Direction, Path, Str, Value};
