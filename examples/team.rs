//! A small program around a graph: a team, what it can do, and what a new role would find there.
//!
//! It fills a graph in memory in one transaction, asks it with a prepared statement, and reads the rows as its own types.
//!
//! ```sh
//! cargo run --example team
//! ```

#![allow(clippy::print_stdout, reason = "a program that answers on standard output")]
#![allow(unreachable_pub, reason = "a test runs it")]

use kenning::model::Value;
use kenning::{Database, Error, Limits, Parameters};
use serde::Deserialize;

/// A row of the answer.
#[derive(Debug, Deserialize)]
struct Covered {
    skill: String,
    people: Vec<String>,
    enough: bool,
}

const PEOPLE: [(&str, &[&str]); 3] = [
    ("Ada", &["Python", "Statistics", "Writing"]),
    ("Grace", &["Compilers", "Writing"]),
    ("Katherine", &["Statistics", "Mathematics"]),
];

const WANTED: [&str; 4] = ["Statistics", "Writing", "Mentoring", "Compilers"];

/// Fills the graph: all of it or nothing.
fn fill(db: &Database) -> Result<(), Error> {
    let limits = Limits::default();
    let knows =
        db.prepare("MERGE (p:Person {name: $person}) MERGE (s:Skill {name: $skill}) MERGE (p)-[:KNOWS]->(s)")?;
    let mut transaction = db.begin()?;
    for (person, skills) in PEOPLE {
        for skill in skills {
            let parameters = Parameters::from([
                ("person".to_owned(), Value::string(person)),
                ("skill".to_owned(), Value::string(*skill)),
            ]);
            transaction.run(&knows, &parameters, &limits)?;
        }
    }
    let wanted = Value::list(WANTED.into_iter().map(Value::string).collect());
    transaction.query(
        "CREATE (r:Role {name: 'Team lead'}) WITH r UNWIND $wanted AS name \
         MERGE (s:Skill {name: name}) CREATE (r)-[:REQUIRES]->(s)",
        &Parameters::from([("wanted".to_owned(), wanted)]),
        &limits,
    )?;
    transaction.commit()?;
    Ok(())
}

/// Fills the graph and says who covers what the role asks for.
pub fn main() -> Result<(), Error> {
    let db = Database::in_memory();
    fill(&db)?;
    let question = "MATCH (:Role {name: $role})-[:REQUIRES]->(s:Skill) \
                    OPTIONAL MATCH (p:Person)-[:KNOWS]->(s) WITH s, p ORDER BY p.name \
                    RETURN s.name AS skill, collect(p.name) AS people, count(p) >= 2 AS enough ORDER BY skill";
    let role = Parameters::from([("role".to_owned(), Value::string("Team lead"))]);
    for row in db.query(question, &role, &Limits::default())?.deserialize::<Covered>() {
        let Covered { skill, people, enough } = row?;
        let who = if people.is_empty() { "nobody".to_owned() } else { people.join(", ") };
        println!("{skill}: {who}{}", if enough { "" } else { " (look for more)" });
    }
    Ok(())
}
