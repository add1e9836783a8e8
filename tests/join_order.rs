//! The order of joins does not depend on how a pattern was written: whichever part comes first, from whichever end an edge is
//! written, wherever labels and conditions stand, and in whichever of several clauses, the plan is the same, operator by
//! operator over the same variables, with the same numbers.

#![allow(clippy::unwrap_used, reason = "tests")]

use kenning::model::{NodeId, Value};
use kenning::store::Builder;
use kenning::{Database, Limits, Parameters};

/// How often each pattern is written anew.
const WRITTEN: usize = 40;

/// A pattern by its parts.
struct Pattern {
    /// Names with what stands behind them in the brackets.
    nodes: &'static [(&'static str, &'static str)],
    /// Source, what stands in the brackets, target.
    edges: &'static [(&'static str, &'static str, &'static str)],
    conditions: &'static [&'static str],
    returns: &'static str,
}

/// Draws that are the same everywhere (SplitMix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 33) as usize % most
    }

    fn shuffled<T: Clone>(&mut self, items: &[T]) -> Vec<T> {
        let mut items = items.to_vec();
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
        items
    }
}

impl Pattern {
    /// The pattern in a way that was drawn; in clauses of so many edges at most.
    fn written(&self, draw: &mut Draw, most: usize) -> String {
        let mut told: Vec<&str> = Vec::new();
        let mut node = |name: &'static str| {
            let about = self.nodes.iter().find(|(other, _)| *other == name).map_or("", |(_, about)| about);
            // What is said of a node stands where it comes first.
            if about.is_empty() || told.contains(&name) {
                return format!("({name})");
            }
            told.push(name);
            format!("({name}{about})")
        };
        let mut edges = draw.shuffled(self.edges);
        let mut text = String::new();
        while !edges.is_empty() {
            let mut parts: Vec<String> = Vec::new();
            let mut count = 0;
            while count < most && !edges.is_empty() {
                let (source, about, target) = edges.remove(0);
                count += 1;
                let backwards = draw.below(2) == 0;
                let (start, mut end) = if backwards { (target, source) } else { (source, target) };
                let arrow = |backwards: bool, about: &str| match backwards {
                    true => format!("<-[{about}]-"),
                    false => format!("-[{about}]->"),
                };
                let mut part = node(start) + &arrow(backwards, about);
                part += &node(end);
                // Walk on, as often as not.
                while count < most && draw.below(2) == 0 {
                    let Some(next) = edges.iter().position(|(a, _, b)| *a == end || *b == end) else { break };
                    let (source, about, target) = edges.remove(next);
                    count += 1;
                    let backwards = source != end;
                    end = if backwards { source } else { target };
                    part += &(arrow(backwards, about) + &node(end));
                }
                parts.push(part);
            }
            text += &format!("MATCH {} ", draw.shuffled(&parts).join(", "));
        }
        for (name, _) in self.nodes {
            if self.edges.iter().all(|(a, _, b)| a != name && b != name) {
                let alone = node(name);
                text = format!("MATCH {alone} {text}");
            }
        }
        if !self.conditions.is_empty() {
            text += &format!("WHERE {} ", draw.shuffled(self.conditions).join(" AND "));
        }
        text + "RETURN " + self.returns
    }
}

/// The plan, but for what follows from the text alone: numbers of nameless parts, the order of conditions that are tested
/// together.
fn shape(database: &Database, text: &str, analyze: bool) -> String {
    let limits = Limits::default();
    let plan = database.explain(text, &Parameters::new(), analyze.then_some(&limits));
    let plan = plan.unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut lines = Vec::new();
    for line in plan.lines() {
        let mut line: String = line.to_owned();
        while let Some(at) = line.find("<edge ").or_else(|| line.find("<node ")) {
            let end = at + line[at..].find('>').unwrap();
            line.replace_range(at..=end, "_");
        }
        let mut parts: Vec<&str> = line.split_whitespace().collect();
        // Time is of no interest.
        if analyze && parts.last() == Some(&"ms") {
            parts.truncate(parts.len() - 2);
        }
        let line = parts.join(" ");
        let sorted = match line.strip_prefix("Filter ") {
            Some(rest) => {
                let rest = rest.replace(['(', ')'], "");
                let (tests, numbers) = rest.rsplit_once(' ').unwrap();
                let mut tests: Vec<&str> = tests.split(" AND ").collect();
                tests.sort_unstable();
                format!("Filter {} {numbers}", tests.join(" AND "))
            }
            None => line,
        };
        lines.push(sorted);
    }
    lines.join("\n")
}

/// Persons of whom a few are known by most, cities of which one has most of them, and a country each.
fn skewed() -> Database {
    let mut builder = Builder::new();
    builder.index("Person", "id");
    let mut draw = Draw(1);
    let persons: Vec<NodeId> = (0..600)
        .map(|id| builder.node(&["Person"], vec![("id", Value::Int(id)), ("age", Value::Int(id % 90))]))
        .collect();
    let cities: Vec<NodeId> = (0..20).map(|id| builder.node(&["City"], vec![("id", Value::Int(id))])).collect();
    let countries: Vec<NodeId> = (0..3).map(|id| builder.node(&["Country"], vec![("id", Value::Int(id))])).collect();
    let skew = |draw: &mut Draw, most: usize| draw.below(most).min(draw.below(most)).min(draw.below(most));
    for (at, person) in persons.iter().enumerate() {
        for _ in 0..8 {
            let known = skew(&mut draw, persons.len());
            builder.edge(*person, "KNOWS", persons[known], vec![]);
        }
        builder.edge(
            *person,
            "LIVES_IN",
            cities[skew(&mut draw, cities.len())],
            vec![("since", Value::Int(at as i64))],
        );
        if at % 7 == 0 {
            builder.edge(*person, "LEADS", cities[draw.below(cities.len())], vec![]);
        }
    }
    for city in &cities {
        builder.edge(*city, "IN", countries[draw.below(3)], vec![]);
    }
    Database::from_bytes(&builder.finish().unwrap()).unwrap()
}

const K: &str = ":KNOWS";

/// Paths, stars, cycles, cliques; with labels, conditions and indexes at various places.
const SKEWED: &[Pattern] = &[
    Pattern {
        nodes: &[("a", ":Person"), ("b", ":Person"), ("c", ":City"), ("d", ":Country")],
        edges: &[("a", K, "b"), ("b", ":LIVES_IN", "c"), ("c", ":IN", "d")],
        conditions: &["d.id = 1", "a.age > 80", "b.age <> a.age"],
        returns: "a.id, b.id",
    },
    Pattern {
        nodes: &[("a", ":Person {id: 7}"), ("b", ""), ("c", ""), ("d", ":Person {id: 9}")],
        edges: &[("a", K, "b"), ("b", K, "c"), ("c", K, "d")],
        conditions: &[],
        returns: "b.id, c.id",
    },
    Pattern {
        nodes: &[("h", ":Person"), ("a", ""), ("b", ""), ("c", ":City"), ("d", ":City")],
        edges: &[("a", K, "h"), ("h", K, "b"), ("h", ":LIVES_IN", "c"), ("h", ":LEADS", "d")],
        conditions: &["a.age = 3", "c.id = 4", "h.age < 50"],
        returns: "h.id, a.id, b.id",
    },
    Pattern {
        nodes: &[("a", ""), ("b", ""), ("c", "")],
        edges: &[("a", K, "b"), ("b", K, "c"), ("c", K, "a")],
        conditions: &[],
        returns: "a.id, b.id, c.id",
    },
    Pattern {
        nodes: &[("a", ":Person"), ("b", ":Person"), ("c", ":Person"), ("d", ":Person")],
        edges: &[("a", K, "b"), ("b", K, "c"), ("c", K, "d"), ("d", K, "a")],
        conditions: &["a.age > 60", "toString(c.age) = '61'", "b.age IN [61, 62]", "a.id < c.id"],
        returns: "a.id, b.id, c.id, d.id",
    },
    Pattern {
        nodes: &[("a", ":Person"), ("b", ":Person"), ("c", ":Person"), ("d", ":Person {age: 5}")],
        edges: &[("a", K, "b"), ("a", K, "c"), ("a", K, "d"), ("b", K, "c"), ("b", K, "d"), ("c", K, "d")],
        conditions: &["EXISTS { (a)-[:LEADS]->() }", "b.age > 2"],
        returns: "a.id, b.id, c.id, d.id",
    },
    Pattern {
        nodes: &[("a", ":Person {id: 7}"), ("b", ":Person"), ("x", ":City"), ("y", ":Country")],
        edges: &[("a", ":KNOWS*1..2", "b"), ("b", ":LIVES_IN", "x"), ("x", ":IN", "y")],
        conditions: &["y.id = 2"],
        returns: "b.id, x.id",
    },
    Pattern {
        nodes: &[("a", ":City"), ("b", ":City"), ("p", ":Person"), ("q", ":Person")],
        edges: &[("p", "l:LIVES_IN", "a"), ("q", "m:LIVES_IN", "b"), ("p", K, "q")],
        conditions: &["l.since < 20", "m.since > 500", "a.id < b.id"],
        returns: "p.id, q.id, l.since",
    },
    // Parts that nothing ties but a condition, one of them found by an index.
    Pattern {
        nodes: &[("a", ":Country"), ("b", ":City"), ("c", ":Person"), ("d", ":City")],
        edges: &[("b", ":IN", "a"), ("c", ":LIVES_IN", "d")],
        conditions: &["c.id = b.id", "a.id = 0"],
        returns: "b.id, c.id, d.id",
    },
    // Counted, not found.
    Pattern {
        nodes: &[("a", ":Person"), ("b", ":Person"), ("c", ":Person")],
        edges: &[("a", K, "b"), ("b", K, "c"), ("c", ":LIVES_IN", "d")],
        conditions: &["b.age < 50", "c.age > 25"],
        returns: "count(*)",
    },
];

const SHIPPED: &[Pattern] = &[
    Pattern {
        nodes: &[("r", ":Role"), ("c", ":Challenge"), ("s", ":Skill"), ("p", "")],
        edges: &[("r", ":FACES", "c"), ("s", ":ADDRESSES", "c"), ("p", ":MITIGATES", "c")],
        conditions: &["s.kind = 'technical'", "r.name STARTS WITH 'Senior'"],
        returns: "c.name, s.name, p.name",
    },
    Pattern {
        nodes: &[("s", ":Skill {name: 'Python'}"), ("c", ":Challenge"), ("t", ":Skill"), ("r", "")],
        edges: &[("s", ":ADDRESSES", "c"), ("t", ":ADDRESSES", "c"), ("r", "", "t")],
        conditions: &["t.name <> s.name"],
        returns: "t.name, r.name",
    },
];

fn same(database: &Database, patterns: &[Pattern]) {
    for (at, pattern) in patterns.iter().enumerate() {
        let mut draw = Draw(at as u64);
        for most in [usize::MAX, 1, 2] {
            let first = pattern.written(&mut draw, most);
            let expected = shape(database, &first, false);
            for _ in 0..WRITTEN {
                let text = pattern.written(&mut draw, most);
                assert_eq!(shape(database, &text, false), expected, "{first}\nas\n{text}");
            }
        }
    }
}

#[test]
fn however_a_pattern_is_written_its_plan_is_the_same() {
    same(&skewed(), SKEWED);
    same(&Database::shipped().unwrap(), SHIPPED);
}

/// Ten joins: every operator gives as many rows, whichever way they are written.
#[test]
fn ten_joins_take_the_same_work() {
    const TEN: Pattern = Pattern {
        nodes: &[
            ("a", ":Person"),
            ("b", ":Person"),
            ("c", ":Person"),
            ("d", ":City"),
            ("e", ":Country"),
            ("f", ":Person"),
            ("g", ":City"),
            ("h", ":Country"),
            ("i", ":Person"),
            ("j", ":City"),
            ("k", ":Person"),
        ],
        edges: &[
            ("a", K, "b"),
            ("b", K, "c"),
            ("c", ":LIVES_IN", "d"),
            ("d", ":IN", "e"),
            ("f", K, "c"),
            ("f", ":LIVES_IN", "g"),
            ("g", ":IN", "h"),
            ("i", K, "f"),
            ("i", ":LEADS", "j"),
            ("k", K, "i"),
        ],
        conditions: &["k.id = 500", "a.id = 311", "e.id = 1", "h.id = 2"],
        returns: "count(DISTINCT c), count(*)",
    };
    let database = skewed();
    let mut draw = Draw(3);
    let first = TEN.written(&mut draw, usize::MAX);
    let expected = shape(&database, &first, true);
    for _ in 0..5 {
        let text = TEN.written(&mut draw, usize::MAX);
        assert_eq!(shape(&database, &text, true), expected, "{first}\nas\n{text}");
    }
}

/// What is written as one pattern and as several clauses is planned alike, where no edge could be another.
#[test]
fn clauses_are_planned_as_one() {
    let pattern = &SKEWED[0];
    let database = skewed();
    let mut draw = Draw(5);
    let (whole, apart) = (pattern.written(&mut draw, usize::MAX), pattern.written(&mut draw, 1));
    assert_eq!(shape(&database, &whole, false), shape(&database, &apart, false), "{whole}\nas\n{apart}");
}
