//! A noun and its clauses as `MATCH` clauses.
//!
//! The first clause of a noun lengthens the path that the noun stands in, each further one is a `MATCH` of its own
//! (edges of one `MATCH` have to differ, and those of two conditions may be the same), and one that is negated is a
//! `WHERE NOT EXISTS`. Along one path, edges differ: skills that address challenges that "A" addresses are the others,
//! and not "A" itself.

use std::collections::BTreeMap;

use super::name_key;
use crate::lang::ask::meaning::{Clause, Noun, Role};
use crate::lang::ask::tree::At;
use crate::lang::ast::{self, BinaryOp, Expr, PathElement};

/// A column of the answer: a noun that was asked for.
pub(super) struct Asked {
    /// The noun's variable.
    pub(super) variable: String,
    /// The name of its column: `skill`.
    pub(super) column: String,
    /// The property that names it.
    pub(super) key: String,
}

/// Builds clauses and keeps the variables apart.
#[derive(Default)]
pub(super) struct Patterns {
    /// How often each letter and each column is taken.
    taken: BTreeMap<String, usize>,
    pub(super) asked: Vec<Asked>,
    /// A node is neither shown nor named, so that one row may come up several times.
    pub(super) hidden: bool,
    /// For a picture: paths get variables, which are gathered.
    drawn: bool,
    pub(super) paths: Vec<String>,
}

impl Patterns {
    /// Patterns whose paths have variables.
    pub(super) fn drawn() -> Self {
        Patterns { drawn: true, ..Patterns::default() }
    }

    /// `s` for a skill, `s2` for the next; the same for columns.
    pub(super) fn fresh(&mut self, word: &str) -> String {
        let count = self.taken.entry(word.to_owned()).or_default();
        *count += 1;
        if *count == 1 { word.to_owned() } else { format!("{word}{count}") }
    }

    pub(super) fn variable(&mut self, noun: &Noun<'_>) -> String {
        let singular = noun.types.first().map_or("node", |t| t.singular.as_str());
        let letter = singular.chars().find(char::is_ascii_alphabetic).unwrap_or('n');
        self.fresh(&letter.to_ascii_lowercase().to_string())
    }

    /// Gives the noun a variable and a column.
    pub(super) fn ask(&mut self, noun: &Noun<'_>) -> String {
        let variable = self.variable(noun);
        let singular = noun.types.first().map_or("node", |t| t.singular.as_str());
        // A column is never called like a variable, or `ORDER BY s` would have two meanings.
        let column = self.fresh(singular);
        self.asked.push(Asked { variable: variable.clone(), column, key: name_key(noun).to_owned() });
        variable
    }

    /// The `MATCH` clauses for a noun that has a variable already.
    pub(super) fn matching(&mut self, noun: &Noun<'_>, variable: &str) -> Vec<ast::Clause> {
        let at = At(noun.span);
        let mut elements = vec![node(noun, Some(variable))];
        let (mut predicates, mut rest) = (Vec::new(), Vec::new());
        self.extend(noun, variable, &mut elements, &mut predicates, &mut rest);
        let mut clauses = vec![at.matching(self.path(at, elements), at.join(BinaryOp::And, predicates))];
        for (variable, clause) in rest {
            clauses.extend(self.further(&variable, clause));
        }
        clauses
    }

    /// A second condition on a node: a `MATCH` that starts from its variable.
    pub(super) fn further(&mut self, variable: &str, clause: &Clause<'_>) -> Vec<ast::Clause> {
        self.matching(&Noun::bound(clause.span, variable, vec![clause.clone()]), variable)
    }

    fn path(&mut self, at: At, elements: Vec<PathElement>) -> ast::PathPattern {
        let mut pattern = at.path(elements);
        if self.drawn && pattern.elements.len() > 1 {
            let variable = self.fresh("p");
            pattern.variable = Some(at.name(&variable));
            self.paths.push(variable);
        }
        pattern
    }

    /// Lengthens a path, which ends with the noun's node, by what must hold of the noun.
    fn extend<'n, 's>(
        &mut self,
        noun: &'n Noun<'s>,
        variable: &str,
        elements: &mut Vec<PathElement>,
        predicates: &mut Vec<Expr>,
        rest: &mut Vec<(String, &'n Clause<'s>)>,
    ) {
        predicates
            .extend(noun.clauses.iter().filter(|clause| clause.negated).map(|clause| self.absent(variable, clause)));
        let mut positive = noun.clauses.iter().filter(|clause| !clause.negated);
        let first = positive.next();
        rest.extend(positive.map(|clause| (variable.to_owned(), clause)));
        let Some(clause) = first else { return };
        let object = &clause.object;
        elements.push(edge(clause, None));
        let needed = object.clauses.len() > 1 || object.clauses.iter().any(|clause| clause.negated);
        let name = match object.role {
            _ if object.bound.is_some() => object.bound.clone(),
            Role::Asked | Role::Each => Some(self.ask(object)),
            Role::Some if needed => Some(self.variable(object)),
            Role::Some => None,
        };
        self.hidden |= object.role == Role::Some && object.name.is_none() && object.bound.is_none();
        elements.push(node(object, name.as_deref()));
        self.extend(object, name.as_deref().unwrap_or_default(), elements, predicates, rest);
    }

    /// `NOT EXISTS { (s)-[:ADDRESSES]->(:Challenge) }`
    fn absent(&mut self, variable: &str, clause: &Clause<'_>) -> Expr {
        let at = At(clause.span);
        let mut inner = Patterns { taken: self.taken.clone(), ..Patterns::default() };
        let positive = Clause { negated: false, object: unasked(&clause.object), ..clause.clone() };
        at.not(at.exists(inner.further(variable, &positive)))
    }
}

/// The noun with everything in it merely there: nothing inside a negation can be shown.
fn unasked<'s>(noun: &Noun<'s>) -> Noun<'s> {
    let clauses = noun.clauses.iter().map(|clause| Clause { object: unasked(&clause.object), ..clause.clone() });
    Noun { role: Role::Some, clauses: clauses.collect(), ..noun.clone() }
}

/// `(c:Challenge {name: 'Data bias'})`
pub(super) fn node(noun: &Noun<'_>, variable: Option<&str>) -> PathElement {
    let at = At(noun.span);
    let mut properties = Vec::new();
    if let Some(name) = &noun.name {
        properties.push((name_key(noun).to_owned(), at.string(name)));
    }
    let qualifier = noun.types.first().and_then(|t| t.qualifier.clone());
    if let (Some(key), Some(value)) = (qualifier, noun.adjective) {
        properties.push((key, at.string(value)));
    }
    let properties = (!properties.is_empty()).then(|| at.map(properties));
    at.node(variable, &noun.labels(), properties)
}

/// `-[:ADDRESSES]->`
pub(super) fn edge(clause: &Clause<'_>, variable: Option<&str>) -> PathElement {
    let types: Vec<&str> = clause.relations.iter().map(|r| r.edge_type.as_str()).collect();
    At(clause.span).edge(variable, &types, clause.direction)
}
