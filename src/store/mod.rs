//! The graph at rest and the changes over it.
//!
//! In: bytes of a snapshot, or nodes and edges to build one from. Out: a [`View`], through which everybody reads.
//! Nothing here hears of queries. A read never fails and never panics: what the bytes cannot answer reads as absent
//! and marks the snapshot damaged, which [`View::health`] reports; the executor asks it once a batch.

mod builder;
mod bytes;
mod catalog;
mod changes;
mod checksum;
mod constraint;
mod encode;
mod error;
mod file;
mod index;
mod layout;
mod moment;
mod names;
mod order;
mod runs;
mod snapshot;
mod typed;
mod value;
mod view;

pub use builder::Builder;
pub use bytes::Aligned;
pub use changes::{Changes, Mark};
pub use error::Error;
pub use file::write;
pub use snapshot::Snapshot;
pub use view::{Edge, View};
