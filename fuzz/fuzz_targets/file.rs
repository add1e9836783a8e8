//! Any bytes as a file: opening them ends with an error or a graph, and whatever is asked of that graph ends with rows or an
//! error, without a panic and in bounded time and memory. Damage that checksums would show is tried with checksums that fit.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use kenning::{Database, Limits, Parameters};
use libfuzzer_sys::fuzz_target;
use xxhash_rust::xxh64::xxh64;

const STATEMENTS: &[&str] = &[
    "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.id IS UNIQUE",
    "UNWIND range(1, 9) AS i CREATE (:Person {id: i, name: 'person ' + i, born: date('1970-01-01') + duration({days: i}), \
     tags: ['a', 'tag ' + i % 3], half: i / 2.0, even: i % 2 = 0})",
    "MATCH (a:Person), (b:Person) WHERE b.id = a.id * 3 % 11 CREATE (a)-[:KNOWS {w: a.id}]->(b)",
    "MATCH (p:Person {id: 2}) SET p.half = 'two', p:Old",
    "CHECKPOINT",
    "CREATE INDEX FOR (p:Person) ON (p.name)",
    "MATCH (p:Person {id: 3}) SET p:Older, p.name = 'renamed', p.tags = null",
    "MATCH (p:Person {id: 4}) DETACH DELETE p",
    "UNWIND range(11, 13) AS i CREATE (:Person:New {id: i, at: datetime('2024-02-29T12:00[Europe/London]')})",
    "MATCH (a:New), (b:Person {id: 7}) CREATE (b)-[:KNOWS {w: 0.5}]->(a)",
    "MATCH ()-[k:KNOWS]->() WHERE k.w = 9 SET k.note = 'changed'",
    "DROP INDEX Person_name_index",
];

const QUESTIONS: &[&str] = &[
    "MATCH (n) RETURN n, labels(n), properties(n)",
    "MATCH (a)-[k]->(b) RETURN a.name, type(k), k.w, b.id",
    "MATCH (p:Person {id: 7})-[:KNOWS*1..3]-(q) RETURN count(DISTINCT q)",
    "MATCH (p:Person) WHERE p.name STARTS WITH 'person' RETURN p.half, count(*) ORDER BY p.half",
    "MATCH path = shortestPath((a:Person {id: 1})-[*]-(b:Person {id: 9})) RETURN path",
    "SHOW INDEXES",
    "CALL db.labels()",
    "MATCH (n) SET n.touched = 1 WITH n LIMIT 2 DETACH DELETE n",
    "CREATE (:Person {id: 99})-[:KNOWS]->(:New)",
    "MATCH (n:Person) RETURN collect(n.id)",
];

/// A whole file: a snapshot and commits behind it.
static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.ken");
    Database::create(&path).expect("a file");
    let db = Database::open_to_write(&path, Duration::ZERO).expect("a database");
    for statement in STATEMENTS {
        match *statement {
            "CHECKPOINT" => db.checkpoint().expect("a snapshot"),
            statement => drop(db.query(statement, &Parameters::new(), &Limits::default()).expect("it runs")),
        }
    }
    drop(db);
    std::fs::read(&path).expect("its bytes")
});

/// Four bytes each: where, and what to do there.
fn patched(patches: &[u8]) -> Vec<u8> {
    let mut bytes = FILE.clone();
    for patch in patches.chunks_exact(4) {
        let at = usize::from(u16::from_le_bytes([patch[0], patch[1]])) % bytes.len().max(1);
        match patch[2] % 8 {
            0..4 => bytes[at] = patch[3],
            4 => bytes[at] ^= 1 << (patch[3] % 8),
            5 => {
                let end = (at + 8).min(bytes.len());
                bytes[at..end].fill(patch[3]);
            }
            6 => {
                let end = (at + usize::from(patch[3])).min(bytes.len());
                bytes.copy_within(at / 2..at / 2 + (end - at), at);
            }
            _ if patch[3] < 8 => bytes.truncate(at.max(64)),
            _ => {}
        }
    }
    bytes
}

fn number(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_le_bytes)
}

fn put(bytes: &mut [u8], at: usize, number: u64) {
    bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
}

/// Writes the checksums that the bytes should have (docs/file-format.md).
fn repair(bytes: &mut [u8]) {
    let Some(meta) = number(bytes, 24).and_then(|meta| usize::try_from(meta).ok()) else { return };
    if let Some(meta) = meta.checked_add(64).and_then(|end| bytes.get(64..end)) {
        let sum = xxh64(meta, 0);
        put(bytes, 32, sum);
    }
    if bytes.len() < 64 {
        return;
    }
    let header = xxh64(&bytes[..56], 0);
    put(bytes, 56, header);
    let mut at = number(bytes, 16).map_or(usize::MAX, |length| length as usize);
    while let (Some(length), Some(sequence)) = (number(bytes, at.saturating_add(8)), number(bytes, at.saturating_add(16))) {
        let end = (at + 32).saturating_add(length as usize);
        let Some(record) = bytes.get(at + 32..end) else { return };
        let parts = [length, sequence, header, xxh64(record, 0)];
        let sum = xxh64(parts.map(u64::to_le_bytes).as_flattened(), 0);
        put(bytes, at + 24, sum);
        at = end.next_multiple_of(8);
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else { return };
    let bytes = match kind % 4 {
        0 => data.to_vec(),
        1 => patched(data),
        _ => {
            let mut bytes = patched(data);
            repair(&mut bytes);
            bytes
        }
    };
    let Ok(database) = Database::draft(&bytes) else { return };
    let limits = Limits {
        timeout: Some(Duration::from_secs(1)),
        max_rows: Some(10_000),
        max_memory: Some(64 << 20),
        cancel: None,
    };
    let checked = database.verify();
    if data.is_empty() && kind % 4 != 0 {
        checked.expect("the whole file is well");
    }
    for question in QUESTIONS {
        if let Ok(rows) = database.query(question, &Parameters::new(), &limits) {
            rows.for_each(drop);
        }
    }
    let _ = database.checkpoint();
});
