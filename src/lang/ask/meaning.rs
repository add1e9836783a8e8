//! What a sentence means, in the schema's terms.

use crate::model::schema::{NodeType, Relation};
use crate::model::{Direction, Span};

/// A question.
#[derive(Debug)]
pub(super) enum Question<'s> {
    /// `which skills address which challenges`, `list skills`
    Find(Noun<'s>),
    /// `how many skills address each challenge`
    Count(Noun<'s>),
    /// `how is "A" connected to "B"`
    Connection(Noun<'s>, Noun<'s>),
    /// `why does "A" address "B"`: a noun with the one clause that is asked about.
    Reason(Noun<'s>),
    /// `what is "A"`
    Definition(Noun<'s>),
    /// `compare "A" with "B"`
    Comparison(Noun<'s>, Noun<'s>),
}

impl Question<'_> {
    /// What it means that nothing was found, for questions that take for granted that there is something.
    pub(super) fn nothing(&self) -> Option<String> {
        let named = |noun: &Noun<'_>| noun.name.as_ref().map(|name| format!("\"{name}\""));
        match self {
            Question::Reason(noun) => {
                let ends = named(noun).zip(noun.clauses.first().and_then(|clause| named(&clause.object)));
                let way = match ends {
                    Some((one, other)) => format!("how is {one} connected to {other}"),
                    None => "how is ... connected to ...".to_owned(),
                };
                Some(format!("the graph does not say so; ask `{way}` for what joins them"))
            }
            Question::Connection(from, to) => {
                let (from, to) = named(from).zip(named(to))?;
                Some(format!("no path joins {from} and {to}"))
            }
            Question::Find(_) | Question::Count(_) | Question::Definition(_) | Question::Comparison(..) => None,
        }
    }
}

/// Nodes that a sentence speaks of.
#[derive(Clone, Debug)]
pub(super) struct Noun<'s> {
    pub(super) span: Span,
    /// Their type; several when a name belongs to nodes of several types.
    pub(super) types: Vec<&'s NodeType>,
    /// The one that is named.
    pub(super) name: Option<String>,
    /// The value of the type's qualifier.
    pub(super) adjective: Option<&'s str>,
    pub(super) role: Role,
    /// The variable that stands for them already, while Cypher is made.
    pub(super) bound: Option<String>,
    /// What must hold of them.
    pub(super) clauses: Vec<Clause<'s>>,
}

/// What a noun is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// `which`: it is shown.
    Asked,
    /// `each`: there is a count for each.
    Each,
    /// `any`, a name or a bare word: it has to be there.
    Some,
}

/// What must hold of a noun: an edge from or to another.
#[derive(Clone, Debug)]
pub(super) struct Clause<'s> {
    /// Where the verb stands.
    pub(super) span: Span,
    /// More than one when the phrase belongs to several relations that the types cannot tell apart.
    pub(super) relations: Vec<&'s Relation>,
    /// Seen from the noun that has the clause.
    pub(super) direction: Direction,
    /// `no`, `not`: there is no such edge.
    pub(super) negated: bool,
    pub(super) object: Noun<'s>,
}

impl<'s> Noun<'s> {
    /// A noun that a variable stands for, and nothing else is known of here.
    pub(super) fn bound(span: Span, variable: &str, clauses: Vec<Clause<'s>>) -> Self {
        let bound = Some(variable.to_owned());
        Noun { span, types: Vec::new(), name: None, adjective: None, role: Role::Some, bound, clauses }
    }

    /// The labels of its types.
    pub(super) fn labels(&self) -> Vec<&'s str> {
        self.types.iter().map(|t| t.label.as_str()).collect()
    }
}
