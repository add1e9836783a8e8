//! A view as the planner sees it: names and statistics.

use super::View;
use crate::model::{Catalog, Direction};

impl Catalog for View<'_> {
    fn labels(&self) -> Vec<&str> {
        (0..self.label_count() as u32).map(|id| self.label_name(crate::model::LabelId(id))).collect()
    }

    fn edge_types(&self) -> Vec<&str> {
        (0..self.edge_type_count() as u32).map(|id| self.edge_type_name(crate::model::EdgeTypeId(id))).collect()
    }

    fn keys(&self) -> Vec<&str> {
        (0..self.key_count() as u32).map(|id| self.key_name(crate::model::KeyId(id))).collect()
    }

    fn nodes(&self) -> u64 {
        self.node_count()
    }

    fn edges(&self) -> u64 {
        self.edge_count()
    }

    fn nodes_with_label(&self, label: &str) -> Option<u64> {
        self.label_id(label).map(|label| self.nodes_with_label(label))
    }

    fn edges_with_type(&self, edge_type: &str) -> Option<u64> {
        self.edge_type_id(edge_type).map(|edge_type| self.edges_with_type(edge_type))
    }

    fn edges_at_label(&self, label: &str, edge_type: &str, direction: Direction) -> u64 {
        match (self.label_id(label), self.edge_type_id(edge_type)) {
            (Some(label), Some(edge_type)) => self.edges_at_label(label, edge_type, direction),
            _ => 0,
        }
    }

    fn distinct(&self, label: &str, key: &str) -> Option<u64> {
        self.about_distinct(self.label_id(label)?, self.key_id(key)?)
    }

    fn index(&self, label: &str, keys: &[&str]) -> Option<(Vec<String>, f64)> {
        let keys: Vec<_> = keys.iter().filter_map(|key| self.key_id(key)).collect();
        let (keys, rows) = self.best_index(self.label_id(label)?, &keys)?;
        Some((keys.into_iter().map(|key| self.key_name(key).to_owned()).collect(), rows))
    }
}
