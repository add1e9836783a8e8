//! Where rules rewrite a plan, and where they must not.

use super::*;

/// The rule makes the operator of these statements, and not of those; switched off, of none.
fn fires(rule: Rule, operator: &str, these: &[&str], those: &[&str]) {
    for (texts, fires) in [(these, true), (those, false)] {
        for text in texts {
            let plan = explain(&planned(text, &[]).unwrap_or_else(|error| panic!("{text}: {error}")), None);
            assert_eq!(plan.contains(operator), fires, "{text}\n{plan}");
            let plan = explain(&planned(text, &[rule]).unwrap_or_else(|error| panic!("{text}: {error}")), None);
            assert!(!plan.contains(operator), "{text}\n{plan}");
        }
    }
}

#[test]
fn matches_are_counted_where_nothing_else_is_asked_of_them() {
    let counted = [
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c) WHERE b.age > 1 RETURN c.name, count(a.age)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d) RETURN count(*)",
        "MATCH (a)-[:KNOWS]-(b) RETURN a, count(b)",
        "MATCH (a)-[:LIVES_IN]->(c)<-[:LIVES_IN]-(b) RETURN avg(c.age), min(c.name), count(DISTINCT c.name)",
        "MATCH (a)-[:KNOWS]->(b), (a)-[:LIVES_IN]->(c) WITH a, count(*) AS n RETURN sum(n)",
        // Integers of another node add up.
        "MATCH (a)-[:KNOWS]->(b) RETURN a.name, avg(b.age)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN a.name, sum(b.age), avg(c.age), count(*)",
    ];
    let found = [
        // It needs two nodes of each match, or an edge.
        "MATCH (a)-[:KNOWS]->(b) RETURN a.name, b.name, count(*)",
        "MATCH (a)-[:KNOWS]->(b) RETURN a.name, avg(a.age + b.age)",
        "MATCH (a)-[:KNOWS]->(b) RETURN a.name, avg(DISTINCT b.age)",
        "MATCH (a)-[:KNOWS]->(b) RETURN a.name, stdev(b.age)",
        "MATCH (a)-[e:KNOWS]->(b) RETURN sum(e.w)",
        "MATCH (a)-[:KNOWS]->(b) WHERE a.age > b.age RETURN count(*)",
        "MATCH (a)-[e:KNOWS]->(b) WHERE e.w > 1 RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b) RETURN a.name, count(DISTINCT b.name)",
        "MATCH (a)-[:KNOWS]->(b) RETURN collect(a.name)",
        "MATCH p = (a)-[:KNOWS]->(b) RETURN count(p)",
        // It is no tree of single edges.
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(a) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(a) RETURN count(*)",
        "MATCH (a)-[:KNOWS*1..2]->(b) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b), (c)-[:KNOWS]->(d) RETURN count(*)",
        // Undirected edges that could be each other.
        "MATCH (a)-[:KNOWS]-(b)-[:KNOWS]-(c) RETURN count(*)",
        // One node leads to few matches.
        "MATCH (a:Person {id: 1})-[:LIVES_IN]->(b) RETURN count(*)",
        // It may differ from match to match.
        "MATCH (a)-[:KNOWS]->(b) WHERE rand() < 0.5 RETURN count(*)",
    ];
    fires(Rule::Tally, "Tally", &counted, &found);
}

#[test]
fn cycles_of_four_are_counted_by_wedges() {
    let round = "MATCH (a:Person)-[:KNOWS]->(b:Person)-[:KNOWS]->(c:Person)-[:KNOWS]->(d:Person)-[:KNOWS]->(a)";
    let both_ways = "MATCH (a:Person)-[:KNOWS]->(b:Person)-[:KNOWS]->(c:Person)<-[:KNOWS]-(d:Person)<-[:KNOWS]-(a)";
    let shared = "MATCH (a:Person)-[:KNOWS]->(b:Person)<-[:KNOWS]-(c:Person)-[:KNOWS]->(d:Person)<-[:KNOWS]-(a)";
    let adults = "WHERE a.age > 1 AND b.age > 1 AND c.age > 1 AND d.age > 1";
    // With what can be exchanged: both paths, and nodes for the one that they are counted from.
    let fires = [
        (format!("{round} RETURN count(*)"), (false, Turns::Four)),
        (format!("{round} {adults} RETURN count(b), count(*)"), (false, Turns::Four)),
        (format!("{round} WHERE a.age > 1 AND c.age > 1 RETURN count(*)"), (false, Turns::Two)),
        (format!("{round} WHERE a.age > 1 RETURN count(*)"), (false, Turns::One)),
        (format!("{round} RETURN c.name, count(*), max(c.age)"), (false, Turns::One)),
        (format!("{both_ways} RETURN count(*)"), (true, Turns::One)),
        (format!("{both_ways} WHERE b.age > 1 RETURN count(*)"), (false, Turns::One)),
        (format!("{shared} RETURN count(*)"), (true, Turns::Two)),
        (format!("{shared} RETURN a, count(*)"), (true, Turns::One)),
    ];
    for (text, expected) in &fires {
        let plan = planned(text, &[]).unwrap_or_else(|error| panic!("{text}: {error}"));
        let mut op = &plan.root;
        let tally = loop {
            match &op.kind {
                OpKind::Tally(tally) => break tally,
                _ => op = op.input.as_deref().unwrap_or_else(|| panic!("{text}: no tally")),
            }
        };
        let wedges = tally.weights[0].1.iter().flat_map(|term| &term.nodes).filter_map(|node| node.wedge.as_ref());
        let wedges: Vec<_> = wedges.map(|wedge| (wedge.twins, wedge.turns)).collect();
        assert_eq!(wedges, [*expected], "{text}");
        let without = planned(text, &[Rule::Wedge]).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(!explain(&without, None).contains("Tally"), "{text}");
    }
    let found = [
        // It begins at one node, or at few.
        "MATCH (a:Person {id: 1})-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(a) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b)-[:LIVES_IN]->(c), (a)-[:KNOWS]->(d)-[:LIVES_IN]->(c) RETURN count(*)",
        // More has to be known than how many there are.
        &format!("{round} WHERE a.age > c.age RETURN count(*)"),
        &format!("{round} RETURN a.name, b.name, count(*)"),
        &format!("{round} RETURN a.name, sum(b.age)"),
        &format!("{round} RETURN collect(a.name)"),
        // Undirected edges, and other cycles.
        "MATCH (a)-[:KNOWS]-(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(a) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(a) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(a), (c)-[:KNOWS]->(d) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(a), (c)-[:KNOWS]->(d)-[:KNOWS]->(c) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(a), (a)-[:KNOWS]->(c) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(e)-[:KNOWS]->(a) RETURN count(*)",
        "MATCH (a)-[:KNOWS*1..2]->(b)-[:KNOWS]->(c)-[:KNOWS]->(d)-[:KNOWS]->(a) RETURN count(*)",
    ];
    for text in found {
        let plan = explain(&planned(text, &[]).unwrap_or_else(|error| panic!("{text}: {error}")), None);
        assert!(!plan.contains("Tally"), "{text}\n{plan}");
    }
}

#[test]
fn sorts_tell_tallies_what_they_have_no_use_for() {
    let asks = |text: &str, disabled: &[Rule]| {
        let mut op = &planned(text, disabled).unwrap_or_else(|error| panic!("{text}: {error}")).root;
        loop {
            match &op.kind {
                OpKind::Tally(tally) => return tally.floor.is_some(),
                _ => op = op.input.as_deref().unwrap_or_else(|| panic!("{text}: no tally")),
            }
        }
    };
    let told = [
        "MATCH (a:Person)-[:KNOWS]->(b) RETURN a, count(*) AS n ORDER BY n DESC LIMIT 3",
        "MATCH (a:Person)-[:KNOWS]->(b) WITH a, count(b) AS n ORDER BY n DESC, a.name LIMIT 3 RETURN a.name, n",
    ];
    let not_told = [
        // The least are wanted, or all, or others first.
        "MATCH (a:Person)-[:KNOWS]->(b) RETURN a, count(*) AS n ORDER BY n LIMIT 3",
        "MATCH (a:Person)-[:KNOWS]->(b) RETURN a, count(*) AS n ORDER BY n DESC",
        "MATCH (a:Person)-[:KNOWS]->(b) RETURN a, count(*) AS n ORDER BY a.name, n DESC LIMIT 3",
        // It is not the count itself.
        "MATCH (a:Person)-[:KNOWS]->(b) RETURN a, count(*) % 7 AS n ORDER BY n DESC LIMIT 3",
        "MATCH (a:Person)-[:KNOWS]->(b) RETURN a, sum(b.age) AS n ORDER BY n DESC LIMIT 3",
        // A filter in between could drop what the sort was told of.
        "MATCH (a:Person)-[:KNOWS]->(b) WITH a, count(*) AS n WHERE n < 5 RETURN a, n ORDER BY n DESC LIMIT 3",
    ];
    told.iter().for_each(|text| assert!(asks(text, &[]) && !asks(text, &[Rule::Floor]), "{text}"));
    not_told.iter().for_each(|text| assert!(!asks(text, &[]), "{text}"));
}

#[test]
fn groupings_tell_tallies_what_they_tell_nodes_apart_by() {
    let told = |text: &str, disabled: &[Rule]| {
        let plan = planned(text, disabled).unwrap_or_else(|error| panic!("{text}: {error}"));
        format!("{plan:?}").contains("class: Some")
    };
    let fires = [
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN b.age, count(*)",
        "MATCH (a:Person)-[:KNOWS]->(b:Person) WHERE a.name IS NOT NULL RETURN b.age, avg(a.age), count(a.name) ORDER BY b.age",
    ];
    let not = [
        // The nodes themselves, or more of them than one property.
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN b, count(*)",
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN b.age, b.name, count(*)",
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN b.age % 10, count(*)",
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN b.age, max(b.name)",
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN b.age, count(DISTINCT b.name)",
        "MATCH (a:Person)-[:KNOWS]->(b:Person) RETURN b.age, sum(b.height)",
    ];
    fires.iter().for_each(|text| assert!(told(text, &[]) && !told(text, &[Rule::Class]), "{text}"));
    not.iter().for_each(|text| assert!(!told(text, &[]), "{text}"));
}

#[test]
fn common_neighbours_are_intersected() {
    let fires = [
        ("MATCH (a:Person)-[:KNOWS]->(b:Person)-[:KNOWS]->(c:Person)-[:KNOWS]->(a) RETURN count(*)", 1),
        (
            "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c), (a)-[:KNOWS]->(c), (a)-[:KNOWS]->(d), (b)-[:KNOWS]-(d), (c)<-[:KNOWS]-(d) RETURN d.name",
            2,
        ),
        ("MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(a) RETURN a.name, b.name", 1),
        // Two persons by index, then what they share.
        ("MATCH (a:Person {id: 1})-[:KNOWS]->(c)<-[:KNOWS]-(b:Person {id: 2}) RETURN c.name", 1),
    ];
    let not = [
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN c.name",
        "MATCH (a)-[:KNOWS]->(b), (c)-[:KNOWS]->(d) RETURN d.name",
        "MATCH (a)-[:KNOWS*1..2]->(b)-[:KNOWS*1..2]->(c)-[:KNOWS*1..2]->(a) RETURN count(*)",
    ];
    let count = |text: &str, disabled: &[Rule]| {
        let plan = explain(&planned(text, disabled).unwrap_or_else(|error| panic!("{text}: {error}")), None);
        plan.matches("Intersect").count()
    };
    for (text, times) in fires {
        assert_eq!((count(text, &[]), count(text, &[Rule::Intersect])), (times, 0), "{text}");
    }
    for text in not {
        assert_eq!(count(text, &[]), 0, "{text}");
    }
}

#[test]
fn edges_that_nobody_asks_for_are_told_apart_by_their_ends() {
    let fires = [
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN a.name, c.name",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(a) RETURN count(*)",
        // Named, and not asked for.
        "MATCH (a)-[r:KNOWS]->(b)<-[s:KNOWS]-(c) RETURN a.name, c.name",
        "MATCH (a) WHERE EXISTS { MATCH (a)-[:KNOWS]->(b)<-[:KNOWS]-(c) WHERE b.age < c.age } RETURN a.name",
        // The edge that is asked for can be none of the others.
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[e:LIVES_IN]->(d) RETURN a.name, e.since",
    ];
    let not = [
        "MATCH (a)-[:KNOWS]->(b)-[e:KNOWS]->(c) RETURN a.name, e.since",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS {since: 1}]->(c) RETURN a.name, c.name",
        "MATCH p = (a)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN p",
        // Of edges that may lead either way, or of some types more, not any will do.
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]-(c) RETURN a.name, c.name",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS|LIVES_IN]->(c) RETURN a.name, c.name",
        "MATCH (a)-[:KNOWS]->(b)-[:KNOWS*1..2]->(c) RETURN a.name, c.name",
        // They cannot be the same edge.
        "MATCH (a)-[:KNOWS]->(b)-[:LIVES_IN]->(c) RETURN a.name, c.name",
    ];
    let told = |text: &str, disabled: &[Rule]| {
        let plan = planned(text, disabled).unwrap_or_else(|error| panic!("{text}: {error}"));
        format!("{plan:?}").contains("taken: [(")
    };
    fires.iter().for_each(|text| assert!(told(text, &[]) && !told(text, &[Rule::Anonymous]), "{text}"));
    not.iter().for_each(|text| assert!(!told(text, &[]), "{text}"));
}

#[test]
fn clauses_in_sequence_are_one_pattern() {
    let plan = |text: &str, disabled: &[Rule]| {
        explain(&planned(text, disabled).unwrap_or_else(|error| panic!("{text}: {error}")), None)
    };
    // The country is the better start, although it comes in the second clause.
    let text = "MATCH (p:Person)-[:LIVES_IN]->(c:City) WITH p, c MATCH (c)-[:IN]->(n:Country) RETURN p.name, n.name";
    assert!(plan(text, &[]).contains("NodeScan (n:Country)"));
    assert!(!plan(text, &[Rule::JoinMatches]).contains("NodeScan (n:Country)"));
    let text = "MATCH (p:Person)-[:KNOWS]->(q:Person) MATCH (q)-[:KNOWS]->(n:Country) RETURN p.name, n.name";
    assert!(plan(text, &[]).contains("NodeScan (n:Country)"));
    let apart = [
        "MATCH (p:Person)-[:LIVES_IN]->(c:City) WITH p, c LIMIT 3 MATCH (c)-[:IN]->(n:Country) RETURN p.name, n.name",
        "MATCH (p:Person)-[:LIVES_IN]->(c:City) WHERE rand() < 0.5 MATCH (c)-[:IN]->(n:Country) RETURN p.name, n.name",
    ];
    for text in apart {
        assert!(!plan(text, &[]).contains("NodeScan (n:Country)"), "{text}");
    }
}

#[test]
fn ends_of_walks_are_searched_where_they_count_once() {
    let reach = [
        "MATCH (a)-[:KNOWS*1..3]->(b) RETURN count(DISTINCT b.name)",
        "MATCH (a)-[:KNOWS*]->(b) RETURN DISTINCT b",
        "MATCH (a)-[:KNOWS*0..2]-(b)-[:LIVES_IN]->(c) WHERE b.age > 1 RETURN DISTINCT c.name",
        "MATCH (a)-[:KNOWS*1..2]->(b) RETURN a.name, max(b.age)",
    ];
    let walks = [
        "MATCH (a)-[:KNOWS*1..3]->(b) RETURN count(b)",
        "MATCH (a)-[:KNOWS*2..3]->(b) RETURN DISTINCT b",
        "MATCH (a)-[:KNOWS*1..3]-(b) RETURN DISTINCT b",
        "MATCH (a)-[e:KNOWS*1..3]->(b) RETURN DISTINCT b, size(e)",
        "MATCH (a)-[:KNOWS]->(c)-[:KNOWS*1..3]->(b) RETURN DISTINCT b",
        "MATCH (a)-[:KNOWS*1..3]->(b) WITH b LIMIT 3 RETURN DISTINCT b",
        "MATCH p = (a)-[:KNOWS*1..3]->(b) RETURN DISTINCT length(p)",
    ];
    fires(Rule::Reach, "Reach", &reach, &walks);
}
