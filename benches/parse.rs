//! How long parsing takes: that it grows in proportion to the text, whatever nests in it, and what a usual query costs.
//!
//! Measured on two cores of an x86-64 server at 2026-11: the usual query takes 94 microseconds. Ten times the text takes ten
//! times as long in every shape: 100 bytes take 83 microseconds as parentheses and lists, 65 as comprehensions, 60 as
//! patterns, 36 as CASE and maps, 31 as EXISTS.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kenning::lang::{MAX_NESTING, parse};

/// Shapes as deep as they may nest: what is repeated in front of the core, the core, what is repeated behind it.
const SHAPES: [(&str, [&str; 3]); 8] = [
    ("parentheses", ["(", "1", ")"]),
    ("lists", ["[", "1", "]"]),
    ("maps", ["{a: ", "1", "}"]),
    ("comprehensions", ["[x IN xs | ", "1", "]"]),
    ("patterns", ["(a {k: ", "1", "})-->()"]),
    ("edges", ["(a)-[r {k: ", "1", "}]-()"]),
    ("case", ["CASE WHEN a THEN ", "1", " END"]),
    ("exists", ["EXISTS { (a) WHERE ", "true", " }"]),
];

/// A query of `pieces` items in a list, each nested `depth` deep.
fn query([open, core, close]: [&str; 3], depth: usize, pieces: usize) -> String {
    let piece = format!("{}{core}{}", open.repeat(depth), close.repeat(depth));
    format!("RETURN [{}]", vec![piece; pieces].join(", "))
}

fn growth(c: &mut Criterion) {
    let deepest = MAX_NESTING / 2 - 1;
    for (name, shape) in SHAPES {
        let mut group = c.benchmark_group(format!("parse/{name}"));
        // By depth, then by length at the greatest depth.
        for (depth, pieces) in [(deepest / 4, 1), (deepest / 2, 1), (deepest, 1), (deepest, 10), (deepest, 100)] {
            let text = query(shape, depth, pieces);
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_with_input(BenchmarkId::from_parameter(text.len()), &text, |b, text| {
                b.iter(|| parse(black_box(text)).is_ok())
            });
        }
        group.finish();
    }
}

fn usual(c: &mut Criterion) {
    let text = "MATCH (s:Skill)-[:ADDRESSES]->(c:Challenge {kind: 'technical'})<-[:FACES]-(r:Role) \
                WHERE s.name STARTS WITH 'Data' AND NOT (s)-[:USES]->(:Technology) \
                WITH c, collect(DISTINCT s.name) AS skills, count(*) AS n ORDER BY n DESC LIMIT 10 \
                RETURN c.name AS challenge, size(skills) AS skills, [x IN skills WHERE x <> $skip | toUpper(x)] AS names";
    c.bench_function("parse/usual", |b| b.iter(|| parse(black_box(text)).is_ok()));
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(std::time::Duration::from_millis(200)).measurement_time(std::time::Duration::from_millis(500)).sample_size(20);
    targets = usual, growth
}
criterion_main!(benches);
