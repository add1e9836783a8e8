//! What an import made, for `--dry-run` and the last line.

use std::collections::BTreeMap;

/// What an import made, or would make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Nodes that are new.
    pub nodes_created: u64,
    /// Rows whose node was there before the import.
    pub nodes_matched: u64,
    /// Edges that are new.
    pub edges_created: u64,
    /// Rows whose edge was there before the import.
    pub edges_matched: u64,
    /// Rows that were left out because of a problem.
    pub rejected: u64,
    /// New nodes by label; one with two labels counts for both.
    pub by_label: BTreeMap<String, u64>,
    /// New edges by type.
    pub by_type: BTreeMap<String, u64>,
}

impl Counts {
    /// How many rows made or matched something.
    pub fn rows(&self) -> u64 {
        self.nodes_created + self.nodes_matched + self.edges_created + self.edges_matched
    }
}
