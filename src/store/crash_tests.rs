//! A disk that fails, tears and forgets, at every write, sync, rename and change of length in turn, under a workload of
//! transactions: what is recovered is the last state that was acknowledged, or that and the commit in flight.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::bytes::Bytes;
use super::disk::{Disk, Handle};
use super::graph_file::{self, Opened, Writer};
use super::record::Record;
use super::{Changes, Error, Mark, View};
use crate::model::definition::{Change, Definition, Rule, Subject};
use crate::model::{EdgeId, NodeId, Value};

/// A file as programs see it, and as it would be after a loss of power.
#[derive(Clone, Debug, Default)]
struct Inode {
    now: Vec<u8>,
    /// What is synced; a prefix or a part of later writes may be there too.
    safe: Vec<u8>,
    locked: bool,
}

#[derive(Clone, Debug, Default)]
struct State {
    inodes: Vec<Inode>,
    names: BTreeMap<PathBuf, usize>,
    /// The names as they were when the folder was last synced.
    safe_names: BTreeMap<PathBuf, usize>,
    /// Steps until the power goes; none: never.
    left: Option<usize>,
    /// Steps taken.
    steps: usize,
    /// A source of chance.
    dice: u64,
}

/// How the disk fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The power goes: everything fails from then on.
    Crash,
    /// One operation fails, and the next ones work.
    Once,
}

/// What a disk must hold if the power goes now.
#[derive(Debug, Default)]
struct Watch {
    safe: Vec<String>,
    flying: Option<Vec<String>>,
    /// How often that was looked at.
    looks: usize,
}

#[derive(Clone, Debug)]
struct Faulty {
    state: Arc<Mutex<State>>,
    fault: Fault,
    /// Looks at every step what would be left.
    watch: Option<Arc<Mutex<Watch>>>,
}

impl Faulty {
    fn new(left: Option<usize>, fault: Fault, dice: u64) -> Self {
        Faulty { state: Arc::new(Mutex::new(State { left, dice, ..State::default() })), fault, watch: None }
    }

    /// One step; the last one that is left fails. `torn` does a part of the work.
    fn step<T>(&self, work: impl FnOnce(&mut State) -> T, torn: impl FnOnce(&mut State)) -> io::Result<T> {
        let mut state = self.state.lock().unwrap();
        state.steps += 1;
        if let Some(watch) = &self.watch {
            let mut crashed = state.clone();
            crashed.dice ^= state.steps as u64;
            torn(&mut crashed);
            look(&mut watch.lock().unwrap(), crashed.after());
            return Ok(work(&mut state));
        }
        match state.left {
            Some(0) if self.fault == Fault::Crash => Err(io::Error::other("no power")),
            Some(1) => {
                torn(&mut state);
                state.left = if self.fault == Fault::Crash { Some(0) } else { None };
                Err(io::Error::other("the disk failed"))
            }
            left => {
                state.left = left.map(|left| left.saturating_sub(1));
                Ok(work(&mut state))
            }
        }
    }
}

impl State {
    fn roll(&mut self) -> u64 {
        self.dice = self.dice.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.dice >> 33
    }

    /// The disk after the power came back: what was synced, and of the rest what chance left.
    fn after(mut self) -> Faulty {
        let mut next = State { dice: self.dice, ..State::default() };
        // Names that were not synced may be the old ones or the new ones.
        let names = if self.roll().is_multiple_of(2) { self.names.clone() } else { self.safe_names.clone() };
        for inode in &self.inodes {
            let mut bytes = inode.safe.clone();
            // Of what was written and not synced, any pages may have got there.
            next.dice = next.dice.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let mut chance = next.dice >> 33;
            for (page, chunk) in inode.now.chunks(64).enumerate() {
                chance = chance.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                if (chance >> 40).is_multiple_of(2) {
                    let at = page * 64;
                    if bytes.len() < at + chunk.len() {
                        bytes.resize(at + chunk.len(), 0);
                    }
                    bytes[at..at + chunk.len()].copy_from_slice(chunk);
                }
            }
            // Bytes beyond the present end were cut off, or were not.
            next.inodes.push(Inode { now: bytes.clone(), safe: bytes, locked: false });
        }
        next.names = names.clone();
        next.safe_names = names;
        Faulty { state: Arc::new(Mutex::new(next)), fault: Fault::Crash, watch: None }
    }
}

/// What is recovered must be what was acknowledged, or that and what was in flight.
fn look(watch: &mut Watch, after: Faulty) {
    watch.looks += 1;
    let (opened, _) = graph_file::open_to_write(Arc::new(after), Path::new(PATH), Duration::ZERO).unwrap();
    let found = seen(&View::with_changes(&opened.snapshot, Arc::new(opened.changes)));
    assert!(found == watch.safe || Some(&found) == watch.flying.as_ref(), "{found:#?}\n{watch:#?}");
}

const PATH: &str = "graph.ken";

#[derive(Debug)]
struct Open {
    disk: Faulty,
    inode: usize,
    locks: Mutex<bool>,
}

impl Drop for Open {
    fn drop(&mut self) {
        if *self.locks.lock().unwrap() {
            self.disk.state.lock().unwrap().inodes[self.inode].locked = false;
        }
    }
}

impl Disk for Faulty {
    fn open(&self, path: &Path, _: bool) -> io::Result<Box<dyn Handle>> {
        let found = self.state.lock().unwrap().names.get(path).copied();
        let inode = found.ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Open { disk: self.clone(), inode, locks: Mutex::default() }))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        if self.state.lock().unwrap().names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let make = |state: &mut State| {
            state.inodes.push(Inode::default());
            state.names.insert(path.into(), state.inodes.len() - 1);
            state.inodes.len() - 1
        };
        let inode = self.step(make, |_| {})?;
        Ok(Box::new(Open { disk: self.clone(), inode, locks: Mutex::default() }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let work = |state: &mut State| {
            let inode = state.names.remove(from).unwrap();
            state.names.insert(to.into(), inode);
        };
        self.step(work, |_| {})
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let remove = |state: &mut State| {
            state.names.remove(path);
        };
        self.step(remove, |_| {})
    }

    fn holder(&self, _: &Path) -> Option<u32> {
        None
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        self.step(|state| state.safe_names = state.names.clone(), |_| {})
    }
}

impl Handle for Open {
    fn length(&self) -> io::Result<u64> {
        Ok(self.disk.state.lock().unwrap().inodes[self.inode].now.len() as u64)
    }

    fn read(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let state = self.disk.state.lock().unwrap();
        let bytes = &state.inodes[self.inode].now;
        let start = (offset as usize).min(bytes.len());
        Ok(bytes[start..start.saturating_add(length).min(bytes.len())].to_vec())
    }

    fn map(&self, length: usize) -> io::Result<Bytes> {
        Ok(Bytes::copy(&self.read(0, length)?))
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let put = |state: &mut State, bytes: &[u8]| {
            let (start, file) = (offset as usize, &mut state.inodes[self.inode].now);
            if file.len() < start + bytes.len() {
                file.resize(start + bytes.len(), 0);
            }
            file[start..start + bytes.len()].copy_from_slice(bytes);
        };
        let torn = |state: &mut State| {
            let part = state.roll() as usize % (bytes.len() + 1);
            put(state, &bytes[..part]);
        };
        self.disk.step(|state| put(state, bytes), torn)
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.disk.step(|state| state.inodes[self.inode].now.resize(length as usize, 0), |_| {})
    }

    fn sync_data(&self) -> io::Result<()> {
        self.sync()
    }

    fn sync(&self) -> io::Result<()> {
        let work = |state: &mut State| {
            let inode = &mut state.inodes[self.inode];
            inode.safe = inode.now.clone();
        };
        self.disk.step(work, |_| {})
    }

    fn try_lock(&self) -> io::Result<bool> {
        let mut state = self.disk.state.lock().unwrap();
        let mine = *self.locks.lock().unwrap();
        let inode = &mut state.inodes[self.inode];
        if inode.locked && !mine {
            return Ok(false);
        }
        inode.locked = true;
        *self.locks.lock().unwrap() = true;
        Ok(true)
    }

    fn is_at(&self, path: &Path) -> io::Result<bool> {
        Ok(self.disk.state.lock().unwrap().names.get(path) == Some(&self.inode))
    }
}

/// Everything that can be seen of a graph, whatever its ids.
fn seen(view: &View<'_>) -> Vec<String> {
    let named = |properties: Vec<(crate::model::KeyId, Value<'_>)>| {
        let named = properties.into_iter().map(|(key, value)| format!("{}={value:?}", view.key_name(key)));
        named.collect::<Vec<_>>().join(",")
    };
    let node = |node: NodeId| {
        let mut labels: Vec<&str> = view.node_labels(node).into_iter().map(|label| view.label_name(label)).collect();
        labels.sort_unstable();
        format!("{labels:?} {}", named(view.node_properties(node)))
    };
    let mut all: Vec<String> = view.scan(|_| true).into_iter().flatten().map(NodeId).map(node).collect();
    view.edges(None, |edge, source, target| {
        let edge_type = view.edge_type_name(view.edge(edge).unwrap().edge_type);
        all.push(format!("({}) {edge_type} {} ({})", node(source), named(view.edge_properties(edge)), node(target)));
    });
    all.extend(view.indexes().into_iter().chain(view.constraints()).map(|definition| format!("{definition:?}")));
    all.sort();
    all
}

/// A random transaction.
fn transact(view: &mut View<'_>, number: u64, dice: &mut State) {
    for _ in 0..dice.roll() % 4 + 1 {
        let nodes: Vec<NodeId> = view.scan(|_| true).into_iter().flatten().map(NodeId).collect();
        let mut edges: Vec<EdgeId> = Vec::new();
        view.edges(None, |edge, _, _| edges.push(edge));
        let node = |dice: &mut State| nodes.get(dice.roll() as usize % nodes.len().max(1)).copied();
        let edge = |dice: &mut State| edges.get(dice.roll() as usize % edges.len().max(1)).copied();
        let text = Value::string(format!("text {number}"));
        // Graphs stay small, so that a thousand transactions take a moment.
        let full = nodes.len() > 60;
        match dice.roll() % 10 {
            0..3 if !full => {
                let labels: &[&str] = [&["A"][..], &["B"], &["A", "B"], &[]][dice.roll() as usize % 4];
                view.create_node(labels, vec![("n", Value::Int(number as i64)), ("text", text)]).unwrap();
            }
            3 | 4 => {
                if let (Some(source), Some(target)) = (node(dice), node(dice)) {
                    view.create_edge(source, "R", target, vec![("w", Value::Float(0.5))]).unwrap();
                }
            }
            5 => {
                if let Some(node) = node(dice) {
                    view.set_node_property(node, "text", text).unwrap();
                }
            }
            6 => {
                if let Some(edge) = edge(dice) {
                    view.set_edge_property(edge, &format!("k{}", number % 3), text).unwrap();
                }
            }
            7 => {
                if let Some(edge) = edge(dice) {
                    view.delete_edge(edge);
                }
            }
            0..3 | 8 => {
                if let Some(node) =
                    node(dice).filter(|node| view.degree(*node, crate::model::Direction::Both, None) == 0)
                {
                    view.delete_node(node).unwrap();
                }
            }
            _ => {
                let subject = Subject::Nodes("A".to_owned());
                let definition = Definition::named(None, subject, vec![format!("k{}", number % 2)], Rule::Index);
                let change = match dice.roll() % 2 {
                    0 => Change::Create { definition, lenient: true },
                    _ => Change::Drop { name: definition.name, constraint: false, lenient: true },
                };
                view.define(&change).unwrap();
                if let Some(node) = node(dice) {
                    view.add_label(node, "C").unwrap();
                }
            }
        }
    }
}

/// Runs transactions until one fails for good; gives the last acknowledged state, and the one in flight.
fn work(disk: &Faulty, path: &Path, transactions: u64, dice: u64) -> (Vec<String>, Option<Vec<String>>) {
    let mut dice = State { dice, ..State::default() };
    let mut safe = Vec::new();
    let opened = graph_file::open_to_write(Arc::new(disk.clone()), path, Duration::ZERO);
    let Ok((Opened { mut snapshot, changes, .. }, mut writer)) = opened else { return (safe, None) };
    let mut changes = Arc::new(changes);
    safe = seen(&View::with_changes(&snapshot, Arc::clone(&changes)));
    for number in 0..transactions {
        let next = Changes::clone(&changes);
        let mark = next.mark();
        let mut view = View::with_changes(&snapshot, Arc::new(next));
        transact(&mut view, number, &mut dice);
        let flying = seen(&view);
        let done = view.changes();
        drop(view);
        match commit(&mut writer, &done, mark) {
            Ok(()) => (changes, safe) = (done, flying),
            // A failed commit leaves the state before it, and the writer goes on or says that it cannot.
            Err(error) if disk.fault == Fault::Once && !matches!(error, Error::Broken(_)) => {}
            Err(_) => return (safe, Some(flying)),
        }
        if number % 7 == 6 {
            let view = View::with_changes(&snapshot, Arc::clone(&changes));
            let Ok(opened) = writer.checkpoint(&view) else { return (safe, None) };
            drop(view);
            (snapshot, changes) = (opened.snapshot, Arc::new(opened.changes));
            assert_eq!(
                seen(&View::with_changes(&snapshot, Arc::clone(&changes))),
                safe,
                "a checkpoint keeps the graph"
            );
        }
    }
    (safe, None)
}

fn commit(writer: &mut Writer, changes: &Changes, mark: Mark) -> Result<(), Error> {
    Record::since(changes, mark)?.map_or(Ok(()), |record| writer.append(&record))
}

fn new_disk(left: Option<usize>, fault: Fault, dice: u64, path: &Path) -> Faulty {
    let disk = Faulty::new(None, fault, dice);
    graph_file::create(&disk, path).unwrap();
    disk.state.lock().unwrap().left = left;
    disk
}

#[test]
fn what_was_acknowledged_survives_a_loss_of_power_anywhere() {
    let path = Path::new(PATH);
    for seed in 0..12 {
        let whole = new_disk(None, Fault::Crash, seed, path);
        work(&whole, path, 30, seed);
        let steps = whole.state.lock().unwrap().steps;
        for left in 1..steps {
            let disk = new_disk(Some(left), Fault::Crash, seed * 1000 + left as u64, path);
            let (safe, flying) = work(&disk, path, 30, seed);
            let after = disk.state.lock().unwrap().clone().after();
            // Writing on from there works, too.
            let (opened, mut writer) = graph_file::open_to_write(Arc::new(after.clone()), path, Duration::ZERO)
                .unwrap_or_else(|error| panic!("seed {seed}, step {left}: {error}"));
            let mark = opened.changes.mark();
            let mut view = View::with_changes(&opened.snapshot, Arc::new(opened.changes));
            let found = seen(&view);
            assert!(
                found == safe || Some(&found) == flying.as_ref(),
                "seed {seed}, step {left}: {found:#?}\n{safe:#?}"
            );
            view.create_node(&["After"], vec![]).unwrap();
            let expected = seen(&view);
            commit(&mut writer, &view.changes(), mark).unwrap();
            drop(writer);
            let (again, _) = graph_file::open(Arc::new(after), path).unwrap();
            assert_eq!(seen(&View::with_changes(&again.snapshot, Arc::new(again.changes))), expected);
        }
    }
}

#[test]
fn one_failure_leaves_the_state_before_it() {
    let path = Path::new(PATH);
    for left in 1..120 {
        let disk = new_disk(Some(left), Fault::Once, left as u64, path);
        let (safe, _) = work(&disk, path, 30, 5);
        let (found, _) = graph_file::open(Arc::new(disk), path).unwrap();
        let found = seen(&View::with_changes(&found.snapshot, Arc::new(found.changes)));
        assert_eq!(found, safe, "step {left}");
    }
}

/// `KENNING_TRANSACTIONS=20000` does more than the 1,000.
#[test]
fn a_thousand_transactions_survive_a_loss_of_power_at_every_step() {
    let transactions = std::env::var("KENNING_TRANSACTIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(1000);
    let path = Path::new(PATH);
    let watch = Arc::new(Mutex::new(Watch::default()));
    let disk = new_disk(None, Fault::Crash, 99, path);
    let mut dice = State { dice: 99, ..State::default() };
    let (opened, mut writer) = graph_file::open_to_write(Arc::new(disk.clone()), path, Duration::ZERO).unwrap();
    drop(writer);
    watch.lock().unwrap().safe = seen(&View::new(&opened.snapshot));
    let watched = Faulty { watch: Some(Arc::clone(&watch)), ..disk };
    let (Opened { mut snapshot, changes, .. }, again) =
        graph_file::open_to_write(Arc::new(watched), path, Duration::ZERO).unwrap();
    writer = again;
    let mut changes = Arc::new(changes);
    for number in 0..transactions {
        let mark = changes.mark();
        let mut view = View::with_changes(&snapshot, changes);
        transact(&mut view, number, &mut dice);
        let flying = seen(&view);
        changes = view.changes();
        drop(view);
        watch.lock().unwrap().flying = Some(flying.clone());
        commit(&mut writer, &changes, mark).unwrap();
        let mut watch = watch.lock().unwrap();
        (watch.safe, watch.flying) = (flying, None);
        drop(watch);
        if dice.roll().is_multiple_of(40) {
            let opened = writer.checkpoint(&View::with_changes(&snapshot, changes)).unwrap();
            (snapshot, changes) = (opened.snapshot, Arc::new(opened.changes));
        }
    }
    let looks = watch.lock().unwrap().looks;
    assert!(looks as u64 * 2 > 3 * transactions, "a write and a sync of each that did anything: {looks}");
}
