//! A difference as a picture: what came is green, what went is red, what changed is amber, and the nodes that only hold
//! edges' ends are grey.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::lines::Sign;
use super::{Diff, DiffError, PropertyChange, value};
use crate::export::{dot_quote as quote, dot_tooltip as tooltip};
use crate::model::{EdgeId, NodeId};
use crate::store::View;

/// The most nodes that are drawn without force.
const LIMIT: usize = 300;

/// The most nodes that are drawn in ranks.
const RANKED: usize = 60;

/// A node to draw: of the first graph when the second has none.
type Place = (bool, NodeId);

impl Diff {
    /// Graphviz's text; `force` draws pictures of any size.
    ///
    /// # Errors
    ///
    /// [`DiffError::TooLarge`] when nobody could read it.
    pub fn dot(&self, a: &View<'_>, b: &View<'_>, force: bool) -> Result<String, DiffError> {
        let mut nodes: BTreeMap<Place, (Sign, String)> = BTreeMap::new();
        for node in &self.nodes_removed {
            nodes.insert((false, *node), (Sign::Removed, String::new()));
        }
        for node in &self.nodes_added {
            nodes.insert((true, *node), (Sign::Added, String::new()));
        }
        for change in &self.nodes_changed {
            let labels = change.labels_removed.iter().map(|label| format!("\n-:{label}"));
            let labels = labels.chain(change.labels_added.iter().map(|label| format!("\n+:{label}")));
            let told = labels.collect::<String>() + &told(&change.properties);
            nodes.insert((true, change.new), (Sign::Changed, told));
        }
        let place = |first: bool, node: NodeId| match self.pairs.forth.get(&node).filter(|_| first) {
            Some(new) => (true, *new),
            None => (!first, node),
        };
        let mut edges: Vec<(Place, Place, String, Sign, String)> = Vec::new();
        let mut draw = |first: bool, edge: EdgeId, sign: Sign, told: String| {
            let view = if first { a } else { b };
            let Some(ends) = view.edge(edge) else { return };
            let (source, target) = (place(first, ends.source), place(first, ends.target));
            for end in [source, target] {
                nodes.entry(end).or_insert((Sign::Note, String::new()));
            }
            edges.push((source, target, view.edge_type_name(ends.edge_type).to_owned(), sign, told));
        };
        self.edges_removed.iter().for_each(|edge| draw(true, *edge, Sign::Removed, String::new()));
        self.edges_added.iter().for_each(|edge| draw(false, *edge, Sign::Added, String::new()));
        self.edges_changed.iter().for_each(|change| draw(false, change.new, Sign::Changed, told(&change.properties)));
        if nodes.len() > LIMIT && !force {
            return Err(DiffError::TooLarge { nodes: nodes.len(), limit: LIMIT });
        }
        let called = |(second, node): &Place| if *second { b.called(*node) } else { a.called(*node) };
        let mut sorted: Vec<_> = nodes.into_iter().map(|(place, what)| (called(&place), place, what)).collect();
        sorted.sort_by(|(a, pa, _), (b, pb, _)| (a, pa).cmp(&(b, pb)));
        let numbers: BTreeMap<Place, usize> = sorted.iter().enumerate().map(|(n, (_, place, _))| (*place, n)).collect();
        let ranked = sorted.len() <= RANKED;
        let layout =
            if ranked { "rankdir=LR, nodesep=0.15, ranksep=0.9" } else { "layout=sfdp, overlap=prism, splines=line" };
        let mut text = format!(
            "digraph difference {{\n  graph [{layout}, outputorder=edgesfirst, bgcolor=white, fontname=\"Helvetica,Arial\"]\n  \
             node [fontname=\"Helvetica,Arial\", fontsize=11, margin=\"0.11,0.06\", height=0.3, width=0.4, shape=box, style=\"filled,rounded\"]\n  \
             edge [fontname=\"Helvetica,Arial\", fontsize=9, arrowsize=0.6]\n"
        );
        for (number, (called, place, (sign, told))) in sorted.iter().enumerate() {
            let caption = [&called.name, &called.key].into_iter().find(|word| !word.is_empty()).cloned();
            let caption = caption.unwrap_or_else(|| format!("{} {}", called.label, place.1.0));
            let (fill, border) = colours(*sign);
            let tip = tooltip(&format!("{called}{told}"));
            _ = writeln!(
                text,
                "  n{number} [label={}, fillcolor=\"{fill}\", color=\"{border}\", fontcolor=\"{border}\", tooltip={tip}]",
                quote(&caption)
            );
        }
        let mut edges: Vec<_> = edges
            .into_iter()
            .map(|(source, target, edge_type, sign, told)| {
                (numbers[&source], numbers[&target], edge_type, sign as u8, sign, told)
            })
            .collect();
        edges.sort_by(|a, b| (a.0, a.1, &a.2, a.3, &a.5).cmp(&(b.0, b.1, &b.2, b.3, &b.5)));
        for (source, target, edge_type, _, sign, told) in edges {
            let (_, border) = colours(sign);
            let style = if sign == Sign::Removed { ", style=dashed" } else { "" };
            let label = if ranked { format!(", label={}", quote(&edge_type)) } else { String::new() };
            let tip = tooltip(&format!("{edge_type}{told}"));
            _ = writeln!(
                text,
                "  n{source} -> n{target} [color=\"{border}\", fontcolor=\"{border}\"{style}{label}, tooltip={tip}]"
            );
        }
        text.push_str("}\n");
        Ok(text)
    }
}

/// A pale fill and a dark border.
fn colours(sign: Sign) -> (&'static str, &'static str) {
    match sign {
        Sign::Added => ("#dcfce7", "#15803d"),
        Sign::Removed => ("#fee2e2", "#b91c1c"),
        Sign::Changed => ("#fef3c7", "#b45309"),
        Sign::Note | Sign::Detail => ("#f5f5f4", "#57534e"),
    }
}

fn told(changes: &[PropertyChange]) -> String {
    let line = |change: &PropertyChange| {
        format!("\n{}: {} -> {}", change.key, value::text(&change.old), value::text(&change.new))
    };
    changes.iter().map(line).collect()
}
