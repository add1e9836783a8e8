//! Indexes and constraints: statements of their own.

use pest::iterators::Pair;

use super::{Builder, Parts, Result, fail, mismatch, unexpected};
use crate::lang::ast::{Clause, ClauseKind, Name, Query, SingleQuery, Yield};
use crate::lang::grammar::Rule;
use crate::model::Span;
use crate::model::definition::{self, Change, Definition, Subject};

impl Builder<'_> {
    /// `CREATE INDEX`, `CREATE CONSTRAINT`, `DROP` or `SHOW`, as a query of one clause; `SHOW` is the call of a procedure,
    /// which `RETURN` may follow.
    pub(super) fn definition(&mut self, pair: Pair<'_, Rule>) -> Result<Query> {
        let span = self.span(&pair);
        let pair = Parts::of(pair).any()?;
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        let clauses = match rule {
            Rule::create_index | Rule::create_constraint => {
                let change = self.create_definition(parts, rule == Rule::create_constraint)?;
                vec![Clause { span, kind: ClauseKind::Define(change) }]
            }
            Rule::drop_definition => {
                let constraint = parts.pairs.clone().any(|pair| pair.as_rule() == Rule::kw_constraint);
                let name = self.name(&parts.need(Rule::name)?)?.text;
                let change = Change::Drop { name, constraint, lenient: parts.skip(Rule::if_exists) };
                vec![Clause { span, kind: ClauseKind::Define(change) }]
            }
            Rule::show_definitions => self.show(span, parts)?,
            _ => return fail(mismatch(span)),
        };
        Ok(Query { span, first: SingleQuery { span, clauses }, unions: Vec::new() })
    }

    fn create_definition(&mut self, mut parts: Parts<'_>, constraint: bool) -> Result<Change> {
        while matches!(parts.peek(), Some(Rule::kw_create | Rule::kw_range | Rule::kw_index | Rule::kw_constraint)) {
            parts.any()?;
        }
        let name = match parts.take(Rule::definition_name) {
            Some(pair) => Some(self.name(&Parts::of(pair).need(Rule::variable)?)?.text),
            None => None,
        };
        let lenient = parts.skip(Rule::if_not_exists);
        let (variable, subject, place) = self.subject(parts.need(Rule::subject)?)?;
        let keys = self.keys(parts.need(Rule::defined_keys)?, &variable)?;
        let rule = match parts.pairs.find(|pair| pair.as_rule() == Rule::demand) {
            None => definition::Rule::Index,
            Some(demand) => {
                let mut demand = Parts::of(demand);
                match demand.pairs.next_back().map(|pair| pair.as_rule()) {
                    Some(Rule::kw_unique) => definition::Rule::Unique,
                    Some(Rule::kw_key) => definition::Rule::Key,
                    _ => definition::Rule::NotNull,
                }
            }
        };
        if matches!(subject, Subject::Edges(_)) && rule != definition::Rule::NotNull {
            let what = if constraint { "values are made unique on nodes only" } else { "an index is on nodes only" };
            return fail(unexpected(place, what).label("expected `(variable:Label)`"));
        }
        Ok(Change::Create { definition: Definition::named(name, subject, keys, rule), lenient })
    }

    /// The variable, what it stands for, and its place.
    fn subject(&mut self, pair: Pair<'_, Rule>) -> Result<(Name, Subject, Span)> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let edge = parts.pairs.clone().any(|pair| pair.as_rule() == Rule::dash);
        let variable = self.name(&parts.need(Rule::variable)?)?;
        let of = self.name(&parts.need(Rule::name)?)?.text;
        Ok((variable, if edge { Subject::Edges(of) } else { Subject::Nodes(of) }, span))
    }

    fn keys(&mut self, pair: Pair<'_, Rule>, variable: &Name) -> Result<Vec<String>> {
        let mut keys: Vec<String> = Vec::new();
        for property in pair.into_inner().filter(|pair| pair.as_rule() == Rule::defined_key) {
            let span = self.span(&property);
            let mut parts = Parts::of(property);
            let subject = self.name(&parts.need(Rule::variable)?)?;
            if subject.text != variable.text {
                let expected = format!("expected `{}`, as in front", variable.text);
                return fail(unexpected(subject.span, "this variable stands for nothing").label(expected));
            }
            let key = self.name(&parts.need(Rule::name)?)?.text;
            if keys.contains(&key) {
                return fail(unexpected(span, format!("the property `{key}` is named twice")));
            }
            keys.push(key);
        }
        Ok(keys)
    }

    fn show(&mut self, span: Span, mut parts: Parts<'_>) -> Result<Vec<Clause>> {
        parts.skip(Rule::kw_show);
        parts.skip(Rule::kw_all);
        let what = parts.any()?;
        let place = self.span(&what);
        let procedure = match what.as_rule() {
            Rule::kw_constraint | Rule::kw_constraints => "constraints",
            _ => "indexes",
        };
        let (mut items, mut predicate) = (Yield::All, None);
        if let Some(part) = parts.take(Rule::yield_part) {
            (items, predicate) = self.yielded(part)?;
        } else if let Some(condition) = self.predicate(&mut parts)? {
            predicate = Some(condition);
        }
        let name = |text: &str| Name { span: place, text: text.to_owned() };
        let kind = ClauseKind::Call {
            procedure: vec![name("db"), name(procedure)],
            arguments: Some(Vec::new()),
            items,
            predicate,
        };
        let mut clauses = vec![Clause { span, kind }];
        if let Some(pair) = parts.take(Rule::return_clause) {
            let span = self.span(&pair);
            let projection = self.projection(Parts::of(pair).need(Rule::projection)?)?;
            clauses.push(Clause { span, kind: ClauseKind::Return(projection) });
        }
        Ok(clauses)
    }
}
