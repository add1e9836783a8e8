//! Single words and names: what stands here is taken, or what could stand here is noted.

use super::{Read, Reader};
use crate::lang::ask::meaning::{Noun, Role};
use crate::lang::ask::part::Rule;
use crate::lang::ask::phrase::{self, Fit, Phrase};
use crate::lang::ask::{Note, error, name, noun};
use crate::model::Span;
use crate::model::schema::NodeType;

impl<'s> Reader<'s, '_> {
    /// `which`, `each`, `any`: what the noun behind it is there for.
    pub(super) fn determiner(&mut self) -> Option<Role> {
        let role = match self.rule(0)? {
            Rule::which => Role::Asked,
            Rule::each => Role::Each,
            Rule::any => Role::Some,
            _ => return None,
        };
        self.at += 1;
        Some(role)
    }

    /// The noun that stands here.
    pub(super) fn noun(&mut self, role: Role) -> Option<Noun<'s>> {
        let found = noun::find(self.schema, &self.parts[self.at..])?;
        let span = self.span(self.at, self.at + found.length);
        self.spelling(found.fit, span, &found.words);
        self.at += found.length;
        let (types, adjective) = (vec![found.node_type], found.adjective);
        Some(Noun { span, types, name: None, adjective, role, bound: None, clauses: Vec::new() })
    }

    /// The known name that stands here and reaches to one of the ends, the last of them first.
    pub(super) fn name(&mut self, types: &[&'s NodeType], ends: &[usize]) -> Option<Noun<'s>> {
        let texts: Vec<&str> = ends.iter().map(|end| self.slice(*end)).collect();
        let known = name::known(self.names, types, &texts)?;
        let end = *ends.get(known.index)?;
        Some(self.taken(known, end))
    }

    /// The name between here and the end, or the closest one; an error shows the candidates.
    pub(super) fn name_or_nearest(&mut self, types: &[&'s NodeType], end: usize) -> Read<Noun<'s>> {
        if let Some(noun) = self.name(types, &[end]) {
            return Ok(noun);
        }
        match name::close(self.names, types, self.slice(end)) {
            Ok(known) => Ok(self.taken(known, end)),
            Err(choices) => {
                let all: Vec<&NodeType> = self.schema.types.iter().collect();
                let elsewhere = name::known(self.names, &all, &[self.slice(end)]);
                let elsewhere = elsewhere.as_ref().map(|known| (known.name.as_str(), known.types.as_slice()));
                let place = self.span(self.at, end);
                Err(error::no_such_name(place, self.slice(end), types, &choices, elsewhere))
            }
        }
    }

    pub(super) fn taken(&mut self, known: name::Known<'s>, end: usize) -> Noun<'s> {
        let span = self.span(self.at, end);
        let said = self.slice(end);
        if said != known.name {
            let types: Vec<&str> = known.types.iter().map(|t| t.singular.as_str()).collect();
            let mut message = format!("took \"{said}\" for the {} \"{}\"", types.join(" or "), known.name);
            if let Some(others) = &known.other {
                message.push_str(", of which it is another name");
                if !others.is_empty() {
                    let shown: Vec<String> = others.iter().take(3).map(|name| format!("\"{name}\"")).collect();
                    let more = if others.len() > 3 { " and of others" } else { "" };
                    message.push_str(&format!("; it is one of {}{more}, too", shown.join(" and ")));
                }
            }
            self.notes.push(Note { span, message });
        }
        self.at = end;
        let name = Some(known.name);
        Noun { span, types: known.types, name, adjective: None, role: Role::Some, bound: None, clauses: Vec::new() }
    }

    /// Notes that a word was read as another spelling.
    pub(super) fn spelling(&mut self, fit: Fit, span: Span, words: &str) {
        if fit == Fit::Close {
            let said = self.text.get(span.start..span.end).unwrap_or_default();
            self.notes.push(Note { span, message: format!("read \"{said}\" as \"{words}\"") });
        }
    }

    /// The types at the other end of the phrases, in the schema's order.
    pub(super) fn others(&self, phrases: &[Phrase<'s>]) -> Vec<&'s NodeType> {
        self.schema.types.iter().filter(|t| phrases.iter().any(|phrase| phrase.others.contains(&t.label))).collect()
    }

    pub(super) fn expect_types(&mut self, types: &[&NodeType]) {
        if self.at >= self.parts.len() && !self.cut {
            self.next.words(types.iter().map(|t| t.plural.as_str()));
            self.next.words(types.iter().flat_map(|t| noun::adjectives(t)));
        }
    }

    pub(super) fn expect_phrases(&mut self, types: &[&NodeType]) {
        if self.at >= self.parts.len() && !self.cut {
            let phrases = phrase::said_of(self.schema, types);
            let texts: Vec<String> = phrases.iter().filter(|phrase| phrase.plural).map(Phrase::text).collect();
            self.next.words(texts.iter().map(String::as_str));
        }
    }
}
