//! Edges from the slots of their ends to nodes, and those that were there before.

use std::collections::{BTreeMap, HashMap};

use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};

use super::conform;
use super::csv::Dangling;
use super::ids::{Ids, NOBODY, SpaceId};
use super::intake::Intake;
use super::places::Places;
use super::problems::{Place, Stop};
use crate::store::{Builder, Edges};

/// The edges of an import.
#[derive(Default)]
pub(super) struct Groups {
    groups: Vec<Group>,
    /// By type: how many were there before.
    before: HashMap<String, usize>,
}

/// Edges of one type whose ends are named in the same spaces.
pub(super) struct Group {
    edge_type: String,
    from: SpaceId,
    to: SpaceId,
    /// The property that tells them apart.
    key: Option<String>,
    /// What becomes of those that end nowhere.
    dangling: Dangling,
    /// With slots for ends.
    pub(super) edges: Edges,
    /// Where rows stand.
    places: Places,
}

impl Group {
    /// Adds an edge; its row.
    pub(super) fn push(&mut self, [from, to]: [u32; 2], place: Place) -> usize {
        let row = self.edges.len();
        self.places.at(row as u32, place);
        self.edges.sources.push(from);
        self.edges.targets.push(to);
        row
    }

    /// The row stands there.
    pub(super) fn at(&mut self, row: usize, place: Place) {
        self.places.at(row as u32, place);
    }

    fn place(&self, row: usize) -> Place {
        self.places.of(row as u32)
    }

    /// Only those for which it is true.
    fn keep(&mut self, keep: &[bool]) {
        let old = std::mem::take(&mut self.places);
        let kept = (0..).zip(keep).filter(|(_, keep)| **keep).map(|(row, _)| old.of(row));
        kept.zip(0..).for_each(|(place, row)| self.places.at(row, place));
        self.edges.keep(|row| keep[row]);
    }
}

impl Groups {
    /// Over the edges that are there.
    pub(super) fn over(builder: &mut Builder) -> Self {
        Groups { groups: Vec::new(), before: builder.edges_by_type() }
    }

    /// The number of a group; a new one for new ends.
    pub(super) fn group(
        &mut self,
        edge_type: &str,
        from: SpaceId,
        to: SpaceId,
        key: Option<&str>,
        dangling: &Dangling,
    ) -> usize {
        let same = |group: &Group| {
            (group.edge_type.as_str(), group.from, group.to, group.key.as_deref()) == (edge_type, from, to, key)
                && group.dangling == *dangling
        };
        self.groups.iter().position(same).unwrap_or_else(|| {
            self.groups.push(Group {
                edge_type: edge_type.to_owned(),
                from,
                to,
                key: key.map(str::to_owned),
                dangling: dangling.clone(),
                edges: Edges::default(),
                places: Places::default(),
            });
            self.groups.len() - 1
        })
    }

    /// The group with this number.
    pub(super) fn of(&mut self, group: usize) -> &mut Group {
        &mut self.groups[group]
    }

    /// Gives all edges their nodes, and adds them to the graph.
    pub(super) fn join(self, intake: &mut Intake) -> Result<(), Stop> {
        let mut matching: HashMap<String, Matching> = HashMap::new();
        for mut group in self.groups {
            let before = self.before.get(&group.edge_type).copied().unwrap_or(0);
            resolve(&mut group, before == 0, intake)?;
            if before == 0 {
                intake.counts.edges_created += group.edges.len() as u64;
                *intake.counts.by_type.entry(group.edge_type.clone()).or_default() += group.edges.len() as u64;
                let edges = intake.builder.edges_of(&group.edge_type);
                if edges.len() == 0 {
                    *edges = group.edges
                } else {
                    edges.append(group.edges)
                }
                continue;
            }
            let matching = matching
                .entry(group.edge_type.clone())
                .or_insert_with(|| Matching::new(intake.builder.edges_of(&group.edge_type), before));
            merge(group, matching, intake)?;
        }
        intake.counts.by_type.retain(|_, count| *count > 0);
        Ok(())
    }
}

/// Slots to nodes; edges that end nowhere are reported and left out, unless their ends are to be made, and those that the
/// schema does not allow. `new` says that no edge of the type was there before.
fn resolve(group: &mut Group, new: bool, intake: &mut Intake) -> Result<(), Stop> {
    if let Dangling::Make(label) = &group.dangling {
        intake.make_lacking(group.from, label, || group.edges.sources.nodes());
        intake.make_lacking(group.to, label, || group.edges.targets.iter().copied());
    }
    let ids = [group.from, group.to].map(|space| intake.ids(space));
    let off = conform::edges(&group.edge_type, &group.edges, new, ids, intake);
    let (sources, targets) = (group.edges.sources.nodes(), group.edges.targets.iter().copied());
    let lacking = lacks(intake.ids(group.from), sources) || lacks(intake.ids(group.to), targets);
    if lacking {
        let vacant = || intake.vacant(group.from).or_else(|| intake.vacant(group.to));
        if let Some(message) = vacant().filter(|_| group.dangling == Dangling::Problem) {
            // Said once: it is no mistake of any row.
            let place = Place { line: 0, ..group.place(0) };
            group.edges.keep(|_| false);
            return intake.obstacle(place, &message);
        }
    }
    if lacking || !off.is_empty() {
        leave_out(group, &off, intake)?;
    }
    let (from, to) = (intake.ids(group.from), intake.ids(group.to));
    if !from.are_nodes() {
        group.edges.sources.renumber(|slot| from.node(slot));
    }
    if !to.are_nodes() {
        group.edges.targets.par_iter_mut().for_each(|slot| *slot = to.node(*slot));
    }
    Ok(())
}

/// Whether one of the slots is free.
fn lacks(ids: &Ids, mut slots: impl Iterator<Item = u32>) -> bool {
    ids.lacks_nodes() && slots.any(|slot| ids.node(slot) == NOBODY)
}

/// Leaves out edges that end nowhere, and those with which something else is wrong.
fn leave_out(group: &mut Group, off: &BTreeMap<usize, String>, intake: &mut Intake) -> Result<(), Stop> {
    let [from, to] = [group.from, group.to].map(|space| intake.ids(space).names());
    let mut keep = vec![true; group.edges.len()];
    let mut skipped = 0;
    let ends = group.edges.sources.iter().zip(&group.edges.targets);
    for ((row, keep), (source, target)) in keep.iter_mut().enumerate().zip(ends) {
        let leaves = intake.ids(group.from).node(source) == NOBODY;
        let dangles = leaves || intake.ids(group.to).node(*target) == NOBODY;
        if !dangles && !off.contains_key(&row) {
            continue;
        }
        *keep = false;
        if dangles && group.dangling == Dangling::Skip {
            skipped += 1;
            continue;
        }
        let (source, target) = (&from[intake.ids(group.from).place(source)], &to[intake.ids(group.to).place(*target)]);
        if let Some(message) = off.get(&row).filter(|_| !dangles) {
            intake.problem(group.place(row), message, &format!("{source},{target}"))?;
            continue;
        }
        let (does, name, space) = if leaves { ("leaves", source, group.from) } else { ("enters", target, group.to) };
        let called = intake.called(space);
        let message = format!("this {} {does} `{name}`, and there is no {called} with that id", group.edge_type);
        intake.problem(group.place(row), &message, &format!("{source},{target}"))?;
    }
    if skipped > 0 {
        let edges = if skipped == 1 { "edge was" } else { "edges were" };
        let edge_type = &group.edge_type;
        intake.note(format!("{skipped} {edge_type} {edges} left out, because a node that they name is not there"));
    }
    group.keep(&keep);
    Ok(())
}

/// The edges of a type that were there before, by their ends.
struct Matching {
    /// Source, target, row; ascending.
    edges: Vec<(u32, u32, u32)>,
    taken: Vec<bool>,
}

impl Matching {
    fn new(edges: &Edges, before: usize) -> Self {
        let ends = edges.sources.iter().zip(&edges.targets).zip(0..before as u32);
        let mut edges: Vec<_> = ends.map(|((source, target), row)| (source, *target, row)).collect();
        edges.sort_unstable();
        Matching { edges, taken: vec![false; before] }
    }

    /// The first edge with these ends that no row has taken and that is `right`.
    fn take(&mut self, source: u32, target: u32, right: impl Fn(usize) -> bool) -> Option<usize> {
        let first = self.edges.partition_point(|edge| (edge.0, edge.1) < (source, target));
        let same = self.edges[first..].iter().take_while(|edge| (edge.0, edge.1) == (source, target));
        let row = same.map(|edge| edge.2 as usize).find(|row| !self.taken[*row] && right(*row))?;
        self.taken[row] = true;
        Some(row)
    }
}

/// Updates the edges that were there, and adds the others, but for those that lack what the schema wants.
fn merge(group: Group, matching: &mut Matching, intake: &mut Intake) -> Result<(), Stop> {
    let lacking = conform::lacking(&group.edge_type, &group.edges, intake);
    let mut left_out = Vec::new();
    let key = group.key.as_deref().map(|key| intake.builder.key(key));
    let edges = intake.builder.edges_of(&group.edge_type);
    let mut new = 0;
    for (row, (source, target)) in group.edges.sources.iter().zip(&group.edges.targets).enumerate() {
        let target = *target;
        let there =
            matching.take(source, target, |there| key.is_none_or(|key| edges.has_same(there, &group.edges, row, key)));
        if let Some(message) = lacking.get(&row).filter(|_| there.is_none()) {
            left_out.push((row, message));
            continue;
        }
        let at = there.unwrap_or_else(|| {
            new += 1;
            edges.sources.push(source);
            edges.targets.push(target);
            edges.len() - 1
        });
        for (key, buffer) in &group.edges.columns {
            if let Some(cell) = buffer.get(row) {
                edges.column(*key).put(at, cell);
            }
        }
    }
    intake.counts.edges_created += new;
    intake.counts.edges_matched += (group.edges.len() - left_out.len()) as u64 - new;
    *intake.counts.by_type.entry(group.edge_type.clone()).or_default() += new;
    left_out.into_iter().try_for_each(|(row, message)| intake.problem(group.place(row), message, ""))
}
