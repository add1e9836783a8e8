//! Plans of the texts that were asked last, so that a program that asks the same again and again need not prepare.
//!
//! A plan serves as long as the graph stays as it is: what is said beside an answer (that a name is unknown, how a word of a
//! sentence was taken) depends on it.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::Database;
use super::Prepared;
use crate::lang::ask::Note;
use crate::lang::ast::Mode;
use crate::model::Span;
use crate::plan::physical::{Plan, Warning};

/// So many plans are kept.
const MOST: usize = 128;

/// Longer texts are made by programs, and seldom the same again.
const LONGEST: usize = 4096;

#[derive(Default)]
pub(super) struct Plans(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// Of the graph that the plans are for.
    version: u64,
    by_text: FxHashMap<Box<str>, Arc<Planned>>,
}

/// What [`Prepared`] holds, but for the database.
#[derive(Clone)]
pub(super) struct Planned {
    pub(super) plan: Arc<Plan>,
    pub(super) mode: Mode,
    pub(super) notes: Vec<Note>,
    pub(super) nothing: Option<Note>,
    pub(super) warnings: Vec<Warning>,
    /// The statement's place in its text.
    pub(super) span: Span,
}

impl Plans {
    /// The plan of a text for this version of the graph.
    pub(super) fn get(&self, version: u64, text: &str) -> Option<Arc<Planned>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.by_text.get(text).filter(|_| kept.version == version).cloned()
    }

    /// Keeps a plan.
    pub(super) fn put(&self, version: u64, text: &str, planned: &Arc<Planned>) {
        if text.len() > LONGEST {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.version != version || kept.by_text.len() >= MOST {
            kept.by_text.clear();
            kept.version = version;
        }
        kept.by_text.insert(text.into(), Arc::clone(planned));
    }
}

impl Planned {
    /// Ready to run.
    pub(super) fn of<'g>(self: &Arc<Self>, database: &'g Database) -> Prepared<'g> {
        Prepared { database, planned: Arc::clone(self) }
    }
}
