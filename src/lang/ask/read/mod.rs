//! Parts to a question's meaning, with the words of the schema.
//!
//! The reader walks the parts from left to right and knows at each place of which types it speaks, so that a phrase or
//! a name is looked for only among those that fit there.

mod place;
mod word;

use super::meaning::{Clause, Noun, Question, Role};
use super::part::{Part, Rule, Sentence};
use super::phrase::{self, Fit, Phrase};
use super::{Names, Next, Note, error, part};
use crate::model::schema::NodeType;
use crate::model::{Diagnostic, Schema, Span};

type Read<T> = Result<T, Diagnostic>;

/// The longest sentence, in words and names; it bounds the depth of the reader's recursion.
const MAX_PARTS: usize = 100;

/// How many places are tried for verbs with their subject in front. Clauses inside clauses multiply the tries, and a
/// sentence that people can follow needs a handful.
const MAX_TRIES: usize = 300;

/// Reads one group of parts after the other.
pub(in crate::lang::ask) struct Reader<'s, 'a> {
    pub(in crate::lang::ask) schema: &'s Schema,
    pub(in crate::lang::ask) notes: Vec<Note>,
    text: &'a str,
    names: &'a dyn Names,
    /// The group that is being read, and the next part of it.
    parts: Vec<Part>,
    at: usize,
    /// The verb read last, for a second name behind it: `address "A" and "B"`.
    verb: Option<(Span, bool, Vec<Phrase<'s>>)>,
    /// How many of [`MAX_TRIES`] are used up.
    tries: usize,
    /// What could stand behind the last part.
    pub(in crate::lang::ask) next: Next,
    /// The last part in sight is not the last of the sentence.
    cut: bool,
}

impl<'s, 'a> Reader<'s, 'a> {
    /// A reader of `text`, which is the whole sentence: spans and names are cut out of it.
    pub(in crate::lang::ask) fn new(text: &'a str, schema: &'s Schema, names: &'a dyn Names) -> Self {
        Reader {
            schema,
            notes: Vec::new(),
            text,
            names,
            parts: Vec::new(),
            at: 0,
            verb: None,
            tries: 0,
            next: Next::default(),
            cut: false,
        }
    }

    /// Reads the whole sentence.
    pub(in crate::lang::ask) fn question(&mut self, sentence: &Sentence) -> Read<Question<'s>> {
        if sentence.groups.iter().map(Vec::len).sum::<usize>() > MAX_PARTS {
            return Err(error::too_long(sentence.span, MAX_PARTS));
        }
        let mut groups = sentence.groups.iter();
        self.parts = groups.next().cloned().unwrap_or_default();
        let question = match sentence.frame {
            Rule::count => Question::Count(self.find(Role::Some)?),
            Rule::reason => Question::Reason(self.reason()?),
            Rule::definition => Question::Definition(self.named("a name")?),
            Rule::connection | Rule::comparison => {
                let first = self.named("the first name")?;
                self.finish(&[])?;
                self.parts = groups.next().cloned().unwrap_or_default();
                self.at = 0;
                let second = self.named("the second name")?;
                // Two names of one node can be compared: then it has everything in common with itself.
                let same_words = self.text.get(first.span.start..first.span.end).map(str::to_lowercase)
                    == self.text.get(second.span.start..second.span.end).map(str::to_lowercase);
                if first.name == second.name && (same_words || sentence.frame == Rule::connection) {
                    return Err(error::same(first.span.to(second.span), first.name.as_deref().unwrap_or_default()));
                }
                match sentence.frame {
                    Rule::connection => Question::Connection(first, second),
                    _ => Question::Comparison(first, second),
                }
            }
            _ => Question::Find(self.find(Role::Asked)?),
        };
        self.finish(&[])?;
        Ok(question)
    }

    /// `[the] [technical] skills [are there | do roles require | clauses]`
    fn find(&mut self, role: Role) -> Read<Noun<'s>> {
        self.take(Rule::the);
        self.expect_types(&self.schema.types.iter().collect::<Vec<_>>());
        let Some(mut noun) = self.noun(role) else {
            return Err(error::type_wanted(self.schema, self.here(), self.rest()));
        };
        // `how many skills are there`
        if self.rule(0) == Some(Rule::be) && self.rule(1) == Some(Rule::there) {
            self.at += 2;
        }
        if self.take(Rule::do_) {
            match self.inverted(&noun.types)? {
                Some(clause) => noun.clauses.push(clause),
                None => return Err(error::said_to(self.schema, &noun, self.here(), self.rest())),
            }
        } else {
            noun.clauses = self.clauses(&noun.types)?;
        }
        if self.at < self.parts.len() {
            let types = noun.types.clone();
            self.finish(&types)?;
        }
        Ok(noun)
    }

    /// `does "A" address "B"`, `is "B" addressed by "A"`: everything up to the verb names the subject.
    fn reason(&mut self) -> Read<Noun<'s>> {
        let all: Vec<&NodeType> = self.schema.types.iter().collect();
        let mut failure = None;
        for verb in 1..self.parts.len() {
            let phrases = phrase::said_of(self.schema, &all);
            let Some((_, Fit::Exact, phrases)) = phrase::best(phrases, &self.parts[verb..]) else { continue };
            let subjects: Vec<&NodeType> = all
                .iter()
                .copied()
                .filter(|t| phrases.iter().any(|phrase| phrase.subjects.contains(&t.label)))
                .collect();
            let (at, notes) = (self.at, self.notes.len());
            match self.reason_at(verb, &subjects) {
                Ok(noun) => return Ok(noun),
                Err(error) => drop(failure.get_or_insert(error)),
            }
            self.at = at;
            self.notes.truncate(notes);
        }
        Err(failure.unwrap_or_else(|| error::reason(self.schema, self.here().to(self.end()), self.rest())))
    }

    fn reason_at(&mut self, verb: usize, subjects: &[&'s NodeType]) -> Read<Noun<'s>> {
        let mut subject = self.subject(verb, subjects, true)?;
        self.at = verb;
        let Some(clause) = self.clause(&subject.types, true)? else {
            return Err(error::said_of(self.schema, &subject.types, self.here(), self.rest()));
        };
        self.finish(&[])?;
        subject.clauses.push(clause);
        Ok(subject)
    }

    /// A name that may be of any type, with its type's word in front or without; `what` says what it is for.
    fn named(&mut self, what: &str) -> Read<Noun<'s>> {
        if self.parts.is_empty() {
            self.next.names(&self.schema.types.iter().collect::<Vec<_>>());
            return Err(error::name_wanted(self.end(), what));
        }
        let all: Vec<&NodeType> = self.schema.types.iter().collect();
        let end = self.parts.len();
        let noun = self.subject(end, &all, false)?;
        if noun.types.len() > 1 {
            let types: Vec<&str> = noun.types.iter().map(|t| t.singular.as_str()).collect();
            let name = noun.name.as_deref().unwrap_or_default();
            let message = format!("\"{name}\" is a {}; put the type in front of it to mean one", types.join(" and a "));
            self.notes.push(Note { span: noun.span, message });
        }
        Ok(noun)
    }

    /// What stands between here and `end`, entirely: a name or (when `nouns`) a noun, of one of the types.
    fn subject(&mut self, end: usize, types: &[&'s NodeType], nouns: bool) -> Read<Noun<'s>> {
        self.take(Rule::the);
        let span = self.span(self.at, end);
        if let Some(noun) = self.name(types, &[end]) {
            return Ok(noun);
        }
        let start = self.at;
        // What stands behind `end` is out of sight while the noun and its clauses are read.
        let tail = self.parts.split_off(end);
        let cut = self.cut;
        self.cut |= !tail.is_empty();
        let found = self.subject_noun(types, nouns);
        self.cut = cut;
        self.parts.extend(tail);
        if let Some(noun) = found? {
            return Ok(noun);
        }
        self.at = start;
        self.take(Rule::the);
        if self.at >= end {
            return Err(error::name_wanted(span, "a name"));
        }
        self.name_or_nearest(types, end)
    }

    /// `roles`, `roles that require "A"`, `the role "A"`: up to the last part; none when no noun stands here.
    fn subject_noun(&mut self, types: &[&'s NodeType], nouns: bool) -> Read<Option<Noun<'s>>> {
        let role = self.determiner();
        let Some(mut noun) = self.noun(role.unwrap_or(Role::Some)) else { return Ok(None) };
        if !types.iter().any(|t| t.label == noun.types[0].label) {
            return Ok(None);
        }
        if self.at < self.parts.len() && nouns {
            noun.clauses = self.clauses(&noun.types)?;
        }
        match self.parts.len() - self.at {
            0 if nouns => Ok(Some(noun)),
            0 => Err(error::one_of_them(&noun)),
            _ if noun.clauses.is_empty() => self.name_or_nearest(&noun.types, self.parts.len()).map(Some),
            _ => Ok(None),
        }
    }

    /// `that VERB object and VERB object`: what must hold of nodes of these types; empty when no clause stands here.
    fn clauses(&mut self, types: &[&'s NodeType]) -> Read<Vec<Clause<'s>>> {
        let mut clauses = Vec::new();
        loop {
            let start = self.at;
            if !clauses.is_empty() {
                let joined = self.take(Rule::comma) | self.take(Rule::and);
                // `challenges addressed by "A" are mitigated by no practice` needs no `and`.
                if !joined && !matches!(self.rule(0), Some(Rule::be | Rule::be_not | Rule::do_not)) {
                    break;
                }
                if let (Some(Rule::quoted), Some((span, negated, phrases))) = (self.rule(0), self.verb.clone()) {
                    clauses.push(self.object(span, types, negated, phrases)?);
                    continue;
                }
            }
            let that = self.take(Rule::that) || self.take(Rule::which);
            self.expect_phrases(types);
            match self.clause(types, that)? {
                Some(clause) => clauses.push(clause),
                None if that => return Err(error::said_of(self.schema, types, self.here(), self.rest())),
                None => {
                    self.at = start;
                    break;
                }
            }
        }
        Ok(clauses)
    }

    /// One clause, or none when what stands here is no phrase for these types.
    fn clause(&mut self, types: &[&'s NodeType], that: bool) -> Read<Option<Clause<'s>>> {
        let start = self.at;
        let mut negated = self.take(Rule::do_not);
        let mut be = false;
        if self.take(Rule::be_not) {
            (negated, be) = (true, true);
        } else if self.take(Rule::be) {
            (negated, be) = (self.take(Rule::not), true);
        }
        let said = phrase::said_of(self.schema, types);
        let of = |be: bool| said.iter().filter(|phrase| phrase.be == be).cloned().collect::<Vec<_>>();
        let mut found = phrase::best(of(be), &self.parts[self.at..]);
        if found.is_none() && !be && !negated {
            // `challenges addressed by "A"`
            found = phrase::best(of(true), &self.parts[self.at..]);
        }
        if let Some((length, fit, phrases)) = found {
            let span = self.span(self.at, self.at + length);
            self.spelling(fit, span, &phrases[0].words.join(" "));
            self.at += length;
            let clause = self.object(span, types, negated, phrases.clone())?;
            self.verb = Some((span, negated, phrases));
            return Ok(Some(clause));
        }
        self.at = start;
        if that || self.rule(0) == Some(Rule::quoted) {
            return self.inverted(types);
        }
        Ok(None)
    }

    /// `"A" faces`, `roles face`: who does it stands in front of the verb, and nothing stands behind.
    fn inverted(&mut self, types: &[&'s NodeType]) -> Read<Option<Clause<'s>>> {
        let said = phrase::said_to(self.schema, types);
        let mut verbs = Vec::new();
        for at in self.at + 1..self.parts.len() {
            let be = self.parts[at - 1].rule == Rule::be && at > self.at + 1;
            let fitting = said.iter().filter(|phrase| phrase.be == be).cloned().collect();
            if let Some(found) = phrase::best(fitting, &self.parts[at..]) {
                verbs.push((at - usize::from(be), at, found));
            }
        }
        // A verb that is spelt right first; a later one leaves the longer name.
        verbs.sort_by_key(|(_, at, (_, fit, _))| (*fit != Fit::Exact, std::cmp::Reverse(*at)));
        let mut failure = None;
        for (end, verb, (length, fit, phrases)) in verbs {
            self.tries += 1;
            if self.tries > MAX_TRIES {
                return Err(error::too_involved(self.here().to(self.end())));
            }
            let (start, notes) = (self.at, self.notes.len());
            let speakers = self.others(&phrases);
            let span = self.span(verb, verb + length);
            match self.subject(end, &speakers, true) {
                Ok(object) => {
                    self.spelling(fit, span, &phrases[0].words.join(" "));
                    self.at = verb + length;
                    return Ok(Some(clause(span, false, &phrases, object)));
                }
                Err(error) => drop(failure.get_or_insert(error)),
            }
            self.at = start;
            self.notes.truncate(notes);
        }
        failure.map_or(Ok(None), Err)
    }

    /// What stands behind a verb, as the clause it completes.
    fn object(
        &mut self,
        verb: Span,
        types: &[&'s NodeType],
        negated: bool,
        phrases: Vec<Phrase<'s>>,
    ) -> Read<Clause<'s>> {
        let others = self.others(&phrases);
        if self.at >= self.parts.len() {
            self.next.words([Rule::which, Rule::any, Rule::no].map(part::spelling));
            self.expect_types(&others);
            self.next.names(&others);
            return Err(error::object_wanted(self.end(), &phrases, &others));
        }
        self.take(Rule::the);
        let none = self.take(Rule::no);
        let role = self.determiner();
        let bare = !none && role.is_none();
        self.expect_types(&others);
        if let Some(named) = bare.then(|| self.name(&others, &self.ends())).flatten() {
            return Ok(clause(verb, negated, &phrases, named));
        }
        let start = self.at;
        if let Some(mut noun) = self.noun(role.unwrap_or(Role::Some)) {
            if !others.iter().any(|t| t.label == noun.types[0].label) {
                let wrong = error::wrong_end(self.schema, types, &phrases, &noun);
                // A name may start with a type's word: `skill shortage`.
                self.at = start;
                let end = self.stop();
                let named = bare.then(|| self.name_or_nearest(&others, end).ok()).flatten();
                return named.map(|named| clause(verb, negated, &phrases, named)).ok_or(wrong);
            }
            if self.rule(0) == Some(Rule::quoted) && bare {
                let end = self.at + 1;
                noun = self.name_or_nearest(&noun.types, end)?;
            }
            noun.clauses = self.clauses(&noun.types)?;
            return Ok(clause(verb, negated || none, &phrases, noun));
        }
        self.at = start;
        if !bare {
            return Err(error::one_of_types(self.here(), self.rest(), &others));
        }
        let end = self.stop();
        let named = self.name_or_nearest(&others, end)?;
        Ok(clause(verb, negated, &phrases, named))
    }
}

/// The clause with those of the phrases' relations that reach the object.
fn clause<'s>(span: Span, negated: bool, phrases: &[Phrase<'s>], mut object: Noun<'s>) -> Clause<'s> {
    let reaches = |phrase: &&Phrase<'_>| object.types.iter().any(|t| phrase.others.contains(&t.label));
    let fitting: Vec<&Phrase<'_>> = phrases.iter().filter(reaches).collect();
    // One direction: phrases that are said in both between the same types are for one of them to be renamed.
    let direction = fitting.first().map_or(crate::model::Direction::Out, |phrase| phrase.direction);
    let mut relations = Vec::new();
    for phrase in fitting.iter().filter(|phrase| phrase.direction == direction) {
        if !relations.contains(&phrase.relation) {
            relations.push(phrase.relation);
        }
    }
    object.types.retain(|t| fitting.iter().any(|phrase| phrase.others.contains(&t.label)));
    Clause { span, relations, direction, negated, object }
}
