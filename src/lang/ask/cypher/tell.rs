//! Connections, reasons, definitions and comparisons: what the graph says, told with the schema's verbs.

use super::name_key;
use super::pattern::{self, Patterns};
use crate::lang::ask::meaning::Noun;
use crate::lang::ask::tree::At;
use crate::lang::ast::{BinaryOp, Clause, Expr, Query};
use crate::model::schema::Relation;
use crate::model::{Direction, Schema};

/// ```cypher
/// WITH {ADDRESSES: 'addresses'} AS verb
/// MATCH path = allShortestPaths((a:Skill {name: 'A'})-[*]-(b:Challenge {name: 'B'}))
/// WITH [r IN relationships(path) | startNode(r).name + ' ' + verb[type(r)] + ' ' + endNode(r).name] AS steps
/// RETURN reduce(told = head(steps), step IN tail(steps) | told + '; ' + step) AS connection
/// ORDER BY connection
/// ```
pub(super) fn connection(at: At, schema: &Schema, from: &Noun<'_>, to: &Noun<'_>) -> Query {
    let verbs = at.map(schema.relations.iter().map(|r| (r.edge_type.clone(), at.string(&verb(r)))));
    let end = |function: &str| name_of(at, schema, at.call(function, vec![at.variable("r")]));
    let space = || at.string(" ");
    let verb = at.index(at.variable("verb"), at.call("type", vec![at.variable("r")]));
    let step = at.join(BinaryOp::Add, [end("startNode"), space(), verb, space(), end("endNode")]);
    let relations = at.call("relationships", vec![at.variable("path")]);
    let steps = at.each("r", relations, step.unwrap_or_else(space));
    let longer = at.join(BinaryOp::Add, [at.variable("told"), at.string("; "), at.variable("step")]);
    let (first, others) = (at.call("head", vec![at.variable("steps")]), at.call("tail", vec![at.variable("steps")]));
    let told = at.reduce("told", first, "step", others, longer.unwrap_or_else(space));
    let clauses = vec![
        at.with(at.project(false, vec![at.item(verbs, "verb")], &[]), None),
        shortest(at, from, to),
        at.with(at.project(false, vec![at.item(steps, "steps")], &[]), None),
        at.returning(at.project(false, vec![at.item(told, "connection")], &["connection"])),
    ];
    at.query(clauses, Vec::new())
}

/// The paths themselves.
pub(super) fn connection_picture(at: At, from: &Noun<'_>, to: &Noun<'_>) -> Query {
    let items = vec![at.item(at.variable("path"), "path")];
    at.query(vec![shortest(at, from, to), at.returning(at.project(false, items, &[]))], Vec::new())
}

/// `MATCH path = allShortestPaths((a:Skill {name: 'A'})-[*]-(b:Challenge {name: 'B'}))`
fn shortest(at: At, from: &Noun<'_>, to: &Noun<'_>) -> Clause {
    let ends = [pattern::node(from, Some("a")), at.any_edges(), pattern::node(to, Some("b"))];
    at.matching(at.all_shortest("path", ends.into()), None)
}

/// The ends of each edge that the clause speaks of, and everything that the edge says of itself.
pub(super) fn reason(at: At, noun: &Noun<'_>) -> Query {
    let mut patterns = Patterns::default();
    let subject = patterns.ask(noun);
    let mut clauses = Vec::new();
    let mut items = Vec::new();
    if let Some(clause) = noun.clauses.first() {
        let object = patterns.ask(&clause.object);
        let edge = patterns.fresh("e");
        let there = at.path(vec![
            pattern::node(noun, Some(&subject)),
            pattern::edge(clause, Some(&edge)),
            pattern::node(&clause.object, Some(&object)),
        ]);
        clauses.push(at.matching(there, None));
        for further in &clause.object.clauses {
            clauses.extend(patterns.further(&object, further));
        }
        let mut keys: Vec<&String> = Vec::new();
        for rules in clause.relations.iter().map(|r| &r.rules) {
            keys.extend(rules.required.iter().chain(&rules.optional));
        }
        keys.dedup();
        for key in keys {
            items.push(at.item(at.property(at.variable(&edge), key), key));
        }
    }
    let columns: Vec<String> = patterns.asked.iter().map(|asked| asked.column.clone()).collect();
    let ends = patterns.asked.iter().map(|a| at.item(at.property(at.variable(&a.variable), &a.key), &a.column));
    let items = ends.chain(items).collect();
    let order: Vec<&str> = columns.iter().map(String::as_str).collect();
    clauses.push(at.returning(at.project(patterns.hidden, items, &order)));
    at.query(clauses, Vec::new())
}

/// A row for each property, then one for each relation with the names at its other end.
pub(super) fn definition(at: At, schema: &Schema, noun: &Noun<'_>) -> Query {
    let mut keys: Vec<&String> = Vec::new();
    for key in noun.types.iter().flat_map(|t| t.rules.required.iter().chain(&t.rules.optional)) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let value = || at.index(at.variable("n"), at.variable("what"));
    let both = vec![at.item(at.variable("n"), "n"), at.item(at.variable("what"), "what")];
    let properties = vec![
        at.matching(at.path(vec![pattern::node(noun, Some("n"))]), None),
        at.unwind(at.list(keys.into_iter().map(|key| at.string(key)).collect()), "what"),
        at.with(at.project(false, both, &[]), Some(at.not_null(value()))),
        at.returning(at.project(false, vec![at.item(at.variable("what"), "what"), at.item(value(), "value")], &[])),
    ];
    let names = at.call("collect", vec![at.variable("name")]);
    let neighbours = vec![
        words(at, schema, &[noun]),
        at.matching(neighbours(at, pattern::node(noun, Some("n"))), None),
        at.with(at.project(false, vec![at.item(said(at), "what"), neighbour(at, schema)], &["name"]), None),
        at.returning(at.project(false, vec![at.item(at.variable("what"), "what"), at.item(names, "value")], &["what"])),
    ];
    at.query(properties, vec![neighbours])
}

/// A row for each relation: the names that both have at its other end, and those that only one has.
pub(super) fn comparison(at: At, schema: &Schema, first: &Noun<'_>, second: &Noun<'_>) -> Query {
    let (one, two) = (first.name.as_deref().unwrap_or_default(), second.name.as_deref().unwrap_or_default());
    let mut both = first.clone();
    both.name = None;
    both.types.extend(second.types.iter().filter(|t| !first.types.contains(t)));
    let named = at.property(at.variable("n"), name_key(first));
    let either = at.binary(named.clone(), BinaryOp::In, at.list(vec![at.string(one), at.string(two)]));
    let when = |condition: Expr| at.call("collect", vec![at.case(condition, at.variable("name"), None)]);
    let who = || at.variable("who");
    let only = |name: &str| when(at.equal(who(), at.list(vec![at.string(name)])));
    let shared = when(at.equal(at.call("size", vec![who()]), at.int(2)));
    let groups =
        vec![at.item(said(at), "relation"), neighbour(at, schema), at.item(at.call_distinct("collect", named), "who")];
    let mut columns = vec![at.item(at.variable("relation"), "relation")];
    if one == two {
        // Two names of one node.
        columns.push(at.item(at.call("collect", vec![at.variable("name")]), "both"));
    } else {
        columns.push(at.item(shared, "both"));
        columns.push(at.item(only(one), &format!("only {one}")));
        columns.push(at.item(only(two), &format!("only {two}")));
    }
    let clauses = vec![
        words(at, schema, &[first, second]),
        at.matching(neighbours(at, pattern::node(&both, Some("n"))), Some(either)),
        at.with(at.project(false, groups, &["name"]), None),
        at.returning(at.project(false, columns, &["relation"])),
    ];
    at.query(clauses, Vec::new())
}

/// The edges around the nouns.
pub(super) fn neighbours_picture(at: At, nouns: &[&Noun<'_>]) -> Query {
    let mut branches: Vec<Vec<Clause>> = Vec::new();
    for noun in nouns {
        let mut around =
            at.path(vec![pattern::node(noun, None), at.edge(None, &[], Direction::Both), at.node(None, &[], None)]);
        around.variable = Some(at.name("path"));
        let items = vec![at.item(at.variable("path"), "path")];
        branches.push(vec![at.matching(around, None), at.returning(at.project(false, items, &[]))]);
    }
    let first = if branches.is_empty() { Vec::new() } else { branches.remove(0) };
    at.query(first, branches)
}

/// `(n)-[r]-(m)`
fn neighbours(at: At, node: crate::lang::ast::PathElement) -> crate::lang::ast::PathPattern {
    at.path(vec![node, at.edge(Some("r"), &[], Direction::Both), at.node(Some("m"), &[], None)])
}

/// `m.name AS name`
fn neighbour(at: At, schema: &Schema) -> crate::lang::ast::ProjectionItem {
    at.item(name_of(at, schema, at.variable("m")), "name")
}

/// `WITH {ADDRESSES: 'addresses'} AS verb, {ADDRESSES: 'is addressed by'} AS passive`, for the relations of the nouns.
fn words(at: At, schema: &Schema, nouns: &[&Noun<'_>]) -> Clause {
    let labels: Vec<&str> = nouns.iter().flat_map(|noun| noun.labels()).collect();
    let meets = |ends: &[String]| ends.iter().any(|end| labels.contains(&end.as_str()));
    let entry = |relation: &Relation, word: String| (relation.edge_type.clone(), at.string(&word));
    let verbs = schema.relations.iter().filter(|r| meets(&r.from)).map(|r| entry(r, verb(r)));
    let passives = schema.relations.iter().filter(|r| meets(&r.to)).map(|r| entry(r, passive(r)));
    let items = vec![at.item(at.map(verbs), "verb"), at.item(at.map(passives), "passive")];
    at.with(at.project(false, items, &[]), None)
}

/// `CASE WHEN startNode(r) = n THEN verb[type(r)] ELSE passive[type(r)] END`
fn said(at: At) -> Expr {
    let word = |map: &str| at.index(at.variable(map), at.call("type", vec![at.variable("r")]));
    let leaves = at.equal(at.call("startNode", vec![at.variable("r")]), at.variable("n"));
    at.case(leaves, word("verb"), Some(word("passive")))
}

/// The property that names a node of any type: `n.name`, or the first of several that is there.
fn name_of(at: At, schema: &Schema, node: Expr) -> Expr {
    let mut keys: Vec<&str> = schema.types.iter().map(|t| t.name.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut names: Vec<Expr> = keys.into_iter().map(|key| at.property(node.clone(), key)).collect();
    if names.len() == 1 { names.remove(0) } else { at.call("coalesce", names) }
}

/// What one node says of another: `addresses`.
fn verb(relation: &Relation) -> String {
    relation.verb.get(1).or(relation.verb.first()).unwrap_or(&relation.edge_type).clone()
}

/// What the other says of it: `is addressed by`; a relation without words for that points back.
fn passive(relation: &Relation) -> String {
    let passive = relation.passive.first().map(|phrase| format!("is {phrase}"));
    let inverse = || relation.inverse.get(1).or(relation.inverse.first()).cloned();
    passive.or_else(inverse).unwrap_or_else(|| format!("<- {}", verb(relation)))
}
