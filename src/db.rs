//! The database: the one file where all stages meet.
//!
//! In: the text of a statement, parameters, limits. Out: [`Rows`]. A statement runs on the state that it found; one
//! that changes the graph runs to its end before its first row is seen, and leaves nothing behind when it fails.

mod build;
mod text;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::error::Error;
use crate::model::{Schema, Value};
use crate::plan::physical::Warning;
use crate::store::View;

pub(crate) use crate::lang::ask::{is_sentence, words as sentence_words};
pub(crate) use crate::lang::{keywords, split};
pub(crate) use text::{is_complete, literal};

/// Parameters of a statement by name, without the `$`.
pub type Parameters = BTreeMap<String, Value<'static>>;

/// What a statement may use up; none is no limit.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Time from start to last row.
    pub timeout: Option<Duration>,
    /// Rows of the answer.
    pub max_rows: Option<u64>,
    /// Bytes held by operators that gather rows (sorting, grouping, paths).
    pub max_memory: Option<u64>,
    /// Set to true from anywhere (another thread, a signal handler) to stop the statement.
    pub cancel: Option<Arc<AtomicBool>>,
}

/// What a statement changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Nodes added.
    pub nodes_created: u64,
    /// Edges added.
    pub edges_created: u64,
    /// Properties set to a value.
    pub properties_set: u64,
    /// Labels that the graph had not known.
    pub labels_added: u64,
}

/// A graph to ask.
pub struct Database {}

/// A statement's answer, row by row.
pub struct Rows<'g> {
    view: View<'g>,
}

#[allow(unused_variables, reason = "signatures")]
impl Database {
    /// Maps a graph file, read-only; the work does not grow with the graph.
    pub fn open(path: &Path) -> Result<Self, Error> {
        unimplemented!("written by db")
    }
    /// The graph that ships with the program.
    pub fn shipped() -> Result<Self, Error> {
        unimplemented!("written by db")
    }
    /// An empty graph in memory, to be written.
    pub fn in_memory() -> Self {
        unimplemented!("written by db")
    }
    /// The graph as it is now.
    pub fn view(&self) -> View<'_> {
        unimplemented!("written by db")
    }
    /// The schema that travels with the graph.
    pub fn schema(&self) -> Option<&Schema> {
        unimplemented!("written by db")
    }
    /// Runs a statement: openCypher, or a sentence when the graph has a schema.
    pub fn query<'g>(&'g self, text: &str, parameters: &Parameters, limits: &Limits) -> Result<Rows<'g>, Error> {
        unimplemented!("written by db")
    }
    /// The Cypher that a sentence becomes; none when the text is Cypher already.
    pub fn translate(&self, text: &str) -> Result<Option<String>, Error> {
        unimplemented!("written by db")
    }
    /// The plan as text; with `analyze` the statement runs and each operator shows the rows it gave.
    pub fn explain(&self, text: &str, parameters: &Parameters, analyze: bool) -> Result<String, Error> {
        unimplemented!("written by db")
    }
}

#[allow(unused_variables, reason = "signatures")]
impl<'g> Rows<'g> {
    /// The columns' names; none for a statement without `RETURN`.
    pub fn columns(&self) -> &[String] {
        unimplemented!("written by db")
    }
    /// The graph that nodes, edges and paths in the rows belong to (with the statement's own changes).
    pub fn view(&self) -> &View<'g> {
        &self.view
    }
    /// Legal oddities: names that the graph does not know; notes on how a sentence was read.
    pub fn warnings(&self) -> &[Warning] {
        unimplemented!("written by db")
    }
    /// What the statement changed.
    pub fn summary(&self) -> Summary {
        unimplemented!("written by db")
    }
}

impl<'g> Iterator for Rows<'g> {
    type Item = Result<Vec<Value<'g>>, Error>;
    fn next(&mut self) -> Option<Self::Item> {
        unimplemented!("written by db")
    }
}
