//! How long a statement takes before it runs: reading it, and planning it, for each question of `rivals/queries.toml` and for
//! joins of many parts, on a small network with the same labels, types and indexes.
//!
//! `cargo bench --bench plan`. A plan depends on numbers that the catalog knows, not on the size of the graph.
#![allow(clippy::print_stdout, reason = "the figures")]

use std::hint::black_box;
use std::time::Instant;

use kenning::model::{NodeId, Value};
use kenning::store::{Builder, Error};
use kenning::{Database, lang};

#[derive(serde::Deserialize)]
struct Questions {
    query: Vec<Question>,
}

#[derive(serde::Deserialize)]
struct Question {
    name: String,
    cypher: String,
}

fn network() -> Result<Vec<u8>, Error> {
    let mut builder = Builder::new();
    builder.index("Person", "id");
    let mut nodes = |label: &str, key: &str, count: i64| -> Vec<NodeId> {
        let node =
            |id| builder.node(&[label], vec![("id", Value::Int(id)), (key, Value::string(format!("{key} {id}")))]);
        (0..count).map(node).collect()
    };
    let persons = nodes("Person", "name", 1000);
    let cities = nodes("City", "city", 50);
    let states = nodes("State", "state", 10);
    let countries = nodes("Country", "country", 3);
    let interests = nodes("Interest", "interest", 20);
    for (at, person) in persons.iter().enumerate() {
        for step in 1..20 {
            builder.edge(*person, "Follows", persons[(at * step + step) % 1000], vec![]);
        }
        builder.edge(*person, "LivesIn", cities[at % 50], vec![]);
        builder.edge(*person, "HasInterest", interests[at % 20], vec![]);
    }
    cities.iter().enumerate().for_each(|(at, city)| builder.edge(*city, "CityIn", states[at % 10], vec![]));
    states.iter().enumerate().for_each(|(at, state)| builder.edge(*state, "StateIn", countries[at % 3], vec![]));
    builder.finish()
}

/// A path of so many edges.
fn path(edges: usize) -> String {
    let hops: String = (1..=edges).map(|at| format!("-[:Follows]->(n{at})")).collect();
    format!("MATCH (n0:Person){hops} RETURN n0.id, n{edges}.id")
}

/// So many nodes, each tied to every other.
fn clique(nodes: usize) -> String {
    let pairs = (0..nodes).flat_map(|a| (0..a).map(move |b| format!("(n{a})-[:Follows]->(n{b})")));
    format!("MATCH {} RETURN n0.id, n1.name", pairs.collect::<Vec<_>>().join(", "))
}

/// The median of many calls, in microseconds.
fn median(mut call: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..301)
        .map(|_| {
            let start = Instant::now();
            call();
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let questions: Questions = toml::from_str(include_str!("rivals/queries.toml"))?;
    let mut texts: Vec<(String, String)> = questions.query.into_iter().map(|q| (q.name, q.cypher)).collect();
    texts.extend([5, 10, 20, 60].map(|edges| (format!("a path of {edges} edges"), path(edges))));
    texts.extend([5, 8, 10, 12].map(|nodes| (format!("a clique of {nodes} nodes"), clique(nodes))));
    let db = Database::from_bytes(&network()?)?;
    println!("{:28} {:>10} {:>10}", "microseconds", "reading", "planning");
    for (name, text) in &texts {
        let read = median(|| {
            black_box(lang::parse(black_box(text)).is_ok());
        });
        let both = median(|| {
            black_box(db.prepare(black_box(text)).is_ok());
        });
        println!("{name:28} {read:10.1} {:10.1}", both - read);
    }
    Ok(())
}
