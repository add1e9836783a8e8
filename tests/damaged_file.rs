//! A file of a snapshot and commits, damaged at random: opening and asking never panic, and what `ken check` calls fine
//! answers as the file did at one of its commits.
//!
//! `KENNING_CORRUPTIONS=100000` damages that often instead of 2,000 times.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use kenning::model::Class;
use kenning::{Database, Error, Limits, Parameters};

const QUESTIONS: &[&str] = &[
    "MATCH (n) RETURN labels(n) AS l, properties(n) AS p ORDER BY toString(n.id), n.name",
    "MATCH (a)-[r]->(b) RETURN a.id AS a, type(r) AS t, properties(r) AS p, b.id AS b ORDER BY a, b, t, toString(p.w)",
    "MATCH (n:Person {id: 7})-[:KNOWS*1..3]->(m) RETURN count(DISTINCT m) AS m",
    "MATCH (n:Person {name: 'person 12'}) RETURN n.id AS id",
    "MATCH (n:Person) WHERE n.born >= date('1970-01-05') RETURN count(*) AS c, collect(n.tags) AS t",
    "SHOW INDEXES YIELD name",
    "SHOW CONSTRAINTS YIELD name",
];

const STATEMENTS: &[&str] = &[
    "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.id IS UNIQUE",
    "UNWIND range(1, 40) AS i CREATE (:Person {id: i, name: 'person ' + i, born: date('1970-01-01') + duration({days: i}), \
     tags: ['a', 'tag ' + i % 3], half: i / 2.0, even: i % 2 = 0})",
    "MATCH (a:Person), (b:Person) WHERE b.id = a.id * 3 % 41 CREATE (a)-[:KNOWS {w: a.id}]->(b)",
    "CHECKPOINT",
    "CREATE INDEX FOR (p:Person) ON (p.name)",
    "MATCH (p:Person {id: 3}) SET p:Old, p.name = 'renamed', p.tags = null",
    "MATCH (p:Person {id: 4}) DETACH DELETE p",
    "UNWIND range(41, 60) AS i CREATE (:Person:New {id: i, name: 'new ' + i})",
    "MATCH (a:New), (b:Person {id: 7}) CREATE (b)-[:KNOWS {w: 0.5}]->(a)",
    "MATCH ()-[k:KNOWS]->() WHERE k.w = 9 SET k.note = 'changed'",
];

struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

/// What the questions are answered; none when an answer is an error, or time is up.
fn answers(db: &Database) -> Option<Vec<String>> {
    let limits = Limits { timeout: Some(Duration::from_secs(5)), ..Limits::default() };
    let ask = |question: &&str| {
        let rows = db.query(question, &Parameters::new(), &limits)?.collect::<Result<Vec<_>, Error>>()?;
        Ok::<_, Error>(format!("{rows:?}"))
    };
    QUESTIONS.iter().map(ask).collect::<Result<_, _>>().ok()
}

/// The file's bytes, and what it answered after each commit.
fn file() -> (Vec<u8>, Vec<Vec<String>>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ken");
    Database::create(&path).unwrap();
    let db = Database::open_to_write(&path, Duration::ZERO).unwrap();
    let mut states = Vec::new();
    for statement in STATEMENTS {
        match *statement {
            "CHECKPOINT" => db.checkpoint().unwrap(),
            statement => drop(db.query(statement, &Parameters::new(), &Limits::default()).unwrap()),
        }
        states.push(answers(&Database::open(&path).unwrap()).unwrap());
    }
    drop(db);
    (std::fs::read(&path).unwrap(), states)
}

fn damage(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let length = bytes.len();
    if length < 1024 {
        return;
    }
    match dice.roll(7) {
        0 => bytes[dice.roll(length)] ^= 1 << dice.roll(8),
        1 => (0..dice.roll(20) + 1).for_each(|_| bytes[dice.roll(length)] = dice.roll(256) as u8),
        2 => bytes.truncate(dice.roll(length)),
        3 => {
            let (at, size) = (dice.roll(length), [8, 64, 512, 4096][dice.roll(4)]);
            let end = (at + size).min(length);
            bytes[at..end].fill(0);
        }
        4 => {
            let size = [8, 64, 512][dice.roll(3)];
            let (from, to) = (dice.roll(length - size), dice.roll(length - size));
            let piece = bytes[from..from + size].to_vec();
            bytes.copy_within(to..to + size, from);
            bytes[to..to + size].copy_from_slice(&piece);
        }
        5 => {
            let at = dice.roll(length);
            bytes.splice(at..at, (0..dice.roll(64)).map(|i| i as u8));
        }
        _ => bytes.extend((0..dice.roll(200) + 1).map(|i| (i * 37) as u8)),
    }
}

#[test]
fn damage_is_told_or_does_no_harm() {
    let (whole, states) = file();
    assert_eq!(answers(&Database::from_bytes(&whole).unwrap()).as_ref(), states.last());
    let times = std::env::var("KENNING_CORRUPTIONS").ok().and_then(|times| times.parse().ok()).unwrap_or(2_000);
    let mut dice = Dice(11);
    let (mut refused, mut fine, mut told) = (0, 0, 0);
    for round in 0..times {
        let mut bytes = whole.clone();
        (0..dice.roll(2) + 1).for_each(|_| damage(&mut bytes, &mut dice));
        if bytes.is_empty() {
            continue;
        }
        let Ok(db) = Database::from_bytes(&bytes) else {
            refused += 1;
            continue;
        };
        let found = answers(&db);
        match db.verify() {
            Ok(()) => {
                fine += 1;
                let found = found.unwrap_or_else(|| panic!("round {round}: checked and fine, and no answer"));
                assert!(states.contains(&found), "round {round}: checked and fine, and wrong: {found:#?}");
            }
            Err(error) => {
                told += 1;
                assert!(matches!(error, Error::Store(_)), "{error}");
            }
        }
    }
    assert!(refused > 0 && fine > 0 && told > 0, "{refused} refused, {fine} fine, {told} told by check");
}

#[test]
fn a_damaged_commit_is_corrupt_and_a_torn_one_is_not() {
    let (whole, states) = file();
    let torn = &whole[..whole.len() - 5];
    let db = Database::from_bytes(torn).unwrap();
    assert_eq!(answers(&db).as_ref(), states.get(states.len() - 2));
    let mark = whole.windows(8).position(|bytes| bytes == b"commit\n\x1a").unwrap();
    let mut flipped = whole.clone();
    flipped[mark + 50] ^= 1;
    let error = Database::from_bytes(&flipped).map(drop).unwrap_err();
    assert!(error.to_string().contains("commit 1 is damaged"), "{error}");
    assert!(error.diagnostic().is_none_or(|error| error.class == Class::Corrupt));
}

#[test]
fn an_algorithm_that_meets_a_node_that_is_none_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ken");
    Database::create(&path).unwrap();
    let db = Database::open_to_write(&path, Duration::ZERO).unwrap();
    let ask = |db: &Database, text: &str| {
        db.query(text, &Parameters::new(), &Limits::default())?.try_for_each(|row| row.map(drop))
    };
    ask(&db, "UNWIND range(0, 9) AS i CREATE (:Place {id: i})").unwrap();
    let edges =
        "MATCH (a:Place {id: 0}), (b:Place) WHERE b.id > 0 UNWIND [1, 2] AS i CREATE (a)-[:NEAR]->(b)-[:FAR]->(a)";
    ask(&db, edges).unwrap();
    db.checkpoint().unwrap();
    drop(db);
    // Targets of the one type, sources of the other.
    let mut bytes = std::fs::read(&path).unwrap();
    let ends: Vec<u8> = (1..10u32).flat_map(|node| [node, node]).flat_map(u32::to_le_bytes).collect();
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(&ends)).collect();
    assert_eq!(places.len(), 2);
    for at in places {
        bytes[at + ends.len() - 4..at + ends.len()].fill(0xEE);
    }
    for name in [
        "kCore()",
        "labelPropagation()",
        "pageRank()",
        "stronglyConnectedComponents()",
        "weaklyConnectedComponents()",
        "topologicalSort({types: ['NEAR']})",
        "betweenness()",
        "minimumSpanningTree()",
    ] {
        let damaged = Database::from_bytes(&bytes).unwrap();
        let error = ask(&damaged, &format!("CALL algo.{name}")).map(|_| name).unwrap_err();
        assert_eq!(error.diagnostic().map(|error| error.class), Some(Class::Corrupt), "{name}: {error}");
    }
}
