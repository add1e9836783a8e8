//! What opening a graph costs, small and large: map the file, find one node by its label and indexed key, read it.
//!
//! The two should be near each other; the ratio is printed at the end. The files are made once, under `target/tmp`.

#![allow(missing_docs, reason = "criterion's macros")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement ends at the first failure and prints")]

mod common;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use kenning::model::Value;
use kenning::store::{Snapshot, View, write};

const SMALL: u32 = 1_000;
const LARGE: u32 = 1_000_000;

/// The file of a graph of this size, made when it is not there yet or of another format.
fn file(nodes: u32) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("open-{nodes}.ken"));
    if Snapshot::open(&path).is_err() {
        let start = Instant::now();
        let bytes = common::graph(nodes, 5).unwrap();
        println!("{nodes} nodes: {} bytes, built in {:?}", bytes.len(), start.elapsed());
        write(&path, &bytes).unwrap();
    }
    path
}

/// Opens the graph and reads the name of the person with this id.
fn read_one(path: &Path, id: u32) -> usize {
    let snapshot = Snapshot::open(path).unwrap();
    let view = View::new(&snapshot);
    let (person, key, name) =
        (view.label_id("Person").unwrap(), view.key_id("id").unwrap(), view.key_id("name").unwrap());
    let found = view.seek(person, key, &Value::Int(i64::from(id))).unwrap();
    let [node] = found[..] else { panic!("the id {id} is taken once") };
    let Value::String(name) = view.node_property(node, name) else { panic!("every person has a name") };
    name.len()
}

/// The median of many runs, each with another node.
fn median(path: &Path, nodes: u32) -> Duration {
    let mut times: Vec<Duration> = (0..2_001u32)
        .map(|run| {
            let id = run.wrapping_mul(2_654_435_761) % nodes;
            let start = Instant::now();
            black_box(read_one(path, id));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn open(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("open, seek, read");
    for nodes in [SMALL, LARGE] {
        let path = file(nodes);
        let mut run = 0u32;
        group.bench_function(format!("{nodes} nodes"), |bencher| {
            bencher.iter(|| {
                run = run.wrapping_add(2_654_435_761);
                read_one(&path, run % nodes)
            });
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("open alone");
    for nodes in [SMALL, LARGE] {
        let path = file(nodes);
        group.bench_function(format!("{nodes} nodes"), |bencher| bencher.iter(|| Snapshot::open(&path).unwrap()));
    }
    group.finish();
    let [small, large] = [SMALL, LARGE].map(|nodes| median(&file(nodes), nodes));
    println!("open, seek, read: {small:?} of {SMALL} nodes, {large:?} of {LARGE} nodes");
    println!("ratio {:.2}", large.as_secs_f64() / small.as_secs_f64());
}

criterion_group!(benches, open);
criterion_main!(benches);
