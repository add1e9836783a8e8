//! The last answer, kept so that it can be shown again: whole, as a picture, as a tree.

use std::fmt::Write;

use crate::View;
use crate::cli::ask::Observer;
use crate::cli::render::value::{Extent, cell};
use crate::export::Subgraph;
use crate::model::Value;

/// How many rows are kept.
const MOST: usize = 10_000;

/// The last answer's rows, whole, as text; and the nodes and edges in them.
#[derive(Debug, Default)]
pub(super) struct Last {
    /// The statement.
    pub(super) text: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    /// Rows that were not kept.
    dropped: u64,
    /// Each row as the steps of a walk, for the tree.
    walks: Vec<Vec<String>>,
    /// The nodes and edges in the rows.
    pub(super) subgraph: Subgraph,
    /// Which of the graph's snapshots they belong to.
    pub(super) epoch: usize,
}

impl Observer for Last {
    fn begin(&mut self, columns: &[String]) {
        let text = std::mem::take(&mut self.text);
        *self = Last { text, columns: columns.to_vec(), epoch: self.epoch, ..Last::default() };
    }

    fn row(&mut self, row: &[Value<'_>], view: &View<'_>) {
        if self.rows.len() == MOST {
            self.dropped += 1;
            return;
        }
        self.rows.push(row.iter().map(|value| cell(value, view, Extent::Whole, "null")).collect());
        let mut walk = Vec::new();
        for value in row {
            self.subgraph.add(view, value);
            steps(value, view, &mut walk);
        }
        self.walks.push(walk);
    }
}

impl Last {
    /// Whether there was an answer.
    pub(super) fn is_none(&self) -> bool {
        self.columns.is_empty()
    }

    /// Every row as a block of `column: value` lines, nothing cut; text of several lines keeps them, indented.
    pub(super) fn whole(&self) -> String {
        let mut text = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            for (column, value) in self.columns.iter().zip(row) {
                _ = writeln!(text, "{column}: {}", value.replace('\n', "\n  "));
            }
        }
        self.note_dropped(&mut text);
        text
    }

    /// The rows as a tree: rows that begin alike share their beginning. A path is walked step by step.
    pub(super) fn tree(&self) -> String {
        let mut root = Branch::default();
        for walk in &self.walks {
            walk.iter().fold(&mut root, |branch, step| branch.child(step));
        }
        let mut text = String::new();
        root.draw("", true, &mut text);
        self.note_dropped(&mut text);
        text
    }

    fn note_dropped(&self, text: &mut String) {
        if self.dropped > 0 {
            _ = writeln!(text, "… and {} more rows, which the shell did not keep", self.dropped);
        }
    }
}

/// A value as steps: one, or for a path one for each node with the edge that leads there.
fn steps(value: &Value<'_>, view: &View<'_>, walk: &mut Vec<String>) {
    let Value::Path(path) = value else {
        walk.push(cell(value, view, Extent::Brief, "null"));
        return;
    };
    for (index, node) in path.nodes.iter().enumerate() {
        let node_text = cell(&Value::Node(*node), view, Extent::Brief, "null");
        let edge = index.checked_sub(1).and_then(|before| path.edges.get(before)).and_then(|edge| view.edge(*edge));
        walk.push(match edge {
            Some(edge) if edge.target == *node => format!("-{}-> {node_text}", view.edge_type_name(edge.edge_type)),
            Some(edge) => format!("<-{}- {node_text}", view.edge_type_name(edge.edge_type)),
            None => node_text,
        });
    }
}

#[derive(Debug, Default)]
struct Branch {
    /// In the order of their first row.
    children: Vec<(String, Branch)>,
    /// Positions in `children`, so that wide trees are built in linear time.
    places: std::collections::HashMap<String, usize>,
}

impl Branch {
    fn child(&mut self, name: &str) -> &mut Branch {
        let place = *self.places.entry(name.to_owned()).or_insert_with(|| {
            self.children.push((name.to_owned(), Branch::default()));
            self.children.len() - 1
        });
        &mut self.children[place].1
    }

    fn draw(&self, indent: &str, top: bool, text: &mut String) {
        for (index, (name, branch)) in self.children.iter().enumerate() {
            let last = index + 1 == self.children.len();
            let (fork, below) = match (top, last) {
                (true, _) => ("", ""),
                (false, true) => ("└─ ", "   "),
                (false, false) => ("├─ ", "│  "),
            };
            _ = writeln!(text, "{indent}{fork}{}", name.replace('\n', " "));
            branch.draw(&format!("{indent}{below}"), false, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Snapshot;

    #[test]
    fn rows_that_begin_alike_share_a_branch() {
        let empty = Snapshot::empty();
        let view = View::new(&empty);
        let mut last = Last::default();
        assert!(last.is_none());
        last.begin(&["a".to_owned(), "b".to_owned()]);
        for (a, b) in [("x", "1\n2"), ("y", "3"), ("x", "4")] {
            last.row(&[Value::string(a), Value::string(b)], &view);
        }
        assert_eq!(last.tree(), "x\n├─ 1 2\n└─ 4\ny\n└─ 3\n");
        assert_eq!(last.whole(), "a: x\nb: 1\n  2\n\na: y\nb: 3\n\na: x\nb: 4\n");
    }
}
