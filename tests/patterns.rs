//! Counting matches without finding them, closing cycles by intersection and telling edges apart by their ends give what plain
//! steps give: on graphs with loops, parallel edges and edges there and back, in files and with changes behind them, for
//! patterns whose edges could be each other.

#![allow(clippy::unwrap_used, reason = "tests")]

use kenning::plan::Rule;
use kenning::{Database, Limits, Parameters};

struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

fn run(db: &Database, text: &str, disabled: &[Rule]) -> Vec<String> {
    let rows = db.query_without(text, &Parameters::new(), &Limits::default(), disabled);
    let rows = rows.unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut rows: Vec<String> = rows.map(|row| format!("{:?}", row.unwrap())).collect();
    rows.sort();
    rows
}

/// A few nodes with more edges than pairs, in half of the graphs loops among them.
fn graph(dice: &mut Dice) -> Database {
    let db = Database::in_memory();
    let nodes = dice.roll(7) + 1;
    for id in 0..nodes {
        let labels = dice.pick(&[":A", ":B", ":A:B", ""]);
        let value = dice.pick(&["", ", k: 1", ", k: 2", ", k: 3", ", k: 'x'"]);
        // Floats whose sums are exact, so that the order of adding makes no difference.
        let number = dice.pick(&["", ", f: 1", ", f: 7", ", f: 7", ", f: 0.5"]);
        run(&db, &format!("CREATE (n{labels} {{id: {id}{value}{number}}})"), &[]);
    }
    let loops = dice.roll(2) == 0;
    for _ in 0..dice.roll(4 * nodes) {
        let (from, to) = (dice.roll(nodes), dice.roll(nodes));
        if from == to && !loops {
            continue;
        }
        let edge_type = dice.pick(&["R", "R", "R", "S"]);
        run(
            &db,
            &format!("MATCH (a {{id: {from}}}), (b {{id: {to}}}) CREATE (a)-[:{edge_type} {{w: {to}}}]->(b)"),
            &[],
        );
    }
    match dice.roll(3) {
        0 => {}
        1 => db.checkpoint().unwrap(),
        _ => {
            db.checkpoint().unwrap();
            run(&db, "MATCH (a {id: 0}) SET a.k = 3 SET a:B CREATE (a)-[:R]->(:A {k: 1})", &[]);
            if loops {
                run(&db, "MATCH (a {id: 0}) CREATE (a)-[:S]->(a)", &[]);
            }
            run(&db, "MATCH ()-[e:R]->() WITH e LIMIT 1 DELETE e", &[]);
        }
    }
    db
}

/// A pattern that is a tree, of up to four edges.
fn pattern(dice: &mut Dice) -> (String, usize) {
    let edges = [1, 1, 2, 2, 2, 3, 3, 4][dice.roll(8)];
    let mut parts = Vec::new();
    for edge in 0..edges {
        let from = dice.roll(edge + 1);
        let types = dice.pick(&[":R", ":R", ":R", ":S", ":R|S", ""]);
        let (left, right) = [("-", "->"), ("-", "->"), ("<-", "-"), ("-", "-")][dice.roll(4)];
        let labels = dice.pick(&["", "", ":A", ":B", ":A|B", ":!A"]);
        parts.push(format!("(n{from}){left}[{types}]{right}(n{}{labels})", edge + 1));
    }
    // Now and then in two clauses, between which edges may come again.
    let cut = dice.roll(2 * parts.len());
    let mut text = match parts.split_at_checked(cut).filter(|(before, after)| !before.is_empty() && !after.is_empty()) {
        Some((before, after)) => format!("MATCH {} MATCH {}", before.join(", "), after.join(", ")),
        None => format!("MATCH {}", parts.join(", ")),
    };
    let mut tests = Vec::new();
    for node in 0..=edges {
        if dice.roll(4) == 0 {
            let test = dice.pick(&["n.k = 1", "n.k > 1", "n:A", "n.k IS NULL", "n.id <> 2", "NOT n:B"]);
            tests.push(test.replace("n.", &format!("n{node}.")).replace("n:", &format!("n{node}:")));
        }
    }
    if !tests.is_empty() {
        text.push_str(&format!(" WHERE {}", tests.join(" AND ")));
    }
    (text, edges + 1)
}

fn answer(dice: &mut Dice, nodes: usize) -> String {
    let (one, other) = (dice.roll(nodes), dice.roll(nodes));
    let counts = ["count(*)", "count(nX)", "count(nX.k)", "count(nO.k)", "count(nO)"];
    let own = ["min(nX.id)", "max(nX.k)", "sum(nX.id)", "avg(nX.id)", "count(DISTINCT nX.k)", "sum(DISTINCT nX.id)"];
    let added = ["sum(nO.id)", "avg(nO.id)", "sum(nO.f)", "avg(nO.f)", "sum(nO.id * 2 - 3)", "avg(nO.id), sum(nO.id)"];
    let mut items = vec![dice.pick(&counts).to_owned()];
    if dice.roll(2) == 0 {
        items.push(dice.pick(&counts).to_owned());
    }
    if dice.roll(3) == 0 {
        items.push(dice.pick(&added).to_owned());
    }
    match dice.roll(4) {
        0 => {}
        1 => items.push(dice.pick(&own).to_owned()),
        2 => items.insert(0, dice.pick(&["nX.k", "nX", "nX.id", "labels(nX)", "nX.id % 2, nX.k"]).to_owned()),
        _ => {
            items.insert(0, dice.pick(&["nX.k", "nX.id / 2"]).to_owned());
            items.push(dice.pick(&own).to_owned());
        }
    }
    let named = items.iter().enumerate().map(|(at, item)| match item.contains(", ") {
        true => item.clone(),
        false => format!("{item} AS c{at}"),
    });
    let text = named.collect::<Vec<_>>().join(", ");
    format!("RETURN {}", text.replace("nX", &format!("n{one}")).replace("nO", &format!("n{other}")))
}

/// Holds so many statements against what they give with every rule off. At least every `least`th plan must show a word.
fn held((seed, cases): (u64, usize), (word, least): (&str, usize), statement: &dyn Fn(&mut Dice) -> String) {
    let cases = std::env::var("KENNING_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    let mut dice = Dice(seed);
    let mut shown = 0;
    for case in 0..cases / 10 {
        let db = graph(&mut dice);
        for _ in 0..10 {
            let text = statement(&mut dice);
            let plan = db.explain(&text, &Parameters::new(), None).unwrap();
            shown += usize::from(plan.contains(word));
            assert_eq!(run(&db, &text, &[]), run(&db, &text, &Rule::ALL), "graph {case}: {text}\n{plan}");
        }
    }
    assert!(shown * least > cases, "{word} in {shown} of {cases}");
}

#[test]
fn counted_and_found() {
    held((5, 1500), ("Tally", 4), &|dice| {
        let (pattern, nodes) = pattern(dice);
        format!("{pattern} {}", answer(dice, nodes))
    });
}

/// From few nodes on, sums are made class by class; with other keys, other children and more nodes they are not.
#[test]
fn summed_by_class() {
    let mut dice = Dice(13);
    for case in 0..20 {
        let db = Database::in_memory();
        run(&db, "UNWIND range(0, 39) AS id CREATE (:A {id: id, k: id % 4, t: ['x', 'y', 'z'][id % 3]})", &[]);
        let pairs: Vec<String> = (0..200).map(|_| format!("[{}, {}]", dice.roll(40), dice.roll(40))).collect();
        let pairs = pairs.join(", ");
        run(&db, &format!("UNWIND [{pairs}] AS p MATCH (a {{id: p[0]}}), (b {{id: p[1]}}) CREATE (a)-[:R]->(b)"), &[]);
        if case % 3 == 0 {
            run(&db, "MATCH (n {id: 7}) SET n.k = null, n:B", &[]);
        }
        if case % 4 == 0 {
            run(&db, "MATCH (n {id: 9}) SET n.t = 3, n.k = 0.5", &[]);
        }
        db.checkpoint().unwrap();
        for _ in 0..40 {
            let key = dice.pick(&["b.k", "b.t", "b.id", "b.no"]);
            let (left, right) = [("-", "->"), ("<-", "-"), ("-", "-")][dice.roll(3)];
            let labels = dice.pick(&["", "", ":A", ":B"]);
            let few =
                dice.pick(&["a.id < 3", "a.id = 5", "a.k = 1 AND a.id < 20", "a.id < 30", "a.id < 3 AND b.id > 8"]);
            let further = dice.pick(&["", "", "", ", (a)-[:R]->(c)"]);
            let sums = dice.pick(&[
                "count(*)",
                "count(*), sum(a.id)",
                "avg(a.id), count(a.k)",
                "sum(a.id), sum(a.k), count(*)",
                "sum(a.id), sum(a.k), sum(a.id - 9)",
            ]);
            let text = format!("MATCH (a){left}[:R]{right}(b{labels}){further} WHERE {few} RETURN {key}, {sums}");
            assert_eq!(run(&db, &text, &[]), run(&db, &text, &Rule::ALL), "graph {case}: {text}");
        }
    }
}

/// A pattern with cycles, of up to five edges between up to four nodes.
fn cycles(dice: &mut Dice) -> String {
    let nodes = 2 + dice.roll(3);
    let edges = nodes + dice.roll(3);
    let mut parts = Vec::new();
    for edge in 0..edges {
        let (from, to) = if edge + 1 < nodes { (edge, edge + 1) } else { (dice.roll(nodes), dice.roll(nodes)) };
        let types = dice.pick(&[":R", ":R", ":R", ":S", ":R|S", ""]);
        let (left, right) = [("-", "->"), ("-", "->"), ("<-", "-"), ("-", "-")][dice.roll(4)];
        let labels = dice.pick(&["", "", "", ":A", ":B", ":!A"]);
        parts.push(format!("(n{from}){left}[e{edge}{types}]{right}(n{to}{labels})"));
    }
    let answer = dice.pick(&[
        "count(*)",
        "n0.id, count(*)",
        "n0.id, n1.id, e0.w",
        "e1.w, count(DISTINCT n1)",
        "n1.k, sum(e0.w)",
    ]);
    format!("MATCH {} RETURN {answer}", parts.join(", "))
}

#[test]
fn intersected_and_expanded() {
    held((7, 1000), ("Intersect", 4), &cycles);
}

/// A cycle of four nodes: mostly nodes and edges that could be exchanged for each other, else whatever comes.
fn ring(dice: &mut Dice) -> String {
    let types = [":R", ":R", ":R", ":S", ":R|S", ""];
    let labels = ["", "", ":A", ":B", ":!A"];
    let arrows = [("-", "->"), ("<-", "-")];
    let alike = [dice.roll(3) > 0, dice.roll(3) > 0, dice.roll(3) > 0];
    let (of_all, at_all) = (dice.pick(&types), dice.pick(&labels));
    // Round, or both ways, or from two nodes to two others.
    let shape = [[0, 0, 0, 0], [0, 0, 1, 1], [0, 1, 0, 1]][dice.roll(3)];
    let mut parts = Vec::new();
    for edge in 0..4 {
        let types = if alike[0] { of_all } else { dice.pick(&types) };
        let labels = if alike[1] { at_all } else { dice.pick(&labels) };
        let (left, right) = arrows[if alike[2] { shape[edge] } else { dice.roll(2) }];
        parts.push(format!("(n{edge}{labels}){left}[e{edge}{types}]{right}(n{})", (edge + 1) % 4));
    }
    let (before, after) = parts.split_at([0, 0, 0, 1, 2, 3][dice.roll(6)]);
    let mut text = match before {
        [] => format!("MATCH {}", after.join(", ")),
        before => format!("MATCH {} MATCH {}", before.join(", "), after.join(", ")),
    };
    let test = dice.pick(&["n.k > 1", "n.k IS NULL", "n.id <> 2", "n.id < 4 AND n.k = 1"]);
    let tested: Vec<String> = match dice.roll(4) {
        0 => (0..4).map(|node| test.replace("n.", &format!("n{node}."))).collect(),
        1 => (0..4).filter(|_| dice.roll(2) == 0).map(|node| test.replace("n.", &format!("n{node}."))).collect(),
        _ => Vec::new(),
    };
    if !tested.is_empty() {
        text.push_str(&format!(" WHERE {}", tested.join(" AND ")));
    }
    let answers = [
        "count(*)",
        "count(*)",
        "count(*)",
        "count(nX), count(e1)",
        "count(nX.k), count(*)",
        "nX.k, count(*)",
        "nX.id, count(*), sum(nX.id)",
        "count(DISTINCT nX.k), max(nX.id), count(*)",
    ];
    format!("{text} RETURN {}", dice.pick(&answers).replace("nX", &format!("n{}", dice.roll(4))))
}

#[test]
fn counted_by_wedges_and_found() {
    held((17, 1500), ("by wedges", 3), &ring);
}

#[test]
fn ends_of_walks_are_those_of_all_walks() {
    held((11, 600), ("Reach", 3), &|dice| {
        let types = dice.pick(&[":R", ":R|S", "", ":S"]);
        let bounds = dice.pick(&["*1..2", "*0..2", "*1..3", "*..4", "*0..1", "*2..3"]);
        let filter = dice.pick(&["", "", " {w: 1}"]);
        let (left, right) = [("-", "->"), ("<-", "-"), ("-", "-")][dice.roll(3)];
        let labels = dice.pick(&["", ":A", ":!B"]);
        let more = dice.pick(&["", "", "-[:S]->()", " WHERE b.k = 1", " WHERE a <> b"]);
        let answer = dice.pick(&["DISTINCT b.id", "count(DISTINCT b)", "a.id, count(DISTINCT b.k)", "a.id, max(b.id)"]);
        format!("MATCH (a){left}[{types}{bounds}{filter}]{right}(b{labels}){more} RETURN {answer}")
    });
}

#[test]
fn more_matches_than_can_be_found() {
    let db = Database::in_memory();
    run(&db, "UNWIND range(1, 300) AS i CREATE (:A {i: i})", &[]);
    run(&db, "MATCH (a:A), (b:A) CREATE (a)-[:R]->(b)", &[]);
    for fresh in [true, false] {
        // 300 * 300 * 300 walks of two edges, without those that go round a loop twice.
        assert_eq!(run(&db, "MATCH (a:A)-[:R]->(b:A)-[:R]->(c:A) RETURN count(*)", &[]), ["[Int(26999700)]"]);
        let per = run(
            &db,
            "MATCH (a:A)-[:R]->(b:A)-[:R]->(c:A) WITH b.i AS i, count(*) AS n RETURN count(i), min(n), max(n)",
            &[],
        );
        assert_eq!(per, ["[Int(300), Int(89999), Int(89999)]"]);
        if fresh {
            db.checkpoint().unwrap();
        }
    }
    let many = "MATCH (a)-[:R]->(x), (a)-[:S]->(b)-[:T]->(c)-[:U]->(d)-[:V]->(e)-[:W]->(f)-[:X]->(g) RETURN count(*)";
    let small = Database::in_memory();
    run(&small, "UNWIND range(1, 1000) AS i CREATE (:N)", &[]);
    let error = {
        // Products of degrees leave 64 bits long before anybody could find that many matches.
        let edges = ["S", "T", "U", "V", "W", "X", "R"];
        run(&small, "CREATE (:H {h: 1})", &[]);
        for edge_type in edges {
            run(&small, &format!("MATCH (a:H) UNWIND range(1, 1000) AS i CREATE (a)-[:{edge_type}]->(a)"), &[]);
        }
        let rows = small.query(many, &Parameters::new(), &Limits::default()).unwrap();
        rows.collect::<Result<Vec<_>, _>>().unwrap_err()
    };
    assert!(error.to_string().contains("does not fit into 64 bits"), "{error}");
}
