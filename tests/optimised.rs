//! Optimised equals plain: generated queries over generated graphs.
//!
//! Patterns are held against a plain search over a list of edges. Whole queries are held against themselves: with each
//! rule of the planner on and off, with every pattern written from right to left, in memory with and without indexes, and on
//! a mapped snapshot. Updates leave the same graph with rules and indexes and without.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(missing_docs, unreachable_pub, reason = "modules of a test")]

#[path = "query/snapshot.rs"]
mod snapshot;

use std::collections::BTreeSet;

use kenning::model::Value;
use kenning::plan::Rule;
use kenning::{Database, Limits, Parameters};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// The same cases everywhere; with `PROPTEST_CASES` that many others.
fn config() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config,
        None => ProptestConfig { cases: 96, rng_seed: RngSeed::Fixed(7), ..config },
    }
}

/// Nodes by labels and `k`; edges by source, type, target. A node's `uid` is its place in the list.
#[derive(Clone, Debug)]
struct Graph {
    nodes: Vec<(Vec<&'static str>, Option<i64>)>,
    edges: Vec<(usize, &'static str, usize)>,
}

#[derive(Clone, Debug)]
struct Node {
    name: usize,
    label: Option<&'static str>,
}

#[derive(Clone, Debug)]
struct Hop {
    /// `>`, `<` or none.
    arrow: Option<char>,
    edge_type: Option<&'static str>,
    length: Option<(usize, usize)>,
}

/// A pattern: a node, and hops to further ones.
#[derive(Clone, Debug)]
struct Chain(Node, Vec<(Hop, Node)>);

fn graph() -> impl Strategy<Value = Graph> {
    let labels = select(vec![vec![], vec!["A"], vec!["B"], vec!["A", "B"]]);
    let nodes = prop::collection::vec((labels, prop::option::of(0i64..3)), 1..7);
    nodes.prop_flat_map(|nodes| {
        let one = (0..nodes.len(), select(vec!["R", "S"]), 0..nodes.len());
        prop::collection::vec(one, 0..9).prop_map(move |edges| Graph { nodes: nodes.clone(), edges })
    })
}

fn node() -> impl Strategy<Value = Node> {
    (0..NAMES.len(), prop::option::weighted(0.3, select(vec!["A", "B"]))).prop_map(|(name, label)| Node { name, label })
}

fn chain() -> impl Strategy<Value = Chain> {
    let length = prop::option::weighted(0.25, select(vec![(0, 1), (0, 2), (1, 2), (2, 2), (1, 3)]));
    let arrow = select(vec![Some('>'), Some('<'), None]);
    let hop = (arrow, prop::option::of(select(vec!["R", "S"])), length).prop_map(|(arrow, edge_type, length)| Hop {
        arrow,
        edge_type,
        length,
    });
    (node(), prop::collection::vec((hop, node()), 0..3)).prop_map(|(start, hops)| Chain(start, hops))
}

fn chains() -> impl Strategy<Value = Vec<Chain>> {
    prop::collection::vec(chain(), 1..3)
}

impl Graph {
    fn statement(&self) -> String {
        let mut parts = Vec::new();
        for (uid, (labels, k)) in self.nodes.iter().enumerate() {
            let labels: String = labels.iter().map(|label| format!(":{label}")).collect();
            let k = k.map_or("null".to_owned(), |k| k.to_string());
            parts.push(format!("(n{uid}{labels} {{uid: {uid}, k: {k}}})"));
        }
        parts.extend(
            self.edges.iter().map(|(source, edge_type, target)| format!("(n{source})-[:{edge_type}]->(n{target})")),
        );
        format!("CREATE {}", parts.join(", "))
    }

    /// The graph in memory.
    fn database(&self) -> Database {
        let memory = Database::in_memory();
        run(&memory, &self.statement(), &[]);
        memory
    }

    /// The graph in memory, mapped, and with indexes over the mapped one.
    fn databases(&self) -> [Database; 3] {
        let memory = self.database();
        let bytes = snapshot::of(&memory.view()).unwrap();
        let indexed = Database::draft(&bytes).unwrap();
        index(&indexed);
        [memory, Database::from_bytes(&bytes).unwrap(), indexed]
    }
}

/// Indexes that most of the queries here can use.
fn index(database: &Database) {
    for definition in ["FOR (n:A) ON (n.k)", "FOR (n:B) ON (n.k, n.uid)", "FOR (n:B) ON (n.k)"] {
        run(database, &format!("CREATE INDEX {definition}"), &[]);
    }
}

impl Node {
    fn text(&self) -> String {
        format!("({}{})", NAMES[self.name], self.label.map_or(String::new(), |label| format!(":{label}")))
    }
}

impl Hop {
    fn text(&self, backwards: bool) -> String {
        let edge_type = self.edge_type.map_or(String::new(), |t| format!(":{t}"));
        let length = self.length.map_or(String::new(), |(min, max)| format!("*{min}..{max}"));
        let (left, right) = match (self.arrow, backwards) {
            (None, _) => ("", ""),
            (Some('>'), false) | (Some('<'), true) => ("", ">"),
            _ => ("<", ""),
        };
        format!("{left}-[{edge_type}{length}]-{right}")
    }
}

impl Chain {
    fn text(&self, backwards: bool) -> String {
        let mut text = self.0.text();
        for (hop, node) in &self.1 {
            text = match backwards {
                false => text + &hop.text(false) + &node.text(),
                true => node.text() + &hop.text(true) + &text,
            };
        }
        text
    }
}

/// Both ways to write the patterns: in order, and everything from right to left.
fn texts(chains: &[Chain]) -> [String; 2] {
    let join = |parts: Vec<String>| parts.join(", ");
    [
        join(chains.iter().map(|chain| chain.text(false)).collect()),
        join(chains.iter().rev().map(|chain| chain.text(true)).collect()),
    ]
}

fn names(chains: &[Chain]) -> BTreeSet<usize> {
    chains
        .iter()
        .flat_map(|chain| [chain.0.name].into_iter().chain(chain.1.iter().map(|(_, node)| node.name)))
        .collect()
}

/// The plain search: all ways to walk the chains one after the other without using an edge twice.
struct Search<'a> {
    graph: &'a Graph,
    chains: &'a [Chain],
    bound: [Option<usize>; NAMES.len()],
    used: Vec<usize>,
    found: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn chain(&mut self, chain: usize) {
        let Some(Chain(start, _)) = self.chains.get(chain) else {
            return self.found.push(self.bound.iter().flatten().copied().collect());
        };
        for node in 0..self.graph.nodes.len() {
            self.arrive(start, node, |search| search.hop(chain, 0, node));
        }
    }

    /// Goes on behind a node of the pattern, if it may be this node of the graph.
    fn arrive(&mut self, pattern: &Node, node: usize, next: impl FnOnce(&mut Self)) {
        let before = self.bound[pattern.name];
        let fits = pattern.label.is_none_or(|label| self.graph.nodes[node].0.contains(&label));
        if fits && before.is_none_or(|bound| bound == node) {
            self.bound[pattern.name] = Some(node);
            next(self);
            self.bound[pattern.name] = before;
        }
    }

    fn hop(&mut self, chain: usize, hop: usize, at: usize) {
        let chains = self.chains;
        match chains[chain].1.get(hop) {
            None => self.chain(chain + 1),
            Some((step, end)) => self.walk(step, 0, at, &mut |search, node| {
                search.arrive(end, node, |search| search.hop(chain, hop + 1, node));
            }),
        }
    }

    fn walk(&mut self, hop: &Hop, taken: usize, at: usize, end: &mut dyn FnMut(&mut Self, usize)) {
        let (min, max) = hop.length.unwrap_or((1, 1));
        if taken >= min {
            end(self, at);
        }
        if taken == max {
            return;
        }
        for (edge, (source, edge_type, target)) in self.graph.edges.iter().enumerate() {
            let next = match (hop.arrow, *source == at, *target == at) {
                (Some('>') | None, true, _) => *target,
                (Some('<') | None, _, true) => *source,
                _ => continue,
            };
            if hop.edge_type.is_none_or(|wanted| wanted == *edge_type) && !self.used.contains(&edge) {
                self.used.push(edge);
                self.walk(hop, taken + 1, next, end);
                self.used.pop();
            }
        }
    }
}

fn run(database: &Database, query: &str, disabled: &[Rule]) -> Vec<Vec<Value<'static>>> {
    let rows = database.query_without(query, &Parameters::new(), &Limits::default(), disabled);
    let rows = rows.unwrap_or_else(|error| panic!("{query}: {error}"));
    let owned = |value: Value<'_>| match value {
        Value::Int(i) => Value::Int(i),
        Value::Bool(b) => Value::Bool(b),
        Value::Null => Value::Null,
        other => panic!("{query}: a row holds {other:?}"),
    };
    let rows = rows.map(|row| row.unwrap_or_else(|error| panic!("{query}: {error}")).into_iter().map(owned).collect());
    let mut rows: Vec<Vec<Value<'static>>> = rows.collect();
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

/// A predicate over nodes of the names that are bound.
fn predicate() -> impl Strategy<Value = String> {
    let node = || select(NAMES.to_vec());
    let simple = prop_oneof![
        (node(), 0i64..3).prop_map(|(x, k)| format!("{x}.k = {k}")),
        (node(), node()).prop_map(|(x, y)| format!("{x}.k < {y}.k")),
        (node(), node()).prop_map(|(x, y)| format!("{x}.k = {y}.k")),
        (node(), node()).prop_map(|(x, y)| format!("{x}.uid IN [{y}.k, 1, 3, 1.0, null]")),
        (node(), 0i64..3).prop_map(|(x, k)| format!("{x}.k IN [{k}, 2, {k}, 'x']")),
        (node(), node()).prop_map(|(x, y)| format!("{x} <> {y}")),
        node().prop_map(|x| format!("{x}.k IS NULL")),
        (node(), select(vec!["A", "A|B", "!A", "A&B"])).prop_map(|(x, labels)| format!("{x}:{labels}")),
        (node(), select(vec!["-->", "<-[:R]-", "-[:S*1..2]-"])).prop_map(|(x, hop)| format!("({x}){hop}(:B)")),
        (node(), node()).prop_map(|(x, y)| format!("EXISTS {{ MATCH ({x})--(z) WHERE z.k = {y}.k AND (z)-->() }}")),
        node().prop_map(|x| format!("COUNT {{ ({x})-->() }} > 1")),
        node().prop_map(|x| format!("size([({x})--(z) WHERE z.k > 0 | z]) > 1")),
        node().prop_map(|x| format!("any(k IN [0, 1] WHERE {x}.k = k AND EXISTS {{ ({x})-->({{k: k}}) }})")),
    ];
    let pair = (simple, select(vec!["", "NOT "])).prop_map(|(p, not)| format!("{not}({p})"));
    (prop::collection::vec(pair, 1..3), select(vec![" AND ", " OR "])).prop_map(|(parts, op)| parts.join(op))
}

/// A query, its patterns written in order and from right to left. `(a), (b), (c), (d)` come first or are bound to null, so
/// that every predicate finds its names.
fn query() -> impl Strategy<Value = [String; 2]> {
    let clause = (any::<bool>(), chains(), prop::option::of(predicate()));
    let end = select(vec![
        "RETURN a.uid AS x, b.uid AS y, c.uid AS z, d.uid AS u",
        "RETURN DISTINCT a.uid AS x, c.k AS y",
        "RETURN b.k AS x, count(*) AS y, count(DISTINCT c) AS z, sum(a.uid) AS u",
        "RETURN count(*) AS x",
        "WITH DISTINCT a, b.k AS k WHERE a.k > 0 OR k > 0 RETURN a.uid AS x, k",
        "WITH DISTINCT a ORDER BY a.uid DESC LIMIT 2 WHERE a.k IS NOT NULL RETURN a.uid AS x",
        "WITH DISTINCT a ORDER BY a.uid SKIP 1 LIMIT 2 MATCH (a)--(e) RETURN a.uid AS x, e.uid AS y",
        "WITH a, count(*) AS n WHERE n > 1 AND a:A RETURN a.uid AS x, n",
        "UNWIND [a.k, 1, b.k] AS x WITH * WHERE x > 0 AND c.k = 1 RETURN x, d.uid AS y",
        "RETURN a.uid AS x UNION MATCH (a:A) RETURN a.uid AS x",
        "MATCH (a) ((e)-[:R]->(f) WHERE e.k = 0 OR f:A){1,2} (g) RETURN a.uid AS x, g.uid AS y, size(e) AS z",
        "MATCH p = ANY SHORTEST (a)((e)-->(f)){0,3}(g:A {k: 1}) RETURN a.uid AS x, g.uid AS y, length(p) AS z",
        "CALL (a, b) { MATCH (a)-->(e:A) WHERE e.k = b.k RETURN e.uid AS y } RETURN a.uid AS x, y",
        "CALL (a) { MATCH (e:B {k: a.k}) RETURN count(e) AS n } WITH a, n WHERE n > 0 RETURN a.uid AS x, n",
        "CALL { MATCH (e:A {k: 1}) RETURN e.uid AS y UNION MATCH (e:B) RETURN e.k AS y } RETURN a.uid AS x, y",
        "WITH DISTINCT a MATCH (e:A {k: a.k}) WHERE e.uid >= a.uid RETURN a.uid AS x, e.uid AS y",
        "WITH DISTINCT a MATCH (e:B {k: 1, uid: a.uid}) RETURN a.uid AS x, e.uid AS y",
        "MATCH (e:A|B), (f {k: e.k}) WHERE e.uid <= f.uid RETURN a.uid AS x, e.uid AS y, f.uid AS z",
        "WITH DISTINCT a.k AS k, a MATCH (e:B) WHERE e.uid IN [k, a.uid, 0] RETURN k, a.uid AS x, e.uid AS y",
        "RETURN a.uid AS x, COUNT { MATCH (e:A {k: a.k}) WHERE EXISTS { (e)--(:B {k: 0}) } } AS y",
        "RETURN a.k AS x UNION ALL MATCH (b) WHERE b.k > 0 RETURN b.k AS x",
    ]);
    let bind = select(vec![
        "MATCH (a), (b:A) OPTIONAL MATCH (c:B)-->(d)",
        "OPTIONAL MATCH (a:A)-->(b) MATCH (c), (d {k: 0})",
        "MATCH (a)-->(b) MATCH (c {k: 1}) MATCH (d:B)",
    ]);
    (bind, prop::collection::vec(clause, 1..3), predicate(), end).prop_map(|(bind, clauses, last, end)| {
        [0, 1].map(|way| {
            let mut text = bind.to_owned();
            for (optional, chains, predicate) in &clauses {
                let condition = predicate.as_ref().map_or(String::new(), |p| format!(" WHERE {p}"));
                text +=
                    &format!(" {}MATCH {}{condition}", if *optional { "OPTIONAL " } else { "" }, texts(chains)[way]);
            }
            format!("{text} WITH * WHERE {last} {end}")
        })
    })
}

/// A statement that changes the graph, or fails and leaves it as it was.
fn update() -> impl Strategy<Value = String> {
    let text = select(vec![
        "MATCH (a:A) SET a.k = coalesce(a.k, 0) + K",
        "MATCH (a:A {k: K}) SET a.k = null, a.m = 1",
        "MATCH (a:A {k: K}) REMOVE a:A SET a:B",
        "MATCH (b:B {k: K}) SET b:A, b.k = 1 - b.k",
        "MATCH (b:B {k: K}) SET b = {k: K, uid: 7}",
        "MATCH (n {k: K}) DETACH DELETE n",
        "MATCH (a:A {k: K})-[r]-(b) DELETE r",
        "MATCH (n:A {k: K}) DELETE n",
        "MERGE (n:A {k: K}) ON CREATE SET n.uid = 100 ON MATCH SET n.m = K",
        "UNWIND [0, K, 1, K] AS k MERGE (n:A {k: k}) MERGE (m:B {k: k, uid: 5}) MERGE (n)-[:R]->(m)",
        "UNWIND [1, K] AS k MERGE (n:B {k: k}) SET n.k = k + 1",
        "FOREACH (k IN [0, K] | MERGE (n:A {k: k}) CREATE (n)-[:S]->(:B {k: k}))",
        "MATCH (a:A {k: K}) CALL (a) { CREATE (a)-[:R]->(b:B {k: K}) RETURN b } SET b.uid = 9",
        "MATCH (a:A) MERGE (a)-[:S]->(b:B {k: K})",
        "MATCH (a:A {k: K}) SET a.k = 2 CREATE (:A {k: 2}) WITH a RETURN 1 / 0",
        "UNWIND [1, 2] AS x MERGE (a:A {k: K + x}) SET a.list = [x, {no: 'map'}]",
    ]);
    (text, 0i64..3).prop_map(|(text, k)| text.replace('K', &k.to_string()))
}

/// Nodes and edges by what can be seen of them.
fn seen(database: &Database) -> [Vec<Vec<Value<'static>>>; 2] {
    [
        run(database, "MATCH (n) RETURN n:A, n:B, n.k, n.uid, n.m", &Rule::ALL),
        run(database, "MATCH (a)-[r]->(b) RETURN a.k, b.k, a:A, b:A, type(r) = 'R'", &Rule::ALL),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn shortest_walks_are_the_shortest_of_all(graph in graph(), walk in select(vec!["-[:R*1..7]->", "<-[*1..7]-", "-[*1..7]-"])) {
        let database = graph.database();
        let all = run(&database, &format!("MATCH p = ALL SHORTEST (a){walk}(b) RETURN a.uid AS a, b.uid AS b, length(p) AS l"), &[]);
        let plain = format!(
            "MATCH p = (a){walk}(b) WITH a, b, length(p) AS l ORDER BY l WITH a, b, collect(l) AS ls
             UNWIND ls AS l WITH * WHERE l = ls[0] RETURN a.uid AS a, b.uid AS b, l"
        );
        prop_assert_eq!(&all, &run(&database, &plain, &[]), "{}", walk);
        let one = run(&database, &format!("MATCH p = ANY SHORTEST (a){walk}(b) RETURN a.uid AS a, b.uid AS b, length(p) AS l"), &[]);
        let mut distinct = all;
        distinct.dedup();
        prop_assert_eq!(one, distinct, "{}", walk);
    }

    #[test]
    fn updates_leave_the_same_graph(graph in graph(), updates in prop::collection::vec(update(), 1..6)) {
        let plain = graph.database();
        let [memory, _, indexed] = graph.databases();
        index(&memory);
        for update in &updates {
            let [expected, found, over] = [(&plain, &Rule::ALL[..]), (&memory, &[]), (&indexed, &[])].map(|(db, disabled)| {
                let rows = db.query_without(update, &Parameters::new(), &Limits::default(), disabled);
                (rows.map(|rows| rows.summary()).map_err(|error| error.to_string()), seen(db))
            });
            prop_assert_eq!(&found, &expected, "{}", update);
            prop_assert_eq!(&over, &expected, "{}", update);
        }
    }

    #[test]
    fn patterns_find_what_a_plain_search_finds(graph in graph(), chains in chains()) {
        let mut search = Search { graph: &graph, chains: &chains, bound: [None; 4], used: Vec::new(), found: Vec::new() };
        search.chain(0);
        let int = |uid: usize| Value::Int(uid as i64);
        let mut plain: Vec<Vec<Value<'static>>> = search.found.into_iter().map(|row| row.into_iter().map(int).collect()).collect();
        plain.sort_by_key(|row| format!("{row:?}"));
        let columns: Vec<String> = names(&chains).into_iter().map(|name| format!("{}.uid", NAMES[name])).collect();
        let databases = graph.databases();
        for text in texts(&chains) {
            let query = format!("MATCH {text} RETURN {}", columns.join(", "));
            for database in &databases {
                prop_assert_eq!(&run(database, &query, &[]), &plain, "{}", &query);
            }
        }
    }

    #[test]
    fn rules_keep_the_answer(graph in graph(), queries in query()) {
        let databases = graph.databases();
        let plain = run(&databases[0], &queries[0], &Rule::ALL);
        let mut switched: Vec<Vec<Rule>> = Rule::ALL.iter().map(|rule| vec![*rule]).collect();
        switched.extend([vec![], Rule::ALL.to_vec()]);
        for database in &databases {
            for query in &queries {
                for disabled in &switched {
                    prop_assert_eq!(&run(database, query, disabled), &plain, "without {:?}: {}", disabled, query);
                }
            }
        }
    }
}
