//! `which`, `list` and `how many`: rows of names, and counts.

use super::pattern::Patterns;
use crate::lang::ask::meaning::{Clause, Noun, Role};
use crate::lang::ask::tree::At;
use crate::lang::ast::{ProjectionItem, Query};
use crate::model::{Detail, Diagnostic};

/// A row for each combination of the nouns that are asked for.
pub(super) fn find(at: At, noun: &Noun<'_>) -> Query {
    let mut patterns = Patterns::default();
    let variable = patterns.ask(noun);
    let mut clauses = patterns.matching(noun, &variable);
    let columns: Vec<&str> = patterns.asked.iter().map(|asked| asked.column.as_str()).collect();
    clauses.push(at.returning(at.project(patterns.hidden, items(at, &patterns), &columns)));
    at.query(clauses, Vec::new())
}

/// `s.name AS skill`
fn items(at: At, patterns: &Patterns) -> Vec<ProjectionItem> {
    let item =
        |asked: &super::pattern::Asked| at.item(at.property(at.variable(&asked.variable), &asked.key), &asked.column);
    patterns.asked.iter().map(item).collect()
}

/// One number, or a number for each of something.
pub(super) fn count(at: At, noun: &Noun<'_>) -> Result<Query, Diagnostic> {
    let plural = noun.types.first().map_or("nodes", |t| t.plural.as_str());
    if let Some(noun) = each_first(noun) {
        return count_each(at, noun, plural);
    }
    let mut patterns = Patterns::default();
    let variable = patterns.variable(noun);
    let mut clauses = patterns.matching(noun, &variable);
    let counted = at.variable(&variable);
    let count = if patterns.hidden { at.call_distinct("count", counted) } else { at.call("count", vec![counted]) };
    clauses.push(at.returning(at.project(false, vec![at.item(count, plural)], &[])));
    Ok(at.query(clauses, Vec::new()))
}

/// The first noun of a clause that is asked for, such as the one behind `each`.
fn each<'n, 's>(noun: &'n Noun<'s>) -> Option<&'n Noun<'s>> {
    let objects = noun.clauses.iter().filter(|clause| !clause.negated).map(|clause| &clause.object);
    objects.into_iter().find_map(|object| if object.role == Role::Some { each(object) } else { Some(object) })
}

/// The noun with the clauses that lead to `each` in front of their neighbours; none without `each`.
fn each_first<'s>(noun: &Noun<'s>) -> Option<Noun<'s>> {
    let leads =
        |clause: &Clause<'_>| !clause.negated && (clause.object.role != Role::Some || each(&clause.object).is_some());
    let way = noun.clauses.iter().position(leads)?;
    let mut noun = noun.clone();
    noun.clauses[..=way].rotate_right(1);
    let object = &mut noun.clauses[0].object;
    if object.role == Role::Some {
        *object = each_first(object)?;
    }
    Some(noun)
}

/// The noun at the end of the way that [`each_first`] made.
fn end_of_way<'n, 's>(noun: &'n mut Noun<'s>) -> Option<&'n mut Noun<'s>> {
    let object = &mut noun.clauses.first_mut()?.object;
    if object.role == Role::Some { end_of_way(object) } else { Some(object) }
}

/// `MATCH (c:Challenge) RETURN c.name AS challenge, COUNT { MATCH (s:Skill)-[:ADDRESSES]->(c) } AS skills`: what is
/// counted for starts the statement, so that zero is counted too.
fn count_each(at: At, mut noun: Noun<'_>, plural: &str) -> Result<Query, Diagnostic> {
    let mut patterns = Patterns::default();
    let mut clauses = Vec::new();
    if let Some(group) = end_of_way(&mut noun) {
        let anchor = patterns.ask(group);
        clauses = patterns.matching(group, &anchor);
        if patterns.hidden {
            clauses.push(at.with(at.project(true, vec![at.item(at.variable(&anchor), &anchor)], &[]), None));
        }
        // Inside the count, the group is a variable that is bound outside.
        let outer = std::mem::replace(group, Noun::bound(group.span, &anchor, Vec::new()));
        if let Some(second) = each(&noun).or(each(&outer)) {
            let message = "only one noun can be counted for";
            return Err(Diagnostic::syntax(Detail::UnexpectedSyntax, message).at(second.span));
        }
    }
    let mut items = items(at, &patterns);
    let columns: Vec<String> = patterns.asked.iter().map(|asked| asked.column.clone()).collect();
    patterns.hidden = false;
    let counted = patterns.variable(&noun);
    let mut inner = patterns.matching(&noun, &counted);
    // A path of one edge ends in each node that is counted once; longer ones may do so several times.
    if noun.clauses.len() > 1 || patterns.hidden {
        inner.push(at.returning(at.project(true, vec![at.item(at.variable(&counted), &counted)], &[])));
    }
    items.push(at.item(at.count(inner), plural));
    let order: Vec<&str> = std::iter::once(plural).chain(columns.iter().map(String::as_str)).collect();
    let mut projection = at.project(false, items, &order);
    if let Some(count) = projection.order.first_mut() {
        count.descending = true;
    }
    clauses.push(at.returning(projection));
    Ok(at.query(clauses, Vec::new()))
}

/// What a picture of the answer shows: the paths that the patterns match, or the nodes when there are none.
pub(super) fn picture(at: At, noun: &Noun<'_>) -> Query {
    let mut patterns = Patterns::drawn();
    let variable = patterns.variable(noun);
    let mut clauses = patterns.matching(noun, &variable);
    if patterns.paths.is_empty() {
        patterns.paths.push(variable);
    }
    let items = patterns.paths.iter().map(|path| at.item(at.variable(path), path)).collect();
    clauses.push(at.returning(at.project(false, items, &[])));
    at.query(clauses, Vec::new())
}
