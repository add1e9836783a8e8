//! What a planner may ask of a graph: its names and its statistics.

use super::Direction;

/// A graph's names and statistics, by name. The planner sees a graph through this alone.
pub trait Catalog {
    /// Every label, in no particular order.
    fn labels(&self) -> Vec<&str>;
    /// Every edge type, in no particular order.
    fn edge_types(&self) -> Vec<&str>;
    /// Every property key, in no particular order.
    fn keys(&self) -> Vec<&str>;
    /// How many nodes.
    fn nodes(&self) -> u64;
    /// How many edges.
    fn edges(&self) -> u64;
    /// How many nodes have the label; none for a label that the graph does not know.
    fn nodes_with_label(&self, label: &str) -> Option<u64>;
    /// How many edges have the type; none for a type that the graph does not know.
    fn edges_with_type(&self, edge_type: &str) -> Option<u64>;
    /// How many edges of the type leave (`Out`) or enter (`In`) nodes with the label.
    fn edges_at_label(&self, label: &str, edge_type: &str, direction: Direction) -> u64;
    /// About how many different values the key has on nodes with the label; none when nobody has counted.
    fn distinct(&self, label: &str, key: &str) -> Option<u64>;
    /// The index that finds nodes with the label by the values of as many of these keys as possible: its keys in order,
    /// and how many nodes it finds on average.
    fn index(&self, label: &str, keys: &[&str]) -> Option<(Vec<String>, f64)>;
}
