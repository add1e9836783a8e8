//! What to say when a sentence is not understood: what is missing or wrong, at most three suggestions, and what can
//! be said at that place.

use pest::error::{Error, InputLocation};

use super::meaning::Noun;
use super::noun;
use super::part::Rule;
use super::phrase::{self, Phrase};
use crate::model::schema::NodeType;
use crate::model::{Class, Detail, Diagnostic, Schema, Span, nearest};

/// One of each kind, as help shows them.
pub(crate) const KINDS: &str = "a sentence is one of: which A verb which B; how many A verb each B; which A verb no B; \
                     how is \"X\" connected to \"Y\"; why does \"X\" verb \"Y\"; what is \"X\"; compare \"X\" with \"Y\"; \
                     list A";

fn error(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::syntax(Detail::UnexpectedSyntax, message).at(span)
}

/// The frame itself is not one.
pub(super) fn frame(text: &str, fault: &Error<Rule>) -> Diagnostic {
    let at = match fault.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let rest = text.get(at..).unwrap_or_default();
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let place = rest.chars().next().map(|first| (first, Span::new(at, at + first.len_utf8())));
    match (before, place) {
        (Some('"'), Some(('"', place))) | (Some('“'), Some(('”', place))) | (Some('«'), Some(('»', place))) => {
            return error(place, "there is no name between these quotes");
        }
        (_, Some(('"' | '“' | '«', place))) => return error(place, "this name is never closed"),
        _ => {}
    }
    let word = rest.split_whitespace().next().map_or(0, str::len);
    let message = match rest.trim() {
        "" => "the sentence ends too early".to_owned(),
        rest => format!("`{}` cannot stand here", first_word(rest)),
    };
    error(Span::new(at, at + word), message).help(KINDS)
}

/// No type's word stands where one has to.
pub(super) fn type_wanted(schema: &Schema, span: Span, rest: &str) -> Diagnostic {
    one_of_types(span, rest, &schema.types.iter().collect::<Vec<_>>())
}

/// The same, with only these types to choose from.
pub(super) fn one_of_types(span: Span, rest: &str, types: &[&NodeType]) -> Diagnostic {
    let word = first_word(rest);
    let message = match word {
        "" => "here a type is missing".to_owned(),
        word => format!("`{word}` is no type that fits here"),
    };
    let words = types.iter().flat_map(|t| noun::words(t).chain(noun::adjectives(t)));
    let list: Vec<&str> = types.iter().map(|t| t.plural.as_str()).collect();
    suggest(error(span, message), &nearest(word, words, 3)).help(format!("types are: {}", list.join(", ")))
}

/// What stands here is nothing that can be said of these types; without types, nothing can be said any more.
pub(super) fn said_of(schema: &Schema, types: &[&NodeType], span: Span, rest: &str) -> Diagnostic {
    if types.is_empty() {
        return error(span, format!("`{rest}` is left over")).help("the sentence is complete in front of it");
    }
    let subject = plurals(types);
    let message = match rest {
        "" => format!("{subject} do what?"),
        rest => format!("`{rest}` cannot be said of {subject}"),
    };
    let phrases = phrase::said_of(schema, types);
    let mut diagnostic = error(span, message);
    // The phrase is right, and the subject is not.
    let all: Vec<&NodeType> = schema.types.iter().collect();
    let words: Vec<&str> = rest.split_whitespace().map(|word| word.trim_matches(',')).collect();
    let elsewhere = phrase::said_of(schema, &all).into_iter().find(|phrase| {
        let start = usize::from(phrase.be && matches!(words.first(), Some(&("is" | "are"))));
        words.get(start..).is_some_and(|words| starts(words, &phrase.words))
    });
    let exact = elsewhere.is_some();
    if phrases.iter().any(|phrase| elsewhere.as_ref().is_some_and(|other| other.words == phrase.words)) {
        diagnostic = diagnostic.help("put `and` in front of it");
    } else if let Some(phrase) = elsewhere {
        let ends =
            if phrase.direction == crate::model::Direction::Out { &phrase.relation.from } else { &phrase.relation.to };
        let subjects: Vec<&NodeType> = schema.types.iter().filter(|t| ends.contains(&t.label)).collect();
        if !subjects.is_empty() {
            diagnostic = diagnostic.help(format!("{} do: `{}`", plurals(&subjects), phrase.text()));
        }
    }
    let texts: Vec<String> = phrases.iter().map(Phrase::text).collect();
    let mut close: Vec<&str> = Vec::new();
    for length in 1..=if exact { 0 } else { words.len().min(3) } {
        close.extend(nearest(&words[..length].join(" "), texts.iter().map(String::as_str), 3));
    }
    suggest(diagnostic, &close).help(can(schema, &subject, &phrases))
}

/// What stands here is no noun or name with a verb that can be said to the noun.
pub(super) fn said_to(schema: &Schema, noun: &Noun<'_>, span: Span, rest: &str) -> Diagnostic {
    let object = plurals(&noun.types);
    let message = match rest {
        "" => format!("who does what to {object}?"),
        rest => format!("`{rest}` says nothing about {object}"),
    };
    let mut can: Vec<String> = Vec::new();
    for phrase in phrase::said_to(schema, &noun.types).iter().filter(|phrase| phrase.plural) {
        let speakers: Vec<&NodeType> = schema.types.iter().filter(|t| phrase.others.contains(&t.label)).collect();
        can.push(format!("{} {}", plurals(&speakers), phrase.words.join(" ")));
    }
    error(span, message).help(format!("here can stand: {}", can.join(", ")))
}

/// A verb without an object.
pub(super) fn object_wanted(span: Span, phrases: &[Phrase<'_>], others: &[&NodeType]) -> Diagnostic {
    let verb = phrases.first().map(|phrase| phrase.words.join(" ")).unwrap_or_default();
    let list = plurals(others);
    let singular = others.first().map_or("", |t| t.singular.as_str());
    error(span, format!("`{verb}` what?"))
        .help(format!("here can stand: which {list}, any {singular}, no {singular}, or the name of one of them"))
}

/// The verb is one of the subject's, and the noun is no object of it.
pub(super) fn wrong_end(schema: &Schema, types: &[&NodeType], phrases: &[Phrase<'_>], noun: &Noun<'_>) -> Diagnostic {
    let subject = plurals(types);
    let verb = phrases.first().map(Phrase::text).unwrap_or_default();
    let others: Vec<&NodeType> =
        schema.types.iter().filter(|t| phrases.iter().any(|phrase| phrase.others.contains(&t.label))).collect();
    let said = phrase::said_of(schema, types);
    let fitting: Vec<String> = said
        .iter()
        .filter(|phrase| phrase.plural && noun.types.iter().any(|t| phrase.others.contains(&t.label)))
        .map(|phrase| format!("{subject} {} {}", phrase.text(), plurals(&noun.types)))
        .collect();
    let diagnostic = error(noun.span, format!("{subject} {verb} {}, not {}", plurals(&others), plurals(&noun.types)));
    match fitting.as_slice() {
        [] => diagnostic.help(can(schema, &subject, &said)),
        fitting => diagnostic.help(format!("you can say: {}", fitting.join(", "))),
    }
}

/// No node has the name; `elsewhere` are the types that have one of that name, and cannot stand here.
pub(super) fn no_such_name(
    span: Span,
    said: &str,
    types: &[&NodeType],
    choices: &[String],
    elsewhere: Option<(&str, &[&NodeType])>,
) -> Diagnostic {
    let kinds = match types {
        [] => "node".to_owned(),
        types if types.len() > 3 => "node".to_owned(),
        types => types.iter().map(|t| t.singular.as_str()).collect::<Vec<_>>().join(" or "),
    };
    let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
    let mut diagnostic = suggest(error(span, format!("no {kinds} is called \"{said}\"")), &choices);
    if let Some((name, others)) = elsewhere {
        let others: Vec<String> = others.iter().map(|t| format!("a {}", t.singular)).collect();
        diagnostic = diagnostic.help(format!("\"{name}\" is {}", others.join(" and ")));
    }
    match types {
        [only] => diagnostic.help(format!(
            "here can stand: which {}, any {}, no {}, or a name (`list {}` shows them all)",
            only.plural, only.singular, only.singular, only.plural
        )),
        _ => diagnostic,
    }
}

/// A type's word where one of its nodes has to be named.
pub(super) fn one_of_them(noun: &Noun<'_>) -> Diagnostic {
    let (singular, plural) = noun.types.first().map_or(("node", "nodes"), |t| (&t.singular, &t.plural));
    error(noun.span, format!("which {singular}? Its name is missing")).help(format!("`list {plural}` shows them all"))
}

/// A name is missing.
pub(super) fn name_wanted(span: Span, what: &str) -> Diagnostic {
    error(span, format!("here {what} is missing")).help("write it between quotes: \"...\"")
}

/// More words than a sentence may have.
pub(super) fn too_long(span: Span, most: usize) -> Diagnostic {
    Diagnostic::new(Class::LimitExceeded, Detail::Other, format!("a sentence has at most {most} words"))
        .at(span)
        .help("ask it in Cypher")
}

/// More ways to read it than are worth trying.
pub(super) fn too_involved(span: Span) -> Diagnostic {
    Diagnostic::new(Class::LimitExceeded, Detail::Other, "this sentence is too involved")
        .at(span)
        .help("put names between quotes, ask in two steps, or ask in Cypher")
}

/// Both names are the same.
pub(super) fn same(span: Span, name: &str) -> Diagnostic {
    error(span, format!("both names are \"{name}\"")).help("name two different things")
}

/// `why` without a subject, a verb and an object.
pub(super) fn reason(schema: &Schema, span: Span, rest: &str) -> Diagnostic {
    let all: Vec<&NodeType> = schema.types.iter().collect();
    let verbs: Vec<String> = phrase::said_of(schema, &all)
        .iter()
        .filter(|phrase| phrase.plural && !phrase.be)
        .map(|phrase| phrase.words.join(" "))
        .collect();
    let message = match rest {
        "" => "why does what do what?".to_owned(),
        rest => format!("there is no verb of this graph in `{rest}`"),
    };
    error(span, message).help("write: why does \"X\" verb \"Y\"").help(format!("verbs are: {}", verbs.join(", ")))
}

/// `skills can: address challenges, support responsibilities`
fn can(schema: &Schema, subject: &str, phrases: &[Phrase<'_>]) -> String {
    let list: Vec<String> = phrases
        .iter()
        .filter(|phrase| phrase.plural)
        .map(|phrase| {
            let others: Vec<&NodeType> = schema.types.iter().filter(|t| phrase.others.contains(&t.label)).collect();
            // A relation from everything to a topic need not list everything.
            let others = if others.len() > 3 { "...".to_owned() } else { plurals(&others) };
            format!("{} {others}", phrase.text())
        })
        .collect();
    format!("of {subject} can be said: {}", list.join(", "))
}

fn suggest(diagnostic: Diagnostic, names: &[&str]) -> Diagnostic {
    let mut names = names.to_vec();
    names.dedup();
    names.truncate(3);
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    if quoted.is_empty() { diagnostic } else { diagnostic.help(format!("did you mean {}?", quoted.join(" or "))) }
}

fn plurals(types: &[&NodeType]) -> String {
    types.iter().map(|t| t.plural.as_str()).collect::<Vec<_>>().join(" or ")
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

fn starts(words: &[&str], with: &[&str]) -> bool {
    words.len() >= with.len() && with.iter().zip(words).all(|(a, b)| a.eq_ignore_ascii_case(b))
}
